/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/kernel/lock_debug.c - what `make DEBUG=lock` reports, word for word; only in that
 * build.
 *
 * Each test does one thing that is forbidden, with lockdebug_report_hook in the place of the panic.
 * Each has locks of its own, so that an order that one test teaches means nothing to the next.
 */
#include <arch/irqflags.h>
#include <arch/percpu.h>

#include "kernel/base/completion.h"
#include "kernel/base/lock_debug.h"
#include "kernel/base/mutex.h"
#include "kernel/base/preempt.h"
#include "kernel/base/rcu.h"
#include "kernel/base/rwlock.h"
#include "kernel/base/sched.h"
#include "kernel/base/selftest.h"
#include "kernel/base/seqlock.h"
#include "kernel/base/softirq.h"
#include "kernel/base/spinlock.h"
#include "kernel/base/time.h"
#include "kernel/base/timer.h"
#include "kernel/task/kthread.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "mm/kmalloc.h"
#include "mm/page_alloc.h"

static char first_report[240];
static unsigned int reports;

static void note(const char *text)
{
	if (!reports++)
		strscpy(first_report, text, sizeof(first_report));
}

SELFTEST_SETUP(lock_debug)
{
	first_report[0] = '\0';
	reports = 0;
	lockdebug_report_hook = note;
}

SELFTEST_TEARDOWN(lock_debug)
{
	lockdebug_report_hook = NULL;
}

#define EXPECT_FIRST_REPORT(text)                                                                  \
	do {                                                                                       \
		EXPECT_STREQ(first_report, text);                                                  \
		reports = 0;                                                                       \
		first_report[0] = '\0';                                                            \
	} while (0)
/* That one, and no other. */
#define EXPECT_REPORT(text)                                                                        \
	do {                                                                                       \
		EXPECT_EQ(reports, 1);                                                             \
		EXPECT_FIRST_REPORT(text);                                                         \
	} while (0)
#define EXPECT_NO_REPORT() EXPECT_STREQ(first_report, "")

/* Take @a, then @b under it. The analysis of clang need not see what is wrong on purpose. */
static void take_both(spinlock_t *a, spinlock_t *b) __no_lock_analysis
{
	spin_lock(a);
	spin_lock(b);
	spin_unlock(b);
	spin_unlock(a);
}

static void take_in_hardirq(spinlock_t *lock)
{
	local_irq_disable();
	irq_enter();
	spin_lock(lock);
	spin_unlock(lock);
	irq_exit();
	local_irq_enable();
}

static void take_in_softirq(spinlock_t *lock)
{
	this_cpu_add(preempt_count, SOFTIRQ_OFFSET);
	spin_lock(lock);
	spin_unlock(lock);
	this_cpu_add(preempt_count, -SOFTIRQ_OFFSET);
}

static void take_bh(spinlock_t *lock)
{
	spin_lock_bh(lock);
	spin_unlock_bh(lock);
}

static void take(spinlock_t *lock)
{
	spin_lock(lock);
	spin_unlock(lock);
}

SELFTEST(lock_debug, correct_use_is_silent) __no_lock_analysis
{
	static DEFINE_SPINLOCK(a);
	static DEFINE_SPINLOCK(b);
	static DEFINE_MUTEX(m);
	unsigned long flags;

	mutex_lock(&m);
	take_both(&a, &b);
	take_both(&a, &b);
	mutex_unlock(&m);
	spin_lock_irqsave(&b, flags);
	assert_spin_held(&b);
	spin_unlock_irqrestore(&b, flags);
	rcu_read_lock();
	kfree(kmalloc(8, GFP_ATOMIC));
	rcu_read_unlock();
	might_sleep();
	EXPECT_NO_REPORT();
}

SELFTEST(lock_debug, recursion) __no_lock_analysis
{
	static DEFINE_SPINLOCK(a_lock);

	spin_lock(&a_lock);
	spin_lock(&a_lock); /* reported, and not done */
	EXPECT_REPORT("recursive lock: a_lock is held by this CPU already");
	spin_unlock(&a_lock);
	EXPECT_FALSE(spin_is_locked(&a_lock));
}

