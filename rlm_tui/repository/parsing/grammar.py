"""What the parse of a language is told: its grammar, and the parser and the query that are made of it.

A language brings a `Grammar`: a query whose captures have fixed names, and a few rules that read text, because walking nodes
in Python costs more than the parse. Capture names:

- `def.KIND`  a definition; `scope` a container that is no symbol itself (a Rust `impl`)
- `call`      the function part of a call, receiver included; `invoke` a whole call with an `arguments` or a `block` field
- `word`      a name that is a call unless the definition around has a `local` of that name (Ruby)
- `loose`     a name before brackets where the grammar sees only tokens (a Rust macro): a call if they are round
- `use`, `type`, `inherit`  other uses of a name
- `member`    a key of an object with the name that it stands for (`key: name`, or `name` alone)
- `import`    a whole import statement; `bind` a declaration or assignment that tells a type
- `block`     a function that may have no name: what is local to it can be named nowhere else
- `outer`     a node that widens the definition which is its last child (decorators)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from tree_sitter import Language, Node, Parser, Query, Tree

from rlm_tui.repository.parsing.facts import ImportFact
from rlm_tui.repository.parsing.heads import Head, no_visibility
from rlm_tui.repository.parsing.written import member


class Local(NamedTuple):
    """A variable that is `name` of the type `type` (UNKNOWN where nothing tells it) from line `start` to `end`, hiding others."""

    name: str
    type: str
    start: int
    end: int


UNKNOWN = "="
"""The type of a variable of which nothing is known."""
Bound = tuple[str, str]
"""A name and its type as written; `T()` is what a call of `T` gives, `=x` the type of the expression `x`."""


def no_types(_text: str) -> Iterable[Bound]:
    """Find no types: for languages without such a rule."""
    return ()


def no_bindings(_text: str, _start: int, _end: int) -> Iterable[Bound]:
    """Find no types: for languages without such a rule."""
    return ()


def no_documented(_doc: str, _name: str) -> Iterable[Bound]:
    """Find no types: for languages whose documentation tells none."""
    return ()


def field_name(node: Node, text: str) -> tuple[str, str]:
    """Return the text of the node's `name` field, and no owner."""
    name = node.child_by_field_name("name")
    return (text[name.start_byte : name.end_byte], "") if name else ("", "")


def no_test(_name: str, _before: str) -> bool:
    """Recognise no test by its name."""
    return False


@dataclass(frozen=True)
class Grammar:
    """What one language knows.

    `name(node, text)` gives a definition's name and the owner that is written with it (Go's receiver type), "" for none; an
    empty name drops it. `imports(text, line)` reads one import statement. `bindings(text, start, end)` reads
    the types that a `bind` node tells; `parameters(signature)` those of a signature (the name "return" is its result), and
    `documented(doc, name)` those of its documentation (a field's under its own name).
    `local(node, text)` reads a `bind` node in place of `bindings`, in languages where a variable may be declared anew.
    `split(reference)` gives the name and the receiver of a use that is more than one word.
    `marks_test(name, text before)` recognises a test by its name or attributes. `comments` are the starts of comment lines that
    document the next definition; without them, docstrings are read. `skipped` starts lines between the two (attributes).
    `decorator` finds decorators, annotations and attributes in the text that leads up to a definition's name, those lines
    included; its group 1 is kept. `visibility(head)` is public, protected, internal, private or "".
    `arguments(node, text)` writes those of the call that a captured node names (see `ReferenceFact`), where overloads need them.
    `counts_types` says that classes of one name may differ in the number of their type parameters: it is written before the
    arguments, as `<2>`, of base classes too.
    `closed` says that a bare name means a definition or an import of its own file, or nothing that the index knows.
    `builtin` names are everywhere and tell nothing: bare uses of them are left out.
    """

    name: str
    language: Callable[[], object]
    query: str
    imports: Callable[[str, int], Iterable[ImportFact]]
    name_of: Callable[[Node, str], tuple[str, str]] = field_name
    bindings: Callable[[str, int, int], Iterable[Bound]] = no_bindings
    local: Callable[[Node, str], Iterable[Local]] | None = None
    parameters: Callable[[str], Iterable[Bound]] = no_types
    documented: Callable[[str, str], Iterable[Bound]] = no_documented
    split: Callable[[str], tuple[str, str]] = member
    marks_test: Callable[[str, str], bool] = no_test
    package: re.Pattern[str] | None = None
    comments: tuple[str, ...] = ("//",)
    skipped: tuple[str, ...] = ()
    decorator: re.Pattern[str] | None = None
    visibility: Callable[[Head], str] = no_visibility
    arguments: Callable[[Node, str], str] | None = None
    counts_types: bool = False
    closed: bool = False
    builtin: frozenset[str] = frozenset()


@cache
def machinery(grammar_name: str, language: Callable[[], object], query: str) -> tuple[Parser, Query]:
    """Make a language's parser and query once a process."""
    made = Language(language())
    return Parser(made), Query(made, query)


def plainly(grammar: Grammar) -> Callable[[str, bytes], tuple[Grammar, bytes]]:
    """Return the `syntax` of a language (see `Indexer`) whose files are all read by `grammar` as they are."""
    return lambda _path, source: (grammar, source)


def tree_of(grammar: Grammar, source: bytes) -> Tree:
    """Return the syntax tree of a text."""
    parser, _ = machinery(grammar.name, grammar.language, grammar.query)
    return parser.parse(source)
