/* SPDX-License-Identifier: MIT */
/* arch/x86_64/cpu/cpu_internal.h - between the files of arch/x86_64. */
#ifndef CPU_INTERNAL_H
#define CPU_INTERNAL_H

#include "lib/types.h"
#include "lib/compiler.h"
#include <arch/atomic.h>
#include <arch/cpu.h>
#include <arch/irqflags.h>
#include <arch/page.h>
#include <arch/percpu.h>

/* Interrupt vectors. 0-31 are the CPU's. */
#define VECTOR_NMI	2
#define VECTOR_LEGACY	0x20	/* 8259 lines 0-15 */
#define VECTOR_MSI	0x30
#define VECTOR_MSI_END	0xe0
#define VECTOR_TICK	0xec	/* local APIC timer */
#define VECTOR_IPI	0xf0	/* plus an enum arch_ipi */
#define VECTOR_TLB	0xf4	/* flush request, mm/tlb.c */
#define VECTOR_SPURIOUS	0xff	/* low four bits set, as old APICs want it */

#define SELECTOR_CODE	0x08
#define SELECTOR_DATA	0x10
#define SELECTOR_TSS	0x18

#define MSR_PAT		0x277

/* The page at which the local APIC's registers are seen: the last GB, which nothing else uses. */
#define APIC_VIRT	0xffffffffc0000000UL

/*
 * A lock of arch's own, for a few instructions: kernel/base's are on a higher floor. Interrupts go
 * off. Nothing that waits for another CPU is done under one.
 */
static inline unsigned long arch_lock(u32 *lock)
{
	unsigned long flags;

	local_irq_save(flags);
	while (xchg(lock, 1u)) {
		while (READ_ONCE(*lock))
			cpu_relax();
	}
	return flags;
}

static inline void arch_unlock(u32 *lock, unsigned long flags)
{
	smp_store_release(lock, 0u);
	local_irq_restore(flags);
}

/* Above it: exception stacks of the secondary CPUs, CPU_STACKS_SIZE each. */
#define IST_STACKS	3
#define IST_STACK_SIZE	8192UL			/* a guard page lies below each */
#define IST_STEP	(PAGE_SIZE + IST_STACK_SIZE)
#define CPU_STACKS_SIZE	(IST_STACKS * IST_STEP)
#define CPU_STACKS_VIRT	(APIC_VIRT + 0x200000UL)

/*
 * traps_init() - GDT, TSS, IDT of the boot CPU, before it has a per-CPU area of its own.
 * traps_prepare() - exception stacks for secondary @cpu; kept for good. Return: 0 or -ENOMEM.
 * traps_load() - GDT and TSS in this CPU's per-CPU area, which has just become its own; IDT.
 */
void traps_init(void);
int traps_prepare(unsigned int cpu);
void traps_load(unsigned int cpu);

/* clockevent.c: this CPU's timer event came. Context: hard interrupt. */
void clockevent_interrupt(void);
/* The TSC is not read before what precedes it has been: SDM volume 2, RDTSC. */
static __always_inline u64 rdtsc_ordered(void)
{
	__asm__ volatile("lfence" : : : "memory");
	return rdtsc();
}

/* Each CPU has a timer of its own: others than the boot CPU may run. */
bool clockevent_per_cpu(void);
/* This CPU's timer made ready, nothing set. Interrupts off. */
void clockevent_init_secondary(void);

/* time.c */
void time_start(u64 entry_tsc);		/* the clock's zero; before anything asks for the time */
void time_refine(void);			/* now and then, on the boot CPU, as an interrupt handler */
u64 time_ns_to_tsc(u64 ns);		/* TSC counts in @ns nanoseconds; 2^63 - 1 at most */
extern u32 apic_timer_hz;		/* 0: the APIC's timer is not usable */

/* apic.c: registers by their offset in the xAPIC page, in either mode. */
#define XAPIC_ID_MAX	254	/* 255 is everybody */
bool apic_find(void);
bool apic_setup(u32 max_id);
void apic_setup_secondary(void);
void apic_disable(void);
bool apic_is_x2apic(void);
u32 apic_read(unsigned int reg);
void apic_write(unsigned int reg, u32 value);
u32 apic_id(void);
void apic_eoi(void);
bool apic_is_pending(u8 vector);

/*
 * apic_send() - interrupt @vector at the CPU with APIC ID @dest, the own one too; a full barrier
 * for what was written before. apic_send_nmi(), _init(), _startup() likewise; @page: number of the
 * page below 1 MB where the CPU begins.
 */
void apic_send(u32 dest, u8 vector);
void apic_send_nmi(u32 dest);
void apic_send_init(u32 dest);
void apic_send_startup(u32 dest, u8 page);

#define APIC_LVT_TIMER		0x320
#define APIC_TIMER_INITIAL	0x380
#define APIC_TIMER_CURRENT	0x390
#define APIC_TIMER_DIVIDE	0x3e0
#define APIC_LVT_MASKED		(1u << 16)
#define APIC_LVT_DEADLINE	(2u << 17)

/*
 * tsc_sync.c: the starting CPU compares its clock with the starter's, which serves meanwhile.
 * tsc_sync_report(): a warning if @cpu's had to be corrected. Context: thread.
 */
void tsc_sync_check(void);
void tsc_sync_serve(void);
void tsc_sync_report(unsigned int cpu);
DECLARE_PER_CPU(s64, tsc_offset);	/* added to the TSC wherever it serves as a clock */

/* irq.c: one more of @vector on this CPU, for those that do not come through irq_dispatch(). */
void irq_count(unsigned int vector);

/*
 * smp.c: CPUs that take interrupts (of which those of cpu_online_mask are a part): flushes and the
 * stop of panic are for them. Written by each for itself.
 */
extern u64 cpu_running_mask;
u32 cpu_max_apic_id(void);
/* NMI: does not return when it is another CPU's order to stop. */
void stop_if_ordered(void);

#endif
