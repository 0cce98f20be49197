/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/arch/smp_guest.c - other CPUs: start, stop, restart, interrupts between them, the clock
 * from one to the other.
 *
 * Overview   A test borrows the CPUs: those that are online are used as they are, the others are
 *            started here and wait with interrupts on. Either way a function runs on one in the
 *            handler of IPI_CALL, by a hook of our own that passes on what is not ours.
 * Locking    one test at a time; `job` belongs to the test until the IPI, then to the CPU until
 *            job.done.
 */
#include <arch/atomic.h>
#include <arch/barrier.h>
#include <arch/cpu.h>
#include <arch/irq.h>
#include <arch/irqflags.h>
#include <arch/mmu.h>
#include <arch/smp.h>
#include <arch/thread.h>
#include <arch/time.h>
#include <arch/trap.h>
#include "arch/x86_64/cpu/cpu_internal.h"
#include "kernel/base/cpu.h"
#include "kernel/base/selftest.h"
#include "lib/errno.h"
#include "mm/vmalloc.h"

/* Behind mmu_guest.c's: nobody else maps here. */
#define SCRATCH_VA 0xffffffffe0000000UL
#define DEADLINE_NS 5000000000ULL

static struct {
	void (*fn)(void);
	unsigned int cpu;
	bool pending, done;
} job;

static void (*saved_ipi)(unsigned int ipi);
static void *stacks[NR_CPUS];
static cpumask_t borrowed;	/* started here */
static cpumask_t others;	/* all that a test may use */
static bool leave;
static unsigned int ipis[NR_CPUS];

#define WAIT_FOR(condition)                                                                        \
	({                                                                                         \
		u64 start_ = arch_clock_ns();                                                      \
		while (!(condition) && arch_clock_ns() - start_ < DEADLINE_NS)                     \
			cpu_relax();                                                               \
		(condition);                                                                       \
	})

static void test_ipi(unsigned int ipi)
{
	unsigned int cpu = smp_processor_id();

	ipis[cpu] += ipi == IPI_RESCHEDULE;
	if (ipi == IPI_CALL && READ_ONCE(job.pending) && job.cpu == cpu) {
		job.pending = false;
		job.fn();
		smp_store_release(&job.done, true);
	}
	saved_ipi(ipi);
}

static bool run_on(unsigned int cpu, void (*fn)(void))
{
	job.fn = fn;
	job.cpu = cpu;
	job.done = false;
	smp_store_release(&job.pending, true);
	arch_send_ipi(cpu, IPI_CALL);
	return WAIT_FOR(smp_load_acquire(&job.done));
}

static void parked(void)
{
	while (!READ_ONCE(leave)) {
		cpu_idle_wait();
		local_irq_disable();
	}
	arch_cpu_die();
}

static bool start(unsigned int cpu)
{
	if (!stacks[cpu])
		stacks[cpu] = stack_alloc();
	if (!stacks[cpu])
		return false;
	return arch_cpu_start(cpu, (char *)stacks[cpu] + THREAD_STACK_SIZE, parked) == 0;
}

/* Make @cpu, which was started here, go. */
static bool stop(unsigned int cpu)
{
	WRITE_ONCE(leave, true);
	arch_send_ipi(cpu, IPI_RESCHEDULE);
	return arch_cpu_wait_dead(cpu);
}

static void give_back(void)
{
	unsigned int cpu;

	for_each_cpu(cpu, borrowed) {
		EXPECT_TRUE(stop(cpu));
		stack_free(stacks[cpu]);
		stacks[cpu] = NULL;
	}
	borrowed = 0;
	arch_hooks.ipi = saved_ipi;
}

/* Return: false when there is no other CPU. */
static bool borrow(void)
{
	unsigned int cpu;

	saved_ipi = arch_hooks.ipi;
	arch_hooks.ipi = test_ipi;
	leave = false;
	for_each_possible_cpu(cpu) {
		if (cpu_online(cpu))
			continue;
		if (start(cpu))
			borrowed |= cpumask_of(cpu);
		else
			EXPECT_EQ(cpu, NR_CPUS);	/* says which one did not come */
	}
	others = (cpu_online_mask_get() | borrowed) & ~cpumask_of(smp_processor_id());
	if (!others)
		give_back();
	return others != 0;
}

/*
 * Have a CPU that the kernel does not use, for borrow(). Return: its number, NR_CPUS: there is none
 * to spare. give_online() - the way back.
 */
