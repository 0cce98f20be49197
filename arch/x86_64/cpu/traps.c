/* SPDX-License-Identifier: MIT */
/*
 * arch/x86_64/cpu/traps.c - descriptor tables and exceptions.
 *
 * Overview    The GDT has a flat 64-bit code and data segment and a TSS, which exists for its
 *             interrupt stack table. The IDT sends every vector to a stub of trap_entry.S. An
 *             exception ends in one of three ways: a table knows how to go on (exception_table: a
 *             probe of memory or an MSR; bug_table: a WARN), the debug hook takes it (#DB, #BP,
 *             NMI), or it is fatal and goes to arch_hooks.fatal_trap.
 *             GDT and TSS are per-CPU data; the IDT is one. The boot CPU uses the per-CPU section
 *             itself until it has an area of its own.
 * Structure   exception_table: pairs, where it may fault and where to go on. bug_table: see
 *             <arch/bug.h>. Both hold 32-bit distances from the member itself. Both are short or
 *             on a dead-end path, hence searched from the front.
 * Stacks      #DF, NMI and #MC have stacks of their own (8 KB each, above a guard page) on every
 *             CPU, as they come when the current stack may be bad: the boot CPU's in the image, the
 *             others' at CPU_STACKS_VIRT, mapped when a CPU is first started and kept. The rest use
 *             the interrupted one; a stack that ran into its guard page makes the page fault a
 *             double fault, which still reports.
 * Locking     The tables are read-only.
 * Reference   Intel SDM volume 3, chapters 6 (interrupts; 6.14 in 64-bit mode) and 8.7 (TSS).
 */
#include "lib/errno.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "lib/table.h"
#include <arch/bug.h>
#include <arch/exit.h>
#include <arch/io.h>
#include <arch/mmu.h>
#include <arch/page.h>
#include <arch/percpu.h>
#include <arch/trap.h>
#include "cpu_internal.h"

#define STUB_SIZE	16

struct idt_gate {
	u16	offset_low, selector;
	u8	ist, type;
	u16	offset_mid;
	u32	offset_high, zero;
};
static_assert(sizeof(struct idt_gate) == 16, "Intel SDM volume 3, figure 6-8");

struct tss {
	u32	reserved0;
	u64	rsp[3];
	u64	reserved1;
	u64	ist[7];
	u64	reserved2;
	u16	reserved3, iomap;
} __packed;
static_assert(sizeof(struct tss) == 104, "Intel SDM volume 3, figure 8-11");

struct table_pointer {
	u16	limit;
	u64	base;
} __packed;

struct exception_entry {
	s32	insn, fixup;
};

/* What a 32-bit distance in a table points at. */
static const char *relative(const s32 *distance)
{
	return (const char *)distance + *distance;
}

TABLE_DECLARE(const struct exception_entry, exception_table);
TABLE_DECLARE(const struct bug_entry, bug_table);

extern char trap_stubs[];
extern char ist_stacks[];
extern char text_start[], text_end[], init_start[], init_text_end[];

static struct idt_gate idt[256] __ro_after_init;
static DEFINE_PER_CPU(u64[5], gdt) __aligned(16);
static DEFINE_PER_CPU(struct tss, tss) __aligned(16);
static u64 stacks_mapped = 1;	/* bit n: CPU n has its exception stacks */

static DEFINE_PER_CPU(u64, fault_address);

u64 arch_copy_probe(void *dst, const void *src, u64 n);
void trap_dispatch(struct trap_frame *frame);

/* --- hooks' defaults -------------------------------------------------------------------------- */

static void nop(void)
{
}

static void no_ipi(unsigned int ipi)
{
}

static bool no_debug_trap(struct trap_frame *frame)
{
	return false;
}

static void *no_table(void)
{
	return NULL;
}

static void early_write(const char *s)
{
	for (; *s; s++) {
		for (unsigned int i = 0; i < 100000 && !(inb(0x3fd) & 0x20); i++)
			cpu_relax();
		outb(0x3f8, *s);
	}
}

