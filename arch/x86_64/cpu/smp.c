/* SPDX-License-Identifier: MIT */
/*
 * arch/x86_64/cpu/smp.c - the other CPUs: which there are, starting, stopping, interrupting them.
 *
 * Overview    The firmware's list comes in through arch_cpu_register(). kernel/base/cpu.c starts a
 *             CPU by arch_cpu_start() and sends it away by arch_cpu_die(); arch_send_ipi() calls
 *             one's attention.
 * States      of a CPU but the first, in secondary_state[]:
 *             STOPPED --starter--> AWAITED --itself--> ALIVE --itself--> RUNNING --itself--> STOPPED
 *             AWAITED -> ALIVE is one compare-and-exchange (trampoline.S), and so is the starter's
 *             AWAITED -> STOPPED when its patience ends: one of them wins, and a CPU that comes too
 *             late halts without having touched its stack. ALIVE -> RUNNING and ALIVE -> STOPPED
 *             likewise: a CPU that is too late there halts before it calls @entry, where it would
 *             take locks. Each start begins with INIT, which puts the CPU, whatever it did, into a
 *             state in which it waits for SIPI only; so does each start that failed end.
 * Tables      The CPU enters long mode on start_tables: the kernel's upper half, and the trampoline
 *             page at its physical address, readable and executable. The kernel's own tables map
 *             that page as they map all RAM, writable and not executable.
 * Running     cpu_running_mask: CPUs to which flush requests (mm/tlb.c) and the stop of a panic are
 *             sent: the online ones, and those about to be or just gone.
 * Stopping    by NMI. The first CPU to ask is the one that goes on; who asks after it is stopped
 *             as well.
 * Locking     Registration: boot. arch_cpu_start(): one at a time (kernel/base's hotplug mutex).
 *             secondary_state[] and cpu_running_mask: atomic.
 * Limits      NR_CPUS. INIT settles for 10 ms, as the SDM has it, on real hardware only; a CPU has
 *             200 us to answer the first SIPI, START_NS after the second. A wait ends after its time
 *             AND a number of looks, so that a host which lends the time to others does not make a
 *             healthy CPU look dead.
 * Reference   Intel SDM volume 3, 9.4 (multiple-processor initialization), 11.6 (ICR).
 */
#include "lib/errno.h"
#include "lib/string.h"
#include <arch/atomic.h>
#include <arch/barrier.h>
#include <arch/bug.h>
#include <arch/irqflags.h>
#include <arch/irq.h>
#include <arch/page.h>
#include <arch/smp.h>
#include <arch/time.h>
#include "arch/x86_64/boot/boot_internal.h"
#include "arch/x86_64/mm/mm_internal.h"
#include "cpu_internal.h"

#define INIT_SETTLE_NS	10000000ULL
#define FIRST_SIPI_NS	200000ULL
#define START_NS	1000000000ULL
#define STOP_NS		100000000ULL
#define LOOKS_MIN	1000

/* trampoline.S knows the first three by their numbers. */
enum secondary_states {
	CPU_STOPPED,
	CPU_AWAITED,
	CPU_ALIVE,
	CPU_RUNNING,
};

/* Filled in in the copy at boot_low_page (trampoline.S). */
struct trampoline {
	u16	pad;
	u16	gdt_limit;
	u32	gdt;
	u32	far_32, far_32_selector;
	u32	far_64, far_64_selector;
	u32	tables, pad2;
	u64	pat;
} __packed;

extern char trampoline_code[], trampoline_data[], trampoline_end[];

unsigned int nr_cpu_ids __ro_after_init = 1;
cpumask_t cpu_online_mask = 1;
u64 cpu_running_mask = 1;

u32 cpu_apic_ids[NR_CPUS] __ro_after_init;		/* by number */
static unsigned int cpu_limit __ro_after_init = NR_CPUS;
static bool boot_cpu_known __ro_after_init, boot_cpu_named __ro_after_init;

u32 secondary_state[NR_CPUS];
/* For trampoline.S, of the CPU that is being started. */
void *secondary_stack;
u64 secondary_cr0, secondary_cr3, secondary_cr4;
bool secondary_x2apic;
static void (*secondary_function)(void);

