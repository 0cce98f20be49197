/* SPDX-License-Identifier: MIT */
/*
 * drivers/pci/cmd_lspci.c - lspci: the PCI functions of the machine, in pciutils' words.
 *
 * 	lspci		00:03.0 Ethernet controller: Red Hat, Inc. Virtio network device [1af4:1000]
 * 	lspci -n	00:03.0 0200: 1af4:1000
 * 	lspci -v	also BARs, windows of bridges, capabilities, and the driver
 * 	lspci -s 00:03	only what begins so
 */
#include "drivers/pci/pci_internal.h"
#include "kernel/base/command.h"
#include "lib/string.h"

struct lspci_options {
	bool numeric, verbose;
	const char *slot;
};

static void show_line(struct out *out, const struct pci_dev *dev, bool numeric)
{
	const char *class_name = numeric ? NULL : pci_class_name(dev->class_code);
	const char *vendor = pci_vendor_name(dev->vendor);
	const char *device = pci_device_name(dev->vendor, dev->device);

	out_printf(out, "%s ", dev->name);
	if (numeric) {
		out_printf(out, "%04x: %04x:%04x", dev->class_code >> 8, dev->vendor, dev->device);
	} else {
		if (class_name)
			out_printf(out, "%s: ", class_name);
		else
			out_printf(out, "Class [%04x]: ", dev->class_code >> 8);
		if (vendor)
			out_printf(out, "%s ", vendor);
		out_printf(out, "%s [%04x:%04x]", device ? device : "Device", dev->vendor,
			   dev->device);
	}
	if (dev->revision)
		out_printf(out, " (rev %02x)", dev->revision);
	out_puts(out, "\n");
}

static void show_size(struct out *out, u64 size)
{
	static const char units[] = " KMGT";
	unsigned int unit = 0;

	while (size >= 1024 && !(size & 1023) && unit < sizeof(units) - 2) {
		size >>= 10;
		unit++;
	}
	out_printf(out, "[size=%llu", (unsigned long long)size);
	if (unit)
		out_printf(out, "%c", units[unit]);
	out_puts(out, "]\n");
}

static void show_bars(struct out *out, const struct pci_dev *dev)
{
	u16 command = pci_read_config16(dev, PCI_COMMAND);

	for (unsigned int i = 0; i < PCI_NR_BARS; i++) {
		const struct pci_bar *bar = &dev->bars[i];
		bool io = bar->flags & PCI_BAR_IO;

		if (!bar->size)
			continue;
		if (!bar->base)
			out_printf(out, "\t%s at <unassigned>", io ? "I/O ports" : "Memory");
		else if (io)
			out_printf(out, "\tI/O ports at %04llx", (unsigned long long)bar->base);
		else
			out_printf(out, "\tMemory at %08llx (%s, %sprefetchable)",
				   (unsigned long long)bar->base,
				   (bar->flags & PCI_BAR_MEM_TYPE) == PCI_BAR_MEM_64 ? "64-bit"
										     : "32-bit",
				   bar->flags & PCI_BAR_MEM_PREFETCH ? "" : "non-");
		if (!(command & (io ? PCI_COMMAND_IO : PCI_COMMAND_MEMORY)))
			out_puts(out, " [disabled]");
		out_puts(out, " ");
		show_size(out, bar->size);
	}
}

static void show_window(struct out *out, const char *what, const struct pci_range *w)
{
	if (w->start >= w->end)
		out_printf(out, "\t%s: [disabled]\n", what);
	else
		out_printf(out, "\t%s: %08llx-%08llx\n", what, (unsigned long long)w->start,
			   (unsigned long long)w->end - 1);
}

struct cap_show {
	struct out *out;
	const struct pci_dev *dev;
};

static int show_capability(u8 pos, u8 id, void *ctx)
{
	static const char *const virtio_parts[] = {
		NULL, "CommonCfg", "Notify", "ISR", "DeviceCfg", "PciCfg",
	};
	const struct cap_show *show = ctx;
	const struct pci_dev *dev = show->dev;
	u16 flags;
	u8 type;

	out_printf(show->out, "\tCapabilities: [%02x] ", pos);
	switch (id) {
	case PCI_CAP_ID_PM:
		out_puts(show->out, "Power Management\n");
		break;
	case PCI_CAP_ID_MSI:
		out_puts(show->out, "MSI\n");
		break;
	case PCI_CAP_ID_SSVID:
		out_puts(show->out, "Subsystem\n");
		break;
	case PCI_CAP_ID_EXP:
		out_puts(show->out, "Express\n");
		break;
	case PCI_CAP_ID_MSIX:
		flags = pci_read_config16(dev, (u16)(pos + PCI_MSIX_FLAGS));
		out_printf(show->out, "MSI-X: Enable%c Count=%u\n",
			   flags & PCI_MSIX_FLAGS_ENABLE ? '+' : '-', dev->msix_count);
		break;
	case PCI_CAP_ID_VENDOR:
		type = pci_read_config8(dev, pos + 3);
		if (dev->vendor == 0x1af4 && type > 0 && type < ARRAY_SIZE(virtio_parts))
			out_printf(show->out, "Vendor Specific Information: VirtIO: %s\n",
				   virtio_parts[type]);
		else
			out_puts(show->out, "Vendor Specific Information\n");
		break;
	default:
		out_printf(show->out, "id %#04x\n", id);
	}
	return 0;
}

static void show_verbose(struct out *out, const struct pci_dev *dev)
{
	struct cap_show show = { out, dev };

	if (dev->subvendor || dev->subdevice)
		out_printf(out, "\tSubsystem: %04x:%04x\n", dev->subvendor, dev->subdevice);
	if (dev->irq_pin)
		out_printf(out, "\tInterrupt: pin %c, line %u\n", '@' + (dev->irq_pin & 7),
			   dev->irq_line);
	if (dev->header_type == PCI_HEADER_BRIDGE) {
		out_printf(out, "\tBus: primary=%02x, secondary=%02x, subordinate=%02x\n", dev->bus,
			   dev->secondary, dev->subordinate);
		show_window(out, "Memory behind bridge", &dev->window);
		show_window(out, "Prefetchable memory behind bridge", &dev->pref_window);
	}
	show_bars(out, dev);
	pci_for_each_capability(dev, show_capability, &show);
	if (dev->driver)
		out_printf(out, "\tKernel driver in use: %s\n", dev->driver->name);
	out_puts(out, "\n");
}

static bool parse_options(int argc, char **argv, struct lspci_options *opt)
{
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "-n"))
			opt->numeric = true;
		else if (!strcmp(argv[i], "-v"))
			opt->verbose = true;
		else if (!strcmp(argv[i], "-s") && i + 1 < argc)
			opt->slot = argv[++i];
		else
			return false;
	}
	return true;
}

static int cmd_lspci(struct command_ctx *ctx, int argc, char **argv)
{
	struct lspci_options opt = { .slot = "" };
	struct pci_host *host = pci_host0();
	struct pci_dev *dev;

	if (!parse_options(argc, argv, &opt))
		return command_usage(ctx);
	if (!host)
		return command_fail(ctx, "this machine has no PCI");
	pci_for_each_dev(dev, host) {
		if (strncmp(dev->name, opt.slot, strlen(opt.slot)))
			continue;
		if (command_interrupted(ctx))
			return command_cancel(ctx);
		show_line(ctx->out, dev, opt.numeric);
		if (opt.verbose)
			show_verbose(ctx->out, dev);
	}
	return 0;
}
SHELL_COMMAND(lspci, "lspci [-n] [-v] [-s BUS:SLOT.FUNC]", cmd_lspci);
