# SPDX-License-Identifier: MIT
"""The console's contract: ready line, prompt, echo, editing, Ctrl-C, status, no escapes unasked."""

import fcntl
import os
import pty
import re
import signal
import termios
import time

import pytest

from router import Console, LOG_LINE, PROMPT, READY, ROOT


def test_ready_comes_once_and_before_the_first_prompt(boot):
    guest = boot().wait_ready()
    guest.check("echo one")
    text = guest.transcript
    assert len(READY.findall(text)) == 1
    assert READY.search(text).end() < text.index(PROMPT)
    assert "\x1b" not in text


def test_log_lines_carry_time_since_entry(router):
    """[    1.234567] tag: text, in an order that does not go back."""
    head = router.transcript.split(PROMPT)[0]
    lines = [line for line in head.splitlines() if line.strip()]
    assert lines
    times = []
    for line in lines:
        match = re.match(r"\[ *(\d+\.\d{6})\] \S", line)
        if match:
            times.append(float(match.group(1)))
    assert len(times) >= len(lines) - 2, "most of the boot's lines are log lines"
    assert times == sorted(times)
    assert times[-1] < 60


@pytest.mark.parametrize("enter", ["\r", "\n", "\r\n"], ids=["CR", "LF", "CRLF"])
def test_enter_is_cr_or_lf(router, enter):
    """Each is one Enter: exactly one new prompt comes."""
    before = router.transcript.count("\n" + PROMPT)
    router.console.send("echo enter" + enter)
    router.console.expect("echo enter\nenter\n" + PROMPT)
    router.check("echo fence")
    assert router.transcript.count("\n" + PROMPT) == before + 3      # enter, fence, $?


def test_empty_line_is_another_prompt(router):
    assert router.type("") == ""
    assert router.type("   ") == ""
    assert router.type("# a comment") == ""


@pytest.mark.parametrize("command, status", [
    ("echo fine", 0), ("ip route get 203.0.113.99", 1), ("ip nonsense", 2), ("no_such_command", 127),
    ("sysctl no.such.name", 1)])
def test_status(router, command, status):
    output, got = router.run(command)
    assert got == status, output
    if status:
        first = command.split()[0]
        assert re.match(rf"(usage: )?{re.escape(first)}", output), "the output names the command"
        assert output.count("\n") >= 1


def test_failure_names_command_and_reason(router):
    output, status = router.run("no_such_command at all")
    assert status == 127
    assert re.fullmatch(r"no_such_command: .+\n", output)


def test_echo_and_quotes(router):
    assert router.check("echo  a   b") == "a b\n"
    assert router.check("echo 'a   b' \"c  d\" e\\ f") == "a   b c  d e f\n"
    assert router.check("echo '$?'") == "$?\n"
    assert router.check("echo") == "\n"
    output, status = router.run("echo 'open")
    assert status != 0 and output


def test_output_starts_on_the_next_line_and_ends_in_one(router):
    router.console.send("uptime\r")
    before, _ = router.console.expect("\n" + PROMPT)
    assert before.startswith("uptime\n")
    assert not before.endswith("\n\n")


def test_backspace(router):
    router.console.send("echx\x7fo goodx\x08\r")
    router.console.expect("good\n" + PROMPT)
    router.console.send("\x7f\x7f\x7f" + "echo still\r")
    router.console.expect("still\n" + PROMPT)


def test_control_c_clears_the_line(router):
    router.console.send("echo never shown")
    router.console.expect("never shown")
    router.console.send("\x03")
    router.console.expect("\n" + PROMPT)
    assert router.type("echo $?").strip() in ("130", "0")
    assert "\nnever shown\n" not in router.transcript


def test_control_c_stops_ping(boot):
    guest = boot(append="ip=10.0.2.15::10.0.2.2:255.255.255.0::eth0:off",
                 devices=["-netdev", "user,id=u", "-device", "virtio-net-pci,netdev=u,romfile="]).wait_ready()
    guest.console.send("ping 10.0.2.2\r")
    guest.console.expect(re.compile(r"bytes from 10\.0\.2\.2.*\n"))
    guest.console.send("\x03")
    output = guest.until_prompt()
    assert re.search(r"0% packet loss", output), output
    # Linux's ping ends with 0 after Ctrl-C when answers came; a shell says 130 for what Ctrl-C ended.
    assert guest.type("echo $?").strip() == "130"


def test_history_and_arrows(boot):
    """After the first escape from us the editor may use escapes too."""
    guest = boot().wait_ready()
    guest.check("echo first")
    guest.console.send("\x1b[A\x1b[A\r")        # over `echo $?` to `echo first`
    guest.console.expect(re.compile(r"\nfirst\n" + re.escape(PROMPT)))
    guest.console.send("echo acb\x1b[D\x7f\x1b[C" + "\r")   # left, delete the c, right
    guest.console.expect(re.compile(r"\nab\n"))


def test_a_line_that_is_too_long_does_not_hurt(router):
    router.console.send("echo " + "x" * 5000 + "\r")
    router.console.expect("\n" + PROMPT, deadline=60)
    router.console.send("\x03")
    router.console.expect("\n" + PROMPT)
    assert router.check("echo alive") == "alive\n"


def test_every_byte_may_be_typed(boot):
    guest = boot().wait_ready()
    guest.console.send(bytes(range(0x80, 0x100)) + bytes(b for b in range(0x20) if b not in (0x0A, 0x0D)) + b"\x03")
    guest.console.send(b"\x03\x03")
    guest.console.expect("\n" + PROMPT)
    guest.console.send("\recho al\x03\r")
    guest.console.send("echo alive\r")
    guest.console.expect("alive\n" + PROMPT)


