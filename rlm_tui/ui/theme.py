"""What a theme is: twelve colours, and all that Textual derives from them; from code, or from a TOML file of the user's."""

from __future__ import annotations

import os
import stat
import tomllib
from dataclasses import dataclass, fields, replace
from pathlib import Path

from textual.color import Color, ColorParseError
from textual.theme import Theme

from rlm_tui.repository.sanitize import escape_name

MOST_BYTES = 64 * 1024
"""A theme is twelve lines; a larger file is none."""


_AT_ONCE = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""A pipe that nobody writes to would block for ever."""


class ThemeError(Exception):
    """A user's theme cannot be used: which file, what is wrong, what it takes."""


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of a theme, by what they are for. `rule` is for borders, `cursor` the ground of the row one is on."""

    background: str
    surface: str
    panel: str
    foreground: str
    muted: str
    primary: str
    accent: str
    success: str
    warning: str
    error: str
    rule: str
    cursor: str


def make_theme(name: str, palette: Palette, *, dark: bool) -> Theme:
    """Return the Textual theme of a palette."""
    p = palette
    return Theme(
        name=name,
        dark=dark,
        primary=p.primary,
        secondary=p.muted,
        accent=p.accent,
        foreground=p.foreground,
        background=p.background,
        surface=p.surface,
        panel=p.panel,
        success=p.success,
        warning=p.warning,
        error=p.error,
        variables={
            "text-muted": p.muted,
            "text-primary": p.primary,
            "text-accent": p.accent,
            "text-success": p.success,
            "text-warning": p.warning,
            "text-error": p.error,
            "panel-lighten-1": p.rule,
            "block-cursor-background": p.cursor,
            "block-cursor-foreground": p.foreground,
            "block-cursor-text-style": "none",
            "block-cursor-blurred-background": p.panel,
            "block-cursor-blurred-foreground": p.foreground,
            "border": p.primary,
            "border-blurred": p.rule,
            "scrollbar": p.rule,
            "scrollbar-hover": p.muted,
            "scrollbar-active": p.primary,
            "scrollbar-background": p.background,
            "scrollbar-background-hover": p.background,
            "scrollbar-background-active": p.background,
            "scrollbar-corner-color": p.background,
            "input-selection-background": p.cursor,
            "screen-selection-background": p.cursor,
            "screen-selection-foreground": p.foreground,
            "footer-key-foreground": p.primary,
            "button-color-foreground": p.background,
        },
    )


def palette_of(theme: Theme) -> Palette:
    """Return the palette that `make_theme` made a theme of."""
    variables = theme.variables
    return Palette(
        background=theme.background or "",
        surface=theme.surface or "",
        panel=theme.panel or "",
        foreground=theme.foreground or "",
        muted=variables["text-muted"],
        primary=theme.primary,
        accent=theme.accent or "",
        success=theme.success or "",
        warning=theme.warning or "",
        error=theme.error or "",
        rule=variables["panel-lighten-1"],
        cursor=variables["block-cursor-background"],
    )


def read_theme(path: Path, bases: dict[str, Theme]) -> Theme:
    """Return the theme in a TOML file; its name is the file's.

    The keys are those of `Palette`; `base` names the theme of ours (in `bases`) that the others come from, the first without
    it; `dark` tells whether it counts as dark, else its background does. Raises `ThemeError`.
    """

    def wrong(what: str) -> ThemeError:
        return ThemeError(f"{escape_name(f'{path.parent.name}/{path.name}')}: {what}")

    try:
        with os.fdopen(os.open(path, _AT_ONCE), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise wrong("is no file")
            source = file.read(MOST_BYTES + 1)
        if len(source) > MOST_BYTES:
            raise wrong(f"larger than {MOST_BYTES:,} bytes, so it is no theme")
        told = tomllib.loads(source.decode())
    except OSError as error:
        raise wrong(f"cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:  # also a number of too many digits, which is no TOMLDecodeError
        raise wrong(f"is not valid TOML: {error}") from None
    names = [field.name for field in fields(Palette)]
    if unknown := sorted(set(told) - {*names, "base", "dark"}):
        raise wrong(f"there is no {unknown[0]!r}; there are base, dark, {', '.join(names)}")
    base = told.pop("base", next(iter(bases)))
    if not isinstance(base, str) or base not in bases:
        raise wrong(f"base must be one of {', '.join(bases)}")
    dark = told.pop("dark", None)
    if dark is not None and not isinstance(dark, bool):
        raise wrong("dark must be true or false")
    for name, colour in told.items():
        try:
            told[name] = Color.parse(colour if isinstance(colour, str) else "").hex6
        except ColorParseError:
            raise wrong(f"{name} must be a colour such as '#7cc0c8', not {colour!r}") from None
    palette = replace(palette_of(bases[base]), **told)
    is_dark = Color.parse(palette.background).brightness < 0.5 if dark is None else dark
    return make_theme(path.stem, palette, dark=is_dark)
