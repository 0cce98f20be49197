/* SPDX-License-Identifier: MIT */
/*
 * net/ipv4/cmd_route.c - `ip route`: shows, asks for and changes routes, in iproute2's words and
 * columns.
 *
 * Overview    ip route [show | flush] [table T] [dev D] [proto P] [scope S] [type T] [via A]
 *                      [src A] [[root | match | exact] PREFIX]
 *             ip route { show | flush } cache
 *             ip route get A [from A] [iif D] [oif D] [tos T] [mark N]
 *             ip route { add | del | change | append | prepend | replace } [TYPE] PREFIX
 *                      [via A] [dev D] [src A] [table T] [proto P] [scope S] [metric N] [tos T]
 *                      [mtu N] [onlink]
 *                      [nexthop [via A] [dev D] [weight N] [onlink]]...
 * Locking     Holds rtnl while it prints or changes, so that routes and devices stay. A question is
 *             answered with bottom halves off; what the cache holds is copied out before it is
 *             printed.
 */
#include "kernel/base/preempt.h"
#include "lib/err.h"
#include "lib/errno.h"
#include "lib/inet.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "mm/vmalloc.h"
#include "net/cmd_ip.h"
#include "net/dst.h"
#include "net/ipv4/cmd_inet.h"
#include "net/ipv4/devinet.h"
#include "net/ipv4/fib.h"
#include "net/ipv4/ip.h"
#include "net/ipv4/route.h"
#include "net/netdevice.h"
#include "net/skbuff.h"

#define ROUTE_NEXTHOPS_MAX 16

/* ---- what to show or flush ---- */

struct route_filter {
	u32	table;		/* 0: all */
	bool	table_set, cache, proto_set, scope_set, type_set;
	u8	proto, scope, type;
	struct net_device *dev;
	be32	via, src;
	be32	prefix;
	u8	prefixlen;
	enum { MATCH_ANY, MATCH_ROOT, MATCH_MATCH, MATCH_EXACT } match;
	struct ip_cmd *ip;
	struct json *j;
	struct route_victim *victims;	/* flush: room for max of them */
	size_t	n, max;
};

static bool prefix_covers(be32 prefix, u8 len, be32 addr)
{
	return !((prefix ^ addr) & inet_make_mask(len));
}

static bool route_wanted(const struct route_filter *f, const struct fib_route *r)
{
	const struct fib_nh *nh = r->fi->fib_nh;

	if ((f->proto_set && r->fi->fib_protocol != f->proto) ||
	    (f->scope_set && r->fi->fib_scope != f->scope) || (f->type_set && r->type != f->type) ||
	    (f->dev && nh->nh_dev != f->dev) || (f->via && nh->nh_gw != f->via) ||
	    (f->src && r->fi->fib_prefsrc != f->src))
		return false;
	switch (f->match) {
	case MATCH_ROOT:
		return r->prefixlen >= f->prefixlen &&
		       prefix_covers(f->prefix, f->prefixlen, r->prefix);
	case MATCH_MATCH:
		return r->prefixlen <= f->prefixlen &&
		       prefix_covers(r->prefix, r->prefixlen, f->prefix);
	case MATCH_EXACT:
		return r->prefixlen == f->prefixlen && r->prefix == f->prefix;
	default:
		return true;
	}
}

static int route_type(const char *word, u8 *type)
{
	for (unsigned int i = RTN_UNICAST; i <= RTN_THROW; i++) {
		if (!strcmp(word, rtn_name(i))) {
			*type = (u8)i;
			return 0;
		}
	}
	return -ENOENT;
}

static int filter_table(struct inet_args *a, struct route_filter *f)
{
	if (inet_arg_peek(a) && !strcmp(inet_arg_peek(a), "cache")) {
		inet_arg_next(a);
		f->cache = true;
		return 0;
	}
	f->table_set = true;
	return inet_arg_table(a, &f->table);
}

static int filter_prefix(struct inet_args *a, const char *word, struct route_filter *f)
{
	f->match = MATCH_EXACT;
	if (!strcmp(word, "root"))
		f->match = MATCH_ROOT;
	else if (!strcmp(word, "match"))
		f->match = MATCH_MATCH;
	else if (strcmp(word, "exact") && strcmp(word, "to"))
		inet_arg_unread(a);	/* the prefix itself */
	return inet_arg_prefix(a, "to", &f->prefix, &f->prefixlen);
}

