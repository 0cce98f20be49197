/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/cmd_locks.c - the command "locks" of `make DEBUG=lock`: the classes of locks that
 * were taken so far, and in what order.
 *
 * Overview  A line for each class: how often it was taken, how often somebody waited, in what
 *           contexts, and where it is defined. IN-HARD, IN-SOFT: taken by interrupt handlers, by
 *           softirqs; HARD-ON, SOFT-ON: held while they were on. With -o the order: "a -> b" where
 *           b was taken while a was held (tools/check-lock-order reads these), with the places.
 *           A name with #n is a class of spin_lock_nested().
 * Locking   none: classes and edges are only ever added.
 */
#include "kernel/base/command.h"
#include "kernel/base/lock_debug.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "lib/string.h"

#define NAME_SIZE 64

static void class_name(const struct lock_class_info *c, char *name)
{
	if (c->subclass)
		scnprintf(name, NAME_SIZE, "%s#%u", c->name, c->subclass);
	else
		strscpy(name, c->name, NAME_SIZE);
}

static int show_classes(struct command_ctx *ctx)
{
	struct lock_class_info c;
	char name[NAME_SIZE], contexts[64];
	unsigned int nr;

	out_printf(ctx->out, "%-28s %-5s %12s %9s %-31s %s\n", "LOCK", "TYPE", "TAKEN", "WAITED",
		   "CONTEXTS", "DEFINED");
	for (nr = 1; lockdebug_class_info(nr, &c); nr++) {
		class_name(&c, name);
		scnprintf(contexts, sizeof(contexts), "%s%s%s%s", c.in_hardirq ? "IN-HARD " : "",
			  c.hardirqs_on ? "HARD-ON " : "", c.in_softirq ? "IN-SOFT " : "",
			  c.softirqs_on ? "SOFT-ON " : "");
		out_printf(ctx->out, "%-28s %-5s %12llu %9llu %-31s %s\n", name,
			   c.mutex ? "mutex" : "spin", (unsigned long long)c.taken,
			   (unsigned long long)c.contended, contexts, c.site);
		if (command_interrupted(ctx))
			return command_cancel(ctx);
	}
	return COMMAND_OK;
}

static int show_order(struct command_ctx *ctx)
{
	struct lock_class_info from, to;
	char name[NAME_SIZE], other[NAME_SIZE];
	unsigned int nr, a, b;

	for (nr = 0; lockdebug_edge(nr, &a, &b); nr++) {
		lockdebug_class_info(a, &from);
		lockdebug_class_info(b, &to);
		class_name(&from, name);
		class_name(&to, other);
		out_printf(ctx->out, "%s -> %s  (%s, %s)\n", name, other, from.site, to.site);
		if (command_interrupted(ctx))
			return command_cancel(ctx);
	}
	return COMMAND_OK;
}

static int cmd_locks(struct command_ctx *ctx, int argc, char **argv)
{
	if (argc == 1)
		return show_classes(ctx);
	if (argc == 2 && strcmp(argv[1], "-o") == 0)
		return show_order(ctx);
	return command_usage(ctx);
}
SHELL_COMMAND(locks, "locks [-o]", cmd_locks);
