/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/drivers/fake_virtio.h - a virtio device made of software, with up to two queues.
 *
 * The test plays the device: it takes buffers that the driver made available, and returns them.
 * Interrupts are delivered when the test says so, and only if the driver asked for them.
 */
#ifndef TESTS_UNIT_DRIVERS_FAKE_VIRTIO_H
#define TESTS_UNIT_DRIVERS_FAKE_VIRTIO_H

#include "drivers/virtio/virtio.h"

#define FAKE_VQS	2
#define FAKE_NO_DOORBELL 0xffff

struct fake_vq {
	struct virtqueue *vq;		/* the driver's, while enabled */
	u16 last_avail, used_idx;
	u16 told_idx;			/* used_idx at the last interrupt */
	volatile u16 doorbell;
};

struct fake_virtio {
	struct virtio_device vdev;
	u64 offered;			/* feature bits */
	u8 status;
	u8 generation;
	bool moody;			/* the configuration changes at every look */
	bool no_features_ok;		/* refuses the driver's choice */
	bool no_reset;			/* never finishes one */
	unsigned int nr_queues;
	u16 queue_size;
	unsigned int resets;
	int irqs;			/* requested and not freed */
	u8 config[16];
	unsigned int config_len;
	struct fake_vq q[FAKE_VQS];
};

/* A device of type @id with VERSION_1 and EVENT_IDX. */
void fake_virtio_init(struct fake_virtio *fake, unsigned int id, const char *name);

/*
 * The next available buffer of one descriptor: its head, memory and length. Return: false when
 * there is none.
 */
bool fake_vq_take(struct fake_vq *q, u16 *head, u8 **mem, u32 *len);
void fake_vq_use(struct fake_vq *q, u32 head, u32 len);
/* Does the driver want to hear of what was used since it was last told? */
bool fake_vq_wants_interrupt(const struct fake_vq *q);
/* Deliver it, if it is wanted; softirqs run before this returns. Return: whether it was. */
bool fake_vq_interrupt(struct fake_virtio *fake, unsigned int index);
/* Did the doorbell ring since the last question? */
bool fake_vq_rang(struct fake_vq *q);
void fake_virtio_config_interrupt(struct fake_virtio *fake);

#endif
