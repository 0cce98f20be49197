/* SPDX-License-Identifier: MIT */
/*
 * tests/host/cpu.c - the host's CPUs: per-CPU base, virtual time, interrupts, thread stacks, traps.
 *
 * Overview   a CPU is a thread of the process; the kernel starts and stops the secondary ones as it
 *            does everywhere (arch_cpu_start). The per-CPU operations are the kernel's own
 *            instructions: a process owns its %gs base on x86_64 Linux, so they run as they are.
 * Time       virtual, so that a test that sleeps for a minute takes none: the clock moves 20 ns when
 *            it is read, 1 us in each turn of a waiting loop (cpu_relax), and to the next event when
 *            all CPUs idle. With one CPU every run is the same.
 * Interrupts clock events and IPIs. They are taken where interrupts are on: in cpu_relax(), in
 *            local_irq_enable() and when idle. So a loop that does none of these is never
 *            interrupted.
 * Locking    a CPU's state is its own, but for ipis (atomic) and what idle_lock guards: who idles,
 *            and until when.
 * Stacks     context_switch_to() is the kernel's, and AddressSanitizer is told of every switch. A
 *            kernel thread may go on on another CPU, so nothing of a CPU is thread-local (a compiler
 *            may keep the address of a __thread variable): it is per-CPU data.
 */
#define _GNU_SOURCE
#include <asm/prctl.h>
#include <execinfo.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>

#include <arch/barrier.h>
#include <arch/bug.h>
#include <arch/cpu.h>
#include <arch/exit.h>
#include <arch/irq.h>
#include <arch/irqflags.h>
#include <arch/page.h>
#include <arch/percpu.h>
#include <arch/random.h>
#include <arch/smp.h>
#include <arch/symbols.h>
#include <arch/thread.h>
#include <arch/time.h>
#include <arch/trap.h>
#include "lib/bug.h"
#include "lib/errno.h"
#include "tests/host/host.h"

static void host_cpu_comes(unsigned int cpu);
static void host_cpu_gone(void);

/* ---- per-CPU areas, starting and stopping ---- */

unsigned long __per_cpu_offset[NR_CPUS];
unsigned int nr_cpu_ids = 1;
cpumask_t cpu_online_mask = 1;
DEFINE_PER_CPU(unsigned long, this_cpu_off);
DEFINE_PER_CPU(unsigned int, cpu_number);

static unsigned int cpu_limit = NR_CPUS;
static cpumask_t alive; /* [a] secondary CPUs whose thread runs */

static void use_area(unsigned int cpu)
{
	if (syscall(SYS_arch_prctl, ARCH_SET_GS, __per_cpu_offset[cpu])) {
		perror("host runner: ARCH_SET_GS");
		exit(2);
	}
}

void percpu_set_base(unsigned int cpu, unsigned long offset)
{
	__per_cpu_offset[cpu] = offset;
	per_cpu(this_cpu_off, cpu) = offset;
	per_cpu(cpu_number, cpu) = cpu;
	if (cpu == 0)
		use_area(0);
}

void host_cpu_init(void)
{
	percpu_set_base(0, 0);
	cpu_init();
}

void arch_cpu_limit(unsigned int max)
{
	cpu_limit = min(max, (unsigned int)NR_CPUS);
}

/* The host's APIC IDs are the numbers times two: with gaps, as on machines without hyperthreads. */
int arch_cpu_register(u32 apic_id)
{
	if (apic_id / 2 < nr_cpu_ids)
		return -EEXIST;
	if (nr_cpu_ids >= cpu_limit)
		return -ENOSPC;
	return (int)nr_cpu_ids++;
}

u32 arch_cpu_apic_id(unsigned int cpu)
{
	return cpu * 2;
}

int arch_cpu_by_apic_id(u32 apic_id)
{
	return apic_id % 2 || apic_id / 2 >= nr_cpu_ids ? -ENOENT : (int)apic_id / 2;
}

struct cpu_start {
	unsigned int cpu;
	void *stack_top;
	void (*entry)(void);
};

