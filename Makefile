# SPDX-License-Identifier: MIT
#
# The one build file. `make help` lists the targets.
#
#   O=dir            where everything built goes (default build)
#   CROSS_COMPILE=p  prefix of gcc and binutils;  LLVM=1 builds with clang and lld
#   DEBUG=lock       checks every lock: owner, order, context (default O: build/debug-lock)
#   V=1              show the commands
#
# A new .c or .S in one of the kernel's folders is found by itself: nothing is listed here.

# On the command line only: other tools use the variable, too.
ifneq ($(origin DEBUG),command line)
override DEBUG :=
endif
ifneq ($(filter-out lock,$(DEBUG)),)
$(error DEBUG=$(DEBUG): the only kind is DEBUG=lock)
endif

O      ?= build$(DEBUG:%=/debug-%)
ARCH   := x86_64
DIRS   ?= lib arch kernel mm net drivers tests/unit tests/bench

ifneq ($(LLVM),)
CC      := clang --target=x86_64-linux-gnu
LD      := ld.lld
NM      := llvm-nm
OBJCOPY := llvm-objcopy
SIZE    := llvm-size
else
CC      := $(CROSS_COMPILE)gcc
LD      := $(CROSS_COMPILE)ld
NM      := $(CROSS_COMPILE)nm
OBJCOPY := $(CROSS_COMPILE)objcopy
SIZE    := $(CROSS_COMPILE)size
endif
HOSTCC  ?= gcc
PYTHON  ?= /usr/bin/python3
Q       := $(if $(V),,@)
# The targets that build by themselves use every CPU, unless the caller has said -j.
SUBMAKE  = $(MAKE) --no-print-directory $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc))
say      = @printf '  %-7s %s\n' $(1) $(2)

WARNINGS := -Wall -Wextra -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Wvla -Wundef -Werror \
            -Wno-unused-parameter -Wno-sign-compare
COMMON   := -std=gnu11 -g $(WARNINGS) -fno-strict-aliasing -fno-delete-null-pointer-checks -fno-common -MMD -MP
# What the kernel needs of the compiler: no SSE, no red zone (interrupts use the same stack), addresses
# in the top 2 GB, frame pointers for backtraces. Distributions differ in defaults, so each is said.
KFLAGS   := $(COMMON) -O2 -ffreestanding -nostdinc -isystem $(shell $(CC) -print-file-name=include) \
            -mcmodel=kernel -mno-red-zone -mgeneral-regs-only -mcx16 -fno-pic -fno-pie -fcf-protection=none -fno-stack-protector \
            -fno-omit-frame-pointer -fno-asynchronous-unwind-tables -ffunction-sections -fdata-sections \
            $(if $(LLVM),-Wthread-safety,-fno-tree-loop-distribute-patterns) -I. -Iarch/$(ARCH)
HOSTFLAGS := $(COMMON) -O1 -mcx16 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all \
             -fno-builtin -pthread -I. -Itests/host

# The files of a kind of debugging are in no other build.
LOCK_DEBUG_SRCS := kernel/base/lock_debug.c kernel/base/lock_graph.c kernel/base/cmd_locks.c \
                   tests/unit/kernel/lock_debug.c
ifneq ($(DEBUG),)
KFLAGS    += -DDEBUG_LOCK
HOSTFLAGS += -DDEBUG_LOCK
else
NOT_BUILT := $(LOCK_DEBUG_SRCS)
endif

# What the objects in $(O) were made with, before any file's own additions.
BUILT_WITH := $(CC) $(KFLAGS) : $(HOSTCC) $(HOSTFLAGS)

# The self-tests are in the product and seldom run: small, not fast (-Oz: gcc 12 and clang).
$(O)/k/tests/unit/%: KFLAGS += -Oz

# The allocator's fast paths call nobody: without a frame pointer they are a tenth shorter, and all that a
# backtrace from within one lacks is its caller. Its loops ask once, not each time, whether a cache is hardened.
$(O)/k/mm/slub.o: KFLAGS += -momit-leaf-frame-pointer $(if $(LLVM),,-funswitch-loops)

SRCS := $(filter-out $(NOT_BUILT),$(sort $(shell find $(DIRS) -name '*.c' -o -name '*.S')))
OBJS := $(patsubst %,$(O)/k/%.o,$(basename $(SRCS)))

