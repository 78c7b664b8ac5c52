"""The keys that are in force: those of the registry, with what the user's `[keys]` say instead."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from textual.keys import KEY_NAME_REPLACEMENTS, Keys

from rlm_tui.ui.actions import ACTIONS, PLACES, Action, Place, at, key_name, writes

TYPING: frozenset[Place] = frozenset(("prompt", "filter", "picker", "value"))
"""Places where letters are written: a letter cannot do something else there."""
_MOST = 4
"""Keys of one action."""
_SPLIT = re.compile(r"\s*,\s+|\s+")
_MODIFIED = re.compile(r"(?:(?:ctrl|alt|shift|super|hyper|meta)\+)+(?P<last>.+)")
_KNOWN = frozenset(key.value for key in Keys if not key.value.startswith("<"))


@dataclass(frozen=True, slots=True)
class Keymap:
    """Which keys each action has; `problems` are the lines of the file that could not be followed, in words."""

    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    problems: tuple[str, ...] = ()

    def keys(self, action: Action) -> tuple[str, ...]:
        """Return the keys of an action."""
        return self.chosen.get(action.id, action.keys)

    def text(self, action: Action) -> str:
        """Return the keys of an action as people read them: `Enter`, `← h`, `1 … 9`."""
        keys = self.keys(action)
        if len(keys) == 9:
            return f"{key_name(keys[0])} … {key_name(keys[-1])}"
        return " ".join(key_name(key) for key in keys)

    @property
    def for_textual(self) -> dict[str, str]:
        """The same as Textual takes it."""
        return {identity: ",".join(keys) for identity, keys in self.chosen.items()}


def read_keymap(written: Mapping[str, object]) -> Keymap:
    """Return the keymap that `[keys]` describe: `follow = "f"`, `"calls.follow" = "f F3"`, or `[keys.calls] follow = "f"`.

    A name without a place means the action wherever it is. What is no action, no key, or would take another action's key is
    left out and told; the rest holds.
    """
    chosen: dict[str, tuple[str, ...]] = {}
    problems: list[str] = []
    for name, value in _flat(written):
        actions = _named(name)
        if not actions:
            problems.append(f"[keys] {name}: there is no such action; the README lists them, `?` shows their keys")
            continue
        keys, problem = _keys(value)
        for action in actions:
            told = problem or _refusal(action, keys)
            if told:
                problems.append(f"[keys] {name}: {told}")
                break
            chosen[action.id] = keys
    return _without_conflicts(chosen, problems)


def _flat(written: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for name, value in written.items():
        if isinstance(value, Mapping):
            for inner, one in value.items():
                yield f"{name}.{inner}", one
        else:
            yield name, value


def _named(name: str) -> list[Action]:
    place, _, word = name.rpartition(".")
    return [action for action in ACTIONS if action.word == word and place in ("", action.place)]


def _keys(value: object) -> tuple[tuple[str, ...], str]:
    """Return the keys that are written, and what is wrong with them, "" for nothing."""
    if isinstance(value, str):
        words = [word for word in _SPLIT.split(value.strip()) if word] if value != " " else ["space"]
    elif isinstance(value, list) and all(isinstance(one, str) for one in value):
        words = [str(one).strip() for one in value]
    else:
        return (), 'give a key, such as "ctrl+r", or several with blanks between'
    if not 0 < len(words) <= _MOST:
        return (), f"give one to {_MOST} keys"
    found = []
    for word in words:
        key = _key(word)
        if not key:
            return (), f"{word[:30]!r} is no key; keys are written like x, X, ctrl+r, f5, escape, pageup"
        found.append(key)
    return tuple(dict.fromkeys(found)), ""


def _key(word: str) -> str:
    """Return a key by Textual's name, "" for what is none."""
    if len(word) == 1:
        return _of_character(word) if word.isprintable() and not word.isspace() else ""
    lower = word.lower()
    if match := _MODIFIED.fullmatch(lower):
        last = match["last"]
        last = _of_character(last) if len(last) == 1 else last
        known = len(match["last"]) == 1 or last in _KNOWN
        return lower.removesuffix(match["last"]) + last if known else ""
    return lower if lower in _KNOWN else ""


def _of_character(character: str) -> str:
    if character.isalnum():
        return character
    name = unicodedata.name(character, "").lower().replace("-", "_").replace(" ", "_")
    return KEY_NAME_REPLACEMENTS.get(name, name)


def _refusal(action: Action, keys: tuple[str, ...]) -> str:
    """Return why these cannot be the keys of an action, "" if they can."""
    if not action.bound or action.name == "cite":
        return "this key belongs to the widget and stays"
    if action.place in TYPING and (letters := [key for key in keys if writes(key)]):
        return f"{key_name(letters[0])} writes a character there"
    fixed = {key for other in at("everywhere") if other.priority and other is not action for key in other.keys}
    if taken := fixed & set(keys):
        return f"{key_name(min(taken))} always interrupts"
    return ""


def _without_conflicts(chosen: dict[str, tuple[str, ...]], problems: list[str]) -> Keymap:
    """Leave out what would give one key two meanings in a place; what stands in the registry stays."""
    while True:
        conflict = next(_conflicts(chosen), None)
        if conflict is None:
            return Keymap(chosen, tuple(problems))
        loser, other, key = conflict
        problems.append(
            f"[keys] {loser.place}.{loser.word}: {key_name(key)} is {other.place}.{other.word} already: give that another key"
        )
        del chosen[loser.id]


def _conflicts(chosen: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[Action, Action, str]]:
    for place in PLACES:
        owners: dict[str, Action] = {}
        for action in sorted(at(place), key=lambda action: action.id in chosen):
            for key in chosen.get(action.id, action.keys):
                other = owners.setdefault(key, action)
                if other is not action:
                    yield action, other, key
