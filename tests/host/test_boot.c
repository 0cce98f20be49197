/* SPDX-License-Identifier: MIT */
/*
 * tests/host/test_boot.c - the boot protocols' parsers against honest, damaged and hostile input.
 *
 * Overview   In the kernel they run once, before anything else, and are freed; so they are tested
 *            here, where AddressSanitizer watches. This file contains the parsers themselves,
 *            under another name for their result (the host has a boot_info of its own). The
 *            loader's data lies in the host's physical memory, where no RAM of the map is, with
 *            poison up to its first and from its last byte.
 * Locking    none: one test at a time.
 */
#define boot_info	  boot_parsed
#define boot_info_reserve boot_parsed_reserve
#include "lib/types.h"
char image_start[4096], image_end[1];
#include "arch/x86_64/boot/boot_info.c"
#include "arch/x86_64/boot/multiboot2.c"
#include "arch/x86_64/boot/pvh.c"

#include <arch/kasan.h>
#include "kernel/base/selftest.h"
#include "lib/prng.h"

#define AREA	  0x10000000u	/* 256 MB: behind the host's RAM */
#define AREA_SIZE 0x10000u
#define AT	  (AREA + 0x1000u)

static u8 *const area = (u8 *)(PAGE_OFFSET + AREA);
static u8 *const block = (u8 *)(PAGE_OFFSET + AT);
static u32 length;		/* of the block under construction */

static void reset(void)
{
	kasan_unpoison(area, AREA_SIZE);
	memset(area, 0, AREA_SIZE);
	memset(&boot_info, 0, sizeof(boot_info));
	boot_info.cmdline = boot_info.loader = "";
	nr_raw = 0;
	nr_ranges = 0;
	length = 8;
}

SELFTEST_SETUP(boot)
{
	reset();
}

SELFTEST_TEARDOWN(boot)
{
	kasan_unpoison(area, AREA_SIZE);
}

/* Only [AT, AT + size) may be touched from here on. */
static void fence(u32 size)
{
	kasan_poison(area, AREA_SIZE);
	kasan_unpoison(block, size);
}

static void append(const void *data, u32 size)
{
	memcpy(block + length, data, size);
	length += size;
}

/* A tag with its head; @size is the payload's. */
static void tag(u32 type, const void *data, u32 size)
{
	u32 head[2] = { type, size + 8 };

	length = ALIGN(length, 8);
	append(head, sizeof(head));
	append(data, size);
}

static void tag_text(u32 type, const char *text)
{
	tag(type, text, (u32)strlen(text) + 1);
}

static void finish(void)
{
	tag(TAG_END, "", 0);
	memcpy(block, &length, sizeof(length));
	fence(length);
}

struct two_entries {
	u32 entry_size, version;
	struct mmap_entry e[2];
} __packed;

static const struct two_entries honest_map = {
	24, 0, { { 0, 0x9fc00, 1, 0 }, { 0x100000, 0x3f00000, 1, 0 } },
};

static void honest_block(void)
{
	struct {
		u32 start, end;
		char name[8];
	} module = { 0x20000000, 0x20001000, "config" };
	struct {
		u64 addr;
		u32 pitch, width, height;
		u8 bpp, type;
		u16 reserved;
	} __packed screen = { 0xfd000000, 4096, 1024, 768, 32, 1, 0 };

	tag_text(TAG_CMDLINE, "slab=slub loglevel=7");
	tag_text(TAG_LOADER, "GRUB 2.06");
	tag(TAG_MODULE, &module, sizeof(module));
	tag(TAG_MMAP, &honest_map, sizeof(honest_map));
	tag(TAG_FRAMEBUFFER, &screen, sizeof(screen));
	tag(TAG_ACPI_OLD, "RSD PTR old old old o", 20);
	tag(TAG_ACPI_NEW, "RSD PTR new new new new new new new n", 36);
	tag(4711, "of a later version", 16);
	finish();
}

static unsigned int reserved_calls;

static void count_reserve(phys_addr_t start, u64 size)
{
	reserved_calls++;
}

