"""Grammar wheels, loaded when the first file of their language is parsed: together they are a hundred megabytes."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from functools import partial


def wheel(package: str, function: str = "language") -> Callable[[], object]:
    """Return what loads the language of a grammar wheel. Calling it raises `ImportError` when the wheel is not installed."""
    return partial(_load, package, function)


def _load(package: str, function: str) -> object:
    made: object = getattr(importlib.import_module(package), function)()
    return made
