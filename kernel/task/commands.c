/* SPDX-License-Identifier: MIT */
/*
 * kernel/task/commands.c - the small commands.
 *
 * Overview  echo, help, uptime, dmesg, interrupts, cpuinfo, sysctl, reboot, poweroff: each is a
 *           few lines over what its subsystem offers. A bigger command has a file of its own.
 * Locking   none here. What is printed is copied first where a lock guards it, as printing may
 *           sleep.
 */
#include <arch/cpu.h>
#include <arch/irq.h>
#include <arch/smp.h>
#include <arch/time.h>

#include "kernel/base/command.h"
#include "kernel/base/printk.h"
#include "kernel/base/reboot.h"
#include "kernel/base/sched.h"
#include "kernel/base/softirq.h"
#include "kernel/base/sysctl.h"
#include "kernel/base/time.h"
#include "lib/errno.h"
#include "lib/string.h"

static int cmd_echo(struct command_ctx *ctx, int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++)
		out_printf(ctx->out, "%s%s", i > 1 ? " " : "", argv[i]);
	out_puts(ctx->out, "\n");
	return 0;
}
SHELL_COMMAND(echo, "echo [words]", cmd_echo);

static const struct command *next_command(const struct command *after)
{
	const struct command *best = NULL;

	table_for_each(c, shell_commands) {
		if (!*c->usage || (after && strcmp(c->name, after->name) <= 0))
			continue;
		if (!best || strcmp(c->name, best->name) < 0)
			best = c;
	}
	return best;
}

static int cmd_help(struct command_ctx *ctx, int argc, char **argv)
{
	const struct command *c;

	if (argc > 2)
		return command_usage(ctx);
	if (argc == 2) {
		c = command_lookup(argv[1]);
		if (!c)
			return command_fail(ctx, "no command %s", argv[1]);
		out_printf(ctx->out, "%s\n", c->usage);
		return 0;
	}
	for (c = next_command(NULL); c; c = next_command(c))
		out_printf(ctx->out, "%s\n", c->usage);
	return 0;
}
SHELL_COMMAND(help, "help [command]", cmd_help);

static int cmd_uptime(struct command_ctx *ctx, int argc, char **argv)
{
	unsigned long s = ktime_get_ns() / NSEC_PER_SEC;

	if (argc > 1)
		return command_usage(ctx);
	if (s >= 86400)
		out_printf(ctx->out, "up %lu days, %lu:%02lu:%02lu\n", s / 86400, s / 3600 % 24,
			   s / 60 % 60, s % 60);
	else
		out_printf(ctx->out, "up %lu:%02lu:%02lu\n", s / 3600, s / 60 % 60, s % 60);
	return 0;
}
SHELL_COMMAND(uptime, "uptime", cmd_uptime);

static int cmd_dmesg(struct command_ctx *ctx, int argc, char **argv)
{
	char line[LOG_LINE_MAX + 32];
	u64 seq = log_first_seq();
	size_t n;

	if (argc > 1)
		return command_usage(ctx);
	while ((n = log_read(&seq, line, sizeof(line), NULL)) != 0) {
		out_write(ctx->out, line, n);
		if (command_interrupted(ctx))
			return command_cancel(ctx);
	}
	return 0;
}
SHELL_COMMAND(dmesg, "dmesg", cmd_dmesg);

static void print_irq(const struct irq_info *info, void *arg)
{
	struct out *out = arg;
	unsigned int cpu;

	if (info->label)
		out_printf(out, "%3s:", info->label);
	else
		out_printf(out, "%3u:", info->irq);
	for_each_online_cpu(cpu)
		out_printf(out, " %10llu", (unsigned long long)irq_count_on(info->irq, cpu));
	if (info->label)
		out_printf(out, "  %s\n", info->name);
	else
		out_printf(out, "  %-6s %s\n", info->chip, info->name ? info->name : "");
}

static int cmd_interrupts(struct command_ctx *ctx, int argc, char **argv)
{
	unsigned int nr, cpu;

	if (argc > 1)
		return command_usage(ctx);
	out_puts(ctx->out, "    ");
	for_each_online_cpu(cpu)
		out_printf(ctx->out, "      CPU%-2u", cpu);
	out_puts(ctx->out, "\n");
	irq_for_each(print_irq, ctx->out);
	for (nr = 0; nr < NR_SOFTIRQS; nr++)
		out_printf(ctx->out, "softirq %-8s %10llu\n", softirq_name(nr),
			   (unsigned long long)softirq_count(nr));
	return 0;
}
SHELL_COMMAND(interrupts, "interrupts", cmd_interrupts);

