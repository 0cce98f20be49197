/* SPDX-License-Identifier: MIT */
/*
 * arch/x86_64/cpu/cpu.c - identify the CPU and turn on what protects the kernel; stop; restart.
 *
 * Overview    cpu_init() runs before start_kernel(). Besides CPUID it sets CR0.WP, and CR4's PGE,
 *             MCE, SMEP, SMAP, UMIP where they exist, and makes page attribute entry 1
 *             write-combining. The other CPUs get the same from trampoline.S.
 * Locking     cpu_info and cpu_hypervisor are written once, before any reader.
 * Reference   Intel SDM volume 2 (CPUID), volume 3: 2.5 (control registers), 12.12 (PAT).
 */
#include "lib/string.h"
#include <arch/cpu.h>
#include <arch/exit.h>
#include <arch/io.h>
#include <arch/irqflags.h>
#include <arch/percpu.h>
#include "cpu_internal.h"

#define CR0_WP		(1UL << 16)
#define CR4_MCE		(1UL << 6)
#define CR4_PGE		(1UL << 7)
#define CR4_UMIP	(1UL << 11)
#define CR4_SMEP	(1UL << 20)
#define CR4_SMAP	(1UL << 21)
#define CPUID_MCE	(0 * 32 + 7)

#define MSR_GS_BASE	0xc0000101
/* Entries 7..0: WT UC- WP WB, UC UC- WC WB. Linux uses the same, so hypervisors know it. */
#define PAT_VALUE	0x0407050600070106ULL

struct cpu_info cpu_info __ro_after_init;
bool cpu_hypervisor __ro_after_init;

unsigned long __per_cpu_offset[NR_CPUS] __ro_after_init;
DEFINE_PER_CPU(unsigned long, this_cpu_off);
DEFINE_PER_CPU(unsigned int, cpu_number);

static void __init identify_features(void)
{
	u32 a, b, c, d;

	cpuid(1, 0, &a, &b, &c, &d);
	cpu_info.features[0] = d;
	cpu_info.features[1] = c;
	cpu_info.stepping = a & 15;
	cpu_info.model = a >> 4 & 15;
	cpu_info.family = a >> 8 & 15;
	if (cpu_info.family == 15)
		cpu_info.family += a >> 20 & 255;
	if (cpu_info.family == 6 || cpu_info.family >= 15)
		cpu_info.model += (a >> 16 & 15) << 4;

	if (cpu_info.max_leaf >= 7) {
		cpuid(7, 0, &a, &b, &c, &d);
		cpu_info.features[3] = b;
		cpu_info.features[4] = c;
	}
	cpuid(0x80000001, 0, &a, &b, &c, &d);
	cpu_info.features[2] = d;
	if (cpu_info.max_ext_leaf >= 0x80000007) {
		cpuid(0x80000007, 0, &a, &b, &c, &d);
		cpu_info.features[5] = d;
	}
	cpu_info.phys_bits = 36;
	if (cpu_info.max_ext_leaf >= 0x80000008) {
		cpuid(0x80000008, 0, &a, &b, &c, &d);
		cpu_info.phys_bits = a & 255;
	}
}

static void __init identify_names(void)
{
	u32 r[12], a, b, c, d;
	char *name = cpu_info.model_name;

	if (cpu_info.max_ext_leaf >= 0x80000004) {
		for (u32 i = 0; i < 3; i++)
			cpuid(0x80000002 + i, 0, &r[4 * i], &r[4 * i + 1], &r[4 * i + 2],
			      &r[4 * i + 3]);
		memcpy(name, r, 48);
		memmove(name, skip_spaces(name), strlen(skip_spaces(name)) + 1);
	}
	if (cpu_has(X86_FEATURE_HYPERVISOR)) {
		cpu_hypervisor = true;
		cpuid(0x40000000, 0, &a, &b, &c, &d);
		memcpy(cpu_info.hypervisor, &b, 4);
		memcpy(cpu_info.hypervisor + 4, &c, 4);
		memcpy(cpu_info.hypervisor + 8, &d, 4);
	}
}

static void __init identify(void)
{
	u32 a, b, c, d;

	cpuid(0, 0, &cpu_info.max_leaf, &b, &c, &d);
	memcpy(cpu_info.vendor, &b, 4);
	memcpy(cpu_info.vendor + 4, &d, 4);
	memcpy(cpu_info.vendor + 8, &c, 4);
	cpuid(0x80000000, 0, &a, &b, &c, &d);
	cpu_info.max_ext_leaf = a;
	identify_features();
	identify_names();
}

void __init cpu_init(void)
{
	unsigned long cr0, cr4;

	identify();

	__asm__ volatile("mov %%cr0, %0" : "=r"(cr0));
	__asm__ volatile("mov %0, %%cr0" : : "r"(cr0 | CR0_WP));

	__asm__ volatile("mov %%cr4, %0" : "=r"(cr4));
	if (cpu_has(CPUID_MCE))
		cr4 |= CR4_MCE;
	if (cpu_has(X86_FEATURE_PGE))
		cr4 |= CR4_PGE;
	if (cpu_has(X86_FEATURE_SMEP))
		cr4 |= CR4_SMEP;
	if (cpu_has(X86_FEATURE_SMAP))
		cr4 |= CR4_SMAP;
	if (cpu_has(X86_FEATURE_UMIP))
		cr4 |= CR4_UMIP;
	__asm__ volatile("mov %0, %%cr4" : : "r"(cr4));

	/* Nothing is mapped with entry 1 yet, so no cached line has the old type. */
	if (cpu_has(X86_FEATURE_PAT))
		wrmsr(MSR_PAT, PAT_VALUE);
}

void percpu_set_base(unsigned int cpu, unsigned long offset)
{
	__per_cpu_offset[cpu] = offset;
	*(unsigned long *)((unsigned long)&this_cpu_off + offset) = offset;
	*(unsigned int *)((unsigned long)&cpu_number + offset) = cpu;
	if (cpu == smp_processor_id()) {
		wrmsr(MSR_GS_BASE, offset);
		traps_load(cpu);	/* its tables are per-CPU data, too */
	}
}

void debug_exit(u8 code)
{
	outb(0xf4, code);
}

void cpu_halt_forever(void)
{
	for (;;)
		__asm__ volatile("cli; hlt" : : : "memory");
}

void arch_reboot(void)
{
	struct {
		u16 limit;
		u64 base;
	} __packed none = { 0, 0 };

	local_irq_disable();
	outb(0xcf9, 0x02);		/* reset control: hard reset, then go */
	io_delay();
	outb(0xcf9, 0x06);
	for (unsigned int i = 0; i < 1000; i++)
		io_delay();
	for (unsigned int i = 0; i < 1000 && (inb(0x64) & 2); i++)
		io_delay();
	outb(0x64, 0xfe);		/* keyboard controller: pulse the reset line */
	for (unsigned int i = 0; i < 1000; i++)
		io_delay();
	__asm__ volatile("lidt %0; int3" : : "m"(none));	/* no IDT: triple fault */
	cpu_halt_forever();
}
