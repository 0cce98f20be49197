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
 *             one large block fills the stack in one cut. A stack that goes back is merged with
 *             itself first, 64 neighbours at a time (window_merge), and meets the free lists as few
 *             large blocks: the more of it was allocated together, the fewer.
 * States      page->state, one word: free on a zone list (PG_buddy, order, count 0); free on a
 *             CPU's stack (PG_pcp, order, count 0); allocated (order, count >= 1). The fast paths
 *             check and change the whole word, so that a double free, a wrong order, a tail page or
 *             a page in use is noticed at no cost; misuse is reported, counted and refused.
 *             A block that was taken below the min mark by who may take all of the reserve is marked
 *             (PG_pfmemalloc) until it is freed: what it holds is for those entitled only.
 * Lifetime    alloc_pages() returns one reference; the last put_page() or __free_pages() frees.
 *             A struct page is set up with its section when a block of it first leaves the free
 *             list (section_setup), so that boot does not touch 64 bytes for every page of RAM.
 * Locking     interrupts off > zone->lock. Nothing is called under a zone's lock. The per-CPU
 *             stacks need interrupts off only; those of a dead CPU are its heir's (CPU_NOTIFIER).
 *             Shrinkers run with shrinker_mutex held alone. Waking kswapd takes its queue's lock.
 * Limits      Watermarks: see page_init.c. Below `min` only callers with a claim go on: __GFP_HIGH
 *             half of it, __GFP_ATOMIC a further quarter of what is left, __GFP_MEMALLOC and
 *             a shrinker at work everything. Below `low` kswapd is woken (kswapd.c). A request that
 *             may sleep runs the shrinkers at rising pressure (RECLAIM_PRIORITY 12 down to 0: 1/4096
 *             of each cache to all of it), then has all CPUs' stacks drained, before it returns
 *             NULL: __GFP_NORETRY runs only the lightest pass, __GFP_RETRY_MAYFAIL all of them three
 *             times. __GFP_NOFAIL goes on for as long as shrinkers free anything, and panics after
 *             NOFAIL_ROUNDS 16 rounds (10 ms apart) in which they did not.
 * Observe     buddyinfo, zoneinfo, free, vmstat -s; a failure without __GFP_NOWARN is told at debug
 *             level (page_report.c): a remote host can cause it.
 * Reference   D. Knuth, TAOCP 1, 2.5 (the buddy system); J. Bonwick, J. Adams, "Magazines and Vmem"
 *             (the pair of stacks).
 */
#define pr_fmt(fmt) "page_alloc: " fmt

#include "mm/page_alloc.h"

#include <arch/irqflags.h>
#include <arch/kasan.h>
#include <arch/smp.h>
#include "kernel/base/cpu.h"
#include "kernel/base/panic.h"
#include "kernel/base/preempt.h"
#include "kernel/base/printk.h"
#include "kernel/base/sched.h"
#include "kernel/base/smp.h"
#include "lib/bitops.h"
#include "lib/string.h"
#include "mm/kswapd.h"
#include "mm/page_alloc_internal.h"
#include "mm/page_debug.h"
#include "mm/shrinker.h"
#include "mm/vm_event.h"

#define ALLOC_WMARK_MASK	0x03u	/* index into zone->watermark[] */
#define ALLOC_NO_WATERMARKS	0x04u
#define ALLOC_HIGH		0x08u
#define ALLOC_HARDER		0x10u

#define NOFAIL_ROUNDS		16	/* in a row without progress, and a panic */

/*
 * From "on a stack, no reference" to "one reference", and back, by one addition to page->state:
 * PG_pcp is its bit 31, the count starts at bit 32.
 */
#define PCP_TO_USED	(PAGE_STATE(0, 0, 0, 1) - PAGE_STATE(PG_pcp, 0, 0, 0))
static_assert(PCP_TO_USED == PAGE_STATE(PG_pcp, 0, 0, 0), "the flag carries into the count");