static unsigned int take_offline(void)
{
	unsigned int cpu = num_possible_cpus() - 1;

	if (cpu == 0 || (cpu_online(cpu) && cpu_down(cpu)))
		return NR_CPUS;
	return cpu;
}

static void give_online(unsigned int cpu)
{
	EXPECT_EQ(cpu_up(cpu), 0);
}

static struct {
	unsigned int number;
	u32 apic_id;
	u64 gs_offset, cr0, cr4, pat;
	bool interrupts_off;
	u64 ns, tsc;
} report;

static u64 cr0(void)
{
	u64 v;

	__asm__ volatile("mov %%cr0, %0" : "=r"(v));
	return v;
}

static u64 cr4(void)
{
	u64 v;

	__asm__ volatile("mov %%cr4, %0" : "=r"(v));
	return v;
}

static void tell(void)
{
	report.number = smp_processor_id();
	report.apic_id = apic_id();
	report.gs_offset = rdmsr(0xc0000101);
	report.cr0 = cr0();
	report.cr4 = cr4();
	report.pat = rdmsr(0x277);
	report.interrupts_off = irqs_disabled();
}

SELFTEST(smp, every_cpu_runs_with_its_own_and_the_common_settings)
{
	unsigned int cpu;

	if (!borrow())
		SKIP("one CPU");
	for_each_cpu(cpu, others) {
		EXPECT_TRUE(run_on(cpu, tell));
		EXPECT_EQ(report.number, cpu);
		EXPECT_EQ(report.apic_id, arch_cpu_apic_id(cpu));
		EXPECT_EQ(arch_cpu_by_apic_id(report.apic_id), (int)cpu);
		EXPECT_EQ(report.gs_offset, __per_cpu_offset[cpu]);
		EXPECT_EQ(report.cr0, cr0());
		EXPECT_EQ(report.cr4, cr4());
		EXPECT_EQ(report.pat, rdmsr(0x277));
		EXPECT_TRUE(report.interrupts_off);
	}
	EXPECT_ERR(arch_cpu_by_apic_id(0xfffffffe), -ENOENT);
	give_back();
}

SELFTEST(smp, interrupts_reach_the_cpu_they_are_sent_to)
{
	unsigned int before[NR_CPUS], cpu;

	if (!borrow())
		SKIP("one CPU");
	others |= cpumask_of(smp_processor_id());
	for_each_cpu(cpu, others)
		before[cpu] = READ_ONCE(ipis[cpu]);
	for_each_cpu(cpu, others) {
		for (unsigned int n = 1; n <= 100; n++) {
			arch_send_ipi(cpu, IPI_RESCHEDULE);
			if (!WAIT_FOR(READ_ONCE(ipis[cpu]) - before[cpu] >= n))
				break;
		}
		EXPECT_GE(ipis[cpu] - before[cpu], 100);
	}
	give_back();
}

SELFTEST(smp, a_cpu_can_be_restarted)
{
	unsigned int cpu = take_offline(), n;

	if (cpu == NR_CPUS || !borrow())
		SKIP("one CPU");
	for (n = 0; n < 50; n++) {
		if (!stop(cpu))
			break;
		WRITE_ONCE(leave, false);
		if (!start(cpu) || !run_on(cpu, tell))
			break;
	}
	EXPECT_EQ(n, 50);
	give_back();
	give_online(cpu);
}

static volatile unsigned long *bad_place = (volatile unsigned long *)8UL;

static void probe_bad(void)
{
	u8 byte;

	report.number = probe_read(&byte, (const void *)bad_place, 1);
	report.ns = trap_fault_address();
}

SELFTEST(smp, exceptions_are_taken_by_each_cpu)
{
	unsigned int cpu;

	if (!borrow())
		SKIP("one CPU");
	for_each_cpu(cpu, others) {
		report.ns = 0;
		EXPECT_TRUE(run_on(cpu, probe_bad));
		EXPECT_EQ(report.number, 0);
		EXPECT_EQ(report.ns, 8);
	}
	give_back();
}

static void tell_time(void)
{
	report.ns = arch_clock_ns();
}

SELFTEST(smp, clock_never_goes_back_from_cpu_to_cpu)
{
	unsigned int cpu, n;

	if (!borrow())
		SKIP("one CPU");
	for_each_cpu(cpu, others) {
		for (n = 0; n < 50; n++) {
			u64 before = arch_clock_ns();

			if (!run_on(cpu, tell_time) || report.ns < before ||
			    arch_clock_ns() < report.ns)
				break;
		}
		EXPECT_EQ(n, 50);
	}
	give_back();
}

