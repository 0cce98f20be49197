/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/lock_debug.c - deadlocks told before they happen; only in `make DEBUG=lock`.
 *
 * Overview   Each lock belongs to a class: the place where it is defined or initialised, so that a
 *            thousand neighbours are one class. Each acquisition is checked against what this CPU
 *            (spinlocks, rwlocks) and this thread (mutexes) hold already: here; and against all
 *            that was ever seen of the classes: lock_graph.c. It is the order that is wrong, not
 *            the moment: an inversion is found on one CPU, the first time that both orders were
 *            taken.
 * Checks     recursion; release by another CPU or thread, or of a free lock; no lock at all (never
 *            initialised, overwritten); two locks of one class without spin_lock_nested(); order
 *            and context (lock_graph.c); sleeping with a spinlock held, with interrupts or softirqs
 *            off, in an interrupt, as a reader under RCU; waiting for 2 s (told) and for 20 s. What
 *            is found is a panic with two backtraces: now, and when the other half was seen.
 * Structure  held: a stack per CPU; a spinlock stays on its CPU from lock to unlock, even the run
 *            queue's, which one thread takes and the next one releases. held_mutexes: one table, an
 *            entry belongs to the thread in it.
 * Locking    none: a CPU's stack is changed with interrupts off, a mutex's entry taken by
 *            compare-and-exchange. It takes no checked lock, allocates nothing, and needs no more
 *            than the per-CPU base: it works from the first lock of the boot on.
 * Limits     HELD_MAX 24 locks a CPU, MUTEXES_MAX 64 held at a time. When a table is full a warning
 *            says so and all checks end.
 */
#include <arch/atomic.h>
#include <arch/irqflags.h>
#include <arch/time.h>
#include <arch/trap.h>

#include "kernel/base/lock_debug_internal.h"
#include "kernel/base/panic.h"
#include "kernel/base/printk.h"
#include "kernel/base/sched.h"
#include "kernel/base/time.h"
#include "lib/bug.h"
#include "lib/printf.h"
#include "lib/string.h"

#define HELD_MAX     24u
#define MUTEXES_MAX  64u
#define WAIT_TOLD_NS (2 * NSEC_PER_SEC)
#define WAIT_MAX_NS  (20 * NSEC_PER_SEC)

struct held_lock {
	struct lock_debug *lock;
	u16 class;
	u16 mode;
};

struct held_stack {
	u32 n;
	struct held_lock locks[HELD_MAX];
};

struct held_mutex {
	struct thread *thread; /* [a] NULL: the entry is free */
	struct lock_debug *lock;
	u16 class;
};

static DEFINE_PER_CPU(struct held_stack, held);
static struct held_mutex held_mutexes[MUTEXES_MAX];
DEFINE_PER_CPU(u32, lockdebug_rcu_depth);

u32 lockdebug_stopped;	 /* [a] no more checks */
static bool threads_run; /* before that the boot has interrupts off, and may sleep */

void (*lockdebug_report_hook)(const char *text);

/* ---- reports ---- */

/* What stands behind a panic's own backtrace: written once, by the CPU that panics. */
static char details_title[TEXT_MAX];
static struct lock_trace details;

static void print_details(void)
{
	print_trace(KERN_EMERG, details_title, details.pcs, details.n);
}

