/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/panic.h - the end: say why, show where, leave the way that panic= and QEMU ask for.
 */
#ifndef KERNEL_BASE_PANIC_H
#define KERNEL_BASE_PANIC_H

#include "kernel/base/printk.h"
#include "lib/compiler.h"
#include "lib/types.h"

struct trap_frame;

/*
 * panic() - print "Kernel panic - not syncing: <why>" with a backtrace and stop. Exits QEMU with 37
 * through isa-debug-exit if it is there; else waits panic= seconds and reboots (0: halts).
 */
__printf(1, 2) __noreturn void panic(const char *fmt, ...);

/* panic_trap() - the same for a trap that nothing handles: prints the registers of @frame too. */
__noreturn void panic_trap(struct trap_frame *frame, const char *why);

/* What panic() prints behind its backtrace; NULL: nothing more. Runs once, locks of the log ignored. */
extern void (*panic_details)(void);

/* print_trace() - @title, and the @n return addresses at @pcs by name. */
void print_trace(enum log_level level, const char *title, const unsigned long *pcs, unsigned int n);

/* dump_stack() - log the calls that led here. */
void dump_stack(void);

extern bool panic_in_progress;
extern int panic_timeout; /* seconds; 0 halts */

/* panic_init() - connect traps and WARN_ON to the log. */
void panic_init(void);

#endif
