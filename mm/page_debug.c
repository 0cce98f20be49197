/* SPDX-License-Identifier: MIT */
/*
 * mm/page_debug.c - page_poison=1, debug_pagealloc=1, fail_page_alloc=.
 *
 * Overview    page_poison=1 fills freed pages with 0xaa and looks, when they are given out again,
 *             whether that is still there: who wrote to a page after freeing it is found, though
 *             late. debug_pagealloc=1 takes freed pages out of the direct map: who touches one
 *             faults at once. Both see wrong use from the first free page on: mem_init() fills or
 *             unmaps what it hands over. fail_page_alloc= makes requests fail (fault_inject.c).
 * Structure   The fast paths pay nothing. A CPU's preferred lists point to a list that is always
 *             empty (page_alloc_steer), so that each request gets to alloc_pages_zone(); and with
 *             poison or unmapping, the stacks' batches are 0, so that each freed block gets to
 *             free_to_zone() and the free lists.
 *             Unmapping clears the present bit of 4 KB leaves and nothing else: it needs no memory.
 *             page_debug_init() has large pages over free memory split while memblock can still
 *             give tables.
 * Locking     none: a block is one caller's when it comes here.
 * Limits      The TLB is flushed on this CPU alone, as in Linux: another one may reach the page
 *             through an old entry for a while. SLUB's fast path may read a word of an object that
 *             an interrupt has just freed together with its page, and faults then: the price of
 *             debug_pagealloc. Memory that was reserved when the machine booted and lies in a large
 *             page (a boot module) stays mapped when it is freed.
 * Observe     a report in the log; vmstat -s: page_alloc_errors.
 */
#define pr_fmt(fmt) "page_alloc: " fmt

#include "mm/page_debug.h"

#include <arch/kasan.h>
#include <arch/mmu.h>
#include "kernel/base/panic.h"
#include "kernel/base/param.h"
#include "kernel/base/printk.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "mm/memblock.h"
#include "mm/page_alloc_internal.h"

bool page_poisoning;
bool debug_pagealloc;
bool page_debugging;
struct fault_attr fail_page_alloc = FAULT_ATTR_INIT(fail_page_alloc);

static int page_poison_param(const char *val)
{
	return val ? kstrtobool(val, &page_poisoning) : -EINVAL;
}
PARAM(page_poison, page_poison_param);

static int debug_pagealloc_param(const char *val)
{
	return val ? kstrtobool(val, &debug_pagealloc) : -EINVAL;
}
PARAM(debug_pagealloc, debug_pagealloc_param);

static int fail_page_alloc_param(const char *val)
{
	return fault_attr_parse(&fail_page_alloc, val);
}
PARAM(fail_page_alloc, fail_page_alloc_param);

bool page_alloc_fails(gfp_t gfp, unsigned int order)
{
	char what[48];

	if (gfp & __GFP_NOFAIL || !should_fail(&fail_page_alloc, 1ul << order))
		return false;
	scnprintf(what, sizeof(what), "call %llu (order %u, gfp %#x)",
		  (unsigned long long)fail_page_alloc.calls, order, gfp);
	fault_log(&fail_page_alloc, what);
	return true;
}

/*
 * Split what covers the section at @start, if any of it is free: setting the rights that one free
 * page has already makes 4 KB leaves of the large one around it.
 */
static void split_section(phys_addr_t start, phys_addr_t end)
{
	for (phys_addr_t pa = start; pa < end; pa += PAGE_SIZE) {
		if (memblock_type_overlaps(&memblock.reserved, pa, PAGE_SIZE))
			continue;
		if (protect_pages((unsigned long)__va(pa), PAGE_SIZE, PROT_RW | PROT_WB))
			panic("debug_pagealloc: no memory for page tables");
		return;
	}
}

void page_debug_init(void)
{
	page_debugging = page_poisoning || debug_pagealloc;
	if (page_debug_on())
		pr_info("freed pages are%s%s%s\n", page_poisoning ? " filled with 0xaa" : "",
			page_poisoning && debug_pagealloc ? " and" : "",
			debug_pagealloc ? " unmapped" : "");
	if (page_debug_on())
		page_alloc_watch_frees();
	if (!debug_pagealloc)
		return;
	for (unsigned int i = 0; i < memblock.memory.count; i++) {
		phys_addr_t at = memblock.memory.regions[i].base;
		phys_addr_t end = at + memblock.memory.regions[i].size;

		for (phys_addr_t next; at < end; at = next) {
			next = min(end, ALIGN_DOWN(at, PMD_SIZE) + PMD_SIZE);
			split_section(at, next);
		}
	}
}

void page_debug_free(struct page *page, unsigned int order)
{
	if (page_poisoning) {
		kasan_unpoison(page_address(page), PAGE_SIZE << order);
		memset(page_address(page), PAGE_POISON, PAGE_SIZE << order);
		kasan_poison(page_address(page), PAGE_SIZE << order);
	}
	if (debug_pagealloc)
		mmu_set_present((unsigned long)page_address(page), PAGE_SIZE << order, false);
}

/* Say what of the page was written to since it was freed. */
static void report_poison(const struct page *page, const u8 *bytes, unsigned int first)
{
	unsigned int last = first, wrong = 0, n = 0;
	char text[3 * 16 + 1] = "";

	for (unsigned int i = first; i < PAGE_SIZE; i++)
		if (bytes[i] != PAGE_POISON) {
			last = i;
			wrong++;
		}
	page_alloc_errors++;
	if (mm_errors_quiet)
		return;
	for (unsigned int i = first; i <= last && i < first + 16; i++)
		n += (unsigned int)scnprintf(text + n, sizeof(text) - n, " %02x", bytes[i]);
	pr_err("page %#lx was written to after it was freed: %s, bytes %#x-%#x:%s\n",
	       page_to_pfn(page),
	       wrong == 1 && !((bytes[first] ^ PAGE_POISON) & ((bytes[first] ^ PAGE_POISON) - 1)) ?
		       "a single bit" : "corruption", first, last, text);
	dump_stack();
}

void page_debug_alloc(struct page *page, unsigned int order)
{
	if (debug_pagealloc)
		mmu_set_present((unsigned long)page_address(page), PAGE_SIZE << order, true);
	if (!page_poisoning)
		return;
	kasan_unpoison(page_address(page), PAGE_SIZE << order);
	for (unsigned long i = 0; i < 1ul << order; i++) {
		const u64 *words = page_address(page + i);

		for (unsigned int w = 0; w < PAGE_SIZE / sizeof(*words); w++) {
			const u8 *bytes = (const u8 *)words;
			unsigned int first = w * sizeof(*words);

			if (words[w] == PAGE_POISON * 0x0101010101010101ull)
				continue;
			while (bytes[first] == PAGE_POISON)
				first++;
			report_poison(page + i, bytes, first);
			break;
		}
	}
}
