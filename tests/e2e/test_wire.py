# SPDX-License-Identifier: MIT
"""Single frames on the wire, each answer checked byte by byte: forwarding, ICMP, ARP."""

import itertools
import socket
import struct

import pytest

import frames
from frames import ICMP, UDP

pytestmark = pytest.mark.net

LEFT_HOST, RIGHT_HOST, LEFT_ROUTER, RIGHT_ROUTER = "192.0.2.2", "198.51.100.2", "192.0.2.1", "198.51.100.1"
_numbers = itertools.count(1)


def datagram(src=LEFT_HOST, dst=RIGHT_HOST, payload=b"flagstone", dport=5000, **fields):
    fields.setdefault("ident", next(_numbers) & 0xFFFF)
    return frames.ipv4(src, dst, UDP, frames.udp(src, dst, 40000, dport, payload), **fields)


def packets(seen):
    return [frames.parse(frame) for frame in seen]


def is_error(frame, kind, code):
    packet = frames.parse(frame)
    return packet is not None and packet.icmp == (kind, code)


def one_error(lab, sent, kind, code, port="left"):
    """The one frame that @sent caused is the ICMP error (kind, code), whole and right; returns it."""
    seen = lab.exchange(port, sent)
    other = "right" if port == "left" else "left"
    assert not seen[other], [frames.describe(frame) for frame in seen[other]]
    assert len(seen[port]) == 1, [frames.describe(frame) for frame in seen[port]]
    error = frames.parse(seen[port][0])
    assert error.icmp == (kind, code)
    assert error.check_ok and error.icmp_ok
    assert error.ttl == 64
    net = lab.net(port)
    assert (error.src, error.dst) == (net.router_address, net.hosts[0])
    # RFC 1812 4.3.2.3: as much of the packet as fits without the error exceeding 576 bytes.
    assert error.quoted == sent[:548]
    assert len(error.raw) <= 576
    return error


def test_forwarded_frame_byte_by_byte(raw_lab):
    sent = datagram(ttl=17, tos=0x28, flags=2, payload=bytes(range(256)))
    seen = raw_lab.exchange("left", sent)
    assert not seen["left"]
    assert len(seen["right"]) == 1
    frame = seen["right"][0]
    assert frame[:6] == frames.mac_bytes(raw_lab.taps["right"].mac)
    assert frame[6:12] == frames.mac_bytes(raw_lab.router_mac("right"))
    packet = frames.parse(frame)
    assert packet.ttl == 16 and packet.check_ok
    # Nothing but TTL and checksum differs.
    assert packet.raw[:8] == sent[:8] and packet.raw[12:] == sent[12:] and packet.raw[9] == sent[9]


@pytest.mark.parametrize("ttl", [2, 3, 64, 128, 255])
def test_every_ttl_goes_down_by_one(raw_lab, ttl):
    seen = packets(raw_lab.exchange("left", datagram(ttl=ttl))["right"])
    assert [(packet.ttl, packet.check_ok) for packet in seen] == [(ttl - 1, True)]


def test_checksum_is_right_for_every_identification(raw_lab):
    """The incremental update (RFC 1624) at its corners: 300 packets that differ in one field."""
    sent = [datagram(ident=ident, ttl=2 + ident % 200) for ident in
            [*range(0xFF00, 0x10000, 3), *range(0, 200), 0xFFFF]]
    seen = packets(raw_lab.exchange("left", *sent)["right"])
    assert len(seen) == len(sent)
    assert all(packet.check_ok for packet in seen)
    assert [packet.ident for packet in seen] == [struct.unpack("!H", packet[4:6])[0] for packet in sent]


@pytest.mark.parametrize("ttl", [0, 1])
def test_ttl_expiry(raw_lab, ttl):
    one_error(raw_lab, datagram(ttl=ttl), 11, 0)


def test_ttl_expiry_quotes_up_to_576_bytes(raw_lab):
    one_error(raw_lab, datagram(ttl=1, payload=bytes(1400)), 11, 0)


def test_no_route(raw_lab):
    one_error(raw_lab, datagram(dst="203.0.113.5"), 3, 0)


