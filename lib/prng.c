/* SPDX-License-Identifier: MIT */
/* lib/prng.c - xoshiro256**; contract and reference in lib/prng.h. */
#include "lib/bitops.h"
#include "lib/prng.h"
#include "lib/string.h"

/* splitmix64: spreads any seed, 0 included, over the whole state. */
static u64 splitmix64(u64 *x)
{
	u64 z = *x += 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

void prng_seed(struct prng *p, u64 seed)
{
	for (size_t i = 0; i < ARRAY_SIZE(p->s); i++)
		p->s[i] = splitmix64(&seed);
}

u64 prng_u64(struct prng *p)
{
	u64 *s = p->s, result = rol64(s[1] * 5, 7) * 9, t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rol64(s[3], 45);
	return result;
}

void prng_bytes(struct prng *p, void *buf, size_t n)
{
	char *d = buf;

	for (; n; ) {
		u64 v = prng_u64(p);
		size_t part = min_t(size_t, n, sizeof(v));

		memcpy(d, &v, part);
		d += part;
		n -= part;
	}
}
