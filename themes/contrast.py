"""Contrast: our dark and our light theme for whoever needs more; every text colour has at least 7:1 on every ground."""

from __future__ import annotations

from rlm_tui.ui.theme import Palette, make_theme

CONTRAST = make_theme(
    "contrast",
    Palette(
        background="#000000",
        surface="#000000",
        panel="#262626",
        foreground="#ffffff",
        muted="#d0d0d0",
        primary="#7fe9ff",
        accent="#d9c8ff",
        success="#8dff8d",
        warning="#ffd75f",
        error="#ffb3b3",
        rule="#a8a8a8",
        cursor="#003055",
    ),
    dark=True,
)
CONTRAST_LIGHT = make_theme(
    "contrast-light",
    Palette(
        background="#ffffff",
        surface="#ffffff",
        panel="#ececec",
        foreground="#000000",
        muted="#333333",
        primary="#003f5c",
        accent="#3a1a8c",
        success="#0b4200",
        warning="#553300",
        error="#7d0000",
        rule="#595959",
        cursor="#cfe8ff",
    ),
    dark=False,
)
