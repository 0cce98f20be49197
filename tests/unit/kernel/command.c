/* SPDX-License-Identifier: MIT */
/* tests/unit/kernel/command.c - the shell's language, statuses and reasons, scripts. */
#include "kernel/base/command.h"
#include "kernel/base/printk.h"
#include "kernel/base/selftest.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "lib/string.h"

static char text[512];

/* The words of @line as "[one][two]", or the error's number. */
static const char *split(const char *line, int last_status)
{
	char buf[256];
	char *argv[8];
	int argc = command_split(line, buf, sizeof(buf), argv, 8, last_status);
	size_t n = 0;
	int i;

	if (argc < 0)
		return argc == -EINVAL ? "EINVAL" : "E2BIG";
	text[0] = '\0';
	for (i = 0; i < argc; i++)
		n += scnprintf(text + n, sizeof(text) - n, "[%s]", argv[i]);
	return text;
}

SELFTEST(command, words_and_blanks)
{
	EXPECT_STREQ(split("", 0), "");
	EXPECT_STREQ(split("  \t\r ", 0), "");
	EXPECT_STREQ(split("ip  route\tshow ", 0), "[ip][route][show]");
	EXPECT_STREQ(split("a\r", 0), "[a]");
}

SELFTEST(command, quotes_and_backslashes)
{
	EXPECT_STREQ(split("echo 'a  b' \"c d\"", 0), "[echo][a  b][c d]");
	EXPECT_STREQ(split("a'b'\"c\"d", 0), "[abcd]");
	EXPECT_STREQ(split("'' \"\"", 0), "[][]");
	EXPECT_STREQ(split("a\\ b \\'c \"\\\"\"", 0), "[a b]['c][\"]");
	EXPECT_STREQ(split("'a\\b'", 0), "[a\\b]");
	EXPECT_STREQ(split("echo 'open", 0), "EINVAL");
	EXPECT_STREQ(split("echo \"open", 0), "EINVAL");
}

SELFTEST(command, comments_begin_words)
{
	EXPECT_STREQ(split("# all of it", 0), "");
	EXPECT_STREQ(split("a # b", 0), "[a]");
	EXPECT_STREQ(split("a#b '#c'", 0), "[a#b][#c]");
}

SELFTEST(command, status_is_substituted)
{
	EXPECT_STREQ(split("echo $?", 127), "[echo][127]");
	EXPECT_STREQ(split("\"<$?>\" '$?' $", 2), "[<2>][$?][$]");
}

SELFTEST(command, too_much_is_an_error_not_cut)
{
	static char line[400];

	EXPECT_STREQ(split("1 2 3 4 5 6 7 8", 0), "[1][2][3][4][5][6][7][8]");
	EXPECT_STREQ(split("1 2 3 4 5 6 7 8 9", 0), "E2BIG");
	memset(line, 'x', sizeof(line) - 1);
	EXPECT_STREQ(split(line, 0), "E2BIG");
}

static int cmd_probe(struct command_ctx *ctx, int argc, char **argv)
{
	if (argc < 2)
		return command_usage(ctx);
	if (strcmp(argv[1], "fail") == 0)
		return command_fail(ctx, "no %s today", argc > 2 ? argv[2] : "luck");
	if (strcmp(argv[1], "errno") == 0)
		return -ENODEV;
	if (strcmp(argv[1], "intr") == 0)
		return command_sleep_ms(ctx, 10000);
	if (strcmp(argv[1], "cancel") == 0)
		return command_cancel(ctx);
	out_printf(ctx->out, "%s\n", argv[1]);
	return 0;
}
SHELL_COMMAND(selftest_probe, "", cmd_probe);

SELFTEST(command, statuses_and_reasons)
{
	char reason[128];

	EXPECT_EQ(command_run_line(&out_null, "selftest_probe x", reason, sizeof(reason)), 0);
	EXPECT_STREQ(reason, "");
	EXPECT_EQ(command_run_line(&out_null, "selftest_probe fail", reason, sizeof(reason)), 1);
	EXPECT_STREQ(reason, "selftest_probe: no luck today");
	EXPECT_EQ(command_run_line(&out_null, "selftest_probe", reason, sizeof(reason)), 2);
	EXPECT_STREQ(reason, "selftest_probe: usage: ");
	EXPECT_EQ(command_run_line(&out_null, "selftest_probe errno", reason, sizeof(reason)), 1);
	EXPECT_STREQ(reason, "selftest_probe: No such device");
	EXPECT_EQ(command_run_line(&out_null, "selftest_nobody x", reason, sizeof(reason)), 127);
	EXPECT_STREQ(reason, "selftest_nobody: command not found");
	EXPECT_EQ(command_run_line(&out_null, "selftest_probe cancel", reason, sizeof(reason)),
		  130);
	EXPECT_STREQ(reason, "");
	EXPECT_EQ(command_run_line(&out_null, "selftest_probe 'x", reason, sizeof(reason)), 2);
	EXPECT_STREQ(reason, "shell: a quote is not closed");
	EXPECT_EQ(command_run_line(&out_null, " # nothing", reason, sizeof(reason)), 0);
}

