/* SPDX-License-Identifier: MIT */
/*
 * arch/x86_64/cpu/time.c - the TSC as a clock.
 *
 * Overview    Time is the TSC, scaled: ns = base_ns + (tsc - base_tsc) * mult / 2^32. On a CPU whose
 *             TSC does not agree with the boot CPU's, tsc_offset (tsc_sync.c) is added to it. What
 *             happens at a time is clockevent.c's.
 * Calibration The TSC's frequency comes from CPUID (leaf 15h, or a hypervisor's leaf 40000010h), else
 *             by counting against a clock of known rate: the ACPI PM timer if its port is known,
 *             else channel 2 of the PIT. Window: 300 us; each end is the best of 8 samples (the one
 *             whose read took least TSC time), which hides an interruption by the host. The APIC
 *             timer is counted over the same window.
 * Refinement  300 us give some parts in a thousand. In a second of the boot CPU's timer interrupts
 *             the reference clock is read on, and the frequency corrected once; the clock goes on
 *             from where it stands, so it never jumps. A gap in which the reference may have
 *             wrapped starts the second again: with the PIT (55 ms) an idle CPU is too lazy, and
 *             the second is one in which it is busy.
 * Limits      Every wait is bounded: a clock that does not move in 1,000 reads is dead; then the
 *             TSC is taken for 1 GHz, and tsc_source says so. Before calibration 8 GHz are
 *             assumed: time then runs slow, and jumps forward when the truth is known.
 * Locking     The scale is guarded by a sequence count. One writer: the boot code, later the boot
 *             CPU's timer interrupt. It reads the TSC once the count is odd: a reader that succeeds
 *             has read an earlier TSC by the old scale or a later one by the new scale, so the
 *             clock does not go back from one CPU to another either.
 * Reference   Intel 8254 data sheet; ACPI 6.4, 4.8.2.1 (PM timer); Intel SDM volume 3, 18.7.3
 *             (leaf 15h).
 */
#include <arch/boot_info.h>
#include <arch/io.h>
#include <arch/irq.h>
#include <arch/irqflags.h>
#include <arch/time.h>
#include <arch/percpu.h>
#include "cpu_internal.h"

#define NSEC_PER_SEC	1000000000ULL
#define PIT_HZ		1193182u
#define PM_TIMER_HZ	3579545u
#define WINDOW_US	300
#define DEAD_READS	1000
#define MAX_READS	100000		/* 300 us, at 3 ns a read, as under -icount */
#define REFINE_GAP_MS	12
#define ASSUMED_HZ	8000000000ULL

#define PIT_CH2		0x42
#define PIT_MODE	0x43
#define PORT_B		0x61		/* bit 0: gate of channel 2, bit 1: speaker */

struct ref_clock {
	u32		(*read)(void);	/* counts up */
	u32		mask, hz;
	const char	*name;
};

struct sample {
	u64	tsc;
	u32	ref, apic;
};

u64 tsc_hz;
const char *tsc_source = "assumed";

static struct {
	u32	seq;			/* odd while it changes */
	u64	base_tsc, base_ns;
	u64	mult;			/* ns per TSC count, times 2^32 */
} scale = { .mult = (NSEC_PER_SEC << 32) / ASSUMED_HZ };

static u64 tsc_per_ns;			/* times 2^24 */
u32 apic_timer_hz __ro_after_init;	/* undivided */
static u16 pm_timer_port;

/* --- reading the time ------------------------------------------------------------------------- */

static u64 scale_ns(u64 tsc)
{
	s64 delta = (s64)(tsc - scale.base_tsc);

	/* Another CPU's TSC may be some counts behind the one that set the base. */
	if (unlikely(delta < 0))
		return scale.base_ns;
	return scale.base_ns + (u64)(((unsigned __int128)(u64)delta * scale.mult) >> 32);
}

u64 time_ns_to_tsc(u64 ns)
{
	unsigned __int128 count = ((unsigned __int128)ns * tsc_per_ns) >> 24;

	return count >> 63 ? ~0ULL >> 1 : (u64)count;
}

