/* SPDX-License-Identifier: MIT */
/*
 * net/ipv4/fib_frontend.c - the routing tables, and the routes that addresses and devices bring
 * along.
 *
 * Overview    fib_lookup() asks the tables local (255), main (254) and default (253) in that order;
 *             numbered ones may be filled, for rules to come. An address adds its local route, the
 *             route of its prefix and its broadcast; a device that goes up or down brings these
 *             back or takes all routes through it away. fib_validate_source() asks the tables
 *             whether a packet can have come from where it says.
 * Routes of   `ip addr add 192.0.2.1/24 dev eth0` makes
 * an address    local 192.0.2.1 dev eth0 table local scope host src 192.0.2.1
 *               192.0.2.0/24 dev eth0 scope link src 192.0.2.1
 *               broadcast 192.0.2.255 dev eth0 table local scope link src 192.0.2.1
 *             the last two only while the device is up. A /31 (RFC 3021) has no broadcast, a /32
 *             only its local route; a secondary address shares the prefix route of its primary. On
 *             loopback the prefix route is a local one.
 * Locking     Writers: rtnl. Readers: RCU.
 * Reference   RFC 1812 sections 5.2.4, 5.3.7, 5.3.8; Linux's tables and scopes.
 */
#define pr_fmt(fmt) "fib: " fmt

#include "kernel/base/initcall.h"
#include "kernel/base/printk.h"
#include "lib/rculist.h"
#include "lib/errno.h"
#include "lib/inet.h"
#include "net/ipv4/devinet.h"
#include "net/ipv4/fib.h"
#include "net/ipv4/ip.h"
#include "net/ipv4/route.h"
#include "net/netdevice.h"

#define FIB_TABLE_HASHSZ 32

struct fib_table *fib_local_table, *fib_main_table, *fib_default_table;
static struct hlist_head fib_table_hash[FIB_TABLE_HASHSZ];	/* [r] */

/* fib_get_table() - the table @id, NULL if nobody made it. Under RCU or rtnl. */
struct fib_table *fib_get_table(u32 id)
{
	struct fib_table *tb;

	hlist_for_each_entry_rcu(tb, &fib_table_hash[id % FIB_TABLE_HASHSZ], tb_hlist)
		if (tb->tb_id == id)
			return tb;
	return NULL;
}

/*
 * fib_new_table() - the table @id (0: main), made if it is not there. Under rtnl. NULL: no memory.
 */
struct fib_table *fib_new_table(u32 id)
{
	struct fib_table *tb;

	assert_rtnl_held();
	if (!id)
		id = RT_TABLE_MAIN;
	tb = fib_get_table(id);
	if (tb)
		return tb;
	tb = fib_hash_table(id);
	if (tb)
		hlist_add_head_rcu(&tb->tb_hlist, &fib_table_hash[id % FIB_TABLE_HASHSZ]);
	return tb;
}

/*
 * fib_lookup() - the route that @flp takes: local, main, default.
 * Context: any, under RCU.
 * Return:  0 and *@res; -ENETUNREACH none; -EINVAL blackhole, -EHOSTUNREACH unreachable, -EACCES
 *          prohibit.
 */
int fib_lookup(const struct flowi4 *flp, struct fib_result *res)
{
	int err = fib_table_lookup(fib_local_table, flp, res);

	if (err > 0 || err == -EAGAIN)
		err = fib_table_lookup(fib_main_table, flp, res);
	if (err > 0 || err == -EAGAIN)
		err = fib_table_lookup(fib_default_table, flp, res);
	return err > 0 || err == -EAGAIN ? -ENETUNREACH : err;
}

/*
 * fib_route_add(), fib_route_del() - in the table that @cfg names. Under rtnl. As
 * fib_table_insert().
 */
int fib_route_add(struct fib_config *cfg, struct fib_error *err)
{
	struct fib_table *tb = fib_new_table(cfg->fc_table);

	if (!tb)
		return -ENOMEM;
	cfg->fc_table = tb->tb_id;
	return fib_table_insert(tb, cfg, err);
}

