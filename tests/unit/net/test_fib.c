/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/net/test_fib.c - the FIB: look-ups against a naive model, the rules of aliases, what
 * is refused, and the routes that addresses and devices bring along.
 */
#include "kernel/base/rcu.h"
#include "kernel/base/selftest.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "lib/prng.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "net/ipv4/devinet.h"
#include "net/ipv4/route.h"
#include "tests/unit/net/ip_world.h"

#define TABLE	4711	/* a table of our own */

SELFTEST_SETUP(fib)
{
	ip_world_setup();
}

SELFTEST_TEARDOWN(fib)
{
	ip_world_teardown();
}

/* ---- against a model ---- */

#define MODEL_MAX 600

struct model_route {
	be32	prefix;
	u8	len;
	u32	id;		/* the route's metric: tells routes apart */
};

static struct model_route model[MODEL_MAX];
static unsigned int model_n;

/* The longest prefix that matches, by looking at all. */
static const struct model_route *model_lookup(be32 addr)
{
	const struct model_route *best = NULL;

	for (unsigned int i = 0; i < model_n; i++)
		if (!((addr ^ model[i].prefix) & inet_make_mask(model[i].len)) &&
		    (!best || model[i].len > best->len))
			best = &model[i];
	return best;
}

static int model_find(be32 prefix, u8 len)
{
	for (unsigned int i = 0; i < model_n; i++)
		if (model[i].prefix == prefix && model[i].len == len)
			return (int)i;
	return -1;
}

/* Blackhole routes need no next hop, and say by their metric which one was found. */
static struct fib_config blackhole(be32 prefix, u8 len, u32 id)
{
	return (struct fib_config){
		.fc_dst = prefix, .fc_dst_len = len, .fc_type = RTN_BLACKHOLE, .fc_table = TABLE,
		.fc_protocol = RTPROT_STATIC, .fc_priority = id,
		.fc_nlflags = NLM_F_CREATE | NLM_F_EXCL,
	};
}

static int table_op(struct fib_table *tb, struct fib_config cfg, bool add)
{
	struct fib_error err = { NULL };
	int rc;

	rtnl_lock();
	rc = add ? fib_table_insert(tb, &cfg, &err) : fib_table_delete(tb, &cfg, &err);
	rtnl_unlock();
	return rc;
}

/* A prefix out of a small space, so that they nest and meet again. */
static void random_prefix(struct prng *prng, be32 *prefix, u8 *len)
{
	*len = (u8)prng_below(prng, 33);
	*prefix = htonl((0x0a000000u | (prng_u32(prng) & 0x00070707u) | prng_below(prng, 8))) &
		  inet_make_mask(*len);
}

static void model_step(struct fib_table *tb, struct prng *prng, u32 id)
{
	u8 len;
	be32 prefix;
	int at;

	random_prefix(prng, &prefix, &len);
	at = model_find(prefix, len);
	if (at < 0 && model_n < MODEL_MAX) {
		ASSERT_EQ(table_op(tb, blackhole(prefix, len, id), true), 0);
		model[model_n++] = (struct model_route){ prefix, len, id };
	} else if (at >= 0) {
		EXPECT_EQ(table_op(tb, blackhole(prefix, len, model[at].id), true), -EEXIST);
		ASSERT_EQ(table_op(tb, blackhole(prefix, len, model[at].id), false), 0);
		model[at] = model[--model_n];
		EXPECT_EQ(table_op(tb, blackhole(prefix, len, id), false), -ESRCH);
	}
	EXPECT_EQ(tb->tb_num_routes, model_n);
}

static void model_check(struct fib_table *tb, struct prng *prng, int lookups)
{
	while (lookups--) {
		be32 addr = htonl(0x0a000000u | (prng_u32(prng) & 0x000f0f0fu));
		struct flowi4 fl4 = { .daddr = addr };
		const struct model_route *want = model_lookup(addr);
		struct fib_result res;
		int rc;

		rcu_read_lock();
		rc = fib_table_lookup(tb, &fl4, &res);
		ASSERT_EQ(rc, want ? -EINVAL : 1);
		if (want) {
			ASSERT_EQ(res.prefixlen, want->len);
			ASSERT_EQ(res.prefix, want->prefix);
			ASSERT_EQ(res.fi->fib_priority, want->id);
			ASSERT_EQ(res.type, RTN_BLACKHOLE);
		}
		rcu_read_unlock();
	}
}

