/* SPDX-License-Identifier: MIT */
/*
 * drivers/net/virtio_net.c - network interfaces of virtual machines.
 *
 * Overview    One receive and one transmit queue a device (more queues are an offer that is not
 *             taken yet). Frames cross without offloads: each is one buffer of at most the MTU with
 *             its Ethernet header, in front of it the 12-byte virtio header, all zero. No checksum
 *             feature is negotiated: a router never needs one, and a peer that left a checksum to
 *             us would have us compute it.
 * Receive     The interrupt schedules NAPI and is not asked for again. A poll takes up to 64
 *             buffers. For each, memory for the next frame is found first; then the full buffer
 *             becomes an skb and the new one takes its place under the same descriptor. Without
 *             memory the frame is dropped (RxNoMemory) and its buffer goes back: the ring never
 *             runs dry, and under pressure the router sheds load where it costs least. A poll that
 *             found something asks to be polled again, after what it forwarded has been sent: the
 *             interrupt is re-armed when a poll finds nothing, and the ring is looked at once more
 *             after that. Only then does the poll give the NAPI up, for behind that another CPU may
 *             have it: an interrupt that came in between, wherever, has left MISSED.
 * Transmit    The virtio header goes into the skb's headroom, so a frame is one descriptor. A run
 *             of ndo_start_xmit calls ends in virtnet_xmit_flush(): one publication, one doorbell
 *             at most, then what the device is done with is freed. There are no transmit
 *             interrupts, but when the ring is full: the queue is stopped and the device asked to
 *             tell when three quarters are through; NAPI then wakes the queue.
 * Watchdog    Every WATCH_TICKS one timer looks at all running devices: frees what was sent last,
 *             kicks a transmit queue that stands still (see virtqueue_watch), finds used receive
 *             buffers that no interrupt told of, and fills up a receive ring that open could not
 *             fill.
 * States      down: queues exist, no receive buffers, so that the link status is told. up (open):
 *             filled and polled. stop resets the device, which gives all buffers back, and sets the
 *             queues up again. The same happens when the device asks for a reset or its ring broke,
 *             and when a larger MTU needs larger buffers.
 * Locking     rx queue: whoever holds NAPI_STATE_SCHED (the poll, the watchdog, open and stop). tx
 *             queue: dev->tx_lock. States: rtnl. watch_lock: the list of running devices; taken
 *             outside tx_lock. link_lock (interrupts off, a leaf but for what netif_carrier_on()
 *             takes): reading the link's state and telling it are one step.
 * Limits      RX_RAM_SHARE: all receive rings together take at most an eighth of RAM: 16 MB with
 *             two devices still has full rings of 256 (1 MB each), 32 devices in 64 MB have 64
 *             each. At least RX_MIN buffers. A stopped transmit queue holds no more than its 256
 *             frames.
 * Observe     virtio (queues and their counters); ip -s link; interrupts; dmesg
 * Reference   virtio 1.2, 5.1
 */
#define pr_fmt(fmt) "virtio_net: " fmt
#include <arch/page.h>

#include "drivers/virtio/virtio.h"
#include "kernel/base/printk.h"
#include "kernel/base/random.h"
#include "kernel/base/spinlock.h"
#include "kernel/base/timer.h"
#include "kernel/base/work.h"
#include "lib/bug.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/page_alloc.h"
#include "mm/slab.h"
#include "net/ethernet.h"
#include "net/netdevice.h"
#include "net/skbuff.h"

/* Feature bits (5.1.3) */
#define VIRTIO_NET_F_MTU	3
#define VIRTIO_NET_F_MAC	5
#define VIRTIO_NET_F_STATUS	16
#define FEATURES_WANTED \
	(BIT_ULL(VIRTIO_NET_F_MTU) | BIT_ULL(VIRTIO_NET_F_MAC) | BIT_ULL(VIRTIO_NET_F_STATUS))

/* struct virtio_net_config (5.1.4) */
#define CONFIG_MAC	0
#define CONFIG_STATUS	6
#define CONFIG_MTU	10
#define STATUS_LINK_UP	1

/*
 * struct virtio_net_hdr (5.1.6): flags, gso_type, lengths and offsets, num_buffers; with VERSION_1
 * always 12 bytes
 */
