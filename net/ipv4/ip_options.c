/* SPDX-License-Identifier: MIT */
/*
 * net/ipv4/ip_options.c - IP options: check them, and do what they ask of a router.
 *
 * Overview    ip_options_compile() checks the options of a received packet and notes where they
 *             are; nothing is changed then. ip_forward_options() writes what a router has to write
 *             (record route, time stamp, source route) when the packet leaves.
 * Notes       Offsets in struct ip_options count from the IP header's first byte. An option is
 *             type, length (of all of it), pointer (from 1, to the next free byte), data.
 * Locking     None.
 * Reference   RFC 791 section 3.1, RFC 1812 sections 4.2.2.1, 5.2.4.1, 5.3.13; RFC 2113 (router
 *             alert).
 */
#include "kernel/base/time.h"
#include "lib/errno.h"
#include "lib/inet.h"
#include "lib/string.h"
#include "net/dst.h"
#include "net/ipv4/devinet.h"
#include "net/ipv4/icmp.h"
#include "net/ipv4/ip.h"
#include "net/ipv4/route.h"
#include "net/netdevice.h"

/*
 * Flags of the time stamp option, low half of its fourth byte; the high half counts who found no
 * room.
 */
#define IPOPT_TS_TSONLY		0
#define IPOPT_TS_TSANDADDR	1
#define IPOPT_TS_PRESPEC	3

/* Each returns 0, or 1 + the offset inside the option of the byte that is wrong. */
static unsigned int check_srr(struct ip_options *opt, const u8 *o, u8 at)
{
	if (o[1] < 3)
		return 1 + 1;
	if (o[2] < 4)
		return 1 + 2;
	if (opt->srr)
		return 1 + 0;
	/* The route's data are whole addresses. */
	if ((o[1] - 3) % 4 || (o[2] <= o[1] && o[2] + 3 > o[1]))
		return 1 + 2;
	opt->srr = at;
	opt->is_strictroute = o[0] == IPOPT_SSRR;
	return 0;
}

static unsigned int check_rr(struct ip_options *opt, const u8 *o, u8 at)
{
	if (opt->rr)
		return 1 + 0;
	if (o[1] < 3)
		return 1 + 1;
	if (o[2] < 4 || (o[2] <= o[1] && o[2] + 3 > o[1]))
		return 1 + 2;
	opt->rr = at;
	opt->rr_needaddr = o[2] <= o[1];
	return 0;
}

static unsigned int check_ts(struct ip_options *opt, const u8 *o, u8 at)
{
	unsigned int flag, need;

	if (opt->ts)
		return 1 + 0;
	if (o[1] < 4)
		return 1 + 1;
	if (o[2] < 5)
		return 1 + 2;
	flag = o[3] & 0xf;
	if (flag != IPOPT_TS_TSONLY && flag != IPOPT_TS_TSANDADDR && flag != IPOPT_TS_PRESPEC)
		return 1 + 3;
	need = flag == IPOPT_TS_TSONLY ? 4 : 8;
	if (o[2] <= o[1] && o[2] + need - 1 > o[1])
		return 1 + 2;
	if (o[2] > o[1] && o[3] >> 4 == 15)
		return 1 + 3;
	opt->ts = at;
	opt->ts_needtime = 1;
	opt->ts_needaddr = flag == IPOPT_TS_TSANDADDR;
	return 0;
}

static unsigned int check_option(struct ip_options *opt, const u8 *o, u8 at)
{
	switch (o[0]) {
	case IPOPT_LSRR:
	case IPOPT_SSRR:
		return check_srr(opt, o, at);
	case IPOPT_RR:
		return check_rr(opt, o, at);
	case IPOPT_TS:
		return check_ts(opt, o, at);
	case IPOPT_RA:
		if (o[1] < 4)
			return 1 + 1;
		if (!o[2] && !o[3])
			opt->router_alert = at;
		return 0;
	default:
		return 0;	/* RFC 1812 4.2.2.1: unknown ones pass unchanged */
	}
}

/*
 * ip_options_compile() - check the options of @skb and note them in IPCB(skb)->opt.
 * Return: 0, or 1 and in *@bad the offset of the wrong byte from the header's first one.
 */
int ip_options_compile(struct sk_buff *skb, unsigned int *bad)
{
	const u8 *hdr = skb_network_header(skb);
	struct ip_options *opt = &IPCB(skb)->opt;
	unsigned int hlen = ip_hdrlen(skb), at = sizeof(struct iphdr);

	memset(opt, 0, sizeof(*opt));
	opt->optlen = (u8)(hlen - at);
	while (at < hlen) {
		unsigned int wrong;

		if (hdr[at] == IPOPT_END)
			break;
		if (hdr[at] == IPOPT_NOOP) {
			at++;
			continue;
		}
		if (at + 1 >= hlen || hdr[at + 1] < 2 || at + hdr[at + 1] > hlen) {
			*bad = at;
			return 1;
		}
		wrong = check_option(opt, hdr + at, (u8)at);
		if (wrong) {
			*bad = at + wrong - 1;
			return 1;
		}
		at += hdr[at + 1];
	}
	return 0;
}

static be32 get_addr(const u8 *p)
{
	be32 addr;

	memcpy(&addr, p, sizeof(addr));
	return addr;
}

/*
 * ip_options_rcv_srr() - @skb bears a source route that we follow; if its destination is ours,
 * route it to the next address that is not (RFC 1812 section 5.2.4.1).
 * Return: 0 and perhaps another dst; else -errno, *@reason, and @skb is still the caller's.
 */