def test_type_ahead_is_kept(router):
    router.console.send("echo one\recho two\recho three\r")
    for word in ("one", "two", "three"):
        router.console.expect(re.compile(rf"\n{word}\n"))
    assert router.check("echo four") == "four\n"


def test_help_names_every_command_of_the_contract(router):
    names = router.check("help")
    for command in ("ip", "ping", "nstat", "sysctl", "slabinfo", "buddyinfo", "free", "ps", "interrupts", "cpuinfo",
                    "lspci", "dmesg", "selftest", "bench", "echo", "uptime", "help", "reboot", "poweroff"):
        assert re.search(rf"^\s*{command}\b", names, re.M), f"help does not name {command}"


def test_informing_commands_succeed_and_end_in_a_newline(router):
    for command in ("uptime", "free", "slabinfo", "buddyinfo", "zoneinfo", "vmstat", "ps", "interrupts", "cpuinfo",
                    "lspci", "dmesg", "nstat", "nstat --check", "sysctl net.ipv4.ip_forward", "ip addr", "ip link",
                    "ip route", "ip neigh", "ip -s link", "help"):
        output, status = router.run(command)
        assert status == 0, f"{command}: {output}"
        assert command in ("ip neigh", "ip route", "nstat", "dmesg") or output, f"{command} says nothing"
        assert output == "" or output.endswith("\n"), command
        assert "\n\n\n" not in output


def test_json_is_json(router):
    for thing in ("addr", "link", "route", "neigh"):
        assert isinstance(router.check_json(f"ip -j {thing}"), list)
    loopback = router.check_json("ip -j addr")[0]
    assert loopback["ifname"] == "lo" and loopback["mtu"] == 65536
    assert {"family": "inet", "local": "127.0.0.1", "prefixlen": 8}.items() <= loopback["addr_info"][0].items()


def test_dmesg_keeps_the_boot(router):
    lines = router.type("dmesg", log=True).splitlines()
    assert any("flagstone: ready" in line for line in lines)
    assert all(LOG_LINE.match(line) for line in lines)


def test_cpuinfo_has_one_processor(router):
    assert re.findall(r"^processor\s*: (\d+)", router.check("cpuinfo"), re.M) == ["0"]


def test_ping_loopback(router):
    output = router.check("ping -c 3 127.0.0.1", 20)
    assert re.search(r"3 packets transmitted, 3 received, 0% packet loss", output), output
    assert output.count("bytes from 127.0.0.1") == 3


def test_selftest_typed_sets_the_status_and_returns(router):
    output, status = router.run("selftest lib*.*", 120)
    assert status == 0
    assert re.search(r"^KTAP version 1\n1\.\.\d+\n", output, re.M)
    output, status = router.run("selftest no_such_suite.*")
    assert status == 1


def test_loglevel_brings_debug_lines_and_quiet_is_the_default(boot):
    loud = boot(append="loglevel=8").wait_ready().transcript
    calm = boot(append="loglevel=4").wait_ready().transcript
    assert len(loud.splitlines()) > len(calm.splitlines())
    assert len(READY.findall(calm)) == 1, "the ready line is no matter of the log level"


def test_make_run(elf):
    """What README shows, on a terminal: the gateway answers, Ctrl-C reaches the router and not QEMU, poweroff ends it."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvp("sh", ["sh", os.path.join(ROOT, "tools/qemu.sh"), "run", elf])
    try:
        console = Console(terminal, terminal)
        console.expect(READY, 60)
        console.expect("\n" + PROMPT)
        console.send("ping -c 3 10.0.2.2\r")
        console.expect("3 packets transmitted, 3 received, 0% packet loss", 20)
        console.expect("\n" + PROMPT)
        console.send("ping 10.0.2.2\r")
        console.expect("bytes from 10.0.2.2")
        console.send("\x03")
        console.expect("0% packet loss")
        console.expect("\n" + PROMPT)
        console.send("poweroff\r")
        assert console.read_to_end(20)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
        pid = 0
    finally:
        if pid:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        os.close(terminal)


def test_a_log_line_while_someone_types(boot):
    """It stands on a line of its own, and the prompt with the typed text comes again."""
    guest = boot(append="loglevel=8", devices=["-netdev", "user,id=u", "-device",
                                               "virtio-net-pci,id=nic,netdev=u,romfile="]).wait_ready()
    guest.console.send("echo par")
    guest.console.expect("echo par")
    guest.qmp.execute("set_link", name="nic", up=False)
    guest.console.expect(re.compile(r"\n\[ *\d+\.\d{6}\] .*eth0.*\nflagstone> echo par"))
    guest.console.send("tial\r")
    guest.console.expect(re.compile(r"\npartial\n(\[.*\n)*flagstone> "))
    assert "\x1b" not in guest.transcript


def test_console_survives_a_reader_that_stops(boot):
    """A terminal that does not read makes the guest wait or drop, never hang."""
    guest = boot().wait_ready()
    fcntl.fcntl(guest.console.source, fcntl.F_SETPIPE_SZ, 4096)
    for _ in range(20):
        os.write(guest.console.sink, b"help\r")
    os.write(guest.console.sink, b"dmesg\r" * 3)
    time_out = time.monotonic() + 30
    # Full: the pipe holds what it can, and QEMU has more.
    while pending(guest.console.source) < 4000:
        assert time.monotonic() < time_out
    guest.console.send("echo fence\r")
    guest.console.expect("\nfence\n" + PROMPT, 60)


def pending(source):
    """How many bytes wait in a pipe."""
    return int.from_bytes(fcntl.ioctl(source, termios.FIONREAD, b"\0\0\0\0"), "little")
