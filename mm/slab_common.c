/* SPDX-License-Identifier: MIT */
/*
 * mm/slab_common.c - what every slab allocator has: the list of caches, creating and ending them.
 *
 * Overview    The allocator itself (slub.c) knows slabs and objects. Here are the names and rules
 *             that callers see: alignment, the list of all caches, how far the start has come,
 *             reports.
 * States      slab_state goes DOWN -> PARTIAL -> UP -> FULL, never back (slub.c says who moves it).
 * Locking     slab_mutex: slab_caches, and one creation or end at a time. Outermost of mm's locks;
 *             a cache is created and ended by a thread. Before FULL there is one thread and no
 *             mutex. cpus_read_lock(), outside of it, while a cache ends.
 * Observe     slabinfo.
 */
#define pr_fmt(fmt) "slab: " fmt

#include <arch/page.h>
#include "kernel/base/cpu.h"
#include "kernel/base/panic.h"
#include "kernel/base/param.h"
#include "kernel/base/printk.h"
#include "kernel/base/rcu.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "mm/slab_internal.h"

#define CACHE_LINE_SIZE		64u
#define LEAKS_LISTED_MAX	16

enum slab_state slab_state;
LIST_HEAD(slab_caches);
DEFINE_MUTEX(slab_mutex);
unsigned long slab_errors;

static int slab_param(const char *val)
{
	if (!val || (strcmp(val, "slub") && strcmp(val, "slab")))
		return -EINVAL;
	if (!strcmp(val, "slab"))
		pr_warn("slab=slab: this build has SLUB alone and uses it\n");
	return 0;
}
PARAM(slab, slab_param);

void slab_lock(void)
{
	if (slab_state == FULL)
		mutex_lock(&slab_mutex);
}

void slab_unlock(void)
{
	if (slab_state == FULL)
		mutex_unlock(&slab_mutex);
}

void slab_error(struct kmem_cache *s, const void *object, const char *fmt, ...)
{
	char what[96];
	va_list ap;

	__atomic_fetch_add(&slab_errors, 1, __ATOMIC_RELAXED);
	if (mm_errors_quiet)
		return;
	va_start(ap, fmt);
	vscnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	pr_err("BUG %s: %s, object %p\n", s ? s->name : "kmalloc", what, object);
	WARN_ON(1);
}

/*
 * The alignment that objects of @size get: what was asked for; with SLAB_HWCACHE_ALIGN a cache
 * line, or the part of one that small objects share evenly; at least a word.
 */
unsigned int calculate_alignment(slab_flags_t flags, unsigned int align, unsigned int size)
{
	if (flags & SLAB_HWCACHE_ALIGN) {
		unsigned int line = CACHE_LINE_SIZE;

		while (size <= line / 2)
			line /= 2;
		align = max(align, line);
	}
	return ALIGN(max(align, (unsigned int)sizeof(void *)), (unsigned int)sizeof(void *));
}

/* A cache whose struct is static (the first ones) or comes from create_kmalloc_cache(). */
void create_boot_cache(struct kmem_cache *s, const char *name, unsigned int size,
		       slab_flags_t flags, unsigned int useroffset, unsigned int usersize)
{
	unsigned int align = KMALLOC_MIN_SIZE;
	int err;

	/* kmalloc() promises that a power of two is aligned to itself. */
	if (!(size & (size - 1)))
		align = max(align, size);
	s->name = name;
	s->size = s->object_size = size;
	s->align = calculate_alignment(flags, min(align, (unsigned int)PAGE_SIZE), size);
	s->useroffset = useroffset;
	s->usersize = usersize;
	err = __kmem_cache_create(s, flags);
	if (err)
		panic("slab: cannot create cache %s: %d", name, err);
	s->refcount = 1;
}

static bool create_args_valid(const char *name, unsigned int size, unsigned int align)
{
	return name && size && size <= KMALLOC_MAX_SIZE && !(align & (align - 1)) &&
	       align <= PAGE_SIZE && slab_state >= UP;
}

static struct kmem_cache *create_cache(const char *name, unsigned int size, unsigned int align,
				       slab_flags_t flags, unsigned int useroffset,
				       unsigned int usersize, void (*ctor)(void *))
{
	struct kmem_cache *s = kmem_cache_zalloc(kmem_cache, GFP_KERNEL);

	if (!s)
		return NULL;
	s->name = name;
	s->size = s->object_size = size;
	s->align = calculate_alignment(flags, align, size);
	s->ctor = ctor;
	s->useroffset = useroffset;
	s->usersize = usersize;
	if (__kmem_cache_create(s, flags)) {
		kmem_cache_free(kmem_cache, s);
		return NULL;
	}
	s->refcount = 1;
	list_add(&s->list, &slab_caches);
	return s;
}

