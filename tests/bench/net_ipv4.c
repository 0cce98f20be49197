/* SPDX-License-Identifier: MIT */
/*
 * tests/bench/net_ipv4.c - what routing and forwarding cost.
 *
 * route_input_hit      ip_route_input_noref() over 4,096 flows in random order, all in the cache
 * route_input_miss     the same, each flow for the first time: tables, validation, a new entry
 * fib_hash_lookup_1m   fib_table_lookup() in a table of 1,000,000 prefixes with the Internet's
 *                      lengths
 * fib_hash_lookup_10   the same with ten
 * ip_forward_path      a poll of 64 UDP packets of 64 bytes, from netif_receive_skb() to
 *                      ndo_start_xmit(), per packet
 *
 * Two devices are made for it: one that receives (10.66.0.1/16), one whose ndo_start_xmit keeps the
 * frames.
 */
#include "kernel/base/benchmark.h"
#include "kernel/base/preempt.h"
#include "kernel/base/rcu.h"
#include "kernel/base/sched.h"
#include "kernel/base/sysctl.h"
#include "lib/checksum.h"
#include "lib/err.h"
#include "lib/inet.h"
#include "lib/prng.h"
#include "lib/string.h"
#include "mm/page_alloc.h"
#include "mm/slab.h"
#include "mm/vmalloc.h"
#include "net/dst.h"
#include "net/ethernet.h"
#include "net/ipv4/devinet.h"
#include "net/ipv4/fib.h"
#include "net/ipv4/ip.h"
#include "net/ipv4/route.h"
#include "net/ipv4/udp.h"
#include "net/neighbour.h"

#define FLOWS		4096
#define LOOKUPS		100000
#define POLL		64

#define IN_NET(h)	htonl(0x0a420000u + (h))	/* 10.66.0.0/16 */
#define OUT_NET(h)	htonl(0x0a430000u + (h))	/* 10.67.0.0/16 */

static struct {
	struct net_device	*in, *out;
	struct napi_struct	napi;
	struct sk_buff_head	ring;		/* to be received */
	struct sk_buff_head	sent;
	u16			order[FLOWS];
	struct { be32 src, dst; } flow[FLOWS];	/* in that order */
	int			forward;	/* ip_forward before */
} rig;

/* ---- devices ---- */

static int rig_open(struct net_device *dev)
{
	if (dev == rig.in)
		napi_enable(&rig.napi);
	return 0;
}

static int rig_stop(struct net_device *dev)
{
	if (dev == rig.in)
		napi_disable(&rig.napi);
	return 0;
}

static netdev_tx_t rig_xmit(struct sk_buff *skb, struct net_device *dev)
{
	__skb_queue_tail(&rig.sent, skb);
	return NETDEV_TX_OK;
}

static int rig_poll(struct napi_struct *napi, int budget)
{
	struct sk_buff *skb;
	int work = 0;

	while (work < budget && (skb = __skb_dequeue(&rig.ring))) {
		netif_receive_skb(skb);
		work++;
	}
	if (work < budget)
		napi_complete_done(napi, work);
	return work;
}

static const struct net_device_ops rig_ops = {
	.ndo_open = rig_open,
	.ndo_stop = rig_stop,
	.ndo_start_xmit = rig_xmit,
};

static void rig_setup(struct net_device *dev)
{
	ether_setup(dev);
	dev->netdev_ops = &rig_ops;
}

static struct net_device *rig_device(be32 addr, u8 mac)
{
	struct net_device *dev = alloc_netdev(0, "bench%d", rig_setup);
	struct ifa_config cfg = { .dev = dev, .local = addr, .peer = addr, .prefixlen = 16 };

	if (!dev)
		return NULL;
	dev->dev_addr[0] = 2;
	dev->dev_addr[5] = mac;
	if (register_netdev(dev)) {
		free_netdev(dev);
		return NULL;
	}
	rtnl_lock();
	if (inet_addr_add(&cfg, false))
		dev->mtu = 0;		/* seen below: nothing is routed */
	rtnl_unlock();
	return dev;
}

static void rig_down(void)
{
	struct net_device **devs[] = { &rig.in, &rig.out };

	for (size_t i = 0; i < ARRAY_SIZE(devs); i++) {
		if (!*devs[i])
			continue;
		unregister_netdev(*devs[i]);
		if (*devs[i] == rig.in)
			netif_napi_del(&rig.napi);
		free_netdev(*devs[i]);
		*devs[i] = NULL;
	}
	if (!rig.forward && sysctl_write("net.ipv4.ip_forward", "0"))
		return;
	rt_cache_flush();
}