static int filter_word(struct inet_args *a, const char *word, struct route_filter *f)
{
	if (!strcmp(word, "table"))
		return filter_table(a, f);
	if (!strcmp(word, "cache") || !strcmp(word, "cached")) {
		f->cache = true;
		return 0;
	}
	if (!strcmp(word, "dev") || !strcmp(word, "oif"))
		return inet_arg_dev(a, &f->dev);
	if (!strcmp(word, "proto") || !strcmp(word, "protocol")) {
		f->proto_set = true;
		return inet_arg_proto(a, &f->proto);
	}
	if (!strcmp(word, "scope")) {
		f->scope_set = true;
		return inet_arg_scope(a, &f->scope);
	}
	if (!strcmp(word, "via"))
		return inet_arg_addr(a, "via", &f->via);
	if (!strcmp(word, "src"))
		return inet_arg_addr(a, "src", &f->src);
	if (!strcmp(word, "type") && inet_arg_peek(a)) {
		f->type_set = true;
		word = inet_arg_next(a);
		return route_type(word, &f->type)
			       ? command_fail(a->ip->ctx,
					      "Error: node type value is invalid: \"%s\"", word)
			       : 0;
	}
	if (!route_type(word, &f->type)) {
		f->type_set = true;
		return 0;
	}
	return filter_prefix(a, word, f);
}

static int route_parse_filter(struct inet_args *a, struct route_filter *f)
{
	const char *word;
	int rc = 0;

	f->ip = a->ip;
	f->table = RT_TABLE_MAIN;
	while (!rc && (word = inet_arg_next(a)))
		rc = filter_word(a, word, f);
	return rc;
}

/* ---- show ---- */

/* "10.0.0.0/8", "10.0.0.1", "default". */
static const char *route_prefix(be32 prefix, u8 len, char *buf, size_t size)
{
	struct out_buf ob;

	out_buf_init(&ob, buf, size);
	if (!len)
		out_puts(&ob.out, "default");
	else if (len == 32)
		out_printf(&ob.out, "%pI4", &prefix);
	else
		out_printf(&ob.out, "%pI4/%u", &prefix, len);
	return buf;
}

static void route_print_nh(struct out *out, const struct fib_info *fi, const struct fib_nh *nh)
{
	if (fi->fib_nhs > 1)
		out_puts(out, "\tnexthop ");
	if (nh->nh_gw)
		out_printf(out, "via %pI4 ", &nh->nh_gw);
	if (nh->nh_dev)
		out_printf(out, "dev %s ", nh->nh_dev->name);
	if (fi->fib_nhs > 1)
		out_printf(out, "weight %u ", nh->nh_weight);
}

static void route_print_flags(struct out *out, const struct fib_nh *nh)
{
	if (nh->nh_flags & RTNH_F_DEAD)
		out_puts(out, "dead ");
	if (nh->nh_dev && !netif_carrier_ok(nh->nh_dev))
		out_puts(out, "linkdown ");
	if (nh->nh_flags & RTNH_F_ONLINK)
		out_puts(out, "onlink ");
}

static void route_print(const struct route_filter *f, const struct fib_route *r)
{
	const struct fib_info *fi = r->fi;
	struct out *out = f->ip->out;
	char buf[24], name[INET_NAME_MAX];

	if (r->type != RTN_UNICAST || f->ip->details)
		out_printf(out, "%s ", rtn_name(r->type));
	out_printf(out, "%s ", route_prefix(r->prefix, r->prefixlen, buf, sizeof(buf)));
	if (r->tos)
		out_printf(out, "tos 0x%02x ", r->tos);
	if (fi->fib_nhs == 1)
		route_print_nh(out, fi, &fi->fib_nh[0]);
	if (r->table != RT_TABLE_MAIN && !f->table)
		out_printf(out, "table %s ", inet_table_name(r->table, name));
	if (fi->fib_protocol != RTPROT_BOOT || f->ip->details)
		out_printf(out, "proto %s ", inet_proto_name(fi->fib_protocol, name));
	if (fi->fib_scope != RT_SCOPE_UNIVERSE || f->ip->details)
		out_printf(out, "scope %s ", inet_scope_name(fi->fib_scope, name));
	if (fi->fib_prefsrc)
		out_printf(out, "src %pI4 ", &fi->fib_prefsrc);
	if (fi->fib_priority)
		out_printf(out, "metric %u ", fi->fib_priority);
	if (fi->fib_nhs == 1)
		route_print_flags(out, &fi->fib_nh[0]);
	if (fi->fib_metrics[RTAX_MTU - 1])
		out_printf(out, "mtu %u ", fi->fib_metrics[RTAX_MTU - 1]);
	out_puts(out, "\n");
	for (int i = 0; fi->fib_nhs > 1 && i < fi->fib_nhs; i++) {
		route_print_nh(out, fi, &fi->fib_nh[i]);
		route_print_flags(out, &fi->fib_nh[i]);
		out_puts(out, "\n");
	}
}

