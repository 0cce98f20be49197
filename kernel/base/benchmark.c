/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/benchmark.c - runs the benchmarks.
 *
 * Overview   BENCHMARK()s register themselves and time their own loop between bench_begin() and
 *            bench_end(); here is who calls them, and what is done with the figures. Shared by the
 *            guest's runner and the host's.
 * Method     one call to warm up, RUNS more, the median of their cost per operation. Subtracted:
 *            what reading the TSC twice costs, per measured part, and what an empty loop costs, per
 *            turn; both measured here the same way. Figures are kept in hundredths of a tick.
 * Locking    none: one run at a time, in the thread that asked for it.
 * Limits     a figure is only as quiet as the machine: interrupts and tick are on, as for any
 *            caller.
 * Observe    bench
 */
#include "kernel/base/benchmark.h"
#include "kernel/base/sched.h"
#include "lib/errno.h"
#include "lib/glob.h"
#include "lib/printf.h"
#include "lib/string.h"

#define RUNS	   5
#define LOOP_TURNS 10000

static u64 ready_ticks; /* entry to ready */

void bench_note_ready(u64 ticks)
{
	ready_ticks = ticks;
}

BENCHMARK(boot_to_ready)
{
	if (!ready_ticks) {
		bench_skip(b, "the boot was not timed");
		return;
	}
	b->ticks = ready_ticks;
	b->ops = 1;
}

static u64 median(u64 *v, unsigned int n)
{
	unsigned int i, j;
	u64 x;

	for (i = 1; i < n; i++) {
		x = v[i];
		for (j = i; j && v[j - 1] > x; j--)
			v[j] = v[j - 1];
		v[j] = x;
	}
	return v[n / 2];
}

struct overhead {
	u64 part;     /* ticks of a begin/end pair */
	u64 loop_100; /* hundredths of a tick for a turn of an empty loop */
};

static noinline void empty_part(struct bench *b)
{
	bench_begin(b);
	bench_end(b, 1);
}

static noinline void empty_loop(struct bench *b)
{
	unsigned int i;

	bench_begin(b);
	for (i = 0; i < LOOP_TURNS; i++)
		barrier();
	bench_end(b, LOOP_TURNS);
}

static u64 measure(void (*fn)(struct bench *b))
{
	u64 ticks[RUNS];
	struct bench b;
	unsigned int i;

	for (i = 0; i < RUNS; i++) {
		memset(&b, 0, sizeof(b));
		fn(&b);
		ticks[i] = b.ticks;
	}
	return median(ticks, RUNS);
}

static void overhead_measure(struct overhead *o)
{
	u64 loop;

	o->part = measure(empty_part);
	loop = measure(empty_loop);
	loop = loop > o->part ? loop - o->part : 0;
	o->loop_100 = loop * 100 / LOOP_TURNS;
}

/* Hundredths of a tick per operation. */
static u64 cost_100(const struct bench *b, const struct overhead *o)
{
	u64 total = b->ticks * 100;
	u64 own;

	if (!b->parts || !b->ops)
		return total;
	own = b->parts * o->part * 100 + b->turns * o->loop_100;
	return total > own ? (total - own) / b->ops : 0;
}

static void run_benchmark(struct out *out, const struct benchmark *bm, const struct overhead *o)
{
	u64 costs[RUNS], cost;
	struct bench b;
	unsigned int i;

	for (i = 0; i <= RUNS; i++) {
		memset(&b, 0, sizeof(b));
		bm->fn(&b);
		if (b.skip) {
			out_printf(out, "# bench: %s skipped: %s\n", bm->name, b.skip);
			return;
		}
		if (i)
			costs[i - 1] = cost_100(&b, o);
		cond_resched();
	}
	cost = median(costs, RUNS);
	out_printf(out, "bench: %s ops=%llu tsc_per_op=%llu.%02llu\n", bm->name,
		   (unsigned long long)b.ops, (unsigned long long)(cost / 100),
		   (unsigned long long)(cost % 100));
}

static bool glob_list_used(const char *globs)
{
	char glob[64];
	const char *end;
	size_t len;
	bool used;

	for (; globs && *globs; globs = *end ? end + 1 : end) {
		end = strchr(globs, ',');
		if (!end)
			end = globs + strlen(globs);
		len = end - globs;
		scnprintf(glob, sizeof(glob), "%.*s", (int)len, globs);
		used = false;
		table_for_each(bm, benchmarks)
			used |= glob_match(glob, bm->name);
		if (!used)
			return false;
	}
	return true;
}

int bench_run(struct out *out, const char *globs, bool (*stop)(void))
{
	struct overhead o;

	if (globs && !*globs)
		globs = NULL;
	if (!glob_list_used(globs))
		return -ENOENT;
	overhead_measure(&o);
	table_for_each(bm, benchmarks) {
		if (globs && !glob_list_match(globs, bm->name))
			continue;
		if (stop && stop())
			return -EINTR;
		run_benchmark(out, bm, &o);
	}
	return 0;
}
