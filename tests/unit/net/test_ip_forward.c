/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/net/test_ip_forward.c - forwarding: what changes in a packet, what is refused and told
 * about, fragments, redirects, hooks, and neighbours that do not answer.
 */
#include "kernel/base/preempt.h"
#include "kernel/base/selftest.h"
#include "lib/checksum.h"
#include "lib/err.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "net/ipv4/devinet.h"
#include "net/ipv4/route.h"
#include "net/neighbour.h"
#include "net/netfilter.h"
#include "net/stats.h"
#include "tests/unit/net/ip_world.h"

IP_FRAME(frame);

SELFTEST_SETUP(ip_forward)
{
	ip_world_setup();
}

SELFTEST_TEARDOWN(ip_forward)
{
	ip_world_teardown();
}

static struct ip_packet across(unsigned int len)
{
	return (struct ip_packet){ .saddr = LEFT_PEER, .daddr = RIGHT_PEER, .len = len };
}

static int set_mtu(struct fake_dev *fd, int mtu)
{
	int rc;

	rtnl_lock();
	rc = dev_set_mtu(fd->dev, mtu);
	rtnl_unlock();
	return rc;
}

SELFTEST(ip_forward, changes_ttl_checksum_and_link_header_only)
{
	struct ip_packet p = across(64);
	unsigned int len = ip_build(frame, world.left, &p);
	struct sk_buff *skb;
	struct iphdr *iph;

	for (int ttl = 2; ttl <= 255; ttl++) {
		p.ttl = (u8)ttl;
		ip_build(frame, world.left, &p);
		EXPECT_NO_DROP(fake_dev_receive(world.left, frame, len));
		skb = fake_dev_sent(world.right);
		ASSERT_NOT_NULL(skb);
		EXPECT_EQ(skb->len, len);
		EXPECT_EQ(memcmp(skb->data, world.right_mac, 6), 0);
		EXPECT_EQ(memcmp(skb->data + 6, world.right->dev->dev_addr, 6), 0);
		iph = (struct iphdr *)(void *)(skb->data + ETH_HLEN);
		EXPECT_EQ(iph->ttl, ttl - 1);
		EXPECT_EQ(ip_fast_csum(iph, 5), 0);
		iph->ttl++;
		iph->check = 0;
		iph->check = ip_fast_csum(iph, 5);
		EXPECT_EQ(memcmp(iph, frame + ETH_HLEN, len - ETH_HLEN), 0);
		consume_skb(skb);
	}
	EXPECT_EQ(fake_dev_nr_sent(world.left), 0);
}

SELFTEST(ip_forward, ttl_exceeded)
{
	struct ip_packet p = across(64);
	struct ip_icmp_seen seen;

	p.ttl = 1;
	EXPECT_DROP(DROP_IP_TTL, ip_receive(world.left, &p));
	ASSERT_TRUE(ip_icmp_sent(world.left, &seen));
	EXPECT_EQ(seen.type, ICMP_TIME_EXCEEDED);
	EXPECT_EQ(seen.code, ICMP_EXC_TTL);
	EXPECT_EQ(seen.saddr, LEFT_US);
	EXPECT_EQ(seen.daddr, LEFT_PEER);
	EXPECT_EQ(seen.quoted, 84);
	EXPECT_EQ(seen.quote[8], 1);		/* as it came */
	EXPECT_EQ(seen.tos, 0xc0);
	EXPECT_TRUE(seen.csum_ok);
	p.ttl_zero = true;
	EXPECT_DROP(DROP_IP_TTL, ip_receive(world.left, &p));
	EXPECT_EQ(fake_dev_nr_sent(world.right), 0);
	/* to ourselves a TTL of 1 or 0 is fine */
	p.daddr = RIGHT_US;
	EXPECT_DROP(DROP_NO_SOCKET, ip_receive(world.left, &p));
}

