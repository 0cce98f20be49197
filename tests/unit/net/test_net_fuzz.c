/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/net/test_net_fuzz.c - frames of any shape while the configuration changes under them.
 *
 * Overview    Seeded frames (fuzz_frames.c) come in at both devices of the ip_world, singly or by
 *	       NAPI, while addresses, routes, links, MTUs, settings, caches and the drivers'
 *	       willingness change between them (fuzz_changes.c). It must not crash (ASan and UBSan
 *	       look on the host), each frame must end in one class (net/stats.c), what is sent must
 *	       be sound, and after a reset there are as many slab objects as before.
 * Structure   round() = frames with changes; fuzz_reset() = as ip_world_setup() left it. The first
 *	       round makes what stays (zones of prefix lengths, pools), the second is measured.
 */
#include "kernel/base/sched.h"
#include "kernel/base/selftest.h"
#include "net/neighbour.h"
#include "net/stats.h"
#include "tests/unit/net/fuzz.h"

#define CHANGE_EVERY	16		/* frames, about */
#define LOOK_EVERY	64

static void look_at(struct fuzzer *z, struct fake_dev *fd)
{
	struct rx_identity id;
	struct sk_buff *skb;

	for (unsigned int n = 0; n < 1000 && (skb = fake_dev_sent(fd)); n++) {
		EXPECT_TRUE(fuzz_sound(skb));
		fuzz_answer(z, fd, skb);
		consume_skb(skb);
	}
	rx_identity_get(&id);
	EXPECT_TRUE(id.holds);
	EXPECT_LE(atomic_read(&arp_tbl.gc_entries), arp_tbl.gc_thresh3);
}

/* ---- rounds ---- */

/*
 * @n frames. A closed device receives none: its driver's poll is disabled. @sleep: time passes, for
 * timers to run between the frames.
 */
static void round(struct fuzzer *z, u64 seed, unsigned int n, bool sleep)
{
	prng_seed(&z->prng, seed);
	for (unsigned int i = 0; i < n; i++) {
		struct fake_dev *fd = any_dev(z);
		unsigned int len = any_frame(z, fd);

		if (fd->dev->flags & IFF_UP) {
			if (one_in(z, 2)) {
				fake_dev_receive(fd, z->frame, len);
			} else {
				fake_dev_inject(fd, z->frame, len);
				if (one_in(z, 8))
					fake_dev_poll(fd);
			}
		}
		if (one_in(z, CHANGE_EVERY))
			change_something(z);
		if (one_in(z, LOOK_EVERY))
			look_at(z, any_dev(z));
		if (sleep && one_in(z, 256))
			msleep(one_in(z, 32) ? 3500 : 1 + below(z, 200));
		cond_resched();
	}
}

static void fuzz(u64 seed, unsigned int warm_up, unsigned int n, bool sleep)
{
	static struct fuzzer z;
	static struct census before;

	if (!fuzz_begin())
		return;
	round(&z, seed, warm_up, sleep);
	fuzz_reset();
	census_settled(&before);
	round(&z, seed + 1, n, sleep);
	fuzz_reset();
	fuzz_expect_clean(&before);
}

SELFTEST_SETUP(net_fuzz)
{
	ip_world_setup();
}

SELFTEST_TEARDOWN(net_fuzz)
{
	ip_world_teardown();
}

SELFTEST(net_fuzz, any_frame_any_time)
{
	fuzz(20250101, 3000, 3000, false);
}

SELFTEST(slow, net_fuzz)
{
	if (!ip_world_setup())
		return;
	for (u64 seed = 1; seed <= 10; seed++)
		fuzz(seed * 1000, 3000, 20000, true);
	ip_world_teardown();
}
