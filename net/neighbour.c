/* SPDX-License-Identifier: MIT */
/*
 * net/neighbour.c - maps a next hop to a link address.
 *
 * Overview    A neighbour is a next hop on a device. The output path hands its packets to
 *	       neigh_output(): a connected neighbour has its link header ready and the packet is on
 *	       its way after a copy of 16 bytes; any other goes through neigh_resolve_output(),
 *	       which may have to ask (ARP) and lets the packet wait in arp_queue meanwhile. Nothing
 *	       here waits or spins.
 * Structure   neigh_table: a hash of the entries by (key, device), multilinear with random keys,
 *	       doubled when there are four entries a bucket (256 buckets: not before gc_thresh3 is
 *	       raised); gc_list of all that may be collected, oldest first; parms per device.
 *
 * States      NONE	   new; nothing sent yet
 *	       INCOMPLETE  first packet: asks (multicast) every retrans_time; packets queue
 *	       REACHABLE   answered or confirmed within reachable_time (random 0.5-1.5 of
 *			   base_reachable_time)
 *	       STALE	   not confirmed for that long; the address is used, the next packet starts
 *			   DELAY
 *	       DELAY	   used while stale: an upper layer may confirm within delay_probe_time of
 *			   5 s
 *	       PROBE	   it did not: asks (unicast) every retrans_time; packets still go to the
 *			   old address
 *	       FAILED	   no answer to all probes: queue dropped (ICMP host unreachable); the next
 *			   packet asks again
 *	       NOARP	   needs no resolution (loopback, broadcast, multicast)
 *	       PERMANENT   set by the administrator
 *
 *	       NONE, FAILED	  -packet->	INCOMPLETE
 *	       INCOMPLETE	  -answer->	REACHABLE
 *	       REACHABLE	  -time->	STALE, or DELAY if it was used lately
 *	       STALE		  -packet->	DELAY	   -time-> PROBE
 *	       DELAY, PROBE	  -confirmed->	REACHABLE
 *	       INCOMPLETE, PROBE  -no answer->	FAILED
 *	       any		  -heard of->	STALE
 *
 *	       The timer runs in INCOMPLETE, REACHABLE, DELAY, PROBE (NUD_IN_TIMER) and in no other
 *	       state.
 *
 * Lifetime    refcnt: one for the table, one for the armed timer, one for each holder (a dst).
 *	       Removal (neigh_mark_dead) takes it out of the table, drops its queue and makes its
 *	       output a black hole; the memory goes a grace period after the last reference. Holders
 *	       notice n->dead and look up anew, so that removal need not wait for them: a table full
 *	       of unanswered questions can be collected though each of them is bound to a route.
 * Locking     tbl->lock (chains, gc_list, growth) before n->lock (state, address, queue), both with
 *	       softirqs off. No packet is sent and no protocol called under either, but for
 *	       ops->solicit, which only builds the probe. Look-ups: RCU. The cached header: hh_lock
 *	       (a sequence lock) inside n->lock.
 * Limits      gc_thresh1 128: below it idle entries stay. gc_thresh2 512: from there on a new entry
 *	       has forced gc trim to it, as far as idle entries go. gc_thresh3 1024: never more;
 *	       forced gc must find room or the new entry is refused (NeighTableFull). It takes
 *	       failed and idle ones first, then the oldest unanswered (GC_BATCH 64 at a time, so
 *	       that a scan costs a walk of 1,024 per 64 packets) or merely heard of (STALE, and no
 *	       route holds it: whoever asks us under many names fills the table with these), and
 *	       never one that has a valid address and was used within GC_USED 5 s.
 *	       arp_queue: queue_len_bytes of truesize each
 *	       (212,992 as Linux, or 1/1024 of RAM if that is less, at least 16 KB), oldest dropped
 *	       first; all queues together 1/64 of RAM (and a packet a CPU, which look before they add).
 * Observe     ip neigh, ip -s neigh; nstat Neigh*, DropNeigh*; sysctl net.ipv4.neigh.default.*
 * Reference   RFC 4861 7.3 (the states), RFC 1122 2.3.2; Linux net/core/neighbour.c for names and
 *	       behaviour.
 */
#include "net/neighbour.h"

#include "lib/bug.h"
#include "lib/err.h"
#include "lib/errno.h"
#include "lib/inet.h"
#include "lib/string.h"
#include "net/dst.h"
#include "net/neighbour_internal.h"
#include "net/stats.h"

