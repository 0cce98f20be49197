/* SPDX-License-Identifier: MIT */
/*
 * mm/slub.c - the SLUB allocator.
 *
 * Overview    Objects of one size are cut out of slabs: blocks of 2^order pages from the buddy.
 *             SLUB has no queues beside the slabs. Free objects of a slab are chained through
 *             themselves; what else there is to know fits into the slab's struct page. The public
 *             functions here are those of mm/slab.h; sizes to caches is mm/kmalloc.c's job.
 * Structure   page->freelist heads the chain; page->counters holds inuse (objects that are not on
 *             that chain), objects (in the slab) and frozen (the slab belongs to a CPU). The two
 *             are one 16-byte word, changed together by cmpxchg_double().
 *             kmem_cache_cpu: the CPU's slab (page), whose chain it has taken whole (freelist; then
 *             page->freelist collects what other CPUs free), and a list of more frozen slabs
 *             (partial). kmem_cache_node: slabs with free objects that no CPU owns (partial). Full
 *             slabs are on no list: the first free into one finds it by address.
 *             A free object's pointer to the next lies in its middle, so that a short overrun of
 *             the object before does not reach it (behind the object where the contents must last:
 *             ctor, SLAB_TYPESAFE_BY_RCU). Hardened, it is XORed with the cache's secret and with
 *             its own byte-swapped address; a new slab's chain runs in a random order.
 * States      of a slab:    new --> CPU slab (frozen) --> full (no list, not frozen)
 *                            ^            |                  | first free: frozen again
 *                            |            v                  v
 *                          buddy <-- node partial <--> CPU partial (frozen)
 *             deactivate_slab() takes the CPU's slab to the node's list (or the buddy, when it is
 *             empty and the list has min_partial slabs); __slab_free() takes a full one to the
 *             CPU's partial list; get_partial_node() freezes from the node's list. Only what puts
 *             a slab on a node's list or takes it off (slab_free_lists()) needs list_lock.
 *             Of the allocator: slab_state DOWN -> PARTIAL (kmem_cache_node can be allocated) -> UP
 *             (kmalloc) -> FULL. The first two caches are static, and bootstrap() moves them into
 *             objects of themselves.
 * Fast paths  Allocation and free on the CPU's own slab run with interrupts on and without a lock:
 *             read tid, then freelist, then this_cpu_cmpxchg_double(freelist, tid) to the new head
 *             and the next tid. Whatever else happens to the CPU's view in between (an interrupt
 *             that allocates, a move to another CPU) changes tid, so a stale head cannot win. Hence
 *             the rule: EVERY change of freelist or page in a kmem_cache_cpu also steps tid.
 *             They are leaf functions: what they call, they call last (the Makefile leaves out
 *             their frame pointer). A free asks only of other slabs whether they are of the cache:
 *             the CPU's own cannot be another's. kmem_cache_alloc_bulk() has interrupts off
 *             instead, and writes the chain back once.
 * Locking     slab_mutex > node->list_lock > (cmpxchg_double on the page). Slow paths on a CPU's
 *             view have interrupts off. A frozen slab's list membership belongs to its CPU; an
 *             unfrozen one's to list_lock. The buddy and the constructor are called with no lock
 *             held.
 * Limits      order 0 to slub_max_order 3, chosen so that waste is under 1/16 if it can be and a
 *             slab has slub_min_objects; larger objects take the order they need. min_partial: half
 *             the log2 of the size, 5 to 10 slabs; cpu_partial: 30 objects below 256 bytes, 13
 *             below 1 KB, 6 below a page, 2 above. Out of memory: NULL, told at debug level.
 * Observe     slabinfo; slab_stat() for each branch; slab_check().
 * Reference   Linux's SLUB as the seeds describe it; C. Lameter, "Slab allocators in the Linux
 *             kernel" (2014); Silvio Cesare's and Kees Cook's work on freelist hardening.
 */
#define pr_fmt(fmt) "SLUB: " fmt

#include <arch/cpu.h>
#include <arch/irqflags.h>
#include <arch/kasan.h>
#include <arch/random.h>
#include <arch/smp.h>
#include "kernel/base/cpu.h"
#include "kernel/base/param.h"
#include "kernel/base/panic.h"
#include "kernel/base/printk.h"
#include "kernel/base/random.h"
#include "kernel/base/smp.h"
#include "lib/bitops.h"
#include "lib/errno.h"
#include "lib/prng.h"
#include "lib/string.h"
#include "mm/page_alloc_internal.h"
#include "mm/slab_internal.h"

#define MIN_PARTIAL	5ul
#define MAX_PARTIAL	10ul
#define CACHE_LINE_SIZE	64

/*
 * Code that reads or writes the pointer inside a free object: the one place that may touch memory
 * which a sanitizer holds for freed.
 */
#ifdef __SANITIZE_ADDRESS__
#define free_object_access noinline __no_sanitize_address
#else
#define free_object_access __always_inline
#endif

/* page->counters taken apart. */
union slab_counters {
	u64 word;
	struct {
		u32 inuse:16;
		u32 objects:15;
		u32 frozen:1;
	};
};

/* The same as parts of the word, where the bit fields cost too much. */
#define COUNTERS_INUSE	1ull
#define COUNTERS_FROZEN	(1ull << 31)

struct kmem_cache *kmem_cache;
struct kmem_cache *kmem_cache_node;

static bool slub_hardened = true;
static bool slub_random = true;
static unsigned int slub_min_order;
static unsigned int slub_max_order = 3;
static unsigned int slub_min_objects;

static int bool_param(const char *val, bool *flag)
{
	if (!val || (strcmp(val, "0") && strcmp(val, "1")))
		return -EINVAL;
	*flag = *val == '1';
	return 0;
}

static int slub_hardened_param(const char *val)
{
	return bool_param(val, &slub_hardened);
}
PARAM(slub_hardened, slub_hardened_param);

static int slub_random_param(const char *val)
{
	return bool_param(val, &slub_random);
}
PARAM(slub_random, slub_random_param);

static __always_inline void stat(const struct kmem_cache *s, enum stat_item item)
{
	this_cpu_inc(s->cpu_slab->stat[item]);
}

static inline struct kmem_cache_node *get_node(const struct kmem_cache *s, unsigned int node)
{
	return s->node[node];
}

/* ---- The chain of free objects ---- */

/* Encodes and decodes: XOR is its own inverse. */
static __always_inline void *freelist_ptr(unsigned long secret, void *ptr, unsigned long at)
{
	return (void *)((unsigned long)ptr ^ secret ^ __builtin_bswap64(at));
}

/*
 * The pointer in the free object @object of a cache with @offset and @secret. Two accesses rather
 * than one: gcc then branches, and a cache that is not hardened does nothing for it.
 */
static free_object_access void *read_freepointer(const void *object, u32 offset,
						 unsigned long secret)
{
	unsigned long at = (unsigned long)object + offset;

	if (likely(secret))
		return freelist_ptr(secret, *(void *const volatile *)at, at);
	return *(void *const volatile *)at;
}

static free_object_access void write_freepointer(void *object, void *next, u32 offset,
						 unsigned long secret)
{
	unsigned long at = (unsigned long)object + offset;

	if (likely(secret))
		*(void *volatile *)at = freelist_ptr(secret, next, at);
	else
		*(void *volatile *)at = next;
}

static __always_inline void *get_freepointer(const struct kmem_cache *s, const void *object)
{
	return read_freepointer(object, s->offset, s->random);
}

/*
 * The same in a fast path, where the object may have been handed out meanwhile: what is read then
 * is anything, and the tid tells. Its memory stays mapped, so that reading does not fault.
 */
static __always_inline void *get_freepointer_safe(const struct kmem_cache *s, const void *object)
{
	return get_freepointer(s, object);
}

static __always_inline void set_freepointer(const struct kmem_cache *s, void *object, void *next)
{
	write_freepointer(object, next, s->offset, s->random);
}

static __always_inline unsigned long next_tid(unsigned long tid)
{
	return tid + NR_CPUS;
}

static unsigned long init_tid(unsigned int cpu)
{
	return cpu;
}

static __always_inline bool cmpxchg_double_slab(struct kmem_cache *s, struct page *page,
						void *old_list, u64 old_counters,
						void *new_list, u64 new_counters)
{
	if (likely(cmpxchg_double(&page->freelist, (u64)old_list, old_counters, (u64)new_list,
				  new_counters)))
		return true;
	cpu_relax();
	stat(s, CMPXCHG_DOUBLE_FAIL);
	return false;
}

