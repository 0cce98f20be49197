/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/log_ring.h - numbered records of text in a fixed buffer, the oldest pushed out: see
 * log_ring.c. Locking: the caller's.
 */
#ifndef KERNEL_BASE_LOG_RING_H
#define KERNEL_BASE_LOG_RING_H

#include "lib/compiler.h"
#include "lib/types.h"

struct log_record {
	u64 ns;		/* when, since entry */
	u16 len;	/* bytes of text behind the header */
	u8 level;
	u8 pad[5];
};

struct log_ring {
	u8 *buf;	/* [I] aligned to 8 */
	u32 size;	/* [I] multiple of 8 */
	u32 first;	/* offset of the oldest record */
	u32 next;	/* offset of the next one */
	u64 first_seq;	/* number of the oldest record */
	u64 next_seq;	/* number of the next one; equal: empty */
	u64 cached_seq;	/* where a reader stood */
	u32 cached;	/* its offset */
};

/* log_ring_store() - append a record; its size with the header is at most a quarter of the ring. */
void log_ring_store(struct log_ring *ring, u64 ns, u8 level, const char *text, u16 len);

/* log_ring_find() - record @seq, first_seq <= @seq < next_seq. Its text follows the header. */
const struct log_record *log_ring_find(struct log_ring *ring, u64 seq);

#endif
