/* SPDX-License-Identifier: MIT */
/* tests/unit/kernel/sched.c - threads, waiting, completions, mutexes, work items. */
#include "kernel/base/completion.h"
#include "kernel/base/mutex.h"
#include "kernel/base/sched.h"
#include "kernel/base/selftest.h"
#include "kernel/base/wait.h"
#include "kernel/base/work.h"
#include "kernel/task/kthread.h"

static char trace[32];
static unsigned int trace_len;

static void note(char c)
{
	if (trace_len < sizeof(trace) - 1)
		trace[trace_len++] = c;
	trace[trace_len] = '\0';
}

static void trace_reset(void)
{
	trace_len = 0;
	trace[0] = '\0';
}

/* --- threads --- */

SELFTEST_SETUP(sched)
{
	trace_reset();
}

static void yielding_thread(void *arg)
{
	const char *name = arg;

	note(name[0]);
	yield();
	note(name[1]);
}

SELFTEST(sched, threads_take_turns)
{
	ASSERT_NOT_NULL(kthread_run(yielding_thread, "aA", "turn-a"));
	ASSERT_NOT_NULL(kthread_run(yielding_thread, "bB", "turn-b"));
	EXPECT_STREQ(trace, "");
	msleep(5);
	EXPECT_STREQ(trace, "abAB");
}

static struct thread *sleeper;
static unsigned int sleeper_woken;

static void sleeping_thread(void *arg)
{
	sleeper = current;
	set_current_state(TASK_SLEEPING);
	schedule();
	sleeper_woken++;
}

SELFTEST(sched, a_wake_up_wakes_once)
{
	sleeper = NULL;
	sleeper_woken = 0;
	ASSERT_NOT_NULL(kthread_run(sleeping_thread, NULL, "sleeper"));
	msleep(5);
	ASSERT_NOT_NULL(sleeper);
	EXPECT_EQ(sleeper_woken, 0);
	EXPECT_TRUE(wake_up_thread(sleeper));
	EXPECT_FALSE(wake_up_thread(sleeper));
	msleep(5);
	EXPECT_EQ(sleeper_woken, 1);
}

static bool current_was_seen;
static unsigned int threads_seen;

static void see_thread(const struct thread *t, void *arg)
{
	threads_seen++;
	if (t == current)
		current_was_seen = true;
}

SELFTEST(sched, the_list_has_everyone)
{
	threads_seen = 0;
	current_was_seen = false;
	thread_for_each(see_thread, NULL);
	EXPECT_TRUE(current_was_seen);
	EXPECT_GE(threads_seen, 3);
}

SELFTEST(sched, many_threads_come_and_go)
{
	unsigned int before, i;

	threads_seen = 0;
	thread_for_each(see_thread, NULL);
	before = threads_seen;
	for (i = 0; i < 50; i++) {
		ASSERT_NOT_NULL(kthread_run(yielding_thread, "xX", "short"));
		yield();
	}
	msleep(10);
	threads_seen = 0;
	thread_for_each(see_thread, NULL);
	EXPECT_EQ(threads_seen, before);
}

SELFTEST(sched, timeout_without_a_wake_up_returns_0)
{
	set_current_state(TASK_SLEEPING);
	EXPECT_EQ(schedule_timeout(2), 0);
	EXPECT_EQ(current->state, TASK_RUNNING);
	set_current_state(TASK_SLEEPING);
	EXPECT_EQ(schedule_timeout(0), 0);
	EXPECT_EQ(current->state, TASK_RUNNING);
}

/* --- wait queues --- */

static DECLARE_WAIT_QUEUE_HEAD(wq);
static int condition;

static void set_condition(void *arg)
{
	condition = 1;
	wake_up(&wq);
}

SELFTEST(wait, event_comes_from_another_thread)
{
	condition = 0;
	ASSERT_NOT_NULL(kthread_run(set_condition, NULL, "setter"));
	wait_event(wq, condition);
	EXPECT_EQ(condition, 1);
	EXPECT_FALSE(waitqueue_active(&wq));
}

SELFTEST(wait, timeout_tells_what_is_left)
{
	condition = 0;
	EXPECT_EQ(wait_event_timeout(wq, condition, 2), 0);
	EXPECT_GE(wait_event_timeout(wq, !condition, 2), 1);
	EXPECT_EQ(wait_event_timeout(wq, !condition, 0), 1);
	EXPECT_FALSE(waitqueue_active(&wq));
	ASSERT_NOT_NULL(kthread_run(set_condition, NULL, "setter"));
	EXPECT_GE(wait_event_timeout(wq, condition, 1000), 900);
}

static unsigned int through;

static void wait_for_condition(void *arg)
{
	wait_event(wq, condition);
	through++;
}

