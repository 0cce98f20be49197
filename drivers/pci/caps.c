/* SPDX-License-Identifier: MIT */
/*
 * drivers/pci/caps.c - configuration accessors, and the walk along the capability list.
 *
 * Overview    Every function can carry a list of capabilities in its first 256 bytes, each linked
 *             to the next by one byte. Drivers look theirs up by number.
 * Limits      The list is the device's word: a pointer into the header ends the walk, and so does
 *             the 49th capability, since only 48 of 4 bytes fit behind the header: a loop cannot
 *             hold us.
 * Locking     none: config accesses are atomic in themselves (config.c).
 * Reference   PCI Local Bus 3.0, 6.7
 */
#include "drivers/pci/pci.h"

#define CAP_LIMIT ((PCI_CONFIG_SIZE - PCI_CAP_FIRST) / 4)

u8 pci_read_config8(const struct pci_dev *dev, u16 reg)
{
	return (u8)dev->host->read(dev->host, dev->bus, dev->devfn, reg, 1);
}

u16 pci_read_config16(const struct pci_dev *dev, u16 reg)
{
	return (u16)dev->host->read(dev->host, dev->bus, dev->devfn, reg, 2);
}

u32 pci_read_config32(const struct pci_dev *dev, u16 reg)
{
	return dev->host->read(dev->host, dev->bus, dev->devfn, reg, 4);
}

void pci_write_config8(const struct pci_dev *dev, u16 reg, u8 val)
{
	dev->host->write(dev->host, dev->bus, dev->devfn, reg, 1, val);
}

void pci_write_config16(const struct pci_dev *dev, u16 reg, u16 val)
{
	dev->host->write(dev->host, dev->bus, dev->devfn, reg, 2, val);
}

void pci_write_config32(const struct pci_dev *dev, u16 reg, u32 val)
{
	dev->host->write(dev->host, dev->bus, dev->devfn, reg, 4, val);
}

int pci_for_each_capability(const struct pci_dev *dev, int (*fn)(u8 pos, u8 id, void *ctx),
			    void *ctx)
{
	u8 pos;

	if (!(pci_read_config16(dev, PCI_STATUS) & PCI_STATUS_CAP_LIST))
		return 0;
	/* The two low bits are reserved and must be masked. */
	pos = pci_read_config8(dev, PCI_CAPABILITY_LIST) & 0xfc;
	for (int i = 0; i < CAP_LIMIT && pos >= PCI_CAP_FIRST; i++) {
		u16 head = pci_read_config16(dev, pos);
		int ret;

		if (head == 0xffff)	/* the device is gone */
			return 0;
		ret = fn(pos, (u8)head, ctx);
		if (ret)
			return ret;
		pos = (u8)(head >> 8) & 0xfc;
	}
	return 0;
}

struct cap_search {
	u8 id;
	u8 after;	/* 0: the first */
	bool passed;	/* met @after */
};

static int cap_match(u8 pos, u8 id, void *ctx)
{
	struct cap_search *search = ctx;

	if (!search->passed) {
		search->passed = pos == search->after;
		return 0;
	}
	return id == search->id ? pos : 0;
}

u8 pci_find_next_capability(const struct pci_dev *dev, u8 pos, u8 id)
{
	struct cap_search search = { .id = id, .after = pos };

	return (u8)pci_for_each_capability(dev, cap_match, &search);
}

u8 pci_find_capability(const struct pci_dev *dev, u8 id)
{
	struct cap_search search = { .id = id, .passed = true };

	return (u8)pci_for_each_capability(dev, cap_match, &search);
}
