/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/timer_wheel.c - timers by expiry.
 *
 * Overview   The data structure under timer.c: it files timers and hands out what is due. No clock
 *            and no lock of its own, so a test can turn it by hand.
 * Structure  WHEEL_LEVELS levels of 64 slots. Level 0 holds the next 64 jiffies, one slot each; a
 *            slot of level n spans 64^n jiffies. When level n-1 comes round, the slot of level n
 *            that begins now is spread over the levels below ("cascade"): so a timer moves at most
 *            WHEEL_LEVELS - 1 times and is due in exactly its jiffy. A bit per slot says which are
 *            not empty. Insert and remove are O(1).
 * Limits     64^5 jiffies (49 days at 250 Hz); a timer further out waits in the last slot and is
 *            filed again from there.
 * Locking    the caller's (timer.c: the lock of the CPU's base).
 */
#include "kernel/base/timer_wheel.h"

#define SLOT_MASK (WHEEL_SLOTS - 1)

bool wheel_empty(const struct timer_wheel *w)
{
	unsigned int level;
	u64 any = 0;

	for (level = 0; level < WHEEL_LEVELS; level++)
		any |= w->pending[level];
	return any == 0;
}

void wheel_insert(struct timer_wheel *w, struct timer_list *timer)
{
	unsigned long at = timer->expires;
	unsigned int level = 0;
	unsigned long delta;

	if (time_before(at, w->clk))
		at = w->clk;
	delta = at - w->clk;
	if (delta >= WHEEL_SPAN) {
		delta = WHEEL_SPAN - 1;
		at = w->clk + delta;
	}
	if (delta >= WHEEL_SLOTS)
		level = (63 - __builtin_clzl(delta)) / WHEEL_SLOT_BITS;
	timer->slot = level * WHEEL_SLOTS + ((at >> (level * WHEEL_SLOT_BITS)) & SLOT_MASK);
	hlist_add_head(&timer->entry, &w->slots[timer->slot]);
	w->pending[level] |= BIT_ULL(timer->slot & SLOT_MASK);
}

void wheel_remove(struct timer_wheel *w, struct timer_list *timer)
{
	hlist_unlink(&timer->entry);
	timer->entry.pprev = NULL;
	if (hlist_empty(&w->slots[timer->slot]))
		w->pending[timer->slot / WHEEL_SLOTS] &= ~BIT_ULL(timer->slot & SLOT_MASK);
}

bool wheel_skip(struct timer_wheel *w, unsigned long now)
{
	if (wheel_empty(w)) {
		if (time_after_eq(now, w->clk))
			w->clk = now + 1;
		return false;
	}
	/* Multiples of 64 may have a cascade to do. */
	while (time_after_eq(now, w->clk) && (w->clk & SLOT_MASK) != 0 &&
	       !(w->pending[0] & BIT_ULL(w->clk & SLOT_MASK)))
		w->clk++;
	return time_after_eq(now, w->clk);
}

/* Spread the slots that begin at clk over the levels below. */
static void cascade(struct timer_wheel *w)
{
	struct timer_list *timer;
	unsigned int level, index;
	struct hlist_head *slot;

	for (level = 1; level < WHEEL_LEVELS; level++) {
		index = (w->clk >> (level * WHEEL_SLOT_BITS)) & SLOT_MASK;
		slot = &w->slots[level * WHEEL_SLOTS + index];
		while (slot->first) {
			timer = container_of(slot->first, struct timer_list, entry);
			wheel_remove(w, timer);
			wheel_insert(w, timer);
		}
		if (index != 0)
			break;
	}
}

void wheel_take(struct timer_wheel *w, struct hlist_head *due)
{
	struct hlist_head *slot = &w->slots[w->clk & SLOT_MASK];

	if ((w->clk & SLOT_MASK) == 0)
		cascade(w);
	/*
	 * Off the wheel before anything fires: a function may file a timer 64 jiffies on, in this
	 * very slot. And clk goes up first: one that it arms for now or the past must be due in the
	 * next jiffy, or this would never end.
	 */
	due->first = slot->first;
	if (due->first)
		due->first->pprev = &due->first;
	slot->first = NULL;
	w->pending[0] &= ~BIT_ULL(w->clk & SLOT_MASK);
	w->clk++;
}

bool wheel_next(const struct timer_wheel *w, unsigned long *when)
{
	unsigned int level, shift;
	unsigned long at;
	bool found = false;
	u64 bits;

	for (level = 0; level < WHEEL_LEVELS; level++) {
		shift = level * WHEEL_SLOT_BITS;
		for (bits = w->pending[level]; bits; bits &= bits - 1) {
			/* The next time that this slot begins. */
			at = (w->clk >> shift & ~(unsigned long)SLOT_MASK) |
			     (unsigned int)__builtin_ctzll(bits);
			if (at << shift < w->clk)
				at += WHEEL_SLOTS;
			at <<= shift;
			if (!found || time_before(at, *when))
				*when = at;
			found = true;
		}
	}
	return found;
}
