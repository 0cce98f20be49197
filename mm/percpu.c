/* SPDX-License-Identifier: MIT */
/*
 * mm/percpu.c - static per-CPU areas and per-CPU memory on request.
 *
 * Overview    Each CPU has a unit: a copy of the section "percpu" and, behind it, room for
 *             alloc_percpu(). The slab allocators need that room before they can allocate anything
 *             themselves, hence the first chunk comes from memblock, with its bookkeeping in the
 *             image.
 * Structure   The units of a chunk lie unit_size bytes apart, CPU n's at base + n * unit_size, in
 *             every chunk. So one number for each CPU, __per_cpu_offset[], leads from a per-CPU
 *             pointer to the copy, whichever chunk it is in:
 *                 pointer = address in CPU 0's unit - __per_cpu_offset[0].
 *             A chunk's room is given out in granules of 16 bytes: a bitmap of those in use, and
 *             one that marks the last granule of each allocation, so that free_percpu() needs no
 *             size. Later chunks come from vmalloc() when the room ends, and stay.
 * Locking     pcpu_lock, interrupts off; the bookkeeping only. vmalloc() and clearing run outside.
 * Limits      FIRST_CHUNK_ROOM 24 KB a CPU: a kmem_cache takes 144 bytes, a zone's page lists
 *             640 (2 zones a node, at most 17), so that holds sixty caches beside network statistics.
 *             The units of the first chunk lie together, not each on its CPU's node: later chunks,
 *             which come from vmalloc(), would need the same gaps between them. One allocation is at most
 *             PERCPU_MAX_SIZE. When vmalloc() fails: NULL.
 * Observe     vmstat (percpu_*).
 */
#include "mm/percpu.h"

#include <arch/page.h>
#include <arch/smp.h>
#include "kernel/base/spinlock.h"
#include "lib/bitmap.h"
#include "lib/bug.h"
#include "lib/string.h"
#include "mm/memblock.h"
#include "mm/slab.h"
#include "mm/vmalloc.h"

#define GRANULE			16u
#define FIRST_CHUNK_ROOM	(24u * 1024)
#define MAX_GRANULES		(64u * 1024 / GRANULE)

/* Locks: [I] immutable, [l] pcpu_lock */
struct pcpu_chunk {
	struct pcpu_chunk *next;		/* [I] */
	unsigned long start;			/* [I] per-CPU pointer of granule 0 */
	size_t offset;				/* [I] of granule 0 in its unit */
	size_t granules;			/* [I] */
	size_t hint;				/* [l] no granule below is free */
	unsigned long used[BITS_TO_LONGS(MAX_GRANULES)];	/* [l] */
	unsigned long last[BITS_TO_LONGS(MAX_GRANULES)];	/* [l] ends of allocations */
};

static DEFINE_SPINLOCK(pcpu_lock);
static struct pcpu_chunk first_chunk;
static struct pcpu_chunk *last_chunk = &first_chunk;	/* [l] */
static size_t unit_size;				/* [I] */
static size_t static_size;				/* [I] */
static unsigned int nr_allocations;			/* [l] */

void setup_per_cpu_areas(void)
{
	unsigned int cpu, cpus = num_possible_cpus();
	char *base;

	static_size = __stop_percpu - __start_percpu;
	unit_size = ALIGN(static_size + FIRST_CHUNK_ROOM, PAGE_SIZE);
	BUG_ON(unit_size - static_size > MAX_GRANULES * GRANULE);
	base = memblock_alloc(unit_size * cpus, PAGE_SIZE);
	for_each_possible_cpu(cpu)
		memcpy(base + cpu * unit_size, __start_percpu, static_size);
	for_each_possible_cpu(cpu)
		percpu_set_base(cpu, (unsigned long)base + cpu * unit_size -
				     (unsigned long)__start_percpu);
	first_chunk.offset = ALIGN(static_size, GRANULE);
	first_chunk.start = (unsigned long)__start_percpu + first_chunk.offset;
	first_chunk.granules = (unit_size - first_chunk.offset) / GRANULE;
}

