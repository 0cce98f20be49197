/* SPDX-License-Identifier: MIT */
/*
 * net/skbuff.c - packets: where their memory comes from and goes to.
 *
 * Overview    A packet is a header (struct sk_buff, 128 bytes) and a linear buffer. Drivers make
 *	       one around a buffer that the device has filled (netdev_alloc_frag, build_skb);
 *	       everyone else asks alloc_skb(). An skb has one owner and its buffer belongs to it
 *	       alone: there are no clones, so no counters to touch per packet; who needs a second
 *	       one copies (skb_copy).
 * Structure   A slab cache for headers; a page for each buffer of up to SKB_POOL_SIZE; longer
 *	       buffers are kmalloc()ed. A page is more than a 1,500-byte MTU needs, but it goes back
 *	       to the buddy whole: two buffers a page would leave the rings' buffers scattered over
 *	       half-used pages after a burst. In front of both each CPU has a small stack (struct
 *	       skb_pool): what a transmit completion frees, the next poll takes, still warm, in a
 *	       handful of instructions and without an atomic. A buffer of up to SKB_POOL_SIZE bytes
 *	       is always one of that size, so skb->end tells its kind.
 * Lifetime    A packet function consumes its skb. It ends in kfree_skb_reason() (discarded: counted
 *	       by reason) or consume_skb() (it has served its purpose); see net/stats.c for what
 *	       that means to a received frame.
 * Locking     The pools are touched with softirqs off on their own CPU only (others go straight to
 *	       the allocators): no lock. Not for hard interrupts. A dead CPU's pool is emptied by
 *	       the CPU that buries it, and its timer ended, before the CPU can come back.
 * Limits      SKB_POOL_MAX 128 of either: two NAPI polls (64), one being sent while the next is
 *	       received; with both full 528 KB. A timer takes half and 16 off each pool every 250
 *	       ms, so an idle pool is empty within a second while a busy one does not notice (it
 *	       refills in one poll).
 * Observe     slabinfo: skbuff_head_cache; buffers are pages in use (free, buddyinfo).
 */
#define pr_fmt(fmt) "skb: " fmt

#include "net/skbuff.h"

#include <arch/kasan.h>
#include <arch/percpu.h>
#include <arch/smp.h>

#include "kernel/base/cpu.h"
#include "kernel/base/initcall.h"
#include "kernel/base/panic.h"
#include "kernel/base/preempt.h"
#include "kernel/base/timer.h"
#include "lib/errno.h"
#include "mm/page_alloc.h"
#include "mm/slab.h"
#include "net/dst.h"
#include "net/netdevice.h"
#include "net/stats.h"

#define SKB_POOL_MAX	128
#define SKB_POOL_TRIM	(HZ / 4)	/* jiffies between two trims */

/* Locks: [c] its own CPU with softirqs off */
struct skb_pool {
	u32			nr_heads;	/* [c] */
	u32			nr_bufs;	/* [c] */
	bool			trimming;	/* [c] the timer is armed */
	struct timer_list	trim;
	struct sk_buff		*heads[SKB_POOL_MAX];
	void			*bufs[SKB_POOL_MAX];
};

static DEFINE_PER_CPU(struct skb_pool, skb_pools);
static struct kmem_cache *skbuff_head_cache __ro_after_init;

/* Gives back what is above @heads and @bufs. */
static void skb_pool_shrink(struct skb_pool *pool, u32 heads, u32 bufs)
{
	while (pool->nr_heads > heads) {
		struct sk_buff *skb = pool->heads[--pool->nr_heads];

		kasan_unpoison(skb, sizeof(*skb));
		kmem_cache_free(skbuff_head_cache, skb);
	}
	while (pool->nr_bufs > bufs) {
		void *buf = pool->bufs[--pool->nr_bufs];

		kasan_unpoison(buf, SKB_POOL_SIZE);
		free_page((unsigned long)buf);
	}
}

