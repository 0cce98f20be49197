/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/net/fuzz.h - frames of any shape, changes of any kind, and a count of what is left
 * afterwards: what test_net_fuzz.c (one after the other) and test_net_torture.c (all CPUs at once)
 * share. All of it happens in the ip_world.
 */
#ifndef TESTS_UNIT_NET_FUZZ_H
#define TESTS_UNIT_NET_FUZZ_H

#include "lib/prng.h"
#include "tests/unit/net/ip_world.h"

#define FUZZ_FRAME_MAX	1514

/* One source of frames and changes; a thread's own. */
struct fuzzer {
	struct prng	prng;
	u8		data[FUZZ_FRAME_MAX];
	u8		pad[2] __aligned(4);	/* so that the IP header is aligned */
	u8		frame[IP_FRAME_MAX];	/* what any_frame() made */
};

static inline u32 below(struct fuzzer *z, u32 n)
{
	return prng_below(&z->prng, n);
}

static inline bool one_in(struct fuzzer *z, u32 n)
{
	return !below(z, n);
}

static inline struct fake_dev *any_dev(struct fuzzer *z)
{
	return one_in(z, 2) ? world.left : world.right;
}

/* Return: the length of a frame for @fd in z->frame[]. */
unsigned int any_frame(struct fuzzer *z, const struct fake_dev *fd);
be32 any_addr(struct fuzzer *z);

/* A change of routes, addresses, links, MTUs, settings, caches or drivers. Takes rtnl. */
void change_something(struct fuzzer *z);

/* Is @skb, whose link header is in front, what a router may send? */
bool fuzz_sound(const struct sk_buff *skb);
/* Half of the questions that @skb, sent by @fd, asks are answered: queues empty both ways. */
void fuzz_answer(struct fuzzer *z, struct fake_dev *fd, const struct sk_buff *skb);

/* Notes the settings as they are; fuzz_reset() makes everything as ip_world_setup() left it. */
bool fuzz_begin(void);
void fuzz_reset(void);

/* The objects of every slab cache. */
#define CENSUS_CACHES_MAX	128
struct census {
	unsigned int	n;
	unsigned long	fib_bytes;	/* zones grow and stay so: kmalloc() caches differ then */
	unsigned long	total;
	struct { const char *name; unsigned long objects; } cache[CENSUS_CACHES_MAX];
};
/* Waits until nothing is given back any more: pools empty within a second, grace periods end. */
void census_settled(struct census *c);
/* After fuzz_reset(): no object more than in @before, nothing held, and the router forwards. */
void fuzz_expect_clean(const struct census *before);

#endif
