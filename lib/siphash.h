/* SPDX-License-Identifier: MIT */
/*
 * lib/siphash.h - SipHash-2-4, a keyed hash whose output does not tell the key.
 *
 * For values that a peer can read: IP IDs, ports, keys of rate limits. Tables that nobody can read
 * use lib/multilinear.h, which is five times as fast.
 * Reference: Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012.
 */
#ifndef LIB_SIPHASH_H
#define LIB_SIPHASH_H

#include "lib/compiler.h"

struct siphash_key {
	u64 key[2];
};

/* siphash() - of @len bytes, any alignment. The _u64 forms hash that many little-endian words. */
u64 siphash(const void *data, size_t len, const struct siphash_key *key);
u64 siphash_1u64(u64 a, const struct siphash_key *key);
u64 siphash_2u64(u64 a, u64 b, const struct siphash_key *key);
u64 siphash_3u64(u64 a, u64 b, u64 c, const struct siphash_key *key);
u64 siphash_4u64(u64 a, u64 b, u64 c, u64 d, const struct siphash_key *key);

/* Four u32, packed two to a word. */
static inline u64 siphash_4u32(u32 a, u32 b, u32 c, u32 d, const struct siphash_key *key)
{
	return siphash_2u64((u64)b << 32 | a, (u64)d << 32 | c, key);
}

#endif
