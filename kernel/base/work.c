/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/work.c - work items: one queue, one worker thread.
 *
 * Overview  schedule_work() from any context; the worker (KTHREAD kworker) takes the items in turn.
 *           Before there are threads, and on the host, flush_work() runs the items itself.
 * States    idle -> pending (in the queue) -> running -> idle; pending again while running if it is
 *           queued then.
 * Locking   work_lock (interrupts off), a leaf: queue, pending, cancelling, running. The function
 *           runs without it; wake_up() is called after it.
 */
#include "kernel/base/kthread.h"
#include "kernel/base/spinlock.h"
#include "kernel/base/wait.h"
#include "kernel/base/work.h"

static DEFINE_SPINLOCK(work_lock);
static LIST_HEAD(work_queue);
static struct work_struct *running;	/* [work_lock] */
static struct thread *worker;		/* [I] once it runs */
static DECLARE_WAIT_QUEUE_HEAD(work_wait);	/* the worker: something is queued */
static DECLARE_WAIT_QUEUE_HEAD(done_wait);	/* flushers: an item is through */

bool schedule_work(struct work_struct *work)
{
	unsigned long flags;
	bool queued = false;

	spin_lock_irqsave(&work_lock, flags);
	if (!work->pending && !work->cancelling) {
		work->pending = true;
		list_add_tail(&work->entry, &work_queue);
		queued = true;
	}
	spin_unlock_irqrestore(&work_lock, flags);
	if (queued)
		wake_up(&work_wait);
	return queued;
}

bool cancel_work(struct work_struct *work)
{
	unsigned long flags;
	bool was_pending;

	spin_lock_irqsave(&work_lock, flags);
	was_pending = work->pending;
	if (was_pending) {
		list_del(&work->entry);
		work->pending = false;
	}
	spin_unlock_irqrestore(&work_lock, flags);
	return was_pending;
}

bool work_run_one(void)
{
	struct work_struct *work = NULL;
	unsigned long flags;

	spin_lock_irqsave(&work_lock, flags);
	if (!list_empty(&work_queue)) {
		work = list_first_entry(&work_queue, struct work_struct, entry);
		list_del(&work->entry);
		work->pending = false;
		running = work;
	}
	spin_unlock_irqrestore(&work_lock, flags);
	if (!work)
		return false;
	work->func(work);
	/* The function may have freed the item: only its address is compared from here. */
	spin_lock_irqsave(&work_lock, flags);
	running = NULL;
	spin_unlock_irqrestore(&work_lock, flags);
	wake_up_all(&done_wait);
	return true;
}

void work_loop(void)
{
	worker = current;
	for (;;) {
		wait_event(work_wait, !list_empty(&work_queue));
		while (work_run_one())
			cond_resched();
	}
}
KTHREAD(kworker, work_loop);

static bool work_busy(struct work_struct *work)
{
	unsigned long flags;
	bool busy;

	spin_lock_irqsave(&work_lock, flags);
	busy = work->pending || running == work;
	spin_unlock_irqrestore(&work_lock, flags);
	return busy;
}

void flush_work(struct work_struct *work)
{
	if (!worker) {
		while (work_busy(work) && work_run_one())
			;
		return;
	}
	BUG_ON(current == worker);
	wait_event(done_wait, !work_busy(work));
}

/* Until cancel_end() nobody queues @work: one that queues itself again would never be through. */
static void cancel_begin(struct work_struct *work)
{
	unsigned long flags;

	spin_lock_irqsave(&work_lock, flags);
	work->cancelling++;
	spin_unlock_irqrestore(&work_lock, flags);
}

static void cancel_end(struct work_struct *work)
{
	unsigned long flags;

	spin_lock_irqsave(&work_lock, flags);
	work->cancelling--;
	spin_unlock_irqrestore(&work_lock, flags);
}

bool cancel_work_sync(struct work_struct *work)
{
	bool was_pending;

	cancel_begin(work);
	was_pending = cancel_work(work);
	if (work_busy(work))
		flush_work(work);
	cancel_end(work);
	return was_pending;
}

void delayed_work_timer(struct timer_list *timer)
{
	struct delayed_work *dw = container_of(timer, struct delayed_work, timer);

	schedule_work(&dw->work);
}

bool schedule_delayed_work(struct delayed_work *dw, unsigned long delay)
{
	if (timer_pending(&dw->timer) || READ_ONCE(dw->work.pending))
		return false;
	if (!delay)
		return schedule_work(&dw->work);
	mod_timer(&dw->timer, jiffies + delay);
	return true;
}

bool mod_delayed_work(struct delayed_work *dw, unsigned long delay)
{
	bool was_pending = cancel_work(&dw->work);

	if (delay)
		return mod_timer(&dw->timer, jiffies + delay) || was_pending;
	was_pending |= timer_delete(&dw->timer);
	schedule_work(&dw->work);
	return was_pending;
}

bool cancel_delayed_work(struct delayed_work *dw)
{
	bool was_pending = timer_delete(&dw->timer);

	return cancel_work(&dw->work) || was_pending;
}

bool cancel_delayed_work_sync(struct delayed_work *dw)
{
	bool was_pending;

	cancel_begin(&dw->work);
	was_pending = timer_delete_sync(&dw->timer);
	was_pending |= cancel_work(&dw->work);
	if (work_busy(&dw->work))
		flush_work(&dw->work);
	/* Its last run may have armed the timer once more. */
	was_pending |= timer_delete_sync(&dw->timer);
	cancel_end(&dw->work);
	return was_pending;
}
