/* SPDX-License-Identifier: MIT */
/*
 * Suite reclaim: memory is full, and a cache that can shrink has some of it. Direct reclaim, kswapd,
 * the reserves and their mark, and the requests that may not fail.
 */
#include <arch/smp.h>
#include "kernel/base/preempt.h"
#include "kernel/base/printk.h"
#include "kernel/base/sched.h"
#include "kernel/base/selftest.h"
#include "kernel/base/spinlock.h"
#include "kernel/base/time.h"
#include "lib/string.h"
#include "mm/kswapd.h"
#include "mm/page_alloc.h"
#include "mm/page_alloc_internal.h"
#include "mm/page_debug.h"
#include "mm/shrinker.h"
#include "mm/slab.h"
#include "mm/vm_event.h"

struct block {
	struct block *next;
	unsigned int order;
};

static DEFINE_SPINLOCK(cache_lock);
static struct block *cache;		/* what the shrinker can free */
static unsigned long cached, scans;	/* scans: by the test's own requests */
static unsigned long scan_max;		/* blocks that one scan frees at most */
static struct thread *tester;
static bool scan_allocates;
static struct block *hoard;		/* all other memory */
static unsigned long free_at_start;

static unsigned long cache_count(struct shrinker *shrinker, struct shrink_control *sc)
{
	return READ_ONCE(cached);
}

static unsigned long cache_scan(struct shrinker *shrinker, struct shrink_control *sc)
{
	unsigned long freed = 0;

	scans += current == tester;
	if (scan_allocates) {
		unsigned long before = scans;
		struct page *page = alloc_page(GFP_KERNEL);

		/* From the reserve, without another round of shrinkers. */
		EXPECT_NOT_NULL(page);
		EXPECT_EQ(scans, before);
		EXPECT_TRUE(shrinkers_run_here());
		if (page)
			__free_page(page);
	}
	for (; freed < min(sc->nr_to_scan, scan_max); freed++) {
		struct block *b;

		spin_lock(&cache_lock);
		b = cache;
		if (b) {
			cache = b->next;
			cached--;
		}
		spin_unlock(&cache_lock);
		if (!b)
			break;
		free_page((unsigned long)b);
	}
	return freed;
}

static struct shrinker shrinker = {
	.count_objects = cache_count, .scan_objects = cache_scan, .name = "reclaim_test",
};

static void take(gfp_t gfp, struct block **list)
{
	for (int order = MAX_ORDER - 1; order >= 0; order--) {
		struct block *b;

		while ((b = (struct block *)__get_free_pages(gfp | __GFP_NOWARN, order))) {
			*b = (struct block){ *list, order };
			*list = b;
		}
	}
}

static void give_back(struct block **list)
{
	while (*list) {
		struct block *b = *list;

		*list = b->next;
		free_pages((unsigned long)b, b->order);
	}
}

/*
 * Pages until there are none, into the hoard: threads on other CPUs may give some back at any time.
 * Return: how many there were.
 */
static unsigned int take_rest(gfp_t gfp)
{
	unsigned int n = 0;

	for (; n < 1000; n++) {
		struct block *b = (struct block *)__get_free_page(gfp | __GFP_NOWARN);

		if (!b)
			break;
		*b = (struct block){ .next = hoard };
		hoard = b;
	}
	return n;
}

/* @n pages in the cache; all that a plain request can have is gone. Nothing was woken for it. */
static void fill(unsigned long n)
{
	for (unsigned long i = 0; i < n; i++) {
		struct block *b = (struct block *)__get_free_page(__GFP_NOWARN);

		ASSERT_NOT_NULL(b);
		*b = (struct block){ .next = cache };
		cache = b;
		cached++;
	}
	take(0, &hoard);
	ASSERT_LT(take_rest(0), 1000);
}

SELFTEST_SETUP(reclaim)
{
	slab_shrink_all();
	drain_all_pages();
	free_at_start = nr_free_pages();
	scans = 0;
	scan_max = ~0ul;
	tester = current;
	scan_allocates = false;
	EXPECT_EQ(register_shrinker(&shrinker), 0);
}

SELFTEST_TEARDOWN(reclaim)
{
	unregister_shrinker(&shrinker);
	give_back(&hoard);
	give_back(&cache);
	cached = 0;
	slab_shrink_all();
	drain_all_pages();
	EXPECT_EQ(nr_free_pages(), free_at_start);
	EXPECT_EQ(page_alloc_check(), 0);
}

