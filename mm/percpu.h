/* SPDX-License-Identifier: MIT */
/*
 * mm/percpu.h - memory of which each CPU has its own copy: see mm/percpu.c.
 *
 * The pointer that alloc_percpu() returns is not to be followed: this_cpu_*(), this_cpu_ptr() and
 * per_cpu_ptr() of <arch/percpu.h> take it, as they take the address of a DEFINE_PER_CPU variable.
 */
#ifndef MM_PERCPU_H
#define MM_PERCPU_H

#include <arch/percpu.h>
#include "lib/compiler.h"
#include "lib/types.h"

/* Largest alignment and size that alloc_percpu() serves. */
#define PERCPU_MAX_ALIGN	4096u
#define PERCPU_MAX_SIZE		16384u

/*
 * setup_per_cpu_areas() - give each possible CPU its area (a copy of the section "percpu", and room
 * behind it) and move the boot CPU over. Needs memblock; before mem_init(). Nothing in the section
 * may point into itself by then.
 */
void setup_per_cpu_areas(void);

/*
 * __alloc_percpu() - @size bytes for each CPU, zeroed, aligned to @align (a power of two).
 * Context: thread, or boot once setup_per_cpu_areas() ran.  Return: NULL when out of memory.
 */
void __percpu *__alloc_percpu(size_t size, size_t align);
void free_percpu(void __percpu *p);

#define alloc_percpu(type) ((type __percpu *)__alloc_percpu(sizeof(type), __alignof__(type)))

struct percpu_stats {
	size_t unit_size, static_size;
	unsigned int chunks, allocations;
	size_t bytes_used;		/* of one CPU's dynamic room */
	size_t bytes_total;
};
void percpu_get_stats(struct percpu_stats *stats);

#endif
