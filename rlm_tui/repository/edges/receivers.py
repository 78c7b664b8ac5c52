"""What stands before the dot: follows variables, fields, calls and their declared or constructed types to a class."""

from __future__ import annotations

import re
from dataclasses import replace

from rlm_tui.repository.edges.contexts import Contexts
from rlm_tui.repository.edges.extensions import foreign
from rlm_tui.repository.edges.generics import counted, is_type_of, of_arity, told
from rlm_tui.repository.edges.linking import enclosing, linked
from rlm_tui.repository.edges.meanings import Meaning, Value, of_side
from rlm_tui.repository.edges.objects import VALUES, listed, whole
from rlm_tui.repository.edges.outside import Outsiders
from rlm_tui.repository.edges.overloads import Overloads
from rlm_tui.repository.edges.resolution import Resolution
from rlm_tui.repository.edges.views import View
from rlm_tui.repository.parsing.callbacks import MARK
from rlm_tui.repository.parsing.definitions import BLOCK, CONTAINERS
from rlm_tui.repository.parsing.facts import BlockFact, ReferenceFact
from rlm_tui.repository.symbols import Symbol, Tier

_DEEP = 10
_SELF = frozenset({"self", "this", "cls", "Self", "@self"})
_PART = re.compile(r"([#@]?[\w$\\]+)((?:\(\)|\[\]|[!?])*)(?:\.|->|::|\?\.|$)")
_TYPE_PART = re.compile(r"[A-Za-z_$\\][\w$\\]*(?:(?:\.|::)[A-Za-z_$][\w$]*)*")
_HELD_WORDS = """
Optional Final ClassVar Annotated Type type Awaitable Coroutine Promise Box Rc Arc Ref RefCell Mutex MutexGuard Cow
unique_ptr shared_ptr weak_ptr Readonly Partial const mut dyn impl struct volatile typeof keyof readonly final Result Option
std ComputedRef ShallowRef Provider Supplier Class async
"""
_HELD = frozenset(_HELD_WORDS.split())
"""Types that stand for what they hold."""
_HOLDER_WORDS = """
list List dict Dict set Set tuple Tuple Sequence Iterable Iterator Mapping Map HashMap Vec Array ReadonlyArray Collection
Generator AsyncIterator Union Callable frozenset FrozenSet vector map unordered_map deque Stream chan func fn Fn
"""
_HOLDERS = frozenset(_HOLDER_WORDS.split())
"""Types that hold others and are none of ours."""
_MARK = re.compile(r"\[\]|\?")
_FUNCTIONS = frozenset({"function", "method"})
_NEITHER = frozenset({"None", "null", "undefined", "nil"})


def _instance(symbol: Symbol, tier: Tier) -> Value:
    return Value(Meaning(symbol, (), tier), True)


