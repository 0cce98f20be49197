/* SPDX-License-Identifier: MIT */
/*
 * arch/x86_64/cpu/symbols.c - names for code addresses, for backtraces.
 *
 * Overview    tools/mksyms writes the table from the first link's symbols; the second link appends
 *             it to the image (section .symbols), where it moves nothing.
 * Structure   All numbers little-endian.
 *             head   u32 count, u32 blocks, u32 end (of the last function, from text_start)
 *             index  per block of 16 symbols: u32 address from text_start, u32 offset of its bytes
 *             bytes  per symbol: distance from the one before (base 128, low part first; 0 in the
 *                    first of a block), u8 letters shared with the name before (0 in the first),
 *                    the remaining letters, NUL
 *             About 17 bytes a symbol.
 * Limits      Names are cut at 63 letters. A table that is missing or damaged gives no names.
 * Locking     Read-only; the name buffer is per CPU.
 */
#include "lib/string.h"
#include <arch/percpu.h>
#include <arch/symbols.h>

#define BLOCK	 16
#define NAME_MAX 64

struct symbol_head {
	u32	count, blocks, end;
	struct {
		u32	addr, offset;
	} index[];
};

extern const char symbols_start[], symbols_end[];
extern char text_start[], text_end[], init_start[];

static DEFINE_PER_CPU(char[NAME_MAX], name_buffer);

struct cursor {
	const u8	*at, *end;
	u32		addr;
	char		*name;
};

/* Step to the next symbol of the block. Return: false at the end of the data. */
static bool next_symbol(struct cursor *c)
{
	u32 delta = 0, shift = 0, n;
	u8 byte;

	do {
		if (c->at >= c->end || shift > 28)
			return false;
		byte = *c->at++;
		delta |= (u32)(byte & 0x7f) << shift;
		shift += 7;
	} while (byte & 0x80);
	if (c->at >= c->end)
		return false;
	for (n = *c->at++; c->at < c->end && *c->at; c->at++) {
		if (n < NAME_MAX - 1)
			c->name[n++] = *c->at;
	}
	c->name[min_t(u32, n, NAME_MAX - 1)] = '\0';
	c->at++;
	c->addr += delta;
	return true;
}

static const struct symbol_head *table(void)
{
	const struct symbol_head *head = (const void *)symbols_start;
	size_t size = symbols_end - symbols_start;

	if (size < sizeof(*head) || head->blocks > size / sizeof(head->index[0]) ||
	    sizeof(*head) + head->blocks * sizeof(head->index[0]) > size)
		return NULL;
	return head;
}

unsigned int symbol_count(void)
{
	const struct symbol_head *head = table();

	return head ? head->count : 0;
}

/* The last block that begins at or below @addr; there is one. */
static u32 find_block(const struct symbol_head *head, u32 addr)
{
	u32 lo = 0, hi = head->blocks;

	while (hi - lo > 1) {
		u32 mid = (lo + hi) / 2;

		if (head->index[mid].addr <= addr)
			lo = mid;
		else
			hi = mid;
	}
	return lo;
}

const char *symbol_lookup(unsigned long addr, unsigned long *off, unsigned long *size)
{
	const struct symbol_head *head = table();
	unsigned long rel = addr - (unsigned long)text_start;
	unsigned long text = (unsigned long)(text_end - text_start);
	char *name = *this_cpu_ptr(&name_buffer);
	char ahead[NAME_MAX];
	struct cursor c = { .end = (const u8 *)symbols_end, .name = ahead };
	u32 block, start, next;

	if (!head || !head->blocks || rel >= head->end || rel < head->index[0].addr)
		return NULL;
	if (rel >= text && addr < (unsigned long)init_start)
		return NULL;
	block = find_block(head, (u32)rel);
	c.at = (const u8 *)symbols_start + head->index[block].offset;
	c.addr = start = head->index[block].addr;
	next = block + 1 < head->blocks ? head->index[block + 1].addr : head->end;
	name[0] = '\0';
	for (u32 i = 0; i < BLOCK && block * BLOCK + i < head->count; i++) {
		if (!next_symbol(&c))
			break;
		if (c.addr > rel) {
			next = c.addr;
			break;
		}
		start = c.addr;
		memcpy(name, ahead, NAME_MAX);
	}
	if (start < text)
		next = min_t(u32, next, text);
	if (off)
		*off = rel - start;
	if (size)
		*size = next - start;
	return name;
}
