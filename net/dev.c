/* SPDX-License-Identifier: MIT */
/*
 * net/dev.c - network devices, and the softirqs that move packets between them and the protocols.
 *
 * Overview    Drivers register devices and hand in what they receive; protocols register packet
 *	       types and hand down what is to be sent. Everything per packet happens in
 *	       NET_RX_SOFTIRQ, on the CPU that took the interrupt.
 *
 * Receive     A driver's interrupt says napi_schedule(): the NAPI joins its CPU's poll list and the
 *	       softirq runs net_rx_action(), which polls each in turn for at most its weight (64
 *	       frames). One that used its weight goes to the end of the list; one that did not has
 *	       called napi_complete_done() and its interrupt is on again. After netdev_budget (300)
 *	       frames or two jiffies the softirq gives way and is raised again, so that timers and
 *	       threads get their turn under any load. netif_receive_skb() hands the frame to the
 *	       packet_type of its protocol. netif_rx() is for devices without NAPI (loopback): the
 *	       frame waits in the CPU's backlog, which is polled likewise.
 *
 * Transmit    dev_queue_xmit() never waits. In a poll it puts the frame on this CPU's batch of the
 *	       device; when the poll returns (or the batch has XMIT_BATCH_MAX frames) the batch goes
 *	       to the driver in one go: one lock, and netdev_xmit_more() lets the driver notify its
 *	       device once. Elsewhere the frame is a batch of one. A frame that finds the driver's
 *	       queue stopped goes to dev->requeue, at most tx_queue_len frames (then it is dropped:
 *	       TxQueueFull); netif_wake_queue() has NET_TX_SOFTIRQ send these first. Order is kept
 *	       per device and CPU.
 *
 * States      alloc_netdev - register_netdev - (dev_open - dev_close)* - unregister_netdev -
 *	       free_netdev. Between dev_open and dev_close IFF_UP is set; __LINK_STATE_START says
 *	       that the driver may be called.
 * Lifetime    Whoever keeps a pointer to a device beyond RCU holds dev_hold(). NETDEV_UNREGISTER
 *	       asks for them all back; unregister_netdev() waits for that.
 * Locking     rtnl (a mutex; threads): registration, flags, MTU, address, notifiers. dev->tx_lock
 *	       (softirqs off): the driver's transmit function and dev->requeue; taken inside a
 *	       neighbour's or route's work, nothing but the driver's own locks inside. Poll lists,
 *	       backlog and tx_sched: own CPU, interrupts off. The device list, packet types: RCU
 *	       readers, rtnl writers.
 * Limits      XMIT_BATCH_MAX 64: a poll's worth. tx_queue_len and netdev_max_backlog: Linux's 1,000
 *	       frames, but no more than 1/64 of the pages of RAM as frames (two a page: 1/128 of
 *	       memory), at least 64. XMIT_DEPTH_MAX 8 devices on top of each other.
 * Observe     ip -s link; nstat: SoftnetTimeSqueeze, TxRequeued, DropTx*, DropRx*.
 * Reference   Linux net/core/dev.c for names and meaning.
 */
#define pr_fmt(fmt) "net: " fmt

#include "net/netdevice.h"

#include <arch/smp.h>

#include "kernel/base/initcall.h"
#include "kernel/base/mutex.h"
#include "kernel/base/printk.h"
#include "kernel/base/sched.h"
#include "kernel/base/work.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "lib/rculist.h"
#include "lib/string.h"
#include "mm/page_alloc.h"
#include "mm/percpu.h"
#include "mm/slab.h"
#include "net/ethernet.h"
#include "net/netdevice_internal.h"

#define UNREGISTER_WAIT_MS	10000

static DEFINE_MUTEX(rtnl_mutex);
static LIST_HEAD(dev_list);			/* [rtnl, RCU] in the order of registration */
static int next_ifindex = 1;			/* [rtnl] */
static NOTIFIER_HEAD(netdev_chain);		/* [rtnl] */

void rtnl_lock(void)
{
	mutex_lock(&rtnl_mutex);
}

void rtnl_unlock(void)
{
	mutex_unlock(&rtnl_mutex);
}