SELFTEST(ip_forward, too_long_and_df)
{
	struct ip_packet p = across(1000);
	struct ip_icmp_seen seen;

	ASSERT_EQ(set_mtu(world.right, 1000), 0);
	p.frag_off = IP_DF;
	EXPECT_DROP(DROP_IP_FRAG_NEEDED, ip_receive(world.left, &p));
	ASSERT_TRUE(ip_icmp_sent(world.left, &seen));
	EXPECT_EQ(seen.type, ICMP_DEST_UNREACH);
	EXPECT_EQ(seen.code, ICMP_FRAG_NEEDED);
	EXPECT_EQ(ntohl(seen.info), 1000);
	EXPECT_EQ(seen.quoted, 576 - 28);	/* as much as fits */
	p.len = 980;
	EXPECT_NO_DROP(ip_receive(world.left, &p));
	EXPECT_EQ(fake_dev_nr_sent(world.right), 1);
}

/*
 * Puts the fragments that @fd has sent together again. Return: their number, -1 when they do not
 * fit.
 */
static int reassemble(struct fake_dev *fd, u8 *data, unsigned int *total, unsigned int mtu)
{
	struct sk_buff *skb;
	int n = 0;

	*total = 0;
	while ((skb = fake_dev_sent(fd))) {
		const struct iphdr *iph =
			(const struct iphdr *)(const void *)(skb->data + ETH_HLEN);
		unsigned int hlen = iph->ihl * 4u, len = ntohs(iph->tot_len) - hlen;
		unsigned int off = (ntohs(iph->frag_off) & IP_OFFSET) * 8u;
		bool more = iph->frag_off & htons(IP_MF);

		if (ip_fast_csum(iph, iph->ihl) || off != *total || hlen + len > mtu ||
		    (more && len % 8) || skb->len != ETH_HLEN + hlen + len)
			n = -1000;
		memcpy(data + off, (const u8 *)iph + hlen, len);
		*total += len;
		n++;
		if (!more && fake_dev_nr_sent(fd))
			n = -1000;
		consume_skb(skb);
	}
	return n;
}

SELFTEST(ip_forward, fragments_carry_everything)
{
	static u8 data[4096];
	static const int mtus[] = { 68, 69, 100, 576, 999, 1400 };
	u64 oks = snmp_sum(SNMP_IP_FRAG_OKS);
	unsigned int total;

	for (size_t i = 0; i < ARRAY_SIZE(mtus); i++) {
		struct ip_packet p = across(1480);
		unsigned int per = (unsigned int)(mtus[i] - 20) & ~7u;

		ASSERT_EQ(set_mtu(world.right, mtus[i]), 0);
		ip_build(frame, world.left, &p);
		EXPECT_NO_DROP(ip_receive(world.left, &p));
		EXPECT_EQ(reassemble(world.right, data, &total, (unsigned int)mtus[i]),
			  (int)DIV_ROUND_UP(1480u, per));
		EXPECT_EQ(total, 1480);
		EXPECT_EQ(memcmp(data, frame + ETH_HLEN + 20, 1480), 0);
	}
	EXPECT_EQ(snmp_sum(SNMP_IP_FRAG_OKS), oks + ARRAY_SIZE(mtus));
}

/* Behind this hook no buffer is large enough for what the device asks to be reserved. */
static unsigned int greedy_hook(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	state->out->needed_headroom = 65500;
	return NF_ACCEPT;
}

SELFTEST(ip_forward, fragments_without_memory)
{
	static const struct nf_hook_ops ops = { .hook = greedy_hook,
						.hooknum = NF_INET_POST_ROUTING };
	struct ip_packet p = across(1480);
	u64 fails = snmp_sum(SNMP_IP_FRAG_FAILS);

	ASSERT_EQ(set_mtu(world.right, 1000), 0);
	ASSERT_EQ(nf_register_net_hook(&ops), 0);
	EXPECT_DROP(DROP_IP_FRAG_FAIL, ip_receive(world.left, &p));
	/* and a short packet cannot be given the room */
	world.right->dev->needed_headroom = 0;
	p.len = 900;
	EXPECT_DROP(DROP_NO_MEMORY, ip_receive(world.left, &p));
	nf_unregister_net_hook(&ops);
	/* nor in ip_forward() */
	EXPECT_DROP(DROP_NO_MEMORY, ip_receive(world.left, &p));
	world.right->dev->needed_headroom = 0;
	EXPECT_EQ(snmp_sum(SNMP_IP_FRAG_FAILS), fails + 1);
	EXPECT_EQ(fake_dev_nr_sent(world.right), 0);
}

