/* SPDX-License-Identifier: MIT */
/* <arch/trap.h> on the host: the kernel's own; what it declares is defined in tests/host. */
#ifndef HOST_ARCH_TRAP_H
#define HOST_ARCH_TRAP_H
#include "arch/x86_64/arch/trap.h"
#endif
