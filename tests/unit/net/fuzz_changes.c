/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/net/fuzz_changes.c - what may change under the packets, the way back to how it was,
 * and whether anything is left.
 */
#include "kernel/base/preempt.h"
#include "kernel/base/sched.h"
#include "kernel/base/selftest.h"
#include "kernel/base/sysctl.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "net/ipv4/devinet.h"
#include "net/ipv4/route.h"
#include "net/neighbour.h"
#include "net/stats.h"
#include "tests/unit/net/fuzz.h"

/* ---- what changes ---- */

static const u8 lengths[] = { 0, 8, 24, 25, 28, 31, 32 };

static be32 any_prefix(struct fuzzer *z, u8 len)
{
	return (len == 8 ? htonl(0x0a000000) : TEST_NET_3(below(z, 256))) & inet_make_mask(len);
}

static void change_route(struct fuzzer *z)
{
	static const u8 types[] = { RTN_BLACKHOLE, RTN_UNREACHABLE, RTN_PROHIBIT, RTN_THROW };
	struct fake_dev *fd = any_dev(z);
	struct fib_config cfg = {
		.fc_dst_len = lengths[below(z, ARRAY_SIZE(lengths))], .fc_type = RTN_UNICAST,
		.fc_table = RT_TABLE_MAIN, .fc_protocol = RTPROT_BOOT, .fc_priority = below(z, 3),
	};
	struct fib_config_nh hops[2] = { { .gw = LEFT_PEER, .weight = 1 },
					 { .gw = RIGHT_PEER, .weight = 2 } };
	struct fib_error err = { NULL };
	int rc;

	cfg.fc_dst = any_prefix(z, cfg.fc_dst_len);
	if (one_in(z, 4)) {
		cfg.fc_type = types[below(z, ARRAY_SIZE(types))];
	} else if (one_in(z, 3)) {
		cfg.fc_oif = fd->dev->ifindex;
		cfg.fc_scope = RT_SCOPE_LINK;
	} else if (one_in(z, 4)) {
		cfg.fc_nhs = 2;
		cfg.fc_mp = hops;
	} else {
		cfg.fc_gw = any_addr(z);
	}
	cfg.fc_nlflags = NLM_F_CREATE | (one_in(z, 2) ? NLM_F_REPLACE : NLM_F_APPEND);
	/* refused as often as not: only the memory of it matters here */
	rc = one_in(z, 3) ? fib_route_del(&cfg, &err) : fib_route_add(&cfg, &err);
	(void)rc;
}

static void change_address(struct fuzzer *z)
{
	struct fake_dev *fd = any_dev(z);
	u8 len = lengths[1 + below(z, ARRAY_SIZE(lengths) - 1)];
	struct ifa_config cfg = {
		.dev = fd->dev, .local = one_in(z, 32) ? any_addr(z) : TEST_NET_3(1 + below(z, 4)),
		.prefixlen = len, .noprefixroute = one_in(z, 8),
	};
	int rc;

	cfg.peer = cfg.local;
	if (one_in(z, 2))
		cfg.broadcast = cfg.local | ~inet_make_mask(len);
	rc = one_in(z, 2) ? inet_addr_del(fd->dev, cfg.local, -1) : inet_addr_add(&cfg, one_in(z, 2));
	(void)rc;
}

static void change_link(struct fuzzer *z)
{
	struct fake_dev *fd = any_dev(z);

	if (!(fd->dev->flags & IFF_UP))
		EXPECT_EQ(dev_open(fd->dev), 0);
	else if (one_in(z, 2))
		dev_close(fd->dev);
	else
		EXPECT_EQ(dev_set_mtu(fd->dev, one_in(z, 3) ? 1500 : 68 + (int)below(z, 600)), 0);
}

static void change_driver(struct fuzzer *z)
{
	struct fake_dev *fd = any_dev(z);

	local_bh_disable();
	fd->refuse = one_in(z, 3);
	fd->room = one_in(z, 3) ? skb_queue_len(&fd->sent) + 1 + below(z, 8) : UINT_MAX;
	if (!fd->refuse)
		netif_wake_queue(fd->dev);
	local_bh_enable();
}

