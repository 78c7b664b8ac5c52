"""C#'s classes of one name that differ in the number of their type parameters: `Policy` and `Policy<T>` are two."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

from rlm_tui.repository.parsing.definitions import CONTAINERS
from rlm_tui.repository.parsing.written import split
from rlm_tui.repository.symbols import Symbol

if TYPE_CHECKING:
    from rlm_tui.repository.edges.resolution import Resolution
    from rlm_tui.repository.edges.views import View

T = TypeVar("T")
_TOLD = re.compile(r"^<(\d)>")


def told(arguments: str) -> tuple[int | None, str]:
    """Split the number of type arguments off a call's arguments, as `ReferenceFact` has them; None where none are written."""
    match = _TOLD.match(arguments)
    return (int(match[1]), arguments[match.end() :]) if match else (None, arguments)


def counted(written: str) -> int:
    """Return the number of type arguments of a type as a binding has it: 2 of `Map`2`, 0 of `Map`."""
    number = written.partition("`")[2]
    return int(number[0]) if number[:1].isdigit() else 0


@lru_cache(maxsize=20_000)
def arity(signature: str, name: str) -> int:
    """Return how many type parameters a definition of `name` has."""
    found = re.search(rf"(?<![\w.]){re.escape(name)}(?!\w)\s*", signature)
    return len(split(signature[found.end() :])) if found and signature[found.end() :][:1] == "<" else 0


def parts_of(written: str) -> tuple[str, int, str]:
    """Return the name of a type, the number of its type arguments, and these, where they are known: of ``Map`2`` they are not."""
    name, opened, held = written.partition("<")
    if opened:
        return name, len(split(f"<{held}")), held.rpartition(">")[0]
    return written.partition("`")[0], counted(written), ""


def is_type_of(symbol: Symbol, count: int) -> bool:
    """Tell whether a symbol is a type with so many type parameters."""
    return symbol.kind in CONTAINERS and arity(symbol.signature, symbol.name) == count


def of_arity(found: Sequence[T], symbol_of: Callable[[T], Symbol | None], wanted: int) -> list[T]:
    """Keep of several classes of one name those with `wanted` type parameters; all where none has, or all are alike."""
    kinds = [
        (item, arity(symbol.signature, symbol.name) if symbol and symbol.kind in CONTAINERS else wanted)
        for item in found
        for symbol in [symbol_of(item)]
    ]
    if len({number for _, number in kinds}) < 2:
        return list(found)
    return [item for item, number in kinds if number == wanted] or list(found)


def is_part(names: Resolution, view: View, owner: Symbol, member: Symbol) -> bool:
    """Tell whether a member is one of the class `owner`, or of another part of it in the same package."""
    other = names.view(member.path)
    if other is None or other.package != view.package or not member.qualified.startswith(f"{owner.qualified}."):
        return False
    around = other.scopes[other.place(member)]
    return around < 0 or _alike(other.symbols[around], owner)


def is_partial(owner: Symbol) -> bool:
    """Tell whether other files may have further parts of a class of C#."""
    return owner.language == "csharp" and " partial " in f" {owner.signature}"


def other_parts(names: Resolution, view: View, owner: Symbol) -> list[Symbol]:
    """Return the other parts of a partial class, in its package."""
    if not is_partial(owner):
        return []
    found = [s for s in names.named(owner.name, view.family) if s != owner and s.qualified == owner.qualified]
    return [s for s in found if names.paths.declared(s.path) == view.package and _alike(s, owner)]


def _alike(one: Symbol, other: Symbol) -> bool:
    return arity(one.signature, one.name) == arity(other.signature, other.name)
