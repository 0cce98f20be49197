/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/selftest.h - tests that register themselves and run in the kernel and on the host
 * alike.
 *
 *	SELFTEST(neigh, queue_overflow_drops_oldest)
 *	{
 *		struct neighbour *n = make_neighbour();
 *
 *		ASSERT_NOT_NULL(n);
 *		EXPECT_EQ(n->arp_queue_len, 3);
 *	}
 *
 * EXPECT_* notes a failure and goes on; ASSERT_* notes it and returns from the (void) function that
 * it stands in. Tests run in a thread (on the host: in the runner), one at a time, and may sleep.
 * Helpers may use EXPECT_*. A test's name is suite.name; suite "slow" runs only when asked for.
 */
#ifndef KERNEL_BASE_SELFTEST_H
#define KERNEL_BASE_SELFTEST_H

#include "kernel/base/out.h"
#include "lib/compiler.h"
#include "lib/table.h"
#include "lib/types.h"

struct selftest {
	const char *suite;
	const char *name;
	void (*fn)(void);
};

struct selftest_hook {
	const char *suite;
	void (*fn)(void);
	u64 teardown; /* 0: before each test of the suite, 1: after each */
};

TABLE_DECLARE(const struct selftest, selftests);
TABLE_DECLARE(const struct selftest_hook, selftest_hooks);

#define SELFTEST(suite_, name_)                                                                    \
	static void selftest_##suite_##__##name_(void);                                            \
	static const struct selftest selftest_entry_##suite_##__##name_ TABLE_ENTRY(selftests) = { \
		#suite_, #name_, selftest_##suite_##__##name_                                      \
	};                                                                                         \
	static void selftest_##suite_##__##name_(void)

#define SELFTEST_HOOK_(suite_, when_, teardown_)                                                   \
	static void selftest_##when_##__##suite_(void);                                            \
	static const struct selftest_hook selftest_hook_##when_##__##suite_                        \
		TABLE_ENTRY(selftest_hooks) = {                                                    \
			#suite_, selftest_##when_##__##suite_, teardown_                           \
	};                                                                                         \
	static void selftest_##when_##__##suite_(void)

/*
 * SELFTEST_SETUP(suite) { } runs before each test of the suite, SELFTEST_TEARDOWN(suite) { } after
 * each.
 */
#define SELFTEST_SETUP(suite_)	  SELFTEST_HOOK_(suite_, setup, 0)
#define SELFTEST_TEARDOWN(suite_) SELFTEST_HOOK_(suite_, teardown, 1)

/* Called by the macros. Both count; the values are printed in the words of the source. */
__printf(3, 4) void selftest_fail(const char *file, int line, const char *fmt, ...);
void selftest_fail_values(const char *file, int line, const char *what, const char *op, s64 a,
			  s64 b);
void selftest_fail_strings(const char *file, int line, const char *what, const char *a,
			   const char *b);
__printf(1, 2) void selftest_skip(const char *fmt, ...);
bool selftest_strings_equal(const char *a, const char *b);

/* selftest_comment() - a "# ..." line in the test's report. */
__printf(1, 2) void selftest_comment(const char *fmt, ...);

