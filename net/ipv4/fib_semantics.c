/* SPDX-License-Identifier: MIT */
/*
 * net/ipv4/fib_semantics.c - fib_info: what a route says, apart from its prefix.
 *
 * Overview    Checks what the configuration asks for (is the gateway on link, is the preferred
 *             source ours), makes the shared fib_info out of it, decides among the routes of one
 *             prefix (fib_semantic_match) and among next hops (fib_select_path), and marks next
 *             hops dead when their device or address goes.
 * Structure   A fib_info stands in fib_info_hash by its content (a full table behind a few gateways
 *             has a few of them), in fib_info_laddrhash by its preferred source if it has one, and
 *             each next hop in fib_info_devhash by its device.
 * Scopes      A route's scope says how far its destination is. A gateway must be found by a route
 *             of a narrower scope than the route that names it: that is what keeps gateways on link
 *             and recursion out. Narrow to wide: nowhere 255, host 254, link 253, universe 0.
 * Lifetime    See struct fib_info. A next hop holds its device.
 * Locking     Writers: rtnl (all hashes). Readers: RCU, and never the hashes.
 * Limits      FIB_MAX_NHS next hops a route: sum of weights stays below 2^16, and one fib_info
 *             small.
 * Reference   RFC 1812 section 5.2.4; Linux's notion of scopes.
 */
#define pr_fmt(fmt) "fib: " fmt

#include "kernel/base/printk.h"
#include "kernel/base/random.h"
#include "kernel/base/rcu.h"
#include "lib/bug.h"
#include "lib/err.h"
#include "lib/inet.h"
#include "lib/multilinear.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "mm/vmalloc.h"
#include "net/ipv4/devinet.h"
#include "net/ipv4/fib.h"
#include "net/ipv4/route.h"
#include "net/netdevice.h"

#define FIB_MAX_NHS		128
#define FIB_INFO_HASH_MIN	64	/* chains; doubled when there are more fib_infos */
#define FIB_INFO_HASH_MAX	(1u << 20)
#define DEVINDEX_HASHSIZE	64

u32 fib_addr_genid = 1;
unsigned int fib_info_cnt;

static struct hlist_head *fib_info_hash, *fib_info_laddrhash;
static unsigned int fib_info_hash_size;
static struct hlist_head fib_info_devhash[DEVINDEX_HASHSIZE];
static u32 fib_metrics_none[RTAX_MAX];
static struct multilinear_key fib_multipath_key __ro_after_init;

/* What a route type does to a packet, and the widest scope that it may have. */
static const struct fib_prop {
	int	error;
	u8	scope;
} fib_props[RTN_MAX + 1] = {
	[RTN_UNSPEC]	  = { -EINVAL,	     RT_SCOPE_NOWHERE },
	[RTN_UNICAST]	  = { 0,	     RT_SCOPE_UNIVERSE },
	[RTN_LOCAL]	  = { 0,	     RT_SCOPE_HOST },
	[RTN_BROADCAST]	  = { 0,	     RT_SCOPE_LINK },
	[RTN_ANYCAST]	  = { 0,	     RT_SCOPE_LINK },
	[RTN_MULTICAST]	  = { 0,	     RT_SCOPE_UNIVERSE },
	[RTN_BLACKHOLE]	  = { -EINVAL,	     RT_SCOPE_UNIVERSE },
	[RTN_UNREACHABLE] = { -EHOSTUNREACH, RT_SCOPE_UNIVERSE },
	[RTN_PROHIBIT]	  = { -EACCES,	     RT_SCOPE_UNIVERSE },
	[RTN_THROW]	  = { -EAGAIN,	     RT_SCOPE_UNIVERSE },
	[RTN_NAT]	  = { -EINVAL,	     RT_SCOPE_NOWHERE },
	[RTN_XRESOLVE]	  = { -EINVAL,	     RT_SCOPE_NOWHERE },
};

const char *rtn_name(unsigned int type)
{
	static const char *const names[RTN_MAX + 1] = {
		"none", "unicast", "local", "broadcast", "anycast", "multicast",
		"blackhole", "unreachable", "prohibit", "throw", "nat", "xresolve",
	};

	return type <= RTN_MAX ? names[type] : "?";
}

