/* SPDX-License-Identifier: MIT */
/*
 * drivers/virtio/virtio.c - the steps by which a driver takes a virtio device, over any transport.
 *
 * Overview    reset - ACKNOWLEDGE - DRIVER - features - FEATURES_OK - queues - DRIVER_OK. A
 *             driver's probe calls virtio_negotiate(), virtio_find_vqs() and virtio_device_ready()
 *             in this order; to start again (the device asked for it, its ring broke, a new MTU) it
 *             calls virtio_reset(), takes its buffers back with virtqueue_detach_one(),
 *             virtio_del_vqs(), and begins anew.
 * Features    VERSION_1 is required: without it the device is a legacy one with other layouts.
 *             EVENT_IDX is taken whenever offered, as are ACCESS_PLATFORM (addresses are physical
 *             here, which is what the platform uses without an IOMMU) and ORDER_PLATFORM (our
 *             barriers order memory for real devices too). INDIRECT_DESC is for drivers with
 *             buffers of many pieces to ask for.
 * Locking     one thread at a time sets a device up; callbacks run in interrupts. devices_mutex:
 *             the list of devices, nothing else.
 * Observe     virtio
 * Limits      A reset is waited for at most VIRTIO_RESET_TIMEOUT_MS, the configuration read at most
 *             16 times while it changes under our hands: a device that never settles fails, and
 *             boot goes on.
 * Reference   virtio 1.2, 3.1, 2.1, 2.2, 2.5
 */
#define pr_fmt(fmt) "virtio: " fmt
#include "drivers/virtio/virtio.h"

#include "kernel/base/mutex.h"
#include "kernel/base/printk.h"
#include "kernel/base/time.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "lib/string.h"

#define CONFIG_READ_TRIES	16
#define FEATURES_ALWAYS                                                                            \
	(BIT_ULL(VIRTIO_F_VERSION_1) | BIT_ULL(VIRTIO_F_EVENT_IDX) |                               \
	 BIT_ULL(VIRTIO_F_ACCESS_PLATFORM) | BIT_ULL(VIRTIO_F_ORDER_PLATFORM))

static LIST_HEAD(devices);		/* [devices_mutex] those that have a driver */
static DEFINE_MUTEX(devices_mutex);

static void add_status(struct virtio_device *vdev, u8 bits)
{
	vdev->transport->set_status(vdev, vdev->transport->get_status(vdev) | bits);
}

/*
 * virtio_reset() - stop the device: when it returns 0, the device touches no memory and sends no
 * interrupt.
 * Context: thread.  Return: 0, -ETIMEDOUT.
 */
int virtio_reset(struct virtio_device *vdev)
{
	u64 deadline = ktime_get_ns() + VIRTIO_RESET_TIMEOUT_MS * NSEC_PER_MSEC;

	vdev->transport->set_status(vdev, 0);
	while (vdev->transport->get_status(vdev)) {
		if (ktime_get_ns() > deadline) {
			pr_err("%s: does not finish its reset\n", vdev->name);
			return -ETIMEDOUT;
		}
		udelay(10);
	}
	return 0;
}

/*
 * virtio_negotiate() - reset the device and agree on features: what it offers of @wanted (bits by
 * number), and those of all devices. Read the result with virtio_has_feature().
 * Return: 0; -ENODEV (no VERSION_1, or the device refuses our choice), -ETIMEDOUT.
 */
int virtio_negotiate(struct virtio_device *vdev, u64 wanted)
{
	u64 offered;
	int ret = virtio_reset(vdev);

	if (ret)
		return ret;
	add_status(vdev, VIRTIO_STATUS_ACKNOWLEDGE);
	add_status(vdev, VIRTIO_STATUS_DRIVER);
	offered = vdev->transport->get_features(vdev);
	if (!(offered & BIT_ULL(VIRTIO_F_VERSION_1))) {
		pr_err("%s: the device does not offer VERSION_1\n", vdev->name);
		virtio_fail(vdev);
		return -ENODEV;
	}
	vdev->features = offered & (wanted | FEATURES_ALWAYS);
	vdev->transport->set_features(vdev, vdev->features);
	add_status(vdev, VIRTIO_STATUS_FEATURES_OK);
	if (!(vdev->transport->get_status(vdev) & VIRTIO_STATUS_FEATURES_OK)) {
		pr_err("%s: the device refuses features %#llx\n", vdev->name,
		       (unsigned long long)vdev->features);
		virtio_fail(vdev);
		return -ENODEV;
	}
	return 0;
}

static int setup_vq(struct virtio_device *vdev, struct virtqueue *vq,
		    const struct virtqueue_spec *spec, unsigned int index)
{
	unsigned int size = vdev->transport->queue_max_size(vdev, index);

	if (!size)
		return -ENOENT;
	if (spec->max_size)
		size = min(size, spec->max_size);
	/* The device's maximum may be any number; a split ring's size is a power of two. */
	while (size & (size - 1))
		size &= size - 1;
	vq->index = (u16)index;
	scnprintf(vq->name, sizeof(vq->name), "%s %s", vdev->name, spec->name);
	vq->callback = spec->callback;
	return virtqueue_init(vq, size, virtio_has_feature(vdev, VIRTIO_F_EVENT_IDX),
			      virtio_has_feature(vdev, VIRTIO_F_INDIRECT_DESC));
}

