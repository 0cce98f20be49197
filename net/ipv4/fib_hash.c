/* SPDX-License-Identifier: MIT */
/*
 * net/ipv4/fib_hash.c - fn_hash: the look-up structure of a routing table, a hash per prefix
 * length.
 *
 * Overview    The longest prefix that matches wins (RFC 1812 section 5.2.4.3). A table keeps one
 *             hash (a fn_zone) for each prefix length in use and asks them longest first: mask the
 *             destination, look it up, go on with the next shorter one. fib_semantics.c decides
 *             among the routes of one prefix; this file only finds them.
 * Structure   fn_hash -> fn_zone (by prefix length; the non-empty ones linked longest first) ->
 *             fn_buckets (array of chains, twice as large whenever there are more nodes than
 *             chains) -> fib_node (one prefix) -> fib_alias (tos falling, then metric rising) ->
 *             fib_info, shared. A look-up costs one hash per non-empty zone down to the one that
 *             matches. Memory of a route with a prefix of its own: node 40 + alias 40 + 8 to 16
 *             bytes of chains.
 * Lifetime    Nodes and aliases are freed a grace period after they left their list. A zone stays
 *             until its table goes. Growing makes a second set of nodes: readers in the old chains
 *             see them whole and unchanged until nobody can be there any more, so they never spin
 *             or retry.
 * Locking     Writers: rtnl. Readers: RCU; they see each change at once or not yet.
 * Limits      Chains grow until 2^21 per zone (16 MB); behind that they become longer, slowly.
 * Observe     ip route show table all; fib_stat_get().
 * Reference   The names are those of Linux up to 2.6.38; RFC 1812 section 5.2.4.3.
 */
#define pr_fmt(fmt) "fib: " fmt

#include "kernel/base/printk.h"
#include "kernel/base/rcu.h"
#include "lib/bug.h"
#include "lib/err.h"
#include "lib/errno.h"
#include "lib/inet.h"
#include "lib/sort.h"
#include "mm/slab.h"
#include "mm/vmalloc.h"
#include "net/ipv4/fib.h"
#include "net/ipv4/route.h"
#include "net/netdevice.h"

#define FN_ZONE_MIN_ORDER	4	/* 16 chains: 128 bytes for a zone with a few routes */
#define FN_ZONE_MAX_ORDER	21

/* One prefix. Locks: [I] immutable, [r] written under rtnl, read under RCU. */
struct fib_node {
	struct fib_node		*fn_next;	/* [r] chain */
	struct fib_alias	*fn_alias;	/* [r] first of the list, never NULL while linked */
	be32			fn_key;		/* [I] masked */
	struct rcu_head		rcu;
};

struct fn_buckets {
	u32			shift;		/* [I] 64 - order */
	u32			order;		/* [I] */
	struct fib_node		*head[];	/* [r] */
};

/* Prefixes of one length. */
struct fn_zone {
	struct fn_zone		*fz_next;	/* [r] next shorter one with nodes */
	struct fn_buckets	*fz_hash;	/* [r] */
	be32			fz_mask;	/* [I] */
	u8			fz_order;	/* [I] prefix length, bits */
	bool			fz_linked;	/* [w] in the list */
	unsigned int		fz_nent;	/* [w] nodes */
};

struct fn_hash {
	struct fn_zone		*fn_zone_list;	/* [r] */
	struct fn_zone		*fn_zones[33];	/* [w] */
};

static struct kmem_cache *fn_hash_kmem;
static struct kmem_cache *fn_alias_kmem;

/* Fibonacci hashing: the top bits of the product depend on every bit of the prefix. */
static __always_inline u32 fn_hash_key(be32 key, const struct fn_buckets *b)
{
	return (u32)((key * 0x9e3779b97f4a7c15ull) >> b->shift);
}

/*
 * fib_table_lookup() - the route of @tb that flp->daddr takes.
 * Context: any, under RCU: *@res borrows.
 * Return:  0 and *@res; 1 when the table has none; -EINVAL blackhole, -EHOSTUNREACH unreachable,
 *          -EACCES prohibit, -EAGAIN throw (then, too, *@res is valid).
 */
