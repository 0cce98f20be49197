/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/out.h - where text goes: the console, a buffer, a test's comparison. Written by
 * commands and tests; a struct is embedded by whoever implements it. May sleep unless it says
 * otherwise.
 */
#ifndef KERNEL_BASE_OUT_H
#define KERNEL_BASE_OUT_H

#include <stdarg.h>

#include "lib/compiler.h"
#include "lib/types.h"

struct out {
	void (*write)(struct out *out, const char *s, size_t n);
};

__printf(2, 3) void out_printf(struct out *out, const char *fmt, ...);
void out_vprintf(struct out *out, const char *fmt, va_list ap);
void out_write(struct out *out, const char *s, size_t n);
void out_puts(struct out *out, const char *s); /* as it is, no newline added */

/* Text into memory: always NUL-terminated; what does not fit is dropped and noted in @overflow. */
struct out_buf {
	struct out out;
	char *buf;
	size_t size;
	size_t len;
	bool overflow;
};

void out_buf_init(struct out_buf *ob, char *buf, size_t size);

/* out_null - swallows everything. */
extern struct out out_null;

#endif
