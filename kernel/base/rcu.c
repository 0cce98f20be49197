/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/rcu.c - grace periods from quiescent states.
 *
 * Overview   A grace period begins with a set of CPUs that must each pass a quiescent state; when
 *            the last one has, it is over, and the callbacks that were queued before it began may
 *            run. Quiescent states are noted by the scheduler (switch, cond_resched), by the idle
 *            loop, and at the top of ksoftirqd's loop (DESIGN, "Contexts").
 * Structure  Grace periods are numbered: started (gp_seq), finished (gp_done); gp_seq == gp_done:
 *            none under way. Each CPU keeps its callbacks in three lists in order of age: done,
 *            waiting for grace period wait_seq, next (no period yet). qs_seq is the last period
 *            that the CPU has answered for: noting a quiescent state is one comparison while none
 *            is asked for.
 * Idle       A CPU that halts says so (rcu_data.active 0), and a grace period that begins then does
 *            not wait for it: it need not be woken. Both sides change their own and then look at the
 *            other's, with a full barrier between. On its way to the halt: either the grace period
 *            finds it halted, or it finds the grace period, and answers. On its way back (the first
 *            interrupt): either the grace period finds it active and waits, or whatever it reads
 *            from then on it reads without what was unlinked before that beginning.
 * Offline    A CPU takes part (rcu_state.cpus) from rcu_cpu_start(), before it can read, to
 *            rcu_cpu_leave(), after which it only halts. What it has queued goes to the CPU that
 *            buries it (rcu_cpu_dead), as new: older than it is, never too early.
 * Stalls     A grace period older than rcu_stall_ms is told once, at a tick, with each CPU that has
 *            not passed a quiescent state and its thread; and again after each further doubling.
 * Locking    rcu_data.lock (interrupts off) guards a CPU's lists; rcu_state.lock (interrupts off)
 *            the numbers. Order: own rcu_data, a dead CPU's rcu_data, rcu_state.
 * Limits     BATCH callbacks a softirq, so that a flood of them shares the CPU with packets; past
 *            BACKLOG_HIGH they all run.
 * Observe    rcu
 */
#define pr_fmt(fmt) "rcu: " fmt

#include <arch/atomic.h>
#include <arch/irqflags.h>
#include <arch/smp.h>

#include "kernel/base/completion.h"
#include "kernel/base/cpu.h"
#include "kernel/base/cpu_internal.h"
#include "kernel/base/mutex.h"
#include "kernel/base/panic.h"
#include "kernel/base/preempt.h"
#include "kernel/base/printk.h"
#include "kernel/base/rcu.h"
#include "kernel/base/sched.h"
#include "kernel/base/softirq.h"
#include "kernel/base/spinlock.h"
#include "kernel/base/time.h"
#include "lib/bug.h"

#define BATCH	     128
#define BACKLOG_HIGH 10000
#define STALL_MS     5000

struct callback_list {
	struct rcu_head *head;
	struct rcu_head **tail; /* NULL when never used: as if empty */
};

struct rcu_data {
	u64 qs_seq;			/* [own CPU] */
	u32 active;			/* [own CPU, read by all] 0: it halts */
	spinlock_t lock;
	struct callback_list done;	/* [lock] */
	struct callback_list waiting;	/* [lock] for the end of wait_seq */
	struct callback_list next;	/* [lock] */
	u64 wait_seq;			/* [lock] */
	unsigned long count;		/* [lock] in all three */
	struct rcu_head barrier;	/* [barrier_mutex] */
};

static DEFINE_PER_CPU(struct rcu_data, rcu_data) = { .lock = SPINLOCK_INIT(rcu_data.lock) };
DEFINE_PER_CPU(bool, rcu_idle);

unsigned int rcu_stall_ms = STALL_MS;
unsigned long rcu_stalls;

static struct {
	spinlock_t lock;
	u64 gp_seq;	/* [lock] */
	u64 gp_done;	/* [lock] */
	u64 wanted;	/* [lock] the latest period that somebody waits for */
	cpumask_t cpus;	/* [lock] that take part */
	cpumask_t cpus_left;	/* [lock] that gp_seq still waits for */
	unsigned long gp_start;	/* [lock] jiffies */
	unsigned long stall_at;	/* [lock] jiffies at which it is told that gp_seq stalls */
} rcu_state = { .lock = SPINLOCK_INIT(rcu_state.lock) };

