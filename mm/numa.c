/* SPDX-License-Identifier: MIT */
/*
 * mm/numa.c - nodes: sets of memory and CPUs that are close to each other.
 *
 * Overview    A parser of firmware's tables (drivers/acpi/srat.c) fills a struct numa_info and offers
 *             it to numa_adopt(). What is nonsense is refused as a whole, with one line in the log,
 *             and there is one node: a wrong picture costs more than none. The page allocator then
 *             builds zones for each node with memory, and zone lists by distance.
 * Structure   Blocks of memory, sorted, disjoint, neighbours of one node melted together. A question
 *             is one pass over them: it is asked at boot and when a section is set up. Memory
 *             between two blocks (holes that firmware reserved) counts to the lower one, so every
 *             page has a node. Borders are exact to the page; see page_init.c on a section of
 *             2 MB that has one inside.
 *             A node may have CPUs and no memory: its CPUs take pages from numa_mem_id(), the
 *             nearest node that has some. A node without either is possible, but not online.
 * Locking     none: written at boot by one CPU.
 * Limits      MAX_NUMNODES 8, NUMA_MAX_BLOCKS 64. UNCOVERED_MAX 1 MB of RAM may be in no block: the
 *             firmware's own crumbs at the ends.
 *             Parameters: numa=off (one node), numa=fake=<n> (RAM in n equal parts, whatever the
 *             tables say, CPUs dealt out in turn; for tests).
 * Observe     the log; buddyinfo, zoneinfo; vmstat -s (numa_*).
 */
#define pr_fmt(fmt) "numa: " fmt

#include "mm/numa.h"

#include <arch/page.h>
#include <arch/smp.h>
#include "kernel/base/param.h"
#include "kernel/base/printk.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "mm/memblock.h"

#define UNCOVERED_MAX (1ull << 20)

unsigned int nr_node_ids = 1;
nodemask_t node_possible_map = 1, node_online_map = 1, node_memory_map = 1;
u8 numa_mem_nodes[MAX_NUMNODES];
struct numa_info numa = { .nr_nodes = 1, .distance = { { LOCAL_DISTANCE } } };
DEFINE_PER_CPU(int, numa_node);
DEFINE_PER_CPU(int, numa_mem);

const char *numa_source = "no SRAT";
static bool numa_off;
static unsigned int numa_fake;

/* "off", "fake=<n>" */
static int numa_param(const char *val)
{
	unsigned int n;

	if (val && !strcmp(val, "off")) {
		numa_off = true;
		numa_source = "numa=off";
		return 0;
	}
	if (!val || strncmp(val, "fake=", 5) || kstrtouint(val + 5, 10, &n) || !n ||
	    n > MAX_NUMNODES)
		return -EINVAL;
	numa_fake = n;
	return 0;
}
PARAM(numa, numa_param);

void numa_info_init(struct numa_info *info)
{
	memset(info, 0, sizeof(*info));
	info->nr_nodes = 1;
	for (unsigned int a = 0; a < MAX_NUMNODES; a++)
		for (unsigned int b = 0; b < MAX_NUMNODES; b++)
			info->distance[a][b] = a == b ? LOCAL_DISTANCE : REMOTE_DISTANCE;
}

/* Block @i and the one behind it: one block when they touch and are of one node. */
static void melt_with_next(struct numa_info *info, unsigned int i)
{
	struct numa_block *b = &info->blocks[i];

	if (i + 1 >= info->nr_blocks || b[1].start > b->end || b[1].node != b->node)
		return;
	b->end = max(b->end, b[1].end);
	info->nr_blocks--;
	memmove(b + 1, b + 2, (info->nr_blocks - i - 1) * sizeof(*b));
}

int numa_info_add(struct numa_info *info, unsigned int node, phys_addr_t start, phys_addr_t end)
{
	unsigned int at = 0;

	start = ALIGN_DOWN(start, PAGE_SIZE);
	end = ALIGN_DOWN(end, PAGE_SIZE);
	if (start >= end || node >= MAX_NUMNODES)
		return -EINVAL;
	for (unsigned int i = 0; i < info->nr_blocks; i++) {
		const struct numa_block *b = &info->blocks[i];

		if (start < b->end && b->start < end && b->node != node)
			return -EINVAL;
		if (b->start <= start)
			at = i + 1;
	}
	if (info->nr_blocks == NUMA_MAX_BLOCKS)
		return -ENOSPC;
	memmove(&info->blocks[at + 1], &info->blocks[at],
		(info->nr_blocks - at) * sizeof(info->blocks[0]));
	info->blocks[at] = (struct numa_block){ start, end, node };
	info->nr_blocks++;
	info->nr_nodes = max(info->nr_nodes, node + 1);
	/* The new one may reach over several of its own node's. */
	for (unsigned int i = 0; i + 1 < info->nr_blocks;) {
		unsigned int before = info->nr_blocks;

		melt_with_next(info, i);
		i += info->nr_blocks == before;
	}
	return 0;
}

/* Bytes of RAM that no block has. */
static u64 uncovered(const struct numa_info *info)
{
	u64 covered = 0;

	for (unsigned int i = 0; i < memblock.memory.count; i++) {
		const struct memblock_region *r = &memblock.memory.regions[i];

		for (unsigned int j = 0; j < info->nr_blocks; j++) {
			phys_addr_t start = max(r->base, info->blocks[j].start);
			phys_addr_t end = min(r->base + r->size, info->blocks[j].end);

			if (start < end)
				covered += end - start;
		}
	}
	return memblock_phys_mem_size() - covered;
}

