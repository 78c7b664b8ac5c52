"""What a callback is given: the types that `callbacks` wrote down, as the function declares them to which it is handed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rlm_tui.repository.edges.resolution import Resolution
from rlm_tui.repository.edges.views import View
from rlm_tui.repository.parsing.definitions import CONTAINERS
from rlm_tui.repository.parsing.written import split
from rlm_tui.repository.symbols import Symbol

if TYPE_CHECKING:
    from rlm_tui.repository.edges.meanings import Value
    from rlm_tui.repository.edges.receivers import Receivers

_KEPT = re.compile(r"^(?:(?:public|private|protected|readonly|override)\s+)*(?:\.\.\.)?[\w$]+\??\s*:\s*", re.DOTALL)
_MOST_STEPS = 4
_Declared = tuple[View, str, int]
"""A type as it is written, and where: the file and the scope."""


class Contexts:
    """Finds what callbacks are given."""

    def __init__(self, names: Resolution, receivers: Receivers) -> None:
        self._names = names
        self._receivers = receivers

    def given(self, view: View, written: str, scope: int, depth: int, line: int) -> list[Value] | None:
        """Return what a parameter holds whose type is written so; None when it is not known."""
        place, key, number, holder, member = written[1:].split("|")
        declared = (
            [(view, holder, scope)] if not place else self._parameters(view, holder, int(place), scope, depth, line)
        )
        if key:
            declared = [found for one in declared for found in self._under(key, one, depth)]
        for where, type_, inside in declared:
            given = self._parameter(where, type_, inside, int(number), depth)
            values = self._receivers.typed(given[0], given[1], given[2], depth + 1) if given else None
            if values and member:
                return [
                    v for value in values for v in self._receivers.attribute(where, value, member, depth) or ()
                ] or None
            if values:
                return values
        return None

    def _parameters(self, view: View, holder: str, place: int, scope: int, depth: int, line: int) -> list[_Declared]:
        """Return the declared type of a parameter of what is called, with where it is written."""
        found: list[_Declared] = []
        for value in self._receivers.values(view, holder, scope, depth + 1, line) or ():
            symbol = value.symbol
            if symbol and symbol.kind in CONTAINERS:
                symbol = next(iter(self._names.members(symbol, "constructor")), None)
            where = self._names.view(symbol.path) if symbol else None
            types = _list(symbol) if symbol else []
            if symbol and where and place < len(types):
                found.append((where, _type(types[place]), where.place(symbol)))
        return found

    def _under(self, key: str, declared: _Declared, depth: int) -> list[_Declared]:
        """Return the type of a member of an object whose type is declared: a method's parameters, or a field's type."""
        view, written, scope = declared
        owners = [v.symbol for v in self._receivers.typed(view, written, scope, depth + 1) or () if v.symbol]
        found: list[_Declared] = []
        for owner in (base for symbol in owners for base in self._names.lineage(symbol)):
            where = self._names.view(owner.path)
            if where is None:
                continue
            place = where.place(owner)
            methods = self._names.own_members(owner, key)
            found += [(where, f"({','.join(_list(method))})", place) for method in methods]
            if field := where.types.get(place, {}).get(key):
                found.append((where, field, place))
        return found

    def _parameter(self, view: View, written: str, scope: int, number: int, depth: int) -> _Declared | None:
        """Return the type of a parameter of a function type: `(context: Context) => void`, or a name of one."""
        for _step in range(_MOST_STEPS):
            while written.startswith("((") and len(inner := split(written)) == 1:
                written = inner[0].strip()
            if written.startswith("("):
                types = split(written)
                return (view, _type(types[number]), scope) if number < len(types) else None
            values = self._receivers.typed(view, written, scope, depth + 1) or []
            alias = next((v.symbol for v in values if v.symbol and v.symbol.kind == "type"), None)
            where = self._names.view(alias.path) if alias else None
            if alias is None or where is None:
                return None
            view, written, scope = where, alias.signature.partition("=")[2].strip(), where.place(alias)
        return None


def _list(symbol: Symbol) -> list[str]:
    """Return the parameters in a signature, whatever stands before them: `run<T extends () => void>(context: T)`."""
    found = re.search(rf"(?<![\w$]){re.escape(symbol.name)}\s*[?!]?\s*(?=[<(:=])", symbol.signature)
    after = symbol.signature[found.end() :] if found else ""
    if after.startswith(":"):  # a property that holds a function
        after = after[1:].lstrip()
    elif after.startswith("="):
        after = after[1:].lstrip().removeprefix("async").lstrip()
    if after.startswith("<"):
        after = after[len(",".join(split(after))) + 2 :].lstrip()
    return split(after) if after.startswith("(") else []


def _type(parameter: str) -> str:
    """Return the type of a parameter as it is declared, "" without one."""
    match = _KEPT.match(parameter.strip())
    return parameter.strip()[match.end() :].partition(" = ")[0] if match else ""
