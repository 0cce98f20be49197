/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/console.c - the screen that log lines, command output and the line editor share.
 *
 * Overview   Drivers hand received bytes in (console_receive) and take the bytes to send (struct
 *            console). The shell reads lines; commands write to console_out; printk brings whole
 *            log lines.
 * Screen     The prompt is on the screen exactly while a line may be typed. A log line that comes
 *            then starts on a fresh line and is followed by the prompt and the typed text again.
 *            Text that stands in an unfinished line is broken off before a log line. "\n" becomes
 *            CR LF on the wire.
 * Input      A ring of INPUT_SIZE bytes: what is typed while a command runs waits there, unechoed,
 *            for the next prompt. Ctrl-C while a command runs is taken out of turn: it discards
 *            what was typed ahead, shows ^C and raises the interrupt flag of command.c.
 * Locking    screen.lock (interrupts off), a leaf but for the driver's own lock and the log's: the
 *            screen's state, the editor, the input ring. The waits' locks are taken outside it. In
 *            a panic it is ignored.
 * Limits     INPUT_SIZE 4,096 bytes typed ahead; more is dropped. A command's output waits for a
 *            device that is slow; when it has stood still for OUTPUT_PATIENCE, what does not fit is
 *            dropped until it moves again: a router must not stand still because nobody reads its
 *            console.
 */
#include "kernel/base/console.h"
#include "kernel/base/panic.h"
#include "kernel/base/printk.h"
#include "kernel/base/spinlock.h"
#include "kernel/base/time.h"
#include "kernel/base/wait.h"
#include "lib/errno.h"
#include "lib/string.h"

#define INPUT_SIZE	4096u
#define OUTPUT_CHUNK	512u /* bytes written under the lock at once */
#define OUTPUT_PATIENCE (2 * HZ)
#define CTRL_C		0x03

static struct {
	spinlock_t lock;
	struct console *devices;	/* [lock] */
	bool mid_line;			/* [lock] the cursor is not in column 0 */
	bool editing;			/* [lock] the prompt is on the screen */
	bool editor_ready;		/* [lock] */
	bool stalled;			/* [any] a device has stood still for OUTPUT_PATIENCE */
	u8 input[INPUT_SIZE];		/* [lock] */
	u32 input_head;			/* [lock] bytes ever received */
	u32 input_tail;			/* [lock] bytes ever taken */
	struct editor editor;		/* [lock] */
} screen = { .lock = SPINLOCK_INIT(screen.lock) };

static DECLARE_WAIT_QUEUE_HEAD(input_wait);
static DECLARE_WAIT_QUEUE_HEAD(drain_wait);

static void screen_lock(unsigned long *flags) __acquires(screen.lock) __no_lock_analysis
{
	local_irq_save(*flags);
	if (!panic_in_progress)
		spin_lock(&screen.lock);
}

static void screen_unlock(unsigned long flags) __releases(screen.lock) __no_lock_analysis
{
	if (!panic_in_progress)
		spin_unlock(&screen.lock);
	local_irq_restore(flags);
}

static void device_write(const char *s, size_t n)
{
	struct console *con;

	for (con = screen.devices; con; con = con->next) {
		if (panic_in_progress)
			con->write_atomic(con, s, n);
		else
			con->write(con, s, n);
	}
}

/* Text to the devices, with CR before each LF. Lock held. */
static void screen_write(const char *s, size_t n)
{
	size_t start = 0, i;

	if (!n)
		return;
	for (i = 0; i < n; i++) {
		if (s[i] != '\n')
			continue;
		device_write(s + start, i - start);
		device_write("\r\n", 2);
		start = i + 1;
	}
	if (start < n)
		device_write(s + start, n - start);
	screen.mid_line = s[n - 1] != '\n';
}

static void editor_echo_write(struct out *out, const char *s, size_t n)
{
	screen_write(s, n);
}

static struct out editor_echo = { editor_echo_write };

/*
 * The least room among the devices. Without the lock: devices stay, and room is a moment's answer.
 */
static size_t screen_room(void)
{
	struct console *con;
	size_t room = OUTPUT_CHUNK * 2;

	for (con = screen.devices; con; con = con->next)
		room = min(room, con->room(con));
	return room;
}

void console_drained(void)
{
	if (waitqueue_active(&drain_wait))
		wake_up_all(&drain_wait);
}

/*
 * Sleep until @n bytes fit. Return: false when the device has stood still for long; from then on it
 * is not waited for.
 */