static void enter(void *arg)
{
	void (*entry)(void) = arg;

	entry();
	abort();
}

static DEFINE_PER_CPU(void *, own_sp); /* where the process's thread waits for the CPU's death */

static void *cpu_main(void *p)
{
	struct cpu_start *start = p, s = *start;

	free(start);
	use_area(s.cpu);
	this_cpu_write(host_irqs_off, true);
	__atomic_fetch_or(&alive, cpumask_of(s.cpu), __ATOMIC_SEQ_CST);
	context_switch_to(this_cpu_ptr(&own_sp),
			  thread_stack_prepare(s.stack_top, enter, (void *)s.entry));
	/* arch_cpu_die() came back here. */
	host_cpu_gone();
	__atomic_fetch_and(&alive, ~cpumask_of(s.cpu), __ATOMIC_SEQ_CST);
	return NULL;
}

int arch_cpu_start(unsigned int cpu, void *stack_top, void (*entry)(void))
{
	struct cpu_start *start = malloc(sizeof(*start));
	pthread_t thread;

	if (!start)
		return -ENOMEM;
	*start = (struct cpu_start){ cpu, stack_top, entry };
	host_cpu_comes(cpu);
	if (pthread_create(&thread, NULL, cpu_main, start)) {
		free(start);
		return -ENOMEM;
	}
	pthread_detach(thread);
	while (!(__atomic_load_n(&alive, __ATOMIC_SEQ_CST) & cpumask_of(cpu)))
		sched_yield();
	return 0;
}

void arch_cpu_die(void)
{
	void *unused;

	context_switch_to(&unused, this_cpu_read(own_sp));
	abort();
}

bool arch_cpu_wait_dead(unsigned int cpu)
{
	while (__atomic_load_n(&alive, __ATOMIC_SEQ_CST) & cpumask_of(cpu))
		sched_yield();
	return true;
}

void arch_stop_others(void)
{
}

/* CPUs that the kernel does not know: for tests of what needs a CPU, and no kernel on it. */

struct cpu_thread {
	pthread_t thread;
	unsigned int cpu;
	pthread_barrier_t *start;
	void (*fn)(unsigned int cpu, void *arg);
	void *arg;
};

static void *cpu_thread_main(void *p)
{
	struct cpu_thread *t = p;
	unsigned int number = NR_CPUS - t->cpu;
	size_t size = (size_t)(__stop_percpu - __start_percpu);
	char *area = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (area == MAP_FAILED)
		abort();
	percpu_set_base(number, (unsigned long)area - (unsigned long)__start_percpu);
	use_area(number);
	pthread_barrier_wait(t->start);
	t->fn(t->cpu, t->arg);
	munmap(area, size);
	return NULL;
}

void host_cpus_run(unsigned int n, void (*fn)(unsigned int cpu, void *arg), void *arg)
{
	struct cpu_thread threads[NR_CPUS];
	pthread_barrier_t start;

	BUG_ON(n + nr_cpu_ids > NR_CPUS);
	pthread_barrier_init(&start, NULL, n);
	for (unsigned int i = 0; i < n; i++) {
		threads[i] =
			(struct cpu_thread){.cpu = i + 1, .start = &start, .fn = fn, .arg = arg};
		pthread_create(&threads[i].thread, NULL, cpu_thread_main, &threads[i]);
	}
	for (unsigned int i = 0; i < n; i++)
		pthread_join(threads[i].thread, NULL);
}

/* ---- identification ---- */

struct cpu_info cpu_info = { .phys_bits = 40, .vendor = "host", .model_name = "host process" };
bool cpu_hypervisor = true; /* a thread may be off its core, like a guest's CPU */

void cpu_init(void)
{
}

void cpu_halt_forever(void)
{
	fflush(stdout);
	_exit(1);
}

void arch_reboot(void)
{
	cpu_halt_forever();
}

void debug_exit(u8 code)
{
	fflush(stdout);
	if (code == 0x12) /* a panic: this trace has names and lines */
		__sanitizer_print_stack_trace();
	_exit(2 * code + 1);
}

