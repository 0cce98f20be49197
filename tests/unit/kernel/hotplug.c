/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/kernel/hotplug.c - a CPU goes and comes back: nothing that it had is lost. With one
 * CPU there is only the refusal to test.
 */
#include <arch/atomic.h>
#include <arch/irqflags.h>
#include <arch/smp.h>

#include "kernel/base/completion.h"
#include "kernel/base/cpu.h"
#include "kernel/base/rcu.h"
#include "kernel/base/selftest.h"
#include "kernel/base/smp.h"
#include "kernel/base/time.h"
#include "kernel/base/timer.h"
#include "kernel/base/work.h"
#include "kernel/task/kthread.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "tests/unit/kernel/on_cpus.h"

/* The CPU that goes: the highest that is online, 0 when there is no other. */
static unsigned int victim(void)
{
	unsigned int cpu, last = 0;

	for_each_online_cpu(cpu)
		last = cpu;
	return last;
}

/* --- notifiers --- */

static char steps[16];
static unsigned int nr_steps;
static int refuse_prepare, refuse_offline;
static bool offline_on_cpu, dying_irqs_off, recording;

static void step(char c)
{
	if (recording && nr_steps < sizeof(steps) - 1)
		steps[nr_steps++] = c;
}

static int test_prepare(unsigned int cpu)
{
	step('p');
	return recording ? refuse_prepare : 0;
}

static void test_online(unsigned int cpu)
{
	step('u');
}

static int test_offline(unsigned int cpu)
{
	step('o');
	offline_on_cpu = smp_processor_id() == cpu;
	return recording ? refuse_offline : 0;
}

static struct timer_list *arm_when_dying;
static bool linger, lingers, lingered_enough;

/*
 * The CPU is offline for the others, and has not halted: it reads, as a softirq of it might, while
 * another CPU does what it is not to do meanwhile. Until that is done, for 20 ms at most.
 */
static void linger_a_while(void)
{
	u64 end = ktime_get_ns() + 20 * NSEC_PER_MSEC;

	WRITE_ONCE(lingers, true);
	while (!READ_ONCE(lingered_enough) && ktime_get_ns() < end)
		cpu_relax();
	WRITE_ONCE(lingers, false);
}

static void test_dying(unsigned int cpu)
{
	step('y');
	if (recording && linger)
		linger_a_while();
	if (recording && arm_when_dying)
		mod_timer(arm_when_dying, jiffies + HZ / 10);
	dying_irqs_off = irqs_disabled() && smp_processor_id() == cpu && !cpu_online(cpu);
}

static void test_dead(unsigned int cpu)
{
	step('d');
}

CPU_NOTIFIER(selftest, .prepare = test_prepare, .online = test_online, .offline = test_offline,
	     .dying = test_dying, .dead = test_dead);

SELFTEST_SETUP(hotplug)
{
	memset(steps, 0, sizeof(steps));
	nr_steps = 0;
	refuse_prepare = refuse_offline = 0;
	recording = true;
}

SELFTEST_TEARDOWN(hotplug)
{
	recording = false;
}

SELFTEST(hotplug, what_cannot_be_is_refused)
{
	EXPECT_EQ(cpu_down(0), -EBUSY);
	EXPECT_EQ(cpu_up(0), -EEXIST);
	EXPECT_EQ(cpu_down(num_possible_cpus()), -EINVAL);
	EXPECT_EQ(cpu_up(num_possible_cpus()), -EINVAL);
	EXPECT_EQ(cpu_up(~0u), -EINVAL);
	EXPECT_STREQ(steps, "");
}

SELFTEST(hotplug, notifiers_run_in_their_order)
{
	unsigned int cpu = victim();

	if (!cpu)
		return;
	EXPECT_EQ(cpu_down(cpu), 0);
	EXPECT_FALSE(cpu_online(cpu));
	EXPECT_STREQ(steps, "oyd");
	EXPECT_TRUE(offline_on_cpu);
	EXPECT_TRUE(dying_irqs_off);
	EXPECT_EQ(cpu_down(cpu), -EINVAL);
	EXPECT_EQ(cpu_up(cpu), 0);
	EXPECT_TRUE(cpu_online(cpu));
	EXPECT_STREQ(steps, "oydpu");
}

SELFTEST(hotplug, a_notifier_may_refuse)
{
	unsigned int cpu = victim();

	if (!cpu)
		return;
	refuse_offline = -EAGAIN;
	EXPECT_EQ(cpu_down(cpu), -EAGAIN);
	EXPECT_TRUE(cpu_online(cpu));
	refuse_offline = 0;
	EXPECT_EQ(cpu_down(cpu), 0);
	refuse_prepare = -ENOMEM;
	EXPECT_EQ(cpu_up(cpu), -ENOMEM);
	EXPECT_FALSE(cpu_online(cpu));
	refuse_prepare = 0;
	EXPECT_EQ(cpu_up(cpu), 0);
	EXPECT_TRUE(cpu_online(cpu));
}

/* --- what a CPU had goes on --- */

