/* SPDX-License-Identifier: MIT */
/*
 * <arch/atomic.h> - atomic integers, exchange and compare-exchange, atomic bit operations.
 *
 * Names and meaning are Linux's. Operations that return a value are full barriers (every locked
 * instruction is one); those that return nothing order nothing for the compiler beyond their own
 * variable, except where "memory" is clobbered.
 */
#ifndef ARCH_ATOMIC_H
#define ARCH_ATOMIC_H

#include "lib/types.h"
#include "lib/compiler.h"

typedef struct {
	int counter;
} atomic_t;

typedef struct {
	s64 counter;
} atomic64_t;

#define ATOMIC_INIT(i)   { (i) }
#define ATOMIC64_INIT(i) { (i) }

/* xchg(), cmpxchg(), try_cmpxchg(): any scalar or pointer of 1, 2, 4 or 8 bytes. */
#define xchg(ptr, v) ({ __atomic_exchange_n((ptr), (v), __ATOMIC_SEQ_CST); })

#define try_cmpxchg(ptr, oldp, new)                                                                \
	__atomic_compare_exchange_n((ptr), (oldp), (new), false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)

#define cmpxchg(ptr, old, new)                                                                     \
	({                                                                                         \
		__typeof__(*(ptr)) ___expected = (old);                                            \
		__atomic_compare_exchange_n((ptr), &___expected, (new), false, __ATOMIC_SEQ_CST,   \
					    __ATOMIC_SEQ_CST);                                     \
		___expected;                                                                       \
	})

/*
 * cmpxchg_double() - replace the 16 bytes at @p (aligned to 16) by @n1:@n2 if they are @o1:@o2.
 * Return: true when it replaced them. A full barrier either way.
 */
static __always_inline bool cmpxchg_double(void *p, u64 o1, u64 o2, u64 n1, u64 n2)
{
	bool done;

	__asm__ volatile("lock; cmpxchg16b %1"
			 : "=@cce"(done), "+m"(*(unsigned __int128 *)p), "+a"(o1), "+d"(o2)
			 : "b"(n1), "c"(n2)
			 : "memory");
	return done;
}

