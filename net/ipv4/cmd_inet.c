/* SPDX-License-Identifier: MIT */
/*
 * net/ipv4/cmd_inet.c - what `ip addr` and `ip route` share: reading arguments, names of numbers.
 * Locking     inet_arg_dev() under rtnl; the rest none.
 */
#include "net/ipv4/cmd_inet.h"

#include "lib/errno.h"
#include "lib/inet.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "net/ipv4/fib.h"
#include "net/netdevice.h"

struct inet_name {
	u32		number;
	const char	*name;
};

static const struct inet_name scope_names[] = {
	{ RT_SCOPE_UNIVERSE, "global" }, { RT_SCOPE_SITE, "site" }, { RT_SCOPE_LINK, "link" },
	{ RT_SCOPE_HOST, "host" }, { RT_SCOPE_NOWHERE, "nowhere" }, { 0, NULL },
};
static const struct inet_name proto_names[] = {
	{RTPROT_UNSPEC, "unspec"},
	{RTPROT_REDIRECT, "redirect"},
	{RTPROT_KERNEL, "kernel"},
	{RTPROT_BOOT, "boot"},
	{RTPROT_STATIC, "static"},
	{8, "gated"},
	{9, "ra"},
	{10, "mrt"},
	{11, "zebra"},
	{12, "bird"},
	{13, "dnrouted"},
	{14, "xorp"},
	{15, "ntk"},
	{RTPROT_DHCP, "dhcp"},
	{18, "keepalived"},
	{42, "babel"},
	{186, "bgp"},
	{187, "isis"},
	{188, "ospf"},
	{189, "rip"},
	{192, "eigrp"},
	{0, NULL},
};
static const struct inet_name table_names[] = {
	{ RT_TABLE_LOCAL, "local" }, { RT_TABLE_MAIN, "main" }, { RT_TABLE_DEFAULT, "default" },
	{ 0, "all" }, { 0, NULL },
};

static const char *name_of(const struct inet_name *names, u32 number, char *buf)
{
	for (; names->name; names++)
		if (names->number == number)
			return names->name;
	scnprintf(buf, INET_NAME_MAX, "%u", number);
	return buf;
}

/* A name or a number up to @max. Return: whether it is one. */
static bool number_of(const struct inet_name *names, const char *word, u32 max, u32 *number)
{
	for (; names->name; names++) {
		if (!strcmp(word, names->name)) {
			*number = names->number;
			return true;
		}
	}
	return !kstrtou32(word, 0, number) && *number <= max;
}

const char *inet_scope_name(u8 scope, char *buf)
{
	return name_of(scope_names, scope, buf);
}

const char *inet_proto_name(u8 proto, char *buf)
{
	return name_of(proto_names, proto, buf);
}

const char *inet_table_name(u32 table, char *buf)
{
	return name_of(table_names, table, buf);
}

const char *inet_arg_next(struct inet_args *a)
{
	if (!a->argc)
		return NULL;
	a->argc--;
	return *a->argv++;
}

/* The argument that must follow @what. */
static int arg_required(struct inet_args *a, const char *what, const char **word)
{
	*word = inet_arg_next(a);
	if (*word)
		return 0;
	return command_fail(a->ip->ctx, "Command line is not complete: \"%s\" needs an argument.",
			    what);
}

int inet_arg_u32(struct inet_args *a, const char *what, u32 max, u32 *value)
{
	const char *word;
	int rc = arg_required(a, what, &word);

	if (!rc && (kstrtou32(word, 0, value) || *value > max))
		rc = command_fail(a->ip->ctx,
				  "Error: argument \"%s\" is wrong: \"%s\" value is invalid", word,
				  what);
	return rc;
}

int inet_arg_addr(struct inet_args *a, const char *what, be32 *addr)
{
	const char *word;
	int rc = arg_required(a, what, &word);

	if (!rc && inet_pton4(word, addr))
		rc = command_fail(a->ip->ctx,
				  "Error: any valid address is expected rather than \"%s\".", word);
	return rc;
}

int inet_arg_prefix(struct inet_args *a, const char *what, be32 *addr, u8 *len)
{
	unsigned int bits = 0;
	const char *word;
	int rc = arg_required(a, what, &word);

	if (rc)
		return rc;
	if (!strcmp(word, "default") || !strcmp(word, "any") || !strcmp(word, "all"))
		*addr = 0;
	else if (inet_parse_prefix(word, addr, &bits))
		return command_fail(a->ip->ctx,
				    "Error: any valid prefix is expected rather than \"%s\".",
				    word);
	*len = (u8)bits;
	return 0;
}

int inet_arg_dev(struct inet_args *a, struct net_device **dev)
{
	const char *word;
	int rc = arg_required(a, "dev", &word);

	if (rc)
		return rc;
	*dev = dev_get_by_name(word);
	return *dev ? 0 : command_fail(a->ip->ctx, "Cannot find device \"%s\"", word);
}

/* A name or number of a kind. */
static int arg_named(struct inet_args *a, const char *what, const struct inet_name *names, u32 max,
		     u32 *number)
{
	const char *word;
	int rc = arg_required(a, what, &word);

	if (!rc && !number_of(names, word, max, number))
		rc = command_fail(a->ip->ctx,
				  "Error: argument \"%s\" is wrong: invalid \"%s\" value.", word,
				  what);
	return rc;
}

int inet_arg_scope(struct inet_args *a, u8 *scope)
{
	u32 number = 0;
	int rc = arg_named(a, "scope", scope_names, 255, &number);

	*scope = (u8)number;
	return rc;
}

int inet_arg_proto(struct inet_args *a, u8 *proto)
{
	u32 number = 0;
	int rc = arg_named(a, "protocol", proto_names, 255, &number);

	*proto = (u8)number;
	return rc;
}

int inet_arg_table(struct inet_args *a, u32 *table)
{
	return arg_named(a, "table", table_names, UINT_MAX, table);
}

int inet_answer(struct ip_cmd *ip, int err, const char *msg)
{
	if (!err)
		return 0;
	if (msg)
		return command_fail(ip->ctx, "Error: %s.", msg);
	return command_fail(ip->ctx, "RTNETLINK answers: %s", errno_text(err));
}
