/* SPDX-License-Identifier: MIT */
/*
 * tests/host/cpu.c - the host's CPUs: per-CPU base, virtual time, thread stacks, traps.
 *
 * Overview   a CPU is a thread of the process. The per-CPU operations are the kernel's own
 *            instructions: a process owns its %gs base on x86_64 Linux, so they run as they are.
 * Time       virtual, so that a test that sleeps for a minute takes none and every run is the same:
 *            the clock moves 20 ns when it is read, 1 us in each turn of a waiting loop
 *            (cpu_relax), and to the next tick when the CPU idles. A tick is delivered where
 *            interrupts are on: in cpu_relax(), in local_irq_enable() and when idle. It comes to
 *            CPU 0 only.
 * Locking    none: a CPU's state is its thread's own (__thread).
 * Stacks     context_switch_to() is the kernel's, and AddressSanitizer is told of every switch.
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
#include "lib/errno.h"
#include "tests/host/host.h"

/* ---- per-CPU areas ---- */

unsigned long __per_cpu_offset[NR_CPUS];
unsigned int nr_cpu_ids = 1;
cpumask_t cpu_online_mask = 1;
DEFINE_PER_CPU(unsigned long, this_cpu_off);
DEFINE_PER_CPU(unsigned int, cpu_number);

static __thread unsigned int own_cpu;

void percpu_set_base(unsigned int cpu, unsigned long offset)
{
	__per_cpu_offset[cpu] = offset;
	per_cpu(this_cpu_off, cpu) = offset;
	per_cpu(cpu_number, cpu) = cpu;
	if (cpu == own_cpu && syscall(SYS_arch_prctl, ARCH_SET_GS, offset)) {
		perror("host runner: ARCH_SET_GS");
		exit(2);
	}
}

void host_cpu_init(void)
{
	own_cpu = 0;
	percpu_set_base(0, 0);
	cpu_init();
}

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
	size_t size = (size_t)(__stop_percpu - __start_percpu);
	char *area = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (area == MAP_FAILED)
		abort();
	own_cpu = t->cpu;
	percpu_set_base(t->cpu, (unsigned long)area - (unsigned long)__start_percpu);
	pthread_barrier_wait(t->start);
	t->fn(t->cpu, t->arg);
	munmap(area, size);
	return NULL;
}

void host_cpus_run(unsigned int n, void (*fn)(unsigned int cpu, void *arg), void *arg)
{
	struct cpu_thread threads[NR_CPUS];
	pthread_barrier_t start;

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

u64 tsc_hz = 1000000000;
const char *tsc_source = "virtual";
__thread bool host_irqs_off;

static u64 now_ns = 1000000;
static u64 next_tick = ~0ull;
static void (*tick_function)(void);

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
	tick_function = handler;
	next_tick = ~0ull;
}

void clockevent_set(u64 when)
{
	next_tick = when;
}

void clockevent_stop(void)
{
	next_tick = ~0ull;
}

static void take_due_tick(void)
{
	if (host_irqs_off || own_cpu || !tick_function || READ_ONCE(now_ns) < next_tick)
		return;
	host_irqs_off = true;
	next_tick = ~0ull;
	arch_hooks.irq_enter();
	tick_function();
	arch_hooks.irq_exit();
	host_irqs_off = false;
}

void host_clock_advance(u64 ns)
{
	__atomic_add_fetch(&now_ns, ns, __ATOMIC_RELAXED);
	take_due_tick();
}

void local_irq_enable(void)
{
	barrier();
	host_irqs_off = false;
	take_due_tick();
}

void cpu_relax(void)
{
	if (own_cpu) /* there may be more CPUs than cores */
		sched_yield();
	host_clock_advance(1000);
}

void cpu_idle_wait(void)
{
	if (!tick_function) {
		fprintf(stderr, "host runner: idle without a tick, nothing can wake it\n");
		abort();
	}
	if (now_ns < next_tick)
		now_ns = next_tick;
	local_irq_enable();
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
static unsigned int stack_next;

void *thread_stack_prepare(void *stack_top, void (*entry)(void *arg), void *arg)
{
	unsigned long *sp = (unsigned long *)stack_top - 9;

	/* A thread that ended in the middle of its calls left their frames' red zones behind. */
	__asan_unpoison_memory_region((char *)stack_top - THREAD_STACK_SIZE, THREAD_STACK_SIZE);
	stack_tops[stack_next++ % ARRAY_SIZE(stack_tops)] = stack_top;
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
	static __thread void *fake; /* AddressSanitizer's heap frames, which are off */
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

static void fatal_trap_default(struct trap_frame *frame, const char *why)
{
	fprintf(stderr, "host runner: %s\n", why);
	abort();
}

static void ipi_default(unsigned int ipi)
{
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
	.ipi = ipi_default,
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
