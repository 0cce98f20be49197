/* SPDX-License-Identifier: MIT */
/* tests/unit/kernel/printk.c - the log's ring against a shadow; what printk() makes of a line. */
#include "kernel/base/log_ring.h"
#include "kernel/base/printk.h"
#include "kernel/base/selftest.h"
#include "kernel/base/time.h"
#include "lib/prng.h"
#include "lib/string.h"

#define RING_SIZE 1024
#define RECORDS	  3000
#define TEXT_MAX  200

static u8 ring_buf[RING_SIZE] __aligned(8);
static u16 lengths[RECORDS];

static void text_of(u64 seq, char *text, u16 len)
{
	u16 i;

	for (i = 0; i < len; i++)
		text[i] = 'a' + (seq + i) % 26;
}

static void check_record(struct log_ring *ring, u64 seq)
{
	const struct log_record *r = log_ring_find(ring, seq);
	char want[TEXT_MAX];

	text_of(seq, want, lengths[seq]);
	EXPECT_EQ(r->ns, seq * 10);
	EXPECT_EQ(r->level, seq % 8);
	EXPECT_EQ(r->len, lengths[seq]);
	EXPECT_EQ(memcmp(r + 1, want, lengths[seq]), 0);
}

SELFTEST(printk, ring_keeps_the_newest_records_whole)
{
	struct log_ring ring = { .buf = ring_buf, .size = RING_SIZE };
	char text[TEXT_MAX];
	struct prng rng;
	u64 seq, bytes;
	unsigned int i;

	prng_seed(&rng, 3);
	for (i = 0; i < RECORDS; i++) {
		lengths[i] = prng_below(&rng, i % 7 ? 60 : TEXT_MAX);
		text_of(i, text, lengths[i]);
		log_ring_store(&ring, i * 10, i % 8, text, lengths[i]);
		EXPECT_EQ(ring.next_seq, i + 1);
		/* Read them all now and then, and at random places in between. */
		if (i % 97 == 0) {
			for (seq = ring.first_seq; seq < ring.next_seq; seq++)
				check_record(&ring, seq);
		}
		check_record(&ring,
			     ring.first_seq + prng_below(&rng, ring.next_seq - ring.first_seq));
	}
	/* No more was pushed out than had to be. */
	for (bytes = 0, seq = ring.first_seq; seq < ring.next_seq; seq++)
		bytes += ALIGN(sizeof(struct log_record) + lengths[seq], 8);
	EXPECT_GE(bytes, RING_SIZE - 3 * (TEXT_MAX + sizeof(struct log_record)));
}

SELFTEST(printk, a_line_is_read_back_with_its_time)
{
	u64 seq = log_next_seq();
	char line[LOG_LINE_MAX + 32];
	int level = -1;
	size_t n;

	printk(KERN_DEBUG, "selftest: %d lines\n", 1);
	n = log_read(&seq, line, sizeof(line), &level);
	EXPECT_EQ(level, KERN_DEBUG);
	ASSERT_GT(n, 16);
	EXPECT_EQ(line[0], '[');
	EXPECT_EQ(line[6], '.');
	EXPECT_STREQ(line + 13, "] selftest: 1 lines\n");
	EXPECT_EQ(log_read(&seq, line, sizeof(line), &level), 0);
}

SELFTEST(printk, a_long_line_is_cut)
{
	static char text[2 * LOG_LINE_MAX];
	u64 seq = log_next_seq();
	char line[LOG_LINE_MAX + 32];

	memset(text, 'y', sizeof(text) - 1);
	printk(KERN_DEBUG, "%s", text);
	EXPECT_EQ(log_read(&seq, line, sizeof(line), NULL), 15 + LOG_LINE_MAX - 1 + 1);
	EXPECT_EQ(log_next_seq(), seq);
}

SELFTEST(printk, ratelimit_lets_a_burst_through)
{
	DEFINE_RATELIMIT_STATE(rs, 1000 * HZ, 3);
	unsigned int passed = 0, i;

	for (i = 0; i < 10; i++)
		passed += ratelimit(&rs);
	EXPECT_EQ(passed, 3);
	EXPECT_EQ(rs.missed, 7);
}
