/* SPDX-License-Identifier: MIT */
/*
 * lib/str.c - strings beyond the C library: safe copies, words, numbers.
 *
 * Overview  contracts in lib/string.h. Numbers are all parsed by parse_u64() as 64 bits with a
 *           sign, and then fitted into the type that was asked for.
 * Locking   none; nothing here keeps state.
 */
#include "lib/errno.h"
#include "lib/string.h"

ssize_t strscpy(char *dst, const char *src, size_t size)
{
	size_t n = strnlen(src, size);

	if (n < size) {
		memcpy(dst, src, n + 1);
		return (ssize_t)n;
	}
	if (size) {
		memcpy(dst, src, size - 1);
		dst[size - 1] = '\0';
	}
	return -E2BIG;
}

char *skip_spaces(const char *s)
{
	while (isspace((u8)*s))
		s++;
	return (char *)s;
}

char *strim(char *s)
{
	size_t n;

	s = skip_spaces(s);
	n = strlen(s);
	while (n && isspace((u8)s[n - 1]))
		n--;
	s[n] = '\0';
	return s;
}

char *str_token(char **s)
{
	char *in = skip_spaces(*s), *out = in, *word = in;
	bool quoted = false;

	if (!*in) {
		*s = in;
		return NULL;
	}
	for (; *in && (quoted || !isspace((u8)*in)); in++) {
		if (*in == '"')
			quoted = !quoted;
		else
			*out++ = *in;
	}
	*s = *in ? in + 1 : in;
	*out = '\0';
	return word;
}

char *strsep(char **s, const char *delims)
{
	char *field = *s, *p;

	if (!field)
		return NULL;
	for (p = field; *p; p++) {
		if (strchr(delims, *p)) {
			*p = '\0';
			*s = p + 1;
			return field;
		}
	}
	*s = NULL;
	return field;
}

bool str_has_prefix(const char *s, const char *prefix)
{
	return !strncmp(s, prefix, strlen(prefix));
}

int strcasecmp(const char *a, const char *b)
{
	while (*a && tolower((u8)*a) == tolower((u8)*b)) {
		a++;
		b++;
	}
	return tolower((u8)*a) - tolower((u8)*b);
}

static unsigned int digit_value(char c)
{
	if (isdigit((u8)c))
		return (unsigned int)(c - '0');
	return isalpha((u8)c) ? (unsigned int)((c | 32) - 'a' + 10) : UINT_MAX;
}

/* Moves *@s behind the digits. Return: 0, -EINVAL when there is none, -ERANGE. */
static int parse_digits(const char **s, unsigned int base, u64 *value)
{
	const char *p = *s;
	bool overflow = false;
	u64 v = 0;

	if ((base == 0 || base == 16) && p[0] == '0' && (p[1] | 32) == 'x' && isxdigit((u8)p[2])) {
		base = 16;
		p += 2;
	} else if (base == 0) {
		base = p[0] == '0' ? 8 : 10;
	}
	if (digit_value(*p) >= base)
		return -EINVAL;
	for (; digit_value(*p) < base; p++) {
		overflow |= check_mul_overflow(v, (u64)base, &v);
		overflow |= check_add_overflow(v, (u64)digit_value(*p), &v);
	}
	*s = p;
	*value = v;
	return overflow ? -ERANGE : 0;
}

/* Return: 0 with sign and magnitude of the whole of @s, or an error. */
static int parse_u64(const char *s, unsigned int base, bool *negative, u64 *value)
{
	int err;

	*negative = *s == '-';
	if (*s == '-' || *s == '+')
		s++;
	err = parse_digits(&s, base, value);
	if (err == -EINVAL)
		return err;
	if (*s == '\n')
		s++;
	return *s ? -EINVAL : err;
}

static int parse_unsigned(const char *s, unsigned int base, u64 max, u64 *value)
{
	bool negative;
	u64 v = 0;
	int err = parse_u64(s, base, &negative, &v);

	if (!err && negative)
		err = -EINVAL;
	if (!err && v > max)
		err = -ERANGE;
	if (!err)
		*value = v;
	return err;
}

/* @max: the largest positive value of the type; one more below zero. */
static int parse_signed(const char *s, unsigned int base, u64 max, s64 *value)
{
	bool negative;
	u64 v = 0;
	int err = parse_u64(s, base, &negative, &v);

	if (!err && v > max + negative)
		err = -ERANGE;
	if (!err)
		*value = (s64)(negative ? 0 - v : v);
	return err;
}

#define KSTRTO(name, type, parse, wide, max)                                                       \
	int name(const char *s, unsigned int base, type *value)                                    \
	{                                                                                          \
		wide v;                                                                            \
		int err = parse(s, base, max, &v);                                                 \
                                                                                                   \
		if (!err)                                                                          \
			*value = (type)v;                                                          \
		return err;                                                                        \
	}

KSTRTO(kstrtou64, u64, parse_unsigned, u64, ULLONG_MAX)
KSTRTO(kstrtoul, unsigned long, parse_unsigned, u64, ULONG_MAX)
KSTRTO(kstrtou32, u32, parse_unsigned, u64, UINT_MAX)
KSTRTO(kstrtouint, unsigned int, parse_unsigned, u64, UINT_MAX)
KSTRTO(kstrtou16, u16, parse_unsigned, u64, USHRT_MAX)
KSTRTO(kstrtou8, u8, parse_unsigned, u64, UCHAR_MAX)
KSTRTO(kstrtos64, s64, parse_signed, s64, LLONG_MAX)
KSTRTO(kstrtol, long, parse_signed, s64, LONG_MAX)
KSTRTO(kstrtoint, int, parse_signed, s64, INT_MAX)

int kstrtobool(const char *s, bool *value)
{
	static const struct {
		const char *word;
		bool value;
	} words[] = { { "1", true }, { "y", true }, { "yes", true }, { "on", true },
		      { "0", false }, { "n", false }, { "no", false }, { "off", false } };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (!strcasecmp(s, words[i].word)) {
			*value = words[i].value;
			return 0;
		}
	}
	return -EINVAL;
}

u64 memparse(const char *s, const char **end)
{
	static const char units[] = "KMGT";
	const char *unit;
	u64 v = 0;
	int err = parse_digits(&s, 0, &v);

	if (err == -ERANGE)
		v = ULLONG_MAX;
	if (err != -EINVAL && *s) {
		unit = strchr(units, toupper((u8)*s));
		if (unit && *unit) {
			if (check_mul_overflow(v, 1ull << (10 * (unit - units + 1)), &v))
				v = ULLONG_MAX;
			s++;
		}
	}
	if (end)
		*end = s;
	return v;
}
