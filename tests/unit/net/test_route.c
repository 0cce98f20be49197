/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/net/test_route.c - the route cache: hits and misses, keys, flushing, ageing, growth,
 * and what it does when it is full or its hash is under attack; routes of our own packets.
 */
#include "kernel/base/preempt.h"
#include "kernel/base/rcu.h"
#include "kernel/base/sched.h"
#include "kernel/base/selftest.h"
#include "lib/err.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "net/dst.h"
#include "net/ipv4/devinet.h"
#include "net/ipv4/route.h"
#include "net/neighbour.h"
#include "net/stats.h"
#include "tests/unit/net/ip_world.h"

/* Waits until the cache has @n entries in memory. */
static bool settles_at(unsigned int n)
{
	for (int i = 0; i < 500 && rt_cache_entries() != n; i++)
		msleep(8);
	if (rt_cache_entries() != n)
		selftest_comment("%u entries, not %u", rt_cache_entries(), n);
	return rt_cache_entries() == n;
}

static int max_size, gc_thresh;		/* before the test */

static void cache_limits(int max, int thresh)
{
	max_size = ip_world_sysctl("net.ipv4.route.max_size", max);
	gc_thresh = ip_world_sysctl("net.ipv4.route.gc_thresh", thresh);
}

SELFTEST_SETUP(route)
{
	ip_world_setup();
	rt_cache_flush();
	EXPECT_TRUE(settles_at(0));
}

SELFTEST_TEARDOWN(route)
{
	ip_world_teardown();
	rt_cache_flush();
	EXPECT_TRUE(settles_at(0));
}

/* Asks for a received packet's route; the entry is borrowed for a moment. Return: it or ERR_PTR. */
static struct rtable *ask(be32 saddr, be32 daddr, u8 tos, u32 mark)
{
	struct sk_buff *skb = alloc_skb(64, GFP_ATOMIC);
	enum drop_reason reason;
	struct rtable *rt;
	int err;

	if (!skb)
		return ERR_PTR(-ENOMEM);
	skb->dev = world.left->dev;
	skb->mark = mark;
	local_bh_disable();
	err = ip_route_input_noref(skb, daddr, saddr, tos, world.left->dev, &reason);
	rt = err ? ERR_PTR(err) : skb_rtable(skb);
	skb_dst_drop(skb);
	local_bh_enable();
	consume_skb(skb);
	return rt;
}

static u64 hits(void)
{
	return snmp_sum(SNMP_ROUTE_IN_HIT);
}

static u64 misses(void)
{
	return snmp_sum(SNMP_ROUTE_IN_SLOW);
}

#define EXPECT_HIT(expr) do { u64 h_ = hits(), m_ = misses(); (void)(expr); \
		EXPECT_EQ(hits(), h_ + 1); EXPECT_EQ(misses(), m_); } while (0)
#define EXPECT_MISS(expr) do { u64 h_ = hits(), m_ = misses(); (void)(expr); \
		EXPECT_EQ(hits(), h_); EXPECT_EQ(misses(), m_ + 1); } while (0)

