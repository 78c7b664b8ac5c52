"""The seccomp filters, run by an interpreter of the few BPF instructions they use: also for the architecture we are not on."""

from __future__ import annotations

import pytest

from rlm_tui.repl.seccomp import ALLOW, ARCHITECTURES, ERRNO, KILL_PROCESS, Architecture, Instruction, assemble, program

REFUSE = ERRNO | 1
UNKNOWN = ERRNO | 38
FORBIDDEN = """open stat link exec fork socket connect kill dup pipe ioctl fcntl prctl ptrace mount setuid send recv shm bpf uring
sched_set"""


def judge(lines: list[Instruction], number: int, audit: int, *arguments: int) -> int:
    """Run a filter on a system call, as the kernel would."""
    words = [number, audit, 0, 0]
    for argument in (*arguments, 0, 0, 0, 0, 0, 0)[:6]:
        words += [argument & 0xFFFFFFFF, argument >> 32]
    accumulator = at = 0
    while True:
        code, true, false, constant = lines[at]
        at += 1
        if code == 0x20:
            accumulator = words[constant // 4]
        elif code == 0x54:
            accumulator &= constant
        elif code == 0x06:
            return constant
        else:
            met = {0x15: accumulator == constant, 0x35: accumulator >= constant, 0x45: bool(accumulator & constant)}[
                code
            ]
            at += true if met else false


@pytest.mark.parametrize("name", ["x86_64", "aarch64"])
def test_filter(name: str) -> None:
    own: Architecture = ARCHITECTURES[name]
    lines = program(own)
    tuned = {own.clone, own.clone3, own.mmap, own.mprotect}
    for number in range(1_000):
        if number not in tuned:
            expected = ALLOW if number in own.allowed.values() else REFUSE
            assert judge(lines, number, own.audit) == expected, number
    assert judge(lines, own.clone3, own.audit) == UNKNOWN
    assert judge(lines, own.clone, own.audit, 0x3D0F00) == ALLOW  # what glibc's pthread_create asks for
    assert judge(lines, own.clone, own.audit, 17) == REFUSE  # fork
    assert judge(lines, own.clone, own.audit, 0x4111) == REFUSE  # vfork
    assert judge(lines, own.clone, own.audit, 0x3D0F00 | 0x10000000) == REFUSE  # a thread in a namespace of its own
    assert judge(lines, own.clone, own.audit, 0x3D0F00 | 0x1000) == REFUSE  # with a descriptor for it
    for call in (own.mmap, own.mprotect):
        assert judge(lines, call, own.audit, 0, 4096, 3) == ALLOW
        assert judge(lines, call, own.audit, 0, 4096, 7) == REFUSE
        assert judge(lines, call, own.audit, 0, 4096, 4) == REFUSE
    other = next(a for a in ARCHITECTURES.values() if a.audit != own.audit)
    assert judge(lines, own.allowed["read"], other.audit) == KILL_PROCESS
    assert judge(lines, own.allowed["read"], 0x40000003) == KILL_PROCESS  # i386
    assert judge(lines, 0x40000000, own.audit) == KILL_PROCESS  # x32
    assert len(assemble(lines)) == 8 * len(lines)


def test_the_allowed_calls_take_no_path_and_make_no_descriptor() -> None:
    for own in ARCHITECTURES.values():
        for word in FORBIDDEN.split():
            assert not [name for name in own.allowed if word in name]
    assert set(ARCHITECTURES["aarch64"].allowed) < set(ARCHITECTURES["x86_64"].allowed)
