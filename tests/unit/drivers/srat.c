/* SPDX-License-Identifier: MIT */
/*
 * Suite srat: tables made here, right and wrong, through the parsers of SRAT and SLIT.
 */
#include "drivers/acpi/srat.h"
#include "kernel/base/selftest.h"
#include "lib/errno.h"
#include "lib/prng.h"
#include "lib/string.h"

#define MB (1ull << 20)
#define ENABLED 1u
#define HOT 2u

static union {
	struct acpi_header header;
	u8 bytes[1024];
} table;
static struct numa_info info;
static struct srat_domains domains;

static void put(unsigned int at, u64 value, unsigned int bytes)
{
	memcpy(&table.bytes[at], &value, bytes);
}

static void begin(u8 revision, u32 length)
{
	memset(&table, 0, sizeof(table));
	table.header.revision = revision;
	table.header.length = length;
}

/* Room for an entry at the table's end. Return: where. */
static unsigned int entry(u8 type, u8 length)
{
	unsigned int at = table.header.length;

	table.bytes[at] = type;
	table.bytes[at + 1] = length;
	table.header.length += length;
	return at;
}

static void cpu(u32 domain, u8 apic_id, u32 flags)
{
	unsigned int at = entry(0, 16);

	put(at + 2, domain, 1);
	put(at + 3, apic_id, 1);
	put(at + 4, flags, 4);
	put(at + 9, domain >> 8, 3);
}

static void x2apic(u32 domain, u32 apic_id)
{
	unsigned int at = entry(2, 24);

	put(at + 4, domain, 4);
	put(at + 8, apic_id, 4);
	put(at + 12, ENABLED, 4);
}

static void memory(u32 domain, u64 base, u64 size, u32 flags)
{
	unsigned int at = entry(1, 40);

	put(at + 2, domain, 4);
	put(at + 8, base, 8);
	put(at + 16, size, 8);
	put(at + 28, flags, 4);
}

/* CPU n has APIC id 2n; above 1000 there are x2APICs: 1000 is CPU 9. */
static int cpu_of(u32 apic_id)
{
	if (apic_id == 1000)
		return 9;
	return apic_id % 2 || apic_id >= 16 ? -ENOENT : (int)apic_id / 2;
}

static int parse(void)
{
	return srat_parse(&table.header, cpu_of, &info, &domains);
}

SELFTEST(srat, domains_become_nodes_in_their_order)
{
	begin(3, 48);
	cpu(0x70007, 0, ENABLED);
	cpu(3, 2, ENABLED);
	cpu(3, 4, 0);			/* not enabled */
	cpu(0x70007, 5, ENABLED);	/* no such CPU */
	x2apic(0x70007, 1000);
	memory(0x70007, 4096 * MB, 512 * MB, ENABLED);
	memory(3, 0, 640 << 10, ENABLED);
	memory(3, MB, 127 * MB, ENABLED);
	memory(99, 8192 * MB, MB, 0);
	memory(0x70007, 8192 * MB, MB, ENABLED | HOT);	/* maybe there already: counts */
	memory(99, 8192 * MB, 0, ENABLED);
	entry(77, 6);			/* a type of the future */
	ASSERT_EQ(parse(), 0);
	EXPECT_EQ(domains.count, 2);
	EXPECT_FALSE(domains.too_many);
	EXPECT_EQ(domains.id[0], 3);
	EXPECT_EQ(domains.id[1], 0x70007);
	EXPECT_EQ(info.nr_nodes, 2);
	EXPECT_EQ(info.cpu_node[0], 1);
	EXPECT_EQ(info.cpu_node[1], 0);
	EXPECT_EQ(info.cpu_node[2], 0);
	EXPECT_EQ(info.cpu_node[9], 1);
	ASSERT_EQ(info.nr_blocks, 4);
	EXPECT_EQ(info.blocks[3].node, 1);
	EXPECT_EQ(info.blocks[0].end, 640ull << 10);
	EXPECT_EQ(info.blocks[1].start, MB);
	EXPECT_EQ(info.blocks[1].node, 0);
	EXPECT_EQ(info.blocks[2].start, 4096 * MB);
	EXPECT_EQ(info.blocks[2].end, 4608 * MB);
	EXPECT_EQ(info.blocks[2].node, 1);
	EXPECT_EQ(info.distance[0][0], 10);
	EXPECT_EQ(info.distance[1][0], 20);
}

