/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/drivers/virtio_net.c - the driver, whole, against a device made of software.
 *
 * Frames carry EtherType 88b5 (for local experiments), so that no protocol but the one here takes
 * them.
 */
#include "kernel/base/preempt.h"
#include "kernel/base/sched.h"
#include "kernel/base/selftest.h"
#include "lib/errno.h"
#include "lib/inet.h"
#include "lib/string.h"
#include "mm/page_alloc.h"
#include "net/ethernet.h"
#include "net/netdevice.h"
#include "net/stats.h"
#include "tests/unit/drivers/fake_virtio.h"

#define RX 0
#define TX 1
#define ETH_P_TEST	0x88b5
#define F_MTU		BIT_ULL(3)
#define F_MAC		BIT_ULL(5)
#define F_STATUS	BIT_ULL(16)
#define VNET_HDR	12

static struct fake_virtio fake;
static struct net_device *dev;

static struct {
	unsigned int count;
	unsigned int len;		/* of the last one, without the Ethernet header */
	u8 first, last;			/* its first and last byte */
	bool aligned;			/* its network header to 4 bytes */
} got;

static int take_frame(struct sk_buff *skb, struct net_device *d, struct packet_type *pt,
		      struct net_device *orig)
{
	got.count++;
	got.len = skb->len;
	got.first = skb->len ? skb->data[0] : 0;
	got.last = skb->len ? skb->data[skb->len - 1] : 0;
	got.aligned = !((uintptr_t)skb_network_header(skb) & 3);
	consume_skb(skb);
	return NET_RX_SUCCESS;
}

static struct packet_type test_type = { .func = take_frame };

static void set_mac(void)
{
	static const u8 mac[ETH_ALEN] = { 0x52, 0x54, 0, 0x12, 0x34, 0x56 };

	memcpy(fake.config, mac, sizeof(mac));
	fake.config[6] = 1;		/* link up */
	fake.offered |= F_MAC | F_STATUS;
}

static int plug(void)
{
	int ret = virtio_device_probe(&fake.vdev);
	struct net_device *d;

	dev = NULL;
	rtnl_lock();
	for_each_netdev(d)
		if (d->parent == &fake)
			dev = d;
	rtnl_unlock();
	return ret;
}

static int up(void)
{
	int ret;

	rtnl_lock();
	ret = dev_open(dev);
	rtnl_unlock();
	/* the poll that open asks for */
	local_bh_disable();
	local_bh_enable();
	return ret;
}

static void down(void)
{
	rtnl_lock();
	dev_close(dev);
	rtnl_unlock();
}

SELFTEST_SETUP(virtio_net)
{
	memset(&got, 0, sizeof(got));
	fake_virtio_init(&fake, VIRTIO_ID_NET, "fake");
	set_mac();
	dev = NULL;
	test_type.type = htons(ETH_P_TEST);
	dev_add_pack(&test_type);
}

SELFTEST_TEARDOWN(virtio_net)
{
	fake.no_reset = false;
	EXPECT_EQ(virtio_device_remove(&fake.vdev), 0);
	dev_remove_pack(&test_type);
	EXPECT_EQ(fake.irqs, 0);
}

/*
 * The device receives a frame for us with @len bytes behind its header, all @fill. Return: false
 * without a buffer.
 */
static bool put_frame(unsigned int len, u8 fill)
{
	u16 head;
	u8 *mem;
	u32 room;

	if (!fake_vq_take(&fake.q[RX], &head, &mem, &room))
		return false;
	if (room < VNET_HDR + ETH_HLEN + len)
		return false;
	memset(mem, 0, VNET_HDR);
	memcpy(mem + VNET_HDR, dev->dev_addr, ETH_ALEN);
	memcpy(mem + VNET_HDR + ETH_ALEN, dev->dev_addr, ETH_ALEN);
	mem[VNET_HDR + 12] = ETH_P_TEST >> 8;
	mem[VNET_HDR + 13] = ETH_P_TEST & 0xff;
	memset(mem + VNET_HDR + ETH_HLEN, fill, len);
	fake_vq_use(&fake.q[RX], head, VNET_HDR + ETH_HLEN + len);
	return true;
}