static bool rig_neighbours(void)
{
	static const u8 mac[MAX_ADDR_LEN] = { 2, 0, 0, 0, 0, 0x77 };

	/* All flows go to 64 hosts: their neighbours fit any table. */
	for (u32 i = 0; i < 64; i++) {
		struct neighbour *n = neigh_find_get(&arp_tbl, OUT_NET(2 + i), rig.out);

		if (IS_ERR(n))
			return false;
		neigh_update(n, mac, NUD_PERMANENT, NEIGH_UPDATE_F_OVERRIDE | NEIGH_UPDATE_F_ADMIN);
		neigh_release(n);
	}
	return true;
}

static bool rig_up(struct bench *b)
{
	struct prng prng;
	bool ok;

	skb_queue_head_init(&rig.ring);
	skb_queue_head_init(&rig.sent);
	ok = !sysctl_read("net.ipv4.ip_forward", &rig.forward) &&
	     !sysctl_write("net.ipv4.ip_forward", "1");
	rig.in = rig_device(IN_NET(1), 1);
	rig.out = rig_device(OUT_NET(1), 2);
	ok = ok && rig.in && rig.out;
	if (rig.in)
		netif_napi_add(rig.in, &rig.napi, rig_poll, POLL);
	rtnl_lock();
	ok = ok && !dev_open(rig.in) && !dev_open(rig.out);
	rtnl_unlock();
	ok = ok && rig_neighbours();
	prng_seed(&prng, 1);
	for (u32 i = 0; i < FLOWS; i++)
		rig.order[i] = (u16)i;
	for (u32 i = FLOWS - 1; i; i--) {
		u32 k = prng_below(&prng, i + 1);
		u16 t = rig.order[i];

		rig.order[i] = rig.order[k];
		rig.order[k] = t;
	}
	if (!ok) {
		bench_skip(b, "no memory for its devices");
		rig_down();
	}
	return ok;
}

/* ---- the route cache ---- */

static be32 flow_src(u32 flow)
{
	return IN_NET(0x100 + flow);
}

static be32 flow_dst(u32 flow)
{
	return OUT_NET(2 + flow % 64);
}

/*
 * Asks for all flows in their order, leaving each dst to the next. Return: how many had no route.
 */
static u32 ask_all(struct sk_buff *skb)
{
	enum drop_reason reason;
	u32 failed = 0;

	for (u32 i = 0; i < FLOWS; i++)
		failed |= (u32)ip_route_input_noref(skb, rig.flow[i].dst, rig.flow[i].src, 0,
						    rig.in, &reason);
	return failed;
}

static void bench_route_input(struct bench *b, bool hit)
{
	struct sk_buff *skb;
	u32 failed = 1;

	if (!rig_up(b))
		return;
	for (u32 i = 0; i < FLOWS; i++) {
		rig.flow[i].src = flow_src(rig.order[i]);
		rig.flow[i].dst = flow_dst(rig.order[i]);
	}
	skb = alloc_skb(64, GFP_KERNEL);
	local_bh_disable();
	if (skb) {
		skb->dev = rig.in;
		/* The table grows to its size first; what is in it then is found. */
		for (int i = 0; i < 6; i++) {
			ask_all(skb);
			local_bh_enable();
			msleep(40);	/* replaced tables go */
			local_bh_disable();
		}
		if (!hit) {
			rt_cache_flush();
			local_bh_enable();
			msleep(500);	/* old entries are gone: only new ones are paid for */
			local_bh_disable();
		}
		bench_begin(b);
		failed = ask_all(skb);
		bench_end(b, FLOWS);
	}
	if (skb) {
		skb_dst_drop(skb);
		consume_skb(skb);
	}
	local_bh_enable();
	if (failed)
		bench_skip(b, "not every flow had a route");
	rig_down();
}

BENCHMARK(route_input_hit)
{
	bench_route_input(b, true);
}

BENCHMARK(route_input_miss)
{
	bench_route_input(b, false);
}

/* ---- the FIB ---- */

/* The Internet's: three in five are /24. */
static u8 random_len(struct prng *prng)
{
	u32 p = prng_below(prng, 100);

	return p < 60 ? 24 : p < 70 ? 23 : p < 80 ? 22 : p < 84 ? 21 : p < 88 ? 20 : p < 91 ? 19 :
	       p < 94 ? 18 : p < 96 ? 17 : p < 99 ? 16 : (u8)(8 + prng_below(prng, 8));
}