SELFTEST(ip_forward, options_in_fragments)
{
	static const u8 options[] = { 7, 7, 4, 0, 0, 0, 0, 1, 148, 4, 0, 0 };
	struct ip_packet p = across(1400);
	const struct iphdr *iph;
	struct sk_buff *skb;

	p.options = options;
	p.optlen = sizeof(options);
	ASSERT_EQ(set_mtu(world.right, 1000), 0);
	EXPECT_NO_DROP(ip_receive(world.left, &p));
	EXPECT_EQ(fake_dev_nr_sent(world.right), 2);
	skb = fake_dev_sent(world.right);
	ASSERT_NOT_NULL(skb);
	EXPECT_EQ(skb->data[ETH_HLEN + 20], 7);
	consume_skb(skb);
	skb = fake_dev_sent(world.right);
	ASSERT_NOT_NULL(skb);
	iph = (const struct iphdr *)(const void *)(skb->data + ETH_HLEN);
	EXPECT_EQ(skb->data[ETH_HLEN + 20], IPOPT_NOOP);
	EXPECT_EQ(skb->data[ETH_HLEN + 28], IPOPT_RA);	/* copied into each */
	EXPECT_EQ(ip_fast_csum(iph, iph->ihl), 0);
	consume_skb(skb);
}

SELFTEST(ip_forward, fragments_pass_and_are_cut_again)
{
	struct ip_packet p = across(800);
	const struct iphdr *iph;
	struct sk_buff *skb;

	p.frag_off = IP_MF | 100;
	EXPECT_NO_DROP(ip_receive(world.left, &p));
	EXPECT_EQ(ip_frag_nqueues(), 0);
	skb = fake_dev_sent(world.right);
	ASSERT_NOT_NULL(skb);
	consume_skb(skb);
	ASSERT_EQ(set_mtu(world.right, 500), 0);
	EXPECT_NO_DROP(ip_receive(world.left, &p));
	EXPECT_EQ(fake_dev_nr_sent(world.right), 2);
	skb = fake_dev_sent(world.right);
	iph = (const struct iphdr *)(const void *)(skb->data + ETH_HLEN);
	EXPECT_EQ(ntohs(iph->frag_off), IP_MF | 100);
	consume_skb(skb);
	skb = fake_dev_sent(world.right);
	iph = (const struct iphdr *)(const void *)(skb->data + ETH_HLEN);
	EXPECT_EQ(ntohs(iph->frag_off), IP_MF | 160);
	consume_skb(skb);
}

SELFTEST(ip_forward, a_route_may_have_a_smaller_mtu)
{
	struct fib_config cfg = {.fc_dst = TEST_NET_3(0),
				 .fc_dst_len = 24,
				 .fc_type = RTN_UNICAST,
				 .fc_gw = RIGHT_PEER,
				 .fc_nlflags = NLM_F_CREATE,
				 .fc_mx_mask = BIT(RTAX_MTU - 1)};
	struct ip_packet p = across(700);
	struct fib_error err = { NULL };
	struct ip_icmp_seen seen;

	cfg.fc_mx[RTAX_MTU - 1] = 600;
	rtnl_lock();
	ASSERT_EQ(fib_route_add(&cfg, &err), 0);
	rtnl_unlock();
	p.daddr = TEST_NET_3(3);
	EXPECT_NO_DROP(ip_receive(world.left, &p));
	EXPECT_EQ(fake_dev_nr_sent(world.right), 2);
	p.frag_off = IP_DF;
	EXPECT_DROP(DROP_IP_FRAG_NEEDED, ip_receive(world.left, &p));
	ASSERT_TRUE(ip_icmp_sent(world.left, &seen));
	EXPECT_EQ(ntohl(seen.info), 600);
}

