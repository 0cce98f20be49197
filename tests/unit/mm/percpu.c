/* SPDX-License-Identifier: MIT */
/*
 * Suite percpu: per-CPU memory is zeroed, aligned, distinct, given back, and grows past the first
 * chunk.
 */
#include <arch/smp.h>
#include "kernel/base/selftest.h"
#include "lib/prng.h"
#include "lib/string.h"
#include "mm/percpu.h"

SELFTEST(percpu, zeroed_aligned_and_reachable)
{
	u64 __percpu *p = alloc_percpu(u64);
	unsigned int cpu;

	ASSERT_NOT_NULL(p);
	for_each_possible_cpu(cpu)
		EXPECT_EQ(*per_cpu_ptr(p, cpu), 0ull);
	this_cpu_add(*p, 5);
	this_cpu_inc(*p);
	EXPECT_EQ(this_cpu_read(*p), 6ull);
	EXPECT_EQ(*this_cpu_ptr(p), 6ull);
	EXPECT_EQ(*per_cpu_ptr(p, smp_processor_id()), 6ull);
	free_percpu(p);
	free_percpu(NULL);
	for (size_t align = 16; align <= PERCPU_MAX_ALIGN; align *= 4) {
		void __percpu *q = __alloc_percpu(24, align);

		ASSERT_NOT_NULL(q);
		for_each_possible_cpu(cpu)
			EXPECT_TRUE(IS_ALIGNED((unsigned long)per_cpu_ptr((char *)q, cpu), align));
		free_percpu(q);
	}
}

SELFTEST(percpu, arguments_are_checked)
{
	EXPECT_NULL(__alloc_percpu(PERCPU_MAX_SIZE + 1, 8));
	EXPECT_NULL(__alloc_percpu(8, 24));
	EXPECT_NULL(__alloc_percpu(8, 2 * PERCPU_MAX_ALIGN));
}

SELFTEST(percpu, freed_room_is_used_again)
{
	u64 __percpu *a = alloc_percpu(u64);
	u64 __percpu *b = alloc_percpu(u64);

	ASSERT_NOT_NULL(a);
	ASSERT_NOT_NULL(b);
	free_percpu(a);
	EXPECT_EQ(alloc_percpu(u64), a);
	free_percpu(a);
	free_percpu(b);
}

SELFTEST(percpu, cmpxchg_double_works_on_dynamic_memory)
{
	struct pair { u64 a, b; } __aligned(16) __percpu *p = alloc_percpu(struct pair);

	ASSERT_NOT_NULL(p);
	EXPECT_TRUE(this_cpu_cmpxchg_double(p->a, p->b, 0, 0, 1, 2));
	EXPECT_FALSE(this_cpu_cmpxchg_double(p->a, p->b, 0, 0, 3, 4));
	EXPECT_EQ(this_cpu_read(p->a), 1ull);
	EXPECT_EQ(this_cpu_read(p->b), 2ull);
	free_percpu(p);
}

SELFTEST(percpu, random_sizes_do_not_overlap)
{
	enum { COUNT = 64 };
	static u8 __percpu *slot[COUNT];
	static u32 size[COUNT];
	struct percpu_stats before, after;
	struct prng prng;

	percpu_get_stats(&before);
	prng_seed(&prng, 4);
	for (unsigned int op = 0; op < 3000; op++) {
		unsigned int i = prng_below(&prng, COUNT);

		if (!slot[i]) {
			size[i] = 1 + prng_below(&prng, 200);
			slot[i] = __alloc_percpu(size[i], 1u << prng_below(&prng, 7));
			ASSERT_NOT_NULL(slot[i]);
			for (unsigned int k = 0; k < size[i]; k++)
				EXPECT_EQ(this_cpu_ptr(slot[i])[k], 0);
			memset(this_cpu_ptr(slot[i]), i, size[i]);
		} else {
			for (unsigned int k = 0; k < size[i]; k++)
				EXPECT_EQ(this_cpu_ptr(slot[i])[k], i);
			free_percpu(slot[i]);
			slot[i] = NULL;
		}
	}
	for (unsigned int i = 0; i < COUNT; i++) {
		free_percpu(slot[i]);
		slot[i] = NULL;
	}
	percpu_get_stats(&after);
	EXPECT_EQ(after.bytes_used, before.bytes_used);
	EXPECT_EQ(after.allocations, before.allocations);
}

SELFTEST(percpu, grows_past_the_first_chunk)
{
	enum { COUNT = 8 };
	u64 __percpu *slot[COUNT];
	struct percpu_stats before, after;

	percpu_get_stats(&before);
	for (unsigned int i = 0; i < COUNT; i++) {
		slot[i] = __alloc_percpu(8192, 64);
		ASSERT_NOT_NULL(slot[i]);
		this_cpu_write(slot[i][1023], i);
	}
	percpu_get_stats(&after);
	EXPECT_GT(after.chunks, 1);
	for (unsigned int i = 0; i < COUNT; i++) {
		EXPECT_EQ(this_cpu_read(slot[i][1023]), i);
		free_percpu(slot[i]);
	}
	percpu_get_stats(&after);
	EXPECT_EQ(after.bytes_used, before.bytes_used);
}
