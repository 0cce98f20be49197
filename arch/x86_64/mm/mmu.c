/* SPDX-License-Identifier: MIT */
/*
 * arch/x86_64/mm/mmu.c - page tables.
 *
 * Overview    One set of tables, the kernel's; there is no user mode. mmu_init() replaces the
 *             early tables (start.S: 2 MB pages, all writable and executable) with the final ones:
 *             direct map   all RAM, RW and NX; also the first megabyte (BIOS area) and what
 *                          firmware left beside RAM (ACPI tables). The largest pages that fit.
 *             image        text RX, rodata and symbols R, the rest RW NX, to the page; the pages
 *                          below the boot CPU's stacks unmapped. The direct map's alias of the
 *                          image has the same rights without X.
 *             Nothing is mapped at low addresses. Everything else (struct page array, vmalloc,
 *             ioremap) is mapped by its owner through map_pages().
 * Structure   Four levels of 512 entries. Upper entries allow everything; a leaf alone says what
 *             holds. Leaves are global and have accessed and dirty preset, so that the CPU never
 *             writes to a table.
 * W^X         map_pages() and protect_pages() refuse W with X. mmu_seal() takes W from
 *             __ro_after_init data.
 * TLB         Removing or lowering rights is followed by a flush on every CPU (tlb.c). Mapping what
 *             was not mapped needs none: CPUs do not keep the absence of a translation. A large
 *             page is split into entries of equal meaning, so that its translation never changes
 *             under running code.
 * Lifetime    Tables come from arch_hooks.alloc_table() and are never freed: an address range that
 *             was used once will be used again.
 * Locking     A table is installed, and a large page split, by compare-and-exchange, so owners of
 *             different ranges need no common lock, on one CPU or on several; who lost the race
 *             keeps its page as a spare. One range has one owner, who serialises. Neighbours may
 *             share a large page that is yet to be split: whoever changes it as a whole owns it
 *             as a whole.
 * Limits      A leaf above the RAM of the memory map is the owner's matter. 64 TB of direct map.
 * Reference   Intel SDM volume 3, chapter 4.
 */
#include "lib/bug.h"
#include "lib/errno.h"
#include "lib/string.h"
#include <arch/atomic.h>
#include <arch/boot_info.h>
#include <arch/cpu.h>
#include <arch/mmu.h>
#include <arch/trap.h>
#include "arch/x86_64/cpu/cpu_internal.h"
#include "mm_internal.h"

#define ENTRIES		512
#define TOP_LEVEL	3		/* 0: 4 KB pages, 1: 2 MB, 2: 1 GB, 3: the root */
#define LEVEL_SHIFT(l)	(12 + 9 * (l))
#define LEVEL_SIZE(l)	(1UL << LEVEL_SHIFT(l))
#define INDEX(va, l)	(((va) >> LEVEL_SHIFT(l)) & (ENTRIES - 1))

#define LOW_1MB		(1UL << 20)

/*
 * Firmware keeps its tables in reserved memory right above RAM, 2 MB at most in practice. Larger
 * reserved ranges are windows of devices (PCI Express configuration is 256 MB).
 */
#define FIRMWARE_MAX	(16UL << 20)

extern char text_start[], rodata_start[], data_start[], init_start[], init_text_end[], init_end[];
extern char symbols_start[], image_start[], image_end[];
extern char ro_after_init_start[], ro_after_init_end[];
extern char boot_stack_guard[], ist_stacks[];

static u64 root[ENTRIES] __aligned(4096) __section(".bss.page_aligned");
static u64 *spare_tables;	/* [table_lock] each one's first word leads to the next */
static u32 table_lock;
static bool early = true;	/* still on the early tables */

/* --- entries ---------------------------------------------------------------------------------- */

static u64 pte_flags(pgprot_t prot)
{
	u64 flags = PTE_P | PTE_A | PTE_D | PTE_G;

	if (prot & PROT_W)
		flags |= PTE_W;
	if (!(prot & PROT_X))
		flags |= PTE_NX;
	if ((prot & PROT_CACHE_MASK) == PROT_WC)
		flags |= PTE_PWT;
	else if ((prot & PROT_CACHE_MASK) == PROT_UC)
		flags |= PTE_PWT | PTE_PCD;
	return flags;
}

static bool prot_valid(pgprot_t prot)
{
	return (prot & PROT_R) && (prot & (PROT_W | PROT_X)) != (PROT_W | PROT_X);
}

static bool range_valid(unsigned long va, u64 size)
{
	return IS_ALIGNED(va, PAGE_SIZE) && IS_ALIGNED(size, (u64)PAGE_SIZE) && va >= PAGE_OFFSET &&
	       (size == 0 || va + size - 1 >= va);
}

