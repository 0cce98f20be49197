/* SPDX-License-Identifier: MIT */
/*
 * net/neighbour.h - from a next hop to a link address. The theory stands in net/neighbour.c.
 */
#ifndef NET_NEIGHBOUR_H
#define NET_NEIGHBOUR_H

#include <arch/atomic.h>

#include "kernel/base/rcu.h"
#include "kernel/base/seqlock.h"
#include "kernel/base/spinlock.h"
#include "kernel/base/time.h"
#include "kernel/base/timer.h"
#include "lib/list.h"
#include "lib/string.h"
#include "lib/types.h"
#include "net/netdevice.h"
#include "net/skbuff.h"

/* States (RFC 4861 7.3.2; the values are Linux's) */
#define NUD_NONE	0x00
#define NUD_INCOMPLETE	0x01
#define NUD_REACHABLE	0x02
#define NUD_STALE	0x04
#define NUD_DELAY	0x08
#define NUD_PROBE	0x10
#define NUD_FAILED	0x20
#define NUD_NOARP	0x40
#define NUD_PERMANENT	0x80

#define NUD_IN_TIMER	(NUD_INCOMPLETE | NUD_REACHABLE | NUD_DELAY | NUD_PROBE)
#define NUD_VALID	(NUD_PERMANENT | NUD_NOARP | NUD_REACHABLE | NUD_PROBE | NUD_STALE | \
			 NUD_DELAY)
#define NUD_CONNECTED	(NUD_PERMANENT | NUD_NOARP | NUD_REACHABLE)

/* flags of neigh_update() */
#define NEIGH_UPDATE_F_OVERRIDE		0x1	/* a different address replaces the known one */
#define NEIGH_UPDATE_F_WEAK_OVERRIDE	0x2	/* ... but makes it STALE only */
#define NEIGH_UPDATE_F_ADMIN		0x4	/* typed by the administrator */

/*
 * The cached link header, right-aligned in a multiple of 16 bytes so that two aligned 8-byte moves
 * write it in front of the packet: its last hh_len bytes are the header.
 */
#define HH_DATA_MOD	16
#define HH_DATA_OFF(len) (HH_DATA_MOD - (((len) - 1) & (HH_DATA_MOD - 1)) - 1)
struct hh_cache {
	u16		hh_len;		/* 0: not made yet */
	seqlock_t	hh_lock;
	u64		hh_data[HH_DATA_MOD / 8];
};

struct neigh_table;
struct neighbour;

/* How a kind of neighbour sends; picked by the constructor. */
struct neigh_ops {
	u16	family;
	/*
	 * a probe for the caller to send, or NULL; @skb: the cause, borrowed, or NULL. Under
	 * n->lock
	 */
	struct sk_buff *(*solicit)(struct neighbour *n, struct sk_buff *skb);
	void	(*error_report)(struct neighbour *n, struct sk_buff *skb);	/* consumes @skb */
	int	(*output)(struct neighbour *n, struct sk_buff *skb);
	int	(*connected_output)(struct neighbour *n, struct sk_buff *skb);
};

/* Tunables of a table on a device, jiffies where times. Read without a lock, written under rtnl. */
struct neigh_parms {
	struct neigh_table	*tbl;
	struct net_device	*dev;			/* NULL: the table's defaults */
	struct list_head	list;
	unsigned int		base_reachable_time;
	unsigned int		reachable_time;		/* random, 0.5 to 1.5 of the base */
	unsigned int		retrans_time;
	unsigned int		gc_staletime;
	unsigned int		delay_probe_time;
	int			ucast_probes, mcast_probes, app_probes;
	unsigned int		anycast_delay, proxy_delay, proxy_qlen;
	unsigned int		locktime;
	int			queue_len_bytes;	/* unres_qlen_bytes */
	struct rcu_head		rcu;
};

/*
 * Locks: [I] immutable after create, [t] the table's lock (readers: RCU), [n] n->lock (readers of a
 * single
 *	  word: none), [a] atomic, [s] hh_lock
 */
