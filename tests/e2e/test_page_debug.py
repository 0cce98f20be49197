# SPDX-License-Identifier: MIT
"""page_poison=1 and debug_pagealloc=1: the self-tests of memory pass under both, the kernel routes nothing but boots and works."""

import pytest

from test_selftest import must_pass


@pytest.mark.parametrize("append", ["page_poison=1", "debug_pagealloc=1", "page_poison=1 debug_pagealloc=1 numa=fake=3"],
                         ids=["poison", "unmapped", "both"])
def test_self_tests_pass_while_freed_pages_are_watched(boot, build, append, request):
    guest = boot(memory="64", append=f"selftest loglevel=7 {append}")
    must_pass(guest, build, f"page-debug-{request.node.callspec.id}")
    assert "page_alloc: freed pages are" in guest.transcript
    assert "was written to after it was freed" not in guest.transcript
