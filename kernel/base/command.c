/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/command.c - the language of the shell and of scripts, and running one line of it.
 *
 * Overview  command_split() makes words of a line, command_execute() finds the command and words
 *           its failure, a script is bytes that become lines. The interactive part is
 *           kernel/task/shell.c.
 * Locking   the interrupt flag is one word, set in any context and read by the command. Nothing
 *           else is shared.
 * Limits    COMMAND_LINE_MAX bytes a line, COMMAND_ARGS_MAX words: a longer one fails with a
 *           reason, it is not cut.
 */
#include "kernel/base/command.h"
#include "kernel/base/printk.h"
#include "kernel/base/time.h"
#include "kernel/base/wait.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "lib/string.h"

static bool interrupt_flag;
static DECLARE_WAIT_QUEUE_HEAD(interrupt_wait);

void command_interrupt(void)
{
	WRITE_ONCE(interrupt_flag, true);
	wake_up_all(&interrupt_wait);
}

void command_interrupt_clear(void)
{
	WRITE_ONCE(interrupt_flag, false);
}

bool command_interrupt_pending(void)
{
	return READ_ONCE(interrupt_flag);
}

bool command_interrupted(struct command_ctx *ctx)
{
	return command_interrupt_pending();
}

int command_sleep_ms(struct command_ctx *ctx, unsigned int ms)
{
	long timeout = msecs_to_jiffies(ms) + 1;

	wait_event_timeout(interrupt_wait, command_interrupt_pending(), timeout);
	return command_interrupt_pending() ? -EINTR : 0;
}

int command_fail(struct command_ctx *ctx, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vscnprintf(ctx->reason, sizeof(ctx->reason), fmt, ap);
	va_end(ap);
	return COMMAND_FAILED;
}

int command_usage(struct command_ctx *ctx)
{
	scnprintf(ctx->reason, sizeof(ctx->reason), "usage: %s", ctx->command->usage);
	return COMMAND_USAGE;
}

int command_cancel(struct command_ctx *ctx)
{
	return COMMAND_INTERRUPTED;
}

const struct command *command_lookup(const char *name)
{
	table_for_each(c, shell_commands) {
		if (strcmp(c->name, name) == 0)
			return c;
	}
	return NULL;
}

