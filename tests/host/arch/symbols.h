/* SPDX-License-Identifier: MIT */
/* <arch/symbols.h> on the host: the kernel's own; what it declares is defined in tests/host. */
#ifndef HOST_ARCH_SYMBOLS_H
#define HOST_ARCH_SYMBOLS_H
#include "arch/x86_64/arch/symbols.h"
#endif
