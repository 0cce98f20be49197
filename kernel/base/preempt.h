/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/preempt.h - in what context this CPU runs.
 *
 * One word per CPU: bits 8-15 count softirq nesting (1 = a softirq runs, +2 per
 * local_bh_disable()), bits 16-23 hard interrupts. Zero means a plain thread, which alone may
 * sleep. Threads are never preempted, so the word belongs to the CPU and not to the thread: a
 * thread gives the CPU up only when it is zero.
 */
#ifndef KERNEL_BASE_PREEMPT_H
#define KERNEL_BASE_PREEMPT_H

#include <arch/barrier.h>
#include <arch/percpu.h>

#include "lib/compiler.h"
#include "lib/types.h"

#define SOFTIRQ_SHIFT		8
#define HARDIRQ_SHIFT		16
#define SOFTIRQ_OFFSET		(1u << SOFTIRQ_SHIFT)
#define SOFTIRQ_DISABLE_OFFSET	(2u << SOFTIRQ_SHIFT)
#define HARDIRQ_OFFSET		(1u << HARDIRQ_SHIFT)
#define SOFTIRQ_MASK		(0xffu << SOFTIRQ_SHIFT)
#define HARDIRQ_MASK		(0xffu << HARDIRQ_SHIFT)

DECLARE_PER_CPU(u32, preempt_count);
DECLARE_PER_CPU(u32, softirq_pending); /* bit per softirq */

static __always_inline u32 preempt_count_get(void)
{
	return this_cpu_read(preempt_count);
}

/* in_interrupt() - a hard interrupt, a softirq, or a thread with softirqs off: must not sleep. */
static __always_inline bool in_interrupt(void)
{
	return (preempt_count_get() & (SOFTIRQ_MASK | HARDIRQ_MASK)) != 0;
}

static __always_inline bool in_hardirq(void)
{
	return (preempt_count_get() & HARDIRQ_MASK) != 0;
}

/* in_softirq() - a softirq runs or softirqs are off. in_serving_softirq() - one runs. */
static __always_inline bool in_softirq(void)
{
	return (preempt_count_get() & SOFTIRQ_MASK) != 0;
}

static __always_inline bool in_serving_softirq(void)
{
	return (preempt_count_get() & SOFTIRQ_OFFSET) != 0;
}

/* Runs what is pending if the context allows it. Context: softirqs were just enabled. */
void softirq_run_pending(void);

static __always_inline void local_bh_disable(void)
{
	this_cpu_add(preempt_count, SOFTIRQ_DISABLE_OFFSET);
	barrier();
}

/* local_bh_enable() - softirqs raised meanwhile run now, in this call. */
static __always_inline void local_bh_enable(void)
{
	barrier();
	this_cpu_add(preempt_count, -SOFTIRQ_DISABLE_OFFSET);
	if (unlikely(this_cpu_read(softirq_pending) != 0))
		softirq_run_pending();
}

/* Threads are not preempted: these only keep the compiler from moving memory accesses. */
static __always_inline void preempt_disable(void)
{
	barrier();
}

static __always_inline void preempt_enable(void)
{
	barrier();
}

#endif
