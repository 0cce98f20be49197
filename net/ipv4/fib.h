/* SPDX-License-Identifier: MIT */
/*
 * net/ipv4/fib.h - the forwarding information base: which route a destination takes.
 *
 * fib_hash.c holds the theory of the look-up structure, fib_semantics.c that of the shared
 * fib_info, fib_frontend.c the routes that addresses and devices bring along.
 *
 * Context: look-ups anywhere under rcu_read_lock() (softirq included), no lock, no reference.
 *          Changes in threads, under rtnl_lock().
 */
#ifndef NET_IPV4_FIB_H
#define NET_IPV4_FIB_H

#include "kernel/base/rcu.h"
#include "lib/list.h"
#include "lib/refcount.h"
#include "lib/types.h"

struct net_device;
struct in_ifaddr;
struct in_device;

/* Route types, scopes, tables, protocols: Linux's numbers, which iproute2's words stand for. */
enum {
	RTN_UNSPEC, RTN_UNICAST, RTN_LOCAL, RTN_BROADCAST, RTN_ANYCAST, RTN_MULTICAST,
	RTN_BLACKHOLE, RTN_UNREACHABLE, RTN_PROHIBIT, RTN_THROW, RTN_NAT, RTN_XRESOLVE,
	RTN_MAX = RTN_XRESOLVE
};
enum {
	RT_SCOPE_UNIVERSE = 0, RT_SCOPE_SITE = 200, RT_SCOPE_LINK = 253, RT_SCOPE_HOST = 254,
	RT_SCOPE_NOWHERE = 255
};
enum { RT_TABLE_UNSPEC = 0, RT_TABLE_DEFAULT = 253, RT_TABLE_MAIN = 254, RT_TABLE_LOCAL = 255 };
enum {
	RTPROT_UNSPEC = 0,
	RTPROT_REDIRECT,
	RTPROT_KERNEL,
	RTPROT_BOOT,
	RTPROT_STATIC,
	RTPROT_DHCP = 16
};

#define RTNH_F_DEAD	BIT(0)
#define RTNH_F_ONLINK	BIT(2)
#define RTNH_F_LINKDOWN	BIT(4)

/* Metrics (ip route ... mtu N): index RTAX_x - 1. */
enum {
	RTAX_UNSPEC,
	RTAX_LOCK,
	RTAX_MTU,
	RTAX_WINDOW,
	RTAX_RTT,
	RTAX_RTTVAR,
	RTAX_SSTHRESH,
	RTAX_CWND,
	RTAX_ADVMSS,
	RTAX_REORDERING,
	RTAX_HOPLIMIT,
	RTAX_MAX = RTAX_HOPLIMIT
};

/* One next hop of a fib_info. Locks: [I] immutable once the fib_info is published, [w] rtnl. */
struct fib_nh {
	struct net_device	*nh_dev;	/* [I] held while the fib_info lives */
	struct hlist_node	nh_hash;	/* [w] in the list of its device */
	struct fib_info		*nh_parent;	/* [I] */
	/*
	 * [a] source for this hop, made on demand, and in the upper half the fib_addr_genid that it
	 * fits: one word, so that no CPU takes one's address for the other's generation
	 */
	u64			nh_saddr;
	be32			nh_gw;		/* [I] 0: on link */
	int			nh_oif;		/* [I] */
	u32			nh_weight;	/* [I] 1..256 */
	u8			nh_flags;	/* [w] RTNH_F_*; readers look at DEAD only */
	u8			nh_scope;	/* [I] scope that the gateway must be reached in */
};

/*
 * What routes share: next hops and attributes. Found by content, so that a full table behind few
 * gateways has few of these.
 * Lifetime: fib_treeref counts the aliases that use it; when the last one goes it leaves the hashes
 * and fib_clntref (one for the tree, one per holder) decides; freed a grace period later.
 */
