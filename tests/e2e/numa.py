# SPDX-License-Identifier: MIT
"""QEMU machines with several nodes, as docs/mm.md writes them out: {name: arguments}. All have 256 MB and two CPUs to come."""


def _memory(*sizes):
    return [word for index, size in enumerate(sizes) for word in ("-object", f"memory-backend-ram,id=m{index},size={size}")]


def _numa(*lines):
    return [word for line in lines for word in ("-numa", line)]


MACHINES = {
    "two": _memory("128M", "128M") + _numa(
        "node,nodeid=0,memdev=m0,cpus=0", "node,nodeid=1,memdev=m1,cpus=1", "dist,src=0,dst=1,val=20"),
    "four": _memory("64M", "64M", "64M", "64M") + _numa(
        "node,nodeid=0,memdev=m0,cpus=0", "node,nodeid=1,memdev=m1,cpus=1", "node,nodeid=2,memdev=m2", "node,nodeid=3,memdev=m3",
        "dist,src=0,dst=1,val=20", "dist,src=0,dst=2,val=30", "dist,src=0,dst=3,val=15",
        "dist,src=1,dst=2,val=20", "dist,src=1,dst=3,val=30", "dist,src=2,dst=3,val=20"),
    # CPU 0's node has no memory: node 2 is nearer to it than node 1.
    "memoryless": _memory("128M", "128M") + _numa(
        "node,nodeid=0,cpus=0", "node,nodeid=1,memdev=m0,cpus=1", "node,nodeid=2,memdev=m1",
        "dist,src=0,dst=1,val=30", "dist,src=0,dst=2,val=20", "dist,src=1,dst=2,val=20"),
}
