# SPDX-License-Identifier: MIT
"""The kernel's self-tests, run in the guest, and how they tell the result.

The KTAP of each run that must pass is kept as selftest-*.ktap in the build folder: tools/test counts it.
"""

import os
import re
import shutil
import subprocess

import pytest

from router import FAILED, PANICKED, PASSED, ROOT, Router, SLOWNESS


def ktap(text):
    """(plan, [(ok, name, directive)]) of a report; checks its grammar."""
    body = text[text.index("KTAP version 1"):]
    plan = re.search(r"^1\.\.(\d+)$", body, re.M)
    assert plan, "a plan"
    results = re.findall(r"^(ok|not ok) (\d+) (?:- )?([^#\n]*?) *(?:# *(.*))?$", body, re.M)
    assert plan.start() < body.index(results[0][0] + " " + results[0][1]), "the plan comes before the tests"
    assert [int(number) for _, number, _, _ in results] == list(range(1, len(results) + 1))
    return int(plan.group(1)), [(verdict == "ok", name, directive) for verdict, _, name, directive in results]


@pytest.mark.parametrize("machine, memory, append", [
    ("q35", "16", ""), ("pc", "64", ""), ("q35", "6G", ""), ("q35", "256", "slab=slab")],
    ids=["q35-16", "pc-64", "q35-6G", "slab=slab"])
def test_self_tests_pass(boot, build, machine, memory, append, request):
    guest = boot(machine=machine, memory=memory, append=f"selftest {append}".strip())
    must_pass(guest, build, request.node.callspec.id.replace("=", "-"))


@pytest.mark.parametrize("cpus", [2, 4, 8])
def test_self_tests_pass_on_many_cpus(boot, build, cpus):
    guest = boot(memory="256", smp=Router.cpus(cpus), append="selftest")
    must_pass(guest, build, f"q35-256-{cpus}cpu", 400)


def iso_of_self_tests(elf, mkiso, folder, globs=""):
    (folder / "grub.cfg").write_text(
        "serial --unit=0\nterminal_output serial\nset timeout=0\nmenuentry x {\n"
        f"\tmultiboot2 /boot/flagstone.elf selftest{globs}\n}}\n")
    return mkiso(elf, folder / "selftest.iso", folder / "grub.cfg")


def test_self_tests_of_many_cpus_pass_from_ovmf(elf, mkiso, tmp_path, build):
    """The firmware has had the other CPUs in its hands before: they come up all the same."""
    image = iso_of_self_tests(elf, mkiso, tmp_path, "=smp.*,hotplug.*,net_smp.*")
    with Router(iso=image, firmware="ovmf", memory="256", smp=Router.cpus(4)) as guest:
        must_pass(guest, build, "ovmf-256-4cpu", 400)
        assert "4 of 4 CPUs run" in guest.transcript


@pytest.mark.soak
@pytest.mark.parametrize("nodes", [1, 2, 4])
@pytest.mark.parametrize("cpus", [1, 2, 4, 8])
@pytest.mark.parametrize("cpu", ["qemu64", "max"])
@pytest.mark.parametrize("machine", ["pc", "q35"])
def test_self_tests_pass_on_every_machine(boot, build, machine, cpu, cpus, nodes):
    guest = boot(machine=machine, cpu=cpu, memory="256", smp=Router.cpus(cpus), nodes=nodes, append="selftest")
    must_pass(guest, build, f"soak-{machine}-{cpu}-{cpus}cpu-{nodes}node", 400)


@pytest.mark.soak
@pytest.mark.parametrize("cpus", [1, 2, 4, 8])
@pytest.mark.parametrize("machine", ["pc", "q35"])
def test_self_tests_pass_on_every_machine_from_ovmf(elf, mkiso, tmp_path, build, machine, cpus):
    image = iso_of_self_tests(elf, mkiso, tmp_path)
    with Router(iso=image, firmware="ovmf", machine=machine, memory="256", smp=Router.cpus(cpus)) as guest:
        must_pass(guest, build, f"soak-ovmf-{machine}-{cpus}cpu", 400)
        assert cpus == 1 or f"{cpus} of {cpus} CPUs run" in guest.transcript


def test_self_tests_pass_when_clang_built_them(build):
    clang = os.path.join(build, "llvm/flagstone.elf")
    if not os.path.exists(clang):
        pytest.skip(f"{clang} is not there (`make LLVM=1 O={build}/llvm` makes it)")
    with Router(clang, memory="256", append="selftest") as guest:
        must_pass(guest, build, "clang-q35-256")


def must_pass(guest, build, name, deadline=180):
    """The run ends with 33, every planned test was run and passed, and skips have reasons."""
    status = guest.wait_exit(deadline)
    with open(os.path.join(build, f"selftest-{name}.ktap"), "w", encoding="utf-8") as file:
        file.write(guest.transcript)
    plan, results = ktap(guest.transcript)
    failures = [name for ok, name, _ in results if not ok]
    assert not failures
    assert len(results) == plan
    assert status == PASSED
    for ok, test, directive in results:
        if directive.upper().startswith("SKIP"):
            assert directive[4:].strip(), f"{test} was skipped without a reason"


