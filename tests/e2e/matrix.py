#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The boot matrix: machine x firmware x memory x CPU model x CPUs x NUMA nodes.

`matrix.py` prints and boots a pairwise selection (every pair of values of two factors occurs in some row,
where the pair is valid at all); --full boots every valid row (`make matrix`). A row passes when the ready
line comes exactly once, the prompt answers, every CPU and every node is there, and `poweroff` ends the
machine.
"""

import argparse
import concurrent.futures
import itertools
import os
import re
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from router import READY, ROOT, Router, RouterError         # noqa: E402

FACTORS = {
    "machine": ("pc", "q35"),
    "firmware": ("kernel", "bios", "ovmf"),
    "memory": ("16", "64", "256", "6G", "8G"),
    "cpu": ("qemu64", "max"),
    "cpus": ("1", "2", "4", "8"),
    "nodes": ("1", "2", "4"),
}
SUFFIX = {"cpus": "cpu", "nodes": "node"}      # behind the number, where the value alone says nothing


def valid(row):
    """OVMF itself needs more than 16 MB, and so do nodes: the first of four would have 4 MB."""
    return not (row["memory"] == "16" and (row["firmware"] == "ovmf" or row["nodes"] != "1"))


def full():
    rows = (dict(zip(FACTORS, values)) for values in itertools.product(*FACTORS.values()))
    return [row for row in rows if valid(row)]


def _pairs(row):
    return set(itertools.combinations(sorted(row.items()), 2))


def pairwise():
    """Greedy and deterministic: always the row that covers most of the pairs that are still missing."""
    candidates = full()
    missing = set().union(*map(_pairs, candidates))
    chosen = []
    while missing:
        best = max(candidates, key=lambda row: len(_pairs(row) & missing))
        chosen.append(best)
        missing -= _pairs(best)
    return chosen


def name(row):
    return "-".join(value + SUFFIX.get(factor, "") for factor, value in row.items())


def boot(row, elf, iso, append=""):
    """Boot one row; raises RouterError when it does not pass."""
    source = {"elf": elf} if row["firmware"] == "kernel" else {"iso": iso}
    machine = {factor: value for factor, value in row.items() if factor != "cpus"}
    with Router(**source, append=append, smp=Router.cpus(row["cpus"]), **machine) as router:
        router.wait_ready(90)
        running = re.findall(r"^processor\s*: \d+$", router.check("cpuinfo"), re.M)
        if len(running) != int(row["cpus"]):
            raise RouterError(f"{len(running)} CPUs of {row['cpus']}; {router.console.tail()}")
        nodes = set(re.findall(r"^Node (\d+), zone", router.check("zoneinfo"), re.M))
        if len(nodes) != int(row["nodes"]):
            raise RouterError(f"nodes {sorted(nodes)} of {row['nodes']}; {router.console.tail()}")
        output, status = router.run("echo it works")
        if (output, status) != ("it works\n", 0):
            raise RouterError(f"echo printed {output!r}, status {status}")
        free, status = router.run("free")
        if status:
            raise RouterError(f"free: status {status}: {free}")
        router.console.send("poweroff\r")
        status = router.wait_exit(20)
        if status:
            raise RouterError(f"poweroff: QEMU ended with {status}, not 0; {router.console.tail()}")
        if len(READY.findall(router.transcript)) != 1:
            raise RouterError(f"the ready line came not exactly once; {router.console.tail()}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true", help="every valid row, not the pairwise selection")
    parser.add_argument("--list", action="store_true", help="print the rows and boot none")
    parser.add_argument("--elf", default=os.path.join(ROOT, "build/flagstone.elf"))
    parser.add_argument("--iso", default=os.path.join(ROOT, "build/flagstone.iso"))
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    rows = full() if arguments.full else pairwise()
    if arguments.list:
        print("\n".join(map(name, rows)))
        return 0

    def attempt(row):
        start = time.monotonic()
        try:
            boot(row, arguments.elf, arguments.iso)
        except RouterError as error:
            return row, time.monotonic() - start, str(error)
        return row, time.monotonic() - start, None

    failed = 0
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        for row, seconds, error in pool.map(attempt, rows):
            print(f"{name(row):40} {'FAILED' if error else 'ok':6} {seconds:6.1f} s", flush=True)
            if error:
                failed += 1
                print("    " + error.replace("\n", "\n    "))
    print(f"{len(rows) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