SELFTEST(route, the_second_packet_of_a_flow_hits)
{
	struct rtable *rt = ask(LEFT_PEER, RIGHT_PEER, 0, 0), *again;

	ASSERT_FALSE(IS_ERR(rt));
	EXPECT_EQ(rt_cache_entries(), 1);
	EXPECT_EQ(rt->dst.dev, world.right->dev);
	EXPECT_EQ(rt->rt_gateway, RIGHT_PEER);
	EXPECT_EQ(rt->rt_type, RTN_UNICAST);
	EXPECT_EQ(rt->rt_iif, world.left->dev->ifindex);
	EXPECT_NOT_NULL(rt->dst.neighbour);
	EXPECT_TRUE(rt->dst.input == ip_forward);
	EXPECT_TRUE(rt->dst.output == ip_output);
	EXPECT_EQ(atomic_read(&rt->dst.__refcnt), 1);
	EXPECT_HIT(again = ask(LEFT_PEER, RIGHT_PEER, 0, 0));
	EXPECT_EQ(again, rt);
	EXPECT_EQ(atomic_read(&rt->dst.__refcnt), 1);
	/* every part of the key counts; tos only as far as routing looks at it */
	EXPECT_MISS(ask(TEST_NET_1(3), RIGHT_PEER, 0, 0));
	EXPECT_MISS(ask(LEFT_PEER, TEST_NET_2(3), 0, 0));
	EXPECT_MISS(ask(LEFT_PEER, RIGHT_PEER, 0x10, 0));
	EXPECT_MISS(ask(LEFT_PEER, RIGHT_PEER, 0, 7));
	EXPECT_HIT(ask(LEFT_PEER, RIGHT_PEER, 0x03, 0));
	EXPECT_HIT(ask(LEFT_PEER, RIGHT_PEER, 0x10, 0));
	EXPECT_EQ(rt_cache_entries(), 5);
}

SELFTEST(route, what_is_rejected_leaves_no_entry)
{
	EXPECT_ERR(ask(LEFT_US, RIGHT_PEER, 0, 0), -EINVAL);
	EXPECT_ERR(ask(LEFT_PEER, TEST_NET_3(1), 0, 0), -ENETUNREACH);
	EXPECT_ERR(ask(LEFT_PEER, htonl(0xe0000009u), 0, 0), -ENETUNREACH);
	ip_world_forwarding(false);
	EXPECT_ERR(ask(LEFT_PEER, RIGHT_PEER, 0, 0), -EHOSTUNREACH);
	EXPECT_EQ(rt_cache_entries(), 0);
}

SELFTEST(route, local_entries)
{
	struct rtable *rt = ask(LEFT_PEER, RIGHT_US, 0, 0);

	ASSERT_FALSE(IS_ERR(rt));
	EXPECT_TRUE(rt->dst.input == ip_local_deliver);
	EXPECT_EQ(rt->rt_type, RTN_LOCAL);
	EXPECT_TRUE(rt->rt_flags & RTCF_LOCAL);
	EXPECT_EQ(rt->rt_spec_dst, RIGHT_US);
	rt = ask(LEFT_PEER, TEST_NET_1(255), 0, 0);
	ASSERT_FALSE(IS_ERR(rt));
	EXPECT_EQ(rt->rt_type, RTN_BROADCAST);
	EXPECT_EQ(rt->rt_spec_dst, LEFT_US);
	rt = ask(LEFT_PEER, htonl(0xe0000001u), 0, 0);
	ASSERT_FALSE(IS_ERR(rt));
	EXPECT_EQ(rt->rt_type, RTN_MULTICAST);
}

SELFTEST(route, a_flush_is_felt_at_once_and_frees_in_time)
{
	struct fib_config cfg = { .fc_dst = RIGHT_PEER, .fc_dst_len = 32, .fc_type = RTN_BLACKHOLE,
				  .fc_nlflags = NLM_F_CREATE };
	struct fib_error err = { NULL };

	EXPECT_FALSE(IS_ERR(ask(LEFT_PEER, RIGHT_PEER, 0, 0)));
	rtnl_lock();
	ASSERT_EQ(fib_route_add(&cfg, &err), 0);
	rtnl_unlock();
	EXPECT_ERR(ask(LEFT_PEER, RIGHT_PEER, 0, 0), -EINVAL);
	EXPECT_TRUE(settles_at(0));
	rtnl_lock();
	ASSERT_EQ(fib_route_del(&cfg, &err), 0);
	rtnl_unlock();
	EXPECT_MISS(ask(LEFT_PEER, RIGHT_PEER, 0, 0));
	rt_cache_flush();
	EXPECT_MISS(ask(LEFT_PEER, RIGHT_PEER, 0, 0));
	EXPECT_HIT(ask(LEFT_PEER, RIGHT_PEER, 0, 0));
}