def test_a_glob_that_matches_nothing_fails(boot):
    assert boot(append="selftest=no_such_suite.*").wait_exit(60) == FAILED


def test_one_of_two_globs_matches_nothing_fails(boot):
    assert boot(append="selftest=lib*.*,no_such_suite.*").wait_exit(60) == FAILED


def test_without_the_exit_device_the_machine_powers_off(elf):
    """Plain hardware has no isa-debug-exit: the run ends by power off."""
    command = ["qemu-system-x86_64", "-nodefaults", "-display", "none", "-machine", "q35", "-accel", "tcg", "-m", "64",
               "-smp", "1,maxcpus=2", "-serial", "stdio", "-no-reboot", "-kernel", elf, "-append",
               "selftest=lib*.*"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=90 * SLOWNESS, check=False)
    assert done.returncode == 0
    assert b"KTAP version 1" in done.stdout


@pytest.fixture(scope="module")
def failing_elf(build, tmp_path_factory):
    """The kernel with one more source file: a suite whose tests fail, each in its own way."""
    out = tmp_path_factory.mktemp("failing")
    if os.path.isdir(os.path.join(build, "k")):
        shutil.copytree(os.path.join(build, "k"), out / "k")        # copy2 keeps the times: only what is new is compiled
    subprocess.run(["make", "-s", f"O={out}", "elf",
                    "DIRS=lib arch kernel mm net drivers tests/unit tests/bench tests/e2e/guest"],
                   cwd=ROOT, check=True, stdin=subprocess.DEVNULL, capture_output=True, timeout=600)
    return str(out / "flagstone.elf")


@pytest.mark.parametrize("test", ["expectation", "assertion"])
def test_a_failing_test_is_told(failing_elf, test):
    with Router(failing_elf, append=f"selftest=failing.{test}") as guest:
        assert guest.wait_exit(60) == FAILED
        _, results = ktap(guest.transcript)
        assert [ok for ok, _, _ in results] == [False]
        assert re.search(r"# .*failing\.c:\d+: .*1 != 2", guest.transcript)


def test_a_hanging_test_is_ended_by_its_deadline(failing_elf):
    with Router(failing_elf, append="selftest=failing.hang") as guest:
        assert guest.wait_exit(150) == FAILED
        assert re.search(r"^not ok 1 .*hang", guest.transcript, re.M)


def test_a_panic_is_told_with_a_backtrace(failing_elf):
    with Router(failing_elf, append="selftest=failing.panic") as guest:
        assert guest.wait_exit(60) == PANICKED
        assert re.search(r"Kernel panic - not syncing: .+", guest.transcript)
        assert re.search(r"selftest_failing__panic\+0x", guest.transcript), "a symbolised backtrace"


def test_a_cpu_that_does_not_start_is_told_and_may_come_later(failing_elf):
    with Router(failing_elf, smp="4", append="refuse_cpu=2") as guest:
        guest.wait_ready()
        assert re.search(r"cpu: CPU 2 \(APIC \d+\) did not start: -5", guest.transcript)
        assert "3 of 4 CPUs run" in guest.transcript
        assert guest.run("cpu online 2") == ("", 0)
        assert len(re.findall(r"^processor\s*:", guest.check("cpuinfo"), re.M)) == 4


def test_a_panic_stops_the_other_cpus(failing_elf):
    """CPU 3 panics while CPU 0 spins with its interrupts off: it is stopped by NMI, and the report comes whole."""
    with Router(failing_elf, smp="4", append="selftest=failing.panic_on_another_cpu") as guest:
        assert guest.wait_exit(60) == PANICKED
        assert re.search(r"Kernel panic - not syncing: on another CPU\n.*CPU: 3 thread: panic\n", guest.transcript)
        assert re.search(r"panic_here\+0x", guest.transcript)


def test_who_may_not_fail_panics_when_nothing_is_left(failing_elf):
    with Router(failing_elf, append="selftest=failing.out_of_memory") as guest:
        assert guest.wait_exit(60) == PANICKED
        assert re.search(r"Kernel panic - not syncing: out of memory: order 3 \(gfp 0x[0-9a-f]+\) may not fail", guest.transcript)
        assert re.search(r"alloc_pages.*\+0x", guest.transcript)


def test_a_wild_pointer_panics_with_registers(failing_elf):
    with Router(failing_elf, append="selftest=failing.wild_pointer") as guest:
        assert guest.wait_exit(60) == PANICKED
        text = guest.transcript
        assert "Kernel panic - not syncing: " in text
        assert re.search(r"\bRIP\b.*selftest_failing__wild_pointer", text, re.I)
        assert re.search(r"\bcr2\b.*00000000dead0000", text, re.I)
