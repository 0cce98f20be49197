/* SPDX-License-Identifier: MIT */
/*
 * net/ipv4/udp.c - UDP input (RFC 768): nobody listens, so that what is valid is answered with port
 * unreachable (RFC 1122 section 4.1.3.1), which is what traceroute waits for.
 */
#include "net/ipv4/udp.h"

#include "lib/checksum.h"
#include "lib/inet.h"
#include "net/ipv4/icmp.h"
#include "net/ipv4/ip.h"
#include "net/stats.h"

/* RFC 1122 section 4.1.3.4: 0, or why it is dropped. Cuts what is longer than it says. */
static int udp_check(struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);
	const struct udphdr *uh = (const struct udphdr *)(const void *)skb->data;
	unsigned int len;

	if (skb->len < sizeof(*uh))
		return DROP_UDP_TRUNCATED;
	len = ntohs(uh->len);
	if (len < sizeof(*uh) || len > skb->len)
		return DROP_UDP_TRUNCATED;
	skb_trim(skb, len);
	if (uh->check && csum_tcpudp_magic(iph->saddr, iph->daddr, len, IPPROTO_UDP,
					   csum_partial(uh, len, 0))) {
		SNMP_INC(UDP_IN_CSUM_ERRORS);
		return DROP_UDP_CSUM;
	}
	return 0;
}

/* udp_rcv() - the transport handler. Softirq, under RCU. Consumes @skb. */
int udp_rcv(struct sk_buff *skb)
{
	int bad = udp_check(skb);

	if (bad) {
		SNMP_INC(UDP_IN_ERRORS);
		kfree_skb_reason(skb, (enum drop_reason)bad);
		return 0;
	}
	SNMP_INC(UDP_NO_PORTS);
	icmp_send(skb, ICMP_DEST_UNREACH, ICMP_PORT_UNREACH, 0);
	kfree_skb_reason(skb, DROP_NO_SOCKET);
	return 0;
}
INET_PROTOCOL(udp, IPPROTO_UDP, udp_rcv, NULL);
