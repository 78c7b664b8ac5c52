"""What is local to functions without a name: a test file is full of callbacks whose helpers and variables have the same names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tree_sitter import Node

from rlm_tui.repository.facts import BlockFact, SymbolFact

_BLOCK, _SYMBOL, _BINDING = range(3)


def blocks(
    nodes: Iterable[Node], symbols: Sequence[SymbolFact], bindings: Iterable[tuple[int, int]]
) -> tuple[BlockFact, ...]:
    """Return the functions that are no symbol and have something local; `bindings` are pairs of position and index."""
    ends = {symbol.end_byte for symbol in symbols}
    unnamed = [
        (n.start_byte, n.end_byte, n.start_point[0] + 1, n.end_point[0] + 1) for n in nodes if n.end_byte not in ends
    ]
    unnamed.sort()
    if not unnamed:
        return ()
    marks = [(start, -end, _BLOCK, place) for place, (start, end, _, _) in enumerate(unnamed)]
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
    return tuple(
        BlockFact(unnamed[place][2], unnamed[place][3], scope, tuple(inner[_SYMBOL]), tuple(inner[_BINDING]))
        for place, (inner, scope) in sorted(held.items())
        if inner[_SYMBOL] or inner[_BINDING]
    )
