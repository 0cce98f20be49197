/* SPDX-License-Identifier: MIT */
/*
 * drivers/pci/irq.c - interrupts of PCI devices: MSI-X, and the line that INTx# is wired to.
 *
 * Overview    MSI-X: the device writes a message of ours to the local APIC; each entry of its table
 *             has its own. INTx: a level-triggered line, shared with whoever else is wired to it;
 *             the firmware wrote its number into the device's interrupt line register.
 * Lifetime    pci_msix_enable() masks every entry; pci_msix_request() fills one and unmasks it;
 *             pci_msix_disable() masks and frees all. When a CPU goes offline, entries that lead to
 *             it are led to another.
 * Locking     the driver calls from one thread at a time. msix_lock, interrupts off: the mask bit and
 *             the address of an entry, which irq_migrate_from() changes when a CPU goes. Below the
 *             lock of <arch/irq.h>'s descriptors.
 * Limits      2,048 entries by the capability; vectors are <arch/irq.h>'s to ration.
 * Reference   PCI Local Bus 3.0, 6.8.2, 6.2.4
 */
#define pr_fmt(fmt) "pci: " fmt
#include <arch/io.h>

#include "drivers/pci/pci_internal.h"
#include "kernel/base/cpu.h"
#include "kernel/base/printk.h"
#include "kernel/base/spinlock.h"
#include "lib/errno.h"
#include "mm/slab.h"

static DEFINE_SPINLOCK(msix_lock);

static volatile u8 *msix_entry(const struct pci_dev *dev, unsigned int entry)
{
	return dev->msix_table + entry * PCI_MSIX_ENTRY_SIZE;
}

static void msix_set_flags(struct pci_dev *dev, u16 clear, u16 set)
{
	u16 reg = (u16)(dev->msix_cap + PCI_MSIX_FLAGS);

	pci_write_config16(dev, reg, (u16)((pci_read_config16(dev, reg) & ~clear) | set));
}

static void intx_gate(struct pci_dev *dev, bool off)
{
	u16 command = pci_read_config16(dev, PCI_COMMAND);
	u16 want = off ? command | PCI_COMMAND_INTX_OFF : command & (u16)~PCI_COMMAND_INTX_OFF;

	if (want != command)
		pci_write_config16(dev, PCI_COMMAND, want);
}

int pci_msix_enable(struct pci_dev *dev)
{
	u32 table;
	const struct pci_bar *bar;
	u8 *map;

	if (!dev->msix_cap || !irq_have_apic())
		return -ENODEV;
	table = pci_read_config32(dev, (u16)(dev->msix_cap + PCI_MSIX_TABLE));
	if ((table & 7) >= PCI_NR_BARS)
		return -EINVAL;
	bar = &dev->bars[table & 7];
	if ((table & ~7u) + (u64)dev->msix_count * PCI_MSIX_ENTRY_SIZE > bar->size)
		return -EINVAL;
	map = pci_map_bar(dev, table & 7);
	if (!map)
		return -ENOMEM;
	dev->msix_irqs = kcalloc(dev->msix_count, sizeof(*dev->msix_irqs), GFP_KERNEL);
	dev->msix_data = kcalloc(dev->msix_count, sizeof(*dev->msix_data), GFP_KERNEL);
	if (!dev->msix_irqs || !dev->msix_data) {
		kfree(dev->msix_irqs);
		kfree(dev->msix_data);
		dev->msix_irqs = NULL;
		dev->msix_data = NULL;
		return -ENOMEM;
	}
	dev->msix_table = map + (table & ~7u);
	/*
	 * Masked as a whole while the entries are masked one by one: firmware may have used some.
	 */
	msix_set_flags(dev, 0, PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL);
	for (unsigned int i = 0; i < dev->msix_count; i++)
		writel(PCI_MSIX_ENTRY_MASKED, msix_entry(dev, i) + PCI_MSIX_ENTRY_CTRL);
	intx_gate(dev, true);
	msix_set_flags(dev, PCI_MSIX_FLAGS_MASKALL, 0);
	return dev->msix_count;
}

