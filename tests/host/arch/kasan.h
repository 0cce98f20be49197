/* SPDX-License-Identifier: MIT */
/* <arch/kasan.h> on the host: AddressSanitizer hears which of our own memory may not be touched. */
#ifndef HOST_ARCH_KASAN_H
#define HOST_ARCH_KASAN_H

#include "lib/compiler.h"

void __asan_poison_memory_region(void const volatile *addr, size_t size);
void __asan_unpoison_memory_region(void const volatile *addr, size_t size);

static inline void kasan_poison(const volatile void *p, size_t n)
{
	__asan_poison_memory_region(p, n);
}

static inline void kasan_unpoison(const volatile void *p, size_t n)
{
	__asan_unpoison_memory_region(p, n);
}

#endif
