/* SPDX-License-Identifier: MIT */
/*
 * arch/x86_64/cpu/apic.c - the local APIC's registers, and the interrupts that it sends.
 *
 * Overview    The boot CPU's APIC is in virtual wire mode: LINT0 takes the 8259's interrupt, LINT1
 *             the NMI. The others' LINT0 is masked: one 8259, one CPU that serves it. Each APIC's
 *             timer makes its CPU's timer event; message-signalled and inter-processor interrupts
 *             arrive at it directly.
 * Mode        The mode that the firmware left (xAPIC by memory, x2APIC by MSR) is kept, with one
 *             exception: a CPU whose ID does not fit xAPIC's eight bits needs x2APIC on all CPUs.
 *             Every CPU is brought into the boot CPU's mode. The way back from x2APIC leads through
 *             a disabled APIC (11.12.5).
 * Sending     xAPIC: two registers, written with interrupts off, so that a handler that sends does
 *             not come in between; before them the last command must have left (delivery status).
 *             x2APIC: one MSR write, behind a fence, as it does not wait for earlier stores.
 * Locking     None: every CPU has its own APIC at the same address.
 * Limits      The wait for the delivery status: SEND_SPINS reads, far longer than a bus takes.
 * Reference   Intel SDM volume 3, chapter 11 (11.4.3 enabling, 11.4.7.2 software-disabled, 11.5.1
 *             LVT, 11.6.1 ICR, 11.12 x2APIC).
 */
#include <arch/barrier.h>
#include <arch/irqflags.h>
#include "apic_internal.h"

#define MSR_APIC_BASE	 0x1b
#define BASE_X2APIC	 (1u << 10)
#define BASE_ENABLE	 (1u << 11)
#define BASE_ADDRESS	 0xffffffffff000ULL
#define MSR_X2APIC	 0x800	/* register at offset n is MSR 800 + n / 16 */

#define APIC_ID		 0x020
#define APIC_VERSION	 0x030
#define APIC_TPR	 0x080
#define APIC_EOI	 0x0b0
#define APIC_SPURIOUS	 0x0f0
#define APIC_ISR	 0x100	/* eight registers, 16 bytes apart */
#define APIC_IRR	 0x200	/* likewise */
#define APIC_LVT_CMCI	 0x2f0
#define APIC_ICR	 0x300
#define APIC_ICR_HIGH	 0x310	/* xAPIC: destination in bits 24-31 */
#define APIC_LVT_THERMAL 0x330
#define APIC_LVT_PERF	 0x340
#define APIC_LVT_LINT0	 0x350
#define APIC_LVT_LINT1	 0x360
#define APIC_LVT_ERROR	 0x370

#define SPURIOUS_ENABLE	 (1u << 8)
#define DELIVER_NMI	 (4u << 8)
#define DELIVER_INIT	 (5u << 8)
#define DELIVER_STARTUP	 (6u << 8)
#define DELIVER_EXTINT	 (7u << 8)
#define ICR_PENDING	 (1u << 12)
#define ICR_ASSERT	 (1u << 14)
#define ICR_LEVEL	 (1u << 15)

#define SEND_SPINS	 1000000

static bool found __ro_after_init, x2apic __ro_after_init;
static u64 base_address __ro_after_init;

u32 apic_read(unsigned int reg)
{
	if (x2apic)
		return (u32)hw_rdmsr(MSR_X2APIC + reg / 16);
	return hw_read(reg);
}

void apic_write(unsigned int reg, u32 value)
{
	if (x2apic)
		hw_wrmsr(MSR_X2APIC + reg / 16, value);
	else
		hw_write(reg, value);
}