int ip_options_rcv_srr(struct sk_buff *skb, enum drop_reason *reason)
{
	struct ip_options *opt = &IPCB(skb)->opt;
	struct iphdr *iph = ip_hdr(skb);
	u8 *o = (u8 *)iph + opt->srr;
	u8 ptr = o[2];

	if (skb->pkt_type != PACKET_HOST || skb_rtable(skb)->rt_type != RTN_LOCAL)
		return 0;
	for (; ptr + 3 <= o[1]; ptr += 4) {
		be32 nexthop = get_addr(o + ptr - 1);
		int err;

		skb_dst_drop(skb);
		err = ip_route_input_noref(skb, nexthop, iph->saddr, iph->tos, skb->dev, reason);
		if (err)
			return err;
		if (skb_rtable(skb)->rt_type == RTN_UNICAST) {
			opt->srr_is_hit = 1;
			opt->nexthop = nexthop;
			break;
		}
		if (skb_rtable(skb)->rt_type != RTN_LOCAL) {
			*reason = DROP_IP_OPTIONS;
			return -EINVAL;
		}
		/* Ours again: we are the next hop as well. */
		iph->daddr = nexthop;
		opt->is_changed = 1;
	}
	o[2] = ptr;
	return 0;
}

/*
 * Milliseconds since midnight UT; we know no clock: since boot, with the bit that says so (RFC
 * 791).
 */
static be32 ip_timestamp(void)
{
	return htonl((u32)(ktime_get_ns() / NSEC_PER_MSEC) % 86400000u | 0x80000000u);
}

/* Writes @addr into the next free place of the record route option @o, if there is one. */
static void record_route(u8 *o, be32 addr)
{
	if (o[2] + 3 > o[1])
		return;
	memcpy(o + o[2] - 1, &addr, 4);
	o[2] += 4;
}

/* The same for the time stamp option; who finds no room is counted if @count says so. */
static void record_time(u8 *o, be32 addr, bool count)
{
	be32 now = ip_timestamp();
	unsigned int flag = o[3] & 0xf, need = flag == IPOPT_TS_TSONLY ? 4 : 8;

	if (o[2] + need - 1 > o[1]) {
		if (count)
			o[3] = (u8)(o[3] + 0x10);
		return;
	}
	if (flag == IPOPT_TS_PRESPEC && !ip_dev_find(get_addr(o + o[2] - 1)))
		return;
	if (flag == IPOPT_TS_TSANDADDR)
		memcpy(o + o[2] - 1, &addr, 4);
	if (flag != IPOPT_TS_TSONLY)
		o[2] += 4;
	memcpy(o + o[2] - 1, &now, 4);
	o[2] += 4;
}

/*
 * ip_forward_options() - write into the options of @skb, which is leaving, what they ask for:
 * the address that it leaves by, the time. Makes the checksum anew where it has to.
 */
void ip_forward_options(struct sk_buff *skb)
{
	struct ip_options *opt = &IPCB(skb)->opt;
	struct iphdr *iph = ip_hdr(skb);
	const struct rtable *rt = skb_rtable(skb);
	be32 addr;

	if (!opt->rr_needaddr && !opt->ts && !opt->srr_is_hit && !opt->is_changed)
		return;
	addr = inet_select_addr(rt->dst.dev, rt->rt_gateway, RT_SCOPE_UNIVERSE);
	if (opt->rr_needaddr)
		record_route((u8 *)iph + opt->rr, addr);
	if (opt->srr_is_hit) {
		u8 *o = (u8 *)iph + opt->srr;

		memcpy(o + o[2] - 1, &addr, 4);
		o[2] += 4;
		iph->daddr = opt->nexthop;
	}
	if (opt->ts)
		record_time((u8 *)iph + opt->ts, addr, true);
	ip_send_check(iph);
}

/* ip_options_fragment() - options that only the first fragment bears become no-ops (RFC 791). */
void ip_options_fragment(struct sk_buff *skb)
{
	u8 *hdr = skb_network_header(skb);
	unsigned int hlen = ip_hdrlen(skb), at = sizeof(struct iphdr);

	while (at < hlen && hdr[at] != IPOPT_END) {
		unsigned int len = 1;

		if (hdr[at] != IPOPT_NOOP) {
			len = at + 1 < hlen ? hdr[at + 1] : 0;
			if (len < 2 || at + len > hlen)
				return;
			if (!IPOPT_COPIED(hdr[at]))
				memset(hdr + at, IPOPT_NOOP, len);
		}
		at += len;
	}
}

/*
 * ip_options_echo() - the options of an answer to @skb: its record route and its time stamps, in
 * which we stand twice if there is room, as who got the request and as who sends the answer.
 * @us: our address.
 */
void ip_options_echo(const struct sk_buff *skb, be32 us, struct ip_options_data *opt)
{
	const struct ip_options *sopt = &IPCB(skb)->opt;
	const u8 *hdr = skb_network_header(skb);
	u8 *o = opt->data;

	memset(opt, 0, sizeof(*opt));
	if (!sopt->optlen)
		return;
	if (sopt->rr) {
		memcpy(o, hdr + sopt->rr, hdr[sopt->rr + 1]);
		record_route(o, us);
		record_route(o, us);
		o += o[1];
	}
	if (sopt->ts) {
		memcpy(o, hdr + sopt->ts, hdr[sopt->ts + 1]);
		record_time(o, us, true);
		record_time(o, us, false);
		o += o[1];
	}
	opt->len = (u8)ALIGN((unsigned int)(o - opt->data), 4u);
}