const char *nud_state_name(u8 state)
{
	switch (state) {
	case NUD_NONE:
		return "NONE";
	case NUD_INCOMPLETE:
		return "INCOMPLETE";
	case NUD_REACHABLE:
		return "REACHABLE";
	case NUD_STALE:
		return "STALE";
	case NUD_DELAY:
		return "DELAY";
	case NUD_PROBE:
		return "PROBE";
	case NUD_FAILED:
		return "FAILED";
	case NUD_NOARP:
		return "NOARP";
	case NUD_PERMANENT:
		return "PERMANENT";
	}
	return "?";
}

/* ---- the timer: while armed it counts as a reference ---- */

static void neigh_add_timer(struct neighbour *n, unsigned long when)
{
	neigh_hold(n);
	if (mod_timer(&n->timer, when))
		atomic_dec(&n->refcnt);		/* was armed: that reference is still there */
}

void neigh_del_timer(struct neighbour *n)
{
	if ((n->nud_state & NUD_IN_TIMER) && timer_delete(&n->timer))
		atomic_dec(&n->refcnt);		/* the caller has one of its own */
}

/* ---- output functions by state ---- */

static void neigh_suspect(struct neighbour *n)
{
	WRITE_ONCE(n->output, n->ops->output);
}

static void neigh_connect(struct neighbour *n)
{
	WRITE_ONCE(n->output, n->ops->connected_output);
}

/* ---- arp_queue ---- */

/* Take the oldest packet out. Context: under n->lock. */
static struct sk_buff *neigh_dequeue(struct neighbour *n)
{
	struct sk_buff *skb = __skb_dequeue(&n->arp_queue);

	if (skb) {
		n->arp_queue_bytes -= skb_truesize(skb);
		atomic_sub((int)skb_truesize(skb), &n->tbl->queue_bytes);
		skb_rx_unhold(skb);
	}
	return skb;
}

/* Take everything out, as a list. Context: under n->lock. */
struct sk_buff *neigh_dequeue_all(struct neighbour *n)
{
	struct sk_buff *list = NULL, **tail = &list, *skb;

	while ((skb = neigh_dequeue(n))) {
		*tail = skb;
		tail = &skb->next;
	}
	return list;
}

/*
 * Let @skb wait, pushing out what is older. Context: under n->lock.
 * Return: a list of what must be dropped for it (the caller does so without the lock).
 */
static struct sk_buff *neigh_enqueue(struct neighbour *n, struct sk_buff *skb)
{
	struct neigh_table *tbl = n->tbl;
	struct sk_buff *dropped = NULL;
	int size = (int)skb_truesize(skb);

	while (n->arp_queue_bytes + (unsigned int)size > (unsigned int)n->parms->queue_len_bytes ||
	       atomic_read(&tbl->queue_bytes) + size > tbl->queue_bytes_max) {
		struct sk_buff *oldest = neigh_dequeue(n);

		if (!oldest)
			break;
		oldest->next = dropped;
		dropped = oldest;
	}
	if ((skb_dst_is_noref(skb) && !skb_dst_force(skb)) ||
	    atomic_read(&tbl->queue_bytes) + size > tbl->queue_bytes_max) {
		skb->next = dropped;
		return skb;
	}
	skb_rx_hold(skb);
	__skb_queue_tail(&n->arp_queue, skb);
	n->arp_queue_bytes += (unsigned int)size;
	atomic_add(size, &tbl->queue_bytes);
	return dropped;
}

/*
 * Tell the protocol of each packet that could not be delivered. Context: softirqs off, no lock
 * held.
 */
static void neigh_report_failure(struct neighbour *n, struct sk_buff *list)
{
	while (list) {
		struct sk_buff *skb = list;

		list = skb->next;
		skb->next = NULL;
		n->ops->error_report(n, skb);
	}
}

/* Send what waited for the answer. Context: no lock held. */
static void neigh_send_queue(struct neighbour *n, struct sk_buff *list)
{
	while (list) {
		struct sk_buff *skb = list;

		list = skb->next;
		skb->next = NULL;
		neigh_output(n, skb);
	}
}

/* Build the next probe. Context: under n->lock; the caller sends it afterwards. */
static struct sk_buff *neigh_probe_locked(struct neighbour *n)
{
	struct sk_buff *probe = NULL;

	if (n->ops->solicit)
		probe = n->ops->solicit(n, n->arp_queue.head);
	n->probes++;
	return probe;
}

