/* SPDX-License-Identifier: MIT */
/*
 * net/ipv4/arp.h - the address resolution protocol for IPv4 over Ethernet. See net/ipv4/arp.c.
 */
#ifndef NET_IPV4_ARP_H
#define NET_IPV4_ARP_H

#include "lib/types.h"
#include "net/ethernet.h"
#include "net/neighbour.h"
#include "net/netdevice.h"

#define ARP_FIXED_LEN	8		/* the part whose place depends on nothing */
#define ARPOP_REQUEST	1
#define ARPOP_REPLY	2

/* RFC 826, with Ethernet and IPv4 addresses: the only combination that is spoken here. */
struct arphdr {
	be16	ar_hrd;			/* ARPHRD_ETHER */
	be16	ar_pro;			/* ETH_P_IP */
	u8	ar_hln;			/* 6 */
	u8	ar_pln;			/* 4 */
	be16	ar_op;			/* ARPOP_* */
	u8	ar_sha[ETH_ALEN];	/* sender */
	u8	ar_sip[4];
	u8	ar_tha[ETH_ALEN];	/* target */
	u8	ar_tip[4];
} __packed;
static_assert(sizeof(struct arphdr) == 28, "RFC 826");

int arp_rcv(struct sk_buff *skb, struct net_device *dev, struct packet_type *pt,
	    struct net_device *orig_dev);
struct sk_buff *arp_create(u16 op, be32 dest_ip, struct net_device *dev, be32 src_ip,
			   const u8 *dest_hw, const u8 *src_hw, const u8 *target_hw) __must_check;
void arp_send(u16 op, be32 dest_ip, struct net_device *dev, be32 src_ip, const u8 *dest_hw,
	      const u8 *src_hw, const u8 *target_hw);

#endif /* NET_IPV4_ARP_H */
