/* SPDX-License-Identifier: MIT */
/*
 * arch/x86_64/cpu/random.c - random numbers of the CPU's own.
 *
 * Overview    RDSEED gives entropy, RDRAND what a generator makes of it: the first that the CPU has
 *             and that answers.
 * Locking     none: the instructions may be used by all CPUs at once.
 * Limits      TRIES each: both may run dry for a moment when many ask, and Intel's advice is to try
 *             ten times.
 * Reference   Intel SDM volume 1, 7.3.17 (RDRAND, RDSEED).
 */
#include <arch/random.h>
#include "random_internal.h"

#define TRIES 10

bool arch_get_random_u64(u64 *v)
{
	bool ok = false;

	for (int i = 0; i < TRIES && !ok && hw_has(X86_FEATURE_RDSEED); i++)
		ok = hw_rdseed(v);
	for (int i = 0; i < TRIES && !ok && hw_has(X86_FEATURE_RDRAND); i++)
		ok = hw_rdrand(v);
	return ok;
}