static void early_line(const char *text)
{
	early_write(text);
	early_write("\r\n");
}

/* Before kernel/base has installed its panic. */
static void early_fatal(struct trap_frame *frame, const char *why)
{
	early_write("flagstone: early exception: ");
	early_line(why);
	trap_frame_print(frame, early_line);
	debug_exit(0x12);
	cpu_halt_forever();
}

static void early_warn(const char *file, int line, struct trap_frame *frame)
{
	early_write("flagstone: early warning: ");
	early_line(file);
}

struct arch_hooks arch_hooks = {
	.irq_enter = nop,
	.irq_exit = nop,
	.ipi = no_ipi,
	.fatal_trap = early_fatal,
	.debug_trap = no_debug_trap,
	.alloc_table = no_table,
	.warn = early_warn,
	.message = early_line,
};

/* --- names and reports ------------------------------------------------------------------------ */

static const char *const trap_names[32] = {
	"#DE divide error", "#DB debug", "NMI", "#BP breakpoint",
	"#OF overflow", "#BR bound range exceeded", "#UD invalid opcode", "#NM no FPU",
	"#DF double fault", "coprocessor overrun", "#TS invalid TSS", "#NP segment not present",
	"#SS stack segment fault", "#GP general protection fault", "#PF page fault", "vector 15",
	"#MF x87 error", "#AC alignment check", "#MC machine check", "#XM SIMD error",
	"#VE virtualization exception", "#CP control protection", "vector 22", "vector 23",
	"vector 24", "vector 25", "vector 26", "vector 27",
	"#HV hypervisor injection", "#VC VMM communication", "#SX security exception", "vector 31",
};

const char *trap_name(unsigned int vector)
{
	return vector < ARRAY_SIZE(trap_names) ? trap_names[vector] : "interrupt";
}

u64 trap_fault_address(void)
{
	return this_cpu_read(fault_address);
}

static u64 read_cr(int which)
{
	u64 v;

	switch (which) {
	case 0:
		__asm__ volatile("mov %%cr0, %0" : "=r"(v));
		break;
	case 2:
		__asm__ volatile("mov %%cr2, %0" : "=r"(v));
		break;
	case 3:
		__asm__ volatile("mov %%cr3, %0" : "=r"(v));
		break;
	default:
		__asm__ volatile("mov %%cr4, %0" : "=r"(v));
		break;
	}
	return v;
}

void trap_frame_print(const struct trap_frame *f, void (*line)(const char *text))
{
	char b[96];

#define LINE(...)                                                                                  \
	do {                                                                                       \
		scnprintf(b, sizeof(b), __VA_ARGS__);                                              \
		line(b);                                                                           \
	} while (0)
	LINE("rip %04llx:%pS", f->cs, (void *)(uintptr_t)f->rip);
	LINE("rsp %04llx:%016llx  rflags %08llx  error %llx", f->ss, f->rsp, f->rflags, f->error);
	LINE("rip %016llx  rax %016llx  rbx %016llx", f->rip, f->rax, f->rbx);
	LINE("rcx %016llx  rdx %016llx  rsi %016llx", f->rcx, f->rdx, f->rsi);
	LINE("rdi %016llx  rbp %016llx  r8  %016llx", f->rdi, f->rbp_link, f->r8);
	LINE("r9  %016llx  r10 %016llx  r11 %016llx", f->r9, f->r10, f->r11);
	LINE("r12 %016llx  r13 %016llx  r14 %016llx", f->r12, f->r13, f->r14);
	LINE("r15 %016llx  cr0 %08llx  cr2 %016llx", f->r15, read_cr(0), read_cr(2));
	LINE("cr3 %016llx  cr4 %08llx", read_cr(3), read_cr(4));
#undef LINE
}

