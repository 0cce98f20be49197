/* SPDX-License-Identifier: MIT */
/* <arch/mmu.h> on the host: the kernel's own; what it declares is defined in tests/host. */
#ifndef HOST_ARCH_MMU_H
#define HOST_ARCH_MMU_H
#include "arch/x86_64/arch/mmu.h"
#endif
