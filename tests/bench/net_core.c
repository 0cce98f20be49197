/* SPDX-License-Identifier: MIT */
/*
 * tests/bench/net_core.c - the cost of the network core's own parts.
 *
 * neigh_lookup_hit  one of 1,024 neighbours of a device, by address, in random order
 * skb_pair	     a header and a pool buffer, taken for a received frame and freed, as in a poll
 */
#include "kernel/base/benchmark.h"
#include "kernel/base/preempt.h"
#include "lib/err.h"
#include "lib/inet.h"
#include "mm/slab.h"
#include "net/ipv4/devinet.h"
#include "net/neighbour.h"
#include "net/skbuff.h"

#define NEIGHBOURS	1000
#define LOOKUPS		10000

/* 198.18.0.0/15 is for benchmarks (RFC 2544). */
static be32 bench_addr(unsigned int i)
{
	return htonl(0xc6120100u + i);
}

static struct net_device *bench_device(void)
{
	struct net_device *dev;

	for_each_netdev(dev)
		if ((dev->flags & IFF_UP) && in_dev_get_rcu(dev))
			return dev;
	return NULL;
}

BENCHMARK(neigh_lookup_hit)
{
	struct net_device *dev = bench_device();
	be32 *order = kmalloc_array(LOOKUPS, sizeof(*order), GFP_KERNEL);
	unsigned long found = 0;
	unsigned int i;

	if (!dev || !order) {
		bench_skip(b, "no device that is up, or no memory");
		kfree(order);
		return;
	}
	for (i = 0; i < NEIGHBOURS; i++) {
		struct neighbour *n = neigh_find_get(&arp_tbl, bench_addr(i), dev);

		if (!IS_ERR(n))
			neigh_release(n);
	}
	for (i = 0; i < LOOKUPS; i++)
		order[i] = bench_addr((i * 7919u + i / 3) % NEIGHBOURS);
	rcu_read_lock();
	bench_begin(b);
	for (i = 0; i < LOOKUPS; i++)
		found += __neigh_lookup_noref(&arp_tbl, order[i], dev) != NULL;
	bench_end(b, LOOKUPS);
	rcu_read_unlock();
	if (found != LOOKUPS)
		bench_skip(b, "entries were missing");
	for (i = 0; i < NEIGHBOURS; i++)
		(void)neigh_delete(&arp_tbl, bench_addr(i), dev);
	kfree(order);
}

BENCHMARK(skb_pair)
{
	unsigned int i;

	local_bh_disable();
	bench_begin(b);
	for (i = 0; i < LOOKUPS; i++) {
		void *data = netdev_alloc_frag(1600);
		struct sk_buff *skb = data ? build_skb(data, 1600) : NULL;

		if (!skb)
			break;
		consume_skb(skb);
	}
	bench_end(b, LOOKUPS);
	local_bh_enable();
}
