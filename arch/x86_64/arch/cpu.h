/* SPDX-License-Identifier: MIT */
/* <arch/cpu.h> - what CPU this is, and stopping it. */
#ifndef ARCH_CPU_H
#define ARCH_CPU_H

#include "lib/types.h"
#include "lib/compiler.h"
#include <arch/barrier.h>

/* Feature numbers: word of cpu_info.features[] times 32, plus the bit of the CPUID register. */
#define X86_FEATURE_TSC		(0 * 32 + 4)	/* leaf 1 edx */
#define X86_FEATURE_MSR		(0 * 32 + 5)
#define X86_FEATURE_APIC	(0 * 32 + 9)
#define X86_FEATURE_PGE		(0 * 32 + 13)
#define X86_FEATURE_PAT		(0 * 32 + 16)
#define X86_FEATURE_CX16	(1 * 32 + 13)	/* leaf 1 ecx */
#define X86_FEATURE_X2APIC	(1 * 32 + 21)
#define X86_FEATURE_TSC_DEADLINE (1 * 32 + 24)
#define X86_FEATURE_RDRAND	(1 * 32 + 30)
#define X86_FEATURE_HYPERVISOR	(1 * 32 + 31)
#define X86_FEATURE_NX		(2 * 32 + 20)	/* leaf 80000001 edx */
#define X86_FEATURE_GBPAGES	(2 * 32 + 26)
#define X86_FEATURE_RDTSCP	(2 * 32 + 27)
#define X86_FEATURE_LM		(2 * 32 + 29)
#define X86_FEATURE_TSC_ADJUST	(3 * 32 + 1)	/* leaf 7 ebx */
#define X86_FEATURE_SMEP	(3 * 32 + 7)
#define X86_FEATURE_ERMS	(3 * 32 + 9)
#define X86_FEATURE_RDSEED	(3 * 32 + 18)
#define X86_FEATURE_SMAP	(3 * 32 + 20)
#define X86_FEATURE_UMIP	(4 * 32 + 2)	/* leaf 7 ecx */
#define X86_FEATURE_INVARIANT_TSC (5 * 32 + 8)	/* leaf 80000007 edx */
#define X86_FEATURE_WORDS	6

struct cpu_info {
	u32	features[X86_FEATURE_WORDS];
	u32	family, model, stepping;
	u32	max_leaf, max_ext_leaf;
	u8	phys_bits;		/* width of a physical address */
	char	vendor[13];
	char	model_name[49];
	char	hypervisor[13];		/* signature of leaf 40000000, or "" */
};

extern struct cpu_info cpu_info;	/* [I] after cpu_init() */
extern bool cpu_hypervisor;		/* [I] runs under a hypervisor */

static __always_inline bool cpu_has(unsigned int feature)
{
	return (cpu_info.features[feature / 32] >> (feature % 32)) & 1;
}

static __always_inline u64 rdtsc(void)
{
	u32 lo, hi;

	__asm__ volatile("rdtsc" : "=a"(lo), "=d"(hi) : : "memory");
	return (u64)hi << 32 | lo;
}

static __always_inline void cpuid(u32 leaf, u32 subleaf, u32 *a, u32 *b, u32 *c, u32 *d)
{
	__asm__ volatile("cpuid"
			 : "=a"(*a), "=b"(*b), "=c"(*c), "=d"(*d) : "a"(leaf), "c"(subleaf));
}

static __always_inline u64 rdmsr(u32 msr)
{
	u32 lo, hi;

	__asm__ volatile("rdmsr" : "=a"(lo), "=d"(hi) : "c"(msr) : "memory");
	return (u64)hi << 32 | lo;
}

static __always_inline void wrmsr(u32 msr, u64 v)
{
	__asm__ volatile("wrmsr" : : "c"(msr), "a"((u32)v), "d"((u32)(v >> 32)) : "memory");
}

/*
 * cpu_init() - identify this CPU (cpu_info) and turn on what it has: SMEP, SMAP, UMIP, write
 * protection, global pages, the page attribute table. arch calls it before start_kernel().
 */
void cpu_init(void);

/*
 * cpu_idle_wait() - sleep until the next interrupt. Called with interrupts off, so that a wake-up
 * between the caller's last look and the sleep is not lost; returns with interrupts on.
 */
static __always_inline void cpu_idle_wait(void)
{
	__asm__ volatile("sti; hlt" : : : "memory");
}

/* Interrupts off, for ever. */
void __noreturn cpu_halt_forever(void);

/* Port CF9, then the keyboard controller, then a triple fault. (ACPI's way is its driver's.) */
void __noreturn arch_reboot(void);

#endif
