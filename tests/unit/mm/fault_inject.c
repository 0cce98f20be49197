/* SPDX-License-Identifier: MIT */
/*
 * Suite fault_inject: the four numbers, the n-th call, and pages that are not given.
 */
#include "kernel/base/selftest.h"
#include "lib/errno.h"
#include "mm/page_alloc.h"
#include "mm/page_debug.h"
#include "mm/slab.h"

static struct fault_attr attr = FAULT_ATTR_INIT(test);

SELFTEST_TEARDOWN(fault_inject)
{
	EXPECT_EQ(fault_attr_parse(&fail_page_alloc, "0"), 0);
	page_alloc_steer();
}

/* Bit n: call n failed. */
static u64 calls(unsigned int n, size_t size)
{
	u64 failed = 0;

	for (unsigned int i = 0; i < n; i++)
		failed |= (u64)should_fail(&attr, size) << i;
	return failed;
}

SELFTEST(fault_inject, parse)
{
	static const char *const bad[] = {
		"", "1", "1,2,3", "1,2,3,4,5", "1,101,0,0", "-1,1,0,0", "1,1,-1,0", "1,1,0,-2", "nth:",
		"nth:0", "nth:x", "nth:-1", "a,b,c,d", ",,,", "1,1,1,", "1,1,,1",
		"1,11111111111111111111111111,0,0", "99999999999,1,0,0",
	};

	EXPECT_EQ(fault_attr_parse(&attr, "3,40,5,-1"), 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++)
		EXPECT_EQ(fault_attr_parse(&attr, bad[i]), -EINVAL);
	EXPECT_EQ(fault_attr_parse(&attr, NULL), -EINVAL);
	EXPECT_TRUE(attr.active);
	EXPECT_EQ(attr.interval, 3);
	EXPECT_EQ(attr.probability, 40);
	EXPECT_EQ(attr.space, 5);
	EXPECT_EQ(attr.times, -1);
	EXPECT_EQ(fault_attr_parse(&attr, "0"), 0);
	EXPECT_FALSE(attr.active);
	EXPECT_FALSE(should_fail(&attr, 1));
}

SELFTEST(fault_inject, numbers_mean_what_they_mean_in_linux)
{
	unsigned int n = 0;

	/* All; every third; after a space of 4; two times; never. */
	ASSERT_EQ(fault_attr_parse(&attr, "1,100,0,-1"), 0);
	EXPECT_EQ(calls(10, 1), 0x3ff);
	ASSERT_EQ(fault_attr_parse(&attr, "3,100,0,-1"), 0);
	EXPECT_EQ(calls(9, 1), 0x124);
	ASSERT_EQ(fault_attr_parse(&attr, "1,100,5,-1"), 0);
	EXPECT_EQ(calls(6, 2), 0x3c);
	/* Those that the space let pass are no part of an interval. */
	ASSERT_EQ(fault_attr_parse(&attr, "3,100,5,-1"), 0);
	EXPECT_EQ(calls(9, 2), 0x90);
	ASSERT_EQ(fault_attr_parse(&attr, "1,100,0,2"), 0);
	EXPECT_EQ(calls(9, 1), 3);
	EXPECT_EQ(attr.failures, 2);
	ASSERT_EQ(fault_attr_parse(&attr, "1,100,0,0"), 0);
	EXPECT_EQ(calls(9, 1), 0);
	ASSERT_EQ(fault_attr_parse(&attr, "1,0,0,-1"), 0);
	EXPECT_EQ(calls(9, 1), 0);
	ASSERT_EQ(fault_attr_parse(&attr, "1,25,0,-1"), 0);
	for (unsigned int i = 0; i < 4000; i++)
		n += should_fail(&attr, 1);
	EXPECT_GT(n, 800);
	EXPECT_LT(n, 1200);
	ASSERT_EQ(fault_attr_parse(&attr, "nth:7"), 0);
	EXPECT_EQ(calls(60, 1), 1ull << 6);
}

SELFTEST(fault_inject, page_is_not_given_once)
{
	struct page *page, *pages[12];
	unsigned long before = nr_free_pages();

	ASSERT_EQ(fault_attr_parse(&fail_page_alloc, "nth:3"), 0);
	page_alloc_steer();
	for (unsigned int i = 0; i < 5; i++) {
		page = alloc_pages(GFP_NOWAIT, i % 3);
		EXPECT_EQ(!page, i == 2);
		if (page)
			__free_pages(page, i % 3);
	}
	/* Each of a bulk counts; what came before stays the caller's. */
	ASSERT_EQ(fault_attr_parse(&fail_page_alloc, "nth:9"), 0);
	page_alloc_steer();
	EXPECT_EQ(alloc_pages_bulk(GFP_KERNEL, 12, pages), 8);
	free_pages_bulk(8, pages);
	/* Who may not fail does not, and does not count. */
	ASSERT_EQ(fault_attr_parse(&fail_page_alloc, "1,100,0,-1"), 0);
	page_alloc_steer();
	EXPECT_NULL(alloc_page(GFP_KERNEL));
	EXPECT_NULL(alloc_pages_node(numa_mem_id(), GFP_KERNEL | __GFP_THISNODE, 5));
	page = alloc_page(GFP_KERNEL | __GFP_NOFAIL);
	EXPECT_NOT_NULL(page);
	EXPECT_EQ(fail_page_alloc.calls, fail_page_alloc.failures);
	__free_page(page);
	ASSERT_EQ(fault_attr_parse(&fail_page_alloc, "0"), 0);
	page_alloc_steer();
	EXPECT_EQ(nr_free_pages(), before);
}