#define VNET_HDR_LEN	12

#define RX_HEADROOM	(NET_SKB_PAD + NET_IP_ALIGN)	/* where the frame begins in its buffer */
#define RX_HDR_OFFSET	(RX_HEADROOM - VNET_HDR_LEN)	/* where the device begins to write */
#define VLAN_HLEN	4	/* a tagged frame is longer than MTU and header */
#define RX_RAM_SHARE	8
#define RX_MIN		16
#define RX_PUBLISH	32	/* buffers reposted by polls before the device sees them */
#define TX_RESERVE	2	/* descriptors that the longest frame takes */
#define WATCH_TICKS	(HZ / 50)
#define RESET_DELAY	HZ	/* before a broken device is reset: it may break again */

enum { RX, TX, NR_VQS };

/* Locks: [I] immutable after probe, [n] NAPI's owner, [t] dev->tx_lock, [r] rtnl, [w] watch_lock */
struct virtnet {
	struct virtqueue vqs[NR_VQS];		/* [n], [t] */
	struct napi_struct napi;
	struct net_device *dev;			/* [I] */
	struct virtio_device *vdev;		/* [I] */

	unsigned int rx_size;			/* [r] bytes of a receive buffer */
	unsigned int rx_room;			/* [r] for virtio header and frame */
	unsigned int rx_target;			/* [r] buffers that the ring is to hold */
	u64 rx_packets, rx_bytes, rx_errors;	/* [n] */
	u16 rx_late_at;				/* [n] last_used at the last look, */
	bool rx_late_seen;			/* [n] if the ring held frames then */

	u64 tx_packets, tx_bytes;		/* [t] */
	u64 tx_stopped;				/* [t] times the ring was full */
	u8 *tx_hdr;				/* [I] zeros, for an skb without room */

	spinlock_t link_lock;			/* see virtnet_read_link() */
	bool usable;				/* [r] the device is set up */
	bool going;				/* [r] it is being removed: no reset any more */
	bool up;				/* [r, t] between open and stop */
	struct list_head watch;			/* [w] in watch_list while up */
	struct delayed_work reset_work;
	u64 resets;				/* [r] */
};

static LIST_HEAD(watch_list);
static DEFINE_SPINLOCK(watch_lock);
static unsigned int nr_devices;			/* probed: they share RAM */

static void virtnet_watch_timer(struct timer_list *timer);
static DEFINE_TIMER(watch_timer, virtnet_watch_timer);

/* ---- receive ---- */

/* One more buffer into the ring. Context: NAPI's owner. Return: false when there is no memory. */
static bool virtnet_add_buffer(struct virtnet *vi)
{
	u8 *buf = netdev_alloc_frag(vi->rx_size);

	if (!buf)
		return false;
	virtqueue_add_one(&vi->vqs[RX], __pa(buf + RX_HDR_OFFSET), vi->rx_room, VRING_DESC_F_WRITE,
			  buf);
	return true;
}

/* Fill the ring up to its target, as far as memory goes. Context: NAPI's owner. */
static void virtnet_fill(struct virtnet *vi)
{
	struct virtqueue *rx = &vi->vqs[RX];

	while (rx->in_flight < vi->rx_target && rx->num_free)
		if (!virtnet_add_buffer(vi))
			break;
	if (rx->avail_idx != rx->published_idx)
		virtqueue_kick(rx);
}

/* Drop what is in @buf, give it back to the device. */
static noinline __cold void virtnet_drop(struct virtnet *vi, u8 *buf, u16 id,
					 enum drop_reason reason)
{
	if (reason == DROP_RX_BAD_DESCRIPTOR)
		vi->rx_errors++;
	netdev_rx_drop(vi->dev, reason);
	virtqueue_repost(&vi->vqs[RX], id, __pa(buf + RX_HDR_OFFSET), buf);
}

