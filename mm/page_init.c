/* SPDX-License-Identifier: MIT */
/*
 * mm/page_init.c - from memblock to zones full of free pages.
 *
 * Overview    mem_init() maps the page array, describes the zones, and gives every page of RAM that
 *             memblock did not reserve to the buddy allocator.
 * Structure   RAM is seen in sections of 2 MB. A section that is free as a whole goes to the buddy
 *             as (half of) a block by writing the one struct page at its start; one that is partly
 *             free has its 512 struct pages written at once. So boot costs a few instructions for
 *             2 MB of RAM, and the page array of a large machine is touched as it is used.
 * Locking     Boot, one CPU. free_reserved_range() takes the zone's lock.
 * Limits      Watermarks, in pages, of all zones together: min = 4 * sqrt(kilobytes of RAM),
 *             between 128 KB and 64 MB, shared among the zones by size; low = min * 5/4, high = min
 *             * 3/2. At 16 MB of RAM that keeps about 0.5 MB for atomic requests, at 6 GB 10 MB.
 *             lowmem_reserve: a request that could go higher leaves 1/256 of the higher zones'
 *             size in a lower one, so that DMA memory is not eaten by who does not need it.
 *             Per-CPU stacks: 1/256 of the zone each, from 4 to 64 blocks of order 0; the larger
 *             orders as many pages, but at least one block.
 */
#define pr_fmt(fmt) "mem: " fmt

#include <arch/kasan.h>
#include <arch/mmu.h>
#include <arch/smp.h>
#include "kernel/base/panic.h"
#include "kernel/base/printk.h"
#include "lib/bitops.h"
#include "lib/string.h"
#include "mm/memblock.h"
#include "mm/page_alloc.h"
#include "mm/page_alloc_internal.h"

#define PCP_BATCH_MIN	4u
#define PCP_BATCH_MAX	64u
#define LOWMEM_RATIO	256

u8 *section_states;
unsigned long nr_sections;

static struct pglist_data node0;

static const struct {
	const char *name;
	phys_addr_t end;
} zone_limits[MAX_NR_ZONES] = {
	[ZONE_DMA] = { "DMA", 16ull << 20 },
	[ZONE_DMA32] = { "DMA32", 4ull << 30 },
	[ZONE_NORMAL] = { "Normal", ~0ull },
};

static unsigned int pfn_zone_index(unsigned long pfn)
{
	unsigned int i = 0;

	while (PFN_PHYS(pfn) >= zone_limits[i].end)
		i++;
	return i;
}

struct zone *zone_next(const struct zone *zone)
{
	unsigned int id = zone ? zone_id(zone) + 1 : 0;

	for (; id < NR_ZONE_IDS; id++)
		if (zone_table[id])
			return zone_table[id];
	return NULL;
}

struct zone *zone_first(void)
{
	return zone_next(NULL);
}

bool pfn_valid(unsigned long pfn)
{
	return section_state(pfn) != SECTION_ABSENT;
}

void section_setup(unsigned long pfn, unsigned int flags)
{
	struct page *page = pfn_to_page(ALIGN_DOWN(pfn, PAGES_PER_SECTION));
	struct page *end = page + PAGES_PER_SECTION;
	u64 state = PAGE_STATE(flags, 0, ZONE_ID(0, pfn_zone_index(pfn)), 0);

	section_states[pfn >> SECTION_ORDER] = SECTION_READY;
	for (; page < end; page++) {
		*page = (struct page){ .state = state };
		page->head = page;
	}
}

/* Memory for [start, end) of the page array, and a mapping: whole 2 MB pages where it can be. */
static void map_page_array(unsigned long start, unsigned long end)
{
	while (start < end) {
		u64 size = PAGE_SIZE, align = PAGE_SIZE;
		phys_addr_t pa;

		if (IS_ALIGNED(start, PMD_SIZE) && end - start >= PMD_SIZE) {
			size = ALIGN_DOWN(end - start, PMD_SIZE);
			align = PMD_SIZE;
		} else {
			size = min(end, ALIGN(start + 1, PMD_SIZE)) - start;
		}
		pa = memblock_phys_alloc(size, align);
		if (!pa && size > align) {
			/* No room in one piece: large pages or small ones, one by one. */
			size = align;
			pa = memblock_phys_alloc(size, align);
		}
		if (!pa)
			panic("mem: no room for the page array");
		kasan_unpoison(__va(pa), size);
		if (map_pages(start, pa, size, PROT_RW | PROT_WB))
			panic("mem: cannot map the page array");
		start += size;
	}
}

