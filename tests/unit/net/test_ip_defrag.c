/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/net/test_ip_defrag.c - reassembly: orders, overlaps, duplicates, nonsense, time and
 * memory. The packets are echo requests: what comes back shows what was put together.
 */
#include "kernel/base/selftest.h"
#include "kernel/base/time.h"
#include "lib/checksum.h"
#include "lib/prng.h"
#include "lib/string.h"
#include "net/stats.h"
#include "tests/unit/net/ip_world.h"

#define WHOLE 1200
static u8 echo[WHOLE];

SELFTEST_SETUP(ip_defrag)
{
	u16 sum;

	ip_world_setup();
	memset(echo, 0, sizeof(echo));
	for (unsigned int i = 8; i < WHOLE; i++)
		echo[i] = (u8)(i * 7);
	echo[0] = ICMP_ECHO;
	sum = ip_compute_csum(echo, WHOLE);
	memcpy(echo + 2, &sum, 2);
}

SELFTEST_TEARDOWN(ip_defrag)
{
	EXPECT_EQ(ip_frag_nqueues(), 0);
	EXPECT_EQ(ip_frag_mem(), 0);
	ip_world_teardown();
}

/* Bytes @from to @to of the packet @id. */
static void piece(u16 id, unsigned int from, unsigned int to)
{
	struct ip_packet p = {
		.saddr = LEFT_PEER, .daddr = LEFT_US, .protocol = IPPROTO_ICMP, .id = id,
		.frag_off = (u16)(from / 8 | (to < WHOLE ? IP_MF : 0)),
		.data = echo + from, .len = to - from,
	};

	ip_receive(world.left, &p);
}

/* Was the whole packet answered, byte for byte? The reply may itself be in pieces. */
static bool answered(void)
{
	struct sk_buff *skb = fake_dev_sent(world.left);
	bool ok;

	if (!skb)
		return false;
	ok = skb->len == ETH_HLEN + 20 + WHOLE &&
	     !memcmp(skb->data + ETH_HLEN + 28, echo + 8, WHOLE - 8);
	consume_skb(skb);
	return ok && !fake_dev_nr_sent(world.left);
}

SELFTEST(ip_defrag, in_order_reversed_and_shuffled)
{
	static const u8 orders[][4] = {{0, 1, 2, 3}, {3, 2, 1, 0}, {1, 3, 0, 2}, {3, 0, 2, 1}};

	for (size_t i = 0; i < ARRAY_SIZE(orders); i++) {
		for (int k = 0; k < 4; k++) {
			unsigned int from = orders[i][k] * 304u;

			EXPECT_NO_DROP(piece((u16)i, from, min(from + 304u, (unsigned int)WHOLE)));
			EXPECT_EQ(ip_frag_nqueues(), k < 3);
		}
		EXPECT_TRUE(answered());
	}
}

SELFTEST(ip_defrag, random_cuts)
{
	struct prng prng;

	prng_seed(&prng, 815);
	for (u16 id = 0; id < 60; id++) {
		unsigned int cuts[12], n = 1 + prng_below(&prng, 10);

		cuts[0] = 0;
		for (unsigned int i = 1; i < n; i++)
			cuts[i] = cuts[i - 1] + 8 * (1 + prng_below(&prng, 13));
		cuts[n] = WHOLE;
		/* any order: each time one of those that are left */
		for (unsigned int left = n; left; left--) {
			unsigned int pick = prng_below(&prng, n);

			while (cuts[pick] & 1)
				pick = (pick + 1) % n;
			EXPECT_NO_DROP(piece(id, cuts[pick] & ~1u, cuts[pick + 1] & ~1u));
			cuts[pick] |= 1;
		}
		EXPECT_TRUE(answered());
	}
}

/* net/stats.c: the first frame shares the datagram's fate, the others were delivered. */
SELFTEST(ip_defrag, the_first_frame_shares_the_fate_of_the_whole)
{
	struct ip_packet p = { .saddr = LEFT_PEER, .daddr = LEFT_US, .protocol = 253, .len = 64 };
	u64 drops = rx_drop_sum(DROP_PROTO_UNKNOWN);
	struct rx_identity before, after;

	rx_identity_get(&before);
	p.frag_off = 8;
	ip_receive(world.left, &p);
	p.frag_off = IP_MF;
	ip_receive(world.left, &p);
	rx_identity_get(&after);
	EXPECT_EQ(rx_drop_sum(DROP_PROTO_UNKNOWN), drops + 1);
	EXPECT_EQ(after.delivered, before.delivered + 1);
	EXPECT_EQ(after.dropped, before.dropped + 1);
	EXPECT_TRUE(after.holds);
}

SELFTEST(ip_defrag, packets_do_not_mix)
{
	piece(1, 0, 600);
	piece(2, 600, WHOLE);
	EXPECT_EQ(ip_frag_nqueues(), 2);
	EXPECT_EQ(fake_dev_nr_sent(world.left), 0);
	piece(1, 600, WHOLE);
	EXPECT_TRUE(answered());
	piece(2, 0, 600);
	EXPECT_TRUE(answered());
}

