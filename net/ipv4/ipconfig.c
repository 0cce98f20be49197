/* SPDX-License-Identifier: MIT */
/*
 * net/ipv4/ipconfig.c - addresses from the kernel command line: ip=, in the syntax of Linux's
 * nfsroot.
 *
 * Overview    ip=<client>[/<len>]:<server>:<gateway>:<netmask>:<host>:<device>:<autoconf>[:...],
 *             trailing parts may be left out. Server, host and what follows autoconf are read over.
 *             Without a device the first one that is not loopback; without a netmask that of the
 *             address's class. ip=off does nothing. May be repeated, each for one address. Applied
 *             behind the sysctl.* parameters and before the scripts.
 * Errors      One line each, and boot goes on.
 * Locking     Takes rtnl.
 */
#define pr_fmt(fmt) "ipconfig: " fmt

#include "kernel/base/command.h"
#include "kernel/base/param.h"
#include "kernel/base/printk.h"
#include "lib/errno.h"
#include "lib/inet.h"
#include "lib/string.h"
#include "net/ipv4/devinet.h"
#include "net/ipv4/fib.h"
#include "net/ipv4/ip.h"
#include "net/netdevice.h"

#define IPCONFIG_MAX	128	/* bytes of one value */

enum { IC_CLIENT, IC_SERVER, IC_GATEWAY, IC_NETMASK, IC_HOST, IC_DEVICE, IC_AUTOCONF, IC_FIELDS };

/* One ip=, read. */
struct ic_config {
	char		buf[IPCONFIG_MAX];
	char		*field[IC_FIELDS];	/* in buf; "" where nothing was said */
	be32		client, gateway;
	unsigned int	len;
	bool		dhcp, off;
};

static int ic_fail(const char *val, const char *why, const char *what)
{
	pr_err("ip=%s: %s%s%s%s\n", val, why, what ? " \"" : "", what ? what : "",
	       what ? "\"" : "");
	return -EINVAL;
}

static bool ic_is_auto(const char *word)
{
	return !strcmp(word, "dhcp") || !strcmp(word, "on") || !strcmp(word, "any") ||
	       !strcmp(word, "both") || !strcmp(word, "bootp") || !strcmp(word, "rarp");
}

static bool ic_is_off(const char *word)
{
	return !strcmp(word, "off") || !strcmp(word, "none");
}

/* Cuts the value at its colons. */
static int ic_split(const char *val, struct ic_config *c)
{
	char *p = c->buf;
	unsigned int n = 0;

	if (strscpy(c->buf, val, sizeof(c->buf)) < 0)
		return ic_fail(val, "too long", NULL);
	for (unsigned int i = 0; i < IC_FIELDS; i++)
		c->field[i] = c->buf + strlen(c->buf);
	c->field[n++] = p;
	for (; *p; p++) {
		if (*p != ':')
			continue;
		*p = '\0';
		if (n < IC_FIELDS)
			c->field[n++] = p + 1;
	}
	return 0;
}

/* The class of an address, as a prefix length. */
static unsigned int ic_class_len(be32 addr)
{
	u32 a = ntohl(addr);

	return !(a >> 31) ? 8 : (a >> 30) == 2 ? 16 : 24;
}

static int ic_parse_mask(const char *val, struct ic_config *c)
{
	const char *mask = c->field[IC_NETMASK];
	bool slash = strchr(c->field[IC_CLIENT], '/');
	be32 m;

	if (!*mask) {
		if (!slash)
			c->len = ic_class_len(c->client);
		return 0;
	}
	if (!kstrtouint(mask, 10, &c->len) && c->len <= 32)
		return 0;
	if (inet_pton4(mask, &m) || !inet_mask_valid(m))
		return ic_fail(val, "not a netmask:", mask);
	c->len = inet_mask_len(m);
	return 0;
}

