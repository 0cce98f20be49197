/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/arch/irq_guest.c - interrupts, the clock, the tick, context switches, atomics.
 *
 * Message-signalled interrupts are made by the local APIC sending itself one; a legacy line by the
 * real-time clock, which every PC has and nobody else uses.
 */
#include <arch/atomic.h>
#include <arch/io.h>
#include <arch/irq.h>
#include <arch/irqflags.h>
#include <arch/percpu.h>
#include <arch/thread.h>
#include <arch/time.h>
#include "arch/x86_64/cpu/cpu_internal.h"
#include "kernel/base/selftest.h"
#include "lib/errno.h"
#include "lib/string.h"

#define APIC_ICR	0x300
#define ICR_SELF	0x44000		/* to itself, fixed, assert */
#define RTC_LINE	8
#define RTC_INDEX	0x70
#define RTC_DATA	0x71

static volatile unsigned int fired;

static void count_interrupt(unsigned int irq, void *dev)
{
	fired++;
	(*(unsigned int *)dev)++;
}

static void wait_ns(u64 ns)
{
	u64 start = arch_clock_ns();

	while (arch_clock_ns() - start < ns)
		cpu_relax();
}

static void send_to_self(unsigned int vector)
{
	unsigned int before = fired;

	apic_write(APIC_ICR, ICR_SELF | vector);
	for (unsigned int i = 0; i < 100000 && fired == before; i++)
		cpu_relax();
}

struct find {
	unsigned int	irq;
	u64		count;
	bool		found, named;
};

static void find_irq(const struct irq_info *info, void *ctx)
{
	struct find *f = ctx;

	if (info->irq != f->irq)
		return;
	f->found = true;
	f->count = info->count;
	f->named = !strcmp(info->name, "arch-test");
}

SELFTEST(irq, msi_reaches_its_handler_and_is_counted)
{
	unsigned int mine = 0;
	struct msi_msg msg = { 0 };
	struct find before = { 0 }, after;
	int irq;
	u64 spurious;

	if (!irq_have_apic())
		SKIP("no local APIC");
	irq = msi_alloc(count_interrupt, "arch-test", &mine, &msg);
	ASSERT_GE(irq, 32);
	EXPECT_EQ(msg.address >> 20, 0xfee);
	EXPECT_EQ(msg.data, (u32)irq);
	before.irq = (unsigned int)irq;
	after = before;
	irq_for_each(find_irq, &before);
	for (int i = 0; i < 5; i++)
		send_to_self((unsigned int)irq);
	irq_for_each(find_irq, &after);
	EXPECT_EQ(mine, 5);
	EXPECT_TRUE(after.found && after.named);
	EXPECT_EQ(after.count - before.count, 5);

	msi_free((unsigned int)irq, &mine);
	spurious = irq_spurious_count();
	apic_write(APIC_ICR, ICR_SELF | (unsigned int)irq);
	wait_ns(100000);
	EXPECT_EQ(mine, 5);
	EXPECT_EQ(irq_spurious_count() - spurious, 1);
}

SELFTEST(irq, msi_vectors_run_out_and_come_back)
{
	static int irqs[IRQ_MAX];
	unsigned int mine = 0, n = 0;
	struct msi_msg msg;
	int irq;

	if (!irq_have_apic())
		SKIP("no local APIC");
	while ((irq = msi_alloc(count_interrupt, "arch-test", &mine, &msg)) >= 0 && n < IRQ_MAX)
		irqs[n++] = irq;
	EXPECT_EQ(irq, -ENOSPC);
	EXPECT_GE(n, 32);
	for (unsigned int i = 0; i < n; i++)
		msi_free((unsigned int)irqs[i], &mine);
	irq = msi_alloc(count_interrupt, "arch-test", &mine, &msg);
	EXPECT_GE(irq, 32);
	if (irq >= 32)
		free_irq((unsigned int)irq, &mine);
}

