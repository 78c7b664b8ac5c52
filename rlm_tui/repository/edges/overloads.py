"""Which of several functions of one name a call means, by the number of its arguments and by their types as far as known."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from rlm_tui.repository.edges.arguments_by_name import fitting
from rlm_tui.repository.edges.constness import is_fixed, keeps
from rlm_tui.repository.edges.conversions import STRUCTS, Conversions, Given
from rlm_tui.repository.edges.generics import arity, of_arity, told
from rlm_tui.repository.edges.meanings import Meaning, Value
from rlm_tui.repository.edges.objects import VALUES
from rlm_tui.repository.edges.resolution import Resolution
from rlm_tui.repository.edges.views import View
from rlm_tui.repository.parsing.facts import BlockFact, ReferenceFact
from rlm_tui.repository.parsing.written import split
from rlm_tui.repository.symbols import Symbol

if TYPE_CHECKING:
    from rlm_tui.repository.edges.receivers import Receivers

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
_MARK = re.compile(r"@[\w.]+(?:\([^()]*\))?\s*|\[\[[^]]*\]\]|^\s*\[[A-Z][\w.]*(?:\([^()]*\))?\]")
_HELD = re.compile(r"<[^<>]*>")
_MOST_SIGNATURE = 239
"""A signature of more characters was cut."""
_DEFAULTED, _MANY = "=", "..."


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
            types = _types(part) if symbol.language == "csharp" else ""
            found.append((_type(_plain(part)) + types, named[1]))
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
    cut = len(symbol.signature) > _MOST_SIGNATURE and symbol.signature.endswith("…")
    generic = symbol.language == "csharp"
    if opened < 0 or (cut and not generic):
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
            found.append(Parameter(_type(written) + (_types(part) if generic else ""), mark))
    return [*found, Parameter("?", _MANY)] if cut else found


def _types(part: str) -> str:
    """Return the type arguments of a parameter's type, without white space."""
    written = _MARK.sub("", part).partition("=")[0]
    before, opened, held = written.partition("<")
    return f"<{''.join(','.join(split(f'<{held}')).split())}>" if opened and "[" not in before else ""


def _type(written: str) -> str:
    """Return the type of `final java.util.List x[]` or `const ns::T& x`: `List[]`, `T`; pointers keep their star."""
    arrays = "[]" * written.count("[") + ("[]" if "..." in written else "")
    pointer = "*" if "*" in written else ""
    names = re.findall(r"[A-Za-z_$][\w$.:]*", written.replace("...", " "))
    kept = [name for name in names if name not in _WORDS]
    if not kept:
        return "int" if "unsigned" in names or "signed" in names else ""
    last = kept[0] if kept[0] != "long" or kept[1:2] != ["long"] else "long"
    plain = last.replace("::", ".").rpartition(".")[2]
    nothing = "?" if "?" in written and plain in STRUCTS else ""
    return f"{plain}{nothing}{pointer}{arrays}"


