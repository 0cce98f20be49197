/* SPDX-License-Identifier: MIT */
/*
 * net/ipv4/devinet.c - the IPv4 addresses and settings of devices.
 *
 * Overview    Every net_device gets an in_device when it is registered: its list of addresses and
 *             its net.ipv4.conf.<dev>.* settings. Adding or removing an address makes or removes
 *             its routes (fib_frontend.c) and tells the inetaddr notifiers (ARP).
 * Structure   in_device.ifa_list: primaries first, those of wider scope before narrower, in the
 *             order they came; then secondaries. The first address of a prefix on a device is its
 *             primary, further ones are secondary: they are never chosen as source, and go with
 *             their primary. A hash over all addresses answers "is this ours, and whose".
 * Lifetime    An in_ifaddr is freed a grace period after it left its list; so is an in_device after
 *             its device was unregistered.
 * Locking     Writers: rtnl, and under it sysctl's mutex. Readers: RCU. Settings are plain ints,
 *             written by sysctl.
 * Observe     ip addr; sysctl net.ipv4.conf
 * Reference   RFC 1122 3.3.4 (multihoming), RFC 3021 (/31), Linux's primary and secondary
 *             addresses.
 */
#define pr_fmt(fmt) "inet: " fmt

#include "kernel/base/initcall.h"
#include "kernel/base/printk.h"
#include "lib/rculist.h"
#include "kernel/base/sysctl.h"
#include "lib/errno.h"
#include "lib/inet.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "net/ipv4/devinet.h"
#include "net/ipv4/fib.h"
#include "net/ipv4/ip.h"
#include "net/ipv4/route.h"

#define IN4_ADDR_HSIZE 256

struct ipv4_devconf ipv4_devconf_all = { .send_redirects = 1, .shared_media = 1 };
struct ipv4_devconf ipv4_devconf_dflt = { .send_redirects = 1, .shared_media = 1 };

static struct hlist_head inet_addr_lst[IN4_ADDR_HSIZE];		/* [w, r] */
static NOTIFIER_HEAD(inetaddr_chain);

int register_inetaddr_notifier(struct notifier_block *nb)
{
	return notifier_chain_register(&inetaddr_chain, nb);
}

int unregister_inetaddr_notifier(struct notifier_block *nb)
{
	return notifier_chain_unregister(&inetaddr_chain, nb);
}

static struct hlist_head *inet_addr_bucket(be32 addr)
{
	return &inet_addr_lst[(addr * 0x9e3779b1u) >> 24];
}

/* ---- questions ---- */

/* ip_dev_find() - the device that @addr is an address of, NULL if it is not ours. Under RCU. */
struct net_device *ip_dev_find(be32 addr)
{
	struct flowi4 fl4 = { .daddr = addr };
	struct fib_result res;
	struct in_ifaddr *ifa;

	hlist_for_each_entry_rcu(ifa, inet_addr_bucket(addr), hash)
		if (ifa->ifa_local == addr)
			return ifa->ifa_dev->dev;
	/* The rest of 127.0.0.0/8, and local routes that the administrator added. */
	if (!fib_table_lookup(fib_local_table, &fl4, &res) && res.type == RTN_LOCAL)
		return FIB_RES_DEV(res);
	return NULL;
}

/* inet_addr_onlink() - is @a (and @b, unless 0) in a prefix of @in_dev, the same one? Under RCU. */
bool inet_addr_onlink(struct in_device *in_dev, be32 a, be32 b)
{
	struct in_ifaddr *ifa;

	for_each_ifa_rcu(ifa, in_dev)
		if (inet_ifa_match(a, ifa) && (!b || inet_ifa_match(b, ifa)))
			return true;
	return false;
}

/* The primary address of a prefix on a device. Under RCU. */
struct in_ifaddr *inet_ifa_byprefix(struct in_device *in_dev, be32 prefix, be32 mask)
{
	struct in_ifaddr *ifa;

	for_each_ifa_rcu(ifa, in_dev)
		if (ifa->ifa_mask == mask && inet_ifa_match(prefix, ifa) &&
		    !(ifa->ifa_flags & IFA_F_SECONDARY))
			return ifa;
	return NULL;
}

