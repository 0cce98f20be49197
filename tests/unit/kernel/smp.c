/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/kernel/smp.c - calls between CPUs, and threads that find theirs. On one CPU what is
 * left of each holds, too.
 */
#include <arch/atomic.h>
#include <arch/irqflags.h>
#include <arch/smp.h>

#include "kernel/base/completion.h"
#include "kernel/base/selftest.h"
#include "kernel/base/smp.h"
#include "kernel/base/time.h"
#include "kernel/task/kthread.h"
#include "lib/errno.h"
#include "tests/unit/kernel/on_cpus.h"

/* --- calls --- */

static cpumask_t called;	/* [a] */
static atomic_t calls;

static void note_call(void *arg)
{
	EXPECT_TRUE(irqs_disabled());
	__atomic_fetch_or(&called, cpumask_of(smp_processor_id()), __ATOMIC_SEQ_CST);
	atomic_inc(&calls);
}

SELFTEST_SETUP(smp)
{
	called = 0;
	atomic_set(&calls, 0);
}

SELFTEST(smp, each_cpu_is_called_by_itself)
{
	unsigned int cpu;

	for_each_online_cpu(cpu) {
		called = 0;
		EXPECT_EQ(smp_call_function_single(cpu, note_call, NULL), 0);
		EXPECT_EQ(called, cpumask_of(cpu));
	}
	EXPECT_EQ(smp_call_function_single(num_possible_cpus(), note_call, NULL), -ENXIO);
	EXPECT_EQ(smp_call_function_single(NR_CPUS + 5, note_call, NULL), -ENXIO);
	EXPECT_EQ(atomic_read(&calls), num_online_cpus());
}

SELFTEST(smp, all_are_called_at_once)
{
	on_each_cpu(note_call, NULL);
	EXPECT_EQ(called, cpu_online_mask_get());
	called = 0;
	smp_call_function_many(~(cpumask_t)0, note_call, NULL);
	EXPECT_EQ(called, cpu_online_mask_get() & ~cpumask_of(0));
	smp_call_function_many(0, note_call, NULL);
	EXPECT_EQ(atomic_read(&calls), 2 * num_online_cpus() - 1);
}

SELFTEST(smp, a_pending_call_is_refused_a_second_time)
{
	struct smp_call call = { .fn = note_call };
	unsigned long flags;
	int first, second;

	local_irq_save(flags);
	first = smp_call_async(0, &call);
	second = smp_call_async(0, &call);
	local_irq_restore(flags);
	EXPECT_EQ(first, 0);
	EXPECT_EQ(second, -EBUSY);
	while (READ_ONCE(call.pending))
		cpu_relax();
	EXPECT_EQ(atomic_read(&calls), 1);
}

/* The CPU after @cpu, round and round. */
static unsigned int next_cpu(unsigned int cpu)
{
	unsigned int next = cpumask_next((int)cpu, cpu_online_mask_get());

	return next < NR_CPUS ? next : cpumask_next(-1, cpu_online_mask_get());
}

/* Everybody calls the next one, and everybody: no deadlock, and each call runs once. */
static u64 call_all(unsigned int cpu, void *arg)
{
	const unsigned int *rounds = arg;
	u64 n = 0;

	for (unsigned int i = 0; i < *rounds; i++) {
		if (!smp_call_function_single(next_cpu(cpu), note_call, NULL))
			n++;
		smp_call_function_many(~(cpumask_t)0, note_call, NULL);
		n += num_online_cpus() - 1;
		cond_resched();
	}
	return n;
}

SELFTEST(smp, calls_cross)
{
	unsigned int rounds = max(50u / num_online_cpus(), 1u);

	EXPECT_EQ(on_cpus_run(call_all, &rounds), atomic_read(&calls));
}

