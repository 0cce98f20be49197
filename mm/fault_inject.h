/* SPDX-License-Identifier: MIT */
/*
 * mm/fault_inject.h - make calls fail on purpose: see mm/fault_inject.c.
 *
 *	static struct fault_attr fail_page_alloc = FAULT_ATTR_INIT(fail_page_alloc);
 *	... in the parameter's handler:	 return fault_attr_parse(&fail_page_alloc, val);
 *	... where it may fail:		 if (unlikely(fail_page_alloc.active) &&
 *					     should_fail(&fail_page_alloc, 1 << order))
 *						 return NULL;
 */
#ifndef MM_FAULT_INJECT_H
#define MM_FAULT_INJECT_H

#include "lib/compiler.h"
#include "lib/prng.h"
#include "lib/types.h"

/* Locks: [I] set by fault_attr_parse(), [l] fault_lock */
struct fault_attr {
	const char *name;	/* [I] of the parameter */
	bool active;		/* [I] */
	u64 nth;		/* [I] this call alone fails; 0: the four numbers decide */
	u32 interval;		/* [I] of the calls that get so far, every interval-th */
	u32 probability;	/* [I] fails in so many of a hundred cases */
	u64 space;		/* [l] what may still be had before the first failure */
	s64 times;		/* [l] failures left, -1: no limit */
	u64 calls;		/* [l] */
	u64 past_space;		/* [l] those that found `space` used up */
	u64 failures;		/* [l] */
	struct prng prng;	/* [l] */
};

#define FAULT_ATTR_INIT(name_) { .name = #name_ }

/*
 * fault_attr_parse() - "<interval>,<probability>,<space>,<times>" or "nth:<n>"; "0" turns it off.
 * Counting begins anew. Return: 0, -EINVAL (@attr is unchanged).
 */
int __must_check fault_attr_parse(struct fault_attr *attr, const char *val);

/* should_fail() - a call that wants @size of something: shall it fail? Any context. */
bool should_fail(struct fault_attr *attr, size_t size);

/* fault_log() - one line in the log, rate-limited: @what fails for whom. Any context. */
void fault_log(const struct fault_attr *attr, const char *what);

#endif
