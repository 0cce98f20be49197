/* SPDX-License-Identifier: MIT */
/*
 * drivers/virtio/virtio_ring.c - the split virtqueue, the driver's side.
 *
 * Overview    A queue of buffers to a virtual device. The driver describes memory in a table, names
 *             the descriptors in the available ring and moves its index; the device does the work
 *             and names them in the used ring. Neither waits. What runs for every packet is inline
 *             in virtio_ring.h; here is what does not.
 * Structure   desc, avail and used lie in one piece of physically contiguous memory, used on a
 *             cache line of its own. vring_state[] holds, by descriptor, what the driver must not
 *             ask the device about: the token, how much the device may write, the free list and the
 *             chains. desc[].next is written for the device, never read.
 * States      A descriptor is free (on the free list), with the device (token set), or taken (token
 *             NULL, not on the free list: between virtqueue_next_used() and virtqueue_release() or
 *             virtqueue_repost()).
 * Trust       The device writes the used ring only, and each word of it is checked: the index may
 *             not announce more buffers than are out (then the ring is broken for good: only a
 *             reset mends it), the id must name a chain that is out (else the entry is counted and
 *             skipped; a buffer is never handed out twice), the length may not exceed the buffer
 *             (then it counts as 0).
 * Events      With EVENT_IDX each side says at which index it wants to hear next. Indices run
 *             modulo 2^16, so an event index left alone comes round after 65,536 buffers: an
 *             interrupt too many then, never one too few.
 * Watchdog    virtqueue_watch() is called every few ticks with a queue's owner holding it. A queue
 *             whose used index has stood still for two looks, though progress was due, is kicked: a
 *             doorbell or the device's look at our index was lost (an emulator that runs one CPU
 *             without barriers does that). Then again after 4, 8, 16... looks.
 * Locking     the caller's: one context at a time for each queue.
 * Limits      32,768 entries (the standard's). Buffers of up to 32 pieces.
 * Observe     virtio (the counters of every queue); dmesg
 * Reference   virtio 1.2, 2.7
 */
#define pr_fmt(fmt) "virtio: " fmt
#include "drivers/virtio/virtio_ring.h"

#include "kernel/base/printk.h"
#include "lib/bug.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/page_alloc.h"
#include "mm/slab.h"

/*
 * virtqueue_init() - memory for @vq with @size entries (a power of two), empty.
 * Owns:    what it allocates, until virtqueue_destroy().
 * Return:  0, -EINVAL (size), -ENOMEM.
 */
int virtqueue_init(struct virtqueue *vq, unsigned int size, bool event_idx, bool indirect)
{
	u8 *mem;

	if (!size || size > VIRTQUEUE_MAX_SIZE || size & (size - 1))
		return -EINVAL;
	vq->mem_size = vring_bytes(size);
	mem = alloc_pages_exact(vq->mem_size, GFP_KERNEL | __GFP_ZERO);
	vq->state = kcalloc(size, sizeof(*vq->state), GFP_KERNEL);
	vq->indirect_tables = indirect ? kcalloc(size, sizeof(void *), GFP_KERNEL) : NULL;
	vq->mem = mem;
	if (!mem || !vq->state || (indirect && !vq->indirect_tables)) {
		virtqueue_destroy(vq);
		return -ENOMEM;
	}
	vq->desc = (struct vring_desc *)mem;
	vq->avail = (struct vring_avail *)(mem + vring_avail_offset(size));
	vq->used = (struct vring_used *)(mem + vring_used_offset(size));
	vq->size = (u16)size;
	vq->mask = (u16)(size - 1);
	vq->event_idx = event_idx;
	vq->indirect = indirect;
	vq->avail_idx = vq->published_idx = vq->last_used = 0;
	vq->num_free = (u16)size;
	vq->in_flight = 0;
	vq->free_head = 0;
	/* Just passed: nothing is told until virtqueue_enable_cb() asks. */
	if (event_idx)
		*vring_used_event(vq) = 0xffff;
	vq->broken = false;
	vq->notified_idx = vq->watch_used = vq->watch_still = 0;
	for (unsigned int i = 0; i < size; i++)
		vq->state[i].next = (u16)(i + 1);
	return 0;
}

/* virtqueue_destroy() - free @vq's memory; all buffers are back (virtqueue_detach_one()). */
void virtqueue_destroy(struct virtqueue *vq)
{
	BUG_ON(vq->in_flight);
	kfree(vq->indirect_tables);
	kfree(vq->state);
	if (vq->mem)
		free_pages_exact(vq->mem, vq->mem_size);
	vq->indirect_tables = NULL;
	vq->state = NULL;
	vq->mem = NULL;
}

static u32 fill_desc(struct vring_desc *desc, const struct virtqueue_sg *sg, bool device_writes)
{
	desc->addr = sg->addr;
	desc->len = sg->len;
	desc->flags = device_writes ? VRING_DESC_F_WRITE : 0;
	return device_writes ? sg->len : 0;
}

