/* SPDX-License-Identifier: MIT */
/*
 * arch/x86_64/cpu/trampoline.S - a secondary CPU's way from real mode into the kernel.
 *
 * 1. SIPI starts it in real mode, at the beginning of a page below 1 MB that holds a copy of the
 *    first part of this file (smp.c copies it and fills in struct trampoline, at its end).
 * 2. Protected mode, the page attribute table (before paging, so that no translation is ever used
 *    with the old one), long mode. The tables for this (struct start_tables, smp.c) are not the
 *    kernel's: they map the page at its physical address, readable and executable, and the kernel's
 *    half. The kernel's own tables map no low address at any time.
 * 3. In the image: the boot CPU's CR4 and CR0, the kernel's tables. CR3 and the change of CR4.PGE
 *    empty the TLB of what the start tables said.
 * 4. Which CPU is this? The local APIC tells its ID; a CPU that is not waited for (it comes after
 *    its second has passed, or nobody knows it) halts here, without a stack.
 *
 * Reference: Intel SDM volume 3, 9.4 (INIT, SIPI), 10.8.5 (entering IA-32e mode), 12.12.4 (PAT).
 */
#define CR4_PAE			(1 << 5)
#define CR0_LONG		0x80010033	/* PG WP NE ET MP PE, as start.S */
#define MSR_APIC_BASE		0x1b
#define MSR_PAT			0x277
#define MSR_X2APIC_ID		0x802
#define MSR_EFER		0xc0000080
#define MSR_GS_BASE		0xc0000101
#define EFER_LME_NXE		((1 << 8) | (1 << 11))
#define BASE_X2APIC		(1 << 10)
#define APIC_ID_REGISTER	0xffffffffc0000020
#define AT(label)		((label) - trampoline_code)

	.section .rodata.trampoline, "a"
	.balign	16
	.globl	trampoline_code, trampoline_data, trampoline_end
	.code16
trampoline_code:
	cli
	cld
	xorl	%ebx, %ebx
	movw	%cs, %bx
	movw	%bx, %ds
	shll	$4, %ebx			/* where this page lies */
	lgdtl	AT(gdt_pointer)
	movl	%cr0, %eax
	orl	$1, %eax
	movl	%eax, %cr0
	ljmpl	*AT(far_32)

	.code32
trampoline_32:
	movl	$0x10, %eax
	movl	%eax, %ds
	movl	%eax, %ss
	movl	$CR4_PAE, %eax
	movl	%eax, %cr4
	movl	AT(tables)(%ebx), %eax
	movl	%eax, %cr3
	movl	AT(pat)(%ebx), %eax
	movl	AT(pat) + 4(%ebx), %edx
	movl	%eax, %ecx
	orl	%edx, %ecx
	jz	1f				/* no PAT */
	movl	$MSR_PAT, %ecx
	wrmsr
1:	movl	$MSR_EFER, %ecx
	rdmsr
	orl	$EFER_LME_NXE, %eax
	wrmsr
	movl	$CR0_LONG, %eax
	movl	%eax, %cr0
	ljmpl	*AT(far_64)(%ebx)

	.code64
trampoline_64:
	movq	$secondary_entry, %rax
	jmp	*%rax

	.balign	8
	/* struct trampoline, smp.c */
trampoline_data:
	.short	0
gdt_pointer:
	.short	31
	.long	AT(gdt)				/* + page */
far_32:	.long	AT(trampoline_32)		/* + page */
	.long	0x18
far_64:	.long	AT(trampoline_64)		/* + page */
	.long	0x08
tables:	.long	0
	.long	0
pat:	.quad	0
gdt:	.quad	0
	.quad	0x00af9b000000ffff		/* 08 64-bit code */
	.quad	0x00cf93000000ffff		/* 10 data */
	.quad	0x00cf9b000000ffff		/* 18 32-bit code */
trampoline_end:

	.section .text.secondary, "ax", @progbits
	.balign	16
	.globl	secondary_entry
	.type	secondary_entry, @function
secondary_entry:
	movq	secondary_cr4(%rip), %rax
	movq	%rax, %cr4
	movq	secondary_cr3(%rip), %rax
	movq	%rax, %cr3
	movq	secondary_cr0(%rip), %rax
	movq	%rax, %cr0
	xorl	%eax, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	movl	%eax, %fs
	movl	%eax, %gs

	movl	$MSR_APIC_BASE, %ecx		/* its ID; in x2APIC mode if the boot CPU is */
	rdmsr
	testl	$BASE_X2APIC, %eax
	jnz	2f
	cmpb	$0, secondary_x2apic(%rip)
	je	1f
	orl	$BASE_X2APIC, %eax
	wrmsr
	jmp	2f
1:	movq	$APIC_ID_REGISTER, %rax
	movl	(%rax), %eax
	shrl	$24, %eax
	jmp	3f
2:	movl	$MSR_X2APIC_ID, %ecx
	rdmsr

3:	movl	nr_cpu_ids(%rip), %edx		/* its number */
	xorl	%ebx, %ebx
4:	incl	%ebx				/* 0 is the boot CPU */
	cmpl	%edx, %ebx
	jae	not_wanted
	cmpl	%eax, cpu_apic_ids(, %rbx, 4)
	jne	4b

	movl	$1, %eax			/* CPU_AWAITED -> CPU_ALIVE */
	movl	$2, %ecx
	lock cmpxchgl %ecx, secondary_state(, %rbx, 4)
	jne	not_wanted

	movq	__per_cpu_offset(, %rbx, 8), %rax
	movq	%rax, %rdx
	shrq	$32, %rdx
	movl	$MSR_GS_BASE, %ecx
	wrmsr
	movq	secondary_stack(%rip), %rsp
	xorl	%ebp, %ebp			/* backtraces end here */
	pushq	%rbp
	pushq	%rbp
	movq	%rsp, %rbp
	movl	%ebx, %edi
	call	secondary_start
not_wanted:
	cli
	hlt
	jmp	not_wanted
	.size	secondary_entry, . - secondary_entry

/*
 * void secondary_dead(u32 *state): *state = 0 (CPU_STOPPED), then halt. Not a word of the stack is
 * touched once the state is written: it may be another thread's by then.
 */
	.globl	secondary_dead
	.type	secondary_dead, @function
secondary_dead:
	cli
	movl	$0, (%rdi)
1:	hlt
	jmp	1b
	.size	secondary_dead, . - secondary_dead

	.section .note.GNU-stack, "", @progbits
