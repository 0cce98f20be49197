/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/net/test_neighbour.c - the neighbour state machine on a table of its own, its queue,
 * its garbage.
 *
 * The clock: pass(n, ms) lets that much time go by for one entry: its time stamps move into the
 * past, and its timer is fired at the moments when it would have. No test waits.
 */
#include "kernel/base/preempt.h"
#include "kernel/base/rcu.h"
#include "kernel/base/selftest.h"
#include "lib/err.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "net/dst.h"
#include "net/neighbour.h"
#include "net/stats.h"
#include "tests/unit/net/fake_dev.h"

#define PROBE_TYPE 0x88b5
#define REACHABLE_MS 30000

static struct fake_dev *fd;
static unsigned int solicits, reports;

/* A probe is a frame to the known address (unicast) or to all, with the number of the try. */
static struct sk_buff *test_solicit(struct neighbour *n, struct sk_buff *cause)
{
	struct sk_buff *skb = alloc_skb(128, GFP_ATOMIC);
	bool unicast = (int)n->probes < n->parms->ucast_probes && (n->nud_state & NUD_VALID);
	u8 mac[MAX_ADDR_LEN];

	solicits++;
	if (!skb)
		return NULL;
	memcpy(mac, unicast ? n->ha : n->dev->broadcast, ETH_ALEN);
	skb_reserve(skb, 32);
	memset(skb_put(skb, 46), 0, 46);
	skb->dev = n->dev;
	(void)dev_hard_header(skb, n->dev, PROBE_TYPE, mac, NULL, skb->len);
	return skb;
}

static void test_report(struct neighbour *n, struct sk_buff *skb)
{
	reports++;
	kfree_skb_reason(skb, DROP_NEIGH_FAILED);
}

static const struct neigh_ops test_ops = {
	.solicit = test_solicit,
	.error_report = test_report,
	.output = neigh_resolve_output,
	.connected_output = neigh_connected_output,
};

static int constructor_error;

static int test_constructor(struct neighbour *n)
{
	n->ops = &test_ops;
	n->output = neigh_resolve_output;
	if (n->primary_key == htonl(0xe0000001)) {
		n->nud_state = NUD_NOARP;
		memset(n->ha, 0x33, ETH_ALEN);
		n->output = neigh_connected_output;
	}
	return constructor_error;
}

static struct neigh_table tbl;

SELFTEST_SETUP(neigh)
{
	fd = fake_dev_create();
	solicits = reports = 0;
	constructor_error = 0;
	memset(&tbl, 0, sizeof(tbl));
	tbl.protocol = htons(ETH_P_IP);
	tbl.id = "test_neigh";
	tbl.constructor = test_constructor;
	tbl.gc_thresh1 = 4;
	tbl.gc_thresh2 = 8;
	tbl.gc_thresh3 = 16;
	tbl.parms.base_reachable_time = (unsigned int)msecs_to_jiffies(REACHABLE_MS);
	tbl.parms.retrans_time = HZ;
	tbl.parms.gc_staletime = 60 * HZ;
	tbl.parms.delay_probe_time = 5 * HZ;
	tbl.parms.ucast_probes = 3;
	tbl.parms.mcast_probes = 3;
	tbl.parms.locktime = HZ;
	tbl.parms.queue_len_bytes = 5 * (SKB_POOL_SIZE + (int)sizeof(struct sk_buff));
	tbl.queue_bytes_max = 1 << 20;
	EXPECT_EQ(neigh_table_init(&tbl), 0);
	tbl.parms.reachable_time = tbl.parms.base_reachable_time;
}

SELFTEST_TEARDOWN(neigh)
{
	struct rx_identity id;

	neigh_ifdown(&tbl, fd->dev);
	rcu_barrier();
	EXPECT_EQ(atomic_read(&tbl.allocated), 0);
	EXPECT_EQ(atomic_read(&tbl.entries), 0);
	EXPECT_EQ(atomic_read(&tbl.gc_entries), 0);
	EXPECT_EQ(atomic_read(&tbl.queue_bytes), 0);
	neigh_table_clear(&tbl);
	fake_dev_destroy(fd);
	rx_identity_get(&id);
	EXPECT_TRUE(id.holds);
}

static struct neighbour *make(be32 key)
{
	return neigh_create(&tbl, key, fd->dev);
}

/*
 * A received packet (so that it counts) of 40 bytes at its network header, marked @tag, to go out
 * by fd.
 */
static struct sk_buff *packet(u8 tag)
{
	struct sk_buff *skb = alloc_skb(256, GFP_ATOMIC);