static void route_json_flags(struct json *j, const struct fib_nh *nh)
{
	json_key(j, "flags");
	json_array_begin(j);
	if (nh->nh_flags & RTNH_F_DEAD)
		json_string(j, "dead");
	if (nh->nh_dev && !netif_carrier_ok(nh->nh_dev))
		json_string(j, "linkdown");
	if (nh->nh_flags & RTNH_F_ONLINK)
		json_string(j, "onlink");
	json_array_end(j);
}

static void route_json_nh(struct json *j, const struct fib_nh *nh)
{
	if (nh->nh_gw)
		json_field_format(j, "gateway", "%pI4", &nh->nh_gw);
	if (nh->nh_dev)
		json_field_string(j, "dev", nh->nh_dev->name);
}

static void route_json_multipath(struct json *j, const struct fib_info *fi)
{
	json_key(j, "nexthops");
	json_array_begin(j);
	for (int i = 0; i < fi->fib_nhs; i++) {
		json_object_begin(j);
		route_json_nh(j, &fi->fib_nh[i]);
		json_field_u64(j, "weight", fi->fib_nh[i].nh_weight);
		route_json_flags(j, &fi->fib_nh[i]);
		json_object_end(j);
	}
	json_array_end(j);
}

/* The one metric that we know; 0: none. */
static void route_json_mtu(struct json *j, u32 mtu)
{
	if (!mtu)
		return;
	json_key(j, "metrics");
	json_array_begin(j);
	json_object_begin(j);
	json_field_u64(j, "mtu", mtu);
	json_object_end(j);
	json_array_end(j);
}

static void route_json(const struct route_filter *f, const struct fib_route *r)
{
	const struct fib_info *fi = r->fi;
	struct json *j = f->j;
	char buf[24], name[INET_NAME_MAX];

	json_object_begin(j);
	if (r->type != RTN_UNICAST || f->ip->details)
		json_field_string(j, "type", rtn_name(r->type));
	json_field_string(j, "dst", route_prefix(r->prefix, r->prefixlen, buf, sizeof(buf)));
	if (r->tos)
		json_field_format(j, "tos", "0x%02x", r->tos);
	if (fi->fib_nhs == 1)
		route_json_nh(j, &fi->fib_nh[0]);
	if (r->table != RT_TABLE_MAIN && !f->table)
		json_field_string(j, "table", inet_table_name(r->table, name));
	if (fi->fib_protocol != RTPROT_BOOT || f->ip->details)
		json_field_string(j, "protocol", inet_proto_name(fi->fib_protocol, name));
	if (fi->fib_scope != RT_SCOPE_UNIVERSE || f->ip->details)
		json_field_string(j, "scope", inet_scope_name(fi->fib_scope, name));
	if (fi->fib_prefsrc)
		json_field_format(j, "prefsrc", "%pI4", &fi->fib_prefsrc);
	if (fi->fib_priority)
		json_field_u64(j, "metric", fi->fib_priority);
	if (fi->fib_nhs == 1)
		route_json_flags(j, &fi->fib_nh[0]);
	route_json_mtu(j, fi->fib_metrics[RTAX_MTU - 1]);
	if (fi->fib_nhs > 1)
		route_json_multipath(j, fi);
	json_object_end(j);
}

static int route_show_one(const struct fib_route *r, void *ctx)
{
	struct route_filter *f = ctx;

	if (!route_wanted(f, r))
		return 0;
	if (f->j)
		route_json(f, r);
	else
		route_print(f, r);
	return command_interrupted(f->ip->ctx) ? -EINTR : 0;
}

