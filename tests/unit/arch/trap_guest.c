/* SPDX-License-Identifier: MIT */
/* tests/unit/arch/trap_guest.c - exceptions that come back, backtraces, symbols. */
#include <arch/symbols.h>
#include <arch/trap.h>
#include <arch/mmu.h>
#include "kernel/base/selftest.h"
#include "lib/bug.h"
#include "lib/string.h"

SELFTEST(trap, probe_tells_readable_from_not)
{
	u8 from[64], to[64];

	for (unsigned int i = 0; i < sizeof(from); i++)
		from[i] = (u8)i;
	EXPECT_TRUE(probe_read(to, from, sizeof(to)));
	EXPECT_EQ(memcmp(to, from, sizeof(to)), 0);
	EXPECT_TRUE(probe_read(to, NULL, 0));
	EXPECT_FALSE(probe_read(to, (const void *)8UL, 1));	/* page fault */
	EXPECT_EQ(trap_fault_address(), 8);
	/* not canonical: #GP */
	EXPECT_FALSE(probe_read(to, (const void *)0x1234567890abcdefUL, 1));
	EXPECT_FALSE(probe_write((void *)8UL, from, 1));
}

SELFTEST(trap, msr_access_reports)
{
	u64 value = 1, base;

	ASSERT_TRUE(rdmsr_safe(0xc0000101, &base));	/* GS base: every long-mode CPU has it */
	EXPECT_TRUE(wrmsr_safe(0xc0000101, base));
	EXPECT_TRUE(rdmsr_safe(0xc0000101, &value));
	EXPECT_EQ(value, base);
}

static struct {
	unsigned int calls;
	int line;
	u64 vector;
	bool named;
} seen;

static void note_warning(const char *file, int line, struct trap_frame *frame)
{
	seen.calls++;
	seen.line = line;
	seen.vector = frame->vector;
	seen.named = strstr(file, "trap_guest.c") != NULL;
}

SELFTEST(trap, warning_reports_and_goes_on)
{
	void (*saved)(const char *, int, struct trap_frame *) = arch_hooks.warn;
	int line;

	memset(&seen, 0, sizeof(seen));
	arch_hooks.warn = note_warning;
	arch_warn(); line = __LINE__;
	arch_hooks.warn = saved;
	EXPECT_EQ(seen.calls, 1);
	EXPECT_EQ(seen.line, line);
	EXPECT_EQ(seen.vector, 6);
	EXPECT_TRUE(seen.named);
}

static bool note_trap(struct trap_frame *frame)
{
	seen.calls++;
	seen.vector = frame->vector;
	frame->rax = 77;
	return true;
}

SELFTEST(trap, breakpoint_goes_to_the_hook)
{
	bool (*saved)(struct trap_frame *) = arch_hooks.debug_trap;
	u64 rax = 0, rbx = 0x1122334455667788ULL;

	memset(&seen, 0, sizeof(seen));
	arch_hooks.debug_trap = note_trap;
	__asm__ volatile("int3" : "+a"(rax), "+b"(rbx) : : "memory");
	arch_hooks.debug_trap = saved;
	EXPECT_EQ(seen.calls, 1);
	EXPECT_EQ(seen.vector, 3);
	EXPECT_EQ(rax, 77);				/* the frame is what is restored */
	EXPECT_EQ(rbx, 0x1122334455667788ULL);
}

SELFTEST(trap, names)
{
	EXPECT_STREQ(trap_name(14), "#PF page fault");
	EXPECT_STREQ(trap_name(8), "#DF double fault");
	EXPECT_STREQ(trap_name(300), "interrupt");
}

static volatile unsigned int printed;

static void count_line(const char *text)
{
	printed += *text != '\0';
}

static bool print_frame(struct trap_frame *frame)
{
	trap_frame_print(frame, count_line);
	return true;
}

