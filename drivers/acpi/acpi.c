/* SPDX-License-Identifier: MIT */
/*
 * drivers/acpi/acpi.c - finding the static ACPI tables, and leaving the machine through the FADT.
 *
 * Overview   The RSDP comes from the boot protocol, or is searched for in the BIOS areas. It names
 *            the root table, XSDT (64-bit addresses) before RSDT. Tables are looked up there by
 *            signature, on demand. There is no AML interpreter: the one value that power off needs
 *            from AML, the package \_S5, is picked out of the DSDT by its encoding.
 * Trust      Firmware memory is read through probe_read() before anything believes it: an address
 *            outside the direct map, a length too small or a wrong checksum makes a table absent,
 *            never a fault.
 * Locking    written once at boot.
 * Limits     TABLE_MAX: no table is longer; FADT, MADT and MCFG are a few hundred bytes, a DSDT
 *            some ten thousand. ENTRIES_MAX of the root table are looked at; machines have 10 to
 *            50.
 * Reference  ACPI 6.4: 5.2.5 RSDP, 5.2.7 RSDT, 5.2.8 XSDT, 5.2.9 FADT, 5.2.12 MADT, 4.8.3.2 PM1
 *            control, 4.8.3.6 reset register, 20.2 AML encoding. PCI Firmware 3.2, 4.1.2 (MCFG).
 */
#define pr_fmt(fmt) "acpi: " fmt

#include <arch/boot_info.h>
#include <arch/io.h>
#include <arch/page.h>
#include <arch/time.h>
#include <arch/trap.h>

#include "drivers/acpi/acpi_internal.h"
#include "kernel/base/printk.h"
#include "kernel/base/reboot.h"
#include "kernel/base/time.h"
#include "lib/string.h"

#define TABLE_MAX   (16u << 20)
#define ENTRIES_MAX 1024u

/* A register: where it is and how wide. */
struct gas {
	u8 space; /* 0 memory, 1 port, 2 PCI configuration */
	u8 bits;
	u8 offset;
	u8 access;
	u64 address;
} __packed;

struct fadt {
	struct acpi_header header;
	u32 facs;
	u32 dsdt;
	u8 reserved0;
	u8 profile;
	u16 sci_irq;
	u32 smi_cmd;
	u8 acpi_enable;
	u8 unused0[3];
	u32 pm1a_event, pm1b_event;
	u32 pm1a_control, pm1b_control;
	u32 pm2_control;
	u32 pm_timer;
	u8 unused1[32];
	u32 flags;
	struct gas reset_reg;
	u8 reset_value;
	u8 unused2[11];
	u64 x_dsdt;
} __packed;

static_assert(offsetof(struct fadt, pm1a_control) == 64, "ACPI 5.2.9");
static_assert(offsetof(struct fadt, pm_timer) == 76, "ACPI 5.2.9");
static_assert(offsetof(struct fadt, reset_reg) == 116, "ACPI 5.2.9");
static_assert(offsetof(struct fadt, x_dsdt) == 140, "ACPI 5.2.9");

struct madt {
	struct acpi_header header;
	u32 lapic_address;
	u32 flags;
} __packed;

#define FADT_RESET_SUPPORTED BIT(10)
#define GAS_MEMORY	     0
#define GAS_PORT	     1
#define PM1_SCI_ENABLED	     0x0001
#define PM1_SLEEP_TYPE_SHIFT 10
#define PM1_SLEEP_ENABLE     0x2000

static const struct acpi_header *root; /* [I] XSDT or RSDT, checked */
static unsigned int root_entry_size;   /* [I] 8 or 4 */

bool acpi_checksum_ok(const void *p, u32 length)
{
	const u8 *bytes = p;
	u8 sum = 0;
	u32 i;

	for (i = 0; i < length; i++)
		sum += bytes[i];
	return sum == 0;
}

