/* SPDX-License-Identifier: MIT */
/* tests/unit/lib/str.c - lib/str.c: copies, words, numbers with every error. */
#include "kernel/base/selftest.h"
#include "lib/errno.h"
#include "lib/string.h"

SELFTEST(str, strscpy_always_terminates)
{
	char buf[8];

	memset(buf, 'x', sizeof(buf));
	EXPECT_EQ(strscpy(buf, "abc", sizeof(buf)), 3);
	EXPECT_STREQ(buf, "abc");
	EXPECT_EQ(strscpy(buf, "1234567", sizeof(buf)), 7);
	EXPECT_STREQ(buf, "1234567");
	memset(buf, 'x', sizeof(buf));
	EXPECT_ERR(strscpy(buf, "12345678", sizeof(buf)), -E2BIG);
	EXPECT_STREQ(buf, "1234567");
	EXPECT_ERR(strscpy(buf, "a", 0), -E2BIG);
	EXPECT_EQ(strscpy(buf, "", 1), 0);
	EXPECT_STREQ(buf, "");
}

SELFTEST(str, token_splits_at_blanks)
{
	char line[] = "  ip\taddr  add 10.0.0.1/8 ";
	char *s = line;

	EXPECT_STREQ(str_token(&s), "ip");
	EXPECT_STREQ(str_token(&s), "addr");
	EXPECT_STREQ(str_token(&s), "add");
	EXPECT_STREQ(str_token(&s), "10.0.0.1/8");
	EXPECT_NULL(str_token(&s));
	EXPECT_NULL(str_token(&s));
}

SELFTEST(str, token_quotes)
{
	char line[] = "echo \"two words\" a\"b c\"d \"\" \"open end";
	char *s = line;

	EXPECT_STREQ(str_token(&s), "echo");
	EXPECT_STREQ(str_token(&s), "two words");
	EXPECT_STREQ(str_token(&s), "ab cd");
	EXPECT_STREQ(str_token(&s), "");
	EXPECT_STREQ(str_token(&s), "open end");
	EXPECT_NULL(str_token(&s));
}

SELFTEST(str, strsep_keeps_empty_fields)
{
	char text[] = "10.0.0.2::10.0.0.1:";
	char *s = text;

	EXPECT_STREQ(strsep(&s, ":"), "10.0.0.2");
	EXPECT_STREQ(strsep(&s, ":"), "");
	EXPECT_STREQ(strsep(&s, ":,"), "10.0.0.1");
	EXPECT_STREQ(strsep(&s, ":"), "");
	EXPECT_NULL(strsep(&s, ":"));
}

SELFTEST(str, trim_prefix_case)
{
	char text[] = " \t a b \n", blank[] = "  \n";

	EXPECT_STREQ(strim(text), "a b");
	EXPECT_STREQ(strim(blank), "");
	EXPECT_TRUE(str_has_prefix("sysctl.net", "sysctl."));
	EXPECT_FALSE(str_has_prefix("sys", "sysctl."));
	EXPECT_EQ(strcasecmp("EtH0", "eth0"), 0);
	EXPECT_NE(strcasecmp("eth0", "eth1"), 0);
	EXPECT_LT(strcasecmp("eth", "ETH0"), 0);
}

static const struct {
	const char *text;
	unsigned int base;
	int err;
	u64 value;
} unsigned_cases[] = {
	{ "0", 10, 0, 0 },
	{ "42\n", 10, 0, 42 },
	{ "+7", 0, 0, 7 },
	{ "0x1F", 0, 0, 31 },
	{ "0x1f", 16, 0, 31 },
	{ "ff", 16, 0, 255 },
	{ "0755", 0, 0, 493 },
	{ "0", 0, 0, 0 },
	{ "zz", 36, 0, 35 * 36 + 35 },
	{ "18446744073709551615", 10, 0, ULLONG_MAX },
	{ "18446744073709551616", 10, -ERANGE, 0 },
	{ "99999999999999999999999", 10, -ERANGE, 0 },
	{ "", 10, -EINVAL, 0 },
	{ "-1", 10, -EINVAL, 0 },
	{ "+", 10, -EINVAL, 0 },
	{ "1 ", 10, -EINVAL, 0 },
	{ " 1", 10, -EINVAL, 0 },
	{ "12x", 10, -EINVAL, 0 },
	{ "0x", 16, -EINVAL, 0 },
	{ "08", 0, -EINVAL, 0 },
	{ "1\n\n", 10, -EINVAL, 0 },
	{ "99999999999999999999999x", 10, -EINVAL, 0 },
};

