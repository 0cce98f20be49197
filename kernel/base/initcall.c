/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/initcall.c - runs the initcalls, level by level, and tells what failed and how long
 * each took.
 */
#define pr_fmt(fmt) "init: " fmt

#include "kernel/base/initcall.h"
#include "kernel/base/preempt.h"
#include "kernel/base/printk.h"
#include "kernel/base/time.h"
#include "lib/bug.h"
#include "lib/errno.h"

static void run(const struct initcall *call)
{
	u64 start = ktime_get_ns();
	int err = call->fn();
	unsigned int us = (ktime_get_ns() - start) / NSEC_PER_USEC;

	if (err)
		pr_warn("%s failed after %u us: %s", call->name, us, errno_text(err));
	else
		pr_debug("%s: %u us", call->name, us);
	WARN_ON(in_interrupt());
}

void do_initcalls(void)
{
	u64 level;

	for (level = 0; level < NR_INITCALL_LEVELS; level++) {
		table_for_each(call, initcalls) {
			if (call->level == level)
				run(call);
		}
	}
}
