/* SPDX-License-Identifier: MIT */
/* <arch/exit.h> - leaving QEMU with an exit code. */
#ifndef ARCH_EXIT_H
#define ARCH_EXIT_H

#include "lib/types.h"

/*
 * debug_exit() - through QEMU's isa-debug-exit device at 0xf4: QEMU exits with 2 * @code + 1.
 * Without the device nothing happens and the call returns.
 */
void debug_exit(u8 code);

#endif
