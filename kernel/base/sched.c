/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/sched.c - threads in turn.
 *
 * Overview   A queue of runnable threads per CPU, served first come first served. No preemption:
 *            the running thread leaves by schedule(), which it calls when it blocks, yields, or
 *            finds at cond_resched() that the tick or a wake-up wants others to run. When the queue
 *            is empty the CPU takes a waiting thread from another one's queue, and when there is
 *            none its idle thread halts it, without a tick.
 * Structure  The running thread is not in the queue. on_rq: in the queue or running. Each CPU's
 *            idle thread is embedded in its run queue and never queued; the boot CPU's is the code
 *            that called sched_init().
 * Placement  A woken thread goes back to its CPU if that idles, else to an idle one, else to its
 *            own CPU's queue. At a tick that finds others waiting behind the running thread, a CPU
 *            that idles is woken to come and take one (steal). So a thread waits only while every
 *            CPU that it is allowed is busy, or for a tick at most.
 * States     see sched.h. A thread that is to sleep sets SLEEPING, then checks its condition, then
 *            calls schedule(): a wake-up in between only sets it RUNNING again.
 * Idle       A CPU sets its bit in idle_mask, then looks at its queue, then halts; whoever queues a
 *            thread there does so first and looks at idle_mask afterwards, and sends an interrupt.
 *            One of the two sees the other.
 * Offline    A CPU that goes is out of cpu_online_mask first; from then on nobody queues a thread
 *            there (looked at under the queue's lock), and sched_cpu_leave() moves those that are
 *            queued. Threads that may run on no online CPU run anywhere; per-CPU threads (ksoftirqd,
 *            cpuhp) stay in the queue and sleep on until the CPU comes back.
 * Boot       Before threads exist the boot code itself may sleep: schedule() then idles until it is
 *            woken.
 * Locking    thread.lock -> run_queue.lock, interrupts off. The queue's lock is held across the
 *            switch: the next thread releases it. A queue's lock is taken inside another one's only
 *            by trylock (steal), and so is thread.lock inside a queue's. threads_lock guards the
 *            list of all threads (interrupts off, leaf).
 * Observe    ps, cpu
 */
#include <arch/cpu.h>
#include <arch/irqflags.h>
#include <arch/smp.h>
#include <arch/thread.h>

#include "kernel/base/cpu_internal.h"
#include "kernel/base/sched.h"
#include "kernel/base/softirq.h"
#include "kernel/base/spinlock.h"
#include "kernel/base/time.h"
#include "kernel/base/timer.h"
#include "lib/bug.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "lib/string.h"

struct run_queue {
	spinlock_t lock;
	struct list_head queue;		/* [lock] RUNNING, not on the CPU */
	unsigned int waiting;		/* [lock] length of queue */
	struct thread *idle;		/* [I] */
	struct thread *previous;	/* [lock] whom the switch under way leaves */
	bool evict;			/* [lock] previous may not stay here: it is to be placed */
	struct thread idle_thread;
};

static DEFINE_PER_CPU(struct run_queue, run_queues);
DEFINE_PER_CPU(struct thread *, current_thread);
DEFINE_PER_CPU(bool, need_resched);

static cpumask_t idle_mask;		/* [a] CPUs that halt, or are about to */
static DEFINE_SPINLOCK(threads_lock);
static LIST_HEAD(all_threads);
static u32 next_tid;

static struct run_queue *this_rq(void)
{
	return this_cpu_ptr(&run_queues);
}

static struct run_queue *cpu_rq(unsigned int cpu)
{
	return per_cpu_ptr(&run_queues, cpu);
}

/* --- making threads and idle threads ---------------------------------------------------------- */

static void thread_register(struct thread *t)
{
	unsigned long flags;

	spin_lock_irqsave(&threads_lock, flags);
	t->tid = next_tid++;
	list_add_tail(&t->all_node, &all_threads);
	spin_unlock_irqrestore(&threads_lock, flags);
}

static void idle_thread_init(unsigned int cpu)
{
	struct run_queue *rq = cpu_rq(cpu);
	struct thread *idle = &rq->idle_thread;

	spin_lock_init_named(&rq->lock, "run_queue.lock");
	INIT_LIST_HEAD(&rq->queue);
	spin_lock_init_named(&idle->lock, "thread.lock");
	scnprintf(idle->name, sizeof(idle->name), "idle/%u", cpu);
	idle->state = TASK_RUNNING;
	idle->on_rq = true;
	idle->per_cpu = true;
	idle->allowed = cpumask_of(cpu);
	idle->cpu = cpu;
	thread_register(idle);
	rq->idle = idle;
}

/* The running code is this CPU's idle thread from now on. */
static void become_idle(void)
{
	struct thread *idle = this_rq()->idle;

	idle->on_cpu = true;
	idle->switches++;
	idle->started_ns = ktime_get_ns();
	this_cpu_write(current_thread, idle);
}

void sched_init(void)
{
	idle_thread_init(smp_processor_id());
	become_idle();
}

void sched_cpu_prepare(unsigned int cpu, void *stack, size_t size)
{
	struct run_queue *rq = cpu_rq(cpu);

	BUG_ON(rq->idle);
	rq->idle_thread.stack = stack;
	rq->idle_thread.stack_size = size;
	idle_thread_init(cpu);
}

void sched_cpu_start(void)
{
	become_idle();
}

void *sched_idle_stack(unsigned int cpu)
{
	const struct thread *idle = cpu_rq(cpu)->idle;

	return idle ? (char *)idle->stack + idle->stack_size : NULL;
}

bool scheduler_running(void)
{
	return this_cpu_read(current_thread) != NULL;
}

static void finish_switch(void);

static void thread_entry(void *arg)
{
	struct thread *t = arg;

	finish_switch();
	local_irq_enable();
	t->fn(t->arg);
	thread_exit();
}

void thread_init(struct thread *t, const char *name, void (*fn)(void *arg), void *arg, void *stack,
		 size_t size)
{
	const struct thread *parent = current;

	memset(t, 0, sizeof(*t));
	spin_lock_init_named(&t->lock, "thread.lock");
	strscpy(t->name, name, sizeof(t->name));
	t->state = TASK_SLEEPING;
	t->cpu = smp_processor_id();
	t->allowed = parent->per_cpu ? ~(cpumask_t)0 : READ_ONCE(parent->allowed);
	t->fn = fn;
	t->arg = arg;
	t->stack = stack;
	t->stack_size = size;
	t->sp = thread_stack_prepare((char *)stack + size, thread_entry, t);
	thread_register(t);
}

void kthread_bind(struct thread *t, unsigned int cpu)
{
	BUG_ON(t->on_rq || t->state != TASK_SLEEPING);
	t->allowed = cpumask_of(cpu);
}

/* --- where a thread runs ---------------------------------------------------------------------- */

unsigned int sched_nr_running(unsigned int cpu)
{
	const struct run_queue *rq = cpu_rq(cpu);

	return READ_ONCE(rq->waiting) + (READ_ONCE(idle_mask) & cpumask_of(cpu) ? 0 : 1);
}

/* The CPU of @mask with the fewest threads. */
static unsigned int least_busy(cpumask_t mask)
{
	unsigned int cpu, best = NR_CPUS, least = ~0u;

	for_each_cpu(cpu, mask) {
		unsigned int n = sched_nr_running(cpu);

		if (n < least) {
			least = n;
			best = cpu;
		}
	}
	return best;
}

/* t->lock held. Never NR_CPUS: some CPU is always online. */
static unsigned int select_cpu(const struct thread *t)
{
	cpumask_t online = cpu_online_mask_get();
	cpumask_t may = t->allowed & online, idle;

	if (t->per_cpu)
		return cpumask_next(-1, t->allowed);
	if (!may)
		may = online; /* its CPUs have gone: better elsewhere than never */
	idle = may & READ_ONCE(idle_mask);
	if (may & cpumask_of(t->cpu) && (!idle || idle & cpumask_of(t->cpu)))
		return t->cpu;
	return idle ? cpumask_next(-1, idle) : least_busy(may);
}

/* @cpu has got work: let it look, if it sleeps. What it is to see was written before. */
static void kick(unsigned int cpu)
{
	if (cpu == smp_processor_id())
		return;
	smp_mb(); /* see idle_once() */
	if (READ_ONCE(idle_mask) & cpumask_of(cpu))
		arch_send_ipi(cpu, IPI_RESCHEDULE);
}

static void enqueue_locked(struct run_queue *rq, struct thread *t, unsigned int cpu)
	__must_hold(rq->lock)
{
	assert_spin_held(&rq->lock);
	t->cpu = cpu;
	t->on_rq = true;
	list_add_tail(&t->run_node, &rq->queue);
	rq->waiting++;
	per_cpu(need_resched, cpu) = true;
}

static void dequeue_locked(struct run_queue *rq, struct thread *t) __must_hold(rq->lock)
{
	assert_spin_held(&rq->lock);
	list_del(&t->run_node);
	rq->waiting--;
}

/*
 * Queue @t, which is RUNNING and in no queue, where it may run. t->lock held, interrupts off.
 */
static void place(struct thread *t) __must_hold(t->lock)
{
	struct run_queue *rq;
	unsigned int cpu;

	assert_spin_held(&t->lock);
	for (;;) {
		cpu = select_cpu(t);
		rq = cpu_rq(cpu);
		spin_lock(&rq->lock);
		if (t->per_cpu || cpu_online(cpu))
			break;
		spin_unlock(&rq->lock); /* it went offline meanwhile */
	}
	enqueue_locked(rq, t, cpu);
	spin_unlock(&rq->lock);
	kick(cpu);
}

bool wake_up_thread(struct thread *t)
{
	struct run_queue *rq;
	unsigned long flags;
	bool woken = false, queued;

	spin_lock_irqsave(&t->lock, flags);
	if (READ_ONCE(t->state) == TASK_SLEEPING) {
		rq = cpu_rq(t->cpu);
		spin_lock(&rq->lock);
		WRITE_ONCE(t->state, TASK_RUNNING);
		queued = t->on_rq; /* still on its CPU: schedule() will find it RUNNING */
		spin_unlock(&rq->lock);
		if (!queued)
			place(t);
		woken = true;
	}
	spin_unlock_irqrestore(&t->lock, flags);
	return woken;
}

int thread_set_allowed(struct thread *t, cpumask_t mask)
{
	struct run_queue *rq;
	unsigned long flags;
	bool misplaced, move = false;

	if (t->per_cpu || !(mask & cpu_online_mask_get()))
		return -EINVAL;
	spin_lock_irqsave(&t->lock, flags);
	t->allowed = mask;
	misplaced = !(mask & cpumask_of(t->cpu));
	if (misplaced) {
		rq = cpu_rq(t->cpu);
		spin_lock(&rq->lock);
		move = t->on_rq && !t->on_cpu;
		if (move)
			dequeue_locked(rq, t);
		else if (t->on_cpu)
			per_cpu(need_resched, t->cpu) = true;
		spin_unlock(&rq->lock);
		if (move)
			place(t);
	}
	spin_unlock_irqrestore(&t->lock, flags);
	if (t == current && misplaced)
		schedule();
	return 0;
}

/* Move the first thread of @from's queue that may run here, if its locks are free just now. */
static bool steal_from(struct run_queue *rq, struct run_queue *from, unsigned int cpu)
	__must_hold(rq->lock) __no_lock_analysis
{
	struct thread *t;
	bool stolen = false;

	if (!spin_trylock(&from->lock))
		return false;
	list_for_each_entry(t, &from->queue, run_node) {
		if (t->per_cpu || !(READ_ONCE(t->allowed) & cpumask_of(cpu)) ||
		    !spin_trylock(&t->lock))
			continue;
		stolen = t->allowed & cpumask_of(cpu);
		if (stolen) {
			dequeue_locked(from, t);
			enqueue_locked(rq, t, cpu);
		}
		spin_unlock(&t->lock);
		if (stolen)
			break;
	}
	spin_unlock(&from->lock);
	return stolen;
}

/* This CPU has nothing to do: take over a thread that waits elsewhere. Interrupts on. */
static bool steal(void)
{
	struct run_queue *rq = this_rq();
	unsigned int cpu = smp_processor_id(), other;
	unsigned long flags;
	bool stolen = false;

	if (num_possible_cpus() == 1)
		return false;
	for_each_online_cpu(other) {
		struct run_queue *from = cpu_rq(other);

		if (other == cpu || !READ_ONCE(from->waiting))
			continue;
		spin_lock_irqsave(&rq->lock, flags);
		stolen = cpu_online(cpu) && steal_from(rq, from, cpu);
		spin_unlock_irqrestore(&rq->lock, flags);
		if (stolen)
			break;
	}
	return stolen;
}

void sched_tick(void)
{
	struct run_queue *rq = this_rq();
	cpumask_t idle, could = 0;
	const struct thread *t;

	if (!rq->idle || !READ_ONCE(rq->waiting))
		return;
	this_cpu_write(need_resched, true);
	idle = READ_ONCE(idle_mask) & cpu_online_mask_get();
	if (!idle)
		return;
	spin_lock(&rq->lock);
	list_for_each_entry(t, &rq->queue, run_node) {
		could = READ_ONCE(t->allowed) & idle;
		if (could)
			break;
	}
	spin_unlock(&rq->lock);
	/* One that could take it over, and sleeps. */
	if (could)
		arch_send_ipi(cpumask_next(-1, could), IPI_RESCHEDULE);
}

void sched_cpu_leave(void)
{
	struct run_queue *rq = this_rq();
	struct thread *t, *next;
	unsigned long flags;
	LIST_HEAD(leaving);

	BUG_ON(cpu_online(smp_processor_id()));
	/* Off the queue first: only t->lock's holder may touch a thread that is RUNNING and in none. */
	spin_lock_irqsave(&rq->lock, flags);
	list_for_each_entry_safe(t, next, &rq->queue, run_node) {
		if (t->per_cpu)
			continue;
		dequeue_locked(rq, t);
		t->on_rq = false;
		list_add_tail(&t->run_node, &leaving);
	}
	spin_unlock_irqrestore(&rq->lock, flags);
	while (!list_empty(&leaving)) {
		t = list_first_entry(&leaving, struct thread, run_node);
		list_del(&t->run_node);
		spin_lock_irqsave(&t->lock, flags);
		place(t);
		spin_unlock_irqrestore(&t->lock, flags);
	}
}

/* --- switching -------------------------------------------------------------------------------- */

/*
 * The other side of context_switch_to(): runs on the next thread's stack, with the lock that the
 * previous one took.
 */
static void finish_switch(void) __no_lock_analysis
{
	struct run_queue *rq = this_rq();
	struct thread *previous = rq->previous;
	bool dead = previous->state == TASK_DEAD, evict = rq->evict;

	rq->evict = false;
	previous->on_cpu = false;
	spin_unlock(&rq->lock);
	if (dead && previous->exited)
		previous->exited(previous);
	if (evict) {
		spin_lock(&previous->lock);
		place(previous);
		spin_unlock(&previous->lock);
	}
}

/* May @t, which runs on this CPU, go on here? */
static bool may_stay(const struct thread *t, unsigned int cpu)
{
	cpumask_t allowed = READ_ONCE(t->allowed);

	if (t->per_cpu)
		return true;
	return cpu_online(cpu) &&
	       (allowed & cpumask_of(cpu) || !(allowed & cpu_online_mask_get()));
}

/* @previous leaves the CPU. Interrupts off, rq->lock held. */
static void put_previous(struct run_queue *rq, struct thread *previous) __must_hold(rq->lock)
{
	assert_spin_held(&rq->lock);
	if (previous == rq->idle)
		return;
	previous->on_rq = false;
	if (previous->state != TASK_RUNNING)
		return;
	if (may_stay(previous, previous->cpu))
		enqueue_locked(rq, previous, previous->cpu);
	else
		rq->evict = true; /* its stack is in use up to the switch */
}

/* Pick the next thread and go there. Interrupts off, rq->lock held; released on return. */
static void switch_thread(struct run_queue *rq) __releases(rq->lock) __no_lock_analysis
{
	struct thread *previous = current;
	struct thread *next = rq->idle;
	u64 now;

	put_previous(rq, previous);
	this_cpu_write(need_resched, false);
	if (!list_empty(&rq->queue)) {
		next = list_first_entry(&rq->queue, struct thread, run_node);
		dequeue_locked(rq, next);
	}
	if (next == previous) {
		spin_unlock(&rq->lock);
		return;
	}
	now = ktime_get_ns();
	previous->run_ns += now - previous->started_ns;
	next->started_ns = now;
	next->switches++;
	next->on_cpu = true;
	rq->previous = previous;
	this_cpu_write(current_thread, next);
	context_switch_to(&previous->sp, next->sp);
	finish_switch();
}

/*
 * One turn of idling: sleep until an interrupt if there is nothing to do. Interrupts on afterwards.
 * Nothing on this CPU reads under RCU here: the idle thread does not, and no interrupt is being
 * served. @asleep: the caller waits to be woken itself, which an interrupt may have done just now.
 */
static void idle_once(bool asleep)
{
	struct run_queue *rq = this_rq();
	cpumask_t self = cpumask_of(smp_processor_id());

	rcu_note_qs();
	local_irq_disable();
	/* A locked instruction, hence a barrier: set before the queue is looked at (kick). */
	__atomic_fetch_or(&idle_mask, self, __ATOMIC_SEQ_CST);
	if (list_empty(&rq->queue) && !this_cpu_read(softirq_pending) &&
	    cpu_online(smp_processor_id()) &&
	    !(asleep && READ_ONCE(current->state) == TASK_RUNNING)) {
		tick_idle_enter();
		rcu_idle_enter();
		cpu_idle_wait();
		local_irq_disable();
		rcu_idle_exit();
	}
	__atomic_fetch_and(&idle_mask, ~self, __ATOMIC_SEQ_CST);
	local_irq_enable();
	if (this_cpu_read(softirq_pending))
		softirq_run_pending();
}

/* The CPU is about to do something again: its tick goes on. */
static void leave_idle(void)
{
	unsigned long flags;

	local_irq_save(flags);
	tick_idle_exit();
	local_irq_restore(flags);
}

void schedule(void)
{
	struct run_queue *rq;
	unsigned long flags;

	lockdebug_schedule();
	BUG_ON(in_interrupt());
	rcu_note_qs();
	do {
		local_irq_save(flags);
		rq = this_rq();
		spin_lock(&rq->lock);
		switch_thread(rq);
		local_irq_restore(flags);
		if (READ_ONCE(current->state) == TASK_RUNNING)
			return;
		idle_once(true); /* the boot code sleeps where it stands */
		leave_idle();
	} while (READ_ONCE(current->state) != TASK_RUNNING);
}

void yield(void)
{
	schedule();
}

void thread_exit(void)
{
	struct thread *t = current;
	struct run_queue *rq;
	unsigned long flags;

	lockdebug_thread_exit();
	spin_lock_irqsave(&threads_lock, flags);
	list_del(&t->all_node);
	spin_unlock_irqrestore(&threads_lock, flags);

	rcu_note_qs();
	local_irq_disable();
	rq = this_rq();
	spin_lock(&rq->lock);
	WRITE_ONCE(t->state, TASK_DEAD);
	switch_thread(rq);
	BUG();
}

/* --- sleeping --------------------------------------------------------------------------------- */

struct sleeper {
	struct timer_list timer;
	struct thread *thread;
};

static void wake_by_timer(struct timer_list *timer)
{
	wake_up_thread(container_of(timer, struct sleeper, timer)->thread);
}

long schedule_timeout(long timeout)
{
	struct sleeper sleeper = { .thread = current };
	unsigned long end;
	long left;

	if (timeout == MAX_SCHEDULE_TIMEOUT) {
		schedule();
		return timeout;
	}
	if (timeout <= 0) {
		WRITE_ONCE(current->state, TASK_RUNNING);
		return 0;
	}
	end = jiffies + timeout;
	timer_setup(&sleeper.timer, wake_by_timer, 0);
	mod_timer(&sleeper.timer, end);
	schedule();
	timer_delete_sync(&sleeper.timer);
	left = (long)(end - jiffies);
	return left > 0 ? left : 0;
}

void msleep(unsigned int ms)
{
	long left = msecs_to_jiffies(ms) + 1; /* the jiffy that runs already does not count */

	might_sleep();
	while (left) {
		set_current_state(TASK_SLEEPING);
		left = schedule_timeout(left);
	}
}

bool cond_resched(void)
{
	if (in_interrupt() || irqs_disabled() || !scheduler_running())
		return false;
	lockdebug_schedule();
	rcu_note_qs();
	if (!this_cpu_read(need_resched))
		return false;
	schedule();
	return true;
}

void idle_loop(void)
{
	struct run_queue *rq = this_rq();

	for (;;) {
		if (list_empty(&rq->queue) && !steal())
			idle_once(false);
		if (READ_ONCE(rq->waiting)) {
			leave_idle();
			schedule();
		} else if (unlikely(!cpu_online(smp_processor_id()))) {
			cpu_play_dead();
		}
	}
}

void thread_for_each(void (*fn)(const struct thread *t, void *arg), void *arg)
{
	struct thread *t;
	unsigned long flags;

	spin_lock_irqsave(&threads_lock, flags);
	list_for_each_entry(t, &all_threads, all_node)
		fn(t, arg);
	spin_unlock_irqrestore(&threads_lock, flags);
}