/* All pages of [p, p + n) can be read. */
static bool readable(const void *p, u32 n)
{
	const u8 *at = p;
	u32 offset;
	u8 byte;

	for (offset = 0; offset < n; offset += PAGE_SIZE) {
		if (!probe_read(&byte, at + offset, 1))
			return false;
	}
	return probe_read(&byte, at + n - 1, 1);
}

const struct acpi_header *table_at(u64 at)
{
	const struct acpi_header *h = phys_to_virt(at);

	if (!at || at >> 46 || !readable(h, sizeof(*h)))
		return NULL;
	if (h->length < sizeof(*h) || h->length > TABLE_MAX || !readable(h, h->length))
		return NULL;
	return h;
}

const struct rsdp *rsdp_at(phys_addr_t at)
{
	const struct rsdp *r = phys_to_virt(at);

	if (!readable(r, sizeof(*r)) || memcmp(r->signature, "RSD PTR ", 8) != 0)
		return NULL;
	if (!acpi_checksum_ok(r, RSDP_V1_SIZE))
		return NULL;
	if (r->revision >= 2 &&
	    (r->length < sizeof(*r) || r->length > PAGE_SIZE || !readable(r, r->length) ||
	     !acpi_checksum_ok(r, r->length)))
		return NULL;
	return r;
}

static const struct rsdp *rsdp_search(phys_addr_t from, phys_addr_t to)
{
	const struct rsdp *r;

	for (; from < to; from += 16) {
		r = rsdp_at(from);
		if (r)
			return r;
	}
	return NULL;
}

static const struct rsdp *rsdp_find(void)
{
	const struct rsdp *r = NULL;
	phys_addr_t ebda;

	if (boot_info.rsdp)
		r = rsdp_at(boot_info.rsdp);
	if (!r) {
		ebda = (phys_addr_t)*(const u16 *)phys_to_virt(0x40e) << 4;
		if (ebda >= 0x80000 && ebda < 0xa0000)
			r = rsdp_search(ebda, ebda + 1024);
	}
	if (!r)
		r = rsdp_search(0xe0000, 0x100000);
	return r;
}

static bool root_take(u64 at, const char *signature, unsigned int entry_size)
{
	const struct acpi_header *h = table_at(at);

	if (!h || memcmp(h->signature, signature, 4) != 0 || !acpi_checksum_ok(h, h->length))
		return false;
	root = h;
	root_entry_size = entry_size;
	return true;
}

static u64 root_entry(unsigned int i)
{
	const u8 *entries = (const u8 *)(root + 1);
	u64 at = 0;

	memcpy(&at, entries + i * root_entry_size, root_entry_size);
	return at;
}

const void *acpi_find_table(const char sig[4])
{
	const struct acpi_header *h;
	unsigned int n, i;

	if (!root)
		return NULL;
	n = min_t(u32, (root->length - sizeof(*root)) / root_entry_size, ENTRIES_MAX);
	for (i = 0; i < n; i++) {
		h = table_at(root_entry(i));
		if (h && memcmp(h->signature, sig, 4) == 0 && acpi_checksum_ok(h, h->length))
			return h;
	}
	return NULL;
}

void acpi_madt_for_each(void (*fn)(u8 type, const u8 *entry, u8 length, void *arg), void *arg)
{
	const struct madt *madt = acpi_find_table("APIC");
	const u8 *at, *end;

	if (!madt || madt->header.length < sizeof(*madt))
		return;
	at = (const u8 *)(madt + 1);
	end = (const u8 *)madt + madt->header.length;
	while (end - at >= 2 && at[1] >= 2 && at[1] <= end - at) {
		fn(at[0], at, at[1], arg);
		at += at[1];
	}
}

/* The FADT if it is long enough to have the field that ends at @need. */
static const struct fadt *fadt_with(size_t need)
{
	const struct fadt *fadt = acpi_find_table("FACP");

	return fadt && fadt->header.length >= need ? fadt : NULL;
}

