/* SPDX-License-Identifier: MIT */
/*
 * <arch/page.h> - the address space and the conversions between its parts.
 *
 *   ffff888000000000  direct map of all RAM (64 TB)
 *   ffffc90000000000  vmalloc, ioremap, thread stacks (64 GB)
 *   fffffe2200000000  struct page array: 64 bytes a page, page i at VMEMMAP + 64 * i
 *   ffffffff80000000  the image, linked at + 2 MB, loaded at 2 MB
 */
#ifndef ARCH_PAGE_H
#define ARCH_PAGE_H

#include "lib/types.h"
#include "lib/compiler.h"

#define PAGE_SHIFT 12
#define PAGE_SIZE  (1UL << PAGE_SHIFT)
#define PAGE_MASK  (~(PAGE_SIZE - 1))
#define PMD_SIZE   (1UL << 21)	/* one large page */
#define PUD_SIZE   (1UL << 30)

#define PAGE_OFFSET	0xffff888000000000UL
#define DIRECT_MAP_SIZE	(1UL << 46)
#define VMALLOC_START	0xffffc90000000000UL
#define VMALLOC_END	(VMALLOC_START + (64UL << 30))
#define VMEMMAP		0xfffffe2200000000UL
#define KERNEL_BASE	0xffffffff80000000UL

#define PFN_DOWN(x) ((unsigned long)(x) >> PAGE_SHIFT)
#define PFN_UP(x)   (((unsigned long)(x) + PAGE_SIZE - 1) >> PAGE_SHIFT)
#define PFN_PHYS(n) ((phys_addr_t)(n) << PAGE_SHIFT)
#define PAGE_ALIGN(x) (((x) + PAGE_SIZE - 1) & PAGE_MASK)

struct page;

static __always_inline void *phys_to_virt(phys_addr_t phys)
{
	return (void *)(phys + PAGE_OFFSET);
}

/* Takes direct-map addresses and addresses of the image, and no others. */
static __always_inline phys_addr_t virt_to_phys(const volatile void *virt)
{
	unsigned long v = (unsigned long)virt;

	return v >= KERNEL_BASE ? v - KERNEL_BASE : v - PAGE_OFFSET;
}

#define __va(phys) phys_to_virt((phys_addr_t)(phys))
#define __pa(virt) virt_to_phys((const volatile void *)(virt))

/* Direct-map addresses only: the sign-extending shift turns PAGE_OFFSET into VMEMMAP. */
static __always_inline struct page *virt_to_page(const volatile void *virt)
{
	return (struct page *)(((long)virt >> 6) & -64L);
}

static __always_inline void *page_to_virt(const struct page *page)
{
	return (void *)(((unsigned long)page - VMEMMAP) * 64 + PAGE_OFFSET);
}

static __always_inline void *page_address(const struct page *page)
{
	return page_to_virt(page);
}

static __always_inline unsigned long page_to_pfn(const struct page *page)
{
	return ((unsigned long)page - VMEMMAP) >> 6;
}

static __always_inline struct page *pfn_to_page(unsigned long pfn)
{
	return (struct page *)(VMEMMAP + (pfn << 6));
}

static __always_inline phys_addr_t page_to_phys(const struct page *page)
{
	return PFN_PHYS(page_to_pfn(page));
}

#endif
