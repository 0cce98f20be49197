/* SPDX-License-Identifier: MIT */
/*
 * tests/host/test_idle.c - CPUs that idle: what only the host's hook or its virtual time can show.
 *
 * A CPU on its way to the halt meets the beginning of a grace period: the window is a few
 * instructions wide, between the idle loop's note that it is quiescent and its word that it halts.
 * The hook stops the CPU inside it (where its clock event is put off), until the grace period has
 * begun. It must end, and nobody wakes that CPU.
 *
 * The tick wakes an idle CPU for a thread that waits: where the time is virtual, soon can be told
 * from by chance.
 */
#include <arch/barrier.h>
#include <arch/smp.h>

#include "kernel/base/completion.h"
#include "kernel/base/cpu_internal.h"
#include "kernel/base/rcu.h"
#include "kernel/base/selftest.h"
#include "kernel/base/softirq.h"
#include "kernel/base/time.h"
#include "kernel/task/kthread.h"
#include "tests/host/host.h"

static unsigned int halting_cpu;
static bool in_window, begun;

static void stop_in_window(void)
{
	if (smp_processor_id() != halting_cpu || !this_cpu_read(tick_paused) || READ_ONCE(in_window))
		return;
	smp_store_release(&in_window, true);
	while (!smp_load_acquire(&begun))
		cpu_relax();
}

static void nothing(void *unused)
{
}

static struct completion done;

static void callback(struct rcu_head *head)
{
	complete(&done);
}

SELFTEST(host, a_grace_period_that_meets_a_halting_cpu_ends)
{
	static struct rcu_head head;
	struct rcu_stats stats;

	halting_cpu = cpumask_next(0, cpu_online_mask_get());
	if (halting_cpu == NR_CPUS)
		SKIP("one CPU");
	init_completion(&done);
	in_window = begun = false;
	host_clockevent_hook = stop_in_window;
	/* It has something to do, and halts again. */
	ASSERT_NOT_NULL(kthread_run_on(halting_cpu, nothing, NULL, "nothing"));
	while (!smp_load_acquire(&in_window)) {
		cpu_relax();
		cond_resched();
	}
	call_rcu(&head, callback);
	raise_softirq(RCU_SOFTIRQ);
	rcu_get_stats(&stats);
	EXPECT_TRUE(stats.cpus_left & cpumask_of(halting_cpu));
	host_clockevent_hook = NULL;
	smp_store_release(&begun, true);
	EXPECT_TRUE(wait_for_completion_timeout(&done, HZ));
	if (!completion_done(&done)) /* let it go, so that the callback does not come later */
		rcu_barrier();
}

static u32 free_ran_on;

static void note_cpu(void *unused)
{
	WRITE_ONCE(free_ran_on, smp_processor_id());
	complete(&done);
}

static void just_complete(void *unused)
{
	complete(&done);
}

/* This thread does not give way, and the first in its CPU's queue may not leave: the second may. */
SELFTEST(host, an_idle_cpu_takes_from_behind_a_bound_thread)
{
	unsigned long end;
	struct thread *t;

	if (num_online_cpus() == 1)
		SKIP("one CPU");
	init_completion(&done);
	free_ran_on = 0;
	msleep(20); /* the others idle, without a tick */
	ASSERT_NOT_NULL(kthread_run_on(0, just_complete, NULL, "bound"));
	t = kthread_run_on(0, note_cpu, NULL, "free");
	ASSERT_NOT_NULL(t);
	EXPECT_EQ(thread_set_allowed(t, ~(cpumask_t)0), 0);
	end = jiffies + HZ / 10;
	while (!READ_ONCE(free_ran_on) && time_before(jiffies, end))
		cpu_relax();
	EXPECT_NE(free_ran_on, 0);
	wait_for_completion(&done);
	wait_for_completion(&done);
}