SELFTEST(lock_debug, recursion_of_a_mutex) __no_lock_analysis
{
	static DEFINE_MUTEX(a_mutex);

	mutex_lock(&a_mutex);
	mutex_lock(&a_mutex);
	EXPECT_REPORT("recursive lock: a_mutex is held by this thread already");
	mutex_unlock(&a_mutex);
	EXPECT_FALSE(mutex_is_locked(&a_mutex));
}

SELFTEST(lock_debug, readers_recurse_in_interrupts_only) __no_lock_analysis
{
	static DEFINE_RWLOCK(a_rwlock);

	read_lock(&a_rwlock);
	read_lock_bh(&a_rwlock);
	read_unlock_bh(&a_rwlock);
	EXPECT_NO_REPORT();
	read_lock(&a_rwlock);
	EXPECT_REPORT("recursive lock: a_rwlock is held by this CPU already");
	write_lock(&a_rwlock);
	EXPECT_REPORT("recursive lock: a_rwlock is held by this CPU already");
	read_unlock(&a_rwlock);
	EXPECT_EQ(a_rwlock.state, 0);
}

SELFTEST(lock_debug, a_seqlock_read_by_its_writer) __no_lock_analysis
{
	static DEFINE_SEQLOCK(a_seqlock);

	spin_lock(&a_seqlock.lock); /* a writer, but for the count: the read would not come back */
	read_seqbegin(&a_seqlock);
	EXPECT_REPORT("recursive lock: a_seqlock is read by the CPU that writes");
	spin_unlock(&a_seqlock.lock);
}

struct thing {
	spinlock_t lock;
};

SELFTEST(lock_debug, two_of_a_class) __no_lock_analysis
{
	static struct thing things[2];

	for (int i = 0; i < 2; i++)
		spin_lock_init_named(&things[i].lock, "thing.lock");
	take_both(&things[0].lock, &things[1].lock);
	EXPECT_REPORT("recursive lock: two thing.lock are held, without spin_lock_nested()");
	spin_lock(&things[0].lock);
	spin_lock_nested(&things[1].lock, 1);
	spin_unlock(&things[1].lock);
	spin_unlock(&things[0].lock);
	EXPECT_NO_REPORT();
}

SELFTEST(lock_debug, free_lock_unlocked) __no_lock_analysis
{
	static DEFINE_SPINLOCK(a_lock);

	spin_unlock(&a_lock);
	EXPECT_REPORT("unlock of a free lock: a_lock");
}

SELFTEST(lock_debug, wrong_owner) __no_lock_analysis
{
	static DEFINE_SPINLOCK(a_lock);
	unsigned int cpu;
	char want[80];

	local_irq_disable();
	cpu = smp_processor_id();
	spin_lock(&a_lock);
	a_lock.debug.cpu = cpu + 1; /* as if that one had taken it */
	spin_unlock(&a_lock);
	EXPECT_TRUE(spin_is_locked(&a_lock));
	a_lock.debug.cpu = cpu;
	spin_unlock(&a_lock);
	local_irq_enable();
	scnprintf(want, sizeof(want),
		  "wrong owner: a_lock is released by CPU %u, but CPU %u took it", cpu, cpu + 1);
	EXPECT_REPORT(want);
}

static DEFINE_MUTEX(their_mutex);
static DECLARE_COMPLETION(taken);
static DECLARE_COMPLETION(give_back);
static DECLARE_COMPLETION(given_back);

static void hold_their_mutex(void *unused)
{
	mutex_lock(&their_mutex);
	complete(&taken);
	wait_for_completion(&give_back);
	mutex_unlock(&their_mutex);
	complete(&given_back);
}

SELFTEST(lock_debug, wrong_owner_of_a_mutex) __no_lock_analysis
{
	char want[120];

	ASSERT_NOT_NULL(kthread_run(hold_their_mutex, NULL, "holder"));
	wait_for_completion(&taken);
	mutex_unlock(&their_mutex);
	complete(&give_back);
	wait_for_completion(&given_back);
	scnprintf(want, sizeof(want),
		  "wrong owner: their_mutex is released by thread %s, but "
		  "thread holder took it",
		  current->name);
	EXPECT_REPORT(want);
}