/*
 * Tell the driver of what was put, if it wants to hear of it; else a poll is on its way already. ksoftirqd may
 * be the one that polls, so it gets the CPU; no clock is waited for, or the watchdog would help out.
 * Return: whether @count frames have come by then.
 */
static bool delivered(unsigned int count)
{
	fake_vq_interrupt(&fake, RX);
	for (unsigned int i = 0; i < 1000 && got.count < count; i++)
		cond_resched();
	return got.count >= count;
}

/* The same, until @reason has been counted up to @count. */
static bool dropped(enum drop_reason reason, u64 count)
{
	fake_vq_interrupt(&fake, RX);
	for (unsigned int i = 0; i < 1000 && rx_drop_sum(reason) < count; i++)
		cond_resched();
	return rx_drop_sum(reason) >= count;
}

/* Send a frame with @len bytes behind its header, all @fill, with @headroom in front of it. */
static void send_frame(unsigned int len, u8 fill, unsigned int headroom)
{
	struct sk_buff *skb = alloc_skb(headroom + ETH_HLEN + len, GFP_KERNEL);
	struct ethhdr *eth;

	ASSERT_NOT_NULL(skb);
	memset(skb->data, 0xaa, headroom);
	skb_reserve(skb, headroom);
	eth = skb_put(skb, ETH_HLEN);
	memcpy(eth->h_dest, dev->broadcast, ETH_ALEN);
	memcpy(eth->h_source, dev->dev_addr, ETH_ALEN);
	eth->h_proto = htons(ETH_P_TEST);
	memset(skb_put(skb, len), fill, len);
	skb_reset_mac_header(skb);
	skb->dev = dev;
	skb->protocol = eth->h_proto;
	dev_queue_xmit(skb);
}

/* The device sends what it finds. Return: frames. */
static unsigned int device_sends(void)
{
	unsigned int n = 0;
	u16 head;
	u8 *mem;
	u32 len;

	while (fake_vq_take(&fake.q[TX], &head, &mem, &len)) {
		fake_vq_use(&fake.q[TX], head, 0);
		n++;
	}
	return n;
}

SELFTEST(virtio_net, probe_reads_the_device)
{
	fake.config[10] = 0x78;		/* MTU 1400 */
	fake.config[11] = 5;
	fake.offered |= F_MTU;
	ASSERT_EQ(plug(), 0);
	ASSERT_NOT_NULL(dev);
	EXPECT_EQ(dev->mtu, 1400);
	EXPECT_EQ(dev->max_mtu, 1400);
	EXPECT_EQ(memcmp(dev->dev_addr, fake.config, ETH_ALEN), 0);
	EXPECT_TRUE(netif_carrier_ok(dev));
	EXPECT_EQ(fake.status, VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER |
			       VIRTIO_STATUS_FEATURES_OK | VIRTIO_STATUS_DRIVER_OK);
	/* Down: the device has no memory of ours. */
	EXPECT_FALSE(put_frame(10, 0));
}

SELFTEST(virtio_net, takes_no_offloads)
{
	fake.offered = ~0ull;
	ASSERT_EQ(plug(), 0);
	EXPECT_EQ(fake.vdev.features, BIT_ULL(VIRTIO_F_VERSION_1) | BIT_ULL(VIRTIO_F_EVENT_IDX) |
					      BIT_ULL(VIRTIO_F_ACCESS_PLATFORM) |
					      BIT_ULL(VIRTIO_F_ORDER_PLATFORM) | F_MTU | F_MAC |
					      F_STATUS);
}

