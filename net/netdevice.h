/* SPDX-License-Identifier: MIT */
/*
 * net/netdevice.h - network devices, NAPI, the softnet of each CPU. The theory stands in net/dev.c.
 */
#ifndef NET_NETDEVICE_H
#define NET_NETDEVICE_H

#include <arch/atomic.h>
#include <arch/percpu.h>

#include "kernel/base/notifier.h"
#include "kernel/base/preempt.h"
#include "kernel/base/rcu.h"
#include "kernel/base/spinlock.h"
#include "lib/list.h"
#include "lib/types.h"
#include "net/skbuff.h"

#define IFNAMSIZ	16
#define MAX_ADDR_LEN	8		/* ETH_ALEN, and the two bytes that make it one load */

/* EtherTypes, host order */
#define ETH_P_IP	0x0800
#define ETH_P_ARP	0x0806
#define ETH_P_802_3_MIN	0x0600		/* below it the field is a length */

/* dev->type */
#define ARPHRD_ETHER	1
#define ARPHRD_LOOPBACK	772

/* dev->flags (Linux's values); UP by dev_open/dev_close, RUNNING is computed by dev_get_flags() */
#define IFF_UP		0x1
#define IFF_BROADCAST	0x2
#define IFF_LOOPBACK	0x8
#define IFF_POINTOPOINT	0x10
#define IFF_RUNNING	0x40
#define IFF_NOARP	0x80
#define IFF_PROMISC	0x100
#define IFF_ALLMULTI	0x200
#define IFF_MULTICAST	0x1000
#define IFF_LOWER_UP	0x10000

/* bits of dev->state */
enum {
	__LINK_STATE_START,		/* ndo_open succeeded, ndo_stop has not begun */
	__LINK_STATE_NOCARRIER,
	__LINK_STATE_XOFF,		/* the driver's transmit queue is stopped */
	__LINK_STATE_LINKWATCH,		/* the carrier changed and nobody was told yet */
};

/* What ndo_start_xmit returns. BUSY: the skb stays the caller's and the queue is stopped. */
typedef enum { NETDEV_TX_OK = 0, NETDEV_TX_BUSY = 0x10 } netdev_tx_t;

/* What dev_queue_xmit returns besides negative errnos. */
#define NET_XMIT_SUCCESS	0
#define NET_XMIT_DROP		1
/* What a packet_type's handler and netif_rx return. */
#define NET_RX_SUCCESS		0
#define NET_RX_DROP		1

/* Notifier events; the void pointer is the net_device. */
enum netdev_event {
	NETDEV_UP = 1,
	NETDEV_DOWN,			/* after the device has stopped */
	NETDEV_CHANGE,			/* carrier */
	NETDEV_REGISTER,
	NETDEV_UNREGISTER,		/* give back every reference now */
	NETDEV_CHANGEMTU,
	NETDEV_CHANGEADDR,
};

struct net_device;
struct in_device;
struct neigh_parms;

struct rtnl_link_stats64 {
	u64	rx_packets, tx_packets, rx_bytes, tx_bytes;
	u64	rx_errors, tx_errors, rx_dropped, tx_dropped;
	u64	multicast, rx_length_errors, tx_timeouts;
};

/*
 * A driver's operations. Context of open/stop/change_mtu/set_*: thread, under rtnl.
 * ndo_start_xmit: softirq or bottom halves off, under dev->tx_lock; consumes the skb and returns
 * NETDEV_TX_OK, or leaves it alone and returns NETDEV_TX_BUSY after netif_stop_queue(). It may put
 * off the notification of its device while netdev_xmit_more() says that another frame follows at
 * once. ndo_xmit_flush (may be NULL): called once at the end of every run of ndo_start_xmit calls,
 * same context.
 */
struct net_device_ops {
	int		(*ndo_open)(struct net_device *dev);
	int		(*ndo_stop)(struct net_device *dev);
	netdev_tx_t	(*ndo_start_xmit)(struct sk_buff *skb, struct net_device *dev);
	void		(*ndo_xmit_flush)(struct net_device *dev);
	int		(*ndo_change_mtu)(struct net_device *dev, int new_mtu);
	void		(*ndo_set_rx_mode)(struct net_device *dev);
	int		(*ndo_set_mac_address)(struct net_device *dev, const u8 *addr);
	void		(*ndo_get_stats64)(struct net_device *dev, struct rtnl_link_stats64 *stats);
};

struct neighbour;
struct hh_cache;

/* How a link layer writes its header. create: pushes it, returns its length or negative. */
struct header_ops {
	int	(*create)(struct sk_buff *skb, struct net_device *dev, u16 type,
			  const void *daddr, const void *saddr, unsigned int len);
	int	(*cache)(const struct neighbour *n, struct hh_cache *hh, be16 type);
	void	(*cache_update)(struct hh_cache *hh, const struct net_device *dev, const u8 *haddr);
};

