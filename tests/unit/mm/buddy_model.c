/* SPDX-License-Identifier: MIT */
/*
 * The page allocator against a model: random requests of mixed orders and kinds, a byte for each
 * page of RAM that says whose it is. Claiming a page twice is seen at once, whoever claims it. Each
 * CPU runs the same body; a block may be handed to whoever looks into the mailbox next, so blocks
 * are freed on other CPUs than they came from. At the end all pages are back, and merged into the
 * same free blocks as at the start.
 */
#include <arch/atomic.h>
#include <arch/smp.h>
#include "kernel/base/sched.h"
#include "kernel/base/selftest.h"
#include "kernel/base/time.h"
#include "lib/prng.h"
#include "lib/string.h"
#include "mm/memblock.h"
#include "mm/page_alloc.h"
#include "mm/slab.h"
#include "mm/vmalloc.h"
#include "tests/unit/kernel/on_cpus.h"
#include "tests/unit/mm/areas.h"

#define HELD_MAX 256
#define MAILBOX	 16

/*
 * vmalloc.c keeps so many stacks of threads that ended. With more CPUs others are kept after the run
 * than before it: as many pages, but in other places, and maybe a table more for their addresses.
 */
#define STACKS_KEPT 4

struct held {
	struct page *page;
	unsigned int order;
};

static struct model {
	u8 *owner;			/* by page number: 0 free, or a CPU's number + 1 */
	struct page *mailbox[MAILBOX];	/* their order is in page->private */
} model;

/* One CPU's share. Nothing here is another's but through the model. */
struct model_cpu {
	u64 operations, done, allocated, foreign;
	unsigned int faults, n;
	struct prng prng;
	struct held held[HELD_MAX];
};

static gfp_t random_kind(struct prng *prng)
{
	static const gfp_t kinds[] = {
		GFP_KERNEL, GFP_ATOMIC, GFP_DMA | GFP_ATOMIC, GFP_DMA32 | GFP_NOWAIT,
		GFP_KERNEL | __GFP_COMP, GFP_KERNEL | __GFP_ZERO, GFP_NOIO | __GFP_NORETRY,
		GFP_NOWAIT | __GFP_HIGH, GFP_NOFS | __GFP_RETRY_MAYFAIL, GFP_NOWAIT | __GFP_MEMALLOC,
		GFP_ATOMIC | __GFP_NOMEMALLOC | __GFP_COMP | __GFP_ZERO,
	};

	return kinds[prng_below(prng, ARRAY_SIZE(kinds))] | __GFP_NOWARN;
}

static void claim(struct model_cpu *m, const struct page *page, unsigned int order, u8 from, u8 to)
{
	unsigned long pfn = page_to_pfn(page);

	for (unsigned long i = 0; i < 1ul << order; i++)
		m->faults += xchg(&model.owner[pfn + i], to) != from;
}

static void model_alloc(struct model_cpu *m, u8 self)
{
	gfp_t gfp = random_kind(&m->prng);
	/* Mostly small: 0 half of the time, then half of the rest ... */
	unsigned int order = __builtin_ctz(prng_u32(&m->prng) | 1u << (MAX_ORDER - 1));
	/* Now and then from a node by name, which may be one that there is not. */
	u32 node = prng_below(&m->prng, 64);
	struct page *page = node >= MAX_NUMNODES ? alloc_pages(gfp, order) :
			    alloc_pages_node((int)node, gfp | __GFP_THISNODE, order);
	phys_addr_t end;

	if (!page)
		return;
	end = page_to_phys(page) + (PAGE_SIZE << order);
	m->faults += (gfp & __GFP_DMA && end > 16ull << 20) ||
		     (gfp & __GFP_DMA32 && end > 4ull << 30) ||
		     (node < MAX_NUMNODES && page_to_nid(page) != node) ||
		     (gfp & __GFP_ZERO && *(unsigned long *)page_address(page)) ||
		     (gfp & __GFP_COMP && page[(1ul << order) - 1].head != page);
	claim(m, page, order, 0, self);
	*(unsigned long *)page_address(page) = page_to_pfn(page);
	m->held[m->n++] = (struct held){ page, order };
	m->allocated++;
}

