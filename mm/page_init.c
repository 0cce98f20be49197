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
 *             A node has zones of its own, its own data and its part of the page array in its own
 *             memory where possible. The border between two nodes is exact to the page: a section
 *             that has one inside is cut there, so its free pages come in blocks smaller than a
 *             section, and its struct pages are set up at boot, each with its own zone.
 *             Zone lists: all zones of the nearest node from the highest down, then the next node's.
 *             A CPU's first look is at its own stack of its list's first zone (preferred_list).
 * Locking     Boot, one CPU. free_reserved_range() takes the zone's lock.
 * Limits      Watermarks, in pages, of all zones together: min = 4 * sqrt(kilobytes of RAM),
 *             between 128 KB and 64 MB, shared among the zones by size; low = min * 5/4, high = min
 *             * 3/2. At 16 MB of RAM that keeps about 0.5 MB for atomic requests, at 6 GB 10 MB.
 *             lowmem_reserve: a request that could go higher leaves 1/256 of the higher zones'
 *             size in a lower one, so that DMA memory is not eaten by who does not need it.
 *             Per-CPU stacks: 1/256 of the zone each, from 4 to 64 blocks of order 0; the larger
 *             orders half as many pages, but at least one block. With more than 6 CPUs so much
 *             less that all of them together keep no more than 1/8 of the zone from the others
 *             (or 4 pages and a block of each larger order, twice, whatever the zone's size).
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
#include "mm/page_debug.h"

#define PCP_BATCH_MIN	4u
#define PCP_BATCH_MAX	64u
#define PCP_BATCHES_HELD 5u		/* by two stacks of each order: 2 * (1 + 3 * 1/2) */
#define LOWMEM_RATIO	256

u8 *section_states;
unsigned long nr_sections;

static const struct {
	const char *name;
	phys_addr_t end;
} zone_limits[MAX_NR_ZONES] = {
	[ZONE_DMA] = { "DMA", 16ull << 20 },
	[ZONE_DMA32] = { "DMA32", 4ull << 30 },
	[ZONE_NORMAL] = { "Normal", ~0ull },
};

unsigned int pfn_zone_id(unsigned long pfn, unsigned long *end)
{
	phys_addr_t node_end;
	unsigned int node = numa_node_of(PFN_PHYS(pfn), &node_end), i = 0;

	while (PFN_PHYS(pfn) >= zone_limits[i].end)
		i++;
	*end = PFN_DOWN(min(node_end, zone_limits[i].end));
	return ZONE_ID(node, i);
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
	unsigned long start = ALIGN_DOWN(pfn, PAGES_PER_SECTION), end = start + PAGES_PER_SECTION;

	section_states[pfn >> SECTION_ORDER] = SECTION_READY;
	while (start < end) {
		struct page *page = pfn_to_page(start);
		unsigned long piece;
		u64 state = PAGE_STATE(flags, 0, pfn_zone_id(start, &piece), 0);

		piece = min(piece, end) - start;
		start += piece;
		for (; piece; piece--, page++) {
			*page = (struct page){ .state = state };
			page->head = page;
		}
	}
}

/*
 * Memory for [start, end) of the page array, on the node that it describes where possible, and a
 * mapping: whole 2 MB pages where it can be.
 */
static void map_page_array(unsigned long start, unsigned long end, unsigned int node)
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
		pa = numa_phys_alloc(size, align, node);
		if (!pa && size > align) {
			/* No room in one piece: large pages or small ones, one by one. */
			size = align;
			pa = numa_phys_alloc(size, align, node);
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
	unsigned long end = 0;
	unsigned int id = 0;

	nr_sections = DIV_ROUND_UP(memblock_end_of_ram(), 1ul << SECTION_SHIFT);
	section_states = memblock_alloc(ALIGN(nr_sections, 2), 8);	/* in pairs: block_free() */
	for (unsigned int i = 0; i < memblock.memory.count; i++) {
		const struct memblock_region *r = &memblock.memory.regions[i];
		unsigned long s = r->base >> SECTION_SHIFT;
		unsigned long last = (r->base + r->size - 1) >> SECTION_SHIFT;

		memset(section_states + s, SECTION_DEFERRED, last - s + 1);
	}
	for (unsigned long s = 0; s < nr_sections;) {
		unsigned long first = s;
		phys_addr_t node_end;
		unsigned int node = numa_node_of((phys_addr_t)s << SECTION_SHIFT, &node_end);

		while (s < nr_sections && section_states[s] != SECTION_ABSENT &&
		       (phys_addr_t)s << SECTION_SHIFT < node_end)
			s++;
		if (s > first)
			map_page_array((unsigned long)pfn_to_page(first << SECTION_ORDER),
				       (unsigned long)pfn_to_page(s << SECTION_ORDER), node);
		else
			s++;
	}
	/*
	 * What a neighbour's merge may look at: until a block is put there, the section is taken.
	 */
	for (unsigned long s = 0; s < nr_sections; s++) {
		unsigned long pfn = s << SECTION_ORDER;

		if (section_states[s] == SECTION_ABSENT)
			continue;
		if (pfn >= end)
			id = pfn_zone_id(pfn, &end);
		pfn_to_page(pfn)->state = PAGE_STATE(PG_reserved, 0, id, 0);
		pfn_to_page(pfn)->head = pfn_to_page(pfn);
	}
}

static void zone_init(struct zone *zone, unsigned int node, unsigned int index)
{
	zone->node = node;
	zone->name = zone_limits[index].name;
	zone->index = index;
	zone->page_state = PAGE_STATE(0, 0, zone_id(zone), 0);
	spin_lock_init_named(&zone->lock, "zone.lock");
	for (unsigned int order = 0; order < MAX_ORDER; order++)
		INIT_LIST_HEAD(&zone->free_area[order].free_list);
}

/* The nodes' own data, each in its own memory where possible, and their zones, empty so far. */
static void nodes_create(void)
{
	unsigned int nid;

	for_each_online_node(nid) {
		phys_addr_t pa = numa_phys_alloc(sizeof(struct pglist_data), PAGE_SIZE, nid);

		if (!pa)
			panic("mem: no room for node %u", nid);
		node_data[nid] = memset(__va(pa), 0, sizeof(struct pglist_data));
		node_data[nid]->node_id = nid;
		for (unsigned int i = 0; i < MAX_NR_ZONES; i++)
			zone_init(&node_data[nid]->node_zones[i], nid, i);
	}
}

/* [pfn, end) of RAM, which is all in zone @id. */
static void zone_add_ram(unsigned int id, unsigned long pfn, unsigned long end)
{
	struct zone *zone = &node_data[id >> 2]->node_zones[id & 3];

	if (!zone->present_pages)
		zone->start_pfn = pfn;
	zone->present_pages += end - pfn;
	zone->spanned_pages = end - zone->start_pfn;
}

/* Call @fn for the pieces of [pfn, end), each within one zone. */
static void for_each_piece(unsigned long pfn, unsigned long end,
			   void (*fn)(unsigned int id, unsigned long pfn, unsigned long end))
{
	while (pfn < end) {
		unsigned long piece_end;
		unsigned int id = pfn_zone_id(pfn, &piece_end);

		piece_end = min(piece_end, end);
		fn(id, pfn, piece_end);
		pfn = piece_end;
	}
}

/* Give the free pages [pfn, end) of zone @id to the buddy in the largest aligned blocks. */
static void add_free_range(unsigned int id, unsigned long pfn, unsigned long end)
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
		if (page_debug_on())
			page_debug_free(page, order);
		zone_add_block(zone_table[id], page, order);
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
	unsigned int parts = max(256u, 8 * PCP_BATCHES_HELD * num_possible_cpus());
	u32 batch = clamp((u32)(zone->managed_pages / parts), PCP_BATCH_MIN, PCP_BATCH_MAX);
	unsigned int cpu;

	if (page_debug_on())
		return;		/* no stacks: each block goes by the free lists */
	for_each_possible_cpu(cpu) {
		struct per_cpu_pages *pcp = per_cpu_ptr(zone->pageset, cpu);

		for (unsigned int order = 0; order < PCP_ORDERS; order++)
			pcp->lists[order].batch = max(batch >> (order ? order + 1 : 0), 1u);
	}
}

