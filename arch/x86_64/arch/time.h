/* SPDX-License-Identifier: MIT */
/* <arch/time.h> - the time stamp counter (theory in cpu/time.c) and timer events (clockevent.c). */
#ifndef ARCH_TIME_H
#define ARCH_TIME_H

#include "lib/types.h"
#include "lib/compiler.h"
#include <arch/cpu.h>

extern u64 tsc_hz;		/* 0 before time_init_arch(); may be refined by 1 % later */
extern const char *tsc_source;	/* what it was calibrated against */

/*
 * time_init_arch() - find the TSC's and the APIC timer's frequency, in at most 1 ms.
 * Context: boot, after irq_setup().
 */
void time_init_arch(void);

/*
 * arch_clock_ns() - nanoseconds since the kernel's first instruction; never goes back. Before
 * time_init_arch() it runs slow.
 */
u64 arch_clock_ns(void);

/*
 * Each CPU has one timer event: an interrupt at a moment of arch_clock_ns(). From the local APIC's
 * timer (TSC deadline where the CPU has it), or, with one CPU and no APIC, the PIT.
 *
 * clockevent_init() - @handler is called, as an interrupt handler, on the CPU whose event came.
 * Boot, after time_init_arch(); no event is set.
 */
void clockevent_init(void (*handler)(void));

/*
 * clockevent_set() - replace this CPU's event: at @when, at once when that is past. It may come
 * early when the hardware cannot count that far, and then is to be set again. Interrupts off.
 */
void clockevent_set(u64 when);

/* clockevent_stop() - no event on this CPU until the next set. Interrupts off. */
void clockevent_stop(void);

/* The ACPI power management timer's port, once the FADT has been read (for the refinement). */
void arch_set_pm_timer(u16 port);

#endif
