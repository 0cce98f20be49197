/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/random.h - numbers that nobody outside can guess, once it is seeded; and its entropy.
 * Context: any.
 */
#ifndef KERNEL_BASE_RANDOM_H
#define KERNEL_BASE_RANDOM_H

#include "lib/types.h"

void get_random_bytes(void *buf, size_t n);
u32 get_random_u32(void);
u64 get_random_u64(void);

/* get_random_u32_below() - evenly in [0, ceil); @ceil > 0. */
u32 get_random_u32_below(u32 ceil);

/* add_entropy() - mix @n bytes in; @bits is how much of it an attacker cannot know (0: unknown). */
void add_entropy(const void *buf, size_t n, unsigned int bits);

/*
 * random_init() - boot: seed from the CPU if it can. random_init_late() - fall back to TSC jitter,
 * and say so.
 */
void random_init(void);
void random_init_late(void);

/* random_is_seeded() - has had 128 bits of entropy. */
bool random_is_seeded(void);

/* chacha20_block() - RFC 8439 section 2.3: the block function on a whole state. */
void chacha20_block(const u32 in[16], u32 out[16]);

#endif
