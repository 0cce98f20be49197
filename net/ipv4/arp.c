/* SPDX-License-Identifier: MIT */
/*
 * net/ipv4/arp.c - finds the Ethernet address of an IPv4 neighbour, and answers for our own
 * addresses.
 *
 * Overview    The table arp_tbl holds the neighbours (net/neighbour.c does the states); this file
 *	       makes requests for it, and reads what others send.
 *
 * Belief      A frame passes these checks in this order, or is dropped with the reason in brackets:
 *	       the device speaks ARP and has IPv4 (ArpDevice); it was sent to us or to a group
 *	       (ArpOtherHost); Ethernet, IPv4, 6, 4 (ArpFormat); 28 bytes are there (ArpTruncated);
 *	       the target is no multicast, loopback or limited broadcast address (ArpTargetIp);
 *	       request or reply (ArpOpcode); the sender's hardware address is unicast and not this
 *	       device's own (ArpSenderHw); the sender's address is 0 in a request (a probe, RFC
 *	       5227) or a unicast address that is not ours (ArpSenderIp; if it is ours, another host
 *	       uses it: ArpConflicts).
 *	       Then: a probe for one of our addresses is answered and
 *	       teaches nothing. A request for one of our addresses is answered, and its sender
 *	       becomes a neighbour (STALE): it is about to talk to us. Everything else updates a
 *	       neighbour that we have and never makes one: a stranger cannot fill the table by
 *	       talking to others. A reply sent to us alone confirms (REACHABLE), a broadcast only
 *	       tells (STALE); a new address within locktime (1 s) of the last change is not
 *	       believed, unless gratuitous.
 *
 * Locking     None of its own. arp_solicit() runs under the neighbour's lock and only builds the
 *	       packet.
 * Limits      net.ipv4.neigh.default.*; the defaults below are Linux's.
 * Observe     ip neigh; nstat Arp*, DropArp*.
 * Reference   RFC 826, RFC 1122 2.3.2, RFC 5227 2.1.1, RFC 1812 3.3.2; Linux net/ipv4/arp.c for
 *	       names and behaviour.
 */
#define pr_fmt(fmt) "arp: " fmt

#include "net/ipv4/arp.h"

#include "kernel/base/initcall.h"
#include "kernel/base/sysctl.h"
#include "lib/err.h"
#include "lib/errno.h"
#include "lib/inet.h"
#include "net/dst.h"
#include "net/ipv4/devinet.h"
#include "net/ipv4/fib.h"
#include "net/ipv4/ip.h"
#include "net/stats.h"

#define ARP_LOCKTIME	HZ		/* jiffies in which a new address is not believed */

static int arp_constructor(struct neighbour *n);

struct neigh_table arp_tbl = {
	.family = 2,
	.key_len = 4,
	.protocol = 0x0008,		/* ETH_P_IP in network order */
	.id = "arp_cache",
	.constructor = arp_constructor,
	.is_multicast = ipv4_is_multicast,
	.gc_thresh1 = 128,
	.gc_thresh2 = 512,
	.gc_thresh3 = 1024,
	.parms = {
		.base_reachable_time = 30 * HZ,
		.retrans_time = HZ,
		.gc_staletime = 60 * HZ,
		.delay_probe_time = 5 * HZ,
		.ucast_probes = 3,
		.mcast_probes = 3,
		.app_probes = 0,
		.anycast_delay = HZ,
		.proxy_delay = (8 * HZ) / 10,
		.proxy_qlen = 64,
		.locktime = ARP_LOCKTIME,
	},
};

/* ---- what we send ---- */

/*
 * arp_create() - an ARP packet to @dest_hw (NULL: broadcast), with its link header.
 * @src_hw: NULL: the device's address.  @target_hw: NULL: zero, as a request has it.
 * Return: NULL when out of memory.
 */