/* Is @p an address where an object of the slab could begin? Without the division: near enough. */
static inline bool in_slab(const struct page *page, const void *p)
{
	return (unsigned long)p - (unsigned long)page_address(page) < page_size(page);
}

/*
 * Length and end of the chain from @head in @page. A chain that leaves its slab or is too long was
 * overwritten: reported, and counted as ending before the bad link, which loses the objects behind
 * it.
 */
static unsigned int chain_walk(struct kmem_cache *s, struct page *page, void *head, void **tail)
{
	unsigned int n = 0;

	*tail = NULL;
	while (head) {
		if (unlikely(!in_slab(page, head) || n == page->objects)) {
			slab_error(s, head, "Freechain corrupt");
			if (*tail)
				set_freepointer(s, *tail, NULL);
			break;
		}
		n++;
		*tail = head;
		head = get_freepointer(s, head);
	}
	return n;
}

/* ---- Slabs ---- */

static u32 order_objects(unsigned int order, unsigned int size)
{
	return min_t(u32, (PAGE_SIZE << order) / size, MAX_OBJS_PER_PAGE);
}

static struct kmem_cache_order_objects oo_make(unsigned int order, unsigned int size)
{
	return (struct kmem_cache_order_objects){ order << OO_SHIFT | order_objects(order, size) };
}

static void inc_slabs_node(struct kmem_cache *s, unsigned int node, int objects)
{
	struct kmem_cache_node *n = get_node(s, node);

	/* The very first slab holds the node itself. */
	if (likely(n)) {
		atomic64_inc(&n->nr_slabs);
		atomic64_add(objects, &n->total_objects);
	}
}

static void dec_slabs_node(struct kmem_cache *s, unsigned int node, int objects)
{
	struct kmem_cache_node *n = get_node(s, node);

	atomic64_dec(&n->nr_slabs);
	atomic64_sub(objects, &n->total_objects);
}

static noinline void construct_objects(struct kmem_cache *s, struct page *page)
{
	char *object = page_address(page);

	for (u32 i = 0; i < page->objects; i++, object += s->size) {
		kasan_unpoison(object, s->object_size);
		s->ctor(object);
		kasan_poison(object, s->object_size);
	}
}

/*
 * Put the objects at @start + *@seq, for each of @seq up to @end, before the chain @next. Those at
 * @limit and above are not in the slab; NO_LIMIT costs no look.
 */
#define NO_LIMIT (1ull << 32)
static __always_inline void *chain_objects(char *start, const u32 *seq, const u32 *end, u64 limit,
					   u32 offset, unsigned long secret, void *next)
{
	while (seq < end) {
		u32 at = *seq++;

		if (at < limit) {
			write_freepointer(start + at, next, offset, secret);
			next = start + at;
		}
	}
	return next;
}

/* A new slab's chain in the order of random_seq, beginning somewhere in it. */
static __always_inline void *shuffle_freelist(const struct kmem_cache *s, char *start, u32 objects,
					      unsigned long secret)
{
	u32 count = oo_objects(s->oo), offset = s->offset, limit = objects * s->size;
	const u32 *seq = s->random_seq, *end = seq + count;
	/* Good enough to begin somewhere: the order itself is the secret. */
	const u32 *pos = seq + ((u32)rdtsc() * 0x9e3779b9u * (u64)count >> 32);
	void *head;

	if (likely(objects == count)) {
		head = chain_objects(start, pos, end, NO_LIMIT, offset, secret, NULL);
		return chain_objects(start, seq, pos, NO_LIMIT, offset, secret, head);
	}
	/* An order fallback: the slab is smaller than s->oo. */
	head = chain_objects(start, pos, end, limit, offset, secret, NULL);
	return chain_objects(start, seq, pos, limit, offset, secret, head);
}

/* A new slab's chain by address. */
static __always_inline void *sequential_freelist(const struct kmem_cache *s, char *start,
						 u32 objects, unsigned long secret)
{
	u32 offset = s->offset, size = s->size;
	char *p = start + (objects - 1) * size;
	void *next = NULL;

	for (;; p -= size) {
		write_freepointer(p, next, offset, secret);
		if (p == start)
			return p;
		next = p;
	}
}

/* The chain of all @objects of a new slab. Inlined with and without @secret: see its caller. */
static __always_inline void *new_freelist(const struct kmem_cache *s, char *start, u32 objects,
					  unsigned long secret)
{
	return s->random_seq ? shuffle_freelist(s, start, objects, secret)
			     : sequential_freelist(s, start, objects, secret);
}

static struct page *alloc_slab_page(gfp_t gfp, int node, struct kmem_cache_order_objects oo)
{
	if (likely(node == NUMA_NO_NODE))
		return alloc_pages(gfp, oo_order(oo));
	return alloc_pages_node(node, gfp, oo_order(oo));
}

/* A new slab, frozen for the CPU that asks, all objects on page->freelist and counted as in use. */
static __always_inline struct page *allocate_slab(struct kmem_cache *s, gfp_t gfp, int node)
{
	struct kmem_cache_order_objects oo = s->oo;
	bool blocking = gfpflags_allow_blocking(gfp);
	struct page *page;
	gfp_t alloc_gfp;

	gfp = (gfp & (GFP_RECLAIM_MASK | GFP_CONSTRAINT_MASK)) | s->allocflags;
	/* The order we would like is worth no effort when a smaller one does. */
	alloc_gfp = (gfp | __GFP_NOWARN | __GFP_NORETRY) & ~__GFP_NOFAIL;
	if (oo_order(oo) > oo_order(s->min))
		alloc_gfp = (alloc_gfp | __GFP_NOMEMALLOC) & ~__GFP_DIRECT_RECLAIM;

	if (blocking)
		local_irq_enable();
	page = alloc_slab_page(alloc_gfp, node, oo);
	if (unlikely(!page)) {
		oo = s->min;
		page = alloc_slab_page(gfp | __GFP_NOWARN, node, oo);
		if (page)
			stat(s, ORDER_FALLBACK);
	}
	if (page) {
		union slab_counters all = { .inuse = oo_objects(oo), .objects = oo_objects(oo),
					    .frozen = 1 };

		page->counters = all.word;
		page->slab_cache = s;
		page->flags |= PG_slab;
		kasan_poison(page_address(page), page_size(page));
		if (unlikely(s->ctor))
			construct_objects(s, page);
		/* Asked once, not for every object. */
		if (likely(s->random))
			page->freelist = new_freelist(s, page_address(page), oo_objects(oo),
						      s->random);
		else
			page->freelist = new_freelist(s, page_address(page), oo_objects(oo), 0);
	}
	if (blocking)
		local_irq_disable();
	if (page)
		inc_slabs_node(s, page_to_nid(page), oo_objects(oo));
	return page;
}

static struct page *new_slab(struct kmem_cache *s, gfp_t gfp, int node)
{
	if (unlikely(gfp & GFP_SLAB_BUG_MASK)) {
		gfp &= ~GFP_SLAB_BUG_MASK;
		WARN_ON_ONCE(1);
	}
	/* Zeroing would undo the constructor's work. */
	WARN_ON_ONCE(s->ctor && gfp & __GFP_ZERO);
	return allocate_slab(s, gfp, node);
}

static void __free_slab(struct kmem_cache *s, struct page *page)
{
	page->flags &= ~(PG_slab | PG_pfmemalloc);
	page->slab_cache = NULL;
	__free_pages(page, compound_order(page));
}

static void rcu_free_slab(struct rcu_head *head)
{
	struct page *page = container_of(head, struct page, rcu_head);

	__free_slab(page->slab_cache, page);
}

static void discard_slab(struct kmem_cache *s, struct page *page)
{
	dec_slabs_node(s, page_to_nid(page), page->objects);
	if (unlikely(s->flags & SLAB_TYPESAFE_BY_RCU))
		call_rcu(&page->rcu_head, rcu_free_slab);
	else
		__free_slab(s, page);
}

/* ---- A node's partial list: list_lock is held ---- */

static void add_partial(struct kmem_cache_node *n, struct page *page, enum stat_item where)
{
	n->nr_partial++;
	if (where == DEACTIVATE_TO_TAIL)
		list_add_tail(&page->slab_list, &n->partial);
	else
		list_add(&page->slab_list, &n->partial);
}

