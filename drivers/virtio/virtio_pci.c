/* SPDX-License-Identifier: MIT */
/*
 * drivers/virtio/virtio_pci.c - virtio over PCI, the modern transport.
 *
 * Overview    Vendor capabilities tell in which BAR, and where, the device keeps its four register
 *             blocks: common configuration, notification (doorbells), ISR, and what is specific to
 *             the kind of device. All are driven through memory.
 * Devices     1af4:1040 + type are modern devices; 1af4:1000 to 103f transitional ones, whose type
 *             is their subsystem id, and which are driven in the modern way as well. A device
 *             without the capabilities is legacy-only and gets one line that says so.
 * Interrupts  MSI-X when there is an APIC: entry 0 for configuration changes, one more for each
 *             queue with a callback. If the table has fewer, or the APIC no more vectors, all share
 *             entry 0. Without MSI-X the interrupt line; reading the ISR register tells what it was
 *             and takes the line back.
 * Locking     queue_select is one register for all queues: set-up runs in one thread. Handlers only
 *             read.
 * Limits      Register blocks are checked against their BAR. 64 entries of MSI-X used at most.
 * Reference   virtio 1.2, 4.1
 */
#define pr_fmt(fmt) "virtio: " fmt
#include <arch/io.h>
#include <arch/page.h>

#include "drivers/pci/pci.h"
#include "drivers/virtio/virtio.h"
#include "kernel/base/printk.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/slab.h"

#define VIRTIO_PCI_VENDOR	0x1af4
#define VIRTIO_PCI_TRANSITIONAL	0x1000
#define VIRTIO_PCI_MODERN	0x1040
#define VIRTIO_PCI_LAST		0x107f

/* struct virtio_pci_cap (4.1.4): offsets in configuration space from the capability's begin */
#define CAP_LEN			2
#define CAP_TYPE		3
#define CAP_BAR			4
#define CAP_OFFSET		8
#define CAP_LENGTH		12
#define CAP_NOTIFY_MULTIPLIER	16

enum cap_type { CAP_COMMON = 1, CAP_NOTIFY, CAP_ISR, CAP_DEVICE, CAP_TYPES };

/* struct virtio_pci_common_cfg (4.1.4.3) */
#define COMMON_DEVICE_FEATURE_SELECT	0x00
#define COMMON_DEVICE_FEATURE		0x04
#define COMMON_DRIVER_FEATURE_SELECT	0x08
#define COMMON_DRIVER_FEATURE		0x0c
#define COMMON_CONFIG_MSIX_VECTOR	0x10
#define COMMON_NUM_QUEUES		0x12
#define COMMON_DEVICE_STATUS		0x14
#define COMMON_CONFIG_GENERATION	0x15
#define COMMON_QUEUE_SELECT		0x16
#define COMMON_QUEUE_SIZE		0x18
#define COMMON_QUEUE_MSIX_VECTOR	0x1a
#define COMMON_QUEUE_ENABLE		0x1c
#define COMMON_QUEUE_NOTIFY_OFF		0x1e
#define COMMON_QUEUE_DESC		0x20
#define COMMON_QUEUE_DRIVER		0x28
#define COMMON_QUEUE_DEVICE		0x30
#define COMMON_SIZE			0x38

#define NO_VECTOR	0xffff
#define ISR_QUEUE	1
#define ISR_CONFIG	2
#define MAX_VECTORS	64

struct cap_place {
	u8 bar;			/* >= PCI_NR_BARS: not found */
	u32 offset, length;
	u8 pos;
};

struct virtio_pci_device {
	struct virtio_device vdev;
	struct pci_dev *pdev;
	volatile u8 *common, *notify, *isr, *device;
	u32 notify_length, device_length;
	u32 notify_multiplier;
	bool msix;			/* else the line */
	u16 queue_vector[MAX_VECTORS];	/* by queue index */
};

static struct virtio_pci_device *to_vp(struct virtio_device *vdev)
{
	return container_of(vdev, struct virtio_pci_device, vdev);
}

/* ---- the transport's operations ---- */

static u8 vp_get_status(struct virtio_device *vdev)
{
	return readb(to_vp(vdev)->common + COMMON_DEVICE_STATUS);
}

static void vp_set_status(struct virtio_device *vdev, u8 status)
{
	writeb(status, to_vp(vdev)->common + COMMON_DEVICE_STATUS);
}

