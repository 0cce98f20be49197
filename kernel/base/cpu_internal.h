/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/cpu_internal.h - the steps of idling and of a CPU's coming and going, between the
 * files of kernel/base.
 */
#ifndef KERNEL_BASE_CPU_INTERNAL_H
#define KERNEL_BASE_CPU_INTERNAL_H

#include <arch/percpu.h>

#include "lib/compiler.h"
#include "lib/types.h"

/*
 * cpu.c: the idle thread of a CPU that is no longer online ends here; it returns when a softirq is
 * still to be run.
 */
void cpu_play_dead(void);

/*
 * smp.c: on a CPU that goes, interrupts off: out of cpu_online_mask, and no call comes to it any
 * more; what came has run.
 */
void smp_cpu_leave(void);

/*
 * time.c: this CPU's tick begins; it pauses while the CPU idles, until its next timer. Interrupts
 * off.
 */
void tick_cpu_start(void);
void tick_idle_enter(void);
void tick_idle_exit(void);

DECLARE_PER_CPU(bool, tick_paused);
void tick_catch_up(void);

/* An interrupt came: if the tick paused, jiffies is brought up to date before anybody looks. */
static __always_inline void tick_irq_enter(void)
{
	if (unlikely(this_cpu_read(tick_paused)))
		tick_catch_up();
}

/* timer.c, rcu.c: take over a dead CPU's timers and callbacks. Thread context. */
void timer_cpu_dead(unsigned int cpu);
void rcu_cpu_dead(unsigned int cpu);

/* work.c: the worker of a CPU that has come back returns to it. */
void work_cpu_online(unsigned int cpu);

#endif
