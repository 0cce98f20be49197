/* SPDX-License-Identifier: MIT */
/*
 * kernel/task/kthread.c - threads with memory of their own.
 *
 * Overview  struct thread and a stack with a guard page below it; both are freed by a work item
 *           once the thread is dead, as nobody can free the stack that it stands on.
 * Locking   dead_lock (interrupts off), a leaf: the list of the dead.
 */
#include "kernel/base/printk.h"
#include "kernel/base/softirq.h"
#include "kernel/base/spinlock.h"
#include "kernel/base/work.h"
#include "kernel/task/kthread.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "mm/vmalloc.h"
#include <arch/thread.h>

static DEFINE_SPINLOCK(dead_lock);
static LIST_HEAD(dead_threads);	/* by run_node, which the dead no longer need */

static void bury_dead(struct work_struct *work)
{
	struct thread *t;

	for (;;) {
		spin_lock_irq(&dead_lock);
		t = list_first_entry_or_null(&dead_threads, struct thread, run_node);
		if (t)
			list_del(&t->run_node);
		spin_unlock_irq(&dead_lock);
		if (!t)
			return;
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

struct thread *kthread_run(void (*fn)(void *arg), void *arg, const char *name)
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
	wake_up_thread(t);
	return t;
}

static void run_entry(void *arg)
{
	const struct kthread_entry *entry = arg;

	entry->fn();
}
KTHREAD(ksoftirqd, ksoftirqd_loop);

void kthreads_start(void)
{
	table_for_each(entry, kthreads) {
		if (!kthread_run(run_entry, (void *)entry, entry->name))
			pr_err("kthread: no memory for %s", entry->name);
	}
}
