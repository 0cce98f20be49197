/* SPDX-License-Identifier: MIT */
/*
 * net/ipv4/ip_output.c - the way out: our own packets get their header, and all pass POST_ROUTING,
 * are fragmented if need be, and go to their neighbour.
 *
 * Overview    forwarded: dst_output = ip_output. Ours: ip_queue_xmit -> ip_local_out -> LOCAL_OUT
 *             -> dst_output. ip_output -> POST_ROUTING -> ip_finish_output -> [ip_fragment] ->
 *             ip_finish_output2 -> neigh_output -> dev_queue_xmit. Nothing here waits: a neighbour
 *             that is not resolved queues.
 * Locking     None; softirq or bottom halves off, under RCU.
 * Limits      IP identification: 1,024 counters picked by a keyed hash of the addresses, each begun
 *             at random: what one peer sees of its counter tells nothing about others (RFC 6274
 *             section 3.5.2).
 * Reference   RFC 791, RFC 1122 section 3.3; seed 000, 2.2 Send package from local.
 */
#include "kernel/base/initcall.h"
#include "kernel/base/random.h"
#include "kernel/base/sysctl.h"
#include "lib/checksum.h"
#include "lib/err.h"
#include "lib/inet.h"
#include "lib/siphash.h"
#include "net/dst.h"
#include "net/ipv4/ip.h"
#include "net/ipv4/route.h"
#include "net/neighbour.h"
#include "net/netdevice.h"
#include "net/netfilter.h"
#include "net/stats.h"

#define IP_IDENTS_SZ 1024

int sysctl_ip_default_ttl = IP_DEFAULT_TTL;
SYSCTL_INT("net.ipv4.ip_default_ttl", &sysctl_ip_default_ttl, 1, 255);

static atomic_t ip_idents[IP_IDENTS_SZ];
static struct siphash_key ip_idents_key __ro_after_init;

/* ip_select_ident() - the identification of the next packet of this kind. */
be16 ip_select_ident(be32 saddr, be32 daddr, u8 protocol)
{
	u64 h = siphash_2u64((u64)saddr << 32 | daddr, protocol, &ip_idents_key);

	return htons((u16)atomic_inc_return(&ip_idents[h % IP_IDENTS_SZ]));
}

/* ip_send_check() - set the header's checksum. */
void ip_send_check(struct iphdr *iph)
{
	iph->check = 0;
	iph->check = ip_fast_csum(iph, iph->ihl);
}

/*
 * The neighbour of @skb's route, which is not connected: if it was removed, a living one takes its
 * place.
 */
static noinline int ip_finish_output_slow(struct sk_buff *skb, struct neighbour *n)
{
	struct dst_entry *dst = skb_dst(skb);
	int ret;

	if (likely(n && !READ_ONCE(n->dead)))
		return neigh_output(n, skb);
	n = dst->ops->neigh_lookup(dst, skb);
	if (IS_ERR(n)) {
		kfree_skb_reason(skb, DROP_NEIGH_CREATE);
		return (int)PTR_ERR(n);
	}
	ret = neigh_output(n, skb);
	neigh_release(n);
	return ret;
}

/*
 * To the neighbour. data at the network header, room for the link header in front of it or made
 * here.
 */
static __always_inline int ip_finish_output2_inline(struct sk_buff *skb)
{
	struct neighbour *n = rcu_dereference(skb_dst(skb)->neighbour);

	if (unlikely(skb_headroom(skb) < LL_RESERVED_SPACE(skb->dev)) &&
	    pskb_expand_head(skb, LL_RESERVED_SPACE(skb->dev), 0, GFP_ATOMIC)) {
		kfree_skb_reason(skb, DROP_NO_MEMORY);
		return -ENOMEM;
	}
	if (likely(n) && likely(READ_ONCE(n->nud_state) & NUD_CONNECTED))
		return neigh_output(n, skb);
	return ip_finish_output_slow(skb, n);
}

static int ip_finish_output2(struct sk_buff *skb)
{
	return ip_finish_output2_inline(skb);
}

/* Behind POST_ROUTING. */
static int ip_finish_output(struct sk_buff *skb)
{
	unsigned int mtu = dst_mtu(skb_dst(skb));

	if (unlikely(skb->len > mtu))
		return ip_fragment(skb, mtu, ip_finish_output2);
	return ip_finish_output2_inline(skb);
}