	if (!skb)
		return NULL;
	skb_reserve(skb, 64);
	memset(skb_put(skb, 40), tag, 40);
	skb_reset_network_header(skb);
	skb->dev = fd->dev;
	skb->protocol = htons(ETH_P_IP);
	local_bh_disable();
	skb_rx_begin(skb);
	local_bh_enable();
	return skb;
}

static void send(struct neighbour *n, u8 tag)
{
	local_bh_disable();
	neigh_output(n, packet(tag));
	local_bh_enable();
}

/* Let @ms go by for @n. */
static void pass(struct neighbour *n, unsigned int ms)
{
	unsigned long left = msecs_to_jiffies(ms);

	for (;;) {
		unsigned long step = left;
		bool fire = false;

		local_bh_disable();
		if (timer_pending(&n->timer)) {
			long due = (long)(n->timer.expires - jiffies);

			if (due < 0)
				due = 0;
			if ((unsigned long)due <= left) {
				step = (unsigned long)due;
				fire = true;
			} else {
				mod_timer(&n->timer, n->timer.expires - left);
			}
		}
		n->confirmed -= step;
		n->used -= step;
		n->updated -= step;
		left -= step;
		if (fire && timer_delete(&n->timer))
			n->timer.function(&n->timer);
		local_bh_enable();
		if (!fire)
			return;
	}
}

/*
 * Frames sent since the last call: packets by their tags, '?' for broadcast probes, '!' for unicast
 * ones.
 */
static const char *sent(void)
{
	static char tags[64];
	unsigned int n = 0;
	struct sk_buff *skb;

	while ((skb = fake_dev_sent(fd))) {
		const struct ethhdr *eth = (const struct ethhdr *)skb->data;

		if (n < sizeof(tags) - 1) {
			if (eth->h_proto != htons(PROBE_TYPE))
				tags[n++] = (char)skb->data[ETH_HLEN];
			else
				tags[n++] = is_broadcast_ether_addr(eth->h_dest) ? '?' : '!';
		}
		consume_skb(skb);
	}
	tags[n] = '\0';
	return tags;
}

static void answer(struct neighbour *n, u8 mac, u8 state, u32 flags)
{
	u8 ha[ETH_ALEN];

	fake_mac(ha, mac);
	EXPECT_EQ(neigh_update(n, ha, state, flags), 0);
}

static bool has_address(const struct neighbour *n, u8 mac)
{
	u8 ha[ETH_ALEN];

	fake_mac(ha, mac);
	return !memcmp(n->ha, ha, ETH_ALEN) &&
	       !memcmp((const u8 *)n->hh.hh_data + HH_DATA_OFF(ETH_HLEN), ha, ETH_ALEN);
}

#define EXPECT_STATE(n, state) EXPECT_STREQ(nud_state_name((n)->nud_state), #state)

SELFTEST(neigh, resolves_and_sends_in_order)
{
	struct neighbour *n = make(TEST_NET_1(1));
	struct sk_buff *skb;
	u8 mac[ETH_ALEN];

	ASSERT_FALSE(IS_ERR(n));
	EXPECT_STATE(n, NONE);
	send(n, 'a');
	EXPECT_STATE(n, INCOMPLETE);
	send(n, 'b');
	send(n, 'c');
	EXPECT_STREQ(sent(), "?");		/* one question for three packets */
	EXPECT_EQ(n->arp_queue.qlen, 3u);
	answer(n, 9, NUD_REACHABLE, NEIGH_UPDATE_F_OVERRIDE);
	EXPECT_STATE(n, REACHABLE);
	EXPECT_EQ(n->arp_queue.qlen, 0u);
	EXPECT_EQ(n->arp_queue_bytes, 0u);
	EXPECT_STREQ(sent(), "abc");
	/* now the fast path, with the whole header */
	send(n, 'd');
	skb = fake_dev_sent(fd);
	ASSERT_NOT_NULL(skb);
	EXPECT_EQ(skb->len, 54u);
	fake_mac(mac, 9);
	EXPECT_TRUE(ether_addr_equal(skb->data, mac));
	EXPECT_TRUE(ether_addr_equal(skb->data + ETH_ALEN, fd->dev->dev_addr));
	EXPECT_EQ(skb->data[12], 0x08);
	EXPECT_EQ(skb->data[13], 0x00);
	EXPECT_EQ(skb->data[14], 'd');
	consume_skb(skb);
	neigh_release(n);
}

