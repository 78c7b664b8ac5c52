"""Which of several functions of one name a call means, by the number of its arguments and by their types as far as known."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from rlm_tui.repository.edges.constness import is_fixed, keeps
from rlm_tui.repository.edges.meanings import Meaning
from rlm_tui.repository.edges.objects import VALUES
from rlm_tui.repository.edges.resolution import Resolution
from rlm_tui.repository.edges.views import View
from rlm_tui.repository.parsing.definitions import CONTAINERS
from rlm_tui.repository.parsing.facts import ReferenceFact
from rlm_tui.repository.parsing.written import split
from rlm_tui.repository.symbols import Symbol

if TYPE_CHECKING:
    from rlm_tui.repository.edges.receivers import Receivers

_NUMBERS = ("byte", "short", "char", "int", "long", "float", "double")
"""Java's, each of which widens to those after it (C's are as good as the same)."""
_BOXES = {"Byte": "byte", "Short": "short", "Character": "char", "Integer": "int", "Long": "long", "Float": "float"}
_BOXED = {**_BOXES, "Double": "double", "Boolean": "boolean"}
_PRIMITIVE = frozenset((*_NUMBERS, "boolean", "bool"))
_ANY = frozenset(("Object", "object", "T", "E", "K", "V", "R", "U", "A", "B", "X", "S", "I", "O"))
_WORDS = frozenset(
    (
        "final",
        "const",
        "volatile",
        "struct",
        "class",
        "enum",
        "typename",
        "unsigned",
        "signed",
        "in",
        "ref",
        "out",
        "params",
        "scoped",
        "readonly",
    )
)
_MARK = re.compile(r"@[\w.]+(?:\([^()]*\))?\s*|\[\[[^]]*\]\]")
_HELD = re.compile(r"<[^<>]*>")
_SAME = {"size_t": "int", "uint32_t": "int", "int32_t": "int", "uint64_t": "long", "int64_t": "long", "auto": "?"}
_MOST_SIGNATURE = 239
"""A signature of more characters was cut."""
_DEFAULTED, _MANY = "=", "..."


class Given(NamedTuple):
    """The type of an argument: its name as written ("" when it is not known), and its class where that is in the repository."""

    written: str
    symbol: Symbol | None = None


class Parameter(NamedTuple):
    """A parameter's type without what it holds; `mark` is "=" for one that can be left out, "..." for any number of them."""

    type: str
    mark: str


def result(symbol: Symbol) -> str:
    """Read the type that a function returns off a signature that names it before the function; "" without one."""
    before = symbol.signature.partition(f"{symbol.name}(")[0]
    if before == symbol.signature:
        return ""
    for _round in range(3):
        before = _HELD.sub("", before)
    found = re.search(r"([\w$.:]+(?:\[\])*)\s*[*&]*\s*(?:[\w:]+::)?$", before)
    return found[1] if found else ""


def named_parameters(symbol: Symbol) -> list[tuple[str, str]]:
    """Read type and name of the parameters off a signature that names the type first."""
    opened = symbol.signature.find(f"{symbol.name}(") + len(symbol.name)
    if opened < len(symbol.name):
        return []
    found: list[tuple[str, str]] = []
    for part in split(symbol.signature[opened:]):
        named = re.search(r"([A-Za-z_$]\w*)(?:\[\])*\s*(?:=.*)?$", part)
        if named:
            found.append((_type(_plain(part)), named[1]))
    return found


def _plain(part: str) -> str:
    """Return a parameter without annotations, default and what its type holds."""
    written = _MARK.sub("", part).strip().partition("=")[0]
    for _round in range(3):
        written = _HELD.sub("", written)
    return written


def parameters(symbol: Symbol) -> list[Parameter] | None:
    """Read the parameters off a signature that names the type first (Java, C++); None when it has none or was cut."""
    start = re.search(rf"(?<![\w$]){re.escape(symbol.name)}\s*(?:<[^()]*>)?\s*\(", symbol.signature)
    opened = start.end() - 1 if start else -1
    if opened < 0 or (len(symbol.signature) > _MOST_SIGNATURE and symbol.signature.endswith("…")):
        return None
    found: list[Parameter] = []
    for part in split(symbol.signature[opened:]):
        written = _plain(part)
        if written.strip().startswith("this "):  # what a function of C# extends
            continue
        if written.strip() and written.strip() != "void":
            mark = (
                _MANY
                if "..." in written or written.strip().startswith("params ")
                else _DEFAULTED
                if "=" in part
                else ""
            )
            found.append(Parameter(_type(written), mark))
    return found


