/* SPDX-License-Identifier: MIT */
/*
 * lib/glob.c - shell patterns without recursion.
 *
 * Overview  Only the latest * ever needs to be retried: an earlier one that took more would leave
 *           the later part a shorter rest that the later * reaches anyway. So two saved positions
 *           suffice, and the time is at most len(pattern) * len(s).
 */
#include "lib/glob.h"
#include "lib/string.h"

/*
 * Does byte @c belong to the set at @p (behind the '[')? *@end: behind the ']', or NULL if
 * unclosed.
 */
static bool set_match(const char *p, const char *stop, char c, const char **end)
{
	bool inverted = p < stop && (*p == '!' || *p == '^');
	const char *first;
	bool found = false;

	p += inverted;
	for (first = p; p < stop && (*p != ']' || p == first);) {
		u8 lo = (u8)*p, hi = lo;

		if (stop - p >= 3 && p[1] == '-' && p[2] != ']') {
			hi = (u8)p[2];
			p += 2;
		}
		p++;
		found |= lo <= (u8)c && (u8)c <= hi;
	}
	*end = p < stop ? p + 1 : NULL;
	return found != inverted;
}

/* One pattern element at @p (not *) against byte @c. Return: behind the element, or NULL. */
static const char *element_match(const char *p, const char *stop, char c)
{
	const char *end;
	bool found;

	switch (*p) {
	case '?':
		return p + 1;
	case '[':
		found = set_match(p + 1, stop, c, &end);
		if (end)
			return found ? end : NULL;
		break; /* unclosed: an ordinary byte */
	case '\\':
		if (p + 1 < stop)
			p++;
		break;
	}
	return *p == c ? p + 1 : NULL;
}

/* The pattern is [@p, @stop). */
static bool match_range(const char *p, const char *stop, const char *s)
{
	const char *star = NULL, *retry = NULL, *next;

	for (;;) {
		if (p < stop && *p == '*') {
			star = ++p;
			retry = s;
			continue;
		}
		if (!*s && p == stop)
			return true;
		next = *s && p < stop ? element_match(p, stop, *s) : NULL;
		if (next) {
			p = next;
			s++;
		} else if (star && *retry) {
			p = star;
			s = ++retry;
		} else {
			return false;
		}
	}
}

bool glob_match(const char *pattern, const char *s)
{
	return match_range(pattern, pattern + strlen(pattern), s);
}

bool glob_list_match(const char *patterns, const char *s)
{
	for (;;) {
		const char *comma = strchr(patterns, ',');
		const char *stop = comma ? comma : patterns + strlen(patterns);

		if (stop > patterns && match_range(patterns, stop, s))
			return true;
		if (!comma)
			return false;
		patterns = comma + 1;
	}
}