SELFTEST(irq, request_checks_its_arguments)
{
	unsigned int a = 0, b = 0;

	EXPECT_ERR(request_irq(16, count_interrupt, "arch-test", &a), -EINVAL);
	EXPECT_ERR(request_irq(2, count_interrupt, "arch-test", &a), -EINVAL);	/* the cascade */
	EXPECT_ERR(request_irq(5, NULL, "arch-test", &a), -EINVAL);
	ASSERT_EQ(request_irq(5, count_interrupt, "arch-test", &a), 0);
	EXPECT_ERR(request_irq(5, count_interrupt, "arch-test", &a), -EBUSY);
	EXPECT_EQ(request_irq(5, count_interrupt, "arch-test", &b), 0);		/* shared */
	free_irq(5, &a);
	free_irq(5, &b);
	free_irq(5, &b);
	free_irq(99, &b);
}

static u8 rtc_read(u8 reg)
{
	outb(RTC_INDEX, reg);
	return inb(RTC_DATA);
}

static void rtc_write(u8 reg, u8 value)
{
	outb(RTC_INDEX, reg);
	outb(RTC_DATA, value);
}

static void rtc_interrupt(unsigned int irq, void *dev)
{
	rtc_read(0x0c);		/* reading C lowers the line */
	count_interrupt(irq, dev);
}

SELFTEST(irq, shared_legacy_line_calls_every_handler)
{
	unsigned int a = 0, b = 0;
	u8 old = rtc_read(0x0b);

	ASSERT_EQ(request_irq(RTC_LINE, rtc_interrupt, "arch-test", &a), 0);
	EXPECT_EQ(request_irq(RTC_LINE, count_interrupt, "arch-test", &b), 0);
	rtc_write(0x0b, old | 0x40);	/* periodic, 1,024 a second */
	rtc_read(0x0c);
	for (u64 start = arch_clock_ns(); a < 3 && arch_clock_ns() - start < 1000000000ULL;)
		cpu_relax();
	rtc_write(0x0b, old & (u8)~0x40);
	rtc_read(0x0c);
	free_irq(RTC_LINE, &a);
	free_irq(RTC_LINE, &b);
	EXPECT_GE(a, 3);
	EXPECT_EQ(a, b);
}

SELFTEST(time, clock_never_goes_back)
{
	u64 last = arch_clock_ns(), last_tsc = rdtsc();

	EXPECT_GT(tsc_hz, 1000000);
	for (int i = 0; i < 20000; i++) {
		u64 tsc = rdtsc(), now = arch_clock_ns();

		if (now < last || tsc < last_tsc) {
			EXPECT_GE(now, last);
			EXPECT_GE(tsc, last_tsc);
			return;
		}
		last = now;
		last_tsc = tsc;
	}
}

/*
 * The TSC is read between two readings of the clock, so that the time that passes while the machine
 * below does something else only widens the bounds.
 */
SELFTEST(time, clock_agrees_with_the_tsc)
{
	u64 before = arch_clock_ns(), tsc = rdtsc(), after = arch_clock_ns();
	u64 least, most, spent;

	wait_ns(2000000);
	least = arch_clock_ns() - after;
	spent = (rdtsc() - tsc) * 1000000 / (tsc_hz / 1000);
	most = arch_clock_ns() - before;
	EXPECT_GT(spent, least - least / 4);
	EXPECT_LT(spent, most + most / 4);
}

SELFTEST(time, tick_comes)
{
	struct find before = { .irq = VECTOR_TICK }, after;
	u64 start = arch_clock_ns();

	if (!irq_have_apic())
		before.irq = 0;
	after = before;
	irq_for_each(find_irq, &before);	/* count 0 if none has come yet */
	do {
		irq_for_each(find_irq, &after);
	} while (after.count < before.count + 3 && arch_clock_ns() - start < 2000000000ULL);
	EXPECT_GE(after.count, before.count + 3);
}

static void *main_sp, *other_sp;
static unsigned long passed;
static u8 other_stack[THREAD_STACK_SIZE] __aligned(16);

static void other(void *arg)
{
	passed = (unsigned long)arg;
	context_switch_to(&other_sp, main_sp);
	passed++;
	context_switch_to(&other_sp, main_sp);
	cpu_halt_forever();
}

SELFTEST(thread, context_switch_there_and_back)
{
	unsigned long flags;

	local_irq_save(flags);
	other_sp = thread_stack_prepare(other_stack + sizeof(other_stack), other, (void *)41UL);
	context_switch_to(&main_sp, other_sp);
	EXPECT_EQ(passed, 41);
	context_switch_to(&main_sp, other_sp);
	EXPECT_EQ(passed, 42);
	EXPECT_TRUE(irqs_disabled());
	local_irq_restore(flags);
}

