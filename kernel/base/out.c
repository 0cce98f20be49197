/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/out.c - the output stream: formatting onto it, and the two plain sinks. No locks, no
 * state.
 */
#include "kernel/base/out.h"
#include "lib/printf.h"
#include "lib/string.h"

static void out_put(void *ctx, const char *s, size_t n)
{
	struct out *out = ctx;

	out->write(out, s, n);
}

void out_vprintf(struct out *out, const char *fmt, va_list ap)
{
	char line[256];
	va_list again;
	int len;

	/* Most texts are short: one write each, so that lines stay whole between writers. */
	va_copy(again, ap);
	len = vscnprintf(line, sizeof(line), fmt, ap);
	if (len < (int)sizeof(line) - 1)
		out->write(out, line, len);
	else
		format(out_put, out, fmt, again);
	va_end(again);
}

void out_printf(struct out *out, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	out_vprintf(out, fmt, ap);
	va_end(ap);
}

void out_write(struct out *out, const char *s, size_t n)
{
	if (n)
		out->write(out, s, n);
}

void out_puts(struct out *out, const char *s)
{
	out_write(out, s, strlen(s));
}

static void out_buf_write(struct out *out, const char *s, size_t n)
{
	struct out_buf *ob = container_of(out, struct out_buf, out);
	size_t room = ob->size - 1 - ob->len;

	if (n > room) {
		ob->overflow = true;
		n = room;
	}
	memcpy(ob->buf + ob->len, s, n);
	ob->len += n;
	ob->buf[ob->len] = '\0';
}

void out_buf_init(struct out_buf *ob, char *buf, size_t size)
{
	ob->out.write = out_buf_write;
	ob->buf = buf;
	ob->size = size;
	ob->len = 0;
	ob->overflow = false;
	buf[0] = '\0';
}

static void out_null_write(struct out *out, const char *s, size_t n)
{
}

struct out out_null = { out_null_write };
