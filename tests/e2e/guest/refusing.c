/* SPDX-License-Identifier: MIT */
/*
 * tests/e2e/guest/refusing.c - refuse_cpu=N: CPU N does not start at boot, once. All that had been
 * prepared for it is undone at a time when no initcall has run.
 */
#include "kernel/base/cpu.h"
#include "kernel/base/param.h"
#include "lib/errno.h"
#include "lib/string.h"

static unsigned int refused = NR_CPUS;

static int refuse_param(const char *val)
{
	return val ? kstrtouint(val, 10, &refused) : -EINVAL;
}
PARAM(refuse_cpu, refuse_param);

static int refuse(unsigned int cpu)
{
	if (cpu != refused)
		return 0;
	refused = NR_CPUS;
	return -EIO;
}
CPU_NOTIFIER(zz_refusing, .prepare = refuse);
