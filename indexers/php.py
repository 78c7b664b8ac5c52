"""PHP: namespaces and `use`, files by the namespace they declare (PSR-4 as it is), traits, declared types and PHPDoc."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from tree_sitter import Node

from rlm_tui.repository.idioms import DECISIONS, QUOTED, SINGLE, SLASHES, Idioms
from rlm_tui.repository.indexer import Indexer, Scoping
from rlm_tui.repository.parsing.definitions import CONTAINERS
from rlm_tui.repository.parsing.facts import FileFacts, ImportFact, ReferenceFact
from rlm_tui.repository.parsing.grammar import Bound, Grammar, plainly
from rlm_tui.repository.parsing.grammars import wheel
from rlm_tui.repository.parsing.heads import Head, stated_visibility
from rlm_tui.repository.parsing.parse import parse
from rlm_tui.repository.parsing.paths import Paths, joined, nearest
from rlm_tui.repository.parsing.written import member

_QUERY = """
(class_declaration) @def.class
(interface_declaration) @def.interface
(trait_declaration) @def.trait
(enum_declaration) @def.enum
(function_definition) @def.function
(method_declaration) @def.function
(property_declaration) @def.variable
(const_declaration) @def.constant
(enum_case) @def.constant
(base_clause [(name) (qualified_name)] @inherit)
(class_interface_clause [(name) (qualified_name)] @inherit)
(use_declaration [(name) (qualified_name)] @inherit)
(function_call_expression function: [(name) (qualified_name) (relative_name)] @call)
(member_call_expression) @invoke
(nullsafe_member_call_expression) @invoke
(scoped_call_expression) @invoke
(scoped_call_expression scope: [(name) (qualified_name)] @use)
(object_creation_expression [(name) (qualified_name)] @call)
(attribute [(name) (qualified_name)] @call)
(class_constant_access_expression . [(name) (qualified_name)] @use)
(scoped_property_access_expression scope: [(name) (qualified_name)] @use)
(binary_expression right: [(name) (qualified_name)] @use)
(named_type [(name) (qualified_name)] @type)
(assignment_expression left: [(variable_name) (member_access_expression)]) @bind
(catch_clause) @bind
(foreach_statement) @bind
(anonymous_function parameters: (formal_parameters (simple_parameter type: (_)) @bind))
(arrow_function parameters: (formal_parameters (simple_parameter type: (_)) @bind))
(namespace_use_declaration) @import
(require_expression) @import
(require_once_expression) @import
(include_expression) @import
(include_once_expression) @import
(function_call_expression function: (qualified_name) @import)
(scoped_call_expression scope: (qualified_name) @import)
(object_creation_expression (qualified_name) @import)
(class_constant_access_expression . (qualified_name) @import)
(base_clause (qualified_name) @import)
(class_interface_clause (qualified_name) @import)
(use_declaration (qualified_name) @import)
(named_type (qualified_name) @import)
"""

_NAMED = re.compile(r"\$(\w+)|\b(\w+)\s*=")
_CASE = re.compile(r"case\s+(\w+)")
_USE = re.compile(r"use\s+(?:(function|const)\s+)?(.*?);?$", re.DOTALL)
_GROUP = re.compile(r"(.*?)\\?\{(.*)\}", re.DOTALL)
_INCLUDED = re.compile(r"(?:require|include)(?:_once)?\b(.*)", re.DOTALL)
_PATH = re.compile(r"[\"']([^\"'$\n]+\.(?:php|inc))[\"']")
_SPELLED = re.compile(r"(?:\w+)?(?:\\\w+)+")
_ATTRIBUTE = re.compile(r"(?:#\[|,)\s*(\\?[A-Z][\w\\]*(?:\((?:[^()]|\([^()]*\))*\))?)")
_NEW = re.compile(r"\(\s*new\s+([\w\\]+)(?:\((?:[^()]|\([^()]*\))*\))?\s*\)\s*(?=->|\?->)")
_THIS = re.compile(r"\$this\b")
_ASSIGNED = re.compile(r"(\$[\w]+(?:->\w+)?)\s*(?:\?\?)?=\s*(new\s+)?")
_EACH = re.compile(r"foreach\s*\(\s*(\$\w+(?:->\w+)*(?:\(\))?)\s+as\s+(?:[^=)]*=>\s*)?&?(\$\w+)\s*\)")
_CAUGHT = re.compile(r"catch\s*\(\s*([\w\\| ]+?)\s+(\$\w+)")
_TYPE = r"\??[A-Za-z_\\][\w\\|&?]*"
_PARAMETER = re.compile(rf"((?:\b(?:public|protected|private|readonly)\s+)*)({_TYPE})\s+(?:&\s*)?(?:\.\.\.)?(\$\w+)")
_FIELD = re.compile(rf"(?:(?:public|protected|private|readonly|static|var)\s+)+({_TYPE})\s+\$(\w+)")
_RESULT = re.compile(rf"\)\s*:\s*({_TYPE})\s*$")
_TAG = re.compile(
    r"@(?:(?:phpstan|psalm)-)?(param|return|var|property(?:-read|-write)?)\s+"
    r"(\??[A-Za-z_\\][\w\\|]*(?:\[\]|<[^<>\n]*(?:<[^<>\n]*>[^<>\n]*)*>)?(?:\|null)?)(?:\s+&?(?:\.\.\.)?(\$\w+))?"
)
_HELD = re.compile(
    r"\??(?:(?:array|list|iterable|non-empty-\w+|Traversable|Iterator|Generator)<(?:[^<>,]+,\s*)?([\w\\|]+)>|([\w\\]+)\[\])"
)
"""What an array holds; a variable of such a type stands for one of its elements."""
_MAX_BINDING = 400
_OWN = frozenset({"self", "static"})
_MOST_SCATTERED = 8
"""So many files of a namespace are looked into for what has no file of its own name: functions, helper classes."""
_WORDS = """
int string bool float array mixed void null callable iterable object true false never resource
integer boolean double parent isset unset empty array_map count sprintf is_array in_array strlen implode explode
array_merge array_filter array_keys array_values str_replace is_string is_null is_int trim substr preg_match json_encode
json_decode function_exists class_exists method_exists strtolower strtoupper printf define defined file_exists dirname
"""
_BUILTIN = frozenset(_WORDS.split())


def _name_of(node: Node, text: str) -> tuple[str, str]:
    name = node.child_by_field_name("name")
    if name:
        return text[name.start_byte : name.end_byte], ""
    pattern = _CASE if node.type == "enum_case" else _NAMED
    match = pattern.search(text, node.start_byte, node.end_byte)
    return (match.group(1) or match.group(2), "") if match else ("", "")


def _imports(text: str, line: int) -> Iterable[ImportFact]:
    """Read a `use`, an include, or a name written with its namespace, which brings itself."""
    written = " ".join(text.split())[:200]
    if included := _INCLUDED.match(text):
        if path := _PATH.search(included.group(1)):
            module = path.group(1).lstrip("/")
            here = "__DIR__" in text or "__FILE__" in text
            yield ImportFact(line, written, f"./{module}" if here else module, (), "", False)
    elif match := _USE.match(text):
        kind, listed = match.groups()
        group = _GROUP.match(listed)
        prefix, items = (f"{group.group(1).strip()}\\", group.group(2)) if group else ("", listed)
        for item in items.split(","):
            words = item.split()
            if words and words[0] in ("function", "const") and len(words) > 1:
                kind, words = words[0], words[1:]
            if words:
                yield _brought(
                    line, written, f"{prefix}{words[0]}".strip("\\"), words[-1] if len(words) == 3 else "", kind or ""
                )
    else:
        yield ImportFact(line, written, text, ((text.rpartition("\\")[2], text),), "", False)


def _brought(line: int, written: str, full: str, alias: str, kind: str) -> ImportFact:
    space, _, name = full.rpartition("\\")
    return ImportFact(line, written, f"{space}\\" if kind else full, ((name, alias or name),), "", False)


def _plain(written: str) -> str:
    """Write `$this` as `this`, `parent` as `super`, `static` as `self`, `(new Foo(x))->` as `Foo()->`."""
    plain = _NEW.sub(r"\1()", written) if written.startswith("(") else written
    for word, meaning in (("parent::", "super::"), ("static::", "self::")):
        if plain.startswith(word):
            plain = meaning + plain.removeprefix(word)
    return _THIS.sub("this", plain).replace("?->", "->")


def _split(whole: str) -> tuple[str, str]:
    if _SPELLED.fullmatch(whole):
        last = whole.removeprefix("\\")
        return (last, "") if last.islower() and "\\" not in last else (whole, "")
    name, receiver = member(_plain(whole))
    return ("", "") if name.startswith("$") else (name, receiver)


def _bindings(text: str, start: int, end: int) -> Iterable[Bound]:
    if each := _EACH.match(text, start, end):
        if each.group(1) != "$this":
            yield each.group(2), f"={_plain(each.group(1)).replace('->', '.')}"
        return
    if caught := _CAUGHT.match(text, start, end):
        yield caught.group(2), _type(caught.group(1))
        return
    match = _ASSIGNED.match(text, start, end)
    if not match:
        yield from _parameters(f"({text[start:end]})")
        return
    name, new = match.groups()
    target = _THIS.sub("this", name).replace("->", ".")
    made = text[match.end() : min(end, match.end() + _MAX_BINDING)]
    if new:
        if re.match(r"(?:self|static)\b", made):
            yield target, "=self"
        elif not re.match(r"(?:class|parent|function)\b|[^A-Za-z_\\]", made):
            yield target, _type(re.split(r"[\s({;]", made, maxsplit=1)[0])
    elif made.endswith(")") and (made[0].isalpha() or made[0] in "$\\("):
        name, receiver = _split(_uncalled(made))
        if name:
            yield target, f"{receiver}.{name}()".lstrip(".")
    elif re.fullmatch(r"\$\w+(?:->\w+)*", made):
        yield target, f"={_plain(made).replace('->', '.')}"


def _uncalled(made: str) -> str:
    """Return a call without its last brackets."""
    depth = 0
    for index in range(len(made) - 1, -1, -1):
        depth += (made[index] == ")") - (made[index] == "(")
        if not depth:
            return made[:index]
    return made


def _type(declared: str) -> str:
    parts = [part.strip("? ") for part in declared.split("|")]
    kept = ["self" if part in ("static", "$this", "this") else part for part in parts]
    return "|".join(part for part in kept if part == "self" or part.lower() not in _BUILTIN)


def _parameters(signature: str) -> Iterable[Bound]:
    for kept, declared, name in _PARAMETER.findall(signature) if "(" in signature else ():
        if found := _type(declared):
            yield name, found
            if kept:
                yield f"this.{name[1:]}", found
    if (result := _RESULT.search(signature)) and (found := _type(result.group(1))):
        yield "return", found
    elif (field := _FIELD.search(signature)) and "(" not in signature and (found := _type(field.group(1))):
        yield field.group(2), found


def _documented(doc: str, name: str) -> Iterable[Bound]:
    if "@" not in doc:
        return
    for tag, declared, variable in _TAG.findall(doc):
        if held := _HELD.match(declared):
            declared = held.group(1) or held.group(2)
        found = "|".join(part.rpartition("\\")[2] for part in _type(declared).split("|"))
        if not found:
            continue
        if tag == "return":
            yield "return", found
        elif tag == "var":
            yield name, found
        elif variable:
            yield (variable if tag == "param" else variable[1:]), found


def _visibility(head: Head) -> str:
    return stated_visibility(head) or ("public" if head.outer_kind in CONTAINERS else "")


GRAMMAR = Grammar(
    "php",
    wheel("tree_sitter_php", "language_php"),
    _QUERY,
    _imports,
    name_of=_name_of,
    bindings=_bindings,
    parameters=_parameters,
    documented=_documented,
    split=_split,
    package=re.compile(r"^[ \t]*(?:<\?php\s+)?namespace\s+([\w\\]+)\s*[;{]", re.MULTILINE),
    comments=("//", "#"),
    skipped=("#[",),
    decorator=_ATTRIBUTE,
    visibility=_visibility,
    builtin=_BUILTIN,
)


def _parse(path: str, source: bytes) -> FileFacts:
    facts = _constructed(parse(GRAMMAR, path, source))
    if b"\\" not in source:
        return facts
    uses = {alias: item.module for item in facts.imports if item.text.startswith("use") for _, alias in item.names}
    kept: dict[str, ImportFact] = {}
    for item in facts.imports:
        if item.text.startswith("use") or "\\" not in item.module:
            kept[item.text + item.module] = item
        elif "\\" in item.module[1:] or not item.names[0][0].islower():
            kept.setdefault(item.module, item._replace(module=_full(item.module, facts.package, uses)))
    return facts._replace(imports=tuple(kept.values()))


def _constructed(facts: FileFacts) -> FileFacts:
    """Return `new self` and `new static` as constructions of the class around."""
    references: list[ReferenceFact] = []
    for reference in facts.references:
        if reference.name in _OWN and not reference.receiver:
            scope = reference.scope if reference.kind == "call" else -1
            while scope >= 0 and facts.symbols[scope].kind not in CONTAINERS:
                scope = facts.symbols[scope].scope
            if scope >= 0:
                references.append(reference._replace(name=facts.symbols[scope].name))
        else:
            references.append(reference)
    return facts._replace(references=tuple(references))


def _full(written: str, package: str, uses: dict[str, str]) -> str:
    """Return a name with its namespace as seen from the root: relative ones begin with what a `use` brings, or in the package."""
    if written.startswith("\\"):
        return _in_namespace(written.strip("\\"))
    first, _, rest = written.partition("\\")
    around = package if first == "namespace" else uses.get(first) or f"{package}\\{first}"
    return _in_namespace(f"{around}\\{rest}".strip("\\"))


def _in_namespace(full: str) -> str:
    """Return where a name is to be looked for: a function in all of its namespace, with a slash last."""
    space, _, name = full.rpartition("\\")
    return f"{space}\\" if space and name.islower() else full


def _resolve(module: str, importer: str, files: Sequence[str]) -> tuple[str, ...]:
    """Find a file that is included by its path; that of a class by name and namespace; all of a namespace with a slash last."""
    paths = Paths.of(files)
    if module.endswith((".php", ".inc")):
        folder = importer.rpartition("/")[0]
        found = paths.first((joined(folder, module),) if module.startswith(".") else (joined(folder, module), module))
        return found or (nearest(paths.ending(module), importer) if "/" in module and module[0] != "." else ())
    space, _, name = module.rpartition("\\")
    if not name:
        return tuple(paths.packaged(space))
    named = [path for path in paths.named(f"{name}.php") if paths.declared(path) == space]
    if not named and space:
        around = paths.packaged(space)
        return tuple(around) if len(around) <= _MOST_SCATTERED else ()
    return nearest(named, importer)


_IDIOMS = Idioms(
    unread=rf"(?<!\w)#(?!\[)[^\n]*|{SLASHES}|{QUOTED}|{SINGLE}",
    decisions=DECISIONS + r"|\b(?:elseif|foreach|and|or)\b|\?\?|\?(?![?>:-])",
    breakpoints=r"(?<![\w>:])(?:var_dump|dd|xdebug_break)\(",
    often_meant=True,
    skips=r"->markTest(?:Skipped|Incomplete)\(",
    broad=r"\bcatch\s*\(\s*\\?(?:Exception|Throwable)\s+\$?\w*\s*\)",
)

INDEXER = Indexer(
    "php",
    (".php", ".inc", ".phtml"),
    "php",
    _parse,
    _resolve,
    scoping=Scoping(
        shared="package",
        global_functions=True,
        constructors=frozenset({"__construct"}),
        magic=re.compile(r"__.*"),
    ),
    syntax=plainly(GRAMMAR),
    idioms=_IDIOMS,
)
