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
 * Locking    rcu_data.lock (interrupts off) guards a CPU's lists; rcu_state.lock (interrupts off)
 *            the numbers. Order: rcu_data, rcu_state.
 * Limits     BATCH callbacks a softirq, so that a flood of them shares the CPU with packets; past
 *            BACKLOG_HIGH they all run.
 */
#include <arch/atomic.h>
#include <arch/irqflags.h>
#include <arch/smp.h>

#include "kernel/base/completion.h"
#include "kernel/base/preempt.h"
#include "kernel/base/rcu.h"
#include "kernel/base/sched.h"
#include "kernel/base/softirq.h"
#include "kernel/base/spinlock.h"
#include "lib/bug.h"

#define BATCH	     128
#define BACKLOG_HIGH 10000

struct callback_list {
	struct rcu_head *head;
	struct rcu_head **tail; /* NULL when never used: as if empty */
};

struct rcu_data {
	u64 qs_seq;			/* [own CPU] */
	spinlock_t lock;
	struct callback_list done;	/* [lock] */
	struct callback_list waiting;	/* [lock] for the end of wait_seq */
	struct callback_list next;	/* [lock] */
	u64 wait_seq;			/* [lock] */
	unsigned long count;		/* [lock] in all three */
};

static DEFINE_PER_CPU(struct rcu_data, rcu_data) = { .lock = SPINLOCK_INIT(rcu_data.lock) };

static struct {
	spinlock_t lock;
	u64 gp_seq;	/* [lock] */
	u64 gp_done;	/* [lock] */
	u64 wanted;	/* [lock] the latest period that somebody waits for */
	u64 cpus_left;	/* [lock] bit per CPU that gp_seq still waits for */
} rcu_state = { .lock = SPINLOCK_INIT(rcu_state.lock) };

static_assert(NR_CPUS <= 64, "cpus_left is one word");

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

/* rcu_state.lock held, none under way. */
static void grace_period_start(void)
{
	unsigned int n = num_online_cpus();

	rcu_state.gp_seq++;
	rcu_state.cpus_left = n >= 64 ? ~0ull : BIT_ULL(n) - 1;
}

/* This CPU passes a quiescent state while one is asked of it. */
static noinline void report_qs(void)
{
	struct rcu_data *rd;
	bool finished = false;
	unsigned long flags;
	u64 mine;

	local_irq_save(flags);
	rd = this_cpu_ptr(&rcu_data);
	mine = BIT_ULL(smp_processor_id());
	spin_lock(&rcu_state.lock);
	rd->qs_seq = rcu_state.gp_seq;
	if (rcu_state.cpus_left & mine) {
		rcu_state.cpus_left &= ~mine;
		finished = rcu_state.cpus_left == 0;
	}
	if (finished) {
		rcu_state.gp_done = rcu_state.gp_seq;
		if (rcu_state.wanted > rcu_state.gp_done)
			grace_period_start();
	}
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
		rd->count--;
		spin_unlock_irqrestore(&rd->lock, flags);
		head->func(head);
		spin_lock_irqsave(&rd->lock, flags);
	}
	if (rd->done.head)
		this_cpu_or(softirq_pending, 1u << RCU_SOFTIRQ);
	spin_unlock_irqrestore(&rd->lock, flags);
}

void rcu_tick(void)
{
	struct rcu_data *rd = this_cpu_ptr(&rcu_data);

	/*
	 * Without callbacks nothing is to be done here; whoever waits for this CPU sees it idle or
	 * switch.
	 */
	if (READ_ONCE(rd->count))
		raise_softirq_irqoff(RCU_SOFTIRQ);
}

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
	/* One CPU, and it runs this thread: nobody else can be reading. */
	if (num_online_cpus() == 1) {
		rcu_note_qs();
		return;
	}
	init_completion(&wait.done);
	call_rcu(&wait.head, rcu_wait_done);
	raise_softirq(RCU_SOFTIRQ);
	wait_for_completion(&wait.done);
}

/* Like call_rcu(), onto another CPU's list. */
static void call_rcu_on(unsigned int cpu, struct rcu_head *head, rcu_callback_t func)
{
	struct rcu_data *rd = per_cpu_ptr(&rcu_data, cpu);
	unsigned long flags;

	head->func = func;
	spin_lock_irqsave(&rd->lock, flags);
	list_push(&rd->next, head);
	rd->count++;
	spin_unlock_irqrestore(&rd->lock, flags);
}

void rcu_barrier(void)
{
	struct rcu_wait wait;
	unsigned int cpu;

	might_sleep();
	BUG_ON(in_interrupt());
	/* A CPU's callbacks run in order: when ours has run, all before it have. */
	for_each_online_cpu(cpu) {
		init_completion(&wait.done);
		call_rcu_on(cpu, &wait.head, rcu_wait_done);
		raise_softirq(RCU_SOFTIRQ);
		wait_for_completion(&wait.done);
	}
}

unsigned long rcu_pending_callbacks(void)
{
	unsigned long sum = 0;
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(&rcu_data, cpu)->count);
	return sum;
}

void rcu_init(void)
{
	open_softirq(RCU_SOFTIRQ, rcu_softirq);
}
