/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/work.h - have a thread do it: work items run in a CPU's worker, where they may sleep.
 *
 * One item is queued at most once; it may be queued again from the moment its function starts, and
 * never runs twice at once. Those of one CPU run one after the other. The caller keeps the item
 * alive until it has run or cancel_*_sync() has returned.
 */
#ifndef KERNEL_BASE_WORK_H
#define KERNEL_BASE_WORK_H

#include <arch/percpu.h>

#include "kernel/base/timer.h"
#include "lib/list.h"
#include "lib/types.h"

struct work_struct {
	struct list_head entry;			/* [work lock] */
	void (*func)(struct work_struct *work);	/* [I] */
	bool pending;				/* [work lock] queued, not started */
	u16 cancelling;				/* [work lock] cancel_*_sync() calls: not queued */
	u16 cpu;				/* [work lock] whose worker has it, or had it last */
};

/* In place of a CPU: the one that queues, or that the timer fires on. */
#define WORK_ANY_CPU NR_CPUS

struct delayed_work {
	struct work_struct work;
	unsigned int cpu;			/* whose worker is to run it, or WORK_ANY_CPU */
	struct timer_list timer;
};

void delayed_work_timer(struct timer_list *timer);

#define WORK_INIT(fn)		      { .func = (fn) }
#define DECLARE_WORK(name, fn)	      struct work_struct name = WORK_INIT(fn)
#define DELAYED_WORK_INIT(fn) \
	{ .work = WORK_INIT(fn), .cpu = WORK_ANY_CPU, .timer = TIMER_INIT(delayed_work_timer) }
#define DECLARE_DELAYED_WORK(name, fn) struct delayed_work name = DELAYED_WORK_INIT(fn)

static inline void INIT_WORK(struct work_struct *work, void (*fn)(struct work_struct *))
{
	work->func = fn;
	work->pending = false;
	work->cancelling = 0;
	work->cpu = 0;
}

static inline void INIT_DELAYED_WORK(struct delayed_work *dw, void (*fn)(struct work_struct *))
{
	INIT_WORK(&dw->work, fn);
	dw->cpu = WORK_ANY_CPU;
	timer_setup(&dw->timer, delayed_work_timer, 0);
}

#define to_delayed_work(w) container_of(w, struct delayed_work, work)

/* schedule_work() - Context: any. Return: false if it was queued already or is being cancelled. */
bool schedule_work(struct work_struct *work);
/*
 * The same for the worker of @cpu: whoever keeps something for each CPU. A CPU that is offline has
 * its items run elsewhere.
 */
bool schedule_work_on(unsigned int cpu, struct work_struct *work);
bool schedule_delayed_work_on(unsigned int cpu, struct delayed_work *dw, unsigned long delay);
/* Queue after @delay jiffies; false if it is queued or its timer runs already. */
bool schedule_delayed_work(struct delayed_work *dw, unsigned long delay);
/* Queue after @delay jiffies from now, whatever was set before. */
bool mod_delayed_work(struct delayed_work *dw, unsigned long delay);

/*
 * cancel - Return: true if it was queued. _sync also waits until it is not running, and an item
 * that queues itself again (or arms its timer) has had its last run; not from the item itself.
 */
bool cancel_work(struct work_struct *work);
bool cancel_work_sync(struct work_struct *work);
bool cancel_delayed_work(struct delayed_work *dw);
bool cancel_delayed_work_sync(struct delayed_work *dw);

/*
 * flush_work() - wait until @work, if queued or running, is through. Context: thread other than the
 * worker that has it.
 */
void flush_work(struct work_struct *work);

/*
 * work_run_one() - run the first item of this CPU's queue in the calling thread. Return: false if
 * there was none.
 */
bool work_run_one(void);

#endif
