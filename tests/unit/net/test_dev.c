/* SPDX-License-Identifier: MIT */
/* tests/unit/net/test_dev.c - devices, the receive and transmit softirqs, and what they drop. */
#include "kernel/base/preempt.h"
#include "kernel/base/selftest.h"
#include "kernel/base/sched.h"
#include "kernel/base/softirq.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "net/netdevice.h"
#include "net/stats.h"
#include "tests/unit/net/fake_dev.h"

#define ETH_P_TEST 0x88b5 /* IEEE: local experimental */

static struct fake_dev *a, *b;

SELFTEST_SETUP(netdev)
{
	a = fake_dev_create();
	b = fake_dev_create();
}

SELFTEST_TEARDOWN(netdev)
{
	fake_dev_destroy(a);
	fake_dev_destroy(b);
	a = b = NULL;
}

/* ---- a protocol for tests: what to do with its frames ---- */

static struct {
	unsigned int calls;
	struct net_device *out;		/* forward to; NULL: deliver */
	unsigned int last_len;
	u8 last_type;
} proto;

static int proto_rcv(struct sk_buff *skb, struct net_device *dev, struct packet_type *pt,
		     struct net_device *orig_dev)
{
	proto.calls++;
	proto.last_len = skb->len;
	proto.last_type = skb->pkt_type;
	EXPECT_EQ(skb_network_offset(skb), 0);
	EXPECT_EQ(skb->skb_iif, dev->ifindex);
	if (!proto.out) {
		consume_skb(skb);
		return 0;
	}
	skb_push(skb, ETH_HLEN);
	skb->dev = proto.out;
	return dev_queue_xmit(skb);
}

static struct packet_type proto_type = { .func = proto_rcv };

static void proto_start(struct net_device *out)
{
	memset(&proto, 0, sizeof(proto));
	proto.out = out;
	proto_type.type = htons(ETH_P_TEST);
	dev_add_pack(&proto_type);
}

static void proto_stop(void)
{
	dev_remove_pack(&proto_type);
}

/* A frame of 60 bytes for @fd's host. */
static void test_frame(u8 *frame, const struct fake_dev *fd, u16 type)
{
	u8 peer[ETH_ALEN];

	fake_mac(peer, 200);
	memset(frame, 0x11, 60);
	fake_eth(frame, fd->dev->dev_addr, peer, type);
}

static struct sk_buff *own_frame(struct net_device *dev, unsigned int len)
{
	struct sk_buff *skb = alloc_skb(len + 64, GFP_ATOMIC);

	if (skb) {
		skb_reserve(skb, 64);
		memset(skb_put(skb, len), 0, len);
		skb->dev = dev;
	}
	return skb;
}

static u64 own_drops(enum drop_reason reason)
{
	return drop_sum(reason) - rx_drop_sum(reason);
}

#define EXPECT_RX_DROP(reason, statement)                                                          \
	do {                                                                                       \
		struct rx_identity before_, after_;                                                \
		u64 drops_;                                                                        \
		local_bh_disable();                                                                \
		drops_ = rx_drop_sum(reason);                                                      \
		rx_identity_get(&before_);                                                         \
		statement;                                                                         \
		EXPECT_EQ(rx_drop_sum(reason), drops_ + 1);                                        \
		rx_identity_get(&after_);                                                          \
		EXPECT_EQ(after_.dropped, before_.dropped + 1);                                    \
		EXPECT_TRUE(after_.holds);                                                         \
		local_bh_enable();                                                                 \
	} while (0)

SELFTEST(netdev, names_and_lookup)
{
	struct net_device *dev;
	unsigned int seen = 0;

	ASSERT_TRUE(a && b);
	EXPECT_NE(a->dev->ifindex, b->dev->ifindex);
	EXPECT_TRUE(dev_get_by_name(a->dev->name) == a->dev);
	EXPECT_TRUE(dev_get_by_index(b->dev->ifindex) == b->dev);
	EXPECT_NULL(dev_get_by_name("nosuch"));
	EXPECT_NULL(dev_get_by_index(-1));
	for_each_netdev(dev)
		seen += dev == a->dev || dev == b->dev;
	EXPECT_EQ(seen, 2u);
	EXPECT_NOT_NULL(loopback_dev);
	EXPECT_EQ(loopback_dev->ifindex, 1);
	EXPECT_TRUE(str_has_prefix(a->dev->name, "fake"));
	EXPECT_EQ(dev_get_flags(a->dev),
		  (unsigned int)(IFF_UP | IFF_RUNNING | IFF_LOWER_UP | IFF_BROADCAST |
				 IFF_MULTICAST));
}

