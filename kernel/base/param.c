/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/param.c - splitting the command line and handing out its parts.
 *
 * Overview   params_parse() cuts the line in place, so that its length does not matter and values
 *            live as long as the line. Then each parameter goes to its handler: the table of names,
 *            then the table of prefixes.
 * Structure  Behind the split the line is a run of strings: name NUL, or name=value NUL, one after
 *            the other. param_for_each() walks them again.
 * Locking    written once at boot, read-only afterwards.
 */
#define pr_fmt(fmt) "param: " fmt

#include "kernel/base/param.h"
#include "kernel/base/printk.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "lib/string.h"

#define SHOWN_MAX 80 /* bytes of a parameter in a warning */

static struct param_line boot_line; /* [I] after params_parse() */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/*
 * Cut the next parameter out of @from; quotes keep blanks and are dropped. Stored at @to. Return:
 * what follows.
 */
static char *cut_param(char *from, char **to)
{
	char *out = *to;
	bool quoted = false;

	for (; *from && (quoted || !is_blank(*from)); from++) {
		if (*from == '"')
			quoted = !quoted;
		else
			*out++ = *from;
	}
	if (*from)
		from++;
	*out++ = '\0';
	*to = out;
	return from;
}

/* Call the owner of @name. Return: -ENOENT when nobody knows it. */
static int param_dispatch(const char *name, const char *val)
{
	table_for_each(p, params) {
		if (strcmp(p->name, name) == 0)
			return p->fn(val);
	}
	table_for_each(pre, param_prefixes) {
		if (str_has_prefix(name, pre->prefix))
			return pre->fn(name + strlen(pre->prefix), val);
	}
	return -ENOENT;
}

struct unknown_params {
	char text[400];
	size_t len;
};

static void unknown_flush(struct unknown_params *u)
{
	if (u->len)
		pr_warn("unknown on the command line:%s", u->text);
	u->len = 0;
}

static void unknown_add(struct unknown_params *u, const char *name, const char *val)
{
	if (u->len + SHOWN_MAX + 8 > sizeof(u->text))
		unknown_flush(u);
	u->len += scnprintf(u->text + u->len, SHOWN_MAX, " %s%s%s", name, val ? "=" : "",
			    val ? val : "");
}

static int param_call(const char *name, const char *val, void *arg)
{
	int err = param_dispatch(name, val);

	if (err == -ENOENT)
		unknown_add(arg, name, val);
	else if (err)
		pr_warn("malformed on the command line: %.*s%s%.*s", SHOWN_MAX, name,
			val ? "=" : "", SHOWN_MAX, val ? val : "");
	return 0;
}

struct param_line param_split(char *cmdline)
{
	char *from = cmdline, *to = cmdline;

	while (*from) {
		if (is_blank(*from))
			from++;
		else
			from = cut_param(from, &to);
	}
	return (struct param_line){ cmdline, to };
}

int param_walk(const struct param_line *line, const char *name,
	       int (*fn)(const char *name, const char *val, void *arg), void *arg)
{
	char *at, *next, *eq;
	int err = 0;

	for (at = line->start; at < line->end && !err; at = next) {
		next = at + strlen(at) + 1;
		eq = strchr(at, '=');
		/* The name ends here for as long as the callback looks at it. */
		if (eq)
			*eq = '\0';
		if (!name || strcmp(at, name) == 0)
			err = fn(at, eq ? eq + 1 : NULL, arg);
		if (eq)
			*eq = '=';
	}
	return err;
}

void param_call_all(const struct param_line *line)
{
	struct unknown_params unknown = { .len = 0 };

	param_walk(line, NULL, param_call, &unknown);
	unknown_flush(&unknown);
}

void params_parse(char *cmdline)
{
	boot_line = param_split(cmdline);
	param_call_all(&boot_line);
}

int param_for_each(const char *name, int (*fn)(const char *name, const char *val, void *arg),
		   void *arg)
{
	return param_walk(&boot_line, name, fn, arg);
}
