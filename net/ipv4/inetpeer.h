/* SPDX-License-Identifier: MIT */
/*
 * net/ipv4/inetpeer.h - what is remembered about remote hosts so that they are not sent too much.
 */
#ifndef NET_IPV4_INETPEER_H
#define NET_IPV4_INETPEER_H

#include "lib/types.h"

/*
 * inet_peer_allow() - may @addr be sent one more ICMP error, when one every @timeout_ms is the
 * rule? A host that got none for a while may get INET_PEER_BURST in a row. Context: softirq or
 * bottom halves off.
 */
bool inet_peer_allow(be32 addr, unsigned int timeout_ms);
#define INET_PEER_BURST 6

/*
 * inet_peer_redirect() - may @addr be sent one more redirect? After @number without effect: not any
 * more until it has given no reason for @silence_ms; the pause between two begins with @load_ms and
 * doubles.
 */
bool inet_peer_redirect(be32 addr, unsigned int number, unsigned int load_ms,
			unsigned int silence_ms);

void inet_peer_reset(void);	/* forget everybody (tests) */

#endif /* NET_IPV4_INETPEER_H */
