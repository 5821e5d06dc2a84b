"""How a process takes memory from the system on a processor.

glibc gives every large block back as soon as it is freed. The next layer's activations then come
as fresh pages, each of which the system clears on its first touch: half of the time of a
feed-forward block of a small model.
"""

from __future__ import annotations

import ctypes
import platform

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
"""Numbers of glibc's settings (malloc.h): the free memory at the end of the heap above which it is
given back, and the size from which a block is mapped by itself."""
NEVER = 2**31 - 1


def keep_freed_memory() -> bool:
    """Let this process use freed memory again instead of giving it back; True where it could.

    No result changes, nor what is in use at the peak. Another C library than glibc stays as it is.
    """
    if platform.libc_ver()[0] != "glibc":
        return False
    mallopt = ctypes.CDLL(None).mallopt
    return bool(mallopt(M_MMAP_THRESHOLD, NEVER)) and bool(mallopt(M_TRIM_THRESHOLD, NEVER))
