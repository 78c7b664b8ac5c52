"""The machinery that every indexer shares: one tree-sitter parse, one query, one pass over its captures.

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

Text is handled as Latin-1, so that offsets in it are the tree's byte offsets; what is kept is decoded again at the end.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from operator import itemgetter

from tree_sitter import Language, Node, Parser, Query, QueryCursor, Tree

from rlm_tui.repository.parsing.blocks import blocks, elements
from rlm_tui.repository.parsing.callbacks import handed, returned
from rlm_tui.repository.parsing.facts import BindingFact, FileFacts, ImportFact, ReferenceFact, SymbolFact
from rlm_tui.repository.parsing.heads import Head, decode, decorators, doc, leading, no_visibility, signature
from rlm_tui.repository.parsing.written import member

CONTAINERS = frozenset({"class", "interface", "struct", "enum", "trait"})
"""The kinds of symbol that have members."""

UNNAMED = "$"
"""What the name of a class without one ends with, after that of its base; a number within its scope follows."""

_MAX_DEPTH = 200  # query time is quadratic in the nesting: deeper definitions are not worth a hung worker
_MAX_WIDTH = 20_000
_MAX_CHAIN = 2_000
_MAX_NAME = 200
_VAGUE = {"variable": 0, "type": 1, "module": 2, "class": 3}  # kinds that give way to a surer one for the same node
_MAX_LOOSE = 120
_ENDS = float(1 << 32)
"""A start plus an end divided by this is one number that sorts by both, exactly: files are far smaller."""
_POSITION = itemgetter(0)
_reference = partial(tuple.__new__, ReferenceFact)  # a third of the price of ReferenceFact(...), paid a million times
_CHAIN = re.compile(r"(?:[A-Za-z_]\w*\s*(?:\.|::)\s*)+$")
_TEST_PATH = re.compile(
    r"(?:^|/)(?:[Tt]ests?|testing|__tests__|specs?|e2e|testdata|__mocks__|testfixtures|[\w.-]*(?:[a-z.]Tests?|[.-]tests?))/"
    r"|(?:^|/)(?:test_[^/]*|conftest)\.py$|_(?:unit)?tests?\.(?:py|go|rs|c|cc|cpp|java)$|(?:^|/)tests?\.(?:py|rs|[jt]sx?|c|cc|cpp)$"
    r"|[.-](?:test|spec|test-d)\.[cm]?[jt]sx?$|(?:^|/)(?:Test[A-Z]\w*|\w+Tests?|\w+TestCase|\w+IT)\.(?:java|kt)$"
    r"|(?:^|/)\w+(?:Tests?|Spec|Suite|Fixture)s?\.(?:cs|kts?|scala|swift)$"
    r"|(?:^|/)(?:test_[^/]*|[^/]*_(?:test|spec))\.(?:rb|lua|sh|bash)$|(?:^|/)\w+(?:Test|TestCase|Cest)\.php$|\.bats$"
)

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
    `split(reference)` gives the name and the receiver of a use that is more than one word.
    `marks_test(name, text before)` recognises a test by its name or attributes. `comments` are the starts of comment lines that
    document the next definition; without them, docstrings are read. `skipped` starts lines between the two (attributes).
    `decorator` finds decorators, annotations and attributes in the text that leads up to a definition's name, those lines
    included; its group 1 is kept. `visibility(head)` is public, protected, internal, private or "".
    `arguments(node, text)` writes those of the call that a captured node names (see `ReferenceFact`), where overloads need them.
    `closed` says that a bare name means a definition or an import of its own file, or nothing that the index knows.
    `builtin` names are everywhere and tell nothing: bare uses of them are left out.
    """

    name: str
    language: Callable[[], object]
    query: str
    imports: Callable[[str, int], Iterable[ImportFact]]
    name_of: Callable[[Node, str], tuple[str, str]] = field_name
    bindings: Callable[[str, int, int], Iterable[Bound]] = no_bindings
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
    closed: bool = False
    builtin: frozenset[str] = frozenset()


@cache
def _machinery(grammar_name: str, language: Callable[[], object], query: str) -> tuple[Parser, Query]:
    """Make a language's parser and query once a process."""
    made = Language(language())
    return Parser(made), Query(made, query)


def plainly(grammar: Grammar) -> Callable[[str, bytes], tuple[Grammar, bytes]]:
    """Return the `syntax` of a language (see `Indexer`) whose files are all read by `grammar` as they are."""
    return lambda _path, source: (grammar, source)


