/* SPDX-License-Identifier: MIT */
/*
 * drivers/virtio/virtio_ring.h - the split virtqueue, the driver's side. The theory stands in
 * virtio_ring.c.
 *
 * What runs for every packet is inline here: add one buffer, take one used buffer, give one back.
 */
#ifndef DRIVERS_VIRTIO_VIRTIO_RING_H
#define DRIVERS_VIRTIO_VIRTIO_RING_H

#include <arch/barrier.h>
#include <arch/io.h>

#include "lib/compiler.h"
#include "lib/types.h"

/* The layout that driver and device share (virtio 1.2, 2.7); little endian, as is x86. */
struct vring_desc {
	u64	addr;		/* physical */
	u32	len;		/* bytes */
	u16	flags;		/* VRING_DESC_F_* */
	u16	next;		/* with VRING_DESC_F_NEXT */
};

struct vring_avail {
	u16	flags;		/* VRING_AVAIL_F_NO_INTERRUPT */
	u16	idx;		/* where the driver puts the next entry, counting on for ever */
	u16	ring[];		/* heads of chains; behind the last one stands used_event */
};

struct vring_used_elem {
	u32	id;		/* head of the chain */
	u32	len;		/* bytes that the device wrote into it */
};

struct vring_used {
	u16	flags;		/* VRING_USED_F_NO_NOTIFY */
	u16	idx;
	struct vring_used_elem ring[];	/* behind the last one stands avail_event */
};

static_assert(sizeof(struct vring_desc) == 16, "virtio 1.2, 2.7.5");
static_assert(sizeof(struct vring_used_elem) == 8, "virtio 1.2, 2.7.8");

#define VRING_DESC_F_NEXT		1
#define VRING_DESC_F_WRITE		2	/* the device writes, the driver reads */
#define VRING_DESC_F_INDIRECT		4
#define VRING_AVAIL_F_NO_INTERRUPT	1
#define VRING_USED_F_NO_NOTIFY		1

#define VIRTQUEUE_MAX_SIZE	32768
#define VIRTQUEUE_MAX_SG	32	/* pieces of one buffer: what one indirect table holds */

/* One piece of a buffer. */
struct virtqueue_sg {
	phys_addr_t	addr;
	u32		len;
};

/* What the driver knows of a descriptor. The device cannot reach it. */
struct vring_state {
	void	*token;		/* the driver's name for the buffer; NULL: not with the device */
	u32	capacity;	/* bytes that the device may write */
	u16	next;		/* free list, or the chain's next descriptor */
	u16	count;		/* descriptors in the chain that begins here */
};

static_assert(sizeof(struct vring_state) == 16, "indexed by a shift");

/*
 * Locks: all of it is the caller's, one at a time (receive queue: its NAPI; transmit queue:
 * tx_lock), but for [d] written by the device and [I] immutable after set-up.
 */
struct virtqueue {
	struct vring_desc	*desc;		/* [I] */
	struct vring_avail	*avail;		/* [I] */
	struct vring_used	*used;		/* [I] contents [d] */
	struct vring_state	*state;		/* [I] by descriptor */
	volatile u16		*notify;	/* [I] the device's doorbell */
	u16			mask;		/* [I] size - 1 */
	u16			index;		/* [I] which queue of the device */
	u16			avail_idx;	/* next entry to fill, see published_idx */
	u16			published_idx;	/* avail->idx as the device may see it */
	u16			last_used;	/* next used entry to read */
	u16			free_head;
	u16			num_free;	/* descriptors */
	bool			event_idx;	/* [I] VIRTIO_F_EVENT_IDX negotiated */
	bool			broken;		/* the used index made no sense: stopped */

	u16			size;		/* [I] entries */
	bool			indirect;	/* [I] VIRTIO_F_INDIRECT_DESC negotiated */
	u16			in_flight;	/* buffers out: not yet taken back */
	void			**indirect_tables; /* by head; NULL while none is in use */
	char			name[24];	/* [I] device and queue, for the log */
	/* [I] interrupt context; may be NULL */
	void			(*callback)(struct virtqueue *vq);
	void			*priv;		/* [I] the driver's */
	void			*mem;		/* [I] what desc, avail and used lie in */
	size_t			mem_size;

	/* watchdog */
	u16			notified_idx;	/* published_idx when the doorbell last rang */
	u16			watch_used;	/* used->idx at the last look */
	u16			watch_still;	/* looks in a row that saw no progress */

