/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/spinlock.h - mutual exclusion for code that may not sleep.
 *
 *	spin_lock		between threads, or between softirqs on different CPUs
 *	spin_lock_bh		data shared with a softirq, taken in a thread
 *	spin_lock_irqsave	data shared with an interrupt handler
 *
 * The kernel does not preempt threads, so holding a lock needs no preempt count; sleeping with one
 * held is a bug of the caller. clang's -Wthread-safety (make LLVM=1) checks that each function
 * gives back what it takes; __acquires and __releases tell it of those that do not. The fast path
 * is one locked compare-and-exchange; the rest is in spinlock.c.
 */
#ifndef KERNEL_BASE_SPINLOCK_H
#define KERNEL_BASE_SPINLOCK_H

#include <arch/atomic.h>
#include <arch/barrier.h>
#include <arch/irqflags.h>

#include "kernel/base/preempt.h"
#include "lib/bug.h"
#include "lib/compiler.h"
#include "lib/types.h"

/* word: bits 0-7 locked, bits 8-31 number of waiters in the queue (bare metal only). */
typedef struct __capability("spinlock") spinlock {
	union {
		u32 word;
		u8 locked;
	};
	u16 next;  /* ticket that the next waiter takes */
	u16 owner; /* ticket whose turn it is */
} spinlock_t;

#define SPINLOCK_INIT		{ { 0 }, 0, 0 }
#define DEFINE_SPINLOCK(name)	spinlock_t name = SPINLOCK_INIT

static inline void spin_lock_init(spinlock_t *lock)
{
	lock->word = 0;
	lock->next = 0;
	lock->owner = 0;
}

static inline bool spin_is_locked(const spinlock_t *lock)
{
	return READ_ONCE(lock->locked) != 0;
}

#define assert_spin_held(lock) BUG_ON(!spin_is_locked(lock))

void spin_lock_slow(spinlock_t *lock);

static __always_inline bool spin_trylock(spinlock_t *lock)
	__cond_acquires(true, *lock) __no_lock_analysis
{
	return READ_ONCE(lock->word) == 0 && cmpxchg(&lock->word, 0u, 1u) == 0;
}

static __always_inline void spin_lock(spinlock_t *lock) __acquires(*lock) __no_lock_analysis
{
	if (unlikely(cmpxchg(&lock->word, 0u, 1u) != 0))
		spin_lock_slow(lock);
}

static __always_inline void spin_unlock(spinlock_t *lock) __releases(*lock) __no_lock_analysis
{
	smp_store_release(&lock->locked, (u8)0);
}

static __always_inline void spin_lock_irq(spinlock_t *lock) __acquires(*lock)
{
	local_irq_disable();
	spin_lock(lock);
}

static __always_inline void spin_unlock_irq(spinlock_t *lock) __releases(*lock)
{
	spin_unlock(lock);
	local_irq_enable();
}

#define spin_lock_irqsave(lock, flags)                                                             \
	do {                                                                                       \
		local_irq_save(flags);                                                             \
		spin_lock(lock);                                                                   \
	} while (0)

#define spin_unlock_irqrestore(lock, flags)                                                        \
	do {                                                                                       \
		spin_unlock(lock);                                                                 \
		local_irq_restore(flags);                                                          \
	} while (0)

static __always_inline void spin_lock_bh(spinlock_t *lock) __acquires(*lock)
{
	local_bh_disable();
	spin_lock(lock);
}

static __always_inline void spin_unlock_bh(spinlock_t *lock) __releases(*lock)
{
	spin_unlock(lock);
	local_bh_enable();
}

static __always_inline bool spin_trylock_bh(spinlock_t *lock)
	__cond_acquires(true, *lock)
{
	local_bh_disable();
	if (spin_trylock(lock))
		return true;
	local_bh_enable();
	return false;
}

#endif
