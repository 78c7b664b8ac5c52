"""A mode: what kind of task a run is, as words for the model. Modes are plug-ins of `rlm_tui.modes`, a file each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

from rlm_tui.plugins import PluginError, discover
from rlm_tui.records.events import Route
from rlm_tui.repository.repository import Repository


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a mode makes of the words after its name: the question, what is handed in with it, and its scope.

    `route`, with `why`, is how it should be taken on unless the user says otherwise; `notices` are what people should know
    before it begins.
    """

    text: str
    context: str = ""
    scope: tuple[str, ...] = ()
    route: Route | None = None
    why: str = ""
    notices: tuple[str, ...] = ()


Prepare: TypeAlias = Callable[[Repository, Sequence[str], str], Prepared]
"""Takes the indexed repository, the words after the mode's name (options among them), and the text that was handed in. Blocks.

Raises `ValueError`, `LookupError` or `RepositoryError` that say what to do."""


@dataclass(frozen=True, slots=True)
class Mode:
    """A kind of task.

    `title` is one line for people. `prompt` tells the root how to go about the task, `answer` what its answer must look like;
    both end up in the system prompt. `below` is what its sub-agents are told besides.

    `proposes` offers `propose` to its cells, and `second_look` has an independent query try to refute what is proposed without
    high confidence, or of high severity. With `patches`, what is proposed are parts of one change, and `merged_patch` joins them.
    `tools` are the names of hidden tools that only its cells are offered. A mode with
    `prepare` is a command, `rlm-tui NAME WORDS` and `/NAME WORDS`; `usage` writes its words ("[BASE] [-- PATH...]").
    """

    name: str
    title: str
    prompt: str
    answer: str
    below: str = ""
    proposes: bool = False
    second_look: bool = False
    patches: bool = False
    tools: tuple[str, ...] = ()
    prepare: Prepare | None = None
    usage: str = ""


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
