/* SPDX-License-Identifier: MIT */
/*
 * tests/host/test_idle.c - a CPU on its way to the halt meets the beginning of a grace period.
 *
 * The window is a few instructions wide: between the idle loop's note that it is quiescent and its
 * word that it halts. The host's hook stops the CPU inside it (where its clock event is put off),
 * until the grace period has begun. It must end, and nobody wakes that CPU.
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
