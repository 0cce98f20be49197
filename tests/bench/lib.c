/* SPDX-License-Identifier: MIT */
/*
 * tests/bench/lib.c - what lib's building blocks cost: copies, checksums, hashes, one formatted
 * line.
 */
#include "kernel/base/benchmark.h"
#include "lib/checksum.h"
#include "lib/inet.h"
#include "lib/multilinear.h"
#include "lib/printf.h"
#include "lib/siphash.h"
#include "lib/string.h"

#define OPS 1000

static u8 from[4096] __aligned(64), to[4096] __aligned(64);
static volatile u32 sink; /* results end here, so that the work is not left out */

static __always_inline void bench_copy(struct bench *b, size_t n)
{
	bench_begin(b);
	for (unsigned int i = 0; i < OPS; i++)
		(memcpy)(to, from, n);
	bench_end(b, OPS);
}

BENCHMARK(memcpy_14)
{
	bench_copy(b, 14);
}

BENCHMARK(memcpy_64)
{
	bench_copy(b, 64);
}

BENCHMARK(memcpy_256)
{
	bench_copy(b, 256);
}

BENCHMARK(memcpy_1500)
{
	bench_copy(b, 1500);
}

BENCHMARK(memset_4096)
{
	bench_begin(b);
	for (unsigned int i = 0; i < OPS; i++)
		(memset)(to, 0, sizeof(to));
	bench_end(b, OPS);
}

BENCHMARK(csum_partial_1480)
{
	u32 sum = 0;

	bench_begin(b);
	for (unsigned int i = 0; i < OPS; i++)
		sum = csum_partial(from, 1480, sum);
	bench_end(b, OPS);
	sink = sum;
}

BENCHMARK(ip_fast_csum)
{
	u32 sum = 0;

	bench_begin(b);
	for (unsigned int i = 0; i < OPS; i++)
		sum += ip_fast_csum(from + 4 * (i & 15), 5);
	bench_end(b, OPS);
	sink = sum;
}

BENCHMARK(multilinear_hash4)
{
	static volatile struct multilinear_key source = {
		{1ULL << 63, 3ULL << 60, 5ULL << 55, 7ULL << 50, ~0ULL}};
	struct multilinear_key key;
	u32 h = 0;

	for (size_t i = 0; i < ARRAY_SIZE(key.k); i++)
		key.k[i] = source.k[i];
	bench_begin(b);
	for (unsigned int i = 0; i < OPS; i++)
		h ^= multilinear_hash4(&key, i, h, 1, 0);
	bench_end(b, OPS);
	sink = h;
}

BENCHMARK(siphash_2u64)
{
	static const struct siphash_key key = { { 1, 2 } };
	u64 h = 0;

	bench_begin(b);
	for (unsigned int i = 0; i < OPS; i++)
		h = siphash_2u64(i, h, &key);
	bench_end(b, OPS);
	sink = (u32)h;
}

BENCHMARK(scnprintf_route)
{
	be32 addr = htonl(0xc0000201);
	char line[80];

	bench_begin(b);
	for (unsigned int i = 0; i < OPS; i++)
		scnprintf(line, sizeof(line), "%pI4/%u via %pI4 dev %s metric %u", &addr, 24u,
			  &addr, "eth0", i);
	bench_end(b, OPS);
	sink = (u8)line[0];
}
