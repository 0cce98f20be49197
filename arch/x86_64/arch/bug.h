/* SPDX-License-Identifier: MIT */
/*
 * <arch/bug.h> - the instruction behind BUG() and WARN(): ud2, with its place in a table.
 * The trap handler finds the entry by address; so a check costs one test and a jump.
 */
#ifndef ARCH_BUG_H
#define ARCH_BUG_H

#include "lib/types.h"
#include "lib/compiler.h"

#define BUG_FLAG_WARN 1

struct bug_entry {
	s32	addr;		/* of the ud2, minus the address of this member */
	s32	file;		/* of its name, minus the address of this member */
	u32	line;
	u32	flags;
};

#define ARCH_BUG_INSN(flags_)                                                                      \
	__asm__ volatile("1: ud2\n\t"                                                              \
			 ".pushsection bug_table, \"a\", @progbits\n\t"                            \
			 ".balign 8\n\t"                                                           \
			 ".long 1b - ., %c0 - ., %c1, %c2\n\t"                                     \
			 ".popsection"                                                             \
			 : : "i"(__FILE__), "i"(__LINE__), "i"(flags_) : "memory")

#define arch_bug()                                                                                 \
	do {                                                                                       \
		ARCH_BUG_INSN(0);                                                                  \
		__builtin_unreachable();                                                           \
	} while (0)

/* Reports and goes on behind the ud2. */
#define arch_warn() ARCH_BUG_INSN(BUG_FLAG_WARN)

#endif