static void remove_partial(struct kmem_cache_node *n, struct page *page)
{
	list_del(&page->slab_list);
	n->nr_partial--;
}

/*
 * Freeze @page for this CPU. @take: its whole chain at once (the CPU's slab), else the chain stays
 * (the CPU's partial list). Return: the chain, NULL when another CPU was faster; *@objects: its
 * length.
 */
static void *acquire_slab(struct kmem_cache *s, struct kmem_cache_node *n, struct page *page,
			  bool take, int *objects)
{
	void *freelist = page->freelist;
	union slab_counters old = { .word = page->counters }, new = old;

	*objects = old.objects - old.inuse;
	if (take)
		new.inuse = old.objects;
	BUG_ON(old.frozen);
	new.frozen = 1;
	if (!cmpxchg_double_slab(s, page, freelist, old.word, take ? NULL : freelist, new.word))
		return NULL;
	remove_partial(n, page);
	BUG_ON(!freelist);
	return freelist;
}

static void put_cpu_partial(struct kmem_cache *s, struct page *page, bool drain);

/* Slabs that came out of the reserve serve only those entitled to it. */
static inline bool pfmemalloc_match(const struct page *page, gfp_t gfp)
{
	return !PagePfmemalloc(page) || gfp & __GFP_MEMALLOC;
}

static noinline void *get_partial_locked(struct kmem_cache *s, struct kmem_cache_node *n,
					 struct kmem_cache_cpu *c, gfp_t gfp)
{
	struct page *page, *next;
	unsigned int available = 0;
	void *object = NULL;
	int objects;

	spin_lock(&n->list_lock);
	list_for_each_entry_safe(page, next, &n->partial, slab_list) {
		void *t;

		if (!pfmemalloc_match(page, gfp))
			continue;
		t = acquire_slab(s, n, page, !object, &objects);
		if (!t)
			break;
		available += objects;
		if (!object) {
			c->page = page;
			c->tid = next_tid(c->tid);
			stat(s, ALLOC_FROM_PARTIAL);
			object = t;
		} else {
			put_cpu_partial(s, page, false);
			stat(s, CPU_PARTIAL_NODE);
		}
		if (!s->cpu_partial || available > s->cpu_partial / 2)
			break;
	}
	spin_unlock(&n->list_lock);
	return object;
}

/* The CPU's next slab from the node's list, and a few more for its partial list. Interrupts off. */
static __always_inline void *get_partial_node(struct kmem_cache *s, struct kmem_cache_node *n,
					      struct kmem_cache_cpu *c, gfp_t gfp)
{
	/* Racy on purpose: an empty list is not worth its lock. */
	if (!n || !READ_ONCE(n->nr_partial))
		return NULL;
	return get_partial_locked(s, n, c, gfp);
}

static void *get_partial(struct kmem_cache *s, gfp_t gfp, int node, struct kmem_cache_cpu *c)
{
	unsigned int wanted =
		node == NUMA_NO_NODE ? (unsigned int)numa_mem_id() : (unsigned int)node;
	void *object = get_partial_node(s, get_node(s, wanted), c, gfp);

	if (object || (node != NUMA_NO_NODE && gfp & __GFP_THISNODE))
		return object;
	for (unsigned int i = 0; i < nr_node_ids && !object; i++)
		if (i != wanted && s->node[i])
			object = get_partial_node(s, s->node[i], c, gfp);
	return object;
}

/* ---- Taking a CPU's slabs away from it: interrupts are off ---- */

/*
 * Unfreeze @page, putting back the objects on @freelist. It goes to the node's partial list, to no
 * list when full, or to the buddy when empty and not needed.
 */
static void deactivate_slab(struct kmem_cache *s, struct page *page, void *freelist,
			    struct kmem_cache_cpu *c) __no_lock_analysis
{
	enum { M_FREE, M_PARTIAL, M_FULL } mode;
	struct kmem_cache_node *n = get_node(s, page_to_nid(page));
	enum stat_item where = page->freelist ? DEACTIVATE_TO_TAIL : DEACTIVATE_TO_HEAD;
	union slab_counters old, new;
	unsigned int count;
	void *old_list, *new_list, *tail;
	bool done;

	if (where == DEACTIVATE_TO_TAIL)
		stat(s, DEACTIVATE_REMOTE_FREES);
	count = chain_walk(s, page, freelist, &tail);
	if (!tail)
		freelist = NULL;
	do {
		old_list = READ_ONCE(page->freelist);
		old.word = READ_ONCE(page->counters);
		BUG_ON(!old.frozen);
		new = old;
		new.inuse -= count;
		new.frozen = 0;
		new_list = old_list;
		if (freelist) {
			set_freepointer(s, tail, old_list);
			new_list = freelist;
		}
		if (!new.inuse && READ_ONCE(n->nr_partial) >= s->min_partial)
			mode = M_FREE;
		else
			mode = new_list ? M_PARTIAL : M_FULL;
		/* From the moment it is not frozen, a free may want to take it off the list. */
		if (mode == M_PARTIAL)
			spin_lock(&n->list_lock);
		done = cmpxchg_double_slab(s, page, old_list, old.word, new_list, new.word);
		if (mode == M_PARTIAL) {
			if (done)
				add_partial(n, page, where);
			spin_unlock(&n->list_lock);
		}
	} while (!done);

	if (mode == M_FREE) {
		stat(s, DEACTIVATE_EMPTY);
		discard_slab(s, page);
		stat(s, FREE_SLAB);
	} else {
		stat(s, mode == M_PARTIAL ? where : DEACTIVATE_FULL);
	}
	c->page = NULL;
	c->freelist = NULL;
	c->tid = next_tid(c->tid);
}

/*
 * The CPU's partial list goes to the nodes, and what is empty and not needed to the buddy. Slabs of
 * one node that follow each other are moved under one lock.
 */
static void unfreeze_partials(struct kmem_cache *s, struct kmem_cache_cpu *c) __no_lock_analysis
{
	struct page *page, *discard = NULL;
	struct kmem_cache_node *n = NULL;

	while ((page = c->partial)) {
		struct kmem_cache_node *owner = get_node(s, page_to_nid(page));
		union slab_counters old, new;
		void *freelist;

		c->partial = page->next;
		if (owner != n) {
			if (n)
				spin_unlock(&n->list_lock);
			n = owner;
			spin_lock(&n->list_lock);
		}
		do {
			freelist = READ_ONCE(page->freelist);
			old.word = READ_ONCE(page->counters);
			BUG_ON(!old.frozen);
			new = old;
			new.frozen = 0;
		} while (!cmpxchg_double_slab(s, page, freelist, old.word, freelist, new.word));
		if (unlikely(!new.inuse && n->nr_partial >= s->min_partial)) {
			page->next = discard;
			discard = page;
		} else {
			add_partial(n, page, DEACTIVATE_TO_TAIL);
			stat(s, FREE_ADD_PARTIAL);
		}
	}
	if (n)
		spin_unlock(&n->list_lock);
	while (discard) {
		page = discard;
		discard = page->next;
		stat(s, DEACTIVATE_EMPTY);
		discard_slab(s, page);
		stat(s, FREE_SLAB);
	}
}

/* Interrupts off: nothing else moves slabs to and from the list. */
static __always_inline void push_cpu_partial(struct kmem_cache_cpu *c, struct page *page)
{
	struct page *first = c->partial;

	page->pages = (first ? first->pages : 0) + 1;
	page->pobjects = (first ? first->pobjects : 0) + page->objects - page->inuse;
	page->next = first;
	c->partial = page;
}

static noinline void drain_and_put_cpu_partial(struct kmem_cache *s, struct page *page)
{
	struct kmem_cache_cpu *c;
	unsigned long flags;

	local_irq_save(flags);
	c = this_cpu_ptr(s->cpu_slab);
	unfreeze_partials(s, c);
	stat(s, CPU_PARTIAL_DRAIN);
	push_cpu_partial(c, page);
	local_irq_restore(flags);
}

/* Put a slab that was just frozen on this CPU's partial list; @drain: make room there first. */
static void put_cpu_partial(struct kmem_cache *s, struct page *page, bool drain)
{
	struct kmem_cache_cpu *c;
	unsigned long flags;

	local_irq_save(flags);
	c = this_cpu_ptr(s->cpu_slab);
	if (unlikely(drain && c->partial && c->partial->pobjects > (int)s->cpu_partial)) {
		local_irq_restore(flags);
		drain_and_put_cpu_partial(s, page);
		return;
	}
	push_cpu_partial(c, page);
	local_irq_restore(flags);
}