SELFTEST(virtio_net, makes_up_a_missing_address)
{
	fake.offered &= ~F_MAC;
	ASSERT_EQ(plug(), 0);
	EXPECT_TRUE(is_valid_ether_addr(dev->dev_addr));
	EXPECT_EQ(dev->dev_addr[0] & 3, 2);
}

SELFTEST(virtio_net, an_mtu_too_small_is_ignored)
{
	fake.offered |= F_MTU;
	fake.config[10] = 67;
	ASSERT_EQ(plug(), 0);
	EXPECT_EQ(dev->mtu, 1500);
}

SELFTEST(virtio_net, probe_fails_cleanly)
{
	fake.offered &= ~BIT_ULL(VIRTIO_F_VERSION_1);
	EXPECT_ERR(plug(), -ENODEV);
	EXPECT_TRUE(fake.status & VIRTIO_STATUS_FAILED);
	fake.offered |= BIT_ULL(VIRTIO_F_VERSION_1);
	fake.no_features_ok = true;
	EXPECT_ERR(plug(), -ENODEV);
	fake.no_features_ok = false;
	fake.nr_queues = 1;
	EXPECT_ERR(plug(), -ENOENT);
	EXPECT_EQ(fake.irqs, 0);
	fake.nr_queues = 2;
	fake.no_reset = true;
	fake.status = VIRTIO_STATUS_DRIVER;
	EXPECT_ERR(plug(), -ETIMEDOUT);
	EXPECT_NULL(dev);
}

SELFTEST(virtio_net, config_that_never_settles)
{
	u8 buf[2];

	ASSERT_EQ(plug(), 0);
	EXPECT_EQ(virtio_config_read(&fake.vdev, 6, buf, 2), 0);
	EXPECT_ERR(virtio_config_read(&fake.vdev, 15, buf, 2), -EINVAL);
	fake.moody = true;
	EXPECT_ERR(virtio_config_read(&fake.vdev, 6, buf, 2), -EAGAIN);
	fake.moody = false;
}

SELFTEST(virtio_net, odd_queue_sizes_are_rounded_down)
{
	fake.queue_size = 100;
	ASSERT_EQ(plug(), 0);
	EXPECT_EQ(fake.q[RX].vq->size, 64);
}

SELFTEST(virtio_net, receives)
{
	struct rtnl_link_stats64 stats;

	ASSERT_EQ(plug(), 0);
	ASSERT_EQ(up(), 0);
	for (unsigned int i = 0; i < 1000; i++) {
		unsigned int len = i * 7 % 1501;

		ASSERT_TRUE(put_frame(len, (u8)i));
		ASSERT_TRUE(delivered(i + 1));
		ASSERT_EQ(got.count, i + 1);
		ASSERT_EQ(got.len, len);
		if (len) {
			ASSERT_EQ(got.first, (u8)i);
			ASSERT_EQ(got.last, (u8)i);
		}
		ASSERT_TRUE(got.aligned);
	}
	dev_get_stats(dev, &stats);
	EXPECT_EQ(stats.rx_packets, 1000);
	EXPECT_EQ(stats.rx_dropped, 0);
}

/* One interrupt for a burst: the poll goes on until it finds nothing. */
SELFTEST(virtio_net, a_burst_takes_one_interrupt)
{
	ASSERT_EQ(plug(), 0);
	ASSERT_EQ(up(), 0);
	for (unsigned int i = 0; i < 64; i++)
		ASSERT_TRUE(put_frame(46, 1));
	EXPECT_FALSE(put_frame(46, 1));		/* the ring has 64 */
	EXPECT_TRUE(delivered(64));
	/* and it was filled up again */
	EXPECT_TRUE(put_frame(46, 1));
	EXPECT_TRUE(delivered(65));
	EXPECT_EQ(got.count, 65);
}

