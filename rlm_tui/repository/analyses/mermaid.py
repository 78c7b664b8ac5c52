"""Writes diagrams in Mermaid's language: nodes have ids of our own, names are escaped, and the size is bounded."""

from __future__ import annotations

from collections.abc import Sequence

from rlm_tui.repository.analyses.architecture import Architecture

MOST_NODES, MOST_ARROWS = 30, 60
"""What can still be read as a picture."""
_LONGEST = 60
_ESCAPED = {"#": "#35;", '"': "#quot;", "<": "#lt;", ">": "#gt;", "&": "#amp;", "`": "#96;", "\\": "#92;"}


def label(text: str) -> str:
    """Return any text as a label: quoted, on one line, with nothing in it that Mermaid acts on."""
    flat = " ".join(text.split())
    flat = flat if len(flat) <= _LONGEST else f"…{flat[1 - _LONGEST :]}"
    return '"' + "".join(_ESCAPED.get(character, character) for character in flat) + '"'


def layered(found: Architecture) -> str:
    """Return the layers of an architecture as a flowchart, the highest on top; arrows against them are dotted."""
    weight = {unit.path: 0 for unit in found.units}
    for (user, used), count in found.arrows.items():
        weight[user] += count
        weight[used] += count
    shown = sorted(weight, key=lambda path: (-weight[path], path))[:MOST_NODES]
    ids = {path: f"m{number}" for number, path in enumerate(shown)}
    rows = ["flowchart TD"]
    for level in range(len(found.layers) - 1, -1, -1):
        members = [path for path in found.layers[level] if path in ids]
        if members:
            rows += [f"  subgraph layer{level}[{label(f'layer {level}')}]"]
            rows += [f"    {ids[path]}[{label(path)}]" for path in members]
            rows += ["  end"]
    rows += _arrows(found, ids)
    return "\n".join(rows)


def _arrows(found: Architecture, ids: dict[str, str]) -> list[str]:
    against = set(found.against)
    pairs = sorted(
        (pair for pair in found.arrows if pair[0] in ids and pair[1] in ids),
        key=lambda pair: (pair not in against, -found.arrows[pair], pair),
    )
    kept: Sequence[tuple[str, str]] = pairs[:MOST_ARROWS]
    return [
        f"  {ids[user]} {'-.->' if (user, used) in against else '-->'}|{found.arrows[user, used]}| {ids[used]}"
        for user, used in kept
    ]