static void flush_slab(struct kmem_cache *s, struct kmem_cache_cpu *c)
{
	stat(s, CPUSLAB_FLUSH);
	deactivate_slab(s, c->page, c->freelist, c);
}

/* __flush_cpu_slab() - @c, this CPU's view or a dead one's, keeps nothing of @s. Interrupts off. */
static void __flush_cpu_slab(struct kmem_cache *s, struct kmem_cache_cpu *c)
{
	if (c->page)
		flush_slab(s, c);
	unfreeze_partials(s, c);
}

static void flush_cpu_slab(void *s)
{
	__flush_cpu_slab(s, this_cpu_ptr(((struct kmem_cache *)s)->cpu_slab));
}

static bool has_cpu_slab(const struct kmem_cache *s, unsigned int cpu)
{
	const struct kmem_cache_cpu *c = per_cpu_ptr(s->cpu_slab, cpu);

	return READ_ONCE(c->page) || READ_ONCE(c->partial);
}

/*
 * flush_all() - no CPU keeps anything of @s. A CPU flushes its own view: nobody else may, and those
 * that have nothing are left in peace. Context: thread.
 */
static void flush_all(struct kmem_cache *s)
{
	cpumask_t mask = 0;
	unsigned int cpu;

	for_each_online_cpu(cpu)
		if (has_cpu_slab(s, cpu))
			mask |= cpumask_of(cpu);
	smp_call_function_many(mask, flush_cpu_slab, s);
	smp_call_function_single(smp_processor_id(), flush_cpu_slab, s);
}

static int flush_dead_cpu(struct kmem_cache *s, void *cpu)
{
	unsigned long flags;

	local_irq_save(flags);
	__flush_cpu_slab(s, per_cpu_ptr(s->cpu_slab, *(unsigned int *)cpu));
	local_irq_restore(flags);
	return 0;
}

/* @cpu has stopped: what it kept of each cache goes to the nodes. */
static void slub_cpu_dead(unsigned int cpu)
{
	slab_for_each_cache(flush_dead_cpu, &cpu);
}
CPU_NOTIFIER(slub, .dead = slub_cpu_dead);

/* ---- Allocation ---- */

static inline bool node_match(const struct page *page, int node)
{
	return node == NUMA_NO_NODE || page_to_nid(page) == (unsigned int)node;
}

/*
 * What others freed into the CPU's slab. When there is nothing, the slab is full and is let go
 * (unfrozen). Interrupts off.
 */
static void *get_freelist(struct kmem_cache *s, struct page *page)
{
	union slab_counters old;
	void *freelist;
	u64 new;

	do {
		freelist = READ_ONCE(page->freelist);
		old.word = READ_ONCE(page->counters);
		BUG_ON(!(old.word & COUNTERS_FROZEN));
		new = old.word + (old.objects - old.inuse) * COUNTERS_INUSE;
		if (!freelist)
			new -= COUNTERS_FROZEN;
	} while (!cmpxchg_double_slab(s, page, freelist, old.word, NULL, new));
	return freelist;
}

/* What there is, and what of it lies free on the nodes' lists. Context: any. */
static void count_nodes(struct kmem_cache *s, struct slabinfo *info, unsigned long *free,
			unsigned long *empty)
{
	for (unsigned int node = 0; node < nr_node_ids; node++) {
		struct kmem_cache_node *n = s->node[node];
		struct page *page;
		unsigned long flags;

		if (!n)
			continue;
		spin_lock_irqsave(&n->list_lock, flags);
		list_for_each_entry(page, &n->partial, slab_list) {
			*free += page->objects - page->inuse;
			*empty += !page->inuse;
		}
		info->num_slabs += atomic64_read(&n->nr_slabs);
		info->num_objs += atomic64_read(&n->total_objects);
		spin_unlock_irqrestore(&n->list_lock, flags);
	}
}

static void slab_out_of_memory(struct kmem_cache *s, gfp_t gfp)
{
	struct slabinfo info = { 0 };
	unsigned long free = 0, empty = 0;

	if (gfp & __GFP_NOWARN)
		return;
	count_nodes(s, &info, &free, &empty);
	pr_debug_ratelimited("%s: unable to allocate memory, gfp %#x; object size %u, order %u-%u; "
			     "slabs %lu, objs %lu, free on the nodes %lu\n",
			     s->name, gfp, s->object_size, oo_order(s->min), oo_order(s->oo),
			     info.num_slabs, info.num_objs, free);
}

/* The CPU's next slab, from the node's list or new. Interrupts may be on for a while. */
static void *new_slab_objects(struct kmem_cache *s, gfp_t gfp, int node, struct kmem_cache_cpu **pc)
{
	struct kmem_cache_cpu *c = *pc;
	void *freelist = get_partial(s, gfp, node, c);
	struct page *page;

	if (freelist)
		return freelist;
	page = new_slab(s, gfp, node);
	if (!page)
		return NULL;
	c = this_cpu_ptr(s->cpu_slab);
	if (c->page)
		flush_slab(s, c);
	/* Nobody else knows the page yet. */
	freelist = page->freelist;
	page->freelist = NULL;
	stat(s, ALLOC_SLAB);
	c->page = page;
	c->tid = next_tid(c->tid);
	*pc = c;
	return freelist;
}

/*
 * ___slab_alloc() - the slow path: what others freed into the CPU's slab, then the CPU's partial
 * list, then the node's, then a new slab. Interrupts off on entry and return.
 */
static void *___slab_alloc(struct kmem_cache *s, gfp_t gfp, int node, struct kmem_cache_cpu *c)
{
	struct page *page;
	void *freelist;

	stat(s, ALLOC_SLOWPATH);
	page = c->page;
	if (!page)
		goto new_slab;
redo:
	if (unlikely(!node_match(page, node))) {
		stat(s, ALLOC_NODE_MISMATCH);
		deactivate_slab(s, page, c->freelist, c);
		goto new_slab;
	}
	if (unlikely(!pfmemalloc_match(page, gfp))) {
		deactivate_slab(s, page, c->freelist, c);
		goto new_slab;
	}
	/* An interrupt may have been here between the fast path's look and now. */
	freelist = c->freelist;
	if (freelist)
		goto load_freelist;
	freelist = get_freelist(s, page);
	if (!freelist) {
		c->page = NULL;
		c->tid = next_tid(c->tid);
		stat(s, DEACTIVATE_BYPASS);
		goto new_slab;
	}
	stat(s, ALLOC_REFILL);

load_freelist:
	if (unlikely(!in_slab(c->page, freelist))) {
		slab_error(s, freelist, "Freepointer corrupt");
		c->freelist = NULL;		/* the objects behind it are lost */
		c->tid = next_tid(c->tid);
		page = c->page;
		goto redo;
	}
	BUG_ON(!c->page->frozen);
take_freelist:
	c->freelist = get_freepointer(s, freelist);
	c->tid = next_tid(c->tid);
	return freelist;

new_slab:
	if (c->partial) {
		page = c->page = c->partial;
		c->partial = page->next;
		c->tid = next_tid(c->tid);
		stat(s, CPU_PARTIAL_ALLOC);
		goto redo;
	}
	freelist = new_slab_objects(s, gfp, node, &c);
	if (unlikely(!freelist)) {
		slab_out_of_memory(s, gfp);
		return NULL;
	}
	page = c->page;
	if (likely(pfmemalloc_match(page, gfp)))
		goto take_freelist;
	/* A page of the reserve for someone without a claim: leave it to those with one. */
	deactivate_slab(s, page, get_freepointer(s, freelist), c);
	return freelist;
}

/* __slab_alloc() - ___slab_alloc() with interrupts off around it. */
static __always_inline void *__slab_alloc(struct kmem_cache *s, gfp_t gfp, int node)
{
	unsigned long flags;
	void *p;

	local_irq_save(flags);
	/* With interrupts off nobody may block (early boot allocates with GFP_KERNEL, too). */
	if (irqs_disabled_flags(flags))
		gfp &= ~__GFP_DIRECT_RECLAIM;
	p = ___slab_alloc(s, gfp, node, this_cpu_ptr(s->cpu_slab));
	local_irq_restore(flags);
	return p;
}

static noinline void *slab_zero(const struct kmem_cache *s, void *object)
{
	return memset(object, 0, s->object_size);
}

