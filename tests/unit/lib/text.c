/* SPDX-License-Identifier: MIT */
/* tests/unit/lib/text.c - the JSON writer and the hex dump, byte by byte. */
#include "kernel/base/selftest.h"
#include "lib/hexdump.h"
#include "lib/json.h"
#include "lib/string.h"

struct text {
	char buf[512];
	size_t used;
};

static void text_put(void *ctx, const char *s, size_t n)
{
	struct text *t = ctx;

	n = min(n, sizeof(t->buf) - 1 - t->used);
	memcpy(t->buf + t->used, s, n);
	t->used += n;
	t->buf[t->used] = '\0';
}

SELFTEST(json, nested_values)
{
	struct text t = { .used = 0 };
	struct json j;

	json_init(&j, text_put, &t);
	json_array_begin(&j);
	json_object_begin(&j);
	json_field_u64(&j, "ifindex", 1);
	json_field_string(&j, "ifname", "lo");
	json_key(&j, "flags");
	json_array_begin(&j);
	json_string(&j, "UP");
	json_string(&j, "LOOPBACK");
	json_array_end(&j);
	json_field_bool(&j, "permanent", true);
	json_field_s64(&j, "metric", -3);
	json_field_format(&j, "address", "%d.%d", 127, 1);
	json_key(&j, "none");
	json_null(&j);
	json_object_end(&j);
	json_object_begin(&j);
	json_object_end(&j);
	json_array_begin(&j);
	json_array_end(&j);
	json_format(&j, "%x", 255u);
	json_u64(&j, ULLONG_MAX);
	json_bool(&j, false);
	json_array_end(&j);
	EXPECT_STREQ(t.buf,
		     "[{\"ifindex\":1,\"ifname\":\"lo\",\"flags\":[\"UP\",\"LOOPBACK\"],"
		     "\"permanent\":true,\"metric\":-3,\"address\":\"127.1\",\"none\":null},{},[],"
		     "\"ff\",18446744073709551615,false]");
}

SELFTEST(json, escapes)
{
	struct text t = { .used = 0 };
	struct json j;

	json_init(&j, text_put, &t);
	json_string(&j, "a\"b\\c\n\x01\xc3\xa9/");
	EXPECT_STREQ(t.buf, "\"a\\\"b\\\\c\\u000a\\u0001\xc3\xa9/\"");
}

SELFTEST(hexdump, full_and_partial_lines)
{
	struct text t = { .used = 0 };
	char data[19];

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (char)(i < 16 ? 'A' + i : 0x7f + i - 16);
	hexdump(text_put, &t, "> ", data, sizeof(data));
	EXPECT_STREQ(t.buf,
		     "> 0000: 41 42 43 44 45 46 47 48 49 4a 4b 4c 4d 4e 4f 50  ABCDEFGHIJKLMNOP\n"
		     "> 0010: 7f 80 81                                         ...\n");
	t.used = 0;
	t.buf[0] = '\0';
	hexdump(text_put, &t, "", data, 0);
	EXPECT_STREQ(t.buf, "");
}
