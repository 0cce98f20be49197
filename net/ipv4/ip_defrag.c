/* SPDX-License-Identifier: MIT */
/*
 * net/ipv4/ip_defrag.c - reassembly of packets that are for us (RFC 791 section 3.2, RFC 815, RFC
 * 1122 section 3.3.2).
 *
 * Overview    ip_local_deliver() hands each fragment to ip_defrag(); the one that completes its
 *             packet gets the whole packet back, in one linear skb. Fragments that are forwarded
 *             never come here.
 * Structure   A struct ipq for each unfinished packet, in a hash by (source, destination, id,
 *             protocol), and in ipq_list in the order of their first fragment, which is the order
 *             in which they time out. Its fragments are a list by offset, without holes or overlaps
 *             among neighbours that touch.
 * States      A packet leaves complete, timed out (30 s; ICMP time exceeded, code 1, if its first
 *             fragment is here), overlapping (RFC 5722's rule: all of it goes), pushed out by a
 *             newer one when memory is at its bound, or inconsistent with its end.
 * Locking     ipq_lock, a leaf, bottom halves off: hash, list and all packets. Errors are sent
 *             outside it.
 * Limits      high_thresh bytes of buffers (1/32 of RAM, at most 4 MB); above it the oldest packets
 *             go until it is below again. FRAGS_MAX fragments a packet: 65,515 bytes in pieces of
 *             48, what a link with the smallest MTU there is (68) makes of it.
 * Observe     nstat (IpReasm*, DropFrag*)
 */
#include "kernel/base/initcall.h"
#include "kernel/base/random.h"
#include "kernel/base/spinlock.h"
#include "kernel/base/sysctl.h"
#include "kernel/base/timer.h"
#include "lib/errno.h"
#include "lib/inet.h"
#include "lib/list.h"
#include "lib/multilinear.h"
#include "mm/page_alloc.h"
#include "mm/shrinker.h"
#include "mm/slab.h"
#include "net/dst.h"
#include "net/ipv4/icmp.h"
#include "net/ipv4/ip.h"
#include "net/netdevice.h"
#include "net/stats.h"

#define IPQ_HASHSZ	256
#define FRAGS_MAX	1365

static int sysctl_ipfrag_time = 30;
static int sysctl_ipfrag_high_thresh = 4 << 20;
SYSCTL_INT("net.ipv4.ipfrag_time", &sysctl_ipfrag_time, 1, 3600);
SYSCTL_INT("net.ipv4.ipfrag_high_thresh", &sysctl_ipfrag_high_thresh, 0, INT_MAX);

/* An unfinished packet. Locks: all by ipq_lock. */
struct ipq {
	struct hlist_node	hash;
	struct list_head	list;		/* in ipq_list, oldest first */
	be32			saddr, daddr;
	be16			id;
	u8			protocol;
	bool			last_in;	/* total is known */
	u32			total;		/* bytes of data, when last_in */
	u32			meat;		/* bytes that are here */
	u32			truesize;	/* of all of it */
	u32			nfrags;
	unsigned long		expires;	/* jiffies */
	struct sk_buff		*head, *tail;	/* by offset */
	int			iif;
};

/* A fragment in its queue; the first part stays what ip_rcv() made. */
struct frag_cb {
	struct inet_skb_parm	parm;
	u32			offset;		/* bytes */
	u32			end;
};
#define FRAG_CB(skb) ((struct frag_cb *)(skb)->cb)
static_assert(sizeof(struct frag_cb) <= sizeof(((struct sk_buff *)0)->cb),
	      "fits the control block");

static struct hlist_head ipq_hash[IPQ_HASHSZ];
static LIST_HEAD(ipq_list);
static DEFINE_SPINLOCK(ipq_lock);
static u32 ipq_mem;		/* bytes, by ipq_lock */
static u32 ipq_count;
static struct multilinear_key ipq_key __ro_after_init;

static void ipq_timer_fn(struct timer_list *timer);
static DEFINE_TIMER(ipq_timer, ipq_timer_fn);

unsigned int ip_frag_mem(void)
{
	return READ_ONCE(ipq_mem);
}

unsigned int ip_frag_nqueues(void)
{
	return READ_ONCE(ipq_count);
}

/* ---- packets ---- */

/* Takes @q out of hash and list: from here it is its holder's alone. Under ipq_lock. */
static void ipq_unlink(struct ipq *q)
{
	hlist_del(&q->hash);
	list_del(&q->list);
	ipq_mem -= q->truesize;
	ipq_count--;
}

