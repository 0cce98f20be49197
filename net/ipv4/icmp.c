/* SPDX-License-Identifier: MIT */
/*
 * net/ipv4/icmp.c - ICMP: tell senders what became of their packets, answer echo requests, hear
 * what others tell.
 *
 * Overview    icmp_send() makes an error about a packet; icmp_rcv() is the transport handler. ping
 *             registers a waiter and hears of its replies and of errors about its requests.
 * Never       An error is never sent about (RFC 1122 section 3.2.2, RFC 1812 section 4.3.2.7): an
 *             ICMP error, a packet to a group or a broadcast or that came in such a frame, a
 *             fragment other than the first, a source that is not one host's.
 * Source      The address that the packet was sent to if it is ours, else that of the interface by
 *             which the error leaves (RFC 1812 section 4.3.2.4), or with
 *             icmp_errors_use_inbound_ifaddr the one it came in by.
 * Limits      Per target one error in icmp_ratelimit ms, after a burst of 6 (inetpeer.c); all
 *             together icmp_msgs_per_sec, after a burst of icmp_msgs_burst. Both for the types in
 *             icmp_ratemask, and not for fragmentation needed: path MTU discovery hangs on it. An
 *             error quotes as much of the packet as fits 576 bytes (RFC 1812 section 4.3.2.3).
 * Locking     icmp_global_lock, a leaf, for the global bucket. icmp_ping_lock for changes of the
 *             waiters; they are found under RCU.
 * Observe     nstat (Icmp*)
 */
#include "net/ipv4/icmp.h"

#include "kernel/base/random.h"
#include "kernel/base/spinlock.h"
#include "kernel/base/sysctl.h"
#include "kernel/base/time.h"
#include "lib/checksum.h"
#include "lib/err.h"
#include "lib/inet.h"
#include "lib/rculist.h"
#include "lib/string.h"
#include "net/dst.h"
#include "net/ipv4/devinet.h"
#include "net/ipv4/inetpeer.h"
#include "net/ipv4/ip.h"
#include "net/ipv4/route.h"
#include "net/netdevice.h"
#include "net/stats.h"

#define ICMP_MAX_ERROR	576	/* bytes of an error, IP header included */

static struct {
	int	echo_ignore_all;
	int	echo_ignore_broadcasts;
	int	ratelimit;		/* ms */
	int	ratemask;		/* a bit per type */
	int	msgs_per_sec;
	int	msgs_burst;
	int	errors_use_inbound_ifaddr;
} icmp_sysctls = {
	.echo_ignore_broadcasts = 1, .ratelimit = 1000, .ratemask = 0x1818,
	.msgs_per_sec = 1000, .msgs_burst = 50,
};
SYSCTL_INT("net.ipv4.icmp_echo_ignore_all", &icmp_sysctls.echo_ignore_all, 0, 1);
SYSCTL_INT("net.ipv4.icmp_echo_ignore_broadcasts", &icmp_sysctls.echo_ignore_broadcasts, 0, 1);
SYSCTL_INT("net.ipv4.icmp_ratelimit", &icmp_sysctls.ratelimit, 0, 3600000);
SYSCTL_INT("net.ipv4.icmp_ratemask", &icmp_sysctls.ratemask, 0, INT_MAX);
SYSCTL_INT("net.ipv4.icmp_msgs_per_sec", &icmp_sysctls.msgs_per_sec, 0, 1000000);
SYSCTL_INT("net.ipv4.icmp_msgs_burst", &icmp_sysctls.msgs_burst, 0, 1000000);
SYSCTL_INT("net.ipv4.icmp_errors_use_inbound_ifaddr", &icmp_sysctls.errors_use_inbound_ifaddr, 0,
	   1);

/* ---- how much ---- */

/* The global bucket. Locks: all by icmp_global_lock. */
static DEFINE_SPINLOCK(icmp_global_lock);
static struct {
	u64	stamp;		/* ms since entry */
	u64	credit;		/* thousandths of a message */
	bool	used;		/* false: full */
} icmp_global;

