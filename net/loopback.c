/* SPDX-License-Identifier: MIT */
/*
 * net/loopback.c - "lo": what is sent comes back as received, on the same CPU, through its softnet
 * backlog.
 *
 * Overview    Carries packets of this host to itself. They keep their dst (the route that chose
 *	       lo), so that the input path need not route them again, and they do not count as
 *	       received frames: net/stats.c. An Ethernet header with zero addresses, as Linux's,
 *	       keeps one path for all devices.
 * Locking     Counters are per CPU; dev_queue_xmit() calls with softirqs off.
 */
#include <arch/smp.h>

#include "kernel/base/initcall.h"
#include "lib/bug.h"
#include "lib/errno.h"
#include "mm/slab.h"
#include "net/ethernet.h"
#include "net/netdevice.h"
#include "net/stats.h"

#define LOOPBACK_MTU	65536

struct loopback_stats {
	u64	packets, bytes;
};
static DEFINE_PER_CPU(struct loopback_stats, loopback_stats);

struct net_device *loopback_dev __ro_after_init;

static netdev_tx_t loopback_xmit(struct sk_buff *skb, struct net_device *dev)
{
	unsigned int len = skb->len;

	this_cpu_inc(loopback_stats.packets);
	this_cpu_add(loopback_stats.bytes, (u64)len);
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	skb->protocol = eth_type_trans(skb, dev);
	netif_rx(skb);
	return NETDEV_TX_OK;
}

static void loopback_get_stats64(struct net_device *dev, struct rtnl_link_stats64 *stats)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		const struct loopback_stats *s = per_cpu_ptr(&loopback_stats, cpu);

		stats->rx_packets += s->packets;
		stats->rx_bytes += s->bytes;
	}
	stats->tx_packets = stats->rx_packets;
	stats->tx_bytes = stats->rx_bytes;
}

static const struct net_device_ops loopback_ops = {
	.ndo_start_xmit = loopback_xmit,
	.ndo_get_stats64 = loopback_get_stats64,
};

static void loopback_setup(struct net_device *dev)
{
	ether_setup(dev);
	dev->netdev_ops = &loopback_ops;
	dev->type = ARPHRD_LOOPBACK;
	dev->mtu = LOOPBACK_MTU;
	dev->min_mtu = 0;
	dev->max_mtu = 0;
	dev->flags = IFF_LOOPBACK;
	memset(dev->broadcast, 0, ETH_ALEN);
}

static int loopback_init(void)
{
	struct net_device *dev = alloc_netdev(0, "lo", loopback_setup);
	int err;

	if (!dev)
		return -ENOMEM;
	err = register_netdev(dev);
	if (err) {
		free_netdev(dev);
		return err;
	}
	loopback_dev = dev;
	return 0;
}
INITCALL(subsys, loopback_init);

/* Up from the start: a router's own addresses are reached through it. */
static int loopback_up(void)
{
	int err;

	rtnl_lock();
	err = loopback_dev ? dev_open(loopback_dev) : -ENODEV;
	rtnl_unlock();
	return err;
}
INITCALL(late, loopback_up);
