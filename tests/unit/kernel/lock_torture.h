/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/kernel/lock_torture.h - all kinds of locks, fought for by whoever runs the body: a
 * thread on each CPU in the kernel, a thread of the process that is a CPU on the host.
 *
 *	lock_torture_begin(rounds, jiffies, sleep)
 *	lock_torture_cpu(cpu, NULL)	on each CPU
 *	lock_torture_end(cpus)		what each CPU did; expects that no lock let two in
 */
#ifndef TESTS_UNIT_KERNEL_LOCK_TORTURE_H
#define TESTS_UNIT_KERNEL_LOCK_TORTURE_H

#include <arch/smp.h>

#include "lib/types.h"

/* @rounds for each CPU, or for @time jiffies (0: no limit). @sleep: the bodies are threads. */
void lock_torture_begin(u64 rounds, unsigned long time, bool sleep);
void lock_torture_cpu(unsigned int cpu, void *unused);
void lock_torture_end(cpumask_t cpus);

#endif