static u64 start_tables[4][PAGE_SIZE / sizeof(u64)] __aligned(4096) __section(".bss.page_aligned");

void __noreturn secondary_start(unsigned int cpu);
void __noreturn secondary_dead(u32 *state);

/* --- which there are -------------------------------------------------------------------------- */

static void __init know_boot_cpu(void)
{
	if (boot_cpu_known)
		return;
	boot_cpu_known = true;
	if (apic_find())
		cpu_apic_ids[0] = apic_id();
}

void __init arch_cpu_limit(unsigned int max)
{
	cpu_limit = clamp_t(unsigned int, max, 1, NR_CPUS);
}

int __init arch_cpu_register(u32 apic_id)
{
	know_boot_cpu();
	if (apic_id == cpu_apic_ids[0]) {
		if (boot_cpu_named)
			return -EEXIST;
		boot_cpu_named = true;
		return 0;
	}
	if (arch_cpu_by_apic_id(apic_id) >= 0)
		return -EEXIST;
	if (nr_cpu_ids >= cpu_limit)
		return -ENOSPC;
	cpu_apic_ids[nr_cpu_ids] = apic_id;
	return (int)nr_cpu_ids++;
}

u32 arch_cpu_apic_id(unsigned int cpu)
{
	return cpu_apic_ids[cpu];
}

int arch_cpu_by_apic_id(u32 apic_id)
{
	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++) {
		if (cpu_apic_ids[cpu] == apic_id)
			return (int)cpu;
	}
	return -ENOENT;
}

u32 cpu_max_apic_id(void)
{
	u32 most = 0;

	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++)
		most = max(most, cpu_apic_ids[cpu]);
	return most;
}

/* --- starting --------------------------------------------------------------------------------- */

static u64 read_cr0(void)
{
	u64 v;

	__asm__ volatile("mov %%cr0, %0" : "=r"(v));
	return v;
}

static u64 read_cr4(void)
{
	u64 v;

	__asm__ volatile("mov %%cr4, %0" : "=r"(v));
	return v;
}

/* The upper half anew each time: the kernel may have added to it. */
static void fill_start_tables(void)
{
	unsigned long page = boot_low_page / PAGE_SIZE;

	mmu_copy_upper_half(start_tables[0]);
	start_tables[0][0] = __pa(start_tables[1]) | PTE_TABLE;
	start_tables[1][0] = __pa(start_tables[2]) | PTE_TABLE;
	start_tables[2][0] = __pa(start_tables[3]) | PTE_TABLE;
	/* Not global: the load of the kernel's tables forgets it. */
	start_tables[3][page] = boot_low_page | PTE_P | PTE_A;
}

static void fill_trampoline(void)
{
	u8 *copy = __va(boot_low_page);
	struct trampoline *t = (void *)(copy + (trampoline_data - trampoline_code));

	memcpy(copy, trampoline_code, (size_t)(trampoline_end - trampoline_code));
	t->gdt += (u32)boot_low_page;
	t->far_32 += (u32)boot_low_page;
	t->far_64 += (u32)boot_low_page;
	t->tables = (u32)__pa(start_tables[0]);
	t->pat = cpu_has(X86_FEATURE_PAT) ? rdmsr(MSR_PAT) : 0;
}

static void wait_ns(u64 ns)
{
	u64 start = arch_clock_ns();

	while (arch_clock_ns() - start < ns)
		cpu_relax();
}

/* Return: false when *@state is still @from after @ns and many looks. */
static bool wait_until_not(const u32 *state, u32 from, u64 ns)
{
	u64 start = arch_clock_ns();

	for (unsigned int looks = 0;; looks++) {
		if (smp_load_acquire(state) != from)
			return true;
		if (looks >= LOOKS_MIN && arch_clock_ns() - start >= ns)
			return false;
		tsc_sync_serve();
		cpu_relax();
	}
}

