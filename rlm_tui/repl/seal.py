"""Takes every right from the process that calls it, for good: what is left can compute, and read and write what is open.

ctypes only, on Linux in the order that keeps each step possible: limits, no_new_privs, capabilities, Landlock, seccomp. Each of
the last two alone keeps cells from files and the network; a kernel without Landlock is sealed by seccomp alone. On macOS it is
the system's own sandbox (see `seatbelt`).
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import resource
import signal
import socket
import sys
from collections.abc import Callable

from rlm_tui.repl import seatbelt, seccomp

_NOBODY = 65534
_CLONE_NEWUSER = 0x10000000
_THREADS = 256
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS = 1, 4, 24, 38
_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL = 47, 4
_SYS_CAPSET = {"x86_64": 126, "aarch64": 91, "arm64": 91}
_CAPABILITY_VERSION_3 = 0x20080522
_LANDLOCK_CREATE_RULESET, _LANDLOCK_RESTRICT_SELF = 444, 446  # the same number on every architecture
_LANDLOCK_CREATE_RULESET_VERSION = 1
_SECCOMP_SET_MODE_FILTER, _SECCOMP_FILTER_FLAG_TSYNC = 1, 1
_LANDLOCK_FS_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
"""How many of the LANDLOCK_ACCESS_FS_* bits each ABI knows; from 5 on there are 16."""
_M_ARENA_MAX = -8

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long


class SealError(Exception):
    """A step of the seal failed: which one, and what the kernel said."""


class _LandlockRuleset(ctypes.Structure):
    _fields_ = (("fs", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _FilterProgram(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def prepare() -> None:
    """Set, once in the fork server, what children inherit: one memory arena, since each reserves 128 MB of addresses."""
    _libc.mallopt(_M_ARENA_MAX, 1)


def seal(memory: int, parent: int, *, landlock: bool = True) -> int:
    """Seal this process to `memory` bytes of address space and the descriptors 0 to 3.

    `parent` is the pid of the fork server, with which it dies. Returns the Landlock ABI in force, 0 for none, as when
    `landlock` is false. Raises SealError. The process must have one thread.
    """
    if sys.platform == "darwin":
        if why := seatbelt.seal(memory):
            raise SealError(why)
        return 0
    machine = platform.machine()
    if machine not in seccomp.ARCHITECTURES:
        raise SealError(f"no system call table for {machine}")
    _go_first()
    _become_nobody()
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)  # a change of user would have cleared it
    if os.getppid() != parent:
        raise SealError("the fork server has ended")
    for limit, value in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
    ):
        resource.setrlimit(limit, (value, value))
    _prctl(_PR_SET_DUMPABLE, 0)
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    _drop_capabilities(machine)
    abi = _landlock() if landlock else 0
    resource.setrlimit(resource.RLIMIT_NOFILE, (4, 4))  # last: the rule set of Landlock needed a descriptor
    _install_filter(seccomp.ARCHITECTURES[machine])
    return abi


def _go_first() -> None:
    """Be the first process that the kernel ends when memory runs out."""
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as score:  # noqa: PTH123 - /proc may be hidden
        score.write("1000")


def _become_nobody() -> None:
    """Leave root, and count threads in a user namespace of our own; both only where the kernel lets us.

    Root is exempt from RLIMIT_NPROC, and without a namespace it counts all that the user runs, so that a limit of our own
    would hit the user's other programs. Threads are then bounded by memory alone.
    """
    if os.geteuid() == 0:
        with contextlib.suppress(OSError):  # in a container nobody may not exist
            os.setgroups([])
            os.setresgid(_NOBODY, _NOBODY, _NOBODY)
            os.setresuid(_NOBODY, _NOBODY, _NOBODY)
    if _libc.unshare(_CLONE_NEWUSER) == 0:
        resource.setrlimit(resource.RLIMIT_NPROC, (_THREADS, _THREADS))


def proof() -> dict[str, int]:
    """Try what must not work, through Python, and return the errno of each try; 0 means that it worked."""
    tries: dict[str, Callable[[], object]] = {
        "file": lambda: os.close(os.open("/", os.O_RDONLY)),
        "write": lambda: os.close(os.open(f"/tmp/rlm-tui-proof-{os.getpid()}", os.O_CREAT | os.O_WRONLY)),  # noqa: S108
        "stat": lambda: os.stat("/"),  # noqa: PTH116
        "socket": _connect,
        "fork": _fork,
        "exec": lambda: os.execv("/nonexistent", ["nonexistent"]),  # noqa: S606
        "signal": lambda: os.kill(os.getppid(), 0),
    }
    outcome = {}
    for name, attempt in tries.items():
        try:
            attempt()
            outcome[name] = 0
        except OSError as error:
            # ENOENT from exec means that the kernel looked for the file.
            outcome[name] = 0 if isinstance(error, FileNotFoundError) else error.errno or 0
    return outcome


def _connect() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.connect(("127.0.0.1", 9))  # sends nothing; macOS lets a sandboxed process have a socket, but not use it


def _fork() -> None:
    if os.fork() == 0:
        os._exit(0)


def _prctl(option: int, *arguments: int) -> None:
    values = [ctypes.c_ulong(argument) for argument in (*arguments, 0, 0, 0, 0)[:4]]
    if _libc.prctl(option, *values) != 0:
        raise SealError(f"prctl {option}: {os.strerror(ctypes.get_errno())}")


def _drop_capabilities(machine: str) -> None:
    for capability in range(64):
        try:
            _prctl(_PR_CAPBSET_DROP, capability)
        except SealError:
            # EPERM: this process cannot change its bounding set, and has nothing in it either; EINVAL: past the last one.
            break
    _prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL)
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    empty = (ctypes.c_uint32 * 6)()
    if _libc.syscall(ctypes.c_long(_SYS_CAPSET[machine]), header, empty) != 0:
        raise SealError(f"capset: {os.strerror(ctypes.get_errno())}")


def _landlock() -> int:
    """Give up every right on files, TCP ports, abstract sockets and signals that this kernel's Landlock knows."""
    abi = int(_libc.syscall(ctypes.c_long(_LANDLOCK_CREATE_RULESET), None, ctypes.c_size_t(0),
                            ctypes.c_uint32(_LANDLOCK_CREATE_RULESET_VERSION)))  # fmt: skip
    if abi < 1:
        return 0
    rights = _LandlockRuleset(
        fs=(1 << _LANDLOCK_FS_RIGHTS.get(abi, 16)) - 1, net=3 if abi >= 4 else 0, scoped=3 if abi >= 6 else 0
    )
    # Older kernels refuse a structure that is longer than they know, unless the rest is zero, as it is here.
    size = ctypes.c_size_t(ctypes.sizeof(rights))
    ruleset = int(
        _libc.syscall(ctypes.c_long(_LANDLOCK_CREATE_RULESET), ctypes.byref(rights), size, ctypes.c_uint32(0))
    )
    if ruleset < 0:
        raise SealError(f"landlock_create_ruleset: {os.strerror(ctypes.get_errno())}")
    try:
        if _libc.syscall(ctypes.c_long(_LANDLOCK_RESTRICT_SELF), ctypes.c_int(ruleset), ctypes.c_uint32(0)) != 0:
            raise SealError(f"landlock_restrict_self: {os.strerror(ctypes.get_errno())}")
    finally:
        os.close(ruleset)
    return abi


def _install_filter(architecture: seccomp.Architecture) -> None:
    lines = seccomp.program(architecture)
    code = seccomp.assemble(lines)
    filter_program = _FilterProgram(len(lines), code)
    outcome = _libc.syscall(
        ctypes.c_long(architecture.seccomp),
        ctypes.c_uint(_SECCOMP_SET_MODE_FILTER),
        ctypes.c_uint(_SECCOMP_FILTER_FLAG_TSYNC),
        ctypes.byref(filter_program),
    )
    if outcome != 0:
        raise SealError(f"seccomp: {os.strerror(ctypes.get_errno())}")
