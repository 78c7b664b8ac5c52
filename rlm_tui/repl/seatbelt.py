"""The seal on macOS: the system's own sandbox (Seatbelt), with a profile that allows nothing.

Written after Apple's sandbox(7) and sandbox_init(3); not tried yet, for want of a Mac. As everywhere, a child must prove that it
is sealed before a cell runs in it: where this does not hold, the program says so and takes Monty.
"""

from __future__ import annotations

import contextlib
import ctypes
import resource

_PROFILE = b"(version 1)(deny default)"
"""In Apple's profile language: no file, no network, no process, no signal, no service of the system."""


def seal(memory: int) -> str:
    """Give up every right of this process, for good; return why that failed, "" when it did not.

    The kernel bounds no address space there: `memory` is asked for all the same, and what it does not hold is the child's CPU
    time and the machine's own memory pressure.
    """
    try:
        system = ctypes.CDLL("/usr/lib/libSystem.B.dylib")
    except OSError as error:
        return f"no sandbox_init: {error}"
    for limit, value in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, 0)):
        with contextlib.suppress(ValueError, OSError):  # the kernel refuses some; the profile stands without them
            resource.setrlimit(limit, (value, value))
    message = ctypes.c_char_p()
    if system.sandbox_init(_PROFILE, ctypes.c_uint64(0), ctypes.byref(message)) != 0:
        return f"sandbox_init: {(message.value or b'no reason given').decode(errors='replace')}"
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (4, 4))
    return ""
