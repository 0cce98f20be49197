/* SPDX-License-Identifier: MIT */
/*
 * arch/x86_64/cpu/random_internal.h - one try of each random instruction. Only random.c includes
 * it; tests/host/test_random.c puts a fake in its place, as TCG has no RDSEED.
 */
#ifndef RANDOM_INTERNAL_H
#define RANDOM_INTERNAL_H

#include <arch/cpu.h>

static inline bool hw_has(unsigned int feature)
{
	return cpu_has(feature);
}

/* Return: false when it has run dry (carry clear); *@v is 0 then. */
static inline bool hw_rdseed(u64 *v)
{
	bool ok;

	__asm__ volatile("rdseed %1" : "=@ccc"(ok), "=r"(*v));
	return ok;
}

static inline bool hw_rdrand(u64 *v)
{
	bool ok;

	__asm__ volatile("rdrand %1" : "=@ccc"(ok), "=r"(*v));
	return ok;
}

#endif
