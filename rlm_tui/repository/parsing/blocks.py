"""What is local to functions without a name: a test file is full of callbacks whose helpers and variables have the same names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from tree_sitter import Node

from rlm_tui.repository.parsing.definitions import type_text
from rlm_tui.repository.parsing.facts import BindingFact, BlockFact, SymbolFact
from rlm_tui.repository.parsing.grammar import UNKNOWN, Local
from rlm_tui.repository.parsing.heads import decode

_WORD = re.compile(r"[\w$]+")
_PARAMETER = re.compile(r"(?:\w+\s+)*[.*]*([\w$]+)")
_LONGEST = 120
_EACH = re.compile(r"([\w$.]+)\.(?:map|forEach|filter|find|findLast|some|every|flatMap)\($")
_FIRST = re.compile(r"\(?\s*([\w$]+)\s*(?:[,)]|$)")
_UNPACKED = re.compile(r"(?<![\w$])([\w$]++)\s*+(?=[,}\]=])")
_BLOCK, _SYMBOL, _BINDING = range(3)


def parameters(listed: str) -> list[str]:
    """Return the names of parameters, as written in their brackets or without; what stands after a colon is a type."""
    found: list[str] = []
    depth, start = 0, 1 if listed[:1] == "(" else 0
    for index, character in enumerate(listed[start:] + ",", start):
        if character in "([{<":
            depth += 1
        elif character in ")]}" or (character == ">" and listed[index - 1] != "="):
            depth -= 1
        if depth < 0 or (character == "," and depth == 0):
            one = listed[start:index].strip()
            if one[:1] in {"{", "["}:
                found += _UNPACKED.findall(one[: one.rfind("]" if one[0] == "[" else "}") + 1])
            elif match := _PARAMETER.match(one):
                found.append(match.group(1))
            start = index + 1
            if depth < 0:
                break
    return found


def blocks(
    nodes: Iterable[Node],
    text: str,
    symbols: Sequence[SymbolFact],
    bindings: Iterable[tuple[int, int]],
    known: set[str],
) -> tuple[BlockFact, ...]:
    """Return the functions that are no symbol and have something local; `bindings` are pairs of position and index.

    `known` are the names of this file that a parameter can hide.
    """
    ends = {symbol.end_byte for symbol in symbols}
    unnamed = sorted(
        (n.start_byte, n.end_byte, n.start_point[0] + 1, n.end_point[0] + 1, _hidden(n, text, known))
        for n in nodes
        if n.end_byte not in ends
    )
    if not unnamed:
        return ()
    marks = [(one[0], -one[1], _BLOCK, place) for place, one in enumerate(unnamed)]
    marks += [(s.start_byte, -s.end_byte, _SYMBOL, index) for index, s in enumerate(symbols)]
    marks += [(position, 0, _BINDING, index) for position, index in bindings]
    marks.sort()
    held: dict[int, tuple[dict[int, list[int]], int]] = {}
    around: list[tuple[int, int, int]] = []  # end, the symbol around, the block or -1
    for start, negative_end, what, index in marks:
        while around and around[-1][0] <= start:
            around.pop()
        _, scope, block = around[-1] if around else (0, -1, -1)
        if what == _BLOCK:
            held[index] = ({_SYMBOL: [], _BINDING: []}, scope)
            around.append((-negative_end, scope, index))
        else:
            if block >= 0:
                held[block][0][what].append(index)
            if what == _SYMBOL:
                around.append((-negative_end, index, -1))
    found = (
        BlockFact(*unnamed[place][2:4], scope, tuple(inner[_SYMBOL]), tuple(inner[_BINDING]), unnamed[place][4])
        for place, (inner, scope) in sorted(held.items())
    )
    return tuple(block for block in found if block.symbols or block.bindings or block.hidden)


def anew(
    declared: Sequence[tuple[int, Local]], bindings: list[BindingFact], symbols: Sequence[SymbolFact]
) -> list[BlockFact]:
    """Add the variables of functions to `bindings`; return where those count whose name means several things in one scope."""
    times = Counter((scope, one.name) for scope, one in declared)
    times.update({(one.scope, one.name) for one in bindings})
    found: list[BlockFact] = []
    for scope, one in declared:
        several = times[scope, decode(one.name)] > 1 and scope >= 0 and symbols[scope].kind in ("function", "method")
        if several:
            found.append(BlockFact(one.start, one.end, scope, (), (len(bindings),), (decode(one.name),)))
        if several or one.type != UNKNOWN:
            bindings.append(BindingFact(decode(one.name), type_text(one.type), scope))
    return sorted(found)


def elements(nodes: Iterable[Node], text: str) -> Iterable[tuple[int, str, str]]:
    """Return the first parameters of callbacks that get the elements of something: position, name, and what holds them."""
    for node in nodes:
        start = node.start_byte
        if text[start - 1 : start] == "(" and (match := _EACH.search(text, max(0, start - _LONGEST), start)):
            listed = node.child_by_field_name("parameters") or node.child_by_field_name("parameter")
            written = text[listed.start_byte : listed.end_byte] if listed else ""
            if first := _FIRST.match(written):
                yield start, first.group(1), match.group(1)


def _hidden(node: Node, text: str, known: set[str]) -> tuple[str, ...]:
    listed = node.child_by_field_name("parameters") or node.child_by_field_name("parameter")
    written = text[listed.start_byte : listed.end_byte] if listed else ""
    if known.isdisjoint(_WORD.findall(written)):
        return ()
    return tuple(name for name in parameters(written) if name in known)