int fib_route_del(struct fib_config *cfg, struct fib_error *err)
{
	struct fib_table *tb = fib_get_table(cfg->fc_table ? cfg->fc_table : RT_TABLE_MAIN);

	if (!tb) {
		err->msg = "FIB table does not exist";
		return -ESRCH;
	}
	cfg->fc_table = tb->tb_id;
	return fib_table_delete(tb, cfg, err);
}

/* fib_flush() - remove what fib_sync_down_*() marked as dead, from all tables. Under rtnl. */
void fib_flush(void)
{
	struct fib_table *tb;
	int flushed = 0;

	for (unsigned int i = 0; i < FIB_TABLE_HASHSZ; i++)
		hlist_for_each_entry(tb, &fib_table_hash[i], tb_hlist)
			flushed += fib_table_flush(tb);
	if (flushed)
		rt_cache_flush();
}

/* fib_dump() - the routes of table @table; 0: of every table, local last. Under rtnl. */
int fib_dump(u32 table, int (*fn)(const struct fib_route *route, void *ctx), void *ctx)
{
	struct fib_table *tb;
	int ret = 0;

	if (table) {
		tb = fib_get_table(table);
		return tb ? fib_table_dump(tb, fn, ctx) : 0;
	}
	for (unsigned int i = 0; i < FIB_TABLE_HASHSZ && !ret; i++) {
		hlist_for_each_entry(tb, &fib_table_hash[i], tb_hlist) {
			if (!ret && tb->tb_id != RT_TABLE_LOCAL)
				ret = fib_table_dump(tb, fn, ctx);
		}
	}
	return ret ? ret : fib_table_dump(fib_local_table, fn, ctx);
}

/* fib_stat_get() - what all tables together consist of. Under rtnl. */
void fib_stat_get(struct fib_stat *stat)
{
	struct fib_table *tb;

	*stat = (struct fib_stat){ .infos = fib_info_cnt };
	for (unsigned int i = 0; i < FIB_TABLE_HASHSZ; i++)
		hlist_for_each_entry(tb, &fib_table_hash[i], tb_hlist)
			fib_table_stat(tb, stat);
}

/* ---- what kind of address is this? ---- */

static unsigned int inet_addr_type_of(const struct net_device *dev, be32 addr)
{
	struct flowi4 fl4 = { .daddr = addr };
	struct fib_result res;

	if (ipv4_is_zeronet(addr) || ipv4_is_lbcast(addr))
		return RTN_BROADCAST;
	if (ipv4_is_multicast(addr))
		return RTN_MULTICAST;
	if (fib_table_lookup(fib_local_table, &fl4, &res))
		return RTN_UNICAST;
	return !dev || FIB_RES_DEV(res) == dev ? res.type : RTN_UNICAST;
}

/*
 * inet_addr_type() - RTN_LOCAL, RTN_BROADCAST, RTN_MULTICAST, or RTN_UNICAST for the rest. Under
 * RCU.
 */
unsigned int inet_addr_type(be32 addr)
{
	return inet_addr_type_of(NULL, addr);
}

/* The same, but local and broadcast only as far as @dev is concerned. */
unsigned int inet_dev_addr_type(const struct net_device *dev, be32 addr)
{
	return inet_addr_type_of(dev, addr);
}

/*
 * fib_validate_source() - may a packet from @src to @dst have come in by @dev?
 * @oif: interface that it will leave by; 0: delivered here.
 *
 * Never: a source that is our own or a broadcast address (RFC 1812 section 5.3.7). With
 * rp_filter 1 the best route back must lead through @dev, with 2 any route back will do.
 *
 * Context: softirq, under RCU.
 * Return:  0, 1 when the source is on @dev's own link (a redirect may be sent), -EINVAL martian,
 *          -EXDEV refused by rp_filter.
 */
int fib_validate_source(be32 src, be32 dst, u8 tos, int oif, struct net_device *dev,
			struct in_device *idev)
{
	int rpf = IN_DEV_RPFILTER(idev), err;
	struct flowi4 fl4 = { .daddr = src, .saddr = dst, .tos = tos, .iif = oif };
	struct fib_result res;