/* The rest of an allocation whose fast path found no object. */
static noinline void *slab_alloc_slow(struct kmem_cache *s, gfp_t gfp, int node)
{
	void *object = __slab_alloc(s, gfp, node);

	if (unlikely(!object))
		return NULL;
	kasan_unpoison(object, s->object_size);
	return unlikely(gfp & __GFP_ZERO) ? slab_zero(s, object) : object;
}

/*
 * An interrupt took the object that the fast path was about to take: the whole of an allocation,
 * fast path included.
 */
static noinline void *slab_alloc_lost_race(struct kmem_cache *s, gfp_t gfp, int node)
{
	struct kmem_cache_cpu __percpu *c = s->cpu_slab;
	unsigned long tid;
	void *object;

	do {
		stat(s, CMPXCHG_DOUBLE_CPU_FAIL);
		tid = this_cpu_read(c->tid);
		object = this_cpu_read(c->freelist);
		if (!object || !node_match(this_cpu_read(c->page), node))
			return slab_alloc_slow(s, gfp, node);
	} while (!this_cpu_cmpxchg_double(c->freelist, c->tid, object, tid,
					  get_freepointer_safe(s, object), next_tid(tid)));
	kasan_unpoison(object, s->object_size);
	return gfp & __GFP_ZERO ? slab_zero(s, object) : object;
}

/* The fast path. All that it calls are tail calls, so that it keeps nothing on the stack. */
static __always_inline void *slab_alloc_node(struct kmem_cache *s, gfp_t gfp, int node)
{
	struct kmem_cache_cpu __percpu *c = s->cpu_slab;
	/* tid first: what is read after it is of this tid or of a later one. */
	unsigned long tid = this_cpu_read(c->tid);
	void *object = this_cpu_read(c->freelist);

	might_alloc(gfp);
	if (unlikely(!object ||
		     (node != NUMA_NO_NODE && !node_match(this_cpu_read(c->page), node))))
		return slab_alloc_slow(s, gfp, node);
	if (unlikely(!this_cpu_cmpxchg_double(c->freelist, c->tid, object, tid,
					      get_freepointer_safe(s, object), next_tid(tid))))
		return slab_alloc_lost_race(s, gfp, node);
	kasan_unpoison(object, s->object_size);
	if (unlikely(gfp & __GFP_ZERO))
		return slab_zero(s, object);
	return object;
}

void *kmem_cache_alloc(struct kmem_cache *s, gfp_t gfp)
{
	return slab_alloc_node(s, gfp, NUMA_NO_NODE);
}

void *kmem_cache_zalloc(struct kmem_cache *s, gfp_t gfp)
{
	return slab_alloc_node(s, gfp | __GFP_ZERO, NUMA_NO_NODE);
}

void *kmem_cache_alloc_node(struct kmem_cache *s, gfp_t gfp, int node)
{
	return slab_alloc_node(s, gfp, node);
}

static __always_inline void *alloc_trace(struct kmem_cache *s, gfp_t gfp, int node, size_t size)
{
	void *p = slab_alloc_node(s, gfp, node);

	if (likely(p))
		kasan_poison((char *)p + ALIGN(size, 8), s->object_size - ALIGN(size, 8));
	return p;
}

void *kmem_cache_alloc_trace(struct kmem_cache *s, gfp_t gfp, size_t size)
{
	return alloc_trace(s, gfp & ~__GFP_ZERO, NUMA_NO_NODE, size);
}

void *kmem_cache_zalloc_trace(struct kmem_cache *s, gfp_t gfp, size_t size)
{
	return alloc_trace(s, gfp | __GFP_ZERO, NUMA_NO_NODE, size);
}

/* 0 bytes, or more than any cache has. */
static noinline void *kmalloc_no_cache(size_t size, gfp_t gfp)
{
	return size ? kmalloc_large(size, gfp) : ZERO_SIZE_PTR;
}

void *__kmalloc(size_t size, gfp_t gfp)
{
	if (unlikely(!kmalloc_has_cache(size)))
		return kmalloc_no_cache(size, gfp);
	return alloc_trace(kmalloc_slab(size, gfp), gfp, NUMA_NO_NODE, size);
}

void *__kmalloc_node(size_t size, gfp_t gfp, int node)
{
	if (unlikely(!kmalloc_has_cache(size)))
		return kmalloc_no_cache(size, gfp);
	return alloc_trace(kmalloc_slab(size, gfp), gfp, node, size);
}

/* ---- Freeing ---- */

/*
 * slab_free_lists() - all of the slow path: the free may put @page on its node's list, or take it
 * off. Parameters as in __slab_free().
 */
static noinline void slab_free_lists(struct kmem_cache *s, struct page *page, void *head,
				     void *tail, unsigned int cnt) __no_lock_analysis
{
	struct kmem_cache_node *n = NULL;
	union slab_counters old, new;
	unsigned long flags = 0;
	void *prior;

	do {
		if (unlikely(n)) {
			spin_unlock_irqrestore(&n->list_lock, flags);
			n = NULL;
		}
		prior = READ_ONCE(page->freelist);
		old.word = READ_ONCE(page->counters);
		if (unlikely(prior == head || old.inuse < cnt)) {
			slab_error(s, head, "Object already free");
			return;
		}
		set_freepointer(s, tail, prior);
		new = old;
		new.inuse -= cnt;
		if ((!new.inuse || !prior) && !old.frozen) {
			if (s->cpu_partial && !prior) {
				/*
				 * It was full and on no list: it becomes ours instead of the
				 * node's.
				 */
				new.frozen = 1;
			} else {
				/* It will have to be taken off, or put on, the node's list. */
				n = get_node(s, page_to_nid(page));
				spin_lock_irqsave(&n->list_lock, flags);
			}
		}
	} while (!cmpxchg_double_slab(s, page, prior, old.word, head, new.word));

	if (likely(!n)) {
		if (new.frozen && !old.frozen) {
			put_cpu_partial(s, page, true);
			stat(s, CPU_PARTIAL_FREE);
		} else if (old.frozen) {
			stat(s, FREE_FROZEN);
		}
		return;
	}
	if (unlikely(!new.inuse && n->nr_partial >= s->min_partial)) {
		if (prior) {
			remove_partial(n, page);
			stat(s, FREE_REMOVE_PARTIAL);
		}
		spin_unlock_irqrestore(&n->list_lock, flags);
		stat(s, FREE_SLAB);
		discard_slab(s, page);
		return;
	}
	if (!prior) {
		add_partial(n, page, DEACTIVATE_TO_TAIL);
		stat(s, FREE_ADD_PARTIAL);
	}
	spin_unlock_irqrestore(&n->list_lock, flags);
}

static noinline void double_free(struct kmem_cache *s, void *object)
{
	slab_error(s, object, "Object already free");
}

/*
 * @cnt objects chained from @head to @tail go to @page, which is not this CPU's slab. No lock is
 * needed when the slab is frozen, was full (it is frozen, and ours, from now on), or stays one with
 * free and with used objects: that is done here, and ends in tail calls only.
 */
static __always_inline void slab_free_elsewhere(struct kmem_cache *s, struct page *page, void *head,
						void *tail, unsigned int cnt)
{
	void *prior = READ_ONCE(page->freelist);
	union slab_counters old = { .word = READ_ONCE(page->counters) };
	u64 new = old.word - cnt * COUNTERS_INUSE;

	stat(s, FREE_SLOWPATH);
	if (unlikely(prior == head || old.inuse < cnt)) {
		double_free(s, head);
		return;
	}
	if (unlikely(!(old.word & COUNTERS_FROZEN))) {
		if (!prior && s->cpu_partial) {
			new |= COUNTERS_FROZEN;
		} else if (!prior || old.inuse == cnt) {
			slab_free_lists(s, page, head, tail, cnt);
			return;
		}
	}
	set_freepointer(s, tail, prior);
	if (unlikely(!cmpxchg_double_slab(s, page, prior, old.word, head, new))) {
		slab_free_lists(s, page, head, tail, cnt);
	} else if (likely(old.word & COUNTERS_FROZEN)) {
		stat(s, FREE_FROZEN);
	} else if (new & COUNTERS_FROZEN) {
		stat(s, CPU_PARTIAL_FREE);
		put_cpu_partial(s, page, true);
	}
}

/* __slab_free() - the slow path of do_slab_free(); _one(): of a single object. */
static noinline void __slab_free(struct kmem_cache *s, struct page *page, void *head, void *tail,
				 unsigned int cnt)
{
	slab_free_elsewhere(s, page, head, tail, cnt);
}