SELFTEST(wait, wake_up_all_wakes_all)
{
	condition = 0;
	through = 0;
	ASSERT_NOT_NULL(kthread_run(wait_for_condition, NULL, "waiter"));
	ASSERT_NOT_NULL(kthread_run(wait_for_condition, NULL, "waiter"));
	msleep(5);
	/* Woken without the condition they go on waiting. */
	wake_up_all(&wq);
	msleep(5);
	EXPECT_EQ(through, 0);
	condition = 1;
	wake_up_all(&wq);
	msleep(5);
	EXPECT_EQ(through, 2);
}

/* --- completions --- */

static DECLARE_COMPLETION(done);

static void complete_it(void *arg)
{
	complete(&done);
}

SELFTEST(wait, completion_counts)
{
	reinit_completion(&done);
	EXPECT_FALSE(completion_done(&done));
	EXPECT_EQ(wait_for_completion_timeout(&done, 1), 0);
	complete(&done);
	complete(&done);
	EXPECT_GE(wait_for_completion_timeout(&done, 1), 1);
	wait_for_completion(&done);
	EXPECT_FALSE(completion_done(&done));
	ASSERT_NOT_NULL(kthread_run(complete_it, NULL, "completer"));
	wait_for_completion(&done);
	complete_all(&done);
	wait_for_completion(&done);
	EXPECT_TRUE(completion_done(&done));
}

/* --- mutexes --- */

static DEFINE_MUTEX(mutex);

static void take_mutex(void *arg)
{
	const char *name = arg;

	mutex_lock(&mutex);
	note(name[0]);
	yield(); /* hold it while others try */
	note(name[0]);
	mutex_unlock(&mutex);
}

SELFTEST(mutex, one_at_a_time)
{
	trace_reset();
	EXPECT_FALSE(mutex_is_locked(&mutex));
	mutex_lock(&mutex);
	EXPECT_TRUE(mutex_is_locked(&mutex));
	EXPECT_FALSE(mutex_trylock(&mutex));
	ASSERT_NOT_NULL(kthread_run(take_mutex, "1", "one"));
	ASSERT_NOT_NULL(kthread_run(take_mutex, "2", "two"));
	msleep(5);
	EXPECT_STREQ(trace, "");
	mutex_unlock(&mutex);
	msleep(10);
	EXPECT_STREQ(trace, "1122");
	EXPECT_FALSE(mutex_is_locked(&mutex));
}

/* --- work items --- */

static unsigned int work_runs;

static void count_work(struct work_struct *work)
{
	EXPECT_FALSE(in_interrupt());
	work_runs++;
}

static DECLARE_WORK(work, count_work);
static DECLARE_DELAYED_WORK(delayed, count_work);

SELFTEST_SETUP(work)
{
	work_runs = 0;
}

SELFTEST(work, queued_twice_runs_once)
{
	EXPECT_TRUE(schedule_work(&work));
	EXPECT_FALSE(schedule_work(&work));
	flush_work(&work);
	EXPECT_EQ(work_runs, 1);
	EXPECT_TRUE(schedule_work(&work));
	flush_work(&work);
	EXPECT_EQ(work_runs, 2);
}

SELFTEST(work, cancelled_does_not_run)
{
	schedule_work(&work);
	EXPECT_TRUE(cancel_work_sync(&work));
	EXPECT_FALSE(cancel_work_sync(&work));
	msleep(5);
	EXPECT_EQ(work_runs, 0);
}

SELFTEST(work, delayed_comes_after_its_delay)
{
	EXPECT_TRUE(schedule_delayed_work(&delayed, 3));
	EXPECT_FALSE(schedule_delayed_work(&delayed, 1));
	yield();
	EXPECT_EQ(work_runs, 0);
	msleep(30);
	EXPECT_EQ(work_runs, 1);
	EXPECT_TRUE(schedule_delayed_work(&delayed, 0));
	flush_work(&delayed.work);
	EXPECT_EQ(work_runs, 2);
}

SELFTEST(work, modified_counts_from_now)
{
	EXPECT_FALSE(mod_delayed_work(&delayed, 1000));
	EXPECT_TRUE(mod_delayed_work(&delayed, 2));
	msleep(30);
	EXPECT_EQ(work_runs, 1);
	mod_delayed_work(&delayed, 1000);
	EXPECT_TRUE(cancel_delayed_work_sync(&delayed));
	EXPECT_FALSE(cancel_delayed_work(&delayed));
	msleep(10);
	EXPECT_EQ(work_runs, 1);
}

static unsigned int requeues;

static void requeue_work(struct work_struct *w)
{
	work_runs++;
	if (requeues && requeues--)
		schedule_work(w);
}

SELFTEST(work, may_queue_itself)
{
	static DECLARE_WORK(again, requeue_work);

	requeues = 3;
	schedule_work(&again);
	flush_work(&again);
	EXPECT_EQ(work_runs, 4);
}
