/* SPDX-License-Identifier: MIT */
/*
 * arch/x86_64/boot/boot_info.c - what the loader told us, in one shape.
 *
 * Overview    The protocol parsers (multiboot2.c, pvh.c) feed this file with regions, modules and
 *             ranges; it sorts and clips them into `boot_info`. Nothing a loader says is trusted
 *             with more than a wrong answer: addresses are checked against what is mapped, sizes
 *             against overflow, counts against the arrays.
 * Structure   `boot_info.regions`: sorted by base, disjoint, neighbours of one type merged, RAM
 *             trimmed inwards to 4 KB. Where entries overlapped, the highest type number won (RAM
 *             < RESERVED < ACPI < NVS < BAD), found by cutting at every boundary.
 * Low page    Secondary CPUs begin below 1 MB. A page there is chosen and reserved together with
 *             what the loader left, before anybody allocates.
 * Limits      128 regions (UEFI firmware reports 30-100 before merging), 8 modules, 16 ranges to
 *             reserve. What does not fit is left out: such RAM is not used.
 * Locking     None: single CPU, interrupts off, before start_kernel().
 */
#include "lib/string.h"
#include <arch/boot_info.h>
#include <arch/page.h>
#include "boot_internal.h"

#define RAW_MAX   (2 * BOOT_MAX_REGIONS)
#define RANGE_MAX 16

#define LOW_MEMORY_END 0xa0000ULL	/* of what a CPU in real mode may begin in and PCs have as RAM */

struct boot_info boot_info;
phys_addr_t boot_low_page __ro_after_init;

extern char image_start[], image_end[];

static struct {
	phys_addr_t base;
	u64 size;
} ranges[RANGE_MAX];
static unsigned int nr_ranges;

static __initdata struct boot_region raw[RAW_MAX];
static __initdata unsigned int nr_raw;

const void *boot_mapped(u64 phys, u64 size)
{
	if (phys == 0 || phys >= BOOT_MAP_LIMIT || size > BOOT_MAP_LIMIT - phys)
		return NULL;
	return __va(phys);
}

const char *boot_string(u64 phys, u64 max)
{
	const char *s;

	if (phys == 0 || phys >= BOOT_MAP_LIMIT)
		return "";
	max = min_t(u64, max, BOOT_MAP_LIMIT - phys);
	s = boot_mapped(phys, max);
	return s && strnlen(s, max) < max ? s : "";
}

void boot_note_range(u64 phys, u64 size)
{
	if (size == 0 || phys + size < phys || nr_ranges == RANGE_MAX)
		return;
	ranges[nr_ranges].base = phys;
	ranges[nr_ranges].size = size;
	nr_ranges++;
}

void boot_add_module(u64 start, u64 end, const char *cmdline)
{
	struct boot_module *m;

	if (end <= start || boot_info.nr_modules == BOOT_MAX_MODULES)
		return;
	m = &boot_info.modules[boot_info.nr_modules++];
	m->start = start;
	m->end = end;
	m->cmdline = cmdline;
}

void __init boot_add_region(u64 base, u64 size, u32 type)
{
	struct boot_region *last = nr_raw ? &raw[nr_raw - 1] : NULL;

	if (base >= DIRECT_MAP_SIZE || size == 0)
		return;
	size = min_t(u64, size, DIRECT_MAP_SIZE - base);
	if (type < BOOT_MEM_RAM || type > BOOT_MEM_BAD)
		type = BOOT_MEM_RESERVED;
	if (last && last->type == type && last->base + last->size == base)
		last->size += size;
	else if (nr_raw < RAW_MAX)
		raw[nr_raw++] = (struct boot_region){ .base = base, .size = size, .type = type };
}

/* Insertion sort: firmware hands out nearly sorted maps. */
static void __init sort_raw(void)
{
	for (unsigned int i = 1; i < nr_raw; i++) {
		struct boot_region r = raw[i];
		unsigned int j = i;

		for (; j > 0 && raw[j - 1].base > r.base; j--)
			raw[j] = raw[j - 1];
		raw[j] = r;
	}
}

/* Append [base, end) of @type to the final map. Return: false when the map is full. */
static bool __init emit(phys_addr_t base, phys_addr_t end, u32 type)
{
	if (type == BOOT_MEM_RAM) {
		base = round_up(base, (phys_addr_t)PAGE_SIZE);
		end = round_down(end, (phys_addr_t)PAGE_SIZE);
	}
	if (type == 0 || base >= end)
		return true;
	if (boot_info.nr_regions == BOOT_MAX_REGIONS)
		return false;
	boot_info.regions[boot_info.nr_regions++] =
		(struct boot_region){ .base = base, .size = end - base, .type = type };
	return true;
}

/*
 * From position @at, the type that holds there and where that may change next. 0 and a later
 * position in a hole; the end of the map is ~0.
 */
static u32 __init type_at(phys_addr_t at, phys_addr_t *next)
{
	u32 type = 0;

	*next = ~0ULL;
	for (unsigned int i = 0; i < nr_raw; i++) {
		phys_addr_t end = raw[i].base + raw[i].size;

		if (raw[i].base > at) {
			*next = min(*next, raw[i].base);
			break;
		}
		if (end > at) {
			type = max(type, raw[i].type);
			*next = min(*next, end);
		}
	}
	return type;
}

void __init boot_regions_finish(void)
{
	phys_addr_t start = 0, at = 0, next;
	u32 type = 0;		/* of [start, at) */

	sort_raw();
	while (at != ~0ULL) {
		u32 here = type_at(at, &next);

		if (here != type) {
			if (!emit(start, at, type))
				return;
			start = at;
			type = here;
		}
		at = next;
	}
}

/* [base, base + size) holds nothing of the loader's. */
static bool __init unused(phys_addr_t base, u64 size)
{
	for (unsigned int i = 0; i < nr_ranges; i++) {
		if (base < ranges[i].base + ranges[i].size && ranges[i].base < base + size)
			return false;
	}
	for (unsigned int i = 0; i < boot_info.nr_modules; i++) {
		const struct boot_module *m = &boot_info.modules[i];

		if (base < m->end && m->start < base + size)
			return false;
	}
	return true;
}

/* The highest page of RAM below 640 KB that nobody uses; page 0 has the BIOS's variables. */
static phys_addr_t __init find_low_page(void)
{
	for (unsigned int i = boot_info.nr_regions; i-- > 0;) {
		const struct boot_region *r = &boot_info.regions[i];
		phys_addr_t end = min_t(u64, r->base + r->size, LOW_MEMORY_END);

		if (r->type != BOOT_MEM_RAM)
			continue;
		for (; end >= r->base + PAGE_SIZE && end > PAGE_SIZE; end -= PAGE_SIZE) {
			if (unused(end - PAGE_SIZE, PAGE_SIZE))
				return end - PAGE_SIZE;
		}
	}
	return 0;
}

void __init boot_info_reserve(void (*reserve)(phys_addr_t start, u64 size))
{
	boot_low_page = find_low_page();
	if (boot_low_page)
		reserve(boot_low_page, PAGE_SIZE);
	reserve(__pa(image_start), (u64)(image_end - image_start));
	for (unsigned int i = 0; i < nr_ranges; i++)
		reserve(ranges[i].base, ranges[i].size);
	for (unsigned int i = 0; i < boot_info.nr_modules; i++)
		reserve(boot_info.modules[i].start,
			boot_info.modules[i].end - boot_info.modules[i].start);
}
