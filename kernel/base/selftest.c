/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/selftest.c - choosing tests, running them, reporting: what the guest's runner and the
 * host's share.
 *
 * Overview  The plan is counted first, then each test runs and its line is printed, its failures
 *           before it as comments. Each line is one write, so that log lines cannot tear it. A glob
 *           that matches nothing is a failing line of its own.
 * CPUs      A test runs on CPU 0, and so do the threads that it makes without saying where: what
 *           holds on one CPU (turns, whose softirq it is) holds then on any machine. Tests of many
 *           CPUs bind their threads.
 * Locking   one run at a time; the state below belongs to it. selftest_timeout() comes from a timer
 *           on top of a hung test.
 * Reference KTAP version 1 (Documentation/dev-tools/ktap.rst describes the format).
 */
#include "kernel/base/sched.h"
#include "kernel/base/selftest.h"
#include "lib/glob.h"
#include "lib/printf.h"
#include "lib/string.h"

#define LINE_MAX   400
#define REASON_MAX 120
#define GLOB_MAX   64
#define FAILURES_SHOWN 20 /* per test; a broken invariant in a loop would drown the rest */

const struct selftest *selftest_current;

/* [I] during a run */
struct test_set {
	const struct selftest *begin, *end;
};

static struct test_run {
	struct out *out;
	struct test_set set;
	unsigned int number; /* of the test that runs, from 1 */
	unsigned int failures; /* [a] threads of a test may fail, too */
	bool skipped;
	char reason[REASON_MAX];
} run;

static void comment_line(const char *text)
{
	char line[LINE_MAX + 8];

	scnprintf(line, sizeof(line), "# %s\n", text);
	out_puts(run.out, line);
}

void selftest_comment(const char *fmt, ...)
{
	char text[LINE_MAX];
	va_list ap;

	va_start(ap, fmt);
	vscnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	comment_line(text);
}

void selftest_fail(const char *file, int line, const char *fmt, ...)
{
	char text[LINE_MAX];
	va_list ap;
	int n;

	if (__atomic_fetch_add(&run.failures, 1, __ATOMIC_RELAXED) >= FAILURES_SHOWN)
		return;
	n = scnprintf(text, sizeof(text), "%s:%d: ", file, line);
	va_start(ap, fmt);
	vscnprintf(text + n, sizeof(text) - n, fmt, ap);
	va_end(ap);
	comment_line(text);
}

/* Small numbers in decimal, others in hex too: they are masks or addresses. */
static void number_text(char *buf, size_t size, s64 v)
{
	if (v > -1000000 && v < 1000000)
		scnprintf(buf, size, "%lld", (long long)v);
	else
		scnprintf(buf, size, "%lld (0x%llx)", (long long)v, (unsigned long long)v);
}

void selftest_fail_values(const char *file, int line, const char *what, const char *op, s64 a,
			  s64 b)
{
	char a_text[48], b_text[48];

	number_text(a_text, sizeof(a_text), a);
	number_text(b_text, sizeof(b_text), b);
	selftest_fail(file, line, "%s: %s %s %s", what, a_text, op, b_text);
}

/* A string as C would write it, so that a comment stays one line. */
static void quote_text(char *buf, size_t size, const char *s)
{
	size_t n = 0;

	if (!s) {
		scnprintf(buf, size, "NULL");
		return;
	}
	n += scnprintf(buf + n, size - n, "\"");
	for (; *s && n + 8 < size; s++) {
		if (*s == '\n')
			n += scnprintf(buf + n, size - n, "\\n");
		else if (!isprint((unsigned char)*s))
			n += scnprintf(buf + n, size - n, "\\x%02x", (unsigned char)*s);
		else
			n += scnprintf(buf + n, size - n, "%c", *s);
	}
	scnprintf(buf + n, size - n, *s ? "\"..." : "\"");
}

void selftest_fail_strings(const char *file, int line, const char *what, const char *a,
			   const char *b)
{
	char a_text[120], b_text[120];

	quote_text(a_text, sizeof(a_text), a);
	quote_text(b_text, sizeof(b_text), b);
	selftest_fail(file, line, "%s: %s != %s", what, a_text, b_text);
}