static void name_setup(struct net_device *dev)
{
	ether_setup(dev);
}

SELFTEST(netdev, registration_errors)
{
	struct net_device *dev;

	ASSERT_NOT_NULL(a);
	dev = alloc_netdev(0, a->dev->name, name_setup);
	ASSERT_NOT_NULL(dev);
	EXPECT_ERR(register_netdev(dev), -EEXIST);
	strscpy(dev->name, "x%s", sizeof(dev->name));
	EXPECT_ERR(register_netdev(dev), -EINVAL);
	dev->name[0] = '\0';
	EXPECT_ERR(register_netdev(dev), -EINVAL);
	free_netdev(dev);
	free_netdev(NULL);
}

static struct {
	unsigned int count[8];
	struct net_device *last;
} events;

static int count_event(struct notifier_block *nb, unsigned long event, void *data)
{
	if (event < ARRAY_SIZE(events.count))
		events.count[event]++;
	events.last = data;
	return NOTIFY_DONE;
}

SELFTEST(netdev, notifiers_and_settings)
{
	struct notifier_block nb = { .notifier_call = count_event };
	u8 mac[ETH_ALEN];

	ASSERT_TRUE(a && b);
	memset(&events, 0, sizeof(events));
	EXPECT_EQ(register_netdevice_notifier(&nb), 0);
	EXPECT_GE(events.count[NETDEV_REGISTER], 3u);	/* lo, a, b: told afterwards */
	EXPECT_GE(events.count[NETDEV_UP], 2u);
	memset(&events, 0, sizeof(events));
	rtnl_lock();
	EXPECT_EQ(dev_open(a->dev), 0);
	EXPECT_EQ(events.count[NETDEV_UP], 0u);		/* it was up */
	dev_close(a->dev);
	EXPECT_EQ(events.count[NETDEV_DOWN], 1u);
	EXPECT_TRUE(events.last == a->dev);
	EXPECT_EQ(dev_get_flags(a->dev) & (IFF_UP | IFF_RUNNING), 0u);
	a->open_error = -EIO;
	EXPECT_ERR(dev_open(a->dev), -EIO);
	EXPECT_EQ(events.count[NETDEV_UP], 0u);
	a->open_error = 0;
	EXPECT_EQ(dev_open(a->dev), 0);
	EXPECT_EQ(events.count[NETDEV_UP], 1u);

	EXPECT_ERR(dev_set_mtu(a->dev, 67), -EINVAL);
	EXPECT_ERR(dev_set_mtu(a->dev, 9001), -EINVAL);
	EXPECT_ERR(dev_set_mtu(a->dev, -1), -EINVAL);
	EXPECT_EQ(dev_set_mtu(a->dev, 1500), 0);
	EXPECT_EQ(events.count[NETDEV_CHANGEMTU], 0u);	/* no change */
	EXPECT_EQ(dev_set_mtu(a->dev, 9000), 0);
	EXPECT_EQ(events.count[NETDEV_CHANGEMTU], 1u);
	EXPECT_EQ(a->dev->mtu, 9000u);
	fake_mac(mac, 250);
	EXPECT_EQ(dev_set_mac_address(a->dev, mac), 0);
	EXPECT_EQ(events.count[NETDEV_CHANGEADDR], 1u);
	EXPECT_TRUE(ether_addr_equal(a->dev->dev_addr, mac));
	EXPECT_ERR(dev_set_mac_address(loopback_dev, mac), -EOPNOTSUPP);
	rtnl_unlock();
	EXPECT_EQ(unregister_netdevice_notifier(&nb), 0);
	EXPECT_ERR(unregister_netdevice_notifier(&nb), -ENOENT);
}