struct zone *zone_table[NR_ZONE_IDS];
struct per_cpu_pages __percpu *zone_pageset[NR_ZONE_IDS];
DEFINE_PER_CPU(struct pcp_list *, preferred_list[(GFP_ZONEMASK + 1) * PCP_ORDERS]);
DEFINE_PER_CPU(const struct zonelist *, local_zonelists);
struct pglist_data *node_data[MAX_NUMNODES];
bool page_alloc_ready;
bool page_alloc_special = true;
unsigned long page_alloc_errors;
bool mm_errors_quiet;

struct zone *page_zone(const struct page *page)
{
	return zone_table[page->zone];
}

/* ---- Free lists. The zone's lock is held throughout. ---- */

static __always_inline void block_link(struct zone *zone, struct page *page, unsigned int order)
{
	struct free_area *area = &zone->free_area[order];

	page->state = zone->page_state + PAGE_STATE(PG_buddy, order, 0, 0);
	list_add(&page->lru, &area->free_list);
	area->nr_free++;
	zone->free_orders |= 1u << order;
}

/*
 * The caller writes page->state, which tells that the block is off the list, before it lets go of
 * the lock.
 */
static __always_inline void block_unlink(struct zone *zone, struct page *page, unsigned int order)
{
	struct free_area *area = &zone->free_area[order];

	list_unlink(&page->lru);
	if (!--area->nr_free)
		zone->free_orders &= ~(1u << order);
}

void zone_add_block(struct zone *zone, struct page *page, unsigned int order)
{
	struct free_area *area = &zone->free_area[order];

	page->head = page;
	page->state = zone->page_state + PAGE_STATE(PG_buddy, order, 0, 0);
	list_add_tail(&page->lru, &area->free_list);
	area->nr_free++;
	zone->free_orders |= 1u << order;
	zone->free_pages += 1ul << order;
	zone->managed_pages += 1ul << order;
}

/*
 * Free a block, whatever the state of its first page says: merge it with its buddy for as long as
 * that is free and whole.
 */
static void block_free(struct zone *zone, struct page *page, unsigned int order)
{
	u64 inside = zone->page_state;

	zone->free_pages += 1ul << order;
	for (; order < MAX_ORDER - 1; order++) {
		unsigned long buddy_pfn = page_to_pfn(page) ^ (1ul << order);
		struct page *buddy = pfn_to_page(buddy_pfn);

		/*
		 * Up to here the buddy was in the same section; now it is the other one of a pair,
		 * which the table always has room for.
		 */
		if (order >= SECTION_ORDER &&
		    section_states[buddy_pfn >> SECTION_ORDER] == SECTION_ABSENT)
			break;
		if (buddy->state != inside + PAGE_STATE(PG_buddy, order, 0, 0))
			break;
		block_unlink(zone, buddy, order);
		max(page, buddy)->state = inside;
		page = min(page, buddy);
	}
	block_link(zone, page, order);
}

/* The first 2^@order pages of a free block at a section's start are about to be used. */
static __always_inline void sections_make_ready(unsigned long pfn, unsigned int order)
{
	const u8 *state = &section_states[pfn >> SECTION_ORDER];

	static_assert(MAX_ORDER - 1 <= SECTION_ORDER + 1, "a block has one section or two");
	if (unlikely(state[0] != SECTION_READY))
		section_setup(pfn, 0);
	if (unlikely(order > SECTION_ORDER && state[1] != SECTION_READY))
		section_setup(pfn + PAGES_PER_SECTION, 0);
}

/* Take the first block of order @from, which has one, and cut it to order @order. */
static __always_inline struct page *block_take(struct zone *zone, unsigned int from,
					       unsigned int order)
{
	struct page *page = list_first_entry(&zone->free_area[from].free_list, struct page, lru);

	block_unlink(zone, page, from);
	if (from >= SECTION_ORDER)
		sections_make_ready(page_to_pfn(page), order);
	while (from > order) {
		struct page *upper = page + (1ul << --from);

		if (from >= SECTION_ORDER)
			upper->head = upper;	/* its section may still be deferred */
		block_link(zone, upper, from);
	}
	zone->free_pages -= 1ul << order;
	return page;
}