/* The pieces in a table of their own: one descriptor of the ring, however many they are. */
static bool add_indirect(struct virtqueue *vq, const struct virtqueue_sg *sg, unsigned int nr_out,
			 unsigned int nr, void *token)
{
	struct vring_desc *table = kmalloc_array(nr, sizeof(*table), GFP_ATOMIC | __GFP_NOWARN);
	u16 id = vq->free_head;
	struct vring_state *state = &vq->state[id];

	if (!table)
		return false;
	state->capacity = 0;
	for (unsigned int i = 0; i < nr; i++) {
		state->capacity += fill_desc(&table[i], &sg[i], i >= nr_out);
		if (i + 1 < nr)
			table[i].flags |= VRING_DESC_F_NEXT;
		table[i].next = (u16)(i + 1);
	}
	vq->desc[id] = (struct vring_desc){ __pa(table), nr * (u32)sizeof(*table),
					   VRING_DESC_F_INDIRECT, 0 };
	vq->indirect_tables[id] = table;
	vq->free_head = state->next;
	vq->num_free--;
	/* Not 1, so that virtqueue_release() comes by virtqueue_release_chain(). */
	state->count = 0;
	state->token = token;
	return true;
}

static void add_chain(struct virtqueue *vq, const struct virtqueue_sg *sg, unsigned int nr_out,
		      unsigned int nr, void *token)
{
	struct vring_state *head = &vq->state[vq->free_head];
	u16 id = vq->free_head;

	head->capacity = 0;
	for (unsigned int i = 0; i < nr; i++) {
		struct vring_desc *desc = &vq->desc[id];

		head->capacity += fill_desc(desc, &sg[i], i >= nr_out);
		if (i + 1 < nr) {
			desc->flags |= VRING_DESC_F_NEXT;
			desc->next = vq->state[id].next;
		}
		id = vq->state[id].next;
	}
	vq->free_head = id;
	vq->num_free -= (u16)nr;
	head->count = (u16)nr;
	head->token = token;
}

/*
 * virtqueue_add_sg() - one buffer of several pieces: @nr_out that the device reads, then @nr_in
 * that it writes. More than two pieces go into an indirect table if the device takes one and memory
 * allows.
 * Return: 0; -ENOSPC when the ring has too few descriptors free; -EINVAL for 0 or more than 32
 * pieces.
 */
int virtqueue_add_sg(struct virtqueue *vq, const struct virtqueue_sg *sg, unsigned int nr_out,
		     unsigned int nr_in, void *token)
{
	unsigned int nr = nr_out + nr_in;
	u16 id = vq->free_head;

	if (!nr || nr > VIRTQUEUE_MAX_SG || !token)
		return -EINVAL;
	if (!vq->num_free)
		return -ENOSPC;
	if (!(vq->indirect && nr > 2 && add_indirect(vq, sg, nr_out, nr, token))) {
		if (nr > vq->num_free)
			return -ENOSPC;
		add_chain(vq, sg, nr_out, nr, token);
	}
	vq->in_flight++;
	vq->avail->ring[vq->avail_idx++ & vq->mask] = id;
	return 0;
}

/* virtqueue_release_chain() - virtqueue_release() for all but single descriptors. */
void virtqueue_release_chain(struct virtqueue *vq, u16 id)
{
	u16 count = vq->state[id].count, last = id;

	if (count == 0) {
		kfree(vq->indirect_tables[id]);
		vq->indirect_tables[id] = NULL;
		count = 1;
	}
	for (u16 i = 1; i < count; i++)
		last = vq->state[last].next;
	vq->state[last].next = vq->free_head;
	vq->free_head = id;
	vq->num_free += count;
}

/* A used entry that names nothing of ours: it is skipped. */
__cold void virtqueue_bad_id(struct virtqueue *vq, u32 id)
{
	vq->bad_ids++;
	pr_err_ratelimited("%s: the device returned buffer %u, which it does not have\n", vq->name,
			   id);
}

/* More used entries than buffers: from here on nothing that the device says can be placed. */
__cold void virtqueue_bad_used_idx(struct virtqueue *vq, u16 idx)
{
	if (vq->broken)
		return;
	vq->broken = true;
	pr_err("%s: the device claims %u used buffers of %u: stopped until reset\n", vq->name,
	       (u16)(idx - vq->last_used), vq->in_flight);
}

void *virtqueue_detach_one(struct virtqueue *vq)
{
	for (unsigned int id = 0; id < vq->size && vq->in_flight; id++) {
		void *token = vq->state[id].token;

		if (!token)
			continue;
		vq->state[id].token = NULL;
		vq->in_flight--;
		virtqueue_release(vq, (u16)id);
		return token;
	}
	return NULL;
}

/* Has the device asked for a kick, at an index that we have passed since the last one? */
static bool kick_owed(const struct virtqueue *vq)
{
	if (vq->event_idx)
		return vring_need_event(READ_ONCE(*vring_avail_event(vq)), vq->published_idx,
					vq->notified_idx);
	return !(READ_ONCE(vq->used->flags) & VRING_USED_F_NO_NOTIFY) &&
	       vq->published_idx != vq->notified_idx;
}

/*
 * virtqueue_watch() - one look of the watchdog. @must_move: the device has work that it should get
 * done between two looks (a transmit queue that is not empty). A queue that need not move (receive)
 * is kicked only when the device is owed one.
 * Return: true when the queue was found standing, and kicked.
 */
bool virtqueue_watch(struct virtqueue *vq, bool must_move)
{
	u16 used = READ_ONCE(vq->used->idx);

	if (vq->broken)
		return false;
	if (used != vq->watch_used || !(must_move || kick_owed(vq))) {
		vq->watch_used = used;
		vq->watch_still = 0;
		return false;
	}
	if (vq->watch_still < 0xffff)
		vq->watch_still++;
	/* At 2, 4, 8, 16... looks. */
	if (vq->watch_still < 2 || vq->watch_still & (vq->watch_still - 1))
		return false;
	vq->stalls++;
	virtqueue_notify(vq);
	return true;
}
