/* SPDX-License-Identifier: MIT */
/*
 * net/neigh_table.c - the table of neighbours: look-up, creation, removal, and what goes when it is
 * crowded.
 *
 * Overview    The states and the theory are in net/neighbour.c; here is where the entries live.
 *	       Look-ups run under RCU in the packet path; the rest is slow.
 * Structure   A hash that doubles; gc_list, oldest first, of all entries but PERMANENT ones.
 * Locking     tbl->lock guards chains, gc_list, growth; n->lock inside it. What falls out of a
 *	       locked loop is collected and dropped after it (neigh_bury).
 * Limits      net/neighbour.c.
 */
#define pr_fmt(fmt) "neigh: " fmt

#include "kernel/base/printk.h"
#include "kernel/base/random.h"
#include "lib/bug.h"
#include "lib/err.h"
#include "lib/errno.h"
#include "lib/rculist.h"
#include "lib/string.h"
#include "mm/page_alloc.h"
#include "mm/slab.h"
#include "net/neighbour.h"
#include "net/neighbour_internal.h"
#include "net/stats.h"

#define NEIGH_HASH_SHIFT	8		/* buckets at the beginning: 256, 2 KB */
#define NEIGH_HASH_LOAD		4		/* entries a bucket before it grows */
#define NEIGH_HASH_SHIFT_MAX	16
#define GC_BATCH		64
#define GC_USED			(5 * HZ)
#define QUEUE_BYTES_MIN		(16 * 1024)
#define QUEUE_BYTES_LINUX	212992

struct neigh_hash_table {
	unsigned int		shift;		/* [I] log2 of the buckets */
	u64			key[3];		/* [I] random: see neigh_hash() */
	struct rcu_head		rcu;
	struct hlist_head	bucket[];
};

/*
 * Multilinear: the high half of key0 + key*key1 + ifindex*key2 mod 2^64 is strongly universal, so a
 * neighbour that picks its own address cannot aim for a bucket.
 */
static inline u32 neigh_hash(const struct neigh_hash_table *nht, be32 key,
			     const struct net_device *dev)
{
	u64 sum = nht->key[0] + nht->key[1] * key + nht->key[2] * (u32)dev->ifindex;

	return (u32)(sum >> 32) >> (32 - nht->shift);
}

/* ---- life ---- */

static void neigh_free_rcu(struct rcu_head *head)
{
	struct neighbour *n = container_of(head, struct neighbour, rcu);
	struct neigh_table *tbl = n->tbl;

	dev_put(n->dev);
	kmem_cache_free(tbl->kmem_cachep, n);
	atomic_dec(&tbl->allocated);
}

/* neigh_destroy() - the last reference is gone; called by neigh_release(). */
void neigh_destroy(struct neighbour *n)
{
	BUG_ON(!n->dead);
	BUG_ON(timer_pending(&n->timer));
	BUG_ON(!skb_queue_empty(&n->arp_queue));
	call_rcu(&n->rcu, neigh_free_rcu);
}

/*
 * Take @n out of @tbl for good. Context: under tbl->lock and n->lock.
 * Return: its queue; the caller drops it, and the table's reference, without the locks
 * (neigh_bury).
 */
static struct sk_buff *neigh_mark_dead(struct neigh_table *tbl, struct neighbour *n)
{
	hlist_del_rcu(&n->hash);
	atomic_dec(&tbl->entries);
	if (!list_empty(&n->gc_list)) {
		list_del_init(&n->gc_list);
		atomic_dec(&tbl->gc_entries);
	}
	n->dead = 1;
	neigh_del_timer(n);
	WRITE_ONCE(n->nud_state, NUD_NONE);
	WRITE_ONCE(n->output, neigh_blackhole);
	return neigh_dequeue_all(n);
}

/* Dead entries on their way out of a locked loop, linked by gc_list. */
static void neigh_bury(struct list_head *dead, struct sk_buff *queue)
{
	struct neighbour *n, *next;

	kfree_skb_list_reason(queue, DROP_NEIGH_DEAD);
	list_for_each_entry_safe(n, next, dead, gc_list) {
		list_del_init(&n->gc_list);
		neigh_release(n);
	}
}