/* The zones of @node in falling order from @highest. Return: how many @zones[] has then. */
static unsigned int zonelist_add(struct zonelist *list, unsigned int n, unsigned int node,
				 unsigned int highest)
{
	for (int i = (int)highest; i >= 0; i--)
		if (zone_table[ZONE_ID(node, i)])
			list->zones[n++] = zone_table[ZONE_ID(node, i)];
	return n;
}

/* The nodes with memory, the nearest to @from first; of equals the lower number. */
static unsigned int nodes_by_distance(unsigned int from, u8 *order)
{
	unsigned int n = 0, node;

	for_each_memory_node(node) {
		unsigned int at = n++;

		/* A node is nearest to itself, whatever the SLIT says of others. */
		while (at && order[at - 1] != from &&
		       (node == from || node_distance(from, node) <
						node_distance(from, order[at - 1]))) {
			order[at] = order[at - 1];
			at--;
		}
		order[at] = node;
	}
	return n;
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
		u8 nodes[MAX_NUMNODES];
		unsigned int count = nodes_by_distance(node->node_id, nodes), n = 0;
		struct zonelist *all = &node->zonelists[ZONELIST(kind)];
		struct zonelist *own = &node->zonelists[ZONELIST(kind | __GFP_THISNODE)];

		for (unsigned int i = 0; i < count; i++)
			n = zonelist_add(all, n, nodes[i], highest[kind]);
		zonelist_add(own, 0, node->node_id, highest[kind]);
		all->highest = own->highest = highest[kind];
	}
}

