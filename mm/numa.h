/* SPDX-License-Identifier: MIT */
/*
 * mm/numa.h - nodes: which memory and which CPUs are close to each other. See mm/numa.c.
 */
#ifndef MM_NUMA_H
#define MM_NUMA_H

#include <arch/percpu.h>
#include "lib/compiler.h"
#include "lib/types.h"

#define MAX_NUMNODES	8
#define NUMA_NO_NODE	(-1)
#define LOCAL_DISTANCE	10
#define REMOTE_DISTANCE	20
#define NUMA_MAX_BLOCKS	64		/* pieces of memory that an SRAT may name */

/* Bit n: node n. */
typedef u8 nodemask_t;
_Static_assert(MAX_NUMNODES <= 8, "a set of nodes is one byte");

struct numa_block {
	phys_addr_t start, end;
	u32 node;
};

/* What firmware says: filled by a parser, believed after numa_adopt() has looked at it. */
struct numa_info {
	unsigned int nr_nodes;
	unsigned int nr_blocks;
	struct numa_block blocks[NUMA_MAX_BLOCKS];	/* sorted, disjoint */
	u8 cpu_node[NR_CPUS];
	u8 distance[MAX_NUMNODES][MAX_NUMNODES];
};

/* numa_info_init() - one node without blocks; 10 to itself, 20 to any other. */
void numa_info_init(struct numa_info *info);

/*
 * numa_info_add() - [@start, @end) is memory of @node.
 * Return: 0, -EINVAL (empty, or another node has some of it), -ENOSPC.
 */
int __must_check numa_info_add(struct numa_info *info, unsigned int node, phys_addr_t start,
			       phys_addr_t end);

/*
 * numa_adopt() - these are the nodes, if they cover the RAM that memblock knows (up to 1 MB).
 * Without a successful call there is one node. @source is for the log.
 * Context: boot, after memblock_init() and before mem_init().
 * Return: 0, -EINVAL (told in one line), -EPERM (numa=off or numa=fake= was given).
 */
int numa_adopt(const struct numa_info *info, const char *source);

/* numa_setup() - the last word on nodes (numa=fake=), their CPUs and the log. From mem_init(). */
void numa_setup(void);

/*
 * numa_node_of() - the node that @pa belongs to; *@end is the first address above that may belong to
 * another. What lies between two pieces of memory counts to the lower one. Any context.
 */
unsigned int numa_node_of(phys_addr_t pa, phys_addr_t *end);

/*
 * numa_phys_alloc() - memblock_phys_alloc() on @node where possible, else anywhere. Boot.
 */
phys_addr_t numa_phys_alloc(u64 size, u64 align, unsigned int node);

/* [I] after numa_setup(). Online: with memory or CPUs. */
extern unsigned int nr_node_ids;	/* the highest possible node, and one */
extern nodemask_t node_possible_map, node_online_map, node_memory_map;
extern struct numa_info numa;
extern const char *numa_source;	/* where the nodes come from: "SRAT" */
extern u8 numa_mem_nodes[MAX_NUMNODES];

DECLARE_PER_CPU(int, numa_node);
DECLARE_PER_CPU(int, numa_mem);

/* numa_node_id() - the node of the CPU that runs. numa_mem_id() - the nearest one with memory. */
static __always_inline int numa_node_id(void)
{
	return this_cpu_read(numa_node);
}

static __always_inline int numa_mem_id(void)
{
	return this_cpu_read(numa_mem);
}

/* cpu_to_node() - of a possible CPU. */
static inline int cpu_to_node(unsigned int cpu)
{
	return numa.cpu_node[cpu];
}

/* node_to_mem_node() - the nearest node with memory: itself when it has any. */
static inline int node_to_mem_node(int node)
{
	return numa_mem_nodes[node];
}

/* node_distance() - as the SLIT has it: 10 to itself. Both are possible nodes. */
static inline unsigned int node_distance(int from, int to)
{
	return numa.distance[from][to];
}

static inline bool node_online(int node)
{
	return (unsigned int)node < MAX_NUMNODES && node_online_map >> node & 1;
}

/* node_has_memory() - N_MEMORY: pages can come from there. */
static inline bool node_has_memory(int node)
{
	return (unsigned int)node < MAX_NUMNODES && node_memory_map >> node & 1;
}

/* Return: the first node of @mask above @node (-1: the first of all), MAX_NUMNODES when none. */
static inline unsigned int nodemask_next(int node, nodemask_t mask)
{
	unsigned int rest = node + 1 < MAX_NUMNODES ? mask & ~0u << (node + 1) : 0;

	return rest ? (unsigned int)__builtin_ctz(rest) : MAX_NUMNODES;
}

#define for_each_node_in(node, mask)							\
	for ((node) = nodemask_next(-1, (mask)); (node) < MAX_NUMNODES;			\
	     (node) = nodemask_next((int)(node), (mask)))
#define for_each_node(node)		for_each_node_in(node, node_possible_map)
#define for_each_online_node(node)	for_each_node_in(node, node_online_map)
#define for_each_memory_node(node)	for_each_node_in(node, node_memory_map)

#endif
