/* SPDX-License-Identifier: MIT */
/*
 * mm/memblock.c - the memory map, and the allocator before the page allocator.
 *
 * Overview    Boot code adds the machine's RAM, reserves what is taken, and allocates the tables
 *             that everything later stands on (page tables, page array, per-CPU areas). mem_init()
 *             then hands every byte that is RAM and not reserved to the buddy allocator, and
 *             memblock is history: it only tells afterwards what was reserved.
 * Structure   Two lists of regions, memory and reserved. Each is sorted by address, its regions do
 *             not overlap, and regions that touch are merged: so a question is one pass.
 * Locking     none: one CPU, before threads and before interrupts.
 * Limits      MEMBLOCK_MAX_REGIONS 256 in each list: firmware maps have up to 128 entries
 *             (boot_info), and a reservation splits nothing. When full: -ENOSPC, and memblock_init
 *             leaves that RAM out with a message.
 *             MEM_LIMIT_MIN 16 MB: "mem=" with less is ignored, the machine would not come up.
 *             Allocation goes from the top down, so that the 16 MB that ZONE_DMA has stay free, and
 *             below memblock_set_limit(), the end of what the page tables of the moment map.
 */
#define pr_fmt(fmt) "memblock: " fmt

#include "mm/memblock.h"

#include <arch/boot_info.h>
#include <arch/page.h>
#include "kernel/base/panic.h"
#include "kernel/base/param.h"
#include "kernel/base/printk.h"
#include "lib/bug.h"
#include "lib/errno.h"
#include "lib/string.h"

struct memblock memblock = {
	.limit = ~0ull,
	.memory.name = "memory",
	.reserved.name = "reserved",
};

#define MEM_LIMIT_MIN (16ull << 20)

static u64 mem_limit = ~0ull;	/* "mem=" */

/* "64M", "0x4000000", "1G": bytes. */
static int mem_param(const char *val)
{
	const char *end;
	u64 size;

	if (!val)
		return -EINVAL;
	size = memparse(val, &end);
	if (end == val || *end || !size)
		return -EINVAL;
	if (size < MEM_LIMIT_MIN) {
		pr_warn("mem=%s: less than the kernel needs, ignored", val);
		return 0;
	}
	mem_limit = size;
	return 0;
}
PARAM(mem, mem_param);

static void region_insert(struct memblock_type *type, unsigned int i, phys_addr_t base, u64 size)
{
	memmove(&type->regions[i + 1], &type->regions[i],
		(type->count - i) * sizeof(type->regions[0]));
	type->regions[i] = (struct memblock_region){ .base = base, .size = size };
	type->count++;
}

static void region_delete(struct memblock_type *type, unsigned int i, unsigned int n)
{
	memmove(&type->regions[i], &type->regions[i + n],
		(type->count - i - n) * sizeof(type->regions[0]));
	type->count -= n;
}

static void type_sum(struct memblock_type *type)
{
	type->total = 0;
	for (unsigned int i = 0; i < type->count; i++)
		type->total += type->regions[i].size;
}

/*
 * memblock_type_add() - the union of the list and [base, base + size).
 * Return: 0, -ENOSPC when the list is full (it is unchanged then).
 */
int memblock_type_add(struct memblock_type *type, phys_addr_t base, u64 size)
{
	phys_addr_t end = base + size;
	unsigned int first, n = 0;

	if (!size)
		return 0;
	if (end < base)
		end = ~0ull;
	for (first = 0; first < type->count; first++)
		if (type->regions[first].base + type->regions[first].size >= base)
			break;
	/* Everything that touches the new range melts into it. */
	while (first + n < type->count && type->regions[first + n].base <= end) {
		struct memblock_region *r = &type->regions[first + n];

		base = min(base, r->base);
		end = max(end, r->base + r->size);
		n++;
	}
	if (!n) {
		if (type->count == MEMBLOCK_MAX_REGIONS)
			return -ENOSPC;
		region_insert(type, first, base, end - base);
	} else {
		type->regions[first] = (struct memblock_region){ .base = base, .size = end - base };
		region_delete(type, first + 1, n - 1);
	}
	type_sum(type);
	return 0;
}

/*
 * memblock_type_remove() - the list without [base, base + size).
 * Return: 0, -ENOSPC when a region would have to be split and the list is full.
 */
int memblock_type_remove(struct memblock_type *type, phys_addr_t base, u64 size)
{
	phys_addr_t end = base + size < base ? ~0ull : base + size;

	if (!size)
		return 0;
	for (unsigned int i = 0; i < type->count;) {
		struct memblock_region *r = &type->regions[i];
		phys_addr_t r_end = r->base + r->size;

		if (r_end <= base || r->base >= end) {
			i++;
			continue;
		}
		if (r->base < base && r_end > end) {
			if (type->count == MEMBLOCK_MAX_REGIONS)
				return -ENOSPC;
			r->size = base - r->base;
			region_insert(type, i + 1, end, r_end - end);
			break;
		}
		if (r->base < base) {
			r->size = base - r->base;
			i++;
		} else if (r_end > end) {
			r->base = end;
			r->size = r_end - end;
			i++;
		} else {
			region_delete(type, i, 1);
		}
	}
	type_sum(type);
	return 0;
}

bool memblock_type_overlaps(const struct memblock_type *type, phys_addr_t base, u64 size)
{
	for (unsigned int i = 0; i < type->count; i++) {
		const struct memblock_region *r = &type->regions[i];

		if (r->base < base + size && base < r->base + r->size)
			return true;
	}
	return false;
}

int memblock_add(phys_addr_t base, u64 size)
{
	return memblock_type_add(&memblock.memory, base, size);
}

