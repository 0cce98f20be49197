/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/drivers/virtio_ring.c - the split virtqueue against a device made of software.
 *
 * The model reads and writes the three parts of the ring as a device would, from the layout in
 * virtio 1.2, 2.7 and not from the driver's own fields; where a test plays a hostile device it
 * writes the used ring by hand.
 */
#include <arch/page.h>

#include "drivers/virtio/virtio_ring.h"
#include "kernel/base/selftest.h"
#include "lib/errno.h"
#include "lib/prng.h"
#include "lib/string.h"
#include "mm/slab.h"

#define NO_DOORBELL	0xbeef

static struct virtqueue vq;
static volatile u16 doorbell;

/* The device's side: its own indices, and a chain that it has taken. */
static struct {
	u16 last_avail;
	u16 used_idx;
} model;

static void ring_begin(unsigned int size, bool event_idx, bool indirect)
{
	memset(&vq, 0, sizeof(vq));
	memset(&model, 0, sizeof(model));
	strscpy(vq.name, "test", sizeof(vq.name));
	vq.index = 5;
	vq.notify = &doorbell;
	doorbell = NO_DOORBELL;
	if (virtqueue_init(&vq, size, event_idx, indirect))
		vq.mem = NULL;
}

static void ring_end(void)
{
	while (virtqueue_detach_one(&vq))
		;
	virtqueue_destroy(&vq);
}

/* Did the driver ring since the last question? */
static bool rang(void)
{
	bool yes = doorbell == vq.index;

	doorbell = NO_DOORBELL;
	return yes;
}

static bool model_has_avail(void)
{
	return model.last_avail != vq.avail->idx;
}

static u16 model_take(void)
{
	return vq.avail->ring[model.last_avail++ % vq.size];
}

static void model_use(u32 id, u32 len)
{
	vq.used->ring[model.used_idx % vq.size] = (struct vring_used_elem){ id, len };
	smp_wmb();
	vq.used->idx = ++model.used_idx;
}

/* As 2.7.7.2 has it: does the device interrupt after moving its index from @old to used_idx? */
static bool model_would_interrupt(u16 old)
{
	if (!vq.event_idx)
		return !(vq.avail->flags & VRING_AVAIL_F_NO_INTERRUPT);
	for (u16 i = old; i != model.used_idx; i++)
		if (i == *vring_used_event(&vq))
			return true;
	return false;
}

/* One buffer there and back, through all positions of the ring and the wrap of its indices. */
SELFTEST(virtio_ring, indices_wrap)
{
	u64 memory[4];
	u32 len = 0;
	u16 id = 0;

	ring_begin(4, true, false);
	ASSERT_NOT_NULL(vq.mem);
	for (unsigned int i = 0; i < 70000; i++) {
		u64 *cell = &memory[i & 3];
		u16 head;

		virtqueue_add_one(&vq, 0x1000 + i, 8, VRING_DESC_F_WRITE, cell);
		virtqueue_kick_prepare(&vq);
		if (!model_has_avail())
			break;
		head = model_take();
		if (vq.desc[head].addr != 0x1000 + i || vq.desc[head].len != 8 ||
		    vq.desc[head].flags != VRING_DESC_F_WRITE)
			break;
		model_use(head, i & 7);
		if (virtqueue_next_used(&vq, &id, &len) != cell || len != (i & 7) || id != head)
			break;
		virtqueue_release(&vq, id);
	}
	EXPECT_EQ(vq.avail_idx, (u16)70000);
	EXPECT_EQ(vq.num_free, 4);
	EXPECT_EQ(vq.in_flight, 0);
	EXPECT_FALSE(virtqueue_has_used(&vq));
	ring_end();
}