/* Put @more in front of *@list; the order among what is dropped does not matter. */
static void skb_list_join(struct sk_buff **list, struct sk_buff *more)
{
	struct sk_buff **end = &more;

	while (*end)
		end = &(*end)->next;
	*end = *list;
	*list = more;
}

/*
 * Remove the entries of @dev (NULL: all) whose state is in @states (0xff: all, NONE included).
 * Context: thread or softirq, no lock held.  Return: how many.
 */
static unsigned int neigh_remove(struct neigh_table *tbl, const struct net_device *dev, u8 states)
{
	struct neigh_hash_table *nht;
	struct sk_buff *queue = NULL;
	unsigned int i, removed = 0;
	LIST_HEAD(dead);

	spin_lock_bh(&tbl->lock);
	nht = tbl->nht;
	for (i = 0; i < 1u << nht->shift; i++) {
		struct hlist_node *node = nht->bucket[i].first;

		while (node) {
			struct neighbour *n = container_of(node, struct neighbour, hash);

			node = node->next;
			if (dev && n->dev != dev)
				continue;
			spin_lock(&n->lock);
			if (states == 0xff || (n->nud_state & states)) {
				skb_list_join(&queue, neigh_mark_dead(tbl, n));
				list_add_tail(&n->gc_list, &dead);
				removed++;
			}
			spin_unlock(&n->lock);
		}
	}
	spin_unlock_bh(&tbl->lock);
	neigh_bury(&dead, queue);
	return removed;
}

/*
 * neigh_flush() - `ip neigh flush`: remove entries of @dev (NULL: all) in one of @states. Return:
 * how many.
 */
unsigned int neigh_flush(struct neigh_table *tbl, struct net_device *dev, u8 states)
{
	return neigh_remove(tbl, dev, states);
}

/*
 * neigh_changeaddr() - @dev's own address changed: what was learned or set with the old one is
 * void.
 */
void neigh_changeaddr(struct neigh_table *tbl, struct net_device *dev)
{
	neigh_remove(tbl, dev, 0xff);
}

/* neigh_ifdown() - @dev went down: forget all its neighbours. */
int neigh_ifdown(struct neigh_table *tbl, struct net_device *dev)
{
	neigh_remove(tbl, dev, 0xff);
	return 0;
}

/* neigh_delete() - remove one entry. Return: 0, -ENOENT. */
int neigh_delete(struct neigh_table *tbl, be32 key, struct net_device *dev)
{
	struct neighbour *n = neigh_lookup(tbl, key, dev);
	struct sk_buff *queue;
	LIST_HEAD(dead);

	if (!n)
		return -ENOENT;
	spin_lock_bh(&tbl->lock);
	spin_lock(&n->lock);
	if (n->dead) {
		queue = NULL;
	} else {
		queue = neigh_mark_dead(tbl, n);
		list_add_tail(&n->gc_list, &dead);
	}
	spin_unlock(&n->lock);
	spin_unlock_bh(&tbl->lock);
	neigh_bury(&dead, queue);
	neigh_release(n);
	return 0;
}

/* ---- garbage ---- */

/*
 * Nobody misses it. The fast path does not write n->used, so a connected entry counts as used while
 * anyone holds it; a stale one has been used in the slow path or not at all. Context: under
 * n->lock.
 */
static bool neigh_is_idle(const struct neighbour *n, unsigned long now)
{
	int own = n->nud_state & NUD_IN_TIMER ? 2 : 1;	/* the table's reference and the timer's */

	if (n->nud_state & NUD_FAILED)
		return true;
	if (n->nud_state & (NUD_PERMANENT | NUD_INCOMPLETE | NUD_DELAY | NUD_PROBE))
		return false;
	if ((n->nud_state & NUD_CONNECTED) && atomic_read(&n->refcnt) > own)
		return false;
	return time_after(now, n->used + GC_USED) && time_after(now, n->updated + GC_USED);
}

/*
 * Nobody has an address to lose: the question is unanswered, or the entry was only heard of (ARP
 * learns who asks for us) and no route uses it. Context: under n->lock.
 */
static bool neigh_is_cheap(const struct neighbour *n)
{
	return (n->nud_state & NUD_INCOMPLETE) ||
	       ((n->nud_state & NUD_STALE) && atomic_read(&n->refcnt) == 1);
}

