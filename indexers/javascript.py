"""JavaScript (with JSX), and what TypeScript shares with it: ES modules, CommonJS, re-exports, workspace packages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence

from tree_sitter import Node

from rlm_tui.repository.idioms import DECISIONS, QUOTED, REJECTED, SINGLE, SLASHES, THROWN, Idioms
from rlm_tui.repository.indexer import Indexer
from rlm_tui.repository.parsing.definitions import CONTAINERS
from rlm_tui.repository.parsing.facts import FileFacts, ImportFact
from rlm_tui.repository.parsing.grammar import Bound, Grammar, field_name, plainly
from rlm_tui.repository.parsing.grammars import wheel
from rlm_tui.repository.parsing.heads import ANNOTATION, Head, stated_visibility
from rlm_tui.repository.parsing.parse import parse
from rlm_tui.repository.parsing.paths import Paths, joined, nearest

_KEYS = "[(shorthand_property_identifier) (pair value: [(identifier) (member_expression)])] @member"
SHARED_QUERY = """
(function_declaration) @def.function
(generator_function_declaration) @def.function
(class_declaration) @def.class
(class_body (method_definition) @def.function)
(variable_declarator name: (identifier) value: [(arrow_function) (function_expression) (generator_function)]) @def.function
(variable_declarator name: (identifier)
  value: (call_expression arguments: (arguments . [(arrow_function) (function_expression)]))) @def.function
(variable_declarator name: (identifier) value: (class)) @def.class
(program (lexical_declaration (variable_declarator name: (identifier)) @def.variable))
(program (variable_declaration (variable_declarator name: (identifier)) @def.variable))
(program (export_statement (lexical_declaration (variable_declarator name: (identifier)) @def.variable)))
(pair key: (property_identifier) value: [(arrow_function) (function_expression)]) @def.method
(object (method_definition) @def.method)
(assignment_expression left: (member_expression) right: [(arrow_function) (function_expression)]) @def.function
(assignment_expression left: (member_expression) right: (class)) @def.class
(export_statement value: [(arrow_function) (function_expression)] @def.function)
(export_statement value: (class) @def.class)
(export_statement value: (object) @def.variable)
(program (lexical_declaration (variable_declarator value: (object KEYS))))
(program (variable_declaration (variable_declarator value: (object KEYS))))
(program (export_statement (lexical_declaration (variable_declarator value: (object KEYS)))))
(program (export_statement value: (object KEYS)))
(return_statement (object KEYS))
(program (expression_statement (assignment_expression left: (member_expression)
  right: [(identifier) (object) (assignment_expression) (class) (function_expression)])) @import)
(program (variable_declaration (variable_declarator value: (assignment_expression)) @import))
(arrow_function) @block
(function_expression) @block
(call_expression function: [(identifier) (member_expression)] @call)
(call_expression function: (import)) @import
(new_expression constructor: [(identifier) (member_expression)] @call)
(arguments (identifier) @use)
(pair value: (identifier) @use)
(shorthand_property_identifier) @use
(array (identifier) @use)
(return_statement (identifier) @use)
(variable_declarator value: (identifier) @use)
(assignment_expression right: (identifier) @use)
(binary_expression (identifier) @use)
(member_expression) @use
(template_substitution (identifier) @use)
(import_statement) @import
(export_statement source: (string)) @import
(export_statement (export_clause)) @import
(export_statement value: (identifier)) @import
(export_statement "default") @import
(variable_declarator value: (call_expression function: (identifier) arguments: (arguments . (string) .))) @import
(variable_declarator value: (member_expression
  object: (call_expression function: (identifier) arguments: (arguments . (string) .)))) @import