SELFTEST(netdev, eth_type_trans_tells_kinds)
{
	static const struct {
		u8 dest[ETH_ALEN];
		u8 type;
	} cases[] = {
		{ { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff }, PACKET_BROADCAST },
		{ { 0x01, 0x00, 0x5e, 0x00, 0x00, 0x01 }, PACKET_MULTICAST },
		{ { 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe }, PACKET_MULTICAST },
		{ { 0x02, 0x00, 0x5e, 0x00, 0x53, 0xee }, PACKET_OTHERHOST },
		{ { 0, 0, 0, 0, 0, 0 }, PACKET_OTHERHOST },
	};
	struct sk_buff *skb;
	u8 frame[60];
	unsigned int i;

	ASSERT_NOT_NULL(a);
	test_frame(frame, a, ETH_P_IP);
	skb = fake_frame(a, frame, sizeof(frame));
	ASSERT_NOT_NULL(skb);
	EXPECT_EQ(skb->pkt_type, PACKET_HOST);
	EXPECT_EQ(skb->protocol, htons(ETH_P_IP));
	EXPECT_EQ(skb->len, 46u);
	EXPECT_TRUE(eth_hdr(skb)->h_proto == htons(ETH_P_IP));
	consume_skb(skb);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		memcpy(frame, cases[i].dest, ETH_ALEN);
		skb = fake_frame(a, frame, sizeof(frame));
		ASSERT_NOT_NULL(skb);
		EXPECT_EQ(skb->pkt_type, cases[i].type);
		consume_skb(skb);
	}
}

SELFTEST(netdev, header_addresses)
{
	static const u8 bcast[ETH_ALEN] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	static const u8 group[ETH_ALEN] = { 0x33, 0, 0, 0, 0, 1 };
	static const u8 zero[ETH_ALEN];
	u8 mac[ETH_ALEN];

	fake_mac(mac, 1);
	EXPECT_TRUE(is_valid_ether_addr(mac));
	EXPECT_FALSE(is_valid_ether_addr(zero));
	EXPECT_FALSE(is_valid_ether_addr(group));
	EXPECT_TRUE(is_broadcast_ether_addr(bcast));
	EXPECT_FALSE(is_broadcast_ether_addr(group));
	EXPECT_TRUE(ether_addr_equal(mac, mac));
	EXPECT_FALSE(ether_addr_equal(mac, zero));
}

SELFTEST(netdev, drops_runt_llc_unknown)
{
	u8 frame[60];

	ASSERT_NOT_NULL(a);
	test_frame(frame, a, ETH_P_TEST);
	EXPECT_RX_DROP(DROP_UNHANDLED_PROTO, fake_dev_receive(a, frame, sizeof(frame)));
	EXPECT_RX_DROP(DROP_RX_RUNT, fake_dev_receive(a, frame, 13));
	EXPECT_RX_DROP(DROP_RX_RUNT, fake_dev_receive(a, frame, 0));
	test_frame(frame, a, 46);
	EXPECT_RX_DROP(DROP_LLC, fake_dev_receive(a, frame, sizeof(frame)));
	test_frame(frame, a, ETH_P_802_3_MIN - 1);
	EXPECT_RX_DROP(DROP_LLC, fake_dev_receive(a, frame, sizeof(frame)));
	EXPECT_RX_DROP(DROP_RX_NO_MEMORY, netdev_rx_drop(a->dev, DROP_RX_NO_MEMORY));
	EXPECT_RX_DROP(DROP_RX_BAD_DESCRIPTOR, netdev_rx_drop(a->dev, DROP_RX_BAD_DESCRIPTOR));
}

SELFTEST(netdev, packet_types)
{
	u8 frame[60];

	ASSERT_NOT_NULL(a);
	proto_start(NULL);
	test_frame(frame, a, ETH_P_TEST);
	fake_dev_receive(a, frame, sizeof(frame));
	EXPECT_EQ(proto.calls, 1u);
	EXPECT_EQ(proto.last_len, 46u);
	EXPECT_EQ(proto.last_type, PACKET_HOST);
	proto_stop();
	fake_dev_receive(a, frame, sizeof(frame));
	EXPECT_EQ(proto.calls, 1u);
}

SELFTEST(netdev, napi_polls_in_weights_and_batches_transmits)
{
	u8 frame[60];
	unsigned int i;

	ASSERT_TRUE(a && b);
	proto_start(b->dev);
	test_frame(frame, a, ETH_P_TEST);
	for (i = 0; i < 150; i++) {
		frame[20] = (u8)i;
		fake_dev_inject(a, frame, sizeof(frame));
	}
	fake_dev_poll(a);
	EXPECT_EQ(proto.calls, 150u);
	EXPECT_EQ(a->polls, 3u);		/* 64 + 64 + 22 */
	EXPECT_EQ(fake_dev_nr_sent(b), 150u);
	EXPECT_EQ(b->xmit_calls, 150u);
	EXPECT_EQ(b->flush_calls, 3u);		/* once a poll */
	EXPECT_EQ(b->more_calls, 147u);		/* all but the last of each */
	for (i = 0; i < 150; i++) {
		struct sk_buff *skb = fake_dev_sent(b);

		ASSERT_NOT_NULL(skb);
		EXPECT_EQ(skb->data[20], (u8)i);
		EXPECT_FALSE(skb->rx);
		consume_skb(skb);
	}
	proto_stop();
}

