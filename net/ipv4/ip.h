/* SPDX-License-Identifier: MIT */
/*
 * net/ipv4/ip.h - the IPv4 header, what an skb carries while IPv4 has it, and the walk's functions.
 *
 * The walk (docs/routing.md draws it):
 *   in       ip_rcv -> ip_rcv_finish -> dst_input
 *   local    ip_local_deliver -> ip_local_deliver_finish -> a protocol's handler
 *   forward  ip_forward -> ip_forward_finish -> dst_output
 *   out      ip_output -> ip_finish_output -> [ip_fragment] -> ip_finish_output2 -> the neighbour
 * Each of these consumes its skb, always.
 */
#ifndef NET_IPV4_IP_H
#define NET_IPV4_IP_H

#include "lib/inet.h"
#include "lib/table.h"
#include "lib/types.h"
#include "net/skbuff.h"

struct flowi4;
struct net_device;
struct packet_type;
struct rtable;

/* RFC 791 section 3.1. */
struct iphdr {
	u8	ihl : 4,	/* header length in 32-bit words */
		version : 4;
	u8	tos;
	be16	tot_len;
	be16	id;
	be16	frag_off;	/* IP_DF | IP_MF | offset in units of 8 bytes */
	u8	ttl;
	u8	protocol;
	u16	check;		/* one's complement sum, as lib/checksum.h stores it */
	be32	saddr;
	be32	daddr;
};
static_assert(sizeof(struct iphdr) == 20, "wire layout");

#define IP_DF		0x4000u
#define IP_MF		0x2000u
#define IP_OFFSET	0x1fffu
#define IP_MAX_LEN	65535u
#define IP_DEFAULT_TTL	64
#define IPV4_MIN_MTU	68	/* RFC 791: every module must forward 68 bytes unfragmented */

#define IPPROTO_ICMP	1
#define IPPROTO_IGMP	2
#define IPPROTO_TCP	6
#define IPPROTO_UDP	17
#define IPPROTO_RAW	255

#define IPTOS_TOS_MASK	0x1e
#define IPTOS_RT_MASK	(IPTOS_TOS_MASK & ~3)
#define IPTOS_PREC_INTERNETCONTROL	0xc0

#define INADDR_ANY		htonl(0)
#define INADDR_BROADCAST	htonl(0xffffffffu)
#define INADDR_LOOPBACK		htonl(0x7f000001u)
#define INADDR_ALLHOSTS_GROUP	htonl(0xe0000001u)	/* 224.0.0.1 */

/* 240.0.0.0/4: reserved (RFC 1112 section 4); 255.255.255.255 lies in it. */
static inline bool ipv4_is_class_e(be32 a)
{
	return (a & htonl(0xf0000000u)) == htonl(0xf0000000u);
}

/* IP options (RFC 791 section 3.1). */
#define IPOPT_END	0
#define IPOPT_NOOP	1
#define IPOPT_RR	7
#define IPOPT_TS	68
#define IPOPT_SEC	130
#define IPOPT_LSRR	131
#define IPOPT_CIPSO	134
#define IPOPT_SSRR	137
#define IPOPT_RA	148

#define IPOPT_COPIED(o)	((o) & 0x80)

/*
 * What ip_options_compile() found. Offsets count from the first byte of the IP header; 0: not
 * there. Options are rare: a packet without them has optlen 0 and nothing else here is valid.
 */
struct ip_options {
	u8	optlen;		/* bytes of options, 0..40 */
	u8	srr;		/* loose or strict source route */
	u8	rr;		/* record route */
	u8	ts;		/* time stamp */
	u8	router_alert;
	u8	is_strictroute : 1,
		srr_is_hit : 1,	/* this router is named by the source route's pointer */
		is_changed : 1,	/* the header's bytes changed: its checksum must be made anew */
		rr_needaddr : 1,	/* the outgoing address belongs into the record route */
		ts_needaddr : 1,
		ts_needtime : 1;
	be32	nexthop;	/* source route: where to next */
};

/* Options of a packet of our own, as they stand in its header. */
#define MAX_IPOPTLEN	40
struct ip_options_data {
	u8	len;		/* bytes, a multiple of 4 */
	u8	data[MAX_IPOPTLEN];
};

