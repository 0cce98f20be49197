/* SPDX-License-Identifier: MIT */
/*
 * net/cmd_link.c - `ip link`: shows devices and changes their state, in iproute2's words and
 * columns.
 *
 * Overview    ip link [show [dev] DEV] [up]
 *	       ip link set [dev] DEV { up | down | mtu N | address MAC }...
 * Locking     Holds rtnl while it prints or changes, so that devices stay.
 */
#include "lib/inet.h"
#include "lib/string.h"
#include "lib/errno.h"
#include "net/cmd_ip.h"
#include "net/netdevice.h"

/* In the order in which iproute2 prints them. */
static const struct {
	unsigned int	flag;
	const char	*name;
} link_flags[] = {
	{ IFF_LOOPBACK, "LOOPBACK" },
	{ IFF_BROADCAST, "BROADCAST" },
	{ IFF_POINTOPOINT, "POINTOPOINT" },
	{ IFF_MULTICAST, "MULTICAST" },
	{ IFF_NOARP, "NOARP" },
	{ IFF_ALLMULTI, "ALLMULTI" },
	{ IFF_PROMISC, "PROMISC" },
	{ IFF_UP, "UP" },
	{ IFF_LOWER_UP, "LOWER_UP" },
};

const char *ip_link_operstate(const struct net_device *dev)
{
	if (!(dev->flags & IFF_UP) || !netif_carrier_ok(dev))
		return "DOWN";
	return dev->flags & IFF_LOOPBACK ? "UNKNOWN" : "UP";
}

static const char *link_type(const struct net_device *dev)
{
	return dev->type == ARPHRD_LOOPBACK ? "loopback" : "ether";
}

static bool link_no_carrier(const struct net_device *dev)
{
	return (dev->flags & IFF_UP) && !netif_carrier_ok(dev);
}

static void link_print_flags(struct ip_cmd *ip, const struct net_device *dev)
{
	unsigned int flags = dev_get_flags(dev), i;
	const char *comma = "";

	out_puts(ip->out, "<");
	if (link_no_carrier(dev)) {
		out_puts(ip->out, "NO-CARRIER");
		comma = ",";
	}
	for (i = 0; i < ARRAY_SIZE(link_flags); i++)
		if (flags & link_flags[i].flag) {
			out_printf(ip->out, "%s%s", comma, link_flags[i].name);
			comma = ",";
		}
	out_puts(ip->out, ">");
}

static void link_json(struct json *j, const struct net_device *dev, bool link)
{
	unsigned int flags = dev_get_flags(dev), i;

	json_field_u64(j, "ifindex", (u64)dev->ifindex);
	json_field_string(j, "ifname", dev->name);
	json_key(j, "flags");
	json_array_begin(j);
	if (link_no_carrier(dev))
		json_string(j, "NO-CARRIER");
	for (i = 0; i < ARRAY_SIZE(link_flags); i++)
		if (flags & link_flags[i].flag)
			json_string(j, link_flags[i].name);
	json_array_end(j);
	json_field_u64(j, "mtu", dev->mtu);
	json_field_string(j, "qdisc", "noqueue");
	json_field_string(j, "operstate", ip_link_operstate(dev));
	if (link)
		json_field_string(j, "linkmode", "DEFAULT");
	json_field_string(j, "group", "default");
	json_field_u64(j, "txqlen", dev->tx_queue_len);
	json_field_string(j, "link_type", link_type(dev));
	json_field_format(j, "address", "%pM", dev->dev_addr);
	json_field_format(j, "broadcast", "%pM", dev->broadcast);
}

