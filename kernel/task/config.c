/* SPDX-License-Identifier: MIT */
/*
 * kernel/task/config.c - applying the configuration.
 *
 * Overview  In this order: sysctl.* parameters; the registered steps (ip=); the script in the first
 *           boot module; the scripts that drivers bring (fw_cfg). Each script counts its own lines.
 *           Whatever fails is told in one line, and the rest goes on.
 */
#define pr_fmt(fmt) "config: " fmt

#include <arch/boot_info.h>
#include <arch/cpu.h>
#include <arch/mmu.h>
#include <arch/page.h>

#include "kernel/base/benchmark.h"
#include "kernel/base/command.h"
#include "kernel/base/console.h"
#include "kernel/base/param.h"
#include "kernel/base/printk.h"
#include "kernel/base/sysctl.h"
#include "kernel/task/task.h"
#include "lib/errno.h"
#include "lib/string.h"

static int apply_sysctl(const char *name, const char *val, void *arg)
{
	const char *key;
	int err;

	if (!str_has_prefix(name, "sysctl.") || !val)
		return 0;
	key = name + strlen("sysctl.");
	err = sysctl_write(key, val);
	if (err == -ENOENT)
		pr_warn("sysctl.%s: no such setting", key);
	else if (err)
		pr_warn("sysctl.%s=%s: %s", key, val, errno_text(err));
	return 0;
}

static struct script script; /* one runs at a time; too large for a stack */

/* A loader may say anything: only memory that the direct map has is read. */
static bool module_readable(const struct boot_module *m)
{
	phys_addr_t at = round_down(m->start, (phys_addr_t)PAGE_SIZE), pa;

	if (m->end > DIRECT_MAP_SIZE)
		return false;
	for (; at < m->end; at += PAGE_SIZE) {
		if (!mmu_translate((unsigned long)phys_to_virt(at), &pa))
			return false;
	}
	return true;
}

static void apply_module(void)
{
	const struct boot_module *m = &boot_info.modules[0];

	if (!boot_info.nr_modules)
		return;
	if (!module_readable(m)) {
		pr_err("the boot module is not in memory: ignored");
		return;
	}
	script_begin(&script, "config", &console_out);
	script_feed(&script, phys_to_virt(m->start), m->end - m->start);
	script_end(&script);
}

static void apply_source(const struct config_source *source)
{
	int err;

	script_begin(&script, "config", &console_out);
	err = source->fn(&script);
	script_end(&script);
	if (err && err != -ENOENT && err != -ENODEV)
		pr_err("%s: %s", source->name, errno_text(err));
}

void config_apply(void)
{
	int err;

	param_for_each(NULL, apply_sysctl, NULL);
	table_for_each(step, config_steps) {
		err = step->fn();
		if (err)
			pr_err("%s: %s", step->name, errno_text(err));
	}
	apply_module();
	table_for_each(source, config_sources)
		apply_source(source);
	console_fresh_line();
}

void ready(void)
{
	int level = console_loglevel;

	bench_note_ready(rdtsc() - boot_info.entry_tsc);
	/* Whoever started us waits for this line, however quiet it asked us to be. */
	console_loglevel = max(level, KERN_INFO + 1);
	printk(KERN_INFO, "flagstone: ready");
	console_loglevel = level;
}
