/* SPDX-License-Identifier: MIT */
/* Suite vmalloc: mappings hold, end in guard pages, and give their addresses and pages back. */
#include <arch/mmu.h>
#include <arch/page.h>
#include <arch/thread.h>
#include <arch/trap.h>
#include "kernel/base/selftest.h"
#include "lib/prng.h"
#include "lib/string.h"
#include "mm/page_alloc.h"
#include "mm/slab.h"
#include "mm/vm_event.h"
#include "mm/vmalloc.h"

static bool readable(const void *p)
{
	char c;

	return probe_read(&c, p, 1);
}

SELFTEST(vmalloc, memory_is_mapped_and_the_guard_is_not)
{
	char *p = vmalloc(3 * PAGE_SIZE - 100);

	ASSERT_NOT_NULL(p);
	EXPECT_TRUE(is_vmalloc_addr(p));
	EXPECT_TRUE(IS_ALIGNED((unsigned long)p, PAGE_SIZE));
	memset(p, 0x77, 3 * PAGE_SIZE);
	EXPECT_EQ(*(char *)page_address(vmalloc_to_page(p + PAGE_SIZE)), 0x77);
	EXPECT_TRUE(readable(p + 3 * PAGE_SIZE - 1));
	EXPECT_FALSE(readable(p + 3 * PAGE_SIZE));
	vfree(p);
	EXPECT_FALSE(readable(p));
	EXPECT_NULL(vmalloc_to_page(p));
	EXPECT_NULL(vmalloc(0));
	EXPECT_NULL(vmalloc((size_t)-1));
	vfree(NULL);
}

SELFTEST(vmalloc, neighbours_have_a_guard_between_them)
{
	char *a = vmalloc(PAGE_SIZE), *b = vmalloc(PAGE_SIZE), *low = min(a, b);

	ASSERT_NOT_NULL(a);
	ASSERT_NOT_NULL(b);
	EXPECT_FALSE(readable(a + PAGE_SIZE));
	EXPECT_FALSE(readable(b + PAGE_SIZE));
	vfree(low);
	/* The lowest address that is free again comes first. */
	EXPECT_EQ((char *)vmalloc(PAGE_SIZE), low);
	vfree(a);
	vfree(b);
}

SELFTEST(vmalloc, zeroed)
{
	u64 *p = vzalloc(2 * PAGE_SIZE);

	ASSERT_NOT_NULL(p);
	for (unsigned int i = 0; i < 2 * PAGE_SIZE / 8; i++)
		ASSERT_EQ(p[i], 0ull);
	vfree(p);
}

SELFTEST(vmalloc, stack_has_a_guard_below)
{
	char *stack = stack_alloc(), *other = stack_alloc();

	ASSERT_NOT_NULL(stack);
	ASSERT_NOT_NULL(other);
	stack[0] = stack[THREAD_STACK_SIZE - 1] = 1;
	EXPECT_FALSE(readable(stack - 1));
	EXPECT_FALSE(readable(stack - PAGE_SIZE));
	EXPECT_FALSE(readable(stack + THREAD_STACK_SIZE));
	stack_free(stack);
	stack_free(other);
	/* Kept for the next thread. */
	EXPECT_EQ((char *)stack_alloc(), other);
	stack_free(other);
	stack_free(NULL);
}

SELFTEST(vmalloc, ioremap_keeps_the_offset)
{
	char *page = (char *)get_zeroed_page(GFP_KERNEL);
	volatile u8 *io;

	ASSERT_NOT_NULL(page);
	page[300] = 9;
	io = ioremap_cache(virt_to_phys(page) + 300, 100);
	ASSERT_NOT_NULL(io);
	EXPECT_EQ((unsigned long)io % PAGE_SIZE, 300ul);
	EXPECT_EQ(*io, 9);
	*io = 10;
	EXPECT_EQ(page[300], 10);
	iounmap((const void *)io);
	EXPECT_FALSE(readable((const void *)io));
	free_page((unsigned long)page);
	EXPECT_NULL(ioremap(0x1000, 0));
}

SELFTEST(vmalloc, random_areas_are_disjoint_and_all_comes_back)
{
	enum { COUNT = 40 };
	static u32 *slot[COUNT];
	static u32 pages[COUNT];
	struct vmalloc_stats before, after;
	unsigned long free;
	struct prng prng;

	vmalloc_get_stats(&before);
	prng_seed(&prng, 5);
	for (unsigned int round = 0; round < 2; round++) {
		slab_shrink_all();
		free = nr_free_pages();
		for (unsigned int op = 0; op < 400; op++) {
			unsigned int i = prng_below(&prng, COUNT);

			if (!slot[i]) {
				pages[i] = 1 + prng_below(&prng, 9);
				slot[i] = vmalloc(pages[i] * PAGE_SIZE);
				ASSERT_NOT_NULL(slot[i]);
				for (unsigned int k = 0; k < pages[i]; k++)
					slot[i][k * PAGE_SIZE / 4] = i * 100 + k;
			} else {
				for (unsigned int k = 0; k < pages[i]; k++)
					EXPECT_EQ(slot[i][k * PAGE_SIZE / 4], i * 100 + k);
				vfree(slot[i]);
				slot[i] = NULL;
			}
		}
		for (unsigned int i = 0; i < COUNT; i++) {
			vfree(slot[i]);
			slot[i] = NULL;
		}
		slab_shrink_all();
	}
	vmalloc_get_stats(&after);
	EXPECT_EQ(after.areas, before.areas);
	EXPECT_EQ(after.bytes_mapped, before.bytes_mapped);
	/* The first round may have made page tables, the second has them. */
	EXPECT_EQ(nr_free_pages(), free);
}

SELFTEST(vmalloc, more_than_all_memory_takes_none)
{
	u64 failed = vm_event_sum(PGALLOC_FAIL), drains = vm_event_sum(DRAIN_ALL);

	EXPECT_NULL(vmalloc((totalram_pages() + 1) * PAGE_SIZE));
	EXPECT_NULL(kvmalloc(1ull << 35, GFP_KERNEL));
	EXPECT_EQ(vm_event_sum(PGALLOC_FAIL), failed);
	EXPECT_EQ(vm_event_sum(DRAIN_ALL), drains);
}

SELFTEST(vmalloc, kvmalloc_takes_either)
{
	void *small = kvmalloc(100, GFP_KERNEL),
	     *large = kvzalloc(KMALLOC_MAX_SIZE + PAGE_SIZE, GFP_KERNEL);

	ASSERT_NOT_NULL(small);
	EXPECT_FALSE(is_vmalloc_addr(small));
	kvfree(small);
	if (!large)
		SKIP("5 MB are not free");
	EXPECT_TRUE(is_vmalloc_addr(large));
	kvfree(large);
}
