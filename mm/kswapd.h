/* SPDX-License-Identifier: MIT */
/* mm/kswapd.h - background reclaim, one thread for each node with memory: see mm/kswapd.c. */
#ifndef MM_KSWAPD_H
#define MM_KSWAPD_H

#include "mm/page_alloc.h"

#define RECLAIM_PRIORITY 12	/* the first pass looks at 1/4096 of each cache, the last at all */

/* kswapd_wake() - the zones of @list are below their low mark. Any context, no zone's lock held. */
void kswapd_wake(const struct zonelist *list);

/*
 * kswapd_allowed() - the CPUs that @node's thread may run on; false when there is no thread. Any
 * context; for tests.
 */
bool kswapd_allowed(unsigned int node, cpumask_t *mask);

#endif
