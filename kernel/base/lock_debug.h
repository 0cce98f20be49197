/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/lock_debug.h - what `make DEBUG=lock` checks of every lock; lock_debug.c and
 * lock_graph.c have the theory.
 *
 * Locks call the macros of this file. Without DEBUG_LOCK they are nothing: no member, no
 * instruction. Callers of other files need three of them:
 *
 *	might_sleep()		on line one of a function that may block
 *	might_alloc(gfp)	(mm/gfp.h) on line one of an allocation
 *	spin_lock_nested()	(spinlock.h) to hold two locks of one class in an order of their own
 */
#ifndef KERNEL_BASE_LOCK_DEBUG_H
#define KERNEL_BASE_LOCK_DEBUG_H

#include <arch/percpu.h>

#include "kernel/base/preempt.h"
#include "lib/compiler.h"
#include "lib/types.h"

/* How a lock is taken. */
#define LOCK_READ 1u /* with other readers */
#define LOCK_TRY  2u /* without waiting */

/* Nested locks of one class: spin_lock_nested(&child->lock, 1). */
#define LOCK_SUBCLASSES 8u

#ifdef DEBUG_LOCK

#define LOCK_DEBUG_ON	 true
#define LOCK_DEBUG_MAGIC 0x6b636f6cu /* "lock" */
#define LOCK_NO_CPU	 0xffffu

struct thread;

/* Locks: [I] immutable, [a] the same value whoever writes it, [h] the lock's holder */
struct lock_debug {
	u32 magic;		/* [I] */
	u16 class;		/* [a] 0: not looked up yet */
	u16 cpu;		/* [h] who took it, LOCK_NO_CPU when free or read */
	struct thread *thread;	/* [h] */
	unsigned long taken_at; /* [h] return address */
	const char *name;	/* [I] */
	const char *site;	/* [I] "file:line"; with the name it is the class */
};

/* Of one wait: since when, and whether it was told. */
struct lock_wait {
	u64 since_ns;
	u32 spins;
	bool told;
};

#define LOCK_DEBUG_MEMBER struct lock_debug debug;
#define LOCK_DEBUG_INIT(name_)                                                                     \
	, { .magic = LOCK_DEBUG_MAGIC, .cpu = LOCK_NO_CPU, .name = (name_),                        \
	    .site = __FILE__ ":" STRINGIFY(__LINE__) }
#define lockdebug_init(lock, name)                                                                 \
	lockdebug_set(&(lock)->debug, name, __FILE__ ":" STRINGIFY(__LINE__))

/*
 * The life of a lock. Those that return bool say whether to go on: false when going on would hang
 * or break the lock (only while lockdebug_report_hook is set; else a report is a panic).
 * lockdebug_acquire() comes before waiting, lockdebug_acquired() after it.
 */
#define lockdebug_acquire(lock, mode, subclass)                                                    \
	lockdebug_acquire_(&(lock)->debug, mode, subclass)
#define lockdebug_acquired(lock, mode) lockdebug_acquired_(&(lock)->debug, mode)
#define lockdebug_tried(lock, mode)    lockdebug_tried_(&(lock)->debug, mode)
#define lockdebug_release(lock, mode, locked)                                                      \
	lockdebug_release_(&(lock)->debug, mode, locked)
#define lockdebug_waiting(lock, wait)  lockdebug_waiting_(&(lock)->debug, wait)
#define lockdebug_is_held(lock)	       lockdebug_is_held_(&(lock)->debug)
#define lockdebug_read_begin(lock)     lockdebug_not_held_(&(lock)->debug)

void lockdebug_set(struct lock_debug *d, const char *name, const char *site);
bool lockdebug_acquire_(struct lock_debug *d, unsigned int mode, unsigned int subclass);
void lockdebug_acquired_(struct lock_debug *d, unsigned int mode);
void lockdebug_tried_(struct lock_debug *d, unsigned int mode);
bool lockdebug_release_(struct lock_debug *d, unsigned int mode, bool locked);
void lockdebug_waiting_(struct lock_debug *d, struct lock_wait *wait);
bool lockdebug_is_held_(const struct lock_debug *d);
void lockdebug_not_held_(const struct lock_debug *d);

