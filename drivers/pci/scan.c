/* SPDX-License-Identifier: MIT */
/*
 * drivers/pci/scan.c - find every PCI function, through bridges.
 *
 * Overview    Walks bus 0 and, through each PCI-to-PCI bridge, the buses behind. The result is one
 *             list in order of address (bus, device, function), which is the order of probing and
 *             so of eth0, eth1...
 * Buses       Firmware normally numbers buses; its numbers are kept when every bridge has a sane
 *             pair: the secondary above its own bus, the subordinate not below the secondary,
 *             inside the range that the bridge above passes on, and no number used twice. If one
 *             bridge fails that (nothing ran before us, or the firmware gave up), all of them are
 *             numbered anew, depth first: mending one in the middle could need numbers that its
 *             neighbours hold. Nothing else remembers the old numbers.
 * Limits      256 buses; what an ECAM window does not reach is left out with a warning. Depth is
 *             bounded by the number of buses, as each level takes a new one: 255 frames of about
 *             100 bytes fit the stack.
 * Locking     none: one boot thread.
 * Observe     lspci
 * Reference   PCI-to-PCI Bridge Architecture 1.2, 3.2.5; PCI Local Bus 3.0, 6.2.1
 */
#define pr_fmt(fmt) "pci: " fmt
#include "drivers/pci/pci_internal.h"
#include "kernel/base/printk.h"
#include "lib/bitmap.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "mm/slab.h"

/* Bridges of one bus, while buses are numbered. */
struct bus_scan {
	struct pci_host *host;
	unsigned int next_bus;		/* numbering anew: the highest number given */
	DECLARE_BITMAP(seen, 256);	/* checking: secondary buses met */
};

static u32 raw_read(struct pci_host *host, u8 bus, u8 devfn, u16 reg, unsigned int size)
{
	return host->read(host, bus, devfn, reg, size);
}

static bool function_present(struct pci_host *host, u8 bus, u8 devfn)
{
	u16 vendor = (u16)raw_read(host, bus, devfn, PCI_VENDOR_ID, 2);

	return vendor != 0xffff && vendor != 0;
}

static bool is_bridge(struct pci_host *host, u8 bus, u8 devfn)
{
	return (raw_read(host, bus, devfn, PCI_HEADER_TYPE, 1) & PCI_HEADER_TYPE_MASK) ==
	       PCI_HEADER_BRIDGE;
}

/*
 * for_each_function() - @fn for every function on @bus; non-zero ends the walk and is returned.
 * Functions 1 to 7 exist only where function 0 says multi-function; without function 0 the slot is
 * empty.
 */
static int for_each_function(struct pci_host *host, u8 bus,
			     int (*fn)(struct pci_host *host, u8 bus, u8 devfn, void *ctx),
			     void *ctx)
{
	for (unsigned int slot = 0; slot < 32; slot++) {
		unsigned int functions = 1;

		for (unsigned int func = 0; func < functions; func++) {
			u8 devfn = PCI_DEVFN(slot, func);
			int ret;

			if (!function_present(host, bus, devfn))
				continue;
			if (func == 0 &&
			    (raw_read(host, bus, devfn, PCI_HEADER_TYPE, 1) & PCI_HEADER_MULTI))
				functions = 8;
			ret = fn(host, bus, devfn, ctx);
			if (ret)
				return ret;
		}
	}
	return 0;
}

/* ---- bus numbers ---- */

struct check_range {
	struct bus_scan *scan;
	u8 subordinate;		/* of the bridge above */
};

/* Return: 1 when @devfn is a bridge whose numbers (or those of a bridge behind it) are not sane. */
static int check_bridge(struct pci_host *host, u8 bus, u8 devfn, void *ctx)
{
	struct check_range *above = ctx;
	struct check_range behind = { .scan = above->scan };
	u8 secondary;

	if (!is_bridge(host, bus, devfn))
		return 0;
	secondary = (u8)raw_read(host, bus, devfn, PCI_SECONDARY_BUS, 1);
	behind.subordinate = (u8)raw_read(host, bus, devfn, PCI_SUBORDINATE_BUS, 1);
	if (raw_read(host, bus, devfn, PCI_PRIMARY_BUS, 1) != bus || secondary <= bus ||
	    behind.subordinate < secondary || behind.subordinate > above->subordinate ||
	    test_bit(secondary, above->scan->seen))
		return 1;
	set_bit(secondary, above->scan->seen);
	return for_each_function(host, secondary, check_bridge, &behind);
}

static void write8(struct pci_host *host, u8 bus, u8 devfn, u16 reg, u8 val)
{
	host->write(host, bus, devfn, reg, 1, val);
}

/* Numbers of a bridge that leads nowhere, so that no stale pair answers for someone else's bus. */
static int clear_bridge(struct pci_host *host, u8 bus, u8 devfn, void *ctx)
{
	if (!is_bridge(host, bus, devfn))
		return 0;
	write8(host, bus, devfn, PCI_SECONDARY_BUS, 0);
	write8(host, bus, devfn, PCI_SUBORDINATE_BUS, 0);
	return 0;
}

