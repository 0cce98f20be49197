/* SPDX-License-Identifier: MIT */
/*
 * net/ipv4/route.c - the route cache: decided routes, so that a flow asks the tables once.
 *
 * Overview    A packet's question (destination, source, interface, tos, mark) leads to an rtable:
 *             by which functions, device and neighbour it goes on. ip_route_input_noref() answers
 *             for received packets, ip_route_output_flow() for our own. What is not in the cache is
 *             decided by the slow functions below (RFC 1812's checks, fib_lookup,
 *             fib_validate_source) and kept. Only packets that pass validation leave an entry; what
 *             is rejected leaves none.
 * Structure   rt_hash_table: an array of chains, linked by rt_next, and the keys of its hash. A
 *             chain bears at most gc_elasticity entries. Replacing the table (to grow, to shrink,
 *             to change the keys) means an empty one: its flows ask the tables once more, and
 *             nothing is moved under the readers.
 * Readers     RCU, no lock, no reference. A hit writes to an entry at most once a tick (lastuse).
 * States      valid: rt_genid equals the cache's. rt_cache_flush() makes all entries stale by one
 *             increment; the timer unlinks them. An entry bears the generation of before its first
 *             question to the tables, so that a change on another CPU meanwhile makes it stale at
 *             birth: it then serves its packet and does not enter the table, where it would keep
 *             its device until the next walk. DST_NOCACHE: never in the table, dies with its
 *             packet.
 * Lifetime    An entry starts with one reference, the table's. Unlinking gives that back;
 *             dst_release() frees after a grace period. A replaced table is emptied by the timer, a
 *             grace period later, for a writer may still be adding to it.
 * Locking     rt_hash_locks[] by bucket: a chain of the table. rt_table_lock: which table is the
 *             current one, and the list of retired ones. They are leaves, never nested, bottom
 *             halves off.
 * Limits      max_size entries: a 1/32 share of RAM by sizeof(struct rtable), 1,024 to 524,288. At
 *             max_size packets are forwarded with an entry of their own (DST_NOCACHE), of which
 *             there may be RT_NOCACHE_MAX; beyond it they are dropped. gc_thresh, 3/4 of it, is
 *             where allocations start to look for old entries, RT_GC_BUCKETS a tick: a flood of new
 *             flows costs each packet a comparison. Under pressure the age that an entry may have
 *             falls to RT_GC_MIN_IDLE; entries in use are younger than that and stay.
 *             1,024 buckets at first, doubled when there are more entries than buckets, at most
 *             2^19 (4 MB).
 * Attack      Who does not know the keys cannot aim at a chain (lib/multilinear.h). A chain that
 *             passes its bound loses its oldest entry; RT_REKEY_OVERFLOWS of that and the keys
 *             change, one table at a time: not before the entries of the last one are gone, or a
 *             flood over short chains (gc_elasticity 1) would pile up tables faster than a tick
 *             frees them.
 * Observe     ip route show cache; nstat (RouteIn*, RouteOut*, RouteGc); slabinfo (ip_dst_cache)
 * Reference   Seed 000 for the names (ip_route_input ... rt_intern_hash, arp_bind_neighbour); RFC
 *             1812 5.3.
 */
#define pr_fmt(fmt) "route: " fmt

#include "net/ipv4/route.h"

#include "kernel/base/initcall.h"
#include "kernel/base/printk.h"
#include "kernel/base/random.h"
#include "kernel/base/spinlock.h"
#include "kernel/base/sysctl.h"
#include "kernel/base/timer.h"
#include "lib/err.h"
#include "lib/inet.h"
#include "lib/multilinear.h"
#include "mm/page_alloc.h"
#include "mm/shrinker.h"
#include "mm/slab.h"
#include "net/ipv4/devinet.h"
#include "net/ipv4/icmp.h"
#include "net/ipv4/inetpeer.h"
#include "net/ipv4/ip.h"
#include "net/neighbour.h"
#include "net/stats.h"

#define RT_ORDER_MIN		10	/* 1,024 buckets */
#define RT_ORDER_MAX		19
#define RT_MAX_SIZE_MIN		1024
#define RT_MAX_SIZE_MAX		(1 << RT_ORDER_MAX)
#define RT_RAM_SHARE		32	/* entries may fill 1/32 of RAM */
#define RT_NOCACHE_MAX		4096	/* above max_size: a softirq's worth, and what waits */
#define RT_LOCKS		256
#define RT_GC_BUCKETS		256	/* looked at a tick when the cache is crowded */
#define RT_GC_MIN_IDLE		HZ	/* used within this: never collected for pressure */
#define RT_REKEY_OVERFLOWS	8	/* by chance fewer than one table in 10^6 has so many */
#define RT_WALK_MIN		1024	/* buckets a tick while something has to go soon */
#define RT_DRAIN		8192	/* buckets and entries of retired tables a tick */

struct rt_hash_table {
	struct multilinear_key	key;		/* [I] */
	u32			shift;		/* [I] 32 - order */
	u32			order;		/* [I] */
	atomic_t		entries;	/* [a] in the chains */
	atomic_t		overflows;	/* [a] entries that a chain at its bound has lost */
	struct rt_hash_table	*retired_next;	/* [rt_table_lock] */
	u32			drained;	/* [timer] buckets emptied, of a retired table */
	struct rcu_head		rcu;
	struct rtable		*chain[];	/* [b, r] */
};

struct rt_sysctls rt_sysctls = {
	.gc_min_interval_ms = 500, .gc_timeout = 300, .gc_interval = 60, .gc_elasticity = 8,
	.redirect_number = 9, .redirect_load = 20, .redirect_silence = 20 << 10,
};

/* What every packet reads, on one line. */
static struct {
	struct rt_hash_table	*table;		/* [r] */
	u32			genid;		/* [a] entries of another one are stale */
} rt_cache __aligned(64);

static struct {
	u32			bucket;		/* next one of the walk */
	u32			gc_bucket;	/* next one that pressure looks at */
	u32			genid;		/* every stale entry older than this is gone */
	u32			walk_genid;	/* genid at the start of this walk */
	bool			kicked;		/* the timer has been told of a flush */
	unsigned long		last_gc;	/* jiffies */
	unsigned long		idle_max;	/* jiffies; falls under pressure until the walk */
	struct rt_hash_table	*retired;	/* [rt_table_lock] past their grace period */
	atomic_t		retiring;	/* [a] replaced and not yet freed */
} rt_gc;

