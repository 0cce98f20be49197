/* SPDX-License-Identifier: MIT */
/*
 * drivers/acpi/acpi_internal.h - the checks between firmware's bytes and our belief in them, for
 * acpi.c and its tests.
 */
#ifndef DRIVERS_ACPI_ACPI_INTERNAL_H
#define DRIVERS_ACPI_ACPI_INTERNAL_H

#include "drivers/acpi/acpi.h"

struct rsdp {
	char signature[8];
	u8 checksum; /* of the first 20 bytes */
	char oem_id[6];
	u8 revision;
	u32 rsdt;
	u32 length; /* from here on: revision 2 */
	u64 xsdt;
	u8 extended_checksum;
	u8 reserved[3];
} __packed;

#define RSDP_V1_SIZE 20

/* rsdp_at() - the RSDP at physical @at if it is one, checksums included; else NULL. */
const struct rsdp *rsdp_at(phys_addr_t at);

/*
 * table_at() - the table at physical @at if it can be read and has a sane length; its checksum is
 * not looked at.
 */
const struct acpi_header *table_at(u64 at);

/* All @length bytes add up to 0. */
bool acpi_checksum_ok(const void *p, u32 length);

/*
 * madt_cpu_id() - the APIC ID of the CPU that this entry of the MADT describes, if it is one that
 * can be used. Return: false when it is not.
 */
bool madt_cpu_id(u8 type, const u8 *entry, u8 length, u32 *apic_id);

/*
 * s5_type() - the sleep type for S5 in AML: Name (\_S5, Package () { type a, type b, ... }), which
 * is 08 [5c] "_S5_" 12 length count values. Return: type a, or -1.
 */
int s5_type(const struct acpi_header *table);

#endif