static u64 vp_get_features(struct virtio_device *vdev)
{
	volatile u8 *common = to_vp(vdev)->common;
	u64 features;

	writel(0, common + COMMON_DEVICE_FEATURE_SELECT);
	features = readl(common + COMMON_DEVICE_FEATURE);
	writel(1, common + COMMON_DEVICE_FEATURE_SELECT);
	return features | (u64)readl(common + COMMON_DEVICE_FEATURE) << 32;
}

static void vp_set_features(struct virtio_device *vdev, u64 features)
{
	volatile u8 *common = to_vp(vdev)->common;

	writel(0, common + COMMON_DRIVER_FEATURE_SELECT);
	writel((u32)features, common + COMMON_DRIVER_FEATURE);
	writel(1, common + COMMON_DRIVER_FEATURE_SELECT);
	writel((u32)(features >> 32), common + COMMON_DRIVER_FEATURE);
}

static u8 vp_config_generation(struct virtio_device *vdev)
{
	return readb(to_vp(vdev)->common + COMMON_CONFIG_GENERATION);
}

/*
 * Each field is to be read in its own width (4.1.3.1); bytes for the rest, the generation makes
 * them one.
 */
static bool vp_config_read(struct virtio_device *vdev, unsigned int offset, void *buf,
			   unsigned int len)
{
	struct virtio_pci_device *vp = to_vp(vdev);
	volatile u8 *p = vp->device + offset;
	u8 *to = buf;

	if (!vp->device || offset > vp->device_length || len > vp->device_length - offset)
		return false;
	if (len == 2 && !(offset & 1)) {
		u16 v = readw(p);

		memcpy(to, &v, sizeof(v));
	} else if (len == 4 && !(offset & 3)) {
		u32 v = readl(p);

		memcpy(to, &v, sizeof(v));
	} else {
		for (unsigned int i = 0; i < len; i++)
			to[i] = readb(p + i);
	}
	return true;
}

static u16 vp_queue_max_size(struct virtio_device *vdev, unsigned int index)
{
	volatile u8 *common = to_vp(vdev)->common;

	if (index >= MAX_VECTORS || index >= readw(common + COMMON_NUM_QUEUES))
		return 0;
	writew((u16)index, common + COMMON_QUEUE_SELECT);
	return readw(common + COMMON_QUEUE_SIZE);
}

/* 64-bit registers are written as two halves (4.1.3.1). */
static void write64(u64 val, volatile u8 *reg)
{
	writel((u32)val, reg);
	writel((u32)(val >> 32), reg + 4);
}

static int vp_queue_enable(struct virtio_device *vdev, struct virtqueue *vq)
{
	struct virtio_pci_device *vp = to_vp(vdev);
	volatile u8 *common = vp->common;
	u64 offset;

	writew(vq->index, common + COMMON_QUEUE_SELECT);
	offset = (u64)readw(common + COMMON_QUEUE_NOTIFY_OFF) * vp->notify_multiplier;
	if (offset + 2 > vp->notify_length)
		return -EINVAL;
	vq->notify = (volatile u16 *)(vp->notify + offset);
	writew(vq->size, common + COMMON_QUEUE_SIZE);
	write64(__pa(vq->desc), common + COMMON_QUEUE_DESC);
	write64(__pa(vq->avail), common + COMMON_QUEUE_DRIVER);
	write64(__pa(vq->used), common + COMMON_QUEUE_DEVICE);
	if (vp->msix) {
		writew(vp->queue_vector[vq->index], common + COMMON_QUEUE_MSIX_VECTOR);
		/* The device answers NO_VECTOR when it could not take it (4.1.5.1.2.1). */
		if (readw(common + COMMON_QUEUE_MSIX_VECTOR) != vp->queue_vector[vq->index])
			return -EBUSY;
	}
	writew(1, common + COMMON_QUEUE_ENABLE);
	return 0;
}

/* ---- interrupts ---- */

static void vp_queue_interrupt(unsigned int irq, void *data)
{
	struct virtqueue *vq = data;

	vq->callback(vq);
}

static void vp_config_interrupt(unsigned int irq, void *data)
{
	virtio_config_interrupt(data);
}

static void vp_all_queues(struct virtio_device *vdev)
{
	for (unsigned int i = 0; i < vdev->nr_vqs; i++)
		if (vdev->vqs[i].callback)
			vdev->vqs[i].callback(&vdev->vqs[i]);
}

