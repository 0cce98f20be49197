/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/initcall.h - set-up functions that register themselves.
 *
 *	static int neigh_init(void) { ... return 0; }
 *	INITCALL(subsys, neigh_init);
 *
 * Order: core < subsys < driver < late; inside a level any. They run in a thread with everything
 * below up, and may sleep. An error is logged with the function's name; boot goes on.
 */
#ifndef KERNEL_BASE_INITCALL_H
#define KERNEL_BASE_INITCALL_H

#include "lib/table.h"
#include "lib/types.h"

enum initcall_level {
	INITCALL_core,
	INITCALL_subsys,
	INITCALL_driver,
	INITCALL_late,
	NR_INITCALL_LEVELS,
};

struct initcall {
	int (*fn)(void);
	const char *name;
	u64 level;
};

TABLE_DECLARE(const struct initcall, initcalls);

#define INITCALL(level_, fn_)                                                                      \
	static const struct initcall initcall_##fn_ TABLE_ENTRY(initcalls) = {                     \
		fn_, #fn_, INITCALL_##level_                                                       \
	}

/* do_initcalls() - run all levels in order. */
void do_initcalls(void);

#endif
