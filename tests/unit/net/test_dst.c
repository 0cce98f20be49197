/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/net/test_dst.c - destination entries: counting, refusal at the threshold, borrowing
 * and holding.
 */
#include "kernel/base/rcu.h"
#include "kernel/base/selftest.h"
#include "mm/slab.h"
#include "net/dst.h"
#include "net/stats.h"
#include "tests/unit/net/fake_dev.h"

static unsigned int gc_calls, destroys, failures;
static int gc_full;

static int test_gc(struct dst_ops *ops)
{
	gc_calls++;
	return gc_full;
}

static void test_destroy(struct dst_entry *dst)
{
	destroys++;
}

static void test_link_failure(struct sk_buff *skb)
{
	failures++;
}

static struct dst_ops ops = {
	.family = 2,
	.gc = test_gc,
	.destroy = test_destroy,
	.link_failure = test_link_failure,
};

SELFTEST_SETUP(dst)
{
	gc_calls = destroys = failures = 0;
	gc_full = 0;
	ops.gc_thresh = 100;
	ops.kmem_cachep = kmem_cache_create("test_dst", sizeof(struct dst_entry), 64, 0, NULL);
}

SELFTEST_TEARDOWN(dst)
{
	rcu_barrier();
	EXPECT_EQ(atomic_read(&ops.entries), 0);
	EXPECT_EQ(kmem_cache_destroy(ops.kmem_cachep), 0);
}

SELFTEST(dst, alloc_and_release)
{
	struct fake_dev *fd = fake_dev_create();
	struct dst_entry *dst;
	int refs;

	ASSERT_NOT_NULL(fd);
	refs = atomic_read(&fd->dev->refcnt);
	dst = dst_alloc(&ops, fd->dev, 1, DST_OBSOLETE_NONE, 0);
	ASSERT_NOT_NULL(dst);
	EXPECT_EQ(atomic_read(&ops.entries), 1);
	EXPECT_EQ(atomic_read(&fd->dev->refcnt), refs + 1);
	EXPECT_EQ(dst_mtu(dst), 1500u);
	dst->mtu = 1400;
	EXPECT_EQ(dst_mtu(dst), 1400u);
	dst_hold(dst);
	dst_release(dst);
	rcu_barrier();
	EXPECT_EQ(destroys, 0u);
	dst_release(dst);
	dst_release(NULL);
	rcu_barrier();
	EXPECT_EQ(destroys, 1u);
	EXPECT_EQ(atomic_read(&fd->dev->refcnt), refs);
	fake_dev_destroy(fd);
}

SELFTEST(dst, threshold_calls_gc_and_refuses)
{
	struct dst_entry *dst[4];
	unsigned int i;

	ops.gc_thresh = 2;
	for (i = 0; i < 3; i++) {
		dst[i] = dst_alloc(&ops, NULL, 1, 0, 0);
		ASSERT_NOT_NULL(dst[i]);
	}
	EXPECT_EQ(gc_calls, 0u);
	gc_full = 1;
	EXPECT_NULL(dst_alloc(&ops, NULL, 1, 0, 0));
	EXPECT_EQ(gc_calls, 1u);
	gc_full = 0;
	dst[3] = dst_alloc(&ops, NULL, 1, 0, 0);
	EXPECT_NOT_NULL(dst[3]);
	EXPECT_EQ(gc_calls, 2u);
	for (i = 0; i < 4; i++)
		dst_release(dst[i]);
}

SELFTEST(dst, skb_borrows_and_holds)
{
	struct dst_entry *dst = dst_alloc(&ops, NULL, 1, 0, 0);
	struct sk_buff *skb = alloc_skb(64, GFP_KERNEL), *copy;

	ASSERT_TRUE(dst && skb);
	EXPECT_FALSE(skb_dst_force(skb));		/* none at all */
	skb_dst_set_noref(skb, dst);
	EXPECT_TRUE(skb_dst(skb) == dst);
	EXPECT_TRUE(skb_dst_is_noref(skb));
	EXPECT_EQ(atomic_read(&dst->__refcnt), 1);
	skb_dst_drop(skb);
	EXPECT_EQ(atomic_read(&dst->__refcnt), 1);
	EXPECT_NULL(skb_dst(skb));
	skb_dst_set_noref(skb, dst);
	EXPECT_TRUE(skb_dst_force(skb));
	EXPECT_FALSE(skb_dst_is_noref(skb));
	EXPECT_EQ(atomic_read(&dst->__refcnt), 2);
	copy = skb_copy(skb, 0, GFP_KERNEL);
	ASSERT_NOT_NULL(copy);
	EXPECT_EQ(atomic_read(&dst->__refcnt), 3);
	consume_skb(copy);
	dst_link_failure(skb);
	EXPECT_EQ(failures, 1u);
	consume_skb(skb);
	EXPECT_EQ(atomic_read(&dst->__refcnt), 1);
	dst_release(dst);
}

SELFTEST(dst, a_dying_entry_cannot_be_held)
{
	struct dst_entry *dst = dst_alloc(&ops, NULL, 1, 0, 0);
	struct sk_buff *skb = alloc_skb(64, GFP_KERNEL);

	ASSERT_TRUE(dst && skb);
	local_bh_disable();
	skb_dst_set_noref(skb, dst);
	dst_release(dst);			/* the cache let go: freed a grace period later */
	EXPECT_FALSE(skb_dst_force(skb));
	EXPECT_NULL(skb_dst(skb));
	local_bh_enable();
	consume_skb(skb);
}

SELFTEST(dst, use_is_noted_once_a_tick)
{
	struct dst_entry *dst = dst_alloc(&ops, NULL, 1, 0, 0);

	ASSERT_NOT_NULL(dst);
	dst->lastuse = 100;
	dst_use_noref(dst, 100);
	EXPECT_EQ(dst->__use, 0u);
	dst_use_noref(dst, 101);
	dst_use_noref(dst, 101);
	EXPECT_EQ(dst->__use, 1u);
	EXPECT_EQ(dst->lastuse, 101ul);
	dst_release(dst);
}

SELFTEST(dst, default_functions_discard)
{
	struct dst_entry *dst = dst_alloc(&ops, NULL, 1, 0, 0);
	struct sk_buff *skb = alloc_skb(64, GFP_KERNEL);
	u64 before = drop_sum(DROP_IP_BLACKHOLE);

	ASSERT_TRUE(dst && skb);
	skb_dst_set(skb, dst);
	dst_output(skb);
	EXPECT_EQ(drop_sum(DROP_IP_BLACKHOLE), before + 1);
}
