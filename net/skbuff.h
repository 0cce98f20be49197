/* SPDX-License-Identifier: MIT */
/*
 * net/skbuff.h - a packet on its way through the kernel. The theory stands in net/skbuff.c.
 */
#ifndef NET_SKBUFF_H
#define NET_SKBUFF_H

#include <stddef.h>

#include <arch/page.h>

#include "lib/bug.h"
#include "lib/compiler.h"
#include "lib/string.h"
#include "lib/types.h"
#include "mm/gfp.h"
#include "net/drop_reason.h"

struct net_device;

/*
 * Space a driver leaves in front of a received frame, so that forwarding can push any link header
 * and the transport's own header (virtio: 12 bytes) without moving the packet. 16 + 12 rounded up
 * to a line.
 */
#define NET_SKB_PAD		64
/*
 * Added to NET_SKB_PAD so that the IP header behind 14 bytes of Ethernet lies on a 4-byte boundary.
 */
#define NET_IP_ALIGN		2
/* Buffers up to this size come from the recycled pool; a 1,500-byte MTU fits with both pads. */
#define SKB_POOL_SIZE		PAGE_SIZE
/* The longest buffer: 64 KB of datagram with its headers. */
#define SKB_MAX_SIZE		(65536 + 512)

/* skb->pkt_type */
enum {
	PACKET_HOST,			/* to our link address */
	PACKET_BROADCAST,
	PACKET_MULTICAST,
	PACKET_OTHERHOST,		/* unicast to someone else */
	PACKET_OUTGOING,		/* ours */
	PACKET_RUNT,			/* shorter than its link header */
};

/* skb->ip_summed */
enum { CHECKSUM_NONE, CHECKSUM_UNNECESSARY, CHECKSUM_COMPLETE, CHECKSUM_PARTIAL };

/*
 * One packet. All a forwarded packet touches is the first line; the second belongs to the layers.
 * Exactly one owner at a time; every function that takes an skb consumes it unless it says
 * otherwise. head <= data <= tail <= end; tail and end and the header positions are offsets from
 * head.
 */
struct sk_buff {
	struct sk_buff		*next;		/* the queue that it stands in */
	struct net_device	*dev;		/* arrived on, then leaves by */
	unsigned long		_skb_refdst;	/* dst_entry | SKB_DST_NOREF; see net/dst.h */
	u8			*head;
	u8			*data;
	u32			len;		/* bytes from data to tail */
	u32			tail;
	u32			end;
	u16			mac_header;
	u16			network_header;
	u16			transport_header;
	be16			protocol;	/* ETH_P_*, network order */
	u8			pkt_type;
	u8			ip_summed;
	u8			rx:1,		/* received, in no class yet: net/stats.c */
				pool:1,		/* the buffer is one of the pool's */
				ignore_df:1,	/* fragmented in spite of DF (ours) */
				spare:5;	/* 0: so that the byte is one store */
	u8			mac_len;

	u8			cb[48] __aligned(8);	/* the layer's own */
	u32			hash;		/* flow hash, 0: not computed */
	u32			mark;
	int			skb_iif;	/* ifindex that it came in by, 0: ours */
	u32			priority;
};

static_assert(offsetof(struct sk_buff, cb) == 64, "a forwarded packet touches one line of its skb");
static_assert(sizeof(struct sk_buff) == 128, "an skb is two lines");

/* ---- life (net/skbuff.c) ---- */
struct sk_buff *alloc_skb(unsigned int size, gfp_t gfp) __must_check;
struct sk_buff *netdev_alloc_skb(struct net_device *dev, unsigned int length) __must_check;
void *netdev_alloc_frag(unsigned int size) __must_check;
void skb_free_frag(void *data, unsigned int size);
struct sk_buff *build_skb(void *data, unsigned int size) __must_check;
unsigned int skb_pools_held(unsigned int cpu);
struct sk_buff *skb_copy(const struct sk_buff *skb, unsigned int headroom, gfp_t gfp) __must_check;
int pskb_expand_head(struct sk_buff *skb, unsigned int headroom, unsigned int tailroom,
		     gfp_t gfp) __must_check;
void kfree_skb_reason(struct sk_buff *skb, enum drop_reason reason);
void kfree_skb_list_reason(struct sk_buff *list, enum drop_reason reason);
void consume_skb(struct sk_buff *skb);
void skb_over_panic(const struct sk_buff *skb, unsigned int len) __noreturn __cold;
void skb_under_panic(const struct sk_buff *skb, unsigned int len) __noreturn __cold;
/* Memory that @skb pins: header and buffer, in bytes. */
static inline unsigned int skb_truesize(const struct sk_buff *skb)
{
	return sizeof(*skb) + skb->end;
}

/* ---- geometry ---- */
static inline u8 *skb_tail_pointer(const struct sk_buff *skb) { return skb->head + skb->tail; }
static inline u8 *skb_end_pointer(const struct sk_buff *skb) { return skb->head + skb->end; }
static inline unsigned int skb_headroom(const struct sk_buff *skb)
{
	return (unsigned int)(skb->data - skb->head);
}
static inline unsigned int skb_tailroom(const struct sk_buff *skb) { return skb->end - skb->tail; }
static inline unsigned int skb_headlen(const struct sk_buff *skb) { return skb->len; }

/* skb_reserve() - leave @len bytes of headroom in an empty skb. */
static inline void skb_reserve(struct sk_buff *skb, unsigned int len)
{
	skb->data += len;
	skb->tail += len;
}

