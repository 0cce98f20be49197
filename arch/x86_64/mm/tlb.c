/* SPDX-License-Identifier: MIT */
/*
 * arch/x86_64/mm/tlb.c - having every CPU forget translations.
 *
 * Overview    Who removes a mapping or takes rights away changes the tables first and then calls
 *             tlb_flush(), which returns when no CPU can use the old translation any more.
 * Structure   Requests are numbered. Each CPU publishes the number that it has `seen`: before it
 *             emptied its TLB, it had read that number. A request is done when all running CPUs
 *             have seen it or a later one: so one emptying serves many requests, and whoever waits
 *             looks at the same word. The CPU that asks drops single pages, the others all:
 *             mappings go seldom, and a record of ranges would have to be bounded and locked.
 * Deadlock    Two CPUs may ask at once, with interrupts off: while it waits, each serves what the
 *             other asked for. What remains is a rule for callers: they hold no lock that others
 *             spin on with interrupts off.
 * Coming      A CPU joins cpu_running_mask first and empties its TLB afterwards; a request counts
 *             up first and looks at the mask afterwards. So either the request waits for the CPU,
 *             or what the CPU keeps was read from the changed tables. A CPU that leaves the mask is
 *             waited for no longer.
 * Also        cpus_sync() is a request without an address. A CPU answers it in an interrupt, or
 *             while it waits for an answer itself, which no interrupt handler does: so each handler
 *             of a device that ran when it was made has returned.
 * Locking     generation and seen: atomic. No lock.
 * Observe     `interrupts`, line TLB.
 * Reference   Intel SDM volume 3, 4.10.4 (invalidation), 4.10.5 (propagation to other CPUs).
 */
#include <arch/atomic.h>
#include <arch/barrier.h>
#include <arch/irqflags.h>
#include <arch/page.h>
#include <arch/percpu.h>
#include <arch/smp.h>
#include "arch/x86_64/cpu/cpu_internal.h"
#include "mm_internal.h"

#define FLUSH_EACH_MAX	32	/* pages; with more, emptying is cheaper */
#define CR4_PGE		(1UL << 7)

static atomic64_t generation;
static DEFINE_PER_CPU(u64, seen);	/* written by the CPU, read by those that wait for it */

/* Changing CR4.PGE drops everything, global translations included (4.10.4.1). */
static void flush_local(void)
{
	unsigned long cr4, cr3;

	__asm__ volatile("mov %%cr4, %0" : "=r"(cr4));
	if (cr4 & CR4_PGE) {
		__asm__ volatile("mov %0, %%cr4" : : "r"(cr4 & ~CR4_PGE) : "memory");
		__asm__ volatile("mov %0, %%cr4" : : "r"(cr4) : "memory");
	} else {
		__asm__ volatile("mov %%cr3, %0" : "=r"(cr3));
		__asm__ volatile("mov %0, %%cr3" : : "r"(cr3) : "memory");
	}
}

void tlb_flush_local(unsigned long va, u64 size)
{
	if (size > FLUSH_EACH_MAX * PAGE_SIZE) {
		flush_local();
		return;
	}
	for (u64 at = 0; at < size; at += PAGE_SIZE)
		__asm__ volatile("invlpg (%0)" : : "r"(va + at) : "memory");
}

/* Interrupts off throughout: one that serves in the middle would see its `seen` overwritten. */
static void serve(void)
{
	unsigned long flags;
	u64 number;

	local_irq_save(flags);
	number = (u64)atomic64_read(&generation);
	if (this_cpu_read(seen) != number) {
		flush_local();
		this_cpu_write(seen, number);
	}
	local_irq_restore(flags);
}

void tlb_join(void)
{
	u64 number;

	__atomic_fetch_or(&cpu_running_mask, cpumask_of(smp_processor_id()), __ATOMIC_SEQ_CST);
	number = (u64)atomic64_read(&generation);
	flush_local();
	this_cpu_write(seen, number);
}

void tlb_leave(void)
{
	__atomic_fetch_and(&cpu_running_mask, ~cpumask_of(smp_processor_id()), __ATOMIC_SEQ_CST);
}

static bool has_seen(unsigned int cpu, u64 number)
{
	return READ_ONCE(per_cpu(seen, cpu)) >= number ||
	       !(READ_ONCE(cpu_running_mask) & cpumask_of(cpu));
}

static void request(cpumask_t others)
{
	u64 number = (u64)atomic64_inc_return(&generation);	/* a full barrier */
	unsigned int cpu;

	others &= READ_ONCE(cpu_running_mask);
	for_each_cpu(cpu, others)
		apic_send(arch_cpu_apic_id(cpu), VECTOR_TLB);
	for_each_cpu(cpu, others) {
		while (!has_seen(cpu, number)) {
			serve();
			cpu_relax();
		}
	}
}

void tlb_flush(unsigned long va, u64 size)
{
	cpumask_t others = ~cpumask_of(smp_processor_id());

	tlb_flush_local(va, size);
	smp_mb();	/* the tables were changed before this looks who runs */
	if (READ_ONCE(cpu_running_mask) & others)
		request(others);
}

void cpus_sync(void)
{
	tlb_flush(0, 0);
}

void tlb_interrupt(unsigned int vector, void *dev)
{
	serve();
}
