/* SPDX-License-Identifier: MIT */
/*
 * kernel/task/kthread.c - threads with memory of their own.
 *
 * Overview  struct thread and a stack with a guard page below it; both are freed by a work item
 *           once the thread is dead, as nobody can free the stack that it stands on.
 * Locking   dead_lock (interrupts off), a leaf: the list of the dead.
 */
#include "kernel/base/cpu.h"
#include "kernel/base/printk.h"
#include "kernel/base/softirq.h"
#include "kernel/base/spinlock.h"
#include "kernel/base/work.h"
#include "kernel/task/kthread.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "mm/vmalloc.h"
#include <arch/thread.h>

static DEFINE_SPINLOCK(dead_lock);
static LIST_HEAD(dead_threads);	/* by run_node, which the dead no longer need */

static void bury_dead(struct work_struct *work)
{
	struct thread *t, *next;
	LIST_HEAD(dead);

	spin_lock_irq(&dead_lock);
	list_splice_init(&dead_threads, &dead);
	spin_unlock_irq(&dead_lock);
	/* Whoever woke one of them may not have let go of its lock yet; it has its interrupts off. */
	synchronize_rcu();
	list_for_each_entry_safe(t, next, &dead, run_node) {
		stack_free(t->stack);
		kfree(t);
	}
}
static DECLARE_WORK(bury_work, bury_dead);

/* From the next thread's stack, interrupts off. */
static void kthread_exited(struct thread *t)
{
	spin_lock(&dead_lock);
	list_add_tail(&t->run_node, &dead_threads);
	spin_unlock(&dead_lock);
	schedule_work(&bury_work);
}

struct thread *kthread_create(void (*fn)(void *arg), void *arg, const char *name)
{
	struct thread *t = kzalloc(sizeof(*t), GFP_KERNEL);
	void *stack;

	if (!t)
		return NULL;
	stack = stack_alloc();
	if (!stack) {
		kfree(t);
		return NULL;
	}
	thread_init(t, name, fn, arg, stack, THREAD_STACK_SIZE);
	t->exited = kthread_exited;
	return t;
}

struct thread *kthread_run(void (*fn)(void *arg), void *arg, const char *name)
{
	struct thread *t = kthread_create(fn, arg, name);

	if (t)
		wake_up_thread(t);
	return t;
}

struct thread *kthread_run_on(unsigned int cpu, void (*fn)(void *arg), void *arg, const char *name)
{
	struct thread *t = kthread_create(fn, arg, name);

	if (t) {
		kthread_bind(t, cpu);
		wake_up_thread(t);
	}
	return t;
}

/* --- the daemons of the lower floors ---------------------------------------------------------- */

static void run_entry(void *arg)
{
	const struct kthread_entry *entry = arg;

	entry->fn();
}

/* One of @entry's threads, for @cpu. It does not run before that CPU does. */
static int start_on(const struct kthread_entry *entry, unsigned int cpu)
{
	char name[THREAD_NAME_LEN];
	struct thread *t;

	scnprintf(name, sizeof(name), "%s/%u", entry->name, cpu);
	t = kthread_create(run_entry, (void *)entry, name);
	if (!t)
		return -ENOMEM;
	kthread_bind(t, cpu);
	t->per_cpu = !(entry->flags & KTHREAD_FOLLOWS);
	wake_up_thread(t);
	return 0;
}

/*
 * A CPU's daemons are made when it first comes up and stay, asleep, when it goes. What an earlier
 * try could not have for lack of memory is made up here.
 */
static DEFINE_PER_CPU(u32, started);	/* bit: entry of the table */

static int start_daemons(unsigned int cpu)
{
	u32 *done = per_cpu_ptr(&started, cpu);

	BUG_ON(table_count(kthreads) > 32);
	table_for_each(entry, kthreads) {
		u32 bit = 1u << (entry - __start_kthreads);

		if (!(entry->flags & KTHREAD_PER_CPU) || *done & bit)
			continue;
		if (start_on(entry, cpu))
			return -ENOMEM;
		*done |= bit;
	}
	return 0;
}

static int percpu_threads_prepare(unsigned int cpu)
{
	void *stack;

	if (!sched_idle_stack(cpu)) {
		stack = stack_alloc();
		if (!stack)
			return -ENOMEM;
		sched_cpu_prepare(cpu, stack, THREAD_STACK_SIZE);
	}
	return start_daemons(cpu);
}
CPU_NOTIFIER(percpu_threads, .prepare = percpu_threads_prepare);

void kthreads_start(void)
{
	table_for_each(entry, kthreads) {
		if (!(entry->flags & KTHREAD_PER_CPU) && !kthread_run(run_entry, (void *)entry,
								      entry->name))
			pr_err("kthread: no memory for %s", entry->name);
	}
	if (start_daemons(0))
		pr_err("kthread: no memory for the boot CPU's threads");
}
