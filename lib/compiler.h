/* SPDX-License-Identifier: MIT */
/*
 * lib/compiler.h - what the tree asks of the compiler, and arithmetic that every file needs.
 *
 * Overview  attributes by short names, READ_ONCE/WRITE_ONCE, container_of, min/max, alignment.
 *           gcc 12 and clang 14 both take all of it.
 * Locking   __must_hold, __acquires, __releases feed clang's -Wthread-safety; gcc sees nothing.
 */
#ifndef LIB_COMPILER_H
#define LIB_COMPILER_H

#include "lib/types.h"

#ifndef static_assert
#define static_assert _Static_assert
#endif

/* Tokens */
#define CONCAT_(a, b)	 a##b
#define CONCAT(a, b)	 CONCAT_(a, b)
#define STRINGIFY_(x)	 #x
#define STRINGIFY(x)	 STRINGIFY_(x)
#define UNIQUE_NAME(pre) CONCAT(pre, __COUNTER__)

/* Attributes. The C library of the host defines some of these names too. */
#undef __always_inline
#undef __packed
#undef __aligned
#undef __section
#undef __printf
#define __always_inline	 inline __attribute__((always_inline))
#define __packed	 __attribute__((packed))
#define __aligned(n)	 __attribute__((aligned(n)))
#define __section(s)	 __attribute__((section(s)))
#define __printf(a, b)	 __attribute__((format(printf, a, b)))
#define noinline	 __attribute__((noinline))
#define __must_check	 __attribute__((warn_unused_result))
#define __noreturn	 __attribute__((noreturn))
#define __maybe_unused	 __attribute__((unused))
#define __used		 __attribute__((used))
#define __weak		 __attribute__((weak))
#define __cold		 __attribute__((cold))
#define __malloc_like	 __attribute__((malloc))
#define __alloc_size(...) __attribute__((alloc_size(__VA_ARGS__)))
#define fallthrough	 __attribute__((fallthrough))
/* For code that touches free objects on purpose: the host's AddressSanitizer lets it. */
#define __no_sanitize_address __attribute__((no_sanitize("address")))

/* Where code and data live. Init memory is freed after boot; ro_after_init is sealed after boot. */
#define __init		__section(".init.text") __cold
#define __initdata	__section(".init.data")
#define __ro_after_init __section(".data.ro_after_init")

/* Notes to the reader: a pointer for this_cpu_*(), a pointer that readers follow under RCU. */
#define __percpu
#define __rcu

/* clang's thread safety analysis; see docs of -Wthread-safety. A lock type is a __capability. */
#ifdef __clang__
#define __capability(name)	    __attribute__((capability(name)))
#define __must_hold(...)	    __attribute__((requires_capability(__VA_ARGS__)))
#define __acquires(...)		    __attribute__((acquire_capability(__VA_ARGS__)))
#define __releases(...)		    __attribute__((release_capability(__VA_ARGS__)))
#define __cond_acquires(value, ...) __attribute__((try_acquire_capability(value, __VA_ARGS__)))
#define __acquires_shared(...)	    __attribute__((acquire_shared_capability(__VA_ARGS__)))
#define __releases_shared(...)	    __attribute__((release_shared_capability(__VA_ARGS__)))
#define __cond_acquires_shared(value, ...) \
	__attribute__((try_acquire_shared_capability(value, __VA_ARGS__)))
#define __asserts_held(...)	    __attribute__((assert_capability(__VA_ARGS__)))
#define __no_lock_analysis	    __attribute__((no_thread_safety_analysis))
#else
#define __capability(name)
#define __must_hold(...)
#define __acquires(...)
#define __releases(...)
#define __cond_acquires(value, ...)
#define __acquires_shared(...)
#define __releases_shared(...)
#define __cond_acquires_shared(value, ...)
#define __asserts_held(...)
#define __no_lock_analysis
#endif

#define likely(x)     __builtin_expect(!!(x), 1)
#define unlikely(x)   __builtin_expect(!!(x), 0)
#define unreachable() __builtin_unreachable()

/* The compiler keeps memory accesses on their side of this; the CPU is not asked. */
#define barrier() __asm__ __volatile__("" ::: "memory")

/* One load or store of the whole object: not torn, not repeated, not left out. */
#define READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, val)                                                                         \
	do {                                                                                       \
		*(volatile __typeof__(x) *)&(x) = (val);                                           \
	} while (0)

#define same_type(a, b) __builtin_types_compatible_p(__typeof__(a), __typeof__(b))

