/* SPDX-License-Identifier: MIT */
/* tests/unit/kernel/on_cpus.c - see on_cpus.h. */
#include <arch/atomic.h>
#include <arch/smp.h>

#include "kernel/base/completion.h"
#include "kernel/base/selftest.h"
#include "kernel/task/kthread.h"
#include "lib/printf.h"
#include "tests/unit/kernel/on_cpus.h"

static struct {
	u64 (*fn)(unsigned int cpu, void *arg);
	void *arg;
	atomic_t missing;	/* threads that have not begun */
	u64 ops[NR_CPUS];
	struct completion done[NR_CPUS];
} run;

static void run_thread(void *arg)
{
	unsigned int cpu = (unsigned int)(uintptr_t)arg;

	atomic_dec(&run.missing);
	while (atomic_read(&run.missing) > 0) {
		cpu_relax();
		cond_resched();
	}
	run.ops[cpu] = run.fn(cpu, run.arg);
	complete(&run.done[cpu]);
}

static void print_ops(cpumask_t cpus)
{
	char line[NR_CPUS * 12];
	unsigned int cpu;
	int n = 0;

	for_each_cpu(cpu, cpus)
		n += scnprintf(line + n, sizeof(line) - n, " %llu", (unsigned long long)run.ops[cpu]);
	selftest_comment("operations by CPU:%s", line);
}

u64 on_cpus_run(u64 (*fn)(unsigned int cpu, void *arg), void *arg)
{
	cpumask_t cpus = cpu_online_mask_get();
	unsigned int cpu;
	u64 sum = 0;

	run.fn = fn;
	run.arg = arg;
	atomic_set(&run.missing, (int)num_online_cpus());
	for_each_cpu(cpu, cpus) {
		run.ops[cpu] = 0;
		init_completion(&run.done[cpu]);
		if (!kthread_run_on(cpu, run_thread, (void *)(uintptr_t)cpu, "on_cpus")) {
			EXPECT_TRUE(!"memory for a thread on each CPU");
			atomic_dec(&run.missing);
			complete(&run.done[cpu]);
		}
	}
	for_each_cpu(cpu, cpus) {
		wait_for_completion(&run.done[cpu]);
		EXPECT_GT(run.ops[cpu], 0);
		sum += run.ops[cpu];
	}
	print_ops(cpus);
	return sum;
}