static noinline void __slab_free_one(struct kmem_cache *s, struct page *page, void *object)
{
	slab_free_elsewhere(s, page, object, object, 1);
}

/* The whole of a free, for whoever lost a race in the fast path. */
static noinline void slab_free_lost_race(struct kmem_cache *s, struct page *page, void *head,
					 void *tail, unsigned int cnt)
{
	struct kmem_cache_cpu __percpu *c = s->cpu_slab;
	unsigned long tid;
	void *freelist;

	do {
		stat(s, CMPXCHG_DOUBLE_CPU_FAIL);
		tid = this_cpu_read(c->tid);
		if (page != this_cpu_read(c->page)) {
			__slab_free(s, page, head, tail, cnt);
			return;
		}
		freelist = this_cpu_read(c->freelist);
		set_freepointer(s, tail, freelist);
	} while (!this_cpu_cmpxchg_double(c->freelist, c->tid, freelist, tid, head, next_tid(tid)));
}

static noinline void wrong_cache(struct kmem_cache *s, const struct page *page, const void *x)
{
	if (PageSlab(page))
		slab_error(s, x, "Wrong cache: the object is of %s", page->slab_cache->name);
	else
		slab_error(s, x, "Not a slab object");
}

/*
 * Free @cnt objects of @page, chained from @head to @tail (but for the tail's own pointer), to @s.
 * The fast path; it ends in tail calls only. That the slab is one of @s need not be asked of the
 * CPU's own slab.
 */
static __always_inline void do_slab_free(struct kmem_cache *s, struct page *page, void *head,
					 void *tail, unsigned int cnt)
{
	struct kmem_cache_cpu __percpu *c = s->cpu_slab;
	unsigned long tid = this_cpu_read(c->tid);
	void *freelist;

	if (unlikely(page != this_cpu_read(c->page))) {
		if (unlikely(page->slab_cache != s)) {
			wrong_cache(s, page, head);
			return;
		}
		kasan_poison(head, s->object_size);
		if (__builtin_constant_p(cnt))
			__slab_free_one(s, page, head);
		else
			__slab_free(s, page, head, tail, cnt);
		return;
	}
	freelist = this_cpu_read(c->freelist);
	if (unlikely(head == freelist)) {
		double_free(s, head);
		return;
	}
	kasan_poison(head, s->object_size);
	set_freepointer(s, tail, freelist);
	if (unlikely(!this_cpu_cmpxchg_double(c->freelist, c->tid, freelist, tid, head,
					      next_tid(tid))))
		slab_free_lost_race(s, page, head, tail, cnt);
}

void kmem_cache_free(struct kmem_cache *s, void *x)
{
	lockdebug_freed(x, s->object_size);
	do_slab_free(s, virt_to_head_page(x), x, x, 1);
}

static noinline void free_large(struct page *page, const void *x)
{
	if (unlikely(!(page->flags & PG_head) || x != page_address(page)))
		slab_error(NULL, x, "kfree() of what kmalloc() did not return");
	else
		__free_pages(page, compound_order(page));
}

void kfree(const void *x)
{
	struct page *page;

	if (unlikely(ZERO_OR_NULL_PTR(x)))
		return;
	page = virt_to_head_page(x);
	if (unlikely(!PageSlab(page))) {
		free_large(page, x);
		return;
	}
	lockdebug_freed(x, page->slab_cache->object_size);
	do_slab_free(page->slab_cache, page, (void *)x, (void *)x, 1);
}

/* ---- Bulk ---- */

/*
 * Up to @nr objects of the chain @head into @p[]. Return: how many; *@rest is what is left of the
 * chain.
 */
static __always_inline size_t take_chain(const struct kmem_cache *s, void *head, size_t nr,
					 void **p, void **rest)
{
	unsigned long secret = s->random;
	u32 offset = s->offset, size = s->object_size;
	void **at = p, **end = p + nr;

	while (head && at != end) {
		*at++ = head;
		head = read_freepointer(head, offset, secret);
		kasan_unpoison(at[-1], size);
	}
	*rest = head;
	return at - p;
}

/*
 * The rest of kmem_cache_alloc_bulk(): @i objects are in @p[], and the CPU's chain is used up or
 * they are to be zeroed. Interrupts are off; @flags are the caller's.
 */
static noinline int alloc_bulk_slow(struct kmem_cache *s, gfp_t gfp, size_t nr, void **p, size_t i,
				    unsigned long flags)
{
	struct kmem_cache_cpu *c = this_cpu_ptr(s->cpu_slab);
	gfp_t gfp_now = irqs_disabled_flags(flags) ? gfp & ~__GFP_DIRECT_RECLAIM : gfp;

	while (i < nr) {
		/* The slow path may turn interrupts on: a fast path below us must not win. */
		c->tid = next_tid(c->tid);
		p[i] = ___slab_alloc(s, gfp_now, NUMA_NO_NODE, c);
		c = this_cpu_ptr(s->cpu_slab);
		if (unlikely(!p[i]))
			break;
		kasan_unpoison(p[i++], s->object_size);
		i += take_chain(s, c->freelist, nr - i, p + i, &c->freelist);
	}
	c->tid = next_tid(c->tid);
	local_irq_restore(flags);
	if (unlikely(i < nr)) {
		kmem_cache_free_bulk(s, i, p);
		return 0;
	}
	if (unlikely(gfp & __GFP_ZERO))
		for (i = 0; i < nr; i++)
			memset(p[i], 0, s->object_size);
	return nr;
}

int kmem_cache_alloc_bulk(struct kmem_cache *s, gfp_t gfp, size_t nr, void **p)
{
	struct kmem_cache_cpu *c;
	unsigned long flags;
	size_t i;

	local_irq_save(flags);
	c = this_cpu_ptr(s->cpu_slab);
	i = take_chain(s, c->freelist, nr, p, &c->freelist);
	if (unlikely(i < nr || gfp & __GFP_ZERO))
		return alloc_bulk_slow(s, gfp, nr, p, i, flags);
	c->tid = next_tid(c->tid);
	local_irq_restore(flags);
	return nr;
}

#define BULK_LOOKAHEAD 3	/* objects of other slabs passed over to find one more of this */

/*
 * Chain the objects of one slab among p[0..nr) and free them. Return: the length of what is left of
 * p[], in which taken entries are NULL.
 */
static size_t free_detached(struct kmem_cache *s, size_t nr, void **p)
{
	unsigned int cnt, lookahead = BULK_LOOKAHEAD;
	void *head = p[--nr], *tail = head;
	unsigned long secret, start, room;
	struct kmem_cache *cache;
	struct page *page;
	u32 offset;
	size_t i;

	if (unlikely(!head || (!s && ZERO_OR_NULL_PTR(head))))
		return nr;
	page = virt_to_head_page(head);
	cache = s ? s : page->slab_cache;
	if (unlikely(!PageSlab(page) || page->slab_cache != cache)) {
		if (s)
			wrong_cache(s, page, head);
		else
			free_large(page, head);
		return nr;
	}
	start = (unsigned long)page_address(page);
	room = page_size(page);
	offset = cache->offset;
	secret = cache->random;
	kasan_poison(head, cache->object_size);
	/* The end of p[] that is all of this slab. */
	for (i = nr; i && (unsigned long)p[i - 1] - start < room; i--) {
		kasan_poison(p[i - 1], cache->object_size);
		write_freepointer(p[i - 1], head, offset, secret);
		head = p[i - 1];
	}
	cnt = nr - i + 1;
	nr = i;
	/* What else there is of it, not far before. */
	while (i && lookahead) {
		void *object = p[--i];

		if ((unsigned long)object - start < room) {
			kasan_poison(object, cache->object_size);
			write_freepointer(object, head, offset, secret);
			head = object;
			cnt++;
			p[i] = NULL;
		} else if (object) {
			lookahead--;
		}
	}
	do_slab_free(cache, page, head, tail, cnt);
	return nr;
}

void kmem_cache_free_bulk(struct kmem_cache *s, size_t nr, void **p)
{
	while (nr)
		nr = free_detached(s, nr, p);
}

/* ---- Creation ---- */

static unsigned int slab_order(unsigned int size, unsigned int min_objects, unsigned int max_order,
			       unsigned int fraction)
{
	unsigned int order = max(slub_min_order, get_order((size_t)min_objects * size));

	for (; order <= max_order; order++) {
		unsigned int slab_size = PAGE_SIZE << order;

		if (slab_size % size <= slab_size / fraction)
			break;
	}
	return order;
}