SELFTEST(route, unused_entries_age_and_used_ones_stay)
{
	EXPECT_FALSE(IS_ERR(ask(LEFT_PEER, RIGHT_PEER, 0, 0)));
	EXPECT_FALSE(IS_ERR(ask(LEFT_PEER, TEST_NET_2(3), 0, 0)));
	msleep(80);
	EXPECT_HIT(ask(LEFT_PEER, RIGHT_PEER, 0, 0));
	rt_cache_collect(15);
	EXPECT_TRUE(settles_at(1));
	EXPECT_HIT(ask(LEFT_PEER, RIGHT_PEER, 0, 0));
	EXPECT_MISS(ask(LEFT_PEER, TEST_NET_2(3), 0, 0));
}

/* Asks once for each of @n flows, from RFC 2544's addresses: no address of a live router. */
static unsigned int ask_flows(u32 n)
{
	unsigned int ok = 0;

	for (u32 i = 0; i < n; i++) {
		ok += !IS_ERR(ask(htonl(0xc6120000u + i), RIGHT_PEER, 0, 0));
		if (i % 100 == 0)
			msleep(4);	/* grace periods may end */
	}
	return ok;
}

SELFTEST(route, grows_with_its_entries_and_shrinks_again)
{
	unsigned int buckets;
	u64 m;

	cache_limits(20000, 15000);		/* however little memory there is */
	EXPECT_EQ(rt_cache_buckets(), 1024);
	EXPECT_EQ(ask_flows(3000), 3000);
	buckets = rt_cache_buckets();
	EXPECT_GE(buckets, 2048);
	EXPECT_EQ(ask_flows(3000), 3000);
	EXPECT_EQ(ask_flows(3000), 3000);
	m = misses();
	EXPECT_EQ(ask_flows(3000), 3000);
	EXPECT_LE(misses(), m + 30);		/* but for a chain at its bound */
	cache_limits(max_size, gc_thresh);
	rt_cache_flush();
	EXPECT_TRUE(settles_at(0));
	for (int i = 0; i < 500 && rt_cache_buckets() != 1024; i++)
		msleep(8);
	EXPECT_EQ(rt_cache_buckets(), 1024);
}

SELFTEST(route, a_full_cache_forwards_without_entries)
{
	struct ip_packet p = { .saddr = LEFT_PEER, .daddr = RIGHT_PEER, .len = 20 };

	cache_limits(100, 80);
	EXPECT_FALSE(IS_ERR(ask(LEFT_PEER, RIGHT_PEER, 0, 0)));
	EXPECT_EQ(ask_flows(1000), 1000);
	rcu_barrier();
	EXPECT_LE(rt_cache_entries(), 101);
	EXPECT_GE(rt_cache_entries(), 80);
	/* the flow that was there first is still there, and works, and a new one works as well */
	EXPECT_HIT(ip_receive(world.left, &p));
	EXPECT_EQ(fake_dev_nr_sent(world.right), 1);
	p.saddr = TEST_NET_3(200);
	EXPECT_MISS(ip_receive(world.left, &p));
	EXPECT_MISS(ip_receive(world.left, &p));
	EXPECT_EQ(fake_dev_nr_sent(world.right), 3);
	/* a packet that waits for ARP holds its own entry */
	p.daddr = TEST_NET_2(99);
	EXPECT_NO_DROP(ip_receive(world.left, &p));
	EXPECT_EQ(ip_world_neigh(world.right, TEST_NET_2(99), world.right_mac), 0);
	EXPECT_EQ(fake_dev_nr_sent(world.right), 5);	/* the request, the packet */
	cache_limits(max_size, gc_thresh);
}

