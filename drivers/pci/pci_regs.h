/* SPDX-License-Identifier: MIT */
/*
 * drivers/pci/pci_regs.h - configuration space (PCI Local Bus 3.0 chapter 6, PCI-to-PCI Bridge 1.2,
 * PCI Express 3.0 chapter 7): only what this kernel reads or writes.
 */
#ifndef DRIVERS_PCI_PCI_REGS_H
#define DRIVERS_PCI_PCI_REGS_H

#define PCI_CONFIG_SIZE		256	/* what ports reach, and where the capability list lives */

#define PCI_VENDOR_ID		0x00
#define PCI_DEVICE_ID		0x02
#define PCI_COMMAND		0x04
#define PCI_COMMAND_IO		0x0001
#define PCI_COMMAND_MEMORY	0x0002
#define PCI_COMMAND_MASTER	0x0004
#define PCI_COMMAND_INTX_OFF	0x0400
#define PCI_STATUS		0x06
#define PCI_STATUS_CAP_LIST	0x0010
#define PCI_REVISION_ID		0x08	/* with the class code in the three bytes above it */
#define PCI_HEADER_TYPE		0x0e
#define PCI_HEADER_TYPE_MASK	0x7f
#define PCI_HEADER_NORMAL	0
#define PCI_HEADER_BRIDGE	1
#define PCI_HEADER_MULTI	0x80
#define PCI_BASE_ADDRESS_0	0x10
#define PCI_BAR_IO		0x01
#define PCI_BAR_MEM_TYPE	0x06
#define PCI_BAR_MEM_64		0x04
#define PCI_BAR_MEM_PREFETCH	0x08
#define PCI_BAR_IO_MASK		(~0x03u)
#define PCI_BAR_MEM_MASK	(~0x0fu)
#define PCI_SUBSYSTEM_VENDOR_ID	0x2c
#define PCI_SUBSYSTEM_ID	0x2e
#define PCI_CAPABILITY_LIST	0x34
#define PCI_INTERRUPT_LINE	0x3c
#define PCI_INTERRUPT_PIN	0x3d

/* Header type 1 */
#define PCI_PRIMARY_BUS		0x18
#define PCI_SECONDARY_BUS	0x19
#define PCI_SUBORDINATE_BUS	0x1a
#define PCI_MEMORY_BASE		0x20	/* bits 15:4 are address bits 31:20 */
#define PCI_MEMORY_LIMIT	0x22
#define PCI_PREF_BASE		0x24
#define PCI_PREF_LIMIT		0x26
#define PCI_PREF_64		0x01
#define PCI_PREF_BASE_UPPER	0x28
#define PCI_PREF_LIMIT_UPPER	0x2c
#define PCI_BRIDGE_CONTROL	0x3e

/* Capabilities */
#define PCI_CAP_FIRST		0x40	/* below it lies the header */
#define PCI_CAP_ID_PM		0x01
#define PCI_CAP_ID_MSI		0x05
#define PCI_CAP_ID_VENDOR	0x09
#define PCI_CAP_ID_SSVID	0x0d
#define PCI_CAP_ID_EXP		0x10
#define PCI_CAP_ID_MSIX		0x11
#define PCI_CAP_ID_AF		0x13

#define PCI_MSIX_FLAGS		2
#define PCI_MSIX_FLAGS_SIZE	0x07ff
#define PCI_MSIX_FLAGS_MASKALL	0x4000
#define PCI_MSIX_FLAGS_ENABLE	0x8000
#define PCI_MSIX_TABLE		4	/* offset, BAR number in the three low bits */
#define PCI_MSIX_ENTRY_SIZE	16
#define PCI_MSIX_ENTRY_ADDR_LO	0
#define PCI_MSIX_ENTRY_ADDR_HI	4
#define PCI_MSIX_ENTRY_DATA	8
#define PCI_MSIX_ENTRY_CTRL	12
#define PCI_MSIX_ENTRY_MASKED	1u

/* Class codes: base class and subclass */
#define PCI_CLASS_BRIDGE_HOST	0x0600
#define PCI_CLASS_BRIDGE_PCI	0x0604

#endif