SELFTEST(boot, multiboot2_honest)
{
	honest_block();
	multiboot2_parse(AT);
	boot_regions_finish();
	EXPECT_STREQ(boot_info.protocol, "multiboot2");
	EXPECT_STREQ(boot_info.cmdline, "slab=slub loglevel=7");
	EXPECT_STREQ(boot_info.loader, "GRUB 2.06");
	ASSERT_EQ(boot_info.nr_modules, 1);
	EXPECT_EQ(boot_info.modules[0].end, 0x20001000);
	EXPECT_STREQ(boot_info.modules[0].cmdline, "config");
	EXPECT_EQ(boot_info.framebuffer.width, 1024);
	EXPECT_EQ(memcmp(__va(boot_info.rsdp), "RSD PTR new", 11), 0);
	ASSERT_EQ(boot_info.nr_regions, 2);
	EXPECT_EQ(boot_info.regions[0].size, 0x9f000);	/* whole pages of RAM */
	EXPECT_EQ(boot_info.regions[1].base, 0x100000);
	reserved_calls = 0;
	boot_info_reserve(count_reserve);
	EXPECT_EQ(reserved_calls, 4);			/* low page, image, block, module */
	EXPECT_EQ(boot_low_page, 0x9e000);		/* the last whole one of RAM */
}

SELFTEST(boot, low_page_avoids_what_the_loader_left)
{
	boot_add_region(0, 0x9fc00, BOOT_MEM_RAM);
	boot_add_region(0x100000, 0x1000000, BOOT_MEM_RAM);
	boot_note_range(0x9d800, 0x1000);
	boot_add_module(0x9c000, 0x9c001, "");
	boot_regions_finish();
	boot_info_reserve(count_reserve);
	EXPECT_EQ(boot_low_page, 0x9b000);

	reset();
	boot_add_region(0, 0x1000, BOOT_MEM_RAM);	/* page 0 is not for us */
	boot_add_region(0x100000, 0x1000000, BOOT_MEM_RAM);
	boot_regions_finish();
	boot_info_reserve(count_reserve);
	EXPECT_EQ(boot_low_page, 0);
}

SELFTEST(boot, multiboot2_cut_at_every_byte)
{
	honest_block();
	for (u32 full = length, cut = 0; cut < full; cut++) {
		reset();
		honest_block();
		kasan_unpoison(block, 8);
		memcpy(block, &cut, sizeof(cut));
		fence(max(cut, 8u));
		multiboot2_parse(AT);
		boot_regions_finish();
		(void)strlen(boot_info.cmdline);
	}
}

SELFTEST(boot, multiboot2_bad_tags)
{
	struct two_entries map = honest_map;
	u32 backwards[2] = { 0x3000, 0x2000 };
	u32 sizes[2] = { TAG_CMDLINE, 0xfffffff0 };

	tag(TAG_CMDLINE, "no end here", 11);
	tag(TAG_MODULE, backwards, sizeof(backwards));
	tag(TAG_MODULE, backwards, 4);
	tag(TAG_ACPI_OLD, "short", 5);
	tag(TAG_ACPI_NEW, "short", 5);
	tag(TAG_FRAMEBUFFER, "short", 5);
	map.entry_size = 0;
	tag(TAG_MMAP, &map, sizeof(map));
	map.entry_size = 0xffffffff;
	tag(TAG_MMAP, &map, sizeof(map));
	tag(TAG_EFI_MMAP, &map, 4);
	length = ALIGN(length, 8);
	append(sizes, sizeof(sizes));			/* reaches past the block: ends the walk */
	finish();
	multiboot2_parse(AT);
	boot_regions_finish();
	EXPECT_STREQ(boot_info.cmdline, "");
	EXPECT_EQ(boot_info.nr_modules, 0);
	EXPECT_EQ(boot_info.rsdp, 0);
	EXPECT_EQ(boot_info.nr_regions, 0);
}

SELFTEST(boot, multiboot2_unreachable)
{
	u32 huge = 0xffffff00;

	multiboot2_parse(0);
	memcpy(block, &huge, sizeof(huge));
	fence(8);
	multiboot2_parse(AT);
	multiboot2_parse(0xfffffffc);			/* the head itself leaves 4 GB */
	EXPECT_EQ(boot_info.nr_modules, 0);
}

