/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/kernel/timer.c - the wheel against a shadow model, and timers on the running machine.
 */
#include "kernel/base/sched.h"
#include "kernel/base/selftest.h"
#include "kernel/base/timer.h"
#include "kernel/base/timer_wheel.h"
#include "lib/prng.h"
#include "lib/string.h"

#define MODEL_TIMERS 64
#define MODEL_TURNS  30000

struct model_timer {
	struct timer_list timer;
	bool armed;
};

static struct timer_wheel wheel;
static struct model_timer model[MODEL_TIMERS];

static void wheel_reset(unsigned long clk)
{
	memset(&wheel, 0, sizeof(wheel));
	memset(model, 0, sizeof(model));
	wheel.clk = clk;
}

static void model_arm(struct model_timer *m, unsigned long expires)
{
	if (m->armed)
		wheel_remove(&wheel, &m->timer);
	m->timer.expires = expires;
	wheel_insert(&wheel, &m->timer);
	m->armed = true;
}

/* Process one jiffy; every armed timer must be due now exactly if it expires now. */
static void model_turn(unsigned long now)
{
	struct hlist_head due = { NULL };
	struct model_timer *m;
	unsigned int i;

	if (wheel_skip(&wheel, now))
		wheel_take(&wheel, &due);
	while (due.first) {
		m = container_of(due.first, struct model_timer, timer.entry);
		wheel_remove(&wheel, &m->timer);
		EXPECT_TRUE(m->armed);
		EXPECT_EQ(m->timer.expires, now);
		m->armed = false;
	}
	for (i = 0; i < MODEL_TIMERS; i++)
		EXPECT_FALSE(model[i].armed && time_before_eq(model[i].timer.expires, now));
}

SELFTEST(timer, wheel_fires_in_the_exact_jiffy)
{
	static const unsigned long deltas[] = { 0,   1,	   62,	 63,   64,   65,   127,
						128, 4031, 4095, 4096, 4097, 5000, 9999 };
	unsigned long now;
	unsigned int i;

	/* Begin just before the lower levels come round. */
	wheel_reset(64 * 64 * 64 - 5);
	for (i = 0; i < ARRAY_SIZE(deltas); i++)
		model_arm(&model[i], wheel.clk + deltas[i]);
	for (now = wheel.clk; now < 64 * 64 * 64 + 10000; now++)
		model_turn(now);
	EXPECT_TRUE(wheel_empty(&wheel));
}

SELFTEST(timer, wheel_agrees_with_a_shadow)
{
	struct prng rng;
	unsigned long now;
	struct model_timer *m;
	u32 what;

	prng_seed(&rng, 7);
	wheel_reset(1000);
	for (now = 1000; now < 1000 + MODEL_TURNS; now++) {
		m = &model[prng_below(&rng, MODEL_TIMERS)];
		what = prng_below(&rng, 8);
		if (what == 0 && m->armed) {
			wheel_remove(&wheel, &m->timer);
			m->armed = false;
		} else if (what < 3) {
			model_arm(m, now + prng_below(&rng, what == 1 ? 70 : 9000));
		}
		model_turn(now);
	}
}

SELFTEST(timer, wheel_next_is_never_late)
{
	unsigned long when, start = 64 * 64 - 1;
	static const unsigned long deltas[] = { 0, 1, 63, 64, 100, 4096, 300000 };
	unsigned int i;

	wheel_reset(start);
	EXPECT_FALSE(wheel_next(&wheel, &when));
	for (i = 0; i < ARRAY_SIZE(deltas); i++) {
		wheel_reset(start);
		model_arm(&model[0], start + deltas[i]);
		ASSERT_TRUE(wheel_next(&wheel, &when));
		EXPECT_LE(when, start + deltas[i]);
		EXPECT_GE(when, start);
	}
}

SELFTEST(timer, wheel_holds_what_is_out_of_its_span)
{
	struct hlist_head due;
	unsigned long when;

	wheel_reset(0);
	model_arm(&model[0], 3 * WHEEL_SPAN);
	/* Jump from one slot that needs work to the next instead of turning 3 billion times. */
	while (wheel_next(&wheel, &when) && when < 3 * WHEEL_SPAN) {
		wheel.clk = when;
		wheel_take(&wheel, &due);
		ASSERT_NULL(due.first);
	}
	EXPECT_EQ(when, 3 * WHEEL_SPAN);
	EXPECT_FALSE(wheel_empty(&wheel));
}

SELFTEST(timer, wheel_takes_the_past_at_once)
{
	struct hlist_head due;

	wheel_reset(5000);
	model_arm(&model[0], 10);
	EXPECT_TRUE(wheel_skip(&wheel, 5000));
	EXPECT_EQ(wheel.clk, 5000);
	wheel_take(&wheel, &due);
	EXPECT_TRUE(due.first == &model[0].timer.entry);
	EXPECT_EQ(wheel.clk, 5001);
	/* Filed for 64 jiffies on while it is being fired: the same slot, the next round. */
	wheel_remove(&wheel, &model[0].timer);
	model[0].armed = false;
	model_arm(&model[0], 5064);
	EXPECT_FALSE(wheel_skip(&wheel, 5050));
	EXPECT_TRUE(wheel_skip(&wheel, 5064));
}

