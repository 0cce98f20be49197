#!/bin/sh
# SPDX-License-Identifier: MIT
#
# tools/qemu.sh - the one place that knows how QEMU is started.
#
#   tools/qemu.sh run ELF      the router on user networking, its console on this terminal
#   tools/qemu.sh gdb ELF      the same, halted at entry, with gdb attached in this terminal
#   tools/qemu.sh exec [args]  the machine alone; devices and console come as QEMU arguments
#                              (the tests and the benchmarks start all their guests so)
#
# Environment (defaults in brackets):
#   MACHINE  pc | q35 [q35]            CPU     any QEMU model [qemu64; max with KVM]
#   MEM      as for -m [64]            SMP     as for -smp [1,maxcpus=2]
#   ACCEL    tcg | kvm [tcg]           APPEND  words added to the kernel's command line
#   FIRMWARE kernel | bios | ovmf [kernel]: -kernel ELF, or the ISO by SeaBIOS or by OVMF
#   ELF ISO  what `exec` boots         OVMF    the UEFI image [/usr/share/ovmf/OVMF.fd]
#   INITRD   a configuration script for the boot module
#
# -smp 1,maxcpus=2: with a plain -smp 1 TCG drops memory barriers, although QEMU's device thread runs
# beside the guest's CPU: interrupts and kicks of the virtio rings get lost.
# KVM only on request: a /dev/kvm may exist and run guests a thousand times slower than TCG.
set -eu

mode=${1-}
[ $# -eq 0 ] || shift
: "${MACHINE:=q35}" "${MEM:=64}" "${SMP:=1,maxcpus=2}" "${ACCEL:=tcg}" "${FIRMWARE:=kernel}"
: "${OVMF:=/usr/share/ovmf/OVMF.fd}" "${APPEND=}" "${INITRD=}" "${ELF=}" "${ISO=}"
case $ACCEL in
kvm*) : "${CPU:=max}" ;;
*)    : "${CPU:=qemu64}" ;;
esac

# start [args]: exec QEMU, so that the caller's process id is QEMU's and signals reach it.
start() {
	set -- -no-user-config -nodefaults -display none \
		-machine "$MACHINE" -accel "$ACCEL" -cpu "$CPU" -m "$MEM" -smp "$SMP" \
		-device isa-debug-exit,iobase=0xf4,iosize=0x04 "$@"
	case $FIRMWARE in
	kernel)
		set -- "$@" -kernel "$ELF"
		[ -z "$APPEND" ] || set -- "$@" -append "$APPEND"
		[ -z "$INITRD" ] || set -- "$@" -initrd "$INITRD" ;;
	bios)
		set -- "$@" -boot d -cdrom "$ISO" ;;
	ovmf)
		set -- "$@" -bios "$OVMF" -boot d -cdrom "$ISO" ;;
	*)
		echo "qemu.sh: FIRMWARE is kernel, bios or ovmf, not '$FIRMWARE'" >&2
		exit 2 ;;
	esac
	exec qemu-system-x86_64 "$@"
}

# User networking: QEMU plays the gateway 10.0.2.2 and needs no privileges.
user_net='-netdev user,id=n0 -device virtio-net-pci,netdev=n0,romfile='
user_ip='ip=10.0.2.15::10.0.2.2:255.255.255.0::eth0:off'

case $mode in
run)
	ELF=${1-$ELF}
	[ $# -eq 0 ] || shift
	APPEND="$user_ip${APPEND:+ $APPEND}"
	echo "qemu.sh: Ctrl-C goes to the router; 'poweroff' ends it, and so does Ctrl-A x" >&2
	start $user_net -serial mon:stdio "$@" ;;
gdb)
	ELF=${1-$ELF}
	[ $# -eq 0 ] || shift
	APPEND="$user_ip${APPEND:+ $APPEND}"
	socket=$(mktemp -u "${TMPDIR:-/tmp}/flagstone-gdb.XXXXXX")
	log=$(dirname "$ELF")/gdb-console.log
	start $user_net -S -serial "file:$log" \
		-chardev "socket,path=$socket,server=on,wait=off,id=gdb0" -gdb chardev:gdb0 "$@" &
	qemu=$!
	trap 'kill "$qemu" 2>/dev/null || :; rm -f "$socket"' EXIT INT TERM
	tries=0
	while [ ! -S "$socket" ] && [ $tries -lt 100 ]; do
		kill -0 "$qemu" 2>/dev/null || exit 1
		tries=$((tries + 1))
		sleep 0.1
	done
	echo "qemu.sh: the console goes to $log" >&2
	gdb -q -ex "target remote $socket" -ex 'hbreak start_kernel' "$ELF" ;;
exec)
	start "$@" ;;
*)
	sed -n '3,/^set -eu/{/^#/{s/^# \{0,1\}//;p}}' "$0" >&2
	exit 2 ;;
esac
