/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/net/test_cmd_ip.c - `ip`, `ip link`, `ip neigh`: iproute2's words, columns, field
 * names and errors.
 */
#include "kernel/base/command.h"
#include "kernel/base/selftest.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "net/cmd_ip.h"
#include "net/ipv4/devinet.h"
#include "net/ipv4/fib.h"
#include "net/neighbour.h"
#include "tests/unit/net/fake_dev.h"

static struct fake_dev *fd;
static char buf[4096], reason[COMMAND_REASON_MAX];

SELFTEST_SETUP(ip_cmd)
{
	struct ifa_config cfg = { .local = TEST_NET_1(1), .peer = TEST_NET_1(1), .prefixlen = 24 };

	fd = fake_dev_create();
	cfg.dev = fd->dev;
	rtnl_lock();
	EXPECT_EQ(inet_addr_add(&cfg, false), 0);
	rtnl_unlock();
}

SELFTEST_TEARDOWN(ip_cmd)
{
	fake_dev_destroy(fd);
}

/* Run @fmt (one %s: the device's name). Return: its status; text in buf, reason in reason. */
static int run(const char *fmt)
{
	char line[256];
	struct out_buf ob;
	const char *hole = strstr(fmt, "%s");

	if (hole)
		scnprintf(line, sizeof(line), "%.*s%s%s", (int)(hole - fmt), fmt, fd->dev->name,
			  hole + 2);
	else
		strscpy(line, fmt, sizeof(line));
	out_buf_init(&ob, buf, sizeof(buf));
	reason[0] = '\0';
	return command_run_line(&ob.out, line, reason, sizeof(reason));
}

static bool says(const char *text)
{
	return strstr(buf, text) != NULL;
}

SELFTEST(ip_cmd, words_and_errors)
{
	EXPECT_TRUE(ip_word("sh", "show"));
	EXPECT_FALSE(ip_word("", "show"));
	EXPECT_FALSE(ip_word("shows", "show"));
	EXPECT_EQ(run("ip"), 2);
	EXPECT_EQ(run("ip nonsense"), 2);
	EXPECT_STREQ(reason, "ip: Object \"nonsense\" is unknown");
	EXPECT_EQ(run("ip -q link"), 2);
	EXPECT_EQ(run("ip link frobnicate"), 2);
	EXPECT_EQ(run("ip neigh frobnicate"), 2);
	EXPECT_EQ(run("ip link show nosuch"), 1);
	EXPECT_STREQ(reason, "ip: Device \"nosuch\" does not exist.");
	EXPECT_EQ(run("ip link set nosuch up"), 1);
	EXPECT_STREQ(reason, "ip: Cannot find device \"nosuch\"");
	EXPECT_EQ(run("ip link set"), 1);
	EXPECT_EQ(run("ip link set %s mtu"), 1);
	EXPECT_EQ(run("ip link set %s mtu x"), 1);
	EXPECT_EQ(run("ip link set %s mtu 20"), 1);
	EXPECT_STREQ(reason, "ip: mtu less than device minimum (68)");
	EXPECT_EQ(run("ip link set %s mtu 100000"), 1);
	EXPECT_STREQ(reason, "ip: mtu greater than device maximum (9000)");
	EXPECT_EQ(run("ip link set %s address 1:2"), 1);
	EXPECT_EQ(run("ip link set %s color red"), 1);
	/* all is read before anything is done */
	EXPECT_EQ(run("ip link set %s mtu 1300 down frob"), 1);
	EXPECT_STREQ(reason, "ip: \"frob\" is unknown.");
	EXPECT_EQ(run("ip link set %s address 01:00:5e:00:53:01"), 1);
	EXPECT_STREQ(reason, "ip: Cannot assign requested address");
	EXPECT_EQ(run("ip -c link show %s"), 0);
	EXPECT_TRUE(says(",UP,LOWER_UP> mtu 1500 "));
	EXPECT_TRUE(says("link/ether 02:"));
}

