/* SPDX-License-Identifier: MIT */
/* tests/unit/kernel/editor.c - bytes typed, bytes echoed, lines made. */
#include "kernel/base/console.h"
#include "kernel/base/selftest.h"
#include "lib/string.h"

static struct editor editor;
static struct out_buf echo;
static char echoed[4096];

static void begin(void)
{
	editor_begin(&editor);
	out_buf_init(&echo, echoed, sizeof(echoed));
}

SELFTEST_SETUP(editor)
{
	out_buf_init(&echo, echoed, sizeof(echoed));
	editor_init(&editor, &echo.out, "> ");
	begin();
}

/* Type @s. Return: the last byte's event. */
static enum editor_event type(const char *s)
{
	enum editor_event event = EDITOR_MORE;

	while (*s)
		event = editor_feed(&editor, *s++);
	return event;
}

/* A terminal of one line: what stands on it after the echo, and where the cursor is. */
static const char *on_screen(unsigned int *cursor)
{
	static char line[COMMAND_LINE_MAX + 64];
	unsigned int at = 0, len = 0;
	const char *s;

	for (s = echoed; *s; s++) {
		if (*s == '\b') {
			at--;
		} else if (*s == '\n') {
			at = len = 0;
		} else if (*s != '\a' && at < sizeof(line) - 1) {
			line[at++] = *s;
			if (at > len)
				len = at;
		}
	}
	while (len && line[len - 1] == ' ')
		len--;
	line[len] = '\0';
	if (cursor)
		*cursor = at;
	return line;
}

#define EXPECT_SCREEN(text, at)                                                                    \
	do {                                                                                       \
		unsigned int cursor_;                                                              \
		EXPECT_STREQ(on_screen(&cursor_), text);                                           \
		EXPECT_EQ(cursor_, at);                                                            \
	} while (0)

SELFTEST(editor, prompt_comes_with_begin)
{
	out_buf_init(&echo, echoed, sizeof(echoed));
	editor_begin(&editor);
	EXPECT_STREQ(echoed, "> ");
}

SELFTEST(editor, plain_typing_echoes_each_byte)
{
	EXPECT_EQ(type("echo 1"), EDITOR_MORE);
	EXPECT_STREQ(echoed, "echo 1");
	EXPECT_EQ(type("\r"), EDITOR_LINE);
	EXPECT_STREQ(echoed, "echo 1\n");
	EXPECT_STREQ(editor.line, "echo 1");
	EXPECT_EQ(editor.len, 6);
}

SELFTEST(editor, enter_is_cr_or_lf_or_both)
{
	EXPECT_EQ(type("a\n"), EDITOR_LINE);
	begin();
	EXPECT_EQ(type("b\r"), EDITOR_LINE);
	begin();
	EXPECT_EQ(type("\n"), EDITOR_MORE); /* the LF of CR LF */
	EXPECT_EQ(type("\n"), EDITOR_LINE);
	EXPECT_STREQ(editor.line, "");
	begin();
	EXPECT_EQ(type("c\r"), EDITOR_LINE);
	begin();
	EXPECT_EQ(type("d\n"), EDITOR_LINE); /* an LF, but not right behind the CR */
	EXPECT_STREQ(editor.line, "d");
}

SELFTEST(editor, backspace_at_the_end_and_inside)
{
	type("abc\x7f");
	EXPECT_STREQ(echoed, "abc\b \b");
	EXPECT_EQ(editor.len, 2);
	type("\x02\x08"); /* Ctrl-B, backspace */
	EXPECT_SCREEN("b", 0);
	type("\x08\x08"); /* nothing left of the cursor */
	EXPECT_SCREEN("b", 0);
	type("\r");
	EXPECT_STREQ(editor.line, "b");
}

SELFTEST(editor, inserting_moves_the_rest)
{
	type("ac\x02" "b");
	EXPECT_SCREEN("abc", 2);
	type("\x01>\x05<");
	EXPECT_SCREEN(">abc<", 5);
	type("\r");
	EXPECT_STREQ(editor.line, ">abc<");
}