static void list_push(struct callback_list *list, struct rcu_head *head)
{
	head->next = NULL;
	if (!list->head)
		list->tail = &list->head;
	*list->tail = head;
	list->tail = &head->next;
}

static void list_move_all(struct callback_list *to, struct callback_list *from)
{
	if (!from->head)
		return;
	if (!to->head)
		to->tail = &to->head;
	*to->tail = from->head;
	to->tail = from->tail;
	from->head = NULL;
}

static struct rcu_head *list_pop(struct callback_list *list)
{
	struct rcu_head *head = list->head;

	if (head)
		list->head = head->next;
	return head;
}

/* --- grace periods ---------------------------------------------------------------------------- */

/* rcu_state.lock held, none under way. Ends it at once when every CPU halts. */
static void grace_period_start(void)
{
	unsigned int cpu;

	rcu_state.gp_seq++;
	rcu_state.cpus_left = rcu_state.cpus;
	rcu_state.gp_start = jiffies;
	rcu_state.stall_at = jiffies + msecs_to_jiffies(READ_ONCE(rcu_stall_ms));
	smp_mb(); /* what was unlinked is seen by a CPU that is found halted: see Idle */
	for_each_cpu(cpu, rcu_state.cpus) {
		if (!READ_ONCE(per_cpu(rcu_data, cpu).active))
			rcu_state.cpus_left &= ~cpumask_of(cpu);
	}
	if (!rcu_state.cpus_left)
		rcu_state.gp_done = rcu_state.gp_seq;
}

/* @cpu has passed a quiescent state. rcu_state.lock held. Return: it was the last one. */
static bool quiescent_locked(unsigned int cpu)
{
	if (!(rcu_state.cpus_left & cpumask_of(cpu)))
		return false;
	rcu_state.cpus_left &= ~cpumask_of(cpu);
	if (rcu_state.cpus_left)
		return false;
	rcu_state.gp_done = rcu_state.gp_seq;
	while (rcu_state.wanted > rcu_state.gp_done && rcu_state.gp_seq == rcu_state.gp_done)
		grace_period_start();
	return true;
}

/* This CPU passes a quiescent state while one is asked of it. */
static noinline void report_qs(void)
{
	struct rcu_data *rd;
	unsigned long flags;
	bool finished;

	local_irq_save(flags);
	rd = this_cpu_ptr(&rcu_data);
	spin_lock(&rcu_state.lock);
	rd->qs_seq = rcu_state.gp_seq;
	finished = quiescent_locked(smp_processor_id());
	spin_unlock(&rcu_state.lock);
	if (finished && rd->count)
		this_cpu_or(softirq_pending, 1u << RCU_SOFTIRQ);
	local_irq_restore(flags);
}

void rcu_note_qs(void)
{
	if (unlikely(READ_ONCE(rcu_state.gp_seq) != this_cpu_read(rcu_data.qs_seq)))
		report_qs();
}

void rcu_idle_enter(void)
{
	this_cpu_write(rcu_idle, true);
	xchg(&this_cpu_ptr(&rcu_data)->active, 0u);
	/* One that has begun meanwhile, and found this CPU active, waits for it: see Idle. */
	rcu_note_qs();
}

void rcu_idle_exit(void)
{
	if (!this_cpu_read(rcu_idle))
		return;
	this_cpu_write(rcu_idle, false);
	xchg(&this_cpu_ptr(&rcu_data)->active, 1u); /* a full barrier: see Idle */
}

void rcu_cpu_start(void)
{
	struct rcu_data *rd = this_cpu_ptr(&rcu_data);

	spin_lock(&rcu_state.lock);
	xchg(&rd->active, 1u);
	rcu_state.cpus |= cpumask_of(smp_processor_id());
	rd->qs_seq = rcu_state.gp_seq; /* the one under way began without this CPU */
	spin_unlock(&rcu_state.lock);
}

void rcu_cpu_leave(void)
{
	unsigned int cpu = smp_processor_id();

	spin_lock(&rcu_state.lock);
	rcu_state.cpus &= ~cpumask_of(cpu);
	quiescent_locked(cpu);
	spin_unlock(&rcu_state.lock);
}

