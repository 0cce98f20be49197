# SPDX-License-Identifier: MIT
"""Linux as the oracle: the same frames through Linux's forwarding and through the router, answers compared.

Compared are, for each frame that comes out: on which side, ICMP type and code, TTL, checksums' rightness, DSCP,
fragmentation fields, addresses, and the payload of what is forwarded. Not compared: the length of an ICMP
quotation, identifications of the router's own packets. Where the two rightly differ the case says so.
"""

import dataclasses

import pytest

import frames
from frames import ICMP, TCP, UDP
from topology import FORWARDING, Lab, LEFT, LinuxLab, RIGHT

pytestmark = pytest.mark.net

# A source of its own for each case: rate limits are per address, and no case shall spend another's.
MANY_LEFT = dataclasses.replace(LEFT, hosts=tuple(f"192.0.2.{number}" for number in range(2, 120)))


def udp(src, dst, payload=b"x" * 32, **fields):
    return frames.ipv4(src, dst, UDP, frames.udp(src, dst, 1000, 2000, payload), **fields)


def make_cases():
    """name -> function(source address) -> packet."""
    right, router, far = "198.51.100.2", "192.0.2.1", "198.51.100.1"
    cases = {}
    for ttl in (0, 1, 2, 255):
        cases[f"ttl {ttl}"] = lambda src, ttl=ttl: udp(src, right, ttl=ttl)
    for tos in (0x01, 0x10, 0xB8, 0xC0, 0xFF):
        cases[f"tos {tos:#x}"] = lambda src, tos=tos: udp(src, right, tos=tos)
    for flags in (1, 2, 3, 4):
        cases[f"flags {flags}"] = lambda src, flags=flags: udp(src, right, flags=flags)
    cases["later fragment"] = lambda src: udp(src, right, offset=100)
    cases["later fragment with ttl 1"] = lambda src: udp(src, right, offset=100, ttl=1)
    cases["tcp"] = lambda src: frames.ipv4(src, right, TCP, bytes(20))
    for proto in (0, 2, 41, 47, 50, 89, 132, 255):
        cases[f"proto {proto} across"] = lambda src, proto=proto: frames.ipv4(src, right, proto, bytes(24))
    cases["largest"] = lambda src: udp(src, right, bytes(1472))
    cases["smallest"] = lambda src: frames.ipv4(src, right, 99, b"")
    cases["no route"] = lambda src: udp(src, "203.0.113.1")
    cases["no route with ttl 1"] = lambda src: udp(src, "203.0.113.1", ttl=1)
    cases["port unreachable"] = lambda src: udp(src, router)
    cases["port unreachable on the far address"] = lambda src: udp(src, far)
    cases["port unreachable with ttl 1"] = lambda src: udp(src, router, ttl=1)
    cases["protocol unreachable"] = lambda src: frames.ipv4(src, router, 253, bytes(8))
    cases["echo"] = lambda src: frames.ipv4(src, router, ICMP, frames.echo(1, 2, b"abc"))
    cases["echo with ttl 1"] = lambda src: frames.ipv4(src, router, ICMP, frames.echo(1, 2, b"abc"), ttl=1)
    cases["echo with tos"] = lambda src: frames.ipv4(src, router, ICMP, frames.echo(1, 2, b"abc"), tos=0x28)
    cases["echo to the far address"] = lambda src: frames.ipv4(src, far, ICMP, frames.echo(1, 2))
    cases["echo with a wrong checksum"] = lambda src: frames.ipv4(src, router, ICMP, frames.icmp(8, 0, check=1))
    cases["echo reply nobody waits for"] = lambda src: frames.ipv4(src, router, ICMP, frames.echo(1, 2, kind=0))
    cases["icmp error across with ttl 1"] = lambda src: frames.ipv4(src, right, ICMP, frames.icmp(3, 1, payload=bytes(28)), ttl=1)
    cases["icmp of an unknown type with ttl 1"] = lambda src: frames.ipv4(src, right, ICMP, frames.icmp(99, 0), ttl=1)
    cases["echo across with ttl 1"] = lambda src: frames.ipv4(src, right, ICMP, frames.echo(1, 1), ttl=1)
    for what, fields in (("header checksum", {"check": 0xBAD}), ("version 5", {"version": 5}), ("ihl 4", {"ihl": 4}),
                         ("ihl 15", {"ihl": 15}), ("length 19", {"length": 19}), ("length 400", {"length": 400})):
        cases[f"wrong {what}"] = lambda src, fields=fields: udp(src, right, **fields)
    for option, data in (("no-ops", b"\x01\x01\x01\x00"), ("record route", b"\x07\x07\x04\x00\x00\x00\x00\x00"),
                         ("record route, full", b"\x07\x07\x08\x01\x02\x03\x04\x00"),
                         ("record route, bad length", b"\x07\x02\x04\x00"), ("record route, bad pointer", b"\x07\x07\x02\0\0\0\0\0"),
                         ("time stamp with address", b"\x44\x0c\x05\x01" + bytes(8)),
                         ("time stamp overflow", b"\x44\x0c\x0d\x01" + bytes(8)),
                         ("time stamp, bad flags", b"\x44\x0c\x05\x07" + bytes(8)),
                         ("router alert", b"\x94\x04\x00\x00"), ("router alert, bad length", b"\x94\x02\x00\x00"),
                         ("unknown option", b"\x5e\x04\x00\x00"), ("unknown option, bad length", b"\x5e\x00\x00\x00"),
                         ("option that runs over", b"\x01\x01\x01\x5e")):
        cases[f"across: {option}"] = lambda src, data=data: udp(src, right, options=data)
        cases[f"here: {option}"] = lambda src, data=data: frames.ipv4(src, router, ICMP, frames.echo(3, 3, b"opt"), options=data)
    for dst in ("127.0.0.1", "0.0.0.0", "224.0.0.5", "239.1.2.3", "240.0.0.1", "255.255.255.255", "192.0.2.255",
                "198.51.100.255", "198.51.100.0", "192.0.2.0"):
        cases[f"to {dst}"] = lambda src, dst=dst: udp(src, dst)
    for source in ("127.0.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255", "240.0.0.1", "192.0.2.1", "192.0.2.255",
                   "198.51.100.1"):
        cases[f"from {source}"] = lambda src, source=source: udp(source, right)
        cases[f"from {source} to the router"] = lambda src, source=source: udp(source, router)
    return cases