static spinlock_t rt_hash_locks[RT_LOCKS];
static DEFINE_SPINLOCK(rt_table_lock);

static int rt_garbage_collect(struct dst_ops *ops);
static void rt_gc_timer_fn(struct timer_list *timer);
static struct neighbour *ipv4_neigh_lookup(struct dst_entry *dst, const struct sk_buff *skb);
static void ipv4_link_failure(struct sk_buff *skb);

static DEFINE_TIMER(rt_gc_timer, rt_gc_timer_fn);

struct dst_ops ipv4_dst_ops = {
	.family = 2,	/* AF_INET */
	.gc = rt_garbage_collect,
	.neigh_lookup = ipv4_neigh_lookup,
	.link_failure = ipv4_link_failure,
};

bool rt_is_expired(const struct rtable *rt)
{
	return rt->rt_genid != READ_ONCE(rt_cache.genid);
}

unsigned int rt_cache_entries(void)
{
	return (unsigned int)atomic_read(&ipv4_dst_ops.entries);
}

unsigned int rt_cache_buckets(void)
{
	return 1u << rcu_dereference(rt_cache.table)->order;
}

/* ---- the table ---- */

static __always_inline u32 rt_hash(const struct rt_hash_table *t, const struct rt_key *key)
{
	return multilinear_hash4(&t->key, key->dst, key->src, key->link, key->mark) >> t->shift;
}

static __always_inline bool rt_match(const struct rtable *rt, const struct rt_key *key, u32 genid)
{
	return rt->rt_key.word[0] == key->word[0] && rt->rt_key.word[1] == key->word[1] &&
	       rt->rt_genid == genid;
}

/*
 * The generation that an answer from the tables belongs to: read before the first of them is asked.
 * An answer that another CPU has made void meanwhile is then stale from the start.
 */
static u32 rt_genid_now(void)
{
	return smp_load_acquire(&rt_cache.genid);
}

static __always_inline struct rtable *rt_lookup(const struct rt_key *key)
{
	const struct rt_hash_table *t = rcu_dereference(rt_cache.table);
	u32 genid = READ_ONCE(rt_cache.genid);
	struct rtable *rt = rcu_dereference(t->chain[rt_hash(t, key)]);

	for (; rt; rt = rcu_dereference(rt->rt_next))
		if (likely(rt_match(rt, key, genid)))
			break;
	return rt;
}

static spinlock_t *rt_bucket_lock(u32 bucket)
{
	return &rt_hash_locks[bucket % RT_LOCKS];
}

/* Takes the entry at @pp out of its chain. Under its bucket's lock. */
static void rt_unlink(struct rt_hash_table *t, struct rtable **pp)
{
	struct rtable *rt = *pp;

	rcu_assign_pointer(*pp, rt->rt_next);
	WRITE_ONCE(rt->dst.obsolete, DST_OBSOLETE_DEAD);
	atomic_dec(&t->entries);
	dst_release(&rt->dst);
}

static struct rt_hash_table *rt_table_alloc(u32 order, gfp_t gfp)
{
	struct rt_hash_table *t = kmalloc(sizeof(*t) + (sizeof(t->chain[0]) << order),
					  gfp | __GFP_ZERO | __GFP_NOWARN);

	if (!t)
		return NULL;
	get_random_bytes(&t->key, sizeof(t->key));
	t->order = order;
	t->shift = 32 - order;
	return t;
}

/*
 * A replaced table has passed its grace period: nobody adds to it any more, the timer may empty it.
 */
static void rt_table_retired(struct rcu_head *head)
{
	struct rt_hash_table *t = container_of(head, struct rt_hash_table, rcu);

	spin_lock_bh(&rt_table_lock);
	t->retired_next = rt_gc.retired;
	rt_gc.retired = t;
	spin_unlock_bh(&rt_table_lock);
	mod_timer(&rt_gc_timer, jiffies + 1);
}

/* An empty table of 2^@order chains takes the place of @old, unless another one has. */
static int rt_table_replace(struct rt_hash_table *old, u32 order)
{
	struct rt_hash_table *t;
	bool replaced;

	if (rcu_access_pointer(rt_cache.table) != old)
		return 0;
	t = rt_table_alloc(order, GFP_ATOMIC);
	if (!t)
		return -ENOMEM;
	spin_lock_bh(&rt_table_lock);
	replaced = rt_cache.table == old;
	if (replaced)
		rcu_assign_pointer(rt_cache.table, t);
	spin_unlock_bh(&rt_table_lock);
	if (replaced) {
		atomic_inc(&rt_gc.retiring);
		call_rcu(&old->rcu, rt_table_retired);
	} else {
		kfree(t);
	}
	return 0;
}

int rt_cache_rekey(void)
{
	struct rt_hash_table *t;
	int err;

	rcu_read_lock();
	t = rcu_dereference(rt_cache.table);
	err = rt_table_replace(t, t->order);
	rcu_read_unlock();
	return err;
}

/* ---- collecting ---- */

/*
 * Frees the entries of a bucket that are stale or were not used for @idle jiffies. Return: how
 * many.
 */
static unsigned int rt_collect_bucket(struct rt_hash_table *t, u32 bucket, unsigned long idle)
{
	struct rtable **pp = &t->chain[bucket];
	unsigned long now = jiffies;
	unsigned int freed = 0;

	if (!READ_ONCE(*pp))
		return 0;
	spin_lock_bh(rt_bucket_lock(bucket));
	while (*pp) {
		if (!rt_is_expired(*pp) && now - READ_ONCE((*pp)->dst.lastuse) <= idle) {
			pp = &(*pp)->rt_next;
			continue;
		}
		rt_unlink(t, pp);
		freed++;
	}
	spin_unlock_bh(rt_bucket_lock(bucket));
	SNMP_ADD(ROUTE_GC, freed);
	return freed;
}

/*
 * rt_garbage_collect() - dst_alloc() found more than gc_thresh entries.
 * Return: 0 go ahead; 1 full: the caller does without a place in the cache.
 */
