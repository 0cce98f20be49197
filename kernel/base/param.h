/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/param.h - the kernel command line: name, name=value, name="a value".
 *
 *	static int parse_slab(const char *val) { ... }
 *	PARAM(slab, parse_slab);
 *
 * Parsed once, before there is memory to allocate: a handler stores, and acts later. @val is NULL
 * without "=", stays valid for ever, and has its quotes removed. A handler that returns -EINVAL
 * gets one warning line that names the parameter; names nobody registered are listed in one line.
 */
#ifndef KERNEL_BASE_PARAM_H
#define KERNEL_BASE_PARAM_H

#include "lib/table.h"
#include "lib/types.h"

struct param {
	const char *name;
	int (*fn)(const char *val);
};

struct param_prefix {
	const char *prefix;
	int (*fn)(const char *key, const char *val); /* @key without the prefix */
};

TABLE_DECLARE(const struct param, params);
TABLE_DECLARE(const struct param_prefix, param_prefixes);

/* PARAM(name, fn) - @name without quotes. */
#define PARAM(name_, fn_)                                                                          \
	static const struct param param_##name_ TABLE_ENTRY(params) = { #name_, fn_ }

/* PARAM_PREFIX("sysctl.", fn) - every parameter that begins so. */
#define PARAM_PREFIX(prefix_, fn_)                                                                 \
	static const struct param_prefix param_prefix_##fn_ TABLE_ENTRY(param_prefixes) = {        \
		prefix_, fn_                                                                       \
	}

/* params_parse() - split @cmdline in place and call the handlers. Once, at boot. */
void params_parse(char *cmdline);

/*
 * param_for_each() - call @fn for each parameter named @name (NULL: every one) on the command line,
 * in order, until it returns non-zero. For parameters that may be repeated and are applied late:
 * ip=, sysctl.*.
 */
int param_for_each(const char *name, int (*fn)(const char *name, const char *val, void *arg),
		   void *arg);

/* What the above are made of, for any line. */
struct param_line {
	char *start, *end;
};

struct param_line param_split(char *cmdline);
int param_walk(const struct param_line *line, const char *name,
	       int (*fn)(const char *name, const char *val, void *arg), void *arg);
void param_call_all(const struct param_line *line);

#endif