int fib_table_lookup(struct fib_table *tb, const struct flowi4 *flp, struct fib_result *res)
{
	const struct fn_hash *t = tb->tb_data;
	const struct fn_zone *fz;

	for (fz = rcu_dereference(t->fn_zone_list); fz; fz = rcu_dereference(fz->fz_next)) {
		const struct fn_buckets *b = rcu_dereference(fz->fz_hash);
		be32 key = flp->daddr & fz->fz_mask;
		const struct fib_node *f = rcu_dereference(b->head[fn_hash_key(key, b)]);

		for (; f; f = rcu_dereference(f->fn_next)) {
			int err;

			if (f->fn_key != key)
				continue;
			err = fib_semantic_match(rcu_dereference(f->fn_alias), flp, res, key,
						 fz->fz_order);
			if (err <= 0) {
				res->table = tb;
				return err;
			}
			break;
		}
	}
	return 1;
}

static size_t fn_buckets_bytes(u32 order)
{
	return sizeof(struct fn_buckets) + (sizeof(struct fib_node *) << order);
}

static struct fn_buckets *fn_buckets_alloc(u32 order)
{
	struct fn_buckets *b = kvzalloc(fn_buckets_bytes(order), GFP_KERNEL | __GFP_NOWARN);

	if (b) {
		b->order = order;
		b->shift = 64 - order;
	}
	return b;
}

static void fn_buckets_free(struct fn_buckets *b)
{
	for (u32 i = 0; i < 1u << b->order; i++) {
		struct fib_node *f = b->head[i], *next;

		for (; f; f = next) {
			next = f->fn_next;
			kmem_cache_free(fn_hash_kmem, f);
		}
	}
	kvfree(b);
}

/*
 * Copies the nodes of @fz into @b. The aliases are shared: nobody changes them meanwhile.
 * Return: false when memory ran out; @b then holds some of the copies.
 */
static bool fn_copy_nodes(const struct fn_zone *fz, struct fn_buckets *b)
{
	const struct fn_buckets *old = fz->fz_hash;

	for (u32 i = 0; i < 1u << old->order; i++) {
		for (const struct fib_node *f = old->head[i]; f; f = f->fn_next) {
			struct fib_node *copy =
				kmem_cache_alloc(fn_hash_kmem, GFP_KERNEL | __GFP_NOWARN);
			u32 h = fn_hash_key(f->fn_key, b);

			if (!copy)
				return false;
			copy->fn_key = f->fn_key;
			copy->fn_alias = f->fn_alias;
			copy->fn_next = b->head[h];
			b->head[h] = copy;
		}
	}
	return true;
}

/* Doubles a crowded zone. Without memory it stays as it is, only slower. */
static void fn_rehash_zone(struct fn_zone *fz)
{
	struct fn_buckets *old = fz->fz_hash, *b;

	if (old->order >= FN_ZONE_MAX_ORDER)
		return;
	b = fn_buckets_alloc(old->order + 1);
	if (!b)
		return;
	if (!fn_copy_nodes(fz, b)) {
		fn_buckets_free(b);
		return;
	}
	rcu_assign_pointer(fz->fz_hash, b);
	synchronize_rcu();
	fn_buckets_free(old);
}

static struct fn_zone *fn_new_zone(struct fn_hash *t, unsigned int len)
{
	struct fn_zone *fz = kzalloc(sizeof(*fz), GFP_KERNEL);

	if (!fz)
		return NULL;
	fz->fz_hash = fn_buckets_alloc(len ? FN_ZONE_MIN_ORDER : 1);
	if (!fz->fz_hash) {
		kfree(fz);
		return NULL;
	}
	fz->fz_order = (u8)len;
	fz->fz_mask = inet_make_mask(len);
	t->fn_zones[len] = fz;
	return fz;
}

/*
 * Puts a zone that has its first node into the list, takes out one that lost its last. A reader
 * that stands on a zone taken out goes on through its fz_next, which stays.
 */
