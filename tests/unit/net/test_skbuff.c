/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/net/test_skbuff.c - packets: geometry, growth, copies, recycling, and what their end
 * counts.
 */
#include "kernel/base/preempt.h"
#include "kernel/base/selftest.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "net/dst.h"
#include "net/skbuff.h"
#include "net/stats.h"

static void fill(u8 *p, unsigned int n, u8 first)
{
	while (n--)
		*p++ = first++;
}

static bool filled(const u8 *p, unsigned int n, u8 first)
{
	while (n--)
		if (*p++ != first++)
			return false;
	return true;
}

SELFTEST(skb, geometry)
{
	struct sk_buff *skb = alloc_skb(200, GFP_KERNEL);

	ASSERT_NOT_NULL(skb);
	EXPECT_EQ(skb->len, 0u);
	EXPECT_EQ(skb_headroom(skb), 0u);
	EXPECT_GE(skb_tailroom(skb), 200u);
	EXPECT_EQ((unsigned long)skb->head % 64, 0ul);
	skb_reserve(skb, 64);
	EXPECT_EQ(skb_headroom(skb), 64u);
	fill(skb_put(skb, 100), 100, 0);
	EXPECT_EQ(skb->len, 100u);
	EXPECT_EQ(skb_tail_pointer(skb) - skb->data, 100l);
	EXPECT_EQ(skb_end_pointer(skb) - skb->head, (long)skb->end);
	fill(skb_push(skb, 14), 14, 242);
	EXPECT_EQ(skb->len, 114u);
	EXPECT_EQ(skb_headroom(skb), 50u);
	skb_reset_mac_header(skb);
	EXPECT_TRUE(skb_pull(skb, 14) == skb->data);
	skb_reset_network_header(skb);
	skb_set_transport_header(skb, 20);
	EXPECT_EQ(skb_network_offset(skb), 0);
	EXPECT_EQ(skb_transport_offset(skb), 20);
	EXPECT_EQ(skb->data - skb_mac_header(skb), 14l);
	EXPECT_NULL(skb_pull(skb, 101));
	EXPECT_EQ(skb->len, 100u);
	EXPECT_TRUE(pskb_may_pull(skb, 100));
	EXPECT_FALSE(pskb_may_pull(skb, 101));
	skb_trim(skb, 200);
	EXPECT_EQ(skb->len, 100u);
	skb_trim(skb, 40);
	EXPECT_EQ(skb->len, 40u);
	EXPECT_EQ(skb_tail_pointer(skb) - skb->data, 40l);
	EXPECT_TRUE(filled(skb->data, 40, 0));
	EXPECT_EQ(skb_truesize(skb), (unsigned int)(sizeof(*skb) + SKB_POOL_SIZE));
	consume_skb(skb);
}

SELFTEST(skb, sizes)
{
	static const unsigned int sizes[] = { 0, 1, 60, 2047, 2048, 2049, 9216, SKB_MAX_SIZE };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct sk_buff *skb = alloc_skb(sizes[i], GFP_KERNEL);

		ASSERT_NOT_NULL(skb);
		EXPECT_GE(skb_tailroom(skb), sizes[i]);
		memset(skb_put(skb, sizes[i]), 0xa5, sizes[i]);
		consume_skb(skb);
	}
	EXPECT_NULL(alloc_skb(SKB_MAX_SIZE + 1, GFP_KERNEL));
}

