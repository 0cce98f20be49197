/* SPDX-License-Identifier: MIT */
/*
 * mm/page_report.c - tells of a request that could not be served, in Linux's words.
 *
 * All of it is at debug level (dmesg has it, the console only with loglevel=8), and rate-limited:
 * whoever sends packets can make a router run out of memory, and must not fill its log with that.
 * Locking: none; numbers are read as they are.
 */
#define pr_fmt(fmt) "page_alloc: " fmt

#include <arch/smp.h>
#include "kernel/base/preempt.h"
#include "kernel/base/printk.h"
#include "kernel/base/sched.h"
#include "lib/printf.h"
#include "mm/page_alloc_internal.h"

static const struct {
	gfp_t gfp;
	const char *name;
} gfp_names[] = {
	/* Sets first: what a name covers is not named again. */
	{ GFP_KERNEL, "GFP_KERNEL" },	{ GFP_NOFS, "GFP_NOFS" },
	{ GFP_NOIO, "GFP_NOIO" },	{ GFP_ATOMIC, "GFP_ATOMIC" },
	{ GFP_NOWAIT, "GFP_NOWAIT" },	{ GFP_DMA, "GFP_DMA" },
	{ GFP_DMA32, "GFP_DMA32" },	{ __GFP_HIGH, "__GFP_HIGH" },
	{ __GFP_ZERO, "__GFP_ZERO" },	{ __GFP_COMP, "__GFP_COMP" },
	{ __GFP_NORETRY, "__GFP_NORETRY" }, { __GFP_RETRY_MAYFAIL, "__GFP_RETRY_MAYFAIL" },
	{ __GFP_NOFAIL, "__GFP_NOFAIL" }, { __GFP_MEMALLOC, "__GFP_MEMALLOC" },
	{ __GFP_NOMEMALLOC, "__GFP_NOMEMALLOC" }, { __GFP_THISNODE, "__GFP_THISNODE" },
};

static void gfp_to_text(gfp_t gfp, char *text, size_t size)
{
	size_t n = 0;

	text[0] = '\0';
	for (unsigned int i = 0; i < ARRAY_SIZE(gfp_names); i++) {
		if ((gfp & gfp_names[i].gfp) != gfp_names[i].gfp)
			continue;
		n += scnprintf(text + n, size - n, "%s%s", n ? "|" : "", gfp_names[i].name);
		gfp &= ~gfp_names[i].gfp;
	}
}

static void report_zone(const struct zone *zone)
{
	pr_debug("Node %u %s free:%luKB min:%luKB low:%luKB high:%luKB present:%luKB managed:%luKB\n",
		 zone->node, zone->name, READ_ONCE(zone->free_pages) * 4,
		 zone->watermark[WMARK_MIN] * 4, zone->watermark[WMARK_LOW] * 4,
		 zone->watermark[WMARK_HIGH] * 4, zone->present_pages * 4, zone->managed_pages * 4);
}

void page_alloc_report(gfp_t gfp, unsigned int order)
{
	static DEFINE_RATELIMIT_STATE(limit, 5 * 250 /* 5 s */, 3);

	if (ratelimit(&limit))
		page_alloc_report_now(gfp, order);
}

void page_alloc_report_now(gfp_t gfp, unsigned int order)
{
	struct thread *t = current;
	struct zone *zone;
	char text[160];

	gfp_to_text(gfp, text, sizeof(text));
	pr_debug("%s: page allocation failure: order:%u, mode:%#x(%s)\n",
		 in_interrupt() || !t ? "interrupt" : t->name, order, gfp, text);
	for_each_zone(zone)
		report_zone(zone);
}
