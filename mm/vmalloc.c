/* SPDX-License-Identifier: MIT */
/*
 * mm/vmalloc.c - mappings: memory that need not be contiguous, device registers, thread stacks.
 *
 * Overview    vmalloc() for what is too large for the buddy or must fault when overrun; ioremap()
 *             for devices; stack_alloc() for threads. Small allocations belong to kmalloc().
 * Structure   Each area is a struct vm_area in a red-black tree by address. An area is followed by
 *             a page that nothing maps (a stack has one below it too), so that running off an end
 *             faults. A free place is found first-fit by walking the tree in order from
 *             search_hint, below which no gap of one page is left: O(areas) at worst, and an area
 *             is a rare thing.
 * Lifetime    an area lives from alloc to vfree(); its pages are its own, but ioremap()'s are the
 *             device's.
 * Locking     vmap_lock, interrupts off, for the tree. Pages are mapped outside of it: the range is
 *             already ours then.
 * Limits      VMALLOC_START..VMALLOC_END, 64 GB. Stacks given back are kept, up to STACK_CACHE_MAX
 *             4, because a thread's end is often followed by a thread's start, and unmapping
 *             flushes.
 * Observe     vmstat (vmalloc_*).
 */
#define pr_fmt(fmt) "vmalloc: " fmt

#include "mm/vmalloc.h"

#include <arch/kasan.h>
#include <arch/mmu.h>
#include <arch/page.h>
#include <arch/thread.h>
#include "kernel/base/printk.h"
#include "kernel/base/spinlock.h"
#include "lib/rbtree.h"
#include "lib/string.h"
#include "mm/page_alloc.h"
#include "mm/slab.h"

#define STACK_CACHE_MAX 4

enum vm_kind { VM_ALLOC, VM_IOREMAP, VM_STACK };

/* Locks: [I] immutable while in the tree, [v] vmap_lock */
struct vm_area {
	struct rb_node node;		/* [v] */
	unsigned long start;		/* [I] first address mapped */
	size_t size;			/* [I] mapped bytes, without guard pages */
	size_t guard_below;		/* [I] unmapped bytes before start */
	struct page **pages;		/* [I] NULL for VM_IOREMAP */
	unsigned int nr_pages;		/* [I] */
	enum vm_kind kind;		/* [I] */
};

static DEFINE_SPINLOCK(vmap_lock);
static struct rb_root vmap_areas = RB_ROOT;		/* [v] */
static unsigned long search_hint = VMALLOC_START;	/* [v] */
static struct vmalloc_stats vmap_stats;			/* [v] */
static struct kmem_cache *vm_area_cache;		/* [I] */

static DEFINE_SPINLOCK(stack_lock);
static void *stack_cache[STACK_CACHE_MAX];		/* [stack_lock] */
static unsigned int stack_cached;			/* [stack_lock] */

void vmalloc_init(void)
{
	vm_area_cache = kmem_cache_create("vm_area", sizeof(struct vm_area), 0, SLAB_PANIC, NULL);
}

static struct vm_area *area_of(const struct rb_node *node)
{
	return rb_entry(node, struct vm_area, node);
}

static unsigned long area_low(const struct vm_area *a)
{
	return a->start - a->guard_below;
}

static unsigned long area_high(const struct vm_area *a)
{
	return a->start + a->size + PAGE_SIZE;
}

/* The area that @addr is mapped in, NULL when none. vmap_lock held. */
static struct vm_area *area_find_locked(unsigned long addr)
{
	struct rb_node *n = vmap_areas.node;

	while (n) {
		struct vm_area *a = area_of(n);

		if (addr < a->start)
			n = n->left;
		else if (addr - a->start >= a->size)
			n = n->right;
		else
			return a;
	}
	return NULL;
}

/* The first area that ends above @addr. vmap_lock held. */
static struct rb_node *area_above_locked(unsigned long addr)
{
	struct rb_node *n = vmap_areas.node, *best = NULL;

	while (n) {
		if (area_high(area_of(n)) > addr) {
			best = n;
			n = n->left;
		} else {
			n = n->right;
		}
	}
	return best;
}

static bool area_less(const struct rb_node *a, const struct rb_node *b)
{
	return area_of(a)->start < area_of(b)->start;
}

/*
 * Reserve addresses: @size bytes behind @guard_below, and a guard page. NULL when there is no room.
 */
