/* SPDX-License-Identifier: MIT */
/*
 * Suite slub: caches against a shadow model, the bootstrap's result, each slow path by the
 * statistic that it moves, misuse by the exact number of reports.
 */
#include <arch/irqflags.h>
#include <arch/kasan.h>
#include "kernel/base/rcu.h"
#include "kernel/base/selftest.h"
#include "lib/bitops.h"
#include "lib/errno.h"
#include "lib/prng.h"
#include "lib/string.h"
#include "mm/slub_def.h"

static unsigned long errors_at_start;

SELFTEST_SETUP(slub)
{
	errors_at_start = slab_errors;
}

SELFTEST_TEARDOWN(slub)
{
	mm_errors_quiet = false;
	EXPECT_EQ(slab_errors, errors_at_start);
	EXPECT_EQ(slab_check_all(), 0);
}

static unsigned long active(struct kmem_cache *s)
{
	struct slabinfo info;

	get_slabinfo(s, &info);
	return info.active_objs;
}

SELFTEST(slub, bootstrap_moved_the_first_caches)
{
	ASSERT_EQ(slab_state, FULL);
	EXPECT_TRUE(PageSlab(virt_to_head_page(kmem_cache)));
	EXPECT_EQ(virt_to_head_page(kmem_cache)->slab_cache, kmem_cache);
	EXPECT_EQ(virt_to_head_page(kmem_cache_node)->slab_cache, kmem_cache);
	EXPECT_EQ(virt_to_head_page(kmem_cache->node[numa_mem_id()])->slab_cache, kmem_cache_node);
	EXPECT_EQ(virt_to_head_page(kmem_cache_node->node[numa_mem_id()])->slab_cache, kmem_cache_node);
	EXPECT_STREQ(kmem_cache_name(kmem_cache), "kmem_cache");
	EXPECT_STREQ(kmem_cache_name(kmem_cache_node), "kmem_cache_node");
	/* One struct kmem_cache for every cache on the list, for each of them what its nodes need. */
	EXPECT_GT(active(kmem_cache), 3ul * 13);
	EXPECT_EQ(active(kmem_cache) * hweight32(node_memory_map), active(kmem_cache_node));
}

/* Give the objects that a broken chain lost back: empty the only slab by hand. */
static void lost_objects(struct kmem_cache *s)
{
	struct page *page;

	kmem_cache_shrink(s);
	page = list_first_entry(&s->node[numa_mem_id()]->partial, struct page, slab_list);
	page->inuse = 0;
	page->objects = 1;
	page->freelist = NULL;
}

#define SLOTS 400

/* Random allocations and frees; every object holds a pattern made of its slot from end to end. */
static void model_run(unsigned int size, slab_flags_t flags, unsigned int operations)
{
	static u8 *slot[SLOTS];
	struct kmem_cache *s = kmem_cache_create("test-model", size, 0, flags, NULL);
	unsigned int live = 0;
	struct prng prng;

	ASSERT_NOT_NULL(s);
	EXPECT_EQ(kmem_cache_size(s), size);
	prng_seed(&prng, size);
	for (unsigned int op = 0; op < operations; op++) {
		unsigned int i = prng_below(&prng, SLOTS);

		if (!slot[i]) {
			bool zero = !prng_below(&prng, 8);

			slot[i] = zero ? kmem_cache_zalloc(s, GFP_KERNEL)
				       : kmem_cache_alloc(s, GFP_ATOMIC);
			ASSERT_NOT_NULL(slot[i]);
			EXPECT_TRUE(IS_ALIGNED((unsigned long)slot[i], s->align));
			EXPECT_EQ(virt_to_head_page(slot[i])->slab_cache, s);
			if (zero)
				for (unsigned int k = 0; k < size; k++)
					ASSERT_EQ(slot[i][k], 0);
			memset(slot[i], i & 0xff, size);
			live++;
		} else {
			for (unsigned int k = 0; k < size; k += max(size / 16, 1u))
				EXPECT_EQ(slot[i][k], i & 0xff);
			EXPECT_EQ(slot[i][size - 1], i & 0xff);
			kmem_cache_free(s, slot[i]);
			slot[i] = NULL;
			live--;
		}
		if (op % 512 == 511)
			EXPECT_EQ(active(s), live);
	}
	EXPECT_EQ(slab_check(s), 0);
	EXPECT_EQ(active(s), live);
	for (unsigned int i = 0; i < SLOTS; i++) {
		if (slot[i])
			kmem_cache_free(s, slot[i]);
		slot[i] = NULL;
	}
	EXPECT_EQ(active(s), 0ul);
	EXPECT_EQ(slab_check(s), 0);
	EXPECT_EQ(kmem_cache_destroy(s), 0);
}

