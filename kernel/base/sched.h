/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/sched.h - threads and who runs next.
 *
 * Threads are not preempted: one runs until it blocks, yields, or says cond_resched(). A run queue
 * per CPU, served in turn; a thread may be moved to another CPU whenever it is not running, within
 * the CPUs that it is allowed. The caller embeds struct thread and provides the stack
 * (kernel/task/kthread.h does both).
 *
 *	RUNNING   on a CPU or in its queue
 *	SLEEPING  set by the thread itself before it checks what it waits for, then schedule()
 *	DEAD      its function has returned; never runs again
 */
#ifndef KERNEL_BASE_SCHED_H
#define KERNEL_BASE_SCHED_H

#include <arch/barrier.h>
#include <arch/percpu.h>
#include <arch/smp.h>

#include "kernel/base/preempt.h"
#include "kernel/base/rcu.h"
#include "kernel/base/spinlock.h"
#include "lib/list.h"
#include "lib/types.h"

enum thread_state {
	TASK_RUNNING,
	TASK_SLEEPING,
	TASK_DEAD,
};
#define TASK_UNINTERRUPTIBLE TASK_SLEEPING
#define TASK_INTERRUPTIBLE   TASK_SLEEPING

#define THREAD_NAME_LEN 16

/*
 * Locks: [I] immutable after thread_init, [p] t->lock, [q] run queue of t->cpu, [t] the thread
 * itself, [l] thread list lock. cpu changes under both t->lock and the queue's lock.
 */
struct thread {
	void *sp;			/* [q] saved stack pointer while not running */
	struct list_head run_node;	/* [q] in the run queue while on_rq */
	spinlock_t lock;
	u32 state;			/* [p, t] enum thread_state; t itself sets SLEEPING */
	bool on_rq;			/* [q] in the queue or running */
	bool on_cpu;			/* [q] its stack is in use */
	bool per_cpu;			/* [I] stays with its CPU when that goes offline */
	u16 cpu;			/* [p, q] where it runs or ran last */
	cpumask_t allowed;		/* [p] where it may run */
	char name[THREAD_NAME_LEN];	/* [I] */
	void (*fn)(void *arg);		/* [I] */
	void *arg;			/* [I] */
	void *stack;			/* [I] lowest address */
	size_t stack_size;		/* [I] */
	u32 tid;			/* [I] */
	u64 switches;			/* [q] times it was given the CPU */
	u64 run_ns;			/* [q] CPU time used, up to the last switch */
	u64 started_ns;			/* [q] when it last got the CPU */
	void (*exited)(struct thread *);/* [I] called on another stack once DEAD; may free */
	struct list_head all_node;	/* [l] */
};

DECLARE_PER_CPU(struct thread *, current_thread);
#define current this_cpu_read(current_thread)

/* sched_init() - the code that runs becomes the idle thread of the boot CPU. */
void sched_init(void);

/*
 * A secondary CPU: sched_cpu_prepare() makes its run queue and idle thread, whose stack is the
 * @size bytes at @stack, before its first start; sched_cpu_start() is called there, first thing;
 * sched_cpu_leave() moves what is queued there to others, on the CPU that goes (it is no longer in
 * cpu_online_mask).
 */
void sched_cpu_prepare(unsigned int cpu, void *stack, size_t size);
void sched_cpu_start(void);
void sched_cpu_leave(void);

/* sched_idle_stack() - top of the stack that @cpu's idle thread has, NULL before it is prepared. */
void *sched_idle_stack(unsigned int cpu);

/*
 * thread_init() - make @t; it does not run before wake_up_thread(@t). It may run where the calling
 * thread may. @stack: lowest byte, @size bytes.
 */
void thread_init(struct thread *t, const char *name, void (*fn)(void *arg), void *arg, void *stack,
		 size_t size);

/*
 * thread_set_allowed() - let @t run on the CPUs of @mask only, from now on. Moves the calling
 * thread at once; another one that runs elsewhere when it next gives up its CPU.
 * When all of them have gone offline, it runs anywhere.
 * Return: 0, -EINVAL (no CPU of @mask is online, or @t is a per-CPU thread).
 * Context: thread.
 */
int thread_set_allowed(struct thread *t, cpumask_t mask);

/* kthread_bind() - before its first wake-up: @t runs on possible CPU @cpu, online or not yet. */
void kthread_bind(struct thread *t, unsigned int cpu);

/* thread_home() - the CPU that the bound thread @t belongs to, wherever it runs just now. */
static inline unsigned int thread_home(const struct thread *t)
{
	return cpumask_next(-1, READ_ONCE(t->allowed));
}

/*
 * wake_up_thread() - make a SLEEPING thread RUNNING. Context: any, interrupts too.
 * Return: true if it was sleeping.
 */
bool wake_up_thread(struct thread *t);

/*
 * schedule() - give the CPU up; returns when RUNNING again and its turn comes. Context: thread, no
 * spinlock held.
 */
void schedule(void);

/* yield() - let the others run first. */
void yield(void);

/* thread_exit() - end the calling thread. */
__noreturn void thread_exit(void);

static __always_inline void set_current_state(enum thread_state state)
{
	WRITE_ONCE(current->state, state);
	smp_mb();
}

#define MAX_SCHEDULE_TIMEOUT LONG_MAX

/*
 * schedule_timeout() - schedule(), but be woken after @timeout jiffies at the latest. The caller
 * has set its state. Return: jiffies left, 0 when the time is up.
 */
long schedule_timeout(long timeout);

/* Sleep at least that long, come what may. */
void msleep(unsigned int ms);

DECLARE_PER_CPU(bool, need_resched);

/*
 * cond_resched() - in every loop of a thread that may be long: a quiescent state for RCU, and other
 * threads run.
 * Context: thread that is no RCU reader and holds no spinlock; elsewhere it does nothing.
 * Return: true if others ran.
 */
bool cond_resched(void);

/*
 * idle_loop() - the idle thread's body: halt until there is something to run; does not return. When
 * its CPU is no longer online it ends in cpu_play_dead().
 */
__noreturn void idle_loop(void);

/* thread_for_each() - call @fn on every thread, under the list lock (must not sleep). */
void thread_for_each(void (*fn)(const struct thread *t, void *arg), void *arg);

/* sched_tick() - from the tick: somebody waits, so the running thread should make room. */
void sched_tick(void);

/* sched_nr_running() - threads in @cpu's queue or running there, the idle thread not counted. */
unsigned int sched_nr_running(unsigned int cpu);

/* scheduler_running() - sched_init() has been: sleeping is possible. */
bool scheduler_running(void);

#endif