/* ---- a decided route: get, show cache ---- */

/* What is shown of an rtable, copied out of it. */
struct route_view {
	be32		dst, from, gateway, src;
	u32		flags, mtu, table, used;
	int		iif, oif, users;
	unsigned long	age;		/* jiffies */
	u8		type;
	bool		cached;		/* it came out of the cache, for show cache */
};

static void route_view(struct route_view *v, const struct rtable *rt)
{
	bool output = rt->rt_key.link & RT_KEY_OUTPUT;

	*v = (struct route_view){
		.dst = rt->rt_dst,
		.from = rt->rt_key.src,
		.gateway = rt->rt_uses_gateway ? rt->rt_gateway : 0,
		.src = output && !rt->rt_key.src ? rt->rt_src : 0,
		.flags = rt->rt_flags,
		.mtu = rt->dst.mtu,
		.table = rt->rt_table_id,
		.used = rt->dst.__use,
		.iif = output ? 0 : rt->rt_iif,
		.oif = rt->dst.dev->ifindex,
		.users = atomic_read(&rt->dst.__refcnt) - 1,
		.age = jiffies - rt->dst.lastuse,
		.type = rt->rt_type,
	};
}

static const struct {
	u32		flag;
	const char	*text, *json;
} route_cache_flags[] = {
	{ RTCF_LOCAL, "local", "local" },
	{ RTCF_BROADCAST, "brd", "brd" },
	{ RTCF_MULTICAST, "mc", "mc" },
	{ RTCF_DIRECTSRC, "src-direct", "src-direct" },
	{ RTCF_DOREDIRECT, "redirect", "redirect" },
};

static const char *dev_name_of(int ifindex)
{
	const struct net_device *dev = dev_get_by_index(ifindex);

	return dev ? dev->name : "*";
}

static void route_view_print(struct ip_cmd *ip, const struct route_view *v)
{
	struct out *out = ip->out;
	const char *sep = "<";

	if (v->type != RTN_UNICAST || ip->details)
		out_printf(out, "%s ", rtn_name(v->type));
	out_printf(out, "%pI4 ", &v->dst);
	if (v->from)
		out_printf(out, "from %pI4 ", &v->from);
	if (v->gateway)
		out_printf(out, "via %pI4 ", &v->gateway);
	out_printf(out, "dev %s ", dev_name_of(v->oif));
	if (v->table && v->table != RT_TABLE_MAIN && ip->details) {
		char name[INET_NAME_MAX];

		out_printf(out, "table %s ", inet_table_name(v->table, name));
	}
	if (v->src)
		out_printf(out, "src %pI4 ", &v->src);
	if (!v->cached && !v->iif)
		out_puts(out, "uid 0 ");
	out_printf(out, "%s    cache ", ip->oneline ? "\\" : "\n");
	for (size_t i = 0; i < ARRAY_SIZE(route_cache_flags); i++) {
		if (v->flags & route_cache_flags[i].flag) {
			out_printf(out, "%s%s", sep, route_cache_flags[i].text);
			sep = ",";
		}
	}
	if (*sep == ',')
		out_puts(out, "> ");
	if (ip->stats && v->cached)
		out_printf(out, "users %d used %u age %lusec ", v->users, v->used, v->age / HZ);
	if (v->mtu)
		out_printf(out, "mtu %u ", v->mtu);
	if (v->iif)
		out_printf(out, "iif %s ", dev_name_of(v->iif));
	out_puts(out, "\n");
}

