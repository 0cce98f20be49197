/* SPDX-License-Identifier: MIT */
/* tests/unit/drivers/fake_virtio.c - see fake_virtio.h. */
#include "tests/unit/drivers/fake_virtio.h"

#include <arch/page.h>

#include "kernel/base/preempt.h"
#include "lib/errno.h"
#include "lib/string.h"

static struct fake_virtio *to_fake(struct virtio_device *vdev)
{
	return container_of(vdev, struct fake_virtio, vdev);
}

static u8 fake_get_status(struct virtio_device *vdev)
{
	return to_fake(vdev)->status;
}

static void fake_set_status(struct virtio_device *vdev, u8 status)
{
	struct fake_virtio *fake = to_fake(vdev);

	if (status == 0) {
		fake->resets++;
		if (fake->no_reset) {
			fake->status |= VIRTIO_STATUS_NEEDS_RESET;
			return;
		}
		memset(fake->q, 0, sizeof(fake->q));
	}
	if (fake->no_features_ok)
		status &= (u8)~VIRTIO_STATUS_FEATURES_OK;
	fake->status = status;
}

static u64 fake_get_features(struct virtio_device *vdev)
{
	return to_fake(vdev)->offered;
}

static void fake_set_features(struct virtio_device *vdev, u64 features)
{
}

static u8 fake_config_generation(struct virtio_device *vdev)
{
	struct fake_virtio *fake = to_fake(vdev);

	return fake->moody ? ++fake->generation : fake->generation;
}

static bool fake_config_read(struct virtio_device *vdev, unsigned int offset, void *buf,
			     unsigned int len)
{
	struct fake_virtio *fake = to_fake(vdev);

	if (offset + len > fake->config_len)
		return false;
	memcpy(buf, fake->config + offset, len);
	return true;
}

static u16 fake_queue_max_size(struct virtio_device *vdev, unsigned int index)
{
	struct fake_virtio *fake = to_fake(vdev);

	return index < fake->nr_queues ? fake->queue_size : 0;
}

static int fake_queue_enable(struct virtio_device *vdev, struct virtqueue *vq)
{
	struct fake_vq *q = &to_fake(vdev)->q[vq->index];

	memset(q, 0, sizeof(*q));
	q->vq = vq;
	q->doorbell = FAKE_NO_DOORBELL;
	vq->notify = &q->doorbell;
	return 0;
}

static int fake_irqs_request(struct virtio_device *vdev, struct virtqueue *vqs, unsigned int n)
{
	to_fake(vdev)->irqs++;
	return 0;
}

static void fake_irqs_free(struct virtio_device *vdev)
{
	to_fake(vdev)->irqs--;
}

static const struct virtio_transport fake_transport = {
	.get_status = fake_get_status,
	.set_status = fake_set_status,
	.get_features = fake_get_features,
	.set_features = fake_set_features,
	.config_generation = fake_config_generation,
	.config_read = fake_config_read,
	.queue_max_size = fake_queue_max_size,
	.queue_enable = fake_queue_enable,
	.irqs_request = fake_irqs_request,
	.irqs_free = fake_irqs_free,
};

void fake_virtio_init(struct fake_virtio *fake, unsigned int id, const char *name)
{
	memset(fake, 0, sizeof(*fake));
	fake->vdev.transport = &fake_transport;
	fake->vdev.device_id = id;
	fake->vdev.name = name;
	fake->vdev.parent = fake;
	fake->offered = BIT_ULL(VIRTIO_F_VERSION_1) | BIT_ULL(VIRTIO_F_EVENT_IDX);
	fake->nr_queues = FAKE_VQS;
	fake->queue_size = 64;
	fake->config_len = sizeof(fake->config);
}

bool fake_vq_take(struct fake_vq *q, u16 *head, u8 **mem, u32 *len)
{
	struct virtqueue *vq = q->vq;

	if (!vq || q->last_avail == READ_ONCE(vq->avail->idx))
		return false;
	smp_rmb();
	*head = vq->avail->ring[q->last_avail++ % vq->size];
	*mem = phys_to_virt(vq->desc[*head].addr);
	*len = vq->desc[*head].len;
	return true;
}

void fake_vq_use(struct fake_vq *q, u32 head, u32 len)
{
	q->vq->used->ring[q->used_idx % q->vq->size] = (struct vring_used_elem){ head, len };
	smp_wmb();
	WRITE_ONCE(q->vq->used->idx, ++q->used_idx);
	smp_mb();
}

bool fake_vq_wants_interrupt(const struct fake_vq *q)
{
	if (!q->vq->event_idx)
		return q->told_idx != q->used_idx &&
		       !(q->vq->avail->flags & VRING_AVAIL_F_NO_INTERRUPT);
	for (u16 i = q->told_idx; i != q->used_idx; i++)
		if (i == *vring_used_event(q->vq))
			return true;
	return false;
}

bool fake_vq_interrupt(struct fake_virtio *fake, unsigned int index)
{
	struct fake_vq *q = &fake->q[index];
	unsigned int with = index;
	bool wanted = fake_vq_wants_interrupt(q);

	q->told_idx = q->used_idx;
	/* A queue without a callback shares the interrupt of the one before it. */
	while (with && !fake->q[with].vq->callback)
		with--;
	if (!wanted || !fake->q[with].vq->callback)
		return wanted;
	local_bh_disable();
	fake->q[with].vq->callback(fake->q[with].vq);
	local_bh_enable();
	return true;
}

bool fake_vq_rang(struct fake_vq *q)
{
	bool yes = q->doorbell != FAKE_NO_DOORBELL;

	q->doorbell = FAKE_NO_DOORBELL;
	return yes;
}

void fake_virtio_config_interrupt(struct fake_virtio *fake)
{
	virtio_config_interrupt(&fake->vdev);
}
