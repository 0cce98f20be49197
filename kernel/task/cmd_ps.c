/* SPDX-License-Identifier: MIT */
/*
 * kernel/task/cmd_ps.c - ps: the threads.
 *
 * The list's lock is held while they are collected, and printing may sleep: so there is a table in
 * between. It has room for those that come between counting and collecting, within SPARE_ROWS.
 */
#include "kernel/base/command.h"
#include "kernel/base/sched.h"
#include "kernel/base/time.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/slab.h"

#define SPARE_ROWS 32

struct ps_row {
	char name[THREAD_NAME_LEN];
	u32 tid;
	u32 state;
	u16 cpu;
	bool on_cpu;
	u64 run_ns;
	u64 switches;
};

struct ps_table {
	unsigned int count, room;
	struct ps_row rows[];
};

static void count_thread(const struct thread *t, void *arg)
{
	++*(unsigned int *)arg;
}

static void collect(const struct thread *t, void *arg)
{
	struct ps_table *table = arg;
	struct ps_row *row;

	if (table->count == table->room)
		return;
	row = &table->rows[table->count++];
	memcpy(row->name, t->name, sizeof(row->name));
	row->tid = t->tid;
	row->state = READ_ONCE(t->state);
	row->cpu = READ_ONCE(t->cpu);
	row->on_cpu = READ_ONCE(t->on_cpu);
	row->run_ns = READ_ONCE(t->run_ns);
	if (row->on_cpu)
		row->run_ns += ktime_get_ns() - READ_ONCE(t->started_ns);
	row->switches = READ_ONCE(t->switches);
}

static int cmd_ps(struct command_ctx *ctx, int argc, char **argv)
{
	unsigned int threads = SPARE_ROWS;
	struct ps_table *table;

	if (argc > 1)
		return command_usage(ctx);
	thread_for_each(count_thread, &threads);
	table = kzalloc(sizeof(*table) + threads * sizeof(table->rows[0]), GFP_KERNEL);
	if (!table)
		return -ENOMEM;
	table->room = threads;
	thread_for_each(collect, table);
	out_puts(ctx->out, "  PID CPU STAT       TIME   SWITCHES COMMAND\n");
	for (unsigned int i = 0; i < table->count; i++) {
		const struct ps_row *row = &table->rows[i];

		out_printf(ctx->out, "%5u %3u %c    %6llu.%03llu %10llu %s\n", row->tid, row->cpu,
			   row->on_cpu || row->state == TASK_RUNNING ? 'R' : 'S',
			   (unsigned long long)(row->run_ns / NSEC_PER_SEC),
			   (unsigned long long)(row->run_ns / NSEC_PER_MSEC % 1000),
			   (unsigned long long)row->switches, row->name);
	}
	kfree(table);
	return 0;
}
SHELL_COMMAND(ps, "ps", cmd_ps);