int memblock_remove(phys_addr_t base, u64 size)
{
	return memblock_type_remove(&memblock.memory, base, size);
}

int memblock_reserve(phys_addr_t base, u64 size)
{
	return memblock_type_add(&memblock.reserved, base, size);
}

int memblock_free(phys_addr_t base, u64 size)
{
	return memblock_type_remove(&memblock.reserved, base, size);
}

void memblock_set_limit(phys_addr_t limit)
{
	memblock.limit = limit;
}

void memblock_enforce_limit(phys_addr_t limit)
{
	memblock_remove(limit, ~0ull - limit);
}

phys_addr_t memblock_start_of_ram(void)
{
	return memblock.memory.count ? memblock.memory.regions[0].base : 0;
}

phys_addr_t memblock_end_of_ram(void)
{
	const struct memblock_type *m = &memblock.memory;

	return m->count ? m->regions[m->count - 1].base + m->regions[m->count - 1].size : 0;
}

u64 memblock_phys_mem_size(void)
{
	return memblock.memory.total;
}

/*
 * The highest aligned place for @size bytes in [base, end) that is not reserved; 0 when there is
 * none. Reservations are passed from the top down.
 */
static phys_addr_t find_in_region(phys_addr_t base, phys_addr_t end, u64 size, u64 align)
{
	unsigned int i = memblock.reserved.count;

	while (end > base && end - base >= size) {
		phys_addr_t at = ALIGN_DOWN(end - size, align);
		const struct memblock_region *hit = NULL;

		if (at < base || !at)
			return 0;
		while (i--) {
			const struct memblock_region *r = &memblock.reserved.regions[i];

			if (r->base + r->size <= at)
				break;		/* the list is sorted: none below overlaps either */
			if (r->base < at + size) {
				hit = r;
				break;
			}
		}
		if (!hit)
			return at;
		end = hit->base;
	}
	return 0;
}

phys_addr_t memblock_phys_alloc_range(u64 size, u64 align, phys_addr_t from, phys_addr_t to)
{
	BUG_ON(!size || (align & (align - 1)));
	if (!align)
		align = 1;
	to = min(to, memblock.limit);
	for (unsigned int i = memblock.memory.count; i--;) {
		const struct memblock_region *r = &memblock.memory.regions[i];
		phys_addr_t start = max(r->base, from), end = min(r->base + r->size, to);
		phys_addr_t at;

		if (start >= end)
			continue;
		at = find_in_region(start, end, size, align);
		if (at)
			return memblock_reserve(at, size) ? 0 : at;
	}
	return 0;
}

phys_addr_t memblock_phys_alloc(u64 size, u64 align)
{
	return memblock_phys_alloc_range(size, align, 0, ~0ull);
}

void *memblock_try_alloc(u64 size, u64 align)
{
	phys_addr_t pa = memblock_phys_alloc(size, align);

	return pa ? memset(__va(pa), 0, size) : NULL;
}

void *memblock_alloc(u64 size, u64 align)
{
	void *p = memblock_try_alloc(size, align);

	if (!p)
		panic("out of memory: %llu bytes before the page allocator",
		      (unsigned long long)size);
	return p;
}

bool memblock_next_free(phys_addr_t *base, phys_addr_t *end)
{
	for (unsigned int i = 0; i < memblock.memory.count; i++) {
		const struct memblock_region *m = &memblock.memory.regions[i];
		phys_addr_t at = max(m->base, *base), m_end = m->base + m->size;

		for (unsigned int j = 0; j < memblock.reserved.count && at < m_end; j++) {
			const struct memblock_region *r = &memblock.reserved.regions[j];

			if (r->base + r->size <= at)
				continue;
			if (r->base > at) {
				m_end = min(m_end, r->base);
				break;
			}
			at = r->base + r->size;
		}
		if (at < m_end) {
			*base = at;
			*end = m_end;
			return true;
		}
	}
	return false;
}

static void reserve_or_panic(phys_addr_t base, u64 size)
{
	phys_addr_t start = ALIGN_DOWN(base, PAGE_SIZE), end = ALIGN(base + size, PAGE_SIZE);

	if (size && memblock_reserve(start, end - start))
		panic("memblock: no room to reserve %#llx", (unsigned long long)base);
}

void memblock_init(const struct boot_info *info)
{
	for (unsigned int i = 0; i < info->nr_regions; i++) {
		phys_addr_t start = ALIGN(info->regions[i].base, PAGE_SIZE);
		phys_addr_t end =
			ALIGN_DOWN(info->regions[i].base + info->regions[i].size, PAGE_SIZE);

		if (info->regions[i].type == BOOT_MEM_RAM && end > start &&
		    memblock_add(start, end - start))
			pr_warn("too many regions, RAM at %#llx is not used\n",
				(unsigned long long)start);
	}
	/* Firmware maps may overlap: what any entry calls not RAM is not RAM. */
	for (unsigned int i = 0; i < info->nr_regions; i++) {
		phys_addr_t start = ALIGN_DOWN(info->regions[i].base, PAGE_SIZE);
		phys_addr_t end = ALIGN(info->regions[i].base + info->regions[i].size, PAGE_SIZE);

		if (info->regions[i].type != BOOT_MEM_RAM && end > start)
			memblock_remove(start, end - start);
	}
	if (mem_limit != ~0ull)
		memblock_enforce_limit(ALIGN_DOWN(mem_limit, PAGE_SIZE));
	/* Page 0 holds the real-mode vectors, and address 0 must never be handed out. */
	memblock_reserve(0, PAGE_SIZE);
	boot_info_reserve(reserve_or_panic);
}
