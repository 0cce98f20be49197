/* SPDX-License-Identifier: MIT */
/*
 * mm/page_alloc.c - the buddy allocator.
 *
 * Overview    Hands out physically contiguous blocks of 2^order pages, order 0 to 10, to everyone:
 *             the slab allocators, vmalloc, page tables, network buffers. mem_init() (page_init.c)
 *             builds what this file works on.
 * Structure   A zone keeps a free list for each order, and in free_orders one bit for each list
 *             that is not empty, so that the next larger block is one bit scan away. A block of
 *             order n starts at a page number that is a multiple of 2^n; its buddy is the
 *             neighbour that differs in bit n alone. Two free buddies are always merged, so no
 *             free list holds both (order 10 excepted). Allocation splits the smallest block that
 *             is large enough and keeps the low part; freeing merges upwards. O(11) at most.
 *             Before the zones, each CPU keeps two short stacks of blocks for each of the orders
 *             0 to 3 (struct pcp_list): the common case is a pop and a push with interrupts off.
 *             Pages there count as free. Refill takes blocks from the smallest order that has any:
 *             one large block fills the stack in one cut.
 * States      page->state, one word: free on a zone list (PG_buddy, order, count 0); free on a
 *             CPU's stack (PG_pcp, order, count 0); allocated (order, count >= 1). The fast paths
 *             check and change the whole word, so that a double free, a wrong order, a tail page or
 *             a page in use is noticed at no cost; misuse is reported, counted and refused.
 * Lifetime    alloc_pages() returns one reference; the last put_page() or __free_pages() frees.
 *             A struct page is set up with its section when a block of it first leaves the free
 *             list (section_setup), so that boot does not touch 64 bytes for every page of RAM.
 * Locking     interrupts off > zone->lock. Nothing is called under a zone's lock. The per-CPU
 *             stacks need interrupts off only. Shrinkers run with no lock held.
 * Limits      Watermarks: see page_init.c. Below `min` only callers with a claim go on: __GFP_HIGH
 *             half of it, __GFP_ATOMIC a further quarter of what is left, __GFP_MEMALLOC
 *             everything. A request that may sleep runs the shrinkers at rising pressure
 *             (RECLAIM_PRIORITY 12 down to 0: 1/4096 of each cache to all of it) before it returns
 *             NULL.
 * Observe     buddyinfo, zoneinfo, free, vmstat.
 * Reference   D. Knuth, TAOCP 1, 2.5 (the buddy system); J. Bonwick, J. Adams, "Magazines and Vmem"
 *             (the pair of stacks).
 */
#define pr_fmt(fmt) "page_alloc: " fmt

#include "mm/page_alloc.h"

#include <arch/irqflags.h>
#include <arch/kasan.h>
#include <arch/smp.h>
#include "kernel/base/panic.h"
#include "kernel/base/preempt.h"
#include "kernel/base/printk.h"
#include "lib/bitops.h"
#include "lib/string.h"
#include "mm/page_alloc_internal.h"
#include "mm/shrinker.h"

#define ALLOC_WMARK_MASK	0x03u	/* index into zone->watermark[] */
#define ALLOC_NO_WATERMARKS	0x04u
#define ALLOC_HIGH		0x08u
#define ALLOC_HARDER		0x10u

#define RECLAIM_PRIORITY	12

struct zone *zone_table[NR_ZONE_IDS];
struct per_cpu_pages __percpu *zone_pageset[NR_ZONE_IDS];
struct per_cpu_pages __percpu *preferred_pageset[GFP_ZONEMASK + 1];
struct pglist_data *node_data[MAX_NUMNODES];
unsigned int nr_node_ids = 1;
bool page_alloc_ready;
unsigned long page_alloc_errors;
bool mm_errors_quiet;

struct zone *page_zone(const struct page *page)
{
	return zone_table[page->zone];
}

/* ---- Free lists. The zone's lock is held throughout. ---- */