static int ic_parse(const char *val, struct ic_config *c)
{
	int err = ic_split(val, c);

	if (err)
		return err;
	/* ip=dhcp, ip=off, ip=<device>:dhcp */
	if (ic_is_auto(c->field[IC_CLIENT]) || ic_is_auto(c->field[IC_AUTOCONF]) ||
	    (ic_is_auto(c->field[IC_SERVER]) && !*c->field[IC_GATEWAY])) {
		c->dhcp = !*c->field[IC_CLIENT] || ic_is_auto(c->field[IC_CLIENT]) ||
			  ic_is_auto(c->field[IC_SERVER]);
		if (c->dhcp)
			return 0;
	}
	if (ic_is_off(c->field[IC_CLIENT]) ||
	    (!*c->field[IC_CLIENT] && ic_is_off(c->field[IC_AUTOCONF]))) {
		c->off = true;
		return 0;
	}
	if (inet_parse_prefix(c->field[IC_CLIENT], &c->client, &c->len))
		return ic_fail(val, "not an address:", c->field[IC_CLIENT]);
	if (*c->field[IC_GATEWAY] && inet_pton4(c->field[IC_GATEWAY], &c->gateway))
		return ic_fail(val, "not a gateway:", c->field[IC_GATEWAY]);
	if (*c->field[IC_AUTOCONF] && !ic_is_off(c->field[IC_AUTOCONF]) &&
	    !ic_is_auto(c->field[IC_AUTOCONF]) && strcmp(c->field[IC_AUTOCONF], "static"))
		return ic_fail(val, "not a way to configure:", c->field[IC_AUTOCONF]);
	return ic_parse_mask(val, c);
}

/* The device that is meant. Under rtnl. */
static struct net_device *ic_device(const struct ic_config *c)
{
	struct net_device *dev;

	if (*c->field[IC_DEVICE])
		return dev_get_by_name(c->field[IC_DEVICE]);
	for_each_netdev(dev)
		if (!(dev->flags & IFF_LOOPBACK))
			return dev;
	return NULL;
}

static int ic_add_gateway(const char *val, const struct ic_config *c)
{
	struct fib_config cfg = {
		.fc_type = RTN_UNICAST,
		.fc_table = RT_TABLE_MAIN,
		.fc_protocol = RTPROT_BOOT,
		.fc_scope = RT_SCOPE_UNIVERSE,
		.fc_gw = c->gateway,
		.fc_nlflags = NLM_F_CREATE | NLM_F_APPEND,
	};
	struct fib_error error = { NULL };
	int err;

	if (!c->gateway)
		return 0;
	err = fib_route_add(&cfg, &error);
	if (!err || err == -EEXIST)
		return 0;
	return ic_fail(val, error.msg ? error.msg : errno_text(err), c->field[IC_GATEWAY]);
}

/* Under rtnl. */
static int ic_apply_locked(const char *val, const struct ic_config *c)
{
	struct net_device *dev = ic_device(c);
	struct ifa_config cfg = {
		.dev = dev,
		.local = c->client,
		.peer = c->client,
		.prefixlen = (u8)c->len,
		.broadcast = c->len < 31 ? c->client | ~inet_make_mask(c->len) : 0,
	};
	int err;

	if (!dev)
		return ic_fail(val, "no such device:",
			       *c->field[IC_DEVICE] ? c->field[IC_DEVICE] : "eth0");
	err = dev_open(dev);
	if (err)
		return ic_fail(val, "device does not come up:", errno_text(err));
	err = inet_addr_add(&cfg, true);
	if (err)
		return ic_fail(val, "address refused:", errno_text(err));
	return ic_add_gateway(val, c);
}

/*
 * ipconfig_apply() - do what one ip=@val says. Thread.
 * Return: 0; -EINVAL (said in one line), -EOPNOTSUPP for DHCP (likewise).
 */
int ipconfig_apply(const char *val)
{
	struct ic_config c = { .len = 32 };
	int err;

	if (!val || !*val)
		return ic_fail("", "an address is missing", NULL);
	err = ic_parse(val, &c);
	if (err || c.off)
		return err;
	if (c.dhcp) {
		pr_warn("ip=%s: DHCP is not in this build, no address is set\n", val);
		return -EOPNOTSUPP;
	}
	rtnl_lock();
	err = ic_apply_locked(val, &c);
	rtnl_unlock();
	return err;
}

/* What is wrong has been said; the next one is looked at all the same. */
static int ic_apply(const char *name, const char *val, void *arg)
{
	ipconfig_apply(val);
	return 0;
}

/* Known, and looked at when the devices are there. */
static int ic_param(const char *val)
{
	return 0;
}
PARAM(ip, ic_param);

static int ip_auto_config(void)
{
	return param_for_each("ip", ic_apply, NULL);
}
CONFIG_STEP(ip, ip_auto_config);
