"""Which values a parameter of some type takes, and how well: numbers, boxes, arrays, functions, classes and their bases."""

from __future__ import annotations

from typing import NamedTuple

from rlm_tui.repository.edges.generics import parts_of
from rlm_tui.repository.edges.resolution import Resolution
from rlm_tui.repository.parsing.definitions import CONTAINERS
from rlm_tui.repository.symbols import Symbol

_NUMBERS = (
    "sbyte", "byte", "short", "ushort", "char", "int", "uint", "long", "ulong", "float", "double", "decimal",
)  # fmt: skip
"""Java's and C#'s, each of which widens to those after it (C's are as good as the same)."""
_BOXES = {"Byte": "byte", "Short": "short", "Character": "char", "Integer": "int", "Long": "long", "Float": "float"}
_BOXED = {**_BOXES, "Double": "double", "Boolean": "boolean"}
_PRIMITIVE = frozenset((*_NUMBERS, "boolean", "bool"))
STRUCTS = _PRIMITIVE | {"DateTime", "DateTimeOffset", "TimeSpan", "Guid", "T"}
"""Types of which C#'s `T?` is another type: not those of which it is the same, but for null."""
_ANY = frozenset(("Object", "object", "T", "E", "K", "V", "R", "U", "A", "B", "X", "S", "I", "O"))
_SAME = {"size_t": "int", "uint32_t": "int", "int32_t": "int", "uint64_t": "long", "int64_t": "long", "auto": "?"}


class Given(NamedTuple):
    """The type of an argument: its name as written ("" when it is not known), and its class where that is in the repository."""

    written: str
    symbol: Symbol | None = None


class Conversions:
    """Matches the types of arguments and parameters. For one generation of the index."""

    def __init__(self, names: Resolution) -> None:
        self._names = names
        self._ours: dict[str, bool] = {}

    def match(self, given: Given, wanted: str) -> float:
        """Return how well a value fits a parameter: 3 the same type, 0 not known, -1 never."""
        have = _SAME.get(given.written, given.written)
        want = _SAME.get(wanted, wanted)
        if not have or have == "?" or not want or want == "?":
            return 0
        if have == want:
            return 3
        if have[:2] == "->" and have != "->":
            return _taken(int(have[2:]), want)
        if "<" in have + want or "`" in have + want:
            (have, count, held), (want, wanted_count, wanted_held) = parts_of(have), parts_of(want)
            if have == want:
                return (
                    -1 if count != wanted_count else 3 if held == wanted_held else 1.5 if held and wanted_held else 2.8
                )
        if have.endswith("?") or want.endswith("?"):
            return self._nullable(given, have, want)
        if have.rstrip("*") == want.rstrip("*") and have != "char*" and want != "char*":
            return 2.5
        if have == "null":
            return -1 if want in _PRIMITIVE else 1 if want not in _ANY else 0.5
        if have == "->":
            return -1 if want in _PRIMITIVE or want.endswith("[]") or want in {"String", "Object", "Class"} else 1
        if have.endswith("[]") != want.endswith("[]"):
            return 0.8 if want in _ANY else -1
        if have.endswith("[]"):
            have, want = have[:-2], want[:-2]
            if have in _PRIMITIVE or want in _PRIMITIVE:
                return 0.8 if want in _ANY - {"Object"} and have not in _PRIMITIVE else -1
            return min(2.5, self.match(Given(have, given.symbol), want))
        if have in _PRIMITIVE or want in _PRIMITIVE:
            return _number(have, want)
        if have == "char*":
            return 1 if "string" in want.lower() else 0.5
        if want in _ANY:
            return 0.5
        if given.symbol is not None:
            return self._inherits(given.symbol, want)
        if have == "string":
            return 0.2
        if have == "String":
            return 2 if want == "CharSequence" else 0.8 if want in {"Comparable", "Serializable", "Constable"} else -1
        if have.endswith(want):
            return 1.5
        return -1 if self._is_ours(want) and not self._is_ours(have) else 0.2

    def _nullable(self, given: Given, have: str, want: str) -> float:
        if have == "null":
            return 1.5
        if want.endswith("?"):
            return self.match(Given(have.rstrip("?"), given.symbol), want.rstrip("?")) - 0.1
        return 0.5 if want in _ANY else -1

    def _inherits(self, symbol: Symbol, want: str) -> float:
        """Return how near a base named `want` stands; -1 when all bases are known and none is."""
        outside = False
        for steps, base in enumerate(self._names.lineage(symbol)):
            if base.name == want:
                return max(1.0, 2.9 - 0.1 * steps)
            view = self._names.view(base.path)
            named = view.inherits.get(view.place(base), ()) if view else ()
            if any(reference.name == want for reference in named):
                return max(1.0, 2.8 - 0.1 * steps)
            outside = outside or any(view and not self._names.inherited(view, reference) for reference in named)
        return 0.1 if outside or not self._is_ours(want) else -1

    def _is_ours(self, name: str) -> bool:
        """Tell whether the repository has a class of this name."""
        if name not in self._ours:
            self._ours[name] = any(
                s.kind in CONTAINERS for family in ("java", "c", "csharp") for s in self._names.named(name, family)
            )
        return self._ours[name]


def _number(have: str, want: str) -> float:
    """Return how well numbers, truth values and their boxes fit one another."""
    plain, wanted = _BOXED.get(have, have), _BOXED.get(want, want)
    if plain not in _PRIMITIVE:
        return -1
    boxing = 0.5 if (plain != have) != (wanted != want) else 0
    if plain == wanted:
        return 2.5 - boxing
    if plain in _NUMBERS and wanted in _NUMBERS:
        steps = _NUMBERS.index(wanted) - _NUMBERS.index(plain)
        return 2.4 - 0.1 * steps if steps > 0 and not boxing else -1
    return 0.6 if want in _ANY else 0.7 if want in {"Number", "Comparable", "Serializable"} else -1


def _taken(count: int, want: str) -> float:
    """Return how well a function with so many parameters fits one of C#'s types of functions."""
    name, types, _ = parts_of(want)
    takes = {"Action": types, "Func": types - 1, "Predicate": 1, "Comparison": 2}.get(name)
    if takes is not None:
        return 2 if takes == count else -1
    return -1 if name in STRUCTS - {"T"} or name.endswith("[]") or name in {"string", "object", "Type"} else 1
