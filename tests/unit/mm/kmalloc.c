/* SPDX-License-Identifier: MIT */
/*
 * Suite kmalloc: every size finds the right cache, at compile time and at run time; the family
 * around it.
 */
#include "kernel/base/rcu.h"
#include "kernel/base/selftest.h"
#include "lib/prng.h"
#include "lib/string.h"
#include "mm/slab_internal.h"

/* The smallest size there is a cache for that holds @size. */
static unsigned int expected_size(unsigned int size)
{
	static const unsigned int sizes[] = {8,	  16,  32,   64,   96,	 128, 192,
					     256, 512, 1024, 2048, 4096, 8192};

	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++)
		if (size <= sizes[i])
			return sizes[i];
	return 0;
}

SELFTEST(kmalloc, every_size_has_its_cache)
{
	for (unsigned int size = 1; size <= KMALLOC_MAX_CACHE_SIZE; size++) {
		struct kmem_cache *s = kmalloc_slab(size, GFP_KERNEL);

		ASSERT_EQ(kmem_cache_size(s), expected_size(size));
		ASSERT_EQ(kmalloc_caches[KMALLOC_NORMAL][kmalloc_index(size)], s);
	}
	EXPECT_TRUE(kmalloc_has_cache(1));
	EXPECT_TRUE(kmalloc_has_cache(KMALLOC_MAX_CACHE_SIZE));
	EXPECT_FALSE(kmalloc_has_cache(0));
	EXPECT_FALSE(kmalloc_has_cache(KMALLOC_MAX_CACHE_SIZE + 1));
	EXPECT_STREQ(kmem_cache_name(kmalloc_slab(96, GFP_KERNEL)), "kmalloc-96");
	EXPECT_STREQ(kmem_cache_name(kmalloc_slab(193, GFP_KERNEL | __GFP_RECLAIMABLE)),
		     "kmalloc-rcl-256");
	EXPECT_STREQ(kmem_cache_name(kmalloc_slab(8192, GFP_DMA)), "dma-kmalloc-8192");
}

SELFTEST(kmalloc, power_of_two_is_aligned_to_itself)
{
	for (unsigned int size = 8; size <= 8192; size *= 2) {
		void *p = kmalloc(size, GFP_KERNEL);

		ASSERT_NOT_NULL(p);
		EXPECT_TRUE(IS_ALIGNED((unsigned long)p, min(size, 4096u)));
		EXPECT_EQ(ksize(p), size);
		kfree(p);
	}
}

SELFTEST(kmalloc, dma_memory_lies_low)
{
	void *p = kmalloc(3000, GFP_KERNEL | GFP_DMA),
	     *large = kmalloc(60000, GFP_KERNEL | GFP_DMA);

	ASSERT_NOT_NULL(p);
	ASSERT_NOT_NULL(large);
	EXPECT_LT(virt_to_phys(p), 16ull << 20);
	EXPECT_LT(virt_to_phys(large), 16ull << 20);
	kfree(p);
	kfree(large);
}

SELFTEST(kmalloc, zero_and_null)
{
	void *zero = kmalloc(0, GFP_KERNEL);
	volatile size_t none = 0;

	EXPECT_EQ(zero, ZERO_SIZE_PTR);
	EXPECT_EQ(kmalloc(none, GFP_KERNEL), ZERO_SIZE_PTR);
	EXPECT_EQ(ksize(zero), 0ul);
	EXPECT_EQ(ksize(NULL), 0ul);
	kfree(zero);
	kfree(NULL);
	EXPECT_NULL(kstrdup(NULL, GFP_KERNEL));
	kfree_sensitive(NULL);
}

SELFTEST(kmalloc, large_sizes_are_pages)
{
	volatile size_t sizes[] = { 8193, 20000, 65536, 100001, 1 << 20 };

	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
		unsigned long before = nr_free_pages();
		char *p = kmalloc(sizes[i], GFP_KERNEL);

		ASSERT_NOT_NULL(p);
		EXPECT_FALSE(PageSlab(virt_to_head_page(p)));
		EXPECT_GE(ksize(p), sizes[i]);
		p[0] = p[sizes[i] - 1] = 1;
		EXPECT_EQ(virt_to_head_page(p + sizes[i] - 1), virt_to_page(p));
		kfree(p);
		EXPECT_EQ(nr_free_pages(), before);
	}
	EXPECT_NULL(kmalloc(KMALLOC_MAX_SIZE + 1, GFP_KERNEL));
	EXPECT_NULL(kmalloc((size_t)-1, GFP_KERNEL));
}

SELFTEST(kmalloc, arrays_check_the_product)
{
	volatile size_t half = 1ul << 63, n = 2;
	char *p = kcalloc(10, 30, GFP_KERNEL);

	ASSERT_NOT_NULL(p);
	for (unsigned int i = 0; i < 300; i++)
		EXPECT_EQ(p[i], 0);
	kfree(p);
	EXPECT_NULL(kmalloc_array(half, n, GFP_KERNEL));
	EXPECT_NULL(kcalloc(half, n, GFP_KERNEL));
}