void acpi_init(void)
{
	const struct rsdp *r = rsdp_find();
	const struct fadt *fadt;

	machine_hooks.poweroff = acpi_poweroff;
	machine_hooks.restart = acpi_reset;
	if (!r) {
		pr_info("no tables");
		return;
	}
	if (!(r->revision >= 2 && root_take(r->xsdt, "XSDT", 8)) &&
	    !root_take(r->rsdt, "RSDT", 4)) {
		pr_warn("the root table is broken: ACPI is not used");
		return;
	}
	fadt = fadt_with(offsetof(struct fadt, unused1));
	if (fadt && fadt->pm_timer && fadt->pm_timer < 0x10000)
		arch_set_pm_timer(fadt->pm_timer);
}

int s5_type(const struct acpi_header *table)
{
	const u8 *p = (const u8 *)table;
	u32 i;

	for (i = sizeof(*table) + 2; i + 12 < table->length; i++) {
		if (memcmp(p + i, "_S5_", 4) != 0 || p[i + 4] != 0x12)
			continue;
		if (p[i - 1] != 0x08 && !(p[i - 1] == '\\' && p[i - 2] == 0x08))
			continue;
		i += 5;
		i += (p[i] >> 6) + 1; /* the package's length: one to four bytes */
		i++;		      /* the number of elements */
		if (i + 1 < table->length && p[i] == 0x0a)
			return p[i + 1] & 7;
		return p[i] & 7;
	}
	return -1;
}

static int find_s5(const struct fadt *fadt)
{
	const struct acpi_header *dsdt = NULL;
	const struct acpi_header *ssdt;
	int type = -1;

	if (fadt->header.length >= sizeof(*fadt))
		dsdt = table_at(fadt->x_dsdt);
	if (!dsdt)
		dsdt = table_at(fadt->dsdt);
	if (dsdt)
		type = s5_type(dsdt);
	if (type < 0) {
		ssdt = acpi_find_table("SSDT");
		if (ssdt)
			type = s5_type(ssdt);
	}
	return type;
}

/* ACPI mode on: until then the firmware owns the power registers. */
static void enable_acpi_mode(const struct fadt *fadt)
{
	unsigned int tries;

	if ((inw(fadt->pm1a_control) & PM1_SCI_ENABLED) || !fadt->smi_cmd || !fadt->acpi_enable)
		return;
	outb(fadt->smi_cmd, fadt->acpi_enable);
	for (tries = 0; tries < 300 && !(inw(fadt->pm1a_control) & PM1_SCI_ENABLED); tries++)
		udelay(1000);
}

void acpi_poweroff(void)
{
	const struct fadt *fadt = fadt_with(offsetof(struct fadt, pm2_control));
	u16 value;
	int type;

	if (fadt && fadt->pm1a_control) {
		type = find_s5(fadt);
		if (type >= 0) {
			enable_acpi_mode(fadt);
			value = type << PM1_SLEEP_TYPE_SHIFT | PM1_SLEEP_ENABLE;
			outw(fadt->pm1a_control, value);
			if (fadt->pm1b_control)
				outw(fadt->pm1b_control, value);
			udelay(10000);
		}
	}
	/*
	 * QEMU's own: the PM1 control register of q35 and i440fx, then that of Bochs and old QEMU.
	 */
	outw(0x604, PM1_SLEEP_ENABLE);
	udelay(10000);
	outw(0xb004, PM1_SLEEP_ENABLE);
	udelay(10000);
}

void acpi_reset(void)
{
	const struct fadt *fadt = fadt_with(offsetof(struct fadt, unused2));
	const struct gas *reg;

	if (!fadt || !(fadt->flags & FADT_RESET_SUPPORTED))
		return;
	reg = &fadt->reset_reg;
	if (reg->space == GAS_PORT && reg->address < 0x10000)
		outb(reg->address, fadt->reset_value);
	else if (reg->space == GAS_MEMORY &&
		 probe_write(phys_to_virt(reg->address), &fadt->reset_value, 1))
		wmb();
	udelay(10000);
}
