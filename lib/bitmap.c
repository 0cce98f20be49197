/* SPDX-License-Identifier: MIT */
/*
 * lib/bitmap.c - sets of small numbers, a word at a time.
 *
 * Overview  contracts in lib/bitmap.h. Bits behind the last one of a set may hold anything: what
 *           counts or compares masks them off.
 * Locking   the caller's. The searches read each word once, so one that races with a change finds
 *           the old or the new bit.
 */
#include "lib/bitmap.h"
#include "lib/string.h"

/* The first bit at or behind @start of map ^ @invert. */
static __always_inline size_t find_next(const unsigned long *map, size_t nbits, size_t start,
					unsigned long invert)
{
	unsigned long word;
	size_t at;

	if (start >= nbits)
		return nbits;
	at = start / BITS_PER_LONG;
	word = (READ_ONCE(map[at]) ^ invert) & (~0UL << (start % BITS_PER_LONG));
	while (!word) {
		at++;
		if (at * BITS_PER_LONG >= nbits)
			return nbits;
		word = READ_ONCE(map[at]) ^ invert;
	}
	return min(at * BITS_PER_LONG + __ffs(word), nbits);
}

size_t find_next_bit(const unsigned long *map, size_t nbits, size_t start)
{
	return find_next(map, nbits, start, 0);
}

size_t find_next_zero_bit(const unsigned long *map, size_t nbits, size_t start)
{
	return find_next(map, nbits, start, ~0UL);
}

size_t find_last_bit(const unsigned long *map, size_t nbits)
{
	size_t at = BITS_TO_LONGS(nbits);
	unsigned long mask = BITMAP_LAST_WORD_MASK(nbits);

	while (at-- > 0) {
		unsigned long word = READ_ONCE(map[at]) & mask;

		if (word)
			return at * BITS_PER_LONG + __fls(word);
		mask = ~0UL;
	}
	return nbits;
}

size_t bitmap_find_next_zero_area(const unsigned long *map, size_t nbits, size_t start,
				  size_t count, size_t align)
{
	for (;;) {
		size_t first = ALIGN(find_next_zero_bit(map, nbits, start), align);
		size_t used;

		if (first >= nbits || nbits - first < count)
			return nbits;
		used = find_next_bit(map, first + count, first);
		if (used >= first + count)
			return first;
		start = used + 1;
	}
}

/* The bits of word @at that lie in [@start, @end). */
static unsigned long word_mask(size_t at, size_t start, size_t end)
{
	unsigned long mask = ~0UL;

	if (start > at * BITS_PER_LONG)
		mask <<= start % BITS_PER_LONG;
	if (end < (at + 1) * BITS_PER_LONG)
		mask &= ~(~0UL << (end % BITS_PER_LONG));
	return mask;
}

void bitmap_set(unsigned long *map, size_t start, size_t count)
{
	size_t end = start + count;

	for (size_t at = start / BITS_PER_LONG; at * BITS_PER_LONG < end; at++)
		map[at] |= word_mask(at, start, end);
}

void bitmap_clear(unsigned long *map, size_t start, size_t count)
{
	size_t end = start + count;

	for (size_t at = start / BITS_PER_LONG; at * BITS_PER_LONG < end; at++)
		map[at] &= ~word_mask(at, start, end);
}

size_t bitmap_weight(const unsigned long *map, size_t nbits)
{
	size_t n = 0, at;

	for (at = 0; (at + 1) * BITS_PER_LONG <= nbits; at++)
		n += hweight64(map[at]);
	if (nbits % BITS_PER_LONG)
		n += hweight64(map[at] & BITMAP_LAST_WORD_MASK(nbits));
	return n;
}

void bitmap_zero(unsigned long *map, size_t nbits)
{
	memset(map, 0, BITS_TO_LONGS(nbits) * sizeof(*map));
}

void bitmap_fill(unsigned long *map, size_t nbits)
{
	memset(map, 0xff, BITS_TO_LONGS(nbits) * sizeof(*map));
}

void bitmap_copy(unsigned long *dst, const unsigned long *src, size_t nbits)
{
	memcpy(dst, src, BITS_TO_LONGS(nbits) * sizeof(*dst));
}

void bitmap_and(unsigned long *dst, const unsigned long *a, const unsigned long *b, size_t nbits)
{
	for (size_t at = 0; at < BITS_TO_LONGS(nbits); at++)
		dst[at] = a[at] & b[at];
}

void bitmap_or(unsigned long *dst, const unsigned long *a, const unsigned long *b, size_t nbits)
{
	for (size_t at = 0; at < BITS_TO_LONGS(nbits); at++)
		dst[at] = a[at] | b[at];
}

void bitmap_andnot(unsigned long *dst, const unsigned long *a, const unsigned long *b, size_t nbits)
{
	for (size_t at = 0; at < BITS_TO_LONGS(nbits); at++)
		dst[at] = a[at] & ~b[at];
}

bool bitmap_equal(const unsigned long *a, const unsigned long *b, size_t nbits)
{
	size_t at;

	for (at = 0; (at + 1) * BITS_PER_LONG <= nbits; at++)
		if (a[at] != b[at])
			return false;
	return !(nbits % BITS_PER_LONG) || !((a[at] ^ b[at]) & BITMAP_LAST_WORD_MASK(nbits));
}
