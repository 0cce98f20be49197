/* SPDX-License-Identifier: MIT */
/*
 * lib/json.c - JSON onto a sink.
 *
 * Overview   contract and an example in lib/json.h. One bit of state, whether a comma is due: the
 *            caller's nesting of calls is the nesting of the text.
 * Locking    none; a struct json belongs to one caller.
 * Limits     a formatted string has 255 bytes at most.
 * Reference  RFC 8259.
 */
#include "lib/json.h"
#include "lib/string.h"

static void put_text(struct json *j, const char *s)
{
	j->put(j->ctx, s, strlen(s));
}

/* Before each value or key: the comma, unless it is the first on its level. */
static void separate(struct json *j)
{
	if (j->comma)
		put_text(j, ",");
	j->comma = true;
}

static void put_quoted(struct json *j, const char *s)
{
	put_text(j, "\"");
	while (*s) {
		const char *plain = s;
		char escape[8];

		while ((u8)*s >= ' ' && *s != '"' && *s != '\\')
			s++;
		j->put(j->ctx, plain, (size_t)(s - plain));
		if (!*s)
			break;
		if (*s == '"' || *s == '\\')
			scnprintf(escape, sizeof(escape), "\\%c", *s);
		else
			scnprintf(escape, sizeof(escape), "\\u%04x", (u8)*s);
		put_text(j, escape);
		s++;
	}
	put_text(j, "\"");
}

void json_init(struct json *j, put_fn put, void *ctx)
{
	*j = (struct json){ .put = put, .ctx = ctx };
}

static void open_level(struct json *j, const char *bracket)
{
	separate(j);
	put_text(j, bracket);
	j->comma = false;
}

static void close_level(struct json *j, const char *bracket)
{
	put_text(j, bracket);
	j->comma = true;
}

void json_object_begin(struct json *j)
{
	open_level(j, "{");
}

void json_object_end(struct json *j)
{
	close_level(j, "}");
}

void json_array_begin(struct json *j)
{
	open_level(j, "[");
}

void json_array_end(struct json *j)
{
	close_level(j, "]");
}

void json_key(struct json *j, const char *key)
{
	separate(j);
	put_quoted(j, key);
	put_text(j, ":");
	j->comma = false;
}

void json_string(struct json *j, const char *s)
{
	separate(j);
	put_quoted(j, s);
}

static void __printf(2, 0) put_vformat(struct json *j, const char *fmt, va_list args)
{
	char buf[256];

	vscnprintf(buf, sizeof(buf), fmt, args);
	json_string(j, buf);
}

void json_format(struct json *j, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	put_vformat(j, fmt, args);
	va_end(args);
}

void json_u64(struct json *j, u64 v)
{
	char buf[24];

	scnprintf(buf, sizeof(buf), "%llu", v);
	separate(j);
	put_text(j, buf);
}

void json_s64(struct json *j, s64 v)
{
	char buf[24];

	scnprintf(buf, sizeof(buf), "%lld", v);
	separate(j);
	put_text(j, buf);
}

void json_bool(struct json *j, bool v)
{
	separate(j);
	put_text(j, v ? "true" : "false");
}

void json_null(struct json *j)
{
	separate(j);
	put_text(j, "null");
}

void json_field_string(struct json *j, const char *key, const char *s)
{
	json_key(j, key);
	json_string(j, s);
}

void json_field_format(struct json *j, const char *key, const char *fmt, ...)
{
	va_list args;

	json_key(j, key);
	va_start(args, fmt);
	put_vformat(j, fmt, args);
	va_end(args);
}

void json_field_u64(struct json *j, const char *key, u64 v)
{
	json_key(j, key);
	json_u64(j, v);
}

void json_field_s64(struct json *j, const char *key, s64 v)
{
	json_key(j, key);
	json_s64(j, v);
}

void json_field_bool(struct json *j, const char *key, bool v)
{
	json_key(j, key);
	json_bool(j, v);
}
