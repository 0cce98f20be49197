# SPDX-License-Identifier: MIT
"""fail_page_alloc=nth:N: the N-th page allocation since boot fails, and no other.

Each boot must get to the prompt, maybe with fewer features and a message; only before the slab allocator is up may it
panic, with words that name what there was no memory for. Never a fault, a BUG or a hang.
"""

import concurrent.futures
import re

import pytest

from router import PANICKED, Router

DEVICES = ("-netdev", "user,id=u", "-device", "virtio-net-pci,netdev=u,romfile=", "-device", "virtio-rng-pci")
IP = "ip=10.0.2.15::10.0.2.2:255.255.255.0::eth0:off"
# What a panic for lack of memory says; anything else is a crash.
NAMED = re.compile(r"Kernel panic - not syncing: .*(no memory|no room|out of memory)", re.I)
FAILED = re.compile(r"fault_inject: fail_page_alloc: call (\d+) \(order \d+, gfp 0x[0-9a-f]+\) fails for (.+)")


def outcome(elf, n):
    """Boot; returns (n, how it ended, who got NULL). Raises when it crashed or hung."""
    with Router(elf, memory="64", append=f"{IP} loglevel=7 fail_page_alloc=nth:{n}", devices=DEVICES) as guest:
        try:
            guest.wait_ready(60)
        except Exception:
            assert guest.wait_exit(10) == PANICKED, f"nth:{n}: neither a prompt nor a panic\n{guest.transcript}"
            assert NAMED.search(guest.transcript), f"nth:{n}: a crash\n{guest.transcript}"
            assert "SLUB: HWalign" not in guest.transcript, f"nth:{n}: the slab allocator was up\n{guest.transcript}"
            ended = NAMED.search(guest.transcript).group(0)
        else:
            status = guest.run("free -k")[1]
            assert status == 0, f"nth:{n}: free says {status}"
            guest.run("slabinfo --shrink")
            assert guest.run("slabinfo -v")[1] == 0, f"nth:{n}: the slabs are not sound\n{guest.transcript}"
            ended = "prompt"
        hit = FAILED.search(guest.transcript)
        assert "WARNING: at" not in guest.transcript, f"nth:{n}: a warning\n{guest.transcript}"
        return n, ended, hit.group(2) if hit else None


def run(elf, numbers):
    """Two boots at a time. Every number must have failed some allocation."""
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda n: outcome(elf, n), numbers))
    for n, ended, caller in results:
        print(f"nth:{n}: {ended}: {caller}")
        assert caller, f"nth:{n} failed nothing: there are not so many allocations"


def test_boot_survives_some_failed_allocations(elf):
    run(elf, (1, 2, 3, 5, 15, 17, 21, 40, 60, 90, 130))


@pytest.mark.soak
def test_boot_survives_each_of_the_first_200_allocations(elf):
    run(elf, range(1, 201))
