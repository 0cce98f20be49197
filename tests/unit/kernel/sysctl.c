/* SPDX-License-Identifier: MIT */
/* tests/unit/kernel/sysctl.c - settings by name, in the table and in directories. */
#include "kernel/base/out.h"
#include "kernel/base/selftest.h"
#include "kernel/base/sysctl.h"
#include "lib/errno.h"
#include "lib/string.h"

static int plain = 5, guarded = 1, in_dir = 7;
static int handler_saw;

static int guard(const struct sysctl *s, int value)
{
	handler_saw = value;
	return value == 13 ? -EBUSY : 0;
}

/* Registered for the tests only, so that nobody sees them in sysctl -a. */
static const struct sysctl entries[] = {
	{ .name = "plain", .value = &plain, .min = -10, .max = 100 },
	{ .name = "guarded", .value = &guarded, .max = 20, .handler = guard },
};
static struct sysctl_dir main_dir = { .prefix = "selftest.",
				      .entries = entries,
				      .count = ARRAY_SIZE(entries) };

SELFTEST_SETUP(sysctl)
{
	sysctl_dir_register(&main_dir);
}

SELFTEST_TEARDOWN(sysctl)
{
	sysctl_dir_unregister(&main_dir);
}

static const struct sysctl dir_entries[] = {
	{ .name = "value", .value = &in_dir, .min = 0, .max = 9 },
};

SELFTEST(sysctl, read_and_write)
{
	int value = 0;

	EXPECT_EQ(sysctl_read("selftest.plain", &value), 0);
	EXPECT_EQ(value, plain);
	EXPECT_EQ(sysctl_write("selftest.plain", "-7"), 0);
	EXPECT_EQ(plain, -7);
	EXPECT_EQ(sysctl_write("selftest/plain", "0x10"), 0);
	EXPECT_EQ(plain, 16);
	EXPECT_EQ(sysctl_write("selftest.plain", "5"), 0);
}

SELFTEST(sysctl, errors)
{
	int value;

	EXPECT_EQ(sysctl_read("selftest.nothing", &value), -ENOENT);
	EXPECT_EQ(sysctl_write("selftest.nothing", "1"), -ENOENT);
	EXPECT_EQ(sysctl_write("selftest", "1"), -ENOENT);
	EXPECT_EQ(sysctl_write("selftest.plain", "x"), -EINVAL);
	EXPECT_EQ(sysctl_write("selftest.plain", ""), -EINVAL);
	EXPECT_EQ(sysctl_write("selftest.plain", "101"), -ERANGE);
	EXPECT_EQ(sysctl_write("selftest.plain", "-11"), -ERANGE);
	EXPECT_EQ(sysctl_write("selftest.plain", "99999999999"), -ERANGE);
	EXPECT_EQ(plain, 5);
}

SELFTEST(sysctl, handler_may_refuse)
{
	EXPECT_EQ(sysctl_write("selftest.guarded", "13"), -EBUSY);
	EXPECT_EQ(handler_saw, 13);
	EXPECT_EQ(guarded, 1);
	EXPECT_EQ(sysctl_write("selftest.guarded", "2"), 0);
	EXPECT_EQ(guarded, 2);
	EXPECT_EQ(sysctl_write("selftest.guarded", "1"), 0);
}

SELFTEST(sysctl, directories_come_and_go)
{
	static struct sysctl_dir dir = { .prefix = "selftest.dir.",
					 .entries = dir_entries,
					 .count = 1 };
	int value = 0;

	EXPECT_EQ(sysctl_read("selftest.dir.value", &value), -ENOENT);
	sysctl_dir_register(&dir);
	EXPECT_EQ(sysctl_read("selftest.dir.value", &value), 0);
	EXPECT_EQ(value, 7);
	EXPECT_EQ(sysctl_read("selftest.dir.other", &value), -ENOENT);
	EXPECT_EQ(sysctl_write("selftest.dir.value", "8"), 0);
	EXPECT_EQ(in_dir, 8);
	in_dir = 7;
	sysctl_dir_unregister(&dir);
	EXPECT_EQ(sysctl_read("selftest.dir.value", &value), -ENOENT);
}

static char last_name[128];
static unsigned int seen, mine;

static void see(const char *name, int value, void *arg)
{
	EXPECT_LT(strcmp(last_name, name), 0);
	strscpy(last_name, name, sizeof(last_name));
	seen++;
	mine += str_has_prefix(name, "selftest.");
}

SELFTEST(sysctl, listed_in_order)
{
	last_name[0] = '\0';
	seen = mine = 0;
	sysctl_for_each(see, NULL);
	EXPECT_EQ(mine, 2);
	EXPECT_GE(seen, table_count(sysctls) + 2);
}
