"""C#: namespaces that files declare, `using` in its forms, partial and nested types, members by their declared types."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from tree_sitter import Node

from rlm_tui.repository.idioms import DECISIONS, Idioms
from rlm_tui.repository.indexer import Indexer, Scoping
from rlm_tui.repository.parsing.definitions import CONTAINERS
from rlm_tui.repository.parsing.facts import FileFacts, ImportFact
from rlm_tui.repository.parsing.grammar import Bound, Grammar, field_name, tree_of
from rlm_tui.repository.parsing.grammars import wheel
from rlm_tui.repository.parsing.heads import Head, stated_visibility
from rlm_tui.repository.parsing.parse import parse
from rlm_tui.repository.parsing.paths import Paths
from rlm_tui.repository.parsing.written import bare, member, split

_QUERY = """
(class_declaration) @def.class
(record_declaration) @def.class
(struct_declaration) @def.struct
(interface_declaration) @def.interface
(enum_declaration) @def.enum
(enum_member_declaration) @def.constant
(delegate_declaration) @def.type
(method_declaration) @def.function
(constructor_declaration) @def.function
(destructor_declaration) @def.function
(operator_declaration) @def.function
(conversion_operator_declaration) @def.function
(indexer_declaration) @def.function
(local_function_statement) @def.function
(property_declaration) @def.variable
(field_declaration) @def.variable
(event_field_declaration) @def.variable
(event_declaration) @def.variable
(invocation_expression function:
  [(identifier) (generic_name) (member_access_expression) (conditional_access_expression)] @call)
