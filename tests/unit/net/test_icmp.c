/* SPDX-License-Identifier: MIT */
/* tests/unit/net/test_icmp.c - ICMP: what is never answered, how much is sent, what is heard. */
#include "kernel/base/preempt.h"
#include "kernel/base/selftest.h"
#include "kernel/base/time.h"
#include "lib/checksum.h"
#include "lib/err.h"
#include "lib/string.h"
#include "net/ipv4/route.h"
#include "net/stats.h"
#include "tests/unit/net/ip_world.h"

SELFTEST_SETUP(icmp)
{
	ip_world_setup();
}

SELFTEST_TEARDOWN(icmp)
{
	ip_world_teardown();
}

/* An ICMP message of @len bytes with a right checksum, from the left peer. */
static void hear(be32 daddr, u8 *msg, unsigned int len)
{
	struct ip_packet p = {.saddr = LEFT_PEER,
			      .daddr = daddr,
			      .protocol = IPPROTO_ICMP,
			      .data = msg,
			      .len = len};
	u16 sum;

	if (len >= 4) {
		msg[2] = msg[3] = 0;
		sum = ip_compute_csum(msg, len);
		memcpy(msg + 2, &sum, 2);
	}
	ip_receive(world.left, &p);
}

static unsigned int errors_sent(void)
{
	struct ip_icmp_seen seen;
	unsigned int n = 0;

	while (ip_icmp_sent(world.left, &seen))
		n++;
	return n;
}

SELFTEST(icmp, never_about_errors_groups_fragments_and_strange_sources)
{
	static const u8 errors[] = { ICMP_DEST_UNREACH, ICMP_SOURCE_QUENCH, ICMP_REDIRECT,
				     ICMP_TIME_EXCEEDED, ICMP_PARAMETERPROB, 200 };
	static const u8 bcast[ETH_ALEN] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	struct ip_packet p = { .saddr = LEFT_PEER, .daddr = TEST_NET_3(1), .len = 40 };
	u8 msg[8] = { 0 };
	char text[256];

	for (size_t i = 0; i < sizeof(errors); i++) {
		msg[0] = errors[i];
		EXPECT_DROP(DROP_IP_NO_ROUTE, hear(TEST_NET_3(1), msg, sizeof(msg)));
	}
	EXPECT_DROP(DROP_IP_NO_ROUTE, hear(TEST_NET_3(1), msg, 0));	/* too short to tell */
	EXPECT_EQ(errors_sent(), 0);
	msg[0] = ICMP_ECHO;
	EXPECT_DROP(DROP_IP_NO_ROUTE, hear(TEST_NET_3(1), msg, sizeof(msg)));
	EXPECT_EQ(errors_sent(), 1);

	p.frag_off = 5;			/* a later fragment */
	EXPECT_DROP(DROP_IP_NO_ROUTE, ip_receive(world.left, &p));
	p.frag_off = IP_MF;		/* the first */
	EXPECT_EQ(errors_sent(), 0);
	EXPECT_DROP(DROP_IP_NO_ROUTE, ip_receive(world.left, &p));
	EXPECT_EQ(errors_sent(), 1);
	p.frag_off = 0;
	p.eth_dest = bcast;
	EXPECT_DROP(DROP_IP_NO_ROUTE, ip_receive(world.left, &p));
	p.daddr = htonl(0xffffffffu);
	EXPECT_DROP(DROP_NO_SOCKET, ip_receive(world.left, &p));
	p.saddr = 0;
	EXPECT_DROP(DROP_NO_SOCKET, ip_receive(world.left, &p));
	p.saddr = htonl(0xe0000001u);
	EXPECT_DROP(DROP_IP_SOURCE, ip_receive(world.left, &p));
	EXPECT_EQ(errors_sent(), 0);
	/* class E: reserved, though there be a way to it */
	EXPECT_EQ(ip_world_run("ip route add 240.0.0.0/4 via 192.0.2.2", text, sizeof(text)), 0);
	p = (struct ip_packet){ .saddr = htonl(0xf0000001u), .daddr = TEST_NET_3(1), .len = 40 };
	EXPECT_DROP(DROP_IP_NO_ROUTE, ip_receive(world.left, &p));
	EXPECT_EQ(errors_sent(), 0);
}

