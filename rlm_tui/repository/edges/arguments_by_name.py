"""Which of several functions of one name a call of Kotlin means: by what it is given, and by the type that it extends."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from rlm_tui.repository.edges.meanings import Meaning
from rlm_tui.repository.parsing.written import split
from rlm_tui.repository.symbols import Symbol

LAMBDA = "->"
_NAMED = re.compile(
    r"(?:@[\w.]+(?:\([^()]*\))?\s*)*(?:(?:vararg|noinline|crossinline|private|val|var|override)\s+)*(\w+)\s*:\s*"
)
_TYPES = frozenset(("Int", "Long", "String", "Boolean", "Char", "Double", "Float", "CharSequence"))


class Parameter(NamedTuple):
    """A parameter: its name, its type as written, whether it may be left out, and whether it takes any number."""

    name: str
    type: str
    optional: bool
    many: bool


def parameters(symbol: Symbol) -> list[Parameter] | None:
    """Read the parameters off a signature of Kotlin; None where it was cut or has none, and of Java's."""
    if symbol.language != "kotlin":
        return None
    opened = re.search(rf"(?<!\w)`?{re.escape(symbol.name)}`?\s*(?=\()", symbol.signature)
    if opened is None or symbol.signature.endswith("…"):
        return None
    found: list[Parameter] = []
    for part in split(symbol.signature[opened.end() :]):
        if named := _NAMED.match(part.strip()):
            type_, defaulted, _ = part.strip()[named.end() :].partition("=")
            found.append(Parameter(named[1], type_.strip(), bool(defaulted), "vararg " in part))
    return found


def fitting(arguments: str, meanings: Sequence[Meaning], extends: str) -> list[Meaning]:
    """Return the functions that may be called with `arguments`, those first that fit best; what is none stays.

    An argument is `name=` where it is named, LAMBDA for one behind the brackets, or as `ReferenceFact` has it. `extends` is the
    type of the object, as far as it is known: of functions for several types, that for its own is meant.
    """
    functions = [(m, m.symbol) for m in meanings if m.symbol and m.symbol.kind in {"function", "method"}]
    others = [meaning for meaning in meanings if all(meaning is not function for function, _ in functions)]
    if len(functions) < 2:
        return list(meanings)
    given = [] if arguments == "()" else arguments.split(",")
    scores = [(_fit(given, parameters(symbol)) + _extension(symbol, extends), meaning) for meaning, symbol in functions]
    best = max(score for score, _ in scores)
    return [*others, next(meaning for score, meaning in scores if score == best)]


def _fit(given: list[str], wanted: list[Parameter] | None) -> float:
    """Return how well the arguments fit, less than 0 where they do not."""
    if wanted is None:
        return 0
    left, score = list(wanted), 1.0
    for place, argument in enumerate(given):
        named = next((p for p in left if argument == f"{p.name}="), None)
        parameter = (
            left[-1]
            if argument == LAMBDA and place == len(given) - 1 and left
            else named or (left[0] if left else None)
        )
        if parameter is None or (argument.endswith("=") and named is None):
            return -10
        if argument == LAMBDA and "->" not in parameter.type and parameter.type.partition("<")[0] in _TYPES:
            return -10
        score += _alike(argument, parameter.type)
        if not parameter.many:
            left.remove(parameter)
    return score if all(parameter.optional or parameter.many for parameter in left) else -10


def _alike(argument: str, type_: str) -> float:
    plain = type_.partition("<")[0].rstrip("?")
    if argument == LAMBDA:
        return 1 if "->" in type_ else 0
    if argument.startswith(":"):
        return 2 if argument[1:] == plain else -3 if plain in _TYPES or "->" in type_ else 0
    return 0


def _extension(symbol: Symbol, extends: str) -> float:
    found = re.search(rf"([\w.]+)(?:<.*?>)?\??\.`?{re.escape(symbol.name)}`?\s*\(", symbol.signature)
    if found is None or not extends:
        return 0
    return 3 if found[1].rpartition(".")[2] == extends.rpartition(".")[2] else -1