static bool icmp_global_allow(void)
{
	u64 full = (u64)READ_ONCE(icmp_sysctls.msgs_burst) * 1000;
	bool allowed;
	u64 now;

	spin_lock_bh(&icmp_global_lock);
	/* under the lock, or it could lie before the stamp that another CPU has left meanwhile */
	now = max(ktime_get_ns() / NSEC_PER_MSEC, icmp_global.stamp);
	icmp_global.credit = !icmp_global.used ? full :
		min(full, icmp_global.credit +
				  min(now - icmp_global.stamp, (u64)1000) *
					  (u64)READ_ONCE(icmp_sysctls.msgs_per_sec));
	icmp_global.used = true;
	icmp_global.stamp = now;
	allowed = icmp_global.credit >= 1000;
	if (allowed)
		icmp_global.credit -= 1000;
	spin_unlock_bh(&icmp_global_lock);
	return allowed;
}

void icmp_ratelimit_reset(void)
{
	spin_lock_bh(&icmp_global_lock);
	icmp_global.used = false;
	spin_unlock_bh(&icmp_global_lock);
	inet_peer_reset();
}

/*
 * May a message of this kind go to @daddr now? Asked before its route is looked up, so that what is
 * not sent leaves nothing in the caches. The target's own bucket first: one host that asks for
 * errors all the time must not use up what the others may get.
 */
static bool icmp_xmit_allow(u8 type, u8 code, be32 daddr)
{
	int ratelimit = READ_ONCE(icmp_sysctls.ratelimit);

	if (type > NR_ICMP_TYPES || !((u32)READ_ONCE(icmp_sysctls.ratemask) & BIT(type)))
		return true;
	if (type == ICMP_DEST_UNREACH && code == ICMP_FRAG_NEEDED)
		return true;
	if (inet_addr_type(daddr) == RTN_LOCAL)
		return true;
	if ((!ratelimit || inet_peer_allow(daddr, (unsigned int)ratelimit)) && icmp_global_allow())
		return true;
	SNMP_INC(ICMP_OUT_RATE_LIMIT);
	return false;
}

static void icmp_count_out(u8 type)
{
	SNMP_INC(ICMP_OUT_MSGS);
	switch (type) {
	case ICMP_ECHOREPLY:
		SNMP_INC(ICMP_OUT_ECHO_REPS);
		break;
	case ICMP_DEST_UNREACH:
		SNMP_INC(ICMP_OUT_DEST_UNREACHS);
		break;
	case ICMP_REDIRECT:
		SNMP_INC(ICMP_OUT_REDIRECTS);
		break;
	case ICMP_TIME_EXCEEDED:
		SNMP_INC(ICMP_OUT_TIME_EXCDS);
		break;
	case ICMP_PARAMETERPROB:
		SNMP_INC(ICMP_OUT_PARM_PROBS);
		break;
	case ICMP_TIMESTAMPREPLY:
		SNMP_INC(ICMP_OUT_TIMESTAMP_REPS);
		break;
	}
}

/* ---- errors about packets ---- */

static bool icmp_is_error(u8 type)
{
	return type == ICMP_DEST_UNREACH || type == ICMP_SOURCE_QUENCH || type == ICMP_REDIRECT ||
	       type == ICMP_TIME_EXCEEDED || type == ICMP_PARAMETERPROB;
}

/* Is @addr one host's, so that it may be answered, or told about? */
static bool icmp_unicast(be32 addr)
{
	unsigned int type;

	if (ipv4_is_multicast(addr) || ipv4_is_lbcast(addr) || ipv4_is_zeronet(addr))
		return false;
	type = inet_addr_type(addr);
	return type == RTN_UNICAST || type == RTN_LOCAL;
}

/* See Never. @len: bytes of the packet that are here. */
static bool icmp_may_send(const struct sk_buff *skb, const struct iphdr *iph, unsigned int len)
{
	const u8 *inner = (const u8 *)iph + iph->ihl * 4u;

	if (skb->pkt_type != PACKET_HOST || (iph->frag_off & htons(IP_OFFSET)))
		return false;
	if (!icmp_unicast(iph->saddr) || !icmp_unicast(iph->daddr) || ipv4_is_class_e(iph->saddr))
		return false;
	if (iph->protocol != IPPROTO_ICMP)
		return true;
	/* Too short to see its type: take it for an error. */
	return len > iph->ihl * 4u && *inner <= NR_ICMP_TYPES && !icmp_is_error(*inner);
}

/* Our address to speak from about a packet to @daddr; 0: let the route choose. */
static be32 icmp_error_source(const struct sk_buff *skb, be32 daddr)
{
	struct net_device *in;

	if (inet_addr_type(daddr) == RTN_LOCAL)
		return daddr;
	if (!READ_ONCE(icmp_sysctls.errors_use_inbound_ifaddr))
		return 0;
	in = dev_get_by_index(IPCB(skb)->iif);
	return in ? inet_select_addr(in, ip_hdr(skb)->saddr, RT_SCOPE_LINK) : 0;
}