SELFTEST(icmp, rate_limits)
{
	struct ip_packet p = { .saddr = LEFT_PEER, .daddr = LEFT_US, .len = 40 };
	u64 limited = snmp_sum(SNMP_ICMP_OUT_RATE_LIMIT);
	unsigned long start;

	/* one target: a burst of 6 */
	for (int i = 0; i < 20; i++)
		ip_receive(world.left, &p);
	EXPECT_EQ(errors_sent(), 6);
	EXPECT_EQ(snmp_sum(SNMP_ICMP_OUT_RATE_LIMIT), limited + 14);
	/* all together: a burst of 50 */
	start = jiffies;
	icmp_ratelimit_reset();
	for (u32 i = 10; i < 210; i++) {
		p.saddr = TEST_NET_1(i);
		EXPECT_EQ(ip_world_neigh(world.left, p.saddr, world.left_mac), 0);
		ip_receive(world.left, &p);
	}
	limited = errors_sent();
	EXPECT_GE(limited, 50);
	/* and what comes back while this takes its time, 1,000 a second */
	EXPECT_LE(limited, 50 + 1000 * (jiffies - start + 2) / HZ);
}

SELFTEST(icmp, one_host_does_not_use_up_what_all_may_get)
{
	struct ip_packet p = { .saddr = LEFT_PEER, .daddr = LEFT_US, .len = 40 };
	unsigned int entries;
	u64 asked;

	for (int i = 0; i < 100; i++)
		ip_receive(world.left, &p);
	EXPECT_EQ(errors_sent(), 6);
	p.saddr = TEST_NET_1(9);
	EXPECT_EQ(ip_world_neigh(world.left, p.saddr, world.left_mac), 0);
	ip_receive(world.left, &p);
	EXPECT_EQ(errors_sent(), 1);
	/* and what is not sent asks for no route */
	p.saddr = LEFT_PEER;
	p.tos = 0x10;
	asked = snmp_sum(SNMP_ROUTE_OUT_SLOW);
	ip_receive(world.left, &p);
	entries = rt_cache_entries();
	ip_receive(world.left, &p);
	EXPECT_EQ(errors_sent(), 0);
	EXPECT_EQ(snmp_sum(SNMP_ROUTE_OUT_SLOW), asked);
	EXPECT_EQ(rt_cache_entries(), entries);
}

SELFTEST(icmp, malformed_and_unwanted_messages)
{
	u8 msg[64] = { 0 };
	struct ip_packet p = {
		.saddr = LEFT_PEER, .daddr = LEFT_US, .protocol = IPPROTO_ICMP, .data = msg};

	EXPECT_DROP(DROP_ICMP_TRUNCATED, hear(LEFT_US, msg, 7));
	msg[0] = ICMP_ECHO;
	msg[2] = 1;
	p.len = 8;
	EXPECT_DROP(DROP_ICMP_CSUM, ip_receive(world.left, &p));
	msg[0] = 99;
	EXPECT_DROP(DROP_ICMP_TYPE, hear(LEFT_US, msg, 8));
	msg[0] = ICMP_REDIRECT;
	EXPECT_DROP(DROP_ICMP_TYPE, hear(LEFT_US, msg, 36));
	msg[0] = ICMP_SOURCE_QUENCH;
	EXPECT_DROP(DROP_ICMP_TYPE, hear(LEFT_US, msg, 36));
	msg[0] = ICMP_ECHOREPLY;
	EXPECT_DROP(DROP_ICMP_UNMATCHED, hear(LEFT_US, msg, 8));
	msg[0] = ICMP_DEST_UNREACH;
	EXPECT_DROP(DROP_ICMP_TRUNCATED, hear(LEFT_US, msg, 27));
	EXPECT_DROP(DROP_ICMP_TRUNCATED, hear(LEFT_US, msg, 40));	/* quotes no IPv4 */
	msg[8] = 0x4f;
	EXPECT_DROP(DROP_ICMP_TRUNCATED, hear(LEFT_US, msg, 60));
	msg[8] = 0x45;
	msg[17] = IPPROTO_UDP;
	EXPECT_DROP(DROP_ICMP_UNMATCHED, hear(LEFT_US, msg, 40));
	msg[17] = IPPROTO_ICMP;
	EXPECT_DROP(DROP_ICMP_UNMATCHED, hear(LEFT_US, msg, 40));
	msg[0] = ICMP_TIMESTAMP;
	EXPECT_DROP(DROP_ICMP_TRUNCATED, hear(LEFT_US, msg, 12));
	ip_world_sysctl("net.ipv4.icmp_echo_ignore_all", 1);
	msg[0] = ICMP_ECHO;
	EXPECT_DROP(DROP_ICMP_TYPE, hear(LEFT_US, msg, 12));
	ip_world_sysctl("net.ipv4.icmp_echo_ignore_all", 0);
	EXPECT_EQ(errors_sent(), 0);
}

