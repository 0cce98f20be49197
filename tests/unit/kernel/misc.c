/* SPDX-License-Identifier: MIT */
/* tests/unit/kernel/misc.c - output streams, notifier chains, random numbers. */
#include "kernel/base/notifier.h"
#include "kernel/base/out.h"
#include "kernel/base/random.h"
#include "kernel/base/selftest.h"
#include "lib/errno.h"
#include "lib/string.h"

SELFTEST(out, buffer_never_overflows)
{
	struct out_buf ob;
	char buf[8];

	out_buf_init(&ob, buf, sizeof(buf));
	out_printf(&ob.out, "%d-%s", 12, "ab");
	EXPECT_STREQ(buf, "12-ab");
	EXPECT_FALSE(ob.overflow);
	out_puts(&ob.out, "cdefgh");
	EXPECT_STREQ(buf, "12-abcd");
	EXPECT_TRUE(ob.overflow);
}

SELFTEST(out, long_lines_come_through)
{
	static char buf[1000], text[700];
	struct out_buf ob;

	memset(text, 'q', sizeof(text) - 1);
	out_buf_init(&ob, buf, sizeof(buf));
	out_printf(&ob.out, "<%s>", text);
	EXPECT_EQ(strlen(buf), sizeof(text) - 1 + 2);
	EXPECT_EQ(buf[700], '>');
}

static char calls[8];
static unsigned int calls_len;

static int note_call(struct notifier_block *nb, unsigned long event, void *data)
{
	if (calls_len < sizeof(calls) - 1)
		calls[calls_len++] = 'a' + nb->priority;
	calls[calls_len] = '\0';
	return event == 9 && nb->priority == 1 ? notifier_from_errno(-EBUSY) : NOTIFY_OK;
}

SELFTEST(notifier, by_priority_until_stopped)
{
	struct notifier_block low = { .notifier_call = note_call, .priority = 0 };
	struct notifier_block mid = { .notifier_call = note_call, .priority = 1 };
	struct notifier_block high = { .notifier_call = note_call, .priority = 2 };
	NOTIFIER_HEAD(head);

	EXPECT_EQ(notifier_call_chain(&head, 1, NULL), NOTIFY_DONE);
	EXPECT_EQ(notifier_chain_register(&head, &mid), 0);
	EXPECT_EQ(notifier_chain_register(&head, &low), 0);
	EXPECT_EQ(notifier_chain_register(&head, &high), 0);
	EXPECT_EQ(notifier_chain_register(&head, &low), -EEXIST);
	calls_len = 0;
	EXPECT_EQ(notifier_call_chain(&head, 1, NULL), NOTIFY_OK);
	EXPECT_STREQ(calls, "cba");
	calls_len = 0;
	EXPECT_EQ(notifier_to_errno(notifier_call_chain(&head, 9, NULL)), -EBUSY);
	EXPECT_STREQ(calls, "cb");
	EXPECT_EQ(notifier_chain_unregister(&head, &mid), 0);
	EXPECT_EQ(notifier_chain_unregister(&head, &mid), -ENOENT);
	calls_len = 0;
	notifier_call_chain(&head, 9, NULL);
	EXPECT_STREQ(calls, "ca");
	EXPECT_EQ(notifier_to_errno(NOTIFY_OK), 0);
}

SELFTEST(random, chacha20_block_of_rfc_8439)
{
	/* Section 2.3.2. */
	static const u32 in[16] = {
		0x61707865, 0x3320646e, 0x79622d32, 0x6b206574, 0x03020100, 0x07060504,
		0x0b0a0908, 0x0f0e0d0c, 0x13121110, 0x17161514, 0x1b1a1918, 0x1f1e1d1c,
		0x00000001, 0x09000000, 0x4a000000, 0x00000000,
	};
	static const u32 want[16] = {
		0xe4e7f110, 0x15593bd1, 0x1fdd0f50, 0xc47120a3, 0xc7f4d1c7, 0x0368c033,
		0x9aaa2204, 0x4e6cd4c3, 0x466482d2, 0x09aa9f07, 0x05d7c214, 0xa2028bd9,
		0xd19c12b5, 0xb94e16de, 0xe883d0cb, 0x4e3c50a2,
	};
	u32 out[16];

	chacha20_block(in, out);
	EXPECT_EQ(memcmp(out, want, sizeof(want)), 0);
}

SELFTEST(random, below_stays_below_and_reaches_all)
{
	u32 seen = 0, v;
	unsigned int i;

	for (i = 0; i < 400; i++) {
		v = get_random_u32_below(7);
		ASSERT_LT(v, 7);
		seen |= 1u << v;
	}
	EXPECT_EQ(seen, 0x7f);
	EXPECT_EQ(get_random_u32_below(1), 0);
}

SELFTEST(random, draws_differ)
{
	u8 a[100], b[100];

	get_random_bytes(a, sizeof(a));
	get_random_bytes(b, sizeof(b));
	EXPECT_NE(memcmp(a, b, sizeof(a)), 0);
	EXPECT_NE(get_random_u64(), get_random_u64());
}

SELFTEST(random, about_half_of_the_bits_are_set)
{
	unsigned int i, bits = 0;
	u64 v;

	for (i = 0; i < 256; i++) {
		for (v = get_random_u64(); v; v &= v - 1)
			bits++;
	}
	/* 16,384 bits: mean 8,192, deviation 64; ten deviations. */
	EXPECT_GT(bits, 8192 - 640);
	EXPECT_LT(bits, 8192 + 640);
}