static int rt_garbage_collect(struct dst_ops *ops)
{
	unsigned int max_size = (unsigned int)READ_ONCE(rt_sysctls.max_size);
	bool full = (unsigned int)atomic_read(&ops->entries) >= max_size;
	unsigned long now = jiffies, last = READ_ONCE(rt_gc.last_gc);
	unsigned long idle;
	struct rt_hash_table *t;
	unsigned int freed = 0;
	u32 bucket;

	if (now == last ||
	    (!full && now - last < msecs_to_jiffies((unsigned int)rt_sysctls.gc_min_interval_ms)))
		return full;
	WRITE_ONCE(rt_gc.last_gc, now);
	t = rcu_dereference(rt_cache.table);
	idle = READ_ONCE(rt_gc.idle_max);
	bucket = READ_ONCE(rt_gc.gc_bucket);
	for (int i = 0; i < RT_GC_BUCKETS; i++)
		freed += rt_collect_bucket(t, bucket++ & ((1u << t->order) - 1), idle);
	WRITE_ONCE(rt_gc.gc_bucket, bucket);
	/* Found too little: next time be less patient. The walk of the timer makes up for it. */
	if (freed < RT_GC_BUCKETS / 4)
		WRITE_ONCE(rt_gc.idle_max, max(idle / 2, (unsigned long)RT_GC_MIN_IDLE));
	return full;
}

/*
 * Empties @t, bucket by bucket, until @left buckets and entries are through. Return: what is left of
 * them, 1 at least; 0: @t is not empty.
 */
static u32 rt_drain_table(struct rt_hash_table *t, u32 left)
{
	u32 done = 0;

	for (; done < left && t->drained < 1u << t->order; t->drained++, done++)
		for (; t->chain[t->drained]; done++)
			rt_unlink(t, &t->chain[t->drained]);
	if (t->drained < 1u << t->order)
		return 0;
	return left > done ? left - done : 1;
}

static struct rt_hash_table *rt_retired_first(void)
{
	struct rt_hash_table *t;

	spin_lock_bh(&rt_table_lock);
	t = rt_gc.retired;
	spin_unlock_bh(&rt_table_lock);
	return t;
}

/* Empties and frees retired tables, as far as one tick goes. Return: whether there are more. */
static bool rt_drain_retired(void)
{
	struct rt_hash_table *t;
	u32 left = RT_DRAIN;

	while ((t = rt_retired_first())) {
		left = rt_drain_table(t, left);
		if (!left)
			return true;
		spin_lock_bh(&rt_table_lock);
		/* Newer ones may have been put in front of it. */
		for (struct rt_hash_table **pp = &rt_gc.retired; *pp; pp = &(*pp)->retired_next) {
			if (*pp == t) {
				*pp = t->retired_next;
				break;
			}
		}
		spin_unlock_bh(&rt_table_lock);
		kfree(t);
		atomic_dec(&rt_gc.retiring);
	}
	return false;
}

/* A walk is over: fit the table to what it bears, and be patient again. */
static void rt_walk_done(struct rt_hash_table *t)
{
	unsigned int entries = (unsigned int)atomic_read(&t->entries);
	u32 order = t->order;

	rt_gc.genid = rt_gc.walk_genid;
	rt_gc.walk_genid = READ_ONCE(rt_cache.genid);
	rt_gc.idle_max = (unsigned long)rt_sysctls.gc_timeout * HZ;
	while (order > RT_ORDER_MIN && entries < 1u << (order - 3))
		order--;
	if (order != t->order)
		(void)rt_table_replace(t, order);
}

/*
 * The timer: a part of the walk, sized so that a whole one takes gc_interval; after a flush a
 * 64th a tick, so that stale entries are gone within half a second.
 */
static void rt_gc_timer_fn(struct timer_list *timer)
{
	struct rt_hash_table *t = rcu_dereference(rt_cache.table);
	u32 size = 1u << t->order, n;
	unsigned long idle = (unsigned long)rt_sysctls.gc_timeout * HZ;
	bool hurry;

	/* First: a flush behind this line kicks the timer again. */
	WRITE_ONCE(rt_gc.kicked, false);
	smp_mb();
	hurry = rt_gc.genid != READ_ONCE(rt_cache.genid);
	n = hurry ? max(size / 64, (u32)RT_WALK_MIN) :
		    max(size / (u32)max(rt_sysctls.gc_interval, 1), 1u);
	if (rt_gc.bucket >= size)
		rt_gc.bucket = 0;
	for (; n && rt_gc.bucket < size; n--, rt_gc.bucket++)
		rt_collect_bucket(t, rt_gc.bucket, idle);
	if (rt_gc.bucket >= size) {
		rt_gc.bucket = 0;
		rt_walk_done(t);
	}
	hurry = rt_gc.genid != READ_ONCE(rt_cache.genid);
	if (rt_drain_retired())
		hurry = true;
	mod_timer(timer, jiffies + (hurry ? 1 : HZ));
	/* Who flushed or retired a table on another CPU may have armed it before this did. */
	if (READ_ONCE(rt_gc.kicked) || READ_ONCE(rt_gc.retired))
		mod_timer(timer, jiffies + 1);
}

void rt_cache_flush(void)
{
	(void)__atomic_add_fetch(&rt_cache.genid, 1, __ATOMIC_SEQ_CST);
	/* A million routes flush a million times. */
	if (rt_cache.table && !READ_ONCE(rt_gc.kicked)) {
		WRITE_ONCE(rt_gc.kicked, true);
		mod_timer(&rt_gc_timer, jiffies + 1);
	}
}

void rt_cache_collect(unsigned long idle)
{
	struct rt_hash_table *t;

	local_bh_disable();
	t = rcu_dereference(rt_cache.table);
	for (u32 i = 0; i < 1u << t->order; i++)
		rt_collect_bucket(t, i, idle);
	local_bh_enable();
	mod_timer(&rt_gc_timer, jiffies + 1);
}

int rt_cache_for_each(int (*fn)(const struct rtable *rt, void *ctx), void *ctx)
{
	const struct rt_hash_table *t;
	int ret = 0;

	rcu_read_lock();
	t = rcu_dereference(rt_cache.table);
	for (u32 i = 0; i < 1u << t->order && !ret; i++) {
		struct rtable *rt = rcu_dereference(t->chain[i]);

		for (; rt && !ret; rt = rcu_dereference(rt->rt_next))
			if (!rt_is_expired(rt))
				ret = fn(rt, ctx);
	}
	rcu_read_unlock();
	return ret;
}

static unsigned long rt_shrink_count(struct shrinker *shrinker, struct shrink_control *sc)
{
	unsigned int n = rt_cache_entries();

	return n ? n : SHRINK_EMPTY;
}

