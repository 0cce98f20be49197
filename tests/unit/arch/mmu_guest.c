/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/arch/mmu_guest.c - the page tables as the CPU sees them: W^X through every mapping,
 * RAM covered, what must not be there absent, and the mapping functions.
 */
#include <arch/boot_info.h>
#include <arch/mmu.h>
#include <arch/trap.h>
#include "kernel/base/selftest.h"
#include "lib/errno.h"
#include "mm/page_debug.h"

extern char text_start[], text_end[], rodata_start[], data_start[], image_start[];
extern char ro_after_init_start[], boot_stack_guard[], ist_stacks[];

/* Between the local APIC's page and the end of the address space: nobody maps here. */
#define SCRATCH_VA 0xffffffffd0000000UL

static u8 scratch_page[PAGE_SIZE] __aligned(4096);

struct walk_result {
	unsigned int	leaves, writable_executable, executable, low;
	unsigned long	first_bad, last_end;
	bool		disordered;
};

static int look_at_leaf(unsigned long va, u64 size, phys_addr_t pa, pgprot_t prot, void *ctx)
{
	struct walk_result *r = ctx;

	r->leaves++;
	if ((prot & PROT_W) && (prot & PROT_X)) {
		r->writable_executable++;
		r->first_bad = va;
	}
	if (prot & PROT_X)
		r->executable++;
	if ((prot & PROT_X) && va < KERNEL_BASE)
		r->first_bad = va;
	if (va < PAGE_OFFSET)
		r->low++;
	if (va < r->last_end)
		r->disordered = true;
	r->last_end = va + size;
	return 0;
}

SELFTEST(mmu, no_page_writable_and_executable)
{
	struct walk_result r = { 0 };

	EXPECT_EQ(mmu_walk(look_at_leaf, &r), 0);
	EXPECT_GT(r.leaves, 16);
	EXPECT_GT(r.executable, 0);
	EXPECT_EQ(r.writable_executable, 0);
	EXPECT_EQ(r.first_bad, 0);
	EXPECT_EQ(r.low, 0);
	EXPECT_FALSE(r.disordered);
}

static int stop_at_third(unsigned long va, u64 size, phys_addr_t pa, pgprot_t prot, void *ctx)
{
	return ++*(int *)ctx == 3 ? 33 : 0;
}

SELFTEST(mmu, walk_stops_when_told)
{
	int n = 0;

	EXPECT_EQ(mmu_walk(stop_at_third, &n), 33);
	EXPECT_EQ(n, 3);
}

static void expect_direct_mapped(phys_addr_t pa)
{
	phys_addr_t found = ~0ULL;

	EXPECT_TRUE(mmu_translate((unsigned long)__va(pa), &found));
	EXPECT_EQ(found, pa);
}

SELFTEST(mmu, direct_map_covers_ram)
{
	unsigned int ram = 0;

	if (debug_pagealloc)
		SKIP("debug_pagealloc=1: what is free is not mapped");
	for (unsigned int i = 0; i < boot_info.nr_regions; i++) {
		const struct boot_region *r = &boot_info.regions[i];

		if (r->type != BOOT_MEM_RAM)
			continue;
		ram++;
		for (phys_addr_t pa = r->base; pa < r->base + r->size; pa += PMD_SIZE)
			expect_direct_mapped(pa);
		expect_direct_mapped(r->base + r->size - 1);
	}
	EXPECT_GT(ram, 0);
}

static bool can_write(void *p)
{
	u8 byte;

	return probe_read(&byte, p, 1) && probe_write(p, &byte, 1);
}

SELFTEST(mmu, constants_and_code_cannot_be_written)
{
	static char *const places[] = { text_start, rodata_start, ro_after_init_start };

	for (unsigned int i = 0; i < ARRAY_SIZE(places); i++) {
		EXPECT_FALSE(can_write(places[i]));
		EXPECT_FALSE(can_write(__va(__pa(places[i]))));
	}
	EXPECT_TRUE(can_write(scratch_page));
	EXPECT_TRUE(can_write(__va(__pa(scratch_page))));
}

SELFTEST(mmu, low_addresses_and_guards_unmapped)
{
	u8 byte;
	phys_addr_t pa;

	EXPECT_FALSE(probe_read(&byte, NULL, 1));
	EXPECT_FALSE(probe_read(&byte, (const void *)0x200000UL, 1));
	EXPECT_FALSE(mmu_translate((unsigned long)boot_stack_guard, &pa));
	for (unsigned long i = 0; i < 3; i++)
		EXPECT_FALSE(mmu_translate((unsigned long)ist_stacks + i * 3 * PAGE_SIZE, &pa));
}