SELFTEST(neigh, connected_output_without_headroom)
{
	struct neighbour *n = make(TEST_NET_1(2));
	struct sk_buff *skb = alloc_skb(100, GFP_KERNEL), *out;

	ASSERT_FALSE(IS_ERR(n));
	ASSERT_NOT_NULL(skb);
	memset(skb_put(skb, 40), 'x', 40);
	skb->dev = fd->dev;
	skb->protocol = htons(ETH_P_IP);
	answer(n, 9, NUD_REACHABLE, NEIGH_UPDATE_F_OVERRIDE);
	local_bh_disable();
	EXPECT_EQ(neigh_output(n, skb), 0);
	local_bh_enable();
	out = fake_dev_sent(fd);
	ASSERT_NOT_NULL(out);
	EXPECT_EQ(out->len, 54u);
	EXPECT_EQ(out->data[14], 'x');
	consume_skb(out);
	neigh_release(n);
}

SELFTEST(neigh, no_answer_fails_and_reports)
{
	struct neighbour *n = make(TEST_NET_1(3));
	u64 failed = rx_drop_sum(DROP_NEIGH_FAILED);

	ASSERT_FALSE(IS_ERR(n));
	send(n, 'a');
	send(n, 'b');
	pass(n, 900);
	EXPECT_STREQ(sent(), "?");
	pass(n, 1000);
	pass(n, 1000);
	EXPECT_STREQ(sent(), "??");
	EXPECT_STATE(n, INCOMPLETE);
	pass(n, 1000);
	EXPECT_STATE(n, FAILED);
	EXPECT_EQ(reports, 2u);
	EXPECT_EQ(solicits, 3u);
	EXPECT_EQ(rx_drop_sum(DROP_NEIGH_FAILED), failed + 2);
	EXPECT_FALSE(timer_pending(&n->timer));
	/* the next packet asks again */
	send(n, 'c');
	EXPECT_STATE(n, INCOMPLETE);
	EXPECT_STREQ(sent(), "?");
	answer(n, 1, NUD_REACHABLE, 0);
	EXPECT_STREQ(sent(), "c");
	neigh_release(n);
}

SELFTEST(neigh, without_probes_it_fails_at_once)
{
	struct neighbour *n;

	tbl.parms.mcast_probes = 0;
	n = make(TEST_NET_1(3));
	ASSERT_FALSE(IS_ERR(n));
	send(n, 'a');
	EXPECT_STATE(n, FAILED);
	EXPECT_STREQ(sent(), "");
	neigh_release(n);
}

SELFTEST(neigh, unused_becomes_stale_then_delay_probe_reachable)
{
	struct neighbour *n = make(TEST_NET_1(4));

	ASSERT_FALSE(IS_ERR(n));
	answer(n, 9, NUD_REACHABLE, NEIGH_UPDATE_F_OVERRIDE);
	pass(n, REACHABLE_MS - 100);
	EXPECT_STATE(n, REACHABLE);
	pass(n, 200);
	EXPECT_STATE(n, STALE);
	EXPECT_FALSE(timer_pending(&n->timer));
	pass(n, 3600 * 1000);
	EXPECT_STATE(n, STALE);
	EXPECT_EQ(solicits, 0u);

	send(n, 'a');				/* goes out at once, and starts the doubt */
	EXPECT_STREQ(sent(), "a");
	EXPECT_STATE(n, DELAY);
	pass(n, 4900);
	EXPECT_STATE(n, DELAY);
	EXPECT_EQ(solicits, 0u);
	pass(n, 200);
	EXPECT_STATE(n, PROBE);
	EXPECT_STREQ(sent(), "!");		/* asks the old address */
	send(n, 'b');
	EXPECT_STREQ(sent(), "b");		/* which is still used */
	answer(n, 9, NUD_REACHABLE, 0);
	EXPECT_STATE(n, REACHABLE);
	neigh_release(n);
}

SELFTEST(neigh, probe_without_answer_fails)
{
	struct neighbour *n = make(TEST_NET_1(5));

	ASSERT_FALSE(IS_ERR(n));
	answer(n, 9, NUD_STALE, NEIGH_UPDATE_F_OVERRIDE);
	EXPECT_STATE(n, STALE);
	send(n, 'a');
	pass(n, 5100);
	EXPECT_STATE(n, PROBE);
	pass(n, 2000);
	EXPECT_STATE(n, PROBE);
	EXPECT_STREQ(sent(), "a!!!");
	pass(n, 1000);
	EXPECT_STATE(n, FAILED);
	EXPECT_STREQ(sent(), "");
	neigh_release(n);
}

