/* SPDX-License-Identifier: MIT */
/*
 * drivers/fw_cfg/fw_cfg.c - QEMU's configuration device.
 *
 * Overview   Finds files by name in the device's directory and reads them, by DMA (one port access
 *            for any length), or byte by byte where DMA is missing. Two users are here: the
 *            configuration script opt/org.flagstone/config, streamed through a buffer, so that its
 *            size does not matter; and the entropy seed opt/org.flagstone/seed.
 * Locking    fw_mutex: the device has one position, and there is one descriptor.
 * Limits     CHUNK bytes a transfer; the first FILES_MAX files are looked at. The wait for DMA is
 *            bounded; QEMU has finished when the port access returns.
 * Reference  QEMU docs/specs/fw_cfg.
 */
#define pr_fmt(fmt) "fw_cfg: " fmt

#include <arch/io.h>
#include <arch/page.h>

#include "drivers/fw_cfg/fw_cfg.h"
#include "kernel/base/command.h"
#include "kernel/base/initcall.h"
#include "kernel/base/mutex.h"
#include "kernel/base/printk.h"
#include "kernel/base/random.h"
#include "lib/errno.h"
#include "lib/inet.h"
#include "lib/string.h"
#include "mm/page_alloc.h"

#define PORT_SELECT 0x510
#define PORT_DATA   0x511
#define PORT_DMA_HI 0x514
#define PORT_DMA_LO 0x518

#define ITEM_SIGNATURE 0x0000
#define ITEM_FEATURES  0x0001
#define ITEM_DIRECTORY 0x0019
#define FEATURE_DMA    0x2

#define DMA_ERROR  0x1u
#define DMA_READ   0x2u
#define DMA_SKIP   0x4u
#define DMA_SELECT 0x8u
#define DMA_SPINS  10000000u

#define CHUNK_ORDER 2
#define CHUNK	    (PAGE_SIZE << CHUNK_ORDER)
#define SEED_MAX    256
#define FILES_MAX   4096u	/* QEMU has a few dozen; a mad count must not hold the boot */
#define NO_ITEM	    0xffffu

struct dma_descriptor {
	be32 control;
	be32 length;
	be64 address;
};

struct directory_entry {
	be32 size;
	be16 select;
	be16 reserved;
	char name[56];
};

static DEFINE_MUTEX(fw_mutex);
/* [fw_mutex] in the image, so it has a physical address */
static struct dma_descriptor descriptor __aligned(16);
static bool present, have_dma;				/* [I] after fw_cfg_init() */
static u16 selected;					/* [fw_mutex] */
static u32 position;					/* [fw_mutex] of the device in that item */

static void port_select(u16 item)
{
	outw(PORT_SELECT, item);
	selected = item;
	position = 0;
}

static void port_read(void *buf, u32 n)
{
	u8 *to = buf;
	u32 i;

	for (i = 0; i < n; i++) {
		u8 byte = inb(PORT_DATA);

		if (to)
			to[i] = byte;
	}
	position += n;
}

/* One transfer. @buf lies in the direct map. Return: 0, -EIO. */
static int dma_transfer(u32 control, void *buf, u32 n)
{
	phys_addr_t at = __pa(&descriptor);
	unsigned int spins;
	u32 left = 0;

	descriptor.control = cpu_to_be32(control);
	descriptor.length = cpu_to_be32(n);
	descriptor.address = cpu_to_be64(buf ? __pa(buf) : 0);
	wmb();
	outl(PORT_DMA_HI, (u32)cpu_to_be32((u32)(at >> 32)));
	outl(PORT_DMA_LO, (u32)cpu_to_be32((u32)at));
	for (spins = 0; spins < DMA_SPINS; spins++) {
		left = be32_to_cpu(READ_ONCE(descriptor.control));
		if (!(left & ~DMA_ERROR))
			break;
		cpu_relax();
	}
	dma_rmb();	/* the buffer is read after the answer */
	return left ? -EIO : 0;
}