(expression_statement (call_expression function: (identifier) arguments: (arguments . (string) .))) @import
(assignment_expression right: (call_expression function: (identifier) arguments: (arguments . (string) .))) @import
(variable_declarator name: (identifier) value: [(new_expression) (call_expression) (await_expression)]) @bind
(variable_declarator name: (object_pattern) value: [(identifier) (member_expression) (call_expression) (await_expression)]) @bind
(program (lexical_declaration (variable_declarator value: [(member_expression) (identifier)]) @bind))
(program (export_statement (lexical_declaration (variable_declarator value: [(member_expression) (identifier)]) @bind)))
(assignment_expression left: (member_expression) right: (new_expression)) @bind
(return_statement [(new_expression) (identifier) (this)]) @bind
""".replace("KEYS", _KEYS)

_QUERY = (
    SHARED_QUERY
    + """
(field_definition property: (_) value: [(arrow_function) (function_expression)]) @def.function
(field_definition) @bind
(class_heritage [(identifier) (member_expression)] @inherit)
(jsx_opening_element name: [(identifier) (member_expression)] @call)
(jsx_self_closing_element name: [(identifier) (member_expression)] @call)
"""
)

_LONGEST = 100_000  # an import of everything from a barrel has thousands of names
_SOURCE = re.compile(r"(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)([\"'`])([^\"'`\n]+)\1")
_CLAUSE = re.compile(r"\{([^{}]*)\}")
_DEFAULT = re.compile(r"(?:import|export)\s+(?:type\s+)?([\w$]+)\s*(?:,|\bfrom\b)")
_STAR = re.compile(r"\*\s*as\s+([\w$]+)")
_REQUIRED = re.compile(r"(?:([\w$.]+)|\{([^{}]*)\})\s*=\s*require\b")
_PART = re.compile(r"\s*\)\s*\.\s*([\w$]+)\s*$")
_DEFAULTED = re.compile(
    r"export\s+default\s+(?:(?:abstract\s+)?(?:(?:async\s+)?function\s*\*?|class)\s*([\w$]+)|([\w$]+)\s*;?$)"
)
_EXPORTED = re.compile(
    r"(?:([\w$]+)\s*=\s*)?(?:exports\s*=\s*)?(?:module\.exports|exports)(?:\.([\w$]+))?\s*=\s*(?:([\w$]+)\s*;?$|\{(.*)"
    r"|(?:class|(?:async\s+)?function\s*\*?)\s+([\w$]+))",
    re.DOTALL,
)
_EXPORTS = re.compile(r"\bexport\s+(?:(?:declare|default|async|abstract|const|let|var)\s+)*\Z")
_NESTED = re.compile(r"\([^()]*\)|\[[^][]*\]|\{[^{}]*\}")
_ASSIGNED = re.compile(
    r"(?:(?:public|private|protected|readonly|static|declare|override|accessor)\s+)*(#?[\w$.]+)[!?]?\s*"
    r"(?::\s*([^=;\n]+?)\s*(?:=|;|$)|=\s*(?:await\s+)?(new\s+)?([\w$.]+)(?:<[^()]*>)?(\()?)"
)
_PARAMETER = re.compile(
    r"(?<=[(,])\s*((?:(?:public|private|protected|readonly|override)\s+)*)(?:\.\.\.)?([\w$]+)\??\s*:\s*([^,()=]+)"
)
_PATTERN = re.compile(r"\{([^{}]*)\}\s*(?::[^=]*)?=\s*(?:await\s+)?([\w$.]+)(?:\s*(\()|\s*;?$)")
_RETURNED = re.compile(r"return\s+(new\s+)?([\w$.]+)")
_OBJECT = re.compile(r"(?:[\w$]+\s*=\s*)?\{")
_RESULT = re.compile(r"\)\s*:\s*([^{=]+?)\s*(?:=>|$)")
_WORDS = """
string number boolean any unknown void never null undefined object symbol bigint this true false Object Array
String Number Boolean Promise Error JSON Math Date RegExp Symbol console require Map Set WeakMap WeakSet
Record Partial Readonly Pick Omit Function
"""
BASIC = frozenset(_WORDS.split())


def imports(text: str, line: int) -> Iterable[ImportFact]:
    """Read an import, a require, a re-export, or an export that renames (module "": this file itself)."""
    head = text[:_LONGEST] if text.startswith(("import", "export")) else text[:4000]
    match = _SOURCE.search(head)
    exported = head.startswith("export")
    if exported and head.startswith("export default"):
        named = _DEFAULTED.match(head)
        name = (named.group(1) or named.group(2)) if named else ""
        if name and name not in {"async", "function", "class", "new", "extends"}:
            yield ImportFact(line, f"export default {name}", "", ((name, "default"),), "", True)
        return
    written = " ".join(head.split())[:200]
    if not head.startswith(("import", "export ", "export{", "export*")) and (given := _EXPORTED.match(head)):
        yield from _given(given, line, written)
        return
    if not match:
        clause = _CLAUSE.search(head)
        if exported and clause and head[6:].lstrip().removeprefix("type").lstrip().startswith("{"):
            pairs = _pairs(clause.group(1), "as")
            if pairs:
                yield ImportFact(line, written, "", pairs, "", True)
        return
    module = match.group(2)
    if "require" in match.group(0):
        required = _REQUIRED.search(head)
        name, clause_text = required.groups() if required else (None, None)
        pairs = _pairs(clause_text, ":") if clause_text else ()
        if name and (part := _PART.match(head, match.end())):  # require("./file").part
            pairs = ((part.group(1), name),)
        yield ImportFact(line, written, module, pairs, (name or "").rpartition(".")[2] if not pairs else "", False)
        return
    before = head[: match.start()]
    clause = _CLAUSE.search(before)
    names = list(_pairs(clause.group(1), "as")) if clause else []
    default = _DEFAULT.match(head)
    if default and default.group(1) != "type":
        names.append(("default", default.group(1)))
    star = _STAR.search(before)
    if names or not star:
        yield ImportFact(line, written, module, tuple(names), "", exported)
    if star:
        yield ImportFact(line, written, module, (), star.group(1), exported)


def _given(match: re.Match[str], line: int, written: str) -> Iterable[ImportFact]:
    """Read `module.exports = a`, `exports.b = a`, `module.exports = { a, b: c }`, `var app = module.exports = {}`."""
    holder, key, name, listed, made = match.groups()
    pairs = [(name or made, key or "default")] if name or made else []
    if listed and not key:
        for _round in range(6):
            listed = _NESTED.sub("", listed)
        pairs = [(inner, outer) for outer, inner in _pairs(listed, ":")]
    if holder and holder != "exports":
        pairs.append((holder, "default"))
    if pairs:
        yield ImportFact(line, written, "", tuple(pairs), "", True)


def _pairs(listed: str, keyword: str) -> tuple[tuple[str, str], ...]:
    pairs = []
    for part in re.sub(r"//[^\n]*|/\*.*?\*/", "", listed).split(","):
        words = part.replace(":", " : ").split("=")[0].split()
        if words and words[0] == "type" and len(words) > 1 and words[1] != keyword:
            words = words[1:]
        if len(words) == 3 and words[1] == keyword:
            pairs.append((words[0], words[2]))
        elif len(words) == 1:
            pairs.append((words[0], words[0]))
    return tuple(pairs)


def name_of(node: Node, text: str) -> tuple[str, str]:
    """Name a definition: by its name, its key, or what it is assigned to (`exports.run`, `Session.prototype.send`)."""
    if node.type in {"arrow_function", "function_expression", "class", "object"}:
        return "default", ""
    if node.type == "pair":
        key = node.child_by_field_name("key")
        return (text[key.start_byte : key.end_byte], "") if key else ("", "")
    if node.type == "field_definition":
        prop = node.child_by_field_name("property")
        return (text[prop.start_byte : prop.end_byte], "") if prop else ("", "")
    if node.type == "assignment_expression":
        left = node.child_by_field_name("left")
        parts = text[left.start_byte : left.end_byte].split(".") if left else []
        if not parts or not all(part.replace("$", "_").isidentifier() for part in parts):
            return "", ""
        if parts == ["module", "exports"]:
            made = node.child_by_field_name("right")
            return (field_name(made, text)[0] if made else "") or "default", ""
        owner = parts[-3] if len(parts) > 2 and parts[-2] == "prototype" else parts[-2]
        return parts[-1], "" if owner in {"exports", "module", "this", "self"} else owner
    name, _ = field_name(node, text)
    return name.strip("\"'"), ""


def bindings(text: str, start: int, end: int) -> Iterable[Bound]:
    """Read `x: T = ...`, `x = new T()` and `x = f()`."""
    if text[start] == "{":
        yield from _unpacked(text[start : min(end, start + 600)])
    elif text.startswith("return", start):
        if match := _RETURNED.match(text, start, min(end, start + 300)):
            yield "return", match.group(2) if match.group(1) else f"={match.group(2)}"
    elif match := _ASSIGNED.match(text, start, min(end, start + 300)):
        name, declared, new, made, called = match.groups()
        if declared:
            if declared not in BASIC:
                yield name, declared
        elif new:
            yield name, made
        elif made not in BASIC and (called or match.end() == end):
            yield name, f"{made}()" if called else f"={made}"


def _unpacked(text: str) -> Iterable[Bound]:
    """Read `{ a, b: c } = f()`: what each name gets is a member of the whole."""
    match = _PATTERN.match(text)
    if match:
        listed, made, called = match.groups()
        for key, name in _pairs(listed, ":"):
            yield name, f"={made}{'()' if called else ''}.{key}"


def parameters(signature: str) -> Iterable[Bound]:
    """Read the annotations of a signature; a constructor's parameter properties become fields."""
    if ":" not in signature or _OBJECT.match(signature):
        return
    for match in _PARAMETER.finditer(signature):
        kept, name, declared = match.groups()
        if declared.strip() not in BASIC:
            yield (f"this.{name}" if kept else name), declared
    result = _RESULT.search(signature)
    if result and result.group(1).strip() not in BASIC:
        yield "return", result.group(1)