(object_creation_expression type: [(identifier) (generic_name) (qualified_name)] @call)
(member_access_expression) @use
(argument [(identifier) (member_access_expression)] @use)
(assignment_expression right: (identifier) @use)
(return_statement (identifier) @use)
(arrow_expression_clause (identifier) @use)
(variable_declarator (identifier) @use .)
(initializer_expression (identifier) @use)
(_ type: [(identifier) (qualified_name)] @type)
(_ returns: [(identifier) (qualified_name)] @type)
(generic_name . (identifier) @type)
(type_argument_list [(identifier) (qualified_name)] @type)
(type_parameter_constraint [(identifier) (qualified_name)] @type)
(as_expression right: [(identifier) (qualified_name)] @type)
(is_expression right: [(identifier) (qualified_name)] @type)
(constant_pattern [(identifier) (member_access_expression)] @type)
(attribute name: [(identifier) (qualified_name)] @type)
(member_access_expression expression: (identifier) @use)
(base_list [(identifier) (generic_name) (qualified_name)] @inherit)
(base_list (primary_constructor_base_type type: [(identifier) (generic_name) (qualified_name)] @inherit))
(using_directive) @import
(variable_declaration) @bind
(property_declaration) @bind
(foreach_statement) @bind
(declaration_pattern) @bind
(declaration_expression) @bind
(catch_declaration) @bind
(lambda_expression parameters: (parameter_list (parameter type: (_)) @bind))
"""

_USING = re.compile(r"(?:global\s+)?using\s+(static\s+)?(?:unsafe\s+)?(?:(\w+)\s*=\s*)?(?:global::)?([\w.]+)")
_GENERIC = r"(?:<[^=;(){}]*>)?"
_MODIFIERS = (
    "public|private|protected|internal|static|readonly|const|volatile|virtual|override|abstract|sealed|new|required|partial|"
    "extern|unsafe|async|event|ref|fixed"
)
_DECLARED = re.compile(
    rf"(?:catch\s*)?\(?\s*(?:\[[^\]]*\]\s*)*(?:(?:{_MODIFIERS})\s+)*([\w.]+{_GENERIC})\??((?:\[[,\s]*\])*)\??"
    r"\s+(@?\w+)\s*(=(?!>)\s*)?"
)
_FOREACH = re.compile(rf"foreach\s*\(\s*([\w.]+{_GENERIC})\??(?:\[\])*\s+(\w+)\s+in\b")
_PARAMETER = re.compile(
    rf"(?<=[(,])\s*(?:\[[^\]]*\]\s*)*((?:(?:this|ref|out|in|params|readonly|scoped)\s+)*)([\w.]+{_GENERIC})\??(?:\[[,\s]*\])*\??"
    r"\s+(@?\w+)\s*(?=[,)=])"
)
_RESULT = re.compile(
    rf"(?:^|\s)(?:(?:Value)?Task<\s*([\w.]+{_GENERIC})\??>|([\w.]+{_GENERIC})\??)(?:\[\])*\s+[\w.]+(?:<[\w, ]*>)?$"
)
_ATTRIBUTES = re.compile(r"(?:\[(?:[^\[\]\"]|\"(?:[^\"\\]|\\.)*\"|\[[^\[\]]*\])*\]\s*)+")
_ATTRIBUTE = re.compile(
    r"(?:(?:^|\n)\s*|\]\s*)\[(?:\w+:\s*)?((?:[^\[\]()\"]|\"(?:[^\"\\\n]|\\.)*\"|\((?:[^()]|\([^()]*\))*\)|\[[^\[\]]*\])*)\]"
)
_WORDS = """
void int long bool double float byte short char string object var decimal uint ulong ushort sbyte nint nuint dynamic String
Object Int32 Int64 Boolean Double Guid Exception Task T TKey TValue TResult nameof null true false this base value get set
record return throw new await yield Attribute
"""
_BASIC = frozenset(_WORDS.split())
_STANDARD_WORDS = """
Aggregate All Any Append AsEnumerable Average Cast Concat Contains Count DefaultIfEmpty Distinct ElementAt
ElementAtOrDefault Except First FirstOrDefault GroupBy GroupJoin Intersect Join Last LastOrDefault LongCount Max Min
OfType OrderBy OrderByDescending Prepend Reverse Select SelectMany SequenceEqual Single SingleOrDefault Skip SkipWhile
Sum Take TakeWhile ThenBy ThenByDescending ToArray ToDictionary ToHashSet ToList ToLookup Union Where Zip Equals
GetHashCode GetType ToString CompareTo Dispose GetEnumerator MoveNext Invoke BeginInvoke EndInvoke Add Clear Remove
Insert IndexOf RemoveAt CopyTo ContainsKey TryGetValue AddRange StartsWith EndsWith Substring Replace Split Trim
TrimStart TrimEnd ToUpper ToLower PadLeft PadRight LastIndexOf IndexOfAny Format GetMethod GetMethods GetProperty
GetProperties GetField GetFields GetMember GetMembers GetConstructor GetConstructors GetEvents GetInterfaces
GetInterface GetNestedTypes GetGenericArguments GetGenericTypeDefinition GetElementType GetCustomAttributes
GetCustomAttribute GetGetMethod GetSetMethod GetAccessors GetParameters GetTypeInfo IsAssignableFrom IsSubclassOf
IsInstanceOfType IsDefined MakeGenericType MakeGenericMethod MakeArrayType GetBaseDefinition GetDeclaredMethod
GetDeclaredProperty GetDeclaredField
"""
_STANDARD = frozenset(_STANDARD_WORDS.split())
"""Methods that objects of .NET itself have, the operators of sequences among them."""
_VALUE_WORDS = "int long bool double float byte short char string decimal object uint ulong ushort sbyte"
_VALUES = frozenset(_VALUE_WORDS.split())
"""Words for types of the language that tell overloads apart."""
_MAX_BINDING = 400
_NO_EXPRESSION = re.compile(r"[\"'$@\d(\[{!-]|(?:null|true|false|default|typeof|sizeof|stackalloc|from|switch)\b")
_DIRECTIVE = re.compile(rb"^[ \t]*#[ \t]*(if|elif|else|endif)\b[^\r\n]*", re.MULTILINE)
_UNLINED = re.compile(rb"[^\r\n]")
_TYPEOF = re.compile(r"typeof\s*\((?:[^()]|\([^()]*\))*\)")
_CAST = re.compile(r"\(([A-Z][\w.]*)\)\s*[\w(]|[^\n]*\sas\s+([A-Z][\w.]*)")


def _name_of(node: Node, text: str) -> tuple[str, str]:
    kind = node.type
    if kind in {"field_declaration", "event_field_declaration"}:
        declared = next((child for child in node.named_children if child.type == "variable_declaration"), None)
        first = (
            next((c for c in declared.named_children if c.type == "variable_declarator"), None) if declared else None
        )
        return field_name(first, text) if first else ("", "")
    if kind == "indexer_declaration":
        return "this[]", ""
    if kind in {"operator_declaration", "conversion_operator_declaration"}:
        return "operator", ""
    name, _ = field_name(node, text)
    return (f"~{name}" if kind == "destructor_declaration" else name), ""


def _imports(text: str, line: int) -> Iterable[ImportFact]:
    match = _USING.match(text)
    if match:
        static, alias, module = match.groups()
        written = " ".join(text.split())[:200]
        if alias:
            before, _, last = module.rpartition(".")
            yield ImportFact(line, written, before or module, ((last, alias),), "", False)
        else:
            yield ImportFact(line, written, f"{module}.*" if static else module, (), "", False)


def _bindings(text: str, start: int, end: int) -> Iterable[Bound]:
    end = min(end, start + _MAX_BINDING)
    if match := _FOREACH.match(text, start, end):
        if match.group(1) not in _BASIC:
            yield match.group(2), _counted(match.group(1))
        return
    match = _DECLARED.match(text, start, end)
    if not match:
        return
    kind, array, name, assigned = match.groups()
    if kind not in _BASIC or kind in _VALUES:
        yield name, _counted(kind) + array
    elif kind == "var" and assigned:
        expression = text[match.end() : end].strip()
        if cast := _CAST.match(expression):
            yield name, cast.group(1) or cast.group(2)
        elif not _NO_EXPRESSION.match(expression) and (made := member(f"{expression}.x")[1]):
            yield name, f"={made}"


def _parameters(signature: str) -> Iterable[Bound]:
    if signature.startswith("["):
        signature = _ATTRIBUTES.sub("", signature, count=1)
    opened = signature.find("(")
    for match in _PARAMETER.finditer(signature):
        if match.group(2) not in _BASIC:
            yield match.group(3), _counted(match.group(2))
        if match.group(1).startswith("this"):
            yield "this", _counted(match.group(2))
    if opened < 0:
        return
    result = _RESULT.search(signature, 0, opened)
    if result and (kind := result.group(1) or result.group(2)) not in _BASIC and kind not in _MODIFIERS.split("|"):
        yield "return", _counted(kind)


def _counted(written: str) -> str:
    """Write a type with the number of its type arguments in place of them: ``Map`2``."""
    before, opened, held = written.partition("<")
    if not opened:
        return written
    inside = split(f"<{held}")
    rest = held[len(",".join(inside)) + 1 :]
    return f"{before.rstrip()}`{len(inside)}{rest}"