/*
 * The address to use on @in_dev towards @dst: one that shares a prefix with it, else the first, of
 * those that may be seen at @scope.
 */
static be32 in_dev_select_addr(struct in_device *in_dev, be32 dst, u8 scope)
{
	struct in_ifaddr *ifa;
	be32 addr = 0;

	for_each_ifa_rcu(ifa, in_dev) {
		if ((ifa->ifa_flags & IFA_F_SECONDARY) ||
		    min(ifa->ifa_scope, (u8)RT_SCOPE_HOST) > scope)
			continue;
		if (!dst || inet_ifa_match(dst, ifa))
			return ifa->ifa_local;
		if (!addr)
			addr = ifa->ifa_local;
	}
	return addr;
}

/*
 * inet_select_addr() - a source address for packets by @dev towards @dst (0: anyone), visible at
 * @scope; one of another device if this one has none. Under RCU. 0: there is none.
 */
be32 inet_select_addr(const struct net_device *dev, be32 dst, u8 scope)
{
	struct in_device *in_dev = dev ? in_dev_get_rcu(dev) : NULL;
	be32 addr = in_dev ? in_dev_select_addr(in_dev, dst, scope) : 0;
	struct net_device *other;
	struct in_ifaddr *ifa;

	if (addr)
		return addr;
	for_each_netdev(other) {
		in_dev = in_dev_get_rcu(other);
		if (!in_dev)
			continue;
		for_each_ifa_rcu(ifa, in_dev)
			if (!(ifa->ifa_flags & IFA_F_SECONDARY) &&
			    ifa->ifa_scope != RT_SCOPE_LINK && ifa->ifa_scope <= scope)
				return ifa->ifa_local;
	}
	return 0;
}

static bool in_dev_confirm_addr(struct in_device *in_dev, be32 dst, be32 local, u8 scope)
{
	struct in_ifaddr *ifa;

	for_each_ifa_rcu(ifa, in_dev)
		if ((!local || ifa->ifa_local == local) && ifa->ifa_scope <= scope &&
		    (!dst || inet_ifa_match(dst, ifa)))
			return true;
	return false;
}

/*
 * inet_confirm_addr() - does @in_dev (NULL: any device) have the address @local (0: any) visible at
 * @scope, in one prefix with @dst (0: anyone)? ARP's question. Under RCU.
 */
bool inet_confirm_addr(struct in_device *in_dev, be32 dst, be32 local, u8 scope)
{
	struct net_device *dev;

	if (in_dev)
		return in_dev_confirm_addr(in_dev, dst, local, scope);
	for_each_netdev(dev) {
		in_dev = in_dev_get_rcu(dev);
		if (in_dev && in_dev_confirm_addr(in_dev, dst, local, scope))
			return true;
	}
	return false;
}

struct in_device *inetdev_by_index(int ifindex)
{
	struct net_device *dev = dev_get_by_index(ifindex);

	return dev ? in_dev_get_rcu(dev) : NULL;
}

/* ---- adding and removing addresses ---- */

/* The place of @ifa in its device's list; sets IFA_F_SECONDARY. Return: -EEXIST, -EINVAL, or 0. */
static int inet_find_place(struct in_ifaddr *ifa, struct in_ifaddr ***place)
{
	struct in_ifaddr **pp = &ifa->ifa_dev->ifa_list, **primaries = pp;

	for (; *pp; pp = &(*pp)->ifa_next) {
		struct in_ifaddr *other = *pp;

		if (!(other->ifa_flags & IFA_F_SECONDARY) && ifa->ifa_scope <= other->ifa_scope)
			primaries = &other->ifa_next;
		if (other->ifa_mask != ifa->ifa_mask || !inet_ifa_match(other->ifa_address, ifa))
			continue;
		if (other->ifa_local == ifa->ifa_local)
			return -EEXIST;
		if (other->ifa_scope != ifa->ifa_scope)
			return -EINVAL;
		ifa->ifa_flags |= IFA_F_SECONDARY;
	}
	*place = ifa->ifa_flags & IFA_F_SECONDARY ? pp : primaries;
	return 0;
}

