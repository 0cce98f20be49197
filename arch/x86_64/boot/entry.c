/* SPDX-License-Identifier: MIT */
/*
 * arch/x86_64/boot/entry.c - first C code: from the assembly entry to start_kernel().
 *
 * Overview    Runs on the boot stack with the early page tables, interrupts off. Exceptions first,
 *             so that a fault in anything later is reported; then the CPU, then what the loader
 *             said.
 * Locking     None: single CPU.
 */
#include "lib/types.h"
#include "lib/compiler.h"
#include <arch/cpu.h>
#include <arch/exit.h>
#include "boot_internal.h"
#include "arch/x86_64/cpu/cpu_internal.h"

#define MB2_LOADER_MAGIC 0x36d76289u

/* The one name that arch takes from the top floor: kernel/main.c. */
void start_kernel(void);

void __noreturn x86_64_start(u32 magic, u32 info, u64 tsc);

void __noreturn x86_64_start(u32 magic, u32 info, u64 tsc)
{
	traps_init();
	cpu_init();
	boot_info.entry_tsc = tsc;
	time_start(tsc);
	boot_info.cmdline = "";
	boot_info.loader = "";
	if (magic == MB2_LOADER_MAGIC)
		multiboot2_parse(info);
	else
		pvh_parse(info);
	boot_regions_finish();
	start_kernel();
	cpu_halt_forever();
}
