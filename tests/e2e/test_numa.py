# SPDX-License-Identifier: MIT
"""Machines with several nodes: all self-tests, and what the log and the commands say."""

import re

import pytest

import numa
from test_selftest import must_pass


@pytest.mark.parametrize("machine, nodes", [("q35", "two"), ("pc", "four"), ("q35", "memoryless")])
def test_self_tests_pass_on_nodes(boot, build, machine, nodes):
    guest = boot(machine=machine, memory="256", append="selftest loglevel=7", devices=numa.MACHINES[nodes])
    must_pass(guest, build, f"numa-{nodes}-{machine}")
    count = {"two": 2, "four": 4, "memoryless": 3}[nodes]
    assert f"numa: {count} nodes (SRAT)" in guest.transcript


def test_nodes_are_shown(boot):
    guest = boot(memory="256", append="loglevel=7", devices=numa.MACHINES["two"])
    guest.wait_ready()
    assert re.search(r"numa: node 1: \d+ KB, CPUs: \d, distances: 20 10", guest.transcript)
    rows = re.findall(r"^Node (\d), zone +(\w+) +((?:\d+ +){10}\d+) *$", guest.run("buddyinfo")[0], re.M)
    assert [(node, zone) for node, zone, _ in rows] == [("0", "DMA"), ("0", "DMA32"), ("1", "DMA32")]
    assert re.findall(r"^Node (\d), zone", guest.run("zoneinfo")[0], re.M) == ["0", "0", "1"]
    counters = dict(line.split() for line in guest.run("vmstat -s")[0].splitlines())
    assert int(counters["numa_hit"]) > 0
    assert int(counters["numa_hit"]) + int(counters["numa_miss"]) == int(counters["numa_local"]) + int(counters["numa_other"])


def test_numa_off_is_one_node(boot):
    guest = boot(memory="256", append="loglevel=7 numa=off", devices=numa.MACHINES["two"])
    guest.wait_ready()
    assert "numa: one node (numa=off)" in guest.transcript
    assert set(re.findall(r"^Node (\d)", guest.run("buddyinfo")[0], re.M)) == {"0"}


def test_no_srat_is_one_node(boot):
    guest = boot(append="loglevel=7")
    guest.wait_ready()
    assert "numa: one node (no SRAT)" in guest.transcript
