"""How a process takes memory from the system on a processor.

glibc gives free memory at the end of its heap back to the system, and large blocks as soon as they
are freed. The next layer's activations then come as fresh pages, each of which the system clears on
its first touch, which can take longer than computing them.
"""

from __future__ import annotations

import ctypes
import platform

import torch

M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4
"""Numbers of glibc's settings (mallopt(3)): the free memory at the end of the heap above which it
is given back, -1 for never; and how many blocks may be mapped by themselves."""


def keep_freed_memory(device: torch.device) -> bool:
    """Let this process use freed memory again instead of giving it back; True where it could.

    No result changes. Resident memory then stays near its peak to the end of the process, and
    includes the holes between blocks. It is the main thread's blocks that are kept. For a model on
    a GPU, and with another C library than glibc, nothing changes; nor where torch brings an
    allocator of its own.
    """
    if device.type != "cpu" or platform.libc_ver()[0] != "glibc":
        return False
    mallopt = ctypes.CDLL(None).mallopt
    return bool(mallopt(M_MMAP_MAX, 0)) and bool(mallopt(M_TRIM_THRESHOLD, -1))


def give_back_freed_memory() -> None:
    """Give what is free back to the system once, holes between blocks included.

    For the end of a piece of work whose blocks the next piece's will not fit into. With another C
    library than glibc nothing happens.
    """
    if platform.libc_ver()[0] == "glibc":
        ctypes.CDLL(None).malloc_trim(0)