SELFTEST(slub, random_against_a_shadow_model)
{
	static const unsigned int sizes[] = { 1, 8, 24, 40, 96, 256, 700, 1024, 4000 };

	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++)
		model_run(sizes[i], i & 1 ? SLAB_HWCACHE_ALIGN : 0, 2500);
}

SELFTEST(slow, slub_random_against_a_shadow_model)
{
	for (unsigned int size = 8; size <= 8192; size += size / 3)
		model_run(size, 0, 200000);
}

/* A cache with full slabs in hand: objs[0..n) allocated, n a whole number of slabs. */
static void *objs[2048];

static struct kmem_cache *fill(unsigned int size, unsigned int slabs, unsigned int *per_slab)
{
	struct kmem_cache *s = kmem_cache_create("test-paths", size, 0, 0, NULL);
	unsigned int n;

	if (!s)
		return NULL;
	*per_slab = oo_objects(s->oo);
	n = *per_slab * slabs;
	BUG_ON(n > ARRAY_SIZE(objs));
	for (unsigned int i = 0; i < n; i++) {
		objs[i] = kmem_cache_alloc(s, GFP_KERNEL);
		BUG_ON(!objs[i]);
	}
	return s;
}

static void free_all(struct kmem_cache *s, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		if (objs[i])
			kmem_cache_free(s, objs[i]);
}

SELFTEST(slub, first_free_into_a_full_slab_freezes_it)
{
	unsigned int per;
	struct kmem_cache *s = fill(512, 4, &per);

	ASSERT_NOT_NULL(s);
	EXPECT_EQ(slab_stat(s, ALLOC_SLAB), 4ul);
	EXPECT_EQ(slab_stat(s, ALLOC_SLOWPATH), 4ul);
	EXPECT_EQ(active(s), 4ul * per);
	/* Slabs 0 and 1 are full and on no list. */
	kmem_cache_free(s, objs[0]);
	EXPECT_EQ(slab_stat(s, CPU_PARTIAL_FREE), 1ul);
	EXPECT_TRUE(virt_to_head_page(objs[0])->frozen);
	kmem_cache_free(s, objs[1]);
	EXPECT_EQ(slab_stat(s, FREE_FROZEN), 1ul);
	EXPECT_EQ(active(s), 4ul * per - 2);
	/* The CPU's own slab is used up; the next object comes from its partial list. */
	objs[0] = kmem_cache_alloc(s, GFP_KERNEL);
	EXPECT_EQ(slab_stat(s, CPU_PARTIAL_ALLOC), 1ul);
	EXPECT_EQ(slab_stat(s, DEACTIVATE_BYPASS), 4ul);
	objs[1] = kmem_cache_alloc(s, GFP_KERNEL);
	EXPECT_EQ(active(s), 4ul * per);
	free_all(s, 4 * per);
	EXPECT_EQ(active(s), 0ul);
	EXPECT_EQ(kmem_cache_destroy(s), 0);
}

SELFTEST(slub, cpu_partial_list_drains_to_the_node)
{
	unsigned int per;
	struct kmem_cache *s = fill(512, 40, &per);

	ASSERT_NOT_NULL(s);
	/* One object of each slab: each is frozen and has one object free. */
	for (unsigned int i = 0; i < 39; i++) {
		kmem_cache_free(s, objs[i * per]);
		objs[i * per] = NULL;
	}
	EXPECT_GT(slab_stat(s, CPU_PARTIAL_DRAIN), 0ul);
	EXPECT_GT(slab_stat(s, FREE_ADD_PARTIAL), 0ul);
	EXPECT_GT(s->node[numa_mem_id()]->nr_partial, 0ul);
	EXPECT_EQ(active(s), 40ul * per - 39);
	/* Empty the rest: the node's list keeps min_partial slabs, the others go. */
	free_all(s, 40 * per);
	EXPECT_EQ(active(s), 0ul);
	EXPECT_GT(slab_stat(s, FREE_SLAB), 0ul);
	kmem_cache_shrink(s);
	EXPECT_EQ(atomic64_read(&s->node[numa_mem_id()]->nr_slabs), 0);
	EXPECT_EQ(slab_stat(s, FREE_SLAB) + slab_stat(s, ALLOC_SLAB) > 40, true);
	EXPECT_EQ(kmem_cache_destroy(s), 0);
}

