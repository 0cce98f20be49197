/* SPDX-License-Identifier: MIT */
/* <arch/symbols.h> - names for addresses of code. */
#ifndef ARCH_SYMBOLS_H
#define ARCH_SYMBOLS_H

#include "lib/types.h"

/*
 * symbol_lookup() - the function that @addr lies in, and how far in. @off and @size may be NULL.
 * Return: its name, in a buffer that the next call on this CPU overwrites; NULL when @addr is no
 * code of the kernel.
 * Context: any, also in a panic.
 */
const char *symbol_lookup(unsigned long addr, unsigned long *off, unsigned long *size);

/* Number of symbols in the table. */
unsigned int symbol_count(void);

#endif
