/* SPDX-License-Identifier: MIT */
/* arch/x86_64/mm/mm_internal.h - page-table entries, and what the start of other CPUs needs. */
#ifndef MM_INTERNAL_H
#define MM_INTERNAL_H

#include "lib/types.h"
#include "lib/compiler.h"

#define PTE_P		0x001ULL
#define PTE_W		0x002ULL
#define PTE_PWT		0x008ULL
#define PTE_PCD		0x010ULL
#define PTE_A		0x020ULL
#define PTE_D		0x040ULL
#define PTE_LARGE	0x080ULL
#define PTE_G		0x100ULL
#define PTE_NX		(1ULL << 63)
#define PTE_ADDR	0x000ffffffffff000ULL
#define PTE_TABLE	(PTE_P | PTE_W | PTE_A)

/* Physical address of the kernel's root table; below 4 GB, as it lies in the image. */
phys_addr_t mmu_root(void);

/* Make @table a root whose upper half is the kernel's and whose lower half is empty. */
void mmu_copy_upper_half(u64 *table);

/* Forget all of this CPU's translations, the global ones too. */
void mmu_flush_local(void);

#endif