/* skb_put() - lengthen by @len bytes at the end. Return: where they begin. */
static inline void *skb_put(struct sk_buff *skb, unsigned int len)
{
	u8 *tail = skb_tail_pointer(skb);

	if (unlikely(len > skb_tailroom(skb)))
		skb_over_panic(skb, len);
	skb->tail += len;
	skb->len += len;
	return tail;
}

static inline void *skb_put_data(struct sk_buff *skb, const void *data, unsigned int len)
{
	return memcpy(skb_put(skb, len), data, len);
}

static inline void *skb_put_zero(struct sk_buff *skb, unsigned int len)
{
	return memset(skb_put(skb, len), 0, len);
}

/* skb_push() - lengthen by @len bytes at the front. Return: the new data. */
static inline void *skb_push(struct sk_buff *skb, unsigned int len)
{
	if (unlikely(len > skb_headroom(skb)))
		skb_under_panic(skb, len);
	skb->data -= len;
	skb->len += len;
	return skb->data;
}

/* __skb_pull() - drop @len bytes at the front; the caller knows that they are there. */
static inline void *__skb_pull(struct sk_buff *skb, unsigned int len)
{
	skb->len -= len;
	return skb->data += len;
}

/* skb_pull() - the same, or NULL (and no change) when the packet is shorter. */
static inline void *skb_pull(struct sk_buff *skb, unsigned int len)
{
	return unlikely(len > skb->len) ? NULL : __skb_pull(skb, len);
}

/* skb_trim() - shorten to @len bytes; longer stays as it is. */
static inline void skb_trim(struct sk_buff *skb, unsigned int len)
{
	if (skb->len > len) {
		skb->tail -= skb->len - len;
		skb->len = len;
	}
}

/* pskb_may_pull() - are the first @len bytes there to be read? Buffers are linear: a comparison. */
static inline bool pskb_may_pull(const struct sk_buff *skb, unsigned int len)
{
	return likely(len <= skb->len);
}

/*
 * skb_cow() - make at least @headroom bytes of room in front.
 * Return: 0, or -ENOMEM (the skb is unchanged and still the caller's). Header pointers must be read
 * anew.
 */
static inline int __must_check skb_cow(struct sk_buff *skb, unsigned int headroom)
{
	if (likely(skb_headroom(skb) >= headroom))
		return 0;
	return pskb_expand_head(skb, headroom, 0, GFP_ATOMIC);
}
#define skb_cow_head(skb, headroom) skb_cow(skb, headroom)

/* ---- header positions ---- */
static inline void skb_reset_mac_header(struct sk_buff *skb)
{
	skb->mac_header = (u16)(skb->data - skb->head);
}
static inline u8 *skb_mac_header(const struct sk_buff *skb) { return skb->head + skb->mac_header; }
static inline void skb_reset_network_header(struct sk_buff *skb)
{
	skb->network_header = (u16)(skb->data - skb->head);
}
static inline u8 *skb_network_header(const struct sk_buff *skb)
{
	return skb->head + skb->network_header;
}
static inline int skb_network_offset(const struct sk_buff *skb)
{
	return (int)(skb_network_header(skb) - skb->data);
}
static inline void skb_set_network_header(struct sk_buff *skb, int offset)
{
	skb->network_header = (u16)(skb->data - skb->head + offset);
}
static inline void skb_reset_transport_header(struct sk_buff *skb)
{
	skb->transport_header = (u16)(skb->data - skb->head);
}
static inline void skb_set_transport_header(struct sk_buff *skb, int offset)
{
	skb->transport_header = (u16)(skb->data - skb->head + offset);
}
static inline u8 *skb_transport_header(const struct sk_buff *skb)
{
	return skb->head + skb->transport_header;
}
static inline int skb_transport_offset(const struct sk_buff *skb)
{
	return (int)(skb_transport_header(skb) - skb->data);
}

/* ---- queues: FIFO, not locked (the owner's lock protects them) ---- */
struct sk_buff_head {
	struct sk_buff	*head;
	struct sk_buff	**tailp;
	u32		qlen;
};

static inline void skb_queue_head_init(struct sk_buff_head *q)
{
	q->head = NULL;
	q->tailp = &q->head;
	q->qlen = 0;
}
static inline bool skb_queue_empty(const struct sk_buff_head *q) { return !READ_ONCE(q->head); }
static inline u32 skb_queue_len(const struct sk_buff_head *q) { return READ_ONCE(q->qlen); }
static inline void __skb_queue_tail(struct sk_buff_head *q, struct sk_buff *skb)
{
	skb->next = NULL;
	*q->tailp = skb;
	q->tailp = &skb->next;
	q->qlen++;
}
static inline void __skb_queue_head(struct sk_buff_head *q, struct sk_buff *skb)
{
	skb->next = q->head;
	if (!q->head)
		q->tailp = &skb->next;
	q->head = skb;
	q->qlen++;
}
static inline struct sk_buff *__skb_dequeue(struct sk_buff_head *q)
{
	struct sk_buff *skb = q->head;

	if (skb) {
		q->head = skb->next;
		if (!q->head)
			q->tailp = &q->head;
		q->qlen--;
		skb->next = NULL;
	}
	return skb;
}
/* Take all of @q as a list linked by ->next; @q is empty afterwards. */
static inline struct sk_buff *__skb_queue_splice(struct sk_buff_head *q)
{
	struct sk_buff *list = q->head;

	skb_queue_head_init(q);
	return list;
}

#endif /* NET_SKBUFF_H */
