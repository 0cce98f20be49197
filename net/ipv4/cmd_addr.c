/* SPDX-License-Identifier: MIT */
/*
 * net/ipv4/cmd_addr.c - `ip addr`: shows, adds and removes addresses, in iproute2's words and
 * columns.
 *
 * Overview    ip addr [show [dev] DEV] [up] [scope S] [to PREFIX] [primary | secondary]
 *             ip addr { add | change | replace } ADDR[/LEN] [peer ADDR[/LEN]] [brd ADDR|+|-]
 *                     [scope S] [label L] [metric N] [noprefixroute] dev DEV
 *             ip addr del ADDR[/LEN] dev DEV;  ip addr flush dev DEV [scope S] [to PREFIX]
 * Locking     Holds rtnl while it prints or changes, so that devices and addresses stay.
 */
#include "lib/errno.h"
#include "lib/inet.h"
#include "lib/string.h"
#include "net/cmd_ip.h"
#include "net/ipv4/cmd_inet.h"
#include "net/ipv4/devinet.h"
#include "net/ipv4/fib.h"
#include "net/ipv4/ip.h"
#include "net/netdevice.h"

/* What to show or flush. */
struct addr_filter {
	struct net_device	*dev;
	bool			up, scope_set, primary, secondary;
	u8			scope;
	be32			prefix;
	u8			prefixlen;	/* 0: any address */
};

/* What an address is to be. */
struct addr_args {
	struct ifa_config	cfg;
	bool			local_set, len_set, scope_set, brd_auto;
};

/* ---- show ---- */

static bool addr_wanted(const struct addr_filter *f, const struct in_ifaddr *ifa)
{
	bool secondary = ifa->ifa_flags & IFA_F_SECONDARY;

	return (!f->scope_set || f->scope == ifa->ifa_scope) && (!f->primary || !secondary) &&
	       (!f->secondary || secondary) &&
	       !((ifa->ifa_local ^ f->prefix) & inet_make_mask(f->prefixlen));
}

static void addr_json(struct json *j, const struct in_ifaddr *ifa)
{
	char buf[INET_NAME_MAX];

	json_object_begin(j);
	json_field_string(j, "family", "inet");
	json_field_format(j, "local", "%pI4", &ifa->ifa_local);
	if (ifa->ifa_address != ifa->ifa_local)
		json_field_format(j, "address", "%pI4", &ifa->ifa_address);
	json_field_u64(j, "prefixlen", ifa->ifa_prefixlen);
	if (ifa->ifa_rt_priority)
		json_field_u64(j, "metric", ifa->ifa_rt_priority);
	if (ifa->ifa_broadcast)
		json_field_format(j, "broadcast", "%pI4", &ifa->ifa_broadcast);
	json_field_string(j, "scope", inet_scope_name(ifa->ifa_scope, buf));
	if (ifa->ifa_flags & IFA_F_SECONDARY)
		json_field_bool(j, "secondary", true);
	if (ifa->ifa_flags & IFA_F_NOPREFIXROUTE)
		json_field_bool(j, "noprefixroute", true);
	json_field_string(j, "label", ifa->ifa_label);
	json_field_u64(j, "valid_life_time", UINT_MAX);
	json_field_u64(j, "preferred_life_time", UINT_MAX);
	json_object_end(j);
}

static void addr_print(struct ip_cmd *ip, const struct in_ifaddr *ifa)
{
	char buf[INET_NAME_MAX];

	out_printf(ip->out, "    inet %pI4", &ifa->ifa_local);
	if (ifa->ifa_address != ifa->ifa_local)
		out_printf(ip->out, " peer %pI4", &ifa->ifa_address);
	out_printf(ip->out, "/%u ", ifa->ifa_prefixlen);
	if (ifa->ifa_rt_priority)
		out_printf(ip->out, "metric %u ", ifa->ifa_rt_priority);
	if (ifa->ifa_broadcast)
		out_printf(ip->out, "brd %pI4 ", &ifa->ifa_broadcast);
	out_printf(ip->out, "scope %s %s%s%s", inet_scope_name(ifa->ifa_scope, buf),
		   ifa->ifa_flags & IFA_F_SECONDARY ? "secondary " : "",
		   ifa->ifa_flags & IFA_F_NOPREFIXROUTE ? "noprefixroute " : "", ifa->ifa_label);
	out_printf(ip->out, "%s       valid_lft forever preferred_lft forever\n",
		   ip->oneline ? "\\" : "\n");
}

static void addr_show_brief(struct ip_cmd *ip, const struct net_device *dev,
			    const struct addr_filter *f)
{
	const struct in_device *in_dev = in_dev_get_rcu(dev);

	out_printf(ip->out, "%-16s %-14s ", dev->name, ip_link_operstate(dev));
	for (const struct in_ifaddr *ifa = in_dev ? in_dev->ifa_list : NULL; ifa;
	     ifa = ifa->ifa_next)
		if (addr_wanted(f, ifa))
			out_printf(ip->out, "%pI4/%u ", &ifa->ifa_local, ifa->ifa_prefixlen);
	out_puts(ip->out, "\n");
}