/* Without EVENT_IDX interrupts are told by a flag. */
SELFTEST(virtio_net, receives_without_event_idx)
{
	fake.offered &= ~BIT_ULL(VIRTIO_F_EVENT_IDX);
	ASSERT_EQ(plug(), 0);
	ASSERT_EQ(up(), 0);
	for (unsigned int i = 0; i < 200; i++) {
		ASSERT_TRUE(put_frame(46, 1));
		ASSERT_TRUE(delivered(i + 1));
	}
	EXPECT_EQ(got.count, 200);
}

SELFTEST(virtio_net, lengths_of_a_lying_device)
{
	u64 bad = rx_drop_sum(DROP_RX_BAD_DESCRIPTOR), runt = rx_drop_sum(DROP_RX_RUNT);
	static const u32 lens[] = { 0, 11, 1 << 20, 0xffffffff };
	u16 head;
	u8 *mem;
	u32 room;

	ASSERT_EQ(plug(), 0);
	ASSERT_EQ(up(), 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(lens); i++) {
		ASSERT_TRUE(fake_vq_take(&fake.q[RX], &head, &mem, &room));
		fake_vq_use(&fake.q[RX], head, lens[i]);
		EXPECT_TRUE(dropped(DROP_RX_BAD_DESCRIPTOR, bad + i + 1));
	}
	EXPECT_EQ(rx_drop_sum(DROP_RX_BAD_DESCRIPTOR) - bad, 4);
	ASSERT_TRUE(fake_vq_take(&fake.q[RX], &head, &mem, &room));
	memset(mem, 0, room);
	fake_vq_use(&fake.q[RX], head, VNET_HDR + ETH_HLEN - 1);
	EXPECT_TRUE(dropped(DROP_RX_RUNT, runt + 1));
	EXPECT_EQ(rx_drop_sum(DROP_RX_RUNT) - runt, 1);
	EXPECT_EQ(got.count, 0);
	/* No buffer was lost over it. */
	for (unsigned int i = 0; i < 64; i++)
		ASSERT_TRUE(put_frame(46, 1));
	EXPECT_TRUE(delivered(64));
	EXPECT_EQ(got.count, 64);
}

SELFTEST(virtio_net, sends)
{
	struct rtnl_link_stats64 stats;
	u16 head;
	u8 *mem;
	u32 len;

	ASSERT_EQ(plug(), 0);
	ASSERT_EQ(up(), 0);
	for (unsigned int i = 0; i < 500; i++) {
		unsigned int want = i * 3 % 1501;
		bool other = false;

		/* An event index of "now": every publication rings. */
		*vring_avail_event(fake.q[TX].vq) = fake.q[TX].vq->avail_idx;
		send_frame(want, (u8)i, 64);
		EXPECT_TRUE(fake_vq_rang(&fake.q[TX]));
		ASSERT_TRUE(fake_vq_take(&fake.q[TX], &head, &mem, &len));
		ASSERT_EQ(len, VNET_HDR + ETH_HLEN + want);
		for (unsigned int b = 0; b < VNET_HDR; b++)
			other |= mem[b] != 0;
		for (unsigned int b = VNET_HDR + ETH_HLEN; b < len; b++)
			other |= mem[b] != (u8)i;
		ASSERT_FALSE(other);
		ASSERT_EQ(mem[VNET_HDR + 13], ETH_P_TEST & 0xff);
		fake_vq_use(&fake.q[TX], head, 0);
		ASSERT_FALSE(fake_vq_wants_interrupt(&fake.q[TX]));
	}
	dev_get_stats(dev, &stats);
	EXPECT_EQ(stats.tx_packets, 500);
}

/* An skb without headroom takes two descriptors, the first our header. */
SELFTEST(virtio_net, sends_without_headroom)
{
	struct vring_desc *desc;
	u16 head;
	u8 *mem;
	u32 len;

	ASSERT_EQ(plug(), 0);
	ASSERT_EQ(up(), 0);
	send_frame(100, 7, 0);
	ASSERT_TRUE(fake_vq_take(&fake.q[TX], &head, &mem, &len));
	EXPECT_EQ(len, VNET_HDR);
	desc = &fake.q[TX].vq->desc[head];
	EXPECT_EQ(desc->flags, VRING_DESC_F_NEXT);
	EXPECT_EQ(fake.q[TX].vq->desc[desc->next].len, ETH_HLEN + 100);
	fake_vq_use(&fake.q[TX], head, 0);
}

