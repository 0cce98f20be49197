/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/smp.c - calls from CPU to CPU.
 *
 * Overview   Each CPU has a queue of calls. A caller links its struct smp_call there and sends
 *            IPI_CALL; the interrupt takes the whole queue and runs it in order. A caller that waits
 *            keeps the structure on its stack.
 * Offline    Whether a CPU is online is looked at under its queue's lock, and the CPU that goes
 *            clears its bit under the same lock and then runs what is queued: so a call is refused
 *            or run, never forgotten.
 * Locking    call_queue.lock, interrupts off, a leaf. The functions run without it.
 * Limits     smp_call_function_many() has a struct for each CPU on its stack: 2.5 KB.
 * Observe    interrupts (CAL)
 */
#include <arch/atomic.h>
#include <arch/barrier.h>
#include <arch/irqflags.h>
#include <arch/trap.h>

#include "kernel/base/cpu_internal.h"
#include "kernel/base/preempt.h"
#include "kernel/base/smp.h"
#include "kernel/base/spinlock.h"
#include "lib/bug.h"
#include "lib/errno.h"

struct call_queue {
	spinlock_t lock;
	struct list_head calls;	/* [lock] next NULL: never used, hence empty */
};

static DEFINE_PER_CPU(struct call_queue, call_queues) = { .lock = SPINLOCK_INIT(call_queue.lock) };

/* Interrupts off. */
static void run_calls(void)
{
	struct call_queue *q = this_cpu_ptr(&call_queues);
	struct smp_call *call;

	for (;;) {
		smp_call_func_t fn;
		void *arg;

		spin_lock(&q->lock);
		if (!q->calls.next || list_empty(&q->calls)) {
			spin_unlock(&q->lock);
			return;
		}
		call = list_first_entry(&q->calls, struct smp_call, node);
		list_del(&call->node);
		spin_unlock(&q->lock);
		fn = call->fn;
		arg = call->arg;
		fn(arg);
		smp_store_release(&call->pending, false); /* the caller's stack from here on */
	}
}

/* IPI_RESCHEDULE wants no more than the end of an interrupt. */
static void smp_ipi(unsigned int ipi)
{
	if (ipi == IPI_CALL)
		run_calls();
}

int smp_call_async(unsigned int cpu, struct smp_call *call)
{
	struct call_queue *q;
	unsigned long flags;
	bool first;
	int err = -ENXIO;

	if (cpu >= nr_cpu_ids)
		return -ENXIO;
	if (xchg(&call->pending, true)) /* several CPUs may try at once */
		return -EBUSY;
	q = per_cpu_ptr(&call_queues, cpu);
	spin_lock_irqsave(&q->lock, flags);
	if (cpu_online(cpu)) {
		if (!q->calls.next)
			INIT_LIST_HEAD(&q->calls);
		first = list_empty(&q->calls);
		list_add_tail(&call->node, &q->calls);
		if (first) /* else the interrupt that takes the first takes this one, too */
			arch_send_ipi(cpu, IPI_CALL);
		err = 0;
	}
	spin_unlock_irqrestore(&q->lock, flags);
	if (err)
		smp_store_release(&call->pending, false);
	return err;
}

static void wait_for_call(const struct smp_call *call)
{
	while (smp_load_acquire(&call->pending))
		cpu_relax();
}

int smp_call_function_single(unsigned int cpu, smp_call_func_t fn, void *arg)
{
	struct smp_call call = { .fn = fn, .arg = arg };
	unsigned long flags;
	int err;

	if (cpu == smp_processor_id()) {
		local_irq_save(flags);
		fn(arg);
		local_irq_restore(flags);
		return 0;
	}
	WARN_ON(irqs_disabled());
	err = smp_call_async(cpu, &call);
	if (!err)
		wait_for_call(&call);
	return err;
}

void smp_call_function_many(cpumask_t mask, smp_call_func_t fn, void *arg)
{
	struct smp_call calls[NR_CPUS];
	cpumask_t sent = 0;
	unsigned int cpu;

	mask &= cpu_online_mask_get() & ~cpumask_of(smp_processor_id());
	if (!mask)
		return;
	WARN_ON(irqs_disabled());
	for_each_cpu(cpu, mask) {
		calls[cpu] = (struct smp_call){ .fn = fn, .arg = arg };
		if (!smp_call_async(cpu, &calls[cpu]))
			sent |= cpumask_of(cpu);
	}
	for_each_cpu(cpu, sent)
		wait_for_call(&calls[cpu]);
}

void on_each_cpu(smp_call_func_t fn, void *arg)
{
	unsigned long flags;

	local_bh_disable(); /* softirqs keep out between the two */
	smp_call_function_many(cpu_online_mask_get(), fn, arg);
	local_irq_save(flags);
	fn(arg);
	local_irq_restore(flags);
	local_bh_enable();
}

void smp_cpu_leave(void)
{
	struct call_queue *q = this_cpu_ptr(&call_queues);

	spin_lock(&q->lock);
	__atomic_fetch_and(&cpu_online_mask, ~cpumask_of(smp_processor_id()), __ATOMIC_SEQ_CST);
	spin_unlock(&q->lock);
	run_calls();
}

void smp_init(void)
{
	arch_hooks.ipi = smp_ipi;
}