static u64 stalls(void)
{
	return vm_event_sum(ALLOCSTALL_DMA) + vm_event_sum(ALLOCSTALL_DMA32) +
	       vm_event_sum(ALLOCSTALL_NORMAL);
}

SELFTEST(reclaim, shrinkable_cache_serves_who_may_sleep)
{
	struct block *taken = NULL;
	u64 stalled = stalls();

	fill(300);
	for (unsigned int i = 0; i < 100; i++) {
		struct block *b = (struct block *)__get_free_page(GFP_KERNEL);

		ASSERT_NOT_NULL(b);
		*b = (struct block){ .next = taken };
		taken = b;
	}
	EXPECT_GT(stalls(), stalled);
	EXPECT_GT(scans, 0ul);
	/* In between, who cannot sleep still has the reserve. */
	spin_lock(&cache_lock);
	EXPECT_LT(cached, 300ul);
	spin_unlock(&cache_lock);
	give_back(&taken);
}

SELFTEST(reclaim, atomic_has_a_reserve_when_all_is_full)
{
	struct block *reserve = NULL;
	u64 failed;

	fill(0);
	take(GFP_ATOMIC & ~__GFP_KSWAPD_RECLAIM, &reserve);
	EXPECT_NOT_NULL(reserve);
	failed = vm_event_sum(PGALLOC_FAIL);
	EXPECT_LT(take_rest(GFP_ATOMIC), 1000);
	EXPECT_LT(take_rest(GFP_KERNEL), 1000);
	EXPECT_LT(take_rest(GFP_KERNEL | __GFP_RETRY_MAYFAIL), 1000);
	EXPECT_LT(take_rest(GFP_NOIO), 1000);
	EXPECT_LT(take_rest(GFP_NOFS), 1000);
	EXPECT_GE(vm_event_sum(PGALLOC_FAIL), failed + 5);
	give_back(&reserve);
}

SELFTEST(reclaim, kswapd_works_up_to_the_high_mark)
{
	unsigned long until, want = 0;
	u64 stalled = stalls(), reached = vm_event_sum(KSWAPD_HIGH_REACHED);
	u64 rounds = vm_event_sum(PAGEOUTRUN);
	bool alone = nr_node_ids == 1;
	struct zone *zone;

	for_each_zone(zone)
		want += zone->watermark[WMARK_HIGH] + 2 * 64 * PCP_ORDERS;
	want = min(want, nr_free_pages() / 2);
	fill(want);
	/* Little by little: who would be content with the low mark ends there. */
	scan_max = 4;
	zone = node_data[numa_mem_id()]->zonelists[0].zones[0];
	EXPECT_LT(zone->free_pages, zone->watermark[WMARK_LOW]);
	/* Who cannot sleep wakes it, again and again: it may be resting after the test before. */
	until = jiffies + 10 * HZ;
	while ((READ_ONCE(zone->free_pages) < zone->watermark[WMARK_HIGH] ||
		(alone && vm_event_sum(KSWAPD_HIGH_REACHED) == reached)) &&
	       time_before(jiffies, until)) {
		struct page *page = alloc_pages(GFP_NOWAIT | __GFP_NOWARN, PCP_ORDERS);

		if (page)
			__free_pages(page, PCP_ORDERS);
		msleep(4);
	}
	EXPECT_GE(READ_ONCE(zone->free_pages), zone->watermark[WMARK_HIGH]);
	/* Another node's may have done the work while this one's rested. */
	if (alone)
		EXPECT_GT(vm_event_sum(KSWAPD_HIGH_REACHED), reached);
	EXPECT_GT(vm_event_sum(PAGEOUTRUN), rounds);
	EXPECT_GT(vm_event_sum(KSWAPD_WAKES), 0ul);
	EXPECT_EQ(stalls(), stalled);
	/* And no further: the cache is not emptied for it, but by another node's that it cannot help. */
	if (alone)
		EXPECT_GT(READ_ONCE(cached), 0ul);
	EXPECT_LT(READ_ONCE(cached), want);
}

