/* SPDX-License-Identifier: MIT */
/*
 * arch/x86_64/cpu/irq.c - device interrupts: from the vector to the handler.
 *
 * Overview    Legacy lines arrive through the two 8259s (vectors 0x20-0x2f), message-signalled
 *             interrupts straight at the local APIC (0x30-0xdf, the vector is the irq number), the
 *             timer at 0xec, inter-processor interrupts at 0xf0-0xf4. The I/O APIC is not used: its
 *             redirection entries stay masked, as the firmware and reset leave them.
 * Structure   One descriptor a vector. A legacy line has a chain of actions, as lines are shared;
 *             an MSI vector has exactly one, kept in the descriptor itself, so its way is two
 *             loads and a call.
 * Flow        irq_enter hook, handler, end-of-interrupt, irq_exit hook. Handlers run with
 *             interrupts off and must quiet a level-triggered device. The EOI comes before
 *             irq_exit, as softirqs run there with interrupts on.
 * CPUs        Legacy lines come to the boot CPU, whose LINT0 alone is open. Message-signalled ones
 *             are spread when they are allocated and moved when their CPU goes; the vector means
 *             the same on every CPU, so a move changes the destination only. While it moves, the
 *             handler may run on both CPUs at once.
 * Locking     irq_lock, interrupts off, for descriptors, lines and masks; the devices' own messages
 *             are rewritten under it. Dispatch takes no lock: what it reads is complete before it
 *             can be found (handler and link are stored last), and stays until cpus_sync() has seen
 *             every CPU outside of a handler. The 8259s' command ports are the boot CPU's.
 * Limits      176 MSI vectors: 58 NICs of three. 64 actions on legacy lines. MSI has eight bits for
 *             its destination: CPUs with a larger APIC ID get none.
 * Observe     `interrupts`; spurious interrupts are counted.
 * Reference   Intel 8259A data sheet; Intel SDM volume 3, 11.8 (interrupts), 11.11 (MSI format).
 */
#include "lib/errno.h"
#include <arch/barrier.h>
#include <arch/io.h>
#include <arch/irq.h>
#include <arch/irqflags.h>
#include <arch/percpu.h>
#include <arch/smp.h>
#include <arch/trap.h>
#include "arch/x86_64/mm/mm_internal.h"
#include "cpu_internal.h"

#define PIC1		0x20
#define PIC2		0xa0
#define PIC_READ_ISR	0x0b
#define PIC_EOI		0x60	/* specific: plus the line */
#define CASCADE		2
#define LEGACY_LINES	16
#define MAX_ACTIONS	64

static_assert(CASCADE == VECTOR_NMI, "irq_count_on()");

#define MSI_ADDRESS	0xfee00000u

/* Locks: [d] irq_lock, and dispatch reads it without */
struct irq_action {
	irq_handler_t		handler;	/* [d] NULL: free slot */
	void			*dev;		/* [d] */
	const char		*name;
	struct irq_action	*next;		/* [d] the next on this line */
};

/* Locks: [l] irq_lock; [d] the same, and dispatch reads it without */
struct irq_desc {
	irq_handler_t	handler;	/* [d] NULL: nobody's, or being freed */
	void		*dev;		/* [d] */
	const char	*name;		/* [l] NULL: free */
	const char	*label;		/* [I] vectors of the CPU's own */
	msi_retarget_t	retarget;	/* [l] */
	void		*retarget_ctx;	/* [l] */
	unsigned int	cpu;		/* [l] where the message leads */
};

static struct irq_desc descs[IRQ_MAX];			/* by vector */
static struct irq_action *lines[LEGACY_LINES];		/* [d] */
static struct irq_action actions[MAX_ACTIONS];
static u16 pic_mask = 0xffff;				/* [l] */
static u32 irq_lock;
static bool have_apic __ro_after_init;

/* By vector. What nobody asked for is counted as VECTOR_SPURIOUS, too. */
static DEFINE_PER_CPU(u32[IRQ_MAX], counts);

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
	const struct irq_action *a = READ_ONCE(lines[line]);

	if (pic_spurious(line)) {
		this_cpu_inc(counts[VECTOR_SPURIOUS]);
		return;
	}
	if (!a)
		this_cpu_inc(counts[VECTOR_SPURIOUS]);
	for (; a; a = READ_ONCE(a->next))
		a->handler(line, a->dev);
	pic_eoi(line);
}