/* ---- look-up ---- */

/* The first next hop of @fi that may be used for @flp; -1 if none. */
static int fib_usable_nh(const struct fib_info *fi, const struct flowi4 *flp)
{
	for (int i = 0; i < fi->fib_nhs; i++) {
		const struct fib_nh *nh = &fi->fib_nh[i];

		if ((READ_ONCE(nh->nh_flags) & RTNH_F_DEAD) &&
		    !(flp->flags & FLOWI_FLAG_IGNORE_LINKSTATE))
			continue;
		if (!flp->oif || flp->oif == nh->nh_oif)
			return i;
	}
	return -1;
}

/*
 * fib_semantic_match() - the first of the routes at @fa that fits @flp: tos, scope, interface,
 * alive. Context: any, under RCU.
 * Return:  0 found, in *@res; 1 none fits; -EINVAL, -EHOSTUNREACH, -EACCES, -EAGAIN by route type.
 */
int fib_semantic_match(const struct fib_alias *fa, const struct flowi4 *flp,
		       struct fib_result *res, be32 prefix, unsigned int prefixlen)
{
	for (; fa; fa = rcu_dereference(fa->fa_next)) {
		struct fib_info *fi = rcu_dereference(fa->fa_info);
		int error, nh = 0;

		if (fa->fa_tos && fa->fa_tos != flp->tos)
			continue;
		if (fi->fib_scope < flp->scope)
			continue;
		if (unlikely(READ_ONCE(fi->fib_dead)))
			continue;
		error = fib_props[fa->fa_type].error;
		if (likely(!error)) {
			if (unlikely(READ_ONCE(fi->fib_flags) & RTNH_F_DEAD))
				continue;
			nh = fib_usable_nh(fi, flp);
			if (nh < 0)
				continue;
		}
		res->prefix = prefix;
		res->prefixlen = (u8)prefixlen;
		res->nh_sel = (u8)nh;
		res->type = fa->fa_type;
		res->scope = fi->fib_scope;
		res->fi = fi;
		return error;
	}
	return 1;
}

/*
 * fib_select_multipath() - pick a living next hop of res->fi by weight: equal hashes, equal hops.
 */
void fib_select_multipath(struct fib_result *res, u32 hash)
{
	const struct fib_info *fi = res->fi;
	u32 total = 0, point;

	for (int i = 0; i < fi->fib_nhs; i++)
		if (!(READ_ONCE(fi->fib_nh[i].nh_flags) & RTNH_F_DEAD))
			total += fi->fib_nh[i].nh_weight;
	point = (u32)(((u64)hash * total) >> 32);
	for (int i = 0; i < fi->fib_nhs; i++) {
		const struct fib_nh *nh = &fi->fib_nh[i];

		if (READ_ONCE(nh->nh_flags) & RTNH_F_DEAD)
			continue;
		if (point < nh->nh_weight) {
			res->nh_sel = (u8)i;
			return;
		}
		point -= nh->nh_weight;
	}
}

/* fib_select_path() - the next hop for the flow @fl4, where its route offers several. */
void fib_select_path(struct fib_result *res, const struct flowi4 *fl4)
{
	if (likely(res->fi->fib_nhs < 2) || fl4->oif)
		return;
	fib_select_multipath(res, multilinear_hash2(&fib_multipath_key, fl4->saddr, fl4->daddr));
}

void fib_semantics_init(void)
{
	get_random_bytes(&fib_multipath_key, sizeof(fib_multipath_key));
}

/*
 * fib_addr_changed() - an address came or went: the source addresses chosen so far are void. Under
 * rtnl, behind the change.
 */
void fib_addr_changed(void)
{
	u32 next = fib_addr_genid + 1;

	smp_store_release(&fib_addr_genid, next ? next : 1);
}

/* The source address that packets by @nh get, chosen anew and kept until addresses change. */
static be32 fib_info_update_nh_saddr(struct fib_nh *nh, u8 scope)
{
	/* before the choice: what changes behind it makes it void */
	u32 genid = smp_load_acquire(&fib_addr_genid);
	be32 addr = inet_select_addr(nh->nh_dev, nh->nh_gw, scope);

	WRITE_ONCE(nh->nh_saddr, (u64)genid << 32 | addr);
	return addr;
}

