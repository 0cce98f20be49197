/* SPDX-License-Identifier: MIT */
/*
 * mm/page.h - struct page: 64 bytes for every 4 KB page of RAM.
 *
 * Overview    The array lies at VMEMMAP, indexed by page frame number; <arch/page.h> turns an
 *             address of the direct map into its struct page with three instructions.
 * Structure   Which view of the union holds is told by the flags:
 *               PG_buddy  head of a free block of 2^order pages, on its zone's free list (lru)
 *               PG_pcp    on a per-CPU list (pcp_next)
 *               PG_slab   the first page of a slab (freelist ... slab_cache)
 *               none      in use by whoever allocated it; `private` is theirs
 *             The head slot holds the page itself, but in the tail pages of a compound block it
 *             holds the first one: virt_to_head_page() is one load and no test.
 *             freelist and counters are one 16-byte word for cmpxchg_double().
 * Lifetime    refcount is 1 after allocation and 0 while free. Only the holder of the last
 *             reference may free; tail pages have no count of their own.
 * Limits      A page's struct is set up together with its 2 MB section, when the buddy first
 *             hands out of it; before that, only a free block's head is valid.
 */
#ifndef MM_PAGE_H
#define MM_PAGE_H

#include <stddef.h>
#include <arch/atomic.h>
#include <arch/page.h>
#include "kernel/base/rcu.h"
#include "lib/compiler.h"
#include "lib/list.h"
#include "lib/types.h"

struct kmem_cache;

#define PG_buddy	0x0001u
#define PG_slab		0x0004u
#define PG_head		0x0008u		/* first page of a compound block */
#define PG_tail		0x0010u		/* another page of a compound block */
#define PG_reserved	0x0020u		/* never given to the buddy (image, firmware, memblock) */
#define PG_pfmemalloc	0x0040u		/* came out of the reserve: for those entitled only */
#define PG_pcp		0x8000u		/* the top bit: see PCP_TO_USED in page_alloc.c */

struct page {
	/* One word, written whole when a block changes hands: see PAGE_STATE(). */
	union {
		u64 state;
		struct {
			u8 zone;		/* ZONE_* | node << 2: index of zone_table[] */
			u8 order;		/* of the block that this page heads */
			u16 flags;
			atomic_t refcount;
		};
	};
	struct page *head;			/* compound head; itself when single */
	union {
		struct {			/* slab: one word for cmpxchg_double() */
			void *freelist;		/* first free object */
			union {
				u64 counters;
				struct {
					u32 inuse:16;	/* handed out, or a CPU has them */
					u32 objects:15;
					u32 frozen:1;	/* belongs to a CPU, is on no node list */
				};
			};
		} __aligned(16);
		struct list_head lru;		/* free list of the zone */
		struct page *pcp_next;		/* per-CPU list */
		unsigned long owner_words[2];	/* whoever allocated the page */
	};
	union {
		struct kmem_cache *slab_cache;
		unsigned long private;
	};
	union {
		struct list_head slab_list;	/* a node's partial (or full) list */
		struct {			/* a CPU's partial list */
			struct page *next;
			int pages;		/* slabs from here to the end */
			int pobjects;		/* free objects in them, about */
		};
		struct rcu_head rcu_head;	/* SLAB_TYPESAFE_BY_RCU: waits for readers */
	};
	void *owner;				/* in use: its user's, if it cares */
};

_Static_assert(sizeof(struct page) == 64, "the index into the page array is a shift by 6");
_Static_assert(offsetof(struct page, freelist) % 16 == 0, "cmpxchg16b needs it");
_Static_assert(offsetof(struct page, counters) == offsetof(struct page, freelist) + 8, "one word");

static inline bool PageSlab(const struct page *page)
{
	return page->flags & PG_slab;
}

static inline bool PageCompound(const struct page *page)
{
	return page->flags & (PG_head | PG_tail);
}

static inline bool PageReserved(const struct page *page)
{
	return page->flags & PG_reserved;
}

static inline bool PagePfmemalloc(const struct page *page)
{
	return page->flags & PG_pfmemalloc;
}

/* compound_head() - the first page of @page's block; @page itself when it is single. */
static inline struct page *compound_head(const struct page *page)
{
	return page->head;
}

/* compound_order() - order of the compound block that @page heads, 0 for a single page. */
static inline unsigned int compound_order(const struct page *page)
{
	return page->flags & PG_head ? page->order : 0;
}

/* page_size() - bytes of the block that @page heads. */
static inline size_t page_size(const struct page *page)
{
	return (size_t)PAGE_SIZE << compound_order(page);
}

/* virt_to_head_page() - the head of the block that the direct-map address @addr lies in. */
static inline struct page *virt_to_head_page(const void *addr)
{
	return virt_to_page(addr)->head;
}

static inline int page_count(const struct page *page)
{
	return atomic_read(&page->head->refcount);
}

static inline void set_page_count(struct page *page, int count)
{
	atomic_set(&page->refcount, count);
}

static inline unsigned int page_to_nid(const struct page *page)
{
	return page->zone >> 2;
}

static inline unsigned int page_zonenum(const struct page *page)
{
	return page->zone & 3;
}

/* get_page() - one more reference to a page that the caller already holds one of. Any context. */
static inline void get_page(struct page *page)
{
	atomic_inc(&page->head->refcount);
}

void free_unref_compound(struct page *page);

/* put_page_testzero() - drop a reference; true when it was the last and the caller must free. */
static inline bool put_page_testzero(struct page *page)
{
	return atomic_dec_and_test(&page->refcount);
}

/* put_page() - drop a reference to @page (or to the block it is part of). Any context. */
static inline void put_page(struct page *page)
{
	page = page->head;
	if (put_page_testzero(page))
		free_unref_compound(page);
}

#endif
