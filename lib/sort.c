/* SPDX-License-Identifier: MIT */
/* lib/sort.c - heap sort; contract in lib/sort.h. */
#include "lib/sort.h"
#include "lib/string.h"

static void swap_elements(char *a, char *b, size_t size)
{
	for (; size >= 8; size -= 8, a += 8, b += 8) {
		u64 x, y;

		memcpy(&x, a, 8);
		memcpy(&y, b, 8);
		memcpy(a, &y, 8);
		memcpy(b, &x, 8);
	}
	for (; size; size--, a++, b++)
		swap(*a, *b);
}

/* Lets element @i sink until both its children are no larger; the heap has @n elements. */
static void sift_down(char *base, size_t i, size_t n, size_t size,
		      int (*cmp)(const void *a, const void *b))
{
	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= n)
			return;
		if (child + 1 < n && cmp(base + child * size, base + (child + 1) * size) < 0)
			child++;
		if (cmp(base + i * size, base + child * size) >= 0)
			return;
		swap_elements(base + i * size, base + child * size, size);
		i = child;
	}
}

void sort(void *array, size_t n, size_t size, int (*cmp)(const void *a, const void *b))
{
	char *base = array;

	for (size_t i = n / 2; i-- > 0;)
		sift_down(base, i, n, size, cmp);
	for (size_t i = n; i-- > 1;) {
		swap_elements(base, base + i * size, size);
		sift_down(base, 0, i, size, cmp);
	}
}