bool arch_get_random_u64(u64 *v)
{
	static u64 state = 0x9e3779b97f4a7c15ULL; /* every run the same */

	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	*v = state ^ state >> 29;
	return true;
}

/* ---- time and interrupts ---- */

#define NEVER (~0ull)

u64 tsc_hz = 1000000000;
const char *tsc_source = "virtual";

DEFINE_PER_CPU(bool, host_irqs_off);
static DEFINE_PER_CPU(u64, event_at);	/* [idle_lock to be seen by others] 0 before the first set */
static DEFINE_PER_CPU(u32, ipis);	/* [a] bit per enum arch_ipi */

static u64 now_ns = 1000000;
static void (*event_handler)(void);

static pthread_mutex_t idle_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t idle_wake = PTHREAD_COND_INITIALIZER;
static cpumask_t running = 1;		/* [idle_lock] CPUs that do not idle */
static u64 earliest = NEVER;		/* [idle_lock, read by all] of the events that idle CPUs wait for */

void time_init_arch(void)
{
}

void arch_set_pm_timer(u16 port)
{
}

u64 arch_clock_ns(void)
{
	return __atomic_add_fetch(&now_ns, 20, __ATOMIC_RELAXED);
}

void clockevent_init(void (*handler)(void))
{
	event_handler = handler;
	this_cpu_write(event_at, NEVER);
}

void (*host_clockevent_hook)(void);

void clockevent_set(u64 when)
{
	this_cpu_write(event_at, when ? when : 1);
	if (READ_ONCE(host_clockevent_hook))
		host_clockevent_hook();
}

void clockevent_stop(void)
{
	clockevent_set(NEVER);
}

static bool event_due(unsigned int cpu)
{
	u64 at = READ_ONCE(per_cpu(event_at, cpu));

	return at && READ_ONCE(now_ns) >= at;
}

static bool interrupt_waits(unsigned int cpu)
{
	return READ_ONCE(per_cpu(ipis, cpu)) || event_due(cpu);
}

/* All that waits for this CPU, one after the other, if it has its interrupts on. */
static void take_interrupts(void)
{
	if (this_cpu_read(host_irqs_off))
		return;
	while (interrupt_waits(smp_processor_id())) {
		u32 came;

		this_cpu_write(host_irqs_off, true);
		came = __atomic_exchange_n(this_cpu_ptr(&ipis), 0, __ATOMIC_SEQ_CST);
		arch_hooks.irq_enter();
		for (unsigned int ipi = 0; ipi < NR_IPIS; ipi++) {
			if (came & 1u << ipi)
				arch_hooks.ipi(ipi);
		}
		if (event_due(smp_processor_id())) {
			this_cpu_write(event_at, NEVER);
			event_handler();
		}
		arch_hooks.irq_exit();
		this_cpu_write(host_irqs_off, false);
	}
}

static void wake_idle_cpus(void)
{
	pthread_mutex_lock(&idle_lock);
	pthread_cond_broadcast(&idle_wake);
	pthread_mutex_unlock(&idle_lock);
}

void arch_send_ipi(unsigned int cpu, enum arch_ipi ipi)
{
	__atomic_fetch_or(per_cpu_ptr(&ipis, cpu), 1u << ipi, __ATOMIC_SEQ_CST);
	wake_idle_cpus();
}

void host_clock_advance(u64 ns)
{
	u64 now = __atomic_add_fetch(&now_ns, ns, __ATOMIC_RELAXED);

	if (now >= READ_ONCE(earliest))
		wake_idle_cpus();
	take_interrupts();
}

void local_irq_enable(void)
{
	barrier();
	this_cpu_write(host_irqs_off, false);
	take_interrupts();
}

void cpu_relax(void)
{
	if (smp_processor_id() || nr_cpu_ids > 1) /* there may be more CPUs than cores */
		sched_yield();
	host_clock_advance(1000);
}

static bool any_interrupt_waits(void)
{
	unsigned int cpu;

	for (cpu = 0; cpu < nr_cpu_ids; cpu++) {
		if (interrupt_waits(cpu))
			return true;
	}
	return false;
}

