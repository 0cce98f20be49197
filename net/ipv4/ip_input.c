/* SPDX-License-Identifier: MIT */
/*
 * net/ipv4/ip_input.c - the way in: check a packet, route it, and deliver it if it is for us.
 *
 * Overview    netif_receive_skb() calls ip_rcv(); behind the PRE_ROUTING hook ip_rcv_finish() asks
 *             the route cache and hands over to dst_input: ip_forward(), or ip_local_deliver()
 *             here, which reassembles, passes the LOCAL_IN hook and calls the transport protocol.
 * Checks      RFC 1812 section 5.2.2, in its order, then the martians in route.c. Each has its drop
 *             reason.
 * Locking     None; softirq, under RCU.
 * Observe     nstat (Ip*, Drop*)
 * Reference   RFC 791, RFC 1122 section 3.2, RFC 1812 section 5.2; seed 000, 2.1 Receive packets.
 */
#include "kernel/base/initcall.h"
#include "lib/checksum.h"
#include "lib/errno.h"
#include "lib/inet.h"
#include "lib/string.h"
#include "net/dst.h"
#include "net/ipv4/devinet.h"
#include "net/ipv4/icmp.h"
#include "net/ipv4/ip.h"
#include "net/ipv4/route.h"
#include "net/netdevice.h"
#include "net/netfilter.h"
#include "net/stats.h"

const struct net_protocol *inet_protos[256];	/* [I] after init */

/* ---- local delivery ---- */

static int ip_local_deliver_finish(struct sk_buff *skb)
{
	const struct net_protocol *p = inet_protos[ip_hdr(skb)->protocol];

	__skb_pull(skb, ip_hdrlen(skb));
	skb_reset_transport_header(skb);
	if (p) {
		SNMP_INC(IP_IN_DELIVERS);
		return p->handler(skb);
	}
	SNMP_INC(IP_IN_UNKNOWN_PROTOS);
	icmp_send(skb, ICMP_DEST_UNREACH, ICMP_PROT_UNREACH, 0);
	kfree_skb_reason(skb, DROP_PROTO_UNKNOWN);
	return 0;
}

/*
 * ip_local_deliver() - dst.input of what is for us: reassemble, and hand to the transport protocol.
 * Context: softirq, under RCU.  Consumes @skb.
 */
int ip_local_deliver(struct sk_buff *skb)
{
	if (unlikely(ip_is_fragment(ip_hdr(skb)))) {
		skb = ip_defrag(skb);
		if (!skb)
			return 0;
	}
	return NF_HOOK(NF_INET_LOCAL_IN, skb, skb->dev, NULL, ip_local_deliver_finish);
}

/* ---- routing what came in ---- */

/*
 * RFC 1812 section 5.2.7.1: the tables have no way for @skb; tell its sender, if we are a router.
 */
static int ip_error(struct sk_buff *skb, int err, enum drop_reason reason)
{
	struct in_device *in_dev = in_dev_get_rcu(skb->dev);

	switch (err) {
	case -EHOSTUNREACH:
	case -ENETUNREACH:
		if (reason == DROP_IP_NOT_FORWARDING)
			SNMP_INC(IP_IN_ADDR_ERRORS);
		else if (reason != DROP_IP_MULTICAST && in_dev && IN_DEV_FORWARD(in_dev))
			icmp_send(skb, ICMP_DEST_UNREACH,
				  err == -ENETUNREACH ? ICMP_NET_UNREACH : ICMP_HOST_UNREACH, 0);
		break;
	case -EACCES:
		if (in_dev && IN_DEV_FORWARD(in_dev))
			icmp_send(skb, ICMP_DEST_UNREACH, ICMP_PKT_FILTERED, 0);
		break;
	case -ENOBUFS:
		SNMP_INC(IP_IN_DISCARDS);
		break;
	default:
		SNMP_INC(IP_IN_ADDR_ERRORS);
		break;
	}
	kfree_skb_reason(skb, reason);
	return 0;
}

/*
 * The packet has options. A source route is refused unless the device and "all" accept one
 * (RFC 1812 section 5.3.13.4 lets us; Linux does), malformed options are answered (section
 * 4.3.3.5). Return: false, and @skb is gone.
 */
static noinline bool ip_rcv_options(struct sk_buff *skb)
{
	struct in_device *in_dev = in_dev_get_rcu(skb->dev);
	enum drop_reason reason = DROP_IP_OPTIONS;
	unsigned int bad;
	int err;

	if (ip_options_compile(skb, &bad)) {
		SNMP_INC(IP_IN_HDR_ERRORS);
		icmp_send(skb, ICMP_PARAMETERPROB, 0, htonl(bad << 24));
		kfree_skb_reason(skb, reason);
		return false;
	}
	if (likely(!IPCB(skb)->opt.srr))
		return true;
	if (!in_dev || !IN_DEV_SOURCE_ROUTE(in_dev)) {
		kfree_skb_reason(skb, reason);
		return false;
	}
	err = ip_options_rcv_srr(skb, &reason);
	if (err)
		ip_error(skb, err, reason);
	return !err;
}