/* fib_res_prefsrc() - the source address that *@res wants. Under RCU. 0: none to be had. */
be32 fib_res_prefsrc(const struct fib_result *res)
{
	struct fib_nh *nh = &res->fi->fib_nh[res->nh_sel];
	u64 saddr;

	if (res->fi->fib_prefsrc)
		return res->fi->fib_prefsrc;
	saddr = READ_ONCE(nh->nh_saddr);
	if (saddr >> 32 == READ_ONCE(fib_addr_genid))
		return (be32)saddr;
	return fib_info_update_nh_saddr(nh, res->fi->fib_scope);
}

/* ---- the hashes ---- */

static u32 fib_mix(u32 h, u32 v)
{
	h = (h ^ v) * 0x9e3779b1u;
	return h ^ (h >> 15);
}

static u32 fib_info_hashfn(const struct fib_info *fi)
{
	u32 h = fi->fib_nhs | (u32)fi->fib_scope << 8 | (u32)fi->fib_protocol << 16 |
		(u32)fi->fib_type << 24;

	h = fib_mix(fib_mix(h, fi->fib_prefsrc), fi->fib_priority);
	for (int i = 0; i < fi->fib_nhs; i++)
		h = fib_mix(fib_mix(h, (u32)fi->fib_nh[i].nh_oif), fi->fib_nh[i].nh_gw);
	return h;
}

static struct hlist_head *fib_laddr_bucket(be32 addr)
{
	return &fib_info_laddrhash[fib_mix(0, addr) & (fib_info_hash_size - 1)];
}

static struct hlist_head *fib_dev_bucket(const struct net_device *dev)
{
	return &fib_info_devhash[(unsigned int)dev->ifindex % DEVINDEX_HASHSIZE];
}

/*
 * Twice the chains. Nobody but rtnl's holder walks these hashes. -ENOMEM only if there is none yet.
 */
static int fib_info_hash_grow(void)
{
	unsigned int size = fib_info_hash_size ? fib_info_hash_size * 2 : FIB_INFO_HASH_MIN;
	struct hlist_head *old = fib_info_hash, *old_laddr = fib_info_laddrhash;
	unsigned int old_size = fib_info_hash_size;
	struct hlist_head *hash, *laddr;

	if (size > FIB_INFO_HASH_MAX)
		return 0;
	hash = kvzalloc(size * sizeof(*hash), GFP_KERNEL | __GFP_NOWARN);
	laddr = kvzalloc(size * sizeof(*laddr), GFP_KERNEL | __GFP_NOWARN);
	if (!hash || !laddr) {
		kvfree(hash);
		kvfree(laddr);
		return old ? 0 : -ENOMEM;
	}
	fib_info_hash = hash;
	fib_info_laddrhash = laddr;
	fib_info_hash_size = size;
	for (unsigned int i = 0; i < old_size; i++) {
		struct hlist_node *n, *next;

		for (n = old[i].first; n; n = next) {
			struct fib_info *fi = container_of(n, struct fib_info, fib_hash);

			next = n->next;
			hlist_add_head(n, &hash[fib_info_hashfn(fi) & (size - 1)]);
		}
		for (n = old_laddr[i].first; n; n = next) {
			struct fib_info *fi = container_of(n, struct fib_info, fib_lhash);

			next = n->next;
			hlist_add_head(n, fib_laddr_bucket(fi->fib_prefsrc));
		}
	}
	kvfree(old);
	kvfree(old_laddr);
	return 0;
}

static bool fib_nh_equal(const struct fib_info *a, const struct fib_info *b)
{
	for (int i = 0; i < a->fib_nhs; i++) {
		const struct fib_nh *x = &a->fib_nh[i], *y = &b->fib_nh[i];

		if (x->nh_oif != y->nh_oif || x->nh_gw != y->nh_gw || x->nh_scope != y->nh_scope ||
		    x->nh_weight != y->nh_weight || ((x->nh_flags ^ y->nh_flags) & ~RTNH_F_DEAD))
			return false;
	}
	return true;
}