void ip_link_print(struct ip_cmd *ip, struct json *j, const struct net_device *dev, bool link)
{
	if (j) {
		link_json(j, dev, link);
		return;
	}
	out_printf(ip->out, "%d: %s: ", dev->ifindex, dev->name);
	link_print_flags(ip, dev);
	out_printf(ip->out, " mtu %u qdisc noqueue state %s %sgroup default qlen %u%s", dev->mtu,
		   ip_link_operstate(dev), link ? "mode DEFAULT " : "", dev->tx_queue_len,
		   ip->oneline ? "\\" : "\n");
	out_printf(ip->out, "    link/%s %pM brd %pM%s", link_type(dev), dev->dev_addr,
		   dev->broadcast, ip->oneline ? "\\" : "\n");
}

static void link_json_stats(struct json *j, const struct rtnl_link_stats64 *s)
{
	json_key(j, "stats64");
	json_object_begin(j);
	json_key(j, "rx");
	json_object_begin(j);
	json_field_u64(j, "bytes", s->rx_bytes);
	json_field_u64(j, "packets", s->rx_packets);
	json_field_u64(j, "errors", s->rx_errors);
	json_field_u64(j, "dropped", s->rx_dropped);
	json_field_u64(j, "over_errors", 0);
	json_field_u64(j, "multicast", s->multicast);
	json_object_end(j);
	json_key(j, "tx");
	json_object_begin(j);
	json_field_u64(j, "bytes", s->tx_bytes);
	json_field_u64(j, "packets", s->tx_packets);
	json_field_u64(j, "errors", s->tx_errors);
	json_field_u64(j, "dropped", s->tx_dropped);
	json_field_u64(j, "carrier_errors", 0);
	json_field_u64(j, "collisions", 0);
	json_object_end(j);
	json_object_end(j);
}

void ip_link_print_stats(struct ip_cmd *ip, struct json *j, struct net_device *dev)
{
	const char *end = ip->oneline ? "\\" : "\n";
	struct rtnl_link_stats64 s;

	dev_get_stats(dev, &s);
	if (j) {
		link_json_stats(j, &s);
		return;
	}
	out_printf(ip->out, "    RX:  bytes packets errors dropped  missed   mcast%s", end);
	out_printf(ip->out, "    %10llu %7llu %6llu %7llu %7u %7llu%s", s.rx_bytes, s.rx_packets,
		   s.rx_errors, s.rx_dropped, 0, s.multicast, end);
	out_printf(ip->out, "    TX:  bytes packets errors dropped carrier collsns%s", end);
	out_printf(ip->out, "    %10llu %7llu %6llu %7llu %7u %7u%s", s.tx_bytes, s.tx_packets,
		   s.tx_errors, s.tx_dropped, 0, 0, end);
}

static void link_print_brief(struct ip_cmd *ip, const struct net_device *dev)
{
	out_printf(ip->out, "%-16s %-14s %pM ", dev->name, ip_link_operstate(dev), dev->dev_addr);
	link_print_flags(ip, dev);
	out_puts(ip->out, "\n");
}

static void link_show_one(struct ip_cmd *ip, struct json *j, struct net_device *dev)
{
	if (ip->brief && !j) {
		link_print_brief(ip, dev);
		return;
	}
	if (j)
		json_object_begin(j);
	ip_link_print(ip, j, dev, true);
	if (ip->stats)
		ip_link_print_stats(ip, j, dev);
	if (j)
		json_object_end(j);
	else if (ip->oneline)
		out_puts(ip->out, "\n");
}

static int link_show(struct ip_cmd *ip, int argc, char **argv)
{
	struct net_device *dev, *only = NULL;
	bool up = false;
	struct json json, *j = NULL;
	int i, rc = 0;

	rtnl_lock();
	for (i = 0; i < argc; i++) {
		if (!strcmp(argv[i], "up")) {
			up = true;
			continue;
		}
		if (!strcmp(argv[i], "dev") && i + 1 < argc)
			i++;
		only = dev_get_by_name(argv[i]);
		if (!only) {
			rc = command_fail(ip->ctx, "Device \"%s\" does not exist.", argv[i]);
			goto out;
		}
	}
	if (ip->json) {
		j = &json;
		ip_json_begin(ip, j);
		json_array_begin(j);
	}
	for_each_netdev(dev)
		if ((!only || dev == only) && (!up || (dev->flags & IFF_UP)))
			link_show_one(ip, j, dev);
	if (j) {
		json_array_end(j);
		ip_json_end(ip);
	}
out:
	rtnl_unlock();
	return rc;
}

