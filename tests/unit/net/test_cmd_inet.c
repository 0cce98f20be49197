/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/net/test_cmd_inet.c - `ip addr`, `ip route`, `ping` and ip=: iproute2's and iputils'
 * words, columns, field names and errors.
 */
#include "kernel/base/command.h"
#include "kernel/base/selftest.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "net/ipv4/devinet.h"
#include "net/ipv4/route.h"
#include "net/stats.h"
#include "tests/unit/net/ip_world.h"

static char text[8192];

SELFTEST_SETUP(inet_cmd)
{
	ip_world_setup();
}

SELFTEST_TEARDOWN(inet_cmd)
{
	ip_world_teardown();
}

/* Copies @from with %L and %R replaced by the devices' names. */
static void names(char *to, size_t size, const char *from)
{
	size_t n = 0;

	for (; *from && n < size - IFNAMSIZ; from++) {
		if (from[0] == '%' && (from[1] == 'L' || from[1] == 'R')) {
			struct fake_dev *fd = *++from == 'L' ? world.left : world.right;

			n += (size_t)scnprintf(to + n, IFNAMSIZ, "%s", fd->dev->name);
		} else {
			to[n++] = *from;
		}
	}
	to[n] = '\0';
}

/* Runs @line. Return: its status; output and reason in text. */
static int run(const char *line)
{
	char buf[256];

	names(buf, sizeof(buf), line);
	return ip_world_run(buf, text, sizeof(text));
}

/* Does the output hold @want? */
static bool says(const char *want)
{
	char buf[256];

	names(buf, sizeof(buf), want);
	if (strstr(text, buf))
		return true;
	selftest_comment("\"%s\" is not in: %s", buf, text);
	return false;
}

SELFTEST(inet_cmd, addr_show)
{
	EXPECT_EQ(run("ip addr show dev %L"), 0);
	EXPECT_TRUE(says(": %L: <BROADCAST,"));
	EXPECT_TRUE(says("\n    inet 192.0.2.1/24 scope global %L\n"
			 "       valid_lft forever preferred_lft forever\n"));
	EXPECT_EQ(run("ip a s %R"), 0);
	EXPECT_TRUE(says("    inet 198.51.100.1/24 scope global %R\n"));
	EXPECT_EQ(run("ip -o addr"), 0);
	EXPECT_TRUE(says(": %L    inet 192.0.2.1/24 scope global %L\\       valid_lft forever"));
	EXPECT_TRUE(says(": lo    inet 127.0.0.1/8 scope host lo\\"));
	EXPECT_EQ(run("ip -br addr show dev %L"), 0);
	EXPECT_TRUE(says(" UP             192.0.2.1/24 \n"));
	EXPECT_EQ(run("ip -j addr show dev %L"), 0);
	EXPECT_TRUE(says("\"ifname\":\"%L\""));
	EXPECT_TRUE(says("\"addr_info\":[{\"family\":\"inet\",\"local\":\"192.0.2.1\","
			 "\"prefixlen\":24,"
			 "\"scope\":\"global\",\"label\":\"%L\",\"valid_life_time\":4294967295,"
			 "\"preferred_life_time\":4294967295}]}]\n"));
	EXPECT_EQ(run("ip addr show to 192.0.2.0/24"), 0);
	EXPECT_TRUE(says("192.0.2.1/24"));
	EXPECT_NULL(strstr(text, "127.0.0.1"));
	EXPECT_EQ(run("ip addr show nosuch"), 1);
	EXPECT_TRUE(says("ip: Device \"nosuch\" does not exist."));
}

SELFTEST(inet_cmd, addr_change)
{
	EXPECT_EQ(run("ip addr add 203.0.113.1/24 brd + dev %L"), 0);
	EXPECT_EQ(run("ip addr add 203.0.113.2/24 dev %L"), 0);
	EXPECT_EQ(run("ip addr show %L"), 0);
	EXPECT_TRUE(says("inet 203.0.113.1/24 brd 203.0.113.255 scope global %L\n"));
	EXPECT_TRUE(says("inet 203.0.113.2/24 scope global secondary %L\n"));
	EXPECT_EQ(run("ip addr add 203.0.113.1/24 dev %L"), 1);
	EXPECT_TRUE(says("ip: RTNETLINK answers: File exists"));
	EXPECT_EQ(run("ip addr replace 203.0.113.1/24 brd + dev %L"), 0);
	EXPECT_EQ(run("ip addr add 203.0.113.300/24 dev %L"), 1);
	EXPECT_TRUE(says("Error: any valid prefix is expected rather than \"203.0.113.300/24\"."));
	EXPECT_EQ(run("ip addr add 203.0.113.9/24"), 1);
	EXPECT_TRUE(says("Not enough information: \"dev\" argument is required."));
	EXPECT_EQ(run("ip addr add 203.0.113.9/24 dev eth77"), 1);
	EXPECT_TRUE(says("ip: Cannot find device \"eth77\""));
	EXPECT_EQ(run("ip addr add 203.0.113.9/24 dev %L scope"), 1);
	EXPECT_EQ(run("ip addr add 203.0.113.129/32 peer 203.0.113.130/32 dev %R"), 0);
	EXPECT_EQ(run("ip addr show dev %R"), 0);
	EXPECT_TRUE(says("inet 203.0.113.129 peer 203.0.113.130/32 scope global %R\n"));
	EXPECT_EQ(run("ip addr del 203.0.113.1/24 dev %L"), 0);
	EXPECT_EQ(run("ip addr del 203.0.113.2/24 dev %L"), 1);	/* went along */
	EXPECT_TRUE(says("RTNETLINK answers: Cannot assign requested address"));
	EXPECT_EQ(run("ip addr flush dev %R"), 0);
	EXPECT_EQ(run("ip addr show dev %R"), 0);
	EXPECT_NULL(strstr(text, "inet"));
	EXPECT_EQ(run("ip addr flush"), 1);
	EXPECT_EQ(run("ip addr frobnicate"), 2);
}

