/* SPDX-License-Identifier: MIT */
/* <arch/percpu.h> on the host: the kernel's own; what it declares is defined in tests/host. */
#ifndef HOST_ARCH_PERCPU_H
#define HOST_ARCH_PERCPU_H
#include "arch/x86_64/arch/percpu.h"
#endif
