/* SPDX-License-Identifier: MIT */
/*
 * lib/bitmap.h - sets of small numbers as arrays of unsigned long. Bits behind @nbits in the last
 * word are ignored by every reader here, and may change under every writer.
 * Locking: the caller's; the find functions may run beside atomic set_bit() and clear_bit().
 */
#ifndef LIB_BITMAP_H
#define LIB_BITMAP_H

#include "lib/bitops.h"

#define DECLARE_BITMAP(name, bits) unsigned long name[BITS_TO_LONGS(bits)]

/* The valid bits of the last word of a map of @nbits. */
#define BITMAP_LAST_WORD_MASK(nbits) (~0UL >> (-(nbits) & (BITS_PER_LONG - 1)))

/*
 * find_*() - the first bit at or behind @start (0 for first) that is set, clear; @nbits when none.
 */
size_t find_next_bit(const unsigned long *map, size_t nbits, size_t start);
size_t find_next_zero_bit(const unsigned long *map, size_t nbits, size_t start);
size_t find_last_bit(const unsigned long *map, size_t nbits);

static inline size_t find_first_bit(const unsigned long *map, size_t nbits)
{
	return find_next_bit(map, nbits, 0);
}

static inline size_t find_first_zero_bit(const unsigned long *map, size_t nbits)
{
	return find_next_zero_bit(map, nbits, 0);
}

#define for_each_set_bit(bit, map, nbits)                                                          \
	for ((bit) = find_first_bit((map), (nbits)); (bit) < (nbits);                              \
	     (bit) = find_next_bit((map), (nbits), (bit) + 1))

#define for_each_clear_bit(bit, map, nbits)                                                        \
	for ((bit) = find_first_zero_bit((map), (nbits)); (bit) < (nbits);                         \
	     (bit) = find_next_zero_bit((map), (nbits), (bit) + 1))

/*
 * bitmap_find_next_zero_area() - the first run of @count clear bits at or behind @start whose first
 * bit is a multiple of @align (a power of two).
 * Return: its first bit, or a value >= @nbits when there is none.
 */
size_t bitmap_find_next_zero_area(const unsigned long *map, size_t nbits, size_t start,
				  size_t count, size_t align);

/* bitmap_set(), bitmap_clear() - @count bits from @start. */
void bitmap_set(unsigned long *map, size_t start, size_t count);
void bitmap_clear(unsigned long *map, size_t start, size_t count);

/* bitmap_weight() - how many bits are set. */
size_t bitmap_weight(const unsigned long *map, size_t nbits);

void bitmap_zero(unsigned long *map, size_t nbits);
void bitmap_fill(unsigned long *map, size_t nbits);
void bitmap_copy(unsigned long *dst, const unsigned long *src, size_t nbits);
void bitmap_and(unsigned long *dst, const unsigned long *a, const unsigned long *b, size_t nbits);
void bitmap_or(unsigned long *dst, const unsigned long *a, const unsigned long *b, size_t nbits);
void bitmap_andnot(unsigned long *dst, const unsigned long *a, const unsigned long *b,
		   size_t nbits);
bool bitmap_equal(const unsigned long *a, const unsigned long *b, size_t nbits);

static inline bool bitmap_empty(const unsigned long *map, size_t nbits)
{
	return find_first_bit(map, nbits) >= nbits;
}

static inline bool bitmap_full(const unsigned long *map, size_t nbits)
{
	return find_first_zero_bit(map, nbits) >= nbits;
}

#endif
