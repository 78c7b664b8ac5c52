"""What a plan is made of.

A plan is a generator: it yields a cell, is sent what the cell printed, and fills a section of the answer. Replaying it over
the outputs in a conversation brings the navigator back to where it was, which is how it can be stateless.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from rlm_tui.models.navigator.reading import Printed


@dataclass(frozen=True, slots=True)
class Move:
    """A cell to run next, and why, in one sentence for people."""

    why: str
    code: str


Result = TypeVar("Result")
Search: TypeAlias = Generator[Move, Printed, Result]
"""Part of a plan that comes out with something."""
Plan: TypeAlias = Search[None]
