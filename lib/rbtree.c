/* SPDX-License-Identifier: MIT */
/*
 * lib/rbtree.c - red-black trees: rebalancing after an insertion and a removal.
 *
 * Overview   the contract is in lib/rbtree.h.
 * Structure  (1) the root is black, (2) a red node's children are black, (3) every path from a node
 *            to the leaves (NULL, black) has as many black nodes. So the longest path is at most
 *            twice the shortest. Insertion hangs a red node, which can break only (2); removal of a
 *            black node breaks only (3). Both climb, recolouring, and end with at most 2 and 3
 *            rotations. Left and right cases are one: child(n, side) with side 0 or 1.
 * Locking    the caller's.
 * Reference  Cormen, Leiserson, Rivest, Stein, "Introduction to Algorithms", chapter 13.
 */
#include "lib/rbtree.h"

#define BLACK 1UL

static bool is_red(const struct rb_node *n)
{
	return n && !(n->parent_color & BLACK);
}

static void set_black(struct rb_node *n)
{
	n->parent_color |= BLACK;
}

static void set_red(struct rb_node *n)
{
	n->parent_color &= ~BLACK;
}

static void set_parent(struct rb_node *n, struct rb_node *parent)
{
	n->parent_color = (unsigned long)parent | (n->parent_color & BLACK);
}

static struct rb_node **child(struct rb_node *n, int side)
{
	return side ? &n->right : &n->left;
}

static int side_of(const struct rb_node *n, const struct rb_node *parent)
{
	return parent->right == n;
}

/* @n stands where @old stood below @parent (NULL: at the root). */
static void replace_child(struct rb_root *root, struct rb_node *parent, struct rb_node *old,
			  struct rb_node *n)
{
	if (!parent)
		root->node = n;
	else
		*child(parent, side_of(old, parent)) = n;
}

/* @n sinks to @side; its child on the other side takes its place and is returned. Order is kept. */
static struct rb_node *rotate(struct rb_root *root, struct rb_node *n, int side)
{
	struct rb_node *up = *child(n, !side), *moved = *child(up, side), *parent = rb_parent(n);

	*child(n, !side) = moved;
	if (moved)
		set_parent(moved, n);
	replace_child(root, parent, n, up);
	set_parent(up, parent);
	*child(up, side) = n;
	set_parent(n, up);
	return up;
}

void rb_insert_color(struct rb_node *n, struct rb_root *root)
{
	struct rb_node *parent, *grand, *uncle;

	while ((parent = rb_parent(n)) && is_red(parent)) {
		int side;

		grand = rb_parent(parent); /* a red parent is not the root */
		side = side_of(parent, grand);
		uncle = *child(grand, !side);
		if (is_red(uncle)) {
			set_black(parent);
			set_black(uncle);
			set_red(grand);
			n = grand;
			continue;
		}
		if (side_of(n, parent) != side)
			parent = rotate(root, parent, side);
		set_black(parent);
		set_red(grand);
		rotate(root, grand, !side);
		break;
	}
	set_black(root->node);
}

/* The paths through @n (maybe NULL), child of @parent, have one black node less than the others. */
static void restore_black(struct rb_root *root, struct rb_node *n, struct rb_node *parent)
{
	while (parent && !is_red(n)) {
		int side = n ? side_of(n, parent) : parent->right == NULL;
		struct rb_node *sibling = *child(parent, !side);

		if (is_red(sibling)) {
			set_black(sibling);
			set_red(parent);
			rotate(root, parent, side);
			sibling = *child(parent, !side);
		}
		if (!is_red(sibling->left) && !is_red(sibling->right)) {
			set_red(sibling);
			n = parent;
			parent = rb_parent(n);
			continue;
		}
		if (!is_red(*child(sibling, !side))) {
			set_black(*child(sibling, side));
			set_red(sibling);
			sibling = rotate(root, sibling, !side);
		}
		if (is_red(parent))
			set_red(sibling);
		else
			set_black(sibling);
		set_black(parent);
		set_black(*child(sibling, !side));
		rotate(root, parent, side);
		return;
	}
	if (n)
		set_black(n);
}

/* Takes out @n, which has at most one child. */
static void unlink_single(struct rb_node *n, struct rb_root *root)
{
	struct rb_node *only = n->left ? n->left : n->right, *parent = rb_parent(n);
	bool was_black = !is_red(n);

	replace_child(root, parent, n, only);
	if (only)
		set_parent(only, parent);
	if (was_black)
		restore_black(root, only, parent);
}

void rb_erase(struct rb_node *n, struct rb_root *root)
{
	struct rb_node *next;

	if (!n->left || !n->right) {
		unlink_single(n, root);
		return;
	}
	/* Two children: the successor, which has no left one, leaves its place and takes @n's. */
	next = rb_next(n);
	unlink_single(next, root);
	rb_replace_node(n, next, root);
}

void rb_replace_node(struct rb_node *old, struct rb_node *n, struct rb_root *root)
{
	*n = *old;
	replace_child(root, rb_parent(old), old, n);
	if (n->left)
		set_parent(n->left, n);
	if (n->right)
		set_parent(n->right, n);
}

/* From @n as far as it goes to @side. */
static struct rb_node *outermost(struct rb_node *n, int side)
{
	while (n && *child(n, side))
		n = *child(n, side);
	return n;
}

/* The neighbour of @n in order, towards @side. */
static struct rb_node *neighbour(struct rb_node *n, int side)
{
	struct rb_node *parent;

	if (*child(n, side))
		return outermost(*child(n, side), !side);
	while ((parent = rb_parent(n)) && side_of(n, parent) == side)
		n = parent;
	return parent;
}

struct rb_node *rb_first(const struct rb_root *root)
{
	return outermost(root->node, 0);
}

struct rb_node *rb_last(const struct rb_root *root)
{
	return outermost(root->node, 1);
}

struct rb_node *rb_next(const struct rb_node *n)
{
	return rb_node_empty(n) ? NULL : neighbour((struct rb_node *)n, 1);
}

struct rb_node *rb_prev(const struct rb_node *n)
{
	return rb_node_empty(n) ? NULL : neighbour((struct rb_node *)n, 0);
}