#define ARCH_ATOMIC_OPS(name, type, ctype, suffix)                                                 \
static __always_inline ctype name##_read(const type *v)                                            \
{                                                                                                  \
	return READ_ONCE(v->counter);                                                              \
}                                                                                                  \
static __always_inline void name##_set(type *v, ctype i)                                           \
{                                                                                                  \
	WRITE_ONCE(v->counter, i);                                                                 \
}                                                                                                  \
static __always_inline void name##_add(ctype i, type *v)                                           \
{                                                                                                  \
	__asm__ volatile("lock; add" suffix " %1, %0"                                              \
			 : "+m"(v->counter) : "er"(i) : "memory", "cc");                           \
}                                                                                                  \
static __always_inline void name##_sub(ctype i, type *v)                                           \
{                                                                                                  \
	__asm__ volatile("lock; sub" suffix " %1, %0"                                              \
			 : "+m"(v->counter) : "er"(i) : "memory", "cc");                           \
}                                                                                                  \
static __always_inline void name##_inc(type *v)                                                    \
{                                                                                                  \
	__asm__ volatile("lock; inc" suffix " %0" : "+m"(v->counter) : : "memory", "cc");          \
}                                                                                                  \
static __always_inline void name##_dec(type *v)                                                    \
{                                                                                                  \
	__asm__ volatile("lock; dec" suffix " %0" : "+m"(v->counter) : : "memory", "cc");          \
}                                                                                                  \
static __always_inline bool name##_dec_and_test(type *v)                                           \
{                                                                                                  \
	bool zero;                                                                                 \
	__asm__ volatile("lock; dec" suffix " %1"                                                  \
			 : "=@cce"(zero), "+m"(v->counter) : : "memory");                          \
	return zero;                                                                               \
}                                                                                                  \
static __always_inline bool name##_inc_and_test(type *v)                                           \
{                                                                                                  \
	bool zero;                                                                                 \
	__asm__ volatile("lock; inc" suffix " %1"                                                  \
			 : "=@cce"(zero), "+m"(v->counter) : : "memory");                          \
	return zero;                                                                               \
}                                                                                                  \
static __always_inline bool name##_sub_and_test(ctype i, type *v)                                  \
{                                                                                                  \
	bool zero;                                                                                 \
	__asm__ volatile("lock; sub" suffix " %2, %1"                                              \
			 : "=@cce"(zero), "+m"(v->counter) : "er"(i) : "memory");                  \
	return zero;                                                                               \
}                                                                                                  \
static __always_inline ctype name##_fetch_add(ctype i, type *v)                                    \
{                                                                                                  \
	return __atomic_fetch_add(&v->counter, i, __ATOMIC_SEQ_CST);                               \
}                                                                                                  \
static __always_inline ctype name##_fetch_or(ctype i, type *v)                                     \
{                                                                                                  \
	return __atomic_fetch_or(&v->counter, i, __ATOMIC_SEQ_CST);                                \
}                                                                                                  \
static __always_inline ctype name##_fetch_and(ctype i, type *v)                                    \
{                                                                                                  \
	return __atomic_fetch_and(&v->counter, i, __ATOMIC_SEQ_CST);                               \
}                                                                                                  \
static __always_inline ctype name##_add_return(ctype i, type *v)                                   \
{                                                                                                  \
	return __atomic_add_fetch(&v->counter, i, __ATOMIC_SEQ_CST); /* wraps, as C may not */     \
}                                                                                                  \
static __always_inline ctype name##_sub_return(ctype i, type *v)                                   \
{                                                                                                  \
	return __atomic_sub_fetch(&v->counter, i, __ATOMIC_SEQ_CST);                               \
}                                                                                                  \
static __always_inline ctype name##_inc_return(type *v)                                            \
{                                                                                                  \
	return name##_add_return(1, v);                                                            \
}                                                                                                  \
static __always_inline ctype name##_dec_return(type *v)                                            \
{                                                                                                  \
	return name##_sub_return(1, v);                                                            \
}                                                                                                  \
static __always_inline ctype name##_xchg(type *v, ctype new)                                       \
{                                                                                                  \
	return xchg(&v->counter, new);                                                             \
}                                                                                                  \
static __always_inline ctype name##_cmpxchg(type *v, ctype old, ctype new)                         \
{                                                                                                  \
	return cmpxchg(&v->counter, old, new);                                                     \
}                                                                                                  \
static __always_inline bool name##_try_cmpxchg(type *v, ctype *old, ctype new)                     \
{                                                                                                  \
	return try_cmpxchg(&v->counter, old, new);                                                 \
}                                                                                                  \
/* add @i unless the value is @u; true when added */                                               \
static __always_inline bool name##_add_unless(type *v, ctype i, ctype u)                           \
{                                                                                                  \
	ctype old = name##_read(v);                                                                \
                                                                                                   \
	do {                                                                                       \
		if (unlikely(old == u))                                                            \
			return false;                                                              \
	} while (!name##_try_cmpxchg(v, &old, (ctype)((u64)old + (u64)i)));                     \
	return true;                                                                               \
}                                                                                                  \
static __always_inline bool name##_inc_not_zero(type *v)                                           \
{                                                                                                  \
	return name##_add_unless(v, 1, 0);                                                         \
}

ARCH_ATOMIC_OPS(atomic, atomic_t, int, "l")
ARCH_ATOMIC_OPS(atomic64, atomic64_t, s64, "q")

/* Bit @nr of a bitmap of unsigned longs, atomically. */
static __always_inline void set_bit(unsigned long nr, volatile unsigned long *addr)
{
	__asm__ volatile("lock; btsq %1, %0"
			 : "+m"(addr[nr / 64]) : "Jr"(nr % 64) : "memory", "cc");
}

static __always_inline void clear_bit(unsigned long nr, volatile unsigned long *addr)
{
	__asm__ volatile("lock; btrq %1, %0"
			 : "+m"(addr[nr / 64]) : "Jr"(nr % 64) : "memory", "cc");
}

static __always_inline bool test_and_set_bit(unsigned long nr, volatile unsigned long *addr)
{
	bool was;

	__asm__ volatile("lock; btsq %2, %1"
			 : "=@ccc"(was), "+m"(addr[nr / 64]) : "Jr"(nr % 64) : "memory");
	return was;
}

static __always_inline bool test_and_clear_bit(unsigned long nr, volatile unsigned long *addr)
{
	bool was;

	__asm__ volatile("lock; btrq %2, %1"
			 : "=@ccc"(was), "+m"(addr[nr / 64]) : "Jr"(nr % 64) : "memory");
	return was;
}

static __always_inline bool test_bit(unsigned long nr, const volatile unsigned long *addr)
{
	return (addr[nr / 64] >> (nr % 64)) & 1;
}

#endif