def tree_of(grammar: Grammar, source: bytes) -> Tree:
    """Return the syntax tree of a text."""
    parser, _ = _machinery(grammar.name, grammar.language, grammar.query)
    return parser.parse(source)


def is_test_path(path: str) -> bool:
    """Tell whether a path is that of test code, by the conventions of folders and file names."""
    return _TEST_PATH.search(path) is not None


def parse(grammar: Grammar, path: str, source: bytes) -> FileFacts:
    """Return the facts of one file. Never raises for what the file holds; broken syntax gives what could be read."""
    parser, query = _machinery(grammar.name, grammar.language, grammar.query)
    tree = parser.parse(source)
    root = tree.root_node
    captures: dict[str, list[Node]] = {}
    if not (root.has_error and _wide(root)):
        cursor = QueryCursor(query)
        cursor.set_max_start_depth(_MAX_DEPTH)
        captures = cursor.captures(root)
    text = source.decode("latin-1")
    test = is_test_path(path)
    definitions = _definitions(grammar, captures, text)
    symbols, outline, types = _symbols(grammar, definitions, text, test)
    bounds, scopes = outline
    bindings = [*types]
    bound: list[tuple[int, int]] = []
    # Captures come in no order, and the first declaration counts.
    for node in sorted(captures.get("bind", ()), key=_start):
        start = node.start_byte
        for name, written in grammar.bindings(text, start, node.end_byte):
            bound.append((start, len(bindings)))
            bindings.append(BindingFact(decode(name), _type(written), scopes[bisect_right(bounds, start) - 1]))
    unnamed = sorted(captures.get("block", ()), key=_start)
    for position, name, holder in elements(unnamed, text):
        bound.append((position + 1, len(bindings)))
        bindings.append(BindingFact(decode(name), _type(f"={holder}"), scopes[bisect_right(bounds, position) - 1]))
    methods = [node for node in captures.get("def.method", ()) if node.type == "method_definition"]
    functions = sorted((*captures.get("block", ()), *methods), key=_start)
    for position, name, written in handed(functions, text, grammar.split):
        bound.append((position + 1, len(bindings)))
        bindings.append(BindingFact(decode(name), _type(written), scopes[bisect_right(bounds, position) - 1]))
    for node in sorted(captures.get("member", ()), key=_start):
        key, _, name = text[node.start_byte : node.end_byte].partition(":")
        scope = scopes[bisect_right(bounds, node.start_byte) - 1]
        before = returned(node, symbols[scope].end_byte if scope >= 0 else -1)
        if before is not None:
            bound_name = before + decode(key.strip("\"' \n"))
            bindings.append(BindingFact(bound_name, _type(f"={(name or key).strip()}"), scope))
    imports: list[ImportFact] = []
    for node in sorted(captures.get("import", ()), key=_start):
        imports.extend(grammar.imports(decode(text[node.start_byte : node.end_byte]), node.start_point[0] + 1))
    known = _known(symbols, imports) if grammar.closed else None
    outside = {s.name for s in symbols}.union((a for i in imports for _, a in i.names), (i.alias for i in imports))
    package = grammar.package.search(text) if grammar.package else None
    return FileFacts(
        grammar.name,
        text.count("\n") + (not text.endswith("\n") and bool(text)),
        decode(package.group(1)) if package else "",
        test,
        root.has_error,
        tuple(symbols),
        _references(grammar, captures, text, bounds, scopes, symbols, known),
        tuple(imports),
        tuple(bindings),
        blocks(unnamed, text, symbols, bound, outside),
    )


def _start(node: Node) -> int:
    return node.start_byte


def _wide(root: Node) -> bool:
    """Tell whether an ERROR node is so wide (100,000 open brackets) that a query, quadratic in its children, would not end."""
    return root.child_count > _MAX_WIDTH or any(
        child.child_count > _MAX_WIDTH for child in root.children if child.is_error
    )


_Definition = tuple[int, int, str, Node, int]
_Outline = tuple[list[int], list[int]]


