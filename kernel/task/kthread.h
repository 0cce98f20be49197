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

/* kthreads_start() - ksoftirqd, the worker, and every KTHREAD() of the lower floors. */
void kthreads_start(void);

#endif