struct neighbour {
	/* what a forwarded packet reads */
	u8			nud_state;	/* [n] */
	u8			type;		/* [I] RTN_UNICAST, ... */
	u8			dead;		/* [n] out of the table */
	u8			flags;		/* [n] NTF_* */
	be32			primary_key;	/* [I] next hop */
	struct net_device	*dev;		/* [I] referenced */
	int			(*output)(struct neighbour *n, struct sk_buff *skb);	/* [n] */
	struct hh_cache		hh;		/* [s] */
	u8			ha[MAX_ADDR_LEN];	/* [n, s] while NUD_VALID */

	struct hlist_node	hash __aligned(64);	/* [t, RCU] */
	struct neigh_table	*tbl;		/* [I] */
	struct neigh_parms	*parms;		/* [I] */
	const struct neigh_ops	*ops;		/* [I] */
	atomic_t		refcnt;		/* [a] the table's, the timer's, the holders' */
	spinlock_t		lock;
	unsigned long		confirmed;	/* jiffies: heard from; at most once a tick */
	unsigned long		used;		/* jiffies: wanted; at most once a tick */
	unsigned long		updated;	/* [n] jiffies: state or address changed */
	struct timer_list	timer;		/* [n] armed while nud_state & NUD_IN_TIMER */
	struct sk_buff_head	arp_queue;	/* [n] */
	unsigned int		arp_queue_bytes; /* [n] sum of truesize */
	unsigned int		probes;		/* [n] sent in this state */
	struct list_head	gc_list;	/* [t] oldest first; empty for PERMANENT */
	struct rcu_head		rcu;
};
/* The locks of a debug build are larger. */
static_assert(sizeof(spinlock_t) > 8 || offsetof(struct neighbour, hash) == 64,
	      "a connected neighbour is one line");

struct neigh_hash_table;

struct neigh_table {
	u16			family;
	u16			key_len;
	be16			protocol;	/* of the frames, network order */
	const char		*id;
	int			(*constructor)(struct neighbour *n);	/* 0, -errno; no lock */
	bool			(*is_multicast)(be32 key);
	struct neigh_parms	parms;		/* defaults */
	struct list_head	parms_list;	/* rtnl */
	unsigned int		gc_interval;	/* jiffies */
	int			gc_thresh1, gc_thresh2, gc_thresh3;
	int			queue_bytes_max; /* all arp_queues together */

	spinlock_t		lock;		/* the chains, gc_list, growth */
	struct list_head	gc_list;
	atomic_t		entries;	/* in the table */
	atomic_t		gc_entries;	/* of these on gc_list */
	atomic_t		allocated;	/* in memory, dead ones included */
	atomic_t		queue_bytes;	/* in all arp_queues */
	unsigned long		last_rand;	/* jiffies: reachable_time drawn */
	unsigned long		gc_no_idle;	/* jiffies: forced gc found nothing idle ... */
	unsigned long		gc_no_cheap;	/* ... and nothing cheap to lose */
	struct timer_list	gc_timer;
	struct neigh_hash_table __rcu *nht;
	struct kmem_cache	*kmem_cachep;
};

extern struct neigh_table arp_tbl;		/* net/ipv4/arp.c */

int neigh_table_init(struct neigh_table *tbl) __must_check;
void neigh_table_clear(struct neigh_table *tbl);
struct neigh_parms *neigh_parms_alloc(struct net_device *dev, struct neigh_table *tbl) __must_check;
void neigh_parms_release(struct neigh_table *tbl, struct neigh_parms *parms);
void neigh_parms_changed(struct neigh_table *tbl, size_t offset, int value);

/* neigh_lookup, neigh_create: with a reference. __neigh_lookup_noref: borrowed, under RCU. */
struct neighbour *__neigh_lookup_noref(struct neigh_table *tbl, be32 key,
				       const struct net_device *dev);
struct neighbour *neigh_lookup(struct neigh_table *tbl, be32 key, const struct net_device *dev);
__must_check struct neighbour *neigh_create(struct neigh_table *tbl, be32 key,
					    struct net_device *dev);
