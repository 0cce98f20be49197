/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/mutex.h - mutual exclusion between threads; the holder may sleep.
 * Not for interrupts or softirqs. Woken in order of arrival; not recursive.
 */
#ifndef KERNEL_BASE_MUTEX_H
#define KERNEL_BASE_MUTEX_H

#include "kernel/base/wait.h"

struct mutex {
	struct thread *owner; /* [a] NULL when free */
	struct wait_queue_head wait;
	LOCK_DEBUG_MEMBER
};

#define MUTEX_INIT(name)   { NULL, WAIT_QUEUE_HEAD_INIT((name).wait) LOCK_DEBUG_INIT(#name) }
#define DEFINE_MUTEX(name) struct mutex name = MUTEX_INIT(name)

#define mutex_init_named(m, name)                                                                  \
	do {                                                                                       \
		mutex_reset(m);                                                                    \
		lockdebug_init(m, name);                                                           \
	} while (0)
#define mutex_init(m) mutex_init_named(m, #m)

void mutex_reset(struct mutex *m); /* what mutex_init() has the compiler call */
void mutex_lock(struct mutex *m);
bool mutex_trylock(struct mutex *m);
void mutex_unlock(struct mutex *m);

static inline bool mutex_is_locked(const struct mutex *m)
{
	return READ_ONCE(m->owner) != NULL;
}

/* The calling thread holds @m. */
#define assert_mutex_held(m) BUG_ON((m)->owner != current)

#endif
