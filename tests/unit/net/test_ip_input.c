/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/net/test_ip_input.c - the way in: every reason to drop a packet there, what is
 * delivered, options.
 */
#include "kernel/base/rcu.h"
#include "kernel/base/selftest.h"
#include "lib/checksum.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "net/ipv4/devinet.h"
#include "net/ipv4/route.h"
#include "net/stats.h"
#include "tests/unit/net/ip_world.h"

#define ELSEWHERE TEST_NET_3(9)

static const u8 bcast_mac[ETH_ALEN] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
static const u8 group_mac[ETH_ALEN] = { 0x01, 0x00, 0x5e, 0x00, 0x00, 0x01 };
IP_FRAME(frame);

SELFTEST_SETUP(ip_input)
{
	ip_world_setup();
}

SELFTEST_TEARDOWN(ip_input)
{
	ip_world_teardown();
}

/* An echo request to us by the left device, to be spoilt. Return: its length. */
static unsigned int ping_frame(void)
{
	static const u8 echo[16] = { ICMP_ECHO, 0, 0xe1, 0xc4, 0x12, 0x34, 0x00, 0x01, 1, 2, 3, 4 };

	return ip_build(frame, world.left, &(struct ip_packet){
		.saddr = LEFT_PEER, .daddr = LEFT_US, .protocol = IPPROTO_ICMP,
		.data = echo, .len = sizeof(echo) });
}

static void deliver(unsigned int len)
{
	fake_dev_receive(world.left, frame, len);
}

static struct ip_packet packet(be32 saddr, be32 daddr)
{
	return (struct ip_packet){ .saddr = saddr, .daddr = daddr, .len = 20 };
}

static void receive(be32 saddr, be32 daddr)
{
	struct ip_packet p = packet(saddr, daddr);

	ip_receive(world.left, &p);
}

SELFTEST(ip_input, lengths_version_and_checksum)
{
	struct iphdr *iph = ip_frame_hdr(frame);
	unsigned int len = ping_frame();

	EXPECT_DROP(DROP_IP_TRUNCATED, deliver(ETH_HLEN + 19));
	ping_frame();
	iph->version = 6;
	ip_frame_fix(frame);
	EXPECT_DROP(DROP_IP_HEADER, deliver(len));
	ping_frame();
	iph->ihl = 4;
	EXPECT_DROP(DROP_IP_HEADER, deliver(len));
	ping_frame();
	iph->ihl = 15;
	EXPECT_DROP(DROP_IP_TRUNCATED, deliver(len));
	ping_frame();
	iph->check ^= 0x0101;
	EXPECT_DROP(DROP_IP_CSUM, deliver(len));
	ping_frame();
	iph->tot_len = htons((u16)(len - ETH_HLEN + 1));
	ip_frame_fix(frame);
	EXPECT_DROP(DROP_IP_TRUNCATED, deliver(len));
	ping_frame();
	iph->tot_len = htons(19);
	ip_frame_fix(frame);
	EXPECT_DROP(DROP_IP_HEADER, deliver(len));
	ping_frame();
	EXPECT_NO_DROP(deliver(len));
	EXPECT_EQ(fake_dev_nr_sent(world.left), 1);
	/* a frame may be padded */
	ping_frame();
	EXPECT_NO_DROP(deliver(len + 10));
	EXPECT_EQ(fake_dev_nr_sent(world.left), 2);
}

SELFTEST(ip_input, echo_reply_is_right)
{
	struct ip_icmp_seen seen;

	deliver(ping_frame());
	ASSERT_TRUE(ip_icmp_sent(world.left, &seen));
	EXPECT_EQ(seen.type, ICMP_ECHOREPLY);
	EXPECT_EQ(seen.saddr, LEFT_US);
	EXPECT_EQ(seen.daddr, LEFT_PEER);
	EXPECT_EQ(seen.ttl, 64);
	EXPECT_EQ(seen.quoted, 8);
	EXPECT_EQ(seen.quote[3], 4);
	EXPECT_TRUE(seen.csum_ok);
}