SELFTEST(kmalloc, krealloc_keeps_the_contents)
{
	unsigned int old = 0;
	u8 *p = NULL, *same;

	for (unsigned int size = 1; size < 40000; old = size, size = size * 3 / 2 + 1) {
		u8 *q = krealloc(p, size, GFP_KERNEL);

		ASSERT_NOT_NULL(q);
		for (unsigned int i = 0; i < old; i++)
			ASSERT_EQ(q[i], i & 0xff);
		for (unsigned int i = 0; i < size; i++)
			q[i] = i & 0xff;
		p = q;
	}
	/* An object that is used to its last byte. */
	same = kmalloc(64, GFP_KERNEL);
	ASSERT_NOT_NULL(same);
	same[63] = 0x3f;
	same = krealloc(same, 65, GFP_KERNEL);
	ASSERT_NOT_NULL(same);
	EXPECT_EQ(same[63], 0x3f);
	kfree(same);
	same = krealloc(p, 5, GFP_KERNEL);
	EXPECT_EQ(same, p);
	/* Too much: NULL, and what was there stays. */
	EXPECT_NULL(krealloc(p, KMALLOC_MAX_SIZE + 1, GFP_KERNEL));
	EXPECT_EQ(p[100], 100);
	EXPECT_EQ(krealloc(p, 0, GFP_KERNEL), ZERO_SIZE_PTR);
}

SELFTEST(kmalloc, strings)
{
	char *s = kstrdup("buddy", GFP_KERNEL), *cut, *formatted;
	const char *constant = "in the image";

	ASSERT_NOT_NULL(s);
	EXPECT_STREQ(s, "buddy");
	EXPECT_EQ(kstrdup_const(constant, GFP_KERNEL), constant);
	kfree_const(constant);
	cut = kstrndup(s, 3, GFP_KERNEL);
	EXPECT_STREQ(cut, "bud");
	kfree(cut);
	formatted = kasprintf(GFP_KERNEL, "%s-%d", s, 42);
	EXPECT_STREQ(formatted, "buddy-42");
	kfree(formatted);
	formatted = kasprintf(GFP_KERNEL, "%0300d", 7);
	ASSERT_NOT_NULL(formatted);
	EXPECT_EQ(strlen(formatted), 300ul);
	kfree(formatted);
	cut = kmemdup(s, 6, GFP_KERNEL);
	EXPECT_STREQ(cut, "buddy");
	kfree_sensitive(cut);
	kfree(s);
}

struct rcu_freed {
	u64 before[5];
	struct rcu_head rcu;
	u64 after;
};

SELFTEST(kmalloc, kfree_rcu_finds_the_object)
{
	struct kmem_cache *s = kmalloc_slab(sizeof(struct rcu_freed), GFP_KERNEL);
	struct rcu_freed *p[10], *large = kmalloc(30000, GFP_KERNEL);
	struct slabinfo before, info;
	unsigned long pages = nr_free_pages();

	ASSERT_NOT_NULL(large);
	rcu_barrier();
	get_slabinfo(s, &before);
	for (unsigned int i = 0; i < 10; i++) {
		p[i] = kmalloc(sizeof(*p[i]), GFP_KERNEL);
		ASSERT_NOT_NULL(p[i]);
	}
	get_slabinfo(s, &info);
	EXPECT_EQ(info.active_objs, before.active_objs + 10);
	for (unsigned int i = 0; i < 10; i++)
		kfree_rcu(p[i], rcu);
	kfree_rcu(large, rcu);
	rcu_barrier();
	get_slabinfo(s, &info);
	EXPECT_EQ(info.active_objs, before.active_objs);
	EXPECT_GE(nr_free_pages(), pages);
}

SELFTEST(kmalloc, constant_and_variable_sizes_agree)
{
	volatile size_t n = 100;
	void *a = kmalloc(100, GFP_KERNEL), *b = kmalloc(n, GFP_KERNEL);
	void *c = kzalloc(64, GFP_KERNEL), *d = kmalloc_node(64, GFP_KERNEL, 0);

	ASSERT_NOT_NULL(a);
	ASSERT_NOT_NULL(b);
	EXPECT_EQ(virt_to_head_page(a)->slab_cache, virt_to_head_page(b)->slab_cache);
	EXPECT_EQ(virt_to_head_page(c)->slab_cache, virt_to_head_page(d)->slab_cache);
	EXPECT_EQ(((u64 *)c)[7], 0ull);
	kfree(a);
	kfree(b);
	kfree(c);
	kfree(d);
}

SELFTEST(kmalloc, random_sizes_against_a_shadow_model)
{
	enum { COUNT = 200 };
	static struct { u8 *p; u32 size; } slot[COUNT];
	struct prng prng;

	prng_seed(&prng, 9);
	for (unsigned int op = 0; op < 8000; op++) {
		unsigned int i = prng_below(&prng, COUNT);

		if (!slot[i].p) {
			slot[i].size = 1 + prng_below(&prng, prng_below(&prng, 16) ? 600 : 12000);
			slot[i].p = kmalloc(slot[i].size, GFP_KERNEL);
			ASSERT_NOT_NULL(slot[i].p);
			memset(slot[i].p, i, slot[i].size);
		} else {
			EXPECT_EQ(slot[i].p[0], i);
			EXPECT_EQ(slot[i].p[slot[i].size / 2], i);
			EXPECT_EQ(slot[i].p[slot[i].size - 1], i);
			kfree(slot[i].p);
			slot[i].p = NULL;
		}
	}
	for (unsigned int i = 0; i < COUNT; i++) {
		kfree(slot[i].p);
		slot[i].p = NULL;
	}
	EXPECT_EQ(slab_check_all(), 0);
}
