/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/editor.c - editing one line with nothing but printable bytes and backspaces.
 *
 * Overview  Bytes in, echo out, and now and then a finished line. Terminals understand \b; escape
 *           sequences are sent only once the other side has sent one (cursor keys), and then only
 *           to clear the screen.
 * Keys      Enter (CR or LF; an LF right behind a CR is ignored), Backspace, Ctrl-C give up the
 *           line, Ctrl-U/W/K erase to the left/ a word/to the right, Ctrl-A/E/B/F and the arrows,
 *           Home, End move, Del and Ctrl-D erase under the cursor, up, down, Ctrl-P/N history,
 *           Ctrl-L redraw.
 * Limits    COMMAND_LINE_MAX - 1 bytes a line: further ones ring the bell. History keeps
 *           EDITOR_HISTORY lines of up to 255 bytes; longer ones are not kept.
 * Locking   the caller's (console.c: the screen lock).
 */
#include "kernel/base/console.h"
#include "lib/string.h"

#define CTRL(c) ((c) & 0x1f)
#define DEL	0x7f
#define ESC	0x1b

enum escape_state {
	ESC_NONE,
	ESC_SEEN,	/* ESC */
	ESC_CSI,	/* ESC [ and digits */
	ESC_SS3,	/* ESC O */
};

static void echo(struct editor *e, const char *s, size_t n)
{
	if (n)
		e->echo->write(e->echo, s, n);
}

static void echo_repeat(struct editor *e, char c, u32 n)
{
	char run[32];

	memset(run, c, sizeof(run));
	for (; n > sizeof(run); n -= sizeof(run))
		echo(e, run, sizeof(run));
	echo(e, run, n);
}

void editor_init(struct editor *e, struct out *out, const char *prompt)
{
	memset(e, 0, sizeof(*e));
	e->echo = out;
	e->prompt = prompt;
}

void editor_redraw(struct editor *e)
{
	echo(e, e->prompt, strlen(e->prompt));
	echo(e, e->line, e->len);
	echo_repeat(e, '\b', e->len - e->cursor);
}

void editor_begin(struct editor *e)
{
	e->len = 0;
	e->cursor = 0;
	e->line[0] = '\0';
	e->escape = ESC_NONE;
	e->history_pos = e->history_count;
	editor_redraw(e);
}

static void insert_byte(struct editor *e, char c)
{
	if (e->len + 1 >= sizeof(e->line)) {
		echo(e, "\a", 1);
		return;
	}
	memmove(e->line + e->cursor + 1, e->line + e->cursor, e->len - e->cursor);
	e->line[e->cursor] = c;
	e->len++;
	echo(e, e->line + e->cursor, e->len - e->cursor);
	e->cursor++;
	echo_repeat(e, '\b', e->len - e->cursor);
}

static void move_to(struct editor *e, u32 to)
{
	if (to < e->cursor)
		echo_repeat(e, '\b', e->cursor - to);
	else
		echo(e, e->line + e->cursor, to - e->cursor);
	e->cursor = to;
}

/* Take the @n bytes left of the cursor out. */
static void erase_left(struct editor *e, u32 n)
{
	u32 from = e->cursor - n;

	if (!n)
		return;
	move_to(e, from);
	memmove(e->line + from, e->line + from + n, e->len - from - n);
	e->len -= n;
	echo(e, e->line + from, e->len - from);
	echo_repeat(e, ' ', n);
	echo_repeat(e, '\b', n + e->len - from);
}

static void erase_right(struct editor *e, u32 n)
{
	if (!n)
		return;
	move_to(e, e->cursor + n);
	erase_left(e, n);
}

static u32 word_length_left(const struct editor *e)
{
	u32 at = e->cursor;

	while (at && e->line[at - 1] == ' ')
		at--;
	while (at && e->line[at - 1] != ' ')
		at--;
	return e->cursor - at;
}

/* Show @text instead of what stands in the line. */
static void replace_line(struct editor *e, const char *text)
{
	u32 old = e->len;
	u32 len = strnlen(text, sizeof(e->line) - 1);

	move_to(e, 0);
	memcpy(e->line, text, len);
	e->len = len;
	echo(e, e->line, len);
	if (old > len) {
		echo_repeat(e, ' ', old - len);
		echo_repeat(e, '\b', old - len);
	}
	e->cursor = len;
}

static char *history_slot(struct editor *e, u32 index)
{
	return e->history[index % EDITOR_HISTORY];
}

