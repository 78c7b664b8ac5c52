"""Copies to the user's clipboard, over ssh and inside tmux and screen, by asking the terminal (OSC 52)."""

from __future__ import annotations

import base64
import subprocess
from collections.abc import Mapping

_SCREEN_CHUNK = 700
"""GNU screen drops a control string that is longer than about 768 bytes."""
_PATIENCE = 2.0
"""Seconds that tmux gets; its server answers at once, or is not there."""


def sequence(text: str, environment: Mapping[str, str]) -> str:
    """Return what makes the terminal take `text` into its clipboard."""
    told = f"\x1b]52;c;{base64.b64encode(text.encode('utf-8', 'replace')).decode()}\x07"
    if "TMUX" not in environment and environment.get("STY"):
        parts = [told[at : at + _SCREEN_CHUNK] for at in range(0, len(told), _SCREEN_CHUNK)]
        return "".join(f"\x1bP{part}\x1b\\" for part in parts)
    return told


def by_tmux(text: str, environment: Mapping[str, str]) -> bool:
    """Hand `text` to tmux, which passes it on to the terminal; False where there is none, or it is too old.

    tmux by default takes no OSC 52 from the programs in it.
    """
    if not environment.get("TMUX"):
        return False
    try:
        done = subprocess.run(
            ["tmux", "load-buffer", "-w", "-"],  # noqa: S607 - the user's own, as their shell finds it
            input=text.encode("utf-8", "replace"),
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
