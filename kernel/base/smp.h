/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/smp.h - have other CPUs call a function.
 *
 * The function runs in an interrupt, interrupts off; it must be short and must not sleep. Who waits
 * spins with interrupts on, and holds no spinlock that the function or an interrupt handler takes.
 * What the caller wrote before is seen by the function, and what the function wrote is seen by who
 * waited for it.
 */
#ifndef KERNEL_BASE_SMP_H
#define KERNEL_BASE_SMP_H

#include <arch/smp.h>

#include "lib/compiler.h"
#include "lib/list.h"
#include "lib/types.h"

typedef void (*smp_call_func_t)(void *arg);

/* A call to another CPU; the caller keeps it alive until it has run. */
struct smp_call {
	struct list_head node;	/* [the CPU's call_queue.lock] */
	smp_call_func_t fn;	/* [I] */
	void *arg;		/* [I] */
	bool pending;		/* [a] queued, or running */
};

/*
 * smp_call_async() - have @cpu call call->fn(call->arg), and do not wait: when call->pending is
 * false again, it has run (and @call may be used anew).
 * Return: 0, -ENXIO (@cpu is not online), -EBUSY (@call is pending).
 * Context: any.
 */
int __must_check smp_call_async(unsigned int cpu, struct smp_call *call);

/*
 * smp_call_function_single() - @fn(@arg) on @cpu, and wait; the own CPU is called directly.
 * Return: 0, -ENXIO (@cpu is not online).
 * Context: thread or softirq, interrupts on.
 */
int smp_call_function_single(unsigned int cpu, smp_call_func_t fn, void *arg);

/* smp_call_function_many() - on each online CPU of @mask but the own one, at once; waits. */
void smp_call_function_many(cpumask_t mask, smp_call_func_t fn, void *arg);

/* on_each_cpu() - on all online CPUs, the own one included (with interrupts off); waits. */
void on_each_cpu(smp_call_func_t fn, void *arg);

/* smp_init() - inter-processor interrupts are ours. Called by cpus_init(). */
void smp_init(void);

#endif
