/* SPDX-License-Identifier: MIT */
/*
 * Suite page_debug: a page that was written to after it was freed, and one that cannot be. The two
 * aids are used by hand on a page that is ours, so that they are tested without their parameters,
 * too.
 */
#include <arch/kasan.h>
#include <arch/mmu.h>
#include <arch/trap.h>
#include "kernel/base/selftest.h"
#include "mm/page_alloc.h"
#include "mm/page_debug.h"

static bool was_poisoning, was_unmapping;

SELFTEST_SETUP(page_debug)
{
	was_poisoning = page_poisoning;
	was_unmapping = debug_pagealloc;
}

SELFTEST_TEARDOWN(page_debug)
{
	page_poisoning = was_poisoning;
	debug_pagealloc = was_unmapping;
	mm_errors_quiet = false;
}

SELFTEST(page_debug, poison_finds_what_was_written_after_the_free)
{
	struct page *page = alloc_pages(GFP_KERNEL, 1);
	unsigned long errors = page_alloc_errors;
	u8 *bytes;

	ASSERT_NOT_NULL(page);
	bytes = page_address(page);
	page_poisoning = true;
	debug_pagealloc = false;
	mm_errors_quiet = true;
	page_debug_free(page, 1);
	page_debug_alloc(page, 1);
	EXPECT_EQ(bytes[0], PAGE_POISON);
	EXPECT_EQ(bytes[2 * PAGE_SIZE - 1], PAGE_POISON);
	EXPECT_EQ(page_alloc_errors, errors);
	/* A bit, a byte at an end of either page: one report for each page. */
	for (unsigned int i = 0; i < 4; i++) {
		static const unsigned int at[] = { 0, PAGE_SIZE - 1, PAGE_SIZE, 2 * PAGE_SIZE - 1 };

		page_debug_free(page, 1);
		kasan_unpoison(bytes, 2 * PAGE_SIZE);
		bytes[at[i]] ^= 0x10;
		bytes[at[i] / PAGE_SIZE * PAGE_SIZE + 100] = 0;
		page_debug_alloc(page, 1);
		EXPECT_EQ(page_alloc_errors, errors + i + 1);
	}
	page_poisoning = was_poisoning;
	debug_pagealloc = was_unmapping;
	page_alloc_errors = errors;
	__free_pages(page, 1);
}

SELFTEST(page_debug, unmapped_page_faults)
{
	struct page *page = alloc_page(GFP_KERNEL);
	unsigned long addr;
	u8 byte = 0;

	ASSERT_NOT_NULL(page);
	addr = (unsigned long)page_address(page);
	/* What debug_pagealloc=1 does at boot: 4 KB leaves around here. */
	ASSERT_EQ(protect_pages(addr, PAGE_SIZE, PROT_RW | PROT_WB), 0);
	page_poisoning = false;
	debug_pagealloc = true;
	*(u8 *)addr = 77;
	page_debug_free(page, 0);
	EXPECT_FALSE(probe_read(&byte, (void *)addr, 1));
	EXPECT_FALSE(probe_write((void *)addr, &byte, 1));
	page_debug_alloc(page, 0);
	EXPECT_TRUE(probe_read(&byte, (void *)addr, 1));
	EXPECT_EQ(byte, 77);
	page_poisoning = was_poisoning;
	debug_pagealloc = was_unmapping;
	__free_page(page);
}

/* The whole way, where the machine was booted so: test_page_debug.py does. */
SELFTEST(page_debug, freed_page_is_watched)
{
	struct page *page = alloc_page(GFP_KERNEL);
	unsigned long errors = page_alloc_errors;
	u8 *bytes;

	ASSERT_NOT_NULL(page);
	bytes = page_address(page);
	__free_page(page);
	EXPECT_EQ(probe_read(&(u8){ 0 }, bytes, 1), !debug_pagealloc);
	if (page_poisoning && !debug_pagealloc) {
		mm_errors_quiet = true;
		kasan_unpoison(bytes, PAGE_SIZE);
		bytes[123] = 0x55;
		EXPECT_EQ(alloc_page(GFP_KERNEL), page);
		EXPECT_EQ(page_alloc_errors, errors + 1);
		page_alloc_errors = errors;
		__free_page(page);
	}
}
