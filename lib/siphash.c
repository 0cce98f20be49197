/* SPDX-License-Identifier: MIT */
/*
 * lib/siphash.c - SipHash-2-4: two rounds a word, four to finish.
 *
 * Overview   contracts, and when to use it, in lib/siphash.h.
 * Locking    none; nothing here keeps state.
 * Reference  Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012, figure 2.1; vectors
 *            from its appendix A.
 */
#include "lib/bitops.h"
#include "lib/siphash.h"
#include "lib/string.h"

struct sip {
	u64 v0, v1, v2, v3;
};

static __always_inline void sip_round(struct sip *s)
{
	s->v0 += s->v1;
	s->v2 += s->v3;
	s->v1 = rol64(s->v1, 13) ^ s->v0;
	s->v3 = rol64(s->v3, 16) ^ s->v2;
	s->v0 = rol64(s->v0, 32);
	s->v2 += s->v1;
	s->v0 += s->v3;
	s->v1 = rol64(s->v1, 17) ^ s->v2;
	s->v3 = rol64(s->v3, 21) ^ s->v0;
	s->v2 = rol64(s->v2, 32);
}

static __always_inline struct sip sip_start(const struct siphash_key *key)
{
	/* "somepseudorandomlygeneratedbytes" */
	return (struct sip){
		key->key[0] ^ 0x736f6d6570736575ULL,
		key->key[1] ^ 0x646f72616e646f6dULL,
		key->key[0] ^ 0x6c7967656e657261ULL,
		key->key[1] ^ 0x7465646279746573ULL,
	};
}

static __always_inline void sip_word(struct sip *s, u64 m)
{
	s->v3 ^= m;
	sip_round(s);
	sip_round(s);
	s->v0 ^= m;
}

/* @last: the remaining bytes with the length in the top byte. */
static __always_inline u64 sip_finish(struct sip *s, u64 last)
{
	sip_word(s, last);
	s->v2 ^= 0xff;
	for (int i = 0; i < 4; i++)
		sip_round(s);
	return s->v0 ^ s->v1 ^ s->v2 ^ s->v3;
}

u64 siphash(const void *data, size_t len, const struct siphash_key *key)
{
	struct sip s = sip_start(key);
	const u8 *p = data;
	size_t left = len;
	u64 m = 0;

	for (; left >= 8; left -= 8, p += 8) {
		memcpy(&m, p, 8);
		sip_word(&s, m);
	}
	m = 0;
	memcpy(&m, p, left);
	return sip_finish(&s, m | (u64)len << 56);
}

u64 siphash_1u64(u64 a, const struct siphash_key *key)
{
	struct sip s = sip_start(key);

	sip_word(&s, a);
	return sip_finish(&s, 8ULL << 56);
}

u64 siphash_2u64(u64 a, u64 b, const struct siphash_key *key)
{
	struct sip s = sip_start(key);

	sip_word(&s, a);
	sip_word(&s, b);
	return sip_finish(&s, 16ULL << 56);
}

u64 siphash_3u64(u64 a, u64 b, u64 c, const struct siphash_key *key)
{
	struct sip s = sip_start(key);

	sip_word(&s, a);
	sip_word(&s, b);
	sip_word(&s, c);
	return sip_finish(&s, 24ULL << 56);
}

u64 siphash_4u64(u64 a, u64 b, u64 c, u64 d, const struct siphash_key *key)
{
	struct sip s = sip_start(key);

	sip_word(&s, a);
	sip_word(&s, b);
	sip_word(&s, c);
	sip_word(&s, d);
	return sip_finish(&s, 32ULL << 56);
}