static void addr_show_dev(struct ip_cmd *ip, struct json *j, struct net_device *dev,
			  const struct addr_filter *f)
{
	const struct in_device *in_dev = in_dev_get_rcu(dev);

	if (ip->brief && !j) {
		addr_show_brief(ip, dev, f);
		return;
	}
	if (j)
		json_object_begin(j);
	if (j || !ip->oneline)
		ip_link_print(ip, j, dev, false);
	if (ip->stats && (j || !ip->oneline))
		ip_link_print_stats(ip, j, dev);
	if (j) {
		json_key(j, "addr_info");
		json_array_begin(j);
	}
	for (const struct in_ifaddr *ifa = in_dev ? in_dev->ifa_list : NULL; ifa;
	     ifa = ifa->ifa_next) {
		if (!addr_wanted(f, ifa))
			continue;
		if (j) {
			addr_json(j, ifa);
			continue;
		}
		if (ip->oneline)
			out_printf(ip->out, "%d: %s", dev->ifindex, dev->name);
		addr_print(ip, ifa);
	}
	if (j) {
		json_array_end(j);
		json_object_end(j);
	}
}

/* Has the device an address that the filter, if it asks for any, wants? */
static bool addr_dev_wanted(const struct net_device *dev, const struct addr_filter *f)
{
	const struct in_device *in_dev = in_dev_get_rcu(dev);

	if ((f->dev && dev != f->dev) || (f->up && !(dev->flags & IFF_UP)))
		return false;
	if (!f->scope_set && !f->prefixlen && !f->primary && !f->secondary)
		return true;
	for (const struct in_ifaddr *ifa = in_dev ? in_dev->ifa_list : NULL; ifa;
	     ifa = ifa->ifa_next)
		if (addr_wanted(f, ifa))
			return true;
	return false;
}

static int addr_parse_filter(struct inet_args *a, struct addr_filter *f)
{
	const char *word;
	int rc = 0;

	while (!rc && (word = inet_arg_next(a))) {
		if (!strcmp(word, "up"))
			f->up = true;
		else if (!strcmp(word, "primary"))
			f->primary = true;
		else if (!strcmp(word, "secondary"))
			f->secondary = true;
		else if (!strcmp(word, "scope")) {
			f->scope_set = true;
			rc = inet_arg_scope(a, &f->scope);
		} else if (!strcmp(word, "to")) {
			rc = inet_arg_prefix(a, "to", &f->prefix, &f->prefixlen);
		} else if (!strcmp(word, "dev")) {
			rc = inet_arg_dev(a, &f->dev);
		} else {
			f->dev = dev_get_by_name(word);
			if (!f->dev)
				rc = command_fail(a->ip->ctx, "Device \"%s\" does not exist.",
						  word);
		}
	}
	return rc;
}

static int addr_show(struct ip_cmd *ip, struct inet_args *a)
{
	struct addr_filter f = { .up = false };
	struct json json, *j = NULL;
	struct net_device *dev;
	int rc = addr_parse_filter(a, &f);

	if (rc)
		return rc;
	if (ip->json) {
		j = &json;
		ip_json_begin(ip, j);
		json_array_begin(j);
	}
	for_each_netdev(dev)
		if (addr_dev_wanted(dev, &f))
			addr_show_dev(ip, j, dev, &f);
	if (j) {
		json_array_end(j);
		ip_json_end(ip);
	}
	return 0;
}

/* ---- change ---- */

static int addr_parse_brd(struct inet_args *a, struct addr_args *args)
{
	const char *word = inet_arg_peek(a);

	if (word && (!strcmp(word, "+") || !strcmp(word, "-"))) {
		args->brd_auto = word[0] == '+';
		inet_arg_next(a);
		return 0;
	}
	return inet_arg_addr(a, "broadcast", &args->cfg.broadcast);
}

static int addr_parse_local(struct inet_args *a, const char *word, struct addr_args *args)
{
	unsigned int len;

	if (args->local_set)
		return command_fail(a->ip->ctx,
				    "Error: either \"local\" is duplicate, or \"%s\" is a garbage.",
				    word);
	if (inet_parse_prefix(word, &args->cfg.local, &len))
		return command_fail(a->ip->ctx,
				    "Error: any valid prefix is expected rather than \"%s\".",
				    word);
	args->local_set = true;
	args->len_set = strchr(word, '/') != NULL;
	args->cfg.prefixlen = (u8)len;
	return 0;
}