/* Takes half and 16 away: an unused pool is empty after three rounds. */
static void skb_pool_trim(struct timer_list *timer)
{
	struct skb_pool *pool = container_of(timer, struct skb_pool, trim);
	u32 heads = pool->nr_heads > 32 ? pool->nr_heads / 2 - 16 : 0;
	u32 bufs = pool->nr_bufs > 32 ? pool->nr_bufs / 2 - 16 : 0;

	skb_pool_shrink(pool, heads, bufs);
	pool->trimming = heads || bufs;
	if (pool->trimming)
		mod_timer(timer, jiffies + SKB_POOL_TRIM);
}

/*
 * On the CPU that buries @cpu. The timer has moved here with all others of that CPU; it must not
 * run beside the CPU that comes back.
 */
static void skb_pool_cpu_dead(unsigned int cpu)
{
	struct skb_pool *pool = per_cpu_ptr(&skb_pools, cpu);

	timer_delete_sync(&pool->trim);
	skb_pool_shrink(pool, 0, 0);
	pool->trimming = false;
}
CPU_NOTIFIER(skb_pool, .dead = skb_pool_cpu_dead);

static noinline void skb_pool_arm(struct skb_pool *pool)
{
	pool->trimming = true;
	mod_timer(&pool->trim, jiffies + SKB_POOL_TRIM);
}

static inline struct sk_buff *skb_head_get(gfp_t gfp)
{
	if (likely(in_softirq())) {
		struct skb_pool *pool = this_cpu_ptr(&skb_pools);

		if (likely(pool->nr_heads)) {
			struct sk_buff *skb = pool->heads[--pool->nr_heads];

			kasan_unpoison(skb, sizeof(*skb));
			return skb;
		}
	}
	return kmem_cache_alloc(skbuff_head_cache, gfp);
}

static inline void skb_head_put(struct sk_buff *skb)
{
	if (likely(in_softirq())) {
		struct skb_pool *pool = this_cpu_ptr(&skb_pools);

		if (likely(pool->nr_heads < SKB_POOL_MAX)) {
			kasan_poison(skb, sizeof(*skb));
			pool->heads[pool->nr_heads++] = skb;
			if (unlikely(!pool->trimming))
				skb_pool_arm(pool);
			return;
		}
	}
	kmem_cache_free(skbuff_head_cache, skb);
}

static inline void *skb_buf_get(gfp_t gfp)
{
	if (likely(in_softirq())) {
		struct skb_pool *pool = this_cpu_ptr(&skb_pools);

		if (likely(pool->nr_bufs)) {
			void *buf = pool->bufs[--pool->nr_bufs];

			kasan_unpoison(buf, SKB_POOL_SIZE);
			return buf;
		}
	}
	return (void *)__get_free_page(gfp);
}

static inline void skb_buf_put(void *buf)
{
	if (likely(in_softirq())) {
		struct skb_pool *pool = this_cpu_ptr(&skb_pools);

		if (likely(pool->nr_bufs < SKB_POOL_MAX)) {
			kasan_poison(buf, SKB_POOL_SIZE);
			pool->bufs[pool->nr_bufs++] = buf;
			if (unlikely(!pool->trimming))
				skb_pool_arm(pool);
			return;
		}
	}
	free_page((unsigned long)buf);
}

static void *skb_data_alloc(unsigned int size, gfp_t gfp)
{
	if (likely(size <= SKB_POOL_SIZE))
		return skb_buf_get(gfp);
	return size <= SKB_MAX_SIZE ? kmalloc(size, gfp) : NULL;
}

/*
 * netdev_alloc_frag() - a buffer of @size bytes for a device to fill, physically contiguous,
 * aligned to 64.
 * Context: softirq or thread.  Return: NULL when out of memory. Goes to build_skb() or
 * skb_free_frag(), either with the same @size.
 */
void *netdev_alloc_frag(unsigned int size)
{
	return skb_data_alloc(size, GFP_ATOMIC | __GFP_NOWARN);
}

void skb_free_frag(void *data, unsigned int size)
{
	if (size <= SKB_POOL_SIZE)
		skb_buf_put(data);
	else
		kfree(data);
}

