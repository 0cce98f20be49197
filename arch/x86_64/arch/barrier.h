/* SPDX-License-Identifier: MIT */
/*
 * <arch/barrier.h> - memory ordering (Intel SDM volume 3, 9.2: loads and stores each stay in
 * program order; only a store followed by a load may be seen swapped).
 */
#ifndef ARCH_BARRIER_H
#define ARCH_BARRIER_H

#include "lib/compiler.h"

/* Against devices: also orders write-combining and non-temporal accesses. */
#define mb()  __asm__ volatile("mfence" : : : "memory")
#define rmb() __asm__ volatile("lfence" : : : "memory")
#define wmb() __asm__ volatile("sfence" : : : "memory")

/* Against other CPUs. A locked add to the stack is a full barrier, and cheaper than mfence. */
#define smp_mb()  __asm__ volatile("lock; addl $0, -4(%%rsp)" : : : "memory", "cc")
#define smp_rmb() barrier()
#define smp_wmb() barrier()

/* Against devices that read and write cacheable memory in the CPU's order (rings in RAM). */
#define dma_rmb() barrier()
#define dma_wmb() barrier()

#define smp_store_release(p, v)                                                                    \
	do {                                                                                       \
		barrier();                                                                         \
		WRITE_ONCE(*(p), v);                                                               \
	} while (0)

#define smp_load_acquire(p)                                                                        \
	({                                                                                         \
		__typeof__(*(p)) ___acquired = READ_ONCE(*(p));                                    \
		barrier();                                                                         \
		___acquired;                                                                       \
	})

/* In a loop that waits for memory to change: saves power and, on leaving, a pipeline flush. */
static __always_inline void cpu_relax(void)
{
	__asm__ volatile("pause" : : : "memory");
}

#endif
