/* SPDX-License-Identifier: MIT */
/*
 * net/dst.c - destination entries: what a routing decision leaves behind for the packets that
 * follow.
 *
 * Overview    A dst_entry says by which functions a packet goes on (input, output), by which device
 *	       and neighbour. A protocol wraps it (IPv4: struct rtable) and keeps it in a cache;
 *	       this file allocates, counts and frees.
 * Lifetime    __refcnt: one for the cache (or, with DST_NOCACHE, for the packet it was made for),
 *	       one for each holder. Packets inside a softirq borrow (skb_dst_set_noref) and take no
 *	       reference; what outlives the softirq takes one (skb_dst_force), which fails once the
 *	       count has reached zero. When it does, the entry is freed a grace period later, with
 *	       its references to device and neighbour. An entry is evictable for its cache when
 *	       __refcnt is 1.
 * Locking     None of its own; the cache has its locks.
 * Limits      ops->gc_thresh entries (dead ones that wait for their grace period included):
 *	       dst_alloc() then calls ops->gc and refuses if that did not help.
 * Reference   seed 000 (dst_alloc), Linux net/core/dst.c for names.
 */
#include "net/dst.h"

#include "lib/bug.h"
#include "lib/errno.h"
#include "mm/slab.h"
#include "net/neighbour.h"

/* dst_discard() - input or output of an entry that leads nowhere. */
int dst_discard(struct sk_buff *skb)
{
	kfree_skb_reason(skb, DROP_IP_BLACKHOLE);
	return 0;
}

/*
 * dst_alloc() - a new entry of ops->kmem_cachep with its dst_entry part set up; the rest is not
 * initialised.
 * @dev:	 referenced; NULL: set later.
 * @initial_ref: references that the caller starts with.
 * Context: softirq or thread.  Return: NULL when out of memory, or at gc_thresh and gc could not
 * help.
 */
void *dst_alloc(struct dst_ops *ops, struct net_device *dev, int initial_ref, int initial_obsolete,
		u16 flags)
{
	struct dst_entry *dst;

	if (ops->gc && unlikely((unsigned int)atomic_read(&ops->entries) > ops->gc_thresh) &&
	    ops->gc(ops))
		return NULL;
	dst = kmem_cache_alloc(ops->kmem_cachep, GFP_ATOMIC | __GFP_NOWARN);
	if (unlikely(!dst))
		return NULL;
	dst_init(dst, ops, dev, initial_ref, initial_obsolete, flags);
	return dst;
}

/* dst_init() - set up the dst_entry part; it counts in ops->entries from now on. */
void dst_init(struct dst_entry *dst, struct dst_ops *ops, struct net_device *dev, int initial_ref,
	      int initial_obsolete, u16 flags)
{
	memset(dst, 0, sizeof(*dst));
	dst->dev = dev;
	if (dev)
		dev_hold(dev);
	dst->ops = ops;
	dst->input = dst_discard;
	dst->output = dst_discard;
	dst->obsolete = (short)initial_obsolete;
	dst->flags = flags;
	dst->lastuse = jiffies;
	atomic_set(&dst->__refcnt, initial_ref);
	atomic_inc(&ops->entries);
}

static void dst_destroy_rcu(struct rcu_head *head)
{
	struct dst_entry *dst = container_of(head, struct dst_entry, rcu_head);
	struct dst_ops *ops = dst->ops;

	if (ops->destroy)
		ops->destroy(dst);
	if (dst->neighbour)
		neigh_release(dst->neighbour);
	if (dst->dev)
		dev_put(dst->dev);
	kmem_cache_free(ops->kmem_cachep, dst);
	atomic_dec(&ops->entries);
}

/*
 * dst_release() - give back one reference (NULL is fine). Whoever takes an entry out of its cache
 * gives back the cache's. Context: any but hard interrupt.
 */
void dst_release(struct dst_entry *dst)
{
	int left;

	if (!dst)
		return;
	left = atomic_dec_return(&dst->__refcnt);
	BUG_ON(left < 0);
	if (left == 0)
		call_rcu(&dst->rcu_head, dst_destroy_rcu);
}
