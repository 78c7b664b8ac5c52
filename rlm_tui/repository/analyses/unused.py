"""Finds definitions that nothing in the product's code uses, and says of each what could use it from outside all the same.

A definition counts as used when its name stands anywhere else in code, whatever it means there: uses that no rule can resolve
are uses too. So what is listed is precise, and what has a common name is missed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from rlm_tui.repository.edges.graph import Graph
from rlm_tui.repository.files.sources import Sources
from rlm_tui.repository.index.store import Store
from rlm_tui.repository.indexer import scoping_of
from rlm_tui.repository.parsing.code_text import code_of
from rlm_tui.repository.parsing.definitions import CONTAINERS, UNNAMED
from rlm_tui.repository.symbols import File, Hit, Remark, Symbol

PRIVATE, PUBLIC, REACHABLE = 0, 1, 2
"""How much outside of the code could use a definition: nothing; users of a library; something seen that may well do so."""
_KINDS = frozenset({"function", "method", "macro", "type"}) | CONTAINERS
_MEMBERLESS = frozenset({"constant", "variable"})
_CHUNK = 800
"""So many names are searched for at once."""
_MOST_CODES = 100
"""So many files are kept as they were read: definitions come file by file, and so do most of their uses."""
_MOST_FILES = 6
"""A name that more files use is no candidate."""
_WORD = re.compile(r"[\w$]+")
_ENTRY_NAMES = "main init wmain WinMain wWinMain DllMain _start Main setup teardown run premain agentmain"
_ENTRIES = frozenset(_ENTRY_NAMES.split())
_HARMLESS = re.compile(
    r"(?:staticmethod|classmethod|property|abstractmethod|final|override|Override|Deprecated|deprecated|Nullable|NonNull|inline|"
    r"SuppressWarnings|Beta|VisibleForTesting|functools\.\w+|lru_cache|cache|cached_property|dataclass|typing\.\w+|overload|"
    r"abc\.\w+|contextmanager|contextlib\.\w+|wraps|derive|allow|must_use|doc|cfg|repr|FunctionalInterface|SafeVarargs|"
    r"CanIgnoreReturnValue|Internal|\w*\.(?:getter|setter|deleter))\b"
)
"""Decorators and annotations by which nothing calls what they mark."""
_DATA = frozenset(["yaml", "toml", "json", "xml", "ini", "properties", "html", "sql", "bash", "dockerfile", "makefile"])
_DATA_FILES = re.compile(
    r"\.(?:ya?ml|toml|json|xml|ini|cfg|conf|properties|html?|vue|svelte|jinja2?|tmpl|gradle|sh|mk|in)$|(?:^|/)[^.]+$"
)
_DECLARES = re.compile(r"^[\w\s*&:<>,]*[\s*&]\w+\s*\(")
"""A line outside of any definition that declares a function of C."""
_ASIDE = re.compile(r"(?:^|/)(?:docs?|examples?|samples?|scripts?|benchmarks?)/|\.d\.[cm]?ts$")
"""Paths of what is read or run by itself, and of declarations for others."""
_EMPTY_BASES = re.compile(
    r"(?:object|Object|Generic|Protocol|ABC|\w*Enum|\w*Flag|NamedTuple|TypedDict|tuple|\w*Exception|\w+Error|\w+Warning|"
    r"Serializable|Cloneable)\b"
)
"""Bases from outside that call none of the methods added to them."""
_NO_TEXT = re.compile(
    r"\.(?:md|rst|adoc|txt|log|lock|map|snap|svg|po)$|(?:^|/)(?:CHANGES|CHANGELOG|LICENSE|AUTHORS|NEWS)"
)


class Unused:
    """Looks for unused definitions. `search(pattern, limit)` greps the whole repository."""

    def __init__(self, store: Store, graph: Graph, sources: Sources, search: Callable[[str, int], list[Hit]]) -> None:
        self._store = store
        self._graph = graph
        self._sources = sources
        self._search = search
        self._codes: dict[str, tuple[list[str], list[str]]] = {}
        self._named: dict[str, list[Symbol]] = {}

    def find(self, symbols: Iterable[Symbol], *, kept: bool, limit: int) -> list[Remark]:
        """Return up to `limit` of `symbols` that are unused, those that nothing outside can reach first.

        With `kept` those that are left out otherwise: not used, but with something seen that may use them, and what that is.
        """
        found: list[Remark] = []
        candidates = (s for s in symbols if _is_candidate(s) and not self._store.is_generated(s.path))
        while len(found) < limit and (chunk := list(islice(candidates, _CHUNK))):
            found += [remark for remark in self._unused(chunk) if (remark.value == REACHABLE) == kept]
        return sorted(found, key=lambda remark: remark.value)[:limit]

    def _unused(self, chunk: list[Symbol]) -> Iterator[Remark]:
        files = {file.path: file for file in map(self._store.file, {symbol.path for symbol in chunk}) if file}
        names = {symbol.name for symbol in chunk}
        rare = sorted(name for name in names if self._product_files(name, files) <= _MOST_FILES)
        if not rare:
            return
        pattern = rf"(?:^|[^\w$])(?:{'|'.join(map(re.escape, rare))})(?:$|[^\w$])"
        hits: dict[str, list[Hit]] = defaultdict(list)
        wanted = set(rare)
        for hit in self._search(pattern, 100 * _CHUNK):
            for name in wanted.intersection(_WORD.findall(hit.text)):
                hits[name].append(hit)
        for symbol in chunk:
            if symbol.name in wanted:
                remark = self._judge(symbol, hits[symbol.name], files)
                if remark is not None:
                    yield remark

    def _product_files(self, name: str, files: dict[str, File]) -> int:
        count = 0
        for path in self._store.files_mentioning(name):
            file = files.get(path) or self._store.file(path)
            if file is not None:
                files[path] = file
                count += not file.is_test
        return count

    def _judge(self, symbol: Symbol, hits: list[Hit], files: dict[str, File]) -> Remark | None:
        """Return what is to be said of a definition, None where it is used."""
        test = string = data = None
        for hit in hits:
            file = files.get(hit.path) or self._store.file(hit.path)
            if file is None or _NO_TEXT.search(hit.path):
                continue
            files[hit.path] = file
            if hit.path == symbol.path and symbol.start <= hit.line <= symbol.end and _is_own(symbol, hit):
                continue
            if file.language in ("", "text", "markdown") or file.language in _DATA:
                data = data or (hit if _DATA_FILES.search(hit.path) else None)
                continue
            where = self._stands(symbol.name, hit, file)
            if where == "code" and file.is_test:
                test = test or hit
            elif where == "code":
                return None
            elif where == "string" and not file.is_test:
                string = string or hit
        return self._remark(symbol, test, string, data)

    def _stands(self, name: str, hit: Hit, file: File) -> str:
        """Tell whether a name at a line is "code", in a "string", a "definition" of a namesake, or in a comment ("")."""
        if hit.path not in self._codes:
            try:
                text = "\n".join(self._sources.lines(hit.path))
            except PermissionError:
                text = ""
            plain = code_of(text, file.language).split("\n")
            if len(self._codes) >= _MOST_CODES:
                del self._codes[next(iter(self._codes))]
            self._codes[hit.path] = (plain, code_of(text, file.language, strings=True).split("\n"))
        code, with_strings = self._codes[hit.path]
        if hit.line > len(code):
            return "code"  # the file has changed since: nothing is claimed
        if name in _WORD.findall(code[hit.line - 1]):
            if name not in self._named:
                self._named[name] = self._store.symbols_named(name)
            heads = any(s.path == hit.path and _heads(s, hit.line) for s in self._named[name])
            declares = file.language in ("c", "cpp") and not hit.symbol and _DECLARES.search(code[hit.line - 1])
            return "definition" if heads or declares else "code"
        return "string" if name in _WORD.findall(with_strings[hit.line - 1]) else ""

    def _remark(self, symbol: Symbol, test: Hit | None, string: Hit | None, data: Hit | None) -> Remark:
        tested = f"; only tests use it ({test.path}:{test.line})" if test else ""
        reason = self._reason(symbol)
        if not reason and string is not None and string.symbol != "__all__":
            reason = f"its name stands in a string at {string.path}:{string.line}"
        if not reason and data is not None:
            reason = f"its name stands in {data.path}:{data.line}"
        if reason:
            return Remark(symbol, REACHABLE, f"no use in code, but {reason}{tested}")
        if self._is_public(symbol):
            return Remark(symbol, PUBLIC, f"no use in this repository's code; public: users of it could{tested}")
        return Remark(symbol, PRIVATE, f"no use; not public{tested}")

    def _reason(self, symbol: Symbol) -> str:
        """Return what may use a definition without its name, "" for nothing known."""
        name = symbol.name
        marks = [mark for mark in symbol.decorators if not _HARMLESS.match(mark)]
        if name in _ENTRIES:
            return "it is an entry point by its name"
        if marks:
            return f"it is marked @{marks[0]}"
        if scoping_of(symbol.language).magic.fullmatch(name):
            return "the language calls it by its name"
        if any(mark in ("Override", "override") for mark in symbol.decorators) or " override " in symbol.signature:
            return "it overrides a method of a base"
        if symbol.kind == "method":
            if bases := self._graph.overridden(symbol):
                return f"it overrides {min(base.locator for base in bases)}"
            if self._has_outside_base(symbol):
                return "its class has a base outside of this repository, which it may override"
        if symbol.language in ("javascript", "typescript") and self._is_property(symbol):
            return "it is a property of an object, which may be read by name"
        if symbol.language == "python" and name.startswith(("pytest_", "visit_", "do_", "test_", "handle_", "on_")):
            return "its name follows a convention of hooks"
        return ""

    def _has_outside_base(self, method: Symbol) -> bool:
        owner = next((s for s in self._store.symbols_in(method.path) if s.qualified == method.parent), None)
        if owner is None or method.language == "go" or method.visibility == "private":
            return False
        read = self._store.read(method.path)
        place = next((i for i, s in enumerate(read.symbols) if s.start_byte == owner.start_byte), -1) if read else -1
        written = [r.name for r in read.unpacked.references_of("inherit") if r.scope == place] if read else []
        return any(not self._store.symbols_named(base) for base in written if not _EMPTY_BASES.fullmatch(base))

    def _is_property(self, symbol: Symbol) -> bool:
        """Tell a function that is a member of an object, not of a class, from one that is declared."""
        owner = next((s for s in self._store.symbols_in(symbol.path) if s.qualified == symbol.parent), None)
        if symbol.kind == "method":
            return owner is None or owner.kind not in CONTAINERS
        written = symbol.signature.removeprefix("async ").removeprefix("export ").removeprefix("default ")
        assigned = re.match(rf"{re.escape(symbol.name)}\s*(?::[^=(]*)?=(?!>)", written)
        return symbol.kind == "function" and not assigned and not written.startswith(("function", "class", "abstract "))

    def _is_public(self, symbol: Symbol) -> bool:
        if symbol.language in ("javascript", "typescript") and not symbol.parent:
            lines = self._sources.lines(symbol.path)
            return symbol.start <= len(lines) and lines[symbol.start - 1].lstrip().startswith("export")
        if symbol.language in ("c", "cpp") and not symbol.visibility:
            linked = symbol.kind == "function" or symbol.path.endswith((".h", ".hpp"))
            return linked and not symbol.signature.startswith("static ")
        return symbol.visibility in ("public", "protected") and not any(
            part.startswith("_") for part in symbol.qualified.split(".")
        )


def _is_candidate(symbol: Symbol) -> bool:
    if symbol.is_test or _ASIDE.search(symbol.path) or len(symbol.name) < 3:
        return False
    if symbol.language in ("c", "cpp") and (symbol.kind in ("enum", "struct") or re.match(r"_[A-Z_]", symbol.name)):
        return False  # a tag that only its typedef names, or a name that the compiler reads
    if symbol.kind == "method" and (symbol.parent.rpartition(".")[2] == symbol.name or symbol.name == "constructor"):
        return False  # a constructor is used as its class
    if symbol.kind == "class" and UNNAMED in symbol.name:
        return False  # a class without a name is used where it stands
    return symbol.kind in _KINDS or (symbol.kind in _MEMBERLESS and not symbol.parent)


def _heads(symbol: Symbol, line: int) -> bool:
    """Tell whether a definition's name stands at `line`: its first, or one of the few below that decorators take."""
    return symbol.start <= line <= min(symbol.end, symbol.start + len(symbol.decorators) + 2)


def _is_own(symbol: Symbol, hit: Hit) -> bool:
    """Tell whether a line within a definition belongs to it: a class owns all of its lines, a function not those of inner ones.

    Where broken syntax lets a function seem to hold those that follow, they use it.
    """
    return symbol.kind in CONTAINERS or hit.symbol in ("", symbol.qualified)
