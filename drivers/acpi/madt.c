/* SPDX-License-Identifier: MIT */
/*
 * drivers/acpi/madt.c - the CPUs that the firmware names.
 *
 * Overview   Two kinds of entries describe a CPU: local APIC (IDs of 8 bits) and local x2APIC. A
 *            usable one has the flag "enabled"; one that is merely "online capable" could be plugged
 *            in later, which we do not do. Firmware may name a CPU in both kinds, pad the table
 *            with IDs that mean nobody, and number in any order: arch keeps one of each.
 * Limits     NR_CPUS, nr_cpus=; those above are not used, and one line says how many.
 * Locking    none: boot.
 * Reference  ACPI 6.4: 5.2.12.2 (local APIC), 5.2.12.12 (local x2APIC).
 */
#define pr_fmt(fmt) "acpi: " fmt

#include <arch/smp.h>

#include "drivers/acpi/acpi_internal.h"
#include "kernel/base/param.h"
#include "kernel/base/printk.h"
#include "lib/errno.h"
#include "lib/string.h"

#define MADT_LOCAL_APIC	  0
#define MADT_LOCAL_X2APIC 9
#define CPU_ENABLED	  BIT(0)
#define NOBODY		  0xff	     /* everybody's address, in 8 and in 32 bits */
#define NOBODY_X2APIC	  0xffffffff

static int nr_cpus_param(const char *val)
{
	unsigned int n;

	if (!val || kstrtouint(val, 10, &n) || !n)
		return -EINVAL;
	arch_cpu_limit(n);
	return 0;
}
PARAM(nr_cpus, nr_cpus_param);

bool madt_cpu_id(u8 type, const u8 *entry, u8 length, u32 *apic_id)
{
	u32 flags;

	if (type == MADT_LOCAL_APIC && length >= 8) {
		*apic_id = entry[3];
		memcpy(&flags, entry + 4, sizeof(flags));
		return (flags & CPU_ENABLED) && *apic_id != NOBODY;
	}
	if (type == MADT_LOCAL_X2APIC && length >= 16) {
		memcpy(apic_id, entry + 4, sizeof(*apic_id));
		memcpy(&flags, entry + 8, sizeof(flags));
		return (flags & CPU_ENABLED) && *apic_id != NOBODY_X2APIC;
	}
	return false;
}

static void register_cpu(u8 type, const u8 *entry, u8 length, void *arg)
{
	unsigned int *left_out = arg;
	u32 apic_id;

	if (madt_cpu_id(type, entry, length, &apic_id) && arch_cpu_register(apic_id) == -ENOSPC)
		++*left_out;
}

void acpi_madt_init(void)
{
	unsigned int left_out = 0;

	acpi_madt_for_each(register_cpu, &left_out);
	if (left_out)
		pr_info("%u entries name CPUs that are not used", left_out);
}
