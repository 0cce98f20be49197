# SPDX-License-Identifier: MIT
"""The boot matrix, the ISO's menu, the ways out of the machine."""

import re

import pytest

import matrix
from router import PASSED, READY, ROOT, Router


@pytest.mark.parametrize("row", matrix.pairwise(), ids=matrix.name)
def test_matrix(row, elf, iso):
    matrix.boot(row, elf, iso)


@pytest.mark.parametrize("firmware", ["bios", "ovmf"])
def test_iso_menu_has_an_entry_for_the_self_tests(firmware, elf, mkiso, tmp_path, build):
    """The shipped menu with its third entry made the default boots the self-tests."""
    with open(f"{ROOT}/iso/grub.cfg", encoding="utf-8") as file:
        menu = file.read()
    assert menu.count("menuentry") == 3
    assert "set default=0" in menu
    (tmp_path / "grub.cfg").write_text(
        menu.replace("set default=0", "set default=2").replace("elf selftest", "elf selftest=lib*.*"))
    image = mkiso(elf, tmp_path / "menu.iso", tmp_path / "grub.cfg")
    with Router(iso=image, firmware=firmware, memory="256") as guest:
        assert guest.wait_exit(120) == PASSED


def test_slab_parameter_warns_once_and_boots(boot):
    """slab=slab until SLAB is there: one warning, SLUB used."""
    guest = boot(append="slab=slab").wait_ready()
    about = [line for line in guest.warnings() if "slab=" in line or "SLAB" in line]
    assert len(about) == 1, about
    guest.check("slabinfo")


def test_a_long_command_line_from_grub(elf, mkiso, tmp_path):
    """GRUB hands over more than the 4,095 bytes that -kernel can."""
    words = " ".join(f"ip=192.0.2.{number}:::255.255.255.0::none:off" for number in range(1, 120))
    assert len(words) > 4095
    (tmp_path / "grub.cfg").write_text(
        "serial --unit=0\nterminal_output serial\nset timeout=0\nmenuentry x {\n"
        f"\tmultiboot2 /boot/flagstone.elf {words} loglevel=4\n}}\n")
    image = mkiso(elf, tmp_path / "long.iso", tmp_path / "grub.cfg")
    with Router(iso=image, firmware="bios") as guest:
        guest.wait_ready()
        assert guest.check("echo alive") == "alive\n"


def test_grub_module_is_the_first_script(elf, mkiso, tmp_path):
    (tmp_path / "router.conf").write_text("sysctl net.ipv4.ip_forward=1\nnonsense\n")
    (tmp_path / "grub.cfg").write_text(
        "serial --unit=0\nterminal_output serial\nset timeout=0\nmenuentry x {\n"
        "\tmultiboot2 /boot/flagstone.elf\n\tmodule2 /boot/router.conf\n}\n")
    image = mkiso(elf, tmp_path / "module.iso", tmp_path / "grub.cfg", tmp_path / "router.conf")
    with Router(iso=image, firmware="bios") as guest:
        guest.wait_ready()
        assert guest.check("sysctl net.ipv4.ip_forward") == "net.ipv4.ip_forward = 1\n"
        assert guest.transcript.count("config: line 2: nonsense: ") == 1


def test_reboot_boots_again(boot):
    guest = boot(may_reboot=True).wait_ready()
    guest.console.send("reboot\r")
    guest.wait_ready()
    assert len(READY.findall(guest.transcript)) == 2
    assert guest.alive()


@pytest.mark.parametrize("machine", ["pc", "q35"])
def test_poweroff_ends_the_machine(boot, machine):
    guest = boot(machine=machine).wait_ready()
    guest.console.send("poweroff\r")
    assert guest.wait_exit(15) == 0


@pytest.mark.parametrize("smp", ["1", "2", "4,maxcpus=8"])
def test_any_number_of_cpus(boot, smp):
    """All that are there are used; room for more does no harm."""
    guest = boot(smp=smp).wait_ready()
    assert len(re.findall(r"^processor\s*:", guest.check("cpuinfo"), re.M)) == int(smp.split(",")[0])
    guest.console.send("poweroff\r")
    assert guest.wait_exit(15) == 0


ICOUNT = ["-icount", "shift=0,sleep=off", "-seed", "1"]


def test_boot_takes_few_instructions(boot):
    """Counted, not timed: no NIC, entry to ready in less than 10 million guest instructions; with 16 GB half more at most."""
    counts = []
    for memory in ("64", "16G"):
        guest = boot(append="bench=boot_to_ready", smp="1", memory=memory, devices=ICOUNT)
        assert guest.wait_exit(60) == PASSED
        counts.append(instructions(guest))
    assert counts[0] < 10e6
    assert counts[1] <= 1.5 * counts[0]


def test_the_first_ping_is_answered_early(boot):
    """With a NIC: a ping in the configuration script, so before ready, in less than 30 million."""
    guest = boot(append="bench=boot_to_ready ip=10.0.2.15::10.0.2.2:255.255.255.0::eth0:off", smp="1",
                 config="ping -c 1 10.0.2.2\n",
                 devices=[*ICOUNT, "-netdev", "user,id=u", "-device", "virtio-net-pci,netdev=u,romfile="])
    assert guest.wait_exit(60) == PASSED
    assert "1 packets transmitted, 1 received" in guest.transcript
    assert instructions(guest) < 30e6


def instructions(guest):
    return float(re.search(r"^bench: boot_to_ready ops=1 tsc_per_op=([0-9.]+)", guest.transcript, re.M).group(1))


@pytest.mark.parametrize("mem, most", [("32M", 32), ("20M", 20)])
def test_mem_limits_what_is_used(boot, mem, most):
    guest = boot(memory="256", append=f"mem={mem}").wait_ready()
    total = next(int(line.split()[1]) for line in guest.check("free").splitlines() if line.startswith("Mem:"))
    assert total <= most << 10