/*
 * The blocks of a stack come back together, and those that were allocated together are neighbours.
 * So they are merged among themselves first, as bits of a word: bit i stands for block i of a
 * window of 64. A pair of set bits 2k, 2k + 1 is a block of the next order, at bit 2k; what is not
 * in a pair goes to the free lists; and again, with bits twice as far apart, up to the window as
 * one block. A full window costs six steps and one block_free() instead of 64.
 */
#define WINDOW_SHIFT	6
#define WINDOW_SIZE	(1ul << WINDOW_SHIFT)
static_assert(PCP_ORDERS - 1 + WINDOW_SHIFT <= SECTION_ORDER, "a window is in one section");

static void window_merge(struct zone *zone, struct page *window, u64 blocks, unsigned int order)
{
	/* Where the first of a pair of 2^step bits each may stand. */
	static const u64 first_of_pair[WINDOW_SHIFT] = {
		0x5555555555555555, 0x1111111111111111, 0x0101010101010101,
		0x0001000100010001, 0x0000000100000001, 0x0000000000000001,
	};

	for (unsigned int step = 0; step < WINDOW_SHIFT && blocks; step++) {
		unsigned int width = 1u << step;
		u64 pairs = blocks & blocks >> width & first_of_pair[step];
		u64 alone = blocks & ~(pairs | pairs << width);

		for (; alone; alone &= alone - 1)
			block_free(zone, window + (__ffs(alone) << order), order + step);
		blocks = pairs;
	}
	if (blocks)
		block_free(zone, window, order + WINDOW_SHIFT);
}

/* Free the blocks on top of the stack @page that are in one window. Return: the rest. */
static struct page *window_free(struct zone *zone, struct page *page, unsigned int order)
{
	unsigned long n = page_to_pfn(page) >> order;
	unsigned long first = ALIGN_DOWN(n, WINDOW_SIZE);
	u64 inside = zone->page_state, blocks = 0;
	struct page *top = page;

	do {
		blocks |= 1ull << (n % WINDOW_SIZE);
		page->state = inside;
		page = page->pcp_next;
		n = page_to_pfn(page) >> order;
	} while (page && n - first < WINDOW_SIZE);
	if (blocks & (blocks - 1))
		window_merge(zone, pfn_to_page(first << order), blocks, order);
	else
		block_free(zone, top, order);	/* scattered: nothing to merge */
	return page;
}

/* Free the stack @page, all of it of one order. */
static void chain_free(struct zone *zone, struct page *page, unsigned int order)
{
	spin_lock(&zone->lock);
	while (page)
		page = window_free(zone, page, order);
	spin_unlock(&zone->lock);
}

/* ---- Per-CPU stacks. Interrupts are off throughout. ---- */