/*
 * Checksums the message at the data of @skb, counts it, sends it. Consumes @skb and @rt's
 * reference.
 */
static void icmp_push(struct sk_buff *skb, struct rtable *rt, const struct flowi4 *fl4, u8 tos,
		      const struct ip_options_data *opt)
{
	struct icmphdr *icmph = (struct icmphdr *)(void *)skb->data;

	icmph->checksum = 0;
	icmph->checksum = ip_compute_csum(icmph, skb->len);
	icmp_count_out(icmph->type);
	(void)ip_queue_xmit(skb, rt, fl4->saddr, fl4->daddr, IPPROTO_ICMP, tos, 0, false, opt);
}

static void icmp_send_error(const struct sk_buff *skb, unsigned int len, u8 type, u8 code,
			    be32 info)
{
	const struct iphdr *iph = ip_hdr(skb);
	u8 tos = (iph->tos & IPTOS_TOS_MASK) | IPTOS_PREC_INTERNETCONTROL;
	struct flowi4 fl4 = {
		.daddr = iph->saddr,
		.saddr = icmp_error_source(skb, iph->daddr),
		.tos = tos & IPTOS_RT_MASK,
		.proto = IPPROTO_ICMP,
	};
	struct icmphdr *icmph;
	struct sk_buff *out;
	struct rtable *rt;
	unsigned int room;

	if (!icmp_xmit_allow(type, code, iph->saddr))
		return;
	rt = ip_route_output_flow(&fl4);
	if (IS_ERR(rt))
		return;
	room = min(dst_mtu(&rt->dst), (u32)ICMP_MAX_ERROR) - sizeof(struct iphdr) - sizeof(*icmph);
	len = min(len, room);
	out = fl4.saddr ? ip_alloc_skb(rt, sizeof(*icmph) + len) : NULL;
	if (!out) {
		SNMP_INC(ICMP_OUT_ERRORS);
		ip_rt_put(rt);
		return;
	}
	icmph = skb_put_zero(out, sizeof(*icmph));
	icmph->type = type;
	icmph->code = code;
	icmph->un.gateway = info;
	skb_put_data(out, iph, len);
	icmp_push(out, rt, &fl4, tos, NULL);
}

void icmp_send(struct sk_buff *skb, u8 type, u8 code, be32 info)
{
	const u8 *start = skb_network_header(skb);
	const u8 *tail = skb_tail_pointer(skb);
	unsigned int len = tail > start ? (unsigned int)(tail - start) : 0;

	if (len < sizeof(struct iphdr) || len < ip_hdrlen(skb))
		return;
	if (icmp_may_send(skb, ip_hdr(skb), len))
		icmp_send_error(skb, len, type, code, info);
}

/* ---- answers ---- */

/*
 * Answers the message in @skb (borrowed, data at the ICMP header) with the same body under another
 * type. A request to a broadcast is answered from the address of the interface that it came in by
 * (RFC 1122 section 3.2.2.6).
 */
static void icmp_reply(const struct sk_buff *skb, u8 type)
{
	const struct iphdr *iph = ip_hdr(skb);
	struct flowi4 fl4 = {
		.daddr = iph->saddr,
		.saddr = inet_addr_type(iph->daddr) == RTN_LOCAL ? iph->daddr : 0,
		.tos = iph->tos & IPTOS_RT_MASK,
		.proto = IPPROTO_ICMP,
	};
	struct ip_options_data opt;
	struct icmphdr *icmph;
	struct sk_buff *out;
	struct rtable *rt;

	if (!icmp_unicast(iph->saddr) || !icmp_xmit_allow(type, 0, iph->saddr))
		return;
	rt = ip_route_output_flow(&fl4);
	if (IS_ERR(rt))
		return;
	out = fl4.saddr ? ip_alloc_skb(rt, skb->len) : NULL;
	if (!out) {
		SNMP_INC(ICMP_OUT_ERRORS);
		ip_rt_put(rt);
		return;
	}
	icmph = skb_put_data(out, skb->data, skb->len);
	icmph->type = type;
	icmph->code = 0;
	if (type == ICMP_TIMESTAMPREPLY) {
		/*
		 * Milliseconds since midnight UT; we know no clock: since boot, marked as such (RFC
		 * 792).
		 */
		u32 now = (u32)(ktime_get_ns() / NSEC_PER_MSEC) % 86400000u | 0x80000000u;

		put_unaligned_be32(now, (u8 *)(icmph + 1) + 4);
		put_unaligned_be32(now, (u8 *)(icmph + 1) + 8);
	}
	ip_options_echo(skb, fl4.saddr, &opt);
	icmp_push(out, rt, &fl4, iph->tos, &opt);
}

