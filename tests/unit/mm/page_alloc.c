/* SPDX-License-Identifier: MIT */
/*
 * Suite buddy: orders, merging, zones, watermarks, exhaustion, misuse; the invariants are walked
 * after each test. The random model is in buddy_model.c.
 */
#include "kernel/base/selftest.h"
#include "lib/prng.h"
#include "lib/string.h"
#include "mm/memblock.h"
#include "mm/page_alloc.h"
#include "mm/slab.h"
#include "tests/unit/mm/areas.h"

static unsigned long free_at_start;
static unsigned long errors_at_start;

SELFTEST_SETUP(buddy)
{
	slab_shrink_all();
	drain_all_pages();
	free_at_start = nr_free_pages();
	errors_at_start = page_alloc_errors;
}

SELFTEST_TEARDOWN(buddy)
{
	slab_shrink_all();
	drain_all_pages();
	mm_errors_quiet = false;
	EXPECT_EQ(nr_free_pages(), free_at_start);
	EXPECT_EQ(page_alloc_check(), 0);
}

SELFTEST(buddy, every_order_is_aligned_and_comes_back)
{
	for (unsigned int order = 0; order < MAX_ORDER; order++) {
		unsigned long before = nr_free_pages();
		struct page *page = alloc_pages(GFP_KERNEL | __GFP_NOWARN, order);

		if (!page && order > 3) {
			selftest_comment("no block of order %u in %lu free pages", order, before);
			break;
		}
		ASSERT_NOT_NULL(page);
		EXPECT_TRUE(IS_ALIGNED(page_to_pfn(page), 1ul << order));
		EXPECT_EQ(page_count(page), 1);
		EXPECT_EQ(page->head, page);
		EXPECT_EQ(nr_free_pages(), before - (1ul << order));
		EXPECT_EQ(virt_to_page((char *)page_address(page) + PAGE_SIZE - 1), page);
		memset(page_address(page), 0xa5, PAGE_SIZE << order);
		__free_pages(page, order);
		EXPECT_EQ(nr_free_pages(), before);
	}
	EXPECT_NULL(alloc_pages(GFP_KERNEL | __GFP_NOWARN, MAX_ORDER));
}

SELFTEST(buddy, last_page_freed_is_the_next_one_given)
{
	struct page *a = alloc_page(GFP_KERNEL);

	ASSERT_NOT_NULL(a);
	__free_page(a);
	EXPECT_EQ(alloc_page(GFP_KERNEL), a);
	__free_page(a);
}

static struct areas areas_before, areas_after;

/* Up to @n blocks. Return: how many there were. */
static unsigned int alloc_blocks(struct page **pages, unsigned int n, unsigned int order)
{
	unsigned int got = 0;

	while (got < n && (pages[got] = alloc_pages(GFP_NOWAIT | __GFP_NOWARN, order)))
		got++;
	return got;
}

SELFTEST(buddy, everything_merges_back)
{
	enum { PAGES = 600 };
	static struct page *pages[PAGES];
	unsigned int n;
	struct prng prng;

	areas_note(&areas_before);
	n = alloc_blocks(pages, PAGES, 0);
	EXPECT_GT(n, PAGES / 2);
	prng_seed(&prng, 7);
	for (unsigned int i = n; i; i--) {
		unsigned int k = prng_below(&prng, i);

		__free_page(pages[k]);
		pages[k] = pages[i - 1];
	}
	drain_local_pages();
	areas_note(&areas_after);
	EXPECT_EQ(memcmp(&areas_before, &areas_after, sizeof(areas_before)), 0);
}

/* Where the @i-th to be freed of @n stands among the allocated: five ways to cut up the stacks. */
static unsigned int nth_to_free(unsigned int pattern, unsigned int i, unsigned int n)
{
	switch (pattern) {
	case 0:
		return i;
	case 1:
		return n - 1 - i;
	case 2:			/* every second one, then those between them */
		return i < (n + 1) / 2 ? 2 * i : 2 * (i - (n + 1) / 2) + 1;
	case 3:			/* two runs in turn, each block far from the last */
		return i % 2 ? n / 2 + i / 2 : i / 2;
	default:		/* any order: a prime step, larger than any n */
		return (i * 521ul) % n;
	}
}

