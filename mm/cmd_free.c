/* SPDX-License-Identifier: MIT */
/*
 * mm/cmd_free.c - the command "free": memory in procps's columns, kilobytes unless told.
 *
 * free is exact (pages on the CPUs' lists are free). There is no page cache: buff/cache is the slab
 * memory that shrinkers can free.
 */
#include "kernel/base/command.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "mm/mm_stat.h"
#include "mm/page_alloc.h"

/* A number of pages in the unit asked for; -h: three digits and a letter. */
static void put_size(struct out *out, unsigned long pages, char unit)
{
	static const char letters[] = "BKMGTP";
	u64 bytes = (u64)pages << PAGE_SHIFT, scaled = bytes;
	char text[16];
	int i = 0;

	switch (unit) {
	case 'b':
		out_printf(out, " %11llu", (unsigned long long)bytes);
		return;
	case 'm':
		out_printf(out, " %11llu", (unsigned long long)bytes >> 20);
		return;
	case 'h':
		for (; scaled >= 10240; scaled >>= 10)
			i++;
		if (scaled >= 1024)
			scnprintf(text, sizeof(text), "%llu.%llu%ci",
				  (unsigned long long)scaled / 1024,
				  (unsigned long long)scaled % 1024 * 10 / 1024, letters[i + 1]);
		else
			scnprintf(text, sizeof(text), "%llu%c%s", (unsigned long long)scaled,
				  letters[i], i ? "i" : "");
		out_printf(out, " %11s", text);
		return;
	default:
		out_printf(out, " %11llu", (unsigned long long)bytes >> 10);
	}
}

static int cmd_free(struct command_ctx *ctx, int argc, char **argv)
{
	struct mm_stat s;
	char unit = 'k';

	if (argc > 2)
		return command_usage(ctx);
	if (argc == 2) {
		if (argv[1][0] != '-' || !argv[1][1] || argv[1][2] || !strchr("bkmh", argv[1][1]))
			return command_usage(ctx);
		unit = argv[1][1];
	}
	mm_stat_get(&s);
	out_puts(ctx->out, "               total        used        free      shared  "
			   "buff/cache   available\n");
	out_puts(ctx->out, "Mem:    ");
	put_size(ctx->out, s.total, unit);
	put_size(ctx->out, s.total - s.free - s.slab_reclaimable, unit);
	put_size(ctx->out, s.free, unit);
	put_size(ctx->out, 0, unit);
	put_size(ctx->out, s.slab_reclaimable, unit);
	put_size(ctx->out, s.available, unit);
	out_puts(ctx->out, "\nSwap:   ");
	for (int i = 0; i < 3; i++)
		put_size(ctx->out, 0, unit);
	out_puts(ctx->out, "\n");
	return 0;
}
SHELL_COMMAND(free, "free [-b|-k|-m|-h]", cmd_free);
