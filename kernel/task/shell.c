/* SPDX-License-Identifier: MIT */
/*
 * kernel/task/shell.c - the prompt.
 *
 * Overview  Reads a line, runs it, keeps its status for $?, prints "<command>: <reason>" when it
 *           failed. The language is kernel/base/command.c's, the line editing
 *           kernel/base/console.c's.
 */
#include "kernel/base/command.h"
#include "kernel/base/console.h"
#include "kernel/base/printk.h"
#include "kernel/task/task.h"
#include "lib/errno.h"

static int run_line(const char *line, int last_status)
{
	struct command_ctx ctx = { .out = &console_out, .last_status = last_status };
	int status;

	status = command_execute(&ctx, line);
	console_fresh_line();
	if (status && ctx.reason[0])
		out_printf(&console_out, "%s\n", ctx.reason);
	return status;
}

void shell_loop(void)
{
	static char line[COMMAND_LINE_MAX];
	int status = 0;

	for (;;) {
		/*
		 * Here and not before the command: while a line is edited Ctrl-C raises nothing,
		 * and one that comes right behind Enter must not be lost.
		 */
		command_interrupt_clear();
		if (console_read_line(line, sizeof(line)) < 0)
			status = COMMAND_INTERRUPTED;
		else
			status = run_line(line, status);
	}
}
