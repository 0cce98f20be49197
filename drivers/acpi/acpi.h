/* SPDX-License-Identifier: MIT */
/*
 * drivers/acpi/acpi.h - the static ACPI tables, checked; and power off / reset through the FADT. No
 * AML.
 */
#ifndef DRIVERS_ACPI_ACPI_H
#define DRIVERS_ACPI_ACPI_H

#include "lib/compiler.h"
#include "lib/types.h"

struct acpi_header {
	char signature[4];
	u32 length; /* bytes, header included */
	u8 revision;
	u8 checksum; /* all bytes add up to 0 */
	char oem_id[6];
	char oem_table_id[8];
	u32 oem_revision;
	char creator_id[4];
	u32 creator_revision;
} __packed;

struct acpi_mcfg_entry {
	u64 base; /* of bus 0's window, even if bus_start is not 0 */
	u16 segment;
	u8 bus_start;
	u8 bus_end;
	u32 reserved;
} __packed;

/* acpi_init() - find the RSDP and check the root table. Needs the direct map. */
void acpi_init(void);

/*
 * acpi_find_table() - the table with signature @sig ("MCFG"), checksum and bounds checked.
 * Return: its header (the memory stays, read-only), NULL when there is none.
 */
const void *acpi_find_table(const char sig[4]);

/*
 * acpi_madt_for_each() - call @fn for each entry of the MADT: its type, its bytes (type and length
 * first).
 */
void acpi_madt_for_each(void (*fn)(u8 type, const u8 *entry, u8 length, void *arg), void *arg);

/* acpi_madt_init() - make the CPUs that the MADT names known to arch. Before per-CPU areas. */
void acpi_madt_init(void);

/* acpi_poweroff() - returns only when it did not work. acpi_reset() likewise. */
void acpi_poweroff(void);
void acpi_reset(void);

#endif