/*
 * One walk of forced gc: up to @max entries that are idle, or @cheap to lose. Context: under
 * tbl->lock.
 */
static unsigned int neigh_gc_walk(struct neigh_table *tbl, unsigned int max, bool cheap,
				  struct list_head *dead, struct sk_buff **queue)
{
	unsigned long now = jiffies;
	struct neighbour *n, *next;
	unsigned int freed = 0;

	list_for_each_entry_safe(n, next, &tbl->gc_list, gc_list) {
		if (freed >= max)
			break;
		spin_lock(&n->lock);
		if (cheap ? neigh_is_cheap(n) : neigh_is_idle(n, now)) {
			skb_list_join(queue, neigh_mark_dead(tbl, n));
			list_add_tail(&n->gc_list, dead);
			freed++;
		}
		spin_unlock(&n->lock);
	}
	return freed;
}

/*
 * Make room for a new entry. A walk that finds nothing is not repeated within the same jiffy, so
 * that a crowded table costs a flood of new next hops next to nothing.
 * Context: no lock held.  Return: false when the table stays full.
 */
static bool neigh_forced_gc(struct neigh_table *tbl)
{
	unsigned int entries, over, freed = 0;
	unsigned long now = jiffies;
	struct sk_buff *queue = NULL;
	LIST_HEAD(dead);
	bool room;

	spin_lock_bh(&tbl->lock);
	entries = (unsigned int)atomic_read(&tbl->gc_entries);
	over = (unsigned int)max((int)entries - tbl->gc_thresh2, 1);
	if (tbl->gc_no_idle != now) {
		SNMP_INC(NEIGH_FORCED_GC);
		freed = neigh_gc_walk(tbl, over, false, &dead, &queue);
		if (!freed)
			tbl->gc_no_idle = now;
	}
	if (!freed && entries >= (unsigned int)tbl->gc_thresh3 && tbl->gc_no_cheap != now) {
		freed = neigh_gc_walk(tbl, GC_BATCH, true, &dead, &queue);
		if (!freed)
			tbl->gc_no_cheap = now;
	}
	room = atomic_read(&tbl->gc_entries) < tbl->gc_thresh3;
	spin_unlock_bh(&tbl->lock);
	neigh_bury(&dead, queue);
	return room;
}

/* A random value around @base, so that the neighbours of one moment do not expire at one moment. */
static unsigned int neigh_rand_reach_time(unsigned int base)
{
	return base ? get_random_u32_below(base) + base / 2 : 0;
}

/*
 * Every half base_reachable_time: new random reachable times; old failed entries, and above
 * gc_thresh1 idle ones, go.
 */
static void neigh_periodic_gc(struct timer_list *timer)
{
	struct neigh_table *tbl = container_of(timer, struct neigh_table, gc_timer);
	bool crowded = atomic_read(&tbl->gc_entries) > tbl->gc_thresh1;
	unsigned long now = jiffies;
	struct sk_buff *queue = NULL;
	struct neighbour *n, *next;
	struct neigh_parms *p;
	LIST_HEAD(dead);

	spin_lock_bh(&tbl->lock);
	if (time_after(now, tbl->last_rand + 300 * HZ)) {
		tbl->last_rand = now;
		list_for_each_entry(p, &tbl->parms_list, list)
			p->reachable_time = neigh_rand_reach_time(p->base_reachable_time);
	}
	list_for_each_entry_safe(n, next, &tbl->gc_list, gc_list) {
		unsigned long stale = n->parms->gc_staletime;
		bool old;

		spin_lock(&n->lock);
		if (n->nud_state & NUD_FAILED)
			old = time_after(now, n->updated + stale);
		else
			old = crowded && neigh_is_idle(n, now) && time_after(now, n->used + stale);
		if (old) {
			skb_list_join(&queue, neigh_mark_dead(tbl, n));
			list_add_tail(&n->gc_list, &dead);
		}
		spin_unlock(&n->lock);
	}
	spin_unlock_bh(&tbl->lock);
	neigh_bury(&dead, queue);
	mod_timer(timer, jiffies + tbl->gc_interval);
}

/* ---- look-up and creation ---- */

static struct neigh_hash_table *neigh_hash_alloc(unsigned int shift)
{
	struct neigh_hash_table *nht;