SELFTEST(buddy, stacks_merge_whatever_the_order_of_frees)
{
	enum { BLOCKS = 512, PATTERNS = 5 };
	static struct page *pages[BLOCKS];

	for (unsigned int order = 0; order < PCP_ORDERS; order++) {
		unsigned int n, want = BLOCKS >> order;

		for (unsigned int pattern = 0; pattern < PATTERNS; pattern++) {
			drain_local_pages();
			areas_note(&areas_before);
			n = alloc_blocks(pages, want, order);
			EXPECT_GT(n, want / 2);
			if (n % 2)
				__free_pages(pages[--n], order);
			for (unsigned int i = 0; i < n; i++) {
				unsigned int k = nth_to_free(pattern, i, n);

				ASSERT_NOT_NULL(pages[k]);
				__free_pages(pages[k], order);
				pages[k] = NULL;
				if (i == n / 3)		/* holes in the windows */
					EXPECT_EQ(page_alloc_check(), 0);
			}
			drain_local_pages();
			EXPECT_EQ(page_alloc_check(), 0);
			areas_note(&areas_after);
			EXPECT_EQ(memcmp(&areas_before, &areas_after, sizeof(areas_before)), 0);
		}
	}
}

SELFTEST(buddy, page_inside_a_merged_block_is_not_freed_again)
{
	enum { PAGES = 256 };
	static struct page *pages[PAGES];
	unsigned long errors = page_alloc_errors;
	unsigned int n = alloc_blocks(pages, PAGES, 0);

	EXPECT_GT(n, 0);
	for (unsigned int i = 0; i < n; i++)
		__free_page(pages[i]);
	drain_local_pages();
	mm_errors_quiet = true;
	for (unsigned int i = 0; i < n; i++)
		__free_page(pages[i]);
	EXPECT_EQ(page_alloc_errors, errors + n);
	page_alloc_errors = errors_at_start;
}

SELFTEST(buddy, zones_hold_what_they_promise)
{
	struct page *page = alloc_pages(GFP_DMA | GFP_KERNEL, 2);

	ASSERT_NOT_NULL(page);
	EXPECT_EQ(page_zonenum(page), ZONE_DMA);
	EXPECT_LE(page_to_phys(page) + 4 * PAGE_SIZE, 16ull << 20);
	__free_pages(page, 2);
	page = alloc_pages(GFP_DMA32 | GFP_KERNEL, 0);
	ASSERT_NOT_NULL(page);
	EXPECT_LE(page_zonenum(page), ZONE_DMA32);
	__free_pages(page, 0);
	/* Without a zone: the highest of the own node that has memory above its watermark. */
	page = alloc_page(GFP_KERNEL);
	ASSERT_NOT_NULL(page);
	EXPECT_EQ(page_zone(page), node_data[numa_node_id()]->zonelists[0].zones[0]);
	if (memblock_end_of_ram() > 4ull << 30 && nr_node_ids == 1)
		EXPECT_EQ(page_zonenum(page), ZONE_NORMAL);
	__free_page(page);
	EXPECT_NULL(alloc_pages_node(MAX_NUMNODES, GFP_KERNEL | __GFP_THISNODE, 0));
}

SELFTEST(buddy, zone_counts_add_up)
{
	unsigned long managed = 0;
	struct zone *zone;

	for_each_zone(zone) {
		EXPECT_LE(zone->managed_pages, zone->present_pages);
		EXPECT_LE(zone->present_pages, zone->spanned_pages);
		EXPECT_LE(zone_free_pages(zone), zone->managed_pages);
		EXPECT_LE(zone->watermark[WMARK_MIN], zone->watermark[WMARK_LOW]);
		EXPECT_LE(zone->watermark[WMARK_LOW], zone->watermark[WMARK_HIGH]);
		managed += zone->managed_pages;
	}
	EXPECT_EQ(managed, totalram_pages());
	EXPECT_LE(managed, memblock_phys_mem_size() / PAGE_SIZE);
}

/* What one CPU's stacks may keep is out of the others' reach: together they leave most of a zone. */
SELFTEST(buddy, stacks_leave_most_of_a_zone)
{
	struct zone *zone;
	unsigned int cpu;

	for_each_zone(zone) {
		unsigned long pages = 0;

		for_each_possible_cpu(cpu)
			for (unsigned int order = 0; order < PCP_ORDERS; order++)
				pages += 2ul * per_cpu_ptr(zone->pageset, cpu)->lists[order].batch
					 << order;
		/* 36: two stacks of 4 pages, and of one block of each other order. */
		EXPECT_LE(pages, max(zone->managed_pages / 8, 36ul * num_possible_cpus()));
	}
}

/* Pages chained through their own memory. */
struct chain {
	struct chain *next;
	unsigned int order;
};