int numa_adopt(const struct numa_info *info, const char *source)
{
	u64 missing = uncovered(info);

	if (numa_off || numa_fake)
		return -EPERM;
	if (missing > UNCOVERED_MAX) {
		pr_warn("%s leaves out %llu KB of RAM: not used\n", source,
			(unsigned long long)missing >> 10);
		numa_source = "the tables are refused";
		return -EINVAL;
	}
	numa = *info;
	numa_source = source;
	return 0;
}

/* numa=fake=: equal shares of RAM, to the page; where they end is where a test looks. */
static void fake_nodes(unsigned int n)
{
	u64 share = memblock_phys_mem_size() / n, left = share;
	unsigned int node = 0;

	numa_info_init(&numa);
	for (unsigned int i = 0; i < memblock.memory.count; i++) {
		phys_addr_t at = memblock.memory.regions[i].base;
		phys_addr_t end = at + memblock.memory.regions[i].size;

		while (at < end) {
			u64 piece = node == n - 1 ? end - at : min(end - at, left);

			piece = max(ALIGN_DOWN(piece, PAGE_SIZE), (u64)PAGE_SIZE);
			if (numa_info_add(&numa, node, at, at + piece))
				break;	/* too many pieces: the rest is the block's below */
			at += piece;
			left -= min(left, piece);
			if (left < PAGE_SIZE && node < n - 1) {
				node++;
				left = share;
			}
		}
	}
	numa.nr_nodes = n;
	/* The boot CPU is far from low memory, and no two nodes are equally far from an end. */
	for (unsigned int cpu = 0; cpu < NR_CPUS; cpu++)
		numa.cpu_node[cpu] = n - 1 - cpu % n;
	for (unsigned int a = 0; a < n; a++)
		for (unsigned int b = 0; b < n; b++)
			numa.distance[a][b] = LOCAL_DISTANCE + 10 * (a > b ? a - b : b - a);
	numa_source = "numa=fake";
}

static u64 node_bytes(unsigned int node)
{
	u64 bytes = 0;
	phys_addr_t end;

	for (unsigned int i = 0; i < memblock.memory.count; i++) {
		phys_addr_t at = memblock.memory.regions[i].base;
		phys_addr_t stop = at + memblock.memory.regions[i].size;

		for (; at < stop; at = end) {
			bool mine = numa_node_of(at, &end) == node;

			end = min(end, stop);
			bytes += mine ? end - at : 0;
		}
	}
	return bytes;
}

static unsigned int nearest_with_memory(unsigned int node)
{
	unsigned int best = MAX_NUMNODES, other;

	if (node_has_memory((int)node))
		return node;
	for_each_memory_node(other)
		if (best == MAX_NUMNODES || numa.distance[node][other] < numa.distance[node][best])
			best = other;
	return best == MAX_NUMNODES ? 0 : best;
}

static void log_nodes(void)
{
	unsigned int node, other;

	if (numa.nr_nodes == 1) {
		pr_info("one node (%s)\n", numa_source);
		return;
	}
	pr_info("%u nodes (%s)\n", numa.nr_nodes, numa_source);
	for_each_node(node) {
		unsigned int cpu, cpus = 0;
		char distances[4 * MAX_NUMNODES + 1] = "";
		size_t n = 0;

		for_each_possible_cpu(cpu)
			cpus += cpu_to_node(cpu) == (int)node;
		for_each_node(other)
			n += scnprintf(distances + n, sizeof(distances) - n, " %u",
				       node_distance((int)node, (int)other));
		pr_info("node %u: %llu KB, CPUs: %u, distances:%s\n", node,
			(unsigned long long)node_bytes(node) >> 10, cpus, distances);
	}
}

void numa_setup(void)
{
	unsigned int node, cpu;

	if (numa_fake)
		fake_nodes(numa_fake);
	nr_node_ids = numa.nr_nodes;
	node_possible_map = (nodemask_t)((1u << nr_node_ids) - 1);
	node_memory_map = 0;
	node_online_map = 0;
	for (node = 0; node < nr_node_ids; node++)
		if (node_bytes(node))
			node_memory_map |= (nodemask_t)(1u << node);
	for_each_possible_cpu(cpu)
		node_online_map |= (nodemask_t)(1u << numa.cpu_node[cpu]);
	node_online_map |= node_memory_map;
	for (node = 0; node < nr_node_ids; node++)
		numa_mem_nodes[node] = nearest_with_memory(node);
	for_each_possible_cpu(cpu) {
		per_cpu(numa_node, cpu) = cpu_to_node(cpu);
		per_cpu(numa_mem, cpu) = node_to_mem_node(cpu_to_node(cpu));
	}
	log_nodes();
}

unsigned int numa_node_of(phys_addr_t pa, phys_addr_t *end)
{
	unsigned int node = numa.nr_blocks ? numa.blocks[0].node : 0;

	*end = ~0ull;
	for (unsigned int i = 0; i < numa.nr_blocks; i++) {
		const struct numa_block *b = &numa.blocks[i];

		if (b->start > pa && b->node != node) {
			*end = b->start;
			break;
		}
		if (b->start <= pa)
			node = b->node;
	}
	return node;
}

phys_addr_t numa_phys_alloc(u64 size, u64 align, unsigned int node)
{
	for (unsigned int i = numa.nr_blocks; i--;) {
		const struct numa_block *b = &numa.blocks[i];
		phys_addr_t pa = 0;

		if (b->node == node)
			pa = memblock_phys_alloc_range(size, align, b->start, b->end);
		if (pa)
			return pa;
	}
	return memblock_phys_alloc(size, align);
}