SELFTEST(ip_input, martians)
{
	EXPECT_DROP(DROP_IP_SOURCE, receive(htonl(0xe0000005u), LEFT_US));
	EXPECT_DROP(DROP_IP_SOURCE, receive(htonl(0xffffffffu), LEFT_US));
	EXPECT_DROP(DROP_IP_SOURCE, receive(htonl(0x7f000001u), LEFT_US));
	EXPECT_DROP(DROP_IP_SOURCE, receive(htonl(0x00010203u), LEFT_US));
	EXPECT_DROP(DROP_IP_SOURCE, receive(LEFT_US, LEFT_US));
	EXPECT_DROP(DROP_IP_SOURCE, receive(RIGHT_US, RIGHT_PEER));
	EXPECT_DROP(DROP_IP_SOURCE, receive(TEST_NET_1(255), RIGHT_PEER));
	EXPECT_DROP(DROP_IP_SOURCE, receive(LEFT_US, htonl(0xffffffffu)));
	EXPECT_DROP(DROP_IP_SOURCE, receive(htonl(0xe0000005u), htonl(0xe0000001u)));
	EXPECT_DROP(DROP_IP_DESTINATION, receive(LEFT_PEER, htonl(0x7f000001u)));
	EXPECT_DROP(DROP_IP_DESTINATION, receive(LEFT_PEER, htonl(0x00000005u)));
	EXPECT_EQ(fake_dev_nr_sent(world.left), 0);
	EXPECT_EQ(fake_dev_nr_sent(world.right), 0);
}

SELFTEST(ip_input, reverse_path_filter)
{
	char name[64];

	scnprintf(name, sizeof(name), "net.ipv4.conf.%s.rp_filter", world.left->dev->name);
	ip_world_sysctl(name, 1);
	EXPECT_DROP(DROP_IP_RPFILTER, receive(TEST_NET_3(1), RIGHT_PEER));
	EXPECT_NO_DROP(receive(LEFT_PEER, RIGHT_PEER));
	ip_world_sysctl(name, 0);
	EXPECT_NO_DROP(receive(TEST_NET_3(1), RIGHT_PEER));
}

SELFTEST(ip_input, no_route_and_refusing_routes)
{
	struct fib_config cfg = {
		.fc_dst = TEST_NET_3(8), .fc_dst_len = 29, .fc_protocol = RTPROT_STATIC};
	static const struct { u8 type; enum drop_reason reason; int code; } cases[] = {
		{ RTN_BLACKHOLE, DROP_IP_BLACKHOLE, -1 },
		{ RTN_UNREACHABLE, DROP_IP_UNREACHABLE, ICMP_HOST_UNREACH },
		{ RTN_PROHIBIT, DROP_IP_PROHIBIT, ICMP_PKT_FILTERED },
		{ RTN_THROW, DROP_IP_NO_ROUTE, ICMP_NET_UNREACH },
	};
	struct fib_error err = { NULL };
	struct ip_icmp_seen seen;

	EXPECT_DROP(DROP_IP_NO_ROUTE, receive(LEFT_PEER, ELSEWHERE));
	ASSERT_TRUE(ip_icmp_sent(world.left, &seen));
	EXPECT_EQ(seen.type, ICMP_DEST_UNREACH);
	EXPECT_EQ(seen.code, ICMP_NET_UNREACH);
	EXPECT_EQ(seen.saddr, LEFT_US);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cfg.fc_type = cases[i].type;
		cfg.fc_nlflags = NLM_F_CREATE | NLM_F_REPLACE;
		rtnl_lock();
		EXPECT_EQ(fib_route_add(&cfg, &err), 0);
		rtnl_unlock();
		EXPECT_DROP(cases[i].reason, receive(LEFT_PEER, ELSEWHERE));
		EXPECT_EQ(ip_icmp_sent(world.left, &seen), cases[i].code >= 0);
		if (cases[i].code >= 0)
			EXPECT_EQ(seen.code, cases[i].code);
	}
	rtnl_lock();
	EXPECT_EQ(fib_route_del(&cfg, &err), 0);
	rtnl_unlock();
}

SELFTEST(ip_input, a_host_does_not_forward)
{
	char name[64];

	ip_world_forwarding(false);
	EXPECT_DROP(DROP_IP_NOT_FORWARDING, receive(LEFT_PEER, RIGHT_PEER));
	EXPECT_DROP(DROP_IP_NOT_FORWARDING, receive(LEFT_PEER, ELSEWHERE));
	EXPECT_EQ(fake_dev_nr_sent(world.left) + fake_dev_nr_sent(world.right), 0);
	EXPECT_NO_DROP(deliver(ping_frame()));
	EXPECT_EQ(fake_dev_nr_sent(world.left), 1);
	/* by device */
	scnprintf(name, sizeof(name), "net.ipv4.conf.%s.forwarding", world.left->dev->name);
	ip_world_sysctl(name, 1);
	EXPECT_NO_DROP(receive(LEFT_PEER, RIGHT_PEER));
	EXPECT_EQ(fake_dev_nr_sent(world.right), 1);
	ip_world_sysctl(name, 0);
	EXPECT_DROP(DROP_IP_NOT_FORWARDING, receive(LEFT_PEER, RIGHT_PEER));
}