u64 arch_clock_ns(void)
{
	u64 ns;
	u32 seq;

	do {
		seq = smp_load_acquire(&scale.seq);
		ns = scale_ns(rdtsc_ordered() + (u64)this_cpu_read(tsc_offset));
		smp_rmb();
	} while (unlikely((seq & 1) || seq != READ_ONCE(scale.seq)));
	return ns;
}

/* The clock begins to run, at the assumed rate. */
void __init time_start(u64 entry_tsc)
{
	scale.base_tsc = entry_tsc;
}

/* Let the clock run at @hz from now on; from entry, when @restart. Interrupts off. */
static void set_frequency(u64 hz, bool restart)
{
	u64 now, ns;

	WRITE_ONCE(scale.seq, scale.seq + 1);
	smp_mb();
	now = rdtsc_ordered();
	ns = scale_ns(now);
	scale.base_tsc = restart ? boot_info.entry_tsc : now;
	scale.base_ns = restart ? 0 : ns;
	scale.mult = (NSEC_PER_SEC << 32) / hz;	/* just fits 64 bits */
	tsc_per_ns = (hz << 24) / NSEC_PER_SEC;	/* of 2^34 Hz: likewise */
	smp_store_release(&scale.seq, scale.seq + 1);
	tsc_hz = hz;
}

/* --- reference clocks ------------------------------------------------------------------------- */

static u32 pit_read(void)
{
	u32 count;

	outb(PIT_MODE, 0x80);		/* latch channel 2 */
	count = inb(PIT_CH2);
	count |= (u32)inb(PIT_CH2) << 8;
	return ~count & 0xffff;
}

/* Channel 2 counting down from 65536, over and over, speaker silent. */
static void pit_start(void)
{
	outb(PORT_B, (u8)((inb(PORT_B) & ~2) | 1));
	outb(PIT_MODE, 0xb4);		/* channel 2, low then high, mode 2 */
	outb(PIT_CH2, 0);
	outb(PIT_CH2, 0);
}

static u32 pm_timer_read(void)
{
	return inl(pm_timer_port) & 0xffffff;
}

static const struct ref_clock pit_clock = { pit_read, 0xffff, PIT_HZ, "PIT" };
static const struct ref_clock pm_timer_clock = { pm_timer_read, 0xffffff, PM_TIMER_HZ, "PM timer" };
static const struct ref_clock *ref = &pit_clock;

void arch_set_pm_timer(u16 port)
{
	pm_timer_port = port;
}

/* A timer that moves within DEAD_READS reads. */
static bool __init ref_alive(const struct ref_clock *clock)
{
	u32 first = clock->read();

	for (unsigned int i = 0; i < DEAD_READS; i++) {
		if (clock->read() != first)
			return true;
	}
	return false;
}

static bool __init choose_ref(void)
{
	if (pm_timer_port && ref_alive(&pm_timer_clock)) {
		ref = &pm_timer_clock;
		return true;
	}
	pit_start();
	return ref_alive(&pit_clock);
}

/* --- calibration ------------------------------------------------------------------------------ */

/* Return: 0 when CPUID does not say. */
static u64 __init tsc_hz_from_cpuid(void)
{
	u32 a, b, c, d;

	if (cpu_info.max_leaf >= 0x15) {
		cpuid(0x15, 0, &a, &b, &c, &d);
		if (a && b && c)
			return (u64)c * b / a;
	}
	if (cpu_has(X86_FEATURE_HYPERVISOR)) {
		cpuid(0x40000000, 0, &a, &b, &c, &d);
		if (a >= 0x40000010 && a < 0x40010000) {
			cpuid(0x40000010, 0, &a, &b, &c, &d);
			return (u64)a * 1000;
		}
	}
	return 0;
}

/* All three counters at (nearly) one moment: of 8 tries, the one that took least time. */
static struct sample __init take_sample(void)
{
	struct sample best = { 0 };
	u64 best_cost = ~0ULL;

