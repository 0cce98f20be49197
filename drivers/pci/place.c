/* SPDX-License-Identifier: MIT */
/*
 * drivers/pci/place.c - BARs and bridge windows: read them, and give addresses to those that have
 * none.
 *
 * Overview    A BAR's size is learnt by writing all ones and reading which bits stay zero. Firmware
 *             normally has placed all BARs; an address that it wrote is trusted. What it left at
 *             zero is placed here: inside the window of the bridge above, or on the root bus in the
 *             hole below 4 GB (host->mem).
 * Structure   On each bus the things that need an address are the memory BARs of its functions and
 *             the windows of its bridges. A bridge without a window first learns how much lies
 *             behind it: the sum of what is behind, aligned to the largest of it, in steps of 1 MB.
 *             Everything is placed largest alignment first, at the lowest free address: sizes are
 *             multiples of alignments, so nothing is lost between them.
 * Limits      I/O BARs are not placed: no driver here uses one (virtio is driven through memory). A
 *             window of the firmware's that is too small is not moved; what does not fit stays
 *             unplaced, with one warning, and its driver's pci_enable_device() fails.
 * Locking     none: one boot thread.
 * Reference   PCI Local Bus 3.0, 6.2.5; PCI-to-PCI Bridge 1.2, 3.2.5
 */
#define pr_fmt(fmt) "pci: " fmt
#include "drivers/pci/pci_internal.h"
#include "kernel/base/printk.h"

#define WINDOW_STEP	0x100000ull	/* bridges pass memory on in steps of 1 MB */

static u64 range_size(const struct pci_range *r)
{
	return r->end > r->start ? r->end - r->start : 0;
}

/* ---- reading ---- */

static u32 bar_probe(const struct pci_dev *dev, u16 reg, u32 *value)
{
	u32 mask;

	*value = pci_read_config32(dev, reg);
	pci_write_config32(dev, reg, 0xffffffff);
	mask = pci_read_config32(dev, reg);
	pci_write_config32(dev, reg, *value);
	return mask;
}

/* size_bar() - fill dev->bars[@i]. Return: how many registers it took. */
static unsigned int size_bar(struct pci_dev *dev, unsigned int i, unsigned int count)
{
	struct pci_bar *bar = &dev->bars[i];
	u16 reg = (u16)(PCI_BASE_ADDRESS_0 + 4 * i);
	u32 value, mask = bar_probe(dev, reg, &value);
	u64 mask64;

	if (!mask || mask == 0xffffffff)
		return 1;
	if (mask & PCI_BAR_IO) {
		/* Many devices decode 16 bits only and leave the upper ones zero. */
		mask = (mask & PCI_BAR_IO_MASK) | 0xffff0000;
		bar->flags = PCI_BAR_IO;
		bar->base = value & PCI_BAR_IO_MASK;
		bar->size = (u64)(~mask & 0xffff) + 1;
		return 1;
	}
	bar->flags = (u8)(mask & (PCI_BAR_MEM_TYPE | PCI_BAR_MEM_PREFETCH));
	bar->base = value & PCI_BAR_MEM_MASK;
	mask64 = (mask & PCI_BAR_MEM_MASK) | 0xffffffff00000000ull;
	if ((bar->flags & PCI_BAR_MEM_TYPE) == PCI_BAR_MEM_64 && i + 1 < count) {
		u32 high, high_mask = bar_probe(dev, (u16)(reg + 4), &high);

		bar->base |= (u64)high << 32;
		mask64 = (u64)high_mask << 32 | (mask & PCI_BAR_MEM_MASK);
		bar->size = ~mask64 + 1;
		return 2;
	}
	bar->size = ~mask64 + 1;
	return 1;
}

void pci_size_bars(struct pci_dev *dev)
{
	unsigned int count = dev->header_type == PCI_HEADER_NORMAL ? PCI_NR_BARS :
			     dev->header_type == PCI_HEADER_BRIDGE ? 2 : 0;
	u16 command;

	if (!count)
		return;
	/* While it is probed, a BAR holds a wrong address: the device must not answer there. */
	command = pci_read_config16(dev, PCI_COMMAND);
	if (command & (PCI_COMMAND_IO | PCI_COMMAND_MEMORY))
		pci_write_config16(dev, PCI_COMMAND,
				   command & (u16)~(PCI_COMMAND_IO | PCI_COMMAND_MEMORY));
	for (unsigned int i = 0; i < count;)
		i += size_bar(dev, i, count);
	if (command & (PCI_COMMAND_IO | PCI_COMMAND_MEMORY))
		pci_write_config16(dev, PCI_COMMAND, command);
}

