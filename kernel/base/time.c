/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/time.c - the tick.
 *
 * Overview  CPU 0's tick brings jiffies up to what the TSC says, so that a tick which the host
 *           delayed or lost costs no time; then every CPU looks at its timers, RCU callbacks and
 *           run queue.
 * Locking   jiffies is written by CPU 0's tick only.
 */
#include <arch/cpu.h>
#include <arch/percpu.h>

#include "kernel/base/rcu.h"
#include "kernel/base/sched.h"
#include "kernel/base/time.h"
#include "kernel/base/timer.h"

volatile unsigned long jiffies = INITIAL_JIFFIES;

static u64 next_jiffy_ns; /* [CPU 0's tick] when jiffies is due to go up */

static u64 next_tick_ns;  /* [CPU 0's tick] when the tick after this one comes */

static void jiffies_update(void)
{
	u64 now = arch_clock_ns();
	u64 late;

	if (now < next_jiffy_ns)
		return;
	late = now - next_jiffy_ns;
	if (late < NSEC_PER_JIFFY) {
		jiffies = jiffies + 1;
		next_jiffy_ns += NSEC_PER_JIFFY;
		return;
	}
	jiffies = jiffies + 1 + late / NSEC_PER_JIFFY;
	next_jiffy_ns = now - late % NSEC_PER_JIFFY + NSEC_PER_JIFFY;
}

void time_tick(void)
{
	if (smp_processor_id() == 0)
		jiffies_update();
	timer_tick();
	rcu_tick();
	sched_tick();
}

static void tick_event(void)
{
	u64 now = arch_clock_ns();

	next_tick_ns += NSEC_PER_JIFFY;
	if (next_tick_ns < now)
		next_tick_ns += (now - next_tick_ns) / NSEC_PER_JIFFY * NSEC_PER_JIFFY +
				NSEC_PER_JIFFY;
	clockevent_set(next_tick_ns);
	time_tick();
}

void time_init(void)
{
	next_jiffy_ns = arch_clock_ns() + NSEC_PER_JIFFY / 2;
	clockevent_init(tick_event);
	next_tick_ns = arch_clock_ns() + NSEC_PER_JIFFY;
	clockevent_set(next_tick_ns);
}

void udelay(unsigned long us)
{
	u64 end = ktime_get_ns() + us * NSEC_PER_USEC;

	while (ktime_get_ns() < end)
		cpu_relax();
}
