/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/net/test_net_torture.c - all CPUs forward at once while everything changes under them.
 *
 * Overview    On every CPU a thread has frames of any shape (fuzz_frames.c) received, directly, by
 *	       NAPI and by the backlog, and sends echo requests of its own; one more changes routes,
 *	       addresses, links, MTUs, settings, caches and drivers (fuzz_changes.c), link
 *	       addresses, netfilter hooks and a third device that comes and goes; one more takes
 *	       CPUs offline and back. Afterwards each frame has ended in one class, no reference and
 *	       no slab object is left, no grace period took too long, and the router forwards.
 * Reading     In the fast set for FAST_MS; slow.net_torture for a minute. On the host the sanitizer
 *	       sees what is freed too early, and time is virtual.
 */
#include <arch/atomic.h>
#include <arch/smp.h>

#include "kernel/base/completion.h"
#include "kernel/base/cpu.h"
#include "kernel/base/preempt.h"
#include "kernel/base/rcu.h"
#include "kernel/base/sched.h"
#include "kernel/base/selftest.h"
#include "kernel/task/kthread.h"
#include "lib/err.h"
#include "lib/string.h"
#include "mm/slab.h"
#include "net/ipv4/devinet.h"
#include "net/ipv4/route.h"
#include "net/netfilter.h"
#include "net/stats.h"
#include "tests/unit/kernel/on_cpus.h"
#include "tests/unit/net/fuzz.h"

#define FAST_MS		300
#define SLOW_MS		60000
#define WARM_UP_MS	100

static unsigned long end_of_test;
static atomic_t unsound;

static bool time_is_up(void)
{
	cpu_relax();
	cond_resched();
	return time_after(jiffies, end_of_test);
}

/* ---- what each CPU does ---- */

/*
 * A device that is down receives nothing: its driver has stopped. With softirqs off its end waits
 * for us (dev_close).
 */
static void receive(struct fuzzer *z, struct fake_dev *fd, unsigned int len)
{
	struct sk_buff *skb;

	local_bh_disable();
	if (!netif_running(fd->dev)) {
		local_bh_enable();
		return;
	}
	switch (below(z, 3)) {
	case 0:
		(void)fake_dev_receive(fd, z->frame, len);
		break;
	case 1:
		fake_dev_inject(fd, z->frame, len);
		fake_dev_poll(fd);
		break;
	default:
		skb = fake_frame(fd, z->frame, len);
		if (skb)
			(void)netif_rx(skb);
		break;
	}
	local_bh_enable();
}

static void send_echo(struct fuzzer *z)
{
	struct flowi4 fl4 = { .daddr = any_addr(z), .proto = IPPROTO_ICMP };
	struct sk_buff *skb;
	struct rtable *rt;

	local_bh_disable();
	rt = ip_route_output_flow(&fl4);
	if (!IS_ERR(rt)) {
		skb = ip_alloc_skb(rt, 16);
		if (skb) {
			skb_put_zero(skb, 16);
			(void)ip_queue_xmit(skb, rt, fl4.saddr, fl4.daddr, IPPROTO_ICMP, 0, 0,
					    false, NULL);
		} else {
			ip_rt_put(rt);
		}
	}
	local_bh_enable();
}

static void look_at_sent(struct fuzzer *z, struct fake_dev *fd)
{
	struct sk_buff *skb;

	for (unsigned int n = 0; n < 64 && (skb = fake_dev_sent(fd)); n++) {
		if (!fuzz_sound(skb))
			atomic_inc(&unsound);
		local_bh_disable();
		if (netif_running(fd->dev))
			fuzz_answer(z, fd, skb);
		local_bh_enable();
		consume_skb(skb);
	}
}

static u64 forward(unsigned int cpu, void *arg)
{
	struct fuzzer *z = kzalloc(sizeof(*z), GFP_KERNEL);
	u64 n = 0;

	if (!z)
		return 0;
	prng_seed(&z->prng, cpu + (u64)(uintptr_t)arg);
	do {
		struct fake_dev *fd = any_dev(z);

		receive(z, fd, any_frame(z, fd));
		if (one_in(z, 16))
			send_echo(z);
		if (one_in(z, 8))
			look_at_sent(z, any_dev(z));
		n++;
	} while (!time_is_up());
	kfree(z);
	return n;
}

/* ---- what changes besides ---- */

static unsigned int a_hook(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	u32 dice = skb->len * 2654435761u >> 28;

	if (dice < 13)
		return NF_ACCEPT;
	if (dice < 15)
		return NF_DROP;
	kfree_skb_reason(skb, DROP_NETFILTER);
	return NF_STOLEN;
}

