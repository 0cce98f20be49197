/* SPDX-License-Identifier: MIT */
/*
 * tests/host/test_apic.c - the local APIC, its timer and IA32_TSC_ADJUST as the manuals have them,
 * against a fake CPU: TCG has no x2APIC, no TSC deadline and no TSC_ADJUST.
 *
 * Overview   This file contains the kernel's sources themselves, under other names where the host
 *            has its own, and stands in for the functions through which they reach hardware. The
 *            fake keeps the rules that real hardware punishes: a reserved register, an MSR that is
 *            not there, memory access in x2APIC mode, a change of mode that takes a wrong way
 *            (Intel SDM volume 3, 11.12.5) and a send while the last one is pending are counted as
 *            faults, and every test ends by looking for some.
 * Locking    none: one test at a time.
 */
#define APIC_INTERNAL_H		/* the real one is not for here */
#define clockevent_init		fake_clockevent_init
#define clockevent_set		fake_clockevent_set
#define clockevent_stop		fake_clockevent_stop
#define irq_have_apic		fake_irq_have_apic
#define request_irq		fake_request_irq
#define arch_clock_ns		fake_clock_ns
#define outb			fake_outb

#include "arch/x86_64/cpu/cpu_internal.h"
#include "kernel/base/selftest.h"
#include "lib/string.h"

/* ---- the fake ---- */

#define BASE_MSR	0x1b
#define ADJUST_MSR	0x3b
#define DEADLINE_MSR	0x6e0
#define X2_MSR		0x800
#define EXTD		(1u << 10)
#define EN		(1u << 11)

struct sent {
	u32 dest, command;
};

static struct {
	u64 base, deadline, adjust;
	u32 regs[64];			/* by offset / 16 */
	bool can_x2apic, can_deadline, can_adjust, no_apic;
	bool mapped, fenced;
	bool lvt_open;			/* timer mode stored, and no fence since */
	unsigned int busy;		/* reads of the ICR until the last command has left */
	unsigned int faults, unfenced, nr_sent, nr_eoi;
	struct sent sent[8];
	unsigned int modes[8], nr_modes; /* values of EN and EXTD, as they were written */
	u64 ns;
	u8 ports[16];
	unsigned int nr_ports;
} fake;

static bool hw_has(unsigned int feature)
{
	switch (feature) {
	case X86_FEATURE_APIC:
		return !fake.no_apic;
	case X86_FEATURE_X2APIC:
		return fake.can_x2apic;
	case X86_FEATURE_TSC_DEADLINE:
		return fake.can_deadline;
	case X86_FEATURE_TSC_ADJUST:
		return fake.can_adjust;
	}
	return false;
}

static bool in_x2apic(void)
{
	return (fake.base & (EN | EXTD)) == (EN | EXTD);
}

static void note_send(u32 dest, u32 command)
{
	if (fake.busy)
		fake.faults++;
	if (fake.nr_sent < ARRAY_SIZE(fake.sent))
		fake.sent[fake.nr_sent++] = (struct sent){ dest, command };
}

static void write_reg(unsigned int index, u64 value, bool by_msr)
{
	if (index >= ARRAY_SIZE(fake.regs) || (by_msr && index == 0x31)) {
		fake.faults++;
		return;
	}
	/* Corrected machine check: is there only where the version register says so. */
	if (index == 0x2f && (fake.regs[3] >> 16 & 0xff) < 6)
		fake.faults++;
	if (index == 0x0b) {
		if (value)
			fake.faults++;
		fake.nr_eoi++;
		for (unsigned int i = 8; i-- > 0;) {	/* the highest in service leaves */
			if (fake.regs[0x10 + i]) {
				fake.regs[0x10 + i] &= ~(1u << (31 - __builtin_clz(fake.regs[0x10 + i])));
				break;
			}
		}
		return;
	}
	if (index == 0x30)
		note_send(by_msr ? (u32)(value >> 32) : fake.regs[0x31] >> 24, (u32)value);
	fake.regs[index] = (u32)value;
}

static u32 hw_read(unsigned int reg)
{
	if (!fake.mapped || in_x2apic() || reg % 16)
		fake.faults++;
	if (reg == 0x300 && fake.busy)
		return fake.busy--, fake.regs[0x30] | 1u << 12;
	return fake.regs[reg / 16 % 64] & ~(reg == 0x300 ? 1u << 12 : 0);
}

static void hw_write(unsigned int reg, u32 value)
{
	if (!fake.mapped || in_x2apic() || reg % 16)
		fake.faults++;
	if (reg == 0x320)
		fake.lvt_open = true;
	write_reg(reg / 16, value, false);
}