static u8 first_page[PAGE_SIZE] __aligned(4096), second_page[PAGE_SIZE] __aligned(4096);
static volatile u8 seen_byte;
static bool readable;

static void look(void)
{
	u8 byte = 0;

	readable = probe_read(&byte, (const void *)SCRATCH_VA, 1);
	seen_byte = byte;
}

/* Each change is looked at by each CPU, which has the translation before in its TLB. */
SELFTEST(smp, changed_mappings_are_seen_by_every_cpu)
{
	unsigned int cpu;

	if (!borrow())
		SKIP("one CPU");
	first_page[0] = 1;
	second_page[0] = 2;
	for_each_cpu(cpu, others) {
		ASSERT_EQ(map_pages(SCRATCH_VA, __pa(first_page), PAGE_SIZE, PROT_R), 0);
		EXPECT_TRUE(run_on(cpu, look));
		EXPECT_EQ(seen_byte, 1);
		unmap_pages(SCRATCH_VA, PAGE_SIZE);
		EXPECT_TRUE(run_on(cpu, look));
		EXPECT_FALSE(readable);
		ASSERT_EQ(map_pages(SCRATCH_VA, __pa(second_page), PAGE_SIZE, PROT_R), 0);
		EXPECT_TRUE(run_on(cpu, look));
		EXPECT_EQ(seen_byte, 2);
		unmap_pages(SCRATCH_VA, PAGE_SIZE);
	}
	give_back();
}

#define FLUSHES 200

static unsigned int flushes[NR_CPUS];

/* A page of its own for each CPU, all below one table; interrupts are off in here. */
static void flush_often(void)
{
	unsigned int cpu = smp_processor_id();
	unsigned long va = SCRATCH_VA + (cpu + 1) * PAGE_SIZE;

	for (unsigned int i = 0; i < FLUSHES; i++) {
		if (map_pages(va, __pa(first_page), PAGE_SIZE, PROT_R))
			return;
		if (*(volatile u8 *)va != 1)
			return;
		unmap_pages(va, PAGE_SIZE);
		flushes[cpu]++;
	}
}

/* Two CPUs that flush at once, both with interrupts off, serve each other. */
SELFTEST(smp, cpus_that_flush_at_once_do_not_wait_for_each_other)
{
	unsigned int cpu, me;
	unsigned long flags;

	if (!borrow())
		SKIP("one CPU");
	me = smp_processor_id();
	first_page[0] = 1;
	cpu = cpumask_next(-1, others);
	flushes[cpu] = flushes[me] = 0;
	job.fn = flush_often;
	job.cpu = cpu;
	job.done = false;
	smp_store_release(&job.pending, true);
	arch_send_ipi(cpu, IPI_CALL);
	local_irq_save(flags);
	flush_often();
	local_irq_restore(flags);
	EXPECT_TRUE(WAIT_FOR(smp_load_acquire(&job.done)));
	EXPECT_EQ(flushes[me], FLUSHES);
	EXPECT_EQ(flushes[cpu], FLUSHES);
	give_back();
}

static unsigned int messages;

static void count_message(const char *text)
{
	messages++;
}

static void tell_offset(void)
{
	report.ns = (u64)this_cpu_read(tsc_offset);
}

/* Half a second off, either way: found by the exchange at the start, taken back, and told once. */
SELFTEST(smp, clock_of_a_starting_cpu_is_corrected)
{
	void (*saved)(const char *) = arch_hooks.message;
	static const int signs[] = { 1, -1 };
	unsigned int cpu = take_offline();
	s64 error, before, original;

	if (cpu == NR_CPUS || !borrow())
		SKIP("one CPU");
	original = per_cpu(tsc_offset, cpu);
	arch_hooks.message = count_message;
	for (unsigned int i = 0; i < ARRAY_SIZE(signs); i++) {
		EXPECT_TRUE(stop(cpu));
		WRITE_ONCE(leave, false);
		messages = 0;
		before = per_cpu(tsc_offset, cpu);
		error = signs[i] * (s64)(tsc_hz / 2);
		per_cpu(tsc_offset, cpu) += error;
		EXPECT_TRUE(start(cpu));
		EXPECT_EQ(messages, 1);
		EXPECT_TRUE(run_on(cpu, tell_offset));
		error = (s64)report.ns - before;
		EXPECT_LT(error < 0 ? -error : error, (s64)(tsc_hz / 10));
	}
	arch_hooks.message = saved;
	give_back();
	per_cpu(tsc_offset, cpu) = original;
	give_online(cpu);
}