static unsigned long take_all(gfp_t gfp, struct chain **chain)
{
	unsigned long pages = 0;

	for (int order = MAX_ORDER - 1; order >= 0; order--) {
		struct chain *c;

		while ((c = (struct chain *)__get_free_pages(gfp | __GFP_NOWARN, order))) {
			c->next = *chain;
			c->order = order;
			*chain = c;
			pages += 1ul << order;
		}
	}
	return pages;
}

static void give_back(struct chain *chain)
{
	while (chain) {
		struct chain *next = chain->next;

		free_pages((unsigned long)chain, chain->order);
		chain = next;
	}
}

/*
 * Nothing of @order is left, or soon is not: threads on other CPUs may give something back meanwhile.
 */
static bool runs_dry(gfp_t gfp, unsigned int order, struct chain **chain)
{
	for (unsigned int i = 0; i < 1000; i++) {
		struct chain *c = (struct chain *)__get_free_pages(gfp | __GFP_NOWARN, order);

		if (!c)
			return true;
		*c = (struct chain){ *chain, order };
		*chain = c;
	}
	return false;
}

SELFTEST(buddy, exhaustion_returns_null_and_atomic_has_a_reserve)
{
	struct chain *chain = NULL, *reserve = NULL;
	/* Without waking kswapd, which would give back what caches keep. */
	unsigned long normal = take_all(0, &chain);
	unsigned long left = nr_free_pages();
	unsigned long high = take_all(__GFP_HIGH, &reserve);
	unsigned long atomic = take_all(__GFP_HIGH | __GFP_ATOMIC, &reserve);

	EXPECT_GT(normal, 0ul);
	EXPECT_GT(left, 0ul);
	/* Half of the reserve, then a quarter of the other half; some stays. */
	EXPECT_GT(high, 0ul);
	EXPECT_GT(atomic, 0ul);
	EXPECT_LT(atomic, high);
	EXPECT_LT(high + atomic, left);
	EXPECT_TRUE(runs_dry(__GFP_HIGH | __GFP_ATOMIC, 0, &reserve));
	EXPECT_TRUE(runs_dry(__GFP_DIRECT_RECLAIM | __GFP_NORETRY, 0, &reserve));
	EXPECT_TRUE(runs_dry(__GFP_DIRECT_RECLAIM, 9, &reserve));
	EXPECT_NULL(kmalloc(100000, __GFP_HIGH | __GFP_ATOMIC | __GFP_NOWARN));
	/* All of the reserve is for those who free memory. */
	EXPECT_GT(take_all(__GFP_MEMALLOC, &reserve), 0ul);
	EXPECT_NULL(alloc_page(__GFP_MEMALLOC | __GFP_NOMEMALLOC | __GFP_NOWARN));
	give_back(reserve);
	give_back(chain);
}

SELFTEST(buddy, compound_block_lives_by_references_to_any_part)
{
	unsigned long before = nr_free_pages();
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_COMP, 3);

	ASSERT_NOT_NULL(page);
	EXPECT_EQ(compound_order(page), 3);
	EXPECT_EQ(page_size(page), 8 * PAGE_SIZE);
	EXPECT_EQ(virt_to_head_page((char *)page_address(page) + 5 * PAGE_SIZE + 100), page);
	get_page(page + 5);
	EXPECT_EQ(page_count(page), 2);
	__free_pages(page, 3);
	EXPECT_EQ(nr_free_pages(), before - 8);
	put_page(page + 7);
	EXPECT_EQ(nr_free_pages(), before);
	EXPECT_EQ(page[7].head, page + 7);
}

SELFTEST(buddy, split_block_is_freed_page_by_page)
{
	unsigned long before = nr_free_pages();
	struct page *page = alloc_pages(GFP_KERNEL, 2);
	void *p;

	ASSERT_NOT_NULL(page);
	split_page(page, 2);
	for (int i = 3; i >= 0; i--)
		__free_page(page + i);
	EXPECT_EQ(nr_free_pages(), before);
	p = alloc_pages_exact(5 * PAGE_SIZE - 100, GFP_KERNEL);
	ASSERT_NOT_NULL(p);
	EXPECT_EQ(nr_free_pages(), before - 5);
	free_pages_exact(p, 5 * PAGE_SIZE - 100);
	EXPECT_NULL(alloc_pages_exact(0, GFP_KERNEL));
	EXPECT_EQ(nr_free_pages(), before);
}