/*
 * The order that wastes little at the end of a slab and has enough objects in it. -ENOSYS: too
 * large.
 */
static int calculate_order(unsigned int size)
{
	unsigned int objects = min(slub_min_objects, order_objects(slub_max_order, size));
	unsigned int order;

	for (; objects > 1; objects--)
		for (unsigned int fraction = 16; fraction >= 4; fraction /= 2) {
			order = slab_order(size, objects, slub_max_order, fraction);
			if (order <= slub_max_order)
				return order;
		}
	order = slab_order(size, 1, slub_max_order, 1);
	if (order <= slub_max_order)
		return order;
	order = slab_order(size, 1, MAX_ORDER - 1, 1);
	return order < MAX_ORDER ? (int)order : -ENOSYS;
}

static int calculate_sizes(struct kmem_cache *s)
{
	unsigned int size = ALIGN(s->object_size, sizeof(void *));
	int order;

	s->inuse = size;
	if (s->flags & SLAB_TYPESAFE_BY_RCU || s->ctor) {
		/* A free object's contents must last: the pointer goes behind them. */
		s->offset = size;
		size += sizeof(void *);
	} else {
		s->offset = ALIGN_DOWN(s->object_size / 2, (unsigned int)sizeof(void *));
	}
	size = ALIGN(size, s->align);
	s->size = size;
	order = calculate_order(size);
	if (order < 0)
		return order;
	s->allocflags = order ? __GFP_COMP : 0;
	if (s->flags & SLAB_CACHE_DMA)
		s->allocflags |= GFP_DMA;
	if (s->flags & SLAB_RECLAIM_ACCOUNT)
		s->allocflags |= __GFP_RECLAIMABLE;
	s->oo = oo_make(order, size);
	s->min = oo_make(get_order(size), size);
	s->max = oo_objects(s->oo) > oo_objects(s->min) ? s->oo : s->min;
	return 0;
}

static void set_cpu_partial(struct kmem_cache *s)
{
	if (s->size >= PAGE_SIZE)
		s->cpu_partial = 2;
	else if (s->size >= 1024)
		s->cpu_partial = 6;
	else if (s->size >= 256)
		s->cpu_partial = 13;
	else
		s->cpu_partial = 30;
}

static void init_kmem_cache_node(struct kmem_cache_node *n)
{
	n->nr_partial = 0;
	spin_lock_init_named(&n->list_lock, "kmem_cache_node.list_lock");
	INIT_LIST_HEAD(&n->partial);
	atomic64_set(&n->nr_slabs, 0);
	atomic64_set(&n->total_objects, 0);
}

/* The first kmem_cache_node cannot come from its cache: take it out of that cache's first slab. */
static void early_kmem_cache_node_alloc(unsigned int node)
{
	struct kmem_cache_node *n;
	struct page *page = new_slab(kmem_cache_node, GFP_NOWAIT, node);

	if (!page)
		panic("slub: no memory for the first slab");
	n = page->freelist;
	page->freelist = get_freepointer(kmem_cache_node, n);
	page->inuse = 1;
	page->frozen = 0;
	kasan_unpoison(n, sizeof(*n));
	kmem_cache_node->node[node] = n;
	init_kmem_cache_node(n);
	inc_slabs_node(kmem_cache_node, node, page->objects);
	add_partial(n, page, DEACTIVATE_TO_HEAD);
}

static void free_kmem_cache_nodes(struct kmem_cache *s)
{
	for (unsigned int node = 0; node < nr_node_ids; node++) {
		struct kmem_cache_node *n = s->node[node];

		s->node[node] = NULL;
		if (n)
			kmem_cache_free(kmem_cache_node, n);
	}
}

static int init_kmem_cache_nodes(struct kmem_cache *s)
{
	for (unsigned int node = 0; node < nr_node_ids; node++) {
		struct kmem_cache_node *n;

		if (!node_has_memory(node))
			continue;
		if (slab_state == DOWN) {
			early_kmem_cache_node_alloc(node);
			continue;
		}
		n = kmem_cache_alloc_node(kmem_cache_node, GFP_KERNEL, node);
		if (!n) {
			free_kmem_cache_nodes(s);
			return -ENOMEM;
		}
		init_kmem_cache_node(n);
		s->node[node] = n;
	}
	return 0;
}

static int alloc_kmem_cache_cpus(struct kmem_cache *s)
{
	unsigned int cpu;

	s->cpu_slab = alloc_percpu(struct kmem_cache_cpu);
	if (!s->cpu_slab)
		return -ENOMEM;
	for_each_possible_cpu(cpu)
		per_cpu_ptr(s->cpu_slab, cpu)->tid = init_tid(cpu);
	return 0;
}

/*
 * A number that nobody outside can guess. The first caches come before the random pool has its
 * seed, hence the CPU's own generator and clock beside it. Never 0, which means "not hardened".
 */
static unsigned long cache_secret(void)
{
	u64 cpu = 0;

	if (!arch_get_random_u64(&cpu))
		cpu = rdtsc() * 0x9e3779b97f4a7c15ull;
	return (get_random_u64() ^ cpu) | 1;
}

/* A random order of the slab's objects, as offsets. Without memory for it: none, by address. */
static void init_cache_random_seq(struct kmem_cache *s)
{
	u32 count = oo_objects(s->oo);
	struct prng prng;

	if (!slub_random || s->random_seq || count < 2)
		return;
	s->random_seq = kmalloc_array(count, sizeof(u32), GFP_KERNEL | __GFP_NOWARN);
	if (!s->random_seq)
		return;
	prng_seed(&prng, cache_secret());
	for (u32 i = 0; i < count; i++) {
		/* Fisher-Yates, inside out: the shuffled array grows by one. */
		u32 j = prng_below(&prng, i + 1);

		s->random_seq[i] = s->random_seq[j];
		s->random_seq[j] = i * s->size;
	}
}

static void init_freelist_randomization(void)
{
	struct kmem_cache *s;

	list_for_each_entry(s, &slab_caches, list)
		init_cache_random_seq(s);
}

void slab_caches_finish(void)
{
	init_freelist_randomization();
}

int __kmem_cache_create(struct kmem_cache *s, slab_flags_t flags)
{
	int err;

	s->flags = flags;
	s->random = slub_hardened ? cache_secret() : 0;
	err = calculate_sizes(s);
	if (err)
		return err;
	s->min_partial = clamp((unsigned long)ilog2(s->size) / 2, MIN_PARTIAL, MAX_PARTIAL);
	set_cpu_partial(s);
	/* The counters of a slab are per CPU, and the first node takes a slab. */
	err = alloc_kmem_cache_cpus(s);
	if (err)
		return err;
	err = init_kmem_cache_nodes(s);
	if (err) {
		free_percpu(s->cpu_slab);
		return err;
	}
	if (slab_state >= UP)
		init_cache_random_seq(s);
	return 0;
}

void __kmem_cache_release(struct kmem_cache *s)
{
	kfree(s->random_seq);
	free_percpu(s->cpu_slab);
	free_kmem_cache_nodes(s);
}

/* ---- Shrinking and ending ---- */

/* Empty slabs of the node's list go to the buddy; the fullest of the others come first. */
static void shrink_node(struct kmem_cache *s, struct kmem_cache_node *n)
{
	enum { PROMOTE_MAX = 32 };
	struct list_head promote[PROMOTE_MAX];
	LIST_HEAD(discard);
	struct page *page, *next;
	unsigned long flags;

	for (int i = 0; i < PROMOTE_MAX; i++)
		INIT_LIST_HEAD(&promote[i]);
	spin_lock_irqsave(&n->list_lock, flags);
	list_for_each_entry_safe(page, next, &n->partial, slab_list) {
		unsigned int free = page->objects - page->inuse;

		if (free == page->objects) {
			n->nr_partial--;
			list_move(&page->slab_list, &discard);
		} else if (free && free <= PROMOTE_MAX) {
			list_move(&page->slab_list, &promote[free - 1]);
		}
	}
	for (int i = PROMOTE_MAX - 1; i >= 0; i--)
		list_splice(&promote[i], &n->partial);
	spin_unlock_irqrestore(&n->list_lock, flags);
	list_for_each_entry_safe(page, next, &discard, slab_list)
		discard_slab(s, page);
}

