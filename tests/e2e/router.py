# SPDX-License-Identifier: MIT
"""The router under test: one QEMU process, its console and its monitor.

Overview  Router starts a guest through tools/qemu.sh, talks to its console over QEMU's standard input and output
          (pipes: a socket would hold only some 250 bytes when they are written one by one) and drives QEMU over QMP. Everything
          that came from the console is kept in `transcript`, and on failure the last part of it stands in the error.
Deadlines Each wait is for a condition and has a deadline in seconds; FLAGSTONE_TEST_SLOWNESS=2 doubles
          them all for a slow machine. Nothing sleeps.
Lifetime  QEMU dies with this process (parent-death signal) and at close().
"""

import ctypes
import itertools
import json
import os
import re
import select
import signal
import socket
import subprocess
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROMPT = "flagstone> "
READY = re.compile(r"^\[ *\d+\.\d{6}\] .*flagstone: ready *$", re.M)
LOG_LINE = re.compile(r"^\[ *\d+\.\d{6}\] .*$")
SLOWNESS = float(os.environ.get("FLAGSTONE_TEST_SLOWNESS", "1"))
PASSED, FAILED, PANICKED = 33, 35, 37

_PROMPT_AT_LINE_START = re.compile(r"(?:^|\n)flagstone> ")
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


class RouterError(Exception):
    """The guest or its console did not do what was waited for."""


def _die_with_parent():
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class Console:
    """The guest's serial line: text in with carriage returns removed, bytes out."""

    def __init__(self, source, sink):
        self.source, self.sink = source, sink       # descriptors: what the guest says, what is typed
        os.set_blocking(source, False)
        os.set_blocking(sink, False)
        self.transcript = ""    # all that came
        self.at = 0             # what waiting has consumed of it
        self.closed = False

    def _fill(self, timeout):
        """Wait up to @timeout for input; False when none came or the line is closed."""
        if self.closed or not select.select([self.source], [], [], max(0.0, timeout))[0]:
            return False
        try:
            data = os.read(self.source, 65536)
        except OSError:         # how a terminal says that its other side has closed
            data = b""
        if not data:
            self.closed = True
            return False
        self.transcript += data.decode("utf-8", "replace").replace("\r", "")
        return True

    def expect(self, pattern, deadline=30.0):
        """Wait for @pattern (text or regex) past what was consumed; returns (text before, match)."""
        regex = re.compile(re.escape(pattern)) if isinstance(pattern, str) else pattern
        until = time.monotonic() + deadline * SLOWNESS
        while True:
            match = regex.search(self.transcript, self.at)
            if match:
                before = self.transcript[self.at:match.start()]
                self.at = match.end()
                return before, match
            left = until - time.monotonic()
            if left <= 0:
                raise RouterError(f"{regex.pattern!r} did not come in {deadline * SLOWNESS:g} s; {self.tail()}")
            if not self._fill(left) and self.closed:
                raise RouterError(f"the console closed before {regex.pattern!r} came; {self.tail()}")

    def read_to_end(self, deadline):
        """All that comes until the line closes."""
        until = time.monotonic() + deadline * SLOWNESS
        while not self.closed and time.monotonic() < until:
            self._fill(until - time.monotonic())
        return self.closed

    def poll(self):
        """Take in what is there without waiting."""
        while self._fill(0):
            pass
        return self.transcript

    def close(self):
        """What is there is taken in; nothing can come after."""
        self.poll()
        self.closed = True

    def send(self, text):
        data = text.encode() if isinstance(text, str) else text
        until = time.monotonic() + 60 * SLOWNESS
        while data:
            readable, writable, _ = select.select([] if self.closed else [self.source], [self.sink], [], 1.0)
            if readable:
                self._fill(0)
            if writable:
                try:
                    data = data[os.write(self.sink, data):]
                except BrokenPipeError:
                    raise RouterError(f"the console is closed; {self.tail()}") from None
            if data and time.monotonic() > until:
                raise RouterError(f"the guest does not take console input; {self.tail()}")

    def tail(self, lines=40):
        return "the console's end:\n" + "\n".join(self.transcript.splitlines()[-lines:])


