/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/rwlock.h - many readers or one writer, spinning.
 *
 * A waiting writer keeps new readers out, except those in interrupts (they may have interrupted a
 * reader of their own CPU and would wait for ever). For data on the packet path use RCU instead.
 */
#ifndef KERNEL_BASE_RWLOCK_H
#define KERNEL_BASE_RWLOCK_H

#include "kernel/base/spinlock.h"

/* state: bits 0-29 readers inside, bit 30 a writer waits, bit 31 a writer is inside. */
typedef struct rwlock {
	u32 state;
} rwlock_t;

#define RWLOCK_INIT		{ 0 }
#define DEFINE_RWLOCK(name)	rwlock_t name = RWLOCK_INIT

static inline void rwlock_init(rwlock_t *l)
{
	l->state = 0;
}

void read_lock(rwlock_t *l);
void read_unlock(rwlock_t *l);
void write_lock(rwlock_t *l);
void write_unlock(rwlock_t *l);

static inline void read_lock_bh(rwlock_t *l)
{
	local_bh_disable();
	read_lock(l);
}

static inline void read_unlock_bh(rwlock_t *l)
{
	read_unlock(l);
	local_bh_enable();
}

static inline void write_lock_bh(rwlock_t *l)
{
	local_bh_disable();
	write_lock(l);
}

static inline void write_unlock_bh(rwlock_t *l)
{
	write_unlock(l);
	local_bh_enable();
}

#endif