static DEFINE_PER_CPU(u8, var8);
static DEFINE_PER_CPU(u16, var16);
static DEFINE_PER_CPU(u32, var32);
static DEFINE_PER_CPU(u64, var64);
static DEFINE_PER_CPU(u64[2], pair) __aligned(16);

SELFTEST(percpu, operations)
{
	this_cpu_write(var8, 250);
	this_cpu_add(var8, 10);
	EXPECT_EQ(this_cpu_read(var8), 4);
	this_cpu_write(var16, 1);
	this_cpu_dec(var16);
	this_cpu_dec(var16);
	EXPECT_EQ(this_cpu_read(var16), 0xffff);
	this_cpu_write(var32, 5);
	EXPECT_EQ(this_cpu_add_return(var32, 3), 8);
	EXPECT_EQ(this_cpu_dec_return(var32), 7);
	this_cpu_or(var32, 0x100);
	this_cpu_and(var32, 0x104);
	EXPECT_EQ(this_cpu_read(var32), 0x104);
	this_cpu_write(var64, 1ULL << 40);
	this_cpu_inc(var64);
	EXPECT_EQ(this_cpu_xchg(var64, 9), (1ULL << 40) + 1);
	EXPECT_EQ(this_cpu_cmpxchg(var64, 9, 10), 9);
	EXPECT_EQ(this_cpu_cmpxchg(var64, 9, 11), 10);
	EXPECT_EQ(*this_cpu_ptr(&var64), 10);
	EXPECT_EQ(per_cpu(var64, smp_processor_id()), 10);
	EXPECT_EQ(this_cpu_read(this_cpu_off), __per_cpu_offset[smp_processor_id()]);
}

SELFTEST(percpu, cmpxchg_double)
{
	u64 (*mine)[2] = this_cpu_ptr(&pair);

	(*mine)[0] = 1;
	(*mine)[1] = 2;
	EXPECT_FALSE(this_cpu_cmpxchg_double(pair[0], pair[1], 1, 3, 5, 6));
	EXPECT_EQ((*mine)[0], 1);
	EXPECT_TRUE(this_cpu_cmpxchg_double(pair[0], pair[1], 1, 2, 5, 6));
	EXPECT_EQ((*mine)[0], 5);
	EXPECT_EQ((*mine)[1], 6);
	EXPECT_TRUE(cmpxchg_double(mine, 5, 6, 7, 8));
	EXPECT_FALSE(cmpxchg_double(mine, 5, 6, 9, 9));
	EXPECT_EQ((*mine)[1], 8);
}

SELFTEST(atomic, operations_in_the_kernel)
{
	atomic_t v = ATOMIC_INIT(1);
	atomic64_t w = ATOMIC64_INIT(-1);
	unsigned long map[2] = { 0 };
	int expected = 5;

	EXPECT_EQ(atomic_add_return(4, &v), 5);
	EXPECT_TRUE(atomic_try_cmpxchg(&v, &expected, 1));
	EXPECT_FALSE(atomic_try_cmpxchg(&v, &expected, 1));
	EXPECT_EQ(expected, 1);
	EXPECT_TRUE(atomic_inc_not_zero(&v));
	EXPECT_FALSE(atomic_dec_and_test(&v));
	EXPECT_TRUE(atomic_dec_and_test(&v));
	EXPECT_FALSE(atomic_inc_not_zero(&v));
	EXPECT_TRUE(atomic64_inc_and_test(&w));
	atomic64_add(1LL << 40, &w);
	EXPECT_EQ(atomic64_sub_return(1, &w), (1LL << 40) - 1);
	EXPECT_EQ(atomic_xchg(&v, 3), 0);
	EXPECT_EQ(atomic_fetch_or(4, &v), 3);
	EXPECT_EQ(atomic_cmpxchg(&v, 7, 8), 7);
	EXPECT_EQ(atomic_read(&v), 8);

	set_bit(70, map);
	EXPECT_EQ(map[1], 1UL << 6);
	EXPECT_TRUE(test_bit(70, map));
	EXPECT_TRUE(test_and_set_bit(70, map));
	EXPECT_TRUE(test_and_clear_bit(70, map));
	EXPECT_FALSE(test_and_clear_bit(70, map));
	clear_bit(70, map);
	EXPECT_EQ(map[1], 0);
}