static int inet_insert_ifa(struct in_ifaddr *ifa)
{
	struct in_ifaddr **place;
	int err = inet_find_place(ifa, &place);

	if (err)
		return err;
	ifa->ifa_next = *place;
	rcu_assign_pointer(*place, ifa);
	hlist_add_head_rcu(&ifa->hash, inet_addr_bucket(ifa->ifa_local));
	fib_addr_changed();
	fib_add_ifaddr(ifa);
	rt_cache_flush();
	notifier_call_chain(&inetaddr_chain, INETADDR_UP, ifa);
	return 0;
}

static void inet_unlink_ifa(struct in_ifaddr *ifa, struct in_ifaddr *prim)
{
	struct in_ifaddr **pp = &ifa->ifa_dev->ifa_list;

	while (*pp != ifa)
		pp = &(*pp)->ifa_next;
	rcu_assign_pointer(*pp, ifa->ifa_next);
	hlist_del_rcu(&ifa->hash);
	fib_addr_changed();
	fib_del_ifaddr(ifa, prim);
	rt_cache_flush();
	notifier_call_chain(&inetaddr_chain, INETADDR_DOWN, ifa);
}

/* Removes @ifa; with a primary its secondaries go first. */
static void inet_del_ifa(struct in_ifaddr *ifa)
{
	struct in_ifaddr *prim = ifa, *other, *next;

	if (ifa->ifa_flags & IFA_F_SECONDARY) {
		prim = inet_ifa_byprefix(ifa->ifa_dev, ifa->ifa_address, ifa->ifa_mask);
		if (!prim)
			prim = ifa;
	} else {
		for (other = ifa->ifa_dev->ifa_list; other; other = next) {
			next = other->ifa_next;
			if ((other->ifa_flags & IFA_F_SECONDARY) &&
			    other->ifa_mask == ifa->ifa_mask &&
			    inet_ifa_match(other->ifa_address, ifa)) {
				inet_unlink_ifa(other, ifa);
				kfree_rcu(other, rcu);
			}
		}
	}
	inet_unlink_ifa(ifa, prim);
	kfree_rcu(ifa, rcu);
}

static struct in_ifaddr *inet_find_ifa(const struct in_device *in_dev, be32 local, int prefixlen)
{
	struct in_ifaddr *ifa;

	for (ifa = in_dev->ifa_list; ifa; ifa = ifa->ifa_next)
		if (ifa->ifa_local == local && (prefixlen < 0 || ifa->ifa_prefixlen == prefixlen))
			break;
	return ifa;
}

static bool inet_valid_local(be32 addr)
{
	return !ipv4_is_multicast(addr) && !ipv4_is_zeronet(addr) && !ipv4_is_class_e(addr);
}

/*
 * inet_addr_add() - give cfg->dev an address. @replace: one that is there already is fine.
 * Context: thread, under rtnl.
 * Return:  0; -EEXIST; -EINVAL no address for an interface, or another scope than its prefix has;
 *          -ENODEV the device has no IPv4; -ENOMEM.
 */
int inet_addr_add(const struct ifa_config *cfg, bool replace)
{
	struct in_device *in_dev = in_dev_get_rcu(cfg->dev);
	struct in_ifaddr *ifa, *old;
	int err;

	assert_rtnl_held();
	if (!in_dev)
		return -ENODEV;
	if (cfg->prefixlen > 32 || !inet_valid_local(cfg->local))
		return -EINVAL;
	old = inet_find_ifa(in_dev, cfg->local, cfg->prefixlen);
	if (old && replace && old->ifa_scope == cfg->scope && old->ifa_address == cfg->peer &&
	    old->ifa_broadcast == cfg->broadcast)
		return 0;
	ifa = kzalloc(sizeof(*ifa), GFP_KERNEL);
	if (!ifa)
		return -ENOMEM;
	if (old && replace)
		inet_del_ifa(old);
	ifa->ifa_dev = in_dev;
	ifa->ifa_local = cfg->local;
	ifa->ifa_address = cfg->peer;
	ifa->ifa_mask = inet_make_mask(cfg->prefixlen);
	ifa->ifa_prefixlen = cfg->prefixlen;
	ifa->ifa_broadcast = cfg->broadcast;
	ifa->ifa_rt_priority = cfg->metric;
	ifa->ifa_scope = cfg->scope;
	ifa->ifa_flags = IFA_F_PERMANENT | (cfg->noprefixroute ? IFA_F_NOPREFIXROUTE : 0);
	strscpy(ifa->ifa_label, cfg->label ? cfg->label : cfg->dev->name, sizeof(ifa->ifa_label));
	err = inet_insert_ifa(ifa);
	if (err)
		kfree(ifa);
	return err;
}

