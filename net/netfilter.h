/* SPDX-License-Identifier: MIT */
/*
 * net/netfilter.h - the five hooks of the IPv4 walk. The theory stands in net/netfilter.c.
 */
#ifndef NET_NETFILTER_H
#define NET_NETFILTER_H

#include "kernel/base/rcu.h"
#include "lib/compiler.h"
#include "lib/types.h"
#include "net/skbuff.h"

enum nf_inet_hooks {
	NF_INET_PRE_ROUTING,
	NF_INET_LOCAL_IN,
	NF_INET_FORWARD,
	NF_INET_LOCAL_OUT,
	NF_INET_POST_ROUTING,
	NF_INET_NUMHOOKS
};

/* Verdicts. DROP: the core drops the skb. STOLEN: the hook has taken it over. ACCEPT: go on. */
#define NF_DROP		0
#define NF_ACCEPT	1
#define NF_STOLEN	2
#define NF_REPEAT	4		/* call the same hook again, at most NF_MAX_REPEAT times */
#define NF_MAX_REPEAT	8

/* Priorities (Linux's); lower runs first */
enum {
	NF_IP_PRI_FIRST = -2147483647 - 1,
	NF_IP_PRI_RAW = -300,
	NF_IP_PRI_CONNTRACK = -200,
	NF_IP_PRI_MANGLE = -150,
	NF_IP_PRI_NAT_DST = -100,
	NF_IP_PRI_FILTER = 0,
	NF_IP_PRI_NAT_SRC = 100,
	NF_IP_PRI_LAST = 2147483647,
};

struct nf_hook_state {
	enum nf_inet_hooks	hook;
	struct net_device	*in;		/* NULL on LOCAL_OUT and POST_ROUTING */
	struct net_device	*out;		/* NULL on PRE_ROUTING and LOCAL_IN */
	int			(*okfn)(struct sk_buff *skb);
};

typedef unsigned int (*nf_hookfn)(void *priv, struct sk_buff *skb,
				  const struct nf_hook_state *state);

/* What a filter registers; must live until nf_unregister_net_hook() has returned. */
struct nf_hook_ops {
	nf_hookfn		hook;
	void			*priv;
	enum nf_inet_hooks	hooknum;
	int			priority;
};

struct nf_hook_entries;
extern struct nf_hook_entries __rcu *nf_hooks[NF_INET_NUMHOOKS];

int nf_register_net_hook(const struct nf_hook_ops *ops) __must_check;
void nf_unregister_net_hook(const struct nf_hook_ops *ops);
int nf_hook_slow(struct sk_buff *skb, const struct nf_hook_state *state,
		 const struct nf_hook_entries *e);

/*
 * NF_HOOK() - pass @skb through the hooks of @hook, then tail-call @okfn(skb).
 * Context: softirq or bottom halves off, under RCU. Consumes @skb.
 * Return: what okfn returned; -EPERM dropped, 0 stolen. With no hook registered: one load, one
 * branch.
 */
static __always_inline int NF_HOOK(enum nf_inet_hooks hook, struct sk_buff *skb,
				   struct net_device *in, struct net_device *out,
				   int (*okfn)(struct sk_buff *))
{
	const struct nf_hook_entries *e = rcu_dereference(nf_hooks[hook]);

	if (unlikely(e)) {
		struct nf_hook_state state = { .hook = hook, .in = in, .out = out, .okfn = okfn };

		return nf_hook_slow(skb, &state, e);
	}
	return okfn(skb);
}

/* NF_HOOK_COND() - the same when @cond holds, otherwise @okfn at once. */
static __always_inline int NF_HOOK_COND(enum nf_inet_hooks hook, struct sk_buff *skb,
					struct net_device *in, struct net_device *out,
					int (*okfn)(struct sk_buff *), bool cond)
{
	return cond ? NF_HOOK(hook, skb, in, out, okfn) : okfn(skb);
}

#endif /* NET_NETFILTER_H */
