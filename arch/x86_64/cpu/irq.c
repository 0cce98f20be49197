/* SPDX-License-Identifier: MIT */
/*
 * arch/x86_64/cpu/irq.c - device interrupts: from the vector to the handler.
 *
 * Overview    Legacy lines arrive through the two 8259s (vectors 0x20-0x2f), message-signalled
 *             interrupts straight at the local APIC (0x30-0xdf, the vector is the irq number), the
 *             timer at 0xec, inter-processor interrupts at 0xf0-0xf4. The I/O APIC is not used: its redirection entries stay masked, as
 *             the firmware and reset leave them.
 * Structure   One descriptor a vector. A legacy line has a chain of actions, as lines are shared;
 *             an MSI vector has exactly one, kept in the descriptor itself, so its way is two
 *             loads and a call.
 * Flow        irq_enter hook, handler, end-of-interrupt, irq_exit hook. Handlers run with
 *             interrupts off and must quiet a level-triggered device. The EOI comes before
 *             irq_exit, as softirqs run there with interrupts on.
 * Locking     Descriptors change with interrupts off on the one CPU that runs; a second CPU will
 *             need a lock around request, free and alloc, and a wait in free.
 * Limits      176 MSI vectors: 58 NICs of three. 64 actions on legacy lines.
 * Observe     `interrupts`; spurious interrupts are counted.
 * Reference   Intel 8259A data sheet; Intel SDM volume 3, 11.8 (interrupts), 11.11 (MSI format).
 */
#include "lib/errno.h"
#include <arch/io.h>
#include <arch/irq.h>
#include <arch/irqflags.h>
#include <arch/percpu.h>
#include <arch/smp.h>
#include <arch/trap.h>
#include "cpu_internal.h"

#define PIC1		0x20
#define PIC2		0xa0
#define PIC_READ_ISR	0x0b
#define PIC_EOI		0x60	/* specific: plus the line */
#define CASCADE		2
#define LEGACY_LINES	16
#define MAX_ACTIONS	64

#define MSI_ADDRESS	0xfee00000u

struct irq_action {
	irq_handler_t		handler;	/* NULL: free slot */
	void			*dev;
	const char		*name;
	struct irq_action	*next;		/* the next on this line */
};

struct irq_desc {
	irq_handler_t	handler;	/* MSI */
	void		*dev;
	const char	*name, *chip;
};

static struct irq_desc descs[IRQ_MAX];			/* by vector */
static struct irq_action *lines[LEGACY_LINES];
static struct irq_action actions[MAX_ACTIONS];
static u16 pic_mask = 0xffff;
static bool have_apic __ro_after_init;

static DEFINE_PER_CPU(u32[IRQ_MAX], counts);		/* by vector */
static DEFINE_PER_CPU(u64, spurious);

void irq_dispatch(unsigned int vector);

/* --- 8259 ------------------------------------------------------------------------------------- */

static void pic_set_mask(u16 mask)
{
	pic_mask = mask;
	outb(PIC1 + 1, (u8)mask);
	outb(PIC2 + 1, (u8)(mask >> 8));
}

static void __init pic_init_one(u16 port, u8 vector, u8 cascade)
{
	outb(port, 0x11);		/* initialise; four words follow */
	io_delay();
	outb(port + 1, vector);
	io_delay();
	outb(port + 1, cascade);
	io_delay();
	outb(port + 1, 0x01);		/* 8086 mode, EOI by command */
	io_delay();
}

/* A line that dropped before it was acknowledged shows up as line 7 of its chip, not in service. */
static bool pic_spurious(unsigned int line)
{
	u16 port = line < 8 ? PIC1 : PIC2;

	if ((line & 7) != 7)
		return false;
	outb(port, PIC_READ_ISR);
	if (inb(port) & 0x80)
		return false;
	if (line >= 8)
		outb(PIC1, PIC_EOI | CASCADE);	/* the first chip did see its cascade */
	return true;
}

static void pic_eoi(unsigned int line)
{
	if (line >= 8) {
		outb(PIC2, (u8)(PIC_EOI | (line - 8)));
		line = CASCADE;
	}
	outb(PIC1, (u8)(PIC_EOI | line));
}

/* --- dispatch --------------------------------------------------------------------------------- */

static void legacy_interrupt(unsigned int line)
{
	if (pic_spurious(line)) {
		this_cpu_inc(spurious);
		return;
	}
	if (!lines[line])
		this_cpu_inc(spurious);
	for (struct irq_action *a = lines[line]; a; a = a->next)
		a->handler(line, a->dev);
	pic_eoi(line);
}

/* Called by interrupt_common, interrupts off. */
void irq_dispatch(unsigned int vector)
{
	struct irq_desc *desc = &descs[vector];

	this_cpu_inc(counts[vector]);
	arch_hooks.irq_enter();
	if (likely(desc->handler)) {
		desc->handler(vector, desc->dev);
		apic_eoi();
	} else if (vector - VECTOR_LEGACY < LEGACY_LINES) {
		legacy_interrupt(vector - VECTOR_LEGACY);
	} else {
		this_cpu_inc(spurious);
		if (vector != VECTOR_SPURIOUS && have_apic)	/* that one is not in service */
			apic_eoi();
	}
	arch_hooks.irq_exit();
}

void irq_count(unsigned int vector)
{
	this_cpu_inc(counts[vector]);
}

