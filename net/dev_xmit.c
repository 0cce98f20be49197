/* SPDX-License-Identifier: MIT */
/*
 * net/dev_xmit.c - frames on their way to the drivers: batches, and what waits for a stopped
 * device.
 *
 * Overview    The transmit half of net/dev.c, where the theory stands.
 * Waking      netif_wake_queue() takes no lock: it clears XOFF and then looks whether something
 *	       waits; who puts something there looks at XOFF behind that. With a full barrier
 *	       between the two steps on either side one of them sees the other.
 * Locking     dev->tx_lock with softirqs off: the driver's transmit function and dev->requeue. A
 *	       CPU's batches: only its own net_rx_action(). dev->next_sched: the CPU that set
 *	       dev->sched, until it clears it.
 */
#include "kernel/base/softirq.h"
#include "lib/errno.h"
#include "net/dst.h"
#include "net/netdevice.h"
#include "net/netdevice_internal.h"
#include "net/stats.h"

#define XMIT_BATCH_MAX		64
#define XMIT_DEPTH_MAX		8
/* what decides whether a frame may go to the driver at all */
#define LINK_STATES		(BIT(__LINK_STATE_START) | BIT(__LINK_STATE_NOCARRIER))

/*
 * Hand one frame to the driver. Context: softirqs off, under tx_lock, queue not stopped.
 * Return: true if the driver took it (a received frame is then forwarded); false: the skb is the
 * caller's still.
 */
static inline bool dev_xmit_one(struct sk_buff *skb, struct net_device *dev)
{
	bool rx = skb->rx;

	if (likely(!(dev->flags & IFF_LOOPBACK)))
		skb_dst_drop(skb);
	skb->rx = 0;
	if (unlikely(dev->netdev_ops->ndo_start_xmit(skb, dev) != NETDEV_TX_OK)) {
		skb->rx = rx;
		return false;
	}
	if (rx)
		this_cpu_inc(net_stats.rx_class[RX_CLASS_FORWARDED]);
	return true;
}

/* Append @skb to the frames that wait for the driver, or drop it. Context: under tx_lock. */
static void dev_requeue_locked(struct sk_buff *skb, struct net_device *dev)
{
	if (dev->requeue.qlen >= dev->tx_queue_len) {
		atomic64_inc(&dev->tx_dropped);
		kfree_skb_reason(skb, DROP_TX_QUEUE_FULL);
		return;
	}
	skb_dst_drop(skb);
	skb_rx_hold(skb);
	SNMP_INC(TX_REQUEUED);
	__skb_queue_tail(&dev->requeue, skb);
}

/* Send what waits, as far as the driver takes it. Context: softirqs off, under tx_lock. */
static void dev_run_requeue_locked(struct net_device *dev)
{
	struct softnet_data *sd = this_cpu_ptr(&softnet_data);
	struct sk_buff *skb;
	bool sent = false;

	while (!netif_queue_stopped(dev) && (skb = __skb_dequeue(&dev->requeue))) {
		skb_rx_unhold(skb);
		sd->xmit_more = !skb_queue_empty(&dev->requeue);
		if (!dev_xmit_one(skb, dev)) {
			skb_rx_hold(skb);
			__skb_queue_head(&dev->requeue, skb);
			break;
		}
		sent = true;
	}
	sd->xmit_more = false;
	if (sent && dev->netdev_ops->ndo_xmit_flush)
		dev->netdev_ops->ndo_xmit_flush(dev);
}

/*
 * Queue @list behind what waits already; if the driver has room meanwhile, send. Context: under
 * tx_lock.
 */
static noinline void dev_requeue_list_locked(struct sk_buff *list, struct net_device *dev)
{
	while (list) {
		struct sk_buff *skb = list;

		list = skb->next;
		dev_requeue_locked(skb, dev);
	}
	/* netif_wake_queue() may have found the list empty a moment ago: see Waking */
	smp_mb();
	if (!netif_queue_stopped(dev))
		dev_run_requeue_locked(dev);
}

static noinline void dev_xmit_refused(struct sk_buff *list, struct net_device *dev)
{
	struct sk_buff *skb;

	for (skb = list; skb; skb = skb->next)
		atomic64_inc(&dev->tx_dropped);
	kfree_skb_list_reason(list, DROP_TX_DEV_DOWN);
}

/* Give the driver a list of frames of one device. Context: softirqs off. */
static void dev_xmit_list(struct sk_buff *list, struct net_device *dev, struct softnet_data *sd)
{
	const struct net_device_ops *ops = dev->netdev_ops;

	/* A device upon a device is entered with the upper one's lock held. */
	spin_lock_nested(&dev->tx_lock, sd->xmit_depth ? sd->xmit_depth - 1 : 0);
	if (unlikely(!netif_running(dev))) {
		spin_unlock(&dev->tx_lock);
		dev_xmit_refused(list, dev);
		return;
	}
	if (unlikely(!skb_queue_empty(&dev->requeue)))
		goto wait;
	do {
		struct sk_buff *skb = list;

		if (unlikely(netif_queue_stopped(dev)))
			goto stopped;
		list = skb->next;
		sd->xmit_more = list != NULL;
		skb->next = NULL;
		if (unlikely(!dev_xmit_one(skb, dev))) {
			skb->next = list;
			list = skb;
			goto stopped;
		}
	} while (list);
	if (ops->ndo_xmit_flush)
		ops->ndo_xmit_flush(dev);
	spin_unlock(&dev->tx_lock);
	return;
stopped:
	sd->xmit_more = false;
	if (ops->ndo_xmit_flush)
		ops->ndo_xmit_flush(dev);
wait:
	dev_requeue_list_locked(list, dev);
	spin_unlock(&dev->tx_lock);
}

