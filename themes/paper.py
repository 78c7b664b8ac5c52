"""Paper: our light theme. Warm white, the same accent in ink; every text colour has at least 4.5:1 on every ground."""

from __future__ import annotations

from textual.theme import Theme

PAPER = Theme(
    name="paper",
    dark=False,
    primary="#0b6670",
    secondary="#4b6070",
    accent="#4a4fa3",
    foreground="#24272d",
    background="#fbfaf7",
    surface="#f4f2ed",
    panel="#eae7e0",
    success="#35661f",
    warning="#805000",
    error="#ab2b26",
    variables={
        "text-muted": "#5f646e",
        "text-primary": "#0b6670",
        "text-accent": "#4a4fa3",
        "text-success": "#35661f",
        "text-warning": "#805000",
        "text-error": "#ab2b26",
        "panel-lighten-1": "#d3cfc5",
        "block-cursor-background": "#d9e8e6",
        "block-cursor-foreground": "#14161a",
        "block-cursor-text-style": "none",
        "block-cursor-blurred-background": "#eae7e0",
        "block-cursor-blurred-foreground": "#24272d",
        "border": "#0b6670",
        "border-blurred": "#d3cfc5",
        "scrollbar": "#d3cfc5",
        "scrollbar-hover": "#b8b3a7",
        "scrollbar-active": "#0b6670",
        "scrollbar-background": "#fbfaf7",
        "scrollbar-background-hover": "#fbfaf7",
        "scrollbar-background-active": "#fbfaf7",
        "input-selection-background": "#d9e8e6",
    },
)