struct sk_buff *arp_create(u16 op, be32 dest_ip, struct net_device *dev, be32 src_ip,
			   const u8 *dest_hw, const u8 *src_hw, const u8 *target_hw)
{
	union dev_addr own = dev_addr_get(dev);
	struct sk_buff *skb;
	struct arphdr *arp;

	skb = alloc_skb(LL_RESERVED_SPACE(dev) + sizeof(*arp), GFP_ATOMIC);
	if (!skb)
		return NULL;
	skb_reserve(skb, LL_RESERVED_SPACE(dev));
	skb_reset_network_header(skb);
	arp = skb_put(skb, sizeof(*arp));
	skb->dev = dev;
	skb->protocol = htons(ETH_P_ARP);
	skb->pkt_type = PACKET_OUTGOING;
	if (!src_hw)
		src_hw = own.bytes;
	if (!dest_hw)
		dest_hw = dev->broadcast;
	if (dev_hard_header(skb, dev, ETH_P_ARP, dest_hw, src_hw, skb->len) < 0) {
		kfree_skb_reason(skb, DROP_TX_NO_HEADER);
		return NULL;
	}
	arp->ar_hrd = htons(ARPHRD_ETHER);
	arp->ar_pro = htons(ETH_P_IP);
	arp->ar_hln = ETH_ALEN;
	arp->ar_pln = 4;
	arp->ar_op = htons(op);
	memcpy(arp->ar_sha, src_hw, ETH_ALEN);
	memcpy(arp->ar_sip, &src_ip, 4);
	if (target_hw)
		memcpy(arp->ar_tha, target_hw, ETH_ALEN);
	else
		memset(arp->ar_tha, 0, ETH_ALEN);
	memcpy(arp->ar_tip, &dest_ip, 4);
	if (op == ARPOP_REPLY)
		SNMP_INC(ARP_OUT_REPLIES);
	else
		SNMP_INC(ARP_OUT_REQUESTS);
	return skb;
}

/* arp_send() - the same, sent at once. Context: softirq or thread. */
void arp_send(u16 op, be32 dest_ip, struct net_device *dev, be32 src_ip, const u8 *dest_hw,
	      const u8 *src_hw, const u8 *target_hw)
{
	struct sk_buff *skb;

	if (dev->flags & (IFF_NOARP | IFF_LOOPBACK))
		return;
	skb = arp_create(op, dest_ip, dev, src_ip, dest_hw, src_hw, target_hw);
	if (skb)
		dev_queue_xmit(skb);
}

/*
 * The address that a request comes from: the packet's own source if it is ours (so that the answer
 * teaches the peer the address that it will see), else the best of the device.
 */
static be32 arp_source(const struct neighbour *n, const struct sk_buff *cause)
{
	if (cause && cause->protocol == htons(ETH_P_IP)) {
		be32 saddr = ((const struct iphdr *)skb_network_header(cause))->saddr;

		if (inet_addr_type(saddr) == RTN_LOCAL)
			return saddr;
	}
	return inet_select_addr(n->dev, n->primary_key, RT_SCOPE_LINK);
}

/*
 * The next probe: unicast to the old address while PROBE has tries left, then broadcast. Under
 * n->lock.
 */
static struct sk_buff *arp_solicit(struct neighbour *n, struct sk_buff *cause)
{
	struct net_device *dev = n->dev;
	be32 saddr;

	rcu_read_lock();
	saddr = arp_source(n, cause);
	rcu_read_unlock();
	return arp_create(ARPOP_REQUEST, n->primary_key, dev, saddr,
			  (int)n->probes < n->parms->ucast_probes && (n->nud_state & NUD_VALID) ?
				  n->ha : NULL,
			  NULL, NULL);
}

/* Nobody answered for @skb's next hop. */
static void arp_error_report(struct neighbour *n, struct sk_buff *skb)
{
	dst_link_failure(skb);
	kfree_skb_reason(skb, DROP_NEIGH_FAILED);
}

static const struct neigh_ops arp_hh_ops = {
	.family = 2,
	.solicit = arp_solicit,
	.error_report = arp_error_report,
	.output = neigh_resolve_output,
	.connected_output = neigh_connected_output,
};

