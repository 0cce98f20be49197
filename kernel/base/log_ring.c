/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/log_ring.c - the log's buffer.
 *
 * Structure  Records one behind the other, each a header and its text, aligned to 8. A new one
 *            pushes out as many of the oldest as it needs. A record never wraps: where none fits
 *            before the end, a header with len NO_RECORD (or less room than a header) says "go on
 *            at 0". Records are numbered from 0; the place of the last one read is remembered, so
 *            that reading all of them in order is linear.
 */
#include "kernel/base/log_ring.h"
#include "lib/string.h"

#define NO_RECORD 0xffffu

static struct log_record *record_at(const struct log_ring *ring, u32 offset)
{
	return (struct log_record *)(ring->buf + offset);
}

static u32 record_size(u32 len)
{
	return ALIGN(sizeof(struct log_record) + len, 8);
}

static bool header_fits(const struct log_ring *ring, u32 offset)
{
	return offset + sizeof(struct log_record) <= ring->size;
}

/* The offset of the record behind the one at @offset; there is one. */
static u32 record_next(const struct log_ring *ring, u32 offset)
{
	offset += record_size(record_at(ring, offset)->len);
	if (!header_fits(ring, offset) || record_at(ring, offset)->len == NO_RECORD)
		offset = 0;
	return offset;
}

/* Make [offset, offset + size) free of records. */
static void make_room(struct log_ring *ring, u32 offset, u32 size)
{
	while (ring->first_seq != ring->next_seq && ring->first >= offset &&
	       ring->first < offset + size) {
		ring->first_seq++;
		if (ring->first_seq != ring->next_seq)
			ring->first = record_next(ring, ring->first);
	}
}

void log_ring_store(struct log_ring *ring, u64 ns, u8 level, const char *text, u16 len)
{
	u32 size = record_size(len);
	struct log_record *r;

	if (ring->next + size > ring->size) {
		make_room(ring, ring->next, ring->size - ring->next);
		if (header_fits(ring, ring->next))
			record_at(ring, ring->next)->len = NO_RECORD;
		ring->next = 0;
	}
	make_room(ring, ring->next, size);
	if (ring->first_seq == ring->next_seq)
		ring->first = ring->next;
	r = record_at(ring, ring->next);
	r->ns = ns;
	r->len = len;
	r->level = level;
	memcpy(r + 1, text, len);
	ring->next += size;
	ring->next_seq++;
}

const struct log_record *log_ring_find(struct log_ring *ring, u64 seq)
{
	u64 at = ring->first_seq;
	u32 offset = ring->first;

	if (ring->cached_seq >= at && ring->cached_seq <= seq) {
		at = ring->cached_seq;
		offset = ring->cached;
	}
	for (; at < seq; at++)
		offset = record_next(ring, offset);
	ring->cached_seq = at;
	ring->cached = offset;
	return record_at(ring, offset);
}
