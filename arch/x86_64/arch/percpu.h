/* SPDX-License-Identifier: MIT */
/*
 * <arch/percpu.h> - one copy of a variable for each CPU, reached through %gs.
 *
 * A per-CPU variable lies in the section "percpu"; CPU n's copy lies __per_cpu_offset[n] bytes
 * further on, and that offset is CPU n's gs base. Pointers into dynamically allocated per-CPU
 * memory (mm/percpu.c) work the same way: pointer + offset is the copy. Until mm/percpu.c has made
 * the areas, CPU 0 uses the section itself (offset 0).
 *
 * this_cpu_op(lvalue, ...) takes the variable itself (`this_cpu_inc(counter)`, or
 * `this_cpu_read(s->cpu_slab->freelist)`) and is ONE instruction: an interrupt or a move to another
 * CPU cannot come in the middle, and it needs no lock prefix.
 */
#ifndef ARCH_PERCPU_H
#define ARCH_PERCPU_H

#include "lib/types.h"
#include "lib/compiler.h"

#define NR_CPUS 64

#define DECLARE_PER_CPU(type, name) extern __percpu __typeof__(type) name
#define DEFINE_PER_CPU(type, name)  __section("percpu") __percpu __typeof__(type) name

/* The section, as linked: the template of every CPU's area. */
extern char __start_percpu[], __stop_percpu[];

/* Copy of CPU n minus address of the variable; [I] once the CPU runs. */
extern unsigned long __per_cpu_offset[NR_CPUS];

DECLARE_PER_CPU(unsigned long, this_cpu_off);	/* own entry of __per_cpu_offset[] */
DECLARE_PER_CPU(unsigned int, cpu_number);

/*
 * percpu_set_base() - give @cpu its area (__start_percpu + @offset, a copy of the section, made by
 * the caller). For the CPU that runs it also moves %gs there.
 * Context: boot, interrupts off.
 */
void percpu_set_base(unsigned int cpu, unsigned long offset);

#define ARCH_PCPU_OP(op, pcp, val)                                                                 \
	do {                                                                                       \
		__typeof__(pcp) ___v = (val);                                                      \
		switch (sizeof(pcp)) {                                                             \
		case 1:                                                                            \
			__asm__ volatile(op "b %1, %%gs:%0" : "+m"(pcp) : "qi"(___v) : "cc");      \
			break;                                                                     \
		case 2:                                                                            \
			__asm__ volatile(op "w %1, %%gs:%0" : "+m"(pcp) : "ri"(___v) : "cc");      \
			break;                                                                     \
		case 4:                                                                            \
			__asm__ volatile(op "l %1, %%gs:%0" : "+m"(pcp) : "ri"(___v) : "cc");      \
			break;                                                                     \
		case 8:                                                                            \
			__asm__ volatile(op "q %1, %%gs:%0" : "+m"(pcp) : "re"(___v) : "cc");      \
			break;                                                                     \
		default:                                                                           \
			arch_percpu_bad_size();                                                    \
		}                                                                                  \
	} while (0)

/* Never defined: a per-CPU operation on something that is not 1, 2, 4 or 8 bytes fails to link. */
void arch_percpu_bad_size(void);

#define this_cpu_read(pcp)                                                                         \
	({                                                                                         \
		__typeof__(pcp) ___r;                                                              \
		if (sizeof(pcp) == 1)                                                              \
			__asm__ volatile("movb %%gs:%1, %0" : "=q"(___r) : "m"(pcp));              \
		else                                                                               \
			__asm__ volatile("mov %%gs:%1, %0" : "=r"(___r) : "m"(pcp));               \
		___r;                                                                              \
	})

#define this_cpu_write(pcp, val) ARCH_PCPU_OP("mov", pcp, val)
#define this_cpu_add(pcp, val)   ARCH_PCPU_OP("add", pcp, val)
#define this_cpu_sub(pcp, val)   ARCH_PCPU_OP("sub", pcp, val)
#define this_cpu_or(pcp, val)    ARCH_PCPU_OP("or", pcp, val)
#define this_cpu_and(pcp, val)   ARCH_PCPU_OP("and", pcp, val)
#define this_cpu_inc(pcp)        this_cpu_add(pcp, (__typeof__(pcp))1)
#define this_cpu_dec(pcp)        this_cpu_sub(pcp, (__typeof__(pcp))1)

#define this_cpu_add_return(pcp, val)                                                              \
	({                                                                                         \
		__typeof__(pcp) ___i = (val), ___r = ___i;                                         \
		__asm__ volatile("xadd %0, %%gs:%1" : "+r"(___r), "+m"(pcp) : : "memory", "cc");   \
		(__typeof__(pcp))(___r + ___i);                                                    \
	})
#define this_cpu_inc_return(pcp) this_cpu_add_return(pcp, (__typeof__(pcp))1)
#define this_cpu_dec_return(pcp) this_cpu_add_return(pcp, (__typeof__(pcp))-1)

/* Takes and replaces the value together. (xchg with memory is locked in any case.) */
#define this_cpu_xchg(pcp, new)                                                                    \
	({                                                                                         \
		__typeof__(pcp) ___n = (new);                                                      \
		__asm__ volatile("xchg %0, %%gs:%1" : "+r"(___n), "+m"(pcp) : : "memory");         \
		___n;                                                                              \
	})

#define this_cpu_cmpxchg(pcp, old, new)                                                            \
	({                                                                                         \
		__typeof__(pcp) ___o = (old), ___n = (new);                                        \
		__asm__ volatile("cmpxchg %2, %%gs:%1"                                             \
				 : "+a"(___o), "+m"(pcp) : "r"(___n) : "memory", "cc");            \
		___o;                                                                              \
	})

/*
 * this_cpu_cmpxchg_double() - two neighbouring 8-byte variables (@pcp1 aligned to 16, @pcp2 right
 * behind it) replaced together if they are @o1 and @o2: cmpxchg16b without lock, as no other CPU
 * writes them. Return: true when replaced.
 */
#define this_cpu_cmpxchg_double(pcp1, pcp2, o1, o2, n1, n2)                                        \
	({                                                                                         \
		bool ___done;                                                                      \
		u64 ___o1 = (u64)(o1), ___o2 = (u64)(o2);                                          \
		__asm__ volatile("cmpxchg16b %%gs:%1"                                              \
				 : "=@cce"(___done), "+m"(pcp1), "+m"(pcp2), "+a"(___o1),          \
				   "+d"(___o2)                                                     \
				 : "b"((u64)(n1)), "c"((u64)(n2))                                  \
				 : "memory");                                                      \
		___done;                                                                           \
	})

/* Address of this CPU's copy: stays valid only while the code cannot move to another CPU. */
#define this_cpu_ptr(ptr)                                                                          \
	({                                                                                         \
		unsigned long ___p;                                                                \
		__asm__ volatile("addq %%gs:%1, %0"                                                \
				 : "=r"(___p)                                                      \
				 : "m"(this_cpu_off), "0"((unsigned long)(ptr))                    \
				 : "cc");                                                          \
		(__typeof__(*(ptr)) *)___p;                                                        \
	})
#define raw_cpu_ptr(ptr) this_cpu_ptr(ptr)

#define per_cpu_ptr(ptr, cpu)                                                                      \
	((__typeof__(*(ptr)) *)((unsigned long)(ptr) + __per_cpu_offset[cpu]))
#define per_cpu(var, cpu) (*per_cpu_ptr(&(var), cpu))

#define smp_processor_id() this_cpu_read(cpu_number)

#endif
