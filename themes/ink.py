"""Ink: our dark theme. Near-black paper, one blue-green accent; every text colour has at least 4.5:1 on every ground."""

from __future__ import annotations

from rlm_tui.ui.theme import Palette, make_theme

INK = make_theme(
    "ink",
    Palette(
        background="#14161a",
        surface="#191c21",
        panel="#22262d",
        foreground="#d5d8de",
        muted="#969eab",
        primary="#7cc0c8",
        accent="#a9b7e8",
        success="#93bf7e",
        warning="#dcb06c",
        error="#ec8b85",
        rule="#343a44",
        cursor="#22353a",
    ),
    dark=True,
)