/* Room for @n granules in @chunk, aligned to @align bytes. Return: per-CPU pointer, 0 when full. */
static unsigned long chunk_alloc(struct pcpu_chunk *chunk, size_t n, size_t align)
{
	size_t at = chunk->hint;

	for (;;) {
		size_t misaligned;

		at = bitmap_find_next_zero_area(chunk->used, chunk->granules, at, n, 1);
		if (at >= chunk->granules)
			return 0;
		misaligned = (chunk->offset + at * GRANULE) & (align - 1);
		if (!misaligned)
			break;
		at += (align - misaligned) / GRANULE;
	}
	bitmap_set(chunk->used, at, n);
	__set_bit(at + n - 1, chunk->last);
	if (at == chunk->hint)
		chunk->hint = at + n;
	nr_allocations++;
	return chunk->start + at * GRANULE;
}

static unsigned long any_chunk_alloc(size_t n, size_t align)
{
	unsigned long flags, p = 0;

	spin_lock_irqsave(&pcpu_lock, flags);
	for (struct pcpu_chunk *c = &first_chunk; c && !p; c = c->next)
		p = chunk_alloc(c, n, align);
	spin_unlock_irqrestore(&pcpu_lock, flags);
	return p;
}

/* One more chunk: whole units, none of it static. */
static bool chunk_create(void)
{
	struct pcpu_chunk *chunk;
	unsigned long flags;
	char *base;

	if (slab_state < FULL)
		return false;
	chunk = kvzalloc(sizeof(*chunk), GFP_KERNEL);
	base = chunk ? vmalloc(unit_size * num_possible_cpus()) : NULL;
	if (!base) {
		kvfree(chunk);
		return false;
	}
	chunk->start = (unsigned long)base - __per_cpu_offset[0];
	chunk->granules = min_t(size_t, unit_size / GRANULE, MAX_GRANULES);
	spin_lock_irqsave(&pcpu_lock, flags);
	last_chunk->next = chunk;
	last_chunk = chunk;
	spin_unlock_irqrestore(&pcpu_lock, flags);
	return true;
}

void __percpu *__alloc_percpu(size_t size, size_t align)
{
	size_t n = DIV_ROUND_UP(max_t(size_t, size, 1), GRANULE);
	unsigned int cpu;
	unsigned long p;

	if (size > PERCPU_MAX_SIZE || align > PERCPU_MAX_ALIGN || (align & (align - 1)))
		return NULL;
	align = max_t(size_t, align, GRANULE);
	p = any_chunk_alloc(n, align);
	if (!p && chunk_create())
		p = any_chunk_alloc(n, align);
	if (!p)
		return NULL;
	for_each_possible_cpu(cpu)
		memset((void *)(p + __per_cpu_offset[cpu]), 0, n * GRANULE);
	return (void __percpu *)p;
}

static struct pcpu_chunk *chunk_find(unsigned long p)
{
	struct pcpu_chunk *c = &first_chunk;

	while (c && p - c->start >= c->granules * GRANULE)
		c = c->next;
	return c;
}

void free_percpu(void __percpu *p)
{
	struct pcpu_chunk *chunk;
	unsigned long flags;
	size_t at, end;

	if (!p)
		return;
	spin_lock_irqsave(&pcpu_lock, flags);
	chunk = chunk_find((unsigned long)p);
	BUG_ON(!chunk);
	at = ((unsigned long)p - chunk->start) / GRANULE;
	/* The start of an allocation: in use, and what lies before it belongs to another one. */
	BUG_ON(!test_bit(at, chunk->used));
	BUG_ON(at && test_bit(at - 1, chunk->used) && !test_bit(at - 1, chunk->last));
	end = find_next_bit(chunk->last, chunk->granules, at);
	bitmap_clear(chunk->used, at, end - at + 1);
	__clear_bit(end, chunk->last);
	chunk->hint = min(chunk->hint, at);
	nr_allocations--;
	spin_unlock_irqrestore(&pcpu_lock, flags);
}

void percpu_get_stats(struct percpu_stats *stats)
{
	unsigned long flags;

	*stats = (struct percpu_stats){ .unit_size = unit_size, .static_size = static_size };
	spin_lock_irqsave(&pcpu_lock, flags);
	stats->allocations = nr_allocations;
	for (const struct pcpu_chunk *c = &first_chunk; c; c = c->next) {
		stats->chunks++;
		stats->bytes_used += bitmap_weight(c->used, c->granules) * GRANULE;
		stats->bytes_total += c->granules * GRANULE;
	}
	spin_unlock_irqrestore(&pcpu_lock, flags);
}