SELFTEST(ip_input, frames_to_groups)
{
	struct ip_packet p = packet(LEFT_PEER, LEFT_US);

	p.eth_dest = bcast_mac;
	EXPECT_DROP(DROP_IP_L2_BROADCAST, ip_receive(world.left, &p));
	p.daddr = RIGHT_PEER;
	EXPECT_DROP(DROP_IP_L2_BROADCAST, ip_receive(world.left, &p));
	p.eth_dest = group_mac;
	EXPECT_DROP(DROP_IP_L2_BROADCAST, ip_receive(world.left, &p));
	p.daddr = htonl(0xe0000001u); /* everybody listens to 224.0.0.1; UDP has no socket */
	EXPECT_DROP(DROP_NO_SOCKET, ip_receive(world.left, &p));
	p.daddr = htonl(0xe0000009u);
	EXPECT_DROP(DROP_IP_MULTICAST, ip_receive(world.left, &p));
	p.eth_dest = world.right_mac;
	EXPECT_DROP(DROP_OTHERHOST, ip_receive(world.left, &p));
	EXPECT_EQ(fake_dev_nr_sent(world.left) + fake_dev_nr_sent(world.right), 0);
}

SELFTEST(ip_input, broadcasts_are_taken_and_not_forwarded)
{
	static const u8 echo[8] = { ICMP_ECHO, 0, 0xf7, 0xff, 0, 0, 0, 0 };
	struct ip_packet p = { .saddr = LEFT_PEER, .protocol = IPPROTO_ICMP, .data = echo, .len = 8,
			       .eth_dest = bcast_mac };
	struct ip_icmp_seen seen;

	p.daddr = TEST_NET_1(255);
	EXPECT_DROP(DROP_ICMP_BROADCAST, ip_receive(world.left, &p));
	p.daddr = htonl(0xffffffffu);
	EXPECT_DROP(DROP_ICMP_BROADCAST, ip_receive(world.left, &p));
	p.saddr = 0;
	EXPECT_DROP(DROP_ICMP_BROADCAST, ip_receive(world.left, &p));
	p.saddr = LEFT_PEER;
	p.daddr = TEST_NET_2(255);		/* the other link's */
	p.eth_dest = NULL;
	EXPECT_DROP(DROP_ICMP_BROADCAST, ip_receive(world.left, &p));
	ip_world_sysctl("net.ipv4.icmp_echo_ignore_broadcasts", 0);
	p.daddr = TEST_NET_1(255);
	p.eth_dest = bcast_mac;
	EXPECT_NO_DROP(ip_receive(world.left, &p));
	ip_world_sysctl("net.ipv4.icmp_echo_ignore_broadcasts", 1);
	EXPECT_TRUE(ip_icmp_sent(world.left, &seen));
	EXPECT_EQ(seen.saddr, LEFT_US);
	EXPECT_EQ(fake_dev_nr_sent(world.right), 0);
}

SELFTEST(ip_input, transport)
{
	struct ip_packet p = packet(LEFT_PEER, LEFT_US);
	struct ip_icmp_seen seen;
	unsigned int len;

	p.protocol = 200;
	EXPECT_DROP(DROP_PROTO_UNKNOWN, ip_receive(world.left, &p));
	ASSERT_TRUE(ip_icmp_sent(world.left, &seen));
	EXPECT_EQ(seen.code, ICMP_PROT_UNREACH);
	p.protocol = IPPROTO_UDP;
	EXPECT_DROP(DROP_NO_SOCKET, ip_receive(world.left, &p));
	ASSERT_TRUE(ip_icmp_sent(world.left, &seen));
	EXPECT_EQ(seen.code, ICMP_PORT_UNREACH);
	EXPECT_EQ(seen.quoted, 40);
	EXPECT_TRUE(seen.csum_ok);
	p.len = 7;
	EXPECT_DROP(DROP_UDP_TRUNCATED, ip_receive(world.left, &p));
	p.len = 20;
	len = ip_build(frame, world.left, &p);
	frame[ETH_HLEN + 20 + 5] = 21;		/* its length field */
	EXPECT_DROP(DROP_UDP_TRUNCATED, deliver(len));
	ip_build(frame, world.left, &p);
	frame[ETH_HLEN + 20 + 5] = 7;
	EXPECT_DROP(DROP_UDP_TRUNCATED, deliver(len));
	ip_build(frame, world.left, &p);
	frame[len - 1] ^= 1;
	EXPECT_DROP(DROP_UDP_CSUM, deliver(len));
	frame[ETH_HLEN + 20 + 6] = frame[ETH_HLEN + 20 + 7] = 0;	/* its sender made none */
	EXPECT_DROP(DROP_NO_SOCKET, deliver(len));
}

