"""Short words for people on what went into a host call and what came out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rlm_tui.repository.symbols import (
    Blame,
    Commit,
    Cycle,
    Edge,
    Failure,
    File,
    Frame,
    Hit,
    Hunk,
    Import,
    Match,
    Module,
    Remark,
    Setting,
    Slice,
    Symbol,
)

_LONGEST = 160
_FILES = 100


def show_arguments(args: Sequence[object], kwargs: Mapping[str, object]) -> str:
    """Return the arguments as written in a call, cut short."""
    shown = [_value(arg) for arg in args] + [f"{name}={_value(value)}" for name, value in kwargs.items()]
    return _cut(", ".join(shown))


def show_result(result: object) -> str:
    """Return what a call gave: how many of what, and the first."""
    match result:
        case None:
            return "None"
        case str():
            return _cut(f"{len(result):,} characters: {result[:_LONGEST]}")
        case Slice():
            return f"{result.span}, {len(result.text):,} characters"
        case dict() if isinstance(result.get("items"), list | tuple) and "total" in result:
            return f"{len(result['items'])} of {result['total']}"
        case list() | tuple():
            if not result:
                return "nothing"
            kind = type(result[0]).__name__.lower() if not isinstance(result[0], str) else "text"
            failed = sum(isinstance(item, str) and item.startswith("Error:") for item in result)
            errors = f", {failed} failed" if failed else ""
            return _cut(f"{len(result)} x {kind}{errors}, first: {_value(result[0])}")
        case _:
            return _cut(_value(result))


def files_in(result: object, most: int = _FILES) -> list[str]:
    """Return the files that a result shows something of, each once, at most so many. A listing shows nothing of its files."""
    found: dict[str, None] = {}
    for item in _items(result):
        match item:
            case Slice() | Hit() | Symbol() | Import() | Cycle() | Setting() | Blame() | Hunk():
                found[item.path] = None
            case Match() | Remark():
                found[item.symbol.path] = None
            case Edge():
                found[item.path] = found[item.target.path] = None
            case {"path": str(path)}:
                found[path] = None
            case Failure():
                found |= dict.fromkeys(frame.path for frame in item.frames if frame.path)
            case Frame() if item.path:
                found[item.path] = None
        if len(found) >= most:
            break
    return list(found)


def _items(result: object) -> Iterable[object]:
    if isinstance(result, list | tuple):
        return result
    if isinstance(result, dict):
        return [piece for value in result.values() for piece in (value if isinstance(value, list | tuple) else [value])]
    return [result]


def _value(value: object) -> str:
    match value:
        case str():
            return _cut(repr(value))
        case list() | tuple():
            return f"[{len(value)} items]" if len(value) > 3 else f"[{', '.join(_value(item) for item in value)}]"
        case dict():
            return f"{{{', '.join(f'{key}: {_value(item)}' for key, item in list(value.items())[:4])}}}"
        case Symbol():
            return f"{value.span} {value.qualified}"
        case Match() | Remark():
            return f"{value.symbol.span} {value.symbol.qualified}"
        case Hit() | Import() | Cycle() | Setting():
            return f"{value.path}:{value.line}"
        case Edge():
            return f"{value.path}:{value.line} {value.target.qualified}"
        case Slice():
            return str(value.span)
        case Blame() | Hunk():
            return f"{value.path}:{value.start}-{value.end}" if value.end else value.path
        case Commit():
            return f"{value.id} {value.subject}"
        case File():
            return value.path
        case Module():
            return value.name
        case _:
            return repr(value)


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
