/* SPDX-License-Identifier: MIT */
/*
 * Suite numa: nodes, zone lists by distance, pages from the node asked for. The same tests run with
 * one node and with many: numa=fake=<n>, or a machine that has them (docs/mm.md).
 */
#include <arch/smp.h>
#include "kernel/base/selftest.h"
#include "mm/page_alloc.h"
#include "mm/page_alloc_internal.h"
#include "mm/page_debug.h"
#include "mm/slab.h"

static unsigned long free_at_start;

SELFTEST_SETUP(numa)
{
	slab_shrink_all();
	drain_all_pages();
	free_at_start = nr_free_pages();
}

SELFTEST_TEARDOWN(numa)
{
	slab_shrink_all();
	drain_all_pages();
	EXPECT_EQ(nr_free_pages(), free_at_start);
	EXPECT_EQ(page_alloc_check(), 0);
}

SELFTEST(numa, maps_agree)
{
	unsigned int node, cpu, n = 0;

	for_each_node(node) {
		n++;
		EXPECT_LT(node, nr_node_ids);
		EXPECT_EQ(node_distance(node, node), LOCAL_DISTANCE);
		EXPECT_EQ(!!node_data[node], node_online(node));
		EXPECT_TRUE(node_has_memory(node_to_mem_node(node)));
		if (node_has_memory(node)) {
			EXPECT_TRUE(node_online(node));
			EXPECT_EQ(node_to_mem_node(node), node);
		}
	}
	EXPECT_EQ(n, nr_node_ids);
	EXPECT_EQ(nodemask_next(-1, 0), MAX_NUMNODES);
	EXPECT_EQ(nodemask_next(MAX_NUMNODES - 1, 0xff), MAX_NUMNODES);
	EXPECT_EQ(nodemask_next(2, 0x8f), 3);
	for_each_possible_cpu(cpu) {
		EXPECT_TRUE(node_online(cpu_to_node(cpu)));
		EXPECT_EQ(per_cpu(numa_node, cpu), cpu_to_node(cpu));
		EXPECT_EQ(per_cpu(numa_mem, cpu), node_to_mem_node(cpu_to_node(cpu)));
	}
	EXPECT_EQ(numa_node_id(), cpu_to_node(smp_processor_id()));
	EXPECT_FALSE(node_online(-1));
	EXPECT_FALSE(node_has_memory(MAX_NUMNODES));
}

SELFTEST(numa, every_page_has_the_node_of_its_address)
{
	struct zone *zone;
	phys_addr_t end;

	for_each_zone(zone) {
		unsigned long last = zone->start_pfn + zone->spanned_pages - 1;

		EXPECT_EQ(numa_node_of(PFN_PHYS(zone->start_pfn), &end), zone->node);
		EXPECT_EQ(numa_node_of(PFN_PHYS(last), &end), zone->node);
		EXPECT_GT(end, PFN_PHYS(last));
	}
}

static unsigned int zones_of(const struct zonelist *list)
{
	unsigned int n = 0;

	while (list->zones[n])
		n++;
	return n;
}

