/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/kernel/lock_torture.c - locks under contention, of CPUs and of a timer's softirq.
 *
 * Overview  Each lock guards a pair of plain counters that are equal whenever nobody is inside; who
 *           is inside raises one, lingers, and raises the other. Two inside at once find them
 *           unequal, or lose a count: at the end each counter must be what all have counted for
 *           themselves. Readers only look.
 * Locking   The timer takes the locks that softirqs may take: _bh, _irqsave, the rwlock for
 *           reading, the seqlock for writing. A call from CPU to CPU, a hard interrupt, takes the
 *           _irqsave one.
 */
#include <arch/atomic.h>
#include <arch/irqflags.h>

#include "kernel/base/completion.h"
#include "kernel/base/mutex.h"
#include "kernel/base/rwlock.h"
#include "kernel/base/selftest.h"
#include "kernel/base/seqlock.h"
#include "kernel/base/smp.h"
#include "kernel/base/spinlock.h"
#include "kernel/base/time.h"
#include "kernel/base/timer.h"
#include "kernel/task/kthread.h"
#include "lib/printf.h"
#include "lib/refcount.h"
#include "tests/unit/kernel/lock_torture.h"

enum kind { SPIN, SPIN_BH, SPIN_IRQ, SPIN_TRY, RW, SEQ, MUTEX, NR_KINDS };

static const char *const kind_names[NR_KINDS] = {
	"spin_lock", "spin_lock_bh", "spin_lock_irqsave", "spin_trylock", "rwlock",
	"seqlock",   "mutex",
};

struct pair {
	u64 first, second; /* [its lock] */
} __aligned(64);

static DEFINE_SPINLOCK(torture_spin);
static DEFINE_SPINLOCK(torture_spin_bh);
static DEFINE_SPINLOCK(torture_spin_irq);
static DEFINE_SPINLOCK(torture_spin_try);
static DEFINE_RWLOCK(torture_rw);
static DEFINE_SEQLOCK(torture_seq);
static DEFINE_MUTEX(torture_mutex);
static refcount_t torture_refs;

static struct pair pairs[NR_KINDS];
static atomic64_t counted[NR_KINDS]; /* by those who were inside, each for itself */
static atomic_t torn[NR_KINDS];	     /* found unequal */
static u64 operations[NR_CPUS];	     /* [own CPU] */
static u64 rounds_max;		     /* [I] while it runs, as the next two */
static unsigned long end_jiffies;
static bool may_sleep;

static void look(enum kind kind)
{
	if (READ_ONCE(pairs[kind].first) != READ_ONCE(pairs[kind].second))
		atomic_inc(&torn[kind]);
}

/* @linger: let the others come in between, if they can. */
static void raise_pair(enum kind kind, bool linger)
{
	u64 n = READ_ONCE(pairs[kind].first);

	look(kind);
	WRITE_ONCE(pairs[kind].first, n + 1);
	if (linger)
		cpu_relax();
	WRITE_ONCE(pairs[kind].second, n + 1);
}

static void spin_round(bool linger, u64 *done)
{
	unsigned long flags;

	spin_lock(&torture_spin);
	raise_pair(SPIN, linger);
	spin_unlock(&torture_spin);
	spin_lock_bh(&torture_spin_bh);
	raise_pair(SPIN_BH, linger);
	spin_unlock_bh(&torture_spin_bh);
	spin_lock_irqsave(&torture_spin_irq, flags);
	raise_pair(SPIN_IRQ, linger);
	spin_unlock_irqrestore(&torture_spin_irq, flags);
	done[SPIN]++;
	done[SPIN_BH]++;
	done[SPIN_IRQ]++;
	if (spin_trylock_irqsave(&torture_spin_try, flags)) {
		raise_pair(SPIN_TRY, linger);
		done[SPIN_TRY]++;
		spin_unlock_irqrestore(&torture_spin_try, flags);
	}
}

static void read_seq(void)
{
	unsigned int seq;
	u64 a, b;

	do {
		seq = read_seqbegin(&torture_seq);
		a = READ_ONCE(pairs[SEQ].first);
		b = READ_ONCE(pairs[SEQ].second);
	} while (read_seqretry(&torture_seq, seq));
	if (a != b)
		atomic_inc(&torn[SEQ]);
}

static void reader_round(bool write, bool linger, u64 *done)
{
	if (write) {
		write_lock_bh(&torture_rw);
		raise_pair(RW, linger);
		write_unlock_bh(&torture_rw);
		write_seqlock_bh(&torture_seq);
		raise_pair(SEQ, linger);
		write_sequnlock_bh(&torture_seq);
		done[RW]++;
		done[SEQ]++;
		return;
	}
	read_lock(&torture_rw);
	look(RW);
	read_unlock(&torture_rw);
	if (read_trylock(&torture_rw)) {
		look(RW);
		read_unlock(&torture_rw);
	}
	read_seq();
}

static void mutex_round(bool linger, u64 *done)
{
	mutex_lock(&torture_mutex);
	raise_pair(MUTEX, false);
	if (linger) { /* the others find it taken, and sleep */
		pairs[MUTEX].first++;
		yield();
		pairs[MUTEX].second++;
		done[MUTEX]++;
	}
	mutex_unlock(&torture_mutex);
	done[MUTEX]++;
}

