/* SPDX-License-Identifier: MIT */
/*
 * kernel/main.c - the boot order, with a reason per line.
 *
 * Overview  arch calls start_kernel() with long mode, the higher half, a boot stack, exceptions and
 *           struct boot_info ready. It brings up what everything stands on, starts the thread that
 *           does the rest, and becomes the idle thread. Everything that can register itself does
 *           (initcalls, commands, ...); this list is for what cannot.
 * Locking   none: one CPU up to cpus_start(), interrupts off up to local_irq_enable(), one thread up
 *           to init_thread().
 */
#include <arch/boot_info.h>
#include <arch/cpu.h>
#include <arch/irq.h>
#include <arch/irqflags.h>
#include <arch/mmu.h>
#include <arch/time.h>
#include <arch/trap.h>

#include "drivers/acpi/acpi.h"
#include "drivers/acpi/srat.h"
#include "drivers/serial/uart16550.h"
#include "kernel/base/benchmark.h"
#include "kernel/base/cpu.h"
#include "kernel/base/initcall.h"
#include "kernel/base/panic.h"
#include "kernel/base/param.h"
#include "kernel/base/printk.h"
#include "kernel/base/random.h"
#include "kernel/base/rcu.h"
#include "kernel/base/sched.h"
#include "kernel/base/softirq.h"
#include "kernel/base/time.h"
#include "kernel/base/timer.h"
#include "kernel/task/kthread.h"
#include "kernel/task/task.h"
#include "lib/bug.h"
#include "mm/memblock.h"
#include "mm/page_alloc.h"
#include "mm/percpu.h"
#include "mm/slab.h"
#include "mm/vmalloc.h"

void start_kernel(void); /* called by arch alone, which may include nothing from here */

/* Page-table pages: while memblock owns the memory, and after. */
static void *table_from_memblock(void)
{
	return memblock_try_alloc(PAGE_SIZE, PAGE_SIZE);
}

static void *table_from_pages(void)
{
	return (void *)get_zeroed_page(GFP_ATOMIC);
}

static void arch_message(const char *text)
{
	pr_warn("%s", text);
}

static void free_init_memory(void)
{
	phys_addr_t base;
	u64 size;

	mmu_free_init(&base, &size);
	pr_info("mem: %luK of code and data that only the boot needed given back\n",
		free_reserved_range(base, base + size) * (PAGE_SIZE / 1024));
}

/* The rest of the boot, in a thread: from here on code may sleep. */
static void init_thread(void *unused)
{
	kthreads_start();	/* ksoftirqd and the worker: initcalls may queue work */
	cpus_start();		/* the others: before anything counts CPUs or spreads over them */
	do_initcalls();		/* buses, drivers, protocols, in their order */
	random_init_late();	/* the drivers' entropy has come, if there is any */
	mmu_seal();		/* what is constant from now on becomes read-only */
	free_init_memory();	/* the code above does not run again */
	config_apply();		/* addresses, routes, settings */
	ready();		/* the line that the world waits for */
	session();		/* self-tests, benchmarks, or the shell */
}

/* One allocation that failed is not the end: everything else is done by this thread. */
static void start_first_thread(void)
{
	for (unsigned int tries = 0; !kthread_run(init_thread, NULL, "init"); tries++) {
		if (tries == 3)
			panic("no memory for the first thread");
		pr_warn("no memory for the first thread: once more");
	}
}

void start_kernel(void)
{
	panic_init();		/* a trap in any line below shows where */
	uart16550_init();	/* the log is seen from its first line on */
	pr_info("Flagstone, booted by %s%s%s", boot_info.protocol, boot_info.loader[0] ? ", " : "",
		boot_info.loader);
	params_parse((char *)boot_info.cmdline); /* what follows asks for mem=, loglevel=, slab= */

	arch_hooks.message = arch_message;
	memblock_init(&boot_info); /* RAM, and what of it is taken */
	memblock_set_limit(4ull << 30); /* as far as the early page tables reach */
	arch_hooks.alloc_table = table_from_memblock;
	mmu_init(&boot_info);	/* all RAM mapped, nothing writable and executable */
	memblock_set_limit(~0ull);
	acpi_init();		/* tables are read through the direct map */
	acpi_madt_init();	/* how many CPUs there may be */
	acpi_srat_init();	/* nodes: per-CPU areas and zones follow them */
	setup_per_cpu_areas();	/* before anything keeps a pointer into the section */
	cpus_init();		/* who can be called, before anybody calls */
	sched_init();		/* this code is a thread: locks have an owner */
	mem_init();		/* zones and buddy take over from memblock */
	arch_hooks.alloc_table = table_from_pages;
	kmem_cache_init();	/* slabs come from pages */
	vmalloc_init();		/* its areas are described by slab objects */

	softirq_init();		/* before the first interrupt ends */
	timer_init();
	rcu_init();
	irq_setup();		/* interrupt controllers, all lines off */
	time_init_arch();	/* the TSC's rate: needs no interrupt, at most 1 ms */
	random_init();		/* keys of the tables that come next; the TSC has moved by now */
	time_init();		/* the tick begins as soon as interrupts are on */
	local_irq_enable();

	kmem_cache_init_late();	/* whatever of it wants a running clock */
	start_first_thread();
	idle_loop();
}