SELFTEST(slub, node_partial_list_serves_and_fills_the_cpus)
{
	unsigned int per;
	struct kmem_cache *s = fill(512, 20, &per);
	void *p;

	ASSERT_NOT_NULL(s);
	for (unsigned int i = 0; i < 19; i++) {
		kmem_cache_free(s, objs[i * per]);
		objs[i * per] = NULL;
	}
	kmem_cache_shrink(s);
	EXPECT_EQ(slab_stat(s, CPUSLAB_FLUSH), 1ul);
	EXPECT_EQ(s->node[numa_mem_id()]->nr_partial, 19ul);
	p = kmem_cache_alloc(s, GFP_KERNEL);
	EXPECT_EQ(slab_stat(s, ALLOC_FROM_PARTIAL), 1ul);
	EXPECT_GT(slab_stat(s, CPU_PARTIAL_NODE), 0ul);
	EXPECT_LT(s->node[numa_mem_id()]->nr_partial, 19ul);
	EXPECT_EQ(active(s), 20ul * per - 19 + 1);
	kmem_cache_free(s, p);
	free_all(s, 20 * per);
	EXPECT_EQ(kmem_cache_destroy(s), 0);
}

SELFTEST(slub, without_cpu_partial_frees_go_to_the_node)
{
	unsigned int per;
	struct kmem_cache *s = fill(512, 12, &per);

	ASSERT_NOT_NULL(s);
	s->cpu_partial = 0;
	kmem_cache_free(s, objs[0]);
	EXPECT_EQ(slab_stat(s, FREE_ADD_PARTIAL), 1ul);
	EXPECT_EQ(s->node[numa_mem_id()]->nr_partial, 1ul);
	kmem_cache_free(s, objs[per]);
	kmem_cache_free(s, objs[2 * per]);
	objs[0] = objs[per] = NULL;
	/* Nor does an allocation take more than the one slab that it needs. */
	objs[2 * per] = kmem_cache_alloc(s, GFP_KERNEL);
	EXPECT_EQ(slab_stat(s, ALLOC_FROM_PARTIAL), 1ul);
	EXPECT_EQ(slab_stat(s, CPU_PARTIAL_NODE), 0ul);
	EXPECT_EQ(s->node[numa_mem_id()]->nr_partial, 2ul);
	free_all(s, 12 * per);
	/* All but min_partial of the empty slabs went back at once. */
	EXPECT_GT(slab_stat(s, FREE_REMOVE_PARTIAL), 0ul);
	EXPECT_LE(s->node[numa_mem_id()]->nr_partial, s->min_partial + 1);
	EXPECT_EQ(kmem_cache_destroy(s), 0);
}

/* What a free from another CPU does to a CPU's slab: the object goes on the slab's own chain. */
static void free_as_another_cpu(struct kmem_cache *s, void *object)
{
	struct page *page = virt_to_head_page(object);
	unsigned long at = (unsigned long)object + s->offset;
	unsigned long next = (unsigned long)page->freelist;

	*(unsigned long *)at = s->random ? next ^ s->random ^ __builtin_bswap64(at) : next;
	page->freelist = object;
	page->inuse--;
}

SELFTEST(slub, objects_freed_elsewhere_refill_the_cpu_slab)
{
	struct kmem_cache *s = kmem_cache_create("test-refill", 512, 0, 0, NULL);
	unsigned int per;

	ASSERT_NOT_NULL(s);
	per = oo_objects(s->oo);
	for (unsigned int i = 0; i < per; i++)
		objs[i] = kmem_cache_alloc(s, GFP_KERNEL);
	free_as_another_cpu(s, objs[0]);
	free_as_another_cpu(s, objs[1]);
	EXPECT_EQ(active(s), per - 2ul);
	/*
	 * The CPU's own chain is used up: it takes what the slab collected, and needs no new one.
	 */
	EXPECT_EQ(kmem_cache_alloc(s, GFP_KERNEL), objs[1]);
	EXPECT_EQ(slab_stat(s, ALLOC_REFILL), 1ul);
	EXPECT_EQ(slab_stat(s, ALLOC_SLAB), 1ul);
	EXPECT_EQ(kmem_cache_alloc(s, GFP_KERNEL), objs[0]);
	EXPECT_EQ(active(s), (unsigned long)per);
	/* Flushed with such objects on it, the slab goes to the tail of the node's list. */
	free_as_another_cpu(s, objs[0]);
	objs[0] = NULL;
	kmem_cache_shrink(s);
	EXPECT_EQ(slab_stat(s, DEACTIVATE_REMOTE_FREES), 1ul);
	EXPECT_EQ(slab_stat(s, DEACTIVATE_TO_TAIL), 1ul);
	EXPECT_EQ(active(s), per - 1ul);
	free_all(s, per);
	EXPECT_EQ(kmem_cache_destroy(s), 0);
}

