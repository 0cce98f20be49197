/* SPDX-License-Identifier: MIT */
/*
 * lib/printf.c - the one formatter of the kernel: logs, shell output and buffers all come through
 * here.
 *
 * Overview   format() walks the format string and hands pieces to a sink; scnprintf() is a sink
 *            that fills a buffer. Conversions as in lib/printf.h.
 * Structure  a conversion is parsed into struct spec; numbers become digits in a buffer on the
 *            stack (22 octal digits of 64 bits fit), and emit_field() does sign, prefix, zeros and
 *            padding.
 * Locking    none. Any context: nothing is allocated, and the stack use is under 300 bytes.
 * Limits     width and precision are capped at 4,096, so that a bad format cannot flood a console.
 */
#include "lib/inet.h"
#include "lib/printf.h"
#include "lib/string.h"

#define FIELD_MAX 4096

const char *(*printf_symbol_hook)(unsigned long addr, unsigned long *offset, unsigned long *size);

struct sink {
	put_fn put;
	void *ctx;
	int total;
};

/* One conversion. */
struct spec {
	bool left, plus, space, alternate, zero;
	int width;
	int precision; /* -1: none given */
	char length;   /* H hh, h, l, L ll, z, t, or 0 */
	char conversion;
};

static void emit(struct sink *out, const char *s, size_t n)
{
	if (n)
		out->put(out->ctx, s, n);
	out->total += (int)n;
}

static void emit_fill(struct sink *out, char c, int n)
{
	char fill[32];

	if (n <= 0)
		return;
	memset(fill, c, sizeof(fill));
	for (; n > 0; n -= (int)sizeof(fill))
		emit(out, fill, (size_t)min(n, (int)sizeof(fill)));
}

/* @prefix (sign, 0x), then @zeros zeros, then @n bytes, padded to the width. */
static void emit_field(struct sink *out, const struct spec *spec, const char *prefix, int zeros,
		       const char *s, size_t n)
{
	int pad = spec->width - (int)strlen(prefix) - zeros - (int)n;

	if (!spec->left)
		emit_fill(out, ' ', pad);
	emit(out, prefix, strlen(prefix));
	emit_fill(out, '0', zeros);
	emit(out, s, n);
	if (spec->left)
		emit_fill(out, ' ', pad);
}

static void emit_number(struct sink *out, const struct spec *spec, u64 v, bool negative)
{
	const char *digits = spec->conversion == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
	const char *prefix = negative ? "-" : "";
	bool is_signed = spec->conversion == 'd' || spec->conversion == 'i';
	bool is_hex = spec->conversion == 'x' || spec->conversion == 'X';
	unsigned int base = is_hex ? 16 : spec->conversion == 'o' ? 8 : 10;
	char buf[24], *p = buf + sizeof(buf);
	bool nonzero = v != 0;
	int zeros, n;

	if (is_signed && !negative)
		prefix = spec->plus ? "+" : spec->space ? " " : "";
	else if (is_hex && spec->alternate && nonzero)
		prefix = spec->conversion == 'X' ? "0X" : "0x";
	for (; v; v /= base)
		*--p = digits[v % base];
	n = (int)(buf + sizeof(buf) - p);
	zeros = max(spec->precision, spec->precision < 0 ? 1 : 0) - n;
	if (base == 8 && spec->alternate && zeros <= 0 && (nonzero || !spec->precision))
		zeros = 1;
	zeros = max(zeros, 0);
	if (spec->zero && !spec->left && spec->precision < 0)
		zeros = max(zeros, spec->width - (int)strlen(prefix) - n);
	emit_field(out, spec, prefix, zeros, p, (size_t)n);
}

static void emit_string(struct sink *out, const struct spec *spec, const char *s)
{
	if (!s)
		s = "(null)";
	emit_field(out, spec, "", 0, s,
		   strnlen(s, spec->precision < 0 ? INT_MAX : (size_t)spec->precision));
}

/* The text of @v in decimal or two hexadecimal digits at @p. Return: behind it. */
static char *put_octet(char *p, u8 v, bool hex)
{
	static const char digits[] = "0123456789abcdef";

	if (hex) {
		*p++ = digits[v >> 4];
		*p++ = digits[v & 15];
		return p;
	}
	if (v >= 100)
		*p++ = digits[v / 100];
	if (v >= 10)
		*p++ = digits[v / 10 % 10];
	*p++ = digits[v % 10];
	return p;
}

static void emit_octets(struct sink *out, const struct spec *spec, const u8 *octet, int n,
			char mark)
{
	char buf[24], *p = buf;

	for (int i = 0; i < n; i++) {
		if (i)
			*p++ = mark;
		p = put_octet(p, octet[i], mark == ':');
	}
	emit_field(out, spec, "", 0, buf, (size_t)(p - buf));
}

static void emit_pointer(struct sink *out, const struct spec *spec, unsigned long v)
{
	struct spec hex = *spec;

	hex.conversion = 'x';
	hex.alternate = false;
	hex.precision = 16;
	emit_number(out, &hex, v, false);
}

static void emit_symbol(struct sink *out, const struct spec *spec, unsigned long addr)
{
	unsigned long offset = 0, size = 0;
	const char *name = printf_symbol_hook ? printf_symbol_hook(addr, &offset, &size) : NULL;
	char buf[160];
	int n;

	if (!name) {
		emit_pointer(out, spec, addr);
		return;
	}
	n = scnprintf(buf, sizeof(buf), "%s+0x%lx/0x%lx", name, offset, size);
	emit_field(out, spec, "", 0, buf, (size_t)n);
}

