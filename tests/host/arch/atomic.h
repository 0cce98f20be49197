/* SPDX-License-Identifier: MIT */
/* <arch/atomic.h> on the host: the kernel's own; what it declares is defined in tests/host. */
#ifndef HOST_ARCH_ATOMIC_H
#define HOST_ARCH_ATOMIC_H
#include "arch/x86_64/arch/atomic.h"
#endif
