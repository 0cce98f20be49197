/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/net/test_net_smp.c - what goes wrong only between CPUs, one race a test; and what a
 * CPU that goes leaves behind.
 *
 * Overview  A body runs on every CPU for FAST_MS and counts what it sees that cannot be. Each race
 *           has been seen with its rule broken: on four CPUs of the host within that time. With one
 *           CPU the bodies run all the same.
 */
#include <arch/atomic.h>
#include <arch/irqflags.h>
#include <arch/smp.h>

#include "kernel/base/completion.h"
#include "kernel/base/cpu.h"
#include "kernel/base/preempt.h"
#include "kernel/base/sched.h"
#include "kernel/base/selftest.h"
#include "kernel/base/smp.h"
#include "kernel/task/kthread.h"
#include "lib/err.h"
#include "lib/string.h"
#include "net/ipv4/arp.h"
#include "net/ipv4/devinet.h"
#include "net/ipv4/inetpeer.h"
#include "net/ipv4/route.h"
#include "net/neighbour.h"
#include "net/stats.h"
#include "tests/unit/kernel/on_cpus.h"
#include "tests/unit/net/ip_world.h"

#define FAST_MS	200
#define WAIT_MS	10000		/* a guest's CPU may be off its core for long */

static atomic_t wrong;
static unsigned long end_of_test;

/*
 * One turn of a body's loop is over: on the host time passes so, and interrupts come. A CPU that is
 * late does one, too.
 */
static bool time_is_up(void)
{
	cpu_relax();
	cond_resched();
	return time_after(jiffies, end_of_test);
}

static void expect(bool ok)
{
	if (!ok)
		atomic_inc(&wrong);
}

static void everywhere(u64 (*body)(unsigned int cpu, void *arg), void *arg)
{
	atomic_set(&wrong, 0);
	end_of_test = jiffies + msecs_to_jiffies(FAST_MS);
	on_cpus_run(body, arg);
	EXPECT_EQ(atomic_read(&wrong), 0);
}

SELFTEST_SETUP(net_smp)
{
	ip_world_setup();
}

SELFTEST_TEARDOWN(net_smp)
{
	ip_world_teardown();
}

/* The body of a wait: false when it has taken too long. */
static bool wait_on(unsigned long since)
{
	cpu_relax();
	cond_resched();
	return time_before(jiffies, since + msecs_to_jiffies(WAIT_MS));
}

static struct sk_buff *small_frame(struct fake_dev *fd)
{
	u8 frame[60] = { 0 };

	frame[12] = 0x88;	/* of no protocol that we know */
	frame[13] = 0xb5;
	return fake_frame(fd, frame, sizeof(frame));
}

/* ---- transmit: the driver's wake-up and a frame that finds the queue stopped ---- */

static void send_one(struct fake_dev *fd)
{
	struct sk_buff *skb;

	local_bh_disable();
	skb = small_frame(fd);
	if (skb)
		dev_queue_xmit(skb);
	local_bh_enable();
}

static bool sending;	/* who wakes the queue stays for as long */

/* The first frame stops the queue, the second has to wait; somebody wakes the queue meanwhile. */
static u64 send_in_pairs(struct fake_dev *fd)
{
	u64 n = 0;

	do {
		unsigned long since = jiffies;

		send_one(fd);
		send_one(fd);
		while (fake_dev_nr_sent(fd) < 2 && wait_on(since))
			;
		expect(fake_dev_nr_sent(fd) == 2);
		fake_dev_drain(fd);
		n++;
	} while (!time_is_up());
	WRITE_ONCE(sending, false);
	return n;
}

static u64 stop_and_wake(unsigned int cpu, void *arg)
{
	struct fake_dev *fd = arg;
	u64 n = 0;

	if (!cpu && READ_ONCE(sending))
		return send_in_pairs(fd);
	do {
		while (!netif_queue_stopped(fd->dev) && !time_is_up())
			;
		local_bh_disable();
		netif_wake_queue(fd->dev);
		local_bh_enable();
		n++;
	} while (!time_is_up() || READ_ONCE(sending));
	return n;
}