static inline void xmit_batch_send(struct xmit_batch *batch, struct softnet_data *sd)
{
	struct sk_buff *list = batch->head;

	batch->head = NULL;
	batch->tailp = &batch->head;
	batch->count = 0;
	dev_xmit_list(list, batch->dev, sd);
}

/* Send every batch of this CPU; a device upon a device may add batches meanwhile. */
void xmit_flush_pending(struct softnet_data *sd)
{
	struct xmit_batch *batch;

	while ((batch = sd->xmit_pending)) {
		sd->xmit_pending = batch->next;
		batch->pending = false;
		if (likely(batch->count))
			xmit_batch_send(batch, sd);
	}
}

static noinline int dev_xmit_single(struct sk_buff *skb, struct net_device *dev)
{
	struct softnet_data *sd;
	int err = 0;

	local_bh_disable();
	sd = this_cpu_ptr(&softnet_data);
	if (unlikely(sd->xmit_depth >= XMIT_DEPTH_MAX)) {
		kfree_skb_reason(skb, DROP_TX_RECURSION);
		err = -ELOOP;
	} else {
		sd->xmit_depth++;
		skb->next = NULL;
		dev_xmit_list(skb, dev, sd);
		sd->xmit_depth--;
	}
	local_bh_enable();
	return err;
}

static noinline int dev_xmit_bad(struct sk_buff *skb, struct net_device *dev)
{
	enum drop_reason reason = DROP_TX_TOO_LONG;
	int err = -EMSGSIZE;

	if (!netif_running(dev)) {
		reason = DROP_TX_DEV_DOWN;
		err = -ENETDOWN;
	} else if (!netif_carrier_ok(dev)) {
		reason = DROP_TX_NO_CARRIER;
		err = -ENETDOWN;
	}
	atomic64_inc(&dev->tx_dropped);
	kfree_skb_reason(skb, reason);
	return err;
}

/*
 * dev_queue_xmit() - send @skb, link header in place, by skb->dev.
 * Context: softirq or thread, under RCU.  Owns: always consumes @skb; never waits.
 * Return: 0 on its way (the driver has it, or will have it at the end of this poll, or it waits in
 * the bounded list of a stopped device); -ENETDOWN, -EMSGSIZE, -ELOOP dropped.
 */
int dev_queue_xmit(struct sk_buff *skb)
{
	struct net_device *dev = skb->dev;
	struct softnet_data *sd;
	struct xmit_batch *batch;

	if (unlikely((READ_ONCE(dev->state) & LINK_STATES) != BIT(__LINK_STATE_START) ||
		     skb->len > READ_ONCE(dev->mtu) + dev->hard_header_len))
		return dev_xmit_bad(skb, dev);

	if (unlikely(!this_cpu_read(softnet_data.rx_round)))
		return dev_xmit_single(skb, dev);

	/* only this CPU's softirq gets here, inside net_rx_action() */
	batch = this_cpu_ptr(dev->batch);
	skb->next = NULL;
	*batch->tailp = skb;
	batch->tailp = &skb->next;
	if (++batch->count == 1) {
		if (!batch->pending) {
			sd = this_cpu_ptr(&softnet_data);
			batch->pending = true;
			batch->next = sd->xmit_pending;
			sd->xmit_pending = batch;
		}
	} else if (unlikely(batch->count >= XMIT_BATCH_MAX)) {
		xmit_batch_send(batch, this_cpu_ptr(&softnet_data));
	}
	return NET_XMIT_SUCCESS;
}

/*
 * Have NET_TX_SOFTIRQ of this CPU run @dev's requeue list; on a CPU that is about to go, whoever
 * takes over what it had. Context: any.
 */
static void netif_schedule(struct net_device *dev)
{
	struct softnet_data *sd;
	unsigned long flags;

	if (atomic_xchg(&dev->sched, 1))
		return;
	dev_hold(dev);
	local_irq_save(flags);
	sd = this_cpu_ptr(&softnet_data);
	dev->next_sched = sd->tx_sched;
	sd->tx_sched = dev;
	if (likely(!sd->leaving))
		raise_softirq_irqoff(NET_TX_SOFTIRQ);
	local_irq_restore(flags);
}

void net_tx_action(void)
{
	struct softnet_data *sd = this_cpu_ptr(&softnet_data);
	struct net_device *dev;

	if (unlikely(sd->leaving))
		return;
	local_irq_disable();
	dev = sd->tx_sched;
	sd->tx_sched = NULL;
	local_irq_enable();

	while (dev) {
		struct net_device *next = dev->next_sched;

		/* a full barrier: next_sched was read; what is put in from here on schedules anew */
		(void)atomic_xchg(&dev->sched, 0);
		spin_lock(&dev->tx_lock);
		if (netif_running(dev))
			dev_run_requeue_locked(dev);
		spin_unlock(&dev->tx_lock);
		dev_put(dev);
		dev = next;
	}
}

/* netif_wake_queue() - the driver has room again. Context: any. */
void netif_wake_queue(struct net_device *dev)
{
	if (test_and_clear_bit(__LINK_STATE_XOFF, &dev->state)) {
		smp_mb();
		if (!skb_queue_empty(&dev->requeue))
			netif_schedule(dev);
	}
}

/* Drop what waits for the driver. */
void dev_purge_requeue(struct net_device *dev)
{
	struct sk_buff *list, *skb;

	spin_lock_bh(&dev->tx_lock);
	list = __skb_queue_splice(&dev->requeue);
	spin_unlock_bh(&dev->tx_lock);
	local_bh_disable();
	while ((skb = list)) {
		list = skb->next;
		skb_rx_unhold(skb);
		atomic64_inc(&dev->tx_dropped);
		kfree_skb_reason(skb, DROP_TX_QUEUE_PURGED);
	}
	local_bh_enable();
}
