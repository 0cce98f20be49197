/* SPDX-License-Identifier: MIT */
/*
 * tests/host/memory.c - the host's physical memory and page tables.
 *
 * Overview   a sparse file in memory is the RAM. It is mapped whole at PAGE_OFFSET (the direct
 *            map), and map_pages() maps parts of it again, so that both addresses show the same
 *            bytes, as in the kernel. Nothing is backed before it is touched.
 * Structure  one word for each page of the two mappable windows (VMEMMAP, vmalloc) says what is
 *            mapped there: the physical address, the rights, bit 3 for "present".
 * Locking    as in the kernel: one range has one owner.
 * Limits     physical addresses below 8 GB. The map has RAM in all three zones: 640 KB, 1-96 MB,
 *            and 64 MB at 4 GB.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include <arch/boot_info.h>
#include <arch/kasan.h>
#include <arch/mmu.h>
#include <arch/trap.h>
#include "lib/errno.h"
#include "tests/host/host.h"

#define VMEMMAP_SIZE (DIRECT_MAP_SIZE / PAGE_SIZE * 64)
#define PTE_PRESENT  0x8u
#define PTE_PROT     (PROT_R | PROT_W | PROT_X)

struct window {
	unsigned long start, end;
	u64 *pte;
};

static struct window windows[] = {
	{ VMEMMAP, VMEMMAP + VMEMMAP_SIZE, NULL },
	{ VMALLOC_START, VMALLOC_END, NULL },
};
static int ram = -1;

struct boot_info boot_info = {
	.protocol = "host",
	.loader = "",
	.cmdline = "",
	.nr_regions = 3,
	.regions = {
		{ 0x1000, 0x9e000, BOOT_MEM_RAM },
		{ 0x100000, 95 << 20, BOOT_MEM_RAM },
		{ 1ULL << 32, 64 << 20, BOOT_MEM_RAM },
	},
};

void boot_info_reserve(void (*reserve)(phys_addr_t start, u64 size))
{
}

static void *map_or_die(void *at, size_t size, int prot, int flags, int fd, off_t offset)
{
	void *p = mmap(at, size, prot, flags | MAP_NORESERVE, fd, offset);

	if (p == MAP_FAILED) {
		perror("host runner: mmap");
		exit(2);
	}
	return p;
}

void host_memory_init(void)
{
	ram = memfd_create("ram", 0);
	if (ram < 0 || ftruncate(ram, (off_t)DIRECT_MAP_SIZE)) {
		perror("host runner: memfd");
		exit(2);
	}
	map_or_die((void *)PAGE_OFFSET, DIRECT_MAP_SIZE, PROT_READ | PROT_WRITE,
		   MAP_SHARED | MAP_FIXED_NOREPLACE, ram, 0);
	for (struct window *w = windows; w < windows + ARRAY_SIZE(windows); w++) {
		map_or_die((void *)w->start, w->end - w->start, PROT_NONE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
		w->pte = map_or_die(NULL, (w->end - w->start) / PAGE_SIZE * sizeof(u64),
				    PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	}
}

static struct window *window_of(unsigned long va, u64 size)
{
	for (struct window *w = windows; w < windows + ARRAY_SIZE(windows); w++)
		if (va >= w->start && va <= w->end && size <= w->end - va)
			return w;
	return NULL;
}

static u64 *pte_of(struct window *w, unsigned long va)
{
	return &w->pte[(va - w->start) / PAGE_SIZE];
}

static int host_prot(pgprot_t prot)
{
	return (prot & PROT_R ? PROT_READ : 0) | (prot & PROT_W ? PROT_WRITE : 0);
}

int map_pages(unsigned long va, phys_addr_t pa, u64 size, pgprot_t prot)
{
	struct window *w = window_of(va, size);

	if (!w || !size || !IS_ALIGNED(va | pa | size, PAGE_SIZE) || pa + size > DIRECT_MAP_SIZE)
		return -EINVAL;
	if ((prot & PROT_W) && (prot & PROT_X))
		return -EINVAL;
	for (u64 at = 0; at < size; at += PAGE_SIZE)
		if (*pte_of(w, va + at))
			return -EEXIST;
	for (u64 at = 0; at < size; at += PAGE_SIZE)
		*pte_of(w, va + at) = (pa + at) | (prot & PTE_PROT) | PTE_PRESENT;
	map_or_die((void *)va, size, host_prot(prot), MAP_SHARED | MAP_FIXED, ram, (off_t)pa);
	kasan_unpoison((void *)va, size); /* what a stack that lay here may have left */
	return 0;
}