/* One received buffer: up the stack with it, and new memory in its place. */
static inline void virtnet_receive(struct virtnet *vi, u8 *buf, u16 id, u32 len)
{
	struct sk_buff *skb;
	u8 *next;

	/* virtqueue_next_used() saw to it that no more was written than we gave room for. */
	if (unlikely(len < VNET_HDR_LEN)) {
		virtnet_drop(vi, buf, id, DROP_RX_BAD_DESCRIPTOR);
		return;
	}
	prefetch(buf + RX_HEADROOM);
	next = netdev_alloc_frag(vi->rx_size);
	if (unlikely(!next)) {
		virtnet_drop(vi, buf, id, DROP_RX_NO_MEMORY);
		return;
	}
	skb = build_skb(buf, vi->rx_size);
	if (unlikely(!skb)) {
		skb_free_frag(next, vi->rx_size);
		virtnet_drop(vi, buf, id, DROP_RX_NO_MEMORY);
		return;
	}
	virtqueue_repost(&vi->vqs[RX], id, __pa(next + RX_HDR_OFFSET), next);
	len -= VNET_HDR_LEN;
	skb_reserve(skb, RX_HEADROOM);
	skb_put(skb, len);
	vi->rx_packets++;
	vi->rx_bytes += len;
	skb->protocol = eth_type_trans(skb, vi->dev);
	netif_receive_skb(skb);
}

/* Free what the device has sent. Context: softirqs off, under tx_lock. */
static inline void virtnet_reclaim(struct virtnet *vi)
{
	struct virtqueue *tx = &vi->vqs[TX];
	struct sk_buff *skb;
	u32 len;
	u16 id;

	while ((skb = virtqueue_next_used(tx, &id, &len))) {
		virtqueue_release(tx, id);
		consume_skb(skb);
	}
}

/*
 * The ring is full: stop the queue, unless freeing helps at once; have the device tell when it is
 * three quarters empty.
 * Context: softirqs off, under tx_lock.
 */
static noinline void virtnet_tx_full(struct virtnet *vi)
{
	struct virtqueue *tx = &vi->vqs[TX];

	virtqueue_kick(tx);	/* it cannot send what it does not know of */
	virtnet_reclaim(vi);
	if (tx->num_free >= TX_RESERVE)
		return;
	netif_stop_queue(vi->dev);
	vi->tx_stopped++;
	if (virtqueue_enable_cb(tx, (u16)(tx->in_flight / 4 * 3)))
		return;
	/* Meanwhile it has sent that much. */
	virtqueue_disable_cb(tx);
	virtnet_reclaim(vi);
	if (tx->num_free >= TX_RESERVE)
		netif_start_queue(vi->dev);
}

/* The queue is stopped: is there room again? Context: softirq. */
static noinline void virtnet_tx_wake(struct virtnet *vi)
{
	struct virtqueue *tx = &vi->vqs[TX];

	spin_lock(&vi->dev->tx_lock);
	if (vi->up && netif_queue_stopped(vi->dev)) {
		virtnet_reclaim(vi);
		/*
		 * Not at the first free descriptor, or the queue would stop and go for each frame.
		 */
		if (tx->num_free >= tx->size / 4 ||
		    !virtqueue_enable_cb(tx, (u16)(tx->in_flight / 4 * 3))) {
			virtqueue_disable_cb(tx);
			virtnet_reclaim(vi);
			netif_wake_queue(vi->dev);
		}
	}
	spin_unlock(&vi->dev->tx_lock);
}

static void virtnet_broken(struct virtnet *vi)
{
	schedule_delayed_work(&vi->reset_work, RESET_DELAY);
}

static int virtnet_poll(struct napi_struct *napi, int budget)
{
	struct virtnet *vi = container_of(napi, struct virtnet, napi);
	struct virtqueue *rx = &vi->vqs[RX];
	int work;
	void *buf;
	u32 len;
	u16 id;

	for (work = 0; work < budget; work++) {
		buf = virtqueue_next_used(rx, &id, &len);
		if (!buf)
			break;
		virtnet_receive(vi, buf, id, len);
	}
	if (unlikely(netif_queue_stopped(vi->dev)))
		virtnet_tx_wake(vi);
	if (work) {
		if ((u16)(rx->avail_idx - rx->published_idx) >=
		    min_t(u16, RX_PUBLISH, rx->size / 4))
			virtqueue_kick(rx);
		return budget;	/* poll again */
	}
	if (rx->avail_idx != rx->published_idx)
		virtqueue_kick(rx);
	if (unlikely(rx->broken)) {
		virtnet_broken(vi);
	} else if (!virtqueue_enable_cb(rx, 0)) {
		/* A frame slipped in between the last look and the wish to be told. */
		virtqueue_disable_cb(rx);
		return budget;
	}
	napi_complete_done(napi, 0);	/* from here on the ring may be another CPU's */
	return 0;
}

