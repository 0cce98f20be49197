/* SPDX-License-Identifier: MIT */
/*
 * mm/shrinker.h - caches that can give memory back.
 *
 * The page allocator calls the registered shrinkers before it fails a request that may sleep
 * (GFP_KERNEL), and background reclaim calls them when a zone falls below its low watermark.
 */
#ifndef MM_SHRINKER_H
#define MM_SHRINKER_H

#include "lib/list.h"
#include "mm/gfp.h"

struct shrink_control {
	gfp_t gfp_mask;
	int nid;
	unsigned long nr_to_scan;	/* how many objects to look at */
	unsigned long nr_scanned;	/* how many were; preset to nr_to_scan */
};

#define SHRINK_STOP	(~0ul)		/* scan_objects: no progress is possible now */
#define SHRINK_EMPTY	(~0ul - 1)	/* count_objects: there is nothing at all */
#define DEFAULT_SEEKS	2

struct shrinker {
	/* How many objects could be freed. Thread context; takes no mutex. */
	unsigned long (*count_objects)(struct shrinker *shrinker, struct shrink_control *sc);
	/* Free up to sc->nr_to_scan. Return: how many were freed, or SHRINK_STOP. */
	unsigned long (*scan_objects)(struct shrinker *shrinker, struct shrink_control *sc);
	int seeks;			/* cost to build an object anew; DEFAULT_SEEKS when 0 */
	const char *name;
	struct list_head list;
};

/* The caller owns @shrinker, and it must stay until unregister_shrinker() returned. */
int register_shrinker(struct shrinker *shrinker);
void unregister_shrinker(struct shrinker *shrinker);

/*
 * shrink_slab() - ask every shrinker for its share: at @priority p, 4/seeks * count >> p objects.
 * Return: how many objects were freed.
 * Context: thread that may sleep. Inside a shrinker it does nothing.
 */
unsigned long shrink_slab(gfp_t gfp, int nid, int priority);

/* shrinkers_run_here() - the running thread is inside shrink_slab(). Any context. */
bool shrinkers_run_here(void);

#endif