/* ---- options ---- */

static void with_options(be32 daddr, const u8 *options, unsigned int n)
{
	struct ip_packet p = packet(LEFT_PEER, daddr);
	u8 padded[40] = { 0 };

	memcpy(padded, options, n);
	p.options = padded;
	p.optlen = (n + 3) & ~3u;
	ip_receive(world.left, &p);
}

SELFTEST(ip_input, bad_options_are_answered)
{
	static const struct { u8 n, at; u8 bytes[12]; } cases[] = {
		{ 4, 20, { 7, 1, 0, 0 } },		/* length below 2 */
		{ 4, 20, { 7, 9, 4, 0 } },		/* longer than the header */
		{ 4, 23, { 1, 1, 1, 7 } },		/* no room for a length */
		{ 4, 22, { 7, 4, 3, 0 } },		/* pointer before the data */
		{ 8, 22, { 7, 5, 4, 0, 0 } },		/* no room for an address */
		{ 8, 23, { 7, 3, 4, 7, 3, 4, 0, 0 } },	/* twice */
		{ 4, 21, { 68, 3, 5, 0 } },		/* time stamp: too short */
		{ 4, 22, { 68, 4, 4, 0 } },
		{ 8, 23, { 68, 8, 5, 2, 0, 0, 0, 0 } },	/* a flag nobody defined */
		{ 4, 23, { 68, 4, 5, 0xf0 } },		/* 15 hops found no room already */
		{ 8, 22, { 131, 7, 3, 0, 0, 0, 0 } },	/* source route: pointer */
		{ 4, 21, { 148, 3, 0, 0 } },		/* router alert: too short */
	};
	struct ip_icmp_seen seen;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		icmp_ratelimit_reset();
		EXPECT_DROP(DROP_IP_OPTIONS, with_options(RIGHT_PEER, cases[i].bytes, cases[i].n));
		if (!ip_icmp_sent(world.left, &seen)) {
			EXPECT_EQ(i, -1);
			continue;
		}
		EXPECT_EQ(seen.type, ICMP_PARAMETERPROB);
		EXPECT_EQ(ntohl(seen.info) >> 24, cases[i].at);
		EXPECT_EQ(seen.quoted, 20 + cases[i].n + 20);
	}
}

/* Sends options through the router. Return: what they are behind it, in out. */
static bool options_out(const u8 *options, unsigned int n, u8 *out, u32 *daddr)
{
	struct sk_buff *skb;
	const struct iphdr *iph;
	bool ok;

	with_options(RIGHT_PEER, options, n);
	skb = fake_dev_sent(world.right);
	if (!skb)
		return false;
	iph = (const struct iphdr *)(const void *)(skb->data + ETH_HLEN);
	ok = ip_fast_csum(iph, iph->ihl) == 0 && iph->ttl == 63;
	memcpy(out, iph + 1, iph->ihl * 4u - 20);
	*daddr = ntohl(iph->daddr);
	consume_skb(skb);
	return ok;
}

SELFTEST(ip_input, record_route_and_time_stamp_are_filled_in)
{
	static const u8 rr[] = { 7, 11, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0 };
	static const u8 ts[] = { 68, 12, 5, 1, 0, 0, 0, 0, 0, 0, 0, 0 };
	static const u8 full[] = { 68, 8, 9, 0x20, 1, 2, 3, 4 };
	static const u8 unknown[] = { 0x99, 4, 0xab, 0xcd };
	u8 out[40];
	be32 us = RIGHT_US;
	u32 daddr;

	ASSERT_TRUE(options_out(rr, sizeof(rr), out, &daddr));
	EXPECT_EQ(out[2], 8);
	EXPECT_EQ(memcmp(out + 3, &us, 4), 0);
	ASSERT_TRUE(options_out(ts, sizeof(ts), out, &daddr));
	EXPECT_EQ(out[2], 13);
	EXPECT_EQ(memcmp(out + 4, &us, 4), 0);
	EXPECT_EQ(out[8] & 0x80, 0x80);		/* no clock: a non-standard value */
	ASSERT_TRUE(options_out(full, sizeof(full), out, &daddr));
	EXPECT_EQ(out[3], 0x30);
	EXPECT_EQ(out[2], 9);
	ASSERT_TRUE(options_out(unknown, sizeof(unknown), out, &daddr));
	EXPECT_EQ(memcmp(out, unknown, sizeof(unknown)), 0);
}