static void fn_link_zone(struct fn_hash *t, struct fn_zone *fz, bool link)
{
	struct fn_zone **pp = &t->fn_zone_list;

	if (fz->fz_linked == link)
		return;
	while (*pp && (*pp)->fz_order > fz->fz_order)
		pp = &(*pp)->fz_next;
	if (link) {
		WRITE_ONCE(fz->fz_next, *pp);
		rcu_assign_pointer(*pp, fz);
	} else {
		rcu_assign_pointer(*pp, fz->fz_next);
	}
	fz->fz_linked = link;
}

static struct fib_node *fib_find_node(const struct fn_zone *fz, be32 key)
{
	struct fib_node *f = fz->fz_hash->head[fn_hash_key(key, fz->fz_hash)];

	while (f && f->fn_key != key)
		f = f->fn_next;
	return f;
}

/* Where in @f's list a route of @tos and @prio belongs: the first place not before it. */
static struct fib_alias **fib_find_alias(struct fib_node *f, u8 tos, u32 prio)
{
	struct fib_alias **pp = &f->fn_alias;

	for (; *pp; pp = &(*pp)->fa_next) {
		if ((*pp)->fa_tos > tos)
			continue;
		if ((*pp)->fa_tos < tos || (*pp)->fa_info->fib_priority >= prio)
			break;
	}
	return pp;
}

static void fib_free_alias(struct fib_alias *fa)
{
	fib_release_info(fa->fa_info);
	kfree_rcu(fa, rcu);
}

static void fn_remove_node(struct fib_table *tb, struct fn_zone *fz, struct fib_node *f)
{
	struct fib_node **pp = &fz->fz_hash->head[fn_hash_key(f->fn_key, fz->fz_hash)];

	while (*pp != f)
		pp = &(*pp)->fn_next;
	rcu_assign_pointer(*pp, f->fn_next);
	kfree_rcu(f, rcu);
	if (--fz->fz_nent == 0)
		fn_link_zone(tb->tb_data, fz, false);
}

/* Takes the alias at @pp out of @f; the node goes with its last one. Return: whether it went. */
static bool fn_remove_alias(struct fib_table *tb, struct fn_zone *fz, struct fib_node *f,
			    struct fib_alias **pp)
{
	struct fib_alias *fa = *pp;
	bool last = f->fn_alias == fa && !fa->fa_next;

	/* The node first: a reader never finds one without aliases. */
	if (last)
		fn_remove_node(tb, fz, f);
	else
		rcu_assign_pointer(*pp, fa->fa_next);
	fib_free_alias(fa);
	tb->tb_num_routes--;
	return last;
}

static bool fib_same_alias(const struct fib_alias *fa, u8 tos, u32 prio)
{
	return fa && fa->fa_tos == tos && fa->fa_info->fib_priority == prio;
}

/*
 * NLM_F_REPLACE found a route of the same tos and metric at @pp: @fa takes its place.
 * Return: 0, or 1 when the very same route is there already (@fa is not used then).
 */
static int fn_replace_alias(struct fib_table *tb, struct fib_alias **pp, struct fib_alias *fa)
{
	struct fib_alias *old = *pp;

	if (old->fa_info == fa->fa_info && old->fa_type == fa->fa_type)
		return 1;
	fa->fa_next = old->fa_next;
	rcu_assign_pointer(*pp, fa);
	fib_free_alias(old);
	tb->tb_num_routes--;
	return 0;
}

/*
 * Finds the place for @fa among the aliases of @f, as iproute2's add, append, replace and
 * prepend mean it, and puts it there.
 * Return: 0 linked; 1 nothing to do; -EEXIST; -ENOENT.
 */