SELFTEST(srat, first_revision_has_domains_of_one_byte)
{
	begin(1, 48);
	cpu(0xabcd0001, 0, ENABLED);
	memory(0xffffff01, 0, MB, ENABLED);
	ASSERT_EQ(parse(), 0);
	EXPECT_EQ(domains.count, 1);
	EXPECT_EQ(domains.id[0], 1);
	EXPECT_EQ(info.nr_nodes, 1);
}

SELFTEST(srat, domains_past_the_last_node_fold_into_node_0)
{
	begin(3, 48);
	for (u32 i = 12; i--;)
		memory(100 + i, i * MB, MB, ENABLED);
	ASSERT_EQ(parse(), 0);
	EXPECT_TRUE(domains.too_many);
	EXPECT_EQ(domains.count, MAX_NUMNODES);
	EXPECT_EQ(domains.id[0], 100);
	EXPECT_EQ(domains.id[MAX_NUMNODES - 1], 107);
	ASSERT_EQ(info.nr_blocks, 9);
	EXPECT_EQ(info.blocks[7].node, 7);
	EXPECT_EQ(info.blocks[8].node, 0);
	EXPECT_EQ(info.blocks[8].end, 12 * MB);
}

SELFTEST(srat, what_cannot_be_is_refused)
{
	/* Too short for any entry, or for this type. */
	begin(3, 40);
	EXPECT_EQ(parse(), -EINVAL);
	for (u8 type = 0; type < 3; type++) {
		begin(3, 48);
		entry(type, 15);
		EXPECT_EQ(parse(), -EINVAL);
	}
	begin(3, 48);
	entry(9, 2);
	table.bytes[49] = 0;		/* would never end */
	EXPECT_EQ(parse(), -EINVAL);
	begin(3, 48);
	memory(0, 0, MB, ENABLED);
	table.header.length--;		/* runs over the end */
	EXPECT_EQ(parse(), -EINVAL);
	begin(3, 48);
	memory(0, 0, MB, ENABLED);
	table.header.length++;		/* half an entry */
	EXPECT_EQ(parse(), -EINVAL);
	begin(3, 48);
	memory(0, ~0ull - MB, 2 * MB, ENABLED);
	EXPECT_EQ(parse(), -EINVAL);
	/* Memory in two domains; in one twice it is only said twice. */
	begin(3, 48);
	memory(0, 0, 2 * MB, ENABLED);
	memory(0, MB, 3 * MB, ENABLED);
	EXPECT_EQ(parse(), 0);
	EXPECT_EQ(info.nr_blocks, 1);
	EXPECT_EQ(info.blocks[0].end, 4 * MB);
	memory(1, 3 * MB, 3 * MB, ENABLED);
	EXPECT_EQ(parse(), -EINVAL);
}

