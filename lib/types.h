/* SPDX-License-Identifier: MIT */
/*
 * lib/types.h - the scalar types of the tree.
 *
 * u64 is `unsigned long long` (printed with %llu), as kernel readers expect. be16..be64 hold
 * network order: the unit is in the type, the conversions are in lib/inet.h.
 */
#ifndef LIB_TYPES_H
#define LIB_TYPES_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* <limits.h> of a freestanding gcc looks for the C library's, which the kernel has not. */
#ifndef INT_MAX
#define CHAR_BIT   8
#define UCHAR_MAX  0xff
#define SHRT_MAX   0x7fff
#define USHRT_MAX  0xffff
#define INT_MAX	   0x7fffffff
#define INT_MIN	   (-INT_MAX - 1)
#define UINT_MAX   0xffffffffU
#define LONG_MAX   0x7fffffffffffffffL
#define LONG_MIN   (-LONG_MAX - 1)
#define ULONG_MAX  0xffffffffffffffffUL
#define LLONG_MAX  0x7fffffffffffffffLL
#define LLONG_MIN  (-LLONG_MAX - 1)
#define ULLONG_MAX 0xffffffffffffffffULL
#endif

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef signed char s8;
typedef short s16;
typedef int s32;
typedef long long s64;

typedef u16 be16;
typedef u32 be32;
typedef u64 be64;
typedef u16 le16;
typedef u32 le32;
typedef u64 le64;

typedef long ssize_t;
typedef u64 phys_addr_t; /* bytes */
typedef u32 gfp_t;       /* GFP_* bits, mm/gfp.h */

#endif
