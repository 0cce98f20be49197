/* SPDX-License-Identifier: MIT */
/* arch/x86_64/cpu/cpu_internal.h - between the files of arch/x86_64. */
#ifndef CPU_INTERNAL_H
#define CPU_INTERNAL_H

#include "lib/types.h"
#include "lib/compiler.h"
#include <arch/cpu.h>

/* Interrupt vectors. 0-31 are the CPU's. */
#define VECTOR_NMI	2
#define VECTOR_LEGACY	0x20	/* 8259 lines 0-15 */
#define VECTOR_MSI	0x30
#define VECTOR_MSI_END	0xe0
#define VECTOR_TICK	0xec	/* local APIC timer */
#define VECTOR_SPURIOUS	0xff	/* low four bits set, as old APICs want it */

#define SELECTOR_CODE	0x08
#define SELECTOR_DATA	0x10
#define SELECTOR_TSS	0x18

/* The page at which the local APIC's registers are seen: the last GB, which nothing else uses. */
#define APIC_VIRT	0xffffffffc0000000UL

/* GDT, TSS, IDT of the CPU that runs. */
void traps_init(void);

/* time.c: a local APIC or PIT tick came in. Context: hard interrupt. */
void tick_interrupt(void);

/* apic.c: registers by their offset in the xAPIC page, in either mode. */
bool apic_setup(void);
u32 apic_read(unsigned int reg);
void apic_write(unsigned int reg, u32 value);
u32 apic_id(void);
void apic_eoi(void);

#define APIC_LVT_TIMER		0x320
#define APIC_TIMER_INITIAL	0x380
#define APIC_TIMER_CURRENT	0x390
#define APIC_TIMER_DIVIDE	0x3e0
#define APIC_LVT_MASKED		(1u << 16)
#define APIC_LVT_PERIODIC	(1u << 17)

/* time.c: the clock's zero; before anything asks for the time. */
void time_start(u64 entry_tsc);

#endif