static int neigh_max_probes(const struct neighbour *n)
{
	const struct neigh_parms *p = n->parms;

	return p->ucast_probes + p->app_probes + (n->nud_state & NUD_PROBE ? 0 : p->mcast_probes);
}

/* No answer: FAILED. Context: under n->lock. Return: the packets to report. */
static struct sk_buff *neigh_fail_locked(struct neighbour *n)
{
	n->nud_state = NUD_FAILED;
	n->updated = jiffies;
	neigh_suspect(n);
	SNMP_INC(NEIGH_RES_FAILED);
	return neigh_dequeue_all(n);
}

/* The states that only time leaves. Context: under n->lock. Return: when to look again. */
static unsigned long neigh_timer_step(struct neighbour *n, unsigned long now)
{
	unsigned long next = now + n->parms->retrans_time;

	if (n->nud_state & NUD_REACHABLE) {
		if (time_before_eq(now, n->confirmed + n->parms->reachable_time))
			return n->confirmed + n->parms->reachable_time;
		if (time_before_eq(now, n->used + n->parms->delay_probe_time)) {
			n->nud_state = NUD_DELAY;
			next = now + n->parms->delay_probe_time;
		} else {
			n->nud_state = NUD_STALE;
		}
		n->updated = now;
		neigh_suspect(n);
	} else if (n->nud_state & NUD_DELAY) {
		n->updated = now;
		if (time_before_eq(now, n->confirmed + n->parms->delay_probe_time)) {
			n->nud_state = NUD_REACHABLE;
			neigh_connect(n);
			next = n->confirmed + n->parms->reachable_time;
		} else {
			n->nud_state = NUD_PROBE;
			n->probes = 0;
		}
	}
	return next;
}

void neigh_timer_handler(struct timer_list *timer)
{
	struct neighbour *n = container_of(timer, struct neighbour, timer);
	struct sk_buff *failed = NULL, *probe = NULL;
	unsigned long now, next;

	spin_lock_bh(&n->lock);
	now = jiffies;
	if (n->dead || !(n->nud_state & NUD_IN_TIMER))
		goto out;
	next = neigh_timer_step(n, now);
	if ((n->nud_state & (NUD_INCOMPLETE | NUD_PROBE)) && (int)n->probes >= neigh_max_probes(n))
		failed = neigh_fail_locked(n);
	if (n->nud_state & NUD_IN_TIMER) {
		/* 10 ms at least, whatever the parameters say */
		if (time_before(next, now + HZ / 100))
			next = now + HZ / 100;
		neigh_add_timer(n, next);
	}
	if (n->nud_state & (NUD_INCOMPLETE | NUD_PROBE))
		probe = neigh_probe_locked(n);
out:
	spin_unlock_bh(&n->lock);
	if (probe)
		dev_queue_xmit(probe);
	neigh_report_failure(n, failed);
	neigh_release(n);
}

/* ---- what is heard ---- */

/*
 * The cached header is made with the address, so that whatever is valid is fast. Context: under
 * n->lock.
 */
void neigh_set_address(struct neighbour *n, const u8 *lladdr)
{
	const struct header_ops *header = n->dev->header_ops;

	write_seqlock(&n->hh.hh_lock);
	memcpy(n->ha, lladdr, n->dev->addr_len);
	if (header && header->cache) {
		if (n->hh.hh_len)
			header->cache_update(&n->hh, n->dev, n->ha);
		else
			header->cache(n, &n->hh, n->tbl->protocol);
	}
	write_sequnlock(&n->hh.hh_lock);
}

/*
 * To a state without a valid address (administrator, or a failure told by a protocol). Context:
 * under n->lock.
 */
static struct sk_buff *neigh_invalidate_locked(struct neighbour *n, u8 new)
{
	u8 old = n->nud_state;

	neigh_del_timer(n);
	neigh_suspect(n);
	/* INCOMPLETE is what the first packet makes of it: the timer must run then */
	n->nud_state = new & NUD_INCOMPLETE ? NUD_NONE : new;
	n->updated = jiffies;
	if ((old & (NUD_INCOMPLETE | NUD_PROBE)) && (new & NUD_FAILED))
		return neigh_fail_locked(n);
	/* nobody asks any more: what waited for the answer must not wait for ever */
	return neigh_dequeue_all(n);
}

/*
 * The override rules: which address and state result from hearing @lladdr, @new with @flags.
 * Return: false: nothing changes. *@lladdr == n->ha means the address stays.
 */