static void block_link(struct zone *zone, struct page *page, unsigned int order)
{
	struct free_area *area = &zone->free_area[order];

	page->state = PAGE_STATE(PG_buddy, order, zone_id(zone), 0);
	list_add(&page->lru, &area->free_list);
	area->nr_free++;
	zone->free_orders |= 1u << order;
}

static void block_unlink(struct zone *zone, struct page *page, unsigned int order)
{
	struct free_area *area = &zone->free_area[order];

	list_del(&page->lru);
	page->state = PAGE_STATE(0, 0, zone_id(zone), 0);
	if (!--area->nr_free)
		zone->free_orders &= ~(1u << order);
}

void zone_add_block(struct zone *zone, struct page *page, unsigned int order)
{
	struct free_area *area = &zone->free_area[order];

	page->head = page;
	page->state = PAGE_STATE(PG_buddy, order, zone_id(zone), 0);
	list_add_tail(&page->lru, &area->free_list);
	area->nr_free++;
	zone->free_orders |= 1u << order;
	zone->free_pages += 1ul << order;
	zone->managed_pages += 1ul << order;
}

/* Free a block: merge it with its buddy for as long as that is free and whole. */
static void block_free(struct zone *zone, struct page *page, unsigned int order)
{
	unsigned long pfn = page_to_pfn(page);
	u64 free_state = PAGE_STATE(PG_buddy, 0, zone_id(zone), 0);

	zone->free_pages += 1ul << order;
	while (order < MAX_ORDER - 1) {
		unsigned long buddy_pfn = pfn ^ (1ul << order);
		struct page *buddy = pfn_to_page(buddy_pfn);

		/* Up to here the buddy was in the same section; now it may be in none. */
		if (order >= SECTION_ORDER && section_state(buddy_pfn) == SECTION_ABSENT)
			break;
		if (buddy->state != free_state + ((u64)order << 16))
			break;
		block_unlink(zone, buddy, order);
		if (buddy_pfn < pfn) {
			page->state = PAGE_STATE(0, 0, zone_id(zone), 0);
			page = buddy;
			pfn = buddy_pfn;
		}
		order++;
	}
	block_link(zone, page, order);
}

/* Put back the upper halves of a block until it has @low pages' order. */
static void block_split(struct zone *zone, struct page *page, unsigned int high, unsigned int low)
{
	while (high > low) {
		struct page *upper = page + (1ul << --high);

		if (high >= SECTION_ORDER)
			upper->head = upper;	/* the section may be deferred: see States */
		block_link(zone, upper, high);
	}
}

/* Take the first block of order @from, which has one, and cut it to order @order. */
static struct page *block_take(struct zone *zone, unsigned int from, unsigned int order)
{
	struct page *page = list_first_entry(&zone->free_area[from].free_list, struct page, lru);

	block_unlink(zone, page, from);
	if (unlikely(from >= SECTION_ORDER)) {
		unsigned int keep = max(order, (unsigned int)SECTION_ORDER);
		unsigned long pfn = page_to_pfn(page);

		block_split(zone, page, from, keep);
		for (unsigned long i = 0; i < 1ul << keep; i += PAGES_PER_SECTION)
			if (section_state(pfn + i) != SECTION_READY)
				section_setup(pfn + i, 0);
		from = keep;
	}
	block_split(zone, page, from, order);
	zone->free_pages -= 1ul << order;
	return page;
}

/* ---- Per-CPU stacks. Interrupts are off throughout. ---- */

/* Fill an empty stack with up to a batch of blocks. */
static void pcp_refill(struct zone *zone, struct pcp_list *list, unsigned int order)
{
	u64 state = PAGE_STATE(PG_pcp, order, zone_id(zone), 0);
	struct page **link = &list->first;

	spin_lock(&zone->lock);
	while (list->count < list->batch) {
		u32 orders = zone->free_orders & (~0u << order);
		unsigned int from, take;
		struct page *page;

		if (!orders)
			break;
		from = __ffs(orders);
		take = min(from, order + ilog2(list->batch - list->count));
		page = block_take(zone, from, take);
		for (unsigned long i = 0; i < 1ul << (take - order); i++, page += 1ul << order) {
			page->state = state;
			*link = page;
			link = &page->pcp_next;
		}
		list->count += 1u << (take - order);
	}
	*link = NULL;
	spin_unlock(&zone->lock);
}

