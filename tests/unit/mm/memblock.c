/* SPDX-License-Identifier: MIT */
/*
 * Suite memblock: lists of regions stay sorted, disjoint and merged, whatever is added and removed.
 */
#include "kernel/base/selftest.h"
#include "lib/errno.h"
#include "lib/prng.h"
#include "mm/memblock.h"

static struct memblock_type type;

SELFTEST_SETUP(memblock)
{
	type = (struct memblock_type){ .name = "test" };
}

/* Sorted, not empty, with a gap between neighbours, and summed up. */
static void expect_sane(const struct memblock_type *t)
{
	u64 total = 0;

	for (unsigned int i = 0; i < t->count; i++) {
		EXPECT_GT(t->regions[i].size, 0ull);
		total += t->regions[i].size;
		if (i)
			EXPECT_GT(t->regions[i].base,
				  t->regions[i - 1].base + t->regions[i - 1].size);
	}
	EXPECT_EQ(total, t->total);
}

SELFTEST(memblock, touching_regions_merge)
{
	EXPECT_EQ(memblock_type_add(&type, 0x3000, 0x1000), 0);
	EXPECT_EQ(memblock_type_add(&type, 0x1000, 0x1000), 0);
	EXPECT_EQ(type.count, 2);
	EXPECT_EQ(memblock_type_add(&type, 0x2000, 0x1000), 0);
	ASSERT_EQ(type.count, 1);
	EXPECT_EQ(type.regions[0].base, 0x1000ull);
	EXPECT_EQ(type.regions[0].size, 0x3000ull);
	expect_sane(&type);
}

SELFTEST(memblock, overlapping_regions_merge)
{
	EXPECT_EQ(memblock_type_add(&type, 0x1000, 0x1000), 0);
	EXPECT_EQ(memblock_type_add(&type, 0x4000, 0x1000), 0);
	EXPECT_EQ(memblock_type_add(&type, 0x8000, 0x1000), 0);
	EXPECT_EQ(memblock_type_add(&type, 0x1800, 0x3000), 0);
	ASSERT_EQ(type.count, 2);
	EXPECT_EQ(type.regions[0].base, 0x1000ull);
	EXPECT_EQ(type.regions[0].size, 0x4000ull);
	EXPECT_EQ(memblock_type_add(&type, 0x2000, 0x100), 0);
	EXPECT_EQ(type.count, 2);
	EXPECT_EQ(memblock_type_add(&type, 0, 0), 0);
	EXPECT_EQ(type.count, 2);
	expect_sane(&type);
}

SELFTEST(memblock, remove_cuts_splits_and_deletes)
{
	EXPECT_EQ(memblock_type_add(&type, 0x1000, 0x9000), 0);
	EXPECT_EQ(memblock_type_remove(&type, 0x3000, 0x1000), 0);
	ASSERT_EQ(type.count, 2);
	EXPECT_EQ(type.regions[1].base, 0x4000ull);
	EXPECT_EQ(memblock_type_remove(&type, 0x2000, 0x3000), 0);
	EXPECT_EQ(type.regions[0].size, 0x1000ull);
	EXPECT_EQ(type.regions[1].base, 0x5000ull);
	EXPECT_EQ(memblock_type_remove(&type, 0, ~0ull), 0);
	EXPECT_EQ(type.count, 0);
	expect_sane(&type);
}

SELFTEST(memblock, range_to_the_end_of_the_address_space)
{
	EXPECT_EQ(memblock_type_add(&type, 0x1000, 0x1000), 0);
	EXPECT_EQ(memblock_type_add(&type, 1ull << 40, 0x1000), 0);
	EXPECT_EQ(memblock_type_remove(&type, 0x1800, ~0ull - 0x1800), 0);
	ASSERT_EQ(type.count, 1);
	EXPECT_EQ(type.regions[0].size, 0x800ull);
	EXPECT_EQ(memblock_type_add(&type, ~0ull - 0xfff, 0x2000), 0);
	expect_sane(&type);
}

SELFTEST(memblock, full_list_says_so)
{
	for (u64 i = 0; i < MEMBLOCK_MAX_REGIONS; i++)
		ASSERT_EQ(memblock_type_add(&type, i * 0x2000 + 0x1000, 0x1000), 0);
	EXPECT_ERR(memblock_type_add(&type, 0x1000000000, 0x1000), -ENOSPC);
	EXPECT_ERR(memblock_type_remove(&type, 0x1400, 0x400), -ENOSPC);
	EXPECT_EQ(type.count, MEMBLOCK_MAX_REGIONS);
	/* What touches a region needs no room. */
	EXPECT_EQ(memblock_type_add(&type, 0x2000, 0x1000), 0);
	EXPECT_EQ(type.count, MEMBLOCK_MAX_REGIONS - 1);
	expect_sane(&type);
}

/* 200 "pages", one bit each, against the list. */
SELFTEST(memblock, random_against_a_bitmap)
{
	enum { PAGES = 200 };
	static bool shadow[PAGES];
	struct prng prng;

	prng_seed(&prng, 1);
	for (unsigned int i = 0; i < PAGES; i++)
		shadow[i] = false;
	for (unsigned int round = 0; round < 2000; round++) {
		unsigned int base = prng_below(&prng, PAGES), n = prng_below(&prng, 12);
		bool add = prng_below(&prng, 2);

		n = min(n, PAGES - base);
		for (unsigned int i = base; i < base + n; i++)
			shadow[i] = add;
		if (add)
			ASSERT_EQ(memblock_type_add(&type, base * 0x1000ull, n * 0x1000ull), 0);
		else
			ASSERT_EQ(memblock_type_remove(&type, base * 0x1000ull, n * 0x1000ull), 0);
		if (round % 64)
			continue;
		expect_sane(&type);
		for (unsigned int i = 0; i < PAGES; i++)
			ASSERT_EQ(memblock_type_overlaps(&type, i * 0x1000ull, 0x1000), shadow[i]);
	}
}

SELFTEST(memblock, is_closed_after_boot)
{
	/* What memblock called free belongs to the page allocator now. */
	EXPECT_EQ(memblock_phys_alloc(4096, 4096), 0ull);
	EXPECT_NULL(memblock_try_alloc(4096, 4096));
	expect_sane(&memblock.memory);
	expect_sane(&memblock.reserved);
	EXPECT_TRUE(memblock_type_overlaps(&memblock.reserved, 0, 4096));
}
