/* SPDX-License-Identifier: MIT */
/*
 * mm/slab_internal.h - what the common part of the slab allocators and an allocator ask of each
 * other.
 */
#ifndef MM_SLAB_INTERNAL_H
#define MM_SLAB_INTERNAL_H

#include "kernel/base/mutex.h"
#include "lib/list.h"
#include "mm/slub_def.h"

extern struct mutex slab_mutex;		/* slab_caches, create, destroy */
extern struct list_head slab_caches;	/* [slab_mutex] */

/* Before kmem_cache_init_late() there is one thread, and no mutex is needed. */
void slab_lock(void);
void slab_unlock(void);

/* ---- What the common part asks of the allocator (slub.c). ---- */

/* Fill in the allocator's part of a zeroed @s that has name, sizes, align and ctor. 0 or -errno. */
int __kmem_cache_create(struct kmem_cache *s, slab_flags_t flags);
/* Give everything back that is empty. Return: 0, or -EBUSY when objects are out. */
int __kmem_cache_shutdown(struct kmem_cache *s);
/* Free what __kmem_cache_create() allocated. */
void __kmem_cache_release(struct kmem_cache *s);
int __kmem_cache_shrink(struct kmem_cache *s);
/* Once kmalloc() works: the parts of existing caches that need it. */
void slab_caches_finish(void);

/* ---- What the allocator asks of the common part. ---- */

void create_boot_cache(struct kmem_cache *s, const char *name, unsigned int size,
		       slab_flags_t flags, unsigned int useroffset, unsigned int usersize);
unsigned int calculate_alignment(slab_flags_t flags, unsigned int align, unsigned int size);
void setup_kmalloc_cache_index_table(void);
void create_kmalloc_caches(slab_flags_t flags);

/* Index of the kmalloc cache for sizes 1-8, 9-16, ... [I] after boot */
extern u8 size_index[KMALLOC_MAX_CACHE_SIZE / 8];

static __always_inline size_t size_index_elem(size_t bytes)
{
	return (bytes - 1) / 8;
}

/* kmalloc_has_cache() - is there a cache for @size? Not for 0, nor for what the buddy serves. */
static __always_inline bool kmalloc_has_cache(size_t size)
{
	return size - 1 < KMALLOC_MAX_CACHE_SIZE;
}

/* kmalloc_slab() - the cache for @size, of which kmalloc_has_cache() is true. */
static __always_inline struct kmem_cache *kmalloc_slab(size_t size, gfp_t gfp)
{
	unsigned int index = size_index[size_index_elem(size)];

	/* Said twice, so that the usual type is a constant and not computed. */
	if (likely(kmalloc_type(gfp) == KMALLOC_NORMAL))
		return kmalloc_caches[KMALLOC_NORMAL][index];
	return kmalloc_caches[kmalloc_type(gfp)][index];
}

/* Report a misuse; the caller leaves things as they are. */
__printf(3, 4) void slab_error(struct kmem_cache *s, const void *object, const char *fmt, ...);

#endif
