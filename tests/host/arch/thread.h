/* SPDX-License-Identifier: MIT */
/* <arch/thread.h> on the host: the kernel's own, with room for AddressSanitizer's larger frames. */
#ifndef HOST_ARCH_THREAD_H
#define HOST_ARCH_THREAD_H
#include "arch/x86_64/arch/thread.h"
#undef THREAD_STACK_SIZE
#define THREAD_STACK_SIZE (256 * 1024)
#endif