def test_port_unreachable(raw_lab):
    one_error(raw_lab, datagram(dst=LEFT_ROUTER), 3, 3)


def test_protocol_unreachable(raw_lab):
    one_error(raw_lab, frames.ipv4(LEFT_HOST, LEFT_ROUTER, 253, b"who speaks this?"), 3, 2)


def test_frag_needed(raw_lab):
    raw_lab.router.check("ip link set eth1 mtu 1000")
    try:
        error = one_error(raw_lab, datagram(payload=bytes(1100), flags=2), 3, 4)
        assert struct.unpack("!HH", error.payload[4:8]) == (0, 1000), "RFC 1191: the next hop's MTU"
        # Without DF it comes in fragments that fit and add up.
        sent = datagram(payload=bytes(range(256)) * 5)
        seen = packets(raw_lab.exchange("left", sent)["right"])
        assert len(seen) == 2
        assert all(packet.check_ok and packet.ttl == 63 and len(packet.raw) <= 1000 for packet in seen)
        assert [packet.flags for packet in seen] == [1, 0]
        assert len({packet.ident for packet in seen}) == 1
        whole = b"".join(packet.payload for packet in sorted(seen, key=lambda packet: packet.offset))
        assert whole == sent[20:]
        assert [packet.offset * 8 for packet in seen] == [0, len(seen[0].payload)]
    finally:
        raw_lab.router.check("ip link set eth1 mtu 1500")


NO_ERROR_ABOUT = {
    "an ICMP error": frames.ipv4(LEFT_HOST, RIGHT_HOST, ICMP, frames.icmp(3, 1, payload=bytes(28)), ttl=1),
    "a later fragment": datagram(ttl=1, offset=10),
    "a broadcast source": datagram(src="255.255.255.255", ttl=1),
    "a multicast source": datagram(src="224.0.0.1", ttl=1),
    "a loopback source": datagram(src="127.0.0.1", ttl=1),
    "a zero source": datagram(src="0.0.0.0", dst=LEFT_ROUTER),
}


@pytest.mark.parametrize("what", NO_ERROR_ABOUT)
def test_no_icmp_error_about(raw_lab, what):
    """RFC 1812 4.3.2.7."""
    seen = raw_lab.exchange("left", NO_ERROR_ABOUT[what])
    assert seen == {"left": [], "right": []}


def test_no_icmp_error_about_a_link_broadcast(raw_lab):
    raw_lab.settle()
    raw_lab.ports["left"].send(raw_lab.frame("left", datagram(ttl=1), dst=frames.BROADCAST))
    raw_lab.ports["left"].send(raw_lab.frame("left", datagram(dst=LEFT_ROUTER), dst=frames.BROADCAST))
    assert raw_lab.settle() == {"left": [], "right": []}


@pytest.mark.parametrize("size", [0, 1, 8, 55, 56, 57, 1471, 1472])
def test_echo_reply(raw_lab, size):
    payload = bytes(range(256)) * 6
    request = frames.ipv4(LEFT_HOST, LEFT_ROUTER, ICMP, frames.echo(77, 5, payload[:size]), tos=0x10, ttl=9)
    seen = packets(raw_lab.exchange("left", request)["left"])
    assert len(seen) == 1
    reply = seen[0]
    assert reply.icmp == (0, 0) and reply.check_ok and reply.icmp_ok
    assert (reply.src, reply.dst, reply.ttl) == (LEFT_ROUTER, LEFT_HOST, 64)
    assert reply.payload[4:] == request[24:], "identifier, sequence and data come back"


def test_echo_to_the_far_address(raw_lab):
    """The router answers for every address it has, whichever side asks."""
    request = frames.ipv4(LEFT_HOST, RIGHT_ROUTER, ICMP, frames.echo(78, 1))
    seen = packets(raw_lab.exchange("left", request)["left"])
    assert [(packet.icmp, packet.src) for packet in seen] == [((0, 0), RIGHT_ROUTER)]


