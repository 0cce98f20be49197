/* SPDX-License-Identifier: MIT */
/*
 * net/ipv4/ip_forward.c - a packet that is not for us goes on.
 *
 * Overview    dst.input of forwarded packets: RFC 1812's checks that need the route (TTL, strict
 *             source route, MTU), TTL decrement, a redirect if one is due, the FORWARD hook,
 *             dst_output. Whether we forward at all was decided when the route was (route.c:
 *             net.ipv4.ip_forward, conf.<dev>.forwarding).
 * Locking     None; softirq, under RCU.
 * Reference   RFC 1812 sections 5.2.1, 5.2.7, 5.3.1; seed 000, 2.3 Forwarding.
 */
#include "lib/checksum.h"
#include "lib/inet.h"
#include "net/dst.h"
#include "net/ipv4/icmp.h"
#include "net/ipv4/ip.h"
#include "net/ipv4/route.h"
#include "net/netdevice.h"
#include "net/netfilter.h"
#include "net/stats.h"

/* Behind FORWARD. */
static int ip_forward_finish(struct sk_buff *skb)
{
	SNMP_INC(IP_FORW_DATAGRAMS);
	if (unlikely(IPCB(skb)->opt.optlen))
		ip_forward_options(skb);
	return dst_output(skb);
}

/* RFC 1624: TTL is the high byte of its word; one less is 0x0100 less, in network order. */
static __always_inline void ip_decrease_ttl(struct iphdr *iph)
{
	u32 check = iph->check;

	check += htons(0x0100);
	iph->check = (u16)(check + (check >= 0xffff));
	iph->ttl--;
}

/* The one place where forwarding drops: tells the sender what there is to tell. */
static noinline int ip_forward_drop(struct sk_buff *skb, enum drop_reason reason)
{
	switch (reason) {
	case DROP_IP_TTL:
		SNMP_INC(IP_IN_HDR_ERRORS);
		icmp_send(skb, ICMP_TIME_EXCEEDED, ICMP_EXC_TTL, 0);
		break;
	case DROP_IP_STRICT_ROUTE:
		icmp_send(skb, ICMP_DEST_UNREACH, ICMP_SR_FAILED, 0);
		break;
	case DROP_IP_FRAG_NEEDED:
		SNMP_INC(IP_FRAG_FAILS);
		icmp_send(skb, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, htonl(dst_mtu(skb_dst(skb))));
		break;
	default:
		SNMP_INC(IP_IN_DISCARDS);
		break;
	}
	kfree_skb_reason(skb, reason);
	return NET_RX_DROP;
}

/*
 * ip_forward() - send @skb on its way.
 * Context: softirq, under RCU.  Consumes @skb.
 */
int ip_forward(struct sk_buff *skb)
{
	const struct rtable *rt = skb_rtable(skb);
	struct net_device *out = rt->dst.dev;
	struct iphdr *iph = ip_hdr(skb);

	if (unlikely(skb->pkt_type != PACKET_HOST))
		return ip_forward_drop(skb, DROP_IP_L2_BROADCAST);
	if (unlikely(iph->ttl <= 1))
		return ip_forward_drop(skb, DROP_IP_TTL);
	if (unlikely(IPCB(skb)->opt.is_strictroute) && rt->rt_uses_gateway)
		return ip_forward_drop(skb, DROP_IP_STRICT_ROUTE);
	if (unlikely(skb->len > dst_mtu(&rt->dst)) && (iph->frag_off & htons(IP_DF)))
		return ip_forward_drop(skb, DROP_IP_FRAG_NEEDED);
	if (unlikely(skb_cow(skb, LL_RESERVED_SPACE(out))))
		return ip_forward_drop(skb, DROP_NO_MEMORY);
	ip_decrease_ttl(ip_hdr(skb));
	IPCB(skb)->flags |= IPSKB_FORWARDED;
	if (unlikely(rt->rt_flags & RTCF_DOREDIRECT) && !IPCB(skb)->opt.srr)
		ip_rt_send_redirect(skb);
	return NF_HOOK(NF_INET_FORWARD, skb, skb->dev, out, ip_forward_finish);
}
