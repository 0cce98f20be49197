/* SPDX-License-Identifier: MIT */
/* tests/unit/mm/areas.h - the free blocks of each zone and order, to be compared. */
#ifndef TESTS_UNIT_MM_AREAS_H
#define TESTS_UNIT_MM_AREAS_H

#include "lib/string.h"
#include "mm/page_alloc.h"

struct areas {
	unsigned long blocks[MAX_NR_ZONES * MAX_NUMNODES][MAX_ORDER];
};

/* areas_note() - as they are now; what stacks hold is not among them. */
static inline void areas_note(struct areas *areas)
{
	struct zone *zone;
	unsigned int i = 0;

	memset(areas, 0, sizeof(*areas));
	for_each_zone(zone) {
		for (unsigned int order = 0; order < MAX_ORDER; order++)
			areas->blocks[i][order] = zone->free_area[order].nr_free;
		i++;
	}
}

#endif