static void stack_release(struct zone *zone, struct page *page, unsigned int order)
{
	spin_lock(&zone->lock);
	while (page) {
		struct page *next = page->pcp_next;

		block_free(zone, page, order);
		page = next;
	}
	spin_unlock(&zone->lock);
}

static void pcp_push(struct page *page, struct pcp_list *list)
{
	page->pcp_next = list->first;
	list->first = page;
	list->count++;
}

/*
 * The first stack is full: it becomes the spare, a spare goes to the zone, and @page on a new one.
 */
static noinline void pcp_push_full(struct page *page, struct per_cpu_pages *pcp,
				   struct pcp_list *list, unsigned long flags)
{
	unsigned int order = list - pcp->lists;

	if (list->spare) {
		pcp->returned += list->spare_count;
		stack_release(zone_table[page->zone], list->spare, order);
	}
	list->spare = list->first;
	list->spare_count = list->count;
	list->first = NULL;
	list->count = 0;
	pcp_push(page, list);
	local_irq_restore(flags);
}

/* A block whose last reference is gone, its state not yet written, goes on this CPU's stack. */
static __always_inline void pcp_free(struct page *page, unsigned int order)
{
	struct per_cpu_pages *pcp;
	struct pcp_list *list;
	unsigned long flags;

	local_irq_save(flags);
	page->flags = PG_pcp;
	set_page_count(page, 0);
	pcp = this_cpu_ptr(zone_pageset[page->zone]);
	list = &pcp->lists[order];
	pcp->frees++;
	if (unlikely(list->count >= list->batch)) {
		pcp_push_full(page, pcp, list, flags);
		return;
	}
	pcp_push(page, list);
	local_irq_restore(flags);
}

u64 pcp_allocs(const struct per_cpu_pages *pcp)
{
	u64 n = pcp->refilled + pcp->frees - pcp->returned;

	for (unsigned int order = 0; order < PCP_ORDERS; order++)
		n -= pcp->lists[order].count + pcp->lists[order].spare_count;
	return n;
}

void drain_local_pages(void)
{
	struct zone *zone;

	for_each_zone(zone) {
		struct per_cpu_pages *pcp;
		unsigned long flags;

		local_irq_save(flags);
		pcp = this_cpu_ptr(zone->pageset);
		for (unsigned int order = 0; order < PCP_ORDERS; order++) {
			struct pcp_list *list = &pcp->lists[order];

			pcp->returned += list->count + list->spare_count;
			stack_release(zone, list->first, order);
			stack_release(zone, list->spare, order);
			list->first = list->spare = NULL;
			list->count = list->spare_count = 0;
		}
		local_irq_restore(flags);
	}
}

/* ---- Allocation ---- */

/*
 * May a request for a zone of index @wanted take 2^order pages from @zone? Approximate by nature.
 */
static bool watermark_ok(const struct zone *zone, unsigned int order, unsigned int wanted,
			 unsigned int alloc_flags)
{
	unsigned long min, free = READ_ONCE(zone->free_pages);

	if (alloc_flags & ALLOC_NO_WATERMARKS)
		return true;
	min = zone->watermark[alloc_flags & ALLOC_WMARK_MASK];
	if (alloc_flags & ALLOC_HIGH)
		min -= min / 2;
	if (alloc_flags & ALLOC_HARDER)
		min -= min / 4;
	return free >= min + zone->lowmem_reserve[wanted] + (1ul << order);
}

/* Take a block from @zone, by way of this CPU's stack where the order has one. */
static struct page *rmqueue(struct zone *zone, unsigned int order)
{
	struct page *page = NULL;
	unsigned long flags;