SELFTEST(ip_forward, strict_source_route_needs_a_direct_neighbour)
{
	static const u8 ssrr[] = { 1, 137, 7, 8, 198, 51, 100, 9 };
	struct fib_config cfg = { .fc_dst = TEST_NET_3(0), .fc_dst_len = 24, .fc_type = RTN_UNICAST,
				  .fc_gw = RIGHT_PEER, .fc_nlflags = NLM_F_CREATE };
	struct ip_packet p = across(20);
	struct fib_error err = { NULL };
	struct ip_icmp_seen seen;
	char name[64];

	scnprintf(name, sizeof(name), "net.ipv4.conf.%s.accept_source_route",
		  world.left->dev->name);
	ip_world_sysctl(name, 1);
	ip_world_sysctl("net.ipv4.conf.all.accept_source_route", 1);
	rtnl_lock();
	ASSERT_EQ(fib_route_add(&cfg, &err), 0);
	rtnl_unlock();
	p.options = ssrr;
	p.optlen = sizeof(ssrr);
	EXPECT_NO_DROP(ip_receive(world.left, &p));
	p.daddr = TEST_NET_3(1);
	EXPECT_DROP(DROP_IP_STRICT_ROUTE, ip_receive(world.left, &p));
	ASSERT_TRUE(ip_icmp_sent(world.left, &seen));
	EXPECT_EQ(seen.code, ICMP_SR_FAILED);
	ip_world_sysctl(name, 0);
	ip_world_sysctl("net.ipv4.conf.all.accept_source_route", 0);
}

SELFTEST(ip_forward, redirects_are_sent_and_given_up)
{
	struct fib_config cfg = { .fc_dst = TEST_NET_3(0), .fc_dst_len = 24, .fc_type = RTN_UNICAST,
				  .fc_gw = TEST_NET_1(3), .fc_nlflags = NLM_F_CREATE };
	struct ip_packet p = across(64);
	struct fib_error err = { NULL };
	struct ip_icmp_seen seen;
	struct sk_buff *skb;
	char name[64];

	rtnl_lock();
	ASSERT_EQ(fib_route_add(&cfg, &err), 0);
	rtnl_unlock();
	ASSERT_EQ(ip_world_neigh(world.left, TEST_NET_1(3), world.right_mac), 0);
	p.daddr = TEST_NET_3(3);
	EXPECT_NO_DROP(ip_receive(world.left, &p));
	ASSERT_TRUE(ip_icmp_sent(world.left, &seen));
	EXPECT_EQ(seen.type, ICMP_REDIRECT);
	EXPECT_EQ(seen.code, ICMP_REDIR_HOST);
	EXPECT_EQ(seen.info, TEST_NET_1(3));
	skb = fake_dev_sent(world.left);	/* and the packet goes on */
	ASSERT_NOT_NULL(skb);
	EXPECT_EQ(memcmp(skb->data, world.right_mac, 6), 0);
	consume_skb(skb);
	/* not one for each packet */
	for (int i = 0; i < 50; i++)
		ip_receive(world.left, &p);
	EXPECT_EQ(fake_dev_nr_sent(world.left), 50);
	fake_dev_drain(world.left);
	scnprintf(name, sizeof(name), "net.ipv4.conf.%s.send_redirects", world.left->dev->name);
	ip_world_sysctl(name, 0);
	ip_world_sysctl("net.ipv4.conf.all.send_redirects", 0);
	icmp_ratelimit_reset();
	EXPECT_NO_DROP(ip_receive(world.left, &p));
	EXPECT_EQ(fake_dev_nr_sent(world.left), 1);
	ip_world_sysctl("net.ipv4.conf.all.send_redirects", 1);
}

static unsigned int hook_calls[NF_INET_NUMHOOKS];
static unsigned int hook_verdict;

static unsigned int count_hook(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	hook_calls[state->hook]++;
	EXPECT_TRUE(ip_hdr(skb)->version == 4);
	return state->hook == NF_INET_FORWARD ? hook_verdict : NF_ACCEPT;
}

