/* SPDX-License-Identifier: MIT */
/*
 * net/ipv4/cmd_ping.c - `ping`: echo requests, replies, statistics, in iputils' words.
 *
 * Overview    ping [-c N] [-i SECONDS] [-s SIZE] [-t TTL] [-W SECONDS] [-w SECONDS]
 *                  [-I ADDRESS|DEV] [-bnq] HOST
 *             A thread sends; the answers come in by softirq (icmp.c's
 *             ping_waiter) and wait in a ring until the thread prints them. Times are taken in the
 *             softirq, not when the thread gets to run.
 * Status      0: at least one reply; 1: none, or it could not begin; 130: stopped by Ctrl-C
 *             (statistics are printed).
 * Locking     ping.lock, a leaf, bottom halves off: what sender and softirq share.
 * Limits      PING_RING answers not yet printed; more are counted and not shown. PING_WINDOW
 *             requests whose replies are recognised as such (and as duplicates). Without -c it goes
 *             on until Ctrl-C.
 */
#include "kernel/base/command.h"
#include "kernel/base/sched.h"
#include "kernel/base/spinlock.h"
#include "kernel/base/time.h"
#include "kernel/base/wait.h"
#include "lib/checksum.h"
#include "lib/err.h"
#include "lib/inet.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "net/dst.h"
#include "net/ipv4/devinet.h"
#include "net/ipv4/icmp.h"
#include "net/ipv4/ip.h"
#include "net/ipv4/route.h"
#include "net/netdevice.h"
#include "net/stats.h"

#define PING_RING	64
#define PING_WINDOW	1024
#define PING_MAX_SIZE	65507		/* 65,535 - 20 - 8 */
#define PING_SLICE_MS	100		/* how soon Ctrl-C is noticed */
#define PING_LINGER_MS	10000

/* One line to be printed. */
struct ping_event {
	be32	saddr;
	u32	len;
	u32	info;
	u16	seq;
	u8	ttl;
	u8	error_type, error_code;
	bool	duplicate;
	u64	rtt;			/* ns */
};

struct ping {
	struct command_ctx	*ctx;
	/* what was asked for */
	struct flowi4		fl4;
	const char		*host;
	u32			count, size, ttl;
	u64			interval, linger, deadline;	/* ns; the latter two 0: not said */
	bool			broadcast, quiet;
	const char		*source_dev;

	struct ping_waiter	waiter;
	struct wait_queue_head	wait;
	spinlock_t		lock;
	/* by lock */
	struct ping_event	ring[PING_RING];
	u32			head, tail;
	u64			sent_at[PING_WINDOW];
	u64			answered[PING_WINDOW / 64];
	u32			sent, received, duplicates, errors;
	u64			rtt_min, rtt_max, rtt_sum, rtt_sum2;	/* us, sum2 us^2 */
};

/* ---- softirq ---- */

/* Does @seq belong to a request of late, and has it been answered already? Under p->lock. */
static bool ping_note_reply(struct ping *p, struct ping_event *e)
{
	u32 slot = e->seq % PING_WINDOW, age = (u16)((u16)p->sent - e->seq);
	u64 us;

	if (age >= PING_WINDOW || age >= p->sent)
		return false;
	/* it may have been sent by a CPU whose clock is a little ahead */
	e->rtt = max(ktime_get_ns(), p->sent_at[slot]) - p->sent_at[slot];
	us = e->rtt / NSEC_PER_USEC;
	e->duplicate = p->answered[slot / 64] & BIT_ULL(slot % 64);
	if (e->duplicate) {
		p->duplicates++;
		return true;
	}
	p->answered[slot / 64] |= BIT_ULL(slot % 64);
	p->received++;
	p->rtt_min = p->received == 1 ? us : min(p->rtt_min, us);
	p->rtt_max = max(p->rtt_max, us);
	p->rtt_sum += us;
	p->rtt_sum2 += us * us;
	return true;
}