	local_irq_save(flags);
	if (order < PCP_ORDERS) {
		struct per_cpu_pages *pcp = this_cpu_ptr(zone->pageset);
		struct pcp_list *list = &pcp->lists[order];

		if (!list->first) {
			if (list->spare) {
				list->first = list->spare;
				list->count = list->spare_count;
				list->spare = NULL;
				list->spare_count = 0;
			} else {
				pcp_refill(zone, list, order);
				pcp->refilled += list->count;
			}
		}
		page = list->first;
		if (page) {
			list->first = page->pcp_next;
			list->count--;
		}
	} else {
		u32 orders;

		spin_lock(&zone->lock);
		orders = zone->free_orders & (~0u << order);
		if (orders) {
			page = block_take(zone, __ffs(orders), order);
			zone->allocs++;
		}
		spin_unlock(&zone->lock);
	}
	if (page)
		page->state = PAGE_STATE(0, order, zone_id(zone), 1);
	else
		zone->failures++;
	local_irq_restore(flags);
	return page;
}

/* A block leaves the allocator: clear it, tie it together, tell the sanitizer. */
static struct page *page_prepare(struct page *page, unsigned int order, gfp_t gfp)
{
	kasan_unpoison(page_address(page), PAGE_SIZE << order);
	if (gfp & __GFP_ZERO)
		memset(page_address(page), 0, PAGE_SIZE << order);
	if (gfp & __GFP_COMP && order) {
		page->flags |= PG_head;
		for (unsigned long i = 1; i < 1ul << order; i++) {
			page[i].flags |= PG_tail;
			page[i].head = page;
		}
	}
	return page;
}

static struct page *get_page_from_zonelist(const struct zonelist *list, unsigned int order,
					   unsigned int alloc_flags)
{
	unsigned int wanted = list->zones[0] ? list->zones[0]->index : 0;

	for (struct zone *const *z = list->zones; *z; z++) {
		struct page *page;

		if (!watermark_ok(*z, order, wanted, alloc_flags))
			continue;
		page = rmqueue(*z, order);
		if (page) {
			if (alloc_flags & ALLOC_NO_WATERMARKS &&
			    (*z)->free_pages < (*z)->watermark[WMARK_MIN])
				page->flags |= PG_pfmemalloc;
			return page;
		}
	}
	return NULL;
}

static unsigned int gfp_to_alloc_flags(gfp_t gfp)
{
	unsigned int flags = WMARK_MIN;

	if (gfp & __GFP_NOMEMALLOC)
		return flags;
	if (gfp & __GFP_MEMALLOC)
		flags |= ALLOC_NO_WATERMARKS;
	if (gfp & __GFP_HIGH)
		flags |= ALLOC_HIGH;
	if (gfp & __GFP_ATOMIC)
		flags |= ALLOC_HARDER;
	return flags;
}

/* Run the shrinkers at rising pressure until a block of the order can be had. */
static struct page *direct_reclaim(const struct zonelist *list, gfp_t gfp, unsigned int order,
				   unsigned int alloc_flags)
{
	unsigned int rounds = gfp & __GFP_RETRY_MAYFAIL ? 3 : 1;
	int step = gfp & __GFP_NORETRY ? RECLAIM_PRIORITY : 1;

	while (rounds--) {
		for (int priority = RECLAIM_PRIORITY; priority >= 0; priority -= step) {
			struct page *page;

			if (!shrink_slab(gfp, numa_node_id(), priority))
				continue;
			drain_local_pages();
			page = get_page_from_zonelist(list, order, alloc_flags);
			if (page)
				return page;
		}
	}
	return NULL;
}

static void report_failure(gfp_t gfp, unsigned int order)
{
	pr_debug_ratelimited("allocation failure: order %u, gfp %#x, %lu pages free\n", order, gfp,
			     nr_free_pages());
}