SELFTEST(slub, broken_chain_is_noticed)
{
	struct kmem_cache *s = kmem_cache_create("test-chain", 512, 0, 0, NULL);
	void *p, *first;

	mm_errors_quiet = true;
	ASSERT_NOT_NULL(s);
	p = kmem_cache_alloc(s, GFP_KERNEL);
	first = kmem_cache_alloc(s, GFP_KERNEL);
	kmem_cache_free(s, first);
	/* A use after free writes over the pointer to the next free object. */
	kasan_unpoison(first, 512);
	memset(first, 0x41, 512);
	kasan_poison(first, 512);
	kmem_cache_shrink(s);
	EXPECT_EQ(slab_errors, errors_at_start + 1);
	slab_errors = errors_at_start;
	/* What lay behind the broken pointer is lost, the slab goes on. */
	EXPECT_EQ(active(s), oo_objects(s->oo) - 1ul);
	EXPECT_EQ(slab_check(s), 0);
	kmem_cache_free(s, p);
	p = kmem_cache_alloc(s, GFP_KERNEL);
	EXPECT_NOT_NULL(p);
	kmem_cache_free(s, p);
	lost_objects(s);
	EXPECT_EQ(kmem_cache_destroy(s), 0);
}

SELFTEST(slub, free_beside_an_interrupts_view_is_exact)
{
	struct kmem_cache *s = kmem_cache_create("test-irq", 64, 0, 0, NULL);
	unsigned long flags;
	void *p;

	ASSERT_NOT_NULL(s);
	local_irq_save(flags);
	/* May not block: taken as GFP_NOWAIT. The checks of DEBUG=lock want that said. */
	p = kmem_cache_alloc(s, LOCK_DEBUG_ON ? GFP_NOWAIT : GFP_KERNEL);
	EXPECT_TRUE(irqs_disabled());
	local_irq_restore(flags);
	ASSERT_NOT_NULL(p);
	kmem_cache_free(s, p);
	EXPECT_EQ(kmem_cache_destroy(s), 0);
}

SELFTEST(slub, bulk)
{
	struct kmem_cache *s = kmem_cache_create("test-bulk", 192, 0, 0, NULL);

	ASSERT_NOT_NULL(s);
	for (unsigned int n = 1; n <= 250; n = n * 5 / 2 + 1) {
		ASSERT_EQ(kmem_cache_alloc_bulk(s, GFP_KERNEL | __GFP_ZERO, n, objs), n);
		EXPECT_EQ(active(s), n);
		for (unsigned int i = 0; i < n; i++) {
			EXPECT_EQ(*(unsigned long *)objs[i], 0ul);
			for (unsigned int j = 0; j < i; j++)
				EXPECT_NE(objs[i], objs[j]);
			memset(objs[i], 0x5a, 192);
		}
		kmem_cache_free_bulk(s, n, objs);
		EXPECT_EQ(active(s), 0ul);
	}
	EXPECT_EQ(kmem_cache_destroy(s), 0);
}