/* Memory is short: entries that nobody used for a second go. They are free after a grace period. */
static unsigned long rt_shrink_scan(struct shrinker *shrinker, struct shrink_control *sc)
{
	unsigned int before = rt_cache_entries();

	rt_cache_collect(RT_GC_MIN_IDLE);
	return before > rt_cache_entries() ? before - rt_cache_entries() : SHRINK_STOP;
}

static struct shrinker rt_shrinker = {
	.name = "route_cache",
	.count_objects = rt_shrink_count,
	.scan_objects = rt_shrink_scan,
};

/* ---- entries ---- */

/*
 * rt_dst_alloc() - a new entry, in the cache's name or, when the cache is full, in its packet's
 * alone. The caller sets key and generation.
 * Return: with one reference; NULL when memory is short.
 */
static struct rtable *rt_dst_alloc(struct net_device *dev, u32 flags, u8 type)
{
	struct rtable *rt = dst_alloc(&ipv4_dst_ops, dev, 1, DST_OBSOLETE_NONE, 0);

	if (unlikely(!rt)) {
		if (rt_cache_entries() >= (unsigned int)rt_sysctls.max_size + RT_NOCACHE_MAX)
			return NULL;
		rt = kmem_cache_alloc(ipv4_dst_ops.kmem_cachep, GFP_ATOMIC | __GFP_NOWARN);
		if (!rt)
			return NULL;
		dst_init(&rt->dst, &ipv4_dst_ops, dev, 1, DST_OBSOLETE_NONE, DST_NOCACHE);
	}
	rt->rt_next = NULL;
	rt->rt_flags = flags;
	rt->rt_type = type;
	rt->rt_uses_gateway = 0;
	rt->rt_table_id = 0;
	rt->rt_iif = 0;
	rt->rt_gateway = 0;
	rt->rt_spec_dst = 0;
	return rt;
}

/*
 * arp_bind_neighbour() - give @dst the neighbour that is its next hop.
 * Return: 0, or -ENOBUFS (neighbour table full) and the like.
 */
static int arp_bind_neighbour(struct dst_entry *dst)
{
	struct rtable *rt = (struct rtable *)dst;
	struct net_device *dev = dst->dev;
	be32 nexthop = rt->rt_gateway;
	struct neighbour *n;

	/* On these links everybody is reached alike: one entry serves all. */
	if (dev->flags & (IFF_LOOPBACK | IFF_POINTOPOINT))
		nexthop = 0;
	n = neigh_find_get(&arp_tbl, nexthop, dev);
	if (IS_ERR(n))
		return (int)PTR_ERR(n);
	rcu_assign_pointer(dst->neighbour, n);
	return 0;
}

/* The neighbour of @dst was removed from its table: bind a living one. Return: it, referenced. */
static struct neighbour *ipv4_neigh_lookup(struct dst_entry *dst, const struct sk_buff *skb)
{
	struct rtable *rt = (struct rtable *)dst;
	be32 nexthop = dst->dev->flags & (IFF_LOOPBACK | IFF_POINTOPOINT) ? 0 : rt->rt_gateway;
	struct neighbour *n = neigh_find_get(&arp_tbl, nexthop, dst->dev), *old;

	if (IS_ERR(n))
		return n;
	neigh_hold(n);
	old = xchg(&dst->neighbour, n);
	if (old)
		neigh_release(old);
	return n;
}

/* The next hop of @skb does not answer: RFC 1812 section 5.2.7.1, host unreachable. */
static void ipv4_link_failure(struct sk_buff *skb)
{
	icmp_send(skb, ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0);
}

/* A chain at its bound: its entry that was not used for longest, as the link that points to it. */
static struct rtable **rt_chain_oldest(struct rtable **pp)
{
	struct rtable **oldest = pp;

	for (; *pp; pp = &(*pp)->rt_next)
		if (time_before((*pp)->dst.lastuse, (*oldest)->dst.lastuse))
			oldest = pp;
	return oldest;
}

/*
 * Walks the chain at @pp for @rt's place: drops stale entries.
 * Return: the entry that somebody else has made for the same question meanwhile; NULL: none.
 */
static struct rtable *rt_clean_chain(struct rt_hash_table *t, struct rtable **pp,
				     const struct rtable *rt, int *length)
{
	*length = 0;
	while (*pp) {
		if (rt_match(*pp, &rt->rt_key, rt->rt_genid))
			return *pp;
		if (rt_is_expired(*pp)) {
			rt_unlink(t, pp);
			continue;
		}
		pp = &(*pp)->rt_next;
		(*length)++;
	}
	return NULL;
}

/*
 * After an insertion: more entries than chains, or chains so long that someone may have found the
 * keys?
 */
static void rt_check_table(struct rt_hash_table *t)
{
	u32 order = t->order;

	if ((unsigned int)atomic_read(&t->entries) > 1u << order && order < RT_ORDER_MAX)
		order++;
	else if (likely(atomic_read(&t->overflows) < RT_REKEY_OVERFLOWS) ||
		 atomic_read(&rt_gc.retiring))
		return;
	/* Without memory for it chains are as they are: bounded. */
	atomic_set(&t->overflows, 0);
	(void)rt_table_replace(t, order);
}

/*
 * @rt, just put at the head of @chain, is stale: its packet has it alone. Readers who have found it
 * borrow until their grace period ends, as always. Under the bucket's lock.
 */
static noinline void rt_take_back(struct rt_hash_table *t, struct rtable **chain,
				  struct rtable *rt, bool held)
{
	rcu_assign_pointer(*chain, rt->rt_next);
	atomic_dec(&t->entries);
	rt->dst.flags |= DST_NOCACHE;
	if (held)
		dst_release(&rt->dst);		/* the table's: the caller has its own */
}

/*
 * rt_intern_hash() - complete @rt with its neighbour and put it into the cache.
 * @rt:    with the caller's one reference, which becomes the table's (DST_NOCACHE: stays the
 *         caller's).
 * @prt:   gets the entry to use: @rt, or an equal one that was there first. Borrowed, under RCU,
 *         unless it is DST_NOCACHE.
 * @hold:  with a reference for the caller instead. It is taken under the bucket's lock: behind it
 *         another CPU may have thrown the entry out already.
 * Return: 0; or the error of binding a neighbour, and @rt is gone.
 */
