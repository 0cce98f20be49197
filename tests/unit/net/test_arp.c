/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/net/test_arp.c - ARP on two fake devices: what is answered, what is learned, what is
 * not believed.
 */
#include "kernel/base/preempt.h"
#include "kernel/base/rcu.h"
#include "kernel/base/selftest.h"
#include "lib/err.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "net/ipv4/arp.h"
#include "net/ipv4/devinet.h"
#include "net/ipv4/fib.h"
#include "net/stats.h"
#include "tests/unit/net/fake_dev.h"

#define US	TEST_NET_1(1)
#define PEER	TEST_NET_1(2)
#define OTHER	TEST_NET_1(3)

static const u8 bcast[ETH_ALEN] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
static struct fake_dev *fd;
static u8 peer[ETH_ALEN], other[ETH_ALEN];

SELFTEST_SETUP(arp)
{
	struct ifa_config cfg = { .local = US, .peer = US, .prefixlen = 24 };

	fd = fake_dev_create();
	cfg.dev = fd->dev;
	fake_mac(peer, 101);
	fake_mac(other, 102);
	rtnl_lock();
	EXPECT_EQ(inet_addr_add(&cfg, false), 0);
	rtnl_unlock();
	fake_dev_drain(fd);
}

SELFTEST_TEARDOWN(arp)
{
	struct rx_identity id;

	fake_dev_destroy(fd);
	rx_identity_get(&id);
	EXPECT_TRUE(id.holds);
}

/* Receive an ARP packet. */
static void hear(const u8 *eth_dest, u16 op, const u8 *sha, be32 sip, const u8 *tha, be32 tip)
{
	u8 frame[60];
	unsigned int len = fake_arp(frame, eth_dest, sha, op, sha, sip, tha, tip);

	fake_dev_receive(fd, frame, len);
}

/* Was exactly one ARP packet sent, and is it this one? */
static bool said(const u8 *eth_dest, u16 op, be32 sip, const u8 *tha, be32 tip)
{
	static const u8 zero[ETH_ALEN];
	struct sk_buff *skb = fake_dev_sent(fd);
	const struct arphdr *arp;
	bool ok;

	if (!skb)
		return false;
	arp = (const struct arphdr *)(skb->data + ETH_HLEN);
	ok = skb->len == ETH_HLEN + sizeof(*arp) && ether_addr_equal(skb->data, eth_dest) &&
	     ether_addr_equal(skb->data + ETH_ALEN, fd->dev->dev_addr) &&
	     skb->data[12] == 0x08 && skb->data[13] == 0x06 &&
	     arp->ar_hrd == htons(1) && arp->ar_pro == htons(ETH_P_IP) && arp->ar_hln == 6 &&
	     arp->ar_pln == 4 && arp->ar_op == htons(op) &&
	     ether_addr_equal(arp->ar_sha, fd->dev->dev_addr) && !memcmp(arp->ar_sip, &sip, 4) &&
	     ether_addr_equal(arp->ar_tha, tha ? tha : zero) && !memcmp(arp->ar_tip, &tip, 4) &&
	     !fake_dev_nr_sent(fd);
	consume_skb(skb);
	return ok;
}

/* The state of @addr's entry, "" when there is none. */
static const char *state_of(be32 addr)
{
	struct neighbour *n = neigh_lookup(&arp_tbl, addr, fd->dev);
	const char *name = n ? nud_state_name(n->nud_state) : "";

	if (n)
		neigh_release(n);
	return name;
}

static bool address_is(be32 addr, const u8 *mac)
{
	struct neighbour *n = neigh_lookup(&arp_tbl, addr, fd->dev);
	bool is = n && (n->nud_state & NUD_VALID) && ether_addr_equal(n->ha, mac);

	if (n)
		neigh_release(n);
	return is;
}

/* Pretend that @addr's entry last changed @ms ago. */
static void age(be32 addr, unsigned int ms)
{
	struct neighbour *n = neigh_lookup(&arp_tbl, addr, fd->dev);

	if (n) {
		n->updated -= msecs_to_jiffies(ms);
		neigh_release(n);
	}
}