SELFTEST(netdev, napi_budget_gives_way)
{
	struct softnet_data *sd = this_cpu_ptr(&softnet_data);
	int saved = netdev_budget;
	u8 frame[60];
	unsigned int i;
	u64 squeezed;

	ASSERT_TRUE(a && b);
	proto_start(NULL);
	test_frame(frame, a, ETH_P_TEST);
	for (i = 0; i < 200; i++)
		fake_dev_inject(a, frame, sizeof(frame));
	netdev_budget = 64;
	squeezed = sd->time_squeeze;
	fake_dev_poll(a);
	/* what is left comes in further rounds of the softirq, some of them by ksoftirqd */
	for (i = 0; i < 100 && proto.calls < 200; i++) {
		local_bh_disable();
		local_bh_enable();
		msleep(1);
	}
	EXPECT_EQ(proto.calls, 200u);
	EXPECT_GE(sd->time_squeeze, squeezed + 2);
	netdev_budget = saved;
	proto_stop();
}

SELFTEST(netdev, disabled_napi_is_not_polled)
{
	ASSERT_NOT_NULL(a);
	rtnl_lock();
	dev_close(a->dev);
	EXPECT_FALSE(napi_schedule(&a->napi));
	EXPECT_EQ(dev_open(a->dev), 0);
	rtnl_unlock();
	local_bh_disable();
	EXPECT_TRUE(napi_schedule(&a->napi));
	EXPECT_FALSE(napi_schedule(&a->napi));	/* already is */
	local_bh_enable();
	EXPECT_EQ(a->polls, 1u);
}

SELFTEST(netdev, forwarding_counts_once)
{
	struct rx_identity before, after;
	u8 frame[60];

	ASSERT_TRUE(a && b);
	proto_start(b->dev);
	test_frame(frame, a, ETH_P_TEST);
	local_bh_disable();
	rx_identity_get(&before);
	EXPECT_TRUE(before.holds);
	fake_dev_receive(a, frame, sizeof(frame));
	rx_identity_get(&after);
	local_bh_enable();
	EXPECT_EQ(after.rx_frames, before.rx_frames + 1);
	EXPECT_EQ(after.forwarded, before.forwarded + 1);
	EXPECT_TRUE(after.holds);
	fake_dev_drain(b);			/* the driver's freeing is no delivery */
	rx_identity_get(&after);
	EXPECT_TRUE(after.holds);
	EXPECT_EQ(after.delivered, before.delivered);
	proto_stop();
}

SELFTEST(netdev, stopped_queue_holds_then_sends_in_order)
{
	struct rx_identity before, held, after;
	u8 frame[60];
	unsigned int i;

	ASSERT_TRUE(a && b);
	proto_start(b->dev);
	test_frame(frame, a, ETH_P_TEST);
	b->room = 2;
	local_bh_disable();
	rx_identity_get(&before);
	for (i = 0; i < 5; i++) {
		frame[20] = (u8)i;
		fake_dev_receive(a, frame, sizeof(frame));
	}
	rx_identity_get(&held);
	local_bh_enable();
	EXPECT_EQ(fake_dev_nr_sent(b), 2u);
	EXPECT_EQ(held.held, before.held + 3);
	EXPECT_EQ(held.forwarded, before.forwarded + 2);
	EXPECT_TRUE(held.holds);
	b->room = 100;
	netif_wake_queue(b->dev);
	local_bh_disable();
	local_bh_enable();
	EXPECT_EQ(fake_dev_nr_sent(b), 5u);
	rx_identity_get(&after);
	EXPECT_EQ(after.held, before.held);
	EXPECT_EQ(after.forwarded, before.forwarded + 5);
	for (i = 0; i < 5; i++) {
		struct sk_buff *skb = fake_dev_sent(b);

		ASSERT_NOT_NULL(skb);
		EXPECT_EQ(skb->data[20], (u8)i);
		consume_skb(skb);
	}
	proto_stop();
}