SELFTEST(slub, bulk_free_of_mixed_slabs_and_caches)
{
	struct kmem_cache *s = kmem_cache_create("test-bulk2", 700, 0, 0, NULL);
	struct prng prng;
	unsigned long free_before;
	void *mixed[30];

	ASSERT_NOT_NULL(s);
	for (unsigned int i = 0; i < 200; i++)
		objs[i] = kmem_cache_alloc(s, GFP_KERNEL);
	prng_seed(&prng, 3);
	for (unsigned int i = 199; i; i--) {
		unsigned int j = prng_below(&prng, i + 1);

		swap(objs[i], objs[j]);
	}
	kmem_cache_free_bulk(s, 200, objs);
	EXPECT_EQ(active(s), 0ul);
	EXPECT_EQ(slab_check(s), 0);
	EXPECT_EQ(kmem_cache_destroy(s), 0);

	free_before = nr_free_pages();
	for (unsigned int i = 0; i < 30; i++)
		mixed[i] = kmalloc(i % 5 == 4 ? 20000 : 8 << (i % 5), GFP_KERNEL);
	mixed[7] = (kfree(mixed[7]), NULL);
	kmem_cache_free_bulk(NULL, 30, mixed);
	EXPECT_GE(nr_free_pages() + 64, free_before);
}

static unsigned int constructed;

static void test_ctor(void *object)
{
	((u64 *)object)[0] = 0x1122334455667788ull;
	constructed++;
}

SELFTEST(slub, constructor_runs_once_an_object)
{
	struct kmem_cache *s;
	u64 *p;

	constructed = 0;
	s = kmem_cache_create("test-ctor", 48, 0, 0, test_ctor);
	ASSERT_NOT_NULL(s);
	EXPECT_GE(s->offset, 48);
	p = kmem_cache_alloc(s, GFP_KERNEL);
	ASSERT_NOT_NULL(p);
	EXPECT_EQ(constructed, oo_objects(s->oo));
	EXPECT_EQ(p[0], 0x1122334455667788ull);
	kmem_cache_free(s, p);
	/* What was constructed stays so while it is free. */
	p = kmem_cache_alloc(s, GFP_KERNEL);
	EXPECT_EQ(p[0], 0x1122334455667788ull);
	EXPECT_EQ(constructed, oo_objects(s->oo));
	kmem_cache_free(s, p);
	EXPECT_EQ(kmem_cache_destroy(s), 0);
}

SELFTEST(slub, typesafe_slabs_wait_for_readers)
{
	struct kmem_cache *s = kmem_cache_create("test-rcu", 64, 0, SLAB_TYPESAFE_BY_RCU, NULL);
	struct page *page;
	void *p;

	ASSERT_NOT_NULL(s);
	p = kmem_cache_alloc(s, GFP_KERNEL);
	ASSERT_NOT_NULL(p);
	page = virt_to_head_page(p);
	kmem_cache_free(s, p);
	kmem_cache_shrink(s);
	EXPECT_TRUE(PageSlab(page));
	rcu_barrier();
	EXPECT_FALSE(PageSlab(page));
	EXPECT_EQ(kmem_cache_destroy(s), 0);
}

SELFTEST(slub, destroy_refuses_while_objects_are_out)
{
	struct kmem_cache *s = kmem_cache_create("test-leak", 100, 0, 0, NULL);
	void *a, *b;

	mm_errors_quiet = true;
	ASSERT_NOT_NULL(s);
	a = kmem_cache_alloc(s, GFP_KERNEL);
	b = kmem_cache_alloc(s, GFP_KERNEL);
	EXPECT_ERR(kmem_cache_destroy(s), -EBUSY);
	kmem_cache_free(s, a);
	a = kmem_cache_alloc(s, GFP_KERNEL);
	EXPECT_NOT_NULL(a);
	kmem_cache_free(s, a);
	EXPECT_ERR(kmem_cache_destroy(s), -EBUSY);
	EXPECT_EQ(slab_list_objects(s, 0), 1ul);
	kmem_cache_free(s, b);
	EXPECT_EQ(kmem_cache_destroy(s), 0);
	EXPECT_EQ(kmem_cache_destroy(NULL), 0);
}

SELFTEST(slub, create_checks_its_arguments)
{
	mm_errors_quiet = true;
	EXPECT_NULL(kmem_cache_create(NULL, 64, 0, 0, NULL));
	EXPECT_NULL(kmem_cache_create("test-zero", 0, 0, 0, NULL));
	EXPECT_NULL(kmem_cache_create("test-huge", KMALLOC_MAX_SIZE + 1, 0, 0, NULL));
	EXPECT_NULL(kmem_cache_create("test-align", 64, 48, 0, NULL));
}

