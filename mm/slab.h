/* SPDX-License-Identifier: MIT */
/*
 * mm/slab.h - caches of objects of one size, the one API of the slab allocators.
 *
 * The allocator's theory is in mm/slub.c, what is common to all in mm/slab_common.c; kmalloc() and
 * its family are in mm/kmalloc.h, which this header includes as callers expect.
 */
#ifndef MM_SLAB_H
#define MM_SLAB_H

#include "lib/compiler.h"
#include "lib/types.h"
#include "mm/gfp.h"

typedef unsigned int slab_flags_t;

#define SLAB_CONSISTENCY_CHECKS	0x00000100u
#define SLAB_RED_ZONE		0x00000400u
#define SLAB_POISON		0x00000800u
#define SLAB_HWCACHE_ALIGN	0x00002000u	/* align to a cache line (less for small objects) */
#define SLAB_CACHE_DMA		0x00004000u	/* pages from ZONE_DMA */
#define SLAB_STORE_USER		0x00010000u
#define SLAB_RECLAIM_ACCOUNT	0x00020000u	/* a shrinker can free the objects */
#define SLAB_PANIC		0x00040000u	/* panic when the cache cannot be created */
#define SLAB_TYPESAFE_BY_RCU	0x00080000u	/* pages (not objects) wait for a grace period */
#define SLAB_ACCOUNT		0x04000000u	/* there are no memory groups: no effect */

struct kmem_cache;

/* How far the allocator's own start has come. */
enum slab_state {
	DOWN,			/* nothing works */
	PARTIAL,		/* SLUB: kmem_cache_node can be allocated */
	PARTIAL_NODE,		/* SLAB: kmalloc() of a node works */
	UP,			/* kmalloc() works */
	FULL			/* all of it */
};
extern enum slab_state slab_state;

static inline bool slab_is_available(void)
{
	return slab_state >= UP;
}

/*
 * kmem_cache_init() - the allocator's bootstrap, after mem_init(). _late(): once threads can be.
 */
void kmem_cache_init(void);
void kmem_cache_init_late(void);

/*
 * kmem_cache_create() - a cache of objects of @size bytes aligned to @align (0: a word).
 * @name:  kept, not copied: a string that lives as long as the cache.
 * @ctor:  called once for each object of a fresh slab; an object is freed in its constructed state.
 * Context: thread.  Return: NULL when it cannot be (panics with SLAB_PANIC).
 */
struct kmem_cache *kmem_cache_create(const char *name, unsigned int size, unsigned int align,
				     slab_flags_t flags, void (*ctor)(void *));
/* kmem_cache_create_usercopy() - also names the region that may be copied to and from outside. */
struct kmem_cache *kmem_cache_create_usercopy(const char *name, unsigned int size,
					      unsigned int align, slab_flags_t flags,
					      unsigned int useroffset, unsigned int usersize,
					      void (*ctor)(void *));
#define KMEM_CACHE(type, flags) \
	kmem_cache_create(#type, sizeof(struct type), __alignof__(struct type), flags, NULL)

/*
 * kmem_cache_destroy() - end a cache. When objects are still out it refuses: it lists them, and the
 * cache lives on. Context: thread, not from a CPU's notifier (cpus_read_lock()).
 * Return: 0, or -EBUSY when objects are out.
 */
int kmem_cache_destroy(struct kmem_cache *s);

/* Context: any (@gfp permitting).  Return: an object, NULL when out of memory. */
void *kmem_cache_alloc(struct kmem_cache *s, gfp_t gfp);
void *kmem_cache_zalloc(struct kmem_cache *s, gfp_t gfp);
void *kmem_cache_alloc_node(struct kmem_cache *s, gfp_t gfp, int node);
/* Context: any.  @x was allocated from @s and is not NULL. */
void kmem_cache_free(struct kmem_cache *s, void *x);

/*
 * kmem_cache_alloc_bulk() - @nr objects into @p[]. Return: @nr, or 0 when out of memory (then none
 * was allocated).  kmem_cache_free_bulk(): @s may be NULL for kmalloc()ed objects of any cache.
 */
int kmem_cache_alloc_bulk(struct kmem_cache *s, gfp_t gfp, size_t nr, void **p);
void kmem_cache_free_bulk(struct kmem_cache *s, size_t nr, void **p);

/* kmem_cache_shrink() - give empty slabs back. Thread.  Return: 0 when no slab is left, else 1. */
int kmem_cache_shrink(struct kmem_cache *s);
/* kmem_cache_size() - bytes of an object as the creator asked for. */
unsigned int kmem_cache_size(struct kmem_cache *s);
const char *kmem_cache_name(struct kmem_cache *s);

struct slabinfo {
	unsigned long active_objs;	/* handed out: exact when the CPUs are quiet */
	unsigned long num_objs;
	unsigned long active_slabs;
	unsigned long num_slabs;
	unsigned int objects_per_slab;
	unsigned int cache_order;
};
void get_slabinfo(struct kmem_cache *s, struct slabinfo *info);

/* slab_shrink_all() - kmem_cache_shrink() for every cache. */
void slab_shrink_all(void);
/* slab_check_all() - walk the slabs of all caches. Return: faults found, each logged. */
unsigned int slab_check_all(void);
/* slab_for_each_cache() - @fn for every cache, under slab_mutex; stops at the first non-zero. */
int slab_for_each_cache(int (*fn)(struct kmem_cache *s, void *ctx), void *ctx);

/*
 * check_heap_object() - may @n bytes at @ptr, inside a slab object, be copied to the outside?
 * Return: 0, or -EFAULT when they leave the object or its usercopy region (reported).
 */
int check_heap_object(const void *ptr, size_t n);

/* Misuse (double free, wrong cache, a free pointer that points nowhere) detected and refused. */
extern unsigned long slab_errors;

#include "mm/kmalloc.h"

#endif