/*
 * virtio_find_vqs() - set up queues 0 to @n - 1 in the driver's array @vqs (priv may be set before;
 * counters go on). Interrupts may come as soon as virtio_device_ready() has been called.
 * Return: 0, -ENOENT (the device has fewer queues), -ENOMEM, or what interrupts failed with. On
 * failure nothing is left.
 */
int virtio_find_vqs(struct virtio_device *vdev, struct virtqueue *vqs,
		    const struct virtqueue_spec *specs, unsigned int n)
{
	unsigned int i;
	int ret;

	for (i = 0; i < n; i++) {
		ret = setup_vq(vdev, &vqs[i], &specs[i], i);
		if (ret)
			goto destroy;
	}
	vdev->vqs = vqs;
	vdev->nr_vqs = n;
	ret = vdev->transport->irqs_request(vdev, vqs, n);
	if (ret)
		goto destroy;
	for (unsigned int q = 0; q < n; q++) {
		ret = vdev->transport->queue_enable(vdev, &vqs[q]);
		if (ret)
			goto free_irqs;
	}
	return 0;
free_irqs:
	vdev->transport->irqs_free(vdev);
destroy:
	/* The device has not seen DRIVER_OK, so it has not touched the rings. */
	while (i-- > 0)
		virtqueue_destroy(&vqs[i]);
	vdev->vqs = NULL;
	vdev->nr_vqs = 0;
	return ret;
}

/*
 * virtio_del_vqs() - free queues and interrupts. The device has been reset, the buffers are
 * detached.
 */
void virtio_del_vqs(struct virtio_device *vdev)
{
	if (!vdev->vqs)
		return;
	vdev->transport->irqs_free(vdev);
	for (unsigned int i = 0; i < vdev->nr_vqs; i++)
		virtqueue_destroy(&vdev->vqs[i]);
	vdev->vqs = NULL;
	vdev->nr_vqs = 0;
}

/* virtio_device_ready() - DRIVER_OK: the device is live, and may be kicked from now on. */
void virtio_device_ready(struct virtio_device *vdev)
{
	add_status(vdev, VIRTIO_STATUS_DRIVER_OK);
}

/* virtio_fail() - tell the device that we have given it up. */
void virtio_fail(struct virtio_device *vdev)
{
	add_status(vdev, VIRTIO_STATUS_FAILED);
}

/*
 * virtio_config_read() - @len bytes of the device's configuration at @offset, all from one moment.
 * Context: thread or interrupt.  Return: 0; -EINVAL beyond its end; -EAGAIN when it kept changing.
 */
int virtio_config_read(struct virtio_device *vdev, unsigned int offset, void *buf, unsigned int len)
{
	for (unsigned int i = 0; i < CONFIG_READ_TRIES; i++) {
		u8 before = vdev->transport->config_generation(vdev);

		if (!vdev->transport->config_read(vdev, offset, buf, len))
			return -EINVAL;
		if (vdev->transport->config_generation(vdev) == before)
			return 0;
	}
	return -EAGAIN;
}

void virtio_config_interrupt(struct virtio_device *vdev)
{
	if (vdev->driver && vdev->driver->config_changed)
		vdev->driver->config_changed(vdev);
}

const struct virtio_driver *virtio_find_driver(unsigned int device_id)
{
	table_for_each(drv, virtio_drivers)
		if (drv->device_id == device_id)
			return drv;
	return NULL;
}

int virtio_device_probe(struct virtio_device *vdev)
{
	int ret;

	vdev->driver = virtio_find_driver(vdev->device_id);
	if (!vdev->driver)
		return -ENODEV;
	ret = vdev->driver->probe(vdev);
	if (ret) {
		vdev->driver = NULL;
		return ret;
	}
	mutex_lock(&devices_mutex);
	list_add_tail(&vdev->node, &devices);
	mutex_unlock(&devices_mutex);
	return 0;
}

int virtio_device_remove(struct virtio_device *vdev)
{
	if (!vdev->driver)
		return 0;
	if (!vdev->driver->remove)
		return -EBUSY;
	mutex_lock(&devices_mutex);
	list_del(&vdev->node);
	mutex_unlock(&devices_mutex);
	vdev->driver->remove(vdev);
	vdev->driver = NULL;
	return 0;
}

void virtio_for_each_device(void (*fn)(struct virtio_device *vdev, void *ctx), void *ctx)
{
	struct virtio_device *vdev;

	mutex_lock(&devices_mutex);
	list_for_each_entry(vdev, &devices, node)
		fn(vdev, ctx);
	mutex_unlock(&devices_mutex);
}
