/* SPDX-License-Identifier: MIT */
/* kernel/base/lock_debug_internal.h - between lock_debug.c and lock_graph.c. */
#ifndef KERNEL_BASE_LOCK_DEBUG_INTERNAL_H
#define KERNEL_BASE_LOCK_DEBUG_INTERNAL_H

#include "kernel/base/lock_debug.h"

#ifdef DEBUG_LOCK

#define TRACE_MAX 10u
#define TEXT_MAX  240u

/* In what context a class was seen. */
enum lock_usage {
	IN_HARDIRQ,  /* an interrupt handler waits for it */
	HARDIRQS_ON, /* held with interrupts on */
	IN_SOFTIRQ,
	SOFTIRQS_ON,
	NR_LOCK_USAGES,
};

struct lock_trace {
	unsigned long pcs[TRACE_MAX];
	unsigned int n;
};

extern u32 lockdebug_stopped; /* [a] no more checks */

/*
 * lockdebug_report() - the text to the hook of a test, or panic. @other, @other_title: the calls of
 * the other half, if there is one. Nothing is said once checks have ended (another CPU panics).
 */
__printf(3, 4) void lockdebug_report(const struct lock_trace *other, const char *other_title,
				     const char *fmt, ...);

/* lockdebug_table_full() - no room for more @what: one warning, and checks end. */
void lockdebug_table_full(const char *what);

/* lock_class_of() - Return: the number of @d's class, 0 when there is no room for it. */
unsigned int lock_class_of(struct lock_debug *d, unsigned int subclass, bool mutex);

/*
 * lock_class_used() - class @nr is taken in the contexts @usage (bits of enum lock_usage), of them
 * @written not as a reader. Reports a context that does not go with those of before. @fp: the frame
 * below the caller's, for backtraces.
 */
void lock_class_used(unsigned int nr, unsigned int usage, unsigned int written, unsigned long fp);
void lock_class_contended(unsigned int nr);

/* lock_edge_add() - class @to is taken while @from is held. Reports an inversion. */
void lock_edge_add(unsigned int from, unsigned int to, unsigned long fp);

#endif

#endif
