# SPDX-License-Identifier: MIT
"""Configuration, right and wrong: one clear line for each mistake, and the boot goes on."""

import re

import pytest

USER_NIC = ["-netdev", "user,id=u,restrict=on", "-device", "virtio-net-pci,netdev=u,romfile="]


def boot_lines(guest):
    """The log of the boot, up to the prompt."""
    return [line for line in guest.transcript.split("flagstone> ")[0].splitlines() if line.startswith("[")]


def lines_about(guest, *words):
    return [line for line in boot_lines(guest) if all(word in line for word in words)]


def test_a_clean_boot_warns_of_nothing(boot):
    guest = boot(devices=USER_NIC, append="ip=10.0.2.15::10.0.2.2:255.255.255.0::eth0:off loglevel=5").wait_ready()
    bad = [line for line in boot_lines(guest) if re.search(r"warn|error|fail|unknown|invalid", line, re.I)]
    assert not [line for line in bad if "entropy" not in line and "random" not in line], bad


@pytest.mark.parametrize("word", [
    "ip=nonsense", "ip=300.1.2.3:::255.255.255.0::eth0:off", "ip=192.0.2.1:::255.0.255.0::eth0:off",
    "ip=192.0.2.1:::255.255.255.0::eth7:off", "ip=:::::::::::::", "ip=192.0.2.1::1.2.3:255.255.255.0::eth0:off",
    "sysctl.no.such.name=1", "sysctl.net.ipv4.ip_forward=many", "sysctl.net.ipv4.ip_forward", "loglevel=loud",
    "mem=lots", "slab=slob"])
def test_a_wrong_parameter_gets_one_line(boot, word):
    guest = boot(append=word, devices=USER_NIC).wait_ready()
    name = word.partition("=")[0]
    named = name if "." in name else word       # ip= may be there several times: its value tells which
    about = [line for line in boot_lines(guest) if "Command line" not in line and named in line]
    assert len(about) == 1, f"{word}: {about}\n" + "\n".join(boot_lines(guest))
    assert guest.check("echo alive") == "alive\n"


def test_unknown_parameters_are_named_in_one_line(boot):
    guest = boot(append="quiet_please frob=1 selftestx=3").wait_ready()
    about = [line for line in boot_lines(guest) if "frob" in line and "nknown" in line]
    assert len(about) == 1
    assert "quiet_please" in about[0] and "selftestx" in about[0]


def test_a_command_line_of_4095_bytes(boot):
    """The longest that -kernel takes: used to its last byte."""
    tail = " sysctl.net.ipv4.ip_forward=1"
    line = "pad=" + "x" * (4095 - 4 - len(tail)) + tail
    assert len(line) == 4095
    guest = boot(append=line).wait_ready()
    assert guest.check("sysctl net.ipv4.ip_forward") == "net.ipv4.ip_forward = 1\n"


SCRIPT = """\
# a comment, and an empty line

echo the script runs
sysctl net.ipv4.ip_forward=1
no_such_command --really
ip addr add 192.0.2.9/24 dev eth99
ip addr add 192.0.2.1/24 dev eth0
ip route add 203.0.113.0/24 via 198.51.100.77
ip route add 203.0.113.0/24 via 192.0.2.77
ip link set eth0 up
ip route add 203.0.113.0/24 via 198.51.100.77
ip route add 203.0.113.0/24 via 192.0.2.77"""

WRONG = {5: "no_such_command", 6: "ip", 8: "ip", 11: "ip"}


def check_script(guest):
    guest.wait_ready()
    reports = re.findall(r"config: line (\d+): (\S+): (.+)", guest.transcript.split("flagstone> ")[0])
    # Line 9 may fail (its device is down, as in Linux) or not; the others are certain.
    got = {int(number): command for number, command, _ in reports if number != "9"}
    assert got == WRONG, reports
    assert len(reports) == len({number for number, _, _ in reports}), "one line for each mistake"
    assert any(number == "11" and re.search("gateway|unreachable", reason, re.I) for number, _, reason in reports), reports
    assert guest.check("sysctl net.ipv4.ip_forward") == "net.ipv4.ip_forward = 1\n"
    assert "192.0.2.1/24" in guest.check("ip addr")
    assert re.search(r"203\.0\.113\.0/24 via 192\.0\.2\.77 dev eth0", guest.check("ip route"))


def test_script_from_fw_cfg(boot):
    check_script(boot(config=SCRIPT, devices=USER_NIC))


def test_script_from_the_boot_module(boot):
    check_script(boot(initrd=SCRIPT, devices=USER_NIC))


def test_script_with_dos_line_ends(boot):
    guest = boot(config="sysctl net.ipv4.ip_forward=1\r\necho done\r\n").wait_ready()
    assert guest.check("sysctl net.ipv4.ip_forward") == "net.ipv4.ip_forward = 1\n"
    assert "config: line" not in guest.transcript


def test_the_order_is_parameters_then_module_then_fw_cfg(boot):
    """Each later one finds what the earlier one left and may change it."""
    guest = boot(append="sysctl.net.ipv4.ip_forward=1 ip=192.0.2.1:::255.255.255.0::eth0:off", devices=USER_NIC,
                 initrd="sysctl net.ipv4.ip_forward\nip addr del 192.0.2.1/24 dev eth0\n"
                        "ip addr add 192.0.2.3/24 dev eth0\n",
                 config="ip addr del 192.0.2.3/24 dev eth0\nip addr add 192.0.2.4/24 dev eth0\n").wait_ready()
    assert "config: line" not in guest.transcript
    addresses = re.findall(r"inet (\S+)", guest.check("ip addr show eth0"))
    assert addresses == ["192.0.2.4/24"]


def test_a_big_script_is_streamed(boot):
    """8 MB of script in a 24 MB machine: never held as a whole."""
    line = "# " + "y" * 500 + "\n"
    script = line * (8 * 1024 * 1024 // len(line)) + "sysctl net.ipv4.ip_forward=1\n"
    guest = boot(config=script, memory="24").wait_ready(120)
    assert guest.check("sysctl net.ipv4.ip_forward") == "net.ipv4.ip_forward = 1\n"


def test_a_script_line_that_is_too_long(boot):
    guest = boot(config="echo " + "z" * 3000 + "\nsysctl net.ipv4.ip_forward=1\n").wait_ready()
    assert len(re.findall(r"config: line 1: ", guest.transcript)) == 1
    assert guest.check("sysctl net.ipv4.ip_forward") == "net.ipv4.ip_forward = 1\n"


def test_a_script_that_is_not_text(boot):
    guest = boot(config=bytes(range(256)) * 8 + b"\nsysctl net.ipv4.ip_forward=1\n").wait_ready()
    assert guest.check("sysctl net.ipv4.ip_forward") == "net.ipv4.ip_forward = 1\n"


def test_an_empty_script(boot):
    guest = boot(config="# nothing\n", initrd="\n").wait_ready()
    assert "config: line" not in guest.transcript