static void ping_heard(struct ping_waiter *w, const struct ping_reply *reply)
{
	struct ping *p = container_of(w, struct ping, waiter);
	struct ping_event e = {
		.saddr = reply->saddr,
		.len = reply->len + (u32)sizeof(struct icmphdr),
		.info = reply->error_info,
		.seq = ntohs(reply->icmph->un.echo.sequence),
		.ttl = reply->ttl,
		.error_type = reply->error_type,
		.error_code = reply->error_code,
	};

	spin_lock_bh(&p->lock);
	if (e.error_type)
		p->errors++;
	if ((e.error_type || ping_note_reply(p, &e)) && p->head - p->tail < PING_RING)
		p->ring[p->head++ % PING_RING] = e;
	spin_unlock_bh(&p->lock);
	wake_up(&p->wait);
}

/* ---- sending ---- */

static void ping_fill(u8 *data, u32 size)
{
	for (u32 i = 0; i < size; i++)
		data[i] = (u8)i;
}

/* One request. Return: 0 or what the route said. */
static int ping_send(struct ping *p)
{
	struct flowi4 fl4 = p->fl4;
	struct icmphdr *icmph;
	struct sk_buff *skb;
	struct rtable *rt;
	u16 seq;

	spin_lock_bh(&p->lock);
	seq = (u16)++p->sent;
	p->sent_at[seq % PING_WINDOW] = ktime_get_ns();
	p->answered[seq % PING_WINDOW / 64] &= ~BIT_ULL(seq % PING_WINDOW % 64);
	spin_unlock_bh(&p->lock);

	local_bh_disable();
	rt = ip_route_output_flow(&fl4);
	if (IS_ERR(rt)) {
		local_bh_enable();
		return (int)PTR_ERR(rt);
	}
	skb = ip_alloc_skb(rt, sizeof(*icmph) + p->size);
	if (!skb) {
		ip_rt_put(rt);
		local_bh_enable();
		return -ENOMEM;
	}
	icmph = skb_put(skb, sizeof(*icmph) + p->size);
	*icmph = (struct icmphdr){
		.type = ICMP_ECHO,
		.un.echo = { .id = p->waiter.id, .sequence = htons(seq) },
	};
	ping_fill((u8 *)(icmph + 1), p->size);
	icmph->checksum = ip_compute_csum(icmph, skb->len);
	SNMP_INC(ICMP_OUT_MSGS);
	SNMP_INC(ICMP_OUT_ECHOS);
	(void)ip_queue_xmit(skb, rt, fl4.saddr, fl4.daddr, IPPROTO_ICMP, fl4.tos, (u8)p->ttl, false,
			    NULL);
	local_bh_enable();
	return 0;
}

/* ---- printing ---- */

static const char *ping_error_text(u8 type, u8 code)
{
	static const char *const unreach[] = {
		[ICMP_NET_UNREACH] = "Destination Net Unreachable",
		[ICMP_HOST_UNREACH] = "Destination Host Unreachable",
		[ICMP_PROT_UNREACH] = "Destination Protocol Unreachable",
		[ICMP_PORT_UNREACH] = "Destination Port Unreachable",
		[ICMP_SR_FAILED] = "Source Route Failed",
		[ICMP_NET_UNKNOWN] = "Destination Net Unknown",
		[ICMP_HOST_UNKNOWN] = "Destination Host Unknown",
		[ICMP_HOST_ISOLATED] = "Source Host Isolated",
		[ICMP_NET_ANO] = "Destination Net Prohibited",
		[ICMP_HOST_ANO] = "Destination Host Prohibited",
		[ICMP_NET_UNR_TOS] = "Destination Net Unreachable for Type of Service",
		[ICMP_HOST_UNR_TOS] = "Destination Host Unreachable for Type of Service",
		[ICMP_PKT_FILTERED] = "Packet filtered",
		[ICMP_PREC_VIOLATION] = "Precedence Violation",
		[ICMP_PREC_CUTOFF] = "Precedence Cutoff",
	};

	if (type == ICMP_TIME_EXCEEDED)
		return code == ICMP_EXC_TTL ? "Time to live exceeded"
					    : "Frag reassembly time exceeded";
	if (type == ICMP_PARAMETERPROB)
		return "Parameter problem";
	if (type == ICMP_DEST_UNREACH && code < ARRAY_SIZE(unreach) && unreach[code])
		return unreach[code];
	return "Dest Unreachable, Bad Code";
}

