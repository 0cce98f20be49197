/* SPDX-License-Identifier: MIT */
/*
 * net/netdevice_internal.h - what net/dev.c (devices), net/dev_rx.c and net/dev_xmit.c (their
 * frames) share.
 */
#ifndef NET_NETDEVICE_INTERNAL_H
#define NET_NETDEVICE_INTERNAL_H

#include "net/netdevice.h"

/* dev.c: frames that may wait in a queue on this machine, @wanted at most */
unsigned int netdev_queue_limit(unsigned int wanted);

/* dev_xmit.c */
void xmit_flush_pending(struct softnet_data *sd);	/* send all batches of this CPU; softirq */
void net_tx_action(void);				/* NET_TX_SOFTIRQ */
void dev_purge_requeue(struct net_device *dev);		/* drop what waits for the driver; thread */

#endif /* NET_NETDEVICE_INTERNAL_H */
