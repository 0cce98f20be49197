/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/lock_graph.c - what was ever seen of locks: classes, contexts, order.
 *
 * Order      A directed graph of classes: an edge for each pair "held, then taken". A new edge that
 *            closes a cycle is an inversion. An edge comes only once, so that the search for cycles
 *            costs nothing in the long run. A trylock does not wait: it makes no edge to itself,
 *            but what is taken under it does. Edges are made across contexts, too: an interrupt's
 *            locks count as taken under those of the thread below it, which waits for it.
 * Context    A class that an interrupt handler takes may not be taken with interrupts on: the
 *            handler would wait for the code that it interrupted. Nor may it be held over a class
 *            that is: two CPUs do the same with one step between. So for softirqs.
 * Structure  Classes are numbered from 1. The graph is a matrix of bits, and its transpose; the
 *            list of edges beside it keeps the calls that made each.
 * Locking    graph_lock, a plain word, interrupts off: classes, edges, usage bits. Readers of the
 *            bits look without it: they are only ever set (but for a usage that was reported).
 * Limits     CLASSES_MAX 256 (the kernel has some 50, the self-tests as many), EDGES_MAX 1,024
 *            (some 150 are seen). When one is full a warning says so and all checks end.
 * Observe    the command "locks"; tools/check-lock-order compares it with docs/locking.md
 */
#include <arch/atomic.h>
#include <arch/irqflags.h>
#include <arch/trap.h>

#include "kernel/base/lock_debug_internal.h"
#include "lib/printf.h"
#include "lib/string.h"

#define CLASSES_MAX 256u
#define EDGES_MAX   1024u
#define CLASS_WORDS (CLASSES_MAX / 64)

/* Locks: [I] immutable once it is numbered, [g] graph_lock */
struct lock_class {
	const char *name, *site;		  /* [I] */
	u16 subclass;				  /* [I] */
	u16 next;				  /* [I] in its hash chain */
	bool mutex;				  /* [I] */
	u8 usage;				  /* [g] bit per enum lock_usage */
	u8 written;				  /* [g] the same, but for readers of rwlocks */
	u64 taken, contended;			  /* [a] */
	struct lock_trace traces[NR_LOCK_USAGES]; /* [g] the first time of each */
};

struct edge {
	u16 from, to;
	struct lock_trace trace;
};

struct class_set {
	u64 words[CLASS_WORDS];
};

static u32 graph_lock;
static struct lock_class classes[CLASSES_MAX];
static u32 class_count = 1;
static u16 class_hash[CLASSES_MAX];
static struct edge edges[EDGES_MAX];
static u32 edge_count;
static struct class_set after[CLASSES_MAX];  /* after[a] has b: a is held, b taken */
static struct class_set before[CLASSES_MAX]; /* before[b] has a */

/* ---- the graph ---- */

static void trace_save(struct lock_trace *trace, unsigned long fp)
{
	trace->n = backtrace_collect(trace->pcs, TRACE_MAX, fp);
}

static void graph_lock_take(unsigned long *flags)
{
	local_irq_save(*flags);
	while (xchg(&graph_lock, 1u))
		cpu_relax();
}

static void graph_lock_release(unsigned long flags)
{
	smp_store_release(&graph_lock, 0u);
	local_irq_restore(flags);
}

static bool set_has(const struct class_set *set, unsigned int nr)
{
	return READ_ONCE(set->words[nr / 64]) >> (nr % 64) & 1;
}

static void set_add(struct class_set *set, unsigned int nr)
{
	WRITE_ONCE(set->words[nr / 64], set->words[nr / 64] | BIT_ULL(nr % 64));
}

static unsigned int class_find(unsigned int hash, const struct lock_debug *d, unsigned int subclass)
{
	unsigned int nr;

	for (nr = smp_load_acquire(&class_hash[hash]); nr; nr = classes[nr].next)
		if (classes[nr].site == d->site && classes[nr].name == d->name &&
		    classes[nr].subclass == subclass)
			return nr;
	return 0;
}

/* A literal has one address at each place in the source: that is the key. */
static unsigned int class_new(const struct lock_debug *d, unsigned int subclass, bool mutex)
{
	unsigned int hash = ((uintptr_t)d->site / 8 + subclass) % CLASSES_MAX;
	struct lock_class *c;
	unsigned long flags;
	unsigned int nr;

	nr = class_find(hash, d, subclass);
	if (nr)
		return nr;
	graph_lock_take(&flags);
	nr = class_find(hash, d, subclass);
	if (!nr && class_count < CLASSES_MAX) {
		nr = class_count;
		c = &classes[nr];
		c->name = d->name;
		c->site = d->site;
		c->subclass = subclass;
		c->mutex = mutex;
		c->next = class_hash[hash];
		smp_store_release(&class_hash[hash], (u16)nr);
		smp_store_release(&class_count, nr + 1);
	}
	graph_lock_release(flags);
	if (!nr)
		lockdebug_table_full("classes");
	return nr;
}

