/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/console.h - the line discipline between the serial port and the shell: echo, editing,
 * history.
 *
 * A driver feeds received bytes (console_receive(), any context) and registers a struct console for
 * output. The shell reads lines (console_read_line()) and writes through console_out. See console.c
 * for the rules of the screen.
 */
#ifndef KERNEL_BASE_CONSOLE_H
#define KERNEL_BASE_CONSOLE_H

#include "kernel/base/out.h"
#include "kernel/base/command.h"
#include "lib/types.h"

#define CONSOLE_PROMPT "flagstone> "

/* console_receive() - a byte came in. Context: any. */
void console_receive(u8 byte);

/*
 * console_read_line() - print the prompt, let a line be typed, return it without its end in @buf.
 * Return: length; -EINTR when Ctrl-C was typed (the prompt comes again with the next call).
 */
int console_read_line(char *buf, size_t size);

/*
 * The console as a stream of text: "\n" becomes CR LF on the wire, before a prompt the cursor
 * stands in column 0.
 */
extern struct out console_out;

/*
 * console_write_log() - printk's way: one whole log line, put above a prompt that is being typed
 * at.
 */
void console_write_log(const char *s, size_t n);

/* console_fresh_line() - end the line that output stands in, if it stands in one. */
void console_fresh_line(void);

/* console_flush() - wait until everything written has left the devices (bounded). */
void console_flush(void);

/* console_drained() - a device has room again. Context: any. */
void console_drained(void);

/*
 * One editor; separate from the screen so that tests can feed it bytes and compare what it echoes.
 */
#define EDITOR_HISTORY 32

struct editor {
	struct out *echo;
	char line[COMMAND_LINE_MAX];
	u32 len;
	u32 cursor;
	u8 escape;		/* state inside an escape sequence */
	u8 escape_arg;
	bool ansi;		/* an escape sequence came, so the terminal knows them */
	bool last_was_cr;
	const char *prompt;
	u32 history_count;	/* lines ever stored */
	u32 history_pos;	/* line shown now; history_count: the one being typed */
	char saved[COMMAND_LINE_MAX];	/* what was being typed before going back in history */
	char history[EDITOR_HISTORY][256];
};

enum editor_event {
	EDITOR_MORE,		/* nothing yet */
	EDITOR_LINE,		/* editor->line is complete (NUL-terminated, len bytes) */
	EDITOR_INTERRUPT,	/* Ctrl-C */
};

void editor_init(struct editor *e, struct out *echo, const char *prompt);
void editor_begin(struct editor *e);		/* empty line, print the prompt */
enum editor_event editor_feed(struct editor *e, u8 byte);
void editor_redraw(struct editor *e);		/* prompt and typed text on a fresh line */

#endif
