#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""`make lab`: two Linux hosts reach each other through the router, shown.

    left namespace           QEMU: Flagstone            right namespace
    192.0.2.2/24 tap0 --- eth0 192.0.2.1/24
                               eth1 198.51.100.1/24 --- tap0 198.51.100.2/24

Shows a ping, what tcpdump sees of it on the far side, and an iperf3 transfer. --full does 1,000 pings at
1 ms, 30 s of TCP and 30 s of UDP with 1,472 bytes a datagram. --keep leaves the lab up and hands the router's
console to this terminal until `poweroff`. Needs root; everything goes away with this process.
"""

import argparse
import os
import re
import select
import sys
import termios
import tty

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from netns import NetError, why_not_possible                # noqa: E402
from router import ROOT, RouterError                        # noqa: E402
from topology import Lab                                    # noqa: E402

RIGHT_HOST = "198.51.100.2"


def show(ns, command, timeout=120, check=True):
    print(f"\n{ns.name}$ {command}", flush=True)
    output = ns.run(command, timeout=timeout, check=check).stdout
    print(output.rstrip(), flush=True)
    return output


def show_router(lab, command):
    print(f"\nflagstone> {command}", flush=True)
    print(lab.router.check(command).rstrip(), flush=True)


def ping_seen_by_tcpdump(lab, problems):
    """One ping with TTL 64; tcpdump on the far side must see 63 and no bad checksum."""
    dump = lab.right.popen(["tcpdump", "-l", "-n", "-v", "-c", "2", "-i", "tap0", "icmp"], stdout=-1, stderr=-2, text=True)
    for line in dump.stdout:
        if "listening on" in line:
            break
    show(lab.left, f"ping -c 1 -t 64 {RIGHT_HOST}")
    print("\nright$ tcpdump -n -v -i tap0 icmp", flush=True)
    if not select.select([dump.stdout], [], [], 10)[0]:
        dump.kill()
        problems.append("tcpdump saw nothing")
    text = dump.communicate(timeout=10)[0]
    print(text.rstrip(), flush=True)
    if not re.search(r"ttl 63,.*\n.*echo request", text):
        problems.append("the TTL of the forwarded ping is not one lower")
    if "bad cksum" in text:
        problems.append("the forwarded ping has a wrong checksum")


def iperf(lab, *options, timeout=60):
    server = lab.right.popen(["iperf3", "-s", "-1", "--forceflush"], stdout=-1, stderr=-2, text=True)
    for line in server.stdout:
        if "Server listening" in line:
            break
    try:
        return show(lab.left, " ".join(["iperf3", "-c", RIGHT_HOST, "--connect-timeout", "5000", *options]), timeout=timeout)
    finally:
        server.kill()
        server.wait()
        server.stdout.close()


def console(lab):
    """Connect this terminal to the router's console until it ends."""
    print("\nThe lab stays up. In another terminal (root):")
    for ns in lab.namespaces.values():
        print(f"    {ns.command()} ping {RIGHT_HOST}" if ns.name == "left" else f"    {ns.command()} tcpdump -ni tap0")
    print("This is the router's console; `poweroff` ends the lab.\n", flush=True)
    source, sink = lab.router.console.source, lab.router.console.sink
    saved = termios.tcgetattr(0) if sys.stdin.isatty() else None
    if saved:
        tty.setraw(0)
    inputs = [0, source]
    try:
        os.write(sink, b"\r")
        while True:
            ready = select.select(inputs, [], [])[0]
            if source in ready:
                data = os.read(source, 65536)
                if not data:
                    break
                os.write(1, data)
            if 0 in ready:
                data = os.read(0, 1024)
                if not data:
                    inputs.remove(0)
                    continue
                os.write(sink, data)
    finally:
        if saved:
            termios.tcsetattr(0, termios.TCSADRAIN, saved)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--elf", default=os.path.join(ROOT, "build/flagstone.elf"))
    parser.add_argument("--full", action="store_true", help="1,000 pings at 1 ms, 30 s of TCP, 30 s of UDP")
    parser.add_argument("--keep", action="store_true", help="then the router's console, until poweroff")
    arguments = parser.parse_args()
    reason = why_not_possible()
    if reason:
        print(f"lab: this needs root: {reason}", file=sys.stderr)
        return 1
    problems = []
    lab = None
    try:
        lab = Lab(arguments.elf)
        print("The router is up:")
        for command in ("ip addr", "ip route"):
            show_router(lab, command)
        output = show(lab.left, f"ping -c 3 -i 0.2 {RIGHT_HOST}")
        if " 0% packet loss" not in output:
            problems.append("ping lost packets")
        ping_seen_by_tcpdump(lab, problems)
        seconds = 30 if arguments.full else 3
        if arguments.full:
            output = show(lab.left, f"ping -q -c 1000 -i 0.001 {RIGHT_HOST}")
            if " 0% packet loss" not in output:
                problems.append("1,000 pings at 1 ms: some were lost")
        iperf(lab, "-t", str(seconds), timeout=seconds + 60)
        if arguments.full:
            iperf(lab, "-u", "-l", "1472", "-b", "20M", "-t", str(seconds), timeout=seconds + 60)
        for command in ("ip -s link", "ip neigh", "nstat --check"):
            show_router(lab, command)
        if arguments.keep:
            console(lab)
    except (NetError, RouterError) as error:
        problems.append(str(error))
    finally:
        if lab:
            lab.close()
    for problem in problems:
        print(f"\nlab: {problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
