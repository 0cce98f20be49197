/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/net/fake_dev.h - an Ethernet device for tests: keeps what is sent, receives what a
 * test says.
 *
 * Names fake0, fake1, ...; MAC 02:00:5e:00:53:xx (RFC 7042's range for documentation). Devices are
 * up when fake_dev_create() returns. Tests take addresses of RFC 5737: TEST_NET_1 and its kin
 * below.
 */
#ifndef TESTS_UNIT_NET_FAKE_DEV_H
#define TESTS_UNIT_NET_FAKE_DEV_H

#include "lib/inet.h"
#include "lib/types.h"
#include "net/ethernet.h"
#include "net/netdevice.h"
#include "net/skbuff.h"

/* RFC 5737, host @h of each documentation network, network order */
#define TEST_NET_1(h) htonl(0xc0000200u | (h)) /* 192.0.2.h */
#define TEST_NET_2(h) htonl(0xc6336400u | (h)) /* 198.51.100.h */
#define TEST_NET_3(h) htonl(0xcb007100u | (h)) /* 203.0.113.h */

struct fake_dev {
	struct net_device	*dev;
	struct sk_buff_head	sent;		/* [tx_lock] given to ndo_start_xmit, oldest first */
	unsigned int		xmit_calls;	/* ndo_start_xmit, refused ones included */
	unsigned int		more_calls;	/* of these with netdev_xmit_more() */
	unsigned int		flush_calls;	/* ndo_xmit_flush */
	unsigned int		room;		/* frames it takes before it stops its queue */
	bool			refuse;		/* return NETDEV_TX_BUSY */
	struct napi_struct	napi;
	spinlock_t		ring_lock;
	struct sk_buff_head	ring;		/* [ring_lock] frames that the next poll finds */
	unsigned int		polls;
	int			open_error;	/* what ndo_open returns */
};

/* Return: NULL when out of memory. Context: thread, no rtnl. */
struct fake_dev *fake_dev_create(void);
/* Takes it down and frees it with everything that it kept. */
void fake_dev_destroy(struct fake_dev *fd);

/* The MAC address of a peer: 02:00:5e:00:53:@n. */
void fake_mac(u8 mac[ETH_ALEN], u8 n);

/*
 * The oldest frame that was sent (the caller frees it with consume_skb), NULL: none. data at its
 * Ethernet header.
 */
struct sk_buff *fake_dev_sent(struct fake_dev *fd);
unsigned int fake_dev_nr_sent(const struct fake_dev *fd);
/* Forget all that was sent. */
void fake_dev_drain(struct fake_dev *fd);

/*
 * A received skb of @len bytes at @frame (Ethernet header first), as a driver makes it; NULL when
 * out of memory.
 */
struct sk_buff *fake_frame(struct fake_dev *fd, const void *frame, unsigned int len);
/* The device receives @frame: netif_receive_skb() with softirqs off, its return value. */
int fake_dev_receive(struct fake_dev *fd, const void *frame, unsigned int len);
/* Put @frame in the ring; fake_dev_poll() has NAPI find all that is there. */
void fake_dev_inject(struct fake_dev *fd, const void *frame, unsigned int len);
void fake_dev_poll(struct fake_dev *fd);

/* Write an Ethernet header at @frame. Return: behind it. */
u8 *fake_eth(u8 *frame, const u8 *dest, const u8 *source, u16 type);
/* An ARP packet of 42 bytes at @frame. Return: its length. */
unsigned int fake_arp(u8 *frame, const u8 *eth_dest, const u8 *eth_source, u16 op, const u8 *sha,
		      be32 sip, const u8 *tha, be32 tip);

#endif