SELFTEST(srat, blocks_melt_and_their_number_is_bounded)
{
	numa_info_init(&info);
	EXPECT_EQ(numa_info_add(&info, 0, 0, 0), -EINVAL);
	EXPECT_EQ(numa_info_add(&info, MAX_NUMNODES, 0, MB), -EINVAL);
	for (unsigned int i = 0; i < NUMA_MAX_BLOCKS; i++)
		EXPECT_EQ(numa_info_add(&info, 1, 2 * i * MB, (2 * i + 1) * MB), 0);
	EXPECT_EQ(numa_info_add(&info, 1, 1000 * MB, 1001 * MB), -ENOSPC);
	info.nr_blocks--;
	/* One that reaches over all of them. */
	EXPECT_EQ(numa_info_add(&info, 1, MB / 2, 500 * MB), 0);
	EXPECT_EQ(info.nr_blocks, 1);
	EXPECT_EQ(info.blocks[0].start, 0);
	EXPECT_EQ(info.blocks[0].end, 500 * MB);
	/* Between two of another node. */
	EXPECT_EQ(numa_info_add(&info, 0, 600 * MB, 601 * MB), 0);
	EXPECT_EQ(numa_info_add(&info, 0, 499 * MB, 501 * MB), -EINVAL);
	EXPECT_EQ(numa_info_add(&info, 1, 500 * MB, 600 * MB), 0);
	EXPECT_EQ(info.nr_blocks, 2);
	EXPECT_EQ(info.blocks[1].node, 0);
}

static void slit(u64 n, const u8 *distances)
{
	begin(1, 44 + (u32)(n * n));
	put(36, n, 8);
	memcpy(&table.bytes[44], distances, n * n);
}

SELFTEST(srat, slit_is_taken_whole_or_not_at_all)
{
	static const u8 good[9] = { 10, 21, 31, 21, 10, 254, 31, 255, 10 };
	u8 bad[9];

	begin(3, 48);
	memory(0, 0, MB, ENABLED);
	memory(2, MB, MB, ENABLED);
	ASSERT_EQ(parse(), 0);
	slit(3, good);
	EXPECT_EQ(slit_parse(&table.header, &domains, &info), 0);
	EXPECT_EQ(info.distance[0][1], 31);
	EXPECT_EQ(info.distance[1][0], 31);
	EXPECT_EQ(info.distance[1][1], 10);
	numa_info_init(&info);
	/* Every single wrong byte. */
	for (unsigned int i = 0; i < 9; i++) {
		memcpy(bad, good, 9);
		bad[i] = i % 4 ? 10 : 11;
		slit(3, bad);
		EXPECT_EQ(slit_parse(&table.header, &domains, &info), -EINVAL);
	}
	slit(3, good);
	table.header.length--;
	EXPECT_EQ(slit_parse(&table.header, &domains, &info), -EINVAL);
	table.header.length = 43;
	EXPECT_EQ(slit_parse(&table.header, &domains, &info), -EINVAL);
	slit(0, good);
	EXPECT_EQ(slit_parse(&table.header, &domains, &info), -EINVAL);
	slit(3, good);
	put(36, 1ull << 32, 8);		/* the square wraps around to 0 */
	table.header.length = 44;
	EXPECT_EQ(slit_parse(&table.header, &domains, &info), -EINVAL);
	slit(2, (const u8[]){ 10, 20, 20, 10 });	/* does not know domain 2 */
	EXPECT_EQ(slit_parse(&table.header, &domains, &info), -EINVAL);
	EXPECT_EQ(info.distance[0][1], 20);
}

SELFTEST(srat, garbage_is_harmless)
{
	struct prng prng;
	unsigned int taken = 0;

	prng_seed(&prng, 5);
	for (unsigned int i = 0; i < 3000; i++) {
		begin(prng_below(&prng, 4), 48);
		for (unsigned int n = prng_below(&prng, 12); n; n--) {
			if (prng_below(&prng, 2))
				memory(prng_below(&prng, 10), prng_below(&prng, 16) * MB,
				       prng_below(&prng, 3) * MB, ENABLED);
			else
				cpu(prng_below(&prng, 10), prng_u32(&prng), ENABLED);
		}
		for (unsigned int n = prng_below(&prng, 3); n; n--)
			table.bytes[48 + prng_below(&prng, 500)] = prng_u32(&prng);
		taken += !parse();
		for (unsigned int b = 1; b < info.nr_blocks; b++)
			EXPECT_LE(info.blocks[b - 1].end, info.blocks[b].start);
		EXPECT_LE(info.nr_nodes, MAX_NUMNODES);
	}
	EXPECT_GT(taken, 100);
	EXPECT_LT(taken, 2900);
}
