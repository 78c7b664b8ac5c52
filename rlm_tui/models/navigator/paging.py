"""Records that do not fit into one output: a cell tells how many there are, further cells print page after page."""

from __future__ import annotations

import re
from collections.abc import Callable

from rlm_tui.models.navigator.move import Move, Search
from rlm_tui.models.navigator.reading import Printed

PAGE = 60
"""So many records a cell prints: what fits into one output."""
MOST_PAGES = 4


def rest_of(total: int, cell: Callable[[int, int], str] = "print(found[{}:{}])".format) -> Search[list[Printed]]:
    """Print what is left of `total` records after the first page, a page a cell."""
    pages: list[Printed] = []
    for start in range(PAGE, min(total, MOST_PAGES * PAGE), PAGE):
        printed = yield Move("The rest of them.", cell(start, start + PAGE))
        pages.append(printed)
    return pages


def total_of(text: str) -> int:
    """Return the number that a line `N found` of an output tells, 0 without one."""
    found = re.search(r"^(\d+) found", text, re.MULTILINE)
    return int(found[1]) if found else 0
