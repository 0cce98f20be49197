/* SPDX-License-Identifier: MIT */
/*
 * drivers/acpi/srat.c - which memory and which CPUs are near each other, by SRAT and SLIT.
 *
 * Overview   The SRAT puts CPUs (by APIC id) and ranges of memory into proximity domains; the SLIT
 *            has a matrix of distances between domains. Both are bytes of firmware: parsed here
 *            into a struct numa_info, and believed only after numa_adopt() compared it with the RAM
 *            there is. These parsers touch nothing else, so that tests feed them bytes.
 * Structure  Two passes over the SRAT: the first collects the domains, the second translates. So
 *            nodes follow the domains' numbers, whatever the order of the entries.
 * Trust      A wrong length, a range that wraps around, memory in two domains: the whole SRAT is
 *            refused. A SLIT whose size, diagonal or distances are wrong is refused whole: 10 and
 *            20 hold then. Entries that are not enabled or have no bytes are skipped. Memory that
 *            is hot-pluggable counts like any other: it may be there already, and which of it is
 *            RAM is the memory map's to say.
 * Locking    none: boot.
 * Limits     MAX_NUMNODES domains; what is above them belongs to node 0, with one warning.
 * Reference  ACPI 6.4: 5.2.16 SRAT (types 0, 1, 2), 5.2.17 SLIT.
 */
#include "drivers/acpi/srat.h"

#include <arch/smp.h>
#include "lib/errno.h"
#include "lib/string.h"

enum { SRAT_CPU = 0, SRAT_MEMORY = 1, SRAT_X2APIC = 2 };

#define SRAT_ENABLED BIT(0)

struct srat {
	struct acpi_header header;
	u32 one;
	u64 reserved;
} __packed;

struct srat_cpu {
	u8 type, length;
	u8 domain_low;
	u8 apic_id;
	u32 flags;
	u8 sapic_eid;
	u8 domain_high[3];	/* from revision 2 on */
	u32 clock_domain;
} __packed;

struct srat_memory {
	u8 type, length;
	u32 domain;		/* 8 bits before revision 2 */
	u16 reserved0;
	u64 base;
	u64 size;
	u32 reserved1;
	u32 flags;
	u64 reserved2;
} __packed;

struct srat_x2apic {
	u8 type, length;
	u16 reserved0;
	u32 domain;
	u32 apic_id;
	u32 flags;
	u32 clock_domain;
	u32 reserved1;
} __packed;

struct slit {
	struct acpi_header header;
	u64 localities;
	u8 distance[];
} __packed;

static_assert(sizeof(struct srat) == 48, "ACPI 5.2.16");
static_assert(sizeof(struct srat_cpu) == 16, "ACPI 5.2.16.1");
static_assert(sizeof(struct srat_memory) == 40, "ACPI 5.2.16.2");
static_assert(sizeof(struct srat_x2apic) == 24, "ACPI 5.2.16.3");
static_assert(sizeof(struct slit) == 44, "ACPI 5.2.17");

/* One entry that counts, of either kind. */
struct affinity {
	u32 domain;
	bool memory;
	u32 apic_id;
	u64 base, size;
};

/* Return: 1 and @a, 0 (nothing of interest), -EINVAL. */
static int entry_read(const u8 *entry, u8 revision, struct affinity *a)
{
	const struct srat_memory *mem = (const void *)entry;
	const struct srat_x2apic *x2 = (const void *)entry;
	const struct srat_cpu *cpu = (const void *)entry;
	static const u8 sizes[] = {
		[SRAT_CPU] = sizeof(*cpu), [SRAT_MEMORY] = sizeof(*mem), [SRAT_X2APIC] = sizeof(*x2),
	};

	if (entry[0] >= ARRAY_SIZE(sizes))
		return 0;
	if (entry[1] < sizes[entry[0]])
		return -EINVAL;
	*a = (struct affinity){ .memory = entry[0] == SRAT_MEMORY };
	switch (entry[0]) {
	case SRAT_CPU:
		a->domain = cpu->domain_low;
		if (revision >= 2)
			a->domain |= (u32)cpu->domain_high[0] << 8 |
				     (u32)cpu->domain_high[1] << 16 |
				     (u32)cpu->domain_high[2] << 24;
		a->apic_id = cpu->apic_id;
		return cpu->flags & SRAT_ENABLED ? 1 : 0;
	case SRAT_X2APIC:
		a->domain = x2->domain;
		a->apic_id = x2->apic_id;
		return x2->flags & SRAT_ENABLED ? 1 : 0;
	default:
		a->domain = revision >= 2 ? mem->domain : mem->domain & 0xff;
		a->base = mem->base;
		a->size = mem->size;
		if (!(mem->flags & SRAT_ENABLED) || !a->size)
			return 0;
		return a->base + a->size < a->base ? -EINVAL : 1;
	}
}