/* A full ring stops the queue, nothing is lost, and completions start it again. */
SELFTEST(virtio_net, a_full_ring_waits)
{
	unsigned int sent = 0;

	fake.queue_size = 16;
	ASSERT_EQ(plug(), 0);
	ASSERT_EQ(up(), 0);
	for (unsigned int i = 0; i < 40; i++)
		send_frame(50, (u8)i, 64);
	EXPECT_TRUE(netif_queue_stopped(dev));
	for (unsigned int i = 0; i < 20 && sent < 40; i++) {
		unsigned int n;

		local_bh_disable();	/* or the watchdog's timer frees them before we ask */
		n = device_sends();
		EXPECT_GT(n, 0);
		sent += n;
		if (sent < 40)
			EXPECT_TRUE(fake_vq_interrupt(&fake, TX));
		local_bh_enable();
	}
	EXPECT_EQ(sent, 40);
	EXPECT_FALSE(netif_queue_stopped(dev));
}

/* What was sent last is freed although nothing follows it. */
SELFTEST(virtio_net, the_watchdog_frees)
{
	ASSERT_EQ(plug(), 0);
	ASSERT_EQ(up(), 0);
	send_frame(50, 0, 64);
	EXPECT_EQ(device_sends(), 1);
	EXPECT_EQ(fake.q[TX].vq->in_flight, 1);
	for (unsigned int i = 0; i < 100 && fake.q[TX].vq->in_flight; i++)
		msleep(4);
	EXPECT_EQ(fake.q[TX].vq->in_flight, 0);
}

/* A kick that got lost is given again; counted as Linux counts it. */
SELFTEST(virtio_net, the_watchdog_kicks)
{
	struct rtnl_link_stats64 stats;
	bool rang = false;

	ASSERT_EQ(plug(), 0);
	ASSERT_EQ(up(), 0);
	*vring_avail_event(fake.q[TX].vq) = 100;
	send_frame(50, 0, 64);
	EXPECT_FALSE(fake_vq_rang(&fake.q[TX]));
	for (unsigned int i = 0; i < 100 && !rang; i++) {
		msleep(4);
		rang = fake_vq_rang(&fake.q[TX]);
	}
	EXPECT_TRUE(rang);
	dev_get_stats(dev, &stats);
	EXPECT_GE(stats.tx_timeouts, 1);
	EXPECT_EQ(device_sends(), 1);
}

/* Frames that no interrupt told of are found. */
SELFTEST(virtio_net, the_watchdog_finds_late_frames)
{
	ASSERT_EQ(plug(), 0);
	ASSERT_EQ(up(), 0);
	ASSERT_TRUE(put_frame(50, 3));
	for (unsigned int i = 0; i < 100 && !got.count; i++)
		msleep(4);
	EXPECT_EQ(got.count, 1);
}

SELFTEST(virtio_net, link_goes_and_comes)
{
	ASSERT_EQ(plug(), 0);
	ASSERT_EQ(up(), 0);
	EXPECT_TRUE(netif_carrier_ok(dev));
	fake.config[6] = 0;
	fake_virtio_config_interrupt(&fake);
	EXPECT_FALSE(netif_carrier_ok(dev));
	fake.config[6] = 1;
	fake_virtio_config_interrupt(&fake);
	EXPECT_TRUE(netif_carrier_ok(dev));
}

