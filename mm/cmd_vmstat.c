/* SPDX-License-Identifier: MIT */
/*
 * mm/cmd_vmstat.c - the command "vmstat": activity in procps's columns, or (-s) counters by name.
 *
 * Overview  The first line is the average since boot, each further one (vmstat <seconds> [<count>])
 *           of the interval. There is no swap, no block I/O and no user mode: those columns are 0.
 * Locking   none: counters are read as they are.
 */
#include <arch/irq.h>
#include <arch/smp.h>
#include "kernel/base/command.h"
#include "kernel/base/sched.h"
#include "kernel/base/time.h"
#include "lib/string.h"
#include "mm/mm_stat.h"
#include "mm/page_alloc.h"
#include "mm/slab.h"
#include "mm/vm_event.h"
#include "mm/vmalloc.h"

struct sample {
	u64 time_ns, interrupts, switches, idle_ns;
	unsigned int running, sleeping;
};

static void count_thread(const struct thread *t, void *arg)
{
	struct sample *s = arg;
	bool idle = str_has_prefix(t->name, "idle");

	s->switches += t->switches;
	if (idle)
		s->idle_ns += t->run_ns;
	else if (t->state == TASK_RUNNING)
		s->running++;
}

static void count_irq(const struct irq_info *info, void *ctx)
{
	((struct sample *)ctx)->interrupts += info->count;
}

static void sample_take(struct sample *s)
{
	*s = (struct sample){ .time_ns = ktime_get_ns() };
	thread_for_each(count_thread, s);
	irq_for_each(count_irq, s);
}

static void show_line(struct out *out, const struct sample *now, const struct sample *before)
{
	u64 ns = max(now->time_ns - before->time_ns, (u64)1);
	u64 idle = min((now->idle_ns - before->idle_ns) * 100 / ns / num_online_cpus(), (u64)100);
	struct mm_stat m;

	mm_stat_get(&m);
	out_printf(out, "%2u %2u %6u %6lu %6u %6lu %4u %4u %5u %5u %4llu %4llu "
		   "%2u %2llu %2llu %2u %2u\n",
		   now->running, now->sleeping, 0, m.free << (PAGE_SHIFT - 10), 0,
		   m.slab_reclaimable << (PAGE_SHIFT - 10), 0, 0, 0, 0,
		   (unsigned long long)((now->interrupts - before->interrupts) * NSEC_PER_SEC / ns),
		   (unsigned long long)((now->switches - before->switches) * NSEC_PER_SEC / ns), 0,
		   (unsigned long long)(100 - idle), (unsigned long long)idle, 0, 0);
}

static void show_counters(struct out *out)
{
	struct mm_stat m;
	struct percpu_stats p;
	struct vmalloc_stats v;
	struct zone_events all = { 0 };
	u64 allocated[MAX_NR_ZONES] = { 0 };
	struct zone *zone;

	mm_stat_get(&m);
	out_printf(out, "nr_free_pages %lu\nnr_slab_reclaimable %lu\nnr_slab_unreclaimable %lu\n",
		   m.free, m.slab_reclaimable, m.slab_unreclaimable);
	for_each_zone(zone) {
		struct zone_events e;

		zone_events_get(zone, &e);
		allocated[zone->index] += e.allocated;
		all.allocs += e.allocs;
		all.freed += e.freed;
		all.numa_miss += e.numa_miss;
		all.numa_foreign += e.numa_foreign;
		all.numa_other += e.numa_other;
	}
	out_printf(out, "pgalloc_dma %llu\npgalloc_dma32 %llu\npgalloc_normal %llu\npgfree %llu\n",
		   (unsigned long long)allocated[ZONE_DMA],
		   (unsigned long long)allocated[ZONE_DMA32],
		   (unsigned long long)allocated[ZONE_NORMAL], (unsigned long long)all.freed);
	out_printf(out, "numa_hit %llu\nnuma_miss %llu\nnuma_foreign %llu\nnuma_local %llu\n"
		   "numa_other %llu\n",
		   (unsigned long long)(all.allocs - all.numa_miss),
		   (unsigned long long)all.numa_miss, (unsigned long long)all.numa_foreign,
		   (unsigned long long)(all.allocs - all.numa_other),
		   (unsigned long long)all.numa_other);
	for (unsigned int i = 0; i < NR_VM_EVENTS; i++)
		out_printf(out, "%s %llu\n", vm_event_names[i],
			   (unsigned long long)vm_event_sum(i));
	percpu_get_stats(&p);
	out_printf(out, "percpu_chunks %u\npercpu_allocations %u\n"
		   "percpu_bytes_used %zu\npercpu_bytes_total %zu\n",
		   p.chunks, p.allocations, p.bytes_used, p.bytes_total);
	vmalloc_get_stats(&v);
	out_printf(out, "vmalloc_areas %lu\nvmalloc_bytes %llu\n", v.areas,
		   (unsigned long long)v.bytes_mapped);
	out_printf(out, "page_alloc_errors %lu\nslab_errors %lu\n", page_alloc_errors, slab_errors);
}

static int cmd_vmstat(struct command_ctx *ctx, int argc, char **argv)
{
	struct sample now, before = { 0 };
	unsigned int delay = 0, count = 1;
	int err;

	if (argc == 2 && !strcmp(argv[1], "-s")) {
		show_counters(ctx->out);
		return 0;
	}
	if (argc > 3 ||
	    (argc > 1 && (kstrtouint(argv[1], 10, &delay) || !delay || delay > 86400)) ||
	    (argc > 2 && kstrtouint(argv[2], 10, &count)))
		return command_usage(ctx);
	if (argc == 2)
		count = ~0u;
	out_puts(ctx->out, "procs -----------memory---------- ---swap-- -----io---- -system-- "
			   "------cpu-----\n"
			   " r  b   swpd   free   buff  cache   si   so    bi    bo   in   cs "
			   "us sy id wa st\n");
	for (unsigned int i = 0; i < count; i++) {
		if (i) {
			err = command_sleep_ms(ctx, delay * 1000);
			if (err)
				return command_cancel(ctx);
		}
		sample_take(&now);
		show_line(ctx->out, &now, &before);
		before = now;
	}
	return 0;
}
SHELL_COMMAND(vmstat, "vmstat [-s | <seconds> [<count>]]", cmd_vmstat);
