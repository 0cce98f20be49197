/* SPDX-License-Identifier: MIT */
/*
 * mm/slub_def.h - struct kmem_cache as SLUB has it: for the allocator, for what shows it
 * (slabinfo), and for its tests. Users of caches include mm/slab.h and see no more than the name.
 */
#ifndef MM_SLUB_DEF_H
#define MM_SLUB_DEF_H

#include "kernel/base/spinlock.h"
#include "lib/list.h"
#include "mm/page_alloc.h"
#include "mm/slab.h"

/* Objects and order of a slab in one word, so that both are read together. */
struct kmem_cache_order_objects {
	u32 x;
};
#define OO_SHIFT	16
#define OO_MASK		((1u << OO_SHIFT) - 1)
#define MAX_OBJS_PER_PAGE 32767u	/* 15 bits of page->objects */

static inline u32 oo_order(struct kmem_cache_order_objects oo)
{
	return oo.x >> OO_SHIFT;
}

static inline u32 oo_objects(struct kmem_cache_order_objects oo)
{
	return oo.x & OO_MASK;
}

/* What the slow paths count. X(enumerator, name in the listing) */
#define SLUB_STATS(X)							\
	X(ALLOC_SLOWPATH, "alloc_slowpath")				\
	X(FREE_SLOWPATH, "free_slowpath")				\
	X(FREE_FROZEN, "free_frozen")					\
	X(FREE_ADD_PARTIAL, "free_add_partial")				\
	X(FREE_REMOVE_PARTIAL, "free_remove_partial")			\
	X(ALLOC_FROM_PARTIAL, "alloc_from_partial")			\
	X(ALLOC_SLAB, "alloc_slab")					\
	X(ALLOC_REFILL, "alloc_refill")					\
	X(ALLOC_NODE_MISMATCH, "alloc_node_mismatch")			\
	X(FREE_SLAB, "free_slab")					\
	X(CPUSLAB_FLUSH, "cpuslab_flush")				\
	X(DEACTIVATE_FULL, "deactivate_full")				\
	X(DEACTIVATE_EMPTY, "deactivate_empty")				\
	X(DEACTIVATE_TO_HEAD, "deactivate_to_head")			\
	X(DEACTIVATE_TO_TAIL, "deactivate_to_tail")			\
	X(DEACTIVATE_REMOTE_FREES, "deactivate_remote_frees")		\
	X(DEACTIVATE_BYPASS, "deactivate_bypass")			\
	X(ORDER_FALLBACK, "order_fallback")				\
	X(CMPXCHG_DOUBLE_CPU_FAIL, "cmpxchg_double_cpu_fail")		\
	X(CMPXCHG_DOUBLE_FAIL, "cmpxchg_double_fail")			\
	X(CPU_PARTIAL_ALLOC, "cpu_partial_alloc")			\
	X(CPU_PARTIAL_FREE, "cpu_partial_free")				\
	X(CPU_PARTIAL_NODE, "cpu_partial_node")				\
	X(CPU_PARTIAL_DRAIN, "cpu_partial_drain")

enum stat_item {
#define X(name, text) name,
	SLUB_STATS(X)
#undef X
	NR_SLUB_STAT_ITEMS
};

/*
 * One CPU's view of a cache. freelist and tid are one 16-byte word to this_cpu_cmpxchg_double().
 * Written by that CPU only; slow paths with interrupts off.
 */
struct kmem_cache_cpu {
	void *freelist;			/* next object to hand out, of the slab `page` */
	unsigned long tid;		/* changes with every operation: see slub.c */
	struct page *page;		/* the slab that objects come from; frozen */
	struct page *partial;		/* more frozen slabs with free objects */
	u32 stat[NR_SLUB_STAT_ITEMS];
} __aligned(16);

/* Locks: [l] list_lock, [a] atomic */
struct kmem_cache_node {
	spinlock_t list_lock;
	unsigned long nr_partial;	/* [l] */
	struct list_head partial;	/* [l] slabs with free objects that no CPU owns */
	atomic64_t nr_slabs;		/* [a] all slabs of this node */
	atomic64_t total_objects;	/* [a] room in them */
};

/* Locks: [I] immutable after create, [m] slab_mutex */
struct kmem_cache {
	/* Common head. */
	struct kmem_cache_cpu __percpu *cpu_slab;	/* [I] */
	slab_flags_t flags;		/* [I] */
	u32 object_size;		/* [I] as the creator asked for */
	u32 size;			/* [I] from one object to the next */
	u32 offset;			/* [I] of the free pointer in a free object */
	unsigned long random;		/* [I] free pointers are XORed with it; 0: not hardened */

	/* SLUB. */
	struct kmem_cache_order_objects oo;	/* [I] a slab as it should be */
	struct kmem_cache_order_objects min;	/* [I] the smallest that holds an object */
	struct kmem_cache_order_objects max;	/* [I] the largest of the two */
	u32 cpu_partial;		/* free objects kept on a CPU's partial list, about */
	unsigned long min_partial;	/* slabs kept on a node's partial list */
	unsigned long reap_seen;	/* [m] mm/slub_reap.c: slow paths taken at its last look */
	bool reap_due;			/* [m] ... and whether it was busy since the last shrink */
	gfp_t allocflags;		/* [I] for the page allocator */

	/* Common. */
	u32 inuse;			/* [I] bytes of an object before what the allocator adds */
	u32 align;			/* [I] */
	u32 red_left_pad;		/* [I] */
	u32 useroffset, usersize;	/* [I] region that may be copied to the outside */
	int refcount;			/* [m] users; more than one when merged */
	void (*ctor)(void *obj);	/* [I] */
	const char *name;		/* [I] */
	struct list_head list;		/* [m] slab_caches */
	u32 *random_seq;		/* [I] order of a new slab's freelist; NULL: by address */
	struct kmem_cache_node *node[MAX_NUMNODES];	/* [I] nr_node_ids of them are allocated */
};

extern struct kmem_cache *kmem_cache;	/* where struct kmem_cache comes from */
extern struct kmem_cache *kmem_cache_node;	/* ... and struct kmem_cache_node */

/* slab_stat() - how often a branch was taken, on all CPUs.  slub_stat_name() - its name. */
unsigned long slab_stat(struct kmem_cache *s, enum stat_item item);
const char *slub_stat_name(enum stat_item item);
/*
 * slab_check() - walk the slabs of @s. Return: number of faults, each logged. Thread, quiet cache.
 */
unsigned int slab_check(struct kmem_cache *s);
/* slab_list_objects() - log the objects of @s that are out, @max at most. Return: how many are. */
unsigned long slab_list_objects(struct kmem_cache *s, unsigned int max);

#endif