static int rt_intern_hash(struct rtable *rt, struct rtable **prt, bool hold)
{
	struct rt_hash_table *t = rcu_dereference(rt_cache.table);
	u32 bucket = rt_hash(t, &rt->rt_key);
	struct rtable **chain = &t->chain[bucket], *same;
	int length, err = 0;

	if (rt->dst.output != dst_discard)
		err = arp_bind_neighbour(&rt->dst);
	if (unlikely(err)) {
		dst_release(&rt->dst);
		return err;
	}
	*prt = rt;
	if (unlikely(rt->dst.flags & DST_NOCACHE))
		return 0;
	spin_lock_bh(rt_bucket_lock(bucket));
	same = rt_clean_chain(t, chain, rt, &length);
	if (hold)
		dst_hold(same ? &same->dst : &rt->dst);
	if (unlikely(same)) {
		spin_unlock_bh(rt_bucket_lock(bucket));
		dst_release(&rt->dst);
		*prt = same;
		return 0;
	}
	if (unlikely(length >= READ_ONCE(rt_sysctls.gc_elasticity))) {
		rt_unlink(t, rt_chain_oldest(chain));
		atomic_inc(&t->overflows);
	}
	rt->rt_next = *chain;
	rcu_assign_pointer(*chain, rt);
	/*
	 * A full barrier between the entry and this look at the generation, as there is one between
	 * a flush and its walk: either the walk finds the entry, or we find that it was flushed.
	 */
	(void)atomic_inc_return(&t->entries);
	if (unlikely(rt_is_expired(rt))) {
		rt_take_back(t, chain, rt, hold);
		spin_unlock_bh(rt_bucket_lock(bucket));
		return 0;
	}
	spin_unlock_bh(rt_bucket_lock(bucket));
	rt_check_table(t);
	return 0;
}

/* Where the route @res sends: gateway, MTU. */
static void rt_set_nexthop(struct rtable *rt, const struct fib_result *res)
{
	const struct fib_nh *nh;
	u32 mtu;

	rt->rt_gateway = rt->rt_dst;
	if (!res->fi)
		return;
	nh = &FIB_RES_NH(*res);
	if (nh->nh_gw && nh->nh_scope == RT_SCOPE_LINK) {
		rt->rt_gateway = nh->nh_gw;
		rt->rt_uses_gateway = 1;
	}
	rt->rt_table_id = res->table ? res->table->tb_id : 0;
	mtu = res->fi->fib_metrics[RTAX_MTU - 1];
	if (mtu && mtu < rt->dst.dev->mtu)
		rt->dst.mtu = max(mtu, (u32)IPV4_MIN_MTU);
}

/* Hands @rt to @skb: borrowed from the cache, or as its own. */
static void rt_set_skb_dst(struct sk_buff *skb, struct rtable *rt)
{
	if (unlikely(rt->dst.flags & DST_NOCACHE))
		skb_dst_set(skb, &rt->dst);
	else
		skb_dst_set_noref(skb, &rt->dst);
}

/* ---- input ---- */

/* A received packet's question, while the tables are asked. */
struct rt_question {
	struct rt_key	key;
	u32		genid;		/* rt_genid_now() of before */
};

/* The key of a received packet. */
static __always_inline struct rt_key rt_input_key(be32 daddr, be32 saddr, u8 tos, int iif, u32 mark)
{
	struct rt_key key;

	key.dst = daddr;
	key.src = saddr;
	key.link = (u32)iif << 8 | (tos & IPTOS_RT_MASK);
	key.mark = mark;
	return key;
}

static u8 rt_key_tos(const struct rt_key *key)
{
	return key->link & IPTOS_RT_MASK;
}

static int rt_error(enum drop_reason *reason, enum drop_reason why, int err)
{
	*reason = why;
	return err;
}

static int rt_martian_source(enum drop_reason *reason, int err)
{
	SNMP_INC(ROUTE_MARTIAN_SRC);
	return err == -EXDEV ? rt_error(reason, DROP_IP_RPFILTER, err) :
			       rt_error(reason, DROP_IP_SOURCE, -EINVAL);
}

static int rt_martian_destination(enum drop_reason *reason)
{
	SNMP_INC(ROUTE_MARTIAN_DST);
	return rt_error(reason, DROP_IP_DESTINATION, -EINVAL);
}

/* Interns @rt, which answers @q for a received packet, and gives it to @skb. */
static int rt_intern_input(struct sk_buff *skb, struct rtable *rt, const struct rt_question *q,
			   enum drop_reason *reason)
{
	int err;

	rt->rt_key = q->key;
	rt->rt_genid = q->genid;
	rt->rt_dst = q->key.dst;
	rt->rt_src = q->key.src;
	rt->rt_iif = (int)(q->key.link >> 8);
	if (!rt->rt_gateway)
		rt->rt_gateway = q->key.dst;
	err = rt_intern_hash(rt, &rt, false);
	if (err)
		return rt_error(reason, DROP_NEIGH_CREATE, -ENOBUFS);
	rt_set_skb_dst(skb, rt);
	return 0;
}

/* For us: unicast to one of our addresses, or a broadcast or group that we take. */
static int ip_mkroute_local(struct sk_buff *skb, const struct rt_question *q, u32 flags, u8 type,
			    be32 spec_dst, u32 table, enum drop_reason *reason)
{
	struct rtable *rt = rt_dst_alloc(loopback_dev, flags | RTCF_LOCAL, type);

	if (!rt)
		return rt_error(reason, DROP_IP_ROUTE_MEMORY, -ENOBUFS);
	rt->dst.input = ip_local_deliver;
	rt->rt_spec_dst = spec_dst;
	rt->rt_table_id = table;
	return rt_intern_input(skb, rt, q, reason);
}

/*
 * A group: 224.0.0.1 is everybody's (RFC 1112); no others have been joined.
 * RFC 1112 section 7.2 and RFC 1812 section 5.3.7: the source must be one host's.
 */
static int ip_route_input_mc(struct sk_buff *skb, const struct rt_question *q,
			     struct net_device *dev, enum drop_reason *reason)
{
	struct in_device *in_dev = in_dev_get_rcu(dev);
	be32 saddr = q->key.src, daddr = q->key.dst;
	int err;

	if (!in_dev)
		return rt_error(reason, DROP_RX_DEV_DOWN, -ENODEV);
	if (ipv4_is_multicast(saddr) || ipv4_is_lbcast(saddr) ||
	    (ipv4_is_loopback(saddr) && !(dev->flags & IFF_LOOPBACK)) ||
	    (ipv4_is_zeronet(saddr) && !ipv4_is_local_multicast(daddr)))
		return rt_martian_source(reason, -EINVAL);
	if (daddr != INADDR_ALLHOSTS_GROUP)
		return rt_error(reason, DROP_IP_MULTICAST, -ENETUNREACH);
	if (!ipv4_is_zeronet(saddr)) {
		err = fib_validate_source(saddr, 0, 0, 0, dev, in_dev);
		if (err < 0)
			return rt_martian_source(reason, err);
	}
	return ip_mkroute_local(skb, q, RTCF_MULTICAST, RTN_MULTICAST,
				inet_select_addr(dev, 0, RT_SCOPE_LINK), 0, reason);
}

