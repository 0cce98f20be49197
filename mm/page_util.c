/* SPDX-License-Identifier: MIT */
/*
 * mm/page_util.c - pages by address, by the exact size, and many at a time: wrappers around
 * alloc_pages() and __free_pages(). Locking: none of its own.
 */
#include "lib/bug.h"
#include "mm/page_alloc.h"
#include "mm/page_alloc_internal.h"

void free_pages_bulk(unsigned int n, struct page **pages)
{
	for (unsigned int i = 0; i < n; i++)
		if (pages[i])
			__free_page(pages[i]);
}

unsigned long __get_free_pages(gfp_t gfp, unsigned int order)
{
	struct page *page = alloc_pages(gfp, order);

	return page ? (unsigned long)page_address(page) : 0;
}

unsigned long get_zeroed_page(gfp_t gfp)
{
	return __get_free_pages(gfp | __GFP_ZERO, 0);
}

void free_pages(unsigned long addr, unsigned int order)
{
	if (addr)
		__free_pages(virt_to_page((void *)addr), order);
}

void split_page(struct page *page, unsigned int order)
{
	u64 state = PAGE_STATE(0, 0, page->zone, 1);

	BUG_ON(PageCompound(page) || page->order != order || page_count(page) != 1);
	for (unsigned long i = 0; i < 1ul << order; i++)
		page[i].state = state;
}

void *alloc_pages_exact(size_t size, gfp_t gfp)
{
	unsigned int order = get_order(size);
	unsigned long pages = PFN_UP(size);
	struct page *page = size ? alloc_pages(gfp & ~__GFP_COMP, order) : NULL;

	if (!page)
		return NULL;
	split_page(page, order);
	for (unsigned long i = pages; i < 1ul << order; i++)
		__free_page(page + i);
	return page_address(page);
}

void free_pages_exact(void *addr, size_t size)
{
	for (unsigned long i = 0; i < PFN_UP(size); i++)
		free_page((unsigned long)addr + i * PAGE_SIZE);
}
