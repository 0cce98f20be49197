/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/lib/hash.c - SipHash by its official vectors, the multilinear hash by its definition
 * and spread.
 */
#include "kernel/base/selftest.h"
#include "lib/inet.h"
#include "lib/multilinear.h"
#include "lib/prng.h"
#include "lib/siphash.h"
#include "lib/string.h"

/* The reference implementation's vectors: key 00 01 .. 0f, input 00 01 .. n-1, n = 0..63. */
static const struct siphash_key vector_key = { { 0x0706050403020100ULL, 0x0f0e0d0c0b0a0908ULL } };
static const u64 vectors[64] = {
	0x726fdb47dd0e0e31ULL, 0x74f839c593dc67fdULL, 0x0d6c8009d9a94f5aULL, 0x85676696d7fb7e2dULL,
	0xcf2794e0277187b7ULL, 0x18765564cd99a68dULL, 0xcbc9466e58fee3ceULL, 0xab0200f58b01d137ULL,
	0x93f5f5799a932462ULL, 0x9e0082df0ba9e4b0ULL, 0x7a5dbbc594ddb9f3ULL, 0xf4b32f46226bada7ULL,
	0x751e8fbc860ee5fbULL, 0x14ea5627c0843d90ULL, 0xf723ca908e7af2eeULL, 0xa129ca6149be45e5ULL,
	0x3f2acc7f57c29bdbULL, 0x699ae9f52cbe4794ULL, 0x4bc1b3f0968dd39cULL, 0xbb6dc91da77961bdULL,
	0xbed65cf21aa2ee98ULL, 0xd0f2cbb02e3b67c7ULL, 0x93536795e3a33e88ULL, 0xa80c038ccd5ccec8ULL,
	0xb8ad50c6f649af94ULL, 0xbce192de8a85b8eaULL, 0x17d835b85bbb15f3ULL, 0x2f2e6163076bcfadULL,
	0xde4daaaca71dc9a5ULL, 0xa6a2506687956571ULL, 0xad87a3535c49ef28ULL, 0x32d892fad841c342ULL,
	0x7127512f72f27cceULL, 0xa7f32346f95978e3ULL, 0x12e0b01abb051238ULL, 0x15e034d40fa197aeULL,
	0x314dffbe0815a3b4ULL, 0x027990f029623981ULL, 0xcadcd4e59ef40c4dULL, 0x9abfd8766a33735cULL,
	0x0e3ea96b5304a7d0ULL, 0xad0c42d6fc585992ULL, 0x187306c89bc215a9ULL, 0xd4a60abcf3792b95ULL,
	0xf935451de4f21df2ULL, 0xa9538f0419755787ULL, 0xdb9acddff56ca510ULL, 0xd06c98cd5c0975ebULL,
	0xe612a3cb9ecba951ULL, 0xc766e62cfcadaf96ULL, 0xee64435a9752fe72ULL, 0xa192d576b245165aULL,
	0x0a8787bf8ecb74b2ULL, 0x81b3e73d20b49b6fULL, 0x7fa8220ba3b2eceaULL, 0x245731c13ca42499ULL,
	0xb78dbfaf3a8d83bdULL, 0xea1ad565322a1a0bULL, 0x60e61c23a3795013ULL, 0x6606d7e446282b93ULL,
	0x6ca4ecb15c5f91e1ULL, 0x9f626da15c9625f3ULL, 0xe51b38608ef25f57ULL, 0x958a324ceb064572ULL,
};

SELFTEST(siphash, official_vectors)
{
	u8 input[64 + 1];

	for (size_t at = 0; at < 2; at++) { /* aligned and not */
		for (size_t i = 0; i < 64; i++)
			input[at + i] = (u8)i;
		for (size_t n = 0; n < 64; n++)
			EXPECT_EQ(siphash(input + at, n, &vector_key), vectors[n]);
	}
}

