/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/kernel/selftest.c - the framework, run on tests that pass, fail and skip, with its
 * report compared.
 */
#include "kernel/base/benchmark.h"
#include "kernel/base/selftest.h"
#include "lib/errno.h"
#include "lib/string.h"

static void passes(void)
{
	EXPECT_EQ(1, 1);
	EXPECT_ERR(-ENOENT, -ENOENT);
}

static void fails(void)
{
	EXPECT_EQ(1 + 1, 3);
	EXPECT_STREQ("a\n", "b");
}

static unsigned int went_on;

static void asserts(void)
{
	ASSERT_TRUE(1 > 2);
	went_on++;
}

static void skips(void)
{
	SKIP("no %s", "moon");
	went_on++;
}

static const struct selftest samples[] = {
	{ "sample", "passes", passes },
	{ "sample", "fails", fails },
	{ "sample", "asserts", asserts },
	{ "other", "skips", skips },
	{ "slow", "passes", passes },
};

static char report[2048];

static int run(const char *globs, struct selftest_result *result)
{
	struct out_buf ob;

	out_buf_init(&ob, report, sizeof(report));
	went_on = 0;
	return selftest_run_set(&ob.out, globs, NULL, result, samples, ARRAY_SIZE(samples));
}

SELFTEST(selftest, default_set_leaves_slow_out)
{
	struct selftest_result r;

	EXPECT_EQ(run(NULL, &r), 1);
	EXPECT_EQ(r.run, 4);
	EXPECT_EQ(r.passed, 1);
	EXPECT_EQ(r.failed, 2);
	EXPECT_EQ(r.skipped, 1);
	EXPECT_EQ(went_on, 0);
	EXPECT_TRUE(str_has_prefix(report, "KTAP version 1\n1..4\nok 1 sample.passes\n# "));
	EXPECT_NOT_NULL(strstr(report, ": EXPECT_EQ(1 + 1, 3): 2 != 3\n"));
	EXPECT_NOT_NULL(strstr(
		report,
		": EXPECT_STREQ(\"a\\n\", \"b\"): \"a\\n\" != \"b\"\nnot ok 2 sample.fails\n"));
	EXPECT_NOT_NULL(strstr(report, ": ASSERT_TRUE(1 > 2)\nnot ok 3 sample.asserts\n"));
	EXPECT_NOT_NULL(strstr(report, "ok 4 other.skips # SKIP no moon\n"));
	EXPECT_NOT_NULL(strstr(report, "# 1 passed, 2 failed, 1 skipped\n"));
}

SELFTEST(selftest, globs_choose)
{
	struct selftest_result r;

	EXPECT_EQ(run("slow.*", &r), 0);
	EXPECT_EQ(r.passed, 1);
	EXPECT_EQ(run("sample.pass*,other.*", &r), 0);
	EXPECT_EQ(r.run, 2);
	EXPECT_TRUE(str_has_prefix(report, "KTAP version 1\n1..2\n"));
}

SELFTEST(selftest, a_glob_that_matches_nothing_fails)
{
	struct selftest_result r;

	EXPECT_EQ(run("sample.passes,none.*", &r), 1);
	EXPECT_STREQ(report,
		     "KTAP version 1\n1..2\nok 1 sample.passes\nnot ok 2 none.* matches no test\n"
		     "# 1 passed, 1 failed, 0 skipped\n");
	EXPECT_EQ(run("none", &r), 1);
	EXPECT_TRUE(str_has_prefix(report, "KTAP version 1\n1..1\nnot ok 1 "));
}

static bool stop_now(void)
{
	return true;
}

SELFTEST(selftest, an_interrupted_run_fails)
{
	static const struct selftest_runner runner = { .stop = stop_now };
	struct selftest_result r;
	struct out_buf ob;

	out_buf_init(&ob, report, sizeof(report));
	EXPECT_EQ(selftest_run_set(&ob.out, NULL, &runner, &r, samples, ARRAY_SIZE(samples)), 1);
	EXPECT_EQ(r.run, 0);
}

SELFTEST(selftest, the_outer_run_survives)
{
	const struct selftest *me = selftest_current;

	run(NULL, NULL);
	EXPECT_TRUE(selftest_current == me);
	EXPECT_STREQ(selftest_current->name, "the_outer_run_survives");
}

SELFTEST(selftest, bench_glob_must_match)
{
	struct out_buf ob;

	out_buf_init(&ob, report, sizeof(report));
	EXPECT_EQ(bench_run(&ob.out, "nothing_like_it", NULL), -ENOENT);
	EXPECT_EQ(bench_run(&ob.out, "boot_to_ready,nothing_like_it", NULL), -ENOENT);
	EXPECT_STREQ(report, "");
	EXPECT_EQ(bench_run(&ob.out, "boot_*", stop_now), -EINTR);
	EXPECT_EQ(bench_run(&ob.out, "boot_*", NULL), 0);
	EXPECT_NOT_NULL(strstr(report, "boot_to_ready"));
}

SELFTEST(selftest, names_are_unique)
{
	table_for_each(a, selftests) {
		for (const struct selftest *b = a + 1; b < __stop_selftests; b++) {
			if (strcmp(a->name, b->name) == 0 && strcmp(a->suite, b->suite) == 0)
				selftest_fail(__FILE__, __LINE__, "two tests named %s.%s", a->suite,
					      a->name);
		}
	}
}