void pci_read_windows(struct pci_dev *dev)
{
	u32 mem = pci_read_config32(dev, PCI_MEMORY_BASE);
	u32 pref = pci_read_config32(dev, PCI_PREF_BASE);

	/* Base and limit in one register: bits 15:4 and 31:20 are address bits 31:20. */
	dev->window.start = (u64)(mem & 0xfff0) << 16;
	dev->window.end = ((u64)(mem & 0xfff00000) | (WINDOW_STEP - 1)) + 1;
	dev->pref_window.start = (u64)(pref & 0xfff0) << 16;
	dev->pref_window.end = ((u64)(pref & 0xfff00000) | (WINDOW_STEP - 1)) + 1;
	if ((pref & 0xf) == PCI_PREF_64) {
		dev->pref_window.start |= (u64)pci_read_config32(dev, PCI_PREF_BASE_UPPER) << 32;
		dev->pref_window.end += (u64)pci_read_config32(dev, PCI_PREF_LIMIT_UPPER) << 32;
	}
	/*
	 * Base 0 and limit 0 is how a bridge comes out of reset: no firmware places memory there.
	 */
	if (!dev->window.start)
		dev->window.end = 0;
	if (!dev->pref_window.start)
		dev->pref_window.end = 0;
}

/* ---- placing ---- */

static bool bar_wants_place(const struct pci_bar *bar)
{
	return bar->size && !bar->base && !(bar->flags & PCI_BAR_IO);
}

/* What lies behind @bridge and has no place: bytes and largest alignment. */
static void behind_needs(const struct pci_dev *bridge, u64 *size, u64 *align)
{
	const struct pci_dev *dev;

	*size = 0;
	*align = WINDOW_STEP;
	pci_for_each_dev(dev, bridge->host) {
		u64 sub_size, sub_align;

		if (dev->bridge != bridge)
			continue;
		for (unsigned int i = 0; i < PCI_NR_BARS; i++) {
			if (!bar_wants_place(&dev->bars[i]))
				continue;
			*size += dev->bars[i].size;
			*align = max(*align, dev->bars[i].size);
		}
		if (dev->header_type != PCI_HEADER_BRIDGE || range_size(&dev->window))
			continue;
		behind_needs(dev, &sub_size, &sub_align);
		*size = ALIGN(*size, WINDOW_STEP) + sub_size;
		*align = max(*align, sub_align);
	}
	/* To a multiple of its alignment, so that windows pack like BARs. */
	*size = ALIGN(*size, *align);
}

/* If [@at, @at + @size) meets @start..@end: move @at behind it. Return: true when it moved. */
static bool step_over(u64 *at, u64 size, u64 align, u64 start, u64 end)
{
	if (start >= end || *at >= end || *at + size <= start)
		return false;
	*at = ALIGN(end, align);
	return true;
}

/*
 * Does something on the bus behind @bridge (NULL: the root bus) stand in the way of [@at, + @size)?
 */
static bool collides(struct pci_host *host, const struct pci_dev *bridge, u64 *at, u64 size,
		     u64 align)
{
	const struct pci_dev *dev;

	for (unsigned int i = 0; !bridge && i < host->nr_reserved; i++)
		if (step_over(at, size, align, host->reserved[i].start, host->reserved[i].end))
			return true;
	pci_for_each_dev(dev, host) {
		if (dev->bridge != bridge)
			continue;
		for (unsigned int i = 0; i < PCI_NR_BARS; i++) {
			const struct pci_bar *bar = &dev->bars[i];

			if (bar->base && !(bar->flags & PCI_BAR_IO) &&
			    step_over(at, size, align, bar->base, bar->base + bar->size))
				return true;
		}
		if (step_over(at, size, align, dev->window.start, dev->window.end) ||
		    step_over(at, size, align, dev->pref_window.start, dev->pref_window.end))
			return true;
	}
	return false;
}

/* find_place() - the lowest free aligned address in @within. Return: 0 when there is none. */
static u64 find_place(struct pci_host *host, const struct pci_dev *bridge,
		      const struct pci_range *within, u64 size, u64 align)
{
	u64 at = ALIGN(within->start, align);

	if (!size || !range_size(within))
		return 0;
	/* Each collision moves @at up; past the end it stops. */
	while (at >= within->start && at < within->end && size <= within->end - at)
		if (!collides(host, bridge, &at, size, align))
			return at;
	return 0;
}

