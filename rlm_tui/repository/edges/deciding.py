"""Decides of every place where a name stands in a file whether certain definitions are meant there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tree_sitter import Node

from rlm_tui.repository.edges.meanings import Meaning
from rlm_tui.repository.edges.receivers import Receivers
from rlm_tui.repository.edges.resolution import Resolution
from rlm_tui.repository.edges.views import View
from rlm_tui.repository.parsing.definitions import CONTAINERS
from rlm_tui.repository.parsing.facts import ReferenceFact
from rlm_tui.repository.parsing.occurrences import Occurrence, enclosing_function
from rlm_tui.repository.symbols import Tier

Key = tuple[str, str]
"""Path and qualified name of a definition: overloads and twins share them."""


@dataclass(slots=True)
class Found:
    """What was decided in one file: the bytes to change, with what comes there, and what is listed apart."""

    changes: list[tuple[Occurrence, str]] = field(default_factory=list)
    guesses: list[Occurrence] = field(default_factory=list)
    mentions: list[Occurrence] = field(default_factory=list)


class Deciding:
    """Decides what the occurrences of `name`, which is to become `new`, mean in a file."""

    def __init__(self, names: Resolution, receivers: Receivers, keys: set[Key], name: str, new: str) -> None:
        self._names = names
        self._receivers = receivers
        self._keys = keys
        self._name = name
        self._new = new

    def decide(self, view: View, found: Sequence[Occurrence], into: Found) -> None:
        """Sort all occurrences in a file into what is changed, what is a guess, and what only holds the word."""
        heads = _heads(view, found, self._name)
        bound: set[int] = set()
        for one in found:
            if one.place == "name" and one.start not in heads and one.imported is None and one.is_bound:
                around = enclosing_function(one.node)
                bound.update([around.id] if around is not None else [])
        for one in found:
            if one.place != "name":
                kind = "site" if self._is_quoted_name(view, one) else "mention"
            elif one.start in heads:
                symbol = view.symbols[heads[one.start]]
                kind = "site" if (symbol.path, symbol.qualified) in self._keys else "other"
            elif one.imported is not None:
                kind = self._imported(view, one)
            else:
                kind = self._used(view, one, bound)
            if kind == "site":
                shorthand = one.place == "name" and one.is_shorthand
                into.changes.append((one, f"{self._name}: {self._new}" if shorthand else self._new))
            elif kind in ("guess", "mention"):
                (into.guesses if kind == "guess" else into.mentions).append(one)

    def _means(self, meanings: Iterable[Meaning]) -> bool:
        return any(m.symbol is not None and (m.symbol.path, m.symbol.qualified) in self._keys for m in meanings)

    def _imported(self, view: View, one: Occurrence) -> str:
        statement = one.imported
        line = statement.start_point[0] + 1 if statement else one.line
        last = statement.end_point[0] + 1 if statement else one.line
        within = [item for item in view.imports if line <= item.line <= last]
        for item in within:
            for original, alias in item.names:
                if original == self._name and item.module and self._means(self._names.brought(view, alias)):
                    return "site"
                if original == self._name and not item.module and self._means(self._names.bare(view, original, -1)):
                    return "site"
                for meaning in self._names.brought(view, alias) if original != self._name else ():
                    symbol = meaning.symbol
                    if symbol and any(p == symbol.path and symbol.qualified.startswith(f"{q}.") for p, q in self._keys):
                        return "site"  # a class on the way to one within it
        if one.receiver:  # a type that others are brought out of: `use self::Order::*`
            on_the_way = self._names.dotted(view, one.receiver, self._name, -1, one.line)
            if self._means(m for m in on_the_way if m.symbol and m.symbol.kind in CONTAINERS):
                return "site"
        if not within and not one.receiver and self._means(self._names.bare(view, self._name, -1)):
            return "site"
        return "other"

    def _used(self, view: View, one: Occurrence, bound: set[int]) -> str:
        receiver = one.receiver
        if one.is_member and self._required(view, one):
            return "site"
        if not receiver and (one.is_key or one.is_member or one.is_bound):
            return "other"
        scope = scope_at(view, one.start)
        while not receiver and scope >= 0 and view.symbols[scope].kind in ("variable", "constant"):
            scope = view.scopes[scope]  # the members of an object are no names within it
        reference = ReferenceFact(one.written, one.line, "call" if one.is_call else "use", receiver, scope)
        meanings = self._receivers.resolve(view, reference)
        if meanings is None and receiver:
            meanings = self._names.dotted(view, receiver, self._name, scope, one.line) or None
        if meanings is None:
            return "guess"
        if not meanings and not receiver:
            meanings = self._in_class_body(view, one, scope)
        if not self._means(meanings):
            return "other"
        if receiver:
            return "site"
        if literal := one.literal:
            before, _, last = literal.rpartition(".")
            types = self._names.dotted(view, before, last, scope, one.line)
            return "other" if any(m.symbol and m.symbol.kind == "struct" for m in types) else "guess"
        if any(original != self._name for _, original in view.imported.get(self._name, ())):
            return "other"  # it came in under this name, which is the importer's own
        return "guess" if _within(one, bound) else "site"

    def _required(self, view: View, one: Occurrence) -> bool:
        """Tell whether a key takes the definition out of a module, as in `const { send: post } = require("./a")`."""
        return any(
            original == self._name and item.line == one.line and self._means(self._names.brought(view, alias))
            for item in view.imports
            for original, alias in item.names
        )

    def _in_class_body(self, view: View, one: Occurrence, scope: int) -> list[Meaning]:
        """Return what a bare name means among the members of the class whose body, or whose member's head, it stands in."""
        while scope >= 0 and view.symbols[scope].kind not in CONTAINERS:
            node = enclosing_function(one.node)
            if node is not None and node.start_byte >= view.symbols[scope].start_byte and _body_holds(node, one):
                return []
            scope = view.scopes[scope]
        owner = view.symbols[scope] if scope >= 0 else None
        if owner is None or view.scoping.members_bare:
            return []
        return [Meaning(member, (), Tier.SCOPE) for member in self._names.own_members(owner, self._name)]

    def _is_quoted_name(self, view: View, one: Occurrence) -> bool:
        """Tell whether a string names the definition for the language itself: in Python's `__all__`, or as a type."""
        node, deep = one.node.parent, 0
        while node is not None and one.place == "string" and deep < 8:
            if node.type == "type":
                return self._means(self._names.bare(view, self._name, scope_at(view, one.start)))
            left = node.child_by_field_name("left") if node.type in ("assignment", "augmented_assignment") else None
            if left is not None and left.text == b"__all__":
                return self._means(self._names.exported(view.path, self._name))
            node, deep = node.parent, deep + 1
        return False