void assert_rtnl_held(void)
{
	BUG_ON(!mutex_is_locked(&rtnl_mutex));
}

/* Frames that may wait in a queue on this machine: see Limits. */
unsigned int netdev_queue_limit(unsigned int wanted)
{
	return clamp((unsigned int)min(totalram_pages() / 64, 1000000ul), 64u, wanted);
}

/* ---- carrier ---- */

static void linkwatch_run(struct work_struct *work);
static DECLARE_WORK(linkwatch_work, linkwatch_run);

/* Tells, in a thread, what the drivers reported from their interrupts. */
static void linkwatch_run(struct work_struct *work)
{
	struct net_device *dev;

	rtnl_lock();
	for_each_netdev(dev) {
		if (!test_and_clear_bit(__LINK_STATE_LINKWATCH, &dev->state))
			continue;
		pr_info("%s: link is %s\n", dev->name, netif_carrier_ok(dev) ? "up" : "down");
		notifier_call_chain(&netdev_chain, NETDEV_CHANGE, dev);
	}
	rtnl_unlock();
}

static void linkwatch_fire(struct net_device *dev)
{
	if (!dev->registered)
		return;
	set_bit(__LINK_STATE_LINKWATCH, &dev->state);
	schedule_work(&linkwatch_work);
}

/* netif_carrier_on(), netif_carrier_off() - the link came or went. Context: any. */
void netif_carrier_on(struct net_device *dev)
{
	if (test_and_clear_bit(__LINK_STATE_NOCARRIER, &dev->state))
		linkwatch_fire(dev);
}

void netif_carrier_off(struct net_device *dev)
{
	if (!test_and_set_bit(__LINK_STATE_NOCARRIER, &dev->state))
		linkwatch_fire(dev);
}

/* ---- devices ---- */

/*
 * register_netdevice_notifier() - also tells @nb of the devices that there are. Context: thread,
 * without rtnl.
 */
int register_netdevice_notifier(struct notifier_block *nb)
{
	struct net_device *dev;
	int err;

	rtnl_lock();
	err = notifier_chain_register(&netdev_chain, nb);
	if (!err)
		for_each_netdev(dev) {
			nb->notifier_call(nb, NETDEV_REGISTER, dev);
			if (dev->flags & IFF_UP)
				nb->notifier_call(nb, NETDEV_UP, dev);
		}
	rtnl_unlock();
	return err;
}

int unregister_netdevice_notifier(struct notifier_block *nb)
{
	int err;

	rtnl_lock();
	err = notifier_chain_unregister(&netdev_chain, nb);
	rtnl_unlock();
	return err;
}

struct net_device *dev_next(const struct net_device *dev)
{
	const struct list_head *next = dev ? rcu_dereference(dev->dev_list.next)
					   : rcu_dereference(dev_list.next);

	return next == &dev_list ? NULL : container_of(next, struct net_device, dev_list);
}

struct net_device *dev_get_by_name(const char *name)
{
	struct net_device *dev;

	for_each_netdev(dev)
		if (!strcmp(dev->name, name))
			return dev;
	return NULL;
}

struct net_device *dev_get_by_index(int ifindex)
{
	struct net_device *dev;

	for_each_netdev(dev)
		if (dev->ifindex == ifindex)
			return dev;
	return NULL;
}

/*
 * alloc_netdev() - a device named @name ("eth%d": a free number is put in when it is registered)
 * with @sizeof_priv bytes of its driver's own, all zero, then shaped by @setup.
 * Context: thread.  Return: NULL when out of memory.
 */
struct net_device *alloc_netdev(size_t sizeof_priv, const char *name,
				void (*setup)(struct net_device *))
{
	struct net_device *dev;
	unsigned int cpu;

	dev = kzalloc(ALIGN(sizeof(*dev), 64) + sizeof_priv, GFP_KERNEL);
	if (!dev)
		return NULL;
	dev->batch = alloc_percpu(struct xmit_batch);
	if (!dev->batch) {
		kfree(dev);
		return NULL;
	}
	for_each_possible_cpu(cpu) {
		struct xmit_batch *batch = per_cpu_ptr(dev->batch, cpu);

		batch->tailp = &batch->head;
		batch->dev = dev;
	}
	strscpy(dev->name, name, sizeof(dev->name));
	INIT_LIST_HEAD(&dev->dev_list);
	INIT_LIST_HEAD(&dev->napi_list);
	spin_lock_init_named(&dev->tx_lock, "net_device.tx_lock");
	skb_queue_head_init(&dev->requeue);
	setup(dev);
	return dev;
}