/* Lies in skb->cb from ip_rcv() (or ip_local_out()) until the neighbour has the packet. */
struct inet_skb_parm {
	int			iif;		/* interface that received it, 0: our own packet */
	struct ip_options	opt;
	u16			flags;
	u16			frag_max_size;	/* largest fragment of a reassembled packet */
};
#define IPSKB_FORWARDED		BIT(0)
#define IPSKB_FRAG_COMPLETE	BIT(1)
#define IPSKB_REROUTED		BIT(2)
#define IPSKB_DOREDIRECT	BIT(3)
#define IPCB(skb)	((struct inet_skb_parm *)((skb)->cb))

static inline struct iphdr *ip_hdr(const struct sk_buff *skb)
{
	return (struct iphdr *)skb_network_header(skb);
}
static inline unsigned int ip_hdrlen(const struct sk_buff *skb)
{
	return ip_hdr(skb)->ihl * 4u;
}
static inline bool ip_is_fragment(const struct iphdr *iph)
{
	return (iph->frag_off & htons(IP_MF | IP_OFFSET)) != 0;
}

/*
 * A transport protocol. The handler gets the skb with data at the transport header and consumes
 * it. err_handler borrows an ICMP error: data at the quoted IP header (all of it and at least 8
 * bytes behind it are linear); info is the MTU for fragmentation needed.
 */
struct net_protocol {
	u8	protocol;
	int	(*handler)(struct sk_buff *skb);
	void	(*err_handler)(struct sk_buff *skb, u8 type, u8 code, u32 info);
};
TABLE_DECLARE(struct net_protocol, inet_protocols);
#define INET_PROTOCOL(name, proto, rcv, err)							\
	static const struct net_protocol inet_protocol_##name TABLE_ENTRY(inet_protocols) =	\
		{ .protocol = (proto), .handler = (rcv), .err_handler = (err) }

extern const struct net_protocol *inet_protos[256];	/* filled once at init */

/* Sysctls of this folder (net.ipv4.*), defined where they are used. */
extern int sysctl_ip_default_ttl;

/* ip_input.c */
int ip_rcv(struct sk_buff *skb, struct net_device *dev, struct packet_type *pt,
	   struct net_device *orig_dev);
int ip_local_deliver(struct sk_buff *skb);

/* ip_forward.c */
int ip_forward(struct sk_buff *skb);

/* ip_output.c */
int ip_output(struct sk_buff *skb);
int ip_mc_output(struct sk_buff *skb);
int ip_local_out(struct sk_buff *skb);
struct sk_buff *ip_alloc_skb(const struct rtable *rt, unsigned int len) __must_check;
int ip_queue_xmit(struct sk_buff *skb, struct rtable *rt, be32 saddr, be32 daddr, u8 protocol,
		  u8 tos, u8 ttl, bool df, const struct ip_options_data *opt);
void ip_send_check(struct iphdr *iph);
be16 ip_select_ident(be32 saddr, be32 daddr, u8 protocol);

/* ip_fragment.c */
int ip_fragment(struct sk_buff *skb, unsigned int mtu, int (*output)(struct sk_buff *));

/* ip_defrag.c */
struct sk_buff *ip_defrag(struct sk_buff *skb);
unsigned int ip_frag_mem(void);		/* bytes that unfinished packets hold */
unsigned int ip_frag_nqueues(void);	/* unfinished packets */
/* ip_frag_expire() - what the timer does: drop those that are due at @now, jiffies. */
void ip_frag_expire(unsigned long now);
void ip_frag_flush(void);		/* drop all of them */

/* ip_options.c */
int ip_options_compile(struct sk_buff *skb, unsigned int *bad);
int ip_options_rcv_srr(struct sk_buff *skb, enum drop_reason *reason);
void ip_forward_options(struct sk_buff *skb);
void ip_options_fragment(struct sk_buff *skb);
void ip_options_echo(const struct sk_buff *skb, be32 us, struct ip_options_data *opt);

#endif /* NET_IPV4_IP_H */