static struct fib_info *fib_find_info(const struct fib_info *like)
{
	struct fib_info *fi;
	struct hlist_head *head = &fib_info_hash[fib_info_hashfn(like) & (fib_info_hash_size - 1)];

	hlist_for_each_entry(fi, head, fib_hash) {
		if (fi->fib_nhs == like->fib_nhs && fi->fib_protocol == like->fib_protocol &&
		    fi->fib_scope == like->fib_scope && fi->fib_type == like->fib_type &&
		    fi->fib_prefsrc == like->fib_prefsrc && fi->fib_tb_id == like->fib_tb_id &&
		    fi->fib_priority == like->fib_priority &&
		    !memcmp(fi->fib_metrics, like->fib_metrics, sizeof(fib_metrics_none)) &&
		    !((fi->fib_flags ^ like->fib_flags) & ~RTNH_F_DEAD) && fib_nh_equal(fi, like))
			return fi;
	}
	return NULL;
}

/* ---- life ---- */

static void free_fib_info_rcu(struct rcu_head *head)
{
	struct fib_info *fi = container_of(head, struct fib_info, rcu);

	for (int i = 0; i < fi->fib_nhs; i++)
		if (fi->fib_nh[i].nh_dev)
			dev_put(fi->fib_nh[i].nh_dev);
	if (fi->fib_metrics != fib_metrics_none)
		kfree(fi->fib_metrics);
	kfree(fi);
}

/*
 * free_fib_info() - the last reference went; freed when the readers of now are through. Any
 * context.
 */
void free_fib_info(struct fib_info *fi)
{
	call_rcu(&fi->rcu, free_fib_info_rcu);
}

/* fib_release_info() - one route less uses @fi. Under rtnl. */
void fib_release_info(struct fib_info *fi)
{
	assert_rtnl_held();
	if (--fi->fib_treeref)
		return;
	hlist_del(&fi->fib_hash);
	if (fi->fib_prefsrc)
		hlist_del(&fi->fib_lhash);
	for (int i = 0; i < fi->fib_nhs; i++)
		if (fi->fib_nh[i].nh_dev)
			hlist_del(&fi->fib_nh[i].nh_hash);
	WRITE_ONCE(fi->fib_dead, 1);
	fib_info_cnt--;
	fib_info_put(fi);
}

/* ---- making one ---- */

static int fib_fail(struct fib_error *err, const char *msg, int error)
{
	err->msg = msg;
	return error;
}

/* Sets the device of @nh; it must be up. */
static int fib_nh_set_dev(struct fib_nh *nh, struct net_device *dev, struct fib_error *err,
			  const char *msg)
{
	if (!dev || !in_dev_get_rcu(dev))
		return -ENODEV;
	if (!(dev->flags & IFF_UP))
		return fib_fail(err, msg, -ENETDOWN);
	nh->nh_dev = dev;
	nh->nh_oif = dev->ifindex;
	dev_hold(dev);
	return 0;
}

/* "onlink": the administrator says that the gateway is on the link, whatever the routes say. */
static int fib_check_nh_onlink(struct fib_nh *nh, u8 scope, struct fib_error *err)
{
	struct net_device *dev = nh->nh_oif ? dev_get_by_index(nh->nh_oif) : NULL;

	if (scope >= RT_SCOPE_LINK)
		return fib_fail(err, "Nexthop has invalid scope", -EINVAL);
	if (!dev)
		return fib_fail(err, "Nexthop device required for onlink", -ENODEV);
	if (inet_addr_type(nh->nh_gw) != RTN_UNICAST)
		return fib_fail(err, "Nexthop has invalid gateway", -EINVAL);
	nh->nh_scope = RT_SCOPE_LINK;
	return fib_nh_set_dev(nh, dev, err, "Nexthop device is not up");
}