static void change_mode(u64 value)
{
	u64 from = fake.base & (EN | EXTD), to = value & (EN | EXTD);

	/* x2APIC only from xAPIC; from x2APIC only to disabled; never EXTD without EN */
	if (to == EXTD || (to == (EN | EXTD) && from == 0) || (from == (EN | EXTD) && to == EN) ||
	    ((to & EXTD) && !fake.can_x2apic))
		fake.faults++;
	fake.base = value;
	if (fake.nr_modes < ARRAY_SIZE(fake.modes))
		fake.modes[fake.nr_modes++] = (unsigned int)to;
}

static u64 hw_rdmsr(u32 msr)
{
	if (msr == BASE_MSR)
		return fake.base;
	if (msr == ADJUST_MSR && fake.can_adjust)
		return fake.adjust;
	if (msr >= X2_MSR && msr < X2_MSR + 64 && in_x2apic())
		return fake.regs[msr - X2_MSR];
	fake.faults++;
	return 0;
}

static void hw_wrmsr(u32 msr, u64 value)
{
	bool fenced = fake.fenced;

	fake.fenced = false;
	if (msr == BASE_MSR) {
		change_mode(value);
	} else if (msr == ADJUST_MSR && fake.can_adjust) {
		fake.adjust = value;
	} else if (msr == DEADLINE_MSR && fake.can_deadline) {
		if (fake.lvt_open)
			fake.unfenced++;
		fake.deadline = value;
	} else if (msr >= X2_MSR && msr < X2_MSR + 64 && in_x2apic()) {
		if (msr == X2_MSR + 0x30 && !fenced)
			fake.unfenced++;
		write_reg(msr - X2_MSR, value, true);
	} else {
		fake.faults++;
	}
}

static bool hw_rdmsr_safe(u32 msr, u64 *value)
{
	*value = hw_rdmsr(msr);
	return true;
}

static bool hw_wrmsr_safe(u32 msr, u64 value)
{
	hw_wrmsr(msr, value);
	return true;
}

static bool hw_map(phys_addr_t phys)
{
	EXPECT_EQ(phys, fake.base & 0xffffff000);
	fake.mapped = true;
	return true;
}

static void hw_fence(void)
{
	fake.fenced = true;
	fake.lvt_open = false;
}

bool fake_irq_have_apic(void);
int fake_request_irq(unsigned int irq, void (*handler)(unsigned int, void *), const char *name,
		     void *dev);
u64 fake_clock_ns(void);

bool fake_irq_have_apic(void)
{
	return !fake.no_apic;
}

int fake_request_irq(unsigned int irq, void (*handler)(unsigned int, void *), const char *name,
		     void *dev)
{
	return irq;
}

u64 fake_clock_ns(void)
{
	return fake.ns;
}

static void fake_outb(u16 port, u8 value)
{
	if (fake.nr_ports < ARRAY_SIZE(fake.ports))
		fake.ports[fake.nr_ports++] = value;
}

u32 apic_timer_hz;

void time_refine(void)
{
}

u64 time_ns_to_tsc(u64 ns)
{
	return ns * 2;		/* 2 GHz */
}

#include "arch/x86_64/cpu/apic.c"
#include "arch/x86_64/cpu/clockevent.c"
#include "arch/x86_64/cpu/tsc_sync.c"

/* A CPU as firmware leaves it: APIC on, version 0x15 with seven LVT entries. */
static void power_up(u32 id)
{
	memset(&fake, 0, sizeof(fake));
	fake.base = 0xfee00000 | EN | 1u << 8;
	fake.regs[0x02] = id << 24;
	fake.regs[0x03] = 6 << 16 | 0x15;
	found = x2apic = false;
	kind = TIMER_NONE;
}

static void enter_x2apic(u32 id)
{
	fake.can_x2apic = true;
	fake.base |= EXTD;
	fake.regs[0x02] = id;
}

SELFTEST_TEARDOWN(apic)
{
	EXPECT_EQ(fake.faults, 0);
	EXPECT_EQ(fake.unfenced, 0);
}

/* ---- tests ---- */

SELFTEST(apic, xapic_is_found_enabled_and_quiet)
{
	power_up(3);
	fake.regs[0x10 + 2] = 0x11;	/* two interrupts that nobody acknowledged */
	ASSERT_TRUE(apic_setup(3));
	EXPECT_FALSE(apic_is_x2apic());
	EXPECT_EQ(apic_id(), 3);
	EXPECT_EQ(fake.regs[0x0f], 0x1ff);
	EXPECT_EQ(fake.regs[0x32], 1 << 16);
	EXPECT_EQ(fake.regs[0x35], 7 << 8);	/* LINT0: the 8259 */
	EXPECT_EQ(fake.regs[0x36], 4 << 8);	/* LINT1: NMI */
	EXPECT_EQ(fake.nr_eoi, 2);
	EXPECT_EQ(fake.regs[0x12], 0);
}

