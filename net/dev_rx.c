/* SPDX-License-Identifier: MIT */
/*
 * net/dev_rx.c - frames on their way to the protocols: NAPI, the softnet of each CPU, packet types.
 *
 * Overview    The receive half of net/dev.c, where the theory stands.
 * NAPI        States: DISABLE | SCHED (added, disabled) -> none (enabled) -> SCHED (owned: in one
 *	       CPU's poll list, or being polled there) -> none. Whoever wants to schedule one that
 *	       is owned leaves MISSED, and napi_complete_done() then schedules it again: an
 *	       interrupt may come on one CPU while another one is about to end its poll.
 * Offline     A CPU that goes (`dying`) stops its share here: what is scheduled on it from then on
 *	       only waits. When it is dead, the CPU that buries it takes over its poll list, its
 *	       backlog and the devices that it was to run again. Its counters stay: sums are over
 *	       all possible CPUs.
 * Locking     Poll list and backlog: own CPU, interrupts off. A NAPI's state bits: atomic; who set
 *	       SCHED owns its place in a poll list. Packet types: RCU readers, rtnl writers.
 */
#include <arch/smp.h>

#include "kernel/base/cpu.h"
#include "kernel/base/initcall.h"
#include "kernel/base/sched.h"
#include "kernel/base/softirq.h"
#include "kernel/base/sysctl.h"
#include "lib/inet.h"
#include "net/dst.h"
#include "net/netdevice.h"
#include "net/netdevice_internal.h"
#include "net/stats.h"

#define NETDEV_BUDGET_JIFFIES	2

DEFINE_PER_CPU(struct softnet_data, softnet_data);

int netdev_budget = 300;
int netdev_max_backlog = 1000;
SYSCTL_INT("net.core.netdev_budget", &netdev_budget, 1, 1 << 20);
SYSCTL_INT("net.core.netdev_max_backlog", &netdev_max_backlog, 1, 1 << 20);

static struct packet_type __rcu *ptype_list;	/* [rtnl, RCU] IPv4 first */

static noinline int receive_unhandled(struct sk_buff *skb)
{
	enum drop_reason reason = DROP_UNHANDLED_PROTO;

	if (skb->pkt_type == PACKET_RUNT)
		reason = DROP_RX_RUNT;
	else if (ntohs(skb->protocol) < ETH_P_802_3_MIN)
		reason = DROP_LLC;
	kfree_skb_reason(skb, reason);
	return NET_RX_DROP;
}

/* To the protocol. Context: softirq or softirqs off, under RCU. */
static inline int receive_core(struct sk_buff *skb)
{
	struct net_device *dev = skb->dev;
	struct packet_type *pt;

	skb->skb_iif = dev->ifindex;
	skb_reset_network_header(skb);
	for (pt = rcu_dereference(ptype_list); likely(pt); pt = rcu_dereference(pt->next))
		if (likely(pt->type == skb->protocol))
			return pt->func(skb, dev, pt, dev);
	return receive_unhandled(skb);
}

/*
 * netif_receive_skb() - a driver hands in a frame: dev and protocol set, the link header pulled
 * (eth_type_trans).
 * Context: NAPI poll, or softirqs off.  Owns: always consumes @skb.
 * Return: NET_RX_SUCCESS or NET_RX_DROP; drivers need not look.
 */
int netif_receive_skb(struct sk_buff *skb)
{
	skb_rx_begin(skb);
	return receive_core(skb);
}

/*
 * netdev_rx_drop() - a driver received a frame that it could not make an skb of. Context: any but
 * thread.
 */
void netdev_rx_drop(struct net_device *dev, enum drop_reason reason)
{
	this_cpu_inc(net_stats.rx_frames);
	this_cpu_inc(net_stats.rx_drop[reason]);
	atomic64_inc(&dev->rx_dropped);
}

/*
 * netif_rx() - as netif_receive_skb(), for a device without NAPI: the frame waits in this CPU's
 * backlog.
 * Context: any but hard interrupt.  Owns: always consumes @skb.
 */
