/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/net/fake_dev.c - see fake_dev.h.
 *
 * Locking  sent, and what the driver does: the device's tx_lock. ring: its own lock. So all CPUs
 *          may send and receive at once.
 */
#include "tests/unit/net/fake_dev.h"

#include "kernel/base/selftest.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "net/ipv4/arp.h"

static u8 next_mac = 1;

static struct fake_dev *fake_priv(const struct net_device *dev)
{
	return *(struct fake_dev **)netdev_priv(dev);
}

static int fake_open(struct net_device *dev)
{
	struct fake_dev *fd = fake_priv(dev);

	if (!fd->open_error)
		napi_enable(&fd->napi);
	return fd->open_error;
}

static int fake_stop(struct net_device *dev)
{
	napi_disable(&fake_priv(dev)->napi);
	return 0;
}

static netdev_tx_t fake_start_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct fake_dev *fd = fake_priv(dev);

	fd->xmit_calls++;
	fd->more_calls += netdev_xmit_more();
	if (fd->refuse) {
		netif_stop_queue(dev);
		return NETDEV_TX_BUSY;
	}
	__skb_queue_tail(&fd->sent, skb);
	if (fd->sent.qlen >= fd->room)
		netif_stop_queue(dev);
	return NETDEV_TX_OK;
}

static void fake_xmit_flush(struct net_device *dev)
{
	fake_priv(dev)->flush_calls++;
}

static int fake_set_mac(struct net_device *dev, const u8 *addr)
{
	return 0;
}

static const struct net_device_ops fake_ops = {
	.ndo_open = fake_open,
	.ndo_stop = fake_stop,
	.ndo_start_xmit = fake_start_xmit,
	.ndo_xmit_flush = fake_xmit_flush,
	.ndo_set_mac_address = fake_set_mac,
};

static int fake_napi_poll(struct napi_struct *napi, int budget)
{
	struct fake_dev *fd = container_of(napi, struct fake_dev, napi);
	struct sk_buff *skb;
	int work = 0;

	fd->polls++;
	while (work < budget) {
		spin_lock(&fd->ring_lock);
		skb = __skb_dequeue(&fd->ring);
		spin_unlock(&fd->ring_lock);
		if (!skb)
			break;
		work++;
		netif_receive_skb(skb);
	}
	if (work < budget)
		napi_complete_done(napi, work);
	return work;
}

static void fake_setup(struct net_device *dev)
{
	ether_setup(dev);
	dev->netdev_ops = &fake_ops;
	dev->max_mtu = 9000;
}

void fake_mac(u8 mac[ETH_ALEN], u8 n)
{
	static const u8 prefix[5] = { 0x02, 0x00, 0x5e, 0x00, 0x53 };

	memcpy(mac, prefix, sizeof(prefix));
	mac[5] = n;
}

struct fake_dev *fake_dev_create(void)
{
	struct fake_dev *fd = kzalloc(sizeof(*fd), GFP_KERNEL);
	int err;

	if (!fd)
		return NULL;
	fd->dev = alloc_netdev(sizeof(struct fake_dev *), "fake%d", fake_setup);
	if (!fd->dev)
		goto free_fd;
	*(struct fake_dev **)netdev_priv(fd->dev) = fd;
	fd->room = UINT_MAX;
	skb_queue_head_init(&fd->sent);
	skb_queue_head_init(&fd->ring);
	spin_lock_init(&fd->ring_lock);
	fake_mac(fd->dev->dev_addr, next_mac++);
	netif_napi_add(fd->dev, &fd->napi, fake_napi_poll, NAPI_POLL_WEIGHT);
	if (register_netdev(fd->dev))
		goto free_dev;
	rtnl_lock();
	err = dev_open(fd->dev);
	rtnl_unlock();
	if (err) {
		fake_dev_destroy(fd);
		return NULL;
	}
	return fd;
free_dev:
	free_netdev(fd->dev);
free_fd:
	kfree(fd);
	return NULL;
}