static bool is_leaf(u64 entry, int level)
{
	return level == 0 || (entry & PTE_LARGE);
}

static u64 *table_of(u64 entry)
{
	return phys_to_virt(entry & PTE_ADDR);
}

static u64 *alloc_table(void)
{
	unsigned long flags = arch_lock(&table_lock);
	u64 *table = spare_tables;

	if (table) {
		spare_tables = (u64 *)table[0];
		table[0] = 0;
	}
	arch_unlock(&table_lock, flags);
	if (!table)
		table = arch_hooks.alloc_table();
	BUG_ON(early && table && __pa(table) >= 1ULL << 32);
	return table;
}

/* @table is zero, as it was allocated. */
static void keep_spare(u64 *table)
{
	unsigned long flags = arch_lock(&table_lock);

	table[0] = (u64)spare_tables;
	spare_tables = table;
	arch_unlock(&table_lock, flags);
}

/* The table below @slot, made if need be. Return: NULL when there was no page for it. */
static u64 *descend(u64 *slot)
{
	u64 expected = 0, *table;

	if (*slot & PTE_P)
		return table_of(*slot);
	table = alloc_table();
	if (!table)
		return NULL;
	if (!try_cmpxchg(slot, &expected, __pa(table) | PTE_TABLE)) {
		keep_spare(table);
		return table_of(expected);
	}
	return table;
}

/* Where the walk to @va ends: a leaf, or an entry that is not present; @level is its level. */
static u64 *find_slot(unsigned long va, int *level)
{
	u64 *table = root;

	for (*level = TOP_LEVEL;; (*level)--) {
		u64 *slot = &table[INDEX(va, *level)];

		if (!(*slot & PTE_P) || is_leaf(*slot, *level))
			return slot;
		table = table_of(*slot);
	}
}

/* --- mapping ---------------------------------------------------------------------------------- */

static int best_level(unsigned long va, phys_addr_t pa, u64 size)
{
	int level = cpu_has(X86_FEATURE_GBPAGES) ? 2 : 1;

	while (level > 0 && (((va | pa) & (LEVEL_SIZE(level) - 1)) || size < LEVEL_SIZE(level)))
		level--;
	return level;
}

/*
 * Find the table for a leaf of *@level at @va; *@level becomes smaller where a table is in the way
 * already.
 */
static int leaf_table(unsigned long va, int *level, u64 **table)
{
	u64 *t = root;

	for (int l = TOP_LEVEL; l > *level; l--) {
		u64 *slot = &t[INDEX(va, l)];

		if ((*slot & PTE_P) && is_leaf(*slot, l))
			return -EEXIST;
		t = descend(slot);
		if (!t)
			return -ENOMEM;
	}
	while (*level > 0 && (t[INDEX(va, *level)] & (PTE_P | PTE_LARGE)) == PTE_P) {
		t = table_of(t[INDEX(va, *level)]);
		(*level)--;
	}
	*table = t;
	return 0;
}

int map_pages(unsigned long va, phys_addr_t pa, u64 size, pgprot_t prot)
{
	u64 flags = pte_flags(prot);

	if (!prot_valid(prot) || !range_valid(va, size) || !IS_ALIGNED(pa, (phys_addr_t)PAGE_SIZE))
		return -EINVAL;
	while (size) {
		int level = best_level(va, pa, size), err;
		unsigned long index, step;
		u64 *table, large;

		err = leaf_table(va, &level, &table);
		if (err)
			return err;
		index = INDEX(va, level);
		step = LEVEL_SIZE(level);
		large = level ? PTE_LARGE : 0;
		if (table[index] & PTE_P)
			return -EEXIST;
		/* Only where a table ends may a larger page begin: this run keeps its level. */
		for (; index < ENTRIES && size >= step && !(table[index] & PTE_P); index++) {
			WRITE_ONCE(table[index], pa | flags | large);
			va += step;
			pa += step;
			size -= step;
		}
	}
	return 0;
}

/* Replace the large leaf in @slot by a table of the same meaning, unless another CPU just did. */
static int split(u64 *slot, int level)
{
	u64 entry = READ_ONCE(*slot), *table = alloc_table();
	u64 small = level == 1 ? entry & ~PTE_LARGE : entry;

	if (!table)
		return -ENOMEM;
	for (unsigned long i = 0; i < ENTRIES; i++)
		table[i] = small + i * LEVEL_SIZE(level - 1);
	if (!try_cmpxchg(slot, &entry, __pa(table) | PTE_TABLE)) {
		memset(table, 0, PAGE_SIZE);
		keep_spare(table);
	}
	return 0;
}

