/* SPDX-License-Identifier: MIT */
/* tests/unit/kernel/rcu.c - callbacks run, in order, and never while a reader may be on the CPU. */
#include <arch/barrier.h>
#include <arch/smp.h>

#include "kernel/base/completion.h"
#include "kernel/base/printk.h"
#include "kernel/base/rcu.h"
#include "kernel/base/sched.h"
#include "kernel/base/selftest.h"
#include "kernel/base/softirq.h"
#include "kernel/base/time.h"
#include "kernel/task/kthread.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "mm/slab.h"

struct node {
	struct rcu_head rcu;
	unsigned int number;
};

static unsigned int called, in_order;

static void count_call(struct rcu_head *head)
{
	struct node *n = container_of(head, struct node, rcu);

	EXPECT_TRUE(in_softirq());
	if (n->number == called)
		in_order++;
	called++;
}

static void count_and_free(struct rcu_head *head)
{
	count_call(head);
	kfree(container_of(head, struct node, rcu));
}

SELFTEST_SETUP(rcu)
{
	rcu_barrier();
	called = in_order = 0;
}

SELFTEST(rcu, no_callback_while_a_thread_reads)
{
	unsigned long end;
	struct node n = { .number = 0 };

	cond_resched();
	rcu_read_lock();
	call_rcu(&n.rcu, count_call);
	/*
	 * Ticks and softirqs come and go on top of this reader; none of their ends may finish the
	 * grace period.
	 */
	end = jiffies + 8;
	while (time_before(jiffies, end)) {
		raise_softirq(RCU_SOFTIRQ);
		cpu_relax();
	}
	EXPECT_EQ(called, 0);
	rcu_read_unlock();
	rcu_barrier();
	EXPECT_EQ(called, 1);
}

SELFTEST(rcu, sleeping_lets_it_pass)
{
	struct node n = { .number = 0 };

	call_rcu(&n.rcu, count_call);
	for (unsigned int i = 0; i < 100 && !READ_ONCE(called); i++)
		msleep(30);
	EXPECT_EQ(called, 1);
	rcu_barrier();	/* the head is on this stack */
}

SELFTEST(rcu, cond_resched_lets_it_pass)
{
	unsigned long end = jiffies + 10;
	struct node n = { .number = 0 };

	call_rcu(&n.rcu, count_call);
	while (time_before(jiffies, end)) {
		cond_resched();
		cpu_relax();
	}
	EXPECT_EQ(called, 1);
}

SELFTEST(rcu, many_callbacks_run_in_order)
{
	const unsigned int total = 2000;
	struct node *n;
	unsigned int i;

	for (i = 0; i < total; i++) {
		n = kmalloc(sizeof(*n), GFP_KERNEL);
		ASSERT_NOT_NULL(n);
		n->number = i;
		call_rcu(&n->rcu, count_and_free);
	}
	EXPECT_GE(rcu_pending_callbacks(), total);
	rcu_barrier();
	EXPECT_EQ(called, total);
	EXPECT_EQ(in_order, total);
}

static void call_again(struct rcu_head *head)
{
	called++;
	if (called < 3)
		call_rcu(head, call_again);
}

SELFTEST(rcu, a_callback_may_queue_itself)
{
	struct node n;

	call_rcu(&n.rcu, call_again);
	rcu_barrier();
	EXPECT_EQ(called, 1);
	rcu_barrier();
	rcu_barrier();
	EXPECT_EQ(called, 3);
}

SELFTEST(rcu, synchronize_returns)
{
	synchronize_rcu();
}

/* --- readers on other CPUs --- */

static bool reader_in, reader_may_leave, reader_left;

/*
 * Reads for as long as it is told, on its own CPU. Interrupts and softirqs come on top of it (it
 * raises them itself, too); none of their ends may finish a grace period.
 */
static void long_reader(void *arg)
{
	rcu_read_lock();
	WRITE_ONCE(reader_in, true);
	while (!READ_ONCE(reader_may_leave)) {
		raise_softirq(RCU_SOFTIRQ);
		cpu_relax();
	}
	WRITE_ONCE(reader_left, true);
	rcu_read_unlock();
	complete(arg);
}