SELFTEST(virtio_net, down_takes_all_memory_back)
{
	ASSERT_EQ(plug(), 0);
	for (unsigned int i = 0; i < 3; i++) {
		ASSERT_EQ(up(), 0);
		ASSERT_TRUE(put_frame(50, 3));
		send_frame(50, 0, 64);
		down();
		ASSERT_NOT_NULL(fake.q[RX].vq);	/* made anew: memory may have been short */
		ASSERT_NOT_NULL(fake.q[TX].vq);
		EXPECT_EQ(fake.q[RX].vq->in_flight, 0);
		EXPECT_EQ(fake.q[TX].vq->in_flight, 0);
		EXPECT_FALSE(put_frame(50, 3));
		EXPECT_TRUE(fake.status & VIRTIO_STATUS_DRIVER_OK);
	}
	/* The frame that came just before it went down is gone, not late. */
	ASSERT_EQ(up(), 0);
	got.count = 0;
	ASSERT_TRUE(put_frame(50, 3));
	EXPECT_TRUE(delivered(1));
	EXPECT_EQ(got.count, 1);
}

/* Whatever broke the ring: after a second it is reset, and works. */
SELFTEST(virtio_net, a_broken_ring_is_reset)
{
	unsigned int resets;

	ASSERT_EQ(plug(), 0);
	ASSERT_EQ(up(), 0);
	resets = fake.resets;
	fake.q[RX].used_idx += 1000;
	fake.q[RX].vq->used->idx = fake.q[RX].used_idx;
	fake.q[RX].told_idx = (u16)(*vring_used_event(fake.q[RX].vq));
	EXPECT_TRUE(fake_vq_interrupt(&fake, RX));
	EXPECT_TRUE(fake.q[RX].vq->broken);
	for (unsigned int i = 0; i < 300 && fake.resets == resets; i++)
		msleep(10);
	EXPECT_GT(fake.resets, resets);
	msleep(20);
	ASSERT_TRUE(put_frame(50, 3));
	EXPECT_TRUE(delivered(1));
	EXPECT_EQ(got.count, 1);
	send_frame(50, 0, 64);
	EXPECT_EQ(device_sends(), 1);
}

SELFTEST(virtio_net, the_device_asks_for_a_reset)
{
	unsigned int resets;

	ASSERT_EQ(plug(), 0);
	ASSERT_EQ(up(), 0);
	resets = fake.resets;
	fake.status |= VIRTIO_STATUS_NEEDS_RESET;
	fake_virtio_config_interrupt(&fake);
	for (unsigned int i = 0; i < 300 && fake.resets == resets; i++)
		msleep(10);
	EXPECT_GT(fake.resets, resets);
	msleep(20);
	EXPECT_EQ(fake.status & VIRTIO_STATUS_NEEDS_RESET, 0);
	ASSERT_TRUE(put_frame(50, 3));
}

SELFTEST(virtio_net, a_larger_mtu_gets_larger_buffers)
{
	ASSERT_EQ(plug(), 0);
	ASSERT_EQ(up(), 0);
	EXPECT_FALSE(put_frame(4000, 9));
	rtnl_lock();
	EXPECT_EQ(dev_set_mtu(dev, 9000), 0);
	EXPECT_ERR(dev_set_mtu(dev, 67), -EINVAL);
	rtnl_unlock();
	local_bh_disable();
	local_bh_enable();
	ASSERT_TRUE(put_frame(9000, 9));
	EXPECT_TRUE(delivered(1));
	EXPECT_EQ(got.len, 9000);
	EXPECT_EQ(got.last, 9);
	send_frame(9000, 1, 64);
	EXPECT_EQ(device_sends(), 1);
	/* Smaller again: larger buffers do no harm and stay. */
	rtnl_lock();
	EXPECT_EQ(dev_set_mtu(dev, 1500), 0);
	rtnl_unlock();
	ASSERT_TRUE(put_frame(1500, 8));
	EXPECT_TRUE(delivered(2));
	EXPECT_EQ(got.last, 8);
}

#define HOARD_MAX_PAGES	((512ul << 20) / PAGE_SIZE)