static bool neigh_override(const struct neighbour *n, const u8 **lladdr, u8 *new, u32 flags)
{
	u8 old = n->nud_state;

	if (!(old & NUD_VALID))
		return true;
	if (*lladdr != n->ha && !(flags & NEIGH_UPDATE_F_OVERRIDE)) {
		if (!(flags & NEIGH_UPDATE_F_WEAK_OVERRIDE) || !(old & NUD_CONNECTED))
			return false;
		*lladdr = n->ha;
		*new = NUD_STALE;
	} else if (*lladdr == n->ha && *new == NUD_STALE && !(flags & NEIGH_UPDATE_F_ADMIN)) {
		*new = old;		/* hearing of it again makes it no staler */
	}
	return true;
}

/*
 * Carry out a change to a state with a valid address. Context: under n->lock. Return: packets to
 * send now.
 */
static struct sk_buff *neigh_validate_locked(struct neighbour *n, const u8 *lladdr, u8 new)
{
	u8 old = n->nud_state;

	if (new != old || lladdr != n->ha)
		n->updated = jiffies;
	if (new & NUD_CONNECTED)
		n->confirmed = jiffies;
	if (lladdr != n->ha) {
		neigh_set_address(n, lladdr);
		if (!(new & NUD_CONNECTED))
			n->confirmed = jiffies - 2 * n->parms->base_reachable_time;
	} else if (!n->hh.hh_len) {
		u8 ha[MAX_ADDR_LEN];

		memcpy(ha, n->ha, sizeof(ha));
		neigh_set_address(n, ha);
	}
	if (new == old)
		return NULL;
	neigh_del_timer(n);
	if (new & NUD_PROBE)
		n->probes = 0;
	WRITE_ONCE(n->nud_state, new);
	if (new & NUD_IN_TIMER)
		neigh_add_timer(n, jiffies + (new & NUD_REACHABLE ? n->parms->reachable_time : 0));
	if (new & NUD_CONNECTED)
		neigh_connect(n);
	else
		neigh_suspect(n);
	return old & NUD_VALID ? NULL : neigh_dequeue_all(n);
}

/*
 * neigh_update() - something was heard of @n, or the administrator says so.
 * @lladdr: the address (dev->addr_len bytes), NULL: the one that is known.
 * @new:    the state; without NUD_VALID the address becomes void.
 * @flags:  NEIGH_UPDATE_F_OVERRIDE: a different address replaces a valid one. WEAK_OVERRIDE: it
 *	    does not, but what was connected becomes STALE. ADMIN: NOARP and PERMANENT entries may
 *	    change too.
 * Context: softirq or thread, no neighbour lock held. Sends what waited.
 * Return: 0, -EPERM (NOARP or PERMANENT), -EINVAL (no address known), -ENOENT (the entry is dead).
 */
int neigh_update(struct neighbour *n, const u8 *lladdr, u8 new, u32 flags)
{
	struct sk_buff *failed = NULL, *ready = NULL;
	u8 old;
	int err = 0;

	spin_lock_bh(&n->lock);
	old = n->nud_state;
	if (n->dead) {
		err = -ENOENT;
	} else if (!(flags & NEIGH_UPDATE_F_ADMIN) && (old & (NUD_NOARP | NUD_PERMANENT))) {
		err = -EPERM;
	} else if (!(new & NUD_VALID)) {
		failed = neigh_invalidate_locked(n, new);
	} else if (!lladdr && !(old & NUD_VALID) && n->dev->addr_len) {
		err = -EINVAL;
	} else {
		if (!lladdr || !n->dev->addr_len ||
		    ((old & NUD_VALID) && !memcmp(lladdr, n->ha, n->dev->addr_len)))
			lladdr = n->ha;
		if (neigh_override(n, &lladdr, &new, flags))
			ready = neigh_validate_locked(n, lladdr, new);
	}
	new = n->nud_state;
	spin_unlock_bh(&n->lock);

	if (!err && ((old ^ new) & NUD_PERMANENT))
		neigh_update_gc_list(n);
	local_bh_disable();
	neigh_report_failure(n, failed);
	neigh_send_queue(n, ready);
	local_bh_enable();
	return err;
}

/*
 * neigh_event_ns() - @saddr with @lladdr asked for one of our addresses: note it, as STALE.
 * Return: the entry, referenced; NULL when it could not be made.
 */
struct neighbour *neigh_event_ns(struct neigh_table *tbl, const u8 *lladdr, be32 saddr,
				 struct net_device *dev)
{
	struct neighbour *n = neigh_find_get(tbl, saddr, dev);

