/* SPDX-License-Identifier: MIT */
/*
 * net/drop_reason.h - why a packet was discarded: the one list.
 *
 * Each line makes the constant DROP_<first>, its counter and its name `Drop<second>` in nstat.
 * A new reason is one line here and one call of kfree_skb_reason() or netdev_rx_drop().
 */
#ifndef NET_DROP_REASON_H
#define NET_DROP_REASON_H

#define DROP_REASON_LIST(X)							\
	/* link: before a protocol has seen the frame */			\
	X(RX_RUNT,		RxRunt)		/* shorter than its link header */	\
	X(RX_NO_MEMORY,		RxNoMemory)	/* no buffer to replace it, or no skb */ \
	X(RX_BAD_DESCRIPTOR,	RxBadDescriptor) /* the device's ring said nonsense */	\
	X(RX_DEV_DOWN,		RxDevDown)	/* device not up, or being taken down */ \
	X(RX_BACKLOG_FULL,	RxBacklogFull)	/* softnet queue at netdev_max_backlog */ \
	X(OTHERHOST,		OtherHost)	/* unicast to another link address */	\
	X(UNHANDLED_PROTO,	UnhandledProto)	/* an EtherType nobody registered */	\
	X(LLC,			Llc)		/* IEEE 802.3 length where the type stands */ \
	/* transmit */								\
	X(TX_DEV_DOWN,		TxDevDown)					\
	X(TX_NO_CARRIER,	TxNoCarrier)					\
	X(TX_TOO_LONG,		TxTooLong)	/* longer than the device's MTU */	\
	X(TX_QUEUE_FULL,	TxQueueFull)	/* device stopped, requeue list full */	\
	X(TX_QUEUE_PURGED,	TxQueuePurged)	/* waited when the device went down */	\
	X(TX_RECURSION,		TxRecursion)	/* a device that sends through itself */ \
	X(TX_NO_HEADER,		TxNoHeader)	/* no room or memory for the link header */ \
	/* ARP: RFC 826, in the order of the checks */				\
	X(ARP_DEVICE,		ArpDevice)	/* arrived where ARP is not spoken */	\
	X(ARP_OTHERHOST,	ArpOtherHost)	/* sent to another link address */	\
	X(ARP_TRUNCATED,	ArpTruncated)					\
	X(ARP_FORMAT,		ArpFormat)	/* hrd, pro, hln or pln are not ours */	\
	X(ARP_OPCODE,		ArpOpcode)	/* neither request nor reply */		\
	X(ARP_SENDER_HW,	ArpSenderHw)	/* multicast, zero, or our own */	\
	X(ARP_SENDER_IP,	ArpSenderIp)	/* multicast, broadcast, loopback, ours */ \
	X(ARP_TARGET_IP,	ArpTargetIp)	/* multicast, broadcast or loopback */	\
	/* neighbours */							\
	X(NEIGH_CREATE,		NeighCreate)	/* table full or no memory */		\
	X(NEIGH_QUEUE_FULL,	NeighQueueFull)	/* pushed out of, or not into arp_queue */ \
	X(NEIGH_FAILED,		NeighFailed)	/* no answer to our probes */		\
	X(NEIGH_DEAD,		NeighDead)	/* the entry was removed meanwhile */	\
	/* netfilter */								\
	X(NETFILTER,		Netfilter)	/* a hook said NF_DROP */		\
	/* IPv4 input: RFC 1812 5.2.2 in the order of the checks */		\
	X(IP_TRUNCATED,		IpTruncated)	/* shorter than its header or its length */ \
	X(IP_HEADER,		IpHeader)	/* version, header length */		\
	X(IP_CSUM,		IpCsum)						\
	X(IP_OPTIONS,		IpOptions)	/* malformed, or source route refused */ \
	X(IP_SOURCE,		IpSource)	/* martian source, RFC 1812 5.3.7 */	\
	X(IP_DESTINATION,	IpDestination)	/* martian destination */		\
	X(IP_RPFILTER,		IpRpfilter)	/* source not reachable that way */	\
	X(IP_L2_BROADCAST,	IpL2Broadcast)	/* unicast address in a broadcast frame */ \
	X(IP_MULTICAST,		IpMulticast)	/* a group nobody here has joined */	\
	X(IP_NO_ROUTE,		IpNoRoute)	/* no route to the destination */	\
	X(IP_NOT_FORWARDING,	IpNotForwarding) /* not for us, and we do not forward */ \
	X(IP_BLACKHOLE,		IpBlackhole)	/* route types of the same names */	\
	X(IP_UNREACHABLE,	IpUnreachable)					\
	X(IP_PROHIBIT,		IpProhibit)					\
	X(IP_ROUTE_MEMORY,	IpRouteMemory)	/* no memory for a route cache entry */	\
	X(IP_TTL,		IpTtl)		/* time exceeded in transit */		\
	X(IP_FRAG_NEEDED,	IpFragNeeded)	/* longer than the MTU, DF set */	\
	X(IP_STRICT_ROUTE,	IpStrictRoute)	/* strict source route, next hop not direct */ \
	X(IP_FRAG_FAIL,		IpFragFail)	/* no memory to fragment */		\
	X(IP_TOO_LONG,		IpTooLong)	/* over 65,535 bytes */			\
	/* reassembly */							\
	X(FRAG_BAD,		FragBad)	/* length, offset or end do not fit */	\
	X(FRAG_OVERLAP,		FragOverlap)					\
	X(FRAG_DUPLICATE,	FragDuplicate)					\
	X(FRAG_MEMORY,		FragMemory)	/* over the reassembly limits */	\
	X(FRAG_TIMEOUT,		FragTimeout)					\
	/* transport */								\
	X(PROTO_UNKNOWN,	ProtoUnknown)	/* protocol unreachable */		\
	X(ICMP_TRUNCATED,	IcmpTruncated)					\
	X(ICMP_CSUM,		IcmpCsum)					\
	X(ICMP_TYPE,		IcmpType)	/* unknown or not for us */		\
	X(ICMP_BROADCAST,	IcmpBroadcast)	/* echo to a broadcast, ignored */	\
	X(ICMP_UNMATCHED,	IcmpUnmatched)	/* reply or error nobody waits for */	\
	X(UDP_TRUNCATED,	UdpTruncated)					\
	X(UDP_CSUM,		UdpCsum)					\
	X(NO_SOCKET,		NoSocket)	/* port unreachable */			\
	X(NO_MEMORY,		NoMemory)	/* an allocation failed on the way */

#define X(constant, name) DROP_##constant,
enum drop_reason {
	DROP_REASON_LIST(X)
	DROP_REASON_MAX,
};
#undef X

/* The name behind "Drop", such as "IpTtl". Out of range: "?". */
const char *drop_reason_name(enum drop_reason reason);

#endif /* NET_DROP_REASON_H */
