/* SPDX-License-Identifier: MIT */
/* <arch/time.h> on the host: the kernel's own; what it declares is defined in tests/host. */
#ifndef HOST_ARCH_TIME_H
#define HOST_ARCH_TIME_H
#include "arch/x86_64/arch/time.h"
#endif
