/* SPDX-License-Identifier: MIT */
/* tests/unit/kernel/on_cpus.h - a test's body on all CPUs at once. */
#ifndef TESTS_UNIT_KERNEL_ON_CPUS_H
#define TESTS_UNIT_KERNEL_ON_CPUS_H

#include "lib/types.h"

/*
 * on_cpus_run() - call @fn(cpu, @arg) in a thread bound to each online CPU, all begin together, and
 * wait until they are through. @fn returns how many operations it did; they are printed, and a CPU
 * that did none fails the test.
 * Return: the sum. Context: the test's thread.
 */
u64 on_cpus_run(u64 (*fn)(unsigned int cpu, void *arg), void *arg);

#endif