/*
 * free_netdev() - a device that is not registered (any more). One that is still referenced is kept,
 * and logged.
 */
void free_netdev(struct net_device *dev)
{
	if (!dev)
		return;
	BUG_ON(dev->registered);
	if (atomic_read(&dev->refcnt)) {
		pr_err("%s: freed with %d references left, kept\n", dev->name,
		       atomic_read(&dev->refcnt));
		return;
	}
	free_percpu(dev->batch);
	kfree(dev);
}

/*
 * Puts the lowest free number in place of %d. Context: rtnl. Return: 0, -EEXIST, -ENFILE, -EINVAL.
 */
static int dev_assign_name(struct net_device *dev)
{
	const char *percent = strchr(dev->name, '%');
	char name[IFNAMSIZ];
	int base, i;

	if (!dev->name[0])
		return -EINVAL;
	if (!percent)
		return dev_get_by_name(dev->name) ? -EEXIST : 0;
	if (percent[1] != 'd' || percent[2])
		return -EINVAL;
	base = (int)(percent - dev->name);
	for (i = 0; i < 10000; i++) {
		scnprintf(name, sizeof(name), "%.*s%d", base, dev->name, i);
		if (!dev_get_by_name(name)) {
			strscpy(dev->name, name, sizeof(dev->name));
			return 0;
		}
	}
	return -ENFILE;
}

/*
 * register_netdev() - make @dev visible: it gets its name and ifindex, and is down.
 * Context: thread, without rtnl.  Return: 0, -EEXIST, -EINVAL.
 */
int register_netdev(struct net_device *dev)
{
	int err;

	rtnl_lock();
	err = dev_assign_name(dev);
	if (!err) {
		dev->ifindex = next_ifindex++;
		if (!dev->tx_queue_len)
			dev->tx_queue_len = netdev_queue_limit(1000);
		dev->registered = true;
		list_add_tail_rcu(&dev->dev_list, &dev_list);
		notifier_call_chain(&netdev_chain, NETDEV_REGISTER, dev);
	}
	rtnl_unlock();
	return err;
}

/*
 * Wait until nobody holds @dev. Holders of dsts and neighbours let go a grace period after the
 * notifiers.
 */
static void netdev_wait_refs(struct net_device *dev)
{
	unsigned int waited = 0;

	rcu_barrier();
	while (atomic_read(&dev->refcnt) && waited < UNREGISTER_WAIT_MS) {
		msleep(10);
		waited += 10;
		rcu_barrier();
	}
	if (atomic_read(&dev->refcnt))
		pr_err("%s: %d references left after %u s\n", dev->name, atomic_read(&dev->refcnt),
		       UNREGISTER_WAIT_MS / 1000);
}

/*
 * unregister_netdev() - take @dev down and out; afterwards free_netdev(). Context: thread, without
 * rtnl.
 */
void unregister_netdev(struct net_device *dev)
{
	rtnl_lock();
	dev_close(dev);
	dev->registered = false;
	list_del_rcu(&dev->dev_list);
	notifier_call_chain(&netdev_chain, NETDEV_UNREGISTER, dev);
	rtnl_unlock();
	synchronize_rcu();
	netdev_wait_refs(dev);
}

/*
 * dev_open() - `ip link set up`. Context: thread, under rtnl.
 * Return: 0 (also when it was up), or the driver's error.
 */
int dev_open(struct net_device *dev)
{
	int err = 0;

	assert_rtnl_held();
	if (dev->flags & IFF_UP)
		return 0;
	netif_start_queue(dev);
	if (dev->netdev_ops->ndo_open)
		err = dev->netdev_ops->ndo_open(dev);
	if (err)
		return err;
	set_bit(__LINK_STATE_START, &dev->state);
	dev->flags |= IFF_UP;
	if (dev->netdev_ops->ndo_set_rx_mode)
		dev->netdev_ops->ndo_set_rx_mode(dev);
	notifier_call_chain(&netdev_chain, NETDEV_UP, dev);
	return 0;
}

