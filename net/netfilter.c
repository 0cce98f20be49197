/* SPDX-License-Identifier: MIT */
/*
 * net/netfilter.c - functions that see every packet at five places of the IPv4 walk, and may stop
 * it.
 *
 * Overview    PRE_ROUTING all that arrives, before routing; LOCAL_IN what is for us; FORWARD what
 *	       is not; LOCAL_OUT what we send; POST_ROUTING all that leaves. A filter, NAT or a
 *	       tracer registers nf_hook_ops with a place and a priority; NF_HOOK() calls them in
 *	       order and goes on with its continuation.
 * Structure   Per place one immutable array of (function, private), sorted by priority, replaced as
 *	       a whole when someone registers. An empty place is a NULL pointer: NF_HOOK() is then
 *	       one load and one branch.
 * Lifetime    The array is freed a grace period after it was replaced; nf_unregister_net_hook()
 *	       waits for that, so the hook is not running any more when it returns.
 * Locking     Readers RCU. nf_mutex (threads) serialises changes.
 * Limits      NF_MAX_REPEAT 8 repetitions of one hook, then the packet is dropped: a hook that
 *	       always says REPEAT must not hang the softirq.
 * Observe     nstat: DropNetfilter.
 */
#include "net/netfilter.h"

#include "kernel/base/mutex.h"
#include "lib/errno.h"
#include "mm/slab.h"

struct nf_hook_entry {
	nf_hookfn			hook;
	void				*priv;
	int				priority;
	const struct nf_hook_ops	*ops;		/* who it is; NULL: gone, see unregister */
};

struct nf_hook_entries {
	unsigned int		nr;
	struct rcu_head		rcu;
	struct nf_hook_entry	entry[];
};

struct nf_hook_entries __rcu *nf_hooks[NF_INET_NUMHOOKS];
static DEFINE_MUTEX(nf_mutex);

static struct nf_hook_entries *nf_entries_alloc(unsigned int nr)
{
	return kzalloc(sizeof(struct nf_hook_entries) + nr * sizeof(struct nf_hook_entry),
		       GFP_KERNEL);
}

/*
 * nf_register_net_hook() - have @ops called. Of equal priorities the one registered first runs
 * first.
 * Context: thread.  Return: 0, -EINVAL no such hook, -ENOMEM.
 */
int nf_register_net_hook(const struct nf_hook_ops *ops)
{
	struct nf_hook_entries *old, *new;
	unsigned int i, at = 0;

	if (ops->hooknum >= NF_INET_NUMHOOKS)
		return -EINVAL;
	mutex_lock(&nf_mutex);
	old = nf_hooks[ops->hooknum];
	new = nf_entries_alloc((old ? old->nr : 0) + 1);
	if (!new) {
		mutex_unlock(&nf_mutex);
		return -ENOMEM;
	}
	while (old && at < old->nr && old->entry[at].priority <= ops->priority)
		at++;
	new->nr = (old ? old->nr : 0) + 1;
	for (i = 0; i < new->nr; i++) {
		if (i == at)
			new->entry[i] = (struct nf_hook_entry){ ops->hook, ops->priv,
							       ops->priority, ops };
		else
			new->entry[i] = old->entry[i < at ? i : i - 1];
	}
	rcu_assign_pointer(nf_hooks[ops->hooknum], new);
	mutex_unlock(&nf_mutex);
	if (old)
		kfree_rcu(old, rcu);
	return 0;
}

/*
 * nf_unregister_net_hook() - when it returns, @ops is not running and will not be called. Context:
 * thread.
 */
void nf_unregister_net_hook(const struct nf_hook_ops *ops)
{
	struct nf_hook_entries *old, *new = NULL;
	unsigned int i, at = 0;

	mutex_lock(&nf_mutex);
	old = nf_hooks[ops->hooknum];
	while (old && at < old->nr && old->entry[at].ops != ops)
		at++;
	if (!old || at == old->nr)
		goto out;
	if (old->nr > 1) {
		new = nf_entries_alloc(old->nr - 1);
		if (!new) {
			/*
			 * without memory for a shorter array: make the entry do nothing, in place
			 */
			WRITE_ONCE(old->entry[at].hook, NULL);
			old->entry[at].ops = NULL;
			goto out;
		}
		new->nr = old->nr - 1;
		for (i = 0; i < new->nr; i++)
			new->entry[i] = old->entry[i < at ? i : i + 1];
	}
	rcu_assign_pointer(nf_hooks[ops->hooknum], new);
	kfree_rcu(old, rcu);
out:
	mutex_unlock(&nf_mutex);
	synchronize_rcu();
}

/*
 * nf_hook_slow() - the part of NF_HOOK() that runs when there are hooks.
 * Owns: always consumes @skb.  Return: as NF_HOOK().
 */
int nf_hook_slow(struct sk_buff *skb, const struct nf_hook_state *state,
		 const struct nf_hook_entries *e)
{
	unsigned int i, repeats = 0;

	for (i = 0; i < e->nr; i++) {
		nf_hookfn hook = READ_ONCE(e->entry[i].hook);

		if (unlikely(!hook))
			continue;
		switch (hook(e->entry[i].priv, skb, state)) {
		case NF_ACCEPT:
			break;
		case NF_STOLEN:
			return 0;
		case NF_REPEAT:
			if (repeats++ < NF_MAX_REPEAT) {
				i--;
				break;
			}
			fallthrough;
		case NF_DROP:
		default:
			kfree_skb_reason(skb, DROP_NETFILTER);
			return -EPERM;
		}
	}
	return state->okfn(skb);
}