SELFTEST(neigh, confirmation_saves_the_probe)
{
	struct neighbour *n = make(TEST_NET_1(6));

	ASSERT_FALSE(IS_ERR(n));
	answer(n, 9, NUD_STALE, NEIGH_UPDATE_F_OVERRIDE);
	send(n, 'a');
	EXPECT_STATE(n, DELAY);
	pass(n, 3000);
	neigh_confirm(n);
	pass(n, 2100);
	EXPECT_STATE(n, REACHABLE);
	EXPECT_EQ(solicits, 0u);
	/* confirmed all the time: stays reachable without a question */
	for (unsigned int i = 0; i < 10; i++) {
		pass(n, 20000);
		neigh_confirm(n);
	}
	EXPECT_STATE(n, REACHABLE);
	EXPECT_EQ(solicits, 0u);
	neigh_release(n);
}

SELFTEST(neigh, used_lately_goes_to_delay_not_stale)
{
	struct neighbour *n = make(TEST_NET_1(7));

	ASSERT_FALSE(IS_ERR(n));
	answer(n, 9, NUD_REACHABLE, NEIGH_UPDATE_F_OVERRIDE);
	pass(n, REACHABLE_MS - 1000);
	neigh_event_send(n, NULL);
	pass(n, 1100);
	EXPECT_STATE(n, DELAY);
	neigh_release(n);
}

SELFTEST(neigh, update_override_rules)
{
	struct neighbour *n = make(TEST_NET_1(8));

	ASSERT_FALSE(IS_ERR(n));
	EXPECT_ERR(neigh_update(n, NULL, NUD_REACHABLE, 0), -EINVAL);	/* no address yet */
	answer(n, 1, NUD_REACHABLE, 0);			/* the first needs no override */
	EXPECT_STATE(n, REACHABLE);
	EXPECT_TRUE(has_address(n, 1));
	answer(n, 2, NUD_REACHABLE, 0);			/* another one does */
	EXPECT_TRUE(has_address(n, 1));
	EXPECT_STATE(n, REACHABLE);
	answer(n, 2, NUD_REACHABLE, NEIGH_UPDATE_F_WEAK_OVERRIDE);
	EXPECT_TRUE(has_address(n, 1));
	EXPECT_STATE(n, STALE);				/* but doubt remains */
	answer(n, 2, NUD_REACHABLE, NEIGH_UPDATE_F_OVERRIDE);
	EXPECT_TRUE(has_address(n, 2));
	EXPECT_STATE(n, REACHABLE);
	answer(n, 2, NUD_STALE, 0);			/* hearing of it makes it no staler */
	EXPECT_STATE(n, REACHABLE);
	answer(n, 3, NUD_STALE, NEIGH_UPDATE_F_OVERRIDE);
	EXPECT_TRUE(has_address(n, 3));
	EXPECT_STATE(n, STALE);
	EXPECT_EQ(neigh_update(n, NULL, NUD_REACHABLE, 0), 0);
	EXPECT_STATE(n, REACHABLE);
	EXPECT_TRUE(has_address(n, 3));

	answer(n, 4, NUD_PERMANENT, NEIGH_UPDATE_F_OVERRIDE | NEIGH_UPDATE_F_ADMIN);
	EXPECT_STATE(n, PERMANENT);
	EXPECT_EQ(atomic_read(&tbl.gc_entries), 0);
	EXPECT_FALSE(timer_pending(&n->timer));
	{
		u8 ha[ETH_ALEN];

		fake_mac(ha, 5);
		EXPECT_ERR(neigh_update(n, ha, NUD_REACHABLE, NEIGH_UPDATE_F_OVERRIDE), -EPERM);
	}
	EXPECT_TRUE(has_address(n, 4));
	answer(n, 5, NUD_REACHABLE, NEIGH_UPDATE_F_OVERRIDE | NEIGH_UPDATE_F_ADMIN);
	EXPECT_STATE(n, REACHABLE);
	EXPECT_EQ(atomic_read(&tbl.gc_entries), 1);
	EXPECT_EQ(neigh_update(n, NULL, NUD_FAILED, NEIGH_UPDATE_F_ADMIN), 0);
	EXPECT_STATE(n, FAILED);
	EXPECT_FALSE(timer_pending(&n->timer));
	neigh_release(n);
}

SELFTEST(neigh, told_failure_reports_the_queue)
{
	struct neighbour *n = make(TEST_NET_1(9));

	ASSERT_FALSE(IS_ERR(n));
	send(n, 'a');
	EXPECT_EQ(neigh_update(n, NULL, NUD_FAILED, NEIGH_UPDATE_F_ADMIN), 0);
	EXPECT_EQ(reports, 1u);
	EXPECT_STATE(n, FAILED);
	neigh_release(n);
}

