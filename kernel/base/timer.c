/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/timer.c - timers on this machine's CPUs.
 *
 * Overview   mod_timer() files a timer in the wheel of the CPU that arms it; the tick looks whether
 *            something is due and raises TIMER_SOFTIRQ, which calls the functions. The wheel itself
 *            is timer_wheel.c.
 * States     idle -> pending (mod_timer) -> running (softirq) -> idle; pending again from its own
 *            function if it wants.
 * Offline    The CPU that buries a dead one takes its timers over. Both wheels' locks are held, so
 *            that a timer is always in one of them.
 * Locking    base->lock (interrupts off) guards a wheel; timer->cpu names the wheel and is changed
 *            under the old wheel's lock. The function runs without it, softirq context, interrupts
 *            on; base->running names it for timer_delete_sync(). Own base -> a dead CPU's.
 * Observe    timers
 */
#include <arch/irqflags.h>
#include <arch/percpu.h>

#include "kernel/base/cpu_internal.h"
#include "kernel/base/softirq.h"
#include "kernel/base/spinlock.h"
#include "kernel/base/timer.h"
#include "kernel/base/timer_wheel.h"
#include "lib/bug.h"

struct timer_base {
	spinlock_t lock;
	struct timer_list *running;	/* [lock] its function runs */
	struct timer_wheel wheel;	/* [lock] */
};

static DEFINE_PER_CPU(struct timer_base, timer_bases) = { .lock = SPINLOCK_INIT(timer_base.lock) };

void timer_setup(struct timer_list *timer, void (*function)(struct timer_list *),
		 unsigned int flags)
{
	timer->entry.next = NULL;
	timer->entry.pprev = NULL;
	timer->expires = 0;
	timer->function = function;
	timer->cpu = smp_processor_id();
	timer->slot = 0;
}

/* Return: the base of @timer, its lock held; which one that is the analysis cannot follow. */
static struct timer_base *lock_timer_base(const struct timer_list *timer, unsigned long *flags)
	__no_lock_analysis
{
	struct timer_base *base;
	unsigned int cpu;

	for (;;) {
		cpu = READ_ONCE(timer->cpu);
		base = per_cpu_ptr(&timer_bases, cpu);
		spin_lock_irqsave(&base->lock, *flags);
		if (timer->cpu == cpu)
			return base;
		spin_unlock_irqrestore(&base->lock, *flags);
	}
}

int mod_timer(struct timer_list *timer, unsigned long expires) __no_lock_analysis
{
	unsigned int this_cpu = smp_processor_id();
	struct timer_base *base;
	unsigned long flags;
	int was_pending;

	BUG_ON(!timer->function);
	base = lock_timer_base(timer, &flags);
	was_pending = timer_pending(timer);
	if (was_pending) {
		if (timer->expires == expires)
			goto out;
		wheel_remove(&base->wheel, timer);
	}
	/*
	 * Run where it is armed, unless its function runs elsewhere just now: delete_sync() looks
	 * there.
	 */
	while (timer->cpu != this_cpu && base->running != timer) {
		timer->cpu = this_cpu;
		spin_unlock_irqrestore(&base->lock, flags);
		base = lock_timer_base(timer, &flags);
		if (timer_pending(timer))
			wheel_remove(&base->wheel, timer);
	}
	/* An empty wheel may not have been turned for long. */
	wheel_skip(&base->wheel, jiffies);
	timer->expires = expires;
	wheel_insert(&base->wheel, timer);
out:
	spin_unlock_irqrestore(&base->lock, flags);
	return was_pending;
}

void add_timer(struct timer_list *timer)
{
	BUG_ON(timer_pending(timer));
	mod_timer(timer, timer->expires);
}

int timer_delete(struct timer_list *timer) __no_lock_analysis
{
	struct timer_base *base;
	unsigned long flags;
	int was_pending;

	if (!timer_pending(timer))
		return 0;
	base = lock_timer_base(timer, &flags);
	was_pending = timer_pending(timer);
	if (was_pending)
		wheel_remove(&base->wheel, timer);
	spin_unlock_irqrestore(&base->lock, flags);
	return was_pending;
}

