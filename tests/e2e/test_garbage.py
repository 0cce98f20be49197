# SPDX-License-Identifier: MIT
"""A flood of seeded garbage at both NICs: the router lives, loses count of nothing and gives every byte back."""

import os
import re
import time

import pytest

import garbage
from topology import FORWARDING, Lab, LEFT, RIGHT

pytestmark = pytest.mark.net

SEED = int(os.environ.get("FLAGSTONE_SEED", "1"))


@pytest.fixture
def lab(elf):
    # Fragments whose rest never comes are kept for ipfrag_time: one second here, or "quiet" would take thirty.
    lab = Lab(elf, nets=(LEFT, RIGHT), hosts="raw", append=FORWARDING + " sysctl.net.ipv4.ipfrag_time=1", memory="64")
    yield lab
    lab.close()


def active_objects(router):
    """{cache: objects in use} of slabinfo."""
    result = {}
    for line in router.check("slabinfo").splitlines():
        words = line.split()
        if len(words) > 2 and words[1].isdigit():
            result[words[0]] = int(words[1])
    return result


def free_pages(router):
    free = [int(line.split()[2]) for line in router.check("zoneinfo").splitlines() if line.split()[:2] == ["pages", "free"]]
    assert free
    return sum(free)


def quiet(lab):
    """What was remembered is forgotten; two seconds pass without a frame (RCU, timers, per-CPU caches)."""
    lab.router.check("ip neigh flush all")
    lab.router.check("ip route flush cache")
    end = time.monotonic() + 2
    while time.monotonic() < end:
        lab.router.check("uptime")
    return active_objects(lab.router), free_pages(lab.router)


def received(router):
    """Frames that the drivers handed in, by `ip -s link`, and by nstat's identity."""
    return sum(link["stats64"]["rx"]["packets"] + link["stats64"]["rx"].get("dropped", 0)
               for link in router.check_json("ip -j -s link") if link["ifname"].startswith("eth"))


def forget(port):
    while port.read() is not None:
        pass


def run_flood(lab, count, rate):
    router = lab.router
    lab.settle()
    objects, free = quiet(lab)
    router.check("nstat --check")
    nstat, rx = router.nstat(), received(router)
    taps = {name: tap.counters() for name, tap in lab.taps.items()}

    hosts, routers = [*LEFT.hosts, *RIGHT.hosts], [LEFT.router_address, RIGHT.router_address]
    wires = [(lab.taps[name].socket(0), garbage.generate(SEED + number, count // 2, lab.router_mac(name), hosts, routers))
             for number, name in enumerate(("left", "right"))]
    sent, seconds = garbage.flood(wires, rate)
    for raw, _ in wires:
        raw.close()
    print(f"{sent} frames in {seconds:.1f} s: {sent / seconds:.0f}/s")

    # The last frames are read when the taps' counters stand still and the prompt answers.
    state = None
    while state != (state := {name: tap.counters()["tx_packets"] for name, tap in lab.taps.items()}):
        router.check("uptime", 60)
    for port in lab.ports.values():
        forget(port)

    # A poisoned neighbour is asked again in its time: this must come true, not at once.
    def works():
        try:
            lab.settle(deadline=2)
            return True
        except Exception:                       # pylint: disable=broad-except
            return False
    router.wait_until(works, 30, "ping and forwarding after the flood")

    check, status = router.run("nstat --check")
    assert status == 0, check
    accepted = refused = 0
    for name, tap in lab.taps.items():
        now = tap.counters()
        accepted += now["tx_packets"] - taps[name]["tx_packets"]
        refused += now["tx_dropped"] - taps[name]["tx_dropped"]
    print(f"the taps accepted {accepted} and refused {refused}")
    assert accepted > count // 2
    assert rx_frames(router.nstat()) - rx_frames(nstat) == accepted
    assert received(router) - rx == accepted

    # Incomplete datagrams time out, and we tell their senders, which takes a route and a neighbour.
    router.wait_until(lambda: not router.nstat().get("RxHeld", 0), 10, "empty reassembly queues")
    objects_after, free_after = quiet(lab)
    grown = {name: (objects.get(name, 0), now) for name, now in objects_after.items() if now != objects.get(name, 0)}
    assert not grown, f"active objects, before and after: {grown}"
    assert free_after == free
    lab.settle()
    assert not re.search(r"BUG|WARN|panic", router.transcript)
    return sent / seconds


def rx_frames(nstat):
    return nstat.get("RxFrames", 0)


def test_garbage(lab):
    run_flood(lab, 50_000, 12_000)


@pytest.mark.soak
def test_a_million_garbage_frames(lab):
    rate = run_flood(lab, 1_000_000, 12_000)
    assert rate >= 10_000, "the sender was too slow for what this test promises"


def test_the_generator_repeats():
    """The same seed, the same frames; every kind of frame is among them."""
    def make(seed):
        return list(garbage.generate(seed, 3000, "52:54:00:f1:a6:00", LEFT.hosts, [LEFT.router_address]))
    assert make(1) == make(1) != make(2)
    sample = make(1)
    assert sum(frame[:6] == bytes.fromhex("525400f1a600") for frame in sample) == 1500
    assert {frame[12:14] for frame in sample} > {b"\x08\x00", b"\x08\x06", b"\x86\xdd"}
    assert all(14 <= len(frame) <= 1514 for frame in sample)
