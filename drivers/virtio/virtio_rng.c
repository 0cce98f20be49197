/* SPDX-License-Identifier: MIT */
/*
 * drivers/virtio/virtio_rng.c - the host's random numbers, into our pool.
 *
 * Overview    The device fills buffers. One of 64 bytes is asked for at once, and a fresh one every
 *             five minutes. While nothing has seeded the pool yet, probe waits for the first one
 *             for a moment, so that what boot draws next is already unpredictable.
 * Lifetime    the one buffer is the device's, or ours between its completion and the timer.
 * Locking     the queue belongs to the timer softirq and, before the timer is armed, to probe. The
 *             interrupt only arms it.
 * Limits      WAIT_MS 20: a host that is slow costs boot no more.
 * Observe     dmesg
 * Reference   virtio 1.2, 5.4
 */
#define pr_fmt(fmt) "virtio_rng: " fmt
#include <arch/page.h>

#include "drivers/virtio/virtio.h"
#include "kernel/base/printk.h"
#include "kernel/base/random.h"
#include "kernel/base/time.h"
#include "kernel/base/timer.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/slab.h"

#define BUFFER_BYTES	64
#define WAIT_MS		20
#define REFRESH_MS	300000

struct virtio_rng {
	struct virtio_device *vdev;
	struct virtqueue vq;
	struct timer_list timer;
	bool live;		/* probe is through: the timer softirq owns the queue */
	u8 *buffer;		/* one allocation of its own: the device writes to it */
};

static void rng_ask(struct virtio_rng *rng)
{
	if (!rng->vq.num_free)
		return;
	virtqueue_add_one(&rng->vq, __pa(rng->buffer), BUFFER_BYTES, VRING_DESC_F_WRITE,
			  rng->buffer);
	virtqueue_kick(&rng->vq);
}

/* Return: true when there was something. */
static bool rng_take(struct virtio_rng *rng)
{
	u32 len;
	u16 id;

	if (!virtqueue_next_used(&rng->vq, &id, &len))
		return false;
	virtqueue_release(&rng->vq, id);
	/* All bits count: the host is trusted with our memory anyway. */
	add_entropy(rng->buffer, len, len * 8);
	memset(rng->buffer, 0, BUFFER_BYTES);
	return true;
}

static void rng_timer(struct timer_list *timer)
{
	struct virtio_rng *rng = from_timer(rng, timer, timer);

	if (!rng->vq.in_flight)
		rng_ask(rng);
	else
		rng_take(rng);
	mod_timer(timer, jiffies + msecs_to_jiffies(REFRESH_MS));
	if (rng->vq.in_flight && !rng->vq.broken && !virtqueue_enable_cb(&rng->vq, 0))
		mod_timer(timer, jiffies);
}

static void rng_interrupt(struct virtqueue *vq)
{
	struct virtio_rng *rng = vq->priv;

	if (READ_ONCE(rng->live))
		mod_timer(&rng->timer, jiffies);
}

static int virtio_rng_probe(struct virtio_device *vdev)
{
	static const struct virtqueue_spec spec = { "requests", 8, rng_interrupt };
	struct virtio_rng *rng = kzalloc(sizeof(*rng), GFP_KERNEL);
	int ret = -ENOMEM;
	u64 deadline;
	bool taken = false;

	if (!rng)
		return ret;
	rng->vdev = vdev;
	rng->vq.priv = rng;
	timer_setup(&rng->timer, rng_timer, 0);
	rng->buffer = kzalloc(BUFFER_BYTES, GFP_KERNEL);
	if (!rng->buffer)
		goto free_rng;
	ret = virtio_negotiate(vdev, 0);
	if (ret)
		goto free_buffer;
	ret = virtio_find_vqs(vdev, &rng->vq, &spec, 1);
	if (ret) {
		virtio_fail(vdev);
		goto free_buffer;
	}
	vdev->priv = rng;
	virtio_device_ready(vdev);
	rng_ask(rng);
	deadline = ktime_get_ns() + (random_is_seeded() ? 0 : WAIT_MS * NSEC_PER_MSEC);
	while (!taken && ktime_get_ns() < deadline) {
		taken = rng_take(rng);
		cpu_relax();
	}
	pr_info("%s: %s\n", vdev->name, taken ? "seeded" : "asked");
	WRITE_ONCE(rng->live, true);
	mod_timer(&rng->timer, jiffies + (taken ? msecs_to_jiffies(REFRESH_MS) : 0));
	return 0;
free_buffer:
	kfree(rng->buffer);
free_rng:
	kfree(rng);
	return ret;
}
VIRTIO_DRIVER(virtio_rng, VIRTIO_ID_RNG, virtio_rng_probe, NULL, NULL);