def _definitions(grammar: Grammar, captures: dict[str, list[Node]], text: str) -> list[_Definition]:
    """Return start, negative end, kind, node and first line of the definitions, outer ones first."""
    outer: dict[tuple[int, int], Node] = {}
    for node in captures.get("outer", ()):
        inner = node.named_child(node.named_child_count - 1)
        if inner is not None:
            outer[inner.start_byte, inner.end_byte] = node
    found: dict[tuple[int, int], _Definition] = {}
    for capture, nodes in captures.items():
        if not capture.startswith("def.") and capture != "scope":
            continue
        kind = capture.removeprefix("def.")
        for node in nodes:
            end = node.end_byte
            whole = outer.get((node.start_byte, end), node) if outer else node
            start = whole.start_byte
            if (start, end) not in found or _VAGUE.get(found[start, end][2], 4) < _VAGUE.get(kind, 4):
                found[start, end] = (start, -end, kind, node, whole.start_point[0] + 1)
    return sorted(found.values(), key=lambda definition: definition[:2])


def _symbols(
    grammar: Grammar, definitions: list[_Definition], text: str, test: bool
) -> tuple[list[SymbolFact], _Outline, list[BindingFact]]:
    """Name the definitions, nest them, and return them with the places where the innermost one changes."""
    symbols: list[SymbolFact] = []
    types: list[BindingFact] = []
    around: list[
        tuple[int, str, str, int, bool, int]
    ] = []  # end, qualified name, kind, index of the symbol, is a test, start
    edges: list[tuple[int, int]] = [(-1, -1)]
    named = [(*grammar.name_of(definition[3], text), definition) for definition in definitions]
    named = [
        (decode(name)[:_MAX_NAME], decode(owner)[:_MAX_NAME], rest)
        for name, owner, rest in named
        if name and name != "_"
    ]
    defined = [name if rest[2] in CONTAINERS else "" for name, _, rest in named if rest[2] != "scope"]
    owners = {name: index for index, name in reversed(list(enumerate(defined))) if name}
    unnamed: Counter[str] = Counter()
    bounds: list[
        tuple[int, list[Bound]]
    ] = []  # what the heads of scopes say of type parameters, with the ends of these
    for name, owner, (start, negative_end, kind, node, line) in named:
        end = -negative_end
        while around and around[-1][0] <= start:
            closed = around.pop()[0]
            edges.append((closed, around[-1][3] if around else -1))
        _, prefix, outer_kind, scope, within_test, outer_start = around[-1] if around else (0, "", "", -1, False, 0)
        if owner:
            prefix = f"{prefix}.{owner}" if outer_kind == "module" else owner
            outer_kind, scope, outer_start = "class", owners.get(owner, -1), -1
        if name.endswith(UNNAMED) and kind == "class":
            unnamed[f"{prefix}.{name}"] += 1
            name = f"{name}{unnamed[f'{prefix}.{name}']}"
        qualified = f"{prefix}.{name}" if prefix else name
        if kind == "scope":
            around.append((end, qualified, "class", owners.get(name, -1), within_test, start))
            head = text[start : text.find("{", start, end)]
            bounds.append((end, [bound for bound in grammar.parameters(head) if bound[0].startswith("<")]))
            edges.append((start, owners.get(name, -1)))
            continue
        if kind == "function" and outer_kind in CONTAINERS:
            kind = "method"
        elif kind == "variable" and name.isupper():
            kind = "constant"
        written, body = signature(node, text)
        before = text[max(0, start - 80) : start] if not test else ""
        is_test = test or within_test or grammar.marks_test(name, before)
        index = len(symbols)
        above = leading(text, start, grammar.skipped)
        marks = decorators(grammar.decorator, text[above : node.start_byte], written, name) if grammar.decorator else ()
        seen = grammar.visibility(Head(name, kind, written, outer_kind, outer_start, start, text))
        said = doc(grammar.comments, text, above, body, node.end_byte)
        symbols.append(
            SymbolFact(
                name, qualified, kind, line, node.end_point[0] + 1, start, end, written,
                said, scope, is_test, marks, seen,
            )
        )  # fmt: skip
        types.extend(BindingFact(bound, _type(declared), index) for bound, declared in grammar.parameters(written))
        types.extend(BindingFact(bound, _type(declared), index) for bound, declared in grammar.documented(said, name))
        if bounds:
            bounds = [(until, given) for until, given in bounds if until > start]
            types.extend(BindingFact(bound, _type(declared), index) for _, given in bounds for bound, declared in given)
        around.append((end, qualified, kind, index, is_test, start))
        edges.append((start, index))
    while around:
        closed = around.pop()[0]
        edges.append((closed, around[-1][3] if around else -1))
    return symbols, ([position for position, _ in edges], [scope for _, scope in edges]), types