/*
 * inet_addr_del() - take an address away; @prefixlen < 0: whatever its prefix.
 * Context: thread, under rtnl.  Return: 0, -EADDRNOTAVAIL.
 */
int inet_addr_del(struct net_device *dev, be32 local, int prefixlen)
{
	struct in_device *in_dev = in_dev_get_rcu(dev);
	struct in_ifaddr *ifa = in_dev ? inet_find_ifa(in_dev, local, prefixlen) : NULL;

	assert_rtnl_held();
	if (!ifa)
		return -EADDRNOTAVAIL;
	inet_del_ifa(ifa);
	return 0;
}

/* inet_addr_flush() - all addresses of @dev. Under rtnl. */
void inet_addr_flush(struct net_device *dev)
{
	struct in_device *in_dev = in_dev_get_rcu(dev);

	assert_rtnl_held();
	while (in_dev && in_dev->ifa_list)
		inet_del_ifa(in_dev->ifa_list);
}

/* ---- settings ---- */

static int devconf_set_flush(const struct sysctl *s, int value)
{
	WRITE_ONCE(*s->value, value);
	rt_cache_flush();
	return 0;
}

/*
 * net.ipv4.ip_forward, net.ipv4.conf.all.forwarding: for all devices, and those to come. Handlers
 * run under sysctl's mutex, which rtnl's holder takes to register a directory: so never rtnl here.
 */
static int devconf_set_forward_all(const struct sysctl *s, int value)
{
	struct net_device *dev;

	WRITE_ONCE(ipv4_devconf_all.forwarding, value);
	WRITE_ONCE(ipv4_devconf_dflt.forwarding, value);
	rcu_read_lock();
	for_each_netdev(dev) {
		struct in_device *in_dev = in_dev_get_rcu(dev);

		if (in_dev)
			WRITE_ONCE(in_dev->cnf.forwarding, value);
	}
	rcu_read_unlock();
	rt_cache_flush();
	return 0;
}
SYSCTL_INT("net.ipv4.ip_forward", &ipv4_devconf_all.forwarding, 0, 1, devconf_set_forward_all);

/* Each setting once: name, member, largest value, handler. */
#define DEVCONF_LIST(X)						\
	X(accept_source_route,	1, NULL)			\
	X(arp_accept,		1, NULL)			\
	X(arp_ignore,		8, NULL)			\
	X(bc_forwarding,	1, devconf_set_flush)		\
	X(route_localnet,	1, devconf_set_flush)		\
	X(rp_filter,		2, devconf_set_flush)		\
	X(send_redirects,	1, devconf_set_flush)		\
	X(shared_media,		1, devconf_set_flush)