/* How often a request that gets nothing asks the shrinkers: once, at each pressure, three times. */
SELFTEST(reclaim, who_wants_less_effort_makes_less)
{
	static const struct {
		gfp_t gfp;
		unsigned long scans;
	} kinds[] = {
		{ 0, 0 },
		{ __GFP_DIRECT_RECLAIM | __GFP_NORETRY, 1 },
		{ __GFP_DIRECT_RECLAIM, RECLAIM_PRIORITY + 1 },
		{ __GFP_DIRECT_RECLAIM | __GFP_RETRY_MAYFAIL, 3 * (RECLAIM_PRIORITY + 1) },
	};

	fill(100);
	scan_max = 0;
	for (unsigned int i = 0; i < ARRAY_SIZE(kinds); i++) {
		/* An order that others, who may give something back meanwhile, do not fill. */
		scans = 0;
		EXPECT_NULL(alloc_pages(kinds[i].gfp | __GFP_NOWARN, MAX_ORDER - 1));
		EXPECT_EQ(scans, kinds[i].scans);
	}
}

SELFTEST(reclaim, kswapd_runs_on_its_nodes_cpus)
{
	unsigned int node, cpu;

	for_each_memory_node(node) {
		cpumask_t cpus = 0, allowed = 0;

		for_each_online_cpu(cpu)
			cpus |= cpu_to_node(cpu) == (int)node ? cpumask_of(cpu) : 0;
		EXPECT_TRUE(kswapd_allowed(node, &allowed));
		if (cpus)
			EXPECT_EQ(allowed & cpu_online_mask_get(), cpus);
		else
			EXPECT_NE(allowed & cpu_online_mask_get(), 0ull);
	}
}

SELFTEST(reclaim, shrinker_that_allocates_has_the_reserve)
{
	struct page *page;

	fill(100);
	scan_allocates = true;
	page = alloc_page(GFP_KERNEL);
	EXPECT_NOT_NULL(page);
	EXPECT_FALSE(shrinkers_run_here());
	if (page)
		__free_page(page);
}

SELFTEST(reclaim, page_of_the_reserve_is_marked_until_freed)
{
	struct page *page, *again;

	fill(0);
	page = alloc_page(__GFP_MEMALLOC);
	ASSERT_NOT_NULL(page);
	EXPECT_TRUE(PagePfmemalloc(page));
	/* It brought no others to the stack, which anybody could take. */
	EXPECT_LT(take_rest(0), 3);
	__free_page(page);
	again = alloc_page(GFP_ATOMIC);	/* the same, from the stack, without the mark */
	if (!page_debug_on())
		EXPECT_EQ(again, page);
	EXPECT_FALSE(PagePfmemalloc(page));
	if (again)
		__free_page(again);
	drain_local_pages();
	EXPECT_LT(take_rest(__GFP_MEMALLOC | __GFP_NOMEMALLOC), 3);
}

SELFTEST(reclaim, who_may_not_fail_gets_the_last)
{
	bool reserve = false;

	fill(3);
	/* Others may give memory back meanwhile: until the cache is empty, and then the reserve. */
	for (unsigned int i = 0; i < 500 && !reserve; i++) {
		gfp_t how = READ_ONCE(cached) ? GFP_KERNEL : 0;
		struct page *page = alloc_page(how | __GFP_NOFAIL);
		struct block *b;

		ASSERT_NOT_NULL(page);
		reserve = !how && PagePfmemalloc(page);
		b = page_address(page);
		*b = (struct block){ .next = hoard };
		hoard = b;
		if (!how) {
			take(0, &hoard);
			drain_local_pages();
		}
	}
	EXPECT_EQ(READ_ONCE(cached), 0ul);
	EXPECT_TRUE(reserve);
}

SELFTEST(reclaim, failure_is_told_at_debug_level)
{
	static char line[LOG_LINE_MAX];
	u64 seq = log_next_seq();
	unsigned int found = 0, zones = 0;
	int level;

	page_alloc_report_now(GFP_KERNEL | __GFP_ZERO, 3);
	while (log_read(&seq, line, sizeof(line), &level)) {
		found += !!strstr(line, "page allocation failure: order:3, mode:");
		if (strstr(line, "page allocation failure"))
			EXPECT_NOT_NULL(strstr(line, "(GFP_KERNEL|__GFP_ZERO)"));
		zones += strstr(line, " min:") && strstr(line, " managed:");
		EXPECT_EQ(level, KERN_DEBUG);
	}
	EXPECT_EQ(found, 1);
	EXPECT_GT(zones, 0);
}
