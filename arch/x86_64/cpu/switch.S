/* SPDX-License-Identifier: MIT */
/*
 * arch/x86_64/cpu/switch.S - from one kernel stack to another.
 *
 * A stack that does not run holds, from the saved pointer up: r15 r14 r13 r12 rbx rbp, return
 * address. thread_stack_prepare() lays out the same, with thread_begin as the address.
 */
	.section .text.switch, "ax", @progbits

/* void context_switch_to(void **save_sp, void *next_sp) */
	.globl	context_switch_to
	.type	context_switch_to, @function
	.balign	16
context_switch_to:
	pushq	%rbp
	pushq	%rbx
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	movq	%rsp, (%rdi)
	movq	%rsi, %rsp
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbx
	popq	%rbp
	ret
	.size	context_switch_to, . - context_switch_to

/* rbx: entry, r12: its argument. rbp is 0: backtraces end here. */
	.globl	thread_begin
	.type	thread_begin, @function
thread_begin:
	movq	%r12, %rdi
	call	*%rbx
	ud2
	.size	thread_begin, . - thread_begin

	.section .note.GNU-stack, "", @progbits