SELFTEST(route, entries_of_packets_are_bounded_too)
{
	struct ip_packet p = { .saddr = LEFT_PEER, .daddr = RIGHT_PEER, .len = 20 };

	cache_limits(0, 0);
	/* No grace period ends while bottom halves are off: the freed ones still count. */
	local_bh_disable();
	for (u32 i = 0; i < 10000 && rt_cache_entries() < 4096; i++)
		ask(htonl(0x0a000000u + i), RIGHT_PEER, 0, 0);
	EXPECT_EQ(rt_cache_entries(), 4096);
	EXPECT_ERR(ask(LEFT_PEER, RIGHT_PEER, 0, 0), -ENOBUFS);
	EXPECT_DROP(DROP_IP_ROUTE_MEMORY, ip_receive(world.left, &p));
	local_bh_enable();
	EXPECT_TRUE(settles_at(1));	/* the first one did find a place */
	EXPECT_NO_DROP(ip_receive(world.left, &p));
	cache_limits(max_size, gc_thresh);
}

SELFTEST(route, under_pressure_the_idle_go_and_the_busy_stay)
{
	unsigned long last = jiffies, busy_since = jiffies + 2 * HZ;
	unsigned int hits_seen = 0;

	cache_limits(100, 80);
	EXPECT_FALSE(IS_ERR(ask(LEFT_PEER, RIGHT_PEER, 0, 0)));
	EXPECT_EQ(ask_flows(200), 200);
	/*
	 * 3 s in which one flow goes on and the flood does too. All are as young at first: which of
	 * them found no place is chance, and it may take until the others are old to get one.
	 */
	for (u32 i = 0; i < 3 * HZ / 5; i++) {
		msleep(20);
		/* Where the machine paused, so did the flow: it was idle, and wants a place again. */
		if (time_after(jiffies, last + HZ / 4))
			busy_since = jiffies + 2 * HZ;
		last = jiffies;
		if (time_after_eq(jiffies, busy_since)) {
			EXPECT_HIT(ask(LEFT_PEER, RIGHT_PEER, 0, 0));
			hits_seen++;
		} else {
			EXPECT_FALSE(IS_ERR(ask(LEFT_PEER, RIGHT_PEER, 0, 0)));
		}
		EXPECT_FALSE(IS_ERR(ask(htonl(0x0b000000u + i), RIGHT_PEER, 0, 0)));
	}
	EXPECT_GT(hits_seen, 0);
	EXPECT_LE(rt_cache_entries(), 102);
	cache_limits(max_size, gc_thresh);
}

SELFTEST(route, chains_are_bounded)
{
	unsigned int buckets = rt_cache_buckets();

	ip_world_sysctl("net.ipv4.route.gc_elasticity", 1);
	EXPECT_EQ(ask_flows(600), 600);
	rcu_barrier();
	EXPECT_LE(rt_cache_entries(), 600);
	EXPECT_EQ(rt_cache_buckets(), buckets);
	ip_world_sysctl("net.ipv4.route.gc_elasticity", 8);
}

SELFTEST(route, new_keys_lose_entries_and_nothing_else)
{
	EXPECT_EQ(ask_flows(50), 50);
	EXPECT_EQ(rt_cache_rekey(), 0);
	EXPECT_MISS(ask(htonl(0x0a000001u), RIGHT_PEER, 0, 0));
	EXPECT_HIT(ask(htonl(0x0a000001u), RIGHT_PEER, 0, 0));
	EXPECT_TRUE(settles_at(1));
}

/* ---- our own packets ---- */

static struct rtable *ask_output(struct flowi4 *fl4)
{
	struct rtable *rt;

	local_bh_disable();
	rt = ip_route_output_flow(fl4);
	local_bh_enable();
	return rt;
}

