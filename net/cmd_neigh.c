/* SPDX-License-Identifier: MIT */
/*
 * net/cmd_neigh.c - `ip neigh`: shows, sets and removes neighbours, in iproute2's words and
 * columns.
 *
 * Overview    ip neigh [show [to] [ADDR[/LEN]] [dev DEV] [nud STATE]]
 *	       ip neigh { add | change | replace } ADDR [lladdr MAC] [nud STATE] dev DEV
 *	       ip neigh { del | get } ADDR dev DEV
 *	       ip neigh flush { all | [dev DEV] [nud STATE] [ADDR] }
 * Structure   Entries are copied out and sorted by address before they are printed: printing may
 *	       sleep, and a reader of the table may not.
 * Locking     rtnl, so that devices stay; the table itself is read under RCU.
 * Limits      A listing is at most as long as the table when it began.
 */
#include "lib/err.h"
#include "lib/errno.h"
#include "lib/inet.h"
#include "lib/sort.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "net/cmd_ip.h"
#include "net/ethernet.h"
#include "net/neighbour.h"

/* A neighbour as it was. */
struct neigh_view {
	be32			addr;
	u8			state;
	u8			ha[6];
	struct net_device	*dev;
	int			refs;
	unsigned int		probes;
	unsigned long		used, confirmed, updated;	/* jiffies ago */
};

/* What the words behind the command say. */
struct neigh_args {
	be32			addr;
	unsigned int		prefixlen;
	bool			addr_set;
	struct net_device	*dev;
	u8			states;		/* to show or flush */
	bool			none;		/* NUD_NONE (value 0) is asked for */
	bool			states_set;
	bool			all;
	u8			lladdr[6];
	bool			lladdr_set;
};

static const struct {
	const char	*name;
	u8		state;
} nud_names[] = {
	{ "permanent", NUD_PERMANENT },
	{ "reachable", NUD_REACHABLE },
	{ "noarp", NUD_NOARP },
	{ "none", NUD_NONE },
	{ "stale", NUD_STALE },
	{ "incomplete", NUD_INCOMPLETE },
	{ "delay", NUD_DELAY },
	{ "probe", NUD_PROBE },
	{ "failed", NUD_FAILED },
};

static int neigh_parse_nud(struct ip_cmd *ip, const char *word, struct neigh_args *a)
{
	unsigned int i;

	if (!a->states_set)
		a->states = 0;
	a->states_set = true;
	if (!strcmp(word, "all")) {
		a->states = 0xff;
		a->none = true;
		return 0;
	}
	for (i = 0; i < ARRAY_SIZE(nud_names); i++)
		if (ip_word(word, nud_names[i].name)) {
			a->states |= nud_names[i].state;
			a->none |= nud_names[i].state == NUD_NONE;
			return 0;
		}
	return command_fail(ip->ctx, "nud state is bad: \"%s\"", word);
}

/* Return: 0, or what the command returns. */
static int neigh_parse(struct ip_cmd *ip, struct neigh_args *a, int argc, char **argv)
{
	int i, rc;

	for (i = 0; i < argc; i++) {
		const char *word = argv[i];
		bool more = i + 1 < argc;

		if (!strcmp(word, "dev") && more) {
			a->dev = dev_get_by_name(argv[++i]);
			if (!a->dev)
				return command_fail(ip->ctx, "Cannot find device \"%s\"", argv[i]);
		} else if (!strcmp(word, "lladdr") && more) {
			if (mac_parse(argv[++i], a->lladdr))
				return command_fail(ip->ctx, "\"%s\" is invalid lladdr.", argv[i]);
			a->lladdr_set = true;
		} else if (!strcmp(word, "nud") && more) {
			rc = neigh_parse_nud(ip, argv[++i], a);
			if (rc)
				return rc;
		} else if (!strcmp(word, "all")) {
			a->all = true;
		} else {
			if (!strcmp(word, "to") && more)
				word = argv[++i];
			if (inet_parse_prefix(word, &a->addr, &a->prefixlen))
				return command_fail(ip->ctx, "\"%s\" is not an address.", word);
			a->addr_set = true;
		}
	}
	return 0;
}

static bool neigh_matches(const struct neigh_args *a, const struct neighbour *n, u8 state)
{
	if (a->dev && n->dev != a->dev)
		return false;
	if (a->addr_set && ((n->primary_key ^ a->addr) & inet_make_mask(a->prefixlen)))
		return false;
	return state ? state & a->states : a->none;
}

struct neigh_collect {
	const struct neigh_args	*args;
	struct neigh_view	*views;		/* NULL: only count */
	unsigned int		count, max;
};

