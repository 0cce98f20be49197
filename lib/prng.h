/* SPDX-License-Identifier: MIT */
/*
 * lib/prng.h - seeded pseudo-random numbers for tests, jitter and shuffles; nothing secret.
 * Reference: Blackman and Vigna, xoshiro256**, seeded by splitmix64.
 * Locking: none; each user has a struct of its own.
 */
#ifndef LIB_PRNG_H
#define LIB_PRNG_H

#include "lib/compiler.h"

struct prng {
	u64 s[4];
};

/* prng_seed() - any @seed, 0 included; the same seed gives the same numbers on every run. */
void prng_seed(struct prng *p, u64 seed);
u64 prng_u64(struct prng *p);
void prng_bytes(struct prng *p, void *buf, size_t n);

static inline u32 prng_u32(struct prng *p)
{
	return (u32)(prng_u64(p) >> 32);
}

/* prng_below() - 0 .. @n - 1, @n > 0; the bias is under n / 2^32. */
static inline u32 prng_below(struct prng *p, u32 n)
{
	return (u32)(((u64)prng_u32(p) * n) >> 32);
}

#endif
