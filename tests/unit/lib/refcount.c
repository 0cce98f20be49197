/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/lib/refcount.c - reference counts, warnings, the atomic operations, error pointers,
 * tables.
 */
#include <arch/atomic.h>
#include <arch/trap.h>
#include "kernel/base/selftest.h"
#include "lib/err.h"
#include "lib/refcount.h"
#include "lib/table.h"

SELFTEST(refcount, life_of_an_object)
{
	refcount_t r = REFCOUNT_INIT(1);

	refcount_inc(&r);
	EXPECT_TRUE(refcount_inc_not_zero(&r));
	refcount_add(2, &r);
	EXPECT_EQ(refcount_read(&r), 5);
	EXPECT_FALSE(refcount_sub_and_test(3, &r));
	refcount_inc(&r);
	EXPECT_FALSE(refcount_sub_and_test(2, &r)); /* one is left */
	EXPECT_EQ(refcount_read(&r), 1);
	refcount_inc(&r);
	refcount_dec(&r);
	EXPECT_TRUE(refcount_dec_and_test(&r));
	EXPECT_FALSE(refcount_inc_not_zero(&r));
	EXPECT_EQ(refcount_read(&r), 0);
}

/* While it is in place a WARN_ON is counted and not printed. */
static unsigned int warnings;
static void (*saved_warn)(const char *file, int line, struct trap_frame *frame);

static void count_warning(const char *file, int line, struct trap_frame *frame)
{
	warnings++;
}

static void catch_warnings(void)
{
	warnings = 0;
	saved_warn = arch_hooks.warn;
	arch_hooks.warn = count_warning;
}

static void release_warnings(void)
{
	arch_hooks.warn = saved_warn;
}

SELFTEST(refcount, saturates_where_it_would_wrap)
{
	refcount_t over = REFCOUNT_INIT(INT_MAX), full = REFCOUNT_INIT(INT_MAX),
		   dead = REFCOUNT_INIT(0), under = REFCOUNT_INIT(0), last = REFCOUNT_INIT(1);
	bool gone;

	catch_warnings();
	refcount_inc(&over);
	EXPECT_TRUE(refcount_inc_not_zero(&full)); /* it was alive: the caller has it for ever */
	refcount_inc(&dead);
	gone = refcount_dec_and_test(&under);
	refcount_dec(&last);
	release_warnings();
	EXPECT_FALSE(gone);
	EXPECT_EQ(refcount_read(&over), REFCOUNT_SATURATED);
	EXPECT_EQ(refcount_read(&full), REFCOUNT_SATURATED);
	EXPECT_EQ(refcount_read(&dead), REFCOUNT_SATURATED);
	EXPECT_EQ(refcount_read(&under), REFCOUNT_SATURATED);
	EXPECT_EQ(refcount_read(&last), REFCOUNT_SATURATED);
	EXPECT_LE(warnings, 1); /* for the first of them since boot */
}

SELFTEST(refcount, saturated_stays)
{
	refcount_t r = REFCOUNT_INIT(REFCOUNT_SATURATED);

	catch_warnings();
	refcount_inc(&r);
	EXPECT_EQ(refcount_read(&r), REFCOUNT_SATURATED);
	EXPECT_TRUE(refcount_inc_not_zero(&r));
	EXPECT_EQ(refcount_read(&r), REFCOUNT_SATURATED);
	EXPECT_FALSE(refcount_dec_and_test(&r));
	EXPECT_EQ(refcount_read(&r), REFCOUNT_SATURATED);
	release_warnings();
}

SELFTEST(bug, warn_on_reports_and_goes_on)
{
	bool hit, missed;

	catch_warnings();
	hit = WARN_ON(warnings == 0);
	missed = WARN_ON(warnings == 7);
	release_warnings();
	EXPECT_TRUE(hit);
	EXPECT_FALSE(missed);
	EXPECT_EQ(warnings, 1);
}