static bool fill_table(struct fib_table *tb, u32 routes)
{
	struct fib_config cfg = {
		.fc_type = RTN_UNICAST, .fc_gw = OUT_NET(2), .fc_oif = rig.out->ifindex,
		.fc_flags = RTNH_F_ONLINK, .fc_nlflags = NLM_F_CREATE, .fc_protocol = RTPROT_STATIC,
	};
	struct fib_error err = { NULL };
	struct prng prng;
	int rc = 0;

	prng_seed(&prng, 2);
	while (tb->tb_num_routes < routes && (!rc || rc == -EEXIST)) {
		cfg.fc_dst_len = random_len(&prng);
		cfg.fc_dst = htonl(prng_u32(&prng) % 0xdf000000u) & inet_make_mask(cfg.fc_dst_len);
		rtnl_lock();
		rc = fib_table_insert(tb, &cfg, &err);
		rtnl_unlock();
		cond_resched();
	}
	return tb->tb_num_routes == routes;
}

static void bench_fib(struct bench *b, u32 routes)
{
	be32 *dst = kvmalloc(LOOKUPS * sizeof(*dst), GFP_KERNEL);
	struct fib_table *tb = NULL;
	struct fib_result res;
	struct prng prng;
	u32 found = 0;

	/* 130 bytes a route while it is filled */
	if (!dst || nr_free_pages() < routes / 30 || !rig_up(b)) {
		bench_skip(b, "needs more memory (-m 256)");
		kvfree(dst);
		return;
	}
	rtnl_lock();
	tb = fib_hash_table(100000);
	rtnl_unlock();
	prng_seed(&prng, 3);
	for (u32 i = 0; i < LOOKUPS; i++)
		dst[i] = htonl(prng_u32(&prng) % 0xdf000000u);
	if (tb && fill_table(tb, routes)) {
		rcu_read_lock();
		bench_begin(b);
		for (u32 i = 0; i < LOOKUPS; i++) {
			struct flowi4 fl4 = { .daddr = dst[i] };

			found += !fib_table_lookup(tb, &fl4, &res);
		}
		bench_end(b, LOOKUPS);
		rcu_read_unlock();
	}
	if (!found && routes > 1000)
		bench_skip(b, "no memory for the routes");
	rtnl_lock();
	if (tb)
		fib_hash_free_table(tb);
	rtnl_unlock();
	rig_down();
	kvfree(dst);
}

BENCHMARK(fib_hash_lookup_1m)
{
	bench_fib(b, 1000000);
}

BENCHMARK(fib_hash_lookup_10)
{
	bench_fib(b, 10);
}

/* ---- the whole way ---- */

/* A received frame of @flow: 64 bytes of UDP data. */
static struct sk_buff *flow_frame(u32 flow)
{
	unsigned int len = sizeof(struct iphdr) + sizeof(struct udphdr) + 64;
	struct sk_buff *skb = netdev_alloc_skb(rig.in, ETH_HLEN + len);
	struct ethhdr *eth;
	struct iphdr *iph;
	struct udphdr *uh;

	if (!skb)
		return NULL;
	eth = skb_put_zero(skb, ETH_HLEN + len);
	memcpy(eth->h_dest, rig.in->dev_addr, ETH_ALEN);
	eth->h_source[0] = 2;
	eth->h_proto = htons(ETH_P_IP);
	iph = (struct iphdr *)(void *)(eth + 1);
	iph->version = 4;
	iph->ihl = 5;
	iph->ttl = 64;
	iph->protocol = IPPROTO_UDP;
	iph->tot_len = htons((u16)len);
	iph->saddr = flow_src(flow);
	iph->daddr = flow_dst(flow);
	ip_send_check(iph);
	uh = (struct udphdr *)(void *)(iph + 1);
	uh->source = htons(4000);
	uh->dest = htons(5000);
	uh->len = htons(sizeof(*uh) + 64);
	skb->protocol = eth_type_trans(skb, rig.in);
	return skb;
}

/* Receives 64 flows in one poll. */
static void poll_flows(struct bench *b, u32 first)
{
	struct sk_buff *skb;

	local_bh_disable();
	for (u32 i = 0; i < POLL; i++) {
		skb = flow_frame(rig.order[(first + i) % FLOWS]);
		if (skb)
			__skb_queue_tail(&rig.ring, skb);
	}
	napi_schedule(&rig.napi);
	if (b)
		bench_begin(b);
	local_bh_enable();		/* runs the poll */
	if (b)
		bench_end(b, POLL);
	while ((skb = __skb_dequeue(&rig.sent)))
		consume_skb(skb);
}

BENCHMARK(ip_forward_path)
{
	if (!rig_up(b))
		return;
	for (u32 i = 0; i < 6 * FLOWS; i += POLL)
		poll_flows(NULL, i);
	for (u32 i = 0; i < FLOWS; i += POLL)
		poll_flows(b, i);
	rig_down();
}
