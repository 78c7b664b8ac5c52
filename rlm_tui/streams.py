"""The standard streams of the program: made usable, and looked at for a terminal. Imports only click at the top."""

from __future__ import annotations

import io
import os
import sys

import click


def mend_streams() -> None:
    """Make the standard streams usable: each there, and able to take any character in a locale that lacks most of them.

    Without the first, a file opened later (the index!) would get the number of a closed stream, and what is printed there.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123 - open until the end
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def require_terminal() -> None:
    """Raise `click.UsageError` where there is no terminal to draw on."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise click.UsageError("there is no terminal to draw on: ask with -p QUESTION, or run it in a terminal")