	/* counters */
	u64			kicks;		/* notifications sent */
	u64			bad_ids;	/* used entries that named no buffer of ours */
	u64			bad_lens;	/* used lengths beyond the buffer */
	u64			stalls;		/* times a watchdog found the queue standing */
};

/* Where the two event indices stand: right behind the rings. */
static inline u16 *vring_used_event(const struct virtqueue *vq)
{
	return &vq->avail->ring[vq->size];
}

static inline u16 *vring_avail_event(const struct virtqueue *vq)
{
	return (u16 *)&vq->used->ring[vq->size];
}

/* Bytes of memory for the three parts of a ring of @size entries, and where they begin (2.7). */
static inline size_t vring_avail_offset(unsigned int size)
{
	return (size_t)size * sizeof(struct vring_desc);
}

/* 64 rather than the 4 that it must be: the device writes the used ring, we the available one. */
static inline size_t vring_used_offset(unsigned int size)
{
	return ALIGN(vring_avail_offset(size) + sizeof(struct vring_avail) + 2 * ((size_t)size + 1),
		     64ul);
}

static inline size_t vring_bytes(unsigned int size)
{
	return vring_used_offset(size) + sizeof(struct vring_used) +
	       (size_t)size * sizeof(struct vring_used_elem) + 2;
}

/*
 * vring_need_event() - has the index passed @event on its way from @old to @new? (2.7.7.2, 2.7.10;
 * all modulo 2^16)
 */
static inline bool vring_need_event(u16 event, u16 new, u16 old)
{
	return (u16)(new - event - 1) < (u16)(new - old);
}

/* ---- set-up (virtio_ring.c) ---- */
int __must_check virtqueue_init(struct virtqueue *vq, unsigned int size, bool event_idx,
				bool indirect);
void virtqueue_destroy(struct virtqueue *vq);
/*
 * virtqueue_detach_one() - after the device was reset: a token that was still with it; NULL when
 * none is left.
 */
void *virtqueue_detach_one(struct virtqueue *vq);

/* ---- buffers of several pieces (virtio_ring.c) ---- */
int __must_check virtqueue_add_sg(struct virtqueue *vq, const struct virtqueue_sg *sg,
				  unsigned int nr_out, unsigned int nr_in, void *token);
void virtqueue_release_chain(struct virtqueue *vq, u16 id);
void virtqueue_bad_id(struct virtqueue *vq, u32 id);
void virtqueue_bad_used_idx(struct virtqueue *vq, u16 idx);

/* ---- watchdog (virtio_ring.c) ---- */
bool virtqueue_watch(struct virtqueue *vq, bool expect_progress);

/* ---- per packet ---- */

/*
 * virtqueue_add_one() - give the device one buffer of one piece: @len bytes at @addr, for it to
 * read, or with @flags VRING_DESC_F_WRITE to write. The caller saw num_free > 0. @token comes back
 * from virtqueue_next_used(). The device sees it at the next virtqueue_kick_prepare().
 */
static inline void virtqueue_add_one(struct virtqueue *vq, phys_addr_t addr, u32 len, u16 flags,
				     void *token)
{
	u16 id = vq->free_head;
	struct vring_state *state = &vq->state[id];
	struct vring_desc *desc = &vq->desc[id];

	vq->free_head = state->next;
	vq->num_free--;
	vq->in_flight++;
	state->token = token;
	state->capacity = flags ? len : 0;
	state->count = 1;
	desc->addr = addr;
	desc->len = len;
	desc->flags = flags;
	vq->avail->ring[vq->avail_idx++ & vq->mask] = id;
}

/* virtqueue_has_used() - is there something to take? Costs one load. */
static inline bool virtqueue_has_used(const struct virtqueue *vq)
{
	return READ_ONCE(vq->used->idx) != vq->last_used;
}

/*
 * virtqueue_next_used() - take the next buffer that the device is done with. @id names its
 * descriptor until it goes to virtqueue_release() or virtqueue_repost(); @len is what the device
 * wrote, never more than fits (a larger value is counted and handed out as 0).
 * Return: the token, or NULL when there is none (also when the ring is broken).
 */