/*
 * __mkroute_input() - the entry of a packet that is forwarded by the next hop res->nh_sel.
 * RFC 1812 section 5.2.7.2: a redirect is due when it leaves by the link it came by, and its sender
 * is on that link.
 */
static int __mkroute_input(struct sk_buff *skb, const struct rt_question *q,
			   const struct fib_result *res, struct in_device *in_dev,
			   enum drop_reason *reason)
{
	struct net_device *out = FIB_RES_DEV(*res);
	struct in_device *out_dev = in_dev_get_rcu(out);
	struct rtable *rt;
	u32 flags = 0;
	int err;

	if (!out_dev)
		return rt_error(reason, DROP_IP_NO_ROUTE, -ENETUNREACH);
	err = fib_validate_source(q->key.src, q->key.dst, rt_key_tos(&q->key), out->ifindex,
				  in_dev->dev, in_dev);
	if (err < 0)
		return rt_martian_source(reason, err);
	if (err)
		flags |= RTCF_DIRECTSRC;
	if (err && out_dev == in_dev && IN_DEV_TX_REDIRECTS(out_dev) &&
	    (IN_DEV_SHARED_MEDIA(out_dev) ||
	     inet_addr_onlink(out_dev, q->key.src, FIB_RES_GW(*res))))
		flags |= RTCF_DOREDIRECT;
	rt = rt_dst_alloc(out, flags, res->type);
	if (!rt)
		return rt_error(reason, DROP_IP_ROUTE_MEMORY, -ENOBUFS);
	rt->rt_dst = q->key.dst;
	rt->dst.input = ip_forward;
	rt->dst.output = ip_output;
	rt_set_nexthop(rt, res);
	return rt_intern_input(skb, rt, q, reason);
}

static int ip_mkroute_input(struct sk_buff *skb, const struct rt_question *q,
			    struct fib_result *res, const struct flowi4 *fl4,
			    struct in_device *in_dev, enum drop_reason *reason)
{
	fib_select_path(res, fl4);
	return __mkroute_input(skb, q, res, in_dev, reason);
}

/*
 * A limited or directed broadcast: taken here, not forwarded (RFC 1812 sections 4.2.3.1, 5.3.5.2).
 */
static int ip_route_input_brd(struct sk_buff *skb, const struct rt_question *q,
			      struct net_device *dev, struct in_device *in_dev,
			      enum drop_reason *reason)
{
	if (!ipv4_is_zeronet(q->key.src)) {
		int err = fib_validate_source(q->key.src, 0, rt_key_tos(&q->key), 0, dev, in_dev);

		if (err < 0)
			return rt_martian_source(reason, err);
	}
	return ip_mkroute_local(skb, q, RTCF_BROADCAST, RTN_BROADCAST,
				inet_select_addr(dev, 0, RT_SCOPE_LINK), RT_TABLE_LOCAL, reason);
}

/*
 * What no table needs to be asked for: addresses that cannot stand where they stand. RFC 1812
 * 5.3.7.
 */
static int rt_check_martians(const struct rt_question *q, const struct net_device *dev,
			     const struct in_device *in_dev, enum drop_reason *reason)
{
	be32 saddr = q->key.src, daddr = q->key.dst;
	bool loopback_ok = (dev->flags & IFF_LOOPBACK) || IN_DEV_ROUTE_LOCALNET(in_dev);

	if (ipv4_is_multicast(saddr) || ipv4_is_lbcast(saddr) ||
	    (ipv4_is_loopback(saddr) && !loopback_ok))
		return rt_martian_source(reason, -EINVAL);
	if (ipv4_is_lbcast(daddr) || (!saddr && !daddr))
		return 0;
	if (ipv4_is_zeronet(saddr))
		return rt_martian_source(reason, -EINVAL);
	if (ipv4_is_zeronet(daddr) || (ipv4_is_loopback(daddr) && !loopback_ok))
		return rt_martian_destination(reason);
	return 0;
}

/* The tables have no way for the packet, or forbid it. */
static int rt_no_route(int err, bool forwarding, enum drop_reason *reason)
{
	if (err == -ENETUNREACH && !forwarding)
		return rt_error(reason, DROP_IP_NOT_FORWARDING, -EHOSTUNREACH);
	switch (err) {
	case -EHOSTUNREACH:
		return rt_error(reason, DROP_IP_UNREACHABLE, err);
	case -EACCES:
		return rt_error(reason, DROP_IP_PROHIBIT, err);
	case -EINVAL:
		return rt_error(reason, DROP_IP_BLACKHOLE, err);
	default:
		SNMP_INC(IP_EXT_IN_NO_ROUTES);
		return rt_error(reason, DROP_IP_NO_ROUTE, -ENETUNREACH);
	}
}

/*
 * ip_route_input_slow() - the cache does not know: decide, and remember.
 * RFC 1812 section 5.2.4 for the choice, 5.3.7 for martians. As ip_route_input_noref().
 */
static int ip_route_input_slow(struct sk_buff *skb, const struct rt_question *q,
			       struct net_device *dev, enum drop_reason *reason)
{
	struct in_device *in_dev = in_dev_get_rcu(dev);
	struct flowi4 fl4 = {
		.daddr = q->key.dst,
		.saddr = q->key.src,
		.iif = dev->ifindex,
		.tos = rt_key_tos(&q->key),
		.mark = q->key.mark,
	};
	struct fib_result res;
	int err;