static struct vm_area *area_create(size_t size, size_t guard_below, enum vm_kind kind, gfp_t gfp)
{
	size_t need = guard_below + size + PAGE_SIZE;
	struct vm_area *a;
	unsigned long flags, at;
	struct rb_node *n;

	if (!size || size > VMALLOC_END - VMALLOC_START)
		return NULL;
	a = kmem_cache_alloc(vm_area_cache, gfp & GFP_RECLAIM_MASK);
	if (!a)
		return NULL;
	spin_lock_irqsave(&vmap_lock, flags);
	at = search_hint;
	for (n = area_above_locked(at); n; n = rb_next(n)) {
		if (area_low(area_of(n)) >= at && area_low(area_of(n)) - at >= need)
			break;
		at = max(at, area_high(area_of(n)));
	}
	if (VMALLOC_END - at < need) {
		spin_unlock_irqrestore(&vmap_lock, flags);
		kmem_cache_free(vm_area_cache, a);
		return NULL;
	}
	*a = (struct vm_area){ .start = at + guard_below, .size = size,
			       .guard_below = guard_below, .kind = kind };
	rb_add(&a->node, &vmap_areas, area_less);
	if (at == search_hint)
		search_hint = area_high(a);
	vmap_stats.areas++;
	vmap_stats.bytes_mapped += size;
	spin_unlock_irqrestore(&vmap_lock, flags);
	return a;
}

static void area_release(struct vm_area *a)
{
	unsigned long flags;

	spin_lock_irqsave(&vmap_lock, flags);
	rb_erase(&a->node, &vmap_areas);
	search_hint = min(search_hint, area_low(a));
	vmap_stats.areas--;
	vmap_stats.bytes_mapped -= a->size;
	spin_unlock_irqrestore(&vmap_lock, flags);
	kmem_cache_free(vm_area_cache, a);
}

static void area_free_pages(struct vm_area *a)
{
	for (unsigned int i = 0; i < a->nr_pages; i++)
		__free_page(a->pages[i]);
	kvfree(a->pages);
	a->pages = NULL;
	a->nr_pages = 0;
}

/* Give @a its pages and map them. Return: false when out of memory (nothing is left over). */
static bool area_populate(struct vm_area *a, gfp_t gfp)
{
	unsigned int n = a->size / PAGE_SIZE;

	a->pages = kvmalloc(n * sizeof(a->pages[0]), gfp & GFP_RECLAIM_MASK);
	if (!a->pages)
		return false;
	a->nr_pages = alloc_pages_bulk(gfp, n, a->pages);
	if (a->nr_pages < n)
		goto free_pages;
	for (unsigned int i = 0; i < n; i++)
		if (map_pages(a->start + i * PAGE_SIZE, page_to_phys(a->pages[i]), PAGE_SIZE,
			      PROT_RW | PROT_WB)) {
			unmap_pages(a->start, i * PAGE_SIZE);
			goto free_pages;
		}
	return true;
free_pages:
	area_free_pages(a);
	return false;
}

static void *area_alloc(size_t size, size_t guard_below, enum vm_kind kind, gfp_t gfp)
{
	struct vm_area *a = area_create(PAGE_ALIGN(size), guard_below, kind, gfp);

	if (!a)
		return NULL;
	if (!area_populate(a, gfp)) {
		area_release(a);
		if (!(gfp & __GFP_NOWARN))
			pr_debug_ratelimited("allocation failure: %zu bytes\n", size);
		return NULL;
	}
	kasan_unpoison((void *)a->start, a->size);
	return (void *)a->start;
}

static void area_destroy(const void *addr, enum vm_kind kind)
{
	unsigned long flags;
	struct vm_area *a;

	spin_lock_irqsave(&vmap_lock, flags);
	a = area_find_locked((unsigned long)addr);
	spin_unlock_irqrestore(&vmap_lock, flags);
	if (WARN_ON(!a || a->kind != kind))
		return;
	/* ioremap() keeps the offset within the page in the address that it returned. */
	if (WARN_ON(a->start != ALIGN_DOWN((unsigned long)addr, PAGE_SIZE)))
		return;
	unmap_pages(a->start, a->size);
	if (a->pages)
		area_free_pages(a);
	area_release(a);
}

