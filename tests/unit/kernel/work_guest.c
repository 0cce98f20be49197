/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/kernel/work_guest.c - cancelling work items that queue themselves again, with the real
 * worker thread.
 */
#include "kernel/base/completion.h"
#include "kernel/base/sched.h"
#include "kernel/base/selftest.h"
#include "kernel/base/work.h"

static unsigned int runs;
static DECLARE_COMPLETION(started);

static void again_by_queue(struct work_struct *work)
{
	runs++;
	complete(&started);
	msleep(8);
	schedule_work(work);
}

static void again_by_timer(struct work_struct *work)
{
	runs++;
	complete(&started);
	msleep(8);
	schedule_delayed_work(to_delayed_work(work), 1);
}

static DECLARE_WORK(work, again_by_queue);
static DECLARE_DELAYED_WORK(delayed, again_by_timer);

SELFTEST_SETUP(work_guest)
{
	runs = 0;
	init_completion(&started);
}

SELFTEST(work_guest, cancel_ends_an_item_that_queues_itself)
{
	schedule_work(&work);
	ASSERT_TRUE(wait_for_completion_timeout(&started, HZ));
	/* It runs (and sleeps) now: nothing is pending, but it is about to queue itself. */
	EXPECT_FALSE(cancel_work_sync(&work));
	EXPECT_EQ(runs, 1);
	msleep(20);
	EXPECT_EQ(runs, 1);
	EXPECT_FALSE(work.pending);
	EXPECT_TRUE(schedule_work(&work));
	EXPECT_TRUE(cancel_work_sync(&work));
}

SELFTEST(work_guest, cancel_ends_an_item_that_arms_its_timer)
{
	schedule_delayed_work(&delayed, 0);
	ASSERT_TRUE(wait_for_completion_timeout(&started, HZ));
	EXPECT_TRUE(cancel_delayed_work_sync(&delayed));
	EXPECT_EQ(runs, 1);
	EXPECT_FALSE(timer_pending(&delayed.timer));
	msleep(20);
	EXPECT_EQ(runs, 1);
}
