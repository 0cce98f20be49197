#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Frames that no decent host sends, from a seed.

Overview  generate(seed, count, ...) yields frames: bad lengths, versions, IHL, options, checksums, fragments
          of every shape, ARP of any shape, unknown types, pure noise; half of them to the router's MAC, the
          rest to broadcast, multicast and strangers. The same seed gives the same frames.
          flood() puts them on two wires at a steady rate and says what the devices accepted.
Addresses Every IPv4 and ARP address is from the documentation and benchmark ranges, from the lab's own
          nets, or special (0, loopback, multicast, broadcast): the frames never leave the lab's wires.
"""

import random
import struct
import time

import frames

# Addresses that a hostile host would try. {net} addresses of the lab are added by Shapes.
_SPECIAL = [frames.addr_bytes(a) for a in (
    "0.0.0.0", "0.1.2.3", "127.0.0.1", "127.255.255.255", "224.0.0.1", "224.0.0.5", "239.255.255.255",
    "255.255.255.255", "240.0.0.1", "203.0.113.7", "203.0.113.255", "198.18.0.1", "198.19.255.254")]

_OPTIONS = [
    b"\x00\x00\x00\x00", b"\x01\x01\x01\x00", b"\x01\x01\x01\x01",
    b"\x07\x27\x04" + bytes(36) + b"\x00",                  # record route, room for nine
    b"\x07\x07\x08" + bytes(4) + b"\x00",                   # record route, full
    b"\x07\x07\x03\x00\x00\x00\x00\x00",                    # record route, pointer below its first slot
    b"\x07\x02\x04\x00", b"\x07\x01\x00\x00", b"\x07\x00\x00\x00", b"\x07\xff\x04\x00",
    b"\x44\x0c\x05\x00" + bytes(8), b"\x44\x08\x09\xf1" + bytes(4), b"\x44\x04\x05\x00", b"\x44\x28\x05\x03" + bytes(36),
    b"\x83\x07\x04\xc6\x33\x64\x02\x00", b"\x89\x07\x04\xc6\x33\x64\x02\x00",   # loose, strict source route
    b"\x83\x0b\x04\xc6\x33\x64\x02\xc0\x00\x02\x01\x00", b"\x89\x03\x04\x00", b"\x83\x07\x09\xc6\x33\x64\x02\x00",
    b"\x94\x04\x00\x00", b"\x94\x04\xff\xff", b"\x94\x02\x00\x00",              # router alert
    b"\x82\x0b" + bytes(9) + b"\x00", b"\x86\x06\x00\x00\x00\x01\x01\x00", b"\xff\x04\x00\x00", b"\x5e\x00\x00\x00",
]


class Shapes:
    """The frame makers; each takes nothing and gives everything behind the Ethernet addresses."""

    def __init__(self, rng, hosts, routers):
        self.rng = rng
        self.hosts = [frames.addr_bytes(a) for a in hosts]
        self.routers = [frames.addr_bytes(a) for a in routers]
        self.noise = rng.randbytes(1 << 16)
        self.makers = ([self.plain] * 2 + [self.bad_version, self.bad_ihl, self.bad_length, self.bad_checksum] +
                       [self.options] * 3 + [self.fragment] * 4 + [self.arp] * 4 +
                       [self.icmp_error, self.icmp_other, self.short, self.unknown_type, self.pure_noise, self.ttl])

    def bytes(self, size):
        at = self.rng.randrange(len(self.noise) - size)
        return self.noise[at:at + size]

    def size(self):
        """Mostly small, sometimes up to the MTU."""
        rng = self.rng
        return rng.randrange(0, 64) if rng.random() < 0.8 else rng.randrange(64, 1440)

    def address(self):
        rng = self.rng
        kind = rng.random()
        if kind < 0.35:
            return rng.choice(self.hosts)
        if kind < 0.6:
            return rng.choice(self.routers)
        if kind < 0.85:
            return rng.choice(_SPECIAL)
        # Some host of the benchmark range 198.18.0.0/15, which the router does not know.
        return struct.pack("!I", 0xC6120000 | rng.randrange(1 << 17))

    def ip(self, payload=None, proto=None, **fields):
        rng = self.rng
        if payload is None:
            payload = self.bytes(self.size())
        fields.setdefault("ttl", rng.choice((0, 1, 2, 64, 255)))
        fields.setdefault("ident", rng.randrange(1 << 16))
        proto = rng.choice((1, 2, 6, 17, 17, 41, 50, 89, 132, 255, 0)) if proto is None else proto
        return b"\x08\x00" + frames.ipv4(self.address(), self.address(), proto, payload, **fields)

    def plain(self):
        return self.ip(tos=self.rng.randrange(256), flags=self.rng.randrange(8))

    def ttl(self):
        return self.ip(proto=17, ttl=self.rng.randrange(3))

    def bad_version(self):
        return self.ip(version=self.rng.choice((0, 1, 3, 5, 6, 15)))

    def bad_ihl(self):
        return self.ip(ihl=self.rng.choice((0, 1, 4, 6, 7, 10, 15)))

    def bad_length(self):
        return self.ip(length=self.rng.choice((0, 1, 19, 20, 21, 27, 46, 47, 576, 1499, 1500, 1501, 9000, 65535)))

    def bad_checksum(self):
        return self.ip(check=self.rng.randrange(1 << 16))

    def options(self):
        if self.rng.random() < 0.6:
            options = self.rng.choice(_OPTIONS)
        else:
            options = self.bytes(4 * self.rng.randrange(1, 11))
        options = options[:40]
        return self.ip(options=options + bytes(-len(options) % 4))

    def fragment(self):
        rng = self.rng
        offset = rng.choice((0, 0, 1, 2, 3, 64, 185, 8000, 8189, 8190, 8191, rng.randrange(8192)))
        return self.ip(flags=rng.choice((0, 1, 1, 2, 3, 4, 5)), offset=offset, ident=rng.randrange(16))

    def arp(self):
        rng = self.rng
        sha = rng.choice((self.bytes(6), bytes(6), b"\xff" * 6, b"\x02" + self.bytes(5)))
        body = frames.arp(rng.choice((1, 1, 1, 2, 2, 0, 3, 8, 9, 65535)), sha, self.address(), self.bytes(6), self.address(),
                          htype=rng.choice((1, 1, 1, 1, 6, 0)), ptype=rng.choice((0x800, 0x800, 0x800, 0x800, 0x86DD)),
                          hlen=rng.choice((6, 6, 6, 6, 0, 255)), plen=rng.choice((4, 4, 4, 4, 0, 16, 255)))
        cut = rng.random()
        if cut < 0.15:
            body = body[:rng.randrange(len(body))]
        elif cut < 0.3:
            body += self.bytes(rng.randrange(64))
        return b"\x08\x06" + body

    def icmp_error(self):
        """An ICMP error that quotes garbage: whoever answers it, or trusts the quote, is wrong."""
        inner = frames.ipv4(self.address(), self.address(), self.rng.choice((1, 6, 17)), self.bytes(8),
                            ihl=self.rng.choice((5, 5, 5, 0, 15)))[:self.rng.randrange(29)]
        return self.ip(proto=1, payload=frames.icmp(self.rng.choice((3, 4, 5, 11, 12)), self.rng.randrange(18),
                                                    self.bytes(4), inner))

    def icmp_other(self):
        message = frames.icmp(self.rng.randrange(256), self.rng.randrange(20), self.bytes(4), self.bytes(self.size()),
                              check=None if self.rng.random() < 0.5 else self.rng.randrange(1 << 16))
        return self.ip(proto=1, payload=message[:self.rng.choice((1, 4, 7, 8, 2000))])

    def short(self):
        """An IPv4 frame that ends inside its header."""
        whole = self.ip()
        return whole[:2 + self.rng.randrange(28)]

    def unknown_type(self):
        kind = self.rng.choice((0x86DD, 0x8100, 0x88A8, 0x8847, 0x0806, 0x0026, 0x05DC, 0x9000, 0xFFFF, 0))
        return struct.pack("!H", kind) + self.bytes(self.size())

    def pure_noise(self):
        return self.bytes(2 + self.size())


def generate(seed, count, router_mac, hosts, routers):
    """@count frames; every second one to @router_mac."""
    rng = random.Random(seed)
    shapes = Shapes(rng, hosts, routers)
    router = frames.mac_bytes(router_mac)
    others = [b"\xff" * 6, b"\x01\x00\x5e\x00\x00\x01", b"\x33\x33\x00\x00\x00\x01", bytes(6),
              router[:5] + bytes([router[5] ^ 0x55]), b"\x02\x00\x00\x00\x00\x01"]
    makers = shapes.makers
    for number in range(count):
        dst = rng.choice(others) if number & 1 else router
        src = rng.choice((b"\x02\x00\x00", b"\x02\x00\x00", b"\x02\x00\x00", b"\x03\x00\x00", b"\xff\xff\xff")) + shapes.bytes(3)
        yield dst + src + rng.choice(makers)()


def flood(wires, rate, batch=200):
    """Send from several wires in turn: @wires is a list of (raw socket, iterator of frames).

    Paced by the clock at @rate frames a second all together, in batches. Frames that the device's queue
    refuses are the device's to count. Returns (frames sent, seconds).
    """
    start = time.monotonic()
    sent = 0
    pacer = _Pacer(rate, start)
    live = list(wires)
    while live:
        for wire in list(live):
            raw, source = wire
            for _ in range(batch):
                frame = next(source, None)
                if frame is None:
                    live.remove(wire)
                    break
                try:
                    raw.send(frame)
                except OSError as error:
                    if error.errno not in (11, 105):        # EAGAIN, ENOBUFS: refused, and counted by the device
                        raise
                sent += 1
            pacer.wait(sent)
    return sent, time.monotonic() - start


class _Pacer:
    """Holds a sender to a rate. The pause is the rate itself, not a wait for something to happen."""

    def __init__(self, rate, start):
        self.rate, self.start = rate, start

    def wait(self, sent):
        ahead = self.start + sent / self.rate - time.monotonic()
        if ahead > 0:
            time.sleep(ahead)


if __name__ == "__main__":
    import sys
    for item in generate(int(sys.argv[1]) if len(sys.argv) > 1 else 1, int(sys.argv[2]) if len(sys.argv) > 2 else 20,
                         "52:54:00:f1:a6:00", ["192.0.2.2", "198.51.100.2"], ["192.0.2.1", "198.51.100.1"]):
        print(frames.describe(item))
