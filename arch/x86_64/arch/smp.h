/* SPDX-License-Identifier: MIT */
/*
 * <arch/smp.h> - which CPUs there are, starting and stopping them, and calling their attention.
 *
 * CPUs are numbered from 0, the boot CPU, without gaps: the possible ones are those that the
 * firmware named (arch_cpu_register), at most nr_cpus=. Those that run are in cpu_online_mask, which
 * has gaps once one has been taken offline. kernel/base/cpu.h brings CPUs up and down; this is what
 * it does that with.
 */
#ifndef ARCH_SMP_H
#define ARCH_SMP_H

#include "lib/bitops.h"
#include "lib/types.h"
#include "lib/compiler.h"
#include <arch/percpu.h>

/* Bit n: CPU n. */
typedef u64 cpumask_t;
_Static_assert(NR_CPUS <= 64, "a set of CPUs is one word");

#define cpumask_of(cpu) ((cpumask_t)1 << (cpu))

extern unsigned int nr_cpu_ids;		/* [I] after setup_per_cpu_areas(): possible CPUs */
extern cpumask_t cpu_online_mask;	/* [a] written by kernel/base/cpu.c alone */

static __always_inline unsigned int num_possible_cpus(void)
{
	return nr_cpu_ids;
}

static __always_inline cpumask_t cpu_online_mask_get(void)
{
	return READ_ONCE(cpu_online_mask);
}

static __always_inline unsigned int num_online_cpus(void)
{
	return hweight64(cpu_online_mask_get());
}

static __always_inline bool cpu_online(unsigned int cpu)
{
	return cpu < NR_CPUS && cpu_online_mask_get() & cpumask_of(cpu);
}

/* Return: the first CPU of @mask above @cpu (-1: the first of all), NR_CPUS when there is none. */
static __always_inline unsigned int cpumask_next(int cpu, cpumask_t mask)
{
	mask = cpu + 1 >= NR_CPUS ? 0 : mask & (~(cpumask_t)0 << (cpu + 1));
	return mask ? (unsigned int)__builtin_ctzll(mask) : NR_CPUS;
}

/* @mask is read once for each step. */
#define for_each_cpu(cpu, mask)                                                                    \
	for ((cpu) = cpumask_next(-1, (mask)); (cpu) < NR_CPUS;                                    \
	     (cpu) = cpumask_next((int)(cpu), (mask)))
#define for_each_online_cpu(cpu)   for_each_cpu(cpu, cpu_online_mask_get())
#define for_each_possible_cpu(cpu) for ((cpu) = 0; (cpu) < nr_cpu_ids; (cpu)++)

/*
 * arch_cpu_register() - there is a CPU with APIC ID @apic_id. The boot CPU is number 0 in whatever
 * order they come; the others are numbered as they come.
 * Return: its number, -EEXIST (known), -ENOSPC (NR_CPUS or the limit is reached).
 * Context: boot, before setup_per_cpu_areas().
 */
int arch_cpu_register(u32 apic_id);

/* arch_cpu_limit() - register no more than @max CPUs (nr_cpus=); before the first one. */
void arch_cpu_limit(unsigned int max);

/* arch_cpu_apic_id() - of a possible CPU. arch_cpu_by_apic_id() - Return: number, or -ENOENT. */
u32 arch_cpu_apic_id(unsigned int cpu);
int arch_cpu_by_apic_id(u32 apic_id);

/*
 * arch_cpu_start() - start @cpu, which is not running: @entry runs there on the stack that ends at
 * @stack_top, with interrupts off, its own per-CPU area, tables, APIC and timer ready. @entry must
 * not return.
 * Return: 0 once the CPU is about to call @entry, -ETIMEDOUT (it did not come within a second; it
 * will not come later either), -ENOMEM.
 * Context: thread; one at a time.
 */
int __must_check arch_cpu_start(unsigned int cpu, void *stack_top, void (*entry)(void));

/*
 * arch_cpu_die() - the last thing that a CPU does when it goes offline, interrupts off: its APIC
 * and timer stop, then it halts until arch_cpu_start(). It uses its stack no longer once
 * arch_cpu_wait_dead() has returned true.
 */
void __noreturn arch_cpu_die(void);
/* Return: false when @cpu has not died within a second. Context: thread. */
bool arch_cpu_wait_dead(unsigned int cpu);

enum arch_ipi {
	IPI_RESCHEDULE,		/* look at need_resched and at what is pending */
	IPI_CALL,		/* smp_call_function: look at the queue of calls */
	NR_IPIS,
};

/*
 * arch_send_ipi() - interrupt @cpu, which is online or going offline: arch_hooks.ipi(@ipi) runs
 * there, as an interrupt handler. May be sent to the own CPU. A full memory barrier for what was
 * written before it. Context: any.
 */
void arch_send_ipi(unsigned int cpu, enum arch_ipi ipi);

/*
 * arch_stop_others() - every other online CPU halts for good, whatever it does: by NMI. Returns
 * when they have, or after 100 ms. For panic and reboot. Context: any.
 */
void arch_stop_others(void);

#endif