/*
 * A frame to a group or to everybody must bear an address of the same kind (RFC 1122 3.3.6, RFC
 * 1812 5.3.4).
 */
static noinline int ip_rcv_group(struct sk_buff *skb)
{
	const struct rtable *rt = skb_rtable(skb);

	if (rt->rt_type == RTN_MULTICAST)
		SNMP_INC(IP_EXT_IN_MCAST_PKTS);
	else if (rt->rt_type == RTN_BROADCAST)
		SNMP_INC(IP_EXT_IN_BCAST_PKTS);
	else if (skb->pkt_type != PACKET_HOST) {
		kfree_skb_reason(skb, DROP_IP_L2_BROADCAST);
		return 0;
	}
	return dst_input(skb);
}

/* Behind PRE_ROUTING. What came by loopback brings its route along. */
static int ip_rcv_finish(struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);

	if (likely(!skb_dst(skb))) {
		enum drop_reason reason;
		int err = ip_route_input_noref(skb, iph->daddr, iph->saddr, iph->tos, skb->dev,
					       &reason);

		if (unlikely(err))
			return ip_error(skb, err, reason);
	}
	if (unlikely(iph->ihl > 5) && !ip_rcv_options(skb))
		return 0;
	if (unlikely(skb->pkt_type != PACKET_HOST))
		return ip_rcv_group(skb);
	return dst_input(skb);
}

/* ---- receive ---- */

static noinline int ip_rcv_drop(struct sk_buff *skb, enum drop_reason reason)
{
	if (reason == DROP_IP_TRUNCATED)
		SNMP_INC(IP_EXT_IN_TRUNCATED_PKTS);
	else if (reason == DROP_IP_CSUM)
		SNMP_INC(IP_EXT_IN_CSUM_ERRORS);
	if (reason != DROP_OTHERHOST)
		SNMP_INC(IP_IN_HDR_ERRORS);
	kfree_skb_reason(skb, reason);
	return NET_RX_DROP;
}

/*
 * ip_rcv() - IPv4's packet_type: RFC 1812 section 5.2.2's checks, then the PRE_ROUTING hook.
 * @skb:    data at the network header, which is set.
 * Context: softirq, under RCU.  Consumes @skb.
 */
int ip_rcv(struct sk_buff *skb, struct net_device *dev, struct packet_type *pt,
	   struct net_device *orig_dev)
{
	const struct iphdr *iph;
	unsigned int hlen, len;

	if (unlikely(skb->pkt_type == PACKET_OTHERHOST))
		return ip_rcv_drop(skb, DROP_OTHERHOST);
	SNMP_INC(IP_IN_RECEIVES);
	if (unlikely(!pskb_may_pull(skb, sizeof(struct iphdr))))
		return ip_rcv_drop(skb, DROP_IP_TRUNCATED);
	iph = ip_hdr(skb);
	if (unlikely(iph->version != 4 || iph->ihl < 5))
		return ip_rcv_drop(skb, DROP_IP_HEADER);
	hlen = iph->ihl * 4u;
	if (unlikely(!pskb_may_pull(skb, hlen)))
		return ip_rcv_drop(skb, DROP_IP_TRUNCATED);
	if (unlikely(ip_fast_csum(iph, iph->ihl)))
		return ip_rcv_drop(skb, DROP_IP_CSUM);
	len = ntohs(iph->tot_len);
	if (unlikely(skb->len < len))
		return ip_rcv_drop(skb, DROP_IP_TRUNCATED);
	if (unlikely(len < hlen))
		return ip_rcv_drop(skb, DROP_IP_HEADER);
	/* Short frames are padded to 60 bytes. */
	skb_trim(skb, len);
	skb_set_transport_header(skb, (int)hlen);
	memset(IPCB(skb), 0, sizeof(struct inet_skb_parm));
	IPCB(skb)->iif = dev->ifindex;
	return NF_HOOK(NF_INET_PRE_ROUTING, skb, dev, NULL, ip_rcv_finish);
}

static struct packet_type ip_packet_type = {
	.type = htons(ETH_P_IP),
	.func = ip_rcv,
};

static int ip_input_init(void)
{
	table_for_each(p, inet_protocols)
		inet_protos[p->protocol] = p;
	dev_add_pack(&ip_packet_type);
	return 0;
}
INITCALL(core, ip_input_init);