SELFTEST(skb, expand_keeps_bytes_and_headers)
{
	struct sk_buff *skb = alloc_skb(128, GFP_KERNEL);
	u8 *old;

	ASSERT_NOT_NULL(skb);
	skb_reserve(skb, 18);
	fill(skb_put(skb, 114), 114, 7);
	skb_reset_mac_header(skb);
	__skb_pull(skb, 14);
	skb_reset_network_header(skb);
	skb_set_transport_header(skb, 20);
	old = skb->head;

	EXPECT_EQ(skb_cow(skb, 32), 0);
	EXPECT_TRUE(skb->head == old);		/* there was room */
	EXPECT_EQ(skb_cow(skb, 100), 0);
	EXPECT_TRUE(skb->head != old);
	EXPECT_GE(skb_headroom(skb), 100u);
	EXPECT_EQ((unsigned long)skb->data % 16, 0ul);
	EXPECT_TRUE(filled(skb_mac_header(skb), 114, 7));
	EXPECT_EQ(skb->data - skb_mac_header(skb), 14l);
	EXPECT_EQ(skb_network_offset(skb), 0);
	EXPECT_EQ(skb_transport_offset(skb), 20);

	EXPECT_EQ(pskb_expand_head(skb, 0, 60000, GFP_KERNEL), 0);
	EXPECT_GE(skb_tailroom(skb), 60000u);
	EXPECT_FALSE(skb->pool);
	EXPECT_TRUE(filled(skb_mac_header(skb), 114, 7));
	EXPECT_EQ(pskb_expand_head(skb, 0, SKB_MAX_SIZE, GFP_KERNEL), -12);
	EXPECT_TRUE(filled(skb_mac_header(skb), 114, 7));
	consume_skb(skb);
}

SELFTEST(skb, copy_is_our_own)
{
	struct sk_buff *skb = alloc_skb(128, GFP_KERNEL), *copy;

	ASSERT_NOT_NULL(skb);
	skb_reserve(skb, 30);
	fill(skb_put(skb, 90), 90, 1);
	skb_reset_mac_header(skb);
	__skb_pull(skb, 14);
	skb_reset_network_header(skb);
	skb->mark = 17;
	skb->protocol = 0x0008;
	skb->cb[5] = 99;
	local_bh_disable();
	skb_rx_begin(skb);
	local_bh_enable();

	copy = skb_copy(skb, 80, GFP_KERNEL);
	ASSERT_NOT_NULL(copy);
	EXPECT_FALSE(copy->rx);
	EXPECT_TRUE(skb->rx);
	EXPECT_GE(skb_headroom(copy), 80u);
	EXPECT_EQ(copy->len, skb->len);
	EXPECT_TRUE(copy->head != skb->head);
	EXPECT_TRUE(filled(skb_mac_header(copy), 90, 1));
	EXPECT_EQ(skb_network_offset(copy), 0);
	EXPECT_EQ(copy->mark, 17u);
	EXPECT_EQ(copy->protocol, 0x0008);
	EXPECT_EQ(copy->cb[5], 99);
	consume_skb(copy);
	consume_skb(skb);
}

SELFTEST(skb, build_around_a_fragment)
{
	unsigned int size = NET_SKB_PAD + NET_IP_ALIGN + 1514;
	void *buf = netdev_alloc_frag(size);
	struct sk_buff *skb;

	ASSERT_NOT_NULL(buf);
	EXPECT_EQ((unsigned long)buf % 64, 0ul);
	fill((u8 *)buf + NET_SKB_PAD + NET_IP_ALIGN, 1514, 3);
	skb = build_skb(buf, size);
	ASSERT_NOT_NULL(skb);
	skb_reserve(skb, NET_SKB_PAD + NET_IP_ALIGN);
	skb_put(skb, 1514);
	EXPECT_TRUE(filled(skb->data, 1514, 3));
	EXPECT_EQ((unsigned long)(skb->data + 14) % 4, 0ul);
	EXPECT_EQ(skb->mark, 0u);
	EXPECT_FALSE(skb->rx);
	consume_skb(skb);

	buf = netdev_alloc_frag(9300);
	ASSERT_NOT_NULL(buf);
	memset(buf, 0, 9300);
	skb_free_frag(buf, 9300);
}