/* The last one to idle lets the time pass until something is due. idle_lock held. */
static void all_idle(void)
{
	if (earliest == NEVER) {
		fprintf(stderr, "host runner: all CPUs idle, and nothing can wake them\n");
		abort();
	}
	if (READ_ONCE(now_ns) < earliest)
		__atomic_store_n(&now_ns, earliest, __ATOMIC_RELAXED);
	pthread_cond_broadcast(&idle_wake);
}

static void earliest_update(void)
{
	u64 first = NEVER;
	unsigned int cpu;

	for (cpu = 0; cpu < nr_cpu_ids; cpu++) {
		u64 at = READ_ONCE(per_cpu(event_at, cpu));

		if (!(running & cpumask_of(cpu)) && at && at < first)
			first = at;
	}
	WRITE_ONCE(earliest, first);
}

void cpu_idle_wait(void)
{
	unsigned int cpu = smp_processor_id();

	pthread_mutex_lock(&idle_lock);
	running &= ~cpumask_of(cpu);
	earliest_update();
	while (!interrupt_waits(cpu)) {
		if (!running && !any_interrupt_waits())
			all_idle();
		else
			pthread_cond_wait(&idle_wake, &idle_lock);
	}
	running |= cpumask_of(cpu);
	earliest_update();
	pthread_mutex_unlock(&idle_lock);
	local_irq_enable();
}

/* A secondary CPU is about to run: the time is not to jump meanwhile. */
static void host_cpu_comes(unsigned int cpu)
{
	pthread_mutex_lock(&idle_lock);
	running |= cpumask_of(cpu);
	per_cpu(event_at, cpu) = 0;
	per_cpu(ipis, cpu) = 0;
	pthread_mutex_unlock(&idle_lock);
}

static void host_cpu_gone(void)
{
	unsigned int cpu = smp_processor_id();

	pthread_mutex_lock(&idle_lock);
	this_cpu_write(event_at, 0);
	this_cpu_write(ipis, 0);
	running &= ~cpumask_of(cpu);
	pthread_cond_broadcast(&idle_wake); /* the others may be all that is left, and all idle */
	pthread_mutex_unlock(&idle_lock);
}

int request_irq(unsigned int irq, irq_handler_t handler, const char *name, void *dev)
{
	return -EINVAL;
}

void free_irq(unsigned int irq, void *dev)
{
}

int msi_alloc(irq_handler_t handler, const char *name, void *dev, struct msi_msg *msg)
{
	return -ENODEV;
}

void msi_free(unsigned int irq, void *dev)
{
}

void irq_setup(void)
{
}

bool irq_have_apic(void)
{
	return false;
}

void irq_migrate_from(unsigned int cpu)
{
}

void irq_for_each(void (*fn)(const struct irq_info *info, void *ctx), void *ctx)
{
}

u64 irq_spurious_count(void)
{
	return 0;
}

/* ---- stacks ---- */

void host_switch_stacks(void **save_sp, void *next_sp);
void host_thread_begin(void);
void host_thread_enter(void (*entry)(void *arg), void *arg);

__asm__(".pushsection .text\n"
	".globl host_switch_stacks\n"
	"host_switch_stacks:\n"
	"	push %rbp; push %rbx; push %r12; push %r13; push %r14; push %r15\n"
	"	mov %rsp, (%rdi)\n"
	"	mov %rsi, %rsp\n"
	"	pop %r15; pop %r14; pop %r13; pop %r12; pop %rbx; pop %rbp\n"
	"	ret\n"
	".globl host_thread_begin\n"
	"host_thread_begin:\n"
	"	mov %rbx, %rdi\n"
	"	mov %r12, %rsi\n"
	"	call host_thread_enter\n"
	"	ud2\n"
	".popsection\n");

/*
 * Stacks that were prepared, so that a saved pointer tells its stack's bounds; old ones are reused.
 */
static char *stack_tops[1024];
static unsigned int stack_next;	/* [a] */

