/* SPDX-License-Identifier: MIT */
/*
 * lib/inet.h - byte order, and the text of IPv4 and link addresses.
 *
 * Addresses in network order are be32 throughout; host order appears only where arithmetic needs
 * it.
 */
#ifndef LIB_INET_H
#define LIB_INET_H

#include "lib/compiler.h"

#define swab16(x) __builtin_bswap16(x)
#define swab32(x) __builtin_bswap32(x)
#define swab64(x) __builtin_bswap64(x)

/*
 * x86 is little endian. Macros, so that they also serve in constant initialisers and case labels.
 */
#define cpu_to_be16(x) ((be16)swab16(x))
#define cpu_to_be32(x) ((be32)swab32(x))
#define cpu_to_be64(x) ((be64)swab64(x))
#define be16_to_cpu(x) ((u16)swab16(x))
#define be32_to_cpu(x) ((u32)swab32(x))
#define be64_to_cpu(x) ((u64)swab64(x))
#define cpu_to_le16(x) ((le16)(x))
#define cpu_to_le32(x) ((le32)(x))
#define cpu_to_le64(x) ((le64)(x))
#define le16_to_cpu(x) ((u16)(x))
#define le32_to_cpu(x) ((u32)(x))
#define le64_to_cpu(x) ((u64)(x))
#undef htons
#undef htonl
#undef ntohs
#undef ntohl
#define htons(x) cpu_to_be16(x)
#define htonl(x) cpu_to_be32(x)
#define ntohs(x) be16_to_cpu(x)
#define ntohl(x) be32_to_cpu(x)

/* Loads and stores at any alignment, through the compiler's one instruction. */
static inline u16 get_unaligned_be16(const void *p)
{
	u16 v;

	__builtin_memcpy(&v, p, sizeof(v));
	return swab16(v);
}

static inline u32 get_unaligned_be32(const void *p)
{
	u32 v;

	__builtin_memcpy(&v, p, sizeof(v));
	return swab32(v);
}

static inline void put_unaligned_be16(u16 v, void *p)
{
	v = swab16(v);
	__builtin_memcpy(p, &v, sizeof(v));
}

static inline void put_unaligned_be32(u32 v, void *p)
{
	v = swab32(v);
	__builtin_memcpy(p, &v, sizeof(v));
}

/*
 * inet_pton4() - dotted quad @s (four decimal numbers, no leading zeros) to network order.
 * Return: 0 or -EINVAL; *@addr only on 0.
 */
int __must_check inet_pton4(const char *s, be32 *addr);

/*
 * inet_parse_prefix() - "a.b.c.d/len", or "a.b.c.d" alone (@len 32 then). Host bits are kept.
 * Return: 0 or -EINVAL.
 */
int __must_check inet_parse_prefix(const char *s, be32 *addr, unsigned int *len);

/* mac_parse() - "aa:bb:cc:dd:ee:ff", two hexadecimal digits each. Return: 0 or -EINVAL. */
int __must_check mac_parse(const char *s, u8 mac[6]);

/* inet_make_mask() - the netmask of a prefix of @len bits, 0..32, network order. */
static inline be32 inet_make_mask(unsigned int len)
{
	return len ? htonl(~0U << (32 - len)) : 0;
}

/* inet_mask_len() - the prefix length of @mask; wrong for a mask with holes (inet_mask_valid). */
static inline unsigned int inet_mask_len(be32 mask)
{
	u32 m = ntohl(mask);

	return m ? 32 - (unsigned int)__builtin_ctz(m) : 0;
}

static inline bool inet_mask_valid(be32 mask)
{
	u32 holes = ~ntohl(mask);

	return (holes & (holes + 1)) == 0;
}

/* RFC 1122 3.2.1.3, RFC 5771. */
static inline bool ipv4_is_loopback(be32 addr)
{
	return (addr & htonl(0xff000000)) == htonl(0x7f000000);
}

static inline bool ipv4_is_multicast(be32 addr)
{
	return (addr & htonl(0xf0000000)) == htonl(0xe0000000);
}

static inline bool ipv4_is_local_multicast(be32 addr)
{
	return (addr & htonl(0xffffff00)) == htonl(0xe0000000);
}

static inline bool ipv4_is_lbcast(be32 addr)
{
	return addr == htonl(0xffffffff);
}

static inline bool ipv4_is_zeronet(be32 addr)
{
	return (addr & htonl(0xff000000)) == 0;
}

#endif