static DEFINE_MUTEX(kept_mutex);
static DECLARE_COMPLETION(leaving);

static void leave_with_a_mutex(void *unused)
{
	mutex_lock(&kept_mutex);
	complete(&leaving);
}

SELFTEST(lock_debug, a_thread_ends_with_a_mutex)
{
	unsigned long end = jiffies + 10 * HZ;

	ASSERT_NOT_NULL(kthread_run(leave_with_a_mutex, NULL, "leaver"));
	wait_for_completion(&leaving);
	while (!READ_ONCE(reports) && time_before(jiffies, end))
		yield();
	EXPECT_REPORT("thread leaver ends with kept_mutex held");
	mutex_init(&kept_mutex);
}

SELFTEST(lock_debug, no_lock_at_all) __no_lock_analysis
{
	static struct thing zeroed;
	char want[80];

	spin_lock(&zeroed.lock);
	scnprintf(want, sizeof(want), "not a lock at %p: never initialised, or freed",
		  &zeroed.lock.debug);
	EXPECT_REPORT(want);
	zeroed.lock.word = 0;
}

SELFTEST(lock_debug, freed_while_held) __no_lock_analysis
{
	struct thing *thing = kmalloc(sizeof(*thing), GFP_KERNEL);

	ASSERT_NOT_NULL(thing);
	spin_lock_init_named(&thing->lock, "thing.lock");
	spin_lock(&thing->lock);
	lockdebug_freed(thing, sizeof(*thing)); /* what kfree() says */
	EXPECT_REPORT("memory with a held lock is freed: thing.lock");
	spin_unlock(&thing->lock);
	kfree(thing);
	EXPECT_NO_REPORT();
}

SELFTEST(lock_debug, page_freed_while_held) __no_lock_analysis
{
	struct page *page = alloc_page(GFP_KERNEL);
	struct thing *thing;

	ASSERT_NOT_NULL(page);
	thing = page_address(page);
	spin_lock_init_named(&thing->lock, "thing.lock");
	spin_lock(&thing->lock);
	__free_page(page);
	EXPECT_REPORT("memory with a held lock is freed: thing.lock");
	page = alloc_page(GFP_ATOMIC); /* the same, so that we let go of a lock in a page of ours */
	ASSERT_EQ(page_address(page), thing);
	spin_unlock(&thing->lock);
	__free_page(page);
	EXPECT_NO_REPORT();
}

SELFTEST(lock_debug, order_of_two) __no_lock_analysis
{
	static DEFINE_SPINLOCK(a_lock);
	static DEFINE_SPINLOCK(b_lock);

	take_both(&a_lock, &b_lock);
	EXPECT_NO_REPORT();
	take_both(&b_lock, &a_lock); /* nobody else holds anything: no deadlock, and still wrong */
	EXPECT_REPORT("lock order inversion: b_lock -> a_lock here, a_lock -> b_lock before");
}

SELFTEST(lock_debug, order_of_three) __no_lock_analysis
{
	static DEFINE_SPINLOCK(a_lock);
	static DEFINE_SPINLOCK(b_lock);
	static DEFINE_SPINLOCK(c_lock);

	take_both(&a_lock, &b_lock);
	take_both(&b_lock, &c_lock);
	EXPECT_NO_REPORT();
	take_both(&c_lock, &a_lock);
	EXPECT_REPORT("lock order inversion: c_lock -> a_lock here, "
		      "a_lock -> b_lock -> c_lock before");
}

