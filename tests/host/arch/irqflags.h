/* SPDX-License-Identifier: MIT */
/*
 * <arch/irqflags.h> on the host: the interrupt flag of a CPU is a per-CPU variable. What interrupts
 * there are (tests/host/cpu.c) come where the flag is set while one waits.
 */
#ifndef HOST_ARCH_IRQFLAGS_H
#define HOST_ARCH_IRQFLAGS_H

#include <arch/percpu.h>

#include "lib/compiler.h"

#define ARCH_FLAG_IF 0x200UL

DECLARE_PER_CPU(bool, host_irqs_off);

void local_irq_enable(void); /* takes what waits */

static inline void local_irq_disable(void)
{
	this_cpu_write(host_irqs_off, true);
	barrier();
}

static inline unsigned long arch_irq_flags(void)
{
	return this_cpu_read(host_irqs_off) ? 0 : ARCH_FLAG_IF;
}

static inline bool irqs_disabled_flags(unsigned long flags)
{
	return !(flags & ARCH_FLAG_IF);
}

static inline bool irqs_disabled(void)
{
	return this_cpu_read(host_irqs_off);
}

static inline void arch_irq_restore(unsigned long flags)
{
	if (flags & ARCH_FLAG_IF)
		local_irq_enable();
}

#define local_irq_save(flags)                                                                      \
	do {                                                                                       \
		(flags) = arch_irq_flags();                                                        \
		local_irq_disable();                                                               \
	} while (0)
#define local_irq_restore(flags) arch_irq_restore(flags)

#endif
