/* SPDX-License-Identifier: MIT */
/*
 * mm/shrinker.c - asks caches to give memory back.
 *
 * Overview    Reclaim here is nothing but shrinkers: there are no pages on disk. Direct reclaim
 *             (page_alloc.c) and kswapd call shrink_slab() with falling priority numbers, each twice
 *             the pressure of the one before.
 * Locking     shrinker_mutex guards the list, and is held while shrinkers run, so that
 *             unregister_shrinker() waits for them. Shrinkers take no mutex, so whoever reclaims may
 *             wait for another that does. A shrinker that allocates does not reclaim again: it may
 *             have all of the reserve instead (shrinkers_run_here()), as it frees more than it
 *             takes.
 */
#include "mm/shrinker.h"

#include "kernel/base/mutex.h"
#include "kernel/base/preempt.h"
#include "kernel/base/sched.h"
#include "lib/compiler.h"
#include "mm/vm_event.h"

static DEFINE_MUTEX(shrinker_mutex);
static LIST_HEAD(shrinker_list);	/* [shrinker_mutex] */
static struct thread *reclaimer;	/* [shrinker_mutex] who runs them; anybody may compare */

bool shrinkers_run_here(void)
{
	struct thread *t = READ_ONCE(reclaimer);

	return t && t == current && !in_interrupt();
}

int register_shrinker(struct shrinker *shrinker)
{
	mutex_lock(&shrinker_mutex);
	list_add_tail(&shrinker->list, &shrinker_list);
	mutex_unlock(&shrinker_mutex);
	return 0;
}

void unregister_shrinker(struct shrinker *shrinker)
{
	mutex_lock(&shrinker_mutex);
	list_del(&shrinker->list);
	mutex_unlock(&shrinker_mutex);
}

static unsigned long shrink_one(struct shrinker *shrinker, gfp_t gfp, int nid, int priority)
{
	struct shrink_control sc = { .gfp_mask = gfp, .nid = nid };
	unsigned long objects = shrinker->count_objects(shrinker, &sc), freed;

	if (!objects || objects == SHRINK_EMPTY)
		return 0;
	sc.nr_to_scan =
		(objects * 4 / (shrinker->seeks ? shrinker->seeks : DEFAULT_SEEKS)) >> priority;
	sc.nr_to_scan = clamp(sc.nr_to_scan, 1ul, objects);
	sc.nr_scanned = sc.nr_to_scan;
	freed = shrinker->scan_objects(shrinker, &sc);
	count_vm_events(SLABS_SCANNED, sc.nr_scanned);
	return freed == SHRINK_STOP ? 0 : freed;
}

unsigned long shrink_slab(gfp_t gfp, int nid, int priority)
{
	struct shrinker *shrinker;
	unsigned long freed = 0;

	if (shrinkers_run_here() || !scheduler_running())
		return 0;
	mutex_lock(&shrinker_mutex);
	WRITE_ONCE(reclaimer, current);
	list_for_each_entry(shrinker, &shrinker_list, list)
		freed += shrink_one(shrinker, gfp, nid, priority);
	WRITE_ONCE(reclaimer, NULL);
	mutex_unlock(&shrinker_mutex);
	return freed;
}
