/* SPDX-License-Identifier: MIT */
/* <arch/exit.h> on the host: the kernel's own; what it declares is defined in tests/host. */
#ifndef HOST_ARCH_EXIT_H
#define HOST_ARCH_EXIT_H
#include "arch/x86_64/arch/exit.h"
#endif
