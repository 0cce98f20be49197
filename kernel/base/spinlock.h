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
 * is one locked compare-and-exchange; the rest is in spinlock.c. `make DEBUG=lock` checks each use
 * (lock_debug.c).
 *
 * A lock has a name, as in docs/locking.md: DEFINE_SPINLOCK() takes the variable's,
 * SPINLOCK_INIT(pool.lock) what it is given, spin_lock_init() the words of its argument. An object
 * that is made many times says spin_lock_init_named(&n->lock, "neighbour.lock").
 */
#ifndef KERNEL_BASE_SPINLOCK_H
#define KERNEL_BASE_SPINLOCK_H

#include <arch/atomic.h>
#include <arch/barrier.h>
#include <arch/irqflags.h>

#include "kernel/base/lock_debug.h"
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
	LOCK_DEBUG_MEMBER
} spinlock_t;

#define SPINLOCK_NAMED(name)  { { 0 }, 0, 0 LOCK_DEBUG_INIT(name) }
#define SPINLOCK_INIT(name)   SPINLOCK_NAMED(#name)
#define DEFINE_SPINLOCK(name) spinlock_t name = SPINLOCK_NAMED(#name)

static inline void spin_lock_reset(spinlock_t *lock)
{
	lock->word = 0;
	lock->next = 0;
	lock->owner = 0;
}

#define spin_lock_init_named(lock, name)                                                           \
	do {                                                                                       \
		spin_lock_reset(lock);                                                             \
		lockdebug_init(lock, name);                                                        \
	} while (0)
#define spin_lock_init(lock) spin_lock_init_named(lock, #lock)

static inline bool spin_is_locked(const spinlock_t *lock)
{
	return READ_ONCE(lock->locked) != 0;
}

/* The debug build knows by whom. */
#ifdef DEBUG_LOCK
#define assert_spin_held(lock) BUG_ON(!lockdebug_is_held(lock))
#else
#define assert_spin_held(lock) BUG_ON(!spin_is_locked(lock))
#endif

void spin_lock_slow(spinlock_t *lock);

static __always_inline bool spin_trylock(spinlock_t *lock)
	__cond_acquires(true, *lock) __no_lock_analysis
{
	if (READ_ONCE(lock->word) != 0 || cmpxchg(&lock->word, 0u, 1u) != 0)
		return false;
	lockdebug_tried(lock, 0);
	return true;
}

/*
 * spin_lock_nested() - for whoever holds a lock of the same class, in an order of its own: the lock
 * counts as of another class, one for each @subclass (1 .. LOCK_SUBCLASSES - 1).
 */
static __always_inline void spin_lock_nested(spinlock_t *lock, unsigned int subclass)
	__acquires(*lock) __no_lock_analysis
{
	if (!lockdebug_acquire(lock, 0, subclass))
		return;
	if (unlikely(cmpxchg(&lock->word, 0u, 1u) != 0))
		spin_lock_slow(lock);
	lockdebug_acquired(lock, 0);
}

static __always_inline void spin_lock(spinlock_t *lock) __acquires(*lock) __no_lock_analysis
{
	spin_lock_nested(lock, 0);
}

static __always_inline void spin_unlock(spinlock_t *lock) __releases(*lock) __no_lock_analysis
{
	if (!lockdebug_release(lock, 0, spin_is_locked(lock)))
		return;
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

/* spin_trylock_irqsave() - Return: whether it is taken; interrupts are as before when not. */
static __always_inline bool spin_trylock_save(spinlock_t *lock, unsigned long *flags)
	__cond_acquires(true, *lock)
{
	local_irq_save(*flags);
	if (spin_trylock(lock))
		return true;
	local_irq_restore(*flags);
	return false;
}
#define spin_trylock_irqsave(lock, flags) spin_trylock_save(lock, &(flags))

#endif