static bool wake(unsigned int cpu)
{
	u32 id = cpu_apic_ids[cpu], *state = &secondary_state[cpu];
	u32 awaited = CPU_AWAITED, alive = CPU_ALIVE;

	apic_send_init(id);
	wait_ns(cpu_hypervisor ? INIT_SETTLE_NS / 1000 : INIT_SETTLE_NS);
	/* Only now: a CPU that was late for an earlier call cannot take this for it. */
	smp_store_release(state, (u32)CPU_AWAITED);
	apic_send_startup(id, (u8)(boot_low_page / PAGE_SIZE));
	if (!wait_until_not(state, CPU_AWAITED, FIRST_SIPI_NS)) {
		apic_send_startup(id, (u8)(boot_low_page / PAGE_SIZE));
		if (!wait_until_not(state, CPU_AWAITED, START_NS) &&
		    try_cmpxchg(state, &awaited, (u32)CPU_STOPPED))
			goto failed;
	}
	if (wait_until_not(state, CPU_ALIVE, START_NS) ||
	    !try_cmpxchg(state, &alive, (u32)CPU_STOPPED))
		return true;
failed:
	apic_send_init(id);
	wait_ns(FIRST_SIPI_NS); /* it does nothing any more: its bit does not come back */
	__atomic_fetch_and(&cpu_running_mask, ~cpumask_of(cpu), __ATOMIC_SEQ_CST);
	return false;
}

int arch_cpu_start(unsigned int cpu, void *stack_top, void (*entry)(void))
{
	int err;

	if (!irq_have_apic() || !clockevent_per_cpu() || !boot_low_page ||
	    (!apic_is_x2apic() && cpu_apic_ids[cpu] > XAPIC_ID_MAX))
		return -ETIMEDOUT;	/* nothing can call it */
	err = traps_prepare(cpu);
	if (err)
		return err;
	fill_start_tables();
	fill_trampoline();
	secondary_stack = stack_top;
	secondary_function = entry;
	secondary_cr0 = read_cr0();
	secondary_cr4 = read_cr4();
	secondary_cr3 = mmu_root();
	secondary_x2apic = apic_is_x2apic();
	if (!wake(cpu))
		return -ETIMEDOUT;
	tsc_sync_report(cpu);
	return 0;
}

/* Called by trampoline.S on the new CPU: its stack and per-CPU area, interrupts off. */
void __noreturn secondary_start(unsigned int cpu)
{
	void (*entry)(void) = secondary_function;
	u32 alive = CPU_ALIVE;

	traps_load(cpu);
	apic_setup_secondary();
	clockevent_init_secondary();
	tsc_sync_check();
	tlb_join();
	if (!try_cmpxchg(&secondary_state[cpu], &alive, (u32)CPU_RUNNING)) {
		tlb_leave();
		cpu_halt_forever();
	}
	entry();
	arch_bug();
}

/* --- stopping --------------------------------------------------------------------------------- */

void __noreturn arch_cpu_die(void)
{
	unsigned int cpu = smp_processor_id();

	local_irq_disable();
	clockevent_stop();
	apic_disable();
	tlb_leave();
	secondary_dead(&secondary_state[cpu]);
}

bool arch_cpu_wait_dead(unsigned int cpu)
{
	return wait_until_not(&secondary_state[cpu], CPU_RUNNING, START_NS);
}

/* --- interrupting ----------------------------------------------------------------------------- */

void arch_send_ipi(unsigned int cpu, enum arch_ipi ipi)
{
	apic_send(cpu_apic_ids[cpu], (u8)(VECTOR_IPI + ipi));
}

#define NOBODY ~0u

static u32 stopper = NOBODY;	/* [a] the CPU that goes on */

void stop_if_ordered(void)
{
	unsigned int cpu = smp_processor_id();
	u32 who = READ_ONCE(stopper);

	if (who == NOBODY || who == cpu)
		return;
	tlb_leave();
	cpu_halt_forever();
}

void arch_stop_others(void)
{
	unsigned int me = smp_processor_id(), cpu;
	u32 nobody = NOBODY;
	u64 start;

	if (!try_cmpxchg(&stopper, &nobody, me) && nobody != me)
		stop_if_ordered();
	if (!irq_have_apic())
		return;
	for_each_cpu(cpu, READ_ONCE(cpu_running_mask) & ~cpumask_of(me))
		apic_send_nmi(cpu_apic_ids[cpu]);
	start = arch_clock_ns();
	while ((READ_ONCE(cpu_running_mask) & ~cpumask_of(me)) &&
	       arch_clock_ns() - start < STOP_NS)
		cpu_relax();
}