/* Say which sections have RAM, and map their struct pages. */
static void sections_init(void)
{
	unsigned long first;

	nr_sections = DIV_ROUND_UP(memblock_end_of_ram(), 1ul << SECTION_SHIFT);
	section_states = memblock_alloc(nr_sections, 8);
	for (unsigned int i = 0; i < memblock.memory.count; i++) {
		const struct memblock_region *r = &memblock.memory.regions[i];
		unsigned long s = r->base >> SECTION_SHIFT;
		unsigned long last = (r->base + r->size - 1) >> SECTION_SHIFT;

		memset(section_states + s, SECTION_DEFERRED, last - s + 1);
	}
	for (unsigned long s = 0; s < nr_sections; s++) {
		if (section_states[s] == SECTION_ABSENT)
			continue;
		first = s;
		while (s < nr_sections && section_states[s] != SECTION_ABSENT)
			s++;
		map_page_array((unsigned long)pfn_to_page(first << SECTION_ORDER),
			       (unsigned long)pfn_to_page(s << SECTION_ORDER));
	}
	/*
	 * What a neighbour's merge may look at: until a block is put there, the section is taken.
	 */
	for (unsigned long s = 0; s < nr_sections; s++) {
		unsigned long pfn = s << SECTION_ORDER;

		if (section_states[s] != SECTION_ABSENT) {
			pfn_to_page(pfn)->state =
				PAGE_STATE(PG_reserved, 0, ZONE_ID(0, pfn_zone_index(pfn)), 0);
			pfn_to_page(pfn)->head = pfn_to_page(pfn);
		}
	}
}

static void zone_describe(struct zone *zone, unsigned int index)
{
	phys_addr_t low = index ? zone_limits[index - 1].end : 0, high = zone_limits[index].end;

	zone->name = zone_limits[index].name;
	zone->index = index;
	zone->page_state = PAGE_STATE(0, 0, zone_id(zone), 0);
	spin_lock_init_named(&zone->lock, "zone.lock");
	for (unsigned int order = 0; order < MAX_ORDER; order++)
		INIT_LIST_HEAD(&zone->free_area[order].free_list);
	for (unsigned int i = 0; i < memblock.memory.count; i++) {
		const struct memblock_region *r = &memblock.memory.regions[i];
		phys_addr_t start = max(r->base, low), end = min(r->base + r->size, high);

		if (start >= end)
			continue;
		if (!zone->present_pages)
			zone->start_pfn = PFN_DOWN(start);
		zone->present_pages += PFN_DOWN(end - start);
		zone->spanned_pages = PFN_DOWN(end) - zone->start_pfn;
	}
}

/* Give the free pages [pfn, end) to the buddy in the largest aligned blocks. */
static void add_free_range(unsigned long pfn, unsigned long end)
{
	while (pfn < end) {
		unsigned int order =
			pfn ? min_t(unsigned int, __ffs(pfn), MAX_ORDER - 1) : MAX_ORDER - 1;
		struct page *page = pfn_to_page(pfn);

		while (pfn + (1ul << order) > end)
			order--;
		if (order < SECTION_ORDER) {
			if (section_state(pfn) == SECTION_DEFERRED)
				section_setup(pfn, PG_reserved);
			for (unsigned long i = 0; i < 1ul << order; i++)
				page[i].flags &= ~PG_reserved;
		}
		kasan_poison(page_address(page), PAGE_SIZE << order);
		zone_add_block(zone_table[ZONE_ID(0, pfn_zone_index(pfn))], page, order);
		pfn += 1ul << order;
	}
}

static unsigned long square_root(unsigned long n)
{
	unsigned long root = 0;

	for (unsigned long bit = 1ul << 31; bit; bit >>= 1)
		if ((root | bit) * (root | bit) <= n)
			root |= bit;
	return root;
}

static void zone_set_watermarks(struct pglist_data *node)
{
	unsigned long total = totalram_pages(), above = 0, kbytes;

	kbytes = clamp(square_root(total * (PAGE_SIZE / 1024) * 16), 128ul, 65536ul);
	for (unsigned int i = MAX_NR_ZONES; i--;) {
		struct zone *zone = &node->node_zones[i];
		unsigned long min =
			kbytes / (PAGE_SIZE / 1024) * zone->managed_pages / max(total, 1ul);

		zone->watermark[WMARK_MIN] = min;
		zone->watermark[WMARK_LOW] = min + min / 4;
		zone->watermark[WMARK_HIGH] = min + min / 2;
		above = 0;
		for (unsigned int j = i + 1; j < MAX_NR_ZONES; j++) {
			above += node->node_zones[j].managed_pages;
			zone->lowmem_reserve[j] = above / LOWMEM_RATIO;
		}
	}
}