/* --- the running machine --- */

struct probe {
	struct timer_list timer;
	unsigned long fired_at;
	unsigned int fired;
	unsigned int rearm; /* times */
};

static void probe_fires(struct timer_list *t)
{
	struct probe *p = from_timer(p, t, timer);

	p->fired++;
	p->fired_at = jiffies;
	if (p->rearm) {
		p->rearm--;
		mod_timer(t, jiffies + 1);
	}
}

SELFTEST(timer, fires_not_before_its_time)
{
	struct probe p = { .fired = 0 };
	unsigned long expires = jiffies + 3;

	timer_setup(&p.timer, probe_fires, 0);
	EXPECT_FALSE(timer_pending(&p.timer));
	EXPECT_EQ(mod_timer(&p.timer, expires), 0);
	EXPECT_TRUE(timer_pending(&p.timer));
	msleep(40);
	EXPECT_EQ(p.fired, 1);
	EXPECT_GE(p.fired_at, expires);
	EXPECT_FALSE(timer_pending(&p.timer));
}

SELFTEST(timer, in_the_past_fires_with_the_next_tick)
{
	struct probe p = { .fired = 0 };

	timer_setup(&p.timer, probe_fires, 0);
	mod_timer(&p.timer, jiffies - 100);
	msleep(20);
	EXPECT_EQ(p.fired, 1);
}

SELFTEST(timer, deleted_does_not_fire)
{
	struct probe p = { .fired = 0 };

	timer_setup(&p.timer, probe_fires, 0);
	EXPECT_EQ(timer_delete(&p.timer), 0);
	local_bh_disable(); /* however long the machine pauses here, it cannot fire */
	mod_timer(&p.timer, jiffies + 2);
	EXPECT_EQ(mod_timer(&p.timer, jiffies + 3), 1);
	EXPECT_EQ(timer_delete_sync(&p.timer), 1);
	EXPECT_EQ(timer_delete_sync(&p.timer), 0);
	local_bh_enable();
	msleep(30);
	EXPECT_EQ(p.fired, 0);
}

SELFTEST(timer, may_rearm_itself)
{
	unsigned long end = jiffies + 10 * HZ;
	struct probe p = { .rearm = 3 };

	timer_setup(&p.timer, probe_fires, 0);
	p.timer.expires = jiffies + 1;
	add_timer(&p.timer);
	while (READ_ONCE(p.fired) < 4 && time_before(jiffies, end))
		msleep(4);
	EXPECT_EQ(p.fired, 4);
	EXPECT_FALSE(timer_pending(&p.timer));
}

SELFTEST(time, conversions_round_up)
{
	EXPECT_EQ(msecs_to_jiffies(0), 0);
	EXPECT_EQ(msecs_to_jiffies(1), 1);
	EXPECT_EQ(msecs_to_jiffies(4), 1);
	EXPECT_EQ(msecs_to_jiffies(5), 2);
	EXPECT_EQ(msecs_to_jiffies(1000), HZ);
	EXPECT_EQ(msecs_to_jiffies(3600 * 1000), 3600ul * HZ);
	EXPECT_EQ(jiffies_to_msecs(HZ), 1000);
	EXPECT_EQ(usecs_to_jiffies(1), 1);
	EXPECT_EQ(jiffies_to_clock_t(HZ), 100);
}

SELFTEST(time, comparisons_survive_the_wrap)
{
	unsigned long before = -5ul, after = 5;

	EXPECT_TRUE(time_after(after, before));
	EXPECT_TRUE(time_before(before, after));
	EXPECT_TRUE(time_after_eq(after, after));
	EXPECT_FALSE(time_after(after, after));
}

SELFTEST(time, sleeping_takes_at_least_that_long)
{
	u64 start = ktime_get_ns();

	msleep(12);
	EXPECT_GE(ktime_get_ns() - start, 12 * NSEC_PER_MSEC);
}

static bool jiffies_agree(unsigned long j, u64 ns)
{
	long ticks = (long)((ktime_get_ns() - ns) / NSEC_PER_JIFFY);
	long lag = ticks - (long)(jiffies - j);

	return lag >= -2 && lag <= 2;
}

/* A tick may be late (the machine below had other work), but none is lost: they come to agree. */
SELFTEST(time, jiffies_follow_the_clock)
{
	unsigned long j = jiffies;
	u64 ns = ktime_get_ns();

	for (int i = 0; i < 100; i++) {
		msleep(20);
		if (i >= 5 && jiffies_agree(j, ns))
			return;
	}
	EXPECT_TRUE(jiffies_agree(j, ns));
}