SELFTEST(editor, arrows_home_end_delete)
{
	type("hello\x1b[D\x1b[D\x1b[3~"); /* left left Del */
	EXPECT_SCREEN("helo", 3);
	type("\x1b[H*\x1b[F*\x1bOD!"); /* Home * End * left ! */
	EXPECT_SCREEN("*helo!*", 6);
	type("\x1b[1~\x1b[C\x04\x1b[4~"); /* Home right Ctrl-D End */
	EXPECT_SCREEN("*elo!*", 6);
	type("\x1b[C\x1b[C");
	EXPECT_SCREEN("*elo!*", 6);
	EXPECT_NULL(strchr(echoed, '\x1b'));
	type("\r");
	EXPECT_STREQ(editor.line, "*elo!*");
}

SELFTEST(editor, control_keys_erase)
{
	type("one two three\x17"); /* Ctrl-W */
	EXPECT_SCREEN("one two", 8);
	type("\x17");
	EXPECT_SCREEN("one", 4);
	type("x\x02\x02\x02\x0b"); /* Ctrl-K */
	EXPECT_SCREEN("on", 2);
	type("\x15"); /* Ctrl-U */
	EXPECT_SCREEN("", 0);
	type("abc\x02\x15");
	EXPECT_SCREEN("c", 0);
}

SELFTEST(editor, history_goes_up_and_down)
{
	type("first\r");
	begin();
	type("second\r");
	begin();
	type("second\r"); /* not kept twice */
	begin();
	type("draft\x1b[A");
	EXPECT_SCREEN("second", 6);
	type("\x1b[A");
	EXPECT_SCREEN("first", 5);
	type("\x1b[A"); /* there is no older one */
	EXPECT_SCREEN("first", 5);
	type("\x1b[B\x1b[B");
	EXPECT_SCREEN("draft", 5);
	type("\x1b[B");
	EXPECT_SCREEN("draft", 5);
	type("\x10\r"); /* Ctrl-P, Enter */
	EXPECT_STREQ(editor.line, "second");
}

SELFTEST(editor, history_keeps_the_last_ones)
{
	char line[3] = "a\r";
	unsigned int i;

	for (i = 0; i < EDITOR_HISTORY + 5; i++) {
		line[0] = '0' + i;
		type(line);
		begin();
	}
	for (i = 0; i < EDITOR_HISTORY + 5; i++)
		type("\x10");
	type("\r");
	EXPECT_EQ(editor.line[0], '0' + 5);
}

SELFTEST(editor, ctrl_c_gives_the_line_up)
{
	EXPECT_EQ(type("reboot\x03"), EDITOR_INTERRUPT);
	EXPECT_STREQ(echoed, "reboot^C\n");
	begin();
	EXPECT_EQ(type("\r"), EDITOR_LINE);
	EXPECT_STREQ(editor.line, "");
}

SELFTEST(editor, no_escapes_until_one_came)
{
	type("ab\x0c"); /* Ctrl-L */
	EXPECT_NULL(strchr(echoed, '\x1b'));
	EXPECT_NOT_NULL(strstr(echoed, "\n> ab"));
	type("\x1b[C\x0c");
	EXPECT_NOT_NULL(strstr(echoed, "\x1b[H\x1b[2J> ab"));
}

SELFTEST(editor, redraw_puts_the_cursor_back)
{
	type("abcd\x02\x02");
	out_buf_init(&echo, echoed, sizeof(echoed));
	editor_redraw(&editor);
	EXPECT_STREQ(echoed, "> abcd\b\b");
}

SELFTEST(editor, a_full_line_rings)
{
	unsigned int i;

	for (i = 0; i < COMMAND_LINE_MAX - 1; i++)
		type("x");
	out_buf_init(&echo, echoed, sizeof(echoed));
	type("y");
	EXPECT_STREQ(echoed, "\a");
	EXPECT_EQ(type("\r"), EDITOR_LINE);
	EXPECT_EQ(strlen(editor.line), COMMAND_LINE_MAX - 1);
}

SELFTEST(editor, odd_bytes_do_no_harm)
{
	type("a\t\x1b\x1b[\x1b[999999999~\x1b[Zb\x1bQ\x1c");
	type("\r");
	EXPECT_STREQ(editor.line, "ab");
}
