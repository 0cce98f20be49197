/* SPDX-License-Identifier: MIT */
/*
 * tests/e2e/guest/inverting.c - locks used wrongly, without a deadlock. Not in the product:
 * test_lockdebug.py links them into a kernel of DEBUG=lock, which must panic and name both places.
 */
#include "kernel/base/selftest.h"
#include "kernel/base/spinlock.h"

static DEFINE_SPINLOCK(a_lock);
static DEFINE_SPINLOCK(b_lock);

static noinline void take_a_then_b(void)
{
	spin_lock(&a_lock);
	spin_lock(&b_lock);
	spin_unlock(&b_lock);
	spin_unlock(&a_lock);
}

static noinline void take_b_then_a(void)
{
	spin_lock(&b_lock);
	spin_lock(&a_lock);
	spin_unlock(&a_lock);
	spin_unlock(&b_lock);
}

SELFTEST(inverting, two_orders)
{
	take_a_then_b();
	take_b_then_a();
}
