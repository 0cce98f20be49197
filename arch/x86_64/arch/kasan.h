/* SPDX-License-Identifier: MIT */
/*
 * <arch/kasan.h> - where an address sanitizer hears which memory may not be touched. Nothing in the
 * kernel; the host runner's shim tells AddressSanitizer.
 */
#ifndef ARCH_KASAN_H
#define ARCH_KASAN_H

#include "lib/types.h"
#include "lib/compiler.h"

static __always_inline void kasan_poison(const volatile void *p, size_t n)
{
	(void)p;
	(void)n;
}

static __always_inline void kasan_unpoison(const volatile void *p, size_t n)
{
	(void)p;
	(void)n;
}

#endif