static inline void *virtqueue_next_used(struct virtqueue *vq, u16 *id, u32 *len)
{
	for (;;) {
		struct vring_used_elem *elem;
		struct vring_state *state;
		u16 idx = READ_ONCE(vq->used->idx);
		u32 used_id, used_len;
		void *token;

		if (idx == vq->last_used)
			return NULL;
		/*
		 * The index before the entries that it announces; and no more entries than buffers
		 * are out.
		 */
		dma_rmb();
		if (unlikely((u16)(idx - vq->last_used) > vq->in_flight || vq->broken)) {
			virtqueue_bad_used_idx(vq, idx);
			return NULL;
		}
		elem = &vq->used->ring[vq->last_used & vq->mask];
		used_id = READ_ONCE(elem->id);
		used_len = READ_ONCE(elem->len);
		vq->last_used++;
		if (unlikely(used_id > vq->mask || !(token = vq->state[used_id].token))) {
			virtqueue_bad_id(vq, used_id);
			continue;
		}
		state = &vq->state[used_id];
		if (unlikely(used_len > state->capacity)) {
			/*
			 * Devices may not write what is theirs to read, but some report its length
			 * (2.7.8.2).
			 */
			vq->bad_lens += state->capacity != 0;
			used_len = 0;
		}
		state->token = NULL;
		vq->in_flight--;
		*id = (u16)used_id;
		*len = used_len;
		return token;
	}
}

/* virtqueue_release() - the descriptors of a taken buffer are free again. */
static inline void virtqueue_release(struct virtqueue *vq, u16 id)
{
	struct vring_state *state = &vq->state[id];

	if (unlikely(state->count != 1)) {
		virtqueue_release_chain(vq, id);
		return;
	}
	state->next = vq->free_head;
	vq->free_head = id;
	vq->num_free++;
}

/*
 * virtqueue_repost() - give a taken one-piece buffer's descriptor back to the device with memory at
 * @addr of the same length and direction: nothing but the address changes.
 */
static inline void virtqueue_repost(struct virtqueue *vq, u16 id, phys_addr_t addr, void *token)
{
	vq->state[id].token = token;
	vq->in_flight++;
	vq->desc[id].addr = addr;
	vq->avail->ring[vq->avail_idx++ & vq->mask] = id;
}

/*
 * virtqueue_kick_prepare() - let the device see what was added.
 * Return: true when it asked to be notified: call virtqueue_notify().
 */
static inline bool virtqueue_kick_prepare(struct virtqueue *vq)
{
	u16 new = vq->avail_idx, old = vq->published_idx;

	dma_wmb();	/* entries and descriptors before the index */
	WRITE_ONCE(vq->avail->idx, new);
	vq->published_idx = new;
	/*
	 * Our index before its wish: the device writes its wish and then looks at our index once
	 * more, so one of us sees the other (2.7.13.4.1).
	 */
	smp_mb();
	if (vq->event_idx)
		return vring_need_event(READ_ONCE(*vring_avail_event(vq)), new, old);
	return !(READ_ONCE(vq->used->flags) & VRING_USED_F_NO_NOTIFY) && new != old;
}

static inline void virtqueue_notify(struct virtqueue *vq)
{
	vq->kicks++;
	vq->notified_idx = vq->published_idx;
	writew(vq->index, vq->notify);
}

static inline void virtqueue_kick(struct virtqueue *vq)
{
	if (virtqueue_kick_prepare(vq))
		virtqueue_notify(vq);
}

/*
 * virtqueue_disable_cb() - no interrupts for used buffers, please. A hint: one may still come. With
 * event_idx nothing is to be done: the device has passed used_event, and fires again only after
 * 65,536 more.
 */
static inline void virtqueue_disable_cb(struct virtqueue *vq)
{
	if (!vq->event_idx)
		WRITE_ONCE(vq->avail->flags, VRING_AVAIL_F_NO_INTERRUPT);
}

/*
 * virtqueue_enable_cb() - an interrupt, please, when @after more buffers (0: the next one) have
 * been used.
 * Return: false when that has happened already: the interrupt may not come.
 */
static inline bool virtqueue_enable_cb(struct virtqueue *vq, u16 after)
{
	if (vq->event_idx)
		WRITE_ONCE(*vring_used_event(vq), (u16)(vq->last_used + after));
	else
		WRITE_ONCE(vq->avail->flags, 0);
	/* Our wish before its index: the other half of what virtqueue_kick_prepare() does. */
	smp_mb();
	return (u16)(READ_ONCE(vq->used->idx) - vq->last_used) <= after;
}

#endif