/* Fill an empty stack with up to a batch of blocks. */
static void pcp_refill(struct zone *zone, struct pcp_list *list, unsigned int order)
{
	u64 state = zone->page_state + PAGE_STATE(PG_pcp, order, 0, 0);
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

static void pcp_push(struct page *page, struct pcp_list *list)
{
	page->pcp_next = list->first;
	list->first = page;
	list->count++;
}

/* An order that has no stacks never has room on them: the block goes to its zone. */
static noinline void free_to_zone(struct page *page, unsigned int order, unsigned long flags)
{
	struct zone *zone = page_zone(page);

	spin_lock(&zone->lock);
	block_free(zone, page, order);
	zone->frees[order]++;
	spin_unlock(&zone->lock);
	local_irq_restore(flags);
}

static void free_to_zone_watched(struct page *page, unsigned int order, unsigned long flags)
{
	page_debug_free(page, order);
	free_to_zone(page, order, flags);
}

/* A pointer, so that who does not watch freed pages pays nothing for it. */
static void (*free_past_stacks)(struct page *page, unsigned int order,
				unsigned long flags) __ro_after_init = free_to_zone;

void page_alloc_watch_frees(void)
{
	free_past_stacks = free_to_zone_watched;
}

/*
 * The first stack is full: it becomes the spare, a spare goes to the zone, and @page on a new one.
 */
static noinline void pcp_push_full(struct page *page, unsigned int order, unsigned long flags)
{
	struct zone *zone = page_zone(page);
	struct per_cpu_pages *pcp = this_cpu_ptr(zone->pageset);
	struct pcp_list *list = &pcp->lists[order];

	if (list->spare) {
		pcp->returned[order] += list->spare_count;
		chain_free(zone, list->spare, order);
	}
	list->spare = list->first;
	list->spare_count = list->count;
	list->first = NULL;
	list->count = 0;
	pcp_push(page, list);
	pcp->frees[order]++;
	local_irq_restore(flags);
}

/* A block in state @state, whose last reference was the caller's, goes on this CPU's stack. */
static __always_inline void pcp_free(struct page *page, u64 state, unsigned int order)
{
	struct per_cpu_pages *pcp;
	struct pcp_list *list;
	unsigned long flags;

	local_irq_save(flags);
	page->state = state - PCP_TO_USED;
	pcp = this_cpu_ptr(zone_pageset[(u8)state]);
	list = &pcp->lists[order];
	if (unlikely(list->count >= list->batch)) {
		if (list->batch)
			pcp_push_full(page, order, flags);
		else
			free_past_stacks(page, order, flags);
		return;
	}
	pcp_push(page, list);
	pcp->frees[order]++;
	local_irq_restore(flags);
}

/* All that @cpu has on its stacks goes back. It is this CPU, with interrupts off, or a dead one. */
static void drain_cpu(unsigned int cpu)
{
	struct zone *zone;

	for_each_zone(zone) {
		struct per_cpu_pages *pcp = per_cpu_ptr(zone->pageset, cpu);

		for (unsigned int order = 0; order < PCP_ORDERS; order++) {
			struct pcp_list *list = &pcp->lists[order];

			pcp->returned[order] += list->count + list->spare_count;
			chain_free(zone, list->first, order);
			chain_free(zone, list->spare, order);
			list->first = list->spare = NULL;
			list->count = list->spare_count = 0;
		}
	}
}

void drain_local_pages(void)
{
	unsigned long flags;

	local_irq_save(flags);
	drain_cpu(smp_processor_id());
	local_irq_restore(flags);
}

static void drain_here(void *unused)
{
	drain_local_pages();
}

void drain_all_pages(void)
{
	count_vm_event(DRAIN_ALL);
	on_each_cpu(drain_here, NULL);
}

/* What a CPU that went offline had on its stacks. */
static void page_alloc_cpu_dead(unsigned int cpu)
{
	unsigned long flags;

	local_irq_save(flags);
	drain_cpu(cpu);
	local_irq_restore(flags);
}
CPU_NOTIFIER(page_alloc, .dead = page_alloc_cpu_dead);

/* ---- Allocation ---- */

/*
 * May a request for a zone of index @wanted take 2^order pages from @zone? Approximate by nature.
 */
static __always_inline bool watermark_ok(const struct zone *zone, unsigned int order,
					 unsigned int wanted, unsigned int alloc_flags)
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

/* Take a block of an order that has no stacks. Interrupts are off. */
static __always_inline struct page *rmqueue_buddy(struct zone *zone, unsigned int order)
{
	struct page *page = NULL;
	u32 orders;

	spin_lock(&zone->lock);
	orders = zone->free_orders & (~0u << order);
	if (orders) {
		page = block_take(zone, __ffs(orders), order);
		/* Under the lock: until then it looks free, and another CPU might merge with it. */
		page->state = zone->page_state + PAGE_STATE(0, order, 0, 1);
		this_cpu_inc(zone->pageset->taken[order]);
	}
	spin_unlock(&zone->lock);
	return page;
}

/* Take a block by way of this CPU's stack. Interrupts are off. */
static noinline struct page *rmqueue_pcp(struct zone *zone, unsigned int order)
{
	struct per_cpu_pages *pcp = this_cpu_ptr(zone->pageset);
	struct pcp_list *list = &pcp->lists[order];
	struct page *page;

	if (!list->first) {
		if (list->spare) {
			list->first = list->spare;
			list->count = list->spare_count;
			list->spare = NULL;
			list->spare_count = 0;
		} else {
			if (unlikely(!list->batch))	/* debugging: there are no stacks */
				return rmqueue_buddy(zone, order);
			pcp_refill(zone, list, order);
			pcp->taken[order] += list->count;
		}
	}
	page = list->first;
	if (page) {
		list->first = page->pcp_next;
		list->count--;
		page->state += PCP_TO_USED;
	}
	return page;
}

static __always_inline struct page *rmqueue(struct zone *zone, unsigned int order, bool by_stack)
{
	struct page *page;
	unsigned long flags;

	local_irq_save(flags);
	page = order < PCP_ORDERS && by_stack ? rmqueue_pcp(zone, order) :
						rmqueue_buddy(zone, order);
	local_irq_restore(flags);
	return page;
}

/* A block leaves the allocator: clear it, tie it together, tell the sanitizer. */
static struct page *page_prepare(struct page *page, unsigned int order, gfp_t gfp)
{
	if (unlikely(page_debug_on()))
		page_debug_alloc(page, order);
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

/* As Linux counts: a miss when another node than the list's first served, foreign on the first. */
static noinline void count_numa(const struct zone *preferred, const struct zone *zone)
{
	if (zone->node != preferred->node) {
		this_cpu_inc(zone->pageset->numa_miss);
		this_cpu_inc(preferred->pageset->numa_foreign);
	}
}

/* Inline: above the low mark, where @alloc_flags is a constant, little of it is left. */
static __always_inline struct page *get_page_from_zonelist(const struct zonelist *list,
							   unsigned int order,
							   unsigned int alloc_flags)
{
	for (struct zone *const *z = list->zones; *z; z++) {
		struct page *page;

		if (!watermark_ok(*z, order, list->highest, alloc_flags))
			continue;
		/* Of the reserve one block: the rest of a stack would be anybody's. */
		page = rmqueue(*z, order,
			       alloc_flags == WMARK_LOW ||
			       watermark_ok(*z, order, list->highest, WMARK_MIN));
		if (page) {
			if (unlikely(z != list->zones))
				count_numa(list->zones[0], *z);
			if (alloc_flags & ALLOC_NO_WATERMARKS &&
			    (*z)->free_pages < (*z)->watermark[WMARK_MIN]) {
				page->flags |= PG_pfmemalloc;
				count_vm_event(PGALLOC_RESERVE);
			}
			return page;
		}
	}
	return NULL;
}

static noinline struct page *get_page_below_low(const struct zonelist *list, unsigned int order,
						unsigned int alloc_flags)
{
	return get_page_from_zonelist(list, order, alloc_flags);
}

static unsigned int gfp_to_alloc_flags(gfp_t gfp)
{
	unsigned int flags = WMARK_MIN;

	if (gfp & __GFP_NOMEMALLOC)
		return flags;
	if (gfp & __GFP_MEMALLOC || shrinkers_run_here())
		flags |= ALLOC_NO_WATERMARKS;
	if (gfp & __GFP_HIGH)
		flags |= ALLOC_HIGH;
	if (gfp & __GFP_ATOMIC)
		flags |= ALLOC_HARDER;
	return flags;
}

/*
 * Run the shrinkers at rising pressure until a block of the order can be had. *@progress: they have
 * freed something.
 */
static struct page *direct_reclaim(const struct zonelist *list, gfp_t gfp, unsigned int order,
				   unsigned int alloc_flags, bool *progress)
{
	unsigned int rounds = gfp & __GFP_RETRY_MAYFAIL ? 3 : 1;
	int last = gfp & __GFP_NORETRY ? RECLAIM_PRIORITY : 0;

	count_vm_event(ALLOCSTALL_DMA + list->highest);
	while (rounds--) {
		for (int priority = RECLAIM_PRIORITY; priority >= last; priority--) {
			struct page *page;

			if (!shrink_slab(gfp, numa_node_id(), priority))
				continue;
			*progress = true;
			drain_local_pages();
			page = get_page_below_low(list, order, alloc_flags);
			if (page)
				return page;
		}
	}
	/* The last that may be had: what lies on the other CPUs' stacks. */
	drain_all_pages();
	return get_page_below_low(list, order, alloc_flags);
}

/*
 * For __GFP_NOFAIL: all of the reserve, then reclaim for as long as it frees something. While others
 * run they may free, too; but not for ever: a caller without a way to fail is stuck where it is,
 * maybe with locks, and a router that says why it stops is better than one that hangs.
 */
static struct page *alloc_nofail(const struct zonelist *list, gfp_t gfp, unsigned int order)
{
	bool may_sleep = gfpflags_allow_blocking(gfp) && !in_interrupt() && !irqs_disabled();

	for (unsigned int fruitless = 0; fruitless < NOFAIL_ROUNDS; fruitless++) {
		struct page *page = get_page_below_low(list, order, ALLOC_NO_WATERMARKS);
		bool progress = false;

		if (page)
			return page;
		if (!may_sleep)
			break;
		page = direct_reclaim(list, gfp, order, ALLOC_NO_WATERMARKS, &progress);
		if (page)
			return page;
		if (progress)
			fruitless = 0;
		if (scheduler_running())
			msleep(10);
	}
	panic("out of memory: order %u (gfp %#x) may not fail", order, gfp);
}

/* No zone has a block above its low mark. */
static noinline struct page *alloc_pages_low(const struct zonelist *list, gfp_t gfp,
					     unsigned int order)
{
	unsigned int alloc_flags = gfp_to_alloc_flags(gfp);
	struct page *page;
	bool progress;

	if (!list->zones[0])
		goto none;
	if (gfp & __GFP_KSWAPD_RECLAIM)
		kswapd_wake(list);
	page = get_page_below_low(list, order, alloc_flags);
	if (!page) {
		/* Free pages may sit on this CPU's stacks, in other orders or unmerged. */
		drain_local_pages();
		page = get_page_below_low(list, order, alloc_flags);
	}
	if (!page && gfpflags_allow_blocking(gfp) && !in_interrupt() && !irqs_disabled())
		page = direct_reclaim(list, gfp, order, alloc_flags, &progress);
	if (!page && gfp & __GFP_NOFAIL)
		page = alloc_nofail(list, gfp, order);
	if (likely(page))
		return page_prepare(page, order, gfp);
none:
	count_vm_event(PGALLOC_FAIL);
	if (!(gfp & __GFP_NOWARN))
		page_alloc_report(gfp, order);
	return NULL;
}

static __always_inline struct page *alloc_pages_list(const struct zonelist *list, gfp_t gfp,
						     unsigned int order)
{
	struct page *page = get_page_from_zonelist(list, order, WMARK_LOW);

	if (unlikely(!page))
		return alloc_pages_low(list, gfp, order);
	if (unlikely(gfp & (__GFP_ZERO | __GFP_COMP)))
		return page_prepare(page, order, gfp);
	kasan_unpoison(page_address(page), PAGE_SIZE << order);
	return page;
}

/* The same where there is more to ask: not an order, too early, injection, debugging. */
static noinline struct page *alloc_pages_checked(const struct zonelist *list, gfp_t gfp,
						 unsigned int order)
{
	struct page *page;

	if (order >= MAX_ORDER || !page_alloc_ready ||
	    (fail_page_alloc.active && page_alloc_fails(gfp, order)))
		return NULL;
	page = get_page_below_low(list, order, WMARK_LOW);
	return page ? page_prepare(page, order, gfp) : alloc_pages_low(list, gfp, order);
}

/* This CPU has no block on its stack, or the order has no stacks. */
static noinline struct page *alloc_pages_zone(gfp_t gfp, unsigned int order)
{
	const struct zonelist *list = this_cpu_read(local_zonelists) + ZONELIST(gfp);

	if (unlikely(order >= MAX_ORDER || page_alloc_special))
		return alloc_pages_checked(list, gfp, order);
	return alloc_pages_list(list, gfp, order);
}

/* A page from this CPU's stack, for a request that wants more than a page. */
static noinline struct page *alloc_pages_special(struct page *page, gfp_t gfp, unsigned int order)
{
	/* A node that lacks the zone (or all memory) has another node's stack to look at first. */
	if (gfp & __GFP_THISNODE && page_to_nid(page) != (unsigned int)numa_node_id()) {
		__free_pages(page, order);
		return alloc_pages_zone(gfp, order);
	}
	return page_prepare(page, order, gfp);
}

struct page *alloc_pages(gfp_t gfp, unsigned int order)
{
	might_alloc(gfp);
	if (likely(order < PCP_ORDERS)) {
		struct pcp_list *list;
		struct page *page;
		unsigned long flags;

		local_irq_save(flags);
		list = this_cpu_read(preferred_list[PREFERRED_LIST(gfp, order)]);
		page = list->first;
		if (likely(page)) {
			list->first = page->pcp_next;
			list->count--;
			local_irq_restore(flags);
			page->state += PCP_TO_USED;
			if (unlikely(gfp & (__GFP_ZERO | __GFP_COMP | __GFP_THISNODE)))
				return alloc_pages_special(page, gfp, order);
			kasan_unpoison(page_address(page), PAGE_SIZE << order);
			return page;
		}
		local_irq_restore(flags);
	}
	return alloc_pages_zone(gfp, order);
}

struct page *alloc_pages_node(int nid, gfp_t gfp, unsigned int order)
{
	const struct zonelist *list;

	might_alloc(gfp);
	if (nid == NUMA_NO_NODE || nid == numa_node_id())
		return alloc_pages(gfp, order);
	if (!node_online(nid))
		return gfp & __GFP_THISNODE ? NULL : alloc_pages(gfp, order);
	list = &node_data[nid]->zonelists[ZONELIST(gfp)];
	if (unlikely(order >= MAX_ORDER || page_alloc_special))
		return alloc_pages_checked(list, gfp, order);
	return alloc_pages_list(list, gfp, order);
}

/* All that the CPU's stack has, up to @n, with interrupts off once. Return: how many. */
static unsigned int pcp_pop_bulk(gfp_t gfp, unsigned int n, struct page **pages)
{
	struct pcp_list *list;
	unsigned long flags;
	unsigned int got = 0;

	local_irq_save(flags);
	list = this_cpu_read(preferred_list[PREFERRED_LIST(gfp, 0)]);
	for (struct page *page = list->first; page && got < n; page = list->first) {
		list->first = page->pcp_next;
		list->count--;
		page->state += PCP_TO_USED;
		pages[got++] = page;
	}
	local_irq_restore(flags);
	return got;
}

unsigned int alloc_pages_bulk(gfp_t gfp, unsigned int n, struct page **pages)
{
	unsigned int got = 0;

	while (got < n) {
		unsigned int more = gfp & __GFP_THISNODE ?
					    0 : pcp_pop_bulk(gfp, n - got, pages + got);

		for (; more; more--)
			page_prepare(pages[got++], 0, gfp);
		/* The next one fills the stack. */
		if (got < n && !(pages[got++] = alloc_pages(gfp, 0)))
			return got - 1;
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
	if (page->flags & PG_head) {
		for (unsigned long i = 1; i < 1ul << order; i++) {
			page[i].flags &= ~PG_tail;
			page[i].head = &page[i];
		}
	}
	lockdebug_freed(page_address(page), PAGE_SIZE << order);
	kasan_poison(page_address(page), PAGE_SIZE << order);
	pcp_free(page, PAGE_STATE(0, order, page->zone, 1), order);
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
	u64 state = page->state;

	/* No flag, one reference (ours), the order that it was allocated with: the common case. */
	if (likely((state >> 8) - (PAGE_STATE(0, 0, 0, 1) >> 8) == order)) {
		lockdebug_freed(page_address(page), PAGE_SIZE << order);
		kasan_poison(page_address(page), PAGE_SIZE << order);
		pcp_free(page, state, order);
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
