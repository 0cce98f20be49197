/* SPDX-License-Identifier: MIT */
/*
 * net/stats.h - counters of the network, and the class in which each received frame ends.
 * The theory (the identity) stands in net/stats.c.
 */
#ifndef NET_STATS_H
#define NET_STATS_H

#include <arch/percpu.h>

#include "lib/compiler.h"
#include "lib/types.h"
#include "net/drop_reason.h"
#include "net/skbuff.h"

/* Names are Linux's in nstat where Linux has the counter (RFC 4293, RFC 4113). */
#define SNMP_LIST(X)								\
	X(IP_IN_RECEIVES,	IpInReceives)					\
	X(IP_IN_HDR_ERRORS,	IpInHdrErrors)					\
	X(IP_IN_ADDR_ERRORS,	IpInAddrErrors)					\
	X(IP_FORW_DATAGRAMS,	IpForwDatagrams)				\
	X(IP_IN_UNKNOWN_PROTOS,	IpInUnknownProtos)				\
	X(IP_IN_DISCARDS,	IpInDiscards)					\
	X(IP_IN_DELIVERS,	IpInDelivers)					\
	X(IP_OUT_REQUESTS,	IpOutRequests)					\
	X(IP_OUT_DISCARDS,	IpOutDiscards)					\
	X(IP_OUT_NO_ROUTES,	IpOutNoRoutes)					\
	X(IP_REASM_TIMEOUT,	IpReasmTimeout)					\
	X(IP_REASM_REQDS,	IpReasmReqds)					\
	X(IP_REASM_OKS,		IpReasmOKs)					\
	X(IP_REASM_FAILS,	IpReasmFails)					\
	X(IP_FRAG_OKS,		IpFragOKs)					\
	X(IP_FRAG_FAILS,	IpFragFails)					\
	X(IP_FRAG_CREATES,	IpFragCreates)					\
	X(ICMP_IN_MSGS,		IcmpInMsgs)					\
	X(ICMP_IN_ERRORS,	IcmpInErrors)					\
	X(ICMP_IN_CSUM_ERRORS,	IcmpInCsumErrors)				\
	X(ICMP_IN_DEST_UNREACHS, IcmpInDestUnreachs)				\
	X(ICMP_IN_TIME_EXCDS,	IcmpInTimeExcds)				\
	X(ICMP_IN_PARM_PROBS,	IcmpInParmProbs)				\
	X(ICMP_IN_SRC_QUENCHS,	IcmpInSrcQuenchs)				\
	X(ICMP_IN_REDIRECTS,	IcmpInRedirects)				\
	X(ICMP_IN_ECHOS,	IcmpInEchos)					\
	X(ICMP_IN_ECHO_REPS,	IcmpInEchoReps)					\
	X(ICMP_IN_TIMESTAMPS,	IcmpInTimestamps)				\
	X(ICMP_OUT_MSGS,	IcmpOutMsgs)					\
	X(ICMP_OUT_ERRORS,	IcmpOutErrors)					\
	X(ICMP_OUT_RATE_LIMIT,	IcmpOutRateLimit)				\
	X(ICMP_OUT_DEST_UNREACHS, IcmpOutDestUnreachs)				\
	X(ICMP_OUT_TIME_EXCDS,	IcmpOutTimeExcds)				\
	X(ICMP_OUT_PARM_PROBS,	IcmpOutParmProbs)				\
	X(ICMP_OUT_REDIRECTS,	IcmpOutRedirects)				\
	X(ICMP_OUT_ECHOS,	IcmpOutEchos)					\
	X(ICMP_OUT_ECHO_REPS,	IcmpOutEchoReps)				\
	X(ICMP_OUT_TIMESTAMP_REPS, IcmpOutTimestampReps)			\
	X(UDP_IN_DATAGRAMS,	UdpInDatagrams)					\
	X(UDP_NO_PORTS,		UdpNoPorts)					\
	X(UDP_IN_ERRORS,	UdpInErrors)					\
	X(UDP_OUT_DATAGRAMS,	UdpOutDatagrams)				\
	X(UDP_IN_CSUM_ERRORS,	UdpInCsumErrors)				\
	X(IP_EXT_IN_NO_ROUTES,	IpExtInNoRoutes)				\
	X(IP_EXT_IN_TRUNCATED_PKTS, IpExtInTruncatedPkts)			\
	X(IP_EXT_IN_MCAST_PKTS,	IpExtInMcastPkts)				\
	X(IP_EXT_IN_BCAST_PKTS,	IpExtInBcastPkts)				\
	X(IP_EXT_IN_CSUM_ERRORS, IpExtInCsumErrors)				\
	X(ROUTE_IN_HIT,		RouteInHit)					\
	X(ROUTE_IN_SLOW,	RouteInSlow)					\
	X(ROUTE_OUT_HIT,	RouteOutHit)					\
	X(ROUTE_OUT_SLOW,	RouteOutSlow)					\
	X(ROUTE_MARTIAN_SRC,	RouteMartianSrc)				\
	X(ROUTE_MARTIAN_DST,	RouteMartianDst)				\
	X(ROUTE_GC,		RouteGc)					\
	X(ARP_IN_REQUESTS,	ArpInRequests)					\
	X(ARP_IN_REPLIES,	ArpInReplies)					\
	X(ARP_OUT_REQUESTS,	ArpOutRequests)					\
	X(ARP_OUT_REPLIES,	ArpOutReplies)					\
	X(ARP_CONFLICTS,	ArpConflicts)	/* another host uses our address */	\
	X(NEIGH_RES_FAILED,	NeighResFailed)					\
	X(NEIGH_FORCED_GC,	NeighForcedGc)					\
	X(NEIGH_TABLE_FULL,	NeighTableFull)					\
	X(SOFTNET_TIME_SQUEEZE,	SoftnetTimeSqueeze)				\
	X(TX_REQUEUED,		TxRequeued)	/* waited for a stopped device */

