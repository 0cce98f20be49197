/* SPDX-License-Identifier: MIT */
/*
 * <arch/boot_info.h> - what the boot loader told us, whatever its protocol.
 *
 * Filled before start_kernel(). Regions are sorted, do not overlap, and RAM is trimmed to whole
 * pages; where a loader's entries overlapped, the more restrictive type won.
 */
#ifndef ARCH_BOOT_INFO_H
#define ARCH_BOOT_INFO_H

#include "lib/types.h"

#define BOOT_MAX_REGIONS 128
#define BOOT_MAX_MODULES 8

enum boot_mem_type {
	BOOT_MEM_RAM = 1,
	BOOT_MEM_RESERVED,
	BOOT_MEM_ACPI,		/* tables: memory that may be reused once read */
	BOOT_MEM_NVS,
	BOOT_MEM_BAD,
};

struct boot_region {
	phys_addr_t	base;
	u64		size;
	u32		type;		/* enum boot_mem_type */
};

struct boot_module {
	phys_addr_t	start, end;	/* end is the first byte behind it */
	const char	*cmdline;	/* "" when none */
};

struct boot_framebuffer {
	phys_addr_t	addr;		/* 0: none */
	u32		pitch, width, height;
	u8		bpp;
	u8		type;		/* 0 indexed, 1 RGB, 2 EGA text */
};

struct boot_info {
	const char		*protocol;	/* "multiboot2" or "pvh" */
	const char		*loader;	/* its name, or "" */
	const char		*cmdline;	/* NUL-terminated, any length */
	unsigned int		nr_regions, nr_modules;
	phys_addr_t		rsdp;		/* 0: unknown (search the BIOS area) */
	u64			entry_tsc;	/* read by the first instructions */
	struct boot_framebuffer	framebuffer;
	struct boot_module	modules[BOOT_MAX_MODULES];
	struct boot_region	regions[BOOT_MAX_REGIONS];
};

extern struct boot_info boot_info;	/* [I] */

/*
 * boot_info_reserve() - call @reserve(start, size) for everything in RAM that must not be handed
 * out yet: the image, the loader's information, the command line, the modules.
 * Context: boot, once memblock knows the RAM.
 */
void boot_info_reserve(void (*reserve)(phys_addr_t start, u64 size));

#endif
