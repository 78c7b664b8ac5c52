"""What a language brings: one file in `indexers/` makes one `Indexer`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from rlm_tui.plugins import PluginError, discover
from rlm_tui.repository.idioms import USUAL, Idioms
from rlm_tui.repository.parsing.facts import FileFacts
from rlm_tui.repository.parsing.grammar import Grammar


@dataclass(frozen=True, slots=True)
class Scoping:
    """What the names of a language mean beyond the definitions and imports of their own file.

    `shared` says whose top-level definitions a file sees without an import: "file" only its own; "folder" those of its package
    in its folder (Go); "package" those of all files that declare its package (Java); "packages" also those of the packages
    around its own (C#); "linked" those that are unique (C); "open" all of the repository by qualified name, and any file may
    reopen a class or module (Ruby).
    `spread` says where members of a type may be defined: with it ("file"), in its "folder", its "package", or "anywhere".
    `members_bare`: a bare name inside of a class can mean a member of it. `methods_apart`: a variable never hides a method.
    `global_functions`: a function that its package
    lacks is looked up outside of all packages (PHP). `constructors` are the methods that run when their class is called; one
    with the class's own name always does. `base` is the word for the object as one of its base class.
    `called_by_name`: a method is called without brackets, too (Scala), so that a use of one is a call.
    `extensions`: a function can be declared for a type from outside; its binding `this` says for which (Kotlin, C#).
    `standard` are methods of the language's own library: of an object from outside they are meant before such a function.
    `counts_types`: classes of one name may differ in the number of their type parameters, and a call with another number of
    arguments than a method takes never means it (C#).
    `structural`: a type satisfies an interface by having its methods, without naming it (Go).
    `namespaces_merge`: several files may say what is in a namespace, and see all of it (TypeScript).
    `constness`: of two methods that differ in `const`, the object decides (C++); types are written with `const ` before them.
    `magic` matches, in full, the names that the language itself calls (Python's `__enter__`, PHP's `__get`).
    """

    shared: Literal["file", "folder", "package", "packages", "linked", "open"] = "file"
    spread: Literal["file", "folder", "package", "anywhere"] = "file"
    members_bare: bool = False
    methods_apart: bool = False
    global_functions: bool = False
    constructors: frozenset[str] = frozenset({"__init__", "__new__", "constructor"})
    base: str = "super"
    called_by_name: bool = False
    extensions: bool = False
    standard: frozenset[str] = frozenset()
    counts_types: bool = False
    structural: bool = False
    namespaces_merge: bool = False
    constness: bool = False
    magic: re.Pattern[str] = re.compile(r"(?=__).*__")


def imports_nothing(_module: str, _importer: str, _files: Sequence[str]) -> tuple[str, ...]:
    """Resolve no import: for languages without any."""
    return ()


@dataclass(frozen=True, slots=True)
class Indexer:
    """A language: which files are its own, how one is parsed, and where its imports lead.

    `parse(path, source)` returns the facts of one file and never raises for what the file holds. `resolve(module, importer,
    files)` returns the paths, among `files` (all paths of the repository), that an import written `module` in the file
    `importer` means; () for an outside name. `family` groups languages whose names may meet (c and cpp; javascript and
    typescript): names never resolve across families. `outline` says that the language is one of documentation or data:
    its symbols are headings, keys and targets, and its files no code. `syntax(path, source)` says by which grammar `parse` reads
    a file, and the text that the grammar is given in its place (as long, where what it would stumble over is blanked out).
    `idioms` are for what is read off its text.
    `standard(type, member)` returns the type, as written, that a member gives of a value whose type the standard library brings:
    `T` of `Vec<T>` and "[]", `Iterator<T>` of it and "iter()"; "*" is what such a type stands for by itself (`T` of `Box<T>`).
    It returns "" for what is not known. `written(type)` leaves out of a type what tells nothing (`&'a mut`).
    """

    name: str
    suffixes: tuple[str, ...]
    family: str
    parse: Callable[[str, bytes], FileFacts]
    resolve: Callable[[str, str, Sequence[str]], tuple[str, ...]] = imports_nothing
    filenames: tuple[str, ...] = ()
    scoping: Scoping = Scoping()
    outline: bool = False
    syntax: Callable[[str, bytes], tuple[Grammar, bytes]] | None = None
    idioms: Idioms = USUAL
    standard: Callable[[str, str], str] | None = None
    written: Callable[[str], str] = str.strip


@cache
def indexers() -> dict[str, Indexer]:
    """Return every indexer, by suffix (`.py`) and by whole file name (`Makefile`). Raises `PluginError` on a clash."""
    found: dict[str, Indexer] = {}
    for indexer in discover("rlm_tui.indexers", Indexer):
        for key in (*indexer.suffixes, *indexer.filenames):
            if key in found:
                raise PluginError(f"{indexer.name} and {found[key].name} both claim {key} files: remove one plug-in")
            found[key] = indexer
    return found


def indexer_of(path: str) -> Indexer | None:
    """Return the indexer of a file, by its name; None for a text of no known language."""
    name = path.rpartition("/")[2]
    found = indexers().get(name)
    return indexers().get("." + name.rpartition(".")[2]) if found is None and "." in name else found


@cache
def scoping_of(language: str) -> Scoping:
    """Return the rules of a language by its name; those of a language that no indexer knows are the defaults."""
    return next((one.scoping for one in indexers().values() if one.name == language), Scoping())


@cache
def idioms_of(language: str) -> Idioms:
    """Return the idioms of a language by its name; of one that no indexer knows, those of most languages."""
    return next((one.idioms for one in indexers().values() if one.name == language), USUAL)


@cache
def code_languages() -> frozenset[str]:
    """Return the names of the languages whose files are code, neither documentation nor data."""
    return frozenset(indexer.name for indexer in indexers().values() if not indexer.outline)
