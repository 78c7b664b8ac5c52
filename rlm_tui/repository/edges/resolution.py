"""What a name means where it stands: scopes, imports through re-exports and aliases, packages, members and their bases.

Built for one generation of the index. Not thread-safe: a look-up leaves marks in the caches, by which cycles end.
"""

from __future__ import annotations

from collections.abc import Sequence

from rlm_tui.repository.edges.extensions import extended, extensions
from rlm_tui.repository.edges.files import Files
from rlm_tui.repository.edges.generics import is_part, is_partial, of_arity, other_parts, told
from rlm_tui.repository.edges.linking import enclosing, linked
from rlm_tui.repository.edges.meanings import Meaning, is_constructor, is_type, of_class, of_side
from rlm_tui.repository.edges.namespaces import merged
from rlm_tui.repository.edges.objects import VALUES, listed, required, whole
from rlm_tui.repository.edges.views import View
from rlm_tui.repository.index.indexed import Indexed
from rlm_tui.repository.parsing.definitions import CONTAINERS
from rlm_tui.repository.parsing.facts import ImportFact, ReferenceFact
from rlm_tui.repository.symbols import Symbol, Tier

_DEEP = 12
"""So many re-exports in a row are followed: enough for code that people write."""
_MOST_BASES = 200
_BASES = {"trait": 0, "interface": 2}
"""What is mixed in comes before what is extended, and that before what is implemented."""
_PACKAGED = frozenset({"package", "packages"})


