/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/notifier.h - a chain of functions told of an event, highest priority first. Locking:
 * register and unregister in a thread, under the chain's owner's lock; calls may run beside them
 * (RCU).
 */
#ifndef KERNEL_BASE_NOTIFIER_H
#define KERNEL_BASE_NOTIFIER_H

#include "lib/types.h"

#define NOTIFY_DONE	 0	/* don't care */
#define NOTIFY_OK	 1
#define NOTIFY_STOP_MASK 0x8000	/* the rest is not called */
#define NOTIFY_BAD	 (NOTIFY_STOP_MASK | 2) /* vetoed */
#define NOTIFY_STOP	 (NOTIFY_STOP_MASK | NOTIFY_OK)

struct notifier_block {
	int (*notifier_call)(struct notifier_block *nb, unsigned long event, void *data);
	struct notifier_block *next;
	int priority;
};

struct notifier_head {
	struct notifier_block *first;
};

#define NOTIFIER_INIT	    { NULL }
#define NOTIFIER_HEAD(name) struct notifier_head name = NOTIFIER_INIT

/* Return: 0, -EEXIST when it is registered already. */
int notifier_chain_register(struct notifier_head *head, struct notifier_block *nb);
/* Return: 0, -ENOENT. A caller may still be inside: synchronize_rcu() before freeing it. */
int notifier_chain_unregister(struct notifier_head *head, struct notifier_block *nb);
/* Return: what the last one called returned. */
int notifier_call_chain(struct notifier_head *head, unsigned long event, void *data);

static inline int notifier_from_errno(int err)
{
	return err ? (NOTIFY_STOP_MASK | (NOTIFY_OK - err)) : NOTIFY_OK;
}

static inline int notifier_to_errno(int ret)
{
	ret &= ~NOTIFY_STOP_MASK;
	return ret > NOTIFY_OK ? NOTIFY_OK - ret : 0;
}

#endif