SELFTEST(inet_cmd, route_show)
{
	EXPECT_EQ(run("ip route add default via 192.0.2.2 proto static metric 100"), 0);
	EXPECT_EQ(run("ip route add 203.0.113.0/24 via 198.51.100.2 dev %R src 192.0.2.1 mtu 1400"),
		  0);
	EXPECT_EQ(run("ip route add blackhole 203.0.113.128/25"), 0);
	EXPECT_EQ(run("ip route add 203.0.113.7 dev %L scope link"), 0);
	EXPECT_EQ(run("ip route"), 0);
	EXPECT_STREQ(strstr(text, "default"), text);
	EXPECT_TRUE(says("default via 192.0.2.2 dev %L proto static metric 100 \n"));
	EXPECT_TRUE(says("\n192.0.2.0/24 dev %L proto kernel scope link src 192.0.2.1 \n"));
	EXPECT_TRUE(says("\n203.0.113.0/24 via 198.51.100.2 dev %R src 192.0.2.1 mtu 1400 \n"));
	EXPECT_TRUE(says("\n203.0.113.7 dev %L scope link \nblackhole 203.0.113.128/25 \n"));
	EXPECT_EQ(run("ip route show table local dev %L"), 0);
	EXPECT_STREQ(text + (text[0] == 'x'), text);
	EXPECT_TRUE(says("local 192.0.2.1 dev %L proto kernel scope host src 192.0.2.1 \n"
			 "broadcast 192.0.2.255 dev %L proto kernel scope link src 192.0.2.1 \n"));
	EXPECT_EQ(run("ip route show table all"), 0);
	EXPECT_TRUE(says("local 127.0.0.0/8 dev lo table local proto kernel scope host "
			 "src 127.0.0.1 \n"));
	EXPECT_EQ(run("ip route show proto static"), 0);
	EXPECT_STREQ(strchr(text, '\n'), "\n");
	EXPECT_EQ(run("ip route show root 203.0.113.0/24"), 0);
	EXPECT_NULL(strstr(text, "default"));
	EXPECT_TRUE(says("blackhole"));
	EXPECT_EQ(run("ip route show match 203.0.113.7"), 0);
	EXPECT_TRUE(says("default"));
	EXPECT_NULL(strstr(text, "blackhole"));
	EXPECT_EQ(run("ip -j route show 203.0.113.0/24"), 0);
	EXPECT_TRUE(
		says("[{\"dst\":\"203.0.113.0/24\",\"gateway\":\"198.51.100.2\",\"dev\":\"%R\","
		     "\"prefsrc\":\"192.0.2.1\",\"flags\":[],\"metrics\":[{\"mtu\":1400}]}]\n"));
	EXPECT_EQ(run("ip -j route show blackhole"), 0);
	EXPECT_TRUE(says("[{\"type\":\"blackhole\",\"dst\":\"203.0.113.128/25\",\"flags\":[]}]\n"));
	EXPECT_EQ(run("ip route flush root 203.0.113.0/24"), 0);
	EXPECT_EQ(run("ip route flush blackhole"), 0);
	EXPECT_EQ(run("ip route show root 203.0.113.0/24"), 0);
	EXPECT_STREQ(text, "");
	EXPECT_EQ(run("ip route flush"), 1);
	EXPECT_EQ(run("ip route del default"), 0);
}