/* ---- ping ---- */

static HLIST_HEAD(icmp_ping_waiters);	/* [r] */
static DEFINE_SPINLOCK(icmp_ping_lock);

static struct ping_waiter *icmp_ping_find(be16 id)
{
	struct ping_waiter *w;

	hlist_for_each_entry_rcu(w, &icmp_ping_waiters, node)
		if (w->id == id)
			return w;
	return NULL;
}

int icmp_ping_register(struct ping_waiter *w)
{
	int err = -ENOSPC;

	spin_lock_bh(&icmp_ping_lock);
	for (int tries = 0; err && tries < 100; tries++) {
		w->id = htons((u16)get_random_u32());
		if (!icmp_ping_find(w->id)) {
			hlist_add_head_rcu(&w->node, &icmp_ping_waiters);
			err = 0;
		}
	}
	spin_unlock_bh(&icmp_ping_lock);
	return err;
}

/* When it returns @w's function does not run any more. Thread. */
void icmp_ping_unregister(struct ping_waiter *w)
{
	spin_lock_bh(&icmp_ping_lock);
	hlist_del_rcu(&w->node);
	spin_unlock_bh(&icmp_ping_lock);
	synchronize_rcu();
}

/* An echo reply. Return: why nobody took it. */
static bool icmp_ping_reply(const struct sk_buff *skb)
{
	const struct icmphdr *icmph = (const struct icmphdr *)(const void *)skb->data;
	struct ping_reply reply = {
		.icmph = icmph,
		.data = icmph + 1,
		.len = skb->len - (unsigned int)sizeof(*icmph),
		.saddr = ip_hdr(skb)->saddr,
		.ttl = ip_hdr(skb)->ttl,
	};
	struct ping_waiter *w = icmp_ping_find(icmph->un.echo.id);

	if (w)
		w->fn(w, &reply);
	return w;
}

/* An error about an echo request of ours: @inner is its ICMP header, 8 bytes of it at least. */
static bool icmp_ping_error(const struct sk_buff *skb, const struct icmphdr *inner, u8 type,
			    u8 code, u32 info)
{
	struct ping_reply reply = {
		.icmph = inner,
		.saddr = ip_hdr(skb)->saddr,
		.ttl = ip_hdr(skb)->ttl,
		.error_type = type,
		.error_code = code,
		.error_info = info,
	};
	struct ping_waiter *w = inner->type == ICMP_ECHO ? icmp_ping_find(inner->un.echo.id) : NULL;

	if (w)
		w->fn(w, &reply);
	return w;
}

/* ---- messages to us ---- */

/* Each handler borrows @skb, data at the ICMP header, 8 bytes of it at least. */
#define ICMP_TAKEN	(-1)	/* it was for somebody here; else a drop_reason */

static int icmp_echo(struct sk_buff *skb)
{
	if (READ_ONCE(icmp_sysctls.echo_ignore_all))
		return DROP_ICMP_TYPE;
	icmp_reply(skb, ICMP_ECHOREPLY);
	return ICMP_TAKEN;
}

static int icmp_timestamp(struct sk_buff *skb)
{
	if (skb->len < sizeof(struct icmphdr) + 12)
		return DROP_ICMP_TRUNCATED;
	icmp_reply(skb, ICMP_TIMESTAMPREPLY);
	return ICMP_TAKEN;
}

static int icmp_echo_reply(struct sk_buff *skb)
{
	return icmp_ping_reply(skb) ? ICMP_TAKEN : DROP_ICMP_UNMATCHED;
}