int netif_rx(struct sk_buff *skb)
{
	struct net_device *dev = skb->dev;
	struct softnet_data *sd;
	unsigned long flags;
	bool full;

	if (!(dev->flags & IFF_LOOPBACK))
		skb_rx_begin(skb);
	skb_dst_force(skb);
	local_bh_disable();
	local_irq_save(flags);
	sd = this_cpu_ptr(&softnet_data);
	full = sd->backlog_queue.qlen >= (u32)netdev_max_backlog;
	if (!full) {
		skb_rx_hold(skb);
		__skb_queue_tail(&sd->backlog_queue, skb);
		napi_schedule(&sd->backlog);
	}
	local_irq_restore(flags);
	if (full) {
		atomic64_inc(&dev->rx_dropped);
		kfree_skb_reason(skb, DROP_RX_BACKLOG_FULL);
	}
	local_bh_enable();
	return full ? NET_RX_DROP : NET_RX_SUCCESS;
}

static struct sk_buff *backlog_dequeue(struct softnet_data *sd)
{
	struct sk_buff *skb;
	unsigned long flags;

	local_irq_save(flags);
	skb = __skb_dequeue(&sd->backlog_queue);
	local_irq_restore(flags);
	return skb;
}

static int process_backlog(struct napi_struct *napi, int budget)
{
	struct softnet_data *sd = container_of(napi, struct softnet_data, backlog);
	struct sk_buff *skb;
	int work = 0;

	while (work < budget && (skb = backlog_dequeue(sd))) {
		work++;
		skb_rx_unhold(skb);
		if (likely(netif_running(skb->dev)))
			receive_core(skb);
		else
			kfree_skb_reason(skb, DROP_RX_DEV_DOWN);
	}
	/* one that came between the last look and this has left MISSED */
	if (work < budget)
		napi_complete_done(napi, work);
	return work;
}

/* dev_add_pack() - have @pt->func called for frames of @pt->type. Context: thread, without rtnl. */
void dev_add_pack(struct packet_type *pt)
{
	rtnl_lock();
	if (!ptype_list || pt->type == htons(ETH_P_IP)) {
		pt->next = ptype_list;
		rcu_assign_pointer(ptype_list, pt);
	} else {
		pt->next = ptype_list->next;
		rcu_assign_pointer(ptype_list->next, pt);
	}
	rtnl_unlock();
}

/* dev_remove_pack() - after it returns, @pt->func is not running and will not be called. */
void dev_remove_pack(struct packet_type *pt)
{
	struct packet_type **link;

	rtnl_lock();
	for (link = &ptype_list; *link && *link != pt; link = &(*link)->next)
		;
	if (*link)
		rcu_assign_pointer(*link, pt->next);
	rtnl_unlock();
	synchronize_rcu();
}

/* ---- NAPI ---- */

/*
 * netif_napi_add() - @poll(napi, budget) is called in NET_RX_SOFTIRQ after napi_schedule(napi); it
 * handles up to budget frames and returns how many; when fewer, it has called napi_complete_done()
 * first. Starts disabled: napi_enable() in ndo_open.
 */
void netif_napi_add(struct net_device *dev, struct napi_struct *napi,
		    int (*poll)(struct napi_struct *, int), int weight)
{
	INIT_LIST_HEAD(&napi->poll_list);
	napi->poll = poll;
	napi->weight = weight;
	napi->dev = dev;
	napi->state = BIT(NAPI_STATE_SCHED) | BIT(NAPI_STATE_DISABLE);
	if (dev)
		list_add_tail(&napi->dev_list, &dev->napi_list);
	else
		INIT_LIST_HEAD(&napi->dev_list);
}

/* netif_napi_del() - forget @napi, which is disabled. */
void netif_napi_del(struct napi_struct *napi)
{
	BUG_ON(!test_bit(NAPI_STATE_DISABLE, &napi->state));
	list_del_init(&napi->dev_list);
}

/* napi_enable() - it may be scheduled from now on. */
void napi_enable(struct napi_struct *napi)
{
	BUG_ON(!test_bit(NAPI_STATE_SCHED, &napi->state));
	/* release: what its owner-to-be reads was written */
	smp_store_release(&napi->state, 0ul);
}