__must_check struct neighbour *neigh_find_get(struct neigh_table *tbl, be32 key,
					      struct net_device *dev);
void neigh_destroy(struct neighbour *n);
int neigh_update(struct neighbour *n, const u8 *lladdr, u8 new, u32 flags);
struct neighbour *neigh_event_ns(struct neigh_table *tbl, const u8 *lladdr, be32 saddr,
				 struct net_device *dev);
int __neigh_event_send(struct neighbour *n, struct sk_buff *skb);
int neigh_resolve_output(struct neighbour *n, struct sk_buff *skb);
int neigh_connected_output(struct neighbour *n, struct sk_buff *skb);
int neigh_direct_output(struct neighbour *n, struct sk_buff *skb);
int neigh_blackhole(struct neighbour *n, struct sk_buff *skb);
void neigh_changeaddr(struct neigh_table *tbl, struct net_device *dev);
int neigh_ifdown(struct neigh_table *tbl, struct net_device *dev);
unsigned int neigh_flush(struct neigh_table *tbl, struct net_device *dev, u8 states);
int neigh_delete(struct neigh_table *tbl, be32 key, struct net_device *dev);
/* Calls fn for each entry, under RCU; stops when it returns non-zero and returns that. */
int neigh_for_each(struct neigh_table *tbl, int (*fn)(struct neighbour *n, void *arg), void *arg);
const char *nud_state_name(u8 state);		/* "REACHABLE", ... */

static inline void neigh_hold(struct neighbour *n) { atomic_inc(&n->refcnt); }
static inline void neigh_release(struct neighbour *n)
{
	if (atomic_dec_and_test(&n->refcnt))
		neigh_destroy(n);
}

/* neigh_confirm() - an upper layer has heard from @n: it is reachable. At most one write a tick. */
static inline void neigh_confirm(struct neighbour *n)
{
	unsigned long now = jiffies;

	if (READ_ONCE(n->confirmed) != now)
		WRITE_ONCE(n->confirmed, now);
}

/*
 * neigh_event_send() - @n is about to be used.
 * Owns:   @skb stays the caller's when 0 is returned; otherwise it was queued or dropped.
 * Return: 0 send now, 1 not resolved yet.
 */
static inline int neigh_event_send(struct neighbour *n, struct sk_buff *skb)
{
	unsigned long now = jiffies;

	if (READ_ONCE(n->used) != now)
		WRITE_ONCE(n->used, now);
	if (!(READ_ONCE(n->nud_state) & (NUD_CONNECTED | NUD_DELAY | NUD_PROBE)))
		return __neigh_event_send(n, skb);
	return 0;
}

/*
 * neigh_hh_output() - write the cached header in front of @skb and send it; needs 16 bytes of
 * headroom.
 */
static inline int neigh_hh_output(const struct hh_cache *hh, struct sk_buff *skb)
{
	unsigned int seq;
	u64 *to = (u64 *)(void *)(skb->data - HH_DATA_MOD);

	do {
		seq = read_seqbegin(&hh->hh_lock);
		__builtin_memcpy(to, hh->hh_data, HH_DATA_MOD);
	} while (unlikely(read_seqretry(&hh->hh_lock, seq)));
	skb->data -= hh->hh_len;
	skb->len += hh->hh_len;
	return dev_queue_xmit(skb);
}

/*
 * neigh_output() - send @skb (data at the network header, skb->dev set) to @n.
 * Context: softirq or bottom halves off, under RCU. Consumes @skb.
 * A caller that keeps neighbours in its dsts looks at n->dead first when n is not NUD_CONNECTED (a
 * dead one never is), and asks dst->ops->neigh_lookup for a live one.
 */
static inline int neigh_output(struct neighbour *n, struct sk_buff *skb)
{
	if (likely(READ_ONCE(n->nud_state) & NUD_CONNECTED) && likely(n->hh.hh_len) &&
	    likely(skb_headroom(skb) >= HH_DATA_MOD))
		return neigh_hh_output(&n->hh, skb);
	return READ_ONCE(n->output)(n, skb);
}

#endif /* NET_NEIGHBOUR_H */