static int fn_insert_alias(struct fib_table *tb, struct fib_node *f, struct fib_alias *fa,
			   u32 flags)
{
	u32 prio = fa->fa_info->fib_priority;
	struct fib_alias **pp = fib_find_alias(f, fa->fa_tos, prio), **q;

	if (fib_same_alias(*pp, fa->fa_tos, prio)) {
		if (flags & NLM_F_EXCL)
			return -EEXIST;
		if (flags & NLM_F_REPLACE)
			return fn_replace_alias(tb, pp, fa);
		for (q = pp; fib_same_alias(*q, fa->fa_tos, prio); q = &(*q)->fa_next)
			if ((*q)->fa_type == fa->fa_type && (*q)->fa_info == fa->fa_info)
				return -EEXIST;
		if (flags & NLM_F_APPEND)
			pp = q;
	}
	if (!(flags & NLM_F_CREATE))
		return -ENOENT;
	fa->fa_next = *pp;
	rcu_assign_pointer(*pp, fa);
	return 0;
}

/* A prefix that the table does not have yet. */
static int fn_insert_node(struct fib_table *tb, struct fn_zone *fz, be32 key, struct fib_alias *fa)
{
	struct fib_node *f = kmem_cache_alloc(fn_hash_kmem, GFP_KERNEL);
	struct fib_node **head;

	if (!f)
		return -ENOMEM;
	fa->fa_next = NULL;
	f->fn_key = key;
	f->fn_alias = fa;
	head = &fz->fz_hash->head[fn_hash_key(key, fz->fz_hash)];
	f->fn_next = *head;
	rcu_assign_pointer(*head, f);
	fz->fz_nent++;
	fn_link_zone(tb->tb_data, fz, true);
	return 0;
}

/*
 * fib_table_insert() - add the route @cfg to @tb; fc_nlflags says how (iproute2's verbs).
 * Context: thread, under rtnl.
 * Return:  0; -EINVAL host bits or nonsense; -EEXIST; -ENOENT (replace only what is there);
 *          -ENOMEM; or what fib_create_info() refused, with a sentence in *@err.
 */
int fib_table_insert(struct fib_table *tb, struct fib_config *cfg, struct fib_error *err)
{
	struct fn_hash *t = tb->tb_data;
	struct fn_zone *fz;
	struct fib_node *f;
	struct fib_alias *fa;
	struct fib_info *fi;
	int ret;

	assert_rtnl_held();
	if (cfg->fc_dst_len > 32 || (cfg->fc_dst & ~inet_make_mask(cfg->fc_dst_len))) {
		err->msg = "Invalid prefix for given prefix length";
		return -EINVAL;
	}
	fz = t->fn_zones[cfg->fc_dst_len];
	if (!fz)
		fz = fn_new_zone(t, cfg->fc_dst_len);
	if (!fz)
		return -ENOMEM;
	fi = fib_create_info(cfg, err);
	if (IS_ERR(fi))
		return (int)PTR_ERR(fi);
	ret = -ENOMEM;
	fa = kmem_cache_alloc(fn_alias_kmem, GFP_KERNEL);
	if (!fa)
		goto release_info;
	fa->fa_info = fi;
	fa->fa_tos = cfg->fc_tos;
	fa->fa_type = cfg->fc_type;
	fa->fa_state = 0;
	fa->fa_slen = 0;

	if (fz->fz_nent >= 1u << fz->fz_hash->order)
		fn_rehash_zone(fz);
	f = fib_find_node(fz, cfg->fc_dst);
	if (f)
		ret = fn_insert_alias(tb, f, fa, cfg->fc_nlflags);
	else if (cfg->fc_nlflags & NLM_F_CREATE)
		ret = fn_insert_node(tb, fz, cfg->fc_dst, fa);
	else
		ret = -ENOENT;
	if (ret)
		goto free_alias;
	tb->tb_num_routes++;
	rt_cache_flush();
	return 0;

free_alias:
	kmem_cache_free(fn_alias_kmem, fa);
release_info:
	fib_release_info(fi);
	return ret < 0 ? ret : 0;
}

