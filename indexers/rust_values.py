"""Rust's variables and what they hold: patterns, closures, shadowing, and what the standard library's types give."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from rlm_tui.repository.parsing.grammar import UNKNOWN, Local
from rlm_tui.repository.parsing.written import bare, split

_LIFETIME = re.compile(r"<(?:\s*'\w+\s*,?)*\s*>|'\w+\b\s*,?\s*")
_LEADING = re.compile(r"(?:&|(?:mut|dyn|impl|ref)\b|for<>|\s)+")
_GENERIC = re.compile(r"([\w:]+)\s*(<.*>)", re.DOTALL)
_COLLECTED = re.compile(r"\.(?:collect|sum|product|parse|into)::<(.*)>\(\)\??$", re.DOTALL)
_TURBOFISH = re.compile(r"::(?=<)")
_FOLLOWED = frozenset((
    "identifier", "self", "field_expression", "call_expression", "scoped_identifier", "try_expression", "index_expression",
    "await_expression", "reference_expression", "parenthesized_expression", "unary_expression", "generic_function",
))  # fmt: skip
_WRAPPED = frozenset(("mut_pattern", "ref_pattern", "reference_pattern", "match_pattern"))
_HOLDING = frozenset(("Some", "Ok"))
_DEEP = 8


def locals_of(node: Node, text: str) -> Iterator[Local]:
    """Read the variables that a declaration, a condition, an arm, a loop or a closure binds, or a field."""
    first, last = node.start_point[0] + 1, node.end_point[0] + 1
    pattern, value = node.child_by_field_name("pattern"), node.child_by_field_name("value")
    if node.type == "field_declaration":
        field, kind = node.child_by_field_name("name"), node.child_by_field_name("type")
        if field and kind:
            yield Local(_text(field, text), _text(kind, text), first, last)
    elif node.type == "ordered_field_declaration_list":
        types = [child for child in node.named_children if child.type not in ("visibility_modifier", "attribute_item")]
        for place, kind in enumerate(one for one in types if "comment" not in one.type):
            yield Local(str(place), _text(kind, text), first, last)
    elif node.type == "closure_expression":
        yield from _parameters(node, text, first, last)
    elif pattern is None:
        return
    elif node.type == "let_declaration":
        around = node.parent
        end = around.end_point[0] + 1 if around else last
        start = last + 1 if end > last else first
        declared = node.child_by_field_name("type")
        yield from _bound(pattern, _text(declared, text) if declared else _held(value, text), text, start, end)
    elif node.type == "let_condition":
        yield from _bound(pattern, _held(value, text), text, first, _end_of_branch(node) or last)
    elif node.type == "for_expression":
        yield from _bound(pattern, _on(_held(value, text), ".into_iter()[]"), text, first, last)
    elif node.type == "match_arm":
        matched = node.parent.parent if node.parent else None
        yield from _bound(
            pattern, _held(matched.child_by_field_name("value") if matched else None, text), text, first, last
        )


def _text(node: Node, text: str) -> str:
    return text[node.start_byte : node.end_byte]


def _end_of_branch(condition: Node) -> int:
    """Return the last line of what runs when a `let` in a condition holds."""
    around = condition.parent
    while around is not None and around.type in ("let_chain", "parenthesized_expression", "binary_expression"):
        around = around.parent
    body = (around.child_by_field_name("consequence") or around.child_by_field_name("body")) if around else None
    return body.end_point[0] + 1 if body else 0


def _held(value: Node | None, text: str) -> str:
    """Return the type of an expression, as `Bound` writes it."""
    for _level in range(_DEEP):
        if value is None or value.type not in ("unsafe_block", "block"):
            break
        inner = [child for child in value.named_children if "comment" not in child.type]
        value = inner[-1] if inner else None
    if value is None:
        return UNKNOWN
    if value.type in ("struct_expression", "type_cast_expression"):
        made = value.child_by_field_name("name") or value.child_by_field_name("type")
        return _text(made, text) if made else UNKNOWN
    if value.type == "string_literal":
        return "str"
    if value.type not in _FOLLOWED:
        return UNKNOWN
    whole = _text(value, text)
    if collected := _COLLECTED.search(whole):
        return collected[1] if collected[1] != "_" and not whole.endswith("?") else UNKNOWN
    return f"={bare(_TURBOFISH.sub('', whole))}"


def _on(held: str, after: str) -> str:
    return f"{held}{after}" if held.startswith("=") and held != UNKNOWN else UNKNOWN


def _bound(pattern: Node, held: str, text: str, start: int, end: int, deep: int = 0) -> Iterator[Local]:
    """Return the variables of a pattern which is matched with what is `held`."""
    kind = pattern.type
    if deep > _DEEP:
        return
    if kind == "identifier":
        name = _text(pattern, text)
        if not name[:1].isupper():
            yield Local(name, held, start, end)
    elif kind in _WRAPPED:
        for child in pattern.named_children[-1:] if kind != "match_pattern" else pattern.named_children[:1]:
            yield from _bound(child, held, text, start, end, deep + 1)
    elif kind == "captured_pattern":
        for child in pattern.named_children:
            yield from _bound(child, held, text, start, end, deep + 1)
    elif kind == "or_pattern":
        for child in pattern.named_children[:1]:
            yield from _bound(child, held, text, start, end, deep + 1)
    elif kind == "tuple_pattern":
        for place, child in enumerate(_listed(pattern)):
            yield from _bound(child, _on(held, f".{place}"), text, start, end, deep + 1)
    elif kind == "tuple_struct_pattern":
        made = pattern.child_by_field_name("type")
        variant = _text(made, text) if made else ""
        for number, child in enumerate(_listed(pattern)[1:]):
            inner = f"={variant}.{number}" if variant and variant != "Err" else UNKNOWN
            yield from _bound(child, _on(held, "?") if variant in _HOLDING else inner, text, start, end, deep + 1)
    elif kind == "struct_pattern":
        made = pattern.child_by_field_name("type")
        for one in pattern.named_children[1:]:
            field, inside = one.child_by_field_name("name"), one.child_by_field_name("pattern")
            if field is None or made is None:
                continue
            member = f"={_text(made, text)}.{_text(field, text)}"
            if inside is not None:
                yield from _bound(inside, member, text, start, end, deep + 1)
            else:
                yield Local(_text(field, text), member, start, end)


def _listed(pattern: Node) -> list[Node]:
    """Return what stands between the brackets of a pattern, up to `..`, with what stands before them."""
    found = [child for child in pattern.children if child.type not in ("(", ")", ",") and "comment" not in child.type]
    rest = next((place for place, child in enumerate(found) if child.type == "remaining_field_pattern"), len(found))
    return found[:rest]


def _parameters(closure: Node, text: str, start: int, end: int) -> Iterator[Local]:
    """Return the parameters of a closure: of one that is handed to a method, the elements of what the method is called of."""
    listed = closure.child_by_field_name("parameters")
    call = closure.parent.parent if closure.parent and closure.parent.type == "arguments" else None
    function = call.child_by_field_name("function") if call and call.type == "call_expression" else None
    holder = function.child_by_field_name("value") if function and function.type == "field_expression" else None
    method = function.child_by_field_name("field") if holder and function else None
    called = _text(method, text) if method else ""
    elements = _on(_held(holder, text), "[]") if called and called not in _GIVEN_OTHERS else UNKNOWN
    for place, parameter in enumerate(listed.named_children if listed else ()):
        pattern, kind = parameter.child_by_field_name("pattern"), parameter.child_by_field_name("type")
        if parameter.type == "parameter" and pattern and kind:
            yield from _bound(pattern, _text(kind, text), text, start, end)
        elif parameter.type != "parameter":
            given = elements if place == (called in _FOLDS) else UNKNOWN
            yield from _bound(parameter, given, text, start, end)


_FOLDS = frozenset(("fold", "try_fold", "scan", "rfold"))
"""What gives a closure an element second."""
_GIVEN_OTHERS = frozenset(
    ("map_err", "unwrap_or_else", "or_else", "then", "ok_or_else", "get_or_insert_with", "retain_mut")
)
"""What gives a closure something else than an element."""


# What types give


def written(declared: str) -> str:
    """Leave references, lifetimes, and the bounds after the first out of a type."""
    declared = _LIFETIME.sub("", declared) if "'" in declared else declared
    match = _LEADING.match(declared)
    declared = declared[match.end() :] if match else declared.strip()
    if declared.startswith("(") and declared.endswith(")") and len(inner := split(declared)) == 1:
        return written(inner[0])
    return declared.partition(" + ")[0].strip() if "+" in declared.partition("<")[0] else declared.rstrip("+ ")


_OPTION = """
as_ref as_mut as_deref as_deref_mut take replace cloned copied or or_else filter xor insert inspect clone to_owned
"""
_UNWRAPPED = """
unwrap expect unwrap_or unwrap_or_else unwrap_or_default unwrap_unchecked get_or_insert get_or_insert_with insert
"""
_ITERATED = """
rev skip take filter cloned copied peekable chain fuse by_ref skip_while take_while step_by inspect into_iter iter clone cycle
"""
_FOUND = """
next next_back last nth nth_back find max min max_by_key min_by_key max_by min_by peek peek_mut next_if next_if_eq reduce rfind
"""
_LISTED = "iter iter_mut into_iter drain values values_mut into_values union intersection difference"
_PICKED = "first last first_mut last_mut get get_mut pop pop_front pop_back front back front_mut back_mut"
_LISTS = "Vec VecDeque LinkedList BinaryHeap HashSet BTreeSet SmallVec ArrayVec IndexSet"
_MAPS = "HashMap BTreeMap IndexMap FxHashMap"
_HELD = "Box Rc Arc Cow Ref RefMut MutexGuard RwLockReadGuard RwLockWriteGuard Pin ManuallyDrop Wrapping Reverse"
_ITERATORS = (
    "Iterator IntoIterator DoubleEndedIterator ExactSizeIterator Iter IterMut IntoIter Drain Peekable Rev Chars"
)


def _words(written_down: str) -> frozenset[str]:
    return frozenset(written_down.split())


def _members(written_down: str) -> frozenset[str]:
    return frozenset(f"{name}()" for name in written_down.split())


_AS_OPTION, _UNWRAPS, _AS_ITERATOR, _FINDS = (
    _members(_OPTION),
    _members(_UNWRAPPED),
    _members(_ITERATED),
    _members(_FOUND),
)
_LISTS_ELEMENTS, _PICKS = _members(_LISTED), _members(_PICKED)
_IS_LIST, _IS_MAP, _IS_HELD, _IS_ITERATOR = _words(_LISTS), _words(_MAPS), _words(_HELD), _words(_ITERATORS)
_RESULTS = {"ok()": "Option", "map_err()": "Result", "as_ref()": "Result", "as_mut()": "Result", "or_else()": "Result"}


def standard(type_: str, member: str) -> str:
    """Return what a member of a type of the standard library gives: see `Indexer.standard`."""
    if type_.startswith("("):
        fields = split(type_)
        return fields[int(member)].strip() if member.isdigit() and int(member) < len(fields) else ""
    if type_.startswith("["):
        return _of_list(type_[1:-1].partition(";")[0].strip(), member)
    match = _GENERIC.fullmatch(type_)
    if match is None:
        return ""
    name = match[1].rpartition("::")[2]
    held = [one.strip() for one in split(match[2])]
    first = held[0] if held else ""
    if "=" in first:  # Iterator<Item = T>
        first = first.partition("=")[2].strip()
    if not first:
        return ""
    if name in _IS_HELD:
        return first if member == "*" else ""
    if name == "Option":
        return _of_option(first, member)
    if name == "Result":
        return first if member in _UNWRAPS or member in ("?", "[]") else _wrapped(_RESULTS.get(member, ""), first)
    if name in _IS_LIST:
        return _of_list(first, member)
    if name in _IS_MAP and len(held) > 1:
        return _of_map(first, held[1], member)
    if name in _IS_ITERATOR:
        return _of_iterator(first, member)
    return _of_cell(name, first, member)


def _wrapped(around: str, held: str) -> str:
    return f"{around}<{held}>" if around else ""


def _of_option(held: str, member: str) -> str:
    if member in _UNWRAPS or member in ("?", "[]"):
        return held
    if member in ("ok_or()", "ok_or_else()"):
        return f"Result<{held}>"
    return (
        f"Iterator<{held}>"
        if member in ("iter()", "iter_mut()", "into_iter()")
        else _wrapped("Option" if member in _AS_OPTION else "", held)
    )


def _of_list(held: str, member: str) -> str:
    if member == "[]":
        return held
    if member in _PICKS:
        return f"Option<{held}>"
    if member in ("remove()", "swap_remove()"):
        return held
    if member in ("as_slice()", "as_mut_slice()", "to_vec()", "clone()", "as_ref()", "as_mut()", "into_boxed_slice()"):
        return f"Vec<{held}>"
    return f"Iterator<{held}>" if member in _LISTS_ELEMENTS else ""


def _of_map(key: str, value: str, member: str) -> str:
    if member == "[]":
        return value
    if member in ("get()", "get_mut()", "remove()", "insert()"):
        return f"Option<{value}>"
    if member in ("values()", "values_mut()", "into_values()"):
        return f"Iterator<{value}>"
    if member in ("keys()", "into_keys()"):
        return f"Iterator<{key}>"
    return f"Iterator<({key}, {value})>" if member in ("iter()", "iter_mut()", "into_iter()", "drain()") else ""


def _of_iterator(held: str, member: str) -> str:
    if member in ("[]", "?"):
        return held
    if member in _AS_ITERATOR:
        return f"Iterator<{held}>"
    if member == "enumerate()":
        return f"Iterator<(usize, {held})>"
    return f"Option<{held}>" if member in _FINDS else ""


def _of_cell(name: str, held: str, member: str) -> str:
    if name in ("Mutex", "RwLock") and member in ("lock()", "read()", "write()", "into_inner()"):
        return f"Result<{held}>"
    if name in ("RefCell", "Cell", "OnceCell", "OnceLock") and member in (
        "borrow()",
        "borrow_mut()",
        "into_inner()",
        "get_mut()",
    ):
        return held
    return ""
