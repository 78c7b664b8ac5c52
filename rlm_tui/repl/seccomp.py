"""The system calls a sealed child may make, as a seccomp filter (classic BPF, see the kernel's `seccomp_filter` document).

An allow-list: memory, threads, clocks, waiting, and reading or writing what is open already. Nothing takes a path, makes a
descriptor, a socket or a process, runs a program, signals, traces or changes another process, or maps executable memory.
Everything else fails with EPERM; a call of a foreign architecture (32-bit, x32) kills the process.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

EPERM = 1
ENOSYS = 38
ALLOW = 0x7FFF0000
KILL_PROCESS = 0x80000000
ERRNO = 0x00050000

# struct seccomp_data { int nr; u32 arch; u64 instruction_pointer; u64 args[6]; }, little-endian on both architectures.
_NUMBER, _ARCH, _ARGUMENTS = 0, 4, 16
_LOAD = 0x20  # BPF_LD | BPF_W | BPF_ABS
_JUMP_EQUAL = 0x15  # BPF_JMP | BPF_JEQ | BPF_K
_JUMP_AT_LEAST = 0x35  # BPF_JMP | BPF_JGE | BPF_K
_JUMP_SET = 0x45  # BPF_JMP | BPF_JSET | BPF_K
_AND = 0x54  # BPF_ALU | BPF_AND | BPF_K
_RETURN = 0x06  # BPF_RET | BPF_K

_THREAD = 0x00010000 | 0x00000100 | 0x00000800  # CLONE_THREAD | CLONE_VM | CLONE_SIGHAND
_NAMESPACES = 0x7E020000 | 0x00000080  # every CLONE_NEW*
_PIDFD = 0x00001000  # CLONE_PIDFD makes a descriptor
_PROT_EXEC = 0x4


class Architecture(NamedTuple):
    """What the kernel calls an architecture, and its numbers of the calls that matter here."""

    audit: int
    allowed: dict[str, int]
    clone: int
    clone3: int
    mmap: int
    mprotect: int
    seccomp: int


_X86_64 = Architecture(
    audit=0xC000003E,
    allowed={
        "read": 0, "write": 1, "close": 3, "poll": 7, "lseek": 8, "munmap": 11, "brk": 12, "rt_sigaction": 13,
        "rt_sigprocmask": 14, "rt_sigreturn": 15, "readv": 19, "select": 23, "sched_yield": 24, "mremap": 25,
        "madvise": 28, "nanosleep": 35, "getpid": 39, "exit": 60, "gettimeofday": 96, "getrusage": 98, "times": 100,
        "getuid": 102, "getgid": 104, "geteuid": 107, "getegid": 108, "getppid": 110, "sigaltstack": 131, "gettid": 186,
        "time": 201, "futex": 202, "sched_getaffinity": 204, "restart_syscall": 219, "clock_gettime": 228,
        "clock_getres": 229, "clock_nanosleep": 230, "exit_group": 231, "pselect6": 270, "ppoll": 271,
        "set_robust_list": 273, "getrandom": 318, "rseq": 334,
    },
    clone=56, clone3=435, mmap=9, mprotect=10, seccomp=317,
)  # fmt: skip

_AARCH64 = Architecture(
    audit=0xC00000B7,
    allowed={
        "close": 57, "lseek": 62, "read": 63, "write": 64, "readv": 65, "pselect6": 72, "ppoll": 73, "exit": 93,
        "exit_group": 94, "futex": 98, "set_robust_list": 99, "nanosleep": 101, "clock_gettime": 113,
        "clock_getres": 114, "clock_nanosleep": 115, "sched_getaffinity": 123, "sched_yield": 124,
        "restart_syscall": 128, "sigaltstack": 132, "rt_sigaction": 134, "rt_sigprocmask": 135, "rt_sigreturn": 139,
        "times": 153, "getrusage": 165, "gettimeofday": 169, "getpid": 172, "getppid": 173, "getuid": 174,
        "geteuid": 175, "getgid": 176, "getegid": 177, "gettid": 178, "brk": 214, "munmap": 215, "mremap": 216,
        "madvise": 233, "getrandom": 278, "rseq": 293,
    },
    clone=220, clone3=435, mmap=222, mprotect=226, seccomp=277,
)  # fmt: skip

ARCHITECTURES = {"x86_64": _X86_64, "aarch64": _AARCH64, "arm64": _AARCH64}


class Instruction(NamedTuple):
    """One `struct sock_filter`: code, jumps if true and false (relative to the next instruction), constant."""

    code: int
    true: int
    false: int
    constant: int


def program(architecture: Architecture) -> list[Instruction]:
    """Return the filter for an architecture."""
    refuse = Instruction(_RETURN, 0, 0, ERRNO | EPERM)
    allow = Instruction(_RETURN, 0, 0, ALLOW)
    lines = [
        _load(_ARCH),
        Instruction(_JUMP_EQUAL, 1, 0, architecture.audit),
        Instruction(_RETURN, 0, 0, KILL_PROCESS),
        _load(_NUMBER),
        Instruction(_JUMP_AT_LEAST, 0, 1, 0x40000000),  # x32 shares the audit value of x86_64
        Instruction(_RETURN, 0, 0, KILL_PROCESS),
    ]
    # The accumulator holds the number again before each test: a block below either returns or has not touched it.
    for number in sorted(architecture.allowed.values()):
        lines += [Instruction(_JUMP_EQUAL, 0, 1, number), allow]
    # glibc falls back from clone3, whose flags a filter cannot read, to clone.
    lines += [Instruction(_JUMP_EQUAL, 0, 1, architecture.clone3), Instruction(_RETURN, 0, 0, ERRNO | ENOSYS)]
    for number in (architecture.mmap, architecture.mprotect):
        lines += [
            Instruction(_JUMP_EQUAL, 0, 4, number),
            _load(_ARGUMENTS + 2 * 8),
            Instruction(_JUMP_SET, 1, 0, _PROT_EXEC),
            allow,
            refuse,
        ]
    lines += [
        Instruction(_JUMP_EQUAL, 0, 6, architecture.clone),
        _load(_ARGUMENTS),
        Instruction(_JUMP_SET, 3, 0, _NAMESPACES | _PIDFD),
        Instruction(_AND, 0, 0, _THREAD),
        Instruction(_JUMP_EQUAL, 0, 1, _THREAD),
        allow,
        refuse,
        refuse,
    ]
    return lines


def assemble(lines: list[Instruction]) -> bytes:
    """Return the filter as the kernel reads it: an array of `struct sock_filter`."""
    return b"".join(struct.pack("=HBBI", *line) for line in lines)


def _load(offset: int) -> Instruction:
    return Instruction(_LOAD, 0, 0, offset)