static int number_bridge(struct pci_host *host, u8 bus, u8 devfn, void *ctx)
{
	struct bus_scan *scan = ctx;
	u8 secondary;

	if (!is_bridge(host, bus, devfn))
		return 0;
	if (scan->next_bus >= host->last_bus) {
		pr_warn("%02x:%02x.%u: no bus number left for what is behind\n", bus,
			PCI_SLOT(devfn), PCI_FUNC(devfn));
		return 0;
	}
	secondary = (u8)++scan->next_bus;
	write8(host, bus, devfn, PCI_PRIMARY_BUS, bus);
	write8(host, bus, devfn, PCI_SECONDARY_BUS, secondary);
	/* Everything not yet given passes this way while the buses behind are numbered. */
	write8(host, bus, devfn, PCI_SUBORDINATE_BUS, host->last_bus);
	for_each_function(host, secondary, clear_bridge, scan);
	for_each_function(host, secondary, number_bridge, scan);
	write8(host, bus, devfn, PCI_SUBORDINATE_BUS, (u8)scan->next_bus);
	return 0;
}

static void settle_bus_numbers(struct pci_host *host)
{
	struct bus_scan scan = { .host = host };
	struct check_range all = { .scan = &scan, .subordinate = host->last_bus };

	if (!for_each_function(host, 0, check_bridge, &all))
		return;
	for_each_function(host, 0, clear_bridge, &scan);
	for_each_function(host, 0, number_bridge, &scan);
	pr_info("firmware left bridges without bus numbers: numbered to %u\n", scan.next_bus);
}

/* ---- devices ---- */

static void insert_sorted(struct pci_host *host, struct pci_dev *dev)
{
	struct pci_dev *other;

	/* Backwards: devices come nearly in order. */
	list_for_each_entry_reverse(other, &host->devices, node) {
		if (other->bus < dev->bus || (other->bus == dev->bus && other->devfn < dev->devfn))
			break;
	}
	list_add(&dev->node, &other->node);
}

static int scan_function(struct pci_host *host, u8 bus, u8 devfn, void *ctx)
{
	struct pci_dev *dev = kzalloc(sizeof(*dev), GFP_KERNEL);
	u32 id, class_rev;
	u16 int_line_pin;

	if (!dev)
		return -ENOMEM;
	dev->host = host;
	dev->bridge = ctx;
	dev->bus = bus;
	dev->devfn = devfn;
	scnprintf(dev->name, sizeof(dev->name), "%02x:%02x.%u", bus, PCI_SLOT(devfn),
		  PCI_FUNC(devfn));
	id = pci_read_config32(dev, PCI_VENDOR_ID);
	dev->vendor = (u16)id;
	dev->device = (u16)(id >> 16);
	class_rev = pci_read_config32(dev, PCI_REVISION_ID);
	dev->revision = (u8)class_rev;
	dev->class_code = class_rev >> 8;
	dev->header_type = pci_read_config8(dev, PCI_HEADER_TYPE) & PCI_HEADER_TYPE_MASK;
	int_line_pin = pci_read_config16(dev, PCI_INTERRUPT_LINE);
	dev->irq_line = (u8)int_line_pin;
	dev->irq_pin = (u8)(int_line_pin >> 8);
	if (dev->header_type == PCI_HEADER_NORMAL) {
		id = pci_read_config32(dev, PCI_SUBSYSTEM_VENDOR_ID);
		dev->subvendor = (u16)id;
		dev->subdevice = (u16)(id >> 16);
	}
	dev->msix_cap = pci_find_capability(dev, PCI_CAP_ID_MSIX);
	if (dev->msix_cap)
		dev->msix_count = (pci_read_config16(dev, dev->msix_cap + PCI_MSIX_FLAGS) &
				   PCI_MSIX_FLAGS_SIZE) + 1;
	pci_size_bars(dev);
	insert_sorted(host, dev);

	if (dev->header_type != PCI_HEADER_BRIDGE)
		return 0;
	dev->secondary = pci_read_config8(dev, PCI_SECONDARY_BUS);
	dev->subordinate = pci_read_config8(dev, PCI_SUBORDINATE_BUS);
	pci_read_windows(dev);
	if (dev->secondary <= bus)	/* no number was left for it */
		return 0;
	return for_each_function(host, dev->secondary, scan_function, dev);
}

int pci_scan_host(struct pci_host *host)
{
	struct pci_dev *dev;
	int ret, count = 0;

	INIT_LIST_HEAD(&host->devices);
	settle_bus_numbers(host);
	ret = for_each_function(host, 0, scan_function, NULL);
	if (ret)
		return ret;
	pci_place_host(host);
	pci_for_each_dev(dev, host)
		count++;
	return count;
}

void pci_free_devices(struct pci_host *host)
{
	struct pci_dev *dev, *next;

	list_for_each_entry_safe(dev, next, &host->devices, node) {
		list_del(&dev->node);
		kfree(dev);
	}
}
