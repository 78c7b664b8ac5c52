"""Ink: our dark theme. Near-black paper, one blue-green accent; every text colour has at least 4.5:1 on every ground."""

from __future__ import annotations

from textual.theme import Theme

INK = Theme(
    name="ink",
    dark=True,
    primary="#7cc0c8",
    secondary="#8aa3b5",
    accent="#a9b7e8",
    foreground="#d5d8de",
    background="#14161a",
    surface="#191c21",
    panel="#22262d",
    success="#93bf7e",
    warning="#dcb06c",
    error="#ec8b85",
    variables={
        "text-muted": "#969eab",
        "text-primary": "#7cc0c8",
        "text-accent": "#a9b7e8",
        "text-success": "#93bf7e",
        "text-warning": "#dcb06c",
        "text-error": "#ec8b85",
        "panel-lighten-1": "#343a44",
        "block-cursor-background": "#22353a",
        "block-cursor-foreground": "#f2f4f7",
        "block-cursor-text-style": "none",
        "block-cursor-blurred-background": "#22262d",
        "block-cursor-blurred-foreground": "#d5d8de",
        "border": "#7cc0c8",
        "border-blurred": "#343a44",
        "scrollbar": "#343a44",
        "scrollbar-hover": "#4a525f",
        "scrollbar-active": "#7cc0c8",
        "scrollbar-background": "#14161a",
        "scrollbar-background-hover": "#14161a",
        "scrollbar-background-active": "#14161a",
        "input-selection-background": "#22353a",
    },
)
