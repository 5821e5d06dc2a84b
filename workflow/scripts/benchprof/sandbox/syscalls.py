"""A filter of system calls that a computing program never makes, as bubblewrap loads it.

Without it a program could reach what no namespace covers (sockets between virtual machines), make
namespaces with rights of its own, or have the kernel keep memory for it that no limit counts:
segments and files in memory, mappings and huge pages of which a part keeps all, sockets in flight,
buffers, extended attributes, locks, watches, rules, and tables of waiting threads (`prctl`).
"""

from __future__ import annotations

import errno
import fcntl
import mmap
import platform
import socket
import struct

# Audit numbers of architectures, and the calls' numbers there; some of them depend on arguments.
_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_DENIED = {
    "x86_64": {
        "shmget": 29, "socket": 41, "sendmsg": 46, "setsockopt": 54, "semget": 64, "msgget": 68,
        "flock": 73, "ptrace": 101, "syslog": 103, "prctl": 157, "mount": 165, "setxattr": 188,
        "lsetxattr": 189, "fsetxattr": 190, "io_setup": 206, "mq_open": 240, "add_key": 248,
        "request_key": 249, "keyctl": 250, "inotify_init": 253, "unshare": 272, "vmsplice": 278,
        "inotify_init1": 294, "perf_event_open": 298, "fanotify_init": 300, "sendmmsg": 307,
        "setns": 308, "process_vm_readv": 310, "process_vm_writev": 311, "kcmp": 312,
        "seccomp": 317, "memfd_create": 319, "bpf": 321, "userfaultfd": 323, "io_uring_setup": 425,
        "pidfd_getfd": 438, "process_madvise": 440, "landlock_create_ruleset": 444,
        "memfd_secret": 447, "setxattrat": 463,
    },
    "aarch64": {
        "io_setup": 0, "setxattr": 5, "lsetxattr": 6, "fsetxattr": 7, "inotify_init1": 26,
        "flock": 32, "mount": 40, "vmsplice": 75, "unshare": 97, "syslog": 116, "ptrace": 117,
        "prctl": 167, "mq_open": 180, "msgget": 186, "semget": 190, "shmget": 194, "socket": 198,
        "setsockopt": 208, "sendmsg": 211, "add_key": 217, "request_key": 218, "keyctl": 219,
        "perf_event_open": 241, "fanotify_init": 262, "setns": 268, "sendmmsg": 269,
        "process_vm_readv": 270, "process_vm_writev": 271, "kcmp": 272, "seccomp": 277,
        "memfd_create": 279, "bpf": 280, "userfaultfd": 282, "io_uring_setup": 425,
        "pidfd_getfd": 438, "process_madvise": 440, "landlock_create_ruleset": 444,
        "memfd_secret": 447, "setxattrat": 463,
    },
}  # fmt: skip
_CONDITIONAL = {
    "x86_64": {"mmap": 9, "madvise": 28, "socketpair": 53, "clone": 56, "fcntl": 72},
    "aarch64": {"fcntl": 25, "socketpair": 199, "clone": 220, "mmap": 222, "madvise": 233},
}
_CLONE3 = 435
_NEW_NAMESPACES = 0x7E020000
_HUGE_PAGES = 14
_HUGE_PAGES_NOW = 25
_SHARED_MEMORY = mmap.MAP_SHARED | mmap.MAP_ANONYMOUS
# Numbers from here on are x86_64's second set of calls, which would get around the table.
_SECOND_SET = 0x40000000

_LOAD, _IF_EQUAL, _IF_AT_LEAST, _IF_ANY_BIT, _AND, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x54, 0x06
_ALLOW, _FAIL_WITH = 0x7FFF0000, 0x00050000
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("HBBI", code, if_true, if_false, value)


# The place of an argument, and steps that look at it: they go on to a refusal, or skip it.
_CONDITIONS = {
    "clone": (0, [_step(_IF_ANY_BIT, _NEW_NAMESPACES, 0, 1)]),
    "socketpair": (0, [_step(_IF_EQUAL, socket.AF_UNIX, 1, 0)]),
    "mmap": (3, [_step(_AND, _SHARED_MEMORY), _step(_IF_EQUAL, _SHARED_MEMORY, 0, 1)]),
    # A huge page of which a part is given back is kept whole.
    "madvise": (
        2,
        [_step(_IF_EQUAL, _HUGE_PAGES, 1, 0), _step(_IF_EQUAL, _HUGE_PAGES_NOW, 0, 1)],
    ),
    # Copies and flags of open files; not locks, leases or larger pipes.
    "fcntl": (
        1,
        [_step(_IF_EQUAL, fcntl.F_DUPFD_CLOEXEC, 2, 0), _step(_IF_AT_LEAST, fcntl.F_GETLK, 0, 1)],
    ),
}


def syscall_filter() -> bytes | None:
    """The filter in the kernel's form, or None where this machine's calls are not known."""
    machine = platform.machine()
    if machine not in _ARCHITECTURES:
        return None
    refuse, allow = _step(_RETURN, _FAIL_WITH | errno.EPERM), _step(_RETURN, _ALLOW)
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
    for name, number in _CONDITIONAL[machine].items():
        argument, refusable = _CONDITIONS[name]
        # Of its 64 bits the lower half, which is all that the kernel looks at in these.
        looked_at = [_step(_LOAD, _ARGUMENTS + 8 * argument), *refusable, refuse, allow]
        steps += [_step(_IF_EQUAL, number, 0, len(looked_at)), *looked_at]
    return b"".join([*steps, allow])
