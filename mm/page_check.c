/* SPDX-License-Identifier: MIT */
/*
 * mm/page_check.c - walks the page allocator and says what does not hold.
 *
 * Overview    The invariants of page_alloc.c's head, checked one by one: for tests and for a doubt.
 * Locking     takes each zone's lock with interrupts off for the time of its walk: milliseconds.
 */
#define pr_fmt(fmt) "page_check: " fmt

#include "kernel/base/printk.h"
#include "mm/page_alloc.h"
#include "mm/page_alloc_internal.h"

/* What @faults points to is one walker's own: several may be at it. */
#define CHECK(zone, page, what)								\
	do {										\
		if (!(what) && !(*faults)++)						\
			pr_err("%s, page %#lx: not so: %s\n", (zone)->name,		\
			       (page) ? page_to_pfn(page) : 0, #what);			\
	} while (0)

static void check_block(const struct zone *zone, const struct page *page, unsigned int order,
			unsigned int *faults)
{
	unsigned long pfn = page_to_pfn(page);
	struct page *buddy = pfn_to_page(pfn ^ (1ul << order));

	CHECK(zone, page, page->state == PAGE_STATE(PG_buddy, order, zone_id(zone), 0));
	CHECK(zone, page, page->head == page);
	CHECK(zone, page, IS_ALIGNED(pfn, 1ul << order));
	CHECK(zone, page, pfn >= zone->start_pfn);
	CHECK(zone, page, pfn + (1ul << order) <= zone->start_pfn + zone->spanned_pages);
	CHECK(zone, page, section_state(pfn) != SECTION_ABSENT);
	CHECK(zone, page, order >= SECTION_ORDER || section_state(pfn) == SECTION_READY);
	if (order < MAX_ORDER - 1 && section_state(page_to_pfn(buddy)) != SECTION_ABSENT)
		CHECK(zone, page, buddy->state != page->state);
}

/*
 * Every page of a set-up section: blocks do not overlap, and the lists have as many as are marked.
 */
static void check_sections(struct zone *zone, unsigned int *faults)
{
	unsigned long heads[MAX_ORDER] = { 0 };
	unsigned long pfn = zone->start_pfn, end = zone->start_pfn + zone->spanned_pages;
	unsigned long piece = 0;
	unsigned int id = 0;

	while (pfn < end) {
		struct page *page = pfn_to_page(pfn);

		if (pfn >= piece)
			id = pfn_zone_id(pfn, &piece);
		if (id != zone_id(zone)) {	/* another node's memory in between */
			pfn = piece;
			continue;
		}

		if (section_state(pfn) == SECTION_ABSENT ||
		    (section_state(pfn) == SECTION_DEFERRED && !(page->flags & PG_buddy))) {
			pfn = ALIGN(pfn + 1, PAGES_PER_SECTION);
			continue;
		}
		CHECK(zone, page, page_zone(page) == zone);
		if (!(page->flags & PG_buddy)) {
			pfn++;
			continue;
		}
		heads[page->order]++;
		for (unsigned long i = 1; i < 1ul << page->order; i++)
			if (section_state(pfn + i) == SECTION_READY)
				CHECK(zone, page + i, !page[i].flags && !page[i].refcount.counter &&
						      page[i].zone == zone_id(zone));
		pfn += 1ul << page->order;
	}
	for (unsigned int order = 0; order < MAX_ORDER; order++)
		CHECK(zone, (struct page *)NULL, heads[order] == zone->free_area[order].nr_free);
}

static void check_zone(struct zone *zone, unsigned int *faults)
{
	unsigned long flags, pages = 0;

	spin_lock_irqsave(&zone->lock, flags);
	for (unsigned int order = 0; order < MAX_ORDER; order++) {
		const struct free_area *area = &zone->free_area[order];
		unsigned long blocks = 0;
		struct page *page;

		list_for_each_entry(page, &area->free_list, lru) {
			check_block(zone, page, order, faults);
			blocks++;
		}
		CHECK(zone, (struct page *)NULL, blocks == area->nr_free);
		CHECK(zone, (struct page *)NULL, !!(zone->free_orders & 1u << order) == !!blocks);
		pages += blocks << order;
	}
	CHECK(zone, (struct page *)NULL, pages == zone->free_pages);
	CHECK(zone, (struct page *)NULL, zone->free_pages <= zone->managed_pages);
	check_sections(zone, faults);
	spin_unlock_irqrestore(&zone->lock, flags);
}

/* This CPU's stacks: as long as they say, and of the right kind; none past PCP_ORDERS. */
static void check_stacks(struct zone *zone, unsigned int *faults)
{
	unsigned long flags;

	local_irq_save(flags);
	for (unsigned int order = 0; order < PCP_ORDERS; order++) {
		const struct pcp_list *list = &this_cpu_ptr(zone->pageset)->lists[order];
		u32 n = 0, spare = 0;

		for (const struct page *p = list->first; p && n <= list->count;
		     p = p->pcp_next, n++)
			CHECK(zone, p, p->state == PAGE_STATE(PG_pcp, order, zone_id(zone), 0));
		for (const struct page *p = list->spare; p && spare <= list->spare_count;
		     p = p->pcp_next, spare++)
			CHECK(zone, p, p->state == PAGE_STATE(PG_pcp, order, zone_id(zone), 0));
		CHECK(zone, list->first, n == list->count);
		CHECK(zone, list->spare, spare == list->spare_count);
		CHECK(zone, list->first, list->count <= list->batch);
	}
	for (unsigned int order = PCP_ORDERS; order < MAX_ORDER; order++) {
		const struct pcp_list *list = &this_cpu_ptr(zone->pageset)->lists[order];

		CHECK(zone, list->first, !list->first && !list->spare && !list->batch);
	}
	local_irq_restore(flags);
}

void page_for_each_slab(void (*fn)(struct page *page, void *ctx), void *ctx)
{
	for (unsigned long section = 0; section < nr_sections; section++) {
		struct page *page = pfn_to_page(section << SECTION_ORDER);

		if (section_states[section] != SECTION_READY)
			continue;
		for (unsigned long i = 0; i < PAGES_PER_SECTION; i++, page++)
			if (PageSlab(page))
				fn(page, ctx);
	}
}

unsigned int page_alloc_check(void)
{
	unsigned int faults = 0;
	struct zone *zone;

	for_each_zone(zone) {
		check_zone(zone, &faults);
		check_stacks(zone, &faults);
	}
	return faults;
}
