/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/rwlock.h - many readers or one writer, spinning.
 *
 * A waiting writer keeps new readers out, except those in interrupts (they may have interrupted a
 * reader of their own CPU and would wait for ever). So a thread that reads may not read again, but
 * with softirqs off. Where an interrupt or softirq reads, writers take the _irqsave
 * or _bh form; where one writes, all do. For data on the packet path use RCU instead.
 */
#ifndef KERNEL_BASE_RWLOCK_H
#define KERNEL_BASE_RWLOCK_H

#include "kernel/base/spinlock.h"

/* state: bits 0-29 readers inside, bit 30 a writer waits, bit 31 a writer is inside. */
typedef struct __capability("rwlock") rwlock {
	u32 state;
	LOCK_DEBUG_MEMBER
} rwlock_t;

#define RWLOCK_NAMED(name)  { 0 LOCK_DEBUG_INIT(name) }
#define RWLOCK_INIT(name)   RWLOCK_NAMED(#name)
#define DEFINE_RWLOCK(name) rwlock_t name = RWLOCK_NAMED(#name)

#define rwlock_init_named(lock, name)                                                              \
	do {                                                                                       \
		(lock)->state = 0;                                                                 \
		lockdebug_init(lock, name);                                                        \
	} while (0)
#define rwlock_init(lock) rwlock_init_named(lock, #lock)

void read_lock(rwlock_t *l) __acquires_shared(*l);
void read_unlock(rwlock_t *l) __releases_shared(*l);
void write_lock(rwlock_t *l) __acquires(*l);
void write_unlock(rwlock_t *l) __releases(*l);
bool read_trylock(rwlock_t *l) __cond_acquires_shared(true, *l);
bool write_trylock(rwlock_t *l) __cond_acquires(true, *l);

static inline void read_lock_bh(rwlock_t *l) __acquires_shared(*l)
{
	local_bh_disable();
	read_lock(l);
}

static inline void read_unlock_bh(rwlock_t *l) __releases_shared(*l)
{
	read_unlock(l);
	local_bh_enable();
}

static inline void write_lock_bh(rwlock_t *l) __acquires(*l)
{
	local_bh_disable();
	write_lock(l);
}

static inline void write_unlock_bh(rwlock_t *l) __releases(*l)
{
	write_unlock(l);
	local_bh_enable();
}

#define read_lock_irqsave(l, flags)                                                                \
	do {                                                                                       \
		local_irq_save(flags);                                                             \
		read_lock(l);                                                                      \
	} while (0)

#define read_unlock_irqrestore(l, flags)                                                           \
	do {                                                                                       \
		read_unlock(l);                                                                    \
		local_irq_restore(flags);                                                          \
	} while (0)

#define write_lock_irqsave(l, flags)                                                               \
	do {                                                                                       \
		local_irq_save(flags);                                                             \
		write_lock(l);                                                                     \
	} while (0)

#define write_unlock_irqrestore(l, flags)                                                          \
	do {                                                                                       \
		write_unlock(l);                                                                   \
		local_irq_restore(flags);                                                          \
	} while (0)

#endif
