# SPDX-License-Identifier: MIT
"""Declarative networks around the router.

A Net is one link: its name, the router's address on it, and the hosts at the other end. A Lab makes a
namespace and a tap for each Net, in order eth0, eth1, ..., boots a Router on them and configures it on
its command line. hosts="linux": the host addresses are Linux's own (ping, iperf3 run there).
hosts="raw": the namespace is silent and a Port plays every host, so that each frame on the wire is the
router's or the test's.

Addresses are those that RFC 5737 and RFC 2544 set aside for documentation and tests.
"""

import ipaddress
import itertools
import json
import os
from dataclasses import dataclass, field

import frames
from netns import Namespace, Port, Tap
from router import Router


@dataclass
class Net:
    name: str
    router: str                     # "192.0.2.1/24"
    hosts: tuple = ()               # ("192.0.2.2",): the first one is the namespace's main address
    mtu: int = 1500                 # of the tap; the router's own MTU comes from the device
    sysctls: dict = field(default_factory=dict)

    @property
    def network(self):
        return ipaddress.ip_interface(self.router).network

    @property
    def router_address(self):
        return str(ipaddress.ip_interface(self.router).ip)

    def parameter(self, device):
        """The ip= word that gives the router its address."""
        return f"ip={self.router_address}:::{self.network.netmask}::{device}:off"


LEFT = Net("left", "192.0.2.1/24", ("192.0.2.2",))
RIGHT = Net("right", "198.51.100.1/24", ("198.51.100.2",))
THIRD = Net("third", "203.0.113.1/24", ("203.0.113.2",))
FORWARDING = "sysctl.net.ipv4.ip_forward=1"


class Lab:
    """Namespaces, taps and a router between them; close() takes all of it away."""

    def __init__(self, elf, nets=(LEFT, RIGHT), *, hosts="linux", append=FORWARDING, configure=True, **router):
        self.nets = list(nets)
        self.namespaces, self.taps, self.ports = {}, {}, {}
        self.router = None
        self._markers = itertools.count(1)
        try:
            for net in self.nets:
                ns = self.namespaces[net.name] = Namespace(net.name)
                tap = self.taps[net.name] = Tap(ns, mtu=net.mtu)
                for name, value in net.sysctls.items():
                    ns.sysctl(name, value)
                if hosts == "linux":
                    for host in net.hosts:
                        ns.ip(f"addr add {host}/{net.network.prefixlen} dev {tap.name}")
                    ns.ip(f"route add default via {net.router_address}")
                else:
                    self.ports[net.name] = Port(tap, net.hosts)
            words = [net.parameter(f"eth{number}") for number, net in enumerate(self.nets)] if configure else []
            self.router = Router(elf, taps=list(self.taps.values()), append=" ".join([*words, append]), **router)
            self.router.wait_ready()
        except BaseException:
            self.close()
            raise

    def __getattr__(self, name):
        """lab.left is the namespace of the Net named left."""
        try:
            return self.__dict__["namespaces"][name]
        except KeyError:
            raise AttributeError(name) from None

    def net(self, name):
        return next(net for net in self.nets if net.name == name)

    def router_mac(self, name):
        return self.router.macs[[net.name for net in self.nets].index(name)]

    # Raw labs.

    def frame(self, port, packet, dst=None):
        """@packet in an Ethernet frame from @port's host to the router (or to @dst)."""
        return frames.eth(dst or self.router_mac(port), self.ports[port].mac, frames.ETH_P_IP, bytes(packet))

    def send(self, port, *packets):
        for packet in packets:
            self.ports[port].send(self.frame(port, packet))

    def settle(self, ports=None, deadline=20.0):
        """Fence: everything that the router does about frames sent so far has left it on return.

        Through each port goes an echo request to the router's address there; frames of one queue are
        handled in order, so its reply is behind all that earlier frames of that port caused on it. Then a
        marked datagram from each port to each other one does the same for what is forwarded.
        Returns {port: [frames that came, markers and ARP taken out]}.
        """
        names = list(ports or self.ports)
        seen = {name: [] for name in self.ports}
        for name in names:
            source = self.net(name).hosts[0]
            others = [other for other in self.ports if other != name]
            mark = next(self._markers)
            payload = b"marker%08d" % mark
            self.send(name, frames.ipv4(source, self.net(name).router_address, frames.ICMP,
                                        frames.echo(0xF1A6, mark & 0xFFFF, payload)))
            self._collect(name, payload, seen, deadline)
            for other in others:
                mark = next(self._markers)
                payload = b"marker%08d" % mark
                target = self.net(other).hosts[0]
                self.send(name, frames.ipv4(source, target, frames.UDP,
                                            frames.udp(source, target, 9, 9, payload)))
                self._collect(other, payload, seen, deadline)
        return seen

    def _collect(self, where, payload, seen, deadline):
        """Until a frame with @payload comes on @where; what else comes anywhere goes to @seen."""
        others = [(port, seen[name]) for name, port in self.ports.items() if name != where]
        self.ports[where].expect(lambda frame: payload in frame, deadline, seen[where], others)

    def exchange(self, port, *packets, deadline=20.0):
        """Send @packets (IP) from @port; returns {port: [frames]} that they caused."""
        self.settle([port], deadline)
        self.send(port, *packets)
        return self.settle([port], deadline)

    def healthy(self):
        return self.router is not None and self.router.alive()

    def close(self):
        if self.router is not None:
            self.router.close()
        for port in self.ports.values():
            port.close()
        for tap in self.taps.values():
            tap.close()
        for ns in self.namespaces.values():
            ns.close()