/* As iputils rounds it: three digits that mean something. */
static void ping_print_time(struct out *out, u64 us)
{
	if (us >= 100000 - 50)
		out_printf(out, " time=%llu ms", (us + 500) / 1000);
	else if (us >= 10000 - 5)
		out_printf(out, " time=%llu.%01llu ms", (us + 50) / 1000, (us + 50) % 1000 / 100);
	else if (us >= 1000)
		out_printf(out, " time=%llu.%02llu ms", (us + 5) / 1000, (us + 5) % 1000 / 10);
	else
		out_printf(out, " time=%llu.%03llu ms", us / 1000, us % 1000);
}

static void ping_print_event(const struct ping *p, const struct ping_event *e)
{
	struct out *out = p->ctx->out;

	if (p->quiet)
		return;
	if (e->error_type) {
		out_printf(out, "From %pI4 icmp_seq=%u ", &e->saddr, e->seq);
		if (e->error_type == ICMP_DEST_UNREACH && e->error_code == ICMP_FRAG_NEEDED)
			out_printf(out, "Frag needed and DF set (mtu = %u)\n", e->info);
		else
			out_printf(out, "%s\n", ping_error_text(e->error_type, e->error_code));
		return;
	}
	out_printf(out, "%u bytes from %pI4: icmp_seq=%u ttl=%u", e->len, &e->saddr, e->seq,
		   e->ttl);
	ping_print_time(out, e->rtt / NSEC_PER_USEC);
	out_puts(out, e->duplicate ? " (DUP!)\n" : "\n");
}

static void ping_print_heard(struct ping *p)
{
	for (;;) {
		struct ping_event e;

		spin_lock_bh(&p->lock);
		if (p->head == p->tail) {
			spin_unlock_bh(&p->lock);
			return;
		}
		e = p->ring[p->tail++ % PING_RING];
		spin_unlock_bh(&p->lock);
		ping_print_event(p, &e);
	}
}

/* Six significant digits and no zeros behind them: "0", "33.3333", "100". */
static void ping_print_percent(struct out *out, u64 part, u64 whole)
{
	u64 scale = 1, value;
	unsigned int decimals = 0;

	if (whole)
		while (part * 100 * scale / whole < 100000 && decimals < 9) {
			scale *= 10;
			decimals++;
		}
	value = whole ? (part * 100 * scale + whole / 2) / whole : 0;
	while (decimals && value % 10 == 0) {
		value /= 10;
		scale /= 10;
		decimals--;
	}
	if (decimals)
		out_printf(out, "%llu.%0*llu%%", value / scale, (int)decimals, value % scale);
	else
		out_printf(out, "%llu%%", value / scale);
}

static u64 isqrt(u64 v)
{
	u64 r = 0;

	for (u64 bit = 1ull << 31; bit; bit >>= 1)
		if ((r + bit) * (r + bit) <= v)
			r += bit;
	return r;
}

static void ping_print_statistics(struct ping *p, u64 elapsed)
{
	struct out *out = p->ctx->out;

	out_printf(out, "\n--- %s ping statistics ---\n", p->host);
	out_printf(out, "%u packets transmitted, %u received", p->sent, p->received);
	if (p->duplicates)
		out_printf(out, ", +%u duplicates", p->duplicates);
	if (p->errors)
		out_printf(out, ", +%u errors", p->errors);
	out_puts(out, ", ");
	ping_print_percent(out, p->sent > p->received ? p->sent - p->received : 0, p->sent);
	out_printf(out, " packet loss, time %llums\n", elapsed / NSEC_PER_MSEC);
	if (p->received) {
		u64 n = p->received, avg = p->rtt_sum / n, mean2 = p->rtt_sum2 / n;
		u64 mdev = isqrt(mean2 > avg * avg ? mean2 - avg * avg : 0);

		out_printf(
			out,
			"rtt min/avg/max/mdev = %llu.%03llu/%llu.%03llu/%llu.%03llu/%llu.%03llu ms",
			p->rtt_min / 1000, p->rtt_min % 1000, avg / 1000, avg % 1000,
			p->rtt_max / 1000, p->rtt_max % 1000, mdev / 1000, mdev % 1000);
	}
	out_puts(out, "\n");
}

