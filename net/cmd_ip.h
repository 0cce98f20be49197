/* SPDX-License-Identifier: MIT */
/*
 * net/cmd_ip.h - the `ip` command and its objects. See net/cmd_ip.c.
 */
#ifndef NET_CMD_IP_H
#define NET_CMD_IP_H

#include "kernel/base/command.h"
#include "kernel/base/out.h"
#include "lib/json.h"
#include "lib/table.h"
#include "lib/types.h"

struct net_device;

/* What stands before the object: ip [-j] [-s] OBJECT ... */
struct ip_cmd {
	struct command_ctx	*ctx;		/* for command_fail(ip->ctx, ...) */
	struct out		*out;		/* ctx->out */
	bool			json;		/* -j: iproute2's field names */
	bool			stats;		/* -s */
	bool			brief;		/* -br */
	bool			details;	/* -d */
	bool			oneline;	/* -o */
};

/*
 * An object of `ip`: argv[0] is the first word behind the object's name (argc may be 0: show).
 * Return: as a shell command's function.
 */
struct ip_object {
	const char	*name;			/* "addr" */
	int		(*fn)(struct ip_cmd *ip, int argc, char **argv);
};
TABLE_DECLARE(struct ip_object, ip_objects);

#define IP_OBJECT(object, func)							\
	static const struct ip_object ip_object_##object TABLE_ENTRY(ip_objects) = {	\
		.name = #object, .fn = func }

/*
 * ip_word() - iproute2's rule: @word is @full or an abbreviation of it ("sh" for "show"). Not
 * empty.
 */
bool ip_word(const char *word, const char *full);

/*
 * ip_json_begin() - have @j write to the command's output. ip_json_end() - the newline behind it.
 */
void ip_json_begin(struct ip_cmd *ip, struct json *j);
void ip_json_end(struct ip_cmd *ip);

/*
 * ip_link_print() - what `ip link` and `ip addr` show of @dev first: two lines of text, or (@j not
 * NULL) the fields of an object that the caller has begun. @link: with "mode DEFAULT", as `ip link`
 * has it.
 */
void ip_link_print(struct ip_cmd *ip, struct json *j, const struct net_device *dev, bool link);
/* ip_link_operstate() - "UP", "DOWN", "UNKNOWN" (loopback). */
const char *ip_link_operstate(const struct net_device *dev);
/* ip_link_print_stats() - the counters that -s adds. */
void ip_link_print_stats(struct ip_cmd *ip, struct json *j, struct net_device *dev);

#endif /* NET_CMD_IP_H */