SELFTEST(fib, matches_a_naive_longest_prefix_model)
{
	unsigned int infos = fib_info_cnt;
	struct fib_table *tb;
	struct prng prng;

	prng_seed(&prng, 20061);
	model_n = 0;
	rtnl_lock();
	tb = fib_hash_table(TABLE);
	rtnl_unlock();
	ASSERT_NOT_NULL(tb);
	for (u32 id = 1; id <= 1500; id++) {
		model_step(tb, &prng, id);
		if (id % 50 == 0)
			model_check(tb, &prng, 60);
	}
	rtnl_lock();
	fib_hash_free_table(tb);
	rtnl_unlock();
	EXPECT_EQ(fib_info_cnt, infos);
}

static int count_sorted(const struct fib_route *r, void *ctx)
{
	u32 *last = ctx;

	EXPECT_LE(last[0], ntohl(r->prefix));
	last[0] = ntohl(r->prefix);
	last[1]++;
	return 0;
}

SELFTEST(fib, grows_and_is_dumped_in_order)
{
	struct fib_stat stat = { 0 };
	struct fib_table *tb;
	u32 seen[2] = { 0, 0 };

	rtnl_lock();
	tb = fib_hash_table(TABLE);
	rtnl_unlock();
	ASSERT_NOT_NULL(tb);
	for (u32 i = 0; i < 1000; i++)
		ASSERT_EQ(table_op(tb,
				   blackhole(htonl(0x0b000000u + (i * 7919 % 1000 << 8)), 24, 9),
				   true),
			  0);
	EXPECT_EQ(tb->tb_num_routes, 1000);
	rtnl_lock();
	fib_table_stat(tb, &stat);
	EXPECT_EQ(stat.nodes, 1000);
	EXPECT_EQ(stat.zones, 1);
	EXPECT_LE(stat.hash_bytes, 1024 * sizeof(void *) + 64);
	EXPECT_EQ(fib_table_dump(tb, count_sorted, seen), 0);
	rtnl_unlock();
	EXPECT_EQ(seen[1], 1000);
	for (u32 i = 0; i < 1000; i++)
		ASSERT_EQ(table_op(tb, blackhole(htonl(0x0b000000u + (i << 8)), 24, 9), false), 0);
	EXPECT_EQ(tb->tb_num_routes, 0);
	rtnl_lock();
	fib_hash_free_table(tb);
	rtnl_unlock();
}

/* ---- aliases ---- */

/* The metric that a look-up with @tos finds, or its error. */
static int found(struct fib_table *tb, be32 addr, u8 tos)
{
	struct flowi4 fl4 = { .daddr = addr, .tos = tos };
	struct fib_result res;
	int rc = fib_table_lookup(tb, &fl4, &res);

	return rc == -EINVAL ? (int)res.fi->fib_priority : rc;
}