class Qmp:
    """QEMU's monitor: commands answered in turn, events kept."""

    def __init__(self, channel):
        self.channel = channel
        self.buffer = b""
        self.events = []
        self._next(10)                      # the greeting
        self.execute("qmp_capabilities")

    def _next(self, deadline):
        until = time.monotonic() + deadline * SLOWNESS
        while b"\n" not in self.buffer:
            if not select.select([self.channel], [], [], max(0.0, until - time.monotonic()))[0]:
                raise RouterError("QMP: no answer")
            data = self.channel.recv(65536)
            if not data:
                raise RouterError("QMP: QEMU closed it")
            self.buffer += data
        line, self.buffer = self.buffer.split(b"\n", 1)
        return json.loads(line)

    def execute(self, command, **arguments):
        self.channel.send(json.dumps({"execute": command, "arguments": arguments}).encode() + b"\n")
        while True:
            message = self._next(20)
            if "event" in message:
                self.events.append(message["event"])
            elif "error" in message:
                raise RouterError(f"QMP {command}: {message['error']['desc']}")
            else:
                return message["return"]

    def wait_event(self, name, deadline=20):
        until = time.monotonic() + deadline * SLOWNESS
        while name not in self.events:
            message = self._next(until - time.monotonic())
            if "event" in message:
                self.events.append(message["event"])
        self.events.remove(name)


