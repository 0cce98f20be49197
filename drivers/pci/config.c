/* SPDX-License-Identifier: MIT */
/*
 * drivers/pci/config.c - the machine's way into configuration space: memory (ECAM) or ports.
 *
 * Overview    ACPI's MCFG tells where configuration space appears in memory, 4 KB a function, 1 MB
 *             a bus. Without it (QEMU's "pc"), or when it shows something else than the ports do,
 *             the ports CF8 and CFC are used.
 * Structure   A bus of the ECAM window is mapped when it is first read; most of the 256 never are.
 * Locking     config_lock makes the two accesses of the port way one; it is innermost, taken with
 *             interrupts off. Mapping a bus happens in boot's one thread, before any interrupt uses
 *             it.
 * Limits      PCI segment 0 alone: the machines that this kernel knows have no other.
 * Reference   PCI Local Bus 3.0, 3.2.2.3.2; PCI Express 3.0, 7.2.2; PCI Firmware 3.0, 4.1.2
 */
#define pr_fmt(fmt) "pci: " fmt
#include <arch/boot_info.h>
#include <arch/io.h>

#include "drivers/acpi/acpi.h"
#include "drivers/pci/pci_internal.h"
#include "kernel/base/printk.h"
#include "kernel/base/spinlock.h"
#include "mm/vmalloc.h"

#define CONFIG_ADDRESS	0xcf8
#define CONFIG_DATA	0xcfc
#define CONFIG_ENABLE	0x80000000u
#define ECAM_BUS_SIZE	0x100000ul
#define FOUR_GB		0x100000000ull
/* The hole ends below the I/O APIC, and begins no lower than any machine's chipset leaves it. */
#define MEM_HOLE_START	0xc0000000ull
#define MEM_HOLE_END	0xfec00000ull

static struct {
	phys_addr_t base;		/* of bus 0 */
	u8 first_bus;
	volatile u8 *bus[256];
} ecam;

static DEFINE_SPINLOCK(config_lock);

/* ---- ports ---- */

static u32 config_address(u8 bus, u8 devfn, u16 reg)
{
	return CONFIG_ENABLE | (u32)bus << 16 | (u32)devfn << 8 | (reg & 0xfc);
}

static u32 port_read(struct pci_host *host, u8 bus, u8 devfn, u16 reg, unsigned int size)
{
	unsigned long flags;
	u32 val;

	if (reg >= PCI_CONFIG_SIZE)
		return 0xffffffff;
	spin_lock_irqsave(&config_lock, flags);
	outl(CONFIG_ADDRESS, config_address(bus, devfn, reg));
	val = size == 1 ? inb((u16)(CONFIG_DATA + (reg & 3))) :
	      size == 2 ? inw((u16)(CONFIG_DATA + (reg & 2))) : inl(CONFIG_DATA);
	spin_unlock_irqrestore(&config_lock, flags);
	return val;
}

static void port_write(struct pci_host *host, u8 bus, u8 devfn, u16 reg, unsigned int size, u32 val)
{
	unsigned long flags;

	if (reg >= PCI_CONFIG_SIZE)
		return;
	spin_lock_irqsave(&config_lock, flags);
	outl(CONFIG_ADDRESS, config_address(bus, devfn, reg));
	if (size == 1)
		outb((u16)(CONFIG_DATA + (reg & 3)), (u8)val);
	else if (size == 2)
		outw((u16)(CONFIG_DATA + (reg & 2)), (u16)val);
	else
		outl(CONFIG_DATA, val);
	spin_unlock_irqrestore(&config_lock, flags);
}

/* Is somebody there? The address register reads back, and a host bridge answers at 00:00.0. */
static bool ports_work(struct pci_host *host)
{
	u32 saved = inl(CONFIG_ADDRESS), back;

	outl(CONFIG_ADDRESS, CONFIG_ENABLE);
	back = inl(CONFIG_ADDRESS);
	outl(CONFIG_ADDRESS, saved);
	return back == CONFIG_ENABLE && port_read(host, 0, 0, PCI_VENDOR_ID, 2) != 0xffff;
}