static const struct neigh_ops arp_direct_ops = {
	.family = 2,
	.output = neigh_direct_output,
	.connected_output = neigh_direct_output,
	.error_report = arp_error_report,
};

/* RFC 1112 6.4: the low 23 bits of the group behind 01:00:5e. */
static void arp_multicast_address(be32 group, u8 *ha)
{
	u32 g = ntohl(group);

	ha[0] = 0x01;
	ha[1] = 0x00;
	ha[2] = 0x5e;
	ha[3] = (g >> 16) & 0x7f;
	ha[4] = (g >> 8) & 0xff;
	ha[5] = g & 0xff;
}

/* What kind of neighbour is it? Return: 0, -EINVAL: the device has no IPv4. */
static int arp_constructor(struct neighbour *n)
{
	struct net_device *dev = n->dev;
	unsigned int type;

	rcu_read_lock();
	if (!in_dev_get_rcu(dev)) {
		rcu_read_unlock();
		return -EINVAL;
	}
	type = inet_dev_addr_type(dev, n->primary_key);
	rcu_read_unlock();

	n->type = (u8)type;
	n->ops = &arp_hh_ops;
	if (!dev->header_ops) {
		n->nud_state = NUD_NOARP;
		n->ops = &arp_direct_ops;
	} else if (type == RTN_MULTICAST) {
		n->nud_state = NUD_NOARP;
		arp_multicast_address(n->primary_key, n->ha);
	} else if (dev->flags & (IFF_NOARP | IFF_LOOPBACK)) {
		n->nud_state = NUD_NOARP;
		memcpy(n->ha, dev_addr_get(dev).bytes, dev->addr_len);
	} else if (type == RTN_BROADCAST || (dev->flags & IFF_POINTOPOINT)) {
		n->nud_state = NUD_NOARP;
		memcpy(n->ha, dev->broadcast, dev->addr_len);
	}
	n->output = n->nud_state & NUD_VALID ? n->ops->connected_output : n->ops->output;
	return 0;
}

/* ---- what we hear ---- */

/* The fields that matter, out of the packet. */
struct arp_packet {
	const u8	*sha;		/* in the skb */
	be32		sip, tip;
	u16		op;
	u8		pkt_type;
};

/*
 * Check a frame, all but the sender's address. Return: DROP_REASON_MAX when it is sound, else why
 * not.
 */
static enum drop_reason arp_parse(const struct sk_buff *skb, const struct net_device *dev,
				  struct arp_packet *p)
{
	const struct arphdr *arp = (const struct arphdr *)skb->data;

	if (dev->flags & (IFF_NOARP | IFF_LOOPBACK) || dev->addr_len != ETH_ALEN ||
	    !in_dev_get_rcu(dev))
		return DROP_ARP_DEVICE;
	if (skb->pkt_type == PACKET_OTHERHOST)
		return DROP_ARP_OTHERHOST;
	if (!pskb_may_pull(skb, ARP_FIXED_LEN))
		return DROP_ARP_TRUNCATED;
	if (arp->ar_hrd != htons(ARPHRD_ETHER) || arp->ar_pro != htons(ETH_P_IP) ||
	    arp->ar_hln != ETH_ALEN || arp->ar_pln != 4)
		return DROP_ARP_FORMAT;
	if (!pskb_may_pull(skb, sizeof(*arp)))
		return DROP_ARP_TRUNCATED;
	memcpy(&p->sip, arp->ar_sip, 4);
	memcpy(&p->tip, arp->ar_tip, 4);
	p->sha = arp->ar_sha;
	p->op = ntohs(arp->ar_op);
	p->pkt_type = skb->pkt_type;
	if (ipv4_is_multicast(p->tip) || ipv4_is_loopback(p->tip) || ipv4_is_lbcast(p->tip))
		return DROP_ARP_TARGET_IP;
	if (p->op != ARPOP_REQUEST && p->op != ARPOP_REPLY)
		return DROP_ARP_OPCODE;
	if (!is_valid_ether_addr(p->sha) || ether_addr_equal(p->sha, dev->dev_addr))
		return DROP_ARP_SENDER_HW;
	return DROP_REASON_MAX;
}