SELFTEST(lock_debug, order_of_mutexes) __no_lock_analysis
{
	static DEFINE_MUTEX(a_mutex);
	static DEFINE_MUTEX(b_mutex);

	mutex_lock(&a_mutex);
	mutex_lock(&b_mutex);
	mutex_unlock(&b_mutex);
	mutex_unlock(&a_mutex);
	mutex_lock(&b_mutex);
	mutex_lock(&a_mutex);
	EXPECT_REPORT("lock order inversion: b_mutex -> a_mutex here, a_mutex -> b_mutex before");
	mutex_unlock(&a_mutex);
	mutex_unlock(&b_mutex);
}

/* A trylock cannot wait: under another lock it is no order. What is taken under it is. */
SELFTEST(lock_debug, trylock_makes_half_an_order) __no_lock_analysis
{
	static DEFINE_SPINLOCK(a_lock);
	static DEFINE_SPINLOCK(b_lock);

	take_both(&a_lock, &b_lock);
	spin_lock(&b_lock);
	EXPECT_TRUE(spin_trylock(&a_lock));
	spin_unlock(&a_lock);
	spin_unlock(&b_lock);
	EXPECT_NO_REPORT();
	EXPECT_TRUE(spin_trylock(&b_lock));
	spin_lock(&a_lock);
	spin_unlock(&a_lock);
	spin_unlock(&b_lock);
	EXPECT_REPORT("lock order inversion: b_lock -> a_lock here, a_lock -> b_lock before");
}

SELFTEST(lock_debug, hard_interrupt_context) __no_lock_analysis
{
	static DEFINE_SPINLOCK(a_lock);
	static DEFINE_SPINLOCK(b_lock);
	unsigned long flags;

	take_in_hardirq(&a_lock);
	spin_lock_irqsave(&a_lock, flags);
	spin_unlock_irqrestore(&a_lock, flags);
	EXPECT_NO_REPORT();
	take(&a_lock);
	EXPECT_REPORT("lock context: a_lock is taken in hard interrupts, and with interrupts on");
	take(&b_lock); /* and the other way round */
	take_in_hardirq(&b_lock);
	EXPECT_REPORT("lock context: b_lock is taken in hard interrupts, and with interrupts on");
}

SELFTEST(lock_debug, softirq_context) __no_lock_analysis
{
	static DEFINE_SPINLOCK(a_lock);

	take_in_softirq(&a_lock);
	take_bh(&a_lock);
	EXPECT_NO_REPORT();
	take(&a_lock);
	EXPECT_REPORT("lock context: a_lock is taken in softirqs, and with softirqs on");
}

/* CPU 0 holds b, interrupts on; CPU 1 holds a and waits for b; CPU 0's interrupt waits for a. */
SELFTEST(lock_debug, context_with_a_step_between) __no_lock_analysis
{
	static DEFINE_SPINLOCK(a_lock);
	static DEFINE_SPINLOCK(b_lock);

	take_in_hardirq(&a_lock);
	take(&b_lock);
	EXPECT_NO_REPORT();
	local_irq_disable();
	take_both(&a_lock, &b_lock);
	local_irq_enable();
	EXPECT_REPORT("lock context: a_lock, taken in hard interrupts, is held over b_lock, "
		      "taken with interrupts on");
}

SELFTEST(lock_debug, sleep_under_a_spinlock) __no_lock_analysis
{
	static DEFINE_SPINLOCK(a_lock);
	static DEFINE_MUTEX(a_mutex);

	spin_lock(&a_lock);
	mutex_lock(&a_mutex);
	EXPECT_REPORT("sleep in atomic context: mutex_lock() with a_lock held");
	mutex_unlock(&a_mutex);
	free_pages((unsigned long)page_address(alloc_pages(GFP_KERNEL, 0)), 0);
	EXPECT_REPORT("sleep in atomic context: alloc_pages() with a_lock held");
	kfree(kmalloc(8, GFP_KERNEL));
	/* it may need pages, which say the same */
	EXPECT_FIRST_REPORT("sleep in atomic context: slab_alloc_node() with a_lock held");
	schedule();
	EXPECT_REPORT("sleep in atomic context: schedule() with a_lock held");
	synchronize_rcu();
	EXPECT_FIRST_REPORT("sleep in atomic context: synchronize_rcu() with a_lock held");
	spin_unlock(&a_lock);
}