static void route_view_json(struct json *j, const struct ip_cmd *ip, const struct route_view *v)
{
	json_object_begin(j);
	if (v->type != RTN_UNICAST || ip->details)
		json_field_string(j, "type", rtn_name(v->type));
	json_field_format(j, "dst", "%pI4", &v->dst);
	if (v->from)
		json_field_format(j, "from", "%pI4", &v->from);
	if (v->gateway)
		json_field_format(j, "gateway", "%pI4", &v->gateway);
	json_field_string(j, "dev", dev_name_of(v->oif));
	if (v->table && v->table != RT_TABLE_MAIN && ip->details) {
		char name[INET_NAME_MAX];

		json_field_string(j, "table", inet_table_name(v->table, name));
	}
	if (v->src)
		json_field_format(j, "prefsrc", "%pI4", &v->src);
	json_key(j, "flags");
	json_array_begin(j);
	json_array_end(j);
	if (!v->cached && !v->iif)
		json_field_u64(j, "uid", 0);
	json_key(j, "cache");
	json_array_begin(j);
	for (size_t i = 0; i < ARRAY_SIZE(route_cache_flags); i++)
		if (v->flags & route_cache_flags[i].flag)
			json_string(j, route_cache_flags[i].json);
	json_array_end(j);
	route_json_mtu(j, v->mtu);
	if (v->iif)
		json_field_string(j, "iif", dev_name_of(v->iif));
	json_object_end(j);
}

struct route_views {
	struct route_view	*view;
	size_t			n, max;
};

static int route_cache_collect(const struct rtable *rt, void *ctx)
{
	struct route_views *views = ctx;

	if (views->n == views->max)
		return 1;
	route_view(&views->view[views->n], rt);
	views->view[views->n++].cached = true;
	return 0;
}

static int route_show_cache(struct ip_cmd *ip)
{
	struct route_views views = { .max = rt_cache_entries() + 64u };
	struct json json;

	views.view = kvmalloc(views.max * sizeof(views.view[0]), GFP_KERNEL);
	if (!views.view)
		return inet_answer(ip, -ENOMEM, NULL);
	rt_cache_for_each(route_cache_collect, &views);
	if (ip->json) {
		ip_json_begin(ip, &json);
		json_array_begin(&json);
	}
	for (size_t i = 0; i < views.n && !command_interrupted(ip->ctx); i++) {
		if (ip->json)
			route_view_json(&json, ip, &views.view[i]);
		else
			route_view_print(ip, &views.view[i]);
	}
	if (ip->json) {
		json_array_end(&json);
		ip_json_end(ip);
	}
	kvfree(views.view);
	return 0;
}

static int route_show(struct ip_cmd *ip, struct inet_args *a)
{
	struct route_filter f = { 0 };
	struct json json;
	int rc = route_parse_filter(a, &f);

	if (rc)
		return rc;
	if (f.cache)
		return route_show_cache(ip);
	if (ip->json) {
		f.j = &json;
		ip_json_begin(ip, f.j);
		json_array_begin(f.j);
	}
	rc = fib_dump(f.table, route_show_one, &f);
	if (f.j) {
		json_array_end(f.j);
		ip_json_end(ip);
	}
	return rc == -EINTR ? command_cancel(ip->ctx) : inet_answer(ip, rc, NULL);
}

/* ---- flush ---- */

/* Enough of a route to delete it. */
struct route_victim {
	be32	dst, gw, prefsrc;
	u32	table, priority;
	int	oif;
	u8	len, tos, type, protocol;
};

static int route_flush_collect(const struct fib_route *r, void *ctx)
{
	struct route_filter *f = ctx;

	if (!route_wanted(f, r))
		return 0;
	if (f->n < f->max)
		f->victims[f->n] = (struct route_victim){
			.dst = r->prefix, .len = r->prefixlen, .tos = r->tos, .type = r->type,
			.table = r->table, .priority = r->fi->fib_priority,
			.protocol = r->fi->fib_protocol, .prefsrc = r->fi->fib_prefsrc,
			.gw = r->fi->fib_nhs == 1 ? r->fi->fib_nh[0].nh_gw : 0,
			.oif = r->fi->fib_nhs == 1 ? r->fi->fib_nh[0].nh_oif : 0,
		};
	f->n++;
	return 0;
}

static void route_flush_one(const struct route_victim *v)
{
	struct fib_config cfg = {
		.fc_dst = v->dst, .fc_dst_len = v->len, .fc_tos = v->tos, .fc_type = v->type,
		.fc_table = v->table, .fc_priority = v->priority, .fc_protocol = v->protocol,
		.fc_prefsrc = v->prefsrc, .fc_gw = v->gw, .fc_oif = v->oif,
	};
	struct fib_error err = { NULL };
	int rc = fib_route_del(&cfg, &err);

	(void)rc;	/* under rtnl it is there */
}

