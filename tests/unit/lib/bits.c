/* SPDX-License-Identifier: MIT */
/* tests/unit/lib/bits.c - bit operations and bitmaps against one bool per bit. */
#include "kernel/base/selftest.h"
#include "lib/bitmap.h"
#include "lib/prng.h"
#include "lib/string.h"

SELFTEST(bitops, single_words)
{
	for (unsigned int i = 0; i < 64; i++) {
		unsigned long bit = 1UL << i;

		EXPECT_EQ(__ffs(bit), i);
		EXPECT_EQ(__ffs(bit | 1UL << 63), i);
		EXPECT_EQ(__fls(bit), i);
		EXPECT_EQ(__fls(bit | 1), i);
		EXPECT_EQ(ffz(~bit), i);
		EXPECT_EQ(fls64(bit), i + 1);
		EXPECT_EQ(ilog2(bit), i);
		EXPECT_EQ(hweight64(bit | 1), i ? 2 : 1);
		EXPECT_EQ(order_base_2(bit), i);
		EXPECT_EQ(rol64(1, i), bit);
		EXPECT_EQ(ror64(bit, i), 1);
	}
	EXPECT_EQ(fls(0), 0);
	EXPECT_EQ(fls(0x80000000U), 32);
	EXPECT_EQ(fls64(0), 0);
	EXPECT_EQ(hweight32(0xffffffff), 32);
	EXPECT_EQ(hweight64(~0ULL), 64);
	EXPECT_EQ(order_base_2(1), 0);
	EXPECT_EQ(order_base_2(5), 3);
	EXPECT_EQ(roundup_pow_of_two(65), 128);
	EXPECT_EQ(rounddown_pow_of_two(65), 64);
	EXPECT_TRUE(is_power_of_2(64));
	EXPECT_FALSE(is_power_of_2(0));
	EXPECT_FALSE(is_power_of_2(65));
	EXPECT_EQ(rol32(0x80000001U, 1), 3);
	EXPECT_EQ(ror32(3, 1), 0x80000001U);
	EXPECT_EQ(rol32(5, 0), 5);
}

SELFTEST(bitops, alignment_and_limits)
{
	EXPECT_EQ(ALIGN(13UL, 8), 16);
	EXPECT_EQ(ALIGN(16UL, 8), 16);
	EXPECT_EQ(ALIGN_DOWN(15UL, 8), 8);
	EXPECT_EQ(round_up(0x1001UL, 0x1000), 0x2000);
	EXPECT_TRUE(IS_ALIGNED(0x2000UL, 0x1000));
	EXPECT_EQ(DIV_ROUND_UP(9, 4), 3);
	EXPECT_EQ(min(3, 2), 2);
	EXPECT_EQ(max3(1, 7, 4), 7);
	EXPECT_EQ(clamp(11, 0, 10), 10);
	EXPECT_EQ(min_t(u8, 44, 50), 44);
	EXPECT_EQ(GENMASK(7, 4), 0xf0);
	EXPECT_EQ(GENMASK(63, 0), ~0UL);
}

#define BITS 203 /* three words and a part */

static bool model[BITS];
static DECLARE_BITMAP(map, BITS);

static size_t naive_next(size_t start, bool value)
{
	for (; start < BITS; start++)
		if (model[start] == value)
			return start;
	return BITS;
}

static size_t naive_area(size_t start, size_t count, size_t align)
{
	for (size_t at = ALIGN(start, align); at + count <= BITS; at += align) {
		size_t n = 0;

		while (n < count && !model[at + n])
			n++;
		if (n == count)
			return at;
	}
	return BITS;
}

static void check_against_model(struct prng *p)
{
	size_t weight = 0, bit, seen = 0, last = BITS, start = prng_below(p, BITS + 1);
	size_t count = 1 + prng_below(p, 20), align = 1UL << prng_below(p, 5);

	for (size_t i = 0; i < BITS; i++) {
		weight += model[i];
		if (model[i])
			last = i;
		ASSERT_EQ(test_bit(i, map), model[i]);
	}
	ASSERT_EQ(bitmap_weight(map, BITS), weight);
	ASSERT_EQ(bitmap_empty(map, BITS), weight == 0);
	ASSERT_EQ(bitmap_full(map, BITS), weight == BITS);
	ASSERT_EQ(find_next_bit(map, BITS, start), naive_next(start, true));
	ASSERT_EQ(find_next_zero_bit(map, BITS, start), naive_next(start, false));
	ASSERT_EQ(find_last_bit(map, BITS), last);
	for_each_set_bit(bit, map, BITS) {
		ASSERT_TRUE(model[bit]);
		seen++;
	}
	ASSERT_EQ(seen, weight);
	for_each_clear_bit(bit, map, BITS)
		ASSERT_FALSE(model[bit]);
	ASSERT_EQ(bitmap_find_next_zero_area(map, BITS, start, count, align),
		  naive_area(start, count, align));
}

SELFTEST(bitmap, random_changes_follow_the_model)
{
	struct prng p;

	prng_seed(&p, 203);
	memset(map, 0, sizeof(map));
	memset(model, 0, sizeof(model));
	__set_bit(BITS, map); /* behind the end: nobody may see it */
	for (int round = 0; round < 1500; round++) {
		size_t at = prng_below(&p, BITS), n = prng_below(&p, (u32)(BITS - at) + 1);

		switch (prng_below(&p, 6)) {
		case 0:
			bitmap_set(map, at, n);
			memset(model + at, 1, n);
			break;
		case 1:
			bitmap_clear(map, at, n);
			memset(model + at, 0, n);
			break;
		case 2:
			ASSERT_EQ(__test_and_set_bit(at, map), model[at]);
			model[at] = true;
			break;
		case 3:
			ASSERT_EQ(__test_and_clear_bit(at, map), model[at]);
			model[at] = false;
			break;
		case 4:
			__change_bit(at, map);
			model[at] = !model[at];
			break;
		case 5:
			ASSERT_EQ(test_and_set_bit(at, map), model[at]);
			clear_bit(at, map);
			model[at] = false;
			break;
		}
		check_against_model(&p);
	}
}

SELFTEST(bitmap, set_operations)
{
	DECLARE_BITMAP(a, BITS);
	DECLARE_BITMAP(b, BITS);
	DECLARE_BITMAP(c, BITS);
	struct prng p;

	prng_seed(&p, 3);
	bitmap_zero(a, BITS);
	EXPECT_TRUE(bitmap_empty(a, BITS));
	bitmap_fill(b, BITS);
	EXPECT_TRUE(bitmap_full(b, BITS));
	EXPECT_FALSE(bitmap_equal(a, b, BITS));
	for (size_t i = 0; i < BITS; i += 1 + prng_below(&p, 5))
		__set_bit(i, a);
	bitmap_and(c, a, b, BITS);
	EXPECT_TRUE(bitmap_equal(a, c, BITS));
	bitmap_andnot(c, b, a, BITS);
	EXPECT_EQ(bitmap_weight(c, BITS), BITS - bitmap_weight(a, BITS));
	bitmap_or(c, c, a, BITS);
	EXPECT_TRUE(bitmap_full(c, BITS));
	bitmap_copy(c, a, BITS);
	__change_bit(BITS - 1, c);
	EXPECT_FALSE(bitmap_equal(a, c, BITS));
	__change_bit(BITS - 1, c);
	__change_bit(BITS, c);
	EXPECT_TRUE(bitmap_equal(a, c, BITS));
}
