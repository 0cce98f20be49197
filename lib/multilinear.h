/* SPDX-License-Identifier: MIT */
/*
 * lib/multilinear.h - a keyed, strongly universal hash for tables that nobody outside can read.
 *
 * Overview   h(m) = the top 32 bits of k0 + (k1 + m1)(k2 + m2) + (k3 + m3)(k4 + m4) mod 2^64. For
 *            random 64-bit keys any two different inputs collide in b buckets with probability 1/b:
 *            who does not know the key cannot aim at a bucket. Two multiplications for four words.
 * Limits     use the top bits of the result (hash >> (32 - bits)) or any of them: all 32 are good.
 *            The promise is about pairs: for one key in a hundred a regular set (all hosts of a
 *            network) has a chain of several times the average, so tables bound their chains and
 *            change keys. Whoever can see many hashes can solve for the key: never let one leave
 *            the machine.
 * Reference  Lemire and Kaser, "Strongly universal string hashing is fast", 2014 (Multilinear-HM).
 */
#ifndef LIB_MULTILINEAR_H
#define LIB_MULTILINEAR_H

#include "lib/compiler.h"

struct multilinear_key {
	u64 k[5]; /* random, from get_random_u64() */
};

static __always_inline u32 multilinear_hash2(const struct multilinear_key *key, u32 a, u32 b)
{
	return (u32)((key->k[0] + (key->k[1] + a) * (key->k[2] + b)) >> 32);
}

static __always_inline u32 multilinear_hash4(const struct multilinear_key *key, u32 a, u32 b, u32 c,
					     u32 d)
{
	return (u32)((key->k[0] + (key->k[1] + a) * (key->k[2] + b) +
		      (key->k[3] + c) * (key->k[4] + d)) >>
		     32);
}

#endif
