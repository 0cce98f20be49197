/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/spinlock.c - what a lock does when it is taken already.
 *
 * Overview  Under a hypervisor: test and set. The vCPU whose turn a queue says it is may be off its
 *           core, and all behind it would wait for it. On bare metal: the waiters queue by ticket,
 *           and the count of waiters in the lock word keeps newcomers off the fast path, so that
 *           the lock is fair. Without a queue, waiters look again after longer and longer pauses,
 *           so that the holder's line is not torn from it by every one of them.
 *           rwlock_t is one word too, and not fair among writers.
 * Locking   word is changed by locked instructions, but for the release: a plain store to its low
 *           byte by the holder. next and owner are used by queued waiters only.
 */
#include <arch/cpu.h>

#include "kernel/base/rwlock.h"
#include "kernel/base/spinlock.h"

#define WAITER_ONE 0x100u
#define PAUSES_MAX 32u /* some 1-4 us: as long as the locks are held */

static bool lock_byte_trylock(spinlock_t *lock)
{
	return READ_ONCE(lock->locked) == 0 && xchg(&lock->locked, (u8)1) == 0;
}

static void wait_in_crowd(spinlock_t *lock)
{
	struct lock_wait wait = {};
	unsigned int pauses = 1, i;

	while (!lock_byte_trylock(lock)) {
		for (i = 0; i < pauses; i++)
			cpu_relax();
		pauses = min(2 * pauses, PAUSES_MAX);
		lockdebug_waiting(lock, &wait);
	}
}

static void wait_in_queue(spinlock_t *lock)
{
	struct lock_wait wait = {};
	u16 ticket;

	__atomic_fetch_add(&lock->word, WAITER_ONE, __ATOMIC_SEQ_CST);
	ticket = __atomic_fetch_add(&lock->next, 1, __ATOMIC_SEQ_CST);
	while (READ_ONCE(lock->owner) != ticket || !lock_byte_trylock(lock)) {
		cpu_relax();
		lockdebug_waiting(lock, &wait);
	}
	WRITE_ONCE(lock->owner, (u16)(ticket + 1));
	__atomic_fetch_sub(&lock->word, WAITER_ONE, __ATOMIC_SEQ_CST);
}

void spin_lock_slow(spinlock_t *lock)
{
	if (cpu_hypervisor)
		wait_in_crowd(lock);
	else
		wait_in_queue(lock);
}

#define RW_WRITER_WAITS BIT(30)
#define RW_WRITER	BIT(31)

/*
 * In an interrupt a reader of this CPU may be below us: then waiting for a writer that waits for it
 * never ends.
 */
static u32 blocks_reader(void)
{
	return in_interrupt() ? RW_WRITER : RW_WRITER | RW_WRITER_WAITS;
}

void read_lock(rwlock_t *l) __no_lock_analysis
{
	struct lock_wait wait = {};
	u32 blocked = blocks_reader();
	u32 old = READ_ONCE(l->state);

	if (!lockdebug_acquire(l, LOCK_READ, 0))
		return;
	for (;;) {
		if (old & blocked) {
			cpu_relax();
			lockdebug_waiting(l, &wait);
			old = READ_ONCE(l->state);
		} else if (try_cmpxchg(&l->state, &old, old + 1)) {
			break;
		}
	}
	lockdebug_acquired(l, LOCK_READ);
}

bool read_trylock(rwlock_t *l) __no_lock_analysis
{
	u32 blocked = blocks_reader();
	u32 old = READ_ONCE(l->state);

	do {
		if (old & blocked)
			return false;
	} while (!try_cmpxchg(&l->state, &old, old + 1));
	lockdebug_tried(l, LOCK_READ);
	return true;
}

void read_unlock(rwlock_t *l) __no_lock_analysis
{
	if (lockdebug_release(l, LOCK_READ, (READ_ONCE(l->state) & ~RW_WRITER_WAITS) != 0))
		__atomic_fetch_sub(&l->state, 1, __ATOMIC_SEQ_CST);
}

void write_lock(rwlock_t *l) __no_lock_analysis
{
	struct lock_wait wait = {};
	u32 old = READ_ONCE(l->state);

	if (!lockdebug_acquire(l, 0, 0))
		return;
	for (;;) {
		if ((old & ~RW_WRITER_WAITS) == 0) {
			if (try_cmpxchg(&l->state, &old, RW_WRITER))
				break;
			continue;
		}
		if (!(old & RW_WRITER_WAITS))
			__atomic_fetch_or(&l->state, (u32)RW_WRITER_WAITS, __ATOMIC_SEQ_CST);
		cpu_relax();
		lockdebug_waiting(l, &wait);
		old = READ_ONCE(l->state);
	}
	lockdebug_acquired(l, 0);
}

bool write_trylock(rwlock_t *l) __no_lock_analysis
{
	if (READ_ONCE(l->state) != 0 || cmpxchg(&l->state, 0u, (u32)RW_WRITER) != 0)
		return false;
	lockdebug_tried(l, 0);
	return true;
}

void write_unlock(rwlock_t *l) __no_lock_analysis
{
	if (lockdebug_release(l, 0, (READ_ONCE(l->state) & RW_WRITER) != 0))
		__atomic_fetch_and(&l->state, (u32)~RW_WRITER, __ATOMIC_SEQ_CST);
}
