/* SPDX-License-Identifier: MIT */
/*
 * mm/kswapd.c - background reclaim: kswapd0, kswapd1, ... one thread for each node with memory.
 *
 * Overview    An allocation that finds every zone of its list below the low mark wakes the threads
 *             of the list's nodes, and goes on with what is above the min mark. Each works until a
 *             zone of its node could serve a GFP_KERNEL request above its high mark: so who cannot
 *             sleep finds free pages, and who can seldom has to reclaim by itself.
 * Structure   Rounds of shrink_slab() with rising pressure; after each, what the shrinkers freed is
 *             taken off this CPU's stacks, where no zone could count it. The last pass of a round
 *             also takes the other CPUs' stacks and the empty slabs that caches keep.
 * Lifetime    made by an initcall and never ended. Without memory for one there is only direct
 *             reclaim on that node. A thread runs on its node's CPUs; anywhere when the node has
 *             none, or none was online at boot, or all of them have gone offline.
 * Locking     none of its own; `wanted` is written by anybody, and looked at again after it was
 *             cleared. wake_up() makes kswapd.wait's lock one that an allocation takes.
 * Limits      After a round that freed nothing (there may be nothing that shrinkers have) a thread
 *             is not woken for REST_MS 100: so an exhausted machine spends a round in ten ticks or
 *             so on asking again, not one for every allocation.
 *             Shrinkers do not look at the node (shrink_control.nid): to help one, caches are
 *             emptied on all.
 * Observe     vmstat -s: kswapd_wakes, pageoutrun, kswapd_high_wmark_reached; ps.
 */
#define pr_fmt(fmt) "kswapd: " fmt

#include "mm/kswapd.h"

#include "kernel/base/initcall.h"
#include "kernel/base/printk.h"
#include "kernel/base/sched.h"
#include "kernel/base/time.h"
#include "kernel/base/wait.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "mm/shrinker.h"
#include "mm/slab.h"
#include "mm/vm_event.h"
#include "mm/vmalloc.h"

#include <arch/smp.h>
#include <arch/thread.h>

#define REST_MS 100

static struct kswapd {
	struct thread *thread;		/* NULL: there is none */
	struct wait_queue_head wait;
	bool wanted;
	unsigned long rest_until;	/* jiffies */
} kswapds[MAX_NUMNODES];

/* Can some zone of @node serve a request for any zone, above its high mark? */
static bool node_balanced(unsigned int node)
{
	const struct zonelist *own = &node_data[node]->zonelists[ZONELIST(__GFP_THISNODE)];

	for (struct zone *const *z = own->zones; *z; z++)
		if (READ_ONCE((*z)->free_pages) >=
		    (*z)->watermark[WMARK_HIGH] + (*z)->lowmem_reserve[own->zones[0]->index])
			return true;
	return false;
}

/* One round. Return: what was freed, in objects. */
static unsigned long balance(unsigned int node)
{
	unsigned long freed = 0;

	count_vm_event(PAGEOUTRUN);
	for (int priority = RECLAIM_PRIORITY; priority >= 0 && !node_balanced(node); priority--) {
		freed += shrink_slab(GFP_KERNEL, (int)node, priority);
		drain_local_pages();
		cond_resched();
	}
	if (!node_balanced(node)) {
		slab_shrink_all();
		drain_all_pages();
	}
	return freed;
}

static void kswapd_loop(void *arg)
{
	struct kswapd *k = arg;
	unsigned int node = (unsigned int)(k - kswapds);

	for (;;) {
		wait_event(k->wait, READ_ONCE(k->wanted));
		WRITE_ONCE(k->wanted, false);
		while (!node_balanced(node) && balance(node))
			;
		if (node_balanced(node))
			count_vm_event(KSWAPD_HIGH_REACHED);
		else
			WRITE_ONCE(k->rest_until, jiffies + REST_MS * HZ / 1000);
	}
}

void kswapd_wake(const struct zonelist *list)
{
	for (struct zone *const *z = list->zones; *z; z++) {
		struct kswapd *k = &kswapds[(*z)->node];

		if (!READ_ONCE(k->thread) || READ_ONCE(k->wanted) ||
		    time_before(jiffies, READ_ONCE(k->rest_until)))
			continue;
		WRITE_ONCE(k->wanted, true);
		count_vm_event(KSWAPD_WAKES);
		wake_up(&k->wait);
	}
}

/* The CPUs of @node, running or not. */
static cpumask_t node_cpus(unsigned int node)
{
	unsigned int cpu;
	cpumask_t mask = 0;

	for_each_possible_cpu(cpu)
		if (cpu_to_node(cpu) == (int)node)
			mask |= cpumask_of(cpu);
	return mask;
}

static int kswapd_start(unsigned int node)
{
	struct kswapd *k = &kswapds[node];
	struct thread *t = kzalloc(sizeof(*t), GFP_KERNEL);
	void *stack = t ? stack_alloc() : NULL;
	char name[THREAD_NAME_LEN];

	if (!stack) {
		kfree(t);
		pr_err("no memory for kswapd%u: node %u has direct reclaim alone\n", node, node);
		return -ENOMEM;
	}
	scnprintf(name, sizeof(name), "kswapd%u", node);
	init_waitqueue_head(&k->wait);
	k->rest_until = jiffies;
	thread_init(t, name, kswapd_loop, k, stack, THREAD_STACK_SIZE);
	/* Near the memory that it looks after; refused, it runs anywhere: none of them is online. */
	(void)thread_set_allowed(t, node_cpus(node));
	wake_up_thread(t);
	WRITE_ONCE(k->thread, t);
	return 0;
}

bool kswapd_allowed(unsigned int node, cpumask_t *mask)
{
	const struct thread *t = READ_ONCE(kswapds[node].thread);

	if (t)
		*mask = READ_ONCE(t->allowed);
	return t;
}

static int kswapd_init(void)
{
	unsigned int node;
	int err = 0;

	for_each_memory_node(node)
		err = kswapd_start(node) ?: err;
	return err;
}
INITCALL(core, kswapd_init);
