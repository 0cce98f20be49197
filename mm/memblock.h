/* SPDX-License-Identifier: MIT */
/*
 * mm/memblock.h - the memory map before the page allocator: see mm/memblock.c.
 */
#ifndef MM_MEMBLOCK_H
#define MM_MEMBLOCK_H

#include "lib/compiler.h"
#include "lib/types.h"

struct boot_info;

#define MEMBLOCK_MAX_REGIONS 256

struct memblock_region {
	phys_addr_t base;
	u64 size;
};

/* Sorted by base, disjoint, neighbours merged. */
struct memblock_type {
	const char *name;
	unsigned int count;
	u64 total;
	struct memblock_region regions[MEMBLOCK_MAX_REGIONS];
};

struct memblock {
	phys_addr_t limit;		/* memblock_alloc() stays below */
	struct memblock_type memory;
	struct memblock_type reserved;
};

extern struct memblock memblock;

/*
 * memblock_init() - take RAM from the boot protocol's map, reserve what must survive (page 0, the
 * image, the boot protocol's own memory), apply "mem=". Once, before anything allocates.
 */
void memblock_init(const struct boot_info *info);

/*
 * The same for any struct memblock; what memblock_init() and the tests are made of. 0 or -ENOSPC.
 */
int memblock_type_add(struct memblock_type *type, phys_addr_t base, u64 size);
int memblock_type_remove(struct memblock_type *type, phys_addr_t base, u64 size);
bool memblock_type_overlaps(const struct memblock_type *type, phys_addr_t base, u64 size);

int memblock_add(phys_addr_t base, u64 size);
int memblock_remove(phys_addr_t base, u64 size);
int memblock_reserve(phys_addr_t base, u64 size);
int memblock_free(phys_addr_t base, u64 size);

/* memblock_set_limit() - allocations stay below @limit: what the page tables of the moment map. */
void memblock_set_limit(phys_addr_t limit);
/* memblock_enforce_limit() - forget all RAM above the address @limit ("mem="). */
void memblock_enforce_limit(phys_addr_t limit);

/*
 * memblock_phys_alloc() - reserve @size bytes aligned to @align (a power of two), from the top.
 * Return: physical address; 0 when there is none. The memory is not cleared.
 */
phys_addr_t memblock_phys_alloc(u64 size, u64 align);
/* memblock_phys_alloc_range() - the same within [@from, @to). */
phys_addr_t memblock_phys_alloc_range(u64 size, u64 align, phys_addr_t from, phys_addr_t to);
/* memblock_alloc() - the same, cleared, as a direct-map address; panics when there is none. */
void *memblock_alloc(u64 size, u64 align);
/* memblock_try_alloc() - the same, but NULL when there is none. */
void *memblock_try_alloc(u64 size, u64 align);

phys_addr_t memblock_start_of_ram(void);
phys_addr_t memblock_end_of_ram(void);
u64 memblock_phys_mem_size(void);

/*
 * memblock_next_free() - the first piece of RAM at or above *@base that nobody reserved.
 * Return: false when there is none; else *@base and *@end bound it.
 */
bool memblock_next_free(phys_addr_t *base, phys_addr_t *end);

#endif
