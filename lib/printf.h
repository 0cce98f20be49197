/* SPDX-License-Identifier: MIT */
/*
 * lib/printf.h - formatted text into a buffer or a sink.
 *
 * Conversions: %d %i %u %x %X %o %c %s %p %%, flags "- +0#", width and precision with *, lengths hh
 * h l ll z t; u64 takes %llu. Kernel pointers: %pI4 a be32 * as a.b.c.d, %pM a u8[6] * as
 * aa:bb:cc:dd:ee:ff, %pS a code address as symbol+0xoffset/0xsize. %s of NULL prints (null). No
 * floating point.
 * Context: any, interrupts included; nothing is allocated, no state is kept.
 */
#ifndef LIB_PRINTF_H
#define LIB_PRINTF_H

#include "lib/compiler.h"

/* A sink for text: @s has @n bytes and no NUL. */
typedef void (*put_fn)(void *ctx, const char *s, size_t n);

/*
 * format() - sends the formatted text to @put, in pieces.
 * Return: the bytes sent.
 */
int format(put_fn put, void *ctx, const char *fmt, va_list args) __printf(3, 0);

/*
 * vscnprintf(), scnprintf() - format into @buf, cut to @size bytes with the NUL that always ends it
 * (unless @size is 0).
 * Return: the bytes stored without the NUL, so that `n += scnprintf(buf + n, size - n, ...)` is
 * safe.
 */
int vscnprintf(char *buf, size_t size, const char *fmt, va_list args) __printf(3, 0);
int scnprintf(char *buf, size_t size, const char *fmt, ...) __printf(3, 4);

/*
 * printf_symbol_hook - names the function that holds @addr for %pS, with the offset into it and its
 * size; NULL when unknown. Unset until the symbol table is there: %pS prints the bare address then.
 */
extern const char *(*printf_symbol_hook)(unsigned long addr, unsigned long *offset,
					 unsigned long *size);

#endif
