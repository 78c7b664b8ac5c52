"""Keeps the terminal sane: while the program is stopped and goes on, when it fails, and when the terminal itself goes away."""

from __future__ import annotations

import io
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.driver import Driver

LEAVE = "\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1015l\x1b[?1016l\x1b[?1004l\x1b[?2004l\x1b[?2048l\x1b[?7h\x1b[?25h"
"""Mouse, focus, paste and in-band sizes off; wrapping and the cursor on. Harmless where they are so already."""
LEAVE_SCREEN = "\x1b[<u\x1b[?1049l"
"""Back from the alternate screen and its keyboard protocol. Only where it was not left, because it moves the cursor."""


class _Output(io.TextIOWrapper):
    """A stream to the terminal, into nothing once that is gone."""

    def write(self, text: str) -> int:
        """Write `text` if anybody can see it."""
        with suppress(OSError):
            super().write(text)
        return len(text)

    def flush(self) -> None:
        """Bring what was written to the terminal, if it is there."""
        with suppress(OSError):
            super().flush()


def outlive_terminal() -> None:
    """Make Textual's driver, which takes `sys.__stderr__` for its output, live on without a terminal.

    Its thread that writes would end with the first error; whoever then draws waits for it for ever, and with it the exit.
    """
    if sys.__stderr__ is not None:
        raw = os.fdopen(sys.__stderr__.fileno(), "wb", closefd=False)
        sys.__stderr__ = _Output(raw, sys.__stderr__.encoding, "backslashreplace")  # type: ignore[misc]  # "final"


def is_terminal_gone() -> bool:
    """Tell whether nobody can type any more. The signal that says so does not reach a program that left its session."""
    return sys.__stdin__ is None or not os.isatty(sys.__stdin__.fileno())


@contextmanager
def hushed() -> Iterator[None]:
    """Keep the keys that are typed while the program starts for the prompt: unseen, and Enter as Enter, not as a line's end."""
    if sys.platform == "win32" or sys.__stdin__ is None:
        yield
        return
    import termios

    stdin, before = sys.__stdin__.fileno(), None
    with suppress(termios.error, OSError):
        before = termios.tcgetattr(stdin)
        quiet = termios.tcgetattr(stdin)
        quiet[0] &= ~termios.ICRNL
        quiet[3] &= ~(termios.ICANON | termios.ECHO)
        termios.tcsetattr(stdin, termios.TCSANOW, quiet)
    try:
        yield
    finally:
        if before is not None:
            with suppress(termios.error, OSError):
                termios.tcsetattr(stdin, termios.TCSANOW, before)


@contextmanager
def left_sane() -> Iterator[None]:
    """Give the terminal back as it was found, whatever ends the block."""
    if sys.platform == "win32":
        yield
        return
    import termios

    stdin = sys.__stdin__.fileno() if sys.__stdin__ is not None else -1
    before = None
    with suppress(termios.error, OSError):
        before = termios.tcgetattr(stdin)
    failed = True
    try:
        yield
        failed = False
    finally:
        if before is not None:
            with suppress(termios.error, OSError):
                termios.tcsetattr(stdin, termios.TCSADRAIN, before)
        if sys.__stderr__ is not None:
            with suppress(OSError):
                os.write(sys.__stderr__.fileno(), (LEAVE_SCREEN * failed + LEAVE).encode())


def driver() -> type[Driver] | None:
    """Return the driver that survives being stopped; None where Textual's own is the only one."""
    if sys.platform == "win32":
        return None
    import termios

    from textual.drivers.linux_driver import LinuxDriver

    class SteadyDriver(LinuxDriver):
        """Textual's driver, which also goes on after a stop that left no time to leave the screen (SIGSTOP).

        Its signals come through the event loop, never in the middle of a write. While another program has the terminal,
        what is written goes nowhere; Textual would wait for ever.
        """

        _is_up = False
        _raw: list[int | list[bytes | int]] | None = None

        def start_application_mode(self) -> None:
            self._is_up = True
            super().start_application_mode()  # type: ignore[no-untyped-call]  # Textual's
            with suppress(termios.error):
                self._raw = termios.tcgetattr(self.fileno)
            for number, handler in (
                (signal.SIGTSTP, self._sigtstp_application),
                (signal.SIGCONT, self._sigcont_application),
            ):
                self._loop.add_signal_handler(number, handler)

        def stop_application_mode(self) -> None:
            super().stop_application_mode()
            self._is_up = False

        def write(self, data: str) -> None:
            if self._is_up:
                super().write(data)

        def _sigtstp_application(self, *_: object) -> None:
            if self._is_up:
                super()._sigtstp_application()
            else:
                os.kill(os.getpid(), signal.SIGSTOP)

        def _sigcont_application(self, *_: object) -> None:
            if not self._auto_restart or not (self._is_up or self._must_signal_resume):
                return  # another program, started from here, has the terminal; or there is no screen any more
            with suppress(OSError):
                if os.tcgetpgrp(self.fileno) != os.getpgrp():
                    os.kill(os.getpid(), signal.SIGSTOP)  # went on in the background, where it may not draw
                    return
            if self._is_up:
                self._take_again()
            else:
                super()._sigcont_application()

        def _take_again(self) -> None:
            """Set the terminal up once more: the shell had it for itself meanwhile. What was typed since is kept."""
            if self._raw is not None:
                with suppress(termios.error):
                    termios.tcsetattr(self.fileno, termios.TCSANOW, self._raw)
            self.write("\x1b[?1049h\x1b[?25l\x1b[?1004h")
            self._enable_mouse_support()
            self._enable_bracketed_paste()
            self._disable_line_wrap()
            self.send_message(self.SignalResume())

    return SteadyDriver
