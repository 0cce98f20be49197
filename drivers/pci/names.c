/* SPDX-License-Identifier: MIT */
/*
 * drivers/pci/names.c - words for what lspci shows: the classes, and the devices that virtual
 * machines have. What is not in the tables is shown by its numbers.
 */
#include "drivers/pci/pci_internal.h"

static const struct {
	u16 class_code;		/* base << 8 | sub */
	const char *name;
} class_names[] = {
	{ 0x0000, "Non-VGA unclassified device" },
	{ 0x00ff, "Unclassified device" },
	{ 0x0100, "SCSI storage controller" },
	{ 0x0101, "IDE interface" },
	{ 0x0106, "SATA controller" },
	{ 0x0108, "Non-Volatile memory controller" },
	{ 0x0200, "Ethernet controller" },
	{ 0x0280, "Network controller" },
	{ 0x0300, "VGA compatible controller" },
	{ 0x0380, "Display controller" },
	{ 0x0403, "Audio device" },
	{ 0x0500, "RAM memory" },
	{ 0x0600, "Host bridge" },
	{ 0x0601, "ISA bridge" },
	{ 0x0604, "PCI bridge" },
	{ 0x0680, "Bridge" },
	{ 0x0700, "Serial controller" },
	{ 0x0780, "Communication controller" },
	{ 0x0880, "System peripheral" },
	{ 0x0c03, "USB controller" },
	{ 0x0c05, "SMBus" },
};

static const struct {
	u16 vendor;
	const char *name;
} vendor_names[] = {
	{ 0x1022, "Advanced Micro Devices, Inc." },
	{ 0x1234, "QEMU" },
	{ 0x1af4, "Red Hat, Inc." },
	{ 0x1b36, "Red Hat, Inc." },
	{ 0x8086, "Intel Corporation" },
};

static const struct {
	u16 vendor, device;
	const char *name;
} device_names[] = {
	{ 0x1234, 0x1111, "Standard VGA" },
	{ 0x1af4, 0x1000, "Virtio network device" },
	{ 0x1af4, 0x1001, "Virtio block device" },
	{ 0x1af4, 0x1002, "Virtio memory balloon" },
	{ 0x1af4, 0x1003, "Virtio console" },
	{ 0x1af4, 0x1004, "Virtio SCSI" },
	{ 0x1af4, 0x1005, "Virtio RNG" },
	{ 0x1af4, 0x1041, "Virtio 1.0 network device" },
	{ 0x1af4, 0x1042, "Virtio 1.0 block device" },
	{ 0x1af4, 0x1043, "Virtio 1.0 console" },
	{ 0x1af4, 0x1044, "Virtio 1.0 RNG" },
	{ 0x1af4, 0x1045, "Virtio 1.0 memory balloon" },
	{ 0x1af4, 0x1048, "Virtio 1.0 SCSI" },
	{ 0x1af4, 0x1050, "Virtio 1.0 GPU" },
	{ 0x1af4, 0x1052, "Virtio 1.0 input" },
	{ 0x1af4, 0x1053, "Virtio 1.0 socket" },
	{ 0x1b36, 0x0001, "QEMU PCI-PCI bridge" },
	{ 0x1b36, 0x0008, "QEMU PCIe Host bridge" },
	{ 0x1b36, 0x0009, "QEMU PCI Expander bridge" },
	{ 0x1b36, 0x000b, "QEMU PCIe Expander bridge" },
	{ 0x1b36, 0x000c, "QEMU PCIe Root port" },
	{ 0x1b36, 0x000e, "QEMU PCIe-to-PCI bridge" },
	{ 0x8086, 0x100e, "82540EM Gigabit Ethernet Controller" },
	{ 0x8086, 0x10d3, "82574L Gigabit Network Connection" },
	{ 0x8086, 0x1237, "440FX - 82441FX PMC" },
	{ 0x8086, 0x2918, "82801IB (ICH9) LPC Interface Controller" },
	{ 0x8086, 0x2922, "82801IR/IO/IH (ICH9R/DO/DH) 6 port SATA Controller" },
	{ 0x8086, 0x2930, "82801I (ICH9 Family) SMBus Controller" },
	{ 0x8086, 0x29c0, "82G33/G31/P35/P31 Express DRAM Controller" },
	{ 0x8086, 0x7000, "82371SB PIIX3 ISA" },
	{ 0x8086, 0x7010, "82371SB PIIX3 IDE" },
	{ 0x8086, 0x7113, "82371AB/EB/MB PIIX4 ACPI" },
};

const char *pci_class_name(u32 class_code)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(class_names); i++)
		if (class_names[i].class_code == class_code >> 8)
			return class_names[i].name;
	return NULL;
}

const char *pci_vendor_name(u16 vendor)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(vendor_names); i++)
		if (vendor_names[i].vendor == vendor)
			return vendor_names[i].name;
	return NULL;
}

const char *pci_device_name(u16 vendor, u16 device)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(device_names); i++)
		if (device_names[i].vendor == vendor && device_names[i].device == device)
			return device_names[i].name;
	return NULL;
}