SELFTEST(neigh, told_to_forget_it_does_not_keep_the_queue)
{
	static const u8 states[] = { NUD_NONE, NUD_INCOMPLETE };
	struct neighbour *n = make(TEST_NET_1(9));

	ASSERT_FALSE(IS_ERR(n));
	for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
		send(n, 'a');
		EXPECT_EQ(neigh_update(n, NULL, states[i], NEIGH_UPDATE_F_ADMIN), 0);
		EXPECT_STATE(n, NONE);		/* from here the next packet asks */
		EXPECT_EQ(n->arp_queue.qlen, 0u);
		EXPECT_EQ(reports, (unsigned int)i + 1);
	}
	send(n, 'b');
	EXPECT_STATE(n, INCOMPLETE);
	EXPECT_TRUE(timer_pending(&n->timer));
	neigh_release(n);
}

SELFTEST(neigh, queue_overflow_drops_oldest)
{
	struct neighbour *n = make(TEST_NET_1(10));
	u64 full = rx_drop_sum(DROP_NEIGH_QUEUE_FULL);
	struct rx_identity before, after;

	ASSERT_FALSE(IS_ERR(n));
	rx_identity_get(&before);
	for (u8 tag = 'a'; tag < 'a' + 8; tag++)
		send(n, tag);
	EXPECT_EQ(n->arp_queue.qlen, 5u);
	EXPECT_LE(n->arp_queue_bytes, (unsigned int)tbl.parms.queue_len_bytes);
	EXPECT_EQ(rx_drop_sum(DROP_NEIGH_QUEUE_FULL), full + 3);
	rx_identity_get(&after);
	EXPECT_EQ(after.held, before.held + 5);
	EXPECT_TRUE(after.holds);
	(void)sent();
	answer(n, 9, NUD_REACHABLE, 0);
	EXPECT_STREQ(sent(), "defgh");
	rx_identity_get(&after);
	EXPECT_EQ(after.held, before.held);
	EXPECT_EQ(after.forwarded, before.forwarded + 5);
	neigh_release(n);
}

SELFTEST(neigh, one_packet_waits_whatever_its_size)
{
	struct neighbour *n;

	tbl.parms.queue_len_bytes = 0;
	n = make(TEST_NET_1(11));
	ASSERT_FALSE(IS_ERR(n));
	send(n, 'a');
	send(n, 'b');
	EXPECT_EQ(n->arp_queue.qlen, 1u);
	(void)sent();
	answer(n, 9, NUD_REACHABLE, 0);
	EXPECT_STREQ(sent(), "b");
	neigh_release(n);
}

SELFTEST(neigh, all_queues_together_are_bounded)
{
	struct neighbour *n, *m;
	u64 full = rx_drop_sum(DROP_NEIGH_QUEUE_FULL);

	tbl.queue_bytes_max = 3 * (SKB_POOL_SIZE + (int)sizeof(struct sk_buff));
	n = make(TEST_NET_1(12));
	m = make(TEST_NET_1(13));
	ASSERT_TRUE(!IS_ERR(n) && !IS_ERR(m));
	send(n, 'a');
	send(n, 'b');
	send(n, 'c');
	send(m, 'd');				/* no room, and nothing of its own to push out */
	EXPECT_EQ(m->arp_queue.qlen, 0u);
	send(n, 'e');
	EXPECT_EQ(n->arp_queue.qlen, 3u);
	EXPECT_EQ(rx_drop_sum(DROP_NEIGH_QUEUE_FULL), full + 2);
	EXPECT_LE(atomic_read(&tbl.queue_bytes), tbl.queue_bytes_max);
	neigh_release(n);
	neigh_release(m);
}

SELFTEST(neigh, removal_drops_the_queue_and_blackholes)
{
	struct neighbour *n = make(TEST_NET_1(14)), *again;
	u64 dead = rx_drop_sum(DROP_NEIGH_DEAD);

	ASSERT_FALSE(IS_ERR(n));
	send(n, 'a');
	EXPECT_EQ(neigh_delete(&tbl, TEST_NET_1(14), fd->dev), 0);
	EXPECT_ERR(neigh_delete(&tbl, TEST_NET_1(14), fd->dev), -ENOENT);
	EXPECT_EQ(rx_drop_sum(DROP_NEIGH_DEAD), dead + 1);
	EXPECT_TRUE(n->dead);
	EXPECT_FALSE(timer_pending(&n->timer));
	send(n, 'b');				/* whoever still holds it learns by the drop */
	EXPECT_EQ(rx_drop_sum(DROP_NEIGH_DEAD), dead + 2);
	{
		struct sk_buff *skb = packet('c');

		EXPECT_EQ(__neigh_event_send(n, skb), 1);
		EXPECT_EQ(rx_drop_sum(DROP_NEIGH_DEAD), dead + 3);
	}
	{
		u8 ha[ETH_ALEN];

		fake_mac(ha, 1);
		EXPECT_ERR(neigh_update(n, ha, NUD_REACHABLE, NEIGH_UPDATE_F_ADMIN), -ENOENT);
	}
	again = make(TEST_NET_1(14));
	ASSERT_FALSE(IS_ERR(again));
	EXPECT_TRUE(again != n);
	neigh_release(again);
	neigh_release(n);
}