/* Both queues' interrupt: frames arrived, or a full transmit ring has room. */
static void virtnet_interrupt(struct virtqueue *vq)
{
	struct virtnet *vi = vq->priv;

	if (napi_schedule_prep(&vi->napi)) {
		virtqueue_disable_cb(vq);
		__napi_schedule(&vi->napi);
	}
}

/* ---- transmit ---- */

static netdev_tx_t virtnet_start_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct virtnet *vi = netdev_priv(dev);
	struct virtqueue *tx = &vi->vqs[TX];

	if (unlikely(tx->num_free < TX_RESERVE)) {
		netif_stop_queue(dev);
		return NETDEV_TX_BUSY;
	}
	if (likely(skb_headroom(skb) >= VNET_HDR_LEN)) {
		u8 *hdr = skb->data - VNET_HDR_LEN;

		memset(hdr, 0, VNET_HDR_LEN);
		virtqueue_add_one(tx, __pa(hdr), skb->len + VNET_HDR_LEN, 0, skb);
	} else {
		struct virtqueue_sg sg[] = { { __pa(vi->tx_hdr), VNET_HDR_LEN },
					    { __pa(skb->data), skb->len } };

		/* Cannot fail: TX_RESERVE descriptors are free. */
		BUG_ON(virtqueue_add_sg(tx, sg, ARRAY_SIZE(sg), 0, skb));
	}
	vi->tx_packets++;
	vi->tx_bytes += skb->len;
	if (unlikely(tx->num_free < TX_RESERVE))
		virtnet_tx_full(vi);
	return NETDEV_TX_OK;
}

static void virtnet_xmit_flush(struct net_device *dev)
{
	struct virtnet *vi = netdev_priv(dev);
	struct virtqueue *tx = &vi->vqs[TX];

	if (unlikely(!vi->up))
		return;
	if (tx->avail_idx != tx->published_idx)
		virtqueue_kick(tx);
	virtnet_reclaim(vi);
}

/* ---- watchdog ---- */

/* Return: true when the queue was stopped and can go on. */
static void virtnet_watch_tx(struct virtnet *vi)
{
	struct virtqueue *tx = &vi->vqs[TX];

	spin_lock(&vi->dev->tx_lock);
	virtnet_reclaim(vi);
	if (tx->avail_idx != tx->published_idx)
		virtqueue_kick(tx);
	if (virtqueue_watch(tx, tx->in_flight != 0))
		pr_debug("%s: transmit queue stood still, kicked\n", vi->dev->name);
	if (unlikely(tx->broken))
		virtnet_broken(vi);
	spin_unlock(&vi->dev->tx_lock);
	if (unlikely(netif_queue_stopped(vi->dev)))
		virtnet_tx_wake(vi);
}

/*
 * Frames in the ring, no NAPI, and the same at the last look: an interrupt was lost. Context:
 * NAPI's owner.
 */
static bool virtnet_rx_late(struct virtnet *vi)
{
	struct virtqueue *rx = &vi->vqs[RX];
	bool waiting = virtqueue_has_used(rx);
	bool late = waiting && vi->rx_late_seen && vi->rx_late_at == rx->last_used;

	vi->rx_late_seen = waiting;
	vi->rx_late_at = rx->last_used;
	rx->stalls += late;
	return late;
}

static void virtnet_watch_rx(struct virtnet *vi)
{
	struct virtqueue *rx = &vi->vqs[RX];

	/* While it is scheduled it is being looked after. */
	if (!napi_schedule_prep(&vi->napi))
		return;
	if (rx->in_flight < vi->rx_target)
		virtnet_fill(vi);
	virtqueue_watch(rx, false);
	if (virtnet_rx_late(vi) || rx->broken || virtqueue_has_used(rx)) {
		__napi_schedule(&vi->napi);
		return;
	}
	/* An interrupt that came while we had it has left MISSED. */
	napi_complete_done(&vi->napi, 0);
}

