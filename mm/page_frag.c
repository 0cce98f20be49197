/* SPDX-License-Identifier: MIT */
/*
 * mm/page_frag.c - short-lived buffers cut out of larger blocks.
 *
 * Overview    For buffers smaller than a page that live shortly and die anywhere: a block of
 *             32 KB is cut from its end downwards, each piece holding one reference to the
 *             block; when the last piece is freed, the block is. Receive buffers are not made this
 *             way (net/skbuff.c says why); so far only the self-tests are users.
 * Structure   References are taken in one lot of FRAG_BIAS when the block starts to be cut;
 *             pagecnt_bias counts those that are still the cache's own, so that a piece costs a
 *             subtraction and no atomic operation. When the block is used up, the cache gives its
 *             own rest back; if no piece is out at that moment, it cuts the same block again.
 * Locking     the cache's owner serialises. Pieces are freed from any context.
 */
#include "mm/page_alloc.h"

#define FRAG_BIAS	65536
#define FRAG_ALIGN	64u		/* a cache line: two pieces never share one */

static struct page *frag_refill(struct page_frag_cache *nc, gfp_t gfp)
{
	unsigned int order = PAGE_FRAG_CACHE_ORDER;
	struct page *page;

	page = alloc_pages(
		(gfp & ~__GFP_DIRECT_RECLAIM) | __GFP_COMP | __GFP_NOWARN | __GFP_NORETRY, order);
	if (unlikely(!page)) {
		order = 0;
		page = alloc_pages(gfp, 0);
		if (!page)
			return NULL;
	}
	atomic_add(FRAG_BIAS - 1, &page->refcount);
	nc->va = page_address(page);
	nc->size = PAGE_SIZE << order;
	nc->offset = nc->size;
	nc->pagecnt_bias = FRAG_BIAS;
	return page;
}

void *page_frag_alloc(struct page_frag_cache *nc, unsigned int size, gfp_t gfp)
{
	/* A piece without bytes would cost a reference and move nothing: they could run out. */
	if (unlikely(!size || size > PAGE_SIZE))
		return NULL;
	size = ALIGN(size, FRAG_ALIGN);
	if (unlikely(!nc->va || nc->offset < size)) {
		if (nc->va) {
			struct page *page = virt_to_page(nc->va);

			if (atomic_sub_and_test(nc->pagecnt_bias, &page->refcount)) {
				/* Every piece came back: cut it again. */
				atomic_set(&page->refcount, FRAG_BIAS);
				nc->pagecnt_bias = FRAG_BIAS;
				nc->offset = nc->size;
			} else {
				nc->va = NULL;
			}
		}
		if (!nc->va && !frag_refill(nc, gfp))
			return NULL;
	}
	nc->pagecnt_bias--;
	nc->offset -= size;
	return (char *)nc->va + nc->offset;
}

void page_frag_free(void *addr)
{
	put_page(virt_to_page(addr));
}

void page_frag_cache_drain(struct page_frag_cache *nc)
{
	struct page *page;

	if (!nc->va)
		return;
	page = virt_to_page(nc->va);
	nc->va = NULL;
	if (atomic_sub_and_test(nc->pagecnt_bias, &page->refcount))
		free_unref_compound(page);
}