SELFTEST(command, ctrl_c_ends_a_sleep)
{
	char reason[64];

	command_interrupt();
	EXPECT_EQ(command_run_line(&out_null, "selftest_probe intr", reason, sizeof(reason)), 130);
	command_interrupt_clear();
}

SELFTEST(command, output_goes_to_the_stream)
{
	char buf[64], reason[64];
	struct out_buf ob;

	out_buf_init(&ob, buf, sizeof(buf));
	command_run_line(&ob.out, "selftest_probe 'hello world'", reason, sizeof(reason));
	EXPECT_STREQ(buf, "hello world\n");
}

SELFTEST(command, names_are_unique)
{
	table_for_each(a, shell_commands) {
		EXPECT_TRUE(!*a->usage || str_has_prefix(a->usage, a->name));
		table_for_each(b, shell_commands) {
			if (a < b && strcmp(a->name, b->name) == 0)
				selftest_fail(__FILE__, __LINE__, "two commands named %s", a->name);
		}
	}
}

/* --- scripts --- */

static struct script script;
static char script_out[256];
static struct out_buf script_ob;

/* Run @s in portions of @portion bytes. */
static void run_script(const char *s, size_t portion)
{
	size_t len = strlen(s), n;

	out_buf_init(&script_ob, script_out, sizeof(script_out));
	script_begin(&script, "selftest", &script_ob.out);
	for (; len; s += n, len -= n) {
		n = min(portion, len);
		script_feed(&script, s, n);
	}
	script_end(&script);
}

static bool logged_since(u64 seq, const char *what)
{
	char line[LOG_LINE_MAX + 32];

	while (log_read(&seq, line, sizeof(line), NULL)) {
		if (strstr(line, what))
			return true;
	}
	return false;
}

/* The reports are errors, and would disturb the test's own report on the console. */
static int saved_loglevel;

SELFTEST_SETUP(config)
{
	saved_loglevel = console_loglevel;
	console_loglevel = 0;
}

SELFTEST_TEARDOWN(config)
{
	console_loglevel = saved_loglevel;
}

SELFTEST(config, lines_in_any_portions)
{
	static const char lines[] =
		"# head\n\nselftest_probe one\r\nselftest_probe 'two three'\nselftest_probe last";
	size_t portion;

	for (portion = 1; portion < sizeof(lines); portion += 5) {
		run_script(lines, portion);
		EXPECT_STREQ(script_out, "one\ntwo three\nlast\n");
		EXPECT_EQ(script.failed, 0);
	}
}

SELFTEST(config, a_failing_line_is_named_and_the_rest_runs)
{
	u64 seq = log_next_seq();

	run_script("selftest_probe a\nselftest_probe fail\n# c\nselftest_nobody\nselftest_probe "
		   "errno\n"
		   "selftest_probe\nselftest_probe b\n",
		   1000);
	EXPECT_STREQ(script_out, "a\nb\n");
	EXPECT_EQ(script.failed, 4);
	EXPECT_TRUE(logged_since(seq, "] selftest: line 2: selftest_probe: no luck today\n"));
	EXPECT_TRUE(logged_since(seq, "] selftest: line 4: selftest_nobody: command not found\n"));
	EXPECT_TRUE(logged_since(seq, "] selftest: line 5: selftest_probe: No such device\n"));
	EXPECT_TRUE(logged_since(seq, "] selftest: line 6: selftest_probe: usage: \n"));
	EXPECT_EQ(log_next_seq() - seq, 4);
}

SELFTEST(config, status_passes_over_comments)
{
	run_script("selftest_nobody\n# comment\n\nselftest_probe $?\n", 7);
	EXPECT_STREQ(script_out, "127\n");
	EXPECT_EQ(script.failed, 1);
}

SELFTEST(config, a_line_too_long_fails_alone)
{
	static char s[COMMAND_LINE_MAX + 200];
	u64 seq = log_next_seq();

	memset(s, 'z', COMMAND_LINE_MAX + 50);
	strscpy(s + COMMAND_LINE_MAX + 50, "\nselftest_probe after\n", 100);
	run_script(s, 33);
	EXPECT_STREQ(script_out, "after\n");
	EXPECT_TRUE(logged_since(seq, "selftest: line 1: shell: too long"));
}