def _split(whole: str) -> tuple[str, str]:
    return member(_TYPEOF.sub("Type()", whole) if "typeof" in whole else whole)


_LITERALS = {
    "string_literal": ":string", "verbatim_string_literal": ":string", "raw_string_literal": ":string",
    "interpolated_string_expression": ":string", "character_literal": ":char", "boolean_literal": ":bool",
    "null_literal": ":null", "typeof_expression": ":Type", "is_expression": ":bool",
}  # fmt: skip
_PLAIN_ARGUMENT = re.compile(r'[\w.]+|"[^"\\\n]*"')
_PLAIN = re.compile(rf"\(\s*(?:(?:{_PLAIN_ARGUMENT.pattern})(?:\s*,\s*(?:{_PLAIN_ARGUMENT.pattern}))*\s*)?\)")
_WORDS_OF_VALUES = {"true": ":bool", "false": ":bool", "null": ":null"}
_NAMES = frozenset(("identifier", "member_access_expression", "invocation_expression", "element_access_expression"))
_TRUTHS = frozenset(("==", "!=", "<", ">", "<=", ">=", "&&", "||"))


def _arguments(node: Node, text: str) -> str:
    """Write the arguments of the call whose function, or of the construction whose type, is `node`; of a base its types."""
    types = f"<{len(split(text[_opened(text, node) : node.end_byte]))}>" if text[node.end_byte - 1] == ">" else ""
    return types + ("" if node.parent and node.parent.type == "base_list" else _given(node, text))


def _opened(text: str, node: Node) -> int:
    """Return where the type arguments begin that end with the node."""
    depth, place = 0, node.end_byte
    while place > node.start_byte:
        place -= 1
        depth += (text[place] == ">") - (text[place] == "<")
        if not depth:
            break
    return place


def _given(node: Node, text: str) -> str:
    if plain := _PLAIN.match(text, node.end_byte):
        return ",".join([_plain(written) for written in _PLAIN_ARGUMENT.findall(plain[0])]) or "()"
    given = node.parent.child_by_field_name("arguments") if node.parent else None
    if given is None:
        return ""
    values = [one.named_children[-1:] for one in given.named_children if one.type == "argument"]
    return ",".join([_argument(value[0], text) if value else "?" for value in values]) or "()"


def _plain(written: str) -> str:
    """Write an argument that is a name, a number or a text, read without the tree's nodes, which cost more."""
    if written[0] == '"':
        return ":string"
    if written[0].isdigit():
        return ":int" if written.isdigit() else ":long" if written[-1] in "lL" else ":double" if "." in written else "?"
    return _WORDS_OF_VALUES.get(written, written)


