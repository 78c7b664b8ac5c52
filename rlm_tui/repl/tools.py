"""A tool: a host function that cells, prompts and the command line share.

A tool is a plain function whose first parameter is the `Repository`, narrowed to the caller's scope. Its other parameters
take JSON values; where they mean a file, a symbol or a span they take any name that `Repository.resolve` understands. It
returns JSON or the records of `repository.symbols`, and raises `LookupError` or `ValueError` with a message a model can act on.
Its signature and docstring are its documentation, in the prompt as in the help.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from rlm_tui.plugins import PluginError, discover


@dataclass(frozen=True, slots=True)
class Tool:
    """A registered tool. `owners` names the guest classes (Symbol, File, Module) that offer it as a method.

    A `hidden` tool stands behind an attribute (`repo.files`) and is not listed in the prompt.
    """

    name: str
    run: Callable[..., object]
    owners: tuple[str, ...] = ()
    hidden: bool = False

    @property
    def signature(self) -> str:
        """The call as a cell writes it, without the repository: `grep(pattern: str, scope: str | None = None)`."""
        parameters = list(inspect.signature(self.run).parameters.values())[1:]
        return f"{self.name}({', '.join(str(parameter) for parameter in parameters)})".replace("'", "")

    @property
    def doc(self) -> str:
        """The whole docstring, unindented."""
        return inspect.getdoc(self.run) or ""


def tool(*, owners: tuple[str, ...] = (), hidden: bool = False) -> Callable[[Callable[..., object]], Tool]:
    """Turn a function into the tool of the same name."""

    def wrap(function: Callable[..., object]) -> Tool:
        return Tool(function.__name__, function, owners, hidden)

    return wrap


@cache
def tools() -> dict[str, Tool]:
    """Return every tool there is, by name. Raises `PluginError` when two have the same name."""
    found: dict[str, Tool] = {}
    for item in discover("rlm_tui.tools", Tool):
        if item.name in found:
            raise PluginError(f"two tools are called {item.name}: rename one of them")
        found[item.name] = item
    return found
