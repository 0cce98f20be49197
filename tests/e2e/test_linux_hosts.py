# SPDX-License-Identifier: MIT
"""Linux hosts on both sides: ping, traceroute, iperf3, tcpdump, the tools that people use."""

import json
import re

import pytest

import frames
from router import SLOWNESS

pytestmark = pytest.mark.net

LEFT_HOST, RIGHT_HOST = "192.0.2.2", "198.51.100.2"


def ping(ns, target, *options, check=True, timeout=60):
    return ns.run(["ping", "-n", "-W", "2", *options, target], check=check, timeout=timeout * SLOWNESS).stdout


def lost(output):
    match = re.search(r"(\d+) packets transmitted, (\d+) received", output)
    assert match, output
    return int(match.group(1)) - int(match.group(2))


def test_ping_the_router(linux_lab):
    for ns, address in ((linux_lab.left, "192.0.2.1"), (linux_lab.right, "198.51.100.1"),
                        (linux_lab.left, "198.51.100.1")):
        output = ping(ns, address, "-c", "5", "-i", "0.01")
        assert lost(output) == 0, output
        assert "ttl=64" in output


def test_the_router_pings(linux_lab):
    for address in (LEFT_HOST, RIGHT_HOST):
        output = linux_lab.router.check(f"ping -c 3 {address}", 20)
        assert "3 packets transmitted, 3 received, 0% packet loss" in output


def test_ping_of_every_size(linux_lab):
    """Up to what one frame carries; -p checks the content too."""
    for size in (0, 1, 8, 55, 56, 57, 1000, 1471, 1472):
        assert lost(ping(linux_lab.left, RIGHT_HOST, "-c", "3", "-i", "0.01", "-s", str(size), "-p", "a55a")) == 0


def test_forwarded_ping_has_ttl_one_lower_and_a_right_checksum(linux_lab):
    with linux_lab.taps["right"].socket(0x0800) as capture:
        capture.setblocking(False)
        output = ping(linux_lab.left, RIGHT_HOST, "-c", "4", "-i", "0.01", "-t", "33")
        assert lost(output) == 0
        assert "ttl=63" in output, "and on the way back"
        seen = []
        while True:
            try:
                packet = frames.parse(capture.recv(2048))
            except BlockingIOError:
                break
            if packet and packet.icmp == (8, 0):
                seen.append(packet)
    assert len(seen) == 4
    assert all(packet.ttl == 32 and packet.check_ok and packet.icmp_ok for packet in seen)


def test_a_thousand_pings_at_one_millisecond(linux_lab):
    output = ping(linux_lab.left, RIGHT_HOST, "-q", "-c", "1000", "-i", "0.001")
    assert lost(output) == 0, output


def test_traceroute(linux_lab):
    output = linux_lab.left.run(f"traceroute -n -q 2 -w 3 -m 5 {RIGHT_HOST}").stdout
    hops = re.findall(r"^ *(\d+) +(\S+)", output, re.M)[0:]
    assert [(n, a) for n, a in hops if n.isdigit() and a[0].isdigit()] == [("1", "192.0.2.1"), ("2", RIGHT_HOST)], output


def test_no_route_is_net_unreachable(linux_lab):
    output = ping(linux_lab.left, "203.0.113.9", "-c", "1", check=False)
    assert "From 192.0.2.1 icmp_seq=1 Destination Net Unreachable" in output, output


def test_a_host_that_does_not_answer_arp_is_host_unreachable(linux_lab):
    output = ping(linux_lab.left, "198.51.100.99", "-c", "1", "-w", "8", "-W", "8", check=False)
    assert "From 192.0.2.1 icmp_seq=1 Destination Host Unreachable" in output, output


def test_port_unreachable(linux_lab):
    """A datagram to the router itself: the sender's socket gets ECONNREFUSED."""
    import socket
    with linux_lab.left.entered():
        sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with sender:
        sender.settimeout(10 * SLOWNESS)
        sender.connect(("192.0.2.1", 33333))
        sender.send(b"anyone there?")
        with pytest.raises(ConnectionRefusedError):
            sender.recv(100)


def test_iperf3_tcp(linux_lab):
    result = iperf(linux_lab, "-t", "2")
    assert result["end"]["sum_received"]["bytes"] > 1 << 20


def test_iperf3_tcp_both_ways(linux_lab):
    assert iperf(linux_lab, "-t", "2", "-R")["end"]["sum_received"]["bytes"] > 1 << 20


