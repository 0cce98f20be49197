/* SPDX-License-Identifier: MIT */
/*
 * Suite numa on the machine: pages lie where the machine's own SRAT puts their node. The table is
 * read here byte by byte, past the kernel's parser.
 */
#include "drivers/acpi/acpi.h"
#include "kernel/base/selftest.h"
#include "lib/string.h"
#include "mm/page_alloc.h"

/* Is @pa in a range of @domain that is enabled and cannot be unplugged? */
static bool range_has(const u8 *srat, u32 domain, phys_addr_t pa)
{
	u32 length;

	memcpy(&length, srat + 4, 4);
	for (const u8 *e = srat + 48; e < srat + length; e += e[1]) {
		u64 base, size;
		u32 d, flags;

		if (e[0] != 1)
			continue;
		memcpy(&d, e + 2, 4);
		memcpy(&base, e + 8, 8);
		memcpy(&size, e + 16, 8);
		memcpy(&flags, e + 28, 4);
		if (d == domain && flags == 1 && pa >= base && pa < base + size)
			return true;
	}
	return false;
}

/* Our machines (QEMU) number domains from 0 without gaps: domain n is node n. */
SELFTEST(numa, page_lies_in_the_range_that_the_srat_gives_its_node)
{
	const u8 *srat = acpi_find_table("SRAT");
	unsigned int node, checked = 0;

	for_each_memory_node(node) {
		struct page *pages[32];
		unsigned int n = 0;

		for (; n < ARRAY_SIZE(pages); n++) {
			pages[n] = alloc_pages_node((int)node, GFP_KERNEL | __GFP_THISNODE, n % 6);
			ASSERT_NOT_NULL(pages[n]);
			EXPECT_EQ(page_to_nid(pages[n]), node);
			/* Without a table, or told otherwise (numa=), there is nothing to compare. */
			if (srat && nr_node_ids > 1 && !strcmp(numa_source, "SRAT"))
				EXPECT_TRUE(range_has(srat, node, page_to_phys(pages[n])));
			checked++;
		}
		while (n--)
			__free_pages(pages[n], n % 6);
	}
	EXPECT_GT(checked, 0);
}