static void count(const u64 *done)
{
	for (unsigned int kind = 0; kind < NR_KINDS; kind++)
		atomic64_add((s64)done[kind], &counted[kind]);
}

void lock_torture_cpu(unsigned int cpu, void *unused)
{
	u64 done[NR_KINDS] = {0}, n;

	/* At least once, however late this CPU comes. */
	for (n = 0; n < rounds_max && !(n && end_jiffies && time_after(jiffies, end_jiffies)); n++) {
		refcount_inc(&torture_refs);
		spin_round(n % 4 == 0, done);
		reader_round(n % 4 == 0, n % 8 == 0, done);
		refcount_dec(&torture_refs);
		if (may_sleep) {
			mutex_round(n % 16 == 0, done);
			cond_resched();
		}
	}
	WRITE_ONCE(operations[cpu], operations[cpu] + n);
	count(done);
}

static void intrude_hard(void *unused)
{
	u64 done[NR_KINDS] = {[SPIN_IRQ] = 1};

	spin_lock(&torture_spin_irq);
	raise_pair(SPIN_IRQ, true);
	spin_unlock(&torture_spin_irq);
	count(done);
}

static struct smp_call hard_intruder = { .fn = intrude_hard };
static struct timer_list intruder;
static unsigned int intrusions, hard_intrusions; /* [the timer] */

/* In a softirq, on top of whatever this CPU does. */
static void intrude(struct timer_list *timer)
{
	u64 done[NR_KINDS] = {[SPIN_BH] = 1, [SPIN_IRQ] = 1, [SEQ] = 1};
	unsigned long flags;

	spin_lock(&torture_spin_bh);
	raise_pair(SPIN_BH, true);
	spin_unlock(&torture_spin_bh);
	spin_lock_irqsave(&torture_spin_irq, flags);
	raise_pair(SPIN_IRQ, true);
	spin_unlock_irqrestore(&torture_spin_irq, flags);
	read_lock(&torture_rw);
	look(RW);
	read_unlock(&torture_rw);
	write_seqlock(&torture_seq);
	raise_pair(SEQ, true);
	write_sequnlock(&torture_seq);
	count(done);
	intrusions++;
	if (!smp_call_async(intrusions % num_possible_cpus(), &hard_intruder))
		hard_intrusions++;
	mod_timer(timer, jiffies + 1);
}

void lock_torture_begin(u64 rounds, unsigned long time, bool sleep)
{
	for (unsigned int kind = 0; kind < NR_KINDS; kind++) {
		pairs[kind] = (struct pair){0, 0};
		atomic64_set(&counted[kind], 0);
		atomic_set(&torn[kind], 0);
	}
	for (unsigned int cpu = 0; cpu < NR_CPUS; cpu++)
		operations[cpu] = 0;
	intrusions = hard_intrusions = 0;
	refcount_set(&torture_refs, 1);
	rounds_max = rounds;
	end_jiffies = time ? jiffies + time : 0;
	may_sleep = sleep;
	timer_setup(&intruder, intrude, 0);
	mod_timer(&intruder, jiffies + 1);
}

void lock_torture_end(cpumask_t cpus)
{
	char line[256];
	unsigned int cpu;
	size_t n;

	while (timer_delete_sync(&intruder))
		;
	while (smp_load_acquire(&hard_intruder.pending))
		cpu_relax();
	n = scnprintf(line, sizeof(line), "operations per CPU:");
	for_each_cpu(cpu, cpus) {
		n += scnprintf(line + n, sizeof(line) - n, " %u: %llu", cpu,
			       (unsigned long long)operations[cpu]);
		EXPECT_NE(operations[cpu], 0);
	}
	selftest_comment("%s", line);
	for (unsigned int kind = 0; kind < NR_KINDS; kind++) {
		u64 want = (u64)atomic64_read(&counted[kind]);

		if (atomic_read(&torn[kind]) || pairs[kind].first != want ||
		    pairs[kind].second != want)
			selftest_fail(__FILE__, __LINE__,
				      "%s: counters %llu and %llu for %llu, %d times unequal",
				      kind_names[kind], (unsigned long long)pairs[kind].first,
				      (unsigned long long)pairs[kind].second,
				      (unsigned long long)want, atomic_read(&torn[kind]));
	}
	EXPECT_EQ(refcount_read(&torture_refs), 1);
}

static DECLARE_COMPLETION(thread_done);

static void torture_thread(void *unused)
{
	lock_torture_cpu(thread_home(current), NULL);
	complete(&thread_done);
}

/* Two threads for each CPU: those of one CPU fight for the mutex. */
static void torture(unsigned long time)
{
	cpumask_t cpus = cpu_online_mask_get();
	unsigned int started = 0, cpu;

	reinit_completion(&thread_done);
	lock_torture_begin(~0ull, time, true);
	for_each_cpu(cpu, cpus) {
		for (unsigned int i = 0; i < 2; i++) {
			if (kthread_run_on(cpu, torture_thread, NULL, "lock_torture"))
				started++;
		}
	}
	EXPECT_EQ(started, 2 * hweight64(cpus));
	while (started--)
		wait_for_completion(&thread_done);
	lock_torture_end(cpus);
	EXPECT_NE(intrusions, 0);
	EXPECT_NE(hard_intrusions, 0);
}

SELFTEST(locks, torture)
{
	torture(HZ / 25);
}

SELFTEST(slow, lock_torture)
{
	torture(60 * HZ);
}
