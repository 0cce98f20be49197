/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/wait.h - sleep until a condition holds.
 *
 * The waiter re-checks the condition after each wake_up(); whoever makes it true calls wake_up()
 * afterwards. wake_up() may be called in any context. Locks: the queue's lock (interrupts off) is a
 * leaf but for the run queue's. With several waiters a wake_up() may be spent on one whose
 * condition held already: then wake_up_all(), or a completion, which counts.
 */
#ifndef KERNEL_BASE_WAIT_H
#define KERNEL_BASE_WAIT_H

#include "kernel/base/sched.h"
#include "kernel/base/spinlock.h"
#include "lib/list.h"

typedef struct wait_queue_head {
	spinlock_t lock;
	struct list_head head;
} wait_queue_head_t;

struct wait_queue_entry {
	struct list_head node;
	struct thread *thread;
};

/* The locks of wait queues share a name; they are told apart by where the queue is defined. */
#define WAIT_QUEUE_LOCK			"wait_queue_head.lock"
#define WAIT_QUEUE_HEAD_INIT(name)                                                                 \
	{ SPINLOCK_NAMED(WAIT_QUEUE_LOCK), { &(name).head, &(name).head } }
#define DECLARE_WAIT_QUEUE_HEAD(name)	struct wait_queue_head name = WAIT_QUEUE_HEAD_INIT(name)

#define init_waitqueue_head(wq)                                                                    \
	do {                                                                                       \
		spin_lock_init_named(&(wq)->lock, WAIT_QUEUE_LOCK);                                \
		INIT_LIST_HEAD(&(wq)->head);                                                       \
	} while (0)

void wake_up(struct wait_queue_head *wq);	/* the one that waits longest */
void wake_up_all(struct wait_queue_head *wq);

/* Building blocks of wait_event(). prepare also sets the thread SLEEPING. */
void prepare_to_wait(struct wait_queue_head *wq, struct wait_queue_entry *entry);
void finish_wait(struct wait_queue_head *wq, struct wait_queue_entry *entry);

static inline bool waitqueue_active(struct wait_queue_head *wq)
{
	smp_mb();
	return !list_empty(&wq->head);
}

/*
 * wait_event_timeout() - sleep until @condition is true, @timeout jiffies at most.
 * Return: 0 when the time is up and the condition still false; else the jiffies left, at least 1.
 */
#define wait_event_timeout(wq, condition, timeout)                                                 \
	({                                                                                         \
		long left_ = (timeout);                                                            \
		struct wait_queue_entry entry_ = { { NULL, NULL }, NULL };                         \
		might_sleep();                                                                     \
		for (;;) {                                                                         \
			prepare_to_wait(&(wq), &entry_);                                           \
			if (condition) {                                                           \
				if (left_ == 0)                                                    \
					left_ = 1;                                                 \
				break;                                                             \
			}                                                                          \
			if (left_ == 0)                                                            \
				break;                                                             \
			left_ = schedule_timeout(left_);                                           \
		}                                                                                  \
		finish_wait(&(wq), &entry_);                                                       \
		left_;                                                                             \
	})

/* wait_event() - sleep until @condition is true. */
#define wait_event(wq, condition) ((void)wait_event_timeout(wq, condition, MAX_SCHEDULE_TIMEOUT))

#endif