/* ---- the thread ---- */

/* Sleeps until @until (ns), something was heard, or a slice is over. */
static void ping_wait(struct ping *p, u64 until)
{
	u64 now = ktime_get_ns(), ms;

	if (until <= now)
		return;
	ms = min((until - now + NSEC_PER_MSEC - 1) / NSEC_PER_MSEC, (u64)PING_SLICE_MS);
	(void)wait_event_timeout(p->wait, READ_ONCE(p->head) != p->tail,
				 (long)msecs_to_jiffies(ms));
}

/* How long the last request may still be answered. */
static u64 ping_linger(const struct ping *p)
{
	if (p->linger)
		return p->linger;
	if (p->received)
		return max(2 * p->rtt_max * NSEC_PER_USEC, p->interval);
	return PING_LINGER_MS * NSEC_PER_MSEC;
}

/* Return: false when the user stopped it. */
static bool ping_run(struct ping *p, u64 start)
{
	u64 next = start, last = start;

	for (;;) {
		u64 now = ktime_get_ns();
		bool done = p->count && p->sent >= p->count;

		if (command_interrupted(p->ctx))
			return false;
		if (p->deadline && now - start >= p->deadline)
			return true;
		if (done && (p->received + p->errors >= p->count || now - last >= ping_linger(p)))
			return true;
		if (!done && now >= next) {
			int err = ping_send(p);

			last = now;
			next = max(next + p->interval, now > p->interval ? now - p->interval : 0);
			if (err) {
				p->errors++;
				out_printf(p->ctx->out, "ping: sendmsg: %s\n", errno_text(err));
			}
		}
		ping_wait(p, done ? last + ping_linger(p) : next);
		cond_resched();		/* with -i 0 it never waits */
		ping_print_heard(p);
	}
}

/* The first look at the way: what is wrong with it is said before anything is sent. */
static int ping_connect(struct ping *p)
{
	struct flowi4 fl4 = p->fl4;
	struct rtable *rt;
	u32 flags;

	local_bh_disable();
	rt = ip_route_output_flow(&fl4);
	flags = IS_ERR(rt) ? 0 : rt->rt_flags;
	if (!IS_ERR(rt))
		ip_rt_put(rt);
	local_bh_enable();
	if (IS_ERR(rt))
		return command_fail(p->ctx, "connect: %s", errno_text((int)PTR_ERR(rt)));
	if ((flags & RTCF_BROADCAST) && !p->broadcast)
		return command_fail(p->ctx, "Do you want to ping broadcast? Then -b.");
	out_printf(p->ctx->out, "PING %s (%pI4) ", p->host, &p->fl4.daddr);
	if (p->fl4.saddr || p->source_dev)
		out_printf(p->ctx->out, "from %pI4 %s: ", &fl4.saddr,
			   p->source_dev ? p->source_dev : "");
	out_printf(p->ctx->out, "%u(%u) bytes of data.\n", p->size,
		   p->size + (u32)(sizeof(struct icmphdr) + sizeof(struct iphdr)));
	return 0;
}

static int ping_main(struct ping *p)
{
	bool finished;
	u64 start;
	int rc = ping_connect(p);

	if (rc)
		return rc;
	if (icmp_ping_register(&p->waiter))
		return command_fail(p->ctx, "no free identifier");
	start = ktime_get_ns();
	finished = ping_run(p, start);
	icmp_ping_unregister(&p->waiter);
	ping_print_heard(p);
	ping_print_statistics(p, ktime_get_ns() - start);
	if (!finished)
		return command_cancel(p->ctx);
	return p->received ? 0 : COMMAND_FAILED;
}

/* ---- arguments ---- */

