/* SPDX-License-Identifier: MIT */
/*
 * mm/vmalloc.h - memory that is contiguous in address only, device memory, stacks: see
 * mm/vmalloc.c.
 */
#ifndef MM_VMALLOC_H
#define MM_VMALLOC_H

#include "lib/compiler.h"
#include "lib/types.h"
#include "mm/gfp.h"

/*
 * vmalloc() - @size bytes (rounded up to pages) with an unmapped guard page behind them.
 * Context: thread.  Return: NULL when out of memory or address space.
 */
void *vmalloc(size_t size);
void *vzalloc(size_t size);
void *__vmalloc(size_t size, gfp_t gfp);
void vfree(const void *addr);

/*
 * ioremap() - device registers at physical @phys: uncached, any alignment. NULL when there is no
 * room.
 */
void *ioremap(phys_addr_t phys, size_t size);
/* ioremap_wc() - write-combining: frame buffers.  ioremap_cache() - firmware tables. */
void *ioremap_wc(phys_addr_t phys, size_t size);
void *ioremap_cache(phys_addr_t phys, size_t size);
void iounmap(const void *addr);

/*
 * stack_alloc() - a thread's stack of THREAD_STACK_SIZE bytes; the page below is not mapped, so
 * that an overflow faults. Return: its lowest address, NULL when out of memory.
 */
void *stack_alloc(void);
void stack_free(void *stack);

bool is_vmalloc_addr(const void *addr);
/*
 * vmalloc_to_page() - the struct page behind an address of vmalloc() or stack_alloc(); NULL if
 * none.
 */
struct page *vmalloc_to_page(const void *addr);

/* kvmalloc() - kmalloc() when that succeeds, vmalloc() else.  kvfree() frees either. */
void *kvmalloc(size_t size, gfp_t gfp);
void *kvzalloc(size_t size, gfp_t gfp);
void kvfree(const void *addr);

/* vmalloc_init() - once kmalloc() works. */
void vmalloc_init(void);

struct vmalloc_stats {
	unsigned long areas;
	u64 bytes_mapped;
};
void vmalloc_get_stats(struct vmalloc_stats *stats);

#endif