SELFTEST(net_smp, no_frame_stays_behind_a_wake_up)
{
	ASSERT_NOT_NULL(world.left);
	world.left->room = 1;
	sending = num_online_cpus() > 1;
	everywhere(stop_and_wake, world.left);
	world.left->room = UINT_MAX;
	netif_wake_queue(world.left->dev);
	while (!skb_queue_empty(&world.left->dev->requeue))
		msleep(1);
	fake_dev_drain(world.left);
}

/* ---- receive: scheduled by one CPU while another one ends its poll ---- */

static u64 inject_and_wait(unsigned int cpu, void *arg)
{
	struct fake_dev *fd = arg;
	u8 frame[60] = { [12] = 0x88, [13] = 0xb5 };
	u64 n = 0;

	do {
		unsigned long since = jiffies;

		fake_dev_inject(fd, frame, sizeof(frame));
		fake_dev_poll(fd);
		while (!skb_queue_empty(&fd->ring))
			if (!wait_on(since)) {
				expect(false);
				return n + 1;
			}
		n++;
	} while (!time_is_up());
	return n;
}

SELFTEST(net_smp, no_frame_stays_behind_a_poll)
{
	ASSERT_NOT_NULL(world.left);
	everywhere(inject_and_wait, world.left);
}

/* ---- limits: all CPUs together get no more than one would ---- */

#define PEER_MS	60000u

static atomic_t allowed;

static u64 ask_for_errors(unsigned int cpu, void *arg)
{
	u64 n = 0;

	do {
		if (inet_peer_allow(TEST_NET_3(9), PEER_MS))
			atomic_inc(&allowed);
		n++;
	} while (!time_is_up());
	return n;
}

SELFTEST(net_smp, a_peers_limit_is_the_same_on_all_cpus)
{
	inet_peer_reset();
	atomic_set(&allowed, 0);
	everywhere(ask_for_errors, NULL);
	EXPECT_EQ(atomic_read(&allowed), INET_PEER_BURST);
	inet_peer_reset();
}

/* UDP to a port that nobody listens on. */
static u64 knock(unsigned int cpu, void *arg)
{
	struct ip_packet p = { .saddr = LEFT_PEER, .daddr = LEFT_US, .len = 16 };
	u8 frame[128] __aligned(8);
	u64 n = 0;

	do {
		fake_dev_receive(arg, frame + 2, ip_build(frame + 2, arg, &p));
		n++;
	} while (!time_is_up());
	return n;
}

SELFTEST(net_smp, the_limit_of_all_errors_is_one)
{
	int peer = ip_world_sysctl("net.ipv4.icmp_ratelimit", 0);
	int rate = ip_world_sysctl("net.ipv4.icmp_msgs_per_sec", 1);
	int burst = ip_world_sysctl("net.ipv4.icmp_msgs_burst", 5);
	u64 before = snmp_sum(SNMP_ICMP_OUT_DEST_UNREACHS), start = ktime_get_ns();

	ASSERT_NOT_NULL(world.left);
	icmp_ratelimit_reset();
	everywhere(knock, world.left);
	EXPECT_LE(snmp_sum(SNMP_ICMP_OUT_DEST_UNREACHS) - before,
		  5 + 1 + (ktime_get_ns() - start) / NSEC_PER_SEC);
	ip_world_sysctl("net.ipv4.icmp_ratelimit", peer);
	ip_world_sysctl("net.ipv4.icmp_msgs_per_sec", rate);
	ip_world_sysctl("net.ipv4.icmp_msgs_burst", burst);
	icmp_ratelimit_reset();
	fake_dev_drain(world.left);
}

/* ---- neighbours: the bound, whoever creates ---- */

static u64 make_neighbours(unsigned int cpu, void *arg)
{
	struct fake_dev *fd = arg;
	u64 n = 0;

	do {
		be32 key = TEST_NET_1((u32)(n * num_possible_cpus() + cpu) % 200 + 10);
		struct neighbour *made = neigh_create(&arp_tbl, key, fd->dev);

		expect(atomic_read(&arp_tbl.gc_entries) <= arp_tbl.gc_thresh3);
		if (!IS_ERR(made)) {
			neigh_release(made);
			if (n % 3 == 0)
				(void)neigh_delete(&arp_tbl, key, fd->dev);
		}
		n++;
	} while (!time_is_up());
	return n;
}