static void virtnet_watch_timer(struct timer_list *timer)
{
	struct virtnet *vi;

	spin_lock(&watch_lock);
	list_for_each_entry(vi, &watch_list, watch) {
		virtnet_watch_tx(vi);
		virtnet_watch_rx(vi);
	}
	if (!list_empty(&watch_list))
		mod_timer(timer, jiffies + WATCH_TICKS);
	spin_unlock(&watch_lock);
}

static void virtnet_watch_begin(struct virtnet *vi)
{
	spin_lock_bh(&watch_lock);
	if (list_empty(&watch_list))
		mod_timer(&watch_timer, jiffies + WATCH_TICKS);
	list_add_tail(&vi->watch, &watch_list);
	spin_unlock_bh(&watch_lock);
}

static void virtnet_watch_end(struct virtnet *vi)
{
	spin_lock_bh(&watch_lock);
	list_del_init(&vi->watch);
	spin_unlock_bh(&watch_lock);
}

/* ---- set-up ---- */

/* Context: any: an interrupt tells of changes. */
static void virtnet_read_link(struct virtnet *vi)
{
	u16 status = STATUS_LINK_UP;
	unsigned long flags;
	int err = 0;

	spin_lock_irqsave(&vi->link_lock, flags);
	if (virtio_has_feature(vi->vdev, VIRTIO_NET_F_STATUS))
		err = virtio_config_read(vi->vdev, CONFIG_STATUS, &status, sizeof(status));
	if (!err && (status & STATUS_LINK_UP))
		netif_carrier_on(vi->dev);
	else if (!err)
		netif_carrier_off(vi->dev);
	spin_unlock_irqrestore(&vi->link_lock, flags);
}

static void virtnet_config_changed(struct virtio_device *vdev)
{
	struct virtnet *vi = vdev->priv;

	if (vdev->transport->get_status(vdev) & VIRTIO_STATUS_NEEDS_RESET) {
		virtnet_broken(vi);
		return;
	}
	virtnet_read_link(vi);
}

/* Buffers for an MTU of @mtu: what an Ethernet sends at most, even while the MTU is set lower. */
static unsigned int virtnet_rx_room(unsigned int mtu)
{
	return VNET_HDR_LEN + ETH_HLEN + VLAN_HLEN + max_t(unsigned int, mtu, ETH_DATA_LEN);
}

static void virtnet_size_ring(struct virtnet *vi, unsigned int mtu)
{
	u64 share = (u64)totalram_pages() * PAGE_SIZE / RX_RAM_SHARE / max(nr_devices, 1u);

	vi->rx_room = virtnet_rx_room(mtu);
	vi->rx_size = max_t(unsigned int, RX_HDR_OFFSET + vi->rx_room, SKB_POOL_SIZE);
	vi->rx_target = (unsigned int)clamp_t(u64, share / vi->rx_size, RX_MIN, vi->vqs[RX].size);
}

/* From reset to DRIVER_OK, without receive buffers. Context: rtnl or probe. */
static int virtnet_setup(struct virtnet *vi)
{
	static const struct virtqueue_spec specs[NR_VQS] = {
		[RX] = { "rx", 0, virtnet_interrupt },
		[TX] = { "tx", 0, NULL },
	};
	int ret = virtio_negotiate(vi->vdev, FEATURES_WANTED);

	if (ret)
		return ret;
	vi->vqs[RX].priv = vi;
	vi->vqs[TX].priv = vi;
	ret = virtio_find_vqs(vi->vdev, vi->vqs, specs, NR_VQS);
	if (ret) {
		virtio_fail(vi->vdev);
		return ret;
	}
	virtqueue_disable_cb(&vi->vqs[RX]);
	virtqueue_disable_cb(&vi->vqs[TX]);
	virtio_device_ready(vi->vdev);
	vi->usable = true;
	return 0;
}

/* Reset the device and take all buffers back. Context: rtnl; not up. */
static void virtnet_teardown(struct virtnet *vi)
{
	void *token;

	if (!vi->usable)
		return;
	vi->usable = false;
	if (virtio_reset(vi->vdev)) {
		/* It may still write to its buffers: they are lost, and so are its queues. */
		pr_err("%s: not reset, its memory is left to it\n", vi->dev->name);
		return;
	}
	while ((token = virtqueue_detach_one(&vi->vqs[RX])))
		skb_free_frag(token, vi->rx_size);
	while ((token = virtqueue_detach_one(&vi->vqs[TX])))
		kfree_skb_reason(token, DROP_TX_QUEUE_PURGED);
	virtio_del_vqs(vi->vdev);
}

