/* SPDX-License-Identifier: MIT */
/*
 * drivers/serial/uart16550.c - the first serial port: the console.
 *
 * Overview   COM1 (0x3f8, IRQ 4), 115200 8N1, FIFOs on. Sending goes through a ring: what the FIFO
 *            takes goes out at once, the rest with the transmit interrupt. Before interrupts, and
 *            in a panic, bytes are pushed out by polling.
 * Cost       Under emulation a port access is the dear thing, and the FIFO empties in no time: one
 *            status read for each FIFO_SIZE bytes, the transmit interrupt only when the FIFO was
 *            really full.
 * Absent     A port that does not hold a scratch value is no UART: no console then, and nothing
 *            ever waits for it. One whose other end does not read is waited for at most SPIN_MAX
 *            status reads, once; then bytes are dropped until it moves again.
 * Flood      An interrupt serves IRQ_LOOPS rounds at most. When the line is still up then, the
 *            UART's interrupts are off for a tick: so whoever floods the port, or a port that is
 *            broken, leaves the CPU to the packets, and the edge that the 8259 waits for comes
 *            again.
 * Locking    uart.lock (interrupts off), a leaf: ring, shadow of IER. Input is handed on without
 *            it.
 * Observe    interrupts; uart.dropped in a debugger
 * Reference  National Semiconductor PC16550D data sheet, table II.
 */
#define pr_fmt(fmt) "uart: " fmt

#include <arch/io.h>
#include <arch/irq.h>

#include "drivers/serial/uart16550.h"
#include "kernel/base/console.h"
#include "kernel/base/initcall.h"
#include "kernel/base/printk.h"
#include "kernel/base/spinlock.h"
#include "kernel/base/timer.h"

#define COM1	  0x3f8
#define COM1_IRQ  4
#define FIFO_SIZE 16

#define REG_DATA 0 /* RBR, THR; DLL with DLAB */
#define REG_IER	 1 /* DLM with DLAB */
#define REG_IIR	 2 /* FCR when written */
#define REG_LCR	 3
#define REG_MCR	 4
#define REG_LSR	 5
#define REG_MSR	 6
#define REG_SCR	 7

#define IER_RX	 0x01
#define IER_TX	 0x02
#define IIR_NONE 0x01
#define FCR_ON	 0x07 /* enable, clear both; interrupt with the first byte */
#define LCR_8N1	 0x03
#define LCR_DLAB 0x80
#define MCR_ON	 0x0b /* DTR, RTS, OUT2: the interrupt line */
#define LSR_RX	 0x01
#define LSR_THRE 0x20 /* the FIFO is empty */
#define LSR_TEMT 0x40 /* so is the shift register */

#define RING_SIZE (16u << 10)
#define SPIN_MAX  200000u /* status reads: about 0.2 s on hardware */
#define IRQ_LOOPS 16	  /* rounds an interrupt: about 1 KB of input, 2 ms under emulation */

static struct {
	spinlock_t lock;
	bool interrupts;	/* [lock] IRQ 4 is ours */
	bool stuck;		/* [lock] the other end does not read */
	bool resting;		/* [lock] its interrupts are off until the next tick: see Flood */
	u8 ier;			/* [lock] what REG_IER holds */
	u32 head, tail;		/* [lock] bytes ever put in, taken out */
	unsigned long dropped;	/* [lock] */
	u8 ring[RING_SIZE];	/* [lock] */
} uart = { .lock = SPINLOCK_INIT(uart.lock) };

static u8 reg_read(unsigned int reg)
{
	return inb(COM1 + reg);
}

static void reg_write(unsigned int reg, u8 v)
{
	outb(COM1 + reg, v);
}

static void set_ier(u8 ier)
{
	if (ier != uart.ier)
		reg_write(REG_IER, ier);
	uart.ier = ier;
}

/* Send as much of the ring as the device takes now. Lock held. */
static void pump(void)
{
	unsigned int i;

	while (uart.head != uart.tail && (reg_read(REG_LSR) & LSR_THRE)) {
		uart.stuck = false;
		for (i = 0; i < FIFO_SIZE && uart.head != uart.tail; i++)
			reg_write(REG_DATA, uart.ring[uart.tail++ % RING_SIZE]);
	}
	if (uart.interrupts && !uart.resting)
		set_ier(uart.head != uart.tail ? IER_RX | IER_TX : IER_RX);
}

/*
 * Wait until at most @level bytes are in the ring; give up when the device does not move. Lock
 * held.
 */
static void pump_down_to(u32 level)
{
	unsigned int spins = 0;

	pump();
	while (uart.head - uart.tail > level && !uart.stuck) {
		if (++spins == SPIN_MAX)
			uart.stuck = true;
		cpu_relax();
		pump();
	}
}