bool apic_is_x2apic(void)
{
	return x2apic;
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

/* --- sending ---------------------------------------------------------------------------------- */

static void send(u32 dest, u32 command)
{
	unsigned long flags;

	if (x2apic) {
		hw_fence();
		hw_wrmsr(MSR_X2APIC + APIC_ICR / 16, (u64)dest << 32 | command);
		return;
	}
	smp_mb();	/* what was written before is seen by who is interrupted */
	local_irq_save(flags);
	for (unsigned int i = 0; i < SEND_SPINS && (hw_read(APIC_ICR) & ICR_PENDING); i++)
		cpu_relax();
	hw_write(APIC_ICR_HIGH, dest << 24);
	hw_write(APIC_ICR, command);
	local_irq_restore(flags);
}

void apic_send(u32 dest, u8 vector)
{
	send(dest, ICR_ASSERT | vector);
}

void apic_send_nmi(u32 dest)
{
	send(dest, ICR_ASSERT | DELIVER_NMI);
}

void apic_send_init(u32 dest)
{
	send(dest, ICR_LEVEL | ICR_ASSERT | DELIVER_INIT);
}

void apic_send_startup(u32 dest, u8 page)
{
	send(dest, ICR_ASSERT | DELIVER_STARTUP | page);
}

/* --- setting up ------------------------------------------------------------------------------- */

/* What was in service when the firmware let go would block everything of its priority. */
static void acknowledge_leftovers(void)
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

/* Everything masked but the spurious vector, then the two pins. */
static void enable(bool boot_cpu)
{
	u32 max_lvt = apic_read(APIC_VERSION) >> 16 & 0xff;

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
	apic_write(APIC_LVT_LINT0, boot_cpu ? DELIVER_EXTINT : APIC_LVT_MASKED);
	apic_write(APIC_LVT_LINT1, boot_cpu ? DELIVER_NMI : DELIVER_NMI | APIC_LVT_MASKED);
	acknowledge_leftovers();
}

/*
 * apic_find() - see the boot CPU's APIC, in the mode that the firmware left; may be called again.
 * Return: false when there is none.
 */
bool __init apic_find(void)
{
	u64 base;

	if (found)
		return true;
	if (!hw_has(X86_FEATURE_APIC) || !hw_rdmsr_safe(MSR_APIC_BASE, &base))
		return false;
	if (!(base & BASE_ENABLE)) {
		base |= BASE_ENABLE;
		if (!hw_wrmsr_safe(MSR_APIC_BASE, base))
			return false;
	}
	x2apic = base & BASE_X2APIC;
	base_address = base & BASE_ADDRESS;
	if (!x2apic && !hw_map(base_address))
		return false;
	found = true;
	return true;
}

/*
 * apic_setup() - enable the boot CPU's APIC. @max_id: the largest APIC ID there is.
 * Return: false when there is no APIC.
 */
bool __init apic_setup(u32 max_id)
{
	if (!apic_find())
		return false;
	if (!x2apic && max_id > XAPIC_ID_MAX && hw_has(X86_FEATURE_X2APIC)) {
		hw_wrmsr(MSR_APIC_BASE, hw_rdmsr(MSR_APIC_BASE) | BASE_X2APIC);
		x2apic = true;
	}
	enable(true);
	return true;
}

/* apic_setup_secondary() - the same for a CPU that has just started: into the boot CPU's mode. */
void apic_setup_secondary(void)
{
	u64 base = hw_rdmsr(MSR_APIC_BASE);
	u64 want = (base & ~(BASE_ADDRESS | BASE_X2APIC)) | base_address | BASE_ENABLE;

	if ((base & BASE_X2APIC) && !x2apic)
		hw_wrmsr(MSR_APIC_BASE, base & ~(u64)(BASE_X2APIC | BASE_ENABLE));
	if (base != (x2apic ? want | BASE_X2APIC : want))
		hw_wrmsr(MSR_APIC_BASE, want);
	if (x2apic && !(base & BASE_X2APIC))
		hw_wrmsr(MSR_APIC_BASE, want | BASE_X2APIC);
	enable(false);
}

/*
 * apic_disable() - this CPU goes: only INIT, SIPI and NMI reach it from now on. Interrupts off.
 */
void apic_disable(void)
{
	apic_write(APIC_LVT_TIMER, APIC_LVT_MASKED);
	apic_write(APIC_SPURIOUS, VECTOR_SPURIOUS);
}

/* apic_is_pending() - @vector waits to be delivered on this CPU. */
bool apic_is_pending(u8 vector)
{
	return apic_read(APIC_IRR + vector / 32 * 16) >> (vector % 32) & 1;
}
