/* SPDX-License-Identifier: MIT */
/* tests/unit/lib/sort.c - heap sort: order, and that nothing gets lost. */
#include "kernel/base/selftest.h"
#include "lib/prng.h"
#include "lib/sort.h"

static int compare_u32(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return x < y ? -1 : x > y;
}

SELFTEST(sort, random_arrays)
{
	static u32 v[300];
	struct prng p;

	prng_seed(&p, 9);
	for (u32 n = 0; n < ARRAY_SIZE(v); n++) {
		u64 sum = 0, after = 0;

		for (u32 i = 0; i < n; i++) {
			v[i] = n % 2 ? prng_u32(&p) : prng_below(&p, 10);
			sum += (u64)v[i] * v[i];
		}
		sort(v, n, sizeof(v[0]), compare_u32);
		for (u32 i = 0; i < n; i++) {
			after += (u64)v[i] * v[i];
			if (i)
				ASSERT_LE(v[i - 1], v[i]);
		}
		ASSERT_EQ(after, sum);
	}
}

struct record {
	u8 key;
	u8 rest[12]; /* a size that is no multiple of 8 */
};

static int compare_record(const void *a, const void *b)
{
	return ((const struct record *)a)->key - ((const struct record *)b)->key;
}

SELFTEST(sort, elements_move_whole)
{
	struct record r[50];

	for (u32 i = 0; i < ARRAY_SIZE(r); i++) {
		r[i].key = (u8)(i * 37);
		for (u32 j = 0; j < sizeof(r[i].rest); j++)
			r[i].rest[j] = (u8)(r[i].key + j);
	}
	sort(r, ARRAY_SIZE(r), sizeof(r[0]), compare_record);
	for (u32 i = 0; i < ARRAY_SIZE(r); i++) {
		if (i)
			EXPECT_LE(r[i - 1].key, r[i].key);
		for (u32 j = 0; j < sizeof(r[i].rest); j++)
			EXPECT_EQ(r[i].rest[j], (u8)(r[i].key + j));
	}
}
