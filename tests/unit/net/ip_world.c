/* SPDX-License-Identifier: MIT */
/* tests/unit/net/ip_world.c - see ip_world.h. */
#include "tests/unit/net/ip_world.h"

#include "kernel/base/command.h"
#include "kernel/base/rcu.h"
#include "kernel/base/selftest.h"
#include "kernel/base/sysctl.h"
#include "lib/checksum.h"
#include "lib/err.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "net/ipv4/devinet.h"
#include "net/ipv4/route.h"
#include "net/neighbour.h"
#include "net/stats.h"

struct ip_world world;

int ip_world_addr(struct fake_dev *fd, be32 addr, u8 len)
{
	struct ifa_config cfg = { .dev = fd->dev, .local = addr, .peer = addr, .prefixlen = len };
	int err;

	rtnl_lock();
	err = inet_addr_add(&cfg, false);
	rtnl_unlock();
	return err;
}

int ip_world_neigh(struct fake_dev *fd, be32 addr, const u8 *mac)
{
	struct neighbour *n = neigh_find_get(&arp_tbl, addr, fd->dev);
	int err;

	if (IS_ERR(n))
		return (int)PTR_ERR(n);
	err = neigh_update(n, mac, NUD_PERMANENT, NEIGH_UPDATE_F_OVERRIDE | NEIGH_UPDATE_F_ADMIN);
	neigh_release(n);
	return err;
}

int ip_world_sysctl(const char *name, int value)
{
	char text[16];
	int old = 0;

	scnprintf(text, sizeof(text), "%d", value);
	EXPECT_EQ(sysctl_read(name, &old), 0);
	EXPECT_EQ(sysctl_write(name, text), 0);
	return old;
}

void ip_world_forwarding(bool on)
{
	ip_world_sysctl("net.ipv4.ip_forward", on);
}

int ip_world_run(const char *line, char *text, size_t size)
{
	char reason[COMMAND_REASON_MAX] = "";
	struct out_buf ob;
	int rc;

	out_buf_init(&ob, text, size);
	rc = command_run_line(&ob.out, line, reason, sizeof(reason));
	if (rc)
		out_printf(&ob.out, "%s", reason);
	return rc;
}

/*
 * A default route of the router that runs the tests would answer for each address that the tests
 * take for unreachable: it steps aside for the time of a suite, and so does the forwarding switch.
 */
static char default_routes[1024];
static int was_forwarding;

static void default_routes_take(void)
{
	char text[COMMAND_REASON_MAX];

	EXPECT_EQ(ip_world_run("ip route show default", default_routes, sizeof(default_routes)), 0);
	while (!ip_world_run("ip route del default", text, sizeof(text)))
		;
}

static void default_routes_restore(void)
{
	char line[160], text[COMMAND_REASON_MAX], *rest = default_routes;

	while (*rest) {
		size_t len = 0;

		while (rest[len] && rest[len] != '\n')
			len++;
		scnprintf(line, sizeof(line), "ip route append %.*s", (int)len, rest);
		EXPECT_EQ(ip_world_run(line, text, sizeof(text)), 0);
		rest += len + (rest[len] == '\n');
	}
}

bool ip_world_setup(void)
{
	default_routes_take();
	world.left = fake_dev_create();
	world.right = fake_dev_create();
	if (!world.left || !world.right) {
		EXPECT_NOT_NULL(world.left);
		EXPECT_NOT_NULL(world.right);
		return false;
	}
	fake_mac(world.left_mac, 201);
	fake_mac(world.right_mac, 202);
	EXPECT_EQ(ip_world_addr(world.left, LEFT_US, 24), 0);
	EXPECT_EQ(ip_world_addr(world.right, RIGHT_US, 24), 0);
	EXPECT_EQ(ip_world_neigh(world.left, LEFT_PEER, world.left_mac), 0);
	EXPECT_EQ(ip_world_neigh(world.right, RIGHT_PEER, world.right_mac), 0);
	was_forwarding = ip_world_sysctl("net.ipv4.ip_forward", true);
	icmp_ratelimit_reset();
	fake_dev_drain(world.left);
	fake_dev_drain(world.right);
	return true;
}

void ip_world_teardown(void)
{
	struct rx_identity id;

	ip_frag_flush();
	ip_world_forwarding(was_forwarding);
	fake_dev_destroy(world.left);
	fake_dev_destroy(world.right);
	default_routes_restore();
	rx_identity_get(&id);
	EXPECT_TRUE(id.holds);
	EXPECT_EQ(id.held, 0);
}