/* The same for mutexes, whose owner is a thread. */
#define lockdebug_mutex_acquire(m)  lockdebug_mutex_acquire_(&(m)->debug, (m)->owner)
#define lockdebug_mutex_acquired(m) lockdebug_mutex_acquired_(&(m)->debug, RET_IP)
#define lockdebug_mutex_release(m)  lockdebug_mutex_release_(&(m)->debug, (m)->owner)
bool lockdebug_mutex_acquire_(struct lock_debug *d, const struct thread *owner);
void lockdebug_mutex_acquired_(struct lock_debug *d, unsigned long ip);
bool lockdebug_mutex_release_(struct lock_debug *d, const struct thread *owner);

/* might_sleep() - report an atomic context, by the name of the function that it stands in. */
#define might_sleep() lockdebug_might_sleep(__func__)
void lockdebug_might_sleep(const char *who);

/*
 * lockdebug_schedule() - for schedule() and cond_resched(), which may be called with interrupts
 * off: no spinlock may be held, and nobody reads under RCU. The first call says that threads run.
 */
#define lockdebug_schedule() lockdebug_schedule_(__func__)
void lockdebug_schedule_(const char *who);

/* lockdebug_thread_exit() - the calling thread ends: it holds nothing any more. */
void lockdebug_thread_exit(void);

/* Readers under RCU, by CPU: they do not leave it. */
DECLARE_PER_CPU(u32, lockdebug_rcu_depth);
#define lockdebug_rcu_lock()   this_cpu_inc(lockdebug_rcu_depth)
#define lockdebug_rcu_unlock() this_cpu_dec(lockdebug_rcu_depth)

/* lockdebug_freed() - @size bytes at @p are being freed: none of this CPU's locks may be there. */
void lockdebug_freed(const void *p, size_t size);

/* lockdebug_stop() - no more checks: a panic, which ignores locks, is under way. */
void lockdebug_stop(void);

/* For tests: takes the text of a report, and the reported call then returns. */
extern void (*lockdebug_report_hook)(const char *text);

/* What the command "locks" shows. Classes are numbered from 1; edges from 0. */
struct lock_class_info {
	const char *name, *site;
	unsigned int subclass;
	bool mutex, in_hardirq, in_softirq, hardirqs_on, softirqs_on;
	u64 taken, contended;
};

/* Return: false past the last one. */
bool lockdebug_class_info(unsigned int nr, struct lock_class_info *info);
bool lockdebug_edge(unsigned int nr, unsigned int *from, unsigned int *to);

#else

#define LOCK_DEBUG_ON false

struct lock_wait {
};

#define LOCK_DEBUG_MEMBER
#define LOCK_DEBUG_INIT(name)
#define lockdebug_init(lock, name)		((void)(name))
#define lockdebug_acquire(lock, mode, subclass) true
#define lockdebug_acquired(lock, mode)		((void)0)
#define lockdebug_tried(lock, mode)		((void)0)
#define lockdebug_release(lock, mode, locked)	true
#define lockdebug_waiting(lock, wait)		((void)(wait))
#define lockdebug_read_begin(lock)		((void)0)
#define lockdebug_mutex_acquire(m)		true
#define lockdebug_mutex_acquired(m)		((void)0)
#define lockdebug_mutex_release(m)		true
#define might_sleep()				((void)0)
#define lockdebug_schedule()			((void)0)
#define lockdebug_thread_exit()			((void)0)
#define lockdebug_rcu_lock()			((void)0)
#define lockdebug_rcu_unlock()			((void)0)
#define lockdebug_freed(p, size)		((void)0)
#define lockdebug_stop()			((void)0)

#endif

#endif
