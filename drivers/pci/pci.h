/* SPDX-License-Identifier: MIT */
/*
 * drivers/pci/pci.h - PCI devices, and what a driver may do with one. The theory stands in scan.c
 * (finding and placing devices), caps.c (capabilities), irq.c (MSI-X and INTx) and driver.c (life).
 */
#ifndef DRIVERS_PCI_PCI_H
#define DRIVERS_PCI_PCI_H

#include <arch/irq.h>

#include "drivers/pci/pci_regs.h"
#include "lib/compiler.h"
#include "lib/list.h"
#include "lib/table.h"
#include "lib/types.h"

#define PCI_NR_BARS	6
#define PCI_ANY_ID	0xffff
#define PCI_DEVFN(slot, fn) ((u8)((slot) << 3 | (fn)))
#define PCI_SLOT(devfn)	((devfn) >> 3)
#define PCI_FUNC(devfn)	((devfn) & 7)
#define PCI_HOST_MAX_RESERVED 16

/* Addresses [start, end) */
struct pci_range {
	u64 start, end;
};

/*
 * A host bridge: how to reach configuration space, and where devices may be placed. read() and
 * write() take @size 1, 2 or 4 with @reg aligned to it; reading what is not there gives all ones.
 * Context: any.
 */
struct pci_host {
	const char *name;
	u32 (*read)(struct pci_host *host, u8 bus, u8 devfn, u16 reg, unsigned int size);
	void (*write)(struct pci_host *host, u8 bus, u8 devfn, u16 reg, unsigned int size, u32 val);
	u8 last_bus;			/* highest bus number this access reaches */
	struct pci_range mem;		/* for BARs that the firmware left unset; below 4 GB */
	unsigned int nr_reserved;	/* parts of it that are something else */
	struct pci_range reserved[PCI_HOST_MAX_RESERVED];
	struct list_head devices;	/* [I] once scanned: struct pci_dev, by address */
};

struct pci_bar {
	phys_addr_t base;		/* 0: not placed */
	u64 size;			/* 0: not implemented, or the upper half of a 64-bit one */
	u8 flags;			/* PCI_BAR_IO, PCI_BAR_MEM_64, PCI_BAR_MEM_PREFETCH */
	void *map;			/* by pci_map_bar() */
};

struct pci_driver;

/* Locks: everything is written by boot's one thread (scan, then probe) and constant afterwards. */
struct pci_dev {
	struct list_head node;		/* in host->devices */
	struct pci_host *host;
	struct pci_dev *bridge;		/* that leads here; NULL on a root bus */
	u8 bus, devfn;
	u8 header_type;			/* without the multi-function bit */
	u8 revision;
	u16 vendor, device, subvendor, subdevice;
	u32 class_code;			/* base class << 16 | subclass << 8 | interface */
	u8 irq_line, irq_pin;		/* line 255: unknown; pin 0: none, 1: INTA# */
	u8 secondary, subordinate;	/* bridges: the buses behind */
	/* bridges: memory passed on; empty when start >= end */
	struct pci_range window, pref_window;
	struct pci_bar bars[PCI_NR_BARS];
	u8 msix_cap;			/* offset of the capability, 0: none or not usable */
	u16 msix_count;			/* entries */
	int *msix_irqs;			/* irq of each entry, 0: none */
	void **msix_data;		/* what each irq was asked for with */
	volatile u8 *msix_table;
	const struct pci_driver *driver;
	void *driver_data;
	char name[12];			/* "00:03.0" */
};

struct pci_device_id {
	u16 vendor, device;		/* PCI_ANY_ID matches all; vendor 0 ends the list */
};

struct pci_driver {
	const char *name;
	const struct pci_device_id *ids;
	int (*probe)(struct pci_dev *dev);
};

static_assert(sizeof(struct pci_driver) % 8 == 0, "table entry");
TABLE_DECLARE(const struct pci_driver, pci_drivers);

/*
 * PCI_DRIVER(virtio, virtio_pci_ids, virtio_pci_probe) - @probe is called in a driver initcall, in
 * order of PCI address, once for each device that @ids matches. It returns 0 when it drives the
 * device, -ENODEV when it does not want it, and another negative errno (logged) when it failed;
 * boot goes on in each case.
 */
