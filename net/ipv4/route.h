/* SPDX-License-Identifier: MIT */
/*
 * net/ipv4/route.h - the route cache: struct rtable around struct dst_entry. Theory in route.c.
 */
#ifndef NET_IPV4_ROUTE_H
#define NET_IPV4_ROUTE_H

#include "net/dst.h"
#include "net/ipv4/fib.h"
#include "net/skbuff.h"

/*
 * The question that an entry answers, as two 64-bit words. link is the interface's index (the
 * input one of a received packet, the output one that a local sender asks for) << 8, with the tos
 * bits that routing looks at and RT_KEY_OUTPUT in the low byte.
 */
struct rt_key {
	union {
		struct {
			be32	dst;
			be32	src;
			u32	link;
			u32	mark;
		};
		u64		word[2];
	};
};
static_assert(sizeof(struct rt_key) == 16, "compared as two words");
#define RT_KEY_OUTPUT	0x01u

/*
 * A decided route. Locks: [I] immutable once published, [b] the bucket's lock, [r] RCU, [a] atomic.
 * Lifetime: the table holds one reference (refcnt starts at 1); readers borrow under RCU. An entry
 * that was never put into the table (DST_NOCACHE) is held by its skb alone.
 */
struct rtable {
	struct dst_entry	dst;		/* first: a dst_entry pointer is an rtable's */
	struct rtable		*rt_next;	/* [b, r] chain */
	struct rt_key		rt_key;		/* [I] */
	u32			rt_genid;	/* [I] valid while it equals the cache's */
	u32			rt_flags;	/* [I] RTCF_* */
	be32			rt_dst;		/* [I] */
	be32			rt_src;		/* [I] source, of a local sender: the chosen one */
	be32			rt_gateway;	/* [I] next hop's address (rt_dst when on link) */
	be32			rt_spec_dst;	/* [I] RFC 1122: the address to answer from */
	int			rt_iif;		/* [I] */
	u8			rt_type;	/* [I] RTN_* */
	u8			rt_uses_gateway;	/* [I] */
	u32			rt_table_id;	/* [I] */
};

#define RTCF_NOTIFY	0x00010000u
#define RTCF_DIRECTSRC	0x00100000u
#define RTCF_REDIRECTED	0x00040000u
#define RTCF_DOREDIRECT	0x01000000u
#define RTCF_BROADCAST	0x10000000u
#define RTCF_MULTICAST	0x20000000u
#define RTCF_LOCAL	0x80000000u

/* net.ipv4.route.* */
struct rt_sysctls {
	int	gc_thresh;		/* entries above which an allocation frees old ones */
	int	max_size;		/* entries; above it packets are forwarded without one */
	int	gc_min_interval_ms;	/* between two such searches while below max_size */
	int	gc_timeout;		/* seconds that an unused entry stays */
	int	gc_interval;		/* seconds of one walk over the whole table */
	int	gc_elasticity;		/* entries of a chain; above it its oldest goes */
	int	redirect_number;	/* redirects to one host before we give up on it */
	int	redirect_load;		/* ms: first pause between two of them, doubled each time */
	int	redirect_silence;	/* ms without a reason for one: begin anew */
};
extern struct rt_sysctls rt_sysctls;
extern struct dst_ops ipv4_dst_ops;

static inline struct rtable *skb_rtable(const struct sk_buff *skb)
{
	return (struct rtable *)skb_dst(skb);
}

/*
 * ip_route_input_noref() - decide where a received packet goes: a dst on @skb, borrowed from the
 * cache (or its own, when it could not be cached).
 * @skb:    the packet, data at the IP header; nothing of it is read but dev, mark and pkt_type.
 * Context: softirq or bottom halves off, under RCU until the skb's end.
 * Return:  0; or a negative errno and in *@reason why the packet is to be dropped: -EINVAL martian,
 *          -EXDEV rp_filter, -ENETUNREACH no route, -EHOSTUNREACH not forwarding or unreachable,
 *          -EACCES prohibit, -ENODEV no IPv4 here, -ENOBUFS no memory or no neighbour to be had.
 *          @skb stays the caller's.
 */
int ip_route_input_noref(struct sk_buff *skb, be32 daddr, be32 saddr, u8 tos,
			 struct net_device *dev, enum drop_reason *reason);

/*
 * ip_route_output_flow() - the route of a packet of our own; fills in fl4->saddr when it is 0.
 * Context: softirq or bottom halves off, under RCU.
 * Return:  with a reference, for ip_rt_put() or skb_dst_set(); or ERR_PTR: -EINVAL, -ENODEV,
 *          -ENETUNREACH, -EHOSTUNREACH, -EACCES, -ENOBUFS.
 */
struct rtable *ip_route_output_flow(struct flowi4 *fl4) __must_check;
static inline void ip_rt_put(struct rtable *rt) { dst_release(&rt->dst); }

/*
 * rt_cache_flush() - no entry of now is used any more. Any context; walks nothing, the timer frees.
 */
void rt_cache_flush(void);
bool rt_is_expired(const struct rtable *rt);

/*
 * ip_rt_send_redirect() - tell the sender of @skb (borrowed) of the better first hop; rate limited.
 */
void ip_rt_send_redirect(struct sk_buff *skb);

/*
 * Calls fn for each valid entry of the cache, a bucket at a time; fn borrows. Returns fn's first
 * non-zero.
 */
int rt_cache_for_each(int (*fn)(const struct rtable *rt, void *ctx), void *ctx);
unsigned int rt_cache_entries(void); /* allocated: in the table, or waiting to be freed */
unsigned int rt_cache_buckets(void);
/*
 * rt_cache_collect() - one walk over the whole cache: free what is out of date, or unused for @idle
 * jiffies; then fit the table to what is left. The timer does the same in parts.
 */
void rt_cache_collect(unsigned long idle);
int rt_cache_rekey(void); /* new keys, all entries dropped: what long chains cause */

#endif /* NET_IPV4_ROUTE_H */
