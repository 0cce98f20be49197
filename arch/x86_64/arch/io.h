/* SPDX-License-Identifier: MIT */
/* <arch/io.h> - port and memory-mapped input and output. */
#ifndef ARCH_IO_H
#define ARCH_IO_H

#include "lib/types.h"
#include "lib/compiler.h"

static __always_inline u8 inb(u16 port)
{
	u8 v;

	__asm__ volatile("inb %1, %0" : "=a"(v) : "Nd"(port) : "memory");
	return v;
}

static __always_inline u16 inw(u16 port)
{
	u16 v;

	__asm__ volatile("inw %1, %0" : "=a"(v) : "Nd"(port) : "memory");
	return v;
}

static __always_inline u32 inl(u16 port)
{
	u32 v;

	__asm__ volatile("inl %1, %0" : "=a"(v) : "Nd"(port) : "memory");
	return v;
}

static __always_inline void outb(u16 port, u8 v)
{
	__asm__ volatile("outb %0, %1" : : "a"(v), "Nd"(port) : "memory");
}

static __always_inline void outw(u16 port, u16 v)
{
	__asm__ volatile("outw %0, %1" : : "a"(v), "Nd"(port) : "memory");
}

static __always_inline void outl(u16 port, u32 v)
{
	__asm__ volatile("outl %0, %1" : : "a"(v), "Nd"(port) : "memory");
}

/* About a microsecond: the POST code port, which nothing else uses. */
static __always_inline void io_delay(void)
{
	outb(0x80, 0);
}

/* One bus access each, never merged, split or dropped by the compiler. */
static __always_inline u8 readb(const volatile void *addr)
{
	u8 v;

	__asm__ volatile("movb %1, %0" : "=q"(v) : "m"(*(const volatile u8 *)addr) : "memory");
	return v;
}

static __always_inline u16 readw(const volatile void *addr)
{
	u16 v;

	__asm__ volatile("movw %1, %0" : "=r"(v) : "m"(*(const volatile u16 *)addr) : "memory");
	return v;
}

static __always_inline u32 readl(const volatile void *addr)
{
	u32 v;

	__asm__ volatile("movl %1, %0" : "=r"(v) : "m"(*(const volatile u32 *)addr) : "memory");
	return v;
}

static __always_inline u64 readq(const volatile void *addr)
{
	u64 v;

	__asm__ volatile("movq %1, %0" : "=r"(v) : "m"(*(const volatile u64 *)addr) : "memory");
	return v;
}

static __always_inline void writeb(u8 v, volatile void *addr)
{
	__asm__ volatile("movb %1, %0" : "=m"(*(volatile u8 *)addr) : "qi"(v) : "memory");
}

static __always_inline void writew(u16 v, volatile void *addr)
{
	__asm__ volatile("movw %1, %0" : "=m"(*(volatile u16 *)addr) : "ri"(v) : "memory");
}

static __always_inline void writel(u32 v, volatile void *addr)
{
	__asm__ volatile("movl %1, %0" : "=m"(*(volatile u32 *)addr) : "ri"(v) : "memory");
}

static __always_inline void writeq(u64 v, volatile void *addr)
{
	__asm__ volatile("movq %1, %0" : "=m"(*(volatile u64 *)addr) : "re"(v) : "memory");
}

#endif
