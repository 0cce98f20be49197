/* SPDX-License-Identifier: MIT */
/* lib/inet.c - addresses from text; contracts in lib/inet.h. */
#include "lib/errno.h"
#include "lib/inet.h"
#include "lib/string.h"

/* A decimal number up to @max without leading zeros; moves *@s behind it. */
static int parse_decimal(const char **s, unsigned int max, unsigned int *value)
{
	const char *p = *s;
	unsigned int v = 0;

	if (!isdigit((u8)*p) || (p[0] == '0' && isdigit((u8)p[1])))
		return -EINVAL;
	for (; isdigit((u8)*p); p++) {
		v = v * 10 + (unsigned int)(*p - '0');
		if (v > max)
			return -EINVAL;
	}
	*s = p;
	*value = v;
	return 0;
}

static int parse_quad(const char **s, be32 *addr)
{
	u32 a = 0;

	for (int i = 0; i < 4; i++) {
		unsigned int octet;

		if (i && *(*s)++ != '.')
			return -EINVAL;
		if (parse_decimal(s, 255, &octet))
			return -EINVAL;
		a = a << 8 | octet;
	}
	*addr = htonl(a);
	return 0;
}

int inet_pton4(const char *s, be32 *addr)
{
	be32 a;

	if (parse_quad(&s, &a) || *s)
		return -EINVAL;
	*addr = a;
	return 0;
}

int inet_parse_prefix(const char *s, be32 *addr, unsigned int *len)
{
	unsigned int n = 32;
	be32 a;

	if (parse_quad(&s, &a))
		return -EINVAL;
	if (*s == '/') {
		s++;
		if (parse_decimal(&s, 32, &n))
			return -EINVAL;
	}
	if (*s)
		return -EINVAL;
	*addr = a;
	*len = n;
	return 0;
}

static unsigned int hex_digit(char c)
{
	return isdigit((u8)c) ? (unsigned int)(c - '0') : (unsigned int)((c | 32) - 'a' + 10);
}

int mac_parse(const char *s, u8 mac[6])
{
	u8 parsed[6];

	for (int i = 0; i < 6; i++, s += 3) {
		if (!isxdigit((u8)s[0]) || !isxdigit((u8)s[1]) || s[2] != (i < 5 ? ':' : '\0'))
			return -EINVAL;
		parsed[i] = (u8)(hex_digit(s[0]) << 4 | hex_digit(s[1]));
	}
	memcpy(mac, parsed, sizeof(parsed));
	return 0;
}
