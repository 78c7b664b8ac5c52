"""Finds plug-ins: every module of a plug-in package, and every entry point of the same name.

`rlm_tui.indexers`, `rlm_tui.tools` and `rlm_tui.themes` are such packages. Adding a language, a tool or a theme is adding
a file there, or installing a distribution that declares an entry point; nothing in the core names one.
"""

from __future__ import annotations

import importlib
import pkgutil
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import TypeVar

Plugin = TypeVar("Plugin")


class PluginError(Exception):
    """A plug-in that could not be loaded, with its name and the reason."""


def discover(package: str, kind: type[Plugin]) -> list[Plugin]:
    """Return every instance of `kind` that the modules of `package` and its entry points hold at module level.

    A module can hold them one by one, or in a tuple.
    The order is that of module names, then entry points, so results do not depend on the file system. Entry points of the
    folder the user stands in are passed over. Raises `PluginError` when a module of our own or an entry point cannot be
    imported.
    """
    found: list[Plugin] = []
    parent = importlib.import_module(package)
    for module in sorted(pkgutil.iter_modules(parent.__path__), key=lambda info: info.name):
        found.extend(_instances(f"{package}.{module.name}", kind))
    for point in sorted(entry_points(group=package), key=lambda point: point.name):
        if _is_planted(point):
            continue
        found.extend(_instances(point.module, kind))
    return list({id(plugin): plugin for plugin in found}.values())


def _is_planted(point: EntryPoint) -> bool:
    """Tell whether an entry point stands in the current folder: with PYTHONPATH=. a repository could offer plug-ins."""
    return point.dist is not None and Path(str(point.dist.locate_file(""))).resolve() == Path.cwd().resolve()


def _instances(module: str, kind: type[Plugin]) -> list[Plugin]:
    try:
        loaded = importlib.import_module(module)
    except Exception as error:  # a plug-in may fail in any way while it is imported; the name must reach the user
        raise PluginError(f"plug-in {module} cannot be loaded: {type(error).__name__}: {error}") from error
    held = [each for value in vars(loaded).values() for each in (value if isinstance(value, tuple) else (value,))]
    return [each for each in held if isinstance(each, kind)]
