/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/net/test_net_fuzz.c - frames of any shape while the configuration changes under them.
 *
 * Overview    Seeded frames (good ones, built ones with odd fields, mutated, cut and random ones;
 *	       IPv4 with options, fragments, ICMP, ARP) come in at both devices of the ip_world,
 *	       singly or by NAPI, while addresses, routes, links, MTUs, settings, caches and the
 *	       drivers' willingness change between them. It must not crash (ASan and UBSan look on
 *	       the host), each frame must end in one class (net/stats.c), what is sent must be
 *	       sound, and after a reset there are as many slab objects as before.
 * Structure   round() = frames with changes; reset() = as ip_world_setup() left it. The first round
 *	       makes what stays (zones of prefix lengths, pools), the second is measured.
 */
#include "kernel/base/preempt.h"
#include "kernel/base/sched.h"
#include "kernel/base/selftest.h"
#include "kernel/base/sysctl.h"
#include "lib/checksum.h"
#include "lib/prng.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "net/ipv4/arp.h"
#include "net/ipv4/devinet.h"
#include "net/ipv4/route.h"
#include "net/neighbour.h"
#include "net/stats.h"
#include "tests/unit/net/ip_world.h"

#define FRAME_MAX	1514
#define CACHES_MAX	128
#define CHANGE_EVERY	16		/* frames, about */
#define LOOK_EVERY	64

IP_FRAME(frame);
static struct prng prng;

static u32 below(u32 n)
{
	return prng_below(&prng, n);
}

static bool one_in(u32 n)
{
	return !below(n);
}

static struct fake_dev *any_dev(void)
{
	return one_in(2) ? world.left : world.right;
}

/* ---- frames ---- */

static be32 any_addr(void)
{
	static const u32 odd[] = {
		0x00000000, 0x00000005, 0x7f000001, 0xc00002ff, 0xc0000200, 0xc63364ff, 0xcb0071ff,
		0xe0000001, 0xef010101, 0xf0000001, 0xffffffff, 0xa9fe0101, 0x0a010203,
	};

	switch (below(12)) {
	case 0:
	case 1:
		return LEFT_PEER;
	case 2:
	case 3:
		return RIGHT_PEER;
	case 4:
	case 5:
		return LEFT_US;
	case 6:
		return RIGHT_US;
	case 7:
		return TEST_NET_1(below(256));
	case 8:
		return TEST_NET_2(below(256));
	case 9:
		return TEST_NET_3(below(256));
	case 10:
		return htonl(odd[below(ARRAY_SIZE(odd))]);
	default:
		return htonl(prng_u32(&prng));
	}
}

static void any_mac(u8 *mac, const struct fake_dev *fd)
{
	memcpy(mac, fd->dev->dev_addr, ETH_ALEN);
	switch (below(8)) {
	case 0:
		memset(mac, 0xff, ETH_ALEN);
		break;
	case 1:
		prng_bytes(&prng, mac, ETH_ALEN);
		break;
	}
}

/* Options that mean something, with a byte or two wrong now and then. Return: bytes, 0 to 40. */
static unsigned int any_options(u8 *o)
{
	static const u8 kinds[] = { 1, 7, 68, 131, 137, 148, 130, 94 };
	unsigned int n = 0, want = 4 * below(11);

	memset(o, 0, 40);
	while (n + 4 <= want) {
		unsigned int len = min(3 + 4 * below(5), want - n);

		if (one_in(6)) {
			o[n++] = 1;
			continue;
		}
		o[n] = kinds[below(ARRAY_SIZE(kinds))];
		o[n + 1] = (u8)(one_in(10) ? below(256) : len);
		if (len > 2)
			o[n + 2] = (u8)(one_in(10) ? below(256) : 4 + 4 * below(4));
		if (len > 3)
			o[n + 3] = (u8)below(8);
		for (unsigned int k = 4; k + 4 <= len; k += 4) {
			be32 addr = any_addr();

			memcpy(o + n + k, &addr, 4);
		}
		n += len;
	}
	return want;
}

