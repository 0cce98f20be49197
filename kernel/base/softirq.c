/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/softirq.c - bottom halves.
 *
 * Overview   A bit per softirq in a word per CPU. They run when the outermost interrupt ends and
 *            when a thread enables softirqs; one pass takes all bits that are set, and passes
 *            repeat while new ones come, within limits. What is left then is for ksoftirqd, a
 *            thread, so that the other threads get the CPU in between. ksoftirqd gets its turn when
 *            the running thread blocks or says cond_resched(); as nothing else makes threads take
 *            turns here, interrupts go on running softirqs meanwhile, within the same limits: a
 *            thread that computes for long is slowed down by packets, but neither starves the
 *            other.
 * RCU        The end of a softirq is no quiescent state: it may have run on top of a thread that
 *            reads. The top of ksoftirqd's loop is one.
 * Limits     PASSES_MAX 10 passes and RUN_JIFFIES one tick (4 ms at most) before the rest goes to
 *            ksoftirqd.
 * Locking    none: per-CPU words changed by single instructions or with interrupts off.
 * Observe    vmstat
 */
#include <arch/irqflags.h>
#include <arch/smp.h>
#include <arch/trap.h>

#include "kernel/base/cpu_internal.h"
#include "kernel/base/kthread.h"
#include "kernel/base/rcu.h"
#include "kernel/base/sched.h"
#include "kernel/base/softirq.h"
#include "kernel/base/time.h"
#include "lib/bug.h"

#define PASSES_MAX  10
#define RUN_JIFFIES 1

DEFINE_PER_CPU(u32, preempt_count);
DEFINE_PER_CPU(u32, softirq_pending);
static DEFINE_PER_CPU(struct thread *, ksoftirqd);
static DEFINE_PER_CPU(u64, softirq_counts)[NR_SOFTIRQS];

static void (*softirq_actions[NR_SOFTIRQS])(void);

static const char *const softirq_names[NR_SOFTIRQS] = {
	[HI_SOFTIRQ] = "HI",	     [TIMER_SOFTIRQ] = "TIMER",	    [NET_TX_SOFTIRQ] = "NET_TX",
	[NET_RX_SOFTIRQ] = "NET_RX", [TASKLET_SOFTIRQ] = "TASKLET", [RCU_SOFTIRQ] = "RCU",
};

void open_softirq(enum softirq_nr nr, void (*action)(void))
{
	softirq_actions[nr] = action;
}

static void wake_ksoftirqd(void)
{
	struct thread *t = this_cpu_read(ksoftirqd);

	if (t)
		wake_up_thread(t);
}

/* One pass over what is pending. Interrupts off on entry and exit, on in between. */
static void run_pass(void)
{
	u32 pending = this_cpu_read(softirq_pending);
	unsigned int nr;

	this_cpu_write(softirq_pending, 0);
	local_irq_enable();
	while (pending) {
		nr = __builtin_ctz(pending);
		pending &= pending - 1;
		(*this_cpu_ptr(&softirq_counts))[nr]++;
		softirq_actions[nr]();
	}
	local_irq_disable();
}

/* Interrupts off, not inside a softirq. */
static void run_softirqs(void)
{
	unsigned long end = jiffies + RUN_JIFFIES;
	unsigned int passes = PASSES_MAX;

	this_cpu_add(preempt_count, SOFTIRQ_OFFSET);
	do {
		run_pass();
	} while (this_cpu_read(softirq_pending) && --passes && time_before_eq(jiffies, end));
	this_cpu_add(preempt_count, -SOFTIRQ_OFFSET);
	if (this_cpu_read(softirq_pending))
		wake_ksoftirqd();
}

void softirq_run_pending(void)
{
	unsigned long flags;

	/* With interrupts off they cannot run; the next interrupt's end does it. */
	if (in_interrupt() || irqs_disabled())
		return;
	local_irq_save(flags);
	if (this_cpu_read(softirq_pending))
		run_softirqs();
	local_irq_restore(flags);
}

void raise_softirq_irqoff(enum softirq_nr nr)
{
	this_cpu_or(softirq_pending, 1u << nr);
	if (!in_interrupt())
		wake_ksoftirqd();
}

void raise_softirq(enum softirq_nr nr)
{
	this_cpu_or(softirq_pending, 1u << nr);
	if (in_interrupt())
		return;
	if (irqs_disabled())
		wake_ksoftirqd();
	else
		softirq_run_pending();
}

void irq_enter(void)
{
	this_cpu_add(preempt_count, HARDIRQ_OFFSET);
	rcu_irq_enter();
	tick_irq_enter();
}

void irq_exit(void)
{
	this_cpu_add(preempt_count, -HARDIRQ_OFFSET);
	if (this_cpu_read(softirq_pending) && !in_interrupt())
		run_softirqs();
}

/* The body of a CPU's ksoftirqd. */
static void ksoftirqd_loop(void)
{
	this_cpu_write(ksoftirqd, current);
	for (;;) {
		rcu_note_qs();
		local_irq_disable();
		if (this_cpu_read(softirq_pending)) {
			this_cpu_add(preempt_count, SOFTIRQ_OFFSET);
			run_pass();
			this_cpu_add(preempt_count, -SOFTIRQ_OFFSET);
			local_irq_enable();
			cond_resched();
			continue;
		}
		/* One that is raised from here on finds it SLEEPING, and wakes it. */
		set_current_state(TASK_SLEEPING);
		local_irq_enable();
		schedule();
	}
}
PERCPU_KTHREAD(ksoftirqd, ksoftirqd_loop);

void softirq_init(void)
{
	arch_hooks.irq_enter = irq_enter;
	arch_hooks.irq_exit = irq_exit;
}

const char *softirq_name(enum softirq_nr nr)
{
	return softirq_names[nr];
}

u64 softirq_count(enum softirq_nr nr)
{
	unsigned int cpu;
	u64 sum = 0;

	for_each_possible_cpu(cpu)
		sum += (*per_cpu_ptr(&softirq_counts, cpu))[nr];
	return sum;
}
