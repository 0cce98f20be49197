/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/softirq.h - bottom halves: work that an interrupt leaves behind, run with interrupts
 * on.
 *
 * They run at the end of the outermost interrupt, at local_bh_enable(), or in ksoftirqd when they
 * keep being raised. One CPU runs one softirq at a time; different CPUs may run the same one at
 * once.
 */
#ifndef KERNEL_BASE_SOFTIRQ_H
#define KERNEL_BASE_SOFTIRQ_H

#include "kernel/base/preempt.h"

/* In the order in which they run. */
enum softirq_nr {
	HI_SOFTIRQ,
	TIMER_SOFTIRQ,
	NET_TX_SOFTIRQ,
	NET_RX_SOFTIRQ,
	TASKLET_SOFTIRQ,
	RCU_SOFTIRQ,
	NR_SOFTIRQS,
};

/* open_softirq() - name the function of softirq @nr. Once, at boot. */
void open_softirq(enum softirq_nr nr, void (*action)(void));

/*
 * raise_softirq() - have it run on this CPU: in a thread at once, in an interrupt or softirq at its
 * end. With interrupts off (_irqoff says that the caller knows they are) in ksoftirqd or at the
 * next interrupt's end, whichever comes first.
 */
void raise_softirq(enum softirq_nr nr);
void raise_softirq_irqoff(enum softirq_nr nr);

/* Bracket every hardware interrupt (arch_hooks). irq_exit() runs pending softirqs. */
void irq_enter(void);
void irq_exit(void);

/* softirq_init() - connect irq_enter/irq_exit to the arch. */
void softirq_init(void);

const char *softirq_name(enum softirq_nr nr);
u64 softirq_count(enum softirq_nr nr); /* times run, all CPUs */

#endif
