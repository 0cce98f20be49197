/* SPDX-License-Identifier: MIT */
/* <arch/bug.h> on the host: a call instead of ud2. */
#ifndef HOST_ARCH_BUG_H
#define HOST_ARCH_BUG_H

#include "lib/compiler.h"

__noreturn void host_bug(const char *file, int line);
void host_warn(const char *file, int line);

#define arch_bug()  host_bug(__FILE__, __LINE__)
#define arch_warn() host_warn(__FILE__, __LINE__)

#endif
