/* SPDX-License-Identifier: MIT */
/* kernel/base/reboot.h - leaving: the ways that drivers know are hung in here. */
#ifndef KERNEL_BASE_REBOOT_H
#define KERNEL_BASE_REBOOT_H

#include "lib/compiler.h"

/* Each returns only when it did not work. NULL until a driver sets it. */
struct machine_hooks {
	void (*poweroff)(void);
	void (*restart)(void);
};

extern struct machine_hooks machine_hooks;

/* What has been written is sent first. Context: any. */
__noreturn void machine_poweroff(void);
__noreturn void machine_reboot(void);

/*
 * machine_exit() - end a run of self-tests or benchmarks: through isa-debug-exit with @code, else
 * power off.
 */
__noreturn void machine_exit(unsigned char code);

#define EXIT_CODE_PASSED 0x10 /* QEMU exits 33 */
#define EXIT_CODE_FAILED 0x11 /* 35 */
#define EXIT_CODE_PANIC	 0x12 /* 37 */

#endif
