/* SPDX-License-Identifier: MIT */
/*
 * mm/kmalloc.c - sizes to caches, and what is built on kmalloc().
 *
 * Overview    Sizes up to 8 KB are served by caches of 8, 16, 32, 64, 96, 128, 192, 256, 512 ...
 *             8192 bytes, three of each: for all, for what a shrinker can free (__GFP_RECLAIMABLE),
 *             and for old devices (__GFP_DMA). Larger sizes are blocks of the buddy.
 * Structure   kmalloc_caches[type][index]; size_index[] gives the index for each number of 8-byte
 *             words up to 8 KB: 1 KB of table, for one load instead of a choice by size.
 * Lifetime    the caches live for ever.
 * Locking     none here: the tables are written at boot and sealed, the caches have slub.c's rules.
 * Limits      KMALLOC_MAX_SIZE 4 MB, the buddy's largest block; above it NULL.
 * Observe     slabinfo: kmalloc-*, kmalloc-rcl-*, dma-kmalloc-*.
 */
#include "mm/slab.h"

#include <arch/kasan.h>
#include "kernel/base/panic.h"
#include "kernel/base/rcu.h"
#include "lib/bitops.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "mm/page_alloc_internal.h"
#include "mm/slab_internal.h"
#include "mm/vmalloc.h"

struct kmem_cache *kmalloc_caches[NR_KMALLOC_TYPES][KMALLOC_SHIFT_HIGH + 1] __ro_after_init;

struct kmalloc_info {
	const char *name[NR_KMALLOC_TYPES];
	unsigned int size;
};

#define INFO(bytes) { { "kmalloc-" #bytes, "kmalloc-rcl-" #bytes, "dma-kmalloc-" #bytes }, bytes }
static const struct kmalloc_info kmalloc_info[KMALLOC_SHIFT_HIGH + 1] = {
	[1] = INFO(96), [2] = INFO(192), [3] = INFO(8), [4] = INFO(16), [5] = INFO(32),
	[6] = INFO(64), [7] = INFO(128), [8] = INFO(256), [9] = INFO(512), [10] = INFO(1024),
	[11] = INFO(2048), [12] = INFO(4096), [13] = INFO(8192),
};
#undef INFO

u8 size_index[KMALLOC_MAX_CACHE_SIZE / 8] __ro_after_init;

void setup_kmalloc_cache_index_table(void)
{
	for (size_t size = 8; size <= KMALLOC_MAX_CACHE_SIZE; size += 8)
		size_index[size_index_elem(size)] = kmalloc_index(size);
}

static struct kmem_cache *create_kmalloc_cache(const struct kmalloc_info *info,
					       enum kmalloc_cache_type type, slab_flags_t flags)
{
	struct kmem_cache *s = kmem_cache_zalloc(kmem_cache, GFP_NOWAIT);

	if (!s)
		panic("slab: no memory for %s", info->name[type]);
	create_boot_cache(s, info->name[type], info->size, flags, 0, info->size);
	list_add(&s->list, &slab_caches);
	return s;
}

void create_kmalloc_caches(slab_flags_t flags)
{
	static const slab_flags_t type_flags[NR_KMALLOC_TYPES] = {
		[KMALLOC_RECLAIM] = SLAB_RECLAIM_ACCOUNT,
		[KMALLOC_DMA] = SLAB_CACHE_DMA,
	};

	for (int type = 0; type < NR_KMALLOC_TYPES; type++)
		for (int i = 1; i <= KMALLOC_SHIFT_HIGH; i++)
			kmalloc_caches[type][i] = create_kmalloc_cache(&kmalloc_info[i], type,
								       flags | type_flags[type]);
	slab_state = UP;
}

void *kmalloc_large(size_t size, gfp_t gfp)
{
	struct page *page;

	if (unlikely(size > KMALLOC_MAX_SIZE))
		return NULL;
	page = alloc_pages(gfp | __GFP_COMP, max(get_order(size), 1u));
	return page ? page_address(page) : NULL;
}

size_t ksize(const void *p)
{
	struct page *page;
	size_t size;

	if (unlikely(ZERO_OR_NULL_PTR(p)))
		return 0;
	page = virt_to_head_page(p);
	size = PageSlab(page) ? page->slab_cache->object_size : page_size(page);
	/* Whoever asks may use it all. */
	kasan_unpoison(p, size);
	return size;
}

void *krealloc(const void *p, size_t size, gfp_t gfp)
{
	size_t old = ksize(p);
	void *new;

	if (!size) {
		kfree(p);
		return ZERO_SIZE_PTR;
	}
	if (old >= size)
		return (void *)p;
	new = __kmalloc(size, gfp);
	if (new && old) {
		memcpy(new, p, old);
		kfree(p);
	}
	return new;
}

void kfree_sensitive(const void *p)
{
	volatile char *bytes = (volatile char *)p;

	for (size_t n = ksize(p); n; n--)
		*bytes++ = 0;
	kfree(p);
}

char *kstrdup(const char *s, gfp_t gfp)
{
	return s ? kmemdup(s, strlen(s) + 1, gfp) : NULL;
}

char *kstrndup(const char *s, size_t max, gfp_t gfp)
{
	size_t len;
	char *copy;

	if (!s)
		return NULL;
	len = strnlen(s, max);
	copy = __kmalloc(len + 1, gfp);
	if (copy) {
		memcpy(copy, s, len);
		copy[len] = '\0';
	}
	return copy;
}

void *kmemdup(const void *src, size_t len, gfp_t gfp)
{
	void *copy = __kmalloc(len, gfp);

	return copy && len ? memcpy(copy, src, len) : copy;
}

/* Neither in the direct map nor a mapping of vmalloc(): the image, with its constants. */
static bool is_image_address(const void *p)
{
	return (unsigned long)p - PAGE_OFFSET >= (unsigned long)nr_sections << SECTION_SHIFT &&
	       !is_vmalloc_addr(p);
}

const char *kstrdup_const(const char *s, gfp_t gfp)
{
	return s && is_image_address(s) ? s : kstrdup(s, gfp);
}

void kfree_const(const void *p)
{
	if (!is_image_address(p))
		kfree(p);
}

char *kasprintf(gfp_t gfp, const char *fmt, ...)
{
	/* A text that fills its room may have been cut short: once more with double the room. */
	for (size_t size = 64;; size *= 2) {
		char *p = __kmalloc(size, gfp);
		va_list ap;
		int n;

		if (!p)
			return NULL;
		va_start(ap, fmt);
		n = vscnprintf(p, size, fmt, ap);
		va_end(ap);
		if ((size_t)n + 1 < size)
			return p;
		kfree(p);
	}
}

/* The object that @p points into. */
static void *object_start(const void *p)
{
	struct page *page = virt_to_head_page(p);
	char *base = page_address(page);

	if (!PageSlab(page))
		return base;
	return base + ((const char *)p - base) / page->slab_cache->size * page->slab_cache->size;
}

static void kfree_rcu_callback(struct rcu_head *head)
{
	kfree(object_start(head));
}

void kfree_rcu_head(struct rcu_head *head)
{
	call_rcu(head, kfree_rcu_callback);
}