/* Random additions and completions in any order, against a shadow of what is out. */
SELFTEST(virtio_ring, any_order_against_shadow)
{
	struct { u16 head; u8 pieces; bool out; } shadow[64] = { { 0 } };
	u16 waiting[64];
	struct prng prng;
	unsigned int nr_waiting = 0, descriptors = 0, done = 0;

	prng_seed(&prng, 1);
	ring_begin(32, true, true);
	ASSERT_NOT_NULL(vq.mem);
	for (unsigned int step = 0; step < 20000; step++) {
		if (prng_below(&prng, 2)) {
			struct virtqueue_sg sg[5] = {
				{0x1000, 16}, {0x2000, 32}, {0x3000, 64}, {0x4000, 1}, {0x5000, 2}};
			unsigned int nr = 1 + prng_below(&prng, 5), slot = 0;
			int ret;

			while (slot < 64 && shadow[slot].out)
				slot++;
			if (slot == 64)
				continue;
			ret = virtqueue_add_sg(&vq, sg, nr - nr / 2, nr / 2, &shadow[slot]);
			if (ret) {
				/* an indirect table takes one */
				ASSERT_ERR(ret, -ENOSPC);
				ASSERT_LT(32 - descriptors, nr > 2 ? 1 : nr);
				continue;
			}
			shadow[slot].out = true;
			shadow[slot].pieces = nr > 2 ? 1 : (u8)nr;
			descriptors += shadow[slot].pieces;
			virtqueue_kick_prepare(&vq);
			ASSERT_TRUE(model_has_avail());
			waiting[nr_waiting++] = model_take();
		} else if (nr_waiting) {
			unsigned int pick = prng_below(&prng, nr_waiting);
			u16 id = 0;
			u32 len = 0;
			u8 *token;

			model_use(waiting[pick], 0);
			waiting[pick] = waiting[--nr_waiting];
			token = virtqueue_next_used(&vq, &id, &len);
			ASSERT_NOT_NULL(token);
			for (unsigned int i = 0; i < 64; i++) {
				if ((u8 *)&shadow[i] != token)
					continue;
				ASSERT_TRUE(shadow[i].out);
				shadow[i].out = false;
				descriptors -= shadow[i].pieces;
			}
			virtqueue_release(&vq, id);
			done++;
		}
		ASSERT_EQ(vq.num_free, 32 - descriptors);
		ASSERT_EQ(vq.in_flight, nr_waiting);
	}
	EXPECT_GT(done, 5000);
	EXPECT_EQ(vq.bad_ids, 0);
	ring_end();
}

SELFTEST(virtio_ring, chain_layout)
{
	struct virtqueue_sg sg[3] = { { 0x1000, 12 }, { 0x2000, 1500 }, { 0x3000, 4 } };
	struct vring_desc *d;
	u16 id = 0;
	u32 len = 0;

	ring_begin(8, false, false);
	ASSERT_NOT_NULL(vq.mem);
	ASSERT_EQ(virtqueue_add_sg(&vq, sg, 2, 1, &sg), 0);
	EXPECT_EQ(vq.num_free, 5);
	virtqueue_kick_prepare(&vq);
	id = model_take();
	d = &vq.desc[id];
	EXPECT_EQ(d->addr, 0x1000);
	EXPECT_EQ(d->len, 12);
	EXPECT_EQ(d->flags, VRING_DESC_F_NEXT);
	d = &vq.desc[d->next];
	EXPECT_EQ(d->addr, 0x2000);
	EXPECT_EQ(d->flags, VRING_DESC_F_NEXT);
	d = &vq.desc[d->next];
	EXPECT_EQ(d->addr, 0x3000);
	EXPECT_EQ(d->flags, VRING_DESC_F_WRITE);
	model_use(id, 4);
	EXPECT_TRUE(virtqueue_next_used(&vq, &id, &len) == (void *)&sg);
	EXPECT_EQ(len, 4);
	virtqueue_release(&vq, id);
	EXPECT_EQ(vq.num_free, 8);
	ring_end();
}

SELFTEST(virtio_ring, indirect_takes_one_descriptor)
{
	struct virtqueue_sg sg[4] = { { 0x1000, 1 }, { 0x2000, 2 }, { 0x3000, 3 }, { 0x4000, 4 } };
	struct vring_desc *table;
	u16 id = 0;
	u32 len = 0;

	ring_begin(2, true, true);
	ASSERT_NOT_NULL(vq.mem);
	ASSERT_EQ(virtqueue_add_sg(&vq, sg, 3, 1, &sg), 0);
	EXPECT_EQ(vq.num_free, 1);
	virtqueue_kick_prepare(&vq);
	id = model_take();
	EXPECT_EQ(vq.desc[id].flags, VRING_DESC_F_INDIRECT);
	EXPECT_EQ(vq.desc[id].len, 4 * sizeof(struct vring_desc));
	table = phys_to_virt(vq.desc[id].addr);
	for (unsigned int i = 0; i < 4; i++) {
		EXPECT_EQ(table[i].addr, sg[i].addr);
		EXPECT_EQ(table[i].len, sg[i].len);
		EXPECT_EQ(table[i].flags,
			  (i < 3 ? VRING_DESC_F_NEXT : 0) | (i == 3 ? VRING_DESC_F_WRITE : 0));
	}
	model_use(id, 4);
	EXPECT_TRUE(virtqueue_next_used(&vq, &id, &len) == (void *)&sg);
	EXPECT_EQ(len, 4);
	virtqueue_release(&vq, id);
	EXPECT_EQ(vq.num_free, 2);
	/* One that never comes back: taking it off the dead device frees its table. */
	EXPECT_EQ(virtqueue_add_sg(&vq, sg, 4, 0, &sg), 0);
	EXPECT_TRUE(virtqueue_detach_one(&vq) == (void *)&sg);
	for (unsigned int i = 0; i < 2; i++)
		EXPECT_NULL(vq.indirect_tables[i]);
	ring_end();
}

