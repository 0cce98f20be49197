/* SPDX-License-Identifier: MIT */
/*
 * arch/x86_64/cpu/tsc_sync.c - do the CPUs' time stamp counters agree?
 *
 * Overview    A starting CPU asks the CPU that started it for its counter, ROUNDS times, and notes
 *             its own before and after: `before <= theirs <= after` is what one clock looks like
 *             from two places. Where that fails, the round that took least time tells the
 *             difference best: theirs minus the middle of before and after (Cristian's method).
 * Correction  IA32_TSC_ADJUST where the CPU has it (all that use the TSC then see one clock), and a
 *             per-CPU offset, tsc_offset, for what is left or where it is missing: arch_clock_ns()
 *             adds it. Checked again after each correction, at most ATTEMPTS times. One warning
 *             line by the starter says what was done.
 * Limits      Rounds take a microsecond together. A host that does not run both CPUs at once makes
 *             them long: after CHECK_NS, ROUNDS_ENOUGH of them do, and CHECK_MAX_NS ends it in any
 *             case. What is left of an error is less than half the shortest round: on hardware less
 *             than the way of any message from one CPU to the other, so nobody can see the clock go
 *             back.
 * Locking     One CPU starts at a time. `exchange` is written by turns: request by the new CPU,
 *             answer by the starter.
 * Tested      The offset, by smp_guest.c, which puts an error into it; IA32_TSC_ADJUST, which TCG
 *             does not have, by tests/host/test_apic.c.
 * Reference   Intel SDM volume 3, 17.17.3 (IA32_TSC_ADJUST). F. Cristian, Probabilistic clock
 *             synchronization, 1989.
 */
#include "lib/printf.h"
#include <arch/barrier.h>
#include <arch/time.h>
#include <arch/trap.h>
#include "apic_internal.h"

#define MSR_TSC_ADJUST	0x3b
#define ROUNDS		16
#define ROUNDS_ENOUGH	3
#define ATTEMPTS	3
#define CHECK_NS	10000000ULL
#define CHECK_MAX_NS	200000000ULL

DEFINE_PER_CPU(s64, tsc_offset);

static struct {
	u32	request __aligned(64);	/* number of the round, counted on over all starts */
	u32	answered __aligned(64);	/* the last request that has its answer */
	u64	answer;
} exchange;

static struct {
	s64	error;			/* counts by which the new CPU was behind; 0: it agreed */
	bool	adjusted;		/* by IA32_TSC_ADJUST */
} result;

static u64 corrected_tsc(void)
{
	return rdtsc_ordered() + (u64)this_cpu_read(tsc_offset);
}

void tsc_sync_serve(void)
{
	u32 request = smp_load_acquire(&exchange.request);

	if (request == exchange.answered)
		return;
	exchange.answer = corrected_tsc();
	smp_store_release(&exchange.answered, request);
}

struct tsc_round {
	u64 before, theirs, after;
};

/* Return: false when no answer came until @end. */
static bool do_round(struct tsc_round *r, u64 end)
{
	u32 number = exchange.request + 1;

	r->before = corrected_tsc();
	smp_store_release(&exchange.request, number);
	while (smp_load_acquire(&exchange.answered) != number) {
		if ((s64)(corrected_tsc() - end) > 0)
			return false;
		cpu_relax();
	}
	r->theirs = exchange.answer;
	r->after = corrected_tsc();
	return true;
}

/*
 * Return: by how much this CPU is behind (below 0: ahead) if any of the @n rounds proves that it
 * is; else 0.
 */
static s64 judge(const struct tsc_round *rounds, unsigned int n)
{
	const struct tsc_round *best = rounds;
	bool off = false;

	for (unsigned int i = 0; i < n; i++) {
		const struct tsc_round *r = &rounds[i];

		if ((s64)(r->theirs - r->before) < 0 || (s64)(r->after - r->theirs) < 0)
			off = true;
		if (r->after - r->before < best->after - best->before)
			best = r;
	}
	return off ? (s64)(best->theirs - (best->before + (best->after - best->before) / 2)) : 0;
}

static s64 measure(void)
{
	struct tsc_round rounds[ROUNDS];
	u64 start = corrected_tsc(), soon = start + time_ns_to_tsc(CHECK_NS);
	unsigned int n = 0;

	while (n < ROUNDS && (n < ROUNDS_ENOUGH || (s64)(corrected_tsc() - soon) < 0) &&
	       do_round(&rounds[n], start + time_ns_to_tsc(CHECK_MAX_NS)))
		n++;
	return judge(rounds, n);
}

static void correct(s64 error, bool by_msr)
{
	if (by_msr)
		hw_wrmsr(MSR_TSC_ADJUST, hw_rdmsr(MSR_TSC_ADJUST) + (u64)error);
	else
		this_cpu_add(tsc_offset, error);
}

void tsc_sync_check(void)
{
	bool has_msr = hw_has(X86_FEATURE_TSC_ADJUST);

	result.error = 0;
	result.adjusted = false;
	for (unsigned int i = 0; i < ATTEMPTS; i++) {
		s64 error = measure();

		if (!error)
			return;
		/* The last word has the offset, which always takes effect. */
		result.adjusted = has_msr && i < ATTEMPTS - 1;
		result.error += error;
		correct(error, result.adjusted);
	}
}

void tsc_sync_report(unsigned int cpu)
{
	char text[96];
	u64 counts = (u64)(result.error < 0 ? -result.error : result.error);

	if (!result.error)
		return;
	scnprintf(text, sizeof(text), "tsc: CPU %u's counter is %llu counts %s, corrected by %s",
		  cpu, (unsigned long long)counts, result.error < 0 ? "ahead" : "behind",
		  result.adjusted ? "TSC_ADJUST" : "an offset");
	arch_hooks.message(text);
}