struct iphdr *ip_frame_hdr(u8 *frame)
{
	return (struct iphdr *)(void *)(frame + ETH_HLEN);
}

void ip_frame_fix(u8 *frame)
{
	ip_send_check(ip_frame_hdr(frame));
}

static unsigned int ip_build_data(u8 *to, const struct ip_packet *p, struct iphdr *iph)
{
	struct udphdr *uh = (struct udphdr *)(void *)to;

	if (p->data)
		memcpy(to, p->data, p->len);
	else
		for (unsigned int i = 0; i < p->len; i++)
			to[i] = (u8)i;
	if (iph->protocol != IPPROTO_UDP || p->data || p->len < sizeof(*uh) ||
	    (p->frag_off & IP_OFFSET))
		return p->len;
	uh->source = htons(p->sport ? p->sport : 4000);
	uh->dest = htons(p->dport ? p->dport : 5000);
	uh->len = htons((u16)p->len);
	uh->check = 0;
	uh->check = csum_tcpudp_magic(p->saddr, p->daddr, p->len, IPPROTO_UDP,
				      csum_partial(uh, p->len, 0));
	return p->len;
}

unsigned int ip_build(u8 *frame, const struct fake_dev *fd, const struct ip_packet *p)
{
	const u8 *peer = fd == world.left ? world.left_mac : world.right_mac;
	struct iphdr *iph = (struct iphdr *)(void *)fake_eth(
		frame, p->eth_dest ? p->eth_dest : fd->dev->dev_addr, peer, ETH_P_IP);
	unsigned int hlen = sizeof(*iph) + p->optlen, len;

	memset(iph, 0, hlen);
	if (p->optlen)
		memcpy(iph + 1, p->options, p->optlen);
	iph->version = 4;
	iph->ihl = (u8)((hlen / 4) & 0xf);
	iph->tos = p->tos;
	iph->id = htons(p->id);
	iph->frag_off = htons(p->frag_off);
	iph->ttl = p->ttl_zero ? 0 : p->ttl ? p->ttl : 64;
	iph->protocol = p->protocol ? p->protocol : IPPROTO_UDP;
	iph->saddr = p->saddr;
	iph->daddr = p->daddr;
	len = ip_build_data((u8 *)iph + hlen, p, iph);
	iph->tot_len = htons((u16)(hlen + len));
	ip_send_check(iph);
	return ETH_HLEN + hlen + len;
}

void ip_receive(struct fake_dev *fd, const struct ip_packet *p)
{
	IP_FRAME(frame);

	fake_dev_receive(fd, frame, ip_build(frame, fd, p));
}

bool ip_icmp_sent(struct fake_dev *fd, struct ip_icmp_seen *seen)
{
	struct sk_buff *skb = fake_dev_sent(fd);
	const struct iphdr *iph;
	const struct icmphdr *icmph;
	bool ok = false;

	memset(seen, 0, sizeof(*seen));
	if (!skb)
		return false;
	iph = (const struct iphdr *)(const void *)(skb->data + ETH_HLEN);
	icmph = (const struct icmphdr *)(const void *)(iph + 1);
	if (skb->len >= ETH_HLEN + sizeof(*iph) + sizeof(*icmph) && iph->protocol == IPPROTO_ICMP &&
	    iph->ihl == 5) {
		unsigned int len = skb->len - ETH_HLEN - (unsigned int)sizeof(*iph);

		*seen = (struct ip_icmp_seen){
			.saddr = iph->saddr, .daddr = iph->daddr, .tos = iph->tos, .ttl = iph->ttl,
			.type = icmph->type, .code = icmph->code, .info = icmph->un.gateway,
			.quoted = len - (unsigned int)sizeof(*icmph),
			.csum_ok = !ip_compute_csum(icmph, len) && !ip_fast_csum(iph, 5) &&
				   ntohs(iph->tot_len) == skb->len - ETH_HLEN,
		};
		memcpy(seen->quote, icmph + 1,
		       min(seen->quoted, (unsigned int)sizeof(seen->quote)));
		ok = true;
	}
	consume_skb(skb);
	return ok;
}

u64 ip_dropped(enum drop_reason reason)
{
	u64 sum = 0;

	if (reason < DROP_REASON_MAX)
		return drop_sum(reason);
	for (unsigned int i = 0; i < DROP_REASON_MAX; i++)
		sum += drop_sum((enum drop_reason)i);
	return sum;
}