#define SELFTEST_COMPARE_(name_, a, op, opposite, b)                                               \
	({                                                                                         \
		__auto_type a_ = (a);                                                              \
		__auto_type b_ = (b);                                                              \
		bool ok_ = a_ op b_;                                                               \
		if (unlikely(!ok_))                                                                \
			selftest_fail_values(__FILE__, __LINE__, name_ "(" #a ", " #b ")",         \
					     #opposite, (s64)a_, (s64)b_);                         \
		ok_;                                                                               \
	})
#define SELFTEST_TRUTH_(name_, c, want)                                                            \
	({                                                                                         \
		bool ok_ = (!!(c)) == (want);                                                      \
		if (unlikely(!ok_))                                                                \
			selftest_fail(__FILE__, __LINE__, "%s", name_ "(" #c ")");                 \
		ok_;                                                                               \
	})
#define SELFTEST_NULL_(name_, p, want)                                                             \
	({                                                                                         \
		const void *p_ = (const void *)(p);                                                \
		bool ok_ = (p_ == NULL) == (want);                                                 \
		if (unlikely(!ok_))                                                                \
			selftest_fail(__FILE__, __LINE__, "%s: %p", name_ "(" #p ")", p_);         \
		ok_;                                                                               \
	})
#define SELFTEST_STREQ_(name_, a, b)                                                               \
	({                                                                                         \
		const char *a_ = (a);                                                              \
		const char *b_ = (b);                                                              \
		bool ok_ = selftest_strings_equal(a_, b_);                                         \
		if (unlikely(!ok_))                                                                \
			selftest_fail_strings(__FILE__, __LINE__, name_ "(" #a ", " #b ")", a_,    \
					      b_);                                                 \
		ok_;                                                                               \
	})

#define EXPECT_TRUE(c)	   ((void)SELFTEST_TRUTH_("EXPECT_TRUE", c, true))
#define EXPECT_FALSE(c)	   ((void)SELFTEST_TRUTH_("EXPECT_FALSE", c, false))
#define EXPECT_EQ(a, b)	   ((void)SELFTEST_COMPARE_("EXPECT_EQ", a, ==, !=, b))
#define EXPECT_NE(a, b)	   ((void)SELFTEST_COMPARE_("EXPECT_NE", a, !=, ==, b))
#define EXPECT_LT(a, b)	   ((void)SELFTEST_COMPARE_("EXPECT_LT", a, <, >=, b))
#define EXPECT_LE(a, b)	   ((void)SELFTEST_COMPARE_("EXPECT_LE", a, <=, >, b))
#define EXPECT_GT(a, b)	   ((void)SELFTEST_COMPARE_("EXPECT_GT", a, >, <=, b))
#define EXPECT_GE(a, b)	   ((void)SELFTEST_COMPARE_("EXPECT_GE", a, >=, <, b))
#define EXPECT_STREQ(a, b) ((void)SELFTEST_STREQ_("EXPECT_STREQ", a, b))
#define EXPECT_NULL(p)	   ((void)SELFTEST_NULL_("EXPECT_NULL", p, true))
#define EXPECT_NOT_NULL(p) ((void)SELFTEST_NULL_("EXPECT_NOT_NULL", p, false))
/* EXPECT_ERR(expr, -ENOENT) - @expr is an int or an ERR_PTR. */
#define EXPECT_ERR(expr, err) \
	((void)SELFTEST_COMPARE_("EXPECT_ERR", (long)(expr), ==, !=, (long)(err)))

#define SELFTEST_ASSERT_(check)                                                                    \
	do {                                                                                       \
		if (!(check))                                                                      \
			return;                                                                    \
	} while (0)
#define ASSERT_TRUE(c)	   SELFTEST_ASSERT_(SELFTEST_TRUTH_("ASSERT_TRUE", c, true))
#define ASSERT_FALSE(c)	   SELFTEST_ASSERT_(SELFTEST_TRUTH_("ASSERT_FALSE", c, false))
#define ASSERT_EQ(a, b)	   SELFTEST_ASSERT_(SELFTEST_COMPARE_("ASSERT_EQ", a, ==, !=, b))
#define ASSERT_NE(a, b)	   SELFTEST_ASSERT_(SELFTEST_COMPARE_("ASSERT_NE", a, !=, ==, b))
#define ASSERT_LT(a, b)	   SELFTEST_ASSERT_(SELFTEST_COMPARE_("ASSERT_LT", a, <, >=, b))
#define ASSERT_LE(a, b)	   SELFTEST_ASSERT_(SELFTEST_COMPARE_("ASSERT_LE", a, <=, >, b))
#define ASSERT_GT(a, b)	   SELFTEST_ASSERT_(SELFTEST_COMPARE_("ASSERT_GT", a, >, <=, b))
#define ASSERT_GE(a, b)	   SELFTEST_ASSERT_(SELFTEST_COMPARE_("ASSERT_GE", a, >=, <, b))
#define ASSERT_STREQ(a, b) SELFTEST_ASSERT_(SELFTEST_STREQ_("ASSERT_STREQ", a, b))
#define ASSERT_NULL(p)	   SELFTEST_ASSERT_(SELFTEST_NULL_("ASSERT_NULL", p, true))
#define ASSERT_NOT_NULL(p) SELFTEST_ASSERT_(SELFTEST_NULL_("ASSERT_NOT_NULL", p, false))
#define ASSERT_ERR(expr, err) \
	SELFTEST_ASSERT_(SELFTEST_COMPARE_("ASSERT_ERR", (long)(expr), ==, !=, (long)(err)))

/* SKIP("why", ...) - leave the test; it counts as skipped, with the reason in the report. */
#define SKIP(...)                                                                                  \
	do {                                                                                       \
		selftest_skip(__VA_ARGS__);                                                        \
		return;                                                                            \
	} while (0)

/* What a runner adds to the common loop; each may be NULL. */
struct selftest_runner {
	void (*before)(const struct selftest *test);	/* arm the deadline */
	void (*after)(const struct selftest *test);	/* disarm it */
	bool (*stop)(void);				/* Ctrl-C */
};

struct selftest_result {
	unsigned int run;
	unsigned int passed;
	unsigned int failed;
	unsigned int skipped;
};

/*
 * selftest_run() - run the tests that @globs (a comma list over suite.name; NULL: all but slow.*)
 * picks and report in KTAP version 1 on @out, the plan first. A glob that matches nothing fails.
 * Return: 0 all passed, 1 not.
 */
int selftest_run(struct out *out, const char *globs, const struct selftest_runner *runner,
		 struct selftest_result *result);

/* The same over the @n tests at @tests; may be called inside a test (for testing itself). */
int selftest_run_set(struct out *out, const char *globs, const struct selftest_runner *runner,
		     struct selftest_result *result, const struct selftest *tests, size_t n);

/*
 * selftest_timeout() - the running test passed its deadline: report it as failed, in a context
 * where the test itself will not come back. The caller ends the run.
 */
void selftest_timeout(void);

extern const struct selftest *selftest_current; /* NULL when none runs */

#endif
