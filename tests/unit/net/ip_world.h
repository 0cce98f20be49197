/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/net/ip_world.h - a router in a box: two fake devices with addresses and neighbours,
 * packets made to order, and what became of them.
 *
 *	left  192.0.2.1/24     peer 192.0.2.2    MAC ...:53:c9
 *	right 198.51.100.1/24  peer 198.51.100.2 MAC ...:53:ca
 *
 * Forwarding is on. The peers' neighbour entries are PERMANENT, so that nothing waits for ARP.
 */
#ifndef TESTS_UNIT_NET_IP_WORLD_H
#define TESTS_UNIT_NET_IP_WORLD_H

#include "net/drop_reason.h"
#include "net/ipv4/fib.h"
#include "net/ipv4/icmp.h"
#include "net/ipv4/ip.h"
#include "net/ipv4/udp.h"
#include "tests/unit/net/fake_dev.h"

#define LEFT_US		TEST_NET_1(1)
#define LEFT_PEER	TEST_NET_1(2)
#define RIGHT_US	TEST_NET_2(1)
#define RIGHT_PEER	TEST_NET_2(2)

struct ip_world {
	struct fake_dev	*left, *right;
	u8		left_mac[ETH_ALEN], right_mac[ETH_ALEN];	/* of the peers */
};
extern struct ip_world world;

/* Return: false (and a failure is noted) when the world could not be made. */
bool ip_world_setup(void);
/* Takes it down; checks that the frames add up and nothing is left. */
void ip_world_teardown(void);

int ip_world_addr(struct fake_dev *fd, be32 addr, u8 len);
int ip_world_neigh(struct fake_dev *fd, be32 addr, const u8 *mac);
void ip_world_forwarding(bool on);
/* Sets a sysctl; notes a failure when that does not work. Return: what it was before. */
int ip_world_sysctl(const char *name, int value);
/* Runs `line` as typed. Return: its status, output in text (of @size bytes). */
int ip_world_run(const char *line, char *text, size_t size);

/* A packet to be made. Zero fields mean the usual: see ip_build(). */
struct ip_packet {
	be32		saddr, daddr;
	u8		ttl;		/* 0: 64 */
	bool		ttl_zero;
	u8		tos, protocol;	/* 0: UDP */
	u16		id, frag_off;	/* host order; frag_off with its flags */
	const u8	*options;
	unsigned int	optlen;		/* multiple of 4 */
	unsigned int	len;		/* bytes behind the IP header; data count up from 0 */
	const void	*data;		/* instead */
	const u8	*eth_dest;	/* NULL: the device's */
	u16 sport, dport; /* UDP header over data when protocol is UDP and not a later fragment */
};
/* A buffer for a frame: two bytes off, so that the header behind Ethernet's is aligned. */
#define IP_FRAME_MAX 4096
#define IP_FRAME(name) \
	static u8 name##_buf[IP_FRAME_MAX + 2] __aligned(4); \
	static u8 *const name = name##_buf + 2
/* Return: the frame's length. The UDP header and all checksums are right. */
unsigned int ip_build(u8 *frame, const struct fake_dev *fd, const struct ip_packet *p);
/* Makes it, and has @fd receive it. */
void ip_receive(struct fake_dev *fd, const struct ip_packet *p);
/* The IP header in a frame of ip_build(), and making its checksum anew. */
struct iphdr *ip_frame_hdr(u8 *frame);
void ip_frame_fix(u8 *frame);

/*
 * An ICMP message that @fd has sent, oldest first; false: the next frame is none, or there is none.
 */
struct ip_icmp_seen {
	be32		saddr, daddr;
	u8		type, code, tos, ttl;
	be32		info;
	unsigned int	quoted;		/* bytes behind its header */
	u8		quote[600];
	bool		csum_ok;
};
bool ip_icmp_sent(struct fake_dev *fd, struct ip_icmp_seen *seen);

/* How often @reason has dropped a packet by now. */
u64 ip_dropped(enum drop_reason reason);

/* Expects @stmt to drop exactly one packet, for @reason. */
#define EXPECT_DROP(reason, stmt)							\
	do {										\
		u64 before_ = ip_dropped(reason), all_ = ip_dropped(DROP_REASON_MAX);	\
		stmt;									\
		EXPECT_EQ(ip_dropped(reason), before_ + 1);				\
		EXPECT_EQ(ip_dropped(DROP_REASON_MAX), all_ + 1);			\
	} while (0)
/* Expects @stmt to drop nothing. */
#define EXPECT_NO_DROP(stmt)								\
	do {										\
		u64 all_ = ip_dropped(DROP_REASON_MAX);					\
		stmt;									\
		EXPECT_EQ(ip_dropped(DROP_REASON_MAX), all_);				\
	} while (0)

#endif
