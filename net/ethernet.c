/* SPDX-License-Identifier: MIT */
/*
 * net/ethernet.c - Ethernet II frames: what kind arrived, and how a header is written and cached.
 *
 * Overview    eth_type_trans() is what an Ethernet driver calls on each frame before
 *	       netif_receive_skb(). It judges nothing: a runt, a frame for another host or one with
 *	       a length in place of a type is marked so, and the layer that cares drops it with its
 *	       reason. eth_header_ops writes headers for the neighbours.
 * Locking     None: the header cache is written under the neighbour's hh_lock by its owner; a
 *	       device's address is one load.
 * Reference   IEEE 802.3 3.2, RFC 894, RFC 1042.
 */
#include "net/ethernet.h"

#include "lib/inet.h"
#include "net/neighbour.h"

/*
 * eth_type_trans() - @skb's data at the Ethernet header: pull it, set dev, mac_header and pkt_type.
 * Return: the EtherType for skb->protocol; below ETH_P_802_3_MIN when the frame has none.
 */
be16 eth_type_trans(struct sk_buff *skb, struct net_device *dev)
{
	const struct ethhdr *eth = (const struct ethhdr *)skb->data;

	skb->dev = dev;
	skb_reset_mac_header(skb);
	if (unlikely(skb->len < ETH_HLEN)) {
		skb->pkt_type = PACKET_RUNT;
		return 0;
	}
	__skb_pull(skb, ETH_HLEN);
	if (likely(ether_addr_equal(eth->h_dest, dev->dev_addr)))
		skb->pkt_type = PACKET_HOST;
	else if (!is_multicast_ether_addr(eth->h_dest))
		skb->pkt_type = PACKET_OTHERHOST;
	else if (is_broadcast_ether_addr(eth->h_dest))
		skb->pkt_type = PACKET_BROADCAST;
	else
		skb->pkt_type = PACKET_MULTICAST;
	return eth->h_proto;
}

/*
 * Push a header: @type in host order; @daddr NULL leaves the destination for later (returns
 * -ETH_HLEN); @saddr NULL means the device's own. The caller has the headroom.
 */
static int eth_header(struct sk_buff *skb, struct net_device *dev, u16 type, const void *daddr,
		      const void *saddr, unsigned int len)
{
	struct ethhdr *eth = skb_push(skb, ETH_HLEN);

	eth->h_proto = htons(type);
	if (saddr)
		memcpy(eth->h_source, saddr, ETH_ALEN);
	else
		memcpy(eth->h_source, dev_addr_get(dev).bytes, ETH_ALEN);
	if (daddr) {
		memcpy(eth->h_dest, daddr, ETH_ALEN);
		return ETH_HLEN;
	}
	if (dev->flags & (IFF_LOOPBACK | IFF_NOARP)) {
		memset(eth->h_dest, 0, ETH_ALEN);
		return ETH_HLEN;
	}
	return -ETH_HLEN;
}

/* Fill @hh for @n. Context: under hh_lock (write). Return: 0; -1 when the type is none. */
static int eth_header_cache(const struct neighbour *n, struct hh_cache *hh, be16 type)
{
	struct ethhdr *eth = (struct ethhdr *)((u8 *)hh->hh_data + HH_DATA_OFF(ETH_HLEN));

	if (ntohs(type) < ETH_P_802_3_MIN)
		return -1;
	memset(hh->hh_data, 0, sizeof(hh->hh_data));
	eth->h_proto = type;
	memcpy(eth->h_source, dev_addr_get(n->dev).bytes, ETH_ALEN);
	memcpy(eth->h_dest, n->ha, ETH_ALEN);
	/* readers take the length as the sign that the header is there */
	smp_store_release(&hh->hh_len, (u16)ETH_HLEN);
	return 0;
}

static void eth_header_cache_update(struct hh_cache *hh, const struct net_device *dev,
				    const u8 *haddr)
{
	memcpy((u8 *)hh->hh_data + HH_DATA_OFF(ETH_HLEN), haddr, ETH_ALEN);
}

const struct header_ops eth_header_ops = {
	.create = eth_header,
	.cache = eth_header_cache,
	.cache_update = eth_header_cache_update,
};

/* ether_setup() - shape @dev as Ethernet; the driver sets dev_addr and netdev_ops. */
void ether_setup(struct net_device *dev)
{
	dev->header_ops = &eth_header_ops;
	dev->type = ARPHRD_ETHER;
	dev->hard_header_len = ETH_HLEN;
	dev->mtu = ETH_DATA_LEN;
	dev->min_mtu = ETH_MIN_MTU;
	dev->max_mtu = ETH_DATA_LEN;
	dev->addr_len = ETH_ALEN;
	dev->flags = IFF_BROADCAST | IFF_MULTICAST;
	memset(dev->broadcast, 0xff, ETH_ALEN);
}

struct net_device *alloc_etherdev(size_t sizeof_priv)
{
	return alloc_netdev(sizeof_priv, "eth%d", ether_setup);
}