def test_echo_in_fragments(raw_lab):
    """Reassembled for the router itself, in any order; the reply is fragmented in turn."""
    message = frames.echo(79, 1, bytes(range(256)) * 10)
    pieces = [(0, message[:1000], 1), (125, message[1000:2000], 1), (250, message[2000:], 0)]
    for order in ((0, 1, 2), (2, 1, 0), (1, 2, 0)):
        ident = next(_numbers)
        sent = [frames.ipv4(LEFT_HOST, LEFT_ROUTER, ICMP, pieces[i][1], flags=pieces[i][2], offset=pieces[i][0], ident=ident)
                for i in order]
        seen = packets(raw_lab.exchange("left", *sent)["left"])
        assert seen, "a reply"
        whole = b"".join(packet.payload for packet in sorted(seen, key=lambda packet: packet.offset))
        assert whole[0] == 0 and whole[4:] == message[4:] and frames.checksum(whole) == 0


def test_unknown_icmp_is_ignored(raw_lab):
    for kind in (1, 2, 7, 15, 16, 17, 30, 200):
        assert raw_lab.exchange("left", frames.ipv4(LEFT_HOST, LEFT_ROUTER, ICMP, frames.icmp(kind, 0)))["left"] == []


# ARP.

def arp_seen(seen):
    return [frame for frame in seen if frame[12:14] == b"\x08\x06"]


def test_arp_reply(raw_lab):
    port = raw_lab.ports["left"]
    for dst in (frames.BROADCAST, raw_lab.router_mac("left")):
        port.send(frames.arp_request(port.mac, LEFT_HOST, LEFT_ROUTER, dst))
        seen = arp_seen(raw_lab.settle()["left"])
        assert len(seen) == 1
        router = frames.mac_bytes(raw_lab.router_mac("left"))
        expected = frames.eth(port.mac, router, frames.ETH_P_ARP, frames.arp(2, router, LEFT_ROUTER, port.mac, LEFT_HOST))
        assert seen[0][:42] == expected


def test_arp_probe_is_answered(raw_lab):
    """RFC 5227: sender address 0.0.0.0, asking whether the address is taken."""
    port = raw_lab.ports["left"]
    port.send(frames.arp_request(port.mac, "0.0.0.0", LEFT_ROUTER))
    seen = arp_seen(raw_lab.settle()["left"])
    assert len(seen) == 1 and seen[0][20:22] == b"\0\x02" and seen[0][28:32] == socket.inet_aton(LEFT_ROUTER)
    neighbours = raw_lab.router.check_json("ip -j neigh")
    assert "0.0.0.0" not in [entry["dst"] for entry in neighbours]


def test_arp_for_others_is_not_answered(raw_lab):
    port = raw_lab.ports["left"]
    for target in ("192.0.2.99", "203.0.113.1", "0.0.0.0", "255.255.255.255", "127.0.0.1", "224.0.0.1"):
        port.send(frames.arp_request(port.mac, LEFT_HOST, target))
    port.send(frames.arp_request(port.mac, LEFT_HOST, LEFT_ROUTER, dst="02:00:00:00:00:99"))
    assert raw_lab.settle()["left"] == []


def test_unknown_next_hop_is_asked_for_and_queued_packets_follow(raw_lab):
    """Three packets to a silent host: one ARP request goes out; the reply releases them in order."""
    right = raw_lab.ports["right"]
    sent = [datagram(dst="198.51.100.7", payload=b"queued%d" % number) for number in range(3)]
    raw_lab.settle()
    raw_lab.send("left", *sent)
    request = right.expect(lambda frame: frame[12:14] == b"\x08\x06" and frame[38:42] == socket.inet_aton("198.51.100.7"))
    assert request[:6] == b"\xff" * 6
    assert request[22:28] == frames.mac_bytes(raw_lab.router_mac("right"))
    assert request[28:32] == socket.inet_aton(RIGHT_ROUTER)
    right.addresses.add("198.51.100.7")
    try:
        right.send(frames.arp_answer(request, right.mac, right.addresses))
        for number in range(3):
            frame = right.expect(lambda frame: b"queued" in frame)
            assert b"queued%d" % number in frame
    finally:
        right.addresses.discard("198.51.100.7")
        raw_lab.router.check("ip neigh del 198.51.100.7 dev eth1")


