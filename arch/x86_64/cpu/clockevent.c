/* SPDX-License-Identifier: MIT */
/*
 * arch/x86_64/cpu/clockevent.c - one timer event a CPU.
 *
 * Overview    From each CPU's local APIC timer: TSC deadline mode where the CPU has it, else one
 *             shot, counting down. On a machine without an APIC (which has one CPU) from channel 0
 *             of the PIT, one shot. All three are set relative to now, so an error of the
 *             frequency costs its share of the distance, not of the uptime.
 * Early       One shot counts 32 bits of some 100 MHz to 1 GHz, the PIT 16 bits of 1.2 MHz (55 ms):
 *             what lies further off comes early, and whoever set it looks at the clock and sets it
 *             again. Roundings go upwards, so that a near event is not early.
 * Locking     None: a CPU sets its own timer, with interrupts off.
 * Tested      TCG has no TSC deadline: that mode runs against a fake APIC, tests/host/test_apic.c.
 * Reference   Intel SDM volume 3, 11.5.4 (APIC timer; 11.5.4.1 TSC deadline); Intel 8254 data sheet.
 */
#include <arch/irq.h>
#include <arch/percpu.h>
#include <arch/time.h>
#include "apic_internal.h"

#define NSEC_PER_SEC	 1000000000ULL
#define MSR_TSC_DEADLINE 0x6e0
#define DIVIDE_BY_1	 0xb
#define APIC_HZ_MIN	 100000	/* slower is no timer but a failed measurement */
#define ONESHOT_MAX_NS	 4000000000ULL	/* times a 32-bit frequency: still 64 bits */

#define PIT_HZ		 1193182u
#define PIT_CH0		 0x40
#define PIT_MODE	 0x43
#define PIT_ONESHOT	 0x30		/* channel 0, low then high, mode 0 */
#define PIT_MAX_NS	 54000000ULL
#define PIT_LINE	 0

static enum { TIMER_NONE, TIMER_ONESHOT, TIMER_DEADLINE, TIMER_PIT } kind __ro_after_init;
static void (*event_handler)(void) __ro_after_init;

void clockevent_interrupt(void)
{
	if (smp_processor_id() == 0)
		time_refine();
	if (event_handler)
		event_handler();
}

static void pit_interrupt(unsigned int irq, void *dev)
{
	clockevent_interrupt();
}

static void setup_local(void)
{
	if (kind == TIMER_ONESHOT)
		apic_write(APIC_TIMER_DIVIDE, DIVIDE_BY_1);
	if (kind == TIMER_ONESHOT || kind == TIMER_DEADLINE)
		apic_write(APIC_LVT_TIMER,
			   VECTOR_TICK | (kind == TIMER_DEADLINE ? APIC_LVT_DEADLINE : 0));
	/* In xAPIC mode that was a store: the first deadline must not overtake it (11.5.4.1). */
	hw_fence();
	clockevent_stop();
}

void __init clockevent_init(void (*handler)(void))
{
	event_handler = handler;
	if (irq_have_apic() && hw_has(X86_FEATURE_TSC_DEADLINE))
		kind = TIMER_DEADLINE;
	else if (irq_have_apic() && apic_timer_hz >= APIC_HZ_MIN)
		kind = TIMER_ONESHOT;
	else if (request_irq(PIT_LINE, pit_interrupt, "timer", &event_handler) == 0)
		kind = TIMER_PIT;
	setup_local();
}

bool clockevent_per_cpu(void)
{
	return kind == TIMER_ONESHOT || kind == TIMER_DEADLINE;
}

void clockevent_init_secondary(void)
{
	setup_local();
}

void clockevent_set(u64 when)
{
	u64 tsc = rdtsc(), now = arch_clock_ns(), ns = when > now ? when - now : 0, count;

	switch (kind) {
	case TIMER_DEADLINE:
		/* Not 0, which would disarm. The counts have 63 bits at most: no overflow. */
		hw_wrmsr(MSR_TSC_DEADLINE, tsc + time_ns_to_tsc(ns) + 1);
		break;
	case TIMER_ONESHOT:
		count = min(ns, ONESHOT_MAX_NS) * apic_timer_hz / NSEC_PER_SEC + 1;
		apic_write(APIC_TIMER_INITIAL, (u32)min_t(u64, count, ~0u));
		break;
	case TIMER_PIT:
		count = min(ns, PIT_MAX_NS) * PIT_HZ / NSEC_PER_SEC + 1;
		outb(PIT_MODE, PIT_ONESHOT);
		outb(PIT_CH0, (u8)count);
		outb(PIT_CH0, (u8)(count >> 8));
		break;
	case TIMER_NONE:
		break;
	}
}

void clockevent_stop(void)
{
	switch (kind) {
	case TIMER_DEADLINE:
		hw_wrmsr(MSR_TSC_DEADLINE, 0);
		break;
	case TIMER_ONESHOT:
		apic_write(APIC_TIMER_INITIAL, 0);
		break;
	case TIMER_PIT:
		outb(PIT_MODE, PIT_ONESHOT);	/* it counts once it has been given a count */
		break;
	case TIMER_NONE:
		break;
	}
}
