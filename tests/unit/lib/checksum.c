/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/lib/checksum.c - the Internet checksum: the RFCs' examples, and a naive sum as the
 * oracle.
 */
#include "kernel/base/selftest.h"
#include "lib/checksum.h"
#include "lib/inet.h"
#include "lib/prng.h"
#include "lib/string.h"

/* RFC 1071, 4.1, word for word in C. */
static u16 naive_checksum(const u8 *p, size_t n)
{
	u32 sum = 0;

	for (; n > 1; n -= 2, p += 2)
		sum += (u32)p[0] << 8 | p[1];
	if (n)
		sum += (u32)*p << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons((u16)~sum);
}

SELFTEST(checksum, rfc1071_example)
{
	/* RFC 1071, 3: the sum of these is ddf2. */
	static const u8 bytes[] = { 0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7 };

	EXPECT_EQ(ip_compute_csum(bytes, sizeof(bytes)), htons((u16)~0xddf2));
}

SELFTEST(checksum, ip_header)
{
	static const u8 header[] = { 0x45, 0x00, 0x00, 0x73, 0x00, 0x00, 0x40, 0x00, 0x40, 0x11,
				     0xb8, 0x61, 0xc0, 0xa8, 0x00, 0x01, 0xc0, 0xa8, 0x00, 0xc7 };
	u8 copy[sizeof(header)];

	EXPECT_EQ(ip_fast_csum(header, 5), 0);
	memcpy(copy, header, sizeof(copy));
	copy[10] = copy[11] = 0;
	EXPECT_EQ(ip_fast_csum(copy, 5), htons(0xb861));
	copy[8]--;
	EXPECT_EQ(ip_fast_csum(copy, 5), htons(0xb961));
}

SELFTEST(checksum, ip_fast_csum_all_lengths)
{
	struct prng p;
	u8 header[60];

	prng_seed(&p, 1071);
	for (int round = 0; round < 200; round++) {
		prng_bytes(&p, header, sizeof(header));
		if (round % 3 == 0) /* carries everywhere */
			memset(header, 0xff, sizeof(header));
		for (unsigned int ihl = 5; ihl <= 15; ihl++)
			ASSERT_EQ(ip_fast_csum(header, ihl), naive_checksum(header, 4 * ihl));
	}
}

SELFTEST(checksum, csum_partial_lengths_and_alignments)
{
	static u8 buf[700];
	struct prng p;

	prng_seed(&p, 2);
	prng_bytes(&p, buf, sizeof(buf));
	for (size_t start = 0; start < 9; start++)
		for (size_t n = 0; n < 300; n++)
			ASSERT_EQ(ip_compute_csum(buf + start, n), naive_checksum(buf + start, n));
	memset(buf, 0xff, sizeof(buf));
	for (size_t n = 1; n < 300; n++)
		ASSERT_EQ(ip_compute_csum(buf + 1, n), naive_checksum(buf + 1, n));
}

SELFTEST(checksum, parts_join_at_odd_offsets)
{
	u8 buf[97], copy[97];
	struct prng p;

	prng_seed(&p, 3);
	for (size_t cut = 0; cut <= sizeof(buf); cut++) {
		u32 head, tail;

		prng_bytes(&p, buf, sizeof(buf));
		head = csum_partial_copy(copy, buf, cut, 0);
		tail = csum_partial(buf + cut, sizeof(buf) - cut, 0);
		ASSERT_EQ(memcmp(copy, buf, cut), 0);
		ASSERT_EQ(csum_fold(csum_block_add(head, tail, cut)),
			  naive_checksum(buf, sizeof(buf)));
		if (cut < sizeof(buf)) /* else the difference is zero, which has two forms */
			ASSERT_EQ(csum_fold(csum_sub(csum_block_add(head, tail, cut), head)),
				  csum_fold(csum_block_add(0, tail, cut)));
	}
}

SELFTEST(checksum, rfc1624_example)
{
	/* RFC 1624, 4: HC = dd2f, m = 5555, m' = 3285 gives 0000, and not ffff. */
	u16 sum = htons(0xdd2f);

	csum_replace2(&sum, htons(0x5555), htons(0x3285));
	EXPECT_EQ(sum, 0);
}

SELFTEST(checksum, incremental_updates_match)
{
	struct prng p;
	u8 header[20];

	prng_seed(&p, 1624);
	for (int round = 0; round < 2000; round++) {
		be16 from16, to16 = (u16)prng_u32(&p);
		be32 from32, to32 = prng_u32(&p);
		u16 sum;

		prng_bytes(&p, header, sizeof(header));
		memset(header + 10, 0, 2);
		sum = ip_fast_csum(header, 5);
		memcpy(&from16, header + 8, 2);
		memcpy(&from32, header + 16, 4);
		csum_replace2(&sum, from16, to16);
		csum_replace4(&sum, from32, to32);
		memcpy(header + 8, &to16, 2);
		memcpy(header + 16, &to32, 4);
		ASSERT_EQ(sum, ip_fast_csum(header, 5));
	}
}

SELFTEST(checksum, pseudo_header)
{
	/* A UDP datagram with its pseudo header in front, summed plainly. */
	u8 all[12 + 11];
	struct prng p;

	prng_seed(&p, 768);
	for (int round = 0; round < 500; round++) {
		be32 saddr = prng_u32(&p), daddr = prng_u32(&p);
		u8 protocol = (u8)prng_u32(&p);
		be16 len = htons(11);
		u32 sum;

		prng_bytes(&p, all, sizeof(all));
		memcpy(all, &saddr, 4);
		memcpy(all + 4, &daddr, 4);
		all[8] = 0;
		all[9] = protocol;
		memcpy(all + 10, &len, 2);
		sum = csum_partial(all + 12, 11, 0);
		ASSERT_EQ(csum_tcpudp_magic(saddr, daddr, 11, protocol, sum),
			  naive_checksum(all, sizeof(all)));
	}
}