SELFTEST(ip_defrag, duplicates_go_alone)
{
	EXPECT_NO_DROP(piece(1, 0, 600));
	EXPECT_DROP(DROP_FRAG_DUPLICATE, piece(1, 0, 600));
	EXPECT_DROP(DROP_FRAG_DUPLICATE, piece(1, 8, 592));
	EXPECT_NO_DROP(piece(1, 600, WHOLE));
	EXPECT_TRUE(answered());
}

SELFTEST(ip_defrag, overlaps_take_the_packet_along)
{
	static const struct {
		u16 from, to;
	} overlaps[] = {{592, WHOLE}, {0, 16}, {192, 208}};
	u64 before;

	for (u16 i = 0; i < 2; i++) {
		piece(i, 8, 600);
		before = ip_dropped(DROP_FRAG_OVERLAP);
		piece(i, overlaps[i].from, overlaps[i].to);
		EXPECT_EQ(ip_dropped(DROP_FRAG_OVERLAP), before + 2);	/* both */
		EXPECT_EQ(ip_frag_nqueues(), 0);
	}
	piece(7, 0, 200);
	piece(7, 208, 400);
	before = ip_dropped(DROP_FRAG_OVERLAP);
	piece(7, overlaps[2].from, overlaps[2].to);
	EXPECT_EQ(ip_dropped(DROP_FRAG_OVERLAP), before + 3);
	EXPECT_EQ(fake_dev_nr_sent(world.left), 0);
}

SELFTEST(ip_defrag, nonsense)
{
	struct ip_packet p = {
		.saddr = LEFT_PEER, .daddr = LEFT_US, .protocol = IPPROTO_ICMP, .data = echo};
	u64 before;

	p.frag_off = IP_MF;
	p.len = 12;			/* not a multiple of 8 */
	EXPECT_DROP(DROP_FRAG_BAD, ip_receive(world.left, &p));
	p.len = 0;
	EXPECT_DROP(DROP_FRAG_BAD, ip_receive(world.left, &p));
	p.frag_off = 8191;		/* beyond 65,535 */
	p.len = 8;
	EXPECT_DROP(DROP_FRAG_BAD, ip_receive(world.left, &p));
	EXPECT_EQ(ip_frag_nqueues(), 0);
	/* two ends */
	piece(1, 600, WHOLE);
	p.id = 1;
	p.frag_off = 10;
	before = ip_dropped(DROP_FRAG_BAD);
	ip_receive(world.left, &p);
	EXPECT_EQ(ip_dropped(DROP_FRAG_BAD), before + 2);
	/* more behind the end */
	p.id = 2;
	p.frag_off = 10;
	ip_receive(world.left, &p);
	before = ip_dropped(DROP_FRAG_BAD);
	p.frag_off = 20 | IP_MF;
	ip_receive(world.left, &p);
	EXPECT_EQ(ip_dropped(DROP_FRAG_BAD), before + 2);
	EXPECT_EQ(ip_frag_nqueues(), 0);
}

SELFTEST(ip_defrag, times_out_and_tells)
{
	struct ip_icmp_seen seen;
	u64 before = ip_dropped(DROP_FRAG_TIMEOUT), timeouts = snmp_sum(SNMP_IP_REASM_TIMEOUT);

	piece(1, 0, 600);
	piece(2, 600, WHOLE);
	ip_frag_expire(jiffies + 29 * HZ);
	EXPECT_EQ(ip_frag_nqueues(), 2);
	ip_frag_expire(jiffies + 31 * HZ);
	EXPECT_EQ(ip_frag_nqueues(), 0);
	EXPECT_EQ(ip_dropped(DROP_FRAG_TIMEOUT), before + 2);
	EXPECT_EQ(snmp_sum(SNMP_IP_REASM_TIMEOUT), timeouts + 2);
	ASSERT_TRUE(ip_icmp_sent(world.left, &seen));	/* about the one whose first piece came */
	EXPECT_EQ(seen.type, ICMP_TIME_EXCEEDED);
	EXPECT_EQ(seen.code, ICMP_EXC_FRAGTIME);
	EXPECT_FALSE(ip_icmp_sent(world.left, &seen));
}

SELFTEST(ip_defrag, memory_is_bounded_and_the_oldest_goes)
{
	u64 before = ip_dropped(DROP_FRAG_MEMORY);
	int thresh = ip_world_sysctl("net.ipv4.ipfrag_high_thresh", 65536);

	for (u16 id = 0; id < 500; id++)
		piece(id, 600, WHOLE);
	EXPECT_LE(ip_frag_mem(), 65536 + 8192);
	EXPECT_GE(ip_frag_mem(), 32768);
	EXPECT_EQ(ip_dropped(DROP_FRAG_MEMORY), before + 500 - ip_frag_nqueues());
	piece(499, 0, 600);
	EXPECT_TRUE(answered());
	ip_world_sysctl("net.ipv4.ipfrag_high_thresh", 0);
	piece(600, 0, 600);
	piece(601, 0, 600);
	EXPECT_EQ(ip_frag_nqueues(), 1);
	ip_frag_flush();
	ip_world_sysctl("net.ipv4.ipfrag_high_thresh", thresh);
}