SELFTEST(ip_cmd, link_show_and_set)
{
	EXPECT_EQ(run("ip link show dev %s"), 0);
	EXPECT_TRUE(says(": <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP "
			 "mode DEFAULT group default qlen "));
	EXPECT_TRUE(says("\n    link/ether 02:00:5e:00:53:"));
	EXPECT_TRUE(says(" brd ff:ff:ff:ff:ff:ff\n"));
	EXPECT_EQ(run("ip l set %s mtu 1400"), 0);
	EXPECT_EQ(run("ip -s link show %s"), 0);
	EXPECT_TRUE(says(" mtu 1400 "));
	EXPECT_TRUE(says("    RX:  bytes packets errors dropped"));
	EXPECT_EQ(run("ip link set dev %s address 02:00:5e:00:53:fe"), 0);
	EXPECT_EQ(run("ip -br link show %s"), 0);
	EXPECT_TRUE(says(" UP             02:00:5e:00:53:fe <BROADCAST,MULTICAST,UP,LOWER_UP>\n"));
	EXPECT_EQ(run("ip -o link show %s"), 0);
	EXPECT_TRUE(says("\\    link/ether"));
	EXPECT_EQ(run("ip link set %s down"), 0);
	EXPECT_EQ(run("ip link show %s"), 0);
	EXPECT_TRUE(says(": <BROADCAST,MULTICAST> mtu 1400 qdisc noqueue state DOWN"));
	EXPECT_EQ(run("ip link show up"), 0);
	EXPECT_FALSE(says("02:00:5e:00:53:fe"));
	EXPECT_EQ(run("ip link set %s up"), 0);
	EXPECT_EQ(run("ip link"), 0);
	EXPECT_TRUE(str_has_prefix(buf, "1: lo: <LOOPBACK"));
}

SELFTEST(ip_cmd, link_json)
{
	EXPECT_EQ(run("ip -j -s link show %s"), 0);
	EXPECT_TRUE(str_has_prefix(buf, "[{\"ifindex\":"));
	EXPECT_TRUE(says(",\"flags\":[\"BROADCAST\",\"MULTICAST\",\"UP\",\"LOWER_UP\"],"
			 "\"mtu\":1500,\"qdisc\":\"noqueue\",\"operstate\":\"UP\","
			 "\"linkmode\":\"DEFAULT\",\"group\":\"default\",\"txqlen\":"));
	EXPECT_TRUE(says("\"link_type\":\"ether\",\"address\":\"02:00:5e:00:53:"));
	EXPECT_TRUE(says("\"stats64\":{\"rx\":{\"bytes\":0,"));
	EXPECT_TRUE(says("}}}]\n"));
}

SELFTEST(ip_cmd, neigh_add_show_del)
{
	EXPECT_EQ(run("ip neigh add 192.0.2.7 lladdr 02:00:5e:00:53:07 dev %s"), 0);
	EXPECT_EQ(run("ip neigh show dev %s"), 0);
	EXPECT_STREQ(buf, "192.0.2.7 lladdr 02:00:5e:00:53:07 PERMANENT \n");
	EXPECT_EQ(run("ip neigh add 192.0.2.7 lladdr 02:00:5e:00:53:08 dev %s"), 1);
	EXPECT_STREQ(reason, "ip: File exists");
	EXPECT_EQ(run("ip neigh replace 192.0.2.7 lladdr 02:00:5e:00:53:08 nud reach dev %s"), 0);
	EXPECT_EQ(run("ip neigh add 192.0.2.6 nud failed dev %s"), 0);
	EXPECT_EQ(run("ip n"), 0);
	EXPECT_TRUE(says("192.0.2.6 dev fake"));
	EXPECT_TRUE(says(" FAILED \n"));
	EXPECT_TRUE(strstr(buf, "192.0.2.6") < strstr(buf, "192.0.2.7"));
	EXPECT_EQ(run("ip -s neigh show 192.0.2.7"), 0);
	EXPECT_TRUE(says(" lladdr 02:00:5e:00:53:08 ref "));
	EXPECT_TRUE(says(" probes 0 REACHABLE \n"));
	EXPECT_EQ(run("ip neigh show nud failed"), 0);
	EXPECT_FALSE(says("192.0.2.7"));
	EXPECT_EQ(run("ip -j neigh show to 192.0.2.7 dev %s"), 0);
	EXPECT_STREQ(buf, "[{\"dst\":\"192.0.2.7\",\"lladdr\":\"02:00:5e:00:53:08\","
			  "\"state\":[\"REACHABLE\"]}]\n");
	EXPECT_EQ(run("ip -j neigh get 192.0.2.7 dev %s"), 0);
	EXPECT_TRUE(says("\"dev\":\"fake"));
	EXPECT_EQ(run("ip neigh del 192.0.2.7 dev %s"), 0);
	EXPECT_EQ(run("ip neigh del 192.0.2.7 dev %s"), 1);
	EXPECT_STREQ(reason, "ip: No such file or directory");
	EXPECT_EQ(run("ip neigh get 192.0.2.7 dev %s"), 1);
	EXPECT_EQ(run("ip neigh change 192.0.2.7 lladdr 02:00:5e:00:53:08 dev %s"), 1);
}