SELFTEST(virtio_ring, error_returns)
{
	struct virtqueue_sg sg[VIRTQUEUE_MAX_SG + 1] = { { 0x1000, 1 } };

	memset(&vq, 0, sizeof(vq));
	EXPECT_ERR(virtqueue_init(&vq, 0, true, true), -EINVAL);
	EXPECT_ERR(virtqueue_init(&vq, 3, true, true), -EINVAL);
	EXPECT_ERR(virtqueue_init(&vq, 2 * VIRTQUEUE_MAX_SIZE, true, true), -EINVAL);
	ring_begin(2, true, false);
	ASSERT_NOT_NULL(vq.mem);
	EXPECT_ERR(virtqueue_add_sg(&vq, sg, 0, 0, sg), -EINVAL);
	EXPECT_ERR(virtqueue_add_sg(&vq, sg, VIRTQUEUE_MAX_SG, 1, sg), -EINVAL);
	EXPECT_ERR(virtqueue_add_sg(&vq, sg, 1, 0, NULL), -EINVAL);
	EXPECT_ERR(virtqueue_add_sg(&vq, sg, 3, 0, sg), -ENOSPC);
	EXPECT_EQ(virtqueue_add_sg(&vq, sg, 1, 0, sg), 0);
	EXPECT_ERR(virtqueue_add_sg(&vq, sg, 1, 1, sg), -ENOSPC);
	EXPECT_EQ(virtqueue_add_sg(&vq, sg, 0, 1, sg), 0);
	EXPECT_ERR(virtqueue_add_sg(&vq, sg, 1, 0, sg), -ENOSPC);
	EXPECT_TRUE(virtqueue_detach_one(&vq) == (void *)sg);
	EXPECT_TRUE(virtqueue_detach_one(&vq) == (void *)sg);
	EXPECT_NULL(virtqueue_detach_one(&vq));
	EXPECT_EQ(vq.num_free, 2);
	ring_end();
}

/* vring_need_event() is "@event lies in [old, new)", walked one by one. */
SELFTEST(virtio_ring, need_event_at_the_wrap)
{
	static const u16 starts[] = { 0, 1, 0x7ffe, 0x8000, 0xfff0, 0xfffe, 0xffff };

	for (unsigned int s = 0; s < ARRAY_SIZE(starts); s++) {
		for (u16 moved = 0; moved < 20; moved++) {
			for (int e = -3; e < 24; e++) {
				u16 old = starts[s], new = (u16)(old + moved),
				    event = (u16)(old + e);
				bool passed = false;

				for (u16 i = old; i != new; i++)
					passed |= i == event;
				EXPECT_EQ(vring_need_event(event, new, old), passed);
			}
		}
	}
	/* all but one of the 65,536 */
	EXPECT_TRUE(vring_need_event(5, 4, 5));
	EXPECT_FALSE(vring_need_event(4, 4, 5));
}