/* May @sip be the address of a neighbour? Counts the host that uses one of ours. */
static bool arp_sender_ok(be32 sip)
{
	unsigned int type;

	if (ipv4_is_zeronet(sip) || ipv4_is_loopback(sip) || ipv4_is_multicast(sip) ||
	    ipv4_is_class_e(sip))
		return false;
	type = inet_addr_type(sip);
	if (type == RTN_LOCAL)
		SNMP_INC(ARP_CONFLICTS);
	return type != RTN_LOCAL && type != RTN_BROADCAST && type != RTN_MULTICAST;
}

/* net.ipv4.conf.<dev>.arp_ignore: is @sip's question about @tip none of our business? */
static bool arp_ignore(struct in_device *in_dev, be32 sip, be32 tip)
{
	switch (IN_DEV_ARP_IGNORE(in_dev)) {
	case 0:
		return false;
	case 1:
		return !inet_confirm_addr(in_dev, 0, tip, RT_SCOPE_HOST);
	case 2:
		return !inet_confirm_addr(in_dev, sip, tip, RT_SCOPE_HOST);
	case 3:
		return !inet_confirm_addr(NULL, 0, tip, RT_SCOPE_LINK);
	default:
		return true;
	}
}

static void arp_reply(const struct arp_packet *p, struct net_device *dev)
{
	arp_send(ARPOP_REPLY, p->sip, dev, p->tip, p->sha, NULL, p->sha);
}

/* A gratuitous packet: the sender tells everybody its own address. */
static bool arp_is_gratuitous(const struct arp_packet *p)
{
	return p->sip == p->tip;
}

/* It is not a question to us: change what we know of the sender, if we know anything. */
static void arp_update_neighbour(const struct arp_packet *p, struct net_device *dev)
{
	struct neighbour *n = neigh_lookup(&arp_tbl, p->sip, dev);
	bool override;
	u8 state;

	if (!n && arp_is_gratuitous(p) && IN_DEV_CONF(in_dev_get_rcu(dev), arp_accept))
		n = neigh_create(&arp_tbl, p->sip, dev);
	if (IS_ERR_OR_NULL(n))
		return;
	override = arp_is_gratuitous(p) ||
		   time_after(jiffies, READ_ONCE(n->updated) + n->parms->locktime);
	state = p->op == ARPOP_REPLY && p->pkt_type == PACKET_HOST ? NUD_REACHABLE : NUD_STALE;
	neigh_update(n, p->sha, state, override ? NEIGH_UPDATE_F_OVERRIDE : 0);
	neigh_release(n);
}

/* Act on a sound packet. Return: DROP_REASON_MAX, or why its sender is not believed. */
static enum drop_reason arp_process(const struct arp_packet *p, struct net_device *dev)
{
	bool for_us = p->op == ARPOP_REQUEST && inet_addr_type(p->tip) == RTN_LOCAL &&
		      !arp_ignore(in_dev_get_rcu(dev), p->sip, p->tip);
	struct neighbour *n;

	if (p->sip == 0 && p->op == ARPOP_REQUEST) {
		if (for_us)
			arp_reply(p, dev);
		return DROP_REASON_MAX;
	}
	if (!arp_sender_ok(p->sip))
		return DROP_ARP_SENDER_IP;
	if (for_us) {
		n = neigh_event_ns(&arp_tbl, p->sha, p->sip, dev);
		if (n)
			neigh_release(n);
		arp_reply(p, dev);
	} else {
		arp_update_neighbour(p, dev);
	}
	return DROP_REASON_MAX;
}

/*
 * arp_rcv() - the packet_type's function. Context: softirq, under RCU. Consumes @skb: ArpIn, or a
 * drop.
 */
