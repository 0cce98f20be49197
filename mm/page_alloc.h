/* SPDX-License-Identifier: MIT */
/*
 * mm/page_alloc.h - the buddy allocator of physical pages: see mm/page_alloc.c.
 */
#ifndef MM_PAGE_ALLOC_H
#define MM_PAGE_ALLOC_H

#include "kernel/base/spinlock.h"
#include "mm/gfp.h"
#include "mm/numa.h"
#include "mm/page.h"
#include "mm/percpu.h"

#define MAX_ORDER	11		/* orders 0 to 10: blocks of 4 KB to 4 MB */
#define PCP_ORDERS	4		/* per-CPU lists for orders 0 to 3 */
#define SECTION_SHIFT	21		/* struct pages are set up 2 MB at a time */
#define SECTION_ORDER	(SECTION_SHIFT - PAGE_SHIFT)
#define PAGES_PER_SECTION (1ul << SECTION_ORDER)

enum zone_type { ZONE_DMA, ZONE_DMA32, ZONE_NORMAL, MAX_NR_ZONES };
enum zone_watermark { WMARK_MIN, WMARK_LOW, WMARK_HIGH, NR_WMARK };

struct free_area {
	struct list_head free_list;	/* [z] blocks of this order, by page->lru */
	unsigned long nr_free;		/* [z] */
};

/*
 * One CPU's free blocks of one order of one zone: two stacks of up to `batch` blocks. Blocks come
 * and go on the first; when a free finds it full it becomes the spare, and a spare that was there
 * goes to the zone whole. So a run of allocations and frees around any count stays on the CPU, and
 * nothing is ever walked. Touched by that CPU only, interrupts off.
 */
struct pcp_list {
	struct page *first;
	struct page *spare;
	u32 count;			/* blocks on first */
	u32 spare_count;
	u32 batch;
};

/* Written by the CPU itself, read by anybody. The arrays count blocks by order: see pcp_allocs(). */
struct per_cpu_pages {
	struct pcp_list lists[MAX_ORDER];	/* from PCP_ORDERS: batch 0 */
	u64 taken[MAX_ORDER];		/* came from the zone, */
	u64 returned[MAX_ORDER];	/* went back to it from the stacks, */
	u64 frees[PCP_ORDERS];		/* were freed by a caller */
	u64 numa_miss;			/* given to who wanted another node, */
	u64 numa_foreign;		/* wanted here, but given by another node */
};

/* Locks: [I] immutable after mem_init, [z] the zone's lock, [a] atomic */
struct zone {
	spinlock_t lock;
	u32 free_orders;			/* [z] bit n: free_area[n] is not empty */
	unsigned long free_pages;		/* [z] on the free lists alone */
	u64 page_state;				/* [I] page->state of a page inside a block */
	struct per_cpu_pages __percpu *pageset;	/* [I] */
	unsigned long watermark[NR_WMARK];	/* [I] pages */
	unsigned long lowmem_reserve[MAX_NR_ZONES]; /* [I] kept from higher zones' requests */
	struct free_area free_area[MAX_ORDER];
	const char *name;			/* [I] */
	unsigned long start_pfn;		/* [I] */
	unsigned long spanned_pages;		/* [I] with holes */
	unsigned long present_pages;		/* [I] RAM */
	unsigned long managed_pages;		/* [z] given to the buddy */
	u64 frees[MAX_ORDER];			/* [z] blocks freed past the per-CPU lists */
	u8 index;				/* [I] ZONE_* */
	u8 node;				/* [I] */
};

/* A request's zones in the order of preference, ended by NULL. */
struct zonelist {
	struct zone *zones[MAX_NUMNODES * MAX_NR_ZONES + 1];
	u8 highest;	/* ZONE_*: as high as the request may go, on whatever node */
} __aligned(256);	/* found by a shift */

enum { ZONELIST_FALLBACK, ZONELIST_THISNODE, NR_ZONELISTS };
#define ZONELIST(gfp) (((gfp) & GFP_ZONEMASK) | ((gfp) & __GFP_THISNODE ? GFP_ZONEMASK + 1 : 0))

struct pglist_data {
	struct zone node_zones[MAX_NR_ZONES];
	/* [I] By ZONELIST(gfp): all nodes, the nearest first, and behind those this node alone. */
	struct zonelist zonelists[NR_ZONELISTS * (GFP_ZONEMASK + 1)];
	unsigned int node_id;
};

/* [I] Of the online nodes, those without memory too; NULL for the others. */
extern struct pglist_data *node_data[MAX_NUMNODES];
extern bool page_alloc_ready;

#define for_each_zone(z)						\
	for (z = zone_first(); z; z = zone_next(z))
struct zone *zone_first(void);			/* the first zone with memory, by node and zone */
struct zone *zone_next(const struct zone *zone);

/*
 * mem_init() - build zones and page array from memblock and hand all free memory to the buddy.
 * Boot, once; after setup_per_cpu_areas().
 */
void mem_init(void);

