/* SPDX-License-Identifier: MIT */
/* lib/sort.h - heap sort: O(n log n) always, in place, no recursion, not stable. */
#ifndef LIB_SORT_H
#define LIB_SORT_H

#include "lib/compiler.h"

/* sort() - @n elements of @size bytes at @base; @cmp is negative, 0, positive like strcmp(). */
void sort(void *base, size_t n, size_t size, int (*cmp)(const void *a, const void *b));

#endif
