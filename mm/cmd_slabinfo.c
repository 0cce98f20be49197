/* SPDX-License-Identifier: MIT */
/*
 * mm/cmd_slabinfo.c - the command "slabinfo": the caches and how full they are.
 *
 * Overview  Columns of Linux's /proc/slabinfo, version 2.1. active_objs is exact while the CPUs are
 *           quiet: what lies on a CPU's own chains counts as free. "slabinfo --shrink" first gives
 *           empty slabs back, so that num_objs and the free pages are comparable from one moment to
 *           another. "slabinfo -v" walks every slab of every cache and reports faults. "slabinfo
 *           <cache>" shows one cache's attributes and statistics.
 * Locking   slab_mutex while the list of caches is walked, printing included.
 */
#include "kernel/base/command.h"
#include "lib/glob.h"
#include "lib/json.h"
#include "lib/string.h"
#include "mm/slub_def.h"

struct listing {
	struct out *out;
	struct json *json;		/* NULL: text */
	const char *glob;		/* NULL: all */
	unsigned int found;
};

static int show_line(struct kmem_cache *s, void *ctx)
{
	struct listing *l = ctx;
	struct slabinfo i;

	get_slabinfo(s, &i);
	if (l->json) {
		json_object_begin(l->json);
		json_field_string(l->json, "name", s->name);
		json_field_u64(l->json, "active_objs", i.active_objs);
		json_field_u64(l->json, "num_objs", i.num_objs);
		json_field_u64(l->json, "objsize", s->size);
		json_field_u64(l->json, "objperslab", i.objects_per_slab);
		json_field_u64(l->json, "pagesperslab", 1u << i.cache_order);
		json_field_u64(l->json, "active_slabs", i.active_slabs);
		json_field_u64(l->json, "num_slabs", i.num_slabs);
		json_object_end(l->json);
		return 0;
	}
	out_printf(l->out, "%-17s %6lu %6lu %6u %4u %4d : tunables %4u %4u %4u : "
		   "slabdata %6lu %6lu %6u\n",
		   s->name, i.active_objs, i.num_objs, s->size, i.objects_per_slab,
		   1 << i.cache_order, 0, 0, 0, i.active_slabs, i.num_slabs, 0);
	return 0;
}

static int show_cache(struct kmem_cache *s, void *ctx)
{
	struct listing *l = ctx;
	struct slabinfo i;

	if (!glob_match(l->glob, s->name))
		return 0;
	l->found++;
	get_slabinfo(s, &i);
	out_printf(l->out, "name %s\nobject_size %u\nslab_size %u\nalign %u\norder %u\n"
		   "objs_per_slab %u\n",
		   s->name, s->object_size, s->size, s->align, oo_order(s->oo), oo_objects(s->oo));
	out_printf(l->out, "min_partial %lu\ncpu_partial %u\nobjects %lu\ntotal_objects %lu\n"
		   "slabs %lu\n",
		   s->min_partial, s->cpu_partial, i.active_objs, i.num_objs, i.num_slabs);
	for (unsigned int item = 0; item < NR_SLUB_STAT_ITEMS; item++) {
		unsigned long n = slab_stat(s, item);

		if (n)
			out_printf(l->out, "%s %lu\n", slub_stat_name(item), n);
	}
	return 0;
}

static void put_out(void *ctx, const char *s, size_t n)
{
	out_write(ctx, s, n);
}

static int cmd_slabinfo(struct command_ctx *ctx, int argc, char **argv)
{
	struct listing l = { .out = ctx->out };
	struct json json;
	unsigned int faults;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--shrink")) {
			slab_shrink_all();
		} else if (!strcmp(argv[i], "-v")) {
			faults = slab_check_all();
			if (faults)
				return command_fail(ctx, "%u faults, see dmesg", faults);
		} else if (!strcmp(argv[i], "-j")) {
			json_init(&json, put_out, ctx->out);
			l.json = &json;
		} else if (argv[i][0] == '-') {
			return command_usage(ctx);
		} else {
			l.glob = argv[i];
		}
	}
	if (l.glob) {
		slab_for_each_cache(show_cache, &l);
		return l.found ? 0 : command_fail(ctx, "no cache is named %s", l.glob);
	}
	if (l.json) {
		json_array_begin(l.json);
		slab_for_each_cache(show_line, &l);
		json_array_end(l.json);
		out_puts(ctx->out, "\n");
		return 0;
	}
	out_puts(ctx->out, "slabinfo - version: 2.1\n"
		 "# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab>"
		 " : tunables <limit> <batchcount> <sharedfactor>"
		 " : slabdata <active_slabs> <num_slabs> <sharedavail>\n");
	slab_for_each_cache(show_line, &l);
	return 0;
}
SHELL_COMMAND(slabinfo, "slabinfo [-j] [-v] [--shrink] [<cache>]", cmd_slabinfo);