/*
 * napi_disable() - wait until @napi is not polled; it cannot be scheduled any more. Context:
 * thread.
 */
void napi_disable(struct napi_struct *napi)
{
	set_bit(NAPI_STATE_DISABLE, &napi->state);
	while (test_and_set_bit(NAPI_STATE_SCHED, &napi->state))
		msleep(1);
}

/*
 * napi_schedule_prep() - become @napi's owner; if it has one, that one will look once more.
 * Return: true if it is now up to the caller to call __napi_schedule() (or, in a softirq, to do
 * something with it and call napi_complete_done()). Context: any.
 */
bool napi_schedule_prep(struct napi_struct *napi)
{
	unsigned long old = READ_ONCE(napi->state), new;

	do {
		if (unlikely(old & BIT(NAPI_STATE_DISABLE)))
			return false;
		new = old | BIT(NAPI_STATE_SCHED);
		if (old & BIT(NAPI_STATE_SCHED))
			new |= BIT(NAPI_STATE_MISSED);
	} while (!try_cmpxchg(&napi->state, &old, new));
	return !(old & BIT(NAPI_STATE_SCHED));
}

void __napi_schedule(struct napi_struct *napi)
{
	struct softnet_data *sd;
	unsigned long flags;

	local_irq_save(flags);
	sd = this_cpu_ptr(&softnet_data);
	list_add_tail(&napi->poll_list, &sd->poll_list);
	if (likely(!sd->leaving))
		raise_softirq_irqoff(NET_RX_SOFTIRQ);
	local_irq_restore(flags);
}

/*
 * napi_complete_done() - @napi's poll found fewer frames than its budget: it gives up ownership,
 * and with it all that is the owner's (a ring, say). The driver has its interrupt on by then, for
 * behind this call another CPU may be polling.
 * Return: true; false when somebody wanted it meanwhile: it is scheduled again.
 */
bool napi_complete_done(struct napi_struct *napi, int work_done)
{
	unsigned long old, new;

	/* in no list while it is polled, and still ours */
	INIT_LIST_HEAD(&napi->poll_list);
	old = READ_ONCE(napi->state);
	do {
		new = old & ~(BIT(NAPI_STATE_SCHED) | BIT(NAPI_STATE_MISSED));
		if (unlikely(old & BIT(NAPI_STATE_MISSED)))
			new |= BIT(NAPI_STATE_SCHED);
	} while (!try_cmpxchg(&napi->state, &old, new));
	if (likely(!(old & BIT(NAPI_STATE_MISSED))))
		return true;
	__napi_schedule(napi);
	return false;
}

/* Poll one NAPI and send what came of it. Return: frames. */
static int napi_poll(struct napi_struct *napi, struct list_head *repoll, struct softnet_data *sd)
{
	int weight = napi->weight;
	int work;

	list_del_init(&napi->poll_list);
	/* who wanted it while it stood in the list gets this poll (a full barrier, then the ring) */
	if (unlikely(READ_ONCE(napi->state) & BIT(NAPI_STATE_MISSED)))
		clear_bit(NAPI_STATE_MISSED, &napi->state);
	sd->rx_round++;
	work = napi->poll(napi, weight);
	xmit_flush_pending(sd);
	sd->rx_round--;
	sd->processed += (u64)work;
	BUG_ON(work > weight);
	if (work < weight)
		return work;
	/* still SCHED, thus ours alone: who disables it waits for this to go */
	if (unlikely(test_bit(NAPI_STATE_DISABLE, &napi->state)))
		napi_complete_done(napi, work);
	else
		list_add_tail(&napi->poll_list, repoll);
	return work;
}