SELFTEST(netdev, busy_driver_keeps_the_frame)
{
	struct rx_identity id;
	u8 frame[60];
	unsigned int i;

	ASSERT_TRUE(a && b);
	proto_start(b->dev);
	test_frame(frame, a, ETH_P_TEST);
	b->refuse = true;
	for (i = 0; i < 3; i++)
		fake_dev_inject(a, frame, sizeof(frame));
	fake_dev_poll(a);
	EXPECT_EQ(fake_dev_nr_sent(b), 0u);
	EXPECT_EQ(b->xmit_calls, 1u);		/* not asked again while stopped */
	EXPECT_EQ(b->dev->requeue.qlen, 3u);
	rx_identity_get(&id);
	EXPECT_TRUE(id.holds);
	b->refuse = false;
	netif_wake_queue(b->dev);
	local_bh_disable();
	local_bh_enable();
	EXPECT_EQ(fake_dev_nr_sent(b), 3u);
	proto_stop();
}

SELFTEST(netdev, requeue_is_bounded_and_purged)
{
	struct rx_identity id;
	u8 frame[60];
	unsigned int i;
	u64 full, purged;

	ASSERT_TRUE(a && b);
	proto_start(b->dev);
	test_frame(frame, a, ETH_P_TEST);
	b->room = 0;
	netif_stop_queue(b->dev);
	b->dev->tx_queue_len = 4;
	full = rx_drop_sum(DROP_TX_QUEUE_FULL);
	purged = rx_drop_sum(DROP_TX_QUEUE_PURGED);
	for (i = 0; i < 6; i++)
		fake_dev_receive(a, frame, sizeof(frame));
	EXPECT_EQ(rx_drop_sum(DROP_TX_QUEUE_FULL), full + 2);
	EXPECT_EQ(b->dev->requeue.qlen, 4u);
	rtnl_lock();
	dev_close(b->dev);
	rtnl_unlock();
	EXPECT_EQ(rx_drop_sum(DROP_TX_QUEUE_PURGED), purged + 4);
	EXPECT_EQ(fake_dev_nr_sent(b), 0u);
	rx_identity_get(&id);
	EXPECT_TRUE(id.holds);
	proto_stop();
}

SELFTEST(netdev, transmit_errors)
{
	struct rtnl_link_stats64 stats;
	u64 before;

	ASSERT_NOT_NULL(a);
	before = own_drops(DROP_TX_TOO_LONG);
	EXPECT_ERR(dev_queue_xmit(own_frame(a->dev, 1515)), -EMSGSIZE);
	EXPECT_EQ(own_drops(DROP_TX_TOO_LONG), before + 1);
	EXPECT_EQ(dev_queue_xmit(own_frame(a->dev, 1514)), 0);

	netif_carrier_off(a->dev);
	before = own_drops(DROP_TX_NO_CARRIER);
	EXPECT_ERR(dev_queue_xmit(own_frame(a->dev, 60)), -ENETDOWN);
	EXPECT_EQ(own_drops(DROP_TX_NO_CARRIER), before + 1);
	EXPECT_EQ(dev_get_flags(a->dev) & IFF_LOWER_UP, 0u);
	netif_carrier_on(a->dev);

	rtnl_lock();
	dev_close(a->dev);
	rtnl_unlock();
	before = own_drops(DROP_TX_DEV_DOWN);
	EXPECT_ERR(dev_queue_xmit(own_frame(a->dev, 60)), -ENETDOWN);
	EXPECT_EQ(own_drops(DROP_TX_DEV_DOWN), before + 1);
	EXPECT_EQ(fake_dev_nr_sent(a), 1u);
	dev_get_stats(a->dev, &stats);
	EXPECT_EQ(stats.tx_dropped, 3ull);
}

/* A device that sends all it gets through itself. */
static netdev_tx_t self_xmit(struct sk_buff *skb, struct net_device *dev)
{
	/* the lock of the device is held: a real one would send through another, so use its twin */
	skb->dev = *(struct net_device **)netdev_priv(dev);
	dev_queue_xmit(skb);
	return NETDEV_TX_OK;
}

static const struct net_device_ops self_ops = { .ndo_start_xmit = self_xmit };

static void self_setup(struct net_device *dev)
{
	ether_setup(dev);
	dev->netdev_ops = &self_ops;
}