static void timer_interrupt(unsigned int vector, void *dev)
{
	clockevent_interrupt();
}

static void ipi_interrupt(unsigned int vector, void *dev)
{
	arch_hooks.ipi(vector - VECTOR_IPI);
}

/* --- registration ----------------------------------------------------------------------------- */

static struct irq_action *action_alloc(void)
{
	for (unsigned int i = 0; i < MAX_ACTIONS; i++) {
		if (!actions[i].handler)
			return &actions[i];
	}
	return NULL;
}

int request_irq(unsigned int irq, irq_handler_t handler, const char *name, void *dev)
{
	struct irq_action **link, *a;
	unsigned long flags;
	int err = 0;

	if (irq >= LEGACY_LINES || irq == CASCADE || !handler)
		return -EINVAL;
	local_irq_save(flags);
	for (link = &lines[irq]; *link; link = &(*link)->next) {
		if ((*link)->dev == dev) {
			err = -EBUSY;
			goto out;
		}
	}
	a = action_alloc();
	if (!a) {
		err = -ENOMEM;
		goto out;
	}
	*a = (struct irq_action){ .handler = handler, .dev = dev, .name = name };
	*link = a;
	pic_set_mask(pic_mask & (u16)~(1u << irq));
out:
	local_irq_restore(flags);
	return err;
}

static void free_line(unsigned int line, void *dev)
{
	for (struct irq_action **link = &lines[line]; *link; link = &(*link)->next) {
		struct irq_action *a = *link;

		if (a->dev != dev)
			continue;
		*link = a->next;
		*a = (struct irq_action){ 0 };
		break;
	}
	if (!lines[line])
		pic_set_mask(pic_mask | (u16)(1u << line));
}

void free_irq(unsigned int irq, void *dev)
{
	unsigned long flags;

	if (irq >= VECTOR_MSI) {
		msi_free(irq, dev);
		return;
	}
	if (irq >= LEGACY_LINES)
		return;
	local_irq_save(flags);
	free_line(irq, dev);
	local_irq_restore(flags);
}

int msi_alloc(irq_handler_t handler, const char *name, void *dev, struct msi_msg *msg)
{
	unsigned long flags;
	int irq = -ENOSPC;

	if (!have_apic)
		return -ENODEV;
	local_irq_save(flags);
	for (unsigned int v = VECTOR_MSI; v < VECTOR_MSI_END; v++) {
		if (descs[v].handler)
			continue;
		descs[v] = (struct irq_desc){
			.handler = handler, .dev = dev, .name = name, .chip = "MSI",
		};
		/* Physical destination, fixed delivery, edge: all zero but these. */
		msg->address = MSI_ADDRESS | (u64)(apic_id() & 0xff) << 12;
		msg->data = v;
		irq = (int)v;
		break;
	}
	local_irq_restore(flags);
	return irq;
}

void msi_free(unsigned int irq, void *dev)
{
	unsigned long flags;

	if (irq < VECTOR_MSI || irq >= VECTOR_MSI_END)
		return;
	local_irq_save(flags);
	if (descs[irq].dev == dev)
		descs[irq] = (struct irq_desc){ 0 };
	local_irq_restore(flags);
}

static void __init set_system_vector(unsigned int vector, irq_handler_t handler, const char *name)
{
	descs[vector] = (struct irq_desc){ .handler = handler, .name = name, .chip = "LAPIC" };
}

void __init irq_setup(void)
{
	pic_init_one(PIC1, VECTOR_LEGACY, 1u << CASCADE);
	pic_init_one(PIC2, VECTOR_LEGACY + 8, CASCADE);
	pic_set_mask(0xffff & ~(1u << CASCADE));
	have_apic = apic_setup(cpu_max_apic_id());
	if (!have_apic)
		return;
	set_system_vector(VECTOR_TICK, timer_interrupt, "timer");
	set_system_vector(VECTOR_IPI + IPI_RESCHEDULE, ipi_interrupt, "reschedule");
	set_system_vector(VECTOR_IPI + IPI_CALL, ipi_interrupt, "call");
}

bool irq_have_apic(void)
{
	return have_apic;
}

/* --- for people ------------------------------------------------------------------------------- */

static u64 count_of(unsigned int vector)
{
	unsigned int cpu;
	u64 sum = 0;

	for_each_possible_cpu(cpu)
		sum += per_cpu(counts, cpu)[vector];
	return sum;
}

void irq_for_each(void (*fn)(const struct irq_info *info, void *ctx), void *ctx)
{
	for (unsigned int line = 0; line < LEGACY_LINES; line++) {
		const struct irq_action *a = lines[line];
		struct irq_info info = {
			line, count_of(VECTOR_LEGACY + line), "8259", a ? a->name : "",
		};

		if (a || info.count)
			fn(&info, ctx);
	}
	for (unsigned int v = VECTOR_MSI; v < IRQ_MAX; v++) {
		const struct irq_desc *d = &descs[v];
		struct irq_info info = {
			v, count_of(v), d->chip ? d->chip : "", d->name ? d->name : "",
		};

		if (d->handler || info.count)
			fn(&info, ctx);
	}
}

u64 irq_spurious_count(void)
{
	unsigned int cpu;
	u64 sum = 0;

	for_each_possible_cpu(cpu)
		sum += per_cpu(spurious, cpu);
	return sum;
}