def test_iperf3_udp(linux_lab):
    """Full-sized datagrams at a rate that any machine carries: none lost."""
    end = iperf(linux_lab, "-u", "-l", "1472", "-b", "10M", "-t", "2")["end"]["sum"]
    assert end["packets"] > 1000
    assert end["lost_packets"] == 0, end


def iperf(lab, *options):
    server = lab.right.popen(["iperf3", "-s", "-1", "--forceflush", "-p", "5201"], stdout=-1, stderr=-2, text=True)
    try:
        for line in server.stdout:          # it says so when it listens
            if "Server listening" in line:
                break
        done = lab.left.run(["iperf3", "-J", "-c", RIGHT_HOST, "-p", "5201", "--connect-timeout", "10000", *options],
                            check=False, timeout=60 * SLOWNESS)
        assert done.returncode == 0, done.stdout
        return json.loads(done.stdout[done.stdout.index("{"):])     # a warning may stand before it
    finally:
        server.kill()
        server.wait()
        server.stdout.close()


def test_fragments_pass(linux_lab):
    """4,000-byte pings cross as fragments, the router forwarding each."""
    assert lost(ping(linux_lab.left, RIGHT_HOST, "-c", "5", "-i", "0.01", "-s", "4000")) == 0


def test_arping(linux_lab):
    output = linux_lab.left.run("arping -c 2 -w 5 -I tap0 192.0.2.1").stdout
    assert linux_lab.router.macs[0].upper() in output.upper(), output
    assert "Received 2 response" in output, output


def test_neighbours_are_shown(linux_lab):
    ping(linux_lab.left, RIGHT_HOST, "-c", "1")
    neighbours = {entry["dst"]: entry for entry in linux_lab.router.check_json("ip -j neigh")}
    for address, net, device in ((LEFT_HOST, "left", "eth0"), (RIGHT_HOST, "right", "eth1")):
        assert neighbours[address]["lladdr"] == linux_lab.taps[net].mac
        assert neighbours[address]["dev"] == device
        assert set(neighbours[address]["state"]) <= {"REACHABLE", "STALE", "DELAY", "PROBE"}
    assert re.search(rf"^{LEFT_HOST} dev eth0 lladdr {linux_lab.taps['left'].mac} \w+ *$",
                     linux_lab.router.check("ip neigh"), re.M)


def test_flushed_neighbours_and_routes_come_back(linux_lab):
    for _ in range(5):
        linux_lab.router.check("ip neigh flush all")
        linux_lab.router.check("ip route flush cache")
        assert lost(ping(linux_lab.left, RIGHT_HOST, "-c", "3", "-i", "0.01")) == 0


def test_routes_are_added_used_and_deleted(linux_lab):
    router = linux_lab.router
    linux_lab.right.ip("addr add 203.0.113.1/24 dev tap0")
    try:
        assert "Net Unreachable" in ping(linux_lab.left, "203.0.113.1", "-c", "1", check=False)
        router.check(f"ip route add 203.0.113.0/24 via {RIGHT_HOST}")
        assert f"203.0.113.0/24 via {RIGHT_HOST} dev eth1" in router.check("ip route")
        assert re.search(rf"203\.0\.113\.1 via {re.escape(RIGHT_HOST)} dev eth1 src 198\.51\.100\.1",
                         router.check("ip route get 203.0.113.1"))
        assert lost(ping(linux_lab.left, "203.0.113.1", "-c", "3", "-i", "0.01")) == 0
        router.check("ip route del 203.0.113.0/24")
        assert "Net Unreachable" in ping(linux_lab.left, "203.0.113.1", "-c", "1", check=False)
    finally:
        linux_lab.right.ip("addr del 203.0.113.1/24 dev tap0")


def test_addresses_are_added_and_deleted(linux_lab):
    router = linux_lab.router
    linux_lab.left.ip("addr add 203.0.113.2/24 dev tap0")
    try:
        router.check("ip addr add 203.0.113.1/24 dev eth0")
        assert "inet 203.0.113.1/24 brd 203.0.113.255 scope global eth0" in router.check("ip addr show dev eth0") or \
            "inet 203.0.113.1/24 scope global eth0" in router.check("ip addr show dev eth0")
        assert lost(ping(linux_lab.left, "203.0.113.1", "-c", "2", "-i", "0.01")) == 0
        router.check("ip addr del 203.0.113.1/24 dev eth0")
        assert lost(ping(linux_lab.left, "203.0.113.1", "-c", "1", "-W", "1", check=False)) == 1
        output, status = router.run("ip addr del 203.0.113.1/24 dev eth0")
        assert status != 0 and output
    finally:
        linux_lab.left.ip("addr del 203.0.113.2/24 dev tap0")