SELFTEST(lock_debug, sleep_with_interrupts_off) __no_lock_analysis
{
	static DECLARE_COMPLETION(done);

	complete(&done);
	local_irq_disable();
	wait_for_completion(&done);
	local_irq_enable();
	EXPECT_REPORT("sleep in atomic context: completion_wait() with interrupts off");
}

static void say_might_sleep(void)
{
	might_sleep();
}

SELFTEST(lock_debug, sleep_with_softirqs_off) __no_lock_analysis
{
	local_bh_disable();
	say_might_sleep();
	local_bh_enable();
	EXPECT_REPORT("sleep in atomic context: say_might_sleep() with softirqs off");
}

SELFTEST(lock_debug, sleep_in_a_softirq) __no_lock_analysis
{
	this_cpu_add(preempt_count, SOFTIRQ_OFFSET);
	say_might_sleep();
	this_cpu_add(preempt_count, -SOFTIRQ_OFFSET);
	EXPECT_REPORT("sleep in atomic context: say_might_sleep() in a softirq");
}

SELFTEST(lock_debug, sleep_in_a_hard_interrupt) __no_lock_analysis
{
	local_irq_disable();
	irq_enter();
	say_might_sleep();
	irq_exit();
	local_irq_enable();
	EXPECT_REPORT("sleep in atomic context: say_might_sleep() in a hard interrupt");
}

SELFTEST(lock_debug, sleep_as_an_rcu_reader) __no_lock_analysis
{
	rcu_read_lock();
	say_might_sleep();
	EXPECT_REPORT("sleep in atomic context: say_might_sleep() in an RCU reader");
	cond_resched();
	EXPECT_FIRST_REPORT("sleep in atomic context: cond_resched() in an RCU reader");
	rcu_read_lock();
	rcu_read_unlock();
	say_might_sleep(); /* nested */
	EXPECT_REPORT("sleep in atomic context: say_might_sleep() in an RCU reader");
	rcu_read_unlock();
	say_might_sleep();
	EXPECT_NO_REPORT();
}

/* Somebody holds a lock for long: told after two seconds. */
static DEFINE_SPINLOCK(slow_lock);

static void let_go(struct timer_list *timer)
{
	smp_store_release(&slow_lock.locked, (u8)0);
}

SELFTEST(lock_debug, long_wait) __no_lock_analysis
{
	struct timer_list timer;
	char want[80];

	slow_lock.word = 1; /* as if by a CPU that said nothing */
	timer_setup(&timer, let_go, 0);
	mod_timer(&timer, jiffies + 2 * HZ + HZ / 2);
	spin_lock(&slow_lock);
	spin_unlock(&slow_lock);
	timer_delete_sync(&timer);
	scnprintf(want, sizeof(want), "CPU %u has waited 2 s for slow_lock", smp_processor_id());
	EXPECT_REPORT(want);
}

/* The command's figures. */
SELFTEST(lock_debug, classes_and_edges_are_listed) __no_lock_analysis
{
	static DEFINE_SPINLOCK(outer_lock);
	static DEFINE_SPINLOCK(inner_lock);
	struct lock_class_info info, from, to;
	unsigned int nr, a, b;
	bool seen = false;

	take_both(&outer_lock, &inner_lock);
	for (nr = 1; lockdebug_class_info(nr, &info); nr++)
		if (strcmp(info.name, "outer_lock") == 0)
			break;
	EXPECT_STREQ(info.name, "outer_lock");
	EXPECT_GE(info.taken, 1);
	EXPECT_TRUE(info.hardirqs_on && info.softirqs_on);
	EXPECT_FALSE(info.mutex || info.in_hardirq || info.in_softirq);
	for (nr = 0; lockdebug_edge(nr, &a, &b); nr++) {
		lockdebug_class_info(a, &from);
		lockdebug_class_info(b, &to);
		seen |= strcmp(from.name, "outer_lock") == 0 && strcmp(to.name, "inner_lock") == 0;
	}
	EXPECT_TRUE(seen);
}