static int addr_parse_word(struct inet_args *a, const char *word, struct addr_args *args)
{
	if (!strcmp(word, "dev"))
		return inet_arg_dev(a, &args->cfg.dev);
	if (!strcmp(word, "peer") || !strcmp(word, "remote")) {
		args->len_set = true;
		return inet_arg_prefix(a, "peer", &args->cfg.peer, &args->cfg.prefixlen);
	}
	if (!strcmp(word, "brd") || ip_word(word, "broadcast"))
		return addr_parse_brd(a, args);
	if (!strcmp(word, "scope")) {
		args->scope_set = true;
		return inet_arg_scope(a, &args->cfg.scope);
	}
	if (!strcmp(word, "metric") || !strcmp(word, "priority"))
		return inet_arg_u32(a, "metric", UINT_MAX, &args->cfg.metric);
	if (!strcmp(word, "label")) {
		args->cfg.label = inet_arg_next(a);
		return args->cfg.label ? 0
				       : command_fail(a->ip->ctx, "Command line is not complete.");
	}
	if (!strcmp(word, "noprefixroute")) {
		args->cfg.noprefixroute = true;
		return 0;
	}
	if (!strcmp(word, "local")) {
		word = inet_arg_next(a);
		if (!word)
			return command_fail(a->ip->ctx, "Command line is not complete.");
	}
	return addr_parse_local(a, word, args);
}

static int addr_parse(struct inet_args *a, struct addr_args *args)
{
	const char *word;
	int rc = 0;

	while (!rc && (word = inet_arg_next(a)))
		rc = addr_parse_word(a, word, args);
	if (rc)
		return rc;
	if (!args->cfg.dev)
		return command_fail(a->ip->ctx,
				    "Not enough information: \"dev\" argument is required.");
	if (!args->local_set)
		return command_fail(a->ip->ctx, "Not enough information: an address is required.");
	return 0;
}

static int addr_add(struct ip_cmd *ip, struct inet_args *a, bool replace)
{
	struct addr_args args = { .cfg.dev = NULL };
	struct ifa_config *cfg = &args.cfg;
	int rc = addr_parse(a, &args);

	if (rc)
		return rc;
	if (!cfg->peer)
		cfg->peer = cfg->local;
	if (!args.scope_set && ipv4_is_loopback(cfg->local))
		cfg->scope = RT_SCOPE_HOST;
	if (args.brd_auto && cfg->prefixlen < 31)
		cfg->broadcast = cfg->peer | ~inet_make_mask(cfg->prefixlen);
	return inet_answer(ip, inet_addr_add(cfg, replace), NULL);
}

static int addr_del(struct ip_cmd *ip, struct inet_args *a)
{
	struct addr_args args = { .cfg.dev = NULL };
	int rc = addr_parse(a, &args);

	if (rc)
		return rc;
	return inet_answer(ip, inet_addr_del(args.cfg.dev, args.cfg.local,
					     args.len_set ? args.cfg.prefixlen : -1), NULL);
}

static void addr_flush_dev(struct net_device *dev, const struct addr_filter *f)
{
	struct in_device *in_dev = in_dev_get_rcu(dev);
	struct in_ifaddr *ifa = in_dev ? in_dev->ifa_list : NULL;

	while (ifa) {
		/* A primary takes its secondaries along: begin anew. */
		if (addr_wanted(f, ifa) && !inet_addr_del(dev, ifa->ifa_local, ifa->ifa_prefixlen))
			ifa = in_dev->ifa_list;
		else
			ifa = ifa->ifa_next;
	}
}

static int addr_flush(struct ip_cmd *ip, struct inet_args *a)
{
	struct addr_filter f = { .up = false };
	struct net_device *dev;
	int rc;

	if (!a->argc)
		return command_fail(ip->ctx, "Flush requires arguments.");
	rc = addr_parse_filter(a, &f);
	if (rc)
		return rc;
	for_each_netdev(dev)
		if (!f.dev || f.dev == dev)
			addr_flush_dev(dev, &f);
	return 0;
}

static int addr_command(struct ip_cmd *ip, const char *verb, struct inet_args *a)
{
	if (ip_word(verb, "add"))
		return addr_add(ip, a, false);
	if (ip_word(verb, "change") || !strcmp(verb, "chg") || ip_word(verb, "replace"))
		return addr_add(ip, a, true);
	if (ip_word(verb, "delete"))
		return addr_del(ip, a);
	if (ip_word(verb, "show") || !strcmp(verb, "lst") || ip_word(verb, "list"))
		return addr_show(ip, a);
	if (ip_word(verb, "flush"))
		return addr_flush(ip, a);
	(void)command_fail(ip->ctx, "Command \"%s\" is unknown, try \"ip address help\".", verb);
	return COMMAND_USAGE;
}

static int ip_addr(struct ip_cmd *ip, int argc, char **argv)
{
	struct inet_args a = { ip, argc, argv };
	const char *verb = inet_arg_next(&a);
	int rc;

	rtnl_lock();
	rc = addr_command(ip, verb ? verb : "show", &a);
	rtnl_unlock();
	return rc;
}
IP_OBJECT(addr, ip_addr);
