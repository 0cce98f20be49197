/* SPDX-License-Identifier: MIT */
/*
 * mm/gfp.h - what an allocation may do and where it must come from.
 *
 * Names and meaning are Linux's. A caller in interrupt or softirq context uses GFP_ATOMIC; one
 * that may sleep uses GFP_KERNEL. Zone selection takes the two low bits alone, so that the page
 * allocator finds its zone list with one table look-up.
 */
#ifndef MM_GFP_H
#define MM_GFP_H

#include "kernel/base/lock_debug.h"
#include "lib/types.h"

/* Where from. Without either: any zone, the highest first. */
#define __GFP_DMA		0x00000001u	/* below 16 MB */
#define __GFP_DMA32		0x00000002u	/* below 4 GB */
#define GFP_ZONEMASK		(__GFP_DMA | __GFP_DMA32)

/* How hard. */
#define __GFP_RECLAIMABLE	0x00000010u	/* slab pages that a shrinker can free */
#define __GFP_HIGH		0x00000020u	/* may use half of the reserve below min */
#define __GFP_IO		0x00000040u	/* reclaim may start I/O (there is none) */
#define __GFP_FS		0x00000080u	/* reclaim may call a file system (likewise) */
#define __GFP_ATOMIC		0x00000200u	/* cannot sleep: a further quarter of it */
#define __GFP_DIRECT_RECLAIM	0x00000400u	/* the caller may sleep and run the shrinkers */
#define __GFP_KSWAPD_RECLAIM	0x00000800u	/* may wake background reclaim */
#define __GFP_NOWARN		0x00002000u	/* a failure is expected: no report */
#define __GFP_RETRY_MAYFAIL	0x00004000u	/* reclaim several times, then fail */
#define __GFP_NOFAIL		0x00008000u	/* never NULL: panics when nothing is left */
#define __GFP_NORETRY		0x00010000u	/* reclaim once at most */
#define __GFP_MEMALLOC		0x00020000u	/* all of the reserve: frees more than it takes */
#define __GFP_NOMEMALLOC	0x00080000u	/* none of the reserve, whatever else is said */
#define __GFP_RECLAIM		(__GFP_DIRECT_RECLAIM | __GFP_KSWAPD_RECLAIM)

/* What kind. */
#define __GFP_ZERO		0x00000100u	/* filled with zero */
#define __GFP_COMP		0x00040000u	/* compound: tail pages name their head */
#define __GFP_THISNODE		0x00200000u	/* that node or none */
#define __GFP_ACCOUNT		0x00400000u	/* there are no memory groups: no effect */

#define GFP_ATOMIC		(__GFP_HIGH | __GFP_ATOMIC | __GFP_KSWAPD_RECLAIM)
#define GFP_NOWAIT		__GFP_KSWAPD_RECLAIM
#define GFP_NOIO		__GFP_RECLAIM
#define GFP_NOFS		(__GFP_RECLAIM | __GFP_IO)
#define GFP_KERNEL		(__GFP_RECLAIM | __GFP_IO | __GFP_FS)
#define GFP_KERNEL_ACCOUNT	(GFP_KERNEL | __GFP_ACCOUNT)
#define GFP_DMA			__GFP_DMA
#define GFP_DMA32		__GFP_DMA32

/* What the slab allocators pass on to the page allocator, and what a caller may not ask of them. */
#define GFP_RECLAIM_MASK	(__GFP_RECLAIM | __GFP_HIGH | __GFP_IO | __GFP_FS | __GFP_NOWARN | \
				 __GFP_RETRY_MAYFAIL | __GFP_NOFAIL | __GFP_NORETRY | \
				 __GFP_MEMALLOC | __GFP_NOMEMALLOC | __GFP_ATOMIC)
#define GFP_CONSTRAINT_MASK	__GFP_THISNODE
#define GFP_SLAB_BUG_MASK	__GFP_DMA32

static inline bool gfpflags_allow_blocking(gfp_t gfp)
{
	return gfp & __GFP_DIRECT_RECLAIM;
}

/* might_alloc() - might_sleep() for an allocation with @gfp; nothing but in the debug build. */
#ifdef DEBUG_LOCK
#define might_alloc(gfp)                                                                           \
	do {                                                                                       \
		if (gfpflags_allow_blocking(gfp))                                                  \
			might_sleep();                                                             \
	} while (0)
#else
#define might_alloc(gfp) ((void)0)
#endif

#endif