/* What `ip link set` is to do; nothing is done before all of it has been read. */
struct link_change {
	bool	mtu_set, mac_set, updown_set, up;
	int	mtu;
	u8	mac[6];
};

/* One word, and its value. Return: 0, or the command's status. */
static int link_parse_one(struct ip_cmd *ip, struct link_change *c, int argc, char **argv, int *i)
{
	const char *word = argv[*i];

	if (!strcmp(word, "up") || !strcmp(word, "down")) {
		c->updown_set = true;
		c->up = word[0] == 'u';
		return 0;
	}
	if (strcmp(word, "mtu") && !ip_word(word, "address"))
		return command_fail(ip->ctx, "\"%s\" is unknown.", word);
	if (++*i >= argc)
		return command_fail(ip->ctx, "Command line is not complete: \"%s\" needs a value.",
				    word);
	if (word[0] == 'm') {
		c->mtu_set = true;
		if (kstrtoint(argv[*i], 0, &c->mtu))
			return command_fail(ip->ctx, "Invalid \"mtu\" value \"%s\"", argv[*i]);
		return 0;
	}
	c->mac_set = true;
	if (mac_parse(argv[*i], c->mac))
		return command_fail(ip->ctx, "\"%s\" is invalid lladdr.", argv[*i]);
	return 0;
}

static int link_set_mtu(struct ip_cmd *ip, struct net_device *dev, int mtu)
{
	int err = dev_set_mtu(dev, mtu);

	if (err == -EINVAL && (mtu < 0 || (unsigned int)mtu < dev->min_mtu))
		return command_fail(ip->ctx, "mtu less than device minimum (%u)", dev->min_mtu);
	if (err == -EINVAL)
		return command_fail(ip->ctx, "mtu greater than device maximum (%u)", dev->max_mtu);
	return err;
}

static int link_apply(struct ip_cmd *ip, struct net_device *dev, const struct link_change *c)
{
	int rc = 0;

	if (c->mtu_set)
		rc = link_set_mtu(ip, dev, c->mtu);
	if (!rc && c->mac_set)
		rc = dev_set_mac_address(dev, c->mac);
	if (rc || !c->updown_set)
		return rc;
	if (c->up)
		return dev_open(dev);
	dev_close(dev);
	return 0;
}

static int link_set(struct ip_cmd *ip, int argc, char **argv)
{
	struct link_change change = { .mtu_set = false };
	struct net_device *dev;
	int i = 0, rc = 0;

	if (argc > 1 && !strcmp(argv[0], "dev"))
		i++;
	if (i + 1 >= argc)
		return command_fail(ip->ctx, "Not enough information: device and what to set.");
	rtnl_lock();
	dev = dev_get_by_name(argv[i]);
	if (!dev)
		rc = command_fail(ip->ctx, "Cannot find device \"%s\"", argv[i]);
	for (i++; !rc && i < argc; i++)
		rc = link_parse_one(ip, &change, argc, argv, &i);
	if (!rc)
		rc = link_apply(ip, dev, &change);
	rtnl_unlock();
	return rc;
}

static int ip_link(struct ip_cmd *ip, int argc, char **argv)
{
	if (!argc)
		return link_show(ip, 0, argv);
	if (ip_word(argv[0], "show") || ip_word(argv[0], "list") || ip_word(argv[0], "lst"))
		return link_show(ip, argc - 1, argv + 1);
	if (ip_word(argv[0], "set"))
		return link_set(ip, argc - 1, argv + 1);
	(void)command_fail(ip->ctx, "Command \"%s\" is unknown, try \"ip link show\".", argv[0]);
	return COMMAND_USAGE;
}
IP_OBJECT(link, ip_link);
