/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/random.c - random numbers.
 *
 * Overview   A ChaCha20 key per machine, and a block of its output per CPU to draw from. Making a
 *            block also makes the next key, so what was given out cannot be computed from what is
 *            in memory later ("fast key erasure").
 * Entropy    add_entropy() mixes bytes into the key and counts the bits that its caller vouches
 *            for. Sources: RDSEED/RDRAND, virtio-rng, fw_cfg opt/org.flagstone/seed, else the
 *            jitter of the TSC, with one warning.
 * Locking    pool.lock (interrupts off), a leaf: key, counter. A CPU's block is used with
 *            interrupts off; what a dead CPU had left of its block is wiped.
 * Reference  RFC 8439 section 2.3 (the block function); D. J. Bernstein, "Fast-key-erasure
 *            random-number generators", 2017.
 */
#define pr_fmt(fmt) "random: " fmt

#include <arch/cpu.h>
#include <arch/percpu.h>
#include <arch/random.h>

#include "kernel/base/cpu.h"
#include "kernel/base/printk.h"
#include "kernel/base/random.h"
#include "kernel/base/spinlock.h"
#include "lib/string.h"

#define KEY_WORDS   8
#define BLOCK_WORDS 16
#define DRAW_BYTES  ((BLOCK_WORDS - KEY_WORDS) * 4) /* of a block; the rest is the next key */
#define SEED_BITS   128

static struct {
	spinlock_t lock;
	u32 key[KEY_WORDS];	/* [lock] */
	u64 counter;		/* [lock] */
	u64 generation;		/* [lock] +1 by add_entropy(): the CPUs' blocks are stale */
	unsigned int bits;	/* [lock] */
} pool = { .lock = SPINLOCK_INIT(pool.lock) };

struct random_block {
	u8 bytes[DRAW_BYTES];
	u32 left;
	u64 generation;
};

static DEFINE_PER_CPU(struct random_block, random_blocks);

static inline u32 rotl32(u32 x, unsigned int n)
{
	return x << n | x >> (32 - n);
}

static void quarter_round(u32 *x, unsigned int a, unsigned int b, unsigned int c, unsigned int d)
{
	x[a] += x[b];
	x[d] = rotl32(x[d] ^ x[a], 16);
	x[c] += x[d];
	x[b] = rotl32(x[b] ^ x[c], 12);
	x[a] += x[b];
	x[d] = rotl32(x[d] ^ x[a], 8);
	x[c] += x[d];
	x[b] = rotl32(x[b] ^ x[c], 7);
}

void chacha20_block(const u32 in[BLOCK_WORDS], u32 out[BLOCK_WORDS])
{
	unsigned int i;

	memcpy(out, in, BLOCK_WORDS * 4);
	for (i = 0; i < 10; i++) {
		quarter_round(out, 0, 4, 8, 12);
		quarter_round(out, 1, 5, 9, 13);
		quarter_round(out, 2, 6, 10, 14);
		quarter_round(out, 3, 7, 11, 15);
		quarter_round(out, 0, 5, 10, 15);
		quarter_round(out, 1, 6, 11, 12);
		quarter_round(out, 2, 7, 8, 13);
		quarter_round(out, 3, 4, 9, 14);
	}
	for (i = 0; i < BLOCK_WORDS; i++)
		out[i] += in[i];
}

/* One block from the pool: a new key, and DRAW_BYTES for the caller. Lock held. */
static void pool_draw(u8 *bytes)
{
	u32 in[BLOCK_WORDS] = { 0x61707865, 0x3320646e, 0x79622d32, 0x6b206574 };
	u32 out[BLOCK_WORDS];

	memcpy(in + 4, pool.key, sizeof(pool.key));
	in[12] = pool.counter;
	in[13] = pool.counter >> 32;
	pool.counter++;
	chacha20_block(in, out);
	memcpy(pool.key, out, sizeof(pool.key));
	if (bytes)
		memcpy(bytes, out + KEY_WORDS, DRAW_BYTES);
	memset(in, 0, sizeof(in));
	memset(out, 0, sizeof(out));
	__asm__ volatile("" : : "r"(in), "r"(out) : "memory");
}

/*
 * A whole new block is drawn when @n bytes are not left, or entropy has come since. Interrupts off.
 */
static struct random_block *block_with(u32 n)
{
	struct random_block *b = this_cpu_ptr(&random_blocks);

	if (b->left < n || b->generation != READ_ONCE(pool.generation)) {
		spin_lock(&pool.lock);
		pool_draw(b->bytes);
		b->generation = pool.generation;
		spin_unlock(&pool.lock);
		b->left = DRAW_BYTES;
	}
	return b;
}

static void random_cpu_dead(unsigned int cpu)
{
	memset(per_cpu_ptr(&random_blocks, cpu), 0, sizeof(struct random_block));
}
CPU_NOTIFIER(random, .dead = random_cpu_dead);

void get_random_bytes(void *buf, size_t n)
{
	struct random_block *b;
	unsigned long flags;
	u8 *to = buf;
	u32 part;

	while (n) {
		part = min_t(size_t, n, DRAW_BYTES);
		local_irq_save(flags);
		b = block_with(part);
		b->left -= part;
		memcpy(to, b->bytes + b->left, part);
		memset(b->bytes + b->left, 0, part);
		local_irq_restore(flags);
		to += part;
		n -= part;
	}
}

u32 get_random_u32(void)
{
	u32 v;

	get_random_bytes(&v, sizeof(v));
	return v;
}

u64 get_random_u64(void)
{
	u64 v;

	get_random_bytes(&v, sizeof(v));
	return v;
}

u32 get_random_u32_below(u32 ceil)
{
	u64 product = (u64)get_random_u32() * ceil;

	/*
	 * Lemire, "Fast random integer generation in an interval", 2019: the few products that
	 * would bias are drawn again.
	 */
	if ((u32)product < ceil) {
		u32 floor = -ceil % ceil;

		while ((u32)product < floor)
			product = (u64)get_random_u32() * ceil;
	}
	return product >> 32;
}

void add_entropy(const void *buf, size_t n, unsigned int bits)
{
	const u8 *bytes = buf;
	unsigned long flags;
	size_t i, part;

	spin_lock_irqsave(&pool.lock, flags);
	do {
		part = min(n, sizeof(pool.key));
		for (i = 0; i < part; i++)
			((u8 *)pool.key)[i] ^= bytes[i];
		pool.counter += part;
		pool_draw(NULL);
		bytes += part;
		n -= part;
	} while (n);
	pool.bits = min(pool.bits + bits, 4u * SEED_BITS);
	pool.generation++;
	spin_unlock_irqrestore(&pool.lock, flags);
}

bool random_is_seeded(void)
{
	return READ_ONCE(pool.bits) >= SEED_BITS;
}

void random_init(void)
{
	u64 words[4];
	u64 tsc = rdtsc();
	unsigned int n = 0;

	add_entropy(&tsc, sizeof(tsc), 0);
	while (n < ARRAY_SIZE(words) && arch_get_random_u64(&words[n]))
		n++;
	add_entropy(words, n * sizeof(words[0]), n * 64);
}

void random_init_late(void)
{
	u64 samples[64];
	unsigned int i;

	if (random_is_seeded())
		return;
	for (i = 0; i < ARRAY_SIZE(samples); i++) {
		samples[i] = rdtsc();
		cpu_relax();
	}
	add_entropy(samples, sizeof(samples), 0);
	pr_warn("no source of entropy (RDRAND, virtio-rng, fw_cfg seed): only timing jitter");
}