#define X(constant, name) SNMP_##constant,
enum snmp_item {
	SNMP_LIST(X)
	SNMP_MAX,
};
#undef X

/* Where a received frame ends. RX_CLASS_HELD is not an end: it stands in a queue. */
enum rx_class {
	RX_CLASS_ARP,		/* taken by ARP */
	RX_CLASS_DELIVERED,	/* taken by this host */
	RX_CLASS_FORWARDED,	/* handed to a driver for transmission */
	RX_CLASS_MAX,
};

/* All counters of one CPU. Only its own CPU writes; sums are taken over all possible CPUs. */
struct net_stats {
	u64	rx_frames;
	u64	rx_class[RX_CLASS_MAX];
	u64	rx_held;			/* wraps: frames may leave on another CPU */
	u64	snmp[SNMP_MAX];
	u64	rx_drop[DROP_REASON_MAX];	/* received frames */
	u64	own_drop[DROP_REASON_MAX];	/* packets that we made */
};
DECLARE_PER_CPU(struct net_stats, net_stats);

#define SNMP_INC(item)		this_cpu_inc(net_stats.snmp[SNMP_##item])
#define SNMP_ADD(item, n)	this_cpu_add(net_stats.snmp[SNMP_##item], (n))

/* skb_rx_begin() - a driver has handed in @skb: from here it must end in a class. */
static inline void skb_rx_begin(struct sk_buff *skb)
{
	skb->rx = 1;
	this_cpu_inc(net_stats.rx_frames);
}

/*
 * skb_rx_done() - @skb, if it is a received frame, ends in @class; what happens to the skb
 * afterwards no longer counts. consume_skb() does this with DELIVERED by itself, kfree_skb_reason()
 * counts a drop, dev_queue_xmit() counts FORWARDED: a protocol calls it only where it ends a frame
 * otherwise (fragmenting: FORWARDED; a reply made in the request's skb: DELIVERED).
 */
static inline void skb_rx_done(struct sk_buff *skb, enum rx_class class)
{
	if (skb->rx) {
		skb->rx = 0;
		this_cpu_inc(net_stats.rx_class[class]);
	}
}

/*
 * skb_rx_hold(), skb_rx_unhold() - @skb enters or leaves a queue in which it outlives its softirq.
 */
static inline void skb_rx_hold(const struct sk_buff *skb)
{
	if (skb->rx)
		this_cpu_inc(net_stats.rx_held);
}
static inline void skb_rx_unhold(const struct sk_buff *skb)
{
	if (skb->rx)
		this_cpu_dec(net_stats.rx_held);
}

/* The sum over all CPUs. */
u64 snmp_sum(enum snmp_item item);
u64 drop_sum(enum drop_reason reason);		/* received and own */
u64 rx_drop_sum(enum drop_reason reason);

/*
 * One consistent view of the identity. holds: rx_frames == arp + delivered + forwarded + dropped +
 * held
 */
struct rx_identity {
	u64	rx_frames, arp, delivered, forwarded, dropped, held;
	bool	holds;
};
void rx_identity_get(struct rx_identity *id);

#endif /* NET_STATS_H */
