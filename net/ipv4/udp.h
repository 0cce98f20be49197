/* SPDX-License-Identifier: MIT */
/* net/ipv4/udp.h - UDP (RFC 768). Nothing listens yet: a valid datagram gets port unreachable. */
#ifndef NET_IPV4_UDP_H
#define NET_IPV4_UDP_H

#include "lib/compiler.h"

struct sk_buff;

struct udphdr {
	be16	source;
	be16	dest;
	be16	len;		/* header and data, bytes */
	u16	check;		/* 0: the sender made none */
};
static_assert(sizeof(struct udphdr) == 8, "wire layout");

int udp_rcv(struct sk_buff *skb);

#endif /* NET_IPV4_UDP_H */
