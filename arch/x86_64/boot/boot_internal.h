/* SPDX-License-Identifier: MIT */
/* arch/x86_64/boot/boot_internal.h - between the entry code and the two protocol parsers. */
#ifndef BOOT_INTERNAL_H
#define BOOT_INTERNAL_H

#include "lib/types.h"
#include "lib/compiler.h"
#include <arch/boot_info.h>

/* Everything a loader hands over lies below this: the early tables map no more. */
#define BOOT_MAP_LIMIT (1ULL << 32)

/*
 * boot_mapped() - the address of [@phys, @phys + @size), or NULL when the early tables do not map
 * all of it. Loader-supplied addresses go through here.
 */
const void *boot_mapped(u64 phys, u64 size);

/* boot_string() - a loader's string of at most @max bytes; "" when unmapped or not terminated. */
const char *boot_string(u64 phys, u64 max);

/* boot_add_region() - one entry of the loader's memory map; any order, overlaps allowed. */
void boot_add_region(u64 base, u64 size, u32 type);

void boot_add_module(u64 start, u64 end, const char *cmdline);

/* boot_note_range() - the loader's own data at [@phys, @phys + @size): to be reserved. */
void boot_note_range(u64 phys, u64 size);

/* Page below 640 KB for the start of secondary CPUs, chosen by boot_info_reserve(); 0: none. */
extern phys_addr_t boot_low_page;

/* Fill boot_info from the protocol's structure at physical address @info. */
void multiboot2_parse(u32 info);
void pvh_parse(u32 info);

/* Sort the map, resolve overlaps, trim RAM to pages. */
void boot_regions_finish(void);

#endif
