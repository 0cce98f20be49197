/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/notifier.c - notifier chains: a list sorted by priority, read under RCU, changed
 * under the owner's lock.
 */
#include "kernel/base/notifier.h"
#include "kernel/base/rcu.h"
#include "lib/errno.h"

int notifier_chain_register(struct notifier_head *head, struct notifier_block *nb)
{
	struct notifier_block **at;

	for (at = &head->first; *at; at = &(*at)->next) {
		if (*at == nb)
			return -EEXIST;
	}
	/* Equal priorities in order of registration. */
	for (at = &head->first; *at && (*at)->priority >= nb->priority; at = &(*at)->next)
		;
	nb->next = *at;
	rcu_assign_pointer(*at, nb);
	return 0;
}

int notifier_chain_unregister(struct notifier_head *head, struct notifier_block *nb)
{
	struct notifier_block **at;

	for (at = &head->first; *at; at = &(*at)->next) {
		if (*at == nb) {
			rcu_assign_pointer(*at, nb->next);
			return 0;
		}
	}
	return -ENOENT;
}

int notifier_call_chain(struct notifier_head *head, unsigned long event, void *data)
{
	struct notifier_block *nb, *next;
	int ret = NOTIFY_DONE;

	for (nb = rcu_dereference(head->first); nb; nb = next) {
		next = rcu_dereference(nb->next);
		ret = nb->notifier_call(nb, event, data);
		if (ret & NOTIFY_STOP_MASK)
			break;
	}
	return ret;
}
