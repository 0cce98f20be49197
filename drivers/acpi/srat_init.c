/* SPDX-License-Identifier: MIT */
/*
 * drivers/acpi/srat_init.c - finds SRAT and SLIT at boot. Locking: none, one CPU.
 */
#define pr_fmt(fmt) "acpi: " fmt

#include <arch/smp.h>
#include "drivers/acpi/srat.h"
#include "kernel/base/printk.h"

void acpi_srat_init(void)
{
	const struct acpi_header *srat = acpi_find_table("SRAT"), *slit = acpi_find_table("SLIT");
	struct srat_domains domains;
	struct numa_info info;

	if (!srat)
		return;
	if (srat_parse(srat, arch_cpu_by_apic_id, &info, &domains)) {
		pr_warn("the SRAT makes no sense: one node\n");
		return;
	}
	if (domains.too_many)
		pr_warn("more than %u proximity domains: the last ones are node 0\n", MAX_NUMNODES);
	if (slit && slit_parse(slit, &domains, &info))
		pr_warn("the SLIT makes no sense: distances are %u and %u\n", LOCAL_DISTANCE,
			REMOTE_DISTANCE);
	(void)numa_adopt(&info, "SRAT");
}