/* "1", "0.25" seconds to nanoseconds. Return: 0, -EINVAL. */
static int ping_seconds(const char *s, u64 *ns)
{
	u64 unit = NSEC_PER_SEC, v = 0;
	bool digit = false;

	for (; *s >= '0' && *s <= '9' && v < 1000000; s++, digit = true)
		v = v * 10 + (u64)(*s - '0');
	v *= NSEC_PER_SEC;
	if (*s == '.')
		for (s++; *s >= '0' && *s <= '9'; s++, digit = true) {
			unit /= 10;
			v += (u64)(*s - '0') * unit;
		}
	*ns = v;
	return digit && !*s ? 0 : -EINVAL;
}

static int ping_number(struct ping *p, const char *s, u32 low, u32 high, u32 *value)
{
	if (kstrtou32(s, 10, value) || *value < low || *value > high)
		return command_fail(p->ctx,
				    "invalid argument: '%s': out of range: %u <= value <= %u", s,
				    low, high);
	return 0;
}

static int ping_source(struct ping *p, const char *s)
{
	struct net_device *dev;
	int rc = 0;

	if (!inet_pton4(s, &p->fl4.saddr))
		return 0;
	rtnl_lock();
	dev = dev_get_by_name(s);
	if (dev)
		p->fl4.oif = dev->ifindex;
	else
		rc = command_fail(p->ctx, "unknown iface: %s", s);
	rtnl_unlock();
	p->source_dev = s;
	return rc;
}

static int ping_option_value(struct ping *p, char opt, const char *s)
{
	u64 *ns = opt == 'i' ? &p->interval : opt == 'W' ? &p->linger : &p->deadline;

	switch (opt) {
	case 'c':
		return ping_number(p, s, 1, UINT_MAX, &p->count);
	case 's':
		return ping_number(p, s, 0, PING_MAX_SIZE, &p->size);
	case 't':
		return ping_number(p, s, 1, 255, &p->ttl);
	case 'I':
		return ping_source(p, s);
	default:
		return ping_seconds(s, ns) ? command_fail(p->ctx, "bad timing: %s", s) : 0;
	}
}

/* The letters of one word; the last may take the next word. Return: 0 or a status. */
static int ping_option(struct ping *p, const char *word, char **argv, int argc, int *i)
{
	for (const char *c = word + 1; *c; c++) {
		const char *value = c + 1;

		if (*c == 'q')
			p->quiet = true;
		else if (*c == 'b')
			p->broadcast = true;
		if (strchr("qbn4", *c))
			continue;
		if (!strchr("cistIWw", *c))
			return command_usage(p->ctx);
		if (!*value)
			value = *i + 1 < argc ? argv[++*i] : NULL;
		return value ? ping_option_value(p, *c, value) : command_usage(p->ctx);
	}
	return 0;
}

static int ping_parse(struct ping *p, int argc, char **argv)
{
	int rc = 0;

	for (int i = 1; i < argc && !rc; i++) {
		if (argv[i][0] == '-' && argv[i][1])
			rc = ping_option(p, argv[i], argv, argc, &i);
		else if (p->host)
			rc = command_usage(p->ctx);
		else
			p->host = argv[i];
	}
	if (rc)
		return rc;
	if (!p->host)
		return command_usage(p->ctx);
	if (inet_pton4(p->host, &p->fl4.daddr))
		return command_fail(p->ctx, "%s: not an IPv4 address", p->host);
	return 0;
}

static int cmd_ping(struct command_ctx *ctx, int argc, char **argv)
{
	struct ping *p = kzalloc(sizeof(*p), GFP_KERNEL);
	int rc;

	if (!p)
		return -ENOMEM;
	p->ctx = ctx;
	p->size = 56;
	p->interval = NSEC_PER_SEC;
	p->fl4.proto = IPPROTO_ICMP;
	p->waiter.fn = ping_heard;
	spin_lock_init_named(&p->lock, "ping.lock");
	init_waitqueue_head(&p->wait);
	rc = ping_parse(p, argc, argv);
	if (!rc)
		rc = ping_main(p);
	kfree(p);
	return rc;
}
SHELL_COMMAND(ping,
	      "ping [-c N] [-i SECONDS] [-s SIZE] [-t TTL] [-W SECONDS] [-w SECONDS] [-I "
	      "ADDRESS|DEV] [-bnq] HOST",
	      cmd_ping);
