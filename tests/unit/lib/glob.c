/* SPDX-License-Identifier: MIT */
/* tests/unit/lib/glob.c - patterns by table, and against a recursive matcher. */
#include "kernel/base/selftest.h"
#include "lib/glob.h"
#include "lib/prng.h"

static const struct {
	const char *pattern, *text;
	bool want;
} cases[] = {
	{ "", "", true },		 { "", "a", false },
	{ "*", "", true },		 { "*", "slub.bulk", true },
	{ "slub.*", "slub.bulk", true }, { "slub.*", "slab.bulk", false },
	{ "*.bulk", "slub.bulk", true }, { "*.bulk", "slub.bulky", false },
	{ "?", "", false },		 { "?", "a", true },
	{ "a?c", "abc", true },		 { "a?c", "ac", false },
	{ "*a*b*c*", "xxaxbxxcx", true }, { "*a*b*c*", "xxaxcxxbx", false },
	{ "[abc]", "b", true },		 { "[abc]", "d", false },
	{ "[a-c]x", "bx", true },	 { "[!a-c]", "b", false },
	{ "[!a-c]", "d", true },	 { "[^a]", "b", true },
	{ "[]a]", "]", true },		 { "[a-]", "-", true },
	{ "[a-]", "b", false },		 { "[", "[", true },
	{ "[ab", "[ab", true },		 { "[ab", "a", false },
	{ "\\*", "*", true },		 { "\\*", "a", false },
	{ "a\\", "a\\", true },		 { "***a", "bba", true },
	{ "*aab", "aaaaab", true },	 { "eth[0-9]*", "eth10", true },
};

SELFTEST(glob, table)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		EXPECT_EQ(glob_match(cases[i].pattern, cases[i].text), cases[i].want);
}

SELFTEST(glob, lists)
{
	EXPECT_TRUE(glob_list_match("slub.*,fib.*", "fib.add"));
	EXPECT_TRUE(glob_list_match("slub.*,fib.*", "slub.x"));
	EXPECT_FALSE(glob_list_match("slub.*,fib.*", "neigh.x"));
	EXPECT_FALSE(glob_list_match("", "a"));
	EXPECT_FALSE(glob_list_match(",", ""));
	EXPECT_TRUE(glob_list_match(",a,", "a"));
	EXPECT_FALSE(glob_list_match("a,b", "a,b"));
	EXPECT_FALSE(glob_list_match("[a,b", "a"));
}

static bool naive(const char *p, const char *s)
{
	if (!*p)
		return !*s;
	if (*p == '*')
		return naive(p + 1, s) || (*s && naive(p, s + 1));
	return *s && (*p == '?' || *p == *s) && naive(p + 1, s + 1);
}

SELFTEST(glob, agrees_with_the_recursive_matcher)
{
	struct prng p;
	char pattern[8], text[10];

	prng_seed(&p, 5);
	for (int round = 0; round < 20000; round++) {
		u32 np = prng_below(&p, 8), nt = prng_below(&p, 10);

		for (u32 i = 0; i < np; i++)
			pattern[i] = "ab*?"[prng_below(&p, 4)];
		pattern[np] = '\0';
		for (u32 i = 0; i < nt; i++)
			text[i] = "ab"[prng_below(&p, 2)];
		text[nt] = '\0';
		ASSERT_EQ(glob_match(pattern, text), naive(pattern, text));
	}
}