SELFTEST(inet_cmd, route_change)
{
	EXPECT_EQ(run("ip route add 203.0.113.0/24 via 10.1.2.3"), 1);
	EXPECT_TRUE(says("ip: Error: Nexthop has invalid gateway."));
	EXPECT_EQ(run("ip route add 203.0.113.1/24 dev %L"), 1);
	EXPECT_TRUE(says("ip: Error: Invalid prefix for given prefix length."));
	EXPECT_EQ(run("ip route add 203.0.113.0/24"), 1);
	EXPECT_TRUE(says("ip: RTNETLINK answers: No such device"));
	EXPECT_EQ(run("ip route del 203.0.113.0/24"), 1);
	EXPECT_TRUE(says("ip: RTNETLINK answers: No such process"));
	EXPECT_EQ(run("ip route add 203.0.113.0/24 via 192.0.2.2 frob 7"), 1);
	EXPECT_EQ(run("ip route add 203.0.113.0/24 via"), 1);
	EXPECT_EQ(run("ip route add 203.0.113.0/24 via 192.0.2.2"), 0);
	EXPECT_EQ(run("ip route add 203.0.113.0/24 via 192.0.2.2"), 1);
	EXPECT_TRUE(says("File exists"));
	EXPECT_EQ(run("ip route replace 203.0.113.0/24 via 198.51.100.2"), 0);
	EXPECT_EQ(run("ip route append 203.0.113.0/24 via 192.0.2.2"), 0);
	EXPECT_EQ(run("ip route show 203.0.113.0/24"), 0);
	EXPECT_TRUE(says("203.0.113.0/24 via 198.51.100.2 dev %R \n"
			 "203.0.113.0/24 via 192.0.2.2 dev %L \n"));
	EXPECT_EQ(run("ip route del 203.0.113.0/24 via 192.0.2.2"), 0);
	EXPECT_EQ(run("ip route change 203.0.113.0/24 metric 5 via 192.0.2.2"), 1);
	EXPECT_EQ(run("ip route del 203.0.113.0/24"), 0);
	EXPECT_EQ(run("ip route add 203.0.113.0/24 nexthop via 192.0.2.2 weight 2 nexthop via "
		      "198.51.100.2"),
		  0);
	EXPECT_EQ(run("ip route show 203.0.113.0/24"), 0);
	EXPECT_TRUE(says("203.0.113.0/24 \n\tnexthop via 192.0.2.2 dev %L weight 2 \n"
			 "\tnexthop via 198.51.100.2 dev %R weight 1 \n"));
	EXPECT_EQ(run("ip route del 203.0.113.0/24"), 0);
	EXPECT_EQ(run("ip route add 203.0.113.0/24 via 192.0.2.2 table 100"), 0);
	EXPECT_EQ(run("ip route show table 100"), 0);
	EXPECT_TRUE(says("203.0.113.0/24 via 192.0.2.2 dev %L \n"));
	EXPECT_EQ(run("ip route flush table 100"), 0);
	EXPECT_EQ(run("ip route show table 100"), 0);
	EXPECT_STREQ(text, "");
}

SELFTEST(inet_cmd, route_get_and_cache)
{
	EXPECT_EQ(run("ip route get 198.51.100.2"), 0);
	EXPECT_TRUE(says("198.51.100.2 dev %R src 198.51.100.1 uid 0 \n    cache \n"));
	EXPECT_EQ(run("ip route get 192.0.2.1"), 0);
	EXPECT_TRUE(says("local 192.0.2.1 dev lo src 192.0.2.1 uid 0 \n    cache <local> \n"));
	EXPECT_EQ(run("ip route get 198.51.100.2 from 192.0.2.2 iif %L"), 0);
	EXPECT_TRUE(says("198.51.100.2 from 192.0.2.2 dev %R \n    cache iif %L \n"));
	EXPECT_EQ(run("ip -j route get 198.51.100.2"), 0);
	EXPECT_TRUE(says("[{\"dst\":\"198.51.100.2\",\"dev\":\"%R\","
			 "\"prefsrc\":\"198.51.100.1\",\"flags\":[],"
			 "\"uid\":0,\"cache\":[]}]\n"));
	EXPECT_EQ(run("ip route get 203.0.113.1"), 1);
	EXPECT_TRUE(says("ip: RTNETLINK answers: Network is unreachable"));
	EXPECT_EQ(run("ip route get"), 1);
	EXPECT_EQ(run("ip route show cache"), 0);
	EXPECT_TRUE(says("198.51.100.2 from 192.0.2.2 dev %R \n    cache iif %L \n"));
	EXPECT_EQ(run("ip -s route show cache"), 0);
	EXPECT_TRUE(says("users 0 "));
	EXPECT_EQ(run("ip route flush cache"), 0);
	EXPECT_EQ(run("ip route show cache"), 0);
	EXPECT_STREQ(text, "");
}