# On the host: what does not drive hardware. The C library replaces lib/libc.c. A suite that only the
# kernel can run is in a file named *_guest.c, or in tests/unit/drivers.
HOST_DIRS := lib mm net kernel/base tests/unit tests/host tests/bench
# Of the drivers, what works on memory alone: rings, capability lists, bus numbers, virtio-net.
HOST_DRIVERS := $(wildcard drivers/net/*.c) drivers/virtio/virtio.c drivers/virtio/virtio_ring.c \
                drivers/acpi/srat.c drivers/pci/caps.c drivers/pci/place.c drivers/pci/scan.c
HOST_SRCS := $(filter-out $(NOT_BUILT) lib/libc.c %_guest.c tests/host/fuzz/%, \
               $(sort kernel/task/kthread.c $(HOST_DRIVERS) $(shell find $(HOST_DIRS) -name '*.c')))
HOST_OBJS := $(patsubst %.c,$(O)/host/%.o,$(HOST_SRCS))

ELF := $(O)/flagstone.elf
ISO := $(O)/flagstone.iso

.PHONY: all help objs elf iso run test check hosttest lab bench gdb matrix soak clean format
all: elf

help: ## list the targets
	@awk -F':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo '  make DEBUG=lock [target]   with every lock checked, in build/debug-lock'

elf: $(ELF) ## the kernel: build/flagstone.elf, .sym, .map (the default)

objs: $(OBJS)

$(O)/k/%.o: %.c
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(KFLAGS) -c -o $@ $<

$(O)/k/%.o: %.S
	$(call say,AS,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(KFLAGS) -D__ASSEMBLY__ -c -o $@ $<

$(O)/host/%.o: %.c
	$(call say,HOSTCC,$<)
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) $(HOSTFLAGS) -c -o $@ $<

# Another compiler or other flags in the same folder: everything is made anew, never mixed.
$(O)/.built-with: FORCE
	@mkdir -p $(@D)
	@echo '$(BUILT_WITH)' | cmp -s - $@ || echo '$(BUILT_WITH)' > $@
$(OBJS) $(HOST_OBJS): $(O)/.built-with

# Two links: the first gives every symbol its address, the second carries the table of them (for
# backtraces). The table lies behind everything else, so that adding it moves nothing.
LDFLAGS := -nostdlib -static -z max-page-size=4096 -z noexecstack --no-warn-rwx-segments \
           --orphan-handling=error --gc-sections --build-id=none -T linker.ld
ifneq ($(LLVM),)
LDFLAGS := $(filter-out --no-warn-rwx-segments,$(LDFLAGS))
endif

$(O)/.objs: FORCE
	@mkdir -p $(@D)
	@echo '$(OBJS)' | cmp -s - $@ || echo '$(OBJS)' > $@

$(O)/first.elf: $(OBJS) linker.ld $(O)/.objs
	$(call say,LD,$@)
	$(Q)echo 'static const char unused;' | $(CC) $(filter-out -W%,$(KFLAGS)) -w -x c -c -o $(O)/empty.o -
	$(Q)$(LD) $(LDFLAGS) -o $@ $(OBJS) $(O)/empty.o

$(O)/symbols.S: $(O)/first.elf tools/mksyms
	$(call say,SYMS,$@)
	$(Q)NM='$(NM)' sh tools/mksyms $< > $@

$(ELF): $(O)/symbols.S
	$(call say,LD,$@)
	$(Q)$(CC) $(filter-out -MMD -MP,$(KFLAGS)) -c -o $(O)/symbols.o $(O)/symbols.S
	$(Q)$(LD) $(LDFLAGS) -Map=$(O)/flagstone.map -o $@ $(OBJS) $(O)/symbols.o
	$(Q)$(NM) -n $@ > $(O)/flagstone.sym
	$(Q)sh tools/check-size $(O) '$(SIZE)' $(DEBUG)

iso: $(ISO) ## build/flagstone.iso: GRUB, BIOS and UEFI
$(ISO): $(ELF) iso/grub.cfg tools/mkiso
	$(call say,ISO,$@)
	$(Q)sh tools/mkiso $(ELF) $@

hosttest: ## the self-tests natively, under ASan and UBSan (SUITES=globs)
	$(Q)sh tools/deps host
	$(Q)$(SUBMAKE) $(O)/host/runner
	$(O)/host/runner $(SUITES)
$(O)/host/runner: $(HOST_OBJS)
	$(call say,HOSTLD,$@)
	$(Q)$(HOSTCC) $(HOSTFLAGS) -o $@ $^

check: elf ## the fast part of the tests, under a minute
	$(Q)sh tools/deps host
	$(Q)CC='$(CC)' NM='$(NM)' HOSTCC='$(HOSTCC)' KFLAGS='$(filter-out -MMD -MP,$(KFLAGS))' sh tools/check $(O)

run: ## boot the router in QEMU on user networking (no privileges needed)
	$(Q)sh tools/deps run
	$(Q)$(SUBMAKE) elf
	$(Q)sh tools/qemu.sh run $(ELF)

test: ## everything CI checks
	$(Q)sh tools/deps test
	$(Q)sh tools/test $(O)

lab: ## root: two namespaces joined through the router; a ping and a transfer shown
	$(Q)sh tools/deps test
	$(Q)$(SUBMAKE) elf
	$(Q)$(PYTHON) tests/e2e/lab.py --elf $(ELF)

bench: elf ## guest instructions an operation (icount)
	$(Q)sh tools/deps bench
	$(Q)$(PYTHON) tests/bench/run.py --elf $(ELF)

matrix: elf iso ## every machine, firmware, memory and CPU model
	$(Q)sh tools/deps test
	$(Q)$(PYTHON) tests/e2e/matrix.py --full --elf $(ELF) --iso $(ISO)

soak: elf iso ## root: the million garbage frames, and other long ones
	$(Q)sh tools/deps test
	$(Q)$(PYTHON) -m pytest -q -s tests/e2e -m soak --build $(O)

gdb: elf ## a guest that waits for gdb, and gdb attached to it
	$(Q)sh tools/deps gdb
	$(Q)sh tools/qemu.sh gdb $(ELF)

format: ## show where the uncommitted change leaves .clang-format
	$(Q)sh tools/deps format
	$(Q)git clang-format --diff

clean: ## remove what was built
	rm -rf $(O)

FORCE:
-include $(OBJS:.o=.d) $(HOST_OBJS:.o=.d)
