/* SPDX-License-Identifier: MIT */
/*
 * lib/checksum.c - the Internet checksum over buffers.
 *
 * Overview   One's complement addition does not care about word size or byte order (RFC 1071, 2),
 *            so the sum runs over 64-bit words with the carry added back, and is folded at the end.
 *            An odd start needs no care either: x86 loads at any alignment.
 * Structure  32 bytes a turn by add and a chain of adc; what is left as 8, 4, 2, 1 bytes.
 * Locking    none.
 * Reference  RFC 1071.
 */
#include "lib/checksum.h"
#include "lib/inet.h"
#include "lib/string.h"

static __always_inline u64 add_carry(u64 sum, u64 v)
{
	sum += v;
	return sum + (sum < v);
}

/* Up to 31 bytes. */
static __always_inline u64 sum_tail(const u8 *p, size_t len, u64 sum)
{
	for (; len >= 8; len -= 8, p += 8) {
		u64 v;

		memcpy(&v, p, 8);
		sum = add_carry(sum, v);
	}
	if (len & 4) {
		u32 v;

		memcpy(&v, p, 4);
		sum = add_carry(sum, v);
		p += 4;
	}
	if (len & 2) {
		u16 v;

		memcpy(&v, p, 2);
		sum = add_carry(sum, v);
		p += 2;
	}
	/* The last odd byte is the first one of a word whose second is zero. */
	return len & 1 ? add_carry(sum, *p) : sum;
}

u32 csum_partial(const void *buf, size_t len, u32 partial)
{
	const u8 *p = buf;
	u64 sum = partial;

	for (; len >= 32; len -= 32, p += 32)
		__asm__("addq 0(%1), %0\n\t"
			"adcq 8(%1), %0\n\t"
			"adcq 16(%1), %0\n\t"
			"adcq 24(%1), %0\n\t"
			"adcq $0, %0"
			: "+r"(sum)
			: "r"(p), "m"(*(const u8(*)[32])p)
			: "cc");
	return csum_fold64(sum_tail(p, len, sum));
}

u32 csum_partial_copy(void *restrict dst, const void *restrict src, size_t len, u32 sum)
{
	memcpy(dst, src, len);
	return csum_partial(dst, len, sum); /* the copy is warm in the cache */
}

u16 csum_tcpudp_magic(u32 saddr, u32 daddr, u32 len, u8 protocol, u32 sum)
{
	/* The pseudo header's last word: zero, protocol, length; all in network order. */
	u64 s = (u64)saddr + daddr + htonl((u32)protocol << 16 | (len & 0xffff)) + (len >> 16) +
		sum;

	return csum_fold(csum_fold64(s));
}
