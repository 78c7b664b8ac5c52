"""Python: packages, relative imports, `src/` layouts, docstrings, annotations and constructor calls as types."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterable, Sequence

from tree_sitter import Node

from rlm_tui.repository.idioms import QUOTED, SINGLE, TRIPLE, Idioms
from rlm_tui.repository.indexer import Indexer
from rlm_tui.repository.parsing.facts import FileFacts, ImportFact
from rlm_tui.repository.parsing.grammar import Bound, Grammar, plainly
from rlm_tui.repository.parsing.grammars import wheel
from rlm_tui.repository.parsing.heads import Head
from rlm_tui.repository.parsing.parse import parse
from rlm_tui.repository.parsing.paths import Paths, nearest

_QUERY = """
(decorated_definition) @outer
(function_definition) @def.function
(class_definition) @def.class
(module (expression_statement (assignment left: (identifier)) @def.variable))
(class_definition body: (block (expression_statement (assignment left: (identifier)) @def.variable)))
(class_definition superclasses: (argument_list [(identifier) (attribute)] @inherit))
(class_definition superclasses: (argument_list (subscript value: [(identifier) (attribute)] @inherit)))
(call function: [(identifier) (attribute)] @call)
(decorator [(identifier) (attribute)] @call)
[
  (argument_list (identifier) @use)
  (keyword_argument value: (identifier) @use)
  (assignment right: (identifier) @use)
  (return_statement (identifier) @use)
  (except_clause value: (identifier) @use)
  (raise_statement (identifier) @use)
  (comparison_operator (identifier) @use)
  (boolean_operator (identifier) @use)
  (binary_operator (identifier) @use)
  (conditional_expression (identifier) @use)
  (default_parameter value: (identifier) @use)
  (pair value: (identifier) @use)
  (list (identifier) @use)
  (tuple (identifier) @use)
  (set (identifier) @use)
  (subscript (identifier) @use)
  (interpolation (identifier) @use)
  (for_statement right: (identifier) @use)
]
(attribute) @use
(type [(identifier) (attribute)] @type)
(assignment right: (call)) @bind
(assignment right: [(identifier) (attribute)]) @bind
(assignment type: (type)) @bind
(as_pattern (call)) @bind
(import_statement) @import
(import_from_statement) @import
"""

_FROM = re.compile(r"from\s*([.\w\s]+?)\s*import\b(.*)", re.DOTALL)
_COMMENT = re.compile(r"#[^\n]*|\\\n")
_ASSIGNED = re.compile(r"((?:self\.|cls\.)?\w+)\s*(?::\s*([^=\n#]+?)\s*(?:=|$)|=\s*(?:await\s+)?([\w.]+)(\(|$)?)")
_MAX_BINDING = 400
_OPENED = re.compile(r"(?:await\s+)?([\w.]+)\(.*\)\s*as\s+(\w+)$", re.DOTALL)
_DECORATOR = re.compile(r"(?:^|\n)\s*@([\w.]+(?:\((?:[^()]|\([^()]*\))*\))?)")
_PARAMETER = re.compile(r"(?<=[(,*])\s*(\w+)\s*:\s*((?:[^,()\[\]=]|\[(?:[^\[\]]|\[[^\[\]]*\])*\])+)")
_RETURN = re.compile(r"->\s*([^:]+)")
_NOT_TYPES = frozenset(
    {"None", "True", "False", "lambda", "yield", "not", "self", "cls", "Any", "str", "int", "bool", "float"}
)

_BUILTIN = frozenset(dir(builtins)) | {"Any", "Optional", "Callable"}


def _name_of(node: Node, text: str) -> tuple[str, str]:
    name = node.child_by_field_name("name") or node.child_by_field_name("left")
    return (text[name.start_byte : name.end_byte], "") if name else ("", "")


def _imports(text: str, line: int) -> Iterable[ImportFact]:
    bare = " ".join((_COMMENT.sub(" ", text) if "#" in text or "\\" in text else text).split())
    written = " ".join(text.split())[:200]
    match = _FROM.match(bare)
    if match:
        module = "".join(match.group(1).split())
        names = _names(match.group(2).strip().strip("()"))
        if names == (("*", "*"),):
            names = ()
        yield ImportFact(line, written, module, names, "", True)
        return
    for name, alias in _names(bare.removeprefix("import")):
        yield ImportFact(line, written, name, (), alias, True)


def _names(listed: str) -> tuple[tuple[str, str], ...]:
    pairs = []
    for part in listed.split(","):
        words = part.split()
        if len(words) == 3 and words[1] == "as":
            pairs.append((words[0], words[2]))
        elif words:
            pairs.append((words[0], words[0]))
    return tuple(pairs)


def _bindings(text: str, start: int, end: int) -> Iterable[Bound]:
    end = min(end, start + _MAX_BINDING)
    match = _ASSIGNED.match(text, start, end)
    if match:
        name, declared, made, called = match.groups()
        if declared:
            yield name, declared
        elif made not in _NOT_TYPES and (called or match.end() == end):
            yield name, f"{made}()" if called else f"={made}"
    elif match := _OPENED.match(text, start, end):
        yield match.group(2), f"{match.group(1)}()"


def _parameters(signature: str) -> Iterable[Bound]:
    if ":" in signature or "->" in signature:
        for match in _PARAMETER.finditer(signature):
            if match.group(2) not in _NOT_TYPES:
                yield match.group(1), match.group(2)
        result = _RETURN.search(signature)
        if result and result.group(1) not in _NOT_TYPES:
            yield "return", result.group(1)


def _visibility(head: Head) -> str:
    return "private" if head.name.startswith("_") and not head.name.endswith("__") else "public"


def _marks_test(name: str, _before: str) -> bool:
    return name.startswith("test_")


GRAMMAR = Grammar(
    "python",
    wheel("tree_sitter_python"),
    _QUERY,
    _imports,
    name_of=_name_of,
    bindings=_bindings,
    parameters=_parameters,
    marks_test=_marks_test,
    decorator=_DECORATOR,
    visibility=_visibility,
    comments=(),
    closed=True,
    builtin=_BUILTIN,
)


def _parse(path: str, source: bytes) -> FileFacts:
    return parse(GRAMMAR, path, source)


def _resolve(module: str, importer: str, files: Sequence[str]) -> tuple[str, ...]:
    paths = Paths.of(files)
    name = module.lstrip(".")
    tail = name.replace(".", "/")
    if name != module:
        folder = importer
        for _ in range(len(module) - len(name)):
            folder = folder.rpartition("/")[0]
        base = "/".join(part for part in (folder, tail) if part)
        return paths.first(_spellings(base))
    found = [path for spelling in _spellings(tail) for path in paths.ending(spelling)]
    # the folder that an absolute import starts from is no package itself, unless the importer is a script beside it
    rooted = [
        path for path in found if not paths.first(_packages(path.removesuffix(".py").removesuffix("/__init__"), tail))
    ]
    return nearest(rooted, importer)


def _spellings(base: str) -> tuple[str, ...]:
    return (f"{base}/__init__.py", f"{base}.py", f"{base}.pyi", f"{base}/__init__.pyi") if base else ("__init__.py",)


def _packages(path: str, tail: str) -> tuple[str, ...]:
    root = path.removesuffix(".pyi").removesuffix("/__init__").removesuffix(tail).rstrip("/")
    return (f"{root}/__init__.py",) if root else ()


_IDIOMS = Idioms(
    unread=rf"#[^\n]*|{TRIPLE}|{QUOTED}|{SINGLE}",
    decisions=r"\b(?:if|elif|for|while|except|and|or)\b|^[ \t]*case\b(?!\s*_\s*:)",
    main=r"^if __name__ == ['\"]__main__['\"]",
    breakpoints=r"\bbreakpoint\(\)|\b(?:i?pdb|pudb)\.(?:set_trace|post_mortem)\(|^\s*import (?:i?pdb|pudb)\b",
    prints=r"^\s*print\(",
    skips=r"@(?:pytest\.mark\.(?:skip|xfail)|unittest\.skip)\b|^\s*pytest\.skip\(",
    broad=r"^\s*except\s*(?:\(?\s*(?:Base)?Exception\b[^:]*)?:",
    handlers_named=True,
    kept=frozenset(keyword.kwlist),
)

INDEXER = Indexer(
    "python", (".py", ".pyi", ".pyw"), "python", _parse, _resolve, syntax=plainly(GRAMMAR), idioms=_IDIOMS
)