	nht = kzalloc(sizeof(*nht) + (sizeof(struct hlist_head) << shift),
		      GFP_ATOMIC | __GFP_NOWARN);
	if (nht) {
		nht->shift = shift;
		get_random_bytes(nht->key, sizeof(nht->key));
	}
	return nht;
}

/*
 * Double the hash. A reader that stands on an entry while it moves may miss others; it then takes
 * the slow path, which looks again under the lock. Context: under tbl->lock.
 */
static void neigh_hash_grow(struct neigh_table *tbl)
{
	struct neigh_hash_table *old = tbl->nht, *new;
	unsigned int i;

	if (old->shift >= NEIGH_HASH_SHIFT_MAX)
		return;
	new = neigh_hash_alloc(old->shift + 1);
	if (!new)
		return;
	for (i = 0; i < 1u << old->shift; i++) {
		struct hlist_node *node = old->bucket[i].first;

		while (node) {
			struct neighbour *n = container_of(node, struct neighbour, hash);

			node = node->next;
			hlist_del_rcu(&n->hash);
			hlist_add_head_rcu(&n->hash,
					   &new->bucket[neigh_hash(new, n->primary_key, n->dev)]);
		}
	}
	rcu_assign_pointer(tbl->nht, new);
	kfree_rcu(old, rcu);
}

/*
 * __neigh_lookup_noref() - the neighbour @key on @dev, borrowed.
 * Context: under RCU.  Return: NULL if there is none.
 */
struct neighbour *__neigh_lookup_noref(struct neigh_table *tbl, be32 key,
				       const struct net_device *dev)
{
	struct neigh_hash_table *nht = rcu_dereference(tbl->nht);
	struct neighbour *n;

	hlist_for_each_entry_rcu(n, &nht->bucket[neigh_hash(nht, key, dev)], hash)
		if (n->primary_key == key && n->dev == dev)
			return n;
	return NULL;
}

/* neigh_lookup() - the same with a reference: neigh_release() it. */
struct neighbour *neigh_lookup(struct neigh_table *tbl, be32 key, const struct net_device *dev)
{
	struct neighbour *n;

	rcu_read_lock();
	n = __neigh_lookup_noref(tbl, key, dev);
	if (n && !atomic_inc_not_zero(&n->refcnt))
		n = NULL;
	rcu_read_unlock();
	return n;
}

/*
 * A new entry that is in no table yet, with one reference. Return: NULL: table full or out of
 * memory.
 */
static struct neighbour *neigh_alloc(struct neigh_table *tbl, be32 key, struct net_device *dev)
{
	struct neigh_parms *own = rcu_dereference(dev->arp_parms);
	int entries = atomic_read(&tbl->gc_entries);
	struct neighbour *n;

	if (entries >= min(tbl->gc_thresh2, tbl->gc_thresh3) && !neigh_forced_gc(tbl)) {
		SNMP_INC(NEIGH_TABLE_FULL);
		return NULL;
	}
	n = kmem_cache_zalloc(tbl->kmem_cachep, GFP_ATOMIC | __GFP_NOWARN);
	if (!n)
		return NULL;
	n->primary_key = key;
	n->dev = dev;
	n->tbl = tbl;
	n->parms = own && own->tbl == tbl ? own : &tbl->parms;
	n->output = neigh_blackhole;
	n->updated = jiffies;
	n->used = jiffies;
	n->confirmed = jiffies - 2 * n->parms->base_reachable_time;
	n->dead = 1;
	spin_lock_init_named(&n->lock, "neighbour.lock");
	seqlock_init_named(&n->hh.hh_lock, "neighbour.hh.hh_lock");
	skb_queue_head_init(&n->arp_queue);
	INIT_LIST_HEAD(&n->gc_list);
	timer_setup(&n->timer, neigh_timer_handler, 0);
	atomic_set(&n->refcnt, 1);
	dev_hold(dev);
	atomic_inc(&tbl->allocated);
	return n;
}

/*
 * neigh_create() - the neighbour @key on @dev, made now unless somebody else just did.
 * Context: softirq or thread, no neighbour lock held.
 * Return: referenced; -ENOBUFS table full or out of memory, -ENETDOWN device not up, the
 * constructor's error.
 */
