/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/seqlock.h - readers that never block a writer: they read again when one was at work.
 *
 *	do {
 *		seq = read_seqbegin(&l);
 *		copy the data
 *	} while (read_seqretry(&l, seq));
 *
 * The data may hold no pointer that a writer frees. A reader in an interrupt that could hit a
 * writer of its own CPU would spin for ever: writers then use the _bh or _irqsave form.
 */
#ifndef KERNEL_BASE_SEQLOCK_H
#define KERNEL_BASE_SEQLOCK_H

#include "kernel/base/spinlock.h"

typedef struct seqcount {
	unsigned int sequence; /* odd while a writer is at work */
} seqcount_t;

#define SEQCOUNT_INIT { 0 }

static inline void seqcount_init(seqcount_t *s)
{
	s->sequence = 0;
}

static __always_inline unsigned int read_seqcount_begin(const seqcount_t *s)
{
	unsigned int seq;

	while (unlikely((seq = READ_ONCE(s->sequence)) & 1))
		cpu_relax();
	smp_rmb();
	return seq;
}

static __always_inline bool read_seqcount_retry(const seqcount_t *s, unsigned int start)
{
	smp_rmb();
	return unlikely(READ_ONCE(s->sequence) != start);
}

static __always_inline void write_seqcount_begin(seqcount_t *s)
{
	WRITE_ONCE(s->sequence, s->sequence + 1);
	smp_wmb();
}

static __always_inline void write_seqcount_end(seqcount_t *s)
{
	smp_wmb();
	WRITE_ONCE(s->sequence, s->sequence + 1);
}

typedef struct seqlock {
	seqcount_t seqcount;
	spinlock_t lock;
} seqlock_t;

#define SEQLOCK_NAMED(name)  { SEQCOUNT_INIT, SPINLOCK_NAMED(name) }
#define SEQLOCK_INIT(name)   SEQLOCK_NAMED(#name)
#define DEFINE_SEQLOCK(name) seqlock_t name = SEQLOCK_NAMED(#name)

#define seqlock_init_named(sl, name)                                                               \
	do {                                                                                       \
		seqcount_init(&(sl)->seqcount);                                                    \
		spin_lock_init_named(&(sl)->lock, name);                                           \
	} while (0)
#define seqlock_init(sl) seqlock_init_named(sl, #sl)

/* On a CPU that writes (holds the lock) it would spin for ever: the debug build says so. */
static __always_inline unsigned int read_seqbegin(const seqlock_t *sl)
{
	lockdebug_read_begin(&sl->lock);
	return read_seqcount_begin(&sl->seqcount);
}

static __always_inline bool read_seqretry(const seqlock_t *sl, unsigned int start)
{
	return read_seqcount_retry(&sl->seqcount, start);
}

static __always_inline void write_seqlock(seqlock_t *sl) __acquires(sl->lock)
{
	spin_lock(&sl->lock);
	write_seqcount_begin(&sl->seqcount);
}

static __always_inline void write_sequnlock(seqlock_t *sl) __releases(sl->lock)
{
	write_seqcount_end(&sl->seqcount);
	spin_unlock(&sl->lock);
}

static __always_inline void write_seqlock_bh(seqlock_t *sl) __acquires(sl->lock)
{
	spin_lock_bh(&sl->lock);
	write_seqcount_begin(&sl->seqcount);
}

static __always_inline void write_sequnlock_bh(seqlock_t *sl) __releases(sl->lock)
{
	write_seqcount_end(&sl->seqcount);
	spin_unlock_bh(&sl->lock);
}

#define write_seqlock_irqsave(sl, flags)                                                           \
	do {                                                                                       \
		spin_lock_irqsave(&(sl)->lock, flags);                                             \
		write_seqcount_begin(&(sl)->seqcount);                                             \
	} while (0)

#define write_sequnlock_irqrestore(sl, flags)                                                      \
	do {                                                                                       \
		write_seqcount_end(&(sl)->seqcount);                                               \
		spin_unlock_irqrestore(&(sl)->lock, flags);                                        \
	} while (0)

#endif
