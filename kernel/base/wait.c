/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/wait.c - wait queues, and what is made of them: completions and mutexes.
 *
 * Overview  A waiter puts itself on the queue and sets itself SLEEPING under the queue's lock, then
 *           checks its condition; a waker changes the condition first and takes the lock
 *           afterwards. So no wake-up is lost. A woken waiter is taken off the queue, so that the
 *           next wake_up() wakes another.
 *           A completion's waiter takes its turn under the same lock that it is queued under: else
 *           a second complete() could spend its wake-up on a waiter that already has the first one.
 * Locking   wait_queue_head.lock (interrupts off) -> run_queue.lock. completion.done lies under it
 *           too; mutex.owner is atomic.
 */
#include "kernel/base/completion.h"
#include "kernel/base/mutex.h"
#include "kernel/base/wait.h"

static void wait_locked(struct wait_queue_head *wq, struct wait_queue_entry *entry)
	__must_hold(wq->lock)
{
	assert_spin_held(&wq->lock);
	if (!entry->thread || list_empty(&entry->node)) {
		entry->thread = current;
		list_add_tail(&entry->node, &wq->head);
	}
	set_current_state(TASK_SLEEPING);
}

void prepare_to_wait(struct wait_queue_head *wq, struct wait_queue_entry *entry)
{
	unsigned long flags;

	spin_lock_irqsave(&wq->lock, flags);
	wait_locked(wq, entry);
	spin_unlock_irqrestore(&wq->lock, flags);
}

void finish_wait(struct wait_queue_head *wq, struct wait_queue_entry *entry)
{
	unsigned long flags;

	WRITE_ONCE(current->state, TASK_RUNNING);
	spin_lock_irqsave(&wq->lock, flags);
	if (entry->thread && !list_empty(&entry->node))
		list_del_init(&entry->node);
	spin_unlock_irqrestore(&wq->lock, flags);
}

/* Wake waiters until one was really asleep (@all: every one). */
static void wake_locked(struct wait_queue_head *wq, bool all) __must_hold(wq->lock)
{
	struct wait_queue_entry *entry;
	struct thread *thread;

	assert_spin_held(&wq->lock);
	while (!list_empty(&wq->head)) {
		entry = list_first_entry(&wq->head, struct wait_queue_entry, node);
		thread = entry->thread;
		list_del_init(&entry->node);
		if (wake_up_thread(thread) && !all)
			return;
	}
}

void wake_up(struct wait_queue_head *wq)
{
	unsigned long flags;

	spin_lock_irqsave(&wq->lock, flags);
	wake_locked(wq, false);
	spin_unlock_irqrestore(&wq->lock, flags);
}

void wake_up_all(struct wait_queue_head *wq)
{
	unsigned long flags;

	spin_lock_irqsave(&wq->lock, flags);
	wake_locked(wq, true);
	spin_unlock_irqrestore(&wq->lock, flags);
}

void complete(struct completion *c)
{
	unsigned long flags;

	spin_lock_irqsave(&c->wait.lock, flags);
	if (c->done != UINT_MAX)
		c->done++;
	wake_locked(&c->wait, false);
	spin_unlock_irqrestore(&c->wait.lock, flags);
}

void complete_all(struct completion *c)
{
	unsigned long flags;

	spin_lock_irqsave(&c->wait.lock, flags);
	c->done = UINT_MAX;
	wake_locked(&c->wait, true);
	spin_unlock_irqrestore(&c->wait.lock, flags);
}

/* Take one complete(), waiting for it. Return: as wait_event_timeout(). */
static long completion_wait(struct completion *c, long timeout)
{
	struct wait_queue_entry entry = { { NULL, NULL }, NULL };
	unsigned long flags;

	might_sleep();
	spin_lock_irqsave(&c->wait.lock, flags);
	while (!c->done && timeout) {
		wait_locked(&c->wait, &entry);
		spin_unlock_irqrestore(&c->wait.lock, flags);
		timeout = schedule_timeout(timeout);
		spin_lock_irqsave(&c->wait.lock, flags);
	}
	if (c->done) {
		if (c->done != UINT_MAX)
			c->done--;
		timeout = max(timeout, 1L);
	}
	if (entry.thread && !list_empty(&entry.node))
		list_del_init(&entry.node);
	spin_unlock_irqrestore(&c->wait.lock, flags);
	return timeout;
}

void wait_for_completion(struct completion *c)
{
	completion_wait(c, MAX_SCHEDULE_TIMEOUT);
}

unsigned long wait_for_completion_timeout(struct completion *c, unsigned long timeout)
{
	return completion_wait(c, min_t(unsigned long, timeout, MAX_SCHEDULE_TIMEOUT - 1));
}

void mutex_reset(struct mutex *m)
{
	m->owner = NULL;
	init_waitqueue_head(&m->wait);
}

/* Before sched_init() there is one flow of control and no thread to own anything. */
static bool mutex_take(struct mutex *m)
{
	return !scheduler_running() || cmpxchg(&m->owner, (struct thread *)NULL, current) == NULL;
}

bool mutex_trylock(struct mutex *m)
{
	if (!mutex_take(m))
		return false;
	lockdebug_mutex_acquired(m);
	return true;
}

void mutex_lock(struct mutex *m)
{
	might_sleep();
	if (!lockdebug_mutex_acquire(m))
		return;
	BUG_ON(scheduler_running() && m->owner == current);
	if (!mutex_take(m))
		wait_event(m->wait, mutex_take(m));
	lockdebug_mutex_acquired(m);
}

void mutex_unlock(struct mutex *m)
{
	if (!scheduler_running() || !lockdebug_mutex_release(m))
		return;
	BUG_ON(m->owner != current);
	smp_store_release(&m->owner, NULL);
	smp_mb();
	if (!list_empty(&m->wait.head))
		wake_up(&m->wait);
}