/* A gateway must be reached by a route of a narrower scope; that route says by which device. */
static int fib_check_nh_gw(struct fib_nh *nh, u32 table, u8 scope, struct fib_error *err)
{
	struct flowi4 fl4 = {
		.daddr = nh->nh_gw,
		.scope = (u8)max(scope + 1, (int)RT_SCOPE_LINK),
		.oif = nh->nh_oif,
		.iif = loopback_dev ? loopback_dev->ifindex : 0,
	};
	struct fib_table *tb = table && table != RT_TABLE_MAIN ? fib_get_table(table) : NULL;
	struct fib_result res;
	int ret = 1;

	if (tb)
		ret = fib_table_lookup(tb, &fl4, &res);
	if (ret)
		ret = fib_lookup(&fl4, &res);
	if (ret)
		return fib_fail(err, "Nexthop has invalid gateway", ret);
	if (res.type != RTN_UNICAST && res.type != RTN_LOCAL)
		return fib_fail(err, "Nexthop has invalid gateway", -EINVAL);
	nh->nh_scope = res.scope;
	return fib_nh_set_dev(nh, FIB_RES_DEV(res), err, "Nexthop device is not up");
}

static int fib_check_nh(struct fib_nh *nh, const struct fib_config *cfg, struct fib_error *err)
{
	if (nh->nh_gw)
		return nh->nh_flags & RTNH_F_ONLINK ?
			       fib_check_nh_onlink(nh, cfg->fc_scope, err) :
			       fib_check_nh_gw(nh, cfg->fc_table, cfg->fc_scope, err);
	if (nh->nh_flags & RTNH_F_ONLINK)
		return fib_fail(err,
				"Invalid flags for nexthop - PERVASIVE and ONLINK can not be set",
				-EINVAL);
	if (!nh->nh_oif)
		return -ENODEV;
	nh->nh_scope = RT_SCOPE_HOST;
	return fib_nh_set_dev(nh, dev_get_by_index(nh->nh_oif), err,
			      "Device for nexthop is not up");
}

/* A route to ourselves: one next hop, that is a device. */
static int fib_check_nh_host(struct fib_info *fi, struct fib_error *err)
{
	struct fib_nh *nh = fi->fib_nh;
	struct net_device *dev;

	if (fi->fib_nhs != 1)
		return fib_fail(err, "Route with host scope can not have multiple nexthops",
				-EINVAL);
	if (nh->nh_gw)
		return fib_fail(err, "Route with host scope can not have a gateway", -EINVAL);
	dev = nh->nh_oif ? dev_get_by_index(nh->nh_oif) : NULL;
	if (!dev)
		return fib_fail(err, "No egress device for nexthop", -ENODEV);
	nh->nh_scope = RT_SCOPE_NOWHERE;
	nh->nh_dev = dev;
	dev_hold(dev);
	return 0;
}

static int fib_check_config(const struct fib_config *cfg, struct fib_error *err)
{
	if (cfg->fc_type > RTN_MAX)
		return fib_fail(err, "Invalid type", -EINVAL);
	if (fib_props[cfg->fc_type].scope > cfg->fc_scope)
		return fib_fail(err, "Invalid scope", -EINVAL);
	if (cfg->fc_scope > RT_SCOPE_HOST)
		return fib_fail(err, "Invalid scope", -EINVAL);
	if (cfg->fc_nhs > FIB_MAX_NHS)
		return fib_fail(err, "Too many nexthops", -EINVAL);
	if (fib_props[cfg->fc_type].error && (cfg->fc_gw || cfg->fc_oif || cfg->fc_nhs))
		return fib_fail(
			err,
			"Gateway, device and multipath can not be specified for this route type",
			-EINVAL);
	return 0;
}

static int fib_set_metrics(struct fib_info *fi, const struct fib_config *cfg)
{
	fi->fib_metrics = fib_metrics_none;
	if (!cfg->fc_mx_mask)
		return 0;
	fi->fib_metrics = kmemdup(cfg->fc_mx, sizeof(cfg->fc_mx), GFP_KERNEL);
	return fi->fib_metrics ? 0 : -ENOMEM;
}

static void fib_set_nhs(struct fib_info *fi, const struct fib_config *cfg)
{
	for (int i = 0; i < fi->fib_nhs; i++) {
		struct fib_nh *nh = &fi->fib_nh[i];

		nh->nh_parent = fi;
		nh->nh_gw = cfg->fc_nhs ? cfg->fc_mp[i].gw : cfg->fc_gw;
		nh->nh_oif = cfg->fc_nhs ? cfg->fc_mp[i].oif : cfg->fc_oif;
		nh->nh_flags = (cfg->fc_nhs ? cfg->fc_mp[i].flags : cfg->fc_flags) & RTNH_F_ONLINK;
		nh->nh_weight = cfg->fc_nhs ? cfg->fc_mp[i].weight : 1;
	}
}