SELFTEST(numa, zonelists_go_by_distance)
{
	unsigned int node, all = 0;
	struct zone *zone;

	for_each_zone(zone)
		all++;
	for_each_online_node(node) {
		const struct zonelist *list = &node_data[node]->zonelists[ZONELIST(0)];
		const struct zonelist *own = &node_data[node]->zonelists[ZONELIST(__GFP_THISNODE)];

		EXPECT_EQ(zones_of(list), all);
		EXPECT_EQ(list->zones[0]->node, node_to_mem_node(node));
		for (struct zone *const *z = list->zones; z[0] && z[1]; z++) {
			if (z[0]->node == z[1]->node)
				EXPECT_GT(z[0]->index, z[1]->index);
			else if (z[0]->node != node)
				EXPECT_LE(node_distance(node, z[0]->node),
					  node_distance(node, z[1]->node));
		}
		/* Whatever zone comes first: the protection is the one for this kind of request. */
		EXPECT_EQ(list->highest, ZONE_NORMAL);
		EXPECT_EQ(own->highest, ZONE_NORMAL);
		EXPECT_EQ(node_data[node]->zonelists[ZONELIST(GFP_DMA)].highest, ZONE_DMA);
		EXPECT_EQ(node_data[node]->zonelists[ZONELIST(GFP_DMA32)].highest, ZONE_DMA32);
		EXPECT_EQ(!!own->zones[0], node_has_memory(node));
		for (struct zone *const *z = own->zones; *z; z++)
			EXPECT_EQ((*z)->node, node);
		list = &node_data[node]->zonelists[ZONELIST(__GFP_DMA32)];
		for (struct zone *const *z = list->zones; *z; z++)
			EXPECT_LE((*z)->index, ZONE_DMA32);
	}
}

/* Which pages a zone keeps from a request is told by the request, not by what its node has. */
SELFTEST(numa, protection_is_the_requests_own)
{
	unsigned long normal[NR_ZONE_IDS];
	struct zone *zone;
	struct page *plain, *low;

	for_each_zone(zone) {
		normal[zone_id(zone)] = zone->lowmem_reserve[ZONE_NORMAL];
		zone->lowmem_reserve[ZONE_NORMAL] = zone->managed_pages;
	}
	plain = alloc_pages(__GFP_NOWARN, PCP_ORDERS);
	low = alloc_pages(GFP_DMA32 | __GFP_NOWARN, PCP_ORDERS);
	for_each_zone(zone)
		zone->lowmem_reserve[ZONE_NORMAL] = normal[zone_id(zone)];
	EXPECT_NULL(plain);
	EXPECT_NOT_NULL(low);
	if (plain)
		__free_pages(plain, PCP_ORDERS);
	if (low)
		__free_pages(low, PCP_ORDERS);
}

SELFTEST(numa, page_comes_from_the_node_asked_for)
{
	for (int node = -3; node < MAX_NUMNODES + 3; node++) {
		for (unsigned int order = 0; order <= PCP_ORDERS; order++) {
			gfp_t gfp = GFP_KERNEL | __GFP_NOWARN;
			struct page *page = alloc_pages_node(node, gfp | __GFP_THISNODE, order);
			phys_addr_t end;

			if (node == NUMA_NO_NODE) {
				EXPECT_EQ(!!page, node_has_memory(numa_node_id()));
			} else if (node_has_memory(node)) {
				ASSERT_NOT_NULL(page);
				EXPECT_EQ(page_to_nid(page), (unsigned int)node);
				EXPECT_EQ(numa_node_of(page_to_phys(page), &end),
					  (unsigned int)node);
			} else {
				EXPECT_NULL(page);
			}
			if (page)
				__free_pages(page, order);
			page = alloc_pages_node(node, gfp, order);
			ASSERT_NOT_NULL(page);
			if (node_online(node))
				EXPECT_EQ(page_to_nid(page),
					  (unsigned int)node_to_mem_node(node));
			__free_pages(page, order);
		}
		EXPECT_NULL(alloc_pages_node(node, GFP_KERNEL | __GFP_NOWARN, MAX_ORDER));
	}
}

SELFTEST(numa, local_pages_come_first)
{
	struct page *page = alloc_page(GFP_KERNEL), *own;

	ASSERT_NOT_NULL(page);
	EXPECT_EQ(page_to_nid(page), (unsigned int)numa_mem_id());
	__free_page(page);
	own = alloc_page(GFP_KERNEL | __GFP_THISNODE);
	EXPECT_EQ(!!own, node_has_memory(numa_node_id()));
	if (own)
		__free_page(own);
	/* A kind of memory that the own node may lack, while another's is on the CPU's stack. */
	page = alloc_page(GFP_KERNEL | GFP_DMA);
	ASSERT_NOT_NULL(page);
	__free_page(page);
	own = alloc_page(GFP_KERNEL | GFP_DMA | __GFP_THISNODE | __GFP_NOWARN);
	if (own) {
		EXPECT_EQ(page_to_nid(own), (unsigned int)numa_node_id());
		__free_page(own);
	}
}

