# SPDX-License-Identifier: MIT
"""CPUs from the console: how many there are, nr_cpus=, taking one out of use and back."""

import re

import pytest

from router import Router


@pytest.fixture(scope="module")
def four(elf):
    with Router(elf, smp="4", memory="64") as guest:
        yield guest.wait_ready()


def states(guest):
    output, status = guest.run("cpu")
    assert status == 0
    return [line.split()[1] for line in output.splitlines()[1:]]


def test_all_cpus_run(four):
    assert states(four) == ["online"] * 4
    output, _ = four.run("cpuinfo")
    assert re.findall(r"^processor\s*: (\d+)$", output, re.M) == list("0123")


def test_offline_and_online_again(four):
    assert four.run("cpu offline 2") == ("", 0)
    assert states(four) == ["online", "online", "offline", "online"]
    output, _ = four.run("cpuinfo")
    assert re.findall(r"^processor\s*: (\d+)$", output, re.M) == list("013")
    assert four.run("cpu online 2") == ("", 0)
    assert states(four) == ["online"] * 4


def test_a_hundred_times_the_console_answers(four):
    for turn in range(100):
        cpu = 1 + turn % 3
        assert four.run(f"cpu offline {cpu}") == ("", 0)
        assert four.run(f"cpu online {cpu}") == ("", 0)
    assert states(four) == ["online"] * 4


@pytest.mark.parametrize("words, status, reason", [
    ("offline 0", 1, "the boot CPU stays online"), ("offline 7", 1, "there is no CPU 7"),
    ("online 1", 1, "CPU 1 is online already"), ("offline x", 2, ""), ("offline", 2, ""), ("up 1", 2, ""),
    ("offline -1", 2, ""), ("offline 4294967296", 2, "")])
def test_what_cannot_be_is_refused(four, words, status, reason):
    output, got = four.run(f"cpu {words}")
    assert got == status
    assert output.startswith("cpu: ") and reason in output


def test_offline_twice_is_refused(four):
    assert four.run("cpu offline 3") == ("", 0)
    assert four.run("cpu offline 3") == ("cpu: CPU 3 is offline already\n", 1)
    assert four.run("cpu online 3") == ("", 0)


def test_each_cpu_has_its_threads_and_columns(four):
    output, _ = four.run("ps")
    for name in ("idle", "ksoftirqd", "kworker", "cpuhp"):
        assert re.findall(rf" {name}/(\d)$", output, re.M) == list("0123"), name
    output, _ = four.run("interrupts")
    assert output.splitlines()[0].split() == ["CPU0", "CPU1", "CPU2", "CPU3"]
    assert re.search(r"^ *LOC:( +\d+){4} ", output, re.M)
    output, _ = four.run("timers")
    assert len(re.findall(r"^cpu \d: \d+ timers$", output, re.M)) == 4
    functions = re.findall(r"^  in +\d+ ms  (.*)$", output, re.M)
    assert functions and all(re.fullmatch(r"\w+\+0x0/0x[0-9a-f]+", name) for name in functions), functions
    output, _ = four.run("rcu")
    assert re.search(r"^grace periods \d+", output)


@pytest.mark.parametrize("parameter, cpus", [("nr_cpus=2", 2), ("nr_cpus=1", 1), ("nr_cpus=0", 4), ("nr_cpus=many", 4)])
def test_nr_cpus_limits_them(boot, parameter, cpus):
    guest = boot(smp="4", append=parameter).wait_ready()
    assert states(guest) == ["online"] * cpus
    if cpus == 4:
        assert re.search(r"^\[.*nr_cpus", guest.transcript, re.M), "one line names the malformed parameter"


def test_idle_cpus_have_no_tick(boot):
    """Nothing to do, no callbacks: the other CPUs are not interrupted 250 times a second."""
    guest = boot(smp="4", memory="64").wait_ready()

    def ticks():
        output, _ = guest.run("interrupts")
        return [int(n) for n in re.search(r"^ *LOC:((?: +\d+){4}) ", output, re.M).group(1).split()]

    guest.run("ping -c 3 127.0.0.1")            # some two seconds pass
    before = ticks()
    guest.run("ping -c 3 127.0.0.1")
    after = ticks()
    assert all(b - a < 250 for a, b in zip(before[1:], after[1:])), (before, after)
