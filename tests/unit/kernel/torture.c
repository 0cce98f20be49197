/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/kernel/torture.c - RCU, timers and work items under everybody's hands at once, on all
 * CPUs.
 *
 * Overview  Each test has a body that runs on every CPU until its time is up, and invariants that
 *           count errors. In the fast set for FAST_MS; slow.*_torture for a minute.
 * Reading   A random choice decides what a CPU does next; the seed is the CPU's number, so each
 *           does something else. On the host, where the sanitizer sees what is freed too early, time
 *           is virtual and passes quickly.
 */
#include <arch/atomic.h>
#include <arch/smp.h>

#include "kernel/base/mutex.h"
#include "kernel/base/rcu.h"
#include "kernel/base/sched.h"
#include "kernel/base/selftest.h"
#include "kernel/base/spinlock.h"
#include "kernel/base/time.h"
#include "kernel/base/timer.h"
#include "kernel/base/work.h"
#include "lib/prng.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "tests/unit/kernel/on_cpus.h"

#define FAST_MS 300
#define SLOW_MS 60000

static atomic_t errors;
static unsigned long end_of_test;

/* Asked after a turn: a CPU that comes late does one, too. */
static bool time_is_up(void)
{
	return time_after(jiffies, end_of_test);
}

/* Run @body everywhere for @ms; then no error was seen, and no grace period took too long. */
static void torture(u64 (*body)(unsigned int cpu, void *arg), unsigned int ms)
{
	unsigned long stalls = rcu_stalls;

	atomic_set(&errors, 0);
	end_of_test = jiffies + msecs_to_jiffies(ms);
	on_cpus_run(body, NULL);
	EXPECT_EQ(atomic_read(&errors), 0);
	EXPECT_EQ(rcu_stalls, stalls);
}

static void expect(bool ok)
{
	if (!ok)
		atomic_inc(&errors);
}

/* --- RCU: what a reader found stays LIVE until it is through --- */

#define LIVE 0x11115555u
#define DEAD 0xdead0000u

struct element {
	struct rcu_head rcu;
	u32 state;
};

static struct element *published;
static DEFINE_SPINLOCK(publish_lock);
static struct timer_list reading_timer[NR_CPUS];

static void read_published(unsigned int turns)
{
	const struct element *e;

	rcu_read_lock();
	e = rcu_dereference(published);
	while (e && turns--) {
		expect(READ_ONCE(e->state) == LIVE);
		cpu_relax();
	}
	rcu_read_unlock();
}

static void retire(struct rcu_head *head)
{
	struct element *e = container_of(head, struct element, rcu);

	expect(e->state == LIVE);
	WRITE_ONCE(e->state, DEAD);
	kfree(e);
}

static void replace_published(bool wait)
{
	struct element *e = kmalloc(sizeof(*e), GFP_ATOMIC), *old;

	if (!e)
		return;
	e->state = LIVE;
	spin_lock_bh(&publish_lock);
	old = published;
	rcu_assign_pointer(published, e);
	spin_unlock_bh(&publish_lock);
	if (!old)
		return;
	if (wait) {
		synchronize_rcu();
		retire(&old->rcu);
	} else {
		call_rcu(&old->rcu, retire);
	}
}

static void read_in_softirq(struct timer_list *timer)
{
	read_published(20);
	if (!time_is_up())
		mod_timer(timer, jiffies + 1);
}

static u64 torture_rcu(unsigned int cpu, void *arg)
{
	struct timer_list *timer = &reading_timer[cpu];
	struct prng prng;
	u64 n = 0;

	prng_seed(&prng, cpu);
	timer_setup(timer, read_in_softirq, 0);
	mod_timer(timer, jiffies + 1);
	do {
		u32 what = prng_below(&prng, 1000);

		if (what < 950)
			read_published(prng_below(&prng, 50));
		else if (what < 998)
			replace_published(false);
		else if (what == 998)
			replace_published(true);
		else
			msleep(1); /* idle for a while */
		cond_resched();
		n++;
	} while (!time_is_up());
	timer_delete_sync(timer);
	return n;
}

static void rcu_torture(unsigned int ms)
{
	torture(torture_rcu, ms);
	rcu_barrier();
	kfree(published);
	published = NULL;
}

SELFTEST(rcu, torture)
{
	rcu_torture(FAST_MS);
}

SELFTEST(slow, rcu_torture)
{
	rcu_torture(SLOW_MS);
}

/* --- timers: never early, never twice at once, never after timer_delete_sync() --- */

#define TIMERS 16

struct tortured_timer {
	struct timer_list timer;
	spinlock_t lock;
	atomic_t running;
	bool deleted;			/* [lock] timer_delete_sync() has returned, nobody has armed it */
};

static struct tortured_timer timers[TIMERS];
static atomic_t fired;

static void timer_fires(struct timer_list *timer)
{
	struct tortured_timer *t = container_of(timer, struct tortured_timer, timer);

	expect(atomic_inc_return(&t->running) == 1);
	expect(!READ_ONCE(t->deleted));
	atomic_inc(&fired);
	for (unsigned int i = 0; i < 300; i++)
		cpu_relax(); /* long enough to be met */
	expect(!READ_ONCE(t->deleted));
	atomic_dec(&t->running);
}

