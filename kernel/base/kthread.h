/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/kthread.h - daemons of the lower floors, started by kernel/task before the initcalls.
 *
 *	KTHREAD(name, fn)	  one thread `name`, on any CPU
 *	PERCPU_KTHREAD(name, fn)  a thread `name/N` for each CPU that comes up, bound to it; it stays
 *				  with its CPU, asleep, while that is offline, and may not sleep with
 *				  something begun that others wait for
 *
 * @fn does not return.
 */
#ifndef KERNEL_BASE_KTHREAD_H
#define KERNEL_BASE_KTHREAD_H

#include "lib/table.h"
#include "lib/types.h"

struct kthread_entry {
	const char *name;
	void (*fn)(void);
	u64 flags;
};

#define KTHREAD_PER_CPU	1u	/* one a CPU, bound */
#define KTHREAD_FOLLOWS 2u	/* ... but when the CPU goes offline, it goes on elsewhere */

TABLE_DECLARE(const struct kthread_entry, kthreads);

#define KTHREAD_ENTRY(name_, fn_, flags_)                                                          \
	static const struct kthread_entry kthread_##name_ TABLE_ENTRY(kthreads) = { #name_, fn_,   \
										    flags_ }
#define KTHREAD(name, fn)	 KTHREAD_ENTRY(name, fn, 0)
#define PERCPU_KTHREAD(name, fn) KTHREAD_ENTRY(name, fn, KTHREAD_PER_CPU)

#endif