SELFTEST(icmp, time_stamp_reply)
{
	u8 msg[20] = { ICMP_TIMESTAMP, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8 };
	struct ip_icmp_seen seen;

	EXPECT_NO_DROP(hear(LEFT_US, msg, sizeof(msg)));
	ASSERT_TRUE(ip_icmp_sent(world.left, &seen));
	EXPECT_EQ(seen.type, ICMP_TIMESTAMPREPLY);
	EXPECT_EQ(seen.quoted, 12);
	EXPECT_EQ(seen.quote[0], 5);
	EXPECT_EQ(seen.quote[4] & 0x80, 0x80);
}

/* ---- ping's side ---- */

static struct ping_reply last;
static unsigned int heard;

static void note(struct ping_waiter *w, const struct ping_reply *reply)
{
	last = *reply;
	heard++;
}

SELFTEST(icmp, waiters_hear_replies_and_errors)
{
	struct ping_waiter w = { .fn = note };
	u8 msg[36] = { 0 };

	heard = 0;
	ASSERT_EQ(icmp_ping_register(&w), 0);
	msg[0] = ICMP_ECHOREPLY;
	memcpy(msg + 4, &w.id, 2);
	msg[7] = 9;
	EXPECT_NO_DROP(hear(LEFT_US, msg, 16));
	EXPECT_EQ(heard, 1);
	EXPECT_EQ(last.saddr, LEFT_PEER);
	EXPECT_EQ(last.len, 8);
	EXPECT_EQ(last.error_type, 0);
	memset(msg, 0, sizeof(msg));
	msg[0] = ICMP_TIME_EXCEEDED;
	msg[8] = 0x45;
	msg[17] = IPPROTO_ICMP;
	msg[28] = ICMP_ECHO;
	memcpy(msg + 32, &w.id, 2);
	EXPECT_NO_DROP(hear(LEFT_US, msg, 36));
	EXPECT_EQ(heard, 2);
	EXPECT_EQ(last.error_type, ICMP_TIME_EXCEEDED);
	msg[28] = ICMP_ECHOREPLY;		/* not a request: not ours */
	EXPECT_DROP(DROP_ICMP_UNMATCHED, hear(LEFT_US, msg, 36));
	icmp_ping_unregister(&w);
	msg[28] = ICMP_ECHO;
	EXPECT_DROP(DROP_ICMP_UNMATCHED, hear(LEFT_US, msg, 36));
}

SELFTEST(icmp, source_address_of_an_error)
{
	struct ip_packet p = { .saddr = TEST_NET_3(5), .daddr = htonl(0x0a090807u), .len = 40 };
	struct fib_config cfg = { .fc_dst = TEST_NET_3(0), .fc_dst_len = 24, .fc_type = RTN_UNICAST,
				  .fc_gw = RIGHT_PEER, .fc_nlflags = NLM_F_CREATE };
	struct fib_error err = { NULL };
	struct ip_icmp_seen seen;

	rtnl_lock();
	ASSERT_EQ(fib_route_add(&cfg, &err), 0);
	rtnl_unlock();
	/* came in by left, its answer leaves by right (RFC 1812 section 4.3.2.4) */
	EXPECT_DROP(DROP_IP_NO_ROUTE, ip_receive(world.left, &p));
	ASSERT_TRUE(ip_icmp_sent(world.right, &seen));
	EXPECT_EQ(seen.saddr, RIGHT_US);
	ip_world_sysctl("net.ipv4.icmp_errors_use_inbound_ifaddr", 1);
	EXPECT_DROP(DROP_IP_NO_ROUTE, ip_receive(world.left, &p));
	ip_world_sysctl("net.ipv4.icmp_errors_use_inbound_ifaddr", 0);
	ASSERT_TRUE(ip_icmp_sent(world.right, &seen));
	EXPECT_EQ(seen.saddr, LEFT_US);
	/* about a packet to an address of ours: from that */
	p.daddr = LEFT_US;
	EXPECT_DROP(DROP_NO_SOCKET, ip_receive(world.left, &p));
	ASSERT_TRUE(ip_icmp_sent(world.right, &seen));
	EXPECT_EQ(seen.saddr, LEFT_US);
}
