/* SPDX-License-Identifier: MIT */
/*
 * drivers/serial/uart16550.h - COM1, called by hand at boot because the log should be seen from the
 * first line on.
 */
#ifndef DRIVERS_SERIAL_UART16550_H
#define DRIVERS_SERIAL_UART16550_H

/* uart16550_init() - probe COM1 and make it a console, polled; interrupts come with an initcall. */
void uart16550_init(void);

#endif