/* %p and what may follow it. Return: how many bytes of @suffix were used. */
static int emit_kernel_pointer(struct sink *out, const struct spec *spec, const char *suffix,
			       const void *ptr)
{
	if (suffix[0] == 'S') {
		emit_symbol(out, spec, (unsigned long)ptr);
		return 1;
	}
	if (suffix[0] == 'I' && suffix[1] == '4') {
		if (ptr)
			emit_octets(out, spec, ptr, 4, '.');
		else
			emit_string(out, spec, NULL);
		return 2;
	}
	if (suffix[0] == 'M') {
		if (ptr)
			emit_octets(out, spec, ptr, 6, ':');
		else
			emit_string(out, spec, NULL);
		return 1;
	}
	emit_pointer(out, spec, (unsigned long)ptr);
	return 0;
}

static const char *parse_number(const char *p, int *n)
{
	for (*n = 0; isdigit((u8)*p); p++)
		*n = min(*n * 10 + (*p - '0'), FIELD_MAX);
	return p;
}

static const char *parse_flags(const char *p, struct spec *spec)
{
	for (;; p++) {
		switch (*p) {
		case '-':
			spec->left = true;
			break;
		case '+':
			spec->plus = true;
			break;
		case ' ':
			spec->space = true;
			break;
		case '#':
			spec->alternate = true;
			break;
		case '0':
			spec->zero = true;
			break;
		default:
			return p;
		}
	}
}

static const char *parse_length(const char *p, struct spec *spec)
{
	if ((p[0] == 'h' || p[0] == 'l') && p[1] == p[0]) {
		spec->length = p[0] == 'h' ? 'H' : 'L';
		return p + 2;
	}
	if (*p == 'h' || *p == 'l' || *p == 'z' || *p == 't')
		spec->length = *p++;
	return p;
}

/* The argument list travels by reference, so that helpers may take from it. */
struct arguments {
	va_list list;
};

static int take_field(struct arguments *args)
{
	return clamp(va_arg(args->list, int), -FIELD_MAX, FIELD_MAX);
}

static const char *parse_spec(const char *p, struct spec *spec, struct arguments *args)
{
	*spec = (struct spec){ .precision = -1 };
	p = parse_flags(p, spec);
	if (*p == '*') {
		p++;
		spec->width = take_field(args);
		if (spec->width < 0) {
			spec->left = true;
			spec->width = -spec->width;
		}
	} else {
		p = parse_number(p, &spec->width);
	}
	if (*p == '.') {
		p++;
		if (*p == '*') {
			p++;
			spec->precision = max(take_field(args), -1);
		} else {
			p = parse_number(p, &spec->precision);
		}
	}
	p = parse_length(p, spec);
	spec->conversion = *p;
	return *p ? p + 1 : p;
}

static u64 take_unsigned(struct arguments *args, char length)
{
	switch (length) {
	case 'l':
	case 'L':
	case 'z':
	case 't':
		return va_arg(args->list, u64);
	case 'h':
		return (u16)va_arg(args->list, unsigned int);
	case 'H':
		return (u8)va_arg(args->list, unsigned int);
	default:
		return va_arg(args->list, unsigned int);
	}
}

static s64 take_signed(struct arguments *args, char length)
{
	u64 v = take_unsigned(args, length);

	switch (length) {
	case 'h':
		return (s16)v;
	case 'H':
		return (s8)v;
	case 0:
		return (s32)v;
	default:
		return (s64)v;
	}
}

/* Return: where the format goes on. */
static const char *convert(struct sink *out, const struct spec *spec, const char *rest,
			   struct arguments *args)
{
	char c;
	s64 v;

	switch (spec->conversion) {
	case 'd':
	case 'i':
		v = take_signed(args, spec->length);
		emit_number(out, spec, v < 0 ? 0 - (u64)v : (u64)v, v < 0);
		break;
	case 'u':
	case 'x':
	case 'X':
	case 'o':
		emit_number(out, spec, take_unsigned(args, spec->length), false);
		break;
	case 'c':
		c = (char)va_arg(args->list, int);
		emit_field(out, spec, "", 0, &c, 1);
		break;
	case 's':
		emit_string(out, spec, va_arg(args->list, const char *));
		break;
	case 'p':
		rest += emit_kernel_pointer(out, spec, rest, va_arg(args->list, const void *));
		break;
	case '%':
		emit(out, "%", 1);
		break;
	default: /* shown as it stands: a reader sees what is wrong */
		emit(out, "%", 1);
		emit(out, &spec->conversion, spec->conversion != '\0');
		break;
	}
	return rest;
}

int format(put_fn put, void *ctx, const char *fmt, va_list list)
{
	struct sink out = { .put = put, .ctx = ctx };
	struct arguments args;
	struct spec spec;

	va_copy(args.list, list);
	while (*fmt) {
		const char *text = fmt;

		while (*fmt && *fmt != '%')
			fmt++;
		emit(&out, text, (size_t)(fmt - text));
		if (*fmt) {
			fmt = parse_spec(fmt + 1, &spec, &args);
			fmt = convert(&out, &spec, fmt, &args);
		}
	}
	va_end(args.list);
	return out.total;
}

struct buffer {
	char *buf;
	size_t used, room; /* room without the NUL */
};

static void buffer_put(void *ctx, const char *s, size_t n)
{
	struct buffer *b = ctx;

	n = min(n, b->room - b->used);
	memcpy(b->buf + b->used, s, n);
	b->used += n;
}

int vscnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	struct buffer b = { .buf = buf, .room = size - 1 };

	if (!size)
		return 0;
	format(buffer_put, &b, fmt, args);
	buf[b.used] = '\0';
	return (int)b.used;
}

int scnprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vscnprintf(buf, size, fmt, args);
	va_end(args);
	return n;
}