static void place_bar(struct pci_dev *dev, unsigned int i, const struct pci_range *within,
		      const struct pci_range *pref)
{
	struct pci_bar *bar = &dev->bars[i];
	u16 reg = (u16)(PCI_BASE_ADDRESS_0 + 4 * i);
	u64 at = find_place(dev->host, dev->bridge, within, bar->size, bar->size);

	/* The prefetchable window may lie above 4 GB, for 64-bit prefetchable BARs only. */
	if (!at && pref && bar->flags == (PCI_BAR_MEM_64 | PCI_BAR_MEM_PREFETCH))
		at = find_place(dev->host, dev->bridge, pref, bar->size, bar->size);
	if (!at) {
		pr_warn("%s: no room for BAR %u (%llu bytes)\n", dev->name, i,
			(unsigned long long)bar->size);
		return;
	}
	bar->base = at;
	pci_write_config32(dev, reg, (u32)at);
	if ((bar->flags & PCI_BAR_MEM_TYPE) == PCI_BAR_MEM_64)
		pci_write_config32(dev, (u16)(reg + 4), (u32)(at >> 32));
}

static void place_window(struct pci_dev *bridge, const struct pci_range *within, u64 size,
			 u64 align)
{
	u64 at = find_place(bridge->host, bridge->bridge, within, size, align);

	if (!at) {
		pr_warn("%s: no room for the %llu bytes behind it\n", bridge->name,
			(unsigned long long)size);
		return;
	}
	bridge->window.start = at;
	bridge->window.end = at + size;
	pci_write_config32(bridge, PCI_MEMORY_BASE,
			   (u32)(((at + size - 1) & 0xfff00000) | ((at >> 16) & 0xfff0)));
	pci_write_config16(bridge, PCI_COMMAND, pci_read_config16(bridge, PCI_COMMAND) |
			   PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
}

/* The unplaced thing on one bus with the largest alignment. */
struct largest {
	struct pci_dev *dev;
	int bar;		/* -1: the bridge's window */
	u64 size, align;
};

static struct largest find_largest(struct pci_host *host, const struct pci_dev *bridge, u64 below)
{
	struct largest best = { .align = 0 };
	struct pci_dev *dev;

	pci_for_each_dev(dev, host) {
		u64 size, align;

		if (dev->bridge != bridge)
			continue;
		for (int i = 0; i < PCI_NR_BARS; i++) {
			const struct pci_bar *bar = &dev->bars[i];

			if (bar_wants_place(bar) && bar->size > best.align && bar->size < below)
				best = (struct largest){ dev, i, bar->size, bar->size };
		}
		if (dev->header_type != PCI_HEADER_BRIDGE || range_size(&dev->window))
			continue;
		behind_needs(dev, &size, &align);
		if (size && align > best.align && align < below)
			best = (struct largest){ dev, -1, size, align };
	}
	return best;
}

static void place_bus(struct pci_host *host, struct pci_dev *bridge, const struct pci_range *within,
		      const struct pci_range *pref)
{
	struct pci_dev *dev;
	u64 align = ~0ull;

	/* Alignments downwards; @align only falls, so what found no room is not tried for ever. */
	while (align) {
		struct largest best = find_largest(host, bridge, align);
		u64 tried = best.align;

		if (!tried)
			break;
		pci_for_each_dev(dev, host) {
			u64 size, dev_align;

			if (dev->bridge != bridge)
				continue;
			for (unsigned int i = 0; i < PCI_NR_BARS; i++)
				if (bar_wants_place(&dev->bars[i]) && dev->bars[i].size == tried)
					place_bar(dev, i, within, pref);
			if (dev->header_type != PCI_HEADER_BRIDGE || range_size(&dev->window))
				continue;
			behind_needs(dev, &size, &dev_align);
			if (size && dev_align == tried)
				place_window(dev, within, size, dev_align);
		}
		align = tried;
	}
	pci_for_each_dev(dev, host) {
		if (dev->bridge == bridge && dev->header_type == PCI_HEADER_BRIDGE)
			place_bus(host, dev, &dev->window, &dev->pref_window);
	}
}

/* pci_place_host() - place all that has no place. Return: number of BARs that still have none. */
unsigned int pci_place_host(struct pci_host *host)
{
	struct pci_dev *dev;
	unsigned int left = 0;

	place_bus(host, NULL, &host->mem, NULL);
	pci_for_each_dev(dev, host)
		for (unsigned int i = 0; i < PCI_NR_BARS; i++)
			left += bar_wants_place(&dev->bars[i]);
	return left;
}
