#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""`make bench`: guest instructions an operation, beside Linux's.

The guest runs with `-accel tcg -icount shift=0,sleep=off`: one TSC tick is one guest instruction. `-seed 1` and
a fixed entropy seed make the figures repeat. Nothing passes or fails by a figure here.

    run.py [--elf ELF] [--memory M] [--json FILE] [--compare FILE] [globs]
    run.py [--elf ELF] --scale N

--scale boots N CPUs instead, each with a core of its own if the machine has them idle, and compares the operations
a second of one with those of all (tests/bench/smp.c).
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# Linux 6.1 on the same virtual machine: built small for it (SMP, PCI, virtio-net, IPv4; no mitigations, no debugging),
# SLUB and SLAB; then Debian's packaged kernel with mitigations=off. Guest instructions an operation.
LINUX = {
    "kmem_cache_256_pair": (104, 113, 217),
    "kmem_cache_256_10k_alloc": (99, 102, 223),
    "kmem_cache_256_10k_free": (133, 159, 215),
    "kmalloc_const64_pair": (131, 140, 235),
    "kmalloc_var64_pair": (152, 161, 262),
    "kmalloc_8_10k_alloc": (97, 109, None),
    "kmalloc_8_10k_free": (125, 161, None),
    "kmalloc_8_10k_free_random": (129, 160, None),
    "kmalloc_64_10k_alloc": (107, 111, None),
    "kmalloc_64_10k_free": (132, 164, None),
    "kmalloc_64_10k_free_random": (136, 162, None),
    "kmalloc_1024_10k_alloc": (178, 226, None),
    "kmalloc_1024_10k_free": (201, 268, None),
    "kmalloc_1024_10k_free_random": (209, 264, None),
    "kmalloc_4096_10k_alloc": (195, 619, None),
    "kmalloc_4096_10k_free": (223, 623, None),
    "kmalloc_4096_10k_free_random": (231, 612, None),
    "kmem_cache_bulk1_alloc": (78, 74, None),
    "kmem_cache_bulk1_free": (113, 96, None),
    "kmem_cache_bulk16_alloc": (24.6, 26.2, None),
    "kmem_cache_bulk16_free": (44.0, 64.1, None),
    "kmem_cache_bulk64_alloc": (28.4, 23.8, None),
    "kmem_cache_bulk64_free": (50.0, 62.5, None),
    "kmem_cache_bulk250_alloc": (47.4, 46.2, None),
    "kmem_cache_bulk250_free": (63.9, 113.7, None),
    "page_order0_pair": (397, 399, 697),
    "page_order3_pair": (590, 593, 889),
    "page_order9_pair": (16960, 17030, 9962),
    "page_order0_10k_alloc": (324, 323, 600),
    "page_order0_10k_free": (350, 355, 507),
    # Theirs is from entry to the first line of user space; the packaged kernel decompresses itself and loads an initrd.
    "boot_to_ready": (276e6, None, 6021e6),
}

LINE = re.compile(r"^bench: (\S+) ops=(\d+) tsc_per_op=([0-9.]+)", re.M)


ICOUNT = ("-icount", "shift=0,sleep=off")


def run(elf, globs, memory, append, devices=ICOUNT, smp="1", accel="tcg", deadline=1800):
    """Boot the benchmarks; returns the console's text. Raises RuntimeError when the guest did not end well."""
    with tempfile.NamedTemporaryFile() as seed:
        seed.write(bytes(range(64)))
        seed.flush()
        environment = dict(os.environ, ELF=elf, MEM=memory, SMP=smp, ACCEL=accel, MACHINE="q35", CPU="qemu64", FIRMWARE="kernel",
                           INITRD="", APPEND=f"bench{'=' + globs if globs else ''} {append}".strip())
        done = subprocess.run(
            ["sh", os.path.join(ROOT, "tools/qemu.sh"), "exec", "-seed", "1", "-no-reboot",
             "-serial", "stdio", "-fw_cfg", f"name=opt/org.flagstone/seed,file={seed.name}", *devices],
            env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=deadline, check=False)
    text = done.stdout.decode("utf-8", "replace").replace("\r", "")
    if done.returncode != 33:
        raise RuntimeError(f"the guest ended with {done.returncode}, not 33:\n{text[-3000:]}{done.stderr.decode()}")
    return text


