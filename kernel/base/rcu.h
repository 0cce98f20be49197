/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/rcu.h - readers without locks: what a reader found stays allocated until the reader
 * is through.
 *
 * rcu_read_lock() costs nothing: a reader may not sleep, and a grace period ends when every CPU has
 * passed a state in which it cannot be reading: context switch, cond_resched(), idle, the top of
 * ksoftirqd's loop. Softirqs and interrupt handlers are readers throughout.
 */
#ifndef KERNEL_BASE_RCU_H
#define KERNEL_BASE_RCU_H

#include <arch/barrier.h>
#include <arch/percpu.h>
#include <arch/smp.h>

#include "kernel/base/lock_debug.h"
#include "kernel/base/preempt.h"
#include "lib/compiler.h"
#include "lib/types.h"

struct rcu_head {
	struct rcu_head *next;
	void (*func)(struct rcu_head *head);
};

typedef void (*rcu_callback_t)(struct rcu_head *head);

static __always_inline void rcu_read_lock(void)
{
	lockdebug_rcu_lock();
	barrier();
}

static __always_inline void rcu_read_unlock(void)
{
	barrier();
	lockdebug_rcu_unlock();
}

#define rcu_read_lock_bh()   local_bh_disable()
#define rcu_read_unlock_bh() local_bh_enable()

/* On x86 dependent loads are ordered: a single, untorn load is all a reader needs. */
#define rcu_dereference(p)	       READ_ONCE(p)
#define rcu_dereference_bh(p)	       READ_ONCE(p)
#define rcu_dereference_raw(p)	       READ_ONCE(p)
#define rcu_access_pointer(p)	       READ_ONCE(p)
/* @c: the lock that makes us the only writer is held */
#define rcu_dereference_protected(p, c) ((void)(c), (p))
#define rcu_dereference_rtnl(p)	       READ_ONCE(p)
#define RCU_INIT_POINTER(p, v)	       WRITE_ONCE(p, v)
#define rcu_assign_pointer(p, v)       smp_store_release(&(p), (v))

/*
 * call_rcu() - call @func(@head), in a softirq, when all readers of now are through.
 * Context: any. The caller embeds @head in the object and must not use it twice before @func has
 * run.
 */
void call_rcu(struct rcu_head *head, rcu_callback_t func);

/* synchronize_rcu() - wait until all readers of now are through. Context: thread, not a reader. */
void synchronize_rcu(void);

/* rcu_barrier() - wait until every callback queued so far has run. Context: thread. */
void rcu_barrier(void);

/* rcu_note_qs() - this CPU is not reading now. Called by the scheduler, idle and ksoftirqd only. */
void rcu_note_qs(void);

/*
 * The idle loop, interrupts off: from enter to exit this CPU reads nothing, and no grace period
 * waits for it. rcu_irq_enter(): an interrupt in between may read again.
 */
void rcu_idle_enter(void);
void rcu_idle_exit(void);

DECLARE_PER_CPU(bool, rcu_idle);

static __always_inline void rcu_irq_enter(void)
{
	if (unlikely(this_cpu_read(rcu_idle)))
		rcu_idle_exit();
}

/* A CPU takes part from its first moment to its last. Interrupts off, on that CPU. */
void rcu_cpu_start(void);
void rcu_cpu_leave(void);

/* rcu_tick() - from the tick: push this CPU's callbacks along. rcu_init() - at boot. */
void rcu_tick(void);
void rcu_init(void);

/* rcu_needs_tick() - this CPU has callbacks that the tick is to move on. */
bool rcu_needs_tick(void);

/*
 * A grace period that lasts longer than this is told, with the CPUs that it waits for. In
 * milliseconds; a guest's CPU may be off its core for 2 s without being at fault.
 */
extern unsigned int rcu_stall_ms;
/* Stalls told since boot. */
extern unsigned long rcu_stalls;

struct rcu_stats {
	u64 gp_seq, gp_done;		/* the last grace period that began, that ended */
	cpumask_t cpus, cpus_left;	/* that take part; that the one under way waits for */
};
void rcu_get_stats(struct rcu_stats *stats);
/* rcu_cpu_callbacks() - queued on @cpu and not yet called. */
unsigned long rcu_cpu_callbacks(unsigned int cpu);

/* rcu_pending_callbacks() - queued and not yet called, all CPUs (for tests and vmstat). */
unsigned long rcu_pending_callbacks(void);

#endif