CASES = make_cases()

# Where we mean to differ from Linux: the case, and why.
DIFFERENT = {
    "across: time stamp with address": "the outgoing interface's address is recorded (RFC 1812 4.2.2.2), and our clock is not UTC",
    "here: time stamp with address": "our clock is not UTC",
    "across: time stamp, bad flags": "an undefined flag is malformed (RFC 791 knows 0, 1 and 3)",
    "here: time stamp, bad flags": "the same",
    "from 192.0.2.255": "a broadcast address is no source (RFC 1812 5.3.7); Linux looks only with rp_filter",
    "from 192.0.2.255 to the router": "the same",
}


@pytest.fixture(scope="module")
def linux():
    lab = LinuxLab(nets=(MANY_LEFT, RIGHT))
    yield lab
    lab.close()


@pytest.fixture(scope="module")
def flagstone(elf):
    lab = Lab(elf, nets=(MANY_LEFT, RIGHT), hosts="raw", append=FORWARDING)
    # Every source is a resolved neighbour before the first case: an answer must not wait for ARP and come late.
    for host in MANY_LEFT.hosts:
        lab.send("left", frames.ipv4(host, LEFT.router_address, ICMP, frames.echo(1, 1, b"hello")))
        lab.ports["left"].expect(lambda frame, host=host: host in frames.describe(frame))
    yield lab
    lab.close()


def essence(seen):
    """What of the answers must agree, per side, in order."""
    result = {}
    for side, answers in seen.items():
        lines = []
        for frame in answers:
            packet = frames.parse(frame)
            if packet is None:
                lines.append(("not IPv4", frame[12:14].hex()))
                continue
            line = {"src": packet.src, "dst": packet.dst, "proto": packet.proto, "ttl": packet.ttl, "tos": packet.tos,
                    "checksum": packet.check_ok, "options": packet.options.hex()}
            if packet.icmp and packet.icmp[0] in (3, 5, 11, 12):
                line["icmp"] = packet.icmp
                line["icmp word"] = packet.payload[4:8].hex()
                line["icmp checksum"] = packet.icmp_ok
                line["quoted header"] = packet.quoted[:28].hex()
            else:
                line.update(offset=packet.offset, flags=packet.flags, payload=packet.payload.hex())
            lines.append(line)
        result[side] = lines
    return result


@pytest.mark.parametrize("case", CASES)
def test_like_linux(linux, flagstone, case):
    source = MANY_LEFT.hosts[1 + list(CASES).index(case) % (len(MANY_LEFT.hosts) - 1)]
    packet = CASES[case](source)
    theirs = essence(linux.exchange("left", packet))
    ours = essence(flagstone.exchange("left", packet))
    if case in DIFFERENT:
        assert ours != theirs, "they agree now: take the case off the list"
        return
    assert ours == theirs


def test_counters_add_up_after_all_of_it(flagstone):
    flagstone.router.check("nstat --check")
