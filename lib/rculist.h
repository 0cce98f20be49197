/* SPDX-License-Identifier: MIT */
/*
 * lib/rculist.h - the lists of lib/list.h while RCU readers walk them.
 *
 * Overview  an entry is complete before a reader can reach it (store-release), and a deleted one
 *           keeps its forward link, so that a reader who stands on it finds the way out.
 * Locking   writers exclude each other by a lock of their own; readers hold rcu_read_lock(). A
 *           deleted entry is freed only after a grace period (call_rcu, kfree_rcu,
 *           synchronize_rcu).
 */
#ifndef LIB_RCULIST_H
#define LIB_RCULIST_H

#include <arch/barrier.h>
#include "lib/list.h"

static inline void list_insert_between_rcu(struct list_head *entry, struct list_head *prev,
					   struct list_head *next)
{
	entry->next = next;
	entry->prev = prev;
	smp_store_release(&prev->next, entry);
	next->prev = entry;
}

static inline void list_add_rcu(struct list_head *entry, struct list_head *head)
{
	list_insert_between_rcu(entry, head, head->next);
}

static inline void list_add_tail_rcu(struct list_head *entry, struct list_head *head)
{
	list_insert_between_rcu(entry, head->prev, head);
}

static inline void list_del_rcu(struct list_head *entry)
{
	list_unlink(entry);
	entry->prev = LIST_POISON2;
}

static inline void list_replace_rcu(struct list_head *old, struct list_head *entry)
{
	entry->next = old->next;
	entry->prev = old->prev;
	smp_store_release(&entry->prev->next, entry);
	entry->next->prev = entry;
	old->prev = LIST_POISON2;
}

#define list_for_each_entry_rcu(pos, head, member)                                                 \
	for ((pos) = list_entry(READ_ONCE((head)->next), __typeof__(*(pos)), member);              \
	     !list_entry_is_head(pos, head, member);                                               \
	     (pos) = list_entry(READ_ONCE((pos)->member.next), __typeof__(*(pos)), member))

static inline void hlist_add_head_rcu(struct hlist_node *n, struct hlist_head *head)
{
	struct hlist_node *first = head->first;

	n->next = first;
	WRITE_ONCE(n->pprev, &head->first);
	smp_store_release(&head->first, n);
	if (first)
		WRITE_ONCE(first->pprev, &n->next);
}

static inline void hlist_add_before_rcu(struct hlist_node *n, struct hlist_node *next)
{
	WRITE_ONCE(n->pprev, next->pprev);
	n->next = next;
	smp_store_release(n->pprev, n);
	WRITE_ONCE(next->pprev, &n->next);
}

static inline void hlist_add_behind_rcu(struct hlist_node *n, struct hlist_node *prev)
{
	n->next = prev->next;
	WRITE_ONCE(n->pprev, &prev->next);
	smp_store_release(&prev->next, n);
	if (n->next)
		WRITE_ONCE(n->next->pprev, &n->next);
}

/*
 * hlist_del_rcu() - the entry counts as on no list afterwards; readers on it still find the next
 * one.
 */
static inline void hlist_del_rcu(struct hlist_node *n)
{
	hlist_unlink(n);
	WRITE_ONCE(n->pprev, NULL);
}

/* hlist_del_init_rcu() - the same, and nothing when @n is on no list. */
static inline void hlist_del_init_rcu(struct hlist_node *n)
{
	if (!hlist_unhashed(n))
		hlist_del_rcu(n);
}

static inline void hlist_replace_rcu(struct hlist_node *old, struct hlist_node *n)
{
	n->next = old->next;
	WRITE_ONCE(n->pprev, old->pprev);
	smp_store_release(n->pprev, n);
	if (n->next)
		WRITE_ONCE(n->next->pprev, &n->next);
	WRITE_ONCE(old->pprev, NULL);
}

#define hlist_for_each_entry_rcu(pos, head, member)                                                \
	for ((pos) = hlist_entry_safe(READ_ONCE((head)->first), __typeof__(*(pos)), member);       \
	     (pos);                                                                                \
	     (pos) = hlist_entry_safe(READ_ONCE((pos)->member.next), __typeof__(*(pos)), member))

#endif
