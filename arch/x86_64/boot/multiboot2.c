/* SPDX-License-Identifier: MIT */
/*
 * arch/x86_64/boot/multiboot2.c - the Multiboot2 boot information.
 *
 * Overview    One block of tags, each with a type and a size, aligned to 8. Walked once; a tag
 *             that is too short for its type, or reaches past the block, is skipped or ends the
 *             walk.
 * Lifetime    Strings stay where the loader put them: the whole block is reserved.
 * Locking     None: single CPU, before start_kernel().
 * Reference   Multiboot2 specification 2.0, section 3.6.
 */
#include "lib/string.h"
#include <arch/page.h>
#include "boot_internal.h"

enum {
	TAG_END = 0,
	TAG_CMDLINE = 1,
	TAG_LOADER = 2,
	TAG_MODULE = 3,
	TAG_MMAP = 6,
	TAG_FRAMEBUFFER = 8,
	TAG_ACPI_OLD = 14,
	TAG_ACPI_NEW = 15,
	TAG_EFI_MMAP = 17,
};

/* GRUB's block is a few KB; a long command line adds to it. */
#define INFO_MAX (16u << 20)

struct tag {
	u32	type;
	u32	size;		/* with this head, without the padding */
	u8	data[];
};

struct tag_module {
	u32	type, size;
	u32	start, end;
	char	cmdline[];
};

struct tag_mmap {
	u32	type, size;
	u32	entry_size, entry_version;
	u8	entries[];
};

struct mmap_entry {
	u64	base, length;
	u32	type;		/* 1 RAM, 3 ACPI, 4 NVS, 5 bad; else reserved */
	u32	zero;
};

struct tag_efi_mmap {
	u32	type, size;
	u32	descriptor_size, descriptor_version;
	u8	entries[];
};

struct efi_descriptor {
	u32	type, pad;
	u64	phys, virt, pages, attributes;
};

struct tag_framebuffer {
	u32	type, size;
	u64	addr;
	u32	pitch, width, height;
	u8	bpp, fb_type;
	u16	reserved;
};

/* The string in a tag's tail, or "" if it is not terminated inside the tag. */
static const char *__init tag_string(const struct tag *tag, const char *s)
{
	size_t room = (const char *)tag + tag->size - s;

	return strnlen(s, room) < room ? s : "";
}

static void __init parse_mmap(const struct tag *tag)
{
	const struct tag_mmap *t = (const void *)tag;
	u32 at = sizeof(*t);

	if (tag->size < sizeof(*t) || t->entry_size < sizeof(struct mmap_entry) ||
	    t->entry_size % 8)
		return;
	for (; tag->size - at >= t->entry_size; at += t->entry_size) {
		const struct mmap_entry *e = (const void *)((const u8 *)tag + at);

		boot_add_region(e->base, e->length, e->type);
	}
}

/* UEFI 2.9, 7.2: once boot services are gone, their memory and the loader's is free. */
static u32 __init efi_type(u32 type)
{
	switch (type) {
	case 1: case 2:		/* loader code, data */
	case 3: case 4:		/* boot services code, data */
	case 7:			/* conventional */
		return BOOT_MEM_RAM;
	case 9:
		return BOOT_MEM_ACPI;
	case 10:
		return BOOT_MEM_NVS;
	case 8:
		return BOOT_MEM_BAD;
	default:
		return BOOT_MEM_RESERVED;
	}
}

static void __init parse_efi_mmap(const struct tag *tag)
{
	const struct tag_efi_mmap *t = (const void *)tag;
	u32 at = sizeof(*t);

	if (tag->size < sizeof(*t) || t->descriptor_size < sizeof(struct efi_descriptor) ||
	    t->descriptor_size % 8)
		return;
	for (; tag->size - at >= t->descriptor_size; at += t->descriptor_size) {
		const struct efi_descriptor *e = (const void *)((const u8 *)tag + at);

		if (e->pages < (1ULL << 52))
			boot_add_region(e->phys, e->pages << PAGE_SHIFT, efi_type(e->type));
	}
}

static void __init parse_module(const struct tag *tag)
{
	const struct tag_module *t = (const void *)tag;

	if (tag->size >= sizeof(*t))
		boot_add_module(t->start, t->end, tag_string(tag, t->cmdline));
}

static void __init parse_framebuffer(const struct tag *tag)
{
	const struct tag_framebuffer *t = (const void *)tag;

	if (tag->size < offsetof(struct tag_framebuffer, reserved))
		return;
	boot_info.framebuffer = (struct boot_framebuffer){
		.addr = t->addr, .pitch = t->pitch, .width = t->width, .height = t->height,
		.bpp = t->bpp, .type = t->fb_type,
	};
}

static void __init parse_tag(const struct tag *tag, const struct tag **efi_mmap, bool *have_mmap)
{
	switch (tag->type) {
	case TAG_CMDLINE:
		boot_info.cmdline = tag_string(tag, (const char *)tag->data);
		break;
	case TAG_LOADER:
		boot_info.loader = tag_string(tag, (const char *)tag->data);
		break;
	case TAG_MODULE:
		parse_module(tag);
		break;
	case TAG_MMAP:
		parse_mmap(tag);
		*have_mmap = true;
		break;
	case TAG_FRAMEBUFFER:
		parse_framebuffer(tag);
		break;
	case TAG_ACPI_OLD:		/* a copy of the RSDP; the newer one is preferred */
		if (!boot_info.rsdp && tag->size >= sizeof(*tag) + 20)
			boot_info.rsdp = __pa(tag->data);
		break;
	case TAG_ACPI_NEW:
		if (tag->size >= sizeof(*tag) + 36)
			boot_info.rsdp = __pa(tag->data);
		break;
	case TAG_EFI_MMAP:
		*efi_mmap = tag;
		break;
	default:
		break;
	}
}

void __init multiboot2_parse(u32 info)
{
	const struct tag *efi_mmap = NULL;
	bool have_mmap = false;
	const u8 *block = boot_mapped(info, 8);
	u32 total, at = 8;

	boot_info.protocol = "multiboot2";
	if (!block)
		return;
	memcpy(&total, block, sizeof(total));
	if (total > INFO_MAX || !boot_mapped(info, total))
		return;
	boot_note_range(info, total);

	while (at + sizeof(struct tag) <= total) {
		const struct tag *tag = (const void *)(block + at);

		if (tag->type == TAG_END || tag->size < sizeof(*tag) || tag->size > total - at)
			break;
		parse_tag(tag, &efi_mmap, &have_mmap);
		at += ALIGN(tag->size, 8);
	}
	if (!have_mmap && efi_mmap)
		parse_efi_mmap(efi_mmap);
}
