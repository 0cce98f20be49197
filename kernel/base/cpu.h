/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/cpu.h - CPUs come and go.
 *
 * cpu_up() and cpu_down() take a CPU through these steps; who keeps something for each CPU says
 * with CPU_NOTIFIER what is to be done at them:
 *
 *	up	prepare   on the calling CPU, before it starts; may fail, then `dead` runs for those
 *			  that had prepared, as it does when the CPU does not come. At boot both run
 *			  before the initcalls
 *		online    on the new CPU, in a thread, once it takes work
 *	down	offline   on the CPU that goes, in a thread, while it still takes work; may refuse
 *		dying     on the CPU that goes, interrupts off, all others still running
 *		dead      on the calling CPU, when it has stopped: take over what it left
 *
 * The boot CPU stays. One change at a time. A notifier may take a mutex only if nobody calls
 * cpus_read_lock() or rcu_barrier() with that mutex held: they wait for the change.
 */
#ifndef KERNEL_BASE_CPU_H
#define KERNEL_BASE_CPU_H

#include <arch/smp.h>

#include "lib/compiler.h"
#include "lib/table.h"

struct cpu_notifier {
	const char *name;
	int (*prepare)(unsigned int cpu);	/* any may be NULL */
	void (*online)(unsigned int cpu);
	int (*offline)(unsigned int cpu);
	void (*dying)(unsigned int cpu);
	void (*dead)(unsigned int cpu);
};

TABLE_DECLARE(const struct cpu_notifier, cpu_notifiers);

/*
 * CPU_NOTIFIER(name, .dead = fn, ...) - the order among notifiers is not defined. The boot CPU's
 * share is set up by its subsystem's own init, before any notifier runs.
 */
#define CPU_NOTIFIER(id, ...)                                                                      \
	static const struct cpu_notifier cpu_notifier_##id TABLE_ENTRY(cpu_notifiers) = {          \
		.name = #id, __VA_ARGS__                                                           \
	}

/*
 * cpu_up() - start possible CPU @cpu.
 * Return: 0, -EINVAL (no such CPU), -EEXIST (it is online), -ENOMEM, -ETIMEDOUT (it did not come),
 * or what a notifier's prepare said.
 * Context: thread.
 */
int __must_check cpu_up(unsigned int cpu);

/*
 * cpu_down() - take @cpu out of use: threads, timers, callbacks and queues move to others.
 * Return: 0, -EINVAL (no such CPU, or offline already), -EBUSY (the boot CPU, or the last one), or
 * what a notifier's offline said.
 * Context: thread, not bound to @cpu.
 */
int __must_check cpu_down(unsigned int cpu);

/* cpus_init() - boot, before the first thread. */
void cpus_init(void);

/* cpus_start() - boot: all possible CPUs, one log line. Those that do not come are told. */
void cpus_start(void);

/* While held no CPU comes or goes. Context: thread; not from a notifier. */
void cpus_read_lock(void);
void cpus_read_unlock(void);

#endif
