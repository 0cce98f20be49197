/* SPDX-License-Identifier: MIT */
/*
 * arch/x86_64/boot/start.S - from the boot loader's 32-bit handover to C in the higher half.
 *
 * Two ways in, both 32-bit protected mode, flat segments, paging off, interrupts off:
 *   start_multiboot2   eax = 36d76289, ebx = physical address of the Multiboot2 information
 *   start_pvh          ebx = physical address of struct hvm_start_info
 *
 * 1. Read the TSC: time counts from here.
 * 2. Zero the BSS (also so that everything below, tables and stack, may live in it).
 * 3. Refuse a CPU without long mode, NX or CMPXCHG16B, with a word on COM1.
 * 4. Early tables: one page directory set for physical 0-4 GB in 2 MB pages, seen three times: at
 *    address 0 (where this code runs), in the direct map (loader data lies anywhere below 4 GB),
 *    and its first GB at KERNEL_BASE. mmu_init() replaces them.
 * 5. Long mode, jump to the linked address, stack, x86_64_start().
 *
 * Reference: Intel SDM volume 3, 10.8.5 (entering IA-32e mode); Multiboot2 specification 3.3;
 * Xen's PVH ABI.
 */
#define KERNEL_BASE		0xffffffff80000000
#define PAGE_OFFSET_SLOT	273	/* PML4 index of ffff888000000000 */
#define PHYS(sym)		((sym) - KERNEL_BASE)

#define PTE_P			0x001
#define PTE_W			0x002
#define PTE_LARGE		0x080

#define MB2_MAGIC		0xe85250d6
#define MB2_LOADER_MAGIC	0x36d76289

	.section .multiboot2, "aR", @progbits
	.balign 8
mb2_header:
	.long	MB2_MAGIC
	.long	0				/* i386 protected mode */
	.long	mb2_header_end - mb2_header
	.long	-(MB2_MAGIC + 0 + (mb2_header_end - mb2_header))
	.balign 8
1:	.short	1, 0				/* must have: memory map */
	.long	2f - 1b
	.long	6
2:	.balign 8
1:	.short	1, 1				/* may have: the rest that we read */
	.long	2f - 1b
	.long	1, 2, 3, 8, 14, 15, 17
2:	.balign 8
	.short	3, 0				/* entry address */
	.long	12
	.long	PHYS(start_multiboot2)
	.balign 8
	.short	6, 0				/* modules on page boundaries */
	.long	8
	.balign 8
	.short	0, 0
	.long	8
mb2_header_end:

	.section .note.pvh, "aR", @note
	.balign 4
	.long	4, 8, 18		/* name size, value size, XEN_ELFNOTE_PHYS32_ENTRY */
	.asciz	"Xen"
	.quad	PHYS(start_pvh)

	.section .text.start, "axR", @progbits
	.code32
	.globl	start_multiboot2
	.type	start_multiboot2, @function
start_multiboot2:
	cli
	cld
	movl	%eax, %ebp
	jmp	start_common
	.size	start_multiboot2, . - start_multiboot2

	.globl	start_pvh
	.type	start_pvh, @function
start_pvh:
	cli
	cld
	xorl	%ebp, %ebp			/* magic 0: PVH */
	.size	start_pvh, . - start_pvh

	.type	start_common, @function
start_common:
	rdtsc
	movl	%eax, %esi			/* edx:esi */

	movl	$PHYS(__bss_start), %edi
	movl	$PHYS(__bss_stop), %ecx
	subl	%edi, %ecx
	shrl	$2, %ecx
	xorl	%eax, %eax
	rep stosl

	movl	$PHYS(boot_stack_top), %esp
	movl	%ebp, PHYS(boot_magic)
	movl	%ebx, PHYS(boot_info_phys)
	movl	%esi, PHYS(boot_tsc)
	movl	%edx, PHYS(boot_tsc) + 4

	/* CPUID exists if bit 21 of the flags can be changed. */
	pushfl
	popl	%eax
	movl	%eax, %ecx
	xorl	$0x200000, %eax
	pushl	%eax
	popfl
	pushfl
	popl	%eax
	xorl	%ecx, %eax
	testl	$0x200000, %eax
	jz	bad_cpu
	movl	$1, %eax
	cpuid
	testl	$(1 << 13), %ecx		/* CMPXCHG16B */
	jz	bad_cpu
	movl	$0x80000000, %eax
	cpuid
	cmpl	$0x80000001, %eax
	jb	bad_cpu
	movl	$0x80000001, %eax
	cpuid
	andl	$((1 << 29) | (1 << 20)), %edx	/* long mode, NX */
	cmpl	$((1 << 29) | (1 << 20)), %edx
	jne	bad_cpu

	/* 2048 large pages: physical 0-4 GB. */
	movl	$PHYS(early_pd), %edi
	movl	$(PTE_P | PTE_W | PTE_LARGE), %eax
	movl	$2048, %ecx
