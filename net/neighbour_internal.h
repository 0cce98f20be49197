/* SPDX-License-Identifier: MIT */
/*
 * net/neighbour_internal.h - what net/neighbour.c (an entry's states) and net/neigh_table.c (where
 * entries live) share.
 */
#ifndef NET_NEIGHBOUR_INTERNAL_H
#define NET_NEIGHBOUR_INTERNAL_H

#include "net/neighbour.h"

/* neighbour.c; all but the timer's function under n->lock */
void neigh_timer_handler(struct timer_list *timer);
void neigh_del_timer(struct neighbour *n);
struct sk_buff *neigh_dequeue_all(struct neighbour *n);
void neigh_set_address(struct neighbour *n, const u8 *lladdr);

/* neigh_table.c; no lock held */
void neigh_update_gc_list(struct neighbour *n);

#endif /* NET_NEIGHBOUR_INTERNAL_H */
