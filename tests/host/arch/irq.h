/* SPDX-License-Identifier: MIT */
/* <arch/irq.h> on the host: the kernel's own; what it declares is defined in tests/host. */
#ifndef HOST_ARCH_IRQ_H
#define HOST_ARCH_IRQ_H
#include "arch/x86_64/arch/irq.h"
#endif