SELFTEST(fib, tos_then_metric_decide_among_equals)
{
	be32 net = TEST_NET_3(0), host = TEST_NET_3(9);
	struct fib_config cfg;
	struct fib_table *tb;

	rtnl_lock();
	tb = fib_hash_table(TABLE);
	rtnl_unlock();
	ASSERT_NOT_NULL(tb);
	EXPECT_EQ(table_op(tb, blackhole(net, 24, 30), true), 0);
	EXPECT_EQ(table_op(tb, blackhole(net, 24, 10), true), 0);
	EXPECT_EQ(table_op(tb, blackhole(net, 24, 20), true), 0);
	EXPECT_EQ(found(tb, host, 0), 10);
	cfg = blackhole(net, 24, 40);
	cfg.fc_tos = 0x10;
	EXPECT_EQ(table_op(tb, cfg, true), 0);
	EXPECT_EQ(found(tb, host, 0x10), 40);
	EXPECT_EQ(found(tb, host, 0x08), 10);
	EXPECT_EQ(found(tb, host, 0), 10);

	/* change what is not there; replace and append */
	cfg = blackhole(net, 24, 50);
	cfg.fc_nlflags = NLM_F_REPLACE;
	EXPECT_EQ(table_op(tb, cfg, true), -ENOENT);
	cfg = blackhole(net, 24, 10);
	cfg.fc_nlflags = NLM_F_REPLACE | NLM_F_CREATE;
	cfg.fc_type = RTN_UNREACHABLE;
	EXPECT_EQ(table_op(tb, cfg, true), 0);
	EXPECT_EQ(tb->tb_num_routes, 4);
	EXPECT_EQ(found(tb, host, 0), -EHOSTUNREACH);
	EXPECT_EQ(table_op(tb, cfg, true), 0);		/* the very same: nothing happens */
	EXPECT_EQ(tb->tb_num_routes, 4);
	cfg.fc_type = RTN_PROHIBIT;
	cfg.fc_nlflags = NLM_F_CREATE | NLM_F_APPEND;
	EXPECT_EQ(table_op(tb, cfg, true), 0);
	EXPECT_EQ(found(tb, host, 0), -EHOSTUNREACH);
	EXPECT_EQ(table_op(tb, cfg, true), -EEXIST);
	cfg.fc_type = RTN_THROW;
	cfg.fc_nlflags = NLM_F_CREATE;			/* prepend */
	EXPECT_EQ(table_op(tb, cfg, true), 0);
	EXPECT_EQ(found(tb, host, 0), -EAGAIN);
	EXPECT_EQ(tb->tb_num_routes, 6);

	/* deleting by what is named only */
	cfg = blackhole(net, 24, 0);
	cfg.fc_type = RTN_PROHIBIT;
	EXPECT_EQ(table_op(tb, cfg, false), 0);
	EXPECT_EQ(table_op(tb, cfg, false), -ESRCH);
	cfg.fc_type = 0;
	cfg.fc_protocol = 0;
	for (int i = 0; i < 4; i++)
		EXPECT_EQ(table_op(tb, cfg, false), 0);
	EXPECT_EQ(found(tb, host, 0x10), 40);
	EXPECT_EQ(found(tb, host, 0), 1);
	cfg.fc_tos = 0x10;
	EXPECT_EQ(table_op(tb, cfg, false), 0);
	EXPECT_EQ(tb->tb_num_routes, 0);
	rtnl_lock();
	fib_hash_free_table(tb);
	rtnl_unlock();
}

/* ---- what is refused ---- */

static const char *refused(struct fib_config cfg, int *rc)
{
	struct fib_error err = { NULL };

	cfg.fc_nlflags = NLM_F_CREATE | NLM_F_EXCL;
	cfg.fc_protocol = RTPROT_STATIC;
	rtnl_lock();
	*rc = fib_route_add(&cfg, &err);
	rtnl_unlock();
	return err.msg ? err.msg : "";
}

SELFTEST(fib, next_hops_are_checked)
{
	struct fib_config cfg = {.fc_dst = TEST_NET_3(0), .fc_dst_len = 24, .fc_type = RTN_UNICAST};
	unsigned int infos = fib_info_cnt;
	int rc;

	cfg.fc_gw = htonl(0x0afffffeu);
	EXPECT_STREQ(refused(cfg, &rc), "Nexthop has invalid gateway");
	EXPECT_EQ(rc, -ENETUNREACH);
	cfg.fc_gw = TEST_NET_1(255);		/* a broadcast */
	EXPECT_STREQ(refused(cfg, &rc), "Nexthop has invalid gateway");
	EXPECT_EQ(rc, -EINVAL);
	cfg.fc_gw = LEFT_PEER;
	cfg.fc_oif = world.right->dev->ifindex;	/* not by that device */
	EXPECT_STREQ(refused(cfg, &rc), "Nexthop has invalid gateway");
	cfg.fc_flags = RTNH_F_ONLINK;		/* unless one says so */
	EXPECT_STREQ(refused(cfg, &rc), "");
	EXPECT_EQ(rc, 0);
	cfg.fc_dst_len = 23;
	EXPECT_STREQ(refused(cfg, &rc), "Invalid prefix for given prefix length");
	EXPECT_EQ(rc, -EINVAL);
	cfg.fc_dst_len = 25;
	cfg.fc_gw = RIGHT_US;
	EXPECT_STREQ(refused(cfg, &rc), "Nexthop has invalid gateway");
	cfg.fc_oif = 0;
	EXPECT_STREQ(refused(cfg, &rc), "Nexthop device required for onlink");
	cfg.fc_flags = 0;
	cfg.fc_gw = RIGHT_PEER;
	cfg.fc_prefsrc = RIGHT_PEER;		/* not ours */
	EXPECT_STREQ(refused(cfg, &rc), "Invalid prefsrc address");
	cfg.fc_prefsrc = 0;
	cfg.fc_type = RTN_BLACKHOLE;
	EXPECT_STREQ(refused(cfg, &rc),
		     "Gateway, device and multipath can not be specified for this route type");
	cfg.fc_type = RTN_LOCAL;
	EXPECT_STREQ(refused(cfg, &rc), "Invalid scope");
	cfg.fc_scope = RT_SCOPE_HOST;
	EXPECT_STREQ(refused(cfg, &rc), "Route with host scope can not have a gateway");
	cfg.fc_type = RTN_UNICAST;
	cfg.fc_scope = 0;
	cfg.fc_gw = 0;
	refused(cfg, &rc);
	EXPECT_EQ(rc, -ENODEV);			/* neither gateway nor device */
	cfg.fc_oif = world.right->dev->ifindex;
	rtnl_lock();
	dev_close(world.right->dev);
	rtnl_unlock();
	EXPECT_STREQ(refused(cfg, &rc), "Device for nexthop is not up");
	EXPECT_EQ(rc, -ENETDOWN);
	EXPECT_LE(fib_info_cnt, infos);
}