SELFTEST(apic, old_apics_have_fewer_entries)
{
	power_up(0);
	fake.regs[0x03] = 3 << 16 | 0x10;	/* the fake faults on the seventh */
	EXPECT_TRUE(apic_setup(0));
}

SELFTEST(apic, one_that_is_off_is_turned_on)
{
	power_up(0);
	fake.base &= ~(u64)EN;
	EXPECT_TRUE(apic_setup(0));
	EXPECT_EQ(fake.base & (EN | EXTD), EN);
	power_up(0);
	fake.no_apic = true;
	EXPECT_FALSE(apic_setup(0));
}

SELFTEST(apic, firmwares_x2apic_is_kept)
{
	power_up(0);
	enter_x2apic(0x12345);
	ASSERT_TRUE(apic_setup(0x12345));
	EXPECT_TRUE(apic_is_x2apic());
	EXPECT_FALSE(fake.mapped);
	EXPECT_EQ(apic_id(), 0x12345);
	EXPECT_EQ(fake.nr_modes, 0);
	apic_eoi();
	EXPECT_EQ(fake.nr_eoi, 1);
}

SELFTEST(apic, large_ids_need_x2apic)
{
	power_up(1);
	fake.can_x2apic = true;
	ASSERT_TRUE(apic_setup(254));
	EXPECT_FALSE(apic_is_x2apic());

	power_up(1);
	fake.can_x2apic = true;
	ASSERT_TRUE(apic_setup(255));
	EXPECT_TRUE(apic_is_x2apic());

	power_up(1);			/* it cannot: those CPUs stay off */
	ASSERT_TRUE(apic_setup(255));
	EXPECT_FALSE(apic_is_x2apic());
}

/* A secondary CPU in another mode than the boot CPU's goes over by the allowed steps. */
SELFTEST(apic, secondary_cpus_follow_the_boot_cpus_mode)
{
	power_up(0);
	ASSERT_TRUE(apic_setup(1));
	fake.nr_modes = 0;
	enter_x2apic(1);
	apic_setup_secondary();
	ASSERT_EQ(fake.nr_modes, 2);
	EXPECT_EQ(fake.modes[0], 0);	/* through disabled */
	EXPECT_EQ(fake.modes[1], EN);
	EXPECT_EQ(fake.regs[0x35] >> 16 & 1, 1);	/* the 8259 is the boot CPU's */

	power_up(0);
	enter_x2apic(0);
	ASSERT_TRUE(apic_setup(1));
	fake.nr_modes = 0;
	fake.base &= ~(u64)EXTD;
	apic_setup_secondary();
	EXPECT_TRUE(in_x2apic());
	fake.nr_modes = 0;
	fake.base = 0xfee00000;		/* off altogether: first on, then x2APIC */
	apic_setup_secondary();
	ASSERT_EQ(fake.nr_modes, 2);
	EXPECT_EQ(fake.modes[0], EN);
	EXPECT_EQ(fake.modes[1], EN | EXTD);
	EXPECT_EQ(fake.base & 0xfffff000, 0xfee00000);
}

SELFTEST(apic, xapic_sends_when_the_last_command_has_left)
{
	power_up(0);
	ASSERT_TRUE(apic_setup(0));
	fake.busy = 5;
	apic_send(7, 0xf1);
	apic_send_nmi(8);
	apic_send_init(9);
	apic_send_startup(10, 0x9e);
	ASSERT_EQ(fake.nr_sent, 4);
	EXPECT_EQ(fake.sent[0].dest, 7);
	EXPECT_EQ(fake.sent[0].command, 0x40f1);
	EXPECT_EQ(fake.sent[1].dest, 8);
	EXPECT_EQ(fake.sent[1].command, 0x4400);
	EXPECT_EQ(fake.sent[2].dest, 9);
	EXPECT_EQ(fake.sent[2].command, 0xc500);
	EXPECT_EQ(fake.sent[3].dest, 10);
	EXPECT_EQ(fake.sent[3].command, 0x469e);
}

SELFTEST(apic, x2apic_sends_by_one_fenced_write)
{
	power_up(0);
	enter_x2apic(0);
	ASSERT_TRUE(apic_setup(0));
	apic_send(0x10007, 0xf1);
	apic_send_init(0x10007);
	ASSERT_EQ(fake.nr_sent, 2);
	EXPECT_EQ(fake.sent[0].dest, 0x10007);
	EXPECT_EQ(fake.sent[0].command, 0x40f1);
	EXPECT_EQ(fake.sent[1].dest, 0x10007);
	EXPECT_EQ(fake.unfenced, 0);
}