/* The doorbell rings when, and only when, the index that the device named is passed. */
SELFTEST(virtio_ring, kicks_by_event_index)
{
	u16 id = 0;
	u32 len = 0;

	ring_begin(8, true, false);
	ASSERT_NOT_NULL(vq.mem);
	/* Bring the indices to the wrap. */
	for (unsigned int i = 0; i < 65534; i++) {
		virtqueue_add_one(&vq, 0, 1, 0, &vq);
		virtqueue_kick_prepare(&vq);
		model_use(model_take(), 0);
		virtqueue_next_used(&vq, &id, &len);
		virtqueue_release(&vq, id);
	}
	ASSERT_EQ(vq.avail_idx, 65534);
	rang();
	/* It wants to hear of the entry at index 0: two more after this one. */
	*vring_avail_event(&vq) = 0;
	virtqueue_add_one(&vq, 0, 1, 0, &vq);
	virtqueue_kick(&vq);
	EXPECT_FALSE(rang());
	virtqueue_add_one(&vq, 0, 1, 0, &vq);
	virtqueue_kick(&vq);
	EXPECT_FALSE(rang());
	virtqueue_add_one(&vq, 0, 1, 0, &vq);
	virtqueue_kick(&vq);
	EXPECT_TRUE(rang());
	EXPECT_EQ(vq.kicks, 1);
	/* Passed: not again, and not for nothing. */
	virtqueue_kick(&vq);
	virtqueue_add_one(&vq, 0, 1, 0, &vq);
	virtqueue_kick(&vq);
	EXPECT_FALSE(rang());
	/* A batch that passes the index in its middle. */
	*vring_avail_event(&vq) = vq.avail_idx;
	virtqueue_add_one(&vq, 0, 1, 0, &vq);
	virtqueue_add_one(&vq, 0, 1, 0, &vq);
	EXPECT_EQ(vq.avail->idx, vq.published_idx);
	virtqueue_kick(&vq);
	EXPECT_TRUE(rang());
	ring_end();
}

SELFTEST(virtio_ring, kicks_by_flag)
{
	ring_begin(8, false, false);
	ASSERT_NOT_NULL(vq.mem);
	virtqueue_kick(&vq);
	EXPECT_FALSE(rang());
	virtqueue_add_one(&vq, 0, 1, 0, &vq);
	virtqueue_kick(&vq);
	EXPECT_TRUE(rang());
	vq.used->flags = VRING_USED_F_NO_NOTIFY;
	virtqueue_add_one(&vq, 0, 1, 0, &vq);
	virtqueue_kick(&vq);
	EXPECT_FALSE(rang());
	ring_end();
}

/*
 * Interrupt or "it has happened already": one of the two for each buffer, at every place of the
 * wrap.
 */
SELFTEST(virtio_ring, interrupts_by_event_index)
{
	for (unsigned int when = 0; when < 3; when++) {
		u16 id = 0, before;
		u32 len = 0;

		ring_begin(4, true, false);
		ASSERT_NOT_NULL(vq.mem);
		for (unsigned int i = 0; i < 65540; i++) {
			bool told = true;

			virtqueue_add_one(&vq, 0, 1, 0, &vq);
			virtqueue_kick_prepare(&vq);
			before = model.used_idx;
			if (when == 0)		/* used before the driver asks */
				model_use(model_take(), 0);
			told = !virtqueue_enable_cb(&vq, 0);
			if (when == 1)		/* used after it asked */
				model_use(model_take(), 0);
			if (when == 2) {	/* nobody asks: nothing but the one in 65,536 */
				*vring_used_event(&vq) = (u16)(vq.last_used - 1);
				model_use(model_take(), 0);
				ASSERT_FALSE(model_would_interrupt(before));
			} else if (when == 1) {
				told |= model_would_interrupt(before);
				ASSERT_TRUE(told);
			} else {
				ASSERT_TRUE(told);
			}
			ASSERT_NOT_NULL(virtqueue_next_used(&vq, &id, &len));
			virtqueue_release(&vq, id);
		}
		ring_end();
	}
}

/* A delayed wish: the third of four buffers is the one that tells. */
SELFTEST(virtio_ring, interrupts_delayed)
{
	u16 before;

	ring_begin(8, true, false);
	ASSERT_NOT_NULL(vq.mem);
	for (unsigned int i = 0; i < 4; i++)
		virtqueue_add_one(&vq, 0, 1, 0, &vq);
	virtqueue_kick_prepare(&vq);
	EXPECT_TRUE(virtqueue_enable_cb(&vq, 2));
	for (unsigned int i = 0; i < 4; i++) {
		before = model.used_idx;
		model_use(model_take(), 0);
		EXPECT_EQ(model_would_interrupt(before), i == 2);
	}
	EXPECT_FALSE(virtqueue_enable_cb(&vq, 2));
	ring_end();
	/* By flag: any used buffer tells, and none does when asked not to. */
	ring_begin(8, false, false);
	virtqueue_disable_cb(&vq);
	EXPECT_FALSE(model_would_interrupt(0));
	EXPECT_TRUE(virtqueue_enable_cb(&vq, 0));
	EXPECT_TRUE(model_would_interrupt(0));
	ring_end();
}