/* Called by interrupt_common, interrupts off. */
void irq_dispatch(unsigned int vector)
{
	const struct irq_desc *desc = &descs[vector];
	irq_handler_t handler = smp_load_acquire(&desc->handler);

	this_cpu_inc(counts[vector]);
	arch_hooks.irq_enter();
	if (likely(handler)) {
		handler(vector, desc->dev);
		apic_eoi();
	} else if (vector - VECTOR_LEGACY < LEGACY_LINES) {
		legacy_interrupt(vector - VECTOR_LEGACY);
	} else if (vector != VECTOR_SPURIOUS) {	/* that one is not in service */
		this_cpu_inc(counts[VECTOR_SPURIOUS]);
		if (have_apic)
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
	flags = arch_lock(&irq_lock);
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
	smp_store_release(link, a);
	pic_set_mask(pic_mask & (u16)~(1u << irq));
out:
	arch_unlock(&irq_lock, flags);
	return err;
}

/* Take @dev's action off its line. Return: it, still readable; NULL when there is none. */
static struct irq_action *unlink_action(unsigned int line, void *dev)
{
	struct irq_action **link = &lines[line], *a;

	while (*link && (*link)->dev != dev)
		link = &(*link)->next;
	a = *link;
	if (a)
		WRITE_ONCE(*link, a->next);
	if (!lines[line])
		pic_set_mask(pic_mask | (u16)(1u << line));
	return a;
}

void free_irq(unsigned int irq, void *dev)
{
	struct irq_action *a;
	unsigned long flags;

	if (irq >= VECTOR_MSI) {
		msi_free(irq, dev);
		return;
	}
	if (irq >= LEGACY_LINES)
		return;
	flags = arch_lock(&irq_lock);
	a = unlink_action(irq, dev);
	arch_unlock(&irq_lock, flags);
	if (!a)
		return;
	cpus_sync();
	flags = arch_lock(&irq_lock);
	*a = (struct irq_action){ 0 };
	arch_unlock(&irq_lock, flags);
}

/* --- message-signalled ------------------------------------------------------------------------ */

/* The CPU of @mask that MSI can reach and that has the fewest vectors; the boot CPU for want. */
static unsigned int least_loaded(cpumask_t mask)
{
	unsigned int load[NR_CPUS] = { 0 }, best = NR_CPUS, cpu;

	for (unsigned int v = VECTOR_MSI; v < VECTOR_MSI_END; v++)
		load[descs[v].cpu] += descs[v].name != NULL;
	for_each_cpu(cpu, mask) {
		if (arch_cpu_apic_id(cpu) <= XAPIC_ID_MAX &&
		    (best == NR_CPUS || load[cpu] < load[best]))
			best = cpu;
	}
	return best == NR_CPUS ? 0 : best;
}

/* Physical destination, fixed delivery, edge: all zero but these. */
static struct msi_msg message(unsigned int vector, unsigned int cpu)
{
	return (struct msi_msg){ MSI_ADDRESS | arch_cpu_apic_id(cpu) << 12, vector };
}

int msi_alloc(irq_handler_t handler, const char *name, void *dev, struct msi_msg *msg)
{
	unsigned long flags;
	int irq = -ENOSPC;

	if (!have_apic)
		return -ENODEV;
	flags = arch_lock(&irq_lock);
	for (unsigned int v = VECTOR_MSI; v < VECTOR_MSI_END; v++) {
		struct irq_desc *d = &descs[v];

		if (d->name)
			continue;
		d->cpu = least_loaded(cpu_online_mask_get());
		d->dev = dev;
		d->name = name ? name : "";
		*msg = message(v, d->cpu);
		smp_store_release(&d->handler, handler);
		irq = (int)v;
		break;
	}
	arch_unlock(&irq_lock, flags);
	return irq;
}

void msi_free(unsigned int irq, void *dev)
{
	struct irq_desc *d = &descs[irq];
	unsigned long flags;
	bool mine;

	if (irq < VECTOR_MSI || irq >= VECTOR_MSI_END)
		return;
	flags = arch_lock(&irq_lock);
	mine = d->handler && d->dev == dev;
	if (mine) {
		WRITE_ONCE(d->handler, NULL);
		d->retarget = NULL;
	}
	arch_unlock(&irq_lock, flags);
	if (!mine)
		return;
	cpus_sync();
	flags = arch_lock(&irq_lock);
	*d = (struct irq_desc){ 0 };
	arch_unlock(&irq_lock, flags);
}

/* irq_lock held. */
static void move_away(unsigned int vector, struct irq_desc *d)
{
	struct msi_msg msg;

	d->cpu = least_loaded(cpu_online_mask_get() & ~cpumask_of(d->cpu));
	msg = message(vector, d->cpu);
	d->retarget(vector, d->retarget_ctx, &msg);
}

void msi_set_retarget(unsigned int irq, msi_retarget_t retarget, void *ctx)
{
	struct irq_desc *d = &descs[irq];
	unsigned long flags;

	if (irq < VECTOR_MSI || irq >= VECTOR_MSI_END)
		return;
	flags = arch_lock(&irq_lock);
	d->retarget_ctx = ctx;
	d->retarget = retarget;
	if (retarget && !cpu_online(d->cpu))	/* it went since msi_alloc() */
		move_away(irq, d);
	arch_unlock(&irq_lock, flags);
}

void irq_migrate_from(unsigned int cpu)
{
	unsigned long flags = arch_lock(&irq_lock);

	for (unsigned int v = VECTOR_MSI; v < VECTOR_MSI_END; v++) {
		struct irq_desc *d = &descs[v];

		if (!d->name || d->cpu != cpu || !d->retarget)
			continue;
		move_away(v, d);
		/* The device sends no more to here; what has come may not be taken any more. */
		if (apic_is_pending((u8)v))
			apic_send(arch_cpu_apic_id(d->cpu), (u8)v);
	}
	arch_unlock(&irq_lock, flags);
}

/* --- setting up ------------------------------------------------------------------------------- */

static void __init set_system_vector(unsigned int vector, const char *label, const char *name,
				     irq_handler_t handler)
{
	descs[vector] = (struct irq_desc){ .handler = handler, .name = name, .label = label };
}

void __init irq_setup(void)
{
	pic_init_one(PIC1, VECTOR_LEGACY, 1u << CASCADE);
	pic_init_one(PIC2, VECTOR_LEGACY + 8, CASCADE);
	pic_set_mask(0xffff & ~(1u << CASCADE));
	set_system_vector(VECTOR_NMI, "NMI", "Non-maskable interrupts", NULL);
	set_system_vector(VECTOR_SPURIOUS, "SPU", "Spurious interrupts", NULL);
	have_apic = apic_setup(cpu_max_apic_id());
	if (!have_apic)
		return;
	set_system_vector(VECTOR_TICK, "LOC", "Local timer interrupts", timer_interrupt);
	set_system_vector(VECTOR_IPI + IPI_RESCHEDULE, "RES", "Rescheduling interrupts",
			  ipi_interrupt);
	set_system_vector(VECTOR_IPI + IPI_CALL, "CAL", "Function call interrupts", ipi_interrupt);
	set_system_vector(VECTOR_TLB, "TLB", "TLB shootdowns", tlb_interrupt);
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

u64 irq_count_on(unsigned int irq, unsigned int cpu)
{
	/* Line 2 is the cascade, which never interrupts: 2 is the NMI's vector. */
	bool line = irq < LEGACY_LINES && irq != VECTOR_NMI;

	return per_cpu(counts, cpu)[line ? irq + VECTOR_LEGACY : irq];
}

/* In the order in which Linux's users are used to them. */
static const u8 system_vectors[] = {
	VECTOR_NMI, VECTOR_TICK, VECTOR_SPURIOUS, VECTOR_IPI + IPI_RESCHEDULE,
	VECTOR_IPI + IPI_CALL, VECTOR_TLB,
};

static void for_each_system_vector(void (*fn)(const struct irq_info *info, void *ctx), void *ctx)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(system_vectors); i++) {
		unsigned int v = system_vectors[i];
		struct irq_info info = {
			.irq = v, .count = count_of(v), .chip = "LAPIC", .name = descs[v].name,
			.label = descs[v].label,
		};

		if (info.label)
			fn(&info, ctx);
	}
}

void irq_for_each(void (*fn)(const struct irq_info *info, void *ctx), void *ctx)
{
	for (unsigned int line = 0; line < LEGACY_LINES; line++) {
		const struct irq_action *a = READ_ONCE(lines[line]);
		struct irq_info info = {
			.irq = line, .count = count_of(VECTOR_LEGACY + line), .chip = "8259",
			.name = a ? a->name : NULL,
		};

		if (a || info.count)
			fn(&info, ctx);
	}
	for (unsigned int v = VECTOR_MSI; v < VECTOR_MSI_END; v++) {
		const struct irq_desc *d = &descs[v];
		struct irq_info info = {
			.irq = v, .count = count_of(v), .chip = "MSI", .name = READ_ONCE(d->name),
			.cpu = d->cpu,
		};

		if (info.name || info.count)
			fn(&info, ctx);
	}
	for_each_system_vector(fn, ctx);
}

u64 irq_spurious_count(void)
{
	return count_of(VECTOR_SPURIOUS);
}