SELFTEST(ip_cmd, neigh_flush)
{
	EXPECT_EQ(run("ip neigh flush"), 1);
	EXPECT_EQ(run("ip neigh add 192.0.2.7 lladdr 02:00:5e:00:53:07 dev %s"), 0);
	EXPECT_EQ(run("ip neigh add 192.0.2.8 lladdr 02:00:5e:00:53:08 nud stale dev %s"), 0);
	EXPECT_EQ(run("ip neigh add 192.0.2.9 lladdr 02:00:5e:00:53:09 nud reachable dev %s"), 0);
	EXPECT_EQ(run("ip neigh flush dev %s nud stale"), 0);
	EXPECT_EQ(run("ip neigh show dev %s"), 0);
	EXPECT_TRUE(says("192.0.2.7"));
	EXPECT_FALSE(says("192.0.2.8"));
	EXPECT_TRUE(says("192.0.2.9"));
	EXPECT_EQ(run("ip neigh flush all"), 0);
	EXPECT_EQ(run("ip neigh show dev %s"), 0);
	EXPECT_TRUE(says("192.0.2.7"));		/* what the administrator set stays */
	EXPECT_FALSE(says("192.0.2.9"));
	EXPECT_EQ(run("ip neigh flush dev %s nud permanent"), 0);
	EXPECT_EQ(run("ip neigh show dev %s"), 0);
	EXPECT_STREQ(buf, "");
}

SELFTEST(ip_cmd, neigh_errors)
{
	EXPECT_EQ(run("ip neigh add 192.0.2.7 dev %s"), 1);
	EXPECT_EQ(run("ip neigh add 192.0.2.7 lladdr 02:00:5e:00:53:07"), 1);
	EXPECT_STREQ(reason, "ip: Device and destination are required arguments.");
	EXPECT_EQ(run("ip neigh add 192.0.2.7 lladdr zz dev %s"), 1);
	EXPECT_EQ(run("ip neigh add 999.0.2.7 lladdr 02:00:5e:00:53:07 dev %s"), 1);
	EXPECT_EQ(run("ip neigh add 224.0.0.1 lladdr 02:00:5e:00:53:07 dev %s"), 1);
	EXPECT_EQ(run("ip neigh add 192.0.2.7 lladdr 02:00:5e:00:53:07 nud fine dev %s"), 1);
	EXPECT_EQ(run("ip neigh show dev nosuch"), 1);
	EXPECT_EQ(run("ip neigh add 192.0.2.0/24 lladdr 02:00:5e:00:53:07 dev %s"), 1);
	EXPECT_EQ(run("ip neigh add 192.0.2.7 lladdr 02:00:5e:00:53:07 nud all dev %s"), 1);
	EXPECT_STREQ(reason, "ip: a neighbour has one nud state");
	EXPECT_EQ(run("ip neigh add 192.0.2.7 lladdr 01:00:5e:00:53:07 dev %s"), 1);
	/* what failed leaves nothing */
	EXPECT_EQ(run("ip neigh add 192.0.2.7 nud noarp dev %s"), 1);
	EXPECT_EQ(run("ip neigh add 192.0.2.7 lladdr 02:00:5e:00:53:07 dev %s"), 0);
}
