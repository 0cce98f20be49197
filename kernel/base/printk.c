/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/printk.c - the log.
 *
 * Overview   printk() stores a record in a ring (log_ring.c) and then lets the consoles catch up.
 *            dmesg reads the ring.
 * Locking    log_spinlock (interrupts off) guards the ring, a leaf. Who prints holds console_sem,
 *            which is only ever tried: one CPU prints at a time, and whoever finds it taken leaves
 *            its record to the holder, who looks again after releasing it. So printk() works in
 *            every context, also in what the console code calls to print a record; not under the
 *            screen's lock or a driver's otherwise. In a panic neither lock is taken.
 * Limits     LOG_SIZE 64 KB: a boot with 32 NICs logs about 10 KB. LOG_LINE_MAX 512 bytes a line.
 * Observe    dmesg
 */
#define pr_fmt(fmt) "log: " fmt

#include <arch/atomic.h>

#include "kernel/base/console.h"
#include "kernel/base/log_ring.h"
#include "kernel/base/param.h"
#include "kernel/base/printk.h"
#include "kernel/base/spinlock.h"
#include "kernel/base/time.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "lib/string.h"

#define LOG_SIZE (64u << 10)

static u8 log_buf[LOG_SIZE] __aligned(8);
static struct log_ring log_ring = { .buf = log_buf, .size = LOG_SIZE }; /* [log_spinlock] */
static DEFINE_SPINLOCK(log_spinlock);

static u32 console_sem;		/* [a] 1: somebody prints */
static u64 console_seq;		/* [console_sem] next record to print */
static bool loglevel_asked;	/* [I] loglevel= was given */
static bool in_panic;

int console_loglevel = CONSOLE_LOGLEVEL_BOOT;

static void log_lock(unsigned long *flags) __acquires(log_spinlock) __no_lock_analysis
{
	local_irq_save(*flags);
	if (!in_panic)
		spin_lock(&log_spinlock);
}

static void log_unlock(unsigned long flags) __releases(log_spinlock) __no_lock_analysis
{
	if (!in_panic)
		spin_unlock(&log_spinlock);
	local_irq_restore(flags);
}

size_t log_read(u64 *seq, char *buf, size_t size, int *level)
{
	const struct log_record *r;
	unsigned long flags;
	size_t n = 0;
	u64 us;

	log_lock(&flags);
	if (*seq < log_ring.first_seq)
		*seq = log_ring.first_seq;
	if (*seq < log_ring.next_seq) {
		r = log_ring_find(&log_ring, *seq);
		us = r->ns / NSEC_PER_USEC;
		n = scnprintf(buf, size, "[%5llu.%06llu] %.*s\n",
			      (unsigned long long)(us / USEC_PER_SEC),
			      (unsigned long long)(us % USEC_PER_SEC), (int)r->len,
			      (const char *)(r + 1));
		if (level)
			*level = r->level;
		(*seq)++;
	}
	log_unlock(flags);
	return n;
}

u64 log_first_seq(void)
{
	return log_ring.first_seq;
}

u64 log_next_seq(void)
{
	return log_ring.next_seq;
}

/* Print what has not been printed; only one CPU at a time, the others leave it to that one. */
static void console_catch_up(void)
{
	static char line[LOG_LINE_MAX + 32]; /* [console_sem] */
	unsigned long flags;
	int level;
	size_t n;

	do {
		/*
		 * Interrupts stay off while we hold it: an interrupt's printk() would wait until we
		 * come back.
		 */
		local_irq_save(flags);
		if (!in_panic && xchg(&console_sem, 1u) != 0) {
			local_irq_restore(flags);
			return;
		}
		while ((n = log_read(&console_seq, line, sizeof(line), &level)) != 0) {
			if (level < console_loglevel)
				console_write_log(line, n);
		}
		smp_store_release(&console_sem, 0u);
		smp_mb();
		local_irq_restore(flags);
	} while (!in_panic && READ_ONCE(log_ring.next_seq) != READ_ONCE(console_seq));
}

void vprintk(enum log_level level, const char *fmt, va_list ap)
{
	char text[LOG_LINE_MAX];
	unsigned long flags;
	int len;

	len = vscnprintf(text, sizeof(text), fmt, ap);
	if (len && text[len - 1] == '\n')
		len--;
	log_lock(&flags);
	log_ring_store(&log_ring, ktime_get_ns(), level, text, len);
	log_unlock(flags);
	console_catch_up();
}

void printk(enum log_level level, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vprintk(level, fmt, ap);
	va_end(ap);
}

void printk_ready(void)
{
	if (!loglevel_asked)
		console_loglevel = CONSOLE_LOGLEVEL_READY;
}

void printk_enter_panic(void)
{
	in_panic = true;
	if (console_loglevel < CONSOLE_LOGLEVEL_BOOT)
		console_loglevel = CONSOLE_LOGLEVEL_BOOT;
}

bool ratelimit(struct ratelimit_state *rs)
{
	unsigned int missed;

	if (!rs->begin || time_after_eq(jiffies, rs->begin + rs->interval)) {
		missed = rs->missed;
		rs->begin = jiffies;
		rs->passed = 0;
		rs->missed = 0;
		if (missed)
			pr_warn("%u messages left out", missed);
	}
	if (rs->passed < rs->burst) {
		rs->passed++;
		return true;
	}
	rs->missed++;
	return false;
}

static int loglevel_param(const char *val)
{
	int level;

	if (!val || kstrtoint(val, 10, &level) || level < 0 || level > 15)
		return -EINVAL;
	console_loglevel = level;
	loglevel_asked = true;
	return 0;
}
PARAM(loglevel, loglevel_param);

static int quiet_param(const char *val)
{
	console_loglevel = CONSOLE_LOGLEVEL_READY;
	return val ? -EINVAL : 0;
}
PARAM(quiet, quiet_param);