SELFTEST(ip_forward, passes_three_hooks)
{
	static const struct nf_hook_ops ops[] = {
		{ .hook = count_hook, .hooknum = NF_INET_PRE_ROUTING },
		{ .hook = count_hook, .hooknum = NF_INET_LOCAL_IN },
		{ .hook = count_hook, .hooknum = NF_INET_FORWARD },
		{ .hook = count_hook, .hooknum = NF_INET_LOCAL_OUT },
		{ .hook = count_hook, .hooknum = NF_INET_POST_ROUTING },
	};
	struct ip_packet p = across(64);

	memset(hook_calls, 0, sizeof(hook_calls));
	hook_verdict = NF_ACCEPT;
	for (size_t i = 0; i < ARRAY_SIZE(ops); i++)
		ASSERT_EQ(nf_register_net_hook(&ops[i]), 0);
	EXPECT_NO_DROP(ip_receive(world.left, &p));
	EXPECT_EQ(hook_calls[NF_INET_PRE_ROUTING], 1);
	EXPECT_EQ(hook_calls[NF_INET_FORWARD], 1);
	EXPECT_EQ(hook_calls[NF_INET_POST_ROUTING], 1);
	EXPECT_EQ(hook_calls[NF_INET_LOCAL_IN] + hook_calls[NF_INET_LOCAL_OUT], 0);
	hook_verdict = NF_DROP;
	EXPECT_DROP(DROP_NETFILTER, ip_receive(world.left, &p));
	p.daddr = LEFT_US;
	EXPECT_DROP(DROP_NO_SOCKET, ip_receive(world.left, &p));
	EXPECT_EQ(hook_calls[NF_INET_LOCAL_IN], 1);
	EXPECT_EQ(hook_calls[NF_INET_LOCAL_OUT], 1);	/* its port unreachable */
	for (size_t i = 0; i < ARRAY_SIZE(ops); i++)
		nf_unregister_net_hook(&ops[i]);
}

SELFTEST(ip_forward, waits_for_arp_and_gives_up_with_host_unreachable)
{
	struct ip_packet p = across(64);
	struct ip_icmp_seen seen;
	struct neighbour *n;

	p.daddr = TEST_NET_2(77);
	EXPECT_NO_DROP(ip_receive(world.left, &p));
	EXPECT_EQ(fake_dev_nr_sent(world.right), 1);	/* a request */
	n = neigh_lookup(&arp_tbl, TEST_NET_2(77), world.right->dev);
	ASSERT_NOT_NULL(n);
	EXPECT_EQ(n->nud_state, NUD_INCOMPLETE);
	EXPECT_DROP(DROP_NEIGH_FAILED, neigh_update(n, NULL, NUD_FAILED, NEIGH_UPDATE_F_ADMIN));
	neigh_release(n);
	ASSERT_TRUE(ip_icmp_sent(world.left, &seen));
	EXPECT_EQ(seen.type, ICMP_DEST_UNREACH);
	EXPECT_EQ(seen.code, ICMP_HOST_UNREACH);
	EXPECT_EQ(seen.daddr, LEFT_PEER);
	fake_dev_drain(world.right);
}

SELFTEST(ip_forward, a_removed_neighbour_is_made_anew)
{
	struct ip_packet p = across(64);
	struct sk_buff *skb;

	EXPECT_NO_DROP(ip_receive(world.left, &p));
	fake_dev_drain(world.right);
	EXPECT_EQ(neigh_delete(&arp_tbl, RIGHT_PEER, world.right->dev), 0);
	EXPECT_NO_DROP(ip_receive(world.left, &p));
	skb = fake_dev_sent(world.right);
	ASSERT_NOT_NULL(skb);
	EXPECT_EQ(skb->data[13], 0x06);		/* an ARP request: it waits */
	consume_skb(skb);
	EXPECT_EQ(ip_world_neigh(world.right, RIGHT_PEER, world.right_mac), 0);
	skb = fake_dev_sent(world.right);
	ASSERT_NOT_NULL(skb);
	EXPECT_EQ(skb->data[13], 0x00);
	consume_skb(skb);
}
