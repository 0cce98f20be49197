/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/kernel/softirq.c - when softirqs run, and in which context. HI and TASKLET are free
 * for the tests to use.
 */
#include <arch/irqflags.h>

#include "kernel/base/sched.h"
#include "kernel/base/selftest.h"
#include "kernel/base/softirq.h"

static unsigned int hi_runs, tasklet_runs, raise_again;
static char order[8];
static unsigned int order_len;

static void note(char c)
{
	if (order_len < sizeof(order) - 1)
		order[order_len++] = c;
	order[order_len] = '\0';
}

static void hi_action(void)
{
	hi_runs++;
	note('h');
	EXPECT_TRUE(in_serving_softirq());
	EXPECT_TRUE(in_interrupt());
	EXPECT_FALSE(in_hardirq());
}

static void tasklet_action(void)
{
	tasklet_runs++;
	note('t');
	if (raise_again) {
		raise_again--;
		raise_softirq(TASKLET_SOFTIRQ);
	}
}

SELFTEST_SETUP(softirq)
{
	open_softirq(HI_SOFTIRQ, hi_action);
	open_softirq(TASKLET_SOFTIRQ, tasklet_action);
	hi_runs = tasklet_runs = raise_again = order_len = 0;
}

SELFTEST(softirq, raised_in_a_thread_runs_at_once)
{
	raise_softirq(HI_SOFTIRQ);
	EXPECT_EQ(hi_runs, 1);
	EXPECT_FALSE(in_interrupt());
}

SELFTEST(softirq, waits_for_the_outermost_enable)
{
	local_bh_disable();
	EXPECT_TRUE(in_softirq());
	EXPECT_FALSE(in_serving_softirq());
	local_bh_disable();
	raise_softirq(HI_SOFTIRQ);
	EXPECT_EQ(hi_runs, 0);
	local_bh_enable();
	EXPECT_EQ(hi_runs, 0);
	local_bh_enable();
	EXPECT_EQ(hi_runs, 1);
	EXPECT_FALSE(in_softirq());
}

SELFTEST(softirq, raised_twice_runs_once_in_order_of_number)
{
	local_bh_disable();
	raise_softirq(TASKLET_SOFTIRQ);
	raise_softirq(HI_SOFTIRQ);
	raise_softirq(TASKLET_SOFTIRQ);
	local_bh_enable();
	EXPECT_STREQ(order, "ht");
}

SELFTEST(softirq, one_that_keeps_raising_itself_ends_in_the_thread)
{
	u64 before = softirq_count(TASKLET_SOFTIRQ);

	raise_again = 100;
	raise_softirq(TASKLET_SOFTIRQ);
	/* A bounded number of passes here... */
	EXPECT_GE(tasklet_runs, 2);
	EXPECT_LE(tasklet_runs, 60);
	/* ...and the rest when ksoftirqd gets the CPU. */
	msleep(20);
	EXPECT_EQ(tasklet_runs, 101);
	EXPECT_EQ(softirq_count(TASKLET_SOFTIRQ) - before, 101);
}

SELFTEST(softirq, with_interrupts_off_it_runs_later)
{
	unsigned long flags;

	local_irq_save(flags);
	raise_softirq(HI_SOFTIRQ);
	EXPECT_EQ(hi_runs, 0);
	local_irq_restore(flags);
	msleep(10);
	EXPECT_EQ(hi_runs, 1);
}