static int neigh_collect_one(struct neighbour *n, void *arg)
{
	struct neigh_collect *c = arg;
	unsigned long now = jiffies;
	struct neigh_view *v;

	if (c->count >= c->max)
		return 1;
	v = &c->views[c->count];
	spin_lock_bh(&n->lock);
	if (!n->dead && neigh_matches(c->args, n, n->nud_state)) {
		v->addr = n->primary_key;
		v->state = n->nud_state;
		memcpy(v->ha, n->ha, sizeof(v->ha));
		v->dev = n->dev;
		v->refs = atomic_read(&n->refcnt) - 1;
		v->probes = n->probes;
		v->used = now - n->used;
		v->confirmed = now - n->confirmed;
		v->updated = now - n->updated;
		c->count++;
	}
	spin_unlock_bh(&n->lock);
	return 0;
}

static int neigh_view_cmp(const void *a, const void *b)
{
	const struct neigh_view *x = a, *y = b;

	if (x->dev != y->dev)
		return x->dev->ifindex < y->dev->ifindex ? -1 : 1;
	if (x->addr == y->addr)
		return 0;
	return ntohl(x->addr) < ntohl(y->addr) ? -1 : 1;
}

static void neigh_print(struct ip_cmd *ip, const struct neigh_view *v, bool with_dev)
{
	out_printf(ip->out, "%pI4 ", &v->addr);
	if (with_dev)
		out_printf(ip->out, "dev %s ", v->dev->name);
	if (v->state & NUD_VALID)
		out_printf(ip->out, "lladdr %pM ", v->ha);
	if (ip->stats)
		out_printf(ip->out, "ref %d used %lu/%lu/%lu probes %u ", v->refs, v->used / HZ,
			   v->confirmed / HZ, v->updated / HZ, v->probes);
	out_printf(ip->out, "%s \n", nud_state_name(v->state));
}

static void neigh_print_json(struct ip_cmd *ip, struct json *j, const struct neigh_view *v,
			     bool with_dev)
{
	json_object_begin(j);
	json_field_format(j, "dst", "%pI4", &v->addr);
	if (with_dev)
		json_field_string(j, "dev", v->dev->name);
	if (v->state & NUD_VALID)
		json_field_format(j, "lladdr", "%pM", v->ha);
	if (ip->stats) {
		json_field_s64(j, "refcnt", v->refs);
		json_field_u64(j, "used", v->used / HZ);
		json_field_u64(j, "confirmed", v->confirmed / HZ);
		json_field_u64(j, "updated", v->updated / HZ);
		json_field_u64(j, "probes", v->probes);
	}
	json_key(j, "state");
	json_array_begin(j);
	json_string(j, nud_state_name(v->state));
	json_array_end(j);
	json_object_end(j);
}

static void neigh_print_all(struct ip_cmd *ip, const struct neigh_collect *c)
{
	bool with_dev = !c->args->dev;		/* iproute2 leaves out what was asked for */
	struct json j;
	unsigned int i;

	if (ip->json) {
		ip_json_begin(ip, &j);
		json_array_begin(&j);
	}
	for (i = 0; i < c->count; i++) {
		if (ip->json)
			neigh_print_json(ip, &j, &c->views[i], with_dev);
		else
			neigh_print(ip, &c->views[i], with_dev);
	}
	if (ip->json) {
		json_array_end(&j);
		ip_json_end(ip);
	}
}

static int neigh_show(struct ip_cmd *ip, struct neigh_args *a)
{
	struct neigh_collect c = { .args = a };

	if (!a->states_set)
		a->states = (u8)~NUD_NOARP;
	c.max = (unsigned int)atomic_read(&arp_tbl.entries) + 16;
	c.views = kmalloc_array(c.max, sizeof(*c.views), GFP_KERNEL);
	if (!c.views)
		return -ENOMEM;
	neigh_for_each(&arp_tbl, neigh_collect_one, &c);
	sort(c.views, c.count, sizeof(*c.views), neigh_view_cmp);
	neigh_print_all(ip, &c);
	kfree(c.views);
	return 0;
}

/* Remove what matches, one at a time: the entries are named first, as they were. */
static int neigh_flush_matching(struct ip_cmd *ip, struct neigh_args *a)
{
	struct neigh_collect c = { .args = a };
	unsigned int i;

	if (!a->all && !a->dev && !a->addr_set && !a->states_set)
		return command_fail(ip->ctx, "Flush requires arguments.");
	if (!a->states_set) {
		/*
		 * "all" takes those along that need no resolution: they come back when they are
		 * needed
		 */
		a->states = (u8)~(NUD_PERMANENT | (a->all ? 0 : NUD_NOARP));
		a->none = true;
	}
	c.max = (unsigned int)atomic_read(&arp_tbl.entries) + 16;
	c.views = kmalloc_array(c.max, sizeof(*c.views), GFP_KERNEL);
	if (!c.views)
		return -ENOMEM;
	neigh_for_each(&arp_tbl, neigh_collect_one, &c);
	for (i = 0; i < c.count; i++)
		(void)neigh_delete(&arp_tbl, c.views[i].addr, c.views[i].dev);
	if (ip->stats)
		out_printf(ip->out, "%u entries deleted\n", c.count);
	kfree(c.views);
	return 0;
}