static void uart_write(struct console *con, const char *s, size_t n)
{
	unsigned long flags;
	size_t i;

	spin_lock_irqsave(&uart.lock, flags);
	for (i = 0; i < n; i++) {
		if (uart.head - uart.tail == RING_SIZE)
			pump_down_to(RING_SIZE - 1);
		if (uart.head - uart.tail == RING_SIZE) {
			uart.dropped += n - i;
			break;
		}
		uart.ring[uart.head++ % RING_SIZE] = s[i];
	}
	if (uart.interrupts)
		pump();
	else
		pump_down_to(0);
	spin_unlock_irqrestore(&uart.lock, flags);
}

static void uart_write_atomic(struct console *con, const char *s, size_t n)
{
	unsigned int spins;

	/* What was queued before the panic comes first: it often says why. */
	while (n || uart.head != uart.tail) {
		for (spins = 0; !(reg_read(REG_LSR) & LSR_THRE); spins++) {
			if (uart.stuck || spins == SPIN_MAX) {
				uart.stuck = true;
				return;
			}
		}
		if (uart.head != uart.tail) {
			reg_write(REG_DATA, uart.ring[uart.tail++ % RING_SIZE]);
		} else {
			reg_write(REG_DATA, *s++);
			n--;
		}
	}
}

static size_t uart_room(struct console *con)
{
	return RING_SIZE - (READ_ONCE(uart.head) - READ_ONCE(uart.tail));
}

static bool uart_busy(struct console *con)
{
	unsigned long flags;
	bool busy;

	spin_lock_irqsave(&uart.lock, flags);
	pump();
	busy = !uart.stuck && (uart.head != uart.tail || !(reg_read(REG_LSR) & LSR_TEMT));
	spin_unlock_irqrestore(&uart.lock, flags);
	return busy;
}

static struct console uart_console = {
	.name = "ttyS0",
	.write = uart_write,
	.write_atomic = uart_write_atomic,
	.room = uart_room,
	.busy = uart_busy,
};

static void receive_all(void)
{
	unsigned int i;

	for (i = 0; i < 4 * FIFO_SIZE && (reg_read(REG_LSR) & LSR_RX); i++)
		console_receive(reg_read(REG_DATA));
}

/* Interrupts on again: what is pending makes a new edge. */
static void rest_over(struct timer_list *timer)
{
	unsigned long flags;

	spin_lock_irqsave(&uart.lock, flags);
	uart.resting = false;
	pump();
	spin_unlock_irqrestore(&uart.lock, flags);
}
static DEFINE_TIMER(rest_timer, rest_over);

static void rest(void)
{
	spin_lock(&uart.lock);
	uart.resting = true;
	set_ier(0);
	spin_unlock(&uart.lock);
	mod_timer(&rest_timer, jiffies + 1);
}

static void uart_interrupt(unsigned int irq, void *dev)
{
	unsigned int loops;
	bool was_queued;

	/* The 8259 sees edges: leave only when the UART has let go of the line. */
	for (loops = 0; loops < IRQ_LOOPS && !(reg_read(REG_IIR) & IIR_NONE); loops++) {
		receive_all();
		spin_lock(&uart.lock);
		was_queued = uart.head != uart.tail;
		pump();
		spin_unlock(&uart.lock);
		if (was_queued)
			console_drained();
	}
	if (loops == IRQ_LOOPS)
		rest();
}

void uart16550_init(void)
{
	reg_write(REG_SCR, 0x5a);
	if (reg_read(REG_SCR) != 0x5a)
		return;
	reg_write(REG_IER, 0);
	reg_write(REG_LCR, LCR_DLAB);
	reg_write(REG_DATA, 1); /* 115200 / 1 */
	reg_write(REG_IER, 0);
	reg_write(REG_LCR, LCR_8N1);
	reg_write(REG_IIR, FCR_ON);
	reg_write(REG_MCR, MCR_ON);
	register_console(&uart_console);
}

static int uart_irq_init(void)
{
	unsigned long flags;
	int err;

	if (reg_read(REG_SCR) != 0x5a)
		return 0;
	err = request_irq(COM1_IRQ, uart_interrupt, "ttyS0", &uart);
	if (err) {
		pr_err("no interrupt: input does not work");
		return err;
	}
	spin_lock_irqsave(&uart.lock, flags);
	uart.interrupts = true;
	uart.ier = 0;
	pump();
	spin_unlock_irqrestore(&uart.lock, flags);
	return 0;
}
INITCALL(core, uart_irq_init);
