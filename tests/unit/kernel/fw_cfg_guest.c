/* SPDX-License-Identifier: MIT */
/* tests/unit/kernel/fw_cfg_guest.c - files from QEMU, whole and in pieces. */
#include "drivers/fw_cfg/fw_cfg.h"
#include "kernel/base/selftest.h"
#include "lib/errno.h"
#include "lib/string.h"

#define NAME "etc/boot-fail-wait" /* QEMU's every machine with firmware has it: 4 bytes */

static u8 whole[8], pieces[8]; /* in the image: DMA */

SELFTEST(fw_cfg, reads_in_any_pieces)
{
	struct fw_cfg_file a, b;
	u32 n;

	if (fw_cfg_find(NAME, &a))
		SKIP("no fw_cfg with " NAME);
	ASSERT_EQ(a.size, 4);
	EXPECT_EQ(fw_cfg_read(&a, whole, sizeof(whole)), 4);
	EXPECT_EQ(fw_cfg_read(&a, whole, sizeof(whole)), 0);

	/* Another file's directory search in between moves the device. */
	ASSERT_EQ(fw_cfg_find(NAME, &b), 0);
	for (n = 0; n < 4; n++) {
		EXPECT_EQ(fw_cfg_read(&b, pieces + n, 1), 1);
		EXPECT_EQ(fw_cfg_find("no/such/file", &a), -ENOENT);
	}
	EXPECT_EQ(fw_cfg_read(&b, pieces, 1), 0);
	EXPECT_EQ(memcmp(whole, pieces, 4), 0);
}