static const struct {
	unsigned int feature;
	const char *name;
} cpu_flags[] = {
	{ X86_FEATURE_TSC, "tsc" },
	{ X86_FEATURE_MSR, "msr" },
	{ X86_FEATURE_APIC, "apic" },
	{ X86_FEATURE_PGE, "pge" },
	{ X86_FEATURE_PAT, "pat" },
	{ X86_FEATURE_CX16, "cx16" },
	{ X86_FEATURE_X2APIC, "x2apic" },
	{ X86_FEATURE_RDRAND, "rdrand" },
	{ X86_FEATURE_RDSEED, "rdseed" },
	{ X86_FEATURE_NX, "nx" },
	{ X86_FEATURE_GBPAGES, "pdpe1gb" },
	{ X86_FEATURE_RDTSCP, "rdtscp" },
	{ X86_FEATURE_SMEP, "smep" },
	{ X86_FEATURE_SMAP, "smap" },
	{ X86_FEATURE_UMIP, "umip" },
	{ X86_FEATURE_ERMS, "erms" },
	{ X86_FEATURE_INVARIANT_TSC, "constant_tsc" },
	{ X86_FEATURE_HYPERVISOR, "hypervisor" },
};

static int cmd_cpuinfo(struct command_ctx *ctx, int argc, char **argv)
{
	unsigned int cpu, i;

	if (argc > 1)
		return command_usage(ctx);
	for_each_online_cpu(cpu) {
		out_printf(ctx->out,
			   "processor : %u\nvendor_id : %s\ncpu family : %u\nmodel : %u\n", cpu,
			   cpu_info.vendor, cpu_info.family, cpu_info.model);
		out_printf(ctx->out, "apicid : %u\n", arch_cpu_apic_id(cpu));
		out_printf(ctx->out, "model name : %s\nstepping : %u\n", cpu_info.model_name,
			   cpu_info.stepping);
		out_printf(ctx->out, "cpu MHz : %llu.%03llu\n",
			   (unsigned long long)(tsc_hz / 1000000),
			   (unsigned long long)(tsc_hz / 1000 % 1000));
		out_puts(ctx->out, "flags :");
		for (i = 0; i < ARRAY_SIZE(cpu_flags); i++) {
			if (cpu_has(cpu_flags[i].feature))
				out_printf(ctx->out, " %s", cpu_flags[i].name);
		}
		out_puts(ctx->out, "\n\n");
	}
	return 0;
}
SHELL_COMMAND(cpuinfo, "cpuinfo", cmd_cpuinfo);

static void print_setting(const char *name, int value, void *arg)
{
	struct out *out = arg;

	out_printf(out, "%s = %d\n", name, value);
}

static int show_setting(struct command_ctx *ctx, const char *name)
{
	int value;

	if (sysctl_read(name, &value))
		return command_fail(ctx, "cannot stat %s: No such setting", name);
	print_setting(name, value, ctx->out);
	return 0;
}

static int write_setting(struct command_ctx *ctx, char *name, char *text)
{
	int err = sysctl_write(name, text);

	if (err == -ENOENT)
		return command_fail(ctx, "cannot stat %s: No such setting", name);
	if (err)
		return command_fail(ctx, "setting %s to %s: %s", name, text, errno_text(err));
	return show_setting(ctx, name);
}

/* sysctl a.b, sysctl a.b=1, sysctl -w a.b=1 c.d=2, sysctl -a */
static int cmd_sysctl(struct command_ctx *ctx, int argc, char **argv)
{
	int i = 1, status = 0;
	char *value;

	if (argc < 2)
		return command_usage(ctx);
	if (strcmp(argv[1], "-a") == 0) {
		if (argc > 2)
			return command_usage(ctx);
		sysctl_for_each(print_setting, ctx->out);
		return 0;
	}
	if (strcmp(argv[1], "-w") == 0)
		i++;
	if (i == argc || argv[i][0] == '-')
		return command_usage(ctx);
	for (; i < argc && !status; i++) {
		value = strchr(argv[i], '=');
		if (value)
			*value++ = '\0';
		status = value ? write_setting(ctx, strim(argv[i]), strim(value))
			       : show_setting(ctx, argv[i]);
	}
	return status;
}
SHELL_COMMAND(sysctl, "sysctl [-w] name[=value] ... | sysctl -a", cmd_sysctl);

static int cmd_reboot(struct command_ctx *ctx, int argc, char **argv)
{
	if (argc > 1)
		return command_usage(ctx);
	machine_reboot();
}
SHELL_COMMAND(reboot, "reboot", cmd_reboot);

static int cmd_poweroff(struct command_ctx *ctx, int argc, char **argv)
{
	if (argc > 1)
		return command_usage(ctx);
	machine_poweroff();
}
SHELL_COMMAND(poweroff, "poweroff", cmd_poweroff);
