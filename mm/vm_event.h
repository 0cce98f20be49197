/* SPDX-License-Identifier: MIT */
/*
 * mm/vm_event.h - how often memory events happened, for each CPU: counted by one instruction, any
 * context. Shown by vmstat -s under these names.
 */
#ifndef MM_VM_EVENT_H
#define MM_VM_EVENT_H

#include <arch/percpu.h>
#include "lib/types.h"

/* (name in the code, name shown) */
#define VM_EVENTS(X)								\
	X(ALLOCSTALL_DMA, "allocstall_dma")		/* direct reclaim, by */ \
	X(ALLOCSTALL_DMA32, "allocstall_dma32")		/* the highest zone that */ \
	X(ALLOCSTALL_NORMAL, "allocstall_normal")	/* would have done */	\
	X(PGALLOC_FAIL, "pgalloc_fail")			/* NULL returned */	\
	X(PGALLOC_RESERVE, "pgalloc_reserve")		/* served below min */	\
	X(SLABS_SCANNED, "slabs_scanned")		/* objects shrinkers saw */ \
	X(KSWAPD_WAKES, "kswapd_wakes")						\
	X(PAGEOUTRUN, "pageoutrun")			/* kswapd's rounds */	\
	X(KSWAPD_HIGH_REACHED, "kswapd_high_wmark_reached")			\
	X(DRAIN_ALL, "drain_all_pages")

enum vm_event {
#define VM_EVENT_ENUM(id, name) id,
	VM_EVENTS(VM_EVENT_ENUM)
#undef VM_EVENT_ENUM
	NR_VM_EVENTS
};

DECLARE_PER_CPU(u64, vm_events[NR_VM_EVENTS]);
extern const char *const vm_event_names[NR_VM_EVENTS];

#define count_vm_event(event)	  this_cpu_inc(vm_events[event])
#define count_vm_events(event, n) this_cpu_add(vm_events[event], (u64)(n))

/* vm_event_sum() - of all CPUs, about. */
u64 vm_event_sum(enum vm_event event);

#endif