/* One MSI-X entry for everything: which it was is not told. */
static void vp_shared_interrupt(unsigned int irq, void *data)
{
	virtio_config_interrupt(data);
	vp_all_queues(data);
}

static void vp_line_interrupt(unsigned int irq, void *data)
{
	struct virtio_device *vdev = data;
	u8 isr = readb(to_vp(vdev)->isr);

	if (isr & ISR_CONFIG)
		virtio_config_interrupt(vdev);
	if (isr & ISR_QUEUE)
		vp_all_queues(vdev);
}

/* Entry 0 for configuration, then one for each queue with a callback. */
static int vp_msix_each(struct virtio_pci_device *vp, struct virtqueue *vqs, unsigned int n)
{
	unsigned int vector = 0;
	int ret = pci_msix_request(vp->pdev, 0, vp_config_interrupt, vp->vdev.name, &vp->vdev);

	for (unsigned int i = 0; ret >= 0 && i < n; i++) {
		if (vqs[i].callback)
			ret = pci_msix_request(vp->pdev, ++vector, vp_queue_interrupt, vqs[i].name,
					       &vqs[i]);
		vp->queue_vector[vqs[i].index] = vector ? (u16)vector : NO_VECTOR;
	}
	return ret < 0 ? ret : 0;
}

static int vp_msix_shared(struct virtio_pci_device *vp, struct virtqueue *vqs, unsigned int n)
{
	int ret = pci_msix_request(vp->pdev, 0, vp_shared_interrupt, vp->vdev.name, &vp->vdev);

	for (unsigned int i = 0; i < n; i++)
		vp->queue_vector[vqs[i].index] = 0;
	return ret < 0 ? ret : 0;
}

static int vp_msix_request(struct virtio_pci_device *vp, struct virtqueue *vqs, unsigned int n)
{
	int ret = pci_msix_enable(vp->pdev);

	if (ret < 0)
		return ret;
	ret = vp_msix_each(vp, vqs, n);
	if (ret) {
		pci_msix_disable(vp->pdev);
		ret = pci_msix_enable(vp->pdev);
		if (ret >= 0)
			ret = vp_msix_shared(vp, vqs, n);
	}
	if (!ret) {
		writew(0, vp->common + COMMON_CONFIG_MSIX_VECTOR);
		if (readw(vp->common + COMMON_CONFIG_MSIX_VECTOR) != 0)
			ret = -EBUSY;
	}
	if (ret)
		pci_msix_disable(vp->pdev);
	return ret;
}

static int vp_irqs_request(struct virtio_device *vdev, struct virtqueue *vqs, unsigned int n)
{
	struct virtio_pci_device *vp = to_vp(vdev);
	int ret;

	vp->msix = vp_msix_request(vp, vqs, n) == 0;
	if (vp->msix)
		return 0;
	ret = pci_intx_request(vp->pdev, vp_line_interrupt, vdev->name, vdev);
	if (ret == -ENODEV)
		pr_err("%s: neither MSI-X nor an interrupt line\n", vdev->name);
	return ret < 0 ? ret : 0;
}

static void vp_irqs_free(struct virtio_device *vdev)
{
	struct virtio_pci_device *vp = to_vp(vdev);

	if (vp->msix)
		pci_msix_disable(vp->pdev);
	else
		pci_intx_free(vp->pdev, vdev);
}

static const struct virtio_transport vp_transport = {
	.get_status = vp_get_status,
	.set_status = vp_set_status,
	.get_features = vp_get_features,
	.set_features = vp_set_features,
	.config_generation = vp_config_generation,
	.config_read = vp_config_read,
	.queue_max_size = vp_queue_max_size,
	.queue_enable = vp_queue_enable,
	.irqs_request = vp_irqs_request,
	.irqs_free = vp_irqs_free,
};

/* ---- finding the register blocks ---- */

struct cap_search {
	const struct pci_dev *pdev;
	struct cap_place place[CAP_TYPES];
};

/*
 * The first capability of each type that fits its BAR counts (4.1.4.1: the device lists the
 * preferred one first).
 */
