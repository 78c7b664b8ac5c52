"""The uses of names in one file: calls, types, base classes and whatever else is named."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from operator import itemgetter

from tree_sitter import Node

from rlm_tui.repository.parsing.definitions import UNNAMED
from rlm_tui.repository.parsing.facts import ImportFact, ReferenceFact, SymbolFact
from rlm_tui.repository.parsing.grammar import Grammar
from rlm_tui.repository.parsing.heads import decode

_MAX_CHAIN = 2_000
_MAX_LOOSE = 120
_ENDS = float(1 << 32)
"""A start plus an end divided by this is one number that sorts by both, exactly: files are far smaller."""
_POSITION = itemgetter(0)
_reference = partial(tuple.__new__, ReferenceFact)  # a third of the price of ReferenceFact(...), paid a million times
_CHAIN = re.compile(r"(?:[A-Za-z_]\w*\s*(?:\.|::)\s*)+$")


def known_names(symbols: list[SymbolFact], imports: list[ImportFact]) -> frozenset[str] | None:
    """Return the names that a bare use can mean in this file; None when an import may bring any."""
    if any(not i.names and not i.alias for i in imports):
        return None
    brought = {alias for i in imports for _, alias in i.names}
    return frozenset(brought.union([s.name for s in symbols], [i.alias.partition(".")[0] for i in imports]))


def references_of(
    grammar: Grammar,
    captures: dict[str, list[Node]],
    text: str,
    bounds: list[int],
    scopes: list[int],
    symbols: list[SymbolFact],
    known: frozenset[str] | None,
) -> tuple[ReferenceFact, ...]:
    """Return the uses in order; of equal uses and types within one definition only the first."""
    hidden = {(scopes[bisect_right(bounds, n.start_byte) - 1], _text(n, text)) for n in captures.get("local", ())}
    builtin, split, read = grammar.builtin, grammar.split, grammar.arguments
    seen: set[tuple[str, str, int, str]] = set()
    references: list[tuple[str, int, str, str, int, str]] = []
    ends: set[int] = set()
    place, places = 0, len(bounds)
    for _, start, end, kind, node in sorted(_uses(captures, text), key=_POSITION):
        while place < places and bounds[place] <= start:
            place += 1
        scope = scopes[place - 1]
        once = kind == "type" or kind == "use"
        if once and end in ends:
            continue  # a call says more of it, or it is the end of a longer one, as `Builder` is of `Message.Builder`
        name, receiver = _member(
            split, text[start:end] if end - start <= _MAX_CHAIN else f"…{text[end - _MAX_CHAIN : end]}"
        )
        if not receiver and (
            not name
            or (name not in known if known is not None and (kind == "use" or name in builtin) else name in builtin)
            or (kind == "word" and (scope, name) in hidden)
        ):
            continue
        if kind != "inherit" and scope >= 0 and UNNAMED in symbols[scope].name and symbols[scope].kind == "class":
            scope = symbols[scope].scope  # what a class without a name is made with stands outside of it
        arguments = ""
        if once:
            key = (name, receiver, scope, kind)
            if key in seen:
                ends.add(end)
                continue
            seen.add(key)
        else:
            kind = kind if kind == "inherit" else "call"
            if read and (kind == "call" or grammar.counts_types):
                arguments = decode(read(node, text))
        line = node.start_point[0] + text.count("\n", node.start_byte, end) + 1
        if once and scope >= 0 and symbols[scope].name == name and symbols[scope].start == line:
            continue  # the name of the definition itself
        ends.add(end)
        references.append((name, line, kind, receiver, scope, arguments))
    return tuple(map(_reference, references))


def _uses(captures: dict[str, list[Node]], text: str) -> Iterator[tuple[float, int, int, str, Node]]:
    """Yield a number to sort by, first byte, end byte and kind of what the captures hold of uses, and what was captured.

    Of two kinds of the same bytes the one that says more comes first.
    """
    for node in captures.get("invoke", ()):
        after = node.child_by_field_name("arguments") or node.child_by_field_name("block")
        start, end = node.start_byte, after.start_byte if after else node.end_byte
        yield start + end / _ENDS, start, end, "call", node
    for node in captures.get("loose", ()):
        start, end = node.start_byte, node.end_byte
        before = text[max(0, start - _MAX_LOOSE) : start]
        chain = _CHAIN.search(before)
        if text[end : end + 1] == "(" and (chain or not before.rstrip().endswith((".", "::"))):
            start -= len(chain.group()) if chain else 0
            yield start + end / _ENDS, start, end, "call", node
    for kind in ("call", "word", "inherit", "type", "use"):
        for node in captures.get(kind, ()):
            start, end = node.start_byte, node.end_byte
            yield start + end / _ENDS, start, end, kind, node


@lru_cache(maxsize=50_000)
def _member(split: Callable[[str], tuple[str, str]], whole: str) -> tuple[str, str]:
    """Return the name and the receiver of a use as written, decoded; the same few are written again and again."""
    if whole.isidentifier():
        return decode(whole), ""
    name, receiver = split(whole)
    return decode(name), decode(receiver)


def _text(node: Node, text: str) -> str:
    return text[node.start_byte : node.end_byte]