int timer_delete_sync(struct timer_list *timer) __no_lock_analysis
{
	struct timer_base *base;
	unsigned long flags;
	int was_pending = 0;
	bool running;

	do {
		base = lock_timer_base(timer, &flags);
		running = base->running == timer;
		if (timer_pending(timer)) {
			wheel_remove(&base->wheel, timer);
			was_pending = 1;
		}
		spin_unlock_irqrestore(&base->lock, flags);
		if (running)
			cpu_relax();
	} while (running);
	return was_pending;
}

/* Call what is due. Lock held, interrupts off; drops and retakes both around each function. */
static void fire(struct timer_base *base, struct hlist_head *due) __must_hold(base->lock)
{
	void (*function)(struct timer_list *);
	struct timer_list *timer;

	assert_spin_held(&base->lock);
	while (due->first) {
		timer = container_of(due->first, struct timer_list, entry);
		wheel_remove(&base->wheel, timer);
		function = timer->function;
		base->running = timer;
		spin_unlock_irq(&base->lock);
		function(timer);
		spin_lock_irq(&base->lock);
		base->running = NULL;
	}
}

static void timer_softirq(void)
{
	struct timer_base *base = this_cpu_ptr(&timer_bases);
	struct hlist_head due;

	spin_lock_irq(&base->lock);
	while (wheel_skip(&base->wheel, jiffies)) {
		wheel_take(&base->wheel, &due);
		fire(base, &due);
	}
	spin_unlock_irq(&base->lock);
}

void timer_tick(void)
{
	struct timer_base *base = this_cpu_ptr(&timer_bases);
	bool due;

	spin_lock(&base->lock);
	due = wheel_skip(&base->wheel, jiffies);
	spin_unlock(&base->lock);
	if (due)
		raise_softirq_irqoff(TIMER_SOFTIRQ);
}

void timer_cpu_dead(unsigned int cpu)
{
	struct timer_base *dead = per_cpu_ptr(&timer_bases, cpu), *base;
	struct timer_list *timer;
	unsigned long flags;

	local_irq_save(flags);
	base = this_cpu_ptr(&timer_bases);
	spin_lock(&base->lock);
	spin_lock_nested(&dead->lock, 1);
	wheel_skip(&base->wheel, jiffies);
	for (unsigned int slot = 0; slot < WHEEL_LEVELS * WHEEL_SLOTS; slot++) {
		while (dead->wheel.slots[slot].first) {
			timer = container_of(dead->wheel.slots[slot].first, struct timer_list,
					     entry);
			wheel_remove(&dead->wheel, timer);
			timer->cpu = smp_processor_id();
			wheel_insert(&base->wheel, timer);
		}
	}
	spin_unlock(&dead->lock);
	spin_unlock(&base->lock);
	local_irq_restore(flags);
}

unsigned int timer_snapshot(unsigned int cpu, struct timer_info *info, unsigned int max)
{
	struct timer_base *base = per_cpu_ptr(&timer_bases, cpu);
	const struct timer_list *timer;
	unsigned long flags;
	unsigned int n = 0;

	spin_lock_irqsave(&base->lock, flags);
	for (unsigned int slot = 0; slot < WHEEL_LEVELS * WHEEL_SLOTS; slot++) {
		hlist_for_each_entry(timer, &base->wheel.slots[slot], entry) {
			if (n < max)
				info[n] = (struct timer_info){ timer->expires, timer->function };
			n++;
		}
	}
	spin_unlock_irqrestore(&base->lock, flags);
	return n;
}

bool timer_next(unsigned long *when)
{
	struct timer_base *base = this_cpu_ptr(&timer_bases);
	unsigned long flags;
	bool found;

	spin_lock_irqsave(&base->lock, flags);
	found = wheel_next(&base->wheel, when);
	spin_unlock_irqrestore(&base->lock, flags);
	return found;
}

void timer_init(void)
{
	open_softirq(TIMER_SOFTIRQ, timer_softirq);
}