SELFTEST(rcu, no_callback_while_another_cpu_reads)
{
	unsigned int cpu = cpumask_next(0, cpu_online_mask_get());
	struct completion done;
	struct node n = { .number = 0 };

	if (cpu == NR_CPUS)
		return;
	init_completion(&done);
	reader_in = reader_may_leave = reader_left = false;
	ASSERT_NOT_NULL(kthread_run_on(cpu, long_reader, &done, "reader"));
	while (!READ_ONCE(reader_in))
		cond_resched();
	call_rcu(&n.rcu, count_call);
	msleep(60); /* enough for a dozen grace periods without the reader */
	EXPECT_EQ(called, 0);
	WRITE_ONCE(reader_may_leave, true);
	rcu_barrier();
	EXPECT_TRUE(reader_left);
	EXPECT_EQ(called, 1);
	wait_for_completion(&done);
}

SELFTEST(rcu, idle_cpus_are_not_waited_for)
{
	struct rcu_stats stats;
	unsigned int cpu, waited = 0;

	/* The others have nothing to do; each grace period begins and ends without them. */
	for (unsigned int i = 0; i < 20; i++) {
		msleep(2);
		synchronize_rcu();
		rcu_get_stats(&stats);
		for_each_cpu(cpu, stats.cpus_left)
			waited += cpu != 0;
	}
	EXPECT_LE(waited, 10);
}

/* --- stalls --- */

static char stall_line[LOG_LINE_MAX];

/* The first line since @seq that tells of a stall. */
static void find_stall_line(u64 seq)
{
	char line[LOG_LINE_MAX + 32];
	const char *text;
	size_t n;

	stall_line[0] = '\0';
	while ((n = log_read(&seq, line, sizeof(line), NULL)) != 0) {
		line[n - 1] = '\0'; /* the newline */
		text = strstr(line, "rcu: stall: ");
		if (text) {
			strscpy(stall_line, text, sizeof(stall_line));
			return;
		}
	}
}

static struct rcu_stats at_stall;

static void stalling_reader(void *arg)
{
	unsigned long before = rcu_stalls, end = jiffies + 10 * HZ;

	rcu_read_lock();
	WRITE_ONCE(reader_in, true);
	while (READ_ONCE(rcu_stalls) == before && time_before(jiffies, end))
		cpu_relax();
	rcu_get_stats(&at_stall);	/* it cannot end before this reader does */
	rcu_read_unlock();
	complete(arg);
}

SELFTEST(rcu, a_stall_is_told)
{
	unsigned int cpu = cpumask_next(0, cpu_online_mask_get());
	unsigned int ms = rcu_stall_ms;
	char expected[LOG_LINE_MAX];
	struct completion done;
	struct node n = { .number = 0 };
	unsigned long before = rcu_stalls;
	u64 seq = log_next_seq();

	if (cpu == NR_CPUS)
		cpu = 0;
	init_completion(&done);
	reader_in = false;
	rcu_stall_ms = 40;
	ASSERT_NOT_NULL(kthread_run_on(cpu, stalling_reader, &done, "staller"));
	while (!READ_ONCE(reader_in) && cpu)
		cond_resched();
	call_rcu(&n.rcu, count_call);
	wait_for_completion(&done);
	rcu_stall_ms = ms;
	EXPECT_GT(rcu_stalls, before); /* and again, where it lasts twice as long */
	find_stall_line(seq);
	scnprintf(expected, sizeof(expected),
		  "rcu: stall: grace period %llu waits for CPU %u (staller) for ",
		  (unsigned long long)at_stall.gp_seq, cpu);
	EXPECT_EQ(strncmp(stall_line, expected, strlen(expected)), 0);
	if (strncmp(stall_line, expected, strlen(expected)))
		selftest_comment("%s, not %s", stall_line, expected);
	rcu_barrier();
	EXPECT_EQ(called, 1);
}