/* An ICMP message of @len bytes, right more often than not; errors quote a header. */
static void any_icmp(u8 *msg, unsigned int len)
{
	u16 sum;

	prng_bytes(&prng, msg, len);
	if (len < 8)
		return;
	msg[0] = (u8)(one_in(8) ? below(256) : one_in(3) ? ICMP_ECHO : below(19));
	msg[1] = (u8)below(4);
	if (len >= 28 && !one_in(4)) {
		msg[8] = 0x45;
		msg[17] = one_in(2) ? IPPROTO_ICMP : IPPROTO_UDP;
	}
	if (one_in(8))
		return;
	msg[2] = msg[3] = 0;
	sum = ip_compute_csum(msg, len);
	memcpy(msg + 2, &sum, 2);
}

/* Mostly a source that belongs where the frame comes in. */
static be32 any_source(const struct fake_dev *fd)
{
	be32 peer = fd == world.left ? LEFT_PEER : RIGHT_PEER;

	if (one_in(6))
		return any_addr();
	return one_in(3) ? htonl(ntohl(peer) + below(8)) : peer;
}

static be32 any_destination(const struct fake_dev *fd)
{
	bool left = fd == world.left;

	switch (below(4)) {
	case 0:
		return left ? LEFT_US : RIGHT_US;
	case 1:
		return left ? RIGHT_PEER : LEFT_PEER;
	case 2:
		return TEST_NET_3(below(256));
	default:
		return any_addr();
	}
}

/*
 * Pieces of few packets: mostly thirds that fit together in some order, else pieces that overlap,
 * repeat and contradict each other.
 */
static void any_fragment(struct ip_packet *p, const struct fake_dev *fd)
{
	u32 third = below(3);

	p->id = (u16)below(4);
	p->len = 64;
	p->frag_off = (u16)(8 * third | (third < 2 ? IP_MF : 0));
	if (!one_in(4)) {
		p->saddr = fd == world.left ? LEFT_PEER : RIGHT_PEER;
		p->daddr = fd == world.left ? LEFT_US : RIGHT_US;
		p->protocol = IPPROTO_UDP;
	}
	if (!one_in(8))
		return;
	p->len = one_in(4) ? below(1441) : 8 * below(12);
	p->frag_off = (u16)((one_in(3) ? 0 : IP_MF) | (one_in(4) ? below(0x2000) : below(40)));
}

static unsigned int any_packet(const struct fake_dev *fd)
{
	static const u8 protocols[] = { IPPROTO_UDP, IPPROTO_UDP, IPPROTO_ICMP, IPPROTO_ICMP,
					IPPROTO_TCP, IPPROTO_IGMP, 0, 253 };
	static u8 data[FRAME_MAX];
	u8 options[40], mac[ETH_ALEN];
	struct ip_packet p = {
		.saddr = any_source(fd), .daddr = any_destination(fd),
		.ttl = (u8)(one_in(4) ? below(3) : 64), .tos = (u8)(one_in(4) ? below(256) : 0),
		.protocol = protocols[below(ARRAY_SIZE(protocols))],
		.eth_dest = mac, .options = options,
		.len = one_in(8) ? below(1441) : below(120),
	};
	unsigned int len;

	any_mac(mac, fd);
	if (one_in(4))
		p.optlen = any_options(options);
	if (one_in(3))
		any_fragment(&p, fd);
	else if (one_in(6))
		p.frag_off = one_in(2) ? IP_DF : (u16)prng_u32(&prng);
	if (p.protocol == IPPROTO_ICMP) {
		any_icmp(data, p.len);
		p.data = data;
	}
	len = ip_build(frame, fd, &p);
	if (one_in(12)) {
		prng_bytes(&prng, frame + ETH_HLEN + below(20), 1);
		if (one_in(2))
			ip_frame_fix(frame);	/* as wide as it says: IP_FRAME_MAX holds 60 */
	}
	return len;
}

