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

/*
 * tlb_flush() - no CPU uses what its TLB holds of [@va, @va + @size) once this returns; the tables
 * are changed before. Context: any; the caller holds no lock that others spin on with interrupts
 * off.
 */
void tlb_flush(unsigned long va, u64 size);

/* tlb_flush_local() - the same for this CPU alone. Context: any. */
void tlb_flush_local(unsigned long va, u64 size);

/* tlb_join() - this CPU begins to run, tlb_leave() - ceases to. Interrupts off. */
void tlb_join(void);
void tlb_leave(void);

/* cpus_sync() - interrupt handlers that ran on other CPUs have returned. Context: tlb_flush()'s. */
void cpus_sync(void);

/* The handler of VECTOR_TLB. */
void tlb_interrupt(unsigned int vector, void *dev);

#endif