static struct completion gone_on;
static unsigned int ran_on;

static void note_cpu(struct work_struct *work)
{
	ran_on = smp_processor_id();
	complete(&gone_on);
}

static void note_timer(struct timer_list *timer)
{
	ran_on = smp_processor_id();
	complete(&gone_on);
}

SELFTEST(hotplug, its_timers_fire_elsewhere)
{
	static DEFINE_TIMER(timer, note_timer);
	unsigned int cpu = victim();

	if (!cpu)
		return;
	init_completion(&gone_on);
	arm_when_dying = &timer; /* the last thing that the CPU does: it cannot fire there */
	EXPECT_EQ(cpu_down(cpu), 0);
	arm_when_dying = NULL;
	EXPECT_TRUE(wait_for_completion_timeout(&gone_on, 10 * HZ));
	EXPECT_NE(ran_on, cpu);
	EXPECT_EQ(cpu_up(cpu), 0);
}

SELFTEST(hotplug, its_worker_goes_on_elsewhere)
{
	static DECLARE_WORK(work, note_cpu);
	static DECLARE_DELAYED_WORK(delayed, note_cpu);
	unsigned int cpu = victim();

	if (!cpu)
		return;
	init_completion(&gone_on);
	EXPECT_EQ(cpu_down(cpu), 0);
	EXPECT_TRUE(schedule_work_on(cpu, &work));
	EXPECT_TRUE(wait_for_completion_timeout(&gone_on, 10 * HZ));
	EXPECT_NE(ran_on, cpu);
	EXPECT_TRUE(schedule_delayed_work_on(cpu, &delayed, 3));
	EXPECT_TRUE(wait_for_completion_timeout(&gone_on, 10 * HZ));
	EXPECT_NE(ran_on, cpu);
	EXPECT_EQ(cpu_up(cpu), 0);
	EXPECT_TRUE(schedule_work_on(cpu, &work));
	EXPECT_TRUE(wait_for_completion_timeout(&gone_on, 10 * HZ));
	EXPECT_EQ(ran_on, cpu);
}

static void note_rcu(struct rcu_head *head)
{
	complete(&gone_on);
}

static void queue_rcu(void *head)
{
	call_rcu(head, note_rcu);
}

SELFTEST(hotplug, its_rcu_callbacks_run_elsewhere)
{
	static struct rcu_head head[3];
	unsigned int cpu = victim();

	if (!cpu)
		return;
	init_completion(&gone_on);
	for (unsigned int i = 0; i < ARRAY_SIZE(head); i++)
		EXPECT_EQ(smp_call_function_single(cpu, queue_rcu, &head[i]), 0);
	EXPECT_EQ(cpu_down(cpu), 0);
	EXPECT_EQ(rcu_cpu_callbacks(cpu), 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(head); i++)
		EXPECT_TRUE(wait_for_completion_timeout(&gone_on, 10 * HZ));
	rcu_barrier();
	synchronize_rcu(); /* does not wait for who is not there */
	EXPECT_EQ(cpu_up(cpu), 0);
}

static bool stop_running;

static void run_until_stopped(void *arg)
{
	while (!READ_ONCE(stop_running)) {
		ran_on = smp_processor_id();
		cpu_relax();
		cond_resched();
	}
	complete(arg);
}

SELFTEST(hotplug, a_bound_thread_goes_on_elsewhere)
{
	unsigned int cpu = victim();
	struct completion done;
	struct smp_call call = { .fn = queue_rcu };

	if (!cpu)
		return;
	init_completion(&done);
	stop_running = false;
	ASSERT_NOT_NULL(kthread_run_on(cpu, run_until_stopped, &done, "bound"));
	EXPECT_EQ(cpu_down(cpu), 0);
	EXPECT_EQ(smp_call_function_single(cpu, queue_rcu, NULL), -ENXIO);
	EXPECT_EQ(smp_call_async(cpu, &call), -ENXIO);
	msleep(10);
	EXPECT_NE(READ_ONCE(ran_on), cpu);
	stop_running = true;
	EXPECT_TRUE(wait_for_completion_timeout(&done, 10 * HZ));
	EXPECT_EQ(cpu_up(cpu), 0);
}

static void keep_an_object(void *cache)
{
	kmem_cache_free(cache, kmem_cache_alloc(cache, GFP_ATOMIC));
}

SELFTEST(hotplug, its_slabs_go_back)
{
	unsigned int cpu = victim();
	struct kmem_cache *s;

	if (!cpu)
		return;
	s = kmem_cache_create("hotplug-test", 300, 0, 0, NULL);
	ASSERT_NOT_NULL(s);
	EXPECT_EQ(smp_call_function_single(cpu, keep_an_object, s), 0);
	EXPECT_EQ(cpu_down(cpu), 0);
	EXPECT_EQ(slab_check_all(), 0);
	kmem_cache_destroy(s); /* complains when a slab is left */
	EXPECT_EQ(cpu_up(cpu), 0);
}

/* --- while it goes --- */