/* Does the route @fa answer the deletion @cfg? What @cfg leaves open matches anything. */
static bool fn_delete_match(const struct fib_alias *fa, const struct fib_config *cfg)
{
	const struct fib_info *fi = fa->fa_info;

	return fa->fa_tos == cfg->fc_tos &&
	       (!cfg->fc_type || fa->fa_type == cfg->fc_type) &&
	       (!cfg->fc_scope_set || fi->fib_scope == cfg->fc_scope) &&
	       (!cfg->fc_prefsrc || fi->fib_prefsrc == cfg->fc_prefsrc) &&
	       (!cfg->fc_protocol || fi->fib_protocol == cfg->fc_protocol) &&
	       (!cfg->fc_priority || fi->fib_priority == cfg->fc_priority) &&
	       fib_nh_match(cfg, fi) && fib_metrics_match(cfg, fi);
}

/*
 * fib_table_delete() - remove the first route that @cfg describes.
 * Context: thread, under rtnl.  Return: 0, -ESRCH no such route, -EINVAL.
 */
int fib_table_delete(struct fib_table *tb, struct fib_config *cfg, struct fib_error *err)
{
	struct fn_hash *t = tb->tb_data;
	struct fn_zone *fz;
	struct fib_node *f;

	assert_rtnl_held();
	if (cfg->fc_dst_len > 32 || (cfg->fc_dst & ~inet_make_mask(cfg->fc_dst_len))) {
		err->msg = "Invalid prefix for given prefix length";
		return -EINVAL;
	}
	fz = t->fn_zones[cfg->fc_dst_len];
	f = fz ? fib_find_node(fz, cfg->fc_dst) : NULL;
	if (!f)
		return -ESRCH;
	for (struct fib_alias **pp = &f->fn_alias; *pp; pp = &(*pp)->fa_next) {
		if (fn_delete_match(*pp, cfg)) {
			fn_remove_alias(tb, fz, f, pp);
			rt_cache_flush();
			return 0;
		}
	}
	return -ESRCH;
}

/* Removes the routes of @f whose fib_info is dead. Return: how many. */
static int fn_flush_node(struct fib_table *tb, struct fn_zone *fz, struct fib_node *f)
{
	struct fib_alias **pp = &f->fn_alias;
	int found = 0;

	while (*pp) {
		if (!((*pp)->fa_info->fib_flags & RTNH_F_DEAD)) {
			pp = &(*pp)->fa_next;
			continue;
		}
		found++;
		if (fn_remove_alias(tb, fz, f, pp))
			break;		/* f went with it */
	}
	return found;
}

/* fib_table_flush() - remove the routes whose next hops are all dead. Return: how many. */
int fib_table_flush(struct fib_table *tb)
{
	struct fn_hash *t = tb->tb_data;
	int found = 0;

	assert_rtnl_held();
	for (int len = 32; len >= 0; len--) {
		struct fn_zone *fz = t->fn_zones[len];

		for (u32 i = 0; fz && i < 1u << fz->fz_hash->order; i++) {
			struct fib_node *f = fz->fz_hash->head[i], *next;

			for (; f; f = next) {
				next = f->fn_next;
				found += fn_flush_node(tb, fz, f);
			}
		}
	}
	return found;
}

/* What a dump sorts: a node and its length. */
struct fn_dump_entry {
	const struct fib_node	*node;
	u32			len;
};

static int fn_dump_compare(const void *a, const void *b)
{
	const struct fn_dump_entry *x = a, *y = b;
	u32 kx = ntohl(x->node->fn_key), ky = ntohl(y->node->fn_key);

	if (kx != ky)
		return kx < ky ? -1 : 1;
	return (int)y->len - (int)x->len; /* the longer prefix first, as iproute2 users see it */
}

static int fn_dump_node(const struct fib_table *tb, const struct fib_node *f, u32 len,
			int (*fn)(const struct fib_route *route, void *ctx), void *ctx)
{
	struct fib_route route = { .prefix = f->fn_key, .prefixlen = (u8)len, .table = tb->tb_id };

	for (const struct fib_alias *fa = f->fn_alias; fa; fa = fa->fa_next) {
		int ret;

		route.tos = fa->fa_tos;
		route.type = fa->fa_type;
		route.fi = fa->fa_info;
		ret = fn(&route, ctx);
		if (ret)
			return ret;
	}
	return 0;
}