def visibility(head: Head) -> str:
    """Members are public unless they say otherwise; what a module keeps to itself is told by its exports, not here."""
    if head.name.startswith("#"):
        return "private"
    if head.outer_kind == "module":  # a namespace hides what it does not export
        before = head.text[max(head.outer_start, head.start - 60) : head.start]
        return "public" if _EXPORTS.search(before) else "private"
    return stated_visibility(head) or ("public" if head.outer_kind in CONTAINERS else "")


GRAMMAR = Grammar(
    "javascript",
    wheel("tree_sitter_javascript"),
    _QUERY,
    imports,
    name_of=name_of,
    bindings=bindings,
    parameters=parameters,
    closed=True,
    skipped=("@",),
    decorator=ANNOTATION,
    visibility=visibility,
    builtin=BASIC,
)

_ENDINGS = (".ts", ".tsx", ".d.ts", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts", ".vue")
_WRITTEN = re.compile(r"\.[cm]?jsx?$")
_ENTRIES = ("index", "lib/index", "src/main")
MANIFEST = "package.json"


def _parse(path: str, source: bytes) -> FileFacts:
    return parse(GRAMMAR, path, source)


def package(source: bytes) -> str:
    """Read a package.json: return the name that it declares, and after it what may be its entries, between blanks."""
    try:
        read = json.loads(source)
    except (ValueError, RecursionError):
        read = None
    read = read if isinstance(read, dict) else {}
    listed = (read.get(key) for key in ("name", "source", "module", "main", "types"))
    told = [value if isinstance(value, str) and " " not in value else "" for value in listed]
    return " ".join([told[0], *filter(None, told[1:])]).rstrip()


def resolve(module: str, importer: str, files: Sequence[str]) -> tuple[str, ...]:
    """Find a relative module by its endings or index file, or a package of the workspace by its folder's name."""
    paths = Paths.of(files)
    module = module.partition("?")[0]
    if module.startswith("."):
        base = joined(importer.rpartition("/")[0], module)
        return paths.first(_spellings(base)) or (_entry(paths, base) if paths.first((_within(base, MANIFEST),)) else ())
    if module.startswith(("@/", "~/", "#/")):
        return nearest([p for s in _spellings("src/" + module[2:]) for p in paths.ending(s)], importer)
    scope, _, rest = module.partition("/") if module.startswith("@") else ("", "", module)
    name, _, inner = rest.partition("/")
    if not name:
        return ()
    found: list[str] = []
    called = f"{scope}/{name}" if scope else name
    manifests = [p for p in paths.named(MANIFEST) if "node_modules/" not in p]
    declaring = [p for p in manifests if paths.declared(p).partition(" ")[0] == called]
    alike = [name], [f"{scope.lstrip('@')}-{name}"]
    folders = [p.rpartition("/")[0] for p in declaring or manifests if declaring or p.split("/")[-2:-1] in alike]
    for folder in folders or [f"packages/{name}"]:
        if inner:
            tried = (_spellings(_within(folder, entry)) for entry in (inner, f"src/{inner}"))
            found += next((p for spelled in tried if (p := paths.first(spelled))), ())
        else:
            found += _entry(paths, folder)
    return nearest(found[:1] if scope else found, importer)


def _entry(paths: Paths, folder: str) -> tuple[str, ...]:
    """Return the file that stands for a package: its source before what is built of it."""
    declared = paths.declared(_within(folder, MANIFEST)).split(" ")[1:]
    tried = ("src/index", *(joined(folder, entry).removeprefix(folder).lstrip("/") for entry in declared), *_ENTRIES)
    return next((p for entry in tried if entry and (p := paths.first(_spellings(_within(folder, entry))))), ())


def _within(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def _spellings(base: str) -> tuple[str, ...]:
    plain = _WRITTEN.sub("", base)
    index = f"{base}/index" if base else "index"
    spelled = [base, *(base + ending for ending in _ENDINGS)] if base else []
    if plain != base:
        spelled += [plain + ending for ending in (".ts", ".tsx", ".mts", ".cts")]
    return (*spelled, *(index + ending for ending in _ENDINGS))


_RESERVED = """await break case catch class const continue debugger default delete do else enum export extends false finally for
function if implements import in instanceof interface let new null package private protected public return static super switch
this throw true try typeof var void while with yield"""
_REGEX = r"(?<=[=(,:\[!&|?{};])\s*+/(?![/*])(?:\\.|\[(?:\\.|[^\]\n\\]){0,99}+\]|[^/\n\\\[])++/[a-z]*"
_INNER = r"\$\{(?>[^{}`]|`(?:\\.|[^`\\])*`|\{[^{}]*\})*\}"
_TICKED = rf"`(?>\\.|{_INNER}|[^`\\])*+`"
IDIOMS = Idioms(
    unread=f"{SLASHES}|{_REGEX}|{QUOTED}|{SINGLE}|{_TICKED}",
    decisions=DECISIONS + r"|\?\?|\?(?![.?:)\],;=])",
    raising=THROWN + REJECTED,
    breakpoints=r"^\s*debugger;?\s*$",
    prints=r"^\s*console\.(?:log|debug)\(",
    skips=r"\b(?:describe|it|test)\.(?:only|skip)\(|^\s*(?:xit|xdescribe|fit|fdescribe)\(",
    broad=r"\bcatch\s*(?:\(\s*\w*\s*\))?\s*\{\s*\}",
    kept=frozenset(_RESERVED.split()),
    word=r"[^\W\d]\w*|[\w$]*\$[\w$]*",
)

INDEXER = Indexer(
    "javascript", (".js", ".jsx", ".mjs", ".cjs"), "javascript", _parse, resolve, syntax=plainly(GRAMMAR), idioms=IDIOMS
)