/* Drops the fragments of @q, and @q. Outside the lock. */
static void ipq_drop(struct ipq *q, enum drop_reason reason)
{
	struct sk_buff *skb, *next;

	SNMP_INC(IP_REASM_FAILS);
	for (skb = q->head; skb; skb = next) {
		next = skb->next;
		skb->next = NULL;
		skb_rx_unhold(skb);
		kfree_skb_reason(skb, reason);
	}
	kfree(q);
}

/* RFC 792: time exceeded goes to the sender if the first fragment has arrived. */
static void ipq_expire(struct ipq *q)
{
	struct sk_buff *head = q->head;

	SNMP_INC(IP_REASM_TIMEOUT);
	if (head && !FRAG_CB(head)->offset) {
		struct net_device *dev;

		rcu_read_lock();
		dev = dev_get_by_index(q->iif);
		if (dev) {
			head->dev = dev;
			icmp_send(head, ICMP_TIME_EXCEEDED, ICMP_EXC_FRAGTIME, 0);
		}
		rcu_read_unlock();
	}
	ipq_drop(q, DROP_FRAG_TIMEOUT);
}

/* The oldest packet, unlinked, if @due says that it has to go; else NULL. */
static struct ipq *ipq_take_oldest(bool (*due)(const struct ipq *q, unsigned long arg),
				   unsigned long arg)
{
	struct ipq *q = NULL;

	spin_lock_bh(&ipq_lock);
	if (!list_empty(&ipq_list)) {
		q = list_first_entry(&ipq_list, struct ipq, list);
		if (due(q, arg))
			ipq_unlink(q);
		else
			q = NULL;
	}
	spin_unlock_bh(&ipq_lock);
	return q;
}

static bool ipq_due_time(const struct ipq *q, unsigned long now)
{
	return time_after_eq(now, q->expires);
}

static bool ipq_due_mem(const struct ipq *q, unsigned long limit)
{
	return ipq_mem > limit;
}

static bool ipq_due_always(const struct ipq *q, unsigned long arg)
{
	return true;
}

void ip_frag_expire(unsigned long now)
{
	struct ipq *q;

	local_bh_disable();
	while ((q = ipq_take_oldest(ipq_due_time, now)))
		ipq_expire(q);
	local_bh_enable();
}

void ip_frag_flush(void)
{
	struct ipq *q;

	local_bh_disable();
	while ((q = ipq_take_oldest(ipq_due_always, 0)))
		ipq_drop(q, DROP_FRAG_MEMORY);
	local_bh_enable();
}

/* Packets time out in the order of the list: one timer serves all. */
static void ipq_timer_fn(struct timer_list *timer)
{
	ip_frag_expire(jiffies);
	spin_lock_bh(&ipq_lock);
	if (!list_empty(&ipq_list))
		mod_timer(timer, list_first_entry(&ipq_list, struct ipq, list)->expires);
	spin_unlock_bh(&ipq_lock);
}

static struct ipq *ipq_create(const struct iphdr *iph, struct hlist_head *head)
{
	struct ipq *q = kmalloc(sizeof(*q), GFP_ATOMIC | __GFP_ZERO | __GFP_NOWARN);

	if (!q)
		return NULL;
	q->saddr = iph->saddr;
	q->daddr = iph->daddr;
	q->id = iph->id;
	q->protocol = iph->protocol;
	q->expires = jiffies + (unsigned long)READ_ONCE(sysctl_ipfrag_time) * HZ;
	q->truesize = sizeof(*q);
	ipq_mem += q->truesize;
	ipq_count++;
	hlist_add_head(&q->hash, head);
	list_add_tail(&q->list, &ipq_list);
	if (!timer_pending(&ipq_timer))
		mod_timer(&ipq_timer, q->expires);
	return q;
}

/* The packet that @iph is a piece of, a new one if need be. Under ipq_lock. NULL: no memory. */
static struct ipq *ipq_find(const struct iphdr *iph)
{
	u32 h = multilinear_hash4(&ipq_key, iph->saddr, iph->daddr, iph->id, iph->protocol);
	struct hlist_head *head = &ipq_hash[h % IPQ_HASHSZ];
	struct ipq *q;

	hlist_for_each_entry(q, head, hash)
		if (q->id == iph->id && q->saddr == iph->saddr && q->daddr == iph->daddr &&
		    q->protocol == iph->protocol)
			return q;
	return ipq_create(iph, head);
}