static int fib_check_nhs(struct fib_info *fi, const struct fib_config *cfg, struct fib_error *err)
{
	int ret;

	if (fib_props[cfg->fc_type].error)
		return 0;
	if (cfg->fc_scope == RT_SCOPE_HOST)
		return fib_check_nh_host(fi, err);
	for (int i = 0; i < fi->fib_nhs; i++) {
		ret = fib_check_nh(&fi->fib_nh[i], cfg, err);
		if (ret)
			return ret;
	}
	return 0;
}

/*
 * A preferred source must be ours. The local route that makes an address ours may name it itself.
 */
static bool fib_valid_prefsrc(const struct fib_config *cfg)
{
	if (!cfg->fc_prefsrc ||
	    (cfg->fc_type == RTN_LOCAL && cfg->fc_dst_len && cfg->fc_prefsrc == cfg->fc_dst))
		return true;
	return inet_addr_type(cfg->fc_prefsrc) == RTN_LOCAL;
}

static void fib_link_info(struct fib_info *fi)
{
	hlist_add_head(&fi->fib_hash,
		       &fib_info_hash[fib_info_hashfn(fi) & (fib_info_hash_size - 1)]);
	if (fi->fib_prefsrc)
		hlist_add_head(&fi->fib_lhash, fib_laddr_bucket(fi->fib_prefsrc));
	for (int i = 0; i < fi->fib_nhs; i++)
		if (fi->fib_nh[i].nh_dev)
			hlist_add_head(&fi->fib_nh[i].nh_hash,
				       fib_dev_bucket(fi->fib_nh[i].nh_dev));
	fib_info_cnt++;
}

/*
 * fib_create_info() - the fib_info that @cfg asks for, an existing one if it is the same.
 * Context: thread, under rtnl.
 * Return:  with one fib_treeref for the caller (fib_release_info() gives it back), or ERR_PTR, with
 *          a sentence in *@err where the errno alone says too little.
 */
struct fib_info *fib_create_info(struct fib_config *cfg, struct fib_error *err)
{
	struct fib_info *fi, *same;
	unsigned int nhs = cfg->fc_nhs ? cfg->fc_nhs : 1;
	int ret = fib_check_config(cfg, err);

	assert_rtnl_held();
	if (ret)
		return ERR_PTR(ret);
	if (fib_info_cnt >= fib_info_hash_size && fib_info_hash_grow())
		return ERR_PTR(-ENOMEM);
	fi = kzalloc(sizeof(*fi) + nhs * sizeof(fi->fib_nh[0]), GFP_KERNEL);
	if (!fi)
		return ERR_PTR(-ENOMEM);
	fi->fib_protocol = cfg->fc_protocol;
	fi->fib_scope = cfg->fc_scope;
	fi->fib_type = cfg->fc_type;
	fi->fib_priority = cfg->fc_priority;
	fi->fib_prefsrc = cfg->fc_prefsrc;
	fi->fib_tb_id = cfg->fc_table;
	fi->fib_nhs = (u8)nhs;
	fib_set_nhs(fi, cfg);
	ret = fib_set_metrics(fi, cfg);
	if (!ret)
		ret = fib_check_nhs(fi, cfg, err);
	if (!ret && !fib_valid_prefsrc(cfg))
		ret = fib_fail(err, "Invalid prefsrc address", -EINVAL);
	if (ret) {
		free_fib_info_rcu(&fi->rcu);
		return ERR_PTR(ret);
	}
	same = fib_find_info(fi);
	if (same) {
		free_fib_info_rcu(&fi->rcu);
		same->fib_treeref++;
		return same;
	}
	fi->fib_treeref = 1;
	refcount_set(&fi->fib_clntref, 1);
	fib_link_info(fi);
	return fi;
}

/* ---- matching a deletion ---- */