	for (int i = 0; i < 8; i++) {
		struct sample s;
		u64 before = rdtsc(), after;

		s.ref = ref->read();
		after = rdtsc();
		s.apic = irq_have_apic() ? apic_read(APIC_TIMER_CURRENT) : 0;
		s.tsc = before + (after - before) / 2;
		if (after - before < best_cost) {
			best_cost = after - before;
			best = s;
		}
	}
	return best;
}

/* Let @hz's worth of WINDOW_US pass on the reference clock, or @tsc_hz_known's on the TSC. */
static void __init wait_window(u64 known_hz)
{
	u64 start = rdtsc(), tsc_span = known_hz * WINDOW_US / 1000000;
	u32 first = ref->read(), span = ref->hz / 1000 * WINDOW_US / 1000;

	for (unsigned int i = 0; i < MAX_READS; i++) {
		u32 passed = known_hz ? 0 : (ref->read() - first) & ref->mask;

		if (known_hz ? rdtsc() - start >= tsc_span : passed >= span)
			return;
	}
}

static u64 __init measure(u64 known_hz)
{
	struct sample a, b;
	u64 hz = known_hz;

	if (irq_have_apic()) {
		apic_write(APIC_TIMER_DIVIDE, 0xb);	/* by 1 */
		apic_write(APIC_LVT_TIMER, APIC_LVT_MASKED);
		apic_write(APIC_TIMER_INITIAL, 0xffffffff);
	}
	a = take_sample();
	wait_window(known_hz);
	b = take_sample();
	if (!hz && ((b.ref - a.ref) & ref->mask))
		hz = (b.tsc - a.tsc) * ref->hz / ((b.ref - a.ref) & ref->mask);
	if (irq_have_apic()) {
		apic_write(APIC_TIMER_INITIAL, 0);
		if (b.tsc > a.tsc)
			apic_timer_hz = (u32)min_t(u64, ~0u,
					     (u64)(a.apic - b.apic) * hz / (b.tsc - a.tsc));
	}
	return hz;
}

/* --- refinement ------------------------------------------------------------------------------- */

static struct {
	bool	done, started;
	u64	first_tsc, last_tsc;
	u32	last_ref;
	u64	ref_total;
} refine;

/*
 * Read the reference clock, at most every REFINE_GAP_MS; after a second, correct the frequency. A
 * reading counts only when the reference cannot have wrapped since: PIT 55 ms, PM timer 4.7 s.
 */
static void refine_step(void)
{
	u64 before = rdtsc(), tsc, limit = (u64)ref->mask * tsc_hz / ref->hz / 4 * 3;
	u32 now;

	if (refine.started && before - refine.last_tsc < tsc_hz / 1000 * REFINE_GAP_MS)
		return;
	now = ref->read();
	tsc = before + (rdtsc() - before) / 2;
	if (!refine.started || tsc - refine.last_tsc > limit) {
		refine.started = true;
		refine.first_tsc = tsc;
		refine.ref_total = 0;
	} else {
		refine.ref_total += (now - refine.last_ref) & ref->mask;
	}
	refine.last_tsc = tsc;
	refine.last_ref = now;
	if (refine.ref_total >= ref->hz) {
		u64 hz = (tsc - refine.first_tsc) * ref->hz / refine.ref_total;	/* 2^34 * 2^22 */

		refine.done = true;
		/* Further off than the first measurement can be: the reference is no clock. */
		if (hz > tsc_hz / 8 * 7 && hz < tsc_hz / 8 * 9)
			set_frequency(hz, false);
	}
}

void time_refine(void)
{
	if (unlikely(!refine.done))
		refine_step();
}

void __init time_init_arch(void)
{
	u64 hz = tsc_hz_from_cpuid();
	bool alive = choose_ref();

	tsc_source = hz ? "CPUID" : alive ? ref->name : "assumed";
	refine.done = hz || !alive;	/* CPUID's word is exact; a dead clock refines nothing */
	if (!hz && !alive)
		hz = NSEC_PER_SEC;
	hz = measure(hz);
	set_frequency(hz ? hz : NSEC_PER_SEC, true);
}