/*
 * ip_output() - dst.output of unicast and broadcast routes.
 * @skb:    data at its IP header, which is complete.
 * Context: softirq or bottom halves off, under RCU.  Consumes @skb.
 */
int ip_output(struct sk_buff *skb)
{
	struct net_device *dev = skb_dst(skb)->dev;

	skb->dev = dev;
	skb->protocol = htons(ETH_P_IP);
	return NF_HOOK_COND(NF_INET_POST_ROUTING, skb, NULL, dev, ip_finish_output,
			    likely(!(IPCB(skb)->flags & IPSKB_REROUTED)));
}

/*
 * ip_mc_output() - dst.output of groups: a TTL of 0 keeps a packet on this host (RFC 1112 section
 * 6.1).
 */
int ip_mc_output(struct sk_buff *skb)
{
	if (!ip_hdr(skb)->ttl) {
		kfree_skb_reason(skb, DROP_IP_TTL);
		return 0;
	}
	return ip_output(skb);
}

/*
 * ip_local_out() - our own packet, header complete but for length and checksum, with a dst.
 * Context: softirq or bottom halves off, under RCU.  Consumes @skb.
 */
int ip_local_out(struct sk_buff *skb)
{
	struct iphdr *iph = ip_hdr(skb);

	SNMP_INC(IP_OUT_REQUESTS);
	if (unlikely(skb->len > IP_MAX_LEN)) {
		kfree_skb_reason(skb, DROP_IP_TOO_LONG);
		return -EMSGSIZE;
	}
	iph->tot_len = htons((u16)skb->len);
	ip_send_check(iph);
	skb->protocol = htons(ETH_P_IP);
	return NF_HOOK(NF_INET_LOCAL_OUT, skb, NULL, skb_dst(skb)->dev, dst_output);
}

/*
 * ip_alloc_skb() - an skb for @len bytes of transport header and data along @rt, with room in front
 * for the IP and link headers. Return: NULL when out of memory.
 */
struct sk_buff *ip_alloc_skb(const struct rtable *rt, unsigned int len)
{
	unsigned int room = LL_RESERVED_SPACE(rt->dst.dev) + sizeof(struct iphdr) + MAX_IPOPTLEN;
	struct sk_buff *skb = alloc_skb(ALIGN(room, 16) + len, GFP_ATOMIC | __GFP_NOWARN);

	if (skb)
		skb_reserve(skb, ALIGN(room, 16));
	return skb;
}

/*
 * ip_queue_xmit() - put an IP header on @skb (data at the transport header, made by ip_alloc_skb())
 * and send it.
 * @rt:     its route; the reference goes to the skb.
 * @ttl:    0: the default.
 * @opt:    options, NULL: none.
 * Context: softirq or bottom halves off, under RCU.  Consumes @skb and the reference.
 * Return:  0 or a negative errno, for what it is worth: the packet may be lost later.
 */
int ip_queue_xmit(struct sk_buff *skb, struct rtable *rt, be32 saddr, be32 daddr, u8 protocol,
		  u8 tos, u8 ttl, bool df, const struct ip_options_data *opt)
{
	unsigned int optlen = opt ? opt->len : 0;
	struct iphdr *iph;

	skb_reset_transport_header(skb);
	if (optlen)
		memcpy(skb_push(skb, optlen), opt->data, optlen);
	iph = skb_push(skb, sizeof(*iph));
	skb_reset_network_header(skb);
	*iph = (struct iphdr){
		.version = 4,
		.ihl = (u8)(5 + optlen / 4),
		.tos = tos,
		.id = ip_select_ident(saddr, daddr, protocol),
		.frag_off = df ? htons(IP_DF) : 0,
		.ttl = ttl ? ttl : (u8)READ_ONCE(sysctl_ip_default_ttl),
		.protocol = protocol,
		.saddr = saddr,
		.daddr = daddr,
	};
	memset(IPCB(skb), 0, sizeof(struct inet_skb_parm));
	skb->dev = rt->dst.dev;
	skb->pkt_type = PACKET_HOST;	/* as if received from ourselves: errors come back to us */
	skb->ignore_df = !df;
	skb_dst_set(skb, &rt->dst);
	return ip_local_out(skb);
}

static int ip_output_init(void)
{
	get_random_bytes(&ip_idents_key, sizeof(ip_idents_key));
	for (int i = 0; i < IP_IDENTS_SZ; i++)
		atomic_set(&ip_idents[i], (int)get_random_u32());
	return 0;
}
INITCALL(core, ip_output_init);
