# SPDX-License-Identifier: MIT
"""Network namespaces, taps and raw wires.

Overview  A Namespace has no name in the system: it lives by the descriptors that this process holds,
          so nothing is left behind however the process ends, and two test runs cannot meet. A Tap is
          created inside its namespace and its descriptor handed to QEMU; it goes when both have gone.
          A Port is a pretend host on a tap: raw frames out, raw frames in, ARP answered by itself.
Threads   A namespace is entered by the calling thread alone, and left again at once.
Privilege CAP_NET_ADMIN and CAP_NET_RAW, of root or of `unshare --map-root-user --net`.
"""

import contextlib
import ctypes
import fcntl
import json
import os
import select
import socket
import struct
import subprocess
import time

import frames

_libc = ctypes.CDLL(None, use_errno=True)
_CLONE_NEWNET = 0x40000000
_TUNSETIFF = 0x400454CA
_IFF_TAP, _IFF_NO_PI, _IFF_VNET_HDR = 0x2, 0x1000, 0x4000
_ETH_P_ALL = 3
_SOL_PACKET, _PACKET_STATISTICS, _PACKET_IGNORE_OUTGOING = 263, 6, 23
_SO_RCVBUFFORCE = 33


class NetError(Exception):
    """The network did not do what a test needed of it."""


def _check(result, what):
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def why_not_possible():
    """Why this process cannot make namespaces and taps, or None when it can."""
    try:
        ns = Namespace("probe")
    except OSError as error:
        return f"no network namespace: {error}"
    try:
        Tap(ns, "probe").close()
    except OSError as error:
        return f"no tap device: {error}"
    finally:
        ns.close()
    return None


class Namespace:
    """A network namespace of this process, with its loopback up and IPv6 silent."""

    def __init__(self, name):
        self.name = name
        home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        try:
            _check(_libc.unshare(_CLONE_NEWNET), "unshare")
            try:
                self.fd = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
            finally:
                _check(_libc.setns(home, _CLONE_NEWNET), "setns")
        finally:
            os.close(home)
        self._children = []
        # No router solicitations, no neighbour discovery: counters shall tell of IPv4 alone.
        self.sysctl("net.ipv6.conf.all.disable_ipv6", 1, missing_ok=True)
        self.sysctl("net.ipv6.conf.default.disable_ipv6", 1, missing_ok=True)
        self.ip("link set lo up")

    @contextlib.contextmanager
    def entered(self):
        home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        try:
            _check(_libc.setns(self.fd, _CLONE_NEWNET), "setns")
            try:
                yield self
            finally:
                _check(_libc.setns(home, _CLONE_NEWNET), "setns")
        finally:
            os.close(home)

    def command(self):
        """Words before a command that a human types to look into this namespace."""
        return f"nsenter --net=/proc/{os.getpid()}/fd/{self.fd}"

    def run(self, argv, check=True, timeout=60, **kwargs):
        """Run @argv in the namespace; returns the CompletedProcess, its output as text."""
        if isinstance(argv, str):
            argv = argv.split()
        with self.entered():
            child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                     stderr=subprocess.STDOUT, text=True, errors="replace", **kwargs)
        try:
            output, _ = child.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            child.kill()
            output, _ = child.communicate()
            raise NetError(f"{self.name}: {' '.join(argv)}: not done after {timeout} s:\n{output}")
        if check and child.returncode:
            raise NetError(f"{self.name}: {' '.join(argv)}: status {child.returncode}\n{output}")
        return subprocess.CompletedProcess(argv, child.returncode, output)

    def popen(self, argv, **kwargs):
        """Start @argv in the namespace; close() ends it if it still runs."""
        if isinstance(argv, str):
            argv = argv.split()
        with self.entered():
            child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, **kwargs)
        self._children.append(child)
        return child

    def ip(self, *commands):
        """Run `ip` commands, one string each."""
        for command in commands:
            self.run(f"ip {command}")

    def sysctl(self, name, value, missing_ok=False):
        path = "/proc/sys/" + name.replace(".", "/")
        with self.entered():
            try:
                with open(path, "w", encoding="ascii") as file:
                    file.write(str(value))
            except FileNotFoundError:
                if not missing_ok:
                    raise

    def close(self):
        for child in self._children:
            if child.poll() is None:
                child.kill()
                child.wait()
        self._children = []
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1