def _argument(node: Node, text: str) -> str:
    kind = node.type
    if kind in _LITERALS:
        return _LITERALS[kind]
    if kind == "lambda_expression":
        taken = node.child_by_field_name("parameters")
        return f":->{taken.named_child_count if taken and taken.type == 'parameter_list' else 1}"
    written = text[node.start_byte : node.end_byte]
    if kind in _NAMES:
        return (written if written.isidentifier() else bare(written)).replace(",", "") or "?"
    if kind == "integer_literal":
        return ":long" if written[-1] in "lL" else ":int"
    if kind == "real_literal":
        return ":float" if written[-1] in "fF" else "?" if written[-1] in "mM" else ":double"
    if kind in {"object_creation_expression", "cast_expression"}:
        made = node.child_by_field_name("type")
        return f":{text[made.start_byte : made.end_byte].partition('<')[0].rstrip('?')}" if made else "?"
    if kind == "array_creation_expression" and (made := node.child_by_field_name("type")):
        return f":{text[made.start_byte : made.end_byte].partition('[')[0].rstrip('?')}[]"
    if kind == "parenthesized_expression" and node.named_child(0):
        return _argument(node.named_child(0), text)
    if kind == "conditional_expression":
        either = [_argument(child, text) for child in node.named_children[1:]]
        return next((one for one in either if one != ":null"), "?")
    if kind == "binary_expression":
        operator = node.child_by_field_name("operator")
        return ":bool" if operator and operator.type in _TRUTHS else "?"
    return "?"


def _visibility(head: Head) -> str:
    if said := stated_visibility(head):
        return said
    if head.outer_kind in {"interface", "enum"}:
        return "public"
    return "private" if head.outer_kind in CONTAINERS else "internal"


GRAMMAR = Grammar(
    "csharp",
    wheel("tree_sitter_c_sharp"),
    _QUERY,
    _imports,
    name_of=_name_of,
    bindings=_bindings,
    parameters=_parameters,
    decorator=_ATTRIBUTE,
    visibility=_visibility,
    split=_split,
    arguments=_arguments,
    counts_types=True,
    builtin=_BASIC,
    package=re.compile(r"^[ \t]*namespace\s+([\w.]+)", re.MULTILINE),
)


def _parse(path: str, source: bytes) -> FileFacts:
    facts = parse(GRAMMAR, path, source)
    if not facts.has_errors or not _DIRECTIVE.search(source):
        return facts
    return parse(GRAMMAR, path, _without_branches(source))


def _syntax(_path: str, source: bytes) -> tuple[Grammar, bytes]:
    broken = _DIRECTIVE.search(source) and tree_of(GRAMMAR, source).root_node.has_error
    return GRAMMAR, _without_branches(source) if broken else source


def _without_branches(source: bytes) -> bytes:
    """Blank out the preprocessor's conditions and all branches but the first: the grammar reads no halves of statements."""
    kept, last, hidden = bytearray(source), 0, [False]
    for match in _DIRECTIVE.finditer(source):
        word = match[1]
        if hidden[-1]:
            kept[last : match.start()] = _UNLINED.sub(b" ", source[last : match.start()])
        kept[match.start() : match.end()] = b" " * len(match[0])
        last = match.end()
        if word == b"if":
            hidden.append(hidden[-1])
        elif len(hidden) > 1:
            hidden = hidden[:-1] if word == b"endif" else [*hidden[:-1], True]
    return bytes(kept)


def _resolve(module: str, importer: str, files: Sequence[str]) -> tuple[str, ...]:
    """Return the files that declare the namespace `module`; of `using static A.B.*`, those of A that may hold the type B.

    Within a namespace it may be written without what is around.
    """
    paths = Paths.of(files)
    before = module.removesuffix(".*").rpartition(".")[0] if module.endswith(".*") else module
    around = paths.declared(importer)
    found = paths.packaged(before)
    while around and not found:
        found = paths.packaged(f"{around}.{before}" if before else around)
        around = around.rpartition(".")[0]
    return tuple(path for path in found if path.endswith(".cs"))


_IDIOMS = Idioms(
    decisions=DECISIONS + r"|\bforeach\b|\?\?|\s\?\s",
    main=r"\bstatic\s+(?:async\s+)?(?:void|int|Task|Task<int>)\s+Main\s*\(",
    breakpoints=r"\bDebugger\.(?:Break|Launch)\(",
    prints=r"\bConsole\.Write(?:Line)?\(",
    skips=r"\[(?:Ignore|Fact\(Skip)",
    broad=r"\bcatch\s*(?:\(\s*(?:System\.)?Exception(?:\s+\w+)?\s*\))?\s*\{?\s*\}?\s*$",
)

INDEXER = Indexer(
    "csharp",
    (".cs", ".csx"),
    "csharp",
    _parse,
    _resolve,
    scoping=Scoping(
        shared="packages",
        spread="package",
        members_bare=True,
        constructors=frozenset(),
        base="base",
        extensions=True,
        standard=_STANDARD,
        counts_types=True,
    ),
    syntax=_syntax,
    idioms=_IDIOMS,
)
