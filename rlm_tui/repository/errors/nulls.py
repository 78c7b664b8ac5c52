"""Where a value comes from that was null at a line: what was assigned to it, who returns nothing, who hands nothing in.

Rules within a function, over its syntax tree, and a step or two along the edges: to functions that are called, and to the calls
of the function itself. What they find are candidates with reasons, no proofs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tree_sitter import Node

from rlm_tui.repository.errors.taken_apart import (
    CALLS,
    Given,
    assignments,
    bare,
    called_name,
    calls_at,
    falls_through,
    fields,
    gives,
    import_of,
    is_nothing,
    line_of,
    parameter_of,
    returns_of,
    root_above,
    short,
    taken_apart,
    text_of,
)
from rlm_tui.repository.files.walk import plain
from rlm_tui.repository.indexer import indexer_of
from rlm_tui.repository.opened import Opened
from rlm_tui.repository.parsing.grammar import tree_of
from rlm_tui.repository.parsing.occurrences import enclosing_function
from rlm_tui.repository.patches.below import Below
from rlm_tui.repository.symbols import Hit, Symbol, Tier

_MAYBE = re.compile(
    r"(?:^|\.)(?:get\w*|match|search|fullmatch|find\w*|next|pop|querySelector|exec|shift|group|poll|peek|parent\w*|lookup\w*)$"
)
"""Calls of what is not in the repository that often give nothing."""
_SURE = re.compile(
    r"(?:[A-Z]\w*|str|int|len|list|dict|set|tuple|float|bool|repr|sorted|map|filter|zip|range|open|type|super|now|of|new|make|"
    r"append|concat|join|split|strip|trim|format|copy|keys|values|items|to[A-Z]\w*|as[A-Z]\w*|is[A-Z]\w*|require)$"
)
"""Calls that give something, whatever they are of."""
_MOST_CALLERS, _MOST_FIELDS, _MOST_BEFORE = 40, 12, 6
_DEEP = 2
_TWO_WAYS = ("conditional_expression", "ternary_expression", "boolean_operator")


@dataclass(frozen=True, slots=True)
class _Source:
    """A place that a null value may come from, and why."""

    path: str
    line: int
    why: str
    weight: float


class Nulls:
    """Follows null values in one repository. Blocks. `refresh` brings the index up to date with a file."""

    def __init__(self, opened: Opened, refresh: Callable[[Sequence[str]], None]) -> None:
        self._below = Below(opened.root)
        self._store = opened.store
        self._graph = opened.graph
        self._refresh = refresh

    def sources(self, path: str, line: int, message: str = "", limit: int = 8) -> list[Hit]:
        """Return where the value that was null at a line may come from, likeliest first; the texts of the hits say why."""
        root = self._tree(path)
        found: dict[tuple[str, int], _Source] = {}
        for node in taken_apart(root, line, message) if root is not None else ():
            for source in self._of(path, node, node, 1.0, 0):
                key = (source.path, source.line)
                if key not in found or found[key].weight < source.weight:
                    found[key] = source
        ranked = sorted(found.values(), key=lambda one: -one.weight)[:limit]
        return [Hit(one.path, one.line, one.why, self._around(one.path, one.line)) for one in ranked]

    def _tree(self, path: str) -> Node | None:
        indexer = indexer_of(path)
        if indexer is None or indexer.syntax is None:
            return None
        self._refresh([path])
        content = None if self._store.secrets.closed(path) else self._below.read(path)
        return tree_of(*indexer.syntax(path, plain(content.data))).root_node if content else None

    def _around(self, path: str, line: int) -> str:
        around = [symbol for symbol in self._store.symbols_in(path) if symbol.start <= line <= symbol.end]
        return around[-1].qualified if around else ""

    def _of(self, path: str, value: Node, at: Node, weight: float, deep: int) -> Iterator[_Source]:
        """Yield where the value of an expression, as it is at a node, may come from."""
        value = bare(value)
        text = text_of(value)
        if is_nothing(value):
            yield _Source(path, line_of(value), f"`{text}` stands here", weight)
        elif deep > _DEEP:
            return
        elif value.type in CALLS:
            yield from self._called(path, value, weight, deep)
        elif value.type in _TWO_WAYS:
            for part in value.named_children:
                if is_nothing(part):
                    yield _Source(path, line_of(part), f"it is `{text_of(part)}` in one case", weight)
        elif re.fullmatch(r"[\w$.]+", text.replace("->", ".")):
            yield from self._named(path, text, at, weight, deep)

    def _named(self, path: str, name: str, at: Node, weight: float, deep: int) -> Iterator[_Source]:
        function = enclosing_function(at)
        scope = function if function is not None else root_above(at)
        last = name.rpartition(".")[2]
        given = [one for one in assignments(scope) if one[0].end_byte <= at.start_byte and gives(one[1], name)]
        if given:
            yield from self._assigned(path, name, given, weight * 0.9, deep)
        elif "." not in name and function is not None and (parameter := parameter_of(function, name)) is not None:
            yield from self._handed_in(path, name, *parameter, function, weight)
        elif "." not in name and (imported := import_of(root_above(at), name)) is not None:
            why = f"`{name}` is imported here, and not there yet where files import each other"
            yield _Source(path, line_of(imported), why, weight * 0.5)
        else:
            yield from self._field(path, last, at, weight * 0.8, deep)

    def _assigned(self, path: str, name: str, given: Sequence[Given], weight: float, deep: int) -> Iterator[_Source]:
        for rank, (node, left, value) in enumerate(reversed(given[-_MOST_BEFORE:])):
            less = weight * (1 - 0.1 * rank)
            if value is None or is_nothing(bare(value)):
                yield _Source(path, line_of(node), f"`{name}` is set to nothing here", less)
            elif text_of(left) != name:
                yield _Source(path, line_of(node), f"`{name}` is taken out of `{short(value)}` here", less * 0.5)
            else:
                for source in self._of(path, value, node, less, deep + 1):
                    yield _Source(source.path, source.line, f"`{name}`: {source.why}", source.weight)

    def _field(self, path: str, name: str, at: Node, weight: float, deep: int) -> Iterator[_Source]:
        """Yield where a field of this file is set to nothing, or what gives it; a property gives what it returns."""
        for symbol in self._store.symbols_in(path):
            if symbol.name == name and symbol.kind == "method":
                yield from self._returned(symbol, weight, deep)
        for node, _, value in fields(at, name)[:_MOST_FIELDS]:
            if value is None or is_nothing(bare(value)):
                yield _Source(path, line_of(node), f"`{name}` is set to nothing here", weight)
            elif deep < _DEEP:
                for source in self._of(path, value, node, weight * 0.6, deep + 1):
                    yield _Source(source.path, source.line, f"`{name}`: {source.why}", source.weight)

    def _handed_in(
        self, path: str, name: str, place: int, parameter: Node, function: Node, weight: float
    ) -> Iterator[_Source]:
        """Yield what a parameter may be given: its default, and nothing by the callers."""
        default = parameter.child_by_field_name("value")
        if default is not None and is_nothing(default):
            why = f"`{name}` is `{text_of(default)}` where no caller gives it"
            yield _Source(path, line_of(parameter), why, weight * 0.8)
        elif parameter.type == "optional_parameter" and default is None:
            yield _Source(path, line_of(parameter), f"`{name}` is undefined where no caller gives it", weight * 0.8)
        symbol = self._at(path, function)
        edges = self._graph.callers(symbol) if symbol is not None else []
        place -= symbol is not None and symbol.kind == "method" and symbol.language == "python"
        for edge in [edge for edge in edges if edge.tier != Tier.GUESS][:_MOST_CALLERS]:
            root = self._tree(edge.path)
            called = (edge.target.name, edge.target.parent.rpartition(".")[2])
            for call in calls_at(root, edge.line, called) if root is not None else ():
                value = _argument(call, place, name)
                if value is not None and is_nothing(value):
                    why = f"gives `{text_of(value)}` as `{name}` of {edge.target.name}"
                    yield _Source(edge.path, edge.line, why, weight * 0.9)
                elif value is not None and value.type in CALLS:
                    for source in self._called(edge.path, value, weight * 0.6, _DEEP):
                        yield _Source(source.path, source.line, f"`{name}`: {source.why}", source.weight)

    def _at(self, path: str, function: Node) -> Symbol | None:
        """Return the definition that a function's node is."""
        inside = [symbol for symbol in self._store.symbols_in(path) if symbol.kind in ("function", "method")]
        near = [s for s in inside if s.start_byte <= function.start_byte and abs(s.end_byte - function.end_byte) < 4]
        return near[-1] if near else None

    def _called(self, path: str, call: Node, weight: float, deep: int) -> Iterator[_Source]:
        """Yield where a function that is called returns nothing."""
        name = called_name(call)
        targets = {
            edge.target: None
            for edge in self._graph.calls_in(path)
            if edge.target.name == name and edge.tier != Tier.GUESS
            if line_of(call) <= edge.line <= call.end_point[0] + 1
        }
        for target in targets:
            yield from self._returned(target, weight, deep)
        if not targets and (_MAYBE.search(name) or (deep <= 1 and not _SURE.match(name))):
            why = f"`{short(call)}` comes from outside of this repository, and may give nothing"
            yield _Source(path, line_of(call), why, weight * (0.75 if _MAYBE.search(name) else 0.5))

    def _returned(self, symbol: Symbol, weight: float, deep: int) -> Iterator[_Source]:
        root = self._tree(symbol.path)
        node = root.descendant_for_byte_range(symbol.start_byte, symbol.end_byte - 1) if root is not None else None
        if node is None or symbol.kind not in ("function", "method"):
            return
        returns = list(returns_of(node))
        for one in returns:
            value = one.named_children[0] if one.named_children else None
            if value is None or is_nothing(bare(value)):
                what = text_of(value) if value is not None else "nothing"
                yield _Source(symbol.path, line_of(one), f"{symbol.qualified} returns `{what}` here", weight * 0.85)
            elif deep < _DEEP:
                for source in self._of(symbol.path, value, one, weight * 0.8, deep + 1):
                    why = f"{symbol.qualified} returns it: {source.why}"
                    yield _Source(source.path, source.line, why, source.weight)
        if symbol.language == "python" and any(one.named_children for one in returns) and falls_through(node):
            why = f"{symbol.qualified} ends without a return in some case"
            yield _Source(symbol.path, symbol.start, why, weight * 0.7)


def _argument(call: Node, place: int, name: str) -> Node | None:
    """Return what a call gives a parameter, by its name or its place; None where it gives nothing."""
    arguments = call.child_by_field_name("arguments")
    values = arguments.named_children if arguments is not None else []
    for value in values:
        if value.type == "keyword_argument" and text_of(value.child_by_field_name("name")) == name:
            return value.child_by_field_name("value")
    plainly = [value for value in values if value.type not in ("keyword_argument", "comment")]
    return plainly[place] if 0 <= place < len(plainly) else None