class _Device:
    """A veth end that a Port can sit on."""

    def __init__(self, ns, name, mtu):
        self.ns, self.name, self.mtu = ns, name, mtu
        ns.ip(f"link set {name} mtu {mtu} up")
        self.mac = json.loads(ns.run(f"ip -j link show {name}").stdout)[0]["address"]

    socket = Tap.socket

    def close(self):
        """Its namespace takes it along."""


class LinuxLab(Lab):
    """The oracle: the same raw ports around Linux's forwarding, in a namespace between veth pairs."""

    def __init__(self, nets=(LEFT, RIGHT), sysctls=()):     # pylint: disable=super-init-not-called
        self.nets = list(nets)
        self.namespaces, self.taps, self.ports = {}, {}, {}
        self.router = None
        self._markers = itertools.count(1)
        try:
            middle = self.middle = Namespace("linux-router")
            self.macs = []
            for net in self.nets:
                ns = self.namespaces[net.name] = Namespace(net.name)
                # Made in the middle, its end moved by the descriptor of the namespace that it goes to.
                middle.ip(f"link add {net.name} type veth peer name outside")
                middle.ip(f"link set outside netns /proc/{os.getpid()}/fd/{ns.fd}")
                device = _Device(ns, "outside", net.mtu)
                self.taps[net.name] = device
                self.ports[net.name] = Port(device, net.hosts)
                middle.ip(f"link set {net.name} mtu {net.mtu} up", f"addr add {net.router} dev {net.name}")
                self.macs.append(json.loads(middle.run(f"ip -j link show {net.name}").stdout)[0]["address"])
                for host in net.hosts:
                    middle.ip(f"neigh replace {host} lladdr {device.mac} dev {net.name} nud permanent")
            for name, value in (("net.ipv4.ip_forward", 1), ("net.ipv4.icmp_ratelimit", 0),
                                ("net.ipv4.conf.all.rp_filter", 0), *sysctls):
                middle.sysctl(name, value)
            for net in self.nets:
                middle.sysctl(f"net.ipv4.conf.{net.name}.rp_filter", 0)
        except BaseException:
            self.close()
            raise

    def router_mac(self, name):
        return self.macs[[net.name for net in self.nets].index(name)]

    def healthy(self):
        return True

    def close(self):
        super().close()
        if "middle" in self.__dict__:
            self.middle.close()
