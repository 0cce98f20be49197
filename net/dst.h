/* SPDX-License-Identifier: MIT */
/*
 * net/dst.h - a destination: where a packet goes next and by which functions. The theory stands in
 * net/dst.c.
 */
#ifndef NET_DST_H
#define NET_DST_H

#include <arch/atomic.h>

#include "kernel/base/rcu.h"
#include "kernel/base/time.h"
#include "lib/types.h"
#include "net/netdevice.h"
#include "net/skbuff.h"

struct dst_entry;
struct kmem_cache;
struct neighbour;

/* What a protocol supplies. Every function may be NULL. */
struct dst_ops {
	u16		family;
	unsigned int	gc_thresh;	/* entries above which dst_alloc() calls gc first */
	int		(*gc)(struct dst_ops *ops);	/* non-zero: still full, refuse */
	struct dst_entry *(*check)(struct dst_entry *dst, u32 cookie);
	void		(*destroy)(struct dst_entry *dst);
	/*
	 * the neighbour that @dst needs, referenced, or ERR_PTR; rebinds dst->neighbour if it was
	 * dead
	 */
	struct neighbour *(*neigh_lookup)(struct dst_entry *dst, const struct sk_buff *skb);
	void		(*link_failure)(struct sk_buff *skb);	/* @skb cannot be sent; borrowed */
	void		(*update_pmtu)(struct dst_entry *dst, u32 mtu);
	struct kmem_cache *kmem_cachep;
	atomic_t	entries;	/* allocated and not freed yet */
};

/* dst->flags */
#define DST_NOCACHE		0x1	/* not in a cache: its first holder owns it alone */
#define DST_HOST		0x2

/* dst->obsolete */
#define DST_OBSOLETE_NONE	0
#define DST_OBSOLETE_DEAD	2	/* out of its cache */
#define DST_OBSOLETE_FORCE_CHK	(-1)	/* ask ops->check() before each use */

/*
 * First member of a protocol's route (struct rtable). The first line is what a forwarded packet
 * reads; the counters it may write lie behind it.
 * Locks: [I] immutable once visible, [a] atomic, [r] RCU, [1] written at most once a tick
 */
struct dst_entry {
	struct net_device	*dev;		/* [I] referenced */
	struct neighbour __rcu	*neighbour;	/* [r] referenced; may be dead: see neigh_output */
	int			(*input)(struct sk_buff *skb);	/* [I] */
	int			(*output)(struct sk_buff *skb);	/* [I] */
	struct dst_ops		*ops;		/* [I] */
	unsigned long		expires;	/* [a] jiffies, 0: never */
	u32			mtu;		/* [a] path MTU, 0: the device's */
	short			error;		/* [I] of an entry that leads nowhere, -errno */
	short			obsolete;	/* [a] DST_OBSOLETE_* */
	u16			flags;		/* [I] DST_* */
	u16			header_len;	/* [I] */
	u32			tclassid;

	unsigned long		lastuse;	/* [1] jiffies */
	atomic_t		__refcnt;	/* [a] one for the cache, one per holder */
	u32			__use;		/* [1] */
	struct rcu_head		rcu_head;
};
static_assert(offsetof(struct dst_entry, lastuse) == 64, "a hit reads one line of its dst");

void *dst_alloc(struct dst_ops *ops, struct net_device *dev, int initial_ref, int initial_obsolete,
		u16 flags) __must_check;
void dst_init(struct dst_entry *dst, struct dst_ops *ops, struct net_device *dev, int initial_ref,
	      int initial_obsolete, u16 flags);
void dst_release(struct dst_entry *dst);
int dst_discard(struct sk_buff *skb);

static inline void dst_hold(struct dst_entry *dst) { atomic_inc(&dst->__refcnt); }
/* dst_hold_safe() - a reference if the entry is not being freed; under RCU. */
static inline bool dst_hold_safe(struct dst_entry *dst)
{
	return atomic_inc_not_zero(&dst->__refcnt);
}

/* dst_use_noref() - note that @dst was used, writing at most once a tick. */
static inline void dst_use_noref(struct dst_entry *dst, unsigned long now)
{
	if (unlikely(dst->lastuse != now)) {
		WRITE_ONCE(dst->lastuse, now);
		dst->__use++;
	}
}

static inline unsigned int dst_mtu(const struct dst_entry *dst)
{
	return dst->mtu ? dst->mtu : READ_ONCE(dst->dev->mtu);
}

static inline int dst_input(struct sk_buff *skb);
static inline int dst_output(struct sk_buff *skb);

/* ---- the dst of an skb: borrowed under RCU (noref) or referenced ---- */
#define SKB_DST_NOREF	1UL
#define SKB_DST_PTRMASK	(~1UL)

static inline struct dst_entry *skb_dst(const struct sk_buff *skb)
{
	return (struct dst_entry *)(skb->_skb_refdst & SKB_DST_PTRMASK);
}
static inline bool skb_dst_is_noref(const struct sk_buff *skb)
{
	return skb->_skb_refdst & SKB_DST_NOREF;
}
/* skb_dst_set() - the skb takes over the caller's reference. */
static inline void skb_dst_set(struct sk_buff *skb, struct dst_entry *dst)
{
	skb->_skb_refdst = (unsigned long)dst;
}
/* skb_dst_set_noref() - the skb borrows; it must end, or be forced, before rcu_read_unlock(). */
static inline void skb_dst_set_noref(struct sk_buff *skb, struct dst_entry *dst)
{
	skb->_skb_refdst = (unsigned long)dst | SKB_DST_NOREF;
}
static inline void skb_dst_drop(struct sk_buff *skb)
{
	unsigned long refdst = skb->_skb_refdst;

	if (refdst) {
		skb->_skb_refdst = 0;
		if (!(refdst & SKB_DST_NOREF))
			dst_release((struct dst_entry *)refdst);
	}
}
/*
 * skb_dst_force() - turn a borrowed dst into a reference, before the skb outlives the softirq.
 * Return: false if the entry was being freed; the skb then has no dst.
 */
static inline bool skb_dst_force(struct sk_buff *skb)
{
	if (skb_dst_is_noref(skb)) {
		struct dst_entry *dst = skb_dst(skb);

		skb->_skb_refdst = dst_hold_safe(dst) ? (unsigned long)dst : 0;
	}
	return skb->_skb_refdst != 0;
}

/*
 * dst_link_failure() - tell the protocol that @skb cannot reach its next hop (ICMP host
 * unreachable).
 */
static inline void dst_link_failure(struct sk_buff *skb)
{
	struct dst_entry *dst = skb_dst(skb);

	if (dst && dst->ops && dst->ops->link_failure)
		dst->ops->link_failure(skb);
}

static inline int dst_input(struct sk_buff *skb) { return skb_dst(skb)->input(skb); }
static inline int dst_output(struct sk_buff *skb) { return skb_dst(skb)->output(skb); }

#endif /* NET_DST_H */
