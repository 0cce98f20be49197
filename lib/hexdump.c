/* SPDX-License-Identifier: MIT */
/* lib/hexdump.c - contract in lib/hexdump.h. */
#include "lib/hexdump.h"
#include "lib/string.h"

#define LINE_BYTES 16

void hexdump(put_fn put, void *ctx, const char *prefix, const void *data, size_t n)
{
	const u8 *p = data;

	for (size_t at = 0; at < n; at += LINE_BYTES) {
		size_t len = min_t(size_t, n - at, LINE_BYTES);
		char line[16 + 3 * LINE_BYTES + 2 + LINE_BYTES + 2];
		int used = scnprintf(line, sizeof(line), "%04zx:", at);

		for (size_t i = 0; i < LINE_BYTES; i++) {
			if (i < len)
				used += scnprintf(line + used, sizeof(line) - used, " %02x",
						  p[at + i]);
			else
				used += scnprintf(line + used, sizeof(line) - used, "   ");
		}
		line[used++] = ' ';
		line[used++] = ' ';
		for (size_t i = 0; i < len; i++)
			line[used++] = isprint(p[at + i]) ? (char)p[at + i] : '.';
		line[used++] = '\n';
		put(ctx, prefix, strlen(prefix));
		put(ctx, line, (size_t)used);
	}
}
