/* SPDX-License-Identifier: MIT */
/*
 * kernel/task/cmd_timers.c - timers, rcu: what waits for a time, and what for readers.
 *
 * Limits    TIMERS_SHOWN timers of a CPU are listed; the count before them is of all.
 */
#include <arch/smp.h>

#include "kernel/base/command.h"
#include "kernel/base/rcu.h"
#include "kernel/base/time.h"
#include "kernel/base/timer.h"
#include "lib/errno.h"
#include "mm/slab.h"

#define TIMERS_SHOWN 64u

static void print_timers(struct out *out, unsigned int cpu, struct timer_info *info)
{
	unsigned int n = timer_snapshot(cpu, info, TIMERS_SHOWN);

	out_printf(out, "cpu %u: %u timers\n", cpu, n);
	for (unsigned int i = 0; i < min(n, TIMERS_SHOWN); i++) {
		long left = (long)(info[i].expires - jiffies);

		out_printf(out, "  in %8lu ms  %pS\n",
			   left > 0 ? jiffies_to_msecs((unsigned long)left) : 0,
			   (void *)info[i].function);
	}
}

static int cmd_timers(struct command_ctx *ctx, int argc, char **argv)
{
	struct timer_info *info;
	unsigned int cpu;

	if (argc > 1)
		return command_usage(ctx);
	info = kmalloc_array(TIMERS_SHOWN, sizeof(*info), GFP_KERNEL);
	if (!info)
		return -ENOMEM;
	out_printf(ctx->out, "jiffies %lu, %u a second\n", jiffies, HZ);
	for_each_online_cpu(cpu)
		print_timers(ctx->out, cpu, info);
	kfree(info);
	return 0;
}
SHELL_COMMAND(timers, "timers", cmd_timers);

static int cmd_rcu(struct command_ctx *ctx, int argc, char **argv)
{
	struct rcu_stats s;
	unsigned int cpu;

	if (argc > 1)
		return command_usage(ctx);
	rcu_get_stats(&s);
	out_printf(ctx->out, "grace periods %llu, %s\nstalls %lu\n", (unsigned long long)s.gp_done,
		   s.gp_seq == s.gp_done ? "none under way" : "one under way", rcu_stalls);
	out_puts(ctx->out, "CPU CALLBACKS WAITED-FOR\n");
	for_each_cpu(cpu, s.cpus)
		out_printf(ctx->out, "%3u %9lu %s\n", cpu, rcu_cpu_callbacks(cpu),
			   s.gp_seq != s.gp_done && s.cpus_left & cpumask_of(cpu) ? "yes" : "no");
	return 0;
}
SHELL_COMMAND(rcu, "rcu", cmd_rcu);