def first_ping(elf, append):
    """Entry to ready with a NIC and a configuration script that pings the gateway first."""
    with tempfile.NamedTemporaryFile() as script:
        script.write(b"ping -c 1 10.0.2.2\n")
        script.flush()
        text = run(elf, "boot_to_ready", "64", f"ip=10.0.2.15::10.0.2.2:255.255.255.0::eth0:off {append}", [
            *ICOUNT, "-netdev", "user,id=u", "-device", "virtio-net-pci,netdev=u,romfile=",
            "-fw_cfg", f"name=opt/org.flagstone/config,file={script.name}"])
    if "1 packets transmitted, 1 received" not in text:
        raise RuntimeError(f"the gateway did not answer the ping:\n{text}")
    return float(LINE.findall(text)[0][2])


def scale(elf, cpus):
    """How many times one CPU's operations a second all CPUs do, for each pair of figures."""
    text = run(elf, "smp_*", "256", "", devices=(), smp=str(cpus), accel="tcg,thread=multi")
    ticks = {name: float(value) for name, _, value in LINE.findall(text)}
    print(f"{cpus} CPUs, {os.cpu_count()} cores, load {os.getloadavg()[0]:.2f}")
    for name in sorted(ticks):
        if name.endswith("_one_cpu"):
            kind = name[:-len("_one_cpu")]
            print(f"{kind:20} {ticks[name] / ticks[kind + '_all_cpus']:.2f} times one CPU's rate")


def figure(value):
    if value is None:
        return "-"
    if value >= 1e6:
        return f"{value / 1e6:.2f} M"
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def table(results, before):
    head = ("instructions an operation", "Flagstone", *(["before"] if before else []), "Linux SLUB", "Linux SLAB", "Debian", "ratio")
    rows = [head]
    for name, value in results.items():
        slub, slab, debian = LINUX.get(name, (None, None, None))
        ratio = f"{value / slub:.2f}" if slub else "-"
        rows.append((name, figure(value), *([figure(before.get(name))] if before else []), figure(slub), figure(slab),
                     figure(debian), ratio))
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    for row in rows:
        print("  ".join(cell.ljust(width) if not column else cell.rjust(width)
                        for column, (cell, width) in enumerate(zip(row, widths))))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("globs", nargs="?", default="", help="comma list over benchmark names (default: all)")
    parser.add_argument("--elf", default=os.path.join(ROOT, "build/flagstone.elf"))
    parser.add_argument("--memory", help="of the guest, for -m (default: 256, and 64 where boot_to_ready is measured)")
    parser.add_argument("--append", default="", help="more words for the kernel's command line")
    parser.add_argument("--json", help="write {name: figure} to this file")
    parser.add_argument("--compare", help="a file of --json: its figures stand beside the new ones")
    parser.add_argument("--scale", type=int, metavar="N", help="compare N CPUs' rate with one's")
    arguments = parser.parse_args()
    if arguments.scale:
        scale(arguments.elf, arguments.scale)
        return 0
    before = {}
    if arguments.compare:
        with open(arguments.compare, encoding="utf-8") as file:
            before = json.load(file)
    try:
        text = run(arguments.elf, arguments.globs, arguments.memory or "256", arguments.append)
        results = {name: float(value) for name, _, value in LINE.findall(text)}
        if "boot_to_ready" in results:
            again = run(arguments.elf, "boot_to_ready", arguments.memory or "64", arguments.append)
            results["boot_to_ready"] = float(LINE.findall(again)[0][2])
            results["boot_to_first_ping"] = first_ping(arguments.elf, arguments.append)
    except (RuntimeError, subprocess.TimeoutExpired) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    table(results, before)
    for line in text.splitlines():
        if line.startswith("bench: ") and not LINE.match(line):
            print(line)                     # what was left out, and why
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as file:
            json.dump(results, file, indent=1)
    print("\nratio: to Linux 6.1 SLUB on the same virtual machine; docs/testing.md says how it is measured")
    return 0


if __name__ == "__main__":
    sys.exit(main())