	if (!rpf && (dev->ifindex != oif || !IN_DEV_TX_REDIRECTS(idev))) {
		/*
		 * Nobody asks for the way back: it is enough that the local table does not know it.
		 */
		err = fib_table_lookup(fib_local_table, &fl4, &res);
		return err || (res.type != RTN_LOCAL && res.type != RTN_BROADCAST) ? 0 : -EINVAL;
	}
	err = fib_lookup(&fl4, &res);
	if (err)
		return rpf ? -EXDEV : 0;
	if (res.type != RTN_UNICAST)
		return -EINVAL;
	for (int i = 0; i < res.fi->fib_nhs; i++)
		if (res.fi->fib_nh[i].nh_dev == dev)
			return res.fi->fib_nh[i].nh_scope >= RT_SCOPE_HOST;
	if (rpf == 1)
		return -EXDEV;
	if (rpf == 0)
		return 0;
	fl4.oif = dev->ifindex;
	if (!fib_lookup(&fl4, &res) && res.type == RTN_UNICAST)
		return FIB_RES_NH(res).nh_scope >= RT_SCOPE_HOST;
	return 0;
}

/* ---- the routes of an address ---- */

/* One route that an address needs. */
struct ifa_route {
	u8	type;
	u8	len;
	be32	dst;
};
#define IFA_ROUTES_MAX 4

/* The address whose name the routes of @ifa bear: a secondary's primary. */
static struct in_ifaddr *ifa_primary(struct in_ifaddr *ifa)
{
	struct in_ifaddr *prim;

	if (!(ifa->ifa_flags & IFA_F_SECONDARY))
		return ifa;
	prim = inet_ifa_byprefix(ifa->ifa_dev, ifa->ifa_address & ifa->ifa_mask, ifa->ifa_mask);
	return prim ? prim : ifa;
}

/*
 * Lists the routes that @ifa needs while its device is up. Return: how many; the local one is
 * first.
 */
static unsigned int ifa_routes(const struct in_ifaddr *ifa, struct ifa_route *r)
{
	be32 prefix = ifa->ifa_address & ifa->ifa_mask;
	be32 brd = prefix | ~ifa->ifa_mask;
	bool loopback = ifa->ifa_dev->dev->flags & IFF_LOOPBACK;
	unsigned int n = 0;

	r[n++] = (struct ifa_route){ RTN_LOCAL, 32, ifa->ifa_local };
	if (ifa->ifa_broadcast && !ipv4_is_lbcast(ifa->ifa_broadcast))
		r[n++] = (struct ifa_route){ RTN_BROADCAST, 32, ifa->ifa_broadcast };
	if (ipv4_is_zeronet(prefix) || (ifa->ifa_flags & IFA_F_SECONDARY) ||
	    (prefix == ifa->ifa_local && ifa->ifa_prefixlen == 32))
		return n;
	if (!(ifa->ifa_flags & IFA_F_NOPREFIXROUTE))
		r[n++] = (struct ifa_route){ loopback ? RTN_LOCAL : RTN_UNICAST, ifa->ifa_prefixlen,
					     prefix };
	if (ifa->ifa_prefixlen < 31 && brd != ifa->ifa_broadcast)
		r[n++] = (struct ifa_route){ RTN_BROADCAST, 32, brd };
	return n;
}

/* Adds or removes one of these. What is there already, or is not, is no error. */
static void fib_magic(bool add, const struct ifa_route *r, const struct in_ifaddr *ifa,
		      const struct in_ifaddr *prim)
{
	struct fib_config cfg = {
		.fc_type = r->type,
		.fc_dst = r->dst,
		.fc_dst_len = r->len,
		.fc_table = r->type == RTN_UNICAST ? RT_TABLE_MAIN : RT_TABLE_LOCAL,
		.fc_scope = r->type == RTN_LOCAL ? RT_SCOPE_HOST : RT_SCOPE_LINK,
		.fc_scope_set = true,
		.fc_protocol = RTPROT_KERNEL,
		.fc_prefsrc = prim->ifa_local,
		.fc_oif = prim->ifa_dev->dev->ifindex,
		.fc_priority = r->type == RTN_UNICAST ? ifa->ifa_rt_priority : 0,
		.fc_nlflags = NLM_F_CREATE | NLM_F_APPEND,
	};
	struct fib_error error = { NULL };
	int err = add ? fib_route_add(&cfg, &error) : fib_route_del(&cfg, &error);

	if (err && err != -EEXIST && err != -ESRCH)
		pr_warn("%s: no route for %pI4/%u: %s\n", prim->ifa_dev->dev->name, &r->dst,
			r->len, error.msg ? error.msg : errno_text(err));
}