void *thread_stack_prepare(void *stack_top, void (*entry)(void *arg), void *arg)
{
	unsigned long *sp = (unsigned long *)stack_top - 9;

	/* A thread that ended in the middle of its calls left their frames' red zones behind. */
	__asan_unpoison_memory_region((char *)stack_top - THREAD_STACK_SIZE, THREAD_STACK_SIZE);
	stack_tops[__atomic_fetch_add(&stack_next, 1, __ATOMIC_RELAXED) % ARRAY_SIZE(stack_tops)] =
		stack_top;
	sp[0] = sp[1] = sp[2] = 0;
	sp[3] = (unsigned long)arg;
	sp[4] = (unsigned long)entry;
	sp[5] = 0;
	sp[6] = (unsigned long)host_thread_begin;
	sp[7] = sp[8] = 0;
	return sp;
}

static void announce_switch(void *sp)
{
	static void *fake; /* AddressSanitizer's heap frames, which are off */
	char *own;
	size_t size;
	pthread_attr_t attr;

	for (size_t i = 0; i < ARRAY_SIZE(stack_tops); i++) {
		char *top = stack_tops[i];

		if (top && (char *)sp < top && (char *)sp >= top - THREAD_STACK_SIZE) {
			__sanitizer_start_switch_fiber(&fake, top - THREAD_STACK_SIZE,
						       THREAD_STACK_SIZE);
			return;
		}
	}
	pthread_getattr_np(pthread_self(), &attr);
	pthread_attr_getstack(&attr, (void **)&own, &size);
	pthread_attr_destroy(&attr);
	__sanitizer_start_switch_fiber(&fake, own, size);
}

void context_switch_to(void **save_sp, void *next_sp)
{
	announce_switch(next_sp);
	host_switch_stacks(save_sp, next_sp);
	__sanitizer_finish_switch_fiber(NULL, NULL, NULL);
}

void host_thread_enter(void (*entry)(void *arg), void *arg)
{
	__sanitizer_finish_switch_fiber(NULL, NULL, NULL);
	entry(arg);
}

/* ---- traps ---- */

static void ignore(void)
{
}

static void ignore_ipi(unsigned int ipi)
{
}

static void fatal_trap_default(struct trap_frame *frame, const char *why)
{
	fprintf(stderr, "host runner: %s\n", why);
	abort();
}

static bool debug_trap_default(struct trap_frame *frame)
{
	return false;
}

static void *alloc_table_default(void)
{
	return NULL;
}

static void warn_default(const char *file, int line, struct trap_frame *frame)
{
	fprintf(stderr, "WARNING at %s:%d\n", file, line);
}

struct arch_hooks arch_hooks = {
	.irq_enter = ignore,
	.irq_exit = ignore,
	.ipi = ignore_ipi,
	.fatal_trap = fatal_trap_default,
	.debug_trap = debug_trap_default,
	.alloc_table = alloc_table_default,
	.warn = warn_default,
};

void host_bug(const char *file, int line)
{
	printf("Bail out! BUG at %s:%d\n", file, line);
	fflush(stdout);
	__sanitizer_print_stack_trace();
	_exit(1);
}

void host_warn(const char *file, int line)
{
	struct trap_frame frame = { .rip = (u64)__builtin_return_address(0) };

	arch_hooks.warn(file, line, &frame);
}

const char *trap_name(unsigned int vector)
{
	return "trap";
}

u64 trap_fault_address(void)
{
	return 0;
}

void trap_frame_print(const struct trap_frame *frame, void (*line)(const char *text))
{
}

unsigned int backtrace_collect(unsigned long *pcs, unsigned int max, unsigned long fp)
{
	int n = backtrace((void **)pcs, (int)max);

	return n > 0 ? (unsigned int)n : 0;
}

bool rdmsr_safe(u32 msr, u64 *value)
{
	return false;
}

bool wrmsr_safe(u32 msr, u64 value)
{
	return false;
}

const char *symbol_lookup(unsigned long addr, unsigned long *off, unsigned long *size)
{
	return NULL;
}

unsigned int symbol_count(void)
{
	return 0;
}
