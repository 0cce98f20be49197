/* SPDX-License-Identifier: MIT */
/*
 * net/cmd_ip.c - the `ip` command: reads the options and hands over to the object's file.
 *
 * Overview    ip [-j] [-s] [-br] [-d] [-o] [-4] OBJECT ..., in iproute2's words: objects and
 *	       commands may be abbreviated, and the first in alphabetical order wins (`ip r` is
 *	       route, not rule). An object is a file with IP_OBJECT().
 * Locking     None here; each object takes rtnl where it changes things.
 */
#include "net/cmd_ip.h"

#include "lib/string.h"

bool ip_word(const char *word, const char *full)
{
	size_t n = strlen(word);

	return n && !strncmp(word, full, n);
}

static void ip_json_put(void *ctx, const char *s, size_t n)
{
	out_write(ctx, s, n);
}

void ip_json_begin(struct ip_cmd *ip, struct json *j)
{
	json_init(j, ip_json_put, ip->out);
}

void ip_json_end(struct ip_cmd *ip)
{
	out_puts(ip->out, "\n");
}

/* iproute2's long names; what is typed may abbreviate these. */
static const struct {
	const char *full, *object;
} ip_names[] = {
	{ "address", "addr" },
	{ "link", "link" },
	{ "neighbour", "neigh" },
	{ "neighbor", "neigh" },
	{ "route", "route" },
	{ "rule", "rule" },
};

static const struct ip_object *ip_object_find(const char *word)
{
	const char *name = word;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ip_names); i++)
		if (ip_word(word, ip_names[i].full)) {
			name = ip_names[i].object;
			break;
		}
	table_for_each(object, ip_objects)
		if (!strcmp(name, object->name))
			return object;
	return NULL;
}

/* One option. Return: false: there is no such option. */
static bool ip_option(struct ip_cmd *ip, const char *word)
{
	if (word[1] == '-')
		word++;
	if (!strcmp(word, "-4") || !strcmp(word, "-c") || !strcmp(word, "-color"))
		return true;		/* there is nothing but IPv4, and no colour */
	if (ip_word(word, "-json"))
		ip->json = true;
	else if (!strcmp(word, "-p") || !strcmp(word, "-pretty"))
		;			/* our JSON has one form */
	else if (ip_word(word, "-stats") || ip_word(word, "-statistics"))
		ip->stats = true;
	else if (ip_word(word, "-details"))
		ip->details = true;
	else if (ip_word(word, "-oneline"))
		ip->oneline = true;
	else if (!strcmp(word, "-br") || !strcmp(word, "-brief"))
		ip->brief = true;
	else
		return false;
	return word[1] != '\0';
}

static int cmd_ip(struct command_ctx *ctx, int argc, char **argv)
{
	struct ip_cmd ip = { .ctx = ctx, .out = ctx->out };
	const struct ip_object *object;
	int i;

	for (i = 1; i < argc && argv[i][0] == '-'; i++)
		if (!ip_option(&ip, argv[i])) {
			(void)command_fail(ctx, "Option \"%s\" is unknown", argv[i]);
			return COMMAND_USAGE;
		}
	if (i == argc)
		return command_usage(ctx);
	object = ip_object_find(argv[i]);
	if (!object) {
		(void)command_fail(ctx, "Object \"%s\" is unknown", argv[i]);
		return COMMAND_USAGE;
	}
	return object->fn(&ip, argc - i - 1, argv + i + 1);
}
SHELL_COMMAND(ip, "ip [-j] [-s] [-br] [-d] addr|link|route|neigh [COMMAND]", cmd_ip);
