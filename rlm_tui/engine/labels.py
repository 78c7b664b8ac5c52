"""What sub-calls are called in the tree: short words of their own, by which they can be told apart."""

from __future__ import annotations

from collections.abc import Sequence

_LABEL = 48
PATHS = 160
"""Characters of a label that is of paths: they differ at their ends, and what is shown of one is for the screen to say."""


def label_of(text: str) -> str:
    """Return the first words of `text`, short enough for a row of the tree."""
    line = next((line for line in text.splitlines() if line.strip()), "").strip().lstrip("# ")
    return line if len(line) <= _LABEL else line[: _LABEL - 1].rstrip() + "…"


def labels_of(texts: Sequence[str]) -> list[str]:
    """Return the first words of each text; where they are the same, the first line that differs: one question of many pieces."""
    labels = [label_of(text) for text in texts]
    if len(set(labels)) == len(labels):
        return labels
    low, high = min(texts), max(texts)  # what these two begin with, all do
    same = next((at for at, (one, other) in enumerate(zip(low, high, strict=False)) if one != other), len(low))
    begin = low.rfind("\n", 0, same) + 1
    lines = [text[begin:].lstrip().partition("\n")[0][:PATHS] for text in texts]
    return lines if all(lines) and len(set(lines)) > len(set(labels)) else labels