/* add: must be new; change: must exist; replace: either. */
static int neigh_set(struct ip_cmd *ip, const struct neigh_args *a, bool create, bool exclusive)
{
	u8 state = a->states_set ? a->states : NUD_PERMANENT;
	struct neighbour *n;
	bool created;
	int err;

	if (state & (state - 1))
		return command_fail(ip->ctx, "a neighbour has one nud state");
	if (!a->lladdr_set && (state & NUD_VALID) && !(state & NUD_NOARP))
		return command_fail(ip->ctx, "lladdr is required for nud %s",
				    nud_state_name(state));
	if (a->lladdr_set && !is_valid_ether_addr(a->lladdr))
		return command_fail(ip->ctx, "\"%pM\" is no address of one host.", a->lladdr);
	if (ipv4_is_multicast(a->addr) || ipv4_is_zeronet(a->addr) || ipv4_is_lbcast(a->addr))
		return -EINVAL;
	n = neigh_lookup(&arp_tbl, a->addr, a->dev);
	if (n && exclusive) {
		neigh_release(n);
		return -EEXIST;
	}
	created = !n;
	if (created) {
		if (!create)
			return -ENOENT;
		n = neigh_create(&arp_tbl, a->addr, a->dev);
		if (IS_ERR(n))
			return (int)PTR_ERR(n);
	}
	err = neigh_update(n, a->lladdr_set ? a->lladdr : NULL, state,
			   NEIGH_UPDATE_F_OVERRIDE | NEIGH_UPDATE_F_ADMIN);
	neigh_release(n);
	if (err && created)
		(void)neigh_delete(&arp_tbl, a->addr, a->dev);
	return err;
}

static int neigh_get(struct ip_cmd *ip, struct neigh_args *a)
{
	struct neigh_view view;
	struct neigh_collect c = { .args = a, .views = &view, .max = 1 };
	struct neighbour *n = neigh_lookup(&arp_tbl, a->addr, a->dev);
	struct net_device *dev = a->dev;

	if (!n)
		return -ENOENT;
	a->states = 0xff;
	a->none = true;
	neigh_collect_one(n, &c);
	neigh_release(n);
	a->dev = NULL;
	neigh_print_all(ip, &c);
	a->dev = dev;
	return 0;
}

static int neigh_one(struct ip_cmd *ip, const char *cmd, struct neigh_args *a)
{
	if (!a->addr_set || a->prefixlen != 32 || !a->dev)
		return command_fail(ip->ctx, "Device and destination are required arguments.");
	if (ip_word(cmd, "add"))
		return neigh_set(ip, a, true, true);
	if (ip_word(cmd, "change") || !strcmp(cmd, "chg"))
		return neigh_set(ip, a, false, false);
	if (ip_word(cmd, "replace"))
		return neigh_set(ip, a, true, false);
	if (ip_word(cmd, "get"))
		return neigh_get(ip, a);
	return neigh_delete(&arp_tbl, a->addr, a->dev);
}

static int ip_neigh(struct ip_cmd *ip, int argc, char **argv)
{
	static const char *const one[] = { "add", "change", "chg", "delete", "get", "replace" };
	const char *cmd = argc ? argv[0] : "show";
	struct neigh_args args = { .prefixlen = 32 };
	unsigned int i;
	int rc;

	rtnl_lock();
	rc = neigh_parse(ip, &args, argc ? argc - 1 : 0, argv + 1);
	if (rc)
		goto out;
	if (ip_word(cmd, "show") || ip_word(cmd, "list") || ip_word(cmd, "lst")) {
		rc = neigh_show(ip, &args);
		goto out;
	}
	if (ip_word(cmd, "flush")) {
		rc = neigh_flush_matching(ip, &args);
		goto out;
	}
	for (i = 0; i < ARRAY_SIZE(one); i++)
		if (ip_word(cmd, one[i])) {
			rc = neigh_one(ip, one[i], &args);
			goto out;
		}
	(void)command_fail(ip->ctx, "Command \"%s\" is unknown, try \"ip neigh show\".", cmd);
	rc = COMMAND_USAGE;
out:
	rtnl_unlock();
	return rc;
}
IP_OBJECT(neigh, ip_neigh);
