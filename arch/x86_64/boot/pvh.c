/* SPDX-License-Identifier: MIT */
/*
 * arch/x86_64/boot/pvh.c - the PVH start information (qemu -kernel, Xen, Firecracker).
 *
 * Overview    struct hvm_start_info version 0 has no memory map; version 1 has. All QEMU versions
 *             that boot PVH give version 1.
 * Lifetime    Strings stay where they are and are reserved. QEMU's loader keeps the structure in
 *             an option ROM's shadow below 1 MB, which the direct map covers too.
 * Locking     None: single CPU, before start_kernel().
 * Reference   Xen, public/arch-x86/hvm/start_info.h.
 */
#include "lib/string.h"
#include <arch/page.h>
#include "boot_internal.h"

#define HVM_START_MAGIC 0x336ec578u	/* "xEn3", bit 31 clear */
#define CMDLINE_MAX	(1u << 20)

struct hvm_start_info {
	u32	magic, version, flags, nr_modules;
	u64	modlist_paddr, cmdline_paddr, rsdp_paddr;
	u64	memmap_paddr;		/* version 1 */
	u32	memmap_entries, reserved;
};

struct hvm_module {
	u64	paddr, size, cmdline_paddr, reserved;
};

struct hvm_memmap_entry {
	u64	addr, size;
	u32	type, reserved;		/* as the BIOS numbers them: 1 RAM ... 5 bad */
};

static void __init note_string(const char *s)
{
	if (*s)
		boot_note_range(__pa(s), strlen(s) + 1);
}

void __init pvh_parse(u32 info)
{
	const struct hvm_start_info *si = boot_mapped(info, sizeof(*si));
	const struct hvm_memmap_entry *map;
	const struct hvm_module *mod;

	boot_info.protocol = "pvh";
	if (!si || si->magic != HVM_START_MAGIC)
		return;
	boot_note_range(info, sizeof(*si));
	boot_info.rsdp = si->rsdp_paddr;
	boot_info.cmdline = boot_string(si->cmdline_paddr, CMDLINE_MAX);
	note_string(boot_info.cmdline);

	mod = boot_mapped(si->modlist_paddr, (u64)si->nr_modules * sizeof(*mod));
	for (u32 i = 0; mod && i < min_t(u32, si->nr_modules, BOOT_MAX_MODULES); i++) {
		const char *cmdline = boot_string(mod[i].cmdline_paddr, CMDLINE_MAX);

		note_string(cmdline);
		boot_add_module(mod[i].paddr, mod[i].paddr + mod[i].size, cmdline);
	}

	if (si->version < 1)
		return;
	map = boot_mapped(si->memmap_paddr, (u64)si->memmap_entries * sizeof(*map));
	for (u32 i = 0; map && i < si->memmap_entries; i++)
		boot_add_region(map[i].addr, map[i].size, map[i].type);
}
