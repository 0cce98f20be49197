/* SPDX-License-Identifier: MIT */
/* tests/unit/lib/prng.c - xoshiro256** by its reference outputs. */
#include "kernel/base/selftest.h"
#include "lib/prng.h"
#include "lib/string.h"

SELFTEST(prng, reference_outputs)
{
	/* xoshiro256starstar.c from the state 1, 2, 3, 4. */
	static const u64 want[] = { 11520ULL, 0ULL, 1509978240ULL, 1215971899390074240ULL,
				    1216172134540287360ULL, 607988272756665600ULL,
				    16172922978634559625ULL, 8476171486693032832ULL,
				    10595114339597558777ULL, 2904607092377533576ULL };
	struct prng p = { { 1, 2, 3, 4 } };

	for (size_t i = 0; i < ARRAY_SIZE(want); i++)
		EXPECT_EQ(prng_u64(&p), want[i]);
}

SELFTEST(prng, seed_is_splitmix64)
{
	struct prng p;

	prng_seed(&p, 0); /* splitmix64.c from the state 0 */
	EXPECT_EQ(p.s[0], 0xe220a8397b1dcdafULL);
	EXPECT_EQ(p.s[1], 0x6e789e6aa1b965f4ULL);
	EXPECT_EQ(p.s[2], 0x06c45d188009454fULL);
	EXPECT_EQ(p.s[3], 0xf88bb8a8724c81ecULL);
}

SELFTEST(prng, below_stays_below_and_reaches_all)
{
	unsigned int seen[7] = { 0 };
	struct prng p;

	prng_seed(&p, 7);
	for (int i = 0; i < 7000; i++) {
		u32 v = prng_below(&p, 7);

		ASSERT_LT(v, 7);
		seen[v]++;
	}
	for (int i = 0; i < 7; i++)
		EXPECT_GT(seen[i], 850);
	EXPECT_EQ(prng_below(&p, 1), 0);
}

SELFTEST(prng, bytes_fill_exactly)
{
	u8 a[21], b[24];
	struct prng p;

	for (size_t n = 0; n <= 20; n++) {
		prng_seed(&p, n);
		memset(a, 0x11, sizeof(a));
		prng_bytes(&p, a, n);
		prng_seed(&p, n);
		for (size_t i = 0; i < sizeof(b); i += 8) { /* the numbers, one behind the other */
			u64 v = prng_u64(&p);

			memcpy(b + i, &v, sizeof(v));
		}
		EXPECT_EQ(memcmp(a, b, n), 0);
		EXPECT_EQ(a[n], 0x11);
	}
}
