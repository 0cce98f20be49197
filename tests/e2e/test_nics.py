# SPDX-License-Identifier: MIT
"""How many NICs and of which kind: none to 32, with MSI-X and without, small queues, device MTU."""

import re

import pytest

import frames
from topology import FORWARDING, Lab, LEFT, RIGHT, THIRD


def devices(count, bridge, bridge_at):
    """@count NICs without taps (each on a hub of its own), those from number @bridge_at on behind a bridge."""
    result = []
    for number in range(count):
        if number == bridge_at:
            result += ["-device", bridge]
        where = f",bus=behind,addr={number - bridge_at + 1:#x}" if number >= bridge_at else ""
        result += ["-netdev", f"hubport,id=h{number},hubid={number}", "-device",
                   f"virtio-net-pci,netdev=h{number},romfile=,mac=52:54:00:f1:a6:{number:02x}{where}"]
    return result


def ethernet(guest):
    return [link for link in guest.check_json("ip -j link") if link["ifname"].startswith("eth")]


@pytest.mark.parametrize("machine, bridge", [("pc", "pci-bridge,id=behind,chassis_nr=1"),
                                             ("q35", "pcie-pci-bridge,id=behind")])
@pytest.mark.parametrize("memory", ["64"])
def test_32_nics(boot, machine, bridge, memory):
    """30 slots are free on the root bus: 29 NICs and a bridge with the rest behind it."""
    guest = boot(machine=machine, memory=memory, devices=devices(32, bridge, 29)).wait_ready(90)
    links = ethernet(guest)
    assert [link["ifname"] for link in links] == [f"eth{number}" for number in range(32)]
    assert [link["address"] for link in links] == [f"52:54:00:f1:a6:{number:02x}" for number in range(32)], \
        "named by PCI address"
    assert len(re.findall(r"^\S+ .*1af4:10(?:00|41)|Virtio.*net", guest.check("lspci"), re.M | re.I)) >= 32
    guest.check("nstat --check")


def test_0_nics(boot):
    guest = boot().wait_ready()
    assert [link["ifname"] for link in guest.check_json("ip -j link")] == ["lo"]
    output, status = guest.run("ping -c 1 192.0.2.1")
    assert status == 1 and "unreachable" in output.lower()


@pytest.mark.parametrize("nic", ["", "vectors=0", "disable-legacy=on", "mrg_rxbuf=off", "event_idx=off",
                                 "indirect_desc=off", "ctrl_vq=off",
                                 "status=off", "vectors=1", "vectors=2", "rx_queue_size=1024", "rx_queue_size=256,tx_queue_size=256", "iommu_platform=off,guest_csum=off,csum=off", "disable-legacy=on,vectors=0"])
@pytest.mark.parametrize("machine", ["pc", "q35"])
@pytest.mark.net
def test_forwards_with(elf, machine, nic):
    """Each feature that a device may offer or not: 200 frames each way, none lost, none changed."""
    lab = Lab(elf, nets=(LEFT, RIGHT), hosts="raw", machine=machine, nic=nic)
    try:
        crossing(lab)
        if "vectors=0" in nic:
            lines = re.findall(r"^ *\d+: +(\d+) +8259 +(?!ttyS0)\S", lab.router.check("interrupts"), re.M)
            assert lines and all(int(count) for count in lines), "frames came by the NICs' interrupt lines"
        lab.router.check("nstat --check")
    finally:
        lab.close()


def crossing(lab, count=200):
    sides = [("left", "right"), ("right", "left")]
    lab.settle()
    for here, there in sides:
        src, dst = lab.net(here).hosts[0], lab.net(there).hosts[0]
        sent = [frames.ipv4(src, dst, frames.UDP, frames.udp(src, dst, 7, 7, bytes([number]) * (number * 7)), ident=number)
                for number in range(count)]
        seen = [frames.parse(frame) for frame in lab.exchange(here, *sent)[there]]
        assert [packet.payload for packet in seen] == [packet[20:] for packet in sent]
        assert all(packet.check_ok and packet.ttl == 63 for packet in seen)