/*
 * alloc_pages() - a block of 2^@order pages, aligned to its size, refcount 1.
 * Context: any; with __GFP_DIRECT_RECLAIM thread only.
 * Return:  the first struct page; NULL when out of memory (counted; told at debug level).
 */
struct page *alloc_pages(gfp_t gfp, unsigned int order);

/*
 * alloc_pages_node() - the same from node @nid (NUMA_NO_NODE: this CPU's), or the nearest to it that
 * has a block; with __GFP_THISNODE from @nid or not at all. A node that is not online or has no
 * memory has none, for __GFP_NOFAIL neither.
 */
struct page *alloc_pages_node(int nid, gfp_t gfp, unsigned int order);

/* __free_pages() - drop the reference that alloc_pages(@order) gave. Any context. */
void __free_pages(struct page *page, unsigned int order);

static inline struct page *alloc_page(gfp_t gfp)
{
	return alloc_pages(gfp, 0);
}

static inline void __free_page(struct page *page)
{
	__free_pages(page, 0);
}

/* The same by direct-map address; 0 when out of memory. */
unsigned long __get_free_pages(gfp_t gfp, unsigned int order);
unsigned long get_zeroed_page(gfp_t gfp);
void free_pages(unsigned long addr, unsigned int order);

static inline unsigned long __get_free_page(gfp_t gfp)
{
	return __get_free_pages(gfp, 0);
}

static inline void free_page(unsigned long addr)
{
	free_pages(addr, 0);
}

/* alloc_pages_exact() - @size bytes of whole pages; the block's rest goes back. NULL for size 0. */
void *alloc_pages_exact(size_t size, gfp_t gfp);
void free_pages_exact(void *addr, size_t size);

/* alloc_pages_bulk() - up to @n single pages into @pages[]. Return: how many. */
unsigned int alloc_pages_bulk(gfp_t gfp, unsigned int n, struct page **pages);
/* free_pages_bulk() - give back @n single pages; NULL among them is none. */
void free_pages_bulk(unsigned int n, struct page **pages);

/*
 * split_page() - make a non-compound block of 2^@order pages into single pages, freed one by one.
 */
void split_page(struct page *page, unsigned int order);

/*
 * free_reserved_range() - give [start, end) of memory reserved at boot to the buddy. Return: pages.
 */
unsigned long free_reserved_range(phys_addr_t start, phys_addr_t end);

/* get_order() - the smallest order whose block holds @size bytes. */
static inline unsigned int get_order(size_t size)
{
	if (size <= PAGE_SIZE)
		return 0;
	return 64 - __builtin_clzl((size - 1) >> PAGE_SHIFT);
}

/* What a zone has done since boot: about, while other CPUs are at it. */
struct zone_events {
	u64 allocs, allocated;		/* requests served, and their pages */
	u64 freed;			/* pages */
	u64 numa_miss, numa_foreign, numa_other;
};
void zone_events_get(const struct zone *zone, struct zone_events *events);

/* Exact while no CPU allocates or frees: per-CPU lists count as free. */
unsigned long nr_free_pages(void);
unsigned long zone_free_pages(struct zone *zone);
unsigned long totalram_pages(void);
/*
 * drain_local_pages() - this CPU's lists go back to the zones, so that blocks merge. Any context.
 */
void drain_local_pages(void);
/* drain_all_pages() - every CPU's. Context: thread, interrupts on. */
void drain_all_pages(void);

struct zone *page_zone(const struct page *page);
/* pfn_valid() - is there a struct page (RAM, or a hole in a section of RAM) for @pfn? */
bool pfn_valid(unsigned long pfn);

/*
 * page_alloc_check() - walk every free list and every section: sizes, alignment, flags, counts, no
 * overlap. For tests, slow. Return: number of faults; the first is logged.
 */
unsigned int page_alloc_check(void);

/* Misuse (double free, wrong order, freeing what is in use) that was detected and refused. */
extern unsigned long page_alloc_errors;
/* For tests that provoke misuse: it is counted here and in slab_errors, but not logged. */
extern bool mm_errors_quiet;

/*
 * page_frag_alloc() - @size bytes (<= PAGE_SIZE) out of @nc's current block. The
 * fragment holds a reference to its page: page_frag_free() or put_page() gives it back.
 * Context: @nc's owner serialises (a per-CPU cache: softirq or interrupts off).
 * Return: aligned to 64 bytes; NULL when out of memory, or when @size is 0 or too large.
 */
#define PAGE_FRAG_CACHE_ORDER	3
struct page_frag_cache {
	void *va;
	u32 offset;		/* counts down */
	u32 size;
	u32 pagecnt_bias;	/* references taken ahead, not handed out yet */
};
void *page_frag_alloc(struct page_frag_cache *nc, unsigned int size, gfp_t gfp);
void page_frag_free(void *addr);
/* page_frag_cache_drain() - give back @nc's page (fragments still out keep it alive). */
void page_frag_cache_drain(struct page_frag_cache *nc);

#endif