SELFTEST(siphash, word_forms_equal_the_byte_form)
{
	u64 w[4];
	struct siphash_key key;
	struct prng p;

	prng_seed(&p, 24);
	for (int round = 0; round < 100; round++) {
		prng_bytes(&p, w, sizeof(w));
		prng_bytes(&p, &key, sizeof(key));
		ASSERT_EQ(siphash_1u64(w[0], &key), siphash(w, 8, &key));
		ASSERT_EQ(siphash_2u64(w[0], w[1], &key), siphash(w, 16, &key));
		ASSERT_EQ(siphash_3u64(w[0], w[1], w[2], &key), siphash(w, 24, &key));
		ASSERT_EQ(siphash_4u64(w[0], w[1], w[2], w[3], &key), siphash(w, 32, &key));
		ASSERT_EQ(siphash_4u32((u32)w[0], (u32)(w[0] >> 32), (u32)w[1], (u32)(w[1] >> 32),
				       &key),
			  siphash(w, 16, &key));
	}
}

SELFTEST(multilinear, follows_its_definition)
{
	static const struct multilinear_key key = {
		{ 0x100000000ULL, 3, 5, 0x100000000ULL, 0xffffffff00000000ULL }
	};

	/* (2^32 + (3+7)(5+2^32-1)) >> 32 = (2^32 + 10 * 2^32 + 40) >> 32 */
	EXPECT_EQ(multilinear_hash2(&key, 7, 0xffffffff), 11);
	/*
	 * + (2^32 + 100)(2^64 - 2^32 + 9) = -2^64 + 9 * 2^32 - 100 * 2^32 + 900 = -91 * 2^32 + 900
	 */
	EXPECT_EQ(multilinear_hash4(&key, 7, 0xffffffff, 100, 9), (u32)(11 - 91));
	/* + (2^32 + 0)(2^64 - 2^32 + 1) = 2^32 mod 2^64 */
	EXPECT_EQ(multilinear_hash4(&key, 7, 0xffffffff, 0, 1), 12);
}

/*
 * Structured inputs (half a /24 of sources, half a /24 of destinations) into 1,024 buckets, 16
 * each: over the keys the pairs that collide are as many as by chance, and no key makes a very long
 * chain.
 */
SELFTEST(multilinear, spreads_structured_keys)
{
	static u16 bucket[1024];
	struct multilinear_key key;
	u64 pairs = 0;
	struct prng p;

	prng_seed(&p, 2014);
	for (int round = 0; round < 16; round++) {
		prng_bytes(&p, &key, sizeof(key));
		memset(bucket, 0, sizeof(bucket));
		for (u32 i = 0; i < 16384; i++) {
			be32 saddr = htonl(0x0a000000 + (i & 127)),
			     daddr = htonl(0xc0a80000 + (i >> 7));
			u16 n = bucket[multilinear_hash4(&key, saddr, daddr, 2, 0) >> 22]++;

			pairs += n;
			ASSERT_LT(n, 160);
		}
	}
	EXPECT_LT(pairs / 16, 131064 * 11 / 10);
	EXPECT_GT(pairs / 16, 131064 * 9 / 10);
}

/* Strong universality: over random keys a fixed pair collides in b buckets 1/b of the time. */
SELFTEST(multilinear, pairs_collide_as_often_as_chance)
{
	static const u32 pairs[][8] = {
		{ 1, 2, 3, 4, 2, 1, 3, 4 },
		{ 0, 0, 0, 0, 0, 0, 0, 1 },
		{ 0x0a000001, 0x0a000002, 1, 0, 0x0a000002, 0x0a000001, 1, 0 },
		{ 0xffffffff, 0, 0, 0, 0, 0xffffffff, 0, 0 },
	};
	struct multilinear_key key;
	struct prng p;

	prng_seed(&p, 32);
	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
		const u32 *a = pairs[i], *b = pairs[i] + 4;
		unsigned int hits = 0;

		for (int round = 0; round < 16384; round++) {
			prng_bytes(&p, &key, sizeof(key));
			hits += multilinear_hash4(&key, a[0], a[1], a[2], a[3]) >> 27 ==
				multilinear_hash4(&key, b[0], b[1], b[2], b[3]) >> 27;
		}
		EXPECT_LT(hits, 620); /* 512 expected, standard deviation 22 */
	}
}