static unsigned int any_arp(const struct fake_dev *fd)
{
	u8 dest[ETH_ALEN], source[ETH_ALEN];

	any_mac(dest, fd);
	if (one_in(2))
		memset(dest, 0xff, ETH_ALEN);
	fake_mac(source, (u8)below(256));
	if (one_in(8))
		prng_bytes(&prng, source, ETH_ALEN);
	return fake_arp(frame, dest, source, (u16)(one_in(8) ? below(5) : 1 + below(2)), source,
			any_addr(), one_in(2) ? fd->dev->dev_addr : NULL, any_addr());
}

/* Return: the length of a frame for @fd in frame[]. */
static unsigned int any_frame(const struct fake_dev *fd)
{
	unsigned int len;

	if (one_in(16)) {
		len = below(one_in(4) ? FRAME_MAX + 1 : 100);
		prng_bytes(&prng, frame, len);
		if (len >= ETH_HLEN) {
			memcpy(frame, fd->dev->dev_addr, ETH_ALEN);
			frame[12] = 0x08;
			frame[13] = (u8)(one_in(3) ? below(256) : 6 * below(2));
		}
		return len;
	}
	len = one_in(5) ? any_arp(fd) : any_packet(fd);
	if (one_in(12))
		for (u32 n = 1 + below(4); n; n--)
			frame[below(len)] ^= (u8)(1 + below(255));
	if (one_in(24))
		len = below(len + 1);
	else if (len < ETH_ZLEN && one_in(2)) {
		prng_bytes(&prng, frame + len, ETH_ZLEN - len);
		len = ETH_ZLEN;
	}
	return len;
}

/* ---- what comes out ---- */

/* Is @skb, whose link header is in front, what a router may send? */
static bool sound(const struct sk_buff *skb)
{
	const struct iphdr *iph = (const struct iphdr *)(const void *)(skb->data + ETH_HLEN);

	if (skb->len < ETH_HLEN + sizeof(*iph) || skb->len > FRAME_MAX)
		return false;
	if (skb->data[12] == 8 && skb->data[13] == 6)
		return skb->len == ETH_HLEN + sizeof(struct arphdr);
	return skb->data[12] == 8 && !skb->data[13] && iph->version == 4 && iph->ihl >= 5 &&
	       ntohs(iph->tot_len) == skb->len - ETH_HLEN && !ip_fast_csum(iph, iph->ihl) &&
	       iph->ttl && !is_zero_ether_addr(skb->data);
}

/* Half of the questions are answered, so that queues empty both ways. */
static void answer(struct fake_dev *fd, const struct sk_buff *skb)
{
	const struct arphdr *arp = (const struct arphdr *)(const void *)(skb->data + ETH_HLEN);
	u8 reply[64], mac[ETH_ALEN];
	be32 sip, tip;

	if (skb->data[13] != 6 || arp->ar_op != htons(ARPOP_REQUEST) || one_in(2))
		return;
	memcpy(&sip, arp->ar_sip, 4);
	memcpy(&tip, arp->ar_tip, 4);
	fake_mac(mac, (u8)below(256));
	fake_dev_receive(fd, reply, fake_arp(reply, arp->ar_sha, mac, ARPOP_REPLY, mac, tip,
					     arp->ar_sha, sip));
}

static void look_at(struct fake_dev *fd)
{
	struct rx_identity id;
	struct sk_buff *skb;

	for (unsigned int n = 0; n < 1000 && (skb = fake_dev_sent(fd)); n++) {
		EXPECT_TRUE(sound(skb));
		answer(fd, skb);
		consume_skb(skb);
	}
	rx_identity_get(&id);
	EXPECT_TRUE(id.holds);
	EXPECT_LE(atomic_read(&arp_tbl.gc_entries), arp_tbl.gc_thresh3);
}

/* ---- what changes ---- */

static const u8 lengths[] = { 0, 8, 24, 25, 28, 31, 32 };

static be32 any_prefix(u8 len)
{
	return (len == 8 ? htonl(0x0a000000) : TEST_NET_3(below(256))) & inet_make_mask(len);
}