SELFTEST(str, kstrtou64_table)
{
	for (size_t i = 0; i < ARRAY_SIZE(unsigned_cases); i++) {
		u64 v = 0;
		int err = kstrtou64(unsigned_cases[i].text, unsigned_cases[i].base, &v);

		EXPECT_EQ(err, unsigned_cases[i].err);
		EXPECT_EQ(v, unsigned_cases[i].value);
	}
}

SELFTEST(str, kstrto_limits_of_each_type)
{
	unsigned int ui = 5;
	unsigned long ul = 5;
	long l;
	s64 s;
	u32 w;
	u16 h;
	u8 b;
	int i = 5;

	EXPECT_EQ(kstrtoint("2147483647", 10, &i), 0);
	EXPECT_EQ(i, INT_MAX);
	EXPECT_EQ(kstrtoint("-2147483648", 10, &i), 0);
	EXPECT_EQ(i, INT_MIN);
	EXPECT_ERR(kstrtoint("2147483648", 10, &i), -ERANGE);
	EXPECT_ERR(kstrtoint("-2147483649", 10, &i), -ERANGE);
	EXPECT_EQ(i, INT_MIN); /* untouched by an error */
	EXPECT_EQ(kstrtos64("-9223372036854775808", 10, &s), 0);
	EXPECT_EQ(s, LLONG_MIN);
	EXPECT_ERR(kstrtos64("9223372036854775808", 10, &s), -ERANGE);
	EXPECT_EQ(kstrtol("-1", 10, &l), 0);
	EXPECT_EQ(l, -1);
	EXPECT_EQ(kstrtou32("4294967295", 10, &w), 0);
	EXPECT_EQ(w, UINT_MAX);
	EXPECT_ERR(kstrtou32("4294967296", 10, &w), -ERANGE);
	EXPECT_ERR(kstrtouint("4294967296", 10, &ui), -ERANGE);
	EXPECT_EQ(kstrtou16("65535", 10, &h), 0);
	EXPECT_ERR(kstrtou16("65536", 10, &h), -ERANGE);
	EXPECT_EQ(kstrtou8("255", 10, &b), 0);
	EXPECT_ERR(kstrtou8("256", 10, &b), -ERANGE);
	EXPECT_ERR(kstrtou8("-0", 10, &b), -EINVAL);
	EXPECT_ERR(kstrtoul("18446744073709551616", 10, &ul), -ERANGE);
	EXPECT_EQ(kstrtoul("18446744073709551615", 10, &ul), 0);
	EXPECT_EQ(ul, ULONG_MAX);
}

SELFTEST(str, kstrtobool_words)
{
	bool v = false;

	EXPECT_EQ(kstrtobool("on", &v), 0);
	EXPECT_TRUE(v);
	EXPECT_EQ(kstrtobool("No", &v), 0);
	EXPECT_FALSE(v);
	EXPECT_EQ(kstrtobool("1", &v), 0);
	EXPECT_TRUE(v);
	EXPECT_ERR(kstrtobool("2", &v), -EINVAL);
	EXPECT_ERR(kstrtobool("", &v), -EINVAL);
	EXPECT_TRUE(v);
}

SELFTEST(str, memparse_units)
{
	const char *end;

	EXPECT_EQ(memparse("64M", &end), 64ULL << 20);
	EXPECT_STREQ(end, "");
	EXPECT_EQ(memparse("0x10k,rest", &end), 16384);
	EXPECT_STREQ(end, ",rest");
	EXPECT_EQ(memparse("6G", NULL), 6ULL << 30);
	EXPECT_EQ(memparse("1t", NULL), 1ULL << 40);
	EXPECT_EQ(memparse("100", &end), 100);
	EXPECT_STREQ(end, "");
	EXPECT_EQ(memparse("junk", &end), 0);
	EXPECT_STREQ(end, "junk");
	/* What does not fit is the largest there is, not what is left of it. */
	EXPECT_EQ(memparse("99999999999999999999999", &end), ULLONG_MAX);
	EXPECT_EQ(*end, '\0');
	EXPECT_EQ(memparse("17179869184G", &end), ULLONG_MAX);
	EXPECT_EQ(memparse("16383P", &end), 16383);
	EXPECT_EQ(memparse("16777215T", NULL), 16777215ULL << 40);
}

SELFTEST(str, errno_words)
{
	EXPECT_STREQ(errno_text(-ENETUNREACH), "Network is unreachable");
	EXPECT_STREQ(errno_text(EEXIST), "File exists");
	EXPECT_STREQ(errno_text(-EHOSTUNREACH), "No route to host");
	EXPECT_STREQ(errno_text(0), "Success");
	EXPECT_STREQ(errno_text(-100000), "Unknown error");
	EXPECT_STREQ(errno_text(INT_MIN), "Unknown error");
	EXPECT_STREQ(errno_text(41), "Unknown error"); /* a hole in the numbers */
}
