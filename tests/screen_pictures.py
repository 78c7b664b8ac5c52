"""A screen as text that people can read in a diff: its characters, and its colours in several themes at once.

# 80 x 24 · ink · paper
the lines of the screen
# colours
a9 b3 a68           each line as runs of cells; a line like the one above it is `=`
# legend
a  #d5d8de on #14161a   #24272d on #fbfaf7
"""

from __future__ import annotations

from itertools import groupby

from rich.style import Style
from screen_cells import strips
from textual.app import App
from textual.pilot import Pilot

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!$%&*+-./:;<>?@^_~"


async def picture(app: App[int], pilot: Pilot[int], themes: tuple[str, ...]) -> str:
    """Return the picture of the screen as it is now, in these themes."""
    shown: list[str] = []
    cells: list[list[tuple[str, ...]]] = []
    for number, theme in enumerate(themes):
        app.theme = theme
        await pilot.pause()
        await pilot.pause()
        for y, strip in enumerate(strips(app)):
            if not number:
                shown.append(strip.text.rstrip())
                cells.append([() for _ in range(strip.cell_length)])
            named = [_named(segment.style or Style()) for segment in strip for _ in range(segment.cell_length)]
            cells[y] = [(*others, name) for others, name in zip(cells[y], named, strict=True)]
    legend: dict[tuple[str, ...], str] = {}
    rows = [
        " ".join(
            f"{legend.setdefault(kind, LETTERS[len(legend) % len(LETTERS)])}{len(list(run))}"
            for kind, run in groupby(row)
        )
        for row in cells
    ]
    rows = ["=" if number and row == rows[number - 1] else row for number, row in enumerate(rows)]
    width = max(len(name) for kind in legend for name in kind)
    told = [f"{letter}  " + "  ".join(f"{name:<{width}}" for name in kind).rstrip() for kind, letter in legend.items()]
    size = f"# {app.size.width} x {app.size.height} · {' · '.join(themes)}"
    return "\n".join([size, *shown, "# colours", *rows, "# legend", *told, ""])


def _named(style: Style) -> str:
    """Return a style in a word or two: what is seen of it."""
    marks = [name for name in ("bold", "italic", "underline", "strike", "reverse", "dim") if getattr(style, name)]
    colour = style.color.name if style.color else "-"
    ground = style.bgcolor.name if style.bgcolor else "-"
    return " ".join([f"{colour} on {ground}", *marks])
