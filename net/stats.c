/* SPDX-License-Identifier: MIT */
/*
 * net/stats.c - what the network counts, and the identity that its counters keep.
 *
 * Overview    Counters are per CPU (one instruction each) and summed when someone asks. Names are
 *	       Linux's in nstat where Linux has the counter; discarded packets are `Drop<Reason>`
 *	       (received frames) and `OwnDrop<Reason>` (packets that we made); received frames are
 *	       RxFrames and its classes.
 *
 * The identity  Every frame that a driver received ends in exactly one class:
 *
 *		RxFrames = ArpIn + RxDelivered + RxForwarded + RxDropped + RxHeld
 *
 *	       1. A frame begins to count when the driver hands it in: netif_receive_skb(),
 *		  netif_rx() set skb->rx and count it. A frame that the driver cannot even wrap (no
 *		  memory, nonsense from the device) is counted as received and dropped in one step
 *		  by netdev_rx_drop().
 *	       2. While skb->rx is set the frame is in no class yet. Whoever ends it clears the bit
 *		  and counts, once: kfree_skb_reason() a drop, consume_skb() a delivery,
 *		  dev_queue_xmit()'s end (the driver took it) a forwarding, ARP itself
 *		  (skb_rx_done). What happens to the skb after that no longer matters: a driver that
 *		  drops it later, or a reply made in it, is a matter of our own packets.
 *	       3. A queue in which an skb outlives its softirq (arp_queue, reassembly, softnet
 *		  backlog, a stopped device's requeue list) says skb_rx_hold() when it goes in and
 *		  skb_rx_unhold() when it comes out. RxHeld is the difference. It is counted on its
 *		  own and not computed from the others, so an skb that was lost or ended twice
 *		  breaks the identity and is noticed.
 *	       4. Copies and packets that we make (ARP, ICMP, fragments) have skb->rx clear: they
 *		  cannot disturb it. A received datagram that leaves in fragments was forwarded
 *		  (ip_fragment says skb_rx_done); of a reassembled one the first frame shares the
 *		  datagram's fate and the others were delivered.
 *	       5. The loopback device's frames are our own and do not count.
 *
 *	       6. It holds for each CPU by itself: a frame passes from one CPU to another only
 *		  through a queue, and leaves the first as held (+1) and reaches the second as no
 *		  longer held (-1). So a CPU's own counters may be read at any moment at which that
 *		  CPU has no frame in its hands, and the sum of such readings holds, however
 *		  different the moments were.
 *
 * Locking     None. rx_identity_get() goes from CPU to CPU and reads each one's counters there: a
 *	       thread that runs is between two softirqs, and with interrupts off none comes. The
 *	       counters of a CPU that is offline stand still.
 * Observe     nstat [-a] [NAME...], nstat --check.
 */
#include "net/stats.h"

#include <arch/irqflags.h>
#include <arch/smp.h>

#include "kernel/base/command.h"
#include "kernel/base/cpu.h"
#include "kernel/base/preempt.h"
#include "kernel/base/sched.h"
#include "lib/errno.h"
#include "lib/glob.h"
#include "lib/string.h"

DEFINE_PER_CPU(struct net_stats, net_stats);

#define X(constant, name) [SNMP_##constant] = #name,
static const char *const snmp_names[SNMP_MAX] = { SNMP_LIST(X) };
#undef X

#define X(constant, name) [DROP_##constant] = #name,
static const char *const drop_names[DROP_REASON_MAX] = { DROP_REASON_LIST(X) };
#undef X

const char *drop_reason_name(enum drop_reason reason)
{
	return reason < DROP_REASON_MAX ? drop_names[reason] : "?";
}

/* The sum of one counter, given by its place in struct net_stats. */
static u64 stats_sum(size_t offset)
{
	unsigned int cpu;
	u64 sum = 0;

	for_each_possible_cpu(cpu) {
		const u8 *stats = (const u8 *)per_cpu_ptr(&net_stats, cpu);

		sum += READ_ONCE(*(const u64 *)(const void *)(stats + offset));
	}
	return sum;
}

u64 snmp_sum(enum snmp_item item)
{
	return stats_sum(offsetof(struct net_stats, snmp) + item * sizeof(u64));
}

u64 rx_drop_sum(enum drop_reason reason)
{
	return stats_sum(offsetof(struct net_stats, rx_drop) + reason * sizeof(u64));
}

static u64 own_drop_sum(enum drop_reason reason)
{
	return stats_sum(offsetof(struct net_stats, own_drop) + reason * sizeof(u64));
}

u64 drop_sum(enum drop_reason reason)
{
	return rx_drop_sum(reason) + own_drop_sum(reason);
}

