/* SPDX-License-Identifier: MIT */
/*
 * tests/e2e/guest/failing.c - tests that must fail. Not in the product: test_selftest.py links them into a kernel of
 * its own, to see that a failure, a hang and a panic are told as DESIGN says.
 */
#include <arch/irqflags.h>
#include <arch/smp.h>

#include "kernel/base/panic.h"
#include "kernel/base/selftest.h"
#include "kernel/task/kthread.h"
#include "mm/page_alloc.h"

SELFTEST(failing, expectation)
{
	EXPECT_EQ(1, 2);
}

SELFTEST(failing, assertion)
{
	ASSERT_EQ(1, 2);
	selftest_comment("not reached");
}

SELFTEST(failing, hang)
{
	for (;;)
		barrier();
}

SELFTEST(failing, panic)
{
	panic("asked for by a test");
}

SELFTEST(failing, out_of_memory)
{
	for (;;)
		BUG_ON(!alloc_pages(GFP_KERNEL | __GFP_NOFAIL, 3));
}

SELFTEST(failing, wild_pointer)
{
	WRITE_ONCE(*(unsigned long *)0xdead0000UL, 1);
}

static void panic_here(void *unused)
{
	panic("on another CPU");
}

/* The last CPU panics; this one hears of nothing but an NMI. */
SELFTEST(failing, panic_on_another_cpu)
{
	unsigned int cpu, last = 0;

	for_each_online_cpu(cpu)
		last = cpu;
	ASSERT_NOT_NULL(kthread_run_on(last, panic_here, NULL, "panic"));
	local_irq_disable();
	for (;;)
		barrier();
}