SELFTEST(fib, equal_routes_share_their_info)
{
	struct fib_config cfg = { .fc_type = RTN_UNICAST, .fc_dst_len = 32, .fc_gw = RIGHT_PEER };
	unsigned int infos = fib_info_cnt;
	struct fib_error err = { NULL };
	int rc;

	for (u32 i = 0; i < 50; i++) {
		cfg.fc_dst = TEST_NET_3(i);
		refused(cfg, &rc);
		ASSERT_EQ(rc, 0);
	}
	EXPECT_EQ(fib_info_cnt, infos + 1);
	rtnl_lock();
	for (u32 i = 0; i < 50; i++) {
		cfg.fc_dst = TEST_NET_3(i);
		EXPECT_EQ(fib_route_del(&cfg, &err), 0);
	}
	rtnl_unlock();
	EXPECT_EQ(fib_info_cnt, infos);
}

SELFTEST(fib, throw_goes_on_with_the_next_table)
{
	struct fib_config cfg = { .fc_dst = TEST_NET_3(0), .fc_dst_len = 24, .fc_type = RTN_THROW };
	struct flowi4 fl4 = { .daddr = TEST_NET_3(7) };
	struct fib_error err = { NULL };
	struct fib_result res;
	int rc;

	refused(cfg, &rc);
	EXPECT_EQ(rc, 0);
	EXPECT_EQ(fib_lookup(&fl4, &res), -ENETUNREACH);
	cfg.fc_table = RT_TABLE_DEFAULT;
	cfg.fc_type = RTN_PROHIBIT;
	refused(cfg, &rc);
	EXPECT_EQ(rc, 0);
	EXPECT_EQ(fib_lookup(&fl4, &res), -EACCES);
	rtnl_lock();
	EXPECT_EQ(fib_route_del(&cfg, &err), 0);
	cfg.fc_table = RT_TABLE_MAIN;
	cfg.fc_type = RTN_THROW;
	EXPECT_EQ(fib_route_del(&cfg, &err), 0);
	rtnl_unlock();
}

/* ---- routes that come with addresses and devices ---- */

/* What the tables say of @addr: the type, 0 for nothing. */
static int type_of(be32 addr)
{
	struct flowi4 fl4 = { .daddr = addr };
	struct fib_result res;
	int rc = fib_lookup(&fl4, &res);

	return rc == 0 ? res.type : 0;
}

static struct in_device *left_in_dev(void)
{
	return in_dev_get_rcu(world.left->dev);
}

static int del_addr(struct fake_dev *fd, be32 addr)
{
	int rc;

	rtnl_lock();
	rc = inet_addr_del(fd->dev, addr, -1);
	rtnl_unlock();
	return rc;
}

