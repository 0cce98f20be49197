/* SPDX-License-Identifier: MIT */
/* tests/unit/kernel/rcu.c - callbacks run, in order, and never while a reader may be on the CPU. */
#include <arch/barrier.h>

#include "kernel/base/rcu.h"
#include "kernel/base/sched.h"
#include "kernel/base/selftest.h"
#include "kernel/base/softirq.h"
#include "kernel/base/time.h"
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
	msleep(30);
	EXPECT_EQ(called, 1);
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
