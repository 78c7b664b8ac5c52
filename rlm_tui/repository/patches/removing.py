"""Removes dead code: definitions that nothing uses and nothing outside could reach, where they can be cut out whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from rlm_tui.repository.analyses.unused import PRIVATE
from rlm_tui.repository.files.walk import plain
from rlm_tui.repository.indexer import Indexer, indexer_of
from rlm_tui.repository.parsing.grammar import tree_of
from rlm_tui.repository.patches.below import Below
from rlm_tui.repository.patches.patches import FilePatch, Patch, PatchError
from rlm_tui.repository.patches.patching import Replacement, TextLines, hunks_of, replaced, written
from rlm_tui.repository.symbols import Remark, Symbol

_KINDS = frozenset({"function", "method", "class", "struct", "interface", "enum", "trait"})
_COMMENTS = ("#", "//", "/*", "*", "--", "///")
_TESTED = "only tests use it"


@dataclass(frozen=True, slots=True)
class Removal:
    """A patch that cuts out the definitions `removed`; `left` are unused ones that stay, and what is said of each tells why."""

    patch: str
    removed: tuple[Remark, ...]
    left: tuple[Remark, ...]


def removal(below: Below, unused: Sequence[Remark]) -> Removal:
    """Return how those of the `unused` definitions are cut out that nothing outside can reach."""
    by_file: dict[str, list[Remark]] = defaultdict(list)
    left: list[Remark] = []
    for remark in unused:
        if remark.value != PRIVATE:
            left.append(remark)
        elif _TESTED in remark.text:
            left.append(_stays(remark, "its tests would have to go, too"))
        elif remark.symbol.kind not in _KINDS:
            left.append(_stays(remark, f"a {remark.symbol.kind} may be one of several in its statement"))
        else:
            by_file[remark.symbol.path].append(remark)
    files: list[FilePatch] = []
    removed: list[Remark] = []
    for path, remarks in sorted(by_file.items()):
        part, gone, stay = _cut_out(below, path, remarks)
        files += [part] if part else []
        removed += gone
        left += stay
    return Removal(written(Patch(tuple(files))), tuple(removed), tuple(left))


def _cut_out(below: Below, path: str, remarks: Sequence[Remark]) -> tuple[FilePatch | None, list[Remark], list[Remark]]:
    content, indexer = below.read(path), indexer_of(path)
    if content is None or indexer is None:
        return None, [], [_stays(remark, "its file is gone") for remark in remarks]
    try:
        text = TextLines(path, content.data)
    except PatchError as error:
        return None, [], [_stays(remark, str(error)) for remark in remarks]
    faults = _faults(indexer, path, content.data)
    cuts: list[Replacement] = []
    gone: list[Remark] = []
    stay: list[Remark] = []
    for remark in sorted(remarks, key=lambda one: (one.symbol.start, -one.symbol.end)):
        symbol = remark.symbol
        if any(cut.start < symbol.start <= cut.start + cut.removed for cut in cuts):
            gone.append(remark)  # with what it stands in
            continue
        cut = _span(text, symbol)
        if cut is None:
            stay.append(_stays(remark, "other code stands on its lines"))
        elif _faults(indexer, path, replaced(text, [*cuts, cut])) > faults:
            stay.append(_stays(remark, "what is around it would not parse without it"))
        else:
            cuts.append(cut)
            gone.append(remark)
    return (FilePatch(path, path, hunks_of(text, cuts)) if cuts else None), gone, stay


def _span(text: TextLines, symbol: Symbol) -> Replacement | None:
    """Return the lines of a definition with the comment above it and blank lines that would stand twice; None if shared."""
    first, last = symbol.start - 1, symbol.end - 1
    if last >= len(text.shown):
        return None
    offset = sum(len(raw) + len(end) for raw, end in zip(text.raw[:first], text.line_ends[:first], strict=True))
    if text.raw[first][: max(0, symbol.start_byte - offset)].strip() not in (b"", b"export", b"export default", b"pub"):
        return None
    until = sum(len(raw) + len(end) for raw, end in zip(text.raw[:last], text.line_ends[:last], strict=True))
    if text.raw[last][symbol.end_byte - until :].strip() not in (b"", b";", b","):
        return None
    while first > 0 and text.shown[first - 1].lstrip().startswith(_COMMENTS):
        first -= 1
    after = last + 1
    while after < len(text.shown) and not text.shown[after].strip():
        after += 1
    if after == len(text.shown):  # the last of the file: the blank lines before it go
        after = last + 1
        while first > 0 and not text.shown[first - 1].strip():
            first -= 1
        after = len(text.shown)
    return Replacement(first, after - first, ())


def _faults(indexer: Indexer, path: str, content: bytes) -> int:
    if indexer.syntax is None:
        return 0
    waiting = [tree_of(*indexer.syntax(path, plain(content))).root_node]
    count = 0
    while waiting:
        node = waiting.pop()
        count += node.is_error or node.is_missing
        waiting.extend(node.children if node.has_error else ())
    return count


def _stays(remark: Remark, why: str) -> Remark:
    return Remark(remark.symbol, remark.value, f"{remark.text}; left: {why}")