/* What is called on CPU 0 while another one goes, and how that ended. */
struct meanwhile {
	int (*fn)(void *arg);
	void *arg;
	int result;
	bool too_early;		/* it returned before the CPU was through */
	struct completion done;
};

static void do_meanwhile(void *arg)
{
	struct meanwhile *m = arg;

	while (!READ_ONCE(lingers))
		cond_resched();
	m->result = m->fn(m->arg);
	m->too_early = READ_ONCE(lingers);
	WRITE_ONCE(lingered_enough, true);
	complete(&m->done);
}

/* Take @cpu down and up again, and have CPU 0 call m->fn when @cpu is about to halt. */
static void while_it_goes(unsigned int cpu, struct meanwhile *m)
{
	linger = true;
	lingers = lingered_enough = false;
	init_completion(&m->done);
	ASSERT_NOT_NULL(kthread_run_on(0, do_meanwhile, m, "meanwhile"));
	EXPECT_EQ(cpu_down(cpu), 0);
	linger = false;
	wait_for_completion(&m->done);
	EXPECT_EQ(cpu_up(cpu), 0);
}

static int wait_for_readers(void *unused)
{
	synchronize_rcu();
	return 0;
}

SELFTEST(hotplug, readers_on_the_last_one_that_goes_are_waited_for)
{
	struct meanwhile m = { .fn = wait_for_readers };
	unsigned int cpu, others = victim();

	if (!others)
		return;
	for (cpu = 2; cpu <= others; cpu++)
		EXPECT_EQ(cpu_down(cpu), 0);
	while_it_goes(1, &m);
	EXPECT_FALSE(m.too_early);
	for (cpu = 2; cpu <= others; cpu++)
		EXPECT_EQ(cpu_up(cpu), 0);
}

static int destroy_cache(void *cache)
{
	return kmem_cache_destroy(cache);
}

SELFTEST(hotplug, a_cache_ends_while_it_goes)
{
	struct meanwhile m = { .fn = destroy_cache };
	unsigned int cpu = victim();

	if (!cpu)
		return;
	m.arg = kmem_cache_create("hotplug-test", 300, 0, 0, NULL);
	ASSERT_NOT_NULL(m.arg);
	EXPECT_EQ(smp_call_function_single(cpu, keep_an_object, m.arg), 0);
	while_it_goes(cpu, &m);
	EXPECT_EQ(m.result, 0);
}

/* --- many times, under load --- */

static bool load_stops;
static atomic_t work_missing;

static void count_down(struct work_struct *work)
{
	atomic_dec(&work_missing);
}

struct churn {
	struct rcu_head rcu;
	struct work_struct work;
	u64 data[4];
};

static void free_churn(struct rcu_head *head)
{
	kfree(container_of(head, struct churn, rcu));
}

static void churn_work(struct work_struct *work)
{
	struct churn *c = container_of(work, struct churn, work);

	atomic_dec(&work_missing);
	call_rcu(&c->rcu, free_churn);
}

/* Allocates here, works there, frees after readers, sleeps on timers in between. */
static u64 load(unsigned int cpu, void *arg)
{
	u64 n = 0;

	for (;;) {
		struct churn *c = kmalloc(sizeof(*c), GFP_KERNEL);

		if (READ_ONCE(load_stops) || !c) {
			kfree(c);
			return n;
		}
		INIT_WORK(&c->work, churn_work);
		atomic_inc(&work_missing);
		schedule_work_on((cpu + n) % num_possible_cpus(), &c->work);
		if (++n % 64 == 0)
			msleep(1);
		else
			cond_resched();
	}
}

static void toggle(void *arg)
{
	unsigned int rounds = *(unsigned int *)arg, cpu;

	for (unsigned int i = 0; i < rounds; i++) {
		cpu = 1 + i % (num_possible_cpus() - 1);
		EXPECT_EQ(cpu_down(cpu), 0);
		EXPECT_EQ(cpu_up(cpu), 0);
	}
	load_stops = true;
	complete(&gone_on);
}

static void under_load(unsigned int rounds)
{
	static DECLARE_WORK(last, count_down);
	unsigned long end;

	if (num_online_cpus() < 2)
		return;
	init_completion(&gone_on);
	load_stops = false;
	atomic_set(&work_missing, 0);
	recording = false;
	ASSERT_NOT_NULL(kthread_run_on(0, toggle, &rounds, "toggle"));
	on_cpus_run(load, NULL);
	wait_for_completion(&gone_on);
	atomic_inc(&work_missing);
	schedule_work(&last);
	end = jiffies + 10 * HZ;
	while (atomic_read(&work_missing) && time_before(jiffies, end))
		msleep(1);
	EXPECT_EQ(atomic_read(&work_missing), 0);
	EXPECT_EQ(num_online_cpus(), num_possible_cpus());
	rcu_barrier();
}

SELFTEST(hotplug, ten_times_under_load)
{
	under_load(10);
}

SELFTEST(slow, hotplug_a_thousand_times_under_load)
{
	under_load(1000);
}
