/* SPDX-License-Identifier: MIT */
/*
 * lib/libc.c - the C library's memory and string functions, for the kernel.
 *
 * Overview   The compiler calls memcpy, memmove, memset and memcmp by itself; the rest serves lib
 *            and above. On the host the C library has all of them, and this file is not linked.
 * Structure  Up to 32 bytes: loads from both ends and stores that may overlap, no loop. Up to 256:
 *            a loop of 32 bytes. Above: rep movsq/stosq. Instructions an 8-byte word under icount:
 *            the loop 3, rep movsq 1; on hardware rep's start-up costs 20-35 cycles, which the loop
 *            beats up to about 256 bytes, and behind that fast-string microcode moves 32 bytes a
 *            cycle. rep movsb would count an instruction a byte under icount, so it is never used.
 * Locking    none.
 * Observe    bench memcpy_*, memset_*.
 */
#include "lib/string.h"

#undef memcpy
#undef memmove
#undef memset
#undef memcmp
#undef strlen
#undef strcmp

#define REP_MIN 256 /* bytes; see Structure */

/* One instruction each, at any alignment. */
static __always_inline u64 load64(const void *p)
{
	u64 v;

	__builtin_memcpy(&v, p, 8);
	return v;
}

static __always_inline u32 load32(const void *p)
{
	u32 v;

	__builtin_memcpy(&v, p, 4);
	return v;
}

static __always_inline u16 load16(const void *p)
{
	u16 v;

	__builtin_memcpy(&v, p, 2);
	return v;
}

static __always_inline void store64(void *p, u64 v)
{
	__builtin_memcpy(p, &v, 8);
}

static __always_inline void store32(void *p, u32 v)
{
	__builtin_memcpy(p, &v, 4);
}

static __always_inline void store16(void *p, u16 v)
{
	__builtin_memcpy(p, &v, 2);
}

/* @n <= 16. Everything is loaded before anything is stored: the two may overlap. */
static __always_inline void copy_small(char *d, const char *s, size_t n)
{
	if (n >= 8) {
		u64 first = load64(s), last = load64(s + n - 8);

		store64(d, first);
		store64(d + n - 8, last);
	} else if (n >= 4) {
		u32 first = load32(s), last = load32(s + n - 4);

		store32(d, first);
		store32(d + n - 4, last);
	} else if (n >= 2) {
		u16 first = load16(s), last = load16(s + n - 2);

		store16(d, first);
		store16(d + n - 2, last);
	} else if (n) {
		*d = *s;
	}
}

/* Four words in registers, so that what is stored cannot change what is still to be loaded. */
struct block {
	u64 a, b, c, d;
};

static __always_inline struct block load_block(const char *p, const char *q)
{
	return (struct block){ load64(p), load64(p + 8), load64(q), load64(q + 8) };
}

static __always_inline void store_block(char *p, char *q, struct block v)
{
	store64(p, v.a);
	store64(p + 8, v.b);
	store64(q, v.c);
	store64(q + 8, v.d);
}

/* 16 < @n <= 32: both ends, which may overlap. */
static __always_inline void copy_medium(char *d, const char *s, size_t n)
{
	store_block(d, d + n - 16, load_block(s, s + n - 16));
}

/*
 * @n > 32, upwards. The last 32 bytes are stored last and may overlap the ones before. Where @d may
 * lie below @s they are loaded first, as the copy may reach them; else last, which spares
 * registers.
 */
static __always_inline void copy_up(char *d, const char *s, size_t n, bool overlapping)
{
	const char *s_end = s + n - 32;
	char *end = d + n - 32;
	struct block tail;

	if (overlapping)
		tail = load_block(s_end, s_end + 16);

	if (n > REP_MIN) {
		size_t words = (n - 1) / 8;

		__asm__ volatile("rep movsq" : "+D"(d), "+S"(s), "+c"(words) : : "memory");
	} else {
		for (; d < end; d += 32, s += 32)
			store_block(d, d + 16, load_block(s, s + 16));
	}
	if (!overlapping)
		tail = load_block(s_end, s_end + 16);
	store_block(end, end + 16, tail);
}

void *memcpy(void *restrict dst, const void *restrict src, size_t n)
{
	if (n <= 16)
		copy_small(dst, src, n);
	else if (n <= 32)
		copy_medium(dst, src, n);
	else
		copy_up(dst, src, n, false);
	return dst;
}

void *memmove(void *dst, const void *src, size_t n)
{
	char *d = dst;
	const char *s = src;
	struct block head;

	if (n <= 16) {
		copy_small(d, s, n);
		return dst;
	}
	if (n <= 32) {
		copy_medium(d, s, n);
		return dst;
	}
	if ((uintptr_t)d - (uintptr_t)s >= n) { /* below, or clear of each other */
		copy_up(d, s, n, true);
		return dst;
	}
	head = load_block(s, s + 16);
	for (; n > 32; n -= 32)
		store_block(d + n - 32, d + n - 16, load_block(s + n - 32, s + n - 16));
	store_block(d, d + 16, head);
	return dst;
}

void *memset(void *dst, int c, size_t n)
{
	u64 v = (u8)c * 0x0101010101010101ULL;
	char *d = dst, *end = d + n;

	if (n > REP_MIN) {
		size_t words = (n - 1) / 8;

		__asm__ volatile("rep stosq" : "+D"(d), "+c"(words) : "a"(v) : "memory");
		store64(end - 8, v);
	} else if (n >= 8) {
		for (; d < end - 8; d += 8)
			store64(d, v);
		store64(end - 8, v);
	} else if (n >= 4) {
		store32(d, (u32)v);
		store32(end - 4, (u32)v);
	} else if (n) {
		d[0] = (char)v;
		d[n / 2] = (char)v;
		end[-1] = (char)v;
	}
	return dst;
}

int memcmp(const void *a, const void *b, size_t n)
{
	const u8 *x = a, *y = b;

	for (; n >= 8; n -= 8, x += 8, y += 8) {
		u64 p = load64(x), q = load64(y);

		if (p != q) {
			p = __builtin_bswap64(p);
			q = __builtin_bswap64(q);
			return p < q ? -1 : 1;
		}
	}
	for (; n; n--, x++, y++)
		if (*x != *y)
			return *x - *y;
	return 0;
}

void *memchr(const void *s, int c, size_t n)
{
	for (const u8 *p = s; n; n--, p++)
		if (*p == (u8)c)
			return (void *)p;
	return NULL;
}

size_t strlen(const char *s)
{
	const char *p = s;

	while (*p)
		p++;
	return (size_t)(p - s);
}

size_t strnlen(const char *s, size_t max)
{
	size_t n = 0;

	while (n < max && s[n])
		n++;
	return n;
}

int strcmp(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return (u8)*a - (u8)*b;
}

int strncmp(const char *a, const char *b, size_t n)
{
	for (; n; n--, a++, b++)
		if (*a != *b || !*a)
			return (u8)*a - (u8)*b;
	return 0;
}

char *strchr(const char *s, int c)
{
	for (;; s++) {
		if (*s == (char)c)
			return (char *)s;
		if (!*s)
			return NULL;
	}
}

char *strrchr(const char *s, int c)
{
	const char *last = NULL;

	for (;; s++) {
		if (*s == (char)c)
			last = s;
		if (!*s)
			return (char *)last;
	}
}

char *strstr(const char *s, const char *what)
{
	size_t n = strlen(what);

	for (;; s++) {
		if (!strncmp(s, what, n))
			return (char *)s;
		if (!*s)
			return NULL;
	}
}
