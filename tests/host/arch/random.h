/* SPDX-License-Identifier: MIT */
/* <arch/random.h> on the host: the kernel's own; what it declares is defined in tests/host. */
#ifndef HOST_ARCH_RANDOM_H
#define HOST_ARCH_RANDOM_H
#include "arch/x86_64/arch/random.h"
#endif
