/* SPDX-License-Identifier: MIT */
/*
 * lib/json.h - writes JSON onto a sink, compact, in the order of the calls. Commas, quotes and
 * escapes are its business; balanced begin and end calls are the caller's.
 *
 *   json_init(&j, put, ctx);
 *   json_array_begin(&j);
 *   json_object_begin(&j);
 *   json_field_u64(&j, "ifindex", 1);
 *   json_key(&j, "flags"); json_array_begin(&j); json_string(&j, "UP"); json_array_end(&j);
 *   json_object_end(&j);
 *   json_array_end(&j);                          [{"ifindex":1,"flags":["UP"]}]
 */
#ifndef LIB_JSON_H
#define LIB_JSON_H

#include "lib/printf.h"

struct json {
	put_fn put;
	void *ctx;
	bool comma; /* a value stands before the next one on this level */
};

void json_init(struct json *j, put_fn put, void *ctx);

void json_object_begin(struct json *j);
void json_object_end(struct json *j);
void json_array_begin(struct json *j);
void json_array_end(struct json *j);

/* json_key() - the name of the next value; only inside an object. */
void json_key(struct json *j, const char *key);

void json_string(struct json *j, const char *s);
void json_format(struct json *j, const char *fmt, ...) __printf(2, 3); /* a string; 255 bytes */
void json_u64(struct json *j, u64 v);
void json_s64(struct json *j, s64 v);
void json_bool(struct json *j, bool v);
void json_null(struct json *j);

/* key and value in one call */
void json_field_string(struct json *j, const char *key, const char *s);
void json_field_format(struct json *j, const char *key, const char *fmt, ...) __printf(3, 4);
void json_field_u64(struct json *j, const char *key, u64 v);
void json_field_s64(struct json *j, const char *key, s64 v);
void json_field_bool(struct json *j, const char *key, bool v);

#endif