/* --- callbacks -------------------------------------------------------------------------------- */

void call_rcu(struct rcu_head *head, rcu_callback_t func)
{
	struct rcu_data *rd;
	unsigned long flags;

	head->func = func;
	local_irq_save(flags);
	rd = this_cpu_ptr(&rcu_data);
	spin_lock(&rd->lock);
	list_push(&rd->next, head);
	rd->count++;
	spin_unlock(&rd->lock);
	local_irq_restore(flags);
}

/*
 * Move the lists on: what is over becomes done, what is new asks for the next grace period.
 * rd->lock held.
 */
static void lists_advance(struct rcu_data *rd)
{
	spin_lock(&rcu_state.lock);
	if (rd->waiting.head && rcu_state.gp_done >= rd->wait_seq)
		list_move_all(&rd->done, &rd->waiting);
	if (!rd->waiting.head && rd->next.head) {
		list_move_all(&rd->waiting, &rd->next);
		/* The one under way, if any, may have begun before these readers came. */
		rd->wait_seq = rcu_state.gp_seq + 1;
		if (rcu_state.wanted < rd->wait_seq)
			rcu_state.wanted = rd->wait_seq;
		if (rcu_state.gp_seq == rcu_state.gp_done)
			grace_period_start();
	}
	spin_unlock(&rcu_state.lock);
}

static void rcu_softirq(void)
{
	struct rcu_data *rd = this_cpu_ptr(&rcu_data);
	struct rcu_head *head;
	unsigned int left;
	unsigned long flags;

	spin_lock_irqsave(&rd->lock, flags);
	lists_advance(rd);
	left = rd->count > BACKLOG_HIGH ? UINT_MAX : BATCH;
	while (left-- && (head = list_pop(&rd->done)) != NULL) {
		spin_unlock_irqrestore(&rd->lock, flags);
		head->func(head);
		spin_lock_irqsave(&rd->lock, flags);
		rd->count--; /* after it has run: rcu_barrier() passes over a CPU that has none */
	}
	if (rd->done.head)
		this_cpu_or(softirq_pending, 1u << RCU_SOFTIRQ);
	spin_unlock_irqrestore(&rd->lock, flags);
}

bool rcu_needs_tick(void)
{
	return READ_ONCE(this_cpu_ptr(&rcu_data)->count) != 0;
}

/* It lasts too long: say once who is at fault. Interrupts off. */
static noinline void check_stall(void)
{
	unsigned int cpu, self = smp_processor_id();
	cpumask_t left = 0;
	unsigned long ms = 0;
	u64 seq = 0;

	spin_lock(&rcu_state.lock);
	if (rcu_state.gp_seq != rcu_state.gp_done && time_after(jiffies, rcu_state.stall_at)) {
		left = rcu_state.cpus_left;
		seq = rcu_state.gp_seq;
		ms = jiffies_to_msecs(jiffies - rcu_state.gp_start);
		rcu_state.stall_at = jiffies + (jiffies - rcu_state.gp_start);
		rcu_stalls++;
	}
	spin_unlock(&rcu_state.lock);
	for_each_cpu(cpu, left) {
		const struct thread *t = READ_ONCE(per_cpu(current_thread, cpu));

		pr_warn("stall: grace period %llu waits for CPU %u (%s) for %lu ms",
			(unsigned long long)seq, cpu, t ? t->name : "?", ms);
		if (cpu == self)
			dump_stack();
	}
}

void rcu_tick(void)
{
	struct rcu_data *rd = this_cpu_ptr(&rcu_data);

	if (unlikely(READ_ONCE(rcu_state.gp_seq) != READ_ONCE(rcu_state.gp_done) &&
		     time_after(jiffies, READ_ONCE(rcu_state.stall_at))))
		check_stall();
	/*
	 * Without callbacks nothing is to be done here; whoever waits for this CPU sees it idle or
	 * switch.
	 */
	if (READ_ONCE(rd->count))
		raise_softirq_irqoff(RCU_SOFTIRQ);
}

/* --- waiting ---------------------------------------------------------------------------------- */

/* A thread that waits for its own callback. */
struct rcu_wait {
	struct rcu_head head;
	struct completion done;
};

