/* SPDX-License-Identifier: MIT */
/* kernel/base/completion.h - "it is done", said once per complete() and waited for by a thread. */
#ifndef KERNEL_BASE_COMPLETION_H
#define KERNEL_BASE_COMPLETION_H

#include "kernel/base/wait.h"

struct completion {
	unsigned int done; /* [wait.lock] */
	struct wait_queue_head wait;
};

#define COMPLETION_INIT(name)	 { 0, WAIT_QUEUE_HEAD_INIT((name).wait) }
#define DECLARE_COMPLETION(name) struct completion name = COMPLETION_INIT(name)

#define init_completion(c)                                                                         \
	do {                                                                                       \
		(c)->done = 0;                                                                     \
		init_waitqueue_head(&(c)->wait);                                                   \
	} while (0)

static inline void reinit_completion(struct completion *c)
{
	c->done = 0;
}

/* complete() - let one waiter go; complete_all() - all, now and later. Context: any. */
void complete(struct completion *c);
void complete_all(struct completion *c);

void wait_for_completion(struct completion *c);
/* Return: 0 when the time (jiffies) is up, else jiffies left, at least 1. */
unsigned long wait_for_completion_timeout(struct completion *c, unsigned long timeout);

static inline bool completion_done(struct completion *c)
{
	return READ_ONCE(c->done) != 0;
}

#endif
