/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/timer.h - call a function at a given jiffy, in the timer softirq.
 *
 * The caller embeds the timer and keeps it alive until it has fired or timer_delete_sync() has
 * returned. The function may re-arm its own timer, or free the object around it.
 */
#ifndef KERNEL_BASE_TIMER_H
#define KERNEL_BASE_TIMER_H

#include "kernel/base/time.h"
#include "lib/compiler.h"
#include "lib/list.h"
#include "lib/types.h"

struct timer_list {
	struct hlist_node entry;		/* [b] in its slot; pprev NULL: not pending */
	unsigned long expires;			/* [b] jiffies */
	void (*function)(struct timer_list *);	/* [I] */
	u16 cpu;				/* [b] whose wheel */
	u16 slot;				/* [b] level * 64 + index */
};

#define TIMER_INIT(fn)		  { .function = (fn) }
#define DEFINE_TIMER(name, fn)	  struct timer_list name = TIMER_INIT(fn)
#define from_timer(var, timer, field) container_of(timer, typeof(*(var)), field)

/* timer_setup() - prepare @timer; @flags is 0. */
void timer_setup(struct timer_list *timer, void (*function)(struct timer_list *),
		 unsigned int flags);

static inline bool timer_pending(const struct timer_list *timer)
{
	return timer->entry.pprev != NULL;
}

/*
 * mod_timer() - (re)arm @timer for @expires (jiffies; one in the past fires with the next tick).
 * Context: any.  Return: 1 if it was pending, 0 if not.
 */
int mod_timer(struct timer_list *timer, unsigned long expires);

/* add_timer() - arm for timer->expires; must not be pending. */
void add_timer(struct timer_list *timer);

/*
 * timer_delete() - disarm; the function may still be running on another CPU. Return: 1 if it was
 * pending.
 */
int timer_delete(struct timer_list *timer);

/*
 * timer_delete_sync() - disarm and wait until the function is not running. Not from the function
 * itself, nor holding a lock that it takes.
 */
int timer_delete_sync(struct timer_list *timer);

#define del_timer(t)	  timer_delete(t)
#define del_timer_sync(t) timer_delete_sync(t)

/*
 * timer_tick() - from the tick: raise TIMER_SOFTIRQ if this CPU has something due. timer_init() -
 * at boot.
 */
void timer_tick(void);
void timer_init(void);

struct timer_info {
	unsigned long expires;
	void (*function)(struct timer_list *);
};

/*
 * timer_snapshot() - copy what is pending on @cpu, up to @max, to @info. Return: how many there
 * are.
 */
unsigned int timer_snapshot(unsigned int cpu, struct timer_info *info, unsigned int max);

/* timer_next() - the earliest jiffy at which this CPU's wheel has work; false when it is empty. */
bool timer_next(unsigned long *when);

#endif
