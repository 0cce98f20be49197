/* SPDX-License-Identifier: MIT */
/* <arch/irqflags.h> - the CPU's interrupt enable flag. */
#ifndef ARCH_IRQFLAGS_H
#define ARCH_IRQFLAGS_H

#include "lib/types.h"
#include "lib/compiler.h"

#define ARCH_FLAG_IF 0x200UL

static __always_inline void local_irq_disable(void)
{
	__asm__ volatile("cli" : : : "memory");
}

static __always_inline void local_irq_enable(void)
{
	__asm__ volatile("sti" : : : "memory");
}

static __always_inline unsigned long arch_irq_flags(void)
{
	unsigned long flags;

	__asm__ volatile("pushfq; popq %0" : "=rm"(flags) : : "memory");
	return flags;
}

static __always_inline bool irqs_disabled_flags(unsigned long flags)
{
	return !(flags & ARCH_FLAG_IF);
}

static __always_inline bool irqs_disabled(void)
{
	return irqs_disabled_flags(arch_irq_flags());
}

static __always_inline void arch_irq_restore(unsigned long flags)
{
	if (likely(flags & ARCH_FLAG_IF))
		local_irq_enable();
}

/* flags: an unsigned long that the restoring code hands back. */
#define local_irq_save(flags)                                                                      \
	do {                                                                                       \
		(flags) = arch_irq_flags();                                                        \
		local_irq_disable();                                                               \
	} while (0)
#define local_irq_restore(flags) arch_irq_restore(flags)

#endif
