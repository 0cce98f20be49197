/* SPDX-License-Identifier: MIT */
/*
 * kernel/task/later_params.c - parameters of the contract whose feature this build does not have.
 *
 * Overview  They are accepted, so that one command line serves every build, and named in one
 *           warning each. Whoever builds the feature registers the parameter there and takes it out
 *           here (two owners of one name fail the self-test param.names_are_unique).
 */
#define pr_fmt(fmt) "param: " fmt

#include "kernel/base/param.h"
#include "kernel/base/printk.h"
#include "lib/errno.h"
#include "lib/string.h"

#define LATER(name_)                                                                               \
	static int later_##name_(const char *val)                                                  \
	{                                                                                          \
		pr_warn(#name_ "%s%s: not in this build", val ? "=" : "", val ? val : "");         \
		return 0;                                                                          \
	}                                                                                          \
	PARAM(name_, later_##name_)

LATER(slub_debug);
LATER(slab_debug);
LATER(slub_nomerge);
LATER(failslab);

static int fib_param(const char *val)
{
	if (!val)
		return -EINVAL;
	if (strcmp(val, "hash") != 0)
		pr_warn("fib=%s: not in this build, which has hash", val);
	return 0;
}
PARAM(fib, fib_param);