def test_a_silent_host_fails_with_host_unreachable(raw_lab):
    left = raw_lab.ports["left"]
    raw_lab.send("left", datagram(dst="198.51.100.8"))
    frame = left.expect(lambda frame: is_error(frame, 3, 1), 20, others=[(raw_lab.ports["right"], [])])
    assert frames.parse(frame).src == LEFT_ROUTER
    entry = [e for e in raw_lab.router.check_json("ip -j neigh") if e["dst"] == "198.51.100.8"]
    assert not entry or entry[0]["state"] == ["FAILED"]


def test_a_moved_host_is_followed(raw_lab):
    """A host that announces a new link address (gratuitous ARP) gets its packets there."""
    right = raw_lab.ports["right"]
    old = right.mac
    raw_lab.settle()
    # Linux keeps a fresh entry for a while against flapping (locktime, 1 s): ask until it has moved.
    new = "02:00:00:00:77:01"
    right.mac = new
    try:
        def moved():
            right.send(frames.eth(frames.BROADCAST, new, frames.ETH_P_ARP,
                                  frames.arp(1, new, RIGHT_HOST, bytes(6), RIGHT_HOST)))
            return any(frame[:6] == frames.mac_bytes(new) for frame in raw_lab.exchange("left", datagram())["right"])
        raw_lab.router.wait_until(moved, 10, "the move")
    finally:
        right.mac = old
        raw_lab.router.check("ip neigh flush all")
        raw_lab.settle()


def test_a_permanent_neighbour_is_not_asked_for(raw_lab):
    raw_lab.router.check("ip neigh replace 198.51.100.50 lladdr 02:00:00:00:00:50 dev eth1 nud permanent")
    seen = raw_lab.exchange("left", datagram(dst="198.51.100.50"))["right"]
    assert [frame[:6] for frame in seen] == [b"\x02\0\0\0\0\x50"]
    raw_lab.router.check("ip neigh flush all")
    assert "198.51.100.50" in raw_lab.router.check("ip neigh"), "flush leaves permanent entries"
    raw_lab.router.check("ip neigh del 198.51.100.50 dev eth1")


# Addresses that a router must not forward from or to (RFC 1812 5.3.7, 5.3.4).

@pytest.mark.parametrize("src", ["127.0.0.1", "224.0.0.1", "255.255.255.255", "192.0.2.1", "192.0.2.255"])
def test_martian_sources_are_dropped(raw_lab, src):
    assert raw_lab.exchange("left", datagram(src=src)) == {"left": [], "right": []}


@pytest.mark.parametrize("dst", ["127.0.0.1", "0.0.0.0", "240.0.0.1", "255.255.255.255", "224.0.0.9", "192.0.2.255",
                                 "198.51.100.255"])
def test_destinations_that_are_not_forwarded(raw_lab, dst):
    """Nothing crosses to the right, and no error comes back that would tell of it."""
    seen = raw_lab.exchange("left", datagram(dst=dst))
    assert seen["right"] == []


def test_frames_to_another_link_address_are_ignored(raw_lab):
    raw_lab.settle()
    raw_lab.ports["left"].send(raw_lab.frame("left", datagram(), dst="02:00:00:00:00:99"))
    assert raw_lab.settle() == {"left": [], "right": []}


def test_unicast_in_a_link_broadcast_is_not_forwarded(raw_lab):
    """RFC 1812 5.3.4."""
    raw_lab.settle()
    raw_lab.ports["left"].send(raw_lab.frame("left", datagram(), dst=frames.BROADCAST))
    assert raw_lab.settle() == {"left": [], "right": []}


def test_nstat_counts_what_happened(raw_lab):
    before = raw_lab.router.nstat()
    raw_lab.send("left", *[datagram() for _ in range(20)])
    raw_lab.settle()
    after = raw_lab.router.nstat()
    assert after["IpForwDatagrams"] - before.get("IpForwDatagrams", 0) >= 20
    assert after["IpInReceives"] - before.get("IpInReceives", 0) >= 20