def _known(symbols: list[SymbolFact], imports: list[ImportFact]) -> frozenset[str] | None:
    """Return the names that a bare use can mean in this file; None when an import may bring any."""
    if any(not i.names and not i.alias for i in imports):
        return None
    brought = {alias for i in imports for _, alias in i.names}
    return frozenset(brought.union([s.name for s in symbols], [i.alias.partition(".")[0] for i in imports]))


def _references(
    grammar: Grammar,
    captures: dict[str, list[Node]],
    text: str,
    bounds: list[int],
    scopes: list[int],
    symbols: list[SymbolFact],
    known: frozenset[str] | None,
) -> tuple[ReferenceFact, ...]:
    """Return the uses in order; of equal uses and types within one definition only the first."""
    found: list[tuple[float, int, str, str, str, int, str]] = []
    hidden = {(scopes[bisect_right(bounds, n.start_byte) - 1], _text(n, text)) for n in captures.get("local", ())}
    builtin, split, read = grammar.builtin, grammar.split, grammar.arguments
    for kind, start, end, row, node in _uses(captures, text):
        name, receiver = _member(
            split, text[start:end] if end - start <= _MAX_CHAIN else f"…{text[end - _MAX_CHAIN : end]}"
        )
        if kind == "word":
            if (scopes[bisect_right(bounds, start) - 1], name) in hidden:
                continue
            kind = "call"
        if receiver or (
            name
            and (name in known if known is not None and (kind == "use" or name in builtin) else name not in builtin)
        ):
            arguments = read(node, text) if read and kind == "call" else ""
            found.append((start + end / _ENDS, end, kind, name, receiver, row, arguments and decode(arguments)))
    found.sort(key=_POSITION)
    seen: set[tuple[str, str, int, str]] = set()
    references: list[tuple[str, int, str, str, int, str]] = []
    last = -1
    place, places = 0, len(bounds)
    for position, end, kind, name, receiver, row, arguments in found:
        while place < places and bounds[place] <= position:
            place += 1
        scope = scopes[place - 1]
        if kind != "inherit" and scope >= 0 and UNNAMED in symbols[scope].name and symbols[scope].kind == "class":
            scope = symbols[scope].scope  # what a class without a name is made with stands outside of it
        if kind == "type" or kind == "use":
            key = (name, receiver, scope, kind)
            if end == last or key in seen:
                continue
            seen.add(key)
            if scope >= 0 and symbols[scope].name == name and symbols[scope].start == row + 1:
                continue  # the name of the definition itself
        last = end
        references.append((name, row + 1, kind, receiver, scope, arguments))
    return tuple(map(_reference, references))


def _uses(captures: dict[str, list[Node]], text: str) -> Iterator[tuple[str, int, int, int, Node]]:
    """Yield kind, first byte, end byte and last row (from 0) of what the captures hold of uses, and what was captured.

    Of two kinds of the same bytes the one that says more comes first.
    """
    for node in captures.get("invoke", ()):
        after = node.child_by_field_name("arguments") or node.child_by_field_name("block")
        end, row = (after.start_byte, after.start_point[0]) if after else (node.end_byte, node.end_point[0])
        yield "call", node.start_byte, end, row, node
    for node in captures.get("loose", ()):
        start, end = node.start_byte, node.end_byte
        before = text[max(0, start - _MAX_LOOSE) : start]
        chain = _CHAIN.search(before)
        if text[end : end + 1] == "(" and (chain or not before.rstrip().endswith((".", "::"))):
            yield "call", start - len(chain.group()) if chain else start, end, node.end_point[0], node
    for kind in ("call", "word", "inherit", "type", "use"):
        for node in captures.get(kind, ()):
            yield kind, node.start_byte, node.end_byte, node.end_point[0], node


@lru_cache(maxsize=50_000)
def _member(split: Callable[[str], tuple[str, str]], whole: str) -> tuple[str, str]:
    """Return the name and the receiver of a use as written, decoded; the same few are written again and again."""
    if whole.isidentifier():
        return decode(whole), ""
    name, receiver = split(whole)
    return decode(name), decode(receiver)


def _text(node: Node, text: str) -> str:
    return text[node.start_byte : node.end_byte]


def _type(written: str) -> str:
    return decode(" ".join(written.split()) if " " in written or "\n" in written else written)[:120]
