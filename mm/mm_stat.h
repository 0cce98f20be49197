/* SPDX-License-Identifier: MIT */
/* mm/mm_stat.h - where memory is: the numbers behind "free" and "vmstat". */
#ifndef MM_MM_STAT_H
#define MM_MM_STAT_H

/* Pages. free is exact; the slab counts are while the CPUs are quiet. */
struct mm_stat {
	unsigned long total;
	unsigned long free;
	unsigned long available;	/* above the watermarks, and what can be shrunk */
	unsigned long slab_reclaimable;
	unsigned long slab_unreclaimable;
	unsigned long percpu;
	unsigned long vmalloc;
};

/* mm_stat_get() - Context: thread. */
void mm_stat_get(struct mm_stat *stat);

#endif
