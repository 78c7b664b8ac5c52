"""The mode that draws a map of a repository: its modules, layers, hot spots, entry points, and where to start reading."""

from __future__ import annotations

from collections.abc import Sequence

from rlm_tui.engine.mode import Mode, Prepared
from rlm_tui.repository.repository import Repository

_SPREAD = 3
"""From so many modules on, sub-agents take them."""


def prepare(repository: Repository, words: Sequence[str], handed: str) -> Prepared:
    """Take the folders or modules to map, all of the repository without any."""
    for word in words:
        try:
            repository.narrow([word])
        except LookupError as error:
            raise ValueError(
                f"{word} is no folder or module here (another repository is named with -C): {error}"
            ) from error
    count = len((repository.narrow(words) if words else repository).modules())
    where = ", ".join(words) or "this code base"
    return Prepared(
        f"How is {where} put together?",
        handed,
        tuple(words),
        "rlm" if count >= _SPREAD else "repl",
        f"{count:,} modules: sub-agents may take modules" if count >= _SPREAD else "one agent draws the map",
    )


MAP = Mode(
    name="map",
    title="Map a code base: modules, layers, cycles, hot spots, entry points, where to start reading",
    prompt=(
        "Draw the map that a new developer needs. Begin with `architecture()`, `entry_points()`, `hotspots()` and `cycles()`. "
        "Have each module summarised once, in one batch (a sub-agent for a large one), then say what only the whole shows: which "
        "layer decides, which arrow should not be, where a change is dangerous."
    ),
    answer=(
        "Markdown: what it is in two sentences; the modules, a line each; the layers, and the `mermaid` text of `architecture()` "
        "in a ```mermaid fence; entry points; hot spots; cycles; five files to read first, in order, and why."
    ),
    below="Summarise your module in at most eight lines: what it is for, its main types and functions, what it relies on.",
    tools=("architecture", "entry_points", "hotspots"),
    prepare=prepare,
    usage="[PATH...]",
)
