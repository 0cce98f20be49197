/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/sched.c - threads in turn.
 *
 * Overview   A queue of runnable threads per CPU, served first come first served. No preemption:
 *            the running thread leaves by schedule(), which it calls when it blocks, yields, or
 *            finds at cond_resched() that the tick or a wake-up wants others to run. When the queue
 *            is empty the idle thread halts the CPU.
 * Structure  The running thread is not in the queue. on_rq: in the queue or running. Each CPU's
 *            idle thread is the one that called sched_init(): the boot code; it is never queued.
 * States     see sched.h. A thread that is to sleep sets SLEEPING, then checks its condition, then
 *            calls schedule(): a wake-up in between only sets it RUNNING again.
 * Boot       Before threads exist the boot code itself may sleep: schedule() then idles until it is
 *            woken. The same holds in the host's test runner, which has one thread and a clock that
 *            advances while it idles.
 * Locking    run_queue.lock (interrupts off), held across the switch: the next thread releases it.
 *            A leaf. threads_lock guards the list of all threads (interrupts off, leaf).
 * Observe    ps
 */
#include <arch/cpu.h>
#include <arch/irqflags.h>
#include <arch/smp.h>
#include <arch/thread.h>

#include "kernel/base/sched.h"
#include "kernel/base/softirq.h"
#include "kernel/base/spinlock.h"
#include "kernel/base/time.h"
#include "kernel/base/timer.h"
#include "lib/bug.h"
#include "lib/string.h"

struct run_queue {
	spinlock_t lock;
	struct list_head queue;		/* [lock] RUNNING, not on the CPU */
	struct thread *idle;		/* [I] */
	struct thread *previous;	/* [lock] whom the switch under way leaves */
	struct thread idle_thread;
};

static DEFINE_PER_CPU(struct run_queue, run_queues);
DEFINE_PER_CPU(struct thread *, current_thread);
DEFINE_PER_CPU(bool, need_resched);

static DEFINE_SPINLOCK(threads_lock);
static LIST_HEAD(all_threads);
static u32 next_tid;

static void thread_register(struct thread *t)
{
	unsigned long flags;

	spin_lock_irqsave(&threads_lock, flags);
	t->tid = next_tid++;
	list_add_tail(&t->all_node, &all_threads);
	spin_unlock_irqrestore(&threads_lock, flags);
}

void sched_init(void)
{
	struct run_queue *rq = this_cpu_ptr(&run_queues);
	struct thread *idle = &rq->idle_thread;

	spin_lock_init_named(&rq->lock, "run_queue.lock");
	INIT_LIST_HEAD(&rq->queue);
	rq->idle = idle;
	strscpy(idle->name, "idle", sizeof(idle->name));
	idle->state = TASK_RUNNING;
	idle->on_rq = true;
	idle->on_cpu = true;
	idle->cpu = smp_processor_id();
	idle->switches = 1;
	idle->started_ns = ktime_get_ns();
	this_cpu_write(current_thread, idle);
	thread_register(idle);
}

bool scheduler_running(void)
{
	return this_cpu_read(current_thread) != NULL;
}

/*
 * The other side of context_switch_to(): runs on the next thread's stack, with the lock that the
 * previous one took.
 */
static void finish_switch(void) __no_lock_analysis
{
	struct run_queue *rq = this_cpu_ptr(&run_queues);
	struct thread *previous = rq->previous;
	bool dead = previous->state == TASK_DEAD;

	previous->on_cpu = false;
	spin_unlock(&rq->lock);
	if (dead && previous->exited)
		previous->exited(previous);
}

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
	memset(t, 0, sizeof(*t));
	strscpy(t->name, name, sizeof(t->name));
	t->state = TASK_SLEEPING;
	t->cpu = smp_processor_id();
	t->fn = fn;
	t->arg = arg;
	t->stack = stack;
	t->stack_size = size;
	t->sp = thread_stack_prepare((char *)stack + size, thread_entry, t);
	thread_register(t);
}

bool wake_up_thread(struct thread *t)
{
	struct run_queue *rq = per_cpu_ptr(&run_queues, t->cpu);
	unsigned long flags;
	bool woken = false;

	spin_lock_irqsave(&rq->lock, flags);
	if (t->state == TASK_SLEEPING) {
		t->state = TASK_RUNNING;
		woken = true;
		if (!t->on_rq) {
			t->on_rq = true;
			list_add_tail(&t->run_node, &rq->queue);
			per_cpu(need_resched, t->cpu) = true;
		}
	}
	spin_unlock_irqrestore(&rq->lock, flags);
	return woken;
}

/* Pick the next thread and go there. Interrupts off, rq->lock held; released on return. */
static void switch_thread(struct run_queue *rq) __releases(rq->lock) __no_lock_analysis
{
	struct thread *previous = current;
	struct thread *next = rq->idle;
	u64 now;

	this_cpu_write(need_resched, false);
	if (previous != rq->idle) {
		if (previous->state == TASK_RUNNING)
			list_add_tail(&previous->run_node, &rq->queue);
		else
			previous->on_rq = false;
	}
	if (!list_empty(&rq->queue)) {
		next = list_first_entry(&rq->queue, struct thread, run_node);
		list_del(&next->run_node);
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
static void idle_once(struct run_queue *rq, bool asleep)
{
	rcu_note_qs();
	local_irq_disable();
	if (list_empty(&rq->queue) && !this_cpu_read(softirq_pending) &&
	    !(asleep && READ_ONCE(current->state) == TASK_RUNNING))
		cpu_idle_wait();
	local_irq_enable();
	if (this_cpu_read(softirq_pending))
		softirq_run_pending();
}

void schedule(void)
{
	struct run_queue *rq = this_cpu_ptr(&run_queues);
	unsigned long flags;

	lockdebug_schedule();
	BUG_ON(in_interrupt());
	rcu_note_qs();
	do {
		local_irq_save(flags);
		spin_lock(&rq->lock);
		switch_thread(rq);
		local_irq_restore(flags);
		/* The boot code sleeps where it stands. */
		if (READ_ONCE(current->state) != TASK_RUNNING)
			idle_once(rq, true);
	} while (READ_ONCE(current->state) != TASK_RUNNING);
}

void yield(void)
{
	schedule();
}

void thread_exit(void)
{
	struct run_queue *rq = this_cpu_ptr(&run_queues);
	struct thread *t = current;
	unsigned long flags;

	lockdebug_thread_exit();
	spin_lock_irqsave(&threads_lock, flags);
	list_del(&t->all_node);
	spin_unlock_irqrestore(&threads_lock, flags);

	rcu_note_qs();
	local_irq_disable();
	spin_lock(&rq->lock);
	t->state = TASK_DEAD;
	switch_thread(rq);
	BUG();
}

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

void sched_tick(void)
{
	struct run_queue *rq = this_cpu_ptr(&run_queues);

	if (rq->idle && !list_empty(&rq->queue))
		this_cpu_write(need_resched, true);
}

void idle_loop(void)
{
	struct run_queue *rq = this_cpu_ptr(&run_queues);

	for (;;) {
		idle_once(rq, false);
		if (!list_empty(&rq->queue))
			schedule();
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