static noinline struct page *alloc_pages_slow(gfp_t gfp, unsigned int order)
{
	const struct zonelist *list;
	unsigned int alloc_flags;
	struct page *page;

	if (order >= MAX_ORDER || !page_alloc_ready)
		return NULL;
	list = &node_data[0]->zonelists[gfp & GFP_ZONEMASK];
	page = get_page_from_zonelist(list, order, WMARK_LOW);
	if (likely(page))
		return page_prepare(page, order, gfp);

	alloc_flags = gfp_to_alloc_flags(gfp);
	page = get_page_from_zonelist(list, order, alloc_flags);
	if (!page) {
		/* Free pages may sit on this CPU's stacks, in other orders or unmerged. */
		drain_local_pages();
		page = get_page_from_zonelist(list, order, alloc_flags);
	}
	if (!page && gfpflags_allow_blocking(gfp) && !in_interrupt() && !irqs_disabled())
		page = direct_reclaim(list, gfp, order, alloc_flags);
	if (likely(page))
		return page_prepare(page, order, gfp);
	if (!(gfp & __GFP_NOWARN))
		report_failure(gfp, order);
	if (gfp & __GFP_NOFAIL)
		panic("out of memory: order %u may not fail", order);
	return NULL;
}

struct page *alloc_pages(gfp_t gfp, unsigned int order)
{
	if (likely(order < PCP_ORDERS)) {
		struct pcp_list *list;
		struct page *page;
		unsigned long flags;

		local_irq_save(flags);
		list = &this_cpu_ptr(preferred_pageset[gfp & GFP_ZONEMASK])->lists[order];
		page = list->first;
		if (likely(page)) {
			list->first = page->pcp_next;
			list->count--;
			local_irq_restore(flags);
			/* From "on the stack, no reference" to "one reference". */
			page->state += PAGE_STATE(0, 0, 0, 1) - PG_pcp;
			if (unlikely(gfp & (__GFP_ZERO | __GFP_COMP)))
				return page_prepare(page, order, gfp);
			kasan_unpoison(page_address(page), PAGE_SIZE << order);
			return page;
		}
		local_irq_restore(flags);
	}
	return alloc_pages_slow(gfp, order);
}

struct page *alloc_pages_node(int nid, gfp_t gfp, unsigned int order)
{
	if (nid != NUMA_NO_NODE && gfp & __GFP_THISNODE &&
	    ((unsigned int)nid >= nr_node_ids || !node_data[nid]))
		return NULL;
	return alloc_pages(gfp, order);
}

unsigned int alloc_pages_bulk(gfp_t gfp, unsigned int n, struct page **pages)
{
	unsigned int got = 0;

	while (got < n) {
		pages[got] = alloc_pages(gfp, 0);
		if (!pages[got])
			break;
		got++;
	}
	return got;
}

/* ---- Freeing ---- */

static void refuse(const struct page *page, unsigned int order, const char *why)
{
	page_alloc_errors++;
	if (mm_errors_quiet)
		return;
	pr_err("refused to free page %#lx, order %u: %s (flags %#x, order %u, count %d)\n",
	       page_to_pfn(page), order, why, page->flags, page->order,
	       atomic_read(&page->refcount));
	WARN_ON(1);
}

/* A block whose last reference is gone goes back. */
static void free_block(struct page *page, unsigned int order)
{
	struct zone *zone = page_zone(page);
	unsigned long flags;

	if (page->flags & PG_head) {
		for (unsigned long i = 1; i < 1ul << order; i++) {
			page[i].flags &= ~PG_tail;
			page[i].head = &page[i];
		}
	}
	kasan_poison(page_address(page), PAGE_SIZE << order);
	if (order < PCP_ORDERS) {
		pcp_free(page, order);
		return;
	}
	spin_lock_irqsave(&zone->lock, flags);
	page->state = PAGE_STATE(0, 0, page->zone, 0);
	block_free(zone, page, order);
	zone->frees++;
	spin_unlock_irqrestore(&zone->lock, flags);
}

