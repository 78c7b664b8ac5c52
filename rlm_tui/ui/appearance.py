"""How the screen is drawn where the terminal cannot do more, or the user wants less: ASCII only, no colour, no motion.

Lines are changed where they leave for the terminal, so no widget needs to know, and none can forget.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from rich.cells import cell_len, get_character_cell_size, set_cell_size
from rich.color import Color as Ink
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

_STAND_INS = {
    **dict.fromkeys("▸▶»→⇢\u203a\u276f", ">"),
    **dict.fromkeys("◂«←\u2039", "<"),
    **dict.fromkeys("▾▼↓⇩", "v"),
    **dict.fromkeys("▴▲↑⇧", "^"),
    **dict.fromkeys("•◦▪·\u2013\u2014\u2212", "-"),
    **dict.fromkeys("“”", '"'),
    **dict.fromkeys("\u2018\u2019", "'"),
    **dict.fromkeys("✓✔", "+"),
    **dict.fromkeys("✗✘\N{MULTIPLICATION SIGN}", "x"),
    "○": "o",
    "●": "*",
    "⊘": "/",
    "≋": "=",
    "◐": "%",
    "…": "~",
    "▁": "_",
    "━": "#",
    "═": "=",
    "⋅": ".",
}
QUIET_CURSOR = "block-cursor-blurred-background"
_HORIZONTAL, _VERTICAL = "─━┄┅┈┉╌╍═╴╶╸╺╼╾", "│┃┆┇┊┋╎╏║╵╷╹╻╽╿"


@dataclass(frozen=True, slots=True)
class Appearance:
    """What the screen does without. `colour` off keeps bold, underline and reverse, as https://no-color.org asks."""

    ascii: bool = False
    colour: bool = True
    motion: bool = True

    @classmethod
    def of(cls, environment: Mapping[str, str], *, ascii_only: bool, reduced_motion: bool) -> Appearance:
        """Return what the settings and `NO_COLOR` ask for."""
        return cls(ascii_only, not environment.get("NO_COLOR"), not reduced_motion)

    def filters(self, variables: Callable[[], Mapping[str, str]]) -> list[LineFilter]:
        """Return what is done to each line; `variables` gives those of the theme in force."""
        found: list[LineFilter] = [] if self.colour else [NoColour(lambda: variables()[QUIET_CURSOR])]
        return [*found, AsciiOnly()] if self.ascii else found


class AsciiOnly(LineFilter):
    """Puts an ASCII stand-in of the same width in the place of every other character."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments in ASCII."""
        return [
            segment if segment.text.isascii() else Segment(in_ascii(segment.text), segment.style, segment.control)
            for segment in segments
        ]


class NoColour(LineFilter):
    """Takes all colours away. A ground that differs from its surroundings becomes reverse, or underline where it is quiet."""

    def __init__(self, quiet: Callable[[], str]) -> None:
        """`quiet` gives the theme's ground of a cursor without focus."""
        super().__init__()
        self._quiet = quiet

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments without colours."""
        ground, quiet = background.rich_color, Color.parse(self._quiet()).rich_color
        return [
            Segment(text, style and _without_colour(style, ground, quiet), control) for text, style, control in segments
        ]


@lru_cache(4096)
def in_ascii(text: str) -> str:
    """Return `text` in ASCII, as wide as before: letters lose their accents, what has no stand-in becomes `?`."""
    return set_cell_size("".join(map(_stand_in, text)), cell_len(text))


@lru_cache(4096)
def _stand_in(character: str) -> str:
    if character.isascii():
        return character
    if found := _STAND_INS.get(character):
        return found
    if "\u2500" <= character <= "\u257f":
        return "-" if character in _HORIZONTAL else "|" if character in _VERTICAL else "+"
    if "\u2580" <= character <= "\u259f":
        return "|" if "\u2589" <= character <= "\u258f" else "#"
    width = get_character_cell_size(character)
    letter = unicodedata.normalize("NFKD", character)[0]
    return letter if width == 1 and letter.isascii() and letter.isprintable() else "?" * width


@lru_cache(4096)
def _without_colour(style: Style, ground: Ink, quiet: Ink) -> Style:
    differs = style.bgcolor is not None and style.bgcolor.triplet != ground.triplet
    is_quiet = differs and style.bgcolor is not None and style.bgcolor.triplet == quiet.triplet
    return Style(
        bold=style.bold,
        italic=style.italic,
        underline=style.underline or is_quiet or None,
        strike=style.strike,
        reverse=(differs and not is_quiet) != bool(style.reverse),
    )
