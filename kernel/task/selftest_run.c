/* SPDX-License-Identifier: MIT */
/*
 * kernel/task/selftest_run.c - self-tests and benchmarks in the guest: from the command line and
 * from the shell.
 *
 * Overview   selftest= and bench= run after ready instead of the shell and end the machine with
 *            their result. Typed, they are commands.
 * Deadline   A timer per test, DEADLINE (slow.*: SLOW_DEADLINE). It fires on top of a test that
 *            hangs: threads cannot be taken the CPU from, so the test's line is printed as failed
 *            and the run ends there, through the exit device or by power off. (A test that hangs
 *            with interrupts off stops the timer too; the harness outside sees to that.)
 * Locking    none: one run at a time, in the thread that asked for it; the deadline's timer comes
 *            on top of it.
 */
#include "kernel/base/benchmark.h"
#include "kernel/base/command.h"
#include "kernel/base/console.h"
#include "kernel/base/param.h"
#include "kernel/base/printk.h"
#include "kernel/base/reboot.h"
#include "kernel/base/sched.h"
#include "kernel/base/selftest.h"
#include "kernel/base/timer.h"
#include "kernel/task/task.h"
#include "lib/errno.h"
#include "lib/string.h"

#define DEADLINE      (20 * HZ)
#define SLOW_DEADLINE (600 * HZ)

static bool selftest_wanted, bench_wanted; /* [I] */
static const char *selftest_globs, *bench_globs; /* [I] */

static void deadline_passed(struct timer_list *timer)
{
	selftest_timeout();
	machine_exit(EXIT_CODE_FAILED);
}
static DEFINE_TIMER(deadline, deadline_passed);

static void arm_deadline(const struct selftest *test)
{
	bool slow = strcmp(test->suite, "slow") == 0;

	mod_timer(&deadline, jiffies + (slow ? SLOW_DEADLINE : DEADLINE));
}

static void disarm_deadline(const struct selftest *test)
{
	timer_delete_sync(&deadline);
	cond_resched();
}

int selftest_guest_run(struct out *out, const char *globs)
{
	static const struct selftest_runner runner = { arm_deadline, disarm_deadline,
						       command_interrupt_pending };

	return selftest_run(out, globs, &runner, NULL);
}

static int cmd_selftest(struct command_ctx *ctx, int argc, char **argv)
{
	int failed;

	if (argc > 2)
		return command_usage(ctx);
	failed = selftest_guest_run(ctx->out, argc == 2 ? argv[1] : NULL);
	if (command_interrupted(ctx))
		return command_cancel(ctx);
	return failed ? command_fail(ctx, "some tests failed") : 0;
}
SHELL_COMMAND(selftest, "selftest [globs]", cmd_selftest);

static int cmd_bench(struct command_ctx *ctx, int argc, char **argv)
{
	int err;

	if (argc > 2)
		return command_usage(ctx);
	err = bench_run(ctx->out, argc == 2 ? argv[1] : NULL, command_interrupt_pending);
	if (err == -ENOENT)
		return command_fail(ctx, "%s matches no benchmark", argv[1]);
	return err;
}
SHELL_COMMAND(bench, "bench [globs]", cmd_bench);

void session(void)
{
	int failed = 0;

	/* The runs stand for a person at the prompt: chatter stays off the console for them too. */
	printk_ready();
	if (selftest_wanted)
		failed |= selftest_guest_run(&console_out, selftest_globs);
	if (bench_wanted && bench_run(&console_out, bench_globs, NULL)) {
		out_printf(&console_out, "bench: %s matches no benchmark\n", bench_globs);
		failed = 1;
	}
	if (selftest_wanted || bench_wanted)
		machine_exit(failed ? EXIT_CODE_FAILED : EXIT_CODE_PASSED);
	shell_loop();
}

static int selftest_param(const char *val)
{
	selftest_wanted = true;
	selftest_globs = val;
	return 0;
}
PARAM(selftest, selftest_param);

static int bench_param(const char *val)
{
	bench_wanted = true;
	bench_globs = val;
	return 0;
}
PARAM(bench, bench_param);
