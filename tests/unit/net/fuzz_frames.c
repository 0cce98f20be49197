/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/net/fuzz_frames.c - frames: good ones, built ones with odd fields, mutated, cut and
 * random ones; IPv4 with options, fragments, ICMP, ARP. And what may come out.
 */
#include "lib/checksum.h"
#include "lib/string.h"
#include "net/ipv4/arp.h"
#include "tests/unit/net/fuzz.h"

be32 any_addr(struct fuzzer *z)
{
	static const u32 odd[] = {
		0x00000000, 0x00000005, 0x7f000001, 0xc00002ff, 0xc0000200, 0xc63364ff, 0xcb0071ff,
		0xe0000001, 0xef010101, 0xf0000001, 0xffffffff, 0xa9fe0101, 0x0a010203,
	};

	switch (below(z, 12)) {
	case 0:
	case 1:
		return LEFT_PEER;
	case 2:
	case 3:
		return RIGHT_PEER;
	case 4:
	case 5:
		return LEFT_US;
	case 6:
		return RIGHT_US;
	case 7:
		return TEST_NET_1(below(z, 256));
	case 8:
		return TEST_NET_2(below(z, 256));
	case 9:
		return TEST_NET_3(below(z, 256));
	case 10:
		return htonl(odd[below(z, ARRAY_SIZE(odd))]);
	default:
		return htonl(prng_u32(&z->prng));
	}
}

static void any_mac(struct fuzzer *z, u8 *mac, const struct fake_dev *fd)
{
	memcpy(mac, fd->dev->dev_addr, ETH_ALEN);
	switch (below(z, 8)) {
	case 0:
		memset(mac, 0xff, ETH_ALEN);
		break;
	case 1:
		prng_bytes(&z->prng, mac, ETH_ALEN);
		break;
	}
}

/* Options that mean something, with a byte or two wrong now and then. Return: bytes, 0 to 40. */
static unsigned int any_options(struct fuzzer *z, u8 *o)
{
	static const u8 kinds[] = { 1, 7, 68, 131, 137, 148, 130, 94 };
	unsigned int n = 0, want = 4 * below(z, 11);

	memset(o, 0, 40);
	while (n + 4 <= want) {
		unsigned int len = min(3 + 4 * below(z, 5), want - n);

		if (one_in(z, 6)) {
			o[n++] = 1;
			continue;
		}
		o[n] = kinds[below(z, ARRAY_SIZE(kinds))];
		o[n + 1] = (u8)(one_in(z, 10) ? below(z, 256) : len);
		if (len > 2)
			o[n + 2] = (u8)(one_in(z, 10) ? below(z, 256) : 4 + 4 * below(z, 4));
		if (len > 3)
			o[n + 3] = (u8)below(z, 8);
		for (unsigned int k = 4; k + 4 <= len; k += 4) {
			be32 addr = any_addr(z);

			memcpy(o + n + k, &addr, 4);
		}
		n += len;
	}
	return want;
}

/* An ICMP message of @len bytes, right more often than not; errors quote a header. */
static void any_icmp(struct fuzzer *z, u8 *msg, unsigned int len)
{
	u16 sum;

	prng_bytes(&z->prng, msg, len);
	if (len < 8)
		return;
	msg[0] = (u8)(one_in(z, 8) ? below(z, 256) : one_in(z, 3) ? ICMP_ECHO : below(z, 19));
	msg[1] = (u8)below(z, 4);
	if (len >= 28 && !one_in(z, 4)) {
		msg[8] = 0x45;
		msg[17] = one_in(z, 2) ? IPPROTO_ICMP : IPPROTO_UDP;
	}
	if (one_in(z, 8))
		return;
	msg[2] = msg[3] = 0;
	sum = ip_compute_csum(msg, len);
	memcpy(msg + 2, &sum, 2);
}

/* Mostly a source that belongs where the frame comes in. */
static be32 any_source(struct fuzzer *z, const struct fake_dev *fd)
{
	be32 peer = fd == world.left ? LEFT_PEER : RIGHT_PEER;

	if (one_in(z, 6))
		return any_addr(z);
	return one_in(z, 3) ? htonl(ntohl(peer) + below(z, 8)) : peer;
}

static be32 any_destination(struct fuzzer *z, const struct fake_dev *fd)
{
	bool left = fd == world.left;

	switch (below(z, 4)) {
	case 0:
		return left ? LEFT_US : RIGHT_US;
	case 1:
		return left ? RIGHT_PEER : LEFT_PEER;
	case 2:
		return TEST_NET_3(below(z, 256));
	default:
		return any_addr(z);
	}
}

/*
 * Pieces of few packets: mostly thirds that fit together in some order, else pieces that overlap,
 * repeat and contradict each other.
 */
static void any_fragment(struct fuzzer *z, struct ip_packet *p, const struct fake_dev *fd)
{
	u32 third = below(z, 3);

	p->id = (u16)below(z, 4);
	p->len = 64;
	p->frag_off = (u16)(8 * third | (third < 2 ? IP_MF : 0));
	if (!one_in(z, 4)) {
		p->saddr = fd == world.left ? LEFT_PEER : RIGHT_PEER;
		p->daddr = fd == world.left ? LEFT_US : RIGHT_US;
		p->protocol = IPPROTO_UDP;
	}
	if (!one_in(z, 8))
		return;
	p->len = one_in(z, 4) ? below(z, 1441) : 8 * below(z, 12);
	p->frag_off = (u16)((one_in(z, 3) ? 0 : IP_MF) | (one_in(z, 4) ? below(z, 0x2000) : below(z, 40)));
}

