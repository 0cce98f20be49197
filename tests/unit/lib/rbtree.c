/* SPDX-License-Identifier: MIT */
/* tests/unit/lib/rbtree.c - random insertions and removals, every invariant checked after each. */
#include "kernel/base/selftest.h"
#include "lib/prng.h"
#include "lib/rbtree.h"
#include "lib/string.h"

struct item {
	u32 key;
	bool in;
	struct rb_node rb;
};

#define ITEMS 64
static struct item items[ITEMS];
static struct rb_root root;

static struct item *item_of(const struct rb_node *n)
{
	return rb_entry((struct rb_node *)n, struct item, rb);
}

static bool less(const struct rb_node *a, const struct rb_node *b)
{
	return item_of(a)->key < item_of(b)->key;
}

static int compare_key(const void *key, const struct rb_node *n)
{
	u32 k = *(const u32 *)key;

	return k < item_of(n)->key ? -1 : k > item_of(n)->key;
}

static bool black(const struct rb_node *n)
{
	return !n || (n->parent_color & 1);
}

/* Return: black nodes on each path down, or -1 when an invariant is broken. */
static int black_height(const struct rb_node *n, const struct rb_node *parent)
{
	int left, right;

	if (!n)
		return 0;
	if (rb_parent(n) != parent || (!black(n) && !(black(n->left) && black(n->right))))
		return -1;
	left = black_height(n->left, n);
	right = black_height(n->right, n);
	if (left < 0 || left != right)
		return -1;
	return left + black(n);
}

static void check_tree(void)
{
	struct rb_node *n, *last = NULL;
	unsigned int want = 0, seen = 0;

	ASSERT_GE(black_height(root.node, NULL), 0);
	ASSERT_TRUE(black(root.node));
	for (int i = 0; i < ITEMS; i++)
		want += items[i].in;
	for (n = rb_first(&root); n; n = rb_next(n)) {
		ASSERT_TRUE(item_of(n)->in);
		if (last)
			ASSERT_LE(item_of(last)->key, item_of(n)->key);
		ASSERT_TRUE(rb_prev(n) == last);
		last = n;
		seen++;
	}
	ASSERT_EQ(seen, want);
	ASSERT_TRUE(rb_last(&root) == last);
	ASSERT_EQ(rb_empty_root(&root), want == 0);
}

static void run(u32 seed, u32 keys)
{
	struct prng p;

	prng_seed(&p, seed);
	root = RB_ROOT;
	memset(items, 0, sizeof(items));
	for (int round = 0; round < 4000; round++) {
		struct item *it = &items[prng_below(&p, ITEMS)];

		if (it->in) {
			rb_erase(&it->rb, &root);
			it->in = false;
		} else {
			it->key = prng_below(&p, keys);
			rb_add(&it->rb, &root, less);
			it->in = true;
			ASSERT_EQ(item_of(rb_find(&it->key, &root, compare_key))->key, it->key);
		}
		check_tree();
	}
}

SELFTEST(rbtree, random_distinct_keys)
{
	run(1, 0xffffffff);
}

SELFTEST(rbtree, random_equal_keys)
{
	run(2, 9);
}

SELFTEST(rbtree, ascending_and_descending)
{
	for (int down = 0; down < 2; down++) {
		root = RB_ROOT;
		memset(items, 0, sizeof(items));
		for (u32 i = 0; i < ITEMS; i++) {
			items[i].key = down ? ITEMS - i : i;
			items[i].in = true;
			rb_add(&items[i].rb, &root, less);
			check_tree();
		}
		for (u32 i = 0; i < ITEMS; i++) {
			rb_erase(&items[i].rb, &root);
			items[i].in = false;
			check_tree();
		}
	}
}

SELFTEST(rbtree, replace_and_find)
{
	u32 missing = 1000;
	struct item twin;

	root = RB_ROOT;
	memset(items, 0, sizeof(items));
	EXPECT_NULL(rb_first(&root));
	EXPECT_NULL(rb_last(&root));
	for (u32 i = 0; i < ITEMS; i++) {
		items[i].key = i;
		items[i].in = true;
		rb_add(&items[i].rb, &root, less);
	}
	EXPECT_NULL(rb_find(&missing, &root, compare_key));
	for (u32 i = 0; i < ITEMS; i++) {
		twin = (struct item){ .key = i, .in = true };
		rb_replace_node(&items[i].rb, &twin.rb, &root);
		EXPECT_TRUE(rb_find(&i, &root, compare_key) == &twin.rb);
		EXPECT_GE(black_height(root.node, NULL), 0);
		rb_replace_node(&twin.rb, &items[i].rb, &root);
	}
	check_tree();
	rb_clear_node(&twin.rb);
	EXPECT_TRUE(rb_node_empty(&twin.rb));
	EXPECT_NULL(rb_next(&twin.rb));
}
