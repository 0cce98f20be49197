/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/work.c - work items: a queue and a worker thread for each CPU.
 *
 * Overview  schedule_work() from any context puts an item on this CPU's queue; the CPU's worker
 *           (kworker/N) takes them in turn. Before there are threads, and on the host, flush_work()
 *           runs the items itself.
 * States    idle -> pending (in a queue) -> running -> idle; pending again while running if it is
 *           queued then, and on the queue of the worker that runs it: an item never runs on two CPUs
 *           at once.
 * Offline   The worker of a CPU that has gone offline goes on elsewhere with what is queued (its
 *           thread may not run on its own CPU, hence anywhere); when the CPU is back it returns.
 *           What is meant for a CPU without a worker goes to the one that queues it.
 * Locking   work_lock (interrupts off), a leaf, for all pools: an item that is queued, cancelled or
 *           flushed is looked for in whichever it is. The function runs without it; wake_up() is
 *           called after it.
 * Limits    One worker a CPU: an item that sleeps delays those behind it on its CPU, so items that
 *           wait for other items are a deadlock (flush_work() from a worker for its own queue is a
 *           BUG).
 */
#include "kernel/base/cpu_internal.h"
#include "kernel/base/kthread.h"
#include "kernel/base/spinlock.h"
#include "kernel/base/wait.h"
#include "kernel/base/work.h"

struct work_pool {
	struct list_head queue;		/* [work_lock] next NULL: never used, hence empty */
	struct work_struct *running;	/* [work_lock] */
	struct thread *worker;		/* [I] once it runs */
	struct wait_queue_head wait;	/* the worker: something is queued */
};

static DEFINE_PER_CPU(struct work_pool, work_pools);
static DEFINE_SPINLOCK(work_lock);
static DECLARE_WAIT_QUEUE_HEAD(done_wait);	/* flushers: an item is through */

static bool pool_empty(const struct work_pool *pool)
{
	return !pool->queue.next || list_empty(&pool->queue);
}

/* Where @work is to be queued: where it runs, else on @cpu. work_lock held. */
static struct work_pool *pool_for(const struct work_struct *work, unsigned int cpu)
{
	struct work_pool *last = per_cpu_ptr(&work_pools, work->cpu);

	return last->running == work ? last : per_cpu_ptr(&work_pools, cpu);
}

bool schedule_work_on(unsigned int cpu, struct work_struct *work)
{
	struct work_pool *pool = NULL;
	unsigned long flags;

	/* Its threads could not be made; or there are none yet, then the own queue it is. */
	if (cpu >= nr_cpu_ids || !READ_ONCE(per_cpu(work_pools, cpu).worker))
		cpu = smp_processor_id();
	spin_lock_irqsave(&work_lock, flags);
	if (!work->pending && !work->cancelling) {
		pool = pool_for(work, cpu);
		if (!pool->queue.next)
			INIT_LIST_HEAD(&pool->queue);
		work->pending = true;
		if (pool->running != work)
			work->cpu = cpu;
		list_add_tail(&work->entry, &pool->queue);
	}
	spin_unlock_irqrestore(&work_lock, flags);
	smp_mb(); /* a worker that begins now sees the item, or is seen here */
	if (pool && READ_ONCE(pool->worker))
		wake_up(&pool->wait);
	return pool != NULL;
}

bool schedule_work(struct work_struct *work)
{
	return schedule_work_on(smp_processor_id(), work);
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

static bool pool_run_one(struct work_pool *pool)
{
	struct work_struct *work = NULL;
	unsigned long flags;

	spin_lock_irqsave(&work_lock, flags);
	if (!pool_empty(pool)) {
		work = list_first_entry(&pool->queue, struct work_struct, entry);
		list_del(&work->entry);
		work->pending = false;
		pool->running = work;
	}
	spin_unlock_irqrestore(&work_lock, flags);
	if (!work)
		return false;
	work->func(work);
	/* The function may have freed the item: only its address is compared from here. */
	spin_lock_irqsave(&work_lock, flags);
	pool->running = NULL;
	spin_unlock_irqrestore(&work_lock, flags);
	wake_up_all(&done_wait);
	return true;
}

bool work_run_one(void)
{
	return pool_run_one(this_cpu_ptr(&work_pools));
}

/* The body of a CPU's worker. It may be moved to another CPU; the pool stays its own. */
static void work_loop(void)
{
	struct work_pool *pool = per_cpu_ptr(&work_pools, thread_home(current));

	init_waitqueue_head(&pool->wait);
	smp_store_release(&pool->worker, current);
	for (;;) {
		wait_event(pool->wait, !pool_empty(pool));
		while (pool_run_one(pool))
			cond_resched();
	}
}
KTHREAD_ENTRY(kworker, work_loop, KTHREAD_PER_CPU | KTHREAD_FOLLOWS);

void work_cpu_online(unsigned int cpu)
{
	struct thread *worker = per_cpu(work_pools, cpu).worker;

	if (worker)
		WARN_ON(thread_set_allowed(worker, cpumask_of(cpu)));
}

static bool work_busy(struct work_struct *work)
{
	unsigned long flags;
	bool busy;

	spin_lock_irqsave(&work_lock, flags);
	busy = work->pending || per_cpu(work_pools, work->cpu).running == work;
	spin_unlock_irqrestore(&work_lock, flags);
	return busy;
}

void flush_work(struct work_struct *work)
{
	struct work_pool *pool = per_cpu_ptr(&work_pools, READ_ONCE(work->cpu));

	if (!pool->worker) {
		while (work_busy(work) && pool_run_one(pool))
			;
		return;
	}
	BUG_ON(current == pool->worker);
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

	schedule_work_on(dw->cpu, &dw->work);
}

bool schedule_delayed_work_on(unsigned int cpu, struct delayed_work *dw, unsigned long delay)
{
	if (timer_pending(&dw->timer) || READ_ONCE(dw->work.pending))
		return false;
	dw->cpu = cpu;
	if (!delay)
		return schedule_work_on(cpu, &dw->work);
	mod_timer(&dw->timer, jiffies + delay);
	return true;
}

bool schedule_delayed_work(struct delayed_work *dw, unsigned long delay)
{
	return schedule_delayed_work_on(WORK_ANY_CPU, dw, delay);
}

bool mod_delayed_work(struct delayed_work *dw, unsigned long delay)
{
	bool was_pending = cancel_work(&dw->work);

	if (delay)
		return mod_timer(&dw->timer, jiffies + delay) || was_pending;
	was_pending |= timer_delete(&dw->timer);
	schedule_work_on(dw->cpu, &dw->work);
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
