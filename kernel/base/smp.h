/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/smp.h - have other CPUs call a function.
 *
 * The function runs in an interrupt, interrupts off; it must be short and must not sleep. With
 * @wait the caller spins until it has run everywhere: interrupts on, no spinlock held that the
 * function or an interrupt handler takes. What the caller wrote before is seen by the function, and
 * with @wait what the function wrote is seen after.
 */
#ifndef KERNEL_BASE_SMP_H
#define KERNEL_BASE_SMP_H

#include <arch/smp.h>

#include "lib/compiler.h"
#include "lib/types.h"

typedef void (*smp_call_func_t)(void *arg);

/*
 * smp_call_function_single() - @fn(@arg) on @cpu; the own CPU is called directly.
 * Return: 0, -ENXIO (@cpu is not online).
 * Context: thread or softirq, interrupts on.
 */
int smp_call_function_single(unsigned int cpu, smp_call_func_t fn, void *arg, bool wait);

/* smp_call_function_many() - on each online CPU of @mask but the own one; waits. */
void smp_call_function_many(cpumask_t mask, smp_call_func_t fn, void *arg);

/* on_each_cpu() - on all online CPUs, the own one included (with interrupts off); waits. */
void on_each_cpu(smp_call_func_t fn, void *arg);

/* smp_ipi() - an inter-processor interrupt came: arch_hooks.ipi. smp_init() - hangs it in. */
void smp_init(void);

#endif
