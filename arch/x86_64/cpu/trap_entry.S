/* SPDX-License-Identifier: MIT */
/*
 * arch/x86_64/cpu/trap_entry.S - where exceptions and interrupts enter.
 *
 * Overview    256 stubs of 16 bytes; the IDT points at them. Both kinds keep the chain of frame
 *             pointers whole: [rbp] is the interrupted rbp and [rbp + 8] the interrupted rip, so a
 *             backtrace walks straight through.
 * Exceptions  (vectors 0-31) push all registers: struct trap_frame, in <arch/trap.h>.
 * Interrupts  (32-255) push only what a C function may change. The kernel has no user mode, hence
 *             no swapgs and no switch of stacks: they run on the interrupted stack.
 */
	.section .text.trap, "axR", @progbits

	.macro	exception vector, has_error
	.balign	16
	.if	\has_error == 0
	pushq	$0
	.endif
	pushq	8(%rsp)			/* rip, again: as a return address */
	pushq	%rbp
	pushq	$\vector
	jmp	exception_common
	.endm

	.macro	interrupt vector
	.balign	16
	pushq	%rbp
	movq	%rsp, %rbp
	pushq	%rdi
	movl	$\vector, %edi
	jmp	interrupt_common
	.endm

	.balign	16
	.globl	trap_stubs
	.type	trap_stubs, @function
trap_stubs:
	.set	vector, 0
	.rept	32			/* those that push an error code: 8 10-14 17 21 29 30 */
	.if	((1 << vector) & 0x60227d00) != 0
	exception	vector, 1
	.else
	exception	vector, 0
	.endif
	.set	vector, vector + 1
	.endr
	.rept	224
	interrupt	vector
	.set	vector, vector + 1
	.endr
	.size	trap_stubs, . - trap_stubs

	.balign	16
	.type	exception_common, @function
exception_common:
	pushq	%rax
	pushq	%rbx
	pushq	%rcx
	pushq	%rdx
	pushq	%rsi
	pushq	%rdi
	pushq	%r8
	pushq	%r9
	pushq	%r10
	pushq	%r11
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	cld
	leaq	15*8(%rsp), %rbp	/* at rbp_link */
	movq	%rsp, %rdi
	movq	%rsp, %rbx
	andq	$-16, %rsp
	call	trap_dispatch
	movq	%rbx, %rsp
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%r11
	popq	%r10
	popq	%r9
	popq	%r8
	popq	%rdi
	popq	%rsi
	popq	%rdx
	popq	%rcx
	popq	%rbx
	popq	%rax
	addq	$8, %rsp		/* vector */
	popq	%rbp
	addq	$16, %rsp		/* rip_link, error */
	iretq
	.size	exception_common, . - exception_common

	/* The CPU aligned the stack to 16 and pushed 5 words; 11 words more align it again. */
	.balign	16
	.type	interrupt_common, @function
interrupt_common:
	pushq	%rax
	pushq	%rcx
	pushq	%rdx
	pushq	%rsi
	pushq	%r8
	pushq	%r9
	pushq	%r10
	pushq	%r11
	subq	$8, %rsp
	cld
	call	irq_dispatch
	addq	$8, %rsp
	popq	%r11
	popq	%r10
	popq	%r9
	popq	%r8
	popq	%rsi
	popq	%rdx
	popq	%rcx
	popq	%rax
	popq	%rdi
	popq	%rbp
	iretq
	.size	interrupt_common, . - interrupt_common

/*
 * u64 arch_copy_probe(void *dst, const void *src, u64 n): bytes left when a fault stopped the
 * copy, 0 when none did. The exception table takes a fault at 1 to 2; rcx counts what is left.
 */
	.globl	arch_copy_probe
	.type	arch_copy_probe, @function
arch_copy_probe:
	movq	%rdx, %rcx
1:	rep movsb
2:	movq	%rcx, %rax
	ret
	.size	arch_copy_probe, . - arch_copy_probe

/* bool rdmsr_safe(u32 msr, u64 *value), bool wrmsr_safe(u32 msr, u64 value) */
	.globl	rdmsr_safe
	.type	rdmsr_safe, @function
rdmsr_safe:
	movl	%edi, %ecx
3:	rdmsr
	movl	%eax, (%rsi)
	movl	%edx, 4(%rsi)
	movl	$1, %eax
	ret
	.size	rdmsr_safe, . - rdmsr_safe

	.globl	wrmsr_safe
	.type	wrmsr_safe, @function
wrmsr_safe:
	movl	%edi, %ecx
	movl	%esi, %eax
	movq	%rsi, %rdx
	shrq	$32, %rdx
4:	wrmsr
	movl	$1, %eax
	ret
	.size	wrmsr_safe, . - wrmsr_safe

	.type	fault_return_false, @function
fault_return_false:
	xorl	%eax, %eax
	ret
	.size	fault_return_false, . - fault_return_false

	.section exception_table, "aR", @progbits
	.balign	8
	.long	1b - ., 2b - .
	.long	3b - ., fault_return_false - .
	.long	4b - ., fault_return_false - .

	.section .note.GNU-stack, "", @progbits
