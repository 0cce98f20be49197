/* SPDX-License-Identifier: MIT */
/* <arch/thread.h> - stacks and switching between them. */
#ifndef ARCH_THREAD_H
#define ARCH_THREAD_H

#include "lib/types.h"

#define THREAD_STACK_SIZE 16384

/*
 * thread_stack_prepare() - lay out a new thread's stack so that the first switch to it calls
 * @entry(@arg). @stack_top: end of the stack, aligned to 16. @entry must not return.
 * Return: the saved stack pointer to give to context_switch_to().
 */
void *thread_stack_prepare(void *stack_top, void (*entry)(void *arg), void *arg);

/*
 * context_switch_to() - save what C preserves on this stack, its pointer in *@save_sp, and go on
 * where @next_sp was saved. Returns when somebody switches back. Interrupts must be off; the
 * interrupt flag is not part of the context.
 */
void context_switch_to(void **save_sp, void *next_sp);

#endif