struct kmem_cache *kmem_cache_create_usercopy(const char *name, unsigned int size,
					      unsigned int align, slab_flags_t flags,
					      unsigned int useroffset, unsigned int usersize,
					      void (*ctor)(void *))
{
	struct kmem_cache *s = NULL;

	if (WARN_ON(usersize > size || useroffset > size - usersize))
		useroffset = usersize = 0;
	if (create_args_valid(name, size, align)) {
		slab_lock();
		s = create_cache(name, size, align, flags, useroffset, usersize, ctor);
		slab_unlock();
	}
	if (!s) {
		if (flags & SLAB_PANIC)
			panic("slab: cannot create cache %s", name ? name : "without a name");
		if (!mm_errors_quiet)
			pr_warn("cannot create cache %s, size %u\n", name ? name : "without a name",
				size);
	}
	return s;
}

struct kmem_cache *kmem_cache_create(const char *name, unsigned int size, unsigned int align,
				     slab_flags_t flags, void (*ctor)(void *))
{
	return kmem_cache_create_usercopy(name, size, align, flags, 0, 0, ctor);
}

int kmem_cache_destroy(struct kmem_cache *s)
{
	unsigned long out;

	if (!s)
		return 0;
	/* What a CPU on its way out keeps of @s nobody can ask it for: not before it is gone. */
	cpus_read_lock();
	slab_lock();
	if (--s->refcount) {
		slab_unlock();
		cpus_read_unlock();
		return 0;
	}
	if (__kmem_cache_shutdown(s)) {
		out = slab_list_objects(s, LEAKS_LISTED_MAX);
		s->refcount = 1;
		slab_unlock();
		cpus_read_unlock();
		if (!mm_errors_quiet)
			pr_err("%s: %lu objects are in use, the cache stays\n", s->name, out);
		return -EBUSY;
	}
	list_del(&s->list);
	slab_unlock();
	cpus_read_unlock();
	/* Slabs that wait for readers still name the cache. */
	if (s->flags & SLAB_TYPESAFE_BY_RCU)
		rcu_barrier();
	__kmem_cache_release(s);
	kmem_cache_free(kmem_cache, s);
	return 0;
}

int kmem_cache_shrink(struct kmem_cache *s)
{
	return __kmem_cache_shrink(s);
}

unsigned int kmem_cache_size(struct kmem_cache *s)
{
	return s->object_size;
}

const char *kmem_cache_name(struct kmem_cache *s)
{
	return s->name;
}

int slab_for_each_cache(int (*fn)(struct kmem_cache *s, void *ctx), void *ctx)
{
	struct kmem_cache *s;
	int ret = 0;

	slab_lock();
	list_for_each_entry(s, &slab_caches, list) {
		ret = fn(s, ctx);
		if (ret)
			break;
	}
	slab_unlock();
	return ret;
}

static int shrink_cache(struct kmem_cache *s, void *ctx)
{
	kmem_cache_shrink(s);
	return 0;
}

void slab_shrink_all(void)
{
	slab_for_each_cache(shrink_cache, NULL);
}

static int check_cache(struct kmem_cache *s, void *ctx)
{
	*(unsigned int *)ctx += slab_check(s);
	return 0;
}

unsigned int slab_check_all(void)
{
	unsigned int faults = 0;

	slab_for_each_cache(check_cache, &faults);
	return faults;
}

int check_heap_object(const void *ptr, size_t n)
{
	struct page *page = virt_to_head_page(ptr);
	const struct kmem_cache *s = page->slab_cache;
	size_t offset;

	offset = (const char *)ptr - (const char *)page_address(page);
	if (!PageSlab(page))
		return n <= page_size(page) - offset ? 0 : -EFAULT;
	offset %= s->size;
	if (offset >= s->useroffset && offset - s->useroffset <= s->usersize &&
	    n <= s->usersize - (offset - s->useroffset))
		return 0;
	slab_error(page->slab_cache, ptr, "Copy of %zu bytes at offset %zu leaves the region", n,
		   offset);
	return -EFAULT;
}

const char *slub_stat_name(enum stat_item item)
{
	static const char *const names[] = {
#define X(name, text) [name] = text,
		SLUB_STATS(X)
#undef X
	};

	return names[item];
}