/* All of the first line, and of the second what the layers may read before they write. */
static inline void skb_init(struct sk_buff *skb, void *data, unsigned int size)
{
	bool pool = size <= SKB_POOL_SIZE;

	skb->next = NULL;
	skb->dev = NULL;
	skb->_skb_refdst = 0;
	skb->head = data;
	skb->data = data;
	skb->len = 0;
	skb->tail = 0;
	skb->end = pool ? SKB_POOL_SIZE : size;
	skb->mac_header = 0;
	skb->network_header = 0;
	skb->transport_header = 0;
	skb->protocol = 0;
	skb->pkt_type = PACKET_HOST;
	skb->ip_summed = CHECKSUM_NONE;
	skb->rx = 0;
	skb->pool = pool;
	skb->ignore_df = 0;
	skb->spare = 0;
	skb->mac_len = 0;
	skb->hash = 0;
	skb->mark = 0;
	skb->skb_iif = 0;
	skb->priority = 0;
}

/*
 * build_skb() - an skb around @data of netdev_alloc_frag(@size), which it then owns. Its cb is
 * undefined.
 * Return: empty, without headroom (skb_reserve, skb_put follow); NULL when out of memory (@data
 * stays the caller's).
 */
struct sk_buff *build_skb(void *data, unsigned int size)
{
	struct sk_buff *skb = skb_head_get(GFP_ATOMIC | __GFP_NOWARN);

	if (unlikely(!skb))
		return NULL;
	skb_init(skb, data, size);
	return skb;
}

/*
 * alloc_skb() - an empty skb with room for at least @size bytes; cb is zero.
 * Context: any but hard interrupt (@gfp permitting).  Return: NULL when out of memory or @size >
 * SKB_MAX_SIZE.
 */
struct sk_buff *alloc_skb(unsigned int size, gfp_t gfp)
{
	struct sk_buff *skb;
	void *data;

	gfp |= __GFP_NOWARN;
	data = skb_data_alloc(size, gfp);
	if (unlikely(!data))
		return NULL;
	skb = skb_head_get(gfp);
	if (unlikely(!skb)) {
		skb_free_frag(data, size);
		return NULL;
	}
	skb_init(skb, data, size);
	memset(skb->cb, 0, sizeof(skb->cb));
	return skb;
}

/*
 * netdev_alloc_skb() - for a frame of @length bytes to @dev's network: both pads reserved, dev set.
 */
struct sk_buff *netdev_alloc_skb(struct net_device *dev, unsigned int length)
{
	struct sk_buff *skb = alloc_skb(length + NET_SKB_PAD + NET_IP_ALIGN, GFP_ATOMIC);

	if (likely(skb)) {
		skb_reserve(skb, NET_SKB_PAD + NET_IP_ALIGN);
		skb->dev = dev;
	}
	return skb;
}

static void skb_free(struct sk_buff *skb)
{
	skb_dst_drop(skb);
	if (likely(skb->pool))
		skb_buf_put(skb->head);
	else
		kfree(skb->head);
	skb_head_put(skb);
}

/*
 * kfree_skb_reason() - discard @skb (NULL is fine) for @reason; the only way to do so.
 * Context: softirq or thread.
 */
void kfree_skb_reason(struct sk_buff *skb, enum drop_reason reason)
{
	if (unlikely(!skb))
		return;
	if (skb->rx)
		this_cpu_inc(net_stats.rx_drop[reason]);
	else
		this_cpu_inc(net_stats.own_drop[reason]);
	skb_free(skb);
}

/* kfree_skb_list_reason() - the same for skbs linked by ->next. */
void kfree_skb_list_reason(struct sk_buff *list, enum drop_reason reason)
{
	while (list) {
		struct sk_buff *skb = list;

		list = skb->next;
		kfree_skb_reason(skb, reason);
	}
}

/*
 * consume_skb() - @skb (NULL is fine) has served its purpose. A received frame then counts as
 * delivered.
 */
void consume_skb(struct sk_buff *skb)
{
	if (unlikely(!skb))
		return;
	skb_rx_done(skb, RX_CLASS_DELIVERED);
	skb_free(skb);
}

