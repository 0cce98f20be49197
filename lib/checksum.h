/* SPDX-License-Identifier: MIT */
/*
 * lib/checksum.h - the Internet checksum.
 *
 * A partial sum is a u32 of 16-bit one's complement sums, not yet folded; a folded one is the 16
 * bits as they stand in a packet. Both are in the byte order of memory, so that nothing is ever
 * swapped.
 * Reference: RFC 1071 (the sum), RFC 1624 (incremental update, equation 3).
 */
#ifndef LIB_CHECKSUM_H
#define LIB_CHECKSUM_H

#include "lib/compiler.h"

/* csum_fold() - the 16 bits for the packet of a partial sum: folded and inverted. */
static inline u16 csum_fold(u32 sum)
{
	sum = (sum >> 16) + (sum & 0xffff);
	sum += sum >> 16;
	return (u16)~sum;
}

/* csum_fold64() - a 64-bit sum of words as a partial sum. */
static inline u32 csum_fold64(u64 sum)
{
	sum = (sum >> 32) + (u32)sum;
	sum += sum >> 32;
	return (u32)sum;
}

static inline u32 csum_add(u32 a, u32 b)
{
	return csum_fold64((u64)a + b);
}

static inline u32 csum_sub(u32 a, u32 b)
{
	return csum_add(a, ~b);
}

/* csum_block_add() - joins the sum of a part that begins @offset bytes into the whole. */
static inline u32 csum_block_add(u32 sum, u32 part, size_t offset)
{
	if (offset & 1)
		part = (part << 8) | (part >> 24);
	return csum_add(sum, part);
}

/*
 * ip_fast_csum() - of an IP header of @ihl 32-bit words, @ihl >= 5.
 * Return: 0 when the header's own checksum is right; the checksum itself when that field is 0.
 */
static inline u16 ip_fast_csum(const void *iph, unsigned int ihl)
{
	const char *p = iph;
	u64 a, b, sum;
	u32 c;

	__builtin_memcpy(&a, p, 8);
	__builtin_memcpy(&b, p + 8, 8);
	__builtin_memcpy(&c, p + 16, 4);
	/* Carries out of bit 63 come back at bit 0: one's complement in 64 bits. */
	sum = a + b;
	sum += sum < b;
	sum += c;
	sum += sum < c;
	for (p += 20; unlikely(ihl > 5); ihl--, p += 4) {
		__builtin_memcpy(&c, p, 4);
		sum += c;
		sum += sum < c;
	}
	return csum_fold(csum_fold64(sum));
}

/* csum_partial() - adds @len bytes at @buf, any alignment, to @sum. */
u32 csum_partial(const void *buf, size_t len, u32 sum);

/* csum_partial_copy() - the same while copying to @dst; the two do not overlap. */
u32 csum_partial_copy(void *restrict dst, const void *restrict src, size_t len, u32 sum);

/* ip_compute_csum() - the checksum of @len bytes, as ICMP wants it. */
static inline u16 ip_compute_csum(const void *buf, size_t len)
{
	return csum_fold(csum_partial(buf, len, 0));
}

/* csum_tcpudp_magic() - TCP's or UDP's, @sum over the segment, @len its bytes in host order. */
u16 csum_tcpudp_magic(u32 saddr, u32 daddr, u32 len, u8 protocol, u32 sum);

/* csum_replace2(), csum_replace4() - a 16 or 32-bit field changed from @from to @to. RFC 1624. */
static inline void csum_replace4(u16 *sum, u32 from, u32 to)
{
	u64 s = (u64)(u16)~*sum + (u32)~from + to;

	*sum = csum_fold(csum_fold64(s));
}

static inline void csum_replace2(u16 *sum, u16 from, u16 to)
{
	*sum = csum_fold((u32)(u16)~*sum + (u16)~from + to);
}

#endif