static const char *page_fault_text(u64 error, u64 addr)
{
	if (addr < PAGE_SIZE)
		return error & 2 ? "write through a NULL pointer" : "read through a NULL pointer";
	if (error & 16)
		return "execution of a page that is not executable";
	if (!(error & 1))
		return error & 2 ? "write to an unmapped address" : "read of an unmapped address";
	return error & 8 ? "reserved bit in a page table" : "write to a read-only page";
}

static void fatal(struct trap_frame *frame, const struct bug_entry *bug)
{
	char why[128];
	u64 addr = this_cpu_read(fault_address);
	const char *name = trap_name(frame->vector);

	if (bug)
		scnprintf(why, sizeof(why), "BUG at %s:%u", relative(&bug->file), bug->line);
	else if (frame->vector == 8 && read_cr(2) - (frame->rsp - PAGE_SIZE) < PAGE_SIZE + 64)
		scnprintf(why, sizeof(why), "stack overflow (%s)", name);
	else if (frame->vector == 14)
		scnprintf(why, sizeof(why), "%s: %s, address %016llx", name,
			  page_fault_text(frame->error, addr), addr);
	else
		scnprintf(why, sizeof(why), "%s, error code %llx", name, frame->error);
	arch_hooks.fatal_trap(frame, why);
	cpu_halt_forever();
}

/* --- dispatch --------------------------------------------------------------------------------- */

static const struct bug_entry *bug_find(u64 rip)
{
	table_for_each(entry, bug_table) {
		if ((u64)(unsigned long)relative(&entry->addr) == rip)
			return entry;
	}
	return NULL;
}

static bool fixup(struct trap_frame *frame)
{
	table_for_each(entry, exception_table) {
		if ((u64)(unsigned long)relative(&entry->insn) == frame->rip) {
			frame->rip = (u64)(unsigned long)relative(&entry->fixup);
			return true;
		}
	}
	return false;
}

static bool invalid_opcode(struct trap_frame *frame)
{
	const struct bug_entry *bug = bug_find(frame->rip);

	if (!bug)
		return false;
	if (!(bug->flags & BUG_FLAG_WARN))
		fatal(frame, bug);
	arch_hooks.warn(relative(&bug->file), bug->line, frame);
	frame->rip += 2;	/* ud2 */
	return true;
}

/* Called by exception_common. Returning goes on at frame->rip. */
void trap_dispatch(struct trap_frame *frame)
{
	bool handled = false;

	switch (frame->vector) {
	case VECTOR_NMI:
		irq_count(VECTOR_NMI);
		stop_if_ordered();
		handled = arch_hooks.debug_trap(frame);
		break;
	case 1: case 3:
		handled = arch_hooks.debug_trap(frame);
		break;
	case 6:
		handled = invalid_opcode(frame);
		break;
	case 14:
		this_cpu_write(fault_address, read_cr(2));
		handled = fixup(frame);
		break;
	case 12: case 13:
		handled = fixup(frame);
		break;
	default:
		break;
	}
	if (!handled)
		fatal(frame, NULL);
}

bool probe_read(void *dst, const void *src, size_t n)
{
	return arch_copy_probe(dst, src, n) == 0;
}

bool probe_write(void *dst, const void *src, size_t n)
{
	return arch_copy_probe(dst, src, n) == 0;
}

/* --- backtrace -------------------------------------------------------------------------------- */

static bool is_text(unsigned long pc)
{
	return (pc >= (unsigned long)text_start && pc < (unsigned long)text_end) ||
	       (pc >= (unsigned long)init_start && pc < (unsigned long)init_text_end);
}

static bool on_ist_stack(unsigned long sp)
{
	return sp - (unsigned long)ist_stacks < CPU_STACKS_SIZE ||
	       sp - CPU_STACKS_VIRT < NR_CPUS * CPU_STACKS_SIZE;
}

