"""What a repository may say about itself in its `.rlm-tui.toml`: it can narrow what is looked at, and never widen anything.

Known are `exclude`, globs of paths that are left out, and under `[words]` what the modes `review` and `map` take when nothing
is typed after their names. Any other key is told of and ignored: no commands, keys, endpoints, models, sandboxes or budgets
come from a repository.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import translate
from functools import cached_property
from pathlib import Path

from rlm_tui.repository.files.walk import read
from rlm_tui.repository.sanitize import escape_name

FILE = ".rlm-tui.toml"
_LARGEST = 64_000
_MOST, _LONGEST = 100, 200
_WORDS_OF = ("map", "review")
"""The modes whose words may be chosen: those of others could name files to be read, or code to be changed."""
_SHOWN = 5
"""So many unknown keys are named."""


@dataclass(frozen=True)
class Narrowing:
    """What is left out, and what modes take without words; `warnings` are for people, about what was ignored."""

    exclude: tuple[str, ...] = ()
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def excluded(self, path: str) -> bool:
        """Tell whether the file at `path` is left out."""
        return bool(self.exclude) and self._pattern.match(path) is not None

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile("|".join(f"(?:{_translated(glob)})" for glob in self.exclude))

    @property
    def notices(self) -> tuple[str, ...]:
        """What people should be told: what is left out is never left out in silence."""
        told: list[str] = []
        if self.exclude:
            told.append(f"{FILE} of the repository leaves out {', '.join(map(escape_name, self.exclude))}")
        told += [
            f"{FILE} of the repository says what {mode} takes without words: {' '.join(map(escape_name, words))}"
            for mode, words in sorted(self.words.items())
        ]
        return (*told, *self.warnings)


def read_narrowing(root: Path) -> Narrowing:
    """Read the file at the top of the repository; nothing is narrowed without one, or where it cannot be read."""
    try:
        raw = read(root, os.fsencode(FILE), _LARGEST + 1)
    except OSError:  # not there, a link, a pipe
        return Narrowing()
    if len(raw) > _LARGEST:
        return Narrowing(warnings=(f"{FILE} is longer than {_LARGEST:,} bytes: it is ignored",))
    try:
        found = tomllib.loads(raw.decode())
    except (ValueError, RecursionError) as error:  # also a number of too many digits, which is no TOMLDecodeError
        return Narrowing(warnings=(f"{FILE} is no TOML and is ignored: {escape_name(str(error))[:_LONGEST]}",))
    warnings: list[str] = []
    exclude = _texts(found.pop("exclude", []), "exclude", warnings)
    words: dict[str, tuple[str, ...]] = {}
    chosen = found.pop("words", {})
    if not isinstance(chosen, dict):
        warnings.append(f"{FILE}: words is a table, such as [words] review = ['main']; it is ignored")
        chosen = {}
    for mode, value in chosen.items():
        texts = _texts(value, f"words.{mode}", warnings)
        if mode not in _WORDS_OF or any(
            text.startswith("-") or Path(text).is_absolute() or ".." in text.split("/") for text in texts
        ):
            warnings.append(
                f"{FILE}: words.{escape_name(mode)[:40]} is ignored: a repository may choose for {' and '.join(_WORDS_OF)}"
            )
        elif texts:
            words[mode] = texts
    if found:
        names = ", ".join(escape_name(name)[:40] for name in sorted(found)[:_SHOWN])
        warnings.append(f"{FILE}: {names} ignored: a repository can only narrow (exclude, words)")
    return Narrowing(exclude, words, tuple(warnings))


def _texts(value: object, name: str, warnings: list[str]) -> tuple[str, ...]:
    """Return a list of short texts; what is none is told of and ignored."""
    if isinstance(value, list) and all(isinstance(one, str) and 0 < len(one) <= _LONGEST for one in value):
        if len(value) <= _MOST:
            return tuple(value)
        warnings.append(f"{FILE}: {name} has more than {_MOST} entries: all of it is ignored")
    else:
        warnings.append(f"{FILE}: {escape_name(name)[:60]} is a list of short texts; it is ignored")
    return ()


def _translated(glob: str) -> str:
    """Return the expression for a glob: a path or a folder from the top, or a name anywhere where there is no slash."""
    bare = glob.removeprefix("./").strip("/")
    inner = translate(bare.removesuffix("/**")).removesuffix(r"\Z").removesuffix(r"\z")
    anywhere = "" if "/" in glob.strip("/") or glob.startswith("/") else "(?:.*/)?"
    return rf"{anywhere}{inner}(?:/.*)?\Z"
