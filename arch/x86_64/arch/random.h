/* SPDX-License-Identifier: MIT */
/* <arch/random.h> - the CPU's random numbers. */
#ifndef ARCH_RANDOM_H
#define ARCH_RANDOM_H

#include "lib/types.h"
#include "lib/compiler.h"

/* arch_get_random_u64() - from RDSEED, else RDRAND. Return: false when the CPU has none to give. */
bool __must_check arch_get_random_u64(u64 *v);

#endif