/* Let traffic in. Context: rtnl; usable and not up. Return: 0, -ENOMEM (not one receive buffer). */
static int virtnet_start(struct virtnet *vi, unsigned int mtu)
{
	struct virtqueue *rx = &vi->vqs[RX];

	virtnet_size_ring(vi, mtu);
	local_bh_disable();
	virtnet_fill(vi);
	local_bh_enable();
	if (!rx->in_flight)
		return -ENOMEM;
	if (rx->in_flight < vi->rx_target)
		pr_warn("%s: memory for %u of %u receive buffers so far\n", vi->dev->name,
			rx->in_flight, vi->rx_target);
	spin_lock_bh(&vi->dev->tx_lock);
	vi->up = true;
	spin_unlock_bh(&vi->dev->tx_lock);
	vi->rx_late_seen = false;
	napi_enable(&vi->napi);
	virtnet_watch_begin(vi);
	/* Frames may wait already: the first poll looks, and asks for the interrupt. */
	local_bh_disable();
	napi_schedule(&vi->napi);
	local_bh_enable();
	virtnet_read_link(vi);
	return 0;
}

/* Context: rtnl; up. */
static void virtnet_halt(struct virtnet *vi)
{
	virtnet_watch_end(vi);
	napi_disable(&vi->napi);
	spin_lock_bh(&vi->dev->tx_lock);
	vi->up = false;
	netif_stop_queue(vi->dev);
	spin_unlock_bh(&vi->dev->tx_lock);
}

static int virtnet_open(struct net_device *dev)
{
	struct virtnet *vi = netdev_priv(dev);
	int ret = vi->usable ? 0 : virtnet_setup(vi);

	return ret ? ret : virtnet_start(vi, dev->mtu);
}

static int virtnet_stop(struct net_device *dev)
{
	struct virtnet *vi = netdev_priv(dev);

	if (vi->up)
		virtnet_halt(vi);
	virtnet_teardown(vi);
	return virtnet_setup(vi);
}

/*
 * Begin anew, with buffers for @mtu. Context: rtnl. Return: 0, or what went wrong: then there is no
 * link.
 */
static int virtnet_restart(struct virtnet *vi, unsigned int mtu)
{
	bool was_up = vi->up;
	int ret;

	if (was_up)
		virtnet_halt(vi);
	virtnet_teardown(vi);
	ret = virtnet_setup(vi);
	if (!ret && (was_up || netif_running(vi->dev)))
		ret = virtnet_start(vi, mtu);
	if (ret) {
		netif_carrier_off(vi->dev);
		pr_err("%s: could not be restarted: %d\n", vi->dev->name, ret);
		return ret;
	}
	if (vi->up)
		netif_wake_queue(vi->dev);
	return 0;
}

static void virtnet_reset_work(struct work_struct *work)
{
	struct virtnet *vi = container_of(to_delayed_work(work), struct virtnet, reset_work);

	rtnl_lock();
	if (!vi->going) {
		vi->resets++;
		pr_warn("%s: the device needs a reset\n", vi->dev->name);
		virtnet_restart(vi, vi->dev->mtu);
	}
	rtnl_unlock();
}

static int virtnet_change_mtu(struct net_device *dev, int mtu)
{
	struct virtnet *vi = netdev_priv(dev);

	if (!vi->up || virtnet_rx_room((unsigned int)mtu) <= vi->rx_room)
		return 0;
	return virtnet_restart(vi, (unsigned int)mtu);
}

static void virtnet_get_stats64(struct net_device *dev, struct rtnl_link_stats64 *stats)
{
	const struct virtnet *vi = netdev_priv(dev);

	stats->rx_packets = vi->rx_packets;
	stats->rx_bytes = vi->rx_bytes;
	stats->rx_errors = vi->rx_errors + vi->vqs[RX].bad_ids;
	stats->rx_length_errors = vi->vqs[RX].bad_lens;
	stats->tx_packets = vi->tx_packets;
	stats->tx_bytes = vi->tx_bytes;
	stats->tx_errors = vi->vqs[TX].bad_ids;
	stats->tx_timeouts = vi->vqs[TX].stalls;
}

