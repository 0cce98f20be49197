/* SPDX-License-Identifier: MIT */
/*
 * tests/host/test_random.c - the CPU's random instructions, against fake ones: TCG has no RDSEED.
 *
 * The kernel's source itself, under another name as the host has its own; the fake counts the tries
 * and answers at the one that a test names.
 */
#define RANDOM_INTERNAL_H	/* the real one is not for here */
#define arch_get_random_u64 fake_get_random_u64

#include <arch/cpu.h>

#include "kernel/base/selftest.h"

#define NEVER 1000u

static bool have_rdseed, have_rdrand;
static unsigned int seed_answers, rand_answers;	/* the try that succeeds, from 1 */
static unsigned int seed_tries, rand_tries;

static bool hw_has(unsigned int feature)
{
	return feature == X86_FEATURE_RDSEED ? have_rdseed :
	       feature == X86_FEATURE_RDRAND ? have_rdrand : false;
}

static bool hw_rdseed(u64 *v)
{
	*v = ++seed_tries == seed_answers ? 0x5eed : 0;
	return *v;
}

static bool hw_rdrand(u64 *v)
{
	*v = ++rand_tries == rand_answers ? 0x4a4d : 0;
	return *v;
}

#include "arch/x86_64/cpu/random.c"

/* Both there, and the first try succeeds: what each test changes of it, it says. */
SELFTEST_SETUP(random_host)
{
	have_rdseed = have_rdrand = true;
	seed_answers = rand_answers = 1;
	seed_tries = rand_tries = 0;
}

SELFTEST(random_host, rdseed_comes_first)
{
	u64 v = 0;

	EXPECT_TRUE(arch_get_random_u64(&v));
	EXPECT_EQ(v, 0x5eed);
	EXPECT_EQ(rand_tries, 0);
}

SELFTEST(random_host, what_ran_dry_is_tried_ten_times)
{
	u64 v = 0;

	seed_answers = 10;
	EXPECT_TRUE(arch_get_random_u64(&v));
	EXPECT_EQ(v, 0x5eed);
	EXPECT_EQ(seed_tries, 10);
	seed_answers = NEVER;
	seed_tries = 0;
	EXPECT_TRUE(arch_get_random_u64(&v));
	EXPECT_EQ(v, 0x4a4d);
	EXPECT_EQ(seed_tries, 10);
	rand_answers = NEVER;
	EXPECT_FALSE(arch_get_random_u64(&v));
}

SELFTEST(random_host, what_the_cpu_has_not_is_not_tried)
{
	u64 v = 0;

	have_rdseed = false;
	EXPECT_TRUE(arch_get_random_u64(&v));
	EXPECT_EQ(v, 0x4a4d);
	EXPECT_EQ(seed_tries, 0);
	have_rdrand = false;
	EXPECT_FALSE(arch_get_random_u64(&v));
	EXPECT_EQ(rand_tries, 1);
}