/* Somebody tells us about a packet of ours: hand it to whoever sent that. */
static int icmp_unreach(struct sk_buff *skb)
{
	const struct icmphdr *icmph = (const struct icmphdr *)(const void *)skb->data;
	const struct iphdr *inner = (const struct iphdr *)(const void *)(icmph + 1);
	const struct net_protocol *p;
	u8 type = icmph->type, code = icmph->code;
	u32 info = type == ICMP_DEST_UNREACH && code == ICMP_FRAG_NEEDED ? ntohs(icmph->un.frag.mtu)
									 : 0;
	unsigned int hlen;

	if (skb->len < sizeof(*icmph) + sizeof(*inner))
		return DROP_ICMP_TRUNCATED;
	hlen = inner->ihl * 4u;
	if (inner->version != 4 || hlen < sizeof(*inner) || skb->len < sizeof(*icmph) + hlen + 8)
		return DROP_ICMP_TRUNCATED;
	if (inner->protocol == IPPROTO_ICMP)
		return icmp_ping_error(
			       skb,
			       (const struct icmphdr *)(const void *)((const u8 *)inner + hlen),
			       type, code, info)
			       ? ICMP_TAKEN
			       : DROP_ICMP_UNMATCHED;
	p = inet_protos[inner->protocol];
	if (!p || !p->err_handler)
		return DROP_ICMP_UNMATCHED;
	__skb_pull(skb, sizeof(*icmph));
	p->err_handler(skb, type, code, info);
	return ICMP_TAKEN;
}

static int icmp_handle(struct sk_buff *skb, u8 type)
{
	switch (type) {
	case ICMP_ECHOREPLY:
		SNMP_INC(ICMP_IN_ECHO_REPS);
		return icmp_echo_reply(skb);
	case ICMP_ECHO:
		SNMP_INC(ICMP_IN_ECHOS);
		return icmp_echo(skb);
	case ICMP_TIMESTAMP:
		SNMP_INC(ICMP_IN_TIMESTAMPS);
		return icmp_timestamp(skb);
	case ICMP_DEST_UNREACH:
		SNMP_INC(ICMP_IN_DEST_UNREACHS);
		return icmp_unreach(skb);
	case ICMP_TIME_EXCEEDED:
		SNMP_INC(ICMP_IN_TIME_EXCDS);
		return icmp_unreach(skb);
	case ICMP_PARAMETERPROB:
		SNMP_INC(ICMP_IN_PARM_PROBS);
		return icmp_unreach(skb);
	case ICMP_SOURCE_QUENCH:
		SNMP_INC(ICMP_IN_SRC_QUENCHS);
		return DROP_ICMP_TYPE;		/* RFC 6633: ignore */
	case ICMP_REDIRECT:
		SNMP_INC(ICMP_IN_REDIRECTS);
		return DROP_ICMP_TYPE;		/* RFC 1812 5.2.7.2: a router ignores them */
	default:
		return DROP_ICMP_TYPE;
	}
}

/* Was the packet sent to a group or a broadcast? What was reassembled has no route any more. */
static bool icmp_to_group(const struct sk_buff *skb)
{
	const struct rtable *rt = skb_rtable(skb);

	if (rt)
		return rt->rt_flags & (RTCF_BROADCAST | RTCF_MULTICAST);
	return inet_addr_type(ip_hdr(skb)->daddr) != RTN_LOCAL;
}

/* RFC 1122 section 3.2.2: 0, or why the message is not looked at. */
static int icmp_check(const struct sk_buff *skb)
{
	u8 type;

	if (skb->len < sizeof(struct icmphdr))
		return DROP_ICMP_TRUNCATED;
	if (ip_compute_csum(skb->data, skb->len)) {
		SNMP_INC(ICMP_IN_CSUM_ERRORS);
		return DROP_ICMP_CSUM;
	}
	type = skb->data[0];
	if (!icmp_to_group(skb))
		return 0;
	if ((type == ICMP_ECHO || type == ICMP_TIMESTAMP) &&
	    !READ_ONCE(icmp_sysctls.echo_ignore_broadcasts))
		return 0;
	return DROP_ICMP_BROADCAST;
}

/* icmp_rcv() - the transport handler. Softirq, under RCU. Consumes @skb. */
static int icmp_rcv(struct sk_buff *skb)
{
	int verdict;

	SNMP_INC(ICMP_IN_MSGS);
	verdict = icmp_check(skb);
	if (!verdict)
		verdict = icmp_handle(skb, skb->data[0]);
	if (verdict == ICMP_TAKEN) {
		consume_skb(skb);
		return 0;
	}
	if (verdict == DROP_ICMP_TRUNCATED || verdict == DROP_ICMP_CSUM)
		SNMP_INC(ICMP_IN_ERRORS);
	kfree_skb_reason(skb, (enum drop_reason)verdict);
	return 0;
}
INET_PROTOCOL(icmp, IPPROTO_ICMP, icmp_rcv, NULL);
