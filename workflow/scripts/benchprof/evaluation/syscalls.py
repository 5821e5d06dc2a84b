"""A filter of system calls that a computing program never makes, as bubblewrap loads it.

Without it a program could get memory that no limit counts (shared-memory segments, files in
memory), or new namespaces with rights of their own.
"""

from __future__ import annotations

import errno
import platform
import struct

# Audit numbers of architectures, and the calls' numbers there; `clone` and `clone3` come apart.
_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_DENIED = {
    "x86_64": {
        "shmget": 29, "semget": 64, "msgget": 68, "ptrace": 101, "mount": 165, "mq_open": 240,
        "add_key": 248, "request_key": 249, "keyctl": 250, "unshare": 272, "perf_event_open": 298,
        "setns": 308, "process_vm_readv": 310, "process_vm_writev": 311, "memfd_create": 319,
        "bpf": 321, "userfaultfd": 323, "io_uring_setup": 425, "memfd_secret": 447,
    },
    "aarch64": {
        "shmget": 194, "semget": 190, "msgget": 186, "ptrace": 117, "mount": 40, "mq_open": 180,
        "add_key": 217, "request_key": 218, "keyctl": 219, "unshare": 97, "perf_event_open": 241,
        "setns": 268, "process_vm_readv": 270, "process_vm_writev": 271, "memfd_create": 279,
        "bpf": 280, "userfaultfd": 282, "io_uring_setup": 425, "memfd_secret": 447,
    },
}  # fmt: skip
_CLONE = {"x86_64": 56, "aarch64": 220}
_CLONE3 = 435
_NEW_NAMESPACES = 0x7E020000
# Numbers from here on are x86_64's second set of calls, which would get around the table.
_SECOND_SET = 0x40000000

_LOAD, _IF_EQUAL, _IF_AT_LEAST, _IF_ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _FAIL_WITH = 0x7FFF0000, 0x00050000
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16


def syscall_filter() -> bytes | None:
    """The filter in the kernel's form, or None where this machine's calls are not known."""
    machine = platform.machine()
    if machine not in _ARCHITECTURES:
        return None
    refuse = _step(_RETURN, _FAIL_WITH | errno.EPERM)
    steps = [
        _step(_LOAD, _ARCHITECTURE),
        _step(_IF_EQUAL, _ARCHITECTURES[machine], 1, 0),
        refuse,
        _step(_LOAD, _NUMBER),
        _step(_IF_AT_LEAST, _SECOND_SET, 0, 1),
        refuse,
    ]
    for number in _DENIED[machine].values():
        steps += [_step(_IF_EQUAL, number, 0, 1), refuse]
    # The C library then falls back to `clone`, whose flags can be looked at.
    steps += [_step(_IF_EQUAL, _CLONE3, 0, 1), _step(_RETURN, _FAIL_WITH | errno.ENOSYS)]
    steps += [
        _step(_IF_EQUAL, _CLONE[machine], 1, 0),
        _step(_RETURN, _ALLOW),
        _step(_LOAD, _FIRST_ARGUMENT),
        _step(_IF_ANY_BIT, _NEW_NAMESPACES, 0, 1),
        refuse,
        _step(_RETURN, _ALLOW),
    ]
    return b"".join(steps)


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("HBBI", code, if_true, if_false, value)