SELFTEST(skb, softirq_recycles)
{
	struct sk_buff *first, *second;
	void *head;

	local_bh_disable();
	first = alloc_skb(64, GFP_ATOMIC);
	head = first ? first->head : NULL;
	consume_skb(first);
	second = alloc_skb(64, GFP_ATOMIC);
	EXPECT_TRUE(first == second);
	EXPECT_TRUE(second && second->head == head);
	consume_skb(second);
	local_bh_enable();
}

SELFTEST(skb, queue_is_fifo)
{
	struct sk_buff_head q;
	struct sk_buff *skb[3], *list;
	unsigned int i;

	skb_queue_head_init(&q);
	EXPECT_TRUE(skb_queue_empty(&q));
	EXPECT_NULL(__skb_dequeue(&q));
	for (i = 0; i < 3; i++) {
		skb[i] = alloc_skb(10, GFP_KERNEL);
		ASSERT_NOT_NULL(skb[i]);
	}
	__skb_queue_tail(&q, skb[1]);
	__skb_queue_tail(&q, skb[2]);
	__skb_queue_head(&q, skb[0]);
	EXPECT_EQ(skb_queue_len(&q), 3u);
	EXPECT_TRUE(__skb_dequeue(&q) == skb[0]);
	__skb_queue_head(&q, skb[0]);
	for (i = 0; i < 3; i++)
		EXPECT_TRUE(__skb_dequeue(&q) == skb[i]);
	EXPECT_TRUE(skb_queue_empty(&q));
	__skb_queue_head(&q, skb[0]);
	__skb_queue_tail(&q, skb[1]);
	__skb_queue_tail(&q, skb[2]);
	list = __skb_queue_splice(&q);
	EXPECT_EQ(skb_queue_len(&q), 0u);
	EXPECT_TRUE(list == skb[0]);
	EXPECT_TRUE(list->next == skb[1]);
	kfree_skb_list_reason(list, DROP_NO_MEMORY);
}

SELFTEST(skb, end_counts_by_kind)
{
	struct net_stats *s;
	u64 rx, own, delivered, frames;
	struct sk_buff *a, *b, *c;

	a = alloc_skb(10, GFP_KERNEL);
	b = alloc_skb(10, GFP_KERNEL);
	c = alloc_skb(10, GFP_KERNEL);
	ASSERT_TRUE(a && b && c);
	local_bh_disable();
	s = this_cpu_ptr(&net_stats);
	rx = s->rx_drop[DROP_NO_MEMORY];
	own = s->own_drop[DROP_NO_MEMORY];
	delivered = s->rx_class[RX_CLASS_DELIVERED];
	frames = s->rx_frames;
	kfree_skb_reason(a, DROP_NO_MEMORY);
	EXPECT_EQ(s->own_drop[DROP_NO_MEMORY], own + 1);
	skb_rx_begin(b);
	kfree_skb_reason(b, DROP_NO_MEMORY);
	EXPECT_EQ(s->rx_drop[DROP_NO_MEMORY], rx + 1);
	skb_rx_begin(c);
	consume_skb(c);
	EXPECT_EQ(s->rx_class[RX_CLASS_DELIVERED], delivered + 1);
	EXPECT_EQ(s->own_drop[DROP_NO_MEMORY], own + 1);
	EXPECT_EQ(s->rx_frames, frames + 2);
	local_bh_enable();
	kfree_skb_reason(NULL, DROP_NO_MEMORY);
	consume_skb(NULL);
}

SELFTEST(skb, drop_reasons_have_names)
{
	unsigned int i, k;

	for (i = 0; i < DROP_REASON_MAX; i++) {
		ASSERT_NOT_NULL(drop_reason_name(i));
		EXPECT_NE(drop_reason_name(i)[0], '\0');
		for (k = 0; k < i; k++)
			if (!strcmp(drop_reason_name(i), drop_reason_name(k)))
				EXPECT_STREQ(drop_reason_name(i), "unique");
	}
	EXPECT_STREQ(drop_reason_name(DROP_IP_TTL), "IpTtl");
	EXPECT_STREQ(drop_reason_name(DROP_REASON_MAX), "?");
}
