"""Changes one setting in the user's configuration file, whole or not at all; comments and everything else stay as they are."""

from __future__ import annotations

import json
import os
import re
import tempfile
import tomllib
from pathlib import Path

_TABLE = re.compile(r"^\s*\[", re.MULTILINE)


class ConfigFileError(Exception):
    """The file could not be changed: which one, why, and what to do. It is as it was."""


def write_setting(path: Path, name: str, value: object, table: str = "") -> None:
    """Set `name` to `value`, or take it out where `value` is None; in a `[table]`, if one is named.

    Blocks. Raises `ConfigFileError`.
    """
    try:
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        expected = tomllib.loads(before)
    except (OSError, ValueError, RecursionError) as error:  # also a number of too many digits
        raise ConfigFileError(f"{path} cannot be read ({error}): correct it first") from None
    group = expected.setdefault(table, {}) if table else expected
    if not isinstance(group, dict):
        raise ConfigFileError(f"{table} in {path} is no table: correct it first")
    if value is None:
        group.pop(name, None)
    else:
        group[name] = list(value) if isinstance(value, tuple) else value
    after = _changed(before, name, value, table)
    try:
        result = tomllib.loads(after)
    except (ValueError, RecursionError):
        result = {}
    if table and not expected[table]:
        expected.pop(table)
        result = {key: one for key, one in result.items() if key != table or one}
    if result != expected:
        raise ConfigFileError(f"{path} is written in a way that cannot be changed safely: set {name} there by hand")
    _replace(path, after)


def toml(value: object) -> str:
    """Return a value as TOML writes it. Raises `TypeError` for what has no such form."""
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case str():
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case list() | tuple():
            return f"[{', '.join(toml(one) for one in value)}]"
        case _:
            raise TypeError(f"{type(value).__name__} has no form in TOML")


def _changed(text: str, name: str, value: object, table: str) -> str:
    """Return the text with the line of the setting replaced, added at the end of its table, or taken out."""
    start, end = _part(text, table)
    written = name if re.fullmatch(r"[\w-]+", name, re.ASCII) else toml(name)
    line = "" if value is None else f"{written} = {toml(value)}\n"
    key = rf"(?:{re.escape(name)}|\"{re.escape(name)}\"|'{re.escape(name)}')"
    found = re.compile(rf"^[ \t]*{key}[ \t]*=.*(?:\n|\Z)", re.MULTILINE).search(text, start, end)
    if found:
        return text[: found.start()] + line + text[found.end() :]
    if not line:
        return text
    body = text[start:end].rstrip("\n")
    head = f"\n[{table}]\n" if table and start == end == len(text) else ""
    gap = "\n" if text[:start] and not text[:start].endswith("\n") else ""
    rest = text[end:]
    return f"{text[:start]}{gap}{head}{body}{chr(10) if body else ''}{line}{chr(10) if rest else ''}{rest}"


def _part(text: str, table: str) -> tuple[int, int]:
    """Return where the body of a table begins and ends; an empty part at the end of the text where there is none."""
    if not table:
        first = _TABLE.search(text)
        return 0, first.start() if first else len(text)
    head = re.compile(rf"^[ \t]*\[[ \t]*{re.escape(table)}[ \t]*\][^\n]*(?:\n|\Z)", re.MULTILINE).search(text)
    if head is None:
        return len(text), len(text)
    after = _TABLE.search(text, head.end())
    return head.end(), after.start() if after else len(text)


def _replace(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        real = path.resolve()  # a link, as dotfiles often are, stays one
        descriptor, name = tempfile.mkstemp(dir=real.parent, prefix=f".{path.name}-")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            if real.exists():
                Path(name).chmod(real.stat().st_mode & 0o777)
            Path(name).replace(real)
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as error:
        raise ConfigFileError(f"{path} cannot be written: {error.strerror or error}") from None