static void rcu_wait_done(struct rcu_head *head)
{
	complete(&container_of(head, struct rcu_wait, head)->done);
}

void synchronize_rcu(void)
{
	struct rcu_wait wait;

	might_sleep();
	BUG_ON(in_interrupt());
	/*
	 * One CPU, and it runs this thread: nobody else can be reading. Not cpu_online_mask: a CPU
	 * that goes has left that while it still runs its last softirqs.
	 */
	smp_mb();
	if (READ_ONCE(rcu_state.cpus) == cpumask_of(smp_processor_id())) {
		rcu_note_qs();
		return;
	}
	init_completion(&wait.done);
	call_rcu(&wait.head, rcu_wait_done);
	raise_softirq(RCU_SOFTIRQ);
	wait_for_completion(&wait.done);
}

static DEFINE_MUTEX(barrier_mutex);
static atomic_t barrier_left;		/* CPUs whose callback has not run, and one */
static struct completion barrier_done;	/* [barrier_mutex] */

static void barrier_callback(struct rcu_head *head)
{
	if (atomic_dec_and_test(&barrier_left))
		complete(&barrier_done);
}

/* Behind all that @cpu has queued. */
static void queue_barrier(unsigned int cpu)
{
	struct rcu_data *rd = per_cpu_ptr(&rcu_data, cpu);
	unsigned long flags;

	rd->barrier.func = barrier_callback;
	spin_lock_irqsave(&rd->lock, flags);
	list_push(&rd->next, &rd->barrier);
	rd->count++;
	spin_unlock_irqrestore(&rd->lock, flags);
	if (cpu == smp_processor_id())
		raise_softirq(RCU_SOFTIRQ);
	else
		arch_send_ipi(cpu, IPI_RESCHEDULE); /* it may idle without a tick */
}

void rcu_barrier(void)
{
	unsigned int cpu;

	might_sleep();
	BUG_ON(in_interrupt());
	/* A CPU's callbacks run in order: when the last CPU's has run, all before have. */
	mutex_lock(&barrier_mutex);
	init_completion(&barrier_done);
	atomic_set(&barrier_left, 1);
	cpus_read_lock();
	for_each_online_cpu(cpu) {
		if (!rcu_cpu_callbacks(cpu))
			continue;
		atomic_inc(&barrier_left);
		queue_barrier(cpu);
	}
	cpus_read_unlock();
	if (!atomic_dec_and_test(&barrier_left))
		wait_for_completion(&barrier_done);
	mutex_unlock(&barrier_mutex);
}

void rcu_cpu_dead(unsigned int cpu)
{
	struct rcu_data *dead = per_cpu_ptr(&rcu_data, cpu), *rd;
	unsigned long flags;

	local_irq_save(flags);
	rd = this_cpu_ptr(&rcu_data);
	spin_lock(&rd->lock);
	spin_lock_nested(&dead->lock, 1);
	list_move_all(&rd->next, &dead->done);
	list_move_all(&rd->next, &dead->waiting);
	list_move_all(&rd->next, &dead->next);
	rd->count += dead->count;
	dead->count = 0;
	spin_unlock(&dead->lock);
	spin_unlock(&rd->lock);
	local_irq_restore(flags);
}

unsigned long rcu_cpu_callbacks(unsigned int cpu)
{
	return READ_ONCE(per_cpu_ptr(&rcu_data, cpu)->count);
}

void rcu_get_stats(struct rcu_stats *stats)
{
	unsigned long flags;

	spin_lock_irqsave(&rcu_state.lock, flags);
	stats->gp_seq = rcu_state.gp_seq;
	stats->gp_done = rcu_state.gp_done;
	stats->cpus = rcu_state.cpus;
	stats->cpus_left = rcu_state.cpus_left;
	spin_unlock_irqrestore(&rcu_state.lock, flags);
}

unsigned long rcu_pending_callbacks(void)
{
	unsigned long sum = 0;
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		sum += rcu_cpu_callbacks(cpu);
	return sum;
}

void rcu_init(void)
{
	unsigned long flags;

	open_softirq(RCU_SOFTIRQ, rcu_softirq);
	local_irq_save(flags);
	rcu_cpu_start();
	local_irq_restore(flags);
}