static void model_free(struct model_cpu *m, u8 self)
{
	unsigned int i = prng_below(&m->prng, m->n);
	struct held h = m->held[i];

	m->held[i] = m->held[--m->n];
	if (prng_below(&m->prng, 8) == 0) {
		/* Into the mailbox: who finds it there frees it. */
		struct page *other;

		h.page->private = h.order;
		other = xchg(&model.mailbox[prng_below(&m->prng, MAILBOX)], h.page);
		if (!other)
			return;
		h = (struct held){ other, (unsigned int)other->private };
		m->foreign += READ_ONCE(model.owner[page_to_pfn(other)]) != self;
		self = READ_ONCE(model.owner[page_to_pfn(other)]);
	}
	m->faults += *(unsigned long *)page_address(h.page) != page_to_pfn(h.page);
	claim(m, h.page, h.order, self, 0);
	__free_pages(h.page, h.order);
}

/* What a CPU does; @arg: each CPU's share. Context: a thread that stays on @cpu. Return: operations. */
static u64 model_body(unsigned int cpu, void *arg)
{
	struct model_cpu *m = ((struct model_cpu **)arg)[cpu];
	u8 self = (u8)(cpu + 1);

	if (!m)
		return 0;
	prng_seed(&m->prng, cpu + 1);
	for (; m->done < m->operations; m->done++) {
		if (!m->n || (m->n < HELD_MAX && prng_below(&m->prng, 100) < 52))
			model_alloc(m, self);
		else
			model_free(m, self);
		if (m->done % 65536 == 4095)
			m->faults += page_alloc_check();
		if (m->done % 1024 == 0)
			cond_resched();
	}
	while (m->n)
		model_free(m, self);
	return m->done;
}

static struct areas before, after;

/* The free blocks when nothing is kept anywhere. */
static void areas_note_all(struct areas *areas)
{
	slab_shrink_all();
	drain_all_pages();
	areas_note(areas);
}

static unsigned long areas_pages(const struct areas *areas)
{
	unsigned long pages = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(areas->blocks); i++)
		for (unsigned int order = 0; order < MAX_ORDER; order++)
			pages += areas->blocks[i][order] << order;
	return pages;
}

/* The same once it holds still: a thread that ended is buried a little later. */
static void areas_settle(struct areas *areas)
{
	static struct areas last;
	unsigned long until = jiffies + 5 * HZ;

	areas_note_all(areas);
	do {
		last = *areas;
		msleep(20);
		areas_note_all(areas);
	} while (memcmp(&last, areas, sizeof(last)) && time_before(jiffies, until));
}

/* What is left in the mailbox when all are done. */
static void mailbox_empty(void)
{
	for (unsigned int i = 0; i < MAILBOX; i++) {
		struct page *page = xchg(&model.mailbox[i], NULL);

		if (page)
			__free_pages(page, (unsigned int)page->private);
	}
}

/* For the threads' sake alone. */
static u64 no_operations(unsigned int cpu, void *unused)
{
	return 1;
}

static void model_run(u64 operations)
{
	static struct model_cpu *cpus[NR_CPUS];
	size_t pages = PFN_DOWN(memblock_end_of_ram());
	unsigned long errors = page_alloc_errors;
	unsigned int cpu, n = num_online_cpus();

	/* The tables of a mapping stay, and so do some stacks: let them be there before the count. */
	vfree(vzalloc(pages));
	(void)on_cpus_run(no_operations, NULL);
	areas_settle(&before);
	model.owner = vzalloc(pages);
	EXPECT_NOT_NULL(model.owner);
	for_each_online_cpu(cpu) {
		cpus[cpu] = model.owner ? kvzalloc(sizeof(**cpus), GFP_KERNEL) : NULL;
		if (cpus[cpu])
			cpus[cpu]->operations = operations / n;
	}
	(void)on_cpus_run(model_body, cpus);
	mailbox_empty();
	for_each_possible_cpu(cpu) {
		struct model_cpu *m = cpus[cpu];

		cpus[cpu] = NULL;
		if (!m)
			continue;
		selftest_comment("CPU %u: %llu operations, %llu blocks, %llu of others freed", cpu,
				 (unsigned long long)m->done, (unsigned long long)m->allocated,
				 (unsigned long long)m->foreign);
		EXPECT_EQ(m->done, operations / n);
		EXPECT_GT(m->allocated, operations / n / 4);
		EXPECT_EQ(m->faults, 0);
		kvfree(m);
	}
	vfree(model.owner);
	areas_settle(&after);
	if (n <= STACKS_KEPT)
		EXPECT_EQ(memcmp(&before, &after, sizeof(before)), 0);
	else
		EXPECT_GE(areas_pages(&after) + n, areas_pages(&before));
	EXPECT_EQ(page_alloc_errors, errors);
	EXPECT_EQ(page_alloc_check(), 0);
}

SELFTEST(buddy_model, short_run)
{
	model_run(20000);
}

SELFTEST(slow, buddy_model)
{
	model_run(10000000);
}
