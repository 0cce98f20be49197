# SPDX-License-Identifier: MIT
"""A router with 2 and with 4 CPUs: it forwards, keeps its counters, and loses nothing while CPUs go and come."""

import pytest

from conftest import LabKeeper, _still_sound
from router import Router, SLOWNESS
from test_garbage import run_flood
from test_linux_hosts import iperf, lost, ping, RIGHT_HOST
from topology import FORWARDING, Lab, LEFT, RIGHT

pytestmark = pytest.mark.net


@pytest.fixture(scope="module", params=[2, 4], ids=["2cpu", "4cpu"])
def _smp_lab(request, elf):
    kept = LabKeeper(elf, nets=(LEFT, RIGHT), hosts="linux", smp=Router.cpus(request.param))
    kept.cpus = request.param
    yield kept
    kept.close()


@pytest.fixture
def smp_lab(_smp_lab):
    """A Linux host on either side of a router with several CPUs; checked after each test."""
    lab = _smp_lab.get()
    lab.cpus = _smp_lab.cpus
    yield lab
    _still_sound(lab)


def test_forwarding(smp_lab):
    for size in (0, 56, 1472):
        output = ping(smp_lab.left, RIGHT_HOST, "-q", "-c", "200", "-i", "0.001", "-s", str(size))
        assert lost(output) == 0, output
    output = ping(smp_lab.left, "192.0.2.1", "-q", "-c", "200", "-i", "0.001")
    assert lost(output) == 0, output


def flood(lab, count):
    """As fast as answers come, from either side at once."""
    return [ns.popen(["ping", "-n", "-q", "-f", "-c", str(count), "-W", "5", target], stdout=-1, text=True)
            for ns, target in ((lab.left, RIGHT_HOST), (lab.right, LEFT.hosts[0]))]


def nothing_lost(pings):
    for process in pings:
        output, _ = process.communicate(timeout=120 * SLOWNESS)
        assert lost(output) == 0, output


def test_ping_flood_both_ways_while_the_counters_are_read(smp_lab):
    """The identity is exact at any moment, not only when it is quiet."""
    pings = flood(smp_lab, 5000)
    while any(process.poll() is None for process in pings):
        smp_lab.router.check("nstat --check")
        smp_lab.router.check("interrupts")
    nothing_lost(pings)


def test_nothing_is_lost_while_cpus_go_and_come(smp_lab):
    """Interrupts, timers and queues of a CPU that goes move to another; the console answers all the time."""
    router = smp_lab.router
    pings = flood(smp_lab, 5000)
    rounds = 0
    while rounds < 5 or any(process.poll() is None for process in pings):
        cpu = 1 + rounds % (smp_lab.cpus - 1)
        router.check(f"cpu offline {cpu}")
        router.check("nstat --check")
        router.check(f"cpu online {cpu}")
        rounds += 1
    print(f"{rounds} rounds")
    nothing_lost(pings)


def test_iperf3(smp_lab):
    assert iperf(smp_lab, "-t", "1")["end"]["sum_received"]["bytes"] > 1 << 20


@pytest.mark.parametrize("cpus", [2, 4])
def test_garbage(elf, cpus):
    lab = Lab(elf, nets=(LEFT, RIGHT), hosts="raw", append=FORWARDING + " sysctl.net.ipv4.ipfrag_time=1",
              smp=Router.cpus(cpus))
    try:
        run_flood(lab, 10_000, 8_000)
    finally:
        lab.close()
