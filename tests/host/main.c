/* SPDX-License-Identifier: MIT */
/*
 * tests/host/main.c - the host runner: the self-tests as a process, under AddressSanitizer and
 * UBSan.
 *
 *	runner [-a "kernel parameters"] [-c CPUs] [-v] [globs]
 *
 * Overview  brings the kernel up as kernel/main.c does, as far as it goes without devices: the log,
 *           memory, threads, timers, RCU, initcalls. Then a thread runs the suites that @globs
 *           picks and prints KTAP version 1 on standard output; log lines (all of them with -v) go
 *           to standard error. Exits 0 when all passed, 1 when not.
 * Locking   none: CPU 0 alone runs this.
 * Limits    a test may take 60 s of real time; the run ends there.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arch/boot_info.h>
#include <arch/thread.h>
#include "kernel/base/cpu.h"
#include "kernel/base/initcall.h"
#include "kernel/base/panic.h"
#include "kernel/base/param.h"
#include "kernel/base/printk.h"
#include "kernel/base/random.h"
#include "kernel/base/rcu.h"
#include "kernel/base/sched.h"
#include "kernel/base/selftest.h"
#include "kernel/base/softirq.h"
#include "kernel/base/time.h"
#include "kernel/base/timer.h"
#include "kernel/task/kthread.h"
#include "mm/memblock.h"
#include "mm/page_alloc.h"
#include "mm/percpu.h"
#include "mm/slab.h"
#include "mm/vmalloc.h"
#include "tests/host/host.h"

#define TEST_SECONDS 60
#define SLOW_SECONDS 600 /* slow.* */

static const char *globs;
static unsigned int cpus = 4;
static char cmdline[4096];

static void out_stdout(struct out *out, const char *s, size_t n)
{
	fwrite(s, 1, n, stdout);
	fflush(stdout);
}

static struct out report = { .write = out_stdout };

static void console_write(struct console *con, const char *s, size_t n)
{
	for (; n; n--, s++)
		if (*s != '\r')
			fputc(*s, stderr);
}

static size_t console_room(struct console *con)
{
	return 1 << 20;
}

static struct console host_console = {
	.name = "stderr",
	.write = console_write,
	.write_atomic = console_write,
	.room = console_room,
};

static void deadline_passed(int signal_number)
{
	selftest_timeout();
	_exit(1);
}

static void arm_deadline(const struct selftest *test)
{
	alarm(strcmp(test->suite, "slow") ? TEST_SECONDS : SLOW_SECONDS);
}

static void disarm_deadline(const struct selftest *test)
{
	alarm(0);
}

static void run_tests(void *arg)
{
	static const struct selftest_runner runner = {
		.before = arm_deadline,
		.after = disarm_deadline,
	};

	cpus_start();
	do_initcalls();
	random_init_late();
	exit(selftest_run(&report, globs, &runner, NULL));
}

static void boot(void)
{
	static struct thread tests;
	static char stack[THREAD_STACK_SIZE] __aligned(16);

	host_memory_init();
	host_cpu_init();
	panic_init();
	params_parse(cmdline);
	register_console(&host_console);
	for (unsigned int cpu = 1; cpu < cpus; cpu++)
		(void)arch_cpu_register(2 * cpu);
	memblock_init(&boot_info);
	setup_per_cpu_areas();
	mem_init();
	kmem_cache_init();
	vmalloc_init();
	cpus_init();
	sched_init();
	softirq_init();
	rcu_init();
	timer_init();
	time_init();
	random_init();
	kmem_cache_init_late();
	kthreads_start();
	thread_init(&tests, "selftest", run_tests, NULL, stack, sizeof(stack));
	wake_up_thread(&tests);
	idle_loop();
}

int main(int argc, char **argv)
{
	int option;

	console_loglevel = KERN_WARNING + 1;
	while ((option = getopt(argc, argv, "a:c:v")) != -1) {
		switch (option) {
		case 'a':
			snprintf(cmdline, sizeof(cmdline), "%s", optarg);
			break;
		case 'c':
			cpus = (unsigned int)atoi(optarg);
			break;
		case 'v':
			console_loglevel = KERN_DEBUG + 1;
			break;
		default:
			fprintf(stderr, "usage: %s [-a \"kernel parameters\"] [-c CPUs] [-v] [globs]\n",
				argv[0]);
			return 2;
		}
	}
	if (optind < argc && *argv[optind])
		globs = argv[optind];
	signal(SIGALRM, deadline_passed);
	boot();
}