SELFTEST(fib, an_address_brings_its_routes)
{
	EXPECT_EQ(type_of(LEFT_US), RTN_LOCAL);
	EXPECT_EQ(type_of(LEFT_PEER), RTN_UNICAST);
	EXPECT_EQ(type_of(TEST_NET_1(255)), RTN_BROADCAST);
	EXPECT_EQ(type_of(TEST_NET_1(0)), RTN_UNICAST);
	EXPECT_EQ(type_of(htonl(0x7f000005u)), RTN_LOCAL);
	EXPECT_EQ(type_of(TEST_NET_3(1)), 0);
	EXPECT_EQ(ip_world_addr(world.left, LEFT_US, 24), -EEXIST);
	EXPECT_EQ(ip_world_addr(world.left, htonl(0xe0000001u), 24), -EINVAL);
	EXPECT_EQ(del_addr(world.left, LEFT_US), 0);
	EXPECT_EQ(del_addr(world.left, LEFT_US), -EADDRNOTAVAIL);
	EXPECT_EQ(type_of(LEFT_US), 0);
	EXPECT_EQ(type_of(TEST_NET_1(255)), 0);
	EXPECT_NULL(left_in_dev()->ifa_list);
}

SELFTEST(fib, short_prefixes)
{
	/* RFC 3021: both addresses of a /31 are hosts */
	EXPECT_EQ(ip_world_addr(world.left, TEST_NET_3(4), 31), 0);
	EXPECT_EQ(type_of(TEST_NET_3(4)), RTN_LOCAL);
	EXPECT_EQ(type_of(TEST_NET_3(5)), RTN_UNICAST);
	EXPECT_EQ(del_addr(world.left, TEST_NET_3(4)), 0);
	EXPECT_EQ(type_of(TEST_NET_3(5)), 0);
	/* a /32 is ourselves alone */
	EXPECT_EQ(ip_world_addr(world.left, TEST_NET_3(8), 32), 0);
	EXPECT_EQ(type_of(TEST_NET_3(8)), RTN_LOCAL);
	EXPECT_EQ(type_of(TEST_NET_3(9)), 0);
	EXPECT_EQ(del_addr(world.left, TEST_NET_3(8)), 0);
	EXPECT_EQ(type_of(TEST_NET_3(8)), 0);
}

SELFTEST(fib, secondary_addresses_go_with_their_primary)
{
	struct in_ifaddr *ifa;

	EXPECT_EQ(ip_world_addr(world.left, TEST_NET_1(77), 24), 0);
	ifa = left_in_dev()->ifa_list;
	EXPECT_EQ(ifa->ifa_local, LEFT_US);
	EXPECT_FALSE(ifa->ifa_flags & IFA_F_SECONDARY);
	ASSERT_NOT_NULL(ifa->ifa_next);
	EXPECT_TRUE(ifa->ifa_next->ifa_flags & IFA_F_SECONDARY);
	EXPECT_EQ(type_of(TEST_NET_1(77)), RTN_LOCAL);
	EXPECT_EQ(del_addr(world.left, TEST_NET_1(77)), 0);
	EXPECT_EQ(type_of(TEST_NET_1(77)), RTN_UNICAST);	/* the prefix's route stays */
	EXPECT_EQ(type_of(TEST_NET_1(255)), RTN_BROADCAST);
	EXPECT_EQ(type_of(LEFT_US), RTN_LOCAL);
	EXPECT_EQ(ip_world_addr(world.left, TEST_NET_1(77), 24), 0);
	EXPECT_EQ(del_addr(world.left, LEFT_US), 0);
	EXPECT_NULL(left_in_dev()->ifa_list);
	EXPECT_EQ(type_of(TEST_NET_1(77)), 0);
	EXPECT_EQ(type_of(TEST_NET_1(255)), 0);
}

SELFTEST(fib, two_prefixes_on_a_device_are_independent)
{
	EXPECT_EQ(ip_world_addr(world.left, TEST_NET_3(1), 24), 0);
	EXPECT_EQ(type_of(TEST_NET_3(2)), RTN_UNICAST);
	EXPECT_EQ(del_addr(world.left, LEFT_US), 0);
	EXPECT_EQ(type_of(TEST_NET_3(1)), RTN_LOCAL);
	EXPECT_EQ(type_of(TEST_NET_3(255)), RTN_BROADCAST);
	EXPECT_EQ(type_of(LEFT_PEER), 0);
	/*
	 * the same address twice, in prefixes of two lengths: its local route stays until the last
	 * goes
	 */
	EXPECT_EQ(ip_world_addr(world.left, TEST_NET_3(1), 28), 0);
	rtnl_lock();
	EXPECT_EQ(inet_addr_del(world.left->dev, TEST_NET_3(1), 24), 0);
	rtnl_unlock();
	EXPECT_EQ(type_of(TEST_NET_3(1)), RTN_LOCAL);
	EXPECT_EQ(type_of(TEST_NET_3(15)), RTN_BROADCAST);
	EXPECT_EQ(type_of(TEST_NET_3(255)), 0);
	EXPECT_EQ(del_addr(world.left, TEST_NET_3(1)), 0);
	EXPECT_EQ(type_of(TEST_NET_3(1)), 0);
}