def _type(written: str) -> str:
    """Return the type of `final java.util.List x[]` or `const ns::T& x`: `List[]`, `T`; pointers keep their star."""
    arrays = "[]" * written.count("[") + ("[]" if "..." in written else "")
    pointer = "*" if "*" in written else ""
    names = re.findall(r"[A-Za-z_$][\w$.:]*", written.replace("...", " "))
    kept = [name for name in names if name not in _WORDS]
    if not kept:
        return "int" if "unsigned" in names or "signed" in names else ""
    last = kept[0] if kept[0] != "long" or kept[1:2] != ["long"] else "long"
    return f"{last.replace('::', '.').rpartition('.')[2]}{pointer}{arrays}"


class Overloads:
    """Chooses among functions of one name."""

    def __init__(self, names: Resolution, receivers: Receivers) -> None:
        self._names = names
        self._receivers = receivers
        self._types: dict[tuple[str, int, str], Given] = {}
        self._ours: dict[str, bool] = {}
        self._parameters: dict[tuple[str, int], list[Parameter] | None] = {}

    def choose(self, view: View, call: ReferenceFact, meanings: Sequence[Meaning]) -> list[Meaning]:
        """Return the meaning that fits the arguments best, of equals the first; what is no function stays as it is.

        With it come its twins: other bodies of the same function, under other conditions of the preprocessor.
        """
        others: list[Meaning] = []
        rivals: list[tuple[Meaning, Symbol]] = []
        for meaning in meanings:
            if meaning.symbol and meaning.symbol.kind in {"function", "method"}:
                rivals.append((meaning, meaning.symbol))
            else:
                others.append(meaning)
        if call.arguments and view.scoping.methods_apart:
            others = [meaning for meaning in others if meaning.symbol and meaning.symbol.kind not in VALUES]
        if len(rivals) < 2 or not call.arguments:
            return [*others, *(rival for rival, _ in rivals)]
        arguments = [] if call.arguments == "()" else call.arguments.split(",")
        rivals = self._allowed(view, call, rivals)
        given: dict[int, Given] = {}
        best: tuple[float, Meaning, Symbol] | None = None
        for rival, symbol in rivals:
            wanted = self._wanted(symbol)
            score = 0.0 if wanted is None else self._fit(view, call.scope, arguments, given, wanted)
            if score >= 0 and (best is None or score > best[0]):
                best = (score, rival, symbol)
        if best is None:  # conversions that are not known here
            best = (0.0, *next((rival for rival in rivals if self._takes(rival[1], len(arguments))), rivals[0]))
        chosen = best[2]
        twins = [rival for rival, symbol in rivals if _is_twin(symbol, chosen)]
        return [*others, best[1], *twins]

    def _allowed(
        self, view: View, call: ReferenceFact, rivals: list[tuple[Meaning, Symbol]]
    ) -> list[tuple[Meaning, Symbol]]:
        """Return the rivals without those that the object of the call rules out, or has a better one for, by its `const`."""
        kept = [keeps(symbol) for _, symbol in rivals] if view.scoping.constness else []
        if len(set(kept)) < 2:
            return rivals
        if is_fixed(self, view, call):
            return [rival for rival, keep in zip(rivals, kept, strict=True) if keep]
        better = [self._wanted(rival[1]) for rival, keep in zip(rivals, kept, strict=True) if not keep]
        return [
            rival for rival, keep in zip(rivals, kept, strict=True) if not keep or self._wanted(rival[1]) not in better
        ]

    def _wanted(self, symbol: Symbol) -> list[Parameter] | None:
        key = (symbol.path, symbol.start_byte)
        if key not in self._parameters:
            self._parameters[key] = parameters(symbol)
        return self._parameters[key]

    def _takes(self, symbol: Symbol, count: int) -> bool:
        wanted = self._wanted(symbol)
        return wanted is None or _takes(wanted, count)

    def _given(self, view: View, argument: str, scope: int) -> Given:
        """Return the type of an argument, as `ReferenceFact` writes it."""
        key = (view.path, scope, argument)
        if key not in self._types:
            self._types[key] = Given("")  # what leads back to itself is not known
            self._types[key] = self._typed(view, argument, scope)
        return self._types[key]

    def _typed(self, view: View, argument: str, scope: int) -> Given:
        if argument.startswith(":"):
            written = argument[1:]
            values = self._receivers.typed(view, written, scope) if written[:1].isupper() else None
        else:
            written = self.written(view, argument, scope)
            values = self._receivers.values(view, argument, scope)
        symbol = next((value.symbol for value in values or () if value.instance), None)
        written = written.replace("::", ".").rpartition(".")[2].removeprefix("const ")
        return Given(written or (symbol.name if symbol else ""), symbol)

    def written(self, view: View, expression: str, scope: int, line: int = 0) -> str:
        """Return the type that a variable is declared with, or that a call is declared to return; "" when it is not known."""
        if expression.endswith("()"):
            head, _, name = expression[:-2].rpartition(".")
            call = ReferenceFact(name, 0, "call", head, scope)
            found = [m.symbol for m in self._receivers.meant(view, call) or () if m.symbol]
            results = {result(symbol) for symbol in found}
            return results.pop() if len(results) == 1 else ""
        name = expression.removeprefix("this.")
        place = scope
        while place >= 0:
            if local := view.local(name, place, line)[1]:
                return local
            if written := view.types.get(place, {}).get(name):
                return written
            if written := next((kind for kind, other in named_parameters(view.symbols[place]) if other == name), ""):
                return written
            place = view.scopes[place]
        return self._field(view, name, scope)

    def _field(self, view: View, name: str, scope: int) -> str:
        owner = view.owner(scope)
        while owner >= 0:
            for symbol in self._names.lineage(view.symbols[owner]):
                held = self._names.view(symbol.path)
                if held and (field := held.fields.get(held.place(symbol), {}).get(name)):
                    return field[0]
            owner = view.owner(view.scopes[owner])
        return ""

    def gives_fixed(self, view: View, call: ReferenceFact, depth: int) -> bool:
        """Tell whether what a call gives is declared `const`."""
        found = [meaning.symbol for meaning in self._receivers.meant(view, call) or () if meaning.symbol]
        if len(found) > 1:
            fixed = is_fixed(self, view, call, depth)
            found = [symbol for symbol in found if keeps(symbol) == fixed] or found
        for symbol in found[:1]:
            where = self._names.view(symbol.path)
            return where is not None and where.types.get(where.place(symbol), {}).get("return", "").startswith("const ")
        return False

    def _fit(
        self, view: View, scope: int, arguments: list[str], given: dict[int, Given], wanted: list[Parameter]
    ) -> float:
        """Return how well the arguments fit, -1 when they do not."""
        if not _takes(wanted, len(arguments)):
            return -1
        many = bool(wanted) and wanted[-1].mark == _MANY
        score = 1.0 if len(arguments) == len(wanted) else 0.5
        if not arguments:
            return score - 0.5 * many
        total = 0.0
        for place, argument in enumerate(arguments):
            parameter = wanted[min(place, len(wanted) - 1)]
            if place not in given:
                given[place] = self._given(view, argument, scope)
            if parameter.mark == _MANY:
                whole = self._match(given[place], parameter.type) if len(arguments) == len(wanted) else -1
                one = self._match(given[place], parameter.type.removesuffix("[]"))
                fit = max(whole, one - 0.4 if one >= 0 else -1)
            else:
                fit = self._match(given[place], parameter.type)
            if fit < 0:
                return -1
            total += fit
        return score + total

    def _match(self, given: Given, wanted: str) -> float:
        """Return how well a value fits a parameter: 3 the same type, 0 not known, -1 never."""
        have = _SAME.get(given.written, given.written)
        want = _SAME.get(wanted, wanted)
        if not have or have == "?" or not want or want == "?":
            return 0
        if have == want:
            return 3
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
            return min(2.5, self._match(Given(have, given.symbol), want))
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


def _is_twin(one: Symbol, other: Symbol) -> bool:
    """Tell whether two definitions are one function, of which each build takes the one or the other."""
    return one != other and (one.path, one.qualified, one.signature) == (other.path, other.qualified, other.signature)


def _takes(wanted: list[Parameter], count: int) -> bool:
    """Tell whether so many arguments can be given."""
    least = sum(not parameter.mark for parameter in wanted)
    return least <= count and (count <= len(wanted) or (wanted[-1:] != [] and wanted[-1].mark == _MANY))


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
