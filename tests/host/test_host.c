/* SPDX-License-Identifier: MIT */
/*
 * tests/host/test_host.c - what only a process can test.
 *
 * Overview   lib/printf.c against the C library's snprintf, and the shim itself: per-CPU operations
 *            on CPUs that run at once, page tables, virtual time.
 * Locking    the tests of locks bring their own CPUs (host_cpus_run) and share what they say.
 */
#include <stdio.h>
#include <string.h>

#include <arch/atomic.h>
#include <arch/cpu.h>
#include <arch/irqflags.h>
#include <arch/kasan.h>
#include <arch/mmu.h>
#include <arch/percpu.h>
#include <arch/time.h>
#include <arch/trap.h>
#include "kernel/base/selftest.h"
#include "kernel/base/spinlock.h"
#include "kernel/base/sched.h"
#include "kernel/base/time.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "lib/prng.h"
#include "tests/host/host.h"
#include "tests/unit/kernel/lock_torture.h"

/* A random conversion of an integer: flags, width, precision, length. */
static char make_format(struct prng *p, char *fmt)
{
	static const char *const lengths[] = { "", "hh", "h", "l", "ll", "z", "t" };
	static const char conversions[] = "diuxXo";
	char conversion = conversions[prng_below(p, 6)];
	u32 length = prng_below(p, 7);
	int n = sprintf(fmt, "[%%");

	for (u32 flags = prng_below(p, 3); flags; flags--)
		n += sprintf(fmt + n, "%c", "-+ #0"[prng_below(p, 5)]);
	if (prng_below(p, 2))
		n += sprintf(fmt + n, "%u", prng_below(p, 30));
	if (prng_below(p, 3) == 0)
		n += sprintf(fmt + n, ".%u", prng_below(p, 30));
	sprintf(fmt + n, "%s%c]", lengths[length], conversion);
	return length >= 3 ? 'L' : 'I';
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"
SELFTEST(host, printf_agrees_with_the_c_library)
{
	char fmt[64], ours[256], theirs[256];
	struct prng p;

	prng_seed(&p, 99);
	for (int round = 0; round < 200000; round++) {
		u64 v = prng_u64(&p) >> prng_below(&p, 64);
		int n, m;

		if (prng_below(&p, 8) == 0)
			v = prng_below(&p, 2) ? 0 : -v;
		if (make_format(&p, fmt) == 'L') {
			n = scnprintf(ours, sizeof(ours), fmt, v);
			m = snprintf(theirs, sizeof(theirs), fmt, v);
		} else {
			n = scnprintf(ours, sizeof(ours), fmt, (int)v);
			m = snprintf(theirs, sizeof(theirs), fmt, (int)v);
		}
		if (n != m || strcmp(ours, theirs)) {
			selftest_comment("format %s", fmt);
			ASSERT_STREQ(ours, theirs);
		}
	}
}
#pragma GCC diagnostic pop

#define CPUS   4

struct pair {
	u64 first, second;
} __aligned(16);

static DEFINE_PER_CPU(u64, counter);
static DEFINE_PER_CPU(struct pair, pair);
static u64 seen[CPUS + 1], plain_sum;
static bool pairs_ok[CPUS + 1];
static atomic64_t atomic_sum;
static DEFINE_SPINLOCK(sum_lock);

static void hammer(unsigned int cpu, void *arg)
{
	bool ok = smp_processor_id() == NR_CPUS - cpu;
	u64 rounds = *(u64 *)arg;

	for (u64 i = 0; i < rounds; i++) {
		u64 a = this_cpu_read(pair.first), b = this_cpu_read(pair.second);

		this_cpu_inc(counter);
		this_cpu_add(counter, cpu);
		ok &= this_cpu_cmpxchg_double(pair.first, pair.second, a, b, a + 1, b + 2);
		ok &= !this_cpu_cmpxchg_double(pair.first, pair.second, a, b, 0, 0);
		ok &= this_cpu_ptr(&pair)->first == a + 1;
		atomic64_add(1, &atomic_sum);
		spin_lock(&sum_lock);
		a = READ_ONCE(plain_sum);
		if (i % 16 == 0) /* let the others come in between, if they can */
			cpu_relax();
		WRITE_ONCE(plain_sum, a + 1);
		spin_unlock(&sum_lock);
	}
	ok &= this_cpu_read(pair.second) == 2 * this_cpu_read(pair.first);
	seen[cpu] = this_cpu_add_return(counter, 1) - 1;
	ok &= this_cpu_xchg(counter, 5) == seen[cpu] + 1;
	ok &= this_cpu_cmpxchg(counter, 5, 6) == 5;
	ok &= this_cpu_read(counter) == 6;
	pairs_ok[cpu] = ok;
}

static void hammer_all(u64 rounds)
{
	u64 own = this_cpu_read(counter);

	atomic64_set(&atomic_sum, 0);
	plain_sum = 0;
	host_cpus_run(CPUS, hammer, &rounds);
	for (u64 cpu = 1; cpu <= CPUS; cpu++) {
		EXPECT_EQ(seen[cpu], rounds * (cpu + 1));
		EXPECT_TRUE(pairs_ok[cpu]);
	}
	EXPECT_EQ(atomic64_read(&atomic_sum), CPUS * rounds);
	EXPECT_EQ(plain_sum, CPUS * rounds);
	EXPECT_EQ(this_cpu_read(counter), own);
	EXPECT_EQ(smp_processor_id(), 0);
}

SELFTEST(host, cpus_have_their_own_variables)
{
	hammer_all(20000);
}

/*
 * The lock of bare metal hands over in order, so each turn may wait for a thread that has no core.
 */
SELFTEST(host, fair_spinlocks_exclude_too)
{
	bool saved = cpu_hypervisor;

	cpu_hypervisor = false;
	hammer_all(300);
	cpu_hypervisor = saved;
}

static void torture_locks(bool fair)
{
	bool saved = cpu_hypervisor;

	cpu_hypervisor = !fair;
	lock_torture_begin(fair ? 300 : 10000, 0, false);
	host_cpus_run(CPUS, lock_torture_cpu, NULL);
	lock_torture_end(GENMASK(CPUS, 1));
	cpu_hypervisor = saved;
}

SELFTEST(host, locks_of_all_kinds_exclude)
{
	torture_locks(false);
	torture_locks(true);
}

SELFTEST(host, page_tables_alias_memory)
{
	unsigned long va = VMALLOC_END - 16 * PAGE_SIZE;
	phys_addr_t pa = 0x140000000ULL, found;
	u32 *direct = __va(pa), *mapped = (u32 *)va, value;

	*direct = 0x12345678;
	ASSERT_EQ(map_pages(va, pa, 2 * PAGE_SIZE, PROT_RW), 0);
	EXPECT_EQ(*mapped, 0x12345678);
	*mapped = 7;
	EXPECT_EQ(*direct, 7);
	EXPECT_TRUE(mmu_translate(va + PAGE_SIZE + 5, &found));
	EXPECT_EQ(found, pa + PAGE_SIZE + 5);
	EXPECT_ERR(map_pages(va + PAGE_SIZE, pa, PAGE_SIZE, PROT_RW), -EEXIST);
	EXPECT_ERR(map_pages(va, pa, PAGE_SIZE, PROT_RW | PROT_X), -EINVAL);
	EXPECT_ERR(map_pages(va + 1, pa, PAGE_SIZE, PROT_RW), -EINVAL);
	EXPECT_EQ(protect_pages(va, PAGE_SIZE, PROT_R), 0);
	value = 9;
	EXPECT_FALSE(probe_write(mapped, &value, sizeof(value)));
	EXPECT_TRUE(probe_read(&value, mapped, sizeof(value)));
	EXPECT_EQ(value, 7);
	unmap_pages(va, 2 * PAGE_SIZE);
	EXPECT_FALSE(probe_read(&value, mapped, sizeof(value)));
	EXPECT_FALSE(mmu_translate(va, &found));
}

SELFTEST(host, time_passes_only_when_waited_for)
{
	unsigned long start = jiffies;
	u64 ns = arch_clock_ns();

	while (time_before(jiffies, start + 3))
		cpu_relax();
	EXPECT_GE(arch_clock_ns() - ns, 2 * NSEC_PER_JIFFY);
	local_irq_disable();
	start = jiffies;
	host_clock_advance(50 * NSEC_PER_MSEC);
	if (num_online_cpus() == 1) /* else another CPU's tick moves it */
		EXPECT_EQ(jiffies, start); /* interrupts are off */
	local_irq_enable();
	EXPECT_GE(jiffies, start + 12);
	start = jiffies;
	msleep(3600 * 1000); /* an hour takes no time */
	EXPECT_GE(jiffies - start, 3600UL * HZ);
	EXPECT_LE(jiffies - start, 3600UL * HZ + 2);
}

#include <sanitizer/asan_interface.h>

SELFTEST(host, poison_reaches_own_pages)
{
	char *p = __va(0x140010000ULL);

	kasan_poison(p + 64, 64);
	EXPECT_FALSE(__asan_address_is_poisoned(p + 63));
	EXPECT_TRUE(__asan_address_is_poisoned(p + 64));
	EXPECT_TRUE(__asan_address_is_poisoned(p + 127));
	kasan_unpoison(p + 64, 64);
	EXPECT_FALSE(__asan_address_is_poisoned(p + 64));
}
