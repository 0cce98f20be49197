/* SPDX-License-Identifier: MIT */
/* lib/hexdump.h - memory as lines of 16 bytes: offset, hexadecimal, printable characters. */
#ifndef LIB_HEXDUMP_H
#define LIB_HEXDUMP_H

#include "lib/printf.h"

/* hexdump() - @n bytes at @data to @put; each line begins with @prefix and ends in a newline. */
void hexdump(put_fn put, void *ctx, const char *prefix, const void *data, size_t n);

#endif
