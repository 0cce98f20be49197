/* SPDX-License-Identifier: MIT */
/*
 * <arch/irq.h> - device interrupts.
 *
 * irq 0-15: the legacy lines, through the two 8259s (level or edge as the firmware set it; handlers
 * that share a line are called one after the other). irq >= 32: message-signalled, the number is
 * the vector.
 */
#ifndef ARCH_IRQ_H
#define ARCH_IRQ_H

#include "lib/types.h"
#include "lib/compiler.h"

typedef void (*irq_handler_t)(unsigned int irq, void *dev);

struct msi_msg {
	u64	address;
	u32	data;
};

#define IRQ_MAX 256

/*
 * request_irq() - call @handler(@irq, @dev), interrupts off, when line @irq (0-15) fires. @name and
 * @dev must live until free_irq(); @dev tells handlers of one line apart.
 * Return: 0, -EINVAL (no such line), -EBUSY (@dev has it already), -ENOMEM (no room for one more).
 * Context: thread or boot.
 */
int __must_check request_irq(unsigned int irq, irq_handler_t handler, const char *name, void *dev);

/* free_irq() - Return: nothing; when it returns, the handler does not run and will not. */
void free_irq(unsigned int irq, void *dev);

/*
 * msi_alloc() - take a vector for a message-signalled interrupt of @dev; fills @msg, which leads to
 * the online CPU that has the fewest.
 * Return: the irq number (>= 32), -ENOSPC (none left), -ENODEV (no local APIC).
 */
int __must_check msi_alloc(irq_handler_t handler, const char *name, void *dev, struct msi_msg *msg);
/* msi_free() - as free_irq(). The device must not send it any more. */
void msi_free(unsigned int irq, void *dev);

/*
 * msi_set_retarget() - @retarget(@irq, @ctx, msg) makes the device send @irq as `msg` says, at once
 * (the write has reached the device when it returns). Called with interrupts off, under the lock of
 * the descriptors: it may not call into here. Without one an interrupt stays where it is.
 */
typedef void (*msi_retarget_t)(unsigned int irq, void *ctx, const struct msi_msg *msg);
void msi_set_retarget(unsigned int irq, msi_retarget_t retarget, void *ctx);

/*
 * irq_migrate_from() - the message-signalled interrupts of @cpu go to other online CPUs; one that
 * was on its way is sent again there. Legacy lines are the boot CPU's. drivers/pci/irq.c
 * has it called for each CPU that goes.
 * Context: on @cpu itself, which is offline already or just going, interrupts off.
 */
void irq_migrate_from(unsigned int cpu);

/* irq_setup() - 8259 and local APIC; boot calls it once, after mmu_init(), interrupts off. */
void irq_setup(void);

/* true when a local APIC delivers the interrupts (MSI possible). */
bool irq_have_apic(void);

struct irq_info {
	unsigned int	irq;
	u64		count;		/* since boot, all CPUs */
	const char	*chip;		/* "8259", "MSI", "LAPIC" */
	const char	*name;		/* the handler's; the first one's on a shared line */
	const char	*label;		/* "LOC", "TLB": a CPU's own, shown in place of irq; or NULL */
	unsigned int	cpu;		/* where it goes, if it has no label */
};

/*
 * irq_for_each() - @fn for every irq that has a handler or has fired, in order of number; then for
 * those that have a label.
 */
void irq_for_each(void (*fn)(const struct irq_info *info, void *ctx), void *ctx);

/* irq_count_on() - how often @irq (irq_info.irq; 2: the NMI) has come on possible CPU @cpu. */
u64 irq_count_on(unsigned int irq, unsigned int cpu);

/* Interrupts that nobody asked for: spurious ones, and vectors without a handler. */
u64 irq_spurious_count(void);

#endif