1:	movl	%eax, (%edi)
	addl	$(1 << 21), %eax
	addl	$8, %edi
	decl	%ecx
	jnz	1b

	movl	$(PHYS(early_pd) + PTE_P + PTE_W), %eax
	movl	$PHYS(early_pdpt), %edi
	movl	%eax, PHYS(early_pdpt_image) + 510 * 8
	movl	$4, %ecx
1:	movl	%eax, (%edi)
	addl	$4096, %eax
	addl	$8, %edi
	decl	%ecx
	jnz	1b

	movl	$(PHYS(early_pdpt) + PTE_P + PTE_W), %eax
	movl	%eax, PHYS(early_pml4)
	movl	%eax, PHYS(early_pml4) + PAGE_OFFSET_SLOT * 8
	movl	$(PHYS(early_pdpt_image) + PTE_P + PTE_W), PHYS(early_pml4) + 511 * 8

	movl	%cr0, %eax			/* paging is off; make sure of the rest */
	andl	$0x7fffffff, %eax
	movl	%eax, %cr0
	movl	$(1 << 5), %eax			/* PAE, and nothing a loader may have left */
	movl	%eax, %cr4
	movl	$PHYS(early_pml4), %eax
	movl	%eax, %cr3
	movl	$0xc0000080, %ecx		/* EFER: LME, NXE */
	rdmsr
	orl	$((1 << 8) | (1 << 11)), %eax
	wrmsr
	movl	$0x80010033, %eax		/* PG WP NE ET MP PE: caches on */
	movl	%eax, %cr0

	lgdt	PHYS(boot_gdt_pointer)
	ljmp	$0x08, $PHYS(start_long)

	/* A line on COM1, with a bounded wait for the port, then stop. */
bad_cpu:
	movl	$PHYS(bad_cpu_text), %esi
1:	movb	(%esi), %bl
	testb	%bl, %bl
	jz	4f
	movl	$100000, %ecx
2:	movw	$0x3fd, %dx
	inb	%dx, %al
	testb	$0x20, %al
	jnz	3f
	decl	%ecx
	jnz	2b
3:	movw	$0x3f8, %dx
	movb	%bl, %al
	outb	%al, %dx
	incl	%esi
	jmp	1b
4:	cli
	hlt
	jmp	4b
	.size	start_common, . - start_common

	.code64
	.type	start_long, @function
start_long:
	movq	$start_high, %rax
	jmp	*%rax
start_high:
	xorl	%eax, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	movl	%eax, %fs
	movl	%eax, %gs
	movl	$0xc0000101, %ecx		/* GS base 0: the per-CPU section itself */
	xorl	%edx, %edx
	wrmsr
	movq	$boot_stack_top, %rsp
	movl	boot_magic(%rip), %edi
	movl	boot_info_phys(%rip), %esi
	movq	boot_tsc(%rip), %rdx
	xorl	%ebp, %ebp			/* backtraces end here */
	pushq	%rbp
	pushq	%rbp
	movq	%rsp, %rbp
	call	x86_64_start
1:	cli
	hlt
	jmp	1b
	.size	start_long, . - start_long

	.section .rodata.start, "a"
	.balign 8
boot_gdt:
	.quad	0
	.quad	0x00af9b000000ffff		/* 64-bit code */
boot_gdt_pointer:
	.short	15
	.long	PHYS(boot_gdt)
bad_cpu_text:
	.asciz	"flagstone: this CPU lacks 64-bit mode, NX or CMPXCHG16B\r\n"

	.section .bss.early_tables, "aw", @nobits
	.balign 4096
early_pml4:
	.skip	4096
early_pdpt:
	.skip	4096
early_pdpt_image:
	.skip	4096
early_pd:
	.skip	4 * 4096

	/* Stacks of the boot CPU, each above a page that mmu_init() leaves unmapped. */
	.section .bss.stacks, "aw", @nobits
	.balign 4096
	.globl	boot_stack_guard, boot_stack, boot_stack_top, ist_stacks
boot_stack_guard:
	.skip	4096
boot_stack:
	.skip	16384
boot_stack_top:
ist_stacks:			/* #DF, NMI, #MC: a guard page and two pages each */
	.skip	3 * 12288

	.section .bss.start, "aw", @nobits
	.balign 8
boot_tsc:
	.skip	8
boot_magic:
	.skip	4
boot_info_phys:
	.skip	4

	.section .note.GNU-stack, "", @progbits
