/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/kernel/param.c - splitting the command line, calling owners, naming what nobody owns.
 */
#include "kernel/base/out.h"
#include "kernel/base/param.h"
#include "kernel/base/printk.h"
#include "kernel/base/selftest.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "lib/string.h"

static char line_buf[5000];
static char seen_buf[256];
static struct out_buf seen;

static int collect(const char *name, const char *val, void *arg)
{
	out_printf(&seen.out, "[%s]", name);
	if (val)
		out_printf(&seen.out, "=[%s]", val);
	return 0;
}

static const char *split(const char *text)
{
	struct param_line line;

	strscpy(line_buf, text, sizeof(line_buf));
	out_buf_init(&seen, seen_buf, sizeof(seen_buf));
	line = param_split(line_buf);
	param_walk(&line, NULL, collect, NULL);
	return seen_buf;
}

SELFTEST(param, words_values_and_quotes)
{
	EXPECT_STREQ(split(""), "");
	EXPECT_STREQ(split("   \t "), "");
	EXPECT_STREQ(split("quiet"), "[quiet]");
	EXPECT_STREQ(split(" a=1  b=2 c "), "[a]=[1][b]=[2][c]");
	EXPECT_STREQ(split("a="), "[a]=[]");
	EXPECT_STREQ(split("a=b=c"), "[a]=[b=c]");
	EXPECT_STREQ(split("name=\"a b\" x"), "[name]=[a b][x]");
	EXPECT_STREQ(split("\"name=a b\" x"), "[name]=[a b][x]");
	EXPECT_STREQ(split("open=\"a b"), "[open]=[a b]");
	EXPECT_STREQ(split("e=\"\" f"), "[e]=[][f]");
}

static int count_call(const char *name, const char *val, void *arg)
{
	int *left = arg;

	return --*left ? 0 : -EBUSY;
}

SELFTEST(param, walking_by_name_keeps_order_and_stops)
{
	struct param_line line;
	int left = 2;

	strscpy(line_buf, "ip=1 x ip=2 ip=3", sizeof(line_buf));
	out_buf_init(&seen, seen_buf, sizeof(seen_buf));
	line = param_split(line_buf);
	param_walk(&line, "ip", collect, NULL);
	EXPECT_STREQ(seen_buf, "[ip]=[1][ip]=[2][ip]=[3]");
	EXPECT_EQ(param_walk(&line, "ip", count_call, &left), -EBUSY);
	EXPECT_EQ(left, 0);
}

static int probe_calls;
static const char *probe_value;

static int probe_param(const char *val)
{
	probe_calls++;
	probe_value = val;
	return val && strcmp(val, "bad") == 0 ? -EINVAL : 0;
}
PARAM(selftest_probe, probe_param);

static char prefix_seen[64];

static int probe_prefix(const char *key, const char *val)
{
	scnprintf(prefix_seen, sizeof(prefix_seen), "%s:%s", key, val ? val : "-");
	return 0;
}
PARAM_PREFIX("selftest_probe.", probe_prefix);

/* The log lines since @seq, one behind the other. */
static const char *log_since(u64 seq)
{
	static char text[2048];
	size_t n = 0, got;

	while (n < sizeof(text) - 1 &&
	       (got = log_read(&seq, text + n, sizeof(text) - n, NULL)) != 0)
		n += got;
	text[n] = '\0';
	return text;
}

/* The warnings are wanted in the log, not between the lines of the test's report. */
static int saved_loglevel;

SELFTEST_SETUP(param)
{
	saved_loglevel = console_loglevel;
	console_loglevel = 0;
}

SELFTEST_TEARDOWN(param)
{
	console_loglevel = saved_loglevel;
}

static void call(const char *text)
{
	struct param_line line;

	strscpy(line_buf, text, sizeof(line_buf));
	line = param_split(line_buf);
	param_call_all(&line);
}

SELFTEST(param, owners_are_called)
{
	probe_calls = 0;
	call("selftest_probe=\"x y\" selftest_probe.k.l=5");
	EXPECT_EQ(probe_calls, 1);
	EXPECT_STREQ(probe_value, "x y");
	EXPECT_STREQ(prefix_seen, "k.l:5");
	call("selftest_probe");
	EXPECT_NULL(probe_value);
}

SELFTEST(param, unknown_ones_are_named_in_one_line)
{
	u64 seq = log_next_seq();
	const char *text;

	call("selftest_nobody=1 selftest_probe selftest_nothing");
	text = log_since(seq);
	EXPECT_NOT_NULL(
		strstr(text, "unknown on the command line: selftest_nobody=1 selftest_nothing\n"));
	EXPECT_EQ(log_next_seq() - seq, 1);
}

SELFTEST(param, malformed_ones_are_named)
{
	u64 seq = log_next_seq();

	call("selftest_probe=bad");
	EXPECT_NOT_NULL(
		strstr(log_since(seq), "malformed on the command line: selftest_probe=bad\n"));
}

SELFTEST(param, a_very_long_line_is_fine)
{
	u64 seq = log_next_seq();
	size_t n;

	memset(line_buf, 'x', sizeof(line_buf));
	n = 4095 - strlen(" selftest_probe=end");
	strscpy(line_buf + n, " selftest_probe=end", sizeof(line_buf) - n);
	probe_value = NULL;
	param_call_all(&(struct param_line){ line_buf, param_split(line_buf).end });
	EXPECT_STREQ(probe_value, "end");
	EXPECT_EQ(log_next_seq() - seq, 1);
}

SELFTEST(param, names_are_unique)
{
	table_for_each(p, params) {
		table_for_each(q, params) {
			if (p < q && strcmp(p->name, q->name) == 0)
				selftest_fail(__FILE__, __LINE__, "two owners of %s", p->name);
		}
	}
}