SELFTEST(arp, answers_a_request_and_learns)
{
	struct rx_identity before, after;

	rx_identity_get(&before);
	hear(bcast, ARPOP_REQUEST, peer, PEER, NULL, US);
	rx_identity_get(&after);
	EXPECT_EQ(after.arp, before.arp + 1);
	EXPECT_TRUE(said(peer, ARPOP_REPLY, US, peer, PEER));
	EXPECT_STREQ(state_of(PEER), "STALE");
	EXPECT_TRUE(address_is(PEER, peer));
	/* asked by unicast: the same */
	hear(fd->dev->dev_addr, ARPOP_REQUEST, peer, PEER, NULL, US);
	EXPECT_TRUE(said(peer, ARPOP_REPLY, US, peer, PEER));
}

SELFTEST(arp, does_not_answer_for_others)
{
	hear(bcast, ARPOP_REQUEST, peer, PEER, NULL, OTHER);
	EXPECT_EQ(fake_dev_nr_sent(fd), 0u);
	EXPECT_STREQ(state_of(PEER), "");	/* and learns nothing from it */
	hear(bcast, ARPOP_REQUEST, peer, PEER, NULL, TEST_NET_2(1));
	EXPECT_EQ(fake_dev_nr_sent(fd), 0u);
}

SELFTEST(arp, probe_is_answered_and_teaches_nothing)
{
	hear(bcast, ARPOP_REQUEST, peer, 0, NULL, US);
	EXPECT_TRUE(said(peer, ARPOP_REPLY, US, peer, 0));
	EXPECT_STREQ(state_of(0), "");
	hear(bcast, ARPOP_REQUEST, peer, 0, NULL, OTHER);
	EXPECT_EQ(fake_dev_nr_sent(fd), 0u);
}

SELFTEST(arp, unasked_reply_makes_no_entry)
{
	hear(fd->dev->dev_addr, ARPOP_REPLY, peer, PEER, fd->dev->dev_addr, US);
	EXPECT_STREQ(state_of(PEER), "");
	hear(bcast, ARPOP_REQUEST, peer, PEER, NULL, PEER);	/* gratuitous */
	EXPECT_STREQ(state_of(PEER), "");
}

SELFTEST(arp, resolution_from_request_to_reply)
{
	struct neighbour *n = neigh_create(&arp_tbl, PEER, fd->dev);

	ASSERT_FALSE(IS_ERR(n));
	EXPECT_EQ(neigh_event_send(n, NULL), 1);
	EXPECT_TRUE(said(bcast, ARPOP_REQUEST, US, NULL, PEER));
	EXPECT_STREQ(state_of(PEER), "INCOMPLETE");
	hear(fd->dev->dev_addr, ARPOP_REPLY, peer, PEER, fd->dev->dev_addr, US);
	EXPECT_STREQ(state_of(PEER), "REACHABLE");
	EXPECT_TRUE(address_is(PEER, peer));
	EXPECT_EQ(neigh_event_send(n, NULL), 0);
	neigh_release(n);
}

SELFTEST(arp, locktime_and_gratuitous_override)
{
	hear(bcast, ARPOP_REQUEST, peer, PEER, NULL, US);
	fake_dev_drain(fd);
	/* a second answer at once: the first wins */
	hear(fd->dev->dev_addr, ARPOP_REPLY, other, PEER, fd->dev->dev_addr, US);
	EXPECT_TRUE(address_is(PEER, peer));
	/* later it is believed */
	age(PEER, 2000);
	hear(fd->dev->dev_addr, ARPOP_REPLY, other, PEER, fd->dev->dev_addr, US);
	EXPECT_TRUE(address_is(PEER, other));
	EXPECT_STREQ(state_of(PEER), "REACHABLE");
	/* gratuitous: at once, but only STALE */
	hear(bcast, ARPOP_REQUEST, peer, PEER, NULL, PEER);
	EXPECT_TRUE(address_is(PEER, peer));
	EXPECT_STREQ(state_of(PEER), "STALE");
	age(PEER, 2000);
	hear(bcast, ARPOP_REPLY, other, PEER, other, OTHER);
	EXPECT_TRUE(address_is(PEER, other));
	EXPECT_STREQ(state_of(PEER), "STALE");
}