/* The words of a line under construction. */
struct splitter {
	const char *in;
	char *out;
	char *end; /* last byte of the buffer, for the NUL */
	int last_status;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool put_char(struct splitter *s, char c)
{
	if (s->out >= s->end)
		return false;
	*s->out++ = c;
	return true;
}

static bool put_status(struct splitter *s)
{
	s->in += 2;
	if (s->end - s->out < 12)
		return false;
	s->out += scnprintf(s->out, s->end - s->out, "%d", s->last_status);
	return true;
}

/* One word, which begins at s->in. Return: 0, -E2BIG, -EINVAL. */
static int split_word(struct splitter *s)
{
	char quote = 0;
	char c;

	while ((c = *s->in) != '\0' && (quote || !is_blank(c))) {
		if (c == quote) {
			quote = 0;
			s->in++;
			continue;
		}
		if (!quote && (c == '\'' || c == '"')) {
			quote = c;
			s->in++;
			continue;
		}
		if (quote != '\'' && c == '$' && s->in[1] == '?') {
			if (!put_status(s))
				return -E2BIG;
			continue;
		}
		if (quote != '\'' && c == '\\' && s->in[1])
			c = *++s->in;
		if (!put_char(s, c))
			return -E2BIG;
		s->in++;
	}
	*s->out++ = '\0';
	return quote ? -EINVAL : 0;
}

int command_split(const char *line, char *buf, size_t size, char **argv, int max, int last_status)
{
	struct splitter s = {
		.in = line, .out = buf, .end = buf + size - 1, .last_status = last_status
	};
	int argc = 0, err;

	for (;;) {
		while (is_blank(*s.in))
			s.in++;
		if (*s.in == '\0' || *s.in == '#')
			return argc;
		if (argc == max || s.out >= s.end)
			return -E2BIG;
		argv[argc++] = s.out;
		err = split_word(&s);
		if (err)
			return err;
	}
}

/* Put "<command>: " before the reason. */
static void name_reason(struct command_ctx *ctx, const char *name)
{
	char why[COMMAND_REASON_MAX];

	strscpy(why, ctx->reason, sizeof(why));
	scnprintf(ctx->reason, sizeof(ctx->reason), "%.64s: %s", name, why);
}

static int run_command(struct command_ctx *ctx, int argc, char **argv)
{
	int status;

	ctx->command = command_lookup(argv[0]);
	if (!ctx->command) {
		strscpy(ctx->reason, "command not found", sizeof(ctx->reason));
		return COMMAND_NOT_FOUND;
	}
	status = ctx->command->fn(ctx, argc, argv);
	if (status == -EINTR)
		return COMMAND_INTERRUPTED;
	if (status < 0) {
		if (!ctx->reason[0])
			strscpy(ctx->reason, errno_text(status), sizeof(ctx->reason));
		status = COMMAND_FAILED;
	}
	return status;
}

int command_execute(struct command_ctx *ctx, const char *line)
{
	char buf[COMMAND_LINE_MAX + COMMAND_LINE_MAX / 2];
	char *argv[COMMAND_ARGS_MAX + 1];
	int argc, status;

	ctx->reason[0] = '\0';
	ctx->command = NULL;
	argc = command_split(line, buf, sizeof(buf), argv, COMMAND_ARGS_MAX, ctx->last_status);
	if (argc == 0)
		return ctx->last_status;
	if (argc < 0) {
		scnprintf(ctx->reason, sizeof(ctx->reason), "%s",
			  argc == -EINVAL ? "shell: a quote is not closed" : "shell: too long");
		return COMMAND_USAGE;
	}
	argv[argc] = NULL;
	status = run_command(ctx, argc, argv);
	if (status && ctx->reason[0])
		name_reason(ctx, argv[0]);
	return status;
}

int command_run_line(struct out *out, const char *line, char *reason, size_t n)
{
	struct command_ctx ctx = { .out = out };
	int status = command_execute(&ctx, line);

	if (n)
		strscpy(reason, status ? ctx.reason : "", n);
	return status;
}

void script_begin(struct script *s, const char *tag, struct out *out)
{
	memset(s, 0, sizeof(*s));
	s->tag = tag;
	s->out = out;
	s->line = 1;
}

/* @ctx NULL: the line never became a command. */
static void script_report(struct script *s, const struct command_ctx *ctx)
{
	s->failed++;
	if (!ctx)
		printk(KERN_ERR, "%s: line %lu: shell: too long", s->tag, s->line);
	else if (ctx->reason[0])
		printk(KERN_ERR, "%s: line %lu: %s", s->tag, s->line, ctx->reason);
	else
		printk(KERN_ERR, "%s: line %lu: %s: failed with status %d", s->tag, s->line,
		       ctx->command->name, s->last_status);
}

static void script_line(struct script *s)
{
	struct command_ctx ctx = { .out = s->out, .last_status = s->last_status };

	if (s->too_long) {
		script_report(s, NULL);
		s->last_status = COMMAND_USAGE;
	} else if (s->len) {
		s->buf[s->len] = '\0';
		command_interrupt_clear();
		s->last_status = command_execute(&ctx, s->buf);
		/* A comment or blank line hands the status on: it has no command and no reason. */
		if (s->last_status && (ctx.reason[0] || ctx.command))
			script_report(s, &ctx);
	}
	s->line++;
	s->len = 0;
	s->too_long = false;
	cond_resched();
}

void script_feed(struct script *s, const char *data, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (data[i] == '\n')
			script_line(s);
		else if (s->len + 1 < sizeof(s->buf))
			s->buf[s->len++] = data[i];
		else
			s->too_long = true;
	}
}

void script_end(struct script *s)
{
	if (s->len || s->too_long)
		script_line(s);
}
