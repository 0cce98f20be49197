/* SPDX-License-Identifier: MIT */
/* tests/unit/lib/inet.c - byte order, addresses as text, masks. */
#include "kernel/base/selftest.h"
#include "lib/bitops.h"
#include "lib/errno.h"
#include "lib/inet.h"

SELFTEST(inet, byte_order)
{
	u8 wire[8] = { 0, 1, 2, 3, 4, 5, 6, 7 };

	EXPECT_EQ(htons(0x1234), 0x3412);
	EXPECT_EQ(ntohl(0x01020304), 0x04030201);
	EXPECT_EQ(cpu_to_be64(1ULL), 1ULL << 56);
	EXPECT_EQ(get_unaligned_be16(wire + 1), 0x0102);
	EXPECT_EQ(get_unaligned_be32(wire + 3), 0x03040506);
	put_unaligned_be32(0xa1b2c3d4, wire + 1);
	put_unaligned_be16(0xe5f6, wire + 5);
	EXPECT_EQ(get_unaligned_be32(wire), 0x00a1b2c3);
	EXPECT_EQ(get_unaligned_be32(wire + 4), 0xd4e5f607);
}

SELFTEST(inet, pton4)
{
	static const char *const wrong[] = {
		"",	    "1",	 "1.2.3",  "1.2.3.4.5",	       "256.1.1.1",
		"1.2.3.-4", "01.2.3.4",	 "1..2.3", "1.2.3.4 ",	       " 1.2.3.4",
		"a.b.c.d",  "1.2.3.4/8", "1.2.3.", "99999999999.1.1.1"};
	be32 addr = 0;

	EXPECT_EQ(inet_pton4("192.0.2.1", &addr), 0);
	EXPECT_EQ(addr, htonl(0xc0000201));
	EXPECT_EQ(inet_pton4("0.0.0.0", &addr), 0);
	EXPECT_EQ(addr, 0);
	EXPECT_EQ(inet_pton4("255.255.255.255", &addr), 0);
	EXPECT_EQ(addr, 0xffffffff);
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		EXPECT_ERR(inet_pton4(wrong[i], &addr), -EINVAL);
	EXPECT_EQ(addr, 0xffffffff);
}

SELFTEST(inet, prefix)
{
	static const char *const wrong[] = {"10.0.0.1/33", "10.0.0.1/", "10.0.0.1/-1",
					    "10.0.0.1/8x", "10.0.0/8",	"/8",
					    "10.0.0.1/08"};
	unsigned int len = 99;
	be32 addr = 7;

	EXPECT_EQ(inet_parse_prefix("198.51.100.9/24", &addr, &len), 0);
	EXPECT_EQ(addr, htonl(0xc6336409));
	EXPECT_EQ(len, 24);
	EXPECT_EQ(inet_parse_prefix("0.0.0.0/0", &addr, &len), 0);
	EXPECT_EQ(len, 0);
	EXPECT_EQ(inet_parse_prefix("203.0.113.1", &addr, &len), 0);
	EXPECT_EQ(len, 32);
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		EXPECT_ERR(inet_parse_prefix(wrong[i], &addr, &len), -EINVAL);
	EXPECT_EQ(len, 32);
}

SELFTEST(inet, mac)
{
	static const char *const wrong[] = {"",
					    "52:54:00:12:34",
					    "52:54:00:12:34:5",
					    "52:54:00:12:34:567",
					    "52-54-00-12-34-56",
					    "5g:54:00:12:34:56",
					    "52:54:00:12:34:56:"};
	u8 mac[6] = { 0 };

	EXPECT_EQ(mac_parse("52:54:00:aB:Cd:9f", mac), 0);
	EXPECT_EQ(mac[0], 0x52);
	EXPECT_EQ(mac[3], 0xab);
	EXPECT_EQ(mac[4], 0xcd);
	EXPECT_EQ(mac[5], 0x9f);
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		EXPECT_ERR(mac_parse(wrong[i], mac), -EINVAL);
	EXPECT_EQ(mac[0], 0x52);
}

SELFTEST(inet, masks)
{
	for (unsigned int len = 0; len <= 32; len++) {
		be32 mask = inet_make_mask(len);

		EXPECT_EQ(inet_mask_len(mask), len);
		EXPECT_TRUE(inet_mask_valid(mask));
		EXPECT_EQ(hweight32(mask), len);
	}
	EXPECT_EQ(inet_make_mask(24), htonl(0xffffff00));
	EXPECT_FALSE(inet_mask_valid(htonl(0xff00ff00)));
	EXPECT_FALSE(inet_mask_valid(htonl(0x000000ff)));
}

SELFTEST(inet, classes)
{
	EXPECT_TRUE(ipv4_is_loopback(htonl(0x7f000001)));
	EXPECT_FALSE(ipv4_is_loopback(htonl(0x80000001)));
	EXPECT_TRUE(ipv4_is_multicast(htonl(0xe0000001)));
	EXPECT_TRUE(ipv4_is_multicast(htonl(0xefffffff)));
	EXPECT_FALSE(ipv4_is_multicast(htonl(0xf0000000)));
	EXPECT_TRUE(ipv4_is_local_multicast(htonl(0xe00000ff)));
	EXPECT_FALSE(ipv4_is_local_multicast(htonl(0xe0000100)));
	EXPECT_TRUE(ipv4_is_lbcast(0xffffffff));
	EXPECT_TRUE(ipv4_is_zeronet(htonl(0x00ffffff)));
	EXPECT_FALSE(ipv4_is_zeronet(htonl(0x01000000)));
}