unsigned int backtrace_collect(unsigned long *pcs, unsigned int max, unsigned long fp)
{
	unsigned int n = 0;
	unsigned long link[2];	/* caller's rbp, return address */

	if (fp == 0)
		fp = (unsigned long)__builtin_frame_address(0);
	while (n < max && fp % 8 == 0 && fp >= PAGE_OFFSET) {
		if (!probe_read(link, (const void *)fp, sizeof(link)) || !is_text(link[1]))
			break;
		pcs[n++] = link[1];
		if (link[0] <= fp && !on_ist_stack(fp))
			break;
		fp = link[0];
	}
	return n;
}

/* --- tables ----------------------------------------------------------------------------------- */

static void set_gate(unsigned int vector, unsigned int ist)
{
	u64 addr = (u64)(unsigned long)(trap_stubs + vector * STUB_SIZE);

	idt[vector] = (struct idt_gate){
		.offset_low = (u16)addr,
		.selector = SELECTOR_CODE,
		.ist = (u8)ist,
		.type = 0x8e,		/* present, ring 0, interrupt gate: interrupts go off */
		.offset_mid = (u16)(addr >> 16),
		.offset_high = (u32)(addr >> 32),
	};
}

/* Where @cpu's exception stacks begin; each has its guard page first. */
static unsigned long stacks_of(unsigned int cpu)
{
	return cpu ? CPU_STACKS_VIRT + (cpu - 1) * CPU_STACKS_SIZE : (unsigned long)ist_stacks;
}

int traps_prepare(unsigned int cpu)
{
	for (unsigned long at = 0; at < CPU_STACKS_SIZE && !(stacks_mapped >> cpu & 1);
	     at += PAGE_SIZE) {
		void *page;
		int err;

		if (at % IST_STEP == 0 || mmu_translate(stacks_of(cpu) + at, &(phys_addr_t){ 0 }))
			continue;	/* guard, or there from an attempt that failed further on */
		page = arch_hooks.alloc_table();
		if (!page)
			return -ENOMEM;
		err = map_pages(stacks_of(cpu) + at, __pa(page), PAGE_SIZE, PROT_RW);
		if (err)
			return err;	/* the page is lost: nothing here can give it back */
	}
	stacks_mapped |= 1ULL << cpu;
	return 0;
}

void traps_load(unsigned int cpu)
{
	struct tss *t = per_cpu_ptr(&tss, cpu);
	u64 *g = *per_cpu_ptr(&gdt, cpu);
	u64 base = (u64)(unsigned long)t, limit = sizeof(*t) - 1;
	struct table_pointer gdtr = { sizeof(gdt) - 1, (u64)(unsigned long)g };
	struct table_pointer idtr = { sizeof(idt) - 1, (u64)(unsigned long)idt };

	*t = (struct tss){ .iomap = sizeof(*t) };
	for (unsigned int i = 0; i < IST_STACKS; i++)
		t->ist[i] = stacks_of(cpu) + (i + 1) * IST_STEP;
	g[0] = 0;
	g[1] = 0x00af9b000000ffffULL;		/* code, 64-bit */
	g[2] = 0x00cf93000000ffffULL;		/* data */
	g[3] = limit | (base & 0xffffff) << 16 | 0x89ULL << 40 | (base >> 24 & 0xff) << 56;
	g[4] = base >> 32;

	/* The selectors equal those of the start's GDT, so CS stays as it is. */
	__asm__ volatile("lgdt %0" : : "m"(gdtr), "m"(*(u64 (*)[5])g));
	__asm__ volatile("lidt %0" : : "m"(idtr));
	__asm__ volatile("mov %0, %%ss" : : "r"(SELECTOR_DATA));
	__asm__ volatile("ltr %w0" : : "r"(SELECTOR_TSS), "m"(*t));
}

void __init traps_init(void)
{
	for (unsigned int v = 0; v < 256; v++)
		set_gate(v, 0);
	set_gate(8, 1);
	set_gate(VECTOR_NMI, 2);
	set_gate(18, 3);
	traps_load(0);
}