struct fib_info {
	struct hlist_node	fib_hash;	/* [w] by content */
	struct hlist_node	fib_lhash;	/* [w] by preferred source, when it has one */
	unsigned int		fib_treeref;	/* [w] */
	refcount_t		fib_clntref;	/* [a] */
	u8			fib_dead;	/* [w] */
	u8			fib_protocol;	/* [I] RTPROT_* */
	u8			fib_scope;	/* [I] */
	u8			fib_type;	/* [I] RTN_* */
	u8			fib_flags;	/* [w] RTNH_F_DEAD when all hops are */
	u8			fib_nhs;	/* [I] */
	be32			fib_prefsrc;	/* [I] 0: choose */
	u32			fib_tb_id;	/* [I] */
	u32			fib_priority;	/* [I] metric: lower wins */
	u32			*fib_metrics;	/* [I] RTAX_MAX values, or the shared zeroes */
	struct rcu_head		rcu;
	struct fib_nh		fib_nh[];	/* fib_nhs of them */
};

/* What differs among the routes of one prefix. Locks: [r] RCU list, changed under rtnl. */
struct fib_alias {
	struct fib_alias	*fa_next;	/* [r] by tos falling, then priority rising */
	struct fib_info		*fa_info;	/* [r] replaced whole */
	u8			fa_tos;		/* [I] */
	u8			fa_type;	/* [I] */
	u8			fa_state;	/* FA_S_ACCESSED */
	u8			fa_slen;	/* reserved for the second look-up structure */
	struct rcu_head		rcu;
};
#define FA_S_ACCESSED	0x01

/* What a packet or a socket asks for. All zero but daddr is a valid question. */
struct flowi4 {
	be32	daddr;
	be32	saddr;
	int	oif;
	int	iif;
	u32	mark;
	u8	tos;
	u8	scope;		/* the route's scope must be >= this */
	u8	proto;
	u8	flags;
};
#define FLOWI_FLAG_ANYSRC	BIT(0)
#define FLOWI_FLAG_KNOWN_NH	BIT(1)
#define FLOWI_FLAG_IGNORE_LINKSTATE	BIT(2)	/* dead next hops are taken too (checks only) */

struct fib_table;
struct fib_result {
	be32			prefix;		/* of the route that matched */
	u8			prefixlen;
	u8			nh_sel;
	u8			type;
	u8			scope;
	struct fib_info		*fi;		/* borrowed: RCU */
	struct fib_table	*table;
};

#define FIB_RES_NH(res)		((res).fi->fib_nh[(res).nh_sel])
#define FIB_RES_DEV(res)	(FIB_RES_NH(res).nh_dev)
#define FIB_RES_GW(res)		(FIB_RES_NH(res).nh_gw)
#define FIB_RES_OIF(res)	(FIB_RES_NH(res).nh_oif)

/* A route as the configuration gives it. */
struct fib_config {
	be32	fc_dst;
	u8	fc_dst_len;
	u8	fc_tos;
	u8	fc_protocol;
	u8	fc_scope;
	u8	fc_type;
	u8	fc_flags;	/* RTNH_F_ONLINK */
	u32	fc_table;
	int	fc_oif;
	be32	fc_gw;
	be32	fc_prefsrc;
	u32	fc_priority;
	u32	fc_nlflags;	/* NLM_F_* */
	bool	fc_scope_set;	/* deletion: compare the scope */
	u32	fc_mx[RTAX_MAX];
	u32	fc_mx_mask;	/* metrics that were given: BIT(RTAX_x - 1) */
	unsigned int fc_nhs;	/* multipath: this many of fc_mp, else the single hop above */
	struct fib_config_nh { be32 gw; int oif; u32 weight; u8 flags; } *fc_mp;
};
#define NLM_F_REPLACE	0x100
#define NLM_F_EXCL	0x200
#define NLM_F_CREATE	0x400
#define NLM_F_APPEND	0x800

/* A route as a dump shows it; borrowed until the callback returns. */
struct fib_route {
	be32			prefix;
	u8			prefixlen;
	u8			tos;
	u8			type;
	u32			table;
	const struct fib_info	*fi;
};