class Overloads:
    """Chooses among functions of one name."""

    def __init__(self, names: Resolution, receivers: Receivers) -> None:
        self._names = names
        self._receivers = receivers
        self._types: dict[tuple[str, int, str, tuple[BlockFact, ...]], Given] = {}
        self._conversions = Conversions(names)
        self._parameters: dict[tuple[str, int], list[Parameter] | None] = {}

    def choose(self, view: View, call: ReferenceFact, meanings: Sequence[Meaning]) -> list[Meaning]:
        """Return the meaning that fits the arguments best, of equals the first; what is no function stays as it is.

        With it come its twins: other bodies of the same function, under other conditions of the preprocessor.
        """
        if view.language == "kotlin":
            extends = (
                self.written(view, call.receiver, call.scope, call.line) if call.receiver else _this(view, call.scope)
            )
            return fitting(call.arguments, meanings, extends)
        count, written = told(call.arguments)
        others: list[Meaning] = []
        rivals: list[tuple[Meaning, Symbol]] = []
        for meaning in meanings:
            if meaning.symbol and meaning.symbol.kind in {"function", "method"}:
                rivals.append((meaning, meaning.symbol))
            else:
                others.append(meaning)
        if call.arguments and view.scoping.methods_apart:
            others = [meaning for meaning in others if meaning.symbol and meaning.symbol.kind not in VALUES]
        if view.scoping.counts_types:
            others = of_arity(others, lambda meaning: meaning.symbol, count or 0)
        arguments = [] if written == "()" else written.split(",")
        if view.scoping.counts_types and written:
            if count is not None:
                rivals = [r for r in rivals if arity(r[1].signature, r[1].name) == count] or rivals
            rivals = self._applicable(view, call, rivals, len(arguments))
        if len(rivals) < 2 or not written:
            return [*others, *(rival for rival, _ in rivals)]
        rivals = self._allowed(view, call, rivals)
        given: dict[int, Given] = {}
        best: tuple[float, Meaning, Symbol] | None = None
        for rival, symbol in rivals:
            wanted = self._wanted(symbol)
            score = 0.0 if wanted is None else self._fit(view, call, arguments, given, wanted, _shift(call, symbol))
            if score >= 0 and (best is None or score > best[0]):
                best = (score, rival, symbol)
        if best is None:  # conversions that are not known here
            best = (0.0, *next((rival for rival in rivals if self._takes(rival[1], len(arguments))), rivals[0]))
        chosen = best[2]
        twins = [
            rival for rival, symbol in rivals if _is_twin(symbol, chosen) and self._owner(symbol) == self._owner(chosen)
        ]
        return [*others, best[1], *twins]

    def able(self, call: ReferenceFact, meanings: Sequence[Meaning]) -> list[Meaning]:
        """Return the meanings without functions that cannot be given so many arguments.

        What can be left out may be said where a function is declared, apart from its body: of those too few are enough.
        """
        written = told(call.arguments)[1]
        count = 0 if written == "()" else len(written.split(","))
        return [meaning for meaning in meanings if meaning.symbol is None or self._is_able(meaning.symbol, count)]

    def _is_able(self, symbol: Symbol, count: int) -> bool:
        if symbol.kind not in {"function", "method"} or self._takes(symbol, count):
            return True
        return not symbol.parent and self._takes(symbol, max(count, len(self._wanted(symbol) or ())))

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

    def _applicable(
        self, view: View, call: ReferenceFact, rivals: list[tuple[Meaning, Symbol]], count: int
    ) -> list[tuple[Meaning, Symbol]]:
        """Return those that the call sees and that take so many arguments; a method before what extends its type from outside."""
        fitting: list[tuple[Meaning, Symbol]] = []
        owner = self._names.owner(view, call.scope)
        for rival in rivals:
            symbol = rival[1]
            hidden = symbol.visibility == "private" and (owner is None or not _within(owner, symbol))
            explicit = re.search(rf"[\w>]\.{re.escape(symbol.name)}\s*[<(]", symbol.signature)
            if not hidden and not explicit and self._takes(symbol, count - _shift(call, symbol)):
                fitting.append(rival)
        return [rival for rival in fitting if not _extends(rival[1])] or fitting

    def _owner(self, symbol: Symbol) -> Symbol | None:
        view = self._names.view(symbol.path)
        return self._names.owner(view, view.place(symbol)) if view else None

    def _takes(self, symbol: Symbol, count: int) -> bool:
        wanted = self._wanted(symbol)
        return wanted is None or _takes(wanted, count)

    def _given(self, view: View, argument: str, scope: int, line: int) -> Given:
        """Return the type of an argument, as `ReferenceFact` writes it."""
        key = (view.path, scope, argument, view.blocks(line))
        if key not in self._types:
            self._types[key] = Given("")  # what leads back to itself is not known
            self._types[key] = self._typed(view, argument, scope, line)
        return self._types[key]

    def _typed(self, view: View, argument: str, scope: int, line: int) -> Given:
        if argument.startswith(":"):
            written = argument[1:]
            values = self._receivers.typed(view, written, scope) if written[:1].isupper() else None
        else:
            written = self.written(view, argument, scope, line)
            values = self._receivers.values(view, argument, scope, line=line)
        symbol = next((value.symbol for value in values or () if value.instance), None) or self._enum(values or ())
        written = written.replace("::", ".").rpartition(".")[2].removeprefix("const ")
        return Given(written or (symbol.name if symbol else ""), symbol)

    def _enum(self, values: Sequence[Value]) -> Symbol | None:
        """Return the enum of which a constant is given."""
        constant = next((v.symbol for v in values if v.symbol and v.symbol.kind == "constant"), None)
        view = self._names.view(constant.path) if constant else None
        owner = self._names.owner(view, view.place(constant)) if view and constant else None
        return owner if owner and owner.kind == "enum" else None

    def written(self, view: View, expression: str, scope: int, line: int = 0) -> str:
        """Return the type that a variable is declared with, or that a call is declared to return; "" when it is not known."""
        if expression.endswith("()"):
            head, _, name = expression[:-2].rpartition(".")
            call = ReferenceFact(name, line, "call", head, scope)
            found = [m.symbol for m in self._receivers.meant(view, call) or () if m.symbol]
            results = {result(symbol) for symbol in found}
            return results.pop() if len(results) == 1 else ""
        name = expression.removeprefix("this.")
        place = scope
        while place >= 0:
            if local := view.local(name, place, line)[1]:
                return local
            if (written := view.types.get(place, {}).get(name)) and "`" not in written:
                return written
            if written := next(
                (kind for kind, other in named_parameters(view.symbols[place]) if other == name), written or ""
            ):
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
        self,
        view: View,
        call: ReferenceFact,
        arguments: list[str],
        given: dict[int, Given],
        wanted: list[Parameter],
        shift: int,
    ) -> float:
        """Return how well the arguments fit, -1 when they do not."""
        if shift:
            arguments, given = arguments[shift:], {}
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
                given[place] = self._given(view, argument, call.scope, call.line)
            if parameter.mark == _MANY:
                whole = self._conversions.match(given[place], parameter.type) if len(arguments) == len(wanted) else -1
                one = self._conversions.match(given[place], parameter.type.removesuffix("[]"))
                fit = max(whole, one - 0.4 if one >= 0 else -1)
            else:
                fit = self._conversions.match(given[place], parameter.type)
            if fit < 0:
                return -1
            total += fit
        return score + total