/* ---- memory ---- */

static volatile u8 *ecam_register(struct pci_host *host, u8 bus, u8 devfn, u16 reg)
{
	if (bus < ecam.first_bus || bus > host->last_bus)
		return NULL;
	if (unlikely(!ecam.bus[bus]))
		ecam.bus[bus] = ioremap(ecam.base + bus * ECAM_BUS_SIZE, ECAM_BUS_SIZE);
	return ecam.bus[bus] ? ecam.bus[bus] + ((unsigned long)devfn << 12 | reg) : NULL;
}

static u32 ecam_read(struct pci_host *host, u8 bus, u8 devfn, u16 reg, unsigned int size)
{
	volatile u8 *p = ecam_register(host, bus, devfn, reg);

	if (!p)
		return 0xffffffff;
	return size == 1 ? readb(p) : size == 2 ? readw(p) : readl(p);
}

static void ecam_write(struct pci_host *host, u8 bus, u8 devfn, u16 reg, unsigned int size, u32 val)
{
	volatile u8 *p = ecam_register(host, bus, devfn, reg);

	if (!p)
		return;
	if (size == 1)
		writeb((u8)val, p);
	else if (size == 2)
		writew((u16)val, p);
	else
		writel(val, p);
}

static void reserve(struct pci_host *host, u64 start, u64 end)
{
	if (host->nr_reserved < PCI_HOST_MAX_RESERVED && start < host->mem.end &&
	    end > host->mem.start)
		host->reserved[host->nr_reserved++] = (struct pci_range){ start, end };
}

static bool ecam_find(struct pci_host *host)
{
	const struct acpi_header *mcfg = acpi_find_table("MCFG");
	const struct acpi_mcfg_entry *e, *end;

	if (!mcfg || mcfg->length < sizeof(*mcfg) + 8 + sizeof(*e))
		return false;
	/* Eight reserved bytes stand between the header and the entries. */
	e = (const void *)((const u8 *)(mcfg + 1) + 8);
	end = (const void *)((const u8 *)mcfg + mcfg->length);
	for (; e + 1 <= end; e++) {
		if (e->segment || e->bus_start || !e->base || e->base & (ECAM_BUS_SIZE - 1))
			continue;
		ecam.base = e->base;
		ecam.first_bus = e->bus_start;
		host->last_bus = e->bus_end;
		host->read = ecam_read;
		host->write = ecam_write;
		reserve(host, e->base, e->base + (e->bus_end + 1ull) * ECAM_BUS_SIZE);
		return true;
	}
	return false;
}

/* The hole below 4 GB: above all RAM, and without what the memory map names there. */
static void find_hole(struct pci_host *host)
{
	host->mem = (struct pci_range){ MEM_HOLE_START, MEM_HOLE_END };
	for (unsigned int i = 0; i < boot_info.nr_regions; i++) {
		const struct boot_region *r = &boot_info.regions[i];

		if (r->base >= FOUR_GB)
			continue;
		if (r->type == BOOT_MEM_RAM)
			host->mem.start =
				max(host->mem.start, ALIGN(r->base + r->size, (u64)ECAM_BUS_SIZE));
		else
			reserve(host, r->base, r->base + r->size);
	}
}

bool pci_config_init(struct pci_host *host)
{
	bool ports;

	host->last_bus = 255;
	ports = ports_work(host);
	find_hole(host);
	if (ecam_find(host)) {
		if (!ports || ecam_read(host, 0, 0, PCI_VENDOR_ID, 4) ==
				      port_read(host, 0, 0, PCI_VENDOR_ID, 4)) {
			host->name = "ECAM";
			return true;
		}
		pr_warn("MCFG's window at %#llx shows no host bridge: using ports\n",
			(unsigned long long)ecam.base);
		host->last_bus = 255;
	}
	host->name = "ports";
	host->read = port_read;
	host->write = port_write;
	return ports;
}
