/* SPDX-License-Identifier: MIT */
/* kernel/task/task.h - what the last part of boot calls. */
#ifndef KERNEL_TASK_TASK_H
#define KERNEL_TASK_TASK_H

#include "kernel/base/out.h"
#include "lib/compiler.h"

/*
 * config_apply() - sysctl.* parameters, ip= and the other steps, the first boot module, the sources
 * of drivers. What fails is logged, the rest still runs. Context: thread, after the initcalls.
 */
void config_apply(void);

/* ready() - say "flagstone: ready"; once. */
void ready(void);

/*
 * session() - what comes after ready: the self-tests or benchmarks that the command line asks for,
 * then out; else the shell.
 * Context: thread.
 */
__noreturn void session(void);

/* shell_loop() - prompt, read, run, for ever. */
__noreturn void shell_loop(void);

/*
 * selftest_guest_run() - run @globs (NULL: the fast set) with a deadline per test. Return: 0
 * passed, 1 not.
 */
int selftest_guest_run(struct out *out, const char *globs);

#endif
