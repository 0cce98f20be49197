/* SPDX-License-Identifier: MIT */
/*
 * mm/page_alloc_internal.h - what the files of the page allocator share.
 */
#ifndef MM_PAGE_ALLOC_INTERNAL_H
#define MM_PAGE_ALLOC_INTERNAL_H

#include "mm/page_alloc.h"

/* page->state as one number, in the layout of struct page. */
#define PAGE_STATE(flags, order, zone, count) \
	((u64)(u32)(count) << 32 | (u64)(flags) << 16 | (u64)(order) << 8 | (u64)(zone))

#define ZONE_ID(node, zone)	((node) << 2 | (zone))
#define NR_ZONE_IDS		(MAX_NUMNODES * 4)

/* By page->zone. [I] after mem_init() */
extern struct zone *zone_table[NR_ZONE_IDS];
extern struct per_cpu_pages __percpu *zone_pageset[NR_ZONE_IDS];
/* The CPU's own stack to look at first, by gfp & GFP_ZONEMASK and order: of its node's first zone. */
DECLARE_PER_CPU(struct pcp_list *, preferred_list[(GFP_ZONEMASK + 1) * PCP_ORDERS]);
#define PREFERRED_LIST(gfp, order) (((gfp) & GFP_ZONEMASK) * PCP_ORDERS + (order))

/* The CPU's node's. [I] after mem_init() */
DECLARE_PER_CPU(const struct zonelist *, local_zonelists);

/*
 * A section is 2 MB of addresses. Its struct pages are mapped when any of it is RAM, and hold
 * something valid when it is READY; in a DEFERRED section only the first one does, and the section
 * is either wholly inside one free block or wholly reserved. DEFERRED -> READY under the zone's
 * lock (or at boot), never back.
 */
enum section_state { SECTION_ABSENT, SECTION_DEFERRED, SECTION_READY };
extern u8 *section_states;
extern unsigned long nr_sections;

static inline u8 section_state(unsigned long pfn)
{
	unsigned long section = pfn >> SECTION_ORDER;

	return section < nr_sections ? section_states[section] : SECTION_ABSENT;
}

/*
 * pfn_zone_id() - ZONE_ID() of the zone that @pfn counts to, by firmware's tables; *@end: the first
 * page above that may count to another. Any context.
 */
unsigned int pfn_zone_id(unsigned long pfn, unsigned long *end);

/* section_setup() - write the struct pages of @pfn's section, each with @flags and no reference. */
void section_setup(unsigned long pfn, unsigned int flags);

static inline unsigned int zone_id(const struct zone *zone)
{
	return ZONE_ID(zone->node, zone->index);
}

/*
 * zone_add_block() - give a block that was reserved until now to @zone, at the cold end of its
 * list.
 * Context: boot, or the zone's lock held. Does not merge.
 */
void zone_add_block(struct zone *zone, struct page *page, unsigned int order);

/* There is something to look at before a request is served: not ready yet, or injection. */
extern bool page_alloc_special;

/* page_alloc_watch_frees() - page_debug_free() sees each block from now on. Boot. */
void page_alloc_watch_frees(void);

/* page_alloc_report() - a request could not be served: told at debug level. Any context. */
void page_alloc_report(gfp_t gfp, unsigned int order);
void page_alloc_report_now(gfp_t gfp, unsigned int order);	/* past the rate limit */

/*
 * page_for_each_slab() - @fn for the first page of each slab there is. No lock: for a quiet system.
 */
void page_for_each_slab(void (*fn)(struct page *page, void *ctx), void *ctx);

#endif
