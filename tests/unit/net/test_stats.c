/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/net/test_stats.c - the counters' command, and the identity that notices a lost frame.
 */
#include "kernel/base/command.h"
#include "kernel/base/preempt.h"
#include "kernel/base/selftest.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "net/stats.h"

/* Runs @line. Return: its status; the text in @buf. */
static int run(const char *line, char *buf, size_t size, char *reason)
{
	struct out_buf ob;

	out_buf_init(&ob, buf, size);
	reason[0] = '\0';
	return command_run_line(&ob.out, line, reason, COMMAND_REASON_MAX);
}

SELFTEST(nstat, prints_names_and_values)
{
	static char buf[32768];
	char reason[COMMAND_REASON_MAX];
	unsigned int i;
	const char *p;

	local_bh_disable();
	kfree_skb_reason(alloc_skb(10, GFP_ATOMIC), DROP_IP_TOO_LONG);
	local_bh_enable();
	ASSERT_EQ(run("nstat", buf, sizeof(buf), reason), 0);
	EXPECT_NOT_NULL(strstr(buf, "OwnDropIpTooLong "));
	EXPECT_NULL(strstr(buf, " 0\n"));
	ASSERT_EQ(run("nstat -a", buf, sizeof(buf), reason), 0);
	EXPECT_NOT_NULL(strstr(buf, "IpInReceives "));
	EXPECT_NOT_NULL(strstr(buf, "\nDropRxRunt "));
	EXPECT_NOT_NULL(strstr(buf, "\nRxHeld "));
	for (p = buf, i = 0; *p; p++)
		i += *p == '\n';
	EXPECT_EQ(i, (unsigned int)(SNMP_MAX + 6 + 2 * DROP_REASON_MAX));
	ASSERT_EQ(run("nstat -az IpInRec* RxFrames", buf, sizeof(buf), reason), 0);
	EXPECT_TRUE(str_has_prefix(buf, "IpInReceives"));
	EXPECT_NOT_NULL(strstr(buf, "\nRxFrames"));
	EXPECT_NULL(strstr(buf, "Drop"));
	EXPECT_EQ(run("nstat -q", buf, sizeof(buf), reason), 2);
}

SELFTEST(nstat, check_notices_a_lost_frame)
{
	char buf[256], reason[COMMAND_REASON_MAX];
	struct sk_buff *skb = alloc_skb(10, GFP_KERNEL);

	ASSERT_NOT_NULL(skb);
	EXPECT_EQ(run("nstat --check", buf, sizeof(buf), reason), 0);
	EXPECT_TRUE(str_has_prefix(buf, "RxFrames "));
	EXPECT_NOT_NULL(strstr(buf, " = ArpIn "));
	local_bh_disable();
	skb_rx_begin(skb);
	local_bh_enable();
	EXPECT_EQ(run("nstat --check", buf, sizeof(buf), reason), 1);	/* in nobody's queue */
	EXPECT_NOT_NULL(strstr(buf, " != ArpIn "));
	EXPECT_STREQ(reason, "nstat: the identity does not hold");
	local_bh_disable();
	skb_rx_hold(skb);
	EXPECT_EQ(run("nstat --check", buf, sizeof(buf), reason), 0);
	skb_rx_unhold(skb);
	skb_rx_done(skb, RX_CLASS_ARP);
	skb_rx_done(skb, RX_CLASS_ARP);		/* only the first counts */
	EXPECT_EQ(run("nstat --check", buf, sizeof(buf), reason), 0);
	consume_skb(skb);
	EXPECT_EQ(run("nstat --check", buf, sizeof(buf), reason), 0);
	local_bh_enable();
}
