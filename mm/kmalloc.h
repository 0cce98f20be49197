/* SPDX-License-Identifier: MIT */
/*
 * mm/kmalloc.h - memory by size; callers include "mm/slab.h", which brings this along.
 *
 * kmalloc_caches[type][index]: index 1 is 96 bytes, 2 is 192, n is 2^n for 3 to 13. A constant size
 * finds its cache at compile time; above KMALLOC_MAX_CACHE_SIZE pages come from the buddy.
 */
#ifndef MM_KMALLOC_H
#define MM_KMALLOC_H

#include <stdarg.h>
#include "lib/compiler.h"
#include "lib/types.h"
#include "mm/gfp.h"

struct kmem_cache;
struct rcu_head;

#define KMALLOC_SHIFT_LOW	3
#define KMALLOC_SHIFT_HIGH	13
#define KMALLOC_MIN_SIZE	(1u << KMALLOC_SHIFT_LOW)
#define KMALLOC_MAX_CACHE_SIZE	(1ul << KMALLOC_SHIFT_HIGH)
#define KMALLOC_MAX_SIZE	(1ul << 22)		/* the largest buddy block */

enum kmalloc_cache_type { KMALLOC_NORMAL, KMALLOC_RECLAIM, KMALLOC_DMA, NR_KMALLOC_TYPES };

extern struct kmem_cache *kmalloc_caches[NR_KMALLOC_TYPES][KMALLOC_SHIFT_HIGH + 1];

/* What kmalloc(0) returns: not NULL, faults when followed, fine to kfree(). */
#define ZERO_SIZE_PTR		((void *)16)
#define ZERO_OR_NULL_PTR(x)	((unsigned long)(x) <= (unsigned long)ZERO_SIZE_PTR)

static __always_inline enum kmalloc_cache_type kmalloc_type(gfp_t gfp)
{
	if (likely(!(gfp & (__GFP_DMA | __GFP_RECLAIMABLE))))
		return KMALLOC_NORMAL;
	return gfp & __GFP_DMA ? KMALLOC_DMA : KMALLOC_RECLAIM;
}

/*
 * kmalloc_index() - the table's index for a constant @size of 1 to KMALLOC_MAX_CACHE_SIZE; 0 for 0.
 */
static __always_inline unsigned int kmalloc_index(size_t size)
{
	if (!size)
		return 0;
	if (size <= KMALLOC_MIN_SIZE)
		return KMALLOC_SHIFT_LOW;
	if (size > 64 && size <= 96)
		return 1;
	if (size > 128 && size <= 192)
		return 2;
	return 64 - __builtin_clzl(size - 1);
}

void *__kmalloc(size_t size, gfp_t gfp);
void *__kmalloc_node(size_t size, gfp_t gfp, int node);
void *kmalloc_large(size_t size, gfp_t gfp);
/* What kmalloc() of a constant size comes to; @s is its cache. _alloc_ does not heed __GFP_ZERO. */
void *kmem_cache_alloc_trace(struct kmem_cache *s, gfp_t gfp, size_t size);
void *kmem_cache_zalloc_trace(struct kmem_cache *s, gfp_t gfp, size_t size);

/*
 * kmalloc() - @size bytes, aligned to 8; to the size when that is a power of two.
 * Context: any (@gfp permitting).  Return: NULL when out of memory; ZERO_SIZE_PTR for 0.
 */
static __always_inline void *kmalloc(size_t size, gfp_t gfp)
{
	struct kmem_cache *s;

	if (__builtin_constant_p(size)) {
		if (size > KMALLOC_MAX_CACHE_SIZE)
			return kmalloc_large(size, gfp);
		if (!size)
			return ZERO_SIZE_PTR;
		s = kmalloc_caches[kmalloc_type(gfp)][kmalloc_index(size)];
		return gfp & __GFP_ZERO ? kmem_cache_zalloc_trace(s, gfp, size)
					: kmem_cache_alloc_trace(s, gfp, size);
	}
	return __kmalloc(size, gfp);
}

static __always_inline void *kzalloc(size_t size, gfp_t gfp)
{
	return kmalloc(size, gfp | __GFP_ZERO);
}

static __always_inline void *kmalloc_node(size_t size, gfp_t gfp, int node)
{
	return __kmalloc_node(size, gfp, node);
}

/* kmalloc_array() - @n times @size bytes; NULL when the product overflows. */
static __always_inline void *kmalloc_array(size_t n, size_t size, gfp_t gfp)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		return NULL;
	return __kmalloc(bytes, gfp);
}

static __always_inline void *kcalloc(size_t n, size_t size, gfp_t gfp)
{
	return kmalloc_array(n, size, gfp | __GFP_ZERO);
}

/* kfree() - Any context. NULL and ZERO_SIZE_PTR are fine. */
void kfree(const void *p);
/* kfree_sensitive() - overwritten with zero first. */
void kfree_sensitive(const void *p);
/* ksize() - bytes that may be used at @p: at least what was asked for. 0 for ZERO_SIZE_PTR. */
size_t ksize(const void *p);
/* krealloc() - contents kept up to the smaller size; on failure NULL, and @p stays. 0 frees. */
void *__must_check krealloc(const void *p, size_t size, gfp_t gfp);

char *kstrdup(const char *s, gfp_t gfp);
/* kstrdup_const() - @s itself when it is in the image's read-only data; free with kfree_const(). */
const char *kstrdup_const(const char *s, gfp_t gfp);
void kfree_const(const void *p);
char *kstrndup(const char *s, size_t max, gfp_t gfp);
void *kmemdup(const void *src, size_t len, gfp_t gfp);
__printf(2, 3) char *kasprintf(gfp_t gfp, const char *fmt, ...);

/*
 * kfree_rcu() - kfree(@ptr) after a grace period; @field is its struct rcu_head. Any context.
 * kfree_rcu_head() is the same, given the head: it finds the object that the head lies in.
 */
void kfree_rcu_head(struct rcu_head *head);
#define kfree_rcu(ptr, field) kfree_rcu_head(&(ptr)->field)

#endif
