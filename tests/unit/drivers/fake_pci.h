/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/drivers/fake_pci.h - a tree of PCI functions made of memory, for tests of enumeration.
 *
 * Functions are reached as in a machine: through the bridges' bus numbers of the moment.
 */
#ifndef TESTS_UNIT_DRIVERS_FAKE_PCI_H
#define TESTS_UNIT_DRIVERS_FAKE_PCI_H

#include "drivers/pci/pci.h"

#define FAKE_PCI_MAX	48
#define FAKE_ROOT	(-1)

struct fake_function {
	int bridge;			/* index of the bridge that it is behind; FAKE_ROOT */
	u8 devfn;
	u8 config[PCI_CONFIG_SIZE];
	u32 bar_size[PCI_NR_BARS];	/* 0: none, or an upper half */
	bool bar64[PCI_NR_BARS];
};

struct fake_pci {
	struct pci_host host;
	unsigned int count;
	unsigned int reads;
	bool decoded_while_probed;	/* a BAR held all ones while its device decoded memory */
	struct fake_function fn[FAKE_PCI_MAX];
};

void fake_pci_init(struct fake_pci *fake);
/* Return: its index. */
int fake_pci_add(struct fake_pci *fake, int bridge, u8 devfn, u16 vendor, u16 device);
int fake_pci_add_bridge(struct fake_pci *fake, int bridge, u8 devfn, u8 primary, u8 secondary,
			u8 subordinate);
/* A memory BAR of @size bytes (a power of two), 32 or 64 bits wide, at @base (0: not placed). */
void fake_pci_bar(struct fake_pci *fake, int fn, unsigned int bar, u32 size, bool wide, u64 base);
void fake_pci_set8(struct fake_pci *fake, int fn, u16 reg, u8 val);
void fake_pci_set16(struct fake_pci *fake, int fn, u16 reg, u16 val);
void fake_pci_set32(struct fake_pci *fake, int fn, u16 reg, u32 val);
u32 fake_pci_get32(struct fake_pci *fake, int fn, u16 reg);
/* The scanned device at bus:devfn; NULL when there is none. */
struct pci_dev *fake_pci_find(struct fake_pci *fake, u8 bus, u8 devfn);

#endif