SELFTEST(neigh, removal_of_a_connected_one_stops_the_fast_path)
{
	struct neighbour *n = make(TEST_NET_1(15));
	u64 dead = rx_drop_sum(DROP_NEIGH_DEAD);

	ASSERT_FALSE(IS_ERR(n));
	answer(n, 9, NUD_REACHABLE, 0);
	EXPECT_EQ(neigh_flush(&tbl, fd->dev, NUD_STALE), 0u);
	EXPECT_EQ(neigh_flush(&tbl, NULL, NUD_REACHABLE), 1u);
	send(n, 'a');
	EXPECT_STREQ(sent(), "");
	EXPECT_EQ(rx_drop_sum(DROP_NEIGH_DEAD), dead + 1);
	neigh_release(n);
}

SELFTEST(neigh, create_finds_the_existing_one)
{
	struct neighbour *n = make(TEST_NET_1(16)), *m = make(TEST_NET_1(16)), *l;

	ASSERT_FALSE(IS_ERR(n));
	EXPECT_TRUE(n == m);
	l = neigh_lookup(&tbl, TEST_NET_1(16), fd->dev);
	EXPECT_TRUE(l == n);
	EXPECT_NULL(neigh_lookup(&tbl, TEST_NET_1(17), fd->dev));
	EXPECT_NULL(neigh_lookup(&tbl, TEST_NET_1(16), loopback_dev));
	EXPECT_EQ(atomic_read(&n->refcnt), 4);
	neigh_release(n);
	neigh_release(n);
	neigh_release(n);
	l = neigh_find_get(&tbl, TEST_NET_1(17), fd->dev);
	EXPECT_FALSE(IS_ERR(l));
	EXPECT_EQ(atomic_read(&tbl.entries), 2);
	neigh_release(l);
}

SELFTEST(neigh, create_errors)
{
	struct neighbour *n;

	constructor_error = -EINVAL;
	n = make(TEST_NET_1(18));
	EXPECT_ERR(PTR_ERR(n), -EINVAL);
	constructor_error = 0;
	rtnl_lock();
	dev_close(fd->dev);
	rtnl_unlock();
	n = make(TEST_NET_1(18));
	EXPECT_ERR(PTR_ERR(n), -ENETDOWN);
	EXPECT_EQ(atomic_read(&tbl.entries), 0);
}

SELFTEST(neigh, noarp_is_ready_at_once)
{
	struct neighbour *n = make(htonl(0xe0000001));

	ASSERT_FALSE(IS_ERR(n));
	EXPECT_STATE(n, NOARP);
	EXPECT_EQ(n->hh.hh_len, ETH_HLEN);
	send(n, 'a');
	EXPECT_STREQ(sent(), "a");
	EXPECT_EQ(solicits, 0u);
	neigh_release(n);
}

SELFTEST(neigh, event_ns_makes_a_stale_entry)
{
	struct neighbour *n;
	u8 ha[ETH_ALEN];

	fake_mac(ha, 7);
	n = neigh_event_ns(&tbl, ha, TEST_NET_1(19), fd->dev);
	ASSERT_NOT_NULL(n);
	EXPECT_STATE(n, STALE);
	EXPECT_TRUE(has_address(n, 7));
	neigh_release(n);
}

SELFTEST(neigh, many_entries_grow_the_hash)
{
	struct neighbour *n;
	unsigned int i;

	tbl.gc_thresh1 = tbl.gc_thresh2 = tbl.gc_thresh3 = 10000;
	for (i = 0; i < 2500; i++) {
		n = make(htonl(0xcb007100u + i * 7919));
		ASSERT_FALSE(IS_ERR(n));
		neigh_release(n);
	}
	EXPECT_EQ(atomic_read(&tbl.entries), 2500);
	for (i = 0; i < 2500; i++) {
		n = neigh_lookup(&tbl, htonl(0xcb007100u + i * 7919), fd->dev);
		ASSERT_NOT_NULL(n);
		neigh_release(n);
	}
}

