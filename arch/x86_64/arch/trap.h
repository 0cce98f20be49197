/* SPDX-License-Identifier: MIT */
/* <arch/trap.h> - exceptions, the hooks that upper floors hang into arch, backtraces. */
#ifndef ARCH_TRAP_H
#define ARCH_TRAP_H

#include "lib/types.h"
#include "lib/compiler.h"

/* As the exception entry pushes it; the last five are the CPU's. */
struct trap_frame {
	u64	r15, r14, r13, r12, r11, r10, r9, r8;
	u64	rdi, rsi, rdx, rcx, rbx, rax;
	u64	vector;
	u64	rbp_link, rip_link;	/* rbp and, again, rip: a link of the frame chain */
	u64	error;
	u64	rip, cs, rflags, rsp, ss;
};

/*
 * Set by the upper floors (kernel/base, mm) before they are first needed; each has a harmless
 * default, so arch calls them without a test.
 */
struct arch_hooks {
	void	(*irq_enter)(void);	/* first thing in a device or timer interrupt */
	void	(*irq_exit)(void);	/* last thing: may run softirqs, with interrupts on */
	void	(*ipi)(unsigned int ipi); /* an enum arch_ipi came; between irq_enter and irq_exit */
	/* does not return */
	void	(*fatal_trap)(struct trap_frame *frame, const char *why);
	/* #DB, #BP, NMI: true when handled */
	bool	(*debug_trap)(struct trap_frame *frame);
	void	*(*alloc_table)(void);	/* one zeroed page of the direct map, or NULL */
	void	(*warn)(const char *file, int line, struct trap_frame *frame);	/* WARN_ON */
	void	(*message)(const char *text);	/* a warning line for the log. Context: thread */
};

extern struct arch_hooks arch_hooks;

/* Name of an exception, as the manuals write it: "#PF page fault". */
const char *trap_name(unsigned int vector);

/* Value of CR2 at the last page fault that this CPU took. */
u64 trap_fault_address(void);

/*
 * trap_frame_print() - the registers of @frame, a line at a time, through @line (no newline).
 */
void trap_frame_print(const struct trap_frame *frame, void (*line)(const char *text));

/*
 * backtrace_collect() - return addresses up the stack, beginning with the frame whose rbp is @fp
 * (0: the caller's). Follows the chain only while it can be read and moves up.
 * Return: number stored in @pcs, at most @max.
 */
unsigned int backtrace_collect(unsigned long *pcs, unsigned int max, unsigned long fp);

/* Where a backtrace of the code that took @frame begins. */
static inline unsigned long trap_frame_fp(const struct trap_frame *frame)
{
	return frame->rbp_link;
}

/*
 * probe_read() - copy @n bytes from an address that may not be readable.
 * Return: false if it was not.
 */
bool probe_read(void *dst, const void *src, size_t n);

/* probe_write() - the same for writing. */
bool probe_write(void *dst, const void *src, size_t n);

/* Model-specific registers that this CPU may not have. Return: false if so. */
bool rdmsr_safe(u32 msr, u64 *value);
bool wrmsr_safe(u32 msr, u64 value);

#endif