static const struct net_device_ops virtnet_ops = {
	.ndo_open = virtnet_open,
	.ndo_stop = virtnet_stop,
	.ndo_start_xmit = virtnet_start_xmit,
	.ndo_xmit_flush = virtnet_xmit_flush,
	.ndo_change_mtu = virtnet_change_mtu,
	.ndo_get_stats64 = virtnet_get_stats64,
};

/* Address and MTU, as the device has them. */
static void virtnet_read_config(struct virtnet *vi)
{
	struct net_device *dev = vi->dev;
	u8 mac[ETH_ALEN];
	u16 mtu;

	if (!virtio_has_feature(vi->vdev, VIRTIO_NET_F_MAC) ||
	    virtio_config_read(vi->vdev, CONFIG_MAC, mac, sizeof(mac)) ||
	    !is_valid_ether_addr(mac)) {
		get_random_bytes(mac, sizeof(mac));
		mac[0] = (u8)((mac[0] & 0xfc) | 2);	/* local, unicast */
	}
	memcpy(dev->dev_addr, mac, sizeof(mac));
	dev->min_mtu = ETH_MIN_MTU;
	dev->max_mtu = ETH_MAX_MTU;
	if (!virtio_has_feature(vi->vdev, VIRTIO_NET_F_MTU) ||
	    virtio_config_read(vi->vdev, CONFIG_MTU, &mtu, sizeof(mtu)))
		return;
	if (mtu < ETH_MIN_MTU) {
		pr_warn("%s: ignoring the device's MTU of %u\n", vi->vdev->name, mtu);
		return;
	}
	dev->mtu = mtu;
	dev->max_mtu = mtu;
}

static int virtnet_probe(struct virtio_device *vdev)
{
	struct net_device *dev = alloc_etherdev(sizeof(struct virtnet));
	struct virtnet *vi;
	int ret;

	if (!dev)
		return -ENOMEM;
	vi = netdev_priv(dev);
	vi->dev = dev;
	vi->vdev = vdev;
	vdev->priv = vi;
	INIT_LIST_HEAD(&vi->watch);
	spin_lock_init_named(&vi->link_lock, "virtnet.link_lock");
	INIT_DELAYED_WORK(&vi->reset_work, virtnet_reset_work);
	dev->netdev_ops = &virtnet_ops;
	dev->needed_headroom = VNET_HDR_LEN;
	dev->parent = vdev->parent;
	netif_napi_add(dev, &vi->napi, virtnet_poll, NAPI_POLL_WEIGHT);
	ret = -ENOMEM;
	vi->tx_hdr = kzalloc(VNET_HDR_LEN, GFP_KERNEL);
	if (!vi->tx_hdr)
		goto free_dev;
	ret = virtnet_setup(vi);
	if (ret)
		goto free_hdr;
	virtnet_read_config(vi);
	virtnet_read_link(vi);
	ret = register_netdev(dev);
	if (ret)
		goto teardown;
	nr_devices++;
	pr_info("%s: %s at %s, %pM, mtu %u, rings %u/%u\n", dev->name, vdev->driver->name,
		vdev->name, dev->dev_addr, dev->mtu, vi->vqs[RX].size, vi->vqs[TX].size);
	return 0;
teardown:
	virtnet_teardown(vi);
free_hdr:
	kfree(vi->tx_hdr);
free_dev:
	netif_napi_del(&vi->napi);
	free_netdev(dev);
	return ret;
}

static void virtnet_remove(struct virtio_device *vdev)
{
	struct virtnet *vi = vdev->priv;

	unregister_netdev(vi->dev);
	rtnl_lock();
	vi->going = true;
	virtnet_teardown(vi);		/* behind it no interrupt asks for a reset */
	rtnl_unlock();
	cancel_delayed_work_sync(&vi->reset_work);
	netif_napi_del(&vi->napi);
	kfree(vi->tx_hdr);
	nr_devices--;
	free_netdev(vi->dev);
}
VIRTIO_DRIVER(virtio_net, VIRTIO_ID_NET, virtnet_probe, virtnet_remove, virtnet_config_changed);
