/* SPDX-License-Identifier: MIT */
/* <arch/io.h> on the host: the kernel's own; what it declares is defined in tests/host. */
#ifndef HOST_ARCH_IO_H
#define HOST_ARCH_IO_H
#include "arch/x86_64/arch/io.h"
#endif
