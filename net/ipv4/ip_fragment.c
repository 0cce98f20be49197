/* SPDX-License-Identifier: MIT */
/*
 * net/ipv4/ip_fragment.c - cut a packet that is longer than its link's MTU (RFC 791 section 2.3,
 * RFC 1812 section 4.2.2.7).
 *
 * Overview    Each fragment is an skb of its own with a copy of the header and its share of the
 *             data, a multiple of 8 bytes in all but the last; data are as much as fits. The packet
 *             itself ends here.
 * Locking     None; softirq or bottom halves off, under RCU.
 */
#include "lib/errno.h"
#include "lib/inet.h"
#include "lib/string.h"
#include "net/dst.h"
#include "net/ipv4/icmp.h"
#include "net/ipv4/ip.h"
#include "net/ipv4/route.h"
#include "net/netdevice.h"
#include "net/stats.h"

/* One fragment: @len bytes of data from byte @off (of the data of @skb). NULL: no memory. */
static struct sk_buff *ip_frag_next(const struct sk_buff *skb, unsigned int hlen, unsigned int off,
				    unsigned int len, bool last)
{
	const struct iphdr *iph = ip_hdr(skb);
	unsigned int room = ALIGN(LL_RESERVED_SPACE(skb->dev), 16);
	struct sk_buff *frag = alloc_skb(room + hlen + len, GFP_ATOMIC | __GFP_NOWARN);
	u16 frag_off = ntohs(iph->frag_off);
	struct iphdr *fh;

	if (!frag)
		return NULL;
	skb_reserve(frag, room);
	skb_reset_network_header(frag);
	fh = skb_put_data(frag, iph, hlen);
	skb_put_data(frag, (const u8 *)iph + hlen + off, len);
	skb_set_transport_header(frag, (int)hlen);
	fh->tot_len = htons((u16)(hlen + len));
	fh->frag_off = htons((u16)((frag_off & (IP_DF | IP_MF)) |
				   (((frag_off & IP_OFFSET) + off / 8) & IP_OFFSET)));
	if (!last)
		fh->frag_off |= htons(IP_MF);
	/* Only the first fragment of the original packet keeps all options. */
	if (off && hlen > sizeof(struct iphdr))
		ip_options_fragment(frag);
	ip_send_check(fh);
	memcpy(frag->cb, skb->cb, sizeof(struct inet_skb_parm));
	frag->dev = skb->dev;
	frag->protocol = skb->protocol;
	frag->pkt_type = skb->pkt_type;
	frag->mark = skb->mark;
	frag->priority = skb->priority;
	frag->skb_iif = skb->skb_iif;
	/*
	 * The packet holds the dst for as long as this loop needs it; a queue takes its own
	 * reference.
	 */
	skb_dst_set_noref(frag, skb_dst(skb));
	return frag;
}

/*
 * ip_fragment() - send @skb in pieces of at most @mtu bytes through @output.
 * Context: softirq or bottom halves off, under RCU.  Consumes @skb.
 * Return:  0, -EMSGSIZE (DF is set; the sender was told), -ENOMEM (some pieces may have been sent).
 */
int ip_fragment(struct sk_buff *skb, unsigned int mtu, int (*output)(struct sk_buff *))
{
	unsigned int hlen = ip_hdrlen(skb), len = skb->len - hlen, per, off;

	if ((ip_hdr(skb)->frag_off & htons(IP_DF)) && !skb->ignore_df) {
		SNMP_INC(IP_FRAG_FAILS);
		icmp_send(skb, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, htonl(mtu));
		kfree_skb_reason(skb, DROP_IP_FRAG_NEEDED);
		return -EMSGSIZE;
	}
	/*
	 * A link that takes less than a header and 8 bytes does not exist (ETH_MIN_MTU,
	 * IPV4_MIN_MTU).
	 */
	per = mtu >= hlen + 8 ? (mtu - hlen) & ~7u : 8;
	for (off = 0; off < len; off += per) {
		unsigned int n = min(per, len - off);
		struct sk_buff *frag = ip_frag_next(skb, hlen, off, n, off + n >= len);

		if (!frag) {
			SNMP_INC(IP_FRAG_FAILS);
			kfree_skb_reason(skb, DROP_IP_FRAG_FAIL);
			return -ENOMEM;
		}
		SNMP_INC(IP_FRAG_CREATES);
		output(frag);
	}
	SNMP_INC(IP_FRAG_OKS);
	skb_rx_done(skb, RX_CLASS_FORWARDED);
	consume_skb(skb);
	return 0;
}
