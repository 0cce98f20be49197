/* SPDX-License-Identifier: MIT */
/* arch/x86_64/cpu/thread.c - the first stack of a thread (layout: switch.S). */
#include <arch/thread.h>

void thread_begin(void);

void *thread_stack_prepare(void *stack_top, void (*entry)(void *arg), void *arg)
{
	/* Two zero words end the frame chain and leave the stack aligned to 16 at the call. */
	unsigned long *sp = (unsigned long *)stack_top - 9;

	sp[0] = sp[1] = sp[2] = 0;		/* r15 r14 r13 */
	sp[3] = (unsigned long)arg;		/* r12 */
	sp[4] = (unsigned long)entry;		/* rbx */
	sp[5] = 0;				/* rbp */
	sp[6] = (unsigned long)thread_begin;
	sp[7] = sp[8] = 0;
	return sp;
}
