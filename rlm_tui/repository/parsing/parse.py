"""The machinery that every indexer shares: one tree-sitter parse, one query, one pass over its captures.

Text is handled as Latin-1, so that offsets in it are the tree's byte offsets; what is kept is decoded again at the end.
"""

from __future__ import annotations

from bisect import bisect_right

from tree_sitter import Node, QueryCursor

from rlm_tui.repository.parsing.blocks import anew, blocks, elements
from rlm_tui.repository.parsing.callbacks import handed, returned
from rlm_tui.repository.parsing.definitions import definitions_of, symbols_of, type_text
from rlm_tui.repository.parsing.facts import BindingFact, FileFacts, ImportFact
from rlm_tui.repository.parsing.grammar import Grammar, Local, machinery
from rlm_tui.repository.parsing.heads import decode
from rlm_tui.repository.parsing.references import known_names, references_of
from rlm_tui.repository.parsing.tests_by_path import is_test_path

_MAX_DEPTH = 200  # query time is quadratic in the nesting: deeper definitions are not worth a hung worker
_MAX_WIDTH = 20_000


def parse(grammar: Grammar, path: str, source: bytes) -> FileFacts:
    """Return the facts of one file. Never raises for what the file holds; broken syntax gives what could be read."""
    parser, query = machinery(grammar.name, grammar.language, grammar.query)
    tree = parser.parse(source)
    root = tree.root_node
    captures: dict[str, list[Node]] = {}
    if not (root.has_error and _wide(root)):
        cursor = QueryCursor(query)
        cursor.set_max_start_depth(_MAX_DEPTH)
        captures = cursor.captures(root)
    text = source.decode("latin-1")
    test = is_test_path(path)
    definitions = definitions_of(grammar, captures, text)
    symbols, outline, types = symbols_of(grammar, definitions, text, test)
    bounds, scopes = outline
    bindings = [*types]
    bound: list[tuple[int, int]] = []
    # Captures come in no order, and the first declaration counts.
    declared: list[tuple[int, Local]] = []
    for node in sorted(captures.get("bind", ()), key=_start):
        start = node.start_byte
        if grammar.local is not None:
            scope = scopes[bisect_right(bounds, start) - 1]
            declared += [(scope, one) for one in grammar.local(node, text)]
            continue
        for name, written in grammar.bindings(text, start, node.end_byte):
            if not name.startswith("self."):  # in a block of Ruby, a field of the object around
                bound.append((start, len(bindings)))
            bindings.append(BindingFact(decode(name), type_text(written), scopes[bisect_right(bounds, start) - 1]))
    hiding = anew(declared, bindings, symbols)
    unnamed = sorted(captures.get("block", ()), key=_start)
    for position, name, holder in elements(unnamed, text):
        bound.append((position + 1, len(bindings)))
        bindings.append(BindingFact(decode(name), type_text(f"={holder}"), scopes[bisect_right(bounds, position) - 1]))
    methods = [node for node in captures.get("def.method", ()) if node.type == "method_definition"]
    functions = sorted((*captures.get("block", ()), *methods), key=_start)
    for position, name, written in handed(functions, text, grammar.split):
        bound.append((position + 1, len(bindings)))
        bindings.append(BindingFact(decode(name), type_text(written), scopes[bisect_right(bounds, position) - 1]))
    for node in sorted(captures.get("member", ()), key=_start):
        key, _, name = text[node.start_byte : node.end_byte].partition(":")
        scope = scopes[bisect_right(bounds, node.start_byte) - 1]
        before = returned(node, symbols[scope].end_byte if scope >= 0 else -1)
        if before is not None:
            bound_name = before + decode(key.strip("\"' \n"))
            bindings.append(BindingFact(bound_name, type_text(f"={(name or key).strip()}"), scope))
    imports: list[ImportFact] = []
    for node in sorted(captures.get("import", ()), key=_start):
        imports.extend(grammar.imports(decode(text[node.start_byte : node.end_byte]), node.start_point[0] + 1))
    known = known_names(symbols, imports) if grammar.closed else None
    outside = {s.name for s in symbols}.union((a for i in imports for _, a in i.names), (i.alias for i in imports))
    package = grammar.package.search(text) if grammar.package else None
    return FileFacts(
        grammar.name,
        text.count("\n") + (not text.endswith("\n") and bool(text)),
        decode(package.group(1)) if package else "",
        test,
        root.has_error,
        tuple(symbols),
        references_of(grammar, captures, text, bounds, scopes, symbols, known),
        tuple(imports),
        tuple(bindings),
        (*blocks(unnamed, text, symbols, bound, outside), *hiding),
    )


def _start(node: Node) -> int:
    return node.start_byte


def _wide(root: Node) -> bool:
    """Tell whether an ERROR node is so wide (100,000 open brackets) that a query, quadratic in its children, would not end."""
    return root.child_count > _MAX_WIDTH or any(
        child.child_count > _MAX_WIDTH for child in root.children if child.is_error
    )