static struct {
	const char	*name;
	int		least;
	u32		range;		/* what it may be above that */
	int		was;		/* before the test */
} settings[] = {
	{ "net.ipv4.ip_forward", 0, 1, 0 },
	{ "net.ipv4.conf.all.rp_filter", 0, 2, 0 },
	{ "net.ipv4.conf.all.bc_forwarding", 0, 1, 0 },
	{ "net.ipv4.conf.all.accept_source_route", 0, 1, 0 },
	{ "net.ipv4.conf.all.arp_ignore", 0, 3, 0 },
	{ "net.ipv4.icmp_echo_ignore_broadcasts", 0, 1, 0 },
	{ "net.ipv4.icmp_errors_use_inbound_ifaddr", 0, 1, 0 },
	{ "net.ipv4.route.gc_elasticity", 1, 7, 0 },
};

static void change_setting(struct fuzzer *z)
{
	u32 i = below(z, ARRAY_SIZE(settings));
	u32 value = below(z, settings[i].range + 1);

	/* accept_source_route is a matter of each device: these two are */
	world.left->dev->ip_ptr->cnf.accept_source_route = one_in(z, 2);
	world.right->dev->ip_ptr->cnf.accept_source_route = one_in(z, 2);
	if (!one_in(z, 3) && !i)
		value = 1;
	ip_world_sysctl(settings[i].name, settings[i].least + (int)value);
}

static void change_caches(struct fuzzer *z)
{
	switch (below(z, 6)) {
	case 0:
		rt_cache_flush();
		break;
	case 1:
		EXPECT_EQ(rt_cache_rekey(), 0);
		break;
	case 2:
		neigh_flush(&arp_tbl, one_in(z, 2) ? any_dev(z)->dev : NULL, (u8)prng_u32(&z->prng));
		break;
	case 3:
		ip_frag_expire(jiffies + 31 * HZ);
		break;
	case 4:
		icmp_ratelimit_reset();
		break;
	default:
		local_bh_disable();
		arp_tbl.gc_timer.function(&arp_tbl.gc_timer);
		local_bh_enable();
		break;
	}
}

void change_something(struct fuzzer *z)
{
	u32 what = below(z, 16);

	rtnl_lock();
	if (what < 4)
		change_route(z);
	else if (what < 7)
		change_address(z);
	else if (what < 9)
		change_link(z);
	rtnl_unlock();
	if (what >= 14)
		change_setting(z);
	else if (what >= 12)
		change_driver(z);
	else if (what >= 9)
		change_caches(z);
}

/* ---- back to the start ---- */

/* A zone of prefixes stays once it was made: they are made before anything is counted. */
static void make_zones(void)
{
	struct fib_error err = { NULL };

	rtnl_lock();
	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		struct fib_config cfg = {
			.fc_dst = htonl(0xf0000000) & inet_make_mask(lengths[i]),
			.fc_dst_len = lengths[i], .fc_type = RTN_BLACKHOLE, .fc_priority = 9,
			.fc_table = RT_TABLE_MAIN, .fc_nlflags = NLM_F_CREATE | NLM_F_APPEND,
		};

		EXPECT_EQ(fib_route_add(&cfg, &err), 0);
		EXPECT_EQ(fib_route_del(&cfg, &err), 0);
	}
	rtnl_unlock();
}

bool fuzz_begin(void)
{
	bool ok = true;

	make_zones();

	for (size_t i = 0; i < ARRAY_SIZE(settings); i++)
		ok &= !sysctl_read(settings[i].name, &settings[i].was);
	EXPECT_TRUE(ok);
	return ok;
}

/* What the driver and its queues still hold goes its way. */
static void reset_driver(struct fake_dev *fd)
{
	rtnl_lock();
	EXPECT_EQ(dev_open(fd->dev), 0);
	EXPECT_EQ(dev_set_mtu(fd->dev, 1500), 0);
	rtnl_unlock();
	local_bh_disable();
	fd->refuse = false;
	fd->room = UINT_MAX;
	netif_wake_queue(fd->dev);
	local_bh_enable();
	while (!skb_queue_empty(&fd->ring)) {
		fake_dev_poll(fd);
		cond_resched();
	}
}