/* Call @fn for every entry that counts, until it returns an error. */
static int srat_walk(const struct acpi_header *srat,
		     int (*fn)(const struct affinity *a, void *arg), void *arg)
{
	const u8 *at = (const u8 *)srat + sizeof(struct srat), *end = (const u8 *)srat + srat->length;

	if (srat->length < sizeof(struct srat))
		return -EINVAL;
	while (at < end) {
		struct affinity a;
		int ret;

		if (end - at < 2 || at[1] < 2 || at[1] > end - at)
			return -EINVAL;
		ret = entry_read(at, srat->revision, &a);
		if (ret > 0)
			ret = fn(&a, arg);
		if (ret)
			return ret;
		at += at[1];
	}
	return 0;
}

/* Keep the smallest MAX_NUMNODES domains, sorted. */
static int collect_domain(const struct affinity *a, void *arg)
{
	struct srat_domains *d = arg;
	unsigned int at = 0;

	while (at < d->count && d->id[at] < a->domain)
		at++;
	if (at < d->count && d->id[at] == a->domain)
		return 0;
	if (d->count == MAX_NUMNODES) {
		d->too_many = true;
		if (at == MAX_NUMNODES)
			return 0;
		d->count--;
	}
	memmove(&d->id[at + 1], &d->id[at], (d->count - at) * sizeof(d->id[0]));
	d->id[at] = a->domain;
	d->count++;
	return 0;
}

static unsigned int domain_node(const struct srat_domains *d, u32 domain)
{
	for (unsigned int node = 0; node < d->count; node++)
		if (d->id[node] == domain)
			return node;
	return 0;
}

struct translation {
	const struct srat_domains *domains;
	int (*cpu_of)(u32 apic_id);
	struct numa_info *info;
};

static int translate(const struct affinity *a, void *arg)
{
	const struct translation *t = arg;
	unsigned int node = domain_node(t->domains, a->domain);
	int cpu;

	if (a->memory)
		return numa_info_add(t->info, node, a->base, a->base + a->size);
	cpu = t->cpu_of(a->apic_id);
	if (cpu >= 0 && cpu < NR_CPUS)
		t->info->cpu_node[cpu] = (u8)node;
	return 0;
}

int srat_parse(const struct acpi_header *srat, int (*cpu_of)(u32 apic_id), struct numa_info *info,
	       struct srat_domains *domains)
{
	struct translation t = { domains, cpu_of, info };
	int err;

	numa_info_init(info);
	*domains = (struct srat_domains){ .count = 0 };
	err = srat_walk(srat, collect_domain, domains);
	if (err)
		return err;
	err = srat_walk(srat, translate, &t);
	info->nr_nodes = max(domains->count, 1u);
	return err;
}

int slit_parse(const struct acpi_header *slit, const struct srat_domains *domains,
	       struct numa_info *info)
{
	const struct slit *s = (const void *)slit;
	u64 n;

	if (slit->length < sizeof(*s))
		return -EINVAL;
	n = s->localities;
	if (!n || n > 4096 || slit->length != sizeof(*s) + n * n)
		return -EINVAL;
	for (u64 a = 0; a < n; a++)
		for (u64 b = 0; b < n; b++)
			if (a == b ? s->distance[a * n + b] != LOCAL_DISTANCE
				   : s->distance[a * n + b] <= LOCAL_DISTANCE)
				return -EINVAL;
	for (unsigned int i = 0; i < domains->count; i++)
		if (domains->id[i] >= n)
			return -EINVAL;
	for (unsigned int i = 0; i < domains->count; i++)
		for (unsigned int j = 0; j < domains->count; j++)
			info->distance[i][j] = s->distance[domains->id[i] * n + domains->id[j]];
	return 0;
}
