/* SPDX-License-Identifier: MIT */
/* tests/unit/lib/list.c - both kinds of list against an array, and their RCU variants. */
#include "kernel/base/selftest.h"
#include "lib/list.h"
#include "lib/prng.h"
#include "lib/rculist.h"
#include "lib/string.h"

struct item {
	int value;
	struct list_head node;
	struct hlist_node hnode;
};

#define ITEMS 16
static struct item items[ITEMS];
static int order[ITEMS], count; /* what the list must hold */

static void order_insert(int at, int value)
{
	memmove(&order[at + 1], &order[at], (size_t)(count - at) * sizeof(order[0]));
	order[at] = value;
	count++;
}

static void order_remove(int value)
{
	int at = 0;

	while (order[at] != value)
		at++;
	count--;
	memmove(&order[at], &order[at + 1], (size_t)(count - at) * sizeof(order[0]));
}

static void check_list(struct list_head *head)
{
	struct item *it, *next;
	int n = 0;

	list_for_each_entry(it, head, node) {
		ASSERT_LT(n, count);
		ASSERT_EQ(it->value, order[n]);
		ASSERT_TRUE(it->node.next->prev == &it->node);
		n++;
	}
	ASSERT_EQ(n, count);
	ASSERT_EQ(list_count(head), (size_t)count);
	list_for_each_entry_reverse(it, head, node)
		ASSERT_EQ(it->value, order[--n]);
	list_for_each_entry_safe(it, next, head, node)
		ASSERT_EQ(it->value, order[n++]);
	ASSERT_EQ(list_empty(head), count == 0);
	ASSERT_EQ(list_is_singular(head), count == 1);
	if (count) {
		ASSERT_EQ(list_first_entry(head, struct item, node)->value, order[0]);
		ASSERT_EQ(list_last_entry(head, struct item, node)->value, order[count - 1]);
	} else {
		ASSERT_NULL(list_first_entry_or_null(head, struct item, node));
	}
}

static void setup(void)
{
	count = 0;
	for (int i = 0; i < ITEMS; i++) {
		items[i].value = i;
		INIT_LIST_HEAD(&items[i].node);
		INIT_HLIST_NODE(&items[i].hnode);
	}
}

SELFTEST(list, random_changes_follow_the_model)
{
	LIST_HEAD(head);
	struct prng p;

	setup();
	prng_seed(&p, 11);
	for (int round = 0; round < 3000; round++) {
		struct item *it = &items[prng_below(&p, ITEMS)];
		bool rcu = prng_below(&p, 2);

		if (list_empty(&it->node)) {
			if (prng_below(&p, 2)) {
				(rcu ? list_add_rcu : list_add)(&it->node, &head);
				order_insert(0, it->value);
			} else {
				(rcu ? list_add_tail_rcu : list_add_tail)(&it->node, &head);
				order_insert(count, it->value);
			}
		} else if (prng_below(&p, 2)) {
			order_remove(it->value);
			if (rcu) {
				struct list_head *next = it->node.next;

				list_del_rcu(&it->node);
				ASSERT_TRUE(it->node.next == next); /* a reader here finds on */
				INIT_LIST_HEAD(&it->node);
			} else {
				list_del_init(&it->node);
			}
		} else {
			order_remove(it->value);
			list_move_tail(&it->node, &head);
			order_insert(count, it->value);
		}
		check_list(&head);
	}
}

SELFTEST(list, splice_rotate_replace)
{
	LIST_HEAD(a);
	LIST_HEAD(b);

	setup();
	for (int i = 0; i < 3; i++) {
		list_add_tail(&items[i].node, &a);
		list_add_tail(&items[3 + i].node, &b);
	}
	list_splice_tail_init(&b, &a);
	EXPECT_TRUE(list_empty(&b));
	for (int i = 0; i < 6; i++)
		order_insert(i, i);
	check_list(&a);
	list_rotate_left(&a);
	order_remove(0);
	order_insert(5, 0);
	check_list(&a);
	list_replace(&items[3].node, &items[9].node);
	order[2] = 9;
	check_list(&a);
	list_splice_init(&a, &b);
	EXPECT_TRUE(list_empty(&a));
	check_list(&b);
	list_splice_init(&a, &b); /* an empty one changes nothing */
	check_list(&b);
}

SELFTEST(list, deleted_links_are_poisoned)
{
	LIST_HEAD(head);

	setup();
	list_add(&items[0].node, &head);
	list_del(&items[0].node);
	EXPECT_TRUE(items[0].node.next == LIST_POISON1);
	EXPECT_TRUE(items[0].node.prev == LIST_POISON2);
}

static void check_hlist(struct hlist_head *head)
{
	struct hlist_node *next;
	struct item *it;
	int n = 0;

	hlist_for_each_entry(it, head, hnode) {
		ASSERT_LT(n, count);
		ASSERT_EQ(it->value, order[n]);
		ASSERT_TRUE(*it->hnode.pprev == &it->hnode);
		n++;
	}
	ASSERT_EQ(n, count);
	n = 0;
	hlist_for_each_entry_safe(it, next, head, hnode)
		ASSERT_EQ(it->value, order[n++]);
	n = 0;
	hlist_for_each_entry_rcu(it, head, hnode)
		ASSERT_EQ(it->value, order[n++]);
	ASSERT_EQ(n, count);
	ASSERT_EQ(hlist_empty(head), count == 0);
}

static int order_find(int value)
{
	int at = 0;

	while (order[at] != value)
		at++;
	return at;
}

SELFTEST(hlist, random_changes_follow_the_model)
{
	HLIST_HEAD(head);
	struct prng p;

	setup();
	prng_seed(&p, 12);
	for (int round = 0; round < 3000; round++) {
		struct item *it = &items[prng_below(&p, ITEMS)], *other;
		bool rcu = prng_below(&p, 2);

		if (!hlist_unhashed(&it->hnode)) {
			order_remove(it->value);
			(rcu ? hlist_del_init_rcu : hlist_del_init)(&it->hnode);
		} else if (!count || !prng_below(&p, 3)) {
			(rcu ? hlist_add_head_rcu : hlist_add_head)(&it->hnode, &head);
			order_insert(0, it->value);
		} else {
			int at = (int)prng_below(&p, (u32)count);

			other = &items[order[at]];
			if (prng_below(&p, 2)) {
				(rcu ? hlist_add_before_rcu : hlist_add_before)(&it->hnode,
										&other->hnode);
				order_insert(at, it->value);
			} else {
				(rcu ? hlist_add_behind_rcu : hlist_add_behind)(&it->hnode,
										&other->hnode);
				order_insert(at + 1, it->value);
			}
		}
		check_hlist(&head);
	}
}

SELFTEST(hlist, move_replace_and_idle_delete)
{
	HLIST_HEAD(a);
	HLIST_HEAD(b);

	setup();
	for (int i = 3; i >= 0; i--) {
		hlist_add_head(&items[i].hnode, &a);
		order_insert(0, i);
	}
	hlist_move_list(&a, &b);
	EXPECT_TRUE(hlist_empty(&a));
	check_hlist(&b);
	hlist_replace_rcu(&items[2].hnode, &items[8].hnode);
	order[order_find(2)] = 8;
	check_hlist(&b);
	EXPECT_TRUE(hlist_unhashed(&items[2].hnode));
	hlist_del_init(&items[2].hnode); /* on no list: nothing */
	hlist_del_init_rcu(&items[2].hnode);
	check_hlist(&b);
}
