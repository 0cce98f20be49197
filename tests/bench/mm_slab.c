/* SPDX-License-Identifier: MIT */
/*
 * tests/bench/mm_slab.c - what objects cost: kmem_cache and kmalloc, pairs, 10,000 in a row, in
 * bulk.
 *
 * 10,000 objects of 4 KB are 40 MB: with less memory those figures are left out, and say so.
 */
#include "kernel/base/benchmark.h"
#include "lib/compiler.h"
#include "lib/prng.h"
#include "mm/slab.h"
#include "mm/vmalloc.h"

#define PAIRS 10000
#define MANY  10000

static struct kmem_cache *cache_256(struct bench *b)
{
	struct kmem_cache *s = kmem_cache_create("bench-256", 256, 0, 0, NULL);

	if (!s)
		bench_skip(b, "not enough memory");
	return s;
}

BENCHMARK(kmem_cache_256_pair)
{
	struct kmem_cache *s = cache_256(b);

	if (!s)
		return;
	bench_begin(b);
	for (unsigned int i = 0; i < PAIRS; i++)
		kmem_cache_free(s, kmem_cache_alloc(s, GFP_KERNEL));
	bench_end(b, PAIRS);
	kmem_cache_destroy(s);
}

static void cache_many(struct bench *b, bool measure_alloc)
{
	struct kmem_cache *s = cache_256(b);
	void **p = vmalloc(MANY * sizeof(*p));
	unsigned int n;

	if (!s || !p) {
		bench_skip(b, "not enough memory");
		goto out;
	}
	if (measure_alloc)
		bench_begin(b);
	for (n = 0; n < MANY; n++) {
		p[n] = kmem_cache_alloc(s, GFP_KERNEL | __GFP_NOWARN);
		if (!p[n])
			break;
	}
	if (measure_alloc)
		bench_end(b, MANY);
	else
		bench_begin(b);
	for (unsigned int i = 0; i < n; i++)
		kmem_cache_free(s, p[i]);
	if (!measure_alloc)
		bench_end(b, MANY);
	if (n < MANY)
		bench_skip(b, "not enough memory");
out:
	vfree(p);
	if (s)
		kmem_cache_destroy(s);
}

BENCHMARK(kmem_cache_256_10k_alloc)
{
	cache_many(b, true);
}

BENCHMARK(kmem_cache_256_10k_free)
{
	cache_many(b, false);
}

BENCHMARK(kmalloc_const64_pair)
{
	bench_begin(b);
	for (unsigned int i = 0; i < PAIRS; i++)
		kfree(kmalloc(64, GFP_KERNEL));
	bench_end(b, PAIRS);
}

/* The compiler does not know the size. */
static __always_inline size_t unknown(size_t size)
{
	__asm__("" : "+r"(size));
	return size;
}

static void kmalloc_pair(struct bench *b, size_t size)
{
	size = unknown(size);
	bench_begin(b);
	for (unsigned int i = 0; i < PAIRS; i++)
		kfree(kmalloc(unknown(size), GFP_KERNEL));
	bench_end(b, PAIRS);
}

#define KMALLOC_PAIR(size)				\
BENCHMARK(kmalloc_var##size##_pair)			\
{							\
	kmalloc_pair(b, size);				\
}
KMALLOC_PAIR(8)
KMALLOC_PAIR(64)
KMALLOC_PAIR(256)
KMALLOC_PAIR(1024)
KMALLOC_PAIR(4096)

enum part { ALLOC, FREE, FREE_RANDOM };

static void shuffle(void **p, unsigned int n)
{
	struct prng prng;

	prng_seed(&prng, n);
	for (unsigned int i = n - 1; i; i--) {
		unsigned int j = prng_below(&prng, i + 1);

		swap(p[i], p[j]);
	}
}

static void kmalloc_many(struct bench *b, size_t size, enum part part)
{
	void **p = vmalloc(MANY * sizeof(*p));
	unsigned int n;

	if (!p) {
		bench_skip(b, "not enough memory");
		return;
	}
	if (part == ALLOC)
		bench_begin(b);
	for (n = 0; n < MANY; n++) {
		p[n] = kmalloc(unknown(size), GFP_KERNEL | __GFP_NOWARN);
		if (!p[n])
			break;
	}
	if (part == ALLOC)
		bench_end(b, MANY);
	if (part == FREE_RANDOM && n == MANY)
		shuffle(p, MANY);
	if (part != ALLOC)
		bench_begin(b);
	for (unsigned int i = 0; i < n; i++)
		kfree(p[i]);
	if (part != ALLOC)
		bench_end(b, MANY);
	if (n < MANY)
		bench_skip(b, "not enough memory");
	vfree(p);
}

#define KMALLOC_MANY(size)				\
BENCHMARK(kmalloc_##size##_10k_alloc)			\
{							\
	kmalloc_many(b, size, ALLOC);			\
}							\
BENCHMARK(kmalloc_##size##_10k_free)			\
{							\
	kmalloc_many(b, size, FREE);			\
}							\
BENCHMARK(kmalloc_##size##_10k_free_random)		\
{							\
	kmalloc_many(b, size, FREE_RANDOM);		\
}
KMALLOC_MANY(8)
KMALLOC_MANY(64)
KMALLOC_MANY(1024)
KMALLOC_MANY(4096)

#define BULK_ROUNDS 400
#define BULK_MAX    250

/* Alternating alloc(n), free(n): one of the two is measured, and a call is one turn of the loop. */
static void bulk(struct bench *b, unsigned int n, enum part part)
{
	static void *p[BULK_MAX];
	struct kmem_cache *s = cache_256(b);

	if (!s)
		return;
	for (unsigned int round = 0; round < BULK_ROUNDS; round++) {
		int got;

		if (part == ALLOC)
			bench_begin(b);
		got = kmem_cache_alloc_bulk(s, GFP_KERNEL, n, p);
		if (part == ALLOC)
			bench_end_turns(b, n, 0);
		if (!got) {
			bench_skip(b, "not enough memory");
			break;
		}
		if (part == FREE)
			bench_begin(b);
		kmem_cache_free_bulk(s, n, p);
		if (part == FREE)
			bench_end_turns(b, n, 0);
	}
	kmem_cache_destroy(s);
}

#define BULK(n)						\
BENCHMARK(kmem_cache_bulk##n##_alloc)			\
{							\
	bulk(b, n, ALLOC);				\
}							\
BENCHMARK(kmem_cache_bulk##n##_free)			\
{							\
	bulk(b, n, FREE);				\
}
BULK(1)
BULK(16)
BULK(64)
BULK(250)