SELFTEST(inet_cmd, ping_ourselves)
{
	u64 sent = snmp_sum(SNMP_ICMP_OUT_ECHOS), replies = snmp_sum(SNMP_ICMP_IN_ECHO_REPS);

	EXPECT_EQ(run("ping -c 3 -i 0.01 127.0.0.1"), 0);
	EXPECT_TRUE(says("PING 127.0.0.1 (127.0.0.1) 56(84) bytes of data.\n"
			 "64 bytes from 127.0.0.1: icmp_seq=1 ttl=64 time="));
	EXPECT_TRUE(says("icmp_seq=3 ttl=64"));
	EXPECT_TRUE(says("\n\n--- 127.0.0.1 ping statistics ---\n"
			 "3 packets transmitted, 3 received, 0% packet loss, time "));
	EXPECT_TRUE(says("\nrtt min/avg/max/mdev = "));
	EXPECT_EQ(snmp_sum(SNMP_ICMP_OUT_ECHOS), sent + 3);
	EXPECT_EQ(snmp_sum(SNMP_ICMP_IN_ECHO_REPS), replies + 3);
	EXPECT_EQ(run("ping -c1 -s 5000 192.0.2.1"), 0);
	EXPECT_TRUE(says("5008 bytes from 192.0.2.1: icmp_seq=1"));
	EXPECT_EQ(run("ping -qc1 -I 198.51.100.1 192.0.2.1"), 0);
	EXPECT_TRUE(says("from 198.51.100.1 : 56(84)"));
	EXPECT_EQ(run("ping -c1 -s 65507 127.0.0.1"), 0);
	EXPECT_EQ(run("ping -c1 -s 0 127.0.0.1"), 0);
}

SELFTEST(inet_cmd, ping_errors_and_usage)
{
	EXPECT_EQ(run("ping"), 2);
	EXPECT_EQ(run("ping -z 127.0.0.1"), 2);
	EXPECT_EQ(run("ping -c"), 2);
	EXPECT_EQ(run("ping -c 0 127.0.0.1"), 1);
	EXPECT_EQ(run("ping -i x 127.0.0.1"), 1);
	EXPECT_EQ(run("ping -I nosuch 127.0.0.1"), 1);
	EXPECT_TRUE(says("ping: unknown iface: nosuch"));
	EXPECT_EQ(run("ping nowhere"), 1);
	EXPECT_EQ(run("ping 203.0.113.1"), 1);
	EXPECT_TRUE(says("ping: connect: Network is unreachable"));
	EXPECT_EQ(run("ping -c 1 192.0.2.255"), 1);
	EXPECT_TRUE(says("ping: Do you want to ping broadcast? Then -b."));
	/* nobody answers on the wire */
	EXPECT_EQ(run("ping -c 2 -i 0.01 -W 0.05 198.51.100.2"), 1);
	EXPECT_TRUE(says("2 packets transmitted, 0 received, 100% packet loss"));
	EXPECT_EQ(fake_dev_nr_sent(world.right), 2);
	fake_dev_drain(world.right);
}

/* ip= as the kernel command line gives it. */
SELFTEST(inet_cmd, command_line_addresses)
{
	static const char *const nonsense[] = {
		"ip=nonsense",
		"ip=192.0.2.300",
		"ip=192.0.2.9:::255.0.255.0",
		"ip=192.0.2.9::gateway",
		"ip=192.0.2.9:::::eth77",
		"ip=192.0.2.9/40",
		"ip=192.0.2.9::::host:%L:maybe",
		"ip=",
	};
	char line[96];

	EXPECT_EQ(ipconfig_apply("203.0.113.33::203.0.113.34:255.255.255.224:router:eth77:off"),
		  -EINVAL);
	scnprintf(line, sizeof(line), "203.0.113.33::203.0.113.34:255.255.255.224:router:%s:off",
		  world.left->dev->name);
	EXPECT_EQ(ipconfig_apply(line), 0);
	EXPECT_EQ(run("ip addr show %L"), 0);
	EXPECT_TRUE(says("inet 203.0.113.33/27 brd 203.0.113.63 scope global %L\n"));
	EXPECT_EQ(run("ip route"), 0);
	EXPECT_TRUE(says("default via 203.0.113.34 dev %L \n"));
	scnprintf(line, sizeof(line), "203.0.113.129/25:::::%s", world.right->dev->name);
	EXPECT_EQ(ipconfig_apply(line), 0);
	EXPECT_EQ(run("ip addr show %R"), 0);
	EXPECT_TRUE(says("inet 203.0.113.129/25 brd 203.0.113.255 scope global %R\n"));
	for (size_t i = 0; i < ARRAY_SIZE(nonsense); i++)
		EXPECT_EQ(ipconfig_apply(nonsense[i] + 3), -EINVAL);
	EXPECT_EQ(ipconfig_apply("off"), 0);
	EXPECT_EQ(ipconfig_apply("dhcp"), -EOPNOTSUPP);
	EXPECT_EQ(ipconfig_apply("eth0:dhcp"), -EOPNOTSUPP);
}
