# SPDX-License-Identifier: MIT
"""What the end-to-end tests share: where the kernel is, labs, and what happens when the network cannot be used.

Tests that need namespaces fail, not skip, where they cannot be made: a run that says "passed" has used
the network. FLAGSTONE_NO_NET=1 (a developer's choice, never CI's) skips them instead, with the reason.
"""

import os
import subprocess
import sys

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import netns                                        # noqa: E402
from router import ROOT, Router                     # noqa: E402
from topology import Lab, LEFT, RIGHT               # noqa: E402


def pytest_addoption(parser):
    group = parser.getgroup("flagstone")
    group.addoption("--build", default=os.environ.get("FLAGSTONE_BUILD", os.path.join(ROOT, "build")),
                    help="where flagstone.elf and flagstone.iso are")
    group.addoption("--elf", default=None, help="the kernel (default: BUILD/flagstone.elf)")
    group.addoption("--iso", default=None, help="the ISO (default: BUILD/flagstone.iso)")


def _existing(path):
    path = os.path.abspath(path)
    if not os.path.exists(path):
        pytest.exit(f"{path} is not there: `make` first, or say --build", returncode=2)
    return path


@pytest.fixture(scope="session")
def build(request):
    return os.path.abspath(request.config.getoption("--build"))


@pytest.fixture(scope="session")
def elf(request, build):
    return _existing(request.config.getoption("--elf") or os.path.join(build, "flagstone.elf"))


@pytest.fixture(scope="session")
def iso(request, build):
    return _existing(request.config.getoption("--iso") or os.path.join(build, "flagstone.iso"))


@pytest.fixture(scope="session")
def _network():
    return netns.why_not_possible()


@pytest.fixture(autouse=True)
def _needs_network(request):
    if request.node.get_closest_marker("net"):
        reason = request.getfixturevalue("_network")
        if reason and os.environ.get("FLAGSTONE_NO_NET"):
            pytest.skip(f"FLAGSTONE_NO_NET is set and there is {reason}")
        if reason:
            pytest.fail(f"the network tests cannot run here: {reason}", pytrace=False)


@pytest.fixture
def boot(elf):
    """boot(...) starts a Router that ends with the test; arguments as Router's."""
    routers = []

    def start(**arguments):
        router = Router(None if "iso" in arguments else elf, **arguments)
        routers.append(router)
        return router

    yield start
    for router in routers:
        router.close()


@pytest.fixture(scope="module")
def router(elf):
    """A router without NICs at its prompt, shared by a module's tests."""
    with Router(elf) as shared:
        yield shared.wait_ready()


class LabKeeper:
    """Keeps one lab for a module's tests; makes a new one when a test has ended the guest."""

    def __init__(self, elf, **arguments):
        self.elf, self.arguments, self.lab = elf, arguments, None

    def get(self):
        if self.lab is not None and not self.lab.healthy():
            self.close()
        if self.lab is None:
            self.lab = Lab(self.elf, **self.arguments)
        return self.lab

    def close(self):
        if self.lab is not None:
            self.lab.close()
            self.lab = None


@pytest.fixture(scope="module")
def _linux_lab(elf):
    kept = LabKeeper(elf, nets=(LEFT, RIGHT), hosts="linux")
    yield kept
    kept.close()


@pytest.fixture
def linux_lab(_linux_lab):
    """Two namespaces with Linux hosts, left and right, and the router between; checked after each test."""
    lab = _linux_lab.get()
    yield lab
    _still_sound(lab)


@pytest.fixture(scope="module")
def _raw_lab(elf):
    kept = LabKeeper(elf, nets=(LEFT, RIGHT), hosts="raw")
    yield kept
    kept.close()


@pytest.fixture
def raw_lab(_raw_lab):
    """The same with silent namespaces and raw ports."""
    lab = _raw_lab.get()
    lab.settle()
    yield lab
    _still_sound(lab)


def _still_sound(lab):
    """After each test the router lives and its counters add up."""
    if not lab.router.alive():
        pytest.fail("the router has died: " + lab.router.console.tail(80), pytrace=False)
    output, status = lab.router.run("nstat --check")
    if status:
        pytest.fail(f"nstat --check: {output}", pytrace=False)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Behind a failure stands what the guests said."""
    outcome = yield
    report = outcome.get_result()
    if report.when == "call" and report.failed:
        for name, value in getattr(item, "funcargs", {}).items():
            guest = value if isinstance(value, Router) else getattr(value, "router", None)
            if isinstance(guest, Router):
                try:
                    report.sections.append((f"console of {name}", "\n".join(guest.transcript.splitlines()[-60:])))
                except (OSError, ValueError):
                    pass


@pytest.fixture(scope="session")
def mkiso():
    def make(elf, iso, cfg, *files):
        subprocess.run(["sh", os.path.join(ROOT, "tools/mkiso"), elf, str(iso), str(cfg), *map(str, files)],
                       check=True, cwd=ROOT)
        return str(iso)
    return make