void *__vmalloc(size_t size, gfp_t gfp)
{
	/* More than there is: say so before all that others need is taken on the way. */
	if (!size || PAGE_ALIGN(size) < size || size >> PAGE_SHIFT > totalram_pages())
		return NULL;
	return area_alloc(size, 0, VM_ALLOC, gfp);
}

void *vmalloc(size_t size)
{
	return __vmalloc(size, GFP_KERNEL);
}

void *vzalloc(size_t size)
{
	return __vmalloc(size, GFP_KERNEL | __GFP_ZERO);
}

void vfree(const void *addr)
{
	if (addr)
		area_destroy(addr, VM_ALLOC);
}

static void *ioremap_prot(phys_addr_t phys, size_t size, pgprot_t prot)
{
	size_t offset = phys & (PAGE_SIZE - 1);
	struct vm_area *a;

	if (!size || phys + size < phys)
		return NULL;
	a = area_create(PAGE_ALIGN(size + offset), 0, VM_IOREMAP, GFP_KERNEL);
	if (!a)
		return NULL;
	if (map_pages(a->start, phys - offset, a->size, prot)) {
		unmap_pages(a->start, a->size);
		area_release(a);
		return NULL;
	}
	return (char *)a->start + offset;
}

void *ioremap(phys_addr_t phys, size_t size)
{
	return ioremap_prot(phys, size, PROT_RW | PROT_UC);
}

void *ioremap_wc(phys_addr_t phys, size_t size)
{
	return ioremap_prot(phys, size, PROT_RW | PROT_WC);
}

void *ioremap_cache(phys_addr_t phys, size_t size)
{
	return ioremap_prot(phys, size, PROT_RW | PROT_WB);
}

void iounmap(const void *addr)
{
	if (addr)
		area_destroy(addr, VM_IOREMAP);
}

void *stack_alloc(void)
{
	unsigned long flags;
	void *stack = NULL;

	spin_lock_irqsave(&stack_lock, flags);
	if (stack_cached)
		stack = stack_cache[--stack_cached];
	spin_unlock_irqrestore(&stack_lock, flags);
	if (!stack)
		stack = area_alloc(THREAD_STACK_SIZE, PAGE_SIZE, VM_STACK, GFP_KERNEL);
	return stack;
}

void stack_free(void *stack)
{
	unsigned long flags;

	if (!stack)
		return;
	spin_lock_irqsave(&stack_lock, flags);
	if (stack_cached < STACK_CACHE_MAX) {
		stack_cache[stack_cached++] = stack;
		stack = NULL;
	}
	spin_unlock_irqrestore(&stack_lock, flags);
	if (stack)
		area_destroy(stack, VM_STACK);
}

bool is_vmalloc_addr(const void *addr)
{
	return (unsigned long)addr - VMALLOC_START < VMALLOC_END - VMALLOC_START;
}

struct page *vmalloc_to_page(const void *addr)
{
	struct page *page = NULL;
	unsigned long flags;
	struct vm_area *a;

	spin_lock_irqsave(&vmap_lock, flags);
	a = area_find_locked((unsigned long)addr);
	if (a && a->pages)
		page = a->pages[((unsigned long)addr - a->start) / PAGE_SIZE];
	spin_unlock_irqrestore(&vmap_lock, flags);
	return page;
}

void *kvmalloc(size_t size, gfp_t gfp)
{
	void *p;

	if (size <= KMALLOC_MAX_SIZE) {
		/*
		 * For more than a page: do not press hard for contiguous memory, there is a way
		 * out.
		 */
		p = __kmalloc(size, size > PAGE_SIZE ? gfp | __GFP_NOWARN | __GFP_NORETRY : gfp);
		if (p || size <= PAGE_SIZE)
			return p;
	}
	return __vmalloc(size, gfp);
}

void *kvzalloc(size_t size, gfp_t gfp)
{
	return kvmalloc(size, gfp | __GFP_ZERO);
}

void kvfree(const void *addr)
{
	if (is_vmalloc_addr(addr))
		vfree(addr);
	else
		kfree(addr);
}

void vmalloc_get_stats(struct vmalloc_stats *stats)
{
	unsigned long flags;

	spin_lock_irqsave(&vmap_lock, flags);
	*stats = vmap_stats;
	spin_unlock_irqrestore(&vmap_lock, flags);
}