SELFTEST(bug, warn_on_once_reports_once)
{
	unsigned int hits = 0;

	catch_warnings();
	for (int i = 0; i < 5; i++)
		hits += WARN_ON_ONCE(i > 1);
	release_warnings();
	EXPECT_EQ(hits, 3);
	EXPECT_LE(warnings, 1);
}

SELFTEST(atomic, operations)
{
	atomic_t v = ATOMIC_INIT(5);
	int old = 9;

	atomic_add(3, &v);
	atomic_sub(1, &v);
	atomic_inc(&v);
	atomic_dec(&v);
	EXPECT_EQ(atomic_read(&v), 7);
	EXPECT_EQ(atomic_add_return(2, &v), 9);
	EXPECT_EQ(atomic_sub_return(4, &v), 5);
	EXPECT_EQ(atomic_fetch_add(1, &v), 5);
	EXPECT_EQ(atomic_xchg(&v, 1), 6);
	EXPECT_FALSE(atomic_try_cmpxchg(&v, &old, 3));
	EXPECT_EQ(old, 1);
	EXPECT_TRUE(atomic_try_cmpxchg(&v, &old, 3));
	EXPECT_EQ(atomic_cmpxchg(&v, 4, 8), 3);
	EXPECT_FALSE(atomic_add_unless(&v, 1, 3));
	EXPECT_TRUE(atomic_add_unless(&v, 1, 4));
	EXPECT_FALSE(atomic_sub_and_test(3, &v));
	EXPECT_TRUE(atomic_dec_and_test(&v));
	EXPECT_FALSE(atomic_inc_not_zero(&v));
}

SELFTEST(atomic, double_word)
{
	static u64 pair[2] __aligned(16);

	pair[0] = 1;
	pair[1] = 2;
	EXPECT_FALSE(cmpxchg_double(pair, 1, 3, 7, 8));
	EXPECT_FALSE(cmpxchg_double(pair, 0, 2, 7, 8));
	EXPECT_EQ(pair[0], 1);
	EXPECT_TRUE(cmpxchg_double(pair, 1, 2, 7, 8));
	EXPECT_EQ(pair[0], 7);
	EXPECT_EQ(pair[1], 8);
}

SELFTEST(err, pointers)
{
	int object;

	EXPECT_TRUE(IS_ERR(ERR_PTR(-ENOMEM)));
	EXPECT_EQ(PTR_ERR(ERR_PTR(-ENOMEM)), -ENOMEM);
	EXPECT_TRUE(IS_ERR(ERR_PTR(-MAX_ERRNO)));
	EXPECT_FALSE(IS_ERR(ERR_PTR(-MAX_ERRNO - 1)));
	EXPECT_FALSE(IS_ERR(&object));
	EXPECT_FALSE(IS_ERR(NULL));
	EXPECT_TRUE(IS_ERR_OR_NULL(NULL));
	EXPECT_EQ(PTR_ERR_OR_ZERO(&object), 0);
	EXPECT_EQ(PTR_ERR_OR_ZERO(ERR_CAST(ERR_PTR(-EIO))), -EIO);
}

/* This very table: its entries lie without gaps, and one of them is this test. */
SELFTEST(table, entries_are_contiguous)
{
	size_t n = 0;
	bool found = false;

	table_for_each(test, selftests) {
		n++;
		ASSERT_NOT_NULL(test->fn);
		ASSERT_NOT_NULL(test->suite);
		found |= test->fn == selftest_table__entries_are_contiguous;
	}
	EXPECT_TRUE(found);
	EXPECT_EQ(n, table_count(selftests));
	EXPECT_EQ(((uintptr_t)__stop_selftests - (uintptr_t)__start_selftests) %
			  sizeof(struct selftest),
		  0);
}

struct absent {
	u64 word;
};
TABLE_DECLARE(struct absent, table_without_entries);

SELFTEST(table, without_entries_is_empty)
{
	unsigned int n = 0;

	table_for_each(pos, table_without_entries)
		n++;
	EXPECT_EQ(n, 0);
	EXPECT_EQ(table_count(table_without_entries), 0);
}
