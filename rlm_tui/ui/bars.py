"""Bars of time: what a call did, drawn over columns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from textual.content import Content

from rlm_tui.records.timeline import Doing, Stretch
from rlm_tui.ui import figures
from rlm_tui.ui.blocks import ACCENT, MUTED

GLYPHS: Mapping[Doing, str] = {"waiting": "⋅", "model": "━", "cell": "═", "calls": "─"}
STYLES: Mapping[Doing, str] = {"waiting": MUTED, "model": ACCENT, "cell": "$text-warning", "calls": MUTED}
WORDS: Mapping[Doing, str] = {
    "model": "model",
    "cell": "cell",
    "calls": "waits for its calls",
    "waiting": "waits for a slot",
}

_STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 43200, 86400)
"""Seconds between two times that are written over a bar."""
_APART = 9
"""Columns between them at least."""


def bar(parts: Sequence[Stretch], start: float, end: float, width: int) -> Content:
    """Draw `parts` in `width` columns that stand for the time from `start` to `end`; what is short has one column."""
    scale = (end - start) / width if end > start else 0.0
    columns: list[dict[Doing, float]] = [defaultdict(float) for _ in range(width)]
    for part in parts:
        if not scale:
            columns[0][part.doing] += 1.0
            continue
        first = min(width - 1, max(0, int((part.start - start) / scale)))
        last = min(width - 1, max(first, int((part.end - start) / scale)))
        for column in range(first, last + 1):
            left, right = start + column * scale, start + (column + 1) * scale
            columns[column][part.doing] += max(1e-9, min(right, part.end) - max(left, part.start))
    pieces: list[tuple[str, str]] = []
    for times in columns:
        doing = max(times, key=times.__getitem__, default=None)
        glyph, style = (GLYPHS[doing], STYLES[doing]) if doing is not None else (" ", "")
        if pieces and pieces[-1][1] == style:
            pieces[-1] = (pieces[-1][0] + glyph, style)
        else:
            pieces.append((glyph, style))
    return Content.assemble(*pieces)


def axis(start: float, end: float, width: int) -> Content:
    """Return the times over a bar: at round steps, none over another."""
    if end <= start:
        return Content()
    each = next((step for step in _STEPS if step * width / (end - start) >= _APART), _STEPS[-1])
    line = ""
    number = -(-start // each)
    while (at := number * each) <= end:
        column = int((at - start) / (end - start) * width)
        label = f"╷{figures.clock(at) if at >= 60 else f'{round(at, 1):g}s'}"
        if column >= len(line) and column + len(label) <= width:
            line += " " * (column - len(line)) + label
        number += 1
    return Content.styled(line, MUTED)


def legend(seconds: Mapping[Doing, float]) -> Content:
    """Name what a bar shows, and how long each took: `━ model 1.2s  ─ waits for its calls 8s`."""
    parts = [
        Content.assemble((GLYPHS[doing], STYLES[doing]), (f" {word} {figures.seconds(seconds[doing])}", MUTED))
        for doing, word in WORDS.items()
        if doing in seconds
    ]
    return Content("   ").join(parts)