/* Frames of one CPU that wait for the end of the current net_rx round (net/dev.c, Transmit). */
struct xmit_batch {
	struct sk_buff		*head;
	struct sk_buff		**tailp;
	unsigned int		count;
	struct net_device	*dev;		/* [I] */
	struct xmit_batch	*next;		/* in softnet_data.xmit_pending */
	bool			pending;	/* stands there */
};

/*
 * Locks: [I] immutable after register_netdev, [r] rtnl writes and RCU or single loads read,
 *	  [t] tx_lock, [a] atomic, [d] the driver's own
 */
struct net_device {
	/* what each packet reads */
	unsigned int			flags;		/* [r] IFF_* */
	unsigned int			mtu;		/* [r] */
	unsigned long			state;		/* [a] __LINK_STATE_* */
	const struct net_device_ops	*netdev_ops;	/* [I] */
	const struct header_ops		*header_ops;	/* [I] NULL: no link header */
	struct in_device __rcu		*ip_ptr;	/* [r] IPv4's part */
	struct xmit_batch __percpu	*batch;		/* [I] */
	int				ifindex;	/* [I] */
	u16				hard_header_len; /* [I] */
	u16				needed_headroom; /* [I] beyond hard_header_len */
	u8				dev_addr[MAX_ADDR_LEN] __aligned(8);	/* [r] in one word */

	u8				broadcast[MAX_ADDR_LEN] __aligned(64);	/* [I] */
	u16				type;		/* [I] ARPHRD_* */
	u8				addr_len;	/* [I] */
	unsigned int			min_mtu, max_mtu;	/* [I] */
	char				name[IFNAMSIZ];	/* [I] */

	/* frames that the stopped driver could not take yet */
	spinlock_t			tx_lock __aligned(64);
	struct sk_buff_head		requeue;	/* [t] */
	unsigned int			tx_queue_len;	/* [I] limit of requeue, frames */
	struct net_device		*next_sched;	/* in softnet_data.tx_sched */
	atomic_t			sched;		/* [a] 1 while it stands there */

	struct neigh_parms		*arp_parms;	/* [r] */
	struct list_head		dev_list;	/* [r] */
	struct list_head		napi_list;	/* [r] */
	atomic_t			refcnt;		/* [a] dev_hold/dev_put */
	bool				registered;	/* [r] */
	atomic64_t			rx_dropped;	/* [a] by the core */
	atomic64_t			tx_dropped;	/* [a] by the core */
	void				*parent;	/* [I] driver's bus device, for lspci */
};

/* ---- NAPI ---- */
enum {
	NAPI_STATE_SCHED,		/* somebody owns it: a poll list, or who polls it */
	NAPI_STATE_DISABLE,		/* nobody new may */
	NAPI_STATE_MISSED,		/* somebody wanted it meanwhile: its owner polls once more */
};

/* Locks: [I] immutable, [a] atomic, [c] the CPU whose poll list it stands in */
struct napi_struct {
	struct list_head	poll_list;	/* [c] */
	unsigned long		state;		/* [a] */
	int			weight;		/* [I] most frames a poll */
	int			(*poll)(struct napi_struct *napi, int budget);	/* [I] */
	struct net_device	*dev;		/* [I] */
	struct list_head	dev_list;
};

#define NAPI_POLL_WEIGHT	64

void netif_napi_add(struct net_device *dev, struct napi_struct *napi,
		    int (*poll)(struct napi_struct *, int), int weight);
void netif_napi_del(struct napi_struct *napi);
void napi_enable(struct napi_struct *napi);
void napi_disable(struct napi_struct *napi);
bool napi_schedule_prep(struct napi_struct *napi);
void __napi_schedule(struct napi_struct *napi);
bool napi_complete_done(struct napi_struct *napi, int work_done);
/* napi_schedule() - have @napi polled soon. Context: any, interrupts included. */
static inline bool napi_schedule(struct napi_struct *napi)
{
	if (!napi_schedule_prep(napi))
		return false;
	__napi_schedule(napi);
	return true;
}

/* ---- softnet: what a CPU's softirqs work on ---- */
struct softnet_data {
	struct xmit_batch	*xmit_pending;	/* devices with frames of this round */
	unsigned int		rx_round;	/* nesting of polls: frames are batched while > 0 */
	bool			xmit_more;	/* see netdev_xmit_more() */
	u8			xmit_depth;	/* devices upon devices */
	struct list_head	poll_list;	/* interrupts off */
	struct sk_buff_head	backlog_queue;	/* netif_rx(): loopback; interrupts off */
	struct napi_struct	backlog;
	struct net_device	*tx_sched;	/* devices to run again; interrupts off */
	u64			processed, time_squeeze;
	bool			leaving;	/* the CPU goes: who buries it takes all this over */
};
DECLARE_PER_CPU(struct softnet_data, softnet_data);

/* netdev_xmit_more() - for ndo_start_xmit: another frame for the same device follows at once. */
static inline bool netdev_xmit_more(void)
{
	return this_cpu_read(softnet_data.xmit_more);
}

