/* SPDX-License-Identifier: MIT */
/*
 * arch/x86_64/cpu/apic.c - the local APIC's registers.
 *
 * Overview    Used in virtual wire mode: LINT0 takes the 8259's interrupt, LINT1 the NMI; its
 *             timer makes the tick, and message-signalled interrupts arrive at it directly. The
 *             mode that the firmware left (xAPIC by memory, x2APIC by MSR) is kept: leaving x2APIC
 *             would need a reset of the APIC.
 * Locking     None: every CPU has its own APIC at the same address.
 * Reference   Intel SDM volume 3, chapter 11 (11.4.3 enabling, 11.5.1 LVT, 11.12 x2APIC).
 */
#include <arch/io.h>
#include <arch/mmu.h>
#include <arch/trap.h>
#include "cpu_internal.h"

#define MSR_APIC_BASE	 0x1b
#define BASE_X2APIC	 (1u << 10)
#define BASE_ENABLE	 (1u << 11)
#define MSR_X2APIC	 0x800	/* register at offset n is MSR 800 + n / 16 */

#define APIC_ID		 0x020
#define APIC_VERSION	 0x030
#define APIC_TPR	 0x080
#define APIC_EOI	 0x0b0
#define APIC_SPURIOUS	 0x0f0
#define APIC_ISR	 0x100	/* eight registers, 16 bytes apart */
#define APIC_ESR	 0x280
#define APIC_LVT_CMCI	 0x2f0
#define APIC_LVT_THERMAL 0x330
#define APIC_LVT_PERF	 0x340
#define APIC_LVT_LINT0	 0x350
#define APIC_LVT_LINT1	 0x360
#define APIC_LVT_ERROR	 0x370

#define SPURIOUS_ENABLE	 (1u << 8)
#define DELIVER_NMI	 (4u << 8)
#define DELIVER_EXTINT	 (7u << 8)

static bool x2apic __ro_after_init;

u32 apic_read(unsigned int reg)
{
	if (x2apic)
		return (u32)rdmsr(MSR_X2APIC + reg / 16);
	return readl((const void *)(APIC_VIRT + reg));
}

void apic_write(unsigned int reg, u32 value)
{
	if (x2apic)
		wrmsr(MSR_X2APIC + reg / 16, value);
	else
		writel(value, (void *)(APIC_VIRT + reg));
}

u32 apic_id(void)
{
	u32 id = apic_read(APIC_ID);

	return x2apic ? id : id >> 24;
}

void apic_eoi(void)
{
	apic_write(APIC_EOI, 0);
}

/* What was in service when the firmware let go would block everything of its priority. */
static void __init acknowledge_leftovers(void)
{
	for (unsigned int n = 0; n < 256; n++) {
		u32 any = 0;

		for (unsigned int i = 0; i < 8; i++)
			any |= apic_read(APIC_ISR + i * 16);
		if (!any)
			return;
		apic_eoi();
	}
}

/* Map and enable the boot CPU's APIC. Return: false when there is none. */
bool __init apic_setup(void)
{
	u32 max_lvt;
	u64 base;

	if (!cpu_has(X86_FEATURE_APIC) || !rdmsr_safe(MSR_APIC_BASE, &base))
		return false;
	if (!(base & BASE_ENABLE)) {
		base |= BASE_ENABLE;
		if (!wrmsr_safe(MSR_APIC_BASE, base))
			return false;
	}
	x2apic = base & BASE_X2APIC;
	if (!x2apic &&
	    map_pages(APIC_VIRT, base & 0xffffffffff000ULL, PAGE_SIZE, PROT_RW | PROT_UC))
		return false;

	max_lvt = apic_read(APIC_VERSION) >> 16 & 0xff;
	apic_write(APIC_LVT_TIMER, APIC_LVT_MASKED);
	apic_write(APIC_LVT_ERROR, APIC_LVT_MASKED);
	if (max_lvt >= 4)
		apic_write(APIC_LVT_PERF, APIC_LVT_MASKED);
	if (max_lvt >= 5)
		apic_write(APIC_LVT_THERMAL, APIC_LVT_MASKED);
	if (max_lvt >= 6)
		apic_write(APIC_LVT_CMCI, APIC_LVT_MASKED);
	apic_write(APIC_TPR, 0);
	apic_write(APIC_SPURIOUS, SPURIOUS_ENABLE | VECTOR_SPURIOUS);
	apic_write(APIC_LVT_LINT0, DELIVER_EXTINT);
	apic_write(APIC_LVT_LINT1, DELIVER_NMI);
	acknowledge_leftovers();
	return true;
}
