/* SPDX-License-Identifier: MIT */
/*
 * kernel/task/cmd_cpu.c - cpu: which CPUs there are; taking one out of use and back.
 *
 *	cpu			a line for each possible CPU
 *	cpu offline|online N
 */
#include <arch/smp.h>

#include "kernel/base/command.h"
#include "kernel/base/cpu.h"
#include "kernel/base/sched.h"
#include "lib/errno.h"
#include "lib/string.h"

static int list_cpus(struct command_ctx *ctx)
{
	unsigned int cpu;

	out_puts(ctx->out, "CPU STATE    APICID THREADS\n");
	for_each_possible_cpu(cpu) {
		bool online = cpu_online(cpu);

		out_printf(ctx->out, "%3u %-8s %6u %7u\n", cpu, online ? "online" : "offline",
			   arch_cpu_apic_id(cpu), online ? sched_nr_running(cpu) : 0);
	}
	return 0;
}

static int cmd_cpu(struct command_ctx *ctx, int argc, char **argv)
{
	unsigned int cpu;
	bool down;
	int err;

	if (argc == 1)
		return list_cpus(ctx);
	down = argc == 3 && !strcmp(argv[1], "offline");
	if (argc != 3 || (!down && strcmp(argv[1], "online")) || kstrtouint(argv[2], 10, &cpu))
		return command_usage(ctx);
	if (cpu >= num_possible_cpus())
		return command_fail(ctx, "there is no CPU %u", cpu);
	err = down ? cpu_down(cpu) : cpu_up(cpu);
	if (err == -EBUSY && cpu == 0)
		return command_fail(ctx, "the boot CPU stays online");
	if (err == -EINVAL)
		return command_fail(ctx, "CPU %u is offline already", cpu);
	if (err == -EEXIST)
		return command_fail(ctx, "CPU %u is online already", cpu);
	return err;
}
SHELL_COMMAND(cpu, "cpu [offline N | online N]", cmd_cpu);
