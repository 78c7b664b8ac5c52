"""Paper: our light theme. Warm white, the same accent in ink; every text colour has at least 4.5:1 on every ground."""

from __future__ import annotations

from rlm_tui.ui.theme import Palette, make_theme

PAPER = make_theme(
    "paper",
    Palette(
        background="#fbfaf7",
        surface="#f4f2ed",
        panel="#eae7e0",
        foreground="#24272d",
        muted="#5f646e",
        primary="#0b6670",
        accent="#4a4fa3",
        success="#35661f",
        warning="#805000",
        error="#ab2b26",
        rule="#d3cfc5",
        cursor="#d9e8e6",
    ),
    dark=False,
)