	SNMP_INC(ROUTE_IN_SLOW);
	if (unlikely(!in_dev))
		return rt_error(reason, DROP_RX_DEV_DOWN, -ENODEV);
	err = rt_check_martians(q, dev, in_dev, reason);
	if (err)
		return err;
	if (ipv4_is_lbcast(q->key.dst) || !q->key.dst)
		return ip_route_input_brd(skb, q, dev, in_dev, reason);
	err = fib_lookup(&fl4, &res);
	if (err)
		return rt_no_route(err, IN_DEV_FORWARD(in_dev), reason);
	if (res.type == RTN_LOCAL) {
		err = fib_validate_source(q->key.src, q->key.dst, fl4.tos, 0, dev, in_dev);
		if (err < 0)
			return rt_martian_source(reason, err);
		return ip_mkroute_local(skb, q, err ? RTCF_DIRECTSRC : 0, RTN_LOCAL, q->key.dst,
					res.table->tb_id, reason);
	}
	if (res.type == RTN_BROADCAST && !(IN_DEV_BFORWARD(in_dev) && IN_DEV_FORWARD(in_dev) &&
					   FIB_RES_DEV(res) != dev))
		return ip_route_input_brd(skb, q, dev, in_dev, reason);
	if (!IN_DEV_FORWARD(in_dev))
		return rt_error(reason, DROP_IP_NOT_FORWARDING, -EHOSTUNREACH);
	if (res.type != RTN_UNICAST && res.type != RTN_BROADCAST)
		return rt_martian_destination(reason);
	return ip_mkroute_input(skb, q, &res, &fl4, in_dev, reason);
}

/* The cache does not know. Out of line, so that a hit builds no question. */
static noinline int ip_route_input_miss(struct sk_buff *skb, const struct rt_key *key,
					struct net_device *dev, enum drop_reason *reason)
{
	struct rt_question q = { .key = *key, .genid = rt_genid_now() };

	if (ipv4_is_multicast(key->dst))
		return ip_route_input_mc(skb, &q, dev, reason);
	return ip_route_input_slow(skb, &q, dev, reason);
}

/*
 * ip_route_input_rcu() - the same as _noref, for callers that are RCU readers: all of today's are.
 */
static __always_inline int ip_route_input_rcu(struct sk_buff *skb, be32 daddr, be32 saddr, u8 tos,
					      struct net_device *dev, enum drop_reason *reason)
{
	struct rt_key key = rt_input_key(daddr, saddr, tos, dev->ifindex, skb->mark);
	struct rtable *rt = rt_lookup(&key);

	if (likely(rt)) {
		dst_use_noref(&rt->dst, jiffies);
		skb_dst_set_noref(skb, &rt->dst);
		SNMP_INC(ROUTE_IN_HIT);
		return 0;
	}
	return ip_route_input_miss(skb, &key, dev, reason);
}

int ip_route_input_noref(struct sk_buff *skb, be32 daddr, be32 saddr, u8 tos,
			 struct net_device *dev, enum drop_reason *reason)
{
	int err;

	rcu_read_lock();
	err = ip_route_input_rcu(skb, daddr, saddr, tos, dev, reason);
	rcu_read_unlock();
	return err;
}

/* ---- output ---- */

/* What is decided about a packet of our own before its entry is made. */
struct rt_out {
	struct flowi4		*fl4;
	struct net_device	*dev;
	struct fib_result	res;	/* res.fi NULL: no table was asked, or none knew */
	u32			flags;
	u32			genid;	/* rt_genid_now() of before */
};

/*
 * __mkroute_output() - the entry of a packet of our own.
 * Return: with a reference for the caller, or ERR_PTR.
 */
static struct rtable *__mkroute_output(struct rt_out *o, const struct rt_key *key)
{
	struct flowi4 *fl4 = o->fl4;
	struct rtable *rt;
	u8 type = o->res.type;
	int err;

	if (ipv4_is_loopback(fl4->saddr) && !(o->dev->flags & IFF_LOOPBACK))
		return ERR_PTR(-EINVAL);
	if (ipv4_is_lbcast(fl4->daddr))
		type = RTN_BROADCAST;
	else if (ipv4_is_multicast(fl4->daddr))
		type = RTN_MULTICAST;
	else if (ipv4_is_zeronet(fl4->daddr))
		return ERR_PTR(-EINVAL);
	if (type == RTN_BROADCAST)
		o->flags |= RTCF_BROADCAST;
	if (type == RTN_MULTICAST)
		o->flags |= RTCF_MULTICAST;
	if (type == RTN_BROADCAST || type == RTN_MULTICAST)
		o->res.fi = NULL;	/* these have no gateway, whatever the default route says */
	rt = rt_dst_alloc(o->dev, o->flags, type);
	if (!rt)
		return ERR_PTR(-ENOBUFS);
	rt->dst.output = type == RTN_MULTICAST ? ip_mc_output : ip_output;
	if (o->flags & RTCF_LOCAL)
		rt->dst.input = ip_local_deliver;
	rt->rt_key = *key;
	rt->rt_genid = o->genid;
	rt->rt_dst = fl4->daddr;
	rt->rt_src = fl4->saddr;
	rt->rt_spec_dst = fl4->saddr;
	rt_set_nexthop(rt, &o->res);
	err = rt_intern_hash(rt, &rt, true);
	return err ? ERR_PTR(err) : rt;
}

/* The caller has bound the packet to a source address: it must be ours. */
static int rt_check_source(struct rt_out *o)
{
	struct flowi4 *fl4 = o->fl4;
	struct net_device *dev;

	if (!fl4->saddr)
		return 0;
	if (ipv4_is_multicast(fl4->saddr) || ipv4_is_lbcast(fl4->saddr) ||
	    ipv4_is_zeronet(fl4->saddr))
		return -EINVAL;
	dev = ip_dev_find(fl4->saddr);
	if (!dev && !(fl4->flags & FLOWI_FLAG_ANYSRC))
		return -EINVAL;
	/* A group or everybody: by the device of that address. */
	if (dev && !fl4->oif && (ipv4_is_multicast(fl4->daddr) || ipv4_is_lbcast(fl4->daddr)))
		o->dev = dev;
	return 0;
}

/* The caller has bound the packet to a device. */
static int rt_check_oif(struct rt_out *o)
{
	struct flowi4 *fl4 = o->fl4;

	if (!fl4->oif)
		return 0;
	o->dev = dev_get_by_index(fl4->oif);
	if (!o->dev)
		return -ENODEV;
	if (!(o->dev->flags & IFF_UP) || !in_dev_get_rcu(o->dev))
		return -ENETUNREACH;
	return 0;
}

/* To ourselves: by loopback. */
static void rt_output_local(struct rt_out *o)
{
	struct flowi4 *fl4 = o->fl4;

	o->dev = loopback_dev;
	o->flags |= RTCF_LOCAL;
	o->res.type = RTN_LOCAL;
	if (!fl4->saddr)
		fl4->saddr =
			o->res.fi && o->res.fi->fib_prefsrc ? o->res.fi->fib_prefsrc : fl4->daddr;
}