static bool wait_for_room(size_t n)
{
	if (in_interrupt() || irqs_disabled() || !scheduler_running())
		return true;
	if (screen_room() < n && !screen.stalled)
		wait_event_timeout(drain_wait, screen_room() >= n, OUTPUT_PATIENCE);
	WRITE_ONCE(screen.stalled, screen_room() < n);
	return !screen.stalled;
}

static void console_out_write(struct out *out, const char *s, size_t n)
{
	unsigned long flags;
	size_t part;

	while (n) {
		part = min(n, (size_t)OUTPUT_CHUNK);
		if (!wait_for_room(2 * part))
			return;
		screen_lock(&flags);
		screen_write(s, part);
		screen_unlock(flags);
		s += part;
		n -= part;
	}
}

struct out console_out = { console_out_write };

void console_fresh_line(void)
{
	unsigned long flags;

	screen_lock(&flags);
	if (screen.mid_line)
		screen_write("\n", 1);
	screen_unlock(flags);
}

void console_write_log(const char *s, size_t n)
{
	unsigned long flags;

	screen_lock(&flags);
	if (screen.mid_line)
		screen_write("\n", 1);
	screen_write(s, n);
	if (screen.editing && !panic_in_progress)
		editor_redraw(&screen.editor);
	screen_unlock(flags);
}

void register_console(struct console *con)
{
	char line[LOG_LINE_MAX + 32];
	u64 seq = log_first_seq();
	struct console *others;
	unsigned long flags;
	size_t n;
	int level;

	screen_lock(&flags);
	others = screen.devices;
	screen.devices = con;
	con->next = NULL;
	while ((n = log_read(&seq, line, sizeof(line), &level)) != 0) {
		if (level < console_loglevel)
			screen_write(line, n);
	}
	con->next = others;
	screen_unlock(flags);
}

void console_flush(void)
{
	u64 deadline = ktime_get_ns() + NSEC_PER_SEC;
	struct console *con;
	unsigned long flags;
	bool busy = true;

	while (busy && ktime_get_ns() < deadline) {
		busy = false;
		screen_lock(&flags);
		for (con = screen.devices; con; con = con->next)
			busy |= con->busy && con->busy(con);
		screen_unlock(flags);
	}
}

void console_receive(u8 byte)
{
	bool interrupts = false;
	unsigned long flags;

	screen_lock(&flags);
	if (byte == CTRL_C && !screen.editing) {
		screen.input_tail = screen.input_head;
		screen_write("^C\n", 3);
		interrupts = true;
	} else if (screen.input_head - screen.input_tail < INPUT_SIZE) {
		screen.input[screen.input_head++ % INPUT_SIZE] = byte;
	}
	screen_unlock(flags);
	if (interrupts)
		command_interrupt();
	else
		wake_up(&input_wait);
}

/* Drop what was typed ahead up to the last Ctrl-C. Return: false when there is none. Lock held. */
static bool discard_to_ctrl_c(void)
{
	bool found = false;
	u32 at;

	for (at = screen.input_tail; at != screen.input_head; at++) {
		if (screen.input[at % INPUT_SIZE] != CTRL_C)
			continue;
		screen.input_tail = at + 1;
		found = true;
	}
	return found;
}

/*
 * Feed what has come to the editor. A Ctrl-C that came with the line, behind it, is meant for the
 * command that the line starts.
 */
static enum editor_event feed_editor(void)
{
	enum editor_event event = EDITOR_MORE;
	bool interrupts = false;
	unsigned long flags;

	screen_lock(&flags);
	while (event == EDITOR_MORE && screen.input_tail != screen.input_head)
		event = editor_feed(&screen.editor, screen.input[screen.input_tail++ % INPUT_SIZE]);
	if (event != EDITOR_MORE)
		screen.editing = false;
	if (event == EDITOR_LINE && discard_to_ctrl_c()) {
		screen_write("^C\n", 3);
		interrupts = true;
	}
	screen_unlock(flags);
	if (interrupts)
		command_interrupt();
	return event;
}

int console_read_line(char *buf, size_t size)
{
	enum editor_event event;
	unsigned long flags;

	screen_lock(&flags);
	if (!screen.editor_ready) {
		editor_init(&screen.editor, &editor_echo, CONSOLE_PROMPT);
		screen.editor_ready = true;
	}
	if (screen.mid_line)
		screen_write("\n", 1);
	screen.editing = true;
	editor_begin(&screen.editor);
	screen_unlock(flags);

	while ((event = feed_editor()) == EDITOR_MORE)
		wait_event(input_wait,
			   READ_ONCE(screen.input_head) != READ_ONCE(screen.input_tail));
	if (event == EDITOR_INTERRUPT)
		return -EINTR;
	return strscpy(buf, screen.editor.line, size);
}