void lockdebug_report(const struct lock_trace *other, const char *other_title, const char *fmt, ...)
{
	void (*hook)(const char *text) = READ_ONCE(lockdebug_report_hook);
	char text[TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vscnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (hook) {
		hook(text);
		return;
	}
	if (xchg(&lockdebug_stopped, 1u))
		return;
	if (other) {
		strscpy(details_title, other_title, sizeof(details_title));
		details = *other;
		panic_details = print_details;
	}
	panic("%s", text);
}

void lockdebug_stop(void)
{
	WRITE_ONCE(lockdebug_stopped, 1);
}

void lockdebug_table_full(const char *what)
{
	if (!xchg(&lockdebug_stopped, 1u))
		pr_warn("lock debugging ends: no room for more %s\n", what);
}

#define OWN_FRAME ((unsigned long)__builtin_frame_address(0))

/* In what context this CPU takes a lock now. @irqs_on: interrupts were on. */
static unsigned int usage_now(unsigned int mode, bool irqs_on)
{
	unsigned int usage = 0;

	if (in_hardirq())
		return mode & LOCK_TRY ? 0 : BIT(IN_HARDIRQ);
	if (irqs_on)
		usage |= BIT(HARDIRQS_ON);
	if (in_serving_softirq())
		usage |= mode & LOCK_TRY ? 0 : BIT(IN_SOFTIRQ);
	else if (irqs_on && !in_softirq())
		usage |= BIT(SOFTIRQS_ON);
	return usage;
}

/* Mutexes of the thread that runs; an interrupt or softirq on top of it has none. */
static void edges_from_mutexes(unsigned int to, unsigned long fp)
{
	struct thread *self = current;
	unsigned int i;

	if (!self || in_hardirq() || in_serving_softirq())
		return;
	for (i = 0; i < MUTEXES_MAX; i++)
		if (READ_ONCE(held_mutexes[i].thread) == self)
			lock_edge_add(held_mutexes[i].class, to, fp);
}

/* ---- spinlocks and rwlocks ---- */

void lockdebug_set(struct lock_debug *d, const char *name, const char *site)
{
	*d = (struct lock_debug){
		.magic = LOCK_DEBUG_MAGIC, .cpu = LOCK_NO_CPU, .name = name, .site = site};
}

/* Return: whether @d can be told about at all. */
static bool is_lock(const struct lock_debug *d)
{
	if (likely(d->magic == LOCK_DEBUG_MAGIC))
		return true;
	lockdebug_report(NULL, NULL, "not a lock at %p: never initialised, or freed", d);
	return false;
}

/* Interrupts are off. Return: false when taking it would hang. */
static bool check_held(const struct lock_debug *d, unsigned int mode, unsigned int class)
{
	const struct held_stack *stack = this_cpu_ptr(&held);
	const struct held_lock *h;
	bool same_class = false;
	unsigned int i;

	for (i = 0; i < stack->n; i++) {
		h = &stack->locks[i];
		if (h->lock == d) {
			if (h->mode & mode & LOCK_READ && in_interrupt())
				return true;
			lockdebug_report(NULL, NULL,
					 "recursive lock: %s is held by this CPU already", d->name);
			return false;
		}
		same_class |= h->class == class;
	}
	if (same_class)
		lockdebug_report(NULL, NULL,
				 "recursive lock: two %s are held, without spin_lock_nested()",
				 d->name);
	return true;
}

static void push(struct lock_debug *d, unsigned int mode, unsigned int class)
{
	struct held_stack *stack = this_cpu_ptr(&held);

	if (stack->n == HELD_MAX) {
		lockdebug_table_full("held locks");
		return;
	}
	stack->locks[stack->n++] = (struct held_lock){.lock = d, .class = class, .mode = mode};
}

/* Return: false when @d is not on this CPU's stack. */
static bool pop(struct lock_debug *d)
{
	struct held_stack *stack = this_cpu_ptr(&held);
	unsigned int i = stack->n;

	while (i-- > 0) {
		if (stack->locks[i].lock != d)
			continue;
		stack->n--;
		for (; i < stack->n; i++)
			stack->locks[i] = stack->locks[i + 1];
		return true;
	}
	return false;
}

static bool acquire(struct lock_debug *d, unsigned int mode, unsigned int subclass,
		    unsigned long fp)
{
	unsigned int class, usage, written, i;
	const struct held_stack *stack;
	unsigned long flags;
	bool go_on;

	if (READ_ONCE(lockdebug_stopped) || !is_lock(d))
		return true;
	class = lock_class_of(d, subclass, false);
	if (!class)
		return true;
	local_irq_save(flags);
	go_on = mode & LOCK_TRY || check_held(d, mode, class);
	if (go_on) {
		usage = usage_now(mode, !irqs_disabled_flags(flags));
		written = mode & LOCK_READ ? 0 : usage;
		lock_class_used(class, usage, written, fp);
		if (!(mode & LOCK_TRY)) {
			stack = this_cpu_ptr(&held);
			for (i = 0; i < stack->n; i++)
				if (stack->locks[i].class != class)
					lock_edge_add(stack->locks[i].class, class, fp);
			edges_from_mutexes(class, fp);
		}
		push(d, mode, class);
	}
	local_irq_restore(flags);
	return go_on;
}

bool lockdebug_acquire_(struct lock_debug *d, unsigned int mode, unsigned int subclass)
{
	return acquire(d, mode, subclass, OWN_FRAME);
}

static void set_owner(struct lock_debug *d, unsigned int mode, unsigned long ip)
{
	d->taken_at = ip;
	if (mode & LOCK_READ)
		return;
	d->cpu = smp_processor_id();
	d->thread = current;
}

void lockdebug_acquired_(struct lock_debug *d, unsigned int mode)
{
	set_owner(d, mode, RET_IP);
}

void lockdebug_tried_(struct lock_debug *d, unsigned int mode)
{
	acquire(d, mode | LOCK_TRY, 0, OWN_FRAME);
	set_owner(d, mode, RET_IP);
}

bool lockdebug_release_(struct lock_debug *d, unsigned int mode, bool locked)
{
	unsigned int cpu = smp_processor_id();
	unsigned long flags;
	bool mine;

	if (READ_ONCE(lockdebug_stopped) || !is_lock(d))
		return true;
	if (!locked) {
		lockdebug_report(NULL, NULL, "unlock of a free lock: %s", d->name);
		return false;
	}
	if (!(mode & LOCK_READ) && d->cpu != cpu) {
		lockdebug_report(NULL, NULL,
				 "wrong owner: %s is released by CPU %u, but CPU %u took it",
				 d->name, cpu, d->cpu);
		return false;
	}
	if (!(mode & LOCK_READ)) {
		d->cpu = LOCK_NO_CPU;
		d->thread = NULL;
	}
	local_irq_save(flags);
	mine = pop(d);
	local_irq_restore(flags);
	if (!mine && mode & LOCK_READ)
		lockdebug_report(NULL, NULL,
				 "wrong owner: %s is released by CPU %u, which does not read it",
				 d->name, cpu);
	return true;
}

bool lockdebug_is_held_(const struct lock_debug *d)
{
	return READ_ONCE(lockdebug_stopped) || d->cpu == smp_processor_id();
}

void lockdebug_not_held_(const struct lock_debug *d)
{
	if (!READ_ONCE(lockdebug_stopped) && d->cpu == smp_processor_id())
		lockdebug_report(NULL, NULL, "recursive lock: %s is read by the CPU that writes",
				 d->name);
}

void lockdebug_freed(const void *p, size_t size)
{
	const struct held_stack *stack = this_cpu_ptr(&held);
	unsigned int i;

	for (i = 0; i < stack->n && !READ_ONCE(lockdebug_stopped); i++)
		if ((uintptr_t)stack->locks[i].lock - (uintptr_t)p < size)
			lockdebug_report(NULL, NULL, "memory with a held lock is freed: %s",
					 stack->locks[i].lock->name);
}

/* Whether this CPU holds, or waits for, a lock that printk() takes: then only the panic tells. */
static bool holds_log_lock(void)
{
	static const char *const log_locks[] = {"log_spinlock", "screen.lock", "uart.lock"};
	const struct held_stack *stack = this_cpu_ptr(&held);
	unsigned int i, j;

	for (i = 0; i < stack->n; i++)
		for (j = 0; j < ARRAY_SIZE(log_locks); j++)
			if (strcmp(stack->locks[i].lock->name, log_locks[j]) == 0)
				return true;
	return false;
}

/* In the loop that waits for @d. */
void lockdebug_waiting_(struct lock_debug *d, struct lock_wait *wait)
{
	const struct thread *holder;
	unsigned int cpu;
	char text[TEXT_MAX];
	u64 now;

	if (wait->spins++ == 0)
		lock_class_contended(d->class);
	if (READ_ONCE(lockdebug_stopped) || wait->spins % 1024)
		return;
	now = arch_clock_ns();
	if (!wait->since_ns)
		wait->since_ns = now;
	if (now - wait->since_ns < (wait->told ? WAIT_MAX_NS : WAIT_TOLD_NS))
		return;
	cpu = READ_ONCE(d->cpu);
	holder = READ_ONCE(d->thread);
	scnprintf(text, sizeof(text), "CPU %u has waited %u s for %s", smp_processor_id(),
		  (unsigned int)((now - wait->since_ns) / NSEC_PER_SEC), d->name);
	if (cpu != LOCK_NO_CPU)
		scnprintf(text + strlen(text), sizeof(text) - strlen(text),
			  ", CPU %u (thread %s) holds it", cpu, holder ? holder->name : "none");
	if (wait->told || READ_ONCE(lockdebug_report_hook))
		lockdebug_report(NULL, NULL, "%s", text);
	else if (!holds_log_lock())
		pr_warn("%s, taken at %pS\n", text, (void *)READ_ONCE(d->taken_at));
	wait->told = true;
}

/* ---- mutexes ---- */

bool lockdebug_mutex_acquire_(struct lock_debug *d, const struct thread *owner)
{
	unsigned int class, i;

	if (READ_ONCE(lockdebug_stopped) || !scheduler_running() || !is_lock(d))
		return true;
	if (owner == current) {
		lockdebug_report(NULL, NULL, "recursive lock: %s is held by this thread already",
				 d->name);
		return false;
	}
	class = lock_class_of(d, 0, true);
	for (i = 0; class && i < MUTEXES_MAX; i++) {
		if (READ_ONCE(held_mutexes[i].thread) != current)
			continue;
		if (held_mutexes[i].class == class)
			lockdebug_report(NULL, NULL, "recursive lock: two %s are held", d->name);
		else
			lock_edge_add(held_mutexes[i].class, class, OWN_FRAME);
	}
	return true;
}

void lockdebug_mutex_acquired_(struct lock_debug *d, unsigned long ip)
{
	unsigned int class, i;

	if (READ_ONCE(lockdebug_stopped) || !scheduler_running() || !is_lock(d))
		return;
	class = lock_class_of(d, 0, true);
	lock_class_used(class, 0, 0, 0);
	set_owner(d, 0, ip);
	for (i = 0; i < MUTEXES_MAX; i++) {
		if (cmpxchg(&held_mutexes[i].thread, (struct thread *)NULL, current))
			continue;
		held_mutexes[i].lock = d;
		held_mutexes[i].class = class;
		return;
	}
	lockdebug_table_full("held mutexes");
}

bool lockdebug_mutex_release_(struct lock_debug *d, const struct thread *owner)
{
	unsigned int i;

	if (READ_ONCE(lockdebug_stopped) || !is_lock(d))
		return true;
	if (!owner) {
		lockdebug_report(NULL, NULL, "unlock of a free lock: %s", d->name);
		return false;
	}
	if (owner != current) {
		lockdebug_report(NULL, NULL,
				 "wrong owner: %s is released by thread %s, but thread %s took it",
				 d->name, current->name, owner->name);
		return false;
	}
	d->cpu = LOCK_NO_CPU;
	for (i = 0; i < MUTEXES_MAX; i++)
		if (held_mutexes[i].thread == current && held_mutexes[i].lock == d) {
			held_mutexes[i].lock = NULL;
			smp_store_release(&held_mutexes[i].thread, NULL);
		}
	return true;
}

/* ---- sleeping ---- */

/* Why this CPU must not sleep; NULL when it may. */
static const char *why_atomic(bool irqs_matter)
{
	if (in_hardirq())
		return "in a hard interrupt";
	if (in_serving_softirq())
		return "in a softirq";
	if (in_softirq())
		return "with softirqs off";
	if (this_cpu_read(lockdebug_rcu_depth))
		return "in an RCU reader";
	if (irqs_matter && threads_run && irqs_disabled())
		return "with interrupts off";
	return NULL;
}

static void check_sleep(const char *who, bool irqs_matter)
{
	const struct held_stack *stack = this_cpu_ptr(&held);
	const char *why;

	if (READ_ONCE(lockdebug_stopped))
		return;
	if (stack->n)
		lockdebug_report(NULL, NULL, "sleep in atomic context: %s() with %s held", who,
				 stack->locks[stack->n - 1].lock->name);
	else if ((why = why_atomic(irqs_matter)) != NULL)
		lockdebug_report(NULL, NULL, "sleep in atomic context: %s() %s", who, why);
}

void lockdebug_might_sleep(const char *who)
{
	check_sleep(who, true);
}

void lockdebug_schedule_(const char *who)
{
	threads_run = true;
	check_sleep(who, false);
}

void lockdebug_thread_exit(void)
{
	struct held_mutex *m;

	check_sleep("thread_exit", true);
	for (m = held_mutexes; m < held_mutexes + MUTEXES_MAX; m++) {
		if (READ_ONCE(m->thread) != current)
			continue;
		if (!READ_ONCE(lockdebug_stopped))
			lockdebug_report(NULL, NULL, "thread %s ends with %s held", current->name,
					 m->lock->name);
		smp_store_release(&m->thread, NULL);
	}
}
