/* SPDX-License-Identifier: MIT */
/* <arch/smp.h> on the host: the kernel's own; what it declares is defined in tests/host. */
#ifndef HOST_ARCH_SMP_H
#define HOST_ARCH_SMP_H
#include "arch/x86_64/arch/smp.h"
#endif