/* ---- garbage ---- */

/* A scan: each new next hop asks, nobody answers. The table stays bounded; what is in use stays. */
SELFTEST(neigh, scan_does_not_evict_what_is_in_use)
{
	struct neighbour *used = make(TEST_NET_1(1)), *stale = make(TEST_NET_1(2)), *n;
	unsigned int i, made = 0;

	ASSERT_TRUE(!IS_ERR(used) && !IS_ERR(stale));
	answer(used, 1, NUD_REACHABLE, 0);
	answer(stale, 2, NUD_STALE, 0);
	pass(used, 20000);		/* the fast path does not note its use: a holder does */
	for (i = 0; i < 3000; i++) {
		n = make(htonl(0xcb007100u + i));
		if (IS_ERR(n))
			continue;
		made++;
		send(n, 'x');
		EXPECT_LE(atomic_read(&tbl.gc_entries), tbl.gc_thresh3);
		neigh_release(n);
		fake_dev_drain(fd);
	}
	EXPECT_EQ(made, 3000u);
	EXPECT_FALSE(used->dead);
	EXPECT_FALSE(stale->dead);
	EXPECT_STATE(used, REACHABLE);
	neigh_release(used);
	neigh_release(stale);
}

/* The routes that led there hold the entries: eviction must not wait for them. */
SELFTEST(neigh, scan_with_holders_is_bounded_too)
{
	struct neighbour *n[64];
	unsigned int i, dead = 0;

	for (i = 0; i < ARRAY_SIZE(n); i++) {
		n[i] = make(htonl(0xcb007100u + i));
		ASSERT_FALSE(IS_ERR(n[i]));
		send(n[i], 'x');
	}
	EXPECT_LE(atomic_read(&tbl.entries), tbl.gc_thresh3);
	for (i = 0; i < ARRAY_SIZE(n); i++) {
		dead += n[i]->dead;
		neigh_release(n[i]);
	}
	EXPECT_GE(dead, 48u);
}

SELFTEST(neigh, strangers_that_ask_for_us_do_not_fill_the_table)
{
	struct neighbour *used = make(TEST_NET_1(1)), *n;
	u8 ha[ETH_ALEN];

	ASSERT_FALSE(IS_ERR(used));
	answer(used, 1, NUD_STALE, 0);		/* a route holds it */
	fake_mac(ha, 7);
	for (u32 i = 0; i < 64; i++) {
		n = neigh_event_ns(&tbl, ha, htonl(0xcb007100u + i), fd->dev);
		ASSERT_NOT_NULL(n);
		neigh_release(n);
	}
	EXPECT_LE(atomic_read(&tbl.entries), tbl.gc_thresh3);
	n = make(TEST_NET_1(2));
	ASSERT_FALSE(IS_ERR(n));
	neigh_release(n);
	EXPECT_FALSE(used->dead);
	neigh_release(used);
}

SELFTEST(neigh, nobody_holds_it_so_it_may_go)
{
	struct neighbour *n = make(TEST_NET_1(1));
	unsigned int i;

	ASSERT_FALSE(IS_ERR(n));
	answer(n, 1, NUD_REACHABLE, 0);
	pass(n, 20000);
	neigh_release(n);
	for (i = 0; i < 8; i++)
		neigh_release(make(TEST_NET_2(i)));
	EXPECT_NULL(neigh_lookup(&tbl, TEST_NET_1(1), fd->dev));
}

static int no_header(struct sk_buff *skb, struct net_device *dev, u16 type, const void *daddr,
		     const void *saddr, unsigned int len)
{
	return -1;
}

SELFTEST(neigh, no_link_header_no_packet)
{
	static const struct header_ops ops = { .create = no_header };
	struct neighbour *n = make(TEST_NET_1(1));
	u64 before = rx_drop_sum(DROP_TX_NO_HEADER);

	ASSERT_FALSE(IS_ERR(n));
	fd->dev->header_ops = &ops;
	answer(n, 1, NUD_REACHABLE, 0);
	send(n, 'a');
	EXPECT_EQ(rx_drop_sum(DROP_TX_NO_HEADER), before + 1);
	EXPECT_STREQ(sent(), "");
	fd->dev->header_ops = &eth_header_ops;
	neigh_release(n);
}