#define X(field, most, fn)									\
	SYSCTL_INT("net.ipv4.conf.all." #field, &ipv4_devconf_all.field, 0, most, fn);		\
	SYSCTL_INT("net.ipv4.conf.default." #field, &ipv4_devconf_dflt.field, 0, most);
DEVCONF_LIST(X)
#undef X
SYSCTL_INT("net.ipv4.conf.all.forwarding", &ipv4_devconf_all.forwarding, 0, 1,
	   devconf_set_forward_all);
SYSCTL_INT("net.ipv4.conf.default.forwarding", &ipv4_devconf_dflt.forwarding, 0, 1);

/* The same for a device; value and private are filled in from the offset when it is registered. */
static const struct devconf_template {
	const char		*name;
	size_t			offset;
	int			max;
	sysctl_handler_t	handler;
} devconf_templates[] = {
	{ "forwarding", offsetof(struct ipv4_devconf, forwarding), 1, devconf_set_flush },
#define X(field, most, fn) { #field, offsetof(struct ipv4_devconf, field), most, fn },
	DEVCONF_LIST(X)
#undef X
};

/* net.ipv4.conf.<dev>. Lives beside its in_device. */
struct devconf_dir {
	struct sysctl_dir	dir;
	struct sysctl		entries[ARRAY_SIZE(devconf_templates)];
};

/* Without memory for it the device works, with the defaults. */
static void devconf_register(struct in_device *in_dev)
{
	struct devconf_dir *d = kzalloc(sizeof(*d), GFP_KERNEL);

	if (!d)
		return;
	scnprintf(d->dir.prefix, sizeof(d->dir.prefix), "net.ipv4.conf.%s.", in_dev->dev->name);
	for (size_t i = 0; i < ARRAY_SIZE(devconf_templates); i++) {
		const struct devconf_template *t = &devconf_templates[i];

		d->entries[i] = (struct sysctl){
			.name = t->name,
			.value = (int *)(void *)((char *)&in_dev->cnf + t->offset),
			.max = t->max,
			.handler = t->handler,
		};
	}
	d->dir.entries = d->entries;
	d->dir.count = ARRAY_SIZE(d->entries);
	sysctl_dir_register(&d->dir);
	in_dev->sysctl = &d->dir;
}

static void devconf_unregister(struct in_device *in_dev)
{
	if (!in_dev->sysctl)
		return;
	sysctl_dir_unregister(in_dev->sysctl);
	kfree(container_of(in_dev->sysctl, struct devconf_dir, dir));
	in_dev->sysctl = NULL;
}

/* ---- devices ---- */

/* inetdev_init() - give @dev its IPv4 part. Under rtnl. Return: NULL when out of memory. */
struct in_device *inetdev_init(struct net_device *dev)
{
	struct in_device *in_dev = kzalloc(sizeof(*in_dev), GFP_KERNEL);

	assert_rtnl_held();
	if (!in_dev)
		return NULL;
	in_dev->dev = dev;
	in_dev->cnf = ipv4_devconf_dflt;
	dev_hold(dev);
	devconf_register(in_dev);
	rcu_assign_pointer(dev->ip_ptr, in_dev);
	/* ip_forward may have been set between the copy above and this line. */
	smp_mb();
	WRITE_ONCE(in_dev->cnf.forwarding, READ_ONCE(ipv4_devconf_dflt.forwarding));
	return in_dev;
}

static void in_dev_free_rcu(struct rcu_head *head)
{
	struct in_device *in_dev = container_of(head, struct in_device, rcu);

	dev_put(in_dev->dev);
	kfree(in_dev);
}

static void inetdev_destroy(struct in_device *in_dev)
{
	in_dev->dead = true;
	inet_addr_flush(in_dev->dev);
	devconf_unregister(in_dev);
	rcu_assign_pointer(in_dev->dev->ip_ptr, NULL);
	call_rcu(&in_dev->rcu, in_dev_free_rcu);
}

/* The loopback device needs no configuration: 127.0.0.1/8. */
static void inetdev_loopback_up(struct net_device *dev)
{
	struct ifa_config cfg = {
		.dev = dev,
		.local = INADDR_LOOPBACK,
		.peer = INADDR_LOOPBACK,
		.prefixlen = 8,
		.scope = RT_SCOPE_HOST,
	};
	int err = inet_addr_add(&cfg, true);

	if (err)
		pr_err("%s: no 127.0.0.1: error %d\n", dev->name, err);
}

static int inetdev_event(struct notifier_block *nb, unsigned long event, void *data)
{
	struct net_device *dev = data;
	struct in_device *in_dev = in_dev_get_rcu(dev);

	switch (event) {
	case NETDEV_REGISTER:
		if (!in_dev && !inetdev_init(dev))
			return notifier_from_errno(-ENOMEM);
		break;
	case NETDEV_UP:
		if (in_dev && (dev->flags & IFF_LOOPBACK) && !in_dev->ifa_list)
			inetdev_loopback_up(dev);
		break;
	case NETDEV_UNREGISTER:
		if (in_dev)
			inetdev_destroy(in_dev);
		break;
	}
	return NOTIFY_DONE;
}

static struct notifier_block ip_netdev_notifier = {
	.notifier_call = inetdev_event,
};

static int devinet_init(void)
{
	return register_netdevice_notifier(&ip_netdev_notifier);
}
INITCALL(core, devinet_init);
