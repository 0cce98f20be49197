/* SPDX-License-Identifier: MIT */
/* net/ipv4/icmp.h - ICMP (RFC 792, RFC 1122 3.2.2, RFC 1812 4.3). Theory in icmp.c. */
#ifndef NET_IPV4_ICMP_H
#define NET_IPV4_ICMP_H

#include "lib/compiler.h"
#include "lib/inet.h"
#include "lib/list.h"
#include "lib/types.h"

struct sk_buff;

struct icmphdr {
	u8	type;
	u8	code;
	u16	checksum;
	union {
		struct { be16 id, sequence; } echo;
		be32	gateway;
		struct { be16 unused, mtu; } frag;
		struct { u8 pointer, unused[3]; } param;
	} un;
};
static_assert(sizeof(struct icmphdr) == 8, "wire layout");

enum {
	ICMP_ECHOREPLY = 0, ICMP_DEST_UNREACH = 3, ICMP_SOURCE_QUENCH = 4, ICMP_REDIRECT = 5,
	ICMP_ECHO = 8, ICMP_TIME_EXCEEDED = 11, ICMP_PARAMETERPROB = 12, ICMP_TIMESTAMP = 13,
	ICMP_TIMESTAMPREPLY = 14, ICMP_INFO_REQUEST = 15, ICMP_INFO_REPLY = 16, ICMP_ADDRESS = 17,
	ICMP_ADDRESSREPLY = 18, NR_ICMP_TYPES = 18
};
enum {	/* ICMP_DEST_UNREACH */
	ICMP_NET_UNREACH = 0, ICMP_HOST_UNREACH, ICMP_PROT_UNREACH, ICMP_PORT_UNREACH,
	ICMP_FRAG_NEEDED, ICMP_SR_FAILED, ICMP_NET_UNKNOWN, ICMP_HOST_UNKNOWN, ICMP_HOST_ISOLATED,
	ICMP_NET_ANO, ICMP_HOST_ANO, ICMP_NET_UNR_TOS, ICMP_HOST_UNR_TOS, ICMP_PKT_FILTERED,
	ICMP_PREC_VIOLATION, ICMP_PREC_CUTOFF
};
enum { ICMP_REDIR_NET = 0, ICMP_REDIR_HOST, ICMP_REDIR_NETTOS, ICMP_REDIR_HOSTTOS };
enum { ICMP_EXC_TTL = 0, ICMP_EXC_FRAGTIME = 1 };

/*
 * icmp_send() - tell the source of @skb about its fate. @info in network order as it stands in
 * the second word of the header. @skb is borrowed (network header set), and may have a dst or not.
 * Sends nothing where the RFCs forbid it, or beyond the rate limits; see icmp.c.
 * Context: softirq, or a thread with bottom halves disabled.
 */
void icmp_send(struct sk_buff *skb, u8 type, u8 code, be32 info);

/*
 * Someone who waits for echo replies, or for errors about its echo requests: ping.
 * fn runs in softirq under RCU. For a reply: data at the ICMP header, len counts it. For an error:
 * error_type is its ICMP type, saddr who sent it.
 */
struct ping_reply {
	const struct icmphdr *icmph; /* of the reply; of the quoted request for an error */
	const void		*data;		/* behind icmph */
	unsigned int		len;		/* bytes at data */
	be32			saddr;
	u8			ttl;
	u8			error_type, error_code;	/* 0, 0 for a reply */
	u32			error_info;
};
struct ping_waiter {
	struct hlist_node	node;
	be16			id;
	void			(*fn)(struct ping_waiter *w, const struct ping_reply *reply);
};
int icmp_ping_register(struct ping_waiter *w) __must_check;	/* picks w->id; -ENOSPC */
void icmp_ping_unregister(struct ping_waiter *w);

/* Refills the rate limiters' buckets as if they had never been used (tests). */
void icmp_ratelimit_reset(void);

#endif /* NET_IPV4_ICMP_H */