SELFTEST(ip_input, echo_replies_bear_route_and_time)
{
	static const u8 options[] = { 7, 11, 4, 0, 0, 0, 0, 0, 0, 0, 0,
				      68, 8, 9, 0, 1, 2, 3, 4, 0 };
	static const u8 echo[8] = { ICMP_ECHO, 0, 0xf7, 0xff, 0, 0, 0, 0 };
	struct ip_packet p = { .saddr = LEFT_PEER, .daddr = LEFT_US, .protocol = IPPROTO_ICMP,
			       .data = echo,
			       .len = 8, .options = options, .optlen = sizeof(options) };
	be32 us = LEFT_US;
	struct sk_buff *skb;
	const u8 *o;

	EXPECT_NO_DROP(ip_receive(world.left, &p));
	skb = fake_dev_sent(world.left);
	ASSERT_NOT_NULL(skb);
	o = skb->data + ETH_HLEN + 20;
	EXPECT_EQ(skb->data[ETH_HLEN], 0x4a);
	EXPECT_EQ(ip_fast_csum(skb->data + ETH_HLEN, 10), 0);
	EXPECT_EQ(o[2], 12);				/* twice: it came, it left */
	EXPECT_EQ(memcmp(o + 3, &us, 4), 0);
	EXPECT_EQ(memcmp(o + 7, &us, 4), 0);
	EXPECT_EQ(o[11], 68);
	EXPECT_EQ(o[14], 0x10);				/* one found no room */
	EXPECT_EQ(skb->len, ETH_HLEN + 40 + 8);
	consume_skb(skb);
}

SELFTEST(ip_input, source_routes)
{
	u8 lsrr[] = { 1, 131, 7, 4, 198, 51, 100, 2 };
	u8 out[40];
	char name[64];
	u32 daddr;
	struct sk_buff *skb;
	be32 us = RIGHT_US;

	/* refused, whoever it is for */
	EXPECT_DROP(DROP_IP_OPTIONS, with_options(LEFT_US, lsrr, sizeof(lsrr)));
	EXPECT_DROP(DROP_IP_OPTIONS, with_options(RIGHT_PEER, lsrr, sizeof(lsrr)));
	scnprintf(name, sizeof(name), "net.ipv4.conf.%s.accept_source_route",
		  world.left->dev->name);
	ip_world_sysctl(name, 1);
	EXPECT_DROP(DROP_IP_OPTIONS, with_options(LEFT_US, lsrr, sizeof(lsrr)));
	ip_world_sysctl("net.ipv4.conf.all.accept_source_route", 1);
	EXPECT_NO_DROP(with_options(LEFT_US, lsrr, sizeof(lsrr)));
	skb = fake_dev_sent(world.right);
	ASSERT_NOT_NULL(skb);
	memcpy(out, skb->data + ETH_HLEN + 20, 8);
	memcpy(&daddr, skb->data + ETH_HLEN + 16, 4);
	EXPECT_EQ(daddr, RIGHT_PEER);
	EXPECT_EQ(out[3], 8);
	EXPECT_EQ(memcmp(out + 4, &us, 4), 0);
	EXPECT_EQ(ip_fast_csum(skb->data + ETH_HLEN, 7), 0);
	consume_skb(skb);
	/* at its end: delivered */
	lsrr[3] = 8;
	EXPECT_DROP(DROP_NO_SOCKET, with_options(LEFT_US, lsrr, sizeof(lsrr)));
	/* not named by it yet: passes unchanged */
	EXPECT_TRUE(options_out(lsrr, sizeof(lsrr), out, &daddr));
	/* strict, and the next hop is not the destination */
	ip_world_sysctl("net.ipv4.conf.all.accept_source_route", 0);
	ip_world_sysctl(name, 0);
}