struct chain {
	struct chain *next;
	unsigned int order;
};

static struct chain *take_node(unsigned int node, gfp_t gfp)
{
	struct chain *chain = NULL;

	for (int order = MAX_ORDER - 1; order >= 0; order--) {
		struct page *page;

		while ((page = alloc_pages_node((int)node, gfp | __GFP_NOWARN, order))) {
			struct chain *c = page_address(page);

			*c = (struct chain){ chain, order };
			chain = c;
			if (page_to_nid(page) != node)
				EXPECT_EQ(page_to_nid(page), node);
		}
	}
	return chain;
}

static void events_add(struct zone_events *sum)
{
	struct zone *zone;

	*sum = (struct zone_events){ 0 };
	for_each_zone(zone) {
		struct zone_events e;

		zone_events_get(zone, &e);
		sum->allocs += e.allocs;
		sum->allocated += e.allocated;
		sum->freed += e.freed;
		sum->numa_miss += e.numa_miss;
		sum->numa_foreign += e.numa_foreign;
	}
}

/* An empty node: nothing for who wants that one alone; the next nearest for everybody else. */
SELFTEST(numa, exhausted_node_falls_back_by_distance)
{
	unsigned int node;

	for_each_memory_node(node) {
		struct chain *chain = take_node(node, GFP_NOWAIT | __GFP_THISNODE);
		struct zone_events before, after;
		struct page *page;

		EXPECT_NOT_NULL(chain);
		EXPECT_NULL(alloc_pages_node((int)node, GFP_NOWAIT | __GFP_NOWARN | __GFP_THISNODE,
					     0));
		events_add(&before);
		page = alloc_pages_node((int)node, GFP_NOWAIT | __GFP_NOWARN, 4);
		events_add(&after);
		if (node_memory_map == 1u << node) {
			EXPECT_NULL(page);
		} else {
			ASSERT_NOT_NULL(page);
			EXPECT_NE(page_to_nid(page), node);
			EXPECT_EQ(after.numa_miss, before.numa_miss + 1);
			EXPECT_EQ(after.numa_foreign, before.numa_foreign + 1);
			EXPECT_EQ(after.allocs, before.allocs + 1);
			EXPECT_EQ(after.allocated, before.allocated + 16);
			__free_pages(page, 4);
			events_add(&after);
			EXPECT_EQ(after.freed, before.freed + 16);
		}
		while (chain) {
			struct chain *next = chain->next;

			free_pages((unsigned long)chain, chain->order);
			chain = next;
		}
		drain_local_pages();
	}
}

/* Freed here, whatever node it is of: on this CPU's stack of its own zone, and not lost. */
SELFTEST(numa, page_of_another_node_goes_home)
{
	unsigned int node;

	for_each_memory_node(node) {
		struct page *page = alloc_pages_node((int)node, GFP_KERNEL | __GFP_THISNODE, 0);
		struct per_cpu_pages *pcp;
		u32 on_stack;

		ASSERT_NOT_NULL(page);
		pcp = this_cpu_ptr(page_zone(page)->pageset);
		on_stack = pcp->lists[0].count + pcp->lists[0].spare_count;
		EXPECT_EQ(page_zone(page)->node, node);
		__free_page(page);
		if (page_debug_on())		/* there are no stacks */
			continue;
		EXPECT_EQ(pcp->lists[0].count + pcp->lists[0].spare_count, on_stack + 1);
		EXPECT_EQ(pcp->lists[0].first, page);
		EXPECT_EQ(alloc_pages_node((int)node, GFP_KERNEL | __GFP_THISNODE, 0), page);
		__free_page(page);
	}
}
