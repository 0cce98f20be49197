/* SPDX-License-Identifier: MIT */
/*
 * mm/cmd_zoneinfo.c - the command "zoneinfo": watermarks, sizes, counters and per-CPU lists, as
 * /proc/zoneinfo. "pages free" counts what lies on the CPUs' lists, nr_free_pages does not.
 */
#include <arch/smp.h>
#include "kernel/base/command.h"
#include "mm/page_alloc.h"

static void show_zone(struct out *out, struct zone *zone)
{
	struct zone_events e;
	unsigned int cpu;

	out_printf(out, "Node %d, zone %8s\n", zone->node, zone->name);
	out_printf(out, "  pages free     %lu\n        min      %lu\n        low      %lu\n"
			"        high     %lu\n",
		   zone_free_pages(zone), zone->watermark[WMARK_MIN], zone->watermark[WMARK_LOW],
		   zone->watermark[WMARK_HIGH]);
	out_printf(out, "        spanned  %lu\n        present  %lu\n        managed  %lu\n",
		   zone->spanned_pages, zone->present_pages, zone->managed_pages);
	out_puts(out, "        protection: (");
	for (unsigned int i = 0; i < MAX_NR_ZONES; i++)
		out_printf(out, "%s%lu", i ? ", " : "", zone->lowmem_reserve[i]);
	zone_events_get(zone, &e);
	out_printf(out, ")\n      nr_free_pages %lu\n      numa_hit      %llu\n      numa_miss     %llu\n"
			"      numa_foreign  %llu\n      numa_local    %llu\n      numa_other    %llu\n"
			"  pagesets\n",
		   READ_ONCE(zone->free_pages), (unsigned long long)(e.allocs - e.numa_miss),
		   (unsigned long long)e.numa_miss, (unsigned long long)e.numa_foreign,
		   (unsigned long long)(e.allocs - e.numa_other),
		   (unsigned long long)e.numa_other);
	for_each_possible_cpu(cpu) {
		const struct per_cpu_pages *pcp = per_cpu_ptr(zone->pageset, cpu);

		out_printf(out, "    cpu: %u\n", cpu);
		for (unsigned int order = 0; order < PCP_ORDERS; order++) {
			const struct pcp_list *list = &pcp->lists[order];

			out_printf(out, "      order: %u\n              count: %u\n"
					"              high:  %u\n              batch: %u\n",
				   order, list->count + list->spare_count, 2 * list->batch,
				   list->batch);
		}
	}
	out_printf(out, "  start_pfn:           %lu\n", zone->start_pfn);
}

static int cmd_zoneinfo(struct command_ctx *ctx, int argc, char **argv)
{
	struct zone *zone;

	if (argc > 1)
		return command_usage(ctx);
	for_each_zone(zone)
		show_zone(ctx->out, zone);
	return 0;
}
SHELL_COMMAND(zoneinfo, "zoneinfo", cmd_zoneinfo);