void pci_msix_mask(struct pci_dev *dev, unsigned int entry, bool masked)
{
	unsigned long flags;

	spin_lock_irqsave(&msix_lock, flags);
	writel(masked ? PCI_MSIX_ENTRY_MASKED : 0, msix_entry(dev, entry) + PCI_MSIX_ENTRY_CTRL);
	spin_unlock_irqrestore(&msix_lock, flags);
}

/* Masked meanwhile, as the message is more than one store; an interrupt waits in the device. */
static void msix_write_message(volatile u8 *e, const struct msi_msg *msg)
{
	unsigned long flags;
	u32 ctrl;

	spin_lock_irqsave(&msix_lock, flags);
	ctrl = readl(e + PCI_MSIX_ENTRY_CTRL);
	writel(ctrl | PCI_MSIX_ENTRY_MASKED, e + PCI_MSIX_ENTRY_CTRL);
	writel((u32)msg->address, e + PCI_MSIX_ENTRY_ADDR_LO);
	writel((u32)(msg->address >> 32), e + PCI_MSIX_ENTRY_ADDR_HI);
	writel(msg->data, e + PCI_MSIX_ENTRY_DATA);
	writel(ctrl, e + PCI_MSIX_ENTRY_CTRL);
	readl(e + PCI_MSIX_ENTRY_CTRL);		/* the device has it now */
	spin_unlock_irqrestore(&msix_lock, flags);
}

static void msix_retarget(unsigned int irq, void *entry, const struct msi_msg *msg)
{
	msix_write_message(entry, msg);
}

int pci_msix_request(struct pci_dev *dev, unsigned int entry, irq_handler_t handler,
		     const char *name, void *data)
{
	struct msi_msg msg;
	int irq;

	if (!dev->msix_table || entry >= dev->msix_count)
		return -EINVAL;
	if (dev->msix_irqs[entry])
		return -EBUSY;
	irq = msi_alloc(handler, name, data, &msg);
	if (irq < 0)
		return irq;
	msix_write_message(msix_entry(dev, entry), &msg);
	/* Last: a move before this would be overwritten by the message of above. */
	msi_set_retarget((unsigned int)irq, msix_retarget, (void *)msix_entry(dev, entry));
	dev->msix_irqs[entry] = irq;
	dev->msix_data[entry] = data;
	pci_msix_mask(dev, entry, false);
	return irq;
}

CPU_NOTIFIER(msix, .dying = irq_migrate_from);

void pci_msix_disable(struct pci_dev *dev)
{
	if (!dev->msix_table)
		return;
	for (unsigned int i = 0; i < dev->msix_count; i++) {
		pci_msix_mask(dev, i, true);
		if (dev->msix_irqs[i])
			msi_free((unsigned int)dev->msix_irqs[i], dev->msix_data[i]);
	}
	msix_set_flags(dev, PCI_MSIX_FLAGS_ENABLE, 0);
	kfree(dev->msix_irqs);
	kfree(dev->msix_data);
	dev->msix_irqs = NULL;
	dev->msix_data = NULL;
	dev->msix_table = NULL;
}

int pci_intx_request(struct pci_dev *dev, irq_handler_t handler, const char *name, void *data)
{
	int ret;

	/* 255: the firmware knows of no wire. 0 is the timer's line on every PC. */
	if (!dev->irq_pin || dev->irq_line == 0 || dev->irq_line > 15)
		return -ENODEV;
	ret = request_irq(dev->irq_line, handler, name, data);
	if (ret)
		return ret;
	intx_gate(dev, false);
	return dev->irq_line;
}

void pci_intx_free(struct pci_dev *dev, void *data)
{
	intx_gate(dev, true);
	free_irq(dev->irq_line, data);
}
