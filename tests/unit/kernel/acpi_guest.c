/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/kernel/acpi_guest.c - what passes for an ACPI table and what does not; the machine's
 * own tables.
 */
#include <arch/mmu.h>
#include <arch/page.h>

#include "drivers/acpi/acpi_internal.h"
#include "kernel/base/selftest.h"
#include "lib/string.h"
#include "mm/page_alloc.h"

static struct rsdp rsdp; /* in the image, so it has a physical address */
static union {
	struct acpi_header header;
	u8 bytes[256];
} table;

/* Make the bytes add up to 0 by way of *@sum. */
static void fix_sum(void *p, u32 n, u8 *sum)
{
	const u8 *bytes = p;
	u8 total = 0;
	u32 i;

	*sum = 0;
	for (i = 0; i < n; i++)
		total += bytes[i];
	*sum = -total;
}

SELFTEST(acpi, rsdp_needs_its_checksums)
{
	memset(&rsdp, 0, sizeof(rsdp));
	memcpy(rsdp.signature, "RSD PTR ", 8);
	EXPECT_NULL(rsdp_at(__pa(&rsdp)));
	fix_sum(&rsdp, RSDP_V1_SIZE, &rsdp.checksum);
	EXPECT_NOT_NULL(rsdp_at(__pa(&rsdp)));

	rsdp.revision = 2;
	rsdp.length = sizeof(rsdp);
	rsdp.xsdt = 0x123456;
	fix_sum(&rsdp, RSDP_V1_SIZE, &rsdp.checksum);
	EXPECT_NULL(rsdp_at(__pa(&rsdp)));
	fix_sum(&rsdp, sizeof(rsdp), &rsdp.extended_checksum);
	EXPECT_NOT_NULL(rsdp_at(__pa(&rsdp)));
	rsdp.length = 8;
	EXPECT_NULL(rsdp_at(__pa(&rsdp)));
	EXPECT_NULL(rsdp_at(1ull << 45));
}

SELFTEST(acpi, rsdp_may_not_run_into_what_is_not_mapped)
{
	unsigned long pages = __get_free_pages(GFP_KERNEL, 1);
	unsigned long hole = pages + PAGE_SIZE;
	struct rsdp *r = (struct rsdp *)(hole - sizeof(*r));

	ASSERT_TRUE(pages);
	memset(r, 0, sizeof(*r));
	memcpy(r->signature, "RSD PTR ", 8);
	r->revision = 2;
	r->length = PAGE_SIZE;
	fix_sum(r, RSDP_V1_SIZE, &r->checksum);
	unmap_pages(hole, PAGE_SIZE);
	EXPECT_NULL(rsdp_at(__pa(r)));
	EXPECT_EQ(map_pages(hole, __pa(hole), PAGE_SIZE, PROT_RW | PROT_WB), 0);
	free_pages(pages, 1);
}

SELFTEST(acpi, table_needs_a_sane_length)
{
	memset(&table, 0, sizeof(table));
	table.header.length = sizeof(table);
	EXPECT_NOT_NULL(table_at(__pa(&table)));
	table.header.length = sizeof(struct acpi_header) - 1;
	EXPECT_NULL(table_at(__pa(&table)));
	table.header.length = 0xffffffff;
	EXPECT_NULL(table_at(__pa(&table)));
	EXPECT_NULL(table_at(0));
	EXPECT_NULL(table_at(1ull << 45));
	EXPECT_NULL(table_at(~0ull));
}

static int s5_of(const u8 *aml, u32 n)
{
	memset(&table, 0, sizeof(table));
	table.header.length = sizeof(table);
	memcpy(table.bytes + sizeof(struct acpi_header) + 8, aml, n);
	return s5_type(&table.header);
}

SELFTEST(acpi, s5_is_found_in_its_encodings)
{
	static const u8 byte_prefix[] = { 0x08, '_',  'S',  '5',  '_',	0x12, 0x0a,
					  0x04, 0x0a, 0x05, 0x0a, 0x05, 0,    0 };
	static const u8 zero_op[] = {
		0x08, '\\', '_', 'S', '5', '_', 0x12, 0x06, 0x04, 0, 0, 0, 0
	};
	static const u8 long_length[] = { 0x08, '_',  'S',  '5',  '_', 0x12, 0x40,
					  0x01, 0x04, 0x0a, 0x07, 0,   0 };
	static const u8 not_a_name[] = { 0x10, '_', 'S', '5', '_', 0x12, 0x06, 0x04, 1, 1, 1, 1 };
	static const u8 not_a_package[] = {
		0x08, '_', 'S', '5', '_', 0x0a, 0x06, 0x04, 1, 1, 1, 1
	};

	EXPECT_EQ(s5_of(byte_prefix, sizeof(byte_prefix)), 5);
	EXPECT_EQ(s5_of(zero_op, sizeof(zero_op)), 0);
	EXPECT_EQ(s5_of(long_length, sizeof(long_length)), 7);
	EXPECT_EQ(s5_of(not_a_name, sizeof(not_a_name)), -1);
	EXPECT_EQ(s5_of(not_a_package, sizeof(not_a_package)), -1);
	EXPECT_EQ(s5_of(byte_prefix, 0), -1);
}

static unsigned int local_apics;

static void count_apic(u8 type, const u8 *entry, u8 length, void *arg)
{
	EXPECT_EQ(entry[0], type);
	EXPECT_EQ(entry[1], length);
	local_apics += type == 0 || type == 9;
}

SELFTEST(acpi, machine_tables)
{
	const struct acpi_header *fadt = acpi_find_table("FACP");

	EXPECT_NULL(acpi_find_table("NONE"));
	if (!fadt)
		SKIP("the machine has no ACPI");
	EXPECT_TRUE(acpi_checksum_ok(fadt, fadt->length));
	local_apics = 0;
	acpi_madt_for_each(count_apic, NULL);
	EXPECT_GE(local_apics, 1);
}

SELFTEST(acpi, madt_names_only_cpus_that_can_be_used)
{
	static const struct {
		u8 bytes[16], length;
		bool good;
		u32 id;
	} entries[] = {
		{ { 0, 8, 0, 7, 1 }, 8, true, 7 },
		{ { 0, 8, 0, 7, 0 }, 8, false, 0 },	/* not there */
		{ { 0, 8, 0, 7, 2 }, 8, false, 0 },	/* could be plugged in */
		{ { 0, 8, 0, 255, 1 }, 8, false, 0 },	/* everybody */
		{ { 0, 7, 0, 7, 1 }, 7, false, 0 },	/* cut short */
		{ { 9, 16, 0, 0, 0x34, 0x12, 0, 0, 1 }, 16, true, 0x1234 },
		{ { 9, 16, 0, 0, 0x34, 0x12, 0, 0, 2 }, 16, false, 0 },
		{ { 9, 16, 0, 0, 255, 255, 255, 255, 1 }, 16, false, 0 },
		{ { 9, 12, 0, 0, 1, 0, 0, 0, 1 }, 12, false, 0 },
		{ { 1, 12, 0, 7, 1 }, 12, false, 0 },	/* an I/O APIC */
	};
	u32 id;

	for (unsigned int i = 0; i < ARRAY_SIZE(entries); i++) {
		bool good = madt_cpu_id(entries[i].bytes[0], entries[i].bytes, entries[i].length, &id);

		EXPECT_EQ(good, entries[i].good);
		if (good)
			EXPECT_EQ(id, entries[i].id);
	}
}