SELFTEST(mmu, map_protect_unmap)
{
	volatile u8 *window = (volatile u8 *)SCRATCH_VA;
	u8 byte = 1;

	ASSERT_EQ(map_pages(SCRATCH_VA, __pa(scratch_page), PAGE_SIZE, PROT_RW), 0);
	window[7] = 42;
	EXPECT_EQ(READ_ONCE(scratch_page[7]), 42);
	EXPECT_ERR(map_pages(SCRATCH_VA, 0, PAGE_SIZE, PROT_R), -EEXIST);
	EXPECT_EQ(protect_pages(SCRATCH_VA, PAGE_SIZE, PROT_R), 0);
	EXPECT_FALSE(probe_write((void *)SCRATCH_VA, &byte, 1));
	EXPECT_TRUE(probe_read(&byte, (const void *)(SCRATCH_VA + 7), 1));
	EXPECT_EQ(byte, 42);
	unmap_pages(SCRATCH_VA, PAGE_SIZE);
	EXPECT_FALSE(probe_read(&byte, (const void *)SCRATCH_VA, 1));
	unmap_pages(SCRATCH_VA, PAGE_SIZE);	/* a hole is fine */
}

SELFTEST(mmu, refuses_nonsense)
{
	EXPECT_ERR(map_pages(SCRATCH_VA, 0, PAGE_SIZE, PROT_RW | PROT_X), -EINVAL);
	EXPECT_ERR(map_pages(SCRATCH_VA, 0, PAGE_SIZE, 0), -EINVAL);
	EXPECT_ERR(map_pages(SCRATCH_VA + 1, 0, PAGE_SIZE, PROT_R), -EINVAL);
	EXPECT_ERR(map_pages(SCRATCH_VA, 1, PAGE_SIZE, PROT_R), -EINVAL);
	EXPECT_ERR(map_pages(SCRATCH_VA, 0, 100, PROT_R), -EINVAL);
	EXPECT_ERR(map_pages(0x1000, 0, PAGE_SIZE, PROT_R), -EINVAL);
	EXPECT_ERR(map_pages(-PAGE_SIZE, 0, 2 * PAGE_SIZE, PROT_R), -EINVAL);
	EXPECT_ERR(protect_pages(SCRATCH_VA, PAGE_SIZE, PROT_RW | PROT_X), -EINVAL);
}

static int count_leaves(unsigned long va, u64 size, phys_addr_t pa, pgprot_t prot, void *ctx)
{
	unsigned int *n = ctx;

	if (va >= SCRATCH_VA + PMD_SIZE && va < SCRATCH_VA + 3 * PMD_SIZE)
		n[size == PMD_SIZE]++;
	return 0;
}

SELFTEST(mmu, large_pages_split_without_change)
{
	unsigned long va = SCRATCH_VA + PMD_SIZE;
	phys_addr_t base = 0x200000, pa;
	unsigned int n[2] = { 0 };

	ASSERT_EQ(map_pages(va, base, 2 * PMD_SIZE, PROT_R), 0);
	mmu_walk(count_leaves, n);
	EXPECT_EQ(n[1], 2);

	/* A hole of one page splits one large page; all its other pages stay where they were. */
	unmap_pages(va + 5 * PAGE_SIZE, PAGE_SIZE);
	n[0] = n[1] = 0;
	mmu_walk(count_leaves, n);
	EXPECT_EQ(n[0], 511);
	EXPECT_EQ(n[1], 1);
	for (unsigned long i = 0; i < 1024; i += 1) {
		bool mapped = mmu_translate(va + i * PAGE_SIZE, &pa);

		EXPECT_EQ(mapped, i != 5);
		if (mapped)
			EXPECT_EQ(pa, base + i * PAGE_SIZE);
	}
	unmap_pages(va, 2 * PMD_SIZE);
	EXPECT_FALSE(mmu_translate(va, &pa));

	/* Where a table is left over, small pages serve. */
	EXPECT_EQ(map_pages(va, base, 2 * PMD_SIZE, PROT_R), 0);
	EXPECT_TRUE(mmu_translate(va + 2 * PMD_SIZE - 1, &pa));
	EXPECT_EQ(pa, base + 2 * PMD_SIZE - 1);
	unmap_pages(va, 2 * PMD_SIZE);
}
