/* SPDX-License-Identifier: MIT */
/* <arch/cpu.h> on the host: the kernel's own; idling jumps to the next tick of virtual time. */
#ifndef HOST_ARCH_CPU_H
#define HOST_ARCH_CPU_H

#define cpu_idle_wait cpu_idle_wait_hlt
#include "arch/x86_64/arch/cpu.h"
#undef cpu_idle_wait

void cpu_idle_wait(void);

#endif
