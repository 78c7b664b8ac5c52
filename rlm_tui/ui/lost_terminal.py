"""Lets the program end in good order when its terminal is gone: a closed window, an ssh connection that broke."""

from __future__ import annotations

import io
import os
import sys
from contextlib import suppress


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