SELFTEST(fib, devices_down_and_up)
{
	struct fib_config cfg = { .fc_dst = TEST_NET_3(0), .fc_dst_len = 24, .fc_type = RTN_UNICAST,
				  .fc_gw = RIGHT_PEER };
	int rc;

	refused(cfg, &rc);
	EXPECT_EQ(rc, 0);
	EXPECT_EQ(type_of(TEST_NET_3(1)), RTN_UNICAST);
	rtnl_lock();
	dev_close(world.right->dev);
	rtnl_unlock();
	EXPECT_EQ(type_of(TEST_NET_3(1)), 0);
	EXPECT_EQ(type_of(RIGHT_PEER), 0);
	EXPECT_EQ(type_of(TEST_NET_2(255)), 0);
	EXPECT_EQ(type_of(RIGHT_US), RTN_LOCAL);	/* what is ours stays ours */
	rtnl_lock();
	EXPECT_EQ(dev_open(world.right->dev), 0);
	rtnl_unlock();
	EXPECT_EQ(type_of(RIGHT_PEER), RTN_UNICAST);
	EXPECT_EQ(type_of(TEST_NET_2(255)), RTN_BROADCAST);
	EXPECT_EQ(type_of(TEST_NET_3(1)), 0);		/* static routes do not come back */
}

SELFTEST(fib, routes_go_with_their_preferred_source)
{
	struct fib_config cfg = { .fc_dst = TEST_NET_3(0), .fc_dst_len = 24, .fc_type = RTN_UNICAST,
				  .fc_gw = RIGHT_PEER, .fc_prefsrc = LEFT_US };
	int rc;

	refused(cfg, &rc);
	EXPECT_EQ(rc, 0);
	EXPECT_EQ(type_of(TEST_NET_3(1)), RTN_UNICAST);
	EXPECT_EQ(del_addr(world.left, LEFT_US), 0);
	EXPECT_EQ(type_of(TEST_NET_3(1)), 0);
}

SELFTEST(fib, multipath_is_weighted_and_survives_one_hop)
{
	struct fib_config_nh nh[2] = { { LEFT_PEER, 0, 3, 0 }, { RIGHT_PEER, 0, 1, 0 } };
	struct fib_config cfg = { .fc_dst = TEST_NET_3(0), .fc_dst_len = 24, .fc_type = RTN_UNICAST,
				  .fc_nhs = 2, .fc_mp = nh };
	struct flowi4 fl4 = { .daddr = TEST_NET_3(1) };
	struct fib_result res;
	unsigned int left = 0;
	int rc;

	refused(cfg, &rc);
	ASSERT_EQ(rc, 0);
	for (u32 i = 0; i < 400; i++) {
		ASSERT_EQ(fib_lookup(&fl4, &res), 0);
		fib_select_multipath(&res, i * (UINT_MAX / 400));
		left += FIB_RES_GW(res) == LEFT_PEER;
	}
	EXPECT_GE(left, 298);
	EXPECT_LE(left, 302);
	rtnl_lock();
	dev_close(world.left->dev);
	rtnl_unlock();
	ASSERT_EQ(fib_lookup(&fl4, &res), 0);
	fib_select_multipath(&res, 5);
	EXPECT_EQ(FIB_RES_GW(res), RIGHT_PEER);
	rtnl_lock();
	EXPECT_EQ(dev_open(world.left->dev), 0);
	rtnl_unlock();
	ASSERT_EQ(fib_lookup(&fl4, &res), 0);
	fib_select_multipath(&res, 5);
	EXPECT_EQ(FIB_RES_GW(res), LEFT_PEER);
}

/* ---- sources ---- */