class Router:
    """A guest. Arguments in QEMU's words; @taps become eth0, eth1, ... in their order.

    firmware  kernel | bios | ovmf        config  text for fw_cfg opt/org.flagstone/config
    nic       properties for every NIC    initrd  text of the boot module (firmware=kernel)
    devices   more QEMU arguments         may_reboot  a guest reset restarts the machine; else it ends it
    smp       as for -smp; more than one CPU runs in as many threads (Router.cpus() makes it from a number)
    nodes     NUMA nodes that share memory and CPUs evenly
    """

    MAC = "52:54:00:f1:a6:%02x"

    @staticmethod
    def cpus(number):
        """The smp that means @number CPUs; a single one with its memory barriers (tools/qemu.sh says why)."""
        return "1,maxcpus=2" if int(number) == 1 else str(number)

    @staticmethod
    def _numa(nodes, memory, smp):
        """Arguments for @nodes nodes of equal size in a row; CPUs in turn: with few of them some node has none."""
        megabytes = int(memory[:-1]) << 10 if memory.endswith("G") else int(memory)
        most = max(int(word.split("=")[-1]) for word in smp.split(","))
        arguments = []
        for node in range(nodes):
            cpus = "".join(f",cpus={cpu}" for cpu in range(node, most, nodes))
            arguments += ["-object", f"memory-backend-ram,id=node{node},size={megabytes // nodes}M",
                          "-numa", f"node,nodeid={node},memdev=node{node}{cpus}"]
        for near, far in itertools.combinations(range(nodes), 2):
            arguments += ["-numa", f"dist,src={near},dst={far},val={10 + 10 * (far - near)}"]
        return arguments

    def __init__(self, elf=None, *, iso=None, firmware="kernel", machine="q35", memory="64", cpu="qemu64",
                 append="", taps=(), nic="", config=None, initrd=None, devices=(), may_reboot=False,
                 smp="1,maxcpus=2", nodes=1):
        self._files = []
        self.macs = [self.MAC % number for number in range(len(taps))]
        qmp_near, qmp_far = socket.socketpair()
        environment = dict(os.environ, MACHINE=machine, MEM=str(memory), CPU=cpu, SMP=smp, FIRMWARE=firmware,
                           ELF=str(elf or ""), ISO=str(iso or ""), APPEND=append, INITRD="",
                           ACCEL=os.environ.get("ACCEL", "tcg" if smp.split(",")[0] == "1" else "tcg,thread=multi"))
        arguments = ["-chardev", "stdio,id=console,signal=off", "-serial", "chardev:console",
                     "-chardev", f"socket,id=qmp,fd={qmp_far.fileno()}", "-mon", "chardev=qmp,mode=control"]
        if not may_reboot:
            arguments.append("-no-reboot")
        if int(nodes) > 1:
            arguments += self._numa(int(nodes), str(memory), smp)
        for number, tap in enumerate(taps):
            tap.drain()
            arguments += ["-netdev", f"tap,id=n{number},fd={tap.fd}", "-device",
                          f"virtio-net-pci,id=nic{number},netdev=n{number},mac={self.macs[number]},romfile="
                          + (f",{nic}" if nic else "")]
        if config is not None:
            arguments += ["-fw_cfg", f"name=opt/org.flagstone/config,file={self._file(config)}"]
        if initrd is not None:
            environment["INITRD"] = self._file(initrd)
        arguments += devices
        self._stderr = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            ["sh", os.path.join(ROOT, "tools/qemu.sh"), "exec", *arguments], env=environment,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._stderr, bufsize=0,
            pass_fds=[qmp_far.fileno(), *(tap.fd for tap in taps)], preexec_fn=_die_with_parent)
        qmp_far.close()
        self.console = Console(self.process.stdout.fileno(), self.process.stdin.fileno())
        self._qmp_channel, self._qmp = qmp_near, None
        self.log = []           # log lines that came between a command and its prompt

    def _file(self, content):
        file = tempfile.NamedTemporaryFile(prefix="flagstone-", mode="wb")
        file.write(content.encode() if isinstance(content, str) else content)
        file.flush()
        self._files.append(file)
        return file.name

    @property
    def transcript(self):
        return self.console.poll()

    @property
    def qmp(self):
        if self._qmp is None:
            try:
                self._qmp = Qmp(self._qmp_channel)
            except (RouterError, OSError):
                raise RouterError("QEMU did not start: " + self.stderr()) from None
        return self._qmp

    def stderr(self):
        self._stderr.seek(0)
        return self._stderr.read().decode("utf-8", "replace")

    def alive(self):
        return self.process.poll() is None

    def wait_ready(self, deadline=60.0):
        """Until the ready line and the first prompt; returns self."""
        try:
            self.console.expect(READY, deadline)
            self.console.expect(_PROMPT_AT_LINE_START, deadline)
        except RouterError as error:
            raise RouterError(f"{error}\nQEMU said: {self.stderr()}") from None
        return self

    def run(self, command, deadline=30.0):
        """Type a command; returns (output, status) when the prompt is back.

        Log lines in between go to `log` and not into the output. The status is what `echo $?` prints.
        """
        output = self.type(command, deadline)
        status = self.type("echo $?", deadline).strip()
        if not status.isdigit():
            raise RouterError(f"`echo $?` printed {status!r}; {self.console.tail()}")
        return output, int(status)

    def type(self, command, deadline=30.0, log=False):
        """Type a command; returns its output when the prompt is back. @log: what looks like log lines is output."""
        self.console.send(command + "\r")
        self.console.expect(command + "\n", deadline)
        return self.until_prompt(deadline, log)

    def until_prompt(self, deadline=30.0, log=False):
        """What comes until the prompt, log lines set aside (or not)."""
        self.console.at = max(0, self.console.at - 1)      # the newline before, for an immediate prompt
        before, _ = self.console.expect(_PROMPT_AT_LINE_START, deadline)
        lines = before[1:].split("\n") if before else []
        output = []
        for line in lines:
            if LOG_LINE.match(line) and not log:
                self.log.append(line)
            elif line != PROMPT.rstrip():
                output.append(line)
        return "".join(line + "\n" for line in output)

    def check(self, command, deadline=30.0):
        """The output of a command that must succeed."""
        output, status = self.run(command, deadline)
        if status:
            raise RouterError(f"{command}: status {status}: {output}")
        return output

    def check_json(self, command, deadline=30.0):
        return json.loads(self.check(command, deadline))

    def wait_until(self, condition, deadline=10.0, what="the condition"):
        """Call @condition until it returns something true; that is what is returned."""
        until = time.monotonic() + deadline * SLOWNESS
        while True:
            result = condition()
            if result:
                return result
            if time.monotonic() > until:
                raise RouterError(f"{what} did not come true in {deadline * SLOWNESS:g} s; {self.console.tail()}")

    def nstat(self):
        """Every counter by name."""
        counters = {}
        for line in self.check("nstat").splitlines():
            words = line.split()
            if len(words) >= 2 and words[1].isdigit():
                counters[words[0]] = int(words[1])
        return counters

    def wait_exit(self, deadline=60.0):
        """QEMU's exit status (33 passed, 35 failed, 37 panic, 0 power off)."""
        self.console.read_to_end(deadline)
        try:
            return self.process.wait(timeout=10 * SLOWNESS)
        except subprocess.TimeoutExpired:
            raise RouterError(f"QEMU did not end in {deadline:g} s; {self.console.tail()}") from None

    def warnings(self):
        """Log lines since kernel entry that a person should read; the tests list those they expect."""
        return [line for line in self.transcript.splitlines() if LOG_LINE.match(line)]

    def close(self):
        if self.alive():
            self.process.kill()
        self.process.wait()
        self.console.close()
        self.process.stdin.close()
        self.process.stdout.close()
        self._qmp_channel.close()
        self._stderr.close()
        for file in self._files:
            file.close()
        self._files = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
