/* SPDX-License-Identifier: MIT */
/*
 * net/ethernet.h - Ethernet II framing. See net/ethernet.c.
 */
#ifndef NET_ETHERNET_H
#define NET_ETHERNET_H

#include "lib/compiler.h"
#include "lib/string.h"
#include "lib/types.h"
#include "net/netdevice.h"
#include "net/skbuff.h"

#define ETH_ALEN	6
#define ETH_HLEN	14
#define ETH_ZLEN	60		/* shortest frame without its checksum */
#define ETH_DATA_LEN	1500
#define ETH_MIN_MTU	68		/* RFC 791: every module forwards 68 bytes */
#define ETH_MAX_MTU	65535

struct ethhdr {
	u8	h_dest[ETH_ALEN];
	u8	h_source[ETH_ALEN];
	be16	h_proto;
} __packed;
static_assert(sizeof(struct ethhdr) == ETH_HLEN, "Ethernet header");

static inline struct ethhdr *eth_hdr(const struct sk_buff *skb)
{
	return (struct ethhdr *)skb_mac_header(skb);
}

/* The low bit of the first byte: a group address; broadcast is one of these. */
static inline bool is_multicast_ether_addr(const u8 *a) { return a[0] & 1; }
static inline bool is_broadcast_ether_addr(const u8 *a)
{
	return (a[0] & a[1] & a[2] & a[3] & a[4] & a[5]) == 0xff;
}
static inline bool is_zero_ether_addr(const u8 *a)
{
	return !(a[0] | a[1] | a[2] | a[3] | a[4] | a[5]);
}
static inline bool is_valid_ether_addr(const u8 *a)
{
	return !is_multicast_ether_addr(a) && !is_zero_ether_addr(a);
}
static inline bool ether_addr_equal(const u8 *a, const u8 *b)
{
	u32 a4, b4;
	u16 a2, b2;

	__builtin_memcpy(&a4, a, 4);
	__builtin_memcpy(&b4, b, 4);
	__builtin_memcpy(&a2, a + 4, 2);
	__builtin_memcpy(&b2, b + 4, 2);
	return !((a4 ^ b4) | (u32)(a2 ^ b2));
}

be16 eth_type_trans(struct sk_buff *skb, struct net_device *dev);
void ether_setup(struct net_device *dev);
extern const struct header_ops eth_header_ops;

#endif /* NET_ETHERNET_H */
