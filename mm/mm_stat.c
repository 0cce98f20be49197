/* SPDX-License-Identifier: MIT */
/*
 * mm/mm_stat.c - adds up where memory is. Locking: none of its own; each count is taken by itself.
 */
#include "mm/mm_stat.h"

#include <arch/smp.h>
#include "mm/page_alloc.h"
#include "mm/slub_def.h"
#include "mm/vmalloc.h"

static int add_cache(struct kmem_cache *s, void *ctx)
{
	struct mm_stat *stat = ctx;
	struct slabinfo info;
	unsigned long pages;

	get_slabinfo(s, &info);
	pages = info.num_slabs << info.cache_order;
	if (s->flags & SLAB_RECLAIM_ACCOUNT)
		stat->slab_reclaimable += pages;
	else
		stat->slab_unreclaimable += pages;
	return 0;
}

void mm_stat_get(struct mm_stat *stat)
{
	struct vmalloc_stats vm;
	struct percpu_stats pcpu;
	unsigned long reserved = 0;
	struct zone *zone;

	*stat = (struct mm_stat){ .total = totalram_pages(), .free = nr_free_pages() };
	slab_for_each_cache(add_cache, stat);
	vmalloc_get_stats(&vm);
	stat->vmalloc = vm.bytes_mapped / PAGE_SIZE;
	percpu_get_stats(&pcpu);
	stat->percpu = pcpu.chunks * pcpu.unit_size * num_possible_cpus() / PAGE_SIZE;
	for_each_zone(zone)
		reserved += zone->watermark[WMARK_LOW];
	stat->available = stat->free > reserved ? stat->free - reserved : 0;
	stat->available += stat->slab_reclaimable / 2;
}
