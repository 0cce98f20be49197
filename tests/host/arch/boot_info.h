/* SPDX-License-Identifier: MIT */
/* <arch/boot_info.h> on the host: the kernel's own; what it declares is defined in tests/host. */
#ifndef HOST_ARCH_BOOT_INFO_H
#define HOST_ARCH_BOOT_INFO_H
#include "arch/x86_64/arch/boot_info.h"
#endif