SELFTEST(net_smp, the_table_is_never_above_its_bound)
{
	int thresh2 = arp_tbl.gc_thresh2, thresh3 = arp_tbl.gc_thresh3;

	ASSERT_NOT_NULL(world.left);
	neigh_flush(&arp_tbl, world.left->dev, 0xff);
	arp_tbl.gc_thresh2 = arp_tbl.gc_thresh3 = atomic_read(&arp_tbl.gc_entries) + 16;
	everywhere(make_neighbours, world.left);
	arp_tbl.gc_thresh2 = thresh2;
	arp_tbl.gc_thresh3 = thresh3;
	neigh_flush(&arp_tbl, world.left->dev, 0xff);
}

/* ---- a device's address, changed while others send by it ---- */

static void change_mac(struct fake_dev *fd)
{
	u8 mac[ETH_ALEN];

	memset(mac, fd->dev->dev_addr[0] == 0x02 ? 0x44 : 0x02, sizeof(mac));
	rtnl_lock();
	expect(dev_set_mac_address(fd->dev, mac) == 0);
	rtnl_unlock();
}

static u64 ask_with_mac(unsigned int cpu, void *arg)
{
	struct fake_dev *fd = arg;
	u64 n = 0;

	do {
		const struct arphdr *arp;
		struct sk_buff *skb;

		if (!cpu && n % 8 == 0)
			change_mac(fd);
		skb = arp_create(ARPOP_REQUEST, LEFT_PEER, fd->dev, LEFT_US, NULL, NULL, NULL);
		if (skb) {
			arp = (const struct arphdr *)(const void *)(skb->data + ETH_HLEN);
			for (unsigned int i = 1; i < ETH_ALEN; i++) {
				expect(skb->data[ETH_ALEN + i] == skb->data[ETH_ALEN]);
				expect(arp->ar_sha[i] == arp->ar_sha[0]);
			}
			consume_skb(skb);
		}
		n++;
	} while (!time_is_up());
	return n;
}

SELFTEST(net_smp, a_link_address_is_never_half_of_two)
{
	ASSERT_NOT_NULL(world.left);
	change_mac(world.left);
	everywhere(ask_with_mac, world.left);
}

/* ---- the source address that a next hop remembers ---- */

#define FAR TEST_NET_3(7)

static be32 source_to_far(void)
{
	struct flowi4 fl4 = { .daddr = FAR };
	struct fib_result res;
	be32 saddr = 0;

	local_bh_disable();
	if (!fib_lookup(&fl4, &res))
		saddr = fib_res_prefsrc(&res);
	local_bh_enable();
	return saddr;
}

static u64 move_addresses(struct fake_dev *fd)
{
	be32 addr = LEFT_US;
	u64 n = 0;

	do {
		rtnl_lock();
		expect(inet_addr_del(fd->dev, addr, 24) == 0);
		rtnl_unlock();
		addr = addr == LEFT_US ? TEST_NET_1(77) : LEFT_US;
		expect(ip_world_addr(fd, addr, 24) == 0);
		for (unsigned int i = 0; i < 50; i++)
			cpu_relax();
		expect(source_to_far() == addr);
		n++;
	} while (!time_is_up());
	return n;
}

static u64 ask_for_source(unsigned int cpu, void *arg)
{
	u64 n = 0;

	if (!cpu)
		return move_addresses(arg);
	do {
		(void)source_to_far();
		n++;
	} while (!time_is_up());
	return n;
}

SELFTEST(net_smp, a_remembered_source_is_one_that_we_have)
{
	char text[256];

	ASSERT_NOT_NULL(world.left);
	ASSERT_EQ(ip_world_run("ip route add 203.0.113.0/24 via 192.0.2.2", text, sizeof(text)), 0);
	everywhere(ask_for_source, world.left);
	EXPECT_EQ(ip_world_run("ip route del 203.0.113.0/24", text, sizeof(text)), 0);
}

/* ---- the identity, read while the CPUs are busy ---- */