/* Read @n bytes of @item from @offset on. Mutex held. */
static int item_read(u16 item, u32 offset, void *buf, u32 n)
{
	int err = 0;

	assert_mutex_held(&fw_mutex);
	if (item != selected || offset < position)
		port_select(item);
	if (!have_dma) {
		if (offset > position)
			port_read(NULL, offset - position);
		port_read(buf, n);
		return 0;
	}
	if (offset > position)
		err = dma_transfer(DMA_SKIP, NULL, offset - position);
	if (!err)
		err = dma_transfer(DMA_READ, buf, n);
	position = offset + n;
	if (err)
		selected = NO_ITEM;	/* where the device stands now is unknown */
	return err;
}

static void probe(void)
{
	char signature[4];
	u32 features;

	port_select(ITEM_SIGNATURE);
	port_read(signature, sizeof(signature));
	present = memcmp(signature, "QEMU", 4) == 0;
	if (!present)
		return;
	port_select(ITEM_FEATURES);
	port_read(&features, sizeof(features));
	have_dma = features & FEATURE_DMA;
}

int fw_cfg_find(const char *name, struct fw_cfg_file *file)
{
	static struct directory_entry entry; /* [fw_mutex] in the image: DMA */
	static be32 count;		     /* [fw_mutex] */
	int err;
	u32 i, n;

	if (!present)
		return -ENODEV;
	mutex_lock(&fw_mutex);
	err = item_read(ITEM_DIRECTORY, 0, &count, sizeof(count));
	n = err ? 0 : min(be32_to_cpu(count), FILES_MAX);
	if (!err)
		err = -ENOENT;
	for (i = 0; i < n; i++) {
		if (item_read(ITEM_DIRECTORY, sizeof(count) + i * sizeof(entry), &entry,
			      sizeof(entry))) {
			err = -EIO;
			break;
		}
		if (strncmp(entry.name, name, sizeof(entry.name)) == 0) {
			file->select = be16_to_cpu(entry.select);
			file->size = be32_to_cpu(entry.size);
			file->offset = 0;
			err = 0;
			break;
		}
	}
	mutex_unlock(&fw_mutex);
	return err;
}

ssize_t fw_cfg_read(struct fw_cfg_file *file, void *buf, size_t n)
{
	int err;

	n = min(n, (size_t)(file->size - file->offset));
	if (!n)
		return 0;
	mutex_lock(&fw_mutex);
	err = item_read(file->select, file->offset, buf, n);
	mutex_unlock(&fw_mutex);
	if (err)
		return err;
	file->offset += n;
	return n;
}

static int config_from_fw_cfg(struct script *script)
{
	struct fw_cfg_file file;
	unsigned int order = CHUNK_ORDER;
	char *chunk;
	ssize_t n;
	int err;

	err = fw_cfg_find("opt/org.flagstone/config", &file);
	if (err)
		return err;
	chunk = (char *)__get_free_pages(GFP_KERNEL, order);
	if (!chunk) {
		order = 0;
		chunk = (char *)__get_free_pages(GFP_KERNEL, order);
	}
	if (!chunk)
		return -ENOMEM;
	while ((n = fw_cfg_read(&file, chunk, PAGE_SIZE << order)) > 0)
		script_feed(script, chunk, n);
	free_pages((unsigned long)chunk, order);
	return n;
}
CONFIG_SOURCE(fw_cfg, config_from_fw_cfg);

static void take_seed(void)
{
	static u8 seed[SEED_MAX]; /* in the image: DMA */
	struct fw_cfg_file file;
	ssize_t n;

	if (fw_cfg_find("opt/org.flagstone/seed", &file))
		return;
	n = fw_cfg_read(&file, seed, sizeof(seed));
	if (n > 0)
		add_entropy(seed, n, n * 8);
	memset(seed, 0, sizeof(seed));
}

static int fw_cfg_init(void)
{
	probe();
	if (present)
		take_seed();
	return 0;
}
INITCALL(core, fw_cfg_init);