/* A pointer in place of an array does not compile. */
#define must_be_array_(a)                                                                          \
	(0 * sizeof(struct {                                                                       \
		 static_assert(!same_type((a), &(a)[0]), "not an array");                          \
		 int unused;                                                                       \
	 }))
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]) + must_be_array_(a))

#define sizeof_field(type, member) sizeof(((type *)0)->member)

/* The object that holds @ptr as its @member. */
#define container_of(ptr, type, member)                                                            \
	({                                                                                         \
		static_assert(same_type(*(ptr), ((type *)0)->member) || same_type(*(ptr), void),   \
			      "container_of: wrong member type");                                  \
		(type *)((char *)(ptr) - offsetof(type, member));                                  \
	})

/* Each argument is evaluated once; differing types are an error (use min_t and max_t then). */
#define compare_once_(a, b, op, x, y)                                                              \
	({                                                                                         \
		__typeof__(a) x = (a);                                                             \
		__typeof__(b) y = (b);                                                             \
		(void)(&x == &y);                                                                  \
		x op y ? x : y;                                                                    \
	})
#define min(a, b) compare_once_(a, b, <, UNIQUE_NAME(min_a_), UNIQUE_NAME(min_b_))
#define max(a, b) compare_once_(a, b, >, UNIQUE_NAME(max_a_), UNIQUE_NAME(max_b_))
#define compare_as_(type, a, b, op, x, y)                                                          \
	({                                                                                         \
		type x = (a);                                                                      \
		type y = (b);                                                                      \
		x op y ? x : y;                                                                    \
	})
#define min_t(type, a, b) compare_as_(type, a, b, <, UNIQUE_NAME(min_a_), UNIQUE_NAME(min_b_))
#define max_t(type, a, b) compare_as_(type, a, b, >, UNIQUE_NAME(max_a_), UNIQUE_NAME(max_b_))
#define min3(a, b, c)	      min(min(a, b), c)
#define max3(a, b, c)	      max(max(a, b), c)
#define clamp(v, lo, hi)      min(max(v, lo), hi)
#define clamp_t(type, v, lo, hi) min_t(type, max_t(type, v, lo), hi)

#define swap_(a, b, tmp)                                                                           \
	do {                                                                                       \
		__typeof__(a) tmp = (a);                                                           \
		(a) = (b);                                                                         \
		(b) = tmp;                                                                         \
	} while (0)
#define swap(a, b) swap_(a, b, UNIQUE_NAME(swap_))

/* Alignment: @a is a power of two. round_up and round_down are the same by another name. */
#define ALIGN_MASK_(x, mask) (((x) + (mask)) & ~(mask))
#define ALIGN(x, a)	     ALIGN_MASK_(x, (__typeof__(x))(a) - 1)
#define ALIGN_DOWN(x, a)     ((x) & ~((__typeof__(x))(a) - 1))
#define IS_ALIGNED(x, a)     (((x) & ((__typeof__(x))(a) - 1)) == 0)
#define PTR_ALIGN(p, a)	     ((__typeof__(p))ALIGN((uintptr_t)(p), a))
#define round_up(x, a)	     ALIGN(x, a)
#define round_down(x, a)     ALIGN_DOWN(x, a)

/* Any positive divisor. */
#define DIV_ROUND_UP(n, d)	(((n) + (d) - 1) / (d))
#define DIV_ROUND_CLOSEST(n, d) (((n) + (d) / 2) / (d))
#define roundup(x, y)		(DIV_ROUND_UP(x, y) * (y))
#define rounddown(x, y)		((x) - (x) % (y))

#define BIT(n)		  (1UL << (n))
#define BIT_ULL(n)	  (1ULL << (n))
#define GENMASK(hi, lo)	  ((~0UL >> (63 - (hi))) & (~0UL << (lo)))
#define GENMASK_ULL(h, l) ((~0ULL >> (63 - (h))) & (~0ULL << (l)))

/* True when the sum, difference or product does not fit; *res has the wrapped value. */
#define check_add_overflow(a, b, res) __builtin_add_overflow(a, b, res)
#define check_sub_overflow(a, b, res) __builtin_sub_overflow(a, b, res)
#define check_mul_overflow(a, b, res) __builtin_mul_overflow(a, b, res)

#define prefetch(p)  __builtin_prefetch(p)
#define prefetchw(p) __builtin_prefetch(p, 1)

/* The caller's address, for owner tracking. */
#define RET_IP ((unsigned long)__builtin_return_address(0))

#endif
