/* SPDX-License-Identifier: MIT */
/*
 * lib/table.h - tables that are filled at link time, one entry from each file that has something to
 * add.
 *
 * Overview  an entry is a variable in a section named like the table. Section names are C
 *           identifiers, so that a host linker gives __start_/__stop_ for nothing and ASan adds no
 *           red zones. linker.ld keeps each section, and refuses one that it does not know.
 * Limits    the size of an entry is a multiple of 8 (say so with static_assert), and each variable
 *           is aligned to exactly 8: without the attribute gcc aligns large objects to 32 and the
 *           table gets holes. Entries are constant; one that has state keeps a pointer to it.
 *
 *   struct initcall { int (*fn)(void); const char *name; };
 *   static_assert(sizeof(struct initcall) % 8 == 0, "table entry");
 *   TABLE_DECLARE(struct initcall, initcalls_core);
 *   static const struct initcall call_x TABLE_ENTRY(initcalls_core) = { x, "x" };
 *   table_for_each(pos, initcalls_core) pos->fn();
 */
#ifndef LIB_TABLE_H
#define LIB_TABLE_H

#include "lib/compiler.h"

#define TABLE_ENTRY(table) __attribute__((used, retain, section(#table), aligned(8)))

/* Weak: a table without one entry has no section, hence no bounds, and counts as empty. */
#define TABLE_DECLARE(type, table)                                                                 \
	extern const __typeof__(type) __start_##table[]                                            \
		__attribute__((weak, visibility("hidden")));                                       \
	extern const __typeof__(type) __stop_##table[] __attribute__((weak, visibility("hidden")))

#define table_for_each(pos, table)                                                                 \
	for (__typeof__(&__start_##table[0]) pos = __start_##table; pos < __stop_##table; pos++)

#define table_count(table)                                                                         \
	(((uintptr_t)__stop_##table - (uintptr_t)__start_##table) / sizeof(__start_##table[0]))

#endif