/*
 * Give every leaf in the range the flags @flags (0: remove it), splitting those that stick out.
 * PTE_LARGE may be kept at every level: in a 4 KB leaf it would be the PAT bit, which is never set
 * here.
 */
static int change_range(unsigned long va, u64 size, u64 flags)
{
	u64 at = 0;

	while (at < size) {
		int level;
		u64 *slot = find_slot(va + at, &level), entry = READ_ONCE(*slot);
		unsigned long step = LEVEL_SIZE(level);
		u64 in_page = (va + at) & (step - 1);

		if (!(entry & PTE_P)) {
			at += step - in_page;
			continue;
		}
		if (in_page || size - at < step) {
			int err = split(slot, level);

			if (err)
				return err;
			continue;
		}
		WRITE_ONCE(*slot, flags ? (entry & (PTE_ADDR | PTE_LARGE)) | flags : 0);
		at += step;
	}
	return 0;
}

void unmap_pages(unsigned long va, u64 size)
{
	BUG_ON(!range_valid(va, size));
	/* Fails only when a large page must be split; owners unmap what they mapped. */
	WARN_ON(change_range(va, size, 0));
	tlb_flush(va, size);
}

int protect_pages(unsigned long va, u64 size, pgprot_t prot)
{
	int err;

	if (!prot_valid(prot) || !range_valid(va, size))
		return -EINVAL;
	err = change_range(va, size, pte_flags(prot));
	tlb_flush(va, size);
	return err;
}

void mmu_set_present(unsigned long va, u64 size, bool present)
{
	for (u64 at = 0; at < size; at += PAGE_SIZE) {
		u64 *t = root;

		for (int l = TOP_LEVEL; t && l > 0; l--) {
			u64 entry = t[INDEX(va + at, l)];

			t = (entry & (PTE_P | PTE_LARGE)) == PTE_P ? table_of(entry) : NULL;
		}
		if (!t || !t[INDEX(va + at, 0)])
			continue;
		WRITE_ONCE(t[INDEX(va + at, 0)],
			   (t[INDEX(va + at, 0)] & ~PTE_P) | (present ? PTE_P : 0));
		if (!present)
			__asm__ volatile("invlpg (%0)" : : "r"(va + at) : "memory");
	}
}

bool mmu_translate(unsigned long va, phys_addr_t *pa)
{
	int level;
	u64 entry = *find_slot(va, &level);

	if (!(entry & PTE_P))
		return false;
	*pa = (entry & PTE_ADDR & ~(LEVEL_SIZE(level) - 1)) | (va & (LEVEL_SIZE(level) - 1));
	return true;
}

/* --- walking ---------------------------------------------------------------------------------- */

struct walk {
	int	(*fn)(unsigned long va, u64 size, phys_addr_t pa, pgprot_t prot, void *ctx);
	void	*ctx;
};

static pgprot_t prot_of(u64 entry, u64 upper_deny)
{
	pgprot_t prot = PROT_R;

	if ((entry & PTE_W) && !(upper_deny & PTE_W))
		prot |= PROT_W;
	if (!((entry | upper_deny) & PTE_NX))
		prot |= PROT_X;
	if (entry & PTE_PCD)
		prot |= PROT_UC;
	else if (entry & PTE_PWT)
		prot |= PROT_WC;
	return prot;
}

/* @deny: PTE_W where an upper entry forbids writing, PTE_NX where one forbids execution. */
static int walk_table(const struct walk *w, const u64 *table, int level, unsigned long va, u64 deny)
{
	int err = 0;

	for (unsigned long i = 0; i < ENTRIES && !err; i++) {
		unsigned long at = va | i << LEVEL_SHIFT(level);
		u64 entry = table[i];

		if (!(entry & PTE_P))
			continue;
		if (level == TOP_LEVEL && i >= ENTRIES / 2)
			at |= ~0UL << 48;
		if (is_leaf(entry, level))
			err = w->fn(at, LEVEL_SIZE(level),
				    entry & PTE_ADDR & ~(LEVEL_SIZE(level) - 1),
				    prot_of(entry, deny), w->ctx);
		else
			err = walk_table(w, table_of(entry), level - 1, at,
					 deny | (~entry & PTE_W) | (entry & PTE_NX));
	}
	return err;
}

int mmu_walk(int (*fn)(unsigned long va, u64 size, phys_addr_t pa, pgprot_t prot, void *ctx),
	     void *ctx)
{
	struct walk w = { fn, ctx };

	return walk_table(&w, root, TOP_LEVEL, 0, 0);
}

/* --- the final tables ------------------------------------------------------------------------- */

