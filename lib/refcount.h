/* SPDX-License-Identifier: MIT */
/*
 * lib/refcount.h - reference counts that saturate instead of wrapping.
 *
 * Overview  0 means dead: only refcount_inc_not_zero() may meet it. A count that leaves 1 .. 2^31-1
 *           (too many references, a reference to a dead object, one put too many) is parked at
 *           REFCOUNT_SATURATED with one warning: the object leaks, and nothing is used after free.
 * Locking   atomic; a decrement orders earlier accesses before it, and the last one sees them all.
 */
#ifndef LIB_REFCOUNT_H
#define LIB_REFCOUNT_H

#include <arch/atomic.h>
#include "lib/bug.h"

typedef struct {
	atomic_t refs;
} refcount_t;

#define REFCOUNT_INIT(n)   { .refs = ATOMIC_INIT(n) }
#define REFCOUNT_SATURATED (INT_MIN / 2)

static inline void refcount_set(refcount_t *r, int n)
{
	atomic_set(&r->refs, n);
}

static inline int refcount_read(const refcount_t *r)
{
	return atomic_read(&r->refs);
}

static __always_inline void refcount_saturate(refcount_t *r)
{
	atomic_set(&r->refs, REFCOUNT_SATURATED);
	WARN_ON_ONCE(1);
}

static inline void refcount_add(int n, refcount_t *r)
{
	int now = atomic_add_return(n, &r->refs);

	if (unlikely(now <= n)) /* it was dead, saturated, or has just gone past INT_MAX */
		refcount_saturate(r);
}

static inline void refcount_inc(refcount_t *r)
{
	refcount_add(1, r);
}

/* refcount_inc_not_zero() - takes a reference unless the object is dead. */
static inline bool __must_check refcount_inc_not_zero(refcount_t *r)
{
	int old = atomic_read(&r->refs);

	do {
		if (!old)
			return false;
	} while (!atomic_try_cmpxchg(&r->refs, &old, (int)((unsigned int)old + 1)));
	if (unlikely(old < 0 || old == INT_MAX))
		refcount_saturate(r);
	return true;
}

/*
 * refcount_sub_and_test() - gives @n up; true for whoever gave the last and now frees the object.
 */
static inline bool __must_check refcount_sub_and_test(int n, refcount_t *r)
{
	int now = atomic_sub_return(n, &r->refs);

	if (unlikely(now < 0))
		refcount_saturate(r);
	return now == 0;
}

static inline bool __must_check refcount_dec_and_test(refcount_t *r)
{
	return refcount_sub_and_test(1, r);
}

/* refcount_dec() - for a caller who knows that another reference stays. */
static inline void refcount_dec(refcount_t *r)
{
	if (unlikely(atomic_sub_return(1, &r->refs) <= 0))
		refcount_saturate(r);
}

#endif
