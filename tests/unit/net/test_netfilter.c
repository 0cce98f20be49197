/* SPDX-License-Identifier: MIT */
/* tests/unit/net/test_netfilter.c - hooks: order, verdicts, registration. */
#include "kernel/base/selftest.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "net/netfilter.h"
#include "net/stats.h"

/* On LOCAL_OUT with packets of our own making, which no other code of the kernel sees. */
#define HOOK NF_INET_LOCAL_OUT

static char trace[32];
static unsigned int oks;
static unsigned int verdict_of[4];
static const void *seen_out;

static void note(char c)
{
	size_t n = strlen(trace);

	if (n < sizeof(trace) - 1) {
		trace[n] = c;
		trace[n + 1] = '\0';
	}
}

static int okfn(struct sk_buff *skb)
{
	oks++;
	note('k');
	consume_skb(skb);
	return 77;
}

static unsigned int hook(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	unsigned long which = (unsigned long)priv;

	EXPECT_EQ((int)state->hook, (int)HOOK);
	seen_out = state->out;
	note((char)('0' + which));
	if (verdict_of[which] == NF_STOLEN)
		consume_skb(skb);
	return verdict_of[which];
}

static struct nf_hook_ops ops[4] = {
	{ .hook = hook, .priv = (void *)0, .hooknum = HOOK, .priority = NF_IP_PRI_FILTER },
	{ .hook = hook, .priv = (void *)1, .hooknum = HOOK, .priority = NF_IP_PRI_FIRST },
	{ .hook = hook, .priv = (void *)2, .hooknum = HOOK, .priority = NF_IP_PRI_LAST },
	{ .hook = hook, .priv = (void *)3, .hooknum = HOOK, .priority = NF_IP_PRI_FILTER },
};

static int run(void)
{
	struct sk_buff *skb = alloc_skb(64, GFP_KERNEL);

	memset(trace, 0, sizeof(trace));
	oks = 0;
	return skb ? NF_HOOK(HOOK, skb, NULL, (struct net_device *)&trace, okfn) : -ENOMEM;
}

SELFTEST_SETUP(netfilter)
{
	unsigned int i;

	for (i = 0; i < 4; i++)
		verdict_of[i] = NF_ACCEPT;
}

SELFTEST(netfilter, empty_hook_goes_straight_on)
{
	ASSERT_NULL(nf_hooks[HOOK]);
	EXPECT_EQ(run(), 77);
	EXPECT_STREQ(trace, "k");
}

SELFTEST(netfilter, order_by_priority_then_registration)
{
	unsigned int i;

	for (i = 0; i < 4; i++)
		ASSERT_EQ(nf_register_net_hook(&ops[i]), 0);
	EXPECT_EQ(run(), 77);
	EXPECT_STREQ(trace, "1032k");
	EXPECT_TRUE(seen_out == trace);
	nf_unregister_net_hook(&ops[0]);
	EXPECT_EQ(run(), 77);
	EXPECT_STREQ(trace, "132k");
	nf_unregister_net_hook(&ops[0]);	/* not there: nothing happens */
	nf_unregister_net_hook(&ops[1]);
	nf_unregister_net_hook(&ops[3]);
	EXPECT_EQ(run(), 77);
	EXPECT_STREQ(trace, "2k");
	nf_unregister_net_hook(&ops[2]);
	EXPECT_NULL(nf_hooks[HOOK]);
}

SELFTEST(netfilter, verdicts)
{
	u64 drops = drop_sum(DROP_NETFILTER);
	unsigned int i;

	for (i = 0; i < 3; i++)
		ASSERT_EQ(nf_register_net_hook(&ops[i]), 0);
	verdict_of[0] = NF_DROP;
	EXPECT_ERR(run(), -EPERM);
	EXPECT_STREQ(trace, "10");
	EXPECT_EQ(drop_sum(DROP_NETFILTER), drops + 1);
	verdict_of[0] = NF_STOLEN;
	EXPECT_EQ(run(), 0);
	EXPECT_STREQ(trace, "10");
	EXPECT_EQ(drop_sum(DROP_NETFILTER), drops + 1);
	verdict_of[0] = 99;			/* no verdict at all */
	EXPECT_ERR(run(), -EPERM);
	EXPECT_EQ(drop_sum(DROP_NETFILTER), drops + 2);
	verdict_of[0] = NF_REPEAT;		/* for ever: bounded */
	EXPECT_ERR(run(), -EPERM);
	EXPECT_STREQ(trace, "1000000000");
	EXPECT_EQ(oks, 0u);
	for (i = 0; i < 3; i++)
		nf_unregister_net_hook(&ops[i]);
}

SELFTEST(netfilter, condition_skips)
{
	struct sk_buff *skb = alloc_skb(64, GFP_KERNEL);

	ASSERT_NOT_NULL(skb);
	ASSERT_EQ(nf_register_net_hook(&ops[0]), 0);
	verdict_of[0] = NF_DROP;
	EXPECT_EQ(NF_HOOK_COND(HOOK, skb, NULL, NULL, okfn, false), 77);
	skb = alloc_skb(64, GFP_KERNEL);
	EXPECT_ERR(NF_HOOK_COND(HOOK, skb, NULL, NULL, okfn, true), -EPERM);
	nf_unregister_net_hook(&ops[0]);
}

SELFTEST(netfilter, no_such_hook)
{
	struct nf_hook_ops bad = ops[0];

	bad.hooknum = NF_INET_NUMHOOKS;
	EXPECT_ERR(nf_register_net_hook(&bad), -EINVAL);
}
