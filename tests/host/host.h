/* SPDX-License-Identifier: MIT */
/*
 * tests/host/host.h - the machine that the host runner plays. Only files of tests/host use it:
 * suites run in the kernel as well, and know nothing of it.
 */
#ifndef TESTS_HOST_HOST_H
#define TESTS_HOST_HOST_H

#include "lib/compiler.h"

/* host_memory_init() - map the RAM, fill boot_info with its map. Once, first. */
void host_memory_init(void);

/* host_cpu_init() - make the calling thread CPU 0. */
void host_cpu_init(void);

/*
 * host_cpus_run() - start @n threads that are CPUs 1 .. @n (each with a zeroed per-CPU section of
 * its own, and no dynamic per-CPU memory), call @fn(@cpu, @arg) on each at once, wait for all.
 */
void host_cpus_run(unsigned int n, void (*fn)(unsigned int cpu, void *arg), void *arg);

/*
 * For a test that wants to stop a CPU at just that point: called, if not NULL, by the CPU whose
 * event is being set or stopped, interrupts off.
 */
extern void (*host_clockevent_hook)(void);

/* Virtual time: nanoseconds; it moves when somebody looks at it, waits in a loop, or idles. */
void host_clock_advance(u64 ns);

#endif