SELFTEST(arp, kinds_of_neighbours)
{
	static const u8 group[ETH_ALEN] = { 0x01, 0x00, 0x5e, 0x01, 0x02, 0x03 };
	struct neighbour *n;

	/* 224.129.2.3: the bit above 23 is lost */
	n = neigh_create(&arp_tbl, htonl(0xe0810203), fd->dev);
	ASSERT_FALSE(IS_ERR(n));
	EXPECT_EQ(n->nud_state, NUD_NOARP);
	EXPECT_TRUE(ether_addr_equal(n->ha, group));
	neigh_release(n);
	n = neigh_create(&arp_tbl, TEST_NET_1(255), fd->dev);
	ASSERT_FALSE(IS_ERR(n));
	EXPECT_EQ(n->nud_state, NUD_NOARP);
	EXPECT_TRUE(ether_addr_equal(n->ha, bcast));
	neigh_release(n);
	n = neigh_create(&arp_tbl, PEER, fd->dev);
	ASSERT_FALSE(IS_ERR(n));
	EXPECT_EQ(n->nud_state, NUD_NONE);
	neigh_release(n);
}

/* ---- malformed: each shape by its reason, nothing learned, nothing said ---- */

static void expect_drop(enum drop_reason reason, const u8 *frame, unsigned int len)
{
	u64 before = rx_drop_sum(reason);
	int entries = atomic_read(&arp_tbl.entries);

	fake_dev_receive(fd, frame, len);
	if (rx_drop_sum(reason) != before + 1)
		EXPECT_STREQ("not dropped as", drop_reason_name(reason));
	EXPECT_EQ(fake_dev_nr_sent(fd), 0u);
	EXPECT_EQ(atomic_read(&arp_tbl.entries), entries);
	fake_dev_drain(fd);
}

/* A good request, to be spoiled. */
static unsigned int request(u8 *frame)
{
	return fake_arp(frame, bcast, peer, ARPOP_REQUEST, peer, PEER, NULL, US);
}

SELFTEST(arp, malformed_headers)
{
	static const struct {
		u8 at, value;
		enum drop_reason reason;
	} cases[] = {
		{ 0, 1, DROP_ARP_FORMAT },	/* hardware type 257 */
		{ 1, 6, DROP_ARP_FORMAT },	/* IEEE 802 */
		{ 1, 0, DROP_ARP_FORMAT },
		{ 2, 0x86, DROP_ARP_FORMAT },	/* protocol */
		{ 3, 0x06, DROP_ARP_FORMAT },
		{ 4, 5, DROP_ARP_FORMAT },	/* hardware length */
		{ 4, 255, DROP_ARP_FORMAT },
		{ 5, 0, DROP_ARP_FORMAT },	/* protocol length */
		{ 5, 16, DROP_ARP_FORMAT },
		{ 6, 1, DROP_ARP_OPCODE },
		{ 7, 0, DROP_ARP_OPCODE },
		{ 7, 3, DROP_ARP_OPCODE },	/* RARP */
		{ 7, 8, DROP_ARP_OPCODE },	/* InARP */
		{ 8, 0x03, DROP_ARP_SENDER_HW },	/* group bit */
	};
	u8 frame[60];
	unsigned int i, len;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		len = request(frame);
		frame[ETH_HLEN + cases[i].at] = cases[i].value;
		expect_drop(cases[i].reason, frame, len);
	}
}

SELFTEST(arp, truncated_at_every_length)
{
	u8 frame[60];
	unsigned int len = request(frame), i;

	for (i = ETH_HLEN; i < len; i++)
		expect_drop(DROP_ARP_TRUNCATED, frame, i);
	frame[ETH_HLEN + 1] = 6;		/* not ours, so not of our length */
	expect_drop(DROP_ARP_FORMAT, frame, ETH_HLEN + 8);
	expect_drop(DROP_ARP_TRUNCATED, frame, ETH_HLEN + 7);
}