static void history_store(struct editor *e)
{
	if (!e->len || e->len >= sizeof(e->history[0]))
		return;
	if (e->history_count && strcmp(history_slot(e, e->history_count - 1), e->line) == 0)
		return;
	memcpy(history_slot(e, e->history_count), e->line, e->len + 1);
	e->history_count++;
}

static void history_go(struct editor *e, u32 to)
{
	u32 oldest = e->history_count > EDITOR_HISTORY ? e->history_count - EDITOR_HISTORY : 0;

	if (to + 1 == oldest || to == e->history_count + 1 || to == (u32)-1) {
		echo(e, "\a", 1);
		return;
	}
	if (e->history_pos == e->history_count) {
		memcpy(e->saved, e->line, e->len);
		e->saved[e->len] = '\0';
	}
	e->history_pos = to;
	replace_line(e, to == e->history_count ? e->saved : history_slot(e, to));
}

static void clear_screen(struct editor *e)
{
	if (e->ansi)
		echo(e, "\033[H\033[2J", 7);
	else
		echo(e, "\n", 1);
	editor_redraw(e);
}

static void escape_key(struct editor *e, u8 final)
{
	switch (final) {
	case 'A':
		history_go(e, e->history_pos - 1);
		break;
	case 'B':
		history_go(e, e->history_pos + 1);
		break;
	case 'C':
		if (e->cursor < e->len)
			move_to(e, e->cursor + 1);
		break;
	case 'D':
		if (e->cursor)
			move_to(e, e->cursor - 1);
		break;
	case 'H':
		move_to(e, 0);
		break;
	case 'F':
		move_to(e, e->len);
		break;
	case '~':
		if (e->escape_arg == 1 || e->escape_arg == 7)
			move_to(e, 0);
		else if (e->escape_arg == 4 || e->escape_arg == 8)
			move_to(e, e->len);
		else if (e->escape_arg == 3 && e->cursor < e->len)
			erase_right(e, 1);
		break;
	}
}

static void escape_feed(struct editor *e, u8 byte)
{
	if (e->escape == ESC_SEEN && (byte == '[' || byte == 'O')) {
		e->escape = byte == '[' ? ESC_CSI : ESC_SS3;
		e->escape_arg = 0;
		return;
	}
	if (e->escape == ESC_CSI && byte >= 0x20 && byte < 0x40) {
		if (isdigit(byte))
			e->escape_arg = e->escape_arg * 10 + byte - '0';
		return;
	}
	if (e->escape != ESC_SEEN) {
		e->ansi = true;
		escape_key(e, byte);
	}
	e->escape = ESC_NONE;
}

static void control_key(struct editor *e, u8 byte)
{
	switch (byte) {
	case CTRL('a'):
		move_to(e, 0);
		break;
	case CTRL('e'):
		move_to(e, e->len);
		break;
	case CTRL('b'):
		escape_key(e, 'D');
		break;
	case CTRL('f'):
		escape_key(e, 'C');
		break;
	case CTRL('p'):
		escape_key(e, 'A');
		break;
	case CTRL('n'):
		escape_key(e, 'B');
		break;
	case CTRL('h'):
	case DEL:
		if (e->cursor)
			erase_left(e, 1);
		break;
	case CTRL('d'):
		if (e->cursor < e->len)
			erase_right(e, 1);
		break;
	case CTRL('u'):
		erase_left(e, e->cursor);
		break;
	case CTRL('w'):
		erase_left(e, word_length_left(e));
		break;
	case CTRL('k'):
		erase_right(e, e->len - e->cursor);
		break;
	case CTRL('l'):
		clear_screen(e);
		break;
	case ESC:
		e->escape = ESC_SEEN;
		break;
	}
}

enum editor_event editor_feed(struct editor *e, u8 byte)
{
	bool after_cr = e->last_was_cr;

	e->last_was_cr = byte == '\r';
	if (byte == '\n' && after_cr)
		return EDITOR_MORE;
	if (e->escape != ESC_NONE && byte >= ' ' && byte != DEL) {
		escape_feed(e, byte);
		return EDITOR_MORE;
	}
	e->escape = ESC_NONE;
	if (byte == '\r' || byte == '\n') {
		move_to(e, e->len);
		e->line[e->len] = '\0';
		echo(e, "\n", 1);
		history_store(e);
		return EDITOR_LINE;
	}
	if (byte == CTRL('c')) {
		move_to(e, e->len);
		echo(e, "^C\n", 3);
		return EDITOR_INTERRUPT;
	}
	if (byte >= ' ' && byte != DEL)
		insert_byte(e, byte);
	else
		control_key(e, byte);
	return EDITOR_MORE;
}