/* Asks the tables. */
static int rt_output_lookup(struct rt_out *o)
{
	struct flowi4 *fl4 = o->fl4;
	int err = fib_lookup(fl4, &o->res);

	if (err) {
		o->res.fi = NULL;
		o->res.table = NULL;
		/*
		 * Bound to a device that no route leads through: take the destination to be on its
		 * link.
		 */
		if (!fl4->oif || err != -ENETUNREACH) {
			SNMP_INC(IP_OUT_NO_ROUTES);
			return err;
		}
		o->res.type = RTN_UNICAST;
		if (!fl4->saddr)
			fl4->saddr = inet_select_addr(o->dev, 0, RT_SCOPE_LINK);
		return 0;
	}
	if (o->res.type == RTN_LOCAL) {
		rt_output_local(o);
		return 0;
	}
	fib_select_path(&o->res, fl4);
	if (!fl4->saddr)
		fl4->saddr = fib_res_prefsrc(&o->res);
	o->dev = FIB_RES_DEV(o->res);
	return 0;
}

/* ip_route_output_slow() - decide where a packet of our own goes. As ip_route_output_flow(). */
static noinline struct rtable *ip_route_output_slow(struct flowi4 *fl4, const struct rt_key *key)
{
	struct rt_out o = { .fl4 = fl4, .res.type = RTN_UNICAST, .genid = rt_genid_now() };
	int err;

	SNMP_INC(ROUTE_OUT_SLOW);
	err = rt_check_source(&o);
	if (!err)
		err = rt_check_oif(&o);
	if (err)
		return ERR_PTR(err);
	if (!fl4->daddr) {
		fl4->daddr = fl4->saddr ? fl4->saddr : INADDR_LOOPBACK;
		rt_output_local(&o);
	} else if (o.dev && (ipv4_is_local_multicast(fl4->daddr) || ipv4_is_lbcast(fl4->daddr))) {
		if (!fl4->saddr)
			fl4->saddr = inet_select_addr(o.dev, 0, RT_SCOPE_LINK);
	} else {
		err = rt_output_lookup(&o);
		if (err)
			return ERR_PTR(err);
	}
	return __mkroute_output(&o, key);
}

struct rtable *ip_route_output_flow(struct flowi4 *fl4)
{
	struct rt_key key = {
		.dst = fl4->daddr,
		.src = fl4->saddr,
		.link = (u32)fl4->oif << 8 | (fl4->tos & IPTOS_RT_MASK) | RT_KEY_OUTPUT,
		.mark = fl4->mark,
	};
	struct rtable *rt = rt_lookup(&key);

	if (rt && dst_hold_safe(&rt->dst)) {
		dst_use_noref(&rt->dst, jiffies);
		SNMP_INC(ROUTE_OUT_HIT);
		fl4->saddr = rt->rt_src;
		fl4->daddr = rt->rt_dst;
		return rt;
	}
	return ip_route_output_slow(fl4, &key);
}

/* ---- redirects ---- */

void ip_rt_send_redirect(struct sk_buff *skb)
{
	const struct rtable *rt = skb_rtable(skb);

	if (inet_peer_redirect(ip_hdr(skb)->saddr, (unsigned int)rt_sysctls.redirect_number,
			       (unsigned int)rt_sysctls.redirect_load,
			       (unsigned int)rt_sysctls.redirect_silence))
		icmp_send(skb, ICMP_REDIRECT, ICMP_REDIR_HOST, rt->rt_gateway);
}

/* ---- set-up ---- */

static int rt_set_gc_thresh(const struct sysctl *s, int value)
{
	ipv4_dst_ops.gc_thresh = (unsigned int)value;
	return 0;
}
SYSCTL_INT("net.ipv4.route.gc_thresh", &rt_sysctls.gc_thresh, 0, INT_MAX, rt_set_gc_thresh);
SYSCTL_INT("net.ipv4.route.max_size", &rt_sysctls.max_size, 0, RT_MAX_SIZE_MAX);
SYSCTL_INT("net.ipv4.route.gc_min_interval_ms", &rt_sysctls.gc_min_interval_ms, 0, 3600000);
SYSCTL_INT("net.ipv4.route.gc_timeout", &rt_sysctls.gc_timeout, 1, 86400);
SYSCTL_INT("net.ipv4.route.gc_interval", &rt_sysctls.gc_interval, 1, 86400);
SYSCTL_INT("net.ipv4.route.gc_elasticity", &rt_sysctls.gc_elasticity, 1, 64);
SYSCTL_INT("net.ipv4.route.redirect_number", &rt_sysctls.redirect_number, 0, 1000);
SYSCTL_INT("net.ipv4.route.redirect_load", &rt_sysctls.redirect_load, 0, 3600000);
SYSCTL_INT("net.ipv4.route.redirect_silence", &rt_sysctls.redirect_silence, 0, INT_MAX);

/* How many entries this machine may have. */
static int rt_default_max_size(void)
{
	u64 bytes = (u64)totalram_pages() * PAGE_SIZE / RT_RAM_SHARE;

	return (int)clamp(bytes / sizeof(struct rtable), (u64)RT_MAX_SIZE_MIN,
			  (u64)RT_MAX_SIZE_MAX);
}

static int ip_rt_init(void)
{
	struct rt_hash_table *t = rt_table_alloc(RT_ORDER_MIN, GFP_KERNEL);

	ipv4_dst_ops.kmem_cachep = kmem_cache_create("ip_dst_cache", sizeof(struct rtable), 0,
						     SLAB_HWCACHE_ALIGN | SLAB_PANIC, NULL);
	if (!t)
		return -ENOMEM;
	for (int i = 0; i < RT_LOCKS; i++)
		spin_lock_init_named(&rt_hash_locks[i], "rt_hash_locks[]");
	rt_sysctls.max_size = rt_default_max_size();
	rt_sysctls.gc_thresh = rt_sysctls.max_size / 4 * 3;
	ipv4_dst_ops.gc_thresh = (unsigned int)rt_sysctls.gc_thresh;
	rt_gc.idle_max = (unsigned long)rt_sysctls.gc_timeout * HZ;
	rt_gc.last_gc = jiffies;
	rcu_assign_pointer(rt_cache.table, t);
	mod_timer(&rt_gc_timer, jiffies + HZ);
	return register_shrinker(&rt_shrinker);
}
INITCALL(core, ip_rt_init);
