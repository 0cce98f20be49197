/* SPDX-License-Identifier: MIT */
/*
 * net/ipv4/devinet.h - the IPv4 addresses and settings of a device.
 *
 * Locks: [w] rtnl_lock(), [r] read under RCU, [I] immutable.
 */
#ifndef NET_IPV4_DEVINET_H
#define NET_IPV4_DEVINET_H

#include "kernel/base/rcu.h"
#include "lib/inet.h"
#include "lib/refcount.h"
#include "lib/types.h"
#include "net/netdevice.h"

#define IFA_F_SECONDARY	0x01
#define IFA_F_PERMANENT	0x80
#define IFA_F_NOPREFIXROUTE	0x200

struct in_ifaddr {
	struct in_ifaddr	*ifa_next;	/* [w, r] primaries first, each scope's in order */
	struct in_device	*ifa_dev;	/* [I] */
	be32			ifa_local;	/* [I] our address */
	be32			ifa_address;	/* [I] the peer's on point to point, else ours */
	be32			ifa_mask;	/* [I] */
	be32			ifa_broadcast;	/* [I] 0: none */
	u32			ifa_rt_priority;	/* [I] metric of the prefix route */
	u16			ifa_flags;	/* [w] IFA_F_* */
	u8			ifa_prefixlen;	/* [I] */
	u8			ifa_scope;	/* [I] RT_SCOPE_* */
	char			ifa_label[16];	/* [I] */
	struct hlist_node	hash;		/* [w, r] by ifa_local */
	struct rcu_head		rcu;
};

/* net.ipv4.conf.<dev>.*; "all" and "default" are two more of these. */
struct ipv4_devconf {
	int	forwarding;
	int	rp_filter;
	int	accept_source_route;
	int	send_redirects;
	int	shared_media;
	int	arp_ignore;
	int	arp_accept;
	int	bc_forwarding;
	int	route_localnet;
};
extern struct ipv4_devconf ipv4_devconf_all, ipv4_devconf_dflt;

struct sysctl_dir;
struct in_device {
	struct net_device	*dev;		/* [I] */
	struct in_ifaddr	*ifa_list;	/* [w, r] */
	struct ipv4_devconf	cnf;		/* plain ints, written by sysctl */
	bool			dead;		/* [w] */
	struct sysctl_dir	*sysctl;	/* [w] */
	struct rcu_head		rcu;
};

static inline struct in_device *in_dev_get_rcu(const struct net_device *dev)
{
	return rcu_dereference(dev->ip_ptr);
}

/* A setting that holds when the device or "all" says so (Linux: OR), when both do (AND), or the
 * larger of the two (MAX). */
#define IN_DEV_CONF(in_dev, attr)	READ_ONCE((in_dev)->cnf.attr)
#define IN_DEV_ORCONF(in_dev, attr)	\
	(READ_ONCE(ipv4_devconf_all.attr) || IN_DEV_CONF(in_dev, attr))
#define IN_DEV_ANDCONF(in_dev, attr)	\
	(READ_ONCE(ipv4_devconf_all.attr) && IN_DEV_CONF(in_dev, attr))
#define IN_DEV_MAXCONF(in_dev, attr)	\
	max(READ_ONCE(ipv4_devconf_all.attr), IN_DEV_CONF(in_dev, attr))

#define IN_DEV_FORWARD(in_dev)		IN_DEV_CONF(in_dev, forwarding)
#define IN_DEV_RPFILTER(in_dev)		IN_DEV_MAXCONF(in_dev, rp_filter)
#define IN_DEV_SOURCE_ROUTE(in_dev)	IN_DEV_ANDCONF(in_dev, accept_source_route)
#define IN_DEV_TX_REDIRECTS(in_dev)	IN_DEV_ORCONF(in_dev, send_redirects)
#define IN_DEV_SHARED_MEDIA(in_dev)	IN_DEV_ORCONF(in_dev, shared_media)
#define IN_DEV_BFORWARD(in_dev)		IN_DEV_ANDCONF(in_dev, bc_forwarding)
#define IN_DEV_ARP_IGNORE(in_dev)	IN_DEV_MAXCONF(in_dev, arp_ignore)
#define IN_DEV_ROUTE_LOCALNET(in_dev)	IN_DEV_ORCONF(in_dev, route_localnet)

#define for_each_ifa_rcu(ifa, in_dev)							\
	for (ifa = rcu_dereference((in_dev)->ifa_list); ifa; ifa = rcu_dereference((ifa)->ifa_next))

static inline bool inet_ifa_match(be32 addr, const struct in_ifaddr *ifa)
{
	return !((addr ^ ifa->ifa_address) & ifa->ifa_mask);
}
/* What `ip addr add` says. */
struct ifa_config {
	struct net_device	*dev;
	be32			local;
	be32			peer;		/* == local unless point to point */
	be32			broadcast;	/* 0: none */
	u8			prefixlen;
	u8			scope;
	bool			noprefixroute;
	u32			metric;
	const char		*label;		/* NULL: the device's name */
};

struct in_device *inetdev_init(struct net_device *dev);
struct in_device *inetdev_by_index(int ifindex);
int inet_addr_add(const struct ifa_config *cfg, bool replace) __must_check;
int inet_addr_del(struct net_device *dev, be32 local, int prefixlen) __must_check;
void inet_addr_flush(struct net_device *dev);

/* Under RCU. */
be32 inet_select_addr(const struct net_device *dev, be32 dst, u8 scope);
struct net_device *ip_dev_find(be32 addr); /* whose address it is (lo's too), or NULL */
bool inet_addr_onlink(struct in_device *in_dev, be32 a, be32 b);
bool inet_confirm_addr(struct in_device *in_dev, be32 dst, be32 local, u8 scope);
struct in_ifaddr *inet_ifa_byprefix(struct in_device *in_dev, be32 prefix, be32 mask);

int ipconfig_apply(const char *val);	/* ipconfig.c: one ip= of the command line */

/* Tells ARP and others: an address came or went. The notifier's data is the in_ifaddr. */
struct notifier_block;
#define INETADDR_UP	1UL
#define INETADDR_DOWN	2UL
int register_inetaddr_notifier(struct notifier_block *nb);
int unregister_inetaddr_notifier(struct notifier_block *nb);

#endif /* NET_IPV4_DEVINET_H */