static u64 forward_and_count(unsigned int cpu, void *arg)
{
	struct ip_packet p = { .saddr = LEFT_PEER, .daddr = RIGHT_PEER, .len = 16 };
	u8 frame[128] __aligned(8);
	unsigned int len = ip_build(frame + 2, world.left, &p);
	struct rx_identity id;
	u64 n = 0;

	do {
		if (!cpu) {
			rx_identity_get(&id);
			expect(id.holds);
		}
		for (unsigned int i = 0; i < 32; i++)
			fake_dev_inject(world.left, frame + 2, len);
		fake_dev_poll(world.left);
		fake_dev_drain(world.right);
		n++;
	} while (!time_is_up());
	return n;
}

SELFTEST(net_smp, the_identity_is_exact_while_frames_flow)
{
	unsigned long since = jiffies;

	ASSERT_TRUE(world.left && world.right);
	everywhere(forward_and_count, NULL);
	while (!skb_queue_empty(&world.left->ring) && wait_on(since))
		fake_dev_poll(world.left);
	fake_dev_drain(world.right);
}

/* ---- a CPU that goes ---- */

static unsigned int victim(void)
{
	unsigned int cpu, last = 0;

	for_each_online_cpu(cpu)
		last = cpu;
	return last;
}

static bool leaves_work;

/* The last moment of a CPU: whatever it is asked to do now, another one has to do. */
static void ask_the_dying(unsigned int cpu)
{
	struct sk_buff *skb;

	if (!leaves_work)
		return;
	local_bh_disable();
	for (unsigned int i = 0; i < 3; i++) {
		skb = small_frame(world.left);
		if (skb)
			(void)netif_rx(skb);
	}
	napi_schedule(&world.right->napi);
	netif_wake_queue(world.left->dev);
	local_bh_enable();
}
CPU_NOTIFIER(net_selftest, .dying = ask_the_dying);

SELFTEST(net_smp, a_cpu_that_goes_leaves_its_frames_to_another)
{
	u8 frame[60] = { [12] = 0x88, [13] = 0xb5 };
	u64 unhandled = rx_drop_sum(DROP_UNHANDLED_PROTO);
	unsigned int cpu = victim();
	unsigned long since;
	struct rx_identity id;

	ASSERT_TRUE(world.left && world.right);
	if (!cpu)
		return;
	for (unsigned int i = 0; i < 4; i++)
		fake_dev_inject(world.right, frame, sizeof(frame));
	world.left->room = 1;		/* one goes, one waits */
	send_one(world.left);
	send_one(world.left);
	EXPECT_EQ(fake_dev_nr_sent(world.left), 1);
	world.left->room = UINT_MAX;
	leaves_work = true;
	EXPECT_EQ(cpu_down(cpu), 0);
	leaves_work = false;
	since = jiffies;
	while (rx_drop_sum(DROP_UNHANDLED_PROTO) != unhandled + 3 + 4 && wait_on(since))
		;
	EXPECT_EQ(rx_drop_sum(DROP_UNHANDLED_PROTO), unhandled + 3 + 4);
	while (fake_dev_nr_sent(world.left) != 2 && wait_on(since))
		;
	EXPECT_EQ(fake_dev_nr_sent(world.left), 2);
	rx_identity_get(&id);
	EXPECT_TRUE(id.holds);
	EXPECT_EQ(id.held, 0);
	EXPECT_EQ(cpu_up(cpu), 0);
	fake_dev_drain(world.left);
}

/* Fills this CPU's pools, as a burst does. */
static u64 burst(unsigned int cpu, void *arg)
{
	struct sk_buff *skb[64];

	local_bh_disable();
	for (unsigned int i = 0; i < ARRAY_SIZE(skb); i++)
		skb[i] = alloc_skb(1500, GFP_ATOMIC);
	for (unsigned int i = 0; i < ARRAY_SIZE(skb); i++)
		consume_skb(skb[i]);
	local_bh_enable();
	return ARRAY_SIZE(skb);
}

SELFTEST(net_smp, a_cpu_that_goes_gives_its_buffers_back)
{
	unsigned int cpu = victim();
	unsigned long with, without;

	if (!cpu)
		return;
	everywhere(burst, NULL);
	with = skb_pools_held(cpu);
	EXPECT_GE(with, 64);
	EXPECT_EQ(cpu_down(cpu), 0);
	without = skb_pools_held(cpu);
	EXPECT_EQ(without, 0);
	EXPECT_EQ(cpu_up(cpu), 0);
}
