/* SPDX-License-Identifier: MIT */
/* tests/unit/lib/printf.c - every conversion, flag and length; the edges of buffers. */
#include "kernel/base/selftest.h"
#include "lib/inet.h"
#include "lib/printf.h"
#include "lib/string.h"

/* The format is checked against the arguments by the compiler, as in any other call. */
#define EXPECT_PRINTS(want, ...)                                                                   \
	do {                                                                                       \
		char text_[128];                                                                   \
		EXPECT_EQ(scnprintf(text_, sizeof(text_), __VA_ARGS__), (int)strlen(want));        \
		EXPECT_STREQ(text_, want);                                                         \
	} while (0)

SELFTEST(printf, decimal)
{
	EXPECT_PRINTS("0 -1 7", "%d %i %u", 0, -1, 7u);
	EXPECT_PRINTS("-2147483648", "%d", INT_MIN);
	EXPECT_PRINTS("4294967295", "%u", UINT_MAX);
	EXPECT_PRINTS("-9223372036854775808", "%lld", LLONG_MIN);
	EXPECT_PRINTS("18446744073709551615", "%llu", ULLONG_MAX);
	EXPECT_PRINTS("-1 255", "%hhd %hhu", (signed char)-1, (unsigned char)255);
	EXPECT_PRINTS("-1 65535", "%hd %hu", (short)-1, (unsigned short)65535);
	EXPECT_PRINTS("-5 5", "%ld %lu", -5L, 5UL);
	EXPECT_PRINTS("6 -6", "%zu %td", (size_t)6, (ptrdiff_t)-6);
}

SELFTEST(printf, width_and_flags)
{
	EXPECT_PRINTS("[    42]", "[%6d]", 42);
	EXPECT_PRINTS("[42    ]", "[%-6d]", 42);
	EXPECT_PRINTS("[000042]", "[%06d]", 42);
	EXPECT_PRINTS("[-00042]", "[%06d]", -42);
	EXPECT_PRINTS("[+42]", "[%+d]", 42);
	EXPECT_PRINTS("[ 42]", "[% d]", 42);
	EXPECT_PRINTS("[  0042]", "[%6.4d]", 42);
	EXPECT_PRINTS("[0042  ]", "[%-6.4d]", 42);
	EXPECT_PRINTS("[    42]", "[%*d]", 6, 42);
	EXPECT_PRINTS("[42    ]", "[%*d]", -6, 42);
	EXPECT_PRINTS("[0042]", "[%.*d]", 4, 42);
	EXPECT_PRINTS("[]", "[%.0d]", 0);
	EXPECT_PRINTS("[1234567]", "[%3d]", 1234567);
}

SELFTEST(printf, hex_and_octal)
{
	EXPECT_PRINTS("ff FF 0xff 0XFF", "%x %X %#x %#X", 255u, 255u, 255u, 255u);
	EXPECT_PRINTS("0", "%#x", 0u);
	EXPECT_PRINTS("0x00ff", "%#06x", 255u);
	EXPECT_PRINTS("  0xff", "%#6x", 255u);
	EXPECT_PRINTS("ffffffffffffffff", "%llx", ULLONG_MAX);
	EXPECT_PRINTS("17 017 0", "%o %#o %#o", 15u, 15u, 0u);
	EXPECT_PRINTS("1777777777777777777777", "%llo", ULLONG_MAX);
}

SELFTEST(printf, strings_and_bytes)
{
	const char *volatile none = NULL;

	EXPECT_PRINTS("a b%", "%c %s%%", 'a', "b");
	EXPECT_PRINTS("[  ab][ab  ][a]", "[%4s][%-4s][%.1s]", "ab", "ab", "ab");
	EXPECT_PRINTS("[ab]", "[%.*s]", 2, "abcdef");
	EXPECT_PRINTS("[   x][x   ]", "[%4c][%-4c]", 'x', 'x');
	EXPECT_PRINTS("(null)", "%s", none);
}

SELFTEST(printf, precision_reads_no_further)
{
	const char raw[3] = { 'a', 'b', 'c' }; /* no NUL behind it */

	EXPECT_PRINTS("abc", "%.3s", raw);
}

SELFTEST(printf, pointers_and_addresses)
{
	be32 addr = htonl(0xc0000201), mixed = htonl(0x0a636407), zero = 0, all = 0xffffffff;
	u8 mac[6] = { 0x52, 0x54, 0x00, 0xab, 0x0c, 0x01 };

	EXPECT_PRINTS("ffff888000001000", "%p", (void *)0xffff888000001000UL);
	EXPECT_PRINTS("0000000000000000", "%p", (void *)0);
	EXPECT_PRINTS("192.0.2.1 0.0.0.0 255.255.255.255", "%pI4 %pI4 %pI4", &addr, &zero, &all);
	EXPECT_PRINTS("10.99.100.7", "%pI4", &mixed);
	EXPECT_PRINTS("[192.0.2.1      ][      192.0.2.1]", "[%-15pI4][%15pI4]", &addr, &addr);
	EXPECT_PRINTS("52:54:00:ab:0c:01.", "%pM.", mac);
	EXPECT_PRINTS("(null)", "%pI4", (be32 *)NULL);
}

static const char *fake_symbol(unsigned long addr, unsigned long *offset, unsigned long *size)
{
	*offset = addr - 0x1000;
	*size = 0x40;
	return addr >= 0x1000 && addr < 0x1040 ? "ip_rcv" : NULL;
}

SELFTEST(printf, symbols_by_hook)
{
	const char *(*saved)(unsigned long, unsigned long *, unsigned long *) = printf_symbol_hook;

	printf_symbol_hook = fake_symbol;
	EXPECT_PRINTS("ip_rcv+0x12/0x40", "%pS", (void *)0x1012);
	EXPECT_PRINTS("0000000000001040", "%pS", (void *)0x1040);
	printf_symbol_hook = NULL;
	EXPECT_PRINTS("0000000000001012", "%pS", (void *)0x1012);
	printf_symbol_hook = saved;
}

SELFTEST(printf, buffer_is_cut_and_terminated)
{
	char buf[8];

	memset(buf, 'x', sizeof(buf));
	EXPECT_EQ(scnprintf(buf, 5, "%s", "abcdefgh"), 4);
	EXPECT_STREQ(buf, "abcd");
	EXPECT_EQ(buf[5], 'x');
	EXPECT_EQ(scnprintf(buf, 1, "abc"), 0);
	EXPECT_STREQ(buf, "");
	EXPECT_EQ(scnprintf(buf, 0, "abc"), 0);
	EXPECT_EQ(scnprintf(buf, 8, "%100d", 1), 7);
	EXPECT_STREQ(buf, "       ");
}

struct counter {
	size_t bytes, calls;
};

static void count(void *ctx, const char *s, size_t n)
{
	struct counter *c = ctx;

	c->bytes += n;
	c->calls++;
}

static int __printf(2, 3) format_to(struct counter *c, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = format(count, c, fmt, args);
	va_end(args);
	return n;
}

SELFTEST(printf, format_counts_what_it_sends)
{
	struct counter c = { 0 };

	EXPECT_EQ(format_to(&c, "%s=%d\n", "net.ipv4.ip_forward", 1), 22);
	EXPECT_EQ(c.bytes, 22);
	c = (struct counter){ 0 };
	EXPECT_EQ(format_to(&c, "%*d", 1000000, 1), 4096); /* the cap on widths */
	EXPECT_EQ(c.bytes, 4096);
}
