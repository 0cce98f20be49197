/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/command.h - shell commands that register themselves, and the shell's language.
 *
 *	static int cmd_uptime(struct command_ctx *ctx, int argc, char **argv) { ... return 0; }
 *	SHELL_COMMAND(uptime, "uptime", cmd_uptime);
 *
 * A command writes to ctx->out and returns one of: 0; command_fail(ctx, "reason");
 * command_usage(ctx); a negative errno (shown as "<command>: <errno's text>"). Commands run in a
 * thread and may sleep; a long one asks command_interrupted() and stops with command_cancel(),
 * whose status is 130.
 *
 * Language: words split at blanks; '...' and "..." keep blanks; a backslash quotes the next
 * character (outside '...'); an unquoted # at the beginning of a word starts a comment; $? is the
 * last status (not in '...').
 */
#ifndef KERNEL_BASE_COMMAND_H
#define KERNEL_BASE_COMMAND_H

#include "kernel/base/out.h"
#include "lib/compiler.h"
#include "lib/table.h"
#include "lib/types.h"

#define COMMAND_ARGS_MAX   64	/* words in a line; more is an error */
#define COMMAND_LINE_MAX   1024 /* bytes in a line, typed or in a script; more is an error */
#define COMMAND_REASON_MAX 192

enum command_status {
	COMMAND_OK = 0,
	COMMAND_FAILED = 1,
	COMMAND_USAGE = 2,
	COMMAND_NOT_FOUND = 127,
	COMMAND_INTERRUPTED = 130,
};

struct command_ctx {
	struct out *out;
	int last_status;	/* $? before this command */
	const struct command *command;
	char reason[COMMAND_REASON_MAX];
};

struct command {
	const char *name;
	const char *usage; /* one line, begins with the name; "": not listed by help (probes) */
	int (*fn)(struct command_ctx *ctx, int argc, char **argv);
};

TABLE_DECLARE(const struct command, shell_commands);

#define SHELL_COMMAND(name_, usage_, fn_)                                                          \
	static const struct command command_##name_ TABLE_ENTRY(shell_commands) = {                \
		#name_, usage_, fn_                                                                \
	}

/* command_fail() - note the reason. Return: 1, for the command to return. */
__printf(2, 3) int command_fail(struct command_ctx *ctx, const char *fmt, ...);

/* command_usage() - note the command's usage as the reason. Return: 2. */
int command_usage(struct command_ctx *ctx);

/* command_cancel() - stopped by Ctrl-C. Return: 130. */
int command_cancel(struct command_ctx *ctx);

/* command_interrupted() - has Ctrl-C been typed since the command began? */
bool command_interrupted(struct command_ctx *ctx);

/* command_sleep_ms() - Return: 0 after @ms milliseconds, -EINTR as soon as Ctrl-C is typed. */
int command_sleep_ms(struct command_ctx *ctx, unsigned int ms);

/* command_lookup() - by name; NULL when there is none. */
const struct command *command_lookup(const char *name);

/*
 * command_split() - split @line into words that are stored in @buf; @last_status replaces $?.
 * Return: number of words (0: empty or comment), -E2BIG too many words or no room, -EINVAL a quote
 * is not closed.
 */
int command_split(const char *line, char *buf, size_t size, char **argv, int max, int last_status);

/*
 * command_execute() - run @line in @ctx (the caller sets out and last_status). An empty line keeps
 * the status.
 * Return: the status; when it is not 0 and @ctx->reason not empty, reason holds "<command>: <why>".
 */
int command_execute(struct command_ctx *ctx, const char *line);

/*
 * command_run_line() - the same for callers with a constant line; @reason (size @n) gets the
 * reason.
 */
int command_run_line(struct out *out, const char *line, char *reason, size_t n);

/* Ctrl-C: raised by the console, cleared by the shell before the prompt. */
void command_interrupt(void);
void command_interrupt_clear(void);
bool command_interrupt_pending(void);

/*
 * A script: bytes in any portions -> lines -> commands; failures are logged as "config: line N:
 * <command>: <reason>".
 */
struct script {
	const char *tag;	/* "config" */
	struct out *out;
	unsigned long line;	/* of the line being collected, from 1 */
	unsigned long failed;	/* lines that failed */
	int last_status;
	size_t len;
	bool too_long;
	char buf[COMMAND_LINE_MAX];
};

void script_begin(struct script *s, const char *tag, struct out *out);
void script_feed(struct script *s, const char *data, size_t n);
void script_end(struct script *s); /* a last line without a newline counts too */

/*
 * Steps of the configuration between sysctl.* parameters and the scripts; ip= is one. They may
 * sleep.
 */
struct config_step {
	const char *name;
	int (*fn)(void);
};

TABLE_DECLARE(const struct config_step, config_steps);

#define CONFIG_STEP(name_, fn_)                                                                    \
	static const struct config_step config_step_##name_ TABLE_ENTRY(config_steps) = {          \
		#name_, fn_                                                                        \
	}

/*
 * Where scripts lie above the floor of the one that runs them (fw_cfg). @fn feeds what it finds to
 * @script.
 * Return: 0, -ENOENT when there is none, or the error that cut it short.
 */
struct config_source {
	const char *name;
	int (*fn)(struct script *script);
};

TABLE_DECLARE(const struct config_source, config_sources);

#define CONFIG_SOURCE(name_, fn_)                                                                  \
	static const struct config_source config_source_##name_ TABLE_ENTRY(config_sources) = {    \
		#name_, fn_                                                                        \
	}

#endif