unsigned int lock_class_of(struct lock_debug *d, unsigned int subclass, bool mutex)
{
	unsigned int nr = READ_ONCE(d->class);

	if (nr && !subclass)
		return nr;
	nr = class_new(d, subclass, mutex);
	if (!subclass)
		WRITE_ONCE(d->class, nr);
	return nr;
}

/*
 * reach() - all classes that @start leads to in @graph, itself included. graph_lock is held.
 * @parent, if not NULL, is told by which class each was reached.
 */
static void reach(const struct class_set *graph, unsigned int start, struct class_set *seen,
		  u16 *parent)
{
	u16 queue[CLASSES_MAX];
	unsigned int head = 0, tail = 0, word, nr;
	u64 fresh;

	memset(seen, 0, sizeof(*seen));
	set_add(seen, start);
	queue[tail++] = start;
	while (head < tail) {
		const struct class_set *next = &graph[queue[head]];

		for (word = 0; word < CLASS_WORDS; word++) {
			fresh = next->words[word] & ~seen->words[word];
			seen->words[word] |= fresh;
			for (; fresh; fresh &= fresh - 1) {
				nr = word * 64 + __builtin_ctzll(fresh);
				if (parent)
					parent[nr] = queue[head];
				queue[tail++] = nr;
			}
		}
		head++;
	}
}

static const struct lock_trace *edge_trace(unsigned int from, unsigned int to)
{
	unsigned int i;

	for (i = 0; i < edge_count; i++)
		if (edges[i].from == from && edges[i].to == to)
			return &edges[i].trace;
	return NULL;
}

/*
 * The way @from -> ... -> @to as text, and the trace of its first step. graph_lock is held.
 * Return: false when there is no way.
 */
static bool find_way(unsigned int from, unsigned int to, char *text, size_t size,
		     const struct lock_trace **trace)
{
	static u16 parent[CLASSES_MAX]; /* [graph_lock] */
	struct class_set seen;
	unsigned int nr, next = to;
	size_t n;

	/* Backwards, so that parent[] leads from @from on. */
	reach(before, to, &seen, parent);
	if (!set_has(&seen, from))
		return false;
	n = scnprintf(text, size, "%s", classes[from].name);
	*trace = edge_trace(from, parent[from]);
	for (nr = from; nr != to; nr = next) {
		next = parent[nr];
		n += scnprintf(text + n, size - n, " -> %s", classes[next].name);
	}
	return true;
}

/* ---- contexts ---- */

static const struct {
	enum lock_usage in, on;
	const char *in_text, *on_text;
} context_rules[] = {
	{ IN_HARDIRQ, HARDIRQS_ON, "hard interrupts", "interrupts on" },
	{ IN_SOFTIRQ, SOFTIRQS_ON, "softirqs", "softirqs on" },
};

/* The first class of @set that was used so, 0 when none was. */
static unsigned int used_so(const struct class_set *set, enum lock_usage usage)
{
	unsigned int nr;

	for (nr = 1; nr < class_count; nr++)
		if (set_has(set, nr) && classes[nr].usage & BIT(usage))
			return nr;
	return 0;
}

/*
 * context_conflict() - does a way through @from -> @to (one class, when its usage has changed) lead
 * from a lock of interrupts to one that they may find taken?
 * graph_lock is held. Return: the rule broken and both classes, or false.
 */
static bool context_conflict(unsigned int from, unsigned int to, unsigned int *rule,
			     unsigned int *safe, unsigned int *unsafe)
{
	struct class_set above, below;
	const struct lock_class *c;

	reach(before, from, &above, NULL);
	reach(after, to, &below, NULL);
	for (*rule = 0; *rule < ARRAY_SIZE(context_rules); (*rule)++) {
		*safe = used_so(&above, context_rules[*rule].in);
		*unsafe = used_so(&below, context_rules[*rule].on);
		c = &classes[*safe];
		/* Readers of one lock do not wait for each other. */
		if (*safe == *unsafe &&
		    !(c->written & (BIT(context_rules[*rule].in) | BIT(context_rules[*rule].on))))
			continue;
		if (*safe && *unsafe)
			return true;
	}
	return false;
}

static void report_context(unsigned int rule, unsigned int safe, unsigned int unsafe,
			   enum lock_usage now)
{
	const struct lock_class *s = &classes[safe], *u = &classes[unsafe];
	bool in_now = now == context_rules[rule].in;
	const struct lock_class *other = in_now ? u : s;
	enum lock_usage other_usage = in_now ? context_rules[rule].on : context_rules[rule].in;
	char title[TEXT_MAX];

