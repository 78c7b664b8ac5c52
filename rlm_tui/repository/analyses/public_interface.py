"""What a file, a package or a class offers to its users: exported and public names, through re-exports."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from rlm_tui.repository.edges.resolution import Resolution
from rlm_tui.repository.edges.views import View
from rlm_tui.repository.parsing.code_text import code_of
from rlm_tui.repository.parsing.definitions import CONTAINERS
from rlm_tui.repository.symbols import Remark, Symbol

_ALL = re.compile(r"^__all__\s*(?::[^=\n]+)?\+?=\s*[\[(]+([^\[\]()]*)[\])]", re.MULTILINE)
_STRING = re.compile(r"[\"']([\w.]+)[\"']")
_COMMON_JS = re.compile(
    r"\b(?:module\.)?exports\s*=\s*\{([^{}]*)\}|\bexports\.([\w$]+)\s*=|\bmodule\.exports\s*=\s*([\w$]+)"
)
_PROTOTYPE = re.compile(
    r"^[A-Za-z_](?:[\w\s*]|\([^()]{0,200}\)){0,400}?[\s*](\w+)\s*+\((?:[^(){};]|\([^()]{0,400}\)){0,4000}+\)\s*+"
    r"(?:\w++(?:\([^;{}]{0,200}?\))?\s*+){0,8}+;",
    re.MULTILINE,
)
_INDEXES = tuple(f"{folder}index.{suffix}" for folder in ("src/", "") for suffix in ("ts", "tsx", "js", "mjs"))
_ENTRIES = ("__init__.py", "__init__.pyi", *_INDEXES, "src/lib.rs", "lib.rs", "mod.rs")
"""The files that say what a folder offers."""
_HEADERS = (".h", ".hh", ".hpp", ".hxx")
_HIDDEN = frozenset({"private", "internal", "protected"})
_SCRIPTS = frozenset({"javascript", "typescript"})
_DEEP = 8


def prototypes(code: str) -> Iterator[re.Match[str]]:
    """Yield the functions of C that a header declares, without bodies; group 1 is the name."""
    return _PROTOTYPE.finditer(code)


class PublicInterface:
    """Reads public interfaces over one state of the index. `text` reads a file, "" where that cannot be. Not thread-safe."""

    def __init__(self, names: Resolution, text: Callable[[str], str]) -> None:
        self._names = names
        self._text = text
        self._done: set[str] = set()

    def of_class(self, owner: Symbol) -> list[Remark]:
        """Return the public members of a class."""
        view = self._names.view(owner.path)
        inside = f"{owner.qualified}."
        members = [s for s in view.symbols if s.qualified == inside + s.name] if view else []
        return [_remark(s, "public member") for s in members if _is_public_member(s)]

    def of_folder(self, paths: Sequence[str], folder: str) -> list[Remark]:
        """Return what the files at `paths`, all of a folder, offer: those that speak for it, else every one that stands in it."""
        inside = f"{folder}/" if folder else ""
        entries = [inside + entry for entry in _ENTRIES if inside + entry in paths]
        headers = [path for path in paths if path.endswith(_HEADERS)]
        own = [path for path in paths if "/" not in path.removeprefix(inside)]
        return [remark for path in entries[:1] or headers or own or paths for remark in self.of_file(path)]

    def of_file(self, path: str) -> list[Remark]:
        """Return what the file at `path` offers, in order; re-exports after its own."""
        found = {(_name(remark), remark.symbol): remark for remark in self._of_file(path, 0)}
        return list(found.values())

    def _of_file(self, path: str, depth: int) -> Iterator[Remark]:
        view = self._names.view(path)
        if view is None or path in self._done or depth > _DEEP:
            return
        self._done.add(path)
        if view.language == "python":
            yield from self._python(view)
        elif view.language in _SCRIPTS:
            yield from self._script(view, depth)
        elif path.endswith(_HEADERS):
            yield from self._header(view)
        else:
            yield from self._declared(view)

    def _top(self, view: View) -> list[Symbol]:
        return [view.symbols[place] for places in view.top.values() for place in places]

    def _python(self, view: View) -> Iterator[Remark]:
        listed = [
            name
            for part in _ALL.findall(code_of(self._text(view.path), "python", strings=True))
            for name in _STRING.findall(part)
        ]
        if listed:
            for name in listed:
                yield from self._offered(view, name, "in __all__")
            return
        yield from (_remark(s, "public name") for s in _sorted(self._top(view)) if not s.name.startswith("_"))
        if not view.path.endswith("__init__.py"):
            return
        for item in view.imports:
            for _, alias in item.names:
                if not alias.startswith("_"):
                    yield from self._offered(view, alias, f"imported at line {item.line}")

    def _script(self, view: View, depth: int) -> Iterator[Remark]:
        text = self._text(view.path)
        lines = text.split("\n")
        for symbol in _sorted(self._top(view)):
            line = lines[symbol.start - 1] if symbol.start <= len(lines) else ""
            if line.lstrip().startswith("export"):
                yield _remark(symbol, "exported")
        for item in view.imports:
            if not item.exported:
                continue
            if not item.names and not item.alias:
                for path in self._names.targets(view, item.module):
                    for remark in self._of_file(path, depth + 1):
                        yield Remark(remark.symbol, 0, f"{remark.text}, re-exported at {view.path}:{item.line}")
            for _, alias in item.names:
                yield from self._offered(view, alias, f"exported at line {item.line}")
        for listed, single, whole in _COMMON_JS.findall(code_of(text, view.language)):
            for part in [*listed.split(","), single, whole]:
                name = part.partition(":")[0].strip()
                yield from (_remark(s, "exported") for s in _sorted(self._top(view)) if s.name == name)

    def _header(self, view: View) -> Iterator[Remark]:
        """Give what a header declares: prototypes by their definitions, where there is one, and what it defines itself."""
        code = code_of(self._text(view.path), view.language)
        own = {symbol.name for symbol in view.symbols}
        for match in prototypes(code):
            name = match.group(1)
            line = code.count("\n", 0, match.start(1)) + 1
            if name in own:
                continue
            own.add(name)
            defined = [s for s in self._names.named(name, view.family) if s.kind == "function" and not s.is_test]
            written = " ".join(match.group().split()).rstrip(";")
            declared = Symbol(
                name, name, "function", view.path, line, line, written, "", "", "", view.language, view.is_test
            )
            yield _remark(declared, f"declared here, defined at {defined[0].span}" if defined else "declared here")
        yield from self._declared(view)

    def _declared(self, view: View) -> Iterator[Remark]:
        """Give the top-level definitions and their members that are public by their own words, then `pub use` and its like."""
        for symbol in _sorted(self._top(view)):
            if symbol.visibility in _HIDDEN or symbol.signature.startswith("static "):
                continue
            yield _remark(symbol, "public")
            if symbol.kind in CONTAINERS:
                yield from self.of_class(symbol)
        if view.language == "go":
            methods = [s for s in view.symbols if s.kind == "method" and s.parent == "" and _is_public_member(s)]
            yield from (_remark(s, "public member") for s in methods if s.qualified[:1].isupper())
        for item in view.imports if view.language == "rust" else ():
            for _, alias in item.names if item.exported else ():
                yield from self._offered(view, alias, f"re-exported at line {item.line}")

    def _offered(self, view: View, name: str, text: str) -> Iterator[Remark]:
        for meaning in self._names.exported(view.path, name):
            symbol = meaning.symbol
            if symbol is not None:
                renamed = f"as {name}: " if name not in (symbol.name, "*") else ""
                here = "" if symbol.path == view.path else f" of {view.path}"
                yield _remark(symbol, f"{renamed}{text}{here}")


def _remark(symbol: Symbol, text: str) -> Remark:
    return Remark(symbol, symbol.start, text)


def _name(remark: Remark) -> str:
    return remark.text[3:].partition(":")[0] if remark.text.startswith("as ") else remark.symbol.name


def _sorted(symbols: Sequence[Symbol]) -> list[Symbol]:
    return sorted(symbols, key=lambda symbol: symbol.start)


def _is_public_member(symbol: Symbol) -> bool:
    if symbol.visibility:
        return symbol.visibility == "public"
    return symbol.language not in {"java", "kotlin", "rust"} and not symbol.name.startswith(("_", "#"))
