/* SPDX-License-Identifier: MIT */
/*
 * tests/bench/smp.c - what pages and objects cost while all CPUs take and give them at once.
 *
 * The figure is the time from the first CPU's begin to the last one's end by the operations of all:
 * with N CPUs that do not disturb each other it is an Nth of the same figure on one. It means
 * something where each virtual CPU has a core (tests/bench/run.py --scale says how it is run).
 */
#include <arch/atomic.h>
#include <arch/smp.h>

#include "kernel/base/benchmark.h"
#include "kernel/base/completion.h"
#include "kernel/task/kthread.h"
#include "mm/page_alloc.h"
#include "mm/slab.h"

#define PAIRS 200000

static struct {
	void (*pair)(void);
	atomic_t missing, left;
	struct completion done;

} run;

static void many_pairs(void *arg)
{
	atomic_dec(&run.missing);
	while (atomic_read(&run.missing) > 0)
		cpu_relax();
	for (unsigned int i = 0; i < PAIRS; i++)
		run.pair();
	if (atomic_dec_and_test(&run.left))
		complete(&run.done);
}

static void on_cpus(struct bench *b, cpumask_t cpus, void (*pair)(void))
{
	unsigned int cpu, n = hweight64(cpus & cpu_online_mask_get()), first = NR_CPUS;

	run.pair = pair;
	atomic_set(&run.missing, (int)n);
	atomic_set(&run.left, (int)n);
	init_completion(&run.done);
	for_each_cpu(cpu, cpus & cpu_online_mask_get()) {
		if (first == NR_CPUS) {
			first = cpu; /* this thread's share comes last */
			continue;
		}
		if (!kthread_run_on(cpu, many_pairs, NULL, "bench")) {
			bench_skip(b, "not enough memory");
			atomic_dec(&run.missing);
			atomic_dec(&run.left);
		}
	}
	thread_set_allowed(current, cpumask_of(first));
	while (atomic_read(&run.missing) > 1)
		cond_resched();
	bench_begin(b);
	many_pairs(NULL);
	wait_for_completion(&run.done);
	bench_end(b, (u64)n * PAIRS);
	thread_set_allowed(current, ~(cpumask_t)0);
}

static void page_pair(void)
{
	__free_pages(alloc_pages(GFP_KERNEL, 0), 0);
}

static void object_pair(void)
{
	kfree(kmalloc(256, GFP_KERNEL));
}

BENCHMARK(smp_page_order0_one_cpu)
{
	on_cpus(b, 1, page_pair);
}

BENCHMARK(smp_page_order0_all_cpus)
{
	on_cpus(b, ~(cpumask_t)0, page_pair);
}

BENCHMARK(smp_kmalloc256_one_cpu)
{
	on_cpus(b, 1, object_pair);
}

BENCHMARK(smp_kmalloc256_all_cpus)
{
	on_cpus(b, ~(cpumask_t)0, object_pair);
}