def _this(view: View, scope: int) -> str:
    """Return the type that the function around `scope` extends, "" where there is none."""
    while scope >= 0:
        if written := view.types.get(scope, {}).get("this"):
            return written
        scope = view.scopes[scope]
    return ""


def _extends(symbol: Symbol) -> bool:
    return "(this " in symbol.signature


def _shift(call: ReferenceFact, symbol: Symbol) -> int:
    """Return how many arguments come before the parameters': the object, of an extension that is called as it is written."""
    plainly = not call.receiver or call.receiver.rpartition(".")[2] == symbol.parent.rpartition(".")[2]
    return int(plainly and _extends(symbol))


def _within(owner: Symbol, member: Symbol) -> bool:
    """Tell whether a class sees the private members of that of `member`: within it, or around it."""
    return f"{owner.qualified}.".startswith(f"{member.parent}.") or f"{member.parent}.".startswith(
        f"{owner.qualified}."
    )


def _is_twin(one: Symbol, other: Symbol) -> bool:
    """Tell whether two definitions are one function, of which each build takes the one or the other."""
    return one != other and (one.path, one.qualified, one.signature) == (other.path, other.qualified, other.signature)


def _takes(wanted: list[Parameter], count: int) -> bool:
    """Tell whether so many arguments can be given."""
    least = sum(not parameter.mark for parameter in wanted)
    return least <= count and (count <= len(wanted) or (wanted[-1:] != [] and wanted[-1].mark == _MANY))