	if (IS_ERR(n))
		return NULL;
	neigh_update(n, lladdr, NUD_STALE, NEIGH_UPDATE_F_OVERRIDE);
	return n;
}

/* ---- what is sent ---- */

/*
 * __neigh_event_send() - the slow part of neigh_event_send(): @n is used and not connected.
 * Owns, Return: as neigh_event_send().
 */
int __neigh_event_send(struct neighbour *n, struct sk_buff *skb)
{
	struct sk_buff *probe = NULL, *dropped = NULL;
	unsigned long now = jiffies;
	bool first = false;
	int rc = 0;

	spin_lock_bh(&n->lock);
	if (unlikely(n->dead)) {
		spin_unlock_bh(&n->lock);
		kfree_skb_reason(skb, DROP_NEIGH_DEAD);
		return 1;
	}
	if (n->nud_state & (NUD_CONNECTED | NUD_DELAY | NUD_PROBE))
		goto out;
	if (n->nud_state & NUD_STALE) {
		n->nud_state = NUD_DELAY;
		n->updated = now;
		neigh_add_timer(n, now + n->parms->delay_probe_time);
		goto out;
	}
	rc = 1;
	if (!(n->nud_state & NUD_INCOMPLETE)) {
		if (n->parms->mcast_probes + n->parms->app_probes == 0) {
			n->nud_state = NUD_FAILED;
			n->updated = now;
			spin_unlock_bh(&n->lock);
			kfree_skb_reason(skb, DROP_NEIGH_FAILED);
			return 1;
		}
		first = true;
		n->probes = (unsigned int)n->parms->ucast_probes;
		n->nud_state = NUD_INCOMPLETE;
		n->updated = now;
		neigh_add_timer(n, now + max(n->parms->retrans_time, (unsigned int)HZ / 100));
	}
	if (skb)
		dropped = neigh_enqueue(n, skb);
	if (first)
		probe = neigh_probe_locked(n);
out:
	spin_unlock_bh(&n->lock);
	kfree_skb_list_reason(dropped, DROP_NEIGH_QUEUE_FULL);
	if (probe)
		dev_queue_xmit(probe);
	return rc;
}

/* Push the link header for the address as it is now, and send. */
static int neigh_header_output(struct neighbour *n, struct sk_buff *skb)
{
	struct net_device *dev = n->dev;
	u8 ha[MAX_ADDR_LEN];
	unsigned int seq;

	if (unlikely(skb_cow(skb, LL_RESERVED_SPACE(dev)))) {
		kfree_skb_reason(skb, DROP_TX_NO_HEADER);
		return -ENOMEM;
	}
	do {
		seq = read_seqbegin(&n->hh.hh_lock);
		memcpy(ha, n->ha, sizeof(ha));
	} while (read_seqretry(&n->hh.hh_lock, seq));
	skb->dev = dev;
	if (dev_hard_header(skb, dev, ntohs(skb->protocol), ha, NULL, skb->len) < 0) {
		kfree_skb_reason(skb, DROP_TX_NO_HEADER);
		return -EINVAL;
	}
	return dev_queue_xmit(skb);
}

/*
 * neigh_resolve_output() - send @skb to @n, resolving first if need be.
 * Context: softirq or bottom halves off, under RCU.  Locks: takes n's; the caller holds none of the
 * table's.
 * Owns:    always consumes @skb (sent, queued on n->arp_queue, or dropped).
 * Return:  0 sent or queued; the errors of dev_queue_xmit().
 */
int neigh_resolve_output(struct neighbour *n, struct sk_buff *skb)
{
	if (neigh_event_send(n, skb))
		return 0;
	return neigh_header_output(n, skb);
}

/* neigh_connected_output() - send @skb to @n, whose address is known to be right. */
int neigh_connected_output(struct neighbour *n, struct sk_buff *skb)
{
	return neigh_header_output(n, skb);
}

/* neigh_direct_output() - send as it is: the link has no header. */
int neigh_direct_output(struct neighbour *n, struct sk_buff *skb)
{
	skb->dev = n->dev;
	return dev_queue_xmit(skb);
}

/* neigh_blackhole() - output of a dead entry. */
int neigh_blackhole(struct neighbour *n, struct sk_buff *skb)
{
	kfree_skb_reason(skb, DROP_NEIGH_DEAD);
	return -ENETDOWN;
}
