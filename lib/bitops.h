/* SPDX-License-Identifier: MIT */
/*
 * lib/bitops.h - bits of a word, and bits of an array of unsigned long without atomicity.
 *
 * The atomic set_bit(), clear_bit(), test_and_set_bit(), and test_bit(), come from <arch/atomic.h>.
 */
#ifndef LIB_BITOPS_H
#define LIB_BITOPS_H

#include <arch/atomic.h>
#include "lib/compiler.h"

#define BITS_PER_LONG	 64UL
#define BITS_PER_BYTE	 8
#define BITS_TO_LONGS(n) DIV_ROUND_UP(n, BITS_PER_LONG)

/*
 * __ffs(), __fls() - number of the lowest, the highest set bit; @x != 0. ffz() - lowest clear bit.
 */
static __always_inline unsigned int __ffs(unsigned long x)
{
	return (unsigned int)__builtin_ctzl(x);
}

static __always_inline unsigned int __fls(unsigned long x)
{
	return 63U ^ (unsigned int)__builtin_clzl(x);
}

static __always_inline unsigned int ffz(unsigned long x)
{
	return __ffs(~x);
}

/* fls(), fls64() - 1 for bit 0, ..., 32 or 64 for the top bit; 0 when no bit is set. */
static __always_inline unsigned int fls(unsigned int x)
{
	return x ? 32U - (unsigned int)__builtin_clz(x) : 0;
}

static __always_inline unsigned int fls64(u64 x)
{
	return x ? 64U - (unsigned int)__builtin_clzll(x) : 0;
}

static inline unsigned int hweight32(u32 x)
{
	x -= (x >> 1) & 0x55555555;
	x = (x & 0x33333333) + ((x >> 2) & 0x33333333);
	x = (x + (x >> 4)) & 0x0f0f0f0f;
	return (x * 0x01010101U) >> 24;
}

static inline unsigned int hweight64(u64 x)
{
	x -= (x >> 1) & 0x5555555555555555ULL;
	x = (x & 0x3333333333333333ULL) + ((x >> 2) & 0x3333333333333333ULL);
	x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0fULL;
	return (unsigned int)((x * 0x0101010101010101ULL) >> 56);
}

#define is_power_of_2(n) ((n) != 0 && ((n) & ((n) - 1)) == 0)

/* ilog2() - rounded down, @n > 0; order_base_2() - rounded up. Constant for constant @n. */
#define ilog2(n)	(63U - (unsigned int)__builtin_clzll((u64)(n)))
#define order_base_2(n) ((n) > 1 ? ilog2((u64)(n) - 1) + 1 : 0U)

#define roundup_pow_of_two(n)	(1UL << order_base_2(n))
#define rounddown_pow_of_two(n) (1UL << ilog2(n))

static inline u32 rol32(u32 x, unsigned int n)
{
	return (x << (n & 31)) | (x >> (-n & 31));
}

static inline u32 ror32(u32 x, unsigned int n)
{
	return (x >> (n & 31)) | (x << (-n & 31));
}

static inline u64 rol64(u64 x, unsigned int n)
{
	return (x << (n & 63)) | (x >> (-n & 63));
}

static inline u64 ror64(u64 x, unsigned int n)
{
	return (x >> (n & 63)) | (x << (-n & 63));
}

/* Bit @n of the array at @map; not atomic. */
static inline void __set_bit(unsigned long n, unsigned long *map)
{
	map[n / BITS_PER_LONG] |= 1UL << (n % BITS_PER_LONG);
}

static inline void __clear_bit(unsigned long n, unsigned long *map)
{
	map[n / BITS_PER_LONG] &= ~(1UL << (n % BITS_PER_LONG));
}

static inline void __change_bit(unsigned long n, unsigned long *map)
{
	map[n / BITS_PER_LONG] ^= 1UL << (n % BITS_PER_LONG);
}

static inline bool __test_and_set_bit(unsigned long n, unsigned long *map)
{
	bool old = test_bit(n, map);

	__set_bit(n, map);
	return old;
}

static inline bool __test_and_clear_bit(unsigned long n, unsigned long *map)
{
	bool old = test_bit(n, map);

	__clear_bit(n, map);
	return old;
}

#endif