	scnprintf(title, sizeof(title), "%s (%s) was taken %s %s by:", other->name, other->site,
		  in_now ? "with" : "in",
		  in_now ? context_rules[rule].on_text : context_rules[rule].in_text);
	if (safe == unsafe)
		lockdebug_report(&other->traces[other_usage], title,
				 "lock context: %s is taken in %s, and with %s", s->name,
				 context_rules[rule].in_text, context_rules[rule].on_text);
	else
		lockdebug_report(&other->traces[other_usage], title,
				 "lock context: %s, taken in %s, is held over %s, taken with %s",
				 s->name, context_rules[rule].in_text, u->name,
				 context_rules[rule].on_text);
}

/* The class is used in a way that was not seen before. */
static void usage_add(unsigned int nr, unsigned int usage, unsigned int written, unsigned long fp)
{
	struct lock_class *c = &classes[nr];
	unsigned int rule, safe, unsafe, i, fresh;
	unsigned long flags;
	bool conflict;

	graph_lock_take(&flags);
	fresh = usage & ~c->usage;
	for (i = 0; i < NR_LOCK_USAGES; i++)
		if (fresh & BIT(i))
			trace_save(&c->traces[i], fp);
	c->usage |= usage;
	c->written |= written;
	conflict = context_conflict(nr, nr, &rule, &safe, &unsafe);
	if (conflict) /* what was reported is not kept: each report is of one thing */
		c->usage &= ~fresh;
	graph_lock_release(flags);
	if (conflict)
		report_context(rule, safe, unsafe,
			       usage & BIT(context_rules[rule].in) ? context_rules[rule].in
								   : context_rules[rule].on);
}

void lock_class_used(unsigned int nr, unsigned int usage, unsigned int written, unsigned long fp)
{
	struct lock_class *c = &classes[nr];

	__atomic_fetch_add(&c->taken, 1, __ATOMIC_RELAXED);
	if (usage & ~c->usage || written & ~c->written)
		usage_add(nr, usage, written, fp);
}

void lock_class_contended(unsigned int nr)
{
	__atomic_fetch_add(&classes[nr].contended, 1, __ATOMIC_RELAXED);
}

/* ---- order ---- */

void lock_edge_add(unsigned int from, unsigned int to, unsigned long fp)
{
	const struct lock_trace *other = NULL;
	unsigned int rule, safe, unsafe;
	char way[TEXT_MAX / 2], title[TEXT_MAX];
	unsigned long flags;
	bool conflict;

	if (set_has(&after[from], to))
		return;
	graph_lock_take(&flags);
	if (set_has(&after[from], to)) {
		graph_lock_release(flags);
		return;
	}
	if (find_way(to, from, way, sizeof(way), &other)) {
		graph_lock_release(flags);
		scnprintf(title, sizeof(title), "The other order, %s (%s, %s), was taken by:", way,
			  classes[to].site, classes[from].site);
		lockdebug_report(other, title, "lock order inversion: %s -> %s here, %s before",
				 classes[from].name, classes[to].name, way);
		return;
	}
	if (edge_count == EDGES_MAX) {
		graph_lock_release(flags);
		lockdebug_table_full("edges");
		return;
	}
	conflict = context_conflict(from, to, &rule, &safe, &unsafe);
	if (!conflict) {
		edges[edge_count].from = from;
		edges[edge_count].to = to;
		trace_save(&edges[edge_count].trace, fp);
		smp_store_release(&edge_count, edge_count + 1);
		set_add(&before[to], from);
		set_add(&after[from], to);
	}
	graph_lock_release(flags);
	if (conflict)
		report_context(rule, safe, unsafe, NR_LOCK_USAGES);
}

/* ---- for those who look ---- */

bool lockdebug_class_info(unsigned int nr, struct lock_class_info *info)
{
	const struct lock_class *c = &classes[nr];

	if (!nr || nr >= smp_load_acquire(&class_count))
		return false;
	*info = (struct lock_class_info){
		.name = c->name,
		.site = c->site,
		.subclass = c->subclass,
		.mutex = c->mutex,
		.in_hardirq = c->usage & BIT(IN_HARDIRQ),
		.hardirqs_on = c->usage & BIT(HARDIRQS_ON),
		.in_softirq = c->usage & BIT(IN_SOFTIRQ),
		.softirqs_on = c->usage & BIT(SOFTIRQS_ON),
		.taken = READ_ONCE(c->taken),
		.contended = READ_ONCE(c->contended),
	};
	return true;
}

bool lockdebug_edge(unsigned int nr, unsigned int *from, unsigned int *to)
{
	if (nr >= smp_load_acquire(&edge_count))
		return false;
	*from = edges[nr].from;
	*to = edges[nr].to;
	return true;
}