static int route_flush(struct ip_cmd *ip, struct inet_args *a)
{
	struct route_filter f = { 0 };
	int rc;

	if (!a->argc)
		return command_fail(ip->ctx, "\"ip route flush\" requires arguments.");
	rc = route_parse_filter(a, &f);
	if (rc)
		return rc;
	if (f.cache) {
		rt_cache_flush();
		return 0;
	}
	rc = fib_dump(f.table, route_flush_collect, &f);	/* counts */
	if (rc || !f.n)
		return inet_answer(ip, rc, NULL);
	f.max = f.n;
	f.n = 0;
	f.victims = kvmalloc(f.max * sizeof(f.victims[0]), GFP_KERNEL);
	if (!f.victims)
		return inet_answer(ip, -ENOMEM, NULL);
	rc = fib_dump(f.table, route_flush_collect, &f);
	for (size_t i = 0; !rc && i < f.n; i++)
		route_flush_one(&f.victims[i]);
	kvfree(f.victims);
	return inet_answer(ip, rc, NULL);
}

/* ---- get ---- */

struct route_question {
	struct flowi4		fl4;
	struct net_device	*iif, *oif;
	u32			tos, mark;
	bool			dst_set;
};

static int route_parse_question(struct inet_args *a, struct route_question *q)
{
	const char *word;
	int rc = 0;
	u8 len;

	while (!rc && (word = inet_arg_next(a))) {
		if (!strcmp(word, "from"))
			rc = inet_arg_addr(a, "from", &q->fl4.saddr);
		else if (!strcmp(word, "iif"))
			rc = inet_arg_dev(a, &q->iif);
		else if (!strcmp(word, "oif") || !strcmp(word, "dev"))
			rc = inet_arg_dev(a, &q->oif);
		else if (!strcmp(word, "tos") || !strcmp(word, "dsfield"))
			rc = inet_arg_u32(a, "tos", 255, &q->tos);
		else if (!strcmp(word, "mark"))
			rc = inet_arg_u32(a, "mark", UINT_MAX, &q->mark);
		else {
			if (strcmp(word, "to"))
				inet_arg_unread(a);
			q->dst_set = true;
			rc = inet_arg_prefix(a, "to", &q->fl4.daddr, &len);
		}
	}
	if (!rc && !q->dst_set)
		rc = command_fail(a->ip->ctx, "need at least a destination address");
	return rc;
}

/* As if a packet had come in by q->iif. */
static int route_ask_input(struct route_question *q, struct route_view *v)
{
	struct sk_buff *skb = alloc_skb(64, GFP_KERNEL);
	enum drop_reason reason;
	int err;

	if (!skb)
		return -ENOMEM;
	skb->dev = q->iif;
	skb->mark = q->mark;
	local_bh_disable();
	err = ip_route_input_noref(skb, q->fl4.daddr, q->fl4.saddr, (u8)q->tos, q->iif, &reason);
	if (!err) {
		route_view(v, skb_rtable(skb));
		skb_dst_drop(skb);
	}
	local_bh_enable();
	consume_skb(skb);
	return err;
}

static int route_ask_output(struct route_question *q, struct route_view *v)
{
	struct rtable *rt;

	local_bh_disable();
	q->fl4.tos = (u8)q->tos & IPTOS_RT_MASK;
	q->fl4.mark = q->mark;
	q->fl4.oif = q->oif ? q->oif->ifindex : 0;
	rt = ip_route_output_flow(&q->fl4);
	if (!IS_ERR(rt)) {
		route_view(v, rt);
		ip_rt_put(rt);
	}
	local_bh_enable();
	return PTR_ERR_OR_ZERO(rt);
}

static int route_get(struct ip_cmd *ip, struct inet_args *a)
{
	struct route_question q = { .iif = NULL };
	struct route_view v;
	struct json json;
	int rc = route_parse_question(a, &q);

	if (rc)
		return rc;
	rc = q.iif ? route_ask_input(&q, &v) : route_ask_output(&q, &v);
	if (rc)
		return inet_answer(ip, rc, NULL);
	if (!ip->json) {
		route_view_print(ip, &v);
		return 0;
	}
	ip_json_begin(ip, &json);
	json_array_begin(&json);
	route_view_json(&json, ip, &v);
	json_array_end(&json);
	ip_json_end(ip);
	return 0;
}

/* ---- change ---- */