/* What the device returns wrongly is counted and skipped; what it returns rightly still arrives. */
SELFTEST(virtio_ring, bad_ids_are_skipped)
{
	int a, b;
	u16 id = 0, head_a, head_b;
	u32 len = 0;

	ring_begin(4, true, false);
	ASSERT_NOT_NULL(vq.mem);
	virtqueue_add_one(&vq, 0, 1, 0, &a);
	virtqueue_add_one(&vq, 0, 1, 0, &b);
	virtqueue_kick_prepare(&vq);
	head_a = model_take();
	head_b = model_take();
	model_use(4, 0);			/* no such descriptor */
	EXPECT_NULL(virtqueue_next_used(&vq, &id, &len));
	EXPECT_EQ(vq.bad_ids, 1);
	model_use(0xffffffff, 0);
	EXPECT_NULL(virtqueue_next_used(&vq, &id, &len));
	model_use((u32)(6 - head_a - head_b) / 2, 0);	/* one that is free */
	if (head_a + head_b == 1)
		EXPECT_EQ(vq.bad_ids, 2);
	EXPECT_NULL(virtqueue_next_used(&vq, &id, &len));
	EXPECT_EQ(vq.bad_ids, 3);
	model_use(head_b, 0);
	EXPECT_TRUE(virtqueue_next_used(&vq, &id, &len) == (void *)&b);
	EXPECT_EQ(id, head_b);
	/* Twice: while it is ours, and after it was freed. */
	model_use(head_b, 0);
	EXPECT_NULL(virtqueue_next_used(&vq, &id, &len));
	virtqueue_release(&vq, head_b);
	model_use(head_b, 0);
	EXPECT_NULL(virtqueue_next_used(&vq, &id, &len));
	EXPECT_EQ(vq.bad_ids, 5);
	model_use(head_a, 0);
	EXPECT_TRUE(virtqueue_next_used(&vq, &id, &len) == (void *)&a);
	virtqueue_release(&vq, id);
	EXPECT_EQ(vq.num_free, 4);
	EXPECT_FALSE(vq.broken);
	ring_end();
}

SELFTEST(virtio_ring, chain_body_is_no_head)
{
	struct virtqueue_sg sg[2] = { { 0x1000, 1 }, { 0x2000, 1 } };
	u16 id = 0, head;
	u32 len = 0;

	ring_begin(4, true, false);
	ASSERT_NOT_NULL(vq.mem);
	ASSERT_EQ(virtqueue_add_sg(&vq, sg, 2, 0, sg), 0);
	virtqueue_kick_prepare(&vq);
	head = model_take();
	model_use(vq.desc[head].next, 0);
	EXPECT_NULL(virtqueue_next_used(&vq, &id, &len));
	EXPECT_EQ(vq.bad_ids, 1);
	ring_end();
}

SELFTEST(virtio_ring, lengths_beyond_the_buffer)
{
	u16 id = 0;
	u32 len = 0;

	ring_begin(4, true, false);
	ASSERT_NOT_NULL(vq.mem);
	virtqueue_add_one(&vq, 0, 100, VRING_DESC_F_WRITE, &vq);
	virtqueue_add_one(&vq, 0, 100, VRING_DESC_F_WRITE, &vq);
	virtqueue_add_one(&vq, 0, 100, 0, &vq);
	virtqueue_kick_prepare(&vq);
	model_use(model_take(), 101);
	model_use(model_take(), 100);
	model_use(model_take(), 100);
	EXPECT_NOT_NULL(virtqueue_next_used(&vq, &id, &len));
	EXPECT_EQ(len, 0);
	EXPECT_EQ(vq.bad_lens, 1);
	virtqueue_release(&vq, id);
	EXPECT_NOT_NULL(virtqueue_next_used(&vq, &id, &len));
	EXPECT_EQ(len, 100);
	virtqueue_release(&vq, id);
	/* A length on what the device only read is noise of some devices: no error, and 0. */
	EXPECT_NOT_NULL(virtqueue_next_used(&vq, &id, &len));
	EXPECT_EQ(len, 0);
	EXPECT_EQ(vq.bad_lens, 1);
	virtqueue_release(&vq, id);
	ring_end();
}