SELFTEST(route, output)
{
	struct flowi4 fl4 = { .daddr = RIGHT_PEER };
	struct rtable *rt = ask_output(&fl4), *again;

	ASSERT_FALSE(IS_ERR(rt));
	EXPECT_EQ(fl4.saddr, RIGHT_US);
	EXPECT_EQ(rt->dst.dev, world.right->dev);
	EXPECT_EQ(atomic_read(&rt->dst.__refcnt), 2);
	fl4 = (struct flowi4){ .daddr = RIGHT_PEER };
	again = ask_output(&fl4);
	EXPECT_EQ(again, rt);
	EXPECT_EQ(fl4.saddr, RIGHT_US);
	ip_rt_put(again);
	ip_rt_put(rt);
	/* an entry that is held survives a flush, and goes when it is given back */
	fl4 = (struct flowi4){ .daddr = RIGHT_PEER };
	rt = ask_output(&fl4);
	rt_cache_flush();
	EXPECT_TRUE(settles_at(1));
	EXPECT_TRUE(rt_is_expired(rt));
	ip_rt_put(rt);
	EXPECT_TRUE(settles_at(0));
}

SELFTEST(route, output_to_ourselves_groups_and_nowhere)
{
	struct flowi4 fl4 = { .daddr = LEFT_US };
	struct rtable *rt = ask_output(&fl4);

	ASSERT_FALSE(IS_ERR(rt));
	EXPECT_EQ(rt->dst.dev, loopback_dev);
	EXPECT_EQ(fl4.saddr, LEFT_US);
	EXPECT_TRUE(rt->dst.input == ip_local_deliver);
	ip_rt_put(rt);
	fl4 = (struct flowi4){ .daddr = htonl(0x7f000001u) };
	rt = ask_output(&fl4);
	ASSERT_FALSE(IS_ERR(rt));
	EXPECT_EQ(fl4.saddr, htonl(0x7f000001u));
	ip_rt_put(rt);
	fl4 = (struct flowi4){ .daddr = htonl(0xe0000001u), .oif = world.left->dev->ifindex };
	rt = ask_output(&fl4);
	ASSERT_FALSE(IS_ERR(rt));
	EXPECT_EQ(rt->rt_type, RTN_MULTICAST);
	EXPECT_EQ(fl4.saddr, LEFT_US);
	ip_rt_put(rt);
	fl4 = (struct flowi4){ .daddr = TEST_NET_3(1) };
	EXPECT_ERR(ask_output(&fl4), -ENETUNREACH);
	fl4 = (struct flowi4){ .daddr = RIGHT_PEER, .saddr = TEST_NET_3(1) };
	EXPECT_ERR(ask_output(&fl4), -EINVAL);
	fl4 = (struct flowi4){ .daddr = RIGHT_PEER, .oif = 9999 };
	EXPECT_ERR(ask_output(&fl4), -ENODEV);
	fl4 = (struct flowi4){ .daddr = RIGHT_PEER, .saddr = htonl(0x7f000001u) };
	EXPECT_ERR(ask_output(&fl4), -EINVAL);
	fl4 = (struct flowi4){ .daddr = htonl(0x00000001u) };
	EXPECT_TRUE(IS_ERR(ask_output(&fl4)));
	/* bound to a device without a route: on its link */
	fl4 = (struct flowi4){ .daddr = TEST_NET_3(1), .oif = world.left->dev->ifindex };
	rt = ask_output(&fl4);
	ASSERT_FALSE(IS_ERR(rt));
	EXPECT_EQ(rt->dst.dev, world.left->dev);
	EXPECT_EQ(fl4.saddr, LEFT_US);
	ip_rt_put(rt);
}

SELFTEST(route, no_memory_for_a_neighbour_is_a_reason)
{
	int full = (int)arp_tbl.gc_thresh3;
	struct ip_packet p = { .saddr = LEFT_PEER, .daddr = TEST_NET_2(50), .len = 20 };

	arp_tbl.gc_thresh3 = 0;
	arp_tbl.gc_thresh2 = 0;
	EXPECT_DROP(DROP_NEIGH_CREATE, ip_receive(world.left, &p));
	arp_tbl.gc_thresh3 = (unsigned int)full;
	arp_tbl.gc_thresh2 = (unsigned int)full / 2;
	EXPECT_NO_DROP(ip_receive(world.left, &p));
	fake_dev_drain(world.right);
}
