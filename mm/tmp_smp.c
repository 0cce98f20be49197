/* SPDX-License-Identifier: MIT */
/* mm/tmp_smp.c - TO BE DROPPED AT THE MERGE: what the branch with the other CPUs defines. */
#include <arch/irqflags.h>
#include <arch/smp.h>
#include "kernel/base/smp.h"
#include "lib/errno.h"

int arch_cpu_by_apic_id(u32 apic_id)
{
	return apic_id ? -ENOENT : 0;
}

void on_each_cpu(smp_call_func_t fn, void *arg)
{
	unsigned long flags;

	local_irq_save(flags);
	fn(arg);
	local_irq_restore(flags);
}