static unsigned int any_packet(struct fuzzer *z, const struct fake_dev *fd)
{
	static const u8 protocols[] = { IPPROTO_UDP, IPPROTO_UDP, IPPROTO_ICMP, IPPROTO_ICMP,
					IPPROTO_TCP, IPPROTO_IGMP, 0, 253 };
	u8 options[40], mac[ETH_ALEN];
	struct ip_packet p = {
		.saddr = any_source(z, fd), .daddr = any_destination(z, fd),
		.ttl = (u8)(one_in(z, 4) ? below(z, 3) : 64), .tos = (u8)(one_in(z, 4) ? below(z, 256) : 0),
		.protocol = protocols[below(z, ARRAY_SIZE(protocols))],
		.eth_dest = mac, .options = options,
		.len = one_in(z, 8) ? below(z, 1441) : below(z, 120),
	};
	unsigned int len;

	any_mac(z, mac, fd);
	if (one_in(z, 4))
		p.optlen = any_options(z, options);
	if (one_in(z, 3))
		any_fragment(z, &p, fd);
	else if (one_in(z, 6))
		p.frag_off = one_in(z, 2) ? IP_DF : (u16)prng_u32(&z->prng);
	if (p.protocol == IPPROTO_ICMP) {
		any_icmp(z, z->data, p.len);
		p.data = z->data;
	}
	len = ip_build(z->frame, fd, &p);
	if (one_in(z, 12)) {
		prng_bytes(&z->prng, z->frame + ETH_HLEN + below(z, 20), 1);
		if (one_in(z, 2))
			ip_frame_fix(z->frame);	/* as wide as it says: IP_FRAME_MAX holds 60 */
	}
	return len;
}

static unsigned int any_arp(struct fuzzer *z, const struct fake_dev *fd)
{
	u8 dest[ETH_ALEN], source[ETH_ALEN];

	any_mac(z, dest, fd);
	if (one_in(z, 2))
		memset(dest, 0xff, ETH_ALEN);
	fake_mac(source, (u8)below(z, 256));
	if (one_in(z, 8))
		prng_bytes(&z->prng, source, ETH_ALEN);
	return fake_arp(z->frame, dest, source,
			(u16)(one_in(z, 8) ? below(z, 5) : 1 + below(z, 2)), source, any_addr(z),
			one_in(z, 2) ? fd->dev->dev_addr : NULL, any_addr(z));
}

/* Return: the length of a frame for @fd in z->frame[]. */
unsigned int any_frame(struct fuzzer *z, const struct fake_dev *fd)
{
	unsigned int len;

	if (one_in(z, 16)) {
		len = below(z, one_in(z, 4) ? FUZZ_FRAME_MAX + 1 : 100);
		prng_bytes(&z->prng, z->frame, len);
		if (len >= ETH_HLEN) {
			memcpy(z->frame, fd->dev->dev_addr, ETH_ALEN);
			z->frame[12] = 0x08;
			z->frame[13] = (u8)(one_in(z, 3) ? below(z, 256) : 6 * below(z, 2));
		}
		return len;
	}
	len = one_in(z, 5) ? any_arp(z, fd) : any_packet(z, fd);
	if (one_in(z, 12))
		for (u32 n = 1 + below(z, 4); n; n--)
			z->frame[below(z, len)] ^= (u8)(1 + below(z, 255));
	if (one_in(z, 24))
		len = below(z, len + 1);
	else if (len < ETH_ZLEN && one_in(z, 2)) {
		prng_bytes(&z->prng, z->frame + len, ETH_ZLEN - len);
		len = ETH_ZLEN;
	}
	return len;
}

/* ---- what comes out ---- */

bool fuzz_sound(const struct sk_buff *skb)
{
	const struct iphdr *iph = (const struct iphdr *)(const void *)(skb->data + ETH_HLEN);

	if (skb->len < ETH_HLEN + sizeof(*iph) || skb->len > FUZZ_FRAME_MAX)
		return false;
	if (skb->data[12] == 8 && skb->data[13] == 6)
		return skb->len == ETH_HLEN + sizeof(struct arphdr);
	return skb->data[12] == 8 && !skb->data[13] && iph->version == 4 && iph->ihl >= 5 &&
	       ntohs(iph->tot_len) == skb->len - ETH_HLEN && !ip_fast_csum(iph, iph->ihl) &&
	       iph->ttl && !is_zero_ether_addr(skb->data);
}

void fuzz_answer(struct fuzzer *z, struct fake_dev *fd, const struct sk_buff *skb)
{
	const struct arphdr *arp = (const struct arphdr *)(const void *)(skb->data + ETH_HLEN);
	u8 reply[64], mac[ETH_ALEN];
	be32 sip, tip;

	if (skb->data[13] != 6 || arp->ar_op != htons(ARPOP_REQUEST) || one_in(z, 2))
		return;
	memcpy(&sip, arp->ar_sip, 4);
	memcpy(&tip, arp->ar_tip, 4);
	fake_mac(mac, (u8)below(z, 256));
	fake_dev_receive(fd, reply, fake_arp(reply, arp->ar_sha, mac, ARPOP_REPLY, mac, tip,
					     arp->ar_sha, sip));
}