static noinline void free_pages_slow(struct page *page, unsigned int order)
{
	if (page->flags & (PG_buddy | PG_pcp) || atomic_read(&page->refcount) <= 0)
		refuse(page, order, "it is free already");
	else if (page->flags & PG_tail)
		refuse(page, order, "it is inside a compound block");
	else if (page->flags & PG_reserved)
		refuse(page, order, "it was never allocated");
	else if (page->flags & PG_slab)
		refuse(page, order, "it is a slab");
	else if (page->order != order)
		refuse(page, order, "it was allocated with another order");
	else if (put_page_testzero(page))
		free_block(page, order);
}

void __free_pages(struct page *page, unsigned int order)
{
	/* No flag, one reference (ours), the order that it was allocated with: the common case. */
	if (likely(!page->flags && atomic_read(&page->refcount) == 1 && page->order == order &&
		   order < PCP_ORDERS)) {
		kasan_poison(page_address(page), PAGE_SIZE << order);
		pcp_free(page, order);
		return;
	}
	free_pages_slow(page, order);
}

/* put_page() found the last reference gone. */
void free_unref_compound(struct page *page)
{
	if (unlikely(page->flags & (PG_buddy | PG_pcp | PG_reserved | PG_slab)))
		refuse(page, page->order, "its last reference went, but it is not in use");
	else
		free_block(page, page->order);
}

unsigned long __get_free_pages(gfp_t gfp, unsigned int order)
{
	struct page *page = alloc_pages(gfp, order);

	return page ? (unsigned long)page_address(page) : 0;
}

unsigned long get_zeroed_page(gfp_t gfp)
{
	return __get_free_pages(gfp | __GFP_ZERO, 0);
}

void free_pages(unsigned long addr, unsigned int order)
{
	if (addr)
		__free_pages(virt_to_page((void *)addr), order);
}

void split_page(struct page *page, unsigned int order)
{
	u64 state = PAGE_STATE(0, 0, page->zone, 1);

	BUG_ON(PageCompound(page) || page->order != order || page_count(page) != 1);
	for (unsigned long i = 0; i < 1ul << order; i++)
		page[i].state = state;
}

void *alloc_pages_exact(size_t size, gfp_t gfp)
{
	unsigned int order = get_order(size);
	unsigned long pages = PFN_UP(size);
	struct page *page = size ? alloc_pages(gfp & ~__GFP_COMP, order) : NULL;

	if (!page)
		return NULL;
	split_page(page, order);
	for (unsigned long i = pages; i < 1ul << order; i++)
		__free_page(page + i);
	return page_address(page);
}

void free_pages_exact(void *addr, size_t size)
{
	for (unsigned long i = 0; i < PFN_UP(size); i++)
		free_page((unsigned long)addr + i * PAGE_SIZE);
}

/* ---- Counting ---- */

unsigned long zone_free_pages(struct zone *zone)
{
	unsigned long flags, pages;
	unsigned int cpu;

	spin_lock_irqsave(&zone->lock, flags);
	pages = zone->free_pages;
	for_each_possible_cpu(cpu) {
		const struct per_cpu_pages *pcp = per_cpu_ptr(zone->pageset, cpu);

		for (unsigned int order = 0; order < PCP_ORDERS; order++)
			pages += (unsigned long)(READ_ONCE(pcp->lists[order].count) +
						 READ_ONCE(pcp->lists[order].spare_count)) << order;
	}
	spin_unlock_irqrestore(&zone->lock, flags);
	return pages;
}

unsigned long nr_free_pages(void)
{
	unsigned long pages = 0;
	struct zone *zone;

	for_each_zone(zone)
		pages += zone_free_pages(zone);
	return pages;
}

unsigned long totalram_pages(void)
{
	unsigned long pages = 0;
	struct zone *zone;

	for_each_zone(zone)
		pages += zone->managed_pages;
	return pages;
}