/* What a route is to be. */
struct route_args {
	struct fib_config	cfg;
	struct fib_config_nh	nh[ROUTE_NEXTHOPS_MAX];
	bool			dst_set, table_set, scope_set, proto_set;
};

static int parse_nexthop(struct inet_args *a, struct route_args *r)
{
	struct fib_config_nh *nh = &r->nh[r->cfg.fc_nhs];
	struct net_device *dev;
	const char *word;
	int rc = 0;

	if (r->cfg.fc_nhs == ROUTE_NEXTHOPS_MAX)
		return command_fail(a->ip->ctx, "Error: more than %d nexthops.",
				    ROUTE_NEXTHOPS_MAX);
	*nh = (struct fib_config_nh){ .weight = 1 };
	while (!rc && (word = inet_arg_peek(a)) && strcmp(word, "nexthop")) {
		inet_arg_next(a);
		if (!strcmp(word, "via")) {
			rc = inet_arg_addr(a, "via", &nh->gw);
		} else if (!strcmp(word, "dev")) {
			rc = inet_arg_dev(a, &dev);
			nh->oif = rc ? 0 : dev->ifindex;
		} else if (!strcmp(word, "weight")) {
			rc = inet_arg_u32(a, "weight", 256, &nh->weight);
			if (!rc && !nh->weight)
				rc = command_fail(a->ip->ctx, "Error: \"weight\" is invalid: 0");
		} else if (!strcmp(word, "onlink")) {
			nh->flags |= RTNH_F_ONLINK;
		} else {
			rc = command_fail(a->ip->ctx,
					  "Error: \"nexthop\" or end of line is expected "
					  "instead of \"%s\"",
					  word);
		}
	}
	r->cfg.fc_nhs++;
	return rc;
}

static int parse_dst(struct inet_args *a, const char *word, struct route_args *r)
{
	if (!strcmp(word, "to")) {
		word = inet_arg_peek(a);
		if (!word)
			return command_fail(a->ip->ctx, "Command line is not complete.");
	} else {
		inet_arg_unread(a);
	}
	if (!route_type(word, &r->cfg.fc_type)) {
		inet_arg_next(a);
		word = inet_arg_peek(a);
		if (!word)
			return command_fail(a->ip->ctx, "Command line is not complete.");
	}
	if (r->dst_set)
		return command_fail(a->ip->ctx,
				    "Error: either \"to\" is duplicate, or \"%s\" is a garbage.",
				    word);
	r->dst_set = true;
	return inet_arg_prefix(a, "to", &r->cfg.fc_dst, &r->cfg.fc_dst_len);
}

static int parse_mtu(struct inet_args *a, struct route_args *r)
{
	if (inet_arg_peek(a) && !strcmp(inet_arg_peek(a), "lock"))
		inet_arg_next(a);
	r->cfg.fc_mx_mask |= BIT(RTAX_MTU - 1);
	return inet_arg_u32(a, "mtu", 65535, &r->cfg.fc_mx[RTAX_MTU - 1]);
}

static int parse_word(struct inet_args *a, const char *word, struct route_args *r)
{
	struct fib_config *cfg = &r->cfg;
	struct net_device *dev;
	u32 number = 0;
	int rc;

	if (!strcmp(word, "via")) {
		if (inet_arg_peek(a) && !strcmp(inet_arg_peek(a), "inet"))
			inet_arg_next(a);
		return inet_arg_addr(a, "via", &cfg->fc_gw);
	}
	if (!strcmp(word, "dev") || !strcmp(word, "oif")) {
		rc = inet_arg_dev(a, &dev);
		if (!rc)
			cfg->fc_oif = dev->ifindex;
		return rc;
	}
	if (!strcmp(word, "src"))
		return inet_arg_addr(a, "src", &cfg->fc_prefsrc);
	if (!strcmp(word, "table")) {
		r->table_set = true;
		return inet_arg_table(a, &cfg->fc_table);
	}
	if (!strcmp(word, "proto") || !strcmp(word, "protocol")) {
		r->proto_set = true;
		return inet_arg_proto(a, &cfg->fc_protocol);
	}
	if (!strcmp(word, "scope")) {
		r->scope_set = true;
		return inet_arg_scope(a, &cfg->fc_scope);
	}
	if (!strcmp(word, "metric") || !strcmp(word, "priority") || !strcmp(word, "preference"))
		return inet_arg_u32(a, "metric", UINT_MAX, &cfg->fc_priority);
	if (!strcmp(word, "tos") || !strcmp(word, "dsfield")) {
		rc = inet_arg_u32(a, "tos", 255, &number);
		cfg->fc_tos = (u8)number;
		return rc;
	}
	if (!strcmp(word, "mtu"))
		return parse_mtu(a, r);
	if (!strcmp(word, "onlink")) {
		cfg->fc_flags |= RTNH_F_ONLINK;
		return 0;
	}
	if (!strcmp(word, "nexthop"))
		return parse_nexthop(a, r);
	return parse_dst(a, word, r);
}