def test_forwarding_is_switched_by_sysctl(linux_lab):
    router = linux_lab.router
    assert router.check("sysctl -w net.ipv4.ip_forward=0") == "net.ipv4.ip_forward = 0\n"
    try:
        assert lost(ping(linux_lab.left, RIGHT_HOST, "-c", "1", "-W", "1", check=False)) == 1
        assert lost(ping(linux_lab.left, "192.0.2.1", "-c", "1")) == 0
    finally:
        router.check("sysctl -w net.ipv4.ip_forward=1")
    assert lost(ping(linux_lab.left, RIGHT_HOST, "-c", "1")) == 0


def link_state(router, device):
    return router.check_json(f"ip -j link show dev {device}")[0]


def test_link_down_and_up_from_outside(linux_lab):
    """The device's link status (QMP set_link): no carrier, then everything as before."""
    router = linux_lab.router
    assert "LOWER_UP" in link_state(router, "eth1")["flags"]
    router.qmp.execute("set_link", name="nic1", up=False)
    router.wait_until(lambda: "NO-CARRIER" in link_state(router, "eth1")["flags"], what="NO-CARRIER")
    assert lost(ping(linux_lab.left, RIGHT_HOST, "-c", "1", "-W", "1", check=False)) == 1
    assert lost(ping(linux_lab.left, "192.0.2.1", "-c", "1")) == 0
    router.qmp.execute("set_link", name="nic1", up=True)
    router.wait_until(lambda: "LOWER_UP" in link_state(router, "eth1")["flags"], what="LOWER_UP")
    router.wait_until(lambda: lost(ping(linux_lab.left, RIGHT_HOST, "-c", "1", check=False)) == 0, 20, "forwarding")


def test_link_down_and_up_from_the_shell(linux_lab):
    router = linux_lab.router
    router.check("ip link set eth1 down")
    assert "UP" not in link_state(router, "eth1")["flags"]
    assert "198.51.100.0/24" not in router.check("ip route")
    assert lost(ping(linux_lab.left, RIGHT_HOST, "-c", "1", "-W", "1", check=False)) == 1
    router.check("ip link set eth1 up")
    assert "198.51.100.0/24 dev eth1" in router.check("ip route")
    router.wait_until(lambda: lost(ping(linux_lab.left, RIGHT_HOST, "-c", "1", check=False)) == 0, 20, "forwarding")


def test_mtu_from_the_shell(linux_lab):
    """A smaller MTU on the way out: DF gets fragmentation needed with that MTU, others are fragmented."""
    router = linux_lab.router
    router.check("ip link set eth1 mtu 1000")
    try:
        output = ping(linux_lab.left, RIGHT_HOST, "-c", "1", "-M", "do", "-s", "1400", check=False)
        assert re.search(r"From 192\.0\.2\.1 icmp_seq=1 Frag needed and DF set \(mtu = 1000\)", output), output
        assert lost(ping(linux_lab.left, RIGHT_HOST, "-c", "3", "-i", "0.01", "-M", "dont", "-s", "1400")) == 0
    finally:
        router.check("ip link set eth1 mtu 1500")
        linux_lab.left.ip("route flush cache")


def test_counters_of_the_devices_count(linux_lab):
    router = linux_lab.router
    before = router.check_json("ip -j -s link show dev eth0")[0]["stats64"]
    assert lost(ping(linux_lab.left, "192.0.2.1", "-c", "10", "-i", "0.01")) == 0
    after = router.check_json("ip -j -s link show dev eth0")[0]["stats64"]
    assert after["rx"]["packets"] - before["rx"]["packets"] >= 10
    assert after["tx"]["packets"] - before["tx"]["packets"] >= 10
    assert after["rx"]["bytes"] - before["rx"]["bytes"] >= 10 * 98


def test_ping_flood_while_the_shell_works(linux_lab):
    """The prompt answers while packets flow."""
    flood = linux_lab.left.popen(["ping", "-n", "-q", "-i", "0.001", "-c", "2000", RIGHT_HOST], stdout=-1, text=True)
    for _ in range(10):
        linux_lab.router.check("slabinfo")
        linux_lab.router.check("ip route show cache")
    output, _ = flood.communicate(timeout=60 * SLOWNESS)
    assert lost(output) == 0, output