def _heads(view: View, found: Sequence[Occurrence], name: str) -> dict[int, int]:
    """Return where the names of definitions stand: the first byte, and the place of the definition in the file."""
    heads: dict[int, int] = {}
    for place, fact in enumerate(view.symbols):
        if fact.name.lstrip("~") != name:
            continue
        inside = [one for one in found if one.place == "name" and fact.start_byte <= one.start < fact.end_byte]
        inside = [one for one in inside if one.start not in heads]
        named = [one for one in inside if _is_head(one)]
        if chosen := (named or inside)[:1]:
            heads[chosen[0].start] = place
    return heads


def _is_head(one: Occurrence) -> bool:
    parent = one.node.parent
    fields = ("name", "declarator", "left", "key", "pattern")
    if parent is None or parent.type in ("keyword_argument", "decorator", "annotation", "marker_annotation"):
        return False
    return any(parent.child_by_field_name(name) == one.node for name in fields) or parent.type == "destructor_name"


def scope_at(view: View, start: int) -> int:
    """Return the place of the innermost definition around a byte, -1 at file level."""
    found = -1
    for place, fact in enumerate(view.symbols):
        if fact.start_byte > start:
            break
        if start < fact.end_byte:
            found = place
    return found


def _within(one: Occurrence, bound: set[int]) -> bool:
    node = enclosing_function(one.node)
    while node is not None:
        if node.id in bound:
            return True
        node = enclosing_function(node)
    return False


def _body_holds(node: Node, one: Occurrence) -> bool:
    body = node.child_by_field_name("body")
    return body is not None and body.start_byte <= one.start < body.end_byte
