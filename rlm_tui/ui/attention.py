"""Calls the user back when a long run has ended: by the bell, or by a notification of the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from rlm_tui.repository.sanitize import sanitize

Notify: TypeAlias = Literal["off", "bell", "osc9", "osc777"]
MOST = 120
"""Characters of a notification."""


def attention(how: Notify, text: str, environment: Mapping[str, str]) -> str:
    """Return what makes the terminal call: the bell, OSC 9 (iTerm2, kitty, WezTerm, ...) or OSC 777 (urxvt, foot, ...).

    Inside tmux the two are passed through, which tmux must allow (`allow-passthrough on`).
    """
    words = " ".join(sanitize(text).replace(";", ",").split())[:MOST]
    match how:
        case "off":
            return ""
        case "bell":
            return "\x07"
        case "osc9":
            told = f"\x1b]9;{words}\x1b\\"
        case "osc777":
            told = f"\x1b]777;notify;rlm-tui;{words}\x1b\\"
    if environment.get("TMUX"):
        return f"\x1bPtmux;{told.replace(chr(27), chr(27) * 2)}\x1b\\"
    return told