int __kmem_cache_shrink(struct kmem_cache *s)
{
	int ret = 0;

	flush_all(s);
	for (unsigned int node = 0; node < nr_node_ids; node++) {
		struct kmem_cache_node *n = s->node[node];

		if (!n)
			continue;
		shrink_node(s, n);
		if (atomic64_read(&n->nr_slabs))
			ret = 1;
	}
	return ret;
}

int __kmem_cache_shutdown(struct kmem_cache *s)
{
	return __kmem_cache_shrink(s) ? -EBUSY : 0;
}

/* ---- Bootstrap ---- */

/*
 * Move a static cache into an object of the cache of caches, and tell its slabs. One CPU, early
 * boot: nothing else runs.
 */
static struct kmem_cache *bootstrap(struct kmem_cache *static_cache)
{
	struct kmem_cache *s = kmem_cache_zalloc(kmem_cache, GFP_NOWAIT);
	struct page *page;

	if (!s)
		panic("slub: no memory for %s", static_cache->name);
	memcpy(s, static_cache, offsetof(struct kmem_cache, node) +
				nr_node_ids * sizeof(struct kmem_cache_node *));
	/* After this no slab is the CPU's: all that have free objects are on a node's list. */
	flush_cpu_slab(s);
	for (unsigned int node = 0; node < nr_node_ids; node++)
		if (s->node[node])
			list_for_each_entry(page, &s->node[node]->partial, slab_list)
				page->slab_cache = s;
	list_add(&s->list, &slab_caches);
	return s;
}

void kmem_cache_init(void)
{
	static struct kmem_cache boot_kmem_cache, boot_kmem_cache_node;
	unsigned long flags;

	slub_min_objects = 4 * (fls(num_possible_cpus()) + 1);
	kmem_cache_node = &boot_kmem_cache_node;
	kmem_cache = &boot_kmem_cache;

	local_irq_save(flags);
	create_boot_cache(kmem_cache_node, "kmem_cache_node", sizeof(struct kmem_cache_node),
			  SLAB_HWCACHE_ALIGN, 0, 0);
	slab_state = PARTIAL;
	create_boot_cache(kmem_cache, "kmem_cache",
			  offsetof(struct kmem_cache, node) +
			  nr_node_ids * sizeof(struct kmem_cache_node *), SLAB_HWCACHE_ALIGN, 0, 0);
	kmem_cache = bootstrap(&boot_kmem_cache);
	kmem_cache_node = bootstrap(&boot_kmem_cache_node);
	local_irq_restore(flags);

	setup_kmalloc_cache_index_table();
	create_kmalloc_caches(0);
	slab_caches_finish();
	pr_info("HWalign=%d, Order=%u-%u, MinObjects=%u, CPUs=%u, Nodes=%u\n",
		CACHE_LINE_SIZE, slub_min_order, slub_max_order, slub_min_objects,
		num_possible_cpus(), nr_node_ids);
}

void kmem_cache_init_late(void)
{
	slab_state = FULL;
}

/* ---- Counting and checking ---- */

/* What a cache's CPUs keep: each counts its own, as another one's chains change under the reader. */
struct cpu_count {
	struct kmem_cache *s;
	atomic64_t free, empty;		/* free objects, slabs without any other */
};

static void count_cpu_free(void *arg)
{
	struct cpu_count *count = arg;
	struct kmem_cache *s = count->s;
	const struct kmem_cache_cpu *c = this_cpu_ptr(s->cpu_slab);
	struct page *page = c->page;
	unsigned long free = 0, empty = 0;

	if (page) {
		for (void *p = c->freelist; p; p = get_freepointer(s, p))
			free++;
		free += page->objects - page->inuse;
	}
	for (page = c->partial; page; page = page->next) {
		free += page->objects - page->inuse;
		empty += !page->inuse;
	}
	atomic64_add((s64)free, &count->free);
	atomic64_add((s64)empty, &count->empty);
}

void get_slabinfo(struct kmem_cache *s, struct slabinfo *info)
{
	struct cpu_count count = { .s = s };
	unsigned long free = 0, empty = 0;

	*info = (struct slabinfo){ .objects_per_slab = oo_objects(s->oo),
				   .cache_order = oo_order(s->oo) };
	count_nodes(s, info, &free, &empty);
	on_each_cpu(count_cpu_free, &count);
	free += (unsigned long)atomic64_read(&count.free);
	empty += (unsigned long)atomic64_read(&count.empty);
	info->active_objs = info->num_objs - min(free, info->num_objs);
	info->active_slabs = info->num_slabs - min(empty, info->num_slabs);
}

unsigned long slab_stat(struct kmem_cache *s, enum stat_item item)
{
	unsigned long sum = 0;
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(s->cpu_slab, cpu)->stat[item]);
	return sum;
}

struct walk {
	struct kmem_cache *s;
	unsigned long slabs, objects, out, free;
	unsigned int faults, max;
};

/* Is @object on the chain from @p? */
static bool on_chain(struct kmem_cache *s, const struct page *page, void *p, const void *object)
{
	for (unsigned int n = 0; p && in_slab(page, p) && n < page->objects; n++) {
		if (p == object)
			return true;
		p = get_freepointer(s, p);
	}
	return false;
}

/* Objects of one slab that are out. flush_all() ran: no CPU has taken the chain. */
static void list_slab(struct page *page, void *ctx)
{
	struct walk *w = ctx;
	char *object = page_address(page);

	if (page->slab_cache != w->s)
		return;
	for (unsigned int i = 0; i < page->objects; i++, object += w->s->size) {
		if (on_chain(w->s, page, page->freelist, object))
			continue;
		if (w->out++ < w->max && !mm_errors_quiet)
			pr_err("%s: object %p is still in use\n", w->s->name, (void *)object);
	}
}

unsigned long slab_list_objects(struct kmem_cache *s, unsigned int max)
{
	struct walk w = { .s = s, .max = max };

	flush_all(s);
	page_for_each_slab(list_slab, &w);
	return w.out;
}

static void check_fault(struct walk *w, struct page *page, const char *what)
{
	w->faults++;
	pr_err("%s: slab %p: not so: %s\n", w->s->name, page_address(page), what);
}

#define CHECK(w, page, what) do { if (!(what)) check_fault(w, page, #what); } while (0)

/* flush_all() ran, so that no slab is frozen and page->freelist is all of the chain. */
static void check_slab(struct page *page, void *ctx)
{
	struct walk *w = ctx;
	unsigned int free = 0;

	if (page->slab_cache != w->s)
		return;
	CHECK(w, page, page->objects && page->objects <= oo_objects(w->s->max));
	CHECK(w, page, (size_t)page->objects * w->s->size <= page_size(page));
	CHECK(w, page, page->inuse <= page->objects);
	CHECK(w, page, !page->frozen);
	for (char *p = page->freelist; p; p = get_freepointer(w->s, p)) {
		if (!in_slab(page, p) || (p - (char *)page_address(page)) % w->s->size ||
		    free == page->objects) {
			check_fault(w, page, "the chain leads from object to object");
			break;
		}
		free++;
	}
	CHECK(w, page, free + page->inuse == page->objects);
	w->slabs++;
	w->objects += page->objects;
}

unsigned int slab_check(struct kmem_cache *s)
{
	struct walk w = { .s = s };
	unsigned long slabs = 0, objects = 0;

	flush_all(s);
	page_for_each_slab(check_slab, &w);
	for (unsigned int node = 0; node < nr_node_ids; node++) {
		struct kmem_cache_node *n = s->node[node];
		unsigned long on_list = 0, flags;
		struct page *page;

		if (!n)
			continue;
		spin_lock_irqsave(&n->list_lock, flags);
		list_for_each_entry(page, &n->partial, slab_list) {
			on_list++;
			CHECK(&w, page, page->slab_cache == s && page->freelist);
		}
		if (on_list != n->nr_partial) {
			w.faults++;
			pr_err("%s: %lu slabs on the list, %lu counted\n", s->name, on_list,
			       n->nr_partial);
		}
		spin_unlock_irqrestore(&n->list_lock, flags);
		slabs += atomic64_read(&n->nr_slabs);
		objects += atomic64_read(&n->total_objects);
	}
	if (slabs != w.slabs || objects != w.objects) {
		w.faults++;
		pr_err("%s: %lu slabs with %lu objects found, %lu with %lu counted\n", s->name,
		       w.slabs, w.objects, slabs, objects);
	}
	return w.faults;
}