SELFTEST(apic, pending_vectors_are_told)
{
	power_up(0);
	ASSERT_TRUE(apic_setup(0));
	fake.regs[0x20 + 0x41 / 32] = 1u << (0x41 % 32);
	EXPECT_TRUE(apic_is_pending(0x41));
	EXPECT_FALSE(apic_is_pending(0x42));
	apic_disable();
	EXPECT_EQ(fake.regs[0x0f] & 0x100, 0);
	EXPECT_EQ(fake.regs[0x32], 1 << 16);
}

static void no_event(void)
{
}

SELFTEST(apic, deadline_is_a_tsc_value)
{
	u64 before;

	power_up(0);
	fake.can_deadline = true;
	ASSERT_TRUE(apic_setup(0));
	clockevent_init(no_event);
	EXPECT_EQ(fake.regs[0x32], 2 << 17 | VECTOR_TICK);
	EXPECT_TRUE(fake.deadline == 0);
	EXPECT_TRUE(clockevent_per_cpu());
	fake.ns = 1000;
	before = rdtsc();
	clockevent_set(1000 + 5000000000ULL);
	EXPECT_GE(fake.deadline, before + 10000000000ULL);
	EXPECT_LE(fake.deadline, rdtsc() + 10000000001ULL);
	clockevent_set(0);			/* past: at once, and never 0 */
	EXPECT_GT(fake.deadline, 0);
	EXPECT_LE(fake.deadline, rdtsc() + 1);
	clockevent_set(~0ULL >> 2);		/* as good as never */
	EXPECT_GT(fake.deadline, rdtsc() + (1ULL << 60));
	clockevent_stop();
	EXPECT_EQ(fake.deadline, 0);
}

SELFTEST(apic, one_shot_counts_at_the_timers_rate)
{
	power_up(0);
	ASSERT_TRUE(apic_setup(0));
	apic_timer_hz = 1000000000;
	clockevent_init(no_event);
	EXPECT_EQ(fake.regs[0x32], VECTOR_TICK);
	EXPECT_EQ(fake.regs[0x3e], 0xb);
	fake.ns = 500;
	clockevent_set(1500);
	EXPECT_EQ(fake.regs[0x38], 1001);
	clockevent_set(0);
	EXPECT_EQ(fake.regs[0x38], 1);		/* 0 would stop it */
	clockevent_set(~0ULL);
	EXPECT_EQ(fake.regs[0x38], 4000000001u);	/* early */
	apic_timer_hz = ~0u;
	clockevent_set(~0ULL);
	EXPECT_EQ(fake.regs[0x38], ~0u);
	clockevent_stop();
	EXPECT_EQ(fake.regs[0x38], 0);
}

SELFTEST(apic, pit_serves_where_there_is_no_apic)
{
	power_up(0);
	fake.no_apic = true;
	clockevent_init(no_event);
	EXPECT_FALSE(clockevent_per_cpu());
	fake.nr_ports = 0;
	clockevent_set(10000000);		/* 10 ms: 11,932 counts */
	ASSERT_EQ(fake.nr_ports, 3);
	EXPECT_EQ(fake.ports[0], 0x30);
	EXPECT_EQ(fake.ports[1] | fake.ports[2] << 8, 11932);
	fake.nr_ports = 0;
	clockevent_set(~0ULL);
	EXPECT_EQ(fake.ports[1] | fake.ports[2] << 8, 64432);	/* 54 ms: early */
}

SELFTEST(apic, tsc_difference_is_judged)
{
	/* before, theirs, after: one clock; then behind by 1,000; then ahead. */
	static const struct tsc_round same[] = { { 100, 150, 200 }, { 300, 310, 320 } };
	static const struct tsc_round behind[] = { { 100, 1150, 220 }, { 300, 1310, 320 } };
	static const struct tsc_round ahead[] = { { 1100, 150, 1300 }, { 2000, 1010, 2020 } };
	static const struct tsc_round proves_nothing[] = { { 0, 150, 1000000 } };

	EXPECT_EQ(judge(same, 2), 0);
	EXPECT_EQ(judge(behind, 2), 1000);	/* by the shorter round */
	EXPECT_EQ(judge(ahead, 2), -1000);
	EXPECT_EQ(judge(proves_nothing, 1), 0);
	EXPECT_EQ(judge(same, 0), 0);
}

SELFTEST(apic, tsc_is_corrected_by_its_register_or_an_offset)
{
	power_up(0);
	fake.can_adjust = true;
	fake.adjust = 5;
	correct(-1000, true);
	EXPECT_EQ((s64)fake.adjust, -995);
	EXPECT_EQ(this_cpu_read(tsc_offset), 0);
	correct(70, false);
	EXPECT_EQ(this_cpu_read(tsc_offset), 70);
	correct(-70, false);
	EXPECT_EQ(this_cpu_read(tsc_offset), 0);
}