SELFTEST(neigh, full_of_used_entries_refuses_new_ones)
{
	struct neighbour *n[16], *extra;
	u64 full = snmp_sum(SNMP_NEIGH_TABLE_FULL);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(n); i++) {
		n[i] = make(TEST_NET_1(i + 1));
		ASSERT_FALSE(IS_ERR(n[i]));
		answer(n[i], (u8)i, NUD_REACHABLE, 0);
	}
	extra = make(TEST_NET_1(100));
	EXPECT_ERR(PTR_ERR(extra), -ENOBUFS);
	EXPECT_EQ(snmp_sum(SNMP_NEIGH_TABLE_FULL), full + 1);
	/* permanent ones do not count */
	answer(n[0], 1, NUD_PERMANENT, NEIGH_UPDATE_F_ADMIN | NEIGH_UPDATE_F_OVERRIDE);
	extra = make(TEST_NET_1(100));
	EXPECT_FALSE(IS_ERR(extra));
	neigh_release(extra);
	for (i = 0; i < ARRAY_SIZE(n); i++)
		neigh_release(n[i]);
}

SELFTEST(neigh, periodic_gc_removes_failed_and_crowded_idle)
{
	struct neighbour *n[6];
	unsigned int i;

	for (i = 0; i < 6; i++) {
		n[i] = make(TEST_NET_1(i + 1));
		ASSERT_FALSE(IS_ERR(n[i]));
		if (i)
			answer(n[i], (u8)i, NUD_STALE, 0);
	}
	send(n[0], 'a');
	pass(n[0], 4000);
	EXPECT_STATE(n[0], FAILED);
	tbl.gc_timer.function(&tbl.gc_timer);
	EXPECT_EQ(atomic_read(&tbl.entries), 6);	/* too young, all of them */
	pass(n[0], 61000);
	pass(n[1], 61000);
	tbl.gc_timer.function(&tbl.gc_timer);
	EXPECT_TRUE(n[0]->dead);
	EXPECT_TRUE(n[1]->dead);			/* 6 > gc_thresh1: idle ones go */
	EXPECT_EQ(atomic_read(&tbl.entries), 4);
	pass(n[2], 61000);
	tbl.gc_timer.function(&tbl.gc_timer);
	EXPECT_FALSE(n[2]->dead);			/* 4: nobody is in the way */
	for (i = 0; i < 6; i++)
		neigh_release(n[i]);
}

SELFTEST(neigh, reachable_times_are_random_around_the_base)
{
	struct neigh_parms *p;
	unsigned int base = tbl.parms.base_reachable_time, i, differ = 0, last = 0;

	rtnl_lock();
	for (i = 0; i < 20; i++) {
		p = neigh_parms_alloc(fd->dev, &tbl);
		ASSERT_NOT_NULL(p);
		EXPECT_GE(p->reachable_time, base / 2);
		EXPECT_LT(p->reachable_time, base / 2 + base);
		differ += p->reachable_time != last;
		last = p->reachable_time;
		neigh_parms_release(&tbl, p);
	}
	neigh_parms_release(&tbl, NULL);
	rtnl_unlock();
	EXPECT_GE(differ, 10u);
	rcu_barrier();
}

static int count_one(struct neighbour *n, void *arg)
{
	return ++*(unsigned int *)arg == 3;
}

SELFTEST(neigh, for_each_stops_when_told)
{
	unsigned int i, seen = 0;

	for (i = 0; i < 5; i++)
		neigh_release(make(TEST_NET_1(i + 1)));
	EXPECT_EQ(neigh_for_each(&tbl, count_one, &seen), 1);
	EXPECT_EQ(seen, 3u);
}

SELFTEST(neigh, defaults_reach_the_devices)
{
	struct neigh_parms *p = neigh_parms_alloc(fd->dev, &tbl);
	size_t offset = offsetof(struct neigh_parms, ucast_probes);

	ASSERT_NOT_NULL(p);
	neigh_parms_changed(&tbl, offset, 7);
	EXPECT_EQ(tbl.parms.ucast_probes, 7);
	EXPECT_EQ(p->ucast_probes, 7);
	p->ucast_probes = 2;			/* its own from now on */
	neigh_parms_changed(&tbl, offset, 5);
	EXPECT_EQ(tbl.parms.ucast_probes, 5);
	EXPECT_EQ(p->ucast_probes, 2);
	neigh_parms_release(&tbl, p);
}

SELFTEST(neigh, state_names)
{
	EXPECT_STREQ(nud_state_name(NUD_NONE), "NONE");
	EXPECT_STREQ(nud_state_name(NUD_PERMANENT), "PERMANENT");
	EXPECT_STREQ(nud_state_name(NUD_NOARP), "NOARP");
	EXPECT_STREQ(nud_state_name(3), "?");
}
