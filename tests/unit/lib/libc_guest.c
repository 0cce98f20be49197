/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/lib/libc_guest.c - lib/libc.c against bodies too simple to be wrong.
 *
 * Every size around the limits of each strategy, every alignment of both ends, guard bytes on all
 * sides. The names are called in parentheses: the compiler must not open-code what is tested. On
 * the host tests/host/kernel_libc.c builds this file against the kernel's functions.
 */
#include "kernel/base/selftest.h"
#include "lib/prng.h"
#include "lib/string.h"

#define ROOM 1200
static u8 src[ROOM], dst[ROOM], want[ROOM];

static void fill(struct prng *p)
{
	prng_bytes(p, src, sizeof(src));
	prng_bytes(p, dst, sizeof(dst));
	for (size_t i = 0; i < ROOM; i++)
		want[i] = dst[i];
}

static bool same(const u8 *a, const u8 *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (a[i] != b[i])
			return false;
	return true;
}

/* 0..80 one by one, then around multiples of 8 up to the longest. */
static size_t next_size(size_t n)
{
	if (n < 80 || (n > 240 && n < 290))
		return n + 1;
	return n + 53;
}

SELFTEST(libc, memcpy_all_sizes_and_alignments)
{
	struct prng p;

	prng_seed(&p, 1);
	for (size_t n = 0; n < 1100; n = next_size(n)) {
		for (size_t a = 0; a < 16; a += 3) {
			size_t b = prng_below(&p, 16);

			fill(&p);
			for (size_t i = 0; i < n; i++)
				want[32 + a + i] = src[32 + b + i];
			ASSERT_TRUE((memcpy)(dst + 32 + a, src + 32 + b, n) == dst + 32 + a);
			ASSERT_TRUE(same(dst, want, ROOM));
		}
	}
}

SELFTEST(libc, memmove_overlapping_both_ways)
{
	struct prng p;

	prng_seed(&p, 2);
	for (size_t n = 0; n < 500; n = next_size(n)) {
		for (size_t to = 100; to < 200; to += 1 + prng_below(&p, 9)) {
			fill(&p);
			for (size_t i = 0; i < n; i++)
				want[to + i] = dst[150 + i];
			ASSERT_TRUE((memmove)(dst + to, dst + 150, n) == dst + to);
			ASSERT_TRUE(same(dst, want, ROOM));
		}
	}
}

SELFTEST(libc, memset_all_sizes)
{
	struct prng p;

	prng_seed(&p, 3);
	for (size_t n = 0; n < 1100; n = next_size(n)) {
		for (size_t a = 0; a < 9; a++) {
			fill(&p);
			for (size_t i = 0; i < n; i++)
				want[32 + a + i] = 0xa5;
			ASSERT_TRUE((memset)(dst + 32 + a, 0x1234a5, n) == dst + 32 + a);
			ASSERT_TRUE(same(dst, want, ROOM));
		}
	}
}

static int sign(int v)
{
	return v < 0 ? -1 : v > 0;
}

static int naive_memcmp(const u8 *a, const u8 *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	return 0;
}

SELFTEST(libc, memcmp_finds_each_difference)
{
	struct prng p;

	prng_seed(&p, 4);
	for (size_t n = 0; n < 100; n++) {
		for (size_t at = 0; at <= n; at++) {
			fill(&p);
			for (size_t i = 0; i < n; i++)
				dst[1 + i] = src[i];
			if (at < n)
				dst[1 + at] ^= (u8)(1 + prng_below(&p, 255));
			for (size_t i = at + 1; i < n; i++)
				dst[1 + i] = (u8)prng_u32(&p);
			ASSERT_EQ(sign((memcmp)(src, dst + 1, n)), naive_memcmp(src, dst + 1, n));
			ASSERT_EQ(sign((memcmp)(dst + 1, src, n)), naive_memcmp(dst + 1, src, n));
		}
	}
}

SELFTEST(libc, strings)
{
	const char *s = "routing";
	const char high[] = { (char)0x80, 0 }, low[] = { 0x7f, 0 };

	EXPECT_EQ((strlen)(""), 0);
	EXPECT_EQ((strlen)(s), 7);
	EXPECT_EQ((strnlen)(s, 3), 3);
	EXPECT_EQ((strnlen)(s, 30), 7);
	EXPECT_EQ((strcmp)("abc", "abc"), 0);
	EXPECT_LT((strcmp)("abc", "abd"), 0);
	EXPECT_GT((strcmp)("abc", "ab"), 0);
	EXPECT_GT((strcmp)(high, low), 0); /* bytes compare unsigned */
	EXPECT_EQ((strncmp)("abcx", "abcy", 3), 0);
	EXPECT_LT((strncmp)("abcx", "abcy", 4), 0);
	EXPECT_EQ((strncmp)("ab", "ab", 9), 0);
	EXPECT_TRUE((strchr)(s, 't') == s + 3);
	EXPECT_TRUE((strchr)(s, 0) == s + 7);
	EXPECT_NULL((strchr)(s, 'z'));
	EXPECT_TRUE((strrchr)("a/b/c", '/')[1] == 'c');
	EXPECT_NULL((strrchr)(s, 'z'));
	EXPECT_TRUE((strstr)(s, "tin") == s + 3);
	EXPECT_TRUE((strstr)(s, "") == s);
	EXPECT_NULL((strstr)(s, "ting."));
	EXPECT_TRUE((memchr)(s, 'n', 7) == s + 5);
	EXPECT_NULL((memchr)(s, 'n', 5));
}
