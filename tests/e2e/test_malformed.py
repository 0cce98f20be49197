# SPDX-License-Identifier: MIT
"""Frames that scapy makes wrong on purpose: each is dropped, and counted for what is wrong with it."""

import pytest

import frames

pytestmark = pytest.mark.net

scapy_inet = pytest.importorskip("scapy.layers.inet", reason="needs python3-scapy")
from scapy.layers.inet import ICMP, IP, UDP                                         # noqa: E402
from scapy.layers.l2 import ARP, Ether                                              # noqa: E402
from scapy.packet import Raw                                                        # noqa: E402

SRC, DST, ROUTER = "192.0.2.2", "198.51.100.2", "192.0.2.1"


def ip(**fields):
    fields.setdefault("src", SRC)
    fields.setdefault("dst", DST)
    return IP(**fields) / UDP(sport=1, dport=2) / Raw(b"malformed")


def cut(packet, size):
    return bytes(packet)[:size]


def with_raw_options(options, **fields):
    """An IP packet whose options are these bytes, header length and checksum right."""
    return frames.ipv4(SRC, fields.pop("dst", DST), 17, bytes(16), options=options, **fields)


# What is sent (the IP packet), the drop reason that must count it, and whether an ICMP error may come back.
CASES = {
    "header cut": (cut(ip(), 19), "DropIpTruncated", False),
    "empty": (b"", "DropIpTruncated", False),
    "version 6": (bytes(ip(version=6)), "DropIpHeader", False),
    "version 0": (bytes(ip(version=0)), "DropIpHeader", False),
    "IHL 4": (bytes(ip(ihl=4)), "DropIpHeader", False),
    "IHL 0": (bytes(ip(ihl=0)), "DropIpHeader", False),
    "IHL past the end": (cut(ip(ihl=15), 40), "DropIpTruncated", False),
    "total length 19": (bytes(ip(len=19)), "DropIpHeader", False),
    "total length 0": (bytes(ip(len=0)), "DropIpHeader", False),
    "total length past the end": (bytes(ip(len=500)), "DropIpTruncated", False),
    "checksum 0": (bytes(ip(chksum=0)), "DropIpCsum", False),
    "checksum one off": (frames.ipv4(SRC, DST, 17, bytes(16), check=0x1234), "DropIpCsum", False),
    "loopback source": (bytes(ip(src="127.0.0.1")), "DropIpSource", False),
    "multicast source": (bytes(ip(src="224.1.2.3")), "DropIpSource", False),
    "loopback destination": (bytes(ip(dst="127.0.0.1")), "DropIpDestination", False),
    "class E destination": (bytes(ip(dst="240.1.2.3")), "DropIpNoRoute", True),
    "TTL 1": (bytes(ip(ttl=1)), "DropIpTtl", True),
    "TTL 0": (bytes(ip(ttl=0)), "DropIpTtl", True),
    "no route": (bytes(ip(dst="203.0.113.7")), "DropIpNoRoute", True),
    "record route of length 2": (with_raw_options(b"\x07\x02\x04\x00"), "DropIpOptions", True),
    "record route of length 1": (with_raw_options(b"\x07\x01\x04\x00"), "DropIpOptions", True),
    "record route past the header": (with_raw_options(b"\x07\x27\x04\x00"), "DropIpOptions", True),
    "record route, pointer 3": (with_raw_options(b"\x07\x07\x03\x00\x00\x00\x00\x00"), "DropIpOptions", True),
    "time stamp of length 3": (with_raw_options(b"\x44\x03\x05\x00"), "DropIpOptions", True),
    "two record routes": (with_raw_options(b"\x07\x07\x04\x00\x00\x00\x00" * 2 + b"\x00\x00"), "DropIpOptions", True),
    "option without length": (with_raw_options(b"\x01\x01\x01\x07"), "DropIpOptions", True),
    "source route": (with_raw_options(b"\x83\x07\x04\xc6\x33\x64\x02\x00", dst=ROUTER), "DropIpOptions", True),
    "ICMP checksum": (bytes(IP(src=SRC, dst=ROUTER) / ICMP(chksum=1) / b"x"), "DropIcmpCsum", False),
    "ICMP cut": (bytes(IP(src=SRC, dst=ROUTER, proto=1) / Raw(b"\x08\x00\x00")), "DropIcmpTruncated", False),
    "ICMP of no type": (bytes(IP(src=SRC, dst=ROUTER) / ICMP(type=77)), "DropIcmpType", False),
    "UDP cut": (bytes(IP(src=SRC, dst=ROUTER, proto=17) / Raw(b"\0\1\0\2")), "DropUdpTruncated", False),
    "UDP length past the end": (bytes(IP(src=SRC, dst=ROUTER) / UDP(sport=1, dport=2, len=999)), "DropUdpTruncated", False),
    "UDP length 7": (bytes(IP(src=SRC, dst=ROUTER) / UDP(sport=1, dport=2, len=7)), "DropUdpTruncated", False),
    "UDP checksum": (bytes(IP(src=SRC, dst=ROUTER) / UDP(sport=1, dport=2, chksum=1) / b"xx"), "DropUdpCsum", False),
    "no such protocol": (bytes(IP(src=SRC, dst=ROUTER, proto=200) / Raw(b"x" * 20)), "DropProtoUnknown", True),
    "fragment past 65,535": (bytes(IP(src=SRC, dst=ROUTER, frag=8190, flags="MF", proto=17) / Raw(bytes(64))), "DropFragBad", None),
    "fragment not of 8": (bytes(IP(src=SRC, dst=ROUTER, flags="MF", proto=17) / Raw(bytes(13))), "DropFragBad", None),
}


