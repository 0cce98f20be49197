/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/cpu.c - CPUs come and go.
 *
 * Overview   cpu_up() starts a CPU and waits until it takes work; cpu_down() has it leave. What is
 *            to be done for a CPU at each step is said by CPU_NOTIFIER tables all over the kernel
 *            (cpu.h); the order of what kernel/base itself must do is the code below.
 * States     absent -> (prepare, arch_cpu_start) -> online -> (offline, leave, dead) -> absent.
 *            The CPU's own share is done by its thread cpuhp/N, which is bound to it.
 * Leaving    in this order, on the CPU that goes: notifiers' `offline`, while everything still works;
 *            then with interrupts off out of cpu_online_mask, calls that came are run, notifiers'
 *            `dying` (device interrupts move there), threads move. cpuhp/N goes to sleep; the idle
 *            thread finds its CPU offline, and leaves RCU as its last act. On the calling CPU then:
 *            timers, callbacks, and notifiers' `dead`.
 * Readers    cpus_read_lock() is a count: whoever changes CPUs waits until it is 0, and new readers
 *            wait for the change.
 * Locking    hotplug.mutex is held from the first notifier to the last; outermost. hotplug.lock
 *            (interrupts off, leaf): readers, changing.
 * Observe    cpu, cpuinfo
 */
#define pr_fmt(fmt) "cpu: " fmt

#include <arch/atomic.h>
#include <arch/cpu.h>
#include <arch/irqflags.h>

#include "kernel/base/completion.h"
#include "kernel/base/cpu.h"
#include "kernel/base/cpu_internal.h"
#include "kernel/base/kthread.h"
#include "kernel/base/mutex.h"
#include "kernel/base/printk.h"
#include "kernel/base/sched.h"
#include "kernel/base/smp.h"
#include "kernel/base/time.h"
#include "lib/bug.h"
#include "lib/errno.h"

#define UP_TIMEOUT (10 * HZ) /* a guest's CPU may be kept off its core */

enum request { NOTHING, GO_ONLINE, GO_OFFLINE };

/* What cpuhp/N is asked for; by the holder of hotplug.mutex. */
struct cpuhp {
	struct wait_queue_head wait;
	enum request request;		/* written last by the asker */
	int result;
	struct completion done;
};

static DEFINE_PER_CPU(struct cpuhp, cpuhps);

static struct {
	struct mutex mutex;
	spinlock_t lock;
	unsigned int readers;		/* [lock] */
	struct thread *changing;	/* [lock] who changes CPUs now */
	struct wait_queue_head wait;	/* readers for the change's end, the change for the readers */
} hotplug = {
	.mutex = MUTEX_INIT(hotplug.mutex),
	.lock = SPINLOCK_INIT(hotplug.lock),
	.wait = WAIT_QUEUE_HEAD_INIT(hotplug.wait),
};

/* --- readers ---------------------------------------------------------------------------------- */

static bool try_read(void)
{
	unsigned long flags;
	bool ok;

	spin_lock_irqsave(&hotplug.lock, flags);
	ok = !hotplug.changing;
	if (ok)
		hotplug.readers++;
	spin_unlock_irqrestore(&hotplug.lock, flags);
	return ok;
}

void cpus_read_lock(void)
{
	BUG_ON(scheduler_running() && READ_ONCE(hotplug.changing) == current);
	wait_event(hotplug.wait, try_read());
}

void cpus_read_unlock(void)
{
	unsigned long flags;
	bool last;

	spin_lock_irqsave(&hotplug.lock, flags);
	last = --hotplug.readers == 0;
	spin_unlock_irqrestore(&hotplug.lock, flags);
	if (last)
		wake_up_all(&hotplug.wait);
}

/* New readers wait from here on; the old ones are waited for. */
static void change_begin(void)
{
	unsigned long flags;

	mutex_lock(&hotplug.mutex);
	spin_lock_irqsave(&hotplug.lock, flags);
	hotplug.changing = current;
	spin_unlock_irqrestore(&hotplug.lock, flags);
	wait_event(hotplug.wait, READ_ONCE(hotplug.readers) == 0);
}

static void change_end(void)
{
	unsigned long flags;

	spin_lock_irqsave(&hotplug.lock, flags);
	hotplug.changing = NULL;
	spin_unlock_irqrestore(&hotplug.lock, flags);
	wake_up_all(&hotplug.wait);
	mutex_unlock(&hotplug.mutex);
}

/* --- cpuhp/N: the CPU's own share ------------------------------------------------------------- */

static void notify_online(unsigned int cpu)
{
	work_cpu_online(cpu);
	table_for_each(n, cpu_notifiers) {
		if (n->online)
			n->online(cpu);
	}
}

/* Return: 0, or what a notifier said; those before it have been told that the CPU stays. */
static int notify_offline(unsigned int cpu)
{
	int err = 0;

	table_for_each(n, cpu_notifiers) {
		if (n->offline)
			err = n->offline(cpu);
		if (!err)
			continue;
		pr_warn("CPU %u stays: %s said %d", cpu, n->name, err);
		for (const struct cpu_notifier *m = __start_cpu_notifiers; m < n; m++) {
			if (m->offline && m->online)
				m->online(cpu);
		}
		break;
	}
	return err;
}