@pytest.mark.net
def test_a_legacy_only_device_is_refused_clearly(boot):
    guest = boot(machine="pc", devices=["-netdev", "hubport,id=h,hubid=0", "-device",
                                        "virtio-net-pci,netdev=h,romfile=,disable-modern=on"]).wait_ready()
    assert ethernet(guest) == []
    assert any("virtio" in line and "legacy" in line for line in guest.warnings())


@pytest.mark.net
def test_the_device_says_the_mtu(elf):
    """VIRTIO_NET_F_MTU: the interface starts with it."""
    lab = Lab(elf, nets=(LEFT, RIGHT), hosts="raw", nic="host_mtu=1280")
    try:
        assert [link["mtu"] for link in ethernet(lab.router)] == [1280, 1280]
        output, status = lab.router.run("ip link set eth0 mtu 9000")
        assert status != 0, output
    finally:
        lab.close()


@pytest.mark.net
def test_jumbo_frames(elf):
    """9,000 bytes from device to device."""
    import dataclasses
    nets = [dataclasses.replace(net, mtu=9000) for net in (LEFT, RIGHT)]
    lab = Lab(elf, nets=nets, hosts="raw", nic="host_mtu=9000")
    try:
        src, dst = LEFT.hosts[0], RIGHT.hosts[0]
        payload = bytes(range(256)) * 35
        sent = frames.ipv4(src, dst, frames.UDP, frames.udp(src, dst, 7, 7, payload))
        seen = lab.exchange("left", sent)["right"]
        assert [frames.parse(frame).payload for frame in seen] == [sent[20:]]
    finally:
        lab.close()


@pytest.mark.net
def test_frames_longer_than_the_mtu_do_not_hurt(elf):
    """The wire carries 9,000 bytes, the router's interfaces 1,500."""
    import dataclasses
    nets = [dataclasses.replace(net, mtu=9000) for net in (LEFT, RIGHT)]
    lab = Lab(elf, nets=nets, hosts="raw")
    try:
        src, dst = LEFT.hosts[0], RIGHT.hosts[0]
        for size in (1473, 1500, 2000, 4000, 8900):
            lab.send("left", frames.ipv4(src, dst, frames.UDP, frames.udp(src, dst, 7, 7, bytes(size)), flags=2))
        seen = lab.settle()
        assert all(len(frames.parse(frame).raw) <= 1500 for frame in seen["right"])
        crossing(lab, 20)
        lab.router.check("nstat --check")
    finally:
        lab.close()


@pytest.mark.net
def test_three_networks(elf):
    """Each of three hosts reaches each other one."""
    lab = Lab(elf, nets=(LEFT, RIGHT, THIRD), hosts="raw")
    try:
        lab.settle()
        for here in ("left", "right", "third"):
            for there in {"left", "right", "third"} - {here}:
                src, dst = lab.net(here).hosts[0], lab.net(there).hosts[0]
                sent = frames.ipv4(src, dst, frames.UDP, frames.udp(src, dst, 7, 7, b"hello"))
                assert [frames.parse(frame).ttl for frame in lab.exchange(here, sent)[there]] == [63]
    finally:
        lab.close()


@pytest.mark.net
def test_forwarding_is_off_by_default(elf):
    """RFC 1812 2.2.8.1: a router is told to be one."""
    lab = Lab(elf, nets=(LEFT, RIGHT), hosts="raw", append="")
    try:
        assert lab.router.check("sysctl net.ipv4.ip_forward") == "net.ipv4.ip_forward = 0\n"
        src, dst = LEFT.hosts[0], RIGHT.hosts[0]
        lab.ports["left"].send(lab.frame("left", frames.ipv4(src, dst, 17, bytes(20))))
        fence = frames.ipv4(src, LEFT.router_address, frames.ICMP, frames.echo(9, 9, b"fence"))
        lab.ports["left"].send(lab.frame("left", fence))
        lab.ports["left"].expect(lambda frame: b"fence" in frame)
        assert lab.ports["right"].read() is None
        assert FORWARDING not in lab.router.transcript
    finally:
        lab.close()
