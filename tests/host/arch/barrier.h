/* SPDX-License-Identifier: MIT */
/*
 * <arch/barrier.h> on the host: the kernel's own instructions, but waiting lets virtual time pass.
 */
#ifndef HOST_ARCH_BARRIER_H
#define HOST_ARCH_BARRIER_H

#define cpu_relax cpu_relax_pause
#include "arch/x86_64/arch/barrier.h"
#undef cpu_relax

void cpu_relax(void);

#endif