/*
 * fib_add_ifaddr() - the routes of @ifa; only its local one while the device is down. Under rtnl.
 */
void fib_add_ifaddr(struct in_ifaddr *ifa)
{
	struct ifa_route r[IFA_ROUTES_MAX];
	unsigned int n = ifa_routes(ifa, r);

	if (!(ifa->ifa_dev->dev->flags & IFF_UP))
		n = 1;
	for (unsigned int i = 0; i < n; i++)
		fib_magic(true, &r[i], ifa, ifa_primary(ifa));
}

/* Does another address of the device need the very same route? */
static bool ifa_route_shared(const struct ifa_route *r, const struct in_ifaddr *ifa,
			     const struct in_ifaddr *prim)
{
	struct in_ifaddr *other;

	for_each_ifa_rcu(other, ifa->ifa_dev) {
		struct ifa_route mine[IFA_ROUTES_MAX];
		unsigned int n;

		if (other == ifa || ifa_primary(other)->ifa_local != prim->ifa_local)
			continue;
		n = ifa_routes(other, mine);
		for (unsigned int i = 0; i < n; i++)
			if (mine[i].type == r->type && mine[i].len == r->len &&
			    mine[i].dst == r->dst)
				return true;
	}
	return false;
}

/*
 * fib_del_ifaddr() - the routes of @ifa, as far as no other address needs them; @ifa stands in no
 * list any more. @iprim is the primary that its routes are named after (@ifa itself if it is one).
 * Under rtnl.
 */
void fib_del_ifaddr(struct in_ifaddr *ifa, struct in_ifaddr *iprim)
{
	struct ifa_route r[IFA_ROUTES_MAX];
	unsigned int n = ifa_routes(ifa, r);

	for (unsigned int i = 0; i < n; i++)
		if (!ifa_route_shared(&r[i], ifa, iprim))
			fib_magic(false, &r[i], ifa, iprim);
	if (inet_addr_type(ifa->ifa_local) != RTN_LOCAL && fib_sync_down_addr(ifa->ifa_local))
		fib_flush();
}

/* ---- devices ---- */

static void fib_disable_ip(struct net_device *dev, bool force)
{
	if (fib_sync_down_dev(dev, force))
		fib_flush();
	else
		rt_cache_flush();
}

static void fib_enable_ip(struct net_device *dev, struct in_device *in_dev)
{
	struct in_ifaddr *ifa;

	for_each_ifa_rcu(ifa, in_dev)
		fib_add_ifaddr(ifa);
	fib_sync_up(dev);
	rt_cache_flush();
}

static int fib_netdev_event(struct notifier_block *nb, unsigned long event, void *data)
{
	struct net_device *dev = data;
	struct in_device *in_dev = in_dev_get_rcu(dev);

	switch (event) {
	case NETDEV_UP:
		if (in_dev)
			fib_enable_ip(dev, in_dev);
		break;
	case NETDEV_DOWN:
		fib_disable_ip(dev, false);
		break;
	case NETDEV_UNREGISTER:
		fib_disable_ip(dev, true);
		break;
	case NETDEV_CHANGEMTU:
	case NETDEV_CHANGE:
	case NETDEV_CHANGEADDR:
		rt_cache_flush();
		break;
	}
	return NOTIFY_DONE;
}

/* Behind devinet's (priority 0), which has made the in_device and the loopback address by then. */
static struct notifier_block fib_netdev_notifier = {
	.notifier_call = fib_netdev_event,
	.priority = -1,
};

static int fib_init(void)
{
	int err = -ENOMEM;

	fib_semantics_init();
	rtnl_lock();
	fib_local_table = fib_new_table(RT_TABLE_LOCAL);
	fib_main_table = fib_new_table(RT_TABLE_MAIN);
	fib_default_table = fib_new_table(RT_TABLE_DEFAULT);
	rtnl_unlock();
	if (fib_local_table && fib_main_table && fib_default_table)
		err = register_netdevice_notifier(&fib_netdev_notifier);
	return err;
}
INITCALL(core, fib_init);