SELFTEST(buddy, bulk)
{
	struct page *pages[40];
	unsigned long before = nr_free_pages();

	ASSERT_EQ(alloc_pages_bulk(GFP_KERNEL | __GFP_ZERO | __GFP_COMP, 40, pages), 40);
	EXPECT_EQ(nr_free_pages(), before - 40);
	for (unsigned int i = 0; i < 40; i++) {
		for (unsigned int j = 0; j < i; j++)
			EXPECT_NE(pages[i], pages[j]);
		EXPECT_EQ(page_count(pages[i]), 1);
		EXPECT_FALSE(PageCompound(pages[i]));
		EXPECT_EQ(*(unsigned long *)page_address(pages[i]), 0ul);
		memset(page_address(pages[i]), 0x5a, PAGE_SIZE);
	}
	__free_page(pages[7]);
	pages[7] = NULL;
	free_pages_bulk(40, pages);
	EXPECT_EQ(nr_free_pages(), before);
	EXPECT_EQ(alloc_pages_bulk(GFP_KERNEL, 0, pages), 0);
}

SELFTEST(buddy, zeroed_page_is_zero)
{
	unsigned long *p = (unsigned long *)__get_free_page(GFP_KERNEL);

	ASSERT_NOT_NULL(p);
	memset(p, 0xff, PAGE_SIZE);
	free_page((unsigned long)p);
	EXPECT_EQ((unsigned long *)get_zeroed_page(GFP_KERNEL), p);
	for (unsigned int i = 0; i < PAGE_SIZE / sizeof(*p); i++)
		ASSERT_EQ(p[i], 0ul);
	free_page((unsigned long)p);
	free_page(0);
	EXPECT_EQ(get_order(1), 0);
	EXPECT_EQ(get_order(PAGE_SIZE), 0);
	EXPECT_EQ(get_order(PAGE_SIZE + 1), 1);
	EXPECT_EQ(get_order(8 * PAGE_SIZE), 3);
}

SELFTEST(buddy, misuse_is_refused_and_counted)
{
	struct page *page = alloc_page(GFP_KERNEL),
		    *block = alloc_pages(GFP_KERNEL | __GFP_COMP, 2);
	unsigned long errors = page_alloc_errors;

	ASSERT_NOT_NULL(page);
	ASSERT_NOT_NULL(block);
	mm_errors_quiet = true;
	__free_pages(page, 1);
	EXPECT_EQ(page_alloc_errors, errors + 1);
	__free_page(page);
	EXPECT_EQ(page_alloc_errors, errors + 1);
	__free_page(page);
	EXPECT_EQ(page_alloc_errors, errors + 2);
	__free_page(block + 1);
	EXPECT_EQ(page_alloc_errors, errors + 3);
	__free_pages(block, 3);
	EXPECT_EQ(page_alloc_errors, errors + 4);
	__free_pages(block, 2);
	__free_pages(block, 2);
	EXPECT_EQ(page_alloc_errors, errors + 5);
	/* The same past the per-CPU lists. */
	block = alloc_pages(GFP_KERNEL, PCP_ORDERS);
	if (block) {
		__free_pages(block, PCP_ORDERS);
		__free_pages(block, PCP_ORDERS);
	}
	EXPECT_EQ(page_alloc_errors, errors + 6);
	page_alloc_errors = errors_at_start;
}

SELFTEST(buddy, page_fragments)
{
	struct page_frag_cache nc = { 0 };
	unsigned long before = nr_free_pages();
	void *p[64];

	for (unsigned int i = 0; i < 64; i++) {
		p[i] = page_frag_alloc(&nc, 1600, GFP_ATOMIC);
		ASSERT_NOT_NULL(p[i]);
		EXPECT_TRUE(IS_ALIGNED((unsigned long)p[i], 64));
		memset(p[i], i, 1600);
	}
	for (unsigned int i = 0; i < 64; i++)
		EXPECT_EQ(((u8 *)p[i])[1599], i);
	for (unsigned int i = 0; i < 64; i++)
		page_frag_free(p[(i * 29) % 64]);
	/* One block used over and over when every piece comes back before it ends. */
	for (unsigned int i = 0; i < 64; i++) {
		void *q = page_frag_alloc(&nc, 2000, GFP_ATOMIC);

		ASSERT_NOT_NULL(q);
		page_frag_free(q);
	}
	EXPECT_GE(nr_free_pages(), before - 8);
	EXPECT_NULL(page_frag_alloc(&nc, PAGE_SIZE + 1, GFP_ATOMIC));
	EXPECT_NULL(page_frag_alloc(&nc, UINT_MAX, GFP_ATOMIC));
	EXPECT_NULL(page_frag_alloc(&nc, 0, GFP_ATOMIC));
	page_frag_cache_drain(&nc);
	page_frag_cache_drain(&nc);
	EXPECT_EQ(nr_free_pages(), before);
}
