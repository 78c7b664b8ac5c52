"""A tool: a host function that cells, prompts and the command line share.

A tool is a plain function whose first parameter is the `Repository`, narrowed to the caller's scope. Its other parameters
take JSON values; where they mean a file, a symbol or a span they take any name that `Repository.resolve` understands. It
returns JSON or the records of `repository.symbols`, and raises `LookupError` or `ValueError` with a message a model can act on.
Its signature and docstring are its documentation, in the prompt as in the help.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from rlm_tui.plugins import PluginError, discover

_SCALARS = ("str", "int", "bool", "float")


@dataclass(frozen=True, slots=True)
class Tool:
    """A registered tool. `owners` names the guest classes (Symbol, File, Module) that offer it as a method.

    A `hidden` tool stands behind an attribute (`repo.files`) and is not listed in the prompt; an `unlisted` one can be called
    by its name, but stands in no prompt either.
    """

    name: str
    run: Callable[..., object]
    owners: tuple[str, ...] = ()
    hidden: bool = False
    unlisted: bool = False

    @property
    def signature(self) -> str:
        """The call as a cell writes it, without the repository: `grep(pattern, limit=200) -> list[Hit]`."""
        return written_signature(self.run, self.name)

    @property
    def doc(self) -> str:
        """The whole docstring, unindented."""
        return inspect.getdoc(self.run) or ""


def tool(
    *, owners: tuple[str, ...] = (), hidden: bool = False, unlisted: bool = False
) -> Callable[[Callable[..., object]], Tool]:
    """Turn a function into the tool of the same name."""

    def wrap(function: Callable[..., object]) -> Tool:
        return Tool(function.__name__, function, owners, hidden, unlisted)

    return wrap


def written_signature(function: Callable[..., object], name: str, hidden: int = 1) -> str:
    """Return the call of `name` as a cell writes it: the signature of `function` without its first `hidden` parameters.

    Scalar types are left out: a symbol may stand where its name may, and defaults say the rest.
    """
    whole = inspect.signature(function)
    parts: list[str] = []
    for parameter in list(whole.parameters.values())[hidden:]:
        if parameter.kind is parameter.KEYWORD_ONLY and "*" not in parts:
            parts.append("*")
        kind, default = _annotation(parameter.annotation), parameter.default
        written = parameter.name if kind.startswith(_SCALARS) else f"{parameter.name}: {kind}"
        value = json.dumps(default) if isinstance(default, str) else repr(default)
        equals = " = " if ":" in written else "="
        parts.append(written if default is parameter.empty else f"{written}{equals}{value}")
    return f"{name}({', '.join(parts)}) -> {_annotation(whole.return_annotation)}"


def _annotation(annotation: object) -> str:
    written = annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)
    return written.replace("dict[str, object]", "dict")  # of which it says nothing that a reader would miss


@cache
def tools() -> dict[str, Tool]:
    """Return every tool there is, by name. Raises `PluginError` when two have the same name."""
    found: dict[str, Tool] = {}
    for item in discover("rlm_tui.tools", Tool):
        if item.name in found:
            raise PluginError(f"two tools are called {item.name}: rename one of them")
        found[item.name] = item
    return found
