/* SPDX-License-Identifier: MIT */
/*
 * mm/page_debug.h - aids that make every request take the slow path: see mm/page_debug.c.
 */
#ifndef MM_PAGE_DEBUG_H
#define MM_PAGE_DEBUG_H

#include "lib/compiler.h"
#include "lib/types.h"
#include "mm/fault_inject.h"
#include "mm/gfp.h"

struct page;

#define PAGE_POISON 0xaa

extern bool page_poisoning;		/* [I] page_poison=1 */
extern bool debug_pagealloc;		/* [I] debug_pagealloc=1 */
extern bool page_debugging;		/* [I] either */
extern struct fault_attr fail_page_alloc;

/* page_debug_on() - freed blocks are filled or unmapped: there are no per-CPU stacks then. */
static inline bool page_debug_on(void)
{
	return page_debugging;
}

/* page_debug_init() - make the direct map's free memory ready for unmapping. From mem_init(). */
void page_debug_init(void);

/* page_debug_free() - the block is about to become free. page_debug_alloc() - it is in use again. */
void page_debug_free(struct page *page, unsigned int order);
void page_debug_alloc(struct page *page, unsigned int order);

/* page_alloc_fails() - injection wants this request to fail. */
bool page_alloc_fails(gfp_t gfp, unsigned int order);

/*
 * page_alloc_steer() - have all CPUs' requests take the slow path, or no longer, as
 * fail_page_alloc.active now says. Boot, and tests.
 */
void page_alloc_steer(void);

#endif
