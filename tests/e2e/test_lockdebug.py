# SPDX-License-Identifier: MIT
"""The kernel of `make DEBUG=lock`: the self-tests pass under its checks, a wrong order is a panic that names both places,
and the order seen in the self-tests and in a run with packets is the one of docs/locking.md.
"""

import os
import re
import shutil
import subprocess

import pytest

from router import FAILED, PANICKED, ROOT, Router
from test_selftest import ktap, must_pass
from topology import Lab, LEFT, RIGHT


@pytest.fixture(scope="module")
def debug_elf(build):
    """The debug kernel, made in the build folder: the next run compiles only what has changed."""
    out = os.path.join(build, "debug-lock")
    subprocess.run(["make", "-s", "DEBUG=lock", f"O={out}", "elf"], cwd=ROOT, check=True, stdin=subprocess.DEVNULL,
                   capture_output=True, timeout=900)
    return os.path.join(out, "flagstone.elf")


@pytest.fixture(scope="module")
def inverting_elf(build, debug_elf, tmp_path_factory):
    """The same with one more folder: a suite that takes two locks in both orders."""
    out = tmp_path_factory.mktemp("inverting")
    shutil.copytree(os.path.join(build, "debug-lock/k"), out / "k")
    shutil.copy2(os.path.join(build, "debug-lock/.built-with"), out)
    subprocess.run(["make", "-s", "DEBUG=lock", f"O={out}", "elf",
                    "DIRS=lib arch kernel mm net drivers tests/unit tests/bench tests/e2e/guest"],
                   cwd=ROOT, check=True, stdin=subprocess.DEVNULL, capture_output=True, timeout=900)
    return str(out / "flagstone.elf")


@pytest.mark.parametrize("smp", ["1,maxcpus=2", "4"], ids=["1cpu", "4cpus"])
def test_self_tests_pass_under_the_checks(debug_elf, build, smp):
    with Router(debug_elf, memory="256", smp=smp, append="selftest") as guest:
        must_pass(guest, build, f"debug-lock-{smp.split(',')[0]}")
        assert any(name.startswith("lock_debug.") for _, name, _ in ktap(guest.transcript)[1])


def test_the_product_has_no_checks(boot):
    assert boot(append="selftest=lock_debug.*").wait_exit(60) == FAILED


def test_an_inversion_panics_with_both_backtraces(inverting_elf):
    with Router(inverting_elf, append="selftest=inverting.two_orders") as guest:
        assert guest.wait_exit(60) == PANICKED
        text = guest.transcript
    assert re.search(r"Kernel panic - not syncing: lock order inversion: "
                     r"b_lock -> a_lock here, a_lock -> b_lock before$", text, re.M)
    now, before = text[text.index("Kernel panic"):].split("The other order, ")
    assert "take_b_then_a+0x" in now
    assert re.match(r"a_lock -> b_lock \(tests/e2e/guest/inverting.c:\d+, tests/e2e/guest/inverting.c:\d+\), "
                    r"was taken by:\n", before)
    assert "take_a_then_b+0x" in before and "selftest_inverting__two_orders+0x" in before


@pytest.mark.net
def test_the_order_seen_is_the_order_documented(debug_elf, build):
    """What was nested in all self-tests, and in a run with packets across and to the router: docs/locking.md has it."""
    dump = os.path.join(build, "locks.txt")
    with open(dump, "w", encoding="utf-8") as file:
        with Router(debug_elf, memory="256", smp="4") as router:
            output, status = router.wait_ready().run("selftest", 300)
            assert status == 0, output[-2000:]
            file.write(locks_of(router))
        file.write(locks_after_traffic(debug_elf))
    checked = subprocess.run(["/usr/bin/python3", "tools/check-lock-order", "docs/locking.md", dump], cwd=ROOT,
                             stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def locks_of(router):
    classes, status = router.run("locks")
    assert status == 0 and re.search(r"^rtnl_mutex +mutex +\d+", classes, re.M)
    order, status = router.run("locks -o")
    assert status == 0 and "rtnl_mutex -> " in order
    return f"{classes}\n{order}\n"


def locks_after_traffic(debug_elf):
    lab = Lab(debug_elf, nets=(LEFT, RIGHT), memory="256")
    try:
        for address in (RIGHT.hosts[0], LEFT.router_address):
            lab.left.run(f"ping -c 2 -W 5 {address}")
        for command in (f"ping -c 1 {LEFT.hosts[0]}", "ip route show cache", "ip neigh", "slabinfo", "dmesg", "vmstat",
                        "nstat --check"):
            assert lab.router.run(command)[1] == 0
        return locks_of(lab.router)
    finally:
        lab.close()