void unmap_pages(unsigned long va, u64 size)
{
	struct window *w = window_of(va, size);

	if (!w || !size)
		return;
	for (u64 at = 0; at < size; at += PAGE_SIZE)
		*pte_of(w, va + at) = 0;
	map_or_die((void *)va, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}

int protect_pages(unsigned long va, u64 size, pgprot_t prot)
{
	struct window *w = window_of(va, size);

	/* The direct map has no leaves here: all of it is RW. */
	if (va >= PAGE_OFFSET && va < PAGE_OFFSET + DIRECT_MAP_SIZE && prot == PROT_RW)
		return 0;
	if (!w || ((prot & PROT_W) && (prot & PROT_X)) || !IS_ALIGNED(va | size, PAGE_SIZE))
		return -EINVAL;
	for (u64 at = 0; at < size; at += PAGE_SIZE) {
		u64 *pte = pte_of(w, va + at);

		if (!*pte)
			continue;
		*pte = (*pte & PAGE_MASK) | (prot & PTE_PROT) | PTE_PRESENT;
		if (mprotect((void *)(va + at), PAGE_SIZE, host_prot(prot)))
			return -ENOMEM;
	}
	return 0;
}

void mmu_set_present(unsigned long va, u64 size, bool present)
{
	if (mprotect((void *)va, size, present ? PROT_READ | PROT_WRITE : PROT_NONE)) {
		perror("host runner: mprotect");
		exit(2);
	}
}

bool mmu_translate(unsigned long va, phys_addr_t *pa)
{
	struct window *w = window_of(va, 1);
	u64 pte;

	if (va >= PAGE_OFFSET && va < PAGE_OFFSET + DIRECT_MAP_SIZE) {
		*pa = va - PAGE_OFFSET;
		return true;
	}
	pte = w ? *pte_of(w, va) : 0;
	*pa = (pte & PAGE_MASK) | (va & ~PAGE_MASK);
	return pte != 0;
}

int mmu_walk(int (*fn)(unsigned long va, u64 size, phys_addr_t pa, pgprot_t prot, void *ctx),
	     void *ctx)
{
	int err = fn(PAGE_OFFSET, DIRECT_MAP_SIZE, 0, PROT_RW, ctx);

	for (struct window *w = windows; !err && w < windows + ARRAY_SIZE(windows); w++)
		for (unsigned long va = w->start; !err && va < w->end; va += PAGE_SIZE) {
			u64 pte = *pte_of(w, va);

			if (pte)
				err = fn(va, PAGE_SIZE, pte & PAGE_MASK, (pgprot_t)(pte & PTE_PROT),
					 ctx);
		}
	return err;
}

/* The system call looks before it copies. */
static bool copy_probed(void *local, const void *remote, size_t n, bool write)
{
	struct iovec here = { local, n }, there = { (void *)remote, n };
	ssize_t done = write ? process_vm_writev(getpid(), &here, 1, &there, 1, 0)
			     : process_vm_readv(getpid(), &here, 1, &there, 1, 0);

	return done == (ssize_t)n;
}

bool probe_read(void *dst, const void *src, size_t n)
{
	return copy_probed(dst, src, n, false);
}

bool probe_write(void *dst, const void *src, size_t n)
{
	return copy_probed((void *)src, dst, n, true);
}
