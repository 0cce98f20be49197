/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/benchmark.h - what an operation costs in TSC ticks.
 *
 *	BENCHMARK(kmem_cache_256_pair)
 *	{
 *		unsigned int i;
 *
 *		bench_begin(b);
 *		for (i = 0; i < 10000; i++)
 *			kmem_cache_free(cache, kmem_cache_alloc(cache, GFP_KERNEL));
 *		bench_end(b, 10000);
 *	}
 *
 * The runner calls the body once to warm up and then five times, takes the median, and subtracts
 * what an empty loop of as many turns costs. begin/end may be used several times in one body: the
 * parts add up. Set-up outside of them is not counted. bench_skip() leaves the figure out, with the
 * reason.
 */
#ifndef KERNEL_BASE_BENCHMARK_H
#define KERNEL_BASE_BENCHMARK_H

#include <arch/cpu.h>

#include "kernel/base/out.h"
#include "lib/table.h"
#include "lib/types.h"

struct bench {
	u64 start;	/* TSC */
	u64 ticks;	/* of the parts so far */
	u64 ops;
	u64 turns;	/* of the loops around them */
	u64 parts;	/* begin/end pairs */
	const char *skip;
};

struct benchmark {
	const char *name;
	void (*fn)(struct bench *b);
};

TABLE_DECLARE(const struct benchmark, benchmarks);

#define BENCHMARK(name_)                                                                           \
	static void benchmark_##name_(struct bench *b);                                            \
	static const struct benchmark benchmark_entry_##name_ TABLE_ENTRY(benchmarks) = {          \
		#name_, benchmark_##name_                                                          \
	};                                                                                         \
	static void benchmark_##name_(struct bench *b)

static __always_inline void bench_begin(struct bench *b)
{
	barrier();
	b->start = rdtsc();
}

/*
 * bench_end_turns() - @ops operations were done in @turns turns of the loop (a bulk call: one turn,
 * many).
 */
static __always_inline void bench_end_turns(struct bench *b, u64 ops, u64 turns)
{
	u64 end = rdtsc();

	barrier();
	b->ticks += end - b->start;
	b->ops += ops;
	b->turns += turns;
	b->parts++;
}

static __always_inline void bench_end(struct bench *b, u64 ops)
{
	bench_end_turns(b, ops, ops);
}

static inline void bench_skip(struct bench *b, const char *why)
{
	b->skip = why;
}

/*
 * bench_run() - run the benchmarks that @globs (comma list over names; NULL: all) picks.
 * Return: 0, -ENOENT when a glob matches nothing (then none runs), -EINTR when @stop (may be NULL)
 * said so.
 */
int bench_run(struct out *out, const char *globs, bool (*stop)(void));

/*
 * bench_note_ready() - "flagstone: ready" came @ticks (TSC) after the kernel's first instruction:
 * the figure boot_to_ready.
 */
void bench_note_ready(u64 ticks);

#endif