/* ---- receive ---- */
/*
 * A protocol over the link layer. func consumes the skb; data stands behind the link header,
 * network_header is set; softirq, under RCU. Return: NET_RX_*.
 */
struct packet_type {
	be16			type;		/* ETH_P_*, network order */
	int			(*func)(struct sk_buff *skb, struct net_device *dev,
					struct packet_type *pt, struct net_device *orig_dev);
	struct packet_type __rcu *next;
};
void dev_add_pack(struct packet_type *pt);
void dev_remove_pack(struct packet_type *pt);

int netif_receive_skb(struct sk_buff *skb);
int netif_rx(struct sk_buff *skb);
void netdev_rx_drop(struct net_device *dev, enum drop_reason reason);

/* ---- transmit ---- */
int dev_queue_xmit(struct sk_buff *skb);
void netif_wake_queue(struct net_device *dev);
void netif_carrier_on(struct net_device *dev);
void netif_carrier_off(struct net_device *dev);

static inline void netif_start_queue(struct net_device *dev)
{
	clear_bit(__LINK_STATE_XOFF, &dev->state);
}
static inline void netif_stop_queue(struct net_device *dev)
{
	set_bit(__LINK_STATE_XOFF, &dev->state);
}
static inline bool netif_queue_stopped(const struct net_device *dev)
{
	return READ_ONCE(dev->state) & BIT(__LINK_STATE_XOFF);
}
static inline bool netif_running(const struct net_device *dev)
{
	return READ_ONCE(dev->state) & BIT(__LINK_STATE_START);
}
static inline bool netif_carrier_ok(const struct net_device *dev)
{
	return !(READ_ONCE(dev->state) & BIT(__LINK_STATE_NOCARRIER));
}

/* ---- devices ---- */
struct net_device *alloc_netdev(size_t sizeof_priv, const char *name,
				void (*setup)(struct net_device *)) __must_check;
struct net_device *alloc_etherdev(size_t sizeof_priv) __must_check;
void free_netdev(struct net_device *dev);
int register_netdev(struct net_device *dev) __must_check;
void unregister_netdev(struct net_device *dev);
int dev_open(struct net_device *dev) __must_check;
void dev_close(struct net_device *dev);
int dev_set_mtu(struct net_device *dev, int mtu) __must_check;
int dev_set_mac_address(struct net_device *dev, const u8 *addr) __must_check;
unsigned int dev_get_flags(const struct net_device *dev);
void dev_get_stats(struct net_device *dev, struct rtnl_link_stats64 *stats);
int register_netdevice_notifier(struct notifier_block *nb);
int unregister_netdevice_notifier(struct notifier_block *nb);

/* Look-ups borrow: valid under rtnl or until rcu_read_unlock(). NULL if there is none. */
struct net_device *dev_get_by_name(const char *name);
struct net_device *dev_get_by_index(int ifindex);
struct net_device *dev_next(const struct net_device *dev);	/* NULL: the first */
#define for_each_netdev(dev) for ((dev) = dev_next(NULL); (dev); (dev) = dev_next(dev))

/* The configuration lock: whoever changes devices, addresses or routes holds it. Thread context. */
void rtnl_lock(void);
void rtnl_unlock(void);
void assert_rtnl_held(void);

extern struct net_device *loopback_dev;		/* "lo", ifindex 1 */
extern int netdev_max_backlog, netdev_budget;	/* sysctl net.core.* */

/* The driver's private part, behind the device and aligned to a line. */
static inline void *netdev_priv(const struct net_device *dev)
{
	return (u8 *)dev + ALIGN(sizeof(struct net_device), 64);
}
/* A link address as one word. dev_addr_get() - @dev's as of one moment: it may be changed. */
union dev_addr {
	u8	bytes[MAX_ADDR_LEN];
	u64	word;
};
static inline union dev_addr dev_addr_get(const struct net_device *dev)
{
	union dev_addr a = { .word = READ_ONCE(*(const u64 *)(const void *)dev->dev_addr) };

	return a;
}

static inline void dev_hold(struct net_device *dev) { atomic_inc(&dev->refcnt); }
static inline void dev_put(struct net_device *dev) { atomic_dec(&dev->refcnt); }

/*
 * Headroom for the link header of @dev: room for the cached header's aligned copy, and the driver's
 * need.
 */
#define LL_RESERVED_SPACE(dev) \
	((((dev)->hard_header_len + (dev)->needed_headroom) & ~15u) + 16u)

/*
 * dev_hard_header() - push the link header. Return: its length, or negative (the skb is unchanged).
 */
static inline int dev_hard_header(struct sk_buff *skb, struct net_device *dev, u16 type,
				  const void *daddr, const void *saddr, unsigned int len)
{
	if (!dev->header_ops)
		return 0;
	return dev->header_ops->create(skb, dev, type, daddr, saddr, len);
}

#endif /* NET_NETDEVICE_H */
