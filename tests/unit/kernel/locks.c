/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/kernel/locks.c - spinlocks, rwlocks, seqlocks by one thread; lock_torture.c has
 * the contention.
 */
#include "kernel/base/rwlock.h"
#include "kernel/base/selftest.h"
#include "kernel/base/seqlock.h"
#include "kernel/base/spinlock.h"

SELFTEST(locks, spinlock_is_held_or_not)
{
	DEFINE_SPINLOCK(lock);
	unsigned long flags;
	bool taken = false;

	EXPECT_FALSE(spin_is_locked(&lock));
	spin_lock(&lock);
	EXPECT_TRUE(spin_is_locked(&lock));
	EXPECT_FALSE(spin_trylock(&lock));
	spin_unlock(&lock);
	if (spin_trylock(&lock)) {
		taken = true;
		spin_unlock(&lock);
	}
	EXPECT_TRUE(taken);

	spin_lock_bh(&lock);
	EXPECT_TRUE(in_softirq());
	EXPECT_FALSE(spin_trylock_bh(&lock));
	spin_unlock_bh(&lock);
	EXPECT_FALSE(in_softirq());

	EXPECT_FALSE(irqs_disabled());
	spin_lock_irqsave(&lock, flags);
	EXPECT_TRUE(irqs_disabled());
	spin_unlock_irqrestore(&lock, flags);
	EXPECT_FALSE(irqs_disabled());
	EXPECT_FALSE(spin_is_locked(&lock));
}

SELFTEST(locks, rwlock_counts_readers) __no_lock_analysis
{
	DEFINE_RWLOCK(lock);

	read_lock(&lock);
	read_lock_bh(&lock);
	EXPECT_EQ(lock.state, 2);
	read_unlock_bh(&lock);
	read_unlock(&lock);
	EXPECT_EQ(lock.state, 0);
	write_lock(&lock);
	EXPECT_NE(lock.state, 0);
	write_unlock(&lock);
	write_lock_bh(&lock);
	write_unlock_bh(&lock);
	EXPECT_EQ(lock.state, 0);
}

SELFTEST(locks, seqlock_tells_a_reader_to_retry)
{
	DEFINE_SEQLOCK(lock);
	unsigned int seq = read_seqbegin(&lock);

	EXPECT_FALSE(read_seqretry(&lock, seq));
	write_seqlock(&lock);
	EXPECT_TRUE(read_seqretry(&lock, seq));
	write_sequnlock(&lock);
	EXPECT_TRUE(read_seqretry(&lock, seq));
	seq = read_seqbegin(&lock);
	EXPECT_FALSE(read_seqretry(&lock, seq));
}
