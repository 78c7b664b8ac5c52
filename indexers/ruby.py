"""Ruby: constants by their nesting across files, mixins as bases, calls without brackets, `Foo.new` and YARD tags as types."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from tree_sitter import Node

from rlm_tui.repository.idioms import HASHES, Idioms
from rlm_tui.repository.indexer import Indexer, Scoping
from rlm_tui.repository.parsing.definitions import CONTAINERS
from rlm_tui.repository.parsing.facts import FileFacts, ImportFact, SymbolFact
from rlm_tui.repository.parsing.grammar import Bound, Grammar, plainly
from rlm_tui.repository.parsing.grammars import wheel
from rlm_tui.repository.parsing.heads import Head
from rlm_tui.repository.parsing.parse import parse
from rlm_tui.repository.parsing.paths import Paths, joined, nearest
from rlm_tui.repository.parsing.written import member

_QUERY = """
(class) @def.class
(module) @def.module
(module body: (body_statement [(method) (singleton_method) (singleton_class)])) @def.trait
(module body: (body_statement (call arguments: (argument_list [(method) (singleton_method)])))) @def.trait
(method) @def.function
(singleton_method) @def.function
(assignment left: [(constant) (scope_resolution)]) @def.variable
(assignment left: (constant) right: (call receiver: (constant) @_made block: (_))
  (#any-of? @_made "Struct" "Class" "Data")) @def.class
(call method: (identifier) @_attribute arguments: (argument_list (simple_symbol) @def.variable)
  (#any-of? @_attribute "attr_reader" "attr_writer" "attr_accessor"))
(superclass [(constant) (scope_resolution)] @inherit)
(superclass (element_reference object: [(constant) (scope_resolution)] @inherit))
(class body: (body_statement (call !receiver method: (identifier) @_mixed
  arguments: (argument_list [(constant) (scope_resolution)] @inherit)))
  (#any-of? @_mixed "include" "extend" "prepend"))
(module body: (body_statement (call !receiver method: (identifier) @_mixed
  arguments: (argument_list [(constant) (scope_resolution)] @inherit)))
  (#any-of? @_mixed "include" "extend" "prepend"))
(call) @invoke
(body_statement (identifier) @word)
(program (identifier) @word)
(block_body (identifier) @word)
(then (identifier) @word)
(else (identifier) @word)
(argument_list (identifier) @word)
(call receiver: (identifier) @word)
(element_reference object: (identifier) @word)
(assignment right: (identifier) @word)
(operator_assignment right: (identifier) @word)
(binary [(identifier) @word (constant) @use])
(unary (identifier) @word)
(interpolation (identifier) @word)
(pair value: (identifier) @word)
(array (identifier) @word)
(conditional (identifier) @word)
(if condition: (identifier) @word)
(unless condition: (identifier) @word)
(if_modifier (identifier) @word)
(unless_modifier (identifier) @word)
(parenthesized_statements (identifier) @word)
(method body: (identifier) @word)
(block_argument (identifier) @word)
(method_parameters (identifier) @local)
(block_parameters (identifier) @local)
(keyword_parameter name: (identifier) @local)
(optional_parameter name: (identifier) @local)
(splat_parameter name: (identifier) @local)
(hash_splat_parameter name: (identifier) @local)
(block_parameter name: (identifier) @local)
(destructured_parameter (identifier) @local)
(left_assignment_list (identifier) @local)
(assignment left: (identifier) @local)
(operator_assignment left: (identifier) @local)
(exception_variable (identifier) @local)
(for pattern: (identifier) @local)
(argument_list [(constant) (scope_resolution)] @use)
(assignment right: [(constant) (scope_resolution)] @use)
(pair value: [(constant) (scope_resolution)] @use)
(array [(constant) (scope_resolution)] @use)
(exceptions [(constant) (scope_resolution)] @use)
(when (pattern [(constant) (scope_resolution)] @use))
(call receiver: [(constant) (scope_resolution)] @use method: (identifier) @_method (#not-eq? @_method "new"))
(do_block) @block
(block) @block
(method body: (body_statement [(call) (identifier) (instance_variable)] @bind .))
(singleton_method body: (body_statement [(call) (identifier) (instance_variable)] @bind .))
(method body: [(call) (identifier) (instance_variable)] @bind)
(assignment right: [(call) (identifier) (instance_variable)]) @bind
(operator_assignment right: (call)) @bind
(call !receiver method: (identifier) @_required arguments: (argument_list (string))
  (#any-of? @_required "require" "require_relative" "load" "autoload")) @import
"""

_REQUIRED = re.compile(r"(\w+)[\s(]*(?::(\w+)\s*,\s*)?(?:File\.expand_path\()?[\"']([^\"'#\n]+)[\"']")
_NEW = re.compile(r"\.new\b(\()?")
_SENT = re.compile(r"(?<![\w:@])((?!(?:self|super)\b)[a-z_]\w*[?!]?)(?![\w(?!])")
"""A name in a receiver that is a call without brackets, or a variable: to call an object is to have it."""
_VARIABLE = re.compile(r"@@?(?=[A-Za-z_])")
_BLOCK = re.compile(r"\s*(?:\bdo\b|\{)")
_ASSIGNED = re.compile(r"(@{0,2}\w+)\s*(?:\|\|)?=\s*")
_ALONE = re.compile(r"\bdef\s+[\w.?!]+(?:\([^()]*\))?\s*$")
_ENDS = re.compile(r"\s*\bend\b")
_ACCESS = r"^[ \t]{0,%d}(public|private|protected|private_class_method|module_function)[ \t]*(?:#.*)?$"
_INLINE = re.compile(r"\b(public|private|protected|private_class_method)[ \t(]+$")
_NAMED_LATER = r"\b(private|protected|private_class_method|private_constant)\b[ \t(]*(?::\w+[?!]?,\s*)*:%s\b"
_TAG = re.compile(r"@(param|return)\s+(?:(\w+)\s+)?\[([A-Z][\w:]*)(?:,\s*nil)?\](?:\s+(\w+))?")
_SINGLETON = re.compile(rb"^([ \t]*)class\s*<<\s*self\b.*?^\1end\b", re.MULTILINE | re.DOTALL)
_TESTS = frozenset({("Minitest", "Test"), ("Minitest", "Spec")})
"""Classes from outside that include `Minitest::Assertions`, which test helpers reopen."""
_LOOK_AROUND = 40_000
_MAX_BINDING = 300
_WORDS = """
puts print p raise require require_relative lambda proc loop format sprintf rand sleep exit abort catch throw warn
attr_reader attr_writer attr_accessor private public protected module_function private_constant freeze binding block_given
block_given? autoload include extend prepend nil true false self super yield __method__ __FILE__ __dir__ alias_method
define_method private_class_method describe it context before after let subject expect assert assert_equal refute
"""
_BUILTIN = frozenset(_WORDS.split())
_BASIC = frozenset(
    {"String", "Integer", "Boolean", "Hash", "Array", "Symbol", "Object", "void", "Float", "Proc", "nil"}
)
_ROOTS = frozenset({"", "lib", "test", "tests", "spec", "app", "src", "ext", "features", "support", "ruby"})
"""Folders that stand on the load path by convention."""


def _name_of(node: Node, text: str) -> tuple[str, str]:
    if node.type == "simple_symbol":
        call = node.parent.parent if node.parent else None
        mark = "=" if call is not None and text.startswith("attr_writer", call.start_byte) else ""
        return text[node.start_byte + 1 : node.end_byte] + mark, ""
    name = node.child_by_field_name("name") or node.child_by_field_name("left")
    if name is None:
        return "", ""
    owner, _, last = text[name.start_byte : name.end_byte].rpartition("::")
    if (
        node.type == "singleton_method"
        and (receiver := node.child_by_field_name("object"))
        and receiver.type == "constant"
    ):
        around = node.parent.parent if node.parent else None  # `def Foo.bar` inside of Foo is `def self.bar`
        outer = around.child_by_field_name("name") if around else None
        written = text[receiver.start_byte : receiver.end_byte]
        owner = "" if outer and text[outer.start_byte : outer.end_byte].rpartition("::")[2] == written else written
    return last, owner.removeprefix("::").replace("::", ".")


def _imports(text: str, line: int) -> Iterable[ImportFact]:
    match = _REQUIRED.match(text)
    if not match:
        return
    word, constant, module = match.groups()
    if word == "require_relative" and not module.startswith("."):
        module = f"./{module}"
    written = " ".join(text.split())[:200]
    yield ImportFact(line, written, module, ((constant, constant),) if constant else (), "", word == "autoload")


def _plain(written: str) -> str:
    """Write `Foo.new(x)` as the call `Foo(x)`, `@x` as `self.x`, `a&.b` as `a.b`."""
    plain = written.replace("&.", ".") if "&" in written else written
    plain = plain.replace("self.class.", "self.") if plain.startswith("self.class.") else plain
    if ".new" in plain:
        plain = _NEW.sub(lambda match: match.group(1) or "()", plain)
    return _VARIABLE.sub("self.", plain) if "@" in plain else plain


def _split(whole: str) -> tuple[str, str]:
    name, receiver = member(_plain(whole.strip()).removesuffix("()").removeprefix("::"))
    return name, _SENT.sub(r"\1()", receiver) if receiver else ""


def _bindings(text: str, start: int, end: int) -> Iterable[Bound]:
    match = _ASSIGNED.match(text, start, end)
    if end - start > _MAX_BINDING:
        return
    if not match:  # the last expression of a method
        if written := _made(text[start:end]):
            yield "return", written
        return
    target, made = _plain(match.group(1)), text[match.end() : end]
    if written := _made(made):
        yield target, written
        if _ALONE.search(text, max(0, start - _MAX_BINDING), start) and _ENDS.match(text, end):
            yield "return", written


def _made(expression: str) -> str:
    """Return the type of an expression: `=x` is that of `x`, `T()` what a call gives; "" for what is neither."""
    if expression.isidentifier() or expression.startswith("@"):
        return f"={_plain(expression)}"
    name, receiver = _split(_called(expression))
    return f"{receiver}.{name}()".lstrip(".") if name else ""


def _called(made: str) -> str:
    """Return a call without the brackets and the block that end it."""
    depth, made = 0, _BLOCK.split(made, maxsplit=1)[0]
    if made.endswith(")"):
        for index in range(len(made) - 1, -1, -1):
            depth += (made[index] == ")") - (made[index] == "(")
            if not depth:
                return made[:index]
    return re.split(r"\s", made, maxsplit=1)[0]


def _documented(doc: str, _name: str) -> Iterable[Bound]:
    if "[" not in doc:
        return
    for kind, before, declared, after in _TAG.findall(doc):
        if declared not in _BASIC and (kind == "return" or before or after):
            yield "return" if kind == "return" else before or after, declared


def _visibility(head: Head) -> str:
    text, start = head.text, head.start
    line = text.rfind("\n", 0, start) + 1
    inline = _INLINE.search(text, line, start)
    if inline:
        return "private" if inline.group(1) == "private_class_method" else inline.group(1)
    if head.outer_kind not in CONTAINERS | {"module"} or head.outer_start < 0:
        return ""
    later = re.compile(_NAMED_LATER % re.escape(head.name)).search(text, start, start + _LOOK_AROUND)
    if later:
        return "protected" if later.group(1) == "protected" else "private"
    if head.kind != "method" or head.signature.startswith("def self."):
        return "public"
    access = re.compile(_ACCESS % (start - line), re.MULTILINE)
    said = access.findall(text, max(head.outer_start, start - _LOOK_AROUND), start)
    return said[-1] if said and said[-1] in {"private", "protected"} else "public"


def _marks_test(name: str, _before: str) -> bool:
    return name.startswith("test_")


GRAMMAR = Grammar(
    "ruby",
    wheel("tree_sitter_ruby"),
    _QUERY,
    _imports,
    name_of=_name_of,
    bindings=_bindings,
    documented=_documented,
    split=_split,
    marks_test=_marks_test,
    visibility=_visibility,
    comments=("#",),
    builtin=_BUILTIN,
)


def _parse(path: str, source: bytes) -> FileFacts:
    facts = parse(GRAMMAR, path, source)
    if singleton := [(m.start(), m.end()) for m in _SINGLETON.finditer(source)]:
        inside = (any(start < s.start_byte < end for start, end in singleton) for s in facts.symbols)
        symbols = tuple(_of_class(s) if within else s for s, within in zip(facts.symbols, inside, strict=True))
        facts = facts._replace(symbols=symbols)
    tests = [r for r in facts.references if r.kind == "inherit" and (r.receiver, r.name) in _TESTS]
    return facts._replace(references=(*facts.references, *(r._replace(name="Assertions") for r in tests)))


def _of_class(symbol: SymbolFact) -> SymbolFact:
    """Write the signature of a method within `class << self` as that of `def self.name`."""
    if not symbol.signature.startswith("def ") or symbol.kind != "method":
        return symbol
    return symbol._replace(signature=f"def self.{symbol.signature[4:]}")


def _resolve(module: str, importer: str, files: Sequence[str]) -> tuple[str, ...]:
    paths = Paths.of(files)
    tail = module if module.endswith((".rb", ".rake")) else f"{module}.rb"
    if module.startswith("."):
        return paths.first((joined(importer.rpartition("/")[0], tail),))
    found = [path for path in paths.ending(tail) if _on_load_path(path.removesuffix(tail).rstrip("/"))]
    return nearest(found, importer)


def _on_load_path(folder: str) -> bool:
    parts = folder.split("/")
    return parts[-1] in _ROOTS or (len(parts) > 1 and parts[-2] == "app")


_IDIOMS = Idioms(
    unread=HASHES,
    decisions=r"\b(?:if|elsif|unless|while|until|for|when|rescue|and|or)\b|&&|\|\||\s\?\s",
    breakpoints=r"\bbinding\.(?:pry|irb|b)\b|^\s*(?:byebug|debugger)\s*$",
    prints=r"^\s*(?:puts|pp|p) ",
    skips=r"^\s*(?:xit|xdescribe|skip)\b",
    broad=r"\brescue\s+Exception\b",
    handlers_named=True,
)

INDEXER = Indexer(
    "ruby",
    (".rb", ".rake", ".gemspec", ".ru"),
    "ruby",
    _parse,
    _resolve,
    ("Rakefile", "Gemfile", "Guardfile", "Vagrantfile"),
    Scoping(shared="open", spread="anywhere", members_bare=True, constructors=frozenset({"initialize"})),
    syntax=plainly(GRAMMAR),
    idioms=_IDIOMS,
)