/* ---- fragments ---- */

enum ipq_verdict { IPQ_QUEUED, IPQ_DROP_FRAG, IPQ_DROP_ALL };

/* Does @skb fit what is known about the packet's end? Notes the end if @skb is it. */
static bool ipq_check_end(struct ipq *q, const struct sk_buff *skb)
{
	u32 end = FRAG_CB(skb)->end;

	if (!(ip_hdr(skb)->frag_off & htons(IP_MF))) {
		if ((q->last_in && end != q->total) || (q->tail && FRAG_CB(q->tail)->end > end))
			return false;
		q->last_in = true;
		q->total = end;
		return true;
	}
	return !q->last_in || end <= q->total;
}

/*
 * Where @skb belongs: the fragment before it, NULL for the first. The usual order is found at once.
 */
static struct sk_buff *ipq_find_prev(const struct ipq *q, u32 offset)
{
	struct sk_buff *prev = NULL;

	if (q->tail && FRAG_CB(q->tail)->offset <= offset)
		return q->tail;
	for (struct sk_buff *p = q->head; p && FRAG_CB(p)->offset <= offset; p = p->next)
		prev = p;
	return prev;
}

/*
 * Queues @skb. What lies wholly within a fragment that is here is a duplicate and goes alone; any
 * other overlap takes the packet with it.
 */
static enum ipq_verdict ipq_insert(struct ipq *q, struct sk_buff *skb, enum drop_reason *reason)
{
	struct frag_cb *cb = FRAG_CB(skb);
	struct sk_buff *prev = ipq_find_prev(q, cb->offset), *next;

	next = prev ? prev->next : q->head;
	if (prev && FRAG_CB(prev)->end > cb->offset) {
		bool inside = cb->end <= FRAG_CB(prev)->end;

		*reason = inside ? DROP_FRAG_DUPLICATE : DROP_FRAG_OVERLAP;
		return inside ? IPQ_DROP_FRAG : IPQ_DROP_ALL;
	}
	if (next && cb->end > FRAG_CB(next)->offset) {
		*reason = DROP_FRAG_OVERLAP;
		return IPQ_DROP_ALL;
	}
	if (q->nfrags >= FRAGS_MAX) {
		*reason = DROP_FRAG_MEMORY;
		return IPQ_DROP_ALL;
	}
	if (!ipq_check_end(q, skb)) {
		*reason = DROP_FRAG_BAD;
		return IPQ_DROP_ALL;
	}
	skb->next = next;
	*(prev ? &prev->next : &q->head) = skb;
	if (!next)
		q->tail = skb;
	q->iif = skb->dev->ifindex;
	q->meat += cb->end - cb->offset;
	q->nfrags++;
	q->truesize += skb_truesize(skb);
	ipq_mem += skb_truesize(skb);
	skb->dev = NULL;	/* may be gone before the packet is complete */
	skb_rx_hold(skb);
	return IPQ_QUEUED;
}

/* @q is complete and its holder's alone: one skb of its fragments. NULL: no memory. */
static struct sk_buff *ipq_reasm(struct ipq *q, struct net_device *dev)
{
	struct sk_buff *head = q->head, *skb, *next, *whole;
	unsigned int hlen = ip_hdrlen(head), room = 64;
	struct iphdr *iph;

	whole = hlen + q->total <= IP_MAX_LEN ?
			alloc_skb(room + hlen + q->total, GFP_ATOMIC | __GFP_NOWARN) : NULL;
	if (!whole) {
		ipq_drop(q, hlen + q->total > IP_MAX_LEN ? DROP_FRAG_BAD : DROP_FRAG_MEMORY);
		return NULL;
	}
	skb_reserve(whole, room);
	skb_reset_network_header(whole);
	iph = skb_put_data(whole, ip_hdr(head), hlen);
	memcpy(whole->cb, head->cb, sizeof(struct inet_skb_parm));
	whole->protocol = head->protocol;
	whole->pkt_type = head->pkt_type;
	whole->skb_iif = head->skb_iif;
	whole->mark = head->mark;
	whole->dev = dev;
	for (skb = head; skb; skb = next) {
		u32 n = FRAG_CB(skb)->end - FRAG_CB(skb)->offset;

		next = skb->next;
		skb->next = NULL;
		skb_put_data(whole, skb_network_header(skb) + ip_hdrlen(skb), n);
		IPCB(whole)->frag_max_size = max(IPCB(whole)->frag_max_size, (u16)skb->len);
		skb_rx_unhold(skb);
		if (skb == head) {
			/* it shares the datagram's fate (net/stats.c); the others are delivered */
			whole->rx = skb->rx;
			skb->rx = 0;
		}
		consume_skb(skb);
	}
	kfree(q);
	iph->frag_off = 0;
	iph->tot_len = htons((u16)whole->len);
	ip_send_check(iph);
	skb_set_transport_header(whole, (int)hlen);
	IPCB(whole)->flags |= IPSKB_FRAG_COMPLETE;
	SNMP_INC(IP_REASM_OKS);
	return whole;
}

