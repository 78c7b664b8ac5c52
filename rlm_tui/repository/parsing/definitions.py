"""The definitions of one file: named, nested, and with the types that their heads and documentation tell."""

from __future__ import annotations

from collections import Counter

from tree_sitter import Node

from rlm_tui.repository.parsing.facts import BindingFact, SymbolFact
from rlm_tui.repository.parsing.grammar import Bound, Grammar
from rlm_tui.repository.parsing.heads import Head, decode, decorators, doc, leading, signature

CONTAINERS = frozenset({"class", "interface", "struct", "enum", "trait"})
"""The kinds of symbol that have members."""

BLOCK = "<impl>"
"""The name under which a method's types say to which block of its type it belongs: `Wide<V, 2>`."""

UNNAMED = "$"
"""What the name of a class without one ends with, after that of its base; a number within its scope follows."""

_MAX_NAME = 200
_VAGUE = {"variable": 0, "type": 1, "module": 2, "class": 3}  # kinds that give way to a surer one for the same node

_Definition = tuple[int, int, str, Node, int]
_Outline = tuple[list[int], list[int]]


def definitions_of(grammar: Grammar, captures: dict[str, list[Node]], text: str) -> list[_Definition]:
    """Return start, negative end, kind, node and first line of the definitions, outer ones first."""
    outer: dict[tuple[int, int], Node] = {}
    for node in captures.get("outer", ()):
        inner = node.named_child(node.named_child_count - 1)
        if inner is not None:
            outer[inner.start_byte, inner.end_byte] = node
    found: dict[tuple[int, int], _Definition] = {}
    for capture, nodes in captures.items():
        if not capture.startswith("def.") and capture != "scope":
            continue
        kind = capture.removeprefix("def.")
        for node in nodes:
            end = node.end_byte
            whole = outer.get((node.start_byte, end), node) if outer else node
            start = whole.start_byte
            if (start, end) not in found or _VAGUE.get(found[start, end][2], 4) < _VAGUE.get(kind, 4):
                found[start, end] = (start, -end, kind, node, whole.start_point[0] + 1)
    return sorted(found.values(), key=lambda definition: definition[:2])


def symbols_of(
    grammar: Grammar, definitions: list[_Definition], text: str, test: bool
) -> tuple[list[SymbolFact], _Outline, list[BindingFact]]:
    """Name the definitions, nest them, and return them with the places where the innermost one changes."""
    symbols: list[SymbolFact] = []
    types: list[BindingFact] = []
    around: list[
        tuple[int, str, str, int, bool, int]
    ] = []  # end, qualified name, kind, index of the symbol, is a test, start
    edges: list[tuple[int, int]] = [(-1, -1)]
    named = [(*grammar.name_of(definition[3], text), definition) for definition in definitions]
    named = [
        (decode(name)[:_MAX_NAME], decode(owner)[:_MAX_NAME], rest)
        for name, owner, rest in named
        if name and name != "_"
    ]
    defined = [name if rest[2] in CONTAINERS else "" for name, _, rest in named if rest[2] != "scope"]
    owners = {name: index for index, name in reversed(list(enumerate(defined))) if name}
    unnamed: Counter[str] = Counter()
    bounds: list[
        tuple[int, list[Bound]]
    ] = []  # what the heads of scopes say of type parameters, with the ends of these
    for name, owner, (start, negative_end, kind, node, line) in named:
        end = -negative_end
        while around and around[-1][0] <= start:
            closed = around.pop()[0]
            edges.append((closed, around[-1][3] if around else -1))
        _, prefix, outer_kind, scope, within_test, outer_start = around[-1] if around else (0, "", "", -1, False, 0)
        if owner:
            prefix = f"{prefix}.{owner}" if outer_kind == "module" else owner
            outer_kind, scope, outer_start = "class", owners.get(owner, -1), -1
        if name.endswith(UNNAMED) and kind == "class":
            unnamed[f"{prefix}.{name}"] += 1
            name = f"{name}{unnamed[f'{prefix}.{name}']}"
        qualified = f"{prefix}.{name}" if prefix else name
        if kind == "scope":
            around.append((end, qualified, "class", owners.get(name, -1), within_test, start))
            head = text[start : text.find("{", start, end)]
            bounds.append((end, [bound for bound in grammar.parameters(head) if bound[0].startswith("<")]))
            edges.append((start, owners.get(name, -1)))
            continue
        if kind == "function" and outer_kind in CONTAINERS:
            kind = "method"
        elif kind == "variable" and name.isupper():
            kind = "constant"
        written, whole, body = signature(node, text)
        before = text[max(0, start - 80) : start] if not test else ""
        is_test = test or within_test or grammar.marks_test(name, before)
        index = len(symbols)
        above = leading(text, start, grammar.skipped)
        marks = decorators(grammar.decorator, text[above : node.start_byte], written, name) if grammar.decorator else ()
        seen = grammar.visibility(Head(name, kind, written, outer_kind, outer_start, start, text))
        said = doc(grammar.comments, text, above, body, node.end_byte)
        symbols.append(
            SymbolFact(
                name, qualified, kind, line, node.end_point[0] + 1, start, end, written,
                said, scope, is_test, marks, seen,
            )
        )  # fmt: skip
        types.extend(BindingFact(bound, type_text(declared), index) for bound, declared in grammar.parameters(whole))
        types.extend(
            BindingFact(bound, type_text(declared), index) for bound, declared in grammar.documented(said, name)
        )
        if bounds:
            bounds = [(until, given) for until, given in bounds if until > start]
            types.extend(
                BindingFact(bound, type_text(declared), index) for _, given in bounds for bound, declared in given
            )
        around.append((end, qualified, kind, index, is_test, start))
        edges.append((start, index))
    while around:
        closed = around.pop()[0]
        edges.append((closed, around[-1][3] if around else -1))
    return symbols, ([position for position, _ in edges], [scope for _, scope in edges]), types


def type_text(written: str) -> str:
    """Return a type as it is kept: decoded, in one line, not too long."""
    return decode(" ".join(written.split()) if " " in written or "\n" in written else written)[:120]