/* An index that announces more than is out ends the ring; a reset gives the buffers back. */
SELFTEST(virtio_ring, used_index_out_of_bounds)
{
	u16 id = 0;
	u32 len = 0;

	ring_begin(4, true, false);
	ASSERT_NOT_NULL(vq.mem);
	virtqueue_add_one(&vq, 0, 1, 0, &vq);
	virtqueue_kick_prepare(&vq);
	vq.used->idx = 2;
	EXPECT_NULL(virtqueue_next_used(&vq, &id, &len));
	EXPECT_TRUE(vq.broken);
	/* For good, even if the index comes back. */
	vq.used->idx = 1;
	EXPECT_NULL(virtqueue_next_used(&vq, &id, &len));
	EXPECT_FALSE(virtqueue_watch(&vq, true));
	EXPECT_TRUE(virtqueue_detach_one(&vq) == (void *)&vq);
	EXPECT_NULL(virtqueue_detach_one(&vq));
	ring_end();
}

/* Same descriptor, new memory. */
SELFTEST(virtio_ring, repost)
{
	int a, b;
	u16 id = 0, head;
	u32 len = 0;

	ring_begin(2, true, false);
	ASSERT_NOT_NULL(vq.mem);
	virtqueue_add_one(&vq, 0x1000, 100, VRING_DESC_F_WRITE, &a);
	for (unsigned int i = 0; i < 5; i++) {
		virtqueue_kick_prepare(&vq);
		head = model_take();
		model_use(head, 7);
		EXPECT_TRUE(virtqueue_next_used(&vq, &id, &len) == (void *)(i ? &b : &a));
		EXPECT_EQ(id, head);
		virtqueue_repost(&vq, id, 0x2000, &b);
		EXPECT_EQ(vq.desc[id].addr, 0x2000);
		EXPECT_EQ(vq.desc[id].len, 100);
		EXPECT_EQ(vq.num_free, 1);
		EXPECT_EQ(vq.in_flight, 1);
	}
	ring_end();
}

/*
 * A queue that must move and stands is kicked at the 2nd, 4th, 8th... look, and not once it moves.
 */
SELFTEST(virtio_ring, watchdog_kicks_what_stands)
{
	u16 id = 0;
	u32 len = 0;

	ring_begin(4, true, false);
	ASSERT_NOT_NULL(vq.mem);
	EXPECT_FALSE(virtqueue_watch(&vq, false));
	virtqueue_add_one(&vq, 0, 1, 0, &vq);
	virtqueue_kick(&vq);
	rang();
	for (unsigned int look = 1; look <= 16; look++) {
		bool kicked = virtqueue_watch(&vq, true);

		EXPECT_EQ(kicked, look == 2 || look == 4 || look == 8 || look == 16);
		EXPECT_EQ(rang(), kicked);
	}
	EXPECT_EQ(vq.stalls, 4);
	model_use(model_take(), 0);
	EXPECT_FALSE(virtqueue_watch(&vq, true));
	EXPECT_NOT_NULL(virtqueue_next_used(&vq, &id, &len));
	virtqueue_release(&vq, id);
	EXPECT_FALSE(virtqueue_watch(&vq, false));
	EXPECT_FALSE(virtqueue_watch(&vq, false));
	EXPECT_EQ(vq.stalls, 4);
	ring_end();
}

/*
 * A queue that may stand is kicked only when the device asked for a kick that it did not get, and
 * then once.
 */
SELFTEST(virtio_ring, watchdog_pays_owed_kicks)
{
	for (int event_idx = 0; event_idx < 2; event_idx++) {
		ring_begin(8, event_idx, false);
		ASSERT_NOT_NULL(vq.mem);
		virtqueue_add_one(&vq, 0, 1, VRING_DESC_F_WRITE, &vq);
		virtqueue_kick(&vq);
		EXPECT_TRUE(rang());
		for (unsigned int look = 0; look < 4; look++)
			EXPECT_FALSE(virtqueue_watch(&vq, false));
		/*
		 * The driver decides that no kick is wanted; then the device's wish becomes
		 * visible.
		 */
		vq.used->flags = VRING_USED_F_NO_NOTIFY;
		virtqueue_add_one(&vq, 0, 1, VRING_DESC_F_WRITE, &vq);
		virtqueue_kick(&vq);
		EXPECT_FALSE(rang());
		vq.used->flags = 0;
		*vring_avail_event(&vq) = 1;
		EXPECT_FALSE(virtqueue_watch(&vq, false));
		EXPECT_TRUE(virtqueue_watch(&vq, false));
		EXPECT_TRUE(rang());
		for (unsigned int look = 0; look < 4; look++)
			EXPECT_FALSE(virtqueue_watch(&vq, false));
		EXPECT_EQ(vq.stalls, 1);
		ring_end();
	}
}
