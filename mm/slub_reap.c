/* SPDX-License-Identifier: MIT */
/*
 * mm/slub_reap.c - gives back what an idle cache keeps.
 *
 * Overview    SLUB keeps the slab that a CPU allocates from, its partial list, and up to
 *             min_partial
 *	       empty slabs of a node for the next burst. When the burst is over, the pages are worth
 *	       more to others. The thread slub_reap looks at each cache twice a second and shrinks
 *	       the one that was busy earlier and has been idle since the look before.
 * Structure   Busy means: a slow path ran. A cache that only its fast paths serve holds no more
 *             than
 *	       its working set, and is left alone.
 * Locking     slab_mutex over one round; the shrinking takes the locks of mm/slub.c.
 * Limits      REAP_PERIOD_MS 500: a slab is back after 0.5 to 1 s of quiet, and a round over some
 *             40
 *	       caches costs a few thousand instructions, nothing beside the tick.
 * Observe     slabinfo <cache>: cpuslab_flush, free_slab
 * Reference   seed 002 (the thread that watches per-CPU slabs)
 */
#include "kernel/base/kthread.h"
#include "kernel/base/sched.h"
#include "mm/slab.h"
#include "mm/slub_def.h"

#define REAP_PERIOD_MS 500

static int reap_cache(struct kmem_cache *s, void *ctx)
{
	unsigned long events = slab_stat(s, ALLOC_SLOWPATH) + slab_stat(s, FREE_SLOWPATH);

	if (events != s->reap_seen) {
		s->reap_seen = events;
		s->reap_due = true;
	} else if (s->reap_due) {
		s->reap_due = false;
		kmem_cache_shrink(s);
	}
	return 0;
}

static void slub_reap(void)
{
	for (;;) {
		msleep(REAP_PERIOD_MS);
		slab_for_each_cache(reap_cache, NULL);
	}
}
KTHREAD(slub_reap, slub_reap);
