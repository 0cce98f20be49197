/* SPDX-License-Identifier: MIT */
/*
 * net/ipv4/cmd_inet.h - words that `ip addr` and `ip route` share: reading arguments, and the names
 * of scopes, protocols and tables as iproute2 spells them.
 */
#ifndef NET_IPV4_CMD_INET_H
#define NET_IPV4_CMD_INET_H

#include "lib/types.h"
#include "net/cmd_ip.h"

struct net_device;

/* The words of a command that are still to be read. */
struct inet_args {
	struct ip_cmd	*ip;
	int		argc;
	char		**argv;
};

/* The next word, NULL at the end. */
static inline const char *inet_arg_peek(const struct inet_args *a)
{
	return a->argc ? a->argv[0] : NULL;
}
const char *inet_arg_next(struct inet_args *a);
/* The word just read is to be read again. */
static inline void inet_arg_unread(struct inet_args *a)
{
	a->argc++;
	a->argv--;
}

/*
 * Each reads the argument of the keyword @what. Return: 0, or the command's status with its reason
 * set. inet_arg_prefix: "default", "any" and "all" are 0.0.0.0/0; "a.b.c.d" is /32; a short "10/8"
 * is not taken.
 */
int inet_arg_u32(struct inet_args *a, const char *what, u32 max, u32 *value);
int inet_arg_addr(struct inet_args *a, const char *what, be32 *addr);
int inet_arg_prefix(struct inet_args *a, const char *what, be32 *addr, u8 *len);
int inet_arg_dev(struct inet_args *a, struct net_device **dev);		/* under rtnl */
int inet_arg_scope(struct inet_args *a, u8 *scope);
int inet_arg_proto(struct inet_args *a, u8 *proto);
int inet_arg_table(struct inet_args *a, u32 *table);	/* "all": 0 */

/* A name, or the number as text in @buf. */
#define INET_NAME_MAX 16
const char *inet_scope_name(u8 scope, char *buf);
const char *inet_proto_name(u8 proto, char *buf);
const char *inet_table_name(u32 table, char *buf);

/*
 * The kernel's answer to a change, in iproute2's words. Return: 0 for 0, else the command's status.
 */
int inet_answer(struct ip_cmd *ip, int err, const char *msg);

#endif /* NET_IPV4_CMD_INET_H */
