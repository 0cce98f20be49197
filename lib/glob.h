/* SPDX-License-Identifier: MIT */
/*
 * lib/glob.h - shell patterns: * any bytes, ? one byte, [a-z] [!a-z] a set, \ takes the next as it
 * is.
 */
#ifndef LIB_GLOB_H
#define LIB_GLOB_H

#include "lib/compiler.h"

/* glob_match() - does the whole of @s match @pattern? Time is O(len(pattern) * len(s)) at worst. */
bool glob_match(const char *pattern, const char *s);

/* glob_list_match() - does @s match one of the comma-separated @patterns? */
bool glob_list_match(const char *patterns, const char *s);

#endif