SELFTEST(slub, misuse_is_reported_once_each)
{
	struct kmem_cache *s = kmem_cache_create("test-misuse", 64, 0, 0, NULL);
	struct kmem_cache *other = kmem_cache_create("test-other", 64, 0, 0, NULL);
	unsigned int per;
	void *a, *b;

	mm_errors_quiet = true;
	ASSERT_NOT_NULL(s);
	ASSERT_NOT_NULL(other);
	a = kmem_cache_alloc(s, GFP_KERNEL);
	b = kmem_cache_alloc(s, GFP_KERNEL);
	kmem_cache_free(other, b);
	EXPECT_EQ(slab_errors, errors_at_start + 1);
	kmem_cache_free(s, a);
	kmem_cache_free(s, a);
	EXPECT_EQ(slab_errors, errors_at_start + 2);
	EXPECT_EQ(active(s), 1ul);
	kmem_cache_free(s, b);
	slab_errors = errors_at_start;
	EXPECT_EQ(active(s), 0ul);
	kmem_cache_shrink(s);

	/* The same in the slow path: a slab that is not the CPU's. */
	per = oo_objects(s->oo);
	for (unsigned int i = 0; i < 2 * per; i++)
		objs[i] = kmem_cache_alloc(s, GFP_KERNEL);
	kmem_cache_free(s, objs[0]);
	kmem_cache_free(s, objs[0]);
	EXPECT_EQ(slab_errors, errors_at_start + 1);
	objs[0] = NULL;
	free_all(s, 2 * per);
	EXPECT_EQ(active(s), 0ul);
	slab_errors = errors_at_start;
	EXPECT_EQ(kmem_cache_destroy(other), 0);
	EXPECT_EQ(kmem_cache_destroy(s), 0);
}

SELFTEST(slub, usercopy_region)
{
	struct kmem_cache *s = kmem_cache_create_usercopy("test-copy", 128, 0, 0, 32, 64, NULL);
	char *p;

	mm_errors_quiet = true;
	ASSERT_NOT_NULL(s);
	p = kmem_cache_alloc(s, GFP_KERNEL);
	ASSERT_NOT_NULL(p);
	EXPECT_EQ(check_heap_object(p + 32, 64), 0);
	EXPECT_EQ(check_heap_object(p + 90, 6), 0);
	EXPECT_ERR(check_heap_object(p + 90, 7), -EFAULT);
	EXPECT_ERR(check_heap_object(p, 8), -EFAULT);
	EXPECT_ERR(check_heap_object(p + 32, SIZE_MAX - 8), -EFAULT);
	EXPECT_EQ(slab_errors, errors_at_start + 3);
	slab_errors = errors_at_start;
	kmem_cache_free(s, p);

	/* A block of the buddy: all of it, and no length is too large to see that it leaves. */
	p = kmalloc(4 * PAGE_SIZE, GFP_KERNEL);
	ASSERT_NOT_NULL(p);
	EXPECT_EQ(check_heap_object(p + 8, 4 * PAGE_SIZE - 8), 0);
	EXPECT_ERR(check_heap_object(p + 8, 4 * PAGE_SIZE - 7), -EFAULT);
	EXPECT_ERR(check_heap_object(p + 8, SIZE_MAX - 4), -EFAULT);
	kfree(p);
	EXPECT_EQ(kmem_cache_destroy(s), 0);
}

SELFTEST(slub, new_slabs_are_shuffled_and_pointers_are_hidden)
{
	struct kmem_cache *s = kmem_cache_create("test-hard", 64, 0, 0, NULL);
	unsigned int ascending = 0, plain = 0, per;

	ASSERT_NOT_NULL(s);
	per = oo_objects(s->oo);
	for (unsigned int i = 0; i < per; i++) {
		objs[i] = kmem_cache_alloc(s, GFP_KERNEL);
		if (i && objs[i] > objs[i - 1])
			ascending++;
	}
	if (s->random_seq)
		EXPECT_LT(ascending, per * 3 / 4);
	if (s->random) {
		/*
		 * Read what is inside a free object without being able to: by its neighbour in
		 * time.
		 */
		kmem_cache_free(s, objs[0]);
		objs[0] = kmem_cache_alloc(s, GFP_KERNEL);
		for (unsigned int i = 1; i < per; i++)
			plain += *(void **)((char *)objs[0] + s->offset) == objs[i];
		EXPECT_EQ(plain, 0);
	}
	free_all(s, per);
	EXPECT_EQ(kmem_cache_destroy(s), 0);
}