@pytest.mark.parametrize("case", CASES)
def test_ip(raw_lab, case):
    packet, reason, answer = CASES[case]
    before = raw_lab.router.nstat()
    seen = raw_lab.exchange("left", packet)
    after = raw_lab.router.nstat()
    drops = {name: after[name] - before.get(name, 0) for name in after
             if name.startswith("Drop") and after[name] != before.get(name, 0)}
    assert drops == {reason: 1}
    assert seen["right"] == [], "nothing of it crosses"
    if answer is not None:
        assert len(seen["left"]) <= (1 if answer else 0)
    for frame in seen["left"]:
        error = frames.parse(frame)
        assert error and error.icmp[0] in (3, 11, 12) and error.check_ok and error.icmp_ok


LINK_CASES = {
    "EtherType nobody speaks": (lambda mac: Ether(dst=mac, type=0x9999) / Raw(b"x" * 50), "DropUnhandledProto"),
    "IPv6": (lambda mac: Ether(dst=mac, type=0x86DD) / Raw(b"\x60" + b"x" * 50), "DropUnhandledProto"),
    "802.3 length": (lambda mac: Ether(dst=mac, type=0x0026) / Raw(b"x" * 50), "DropLlc"),
    "to another host": (lambda mac: Ether(dst="02:00:00:00:00:42", type=0x0800) / ip(), "DropOtherHost"),
    "ARP of htype 6": (lambda mac: Ether(dst=mac, type=0x0806) / Raw(frames.arp(1, "02:00:00:00:00:01", SRC, bytes(6), ROUTER, htype=6)),
                       "DropArpFormat"),
    "ARP of ptype IPv6": (lambda mac: Ether(dst=mac) / ARP(ptype=0x86DD, psrc=SRC, pdst=ROUTER), "DropArpFormat"),
    "ARP of hlen 8": (lambda mac: Ether(dst=mac) / ARP(hwlen=8, psrc=SRC, pdst=ROUTER) / Raw(bytes(20)), "DropArpFormat"),
    "ARP opcode 77": (lambda mac: Ether(dst=mac) / ARP(op=77, psrc=SRC, pdst=ROUTER), "DropArpOpcode"),
    "ARP from a multicast address": (
        lambda mac: Ether(dst=mac) / ARP(op=1, hwsrc="03:00:00:00:00:01", psrc=SRC, pdst=ROUTER), "DropArpSenderHw"),
    "ARP for a multicast address": (
        lambda mac: Ether(dst=mac) / ARP(op=1, hwsrc="02:00:00:00:00:01", psrc=SRC, pdst="224.0.0.1"), "DropArpTargetIp"),
}


@pytest.mark.parametrize("case", LINK_CASES)
def test_link(raw_lab, case):
    make, reason = LINK_CASES[case]
    before = raw_lab.router.nstat()
    raw_lab.ports["left"].send(bytes(make(raw_lab.router_mac("left"))))
    seen = raw_lab.settle()
    after = raw_lab.router.nstat()
    assert after.get(reason, 0) - before.get(reason, 0) == 1
    assert seen == {"left": [], "right": []}


def test_every_prefix_of_a_good_packet(raw_lab):
    """Cut anywhere (from the Ethernet header on): never forwarded as something it is not, never the end."""
    good = bytes(Ether(dst=raw_lab.router_mac("left"), src=raw_lab.ports["left"].mac) / ip())
    for size in range(14, len(good)):
        raw_lab.ports["left"].send(good[:size])
    assert raw_lab.settle() == {"left": [], "right": []}


def test_every_single_byte_of_the_header_changed(raw_lab):
    """One byte wrong: the checksum finds it, so nothing comes out."""
    good = bytearray(bytes(ip()))
    for position in range(20):
        for flip in (0x01, 0x80, 0xFF):
            bad = bytearray(good)
            bad[position] ^= flip
            raw_lab.send("left", bytes(bad))
    seen = raw_lab.settle()
    assert seen == {"left": [], "right": []}


def test_padding_is_not_forwarded(raw_lab):
    """What stands behind the total length is the link's, not the packet's."""
    packet = bytes(ip())
    seen = raw_lab.exchange("left", packet + b"PADDING" * 20)["right"]
    assert len(seen) == 1
    assert b"PADDING" not in seen[0]