SELFTEST(boot, efi_map_serves_when_there_is_no_other)
{
	struct {
		u32 size, version;
		struct efi_descriptor d[4];
	} map = { 40, 1, {
		{ 7, 0, 0x100000, 0, 16, 0 },		/* conventional */
		{ 4, 0, 0x110000, 0, 16, 0 },		/* boot services data: free by now */
		{ 9, 0, 0x120000, 0, 1, 0 },		/* ACPI */
		{ 7, 0, 0x130000, 0, ~0ULL, 0 },	/* more pages than there are addresses */
	} };

	tag(TAG_EFI_MMAP, &map, sizeof(map));
	finish();
	multiboot2_parse(AT);
	boot_regions_finish();
	ASSERT_EQ(boot_info.nr_regions, 2);
	EXPECT_EQ(boot_info.regions[0].size, 0x20000);
	EXPECT_EQ(boot_info.regions[1].type, BOOT_MEM_ACPI);

	reset();
	tag(TAG_EFI_MMAP, &map, sizeof(map));
	tag(TAG_MMAP, &honest_map, sizeof(honest_map));
	finish();
	multiboot2_parse(AT);
	boot_regions_finish();
	EXPECT_EQ(boot_info.regions[0].base, 0);
}

/* Start info, one module, two map entries and a command line, one behind the other. */
struct pvh_block {
	struct hvm_start_info info;
	struct hvm_module module;
	struct hvm_memmap_entry map[2];
	char cmdline[16];
};

static struct pvh_block *honest_pvh(void)
{
	struct pvh_block *p = (void *)block;

	reset();
	*p = (struct pvh_block){
		.info = {
			.magic = HVM_START_MAGIC, .version = 1, .nr_modules = 1,
			.memmap_entries = 2,
			.modlist_paddr = AT + offsetof(struct pvh_block, module),
			.cmdline_paddr = AT + offsetof(struct pvh_block, cmdline),
			.memmap_paddr = AT + offsetof(struct pvh_block, map), .rsdp_paddr = 0xf5000,
		},
		.module = { .paddr = 0x20000000, .size = 100 },
		.map = { { 0, 0x9fc00, 1, 0 }, { 0xf0000, 0x10000, 2, 0 } },
		.cmdline = "loglevel=7",
	};
	return p;
}

static void parse_pvh(void)
{
	fence(sizeof(struct pvh_block));
	pvh_parse(AT);
	boot_regions_finish();
}

SELFTEST(boot, pvh_honest)
{
	honest_pvh();
	parse_pvh();
	EXPECT_STREQ(boot_info.protocol, "pvh");
	EXPECT_STREQ(boot_info.cmdline, "loglevel=7");
	EXPECT_EQ(boot_info.rsdp, 0xf5000);
	ASSERT_EQ(boot_info.nr_modules, 1);
	EXPECT_EQ(boot_info.modules[0].end, 0x20000064);
	EXPECT_STREQ(boot_info.modules[0].cmdline, "");
	EXPECT_EQ(boot_info.nr_regions, 2);
}

SELFTEST(boot, pvh_bad)
{
	struct pvh_block *p = honest_pvh();

	p->info.magic++;
	parse_pvh();
	EXPECT_STREQ(boot_info.cmdline, "");

	p = honest_pvh();
	p->info.version = 0;			/* has no map */
	parse_pvh();
	EXPECT_EQ(boot_info.nr_regions, 0);

	p = honest_pvh();
	p->info.nr_modules = 0xffffffff;	/* longer than the mapped 4 GB */
	p->info.memmap_entries = 0xffffffff;
	p->info.cmdline_paddr = 0xffffffffffffff00ULL;
	parse_pvh();
	EXPECT_EQ(boot_info.nr_modules, 0);
	EXPECT_EQ(boot_info.nr_regions, 0);
	EXPECT_STREQ(boot_info.cmdline, "");

	p = honest_pvh();
	p->info.modlist_paddr = p->info.memmap_paddr = p->info.cmdline_paddr = 0;
	parse_pvh();
	EXPECT_EQ(boot_info.nr_regions, 0);

	p = honest_pvh();
	p->module.size = ~0ULL;			/* wraps */
	p->map[0] = (struct hvm_memmap_entry){ 0x1000, ~0ULL, 1, 0 };
	p->map[1] = (struct hvm_memmap_entry){ ~0ULL, 0x2000, 1, 0 };
	parse_pvh();
	EXPECT_EQ(boot_info.nr_modules, 0);
	EXPECT_EQ(boot_info.nr_regions, 1);	/* clipped to what the direct map can hold */
	pvh_parse(0);
}

