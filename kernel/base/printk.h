/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/printk.h - the log: a line with a level, kept in a ring and shown on the consoles.
 *
 * One call is one line; a newline at its end is accepted and dropped. May be called in every
 * context, also with interrupts off and before anything is set up (the ring is static). A file sets
 * its tag before its includes: #define pr_fmt(fmt) "neigh: " fmt
 */
#ifndef KERNEL_BASE_PRINTK_H
#define KERNEL_BASE_PRINTK_H

#include <stdarg.h>

#include "lib/compiler.h"
#include "lib/list.h"
#include "lib/types.h"

enum log_level {
	KERN_EMERG,
	KERN_ALERT,
	KERN_CRIT,
	KERN_ERR,
	KERN_WARNING,
	KERN_NOTICE,
	KERN_INFO,
	KERN_DEBUG,
};

#ifndef pr_fmt
#define pr_fmt(fmt) fmt
#endif

/* printk() - log one line. Truncated at LOG_LINE_MAX bytes. */
__printf(2, 3) void printk(enum log_level level, const char *fmt, ...);
void vprintk(enum log_level level, const char *fmt, va_list ap);

#define pr_emerg(fmt, ...)  printk(KERN_EMERG, pr_fmt(fmt), ##__VA_ARGS__)
#define pr_alert(fmt, ...)  printk(KERN_ALERT, pr_fmt(fmt), ##__VA_ARGS__)
#define pr_crit(fmt, ...)   printk(KERN_CRIT, pr_fmt(fmt), ##__VA_ARGS__)
#define pr_err(fmt, ...)    printk(KERN_ERR, pr_fmt(fmt), ##__VA_ARGS__)
#define pr_warn(fmt, ...)   printk(KERN_WARNING, pr_fmt(fmt), ##__VA_ARGS__)
#define pr_notice(fmt, ...) printk(KERN_NOTICE, pr_fmt(fmt), ##__VA_ARGS__)
#define pr_info(fmt, ...)   printk(KERN_INFO, pr_fmt(fmt), ##__VA_ARGS__)
#define pr_debug(fmt, ...)  printk(KERN_DEBUG, pr_fmt(fmt), ##__VA_ARGS__)

#define printk_once(level, fmt, ...)                                                               \
	do {                                                                                       \
		static bool printed_;                                                              \
		if (unlikely(!printed_)) {                                                         \
			printed_ = true;                                                           \
			printk(level, fmt, ##__VA_ARGS__);                                         \
		}                                                                                  \
	} while (0)
#define pr_err_once(fmt, ...)  printk_once(KERN_ERR, pr_fmt(fmt), ##__VA_ARGS__)
#define pr_warn_once(fmt, ...) printk_once(KERN_WARNING, pr_fmt(fmt), ##__VA_ARGS__)
#define pr_info_once(fmt, ...) printk_once(KERN_INFO, pr_fmt(fmt), ##__VA_ARGS__)

/*
 * At most @burst events in @interval jiffies; what was left out is counted and told with the next
 * one let through.
 */
struct ratelimit_state {
	unsigned long begin; /* jiffies */
	unsigned int interval; /* jiffies */
	unsigned int burst;
	unsigned int passed;
	unsigned int missed;
};
#define RATELIMIT_STATE_INIT(interval_, burst_) { .interval = (interval_), .burst = (burst_) }
#define DEFINE_RATELIMIT_STATE(name, interval_, burst_) \
	struct ratelimit_state name = RATELIMIT_STATE_INIT(interval_, burst_)

/* ratelimit() - true when the event may be shown. Races between CPUs only blur the count. */
bool ratelimit(struct ratelimit_state *rs);

#define printk_ratelimited(level, fmt, ...)                                                        \
	do {                                                                                       \
		static DEFINE_RATELIMIT_STATE(rs_, 5 * 250 /* 5 s */, 10);                         \
		if (ratelimit(&rs_))                                                               \
			printk(level, fmt, ##__VA_ARGS__);                                         \
	} while (0)
#define pr_err_ratelimited(fmt, ...)  printk_ratelimited(KERN_ERR, pr_fmt(fmt), ##__VA_ARGS__)
#define pr_warn_ratelimited(fmt, ...) printk_ratelimited(KERN_WARNING, pr_fmt(fmt), ##__VA_ARGS__)
#define pr_info_ratelimited(fmt, ...) printk_ratelimited(KERN_INFO, pr_fmt(fmt), ##__VA_ARGS__)
#define pr_debug_ratelimited(fmt, ...) printk_ratelimited(KERN_DEBUG, pr_fmt(fmt), ##__VA_ARGS__)

#define LOG_LINE_MAX 512 /* bytes of text in one record; longer lines are cut */

/*
 * A device that shows the console. It gets the bytes for the wire ("\r\n" already made), with
 * interrupts off. write() queues them and may drop what the device does not take within a bounded
 * time; write_atomic() (panic) must not lock or rely on interrupts. room() says how many bytes
 * write() takes now without waiting.
 */
struct console {
	const char *name;
	void (*write)(struct console *con, const char *s, size_t n);
	void (*write_atomic)(struct console *con, const char *s, size_t n);
	size_t (*room)(struct console *con);
	bool (*busy)(struct console *con); /* something waits to be sent; also pushes it along */
	struct console *next;
};

/*
 * register_console() - show the lines so far (as far as the ring has them) and all later ones on
 * @con.
 */
void register_console(struct console *con);

/* console_loglevel: lines of a level below this number appear on the consoles. */
extern int console_loglevel;
#define CONSOLE_LOGLEVEL_BOOT  7 /* everything but debug */
#define CONSOLE_LOGLEVEL_READY 5 /* after the prompt: warnings and worse */

/*
 * printk_ready() - from now on only warnings reach the console, unless loglevel= asked for another
 * level.
 */
void printk_ready(void);

/* Panic: lines go out through write_atomic, locks are ignored. */
void printk_enter_panic(void);

/*
 * log_read() - format the record at or after @seq as "[    1.234567] text\n" into @buf.
 * Return: bytes stored (0 at the end); *seq is advanced past the record read.
 */
size_t log_read(u64 *seq, char *buf, size_t size, int *level);

/*
 * log_first_seq() - the oldest record still kept; log_next_seq() - the number that the next one
 * will have.
 */
u64 log_first_seq(void);
u64 log_next_seq(void);

#endif
