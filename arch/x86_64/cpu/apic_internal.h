/* SPDX-License-Identifier: MIT */
/*
 * arch/x86_64/cpu/apic_internal.h - how the local APIC is reached: MSRs, and its page.
 *
 * Only apic.c and clockevent.c include it. tests/host/test_apic.c puts a fake APIC in its place, as
 * TCG has neither x2APIC nor a TSC deadline.
 */
#ifndef APIC_INTERNAL_H
#define APIC_INTERNAL_H

#include <arch/cpu.h>
#include <arch/io.h>
#include <arch/mmu.h>
#include <arch/trap.h>
#include "cpu_internal.h"

static inline bool hw_has(unsigned int feature)
{
	return cpu_has(feature);
}

static inline u64 hw_rdmsr(u32 msr)
{
	return rdmsr(msr);
}

static inline void hw_wrmsr(u32 msr, u64 value)
{
	wrmsr(msr, value);
}

static inline bool hw_rdmsr_safe(u32 msr, u64 *value)
{
	return rdmsr_safe(msr, value);
}

static inline bool hw_wrmsr_safe(u32 msr, u64 value)
{
	return wrmsr_safe(msr, value);
}

/* See the registers at @phys; once. */
static inline bool hw_map(phys_addr_t phys)
{
	return map_pages(APIC_VIRT, phys, PAGE_SIZE, PROT_RW | PROT_UC) == 0;
}

static inline u32 hw_read(unsigned int reg)
{
	return readl((const void *)(APIC_VIRT + reg));
}

static inline void hw_write(unsigned int reg, u32 value)
{
	writel(value, (void *)(APIC_VIRT + reg));
}

/*
 * A write of an x2APIC register (or of the TSC deadline) is an MSR write that does not wait for
 * earlier stores, and that later code may overtake: SDM volume 3, 11.12.3.
 */
static inline void hw_fence(void)
{
	__asm__ volatile("mfence; lfence" : : : "memory");
}

#endif
