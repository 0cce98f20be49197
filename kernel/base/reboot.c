/* SPDX-License-Identifier: MIT */
/* kernel/base/reboot.c - power off, reboot, exit from QEMU. No locks, no state but the hooks. */
#include <arch/cpu.h>
#include <arch/exit.h>
#include <arch/irqflags.h>
#include <arch/smp.h>

#include "kernel/base/console.h"
#include "kernel/base/printk.h"
#include "kernel/base/reboot.h"

struct machine_hooks machine_hooks;

void machine_poweroff(void)
{
	console_flush();
	local_irq_disable();
	if (machine_hooks.poweroff)
		machine_hooks.poweroff();
	pr_emerg("power off: the machine does not know how; it is halted");
	console_flush();
	arch_stop_others(); /* last: one of them may hold a lock of the log */
	cpu_halt_forever();
}

void machine_reboot(void)
{
	console_flush();
	local_irq_disable();
	if (machine_hooks.restart)
		machine_hooks.restart();
	arch_stop_others();
	arch_reboot();
}

void machine_exit(unsigned char code)
{
	console_flush();
	debug_exit(code);
	machine_poweroff();
}
