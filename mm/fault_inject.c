/* SPDX-License-Identifier: MIT */
/*
 * mm/fault_inject.c - decides which calls fail on purpose, and says which did.
 *
 * Overview    fail_page_alloc= (and failslab=) make allocations fail, so that the paths for failure
 *             run. With Linux's four numbers <interval>,<probability>,<space>,<times>: nothing fails
 *             until <space> (pages, bytes) has been given out; then each <interval>-th call may
 *             fail, with <probability> in a hundred; after <times> failures no more do (-1: no
 *             limit). With nth:<n> the n-th call since boot fails and no other: with n going up,
 *             every single path is walked, and the same way each time.
 * Structure   One struct fault_attr for each kind of call. Who offers injection asks only when it
 *             is active, on a slow path.
 * Locking     fault_lock, interrupts off, a leaf: one for all kinds.
 * Limits      The numbers are pseudo-random from a fixed seed: a run can be repeated. Unlike Linux,
 *             requests that may sleep and single pages fail as well: there is no filter but
 *             __GFP_NOFAIL (the caller's matter).
 * Observe     the log: one line for each failure, with the callers, rate-limited.
 * Reference   Linux's Documentation/fault-injection: the meaning of the four numbers.
 */
#define pr_fmt(fmt) "fault_inject: " fmt

#include "mm/fault_inject.h"

#include <arch/trap.h>
#include "kernel/base/printk.h"
#include "kernel/base/spinlock.h"
#include "lib/errno.h"
#include "lib/string.h"

static DEFINE_SPINLOCK(fault_lock);

/* One number of a list; *@val moves behind it and its comma. */
static bool take_number(const char **val, s64 *n, bool last)
{
	char text[24];
	size_t len = 0;

	while ((*val)[len] && (*val)[len] != ',')
		len++;
	if (len >= sizeof(text) || ((*val)[len] == ',') == last)
		return false;
	memcpy(text, *val, len);
	text[len] = '\0';
	*val += len + !last;
	return !kstrtos64(text, 10, n);
}

int fault_attr_parse(struct fault_attr *attr, const char *val)
{
	s64 n[4] = { 0 };
	u64 nth = 0;
	bool active = true;

	if (!val)
		return -EINVAL;
	if (!strcmp(val, "0")) {
		active = false;
	} else if (!strncmp(val, "nth:", 4)) {
		if (kstrtou64(val + 4, 10, &nth) || !nth)
			return -EINVAL;
	} else {
		for (unsigned int i = 0; i < 4; i++)
			if (!take_number(&val, &n[i], i == 3))
				return -EINVAL;
		if (n[0] < 0 || n[0] > UINT_MAX || n[1] < 0 || n[1] > 100 || n[2] < 0 || n[3] < -1)
			return -EINVAL;
	}
	attr->nth = nth;
	attr->interval = (u32)n[0];
	attr->probability = (u32)n[1];
	attr->space = (u64)n[2];
	attr->times = n[3];
	attr->calls = attr->failures = attr->past_space = 0;
	prng_seed(&attr->prng, 1);
	attr->active = active;
	return 0;
}

static bool decide_locked(struct fault_attr *attr, size_t size)
{
	attr->calls++;
	if (attr->nth)
		return attr->calls == attr->nth;
	if (!attr->times || !attr->probability)
		return false;
	if (attr->space > size) {
		attr->space -= size;
		return false;
	}
	if (attr->interval > 1 && ++attr->past_space % attr->interval)
		return false;
	if (prng_below(&attr->prng, 100) >= attr->probability)
		return false;
	if (attr->times > 0)
		attr->times--;
	return true;
}

bool should_fail(struct fault_attr *attr, size_t size)
{
	unsigned long flags;
	bool fail;

	spin_lock_irqsave(&fault_lock, flags);
	fail = attr->active && decide_locked(attr, size);
	attr->failures += fail;
	spin_unlock_irqrestore(&fault_lock, flags);
	return fail;
}

void fault_log(const struct fault_attr *attr, const char *what)
{
	unsigned long pcs[7] = { 0 };

	backtrace_collect(pcs, ARRAY_SIZE(pcs), (unsigned long)__builtin_frame_address(0));
	pr_info_ratelimited("%s: %s fails for %pS < %pS < %pS < %pS\n", attr->name, what,
			    (void *)pcs[2], (void *)pcs[3], (void *)pcs[4], (void *)pcs[5]);
}
