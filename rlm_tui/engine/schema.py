"""Typed results: the part of JSON Schema that a sub-call may ask for, and answers checked against it.

Known are type, properties, required, items, enum and additionalProperties (true or false). Anything else is refused, because a
word that is passed over in silence would be a promise that nobody keeps; words that only explain (description, ...) may stand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TypeAlias, cast

from rlm_tui.repl.protocol import JSON

Schema: TypeAlias = Mapping[str, JSON]

_CHECKED = ("type", "properties", "required", "items", "enum", "additionalProperties")
_EXPLAINS = frozenset(("title", "description", "default", "examples", "$schema", "$comment"))
_TYPES = ("object", "array", "string", "integer", "number", "boolean", "null")
_EXAMPLE = '{"type": "object", "properties": {"title": {"type": "string"}}, "required": ["title"]}'
_LONGEST = 8_000
"""Characters of a schema: it stands in the prompt."""
_DEEPEST = 32
"""How deep a schema, and a result, may be nested."""
_FENCED = re.compile(r"```(?:json)?[ \t]*\n(.*?)\n[ \t]*```", re.DOTALL)


def schema_of(value: object) -> Schema | None:
    """Return a cell's `schema` argument, checked; None for none. Raises `ValueError` that says what is wrong with it."""
    if value is None:
        return None
    schema = _checked(value, "schema", _DEEPEST)
    try:
        length = len(json.dumps(schema))
    except RecursionError:  # within what `_checked` need not look at, such as a default
        length = _LONGEST + 1
    if length > _LONGEST:
        raise ValueError(f"a schema has at most {_LONGEST:,} characters")
    return schema


def _checked(value: object, where: str, levels: int) -> Schema:
    if not isinstance(value, dict):
        raise ValueError(f'{where} is a JSON Schema, like {{"type": "string"}}, not {type(value).__name__}')
    if not levels:
        raise ValueError(f"the schema is nested more than {_DEEPEST} levels deep")
    if unknown := sorted(set(value) - _EXPLAINS - set(_CHECKED)):
        raise ValueError(
            f"{where}: {', '.join(unknown)} cannot be checked here; use {', '.join(_CHECKED)}, as in {_EXAMPLE}"
        )
    types = _types(value)
    if ("type" in value and not types) or not set(types) <= set(_TYPES):
        raise ValueError(f"{where}.type is one of {', '.join(_TYPES)}, or a list of them")
    properties = value.get("properties", {})
    if not isinstance(properties, dict):
        raise ValueError(f"{where}.properties maps names to schemas")
    for name, part in properties.items():
        _checked(part, f"{where}.properties.{name}", levels - 1)
    if "items" in value:
        _checked(value["items"], f"{where}.items", levels - 1)
    required = value.get("required", [])
    if not isinstance(required, list) or not all(isinstance(name, str) for name in required):
        raise ValueError(f"{where}.required is a list of names")
    if "enum" in value and not (isinstance(value["enum"], list) and value["enum"]):
        raise ValueError(f"{where}.enum is a list of values")
    if not isinstance(value.get("additionalProperties", True), bool):
        raise ValueError(f"{where}.additionalProperties is true or false")
    return cast("Schema", value)


def read(answer: str, schema: Schema) -> JSON:
    """Return the JSON value that an answer is, alone or in a fence. Raises `ValueError` that says where it does not fit."""
    fenced = _FENCED.findall(answer)
    try:
        value: JSON = json.loads(fenced[-1] if len(fenced) == 1 else answer, parse_constant=_no_number)
    except RecursionError:
        raise ValueError("it is nested too deep") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"it is not JSON ({error})") from None
    if problem := _problem(value, schema, "the value", _DEEPEST):
        raise ValueError(problem)
    return value


def _problem(value: JSON, schema: Schema, where: str, levels: int) -> str:
    """Return what does not fit, the first found; "" when all does."""
    if not levels:
        return f"{where} is nested more than {_DEEPEST} levels deep"
    types = _types(schema)
    if types and not any(_is(value, kind) for kind in types):
        return f"{where} is {_kind(value)}, not {' or '.join(types)}"
    enum = schema.get("enum")
    if isinstance(enum, list) and json.dumps(value, sort_keys=True) not in (
        json.dumps(o, sort_keys=True) for o in enum
    ):
        return f"{where} is none of {json.dumps(enum)[:200]}"
    if isinstance(value, dict):
        return _object_problem(value, schema, where, levels)
    if isinstance(value, list):
        part = cast("Schema", schema.get("items", {}))
        problems = (_problem(item, part, f"{where}[{at}]", levels - 1) for at, item in enumerate(value))
        return next(filter(None, problems), "")
    return ""


def _object_problem(value: dict[str, JSON], schema: Schema, where: str, levels: int) -> str:
    required = cast("list[str]", schema.get("required", []))
    if missing := [name for name in required if name not in value]:
        return f"{where} has no {', '.join(missing)}"
    parts = cast("dict[str, Schema]", schema.get("properties", {}))
    if not schema.get("additionalProperties", True) and (more := [name for name in value if name not in parts]):
        return f"{where} has {', '.join(more)[:200]}, which the schema does not know"
    problems = (_problem(item, parts.get(name, {}), f"{where}.{name}", levels - 1) for name, item in value.items())
    return next(filter(None, problems), "")


def _types(schema: Mapping[str, object]) -> list[str]:
    kind = schema.get("type", [])
    return [str(one) for one in kind] if isinstance(kind, list) else [str(kind)]


def _is(value: JSON, kind: str) -> bool:
    match kind:
        case "integer":
            return _kind(value) == "integer" or (isinstance(value, float) and value.is_integer())
        case "number":
            return _kind(value) in ("integer", "number")
        case _:
            return _kind(value) == kind


def _kind(value: JSON) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case dict():
            return "object"


def _no_number(text: str) -> JSON:
    raise ValueError(f"{text} is no number in JSON")
