"""What stands behind types from outside of the repository: a language's indexer knows what its standard library gives."""

from __future__ import annotations

import re
from posixpath import commonpath
from typing import TYPE_CHECKING

from rlm_tui.repository.edges.meanings import Meaning, Outside, Value
from rlm_tui.repository.edges.resolution import Resolution
from rlm_tui.repository.edges.views import View
from rlm_tui.repository.parsing.definitions import CONTAINERS
from rlm_tui.repository.parsing.written import split
from rlm_tui.repository.symbols import Symbol, Tier

if TYPE_CHECKING:
    from rlm_tui.repository.edges.receivers import Receivers

_HEAD = re.compile(r"([A-Za-z_][\w.]*)\s*(<.*>)?$", re.DOTALL)
_WORD = re.compile(r"\w+")
_OWN = frozenset({"Self", "self"})
_MOST_ALIASES = 4


class Outsiders:
    """Follows values through types that are none of the repository's, as they are written: `Option<Node>`, `Vec<Node>`."""

    def __init__(self, names: Resolution, receivers: Receivers) -> None:
        self._names = names
        self._receivers = receivers

    def typed(self, view: View, written: str, scope: int, depth: int, line: int) -> list[Value]:
        """Return the instances that a type stands for: of a class of the repository, or of one from outside as it is written."""
        standard = view.indexer.standard
        text = view.indexer.written(written)
        match = _HEAD.fullmatch(text.replace("::", "."))
        if match is None:
            return [self.outside(view, text, scope)]
        receiver, _, last = match[1].rpartition(".")
        if own := self._own(view, receiver, last, scope, line):
            return [value for symbol in own for value in self._instance(symbol, match[2] or "", depth)]
        inner = standard(text, "*") if standard else ""
        return self.typed(view, inner, scope, depth, line) if inner else [self.outside(view, text, scope)]

    def _own(self, view: View, receiver: str, last: str, scope: int, line: int) -> list[Symbol]:
        if last in _OWN or receiver in _OWN:
            owner = self._names.owner(view, scope)
            if owner is None or last in _OWN:
                return [owner] if owner else []
            return [s for s in self._names.members(owner, last) if s.kind == "type"]
        found = self._names.as_type(view, receiver, last, scope, line)
        return [m.symbol for m in found if m.symbol and m.symbol.kind in CONTAINERS | {"type"}]

    def _instance(self, symbol: Symbol, arguments: str, depth: int) -> list[Value]:
        """Return an instance of a class; of an alias, of what it stands for."""
        view = self._names.view(symbol.path) if symbol.kind == "type" else None
        head, _, stands = symbol.signature.partition("=")
        if view is None or not stands or depth > _MOST_ALIASES:
            return [Value(Meaning(symbol, (), Tier.TYPE), True)]
        parameters = re.search(r"<(.*)>", head)
        names = parameters[1].split(",") if parameters and arguments else []
        given = {name.partition(":")[0].strip(): to for name, to in zip(names, split(arguments), strict=False)}
        stands = _WORD.sub(lambda word: given.get(word[0], word[0]), stands)
        return self.typed(view, stands.strip(" ;"), view.place(symbol), depth + 1, 0)

    def outside(self, view: View, text: str, scope: int) -> Value:
        """Return an instance of a type from outside."""
        return Value(Meaning(None, (), Tier.TYPE), True, Outside(view.path, text, scope))

    def through(self, value: Value, member: str, depth: int) -> list[Value] | None:
        """Return what a member gives (`unwrap()`, `0`), an index (`[]`) or the operator `?`; None when it is not known."""
        found = value.outside or self._iterated(value)
        view = self._names.view(found.path) if found else None
        if found is None or view is None or view.indexer.standard is None:
            return None
        given = view.indexer.standard(found.written, member)
        if given:
            return self.typed(view, given, found.scope, depth + 1, 0)
        extended = (
            [Value(m, True) for m in self.extended(value, member.removesuffix("()"))] if member.endswith("()") else []
        )
        return self._receivers.called(extended, depth) if extended else None

    def extended(self, value: Value, name: str) -> list[Meaning]:
        """Return the methods that the repository gives to a type from outside: those of `impl Trait for u8`."""
        view = self._names.view(value.outside.path) if value.outside else None
        if value.outside is None or view is None:
            return []
        owner = value.outside.written.partition("<")[0].replace("::", ".").rpartition(".")[2].strip()
        if not owner or any(symbol.kind in CONTAINERS for symbol in self._names.named(owner, view.family)):
            return []
        found = [s for s in self._names.members_named(owner, name, view.family) if s.kind == "method"]
        near = {s: len(commonpath((f"/{s.path}", f"/{view.path}"))) for s in found}
        return [Meaning(s, (), Tier.TYPE) for s in found if near[s] == max(near.values())]

    def _iterated(self, value: Value) -> Outside | None:
        """Return the iterator, as the standard library has it, that a class of the repository is by its method `next`."""
        found = self._names.own_members(value.symbol, "next") if value.symbol and value.instance else []
        view = self._names.view(found[0].path) if found else None
        place = view.place(found[0]) if view else -1
        given = view.types.get(place, {}).get("return", "") if view else ""
        standard = view.indexer.standard if view and given else None
        held = standard(view.indexer.written(given), "?") if view and standard else ""
        return Outside(view.path, f"Iterator<{held}>", place) if view and held else None