SELFTEST(arp, senders_not_believed)
{
	static const u8 zero[ETH_ALEN];
	be32 bad_sip[] = {
		US,				/* ours: a conflict */
		htonl(0xe0000001), htonl(0xffffffff), htonl(0x7f000001), htonl(0x00000001),
		htonl(0xf0000001), TEST_NET_1(255),
	};
	u64 conflicts = snmp_sum(SNMP_ARP_CONFLICTS);
	u8 frame[60];
	unsigned int i, len;

	for (i = 0; i < ARRAY_SIZE(bad_sip); i++) {
		len = fake_arp(frame, bcast, peer, ARPOP_REQUEST, peer, bad_sip[i], NULL, US);
		expect_drop(DROP_ARP_SENDER_IP, frame, len);
		len = fake_arp(frame, fd->dev->dev_addr, peer, ARPOP_REPLY, peer, bad_sip[i],
			       fd->dev->dev_addr, US);
		expect_drop(DROP_ARP_SENDER_IP, frame, len);
	}
	EXPECT_EQ(snmp_sum(SNMP_ARP_CONFLICTS), conflicts + 2);
	len = fake_arp(frame, fd->dev->dev_addr, peer, ARPOP_REPLY, peer, 0, fd->dev->dev_addr, US);
	expect_drop(DROP_ARP_SENDER_IP, frame, len);	/* 0 only in a probe */
	len = fake_arp(frame, bcast, peer, ARPOP_REQUEST, bcast, PEER, NULL, US);
	expect_drop(DROP_ARP_SENDER_HW, frame, len);
	len = fake_arp(frame, bcast, peer, ARPOP_REQUEST, zero, PEER, NULL, US);
	expect_drop(DROP_ARP_SENDER_HW, frame, len);
	len = fake_arp(frame, bcast, peer, ARPOP_REQUEST, fd->dev->dev_addr, PEER, NULL, US);
	expect_drop(DROP_ARP_SENDER_HW, frame, len);
}

SELFTEST(arp, targets_nobody_has)
{
	be32 bad_tip[] = { htonl(0xe0000001), htonl(0x7f000001), htonl(0xffffffff) };
	u8 frame[60];
	unsigned int i, len;

	for (i = 0; i < ARRAY_SIZE(bad_tip); i++) {
		len = fake_arp(frame, bcast, peer, ARPOP_REQUEST, peer, PEER, NULL, bad_tip[i]);
		expect_drop(DROP_ARP_TARGET_IP, frame, len);
	}
	len = fake_arp(frame, other, peer, ARPOP_REQUEST, peer, PEER, NULL, US);
	expect_drop(DROP_ARP_OTHERHOST, frame, len);
}

SELFTEST(arp, device_that_does_not_speak_it)
{
	u8 frame[60];
	unsigned int len = request(frame);

	fd->dev->flags |= IFF_NOARP;
	expect_drop(DROP_ARP_DEVICE, frame, len);
	arp_send(ARPOP_REQUEST, PEER, fd->dev, US, NULL, NULL, NULL);
	EXPECT_EQ(fake_dev_nr_sent(fd), 0u);
	fd->dev->flags &= ~(unsigned int)IFF_NOARP;
}

SELFTEST(arp, random_frames_keep_the_identity)
{
	struct rx_identity before, after;
	u8 frame[64];
	u64 seed = 1;
	unsigned int i, k;

	rx_identity_get(&before);
	for (i = 0; i < 2000; i++) {
		unsigned int len = request(frame);

		for (k = 0; k < 3; k++) {
			seed = seed * 6364136223846793005ull + 1442695040888963407ull;
			frame[(seed >> 33) % len] ^= (u8)(seed >> 40);
		}
		if ((seed >> 50) % 4 == 0)
			len = (unsigned int)((seed >> 52) % 61);
		fake_dev_receive(fd, frame, len);
		fake_dev_drain(fd);
	}
	rx_identity_get(&after);
	EXPECT_TRUE(after.holds);
	EXPECT_GE(after.rx_frames, before.rx_frames + 2000);
	EXPECT_LE(atomic_read(&arp_tbl.gc_entries), arp_tbl.gc_thresh3);
	fake_dev_drain(fd);
}

SELFTEST(arp, device_down_forgets_all)
{
	hear(bcast, ARPOP_REQUEST, peer, PEER, NULL, US);
	EXPECT_STREQ(state_of(PEER), "STALE");
	rtnl_lock();
	dev_close(fd->dev);
	EXPECT_STREQ(state_of(PEER), "");
	EXPECT_EQ(dev_open(fd->dev), 0);
	rtnl_unlock();
	hear(bcast, ARPOP_REQUEST, peer, PEER, NULL, US);
	EXPECT_STREQ(state_of(PEER), "STALE");
}