/* A CPU's own, which nobody else touches: it is the one that can tell what it was armed for. */
static struct timer_list own_timer[NR_CPUS];

static void own_timer_fires(struct timer_list *timer)
{
	expect(time_after_eq(jiffies, timer->expires));
	atomic_inc(&fired);
}

static void arm_own_timer(unsigned int cpu, unsigned long delay)
{
	local_bh_disable(); /* it fires here, or is pending */
	if (!timer_pending(&own_timer[cpu]))
		mod_timer(&own_timer[cpu], jiffies + delay);
	local_bh_enable();
}

static u64 torture_timers(unsigned int cpu, void *arg)
{
	struct prng prng;
	u64 n = 0;

	prng_seed(&prng, cpu + 100);
	timer_setup(&own_timer[cpu], own_timer_fires, 0);
	do {
		struct tortured_timer *t = &timers[prng_below(&prng, TIMERS)];

		/* The lock is held against other arms and deletions only: the function takes none. */
		spin_lock_bh(&t->lock);
		switch (prng_below(&prng, 8)) {
		case 0:
			timer_delete(&t->timer);
			break;
		case 1:
			timer_delete_sync(&t->timer);
			expect(!timer_pending(&t->timer) && atomic_read(&t->running) == 0);
			WRITE_ONCE(t->deleted, true);
			break;
		default:
			WRITE_ONCE(t->deleted, false);
			mod_timer(&t->timer, jiffies + prng_below(&prng, 6));
			break;
		}
		spin_unlock_bh(&t->lock);
		arm_own_timer(cpu, prng_below(&prng, 4));
		if (++n % 32 == 0)
			msleep(1);
		else
			cond_resched();
	} while (!time_is_up());
	timer_delete_sync(&own_timer[cpu]);
	return n;
}

static void timer_torture(unsigned int ms)
{
	atomic_set(&fired, 0);
	for (unsigned int i = 0; i < TIMERS; i++) {
		memset(&timers[i], 0, sizeof(timers[i]));
		spin_lock_init(&timers[i].lock);
		timer_setup(&timers[i].timer, timer_fires, 0);
	}
	torture(torture_timers, ms);
	for (unsigned int i = 0; i < TIMERS; i++)
		timer_delete_sync(&timers[i].timer);
	EXPECT_GT(atomic_read(&fired), 0);
}

SELFTEST(timer, torture)
{
	timer_torture(FAST_MS);
}

SELFTEST(slow, timer_torture)
{
	timer_torture(SLOW_MS);
}

/* --- work items: never twice at once, never after cancel_work_sync(), none lost --- */

#define WORKS 16

struct tortured_work {
	struct work_struct work;
	struct mutex lock;
	bool cancelled;		/* [lock] cancel_work_sync() has returned, nobody has queued it */
	atomic_t running;
};

static struct tortured_work works[WORKS];
static atomic_t queued, ran, cancelled;

static void work_runs(struct work_struct *work)
{
	struct tortured_work *w = container_of(work, struct tortured_work, work);

	expect(atomic_inc_return(&w->running) == 1);
	expect(!READ_ONCE(w->cancelled));
	if (atomic_inc_return(&ran) % 64 == 0)
		msleep(1);
	else
		yield();
	atomic_dec(&w->running);
}

static u64 torture_work(unsigned int cpu, void *arg)
{
	struct prng prng;
	u64 n = 0;

	prng_seed(&prng, cpu + 200);
	do {
		struct tortured_work *w = &works[prng_below(&prng, WORKS)];

		mutex_lock(&w->lock);
		switch (prng_below(&prng, 8)) {
		case 0:
			if (cancel_work_sync(&w->work))
				atomic_inc(&cancelled);
			expect(atomic_read(&w->running) == 0);
			WRITE_ONCE(w->cancelled, true);
			break;
		case 1:
			flush_work(&w->work);
			expect(atomic_read(&w->running) == 0);
			break;
		default:
			WRITE_ONCE(w->cancelled, false);
			if (schedule_work_on(prng_below(&prng, num_possible_cpus()), &w->work))
				atomic_inc(&queued);
			break;
		}
		mutex_unlock(&w->lock);
		cond_resched();
		n++;
	} while (!time_is_up());
	return n;
}

static void work_torture(unsigned int ms)
{
	atomic_set(&queued, 0);
	atomic_set(&ran, 0);
	atomic_set(&cancelled, 0);
	for (unsigned int i = 0; i < WORKS; i++) {
		memset(&works[i], 0, sizeof(works[i]));
		INIT_WORK(&works[i].work, work_runs);
		mutex_init(&works[i].lock);
	}
	torture(torture_work, ms);
	for (unsigned int i = 0; i < WORKS; i++)
		flush_work(&works[i].work);
	EXPECT_EQ(atomic_read(&queued), atomic_read(&ran) + atomic_read(&cancelled));
	EXPECT_GT(atomic_read(&ran), 0);
}

SELFTEST(work, torture)
{
	work_torture(FAST_MS);
}

SELFTEST(slow, work_torture)
{
	work_torture(SLOW_MS);
}
