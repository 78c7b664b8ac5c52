"""A mode: what kind of task a run is, as words for the model. Modes are plug-ins of `rlm_tui.modes`, a file each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from rlm_tui.plugins import PluginError, discover


@dataclass(frozen=True, slots=True)
class Mode:
    """A kind of task.

    `title` is one line for people. `prompt` tells the root how to go about the task, `answer` what its answer must look like;
    both end up in the system prompt.
    """

    name: str
    title: str
    prompt: str
    answer: str


@cache
def modes() -> dict[str, Mode]:
    """Return every mode there is, by name. Raises `PluginError` when two have the same name."""
    found: dict[str, Mode] = {}
    for mode in discover("rlm_tui.modes", Mode):
        if mode.name in found:
            raise PluginError(f"two modes are called {mode.name}: rename one of them")
        found[mode.name] = mode
    return found


def mode_named(name: str) -> Mode:
    """Return the mode called `name`. Raises `LookupError` that lists the modes there are."""
    try:
        return modes()[name]
    except KeyError:
        raise LookupError(f"there is no mode {name!r}: one of {', '.join(sorted(modes()))}") from None