static void change_hooks(struct fuzzer *z)
{
	static struct nf_hook_ops ops[NF_INET_NUMHOOKS];
	static bool there[NF_INET_NUMHOOKS];
	u32 i = z ? below(z, NF_INET_NUMHOOKS) : 0;

	for (; i < NF_INET_NUMHOOKS; i++) {
		ops[i].hook = a_hook;
		ops[i].hooknum = i;
		if (there[i])
			nf_unregister_net_hook(&ops[i]);
		else if (z && nf_register_net_hook(&ops[i]))
			return;
		there[i] = z && !there[i];
		if (z)
			return;
	}
}

/* A third device, with an address and routes through it, for some rounds. */
static void change_device(struct fuzzer *z)
{
	static struct fake_dev *third;
	struct fib_config cfg = {
		.fc_dst = TEST_NET_3(0), .fc_dst_len = 24, .fc_type = RTN_UNICAST,
		.fc_table = RT_TABLE_MAIN, .fc_protocol = RTPROT_BOOT, .fc_scope = RT_SCOPE_LINK,
		.fc_nlflags = NLM_F_CREATE | NLM_F_REPLACE,
	};
	struct fib_error err = { NULL };

	if (third) {
		fake_dev_destroy(third);
		third = NULL;
		return;
	}
	if (!z)
		return;
	third = fake_dev_create();
	if (!third)
		return;
	EXPECT_EQ(ip_world_addr(third, htonl(0x0a636363), 24), 0);
	cfg.fc_oif = third->dev->ifindex;
	rtnl_lock();
	EXPECT_EQ(fib_route_add(&cfg, &err), 0);
	rtnl_unlock();
}

static void change_link_address(struct fuzzer *z)
{
	struct fake_dev *fd = any_dev(z);
	u8 mac[ETH_ALEN];

	fake_mac(mac, (u8)below(z, 4));
	rtnl_lock();
	EXPECT_EQ(dev_set_mac_address(fd->dev, mac), 0);
	rtnl_unlock();
}

static struct completion changer_done, toggler_done;

static void change_all(void *arg)
{
	struct fuzzer *z = kzalloc(sizeof(*z), GFP_KERNEL);

	if (z) {
		prng_seed(&z->prng, 77 + (u64)(uintptr_t)arg);
		while (!time_is_up()) {
			change_something(z);
			if (one_in(z, 4))
				change_hooks(z);
			if (one_in(z, 8))
				change_link_address(z);
			if (one_in(z, 16))
				change_device(z);
		}
	}
	change_hooks(NULL);
	change_device(NULL);
	kfree(z);
	complete(&changer_done);
}

static void toggle_cpus(void *arg)
{
	for (unsigned int i = 0; !time_is_up(); i++) {
		unsigned int cpu = 1 + i % (num_possible_cpus() - 1);

		EXPECT_EQ(cpu_down(cpu), 0);
		EXPECT_EQ(cpu_up(cpu), 0);
	}
	complete(&toggler_done);
}

static bool start(void (*fn)(void *), u64 seed, const char *name, struct completion *done)
{
	init_completion(done);
	if (kthread_run_on(0, fn, (void *)(uintptr_t)seed, name))
		return true;
	EXPECT_TRUE(!"memory for a thread");
	return false;
}

/* Until no CPU has a frame in its backlog or in its hands. */
static void wait_for_softirqs(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		while (READ_ONCE(per_cpu_ptr(&softnet_data, cpu)->backlog_queue.qlen))
			msleep(1);
	synchronize_rcu();
}

static void torture(u64 seed, unsigned int ms)
{
	bool many = num_online_cpus() == num_possible_cpus() && num_online_cpus() > 1;
	bool changer, toggler;

	end_of_test = jiffies + msecs_to_jiffies(ms);
	changer = start(change_all, seed, "changer", &changer_done);
	toggler = many && start(toggle_cpus, seed, "toggler", &toggler_done);
	on_cpus_run(forward, (void *)(uintptr_t)(seed * 1000));
	if (changer)
		wait_for_completion(&changer_done);
	if (toggler)
		wait_for_completion(&toggler_done);
	wait_for_softirqs();
	fuzz_reset();
}

/* The first run makes what stays (pools, slabs); the second is measured. */
static void torture_and_count(unsigned int ms)
{
	static struct census before;
	unsigned long stalls = rcu_stalls;

	if (!fuzz_begin())
		return;
	atomic_set(&unsound, 0);
	torture(1, WARM_UP_MS);
	census_settled(&before);
	torture(2, ms);
	fuzz_expect_clean(&before);
	EXPECT_EQ(atomic_read(&unsound), 0);
	EXPECT_EQ(rcu_stalls, stalls);
}

SELFTEST_SETUP(net_torture)
{
	ip_world_setup();
}

SELFTEST_TEARDOWN(net_torture)
{
	ip_world_teardown();
}

SELFTEST(net_torture, everything_at_once)
{
	ASSERT_TRUE(world.left && world.right);
	torture_and_count(FAST_MS);
}

SELFTEST(slow, net_torture)
{
	if (!ip_world_setup())
		return;
	torture_and_count(SLOW_MS);
	ip_world_teardown();
}