bool selftest_strings_equal(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

void selftest_skip(const char *fmt, ...)
{
	va_list ap;

	run.skipped = true;
	va_start(ap, fmt);
	vscnprintf(run.reason, sizeof(run.reason), fmt, ap);
	va_end(ap);
}

static void test_id(const struct selftest *t, char *buf, size_t size)
{
	scnprintf(buf, size, "%s.%s", t->suite, t->name);
}

static bool test_chosen(const struct selftest *t, const char *globs)
{
	char id[LINE_MAX / 2];

	if (!globs)
		return strcmp(t->suite, "slow") != 0;
	test_id(t, id, sizeof(id));
	return glob_list_match(globs, id);
}

/* Copy the next glob of the comma list at *@globs. Return: false at the end. */
static bool next_glob(const char **globs, char *glob)
{
	const char *end;
	size_t len;

	if (!*globs || !**globs)
		return false;
	end = strchr(*globs, ',');
	len = end ? (size_t)(end - *globs) : strlen(*globs);
	scnprintf(glob, GLOB_MAX, "%.*s", (int)len, *globs);
	*globs = end ? end + 1 : *globs + len;
	return true;
}

static bool glob_used(const char *glob)
{
	const struct selftest *t;

	for (t = run.set.begin; t < run.set.end; t++) {
		if (test_chosen(t, glob))
			return true;
	}
	return false;
}

static unsigned int count_planned(const char *globs)
{
	const struct selftest *t;
	const char *rest = globs;
	unsigned int n = 0;
	char glob[GLOB_MAX];

	for (t = run.set.begin; t < run.set.end; t++)
		n += test_chosen(t, globs);
	while (next_glob(&rest, glob))
		n += !glob_used(glob);
	return n;
}

static void run_hooks(const char *suite, bool teardown)
{
	table_for_each(h, selftest_hooks) {
		if ((h->teardown != 0) == teardown && strcmp(h->suite, suite) == 0)
			h->fn();
	}
}

static void result_line(bool ok, const char *id, const char *directive, const char *reason)
{
	char line[LINE_MAX];

	scnprintf(line, sizeof(line), "%s %u %s%s%s\n", ok ? "ok" : "not ok", run.number, id,
		  directive, reason);
	out_puts(run.out, line);
}

static void run_test(const struct selftest *t, const struct selftest_runner *runner,
		     struct selftest_result *result)
{
	char id[LINE_MAX / 2];

	run.number++;
	run.failures = 0;
	run.skipped = false;
	test_id(t, id, sizeof(id));
	selftest_current = t;
	if (runner && runner->before)
		runner->before(t);
	run_hooks(t->suite, false);
	if (!run.failures && !run.skipped)
		t->fn();
	run_hooks(t->suite, true);
	if (runner && runner->after)
		runner->after(t);
	selftest_current = NULL;

	result->run++;
	if (run.failures > FAILURES_SHOWN)
		selftest_comment("%u more failures", run.failures - FAILURES_SHOWN);
	if (run.failures) {
		result->failed++;
		result_line(false, id, "", "");
	} else if (run.skipped) {
		result->skipped++;
		result_line(true, id, " # SKIP ", run.reason);
	} else {
		result->passed++;
		result_line(true, id, "", "");
	}
}

void selftest_timeout(void)
{
	char id[LINE_MAX / 2];

	if (!selftest_current)
		return;
	test_id(selftest_current, id, sizeof(id));
	comment_line("the test passed its deadline; the run ends here");
	result_line(false, id, "", "");
}

static void report_unused_globs(const char *globs, struct selftest_result *result)
{
	char glob[GLOB_MAX], id[GLOB_MAX + 32];

	while (next_glob(&globs, glob)) {
		if (glob_used(glob))
			continue;
		run.number++;
		result->failed++;
		scnprintf(id, sizeof(id), "%s matches no test", glob);
		result_line(false, id, "", "");
	}
}

/* Return: false when @runner said stop. */
static bool run_tests(const char *globs, const struct selftest_runner *runner,
		      struct selftest_result *result)
{
	const struct selftest *t;

	for (t = run.set.begin; t < run.set.end; t++) {
		if (!test_chosen(t, globs))
			continue;
		if (runner && runner->stop && runner->stop())
			return false;
		run_test(t, runner, result);
	}
	return true;
}

int selftest_run_set(struct out *out, const char *globs, const struct selftest_runner *runner,
		     struct selftest_result *result, const struct selftest *tests, size_t n)
{
	const struct selftest *outer_test = selftest_current;
	struct test_run outer = run;
	cpumask_t allowed = current->allowed;
	struct selftest_result local;
	bool finished;

	if (!result)
		result = &local;
	if (globs && !*globs)
		globs = NULL;
	memset(result, 0, sizeof(*result));
	memset(&run, 0, sizeof(run));
	run.out = out;
	run.set = (struct test_set){ tests, tests + n };
	out_printf(out, "KTAP version 1\n");
	out_printf(out, "1..%u\n", count_planned(globs));
	thread_set_allowed(current, cpumask_of(0));
	finished = run_tests(globs, runner, result);
	thread_set_allowed(current, allowed);
	if (finished)
		report_unused_globs(globs, result);
	else
		comment_line("interrupted");
	selftest_comment("%u passed, %u failed, %u skipped", result->passed, result->failed,
			 result->skipped);
	run = outer;
	selftest_current = outer_test;
	return !finished || result->failed ? 1 : 0;
}

int selftest_run(struct out *out, const char *globs, const struct selftest_runner *runner,
		 struct selftest_result *result)
{
	return selftest_run_set(out, globs, runner, result, __start_selftests,
				table_count(selftests));
}
