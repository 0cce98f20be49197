/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/time.c - jiffies and the tick.
 *
 * Overview  Each CPU has a tick of HZ, made of its clock events: it brings jiffies up to what the
 *           TSC says, so that a tick which the host delayed or lost costs no time, and looks at its
 *           CPU's timers, RCU callbacks and run queue. A CPU that idles without callbacks has no
 *           tick: one event at its next timer, or none at all.
 * Structure jiffies is global: whichever CPU ticks first moves it on. When all CPUs idle it stands
 *           still; the first interrupt that ends this brings it up to date before anything looks.
 *           It is written before next_jiffy_ns, and read after it by who looks without the lock: a
 *           CPU that idled with the others must not take the old jiffies with the new next_jiffy_ns,
 *           and set its event as late as all have slept.
 *           The CPUs' ticks are spread over the jiffy, so that they do not meet at one lock.
 * Locking   jiffies_lock (interrupts off, leaf): jiffies and next_jiffy_ns. A CPU's tick is its own,
 *           interrupts off.
 * Observe   timers
 */
#include <arch/cpu.h>
#include <arch/irqflags.h>
#include <arch/percpu.h>
#include <arch/smp.h>

#include "kernel/base/cpu_internal.h"
#include "kernel/base/rcu.h"
#include "kernel/base/sched.h"
#include "kernel/base/spinlock.h"
#include "kernel/base/time.h"
#include "kernel/base/timer.h"

/* When this CPU's tick is due; while it pauses: the event that is set, ~0 none. */
static DEFINE_PER_CPU(u64, next_event);
DEFINE_PER_CPU(bool, tick_paused);

volatile unsigned long jiffies = INITIAL_JIFFIES;
static DEFINE_SPINLOCK(jiffies_lock);
static u64 next_jiffy_ns; /* [jiffies_lock] when jiffies is due to go up */

/* Interrupts off. */
static void jiffies_update(u64 now)
{
	u64 passed;

	if (now < READ_ONCE(next_jiffy_ns))
		return;
	spin_lock(&jiffies_lock);
	if (now >= next_jiffy_ns) {
		passed = 1 + (now - next_jiffy_ns) / NSEC_PER_JIFFY;
		/* In this order: who finds that jiffies is not due finds it up to date, too. */
		jiffies = jiffies + passed;
		WRITE_ONCE(next_jiffy_ns, next_jiffy_ns + passed * NSEC_PER_JIFFY);
	}
	spin_unlock(&jiffies_lock);
}

/* The first moment after @now at which this CPU's tick is due: its own place in every jiffy. */
static u64 next_tick(u64 now)
{
	u64 place = NSEC_PER_JIFFY / NR_CPUS * smp_processor_id();

	return now + NSEC_PER_JIFFY - (now - place) % NSEC_PER_JIFFY;
}

/* The clock event of this CPU: an interrupt. */
static void tick_event(void)
{
	u64 now = ktime_get_ns(), due = this_cpu_read(next_event);

	jiffies_update(now);
	if (now >= due) {
		timer_tick();
		rcu_tick();
		sched_tick();
		if (this_cpu_read(tick_paused))
			return; /* the idle loop decides anew */
		due = next_tick(now);
		this_cpu_write(next_event, due);
	}
	clockevent_set(due);
}

void tick_cpu_start(void)
{
	u64 due = next_tick(ktime_get_ns());

	this_cpu_write(tick_paused, false);
	this_cpu_write(next_event, due);
	clockevent_set(due);
}

/* The event at which this CPU's next timer is due; ~0: it has none; 0: a tick is as good. */
static u64 next_timer_event(void)
{
	u64 jiffy_ns = READ_ONCE(next_jiffy_ns); /* before jiffies: then the event is early, not late */
	unsigned long when, now = jiffies;

	if (!timer_next(&when))
		return ~0ull;
	if (time_before_eq(when, now + 1))
		return 0;
	return jiffy_ns + (when - now - 1) * NSEC_PER_JIFFY;
}

void tick_idle_enter(void)
{
	u64 at = rcu_needs_tick() ? 0 : next_timer_event();

	if (!at) {
		tick_idle_exit();
		return;
	}
	/* Interrupts come and go while the CPU idles: the event is set once for all of them. */
	if (this_cpu_read(tick_paused) && this_cpu_read(next_event) == at)
		return;
	this_cpu_write(tick_paused, true);
	this_cpu_write(next_event, at);
	if (at == ~0ull)
		clockevent_stop();
	else
		clockevent_set(at);
}

void tick_idle_exit(void)
{
	if (!this_cpu_read(tick_paused))
		return;
	jiffies_update(ktime_get_ns());
	tick_cpu_start();
}

void tick_catch_up(void)
{
	jiffies_update(ktime_get_ns());
}

void time_init(void)
{
	unsigned long flags;

	local_irq_save(flags);
	next_jiffy_ns = ktime_get_ns() + NSEC_PER_JIFFY / 2;
	clockevent_init(tick_event);
	tick_cpu_start();
	local_irq_restore(flags);
}

void udelay(unsigned long us)
{
	u64 end = ktime_get_ns() + us * NSEC_PER_USEC;

	while (ktime_get_ns() < end)
		cpu_relax();
}