/*
 * A zone list without a zone still has per-CPU stacks to look at: empty ones. So has every list
 * while all requests shall take the slow path.
 */
static void preferred_lists_set(unsigned int cpu)
{
	static struct pcp_list nothing;		/* nobody writes to an empty one */
	const struct zonelist *lists = node_data[cpu_to_node(cpu)]->zonelists;

	per_cpu(local_zonelists, cpu) = lists;
	for (unsigned int kind = 0; kind <= GFP_ZONEMASK; kind++) {
		const struct zone *zone =
			fail_page_alloc.active ? NULL : lists[ZONELIST(kind)].zones[0];
		for (unsigned int order = 0; order < PCP_ORDERS; order++)
			per_cpu(preferred_list[PREFERRED_LIST(kind, order)], cpu) =
				zone ? &per_cpu_ptr(zone->pageset, cpu)->lists[order] : &nothing;
	}
}

void page_alloc_steer(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		preferred_lists_set(cpu);
	page_alloc_special = !page_alloc_ready || fail_page_alloc.active || page_debug_on();
}

/* Per-CPU stacks for the zones that have memory: the others are not on the table. */
static void zones_enter(void)
{
	for (unsigned int id = 0; id < NR_ZONE_IDS; id++) {
		struct pglist_data *node = node_data[id >> 2];
		struct zone *zone = node && (id & 3) < MAX_NR_ZONES ? &node->node_zones[id & 3] :
								      NULL;

		if (!zone || !zone->present_pages)
			continue;
		zone->pageset = alloc_percpu(struct per_cpu_pages);
		if (!zone->pageset)
			panic("mem: no room for the per-CPU lists");
		zone_table[id] = zone;
		zone_pageset[id] = zone->pageset;
	}
}

void mem_init(void)
{
	phys_addr_t base = 0, end = 0;
	unsigned int nid;
	struct zone *zone;

	numa_setup();
	nodes_create();
	for (unsigned int i = 0; i < memblock.memory.count; i++) {
		const struct memblock_region *r = &memblock.memory.regions[i];

		for_each_piece(PFN_DOWN(r->base), PFN_DOWN(r->base + r->size), zone_add_ram);
	}
	sections_init();
	zones_enter();
	page_debug_init();
	/* From here on memblock must not allocate: what is free in it belongs to the buddy. */
	while (memblock_next_free(&base, &end)) {
		for_each_piece(PFN_UP(base), PFN_DOWN(end), add_free_range);
		base = end;
	}
	memblock_set_limit(0);
	for_each_online_node(nid)
		zone_set_watermarks(node_data[nid]);
	for_each_zone(zone)
		zone_set_batches(zone);
	for_each_online_node(nid)
		zonelists_build(node_data[nid]);
	page_alloc_ready = true;
	page_alloc_steer();
	pr_info("%luK of %lluK available\n", totalram_pages() * (PAGE_SIZE / 1024),
		(unsigned long long)memblock_phys_mem_size() / 1024);
}

unsigned long free_reserved_range(phys_addr_t start, phys_addr_t end)
{
	unsigned long freed = 0;

	for (unsigned long pfn = PFN_UP(start), piece; pfn < PFN_DOWN(end); pfn++) {
		struct page *page = pfn_to_page(pfn);
		struct zone *zone = zone_table[pfn_zone_id(pfn, &piece)];
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