/* fib_nh_match() - does @fi go by the gateway and the device that @cfg names? Unnamed: any. */
bool fib_nh_match(const struct fib_config *cfg, const struct fib_info *fi)
{
	if (!cfg->fc_nhs)
		return (!cfg->fc_oif || cfg->fc_oif == fi->fib_nh[0].nh_oif) &&
		       (!cfg->fc_gw || cfg->fc_gw == fi->fib_nh[0].nh_gw);
	if (cfg->fc_nhs != fi->fib_nhs)
		return false;
	for (unsigned int i = 0; i < cfg->fc_nhs; i++)
		if ((cfg->fc_mp[i].oif && cfg->fc_mp[i].oif != fi->fib_nh[i].nh_oif) ||
		    (cfg->fc_mp[i].gw && cfg->fc_mp[i].gw != fi->fib_nh[i].nh_gw))
			return false;
	return true;
}

bool fib_metrics_match(const struct fib_config *cfg, const struct fib_info *fi)
{
	for (int i = 0; i < RTAX_MAX; i++)
		if ((cfg->fc_mx_mask & BIT(i)) && cfg->fc_mx[i] != fi->fib_metrics[i])
			return false;
	return true;
}

/* ---- devices and addresses that go and come ---- */

/*
 * Marks the next hops of @fi on @dev. Return: whether all its next hops are dead now. A device that
 * goes away takes its multipath routes along, or they would hold it.
 */
static bool fib_kill_nhs(struct fib_info *fi, const struct net_device *dev, bool force)
{
	int dead = 0;

	for (int i = 0; i < fi->fib_nhs; i++) {
		struct fib_nh *nh = &fi->fib_nh[i];

		/* What is ours stays ours while its device is down. */
		if (nh->nh_dev == dev && (force || nh->nh_scope != RT_SCOPE_NOWHERE))
			WRITE_ONCE(nh->nh_flags, nh->nh_flags | RTNH_F_DEAD);
		dead += !!(nh->nh_flags & RTNH_F_DEAD);
	}
	return force || dead == fi->fib_nhs;
}

/*
 * fib_sync_down_dev() - @dev went down (or, with @force, away): its next hops are dead.
 * Context: thread, under rtnl.  Return: how many fib_infos are dead altogether: fib_flush() if any.
 */
int fib_sync_down_dev(struct net_device *dev, bool force)
{
	struct fib_nh *nh;
	int ret = 0;

	assert_rtnl_held();
	hlist_for_each_entry(nh, fib_dev_bucket(dev), nh_hash) {
		struct fib_info *fi = nh->nh_parent;

		if (nh->nh_dev != dev || (fi->fib_flags & RTNH_F_DEAD))
			continue;
		if (fib_kill_nhs(fi, dev, force)) {
			WRITE_ONCE(fi->fib_flags, fi->fib_flags | RTNH_F_DEAD);
			ret++;
		}
	}
	return ret;
}

/* fib_sync_down_addr() - @local is no longer ours: routes that prefer it as source are dead. */
int fib_sync_down_addr(be32 local)
{
	struct fib_info *fi;
	int ret = 0;

	assert_rtnl_held();
	if (!local || !fib_info_laddrhash)
		return 0;
	hlist_for_each_entry(fi, fib_laddr_bucket(local), fib_lhash) {
		if (fi->fib_prefsrc == local && !(fi->fib_flags & RTNH_F_DEAD)) {
			WRITE_ONCE(fi->fib_flags, fi->fib_flags | RTNH_F_DEAD);
			ret++;
		}
	}
	return ret;
}

/* fib_sync_up() - @dev is up: its next hops in multipath routes that survived live again. */
int fib_sync_up(struct net_device *dev)
{
	struct fib_nh *nh;
	int ret = 0;

	assert_rtnl_held();
	if (!(dev->flags & IFF_UP))
		return 0;
	hlist_for_each_entry(nh, fib_dev_bucket(dev), nh_hash) {
		if (nh->nh_dev != dev || !(nh->nh_flags & RTNH_F_DEAD))
			continue;
		WRITE_ONCE(nh->nh_flags, nh->nh_flags & (u8)~RTNH_F_DEAD);
		WRITE_ONCE(nh->nh_parent->fib_flags, nh->nh_parent->fib_flags & (u8)~RTNH_F_DEAD);
		ret++;
	}
	return ret;
}