/* The point of no return. */
static void leave(unsigned int cpu)
{
	unsigned long flags;

	local_irq_save(flags);
	smp_cpu_leave();
	table_for_each(n, cpu_notifiers) {
		if (n->dying)
			n->dying(cpu);
	}
	sched_cpu_leave();
	local_irq_restore(flags);
}

static void cpuhp_loop(void)
{
	unsigned int cpu = smp_processor_id();
	struct cpuhp *hp = this_cpu_ptr(&cpuhps);

	for (;;) {
		wait_event(hp->wait, smp_load_acquire(&hp->request) != NOTHING);
		hp->result = 0;
		if (hp->request == GO_ONLINE)
			notify_online(cpu);
		else
			hp->result = notify_offline(cpu);
		if (hp->request == GO_OFFLINE && !hp->result)
			leave(cpu);
		WRITE_ONCE(hp->request, NOTHING);
		complete(&hp->done);
	}
}
PERCPU_KTHREAD(cpuhp, cpuhp_loop);

static void cpuhp_ask(struct cpuhp *hp, enum request request)
{
	init_completion(&hp->done);
	smp_store_release(&hp->request, request);
	wake_up(&hp->wait);
}

void cpus_init(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		init_waitqueue_head(&per_cpu(cpuhps, cpu).wait);
	smp_init();
}

/* --- up --------------------------------------------------------------------------------------- */

/* A secondary CPU's first C code of ours, on its idle thread's stack, interrupts off. */
static void secondary_start(void)
{
	sched_cpu_start();
	rcu_cpu_start();
	tick_cpu_start();
	__atomic_fetch_or(&cpu_online_mask, cpumask_of(smp_processor_id()), __ATOMIC_SEQ_CST);
	local_irq_enable();
	idle_loop();
}

static void notify_dead(unsigned int cpu, const struct cpu_notifier *end)
{
	for (const struct cpu_notifier *n = __start_cpu_notifiers; n < end; n++) {
		if (n->dead)
			n->dead(cpu);
	}
}

static int bring_up(unsigned int cpu)
{
	struct cpuhp *hp = per_cpu_ptr(&cpuhps, cpu);
	void *stack;
	int err;

	table_for_each(n, cpu_notifiers) {
		err = n->prepare ? n->prepare(cpu) : 0;
		if (err) {
			notify_dead(cpu, n);
			return err;
		}
	}
	stack = sched_idle_stack(cpu);
	err = stack ? arch_cpu_start(cpu, stack, secondary_start) : -ENOMEM;
	if (err) {
		notify_dead(cpu, __stop_cpu_notifiers);
		return err;
	}
	cpuhp_ask(hp, GO_ONLINE);
	if (!wait_for_completion_timeout(&hp->done, UP_TIMEOUT)) {
		pr_warn("CPU %u has started, but its threads do not run yet", cpu);
		wait_for_completion(&hp->done);
	}
	return 0;
}

int cpu_up(unsigned int cpu)
{
	int err;

	if (cpu >= num_possible_cpus())
		return -EINVAL;
	change_begin();
	err = cpu_online(cpu) ? -EEXIST : bring_up(cpu);
	change_end();
	return err;
}

void cpus_start(void)
{
	unsigned int cpu;
	int err;

	for (cpu = 1; cpu < num_possible_cpus(); cpu++) {
		err = cpu_up(cpu);
		if (err)
			pr_err("CPU %u (APIC %u) did not start: %d", cpu, arch_cpu_apic_id(cpu),
			       err);
	}
	if (num_possible_cpus() > 1)
		pr_info("%u of %u CPUs run", num_online_cpus(), num_possible_cpus());
}

/* --- down ------------------------------------------------------------------------------------- */

void cpu_play_dead(void)
{
	local_irq_disable();
	if (this_cpu_read(softirq_pending)) {
		local_irq_enable();
		return; /* the idle loop runs them first */
	}
	rcu_cpu_leave();
	arch_cpu_die();
}

static int take_down(unsigned int cpu)
{
	struct cpuhp *hp = per_cpu_ptr(&cpuhps, cpu);

	cpuhp_ask(hp, GO_OFFLINE);
	wait_for_completion(&hp->done);
	if (hp->result)
		return hp->result;
	if (!arch_cpu_wait_dead(cpu)) {
		/* Nothing of it may be taken over before; a guest's CPU may be kept off its core. */
		pr_warn("CPU %u has left, but does not halt yet", cpu);
		while (!arch_cpu_wait_dead(cpu))
			cond_resched();
	}
	timer_cpu_dead(cpu);
	rcu_cpu_dead(cpu);
	notify_dead(cpu, __stop_cpu_notifiers);
	return 0;
}

int cpu_down(unsigned int cpu)
{
	int err;

	if (cpu >= num_possible_cpus())
		return -EINVAL;
	if (cpu == 0)
		return -EBUSY;
	change_begin();
	err = cpu_online(cpu) ? take_down(cpu) : -EINVAL;
	change_end();
	return err;
}