/*
 * skb_copy() - a second packet with @skb's bytes, headers and dst, at least @headroom in front.
 * Ours, whatever @skb was: it belongs to no received frame.
 */
struct sk_buff *skb_copy(const struct sk_buff *skb, unsigned int headroom, gfp_t gfp)
{
	unsigned int front = max(headroom, skb_headroom(skb));
	unsigned int shift = front - skb_headroom(skb);
	struct sk_buff *copy = alloc_skb(front + skb->len, gfp);

	if (!copy)
		return NULL;
	skb_reserve(copy, front);
	memcpy(copy->head + shift, skb->head, skb_headroom(skb));
	skb_put_data(copy, skb->data, skb->len);
	copy->dev = skb->dev;
	copy->mac_header = (u16)(skb->mac_header + shift);
	copy->network_header = (u16)(skb->network_header + shift);
	copy->transport_header = (u16)(skb->transport_header + shift);
	copy->protocol = skb->protocol;
	copy->pkt_type = skb->pkt_type;
	copy->ip_summed = skb->ip_summed;
	copy->ignore_df = skb->ignore_df;
	copy->mac_len = skb->mac_len;
	memcpy(copy->cb, skb->cb, sizeof(copy->cb));
	copy->hash = skb->hash;
	copy->mark = skb->mark;
	copy->skb_iif = skb->skb_iif;
	copy->priority = skb->priority;
	if (skb->_skb_refdst) {
		if (!skb_dst_is_noref(skb))
			dst_hold(skb_dst(skb));
		copy->_skb_refdst = skb->_skb_refdst;
	}
	return copy;
}

/*
 * pskb_expand_head() - move @skb to a buffer with at least @headroom bytes in front and @tailroom
 * behind. data keeps its alignment to 16; what stands in front of it (headers already pulled) moves
 * along.
 * Return: 0, or -ENOMEM (nothing changed). Pointers into the packet must be taken anew.
 */
int pskb_expand_head(struct sk_buff *skb, unsigned int headroom, unsigned int tailroom, gfp_t gfp)
{
	unsigned int old = skb_headroom(skb);
	unsigned int front = old;
	unsigned int size;
	u8 *buf;

	if (front < headroom)
		front += ALIGN(headroom - front, 16u);
	size = front + skb->len + tailroom;
	buf = skb_data_alloc(size, gfp | __GFP_NOWARN);
	if (!buf)
		return -ENOMEM;
	memcpy(buf + front - old, skb->head, old + skb->len);
	if (skb->pool)
		skb_buf_put(skb->head);
	else
		kfree(skb->head);
	skb->pool = size <= SKB_POOL_SIZE;
	skb->head = buf;
	skb->data = buf + front;
	skb->tail = front + skb->len;
	skb->end = skb->pool ? SKB_POOL_SIZE : size;
	skb->mac_header = (u16)(skb->mac_header + front - old);
	skb->network_header = (u16)(skb->network_header + front - old);
	skb->transport_header = (u16)(skb->transport_header + front - old);
	return 0;
}

void skb_over_panic(const struct sk_buff *skb, unsigned int len)
{
	panic("skb_put: %u bytes behind %u of %u", len, skb->tail, skb->end);
}

void skb_under_panic(const struct sk_buff *skb, unsigned int len)
{
	panic("skb_push: %u bytes in front of %u", len, skb_headroom(skb));
}

/* skb_pools_held() - headers and buffers that @cpu keeps for its next packets (for tests). */
unsigned int skb_pools_held(unsigned int cpu)
{
	const struct skb_pool *pool = per_cpu_ptr(&skb_pools, cpu);

	return READ_ONCE(pool->nr_heads) + READ_ONCE(pool->nr_bufs);
}

static int skb_init_caches(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		timer_setup(&per_cpu(skb_pools, cpu).trim, skb_pool_trim, 0);
	skbuff_head_cache = kmem_cache_create("skbuff_head_cache", sizeof(struct sk_buff), 64,
					      SLAB_HWCACHE_ALIGN | SLAB_PANIC, NULL);
	return 0;
}
INITCALL(core, skb_init_caches);
