/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/time.h - two clocks: jiffies (ticks of 4 ms, what timers use) and nanoseconds since
 * entry.
 *
 * Compare jiffies with time_after() and its kin only. jiffies follows the TSC: a tick that the host
 * swallowed is made up by the next one.
 */
#ifndef KERNEL_BASE_TIME_H
#define KERNEL_BASE_TIME_H

#include <arch/time.h>

#include "lib/types.h"

#define HZ		250
#define NSEC_PER_SEC	1000000000ull
#define NSEC_PER_MSEC	1000000ull
#define NSEC_PER_USEC	1000ull
#define USEC_PER_SEC	1000000ul
#define MSEC_PER_SEC	1000ul
#define NSEC_PER_JIFFY	(NSEC_PER_SEC / HZ)

/* Starts far from zero, so that "never" (0) and "long ago" (jiffies - x) are both in the past. */
#define INITIAL_JIFFIES (300ul * HZ)

extern volatile unsigned long jiffies;

#define time_after(a, b)     ((long)((b) - (a)) < 0)
#define time_before(a, b)    time_after(b, a)
#define time_after_eq(a, b)  ((long)((a) - (b)) >= 0)
#define time_before_eq(a, b) time_after_eq(b, a)
#define time_is_before_jiffies(a) time_after(jiffies, a)
#define time_is_after_jiffies(a)  time_before(jiffies, a)

/* Rounded up: a wait is never shorter than asked for. */
static inline unsigned long msecs_to_jiffies(unsigned long ms)
{
	return ms / 1000 * HZ + (ms % 1000 * HZ + 999) / 1000;
}

static inline unsigned long jiffies_to_msecs(unsigned long j)
{
	return j * (1000 / HZ);
}

static inline unsigned long usecs_to_jiffies(unsigned long us)
{
	return msecs_to_jiffies((us + 999) / 1000);
}

/* jiffies_to_clock_t() - in hundredths of a second, the unit of procfs's and iproute2's ages. */
static inline unsigned long jiffies_to_clock_t(unsigned long j)
{
	return j * 100 / HZ;
}

/* ktime_get_ns() - nanoseconds since kernel entry, monotonic. */
static inline u64 ktime_get_ns(void)
{
	return arch_clock_ns();
}

/* udelay() - spin; for device quirks and early boot only. */
void udelay(unsigned long us);

/* time_init() - the clock events are ours, and the boot CPU's tick begins. Boot. */
void time_init(void);

#endif