static void net_rx_action(void)
{
	struct softnet_data *sd = this_cpu_ptr(&softnet_data);
	unsigned long limit = jiffies + NETDEV_BUDGET_JIFFIES;
	int budget = netdev_budget;
	LIST_HEAD(list);
	LIST_HEAD(repoll);

	if (unlikely(sd->leaving))
		return;
	local_irq_disable();
	list_splice_init(&sd->poll_list, &list);
	local_irq_enable();

	while (!list_empty(&list)) {
		struct napi_struct *napi = list_first_entry(&list, struct napi_struct, poll_list);

		budget -= napi_poll(napi, &repoll, sd);
		if (budget <= 0 || time_after_eq(jiffies, limit)) {
			if (!list_empty(&list) || !list_empty(&repoll)) {
				sd->time_squeeze++;
				SNMP_INC(SOFTNET_TIME_SQUEEZE);
			}
			break;
		}
		if (list_empty(&list)) {
			/* another round for those that used their weight */
			list_splice_init(&repoll, &list);
			local_irq_disable();
			list_splice_tail_init(&sd->poll_list, &list);
			local_irq_enable();
		}
	}

	local_irq_disable();
	list_splice_tail_init(&repoll, &list);
	list_splice_init(&list, &sd->poll_list);
	if (!list_empty(&sd->poll_list))
		raise_softirq_irqoff(NET_RX_SOFTIRQ);
	local_irq_enable();
}

/* ---- CPUs that come and go ---- */

static int softnet_prepare(unsigned int cpu)
{
	per_cpu_ptr(&softnet_data, cpu)->leaving = false;
	return 0;
}

/*
 * On the CPU that goes. Its last softirqs must not poll: a network that never pauses would keep it
 * from ending.
 */
static void softnet_dying(unsigned int cpu)
{
	this_cpu_ptr(&softnet_data)->leaving = true;
}

/* The frames of @dead's backlog behind ours, and its NAPI idle. Interrupts off. */
static void softnet_take_backlog(struct softnet_data *sd, struct softnet_data *dead)
{
	struct sk_buff *skb, *next;

	if (test_bit(NAPI_STATE_SCHED, &dead->backlog.state)) {
		list_del_init(&dead->backlog.poll_list);
		smp_store_release(&dead->backlog.state, 0ul);
	}
	for (skb = __skb_queue_splice(&dead->backlog_queue); skb; skb = next) {
		next = skb->next;
		__skb_queue_tail(&sd->backlog_queue, skb);
	}
	if (sd->backlog_queue.qlen)
		napi_schedule(&sd->backlog);
}

/* On the CPU that buries @cpu: all it had to do is to be done here. */
static void softnet_dead(unsigned int cpu)
{
	struct softnet_data *dead = per_cpu_ptr(&softnet_data, cpu), *sd;
	struct net_device **end;

	/* One that does not start at boot is buried before net_dev_init(). */
	if (!dead->poll_list.next)
		return;
	BUG_ON(dead->rx_round || dead->xmit_pending);
	local_bh_disable();
	local_irq_disable();
	sd = this_cpu_ptr(&softnet_data);
	softnet_take_backlog(sd, dead);
	list_splice_tail_init(&dead->poll_list, &sd->poll_list);
	for (end = &sd->tx_sched; *end; end = &(*end)->next_sched)
		;
	*end = dead->tx_sched;
	dead->tx_sched = NULL;
	raise_softirq_irqoff(NET_RX_SOFTIRQ);
	raise_softirq_irqoff(NET_TX_SOFTIRQ);
	local_irq_enable();
	local_bh_enable();
}
CPU_NOTIFIER(softnet, .prepare = softnet_prepare, .dying = softnet_dying, .dead = softnet_dead);

static int net_dev_init(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		struct softnet_data *sd = per_cpu_ptr(&softnet_data, cpu);

		INIT_LIST_HEAD(&sd->poll_list);
		skb_queue_head_init(&sd->backlog_queue);
		netif_napi_add(NULL, &sd->backlog, process_backlog, NAPI_POLL_WEIGHT);
		napi_enable(&sd->backlog);
	}
	netdev_max_backlog = (int)netdev_queue_limit(1000);
	open_softirq(NET_TX_SOFTIRQ, net_tx_action);
	open_softirq(NET_RX_SOFTIRQ, net_rx_action);
	return 0;
}
INITCALL(core, net_dev_init);