static int validate(be32 src, struct fake_dev *in, struct fake_dev *out)
{
	return fib_validate_source(src, TEST_NET_3(1), 0, out ? out->dev->ifindex : 0, in->dev,
				   in_dev_get_rcu(in->dev));
}

SELFTEST(fib, sources_are_validated)
{
	char name[64];

	EXPECT_EQ(validate(LEFT_PEER, world.left, world.right), 0);
	EXPECT_EQ(validate(LEFT_US, world.left, world.right), -EINVAL);
	EXPECT_EQ(validate(TEST_NET_1(255), world.left, world.right), -EINVAL);
	EXPECT_EQ(validate(TEST_NET_3(9), world.left, world.right), 0);
	/* back by the way it came: on the link (1), or not known to be */
	EXPECT_EQ(validate(LEFT_PEER, world.left, world.left), 1);
	EXPECT_EQ(validate(TEST_NET_3(9), world.left, world.left), 0);
	EXPECT_EQ(validate(RIGHT_PEER, world.left, world.left), 0);

	scnprintf(name, sizeof(name), "net.ipv4.conf.%s.rp_filter", world.left->dev->name);
	ip_world_sysctl(name, 1);
	EXPECT_EQ(validate(LEFT_PEER, world.left, world.right), 1);
	EXPECT_EQ(validate(RIGHT_PEER, world.left, world.right), -EXDEV);
	EXPECT_EQ(validate(TEST_NET_3(9), world.left, world.right), -EXDEV);
	ip_world_sysctl(name, 2);
	EXPECT_EQ(validate(RIGHT_PEER, world.left, world.right), 0);
	EXPECT_EQ(validate(TEST_NET_3(9), world.left, world.right), -EXDEV);
	EXPECT_EQ(validate(LEFT_US, world.left, world.right), -EINVAL);
	ip_world_sysctl(name, 0);
}

SELFTEST(fib, address_types_and_choices)
{
	EXPECT_EQ(inet_addr_type(0), RTN_BROADCAST);
	EXPECT_EQ(inet_addr_type(htonl(0xffffffffu)), RTN_BROADCAST);
	EXPECT_EQ(inet_addr_type(htonl(0xe1000001u)), RTN_MULTICAST);
	EXPECT_EQ(inet_addr_type(LEFT_US), RTN_LOCAL);
	EXPECT_EQ(inet_addr_type(TEST_NET_3(3)), RTN_UNICAST);
	EXPECT_EQ(inet_dev_addr_type(world.right->dev, LEFT_US), RTN_UNICAST);
	EXPECT_EQ(inet_dev_addr_type(world.left->dev, LEFT_US), RTN_LOCAL);

	EXPECT_EQ(inet_select_addr(world.left->dev, 0, RT_SCOPE_UNIVERSE), LEFT_US);
	EXPECT_EQ(ip_world_addr(world.left, TEST_NET_3(1), 24), 0);
	EXPECT_EQ(inet_select_addr(world.left->dev, TEST_NET_3(9), RT_SCOPE_UNIVERSE),
		  TEST_NET_3(1));
	EXPECT_EQ(inet_select_addr(world.left->dev, LEFT_PEER, RT_SCOPE_UNIVERSE), LEFT_US);
	EXPECT_EQ(del_addr(world.right, RIGHT_US), 0);
	EXPECT_NE(inet_select_addr(world.right->dev, 0, RT_SCOPE_UNIVERSE), 0);
	EXPECT_EQ(ip_dev_find(LEFT_US), world.left->dev);
	EXPECT_EQ(ip_dev_find(htonl(0x7f010203u)), loopback_dev);
	EXPECT_NULL(ip_dev_find(LEFT_PEER));
	EXPECT_TRUE(inet_addr_onlink(left_in_dev(), LEFT_PEER, LEFT_US));
	EXPECT_FALSE(inet_addr_onlink(left_in_dev(), LEFT_PEER, TEST_NET_3(9)));
	EXPECT_TRUE(inet_confirm_addr(left_in_dev(), LEFT_PEER, LEFT_US, RT_SCOPE_LINK));
	EXPECT_TRUE(inet_confirm_addr(NULL, 0, LEFT_US, RT_SCOPE_LINK));
	EXPECT_FALSE(inet_confirm_addr(NULL, 0, LEFT_PEER, RT_SCOPE_LINK));
}