static void change_route(void)
{
	static const u8 types[] = { RTN_BLACKHOLE, RTN_UNREACHABLE, RTN_PROHIBIT, RTN_THROW };
	struct fake_dev *fd = any_dev();
	struct fib_config cfg = {
		.fc_dst_len = lengths[below(ARRAY_SIZE(lengths))], .fc_type = RTN_UNICAST,
		.fc_table = RT_TABLE_MAIN, .fc_protocol = RTPROT_BOOT, .fc_priority = below(3),
	};
	struct fib_config_nh hops[2] = { { .gw = LEFT_PEER, .weight = 1 },
					 { .gw = RIGHT_PEER, .weight = 2 } };
	struct fib_error err = { NULL };
	int rc;

	cfg.fc_dst = any_prefix(cfg.fc_dst_len);
	if (one_in(4)) {
		cfg.fc_type = types[below(ARRAY_SIZE(types))];
	} else if (one_in(3)) {
		cfg.fc_oif = fd->dev->ifindex;
		cfg.fc_scope = RT_SCOPE_LINK;
	} else if (one_in(4)) {
		cfg.fc_nhs = 2;
		cfg.fc_mp = hops;
	} else {
		cfg.fc_gw = any_addr();
	}
	cfg.fc_nlflags = NLM_F_CREATE | (one_in(2) ? NLM_F_REPLACE : NLM_F_APPEND);
	/* refused as often as not: only the memory of it matters here */
	rc = one_in(3) ? fib_route_del(&cfg, &err) : fib_route_add(&cfg, &err);
	(void)rc;
}

static void change_address(void)
{
	struct fake_dev *fd = any_dev();
	u8 len = lengths[1 + below(ARRAY_SIZE(lengths) - 1)];
	struct ifa_config cfg = {
		.dev = fd->dev, .local = one_in(32) ? any_addr() : TEST_NET_3(1 + below(4)),
		.prefixlen = len, .noprefixroute = one_in(8),
	};
	int rc;

	cfg.peer = cfg.local;
	if (one_in(2))
		cfg.broadcast = cfg.local | ~inet_make_mask(len);
	rc = one_in(2) ? inet_addr_del(fd->dev, cfg.local, -1) : inet_addr_add(&cfg, one_in(2));
	(void)rc;
}

static void change_link(void)
{
	struct fake_dev *fd = any_dev();

	if (!(fd->dev->flags & IFF_UP))
		EXPECT_EQ(dev_open(fd->dev), 0);
	else if (one_in(2))
		dev_close(fd->dev);
	else
		EXPECT_EQ(dev_set_mtu(fd->dev, one_in(3) ? 1500 : 68 + (int)below(600)), 0);
}