struct neighbour *neigh_create(struct neigh_table *tbl, be32 key, struct net_device *dev)
{
	struct neighbour *n, *other;
	int err;

	n = neigh_alloc(tbl, key, dev);
	if (!n)
		return ERR_PTR(-ENOBUFS);
	err = tbl->constructor ? tbl->constructor(n) : 0;
	if (err) {
		neigh_release(n);
		return ERR_PTR(err);
	}
	if (n->nud_state & NUD_VALID) {
		u8 ha[MAX_ADDR_LEN];

		memcpy(ha, n->ha, sizeof(ha));
		spin_lock_bh(&n->lock);
		neigh_set_address(n, ha);
		spin_unlock_bh(&n->lock);
	}
	spin_lock_bh(&tbl->lock);
	if (!(dev->flags & IFF_UP)) {
		spin_unlock_bh(&tbl->lock);
		neigh_release(n);
		return ERR_PTR(-ENETDOWN);
	}
	other = __neigh_lookup_noref(tbl, key, dev);
	if (other && atomic_inc_not_zero(&other->refcnt)) {
		spin_unlock_bh(&tbl->lock);
		neigh_release(n);
		return other;
	}
	/* neigh_alloc() found room, but so may other CPUs have found the same */
	if (atomic_read(&tbl->gc_entries) >= tbl->gc_thresh3) {
		spin_unlock_bh(&tbl->lock);
		SNMP_INC(NEIGH_TABLE_FULL);
		neigh_release(n);
		return ERR_PTR(-ENOBUFS);
	}
	if (atomic_read(&tbl->entries) > NEIGH_HASH_LOAD << tbl->nht->shift)
		neigh_hash_grow(tbl);
	n->dead = 0;
	neigh_hold(n);			/* the table's */
	hlist_add_head_rcu(&n->hash, &tbl->nht->bucket[neigh_hash(tbl->nht, key, dev)]);
	list_add_tail(&n->gc_list, &tbl->gc_list);
	atomic_inc(&tbl->entries);
	atomic_inc(&tbl->gc_entries);
	spin_unlock_bh(&tbl->lock);
	return n;
}

/* neigh_find_get() - look up, or create. Return: referenced, or ERR_PTR as neigh_create(). */
struct neighbour *neigh_find_get(struct neigh_table *tbl, be32 key, struct net_device *dev)
{
	struct neighbour *n = neigh_lookup(tbl, key, dev);

	return n ? n : neigh_create(tbl, key, dev);
}

/* PERMANENT entries are not collected. Context: no lock held. */
void neigh_update_gc_list(struct neighbour *n)
{
	struct neigh_table *tbl = n->tbl;
	bool on_list, exempt;

	spin_lock_bh(&tbl->lock);
	spin_lock(&n->lock);
	if (!n->dead) {
		exempt = n->nud_state & NUD_PERMANENT;
		on_list = !list_empty(&n->gc_list);
		if (exempt && on_list) {
			list_del_init(&n->gc_list);
			atomic_dec(&tbl->gc_entries);
		} else if (!exempt && !on_list) {
			list_add_tail(&n->gc_list, &tbl->gc_list);
			atomic_inc(&tbl->gc_entries);
		}
	}
	spin_unlock(&n->lock);
	spin_unlock_bh(&tbl->lock);
}

/* ---- table and parameters ---- */

/* neigh_for_each() - see the header. Entries that come or go meanwhile may be missed. */
int neigh_for_each(struct neigh_table *tbl, int (*fn)(struct neighbour *n, void *arg), void *arg)
{
	struct neigh_hash_table *nht;
	struct neighbour *n;
	unsigned int i;
	int rc = 0;

	rcu_read_lock();
	nht = rcu_dereference(tbl->nht);
	for (i = 0; i < 1u << nht->shift && !rc; i++)
		hlist_for_each_entry_rcu(n, &nht->bucket[i], hash) {
			rc = fn(n, arg);
			if (rc)
				break;
		}
	rcu_read_unlock();
	return rc;
}

/*
 * neigh_parms_alloc() - @dev's own copy of @tbl's parameters.
 * Context: thread, under rtnl.  Return: NULL when out of memory.
 */