SELFTEST(trap, frame_prints)
{
	bool (*saved)(struct trap_frame *) = arch_hooks.debug_trap;

	printed = 0;
	arch_hooks.debug_trap = print_frame;
	__asm__ volatile("int3" : : : "memory");
	arch_hooks.debug_trap = saved;
	EXPECT_EQ(printed, 9);
}

static unsigned long pcs[32];
static volatile unsigned int nr_pcs;	/* written behind an asm statement */

/* Not a tail call: its frame must be on the stack when the inner function runs. */
static noinline unsigned int arch_test_inner(void)
{
	nr_pcs = backtrace_collect(pcs, ARRAY_SIZE(pcs), 0);
	barrier();
	return nr_pcs;
}

static noinline unsigned int arch_test_outer(void)
{
	unsigned int n = arch_test_inner();

	barrier();
	return n;
}

static bool is_named(unsigned long pc, const char *name)
{
	const char *found = symbol_lookup(pc, NULL, NULL);

	return found && !strcmp(found, name);
}

SELFTEST(trap, backtrace_names_the_callers)
{
	ASSERT_GE(arch_test_outer(), 3);
	EXPECT_TRUE(is_named(pcs[0], "arch_test_inner") || is_named(pcs[0], "arch_test_outer"));
	EXPECT_TRUE(is_named(pcs[0], "arch_test_outer") || is_named(pcs[1], "arch_test_outer"));
	EXPECT_LE(nr_pcs, ARRAY_SIZE(pcs));
	EXPECT_EQ(backtrace_collect(pcs, 1, 0), 1);
	EXPECT_EQ(backtrace_collect(pcs, 0, 0), 0);
	EXPECT_EQ(backtrace_collect(pcs, 4, 0x10), 0);		/* no such stack */
	EXPECT_EQ(backtrace_collect(pcs, 4, VMALLOC_END), 0);
}

static bool trace_from_trap(struct trap_frame *frame)
{
	nr_pcs = backtrace_collect(pcs, ARRAY_SIZE(pcs), trap_frame_fp(frame));
	seen.calls++;
	return true;
}

/* Asking for its frame gives this leaf one; compilers leave it out of others. */
static noinline void arch_test_break(void)
{
	__asm__ volatile("int3" : : "r"(__builtin_frame_address(0)) : "memory");
}

SELFTEST(trap, backtrace_of_a_trapped_frame)
{
	bool (*saved)(struct trap_frame *) = arch_hooks.debug_trap;

	nr_pcs = 0;
	arch_hooks.debug_trap = trace_from_trap;
	arch_test_break();
	arch_hooks.debug_trap = saved;
	/* rip itself is in the frame; the chain begins with arch_test_break's caller. */
	ASSERT_GE(nr_pcs, 1);
	EXPECT_TRUE(is_named(pcs[0], "selftest_trap__backtrace_of_a_trapped_frame"));
}

SELFTEST(symbols, lookup)
{
	unsigned long off = 0, size = 0;
	const char *name = symbol_lookup((unsigned long)map_pages + 5, &off, &size);

	EXPECT_STREQ(name, "map_pages");
	EXPECT_EQ(off, 5);
	EXPECT_GT(size, 16);
	EXPECT_LT(size, 4096);
	EXPECT_STREQ(symbol_lookup((unsigned long)map_pages, NULL, NULL), "map_pages");
	EXPECT_TRUE(is_named((unsigned long)symbol_lookup, "symbol_lookup"));
	EXPECT_TRUE(is_named((unsigned long)probe_read + 1, "probe_read"));
	EXPECT_GT(symbol_count(), 100);
}

SELFTEST(symbols, addresses_outside_code_have_no_name)
{
	EXPECT_NULL(symbol_lookup(0, NULL, NULL));
	EXPECT_NULL(symbol_lookup(KERNEL_BASE, NULL, NULL));
	EXPECT_NULL(symbol_lookup((unsigned long)pcs, NULL, NULL));
	EXPECT_NULL(symbol_lookup((unsigned long)"constant", NULL, NULL));
	EXPECT_NULL(symbol_lookup(~0UL, NULL, NULL));
}