SELFTEST(netdev, stack_of_devices_is_bounded)
{
	struct net_device *dev[9];
	unsigned int i;
	u64 before = own_drops(DROP_TX_RECURSION);

	ASSERT_NOT_NULL(a);
	for (i = 0; i < 9; i++) {
		dev[i] = alloc_netdev(sizeof(void *), "stack%d", self_setup);
		ASSERT_NOT_NULL(dev[i]);
		*(struct net_device **)netdev_priv(dev[i]) = i ? dev[i - 1] : a->dev;
		ASSERT_EQ(register_netdev(dev[i]), 0);
		rtnl_lock();
		EXPECT_EQ(dev_open(dev[i]), 0);
		rtnl_unlock();
	}
	dev_queue_xmit(own_frame(dev[6], 60));		/* seven and a: eight deep */
	EXPECT_EQ(fake_dev_nr_sent(a), 1u);
	EXPECT_EQ(own_drops(DROP_TX_RECURSION), before);
	dev_queue_xmit(own_frame(dev[7], 60));
	EXPECT_EQ(fake_dev_nr_sent(a), 1u);
	EXPECT_EQ(own_drops(DROP_TX_RECURSION), before + 1);
	for (i = 0; i < 9; i++) {
		unregister_netdev(dev[i]);
		free_netdev(dev[i]);
	}
}

SELFTEST(netdev, backlog_is_bounded)
{
	int saved = netdev_max_backlog;
	struct rx_identity before, after;
	u8 frame[60];
	unsigned int i;
	u64 drops;

	ASSERT_NOT_NULL(a);
	proto_start(NULL);
	test_frame(frame, a, ETH_P_TEST);
	netdev_max_backlog = 3;
	local_bh_disable();
	drops = rx_drop_sum(DROP_RX_BACKLOG_FULL);
	rx_identity_get(&before);
	for (i = 0; i < 5; i++) {
		struct sk_buff *skb = fake_frame(a, frame, sizeof(frame));

		if (skb)
			EXPECT_EQ(netif_rx(skb), i < 3 ? NET_RX_SUCCESS : NET_RX_DROP);
	}
	rx_identity_get(&after);
	EXPECT_EQ(after.held, before.held + 3);
	EXPECT_TRUE(after.holds);
	EXPECT_EQ(rx_drop_sum(DROP_RX_BACKLOG_FULL), drops + 2);
	EXPECT_EQ(proto.calls, 0u);
	local_bh_enable();
	EXPECT_EQ(proto.calls, 3u);
	rx_identity_get(&after);
	EXPECT_EQ(after.held, before.held);
	netdev_max_backlog = saved;
	proto_stop();
}

SELFTEST(netdev, backlog_of_a_closed_device_drops)
{
	u8 frame[60];
	struct sk_buff *skb;

	ASSERT_NOT_NULL(a);
	rtnl_lock();
	dev_close(a->dev);
	rtnl_unlock();
	test_frame(frame, a, ETH_P_TEST);
	skb = fake_frame(a, frame, sizeof(frame));
	ASSERT_NOT_NULL(skb);
	{
		u64 before = rx_drop_sum(DROP_RX_DEV_DOWN);

		netif_rx(skb);
		EXPECT_EQ(rx_drop_sum(DROP_RX_DEV_DOWN), before + 1);
	}
}

SELFTEST(netdev, loopback_is_not_received)
{
	struct rx_identity before, after;
	struct sk_buff *skb;
	bool was_up = loopback_dev->flags & IFF_UP;

	rtnl_lock();
	ASSERT_EQ(dev_open(loopback_dev), 0);
	rtnl_unlock();
	proto_start(NULL);
	skb = own_frame(loopback_dev, 60);
	ASSERT_NOT_NULL(skb);
	fake_eth(skb->data, loopback_dev->dev_addr, loopback_dev->dev_addr, ETH_P_TEST);
	rx_identity_get(&before);
	EXPECT_EQ(dev_queue_xmit(skb), 0);
	EXPECT_EQ(proto.calls, 1u);
	EXPECT_EQ(proto.last_type, PACKET_HOST);
	rx_identity_get(&after);
	EXPECT_EQ(after.rx_frames, before.rx_frames);
	EXPECT_EQ(after.delivered, before.delivered);
	proto_stop();
	if (!was_up) {
		rtnl_lock();
		dev_close(loopback_dev);
		rtnl_unlock();
	}
}