static const struct image_part {
	char		*start, *end;
	pgprot_t	prot;
} image_parts[] = {
	{ text_start,	 rodata_start,	PROT_RX },
	{ rodata_start,	 data_start,	PROT_R },
	{ data_start,	 init_start,	PROT_RW },
	{ init_start,	 init_text_end,	PROT_RX },
	{ init_text_end, symbols_start,	PROT_RW },
	{ symbols_start, image_end,	PROT_R },
};

static void __init must_map(unsigned long va, phys_addr_t pa, u64 size, pgprot_t prot)
{
	BUG_ON(map_pages(va, pa, size, prot));
}

static void __init map_image(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(image_parts); i++) {
		const struct image_part *p = &image_parts[i];

		phys_addr_t pa = __pa(p->start);
		u64 size = (u64)(p->end - p->start);

		must_map((unsigned long)p->start, pa, size, p->prot);
		must_map((unsigned long)__va(pa), pa, size, p->prot & ~PROT_X);
	}
	unmap_pages((unsigned long)boot_stack_guard, PAGE_SIZE);
	for (unsigned long i = 0; i < IST_STACKS; i++)
		unmap_pages((unsigned long)ist_stacks + i * IST_STEP, PAGE_SIZE);
}

/* [start, end) of physical memory into the direct map, around the image. */
static void __init map_direct(phys_addr_t start, phys_addr_t end)
{
	phys_addr_t hole = __pa(image_start), hole_end = __pa(image_end);

	if (start < hole && end > start)
		must_map((unsigned long)__va(start), start, min(end, hole) - start, PROT_RW);
	start = max(start, hole_end);
	if (end > hole_end && end > start)
		must_map((unsigned long)__va(start), start, end - start, PROT_RW);
}

/* End of the memory below 4 GB: RAM, and the firmware's tables right behind it. */
static phys_addr_t __init low_memory_end(const struct boot_info *info)
{
	phys_addr_t top = 0;

	for (unsigned int i = 0; i < info->nr_regions; i++) {
		const struct boot_region *r = &info->regions[i];

		if (r->base >= 1ULL << 32)
			break;
		if (r->type != BOOT_MEM_RESERVED && r->type != BOOT_MEM_BAD)
			top = r->base + r->size;
		else if (r->type == BOOT_MEM_RESERVED && r->base == top && r->size <= FIRMWARE_MAX)
			top += r->size;
	}
	return top;
}

/*
 * RAM everywhere; below the end of low memory also what is reserved between it, as that is memory
 * too. Never a range that the map does not name: it may be a device's.
 */
static void __init map_all_memory(const struct boot_info *info)
{
	phys_addr_t low_end = low_memory_end(info);
	phys_addr_t start = LOW_1MB, end = LOW_1MB;

	/*
	 * The BIOS area whatever the map says; by itself, hence in 4 KB pages: a large page over
	 * the fixed MTRRs' different memory types would be undefined (SDM 12.11.9).
	 */
	map_direct(0, LOW_1MB);
	for (unsigned int i = 0; i < info->nr_regions; i++) {
		const struct boot_region *r = &info->regions[i];
		phys_addr_t from = round_down(r->base, (phys_addr_t)PAGE_SIZE);
		phys_addr_t to = round_up(r->base + r->size, (phys_addr_t)PAGE_SIZE);

		if (r->type == BOOT_MEM_BAD ||
		    (r->type == BOOT_MEM_RESERVED && r->base + r->size > low_end))
			continue;
		if (from > end) {
			map_direct(start, end);
			start = from;
		}
		end = max(end, to);
	}
	map_direct(start, end);
}

phys_addr_t mmu_root(void)
{
	return __pa(root);
}

void mmu_copy_upper_half(u64 *table)
{
	for (unsigned int i = 0; i < ENTRIES; i++)
		table[i] = i < ENTRIES / 2 ? 0 : READ_ONCE(root[i]);
}

void __init mmu_init(const struct boot_info *info)
{
	map_image();
	map_all_memory(info);
	__asm__ volatile("mov %0, %%cr3" : : "r"((unsigned long)__pa(root)) : "memory");
	tlb_flush(0, ~0ULL);
	early = false;
}

void mmu_seal(void)
{
	u64 size = (u64)(ro_after_init_end - ro_after_init_start);

	/* Cannot fail for want of memory: the borders are mapped to the page. */
	BUG_ON(protect_pages((unsigned long)ro_after_init_start, size, PROT_R));
	BUG_ON(protect_pages((unsigned long)__va(__pa(ro_after_init_start)), size, PROT_R));
}

void mmu_free_init(phys_addr_t *base, u64 *size)
{
	*base = __pa(init_start);
	*size = (u64)(init_end - init_start);
	unmap_pages((unsigned long)init_start, *size);
	BUG_ON(protect_pages((unsigned long)__va(*base), *size, PROT_RW));
}