SELFTEST(boot, module_and_range_tables_fill_up)
{
	for (u64 i = 1; i < 40; i++) {
		boot_add_module(i << 20, (i << 20) + 5, "");
		boot_note_range(i << 24, 7);
	}
	EXPECT_EQ(boot_info.nr_modules, BOOT_MAX_MODULES);
	EXPECT_EQ(nr_ranges, RANGE_MAX);
	boot_note_range(~0ULL, 2);
	for (u64 i = 0; i < 2 * RAW_MAX; i++)
		boot_add_region(i << 16, 0x1000, BOOT_MEM_RAM);
	boot_regions_finish();
	EXPECT_EQ(boot_info.nr_regions, BOOT_MAX_REGIONS);
}

/* The same map, sector by sector: the highest type wins; RAM counts by whole pages of its runs. */
#define SECTOR	512u
#define SECTORS	1600u

static void trim_ram(u8 *type)
{
	for (u32 from = 0, to; from < SECTORS; from = to) {
		u32 first = ALIGN(from, 8u);

		for (to = from; to < SECTORS && type[to] == type[from]; to++)
			;
		if (type[from] != BOOT_MEM_RAM)
			continue;
		memset(type + from, 0, to - from);
		if (first < ALIGN_DOWN(to, 8u))
			memset(type + first, BOOT_MEM_RAM, ALIGN_DOWN(to, 8u) - first);
	}
}

SELFTEST(boot, regions_against_a_sector_map)
{
	static u8 want[SECTORS], got[SECTORS];
	struct prng r;

	prng_seed(&r, 1);
	for (u32 round = 0; round < 2000; round++) {
		u32 n = prng_below(&r, 100);

		reset();
		memset(want, 0, sizeof(want));
		memset(got, 0, sizeof(got));
		while (n--) {
			u32 base = prng_below(&r, 1500), size = prng_below(&r, round & 1 ? 100 : 8);
			u32 type = 1 + prng_below(&r, 5);

			boot_add_region((u64)base * SECTOR, (u64)size * SECTOR, type);
			for (u32 s = base; s < base + size; s++)
				want[s] = max_t(u8, want[s], (u8)type);
		}
		trim_ram(want);
		boot_regions_finish();
		for (u32 i = 0; i < boot_info.nr_regions; i++) {
			const struct boot_region *b = &boot_info.regions[i];

			EXPECT_TRUE(i == 0 || b->base >= b[-1].base + b[-1].size);
			memset(got + b->base / SECTOR, (int)b->type, b->size / SECTOR);
		}
		ASSERT_EQ(memcmp(want, got, sizeof(want)), 0);
	}
}

SELFTEST(boot, random_blocks_harm_nobody)
{
	static const u32 types[] = { 1, 2, 3, 6, 8, 14, 15, 17, 99 };
	struct prng r;

	prng_seed(&r, 2);
	for (u32 round = 0; round < 5000; round++) {
		u32 total = 8 + prng_below(&r, 600);

		reset();
		for (u32 i = 0; i < total; i++)
			block[i] = (u8)prng_u64(&r);
		memcpy(block, &total, sizeof(total));
		for (u32 at = 8; at + 16 <= total;) {
			u32 size = prng_below(&r, 8) ? 8 + prng_below(&r, 100) : (u32)prng_u64(&r);
			u32 head[3] = { types[prng_below(&r, ARRAY_SIZE(types))], size,
					prng_below(&r, 60) };

			memcpy(block + at, head, sizeof(head));
			if (size >= total)
				break;
			at += ALIGN(size, 8u);
		}
		fence(total);
		multiboot2_parse(AT);
		boot_regions_finish();
		for (u32 i = 0; i < boot_info.nr_modules; i++)
			(void)strlen(boot_info.modules[i].cmdline);
		EXPECT_LT(strlen(boot_info.cmdline), total);
	}
}
