/* SPDX-License-Identifier: MIT */
/*
 * net/ipv4/inetpeer.c - what is remembered about remote hosts so that they are not sent too much.
 *
 * Overview    A table of fixed size, one slot a hash value: a newcomer takes the slot of whoever
 *             has it. Losing one's slot means a full bucket again; the global limit in icmp.c
 *             bounds what that can be used for. So the memory is the same whatever the network
 *             sends.
 * Limits      1,024 slots of 20 bytes: more than the errors a second that the global limit lets
 *             out. SipHash, because who gets an answer and who not can be seen from outside.
 * Locking     inet_peer_lock, a leaf, bottom halves off. Only packets that cause an error come
 *             here. The time is read under it: read before, it could lie before the time that
 *             another CPU has left meanwhile, and "now - then" would be for ever.
 * Reference   RFC 1812 section 4.3.2.8 (rate limiting), Linux's token bucket and redirect back-off.
 */
#include "net/ipv4/inetpeer.h"

#include "kernel/base/random.h"
#include "kernel/base/spinlock.h"
#include "kernel/base/time.h"
#include "lib/siphash.h"
#include "lib/string.h"

#define INET_PEER_SLOTS	1024

/* Locks: all by inet_peer_lock. */
struct inet_peer {
	be32	addr;		/* 0: free */
	u32	n_redirects;
	u32	rate_tokens;	/* ms of credit */
	u32	rate_last;	/* ms since entry */
	u32	redirect_last;	/* ms since entry */
};

static struct inet_peer inet_peers[INET_PEER_SLOTS];
static struct siphash_key inet_peer_key;
static bool inet_peer_keyed;
static DEFINE_SPINLOCK(inet_peer_lock);

/* ms since entry. It never falls, even if the clocks of two CPUs differ. Under inet_peer_lock. */
static u32 inet_peer_now(void)
{
	static u64 latest;

	latest = max(latest, ktime_get_ns() / NSEC_PER_MSEC);
	return (u32)latest;
}

/* The slot of @addr, fresh if somebody else had it. Under inet_peer_lock. */
static struct inet_peer *inet_peer_get(be32 addr, u32 now)
{
	struct inet_peer *p;

	if (!inet_peer_keyed) {
		get_random_bytes(&inet_peer_key, sizeof(inet_peer_key));
		inet_peer_keyed = true;
	}
	p = &inet_peers[siphash_1u64(addr, &inet_peer_key) % INET_PEER_SLOTS];
	if (p->addr != addr) {
		p->addr = addr;
		p->n_redirects = 0;
		p->rate_tokens = UINT_MAX;	/* full, whatever full is */
		p->rate_last = now;
		p->redirect_last = now;
	}
	return p;
}

bool inet_peer_allow(be32 addr, unsigned int timeout_ms)
{
	struct inet_peer *p;
	u32 now;
	bool allowed;
	u64 tokens;

	spin_lock_bh(&inet_peer_lock);
	now = inet_peer_now();
	p = inet_peer_get(addr, now);
	tokens = (u64)p->rate_tokens + (now - p->rate_last);
	if (tokens > (u64)INET_PEER_BURST * timeout_ms)
		tokens = (u64)INET_PEER_BURST * timeout_ms;
	p->rate_last = now;
	allowed = tokens >= timeout_ms;
	p->rate_tokens = (u32)(allowed ? tokens - timeout_ms : tokens);
	spin_unlock_bh(&inet_peer_lock);
	return allowed;
}

bool inet_peer_redirect(be32 addr, unsigned int number, unsigned int load_ms,
			unsigned int silence_ms)
{
	struct inet_peer *p;
	u32 now;
	bool allowed = false;

	spin_lock_bh(&inet_peer_lock);
	now = inet_peer_now();
	p = inet_peer_get(addr, now);
	if (now - p->redirect_last > silence_ms)
		p->n_redirects = 0;
	if (p->n_redirects >= number) {
		/* It does not listen. Each packet prolongs the silence. */
		p->redirect_last = now;
	} else if (!p->n_redirects ||
		   now - p->redirect_last > (u64)load_ms << min(p->n_redirects, 20u)) {
		p->redirect_last = now;
		p->n_redirects++;
		allowed = true;
	}
	spin_unlock_bh(&inet_peer_lock);
	return allowed;
}

void inet_peer_reset(void)
{
	spin_lock_bh(&inet_peer_lock);
	memset(inet_peers, 0, sizeof(inet_peers));
	spin_unlock_bh(&inet_peer_lock);
}