static int look_at_cap(u8 pos, u8 id, void *ctx)
{
	struct cap_search *search = ctx;
	const struct pci_dev *pdev = search->pdev;
	struct cap_place at = { .pos = pos };
	u8 type;

	if (id != PCI_CAP_ID_VENDOR || pci_read_config8(pdev, (u16)(pos + CAP_LEN)) < 16 ||
	    pos > PCI_CONFIG_SIZE - 16)
		return 0;
	type = pci_read_config8(pdev, (u16)(pos + CAP_TYPE));
	if (type < CAP_COMMON || type >= CAP_TYPES || search->place[type].bar < PCI_NR_BARS)
		return 0;
	at.bar = pci_read_config8(pdev, (u16)(pos + CAP_BAR));
	at.offset = pci_read_config32(pdev, (u16)(pos + CAP_OFFSET));
	at.length = pci_read_config32(pdev, (u16)(pos + CAP_LENGTH));
	if (at.bar >= PCI_NR_BARS || pdev->bars[at.bar].flags & PCI_BAR_IO ||
	    !pdev->bars[at.bar].base || at.offset > pdev->bars[at.bar].size ||
	    at.length > pdev->bars[at.bar].size - at.offset)
		return 0;
	search->place[type] = at;
	return 0;
}

static volatile u8 *map_block(struct virtio_pci_device *vp, const struct cap_place *at, u32 least)
{
	u8 *map;

	if (at->bar >= PCI_NR_BARS || at->length < least)
		return NULL;
	map = pci_map_bar(vp->pdev, at->bar);
	return map ? map + at->offset : NULL;
}

static int find_blocks(struct virtio_pci_device *vp)
{
	struct cap_search search = { .pdev = vp->pdev };
	const struct cap_place *notify = &search.place[CAP_NOTIFY];

	for (unsigned int i = 0; i < CAP_TYPES; i++)
		search.place[i].bar = 0xff;
	pci_for_each_capability(vp->pdev, look_at_cap, &search);
	if (search.place[CAP_COMMON].bar >= PCI_NR_BARS) {
		pr_err("%s: [%04x:%04x] has no usable virtio 1.x registers: a legacy-only device "
		       "(with QEMU, leave out disable-modern=on)\n",
		       vp->vdev.name, vp->pdev->vendor, vp->pdev->device);
		return -ENODEV;
	}
	vp->common = map_block(vp, &search.place[CAP_COMMON], COMMON_SIZE);
	vp->notify = map_block(vp, notify, 2);
	vp->isr = map_block(vp, &search.place[CAP_ISR], 1);
	vp->device = map_block(vp, &search.place[CAP_DEVICE], 1);	/* some devices need none */
	if (!vp->common || !vp->notify || !vp->isr)
		return -EINVAL;
	vp->notify_length = notify->length;
	vp->device_length = vp->device ? search.place[CAP_DEVICE].length : 0;
	vp->notify_multiplier =
		pci_read_config32(vp->pdev, (u16)(notify->pos + CAP_NOTIFY_MULTIPLIER));
	return 0;
}

static int virtio_pci_probe(struct pci_dev *pdev)
{
	struct virtio_pci_device *vp;
	unsigned int type;
	int ret;

	if (pdev->device < VIRTIO_PCI_TRANSITIONAL || pdev->device > VIRTIO_PCI_LAST)
		return -ENODEV;
	type = pdev->device < VIRTIO_PCI_MODERN ? pdev->subdevice
						: (unsigned int)pdev->device - VIRTIO_PCI_MODERN;
	if (!virtio_find_driver(type))
		return -ENODEV;
	vp = kzalloc(sizeof(*vp), GFP_KERNEL);
	if (!vp)
		return -ENOMEM;
	vp->pdev = pdev;
	vp->vdev.transport = &vp_transport;
	vp->vdev.parent = pdev;
	vp->vdev.name = pdev->name;
	vp->vdev.device_id = type;
	ret = find_blocks(vp);
	if (!ret)
		ret = pci_enable_device(pdev);
	if (!ret)
		ret = virtio_device_probe(&vp->vdev);
	if (ret) {
		kfree(vp);
		return ret;
	}
	pdev->driver_data = vp;
	return 0;
}

static const struct pci_device_id virtio_pci_ids[] = {
	{ VIRTIO_PCI_VENDOR, PCI_ANY_ID },
	{ 0, 0 },
};
PCI_DRIVER(virtio_pci, virtio_pci_ids, virtio_pci_probe);