/*
 * dev_close() - `ip link set down`. Frames on their way are sent or dropped when it returns; the
 * notifiers (NETDEV_DOWN) let go of routes and neighbours. Context: thread, under rtnl.
 */
void dev_close(struct net_device *dev)
{
	assert_rtnl_held();
	if (!(dev->flags & IFF_UP))
		return;
	clear_bit(__LINK_STATE_START, &dev->state);
	synchronize_rcu();		/* whoever saw START set has queued or sent */
	dev_purge_requeue(dev);
	if (dev->netdev_ops->ndo_stop && dev->netdev_ops->ndo_stop(dev))
		pr_warn("%s: the driver did not stop cleanly\n", dev->name);
	dev->flags &= ~(unsigned int)IFF_UP;
	notifier_call_chain(&netdev_chain, NETDEV_DOWN, dev);
}

/*
 * dev_set_mtu() - Context: thread, under rtnl. Return: 0, -EINVAL out of the device's range, the
 * driver's error.
 */
int dev_set_mtu(struct net_device *dev, int mtu)
{
	int err = 0;

	assert_rtnl_held();
	if (mtu < 0 || (unsigned int)mtu < dev->min_mtu ||
	    (dev->max_mtu && (unsigned int)mtu > dev->max_mtu))
		return -EINVAL;
	if ((unsigned int)mtu == dev->mtu)
		return 0;
	if (dev->netdev_ops->ndo_change_mtu)
		err = dev->netdev_ops->ndo_change_mtu(dev, mtu);
	if (err)
		return err;
	WRITE_ONCE(dev->mtu, (unsigned int)mtu);
	notifier_call_chain(&netdev_chain, NETDEV_CHANGEMTU, dev);
	return 0;
}

/*
 * dev_set_mac_address() - Context: thread, under rtnl.
 * Return: 0, -EOPNOTSUPP, -EADDRNOTAVAIL @addr is a group's or zero, the driver's error.
 */
int dev_set_mac_address(struct net_device *dev, const u8 *addr)
{
	union dev_addr ha = { .word = 0 };
	int err;

	assert_rtnl_held();
	if (!dev->netdev_ops->ndo_set_mac_address)
		return -EOPNOTSUPP;
	if (dev->addr_len == ETH_ALEN && !is_valid_ether_addr(addr))
		return -EADDRNOTAVAIL;
	err = dev->netdev_ops->ndo_set_mac_address(dev, addr);
	if (err)
		return err;
	memcpy(ha.bytes, addr, dev->addr_len);
	/* the packet path reads it without a lock: never half of each */
	WRITE_ONCE(*(u64 *)(void *)dev->dev_addr, ha.word);
	/* who makes a neighbour with the old one has it in the table before that is flushed */
	synchronize_rcu();
	notifier_call_chain(&netdev_chain, NETDEV_CHANGEADDR, dev);
	return 0;
}

/* dev_get_flags() - IFF_*, with RUNNING and LOWER_UP as they are now. */
unsigned int dev_get_flags(const struct net_device *dev)
{
	unsigned int flags = dev->flags & ~(unsigned int)(IFF_RUNNING | IFF_LOWER_UP);

	if (netif_running(dev) && netif_carrier_ok(dev))
		flags |= IFF_RUNNING | IFF_LOWER_UP;
	return flags;
}

/* dev_get_stats() - the driver's counters and the core's. */
void dev_get_stats(struct net_device *dev, struct rtnl_link_stats64 *stats)
{
	memset(stats, 0, sizeof(*stats));
	if (dev->netdev_ops->ndo_get_stats64)
		dev->netdev_ops->ndo_get_stats64(dev, stats);
	stats->rx_dropped += (u64)atomic64_read(&dev->rx_dropped);
	stats->tx_dropped += (u64)atomic64_read(&dev->tx_dropped);
}
