/* SPDX-License-Identifier: MIT */
/*
 * drivers/virtio/virtio.h - virtio devices, whatever they are plugged into, and their drivers. See
 * virtio.c.
 */
#ifndef DRIVERS_VIRTIO_VIRTIO_H
#define DRIVERS_VIRTIO_VIRTIO_H

#include "drivers/virtio/virtio_ring.h"
#include "lib/compiler.h"
#include "lib/list.h"
#include "lib/table.h"
#include "lib/types.h"

/* Device types (virtio 1.2, 5) */
#define VIRTIO_ID_NET		1
#define VIRTIO_ID_RNG		4

/* Device status (2.1) */
#define VIRTIO_STATUS_ACKNOWLEDGE	0x01
#define VIRTIO_STATUS_DRIVER		0x02
#define VIRTIO_STATUS_DRIVER_OK		0x04
#define VIRTIO_STATUS_FEATURES_OK	0x08
#define VIRTIO_STATUS_NEEDS_RESET	0x40
#define VIRTIO_STATUS_FAILED		0x80

/* Feature bits of all devices (6) */
#define VIRTIO_F_INDIRECT_DESC		28
#define VIRTIO_F_EVENT_IDX		29
#define VIRTIO_F_VERSION_1		32
#define VIRTIO_F_ACCESS_PLATFORM	33
#define VIRTIO_F_ORDER_PLATFORM		36

#define VIRTIO_RESET_TIMEOUT_MS	500	/* QEMU resets at once; hardware may take a while */

struct virtio_device;

/* What a queue is to be. */
struct virtqueue_spec {
	const char *name;
	unsigned int max_size;			/* entries; 0: as many as the device offers */
	/*
	 * In interrupt context, interrupts off, when the device used a buffer and was asked to
	 * tell. NULL: the queue shares the interrupt of the one before it and has nobody called.
	 */
	void (*callback)(struct virtqueue *vq);
};

/*
 * How a device is reached; the device status protocol above it is virtio.c's. Context: thread,
 * except where it says otherwise. config_read() is not atomic for more than 4 aligned bytes:
 * virtio_config_read() is for that.
 */
struct virtio_transport {
	u8	(*get_status)(struct virtio_device *vdev);	/* any context */
	void	(*set_status)(struct virtio_device *vdev, u8 status);
	u64	(*get_features)(struct virtio_device *vdev);
	void	(*set_features)(struct virtio_device *vdev, u64 features);
	u8	(*config_generation)(struct virtio_device *vdev);
	bool (*config_read)(struct virtio_device *vdev, unsigned int offset, void *buf,
			    unsigned int len);
	/* 0: no such queue */
	u16	(*queue_max_size)(struct virtio_device *vdev, unsigned int index);
	/* tell the device where @vq lies and enable it; sets vq->notify. */
	int	(*queue_enable)(struct virtio_device *vdev, struct virtqueue *vq);
	/* connect interrupts for @n queues (and configuration changes), or give them back */
	int	(*irqs_request)(struct virtio_device *vdev, struct virtqueue *vqs, unsigned int n);
	void	(*irqs_free)(struct virtio_device *vdev);
};

struct virtio_driver {
	const char *name;
	u64 device_id;				/* VIRTIO_ID_* */
	int (*probe)(struct virtio_device *vdev);
	void (*remove)(struct virtio_device *vdev);	/* reset it, give it back; may be NULL */
	void (*config_changed)(struct virtio_device *vdev);	/* interrupt context; may be NULL */
};

static_assert(sizeof(struct virtio_driver) % 8 == 0, "table entry");
TABLE_DECLARE(const struct virtio_driver, virtio_drivers);

/*
 * VIRTIO_DRIVER(virtio_net, VIRTIO_ID_NET, probe, remove, config_changed) - one new file; the bus
 * finds it.
 */
#define VIRTIO_DRIVER(name_, id_, probe_, remove_, config_changed_)                                \
	static const struct virtio_driver virtio_driver_##name_ TABLE_ENTRY(virtio_drivers) = {    \
		#name_, id_, probe_, remove_, config_changed_                                      \
	}

/* Locks: written by the one thread that probes or resets it. */
struct virtio_device {
	const struct virtio_transport *transport;	/* [I] */
	const struct virtio_driver *driver;	/* NULL until one has taken it */
	unsigned int device_id;			/* [I] VIRTIO_ID_* */
	u64 features;				/* negotiated */
	struct virtqueue *vqs;			/* the driver's, by virtio_find_vqs() */
	unsigned int nr_vqs;
	struct list_head node;			/* in the list of driven devices */
	const char *name;			/* [I] bus address, for log lines */
	void *parent;				/* [I] bus device */
	void *priv;				/* the driver's */
};

static inline bool virtio_has_feature(const struct virtio_device *vdev, unsigned int bit)
{
	return vdev->features & BIT_ULL(bit);
}

/* virtio_for_each_device() - @fn for each device that has a driver. Context: thread. */
void virtio_for_each_device(void (*fn)(struct virtio_device *vdev, void *ctx), void *ctx);
/* virtio_find_driver() - is there one for devices of that type? NULL: no. */
const struct virtio_driver *virtio_find_driver(unsigned int device_id);
/*
 * virtio_device_probe() - for transports: find and call @vdev's driver. Return: its result, -ENODEV
 * without one.
 */
int __must_check virtio_device_probe(struct virtio_device *vdev);
/*
 * virtio_device_remove() - have its driver let go of it. Return: 0, -EBUSY when the driver cannot.
 */
int __must_check virtio_device_remove(struct virtio_device *vdev);

int __must_check virtio_reset(struct virtio_device *vdev);
int __must_check virtio_negotiate(struct virtio_device *vdev, u64 wanted);
int __must_check virtio_find_vqs(struct virtio_device *vdev, struct virtqueue *vqs,
				 const struct virtqueue_spec *specs, unsigned int n);
void virtio_del_vqs(struct virtio_device *vdev);
void virtio_device_ready(struct virtio_device *vdev);
void virtio_fail(struct virtio_device *vdev);
int __must_check virtio_config_read(struct virtio_device *vdev, unsigned int offset, void *buf,
				    unsigned int len);

/* For transports' interrupt handlers. */
void virtio_config_interrupt(struct virtio_device *vdev);

#endif
