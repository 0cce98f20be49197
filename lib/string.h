/* SPDX-License-Identifier: MIT */
/*
 * lib/string.h - memory and strings.
 *
 * The C names carry the C standard's meaning; lib/libc.c has their bodies in the kernel, the C
 * library on the host. The macros let the compiler open-code small constant sizes, which
 * -ffreestanding forbids it to do for the plain names. A host file includes the C library's headers
 * before this one.
 */
#ifndef LIB_STRING_H
#define LIB_STRING_H

#include "lib/compiler.h"

void *memcpy(void *restrict dst, const void *restrict src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
void *memchr(const void *s, int c, size_t n);
size_t strlen(const char *s);
size_t strnlen(const char *s, size_t max);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
char *strchr(const char *s, int c);
char *strrchr(const char *s, int c);
char *strstr(const char *s, const char *what);

#define memcpy(dst, src, n)  __builtin_memcpy(dst, src, n)
#define memmove(dst, src, n) __builtin_memmove(dst, src, n)
#define memset(dst, c, n)    __builtin_memset(dst, c, n)
#define memcmp(a, b, n)	     __builtin_memcmp(a, b, n)
#define strlen(s)	     __builtin_strlen(s)
#define strcmp(a, b)	     __builtin_strcmp(a, b)

/*
 * strscpy() - copies the string @src into the @size bytes at @dst; always ends it with a NUL.
 * Return: the bytes copied without the NUL, or -E2BIG when it was cut (or @size is 0).
 */
ssize_t strscpy(char *dst, const char *src, size_t size);

/*
 * str_token() - the next word of *@s: skips blanks, ends the word with a NUL in place, moves *@s
 * behind it. A word in double quotes may hold blanks; the quotes are dropped.
 * Return: the word, or NULL when nothing is left.
 */
char *str_token(char **s);

/*
 * strsep() - the next field of *@s up to any byte of @delims, which becomes a NUL; empty fields
 * count.
 * Return: the field, or NULL when *@s is NULL (the last field leaves it so).
 */
char *strsep(char **s, const char *delims);

/*
 * skip_spaces() - the first byte of @s that is not blank. strim() - that, and cuts blanks at the
 * end.
 */
char *skip_spaces(const char *s);
char *strim(char *s);

bool str_has_prefix(const char *s, const char *prefix);
int strcasecmp(const char *a, const char *b);

/*
 * kstrto*() - the whole of @s as a number: @base 2..36, or 0 for 0x, 0 and decimal prefixes. A
 * minus sign only for the signed ones; one newline at the end is allowed.
 * Return: 0, -EINVAL (no number, or more than a number), -ERANGE (does not fit); *@value only on 0.
 */
int __must_check kstrtou64(const char *s, unsigned int base, u64 *value);
int __must_check kstrtos64(const char *s, unsigned int base, s64 *value);
int __must_check kstrtoul(const char *s, unsigned int base, unsigned long *value);
int __must_check kstrtol(const char *s, unsigned int base, long *value);
int __must_check kstrtou32(const char *s, unsigned int base, u32 *value);
int __must_check kstrtoint(const char *s, unsigned int base, int *value);
int __must_check kstrtouint(const char *s, unsigned int base, unsigned int *value);
int __must_check kstrtou16(const char *s, unsigned int base, u16 *value);
int __must_check kstrtou8(const char *s, unsigned int base, u8 *value);
/* y, yes, on, 1 and n, no, off, 0. */
int __must_check kstrtobool(const char *s, bool *value);

/*
 * memparse() - a size with an optional K, M, G or T (times 1,024, ...) behind it; stops there.
 * Return: bytes, ULLONG_MAX when they do not fit; *@end (when not NULL) is where it stopped, @s
 * when there was no number.
 */
u64 memparse(const char *s, const char **end);

/* Bytes, by the C locale. */
static inline bool isdigit(int c)
{
	return c >= '0' && c <= '9';
}

static inline bool isspace(int c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static inline bool isprint(int c)
{
	return c >= ' ' && c <= '~';
}

static inline bool isalpha(int c)
{
	return (c | 32) >= 'a' && (c | 32) <= 'z';
}

static inline bool isalnum(int c)
{
	return isalpha(c) || isdigit(c);
}

static inline bool isxdigit(int c)
{
	return isdigit(c) || ((c | 32) >= 'a' && (c | 32) <= 'f');
}

static inline int tolower(int c)
{
	return c >= 'A' && c <= 'Z' ? c | 32 : c;
}

static inline int toupper(int c)
{
	return c >= 'a' && c <= 'z' ? c & ~32 : c;
}

#endif
