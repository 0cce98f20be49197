/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/panic.c - the end.
 *
 * Overview  Interrupts off, locks of the log and the screen ignored, the message, the registers if
 *           a trap brought us here, the calls that led here by name. Then out: QEMU's exit device,
 *           or panic= (seconds until reboot; 0 halts). A second panic inside the first one says so
 *           and goes straight out; a third (saying so failed, too) goes out without a word.
 * Locking   none: panic_cpu is taken by compare-and-exchange. One CPU reports, and stops the others;
 *           one that panics meanwhile stops by itself, so that it does not cut the report short.
 */
#include <arch/atomic.h>
#include <arch/cpu.h>
#include <arch/exit.h>
#include <arch/irqflags.h>
#include <arch/percpu.h>
#include <arch/smp.h>
#include <arch/symbols.h>
#include <arch/trap.h>

#include "kernel/base/lock_debug.h"
#include "kernel/base/panic.h"
#include "kernel/base/param.h"
#include "kernel/base/printk.h"
#include "kernel/base/reboot.h"
#include "kernel/base/sched.h"
#include "kernel/base/time.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "lib/string.h"

#define BACKTRACE_MAX 32

#define NO_CPU ~0u

bool panic_in_progress;
int panic_timeout;
static u32 panic_cpu = NO_CPU;	/* [a] who reports */
static unsigned int depth;	/* [panic_cpu] panics inside each other */

void (*panic_details)(void);

/* @exact: the first address is of an instruction itself, not behind a call. */
static void print_addresses(enum log_level level, const unsigned long *pcs, unsigned int n,
			    bool exact)
{
	unsigned long off, size;
	unsigned int i, back;
	const char *name;

	for (i = 0; i < n; i++) {
		/*
		 * A return address may be the first byte behind its function: look one byte before.
		 */
		back = i || !exact;
		name = symbol_lookup(pcs[i] - back, &off, &size);
		if (name)
			printk(level, " [<%016lx>] %s+0x%lx/0x%lx", pcs[i], name, off + back, size);
		else
			printk(level, " [<%016lx>]", pcs[i]);
	}
}

void print_trace(enum log_level level, const char *title, const unsigned long *pcs, unsigned int n)
{
	printk(level, "%s", title);
	print_addresses(level, pcs, n, false);
}

static void print_backtrace(enum log_level level, unsigned long first, unsigned long fp)
{
	unsigned long pcs[BACKTRACE_MAX];
	unsigned int n = 0;

	if (first)
		pcs[n++] = first;
	n += backtrace_collect(pcs + n, BACKTRACE_MAX - n, fp);
	printk(level, "Call trace:");
	print_addresses(level, pcs, n, first != 0);
}

static void print_line(const char *text)
{
	pr_emerg("%s", text);
}

static __noreturn void leave(void)
{
	u64 end;

	debug_exit(EXIT_CODE_PANIC);
	if (panic_timeout <= 0)
		cpu_halt_forever();
	if (depth == 1)
		pr_emerg("Rebooting in %d seconds", panic_timeout);
	end = ktime_get_ns() + panic_timeout * NSEC_PER_SEC;
	while (ktime_get_ns() < end)
		cpu_relax();
	machine_reboot();
}

static void begin(void)
{
	u32 owner;

	local_irq_disable();
	owner = cmpxchg(&panic_cpu, NO_CPU, smp_processor_id());
	if (owner != NO_CPU && owner != smp_processor_id())
		cpu_halt_forever();
	if (++depth > 1) {
		if (depth == 2)
			pr_emerg("panic inside a panic");
		leave();
	}
	panic_in_progress = true;
	arch_stop_others(); /* before the locks that they hold are ignored */
	lockdebug_stop(); /* the log's locks are ignored from here on */
	printk_enter_panic();
}

static void print_who(void)
{
	struct thread *t = current;

	pr_emerg("CPU: %u thread: %s", smp_processor_id(), t ? t->name : "(boot)");
}

void panic(const char *fmt, ...)
{
	char why[256];
	va_list ap;

	begin();
	va_start(ap, fmt);
	vscnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	pr_emerg("Kernel panic - not syncing: %s", why);
	print_who();
	print_backtrace(KERN_EMERG, 0, 0);
	if (panic_details)
		panic_details();
	leave();
}

void panic_trap(struct trap_frame *frame, const char *why)
{
	begin();
	pr_emerg("Kernel panic - not syncing: %s", why);
	print_who();
	trap_frame_print(frame, print_line);
	print_backtrace(KERN_EMERG, frame->rip, trap_frame_fp(frame));
	leave();
}

void dump_stack(void)
{
	print_backtrace(KERN_WARNING, 0, 0);
}

static void warn_trap(const char *file, int line, struct trap_frame *frame)
{
	pr_warn("WARNING: at %s:%d", file, line);
	print_backtrace(KERN_WARNING, frame->rip, trap_frame_fp(frame));
}

void panic_init(void)
{
	arch_hooks.fatal_trap = panic_trap;
	arch_hooks.warn = warn_trap;
	printf_symbol_hook = symbol_lookup;
}

static int panic_param(const char *val)
{
	int seconds;

	if (!val || kstrtoint(val, 10, &seconds))
		return -EINVAL;
	panic_timeout = seconds;
	return 0;
}
PARAM(panic, panic_param);
