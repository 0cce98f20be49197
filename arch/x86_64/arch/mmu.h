/* SPDX-License-Identifier: MIT */
/*
 * <arch/mmu.h> - page tables (arch/x86_64/mm/mmu.c has the theory).
 */
#ifndef ARCH_MMU_H
#define ARCH_MMU_H

#include "lib/types.h"
#include "lib/compiler.h"
#include <arch/page.h>

struct boot_info;

/* What a mapping allows, and how it is cached. W and X together are refused. */
typedef u32 pgprot_t;

#define PROT_R  0x1u
#define PROT_W  0x2u
#define PROT_X  0x4u
#define PROT_RW (PROT_R | PROT_W)
#define PROT_RX (PROT_R | PROT_X)
#define PROT_WB 0x00u	/* write back: memory */
#define PROT_WC 0x10u	/* write combining: frame buffers */
#define PROT_UC 0x20u	/* uncached: device registers */
#define PROT_CACHE_MASK 0x30u

/*
 * map_pages() - map [@va, @va + @size) to @pa. All three are multiples of 4 KB. Uses 2 MB and
 * 1 GB pages where both addresses allow it.
 * Return: 0, -EINVAL (alignment, W with X), -EEXIST (something is mapped there; what was mapped
 * before the obstacle stays), -ENOMEM (no page for a table).
 * Context: any that may call arch_hooks.alloc_table(). Locks: the caller serialises work on one
 * range.
 */
int __must_check map_pages(unsigned long va, phys_addr_t pa, u64 size, pgprot_t prot);

/*
 * unmap_pages() - remove mappings (holes are fine) and flush them from the TLBs of all CPUs. Tables
 * stay.
 * Context: any. Locks: the caller holds no lock that others spin on with interrupts off, as it
 * waits for all CPUs (tlb.c); so for protect_pages().
 */
void unmap_pages(unsigned long va, u64 size);

/*
 * protect_pages() - change what is mapped in the range to @prot, and flush.
 * Return: 0, -EINVAL, or -ENOMEM (a large page had to be split).
 */
int __must_check protect_pages(unsigned long va, u64 size, pgprot_t prot);

/*
 * mmu_set_present() - take what 4 KB leaves of the direct map have in the range out of reach, or
 * give it back with the rights it had; larger leaves stay. Needs no memory. Flushes the TLB of this
 * CPU alone: for debug_pagealloc, where an old entry elsewhere does no harm. Context: any.
 */
void mmu_set_present(unsigned long va, u64 size, bool present);

/*
 * mmu_init() - build the final page tables and switch to them (see mmu.c).
 * Precondition: arch_hooks.alloc_table() works; until mmu_init() returns, its pages must lie
 * below 4 GB (that is what the early tables map).
 */
void mmu_init(const struct boot_info *info);

/*
 * mmu_seal() - make __ro_after_init data read-only, in the image and in the direct map.
 * Context: boot, once, after the initcalls.
 */
void mmu_seal(void);

/*
 * mmu_free_init() - unmap the __init part of the image; the pages become plain memory.
 * Return: their physical range through @base and @size, for the page allocator.
 */
void mmu_free_init(phys_addr_t *base, u64 *size);

/* mmu_translate() - Return: true and the physical address behind @va, if one is mapped. */
bool mmu_translate(unsigned long va, phys_addr_t *pa);

/*
 * mmu_walk() - call @fn for every leaf, in address order, with the rights that really hold (all
 * levels combined). A value other than 0 from @fn ends the walk and is returned.
 */
int mmu_walk(int (*fn)(unsigned long va, u64 size, phys_addr_t pa, pgprot_t prot, void *ctx),
	     void *ctx);

#endif