void fake_dev_destroy(struct fake_dev *fd)
{
	if (!fd)
		return;
	unregister_netdev(fd->dev);
	netif_napi_del(&fd->napi);
	fake_dev_drain(fd);
	kfree_skb_list_reason(__skb_queue_splice(&fd->ring), DROP_RX_DEV_DOWN);
	free_netdev(fd->dev);
	kfree(fd);
}

struct sk_buff *fake_dev_sent(struct fake_dev *fd)
{
	struct sk_buff *skb;

	spin_lock_bh(&fd->dev->tx_lock);
	skb = __skb_dequeue(&fd->sent);
	spin_unlock_bh(&fd->dev->tx_lock);
	return skb;
}

unsigned int fake_dev_nr_sent(const struct fake_dev *fd)
{
	return skb_queue_len(&fd->sent);
}

void fake_dev_drain(struct fake_dev *fd)
{
	struct sk_buff *skb;

	while ((skb = fake_dev_sent(fd)))
		consume_skb(skb);
}

struct sk_buff *fake_frame(struct fake_dev *fd, const void *frame, unsigned int len)
{
	unsigned int size = NET_SKB_PAD + NET_IP_ALIGN + len;
	void *buf = netdev_alloc_frag(size);
	struct sk_buff *skb;

	if (!buf)
		return NULL;
	skb = build_skb(buf, size);
	if (!skb) {
		skb_free_frag(buf, size);
		return NULL;
	}
	skb_reserve(skb, NET_SKB_PAD + NET_IP_ALIGN);
	skb_put_data(skb, frame, len);
	skb->protocol = eth_type_trans(skb, fd->dev);
	return skb;
}

int fake_dev_receive(struct fake_dev *fd, const void *frame, unsigned int len)
{
	struct sk_buff *skb;
	int rc;

	local_bh_disable();
	skb = fake_frame(fd, frame, len);
	rc = skb ? netif_receive_skb(skb) : -ENOMEM;
	local_bh_enable();
	return rc;
}

void fake_dev_inject(struct fake_dev *fd, const void *frame, unsigned int len)
{
	struct sk_buff *skb;

	local_bh_disable();
	skb = fake_frame(fd, frame, len);
	if (skb) {
		spin_lock(&fd->ring_lock);
		__skb_queue_tail(&fd->ring, skb);
		spin_unlock(&fd->ring_lock);
	}
	local_bh_enable();
}

void fake_dev_poll(struct fake_dev *fd)
{
	local_bh_disable();
	napi_schedule(&fd->napi);
	local_bh_enable();
}

u8 *fake_eth(u8 *frame, const u8 *dest, const u8 *source, u16 type)
{
	memcpy(frame, dest, ETH_ALEN);
	memcpy(frame + ETH_ALEN, source, ETH_ALEN);
	frame[12] = (u8)(type >> 8);
	frame[13] = (u8)type;
	return frame + ETH_HLEN;
}

unsigned int fake_arp(u8 *frame, const u8 *eth_dest, const u8 *eth_source, u16 op, const u8 *sha,
		      be32 sip, const u8 *tha, be32 tip)
{
	struct arphdr *arp = (struct arphdr *)fake_eth(frame, eth_dest, eth_source, ETH_P_ARP);

	arp->ar_hrd = htons(ARPHRD_ETHER);
	arp->ar_pro = htons(ETH_P_IP);
	arp->ar_hln = ETH_ALEN;
	arp->ar_pln = 4;
	arp->ar_op = htons(op);
	memcpy(arp->ar_sha, sha, ETH_ALEN);
	memcpy(arp->ar_sip, &sip, 4);
	if (tha)
		memcpy(arp->ar_tha, tha, ETH_ALEN);
	else
		memset(arp->ar_tha, 0, ETH_ALEN);
	memcpy(arp->ar_tip, &tip, 4);
	return ETH_HLEN + sizeof(*arp);
}