/* Adds @cpu's counters to *@id. It has no frame in its hands: see 6 above. */
static void rx_identity_add(struct rx_identity *id, unsigned int cpu)
{
	const struct net_stats *s = per_cpu_ptr(&net_stats, cpu);
	unsigned int reason;

	id->rx_frames += s->rx_frames;
	id->arp += s->rx_class[RX_CLASS_ARP];
	id->delivered += s->rx_class[RX_CLASS_DELIVERED];
	id->forwarded += s->rx_class[RX_CLASS_FORWARDED];
	id->held += s->rx_held;
	for (reason = 0; reason < DROP_REASON_MAX; reason++)
		id->dropped += s->rx_drop[reason];
}

/* Go to @cpu and read there. Context: a thread that may move. */
static void rx_identity_visit(struct rx_identity *id, unsigned int cpu)
{
	unsigned long flags;

	(void)thread_set_allowed(current, cpumask_of(cpu));
	local_irq_save(flags);
	rx_identity_add(id, cpu);
	local_irq_restore(flags);
}

/*
 * rx_identity_get() - the identity, exact whatever the CPUs receive meanwhile.
 * Context: thread, not inside the handling of a received frame. With softirqs off only this CPU's
 * part is exact.
 */
void rx_identity_get(struct rx_identity *id)
{
	bool visit = !in_interrupt() && num_online_cpus() > 1;
	cpumask_t home = current->allowed;
	unsigned int cpu;

	memset(id, 0, sizeof(*id));
	if (visit)
		cpus_read_lock();
	for_each_possible_cpu(cpu) {
		if (visit && cpu_online(cpu))
			rx_identity_visit(id, cpu);
		else
			rx_identity_add(id, cpu);
	}
	if (visit) {
		(void)thread_set_allowed(current, home);
		cpus_read_unlock();
	}
	id->holds = id->rx_frames ==
		    id->arp + id->delivered + id->forwarded + id->dropped + id->held;
}

/* ---- the nstat command ---- */

struct nstat_args {
	struct out	*out;
	bool		zeros;
	int		argc;		/* patterns; none: everything */
	char		**argv;
};

static void nstat_line(const struct nstat_args *a, const char *prefix, const char *name, u64 value)
{
	char full[64];
	int i;

	if (!value && !a->zeros)
		return;
	strscpy(full, prefix, sizeof(full));
	strscpy(full + strlen(full), name, sizeof(full) - strlen(full));
	for (i = 0; i < a->argc && !glob_match(a->argv[i], full); i++)
		;
	if (i == a->argc && a->argc)
		return;
	out_printf(a->out, "%-31s %llu\n", full, value);
}

static void nstat_show(const struct nstat_args *a)
{
	struct rx_identity id;
	unsigned int i;

	for (i = 0; i < SNMP_MAX; i++)
		nstat_line(a, "", snmp_names[i], snmp_sum(i));
	rx_identity_get(&id);
	nstat_line(a, "", "RxFrames", id.rx_frames);
	nstat_line(a, "", "ArpIn", id.arp);
	nstat_line(a, "", "RxDelivered", id.delivered);
	nstat_line(a, "", "RxForwarded", id.forwarded);
	nstat_line(a, "", "RxDropped", id.dropped);
	nstat_line(a, "", "RxHeld", id.held);
	for (i = 0; i < DROP_REASON_MAX; i++)
		nstat_line(a, "Drop", drop_names[i], rx_drop_sum(i));
	for (i = 0; i < DROP_REASON_MAX; i++)
		nstat_line(a, "OwnDrop", drop_names[i], own_drop_sum(i));
}

static int nstat_check(struct command_ctx *ctx)
{
	struct rx_identity id;

	rx_identity_get(&id);
	out_printf(ctx->out,
		   "RxFrames %llu %s ArpIn %llu + delivered %llu + forwarded %llu + dropped %llu"
		   " + held %llu\n",
		   id.rx_frames, id.holds ? "=" : "!=", id.arp, id.delivered, id.forwarded,
		   id.dropped, id.held);
	if (!id.holds)
		return command_fail(ctx, "the identity does not hold");
	return 0;
}

static int cmd_nstat(struct command_ctx *ctx, int argc, char **argv)
{
	struct nstat_args args = { .out = ctx->out };
	int i;

	for (i = 1; i < argc && argv[i][0] == '-'; i++) {
		if (!strcmp(argv[i], "--check"))
			return nstat_check(ctx);
		if (strcmp(argv[i], "-a") && strcmp(argv[i], "-z") && strcmp(argv[i], "-az"))
			return command_usage(ctx);
		args.zeros = true;
	}
	args.argc = argc - i;
	args.argv = argv + i;
	nstat_show(&args);
	return 0;
}
SHELL_COMMAND(nstat, "nstat [-a] [PATTERN...] | nstat --check", cmd_nstat);
