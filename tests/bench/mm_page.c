/* SPDX-License-Identifier: MIT */
/*
 * tests/bench/mm_page.c - what pages cost: pairs of each order, and 10,000 in a row.
 *
 * 10,000 pages are 40 MB: with less memory those figures are left out, and say so.
 */
#include "kernel/base/benchmark.h"
#include "mm/page_alloc.h"
#include "mm/vmalloc.h"

#define PAIRS	10000
#define MANY	10000

static __always_inline void pair(struct bench *b, unsigned int order, unsigned int n)
{
	/* A failure would show as a cheap figure: make sure that there is a block at all. */
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_NOWARN, order);

	if (!page) {
		bench_skip(b, "not enough memory");
		return;
	}
	__free_pages(page, order);
	bench_begin(b);
	for (unsigned int i = 0; i < n; i++)
		__free_pages(alloc_pages(GFP_KERNEL, order), order);
	bench_end(b, n);
}

BENCHMARK(page_order0_pair)
{
	pair(b, 0, PAIRS);
}

BENCHMARK(page_order3_pair)
{
	pair(b, 3, PAIRS);
}

BENCHMARK(page_order9_pair)
{
	pair(b, 9, PAIRS);
}

/* Measure the allocations, or the frees. */
static void many(struct bench *b, bool measure_alloc)
{
	struct page **pages = vmalloc(MANY * sizeof(*pages));
	unsigned int n;

	if (!pages) {
		bench_skip(b, "not enough memory");
		return;
	}
	if (measure_alloc)
		bench_begin(b);
	for (n = 0; n < MANY; n++) {
		pages[n] = alloc_pages(GFP_KERNEL | __GFP_NOWARN, 0);
		if (!pages[n])
			break;
	}
	if (measure_alloc)
		bench_end(b, MANY);
	else
		bench_begin(b);
	for (unsigned int i = 0; i < n; i++)
		__free_pages(pages[i], 0);
	if (!measure_alloc)
		bench_end(b, MANY);
	if (n < MANY)
		bench_skip(b, "not enough memory");
	vfree(pages);
}

BENCHMARK(page_order0_10k_alloc)
{
	many(b, true);
}

BENCHMARK(page_order0_10k_free)
{
	many(b, false);
}