static size_t fn_collect(const struct fn_hash *t, struct fn_dump_entry *entries)
{
	size_t n = 0;

	for (u32 len = 0; len <= 32; len++) {
		const struct fn_zone *fz = t->fn_zones[len];

		for (u32 i = 0; fz && i < 1u << fz->fz_hash->order; i++)
			for (const struct fib_node *f = fz->fz_hash->head[i]; f; f = f->fn_next)
				entries[n++] = (struct fn_dump_entry){ f, len };
	}
	return n;
}

/*
 * fib_table_dump() - call @fn for each route, by prefix, the longer one first where they are equal.
 * Context: thread, under rtnl.  Return: @fn's first non-zero, -ENOMEM, or 0.
 */
int fib_table_dump(struct fib_table *tb, int (*fn)(const struct fib_route *route, void *ctx),
		   void *ctx)
{
	const struct fn_hash *t = tb->tb_data;
	struct fn_dump_entry *entries;
	size_t n = 0;
	int ret = 0;

	assert_rtnl_held();
	for (int len = 0; len <= 32; len++)
		n += t->fn_zones[len] ? t->fn_zones[len]->fz_nent : 0;
	if (!n)
		return 0;
	entries = kvmalloc(n * sizeof(*entries), GFP_KERNEL);
	if (!entries)
		return -ENOMEM;
	n = fn_collect(t, entries);
	sort(entries, n, sizeof(*entries), fn_dump_compare);
	for (size_t i = 0; i < n && !ret; i++)
		ret = fn_dump_node(tb, entries[i].node, entries[i].len, fn, ctx);
	kvfree(entries);
	return ret;
}

/* fib_table_stat() - adds what @tb consists of to *@stat. Under rtnl. */
void fib_table_stat(struct fib_table *tb, struct fib_stat *stat)
{
	const struct fn_hash *t = tb->tb_data;

	stat->tables++;
	stat->aliases += tb->tb_num_routes;
	for (int len = 0; len <= 32; len++) {
		const struct fn_zone *fz = t->fn_zones[len];

		if (!fz)
			continue;
		stat->zones += fz->fz_linked;
		stat->nodes += fz->fz_nent;
		stat->hash_bytes += fn_buckets_bytes(fz->fz_hash->order);
	}
}

/* fib_hash_table() - an empty table @id. Return: NULL when out of memory. */
struct fib_table *fib_hash_table(u32 id)
{
	struct fib_table *tb = kzalloc(sizeof(*tb), GFP_KERNEL);

	if (!fn_hash_kmem) {
		fn_hash_kmem = kmem_cache_create("ip_fib_hash", sizeof(struct fib_node), 0,
						 SLAB_PANIC, NULL);
		fn_alias_kmem = kmem_cache_create("ip_fib_alias", sizeof(struct fib_alias), 0,
						  SLAB_PANIC, NULL);
	}
	if (!tb)
		return NULL;
	tb->tb_id = id;
	tb->tb_data = kzalloc(sizeof(struct fn_hash), GFP_KERNEL);
	if (!tb->tb_data) {
		kfree(tb);
		return NULL;
	}
	return tb;
}

/* fib_hash_free_table() - remove all routes and the table; nobody can find it any more. Thread. */
void fib_hash_free_table(struct fib_table *tb)
{
	struct fn_hash *t = tb->tb_data;

	for (int len = 0; len <= 32; len++) {
		struct fn_zone *fz = t->fn_zones[len];

		for (u32 i = 0; fz && i < 1u << fz->fz_hash->order; i++) {
			struct fib_node *f;

			while ((f = fz->fz_hash->head[i])) {
				while (!fn_remove_alias(tb, fz, f, &f->fn_alias))
					;
			}
		}
	}
	rt_cache_flush();
	synchronize_rcu();
	for (int len = 0; len <= 32; len++) {
		if (t->fn_zones[len])
			kvfree(t->fn_zones[len]->fz_hash);
		kfree(t->fn_zones[len]);
	}
	kfree(t);
	kfree(tb);
}
