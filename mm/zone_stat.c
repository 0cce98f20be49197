/* SPDX-License-Identifier: MIT */
/*
 * mm/zone_stat.c - adds up what zones and CPUs have and have done. Locking: the zone's lock where a
 * sum must be exact; per-CPU numbers are read as they are.
 */
#include <arch/smp.h>
#include "mm/page_alloc.h"
#include "mm/vm_event.h"

DEFINE_PER_CPU(u64, vm_events[NR_VM_EVENTS]);

const char *const vm_event_names[NR_VM_EVENTS] = {
#define VM_EVENT_NAME(id, name) [id] = name,
	VM_EVENTS(VM_EVENT_NAME)
#undef VM_EVENT_NAME
};

u64 vm_event_sum(enum vm_event event)
{
	unsigned int cpu;
	u64 sum = 0;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu(vm_events[event], cpu));
	return sum;
}

/*
 * The fast path counts nothing: what came to the stack, but is neither there nor went back, was
 * handed out.
 */
static u64 pcp_allocs(const struct per_cpu_pages *pcp, unsigned int order)
{
	const struct pcp_list *list = &pcp->lists[order];
	u64 out = pcp->taken[order] - pcp->returned[order] - READ_ONCE(list->count) -
		  READ_ONCE(list->spare_count);

	/* What a caller frees comes to the stack, if the order has one. */
	return order < PCP_ORDERS ? out + pcp->frees[order] : out;
}

void zone_events_get(const struct zone *zone, struct zone_events *e)
{
	unsigned int cpu;

	*e = (struct zone_events){ .allocs = 0 };
	for (unsigned int order = 0; order < MAX_ORDER; order++)
		e->freed += READ_ONCE(zone->frees[order]) << order;
	for_each_possible_cpu(cpu) {
		const struct per_cpu_pages *pcp = per_cpu_ptr(zone->pageset, cpu);
		u64 allocs = 0;

		for (unsigned int order = 0; order < MAX_ORDER; order++) {
			u64 n = pcp_allocs(pcp, order);

			allocs += n;
			e->allocated += n << order;
			if (order < PCP_ORDERS)
				e->freed += READ_ONCE(pcp->frees[order]) << order;
		}
		e->allocs += allocs;
		if (cpu_to_node(cpu) != zone->node)
			e->numa_other += allocs;
		e->numa_miss += READ_ONCE(pcp->numa_miss);
		e->numa_foreign += READ_ONCE(pcp->numa_foreign);
	}
}

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