#define PCI_DRIVER(name_, ids_, probe_)                                                            \
	static const struct pci_driver pci_driver_##name_ TABLE_ENTRY(pci_drivers) = {             \
		#name_, ids_, probe_                                                       \
	}

/* ---- configuration space (caps.c; config.c reaches the machine) ---- */
u8 pci_read_config8(const struct pci_dev *dev, u16 reg);
u16 pci_read_config16(const struct pci_dev *dev, u16 reg);
u32 pci_read_config32(const struct pci_dev *dev, u16 reg);
void pci_write_config8(const struct pci_dev *dev, u16 reg, u8 val);
void pci_write_config16(const struct pci_dev *dev, u16 reg, u16 val);
void pci_write_config32(const struct pci_dev *dev, u16 reg, u32 val);

/* ---- capabilities (caps.c) ---- */
/*
 * pci_find_capability() - offset of the first capability @id. pci_find_next_capability() - of the
 * next one behind offset @pos. Return: 0 when there is none.
 */
u8 pci_find_capability(const struct pci_dev *dev, u8 id);
u8 pci_find_next_capability(const struct pci_dev *dev, u8 pos, u8 id);
/*
 * pci_for_each_capability() - @fn for each until it returns non-zero, which is returned. Bounded.
 */
int pci_for_each_capability(const struct pci_dev *dev, int (*fn)(u8 pos, u8 id, void *ctx),
			    void *ctx);

/* ---- enumeration (scan.c) ---- */
/*
 * pci_scan_host() - find every function behind @host, number buses and place BARs where nobody did.
 * Return: number of functions, -ENOMEM.
 */
int __must_check pci_scan_host(struct pci_host *host);
/* pci_free_devices() - forget what pci_scan_host() found (tests). */
void pci_free_devices(struct pci_host *host);

/* pci_host0() - the machine's host bridge; NULL when there is no PCI. */
struct pci_host *pci_host0(void);
#define pci_for_each_dev(dev, host) list_for_each_entry(dev, &(host)->devices, node)

/* ---- use by drivers (driver.c) ---- */
/*
 * pci_enable_device() - let it decode its placed BARs and read and write memory. Return: 0, -ENXIO
 * (no BAR placed).
 */
int __must_check pci_enable_device(struct pci_dev *dev);
/* pci_disable_device() - stop its memory accesses and interrupts. */
void pci_disable_device(struct pci_dev *dev);
/*
 * pci_map_bar() - memory BAR @bar, uncached; mapped once, kept for good.
 * Return: NULL when it is an I/O BAR, not placed, or address space ran out.
 */
void *pci_map_bar(struct pci_dev *dev, unsigned int bar);

/* ---- interrupts (irq.c) ---- */
/*
 * pci_msix_enable() - switch @dev from INTx to MSI-X, all entries masked.
 * Return: number of entries; -ENODEV without the capability or a local APIC, -ENOMEM, -EINVAL (bad
 * table).
 */
int __must_check pci_msix_enable(struct pci_dev *dev);
/*
 * pci_msix_request() - point @entry at @handler and unmask it. Return: irq, -EINVAL, -EBUSY,
 * -ENOSPC.
 */
int __must_check pci_msix_request(struct pci_dev *dev, unsigned int entry, irq_handler_t handler,
				  const char *name, void *data);
/* pci_msix_mask() - hold back (or let through) @entry. */
void pci_msix_mask(struct pci_dev *dev, unsigned int entry, bool masked);
/* pci_msix_disable() - free all entries; back to INTx (which stays off until requested). */
void pci_msix_disable(struct pci_dev *dev);
/*
 * pci_intx_request() - take the device's interrupt line. Return: irq, -ENODEV without one, or
 * request_irq()'s.
 */
int __must_check pci_intx_request(struct pci_dev *dev, irq_handler_t handler, const char *name,
				  void *data);
void pci_intx_free(struct pci_dev *dev, void *data);

#endif
