/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/kthread.h - daemons of the lower floors: KTHREAD(kswapd, kswapd_loop) has kernel/task
 * start a thread of that name at boot, before the initcalls. @fn does not return.
 */
#ifndef KERNEL_BASE_KTHREAD_H
#define KERNEL_BASE_KTHREAD_H

#include "lib/table.h"

struct kthread_entry {
	const char *name;
	void (*fn)(void);
};

TABLE_DECLARE(const struct kthread_entry, kthreads);

#define KTHREAD(name_, fn_)                                                                        \
	static const struct kthread_entry kthread_##name_ TABLE_ENTRY(kthreads) = { #name_, fn_ }

#endif