/* A route with a next hop may be refused with a sentence for people: iproute2's words. */
struct fib_error {
	const char	*msg;	/* static text, NULL when the errno says it all */
};

/* The look-up structure behind a table: fn_hash today. */
struct fib_table {
	struct hlist_node	tb_hlist;	/* [r] */
	u32			tb_id;
	unsigned int		tb_num_routes;	/* [w] aliases */
	void			*tb_data;
};

/* fib_frontend.c */
extern struct fib_table *fib_local_table, *fib_main_table, *fib_default_table;
struct fib_table *fib_get_table(u32 id);
struct fib_table *fib_new_table(u32 id);
int fib_lookup(const struct flowi4 *flp, struct fib_result *res);
int fib_route_add(struct fib_config *cfg, struct fib_error *err) __must_check;
int fib_route_del(struct fib_config *cfg, struct fib_error *err) __must_check;
int fib_validate_source(be32 src, be32 dst, u8 tos, int oif, struct net_device *dev,
			struct in_device *idev);
unsigned int inet_addr_type(be32 addr);
unsigned int inet_dev_addr_type(const struct net_device *dev, be32 addr);
void fib_add_ifaddr(struct in_ifaddr *ifa);
void fib_del_ifaddr(struct in_ifaddr *ifa, struct in_ifaddr *iprim);
void fib_flush(void);
int fib_dump(u32 table, int (*fn)(const struct fib_route *route, void *ctx), void *ctx);
struct fib_stat { unsigned int tables, zones, nodes, aliases, infos; unsigned long hash_bytes; };
void fib_stat_get(struct fib_stat *stat);

/* fib_hash.c */
struct fib_table *fib_hash_table(u32 id);
void fib_hash_free_table(struct fib_table *tb);
int fib_table_lookup(struct fib_table *tb, const struct flowi4 *flp, struct fib_result *res);
int fib_table_insert(struct fib_table *tb, struct fib_config *cfg, struct fib_error *err);
int fib_table_delete(struct fib_table *tb, struct fib_config *cfg, struct fib_error *err);
int fib_table_flush(struct fib_table *tb);
int fib_table_dump(struct fib_table *tb, int (*fn)(const struct fib_route *route, void *ctx),
		   void *ctx);
void fib_table_select_default(struct fib_table *tb, const struct flowi4 *flp,
			      struct fib_result *res);
void fib_table_stat(struct fib_table *tb, struct fib_stat *stat);

/* fib_semantics.c */
extern u32 fib_addr_genid;	/* [w] +1 behind each change of addresses; never 0 */
void fib_addr_changed(void);
extern unsigned int fib_info_cnt;
struct fib_info *fib_create_info(struct fib_config *cfg, struct fib_error *err);
void fib_release_info(struct fib_info *fi);
void free_fib_info(struct fib_info *fi);
static inline void fib_info_hold(struct fib_info *fi) { refcount_inc(&fi->fib_clntref); }
static inline void fib_info_put(struct fib_info *fi)
{
	if (refcount_dec_and_test(&fi->fib_clntref))
		free_fib_info(fi);
}
bool fib_nh_match(const struct fib_config *cfg, const struct fib_info *fi);
bool fib_metrics_match(const struct fib_config *cfg, const struct fib_info *fi);
int fib_semantic_match(const struct fib_alias *first, const struct flowi4 *flp,
		       struct fib_result *res, be32 prefix, unsigned int prefixlen);
int fib_sync_down_dev(struct net_device *dev, bool force);
int fib_sync_down_addr(be32 local);
int fib_sync_up(struct net_device *dev);
be32 fib_res_prefsrc(const struct fib_result *res);
void fib_select_multipath(struct fib_result *res, u32 hash);
void fib_select_path(struct fib_result *res, const struct flowi4 *fl4);
void fib_semantics_init(void);

const char *rtn_name(unsigned int type);

#endif /* NET_IPV4_FIB_H */