static void change_driver(void)
{
	struct fake_dev *fd = any_dev();

	local_bh_disable();
	fd->refuse = one_in(3);
	fd->room = one_in(3) ? skb_queue_len(&fd->sent) + 1 + below(8) : UINT_MAX;
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

static void change_setting(void)
{
	u32 i = below(ARRAY_SIZE(settings));
	u32 value = below(settings[i].range + 1);

	/* accept_source_route is a matter of each device: these two are */
	world.left->dev->ip_ptr->cnf.accept_source_route = one_in(2);
	world.right->dev->ip_ptr->cnf.accept_source_route = one_in(2);
	if (!one_in(3) && !i)
		value = 1;
	ip_world_sysctl(settings[i].name, settings[i].least + (int)value);
}

static void change_caches(void)
{
	switch (below(6)) {
	case 0:
		rt_cache_flush();
		break;
	case 1:
		EXPECT_EQ(rt_cache_rekey(), 0);
		break;
	case 2:
		neigh_flush(&arp_tbl, one_in(2) ? any_dev()->dev : NULL, (u8)prng_u32(&prng));
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

static void change_something(void)
{
	u32 what = below(16);

	rtnl_lock();
	if (what < 4)
		change_route();
	else if (what < 7)
		change_address();
	else if (what < 9)
		change_link();
	rtnl_unlock();
	if (what >= 14)
		change_setting();
	else if (what >= 12)
		change_driver();
	else if (what >= 9)
		change_caches();
}

/* ---- rounds ---- */

/*
 * @n frames. A closed device receives none: its driver's poll is disabled. @sleep: time passes, for
 * timers to run between the frames.
 */
static void round(u64 seed, unsigned int n, bool sleep)
{
	prng_seed(&prng, seed);
	for (unsigned int i = 0; i < n; i++) {
		struct fake_dev *fd = any_dev();
		unsigned int len = any_frame(fd);

		if (fd->dev->flags & IFF_UP) {
			if (one_in(2)) {
				fake_dev_receive(fd, frame, len);
			} else {
				fake_dev_inject(fd, frame, len);
				if (one_in(8))
					fake_dev_poll(fd);
			}
		}
		if (one_in(CHANGE_EVERY))
			change_something();
		if (one_in(LOOK_EVERY))
			look_at(any_dev());
		if (sleep && one_in(256))
			msleep(one_in(32) ? 3500 : 1 + below(200));
		cond_resched();
	}
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

/* As ip_world_setup() left it. */
static void reset(void)
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

struct census {
	unsigned int	n;
	unsigned long	total;
	struct { const char *name; unsigned long objects; } cache[CACHES_MAX];
};

static int census_count(struct kmem_cache *s, void *ctx)
{
	struct census *c = ctx;
	struct slabinfo info;

	if (c->n == CACHES_MAX)
		return 1;
	get_slabinfo(s, &info);
	c->cache[c->n].name = kmem_cache_name(s);
	c->cache[c->n++].objects = info.active_objs;
	c->total += info.active_objs;
	return 0;
}

static void census_take(struct census *c)
{
	memset(c, 0, sizeof(*c));
	(void)slab_for_each_cache(census_count, c);
}

/* Waits until nothing is given back any more: pools empty within a second, grace periods end. */
static void census_settled(struct census *c)
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

static void fuzz(u64 seed, unsigned int warm_up, unsigned int n, bool sleep)
{
	static struct census before, after;
	struct rx_identity id;

	for (size_t i = 0; i < ARRAY_SIZE(settings); i++)
		ASSERT_EQ(sysctl_read(settings[i].name, &settings[i].was), 0);
	round(seed, warm_up, sleep);
	reset();
	census_settled(&before);
	round(seed + 1, n, sleep);
	reset();
	census_settled(&after);
	for (unsigned int i = 0; i < before.n; i++)
		if (after.cache[i].objects != before.cache[i].objects)
			selftest_comment("%s: %lu objects, then %lu", before.cache[i].name,
					 before.cache[i].objects, after.cache[i].objects);
	EXPECT_EQ(after.n, before.n);
	EXPECT_EQ(after.total, before.total);
	rx_identity_get(&id);
	EXPECT_TRUE(id.holds);
	EXPECT_EQ(id.held, 0);
	EXPECT_EQ(ip_frag_mem(), 0);
	EXPECT_EQ(atomic_read(&arp_tbl.queue_bytes), 0);
	/* and it still forwards */
	EXPECT_NO_DROP(ip_receive(world.left, &(struct ip_packet){
		.saddr = LEFT_PEER, .daddr = RIGHT_PEER, .len = 32 }));
	EXPECT_EQ(fake_dev_nr_sent(world.right), 1);
}

SELFTEST_SETUP(net_fuzz)
{
	ip_world_setup();
}

SELFTEST_TEARDOWN(net_fuzz)
{
	ip_world_teardown();
}

SELFTEST(net_fuzz, any_frame_any_time)
{
	fuzz(20250101, 3000, 3000, false);
}

SELFTEST(slow, net_fuzz)
{
	if (!ip_world_setup())
		return;
	for (u64 seed = 1; seed <= 10; seed++)
		fuzz(seed * 1000, 3000, 20000, true);
	ip_world_teardown();
}
