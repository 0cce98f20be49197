/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/timer_wheel.h - the timers' data structure, by itself: see timer_wheel.c. Locking:
 * the caller's.
 */
#ifndef KERNEL_BASE_TIMER_WHEEL_H
#define KERNEL_BASE_TIMER_WHEEL_H

#include "kernel/base/timer.h"

#define WHEEL_LEVELS	5
#define WHEEL_SLOT_BITS 6
#define WHEEL_SLOTS	(1u << WHEEL_SLOT_BITS)
#define WHEEL_SPAN	(1ul << (WHEEL_LEVELS * WHEEL_SLOT_BITS))

struct timer_wheel {
	unsigned long clk;		/* next jiffy to process; nothing filed is due before */
	u64 pending[WHEEL_LEVELS];	/* bit: the slot is not empty */
	struct hlist_head slots[WHEEL_LEVELS * WHEEL_SLOTS];
};

/* wheel_insert() - file @timer by timer->expires; one in the past is due at clk. O(1). */
void wheel_insert(struct timer_wheel *w, struct timer_list *timer);

/* wheel_remove() - take it out again, also off a list that wheel_take() gave. O(1). */
void wheel_remove(struct timer_wheel *w, struct timer_list *timer);

bool wheel_empty(const struct timer_wheel *w);

/*
 * wheel_skip() - move clk on over jiffies that have nothing in them. Return: true if clk <= @now
 * still needs wheel_take().
 */
bool wheel_skip(struct timer_wheel *w, unsigned long now);

/* wheel_take() - process the jiffy clk: everything due then moves to @due, clk goes up by one. */
void wheel_take(struct timer_wheel *w, struct hlist_head *due);

/*
 * wheel_next() - a jiffy not later than the first expiry, at which there is work. False when empty.
 */
bool wheel_next(const struct timer_wheel *w, unsigned long *when);

#endif