static void reset_addresses(struct fake_dev *fd)
{
	rtnl_lock();
	inet_addr_flush(fd->dev);
	neigh_flush(&arp_tbl, fd->dev, 0xff);
	fd->dev->ip_ptr->cnf.accept_source_route = 0;
	rtnl_unlock();
}

void fuzz_reset(void)
{
	static const char *const routes[] = { "root 203.0.113.0/24", "root 10.0.0.0/8",
					      "exact 203.0.0.0/8", "exact default" };
	char text[256], line[64];

	for (size_t i = 0; i < ARRAY_SIZE(settings); i++)
		ip_world_sysctl(settings[i].name, settings[i].was);
	reset_driver(world.left);
	reset_driver(world.right);
	reset_addresses(world.left);
	reset_addresses(world.right);
	EXPECT_EQ(ip_world_addr(world.left, LEFT_US, 24), 0);
	EXPECT_EQ(ip_world_addr(world.right, RIGHT_US, 24), 0);
	EXPECT_EQ(ip_world_neigh(world.left, LEFT_PEER, world.left_mac), 0);
	EXPECT_EQ(ip_world_neigh(world.right, RIGHT_PEER, world.right_mac), 0);
	for (size_t i = 0; i < ARRAY_SIZE(routes); i++) {
		strscpy(line, "ip route flush ", sizeof(line));
		strscpy(line + strlen(line), routes[i], sizeof(line) - strlen(line));
		EXPECT_EQ(ip_world_run(line, text, sizeof(text)), 0);
	}
	ip_frag_flush();
	icmp_ratelimit_reset();
	rt_cache_flush();
	neigh_flush(&arp_tbl, loopback_dev, 0xff);
	fake_dev_drain(world.left);
	fake_dev_drain(world.right);
}

static int census_count(struct kmem_cache *s, void *ctx)
{
	struct census *c = ctx;
	struct slabinfo info;

	if (c->n == CENSUS_CACHES_MAX)
		return 1;
	get_slabinfo(s, &info);
	c->cache[c->n].name = kmem_cache_name(s);
	c->cache[c->n++].objects = info.active_objs;
	c->total += info.active_objs;
	return 0;
}

static void census_take(struct census *c)
{
	struct fib_stat fib;

	memset(c, 0, sizeof(*c));
	(void)slab_for_each_cache(census_count, c);
	rtnl_lock();
	fib_stat_get(&fib);
	rtnl_unlock();
	c->fib_bytes = fib.hash_bytes;
}

void census_settled(struct census *c)
{
	struct census last;
	unsigned int same = 0;

	census_take(&last);
	for (unsigned int i = 0; i < 200 && same < 20; i++) {
		msleep(20);
		census_take(c);
		same = c->total == last.total && !rt_cache_entries() ? same + 1 : 0;
		last = *c;
	}
}

void fuzz_expect_clean(const struct census *before)
{
	static struct census after;
	struct rx_identity id;

	census_settled(&after);
	EXPECT_EQ(after.n, before->n);
	for (unsigned int i = 0; i < before->n; i++) {
		if (after.cache[i].objects == before->cache[i].objects ||
		    (after.fib_bytes != before->fib_bytes &&
		     str_has_prefix(before->cache[i].name, "kmalloc-")))
			continue;
		selftest_comment("%s: %lu objects, then %lu", before->cache[i].name,
				 before->cache[i].objects, after.cache[i].objects);
		EXPECT_TRUE(!"as many objects as before");
	}
	EXPECT_EQ(rt_cache_entries(), 0);
	rx_identity_get(&id);
	EXPECT_TRUE(id.holds);
	EXPECT_EQ(id.held, 0);
	EXPECT_EQ(ip_frag_mem(), 0);
	EXPECT_EQ(atomic_read(&arp_tbl.queue_bytes), 0);
	/* and it still forwards */
	EXPECT_NO_DROP(ip_receive(world.left, &(struct ip_packet){
		.saddr = LEFT_PEER, .daddr = RIGHT_PEER, .len = 32 }));
	EXPECT_EQ(fake_dev_nr_sent(world.right), 1);
	fake_dev_drain(world.right);
}
