/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/spinlock.c - what a lock does when it is taken already.
 *
 * Overview  Under a hypervisor: test and set. The vCPU whose turn a queue says it is may be off its
 *           core, and all behind it would wait for it. On bare metal: the waiters queue by ticket,
 *           and the count of waiters in the lock word keeps newcomers off the fast path, so that
 *           the lock is fair.
 * Locking   word is changed by locked instructions, but for the release: a plain store to its low
 *           byte by the holder. next and owner are used by queued waiters only.
 */
#include <arch/cpu.h>

#include "kernel/base/rwlock.h"
#include "kernel/base/spinlock.h"

#define WAITER_ONE 0x100u

static bool lock_byte_trylock(spinlock_t *lock)
{
	return READ_ONCE(lock->locked) == 0 && xchg(&lock->locked, (u8)1) == 0;
}

void spin_lock_slow(spinlock_t *lock)
{
	u16 ticket;

	if (cpu_hypervisor) {
		while (!lock_byte_trylock(lock))
			cpu_relax();
		return;
	}
	__atomic_fetch_add(&lock->word, WAITER_ONE, __ATOMIC_SEQ_CST);
	ticket = __atomic_fetch_add(&lock->next, 1, __ATOMIC_SEQ_CST);
	while (READ_ONCE(lock->owner) != ticket)
		cpu_relax();
	while (!lock_byte_trylock(lock))
		cpu_relax();
	WRITE_ONCE(lock->owner, (u16)(ticket + 1));
	__atomic_fetch_sub(&lock->word, WAITER_ONE, __ATOMIC_SEQ_CST);
}

#define RW_WRITER_WAITS BIT(30)
#define RW_WRITER	BIT(31)

void read_lock(rwlock_t *l)
{
	/*
	 * In an interrupt a reader of this CPU may be below us: then waiting for a writer that
	 * waits for it never ends.
	 */
	u32 blocked = in_interrupt() ? RW_WRITER : RW_WRITER | RW_WRITER_WAITS;
	u32 old = READ_ONCE(l->state);

	for (;;) {
		if (old & blocked) {
			cpu_relax();
			old = READ_ONCE(l->state);
		} else if (try_cmpxchg(&l->state, &old, old + 1)) {
			return;
		}
	}
}

void read_unlock(rwlock_t *l)
{
	__atomic_fetch_sub(&l->state, 1, __ATOMIC_SEQ_CST);
}

void write_lock(rwlock_t *l)
{
	u32 old = READ_ONCE(l->state);

	for (;;) {
		if ((old & ~RW_WRITER_WAITS) == 0) {
			if (try_cmpxchg(&l->state, &old, RW_WRITER))
				return;
			continue;
		}
		if (!(old & RW_WRITER_WAITS))
			__atomic_fetch_or(&l->state, (u32)RW_WRITER_WAITS, __ATOMIC_SEQ_CST);
		cpu_relax();
		old = READ_ONCE(l->state);
	}
}

void write_unlock(rwlock_t *l)
{
	__atomic_fetch_and(&l->state, (u32)~RW_WRITER, __ATOMIC_SEQ_CST);
}