class Resolution(Files):
    """Resolves names of one generation of the index."""

    def __init__(self, store: Indexed) -> None:
        super().__init__(store)
        self._exports: dict[tuple[str, str], list[Meaning]] = {}
        self._lineages: dict[Symbol, list[Symbol]] = {}

    def forget(self) -> None:
        """Forget what was read, but for what is small: to be called while nothing is looked up."""
        super().forget()
        self._exports.clear()
        self._lineages.clear()

    # Names

    def bare(self, view: View, name: str, scope: int, line: int = 0, every: bool = False) -> list[Meaning]:
        """Return what `name` means in `scope`, at `line`; [] for locals, builtins and the unknown. `every`: see `members`."""
        if view.scoping.shared == "open":
            return self._open(view, name, scope)
        place = scope
        while True:
            local, written, _ = view.local(name, place, line)
            if local or (written and not (every and view.scoping.methods_apart)):
                return [Meaning(view.symbols[i], (), Tier.SCOPE) for i in local]
            if place < 0:
                break
            symbol = view.symbols[place]
            if symbol.kind not in CONTAINERS:
                inner = [i for i in view.by_qualified.get(f"{symbol.qualified}.{name}", ()) if view.is_lexical(i)]
                if inner:
                    return [Meaning(view.symbols[i], (), Tier.SCOPE) for i in inner]
                typed = (
                    name in view.types.get(place, ())
                    and name != "return"
                    and not (every and view.scoping.methods_apart)
                )
                if typed or name in view.parameters(place):
                    return []
                if symbol.kind == "module" and (found := merged(self, view, symbol.qualified, name)):
                    return [Meaning(s, (), Tier.SCOPE if s.path == view.path else Tier.IMPORT) for s in found]
            elif view.scoping.members_bare or symbol.name == name:
                found = [s for s in self.members(view.symbols[place], name, every) if not is_constructor(s)]
                if found and view.scoping.members_bare:
                    own = all(member.parent == symbol.qualified and member.path == view.path for member in found)
                    return [Meaning(member, (), Tier.SCOPE if own else Tier.RECEIVER) for member in found]
            place = view.scopes[place]
        if outside := self.outside(view, scope):
            found = [s for s in self.members(outside, name, every) if not is_constructor(s)]
            if found:
                return [Meaning(member, (), Tier.RECEIVER) for member in found]
        here = [Meaning(view.symbols[i], (), Tier.SCOPE) for i in view.top.get(name, ())]
        if view.scoping.shared == "linked":
            brought = self.brought(view, name)
            nearest = enclosing(view, scope, here) or enclosing(view, scope, brought)
            return nearest or here or brought or self._around(view, name, every)
        if here:
            return required(self, view, name) or here
        return self.brought(view, name) or self._around(view, name, every)

    def _open(self, view: View, name: str, scope: int) -> list[Meaning]:
        """Return what `name` means where classes are open: a constant of what is around, a member, a definition at the top."""
        place = scope
        while place >= 0:
            symbol = view.symbols[place]
            if name[:1].isupper() and symbol.kind in CONTAINERS | {"module"}:
                found = self.reopened(view, f"{symbol.qualified}.{name}")
                if found:
                    return found
            place = view.scopes[place]
        owner = self.owner(view, scope)
        members = self.members(owner, name) if owner else []
        if members:
            members = of_side(members, of_class(view.symbols[scope]) or view.symbols[scope].kind in CONTAINERS)
            return [Meaning(m, (), Tier.SCOPE if m.path == view.path else Tier.RECEIVER) for m in members]
        if name[:1].isupper():
            return self.reopened(view, name)
        top = view.by_qualified.get(name)
        if top:
            return [Meaning(view.symbols[i], (), Tier.SCOPE) for i in top]
        near = [
            other for item in view.starred for path in self.targets(view, item.module) if (other := self.view(path))
        ]
        return [Meaning(other.symbols[i], (), Tier.IMPORT) for other in near for i in other.by_qualified.get(name, ())]

    def reopened(self, view: View, qualified: str) -> list[Meaning]:
        """Return all definitions of a class, module or constant; those of tests only for a test that has no other."""
        found = [s for s in self.named(qualified.rpartition(".")[2], view.family) if s.qualified == qualified]
        found = [s for s in found if s.path == view.path or not s.is_test] or (found if view.is_test else [])
        return [Meaning(s, (), Tier.SCOPE if s.path == view.path else Tier.IMPORT) for s in found]

    def brought(self, view: View, name: str, depth: int = 0) -> list[Meaning]:
        """Return what the imports of `view` bind to `name`."""
        found: list[Meaning] = []
        for item, original in view.imported.get(name, ()):
            if not original:
                found.append(Meaning(None, self.targets(view, item.module), Tier.IMPORT))
            elif item.module:
                found.extend(self._imported(view, item, original, depth))
        if not found:
            for item in view.starred:
                if view.scoping.shared in _PACKAGED:
                    found.extend(self._packaged(view, item.module, name))
                    continue
                for path in self.targets(view, item.module):
                    found.extend(self.exported(path, name, depth + 1))
        return list(dict.fromkeys(found))

    def _imported(self, view: View, item: ImportFact, original: str, depth: int) -> list[Meaning]:
        if view.scoping.shared in _PACKAGED:
            before, _, last = item.module.rpartition(".")
            found = self._packaged(view, item.module, original, before if last == original else item.module)
            if found:
                return found
        targets = self.targets(view, item.module)
        found = [meaning for path in targets for meaning in self.exported(path, original, depth + 1)]
        if found:
            return found
        separator = "::" if "::" in item.module or view.language == "rust" else "."
        joint = "" if item.module.endswith(separator) else separator
        inner = self.targets(view, f"{item.module}{joint}{original}") if view.language in {"python", "rust"} else ()
        return [Meaning(None, inner, Tier.IMPORT)]

    def _packaged(self, view: View, module: str, name: str, around: str = "") -> list[Meaning]:
        """Return what `name` is in the package, or in the class of a package, that `around` (or `module`) names."""
        targets = set(self.targets(view, module))
        around = (around or module).removesuffix(".*")
        found = [
            symbol
            for symbol in self.named(name, view.family)
            if symbol.path in targets and self._names(self.paths.declared(symbol.path), around) and self.is_top(symbol)
        ]
        last = around.rpartition(".")[2]
        for owner in self.named(last, view.family) if targets and not found else ():
            declared = self.paths.declared(owner.path)
            if owner.path in targets and self._names(f"{declared}.{owner.qualified}", around):
                found.extend(self.members(owner, name))
        return [Meaning(symbol, (), Tier.IMPORT) for symbol in dict.fromkeys(found)]

    @staticmethod
    def _names(declared: str, written: str) -> bool:
        """Tell whether a package or class is what an import names, from the root or from a package around the importer."""
        return f".{declared}".endswith(f".{written}")

    def exported(self, path: str, name: str, depth: int = 0) -> list[Meaning]:
        """Return what the module at `path` offers as `name`, through its re-exports."""
        key = (path, name)
        if key not in self._exports:
            self._exports[key] = []  # modules that export each other end here
            self._exports[key] = self._offered(path, name, depth)
        return self._exports[key]

    def _offered(self, path: str, name: str, depth: int) -> list[Meaning]:
        view = self.view(path) if depth < _DEEP else None
        if view is None:
            return []
        if name in view.top:
            return [Meaning(view.symbols[i], (), Tier.IMPORT) for i in view.top[name]]
        for item, original in view.imported.get(name, ()):
            if item.module == "" and item.exported and original != name:
                local = [Meaning(view.symbols[i], (), Tier.IMPORT) for i in view.top.get(original, ())]
                if found := local or self.brought(view, original, depth + 1):
                    return found
        if name == "default":
            return []
        if view.family == "javascript" and (loose := view.loose(name)):
            return [Meaning(view.symbols[i], (), Tier.IMPORT) for i in loose]
        found = self.brought(view, name, depth + 1)
        return [meaning for meaning in found if meaning.symbol or meaning.paths]

    def _around(self, view: View, name: str, every: bool = False) -> list[Meaning]:
        """Return what the package or the linker brings."""
        if view.scoping.shared in {"folder", *_PACKAGED}:
            near = self.named(name, view.family)
            seen = [s for s in near if self._same_package(view, s) and self.is_top(s)]
            if not seen and view.scoping.global_functions:
                functions = [s for s in near if s.kind == "function" and not s.is_test]
                seen = [s for s in functions if not self.paths.declared(s.path) and self.is_top(s)]
            if view.scoping.counts_types:  # nothing else stands in a namespace
                seen = [s for s in seen if s.kind in CONTAINERS or s.kind == "type"]
            nearest = max((len(self.paths.declared(s.path)) for s in seen), default=0)
            return [Meaning(s, (), Tier.IMPORT) for s in seen if len(self.paths.declared(s.path)) == nearest]
        return linked(self, view, name, every) if view.scoping.shared == "linked" else []

    def _same_package(self, view: View, symbol: Symbol) -> bool:
        """Tell whether a file sees a name without importing it; a Java package may lie in several source folders."""
        if view.scoping.shared == "folder" and symbol.path.rpartition("/")[0] != view.folder:
            return False
        package, other = view.package, self.paths.declared(symbol.path)
        around = view.scoping.shared == "packages" and (not other or package.startswith(f"{other}."))
        return (package == other or around) and (not symbol.is_test or view.is_test)

    # Members

    def members(self, owner: Symbol, name: str, every: bool = False) -> list[Symbol]:
        """Return the member `name` of a class, its own or the nearest of its bases; overloads of `every` one, nearest first."""
        if every:
            return [m for base in self.lineage(owner) for m in self.own_members(base, name)] + extensions(
                self, owner, name
            )
        if own := self.own_members(owner, name):
            return own
        inherited = (found for base in self.lineage(owner)[1:] if (found := self.own_members(base, name)))
        return next(inherited, []) or extensions(self, owner, name)

    def lineage(self, owner: Symbol) -> list[Symbol]:
        """Return a class and all of its bases, each before its own, no matter how they are entangled."""
        if owner not in self._lineages:
            self._lineages[owner] = [owner]  # what is its own base ends here
            found: dict[Symbol, None] = {}
            waiting = [owner]
            while waiting and len(found) < _MOST_BASES:
                symbol = waiting.pop()
                if symbol not in found:
                    found[symbol] = None
                    waiting.extend(reversed(self.bases(symbol)))
            self._lineages[owner] = list(found)
        return self._lineages[owner]

    def owner(self, view: View, scope: int) -> Symbol | None:
        """Return the class around `scope`; of a method that stands apart from its type, the type in another file."""
        place = view.owner(scope)
        if place >= 0:
            return view.symbols[place]
        while scope >= 0:
            symbol = view.symbols[scope]
            if found := extended(self, view, scope):
                return found[0]
            if "." in symbol.qualified and view.scopes[scope] < 0:
                name = symbol.qualified.rpartition(".")[0].rpartition(".")[2]
                near = [s for s in self.named(name, view.family) if s.kind in CONTAINERS | {"type"}]
                same = [s for s in near if s.path.rpartition("/")[0] == view.folder] or near
                return same[0] if len(same) == 1 else None
            scope = view.scopes[scope]
        return None

    def outside(self, view: View, scope: int) -> Symbol | None:
        """Return the class whose member `scope` is, where it stands apart from it and names the others bare."""
        apart = view.scoping.members_bare and view.scoping.spread != "file" and scope >= 0 and view.owner(scope) < 0
        return self.owner(view, scope) if apart else None

    def own_members(self, owner: Symbol, name: str) -> list[Symbol]:
        """Return the members `name` that a class declares itself."""
        view = self.view(owner.path)
        if view is None:
            return []
        places = view.by_qualified.get(f"{owner.qualified}.{name}", ())
        within = view.place(owner)
        own = [i for i in places if view.scopes[i] == within]
        here = [view.symbols[i] for i in (own if view.scoping.counts_types else own or places)]
        if owner.kind == "module" and (found := merged(self, view, owner.qualified, name, around=False)):
            return found
        linked = view.scoping.shared == "linked"
        namespace = owner.kind == "module" and linked
        spread = linked or view.scoping.shared == "open" or is_partial(owner)
        if (here and not spread) or view.scoping.spread == "file":
            return here
        folder = owner.path.rpartition("/")[0]
        if view.scoping.shared == "open":
            return [meaning.symbol for meaning in self.reopened(view, f"{owner.qualified}.{name}") if meaning.symbol]
        found = [
            symbol
            for symbol in self.members_named(owner.name, name, view.family)
            if (view.scoping.spread != "folder" or symbol.path.rpartition("/")[0] == folder)
            and (view.scoping.spread != "package" or is_part(self, view, owner, symbol))
        ]
        if here and not namespace:  # overloads, of which some stand apart
            return here + [s for s in found if s not in here and s.qualified == here[0].qualified]
        if not namespace:
            return found
        found = [s for s in found if s not in here and not s.signature.startswith("static ")]
        return here + ([s for s in found if not s.is_test] or ([] if here else found))

    def bases(self, owner: Symbol) -> list[Symbol]:
        """Return the classes of this repository that a class names as its bases, in order."""
        view = self.view(owner.path)
        if view is None:
            return []
        parts = [owner]
        if view.scoping.shared == "open":
            parts = [meaning.symbol for meaning in self.reopened(view, owner.qualified) if meaning.symbol]
        elif view.scoping.counts_types:
            parts += other_parts(self, view, owner)
        return [s for part in parts for s in self._bases(part)]

    def _bases(self, owner: Symbol) -> list[Symbol]:
        view = self.view(owner.path)
        place = view.place(owner) if view else -1
        if view is None or place < 0:
            return []
        found = [s for reference in view.inherits.get(place, ()) for s in self.inherited(view, reference)]
        return sorted(found, key=lambda base: _BASES.get(base.kind, 1))

    def inherited(self, view: View, reference: ReferenceFact) -> list[Symbol]:
        """Return the classes that one base, as written, means."""
        around = view.scopes[reference.scope] if reference.scope >= 0 else -1
        found = [m.symbol for m in self.dotted(view, reference.receiver, reference.name, around) if m.symbol]
        return of_arity(found, lambda symbol: symbol, told(reference.arguments)[0] or 0)

    def dotted(self, view: View, receiver: str, name: str, scope: int, line: int = 0) -> list[Meaning]:
        """Return what `receiver.name` means where the receiver is a module or a class, not an instance."""
        if not receiver:
            return self.bare(view, name, scope, line)
        parts = receiver.replace("::", ".").split(".")
        found = self.heads(view, parts, scope, line)
        for part in [*parts[1:], name]:
            found = list(dict.fromkeys(inner for meaning in found for inner in self.step(view, meaning, part)))
        if not found and view.scoping.shared in _PACKAGED:  # written with its package
            return self._packaged(view, receiver, name)
        return found

    def as_type(self, view: View, receiver: str, name: str, scope: int, line: int = 0) -> list[Meaning]:
        """Return what `receiver.name` means where a type is written: never a parameter of that name (`func run(store store)`)."""
        found = self.dotted(view, receiver, name, scope, line)
        if not receiver and (bound := self._bound(view, name, scope)):
            return bound
        if not receiver and found and view.scoping.members_bare and not any(is_type(m) for m in found):
            found = [m for m in self.bare(view, name, -1, line) if is_type(m)] or found  # `Policy Policy { get; }`
        first = receiver.partition(".")[0] or name
        while not found and scope >= 0 and first in view.types.get(scope, ()):
            scope = view.scopes[scope]
            found = self.dotted(view, receiver, name, scope)
        return found

    def heads(self, view: View, parts: Sequence[str], scope: int, line: int = 0) -> list[Meaning]:
        """Return what the first part of a dotted name means; `import a.b` binds the whole of it."""
        found = self.bare(view, parts[0], scope, line) or self._bound(view, parts[0], scope)
        if not found and view.language == "rust":
            targets = self.targets(view, parts[0]) if parts[0] in {"crate", "super", "self"} else ()
            found = [Meaning(None, targets, Tier.IMPORT)] if targets else []
        if not found and any(alias.startswith(parts[0] + ".") for alias in view.imported):
            found = [Meaning(None, self.targets(view, parts[0]), Tier.IMPORT)]
        return found

    def _bound(self, view: View, name: str, scope: int) -> list[Meaning]:
        """Return what a type parameter is bound by: `Vector` of `fn find<V: Vector>(...)`."""
        while scope >= 0:
            if written := view.types.get(scope, {}).get(f"<{name}>"):
                receiver, _, last = written.replace("::", ".").rpartition(".")
                return self.dotted(view, receiver, last, scope)
            scope = view.scopes[scope]
        return []

    def step(self, view: View, meaning: Meaning, part: str) -> list[Meaning]:
        """Return what `part` means inside of a module or a class."""
        if meaning.symbol:
            tier = max(meaning.tier, Tier.SCOPE)
            open_ = view.family == "javascript" or meaning.symbol.kind in CONTAINERS | {"module", "type"}
            found = self.members(meaning.symbol, part) if open_ else []
            found = [s for s in of_side(found, True) if s.signature.startswith("static ")] or of_side(found, True)
            if not found and meaning.symbol.kind in VALUES:
                return listed(self, meaning.symbol, part, tier)
            return [Meaning(symbol, (), tier) for symbol in found]
        paths: Sequence[str] = meaning.paths
        if view.scoping.shared == "folder" and len(paths) > 1:  # nothing is re-exported: not all files need be read
            holders = self.files_defining(part, view.family)
            paths = [path for path in paths if path in holders]
        exported = [inner for path in paths for inner in self.exported(path, part)]
        if not exported:
            exported = [member for inner in whole(self, view, meaning) for member in self.step(view, inner, part)]
        if exported or not meaning.paths:
            return exported
        inner: tuple[str, ...] = ()
        if view.language == "python":
            package = meaning.paths[0].removesuffix("/__init__.py")
            inner = self.paths.first((f"{package}/{part}.py", f"{package}/{part}/__init__.py"))
        elif view.language == "rust":
            base = meaning.paths[0].removesuffix(".rs").removesuffix("/mod").removesuffix("/lib").removesuffix("/main")
            inner = self.paths.first((f"{base}/{part}.rs", f"{base}/{part}/mod.rs"))
        return [Meaning(None, inner, Tier.IMPORT)] if inner else []
