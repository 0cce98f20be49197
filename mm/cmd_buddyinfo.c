/* SPDX-License-Identifier: MIT */
/*
 * mm/cmd_buddyinfo.c - the command "buddyinfo": free blocks of each order, as /proc/buddyinfo.
 *
 * Blocks on the CPUs' own lists count as free, so that the sum is the number of free pages.
 */
#include <arch/smp.h>
#include "kernel/base/command.h"
#include "mm/page_alloc.h"

static unsigned long free_blocks(struct zone *zone, unsigned int order)
{
	unsigned long n = READ_ONCE(zone->free_area[order].nr_free);
	unsigned int cpu;

	if (order < PCP_ORDERS)
		for_each_possible_cpu(cpu) {
			const struct pcp_list *list =
				&per_cpu_ptr(zone->pageset, cpu)->lists[order];

			n += READ_ONCE(list->count) + READ_ONCE(list->spare_count);
		}
	return n;
}

static int cmd_buddyinfo(struct command_ctx *ctx, int argc, char **argv)
{
	struct zone *zone;

	if (argc > 1)
		return command_usage(ctx);
	for_each_zone(zone) {
		out_printf(ctx->out, "Node %d, zone %8s ", zone->node, zone->name);
		for (unsigned int order = 0; order < MAX_ORDER; order++)
			out_printf(ctx->out, "%6lu ", free_blocks(zone, order));
		out_puts(ctx->out, "\n");
	}
	return 0;
}
SHELL_COMMAND(buddyinfo, "buddyinfo", cmd_buddyinfo);
