/* SPDX-License-Identifier: MIT */
/*
 * drivers/acpi/srat.h - SRAT and SLIT, the tables of nodes and distances: see drivers/acpi/srat.c.
 */
#ifndef DRIVERS_ACPI_SRAT_H
#define DRIVERS_ACPI_SRAT_H

#include "drivers/acpi/acpi.h"
#include "mm/numa.h"

/*
 * acpi_srat_init() - read both and offer the nodes to mm/numa.c. Boot, after acpi_init() and once the
 * CPUs are registered, before setup_per_cpu_areas().
 */
void acpi_srat_init(void);

/* Proximity domains, any 32-bit numbers, in rising order: domain id[n] is node n. */
struct srat_domains {
	u32 id[MAX_NUMNODES];
	unsigned int count;
	bool too_many;			/* those above id[7] are node 0 */
};

/*
 * srat_parse() - the SRAT's memory, CPUs and domains into @info and @domains. @cpu_of turns an APIC
 * id into a CPU's number, or something negative.
 * Return: 0, -EINVAL (an entry that cannot be, memory in two domains), -ENOSPC (too many pieces).
 */
int __must_check srat_parse(const struct acpi_header *srat, int (*cpu_of)(u32 apic_id),
			    struct numa_info *info, struct srat_domains *domains);

/*
 * slit_parse() - the SLIT's distances between @domains into @info.
 * Return: 0, -EINVAL (@info is unchanged).
 */
int __must_check slit_parse(const struct acpi_header *slit, const struct srat_domains *domains,
			    struct numa_info *info);

#endif