/* What was left open, as iproute2 fills it in. */
static void route_defaults(struct route_args *r, bool add)
{
	struct fib_config *cfg = &r->cfg;
	u8 type = cfg->fc_type;
	bool local = type == RTN_LOCAL || type == RTN_NAT;
	bool group = type == RTN_BROADCAST || type == RTN_MULTICAST || type == RTN_ANYCAST;

	if (!type && add)
		cfg->fc_type = type = RTN_UNICAST;
	if (!r->table_set)
		cfg->fc_table = local || type == RTN_BROADCAST || type == RTN_ANYCAST
					? RT_TABLE_LOCAL
					: RT_TABLE_MAIN;
	if (!r->proto_set && add)
		cfg->fc_protocol = RTPROT_BOOT;
	cfg->fc_scope_set = r->scope_set;
	if (r->scope_set)
		return;
	if (local)
		cfg->fc_scope = RT_SCOPE_HOST;
	else if (group || (type == RTN_UNICAST && !cfg->fc_gw && !cfg->fc_nhs))
		cfg->fc_scope = RT_SCOPE_LINK;
}

static int route_change(struct ip_cmd *ip, struct inet_args *a, u32 flags, bool add)
{
	struct route_args r = { .dst_set = false };
	struct fib_error error = { NULL };
	const char *word;
	int rc = 0;

	while (!rc && (word = inet_arg_next(a)))
		rc = parse_word(a, word, &r);
	if (rc)
		return rc;
	if (!r.dst_set && !r.cfg.fc_gw && !r.cfg.fc_oif && !r.cfg.fc_nhs)
		return command_fail(ip->ctx, "Error: a destination is required.");
	route_defaults(&r, add);
	r.cfg.fc_nlflags = flags;
	r.cfg.fc_mp = r.nh;
	rc = add ? fib_route_add(&r.cfg, &error) : fib_route_del(&r.cfg, &error);
	return inet_answer(ip, rc, error.msg);
}

static int route_command(struct ip_cmd *ip, const char *verb, struct inet_args *a)
{
	if (ip_word(verb, "add"))
		return route_change(ip, a, NLM_F_CREATE | NLM_F_EXCL, true);
	if (ip_word(verb, "change") || !strcmp(verb, "chg"))
		return route_change(ip, a, NLM_F_REPLACE, true);
	if (ip_word(verb, "replace"))
		return route_change(ip, a, NLM_F_CREATE | NLM_F_REPLACE, true);
	if (ip_word(verb, "prepend"))
		return route_change(ip, a, NLM_F_CREATE, true);
	if (ip_word(verb, "append"))
		return route_change(ip, a, NLM_F_CREATE | NLM_F_APPEND, true);
	if (ip_word(verb, "delete"))
		return route_change(ip, a, 0, false);
	if (ip_word(verb, "get"))
		return route_get(ip, a);
	if (ip_word(verb, "show") || ip_word(verb, "list") || !strcmp(verb, "lst"))
		return route_show(ip, a);
	if (ip_word(verb, "flush"))
		return route_flush(ip, a);
	(void)command_fail(ip->ctx, "Command \"%s\" is unknown, try \"ip route help\".", verb);
	return COMMAND_USAGE;
}

static int ip_route(struct ip_cmd *ip, int argc, char **argv)
{
	struct inet_args a = { ip, argc, argv };
	const char *verb = inet_arg_next(&a);
	int rc;

	rtnl_lock();
	rc = route_command(ip, verb ? verb : "show", &a);
	rtnl_unlock();
	return rc;
}
IP_OBJECT(route, ip_route);
