/* SPDX-License-Identifier: MIT */
/* kernel/task/kthread.h - threads with their own guarded stack, for whoever may allocate. */
#ifndef KERNEL_TASK_KTHREAD_H
#define KERNEL_TASK_KTHREAD_H

#include "kernel/base/kthread.h"
#include "kernel/base/sched.h"

/*
 * kthread_run() - make a thread and let it run. It ends when @fn returns; its memory is then freed
 * by itself.
 * Context: thread.  Return: the thread (do not touch it once it may have ended), NULL without
 * memory.
 */
struct thread *kthread_run(void (*fn)(void *arg), void *arg, const char *name);

/*
 * kthread_create() - the same, but it does not run before wake_up_thread(): time for kthread_bind().
 * kthread_run_on() - both, bound to @cpu.
 */
struct thread *kthread_create(void (*fn)(void *arg), void *arg, const char *name);
struct thread *kthread_run_on(unsigned int cpu, void (*fn)(void *arg), void *arg, const char *name);

/*
 * kthreads_start() - every KTHREAD() of the lower floors, and the boot CPU's share of the
 * PERCPU_KTHREAD()s; the other CPUs' start with them.
 */
void kthreads_start(void);

#endif