/* One call that all have their hands on: each success is one run. */
static u64 call_shared(unsigned int cpu, void *arg)
{
	static struct smp_call call = { .fn = note_call };
	atomic_t *sent = arg;
	u64 n;

	for (n = 0; n < 500; n++) {
		if (!smp_call_async(next_cpu(cpu), &call))
			atomic_inc(sent);
		cond_resched();
	}
	while (READ_ONCE(call.pending))
		cpu_relax();
	return n;
}

SELFTEST(smp, one_call_by_all_at_once)
{
	atomic_t sent = ATOMIC_INIT(0);

	on_cpus_run(call_shared, &sent);
	EXPECT_EQ(atomic_read(&calls), atomic_read(&sent));
}

/* --- threads --- */

SELFTEST(smp, a_thread_goes_where_it_is_allowed)
{
	cpumask_t before = current->allowed;
	unsigned int cpu;

	for_each_online_cpu(cpu) {
		EXPECT_EQ(thread_set_allowed(current, cpumask_of(cpu)), 0);
		EXPECT_EQ(smp_processor_id(), cpu);
	}
	EXPECT_EQ(thread_set_allowed(current, 0), -EINVAL);
	EXPECT_EQ(thread_set_allowed(current, ~cpu_online_mask_get()), -EINVAL);
	EXPECT_EQ(thread_set_allowed(current, before), 0);
	EXPECT_EQ(smp_processor_id(), 0);
}

static cpumask_t seen_on;	/* [a] */
static unsigned int cpus_wanted;
static bool give_up;

/* Works on until as many CPUs as are wanted have been seen at it. */
static void hold_a_cpu(void *arg)
{
	do {
		__atomic_fetch_or(&seen_on, cpumask_of(smp_processor_id()), __ATOMIC_SEQ_CST);
		cpu_relax();
		cond_resched();
	} while (hweight64(READ_ONCE(seen_on)) < cpus_wanted && !READ_ONCE(give_up));
	complete(arg);
}

/* @n threads that begin in the queue of CPU 0 and may go anywhere. */
static void expect_spread_over(unsigned int n)
{
	struct completion done;
	struct thread *t[NR_CPUS];
	unsigned int i;

	init_completion(&done);
	seen_on = 0;
	cpus_wanted = n;
	give_up = false;
	for (i = 0; i < n; i++) {
		t[i] = kthread_create(hold_a_cpu, &done, "holder");
		ASSERT_NOT_NULL(t[i]);
		kthread_bind(t[i], 0);
		wake_up_thread(t[i]);
	}
	/* This thread has CPU 0, so they wait. */
	EXPECT_EQ(seen_on, 0);
	for (i = 0; i < n; i++)
		EXPECT_EQ(thread_set_allowed(t[i], ~(cpumask_t)0), 0);
	for (i = 0; i < n; i++) {
		if (!wait_for_completion_timeout(&done, 10 * HZ)) {
			give_up = true;
			wait_for_completion(&done);
		}
	}
	EXPECT_FALSE(give_up);
	EXPECT_EQ(hweight64(seen_on), n);
}

SELFTEST(smp, an_idle_cpu_takes_what_waits)
{
	expect_spread_over(min(2u, num_online_cpus()));
}

/* Not more than a host with few cores can run at once in a test's time. */
SELFTEST(smp, threads_spread_over_the_cpus)
{
	expect_spread_over(min(8u, num_online_cpus()));
}

/* Wake-ups from CPU to CPU: each passes a token on to the next one, round and round. */
#define ROUNDS 100

static struct completion token[NR_CPUS];

static u64 pass_token(unsigned int cpu, void *arg)
{
	u64 n = 0;

	for (unsigned int i = 0; i < ROUNDS; i++) {
		if (!wait_for_completion_timeout(&token[cpu], 10 * HZ))
			break;
		n++;
		complete(&token[next_cpu(cpu)]);
	}
	return n;
}

SELFTEST(smp, no_wake_up_is_lost)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		init_completion(&token[cpu]);
	complete(&token[0]);
	EXPECT_EQ(on_cpus_run(pass_token, NULL), (u64)ROUNDS * num_online_cpus());
}