/*
 * Length and place of a fragment that cannot be: RFC 791's units, and the end of the largest
 * packet.
 */
static bool ip_frag_valid(struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);
	struct frag_cb *cb = FRAG_CB(skb);

	cb->offset = (ntohs(iph->frag_off) & IP_OFFSET) * 8;
	cb->end = cb->offset + skb->len - ip_hdrlen(skb);
	if (cb->end == cb->offset || cb->end + ip_hdrlen(skb) > IP_MAX_LEN)
		return false;
	return !(iph->frag_off & htons(IP_MF)) || (cb->end - cb->offset) % 8 == 0;
}

/*
 * ip_defrag() - a fragment for us.
 * @skb:    data at the IP header, checked by ip_rcv().
 * Context: softirq, under RCU.  Consumes @skb.
 * Return:  the whole packet, if this completes it; else NULL.
 */
struct sk_buff *ip_defrag(struct sk_buff *skb)
{
	struct net_device *dev = skb->dev;
	enum drop_reason reason = DROP_FRAG_MEMORY;
	enum ipq_verdict verdict = IPQ_DROP_FRAG;
	struct ipq *q, *old;
	bool complete = false;

	SNMP_INC(IP_REASM_REQDS);
	if (!ip_frag_valid(skb)) {
		SNMP_INC(IP_REASM_FAILS);
		kfree_skb_reason(skb, DROP_FRAG_BAD);
		return NULL;
	}
	skb_dst_drop(skb);	/* borrowed; what is delivered needs none */
	while ((old = ipq_take_oldest(ipq_due_mem,
				      (unsigned long)READ_ONCE(sysctl_ipfrag_high_thresh))))
		ipq_drop(old, DROP_FRAG_MEMORY);
	spin_lock_bh(&ipq_lock);
	q = ipq_find(ip_hdr(skb));
	if (q)
		verdict = ipq_insert(q, skb, &reason);
	if (verdict == IPQ_QUEUED)
		complete = q->last_in && q->meat == q->total;
	if (complete || verdict == IPQ_DROP_ALL)
		ipq_unlink(q);
	spin_unlock_bh(&ipq_lock);

	if (verdict != IPQ_QUEUED)
		kfree_skb_reason(skb, reason);
	if (verdict == IPQ_DROP_ALL)
		ipq_drop(q, reason);
	return complete ? ipq_reasm(q, dev) : NULL;
}

/* ---- memory ---- */

static unsigned long ipq_shrink_count(struct shrinker *shrinker, struct shrink_control *sc)
{
	unsigned int n = ip_frag_nqueues();

	return n ? n : SHRINK_EMPTY;
}

static unsigned long ipq_shrink_scan(struct shrinker *shrinker, struct shrink_control *sc)
{
	unsigned long freed = 0;
	struct ipq *q;

	local_bh_disable();
	while (freed < sc->nr_to_scan && (q = ipq_take_oldest(ipq_due_always, 0))) {
		ipq_drop(q, DROP_FRAG_MEMORY);
		freed++;
	}
	local_bh_enable();
	return freed ? freed : SHRINK_STOP;
}

static struct shrinker ipq_shrinker = {
	.name = "ip_fragments",
	.count_objects = ipq_shrink_count,
	.scan_objects = ipq_shrink_scan,
};

static int ip_defrag_init(void)
{
	u64 share = (u64)totalram_pages() * PAGE_SIZE / 32;

	get_random_bytes(&ipq_key, sizeof(ipq_key));
	if (share < (u64)sysctl_ipfrag_high_thresh)
		sysctl_ipfrag_high_thresh = (int)share;
	return register_shrinker(&ipq_shrinker);
}
INITCALL(core, ip_defrag_init);
