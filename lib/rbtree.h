/* SPDX-License-Identifier: MIT */
/*
 * lib/rbtree.h - balanced binary trees with the nodes inside the objects.
 *
 * Overview   the caller descends (it knows the order), links the node where the search ended, and
 *            has the tree rebalanced; or uses rb_add() with a comparison. Depth is at most 2 log2(n
 *            + 1).
 * Structure  red-black: the root is black, a red node has black children, every path from a node
 *            down has the same number of black nodes.
 * Locking    the caller's.
 *
 *   struct rb_node **link = &root->node, *parent = NULL;
 *   while (*link) {
 *           parent = *link;
 *           link = key < rb_entry(parent, struct x, rb)->key ? &parent->left : &parent->right;
 *   }
 *   rb_link_node(&x->rb, parent, link);
 *   rb_insert_color(&x->rb, root);
 */
#ifndef LIB_RBTREE_H
#define LIB_RBTREE_H

#include "lib/compiler.h"

struct rb_node {
	unsigned long parent_color; /* the parent's address; bit 0 set when this node is black */
	struct rb_node *left, *right;
} __aligned(8);

struct rb_root {
	struct rb_node *node;
};

#define RB_ROOT ((struct rb_root){ NULL })

#define rb_entry(ptr, type, member) container_of(ptr, type, member)
#define rb_entry_safe(ptr, type, member)                                                           \
	({                                                                                         \
		__typeof__(ptr) rb_ptr_ = (ptr);                                                   \
		rb_ptr_ ? rb_entry(rb_ptr_, type, member) : NULL;                                  \
	})

static inline bool rb_empty_root(const struct rb_root *root)
{
	return !READ_ONCE(root->node);
}

static inline struct rb_node *rb_parent(const struct rb_node *n)
{
	return (struct rb_node *)(n->parent_color & ~1UL);
}

/* A node that is in no tree is its own parent. */
static inline void rb_clear_node(struct rb_node *n)
{
	n->parent_color = (unsigned long)n;
}

static inline bool rb_node_empty(const struct rb_node *n)
{
	return n->parent_color == (unsigned long)n;
}

/* rb_link_node() - hangs @n, red, at *@link below @parent; rb_insert_color() must follow. */
static inline void rb_link_node(struct rb_node *n, struct rb_node *parent, struct rb_node **link)
{
	n->parent_color = (unsigned long)parent;
	n->left = NULL;
	n->right = NULL;
	*link = n;
}

void rb_insert_color(struct rb_node *n, struct rb_root *root);
void rb_erase(struct rb_node *n, struct rb_root *root);

/*
 * rb_replace_node() - @n takes the place of @old without any rebalancing; their keys order alike.
 */
void rb_replace_node(struct rb_node *old, struct rb_node *n, struct rb_root *root);

/* In order; NULL past the ends. */
struct rb_node *rb_first(const struct rb_root *root);
struct rb_node *rb_last(const struct rb_root *root);
struct rb_node *rb_next(const struct rb_node *n);
struct rb_node *rb_prev(const struct rb_node *n);

/* rb_add() - inserts behind equal ones; @less says whether @a comes before @b. */
static inline void rb_add(struct rb_node *n, struct rb_root *root,
			  bool (*less)(const struct rb_node *a, const struct rb_node *b))
{
	struct rb_node **link = &root->node, *parent = NULL;

	while (*link) {
		parent = *link;
		link = less(n, parent) ? &parent->left : &parent->right;
	}
	rb_link_node(n, parent, link);
	rb_insert_color(n, root);
}

/* rb_find() - a node for which @cmp(@key, node) is 0, or NULL. */
static inline struct rb_node *rb_find(const void *key, const struct rb_root *root,
				      int (*cmp)(const void *key, const struct rb_node *n))
{
	struct rb_node *n = root->node;

	while (n) {
		int c = cmp(key, n);

		if (!c)
			break;
		n = c < 0 ? n->left : n->right;
	}
	return n;
}

#endif
