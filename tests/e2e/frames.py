# SPDX-License-Identifier: MIT
"""Ethernet, ARP and IPv4 frames as bytes: built field by field (right or wrong), read without trust.

scapy crafts where a test shall be read; this builds where a test sends a million.
"""

import socket
import struct
from dataclasses import dataclass

BROADCAST = "ff:ff:ff:ff:ff:ff"
ETH_P_IP, ETH_P_ARP = 0x0800, 0x0806
ICMP, TCP, UDP = 1, 6, 17
ECHO_REPLY, UNREACHABLE, ECHO_REQUEST, TIME_EXCEEDED, PARAMETER_PROBLEM = 0, 3, 8, 11, 12


def mac_bytes(mac):
    return bytes.fromhex(mac.replace(":", "")) if isinstance(mac, str) else bytes(mac)


def addr_bytes(addr):
    return socket.inet_aton(addr) if isinstance(addr, str) else bytes(addr)


def checksum(data):
    """RFC 1071, over bytes; an odd last byte counts as the high half of a word."""
    if len(data) & 1:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def eth(dst, src, kind, payload):
    return mac_bytes(dst) + mac_bytes(src) + struct.pack("!H", kind) + payload


def ipv4(src, dst, proto, payload, *, ttl=64, tos=0, ident=0, flags=0, offset=0, options=b"",
         version=4, ihl=None, length=None, check=None):
    """An IPv4 packet. flags: 2 DF, 1 MF; offset in 8-byte units; None means the right value."""
    header_len = 20 + len(options)
    ihl = header_len // 4 if ihl is None else ihl
    length = header_len + len(payload) if length is None else length
    fixed = struct.pack("!BBHHHBBH4s4s", version << 4 | ihl & 15, tos, length & 0xFFFF, ident,
                        flags << 13 | offset, ttl, proto, 0, addr_bytes(src), addr_bytes(dst))
    if check is None:
        check = checksum(fixed + options)
    return fixed[:10] + struct.pack("!H", check) + fixed[12:] + options + payload


def udp(src, dst, sport, dport, payload, check=None):
    length = 8 + len(payload)
    header = struct.pack("!HHHH", sport, dport, length, 0)
    if check is None:
        pseudo = addr_bytes(src) + addr_bytes(dst) + struct.pack("!BBH", 0, UDP, length)
        check = checksum(pseudo + header + payload) or 0xFFFF
    return header[:6] + struct.pack("!H", check) + payload


def icmp(kind, code, rest=b"\0\0\0\0", payload=b"", check=None):
    message = struct.pack("!BBH", kind, code, 0) + rest + payload
    if check is None:
        check = checksum(message)
    return message[:2] + struct.pack("!H", check) + message[4:]


def echo(ident, seq, payload=b"flagstone", kind=ECHO_REQUEST):
    return icmp(kind, 0, struct.pack("!HH", ident, seq), payload)


def arp(op, sha, spa, tha, tpa, *, htype=1, ptype=ETH_P_IP, hlen=6, plen=4):
    return struct.pack("!HHBBH", htype, ptype, hlen, plen, op) + mac_bytes(sha) + addr_bytes(spa) + \
        mac_bytes(tha) + addr_bytes(tpa)


def arp_request(sha, spa, tpa, dst=BROADCAST):
    return eth(dst, sha, ETH_P_ARP, arp(1, sha, spa, bytes(6), tpa))


def arp_answer(frame, mac, addresses):
    """The reply to @frame if it is an ARP request for one of @addresses, else None."""
    if len(frame) < 42 or frame[12:14] != b"\x08\x06" or frame[20:22] != b"\0\x01":
        return None
    target = socket.inet_ntoa(frame[38:42])
    if target not in addresses:
        return None
    return eth(frame[22:28], mac, ETH_P_ARP, arp(2, mac, target, frame[22:28], frame[28:32]))


@dataclass
class Packet:
    """An IPv4 packet read from a frame. raw starts at the IP header and ends at its total length."""
    raw: bytes
    src: str
    dst: str
    proto: int
    ttl: int
    tos: int
    ident: int
    flags: int
    offset: int
    options: bytes
    payload: bytes
    check_ok: bool

    @property
    def icmp(self):
        """(type, code) of an ICMP message, else None."""
        if self.proto == ICMP and len(self.payload) >= 8 and not self.offset:
            return self.payload[0], self.payload[1]
        return None

    @property
    def icmp_ok(self):
        return checksum(self.payload) == 0

    @property
    def quoted(self):
        """What an ICMP error quotes of the packet that caused it."""
        return self.payload[8:]

    @property
    def ports(self):
        return struct.unpack("!HH", self.payload[:4])


def parse(frame):
    """The Packet in a frame, or None when it does not carry a whole IPv4 header."""
    if len(frame) < 34 or frame[12:14] != b"\x08\x00" or frame[14] >> 4 != 4:
        return None
    ip = frame[14:]
    header_len = (ip[0] & 15) * 4
    (_, tos, length, ident, fragment, ttl, proto, _, src, dst) = struct.unpack("!BBHHHBBH4s4s", ip[:20])
    if header_len < 20 or length < header_len or len(ip) < length:
        return None
    return Packet(ip[:length], socket.inet_ntoa(src), socket.inet_ntoa(dst), proto, ttl, tos, ident,
                  fragment >> 13, fragment & 0x1FFF, ip[20:header_len], ip[header_len:length],
                  checksum(ip[:header_len]) == 0)


def describe(frame):
    """One line for a person."""
    packet = parse(frame)
    head = f"{frame[6:12].hex(':')} > {frame[:6].hex(':')}"
    if packet is None:
        return f"{head} type {frame[12:14].hex()} {len(frame)} bytes: {frame[14:54].hex()}"
    what = f"icmp {packet.icmp}" if packet.icmp else f"proto {packet.proto}"
    return f"{head} {packet.src} > {packet.dst} {what} ttl {packet.ttl} length {len(packet.raw)}" + \
        ("" if packet.check_ok else " BAD CHECKSUM")