static void zone_set_batches(struct zone *zone)
{
	u32 batch = clamp((u32)(zone->managed_pages / 256), PCP_BATCH_MIN, PCP_BATCH_MAX);
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		struct per_cpu_pages *pcp = per_cpu_ptr(zone->pageset, cpu);

		for (unsigned int order = 0; order < PCP_ORDERS; order++)
			pcp->lists[order].batch = max(batch >> (order ? order + 1 : 0), 1u);
	}
}

static void zonelists_build(struct pglist_data *node)
{
	static const u8 highest[GFP_ZONEMASK + 1] = {
		[0] = ZONE_NORMAL,
		[__GFP_DMA] = ZONE_DMA,
		[__GFP_DMA32] = ZONE_DMA32,
		[__GFP_DMA | __GFP_DMA32] = ZONE_DMA,
	};

	for (unsigned int kind = 0; kind <= GFP_ZONEMASK; kind++) {
		unsigned int n = 0;

		for (int i = highest[kind]; i >= 0; i--)
			if (zone_table[ZONE_ID(node->node_id, i)])
				node->zonelists[kind].zones[n++] = &node->node_zones[i];
		node->zonelists[kind].zones[n] = NULL;
	}
}

/* A zone list without a zone still has per-CPU stacks to look at: empty ones. */
static void preferred_lists_set(const struct pglist_data *node)
{
	static DEFINE_PER_CPU(struct per_cpu_pages, no_pages);

	for (unsigned int kind = 0; kind <= GFP_ZONEMASK; kind++) {
		const struct zone *zone = node->zonelists[kind].zones[0];
		struct per_cpu_pages __percpu *pcp = zone ? zone->pageset : &no_pages;

		for (unsigned int order = 0; order < PCP_ORDERS; order++)
			preferred_list[PREFERRED_LIST(kind, order)] = &pcp->lists[order];
	}
}

void mem_init(void)
{
	struct pglist_data *node = &node0;
	phys_addr_t base = 0, end = 0;
	struct zone *zone;

	node_data[0] = node;
	for (unsigned int i = 0; i < MAX_NR_ZONES; i++)
		zone_describe(&node->node_zones[i], i);
	sections_init();
	for (unsigned int i = 0; i < MAX_NR_ZONES; i++) {
		zone = &node->node_zones[i];
		if (!zone->present_pages)
			continue;
		zone->pageset = alloc_percpu(struct per_cpu_pages);
		if (!zone->pageset)
			panic("mem: no room for the per-CPU lists");
		zone_table[ZONE_ID(0, i)] = zone;
		zone_pageset[ZONE_ID(0, i)] = zone->pageset;
	}
	/* From here on memblock must not allocate: what is free in it belongs to the buddy. */
	while (memblock_next_free(&base, &end)) {
		add_free_range(PFN_UP(base), PFN_DOWN(end));
		base = end;
	}
	memblock_set_limit(0);
	zone_set_watermarks(node);
	for_each_zone(zone)
		zone_set_batches(zone);
	zonelists_build(node);
	preferred_lists_set(node);
	page_alloc_ready = true;
	pr_info("%luK of %lluK available\n", totalram_pages() * (PAGE_SIZE / 1024),
		(unsigned long long)memblock_phys_mem_size() / 1024);
}

unsigned long free_reserved_range(phys_addr_t start, phys_addr_t end)
{
	unsigned long freed = 0;

	for (unsigned long pfn = PFN_UP(start); pfn < PFN_DOWN(end); pfn++) {
		struct page *page = pfn_to_page(pfn);
		struct zone *zone = zone_table[ZONE_ID(0, pfn_zone_index(pfn))];
		unsigned long flags;

		if (!zone || section_state(pfn) == SECTION_ABSENT)
			continue;
		spin_lock_irqsave(&zone->lock, flags);
		if (section_state(pfn) == SECTION_DEFERRED)
			section_setup(pfn, PG_reserved);
		if (page->flags & PG_reserved) {
			page->state = PAGE_STATE(0, 0, zone_id(zone), 1);
			zone->managed_pages++;
			freed++;
		} else {
			page = NULL;
		}
		spin_unlock_irqrestore(&zone->lock, flags);
		if (page)
			__free_page(page);
	}
	return freed;
}
