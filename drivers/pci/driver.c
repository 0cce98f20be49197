/* SPDX-License-Identifier: MIT */
/*
 * drivers/pci/driver.c - from boot's point of view: find the devices, then give each to its driver.
 *
 * Overview    A subsys initcall enumerates; a driver initcall walks the devices in order of address
 *             and calls the first PCI_DRIVER whose table matches and whose probe does not decline.
 *             A failure is one log line; the next device is tried, and boot goes on.
 * Locking     none: one boot thread. Afterwards the list is constant.
 * Observe     lspci -v names the driver of each device
 */
#define pr_fmt(fmt) "pci: " fmt
#include "drivers/pci/pci_internal.h"
#include "kernel/base/initcall.h"
#include "kernel/base/printk.h"
#include "lib/errno.h"
#include "mm/vmalloc.h"

static struct pci_host machine_host;
static bool machine_has_pci;

struct pci_host *pci_host0(void)
{
	return machine_has_pci ? &machine_host : NULL;
}

int pci_enable_device(struct pci_dev *dev)
{
	u16 command = pci_read_config16(dev, PCI_COMMAND);
	u16 want = command | PCI_COMMAND_MASTER;
	bool memory = false, io = true;

	for (unsigned int i = 0; i < PCI_NR_BARS; i++) {
		const struct pci_bar *bar = &dev->bars[i];

		if (!bar->size)
			continue;
		if (!(bar->flags & PCI_BAR_IO))
			memory |= bar->base != 0;
		else if (!bar->base)
			io = false;	/* decoding at port 0 would answer for the DMA controller */
	}
	if (!memory)
		return -ENXIO;
	want |= PCI_COMMAND_MEMORY;
	if (!io)
		want &= (u16)~PCI_COMMAND_IO;
	if (want != command)
		pci_write_config16(dev, PCI_COMMAND, want);
	return 0;
}

void pci_disable_device(struct pci_dev *dev)
{
	u16 command = pci_read_config16(dev, PCI_COMMAND);

	pci_write_config16(dev, PCI_COMMAND,
			   (command & (u16)~PCI_COMMAND_MASTER) | PCI_COMMAND_INTX_OFF);
}

void *pci_map_bar(struct pci_dev *dev, unsigned int i)
{
	struct pci_bar *bar;

	if (i >= PCI_NR_BARS)
		return NULL;
	bar = &dev->bars[i];
	if (!bar->size || !bar->base || bar->flags & PCI_BAR_IO)
		return NULL;
	if (!bar->map)
		bar->map = ioremap(bar->base, bar->size);
	return bar->map;
}

static bool id_matches(const struct pci_device_id *id, const struct pci_dev *dev)
{
	return (id->vendor == PCI_ANY_ID || id->vendor == dev->vendor) &&
	       (id->device == PCI_ANY_ID || id->device == dev->device);
}

static void probe_device(struct pci_dev *dev)
{
	table_for_each(drv, pci_drivers) {
		for (const struct pci_device_id *id = drv->ids; id->vendor; id++) {
			int ret;

			if (!id_matches(id, dev))
				continue;
			dev->driver = drv;
			ret = drv->probe(dev);
			if (!ret)
				return;
			dev->driver = NULL;
			if (ret != -ENODEV)
				pr_err("%s: %s failed: %s\n", dev->name, drv->name,
				       errno_text(ret));
			break;
		}
	}
}

static int pci_init(void)
{
	int count;

	if (!pci_config_init(&machine_host)) {
		pr_info("no PCI\n");
		return 0;
	}
	count = pci_scan_host(&machine_host);
	if (count < 0)
		return count;
	machine_has_pci = true;
	pr_info("%d functions, by %s\n", count, machine_host.name);
	return 0;
}
INITCALL(subsys, pci_init);

static int pci_probe(void)
{
	struct pci_dev *dev;

	if (!machine_has_pci)
		return 0;
	pci_for_each_dev(dev, &machine_host)
		probe_device(dev);
	return 0;
}
INITCALL(driver, pci_probe);