class Receivers:
    """Resolves references with a receiver, and values of expressions."""

    def __init__(self, names: Resolution) -> None:
        self._names = names
        self._known: dict[tuple[str, int, str, tuple[BlockFact, ...]], list[Value] | None] = {}
        self._overloads = Overloads(names, self)
        self._contexts = Contexts(names, self)
        self._outsiders = Outsiders(names, self)

    def resolve(self, view: View, reference: ReferenceFact) -> list[Meaning] | None:
        """Return what a reference means; [] when it is known to mean nothing here, None when that is not known."""
        found = self.meant(view, reference)
        if found and reference.arguments and view.scoping.constness:
            found = self._overloads.able(reference, found) or self._elsewhere(view, reference)
        return self._overloads.choose(view, reference, found) if found and reference.arguments else found

    def _elsewhere(self, view: View, call: ReferenceFact) -> list[Meaning] | None:
        """Return what the linker brings of a name of which no function that is near takes the arguments of a call."""
        found = self._overloads.able(call, linked(self._names, view, call.name, True)) if not call.receiver else []
        return enclosing(view, call.scope, found) or found or None

    def constructs(self, view: View, call: ReferenceFact, constructor: Symbol) -> bool:
        """Tell whether a call of a class may run this one of its constructors, by the arguments."""
        apart = self._names.view(constructor.path)
        place = apart.place(constructor) if apart else -1
        owner = self._names.owner(apart, place) if apart and place >= 0 else None
        rivals = self._names.own_members(owner, constructor.name) if owner and call.arguments else []
        chosen = self._overloads.choose(view, call, [Meaning(rival, (), Tier.TYPE) for rival in rivals])
        return not chosen or any(meaning.symbol == constructor for meaning in chosen)

    def meant(self, view: View, reference: ReferenceFact) -> list[Meaning] | None:
        """Return what a reference means, all overloads of it."""
        names = self._names
        every = bool(reference.arguments)
        if reference.kind == "type":
            found = names.as_type(view, reference.receiver, reference.name, reference.scope, reference.line)
            meant = [inner for meaning in found for inner in whole(names, view, meaning)]
            return meant if meant or reference.receiver or view.family != "c" else None
        if not reference.receiver:
            found = names.bare(view, reference.name, reference.scope, reference.line, every)
            if view.family == "lua" and reference.kind == "call":
                found = self._held(view, reference, found)
            if view.scoping.counts_types and reference.kind == "call":
                found = self._made(view, reference, found)
            if found or view.family != "c":
                meant = [inner for meaning in found for inner in whole(names, view, meaning)]
                return [inner for inner in meant if inner.symbol and self._callable(view, reference, inner.symbol)]
            return None
        if reference.kind == "inherit":
            return names.dotted(view, reference.receiver, reference.name, reference.scope, reference.line)
        values = self.values(view, reference.receiver, reference.scope, line=reference.line)
        found = [inner for value in values or () for inner in self._member(view, value, reference.name, every)]
        if not found and view.scoping.extensions:
            written = self._overloads.written(view, reference.receiver, reference.scope)
            written = "" if written.startswith("=") or written.endswith("()") else written
            found = [Meaning(s, (), Tier.TYPE) for s in foreign(names, view, reference.name, written)]
        if values is None and not found:
            return None
        if len(found) > 1 and reference.receiver in _SELF:
            found = self._of_block(view, reference.scope, found)
        if reference.kind == "call" and any(m.symbol and m.symbol.kind in _FUNCTIONS for m in found):
            # a field may have the name of a method
            found = [m for m in found if m.symbol and m.symbol.kind not in VALUES]
        return [m for m in found if m.symbol and self._callable(view, reference, m.symbol)]

    def _made(self, view: View, call: ReferenceFact, found: list[Meaning]) -> list[Meaning]:
        """Return what a bare call means where properties and classes of another arity may hide the class that is made."""
        count = told(call.arguments)[0] or 0
        if not found or any(m.symbol and (m.symbol.kind in _FUNCTIONS or is_type_of(m.symbol, count)) for m in found):
            return found
        further = [
            m for m in self._names.bare(view, call.name, -1, call.line) if m.symbol and is_type_of(m.symbol, count)
        ]
        return further or found

    def _of_block(self, view: View, scope: int, found: list[Meaning]) -> list[Meaning]:
        """Return the members of the block around `scope`, where a type has several that differ in its arguments (Rust)."""
        block = view.types.get(scope, {}).get(BLOCK)
        symbols = [
            (meaning, self._names.view(meaning.symbol.path), meaning.symbol) for meaning in found if meaning.symbol
        ]
        same = [m for m, held, symbol in symbols if held and held.types.get(held.place(symbol), {}).get(BLOCK) == block]
        return same if block and same else found

    def _held(self, view: View, call: ReferenceFact, found: list[Meaning]) -> list[Meaning]:
        """Return the functions that a variable holds which is called: `local map = list.map`."""
        if any(m.symbol and m.symbol.kind not in VALUES for m in found):
            return found
        held = [v.meaning for v in self.values(view, call.name, call.scope, line=call.line) or () if not v.instance]
        return [m for m in held if m.symbol and m.symbol.kind in _FUNCTIONS] or found

    def _callable(self, view: View, reference: ReferenceFact, symbol: Symbol) -> bool:
        """Tell whether a reference may mean a symbol: TypeScript's types may have the names of values, but nobody calls them."""
        return view.family != "javascript" or reference.kind != "call" or symbol.kind not in {"interface", "type"}

    def values(self, view: View, expression: str, scope: int, depth: int = 0, line: int = 0) -> list[Value] | None:
        """Return what an expression may be; [] for something outside of the repository, None when it is not known."""
        key = (view.path, scope, expression, view.blocks(line))
        if key not in self._known:
            self._known[key] = None  # what leads back to itself is not known
            self._known[key] = self._follow(view, expression, scope, depth, line) if depth < _DEEP else None
        return self._known[key]

    def _follow(self, view: View, expression: str, scope: int, depth: int, line: int) -> list[Value] | None:
        parts = _PART.findall(expression)
        if not parts or "".join(name + after for name, after in parts) != re.sub(r"\.|->|::|\?(?=\.)", "", expression):
            return None
        (first, after), rest = parts[0], parts[1:]
        if first == view.scoping.base:
            owner = self._names.owner(view, scope)
            values: list[Value] | None = (
                [_instance(s, Tier.RECEIVER) for s in self._names.bases(owner)] if owner else None
            )
            after = ""
        elif first in _SELF:
            owner = self._names.owner(view, scope)
            loose = view.family == "javascript" and scope >= 0 and view.symbols[scope].kind == "method"
            file = Value(
                Meaning(None, (view.path,), Tier.RECEIVER), False
            )  # of `module.exports = { a() { this.b() } }`
            values = [_instance(owner, Tier.RECEIVER)] if owner else [file] if loose else None
        else:
            values = self._head(view, first, scope, depth, line)
        values = self._after(values, after, depth)
        for name, after in rest:
            if not values:
                return values
            steps = [self._step(view, value, name, after, depth) for value in values]
            found = list(dict.fromkeys(value for step in steps if step for value in step))
            values = found or (None if any(step is None for step in steps) else [])
        return values

    def _step(self, view: View, value: Value, name: str, after: str, depth: int) -> list[Value] | None:
        """Return what a member of a value is, with the calls and indices `after` it."""
        known = view.indexer.standard is not None
        if known and name == "await":
            return self._after([value], after, depth)
        if value.outside is None:
            found = self.attribute(view, value, name, depth)
            if found or not known:
                return self._after(found, after, depth)
        called = after.startswith("()")
        given = self._outsiders.through(value, f"{name}()" if called else name, depth)
        return self._after(given, after[2:] if called else after, depth)

    def _head(self, view: View, name: str, scope: int, depth: int, line: int) -> list[Value] | None:
        """Return what a bare name in an expression is: a variable with a known type, or what the scopes say."""
        place = scope
        while True:
            places, local, at = view.local(name, place, line)
            if places:
                break
            declared = local or (view.types.get(place, {}).get(name, "") if place >= 0 and name != "return" else "")
            if declared:
                return self.typed(view, declared, scope, depth + 1, at)
            if place < 0:
                break
            if name in view.parameters(place):
                return None
            place = view.scopes[place]
        owner = view.owner(scope) if view.scoping.members_bare else -1
        while owner >= 0:
            field = self._field(view.symbols[owner], name, depth)
            if field is not None:
                return field
            owner = view.owner(view.scopes[owner])
        if outside := self._names.outside(view, scope):
            field = self._field(outside, name, depth)
            if field is not None:
                return field
        found = self._names.heads(view, [name], scope, line)
        if not found:
            written = view.types.get(-1, {}).get(name)
            return self.typed(view, written, -1, depth + 1) if written else None
        values: list[Value] = []
        for meaning in found:
            variable = self._variable(meaning, depth)
            if variable is None:
                values.append(Value(meaning, False))
            else:
                values.extend(variable)
        return values

    def _variable(self, meaning: Meaning, depth: int) -> list[Value] | None:
        """Return what a variable at file or class level holds; None for anything else, and where nothing says it."""
        symbol = meaning.symbol
        view = self._names.view(symbol.path) if symbol else None
        if view and view.scoping.called_by_name and symbol and symbol.kind in {"function", "method"}:
            return self.called([Value(meaning, False)], depth)
        if symbol is None or symbol.kind not in VALUES:
            return None
        place = view.place(symbol) if view else -1
        if view is None:
            return []
        plain = symbol.kind == "constant" and view.family != "rust"  # whose variants hold values of their own
        owner = self._names.owner(view, place) if plain else None
        if owner and owner.kind == "enum":
            return [_instance(owner, max(meaning.tier, Tier.SCOPE))]
        written = view.types.get(place, {}).get(symbol.name) or view.types.get(view.scopes[place], {}).get(symbol.name)
        return (self.typed(view, written, -1, depth + 1) or []) if written else None

    def _after(self, values: list[Value] | None, after: str, depth: int) -> list[Value] | None:
        """Apply calls and indices: a variable of a type written with brackets is taken for one of its elements already."""
        if "(" in after:
            values = self.called(values, depth) if values is not None else None
        for mark in _MARK.findall(after.rpartition(")")[2]) if values is not None else ():
            values = [inner for value in values or () if value.instance for inner in self._inner(value, mark, depth)]
        return values

    def _inner(self, value: Value, mark: str, depth: int) -> list[Value]:
        """Return what an index, or the operator `?` of a language with a standard library that we know, gives of a value."""
        found = self._outsiders.through(value, mark, depth)
        if found is None:
            found = [] if value.outside else self._elements(value, depth) if mark == "[]" else [value]
        return found

    def called(self, values: list[Value], depth: int) -> list[Value] | None:
        """Return what calls of these give, None when that is not known."""
        results: list[Value] = []
        unknown = False
        for value in values:
            symbol = value.symbol
            if symbol is None:
                continue
            if symbol.kind in CONTAINERS or symbol.kind == "type":
                results.append(_instance(symbol, max(value.meaning.tier, Tier.TYPE)))
                continue
            if symbol.kind in VALUES:
                continue
            view = self._names.view(symbol.path)
            place = view.place(symbol) if view else -1
            written = view.types.get(place, {}).get("return") if view else None
            if view and not written and any(name.startswith("return.") for name in view.types.get(place, ())):
                results.append(_instance(symbol, Tier.TYPE))  # the object that it returns
            elif view is None or not written:
                unknown = True
            elif written.strip("&' ") in {"Self", "self", "this", "&mut Self"} or written.endswith("Self"):
                owner = self._names.owner(view, place)
                results.extend([_instance(owner, Tier.TYPE)] if owner else [])
            else:
                results.extend(self.typed(view, written, place, depth + 1) or [])
        return list(dict.fromkeys(results)) or (None if unknown else [])

    def _elements(self, value: Value, depth: int) -> list[Value]:
        """Return what an object holds whose type names a slice or a map (Go's `type trees []tree`); else itself."""
        view = self._names.view(value.symbol.path) if value.symbol and value.symbol.kind == "type" else None
        place = view.place(value.symbol) if view and value.symbol else -1
        written = view.types.get(place, {}).get("[]") if view else None
        return (self.typed(view, written, place, depth + 1) or []) if view and written else [value]

    def typed(self, view: View, written: str, scope: int, depth: int = 0, line: int = 0) -> list[Value] | None:
        """Return the instances that a type, as written, stands for: `Foo`, `Optional[Foo]`, `*pkg.Foo`, `f()`, `=x.y`."""
        if depth >= _DEEP:
            return None
        if written.startswith(MARK):
            return self._contexts.given(view, written, scope, depth, line)
        if written.startswith("=") or written.endswith("()"):
            values = self.values(view, written.removeprefix("=").replace("::", "."), scope, depth + 1, line)
            return values if values is None else [replace(v, meaning=_surer(v.meaning)) for v in values]
        if view.indexer.standard is not None:
            return self._outsiders.typed(view, written, scope, depth, line)
        found: list[Value] = []
        for part in _alternatives(written):
            for match in _TYPE_PART.finditer(part):
                name = match[0]
                receiver, _, last = name.replace("::", ".").rpartition(".")
                if last in _NEITHER:
                    continue
                stands = last in _HELD or last in _HOLDERS  # unless the repository has a class of that name
                kinds = CONTAINERS if stands else CONTAINERS | {"type"}
                named = self._names.as_type(view, receiver, last, scope, line)
                meanings = [inner for meaning in named for inner in whole(self._names, view, meaning)]
                own = [_instance(m.symbol, Tier.TYPE) for m in meanings if m.symbol and m.symbol.kind in kinds]
                own = of_arity(own, lambda value: value.symbol, counted(part[match.end() :])) if len(own) > 1 else own
                found.extend(own)
                if own or last not in _HELD:
                    break
        return found

    def attribute(self, view: View, value: Value, name: str, depth: int) -> list[Value] | None:
        """Return what an attribute of a value holds; None when it is not known."""
        symbol = value.symbol
        if symbol is not None and value.instance and symbol.kind in _FUNCTIONS:
            where = self._names.view(symbol.path)
            place = where.place(symbol) if where else -1
            written = where.types.get(place, {}).get(f"return.{name}") if where else None
            if where and written:
                return self.typed(where, written, place, depth + 1)
        if symbol is not None:
            field = self._field(symbol, name, depth)
            if field is not None:
                return field
        found = self._member(view, value, name)
        results: list[Value] = []
        for meaning in found:
            variable = self._variable(meaning, depth)
            results.extend([Value(meaning, False)] if variable is None else variable)
        return results or (None if symbol is not None else [])

    def _field(self, owner: Symbol, name: str, depth: int) -> list[Value] | None:
        """Return what a field of a class or of its bases holds, None when no type is known."""
        for symbol in self._names.lineage(owner):
            view = self._names.view(symbol.path)
            place = view.place(symbol) if view else -1
            written = view.fields.get(place, {}).get(name) if view else None
            if view and written:
                return self.typed(view, *written, depth + 1)
            held = (
                view.types.get(place, {}).get(name)
                if view and view.indexer.standard and symbol.kind in VALUES
                else None
            )
            if view and held:  # of a variant of an enumeration
                return self.typed(view, held, place, depth + 1)
        return None

    def _member(self, view: View, value: Value, name: str, every: bool = False) -> list[Meaning]:
        if value.outside:
            return self._outsiders.extended(value, name)
        if value.symbol and value.instance and value.symbol.kind in _FUNCTIONS:
            return listed(self._names, value.symbol, f"return.{name}", Tier.TYPE)
        if value.symbol and (value.instance or every):
            found = self._names.members(value.symbol, name, every)
            found = of_side(found, False)
            tier = value.meaning.tier if value.instance else max(value.meaning.tier, Tier.SCOPE)
            return [Meaning(symbol, (), tier) for symbol in found]
        return self._names.step(view, value.meaning, name)


def _surer(meaning: Meaning) -> Meaning:
    return Meaning(meaning.symbol, meaning.paths, max(meaning.tier, Tier.TYPE))


def _alternatives(written: str) -> list[str]:
    """Split a union at its bars: `A | Sequence[B | C]` gives `A` and `Sequence[B | C]`."""
    if "Union[" in written:
        written = written.partition("Union[")[2].removesuffix("]").replace(",", "|")
    if "|" not in written:
        return [written]
    parts, depth, start = [], 0, 0
    for index, character in enumerate(written):
        if character in "[(<{":
            depth += 1
        elif character in "])>}":
            depth -= 1
        elif character == "|" and depth == 0:
            parts.append(written[start:index])
            start = index + 1
    return [*parts, written[start:]]
