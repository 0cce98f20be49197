/* SPDX-License-Identifier: MIT */
/*
 * <arch/page.h> on the host: the same parts at addresses that a process can have.
 *
 *   680000000000  direct map: a file in memory plays the RAM (tests/host/memory.c)
 *   690000000000  struct page array
 *   6a0000000000  vmalloc, stacks
 *
 * All of it lies above the program (0x55..): a per-CPU offset is the distance from the section to
 * the copy, and Linux refuses a negative %gs base. The three-instruction virt_to_page() needs
 * VMEMMAP == PAGE_OFFSET >> 6, where AddressSanitizer has its shadow: here it takes two more.
 */
#ifndef HOST_ARCH_PAGE_H
#define HOST_ARCH_PAGE_H

#include "lib/compiler.h"

#define PAGE_SHIFT 12
#define PAGE_SIZE  (1UL << PAGE_SHIFT)
#define PAGE_MASK  (~(PAGE_SIZE - 1))
#define PMD_SIZE   (1UL << 21)
#define PUD_SIZE   (1UL << 30)

#define PAGE_OFFSET	0x680000000000UL
#define DIRECT_MAP_SIZE (1UL << 33)
#define VMEMMAP		0x690000000000UL
#define VMALLOC_START	0x6a0000000000UL
#define VMALLOC_END	(VMALLOC_START + (64UL << 30))
#define KERNEL_BASE	0xffffffff80000000UL

#define PFN_DOWN(x)   ((unsigned long)(x) >> PAGE_SHIFT)
#define PFN_UP(x)     (((unsigned long)(x) + PAGE_SIZE - 1) >> PAGE_SHIFT)
#define PFN_PHYS(n)   ((phys_addr_t)(n) << PAGE_SHIFT)
#define PAGE_ALIGN(x) (((x) + PAGE_SIZE - 1) & PAGE_MASK)

struct page;

static inline void *phys_to_virt(phys_addr_t phys)
{
	return (void *)(phys + PAGE_OFFSET);
}

static inline phys_addr_t virt_to_phys(const volatile void *virt)
{
	return (unsigned long)virt - PAGE_OFFSET;
}

#define __va(phys) phys_to_virt((phys_addr_t)(phys))
#define __pa(virt) virt_to_phys((const volatile void *)(virt))

static inline struct page *virt_to_page(const volatile void *virt)
{
	return (struct page *)(VMEMMAP + ((((unsigned long)virt - PAGE_OFFSET) >> 6) & -64UL));
}

static inline void *page_to_virt(const struct page *page)
{
	return (void *)(((unsigned long)page - VMEMMAP) * 64 + PAGE_OFFSET);
}

static inline void *page_address(const struct page *page)
{
	return page_to_virt(page);
}

static inline unsigned long page_to_pfn(const struct page *page)
{
	return ((unsigned long)page - VMEMMAP) >> 6;
}

static inline struct page *pfn_to_page(unsigned long pfn)
{
	return (struct page *)(VMEMMAP + (pfn << 6));
}

static inline phys_addr_t page_to_phys(const struct page *page)
{
	return PFN_PHYS(page_to_pfn(page));
}

#endif