static struct msi_msg moved_to;
static unsigned int moves, msis, msi_cpu;

static void note_move(unsigned int irq, void *ctx, const struct msi_msg *msg)
{
	moved_to = *msg;
	moves++;
}

static void note_msi(unsigned int irq, void *dev)
{
	msi_cpu = smp_processor_id();
	WRITE_ONCE(msis, msis + 1);
}

static unsigned int destination(const struct msi_msg *msg)
{
	return (u32)arch_cpu_by_apic_id((u32)msg->address >> 12 & 0xff);
}

/* Moving away from the own CPU, as one that goes does; what is pending there comes elsewhere. */
SELFTEST(smp, interrupts_move_from_a_cpu_that_goes)
{
	unsigned int me = smp_processor_id(), dev;
	struct msi_msg msg;
	unsigned long flags;
	int irq;

	if (num_online_cpus() == 1)
		SKIP("one online CPU");
	/* They are spread: sooner or later one is for this CPU. */
	for (dev = 0; dev < NR_CPUS; dev++) {
		irq = msi_alloc(note_msi, "smp-test", &moves, &msg);
		ASSERT_GE(irq, 32);
		if (destination(&msg) == me)
			break;
		msi_set_retarget((unsigned int)irq, NULL, NULL);
	}
	msi_set_retarget((unsigned int)irq, note_move, NULL);
	moves = msis = 0;
	local_irq_save(flags);
	apic_send(arch_cpu_apic_id(me), (u8)irq);
	WAIT_FOR(apic_is_pending((u8)irq));
	irq_migrate_from(me);
	EXPECT_EQ(moves, 1);
	EXPECT_NE(destination(&moved_to), me);
	EXPECT_TRUE(WAIT_FOR(READ_ONCE(msis) >= 1));
	EXPECT_EQ(msi_cpu, destination(&moved_to));
	local_irq_restore(flags);
	EXPECT_TRUE(WAIT_FOR(READ_ONCE(msis) == 2));	/* this one stayed, it took its own */
	for (unsigned int v = 0x30; v < 0xe0; v++)
		msi_free(v, &moves);
}

static bool in_handler, handler_left;

static void slow_handler(unsigned int irq, void *dev)
{
	WRITE_ONCE(in_handler, true);
	for (u64 from = arch_clock_ns(); arch_clock_ns() - from < 20000000;)
		cpu_relax();
	WRITE_ONCE(handler_left, true);
}

SELFTEST(smp, free_waits_for_a_handler_on_another_cpu)
{
	struct msi_msg msg;
	unsigned int cpu;
	int irq;

	if (!borrow())
		SKIP("one CPU");
	irq = msi_alloc(slow_handler, "smp-test", &moves, &msg);
	in_handler = handler_left = false;
	cpu = cpumask_next(-1, others);
	EXPECT_GE(irq, 32);
	apic_send(arch_cpu_apic_id(cpu), (u8)irq);
	EXPECT_TRUE(WAIT_FOR(READ_ONCE(in_handler)));
	free_irq((unsigned int)irq, &moves);
	EXPECT_TRUE(READ_ONCE(handler_left));
	EXPECT_EQ(irq_count_on((unsigned int)irq, cpu) > 0, true);
	give_back();
}

static unsigned int nmis;

static bool note_nmi(struct trap_frame *frame)
{
	nmis += frame->vector == VECTOR_NMI;
	return true;
}

SELFTEST(smp, nmi_without_an_order_goes_to_the_hook_and_is_counted)
{
	bool (*saved)(struct trap_frame *) = arch_hooks.debug_trap;
	unsigned int me = smp_processor_id();
	u64 before = irq_count_on(VECTOR_NMI, me);

	if (!irq_have_apic())
		SKIP("no local APIC");
	nmis = 0;
	arch_hooks.debug_trap = note_nmi;
	apic_send_nmi(arch_cpu_apic_id(me));
	EXPECT_TRUE(WAIT_FOR(READ_ONCE(nmis) == 1));
	arch_hooks.debug_trap = saved;
	EXPECT_EQ(irq_count_on(VECTOR_NMI, me) - before, 1);
}