int arp_rcv(struct sk_buff *skb, struct net_device *dev, struct packet_type *pt,
	    struct net_device *orig_dev)
{
	struct arp_packet p = { .op = 0 };
	enum drop_reason reason = arp_parse(skb, dev, &p);

	if (reason == DROP_REASON_MAX) {
		if (p.op == ARPOP_REQUEST)
			SNMP_INC(ARP_IN_REQUESTS);
		else
			SNMP_INC(ARP_IN_REPLIES);
		reason = arp_process(&p, dev);
	}
	if (reason != DROP_REASON_MAX) {
		kfree_skb_reason(skb, reason);
		return NET_RX_DROP;
	}
	skb_rx_done(skb, RX_CLASS_ARP);
	consume_skb(skb);
	return NET_RX_SUCCESS;
}

static struct packet_type arp_packet_type = { .func = arp_rcv };

/* ---- devices ---- */

static int arp_netdev_event(struct notifier_block *nb, unsigned long event, void *data)
{
	struct net_device *dev = data;
	struct neigh_parms *parms;

	switch (event) {
	case NETDEV_REGISTER:
		if (!dev->arp_parms)
			rcu_assign_pointer(dev->arp_parms, neigh_parms_alloc(dev, &arp_tbl));
		break;
	case NETDEV_DOWN:
		neigh_ifdown(&arp_tbl, dev);
		break;
	case NETDEV_CHANGEADDR:
		neigh_changeaddr(&arp_tbl, dev);
		break;
	case NETDEV_CHANGE:
		/* behind a new cable there are others; what the administrator said stays */
		if (!netif_carrier_ok(dev))
			neigh_flush(&arp_tbl, dev, (u8)~(NUD_PERMANENT | NUD_NOARP));
		break;
	case NETDEV_UNREGISTER:
		neigh_ifdown(&arp_tbl, dev);
		parms = dev->arp_parms;
		/* first out of sight, then freed a grace period later */
		WRITE_ONCE(dev->arp_parms, NULL);
		neigh_parms_release(&arp_tbl, parms);
		break;
	default:
		break;
	}
	return NOTIFY_DONE;
}

/*
 * Before IPv4's (priority 0) on REGISTER; routes go first on DOWN, but dead neighbours are looked
 * up anew anyway.
 */
static struct notifier_block arp_netdev_notifier = {
	.notifier_call = arp_netdev_event,
	.priority = 10,
};

SYSCTL_INT("net.ipv4.neigh.default.gc_thresh1", &arp_tbl.gc_thresh1, 0, INT_MAX);
SYSCTL_INT("net.ipv4.neigh.default.gc_thresh2", &arp_tbl.gc_thresh2, 0, INT_MAX);
SYSCTL_INT("net.ipv4.neigh.default.gc_thresh3", &arp_tbl.gc_thresh3, 1, INT_MAX);

/* A default is set behind the devices' registration: they take it over. */
static int arp_set_default(const struct sysctl *s, int value)
{
	neigh_parms_changed(&arp_tbl, (size_t)((u8 *)s->value - (u8 *)&arp_tbl.parms), value);
	return 0;
}
SYSCTL_INT("net.ipv4.neigh.default.unres_qlen_bytes", &arp_tbl.parms.queue_len_bytes, 0, INT_MAX,
	   arp_set_default);
SYSCTL_INT("net.ipv4.neigh.default.ucast_solicit", &arp_tbl.parms.ucast_probes, 0, 100,
	   arp_set_default);
SYSCTL_INT("net.ipv4.neigh.default.mcast_solicit", &arp_tbl.parms.mcast_probes, 0, 100,
	   arp_set_default);

static int arp_init(void)
{
	int err = neigh_table_init(&arp_tbl);

	if (err)
		return err;
	arp_packet_type.type = htons(ETH_P_ARP);
	dev_add_pack(&arp_packet_type);
	return register_netdevice_notifier(&arp_netdev_notifier);
}
INITCALL(subsys, arp_init);