/* Blocks that only a large allocation misses, linked through their first word, before @list. */
static void *hoard(void *list, unsigned int order)
{
	void *block;

	while ((block = (void *)__get_free_pages(GFP_ATOMIC | __GFP_MEMALLOC | __GFP_NOWARN,
						 order))) {
		*(void **)block = list;
		list = block;
	}
	return list;
}

static void unhoard(void *list, unsigned int order)
{
	while (list) {
		void *next = *(void **)list;

		free_pages((unsigned long)list, order);
		list = next;
	}
}

/*
 * No memory for a frame's successor: the frame is dropped, its buffer stays, and afterwards all is
 * well.
 */
SELFTEST(virtio_net, without_memory_the_ring_stays_full)
{
	u64 before = rx_drop_sum(DROP_RX_NO_MEMORY);
	unsigned int order = get_order(65536 + 1), n = 0, count;
	void *list;

	if (totalram_pages() > HOARD_MAX_PAGES)
		SKIP("more than 512 MB of RAM: exhausting it takes too long");
	/* Buffers of over 64 KB, which nobody else wants. */
	ASSERT_EQ(plug(), 0);
	ASSERT_EQ(up(), 0);
	rtnl_lock();
	EXPECT_EQ(dev_set_mtu(dev, 65535), 0);
	rtnl_unlock();
	local_bh_disable();
	local_bh_enable();
	list = hoard(NULL, order);
	ASSERT_NOT_NULL(list);
	/* kswapd may find a block yet, for which a frame is delivered: that is taken, too. */
	for (unsigned int tries = 0; n < 5 && tries < 50 && put_frame(100, 1); tries++) {
		if (dropped(DROP_RX_NO_MEMORY, before + n + 1))
			n++;
		else
			list = hoard(list, order);
	}
	EXPECT_EQ(n, 5);
	EXPECT_EQ(rx_drop_sum(DROP_RX_NO_MEMORY) - before, 5);
	unhoard(list, order);
	count = got.count;
	for (unsigned int i = 0; i < 100; i++) {
		ASSERT_TRUE(put_frame(100, 1));
		ASSERT_TRUE(delivered(count + i + 1));
	}
	EXPECT_EQ(got.count, count + 100);
}

/* A ring that open could only fill in part is filled up by the watchdog. */
SELFTEST(virtio_net, the_watchdog_fills_up)
{
	unsigned int order = get_order(65536 + 1);
	u16 full, part;
	void *list, *next;
	int ret;

	if (totalram_pages() > HOARD_MAX_PAGES)
		SKIP("more than 512 MB of RAM: exhausting it takes too long");
	ASSERT_EQ(plug(), 0);
	rtnl_lock();
	EXPECT_EQ(dev_set_mtu(dev, 65535), 0);
	rtnl_unlock();
	ASSERT_EQ(up(), 0);
	full = fake.q[RX].vq->in_flight;
	EXPECT_GE(full, 16);
	down();
	list = hoard(NULL, order);
	ASSERT_NOT_NULL(list);
	/* Nothing at all: it does not come up, and says so. What kswapd still finds goes, too. */
	for (unsigned int tries = 0; !(ret = up()) && tries < 20; tries++) {
		down();
		list = hoard(list, order);
	}
	EXPECT_ERR(ret, -ENOMEM);
	/* Block by block, until it takes the first one (the page allocator keeps a reserve). */
	while (ret && list) {
		next = *(void **)list;
		free_pages((unsigned long)list, order);
		list = next;
		ret = up();
	}
	EXPECT_EQ(ret, 0);
	part = fake.q[RX].vq->in_flight;
	EXPECT_LT(part, full);
	EXPECT_GT(part, 0);
	unhoard(list, order);
	for (unsigned int i = 0; i < 100 && fake.q[RX].vq->in_flight < full; i++)
		msleep(4);
	EXPECT_EQ(fake.q[RX].vq->in_flight, full);
}