struct neigh_parms *neigh_parms_alloc(struct net_device *dev, struct neigh_table *tbl)
{
	struct neigh_parms *p = kmemdup(&tbl->parms, sizeof(*p), GFP_KERNEL);

	if (!p)
		return NULL;
	p->dev = dev;
	p->reachable_time = neigh_rand_reach_time(p->base_reachable_time);
	spin_lock_bh(&tbl->lock);
	list_add_tail(&p->list, &tbl->parms_list);
	spin_unlock_bh(&tbl->lock);
	return p;
}

/*
 * neigh_parms_changed() - a default is @value from now on (@offset: of an int in struct
 * neigh_parms): for the table and for every device that has not been given a value of its own.
 * Context: thread.
 */
void neigh_parms_changed(struct neigh_table *tbl, size_t offset, int value)
{
	int *deflt = (int *)(void *)((u8 *)&tbl->parms + offset);
	struct neigh_parms *p;

	spin_lock_bh(&tbl->lock);
	list_for_each_entry(p, &tbl->parms_list, list) {
		int *own = (int *)(void *)((u8 *)p + offset);

		if (*own == *deflt && own != deflt)
			WRITE_ONCE(*own, value);
	}
	WRITE_ONCE(*deflt, value);
	spin_unlock_bh(&tbl->lock);
}

/*
 * neigh_parms_release() - @parms, after the last neighbour of its device was removed (NULL is
 * fine).
 */
void neigh_parms_release(struct neigh_table *tbl, struct neigh_parms *parms)
{
	if (!parms || parms == &tbl->parms)
		return;
	spin_lock_bh(&tbl->lock);
	list_del(&parms->list);
	spin_unlock_bh(&tbl->lock);
	kfree_rcu(parms, rcu);
}

/*
 * neigh_table_init() - start @tbl, whose family, protocol, constructor, id, parms and thresholds
 * are set.
 * Context: thread.  Return: 0, -ENOMEM.
 */
int neigh_table_init(struct neigh_table *tbl)
{
	u64 ram = (u64)totalram_pages() << PAGE_SHIFT;

	spin_lock_init_named(&tbl->lock, "neigh_table.lock");
	INIT_LIST_HEAD(&tbl->gc_list);
	INIT_LIST_HEAD(&tbl->parms_list);
	tbl->parms.tbl = tbl;
	tbl->parms.reachable_time = neigh_rand_reach_time(tbl->parms.base_reachable_time);
	if (!tbl->parms.queue_len_bytes)
		tbl->parms.queue_len_bytes =
			(int)clamp(ram / 1024, (u64)QUEUE_BYTES_MIN, (u64)QUEUE_BYTES_LINUX);
	if (!tbl->queue_bytes_max)
		tbl->queue_bytes_max = (int)min(ram / 64, (u64)1 << 30);
	list_add_tail(&tbl->parms.list, &tbl->parms_list);
	tbl->nht = neigh_hash_alloc(NEIGH_HASH_SHIFT);
	if (!tbl->nht)
		return -ENOMEM;
	tbl->kmem_cachep = kmem_cache_create(tbl->id, sizeof(struct neighbour), 64,
					     SLAB_HWCACHE_ALIGN, NULL);
	if (!tbl->kmem_cachep) {
		kfree(tbl->nht);
		return -ENOMEM;
	}
	tbl->last_rand = jiffies;
	tbl->gc_no_idle = tbl->gc_no_cheap = jiffies - 1;
	if (!tbl->gc_interval)
		tbl->gc_interval = tbl->parms.base_reachable_time / 2;
	timer_setup(&tbl->gc_timer, neigh_periodic_gc, 0);
	mod_timer(&tbl->gc_timer, jiffies + tbl->gc_interval);
	return 0;
}

/*
 * neigh_table_clear() - end @tbl: all entries removed; waits for their memory.
 * Context: thread; no device or route refers to the table any more.
 */
void neigh_table_clear(struct neigh_table *tbl)
{
	timer_delete_sync(&tbl->gc_timer);
	neigh_remove(tbl, NULL, 0xff);
	rcu_barrier();
	kfree(tbl->nht);
	tbl->nht = NULL;
	if (kmem_cache_destroy(tbl->kmem_cachep))
		pr_err("%s: %d entries are still held\n", tbl->id, atomic_read(&tbl->allocated));
}