class Tap:
    """A tap device in @ns. @fd goes to QEMU; carrier is on while anyone holds it."""

    def __init__(self, ns, name="tap0", mtu=1500, mac=None):
        self.ns, self.name = ns, name
        with ns.entered():
            self.fd = os.open("/dev/net/tun", os.O_RDWR | os.O_CLOEXEC | os.O_NONBLOCK)
            request = struct.pack("16sH22x", name.encode(), _IFF_TAP | _IFF_NO_PI | _IFF_VNET_HDR)
            try:
                fcntl.ioctl(self.fd, _TUNSETIFF, request)
            except OSError:
                os.close(self.fd)
                raise
        if mac:
            ns.ip(f"link set {name} address {mac}")
        ns.ip(f"link set {name} mtu {mtu} up")
        link = json.loads(ns.run(f"ip -j link show {name}").stdout)[0]
        self.mac, self.mtu = link["address"], mtu

    def drain(self):
        """Forget the frames that wait for a reader (the last QEMU did not read them)."""
        with contextlib.suppress(BlockingIOError):
            while os.read(self.fd, 70000):
                pass

    def counters(self):
        """The device's own figures. tx_*: towards QEMU; a frame counts once QEMU has read it."""
        names = ("rx_bytes", "rx_packets", "rx_errors", "rx_dropped", "rx_fifo", "rx_frame",
                 "rx_compressed", "rx_multicast", "tx_bytes", "tx_packets", "tx_errors", "tx_dropped")
        with self.ns.entered(), open("/proc/thread-self/net/dev", encoding="ascii") as file:
            for line in file:
                device, _, figures = line.partition(":")
                if device.strip() == self.name:
                    return dict(zip(names, map(int, figures.split())))
        raise NetError(f"{self.ns.name}: no device {self.name}")

    def socket(self, protocol=_ETH_P_ALL):
        """A raw AF_PACKET socket on the device that does not see what this side sends."""
        with self.ns.entered():
            raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        raw.setsockopt(_SOL_PACKET, _PACKET_IGNORE_OUTGOING, 1)
        try:
            raw.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, 16 << 20)
        except PermissionError:     # root of a user namespace only
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 << 20)
        raw.bind((self.name, protocol))
        return raw

    def close(self):
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1


class Port:
    """A pretend host on a device: sends and sees raw frames, answers ARP for its addresses.

    The namespace has no address, so that Linux itself says nothing on the wire.
    """

    def __init__(self, device, addresses=(), mac=None):
        self.device = device
        self.mac = mac or device.mac
        self.addresses = set(addresses)
        self.raw = device.socket()
        self.raw.setblocking(False)
        self.answer_arp = True

    def send(self, frame):
        """Send one frame; waits while the device's queue is full (the receiver is slow)."""
        frame = bytes(frame)
        until = time.monotonic() + 20
        while True:
            try:
                return self.raw.send(frame)
            except (BlockingIOError, OSError) as error:
                if error.errno not in (11, 105) or time.monotonic() > until:
                    raise
                select.select([], [self.raw], [], 0.01)

    def read(self):
        """The next frame if one is there, ARP requests answered and passed over; else None."""
        while True:
            try:
                frame = self.raw.recv(70000)
            except BlockingIOError:
                return None
            if self.answer_arp:
                answer = frames.arp_answer(frame, self.mac, self.addresses)
                if answer:
                    self.send(answer)
                    continue
            return frame

    def overruns(self):
        """Frames that this capture lost because the test read too slowly; reading resets it."""
        _, drops = struct.unpack("II", self.raw.getsockopt(_SOL_PACKET, _PACKET_STATISTICS, 8))
        return drops

    def expect(self, wanted, deadline=10.0, seen=None, others=()):
        """The first frame for which @wanted(frame) is true; the ones before it are appended to @seen.

        @others: pairs (port, list); what comes there meanwhile is appended to the list, ARP answered.
        """
        until = time.monotonic() + deadline
        seen = [] if seen is None else seen
        while time.monotonic() < until:
            select.select([self.raw, *(port.raw for port, _ in others)], [], [], max(0.0, until - time.monotonic()))
            for port, came in others:
                while (frame := port.read()) is not None:
                    came.append(frame)
            while (frame := self.read()) is not None:
                if wanted(frame):
                    return frame
                seen.append(frame)
        listing = "\n".join(frames.describe(frame) for frame in seen[-20:]) or "(nothing)"
        raise NetError(f"{self.device.ns.name}: the frame did not come in {deadline} s; came:\n{listing}")

    def close(self):
        self.raw.close()
